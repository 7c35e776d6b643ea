"""What the record of the reader's own party answers about an incident: the first page of its dossier, and where it was.

Made of the entries that the party holds, beside the event loop, and kept a while: a page that is loaded again, or read
by a second officer, does not make it anew. Of a party with a long record it stands in the dossier alone.
"""

from __future__ import annotations

from asyncio import sleep
from collections import OrderedDict
from dataclasses import dataclass, field
from importlib import import_module
from typing import Final

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from thalweg.model.dossier import Dossier, Fact
from thalweg.model.instants import Instant
from thalweg.policy.dossier.made import dossier
from thalweg.policy.held import of_log, reached
from thalweg.policy.mailbox import Mailboxes
from thalweg.reports.dossier.words import Words
from thalweg.server.copies import names_of
from thalweg.server.dossiers import sites_near
from thalweg.server.pages.shell import Page
from thalweg.state.recorded import Recorded

_MOST: Final = 6_000  # entries of a record that are read for a page
_AT_ONCE: Final = 200  # entries read before somebody else is let go on
_FACTS: Final = 4  # of one answer, before the rest is folded away
_ALL_FACTS: Final = 24
_NEAR: Final = 40  # declarations on the map
_KEPT: Final = 64
_WIDE: Final = 460.0
_Key = tuple[str, str, float | None, int, str]


@dataclass(frozen=True, slots=True)
class Said:
    """One fact in the reader's language, how far it is known, and the entries that it rests on."""

    text: str
    known: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnswerSaid:
    """A question of the first page and its answer. `rest` are further facts; `left` is how many more there are."""

    key: str
    asked: str
    known: str
    answer: str
    facts: tuple[Said, ...]
    rest: tuple[Said, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What is shown. `drawing` is empty where the report states no position."""

    answers: tuple[AnswerSaid, ...]
    cannot: tuple[Said, ...]
    drawing: Markup
    credit: str


@dataclass(slots=True)
class Kept:
    """The dossiers that were made last, and their maps; of one application."""

    _held: OrderedDict[_Key, tuple[Dossier, str, str]] = field(default_factory=OrderedDict)

    def get(self, key: _Key) -> tuple[Dossier, str, str] | None:
        """One that was made of the same record."""
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
        return found

    def put(self, key: _Key, made: tuple[Dossier, str, str]) -> None:
        """Keeps one, and lets the oldest go."""
        self._held[key] = made
        while len(self._held) > _KEPT:
            self._held.popitem(last=False)


async def answered(page: Page, reference: str, known: Instant | None) -> Answered | None:
    """Of an incident that the party has; as it had it at `known`, from what had reached it by then, or now. None where
    its record is so long that it is not read for a page."""
    kept: Kept = page.request.app.state.answered
    world = page.reading.world
    language = page.reader.language  # of what is written on the map
    key = (page.party, reference, None if known is None else known.epoch_s, world.size, language)
    found = kept.get(key)
    if found is None:
        mailboxes = await page.ordered(Mailboxes.gathered)
        if mailboxes.holds(page.party).value > _MOST:
            return None
        indexes = mailboxes.entries(page.party).value
        records: list[Recorded] = []
        for start in range(0, len(indexes), _AT_ONCE):
            records += of_log(world, indexes[start : start + _AT_ONCE], page.party)
            await sleep(0)
        theatre, at, names = world.membership.theatre, known or page.now, names_of(world)

        def make() -> tuple[Dossier, str, str]:
            made = dossier(
                page.party, records, reference, at, names=names, theatre=theatre.name,
                exercise=theatre.exercise, reached=None if known is None else reached(page.party, records),
            ).value  # fmt: skip
            content = import_module("thalweg.reports.dossier.content")
            ground = import_module("thalweg.reports.ground").packaged
            drawn = content.around(made, ground, (language,), wide=_WIDE, most=_NEAR)
            return made, "" if drawn is None else drawn.svg, "" if drawn is None else drawn.credit

        found = await run_in_threadpool(make)
        kept.put(key, found)
    value, svg, credit = found
    page.desk.reads.sites(page.party, page.asked.principal.author, sites_near(value, page.party))
    words = Words(page.reader.language, value.names)
    return Answered(
        tuple(
            AnswerSaid(
                each.asked.value,
                words.text(f"asked.{each.asked.value}"),
                each.known.value,
                words.text(f"known.{each.known.value}"),
                tuple(_said(words, fact) for fact in each.facts[:_FACTS]),
                tuple(_said(words, fact) for fact in each.facts[_FACTS:_ALL_FACTS]),
                max(0, len(each.facts) - _ALL_FACTS),
            )
            for each in value.answers
        ),
        tuple(_said(words, each, "cannot") for each in value.cannot),
        Markup(svg),  # noqa: S704  # drawn by reports.map, which escapes what people wrote
        credit,
    )


def _said(words: Words, fact: Fact, family: str = "fact") -> Said:
    return Said(words.fact(fact, family), fact.known.value, fact.entries)
