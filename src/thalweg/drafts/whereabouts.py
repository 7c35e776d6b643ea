"""Where a row of a table is, of all its cells that say so: one place, or a problem.

    latitude and longitude     in one or more pairs of columns, or with minutes, seconds and letters in their own
    coordinates                in one or more columns: MGRS, UTM, two angles, well-known text
    easting and northing       metres, read where the row names their UTM zone
    route                      way-points in one cell

What agrees, each as finely as it is written, is one place, and the finest is taken. What does not is `field-twice`:
which of two places is meant is not guessed. What cannot be read beside a place that can is flagged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from thalweg.drafts.draft import DraftVolume
from thalweg.drafts.outlines import AreaOutline, LonLat, Outline, PathOutline, PointOutline, grid_m, rough_m
from thalweg.drafts.positions import read_cells, read_point, read_points, read_wkt
from thalweg.drafts.texts import folded, plain
from thalweg.model.errors import InputError
from thalweg.model.notes import Flag
from thalweg.model.shapes import Shape
from thalweg.places.coordinates import WrittenAngle, read_latitude, read_longitude

PARTS = ("degrees", "minutes", "seconds", "letter")
STATING = frozenset(
    {"latitude", "longitude", "coordinates", "easting", "northing", "grid zone", "route"}
    | {f"{axis} {part}" for axis in ("latitude", "longitude") for part in PARTS}
)
"""The columns of a table that say where."""


class Cell(NamedTuple):
    """A cell below a column, and the column's name as it stands there."""

    name: str
    text: str


Stated = Mapping[str, Sequence[Cell]]
"""The cells of one row below each of the columns in `STATING`."""


@dataclass(frozen=True, slots=True)
class Place:
    """What `cells` say, at its finest. `flags`: what they left open."""

    cells: tuple[Cell, ...]
    volumes: tuple[DraftVolume, ...]
    flags: tuple[Flag, ...]

    @property
    def point(self) -> PointOutline | None:
        """The position, where it is a single one."""
        outline = self.volumes[0].outline
        return outline if len(self.volumes) == 1 and isinstance(outline, PointOutline) else None

    @property
    def named(self) -> str:
        names = " and ".join(f"“{cell.name[:40]}”" for cell in self.cells)
        return f"{names} ({', '.join(cell.text[:60] for cell in self.cells)})"


class _Refused(NamedTuple):
    cells: Sequence[Cell]
    error: InputError


def place_of(stated: Stated, shape: str, fields: Mapping[str, str]) -> Place | None:
    """The one place that a row states; None where it states none. `shape`: what its own column of that name says.

    Raises `InputError`: as those of the cells where none can be read; `field-twice`, `grid-unnamed`, `place-missing`,
    `shape-unknown`.
    """
    refused: list[_Refused] = []
    places = _along(stated)
    in_degrees = _in_degrees(stated, refused)
    places += [] if in_degrees is None else [in_degrees]
    for cell in stated.get("coordinates", ()):
        open_: list[Flag] = []
        try:
            volumes = _of_coordinates(cell.text, shape, fields, open_)
        except InputError as error:
            refused.append(_Refused((cell,), error))
        else:
            places.append(Place((cell,), volumes, tuple(open_)))
    places += _in_grid(stated, refused)
    if not places:
        if refused:
            raise refused[0].error
        return None
    one = places[0]
    for other in places[1:]:
        one = _one_of(one, other)
    if one.point is not None:
        _require_one_position(shape, fields)
    rounder = [flag for flag in one.flags if flag.code == "place-rounder"]
    flags = [flag for flag in one.flags if flag not in rounder[1:]]
    return replace(one, flags=(*flags, *map(_unread, refused)))


def unused(stated: Stated, place: Place | None) -> list[Cell]:
    """The cells that say the same as `place` in other words, or were not read."""
    taken = {cell.text for cell in place.cells} if place is not None else frozenset()
    of_grid = [cell for name in ("easting", "northing") for cell in stated.get(name, ())]
    left = []
    for column, cells in stated.items():
        for cell in cells:
            # Of metres, and not of the degrees beside them, as `read_references` would take it.
            of_metres = column == "grid zone" and of_grid and _zone(cell.text)
            name = f"{cell.name} of {', '.join(each.name for each in of_grid)}" if of_metres else cell.name
            if cell.text not in taken:
                left.append(Cell(name, cell.text))
    return left


def _unread(refused: _Refused) -> Flag:
    sentence = f"Beside its other position, {_listed(refused.cells)} is not read: {refused.error.sentence}"
    return Flag("coordinates-unread", sentence, _names(refused.cells))


# --- degrees ---


def _in_degrees(stated: Stated, refused: list[_Refused]) -> Place | None:
    """The place of the latitudes and longitudes, each axis by itself."""
    axes = {axis: _angles_stated(stated, axis) for axis in ("latitude", "longitude")}
    if not any(axes.values()):
        return None
    for axis, cells in axes.items():
        if not cells:
            alone = [cell for angles in axes.values() for _, parts in angles for cell in parts]
            error = InputError(
                "place-missing", f"The {axis} is empty.", expected="latitude and longitude", found="one of them"
            )
            refused.append(_Refused(alone, error))
            return None
    found = {}
    for axis, angles in axes.items():
        read = [(angle, cells) for text, cells in angles if (angle := _angle(text, cells, axis, refused)) is not None]
        found[axis] = sorted(read, key=lambda each: each[0].precision_deg)
    if not all(found.values()):
        return None
    flags: list[Flag] = []
    (lat, lat_cells), (lon, lon_cells) = found["latitude"][0], found["longitude"][0]
    point = read_cells(lat.text, lon.text, "latitude", flags)
    far = (_farthest(found["longitude"]), _farthest(found["latitude"]))
    for (finest, its_cells), *others in found.values():
        for other, other_cells in others:
            if _differ(finest, other):
                raise _two_places(its_cells, other_cells, rough_m(point.at, far))
            to_m = [angle.precision_deg * _METRES_PER_DEGREE for angle in (finest, other)]
            flags += _rounder(its_cells, other_cells, *to_m)
    return Place((*lat_cells, *lon_cells), (DraftVolume(point),), tuple(flags))


_METRES_PER_DEGREE = 111_320.0
_Angles = list[tuple[WrittenAngle, tuple[Cell, ...]]]


def _farthest(angles: _Angles) -> float:
    finest = angles[0][0].degrees
    return max((angle.degrees for angle, _ in angles), key=lambda degrees: abs(degrees - finest))


def _differ(finest: WrittenAngle, other: WrittenAngle) -> bool:
    """Whether two are not one angle, rounded or cut to the digits of the rougher."""
    room_deg = other.precision_deg if other.precision_deg > finest.precision_deg else 0.0
    return abs(finest.degrees - other.degrees) > room_deg + 1e-12


def _angles_stated(stated: Stated, axis: str) -> list[tuple[str, tuple[Cell, ...]]]:
    """The text of each angle, and the cells that it is made of."""
    degrees, minutes, seconds, letter = (tuple(stated.get(f"{axis} {part}", ()))[:1] for part in PARTS)
    whole = list(stated.get(axis, ()))
    if not degrees and (minutes or seconds):
        degrees = tuple(whole[:1])
        del whole[:1]
    angles: list[tuple[str, tuple[Cell, ...]]] = []
    for cell in whole:
        lettered = not letter or cell.text.casefold().endswith(letter[0].text.casefold())
        angles.append((cell.text, (cell,)) if lettered else (f"{cell.text} {letter[0].text}", (cell, letter[0])))
    if degrees:
        cells = (*degrees, *minutes, *seconds)
        # The degrees of a sheet may come as 35.0; what has other decimals is the last, or is refused.
        texts = [*(_NOUGHT.sub("", plain(cell.text)) for cell in cells[:-1]), plain(cells[-1].text)]
        marks = ("°", *("'" for _ in minutes), *('"' for _ in seconds)) if len(cells) > 1 else ("",)
        marked = "".join(f"{text}{mark}" for text, mark in zip(texts, marks, strict=True))
        angles.append((" ".join((marked, *(cell.text for cell in letter))), (*cells, *letter)))
    return angles


_NOUGHT = re.compile(r"[.,]0+$")


def _angle(text: str, cells: Sequence[Cell], axis: str, refused: list[_Refused]) -> WrittenAngle | None:
    """None where it holds no number at all, as “n/a” does not."""
    try:
        return read_latitude(text) if axis == "latitude" else read_longitude(text)
    except InputError as error:
        if any(letter.isdigit() for letter in text):
            raise
        refused.append(_Refused(cells, error))
        return None


# --- metres ---


def _in_grid(stated: Stated, refused: list[_Refused]) -> list[Place]:
    """The place of an easting and a northing, whose zone the row names. It is never guessed from where others are."""
    cells = tuple(cell for name in ("easting", "northing") for cell in stated.get(name, ())[:1])
    if not cells:
        return []
    flags: list[Flag] = []
    zones = stated.get("grid zone", ())
    zone = next(filter(None, (_zone(cell.text) for cell in zones)), "")
    if not zone or len(cells) < 2:
        named = ", ".join(f"“{cell.text[:40]}”" for cell in zones) or "no grid"
        error = InputError(
            "grid-unnamed",
            "Metres of a grid need an easting, a northing, and a UTM zone with its hemisphere, on WGS84; the row names "
            f"{named}.",
            expected="latitude and longitude, MGRS, or easting, northing and a UTM zone such as 37N",
            found=", ".join(cell.text for cell in cells),
        )
        refused.append(_Refused(cells, error))
        return []
    numbers = [plain(cell.text).replace(" ", "") for cell in cells]
    grouped = [_THOUSANDS.fullmatch(text) is not None for text in numbers]
    try:
        # No easting is below 100 km: that of `603,705` are thousands, and so are the northing's then.
        if grouped == [False, True] and numbers[1].count(",") == 1:
            raise _ambiguous(cells[1])
        numbers = [text.replace(",", "" if of_3 else ".") for text, of_3 in zip(numbers, grouped, strict=True)]
        point = read_point(f"{zone} {numbers[0]} {numbers[1]}", "easting", flags)
    except InputError as error:
        refused.append(_Refused(cells, error))
        return []
    return [Place(cells, (DraftVolume(point),), tuple(flags))]


def _ambiguous(cell: Cell) -> InputError:
    return InputError(
        "number-ambiguous",
        f"“{cell.text[:40]}” can be read as two different numbers.",
        expected="a number without thousands separators",
        found=cell.text,
    )


_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_EPSG = re.compile(r"(?:.*EPSG[ :]*)?32([67])([0-6]\d)")
_OF_CRS = re.compile(r"WGS[ _]*(?:19)?84[ _/]*UTM[ _]*(?:ZONE)?[ _]*(\d{1,2})[ _]?([NS])")
_ZONE = re.compile(r"(?:UTM)? ?(?:ZONE)? ?(\d{1,2} ?-?(?:NORTH|SOUTH|[C-HJ-NP-X]))")


def _zone(text: str) -> str:
    """The zone and its hemisphere or band, as `read_position` takes them; empty where it is none of WGS84."""
    upper = plain(text).upper()
    if match := _EPSG.fullmatch(upper):
        return f"{int(match[2])} {'NORTH' if match[1] == '6' else 'SOUTH'}"
    if match := _OF_CRS.fullmatch(upper):
        return f"{int(match[1])} {'NORTH' if match[2] == 'N' else 'SOUTH'}"
    match = _ZONE.fullmatch(upper)
    return match[1] if match else ""


_METRES = re.compile(r"[+-]?(\d[\d ]*)(?:[.,]\d+)*")


def in_metres(text: str) -> bool:
    """Whether a number is too large for an angle, as eastings and northings are."""
    match = _METRES.fullmatch(plain(text))
    return match is not None and float(match[1].replace(" ", "")) > 360.0


def names_zone(text: str) -> bool:
    """Whether it is a zone of a grid: nothing else is called `37N`."""
    return _ZONE.fullmatch(plain(text).upper()) is not None


# --- one of two ---


def _one_of(one: Place, other: Place) -> Place:
    """The finer of two places that are one. Raises `InputError` (`field-twice`)."""
    a, b = one.point, other.point
    if a is not None and b is not None:
        return _one_point(one, a, other, b)
    ordered = {flag.code for flag in one.flags} & {flag.code for flag in other.flags}
    flags = tuple(flag for flag in (*one.flags, *other.flags) if flag.code != _OPEN or _OPEN in ordered)
    if a is None and b is None:
        if not _alike(_all_positions(one), _all_positions(other)):
            raise _two_places(one.cells, other.cells, None)
        return replace(one, flags=flags)
    shape, label, at = (other, one, a) if a is not None else (one, other, b)
    if at is None:  # not so: one of them is a point
        return shape
    around = _around(_all_positions(shape), at.at)
    if around is None:  # over the antimeridian, or nearly everywhere: neither is left out
        return replace(shape, volumes=(*shape.volumes, *label.volumes), flags=flags)
    if not around:
        raise _two_places(label.cells, shape.cells, min(rough_m(at.at, each) for each in _all_positions(shape)))
    return replace(shape, flags=flags)


_OPEN = "axis-order-assumed"  # of two bare numbers; another position settles it


def _one_point(one: Place, a: PointOutline, other: Place, b: PointOutline) -> Place:
    room_m = max(_fine_m(a) + _fine_m(b), 1.0)
    is_open = [any(flag.code == _OPEN for flag in place.flags) for place in (one, other)]
    if rough_m(a.at, b.at) > room_m:
        for place, point, its_order_open in ((one, a, is_open[0]), (other, b, is_open[1])):
            lon, lat = point.at
            if its_order_open and abs(lon) <= 90.0:
                turned = replace(
                    place, volumes=(DraftVolume(replace(point, at=(lat, lon))),), flags=_without_open(place)
                )
                pair = (turned, other) if place is one else (one, turned)
                if rough_m(_at(pair[0]), _at(pair[1])) <= room_m:
                    one, other = pair
                    break
        else:
            raise _two_places(one.cells, other.cells, rough_m(a.at, b.at))
    fine, rough = (other, one) if 2 * _fine_m(b) < _fine_m(a) else (one, other)  # a metre or 1.1 are as fine
    flags = (*one.flags, *other.flags) if all(is_open) else (*_without_open(one), *_without_open(other))
    return replace(fine, flags=(*flags, *_rounder(fine.cells, rough.cells, *sorted((_fine_m(a), _fine_m(b))))))


def _without_open(place: Place) -> tuple[Flag, ...]:
    return tuple(flag for flag in place.flags if flag.code != _OPEN)


def _at(place: Place) -> LonLat:
    return _all_positions(place)[0]


def _fine_m(point: PointOutline) -> float:
    """What its last digit is worth; of well-known text, which has none of its own, by its number."""
    return 2 * grid_m([point.at]) if point.precision_m is None else point.precision_m


_ROUGH_M = 100.0


def _rounder(fine: Sequence[Cell], rough: Sequence[Cell], fine_to_m: float, rough_to_m: float) -> list[Flag]:
    """Asks of a position that says the same, and could say much else."""
    if rough_to_m < _ROUGH_M or rough_to_m <= fine_to_m:
        return []
    sentence = f"{_listed(rough)} says the same place to about {_distance(rough_to_m)} only: {_listed(fine)} is taken."
    return [Flag("place-rounder", sentence, _names(rough), {"metres": f"{rough_to_m:.0f}"})]


def _names(cells: Sequence[Cell]) -> str:
    return ", ".join(cell.name[:40] for cell in cells)


def _listed(cells: Sequence[Cell]) -> str:
    return ", ".join(f"{cell.name[:40]} “{cell.text[:60]}”" for cell in cells)


def _two_places(one: Sequence[Cell], other: Sequence[Cell], apart_m: float | None) -> InputError:
    apart = "" if apart_m is None else f", {_distance(apart_m)} apart"
    return InputError(
        "field-twice",
        f"{_listed(one)} and {_listed(other)} are two different places{apart}.",
        expected="one place",
        found=f"{', '.join(cell.text for cell in one)} and {', '.join(cell.text for cell in other)}"[:120],
    )


def _distance(metres: float) -> str:
    return f"{metres:,.0f} m" if metres < 1000.0 else f"{metres / 1000.0:,.1f} km"


def _around(positions: Sequence[LonLat], at: LonLat) -> bool | None:
    """Whether `at` is within a shape or close to it, as its label is; None where longitudes do not tell."""
    lons, lats = [lon for lon, _ in positions], [lat for _, lat in positions]
    if max(lons) - min(lons) > 180.0:
        return None
    lon, lat = at
    room = 1e-3 + max(max(lons) - min(lons), max(lats) - min(lats)) / 10
    return min(lons) - room <= lon <= max(lons) + room and min(lats) - room <= lat <= max(lats) + room


def _alike(some: Sequence[LonLat], others: Sequence[LonLat]) -> bool:
    """Whether two shapes have the same corners, to the metre."""
    return len(some) == len(others) and all(rough_m(a, b) <= 1.0 for a, b in zip(some, others, strict=True))


def _all_positions(place: Place) -> tuple[LonLat, ...]:
    return tuple(at for volume in place.volumes for at in _positions(volume.outline))


def _positions(outline: Outline | Shape) -> tuple[LonLat, ...]:
    match outline:
        case PointOutline():
            return (outline.at,)
        case PathOutline():
            return outline.points
        case AreaOutline():
            return tuple(at for polygon in outline.polygons for ring in polygon for at in ring)
        case _:
            return ()


_GEOPOINT = re.compile(r"([+-]?\d+\.\d+) ([+-]?\d+\.\d+) [+-]?\d+(?:\.\d+)? (\d+(?:\.\d+)?)")


def accuracy_of(text: str) -> str:
    """The metres that a form tool adds to a position: latitude, longitude, altitude, accuracy. Empty in all others."""
    geopoint = _GEOPOINT.fullmatch(text.strip())
    return geopoint[3] if geopoint is not None else ""


def _of_coordinates(text: str, shape: str, fields: Mapping[str, str], flags: list[Flag]) -> tuple[DraftVolume, ...]:
    geopoint = _GEOPOINT.fullmatch(text.strip())
    if geopoint is not None:
        return (DraftVolume(read_cells(geopoint[1], geopoint[2], "coordinates", flags)),)
    outlines = read_wkt(text, straight=True)
    if outlines:
        return tuple(DraftVolume(outline) for outline in outlines)
    points = read_points(text, "coordinates", flags)
    if shape and folded(shape) not in _AREAS | _LINES | _POINTS:
        raise InputError(
            "shape-unknown",
            f"“{shape[:60]}” is not a shape known here; perhaps a separator inside the coordinates moved the cells.",
            expected="point, circle, area, line or corridor",
            found=shape,
        )
    if len(points) == 1:
        return (DraftVolume(points[0]),)
    return (DraftVolume(_of_points(points, text, shape, fields, flags)),)


def _require_one_position(shape: str, fields: Mapping[str, str]) -> None:
    """Refuses a shape that one position does not make: as a point, it would meet next to nothing."""
    word = folded(shape)
    if word in _AREAS | _LINES:
        raise InputError(
            "shape-unknown",
            f"One position makes no {shape[:60]}.",
            expected="more positions, or a shape of point or circle",
            found=shape,
        )
    if word in _CIRCLES and not (fields.get("radius_m") or fields.get("buffer_m")):
        raise InputError("shape-unknown", "It is a circle and states no radius.", expected="a radius_m", found=shape)


_MOVES = frozenset({"line", "movement", "movements", "convoy", "flight", "voyage", "journey"})
_AREAS = frozenset(map(folded, ("area", "polygon", "zone", "surface", "площадь", "полигон", "منطقة", "مضلع")))
_CIRCLES = frozenset(map(folded, ("circle", "cercle", "круг", "دائرة")))
_POINTS = _CIRCLES | frozenset(map(folded, ("point", "точка", "نقطة")))
_LINES = frozenset(
    map(folded, ("line", "path", "corridor", "route", "ligne", "линия", "маршрут", "коридор", "خط", "ممر"))
)


def _of_points(
    points: list[PointOutline], text: str, shape: str, fields: Mapping[str, str], flags: list[Flag]
) -> Outline:
    positions = tuple(point.at for point in points)
    word = folded(shape)
    kind = folded(fields.get("kind", ""))
    if word in _LINES or (not word and (kind in _MOVES or fields.get("half_width_m"))):
        return PathOutline(positions, text=text)
    if word in _AREAS:
        return AreaOutline(((positions,),), text=text)
    if word in _POINTS:
        raise InputError(
            "shape-unknown",
            f"{len(positions)} positions are no {shape}.",
            expected="one position, or another shape",
            found=text[:80],
        )
    if len(positions) < 3:
        raise InputError(
            "shape-missing",
            "Two positions are neither an area nor, unless it is said, a line.",
            expected="a shape of line or corridor, or more positions",
            found=text[:80],
        )
    if positions[0] != positions[-1]:
        flags.append(
            Flag("shape-assumed", f"{len(positions)} positions are read as the corners of an area.", "coordinates")
        )
    return AreaOutline(((positions,),), text=text)


_AT = re.compile(r"\s*(?:@|\bat\b|\bà\b|\bв\b|الساعة)\s*", re.IGNORECASE)


def _along(stated: Stated) -> list[Place]:
    places = []
    for cell in stated.get("route", ()):
        flags: list[Flag] = []
        try:
            volumes = _route(cell.text, flags)
        except InputError as error:
            sentence = f"The route is read as way-points, with semicolons between them: {error.sentence}"
            raise InputError(error.code, sentence, **error.fields) from error
        places.append(Place((cell,), volumes, tuple(flags)))
    return places


def _route(text: str, flags: list[Flag]) -> tuple[DraftVolume, ...]:
    """`35.33, 40.14 @ 2017-09-16T10:00Z; 35.40, 40.30 @ …`, or well-known text without times."""
    outlines = read_wkt(text, straight=True)
    if outlines:
        return tuple(DraftVolume(outline) for outline in outlines)
    points: list[PointOutline] = []
    times: list[str] = []
    for part in re.split(r"\s*(?:;|\||\n|→|->|؛)\s*", text):
        if not part.strip():
            continue
        pieces = _AT.split(part.strip(), maxsplit=1)
        points.append(read_point(pieces[0], "route", flags))
        times.append(pieces[1] if len(pieces) > 1 else "")
    if len(points) < 2:
        raise InputError(
            "path-short",
            "A route needs two way-points.",
            expected="positions separated by semicolons, each followed by @ and its time",
            found=text[:80],
        )
    path = PathOutline(tuple(point.at for point in points), text=text)
    return (DraftVolume(path, times=tuple(times) if any(times) else ()),)
