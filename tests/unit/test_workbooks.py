"""Workbooks: what they say beside the values of their cells, and what would be lost if only values were read."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet as Sheet

from thalweg.drafts import Context
from thalweg.drafts.workbooks import cell_named, number_format, row_and_column, workbook_facts
from thalweg.formats.table import read
from thalweg.model.declarations import Declaration
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle
from thalweg.model.theatre import Theatre

SHEET = "xl/worksheets/sheet1.xml"
HEADER = ("id", "kind", "party", "title", "latitude", "longitude", "radius", "start", "end")
ROW = ("s1", "operation", "alpha", "Bridge", 35.33588, 40.14084, "200 m", "2017-09-16 06:00", "2017-09-16 09:00")


def workbook(
    change: Callable[[xlsxwriter.Workbook, Sheet], object] = lambda book, sheet: None,
    *,
    rows: int = 1,
    header: tuple[str, ...] = HEADER,
    options: dict[str, object] | None = None,
) -> bytes:
    """`rows` rows s1, s2, … below the header, and then what `change` writes over them."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, **(options or {})}) as book:
        sheet = book.add_worksheet("Operations")
        sheet.write_row(0, 0, header)
        for number in range(1, rows + 1):
            sheet.write_row(number, 0, (f"s{number}", *ROW[1:]))
        change(book, sheet)
    return made.getvalue()


def reading(data: bytes, name: str = "list.xlsx") -> Reading:
    return read(data, name, Context(Theatre("plain", (), time_zone="UTC")))


def problems(found: Reading) -> list[tuple[str, str]]:
    return [(problem.code, problem.source.path) for problem in found.problems]


def codes(declaration: Declaration) -> set[str]:
    return {flag.code for flag in declaration.flags} - {"time-zone-assumed", "time-date-only"}


def radius_m(declaration: Declaration) -> float:
    shape = declaration.volumes[0].shape
    assert isinstance(shape, Circle)
    return shape.radius_m


def altered(data: bytes, part: str, *changes: tuple[str, str]) -> bytes:
    """The archive with texts of one part exchanged."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            for old, new in changes if name == part else ():
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            after.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize("column", range(len(HEADER)))
@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#SPILL!"])
def test_a_cell_with_an_error_is_a_problem_of_its_row_and_never_empty(column: int, error: str) -> None:
    """A radius that cannot be computed is no radius of nothing."""
    found = reading(workbook(lambda book, sheet: sheet.write_formula(2, column, "=A99", None, error), rows=3))
    assert problems(found) == [("cell-error", "Operations, row 3")]
    assert [made.declaration_id for made in found.declarations] == ["s1", "s3"]


def test_an_error_beyond_the_last_value_is_found_too() -> None:
    """A reader of values ends before it."""
    found = reading(workbook(lambda book, sheet: sheet.write_formula(3, 6, "=A99", None, "#N/A"), rows=1))
    assert problems(found) == [("cell-error", "Operations, row 4")]


@pytest.mark.parametrize(
    ("value", "told", "read"),
    [("<v></v>", [("formula-without-value", "Operations, row 2")], ["s2"]), ("<v>500</v>", [], ["s1", "s2"])],
)
def test_a_formula_that_nobody_computed_takes_its_row_with_it(
    value: str, told: list[tuple[str, str]], read: list[str]
) -> None:
    """A radius that is not known yet is not none: with it empty, the row would be declared as a point."""
    data = workbook(lambda book, sheet: sheet.write_formula(1, 6, "=A99", None, 500), rows=2)
    found = reading(altered(data, "xl/worksheets/sheet1.xml", ("<v>500</v>", value)))
    assert problems(found) == told
    assert [made.declaration_id for made in found.declarations] == read


def test_a_formula_below_no_name_is_told_of_as_what_it_is() -> None:
    data = workbook(lambda book, sheet: sheet.write_formula(1, 10, "=A99", None, 77), rows=2)
    found = reading(altered(data, SHEET, ("<v>77</v>", "<v></v>")))
    assert problems(found) == [("formula-without-value", "Operations, row 2")]


@pytest.mark.parametrize("column", range(len(HEADER)))
def test_hashes_of_a_narrow_column_are_no_value(column: int) -> None:
    """Neither a title, nor the mark of a row that somebody took out."""
    row = [str(cell) for cell in ROW]
    row[column] = "####"
    text = "\n".join((",".join(HEADER), ",".join(row), ",".join(map(str, ROW))))
    for data in (text.encode(), workbook(lambda book, sheet: sheet.write_string(1, column, "####"), rows=2)):
        found = reading(data)
        assert [code for code, _ in problems(found)] == ["cell-error"]
        assert len(found.declarations) == 1


def test_a_row_of_nothing_but_formulas_that_nobody_computed_is_no_empty_row() -> None:
    data = workbook(lambda book, sheet: [sheet.write_formula(2, column, "=A99", None, 77) for column in range(9)])
    found = reading(altered(data, "xl/worksheets/sheet1.xml", ("<v>77</v>", "<v/>")))
    assert problems(found) == [("formula-without-value", "Operations, row 3")]


def test_a_formula_with_an_empty_text_is_empty_and_told_of() -> None:
    """`=IF(A1="","",A1)`, as spreadsheet programs save it."""
    data = workbook(lambda book, sheet: sheet.write_formula(1, 6, "=A99", None, 77))
    changes = (('<c r="G2"><f>', '<c r="G2" t="str"><f>'), ("<v>77</v>", "<v></v>"))
    found = reading(altered(data, "xl/worksheets/sheet1.xml", *changes))
    assert problems(found) == []
    assert codes(found.declarations[0]) == {"formula-value"}


@pytest.mark.parametrize(("from_1904", "days"), [(False, 42994.25), (True, 41532.25)])
def test_day_numbers_are_counted_from_the_year_that_the_workbook_says(from_1904: bool, days: float) -> None:
    """The same number is four years and a day later where days are counted from 1904."""
    data = workbook(lambda book, sheet: sheet.write_row(1, 7, (days, days + 0.125)), options={"date_1904": from_1904})
    (made,) = reading(data).declarations
    assert str(made.volumes[0].window) == "2017-09-16T06:00:00Z / 2017-09-16T09:00:00Z"
    assert codes(made) == {"time-serial"}


def test_a_date_cell_is_the_same_day_by_either_count() -> None:
    def dated(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        form = book.add_format({"num_format": "[$-409]m/d/yy h:mm AM/PM;@"})
        sheet.write_datetime(1, 7, datetime(2017, 9, 16, 6), form)  # noqa: DTZ001  a cell has no zone
        sheet.write_datetime(1, 8, date(2017, 9, 16), book.add_format({"num_format": "dd.mm.yyyy"}))

    for from_1904 in (False, True):
        (made,) = reading(workbook(dated, options={"date_1904": from_1904})).declarations
        assert str(made.volumes[0].window) == "2017-09-16T06:00:00Z / 2017-09-17T00:00:00Z"


def test_a_day_number_without_an_hour_is_the_whole_day() -> None:
    (made,) = reading(workbook(lambda book, sheet: sheet.write_row(1, 7, (42994, 42995)))).declarations
    assert str(made.volumes[0].window) == "2017-09-16T00:00:00Z / 2017-09-18T00:00:00Z"


def test_hidden_sheets_rows_and_columns_are_read_and_told_of() -> None:
    def hide(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        old = book.add_worksheet("Old")
        old.write_row(0, 0, HEADER)
        old.write_row(1, 0, ("o1", *ROW[1:]))
        old.very_hidden()
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(6, 6, None, None, {"hidden": True})

    first, second, old = reading(workbook(hide, rows=2)).declarations
    where = [[flag.where for flag in made.flags if flag.code == "cell-hidden"] for made in (first, second, old)]
    assert where == [["radius", "row"], ["radius"], ["sheet"]]


def test_a_row_or_column_of_no_size_is_a_hidden_one() -> None:
    data = workbook(lambda book, sheet: [sheet.set_column(6, 6, 5), sheet.set_row(1, 21)], rows=2)
    sizes = ((' ht="21"', ' ht="0"'), (' width="5.7109375"', ' width="0"'))
    first, second = reading(altered(data, SHEET, *sizes)).declarations
    where = [[flag.where for flag in made.flags if flag.code == "cell-hidden"] for made in (first, second)]
    assert where == [["radius", "row"], ["radius"]]


def test_a_cell_merged_over_rows_says_the_same_of_each() -> None:
    def merge(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        for row in (2, 3):
            sheet.write_blank(row, 6, None, book.add_format({"bold": True}))
        sheet.merge_range(1, 6, 3, 6, "5 km", book.add_format({"bold": True}))

    found = reading(workbook(merge, rows=3))
    assert [radius_m(made) for made in found.declarations] == [5000.0] * 3


def test_a_value_beneath_a_merged_cell_is_a_problem_for_nobody_sees_it() -> None:
    """Programs that merge by writing leave what stood there."""
    found = reading(workbook(lambda book, sheet: sheet.merge_range(1, 6, 3, 6, "5 km"), rows=3))
    assert problems(found) == [("cell-merged", "Operations, row 3"), ("cell-merged", "Operations, row 4")]


@pytest.mark.parametrize(
    ("area", "rows"), [((1, 4, 1, 5), ["row 2"]), ((1, 7, 1, 8), ["row 2"]), ((1, 2, 2, 3), ["row 2", "row 3"])]
)
def test_a_cell_merged_over_known_columns_is_a_problem(area: tuple[int, int, int, int], rows: list[str]) -> None:
    """What it says of each is not guessed; a title above the header is no such thing."""
    found = reading(workbook(lambda book, sheet: sheet.merge_range(*area, "35.33588"), rows=3))
    assert problems(found) == [("cell-merged", f"Operations, {row}") for row in rows]


def test_letters_of_a_number_format_are_read_as_they_are_seen() -> None:
    def formatted(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        sheet.write_number(1, 6, 5, book.add_format({"num_format": '0.0 "km"'}))
        sheet.write_number(1, 0, 42, book.add_format({"num_format": "0000"}))
        sheet.write_number(1, 4, 35.33588, book.add_format({"num_format": '0.0"°"'}))

    (made,) = reading(workbook(formatted)).declarations
    assert (made.declaration_id, radius_m(made)) == ("0042", 5000.0)


@pytest.mark.parametrize("code", ["0%", "0.00%", '0,"km"', "#,##0.0,"])
def test_a_number_that_is_shown_as_another_is_a_problem(code: str) -> None:
    found = reading(workbook(lambda book, sheet: sheet.write_number(1, 6, 5000, book.add_format({"num_format": code}))))
    assert problems(found) == [("cell-format", "Operations, row 2")]


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("General", "7"), ("0.00", "7"), ("#,##0", "7"), ("@", "7"), ("", "7"), ("0.00E+00", "7"),
        ('General" km"', "7 km"), ('"FL"000', "FL007"), (r"0\ \k\m", "7 km"), ("[Red]00", "07"),
        ('0" m";[Red]-0" m"', "7 m"), ('"a;b"0', "a;b7"), ("yyyy-mm-dd", "7"), ("[h]:mm:ss", "7"), ('0"°"', "7"),
    ],
)  # fmt: skip
def test_what_a_number_format_adds(code: str, seen: str) -> None:
    shown = number_format(code, 7.0)
    assert (shown.text("7") if shown else "7") == seen
    assert shown is None or not shown.scaled


@pytest.mark.parametrize(
    ("code", "value", "seen"),
    [
        # Sections: positive and zero, negative; zero apart. A section of negative numbers has its own sign.
        ('0.0" N";0.0" S"', "-35.3", "35.3 S"), ('0.0" N";0.0" S"', "0", "0 N"), ('0" m";-0" m"', "-5", "-5 m"),
        ('0" m"', "-5", "-5 m"), ('0" m";-0" m";"GND"', "0", "GND"), ('0" m";-0" m";"GND"', "5", "5 m"),
        ('0;(0)', "-5", "-5"), ('0;[Red]-0', "-5", "-5"), ("00;-00", "-5", "-05"), ("0;@", "-5", "-5"),
        # Conditions
        ('[<1000]0" m";0.0," km"', "500", "500 m"), ('[>=1000]0.0," km";0" m"', "500", "500 m"),
        ('[<0]0" S";0" N"', "-5", "5 S"), ('[<0]0" S";0" N"', "5", "5 N"), ('[>=0]0" N";0" S"', "-5", "5 S"),
        ('[=1]0" km";[=2]0" NM";0" m"', "2", "2 NM"), ('[=1]0" km";[=2]0" NM";0" m"', "3", "3 m"),
        ('[>9]0" m"', "5", "5"),
        # Between the digits, and beside them
        ('00"°"00"\'"00"N"', "352009", "35°20'09N"), ('00"°"00.00"\'N"', "3520.25", "35°20.25'N"),
        ("000-000", "42001", "042-001"), ("# ##0", "1500", "1500"), ('# ?/?" NM"', "2.5", "2.5 NM"),
        ("0[$ km]", "5", "5 km"), ("0[$ km-409]", "5", "5 km"), ("[$-409]0", "5", "5"), ('0" m"', "1e-07", "1e-07"),
        ('"[a]"0', "5", "[a]5"), ("0 ft", "5", "5 ft"),
        ('yyyy-mm-dd"T"hh:mm', "42994.25", "42994.25"), ("[h]:mm", "1.25", "1.25"),
    ],
)  # fmt: skip
def test_the_section_that_shows_a_number_is_chosen_by_the_number(code: str, value: str, seen: str) -> None:
    shown = number_format(code, float(value))
    assert (shown.text(value) if shown else value) == seen
    assert shown is None or not shown.scaled


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("0;0", -5.0), ("[<0]0;0", -5.0), ("0.0;[Red]0.0", -5.0), ('0" m";0" m"', -5.0),  # a sign that is not shown
        (";;;", 5.0), ("0;-0;;@", 0.0), ("#", 0.0), ('#,##0;(#,##0);"-"', 0.0), ("#,###.##", 0.0),  # no number
        ('[<1000]0" m";0.0," km"', 1500.0), ('[>100]0" a";[<50]0" b"', 70.0),
        ('[>100]0" a";0" b";0" c"', 5.0), ('0" a";[<5]0" b"', 3.0),  # programs differ
        ("yyyy-mm-dd HH:mm:ss UTC", 42994.25), ('ddhhmm"Z"mmmyy', 42994.25), ('hh:mm "EEST"', 0.25),
        ('hh:mm"+03:00"', 0.25),
        # a day or an hour that nobody sees
        ("hh:mm", 42994.25), ("mm:ss", 0.25), ("dd.mm.yyyy", 42994.25), ("mmm yyyy", 42994.0),
    ],
)  # fmt: skip
def test_a_number_of_which_another_or_none_is_shown(code: str, value: float) -> None:
    shown = number_format(code, value)
    assert shown is not None
    assert shown.scaled


def test_a_latitude_shown_with_the_letter_of_its_half_is_read_as_it_is_seen() -> None:
    """By the letters of the section for positive numbers, the same row said a minus sign and an N."""

    def formatted(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        sheet.write_number(1, 4, -35.33588, book.add_format({"num_format": '0.00000"°N";0.00000"°S"'}))

    shape = reading(workbook(formatted)).declarations[0].volumes[0].shape
    assert isinstance(shape, Circle)
    assert shape.centre.lat == -35.33588


@pytest.mark.parametrize("number_format_id", ["14", "20"])
def test_a_time_of_which_the_sheet_shows_the_day_or_the_hour_alone_is_a_problem(number_format_id: str) -> None:
    """As the numbers that have no code in the file."""

    def dated(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        sheet.write_number(1, 7, 42994.25, book.add_format({"num_format": int(number_format_id)}))

    assert problems(reading(workbook(dated))) == [("cell-format", "Operations, row 2")]


def test_comments_on_what_was_read_are_named() -> None:
    found = reading(workbook(lambda book, sheet: [sheet.write_comment(row, 4, "moved") for row in (0, 1)]))
    assert [(omission.what, omission.harmless) for omission in found.omissions] == [("comments on E2", True)]


def test_a_workbook_of_another_make_is_read_by_local_names_and_without_cell_names() -> None:
    """Prefixes, and cells that follow each other: both are allowed, and both have been seen."""
    data = workbook(lambda book, sheet: sheet.write_formula(1, 6, "=A99", None, "#N/A"))
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read(part).decode()
    found = reading(altered(data, part, *((f' r="{cell}2"', "") for cell in "ABCDEFGHI" if f' r="{cell}2"' in text)))
    assert problems(found) == [("cell-error", "Operations, row 2")]
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    prefixed = [(f'xmlns="{main}"', f'xmlns:x="{main}"')]
    tags = ("worksheet", "dimension", "sheetViews", "sheetView", "sheetFormatPr", "sheetData", "row", "c", "v", "f")
    for tag in (*tags, "pageMargins"):
        prefixed += [(f"<{tag}{end}", f"<x:{tag}{end}") for end in (" ", ">") if f"<{tag}{end}" in text]
        prefixed += [(f"</{tag}>", f"</x:{tag}>")] if f"</{tag}>" in text else []
    found = reading(altered(data, part, *prefixed))
    assert ("cell-error", "Operations, row 2") in problems(found)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le"), "XLS"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": b"<a/>"}, "ODS"),
        ({"xl/workbook.bin": b"", "[Content_Types].xml": b"<a/>"}, "XLSB"),
        (b"PK\x03\x04" + bytes(40), "not whole"),
    ],
)
def test_other_workbooks_are_refused_with_a_sentence(data: bytes | dict[str, bytes], says: str) -> None:
    """Of them, an error or a merged cell would be read as an empty cell."""
    if isinstance(data, dict):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name, content in data.items():
                archive.writestr(name, content)
        data = made.getvalue()
    (problem,) = reading(data).problems
    assert problem.code == "workbook-unreadable"
    assert says in problem.sentence


def renamed(data: bytes, *, names: dict[str, str] | None = None, target: str = "worksheets/sheet1.xml") -> bytes:
    """The archive with members under other names, and with another target of the relation to its sheet."""
    data = altered(data, "xl/_rels/workbook.xml.rels", ("worksheets/sheet1.xml", target))
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            after.writestr((names or {}).get(name, name), before.read(name))
    return made.getvalue()


@pytest.mark.parametrize(
    ("member", "target"),
    [
        (SHEET, "worksheets/Sheet1.xml"), ("xl/Worksheets/SHEET1.xml", "worksheets/sheet1.xml"),
        (SHEET, "/xl/worksheets/sheet1.xml"), ("xl\\worksheets\\sheet1.xml", "worksheets/sheet1.xml"),
        ("xl/worksheets/sheet%201.xml", "worksheets/sheet%201.xml"), ("elsewhere/s.xml", "/elsewhere/s.xml"),
    ],
)  # fmt: skip
def test_a_part_is_found_however_its_name_is_written(member: str, target: str) -> None:
    """Passed over, an error in it was an empty cell, and the row was declared without its radius."""
    data = workbook(lambda book, sheet: sheet.write_formula(1, 6, "=A99", None, "#N/A"))
    found = reading(renamed(data, names={SHEET: member}, target=target))
    assert problems(found) == [("cell-error", "Operations, row 2")]
    assert found.declarations == ()


@pytest.mark.parametrize(
    ("member", "target"),
    [
        (SHEET, "../xl/worksheets/sheet1.xml"), (SHEET, "./worksheets/sheet1.xml"), (SHEET, "worksheets/%73heet1.xml"),
        (SHEET, "worksheets\\sheet1.xml"), ("xl/worksheets/sheet 1.xml", "worksheets/sheet%201.xml"),
        ("/xl/worksheets/sheet1.xml", "worksheets/sheet1.xml"),
    ],
)  # fmt: skip
def test_a_part_is_known_where_the_reader_of_values_does_not_find_it(member: str, target: str) -> None:
    data = workbook(lambda book, sheet: sheet.write_formula(1, 6, "=A99", None, "#N/A"))
    facts = workbook_facts(renamed(data, names={SHEET: member}, target=target))
    assert facts.sheets["Operations"].errors == {(2, 7): "#N/A"}


@pytest.mark.parametrize(
    ("names", "target"),
    [
        ({}, "worksheets/sheet9.xml"), ({}, "xl/worksheets/sheet1.xml"),
        ({"xl/styles.xml": "xl/old.xml"}, "worksheets/sheet1.xml"),
    ],
)  # fmt: skip
def test_a_workbook_that_names_a_part_it_has_not_is_refused(names: dict[str, str], target: str) -> None:
    """Its formats, errors and hidden cells are not known; what they say would be read as if they said nothing."""
    found = reading(renamed(workbook(), names=names, target=target))
    assert problems(found) == [("workbook-damaged", "")]
    assert "that is not in it" in found.problems[0].sentence
    assert found.declarations == ()


@pytest.mark.parametrize("name", [SHEET, "xl/Worksheets/Sheet1.xml"])
def test_two_parts_of_one_name_are_refused(name: str) -> None:
    """Which of them is read depends on the program."""
    made = io.BytesIO(workbook())
    with zipfile.ZipFile(made, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(name, workbook_part(workbook(rows=2)))
    found = reading(made.getvalue())
    assert problems(found) == [("workbook-damaged", "")]
    assert "two parts of it are called" in found.problems[0].sentence


def workbook_part(data: bytes, part: str = SHEET) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(part)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<c r="H2" ', '<c r="G2"><v>5000</v></c><c r="H2" '),
        ('<c r="G2" ', '<c r="G3" '),
        ('<row r="2"', '<row r="1"'),
        ("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
        ("<worksheet ", '<!DOCTYPE worksheet [<!ENTITY a "200">]><worksheet '),
        ("</sheetData>", f'<row r="3">{"<c/>" * 5_000_000}</row></sheetData>'),
    ],
    ids=["cell-twice", "cell-elsewhere", "row-twice", "far-cell", "entities", "bomb"],
)
def test_cells_of_which_two_readers_would_make_different_things_are_refused(old: str, new: str) -> None:
    """Also the cell so far away that a reader takes all memory for the empty ones before it."""
    data = altered(workbook(), SHEET, (old, new))
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, before.read(name))
    found = reading(made.getvalue())
    assert problems(found) == [("workbook-damaged", "")]
    assert found.declarations == ()


def test_comments_that_cannot_be_read_are_told_of_and_the_cells_are_read() -> None:
    data = workbook(lambda book, sheet: sheet.write_comment(1, 4, "moved"))
    found = reading(renamed(data, names={"xl/comments1.xml": "xl/lost.xml"}))
    assert problems(found) == [("workbook-damaged", "")]
    assert [made.declaration_id for made in found.declarations] == ["s1"]


def test_what_is_damaged_beside_the_values_is_told() -> None:
    data = workbook(rows=2)
    for part, change in (
        ("xl/worksheets/sheet1.xml", ('<row r="2"', '<row r="2000000"')),
        ("xl/styles.xml", ("</styleSheet>", "")),
        ("xl/workbook.xml", ("<bookViews>", "<bookViews><unclosed>")),
    ):
        found = reading(altered(data, part, change))
        assert {"workbook-damaged", "workbook-unreadable", "sheet-unreadable"} & {each.code for each in found.problems}
        assert found.declarations == ()


def test_cells_are_named_as_a_spreadsheet_names_them() -> None:
    for name, place in (("A1", (1, 1)), ("Z9", (9, 26)), ("AA10", (10, 27)), ("XFD1048576", (1_048_576, 16_384))):
        assert (row_and_column(name), cell_named(place)) == (place, name)
