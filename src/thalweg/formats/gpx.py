"""GPX 1.1 and 1.0: tracks and routes become movements, way-points become points.

    <gpx version creator>
      <metadata><time/></metadata>                      when the file was written; not read
      <wpt lat lon><ele/><time/><name/>…</wpt>          a point
      <rte><name/><rtept lat lon>…</rtept>…</rte>       a planned line: an ordered list of points
      <trk><name/>                                      one declaration,
        <trkseg><trkpt lat lon><ele/><time/></trkpt>…</trkseg>   one volume for each segment
      </trk>
    </gpx>

`lat`, `lon` are WGS84 degrees; `ele` is metres above mean sea level (taken as EGM96: the schema gives the
separation from the ellipsoid in `geoidheight`, so `ele` is not above it); `time` is UTC by the schema, also
where the `Z` is missing. Between points a track runs along geodesics.
http://www.topografix.com/GPX/1/1/

A track's times say when it was, or will be, there. The time of a way-point is when it was *written down*
and says nothing about when anything is there: it goes into the details. The same would hold for a route's
points, but planning tools put the estimated times there: increasing times at both ends are read as such,
and flagged.

Canonical fields (docs/reference/formats/geojson.md) may stand in an element `thalweg` of the `extensions`
of a wpt, rte or trk: `<extensions><thalweg><buffer_m>200</buffer_m></thalweg></extensions>`.
"""

from __future__ import annotations

from collections.abc import Iterator

from thalweg.drafts import (
    Context,
    Draft,
    DraftVolume,
    Outcome,
    PointOutline,
    field_named,
    finish,
    reading_of,
    with_unit,
)
from thalweg.drafts.markup import Element, child, children, local, parse, text
from thalweg.drafts.texts import number
from thalweg.drafts.times import Side, read_time
from thalweg.drafts.tracks import Fix, track_volumes
from thalweg.drafts.untyped import assumed_kind
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.measures import Datum
from thalweg.model.notes import Flag, Omission, Problem, Source
from thalweg.model.reading import Reading

NAME = "gpx"
SUFFIXES = (".gpx",)

_NOTES = ("cmt", "desc", "src", "type", "sym", "number")  # kept as details, under their own names


def recognises(head: bytes, name: str) -> bool:
    """Whether these first bytes are a GPX document, or XML under the name of one."""
    if b"<gpx" in head[:4096] or b"<\0g\0p\0x" in head[:8192]:
        return True
    return name.lower().endswith(SUFFIXES) and head.lstrip()[:1] == b"<"


def read(data: bytes, name: str, context: Context) -> Reading:
    """The declarations of a GPX file. Never raises for what is in the data."""
    try:
        root, undeclared = parse(data, name)
    except InputError as error:
        return reading_of(NAME, (), problems=(_problem(Source(name), error),))
    if local(root) != "gpx":
        wrong = Problem(Source(name), "gpx-root", f"{name} is not GPX.", "<gpx> as its root", f"<{local(root)}>")
        return reading_of(NAME, (), problems=(wrong,))
    file_flags = (_undeclared_flag(),) if undeclared else ()
    outcomes: list[Outcome] = []
    omissions: list[Omission] = []
    counts: dict[str, int] = {}
    seen = 0
    for element in children(root):
        what = local(element)
        if what not in _READERS:
            if what not in _HEADERS:
                omissions.append(
                    Omission(Source(name, what), f"<{what}>", "it is not an element of GPX that says where")
                )
            continue
        counts[what] = counts.get(what, 0) + 1
        seen += 1
        source = Source(name, f"{what}[{counts[what]}]")
        try:
            draft = _READERS[what](element, source, context, file_flags)
        except InputError as error:
            outcomes.append(_problem(source, error))
            continue
        except ValueRefused as error:
            outcomes.append(Problem(source, error.code, error.sentence))
            continue
        if draft.volumes:
            outcomes.append(finish(draft, context))
        else:
            omissions.append(Omission(source, f"an empty <{what}>", "it has no point", harmless=True))
    if next(root.iter("{*}extensions"), None) is not None:
        omissions.append(
            Omission(Source(name), "extensions", "only those in a thalweg element are read", harmless=True)
        )
    return reading_of(NAME, outcomes, omissions=omissions, seen=seen)


_HEADERS = frozenset({
    "metadata", "extensions",
    "name", "desc", "author", "email", "url", "urlname", "time", "keywords", "bounds",  # GPX 1.0
})  # fmt: skip


def _waypoint(element: Element, source: Source, context: Context, flags: tuple[Flag, ...]) -> Draft:
    fix = _fix(element)
    fields, details, kind_flags = _common(element, context, moves=False)
    if fix.time:
        details["recorded"] = fix.time
    found = [*flags, *kind_flags]
    if fix.height_m is not None:
        # Where the ground or the receiver was: as a band it would be a sheet without thickness.
        details["ele"] = text(element, "ele")
        found.append(
            Flag(
                "height-not-a-band",
                f"The elevation of the point, {fix.height_m:g} m, is not read as an altitude band.",
                "ele",
            )
        )
    return Draft(source, fields, (DraftVolume(PointOutline(fix.at)),), details, tuple(found))


def _route(element: Element, source: Source, context: Context, flags: tuple[Flag, ...]) -> Draft:
    fields, details, kind_flags = _common(element, context, moves=True)
    fixes = [_fix(point) for point in children(element, "rtept")]
    timed = [fix.time for fix in fixes if fix.time]
    found = list(kind_flags)
    if len(fixes) > 1 and fixes[0].time and fixes[-1].time:
        found.append(
            Flag(
                "gpx-route-times",
                "The times of the route's points are read as when it will be there. By the letter of GPX they"
                " may be when the points were written down: ask.",
                "times",
            )
        )
    elif timed:
        details["recorded"] = "; ".join(timed)
        fixes = [Fix(fix.at, "", fix.height_m) for fix in fixes]
        found.append(
            Flag(
                "gpx-route-times-unused",
                "Some points of the route have a time, its ends do not: the times are not used, and it is"
                " tested at any time.",
                "times",
            )
        )
    fixes, utc = _in_utc(fixes, "route")
    volumes, track_flags = track_volumes(fixes, "route", datum=Datum.EGM96, zone="")
    return Draft(source, fields, volumes, details, (*flags, *found, *utc, *track_flags))


def _track(element: Element, source: Source, context: Context, flags: tuple[Flag, ...]) -> Draft:
    fields, details, kind_flags = _common(element, context, moves=True)
    volumes: list[DraftVolume] = []
    found = list(kind_flags)
    segments = 0
    for number_, segment in enumerate(children(element, "trkseg"), start=1):
        fixes, utc = _in_utc([_fix(point) for point in children(segment, "trkpt")], f"segment {number_}")
        made, track_flags = track_volumes(fixes, f"segment {number_}", datum=Datum.EGM96, zone="")
        volumes += made
        segments += bool(made)
        found += [*utc, *track_flags]
    if segments > 1:
        found.append(
            Flag(
                "track-gap",
                f"It is in {segments} segments: where it was between them is not stated and not tested.",
                "segments",
                {"segments": str(segments)},
            )
        )
    return Draft(source, fields, tuple(volumes), details, (*flags, *found))


_READERS = {"wpt": _waypoint, "rte": _route, "trk": _track}


def _common(
    element: Element, context: Context, *, moves: bool
) -> tuple[dict[str, str], dict[str, str], tuple[Flag, ...]]:
    """Fields, details and flags that way-points, routes and tracks have alike."""
    fields = {"title": text(element, "name")}
    details = {note: found for note in _NOTES if (found := text(element, note))}
    for name, value in _extended(child(element, "extensions")):
        known = field_named(name)
        if known is not None:
            fields[known[0]] = with_unit(value, known[1])
    if fields.get("kind", "").strip() or fields.get("zone", "").strip():
        return fields, details, ()
    kind, flag = assumed_kind(moves=moves, context=context)
    fields["kind"] = kind.value
    return fields, details, (flag,)


def _extended(extensions: Element | None) -> Iterator[tuple[str, str]]:
    for ours in children(extensions, "thalweg") if extensions is not None else ():
        for element in children(ours):
            if found := text(element):
                yield local(element), found


def _fix(element: Element) -> Fix:
    at = tuple(_degrees(element, name) for name in ("lon", "lat"))
    height = text(element, "ele")
    return Fix((at[0], at[1]), text(element, "time"), number(height) if height else None)


def _degrees(element: Element, name: str) -> float:
    written = element.get(name, "")
    if not written.strip():
        raise InputError(
            "gpx-position",
            f"A <{local(element)}> has no {name}.",
            expected=f'{name}="…" in degrees',
            found="nothing",
        )
    return number(written)


def _in_utc(fixes: list[Fix], where: str) -> tuple[list[Fix], tuple[Flag, ...]]:
    """Times without a zone are UTC by the schema; that is what is read, and it is flagged."""
    bare = [_bare(fix.time, f"time of point {number_}, {where}") for number_, fix in enumerate(fixes, start=1)]
    if not any(bare):
        return fixes, ()
    marked = [
        Fix(fix.at, fix.time + "Z", fix.height_m) if plain else fix for fix, plain in zip(fixes, bare, strict=True)
    ]
    return marked, (
        Flag(
            "gpx-time-unzoned",
            f"{sum(bare)} times have no zone: they are read as UTC, as GPX says. If the device wrote local"
            " time, they are wrong by its offset: ask.",
            "times",
        ),
    )


def _bare(time: str, what: str) -> bool:
    """Whether a time is whole but for its zone. One that cannot be read is refused here, as it stands in the file."""
    if not time or _zoned(time):
        return False
    try:
        read_time(time, side=Side.MOMENT, what=what)
    except InputError as error:
        if error.code != "time-unzoned" or time.casefold().endswith(_LOCAL):
            raise
        return True
    return False


_LOCAL = ("local", "lt", "j", "местное")  # it does say that it is not UTC


def _zoned(time: str) -> bool:
    """Whether an ISO time carries a zone: anything after the clock, which begins behind the T."""
    clock = time.strip().upper().partition("T")[2]
    return "Z" in clock or "+" in clock or "-" in clock


def _undeclared_flag() -> Flag:
    return Flag(
        "xml-prefix-undeclared",
        "The file uses a namespace prefix that it does not declare; its elements are read by their names.",
    )


def _problem(source: Source, error: InputError) -> Problem:
    return Problem(
        source, error.code, error.sentence,
        str(error.fields.get("expected", "")), str(error.fields.get("found", ""))[:120],
    )  # fmt: skip
