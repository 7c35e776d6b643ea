"""What a party holds of the record, entry by entry, each with the time at which the desk took it or told it.

From the log of a desk or from a bundle that was verified offline: the same entries, read the same way, so that
whatever is made of them is the same on both sides, byte for byte (D7, D10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from typing_extensions import override

from thalweg.formats import event as kinds
from thalweg.formats.event import Body
from thalweg.ledger import canonical
from thalweg.ledger.entry import Entry, payload_digest
from thalweg.ledger.receipt import Bundle
from thalweg.ledger.verify import BundleVerdict
from thalweg.model.events import DESK, SECRETARIAT, ByDesk, Declared, Notice, Refused, Said, Taken
from thalweg.model.instants import Instant
from thalweg.state.history import Had, had_of
from thalweg.state.recorded import KeyFact, Recorded
from thalweg.state.world import World


@dataclass(frozen=True, slots=True)
class Reached:
    """That a notice had reached its party: when, and the entries that say so (a receipt, an answer, a citation, the
    record of who looked; with the desk's answer to it)."""

    at: Instant
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry that a party holds. `at` is the desk's time: when it took the statement, or told the party of it.

    `answer` is the desk's answer to a statement of the party's own, and `answered` where that stands; `told` is where
    the first notice stands that shows the party another's. `reached` are the entries by which what tells of it had
    reached the party, where that was asked for.
    """

    index: int
    event: str
    kind: str
    author: str
    said_at: Instant
    at: Instant
    body: Said | Notice
    answer: Taken | Refused | None = None
    answered: int = -1
    told: int = -1
    reached: tuple[int, ...] = ()

    @property
    def rests_on(self) -> tuple[int, ...]:
        """The entries that prove it: itself, the desk's answer, the notice by which the party knows of it, and what
        shows that this had reached it."""
        return tuple(each for each in (self.index, self.answered, self.told, *self.reached) if each >= 0)


def by(body: Body) -> str:
    """The party that says it; what names none is said by the secretariat."""
    said: str = getattr(body, "by", SECRETARIAT)
    return said


def of_log(world: World, indexes: Iterable[int], party: str) -> tuple[Recorded, ...]:
    """Entries of the log as the party holds them: of another's declaration, without what its author had been shown."""
    return tuple(_as_held(world.load(index), party) for index in sorted(set(indexes)))


def of_bundle(data: bytes, verdict: BundleVerdict, party: str = "") -> tuple[Recorded, ...]:
    """The entries of a bundle that was verified. `InputError` where one is not in the form of its kind."""
    beside = {payload_digest(each.payload, each.salt): each.payload for each in Bundle.parse(data).payloads}
    read = []
    for each in verdict.verdicts:
        event = each.entry.event
        body = _body(each.entry, beside)
        at = Instant(event.at / 1e3)
        read.append(Recorded(each.index, event.hash().hex(), event.author, event.holder, at, body))
    holder = party or holder_of(read)
    return tuple(_as_held(each, holder) for each in read)


def holder_of(records: Iterable[Recorded]) -> str:
    """The party that notices among these entries are to; empty where there is none."""
    return next((each.body.to for each in records if isinstance(each.body, Notice)), "")


def entered(
    party: str, records: Sequence[Recorded], known_at: Instant, reached: Mapping[str, Reached] | None = None
) -> tuple[Entered, ...]:
    """What the party held by a time: its own statements that were taken or refused by then, the notices to it that
    were made by then, and what these show it of others' statements. In the order of the log.

    With `reached` (by the id of the notice) only the notices that had reached the party by then, and what these show of
    others' statements: the record as the as-of picture has it.
    """
    came: Mapping[str, Reached] = {} if reached is None else reached
    if reached is not None:
        records = had(party, records, {each: how.at for each, how in reached.items()}, known_at)
    answers = {
        each.body.statement: each for each in records if each.author == DESK and isinstance(each.body, Taken | Refused)
    }
    shown: dict[str, tuple[Instant, int, tuple[int, ...]]] = {}
    for each in records:
        if isinstance(each.body, Notice) and each.body.to == party and each.body.statement:
            by_what = came[each.body.id].entries if each.body.id in came else ()
            told_at = (each.body.at, each.index, by_what)
            shown[each.body.statement] = min(shown.get(each.body.statement, told_at), told_at)
    found = []
    for each in records:
        body = each.body
        if isinstance(body, KeyFact | Taken | Refused | kinds.Statement | kinds.Erasure):
            continue
        kind = kinds.kind_of(body)
        if isinstance(body, Notice):
            if body.to == party:
                by_what = came[body.id].entries if body.id in came else ()
                made = Entered(each.index, each.event, kind, each.author, each.said_at, body.at, body, reached=by_what)
                found.append(made)
            continue
        if isinstance(body, ByDesk):
            continue
        answer = answers.get(each.event)
        told = shown.get(each.event)
        if answer is not None and by(body) == party and isinstance(answer.body, Taken | Refused):
            at = answer.body.received
            made = Entered(each.index, each.event, kind, each.author, each.said_at, at, body, answer.body, answer.index)
            found.append(made)
        else:
            # Where the notice that shows it is withheld from a reader, there is its author's time alone.
            at, notice, by_what = (each.said_at, -1, ()) if told is None else told
            made = Entered(
                each.index, each.event, kind, each.author, each.said_at, at, body, told=notice, reached=by_what
            )
            found.append(made)
    return tuple(each for each in found if each.at <= known_at)


def reached(party: str, records: Sequence[Recorded]) -> dict[str, Reached]:
    """Which notices had reached the party, by their ids, and by what, from the entries that it holds: the first that
    says so, as the as-of picture has it. Notices of which nothing on record shows it are not there."""
    answers = {each.body.statement: each.index for each in records if isinstance(each.body, Taken | Refused)}
    events = {each.index: each.event for each in records}
    traced = _Traced(party)
    had_of(party, records, traced)
    told = traced.columns["told"]
    found: dict[str, Reached] = {}
    by_index = {each.index: each.body for each in records}
    for row, by_what in traced.by_row.items():
        notice = by_index[told["index"][row]]
        answered = answers.get(events[by_what])
        if isinstance(notice, Notice):
            entries = (by_what,) if answered is None else (by_what, answered)
            found[notice.id] = Reached(Instant(told["reached"][row]), entries)
    return found


class _Traced(Had):
    """What a party had, and by which entry each notice reached it: by its row."""

    def __init__(self, party: str) -> None:
        super().__init__(party)
        self.by_row: dict[int, int] = {}
        self._now = -1

    @override
    def said(self, record: Recorded, answer: Taken | Refused, answered: int, load: Callable[[int], Recorded]) -> None:
        self._now = record.index
        super().said(record, answer, answered, load)

    @override
    def became(self, n: int, kind: int, at: Instant, index: int, officer: str, what: str) -> None:
        self._now = index
        super().became(n, kind, at, index, officer, what)

    @override
    def read(self, subjects: Iterable[str], first: Instant, record: Recorded) -> None:
        self._now = record.index
        super().read(subjects, first, record)

    @override
    def _reach(self, row: int, at_s: float, by: str) -> None:
        before = self.columns["told"]["reached"][row]
        super()._reach(row, at_s, by)
        if self.columns["told"]["reached"][row] < before:
            self.by_row[row] = self._now


def had(party: str, records: Iterable[Recorded], reached: Mapping[str, Instant], known_at: Instant) -> list[Recorded]:
    """Without the notices that had not reached the party by a time, and without what these alone show it of others'
    statements: the record as the as-of picture has it. `reached` is by the id of the notice."""
    every = list(records)
    shown: dict[str, bool] = {}
    for each in every:
        if isinstance(each.body, Notice) and each.body.to == party:
            came = reached.get(each.body.id)
            shown[each.body.id] = came is not None and came <= known_at
            if each.body.statement:
                shown[each.body.statement] = shown.get(each.body.statement, False) or shown[each.body.id]
    return [
        each
        for each in every
        if shown.get(each.body.id if isinstance(each.body, Notice) else each.event, True)
        or (not isinstance(each.body, Notice | KeyFact) and by(each.body) == party)
    ]


def _as_held(record: Recorded, party: str) -> Recorded:
    body = record.body
    if isinstance(body, Declared) and body.by != party:
        return replace(record, body=Declared(body.by, body.declaration), salt=b"")
    return replace(record, salt=b"")


def _body(entry: Entry, beside: dict[bytes, bytes]) -> Body | KeyFact:
    event = entry.event
    if event.kind in kinds.KEY_HISTORY:
        return KeyFact(event.kind, event.body)
    held = {each.media: beside.get(each.digest) for each in event.payloads}
    apart = held.get(kinds.DECLARATION_MEDIA)
    declaration = None if apart is None else kinds.read_declaration(canonical.decode(apart))
    aside = held.get(kinds.ASIDE_MEDIA)
    if event.kind == kinds.DECLARATION and aside is None:
        inner = declaration or kinds.read_declaration(event.body.get("declaration", ""))
        return Declared(inner.party, inner)
    return kinds.read(event.kind, event.body, declaration, None if aside is None else canonical.decode(aside))
