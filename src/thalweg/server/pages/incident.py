"""Incidents: what each side says of them, side by side, and what was known when. Nothing is decided between them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from fastapi import APIRouter, Response
from markupsafe import Markup

from thalweg.model.cases import (
    NONE_NAMED,
    AccountGiven,
    CauseAssessed,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    Grade,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    Joined,
    Named,
    Particulars,
    Risk,
    RiskAssessed,
)
from thalweg.model.errors import InputError
from thalweg.model.events import SECRETARIAT, Refused
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.places.coordinates import read_position
from thalweg.policy.arrivals import Arrivals
from thalweg.policy.incident_reads import IncidentRead, ItemRead, Received, RequestRead, Wanted
from thalweg.server.desk import Abreast
from thalweg.server.pages import sources
from thalweg.server.pages.answered import answered
from thalweg.server.pages.shell import Filled, Form, Opened, Page, in_field, said_by, say
from thalweg.server.problems import Refusal
from thalweg.state.cases import InCase

router = APIRouter(include_in_schema=False, route_class=Abreast)

_W = TypeVar("_W", bound=StrEnum)
_MOST: Final = 50
_EDGE_S: Final = 900.0
_STEPS_S: Final = tuple(3600.0 * hours for hours in (0.25, 0.5, 1, 3, 6, 12, 24, 48, 168, 336, 720, 2160, 8760, 87_600))
_DAY: Final = 6  # of these, the first that is a whole day
_TICKS: Final = 9
_TEXT: Final = 16_000


@dataclass(frozen=True, slots=True)
class Column:
    """What one side says: its newest account, and those that it superseded, newest first."""

    party: str
    newest: ItemRead | None
    earlier: tuple[ItemRead, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One time at which something came to be known, where it stands on the line, and what it was."""

    at: Instant
    share: float  # of the line's length, in hundredths
    items: tuple[ItemRead, ...]
    later: bool  # than what the page shows
    here: bool  # the last that the page shows


@dataclass(frozen=True, slots=True)
class Line:
    """The moments on a line that is drawn to scale, from a little before the first to a little after the last."""

    moments: tuple[Moment, ...]
    known: float  # where the time stands of which the page is, in hundredths
    ticks: tuple[tuple[float, Instant], ...]
    hours: bool  # whether ticks are nearer than a day


@router.get("/incidents")
async def incidents(page: Opened) -> Response:
    """Those that one's party has, the newest report first; searched by words, party, time, and what is owed."""
    asked = page.request.query_params
    text, party = asked.get("text", "")[:300], asked.get("party", "")[:200]
    before = asked.get("before", "")
    wanted = Wanted(
        text,
        _utc(asked.get("since", "")),
        _utc(asked.get("until", "")),
        party,
        owed=True if asked.get("owed") else None,
    )
    found = page.reading.mailboxes.incidents(
        page.party, wanted, before=int(before) if before.isdecimal() and len(before) < 16 else None, most=_MOST
    )
    return page.render(
        "incidents.html",
        found=found.value,
        asked={name: asked.get(name, "") for name in ("text", "party", "since", "until", "owed")},
        parties=_parties(page),
    )


@router.get("/incidents/report")
async def report_form(page: Opened) -> Response:
    """To report one."""
    return _report(page, Form({}))


@router.post("/incidents/report")
async def report(page: Opened, filled: Filled) -> Response:
    """Reports it, once its place was looked at and found to be the one that is meant (R4)."""
    place = _place(filled)
    if place is not None and filled["meant"] != _key(place):
        return _report(page, filled, place)
    said = IncidentReported(
        page.party,
        filled.need("title"),
        _particulars(filled, place),
        tuple(filled.all("to")),
        filled.need("text", _TEXT),
        page.reader.language,
    )
    if filled["sign-with"]:
        return await say(page, filled, said, "/incidents", "said")
    read = await said_by(page, filled, said, page.asked.principal.author)
    if isinstance(read.answer, Refused):
        raise Refusal("desk-refused", read.answer.sentence, refused=read.answer.code)
    reference = next((each.notice.subject for each in read.notices if each.notice.subject), "")
    return page.go(f"/incidents/{reference}" if reference else "/incidents", "said")


@router.get("/incidents/{reference}")
async def incident(page: Opened, reference: str) -> Response:
    """One of them, as it was known at a time: accounts in columns, requests, findings, evidence, promises."""
    known = _known(page)
    past = known is not None
    if not past:  # what a screen shows has reached the party; what it shows of a time past has not for that
        await page.arrived(each.notice for each in _read(page, reference).items if each.notice)
    whole = _read(page, reference)
    arrived = page.reading.mailboxes.arrived(page.party).value
    at = page.now if known is None else known
    read = whole if known is None else _as_known(whole, known, arrived)
    items = read.items
    requests = [each for each in read.requests if any(item.event == each.event for item in items)]
    columns = _columns(read, items)
    beside = (each.name for each in items if each.evidence is Evidence.SOURCE and not each.withheld)
    shown, differs = await sources.laid(page, reference, beside, known)
    if not past:
        await sources.arrived(page, shown)
    return page.render(
        "incident.html",
        record=await answered(page, reference, known),
        sources=shown,
        differs=differs,
        read=read,
        known=at,
        past=past,
        items=items,
        columns=columns,
        rows=_rows(page, columns),
        times=_line(page, whole, known, arrived),
        requests=[(each, _answers(each, items)) for each in requests],
        findings=[each for each in items if each.what in (InCase.CAUSE, InCase.RISK)],
        evidence=[each for each in items if each.what is InCase.EVIDENCE],
        promises=[each for each in items if each.what is InCase.COMMITMENT],
        outcomes={each.about: each for each in items if each.what is InCase.OUTCOME},
        own=page.party == read.by,
        received=next((each.received for each in items if each.received), ()),
        asks=[(each.party, page.name(each.party)) for each in read.held if each.party not in (page.party, SECRETARIAT)],
        owes=[each for each in requests if each.to == page.party and each.answered is None],
        shares=[each for each in _parties(page) if each[0] not in {held.party for held in read.held}],
        grades=[(each.value, page.words.plain(f"incident.grade.{each.value}")) for each in Grade],
        risks=[(each.value, page.words.plain(f"incident.risk.{each.value}")) for each in Risk],
        kinds=[(each.value, page.words.plain(f"incident.evidence.{each.value}")) for each in Evidence],
        naming=_naming_choices(page),
        joined=_joined(page),
        dossier=page.has("/v1/incidents/{reference}/dossier"),
    )


@router.post("/incidents/{reference}/account")
async def account(page: Opened, reference: str, filled: Filled) -> Response:
    """One's own side's account; it may supersede one's newest, and both stay on record."""
    read = _read(page, reference)
    said = AccountGiven(
        page.party,
        reference,
        filled.need("text", _TEXT),
        page.reader.language,
        _particulars(filled, _place(filled)),
        _newest(read, page.party) if filled["supersedes"] else "",
    )
    return await say(page, filled, said, f"/incidents/{reference}", "said")


@router.post("/incidents/{reference}/request")
async def request(page: Opened, reference: str, filled: Filled) -> Response:
    """A request for an explanation, with an addressee and a time by which an answer is due."""
    _read(page, reference)
    with in_field("due"):
        due = _utc(filled.need("due"))
    if due is None:
        raise Refusal("request-invalid", "The form needs a time by which the answer is due.", field="due")
    said = ExplanationAsked(
        page.party, reference, filled.need("to"), filled.need("text", _TEXT), due, page.reader.language
    )
    return await say(page, filled, said, f"/incidents/{reference}", "said")


@router.post("/incidents/{reference}/explanation")
async def explanation(page: Opened, reference: str, filled: Filled) -> Response:
    """The answer to a request that was made of one's own party."""
    _read(page, reference)
    said = ExplanationGiven(page.party, filled.need("request"), filled.need("text", _TEXT), page.reader.language)
    return await say(page, filled, said, f"/incidents/{reference}", "said")


@router.post("/incidents/{reference}/cause")
async def cause(page: Opened, reference: str, filled: Filled) -> Response:
    """What one's side finds of the cause, graded."""
    _read(page, reference)
    grade = _word(Grade, filled["grade"], "grade")
    said = CauseAssessed(page.party, reference, grade, filled.need("text", _TEXT), page.reader.language)
    return await say(page, filled, said, f"/incidents/{reference}", "said")


@router.post("/incidents/{reference}/risk")
async def risk(page: Opened, reference: str, filled: Filled) -> Response:
    """What one's side finds of the risk, whatever caused it."""
    _read(page, reference)
    said = RiskAssessed(
        page.party, reference, _word(Risk, filled["risk"], "risk"), filled["text"][:_TEXT], page.reader.language
    )
    return await say(page, filled, said, f"/incidents/{reference}", "said")


@router.post("/incidents/{reference}/evidence")
async def lay(page: Opened, reference: str, filled: Filled) -> Response:
    """Lays something beside it: a declaration, a notice or a statement by its id, a source by its SHA-256."""
    _read(page, reference)
    what = _word(Evidence, filled["what"], "what")
    said = EvidenceLaid(
        page.party, reference, what, filled.need("name", 200), filled["text"][:_TEXT], page.reader.language
    )
    return await say(page, filled, said, f"/incidents/{reference}", "said")


@router.post("/incidents/{reference}/share")
async def share(page: Opened, reference: str, filled: Filled) -> Response:
    """Reports it to more parties, who are told all that was said in it."""
    _read(page, reference)
    said = IncidentShared(page.party, reference, tuple(filled.all("to")), filled["text"][:_TEXT], page.reader.language)
    return await say(page, filled, said, f"/incidents/{reference}", "said")


@router.post("/incidents/{reference}/withdraw")
async def withdraw(page: Opened, reference: str, filled: Filled) -> Response:
    """Takes one's report back. What was said stays on record."""
    _read(page, reference)
    said = IncidentWithdrawn(page.party, reference, filled["text"][:_TEXT], page.reader.language)
    return await say(page, filled, said, f"/incidents/{reference}", "said")


# --- what is read ---


def _read(page: Page, reference: str) -> IncidentRead:
    found = page.reading.mailboxes.incident(page.party, reference, page.now)
    if found is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return found.value


def _as_known(read: IncidentRead, known: Instant, arrived: Arrivals) -> IncidentRead:
    """What of it one's own party had by a time, and nothing that came of it later. Refusal before it had any of it."""
    had = [each for each in read.items if (at := _reached(each, arrived)) is not None and at <= known]
    if not had:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    events = {each.event for each in had}
    items = tuple(
        replace(
            each,
            superseded_by=each.superseded_by if each.superseded_by in events else "",
            received=tuple(_received(one, known) for one in each.received if one.sent <= known),
        )
        for each in had
    )
    withdrawn = read.withdrawn if any(each.what is InCase.WITHDRAWN for each in had) else None
    held = tuple(each for each in read.held if each.since <= known)
    return replace(read, items=items, withdrawn=withdrawn, held=held)


def _received(one: Received, known: Instant) -> Received:
    delivered, responses = (
        tuple(each for each in facts if each.at <= known) for facts in (one.delivered, one.responses)
    )
    return replace(one, delivered=delivered, responses=responses)


def _reached(item: ItemRead, arrived: Arrivals) -> Instant | None:
    """When one's own party had it: its own when the desk took it, the others' when the notice of it reached it, as the
    as-of picture has it; None where nothing on record shows that it did."""
    return arrived.of_notice(item.notice) if item.notice else item.at


def _known(page: Page) -> Instant | None:
    """The time of which the page is, from the query; None for now. InputError where it cannot be read."""
    known = _utc(page.request.query_params.get("known", ""))
    return None if known is None or known >= page.now else known


def _columns(read: IncidentRead, items: Sequence[ItemRead]) -> tuple[Column, ...]:
    """A column for each that has the incident or is named in it; silence is a column too."""
    accounts = [each for each in items if each.what in (InCase.REPORT, InCase.ACCOUNT)]
    sides = list(dict.fromkeys(each.by for each in accounts))
    named = [*read.particulars.alleged.parties, *read.particulars.affected.parties]
    silent = [each.party for each in read.held if each.party != SECRETARIAT] + named
    found = []
    for side in dict.fromkeys((*sides, *silent)):
        own = [each for each in accounts if each.by == side]
        superseded = {each.supersedes for each in own if each.supersedes}
        standing = [each for each in own if each.event not in superseded]
        newest = standing[-1] if standing else None
        found.append(Column(side, newest, tuple(each for each in reversed(own) if each is not newest)))
    return tuple(found)


def _rows(page: Page, columns: Iterable[Column]) -> list[tuple[str, list[Markup | str], bool]]:
    """What can be compared, row by row; and whether the accounts differ in it."""
    told = [(each.newest.particulars if each.newest else None) for each in columns]
    rows = []
    for key, made in (("when", _when), ("where", _where), ("affected", _affected), ("alleged", _alleged)):
        cells = ["" if each is None else made(page, each) for each in told]
        entered = {str(each) for each in cells if each}
        rows.append((key, cells, len(entered) > 1))
    return rows


def _when(page: Page, told: Particulars) -> Markup | str:
    if told.earliest is None or told.latest is None:
        return ""
    if told.earliest == told.latest:
        return page.written.at(told.earliest)
    return page.words("incident.between", first=page.written.at(told.earliest), last=page.written.at(told.latest))


def _where(page: Page, told: Particulars) -> Markup | str:
    parts: list[Markup | str] = []
    if told.where:
        parts.append(Markup('<span dir="auto">{}</span>').format(told.where))
    if told.place is not None:
        around = page.words("incident.around", distance=page.written.distance(told.radius_m)) if told.radius_m else ""
        place = page.written.position(told.place)
        parts.append(Markup("{} {} <small>{}</small>").format(place, around, page.written.reference(told.place)))
    return Markup("<br>").join(parts)


def _affected(page: Page, told: Particulars) -> Markup | str:
    return _named(page, told.affected)


def _alleged(page: Page, told: Particulars) -> Markup | str:
    return _named(page, told.alleged)


def _named(page: Page, named: Named) -> Markup | str:
    """Those that are named; "and", "or", or that it is not said which, marked as what was said."""
    each = [Markup("<bdi>{}</bdi>").format(page.name(party)) for party in named.parties]
    each += [Markup("<bdi>{}</bdi>").format(words) for words in named.others]
    if named.joined is Joined.UNKNOWN and len(each) > 1:
        note = page.words("incident.joined.unknown")
        return Markup('{} <mark class="joined">{}</mark>').format(Markup(", ").join(each), note)
    word = Markup(' <mark class="joined">{}</mark> ').format(page.words(f"incident.joined.{named.joined.value}"))
    return word.join(each)


def _line(page: Page, read: IncidentRead, known: Instant | None, arrived: Arrivals) -> Line:
    """When something came to be known."""
    by_time: dict[float, list[ItemRead]] = {}
    later: set[float] = set()
    for each in read.items:
        came = _reached(each, arrived)
        at_s = (each.told if came is None else came).epoch_s  # what has not reached it stands where it was sent
        by_time.setdefault(at_s, []).append(each)
        if known is not None and (came is None or came > known):
            later.add(at_s)
    until = page.now if known is None else known
    edge = max(_EDGE_S, (max(by_time) - min(by_time)) / 20)
    begin, end = min(by_time) - edge, max(by_time) + edge

    def share(at: float) -> float:
        return round(min(100.0, max(0.0, 100 * (at - begin) / (end - begin))), 2)

    shown = [at for at in by_time if at not in later]
    here = max(shown, default=None)
    step = next((each for each in _STEPS_S if (end - begin) / each <= _TICKS), _STEPS_S[-1])
    first = math.ceil(begin / step)
    ticks = tuple((share(n * step), Instant(n * step)) for n in range(first, math.floor(end / step) + 1)[: 2 * _TICKS])
    moments = tuple(
        Moment(Instant(at), share(at), tuple(by_time[at]), at in later, at == here) for at in sorted(by_time)
    )
    return Line(moments, share(until.epoch_s), ticks, step < _STEPS_S[_DAY])


def _answers(request: RequestRead, items: Iterable[ItemRead]) -> list[ItemRead]:
    return [each for each in items if each.event in request.answers]


def _newest(read: IncidentRead, party: str) -> str:
    """The hash of a side's account that nothing supersedes yet."""
    own = [each for each in read.accounts.get(party, ()) if not each.superseded_by]
    return own[-1].event if own else ""


# --- what is filled in ---


def _report(page: Page, filled: Form, place: Position | None = None) -> Response:
    """The form, with what was typed; and where the place is that was typed, to be looked at."""
    return page.render(
        "incident_report.html",
        status=200,
        filled=filled,
        place=place,
        key="" if place is None else _key(place),
        parties=_parties(page),
        naming=_naming_choices(page),
        chosen=set(filled.all("to")),
        affected=set(filled.all("affected")),
        alleged=set(filled.all("alleged")),
        joined=_joined(page),
    )


def _particulars(filled: Form, place: Position | None) -> Particulars:
    radius = filled["radius_m"]
    if radius and not (radius.isdecimal() and len(radius) < 9):
        raise Refusal("request-invalid", "A radius is a whole number of metres.", field="radius_m")
    with in_field("earliest"):
        earliest = _utc(filled["earliest"])
    with in_field("latest"):
        latest = _utc(filled["latest"])
    return Particulars(
        earliest,
        latest,
        place,
        int(radius or 0) if place is not None else 0,
        filled.within("where", 300),
        _naming(filled, "affected"),
        _naming(filled, "alleged"),
    )


def _naming(filled: Form, name: str) -> Named:
    parties = tuple(filled.all(name))
    others = tuple(filled.lines(f"{name}_words"))
    if any(len(each) > 300 for each in others):
        raise Refusal("request-invalid", "A name has 300 characters at most.", field=f"{name}_words", longest=300)
    if not parties and not others:
        return NONE_NAMED
    joined = filled[f"{name}_joined"]
    return Named(parties, others, Joined(joined) if joined in set(Joined) else Joined.UNKNOWN)


def _place(filled: Form) -> Position | None:
    if not filled["place"]:
        return None
    with in_field("place"):
        written = read_position(filled["place"])
    return Position(written.lon, written.lat)


def _key(place: Position) -> str:
    """What a person confirms: exactly this place."""
    return f"{place.lon:.7f} {place.lat:.7f}"


def _utc(text: str) -> Instant | None:
    """A time as a field of a form gives it, in UTC; None where it is empty. InputError for anything else."""
    if not text:
        return None
    zoned = text if text.endswith("Z") or "+" in text else f"{text}Z"
    try:
        return Instant.of(datetime.fromisoformat(zoned.replace(" ", "T", 1)))
    except ValueError as error:
        raise InputError(
            "time-unreadable", "This is no time.", expected="2017-09-16T00:30Z", found=text[:40]
        ) from error


def _word(words: type[_W], value: str, field: str) -> _W:
    try:
        return words(value)
    except ValueError as error:
        raise Refusal("request-invalid", f"The form needs one of the choices of {field}.", field=field) from error


def _parties(page: Page) -> list[tuple[str, str]]:
    """The others that something can be reported to, the secretariat last."""
    others = [each.party for each in page.reading.mailboxes.parties(page.party).value if each.party != page.party]
    return [(each, page.name(each)) for each in (*others, SECRETARIAT)]


def _naming_choices(page: Page) -> list[tuple[str, str]]:
    """The parties that can be named as affected, or as said to have caused it; one's own first."""
    return [(page.party, page.name(page.party)), *_parties(page)[:-1]]


def _joined(page: Page) -> Sequence[tuple[str, str]]:
    return [(each.value, page.words.plain(f"incident.joined.{each.value}")) for each in Joined]
