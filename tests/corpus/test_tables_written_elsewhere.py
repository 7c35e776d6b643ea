"""Tables as other programs and other offices write them, with what they declare worked out by hand (R6).

`as_*` have the columns, quotes and formats of KoboToolbox and QGIS exports; `field_office.xlsx` was
written by openpyxl (make_field_office.py); `ocha_sites`, `two_header_rows`, `arabic_sites` and
`zones_of_a_country` have the columns of humanitarian lists, with made-up rows; the others are in the encodings that
Excel writes.
"""

from __future__ import annotations

from pathlib import Path

from thalweg.drafts import Context
from thalweg.formats.table import read
from thalweg.model.declarations import Declaration, Kind, Zone
from thalweg.model.measures import Band, Datum
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, Corridor, Point, Polygon, Position, Route
from thalweg.model.theatre import Theatre

FOLDER = Path(__file__).parent / "tables"
CLINIC = Point(Position(40.1408412, 35.3358811))


def reading(name: str, *, kind: Kind | None = None, zone: str = "") -> Reading:
    return read((FOLDER / name).read_bytes(), name, Context(Theatre("plain", (), time_zone=zone), default_kind=kind))


def codes(declaration: Declaration) -> list[str]:
    return [flag.code for flag in declaration.flags]


def test_a_kobo_export_of_facilities_is_a_list_of_sites() -> None:
    found = reading("as_kobo_exports.csv")
    assert found.problems == ()
    clinic, school = found.declarations
    assert (clinic.kind, clinic.party, clinic.title) == (Kind.STATIC_SITE, "Example Relief", "Clinic, north wing")
    assert clinic.volumes[0].shape == CLINIC
    assert clinic.volumes[0].uncertainty.horizontal_m == 4.9
    assert (clinic.source.path, school.source.path) == ("row 2", "row 3")
    assert school.title == 'School "Al-Amal"'
    # When the form was filled in is no validity of the clinic.
    assert clinic.valid_until is None
    assert clinic.details["start"] == "2017-09-01T09:12:44.102+03:00"
    assert codes(clinic) == ["kind-assumed", "time-zone-bounded"]


def test_a_qgis_export_has_well_known_text() -> None:
    area, road, clinic, two = reading("as_qgis_exports.csv").declarations
    shape = area.volumes[0].shape
    assert isinstance(shape, Polygon)
    assert {
        Position(40.1104412, 35.3858811),
        Position(40.2104412, 35.3858811),
        Position(40.2104412, 35.4858811),
    } <= set(shape.outer)
    corridor = road.volumes[0].shape
    assert isinstance(corridor, Corridor)
    assert (corridor.path[0], corridor.path[-1]) == (CLINIC.at, Position(40.2408412, 35.3358811))
    assert corridor.half_width_m == 200.0
    assert str(road.volumes[0].window) == "2017-09-16T05:00:00Z / 2017-09-16T07:00:00Z"
    assert clinic.volumes[0].shape == CLINIC
    assert [volume.shape for volume in two.volumes] == [Point(Position(40.1, 35.3)), Point(Position(40.2, 35.4))]


def test_an_arabic_list_in_a_windows_encoding_is_read_and_says_so() -> None:
    hospital, school = reading("arabic_windows_1256.csv").declarations
    assert (hospital.declaration_id, hospital.party, hospital.title) == ("م-1", "الإغاثة", "المستشفى الوطني")
    assert hospital.volumes[0].shape == Point(Position(40 + 8 / 60 + 27 / 3600, 35 + 20 / 60 + 9 / 3600))
    assert hospital.entered["coordinates"] == "35°20'09\" شمال | 40°08'27\" شرق"
    assert str(hospital.valid_until) == "2017-12-30T21:00:00Z"
    assert codes(hospital) == ["encoding-assumed"]
    assert school.volumes[0].shape == Point(Position(40.1502, 35.3411))


def test_a_russian_list_whose_separator_stands_in_its_coordinates_loses_only_those_rows() -> None:
    """A semicolon inside unquoted coordinates moves the cells: that must be a problem, not another place."""
    found = reading("russian_windows_1251.csv")
    (area,) = found.declarations
    assert (area.kind, area.party, area.title) == (Kind.OPERATION, "Россия", "Район полётов")
    assert area.volumes[0].shape == Point(Position(40.1, 35.3))
    assert area.volumes[0].band == Band(300.0, 3300.0, Datum.AGL, Datum.EGM96)
    assert str(area.volumes[0].window) == "2017-09-16T03:00:00Z / 2017-09-16T15:00:00Z"
    assert [(p.code, p.source.path) for p in found.problems] == [
        ("shape-unknown", "row 3"),
        ("coordinate-not-understood", "row 4"),
    ]
    assert found.seen == 3


def test_what_excel_calls_unicode_text_is_utf_16_with_tabs() -> None:
    (problem,) = reading("excel_unicode_text.txt").problems
    assert (problem.code, problem.source.path) == ("kind-missing", "row 2")
    (clinic,) = reading("excel_unicode_text.txt", kind=Kind.STATIC_SITE).declarations
    assert clinic.title == "Clinique de l’Été"
    assert clinic.volumes[0].shape == CLINIC


def test_a_field_offices_workbook_is_read_sheet_by_sheet() -> None:
    found = reading("field_office.xlsx")
    by_id = {made.declaration_id: made for made in found.declarations}
    assert set(by_id) == {"S-1", "S-2", "S-5", "M-1"}
    # The organisation's cell is merged over four rows.
    assert (by_id["S-1"].party, by_id["S-2"].party, by_id["S-5"].party) == (
        "Example Relief",
        "Example Relief",
        "Other Relief",
    )
    assert by_id["S-1"].volumes[0].shape == CLINIC
    assert by_id["S-1"].source.path == "Sites, row 4"
    # 31 December without a zone: until that day has ended everywhere on Earth.
    assert str(by_id["S-1"].valid_until) == "2018-01-01T12:00:00Z"
    assert by_id["S-2"].volumes[0].uncertainty.horizontal_m == 100.0
    assert [(p.code, p.source.path) for p in found.problems] == [
        ("formula-without-value", "Sites, row 6"),
        ("cell-error", "Sites, row 7"),
    ]
    assert [(o.source.path, o.harmless) for o in found.omissions] == [
        ("Petty cash, row 1 to 2", False),
        ("Sites, row 1", True),
    ]


def test_way_points_in_rows_of_their_own_make_one_route_with_its_stop() -> None:
    made = next(d for d in reading("field_office.xlsx").declarations if d.kind is Kind.MOVEMENT)
    assert made.source.path == "Movements, rows 2 to 4"
    route = made.volumes[0].shape
    assert isinstance(route, Route)
    mayadin = Position(40.4500456, 35.0200123)
    # Day 42994.625 of the spreadsheet is 16 September 2017, 15:00.
    assert [(str(w.time), w.at) for w in route.waypoints] == [
        ("2017-09-16T05:00:00Z", CLINIC.at),
        ("2017-09-16T07:00:00Z", mayadin),
        ("2017-09-16T09:30:00Z", mayadin),
        ("2017-09-16T12:00:00Z", Position(40 + 8.45 / 60, 35 + 20.153 / 60)),
    ]
    assert made.details == {"Armed escort": "no"}
    assert codes(made) == ["time-serial", "axis-order-assumed"]


def test_the_zone_of_a_quiet_window_is_known_in_russian() -> None:
    data = "вид;сторона;координаты;радиус\nокно тишины;Водоканал;35,3360 40,1410;1,5 км\n".encode()
    (made,) = read(data, "list.csv", Context(Theatre("plain", ()))).declarations
    assert made.zone is Zone.QUIET_WINDOW


def test_a_list_of_sites_with_degrees_beside_mgrs_and_hashtags_is_read() -> None:
    found = reading("ocha_sites.csv")
    hospital, water = found.declarations
    assert (hospital.kind, hospital.party, hospital.title) == (Kind.STATIC_SITE, "Example Relief", "Hospital")
    assert hospital.volumes[0].shape == Point(Position(40.14119, 35.33989))
    assert hospital.details["MGRS"] == "37S FV 03705 11334"
    assert codes(hospital) == ["kind-assumed"]
    shape = water.volumes[0].shape
    assert isinstance(shape, Point)
    assert (round(shape.at.lat, 3), round(shape.at.lon, 3)) == (35.34, 40.141)
    (school,) = found.problems
    assert (school.code, school.source.path) == ("field-twice", "row 7")
    assert "10.0 km apart" in school.sentence
    assert all(omission.harmless for omission in found.omissions)


def test_a_header_in_two_rows_has_the_parts_of_its_angles_in_the_lower() -> None:
    found = reading("two_header_rows.csv")
    assert found.problems == ()
    warehouse, depot = found.declarations
    circle = warehouse.volumes[0].shape
    assert isinstance(circle, Circle)
    assert circle == Circle(Position(32 + 32 / 60 + 24.4 / 3600, 15 + 34 / 60 + 52.4 / 3600), 500.0)
    assert depot.volumes[0].shape == Point(Position(31.6, -4.85))


def test_an_arabic_list_of_facilities_with_semicolons_and_decimal_commas_is_one_of_sites() -> None:
    found = reading("arabic_sites.csv")
    assert found.problems == ()
    assert [made.kind for made in found.declarations] == [Kind.STATIC_SITE] * 2
    assert [made.volumes[0].shape for made in found.declarations] == [Point(Position(40.14119, 35.33989))] * 2
    assert all(omission.harmless for omission in found.omissions)


def test_a_part_of_a_country_is_no_restricted_zone_and_metres_beside_degrees_are_kept() -> None:
    found = reading("zones_of_a_country.csv")
    assert found.problems == ()
    (hospital,) = found.declarations
    assert hospital.volumes[0].shape == Point(Position(37.72544, 10.33801))
    assert (hospital.details["Zone"], hospital.details["Easting"]) == ("East Gojam", "360471")
    assert sorted(codes(hospital)) == [
        "coordinates-unread",
        "height-unread",
        "height-unread",
        "kind-assumed",
        "zone-unread",
    ]
