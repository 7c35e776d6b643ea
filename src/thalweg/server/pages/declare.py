"""Declaring: a typed form, every position read back before anything is sent, what it would meet, and then the sending.

::

    form → rows read (typed.echo) → a draft, finished as any file's (drafts.draft) → preview → confirmed, sent

All of it stands in the fields of the form: nothing is kept on the server before it is sent, and no position stands in
an address. A draft is finished by the same code that reads files, so a form and a file that say the same are the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from thalweg import __version__
from thalweg.drafts.draft import Context, Draft, DraftVolume, finish
from thalweg.drafts.heights import read_length
from thalweg.drafts.outlines import AreaOutline, Outline, PathOutline, PointOutline
from thalweg.formats import event as kinds
from thalweg.ledger.canonical import decode as canonical_decode
from thalweg.ledger.canonical import encode as canonical_encode
from thalweg.model.declarations import Declaration, Kind, LineStatus, Medium, Volume, Zone
from thalweg.model.errors import InputError, ThalwegError
from thalweg.model.events import Declared, LineProposed, QuietProposed, Refused, Release
from thalweg.model.events import Row as FileRow
from thalweg.model.findings import Finding, Fix
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.measures import Band, Datum
from thalweg.model.notes import Flag, Problem, Source
from thalweg.model.result import CheckResult
from thalweg.model.shapes import Circle, Corridor, Path, Point, Polygon, Position, Route
from thalweg.places.coordinates import Form as CoordinateForm
from thalweg.places.coordinates import write_position
from thalweg.policy.mailbox import ChannelRead, NoticeRead
from thalweg.reports import map as maps
from thalweg.reports.ground import packaged as ground
from thalweg.reports.json import first_position
from thalweg.reports.messages.findings import warning
from thalweg.reports.messages.notices import declared as sentence_of
from thalweg.server.desk import Abreast
from thalweg.server.desk import compared as gathered
from thalweg.server.pages import telling
from thalweg.server.pages.finding import Said, way_out
from thalweg.server.pages.shell import SIGN_WITH, Filled, Form, Opened, Page, said_by, say
from thalweg.server.pages.telling import Told
from thalweg.server.pages.typed import Beside, Echo, ahead, beside, echo, forms
from thalweg.server.pages.words import words
from thalweg.server.problems import Refusal

router = APIRouter(include_in_schema=False, route_class=Abreast)

POINT, ROUTE, AREA, KEPT = "point", "route", "area", "kept"
SHAPES: Final = (POINT, ROUTE, AREA)
_FEWEST: Final = {POINT: 1, ROUTE: 2, AREA: 3, KEPT: 0}
_ROWS: Final = {POINT: 1, ROUTE: 3, AREA: 4, KEPT: 0}
_MOST_ROWS: Final = 60
_DETAILS: Final = ("contact", "markings", "verification", "remarks")
_PLAIN: Final = (
    "kind", "zone", "medium", "title", "shape", "radius", "start", "end", "lower", "upper", "datum", "uncertainty",
    "uncertainty_vertical", "uncertainty_time", "valid_until", "place", "bank", "status", "left", "right", "left_name",
    "right_name", "emergency", "id", "revision", "base", "sha", "path", "half_height", "extra",
)  # fmt: skip
"""The fields of the form that stand alone; besides, `at`, `time`, `height` and `choice` of each row, and details."""
_OF_DRAWN: Final = {"circle": POINT, "point": POINT, "polygon": AREA, "corridor": ROUTE}
_AS_DRAWN: Final = {POINT: "circle", ROUTE: "corridor", AREA: "polygon", KEPT: "point"}
_MINE: Final = (Kind.OPERATION, Kind.MOVEMENT, Kind.STATIC_SITE, Kind.RESTRICTED_ZONE, Kind.LINE, Kind.NEGATIVE)
_LATEST: Final = 12  # of one's own, to begin from
_FLAGS: Final = (
    "position-swapped", "position-sign", "position-outside", "position-zero", "position-duplicate", "place-far",
    "place-unknown", "place-ambiguous", "bank-contradicted", "bank-uncertain", "precision-coarse",
    "axis-order-assumed", "time-zone-assumed", "height-datum-missing", "buffer-of-theatre", "window-open",
    "status-assumed", "site-window-as-validity",
)  # fmt: skip
"""Flags that are said in the reader's language, too; each has its English sentence beside it in any case."""
_LARGEST_BASE: Final = 200_000
_LONG: Final = {"base": _LARGEST_BASE, "extra": 20_000}


@dataclass(frozen=True, slots=True)
class Row:
    """One way-point, corner or place, as it stands in the form."""

    at: str = ""
    time: str = ""
    height: str = ""
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was filled in."""

    fields: Mapping[str, str]
    details: Mapping[str, str]
    rows: tuple[Row, ...]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    @property
    def kind(self) -> Kind:
        return Kind(self["kind"]) if self["kind"] in {each.value for each in _MINE} else Kind.OPERATION

    @property
    def shape(self) -> str:
        if self["base"] and self["shape"] == KEPT:
            return KEPT
        if self.kind is Kind.LINE:
            return ROUTE
        return self["shape"] if self["shape"] in SHAPES else POINT


@dataclass(frozen=True, slots=True)
class Meets:
    """A finding of the preview, in words; `cite` is the other's version."""

    finding: Finding
    said: Told
    cite: str


@dataclass(frozen=True, slots=True)
class Gets:
    """A recipient, and at what level it is shown such a declaration by the terms of the channels."""

    party: str
    name: str
    level: Level


@dataclass(frozen=True, slots=True)
class Looked:
    """What the form says, read back. `declaration` is None where it says too little, and `problem` says what."""

    echoes: tuple[Echo, ...] = ()
    declaration: Declaration | None = None
    problem: Problem | None = None
    flags: tuple[Flag, ...] = ()
    meets: tuple[Meets, ...] = ()
    ways: tuple[tuple[str, Said], ...] = ()  # what it would be as, and how that is said
    compared: int = 0
    says: Told | None = None
    lead_s: float | None = None
    needed_s: float | None = None
    gets: tuple[Gets, ...] = ()
    map: Markup = field(default_factory=Markup)
    waits: tuple[str, ...] = ()  # what the button waits for, as keys
    open_row: int = 0  # the first row that waits


@router.get("/declare")
async def blank(page: Opened) -> Response:
    """An empty form, or one that begins from an earlier declaration: `from` its id, `as` `change` or `copy`."""
    asked = page.request.query_params
    subject = asked.get("from", "")
    if not subject:
        kind, zone = asked.get("kind", ""), Zone.QUIET_WINDOW.value if asked.get("propose") else ""
        return await _page(page, Typed({"kind": kind, "zone": zone, "shape": POINT}, {}, (Row(),)), None)
    read = page.reading.mailboxes.declaration(page.party, subject, page.now)
    if read is None or read.value.of != page.party or read.value.declaration is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    change = asked.get("as", "") == "change"
    return await _page(page, typed_of(read.value.declaration, change=change), None)


@router.post("/declare")
async def filled_in(page: Opened, filled: Filled) -> Response:
    """Reads the form back; with `do=send`, sends what was confirmed; a line or a quiet window may be proposed."""
    typed = _typed(filled)
    match filled.need("do", 20):
        case "more":
            return await _page(page, replace(typed, rows=(*typed.rows, Row(), Row())[:_MOST_ROWS]), None)
        case "send" | "propose":
            return await _send(page, filled, typed)
        case "load":
            return await _load(page, filled)
        case "use":
            return await _use(page, filled, typed)
        case _:
            return await _page(page, typed, await _look(page, typed))


# --- from fields to a declaration ---


def _typed(filled: Form) -> Typed:
    count = filled["rows"]
    rows = min(int(count), _MOST_ROWS) if count.isdecimal() and len(count) < 6 else 1
    drawn = filled.lines("positions")
    given = max([len(drawn), *(n for n in range(_MOST_ROWS + 1, 1_000) if filled[f"at{n}"])])
    if given > _MOST_ROWS:  # an area without its last corners is another area
        raise Refusal(
            "request-invalid",
            f"{given} positions were given, and this form takes {_MOST_ROWS}: declare them from a file.",
            field="positions",
        )
    anew = drawn and drawn != filled.lines("positions_were")
    fields = {name: filled.within(name, _LONG.get(name, 300)) for name in _PLAIN}
    if anew:
        fields["shape"] = _OF_DRAWN.get(filled["drawn"], fields["shape"]) if len(drawn) > 1 else POINT
    return Typed(
        fields,
        {name: filled.within(f"d-{name}", 2_000) for name in _DETAILS if filled[f"d-{name}"]},
        tuple(Row(each) for each in drawn)
        if anew
        else tuple(
            Row(
                filled.within(f"at{n}", 200),
                filled.within(f"time{n}", 60),
                filled.within(f"height{n}", 40),
                filled.within(f"choice{n}", 10),
            )
            for n in range(1, rows + 1)
        ),
    )


def _read(page: Page, typed: Typed) -> tuple[tuple[Echo, ...], Declaration | Problem | None, tuple[Flag, ...]]:
    """The rows read back, and what they make; None where a row has no reading yet."""
    theatre = page.reading.world.membership.theatre
    known = beside(theatre, typed["place"], typed["bank"])
    if typed.shape == KEPT:
        base = _base(typed)
        found = _finished(page, typed, (), base)
        return _echoes_of(base, known), found, _flags_of(found)
    off_m = _off_m(typed["uncertainty"])
    rows = [(n, row) for n, row in enumerate(typed.rows, 1) if row.at]
    echoes = tuple(echo(n, row.at, known, choice=row.choice, off_m=off_m) for n, row in rows)
    if len(echoes) < _FEWEST[typed.shape]:
        return echoes, Problem(Source("form"), "place-missing", "It does not say where."), ()
    if any(each.at is None for each in echoes):
        return echoes, None, ()
    found = _finished(page, typed, echoes, None)
    return echoes, found, _flags_of(found)


def _flags_of(found: Declaration | Problem | None) -> tuple[Flag, ...]:
    return found.flags if isinstance(found, Declaration) else ()


def _off_m(text: str) -> float:
    try:
        return read_length(text, what="uncertainty") if text else 0.0
    except InputError:
        return 0.0  # the draft says so


def _finished(
    page: Page, typed: Typed, echoes: Sequence[Echo], base: Declaration | None
) -> Declaration | Problem | None:
    theatre = page.reading.world.membership.theatre
    fields = {
        "party": page.party,
        "kind": typed.kind.value,
        "zone": typed["zone"] if typed.kind is Kind.RESTRICTED_ZONE else "",
        "medium": typed["medium"],
        "title": typed["title"],
        "start": typed["start"],
        "end": typed["end"],
        "lower": typed["lower"],
        "upper": typed["upper"],
        "datum": typed["datum"],
        "uncertainty_m": typed["uncertainty"],
        "uncertainty_vertical_m": typed["uncertainty_vertical"],
        "uncertainty_s": typed["uncertainty_time"],
        "half_height_m": typed["half_height"],
        "valid_until": typed["valid_until"],
        "emergency": "yes" if typed["emergency"] else "",
        "place": typed["place"],
        "bank": typed["bank"],
        "id": typed["id"],
        "revision": typed["revision"],
    }
    if typed.kind is Kind.LINE:
        fields |= {name: typed[name] for name in ("status", "left", "right", "left_name", "right_name")}
    fields |= {"radius_m" if typed.shape == POINT else "buffer_m": typed["radius"]}
    fields = {name: text for name, text in fields.items() if text}
    if base is not None:
        return _over(base, typed, page.party)
    volume = _volume(typed, echoes)
    if isinstance(volume, Problem):
        return volume
    details = {**_extra(typed), **typed.details}
    made = finish(Draft(Source("form"), fields, (volume,), details), Context(theatre))
    if isinstance(made, Declaration | Problem):
        return made
    return None


def _volume(typed: Typed, echoes: Sequence[Echo]) -> DraftVolume | Problem:
    points = tuple((each.at.lon, each.at.lat) for each in echoes if each.at is not None)
    text = "; ".join(each.text for each in echoes)
    rows = [typed.rows[each.number - 1] for each in echoes]
    outline: Outline
    if typed.shape == POINT:
        outline = PointOutline(points[0], None, text, echoes[0].precision_m)
        return DraftVolume(outline)
    if typed.shape == AREA:
        return DraftVolume(AreaOutline(((points,),), text=text))
    heights: tuple[float | None, ...] = ()
    if any(row.height for row in rows):
        try:
            heights = tuple(read_length(row.height, what="height") if row.height else None for row in rows)
        except InputError as error:
            return Problem(Source("form"), error.code, error.sentence)
    outline = PathOutline(points, heights_m=heights, text=text)
    timed = typed.kind is not Kind.LINE and any(row.time for row in rows)
    return DraftVolume(outline, times=tuple(row.time for row in rows) if timed else ())


def _base(typed: Typed) -> Declaration:
    """A declaration whose geometry the form does not take apart, as it came from a file or from the record."""
    try:
        value: Any = canonical_decode(typed["base"].encode())
        return kinds.read_declaration(value)
    except ThalwegError as error:
        raise Refusal("request-invalid", "The form is not as this page sent it; begin again.") from error


def _extra(typed: Typed) -> dict[str, str]:
    """Details that the form has no field for, carried along as they came."""
    try:
        found = json.loads(typed["extra"] or "{}")
    except ValueError as error:
        raise Refusal("request-invalid", "The form is not as this page sent it; begin again.") from error
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise Refusal("request-invalid", "The form is not as this page sent it; begin again.")
    return {name: text for name, text in found.items() if name not in _DETAILS}


def _over(base: Declaration, typed: Typed, party: str) -> Declaration | Problem:
    """That, with what the form says in words."""
    try:
        stated = typed["revision"]
        revision = int(stated) if stated.isdecimal() and len(stated) < 10 else base.revision
        return replace(
            base,
            party=party,
            title=typed["title"],
            details={**_extra(typed), **typed.details},
            revision=revision,
            declaration_id=typed["id"] or base.declaration_id,
        )
    except ThalwegError as error:
        return Problem(Source("form"), error.code, error.sentence)


def _echoes_of(base: Declaration, known: Beside) -> tuple[Echo, ...]:
    """The first position of each of its volumes, read back like one that was typed."""
    spots: list[Position] = []
    for volume in base.volumes[:_MOST_ROWS]:
        at = first_position(replace(base, volumes=(volume,), declaration_id="x"))
        if at is not None:
            spots.append(at)
    spots += [segment.path.points[0] for segment in base.segments]
    return tuple(
        echo(n, write_position(at.lon, at.lat, CoordinateForm.DMS, digits=1), known) for n, at in enumerate(spots, 1)
    )


def typed_of(declaration: Declaration, *, change: bool) -> Typed:
    """A form that says what a declaration says. `change`: it goes on with its chain, one revision up."""
    fields: dict[str, str] = {
        "kind": declaration.kind.value,
        "zone": "" if declaration.zone is None else declaration.zone.value,
        "medium": "" if declaration.medium is Medium.UNSTATED else declaration.medium.value,
        "title": declaration.title,
        "valid_until": "" if declaration.valid_until is None else str(declaration.valid_until),
        "emergency": "yes" if declaration.emergency else "",
        "id": declaration.declaration_id if change else "",
        "revision": str(declaration.revision + 1) if change else "",
    }
    details = {name: text for name, text in declaration.details.items() if name in _DETAILS}
    if declaration.sides is not None:
        fields |= {
            "left": ", ".join(sorted(declaration.sides.left)),
            "right": ", ".join(sorted(declaration.sides.right)),
            "left_name": declaration.sides.left_name,
            "right_name": declaration.sides.right_name,
        }
    opened = _opened(declaration)
    others = {name: text for name, text in declaration.details.items() if name not in _DETAILS}
    if others:
        fields["extra"] = json.dumps(others, ensure_ascii=False)
    if opened is None:
        kept = replace(declaration, declaration_id=fields["id"], replaces="") if not change else declaration
        fields |= {"shape": KEPT, "base": canonical_encode(dict(kinds.write_declaration(kept))).decode()}
        return Typed(fields, details, ())
    shape, rows, more = opened
    return Typed(fields | {"shape": shape} | more, details, rows)


def _opened(declaration: Declaration) -> tuple[str, tuple[Row, ...], dict[str, str]] | None:
    """Shape, rows and what else the form has a field for; None where there is more than the form can say."""
    more: dict[str, str]
    if len(declaration.segments) == 1 and not declaration.volumes:
        segment = declaration.segments[0]
        more = _window_fields(segment.window.start, segment.window.end)
        more |= {"status": segment.status.value, "uncertainty": _metres(segment.uncertainty.horizontal_m)}
        return (ROUTE, _rows(segment.path.points), more) if len(segment.path.points) <= _MOST_ROWS else None
    if len(declaration.volumes) != 1:
        return None
    volume = declaration.volumes[0]
    held = _volume_fields(volume)
    if held is None:
        return None
    more = held
    match volume.shape:
        case Point(at=at):
            return POINT, _rows((at,)), more
        case Circle(centre=at, radius_m=radius):
            return POINT, _rows((at,)), more | {"radius": _metres(radius)}
        case Polygon(outer=outer, holes=()) if len(outer) <= _MOST_ROWS:
            return AREA, _rows(outer), more
        case Corridor(path=path, half_width_m=half) if len(path) <= _MOST_ROWS:
            return ROUTE, _rows(path), more | {"radius": _metres(half)}
        case Path(points=points) if len(points) <= _MOST_ROWS:
            return ROUTE, _rows(points), more
        case Route(waypoints=way) if len(way) <= _MOST_ROWS:
            rows = tuple(
                Row(_decimal(each.at), str(each.time), "" if each.height_m is None else _metres(each.height_m))
                for each in way
            )
            datum = {"datum": volume.shape.datum.value} if volume.shape.has_heights else {}
            more |= {"radius": _metres(volume.shape.radius_m), "half_height": _metres(volume.shape.half_height_m)}
            return ROUTE, rows, more | {"start": "", "end": ""} | datum
    return None


def _volume_fields(volume: Volume) -> dict[str, str] | None:
    band, off = volume.band, volume.uncertainty
    if off.at_95 or (band is not None and band.datum_of_upper is not band.datum):
        return None
    more = _window_fields(volume.window.start, volume.window.end) | {
        "uncertainty": _metres(off.horizontal_m),
        "uncertainty_vertical": _metres(off.vertical_m),
        "uncertainty_time": f"{off.time_s:g} s" if off.time_s else "",
    }
    return more | (_band_fields(band) if band is not None else {})


def _window_fields(start: Instant | None, end: Instant | None) -> dict[str, str]:
    return {"start": "" if start is None else str(start), "end": "" if end is None else str(end)}


def _band_fields(band: Band) -> dict[str, str]:
    lower, upper = band.lower_m, band.upper_m
    return {
        "lower": "" if lower is None else f"{lower:g} m",
        "upper": "" if upper is None else f"{upper:g} m",
        "datum": "" if band.datum is Datum.UNKNOWN else band.datum.value,
    }


def _rows(points: Sequence[Position]) -> tuple[Row, ...]:
    return tuple(Row(_decimal(each)) for each in points)


def _decimal(at: Position) -> str:
    return f"{at.lat:.6f}, {at.lon:.6f}"


def _metres(metres: float) -> str:
    return f"{metres:g} m" if metres else ""


# --- reading it back ---


async def _look(page: Page, typed: Typed) -> Looked:
    """Everything that is to be seen before it is sent."""
    echoes, found, flags = _read(page, typed)
    declaration = found if isinstance(found, Declaration) else None
    problem = found if isinstance(found, Problem) else None
    waits: list[str] = []
    unread = next((each for each in echoes if each.code), None)
    asks = next((each for each in echoes if each.asks), None)
    if unread is not None:
        waits.append("unread")
    if asks is not None:
        waits.append("asks")
    if problem is not None:
        waits.append("problem")
    open_row = min((each.number for each in (unread, asks) if each is not None), default=0)
    meets: tuple[Meets, ...] = ()
    fixes: tuple[Fix, ...] = ()
    compared = 0
    near: dict[str, Declaration] = {}
    if declaration is not None:
        comparing = await gathered(page.desk, page.party, declaration, page.now)
        compared = comparing.count
        preview = await run_in_threadpool(comparing.preview)
        met, ways = preview.value
        page.desk.reads.findings(page.party, page.asked.principal.author, met)
        near = {each.version_id: each for each in comparing.shown}
        known = {**near, declaration.version_id: declaration}
        meets = tuple(_meets(page, each, known, declaration) for each in met)
        fixes = ways.fixes if ways is not None else ()
    theatre = page.reading.world.membership.theatre
    emergency = bool(typed["emergency"])
    leads, name = theatre.lead_times_s, typed.kind.value
    needed = leads.get(f"{name}.emergency", leads.get(name)) if emergency else leads.get(name)
    starts = telling.begins(declaration)
    return Looked(
        echoes=echoes,
        declaration=declaration,
        problem=problem,
        flags=tuple(each for each in flags if each.code not in _OF_ROWS),
        meets=meets,
        ways=tuple((each.changed.version_id, way_out(page, each, declaration)) for each in fixes),
        compared=compared,
        says=None if declaration is None else _says(page, declaration, replaced=bool(typed["revision"])),
        lead_s=None if starts is None else starts.epoch_s - page.now.epoch_s,
        needed_s=needed,
        gets=_gets(page, typed.kind),
        map=await _map(page, echoes, declaration, meets, near),
        waits=tuple(waits),
        open_row=open_row,
    )


_OF_ROWS: Final = frozenset(("position-swapped", "position-sign", "position-outside", "axis-order-assumed"))


def _says(page: Page, declaration: Declaration, *, replaced: bool) -> Told:
    """What the others will read who are shown it in full."""
    message = sentence_of(declaration, page.names, replaced=replaced)
    text = page.words.voice.say(message)
    return Told(text, "" if page.words.messages.reviewed else words("en").voice.say(message))


def _meets(page: Page, found: Finding, known: Mapping[str, Declaration], own: Declaration) -> Meets:
    first, second = (known[each] for each in found.versions)
    theatre = page.reading.world.membership.theatre
    message = warning(found, first, second, theatre, names=page.names)
    text = page.words.voice.say(message.meeting)
    source = "" if page.words.messages.reviewed else words("en").voice.say(message.meeting)
    other = second if first.version_id == own.version_id else first
    return Meets(found, Told(text, source), "" if other.party == page.party else other.version_id)


def _gets(page: Page, kind: Kind) -> tuple[Gets, ...]:
    """Everybody on a channel with one's party, and the most that its terms show of this kind."""
    found: dict[str, Level] = {}
    for channel in page.reading.mailboxes.channels(page.party).value:
        if page.party not in channel.joined:
            continue
        for party in channel.joined:
            if party == page.party:
                continue
            level = shown_level(channel, page.party, party, kind)
            if party not in found or not found[party].at_least(level):
                found[party] = level
    return tuple(Gets(party, page.name(party), level) for party, level in sorted(found.items()))


def shown_level(channel: ChannelRead, by: str, to: str, kind: Kind) -> Level:
    """By the closest of the terms: for this party and this kind first."""
    for whom in (to, ""):
        mine = [term for held_by, held_to, term in channel.terms if held_by == by and held_to == whom]
        for name in (kind.value, ""):
            for term in mine:
                if term.kind == name:
                    return term.level
    return Level.FULL if channel.room else Level.NOTHING


async def _map(
    page: Page,
    echoes: Sequence[Echo],
    declaration: Declaration | None,
    meets: Sequence[Meets],
    shown: Mapping[str, Declaration],
) -> Markup:
    """The declaration with what it would meet; before there is one, all readings of what was typed."""
    drawn: dict[str, Declaration] = {}
    if declaration is not None:
        drawn[declaration.version_id] = declaration
    else:
        for each in echoes:
            for at in dict.fromkeys((each.at or each.typed, each.other if each.asks else None)):
                if at is not None:
                    title = write_position(at.lon, at.lat, page.reader.coordinates)
                    spot = Declaration(Kind.STATIC_SITE, page.party, title, (Volume(Point(at)),))
                    drawn[spot.version_id] = spot
    for met in meets:
        for version in met.finding.versions:
            if version in shown:
                drawn[version] = shown[version]
    found = tuple(each.finding for each in meets if all(version in drawn for version in each.finding.versions))
    if not drawn:
        return Markup()
    rules = page.reading.world.membership.theatre.rules_hash
    result = CheckResult(drawn, found, page.now, "", rules, __version__, party_names=page.names)
    said = (page.reader.language,)
    made = await run_in_threadpool(lambda: maps.draw(result, ground, wide=640.0, shape=(0.8, 1.2), languages=said).svg)
    return Markup(made)  # noqa: S704  # drawn by us: its texts were escaped where they were put in


async def _page(
    page: Page, typed: Typed, looked: Looked | None, *, lacking: Sequence[NoticeRead] = (),
    refused: Refused | None = None, filled: Form | None = None, missing: bool = False,
) -> Response:  # fmt: skip
    rows = typed.rows
    if typed.shape != KEPT:
        spare = max(_ROWS[typed.shape], len([row for row in rows if row.at])) - len(rows)
        rows = (*rows, *(Row() for _ in range(spare)))
        if typed.shape == POINT:
            rows = rows[:1]
    page.desk.reads.notices(page.party, page.asked.principal.author, lacking)
    disclosed = [page.reading.mailboxes.notice(page.party, each.id) for each in lacking]
    theatre = page.reading.world.membership.theatre
    if looked is None:
        await page.ordered()
    return page.render(
        "declare.html",
        typed=typed,
        rows=rows,
        looked=looked,
        kind_choices=[(each.value, page.words(f"kind.{each.value}")) for each in _MINE],
        zones=[(each.value, page.words.plain(f"zone.{each.value}")) for each in Zone],
        media=[("", page.words.plain("medium.unstated"))]
        + [(each.value, page.words.plain(f"medium.{each.value}")) for each in Medium if each is not Medium.UNSTATED],
        datums=[("", page.words.plain("declare.datum_none"))]
        + [(each.value, page.words.plain(f"datum.{each.value}")) for each in Datum if each is not Datum.UNKNOWN],
        statuses=[
            (each.value, page.words.plain(f"line_status.{each.value}"))
            for each in LineStatus
            if each is not LineStatus.AGREED
        ],
        levels=[(each.value, page.words.plain(f"level.{each.value}")) for each in Level],
        shape_choices=[(each, page.words(f"declare.shape.{each}")) for each in SHAPES],
        details=_DETAILS,
        forms_of=forms,
        flag_words=_FLAGS,
        latest=_latest(page) if looked is None else [],
        positions="\n".join(_spelled(row, looked, n) for n, row in enumerate(rows, 1) if row.at),
        drawn=_AS_DRAWN[typed.shape] if typed.shape != POINT or typed["radius"] else "point",
        lacking=[(each.value, telling.texts(page, each)) for each in disclosed if each is not None],
        refused=refused,
        chosen={} if filled is None else {name: filled[f"level-{name}"] for name in page.names},
        cited=set() if filled is None else set(filled.all("cite")),
        consent="" if filled is None else filled["consent"],
        missing=missing,
        zone=theatre.time_zone or "UTC",
        proposes=typed.kind is Kind.LINE or typed["zone"] == Zone.QUIET_WINDOW.value,
        status=422 if missing or refused is not None else 200,
    )


def _spelled(row: Row, looked: Looked | None, number: int) -> str:
    """A row for the field that a map is drawn with: as it was read, hemispheres by their numbers; else as typed."""
    read = next((each.at for each in looked.echoes if each.number == number), None) if looked is not None else None
    if read is None:
        return row.at
    north, east = ("N" if read.lat >= 0 else "S"), ("E" if read.lon >= 0 else "W")
    return f"{abs(read.lat):08.5f}{north} {abs(read.lon):09.5f}{east}"


def _latest(page: Page) -> list[tuple[str, str, str]]:
    """One's newest declarations, to begin from."""
    held = page.reading.mailboxes.newest(page.party, page.now, own=True, most=_LATEST).value.declarations
    return [
        (each.subject, each.declaration.title, each.kind.value if each.kind is not None else "")
        for each in held
        if each.declaration is not None
    ]


# --- other ways in ---


async def _load(page: Page, filled: Form) -> Response:
    """A row of a file, or a way out, as a form to look at."""
    text = filled["base"][:_LARGEST_BASE]
    base = _base(Typed({"base": text}, {}, ()))
    typed = typed_of(base, change=False)
    if base.declaration_id and not base.declaration_id.startswith("d-"):
        typed = replace(typed, fields={**typed.fields, "id": base.declaration_id, "revision": str(base.revision)})
    typed = replace(typed, fields={**typed.fields, "sha": filled.within("sha", 64), "path": filled.within("path", 200)})
    return await _page(page, typed, await _look(page, typed))


async def _use(page: Page, filled: Form, typed: Typed) -> Response:
    """A way out of the preview, put into the form."""
    _, found, _ = _read(page, typed)
    fixes: tuple[Fix, ...] = ()
    if isinstance(found, Declaration):
        comparing = await gathered(page.desk, page.party, found, page.now)
        preview = await run_in_threadpool(comparing.preview)
        ways = preview.value[1]
        fixes = ways.fixes if ways is not None else ()
    chosen = next((fix for fix in fixes if fix.changed.version_id == filled["way"]), None)
    if chosen is None:
        return await _page(page, typed, await _look(page, typed))
    made = typed_of(chosen.changed, change=False)
    kept = {name: typed[name] for name in ("id", "revision", "place", "bank", "sha", "path", "valid_until")}
    typed = replace(made, fields={**made.fields, **kept})
    return await _page(page, typed, await _look(page, typed))


# --- sending ---


async def _send(page: Page, filled: Form, typed: Typed) -> Response:
    looked = await _look(page, typed)
    declaration = looked.declaration
    wanted = {each.token for each in looked.echoes}
    if declaration is None or looked.waits or not wanted <= set(filled.all("sure")):
        if filled[SIGN_WITH]:
            raise Refusal("request-invalid", "Confirm each position first.", field="sure")
        return await _page(page, typed, looked, filled=filled, missing=True)
    if filled["do"] == "propose":
        return await say(page, filled, _proposed(page, filled, declaration), "/agreements", "said")
    parties = page.reading.world.membership.parties
    releases = tuple(
        Release(party, Level(filled[f"level-{party}"]))
        for party in sorted(parties)
        if party != page.party and filled[f"level-{party}"] in {each.value for each in Level}
    )
    said = Declared(
        page.party, declaration, tuple(dict.fromkeys(filled.all("cite"))), filled["declines"] == "yes",
        filled.within("consent", 200), releases, FileRow(typed["sha"], typed["path"]) if typed["sha"] else None,
    )  # fmt: skip
    then = f"/declarations/{quote(declaration.declaration_id, safe='')}"
    if filled[SIGN_WITH]:
        return await say(page, filled, said, then, "declared")
    read = await said_by(page, filled, said, page.asked.principal.author)
    if isinstance(read.answer, Refused):
        if read.answer.lacking:
            page.reading = await page.desk.office.reading()
            return await _page(page, typed, looked, lacking=read.notices, refused=read.answer, filled=filled)
        return await _page(page, typed, looked, refused=read.answer, filled=filled)
    return page.go(then, "declared")


def _proposed(page: Page, filled: Form, declaration: Declaration) -> QuietProposed | LineProposed:
    """A line or a quiet window is put to others, and in force once all of them agree."""
    known = set(page.reading.world.membership.parties) - {page.party}
    to = tuple(each for each in dict.fromkeys(filled.all("to")) if each in known)
    if not to:
        raise Refusal("request-invalid", "Choose whom it is proposed to.", field="to")
    expires = ahead(filled["expires"] or "+24 h", page.now, "expires")
    if declaration.kind is Kind.LINE:
        segments = tuple(replace(each, status=LineStatus.AGREED) for each in declaration.segments)
        return LineProposed(page.party, to, replace(declaration, segments=segments), expires)
    return QuietProposed(page.party, to, declaration, filled.within("task", 2_000) or declaration.title, expires)
