"""Declarations for Hypothesis: clustered in space, height and time, so that conflicts and near misses are
common; at ordinary places, at the poles and across the antimeridian; from 2 km to 500 km across.

Numbers are drawn as integers and scaled, which makes windows and bands touch often and shrinks well.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.twin.oracle import direct
from thalweg.model.declarations import (
    Declaration,
    Kind,
    LineStatus,
    Medium,
    Segment,
    Sides,
    Uncertainty,
    Volume,
    Zone,
)
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import (
    Circle,
    Corridor,
    MultiPolygon,
    Path,
    Point,
    Polygon,
    Position,
    Ring,
    Route,
    Shape,
    Waypoint,
)
from thalweg.model.theatre import Between, Margin, Relation, Rule, Selector, Theatre

FIRST_S = 1_505_520_000.0  # 2017-09-16T00:00:00Z
PARTIES = ("north", "south", "relief")
PLACES = (
    Position(40.14, 35.33),
    Position(-8.0, 39.5),
    Position(180.0, 12.0),
    Position(-179.98, -17.5),
    Position(25.0, 65.0),
    Position(0.0, 0.0),
    Position(10.0, 89.99),
    Position(0.0, 90.0),
    Position(-70.0, -89.9),
)


@dataclass(frozen=True)
class Scene:
    """A middle, and how far from it things are put."""

    middle: Position
    size_m: float


@st.composite
def scenes(draw: st.DrawFn, sizes_m: tuple[float, ...] = (2e3, 20e3, 50e3)) -> Scene:
    return Scene(draw(st.sampled_from(PLACES)), draw(st.sampled_from(sizes_m)))


def spots(scene: Scene) -> st.SearchStrategy[Position]:
    return st.builds(
        lambda azimuth, share: direct(scene.middle, float(azimuth), scene.size_m * share / 100.0),
        st.integers(0, 359),
        st.integers(0, 100),
    )


@st.composite
def rings(draw: st.DrawFn, middle: Position, radius_m: float) -> Ring:
    """Star-shaped about its middle, and so never self-crossing; as often as not concave."""
    corners = draw(st.integers(3, 7))
    start = draw(st.integers(0, 359))
    ring = []
    for k in range(corners):
        jitter = draw(st.integers(-15, 15)) / 100.0
        share = draw(st.integers(35, 100)) / 100.0
        ring.append(direct(middle, start + 360.0 * (k + jitter) / corners, radius_m * share))
    return tuple(ring) if draw(st.booleans()) else tuple(reversed(ring))


@st.composite
def polygons(draw: st.DrawFn, scene: Scene) -> Polygon:
    middle = draw(spots(scene))
    radius_m = scene.size_m * draw(st.integers(2, 40)) / 100.0
    outer = draw(rings(middle, radius_m))
    # Star-shaped with at least 35 % of the radius at a corner; a chord between two corners up to 156 degrees
    # apart comes as near as 0.35 * cos(78 degrees) = 0.07 of the radius.
    hole = (draw(rings(middle, radius_m * 0.06)),) if draw(st.integers(0, 3)) == 0 else ()
    return Polygon(outer, hole)


@st.composite
def paths(draw: st.DrawFn, scene: Scene, *, most: int = 4) -> tuple[Position, ...]:
    points = draw(st.lists(spots(scene), min_size=2, max_size=most, unique=True))
    return tuple(points)


def still_shapes(scene: Scene) -> st.SearchStrategy[Shape]:
    radii = st.integers(1, 300).map(lambda k: scene.size_m * k / 1000.0)
    return st.one_of(
        st.builds(Point, spots(scene)),
        st.builds(Circle, spots(scene), radii),
        polygons(scene),
        st.builds(Corridor, paths(scene), radii.map(lambda r: r / 3.0)),
        st.builds(MultiPolygon, st.lists(polygons(scene), min_size=1, max_size=2).map(tuple)),
        st.builds(Path, paths(scene)),
    )


@st.composite
def routes(draw: st.DrawFn, scene: Scene, datums: tuple[Datum, ...]) -> Route:
    points = draw(st.lists(spots(scene), min_size=2, max_size=4))
    minute = draw(st.integers(0, 60))
    heights = draw(st.booleans())
    waypoints = []
    for point in points:
        height_m = 50.0 * draw(st.integers(0, 40)) if heights else None
        waypoints.append(Waypoint(point, Instant(FIRST_S + 60.0 * minute), height_m))
        minute += draw(st.integers(1, 40))
    return Route(
        tuple(waypoints),
        radius_m=scene.size_m * draw(st.integers(0, 50)) / 1000.0,
        datum=draw(st.sampled_from(datums)),
        half_height_m=float(draw(st.sampled_from((0, 50, 100)))),
    )


@st.composite
def windows(draw: st.DrawFn) -> Window:
    if draw(st.integers(0, 9)) == 0:
        return ALWAYS
    start = draw(st.integers(0, 60))
    end = start + draw(st.integers(1, 60))
    open_end = draw(st.integers(0, 9)) == 0
    return Window(Instant(FIRST_S + 60.0 * start), None if open_end else Instant(FIRST_S + 60.0 * end))


@st.composite
def bands(draw: st.DrawFn, datums: tuple[Datum, ...]) -> Band | None:
    if draw(st.integers(0, 4)) == 0:
        return None
    lower = draw(st.integers(0, 40))
    upper = lower + draw(st.integers(0, 20))
    low_m = None if draw(st.integers(0, 9)) == 0 else 50.0 * lower
    high_m = None if draw(st.integers(0, 9)) == 0 else 50.0 * upper
    return Band(low_m, high_m, draw(st.sampled_from(datums)))


@st.composite
def uncertainties(draw: st.DrawFn, scene: Scene) -> Uncertainty:
    if draw(st.integers(0, 2)):
        return Uncertainty()
    return Uncertainty(
        scene.size_m * draw(st.integers(0, 50)) / 1000.0,
        10.0 * draw(st.integers(0, 20)),
        30.0 * draw(st.integers(0, 20)),
    )


ONE_DATUM = (Datum.EGM96,)
ALL_DATUMS = tuple(Datum)


@st.composite
def volumes(
    draw: st.DrawFn,
    scene: Scene,
    *,
    datums: tuple[Datum, ...] = ONE_DATUM,
    moving: bool = True,
    uncertain: bool = True,
) -> Volume:
    uncertainty = draw(uncertainties(scene)) if uncertain else Uncertainty()
    if moving and draw(st.integers(0, 2)) == 0:
        route = draw(routes(scene, datums))
        window = Window(route.waypoints[0].time, route.waypoints[-1].time)
        band = None if route.has_heights else draw(bands(datums))
        return Volume(route, window, band, uncertainty)
    return Volume(draw(still_shapes(scene)), draw(windows()), draw(bands(datums)), uncertainty)


@st.composite
def declarations(
    draw: st.DrawFn,
    scene: Scene,
    *,
    title: str = "",
    kinds: tuple[Kind, ...] = (
        Kind.OPERATION,
        Kind.MOVEMENT,
        Kind.STATIC_SITE,
        Kind.RESTRICTED_ZONE,
        Kind.NEGATIVE,
    ),
    datums: tuple[Datum, ...] = ONE_DATUM,
    uncertain: bool = True,
    most_volumes: int = 2,
) -> Declaration:
    kind = draw(st.sampled_from(kinds))
    moving = kind in (Kind.OPERATION, Kind.MOVEMENT)
    count = draw(st.integers(1, most_volumes))
    return Declaration(
        kind=kind,
        party=draw(st.sampled_from(PARTIES)),
        title=title,
        zone=draw(st.sampled_from(tuple(Zone))) if kind is Kind.RESTRICTED_ZONE else None,
        medium=draw(st.sampled_from((Medium.AIR, Medium.GROUND, Medium.UNSTATED))),
        volumes=tuple(draw(volumes(scene, datums=datums, moving=moving, uncertain=uncertain)) for _ in range(count)),
    )


@st.composite
def lines(draw: st.DrawFn, scene: Scene, *, title: str = "line") -> Declaration:
    left = draw(st.sampled_from(PARTIES[:2]))
    right = PARTIES[1] if left == PARTIES[0] else PARTIES[0]
    across = draw(st.integers(0, 179))
    ends = (direct(scene.middle, across, scene.size_m), direct(scene.middle, across + 180.0, scene.size_m))
    bend = direct(scene.middle, draw(st.integers(0, 359)), scene.size_m * 0.2)
    return Declaration(
        kind=Kind.LINE,
        party="relief",
        title=title,
        segments=(Segment(Path((ends[0], bend, ends[1])), LineStatus.TACIT, draw(windows())),),
        sides=Sides(frozenset({left}), frozenset({right})),
    )


def worlds(
    scene: Scene,
    *,
    most: int = 5,
    uncertain: bool = True,
    datums: tuple[Datum, ...] = ONE_DATUM,
    most_volumes: int = 2,
) -> st.SearchStrategy[tuple[Declaration, ...]]:
    """Some declarations in one scene, each with its own title and so its own version."""

    def some(count: int) -> st.SearchStrategy[tuple[Declaration, ...]]:
        each = (
            declarations(scene, title=f"d{k}", uncertain=uncertain, datums=datums, most_volumes=most_volumes)
            for k in range(count)
        )
        return st.tuples(*each)

    return st.integers(2, most).flatmap(some)


@st.composite
def margins(draw: st.DrawFn, scene: Scene) -> Margin:
    return Margin(
        scene.size_m * draw(st.sampled_from((0, 0, 5, 50, 200))) / 1000.0,
        draw(st.sampled_from((0.0, 0.0, 100.0, 300.0, None))),
        draw(st.sampled_from((0.0, 0.0, 60.0, 600.0))),
    )


@st.composite
def theatres(draw: st.DrawFn, scene: Scene) -> Theatre:
    """A few narrow rules, some of which permit, and one for all the rest."""
    rules = []
    for k in range(draw(st.integers(0, 2))):
        rules.append(
            Rule(
                f"rule-{k}",
                Selector(draw(st.sampled_from((None, Kind.OPERATION, Kind.MOVEMENT, Kind.STATIC_SITE)))),
                Selector(
                    draw(st.sampled_from((Kind.OPERATION, Kind.RESTRICTED_ZONE, Kind.NEGATIVE))),
                    None,
                    draw(st.sampled_from((None, Medium.AIR))),
                ),
                draw(st.sampled_from(tuple(Relation))),
                draw(margins(scene)),
                draw(st.sampled_from(tuple(Between))),
            )
        )
    rules.append(Rule("rest", Selector(), Selector(), Relation.NOT_PERMITTED, draw(margins(scene)), Between.ANY))
    coordinated = (frozenset({"north", "relief"}),) if draw(st.booleans()) else ()
    return Theatre("property", tuple(rules), coordinated=coordinated)
