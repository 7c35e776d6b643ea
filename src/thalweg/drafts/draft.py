"""`Draft`: one row, feature or element of somebody's file, and what becomes of it.

The canonical fields (`thalweg.drafts.names.FIELDS`) are text as written. A format maps its own names onto them, puts
everything that is not one of them into `details`, and hands outlines over as numbers. A field that is
known, given and unreadable makes a `Problem`: it is never skipped, for what was skipped may have been
what mattered (D5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import PurePath

from thalweg.drafts.beside import fitted, holds
from thalweg.drafts.heights import read_band, read_datum, read_length
from thalweg.drafts.names import resembled
from thalweg.drafts.outlines import (
    AreaOutline,
    LonLat,
    Outline,
    PathOutline,
    PointOutline,
    area_shape,
    grid_m,
    path_points,
    position,
    rough_m,
    timed_points,
)
from thalweg.drafts.references import read_references
from thalweg.drafts.texts import folded, kept, listed, plain, yes_or_no
from thalweg.drafts.times import Side, read_duration, read_time
from thalweg.drafts.words import (
    ZONES,
    Action,
    action_of,
    kind_of,
    medium_of,
    standing_of,
    status_of,
    zone_of,
)
from thalweg.model.characters import (
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_TEXTS,
    require_seen,
    unfit,
    unfit_id,
    visible,
)
from thalweg.model.declarations import (
    EXACT,
    Cancellation,
    Declaration,
    Kind,
    LineStatus,
    Medium,
    Segment,
    Sides,
    Standing,
    Uncertainty,
    Volume,
    Zone,
)
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.notes import Flag, Omission, Problem, Source
from thalweg.model.reading import Reading
from thalweg.model.shapes import (
    Circle,
    Corridor,
    MultiPolygon,
    Path,
    Point,
    Polygon,
    Route,
    Shape,
    Waypoint,
)
from thalweg.model.theatre import Theatre

_NOBODY = frozenset(folded(w) for w in ("none", "nobody", "unknown", "unowned", "?", "-", "n/a", "неизвестно", "مجهول"))

Outcome = Declaration | Cancellation | Problem


@dataclass(frozen=True, slots=True)
class DraftVolume:
    """One place and time of a draft. `fields` holds those of `names.VOLUME_FIELDS` that differ from the draft's.

    `times`, for a path, is the text of one time for each point, empty where none was written: then the
    path is a route. `window` and `band` may be given instead of text by a format that has exact values.
    `heights_datum` is the datum of the heights inside the outline, where the format defines one.
    """

    outline: Outline | Shape
    fields: Mapping[str, str] = field(default_factory=dict)
    times: tuple[str, ...] = ()
    window: Window | None = None
    band: Band | None = None
    heights_datum: Datum | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a format read, before anything was understood. `flags` are those that the format itself raised."""

    source: Source
    fields: Mapping[str, str]
    volumes: tuple[DraftVolume, ...]
    details: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()


Plausibility = Callable[[Declaration, Mapping[str, str]], tuple[Flag, ...]]


@dataclass(frozen=True)
class Context:
    """What a reader knows besides the file.

    `default_party` is the party for whatever names none; empty: the stem of the file's name. Either way
    the declaration is flagged. `default_kind` is the kind of whatever names none; absent: a problem.
    `plausibility` asks about positions (R3); absent: nobody asks. `period` is the time that the check is
    about; it decides which weeks of an endless schedule are written out, and nothing else.
    """

    theatre: Theatre
    default_party: str = ""
    default_kind: Kind | None = None
    plausibility: Plausibility | None = None
    period: Window | None = None

    @cached_property
    def party_ids(self) -> Mapping[str, str]:
        """Folded id, name or alias -> id, for the theatre's parties."""
        known = {}
        for party in self.theatre.parties:
            for name in (*party.aliases, party.name, party.id):
                known[folded(name)] = party.id
        return known


def finish(draft: Draft, context: Context) -> Outcome:
    """What the draft declares or cancels, or the problem that kept it from doing so."""
    try:
        return _finished(draft, context)
    except InputError as error:
        expected, found = error.fields.get("expected", ""), error.fields.get("found", "")
        return Problem(draft.source, error.code, error.sentence, str(expected), _short(str(found)))
    except ValueRefused as error:
        return Problem(draft.source, error.code, error.sentence)


def reading_of(
    name: str,
    outcomes: Iterable[Outcome],
    *,
    problems: Iterable[Problem] = (),
    omissions: Iterable[Omission] = (),
    seen: int | None = None,
) -> Reading:
    """Outcomes sorted; `problems` are those of the file itself; `seen` None: as many as came."""
    declarations: list[Declaration] = []
    cancellations: list[Cancellation] = []
    failed = list(problems)
    count = 0
    for outcome in outcomes:
        count += 1
        if isinstance(outcome, Declaration):
            declarations.append(outcome)
        elif isinstance(outcome, Cancellation):
            cancellations.append(outcome)
        else:
            failed.append(outcome)
    return Reading(
        name,
        tuple(declarations),
        tuple(cancellations),
        tuple(failed),
        tuple(omissions),
        count if seen is None else seen,
    )


def _finished(draft: Draft, context: Context) -> Declaration | Cancellation:
    """1 action, 2 party, 3 kind, 4 volumes or segments, 5 validity, 6 the declaration, 7 plausibility."""
    fields = draft.fields
    flags = list(draft.flags)
    _require_seen(draft)

    # 1
    action = action_of(fields["action"]) if fields.get("action", "").strip() else Action.NEW
    declaration_id = kept(fields.get("id", ""))
    replaces = kept(fields.get("replaces", ""))
    # 2
    party, unowned = _party(draft, context, flags)
    if action is not Action.NEW and not (declaration_id or replaces):
        code, does = ("cancel-without-id", "cancels") if action is Action.CANCEL else ("replace-without-id", "replaces")
        raise InputError(code, f"This {does} something without saying what.", expected="the id", found="none")
    if action is Action.CANCEL:
        return Cancellation(declaration_id or replaces, party, draft.source)
    # 3
    kind, zone = _kind(fields, context, flags)
    medium = medium_of(fields["medium"]) if fields.get("medium") else Medium.UNSTATED
    standing = _standing(fields, kind, flags, unowned=unowned)
    # 4
    if not draft.volumes:
        raise InputError("place-missing", "It does not say where.", expected="a position or a shape", found="none")
    flags += read_references(fields, draft.details, fields.get("title", ""))
    zone_name = context.theatre.time_zone
    volumes: tuple[Volume, ...] = ()
    segments: tuple[Segment, ...] = ()
    sides: Sides | None = None
    if kind is Kind.LINE:
        segments = tuple([_segment(v, fields, zone_name, flags) for v in draft.volumes])
        sides = _sides(fields, context)
    else:
        volumes = tuple([v for d in draft.volumes for v in _volumes(d, fields, kind, medium, context, flags)])
    # 5
    valid_from, valid_until = _validity(fields, kind, zone_name, flags)
    submitted = _beside(fields, "submitted", Side.END, zone_name, flags)
    # 6
    declaration = Declaration(
        kind=kind,
        party=party,
        title=_title(fields.get("title", "")),
        volumes=volumes,
        zone=zone,
        medium=medium,
        segments=segments,
        sides=sides,
        declaration_id=declaration_id,
        revision=_revision(fields, flags, replacing=action is Action.REPLACE and not replaces),
        replaces=replaces,
        valid_from=valid_from,
        valid_until=valid_until,
        standing=standing,
        hypothetical=yes_or_no(fields.get("hypothetical", "")),
        emergency=yes_or_no(fields.get("emergency", "")),
        submitted=submitted,
        details=fitted(_details(draft, kind)),
        source=draft.source,
        entered=fitted(_entered(draft)),
    )
    # 7
    _ask_of_characters(declaration, flags)
    _ask_of_names(draft.details, flags)
    if context.plausibility is not None:
        flags.extend(context.plausibility(declaration, fields))
    if flags:
        # Flags are about how it came to us and no part of the content; set here so that the whole value
        # need not be built, and its id hashed, a second time.
        object.__setattr__(declaration, "flags", _without_repeats(flags))
    return declaration


_LINE_ENDS = re.compile(r"[ \t]*[\t\r\n][ \t\r\n]*")


def _title(text: str) -> str:
    """One line; how it was laid out stays beside it, as entered."""
    title = _LINE_ENDS.sub(" ", kept(text))
    if len(title) > LONGEST_TITLE:
        raise InputError(
            "title-long",
            f"The title has {len(title):,} characters; it begins “{visible(title[:40])}”. Perhaps a quotation mark that"
            " is not closed made one text of many rows.",
            expected=f"at most {LONGEST_TITLE:,} characters",
        )
    return title


def _ask_of_characters(declaration: Declaration, flags: list[Flag]) -> None:
    """What a desk does not take is told of here, where the file can still be put right."""
    names = (("id", declaration.declaration_id), ("party", declaration.party), ("title", declaration.title))
    for name, text in names:
        found = unfit(text)
        if found is not None:
            flags.append(
                Flag(
                    "text-character",
                    f"The {name} has {found}. It is kept as written, and shown by its number; a desk does not take it.",
                    name,
                )
            )
    if reason := unfit_id(declaration.declaration_id):
        flags.append(Flag("id-unfit", f"{reason} A desk does not take it.", "id"))
    if len(declaration.party) > LONGEST_NAME:
        sentence = f"The party has {len(declaration.party):,} characters, of which a desk takes {LONGEST_NAME} at most."
        flags.append(Flag("text-long", sentence, "party"))
    if not (holds(declaration.details) and holds(declaration.entered)):
        sentence = f"It has more words beside it than a desk takes, which is {MOST_TEXTS} texts by name."
        flags.append(Flag("text-long", sentence, "details"))
    for name, text in declaration.details.items():
        found = unfit(text, lines=True)
        if found is not None:
            flags.append(
                Flag(
                    "text-character",
                    f"Its “{visible(name[:60])}” has {found}. It is kept as written; a desk does not take it.",
                    visible(name[:60]),
                )
            )


def _ask_of_names(details: Mapping[str, str], flags: list[Flag]) -> None:
    """A misspelt `buffer_m` is a detail, and what it says is not tested."""
    for name in details:
        like = resembled(name)
        if like:
            sentence = (
                f"“{visible(name[:60])}” is not known here, and looks like “{like}”: it is kept as a detail and not "
                "tested. Correct the name if that is what is meant."
            )
            flags.append(Flag("name-near", sentence, visible(name[:60])))


# Names, kept as they were written; what they hold that is not seen is flagged (`_ask_of_characters`).
_NAMES = frozenset({"id", "replaces", "party", "title", "left", "right", "left_name", "right_name"})


def _require_seen(draft: Draft) -> None:
    """Refuses what decides a place, a time or a kind, and is seen otherwise than it is read."""
    for name, text in draft.fields.items():
        if name not in _NAMES:
            require_seen(text, name)
    for volume in draft.volumes:
        for name, text in volume.fields.items():
            require_seen(text, name)
        for text in volume.times:
            require_seen(text, "time")


# What only a line has. Others may use the words for something else, which is then a detail of theirs.
_OF_LINES = ("status", "left", "right", "left_name", "right_name")


def _details(draft: Draft, kind: Kind) -> Mapping[str, str]:
    if kind is Kind.LINE:
        return draft.details
    if draft.fields.keys().isdisjoint(_OF_LINES):
        return draft.details
    return {**draft.details, **{name: draft.fields[name] for name in _OF_LINES if draft.fields.get(name)}}


def _without_repeats(flags: list[Flag]) -> tuple[Flag, ...]:
    return tuple({(each.code, each.sentence, each.where, *each.fields.items()): each for each in flags}.values())


# Of coordinates and the times of their points together, as an entry of the record takes of one text; more stands in
# the file alone, which is named beside by its hash, and the row. Otherwise an outline of a thousand vertices could be
# tested and not be declared, only for having been written as text.


def _entered(draft: Draft) -> dict[str, str]:
    """The texts as written (R2)."""
    entered = {name: text for name, text in draft.fields.items() if text}
    several = len(draft.volumes) > 1
    room = LONGEST_TEXT
    for index, volume in enumerate(draft.volumes):
        prefix = f"volumes[{index}]." if several else ""
        for name, text in volume.fields.items():
            if text:
                entered[prefix + name] = text
        places = (("coordinates", getattr(volume.outline, "text", "")), ("times", "; ".join(volume.times)))
        for name, text in places:
            if text and len(text) <= room:
                entered[prefix + name] = text
                room -= len(text)
    return entered


def _party(draft: Draft, context: Context, flags: list[Flag]) -> tuple[str, bool]:
    """The id of the party, and whether it says that there is none."""
    written = kept(draft.fields.get("party", ""))
    if written and folded(written) in _NOBODY:
        return "unknown", True
    if not written:
        # The first name that the file has: without folders, without its ending.
        name = context.default_party or PurePath(draft.source.file.replace("\\", "/")).stem
        if not name.strip():
            raise InputError("party-missing", "It does not say whose it is.", expected="a party", found="none")
        flags.append(
            Flag(
                "party-assumed",
                f"It does not say whose it is: taken as {name}'s, from where it came.",
                "party",
            )
        )
        written = kept(name)
    known = context.party_ids.get(folded(written))
    if known is None and context.party_ids:
        flags.append(Flag("party-unlisted", f"The theatre does not list a party “{written}”.", "party"))
    return known or written, False


def _kind(fields: Mapping[str, str], context: Context, flags: list[Flag]) -> tuple[Kind, Zone | None]:
    kind_text, zone_text = fields.get("kind", "").strip(), fields.get("zone", "").strip()
    zone = zone_of(zone_text) if zone_text else None
    if kind_text:
        of_zone = ZONES.get(folded(kind_text))
        if of_zone is not None and (zone is None or zone is of_zone):
            return Kind.RESTRICTED_ZONE, of_zone
        return kind_of(kind_text), zone
    if context.default_kind is not None:
        kind = context.default_kind
    elif zone is not None:
        kind = Kind.RESTRICTED_ZONE
    else:
        raise InputError(
            "kind-missing",
            "It does not say what it is.",
            expected="a kind, here or for the whole file: " + ", ".join(Kind),
            found="none",
        )
    flags.append(Flag("kind-assumed", f"It does not say what it is: taken as {kind}.", "kind"))
    return kind, zone if kind is Kind.RESTRICTED_ZONE else None


def _standing(fields: Mapping[str, str], kind: Kind, flags: list[Flag], *, unowned: bool) -> Standing:
    """As stated, unless nobody stands behind it."""
    stated = standing_of(fields["standing"]) if fields.get("standing", "").strip() else Standing.DECLARED
    if unowned and kind in (Kind.RESTRICTED_ZONE, Kind.LINE):
        flags.append(
            Flag("zone-unowned", "No party stands behind it: it is kept, and is in force for nobody.", "party")
        )
        return Standing.RUMOURED
    if unowned and stated is Standing.DECLARED:
        flags.append(Flag("party-unknown", "No party is named for it: it is tested, marked as reported.", "party"))
        return Standing.REPORTED
    return stated


def _revision(fields: Mapping[str, str], flags: list[Flag], *, replacing: bool) -> int:
    """The number of the version; 0 where none is stated, which is flagged where it alone would tell two apart."""
    text = fields.get("revision", "").strip()
    if not text:
        if replacing:
            flags.append(
                Flag("revision-missing", "It replaces an earlier version without a revision number.", "revision")
            )
        return 0
    tidy = plain(text)
    if not re.fullmatch(r"\d{1,9}(?:\.0+)?", tidy):
        raise InputError(
            "revision-unreadable",
            f"“{text}” is not a revision.",
            expected="a whole number from 0",
            found=text,
        )
    return int(tidy.partition(".")[0])


# --- when ---


def _instant(fields: Mapping[str, str], name: str, side: Side, zone: str, flags: list[Flag]) -> Instant | None:
    text = fields.get(name, "")
    if not text or not text.strip():
        return None
    read = read_time(text, side=side, what=name, zone=zone, stated_zone=fields.get("time_zone", "").strip())
    flags.extend(read.flags)
    return read.instant


_ReadsTime = Callable[[Mapping[str, str], str, Side, str, list[Flag]], Instant | None]


def _of_when(fields: Mapping[str, str]) -> Mapping[str, str]:
    """The two sides of `when`, as text; empty where it is not given."""
    when = fields.get("when", "").strip()
    first, slash, last = when.partition("/")
    if when and not slash:
        raise InputError("window-unreadable", f"“{when}” is not a window.", expected="start/end", found=when)
    return {"start": first, "end": last}


def _sides_of_window(
    fields: Mapping[str, str], zone: str, flags: list[Flag], read: _ReadsTime
) -> tuple[Instant | None, Instant | None]:
    """Start and end, as `start` and `end` say, or `when`; None is open.

    Where both say, and differently, the earlier start and the later end: one of them may be wrong, and whichever is
    passed over may have been what mattered.
    """
    of_when = _of_when(fields)
    sides: list[Instant | None] = []
    for name, side in (("start", Side.START), ("end", Side.END)):
        texts = [text for text in (fields.get(name, ""), of_when[name]) if text.strip()]
        stated = [read({**fields, name: text}, name, side, zone, flags) for text in texts]
        known = [each for each in stated if each is not None]
        if len(set(stated)) > 1:
            sentence = f"Its {name} is stated twice, and differently: the {_OUTER[side]} of the two is used."
            flags.append(Flag("window-twice", sentence, name))
        if len(known) < len(texts) or not known:
            sides.append(None)
        else:
            sides.append(min(known) if side is Side.START else max(known))
    return sides[0], sides[1]


_OUTER = {Side.START: "earlier", Side.END: "later"}


def _window(fields: Mapping[str, str], zone: str, flags: list[Flag]) -> Window:
    start, end = _sides_of_window(fields, zone, flags, _instant)
    return ALWAYS if start is None and end is None else Window(start, end)


def _validity(
    fields: Mapping[str, str], kind: Kind, zone: str, flags: list[Flag]
) -> tuple[Instant | None, Instant | None]:
    """A site does not vanish: the window of a static site is how long its notifier vouches for it."""
    start = end = None
    if kind is Kind.STATIC_SITE:
        start, end = _sides_of_window(fields, zone, flags, _beside)
    valid_from = _beside(fields, "valid_from", Side.START, zone, flags) or start
    valid_until = _beside(fields, "valid_until", Side.END, zone, flags) or end
    if end is not None:
        flags.append(
            Flag(
                "site-window-as-validity",
                f"A site does not vanish: its end, {end}, is read as the end of its validity. "
                "After it the site is stale and still tested; only a cancellation ends it.",
                "end",
            )
        )
    return valid_from, valid_until


def _beside(fields: Mapping[str, str], name: str, side: Side, zone: str, flags: list[Flag]) -> Instant | None:
    """A time that does not bear on what is tested, such as the end of validity.

    Where no zone is known, it is bounded by all the zones that there are: leaving a hospital out of the
    check for want of the zone of its expiry would protect nobody.
    """
    try:
        return _instant(fields, name, side, zone, flags)
    except InputError as error:
        if error.code != "time-unzoned":
            raise
    widest = "+14:00" if side is Side.START else "-12:00"
    instant = _instant({**fields, "time_zone": widest}, name, side, zone, flags)
    flags.append(
        Flag(
            "time-zone-bounded",
            f"The {name} “{fields[name].strip()}” has no time zone: it is read as {instant}, "
            f"the {'earliest' if side is Side.START else 'latest'} that any zone makes of it.",
            name,
        )
    )
    return instant


# --- where, and how well ---


def _length(fields: Mapping[str, str], name: str) -> float | None:
    text = fields.get(name, "")
    return read_length(text, what=name) if text and text.strip() else None


def _reach(fields: Mapping[str, str]) -> float | None:
    """How far a declaration says that it reaches around what is drawn, in metres; None where it says nothing.

    A radius beside a line, or a half width beside a point, means the same under the other's name; a buffer
    is on top of either. None of them is passed over: a thinner shape than was declared could hide a conflict.
    """
    around = [found for name in ("radius_m", "half_width_m") if (found := _length(fields, name)) is not None]
    buffer_m = _length(fields, "buffer_m")
    if buffer_m is None:
        return max(around, default=None)
    return max(around, default=0.0) + buffer_m


def _uncertainty(fields: Mapping[str, str]) -> Uncertainty:
    horizontal = _length(fields, "uncertainty_m")
    vertical = _length(fields, "uncertainty_vertical_m")
    time_text = fields.get("uncertainty_s", "")
    time_s = read_duration(time_text, what="uncertainty in time") if time_text.strip() else 0.0
    at_95 = yes_or_no(fields.get("uncertainty_at_95", ""))
    if not (horizontal or vertical or time_s):
        return EXACT
    return Uncertainty(horizontal or 0.0, vertical or 0.0, time_s, at_95)


def _own(volume: DraftVolume, fields: Mapping[str, str]) -> Mapping[str, str]:
    return {**fields, **{k: v for k, v in volume.fields.items() if v}} if volume.fields else fields


def _volumes(
    volume: DraftVolume,
    fields: Mapping[str, str],
    kind: Kind,
    medium: Medium,
    context: Context,
    flags: list[Flag],
) -> Iterable[Volume]:
    own = _own(volume, fields)
    zone = context.theatre.time_zone
    uncertainty = _uncertainty(own)
    band, band_flags = _stated_band(volume, own)
    flags.extend(band_flags)
    outline = volume.outline
    is_site = kind is Kind.STATIC_SITE
    if is_site and (any(volume.times) or volume.window is not None):
        flags.append(
            Flag(
                "site-times",
                "A site does not move or vanish: the times of its points are not used, and it is tested at any time.",
                "times",
            )
        )
    if isinstance(outline, PathOutline) and volume.times and not is_site:
        window = ALWAYS
        shape: Shape
        route = shape = _route(volume, outline, own, kind, medium, context, flags)
        if band and not route.has_heights:
            band = _with_half_height(band, own)
    else:
        window = ALWAYS if is_site else volume.window or _window(own, zone, flags)
        shape = _shape(outline, own, kind, medium, context, flags)
        band = _with_half_height(band, own) if band else _band_of_heights(volume, own, shape, kind, flags)
    if isinstance(shape, Route):
        window = Window(shape.waypoints[0].time, shape.waypoints[-1].time)
        _compare_window(own, window, zone, flags)
        if shape.has_heights and band is not None:
            band = None  # heights of the way-points are the finer statement; the text stays in `entered`
            flags.append(
                Flag(
                    "band-and-heights",
                    "The heights of the way-points are used, not the limits given.",
                    "lower",
                )
            )
    elif kind in (Kind.OPERATION, Kind.MOVEMENT, Kind.NEGATIVE) and (window.start is None or window.end is None):
        side = "start and end" if window == ALWAYS else ("start" if window.start is None else "end")
        flags.append(Flag("window-open", f"It states no {side}: it is tested as open on that side.", side))
    _flag_short(window, flags)
    _flag_coarse(outline, shape, uncertainty, flags)
    yield Volume(shape, window, band, uncertainty)
    if isinstance(outline, AreaOutline) and isinstance(shape, Polygon | MultiPolygon):
        # An area with a buffer is the area and a corridor around each of its rings, exactly.
        reach_m = _reach(own)
        if reach_m:
            for polygon in (shape,) if isinstance(shape, Polygon) else shape.polygons:
                for ring in (polygon.outer, *polygon.holes):
                    yield Volume(Corridor((*ring, ring[0]), reach_m), window, band, uncertainty)


def _flag_short(window: Window, flags: list[Flag]) -> None:
    """Nothing is anywhere for less than a second: what says so has lost its end, and next to nothing meets it."""
    if window.end_s - window.start_s < 1.0:
        flags.append(
            Flag(
                "window-short",
                f"It lasts less than a second, {window}, and is tested for no longer. Is that its end?",
                "end",
                {"window": str(window)},
            )
        )


def _compare_window(own: Mapping[str, str], window: Window, zone: str, flags: list[Flag]) -> None:
    if not (own.get("start") or own.get("end") or own.get("when")):
        return
    stated = _window(own, zone, [])
    if stated.start not in (None, window.start) or stated.end not in (None, window.end):
        flags.append(
            Flag(
                "route-window-differs",
                f"The stated window, {stated}, is not that of the way-points, {window}, which is used.",
                "start",
            )
        )


def _stated_band(volume: DraftVolume, own: Mapping[str, str]) -> tuple[Band | None, tuple[Flag, ...]]:
    if volume.band is not None:
        return volume.band, ()
    lower, upper = own.get("lower", ""), own.get("upper", "")
    if not (lower or upper):
        return None, ()
    return read_band(
        lower,
        upper,
        datum=own.get("datum", ""),
        lower_datum=own.get("lower_datum", ""),
        upper_datum=own.get("upper_datum", ""),
        unit=own.get("height_unit", "").strip(),
    )


def _with_half_height(band: Band, own: Mapping[str, str]) -> Band:
    """A half height is on top of stated limits: one altitude with it is no sheet without thickness."""
    extra_m = _length(own, "half_height_m")
    if not extra_m:
        return band
    lower_m = None if band.lower_m is None else band.lower_m - extra_m
    upper_m = None if band.upper_m is None else band.upper_m + extra_m
    return Band(lower_m, upper_m, band.datum, band.upper_datum)


def _heights_datum(volume: DraftVolume, own: Mapping[str, str], flags: list[Flag]) -> Datum:
    if own.get("datum", "").strip():
        datum, odd = read_datum(own["datum"])
        if datum is Datum.UNKNOWN:
            flags.append(
                Flag(
                    "height-datum-unknown",
                    f"The heights are above “{odd or 'an unknown datum'}”: the test is widened.",
                    "datum",
                    {"datum": odd},
                )
            )
        return datum
    if volume.heights_datum is not None:
        return volume.heights_datum
    flags.append(Flag("height-datum-missing", "The heights do not say above what: the test is widened.", "datum"))
    return Datum.UNKNOWN


def _heights(outline: PathOutline) -> list[float]:
    """The height of each vertex, in metres; none where none has one.

    InputError (`route-heights`) where some have: a band, or a way, of the others' heights alone could pass below or
    above what is there, and hide a conflict.
    """
    given = [height for height in outline.heights_m if height is not None]
    if len(given) not in (0, len(outline.points)):
        raise InputError(
            "route-heights",
            f"{len(given)} of {len(outline.points)} way-points have a height.",
            expected="all or none",
            found=str(len(given)),
        )
    return given


def _band_of_heights(
    volume: DraftVolume, own: Mapping[str, str], shape: Shape, kind: Kind, flags: list[Flag]
) -> Band | None:
    """Heights of vertices are where something is, and so a band only for what goes about at those heights."""
    outline = volume.outline
    if isinstance(outline, PointOutline):
        given = [outline.height_m] if outline.height_m is not None else []
    elif isinstance(outline, PathOutline):
        given = [height for height in outline.heights_m if height is not None]
    else:
        return None
    if not given:
        return None
    if kind is Kind.STATIC_SITE:
        return None  # where the ground is, as every receiver tells it; a site is at no height of its own
    if kind not in (Kind.OPERATION, Kind.MOVEMENT) or isinstance(shape, Circle):
        flags.append(
            Flag(
                "height-not-a-band",
                f"The height of its position, {min(given):g} m, is not read as an altitude band.",
                "coordinates",
            )
        )
        return None
    if isinstance(outline, PathOutline):
        given = _heights(outline)
    extra = _length(own, "half_height_m") or 0.0
    return Band(min(given) - extra, max(given) + extra, _heights_datum(volume, own, flags))


def _shape(
    outline: Outline | Shape,
    own: Mapping[str, str],
    kind: Kind,
    medium: Medium,
    context: Context,
    flags: list[Flag],
) -> Shape:
    match outline:
        case PointOutline():
            radius_m = _reach(own)
            return Circle(position(outline.at), radius_m) if radius_m else Point(position(outline.at))
        case AreaOutline():
            shape, found = area_shape(outline)
            flags.extend(found)
            return shape
        case PathOutline():
            points, found = path_points(outline)
            flags.extend(found)
            half_m = _reach(own)
            if not half_m and kind is Kind.MOVEMENT:
                half_m = _theatre_buffer(medium, context, flags)
            return Corridor(points, half_m) if half_m else Path(points)
        case _:
            return outline


def _theatre_buffer(medium: Medium, context: Context, flags: list[Flag]) -> float:
    """The theatre's moving buffer (R28); for an unstated medium the widest of them."""
    buffers = context.theatre.moving_buffers_m
    radius_m = buffers.get(medium.value)
    if radius_m is None:
        radius_m = max(buffers.values(), default=0.0) if medium is Medium.UNSTATED else 0.0
    if radius_m:
        flags.append(
            Flag(
                "buffer-of-theatre",
                f"It states no buffer: the theatre's, {radius_m:g} m, is used.",
                "buffer_m",
            )
        )
    return radius_m


def _route(
    volume: DraftVolume,
    outline: PathOutline,
    own: Mapping[str, str],
    kind: Kind,
    medium: Medium,
    context: Context,
    flags: list[Flag],
) -> Route:
    times = _waypoint_times(volume, outline, own, context, flags)
    heights = _heights(outline)
    pieces, found = timed_points(outline)
    flags.extend(found)
    last = len(outline.points) - 1
    made = []
    for leg, share, at in pieces:
        a, b = times[leg], times[min(leg + 1, last)]
        height = None
        if heights:
            low, high = heights[leg], heights[min(leg + 1, last)]
            height = low + share * (high - low)
        made.append(Waypoint(at, Instant(a + share * (b - a)), height))
    radius_m = _reach(own)
    if radius_m is None:
        radius_m = _theatre_buffer(medium, context, flags) if kind is Kind.MOVEMENT else 0.0
    datum = _heights_datum(volume, own, flags) if heights else Datum.UNKNOWN
    # Without heights of its own it reaches beyond the limits stated, where there are any (`_with_half_height`).
    half_height_m = (_length(own, "half_height_m") or 0.0) if heights else 0.0
    return Route(tuple(made), radius_m, datum, half_height_m)


def _waypoint_times(
    volume: DraftVolume, outline: PathOutline, own: Mapping[str, str], context: Context, flags: list[Flag]
) -> list[float]:
    """Seconds since the epoch for each way-point; those between two timed ones by the way on the ground."""
    texts = list(volume.times)
    count = len(outline.points)
    if len(texts) != count:
        raise InputError(
            "route-times",
            f"The route has {count} way-points and {len(texts)} times.",
            expected=f"{count} times",
            found=str(len(texts)),
        )
    of_when = _of_when(own)
    texts[0] = texts[0] or own.get("start", "") or of_when["start"]
    texts[-1] = texts[-1] or own.get("end", "") or of_when["end"]
    zone, stated = context.theatre.time_zone, own.get("time_zone", "").strip()
    times: list[float | None] = []
    asked: set[str] = set()
    for index, text in enumerate(texts, start=1):
        if not text.strip():
            times.append(None)
            continue
        read = read_time(text, side=Side.MOMENT, what=f"time of way-point {index}", zone=zone, stated_zone=stated)
        for flag in read.flags:
            if flag.code not in asked:  # the same question for every way-point is asked once
                asked.add(flag.code)
                flags.append(flag)
        times.append(read.instant.epoch_s if read.instant else None)
    if times[0] is None or times[-1] is None:
        raise InputError(
            "route-ends",
            "The first and the last way-point of a route need a time.",
            expected="a time at both ends",
            found="; ".join(texts)[:80],
        )
    return _filled(times, outline, flags)


def _filled(times: list[float | None], outline: PathOutline, flags: list[Flag]) -> list[float]:
    known = [index for index, time in enumerate(times) if time is not None]
    if len(known) < len(times):
        flags.append(
            Flag(
                "waypoint-time-computed",
                f"{len(times) - len(known)} way-points have no time: constant speed is assumed there.",
                "times",
            )
        )
    filled: list[float] = []
    for first, last in pairwise(known):
        between = PathOutline(outline.points[first : last + 1])
        start, end = times[first], times[last]
        if start is None or end is None:  # not so for the indexes in `known`
            continue
        ways = [0.0]
        for a, b in pairwise(between.points):
            ways.append(ways[-1] + rough_m(a, b))
        total = ways[-1]
        for index in range(first, last):
            share = ways[index - first] / total if total else (index - first) / (last - first)
            filled.append(start + share * (end - start))
    final = times[-1]
    return [*filled, final] if final is not None else filled


def _flag_coarse(outline: Outline | Shape, shape: Shape, uncertainty: Uncertainty, flags: list[Flag]) -> None:
    """Whether the numbers are written too coarsely for what is claimed with them (R3)."""
    match outline:
        case PointOutline():
            points: tuple[LonLat, ...] = (outline.at,)
        case PathOutline():
            points = outline.points
        case AreaOutline():
            points = outline.polygons[0][0]
        case _:
            return
    known_to_m = grid_m(points)
    if isinstance(outline, PointOutline) and outline.precision_m is not None:
        known_to_m = outline.precision_m / 2
    if known_to_m < 50.0:
        return
    match shape:
        case Circle():
            size_m = shape.radius_m
        case Corridor():
            size_m = shape.half_width_m
        case Polygon() | MultiPolygon():
            lats = [lat for _, lat in points]
            size_m = (max(lats) - min(lats)) * 111_320.0 / 20.0
        case _:
            size_m = 0.0
    if known_to_m <= max(size_m, uncertainty.horizontal_m):
        return
    flags.append(
        Flag(
            "precision-coarse",
            f"Its coordinates are written to about {known_to_m:,.0f} m, more coarsely than what is claimed "
            "with them; no uncertainty that covers this is stated.",
            "coordinates",
            {"metres": f"{known_to_m:.0f}"},
        )
    )


# --- lines ---


def _segment(volume: DraftVolume, fields: Mapping[str, str], zone: str, flags: list[Flag]) -> Segment:
    own = _own(volume, fields)
    outline = volume.outline
    if isinstance(outline, PathOutline):
        points, found = path_points(outline)
        flags.extend(found)
        path = Path(points)
    elif isinstance(outline, Path):
        path = outline
    else:
        raise InputError(
            "line-geometry",
            "A dividing line is drawn as a line.",
            expected="a line string",
            found=type(outline).__name__.removesuffix("Outline").lower(),
        )
    status_text = own.get("status", "").strip()
    if status_text:
        status = status_of(status_text)
    else:
        status = LineStatus.DISPUTED
        flags.append(Flag("status-assumed", "The line does not say its status: it is taken as disputed.", "status"))
    window = volume.window or _window(own, zone, flags)
    _flag_short(window, flags)
    return Segment(path, status, window, _uncertainty(own))


def _sides(fields: Mapping[str, str], context: Context) -> Sides | None:
    names = [fields.get(name, "") for name in ("left", "right", "left_name", "right_name")]
    if not any(names):
        return None
    bound = [
        frozenset(context.party_ids.get(folded(party), kept(party)) for party in listed(text)) for text in names[:2]
    ]
    return Sides(bound[0], bound[1], kept(names[2]) or "left", kept(names[3]) or "right")


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."
