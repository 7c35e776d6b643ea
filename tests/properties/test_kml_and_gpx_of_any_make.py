"""KML and GPX put together from their elements, with plausible and odd values: every feature is accounted for."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.drafts import Context
from thalweg.formats import gpx, kml
from thalweg.model.theatre import Theatre

CONTEXT = Context(Theatre("test", (), time_zone="Asia/Damascus", moving_buffers_m={"air": 900.0}))
DEGREES = st.sampled_from(["40", "40.1", "40.2", "-179.9", "179.9", "0", "90", "-90", "91", "181", "x", "", "40,5"])
HEIGHTS = st.sampled_from(["", "0", "100", "300", "-20", "1e9", "high"])
TIMES = st.sampled_from(
    ["", "2024-01-01T10:00:00Z", "2024-01-01T10:05:00Z", "2024-01-01T10:05:00", "2024-01-01T10:10:00+03:00",
     "2024-01", "2024", "2024-01-01", "2024-13", "soon", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
)  # fmt: skip
MODES = st.sampled_from(["", "clampToGround", "relativeToGround", "absolute", "relativeToSeaFloor", "odd"])
BOOLEANS = st.sampled_from(["0", "1", "true", "", "perhaps"])
FIELDS = st.sampled_from([
    ("kind", "operation"), ("kind", "static_site"), ("kind", "line"), ("kind", "no_fire"), ("kind", "target"),
    ("zone", "no_entry"), ("lower", "FL100"), ("upper", "100"), ("radius_m", "500"), ("half_width_m", "-5"),
    ("start", "2024-01-01T00:00:00Z"), ("end", "2023-01-01T00:00:00Z"), ("uncertainty_m", "50"), ("party", "P"),
    ("action", "cancel"), ("id", "n1"), ("beds", "120"), ("status", "tacit"),
])  # fmt: skip


def element(name: str, text: str) -> str:
    return f"<{name}>{text}</{name}>"


@st.composite
def coordinates(draw: st.DrawFn, least: int = 1, most: int = 6) -> str:
    points = []
    for _ in range(draw(st.integers(least, most))):
        height = draw(HEIGHTS)
        points.append(f"{draw(DEGREES)},{draw(DEGREES)}" + (f",{height}" if height else ""))
    if draw(st.booleans()):
        points.append(points[0])
    return element("coordinates", " ".join(points))


@st.composite
def flat_geometries(draw: st.DrawFn) -> str:
    head = element("extrude", draw(BOOLEANS)) + element("altitudeMode", draw(MODES))
    match draw(st.sampled_from(["Point", "LineString", "LinearRing", "Polygon", "Track"])):
        case "Polygon":
            rings = element("outerBoundaryIs", element("LinearRing", draw(coordinates(3))))
            if draw(st.booleans()):
                rings += element("innerBoundaryIs", element("LinearRing", draw(coordinates())))
            return element("Polygon", head + rings)
        case "Track":
            count = draw(st.integers(0, 4))
            whens = "".join(element("when", draw(TIMES)) for _ in range(count))
            places = [
                f"{draw(DEGREES)} {draw(DEGREES)} {draw(HEIGHTS)}" for _ in range(count + draw(st.integers(0, 1)))
            ]
            return element("Track", head + whens + "".join(element("coord", place) for place in places))
        case form:
            return element(form, head + draw(coordinates(1 if form == "Point" else 2)))


GEOMETRIES = st.recursive(
    flat_geometries(),
    lambda inner: st.lists(inner, max_size=4).flatmap(
        lambda parts: st.sampled_from(["MultiGeometry", "MultiTrack"]).map(lambda name: element(name, "".join(parts)))
    ),
    max_leaves=6,
)


@st.composite
def spans(draw: st.DrawFn) -> str:
    if draw(st.booleans()):
        return element("TimeSpan", element("begin", draw(TIMES)) + element("end", draw(TIMES)))
    return element("TimeStamp", element("when", draw(TIMES))) if draw(st.booleans()) else ""


@st.composite
def placemarks(draw: st.DrawFn) -> str:
    data = "".join(
        f'<Data name="{name}"><value>{value}</value></Data>' for name, value in draw(st.lists(FIELDS, max_size=4))
    )
    body = draw(spans()) + element("ExtendedData", data) + draw(GEOMETRIES)
    return element("Placemark", body)


@settings(max_examples=200, deadline=None)
@given(st.lists(placemarks(), max_size=4), spans())
def test_every_placemark_is_a_declaration_a_cancellation_or_a_problem(made: list[str], span: str) -> None:
    reading = kml.read(element("kml", element("Folder", span + "".join(made))).encode(), "test.kml", CONTEXT)
    told = len(reading.declarations) + len(reading.cancellations) + len(reading.problems)
    assert told == reading.seen == len(made)
    for declaration in reading.declarations:
        assert declaration.version_id


@st.composite
def points(draw: st.DrawFn, tag: str) -> str:
    inside = element("ele", draw(HEIGHTS)) + element("time", draw(TIMES))
    return f'<{tag} lat="{draw(DEGREES)}" lon="{draw(DEGREES)}">{inside}</{tag}>'


@st.composite
def gpx_bodies(draw: st.DrawFn) -> tuple[str, int]:
    parts = draw(st.lists(points("wpt"), max_size=2))
    for _ in range(draw(st.integers(0, 2))):
        parts.append(element("rte", "".join(draw(st.lists(points("rtept"), max_size=4)))))
    for _ in range(draw(st.integers(0, 2))):
        segments = draw(st.lists(st.lists(points("trkpt"), max_size=5), max_size=3))
        parts.append(element("trk", "".join(element("trkseg", "".join(segment)) for segment in segments)))
    return "".join(parts), len(parts)


@settings(max_examples=200, deadline=None)
@given(gpx_bodies())
def test_every_point_route_and_track_is_a_declaration_a_problem_or_empty(made: tuple[str, int]) -> None:
    body, count = made
    reading = gpx.read(f'<gpx version="1.1">{body}</gpx>'.encode(), "test.gpx", CONTEXT)
    told = len(reading.declarations) + len(reading.problems) + len(reading.omissions)
    assert told == reading.seen == count
