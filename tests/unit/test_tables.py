"""Tables: what the reader makes of the shapes that rows come in, and of what is broken in them."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
import xlsxwriter

from thalweg.drafts import Context
from thalweg.drafts.names import field_named
from thalweg.formats.table import read
from thalweg.formats.template import SHEETS, template_csv, template_xlsx
from thalweg.model.declarations import Kind
from thalweg.model.reading import Reading
from thalweg.model.shapes import Corridor, Path, Point, Polygon, Position, Route
from thalweg.model.theatre import Theatre


def csv(text: str, *, zone: str = "UTC") -> Reading:
    return read(text.encode(), "list.csv", Context(Theatre("plain", (), time_zone=zone)))


def problems(reading: Reading) -> list[tuple[str, str]]:
    return [(problem.code, problem.source.path) for problem in reading.problems]


def test_the_template_itself_declares_nothing_and_has_no_problem() -> None:
    for name, data in (("a.csv", template_csv()), ("a.xlsx", template_xlsx())):
        found = read(data, name, Context(Theatre("plain", ())))
        assert (found.declarations, found.problems, found.seen) == ((), (), 0)
        assert all(omission.harmless for omission in found.omissions)


def test_the_template_is_the_same_bytes_every_time() -> None:
    assert template_xlsx() == template_xlsx()
    assert template_csv() == template_csv()


def test_the_templates_examples_are_good_examples() -> None:
    """R6: with other ids they read without a problem, one declaration of each kind that they show."""
    text = template_csv().decode("utf-8-sig").replace("EXAMPLE-", "REAL-")
    found = read(text.encode(), "a.csv", Context(Theatre("plain", ())))
    assert found.problems == ()
    assert [(made.kind, made.declaration_id) for made in found.declarations] == [
        (Kind.STATIC_SITE, "REAL-S1"),
        (Kind.MOVEMENT, "REAL-M1"),
        (Kind.OPERATION, "REAL-O1"),
        (Kind.RESTRICTED_ZONE, "REAL-Z1"),
    ]
    movement = found.declarations[1]
    assert isinstance(movement.volumes[0].shape, Route)
    assert movement.details["armed escort"] == "no"
    assert movement.details["after delivery"] == "returns by the same road"


def test_the_form_asks_for_what_notifications_were_found_to_lack() -> None:
    """R6, REQUIREMENTS 5.3: armed escort, what follows after delivery, contact en route."""
    names = {column.name for sheet in SHEETS for column in sheet.columns}
    assert {"armed escort", "after delivery", "contact en route", "consent", "verification", "emergency"} <= names


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    text = 'kind,party,name,lat,lon\n\nsite,p,"two\nlines",35.33588,40.14084\nsite,p,bad,95,40.14084\n'
    found = csv(text)
    assert found.declarations[0].source.path == "row 3"
    assert problems(found) == [("coordinate-range", "row 4")]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_separator_is_found(separator: str) -> None:
    rows = [["kind", "party", "lat", "lon"], ["site", "p", "35.33588", "40.14084"]]
    text = "\n".join(separator.join(row) for row in rows)
    assert len(csv(text).declarations) == 1


def test_a_separator_that_the_file_names_is_used() -> None:
    found = csv("sep=;\r\nkind;party;lat;lon\r\nsite;p;35,33588;40,14084\r\n")
    assert [made.source.path for made in found.declarations] == ["row 3"]


def test_a_cell_beyond_the_header_is_a_problem_because_cells_may_have_moved() -> None:
    found = csv("kind,party,name,lat,lon\nsite,p,Clinic, north,35.33588,40.14084\n")
    assert problems(found) == [("row-longer", "row 2")]
    assert found.declarations == ()


def test_a_quote_that_never_closes_is_reported_with_its_row() -> None:
    found = csv('kind,party,lat,lon\nsite,p,35.33588,40.14084\nsite,"p,35.3,40.1\nsite,p,35.3,40.1\n')
    assert len(found.declarations) == 1
    assert problems(found) == [("csv-broken", "row 3")]


def test_sections_of_one_file_have_their_own_headers() -> None:
    found = csv(
        "Sites\nid,organisation,lat,lon\nS1,p,35.33588,40.14084\n\n"
        "Movements\nmovement id,organisation,waypoint,lat,lon,time\n"
        "M1,p,2,35.43588,40.14084,2017-09-16 09:00\nM1,,1,35.33588,40.14084,2017-09-16 08:00\n"
    )
    site, movement = found.declarations
    assert (site.kind, movement.kind) == (Kind.STATIC_SITE, Kind.MOVEMENT)
    route = movement.volumes[0].shape
    assert isinstance(route, Route)
    assert [str(w.time) for w in route.waypoints] == ["2017-09-16T08:00:00Z", "2017-09-16T09:00:00Z"]


def test_a_route_may_stand_in_one_cell() -> None:
    found = csv(
        "kind,party,route\nmovement,p,"
        "35.33588 40.14084 @ 2017-09-16T08:00Z; 35.43588 40.14084; 35.53588 40.14084 @ 2017-09-16T10:00Z\n"
    )
    (made,) = found.declarations
    route = made.volumes[0].shape
    assert isinstance(route, Route)
    assert len(route.waypoints) == 3
    assert "waypoint-time-computed" in {flag.code for flag in made.flags}


def test_origin_and_destination_with_times_are_a_route() -> None:
    found = csv(
        "kind,party,from,to,start,end\n"
        "movement,p,35.33588 40.14084,35.43588 40.14084,2017-09-16 08:00,2017-09-16 09:00\n"
    )
    assert isinstance(found.declarations[0].volumes[0].shape, Route)


def test_dates_and_hours_in_columns_of_their_own_are_joined() -> None:
    found = csv("kind,party,lat,lon,date,start time,end time\noperation,p,35.33588,40.14084,2017-09-16,06:00,18:30\n")
    (made,) = found.declarations
    assert str(made.volumes[0].window) == "2017-09-16T06:00:00Z / 2017-09-16T18:30:00Z"


@pytest.mark.parametrize(
    ("shape", "extra", "kind"),
    [
        ("area", "", Polygon),
        ("", "", Polygon),
        ("line", "", Path),
        ("corridor", "500", Corridor),
        ("line", "2 km", Corridor),
    ],
)
def test_several_positions_are_the_shape_that_the_row_says(shape: str, extra: str, kind: type) -> None:
    found = csv(
        "kind,party,shape,coordinates,half width,start,end\n"
        f'operation,p,{shape},"35.3012 40.1034; 35.3012 40.2034; 35.4012 40.2034",{extra},'
        "2017-09-16 06:00,2017-09-16 07:00\n"
    )
    assert isinstance(found.declarations[0].volumes[0].shape, kind)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ('operation,p,,"35.30 40.10; 35.30 40.20",', "shape-missing"),
        ('operation,p,blob,"35.30 40.10; 35.30 40.20; 35.4 40.2",', "shape-unknown"),
        ('operation,p,point,"35.30 40.10; 35.30 40.20; 35.4 40.2",', "shape-unknown"),
        ("operation,p,,POLYGON((1 2),", "wkt-unreadable"),
        ("operation,p,,SRID=3857;POINT(1 2),", "wkt-unsupported"),
        ("operation,p,,35.30,", "coordinate-not-understood"),
        ("operation,p,,,", "place-missing"),
    ],
)
def test_a_place_that_cannot_be_understood_is_a_problem_of_its_row(row: str, code: str) -> None:
    found = csv(f"kind,party,shape,coordinates,note\n{row}\n")
    assert problems(found) == [(code, "row 2")]


def test_rows_of_one_movement_that_disagree_are_a_problem_of_them_all() -> None:
    found = csv(
        "movement id,organisation,waypoint,lat,lon,time,emergency\n"
        "M1,p,1,35.33588,40.14084,2017-09-16 08:00,yes\nM1,q,2,35.43588,40.14084,2017-09-16 09:00,yes\n"
    )
    assert problems(found) == [("rows-differ", "rows 2 to 3")]


def test_the_widest_uncertainty_and_buffer_of_a_movements_rows_hold() -> None:
    found = csv(
        "movement id,organisation,waypoint,lat,lon,time,uncertainty_m,buffer_m\n"
        "M1,p,1,35.33588,40.14084,2017-09-16 08:00,50,0.2 km\nM1,p,2,35.43588,40.14084,2017-09-16 09:00,0.5 km,100\n"
    )
    (made,) = found.declarations
    route = made.volumes[0].shape
    assert isinstance(route, Route)
    assert (made.volumes[0].uncertainty.horizontal_m, route.radius_m) == (500.0, 200.0)


def test_a_file_of_anything_else_is_a_problem_and_never_nothing() -> None:
    for data in (b"", b"\x00\x01\x02\x03" * 50, b"hello", b"PK\x03\x04broken", b"a,b\n1,2\n", b"\xff\xfe\x00"):
        found = read(data, "x.csv", Context(Theatre("plain", ())))
        assert found.problems or any(not omission.harmless for omission in found.omissions)
        assert found.declarations == ()


def test_date_cells_of_a_workbook_are_local_times() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet("list")
    date = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    page.write_row(0, 0, ["kind", "party", "latitude", "longitude", "start", "end"])
    page.write_row(1, 0, ["operation", "p", 35.33588, 40.14084])
    page.write_datetime(1, 4, datetime.fromisoformat("2017-09-16T06:00"), date)
    page.write_datetime(1, 5, datetime.fromisoformat("2017-09-16T18:00"), date)
    page.write_row(2, 0, ["operation", "p", 35.33588, 40.14084, 42994.25, 42994.75])
    book.close()
    context = Context(Theatre("plain", (), time_zone="Asia/Damascus"))
    first, second = read(target.getvalue(), "b.xlsx", context).declarations
    assert str(first.volumes[0].window) == "2017-09-16T03:00:00Z / 2017-09-16T15:00:00Z"
    assert second.volumes[0].window == first.volumes[0].window
    assert {flag.code for flag in first.flags} == {"time-zone-assumed"}
    assert {flag.code for flag in second.flags} == {"time-zone-assumed", "time-serial"}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Organisation", ("party", "")),
        ("المنظمة", ("party", "")),
        ("Début", ("start", "")),
        ("Дата начала", ("start", "")),
        ("RADIUS_KM", ("radius_m", "km")),
        ("lower (ft)", ("lower", "ft")),
        ("Радиус", ("radius_m", "")),
        ("valid-until", ("valid_until", "")),
        ("colour", None),
        ("buffer_m", ("buffer_m", "")),
    ],
)
def test_columns_have_aliases_in_four_languages_and_units(name: str, field: tuple[str, str] | None) -> None:
    assert field_named(name) == field


FRENCH = """Sites statiques
Référence;Organisme;Nom du site;Latitude;Longitude;Rayon;Valable jusqu'au;Fuseau horaire
S1;ONG;Hôpital;35,3358811;40,1408412;80 m;31/12/2017;+03:00

Mouvements
Référence;Organisme;Mode de transport;Étape;Coordonnées GPS;Heure;Fuseau horaire;Tampon
M1;ONG;terrestre;1;35.3358811 N 40.1408412 E;16/09/2017 08h00;+03:00;150
M1;;;2;35.0200123 N 40.4500456 E;16/09/2017 10h30;+03:00;
"""


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-le", "utf-8-sig"])
def test_a_french_notification_is_read_in_the_encodings_that_offices_use(encoding: str) -> None:
    found = read(FRENCH.encode(encoding), "list.csv", Context(Theatre("plain", ())))
    assert found.problems == ()
    site, movement = found.declarations
    assert (site.declaration_id, site.party, site.title) == ("S1", "ONG", "Hôpital")
    assert str(site.valid_until) == "2017-12-31T21:00:00Z"
    route = movement.volumes[0].shape
    assert isinstance(route, Route)
    assert [str(w.time) for w in route.waypoints] == ["2017-09-16T05:00:00Z", "2017-09-16T07:30:00Z"]
    assert route.radius_m == 150.0
    assumed = encoding in ("cp1252", "utf-16-le")
    assert ("encoding-assumed" in {flag.code for flag in site.flags}) == assumed


@pytest.mark.parametrize(
    ("encoding", "title"), [("cp1251", "Больница № 2"), ("cp1256", "مستشفى الأطفال"), ("cp1252", "Hôpital été")]
)
def test_letters_tell_the_encoding_even_below_an_english_header(encoding: str, title: str) -> None:
    text = f"kind,party,name,lat,lon\nsite,p,{title},35.33588,40.14084\n"
    (made,) = read(text.encode(encoding), "list.csv", Context(Theatre("plain", ()))).declarations
    assert made.title == title


def test_a_way_point_with_a_time_and_another_arrival_is_a_problem() -> None:
    """The time was passed over."""
    header = "movement id,organisation,waypoint,lat,lon,time,arrival,departure\n"
    first = "M1,relief,1,35.33012,40.14012,2017-09-16T06:00Z,,\n"
    last = "M1,relief,3,35.43012,40.24012,2017-09-16T09:00Z,,\n"
    stop = "M1,relief,2,35.43012,40.14012,{},2017-09-16T07:30Z,2017-09-16T08:00Z\n"
    assert problems(csv(header + first + stop.format("2017-09-16T07:00Z") + last)) == [("field-twice", "rows 2 to 4")]
    (made,) = csv(header + first + stop.format("2017-09-16T07:30Z") + last).declarations
    route = made.volumes[0].shape
    assert isinstance(route, Route)
    assert len(route.waypoints) == 4


def test_times_of_way_points_that_a_single_row_has_are_kept() -> None:
    (made,) = csv(
        "organisation,kind,lat,lon,start,end,time\n"
        "relief,operation,35.33012,40.14012,2017-09-16T06:00Z,2017-09-16T09:00Z,2017-09-16T07:00Z\n"
    ).declarations
    assert made.details["time"] == "2017-09-16T07:00Z"


def test_an_aircraft_at_one_altitude_reaches_as_far_as_its_half_height() -> None:
    (made,) = csv(
        "organisation,kind,lat,lon,start,end,altitude,half height\n"
        "air,operation,35.33012,40.14012,2017-09-16T06:00Z,2017-09-16T09:00Z,100 m AMSL,50 m\n"
    ).declarations
    band = made.volumes[0].band
    assert band is not None
    assert (band.lower_m, band.upper_m) == (50.0, 150.0)


def test_a_formula_that_says_where_or_when_is_told_of() -> None:
    """What stands as its value may be a 0 that nobody computed, or what another workbook had in it once."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet("Sites")
    for column, name in enumerate(("id", "kind", "title", "party", "latitude", "longitude", "radius")):
        sheet.write(1, column + 1, name)  # the first row and column are empty: cells are counted from A1 all the same
    for row, latitude in enumerate(("=1+1", "=[1]Sheet1!A1", None), start=2):
        for column, value in enumerate((f"s{row}", "static_site", "", "alpha", 35.3, 40.1, "200 m")):
            sheet.write(row, column + 1, value)
        sheet.write_formula(row, 3, '="Clinic"', value="Clinic")
        if latitude:
            sheet.write_formula(row, 5, latitude, value=35.5)
    book.close()
    found = read(made.getvalue(), "list.xlsx", Context(Theatre("plain", (), time_zone="UTC")))
    assert found.problems == ()
    told = [[each for each in one.flags if each.code == "formula-value"] for one in found.declarations]
    assert [[each.where for each in flags] for flags in told] == [["latitude"], ["latitude"], []]
    (first,), (second,), _ = told
    assert "“35.5”" in first.sentence
    assert "row 3" in first.sentence
    assert "another workbook" not in first.sentence
    assert "another workbook" in second.sentence


TABLE = "id,kind,party,title,latitude,longitude,radius,start,end\n"
ROW = "{},operation,alpha,Bridge,35.33588,40.14084,200 m,2017-09-16 06:00,2017-09-16 09:00\n"


def harmful(reading: Reading) -> list[str]:
    return [omission.what for omission in reading.omissions if not omission.harmless]


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("bufer_m", "buffer m"), ("Start (UTC)", "start"), ("strat", "start"), ("ende", "end"), ("planned end", "end"),
        ("buffer metres", "buffer"), ("end of operation", "end"), ("lattitude", "latitude"), ("радус", "радиус"),
        ("departure (local)", "departure"),
    ],
)  # fmt: skip
def test_a_column_that_looks_like_a_known_one_makes_the_result_incomplete(name: str, like: str) -> None:
    """What stands below it was not tested: it may have been a time, or a size."""
    found = csv(TABLE.strip() + f",{name},weather\n" + ROW.format("s1").strip() + ",5 km,fair\n")
    assert harmful(found) == [f"the column “{name}”"]
    (told,) = [omission for omission in found.omissions if not omission.harmless]
    assert f"“{like}”" in told.why
    assert [each.what for each in found.omissions if each.harmless] == ["columns “weather”"]
    assert found.declarations[0].details[name] == "5 km"


@pytest.mark.parametrize(
    "name",
    [
        "name_local",
        "alt_names",
        "Shape_Area",
        "ele",
        "level",
        "adm3_pcode",
        "status_note",
        "Model",
        "Tower",
        "Radios",
        "Weight",
    ],
)
def test_a_column_that_others_have_for_something_else_is_only_named(name: str) -> None:
    found = csv(TABLE.strip() + f",{name}\n" + ROW.format("s1").strip() + ",7\n")
    assert [(each.what, each.harmless) for each in found.omissions] == [(f"columns “{name}”", True)]
    assert "name-near" not in {flag.code for flag in found.declarations[0].flags}


def test_a_row_says_which_of_its_columns_looks_like_a_known_one() -> None:
    """The rows of a file are reviewed one by one."""
    found = csv(TABLE.strip() + ",bufer_m\n" + ROW.format("s1").strip() + ",5 km\n" + ROW.format("s2").strip() + ",\n")
    assert [[flag.where for flag in made.flags if flag.code == "name-near"] for made in found.declarations] == [
        ["bufer_m"],
        [],
    ]


def test_the_columns_of_the_template_are_all_known_or_expected() -> None:
    for sheet in SHEETS:
        header = ",".join(column.name for column in sheet.columns)
        found = csv(f"{sheet.name}\n{header}\nx" + "," * (len(sheet.columns) - 1) + "\n")
        assert [omission.what for omission in found.omissions] == []


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        ("start,start date", "2017-09-16 06:00,2017-09-01"),
        ("start date,start_date", "2017-09-16,2017-09-01"),
        ("date,Date", "2017-09-16,2017-09-01"),
        ("arrival,arrives", "2017-09-16 06:00,2017-09-16 07:00"),
    ],
)
def test_two_columns_of_one_meaning_that_differ_are_a_problem(names: str, cells: str) -> None:
    """The second was passed over."""
    found = csv(f"id,kind,party,latitude,longitude,{names}\ns1,operation,alpha,35.33588,40.14084,{cells}\n")
    assert problems(found) == [("field-twice", "row 2")]


@pytest.mark.parametrize(
    "cells", ["40.140841234,35.335881234,35.3359,40.1408", "40.1408,35.3358,35.335881234,40.140841234"]
)
def test_one_place_in_columns_of_two_precisions_is_read_at_the_finer(cells: str) -> None:
    """As programs for maps export it."""
    (made,) = csv(f"id,kind,party,X,Y,latitude,longitude\ns1,site,alpha,{cells}\n").declarations
    assert made.volumes[0].shape == Point(Position(40.140841234, 35.335881234))


def test_two_places_in_columns_of_two_precisions_are_a_problem() -> None:
    for cells in ("40.1408,35.335881234,35.3379,40.1408", "40.1408,35.335,35.336,40.1408"):
        found = csv(f"id,kind,party,X,Y,latitude,longitude\ns1,site,alpha,{cells}\n")
        assert problems(found) == [("field-twice", "row 2")]


def test_a_header_whose_first_column_is_called_by_a_number_sign_is_one() -> None:
    """It was a comment; the next row with two known words in it became the header, and was not declared."""
    found = csv(
        "#,kind,organisation,name,latitude,longitude\n1,site,alpha,x,35.33588,40.14084\n2,site,alpha,y,35.43,40.2\n"
    )
    assert [each.title for each in found.declarations] == ["x", "y"]


def test_of_two_ids_the_second_is_kept_and_of_two_precisions_the_wider_holds() -> None:
    (made,) = csv(
        "id,movement id,kind,party,latitude,longitude,uncertainty_m,gps precision,note,note\n"
        "s1,M9,operation,alpha,35.33588,40.14084,5,900,one,two\n"
    ).declarations
    assert made.declaration_id == "s1"
    assert made.volumes[0].uncertainty.horizontal_m == 900.0
    assert made.details == {"movement id": "M9", "note": "one", "note, column 10": "two"}


def test_hours_beside_one_date_are_joined_with_it() -> None:
    (made,) = csv(
        "id,kind,party,latitude,longitude,date,start,end\ns1,operation,alpha,35.33588,40.14084,2017-09-16,06:00,09:00\n"
    ).declarations
    assert str(made.volumes[0].window) == "2017-09-16T06:00:00Z / 2017-09-16T09:00:00Z"


def test_a_day_number_in_text_says_that_it_may_count_from_another_year() -> None:
    (made,) = csv(TABLE + ROW.format("s1").replace("2017-09-16 06:00", "41532.25")).declarations
    (flag,) = [flag for flag in made.flags if flag.code == "time-serial"]
    assert "2013-09-15 06:00:00" in flag.sentence
    assert "2017-09-16 06:00:00" in flag.sentence


def test_a_quote_that_closes_rows_later_is_a_problem_and_prose_on_several_lines_is_none() -> None:
    """It took in the rows between, which were then in no list of anything."""
    swallowed = ROW.format("s1").replace("Bridge", '"Bridge') + ROW.format("s2").replace("Bridge", 'Bridge"')
    found = csv(TABLE + swallowed + ROW.format("s3"))
    assert problems(found) == [("csv-rows-within", "row 2")]
    assert [made.declaration_id for made in found.declarations] == ["s3"]
    prose = '"one, two, three,\nfour, five, six, seven, eight, nine"'
    assert csv(TABLE + ROW.format("s1").replace("Bridge", prose)).problems == ()


@pytest.mark.parametrize(
    "notes",
    ["gate a,b,c,d\nopen,closed,full,e,f,g,h", "keys,tea,oil\nrice,salt,wheat\nsoap,tents,blankets"],
)
def test_notes_on_several_lines_with_many_commas_are_no_rows(notes: str) -> None:
    """A list of what a hospital has in store kept it from being declared."""
    header, cells = "id,kind,party,title,latitude,notes,longitude\n", "site,alpha,Clinic,35.33588"
    found = csv(header + f's1,{cells},"{notes}",40.14084\n')
    assert problems(found) == []
    assert [made.details["notes"] for made in found.declarations] == [notes]


@pytest.mark.parametrize("closed", [',x"', '",'])
def test_rows_behind_an_empty_cell_that_begins_with_a_quote_are_found(closed: str) -> None:
    """The line end stands first in it, and was taken for space."""
    taken_in = f's1,site,p,35.3,40.1,"\ns2,site,p,35.4,40.2{closed}\n'
    found = csv("id,kind,party,latitude,longitude,notes\n" + taken_in + "s3,site,p,35.5,40.3,\n")
    assert problems(found) == [("csv-rows-within", "row 2")]


@pytest.mark.parametrize("rows", ["{0},x\n{0}\n", "{0}\n", "{0}\n{0},x\n{0}\n"])
def test_a_name_on_two_lines_is_a_name_though_rows_end_early(rows: str) -> None:
    header = 'id,kind,party,"facility\nname",latitude,longitude,remarks\n'
    found = csv(header + rows.format("s1,site,alpha,Clinic,35.33588,40.14084"))
    assert problems(found) == []
    assert len(found.declarations) == rows.count("{0}")


@pytest.mark.parametrize("closed", ["s1", "s1,site", "s1,site,alpha,Clinic,35.33588,40.14084,x\ns2"])
@pytest.mark.parametrize("opened", ["remarks", "longitude,remarks"])
def test_rows_that_a_quote_in_the_header_took_in_are_found(opened: str, closed: str) -> None:
    header = "id,kind,party,title,latitude,longitude,remarks\n".replace(opened, f'"{opened}')
    rows = "".join(f"s{at},site,alpha,Clinic,35.33588,40.14084,x\n" for at in range(1, 5))
    text = (header + rows).replace(f"\n{closed},", f'\n{closed}",', 1)
    assert ("csv-rows-within", "row 1") in problems(csv(text))


def test_a_row_that_ends_early_is_flagged_and_at_the_end_of_the_file_is_a_problem() -> None:
    short = "s1,operation,alpha,Bridge,35.33588,40.1\n"
    found = csv(TABLE + short + ROW.format("s2"))
    assert found.problems == ()
    assert [{"row-shorter"} <= {flag.code for flag in made.flags} for made in found.declarations] == [True, False]
    assert problems(csv(TABLE + ROW.format("s2") + short.strip())) == [("row-cut", "row 3")]
    assert csv(TABLE + ROW.format("s2").strip()).problems == ()


def test_a_declaration_behind_a_hash_or_named_example_is_not_passed_over_as_harmless() -> None:
    found = csv("title,id,kind,party,latitude,longitude\n#3 Clinic,s1,site,alpha,35.33588,40.14084\n")
    assert harmful(found) == ["a comment row"]
    found = csv("title,id,kind,party,latitude,longitude\nExample Street Clinic,s1,site,alpha,35.33588,40.14084\n")
    assert [made.title for made in found.declarations] == ["Example Street Clinic"]
    found = csv("id,kind,party,latitude,longitude\nexample-1,site,alpha,35.3,40.1\nexamples,site,alpha,35.3,40.1\n")
    assert [made.declaration_id for made in found.declarations] == ["examples"]
    assert csv("# one, two\n" + TABLE + "# a sentence\n" + ROW.format("s1")).declarations[0].declaration_id == "s1"


@pytest.mark.parametrize(
    ("cell", "code"), [("1.500", "number-ambiguous"), ("1.500 m", "number-ambiguous"), ("1500,5", "")]
)
def test_a_point_before_three_digits_is_no_decimal_point_where_commas_are(cell: str, code: str) -> None:
    """`1.500` is fifteen hundred there; it was read as one and a half metres."""
    row = ROW.format("s1").replace(",", ";").replace("35.33588", "35,33588").replace("200 m", cell)
    found = csv(TABLE.replace(",", ";") + row)
    assert [problem.code for problem in found.problems] == ([code] if code else [])
    assert csv(TABLE + ROW.format("s1").replace("200 m", "4.875")).problems == ()


def test_semicolons_between_cells_are_of_where_the_comma_is_the_decimal_sign() -> None:
    """A buffer of `1.500` was one and a half metres."""
    header = "id;kind;party;coordinates;buffer_m\n"
    row = "s1;site;alpha;35°20'09\" N 40°08'27\" E;{}\n"
    assert problems(csv(header + row.format("1.500"))) == [("number-ambiguous", "row 2")]
    assert problems(csv(header + row.format("1.500") + row.format("12.5").replace("s1", "s2"))) == []
    dated = header.replace(";buffer_m", ";start;buffer_m") + row.format("12.09.2017 10:00;1.500")
    assert problems(csv(dated)) == [("number-ambiguous", "row 2")]


def test_thousands_in_a_column_of_no_place_or_size_say_nothing_of_decimals() -> None:
    found = csv(TABLE.strip() + ",people\n" + ROW.format("s1").strip().replace("200 m", "120.125") + ',"12,000"\n')
    assert problems(found) == []


@pytest.mark.parametrize("error", ["#BEZUG!", "#NV", "#ССЫЛКА!", "#DEĞER!", "#VALEUR!"])
def test_an_error_of_a_spreadsheet_is_one_in_its_users_language(error: str) -> None:
    """As an id it made one movement of two."""
    found = csv(TABLE + ROW.format(error))
    assert problems(found) == [("cell-error", "row 2")]


@pytest.mark.parametrize("where", ["latitude,longitude", "coordinates"])
@pytest.mark.parametrize(
    ("shape", "radius", "complete"),
    [
        ("area", "", False),
        ("corridor", "500", False),
        ("circle", "", False),
        ("circle", "500", True),
        ("point", "", True),
    ],
)
def test_one_position_makes_no_area_and_no_circle_without_a_radius(
    where: str, shape: str, radius: str, complete: bool
) -> None:
    """It was a point, which meets next to nothing."""
    position = "35.33588,40.14084" if "," in where else "35.33588 40.14084"
    found = csv(f"id,kind,party,shape,radius,{where}\ns1,operation,alpha,{shape},{radius},{position}\n")
    assert problems(found) == ([] if complete else [("shape-unknown", "row 2")])
