"""Rows that say more than once where they are: one place at its finest, or a problem that names both."""

from __future__ import annotations

import pytest

from thalweg.drafts import Context
from thalweg.formats.table import read
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, Point, Polygon
from thalweg.model.theatre import Theatre

# 37S FV 03705 11334, and UTM 37 north 603705 3911334.
LAT, LON = "35.33989", "40.14119"


def table(header: str, *rows: str) -> Reading:
    text = "\n".join((f"id,kind,party,{header}", *(f"s{at},site,p,{row}" for at, row in enumerate(rows, start=1)), ""))
    return read(text.encode(), "list.csv", Context(Theatre("plain", ())))


def only(found: Reading) -> Declaration:
    assert found.problems == ()
    (made,) = found.declarations
    return made


def at(made: Declaration) -> tuple[float, float]:
    shape = made.volumes[0].shape
    assert isinstance(shape, Point)
    return round(shape.at.lat, 4), round(shape.at.lon, 4)


def codes(made: Declaration) -> list[str]:
    return [flag.code for flag in made.flags]


HERE = (35.3399, 40.1412)


@pytest.mark.parametrize("names", ["X,Y", "POINT_X,POINT_Y", "Easting,Northing", "utm_x,utm_y"])
def test_metres_of_an_unnamed_grid_beside_degrees_are_kept_and_not_read(names: str) -> None:
    """They were a second latitude, and the hospital was not declared."""
    made = only(table(f"{names},latitude,longitude", f"603705,3911334,{LAT},{LON}"))
    assert at(made) == HERE
    assert list(made.details.values()) == ["603705", "3911334"]
    (flag,) = [flag for flag in made.flags if flag.code == "coordinates-unread"]
    assert "603705" in flag.sentence
    assert "names no grid" in flag.sentence


@pytest.mark.parametrize(
    "zone", ["utm zone,37N", "zone,37N", "crs,EPSG:32637", "crs,WGS 84 / UTM zone 37N", "grid zone,37 north"]
)
def test_metres_of_a_named_grid_are_a_place(zone: str) -> None:
    name, cell = zone.split(",")
    assert at(only(table(f"X,Y,{name}", f"603705,3911334,{cell}"))) == HERE
    beside = only(table(f"X,Y,{name},lat,lon", f"603705,3911334,{cell},{LAT},{LON}"))
    assert at(beside) == HERE
    assert codes(beside) == []
    (problem,) = table(f"X,Y,{name},lat,lon", f"613705,3911334,{cell},{LAT},{LON}").problems
    assert problem.code == "field-twice"
    assert "10.0 km apart" in problem.sentence


@pytest.mark.parametrize(
    "cells", ['"603,705","3,911,334"', "603 705,3 911 334", '"603705,0","3911334,0"', "603705 m,3911334 m"]
)
def test_eastings_and_northings_may_have_thousands_and_decimals(cells: str) -> None:
    assert at(only(table("easting,northing,utm zone", f"{cells},37N"))) == HERE


def test_a_northing_of_which_a_comma_may_be_either_is_a_problem() -> None:
    """Eleven metres north of the equator, or eleven kilometres."""
    (problem,) = table("easting,northing,utm zone", '603705,"11,334",37N').problems
    assert problem.code == "number-ambiguous"


@pytest.mark.parametrize("zone", ["", "37", "EPSG:23037", "Pulkovo 1942 / Gauss-Kruger zone 7"])
def test_a_grid_is_not_guessed(zone: str) -> None:
    (problem,) = table("X,Y,utm zone", f"603705,3911334,{zone}").problems
    assert problem.code == "grid-unnamed"


@pytest.mark.parametrize("names", ["MGRS,GPS", "GPS,MGRS"])
@pytest.mark.parametrize(
    ("mgrs", "other"),
    [
        ("37S FV 03705 11334", f"{LAT} {LON}"),
        ("37S FV 037 113", f"{LAT} {LON}"),
        ("37S FV 03705 11334", "UTM 37N 603705 3911334"),
        ("37S FV 03705 11334", f"{LON} {LAT}"),
    ],
)
def test_two_notations_of_one_place_are_one_at_its_finest(names: str, mgrs: str, other: str) -> None:
    cells = f"{mgrs},{other}" if names.startswith("MGRS") else f"{other},{mgrs}"
    made = only(table(names, cells))
    assert at(made) == HERE
    assert "axis-order-assumed" not in codes(made)
    assert len(made.details) == 1
    assert ("place-rounder" in codes(made)) == (mgrs == "37S FV 037 113")


def test_three_notations_of_one_place_are_one() -> None:
    made = only(table("MGRS,GPS,lat,lon", f"37S FV 03705 11334,{LAT} {LON},{LAT},{LON}"))
    assert at(made) == HERE


@pytest.mark.parametrize("names", ["MGRS,GPS", "UTM,GPS"])
def test_two_places_are_a_problem_that_names_both_and_how_far_apart_they_are(names: str) -> None:
    cell = "37S FV 13705 11334" if names.startswith("M") else "37N 613705 3911334"
    (problem,) = table(names, f"{cell},{LAT} {LON}").problems
    assert problem.code == "field-twice"
    for word in (*names.split(","), cell, f"{LAT} {LON}", "10.0 km apart"):
        assert word in problem.sentence


def test_an_area_and_the_label_within_it_in_two_columns_of_coordinates_are_the_area() -> None:
    square = '"POLYGON((40 35, 40.2 35, 40.2 35.2, 40 35.2, 40 35))"'
    made = only(table("GPS,geom", f"35.1N 40.1E,{square}"))
    assert isinstance(made.volumes[0].shape, Polygon)
    assert made.details == {"GPS": "35.1N 40.1E"}
    assert [each.code for each in table("GPS,geom", f"36.1N 40.1E,{square}").problems] == ["field-twice"]
    other = square.replace("40.2", "40.3")
    assert [each.code for each in table("WKT,geom", f"{square},{other}").problems] == ["field-twice"]


def test_coordinates_of_which_one_column_cannot_be_read_are_those_of_the_other() -> None:
    made = only(table("MGRS,GPS,lat,lon", f"pending,{LAT} {LON},n/a,n/a"))
    assert at(made) == HERE
    assert codes(made).count("coordinates-unread") == 3
    assert made.details["MGRS"] == "pending"
    assert [each.code for each in table("MGRS,GPS", "pending,pending").problems] == ["coordinate-not-understood"]


@pytest.mark.parametrize("rough", ["40.14,35.34", "40.1,35.3", "40,35"])
def test_a_rough_position_beside_a_fine_one_of_the_same_place_is_told_of(rough: str) -> None:
    """It was a second place, and the hospital was not declared."""
    made = only(table("X,Y,lat,lon", f"{rough},{LAT},{LON}"))
    assert at(made) == HERE
    assert codes(made) == ["place-rounder"]
    assert list(made.details.values()) == rough.split(",")


def test_where_both_are_rough_what_is_taken_is_flagged_as_it_is_by_itself() -> None:
    made = only(table("X,Y,lat,lon", "40.1,35.3,35.34,40.14"))
    assert codes(made) == ["place-rounder", "precision-coarse"]


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("lat deg,lat min,lat sec,lon deg,lon min,lon sec", "35,20,23.6,40,8,28.3", HERE),
        ("Latitude_D,Latitude_M,Longitude_D,Longitude_M", "35.0,20.3934,40.0,8.4714", HERE),
        ("lat,lat min,lat sec,lon,lon min,lon sec", "35,20,23.6,40,8,28.3", HERE),
        ("lat deg,lat min,N/S,lon deg,lon min,E/W", "35,20.3934,S,40,8.4714,W", (-35.3399, -40.1412)),
        ("lat,N/S,lon,E/W", f"{LAT},S,{LON},E", (-35.3399, 40.1412)),
        ("lat deg,lon deg", f"{LAT},{LON}", HERE),
    ],
)
def test_degrees_minutes_seconds_and_letters_may_have_columns_of_their_own(
    header: str, row: str, expected: tuple[float, float]
) -> None:
    """A letter was a detail, and what lay south of the equator was declared north of it."""
    made = only(table(header, row))
    assert at(made) == expected


def test_minutes_beside_degrees_with_decimals_are_a_problem() -> None:
    assert [each.code for each in table("lat,lat min,lon,lon min", "35.5,20,40.5,8").problems] == [
        "coordinate-not-understood"
    ]


@pytest.mark.parametrize(
    ("radii", "radius_m"), [("0.5,500", 500.0), ("0.5,503", 503.0), ("0.5,480", 500.0), ("0.5,0.5 km", 500.0)]
)
def test_two_lengths_that_are_one_as_finely_as_they_are_written_are_the_longer(radii: str, radius_m: float) -> None:
    made = only(table("lat,lon,radius_km,radius_m", f"{LAT},{LON},{radii}"))
    shape = made.volumes[0].shape
    assert isinstance(shape, Circle)
    assert shape.radius_m == radius_m


@pytest.mark.parametrize("radii", ["0.5,300", "1,1 600", "0.50,480", "500,500"])
def test_two_lengths_that_differ_are_a_problem_that_names_both(radii: str) -> None:
    (problem,) = table("lat,lon,radius_km,radius_m", f"{LAT},{LON},{radii}").problems
    assert problem.code == "field-twice"
    assert "radius_km" in problem.sentence
    assert "radius_m" in problem.sentence


def test_the_height_of_the_ground_and_that_of_a_building_are_no_altitude() -> None:
    made = only(table("lat,lon,elevation,height", f"{LAT},{LON},210,12"))
    assert made.details == {"elevation": "210", "height": "12"}
    assert codes(made) == ["height-unread", "height-unread"]


def test_of_an_altitude_and_an_elevation_what_flies_is_at_the_altitude() -> None:
    flight = "operation,{},35.3,40.1,2017-09-16T06:00Z,2017-09-16T08:00Z"
    header = "kind,party,lat,lon,start,end,elevation,altitude,height\n".replace(",height", "")
    text = header + flight.format("p") + ",210,300 m AMSL\n"
    made = only(read(text.encode(), "list.csv", Context(Theatre("plain", ()))))
    band = made.volumes[0].band
    assert band is not None
    assert (band.lower_m, band.upper_m) == (300.0, 300.0)
    assert made.details == {"elevation": "210"}
    # Of an elevation and a height neither says where it flies: it is tested at all heights.
    text = text.replace("altitude", "height")
    made = only(read(text.encode(), "list.csv", Context(Theatre("plain", ()))))
    assert made.volumes[0].band is None
    assert codes(made).count("height-unread") == 2


def test_way_points_may_be_written_in_two_notations() -> None:
    text = (
        "movement id,organisation,waypoint,lat,lon,MGRS,time\n"
        f"M1,p,1,{LAT},{LON},37S FV 03705 11334,2017-09-16 08:00Z\n"
        "M1,p,2,35.43588,40.14084,{},2017-09-16 09:00Z\n"
    )
    made = only(read(text.format("n/a").encode(), "list.csv", Context(Theatre("plain", ()))))
    assert codes(made).count("coordinates-unread") == 1
    (problem,) = read(text.format("37S FV 03705 11334").encode(), "list.csv", Context(Theatre("plain", ()))).problems
    assert (problem.code, problem.source.path) == ("field-twice", "rows 2 to 3")
    assert "Row 3" in problem.sentence


def test_a_position_of_a_form_tool_by_itself_is_read_with_its_accuracy() -> None:
    made = only(table("GPS", f"{LAT} {LON} 208.0 4.9"))
    assert at(made) == HERE
    assert made.volumes[0].uncertainty.horizontal_m == 4.9


@pytest.mark.parametrize(
    "names",
    [
        "Latitude (decimal degrees),Longitude (decimal degrees)",
        "GPS Latitude (N),GPS Longitude (E)",
        "Y (lat),X (long)",
    ],
)
def test_what_stands_in_brackets_behind_a_name_may_say_what_is_taken_anyway(names: str) -> None:
    assert at(only(table(names, f"{LAT},{LON}"))) == HERE
    assert [each.code for each in table("Latitude (S),Longitude (W)", f"{LAT},{LON}").problems] == ["place-missing"]


@pytest.mark.parametrize("name", ["Radius, m", "radius [m]", "Радиус, м"])
def test_a_unit_behind_a_comma_or_in_brackets_is_one(name: str) -> None:
    """It was a detail, and the site a point."""
    made = only(table(f'lat,lon,"{name}"', f"{LAT},{LON},200"))
    shape = made.volumes[0].shape
    assert isinstance(shape, Circle)
    assert shape.radius_m == 200.0


def test_a_list_that_names_facilities_is_one_of_sites_unless_it_says_when_or_whither() -> None:
    row = f"WHO,Hospital,{LAT},{LON}"
    context = Context(Theatre("plain", ()))
    (made,) = read(f"organisation,facility name,lat,lon\n{row}\n".encode(), "list.csv", context).declarations
    assert (made.kind, codes(made)) == (Kind.STATIC_SITE, ["kind-assumed"])
    timed = f"organisation,facility name,lat,lon,start\n{row},2017-09-16T06:00Z\n"
    assert [each.code for each in read(timed.encode(), "list.csv", context).problems] == ["kind-missing"]


def test_a_row_of_data_is_no_second_row_of_a_header() -> None:
    made = only(table("Position,name", '"35.33989N 40.14119E",Position'))
    assert (at(made), made.title) == (HERE, "Position")


def test_way_points_that_all_say_their_place_twice_are_asked_about_once_and_can_be_declared() -> None:
    """An entry of the record holds five hundred details."""
    text = "movement id,organisation,waypoint,lat,lon,X,Y,zone,time\n" + "".join(
        f"M1,p,{point},{35 + point / 1000:.4f},40.1234,6037{point:03d},3911334,Central,2017-09-16 {point // 60:02d}:"
        f"{point % 60:02d}Z\n"
        for point in range(600)
    )
    made = only(read(text.encode(), "list.csv", Context(Theatre("plain", ()))))
    (flag,) = [flag for flag in made.flags if flag.code == "coordinates-unread"]
    assert flag.sentence.endswith("So in 599 more of its way-points.")
    assert len(made.details) < 10
    assert sum(map(len, made.details.values())) < 5_000


def test_well_known_text_that_cannot_be_read_is_kept_only_if_the_record_can_hold_it() -> None:
    broken = f'"POLYGON(({", ".join(["40 35"] * 4_000)})"'
    made = only(table("wkt,lat,lon", f"{broken},{LAT},{LON}"))
    assert codes(made) == ["coordinates-unread"]
    assert made.details == {}
