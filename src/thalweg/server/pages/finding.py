"""The card of a finding: who meets whom, where, when, how near and how sure; the plots; ways out; who has seen it.

`card_of` makes the values, from what the reader was told and nothing else; the template `finding_card.html` shows them,
on a page of its own and beside the map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

import numpy as np
from fastapi import APIRouter, Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from thalweg.model.declarations import Declaration, Kind
from thalweg.model.events import Proposed
from thalweg.model.findings import Certainty, Finding, FindingType, Fix
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.shapes import Position, Route
from thalweg.policy.asof.had import FindingHad
from thalweg.policy.mailbox import Copy, FindingRead, NoticeRead
from thalweg.policy.told_findings import Place
from thalweg.reports import outlines, phrases, plots
from thalweg.reports.json import first_position
from thalweg.reports.messages.findings import talk_to, warning
from thalweg.reports.messages.slots import Change, Period, Sure
from thalweg.server.desk import Abreast, compared
from thalweg.server.pages.shell import Filled, Opened, Page, say
from thalweg.server.pages.words import Words
from thalweg.server.pages.words import words as words_in
from thalweg.server.problems import Refusal
from thalweg.state.exchange import Fact

router = APIRouter(include_in_schema=False, route_class=Abreast)

_MOST: Final = 50  # of one page of the list
_ROWS: Final = 9  # of the table beside the plots
_LASTS_S: Final = 86_400.0
_SHORTEST_S: Final = 600.0
_MOST_FIXES: Final = 3


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in the reader's language, and its English while nobody fluent has reviewed that."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as far as the reader has it. `level`: at which the reader was shown it."""

    party: str
    name: str
    subject: str
    title: str
    kind: Kind | None
    level: Level
    off_m: float
    datums: tuple[tuple[str, float], ...]  # the datum of its heights, and how far they may lie off


@dataclass(frozen=True, slots=True)
class Way:
    """A checked way out. `key` names the declaration as it would read. `apart_m`: how near the two then come; None
    where they are not there at one time."""

    key: str
    said: Said
    apart_m: float | None
    party: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The five facts of one party's notice (R14): when it was sent, reached it, was answered, read back, passed on."""

    party: str
    name: str
    sent: Instant
    delivered: Instant | None
    answered: Instant | None
    answer: str
    read_back: Instant | None
    differs: str
    told: Instant | None
    owed: bool
    due: Instant | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table beside the plots; metres."""

    at: Instant
    distance_m: float | None
    heights: tuple[tuple[float | None, float | None], tuple[float | None, float | None]]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything on the card."""

    id: str
    cite: str
    finding: Finding
    notice: NoticeRead
    told: Instant
    meeting: Said
    rule: Said | None
    sides: tuple[Side, ...]
    other: str
    exact: bool  # both sides are shown as they were declared; else only that there is something
    where: Position | None
    off_m: float
    filled: int
    certainty: str
    sure: str
    near_m: tuple[float, float] | None  # the least and the most that the distance may be
    apart_m: tuple[float, float] | None  # the same of the difference in height
    distance_plot: Markup
    height_plot: Markup
    rows: tuple[Row, ...]
    ways: tuple[Way, ...]
    checked: int  # how many declarations the ways were checked against; 0: they were not sought yet
    open: bool  # whether there may be ways out
    seen: tuple[Seen, ...]
    partner: bool  # there is a channel with the other side
    rules: str


@router.get("/findings")
async def findings(page: Opened) -> Response:
    """All that the party was told of and that stands, those told last first."""
    mailboxes, asked = await page.ordered(), page.request.query_params.get("before", "")
    before = Place.read(asked) if asked else None
    found = mailboxes.findings(page.party, page.now, before=before, most=_MOST).value
    page.desk.reads.findings(page.party, page.asked.principal.author, (each.finding for each in found))
    return page.render(
        "findings.html",
        findings=[(each, _sentences(page, each)[0]) for each in found],
        count=mailboxes.standing(page.party, page.now).value,
        first=before is None,
        next=found[-1].place.cursor if len(found) == _MOST else "",
    )


@router.get("/findings/{finding}")
async def finding(page: Opened, finding: str) -> Response:
    """One of them, as a page."""
    return page.render("finding.html", card=await _whole(page, finding))


@router.get("/findings/{finding}/ways")
async def ways(page: Opened, finding: str) -> Response:
    """The ways out alone, for the card beside the map, which does not wait for them."""
    return page.render("finding_ways.html", card=await _whole(page, finding), below="h3")


@router.post("/findings/{finding}/propose")
async def propose(page: Opened, filled: Filled, finding: str) -> Response:
    """Offers a way out to the other side. Nothing changes until the notifier declares it."""
    await page.ordered()
    card = _required(page, finding)
    chosen = filled.need("way", 100)
    fixes, _ = await _offered(page, card.id)
    offered = next((fix for fix in fixes if fix.changed.version_id == chosen), None)
    if offered is None:
        raise Refusal("way-out-gone", "What is declared has changed since: look at the ways out again.")
    begins = _begins(card.finding)
    lapses = min(page.now.epoch_s + _LASTS_S, max(begins, page.now.epoch_s + _SHORTEST_S))
    changed = page.reading.mailboxes.proposable(page.party, card.other, offered.changed).value
    said = Proposed(
        page.party, (card.other,), card.cite, Instant(float(round(lapses))), changed, offered.change,
        filled["words"] or offered.sentence, page.reader.language if filled["words"] else "en",
    )  # fmt: skip
    return await say(page, filled, said, "/agreements" if page.has("/agreements") else page.path, "said")


def card_of(page: Page, finding: str, *, had: FindingHad | None = None, known: Instant | None = None) -> Card | None:
    """The card of a finding that stands, by its id; None where the reader knows of none. At a time gone by (`known`) it
    is `had`, what came of it later is not on the card, and there are no ways out. Where they can be sought is `open`:
    that takes a while, and is `_whole`'s."""
    mailboxes, party = page.reading.mailboxes, page.party
    read = _standing(page, finding) if had is None else _had(page, had)
    disclosed = None if read is None else mailboxes.notice(party, read.notice)
    if read is None or disclosed is None:
        return None
    notice = disclosed.value if known is None else _then(disclosed.value, known)
    page.desk.reads.notices(party, page.asked.principal.author, (notice,))
    found = read.finding
    first, second = _both(page, read, known)
    exact = _exact(notice, first, second)
    other = _other(page, read, first, second)
    meeting, rule = _sentences(page, read, known)
    mine = next((each for each in (first, second) if each is not None and each.party == party), None)
    near = _plotted(page, found, first, second) if exact and first is not None and second is not None else _NOT_PLOTTED
    return Card(
        id=found.id,
        cite=read.cite,
        finding=found,
        notice=notice,
        told=read.told,
        meeting=meeting,
        rule=rule,
        sides=tuple(_side(page, each, notice, other) for each in (first, second) if exact or (each and each is mine))
        + (() if exact else (_hidden(page, other, notice.notice.level),)),
        other=other,
        exact=exact,
        where=_spot(found) if exact else None,
        off_m=max((_off_m(each) for each in (first, second) if each is not None), default=0.0),
        filled=0 if not found.can_tell else phrases.pips(found.share),
        certainty=_certainty(found),
        sure=page.words.voice.say(Sure.of(found.certainty, found.share, can_tell=found.can_tell)),
        near_m=near[0],
        apart_m=near[1],
        distance_plot=near[2],
        height_plot=near[3],
        rows=near[4],
        ways=(),
        checked=0,
        open=known is None and exact,
        seen=_seen(page, notice, mine, other, known),
        partner=any({party, other} <= set(channel.joined) for channel in mailboxes.channels(party).value),
        rules=page.reading.world.membership.theatre.rules_hash,
    )


def _required(page: Page, finding: str) -> Card:
    card = card_of(page, finding)
    if card is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return card


async def _whole(page: Page, finding: str) -> Card:
    """The card with its ways out, sought beside the event loop."""
    await page.ordered()
    card = _required(page, finding)
    if not card.open:
        return card
    read = _standing(page, finding)
    first, second = (None, None) if read is None else _both(page, read)
    fixes, checked = await _offered(page, finding)
    return replace(card, ways=tuple(_way(page, fix, first, second) for fix in fixes), checked=checked)


def _standing(page: Page, finding: str) -> FindingRead | None:
    found = page.reading.mailboxes.finding(page.party, finding, page.now)
    return None if found is None else found.value


def _both(page: Page, read: FindingRead, known: Instant | None = None) -> tuple[Declaration | None, Declaration | None]:
    """What the finding is between, as far as the reader was shown it, or had been by `known`."""
    sides = page.reading.mailboxes.sides(page.party, read.notice, known).value
    first, second = read.finding.versions
    return sides.get(first), sides.get(second)


def _exact(notice: NoticeRead, first: Declaration | None, second: Declaration | None) -> bool:
    return first is not None and second is not None and notice.notice.level.at_least(Level.FOOTPRINT)


def _other(page: Page, read: FindingRead, first: Declaration | None, second: Declaration | None) -> str:
    """The party on the other side, as far as it was told; one's own where both are."""
    named = [each.party for each in (first, second) if each is not None and each.party != page.party]
    named += [each for each in read.parties if each != page.party]
    return named[0] if named else page.party


def _begins(finding: Finding) -> float:
    return finding.first.epoch_s if finding.first is not None else 0.0


# --- in words ---


def _sentences(page: Page, read: FindingRead, known: Instant | None = None) -> tuple[Said, Said | None]:
    """The sentence of the finding, and that of its rule where it is told."""
    found, theatre = read.finding, page.reading.world.membership.theatre
    disclosed = page.reading.mailboxes.notice(page.party, read.notice)
    first, second = _both(page, read, known)
    if disclosed is not None and first is not None and second is not None and _exact(disclosed.value, first, second):
        warned = warning(found, first, second, theatre, names=page.names)
        rule = warned.rule
        return (
            _both_ways(page, lambda words: words.voice.say(warned.meeting)),
            None if rule is None else _both_ways(page, lambda words: words.voice.say(rule)),
        )
    mine = next((each for each in (first, second) if each is not None and each.party == page.party), None)
    other = _other(page, read, first, second)
    if mine is None:
        return _both_ways(page, lambda words: words.plain("finding.talk", party=page.name(other))), None
    message = talk_to(
        found, mine, other, theatre, names=page.names, finding_alias=found.id,
        period=Period(first=found.first, last=found.last),
    )  # fmt: skip
    return _both_ways(page, lambda words: words.voice.say(message)), None


def _both_ways(page: Page, said: _Saying) -> Said:
    words = page.words
    return Said(said(words), "" if words.messages.reviewed else said(words_in("en")))


class _Saying(Protocol):
    """What makes a sentence in a language."""

    def __call__(self, words: Words, /) -> str: ...


def _certainty(finding: Finding) -> str:
    if not finding.can_tell:
        return "cannot_tell"
    return "will" if finding.certainty is Certainty.CERTAIN else "may"


# --- the two sides ---


def _side(page: Page, declaration: Declaration | None, notice: NoticeRead, other: str) -> Side:
    if declaration is None:
        return _hidden(page, other, notice.notice.level)
    own = declaration.party == page.party
    level = Level.FULL if own or notice.notice.of == page.party else notice.notice.level
    return Side(
        declaration.party, page.name(declaration.party), declaration.declaration_id, declaration.title,
        declaration.kind, level, _off_m(declaration), _datums(declaration),
    )  # fmt: skip


def _hidden(page: Page, party: str, level: Level) -> Side:
    return Side(party, page.name(party), "", "", None, level, 0.0, ())


def _off_m(declaration: Declaration | None) -> float:
    if declaration is None:
        return 0.0
    stated = [volume.uncertainty.horizontal_m for volume in declaration.volumes]
    return max([*stated, *(segment.uncertainty.horizontal_m for segment in declaration.segments)], default=0.0)


def _datums(declaration: Declaration) -> tuple[tuple[str, float], ...]:
    found: dict[str, float] = {}
    for volume in declaration.volumes:
        shape, off = volume.shape, volume.uncertainty.vertical_m
        if isinstance(shape, Route) and shape.has_heights:
            found[shape.datum.value] = max(off, found.get(shape.datum.value, 0.0))
        elif volume.band is not None:
            for datum in (volume.band.datum.value, volume.band.datum_of_upper.value):
                found[datum] = max(off, found.get(datum, 0.0))
    return tuple(found.items())


def _spot(finding: Finding) -> Position:
    """The place that the finding is spoken of by: between the two closest positions, or where the way crosses."""
    a, b = finding.closest
    if finding.type in (FindingType.CROSSING, FindingType.WRONG_SIDE) or abs(a.lon - b.lon) > 180.0:
        return a
    return Position((a.lon + b.lon) / 2, (a.lat + b.lat) / 2)


# --- plots ---

_Plotted = tuple[tuple[float, float] | None, tuple[float, float] | None, Markup, Markup, tuple[Row, ...]]
_NOT_PLOTTED: Final[_Plotted] = (None, None, Markup(), Markup(), ())


def _plotted(page: Page, found: Finding, first: Declaration, second: Declaration) -> _Plotted:
    """The bounds of the two distances, the plots, and the same in rows."""
    span = plots.span_of(found, first, second)
    if span is None:
        return _NOT_PLOTTED
    data = plots.series(first, second, span)
    words = page.words
    letters = _letters(words)
    names = (_tag(page, first), _tag(page, second))
    distance = plots.distance_plot(
        data, found, words.plain("finding.plot.distance", n=words.voice.distance(found.horizontal_m)), letters=letters
    )
    height = plots.height_plot(
        data, found, names, words.plain("finding.plot.height", first=names[0], second=names[1]), letters=letters
    )
    slack = 0.0
    if found.closest_at is not None and data.slack_m.size:
        slack = float(data.slack_m[int(np.abs(data.times_s - found.closest_at.epoch_s).argmin())])
    near = (max(0.0, found.horizontal_m - slack), found.horizontal_m + slack) if slack else None
    lift = sum(each.vertical_m for each in data.heights) + found.datum_allowance_m
    apart = None
    if found.vertical_m is not None and lift:
        apart = (max(0.0, found.vertical_m - lift), found.vertical_m + lift)
    # The drawings are ours: numbers, and words that were escaped where they were put in.
    return near, apart, Markup(distance), Markup(height), _rows(data, found)  # noqa: S704  # drawn by us; names in it are escaped


def _letters(words: Words) -> plots.Lettering:
    voice = words.voice

    def metres(value: float) -> str:
        return words.plain("unit.m", n=voice.number(value))

    return plots.Lettering(
        distance_title=words.plain("finding.sideways"),
        height_title=words.plain("finding.height"),
        rule=lambda text: words.plain("finding.rule_line", n=text),
        overlap=words.plain("finding.overlap"),
        distance=voice.distance,
        height=metres,
        kilometres=lambda value: words.plain("unit.km", n=voice.number(value, 0 if value == int(value) else 1)),
        datum=lambda value: words.plain(f"datum.{value}"),
        mirrored=words.direction == "rtl",
    )


def _tag(page: Page, declaration: Declaration) -> str:
    return phrases.plain(declaration.title) or page.words.plain(f"kind.{declaration.kind.value}")


def _rows(data: plots.Series, found: Finding) -> tuple[Row, ...]:
    """Even steps, and the three times of the finding."""
    wanted = set(np.linspace(0, len(data.times_s) - 1, _ROWS).round().astype(int).tolist())
    for at in (found.first, found.closest_at, found.last):
        if at is not None and data.times_s[0] <= at.epoch_s <= data.times_s[-1]:
            wanted.add(int(np.abs(data.times_s - at.epoch_s).argmin()))
    return tuple(
        Row(
            Instant(float(round(float(data.times_s[index])))),
            _finite(float(data.distance_m[index])),
            (_band(data.heights[0], index), _band(data.heights[1], index)),
        )
        for index in sorted(wanted)
    )


def _band(heights: plots.Heights, index: int) -> tuple[float | None, float | None]:
    return _finite(float(heights.lower_m[index])), _finite(float(heights.upper_m[index]))


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


# --- ways out ---


async def _offered(page: Page, finding: str) -> tuple[tuple[Fix, ...], int]:
    """Changes of one's own, then of the other's where it is shown in full, each checked against all that one was
    shown; and against how many that was."""
    read = _standing(page, finding)
    if read is None:
        return (), 0
    changed = [each for each in _both(page, read) if each is not None]
    ours: list[Fix] = []
    theirs: list[Fix] = []
    count = 0
    for declaration in changed:
        own = declaration.party == page.party
        comparing = await compared(page.desk, page.party, declaration, page.now)
        count = comparing.count
        if not own and not any(
            each.declaration_id == declaration.declaration_id and each.version_id == declaration.version_id
            for each in comparing.shown
        ):
            continue
        _, suggested = (await run_in_threadpool(comparing.preview)).value
        for fix in suggested.fixes if suggested is not None else ():
            (ours if own else theirs).append(fix)
    room = _MOST_FIXES - (1 if theirs and ours else 0)
    return (*ours[:room], *theirs[: _MOST_FIXES - len(ours[:room])]), count


def _way(page: Page, fix: Fix, first: Declaration | None, second: Declaration | None) -> Way:
    before, beside = (first, second) if first is not None and first.version_id == fix.version else (second, first)
    said = way_out(page, fix, before)
    return Way(fix.changed.version_id, said, _apart_after(fix.changed, beside), fix.changed.party)


def way_out(page: Page, fix: Fix, before: Declaration | None) -> Said:
    """A change in words; `before` is what would be changed."""
    change = _change(fix, before)
    title = _tag(page, fix.changed)
    return _both_ways(page, lambda words: words.plain("finding.fix", what=title, change=words.voice.say(change)))


def _change(fix: Fix, before: Declaration | None) -> Change:
    match fix.change:
        case "time":
            return Change(how="later" if fix.amount >= 0 else "earlier", time_s=abs(fix.amount))
        case "altitude":
            return Change(how="higher" if fix.amount >= 0 else "lower", metres=abs(fix.amount))
        case "trim":
            return Change(how="trim", share=fix.amount)
        case _:
            start = None if before is None else first_position(before)
            end = first_position(fix.changed)
            bearing = 0.0
            if start is not None and end is not None:
                bearing = float(outlines.GEOD.inv(start.lon, start.lat, end.lon, end.lat)[0]) % 360.0
            return Change(how="aside", metres=abs(fix.amount), bearing_deg=bearing)


def _apart_after(changed: Declaration, beside: Declaration | None) -> float | None:
    """How near the two come while both are there."""
    if beside is None:
        return None
    edges = [
        edge
        for each in (changed, beside)
        for volume in each.volumes
        for edge in (volume.window.start_s, volume.window.end_s)
        if np.isfinite(edge)
    ]
    if len(edges) < 2 or min(edges) >= max(edges):
        return None
    data = plots.series(changed, beside, Window(Instant(min(edges)), Instant(max(edges))), samples=241)
    known = data.distance_m[np.isfinite(data.distance_m)]
    return float(known.min()) if known.size else None


# --- who has seen it ---


def _had(page: Page, had: FindingHad) -> FindingRead:
    return FindingRead(had.finding, had.notice, had.told, (page.party, had.of), Place(-1, 0), "")


_Facts = TypeVar("_Facts", NoticeRead, Copy)


def _then(read: _Facts, known: Instant) -> _Facts:
    """With the facts of a time gone by; what was owed then stands in the list beside."""
    delivered, responses, read_back, disseminated = (
        tuple(each for each in facts if each.at <= known)
        for facts in (read.delivered, read.responses, read.read_back, read.disseminated)
    )
    return replace(
        read,
        delivered=delivered,
        responses=responses,
        read_back=read_back,
        disseminated=disseminated,
        outstanding=False,
    )


def _seen(
    page: Page, notice: NoticeRead, mine: Declaration | None, other: str, known: Instant | None
) -> tuple[Seen, ...]:
    """One's own notice, then everybody's who was told of one's own declaration, the other side first."""
    rows = [
        Seen(
            page.party, page.name(page.party), notice.notice.at, _first(notice.delivered),
            _last(notice.responses), notice.responses[-1].what if notice.responses else "",
            _last(notice.read_back), notice.read_back[-1].what if notice.read_back else "",
            _last(notice.disseminated), notice.outstanding, notice.notice.due,
        )
    ]  # fmt: skip
    read = None
    if mine is not None:
        read = page.reading.mailboxes.declaration(page.party, mine.declaration_id, page.now)
    copies = () if read is None else read.value.copies
    if known is not None:
        copies = tuple(_then(each, known) for each in copies if each.sent <= known)
    for copy in sorted(copies, key=lambda each: (each.to != other, each.to)):
        rows.append(
            Seen(
                copy.to, page.name(copy.to), copy.sent, _first(copy.delivered), _last(copy.responses),
                copy.responses[-1].what if copy.responses else "", _last(copy.read_back),
                copy.read_back[-1].what if copy.read_back else "", _last(copy.disseminated), copy.outstanding, None,
            )
        )  # fmt: skip
    return tuple(rows)


def _first(facts: Sequence[Fact]) -> Instant | None:
    return facts[0].at if facts else None


def _last(facts: Sequence[Fact]) -> Instant | None:
    return facts[-1].at if facts else None
