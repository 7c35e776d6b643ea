"""KML 2.2 and 2.3 (OGC 12-007r2; the older Google namespaces alike), and KMZ, a zip with KML in it.

    <kml>
      <Document|Folder>                               any depth; its time holds for what has none of its own
        <TimeSpan><begin/><end/></TimeSpan>           ISO 8601, also a year, a month or a day alone
        <TimeStamp><when/></TimeStamp>
        <Placemark>                                   one declaration
          <name/> <description/>
          <ExtendedData>                              canonical fields, by name; the rest becomes details
            <Data name="party"><value/></Data>
            <SchemaData><SimpleData name="radius_m"/></SchemaData>
          </ExtendedData>
          <Point|LineString|LinearRing|Polygon|MultiGeometry|gx:Track|gx:MultiTrack>
            <extrude/> <tessellate/> <altitudeMode/>
            <coordinates>lon,lat[,alt] lon,lat[,alt] …</coordinates>

Degrees on WGS84, metres. What a height is above (`altitudeMode`):

    clampToGround (the default)    nothing: the third number is ignored, as KML says; no band
    relativeToGround               the ground (AGL)
    absolute                       mean sea level, EGM96 (OGC 12-007r2, clause 9.15)
    clampToSeaFloor                nothing; no band
    relativeToSeaFloor             the sea floor: no datum of ours, so unknown, flagged

and what it makes of an area or a line: with `extrude`, everything from the ground up to the greatest
height; without, what lies between the least and the greatest, which for a flat polygon is a sheet (flagged).
A MultiGeometry that draws a box face by face is read as the box (flagged).

Edges are geodesics (KML: a Polygon follows the great circle), but those of a LinearRing by itself, which
run straight in longitude and latitude. Network links are named, never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from thalweg.drafts import (
    AreaOutline,
    Context,
    Draft,
    DraftVolume,
    Outcome,
    PathOutline,
    PointOutline,
    field_named,
    finish,
    reading_of,
    with_unit,
)
from thalweg.drafts.archive import Refused, is_zip, open_archive
from thalweg.drafts.markup import Element, child, children, local, parse, text
from thalweg.drafts.outlines import LonLat
from thalweg.drafts.texts import number, yes_or_no
from thalweg.drafts.times import Side, read_time
from thalweg.drafts.tracks import Fix, track_volumes
from thalweg.drafts.untyped import assumed_kind
from thalweg.drafts.words import kind_of
from thalweg.model.declarations import Kind
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.notes import Flag, Omission, Problem, Source
from thalweg.model.reading import Reading

NAME = "kml"
SUFFIXES = (".kml", ".kmz")

_LONGEST_KEPT = 2_000  # characters, about forty vertices
_DEEPEST = 200  # folders and geometries within each other; libxml2 itself stops at 256

_CONTAINERS = frozenset({"Document", "Folder"})
# Left out, and what it may hide.
_UNREAD = {
    "NetworkLink": ("a network link", "what it points to is not fetched; save it and give the file"),
    "NetworkLinkControl": ("changes to another file", "updates are not applied"),
    "GroundOverlay": ("an image laid over the ground", "images are not read; draw what they show as areas"),
    "Model": ("a 3-D model", "models are not read; draw its outline as an area"),
}
_HARMLESS = {
    "Style": "styles", "StyleMap": "styles", "Schema": "schemas",
    "LookAt": "views", "Camera": "views", "AbstractView": "views", "Region": "levels of detail",
    "ScreenOverlay": "screen overlays", "PhotoOverlay": "photographs", "Tour": "tours",
}  # fmt: skip
_GEOMETRIES = frozenset(
    {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack", "Model"}
)


def recognises(head: bytes, name: str) -> bool:
    """Whether these first bytes are KML, or a zip under the name of a KMZ, or XML under the name of a KML."""
    lower = name.lower()
    if is_zip(head):
        return lower.endswith(".kmz")
    if b"<kml" in head[:4096] or b":kml " in head[:4096] or b"<\0k\0m\0l" in head[:8192]:
        return True
    return lower.endswith(SUFFIXES) and head.lstrip()[:1] == b"<"


def read(data: bytes, name: str, context: Context) -> Reading:
    """The declarations of a KML or KMZ file. Never raises for what is in the data."""
    try:
        if is_zip(data[:4]):
            return _read_kmz(data, name, context)
        reader = _Reader(name, context)
        reader.document(data)
        return reader.reading()
    except InputError as error:
        return reading_of(NAME, (), problems=(_problem(Source(name), error),))


# What a KMZ carries for its looks. Anything else, such as a KMZ inside it or a table, may be what declares something.
_PICTURED: Final = frozenset(
    ("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "svg", "webp", "ico", "dae", "obj", "glb")
)


def _read_kmz(data: bytes, name: str, context: Context) -> Reading:
    """Every KML of the archive is read, not the first alone: another may be the one that matters."""
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    omissions: list[Omission] = []
    seen = found = 0
    others: set[str] = set()
    for member in open_archive(data, name):
        if isinstance(member, Refused):
            problems.append(Problem(Source(name, member.name), member.code, member.sentence))
            continue
        if not member.name.lower().endswith(".kml"):
            ending = member.name.rpartition(".")[2].lower()[:12]
            if ending in _PICTURED:
                others.add(ending)
            else:
                omissions.append(
                    Omission(
                        Source(name, member.name),
                        "a file inside",
                        "It is neither KML nor a picture or model; take it out of the KMZ and give it beside.",
                    )
                )
            continue
        found += 1
        reader = _Reader(name, context, inside=member.name)
        try:
            reader.document(member.data)
        except InputError as error:
            problems.append(_problem(Source(name, member.name), error))
            continue
        part = reader.reading()
        outcomes += [*part.declarations, *part.cancellations]
        problems += part.problems
        omissions += part.omissions
        seen += part.seen
    if others:
        omissions.append(
            Omission(Source(name), f"files of type {', '.join(sorted(others))}", "images and models", harmless=True)
        )
    if not found and not problems:
        raise InputError("kmz-empty", f"{name} has no KML in it.", expected="a .kml", found="none", file=name)
    return reading_of(NAME, outcomes, problems=problems, omissions=omissions, seen=seen)


@dataclass(frozen=True, slots=True)
class _Span:
    """A time as it holds for a feature: fields for `finish`, or the text of a moment."""

    fields: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    moment: str = ""


@dataclass(frozen=True, slots=True)
class _Face:
    """A polygon with the heights of its vertices; `flat` where its outline encloses no ground."""

    rings: tuple[tuple[LonLat, ...], ...]
    heights: tuple[float, ...]
    mode: str
    extrude: bool
    text: str = ""  # of the outer ring, as written

    @property
    def flat(self) -> bool:
        ring = self.rings[0]
        x0, y0 = ring[0]
        area = sum(
            (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
            for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True)
        )
        return len(set(ring)) < 3 or abs(area) < 1e-14  # about 1 cm²; rounding is far below


class _Reader:
    """Walks one document, from the root down, and collects what it makes of it."""

    def __init__(self, name: str, context: Context, *, inside: str = "") -> None:
        """`inside` is the path of the document in its KMZ; the file is the KMZ, for that is what came."""
        self._name = name
        self._inside = inside
        self._context = context
        self._outcomes: list[Outcome] = []
        self._omissions: list[Omission] = []
        self._harmless: dict[str, int] = {}
        self._flags: tuple[Flag, ...] = ()
        self._seen = 0

    def reading(self) -> Reading:
        ornaments = [
            Omission(
                Source(self._name, self._inside),
                what,
                f"{count} of them; they draw and do not say where",
                harmless=True,
            )
            for what, count in sorted(self._harmless.items())
        ]
        return reading_of(NAME, self._outcomes, omissions=[*self._omissions, *ornaments], seen=self._seen)

    def document(self, data: bytes) -> None:
        root, undeclared = parse(data, self._name)
        if undeclared:
            self._flags = (
                Flag(
                    "xml-prefix-undeclared",
                    "The file uses a namespace prefix that it does not declare; its elements are read by their names.",
                ),
            )
        if local(root) == "kml":
            self._features(root, self._inside, _Span(), hidden=False)
        elif local(root) in _CONTAINERS or local(root) == "Placemark":
            path = f"{self._inside}/{local(root)}" if self._inside else local(root)
            self._feature(root, path, _Span(), hidden=False)
        else:
            raise InputError(
                "kml-root",
                f"{self._name} is not KML.",
                expected="<kml> as its root",
                found=f"<{local(root)}>",
            )

    # --- the tree of features ---

    def _features(self, parent: Element, path: str, span: _Span, *, hidden: bool) -> None:
        counts: dict[str, int] = {}
        for element in children(parent):
            what = local(element)
            counts[what] = counts.get(what, 0) + 1
            here = f"{path}/{what}[{counts[what]}]" if path else f"{what}[{counts[what]}]"
            self._feature(element, here, span, hidden=hidden)

    def _feature(self, element: Element, path: str, span: _Span, *, hidden: bool) -> None:
        what = local(element)
        if what == "Placemark":
            self._seen += 1
            self._placemark(element, Source(self._name, path), span, hidden=hidden)
        elif what in _CONTAINERS:
            own = _span(element) or span
            self._features(element, path, own, hidden=hidden or _off(element))
        elif what in _UNREAD:
            self._seen += 1
            title = text(element, "name")
            target = text(element, "Link", "href") or text(element, "Url", "href")
            thing, why = _UNREAD[what]
            named = " ".join(part for part in (thing, f"“{title}”" if title else "", target) if part)
            self._omissions.append(Omission(Source(self._name, path), named, why))
        elif what in _HARMLESS:
            self._harmless[_HARMLESS[what]] = self._harmless.get(_HARMLESS[what], 0) + 1

    def _placemark(self, element: Element, source: Source, span: _Span, *, hidden: bool) -> None:
        self._harmless_in(element)
        try:
            draft = self._draft(element, source, _span(element) or span, hidden=hidden or _off(element))
        except InputError as error:
            self._outcomes.append(_problem(source, error))
        except ValueRefused as error:
            self._outcomes.append(Problem(source, error.code, error.sentence))
        else:
            self._outcomes.append(finish(draft, self._context))

    def _harmless_in(self, placemark: Element) -> None:
        for element in children(placemark):
            what = _HARMLESS.get(local(element))
            if what is not None:
                self._harmless[what] = self._harmless.get(what, 0) + 1

    def _draft(self, element: Element, source: Source, span: _Span, *, hidden: bool) -> Draft:
        fields, details = _extended(element)
        fields = {"title": text(element, "name"), **span.fields, **fields}
        for name in ("description", "address", "phoneNumber"):
            if written := text(element, name):
                details.setdefault(name, written)
        flags = [*self._flags, *span.flags]
        if hidden:
            flags.append(Flag("kml-hidden", "It is switched off in the file (visibility 0), and tested all the same."))
        shapes = [part for part in children(element) if local(part) in _GEOMETRIES]
        if not (fields.get("kind", "").strip() or fields.get("zone", "").strip()):
            kind, flag = assumed_kind(moves=_moves(shapes), context=self._context)
            fields["kind"] = kind.value
            flags.append(flag)
        maker = _Shapes(fields, self._context.theatre.time_zone)
        volumes = [volume for shape in shapes for volume in maker.volumes(shape, 0)]
        if span.moment and not (fields.get("start") or fields.get("end") or fields.get("when")):
            if maker.kind is Kind.STATIC_SITE:
                details.setdefault("when", span.moment)  # a site does not last for a second
            elif any(not volume.times for volume in volumes):
                window, moment_flags = _moment(span.moment, self._context.theatre.time_zone)
                volumes = [v if v.times or v.window else replace(v, window=window) for v in volumes]
                flags += moment_flags
        return Draft(source, fields, tuple(volumes), details, (*flags, *maker.flags))


def _moves(shapes: Sequence[Element]) -> bool:
    """Whether all that it draws are lines and tracks, which is how something that moves is drawn."""
    leaves = [local(leaf) for shape in shapes for leaf in _leaves(shape)]
    return bool(leaves) and all(leaf in ("LineString", "Track") for leaf in leaves)


def _leaves(shape: Element) -> Iterator[Element]:
    for element in shape.iter():
        if local(element) in _GEOMETRIES and local(element) not in ("MultiGeometry", "MultiTrack"):
            yield element


class _Shapes:
    """Makes volumes of the geometries of one Placemark, and collects the flags."""

    def __init__(self, fields: dict[str, str], zone: str) -> None:
        self.flags: list[Flag] = []
        self.kind = _kind_stated(fields)
        self._zone = zone
        # Limits stated as fields go before those drawn.
        self._limits_stated = bool(fields.get("lower", "").strip() or fields.get("upper", "").strip())
        self._tracks = 0

    def volumes(self, shape: Element, depth: int) -> list[DraftVolume]:
        if depth > _DEEPEST:
            raise InputError("kml-depth", f"Geometries are nested more than {_DEEPEST} deep.")
        match local(shape):
            case "MultiGeometry":
                return self._several(shape, depth)
            case "Point":
                return [self._point(shape)]
            case "LineString":
                return [self._line(shape)]
            case "LinearRing":
                return [self._ring(shape)]
            case "Polygon":
                return [self._area(_face(shape))]
            case "Track":
                return self._track(shape, _mode(shape))
            case "MultiTrack":
                return self._multitrack(shape)
            case other:
                raise InputError(
                    "kml-geometry", f"A <{other}> is not read; draw its outline as an area.",
                    expected="Point, LineString, LinearRing, Polygon, MultiGeometry, Track", found=other,
                )  # fmt: skip

    def _several(self, shape: Element, depth: int) -> list[DraftVolume]:
        parts = [part for part in children(shape) if local(part) in _GEOMETRIES]
        faces = [_face(part) for part in parts if local(part) == "Polygon"]
        made = []
        if _is_shell(faces):
            made.append(self._shell(faces))
            parts = [part for part in parts if local(part) != "Polygon"]
        for part in parts:
            made += self.volumes(part, depth + 1)
        return made

    def _point(self, shape: Element) -> DraftVolume:
        written, points = _coordinates(shape)
        if len(points) != 1:
            raise _bad_coordinates(written, "one position", f"{len(points)} positions")
        mode = _mode(shape)
        (at, height) = points[0]
        datum = self._datum(mode, [height])
        if _extruded(shape) and datum is not None and height is not None:
            return DraftVolume(PointOutline(at, text=written), band=self._band([height], datum, extrude=True))
        return DraftVolume(PointOutline(at, height if datum else None, written), heights_datum=datum)

    def _line(self, shape: Element) -> DraftVolume:
        written, points = _coordinates(shape)
        heights = [height for _, height in points]
        datum = self._datum(_mode(shape), heights)
        ats = tuple([at for at, _ in points])
        if datum is None or None in heights:
            return DraftVolume(PathOutline(ats, text=_kept(written)))
        known = [height for height in heights if height is not None]
        if _extruded(shape):
            band = self._band(known, datum, extrude=True)
            return DraftVolume(PathOutline(ats, text=_kept(written)), band=band)
        return DraftVolume(PathOutline(ats, heights_m=tuple(heights), text=_kept(written)), heights_datum=datum)

    def _ring(self, shape: Element) -> DraftVolume:
        written, points = _coordinates(shape)
        ring = tuple([at for at, _ in points])
        if self.kind is Kind.LINE:
            return DraftVolume(PathOutline(ring, straight=True, text=_kept(written)))
        self.flags.append(
            Flag("kml-ring", "A ring drawn as a line is read as the area that it encloses.", "coordinates")
        )
        face = _Face((ring,), _heights(points), _mode(shape), _extruded(shape), _kept(written))
        return self._area(face, straight=True)

    def _area(self, face: _Face, *, straight: bool = False) -> DraftVolume:
        datum = self._datum(face.mode, face.heights)
        band = None
        if datum is not None and face.heights:
            band = self._band(face.heights, datum, extrude=face.extrude)
        if face.flat and band is not None and len(set(face.rings[0])) > 1:
            # A curtain: upright, and so a line on the ground.
            along = tuple(dict.fromkeys(face.rings[0]))
            self.flags.append(
                Flag("kml-curtain", "An upright polygon is read as a line, between its heights.", "coordinates")
            )
            return DraftVolume(PathOutline(along, text=face.text), band=band)
        if band is not None and not face.extrude and self.kind is Kind.STATIC_SITE:
            band = None
            self.flags.append(
                Flag(
                    "height-not-a-band",
                    "The height at which the site is drawn is not read as an altitude band.",
                    "coordinates",
                )
            )
        elif band is not None and not face.extrude:
            self.flags.append(
                Flag(
                    "kml-sheet",
                    f"It is drawn as a surface without thickness, {band}, and tested there alone. If it"
                    " reaches down or up, extrude it or state lower and upper.",
                    "coordinates",
                )
            )
        return DraftVolume(AreaOutline((face.rings,), straight, face.text), band=band)

    def _shell(self, faces: list[_Face]) -> DraftVolume:
        """The ground below all faces that are not upright, between the least and the greatest height."""
        outlines = dict.fromkeys(_same_ring(face) for face in faces if not face.flat)
        heights = [height for face in faces for height in face.heights]
        datum = self._datum(faces[0].mode, heights)
        self.flags.append(
            Flag(
                "kml-shell",
                f"{len(faces)} faces are read as the one body that they enclose, from its lowest to its highest point.",
                "coordinates",
                {"faces": str(len(faces))},
            )
        )
        band = self._band(heights, datum, extrude=False) if datum is not None and heights else None
        return DraftVolume(AreaOutline(tuple(outlines)), band=band)

    def _multitrack(self, shape: Element) -> list[DraftVolume]:
        tracks = list(children(shape, "Track"))
        mode = _mode(shape)
        made = [volume for track in tracks for volume in self._track(track, _mode(track, mode))]
        if len(tracks) < 2:
            return made
        if yes_or_no(text(shape, "interpolate")):
            fixes = [_fixes(track) for track in tracks]
            for before, after in pairwise(fixes):
                if before and after:
                    made += self._timed([before[-1], after[0]], "way between two tracks", mode)
        else:
            self.flags.append(
                Flag(
                    "track-gap",
                    f"It is in {len(tracks)} tracks: where it was between them is not stated and not tested.",
                    "tracks",
                    {"tracks": str(len(tracks))},
                )
            )
        return made

    def _track(self, shape: Element, mode: str) -> list[DraftVolume]:
        self._tracks += 1
        whens = len(list(children(shape, "when")))
        coords = len(list(children(shape, "coord")))
        if whens != coords:
            raise InputError(
                "kml-track", f"A track has {whens} times and {coords} positions.",
                expected=f"{whens} positions", found=str(coords),
            )  # fmt: skip
        fixes = _fixes(shape)
        if len(fixes) < whens:
            self.flags.append(
                Flag(
                    "track-position-missing",
                    f"{whens - len(fixes)} times of the track have no position: constant speed between the"
                    " others is assumed.",
                    "tracks",
                )
            )
        return self._timed(fixes, f"track {self._tracks}", mode)

    def _timed(self, fixes: list[Fix], where: str, mode: str) -> list[DraftVolume]:
        datum = self._datum(mode, [fix.height_m for fix in fixes])
        if datum is None:
            fixes = [Fix(fix.at, fix.time) for fix in fixes]
        made, flags = track_volumes(fixes, where, datum=datum or Datum.UNKNOWN, zone=self._zone)
        self.flags += flags
        if self._limits_stated and any(fix.height_m is not None for fix in fixes):
            made = tuple([_without_heights(volume) for volume in made])
        return list(made)

    def _datum(self, mode: str, heights: Sequence[float | None]) -> Datum | None:
        """What the heights are above; None where KML says to ignore them."""
        match mode:
            case "relativeToGround":
                return Datum.AGL
            case "absolute":
                return Datum.EGM96
            case "" | "clampToGround" | "clampToSeaFloor":
                if any(heights):
                    self._once(
                        Flag(
                            "kml-height-ignored",
                            f"Heights are given, and {mode or 'clampToGround (the default)'} says to ignore"
                            " them: it says nothing about height.",
                            "altitudeMode",
                        )
                    )
                return None
            case _:
                self._once(
                    Flag(
                        "height-datum-unknown",
                        f"The heights are {mode}, which is no datum known here: the test is widened.",
                        "altitudeMode",
                        {"datum": mode},
                    )
                )
                return Datum.UNKNOWN

    def _band(self, heights: Sequence[float], datum: Datum, *, extrude: bool) -> Band | None:
        if self._limits_stated:
            return None
        if not extrude:
            return Band(min(heights), max(heights), datum)
        if datum is Datum.AGL:
            return Band(min((0.0, *heights)), max((0.0, *heights)), Datum.AGL)
        return Band(0.0, max(heights), Datum.AGL, datum)

    def _once(self, flag: Flag) -> None:
        if flag not in self.flags:
            self.flags.append(flag)


def _without_heights(volume: DraftVolume) -> DraftVolume:
    """For a track whose limits are stated as fields: they hold, and the heights of its points do not."""
    if isinstance(volume.outline, PathOutline):
        return replace(volume, outline=replace(volume.outline, heights_m=()))
    if isinstance(volume.outline, PointOutline):
        return replace(volume, outline=replace(volume.outline, height_m=None))
    return volume


# --- elements ---


def _is_shell(faces: list[_Face]) -> bool:
    """Whether the polygons draw a body face by face: one of them stands upright, or two have one outline at
    two heights."""
    drawn = [face for face in faces if face.heights and face.mode in ("absolute", "relativeToGround")]
    if len(drawn) < 2 or len(drawn) < len(faces) or len({face.mode for face in faces}) > 1:
        return False
    level = [face for face in drawn if not face.flat]
    if any(face.extrude for face in drawn) or not level:
        return False
    if len(level) < len(drawn):
        return True
    return len({_same_ring(face) for face in level}) < len(level)


def _same_ring(face: _Face) -> tuple[tuple[LonLat, ...], ...]:
    """The rings without the repeated last vertex, so that floor and roof of one outline compare equal."""
    return tuple([ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring for ring in face.rings])


def _face(polygon: Element) -> _Face:
    outers = [ring for outer in children(polygon, "outerBoundaryIs") for ring in children(outer, "LinearRing")]
    if not outers:
        raise InputError("ring-missing", "A polygon has no outer ring.", expected="outerBoundaryIs", found="none")
    if len(outers) > 1:
        raise InputError(
            "kml-outer-rings",
            f"A polygon has {len(outers)} outer rings; which of them is meant is not guessed.",
            expected="one outer ring in each Polygon, and several of those in a MultiGeometry",
            found=str(len(outers)),
        )
    outer = outers[0]
    rings: list[tuple[LonLat, ...]] = []
    heights: list[float] = []
    # One innerBoundaryIs for each hole by the schema; several rings in one are common in the wild.
    holes = [ring for inner in children(polygon, "innerBoundaryIs") for ring in children(inner, "LinearRing")]
    text_of_outer = ""
    for ring in (outer, *holes):
        written, points = _coordinates(ring)
        text_of_outer = text_of_outer or _kept(written)
        rings.append(tuple([at for at, _ in points]))
        heights += _heights(points)
    return _Face(tuple(rings), tuple(heights), _mode(polygon), _extruded(polygon), text_of_outer)


def _heights(points: Sequence[tuple[LonLat, float | None]]) -> tuple[float, ...]:
    """The heights of the vertices, if all have one."""
    known = [height for _, height in points if height is not None]
    return tuple(known) if len(known) == len(points) else ()


_AROUND_COMMA = re.compile(r"\s*,\s*")


def _coordinates(element: Element) -> tuple[str, list[tuple[LonLat, float | None]]]:
    """The text of `coordinates`, and `((lon, lat), alt or None)` for each tuple."""
    lists = [text(each) for each in children(element, "coordinates")]
    written = " ".join(lists)
    if len(lists) > 1:
        raise _bad_coordinates(written, "one list of lon,lat[,alt] …", f"{len(lists)} lists")
    if not written:
        raise _bad_coordinates(written, "lon,lat[,alt] …", "nothing")
    points: list[tuple[LonLat, float | None]] = []
    for part in _AROUND_COMMA.sub(",", written).split():
        numbers = part.strip(",").split(",")
        if len(numbers) not in (2, 3):
            raise _bad_coordinates(part, "lon,lat or lon,lat,alt", part)
        lon, lat, *rest = [number(value) for value in numbers]
        points.append(((lon, lat), rest[0] if rest else None))
    return written, points


def _bad_coordinates(written: str, expected: str, found: str) -> InputError:
    return InputError(
        "kml-coordinates", f"The coordinates “{_short(written)}” are not {expected}.",
        expected=expected, found=_short(found),
    )  # fmt: skip


def _fixes(track: Element) -> list[Fix]:
    """The points of a track. `when` and `coord` come in two lists, in whatever order they are mixed."""
    fixes = []
    for when, coord in zip(children(track, "when"), children(track, "coord"), strict=False):
        written = text(coord).split()
        if not written:
            continue
        if len(written) not in (2, 3):
            raise _bad_coordinates(text(coord), "lon lat alt", text(coord))
        lon, lat, *rest = [number(value) for value in written]
        fixes.append(Fix((lon, lat), text(when), rest[0] if rest else None))
    return fixes


def _mode(element: Element, inherited: str = "") -> str:
    """The text of altitudeMode or gx:altitudeMode; empty: the default."""
    found = [text(mode) for mode in children(element, "altitudeMode")]
    return found[-1] if found else inherited


def _extruded(element: Element) -> bool:
    return yes_or_no(text(element, "extrude"))


def _off(element: Element) -> bool:
    return text(element, "visibility") == "0"


def _extended(element: Element) -> tuple[dict[str, str], dict[str, str]]:
    """Canonical fields and the rest, of ExtendedData: Data, SchemaData, and elements of other namespaces."""
    fields: dict[str, str] = {}
    details: dict[str, str] = {}
    holder = child(element, "ExtendedData")
    for data in holder.iter() if holder is not None else ():
        what = local(data)
        if what == "Data":
            name, value = data.get("name", ""), text(data, "value")
        elif what == "SimpleData":
            name, value = data.get("name", ""), text(data)
        elif data.getparent() is holder and what not in ("SchemaData", "") and len(data) == 0:
            name, value = what, text(data)
        else:
            continue
        if not (name and value):
            continue
        known = field_named(name)
        # The canonical name goes before any alias of it; what loses is kept beside it.
        if known is None or (known[0] in fields and name != known[0]):
            details[name] = value
        else:
            fields[known[0]] = with_unit(value, known[1])
    return fields, details


_PART_OF_DATE = re.compile(r"\d{4}(?:-(?P<month>\d{2}))?")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _span(element: Element) -> _Span | None:
    """The time that a feature states for itself; None where it states none."""
    span = child(element, "TimeSpan")
    if span is not None:
        begin, end = text(span, "begin"), text(span, "end")
        flags = _coarse(begin, "begin") + _coarse(end, "end")
        return _Span({"start": _first_day(begin), "end": _last_day(end)}, flags)
    stamp = child(element, "TimeStamp")
    when = text(stamp, "when") if stamp is not None else ""
    if not when:
        return None
    if "T" in when.upper():
        return _Span(moment=when)
    return _Span({"start": _first_day(when), "end": _last_day(when)}, _coarse(when, "when"))


def _first_day(date: str) -> str:
    """`2004` and `2004-10` as their first day; whatever is finer as it is."""
    part = _PART_OF_DATE.fullmatch(date)
    return f"{date[:4]}-{part['month'] or '01'}-01" if part else date


def _last_day(date: str) -> str:
    """`2004` and `2004-10` as their last day; whatever is finer as it is."""
    part = _PART_OF_DATE.fullmatch(date)
    if part is None:
        return date
    year, month = int(date[:4]), int(part["month"] or "12")
    if not 1 <= month <= 12:
        return date  # for `finish` to refuse, with its words
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return f"{date[:4]}-{month:02}-{_DAYS[month - 1] + leap}"


def _coarse(date: str, where: str) -> tuple[Flag, ...]:
    if not _PART_OF_DATE.fullmatch(date):
        return ()
    return (
        Flag(
            "kml-date-coarse",
            f"The {where}, “{date}”, names no day: the whole of it is meant, from its first to its last day.",
            where,
        ),
    )


def _moment(when: str, zone: str) -> tuple[Window | None, tuple[Flag, ...]]:
    read_ = read_time(when, side=Side.MOMENT, what="when", zone=zone)
    if read_.instant is None:
        return None, read_.flags
    flag = Flag(
        "kml-moment",
        f"A TimeStamp is a moment without length: it is tested for one second from {read_.instant}. Use a"
        " TimeSpan to say how long.",
        "when",
    )
    return Window(read_.instant, Instant(read_.instant.epoch_s + 1.0)), (*read_.flags, flag)


def _kind_stated(fields: Mapping[str, str]) -> Kind | None:
    """The kind that the fields name; None for none, and for a word that `finish` will refuse."""
    try:
        return kind_of(fields["kind"]) if fields.get("kind", "").strip() else None
    except InputError:
        return None


def _problem(source: Source, error: InputError) -> Problem:
    return Problem(
        source, error.code, error.sentence,
        str(error.fields.get("expected", "")), _short(str(error.fields.get("found", ""))),
    )  # fmt: skip


def _kept(written: str) -> str:
    """Coordinates as entered, kept beside the shape (R2) unless they are long: then the file has them."""
    return written if len(written) <= _LONGEST_KEPT else ""


def _short(written: str) -> str:
    return written if len(written) <= 120 else written[:117] + "..."
