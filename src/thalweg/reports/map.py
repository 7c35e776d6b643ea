"""The map, as SVG drawn by us in a local projection: no tiles, no fonts, nothing fetched.

Shape first, colour second: kinds differ by hatch and symbol, parties by dash and tag, lines by stroke,
and what is uncertain fades outward to a dotted edge. Only classes are written: the page, or the print,
brings the style sheet (`style.css`, `print.css`). Everything on a map is in the text as well. What is written
on it follows the language of its document, or the two of a bilingual print (`lettering`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString
from shapely.geometry import Point as DrawnPoint
from shapely.geometry.base import BaseGeometry

from thalweg.model.declarations import Declaration, Kind, LineStatus, Medium, Standing
from thalweg.model.findings import Finding
from thalweg.model.result import CheckResult
from thalweg.model.shapes import Point, Position, Route, Shape
from thalweg.reports import outlines, phrases
from thalweg.reports.messages.slots import PlaceName

if TYPE_CHECKING:
    from thalweg.reports.lettering import Lettering

WIDE: Final = 1000.0  # of the main map, in the units of its drawing; labels are 13 of them
WIDE_INSET: Final = 640.0
SHAPE: Final = (0.5, 0.85)  # height over width of a map: neither too flat nor too tall for the page
PARTY_STYLES: Final = 7  # the last is shared by all further parties
_CROWDED: Final = 12  # findings; beyond, distances are left to the text
_UNSEEN: Final = frozenset("\u2066\u2067\u2068\u2069")  # isolates
_SQUARE: Final = 16.0  # the side of the squares by which boxes are found: about the height of a label
_TOUCH: Final = 24.0  # two symbols nearer than this would hide each other

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bounds:
    """West, south, east, north in degrees; `west` may be above `east`, across the antimeridian."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class BaseLine:
    """A line of the ground: `river`, `border`, `coast` or `road`."""

    kind: str
    name: str
    points: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class BaseTown:
    """A town to find one's way by; the smaller `rank`, the sooner it is named."""

    name: PlaceName
    at: Position
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Basemap:
    """What lies below: lines and towns within the bounds asked for, and whom to credit for either."""

    lines: tuple[BaseLine, ...] = ()
    towns: tuple[BaseTown, ...] = ()
    lines_by: str = ""
    towns_by: str = ""


Ground = Callable[[Bounds], Basemap]


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG, what it could not show, and what it shows in words."""

    svg: str
    outside: tuple[str, ...]  # version ids of declarations that lie off the sheet
    kinds: tuple[str, ...]  # symbols used, for the legend: keys of its table
    credit: str


@dataclass(frozen=True, slots=True)
class Star:
    """Where an incident is said to have happened, how uncertain that is, and how far around it to look, in metres."""

    at: Position
    radius_m: float
    around_m: float


@dataclass(frozen=True, slots=True)
class _Box:
    x0: float
    y0: float
    x1: float
    y1: float

    def shared(self, other: _Box) -> float:
        """The area that both cover."""
        wide = min(self.x1, other.x1) - max(self.x0, other.x0)
        tall = min(self.y1, other.y1) - max(self.y0, other.y0)
        return wide * tall if wide > 0 and tall > 0 else 0.0


class _Taken:
    """The boxes in which something is written or drawn already, found by the squares of the sheet that they reach into:
    with thousands of labels it would take minutes to ask all of them about each."""

    def __init__(self) -> None:
        self._boxes: list[_Box] = []
        self._in: dict[tuple[int, int], list[int]] = {}

    def add(self, *boxes: _Box) -> None:
        for box in boxes:
            for square in _squares(box):
                self._in.setdefault(square, []).append(len(self._boxes))
            self._boxes.append(box)

    def hidden(self, box: _Box, most: float) -> float:
        """How much of what is there the box would cover: the sum of the areas that it shares with each; of some of them
        only, once that is more than `most`."""
        total = 0.0
        near = {index for square in _squares(box) for index in self._in.get(square, ())}
        for index in sorted(near):
            total += box.shared(self._boxes[index])
            if total > most:
                break
        return total


def _squares(box: _Box) -> Iterator[tuple[int, int]]:
    for column in range(math.floor(box.x0 / _SQUARE), math.floor(box.x1 / _SQUARE) + 1):
        for row in range(math.floor(box.y0 / _SQUARE), math.floor(box.y1 / _SQUARE) + 1):
            yield column, row


class _Sheet:
    """A view of the plane of a frame: metres there, pixels here, y down. Collects what is drawn."""

    def __init__(
        self, frame: outlines.Frame, extent: tuple[float, float, float, float], wide: float, words: Lettering
    ) -> None:
        x0, y0, x1, y1 = extent
        self.frame = frame
        self.words = words
        self.wide = wide
        self.scale = wide / (x1 - x0)
        self.tall = (y1 - y0) * self.scale
        self.x0, self.y1 = x0, y1
        self.view = shapely.box(-40, -40, wide + 40, self.tall + 40)
        self.paper = shapely.box(0, 0, wide, self.tall)
        self.layers: dict[str, list[str]] = {}
        self.taken = _Taken()
        self.kinds: dict[str, None] = {}

    def flat(self, geometry: BaseGeometry) -> BaseGeometry:
        """From longitude and latitude to pixels."""
        return shapely.transform(geometry, self._pixels)

    def spot(self, position: Position) -> DrawnPoint:
        """A position in pixels."""
        x, y = self._pixels(np.array([[position.lon, position.lat]]))[0]
        return DrawnPoint(float(x), float(y))

    def _pixels(self, lonlat: Floats) -> Floats:
        xy = self.frame.to_plane(lonlat)
        return np.column_stack([(xy[:, 0] - self.x0) * self.scale, (self.y1 - xy[:, 1]) * self.scale])

    def shown(self, flat: BaseGeometry) -> BaseGeometry:
        """What of it is on the sheet, at the precision of the sheet."""
        if not np.isfinite(shapely.get_coordinates(flat)).all():
            return shapely.GeometryCollection()
        return shapely.intersection(shapely.make_valid(shapely.simplify(flat, 0.25)), self.view)

    def add(self, layer: str, svg: str) -> None:
        self.layers.setdefault(layer, []).append(svg)

    def draw(self, layer: str, flat: BaseGeometry, style: str, fill: str = "") -> bool:
        """Draw it; False when none of it is on the sheet."""
        shown = self.shown(flat)
        path = _path(shown)
        if not path:
            return False
        filled = f' fill="{fill}"' if fill else ""
        self.add(layer, f'<path class="{style}"{filled} d="{path}"/>')
        return bool(shapely.intersects(shown, self.paper))

    def label(
        self, x: float, y: float, text: str, style: str, size: float, *, keep: bool, near: float = 8.0,
        above: bool = False,
    ) -> bool:  # fmt: skip
        """Write beside a point, where nothing else is written; drop it if there is no room, unless `keep`."""
        best: tuple[float, _Box, str] | None = None
        for left, top, anchor in _places(x, y, _text_width(text, size), size * 1.15, near, above=above, far=keep):
            box = _Box(left - 1, top, left + _text_width(text, size) + 1, top + size * 1.15)
            if box.x0 < 4 or box.y0 < 4 or box.x1 > self.wide - 4 or box.y1 > self.tall - 4:
                continue
            hidden = self.taken.hidden(box, (best[0] if best else math.inf) if keep else 0.0)
            if best is None or hidden < best[0]:
                best = hidden, box, anchor
            if not hidden:
                break
        if best is None or (best[0] and not keep):
            return False
        _, box, anchor = best
        self.taken.add(box)
        at = {"start": box.x0 + 1, "middle": (box.x0 + box.x1) / 2, "end": box.x1 - 1}[anchor]
        self.add(
            "labels",
            f'<text class="{style}" x="{at:.1f}" y="{box.y0 + size * 0.9:.1f}" '
            f'text-anchor="{anchor}" font-size="{size:g}">{escape(text)}</text>',
        )
        return True


def _places(
    x: float, y: float, width: float, height: float, near: float, *, above: bool, far: bool
) -> Iterator[tuple[float, float, str]]:
    """Where a label may stand about a point, the best first: left edge, top edge, anchor."""
    order = (2, 4, 5, 0, 1, 3, 6, 7) if above else (0, 1, 2, 3, 4, 5, 6, 7)
    for off in (near, near + 14, near + 30, near + 48) if far else (near,):
        places = (
            (x + off, y - height / 2, "start"),
            (x - off - width, y - height / 2, "end"),
            (x - width / 2, y - off - height, "middle"),
            (x - width / 2, y + off, "middle"),
            (x + off, y - off - height, "start"),
            (x - off - width, y - off - height, "end"),
            (x + off, y + off, "start"),
            (x - off - width, y + off, "end"),
        )
        for index in order:
            yield places[index]


def _lettering(languages: Sequence[str]) -> Lettering:
    # Who checks without drawing a map does not wait for Babel to load.
    words: Lettering = import_module("thalweg.reports.lettering").Lettering(languages)
    return words


def draw(
    result: CheckResult,
    ground: Ground | None = None,
    *,
    wide: float = WIDE,
    shape: tuple[float, float] = SHAPE,
    languages: Sequence[str] = ("en",),
) -> Drawing:
    """The whole result on one map: all that findings are about, and whatever else lies there.

    `shape`: the least and the most that its height may be of its width. `languages`: of what is written on it, one or
    two; InputError (`language-unknown`) for one that there is none of.
    """
    told = {version for finding in result.findings for version in finding.versions}
    chosen = [declaration for version, declaration in result.declarations.items() if not told or version in told]
    numbered = list(enumerate(result.findings, 1))
    words = _lettering(languages)
    return _draw(result, chosen, numbered, ground, wide, words, whole=True, own_hatches=True, shape=shape)


def draw_finding(
    result: CheckResult,
    number: int,
    finding: Finding,
    ground: Ground | None = None,
    *,
    wide: float = WIDE_INSET,
    own_hatches: bool = False,
) -> Drawing:
    """One finding and its surroundings, close up. The hatches are those of the page's main map, unless the
    drawing stands alone and has its own."""
    chosen = [result.declarations[version] for version in finding.versions]
    numbered = [(number, finding)]
    return _draw(result, chosen, numbered, ground, wide, _lettering(("en",)), whole=False, own_hatches=own_hatches)


def draw_around(
    result: CheckResult,
    star: Star,
    ground: Ground | None = None,
    *,
    wide: float = WIDE,
    languages: Sequence[str] = ("en",),
) -> Drawing:
    """An incident, and what of the result lies around it. `languages` as in `draw`."""
    chosen = tuple(result.declarations.values())
    return _draw(result, chosen, (), ground, wide, _lettering(languages), whole=True, own_hatches=True, star=star)


def _draw(
    result: CheckResult,
    chosen: Sequence[Declaration],
    findings: Sequence[tuple[int, Finding]],
    ground: Ground | None,
    wide: float,
    words: Lettering,
    *,
    whole: bool,
    own_hatches: bool,
    shape: tuple[float, float] = SHAPE,
    star: Star | None = None,
) -> Drawing:
    if star is not None:
        frame = outlines.Frame((star.at.lon, star.at.lat))
        reach_m = star.radius_m + star.around_m
        extent = _shaped(-reach_m, -reach_m, reach_m, reach_m, least=0.5, most=0.6)
    else:
        frame = outlines.Frame(_centre(chosen, findings))
        extent = _extent(frame, chosen, findings, shape) if whole else _close_up(frame, findings[0][1], chosen)
    sheet = _Sheet(frame, extent, wide, words)
    _furniture(sheet)
    _graticule(sheet)
    base = ground(_bounds(sheet)) if ground else Basemap()
    _base_lines(sheet, base)
    tags = phrases.tags(declaration.party for declaration in result.declarations.values())
    order = {party: min(index, PARTY_STYLES - 1) for index, party in enumerate(tags)}
    _findings(sheet, findings)
    if star is not None:
        _star(sheet, star)
    outside = []
    numbers = {version: number for number, version in enumerate(result.declarations, 1)}
    shown = tuple(result.declarations.values()) if whole else chosen
    in_focus = {declaration.version_id for declaration in chosen}
    for declaration in shown:
        version, party = declaration.version_id, declaration.party
        tag, focus = f"{tags[party]} {numbers[version]}", version in in_focus
        if not _declaration(sheet, result, declaration, tag, order[party], focus=focus, detail=not whole):
            outside.append(version)
    _towns(sheet, base)
    about = words.about(len(shown) - len(outside), len(findings))
    order_of_layers = ("grid", "base", "soft", "areas", "paths", "lines", "regions", "marks", "found", "labels")
    body = "".join("".join(sheet.layers.get(layer, ())) for layer in order_of_layers)
    svg = (
        f'<svg class="map" viewBox="0 0 {sheet.wide:.0f} {sheet.tall:.0f}" role="img" '
        f'xmlns="http://www.w3.org/2000/svg" aria-label={quoteattr(about)}>'
        f"{_hatches() if own_hatches else ''}"
        f'<rect class="mp-land" width="{sheet.wide:.0f}" height="{sheet.tall:.0f}"/>{body}</svg>'
    )
    credit = words.credit(base.towns_by, base.lines_by) if base.towns_by and base.lines_by else ""
    return Drawing(svg, tuple(outside), tuple(sheet.kinds), credit)


# ------------------------------------------------------------- what to show


def _centre(chosen: Sequence[Declaration], findings: Sequence[tuple[int, Finding]]) -> outlines.LonLat:
    """The middle of the points on the sphere, which knows no antimeridian and no pole."""
    points = [position for _, finding in findings for position in finding.closest]
    if len(findings) != 1:
        points += [position for declaration in chosen for position in _positions(declaration)]
    if not points:
        return 0.0, 0.0
    lon, lat = np.radians([p.lon for p in points]), np.radians([p.lat for p in points])
    x, y, z = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
    middle = np.array([x.mean(), y.mean(), z.mean()])
    if np.linalg.norm(middle) < 1e-6:
        return 0.0, 0.0
    return (
        float(np.degrees(np.arctan2(middle[1], middle[0]))),
        float(np.degrees(np.arctan2(middle[2], np.hypot(middle[0], middle[1])))),
    )


def _positions(declaration: Declaration) -> list[Position]:
    """Some positions that stand for the declaration's place."""
    geometries = [geometry for volume in declaration.volumes for geometry in _drawn(volume.shape)]
    geometries += [outlines.line(segment.path) for segment in declaration.segments]
    points = []
    for geometry in geometries:
        if geometry is not None:
            west, south, east, north = geometry.bounds
            for lon, lat in ((west, south), (east, north)):
                points.append(Position(math.remainder(lon, 360.0), max(-90.0, min(90.0, lat))))
    return points


def _drawn(shape: Shape) -> list[BaseGeometry | None]:
    if isinstance(shape, Point):
        return [DrawnPoint(shape.at.lon, shape.at.lat)]
    if isinstance(shape, Route):
        return [outlines.area(shape), outlines.line(shape)]
    return [outlines.area(shape) or outlines.line(shape)]


def _extent(
    frame: outlines.Frame,
    chosen: Sequence[Declaration],
    findings: Sequence[tuple[int, Finding]],
    shape: tuple[float, float],
) -> tuple[float, float, float, float]:
    xs: list[float] = []
    ys: list[float] = []
    for declaration in chosen:
        for volume in declaration.volumes:
            for geometry in _drawn(volume.shape):
                if geometry is not None:
                    _reach(frame, geometry, volume.uncertainty.horizontal_m, xs, ys)
        for segment in declaration.segments:
            path = outlines.line(segment.path)
            if path is not None:
                _reach(frame, path, segment.uncertainty.horizontal_m, xs, ys)
    for _, finding in findings:
        for position in finding.closest:
            _reach(frame, DrawnPoint(position.lon, position.lat), 0.0, xs, ys)
    if not xs:
        return _shaped(-5000.0, -3500.0, 5000.0, 3500.0, least=shape[0], most=shape[1])
    return _shaped(min(xs), min(ys), max(xs), max(ys), least=shape[0], most=shape[1])


def _reach(frame: outlines.Frame, geometry: BaseGeometry, by_m: float, xs: list[float], ys: list[float]) -> None:
    x0, y0, x1, y1 = frame.project(geometry).bounds
    if all(math.isfinite(value) for value in (x0, y0, x1, y1)):
        xs += [x0 - by_m, x1 + by_m]
        ys += [y0 - by_m, y1 + by_m]


def _close_up(
    frame: outlines.Frame, finding: Finding, chosen: Sequence[Declaration]
) -> tuple[float, float, float, float]:
    """Around the closest points: wide enough for the rule, the distance, the overlap and the doubt."""
    xs: list[float] = []
    ys: list[float] = []
    for position in finding.closest:
        _reach(frame, DrawnPoint(position.lon, position.lat), 0.0, xs, ys)
    for region in finding.region:
        _reach(frame, outlines.polygon(region), 0.0, xs, ys)
    doubt = max(
        (volume.uncertainty.horizontal_m for declaration in chosen for volume in declaration.volumes),
        default=0.0,
    )
    around = max(finding.margin.horizontal_m, finding.horizontal_m, doubt, (max(xs) - min(xs)) / 2, 1500.0)
    return _shaped(min(xs) - around, min(ys) - around, max(xs) + around, max(ys) + around, least=0.56, most=0.62)


def _shaped(
    x0: float, y0: float, x1: float, y1: float, *, least: float, most: float
) -> tuple[float, float, float, float]:
    """Padded, and neither too flat nor too tall for the page: `least` and `most` are height over width."""
    wide, tall = max(x1 - x0, 1000.0) * 1.1, max(y1 - y0, 1000.0) * 1.1
    wide = max(wide, tall / most)
    tall = max(tall, wide * least)
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    return cx - wide / 2, cy - tall / 2, cx + wide / 2, cy + tall / 2


def _bounds(sheet: _Sheet) -> Bounds:
    """What the sheet shows, in degrees."""
    edge = np.linspace(0.0, 1.0, 9)
    wide, tall = sheet.wide / sheet.scale, sheet.tall / sheet.scale
    x, y = np.meshgrid(sheet.x0 + edge * wide, sheet.y1 - edge * tall)
    lonlat = sheet.frame.to_lonlat(np.column_stack([x.ravel(), y.ravel()]))
    lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
    centre = sheet.frame.centre[0]
    off = (lonlat[:, 0] - centre + 180.0) % 360.0 - 180.0
    if float(off.max() - off.min()) > 300:  # a pole is on the sheet
        return Bounds(-180.0, float(lonlat[:, 1].min()), 180.0, float(lonlat[:, 1].max()))
    west, east = centre + float(off.min()), centre + float(off.max())
    return Bounds(
        math.remainder(west, 360.0),
        float(lonlat[:, 1].min()),
        math.remainder(east, 360.0),
        float(lonlat[:, 1].max()),
    )


# ----------------------------------------------------------------- the ground


def _base_lines(sheet: _Sheet, base: Basemap) -> None:
    named: set[str] = set()
    for line in base.lines:
        if len(line.points) < 2:
            continue
        flat = sheet.flat(LineString([(p.lon, p.lat) for p in line.points]))
        if not sheet.draw("base", flat, f"mp-{line.kind}") or line.name in named or not line.name:
            continue
        seen = shapely.intersection(sheet.shown(flat), sheet.paper)
        if line.kind == "river" and seen.length > 150:
            at = _at(seen, 0.35)
            if sheet.label(at.x, at.y, sheet.words.river(line.name), "mp-river-name", 13, keep=False):
                named.add(line.name)


def _towns(sheet: _Sheet, base: Basemap) -> None:
    limit = round(sheet.wide / 45)
    for town in sorted(base.towns, key=lambda town: town.rank)[: 4 * limit]:
        at = sheet.spot(town.at)
        if not shapely.contains(sheet.paper, at) or limit == 0:
            continue
        if sheet.label(at.x, at.y, sheet.words.town(town.name), "mp-town-name", 13, keep=False, near=6):
            sheet.add("base", f'<rect class="mp-town" x="{at.x - 2.5:.1f}" y="{at.y - 2.5:.1f}" width="5" height="5"/>')
            limit -= 1


def _graticule(sheet: _Sheet) -> None:
    bounds = _bounds(sheet)
    spread = sheet.tall / sheet.scale / 111_000
    step = next((s for s in _DEGREES if spread / s <= 5), 30.0)
    middle = sheet.frame.centre[0]
    east = bounds.east + 360.0 * (bounds.west > bounds.east)
    if east - bounds.west > 300:
        return
    lon = math.ceil(bounds.west / step) * step
    while lon <= east:
        near = middle + math.remainder(lon - middle, 360.0)
        line = sheet.flat(
            LineString([(near, lat) for lat in np.linspace(max(bounds.south, -89), min(bounds.north, 89), 9)])
        )
        sheet.draw("grid", line, "mp-grid")
        cross = _crossing(line, LineString([(0, sheet.tall - 6), (sheet.wide - 190, sheet.tall - 6)]))
        if cross is not None and cross.x > 60:
            sheet.add(
                "grid",
                f'<text class="mp-grid-name" x="{cross.x:.1f}" y="{sheet.tall - 6:.1f}" '
                f'text-anchor="middle">{_degrees(math.remainder(lon, 360.0), "EW")}</text>',
            )
        lon += step
    lat = math.ceil(bounds.south / step) * step
    while lat <= bounds.north:
        line = sheet.flat(LineString([(lon, lat) for lon in np.linspace(bounds.west, east, 9)]))
        sheet.draw("grid", line, "mp-grid")
        cross = _crossing(line, LineString([(4, 30), (4, sheet.tall - 30)]))
        if cross is not None:
            sheet.taken.add(_Box(0, cross.y - 18, 58, cross.y))
            sheet.add(
                "grid",
                f'<text class="mp-grid-name" x="6" y="{cross.y - 4:.1f}">{_degrees(lat, "NS")}</text>',
            )
        lat += step


def _crossing(line: BaseGeometry, edge: LineString) -> DrawnPoint | None:
    met = shapely.intersection(line, edge)
    return met if isinstance(met, DrawnPoint) and not met.is_empty else None


_DEGREES: Final = (
    1 / 360, 1 / 180, 1 / 120, 1 / 60, 1 / 30, 1 / 20, 1 / 12, 1 / 6, 1 / 4, 1 / 2, 1.0, 2.0, 5.0, 10.0,
)  # fmt: skip


def _degrees(value: float, hemispheres: str) -> str:
    minutes = abs(value) * 60
    whole, minute = divmod(round(minutes, 2), 60)
    text = f"{whole:.0f}°" + (f"{minute:g}′" if minute else "")
    on_neither = not round(math.remainder(value, 180.0), 9)  # nought and 180 degrees
    return text if on_neither else text + hemispheres[value < 0]


def _furniture(sheet: _Sheet) -> None:
    """North, and a scale that is true at the centre."""
    metres = min(150.0, sheet.wide / 4) / sheet.scale
    power = 10.0 ** math.floor(math.log10(metres))
    length = next(m * power for m in (5, 2, 1, 0.5) if m * power <= metres)  # half: `power` may be rounded up
    pixels = length * sheet.scale
    x, y = sheet.wide - 24 - pixels, sheet.tall - 20
    sheet.taken.add(
        _Box(x - 8, y - 26, sheet.wide, sheet.tall),
        _Box(sheet.wide - 44, 0, sheet.wide, 58),
        _Box(0, sheet.tall - 22, sheet.wide, sheet.tall),
    )
    sheet.add(
        "labels",
        f'<path class="mp-scale" d="M{x:.1f} {y - 5:.1f}v5h{pixels:.1f}v-5"/>'
        f'<text class="mp-scale-name" x="{x + pixels / 2:.1f}" y="{y - 8:.1f}" text-anchor="middle">'
        f"{sheet.words.label(sheet.words.distance(length))}</text>"
        f'<g transform="translate({sheet.wide - 26:.1f} 34)"><path class="mp-north" d="M0 -18L5 2L0 -2L-5 2Z"/>'
        f'<text class="mp-scale-name" y="17" text-anchor="middle">{sheet.words.north()}</text></g>',
    )


# ---------------------------------------------------------------- declarations


def _declaration(
    sheet: _Sheet, result: CheckResult, declaration: Declaration, tag: str, party: int, *, focus: bool,
    detail: bool,
) -> bool:  # fmt: skip
    """Draw all of it; False when it lies off the sheet."""
    anchors: list[DrawnPoint] = []
    rumour = declaration.standing is Standing.RUMOURED
    ink = "pr" if rumour else f"p{party}"
    for volume in declaration.volumes:
        shape = volume.shape
        doubt_px = volume.uncertainty.horizontal_m * sheet.scale
        if isinstance(shape, Point):
            at = sheet.spot(shape.at)
            _soft(sheet, at, doubt_px, ink)
            if shapely.contains(sheet.paper, at):
                _site(sheet, at, ink)
                anchors.append(at)
            continue
        line, area = outlines.line(shape), outlines.area(shape)
        for geometry in (area if area is not None else line,):
            if geometry is not None:
                _soft(sheet, sheet.flat(geometry), doubt_px, ink)
        if area is not None:
            flat = sheet.flat(area)
            hatch = _hatch(declaration, party)
            style, fill = ("ar pr", "none") if rumour else (f"ar {ink} {hatch}", f"url(#{hatch}-{party})")
            if declaration.hypothetical:
                style += " hypo"
                sheet.kinds["hypothetical"] = None
            if sheet.draw("areas", flat, style, fill):
                anchors.append(_anchor(sheet, flat))
            sheet.kinds["rumour" if rumour else _symbol_name(declaration)] = None
        if line is not None:
            flat = sheet.flat(line)
            if sheet.draw("paths", flat, f"pa {ink}" + (" hypo" if declaration.hypothetical else "")):
                anchors.append(_anchor(sheet, flat))
            if isinstance(shape, Route):
                sheet.kinds["route"] = None
                _chevrons(sheet, flat, ink)
    for segment in declaration.segments:
        path = outlines.line(segment.path)
        if path is None:
            continue
        flat = sheet.flat(path)
        _soft(sheet, flat, segment.uncertainty.horizontal_m * sheet.scale, "pl")
        if _line(sheet, flat, segment.status):
            at = _anchor(sheet, flat)
            said = sheet.words.label(tag, sheet.words.segment(segment.status))
            sheet.label(at.x, at.y, said, "lb pl", 13, keep=detail)
            anchors.append(at)
    if not anchors:
        return False
    if declaration.kind is not Kind.LINE:
        at = anchors[0]
        beside = isinstance(declaration.volumes[0].shape, Point | Route)
        near, above = (12.0, False) if beside else (5.0, True)
        style = f"lb {ink}"
        full = _caption(sheet.words, result, declaration, tag)
        if not sheet.label(at.x, at.y, full, style, 13, keep=detail, near=near, above=above) and focus:
            # The number is that of the table of declarations.
            sheet.label(at.x, at.y, tag, style, 13, keep=True, near=near, above=above)
    return True


def _caption(words: Lettering, result: CheckResult, declaration: Declaration, tag: str) -> str:
    # Isolated (U+2068, U+2069), so that a name from right to left does not turn the rest of the label.
    short = f"\u2068{phrases.short(words.title(declaration))}\u2069"
    doubt = max((volume.uncertainty.horizontal_m for volume in declaration.volumes), default=0.0)
    marks = [words.mark(mark) for mark in result.marks(declaration.version_id) if mark != "exercise"]
    return words.label(tag, short, words.doubt(doubt), f"[{', '.join(marks)}]" if marks else "")


def _soft(sheet: _Sheet, flat: BaseGeometry, doubt_px: float, ink: str) -> None:
    """Never a hard edge round a guess: three steps that fade outward, and a dotted edge."""
    if doubt_px < 1.5:
        return
    if doubt_px > 5000:
        doubt_px = 5000
    sheet.kinds["unsure"] = None
    simple = shapely.simplify(flat, 0.5)
    for share in (0.33, 0.67, 1.0):
        sheet.draw("soft", simple.buffer(doubt_px * share, quad_segs=12), f"so {ink}")
    sheet.draw("soft", simple.buffer(doubt_px, quad_segs=12).boundary, f"se {ink}")


def _site(sheet: _Sheet, at: DrawnPoint, ink: str) -> None:
    sheet.kinds["site"] = None
    sheet.taken.add(_Box(at.x - 10, at.y - 10, at.x + 10, at.y + 10))
    sheet.add(
        "marks",
        f'<g transform="translate({at.x:.1f} {at.y:.1f})"><rect class="si {ink}" x="-9" y="-9" width="18" '
        'height="18" rx="4"/><path class="sx" d="M0 -5V5M-5 0H5"/></g>',
    )


def _star(sheet: _Sheet, star: Star) -> None:
    """An incident: a star, and a dotted edge as far as its place is uncertain."""
    at = sheet.spot(star.at)
    _soft(sheet, at, star.radius_m * sheet.scale, "pl")
    sheet.taken.add(_Box(at.x - 13, at.y - 13, at.x + 13, at.y + 13))
    corners = [
        (13.0 if number % 2 == 0 else 6.0, math.radians(30.0 * number - 90.0)) for number in range(12)
    ]  # six points, as of no other symbol
    path = "L".join(f"{at.x + r * math.cos(turn):.1f} {at.y + r * math.sin(turn):.1f}" for r, turn in corners)
    sheet.add("found", f'<path class="star" d="M{path}Z"/>')
    if star.radius_m:
        said = sheet.words.label(sheet.words.doubt(star.radius_m))
        sheet.label(at.x, at.y, said, "lb pl", 13, keep=True, near=16.0)


def _chevrons(sheet: _Sheet, flat: BaseGeometry, ink: str) -> None:
    """Which way it moves."""
    seen = shapely.intersection(flat, sheet.paper)
    for part in shapely.get_parts(seen).tolist():
        if part.geom_type != "LineString" or part.length < 20:
            continue
        for at in np.arange(22.0, part.length, 46.0):
            a, b = part.interpolate(at - 1), part.interpolate(at + 1)
            turn = math.degrees(math.atan2(b.y - a.y, b.x - a.x))
            sheet.add(
                "marks",
                f'<path class="ch {ink}" transform="translate({b.x:.1f} {b.y:.1f}) rotate({turn:.0f})" '
                'd="M-5 -4.5L1 0L-5 4.5"/>',
            )


def _line(sheet: _Sheet, flat: BaseGeometry, status: LineStatus) -> bool:
    sheet.kinds[f"line-{status.value}"] = None
    match status:
        case LineStatus.AGREED:
            sheet.draw("lines", flat, "li-wide")
            return sheet.draw("lines", flat, "li-gap")
        case LineStatus.TACIT:
            return sheet.draw("lines", flat, "li-tacit")
        case LineStatus.DISPUTED:
            seen = shapely.intersection(flat, sheet.paper)
            for part in shapely.get_parts(seen).tolist():
                for at in np.arange(40.0, part.length, 90.0):
                    spot = part.interpolate(at)
                    sheet.add(
                        "lines",
                        f'<text class="li-ask" x="{spot.x:.1f}" y="{spot.y + 5:.1f}" text-anchor="middle">?</text>',
                    )
            return sheet.draw("lines", flat, "li-disputed")


def _hatch(declaration: Declaration, party: int) -> str:
    if not phrases.kind_shown(declaration):
        return "h-any"
    match declaration.kind:
        case Kind.RESTRICTED_ZONE:
            return "h-zone"
        case Kind.NEGATIVE:
            return "h-none"
        case Kind.STATIC_SITE:
            return "h-site"
        case _:
            if declaration.medium is Medium.AIR:
                return "h-air-l" if party % 2 == 0 else "h-air-r"
            return "h-ground" if declaration.medium is Medium.GROUND else "h-any"


def _symbol_name(declaration: Declaration) -> str:
    if not phrases.kind_shown(declaration):
        return "any"
    match declaration.kind:
        case Kind.RESTRICTED_ZONE:
            return "zone"
        case Kind.NEGATIVE:
            return "none"
        case Kind.STATIC_SITE:
            return "site"
        case _:
            return {Medium.AIR: "air", Medium.GROUND: "ground"}.get(declaration.medium, "any")


# ------------------------------------------------------------------ findings


def _findings(sheet: _Sheet, findings: Sequence[tuple[int, Finding]]) -> None:
    """The regions and the links of all, and one symbol for each place: findings that would hide each other
    share the symbol of the first, with all their numbers beside it."""
    places: list[tuple[float, float, list[tuple[int, Finding]]]] = []
    for number, finding in findings:
        p, q = (sheet.spot(at) for at in finding.closest)
        for region in finding.region:
            sheet.draw("regions", sheet.flat(outlines.polygon(region)), "fd-region")
        if finding.closest[0] != finding.closest[1]:
            sheet.draw("found", sheet.flat(LineString(outlines.along(finding.closest))), "fd-line")
            if len(findings) <= _CROWDED:
                for end in (p, q):
                    sheet.add("found", f'<circle class="fd-end" cx="{end.x:.1f}" cy="{end.y:.1f}" r="4"/>')
        x, y = (p.x + q.x) / 2, (p.y + q.y) / 2
        if not (0 <= x <= sheet.wide and 0 <= y <= sheet.tall):
            continue
        near = [place for place in places if math.hypot(place[0] - x, place[1] - y) < _TOUCH]
        if near:
            near[0][2].append((number, finding))
        else:
            places.append((x, y, [(number, finding)]))
    for x, y, _ in places:
        sheet.taken.add(_Box(x - 11, y - 11, x + 11, y + 11))
    for x, y, here in places:
        number, finding = here[0]
        sheet.add("found", f'<g transform="translate({x:.1f} {y:.1f})">{severity_symbol(finding, number)}</g>')
        if len(here) > 1:
            others = [str(other) for other, _ in here[1:]]
            more = sheet.words.more(len(others) - 5) if len(others) > 6 else ""
            said = sheet.words.label("+ " + ", ".join(others[:5] if more else others), more)
        elif finding.horizontal_m > 0 and len(findings) <= _CROWDED:
            said = sheet.words.label(sheet.words.distance(finding.horizontal_m))
        else:
            continue
        sheet.label(x, y, said, "fd-name", 14, keep=len(here) > 1, near=14)


def severity_symbol(finding: Finding, number: int) -> str:
    """Triangle, diamond or ring, with the number of the finding in it; about 24 units across."""
    filled = finding.severity == "warning"
    text = (
        f'<text class="sv-no{" sv-on" if filled else ""}" y="{7 if filled else 4}" text-anchor="middle">{number}</text>'
    )
    match finding.severity:
        case "warning":
            return f'<path class="sv sv-warning" d="M0 -13L14 11H-14Z"/>{text}'
        case "caution":
            return f'<path class="sv sv-caution" d="M0 -14L14 0L0 14L-14 0Z"/>{text}'
        case _:
            return f'<circle class="sv sv-information" r="11"/>{text}'


# -------------------------------------------------------------------- drawing


def _hatches() -> str:
    """The patterns, once for a page: one set for each party style, for a pattern has its own ink."""
    parts = []
    for index in range(PARTY_STYLES):
        ink = f"hp{index}"
        parts += [
            _pattern(f"h-air-l-{index}", 9, f'<path class="{ink}" d="M0 0L9 9M-2 7L2 11M7 -2L11 2"/>'),
            _pattern(f"h-air-r-{index}", 9, f'<path class="{ink}" d="M0 9L9 0M-2 2L2 -2M7 11L11 7"/>'),
            _pattern(f"h-ground-{index}", 8, f'<path class="{ink}" d="M4 0V8"/>'),
            _pattern(f"h-any-{index}", 8, f'<path class="{ink}" d="M0 4H8"/>'),
            _pattern(f"h-zone-{index}", 10, f'<path class="{ink}" d="M0 0L10 10M0 10L10 0"/>'),
            _pattern(f"h-none-{index}", 10, f'<circle class="{ink} dot" cx="3" cy="3" r="1.2"/>'),
            _pattern(f"h-site-{index}", 8, f'<path class="{ink}" d="M0 4H8M4 0V8"/>'),
        ]
    parts.append(_pattern("h-found", 5, '<path class="hpf" d="M0 5L5 0M-1 1L1 -1M4 6L6 4"/>'))
    return f"<defs>{''.join(parts)}</defs>"


def _pattern(name: str, size: int, body: str) -> str:
    return f'<pattern id="{name}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">{body}</pattern>'


def _path(geometry: BaseGeometry) -> str:
    pieces = []
    for part in shapely.get_parts(geometry).tolist():
        if part.is_empty:
            continue
        if part.geom_type == "Polygon":
            pieces += [_run(ring) + "Z" for ring in (part.exterior, *part.interiors)]
        elif part.geom_type in ("LineString", "LinearRing"):
            pieces.append(_run(part))
        elif part.geom_type.startswith("Multi"):
            pieces.append(_path(part))
    return "".join(pieces)


def _run(line: BaseGeometry) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(line))


def _anchor(sheet: _Sheet, flat: BaseGeometry) -> DrawnPoint:
    """A point on what of the shape is on the sheet, to write beside."""
    seen = shapely.intersection(sheet.shown(flat), sheet.paper)
    if seen.is_empty:
        return DrawnPoint(sheet.wide / 2, sheet.tall / 2)
    if _length(seen) and not seen.area:
        return _at(seen, 0.4)
    # The top of an area, to write above it rather than on its hatch.
    corners = shapely.get_coordinates(seen)
    top = corners[int(np.argmin(corners[:, 1]))]
    return DrawnPoint(float(top[0]), float(top[1]))


def _length(geometry: BaseGeometry) -> float:
    return float(geometry.length)


def _at(drawn: BaseGeometry, share: float) -> DrawnPoint:
    """The point at that share of the longest piece of a drawn line."""
    longest = max(shapely.get_parts(drawn).tolist(), key=_length)
    x, y = shapely.get_coordinates(longest.interpolate(share, normalized=True))[0]
    return DrawnPoint(float(x), float(y))


def _text_width(text: str, size: float) -> float:
    return sum(letter not in _UNSEEN for letter in text) * size * 0.56
