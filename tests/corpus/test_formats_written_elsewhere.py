"""Files that others wrote, and what they declare, worked out by hand. Sources: README.md beside this file."""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.desk.intake import intake
from thalweg.drafts import Context
from thalweg.engine.batch import batch
from thalweg.model.declarations import Declaration, Kind, Medium, Uncertainty, Volume, Zone
from thalweg.model.findings import Certainty, Finding
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, Point, Polygon, Position, Route
from thalweg.model.theatre import Margin, Relation, Rule, Selector, Theatre

HERE = Path(__file__).parent
CONTEXT = Context(Theatre("corpus", ()))


def reading(path: str) -> Reading:
    (found,) = intake([HERE / path], CONTEXT).readings
    return found


def findings(*declarations: Declaration, metres: float = 0.0) -> tuple[Finding, ...]:
    """Under one rule for everything: closer than `metres` is a conflict, at any height where none is stated."""
    rule = Rule("all", Selector(), Selector(), Relation.NOT_PERMITTED, Margin(metres, 0.0, 0.0))
    return batch(declarations, Theatre("corpus", (rule,)))


def codes(declaration: Declaration) -> set[str]:
    return {flag.code for flag in declaration.flags}


def drone(lon: float, lat: float, start: str, end: str, *, lower_m: float, upper_m: float) -> Declaration:
    """An operation over one point, to be held against the zones of these files."""
    window = Window(_instant(start), _instant(end))
    volume = Volume(Point(Position(lon, lat)), window, Band(lower_m, upper_m, Datum.AGL))
    return Declaration(Kind.OPERATION, "drone desk", volumes=(volume,), medium=Medium.AIR)


def _instant(text: str) -> Instant:
    from datetime import datetime

    return Instant.of(datetime.fromisoformat(text))


# --- KML ---


def test_boxes_that_a_qualifier_of_interuss_drew_face_by_face() -> None:
    """Six faces each: floor at 605.01 (605.07) m, roof at 635 m, four walls; absolute, so above EGM96 (R27)."""
    first, second = reading("kml/interuss_conflicting_flights.kml").declarations
    assert first.title == "flight1_planned: volume 0"
    assert first.kind is Kind.OPERATION
    (volume,) = first.volumes
    assert volume.shape == Polygon(
        (
            Position(7.477419, 46.974785),
            Position(7.478261, 46.974776),
            Position(7.478263, 46.975519),
            Position(7.477415, 46.975528),
        )
    )
    assert volume.band == Band(605.01, 635.0, Datum.EGM96)
    assert second.volumes[0].band == Band(605.07, 635.0, Datum.EGM96)
    assert volume.window.start is not None
    assert volume.window.start.epoch_s == pytest.approx(1701972184.105860, abs=1e-6)
    assert codes(first) == {"kind-assumed", "kml-shell", "party-assumed"}
    # The strip of flight 2 runs from below the square's lower right corner up and left through it.
    (found,) = findings(first, second)
    assert found.certainty is Certainty.CERTAIN
    assert (found.horizontal_m, found.vertical_m) == (0.0, 0.0)
    assert str(found.first).startswith("2023-12-07T18:03:04")
    assert str(found.last).startswith("2023-12-07T18:11:05")


def test_the_building_of_the_kml_reference_with_its_courtyard() -> None:
    (found,) = reading("kml/reference_pentagon.kml").declarations
    (volume,) = found.volumes
    assert isinstance(volume.shape, Polygon)
    assert (len(volume.shape.outer), [len(hole) for hole in volume.shape.holes]) == (5, [5])
    assert volume.band == Band(0.0, 100.0, Datum.AGL)
    assert volume.window == Window(None, None)
    # In the middle of the courtyard, then over the north-west wing.
    courtyard = drone(-77.0559, 38.8709, "2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z", lower_m=0, upper_m=50)
    wing = drone(-77.0573, 38.8719, "2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z", lower_m=0, upper_m=50)
    assert findings(found, courtyard) == ()
    assert len(findings(found, wing)) == 1


def test_a_helicopter_flight_that_google_published_as_a_track() -> None:
    (found,) = reading("kml/google_catalina_track.kml").declarations
    assert found.kind is Kind.MOVEMENT
    (volume,) = found.volumes
    assert isinstance(volume.shape, Route)
    assert volume.shape.datum is Datum.EGM96
    assert [waypoint.height_m for waypoint in volume.shape.waypoints] == [
        6.385864000000001,
        11.192505,
        16.479736,
        28.496216,
        43.87731900000001,
    ]
    assert str(volume.window) == "2009-08-17T23:22:32Z / 2009-08-17T23:22:50Z"


def test_an_overlay_with_a_time_from_its_folder_is_named_as_not_read() -> None:
    found = reading("kml/google_time_inherits.kml")
    assert (found.declarations, found.seen) == ((), 1)
    (omission,) = found.omissions
    assert not omission.harmless
    assert omission.source.path == "Folder[1]/Folder[1]/GroundOverlay[1]"


# --- GPX ---


def test_a_log_of_a_receiver_by_way_of_gpsbabel() -> None:
    """The first way-point lies beside the first leg of the track: by the plane, with 111,160 m to a degree of
    latitude and 77,630 m to one of longitude there, 0.36 m from it, 8 s after the start."""
    found = reading("gpx/gpsbabel_cerknicko_jezero.gpx")
    waypoint, roots, track = found.declarations
    assert found.seen == 4
    assert [omission.what for omission in found.omissions] == ["an empty <trk>"]
    assert (waypoint.title, roots.title, track.title) == ("001", "BACK T TH", "ACTIVE LOG #2")
    assert roots.volumes[0].shape == Point(Position(14.294899916, 45.757933259))
    assert roots.volumes[0].band is None
    shape = track.volumes[0].shape
    assert isinstance(shape, Route)
    assert [waypoint.height_m for waypoint in shape.waypoints] == [542.320923, 550.972656, 553.856689, 555.779297]
    assert str(track.volumes[0].window) == "2010-08-05T14:23:59Z / 2010-08-05T14:26:46Z"
    (near,) = findings(waypoint, roots, track, metres=1.0)
    assert set(near.versions) == {waypoint.version_id, track.version_id}
    assert near.horizontal_m == pytest.approx(0.36, abs=0.02)
    assert near.closest_at is not None
    assert near.closest_at.epoch_s - shape.waypoints[0].time.epoch_s == pytest.approx(8.0, abs=0.2)
    assert findings(waypoint, roots, track, metres=0.3) == ()


def test_a_gpx_with_a_bit_of_everything() -> None:
    found = reading("gpx/gpxpy_all_fields.gpx")
    assert [d.source.path for d in found.declarations] == ["wpt[1]", "wpt[2]", "rte[1]", "rte[2]", "trk[1]"]
    assert found.seen == 6
    lone = found.declarations[-1]
    assert lone.volumes[0].shape == Point(Position(-20.2, 10.1))
    assert str(lone.volumes[0].window) == "2013-01-01T12:00:04Z / 2013-01-01T12:00:05Z"
    assert {"gpx-time-unzoned", "track-point-alone"} <= codes(lone)
    assert "gpx-route-times-unused" in codes(found.declarations[2])


# --- F3548 ---


def test_a_request_of_the_interuss_prober() -> None:
    (found,) = reading("f3548/interuss_dss_put_request.json").declarations
    assert (found.kind, found.medium) == (Kind.OPERATION, Medium.AIR)
    first, second = found.volumes
    assert first.band == Band(-7.827263749527558, 114.09273234903256, Datum.WGS84)
    assert str(first.window) == "2020-06-09T16:58:00Z / 2020-06-10T17:02:00Z"
    assert str(second.window) == "1969-12-31T15:58:00Z / 1969-12-31T16:02:00Z"
    assert isinstance(first.shape, Polygon)
    assert first.shape.outer[0] == Position(-117.1035655786647, 32.59415886402617)
    assert len(first.shape.outer) == 4


def test_an_answer_of_a_dss_says_nothing_about_where() -> None:
    found = reading("f3548/interuss_reference_response.json")
    assert [problem.code for problem in found.problems] == ["f3548-reference-only"]


# --- ED-269 ---


def test_the_swiss_sample_has_longitude_first_whatever_the_schema_says() -> None:
    """R2: near Geneva, 6.17 E 46.21 N; the other way round it would lie in the Horn of Africa."""
    (found,) = reading("ed269/interuss_cis_source_sample.json").declarations
    assert (found.kind, found.zone, found.declaration_id) == (
        Kind.RESTRICTED_ZONE,
        Zone.RESTRICTED_AIRSPACE,
        "CHE-LSXX",
    )
    shape = found.volumes[0].shape
    assert isinstance(shape, Polygon)
    assert shape.outer[0] == Position(6.166485701899006, 46.217024450605436)
    assert found.volumes[0].band == Band(0.0, None, Datum.AGL)
    assert found.volumes[0].window == Window(None, None)
    assert "axis-order" in codes(found)


def test_the_zones_of_the_geo_awareness_design() -> None:
    found = reading("ed269/interuss_geo_awareness_che_1.json")
    assert found.seen == 5
    concert, airfield, lausanne, park = found.declarations
    # Saturdays and Sundays from 18 June 2022 to 11 June 2023: 52 weekends.
    assert len(concert.volumes) == 104
    assert {volume.shape for volume in concert.volumes} == {Circle(Position(6.913146, 46.430758), 3000.0)}
    assert concert.volumes[0].band == Band(0.0, 6259.0, Datum.AGL, Datum.EGM96)
    assert str(concert.volumes[0].window) == "2022-06-18T17:00:00Z / 2022-06-18T23:59:59Z"
    assert str(concert.volumes[-1].window) == "2023-06-11T17:00:00Z / 2023-06-11T23:59:59Z"
    assert [volume.band for volume in airfield.volumes] == [Band(0.0, 120.0, Datum.AGL), Band(50.0, 120.0, Datum.AGL)]
    assert "zone-permanent-and-dated" in codes(airfield)
    assert "vertex-repeated" in codes(lausanne)
    assert park.volumes[0].band == Band(0.0, 76.2, Datum.AGL)  # 250 ft
    assert [omission.what for omission in found.omissions if "NO_RESTRICTION" in omission.what] == [
        "the zone CHE-Gantrisch Nature Park with NO_RESTRICTION"
    ]


def test_the_concert_closes_its_sky_on_saturday_and_not_on_friday() -> None:
    """2.3 km east of the centre: 0.03 degrees of 76.8 km at this latitude."""
    concert = reading("ed269/interuss_geo_awareness_che_1.json").declarations[0]
    at = (6.943146, 46.430758)
    saturday = drone(*at, "2022-06-18T18:00:00Z", "2022-06-18T18:30:00Z", lower_m=0, upper_m=100)
    friday = drone(*at, "2022-06-17T18:00:00Z", "2022-06-17T18:30:00Z", lower_m=0, upper_m=100)
    assert len(findings(concert, saturday)) == 1
    assert findings(concert, friday) == ()


# --- ED-318 ---


def test_the_collection_of_the_ed_318_examples() -> None:
    found = reading("ed318/uasgeozones_example_collection.json")
    whales, castle = found.declarations
    assert (whales.title, whales.declaration_id) == ("LFPG-2", "FRA-NFZ6547")
    assert whales.details["otherReasonInfo (fr-BE)"] == "Baleines Volantes 2-ème partie"
    # 365 days with 16:00 to 17:00, of which 52 Sundays also have 10:00 to 12:00, for each of two layers.
    assert len(whales.volumes) == 2 * (365 + 52)
    assert {str(volume.band) for volume in whales.volumes} == {"50 m AGL to 150 m AGL", "0 m AGL to 50 m AGL"}
    assert str(whales.volumes[0].window) == "2018-12-31T16:00:00Z / 2018-12-31T17:00:00Z"
    (volume,) = castle.volumes
    assert volume.shape == Circle(Position(2.636866, 50.122901), 3500.0)
    assert volume.window == Window(None, None)
    assert volume.uncertainty == Uncertainty()
    assert "zone-extent-name" in codes(castle)  # the example says "Circles"
    assert str(castle.valid_from) == "2018-12-31T15:59:59Z"
    # 111.23 km to a degree of latitude there: 3.4 km and 3.6 km north of the centre.
    times = ("2019-06-01T00:00:00Z", "2019-06-01T01:00:00Z")
    inside = drone(2.636866, 50.122901 + 3.4 / 111.23, *times, lower_m=60, upper_m=100)
    outside = drone(2.636866, 50.122901 + 3.6 / 111.23, *times, lower_m=60, upper_m=100)
    below = drone(2.636866, 50.122901, *times, lower_m=0, upper_m=40)
    assert [len(findings(castle, each)) for each in (inside, outside, below)] == [1, 0, 0]


def test_an_excerpt_of_the_swiss_test_data() -> None:
    (found,) = reading("ed318/interuss_swiss_excerpt.json").declarations
    assert (found.title, found.declaration_id) == ("LSTB Bellechasse (Airport perimeter)", "CHE-LSTB002")
    assert found.details["lead_time_s"] == str(2 * 24 * 3600)  # P02DT00H
    assert found.volumes[0].band == Band(0.0, 99999.0, Datum.AGL)
    assert str(found.valid_from) == "2016-09-14T22:00:00Z"
