"""From text and outlines to declarations: everything kept, nothing guessed, nothing silently dropped."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from thalweg.drafts import (
    AreaOutline,
    Context,
    Draft,
    DraftVolume,
    Outline,
    PathOutline,
    PointOutline,
    finish,
    reading_of,
)
from thalweg.model.declarations import (
    Cancellation,
    Declaration,
    Kind,
    LineStatus,
    Medium,
    Sides,
    Standing,
    Uncertainty,
    Zone,
)
from thalweg.model.instants import ALWAYS
from thalweg.model.measures import Band, Datum
from thalweg.model.notes import Problem, Source
from thalweg.model.shapes import Circle, Corridor, Path, Point, Polygon, Position, Route
from thalweg.model.theatre import Party, Theatre

HERE = PointOutline((40.14084, 35.33588))
WAY = PathOutline(((40.14084, 35.33588), (40.24084, 35.33588), (40.24084, 35.43588)))
FIELD = AreaOutline(((((40.12345, 35.1), (40.22345, 35.1), (40.22345, 35.2), (40.12345, 35.1)),),))
DAY = {"start": "2017-09-16T06:00Z", "end": "2017-09-16T18:00Z"}
THEATRE = Theatre(
    "test",
    (),
    parties=(Party("coalition", "The Coalition", aliases=("CJTF", "التحالف")), Party("relief", "Example Relief")),
    moving_buffers_m={"ground": 100.0, "air": 300.0},
)


def finished(
    fields: Mapping[str, str],
    outline: Outline | None = HERE,
    *,
    theatre: Theatre | None = None,
    times: tuple[str, ...] = (),
    file: str = "input.geojson",
    context: Context | None = None,
) -> Declaration | Cancellation | Problem:
    volumes = () if outline is None else (DraftVolume(outline, times=times),)
    draft = Draft(Source(file, "features[0]"), fields, volumes, {"note": "as it came"})
    return finish(draft, context or Context(theatre or Theatre("plain", ())))


def declared(fields: Mapping[str, str], outline: Outline = HERE, **how: object) -> Declaration:
    outcome = finished({"party": "coalition", "kind": "operation", **DAY, **fields}, outline, **how)  # type: ignore[arg-type]  # passed through
    assert isinstance(outcome, Declaration), outcome
    return outcome


def refused(fields: Mapping[str, str], outline: Outline | None = HERE, **how: object) -> str:
    outcome = finished({"party": "coalition", "kind": "operation", **DAY, **fields}, outline, **how)  # type: ignore[arg-type]  # passed through
    assert isinstance(outcome, Problem), outcome
    assert outcome.source == Source("input.geojson", "features[0]")
    return outcome.code


def codes(declaration: Declaration) -> list[str]:
    return [flag.code for flag in declaration.flags]


@pytest.mark.parametrize(
    ("text", "kind", "zone"),
    [
        ("operation", Kind.OPERATION, None),
        ("Convoy", Kind.MOVEMENT, None),
        ("قافلة", Kind.MOVEMENT, None),
        ("static site", Kind.STATIC_SITE, None),
        ("больница", Kind.STATIC_SITE, None),
        ("no-fire area", Kind.RESTRICTED_ZONE, Zone.NO_FIRE),
        ("окно тишины", Kind.RESTRICTED_ZONE, Zone.QUIET_WINDOW),
        ("TFR", Kind.RESTRICTED_ZONE, Zone.RESTRICTED_AIRSPACE),
        ("déclaration négative", Kind.NEGATIVE, None),
    ],
)
def test_every_kind_has_its_names_in_several_languages(text: str, kind: Kind, zone: Zone | None) -> None:
    """R1"""
    made = declared({"kind": text})
    assert (made.kind, made.zone) == (kind, zone)


@pytest.mark.parametrize("word", ["target", "Kill Box", "free-fire area", "FSCL", "цель", "engagement zone"])
def test_measures_that_permit_or_direct_fire_are_refused_with_the_reason(word: str) -> None:
    """R38"""
    assert refused({"kind": word}) == "kind-refused"
    assert refused({"kind": "restricted_zone", "zone": word}) == "kind-refused"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "picnic"}, "kind-unknown"),
        ({"kind": ""}, "kind-missing"),
        ({"kind": "restricted_zone"}, "zone-type"),
        ({"zone": "no_fire"}, "zone-type"),
        ({"medium": "ether"}, "medium-unknown"),
        ({"standing": "certified"}, "standing-unknown"),
        ({"start": "2017-09-17T00:00Z"}, "time-inverted"),
        ({"lower": "900 m AMSL", "upper": "100 m AMSL"}, "altitude-inverted"),
        ({"upper": "very high"}, "height-unreadable"),
        ({"radius_m": "about 500"}, "length-unreadable"),
        ({"radius_m": "9000 km"}, "extent-range"),
        ({"uncertainty_m": "-5"}, "length-negative"),
        ({"uncertainty_s": "a while"}, "duration-unreadable"),
        ({"emergency": "perhaps"}, "yes-no-unreadable"),
        ({"revision": "two"}, "revision-unreadable"),
        ({"valid_from": "2018-01-01T00:00Z", "valid_until": "2017-01-01T00:00Z"}, "validity-inverted"),
        ({"action": "destroy"}, "action-unknown"),
        ({"action": "replace"}, "replace-without-id"),
        ({"start": "", "end": "", "when": "yesterday"}, "window-unreadable"),
        ({"kind": "line"}, "line-geometry"),
    ],
)
def test_a_field_that_is_given_and_unreadable_is_a_problem_and_never_skipped(fields: dict[str, str], code: str) -> None:
    assert refused(fields) == code


def test_a_declaration_without_a_place_is_a_problem() -> None:
    assert refused({}, None) == "place-missing"


def test_a_party_is_found_by_id_name_or_alias() -> None:
    for name in ("coalition", "the coalition", "CJTF", "التحالف"):
        assert declared({"party": name}, theatre=THEATRE).party == "coalition"
    assert codes(declared({"party": "somebody"}, theatre=THEATRE)) == ["party-unlisted"]


def test_a_missing_party_is_taken_from_where_the_file_came_and_flagged() -> None:
    made = declared({"party": ""}, file="from/example relief.geojson")
    assert made.party == "example relief"
    assert codes(made) == ["party-assumed"]
    told = Context(Theatre("plain", ()), default_party="relief")
    assert declared({"party": ""}, context=told).party == "relief"


def test_a_zone_that_nobody_stands_behind_is_rumoured() -> None:
    """R13"""
    made = declared({"party": "none", "kind": "no-fly zone"})
    assert (made.standing, made.party) == (Standing.RUMOURED, "unknown")
    assert codes(made) == ["zone-unowned"]
    assert declared({"standing": "rumour"}).standing is Standing.RUMOURED


def test_an_operation_of_nobody_is_still_tested_as_reported() -> None:
    made = declared({"party": "unknown"})
    assert made.standing is Standing.REPORTED
    assert codes(made) == ["party-unknown"]


def test_a_point_with_a_radius_is_a_circle_and_a_line_with_a_width_a_corridor() -> None:
    assert declared({}).volumes[0].shape == Point(Position(40.14084, 35.33588))
    assert declared({"radius_m": "0,5 km"}).volumes[0].shape == Circle(Position(40.14084, 35.33588), 500.0)
    corridor = declared({"half_width_m": "2 NM"}, WAY).volumes[0].shape
    assert isinstance(corridor, Corridor)
    assert corridor.half_width_m == 3704.0
    assert isinstance(declared({}, WAY).volumes[0].shape, Path)


def test_a_reach_is_never_passed_over_whatever_it_is_called_and_whatever_it_stands_beside() -> None:
    """A buffer makes that much wider, exactly; a radius beside a line is no less than a half width."""
    around = declared({"radius_m": "2000", "buffer_m": "3000"}).volumes[0].shape
    assert around == Circle(Position(40.14084, 35.33588), 5000.0)
    assert declared({"half_width_m": "700"}).volumes[0].shape == Circle(Position(40.14084, 35.33588), 700.0)
    for fields, half_m in (({"radius_m": "500"}, 500.0), ({"half_width_m": "500", "buffer_m": "250"}, 750.0)):
        along = declared(fields, WAY).volumes[0].shape
        assert isinstance(along, Corridor)
        assert along.half_width_m == half_m
    _, edge = declared({"radius_m": "100", "buffer_m": "200"}, FIELD).volumes
    assert isinstance(edge.shape, Corridor)
    assert edge.shape.half_width_m == 300.0
    times = ("2017-09-16T08:00Z", "2017-09-16T09:00Z", "2017-09-16T09:30Z")
    moving = declared({"half_width_m": "400", "buffer_m": "150", "start": "", "end": ""}, WAY, times=times)
    route = moving.volumes[0].shape
    assert isinstance(route, Route)
    assert route.radius_m == 550.0


def test_an_area_with_a_buffer_is_the_area_and_a_corridor_around_it() -> None:
    area, around = declared({"buffer_m": "200"}, FIELD).volumes
    assert isinstance(area.shape, Polygon)
    assert isinstance(around.shape, Corridor)
    assert around.shape.path == (*area.shape.outer, area.shape.outer[0])
    assert around.window == area.window


def test_a_line_with_times_is_a_route_with_its_own_buffer() -> None:
    """R28"""
    times = ("2017-09-16T08:00Z", "2017-09-16T09:00Z", "2017-09-16T09:30Z")
    made = declared(
        {"kind": "movement", "medium": "ground", "buffer_m": "150", "start": "", "end": ""}, WAY, times=times
    )
    route = made.volumes[0].shape
    assert isinstance(route, Route)
    assert [str(w.time) for w in route.waypoints] == [t.replace("Z", ":00Z") for t in times]
    assert route.radius_m == 150.0
    assert codes(made) == []


def test_a_route_without_a_buffer_takes_the_theatres_for_its_medium() -> None:
    """R28"""
    times = ("2017-09-16T08:00Z", "2017-09-16T09:00Z", "2017-09-16T09:30Z")
    for medium, radius_m in (("ground", 100.0), ("air", 300.0), ("", 300.0), ("water", 0.0)):
        made = declared({"kind": "movement", "medium": medium}, WAY, times=times, theatre=THEATRE)
        route = made.volumes[0].shape
        assert isinstance(route, Route)
        assert route.radius_m == radius_m
        assert ("buffer-of-theatre" in codes(made)) == bool(radius_m)


def test_a_way_point_without_a_time_gets_it_by_constant_speed_and_a_flag() -> None:
    way = PathOutline(((40.0, 0.0), (40.25, 0.0), (41.0, 0.0)))
    made = declared({"kind": "movement"}, way, times=("2017-09-16T08:00Z", "", "2017-09-16T12:00Z"))
    route = made.volumes[0].shape
    assert isinstance(route, Route)
    assert str(route.waypoints[1].time) == "2017-09-16T09:00:00Z"
    assert "waypoint-time-computed" in codes(made)


@pytest.mark.parametrize(
    ("times", "code"),
    [
        (("2017-09-16T08:00Z", "2017-09-16T09:00Z"), "route-times"),
        (("2017-09-16T08:00Z", "2017-09-16T07:00Z", "2017-09-16T09:00Z"), "route-time-order"),
        (("2017-09-16T08:00Z", "nine", "2017-09-16T10:00Z"), "time-unreadable"),
        (("2017-09-16", "2017-09-16T09:00Z", "2017-09-16T10:00Z"), "time-unreadable"),
    ],
)
def test_times_that_make_no_route_are_a_problem(times: tuple[str, ...], code: str) -> None:
    assert refused({"kind": "movement"}, WAY, times=times) == code


def test_a_route_without_a_time_at_its_end_is_a_problem() -> None:
    times = ("2017-09-16T08:00Z", "", "")
    assert refused({"kind": "movement", "end": ""}, WAY, times=times) == "route-ends"


def test_straight_legs_of_a_route_are_densified_at_constant_speed() -> None:
    way = PathOutline(((40.0, 60.0), (41.0, 60.0)), straight=True)
    route = declared({"kind": "movement"}, way, times=("2017-09-16T08:00Z", "2017-09-16T10:00Z")).volumes[0].shape
    assert isinstance(route, Route)
    assert len(route.waypoints) > 10
    for waypoint in route.waypoints:
        share = waypoint.at.lon - 40.0
        assert waypoint.time.epoch_s == pytest.approx(1505548800 + 7200 * share, abs=1e-3)


def test_the_window_of_a_site_is_how_long_its_notifier_vouches_for_it() -> None:
    """R8: a site does not vanish."""
    made = declared({"kind": "hospital", "start": "2017-01-01T00:00Z", "end": "2018-01-01T00:00Z"})
    assert made.volumes[0].window == ALWAYS
    assert (str(made.valid_from), str(made.valid_until)) == ("2017-01-01T00:00:00Z", "2018-01-01T00:00:00Z")
    assert codes(made) == ["site-window-as-validity"]


def test_an_operation_without_an_end_is_tested_as_open_and_flagged() -> None:
    made = declared({"end": ""})
    assert made.volumes[0].window.end is None
    assert codes(made) == ["window-open"]


def test_heights_of_a_position_become_a_band_only_for_what_goes_about_there() -> None:
    """R27"""
    high = PointOutline((40.14084, 35.33588), height_m=3000.0)
    made = declared({"datum": "AMSL"}, high)
    assert made.volumes[0].band == Band(3000.0, 3000.0, Datum.EGM96)
    zone = declared({"kind": "no_entry", "datum": "AMSL", "radius_m": "500"}, high)
    assert zone.volumes[0].band is None
    assert codes(zone) == ["height-not-a-band"]
    site = declared({"kind": "static_site", "start": "", "end": ""}, high)
    assert (site.volumes[0].band, site.flags) == (None, ())


def test_uncertainty_is_kept_with_its_meaning() -> None:
    """R29"""
    made = declared(
        {
            "uncertainty_m": "1 km",
            "uncertainty_vertical_m": "0,1 km",
            "uncertainty_s": "10 min",
            "uncertainty_at_95": "yes",
        }
    )
    assert made.volumes[0].uncertainty == Uncertainty(1000.0, 100.0, 600.0, at_95=True)


def test_a_line_has_segments_sides_and_a_status() -> None:
    """R34"""
    made = declared(
        {"kind": "line", "status": "tacit", "left": "CJTF; relief", "right": "x", "left_name": "east bank"},
        WAY,
        theatre=THEATRE,
    )
    assert made.segments[0].status is LineStatus.TACIT
    assert made.sides == Sides(frozenset({"coalition", "relief"}), frozenset({"x"}), "east bank", "right")
    assert codes(declared({"kind": "line"}, WAY)) == ["status-assumed"]


def test_a_cancellation_names_what_it_ends() -> None:
    """R9"""
    outcome = finished({"party": "coalition", "action": "cancel", "id": "N-17"}, None)
    assert isinstance(outcome, Cancellation)
    assert (outcome.declaration_id, outcome.party) == ("N-17", "coalition")
    nameless = finished({"party": "coalition", "action": "cancel"}, None)
    assert isinstance(nameless, Problem)
    assert nameless.code == "cancel-without-id"


def test_everything_that_was_written_is_kept_beside_what_was_read() -> None:
    """R2, R6: as entered, and details nobody here knows."""
    given = {"start": "16/09/2017 06:00 Z", "end": "2017-09-16T18:00Z", "upper": "FL100"}
    made = declared(given, PointOutline((40.14084, 35.33588), text="35°20'09\"N 40°08'27\"E"))
    assert {name: made.entered[name] for name in given} == given
    assert made.entered["coordinates"] == "35°20'09\"N 40°08'27\"E"
    assert made.details == {"note": "as it came"}
    assert made.source == Source("input.geojson", "features[0]")


def test_two_spellings_of_the_same_declaration_are_the_same_version() -> None:
    one = declared({"start": "2017-09-16T06:00Z", "radius_m": "500"})
    other = declared({"start": "2017-09-16 09:00 +03", "radius_m": "0,5 km"}, file="elsewhere.csv")
    assert one.version_id == other.version_id


def test_coarse_coordinates_are_flagged_where_the_claim_is_finer() -> None:
    """R3"""
    coarse = PointOutline((40.1, 35.3))
    assert codes(declared({}, coarse)) == ["precision-coarse"]
    assert codes(declared({"uncertainty_m": "10 km"}, coarse)) == []
    assert codes(declared({"radius_m": "20 km"}, coarse)) == []
    assert codes(declared({})) == []


def test_a_window_in_one_text_is_one_in_two() -> None:
    when = "2017-09-16T06:00Z/2017-09-16T18:00Z"
    for blank in ("", " "):
        made = declared({"start": blank, "end": blank, "when": when})
        assert str(made.volumes[0].window) == "2017-09-16T06:00:00Z / 2017-09-16T18:00:00Z"
    assert not declared({"when": when}).flags  # both ways, and the same


@pytest.mark.parametrize(
    ("fields", "window", "flagged"),
    [
        (
            {"start": "2017-09-16T06:00Z", "end": "", "when": "2017-09-17T06:00Z/2017-09-17T18:00Z"},
            "2017-09-16T06:00:00Z / 2017-09-17T18:00:00Z",
            ["start"],
        ),
        (
            {"when": "2017-09-16T05:00Z/2017-09-16T17:00Z"},
            "2017-09-16T05:00:00Z / 2017-09-16T18:00:00Z",
            ["start", "end"],
        ),
        ({"end": "..", "when": "2017-09-16T06:00Z/2017-09-16T18:00Z"}, "2017-09-16T06:00:00Z / open", ["end"]),
    ],
)
def test_a_window_stated_twice_holds_both(fields: Mapping[str, str], window: str, flagged: list[str]) -> None:
    """What is passed over may have been what mattered."""
    made = declared(fields)
    assert str(made.volumes[0].window) == window
    assert [flag.where for flag in made.flags if flag.code == "window-twice"] == flagged


def test_a_window_that_cannot_be_read_is_a_problem_beside_one_that_can() -> None:
    assert refused({"when": "in the morning"}) == "window-unreadable"


def test_the_ends_of_a_route_may_stand_in_one_text() -> None:
    when = {"start": "", "end": "", "when": "2017-09-16T06:00Z/2017-09-16T18:00Z"}
    made = declared({"kind": "movement", **when}, WAY, times=("", "2017-09-16T08:00Z", ""))
    assert str(made.volumes[0].window) == "2017-09-16T06:00:00Z / 2017-09-16T18:00:00Z"


def test_a_zone_that_was_assumed_for_a_later_way_point_alone_is_told_of_once() -> None:
    theatre = Theatre("local", (), time_zone="Asia/Damascus")
    times = ("2017-09-16T06:30Z", "2017-09-16 11:00", "2017-09-16 13:00")
    made = declared({"kind": "movement", "buffer_m": "100 m"}, WAY, times=times, theatre=theatre)
    assert [flag.where for flag in made.flags if flag.code == "time-zone-assumed"] == ["time of way-point 2"]


def test_a_half_height_is_on_top_of_the_limits_that_are_stated() -> None:
    """It was passed over, and an aircraft at one altitude was as thin as a sheet."""
    at = {"lower": "100 m AMSL", "upper": "100 m AMSL", "half_height_m": "50 m"}
    assert declared(at).volumes[0].band == Band(50.0, 150.0, Datum.EGM96)
    assert declared({**at, "upper": ""}).volumes[0].band == Band(50.0, None, Datum.EGM96)
    assert declared({"half_height_m": "50 m"}).volumes[0].band is None


def test_a_site_that_was_drawn_as_a_track_is_there_at_any_time() -> None:
    """R8: it was tested for the hours of the track alone."""
    times = ("2017-09-16T08:00Z", "2017-09-16T09:00Z", "2017-09-16T10:00Z")
    made = declared({"kind": "static_site", "start": "", "end": ""}, WAY, times=times)
    assert made.volumes[0].window == ALWAYS
    assert isinstance(made.volumes[0].shape, Path)
    assert "site-times" in codes(made)


def test_heights_that_are_no_band_anyway_may_be_of_some_vertices_alone() -> None:
    line = PathOutline(WAY.points, heights_m=(100.0, None, 120.0))
    assert declared({"kind": "static_site", "start": "", "end": ""}, line).volumes[0].band is None
    assert declared({"kind": "zone", "zone": "no_entry", "buffer_m": "100 m"}, line).volumes[0].band is None


@pytest.mark.parametrize("times", [(), ("2017-09-16T08:00Z", "2017-09-16T09:00Z", "2017-09-16T10:00Z")])
def test_heights_of_some_vertices_alone_are_a_problem(times: tuple[str, ...]) -> None:
    """A band of the known ones would leave out whatever height the others have."""
    line = PathOutline(WAY.points, heights_m=(100.0, None, 120.0))
    assert refused({}, line, times=times) == "route-heights"


def test_a_half_height_is_on_top_of_the_limits_of_a_route_without_heights() -> None:
    """Its way-points have no heights that it could be on top of: it was passed over."""
    times = ("2017-09-16T08:00Z", "2017-09-16T09:00Z", "2017-09-16T09:30Z")
    limits = {"lower": "1000 m", "upper": "1000 m", "datum": "msl", "half_height_m": "200"}
    volume = declared({"kind": "movement", "buffer_m": "100 m", **limits}, WAY, times=times).volumes[0]
    assert isinstance(volume.shape, Route)
    assert volume.band is not None
    assert (volume.band.lower_m, volume.band.upper_m, volume.shape.half_height_m) == (800.0, 1200.0, 0.0)


def test_a_route_whose_window_differs_from_its_way_points_is_flagged() -> None:
    times = ("2017-09-16T08:00Z", "2017-09-16T09:00Z", "2017-09-16T09:30Z")
    assert "route-window-differs" in codes(declared({"kind": "movement"}, WAY, times=times))


def test_an_unstated_medium_stays_unstated() -> None:
    assert declared({}).medium is Medium.UNSTATED
    assert declared({"medium": "جوي"}).medium is Medium.AIR


def test_a_reading_sorts_what_came_and_counts_it() -> None:
    outcomes = [
        declared({}),
        finished({"kind": "x", "party": "p"}),
        finished({"action": "cancel", "id": "a", "party": "p"}, None),
    ]
    reading = reading_of("test", outcomes)
    assert (len(reading.declarations), len(reading.problems), len(reading.cancellations), reading.seen) == (1, 1, 1, 3)
