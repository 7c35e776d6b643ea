"""GPX: tracks that move, routes that may, points that stand, and times that do not behave."""

from __future__ import annotations

import pytest

from thalweg.drafts import Context
from thalweg.formats import gpx
from thalweg.model.declarations import Declaration, Kind, Medium
from thalweg.model.instants import Window
from thalweg.model.measures import Band, Datum
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, Corridor, Path, Point, Route
from thalweg.model.theatre import Theatre

CONTEXT = Context(Theatre("test", (), moving_buffers_m={"ground": 300.0}))


def read(body: str, context: Context = CONTEXT) -> Reading:
    return gpx.read(
        f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{body}</gpx>'.encode(), "test.gpx", context
    )


def one(body: str, context: Context = CONTEXT) -> Declaration:
    reading = read(body, context)
    assert reading.problems == ()
    (declaration,) = reading.declarations
    return declaration


def point(lon: float, time: str = "", ele: str = "", tag: str = "trkpt") -> str:
    inside = (f"<ele>{ele}</ele>" if ele else "") + (f"<time>{time}</time>" if time else "")
    return f'<{tag} lat="35.3" lon="{lon}">{inside}</{tag}>'


def track(*points: str) -> str:
    return f"<trk><name>convoy</name><trkseg>{''.join(points)}</trkseg></trk>"


def codes(declaration: Declaration) -> set[str]:
    return {flag.code for flag in declaration.flags}


def clock(minute: int) -> str:
    return f"2017-09-16T10:{minute:02}:00Z"


def test_a_timed_track_is_a_moving_position_above_the_sea() -> None:
    """R27, R28."""
    found = one(track(point(40.1, clock(0), "210"), point(40.2, clock(10), "215")))
    assert found.kind is Kind.MOVEMENT
    shape = found.volumes[0].shape
    assert isinstance(shape, Route)
    assert shape.datum is Datum.EGM96
    assert [waypoint.height_m for waypoint in shape.waypoints] == [210.0, 215.0]


def test_every_point_of_a_track_is_kept() -> None:
    points = [point(40 + i / 1000, clock(i % 60).replace("T10", f"T{10 + i // 60}")) for i in range(600)]
    shape = one(track(*points)).volumes[0].shape
    assert isinstance(shape, Route)
    assert len(shape.waypoints) == 600


def test_each_segment_is_a_volume_and_the_gap_is_flagged() -> None:
    first = f"<trkseg>{point(40.1, clock(0))}{point(40.2, clock(5))}</trkseg>"
    second = f"<trkseg>{point(40.3, clock(20))}{point(40.4, clock(25))}</trkseg>"
    found = one(f"<trk>{first}{second}</trk>")
    assert len(found.volumes) == 2
    (gap,) = [flag for flag in found.flags if flag.code == "track-gap"]
    assert gap.fields["segments"] == "2"


def test_a_track_without_times_is_a_path_with_the_buffer_of_the_theatre() -> None:
    found = one(track(point(40.1), point(40.2)))
    shape = found.volumes[0].shape
    assert isinstance(shape, Corridor)
    assert shape.half_width_m == 300.0
    assert found.volumes[0].window == Window(None, None)


def test_the_same_point_twice_is_one_and_flagged() -> None:
    found = one(track(point(40.1, clock(0)), point(40.2, clock(5)), point(40.2, clock(5)), point(40.3, clock(9))))
    shape = found.volumes[0].shape
    assert isinstance(shape, Route)
    assert len(shape.waypoints) == 3
    assert "track-point-doubled" in codes(found)


def test_one_time_at_two_points_cuts_the_track_and_invents_no_time() -> None:
    found = one(track(point(40.1, clock(0)), point(40.2, clock(5)), point(40.3, clock(5)), point(40.4, clock(9))))
    assert [str(volume.window) for volume in found.volumes] == [
        "2017-09-16T10:00:00Z / 2017-09-16T10:05:00Z",
        "2017-09-16T10:05:00Z / 2017-09-16T10:09:00Z",
    ]
    assert "track-time-shared" in codes(found)


def test_a_time_that_runs_backwards_widens_to_the_whole_path_for_the_whole_time() -> None:
    found = one(track(point(40.1, clock(0)), point(40.2, clock(9)), point(40.3, clock(5))))
    (volume,) = found.volumes
    assert isinstance(volume.shape, Corridor)
    assert str(volume.window) == "2017-09-16T10:00:00Z / 2017-09-16T10:09:00Z"
    assert "track-time-reversed" in codes(found)


def test_untimed_points_between_two_equal_times_are_not_lost() -> None:
    found = one(track(point(40.1, clock(0)), point(40.2, clock(5)), point(40.9), point(40.3, clock(5))))
    shape = found.volumes[0].shape
    assert isinstance(shape, Corridor)
    assert 40.9 in [position.lon for position in shape.path]


def test_points_without_a_time_in_between_get_constant_speed_and_a_flag() -> None:
    found = one(track(point(40.0, clock(0)), point(40.1), point(40.3, clock(30))))
    shape = found.volumes[0].shape
    assert isinstance(shape, Route)
    assert shape.waypoints[1].time.epoch_s - shape.waypoints[0].time.epoch_s == pytest.approx(600, abs=1)
    assert "waypoint-time-computed" in codes(found)


def test_a_track_without_a_time_at_its_end_is_tested_at_any_time() -> None:
    found = one(track(point(40.0, clock(0)), point(40.1)))
    assert found.volumes[0].window == Window(None, None)
    assert "track-times-incomplete" in codes(found)


def test_a_track_of_one_point_is_that_point_for_a_second() -> None:
    found = one(track(point(40.0, clock(0))))
    assert isinstance(found.volumes[0].shape, Point | Circle)
    assert str(found.volumes[0].window) == "2017-09-16T10:00:00Z / 2017-09-16T10:00:01Z"


def test_heights_at_some_points_only_are_none_and_flagged() -> None:
    found = one(track(point(40.0, clock(0), "210"), point(40.1, clock(5))))
    shape = found.volumes[0].shape
    assert isinstance(shape, Route)
    assert not shape.has_heights
    assert found.volumes[0].band is None
    assert "track-heights-incomplete" in codes(found)


def test_a_time_without_a_zone_is_utc_as_gpx_says_and_flagged() -> None:
    """R26."""
    found = one(track(point(40.0, "2017-09-16T10:00:00"), point(40.1, "2017-09-16T10:05:00")))
    assert str(found.volumes[0].window.start) == "2017-09-16T10:00:00Z"
    assert "gpx-time-unzoned" in codes(found)


@pytest.mark.parametrize(
    "time",
    [
        "2017-09-31T10:00:00",
        "16 past ten",
        "2017-09-16",
        "2017-09-16T25:00",
        "2017-09-16T10:00 local",
        "1789-01-01T10:00",
    ],
)
@pytest.mark.parametrize("tag", ["trkpt", "rtept"])
def test_a_time_that_cannot_be_read_is_quoted_as_it_stands_in_the_file(time: str, tag: str) -> None:
    """R2: no letter in it that its author did not write."""
    points = (point(40.0, time, tag=tag), point(40.1, clock(5), tag=tag))
    (problem,) = read(track(*points) if tag == "trkpt" else f"<rte>{''.join(points)}</rte>").problems
    assert problem.code.startswith("time-")
    assert problem.found == time
    assert time + "Z" not in problem.sentence


def test_a_zone_by_its_name_is_a_zone() -> None:
    found = one(track(point(40.0, "2017-09-16T10:00 Asia/Damascus"), point(40.1, "2017-09-16T10:05 Asia/Damascus")))
    assert str(found.volumes[0].window.start) == "2017-09-16T07:00:00Z"
    assert "gpx-time-unzoned" not in codes(found)


def test_an_offset_is_a_zone() -> None:
    found = one(track(point(40.0, "2017-09-16T10:00:00+03:00"), point(40.1, "2017-09-16T10:05:00+03:00")))
    assert str(found.volumes[0].window.start) == "2017-09-16T07:00:00Z"
    assert "gpx-time-unzoned" not in codes(found)


def test_a_route_with_times_at_its_ends_moves_and_is_flagged() -> None:
    body = f"<rte>{point(40.0, clock(0), tag='rtept')}{point(40.2, clock(20), tag='rtept')}</rte>"
    found = one(body)
    assert isinstance(found.volumes[0].shape, Route)
    assert "gpx-route-times" in codes(found)


def test_a_route_without_times_is_a_path() -> None:
    body = f"<rte>{point(40.0, tag='rtept')}{point(40.2, tag='rtept')}</rte>"
    assert isinstance(one(body, Context(Theatre("test", ()))).volumes[0].shape, Path)


def test_the_time_of_a_waypoint_is_when_it_was_written_down() -> None:
    found = one(point(40.0, clock(0), "210", tag="wpt"))
    assert found.volumes[0].window == Window(None, None)
    assert found.volumes[0].band is None
    assert found.details["recorded"] == clock(0)
    assert found.kind is Kind.OPERATION


def test_canonical_fields_are_read_from_extensions() -> None:
    ours = (
        "<extensions><thalweg><kind>movement</kind><medium>ground</medium><party>UNICEF</party>"
        "<buffer_m>200</buffer_m></thalweg><speed>12</speed></extensions>"
    )
    body = f"<trk>{ours}<trkseg>{point(40.0, clock(0))}{point(40.1, clock(5))}</trkseg></trk>"
    found = one(body)
    assert (found.party, found.medium) == ("UNICEF", Medium.GROUND)
    shape = found.volumes[0].shape
    assert isinstance(shape, Route)
    assert shape.radius_m == 200.0
    assert not {"kind-assumed", "party-assumed"} & codes(found)


def test_fields_of_other_vendors_are_not_mistaken_for_ours() -> None:
    moving = track(point(40.0, clock(0)), point(40.1, clock(5)))
    body = moving.replace("<trk>", "<trk><extensions><zone>3</zone></extensions>")
    assert one(body).kind is Kind.MOVEMENT


def test_an_empty_track_is_named_and_harmless() -> None:
    reading = read("<trk><trkseg/></trk>")
    assert reading.seen == 1
    assert [omission.harmless for omission in reading.omissions] == [True]


def test_a_point_without_a_longitude_is_a_problem_with_its_path() -> None:
    reading = read('<wpt lat="35.3"/>' + point(40.0, tag="wpt"))
    (problem,) = reading.problems
    assert (problem.code, problem.source.path) == ("gpx-position", "wpt[1]")
    assert len(reading.declarations) == 1


def test_elements_that_are_not_gpx_make_the_result_incomplete() -> None:
    reading = read("<area><pt/></area>")
    assert [omission.harmless for omission in reading.omissions] == [False]


@pytest.mark.parametrize("data", [b"", b"<gpx>", b"<kml/>", b"\xff\xfe<", b"not xml"])
def test_what_is_not_gpx_is_a_problem(data: bytes) -> None:
    reading = gpx.read(data, "test.gpx", CONTEXT)
    assert reading.declarations == ()
    assert reading.problems[0].code in ("xml-broken", "gpx-root")


def test_an_untimed_track_with_heights_lies_between_them() -> None:
    found = one(track(point(40.0, ele="100"), point(40.1, ele="300")))
    assert found.volumes[0].band == Band(100.0, 300.0, Datum.EGM96)
