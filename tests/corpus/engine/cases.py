"""Conflicts worked out by hand: each case says what is declared, what must be found, and why.

Many are mistakes that were read or reproduced in other systems (bounding boxes, side and height tested
apart, buffers in degrees, a harmless flight that hides a conflict). Places are made with `direct`, so the
distances in the reasons are true on the ellipsoid.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.twin.oracle import direct
from thalweg.model.declarations import (
    EXACT,
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
from thalweg.model.findings import Certainty, FindingType
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
from thalweg.model.theatre import Between, Heights, Margin, Party, Relation, Rule, Selector, Theatre

T0 = 1_505_520_000.0  # 2017-09-16T00:00:00Z
HERE = Position(40.20, 35.30)
OVERLAP = Margin()
LOW = Band(0.0, 1000.0, Datum.EGM96)
CERTAIN, LIKELY, POSSIBLE = Certainty.CERTAIN, Certainty.LIKELY, Certainty.POSSIBLE

Expected = dict[tuple[str, str], Certainty | tuple[FindingType, Certainty]]


@dataclass(frozen=True)
class Case:
    """`expected` names pairs by title, in alphabetical order, with how sure; all other pairs are clear."""

    name: str
    why: str
    declarations: tuple[Declaration, ...]
    expected: Expected
    theatre: Theatre


def theatre(margin: Margin = OVERLAP, **rest: object) -> Theatre:
    rule = Rule("any", Selector(), Selector(), Relation.NOT_PERMITTED, margin)
    return Theatre("hand-worked", (rule,), **rest)  # type: ignore[arg-type]  # names checked by Theatre


def hours(start: float, end: float) -> Window:
    return Window(Instant(T0 + 3600.0 * start), Instant(T0 + 3600.0 * end))


def amsl(lower_m: float | None, upper_m: float | None) -> Band:
    return Band(lower_m, upper_m, Datum.EGM96)


def declare(
    title: str,
    *shapes: Shape,
    window: Window | None = None,
    band: Band | None = LOW,
    uncertainty: Uncertainty = EXACT,
    kind: Kind = Kind.OPERATION,
    party: str = "",
    zone: Zone | None = None,
    standing: Standing = Standing.DECLARED,
    valid_until: Instant | None = None,
    medium: Medium = Medium.UNSTATED,
) -> Declaration:
    """An operation from 00 to 02 hours between 0 and 1,000 m AMSL, unless told otherwise."""
    volumes = []
    for shape in shapes:
        if isinstance(shape, Route):
            span = Window(shape.waypoints[0].time, shape.waypoints[-1].time)
            volumes.append(Volume(shape, span, None if shape.has_heights else band, uncertainty))
        else:
            volumes.append(Volume(shape, window or hours(0, 2), band, uncertainty))
    return Declaration(
        kind=kind,
        party=party or title,
        title=title,
        volumes=tuple(volumes),
        zone=zone,
        standing=standing,
        valid_until=valid_until,
        medium=medium,
    )


def several(title: str, *volumes: Volume) -> Declaration:
    return Declaration(kind=Kind.OPERATION, party=title, title=title, volumes=volumes)


def box(west: float, south: float, east: float, north: float) -> Ring:
    return (Position(west, south), Position(east, south), Position(east, north), Position(west, north))


def ring(middle: Position, radius_m: float, corners: int = 8) -> Ring:
    return tuple(direct(middle, 360.0 * k / corners, radius_m) for k in range(corners))


def at(azimuth: float, metres: float, start: Position = HERE) -> Position:
    return direct(start, azimuth, metres)


def flight(*points: tuple[Position, float, float | None], **rest: object) -> Route:
    """Way-points as position, minutes after the start, height above EGM96."""
    waypoints = tuple(Waypoint(p, Instant(T0 + 60.0 * minute), z) for p, minute, z in points)
    return Route(waypoints, datum=Datum.EGM96, **rest)  # type: ignore[arg-type]  # names checked by Route


WEST, EAST, SOUTH, NORTH = at(270.0, 30e3), at(90.0, 30e3), at(180.0, 30e3), at(0.0, 30e3)
DISC = Circle(HERE, 1000.0)


def _plain() -> list[Case]:
    upper = Polygon((Position(40.0, 35.0), Position(40.1, 35.1), Position(40.0, 35.1)))
    lower = Polygon((Position(40.02, 35.0), Position(40.12, 35.0), Position(40.12, 35.1)))
    yard = Polygon(ring(HERE, 5e3), (ring(HERE, 2e3),))
    return [
        Case(
            "diagonal neighbours whose boxes overlap are clear",
            "Two triangles either side of a diagonal, 1.4 km apart; a test of boxes sees 90 % overlap.",
            (declare("a", upper), declare("b", lower)),
            {},
            theatre(),
        ),
        Case(
            "diagonal neighbours conflict under a margin that is wider than what parts them",
            "1.4 km against 2 km.",
            (declare("a", upper), declare("b", lower)),
            {("a", "b"): CERTAIN},
            theatre(Margin(2000.0)),
        ),
        Case(
            "the same place at two heights is clear",
            "0 to 1,000 m and 1,001 to 2,000 m above one datum.",
            (declare("a", DISC), declare("b", DISC, band=amsl(1001.0, 2000.0))),
            {},
            theatre(),
        ),
        Case(
            "bands that touch overlap",
            "Altitude bands are closed: both hold 1,000 m.",
            (declare("a", DISC), declare("b", DISC, band=amsl(1000.0, 2000.0))),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
        Case(
            "a vertical gap that equals the margin is enough",
            "300 m is not closer than 300 m; 299 m is.",
            (
                declare("a", DISC),
                declare("b", DISC, band=amsl(1300.0, 2000.0), kind=Kind.MOVEMENT),
                declare("c", DISC, band=amsl(2299.0, 2500.0)),
            ),
            {("b", "c"): CERTAIN},
            theatre(Margin(0.0, 300.0)),
        ),
        Case(
            "where height is no separation, bands do not matter",
            "A rule without a vertical margin.",
            (declare("a", DISC), declare("b", DISC, band=amsl(5000.0, 6000.0))),
            {("a", "b"): CERTAIN},
            theatre(Margin(0.0, None)),
        ),
        Case(
            "windows that touch do not overlap",
            "Half-open: the first has left when the second begins.",
            (declare("a", DISC), declare("b", DISC, window=hours(2, 3))),
            {},
            theatre(),
        ),
        Case(
            "windows that touch are closer than any time margin",
            "A gap of 0 s against 1 s.",
            (declare("a", DISC), declare("b", DISC, window=hours(2, 3))),
            {("a", "b"): CERTAIN},
            theatre(Margin(0.0, 0.0, 1.0)),
        ),
        Case(
            "a time gap that equals the margin is enough",
            "An hour between them; the rule asks an hour, then a second more.",
            (declare("a", DISC), declare("b", DISC, window=hours(3, 4))),
            {},
            theatre(Margin(0.0, 0.0, 3600.0)),
        ),
        Case(
            "a window without an end meets everything after its start",
            "Open windows.",
            (
                declare("a", DISC, window=Window(None, Instant(T0))),
                declare("b", DISC, window=Window(Instant(T0), None)),
                declare("c", DISC, window=ALWAYS),
            ),
            {("a", "c"): CERTAIN, ("b", "c"): CERTAIN},
            theatre(),
        ),
        Case(
            "one inside another conflicts though no edges cross",
            "A 100 m disc in the middle of a 5 km polygon.",
            (declare("a", Polygon(ring(HERE, 5e3))), declare("b", Polygon(ring(HERE, 100.0)))),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
        Case(
            "what is in a hole is outside",
            "A 1 km disc in a hole that is at least 1.84 km wide to its rim.",
            (declare("a", yard), declare("b", DISC)),
            {},
            theatre(),
        ),
        Case(
            "a margin reaches over the rim of a hole",
            "2 km times the cosine of 22.5 degrees, less 1 km: 848 m from disc to rim, against 900 m.",
            (declare("a", yard), declare("b", DISC)),
            {("a", "b"): CERTAIN},
            theatre(Margin(900.0)),
        ),
        Case(
            "the second part of a multipolygon counts",
            "The disc lies in the part that is named last.",
            (
                declare("a", MultiPolygon((Polygon(ring(NORTH, 500.0)), Polygon(ring(HERE, 500.0))))),
                declare("b", DISC),
            ),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
        Case(
            "being in the outline of one volume and the band of another is being in neither",
            "A has a low volume here and a high one 30 km north; B is here, high.",
            (
                several(
                    "a",
                    Volume(DISC, hours(0, 2), amsl(0.0, 500.0)),
                    Volume(Circle(NORTH, 1000.0), hours(0, 2), amsl(2000.0, 2500.0)),
                ),
                declare("b", Point(HERE), band=amsl(2200.0, 2300.0)),
            ),
            {},
            theatre(),
        ),
        Case(
            "being in the place of one volume at the time of another is being in neither",
            "A is here in the first hour and 30 km north in the second; B is here in the second.",
            (
                several(
                    "a",
                    Volume(DISC, hours(0, 1), amsl(0.0, 500.0)),
                    Volume(Circle(NORTH, 1000.0), hours(1, 2), amsl(0.0, 500.0)),
                ),
                declare("b", Point(HERE), window=hours(1, 2)),
            ),
            {},
            theatre(),
        ),
        Case(
            "a harmless parallel flight hides nothing",
            "B crosses A; C flies 30 km beside it.",
            (
                declare("a", Corridor((WEST, EAST), 500.0)),
                declare("b", Corridor((SOUTH, at(0.0, 5e3)), 500.0)),
                declare("c", Corridor((direct(WEST, 0.0, 30e3), direct(EAST, 0.0, 30e3)), 500.0)),
            ),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
        Case(
            "one version given twice is one",
            "The same content has the same version id.",
            (declare("a", DISC), declare("a", DISC), declare("b", DISC)),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
    ]


def _on_the_earth() -> list[Case]:
    cases = []
    for lat in (0.0, 35.0, -60.0, 89.5):
        for azimuth in (0.0, 45.0, 90.0, 200.0):
            middle = Position(180.0, lat)
            pair = (
                declare("a", Circle(middle, 500.0)),
                declare("b", Circle(direct(middle, azimuth, 2000.0), 500.0)),
            )
            for margin_m, expected in ((999.8, {}), (1000.2, {("a", "b"): CERTAIN})):
                cases.append(
                    Case(
                        f"a kilometre is one at latitude {lat:g} and bearing {azimuth:g}, under {margin_m} m",
                        "Two discs of 500 m whose middles are 2 km apart.",
                        pair,
                        dict(expected),
                        theatre(Margin(margin_m)),
                    )
                )
    cap = Polygon(tuple(Position(lon, 80.0) for lon in (-150.0, -30.0, 90.0)))
    cases += [
        Case(
            "the pole is inside a ring around it",
            "A triangle about the north pole; two places near the pole on opposite meridians, one far south.",
            (
                declare("a", cap),
                declare("b", Circle(Position(17.0, 89.99), 100.0)),
                declare("c", Circle(Position(-163.0, 89.99), 100.0)),
                declare("d", Circle(Position(17.0, 78.0), 100.0)),
            ),
            {("a", "b"): CERTAIN, ("a", "c"): CERTAIN},
            theatre(),
        ),
        Case(
            "two places either side of the pole are near each other",
            "2.2 km over the pole, under a margin of 2.3 km.",
            (
                declare("a", Point(Position(17.0, 89.99))),
                declare("b", Point(Position(-163.0, 89.99))),
            ),
            {("a", "b"): CERTAIN},
            theatre(Margin(2300.0)),
        ),
        Case(
            "the antimeridian is no border",
            "Either side of 180 degrees, 2.2 km apart, with radii of 1.2 km; and a polygon across.",
            (
                declare("a", Circle(Position(179.99, 0.0), 1200.0)),
                declare("b", Circle(Position(-179.99, 0.0), 1200.0)),
                declare("c", Polygon(box(179.999, -0.001, -179.999, 0.001))),
                declare("d", Circle(Position(0.0, 0.0), 1200.0)),
            ),
            {("a", "b"): CERTAIN, ("a", "c"): CERTAIN, ("b", "c"): CERTAIN},
            theatre(),
        ),
        Case(
            "a long edge is a geodesic and not a straight line on the map",
            "From 10 W to 10 E at 60 N the geodesic peaks 0.38 degrees, 42 km, north of the parallel.",
            (
                declare("a", Corridor((Position(-10.0, 60.0), Position(10.0, 60.0)), 1000.0)),
                declare("b", Circle(Position(0.0, 60.0), 30e3)),
                declare("c", Circle(Position(0.0, 60.38), 3e3)),
            ),
            {("a", "c"): CERTAIN},
            theatre(),
        ),
    ]
    return cases


def _moving() -> list[Case]:
    eastward = flight((WEST, 0, 500.0), (EAST, 10, 500.0), radius_m=100.0)
    return [
        Case(
            "two that meet head-on conflict",
            "Same track, opposite ways, same height, same ten minutes.",
            (declare("a", eastward), declare("b", flight((EAST, 0, 500.0), (WEST, 10, 500.0)))),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
        Case(
            "two that use one track one after the other do not",
            "The second starts as the first arrives; swept areas alone are equal.",
            (declare("a", eastward), declare("b", flight((WEST, 5, 500.0), (EAST, 15, 500.0)))),
            {},
            theatre(),
        ),
        Case(
            "crossing tracks five minutes apart are clear",
            "Both cross the middle, at 5 and at 10 minutes.",
            (declare("a", eastward), declare("b", flight((SOUTH, 5, 500.0), (NORTH, 15, 500.0)))),
            {},
            theatre(Margin(1000.0)),
        ),
        Case(
            "crossing tracks five minutes apart are closer than six minutes",
            "The same under a time margin.",
            (declare("a", eastward), declare("b", flight((SOUTH, 5, 500.0), (NORTH, 15, 500.0)))),
            {("a", "b"): CERTAIN},
            theatre(Margin(1000.0, 0.0, 360.0)),
        ),
        Case(
            "crossing at one time and two heights is clear",
            "500 m and 1,000 m.",
            (declare("a", eastward), declare("b", flight((SOUTH, 0, 1000.0), (NORTH, 10, 1000.0)))),
            {},
            theatre(Margin(1000.0, 300.0)),
        ),
        Case(
            "half-heights count",
            "500 m and 1,000 m with 150 and 151 m either way leave 199 m, under 200 m.",
            (
                declare("a", flight((WEST, 0, 500.0), (EAST, 10, 500.0), half_height_m=150.0)),
                declare("b", flight((SOUTH, 0, 1000.0), (NORTH, 10, 1000.0), half_height_m=151.0)),
            ),
            {("a", "b"): CERTAIN},
            theatre(Margin(100.0, 200.0)),
        ),
        Case(
            "a climb is through a level only where it is at that level",
            "A climbs from 0 to 2,000 m over the track and is at 500 m a quarter of the way along, "
            "30 km from the end; B waits at 450 to 550 m at the middle, where A is at 1,000 m.",
            (
                declare("a", flight((WEST, 0, 0.0), (EAST, 10, 2000.0))),
                declare("b", Circle(HERE, 5e3), band=amsl(450.0, 550.0)),
                declare("c", Circle(at(270.0, 15e3), 5e3), band=amsl(450.0, 550.0)),
            ),
            {("a", "c"): CERTAIN},
            theatre(),
        ),
        Case(
            "a flight meets a zone only while it is in force",
            "A passes the middle at 5 minutes; B ends at 4 minutes and is 1 km wide, C begins then.",
            (
                declare("a", eastward),
                declare(
                    "b",
                    DISC,
                    window=Window(Instant(T0), Instant(T0 + 240.0)),
                    band=None,
                    kind=Kind.RESTRICTED_ZONE,
                    zone=Zone.RESTRICTED_AIRSPACE,
                ),
                declare(
                    "c",
                    DISC,
                    window=Window(Instant(T0 + 240.0), None),
                    band=None,
                    kind=Kind.RESTRICTED_ZONE,
                    zone=Zone.RESTRICTED_AIRSPACE,
                ),
            ),
            {("a", "c"): CERTAIN},
            theatre(),
        ),
        Case(
            "a stop is a part of a route",
            "A convoy waits at the middle from 10 to 20 minutes; B is there from 12 to 13.",
            (
                declare(
                    "a",
                    flight((WEST, 0, None), (HERE, 10, None), (HERE, 20, None), (EAST, 30, None), radius_m=50.0),
                ),
                declare("b", Point(HERE), window=Window(Instant(T0 + 720.0), Instant(T0 + 780.0))),
                declare("c", Point(HERE), window=Window(Instant(T0 + 1320.0), Instant(T0 + 1380.0))),
            ),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
        Case(
            "a moving buffer is carried along over the antimeridian",
            "Ten nautical miles about a ship; a point 18 km beside its track as it passes, and one 19 km.",
            (
                declare(
                    "a",
                    flight((Position(179.9, 0.0), 0, None), (Position(-179.9, 0.0), 60, None), radius_m=18520.0),
                    kind=Kind.MOVEMENT,
                ),
                declare("b", Point(direct(Position(180.0, 0.0), 0.0, 18_500.0))),
                declare("c", Point(direct(Position(180.0, 0.0), 0.0, 18_540.0))),
            ),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
    ]


def _uncertain() -> list[Case]:
    def point(title: str, away_m: float, radius_m: float, **rest: object) -> Declaration:
        return declare(title, Point(at(90.0, away_m)), uncertainty=Uncertainty(radius_m), **rest)  # type: ignore[arg-type]  # names checked by Declaration

    disc = declare("a", DISC)
    return [
        Case(
            "a position whose every value is inside is certain",
            "400 m from the middle of a disc of 1,000 m, known to 500 m.",
            (disc, point("b", 400.0, 500.0)),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
        Case(
            "a position most of whose values are inside is likely",
            "800 m from the middle of a disc of 1,000 m, known to 500 m: 700 m of it to the rim at least.",
            (disc, point("b", 800.0, 500.0)),
            {("a", "b"): LIKELY},
            theatre(),
        ),
        Case(
            "a position few of whose values are inside is possible",
            "1,300 m from the middle of a disc of 1,000 m, known to 500 m.",
            (disc, point("b", 1300.0, 500.0)),
            {("a", "b"): POSSIBLE},
            theatre(),
        ),
        Case(
            "a position none of whose values is inside is clear",
            "1,501 m from the middle of a disc of 1,000 m, known to 500 m.",
            (disc, point("b", 1501.0, 500.0)),
            {},
            theatre(),
        ),
        Case(
            "uncertainties of both add",
            "600 m between the rims, 301 m and 300 m.",
            (
                declare("a", DISC, uncertainty=Uncertainty(301.0)),
                declare("b", Circle(at(0.0, 2600.0), 1000.0), uncertainty=Uncertainty(300.0)),
            ),
            {("a", "b"): POSSIBLE},
            theatre(),
        ),
        Case(
            "a height that may reach the other band is possible",
            "100 m between the bands, known to 150 m: of -150 to 150, a sixth reaches.",
            (disc, declare("b", DISC, band=amsl(1100.0, 1200.0), uncertainty=Uncertainty(0.0, 150.0))),
            {("a", "b"): POSSIBLE},
            theatre(),
        ),
        Case(
            "a time that may be early enough is possible, one that surely overlaps is certain",
            "B begins 10 minutes after A ends and may be 15 minutes off; C overlaps by 20.",
            (
                disc,
                declare("b", DISC, window=hours(2 + 1 / 6, 3), uncertainty=Uncertainty(time_s=900.0)),
                declare("c", Circle(HERE, 10.0), window=hours(1 + 2 / 3, 2), uncertainty=Uncertainty(time_s=900.0)),
            ),
            # B from 2:10, C until 2:00, each 15 minutes off: they meet where the shifts take up 10 minutes.
            {("a", "b"): POSSIBLE, ("a", "c"): CERTAIN, ("b", "c"): POSSIBLE},
            theatre(),
        ),
    ]


def _heights() -> list[Case]:
    flat = Heights(ground_min_m=200.0, ground_max_m=400.0, pressure_m=300.0, egm2008_m=10.0)
    return [
        Case(
            "heights above ground compare directly with heights above ground",
            "0 to 100 m and 101 to 200 m above the ground.",
            (
                declare("a", DISC, band=Band(0.0, 100.0, Datum.AGL)),
                declare("b", DISC, band=Band(101.0, 200.0, Datum.AGL)),
            ),
            {},
            theatre(heights=flat),
        ),
        Case(
            "flight levels compare directly with flight levels",
            "FL 100 against FL 110, both in metres.",
            (
                declare("a", DISC, band=Band(3000.0, 3048.0, Datum.FL)),
                declare("b", DISC, band=Band(3353.0, 3353.0, Datum.FL)),
            ),
            {},
            theatre(heights=flat),
        ),
        Case(
            "a height above ground against one above the sea is widened by the range of the ground",
            "0 to 100 m above ground that lies at 200 to 400 m: somewhere in 200 to 500 m. B surely meets it "
            "(0 to 1,000 m), C may (450 to 600 m, a quarter of the ground), D cannot (501 m and up), "
            "E may (250 to 350 m, three quarters).",
            (
                declare("a", DISC, band=Band(0.0, 100.0, Datum.AGL)),
                declare("b", Circle(at(0.0, 1500.0), 600.0), band=amsl(0.0, 1000.0)),
                declare("c", Circle(at(90.0, 1500.0), 600.0), band=amsl(450.0, 600.0)),
                declare("d", Circle(at(180.0, 1500.0), 600.0), band=amsl(501.0, 600.0)),
                declare("e", Circle(at(270.0, 1500.0), 600.0), band=amsl(250.0, 350.0)),
            ),
            {("a", "b"): CERTAIN, ("a", "c"): POSSIBLE, ("a", "e"): LIKELY},
            theatre(heights=flat),
        ),
        Case(
            "a flight level against a height above the sea is widened by the pressure",
            "3,000 m give or take 300 m: may meet 3,200 to 3,250 m, cannot meet 3,301 m and up.",
            (
                declare("a", DISC, band=Band(3000.0, 3000.0, Datum.FL)),
                declare("b", Circle(at(0.0, 1500.0), 600.0), band=amsl(3200.0, 3250.0)),
                declare("c", Circle(at(180.0, 1500.0), 600.0), band=amsl(3301.0, 3400.0)),
            ),
            {("a", "b"): POSSIBLE},
            theatre(heights=flat),
        ),
        Case(
            "two unknown datums are not one",
            "1,000 to 1,050 m and 1,100 to 1,150 m of who knows what.",
            (
                declare("a", DISC, band=Band(1000.0, 1050.0, Datum.UNKNOWN)),
                declare("b", DISC, band=Band(1100.0, 1150.0, Datum.UNKNOWN)),
            ),
            {("a", "b"): POSSIBLE},
            theatre(heights=flat),
        ),
        Case(
            "EGM2008 is EGM96 within its bound",
            "5 m between the bands, 10 m of bound: possible; 11 m: clear.",
            (
                declare("a", DISC, band=Band(0.0, 100.0, Datum.EGM2008)),
                declare("b", Circle(at(0.0, 1500.0), 600.0), band=amsl(105.0, 200.0)),
                declare("c", Circle(at(180.0, 1500.0), 600.0), band=amsl(111.0, 200.0)),
            ),
            {("a", "b"): POSSIBLE},
            theatre(heights=flat),
        ),
        Case(
            "the geoid is what parts heights above the ellipsoid from heights above the sea",
            "Near Deir ez-Zor the sea is 15 to 25 m above the ellipsoid: 1,000 m on the ellipsoid is some "
            "980 m above the sea, below a band from 990 m; and the sea's 0 to 970 m is below it.",
            (
                declare("a", DISC, band=Band(1000.0, 1000.0, Datum.WGS84)),
                declare("b", Circle(at(0.0, 1500.0), 600.0), band=amsl(990.0, 1000.0)),
                declare("c", Circle(at(180.0, 1500.0), 600.0), band=amsl(975.0, 985.0)),
            ),
            {("a", "c"): CERTAIN},
            theatre(heights=flat),
        ),
        Case(
            "a site without heights has every height",
            "A hospital and a flight at 9,000 m.",
            (
                declare("a", Point(HERE), kind=Kind.STATIC_SITE, band=None),
                declare("b", DISC, band=amsl(9000.0, 9100.0)),
            ),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
        Case(
            "an operation without heights is never separated by height, and never certain against a band",
            "It says nothing: cannot tell.",
            (
                declare("a", DISC, band=None),
                declare("b", DISC, band=amsl(9000.0, 9100.0)),
            ),
            {("a", "b"): POSSIBLE},
            theatre(),
        ),
        Case(
            "where height is no separation an unstated one leaves nothing open",
            "A rule without a vertical margin.",
            (
                declare("a", DISC, band=None),
                declare("b", DISC, band=amsl(9000.0, 9100.0)),
            ),
            {("a", "b"): CERTAIN},
            theatre(Margin(0.0, None)),
        ),
    ]


def _rules() -> list[Case]:
    others = Rule("others", Selector(), Selector(), Relation.NOT_PERMITTED, Margin(), Between.OTHERS)
    permits = Rule("ops-may", Selector(Kind.OPERATION), Selector(Kind.MOVEMENT), Relation.PERMITTED, Margin(5000.0))
    operation = declare("a", DISC, party="north")
    movement = declare("b", DISC, kind=Kind.MOVEMENT, party="south")
    return [
        Case(
            "what is permitted together is no finding, either way round",
            "The first rule that matches decides, with a and b in either order.",
            (operation, movement, declare("c", DISC, kind=Kind.MOVEMENT, party="south", window=hours(1, 3))),
            {("b", "c"): CERTAIN},
            Theatre("rules", (permits, *theatre().rules)),
        ),
        Case(
            "one party, a coordinated group, and a member with its parent are the same",
            "A rule between others: only those that do not coordinate.",
            (
                operation,
                declare("b", DISC, party="north"),
                declare("c", DISC, party="ally"),
                declare("d", DISC, party="battalion"),
                declare("e", DISC, party="south"),
            ),
            {
                ("a", "e"): CERTAIN,
                ("b", "e"): CERTAIN,
                ("c", "e"): CERTAIN,
                ("d", "e"): CERTAIN,
                ("c", "d"): CERTAIN,
            },
            Theatre(
                "rules",
                (others,),
                parties=(
                    Party("north", "North"),
                    Party("brigade", "A brigade of the north", "north"),
                    Party("battalion", "A battalion of that brigade", "brigade"),
                    Party("south", "South"),
                    Party("ally", "Ally"),
                ),
                coordinated=(frozenset({"north", "ally"}),),
            ),
        ),
        Case(
            "a rumour is in force for nobody",
            "A rumoured no-entry zone.",
            (
                operation,
                declare(
                    "b",
                    DISC,
                    kind=Kind.RESTRICTED_ZONE,
                    zone=Zone.NO_ENTRY,
                    standing=Standing.RUMOURED,
                    band=None,
                ),
            ),
            {},
            theatre(),
        ),
        Case(
            "what others report counts",
            "A zone known from the press.",
            (
                operation,
                declare(
                    "b",
                    DISC,
                    kind=Kind.RESTRICTED_ZONE,
                    zone=Zone.NO_ENTRY,
                    standing=Standing.REPORTED,
                    band=None,
                ),
            ),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
        Case(
            "a protection that has lapsed is stale and still tested",
            "Vouched for until an hour before.",
            (
                operation,
                declare(
                    "b",
                    Point(HERE),
                    kind=Kind.STATIC_SITE,
                    band=None,
                    window=ALWAYS,
                    valid_until=Instant(T0 - 3600.0),
                ),
            ),
            {("a", "b"): CERTAIN},
            theatre(),
        ),
        Case(
            "a party that is where it said none of its own would be contradicts itself",
            "A negative declaration of the same party.",
            (operation, declare("b", DISC, kind=Kind.NEGATIVE, party="north", band=None)),
            {("a", "b"): (FindingType.CONTRADICTION, CERTAIN)},
            theatre(),
        ),
    ]


def _lines() -> list[Case]:
    river = Declaration(
        kind=Kind.LINE,
        party="secretariat",
        title="a",
        segments=(Segment(Path((SOUTH, NORTH)), LineStatus.AGREED, hours(0, 12)),),
        sides=Sides(frozenset({"left-holder"}), frozenset({"right-holder"})),
    )
    west_disc, east_disc = Circle(at(270.0, 5e3), 1000.0), Circle(at(90.0, 5e3), 1000.0)
    wrong = FindingType.WRONG_SIDE
    rule = Rule("line", Selector(Kind.LINE), Selector(Kind.OPERATION), Relation.RESTRICTED, Margin(0.0, None))
    lines = Theatre("lines", (rule,))

    def disc(title: str, where: Circle, party: str, **rest: object) -> Declaration:
        return declare(title, where, party=party, **rest)  # type: ignore[arg-type]  # names checked by Declaration

    return [
        Case(
            "the party that the line binds is found on its wrong side, the other is not",
            "Northward along the line the left is the west; both have a disc 5 km east of it.",
            (river, disc("b", east_disc, "left-holder"), disc("c", east_disc, "right-holder")),
            {("a", "b"): (wrong, CERTAIN)},
            lines,
        ),
        Case(
            "a disc over the line is partly on the wrong side for either",
            "800 m from the line with a radius of 1,000 m.",
            (
                river,
                disc("b", Circle(at(270.0, 800.0), 1000.0), "left-holder"),
                disc("c", Circle(at(270.0, 800.0), 1000.0), "right-holder"),
                disc("d", Circle(at(270.0, 800.0), 1000.0), "neutral"),
            ),
            {
                ("a", "b"): (wrong, CERTAIN),
                ("a", "c"): (wrong, CERTAIN),
                ("a", "d"): (FindingType.CROSSING, CERTAIN),
            },
            lines,
        ),
        Case(
            "a neutral party on one side crosses nothing",
            "Discs west and east of the line.",
            (river, disc("b", west_disc, "neutral"), disc("c", east_disc, "neutral")),
            {},
            lines,
        ),
        Case(
            "beyond the ends of a line there are no sides",
            "A disc 10 km north of its northern end, on the right.",
            (river, disc("b", Circle(at(45.0, 10e3, NORTH), 1000.0), "left-holder")),
            {},
            lines,
        ),
        Case(
            "a line has its time",
            "The segment ends at 12 hours.",
            (river, disc("b", east_disc, "left-holder", window=hours(12, 13))),
            {},
            lines,
        ),
        Case(
            "a place that may be over the line may be on the wrong side",
            "A position 300 m on its own side, known to 500 m.",
            (
                river,
                declare("b", Point(at(270.0, 300.0)), party="left-holder", uncertainty=Uncertainty(500.0)),
                declare("c", Point(at(270.0, 600.0)), party="left-holder", uncertainty=Uncertainty(500.0)),
                declare("d", Point(at(90.0, 600.0)), party="left-holder", uncertainty=Uncertainty(500.0)),
                declare("e", Point(at(90.0, 200.0)), party="left-holder", uncertainty=Uncertainty(500.0)),
            ),
            {("a", "b"): (wrong, POSSIBLE), ("a", "d"): (wrong, CERTAIN), ("a", "e"): (wrong, LIKELY)},
            lines,
        ),
        Case(
            "a route crosses where it goes over",
            "A convoy from west to east, and one that turns back 1 km short of the line.",
            (
                river,
                declare("b", flight((WEST, 0, None), (EAST, 60, None)), party="neutral"),
                declare(
                    "c",
                    flight((WEST, 0, None), (at(270.0, 1e3), 30, None), (WEST, 60, None)),
                    party="neutral",
                ),
                declare("d", flight((WEST, 0, None), (EAST, 60, None)), party="left-holder"),
            ),
            {("a", "b"): (FindingType.CROSSING, CERTAIN), ("a", "d"): (wrong, CERTAIN)},
            lines,
        ),
    ]


CASES = (*_plain(), *_on_the_earth(), *_moving(), *_uncertain(), *_heights(), *_rules(), *_lines())
