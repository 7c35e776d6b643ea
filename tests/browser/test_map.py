"""The map in a browser: it draws, it asks nobody but the desk, and its table and sentence say the same (R20, R40)."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Route

from tests.browser import room

PARTIES = {
    "cj": {"tag": "CJ", "name": "Coalition desk", "side": "own"},
    "ru": {"tag": "RU", "name": "Russian desk", "side": "other"},
    "hu": {"tag": "HU", "name": "Relief desk", "side": "relief"},
    "sy": {"tag": "SY", "name": "Syrian desk", "side": "third"},
}


def feature(geometry: str, coordinates: Any, record: str = "declaration", **facts: Any) -> dict[str, Any]:  # noqa: ANN401  # GeoJSON
    return {
        "type": "Feature",
        "geometry": {"type": geometry, "coordinates": coordinates},
        "properties": {"record": record, "marks": [], "late": False, "hypothetical": False, **facts},
    }


def declared(of: str, subject: str, kind: str, geometry: str, coordinates: Any, **facts: Any) -> dict[str, Any]:  # noqa: ANN401  # GeoJSON
    facts = {
        "standing": "declared",
        "title": subject,
        "medium": "unstated",
        "start": "2017-09-16T00:30:00Z",
        "end": "2017-09-16T06:00:00Z",
        **facts,
    }
    return feature(
        geometry, coordinates, of=of, own=of == "cj", subject=subject, version=f"{subject} v1", kind=kind, level="full",
        **facts,
    )  # fmt: skip


def box(lon: float, lat: float, half: float) -> list[Any]:
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    return [[[lon + x * half, lat + y * half] for x, y in corners]]


def picture() -> dict[str, Any]:
    line = [[40.0, 35.45], [40.15, 35.33], [40.3, 35.2], [40.45, 35.02]]
    return {
        "type": "FeatureCollection",
        "features": [
            declared("cj", "M-0931", "movement", "LineString", [[40.5, 35.08], [40.42, 35.28], [40.44, 35.47]],
                     title="Casualty flight M-0931", medium="air", uncertainty_m=500),
            declared("ru", "R-0412", "operation", "LineString", [[40.05, 35.04], [40.42, 35.29], [40.35, 35.5]],
                     title="R-0412", medium="air", uncertainty_m=2000, late=True),
            declared("hu", "N-1188", "movement", "LineString", [[40.11, 35.33], [40.31, 35.22], [40.45, 35.02]],
                     title="قافلة إغاثة N-1188", medium="ground", uncertainty_m=1000),
            declared("hu", "S-1", "static_site", "Point", [40.45, 35.02], title="Hospital", uncertainty_m=3000),
            declared("cj", "Z-018", "restricted_zone", "Polygon", box(40.18, 35.29, 0.04), title="Restricted zone Z-018"),
            declared("ru", "Q-1", "negative", "Polygon", box(40.55, 35.12, 0.05), title="None of ours"),
            declared("cj", "O-1", "operation", "Polygon", box(40.2, 35.4, 0.03), title="Own people", medium="ground",
                     hypothetical=True, marks=["stale"]),
            declared("sy", "T-1", "restricted_zone", "Polygon", box(40.3, 35.45, 0.05), title="Rumoured zone", standing="rumoured"),
            declared("cj", "L-1", "line", "LineString", line[:2], line_status="agreed", sides=[["cj"], ["ru"]]),
            declared("cj", "L-2", "line", "LineString", line[1:3], line_status="tacit", sides=[["cj"], ["ru"]]),
            declared("cj", "L-3", "line", "LineString", line[2:], line_status="disputed", sides=[["cj"], ["ru"]]),
            feature("LineString", [[40.41, 35.29], [40.425, 35.275]], "finding", finding="C-207", severity="warning",
                    sentence="Russian air operation R-0412 may come within 3.1 km of your casualty flight M-0931.",
                    first="2017-09-16T00:52:00Z", last="2017-09-16T00:53:25Z"),
            feature("Polygon", box(40.418, 35.283, 0.03), "finding_region", finding="C-207", severity="warning"),
            feature("Point", [40.19, 35.30], "finding", finding="C-209", severity="caution", sentence="Into Z-018."),
            feature("Point", [40.08, 35.39], "crossing", line="L-1", at="2017-09-15T21:14:00Z", by="sy", notice="n-1"),
            feature("Point", [40.25, 35.36], "emergency", id="E-1", by="cj", at="2017-09-16T00:31:00Z", open=True,
                    radius_m=6000),
        ],
    }  # fmt: skip


def routed(data: dict[str, Any], props: dict[str, Any], language: str = "en") -> Any:  # noqa: ANN401  # what a route calls
    words = json.dumps({"map.map": "Map", "map.table": "Table", "map.title": "Map", "map.pointer": "Pointer"})
    inside = f'<p>Without a script: a table.</p><script type="application/json" id="island-words">{words}</script>'
    sized = '<style>[data-island="map"]{height:700px}</style>'

    def answer(route: Route) -> None:
        if "/v1/as-of/map" in route.request.url:
            route.fulfill(body=json.dumps(data), content_type="application/geo+json")
        else:
            html = room.stub("map", props, inside, language=language, head=sized)
            room.show(route, html, styles=True)

    return answer


def test_every_sign_is_drawn_and_nobody_else_is_asked(browse: room.Browse, tmp_path: Any) -> None:  # noqa: ANN401
    screen = browse("alpha-1")
    data = picture()
    screen.page.route("**/stub*", routed(data, {"parties": PARTIES, "bounds": [39.9, 34.95, 40.7, 35.55]}))
    screen.page.route("**/v1/as-of/map*", routed(data, {}))
    screen.open("/stub")
    screen.page.wait_for_selector(f'[data-shown="{len(data["features"])}"]')
    screen.page.wait_for_timeout(2500)
    screen.shot(tmp_path / "map.png")
    print(tmp_path / "map.png", screen.troubles)
    assert not screen.strangers()
