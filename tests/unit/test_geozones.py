"""ED-269 and ED-318: axis order by evidence, schedules, lead times, and zones that restrict nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from thalweg.drafts import Context
from thalweg.formats import ed269, ed318
from thalweg.model.declarations import Declaration, Kind, Zone
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, Polygon, Position
from thalweg.model.theatre import Heights, Theatre

CONTEXT = Context(Theatre("test", ()))
SYRIA = Context(
    Theatre("test", (), area=Polygon((Position(35, 32), Position(43, 32), Position(43, 38), Position(35, 38))))
)
BERN = [[7.40, 46.90], [7.50, 46.90], [7.50, 47.00], [7.40, 47.00], [7.40, 46.90]]
PERMANENT = [{"permanent": "YES"}]


def swapped(ring: list[list[float]]) -> list[list[float]]:
    return [[b, a] for a, b in ring]


def zone(ring: list[list[float]] | None = None, **members: object) -> dict[str, Any]:
    return {
        "identifier": "LSXX", "country": "CHE", "name": "Bern", "type": "COMMON", "restriction": "PROHIBITED",
        "applicability": PERMANENT, "zoneAuthority": [],
        "geometry": [
            {
                "uomDimensions": "M", "lowerLimit": 0, "lowerVerticalReference": "AGL",
                "upperLimit": 120, "upperVerticalReference": "AGL",
                "horizontalProjection": {"type": "Polygon", "coordinates": [ring or BERN]},
            }
        ],
        **members,
    }  # fmt: skip


def read(*zones: dict[str, Any], context: Context = CONTEXT, axes: str = "evidence") -> Reading:
    data = json.dumps({"features": list(zones)}).encode()
    return ed269.read(data, "test.json", context, axes=ed269.Axes(axes))


def one(*zones: dict[str, Any], context: Context = CONTEXT, axes: str = "evidence") -> Declaration:
    reading = read(*zones, context=context, axes=axes)
    assert reading.problems == ()
    return reading.declarations[0]


def codes(declaration: Declaration) -> set[str]:
    return {flag.code for flag in declaration.flags}


def corner(declaration: Declaration) -> Position:
    shape = declaration.volumes[0].shape
    assert isinstance(shape, Polygon)
    return shape.outer[0]


def windows(declaration: Declaration) -> list[str]:
    return [str(volume.window) for volume in declaration.volumes]


# --- which of the two is the latitude (R2) ---


@pytest.mark.parametrize("ring", [BERN, swapped(BERN)])
def test_the_country_tells_the_order_of_the_axes(ring: list[list[float]]) -> None:
    found = one(zone(ring))
    assert corner(found) == Position(7.40, 46.90)
    (flag,) = [flag for flag in found.flags if flag.code == "axis-order"]
    assert flag.fields["order"] == ("lon-lat" if ring is BERN else "lat-lon")
    assert "CHE" in flag.sentence


def test_a_number_beyond_ninety_is_a_longitude() -> None:
    ring = [[35.0, 139.0], [35.1, 139.0], [35.1, 139.1], [35.0, 139.0]]
    assert corner(one(zone(ring, country="ZZZ"))) == Position(139.0, 35.0)


def test_the_theatre_tells_the_order_where_the_country_does_not() -> None:
    ring = [[34.0, 41.0], [34.1, 41.0], [34.1, 41.1], [34.0, 41.0]]
    assert corner(one(zone(ring, country=""), context=SYRIA)) == Position(41.0, 34.0)


def test_without_evidence_longitude_comes_first_and_the_flag_says_that_nothing_speaks_for_it() -> None:
    ring = [[10.0, 20.0], [10.1, 20.0], [10.1, 20.1], [10.0, 20.0]]
    found = one(zone(ring, country="ZZZ"))
    assert corner(found) == Position(10.0, 20.0)
    (flag,) = [flag for flag in found.flags if flag.code == "axis-order"]
    assert "nothing speaks for either" in flag.sentence


def test_a_stated_order_ends_all_doubt_but_not_the_flag() -> None:
    found = one(zone(BERN), axes="lat-lon")
    assert corner(found) == Position(46.90, 7.40)
    assert {"axis-order", "axis-order-doubt"} <= codes(found)


def test_one_zone_the_other_way_round_is_kept_in_the_order_of_the_file_and_flagged() -> None:
    first, second, third = read(
        zone(identifier="A"), zone(identifier="B"), zone(swapped(BERN), identifier="C")
    ).declarations
    assert corner(third) == Position(46.90, 7.40)
    assert "axis-order-doubt" in codes(third)
    assert "axis-order-doubt" not in codes(first) | codes(second)


def test_the_order_is_told_once_for_a_file_and_kept_with_every_zone() -> None:
    """R2."""
    broken = zone(identifier="A", geometry=[3])
    reading = read(broken, zone(identifier="B"), zone(identifier="C"))
    first, second = reading.declarations
    assert "axis-order" in codes(first)
    assert "axis-order" not in codes(second)
    assert {d.entered["axis_order"] for d in reading.declarations} == {"lon-lat"}


def test_an_order_that_was_only_assumed_is_told_with_every_zone() -> None:
    ring = [[10.0, 20.0], [10.1, 20.0], [10.1, 20.1], [10.0, 20.0]]
    for found in read(zone(ring, country="", identifier="A"), zone(ring, country="", identifier="B")).declarations:
        assert "axis-order" in codes(found)


# --- what a zone is ---


def test_a_zone_is_restricted_airspace_with_its_country_and_identifier_as_id() -> None:
    found = one(zone())
    assert (found.kind, found.zone, found.declaration_id) == (
        Kind.RESTRICTED_ZONE,
        Zone.RESTRICTED_AIRSPACE,
        "CHE-LSXX",
    )
    assert found.volumes[0].band == Band(0.0, 120.0, Datum.AGL)


@pytest.mark.parametrize("restriction", ["PROHIBITED", "REQ_AUTHORISATION", "CONDITIONAL"])
def test_every_restriction_is_a_zone(restriction: str) -> None:
    assert one(zone(restriction=restriction)).details["restriction"] == restriction


def test_no_restriction_is_reported_and_never_a_zone() -> None:
    reading = read(zone(restriction="NO_RESTRICTION"))
    assert reading.declarations == ()
    assert reading.seen == 1
    assert [(o.what, o.harmless) for o in reading.omissions] == [("the zone CHE-LSXX with NO_RESTRICTION", True)]


@pytest.mark.parametrize("restriction", ["", "FORBIDDEN"])
def test_an_unknown_restriction_is_kept_as_one_and_flagged(restriction: str) -> None:
    assert "zone-restriction-unknown" in codes(one(zone(restriction=restriction)))


def test_two_zones_with_one_identifier_are_not_versions_of_each_other() -> None:
    first, second = read(zone(), zone(name="other")).declarations
    assert first.declaration_id != second.declaration_id
    assert "zone-identifier-repeated" in codes(first) & codes(second)


def test_feet_and_two_datums() -> None:
    """R27."""
    geometry = zone()["geometry"][0] | {
        "uomDimensions": "FT",
        "lowerLimit": "1000",
        "upperLimit": 5000,
        "upperVerticalReference": "AMSL",
    }
    found = one(zone(geometry=[geometry]))
    assert found.volumes[0].band == Band(304.8, 1524.0, Datum.AGL, Datum.EGM96)


def test_an_absent_upper_limit_is_open() -> None:
    geometry = zone()["geometry"][0] | {"upperLimit": None}
    assert one(zone(geometry=[geometry])).volumes[0].band == Band(0.0, None, Datum.AGL)


def test_a_circle_takes_its_centre_in_the_order_of_the_file() -> None:
    geometry = zone()["geometry"][0] | {
        "horizontalProjection": {"type": "Circle", "center": [46.95, 7.45], "radius": 3000}
    }
    assert one(zone(geometry=[geometry])).volumes[0].shape == Circle(Position(7.45, 46.95), 3000.0)


def test_a_radius_beside_heights_in_feet_is_read_in_metres_and_flagged() -> None:
    geometry = zone()["geometry"][0] | {
        "uomDimensions": "FT",
        "horizontalProjection": {"type": "Circle", "center": [7.45, 46.95], "radius": 3000},
    }
    found = one(zone(geometry=[geometry]))
    assert found.volumes[0].shape == Circle(Position(7.45, 46.95), 3000.0)
    assert "zone-radius-unit" in codes(found)


def test_a_radius_beside_heights_in_a_unit_above_the_metre_is_read_in_that_unit() -> None:
    """The wider reading is in metres beside feet, and in nautical miles beside those."""
    geometry = zone()["geometry"][0] | {
        "uomDimensions": "NM",
        "lowerLimit": 0,
        "upperLimit": 1,
        "horizontalProjection": {"type": "Circle", "center": [7.45, 46.95], "radius": 3},
    }
    found = one(zone(geometry=[geometry]))
    assert found.volumes[0].shape == Circle(Position(7.45, 46.95), 5556.0)
    assert "zone-radius-unit" in codes(found)


def test_edges_are_straight_in_longitude_and_latitude() -> None:
    ring = [[6.0, 46.9], [10.0, 46.9], [10.0, 47.0], [6.0, 47.0], [6.0, 46.9]]
    shape = one(zone(ring)).volumes[0].shape
    assert isinstance(shape, Polygon)
    assert len(shape.outer) > 10
    assert max(abs(position.lat - 46.95) for position in shape.outer) == pytest.approx(0.05)


def test_the_longest_lead_time_is_kept_in_seconds_and_contacts_of_persons_are_not() -> None:
    """R7."""
    authorities = [
        {"name": "A", "purpose": "AUTHORIZATION", "intervalBefore": "P2DT12H", "email": "someone@example.org"},
        {"name": "B", "intervalBefore": "PT72H"},
        {"name": "C", "intervalBefore": "soon"},
    ]
    reading = read(zone(zoneAuthority=authorities))
    (found,) = reading.declarations
    assert found.details["lead_time_s"] == str(72 * 3600)
    assert found.details["interval_before"] == "P2DT12H"
    assert "lead-time-unreadable" in codes(found)
    assert "someone@example.org" not in json.dumps(dict(found.details))
    assert any("contacts" in omission.what and omission.harmless for omission in reading.omissions)


# --- when ---


def during(start: str | None, end: str | None, *daily: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"permanent": "NO", "startDateTime": start, "endDateTime": end, "schedule": list(daily)}]


WEEK = ("2024-01-01T00:00:00Z", "2024-01-08T00:00:00Z")  # Monday to Monday


def test_a_weekly_schedule_is_unrolled_within_its_dates() -> None:
    periods = during(*WEEK, {"day": ["SAT", "SUN"], "startTime": "17:00:00.00Z", "endTime": "23:59:59Z"})
    assert windows(one(zone(applicability=periods))) == [
        "2024-01-06T17:00:00Z / 2024-01-06T23:59:59Z",
        "2024-01-07T17:00:00Z / 2024-01-07T23:59:59Z",
    ]


def test_a_night_ends_on_the_next_day() -> None:
    periods = during(*WEEK, {"day": ["MON"], "startTime": "22:00Z", "endTime": "06:00Z"})
    assert windows(one(zone(applicability=periods))) == ["2024-01-01T22:00:00Z / 2024-01-02T06:00:00Z"]


def test_the_day_is_that_of_the_offset() -> None:
    periods = during(*WEEK, {"day": ["TUE"], "startTime": "00:30+03:00", "endTime": "02:30+03:00"})
    assert windows(one(zone(applicability=periods))) == ["2024-01-01T21:30:00Z / 2024-01-01T23:30:00Z"]


def test_any_day_and_the_whole_day_is_one_window() -> None:
    periods = during(*WEEK, {"day": ["ANY"], "startTime": "00:00Z", "endTime": "24:00Z"})
    assert windows(one(zone(applicability=periods))) == ["2024-01-01T00:00:00Z / 2024-01-08T00:00:00Z"]


def test_an_hour_without_a_zone_holds_in_every_zone() -> None:
    """R26."""
    periods = during(*WEEK, {"day": ["WED"], "startTime": "10:00", "endTime": "11:00"})
    found = one(zone(applicability=periods))
    assert windows(found) == ["2024-01-02T20:00:00Z / 2024-01-03T23:00:00Z"]
    assert "schedule-unzoned" in codes(found)


def test_sunrise_keeps_the_whole_day_and_is_flagged() -> None:
    periods = during(*WEEK, {"day": ["WED"], "startTime": "SR", "endTime": "SS"})
    found = one(zone(applicability=periods))
    (window,) = [volume.window for volume in found.volumes]
    assert str(window) == "2024-01-02T10:00:00Z / 2024-01-04T12:00:00Z"
    assert "schedule-daylight-event" in codes(found)


def test_a_schedule_without_an_end_is_in_force_throughout_beyond_the_horizon() -> None:
    periods = during(WEEK[0], None, {"day": ["MON"], "startTime": "10:00Z", "endTime": "11:00Z"})
    found = one(zone(applicability=periods))
    assert found.volumes[0].window.start is not None
    assert found.volumes[-1].window.end is None
    assert len(found.volumes) == 58 + 1  # 58 Mondays in 400 days from a Monday, and the rest
    assert "schedule-horizon" in codes(found)


def test_a_schedule_without_any_dates_is_in_force_at_all_times() -> None:
    periods = during(None, None, {"day": ["MON"], "startTime": "10:00Z", "endTime": "11:00Z"})
    found = one(zone(applicability=periods))
    assert found.volumes[0].window == Window(None, None)
    assert "schedule-unbounded" in codes(found)


def test_the_period_of_the_check_decides_which_weeks_are_written_out() -> None:
    period = Window(Instant(1704067200.0), Instant(1704672000.0))
    periods = during(None, None, {"day": ["WED"], "startTime": "10:00Z", "endTime": "11:00Z"})
    found = one(zone(applicability=periods), context=Context(Theatre("test", ()), period=period))
    assert windows(found)[1] == "2024-01-03T10:00:00Z / 2024-01-03T11:00:00Z"
    assert windows(found)[0].startswith("open /")


def test_permanent_with_dates_is_permanent_and_flagged() -> None:
    periods = [{"permanent": "YES", "startDateTime": WEEK[0], "endDateTime": WEEK[1]}]
    found = one(zone(applicability=periods))
    assert found.volumes[0].window == Window(None, None)
    assert "zone-permanent-and-dated" in codes(found)


def test_a_zone_that_does_not_say_when_is_permanent_and_flagged() -> None:
    assert "zone-applicability-missing" in codes(one(zone(applicability=[])))


def test_a_period_without_dates_or_hours_is_permanent_and_flagged() -> None:
    assert "zone-applicability-missing" in codes(one(zone(applicability=[{"permanent": "NO"}])))


@pytest.mark.parametrize("permanent", ["YES ", "Y", 1, ["YES"], "да"])
def test_yes_is_permanent_however_it_is_written(permanent: object) -> None:
    """Read as no, the zone would be in force for less than it says."""
    periods = [{"permanent": permanent, "startDateTime": WEEK[0], "endDateTime": WEEK[1]}]
    found = one(zone(applicability=periods))
    assert found.volumes[0].window == Window(None, None)
    assert "zone-permanent-and-dated" in codes(found)


@pytest.mark.parametrize("permanent", ["MAYBE", {"x": 1}])
def test_what_is_neither_permanent_nor_not_is_permanent_and_flagged(permanent: object) -> None:
    periods = [{"permanent": permanent, "startDateTime": WEEK[0], "endDateTime": WEEK[1]}]
    found = one(zone(applicability=periods))
    assert found.volumes[0].window == Window(None, None)
    assert "zone-permanent-unknown" in codes(found)


def test_days_may_be_written_out() -> None:
    periods = during(*WEEK, {"day": ["Wednesday"], "startTime": "10:00Z", "endTime": "11:00Z"})
    assert windows(one(zone(applicability=periods))) == ["2024-01-03T10:00:00Z / 2024-01-03T11:00:00Z"]


def test_an_hour_keeps_its_fraction() -> None:
    periods = during(*WEEK, {"day": ["WED"], "startTime": "10:00Z", "endTime": "23:59:59.999Z"})
    assert windows(one(zone(applicability=periods))) == ["2024-01-03T10:00:00Z / 2024-01-03T23:59:59.999Z"]


def test_a_date_beside_an_hour_of_a_schedule_is_flagged() -> None:
    daily = {"day": ["WED"], "startTime": "2024-01-03T10:00Z", "endTime": "11:00Z"}
    assert "schedule-dated" in codes(one(zone(applicability=during(*WEEK, daily))))


def test_dates_beside_the_hours_of_one_schedule_are_one_question() -> None:
    """Each hour of each day asked it again, in other words."""
    week = [
        {"day": [day], "startTime": f"2024-01-0{at}T10:00Z", "endTime": f"2024-01-0{at}T11:00Z"}
        for at, day in enumerate(("MON", "TUE", "WED"), start=1)
    ]
    flags = one(zone(applicability=during(*WEEK, *week))).flags
    assert [flag.code for flag in flags].count("schedule-dated") == 1


@pytest.mark.parametrize("known", ["ed269", "ed318"])
def test_a_restriction_given_twice_is_not_taken_for_none(known: str) -> None:
    """The second would have made it no zone at all, and that harmless."""
    item = zone() if known == "ed269" else feature(type="PROHIBITED")
    twice = json.dumps(item).replace('"PROHIBITED"', f'"PROHIBITED", "{_TYPE[known]}": "NO_RESTRICTION"', 1)
    data = f'{{"type": "FeatureCollection", "features": [{twice}]}}'.encode()
    reading = (ed269 if known == "ed269" else ed318).read(data, "test.json", CONTEXT)
    assert [problem.code for problem in reading.problems] == ["json-twice"]
    assert reading.omissions == ()


_TYPE = {"ed269": "restriction", "ed318": "type"}


def test_both_lists_of_zones_are_read() -> None:
    data = json.dumps({"features": [zone()], "UASZoneList": [zone(identifier="B")]}).encode()
    reading = ed269.read(data, "test.json", CONTEXT)
    assert [found.source.path for found in reading.declarations] == ["features[0]", "UASZoneList[0]"]


def test_a_unit_of_heights_that_is_none_is_a_problem() -> None:
    item = zone()
    item["geometry"][0]["uomDimensions"] = "XX"
    assert [problem.code for problem in read(item).problems] == ["unit-unknown"]
    assert [problem.code for problem in read_318(_with_geometry(layer=LAYER | {"uom": "XX"})).problems] == [
        "unit-unknown"
    ]


def test_rings_that_do_not_close_and_third_values_are_flagged() -> None:
    odd = [[*pair, 500.0] for pair in BERN[:-1]]
    assert {"ring-open", "coordinates-extra"} <= codes(one(zone(odd)))
    assert {"ring-open", "coordinates-extra"} <= codes(one_318(_with_geometry(coordinates=[odd])))


@pytest.mark.parametrize("size", [1.0, 3.0])
def test_a_hole_that_leaves_nothing_of_its_zone_is_a_problem(size: float) -> None:
    hole = [[7.45 + (lon - 7.45) * size, 46.95 + (lat - 46.95) * size] for lon, lat in BERN]
    item = zone()
    item["geometry"][0]["horizontalProjection"]["coordinates"].append(hole)
    assert [problem.code for problem in read(item).problems] == ["hole-whole"]


def test_members_that_neither_format_has_are_named() -> None:
    assert [each.what for each in read(zone(extra=1)).omissions] == ["members extra"]
    assert [each.what for each in read_318(feature(extra=1)).omissions] == ["members extra"]


@pytest.mark.parametrize(
    ("daily", "code"),
    [
        ({"day": ["MON,TUE"], "startTime": "10:00Z", "endTime": "11:00Z"}, "schedule-day"),
        ({"day": ["MONTHLY"], "startTime": "10:00Z", "endTime": "11:00Z"}, "schedule-day"),
        ({"day": ["MON"], "startTime": "10:00:99Z", "endTime": "11:00Z"}, "schedule-time"),
        ({"day": ["MON"], "startTime": "10:00Z", "endTime": "24:30Z"}, "schedule-time"),
        ({"day": ["MON"], "startTime": "10:00+99:99", "endTime": "11:00Z"}, "time-zone-unknown"),
        ({"day": ["FUNDAY"], "startTime": "10:00Z", "endTime": "11:00Z"}, "schedule-day"),
        ({"day": ["MON"], "startTime": "ten", "endTime": "11:00Z"}, "schedule-time"),
    ],
)
def test_schedules_that_cannot_be_read_are_problems(daily: dict[str, Any], code: str) -> None:
    (problem,) = read(zone(applicability=during(*WEEK, daily))).problems
    assert problem.code == code


def test_dates_that_end_before_they_begin_are_a_problem_and_the_rest_is_read() -> None:
    reading = read(zone(applicability=during(WEEK[1], WEEK[0])), zone(identifier="B"))
    assert [problem.code for problem in reading.problems] == ["time-inverted"]
    assert len(reading.declarations) == 1


# --- ED-318 ---

LAYER = {"upper": 400, "upperReference": "AMSL", "lower": 0, "lowerReference": "AGL", "uom": "ft"}


def feature(**members: object) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [BERN], "layer": LAYER},
        "properties": {
            "identifier": "LSXX",
            "country": "CHE",
            "type": "REQ_AUTHORIZATION",
            "variant": "COMMON",
            "name": [{"text": "Bern (Flugplatz)", "lang": "de-CH"}, {"text": "Bern (airport)", "lang": "en-GB"}],
            "zoneAuthority": [],
            **members,
        },
    }


def _with_geometry(**members: object) -> dict[str, Any]:
    return feature() | {"geometry": feature()["geometry"] | members}


def read_318(*features: dict[str, Any], **top: object) -> Reading:
    document = {"type": "FeatureCollection", "metadata": {}, "features": list(features), **top}
    return ed318.read(json.dumps(document).encode(), "test.json", CONTEXT)


def one_318(*features: dict[str, Any], **top: object) -> Declaration:
    reading = read_318(*features, **top)
    assert reading.problems == ()
    return reading.declarations[0]


def test_ed_318_takes_the_english_title_and_keeps_every_language() -> None:
    found = one_318(feature())
    assert found.title == "Bern (airport)"
    assert found.details["name (de-CH)"] == "Bern (Flugplatz)"


def test_ed_318_layers_are_bands() -> None:
    assert one_318(feature()).volumes[0].band == Band(0.0, 121.92, Datum.AGL, Datum.EGM96)


def test_a_zone_without_limited_applicability_is_permanent() -> None:
    assert one_318(feature()).volumes[0].window == Window(None, None)


def test_another_geoid_widens_the_heights_and_is_flagged() -> None:
    found = one_318(feature(), metadata={"otherGeoid": "CHGeo2004"})
    assert found.volumes[0].uncertainty.vertical_m == 15.0 == Heights().egm2008_m
    assert "geoid-other" in codes(found)
    assert one_318(feature(), metadata={"otherGeoid": "EGM-96"}).volumes[0].uncertainty.vertical_m == 0.0


def test_heights_above_egm2008_have_that_datum() -> None:
    found = one_318(feature(), metadata={"otherGeoid": "EGM 2008"})
    assert found.volumes[0].band == Band(0.0, 121.92, Datum.AGL, Datum.EGM2008)
    assert found.volumes[0].uncertainty.vertical_m == 0.0
    assert "geoid-other" not in codes(found)


def test_the_validity_of_the_data_set_is_how_long_it_is_vouched_for() -> None:
    """R8."""
    found = one_318(feature(), metadata={"validTo": "2025-01-01T00:00:00Z"})
    assert str(found.valid_until) == "2025-01-01T00:00:00Z"
    assert found.volumes[0].window == Window(None, None)


def test_events_of_the_day_keep_the_whole_day() -> None:
    periods = [
        {
            "startDateTime": WEEK[0],
            "endDateTime": WEEK[1],
            "schedule": [{"day": ["WED"], "startEvent": "BMCT", "endEvent": "EECT"}],
        }
    ]
    found = one_318(feature(limitedApplicability=periods))
    assert "schedule-daylight-event" in codes(found)
    assert windows(found) == ["2024-01-02T10:00:00Z / 2024-01-04T12:00:00Z"]


def test_ed_318_no_restriction_is_reported_and_never_a_zone() -> None:
    reading = read_318(feature(type="NO_RESTRICTION"))
    assert reading.declarations == ()
    assert [omission.harmless for omission in reading.omissions] == [True]


def test_a_u_space_airspace_is_a_restricted_zone() -> None:
    assert one_318(feature(type="USPACE")).zone is Zone.RESTRICTED_AIRSPACE


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [7.4, 46.9]},
        {"type": "LineString", "coordinates": [[7.4, 46.9], [7.5, 46.9]]},
        {"type": "Point", "coordinates": [7.4, 46.9], "extent": {"subType": "Ellipse", "radius": 3}},
        {"type": "Point", "coordinates": [7.4, 46.9], "extent": {"subType": "Circle", "radius": 3, "uom": "NM"}},
        {"type": "Polygon", "coordinates": [BERN], "extent": {"subType": "Circle", "radius": 3000}},
        {"type": "Polygon", "coordinates": [[[7.4]]]},
        {"type": "GeometryCollection", "geometries": [3]},
    ],
)
def test_geometries_that_enclose_no_airspace_are_problems(geometry: dict[str, Any]) -> None:
    item = feature() | {"geometry": geometry}
    reading = read_318(item, feature(identifier="B"))
    assert len(reading.problems) == len(reading.declarations) == 1


def test_a_null_geometry_is_a_problem() -> None:
    (problem,) = read_318(feature() | {"geometry": None}).problems
    assert problem.code == "place-missing"


def test_a_missing_layer_is_flagged_and_tested_at_every_height() -> None:
    item = feature() | {"geometry": {"type": "Polygon", "coordinates": [BERN]}}
    found = one_318(item)
    assert found.volumes[0].band is None
    assert "zone-layer-missing" in codes(found)
    assert "zone-layer-missing" in codes(one_318(_with_geometry(layer={})))


def test_two_names_in_one_language_are_both_kept() -> None:
    names = [{"text": "A", "lang": "en"}, {"text": "B", "lang": "en"}]
    assert one_318(feature(name=names)).details["name (en)"] == "A; B"
