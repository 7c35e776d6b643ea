"""The template of `thalweg.formats.table`, to be filled in: as CSV, and as XLSX with lists to pick from.

The same bytes every time. Rows that begin with EXAMPLE show how, and are not read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

from thalweg.model.declarations import Kind, LineStatus, Medium, Standing, Zone


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    help: str
    needed: bool = False
    choices: tuple[str, ...] = ()
    width: int = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    columns: tuple[Column, ...]
    examples: tuple[tuple[str, ...], ...]


_YES = ("yes", "no")
_ACTIONS = ("new", "replace", "cancel")
_DATUMS = ("AMSL", "AGL", "WGS84", "FL")
_ID = Column("id", "Your own reference. Rows that begin with EXAMPLE are not read.", needed=True)
_PARTY = Column("organisation", "Whose it is: the notifier.", needed=True, width=22)
_ACTION = Column("action", "new if empty; cancel ends the declaration of this id.", choices=_ACTIONS, width=10)
_LAT = Column("latitude", "WGS84, in any usual form: 35.33588, 35°20'09\"N, N35 20.153, 352009N.", needed=True)
_LON = Column("longitude", "WGS84, in the same forms.", needed=True)
_UNCERTAINTY = Column(
    "uncertainty_m", "How far the true position may be from this one: metres, or with a unit (0.5 km)."
)
_PLACE = Column("place", "The town or village it is in or near: it is compared with the position.")
_ZONE = Column(
    "time zone", "Zone of the times in this row: +03:00, UTC, Asia/Damascus. Needed unless the theatre has one."
)
_SUBMITTED = Column("submitted", "When you sent it: 2017-09-14 10:00.", width=18)

SHEETS = (
    Sheet(
        "Sites",
        (
            _ID,
            _PARTY,
            Column("name", "The site's name.", needed=True, width=24),
            Column("other names", "Other names and spellings.", width=20),
            Column("p-code", "Place code, where there is one."),
            Column("facility type", "Hospital, school, warehouse, camp, water station."),
            Column("humanitarian function", "What it serves for at the time of submission.", width=24),
            _LAT,
            _LON,
            Column("coordinates", "Instead of latitude and longitude: a position in one cell, or MGRS.", width=22),
            _PLACE,
            Column("bank", "Bank of the river, as one sees it looking downstream: left or right."),
            Column("footprint radius_m", "Radius of the site around its position, metres."),
            _UNCERTAINTY,
            Column("markings", "What can be seen from the air.", width=20),
            Column("occupancy", "Who is there, and when."),
            Column("contact 24/7", "Who can be reached at any hour.", width=20),
            Column("consent", "Does the organisation agree that this is shared?", choices=_YES, width=10),
            Column("recipients", "Who may receive it.", width=20),
            Column("valid from", "From when you vouch for it.", width=18),
            Column("valid until", "Until when you vouch for it; then it is stale, and still tested.", width=18),
            _ZONE,
            Column("verification", "Unverified, or checked by whom and how.", width=20),
            _SUBMITTED,
            _ACTION,
        ),
        (
            (
                "EXAMPLE-S1", "Example Relief", "Example hospital", "Al-Mithal", "", "hospital", "surgery",
                "35°20'09\"N", "40°08'27\"E", "", "Deir ez-Zor", "right", "80", "20", "red crescent on the roof",
                "day and night", "+000 000 000", "yes", "all parties", "2017-09-01", "2017-12-01", "+03:00",
                "unverified", "2017-09-01 10:00", "",
            ),
        ),
    ),
    Sheet(
        "Movements",
        (
            Column("movement id", "The same in every row of one movement. EXAMPLE rows are not read.", needed=True),
            _PARTY,
            Column("name", "What the movement is called.", width=22),
            Column("mode", "How it travels.", choices=("ground", "water", "air"), width=10),
            Column("waypoint", "1, 2, 3: one row for each point of the way.", needed=True, width=10),
            _LAT,
            _LON,
            Column("coordinates", "Instead of latitude and longitude: a position in one cell, or MGRS.", width=22),
            _PLACE,
            Column("arrival", "When it gets there. The first point needs arrival or departure.", width=18),
            Column("departure", "When it leaves, where it stops.", width=18),
            _ZONE,
            Column("altitude", "For aircraft: 3300 m AMSL, 1000 ft AGL, FL100."),
            Column("buffer_m", "Radius around the movement: its length, its spread."),
            _UNCERTAINTY,
            Column("emergency", "Is it an emergency movement?", choices=_YES, width=10),
            Column("vehicles", "How many, what kind, plates.", width=22),
            Column("markings", "What the vehicles show, also on the roof.", width=20),
            Column("people", "How many, in which roles."),
            Column("armed escort", "Are there armed people with it, of whatever kind?", choices=_YES, width=12),
            Column("cargo", "Class of cargo."),
            Column("after delivery", "What the people and vehicles do when the delivery is done.", width=24),
            Column("contact en route", "Radio, satellite telephone.", width=20),
            Column("abort plan", "Where it turns to when the way is closed.", width=20),
            _SUBMITTED,
            _ACTION,
        ),
        (
            (
                "EXAMPLE-M1", "Example Relief", "Flour to Example town", "ground", "1", "35.3359", "40.1408", "",
                "Deir ez-Zor", "", "2017-09-16 08:00", "+03:00", "", "150", "20", "no", "3 white trucks",
                "logo on the roof", "7", "no", "flour", "returns by the same road", "+000 000 000",
                "back to the start", "2017-09-14 08:00", "",
            ),
            (
                "EXAMPLE-M1", "", "", "", "2", "35.0200", "40.4500", "", "Mayadin", "2017-09-16 10:00",
                "2017-09-16 12:00", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "",
            ),
        ),
    ),
    Sheet(
        "Operations and zones",
        (
            _ID,
            Column("party", "Whose it is.", needed=True, width=22),
            Column(
                "kind", "What it is.", needed=True,
                choices=(Kind.OPERATION, Kind.RESTRICTED_ZONE, Kind.LINE, Kind.NEGATIVE), width=18,
            ),
            Column("zone", "What a restricted zone asks for.", choices=tuple(Zone), width=20),
            Column("title", "What it is called.", width=24),
            Column("medium", "Where it goes on.", choices=tuple(Medium), width=12),
            Column("shape", "How the coordinates are meant.", choices=("area", "line", "corridor"), width=10),
            Column(
                "coordinates", "Positions separated by semicolons: 35.30, 40.10; 35.30, 40.20; 35.40, 40.20.",
                needed=True, width=40,
            ),
            Column("radius_m", "Of a circle around a single position."),
            Column("half_width_m", "Of a corridor, to each side of its line."),
            Column("start", "2017-09-16 06:00", width=18),
            Column("end", "2017-09-16 18:00", width=18),
            _ZONE,
            Column("lower", "GND, 300 m AMSL, 1000 ft AGL, FL100."),
            Column("upper", "The same; UNL where it is open."),
            Column("datum", "Of limits that do not say it themselves.", choices=_DATUMS, width=10),
            _UNCERTAINTY,
            Column("standing", "Who stands behind it.", choices=tuple(Standing), width=12),
            Column("status", "Of a line.", choices=tuple(LineStatus), width=12),
            Column("left", "Parties that a line binds to its left, as seen along it.", width=18),
            Column("right", "Parties that a line binds to its right.", width=18),
            Column("valid until", "Until when you vouch for it.", width=18),
            _SUBMITTED,
            _ACTION,
        ),
        (
            (
                "EXAMPLE-O1", "Example Air Desk", "operation", "", "Survey flights", "air", "area",
                "35.30, 40.10; 35.30, 40.20; 35.40, 40.20; 35.40, 40.10", "", "", "2017-09-16 06:00",
                "2017-09-16 18:00", "+03:00", "300 m AGL", "FL100", "", "100", "declared", "", "", "", "",
                "2017-09-14 08:00", "",
            ),
            (
                "EXAMPLE-Z1", "Example Water Board", "restricted_zone", "quiet_window", "Repair of the main",
                "", "", "35.3360, 40.1410", "1500", "", "2017-09-16 08:00", "2017-09-16 16:00", "+03:00", "", "",
                "", "50", "declared", "", "", "", "", "2017-09-14 08:00", "",
            ),
        ),
    ),
)  # fmt: skip

INSTRUCTIONS = (
    "Notification of sites, movements, operations and zones",
    "Fill in the sheets that you need; leave the others as they are. Rows that begin with EXAMPLE are not read, "
    "and neither are rows that begin with #.",
    "Columns may stand in any order and may be left out or added. What is not known here is kept as a detail.",
    "Write positions on WGS84, as you have them: nothing is rounded or repaired, and what you wrote is kept.",
    "Write times with their zone, or fill in the column time zone. A time without a zone is refused.",
    "One movement is several rows with the same movement id, one for each point of its way, with its time.",
    "Say above what a height is: above sea level (AMSL), above ground (AGL), or as a flight level (FL100).",
    "State how well you know a position. A circle that holds the truth protects better than a point beside it.",
    "Notification is voluntary and informative. It guarantees nothing. Absence from a list removes no protection.",
)


def template_csv() -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheet programs show every script."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for line in INSTRUCTIONS:
        writer.writerow([f"# {line}"])
    for sheet in SHEETS:
        writer.writerow([])
        writer.writerow([sheet.name])
        writer.writerow([column.name for column in sheet.columns])
        writer.writerows(sheet.examples)
    return text.getvalue().encode("utf-8-sig")


def template_xlsx() -> bytes:
    """A workbook with one sheet for each section, lists to pick from, and a sheet of instructions."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # The date is part of the bytes: a fixed one keeps them the same every time.
    book.set_properties({"title": INSTRUCTIONS[0], "created": datetime(2000, 1, 1)})  # noqa: DTZ001  as the file has it
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1, "bg_color": "#DDE6EE"})
    needed = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1, "bg_color": "#F6DFA4"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    grey = book.add_format({"italic": True, "font_color": "#777777", "num_format": "@"})
    text = book.add_format({"num_format": "@"})

    page = book.add_worksheet("Instructions")
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 26)
    page.set_column(2, 2, 90)
    line = 0
    for line, sentence in enumerate(INSTRUCTIONS):
        page.merge_range(line, 0, line, 2, sentence, bold if line == 0 else wrap)
    line += 2
    for title, cell in zip(("Sheet", "Column", "Meaning (needed columns are yellow)"), range(3), strict=True):
        page.write_string(line, cell, title, bold)
    for sheet in SHEETS:
        for column in sheet.columns:
            line += 1
            told = column.help + (f" One of: {', '.join(column.choices)}." if column.choices else "")
            for cell, value in enumerate((sheet.name, column.name, told)):
                page.write_string(line, cell, value, needed if column.needed and cell == 1 else wrap)
    for sheet in SHEETS:
        _write_sheet(book, sheet, bold, needed, grey, text)
    book.close()
    return target.getvalue()


def _write_sheet(
    book: xlsxwriter.Workbook,
    sheet: Sheet,
    bold: xlsxwriter.format.Format,
    needed: xlsxwriter.format.Format,
    grey: xlsxwriter.format.Format,
    text: xlsxwriter.format.Format,
) -> None:
    page = book.add_worksheet(sheet.name)
    page.freeze_panes(1, 1)
    for index, column in enumerate(sheet.columns):
        # As text: a spreadsheet program must not turn 35.10 into 35.1 or a time into a number of its own.
        page.set_column(index, index, column.width, text)
        page.write_string(0, index, column.name, needed if column.needed else bold)
        page.write_comment(0, index, column.help)
        if column.choices:
            page.data_validation(
                1, index, 5000, index,
                {"validate": "list", "source": [str(choice) for choice in column.choices], "error_type": "warning"},
            )  # fmt: skip
    for row, example in enumerate(sheet.examples, start=1):
        _write_example(page, row, example, grey)


def _write_example(
    page: xlsxwriter.worksheet.Worksheet, row: int, example: Sequence[str], grey: xlsxwriter.format.Format
) -> None:
    for index, value in enumerate(example):
        if value:
            page.write_string(row, index, value, grey)
