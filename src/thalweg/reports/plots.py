"""Distance and height of two declarations over time: the numbers, and the two plots drawn from them.

The series is computed here from the declarations alone and is meant for the eye. The figures that count
are those of the finding, and the plots carry them as their labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point as PlanePoint
from shapely.geometry.base import BaseGeometry

from thalweg.model.declarations import Declaration, Uncertainty, Volume
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band
from thalweg.model.shapes import Corridor, Point, Route
from thalweg.reports import outlines, phrases

SAMPLES: Final = 121

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heights:
    """A band over the times of a series, in metres above `datum`; NaN where there is none then, minus and
    plus infinity where a limit is open. `vertical_m` is how far the truth may lie either way."""

    lower_m: Floats
    upper_m: Floats
    datum: str
    vertical_m: float


@dataclass(frozen=True, slots=True)
class Series:
    """Two declarations over time. All arrays are (n,), n the number of `times_s`.

    `distance_m` is geodesic, between the stated regions (buffers in, uncertainties not), 0 where they
    overlap and NaN while they are not both there. The truth lies within `slack_m` of it either way.
    """

    times_s: Floats  # since the epoch, increasing
    distance_m: Floats
    slack_m: Floats
    heights: tuple[Heights, Heights]
    present: tuple[NDArray[np.bool_], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class _Part:
    """One volume, or one segment of a line."""

    window: Window
    band: Band | None
    uncertainty: Uncertainty
    route: Route | None
    region: BaseGeometry  # in longitude and latitude; of a route, unused
    radius_m: float


def series(first: Declaration, second: Declaration, span: Window, samples: int = SAMPLES) -> Series:
    """Sample both over `span`, whose two ends are given.

    Way-points and the ends of windows within the span are sampled besides the even ones, so that corners
    are drawn as corners.
    """
    parts = (_parts(first), _parts(second))
    times = _times(parts, span, samples)
    best = np.full(len(times), np.inf)
    slack = np.zeros(len(times))
    chosen = (np.full(len(times), -1), np.full(len(times), -1))
    there = tuple([_active(part, times) for part in side] for side in parts)
    for i, a in enumerate(parts[0]):
        for j, b in enumerate(parts[1]):
            both = there[0][i] & there[1][j]
            if not both.any():
                continue
            apart = np.full(len(times), np.inf)
            apart[both] = _apart(a, b, times[both])
            nearer = apart < best
            best[nearer] = apart[nearer]
            slack[nearer] = a.uncertainty.horizontal_m + b.uncertainty.horizontal_m
            chosen[0][nearer], chosen[1][nearer] = i, j
    best[np.isinf(best)] = np.nan
    present = tuple(np.logical_or.reduce(side) if side else np.zeros(len(times), bool) for side in there)
    heights = tuple(
        _heights(side, active, pick, times) for side, active, pick in zip(parts, there, chosen, strict=True)
    )
    return Series(times, best, slack, (heights[0], heights[1]), (present[0], present[1]))


def span_of(finding: Finding, first: Declaration, second: Declaration) -> Window | None:
    """What a plot of the finding shows: the conflict and as much again around it, within what is declared.

    None where neither end of the conflict is known nor any declared time bounds it.
    """
    windows = [part.window for side in (first, second) for part in _parts(side)]
    bounds = [w.start_s for w in windows] + [w.end_s for w in windows]
    finite = [bound for bound in bounds if np.isfinite(bound)]
    begin = finding.first.epoch_s if finding.first else max((f for f in finite), default=None)
    if finding.first is None and finding.closest_at is not None:
        begin = finding.closest_at.epoch_s
    if begin is None:
        return None
    end = finding.last.epoch_s if finding.last else begin + 86_400.0
    around = max(end - begin, 60.0) / 2
    low, high = begin - around, end + around
    if finite:
        low = max(low, min(min(finite), begin) - around / 4)
        high = min(high, max(*finite, end) + around / 4) if len(finite) > 1 else high
    return Window(Instant(low), Instant(high)) if low < high else None


def _parts(declaration: Declaration) -> list[_Part]:
    parts = [_of_volume(volume) for volume in declaration.volumes]
    for segment in declaration.segments:
        path = outlines.line(segment.path)
        if path is not None:
            parts.append(_Part(segment.window, None, segment.uncertainty, None, path, 0.0))
    return parts


def _of_volume(volume: Volume) -> _Part:
    shape = volume.shape
    route = shape if isinstance(shape, Route) else None
    radius = route.radius_m if route else 0.0
    region: BaseGeometry
    if isinstance(shape, Point):
        region = PlanePoint(shape.at.lon, shape.at.lat)
    elif isinstance(shape, Corridor):
        # The middle and a radius, rather than the drawn outline: the distance is exact, and cheaper.
        region = outlines.line(shape) or PlanePoint()
        radius = shape.half_width_m
    else:
        region = outlines.area(shape) or outlines.line(shape) or PlanePoint()
    return _Part(volume.window, volume.band, volume.uncertainty, route, region, radius)


def _times(parts: tuple[list[_Part], list[_Part]], span: Window, samples: int) -> Floats:
    corners: list[float] = []
    for part in (*parts[0], *parts[1]):
        # A hair before the end, for windows are half-open.
        corners += [part.window.start_s, part.window.end_s - 1e-3, part.window.end_s]
        if part.route:
            corners += [waypoint.time.epoch_s for waypoint in part.route.waypoints]
    low, high = span.start_s, span.end_s
    inside = [corner for corner in corners if low < corner < high]
    return np.unique(np.concatenate([np.linspace(low, high, samples), np.array(inside)]))


def _active(part: _Part, times: Floats) -> NDArray[np.bool_]:
    return np.asarray((times >= part.window.start_s) & (times < part.window.end_s))


def position(route: Route, times: Floats) -> Floats:
    """Where the route is, as (n, 2) degrees: along the geodesic between way-points, at constant speed."""
    knots = np.array([waypoint.time.epoch_s for waypoint in route.waypoints])
    lon = np.array([waypoint.at.lon for waypoint in route.waypoints])
    lat = np.array([waypoint.at.lat for waypoint in route.waypoints])
    azimuth, _, length = outlines.GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    leg = np.clip(np.searchsorted(knots, times, side="right") - 1, 0, len(knots) - 2)
    share = np.clip((times - knots[leg]) / (knots[leg + 1] - knots[leg]), 0.0, 1.0)
    at_lon, at_lat, _ = outlines.GEOD.fwd(lon[leg], lat[leg], azimuth[leg], share * length[leg])
    return np.column_stack([at_lon, at_lat])


def _apart(a: _Part, b: _Part, times: Floats) -> Floats:
    """Distance in metres at each of the times, at which both are there."""
    buffers = a.radius_m + b.radius_m
    if a.route and b.route:
        p, q = position(a.route, times), position(b.route, times)
        _, _, between = outlines.GEOD.inv(p[:, 0], p[:, 1], q[:, 0], q[:, 1])
        return np.maximum(np.asarray(between) - buffers, 0.0)
    if b.route:
        a, b = b, a
    if a.route:
        where = position(a.route, times)
        frame = outlines.Frame((float(where[len(where) // 2, 0]), float(where[len(where) // 2, 1])))
        moving = np.array(shapely.points(frame.to_plane(where)))
    else:
        where = shapely.get_coordinates(a.region)[:1]
        frame = outlines.Frame((float(where[0, 0]), float(where[0, 1])))
        moving = np.array([frame.project(a.region)])
    # Which points are nearest is asked in the plane; how far apart they are, on the ellipsoid.
    links = shapely.shortest_line(moving, frame.project(b.region))
    ends = shapely.get_coordinates(links).reshape(-1, 2, 2)
    p, q = frame.to_lonlat(ends[:, 0]), frame.to_lonlat(ends[:, 1])
    _, _, between = outlines.GEOD.inv(p[:, 0], p[:, 1], q[:, 0], q[:, 1])
    between = np.where(np.hypot(*(ends[:, 0] - ends[:, 1]).T) > 0, between, 0.0)
    return np.broadcast_to(np.maximum(between - buffers, 0.0), times.shape)


def _heights(
    parts: Sequence[_Part], active: Sequence[NDArray[np.bool_]], chosen: NDArray[np.int_], times: Floats
) -> Heights:
    """The band of the part that the distance is taken from; of any other that is there, where none is."""
    lower, upper = np.full(len(times), np.nan), np.full(len(times), np.nan)
    datum, vertical = "", 0.0
    for index, part in enumerate(parts):
        use = (chosen == index) | ((chosen < 0) & active[index])
        if not use.any():
            continue
        if part.route is not None and part.route.has_heights:
            knots = [waypoint.time.epoch_s for waypoint in part.route.waypoints]
            known = [waypoint.height_m or 0.0 for waypoint in part.route.waypoints]
            middle = np.interp(times[use], knots, known)
            lower[use], upper[use] = middle - part.route.half_height_m, middle + part.route.half_height_m
            datum = part.route.datum.value
        elif part.band is not None:
            lower[use] = -np.inf if part.band.lower_m is None else part.band.lower_m
            upper[use] = np.inf if part.band.upper_m is None else part.band.upper_m
            datum = part.band.datum.value
        vertical = max(vertical, part.uncertainty.vertical_m)
    return Heights(lower, upper, datum, vertical)


# ----------------------------------------------------------------- drawing

SIZE: Final = (720.0, 190.0)  # of a plot, in the units of its drawing; text is 13 of them
_LEFT, _RIGHT = 80.0, 12.0
_TOP, _FOOT = 10.0, 24.0


@dataclass(frozen=True, slots=True)
class Lettering:
    """What stands on a plot, in one language. `mirrored`: time runs from right to left."""

    distance_title: str = "Distance sideways over time"
    height_title: str = "Height over time"
    rule: Callable[[str], str] = "rule {}".format
    overlap: str = "overlap"
    distance: Callable[[float], str] = phrases.distance
    height: Callable[[float], str] = phrases.height
    kilometres: Callable[[float], str] = "{:g} km".format
    datum: Callable[[str], str] = phrases.datum_word
    mirrored: bool = False


ENGLISH: Final = Lettering()


@dataclass(frozen=True, slots=True)
class _Axes:
    t0: float
    t1: float
    y0: float
    y1: float
    wide: float
    tall: float
    letters: Lettering

    @property
    def left(self) -> float:
        return _RIGHT if self.letters.mirrored else _LEFT

    @property
    def right(self) -> float:
        return self.wide - (_LEFT if self.letters.mirrored else _RIGHT)

    def beside(self) -> tuple[float, str]:
        """Where the figures of the height of a plot stand, and how they are anchored (always as in left to right)."""
        return (self.right + 6, "start") if self.letters.mirrored else (_LEFT - 6, "end")

    def late(self) -> tuple[float, str]:
        """The same for a name at the late end of the time axis."""
        return (self.left + 4, "start") if self.letters.mirrored else (self.right - 4, "end")

    def x(self, time_s: float) -> float:
        along = (time_s - self.t0) / (self.t1 - self.t0) * (self.wide - _LEFT - _RIGHT)
        return self.right - along if self.letters.mirrored else _LEFT + along

    def y(self, value: float) -> float:
        held = min(max(value, self.y0), self.y1)
        return _TOP + (self.y1 - held) / (self.y1 - self.y0) * (self.tall - _TOP - _FOOT)


def distance_plot(
    data: Series,
    finding: Finding,
    description: str,
    size: tuple[float, float] = SIZE,
    letters: Lettering = ENGLISH,
) -> str:
    """The distance sideways over time as SVG: the bounds as a band, the rule dashed, the conflict shaded.

    Classes only, no colours: the page, or the print, has the style sheet.
    """
    known = data.distance_m[np.isfinite(data.distance_m)]
    if not known.size:
        return ""
    rule = finding.margin.horizontal_m
    top = max(float(np.nanmax(data.distance_m + data.slack_m)), rule, finding.horizontal_m)
    # What is far away may run off the top: it is the near that is to be seen.
    near = max(6 * rule, 3 * finding.horizontal_m, 3 * float(data.slack_m.max()), 1000.0)
    top = _ceiling(min(max(top, 100.0), near))
    axes = _Axes(float(data.times_s[0]), float(data.times_s[-1]), 0.0, top, *size, letters)
    body = [_grid(axes, kilometres=axes.y1 >= 3000)]
    body.append(_shade(axes, finding))
    low, high = np.maximum(data.distance_m - data.slack_m, 0.0), data.distance_m + data.slack_m
    if data.slack_m.any():
        body.append(_ribbon(axes, data.times_s, low, high, "pl-slack"))
    if rule:
        body.append(_rule(axes, rule, letters.rule(letters.distance(rule))))
    body.append(_curve(axes, data.times_s, data.distance_m, "pl-line"))
    found = letters.overlap if finding.horizontal_m <= 0 else letters.distance(finding.horizontal_m)
    body.append(_marker(axes, finding, finding.horizontal_m, found))
    return _svg(axes, body, letters.distance_title, description)


def height_plot(
    data: Series,
    finding: Finding,
    names: tuple[str, str],
    description: str,
    size: tuple[float, float] = SIZE,
    letters: Lettering = ENGLISH,
) -> str:
    """The bands of both over time as SVG: the first solid, the second dashed, each with its tag."""
    limits = [
        value
        for heights in data.heights
        for limit in (heights.lower_m, heights.upper_m)
        for value in (limit[np.isfinite(limit)] if limit.size else ())
    ]
    if not limits:
        return ""
    spread = max(max(limits) - min(limits), 100.0)
    # From the ground up, unless both are far above it.
    low = min(limits)
    open_below = any(np.isneginf(heights.lower_m).any() for heights in data.heights)
    floor = min(low, 0.0) if open_below or low < 3 * max(spread, 500.0) else low - spread / 5
    top = _ceiling(max(limits) + spread / 8, floor)
    axes = _Axes(float(data.times_s[0]), float(data.times_s[-1]), floor, top, *size, letters)
    body = [_grid(axes, kilometres=False)]
    body.append(_shade(axes, finding))
    for side, (heights, name) in enumerate(zip(data.heights, names, strict=True)):
        shown = ~np.isnan(heights.lower_m)
        if not shown.any():
            continue
        low, high = heights.lower_m, heights.upper_m
        if heights.vertical_m:
            body.append(_ribbon(axes, data.times_s, low - heights.vertical_m, high + heights.vertical_m, "pl-slack"))
        body.append(_ribbon(axes, data.times_s, low, high, f"pl-band pl-{side}"))
        body.append(_curve(axes, data.times_s, high, f"pl-edge pl-{side}"))
        body.append(_curve(axes, data.times_s, low, f"pl-edge pl-{side}"))
        last = int(np.flatnonzero(shown)[-1])
        edge = float(high[last])
        label = f"\u2068{name}\u2069, {letters.datum(heights.datum)}" if heights.datum else name
        x, anchor = axes.late()
        body.append(
            f'<text class="pl-name pl-{side}" x="{x:.1f}" '
            f'y="{max(axes.y(edge) - 5, _TOP + 11):.1f}" text-anchor="{anchor}">{escape(label)}</text>'
        )
    body.append(_marker(axes, finding, None, ""))
    return _svg(axes, body, letters.height_title, description)


def _svg(axes: _Axes, body: Sequence[str], title: str, description: str) -> str:
    label = f"{title}. {description}"
    # From which second to which, and where those stand: for a page that draws a line through an instant.
    scale = (("t0", axes.t0), ("t1", axes.t1), ("x0", axes.x(axes.t0)), ("x1", axes.x(axes.t1)))
    edges = " ".join(f'data-{name}="{value:.1f}"' for name, value in scale)
    return (
        f'<svg class="plot" viewBox="0 0 {axes.wide:.0f} {axes.tall:.0f}" role="img" {edges} '
        f'xmlns="http://www.w3.org/2000/svg" aria-label={quoteattr(label)}>{"".join(body)}</svg>'
    )


def _ceiling(value: float, floor: float = 0.0) -> float:
    step = _step(value - floor)
    return floor + float(np.ceil((value - floor) / step)) * step


def _step(spread: float) -> float:
    """A round step of which three to six fit the spread."""
    raw = max(spread, 1e-3) / 4
    power = 10.0 ** np.floor(np.log10(raw))
    return float(next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw))


def _grid(axes: _Axes, *, kilometres: bool) -> str:
    parts = []
    step = _step(axes.y1 - axes.y0)
    value = float(np.ceil(axes.y0 / step) * step)
    while value <= axes.y1 + 1e-6:
        y = axes.y(value)
        text = axes.letters.kilometres(value / 1000) if kilometres else axes.letters.height(value)
        x, anchor = axes.beside()
        parts.append(
            f'<path class="pl-grid" d="M{axes.left} {y:.1f}H{axes.right}"/>'
            f'<text class="pl-axis" x="{x}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
        )
        value += step
    for time_s, text in _ticks(axes.t0, axes.t1, round(axes.wide / 120)):
        x = axes.x(time_s)
        parts.append(
            f'<path class="pl-tick" d="M{x:.1f} {axes.tall - _FOOT}v4"/>'
            f'<text class="pl-axis" x="{x:.1f}" y="{axes.tall - 6}" text-anchor="middle">{text}</text>'
        )
    return "".join(parts)


_STEPS_S = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800, 2_592_000, 7_776_000, 31_536_000,
)  # fmt: skip


def _ticks(t0: float, t1: float, most: int) -> list[tuple[float, str]]:
    """Round UTC times, at most `most` of them, with the date where the clock starts a new day."""
    step = next((s for s in _STEPS_S if (t1 - t0) / s <= most), (t1 - t0) / 4)
    ticks = []
    at = float(np.ceil(t0 / step) * step)
    while at <= t1:
        text = str(Instant(at))
        day, time = text[5:10], text[11:]
        label = f"{time[:5]}Z" if step >= 60 else time
        if step >= 86_400:
            label = text[:10]
        elif at % 86_400 == 0:
            label = f"{day} {label}"
        ticks.append((at, label))
        at += step
    # A label at the very edge would be cut off.
    return [(at, label) for at, label in ticks if 0.03 < (at - t0) / (t1 - t0) < 0.95]


def _shade(axes: _Axes, finding: Finding) -> str:
    begin = max(finding.first.epoch_s if finding.first else axes.t0, axes.t0)
    end = min(finding.last.epoch_s if finding.last else axes.t1, axes.t1)
    x0, x1 = sorted((axes.x(begin), axes.x(end)))
    return (
        f'<rect class="pl-when" x="{x0:.1f}" y="{_TOP}" width="{max(x1 - x0, 1.5):.1f}" '
        f'height="{axes.tall - _TOP - _FOOT}"/>'
    )


def _rule(axes: _Axes, value: float, text: str) -> str:
    y = axes.y(value)
    x, anchor = axes.late()
    return (
        f'<path class="pl-rule" d="M{axes.left} {y:.1f}H{axes.right}"/>'
        f'<text class="pl-rule-name" x="{x}" y="{y - 5:.1f}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def _marker(axes: _Axes, finding: Finding, value: float | None, text: str) -> str:
    if finding.closest_at is None or not axes.t0 <= finding.closest_at.epoch_s <= axes.t1:
        return ""
    x = axes.x(finding.closest_at.epoch_s)
    parts = [f'<path class="pl-now" d="M{x:.1f} {_TOP}V{axes.tall - _FOOT}"/>']
    if value is not None:
        y = axes.y(value)
        anchor, dx = ("end", -8) if x > axes.wide * 0.8 else ("start", 8)
        parts.append(
            f'<circle class="pl-dot" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
            f'<text class="pl-found" x="{x + dx:.1f}" y="{y - 8:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
        )
    return "".join(parts)


def _runs(values: Floats) -> list[slice]:
    """Where the values are numbers, in unbroken runs."""
    there = np.concatenate([[False], ~np.isnan(values), [False]])
    edges = np.flatnonzero(there[1:] != there[:-1])
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _curve(axes: _Axes, times: Floats, values: Floats, style: str) -> str:
    drawn = np.where(np.isinf(values), np.nan, values)
    path = "".join("M" + _dots(axes, times[run], drawn[run]) for run in _runs(drawn))
    return f'<path class="{style}" d="{path}"/>' if path else ""


def _ribbon(axes: _Axes, times: Floats, low: Floats, high: Floats, style: str) -> str:
    path = "".join(
        "M" + _dots(axes, times[run], high[run]) + "L" + _dots(axes, times[run][::-1], low[run][::-1]) + "Z"
        for run in _runs(np.where(np.isnan(low) | np.isnan(high), np.nan, 0.0))
    )
    return f'<path class="{style}" d="{path}"/>' if path else ""


def _dots(axes: _Axes, times: Floats, values: Floats) -> str:
    kept = _corners(times, values)
    return "L".join(f"{axes.x(float(times[i])):.1f} {axes.y(float(values[i])):.1f}" for i in kept)


def _corners(times: Floats, values: Floats) -> list[int]:
    """The indexes that a drawn curve needs: straight runs are left out."""
    if len(times) < 3:
        return list(range(len(times)))
    held = np.nan_to_num(values, posinf=1e12, neginf=-1e12)
    slope = np.diff(held) / np.diff(times)
    scale = max(float(np.abs(held).max()), 1.0) / max(float(abs(times[-1] - times[0])), 1.0)
    bend = np.abs(np.diff(slope)) > 1e-3 * scale
    return [0, *(np.flatnonzero(bend) + 1).tolist(), len(times) - 1]
