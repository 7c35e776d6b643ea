"""Tables: CSV and spreadsheets (XLSX) in the shape of a site and movement notification (R6).

    Sites                       one row, one protected site
    Movements                   rows that share a movement id are way-points of one movement, in order
    Operations and zones        one row, one declaration of the kind that its cell names

A spreadsheet has these as sheets; a CSV has one of them, or several under lines that hold the section's
name alone. The header is the first of the first rows in which known columns stand. Rows are reported by
the number that a spreadsheet shows. docs/reference/formats/csv-xlsx.md has every column and its aliases.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from statistics import mode

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from thalweg.drafts import (
    Context,
    Draft,
    DraftVolume,
    Outcome,
    PathOutline,
    PointOutline,
    field_named,
    finish,
    reading_of,
    resembled,
    with_unit,
)
from thalweg.drafts.heights import Height, read_height, read_length
from thalweg.drafts.positions import read_point
from thalweg.drafts.texts import folded, kept, number, plain
from thalweg.drafts.whereabouts import (
    PARTS,
    STATING,
    Cell,
    accuracy_of,
    in_metres,
    names_zone,
    place_of,
    unused,
)
from thalweg.drafts.words import kind_of, zone_of
from thalweg.drafts.workbooks import SheetFacts, cell_named, workbook_facts
from thalweg.model.bulk import collector_paused
from thalweg.model.declarations import Kind
from thalweg.model.encodings import decoded, marked
from thalweg.model.errors import InputError
from thalweg.model.measures import Datum
from thalweg.model.notes import Flag, Omission, Problem, Source
from thalweg.model.reading import Reading

NAME = "table"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # XLSX, XLSB and ODS; XLS, and what a password protects
EXAMPLE = "EXAMPLE"  # a row whose id begins with this word is the template's, and is not read

_SECTIONS = {
    folded(alias): kind
    for kind, aliases in (
        (
            Kind.STATIC_SITE,
            "sites|site|static sites|facilities|protected sites|sites statiques|lieux|объекты|стационарные объекты|"
            "المواقع|مواقع|المنشآت",
        ),
        (
            Kind.MOVEMENT,
            "movements|movement|convoys|missions|mouvements|convois|движения|перемещения|конвои|"
            "التحركات|الحركات|القوافل",
        ),
        (
            None,
            "operations and zones|operations|zones|other declarations|opérations et zones|операции и зоны|"
            "العمليات والمناطق",
        ),
    )
    for alias in aliases.split("|")
}
_INSTRUCTIONS = "instructions"  # the template's sheet of that name

# Columns that only a table has. The value is what the reader calls them.
_COLUMNS = {
    folded(alias): name
    for name, aliases in (
        (
            "latitude",
            "latitude|lat|y|point y|y coord|y coordinate|широта|خط العرض|gps latitude|latitude wgs84",
        ),
        (
            "longitude",
            "longitude|lon|long|lng|x|point x|x coord|x coordinate|долгота|довгота|خط الطول|gps longitude|"
            "longitude wgs84",
        ),
        (
            "coordinates",
            "coordinates|coordinate|position|positions|gps|gps coordinates|gps location|lat long|lat lon|"
            "latitude longitude|mgrs|mgrs coordinates|grid reference|utm|utm coordinates|wkt|geometry|geom|"
            "the geom|coordonnées|coordonnées gps|координаты|координати|الإحداثيات|إحداثيات",
        ),
        ("easting", "easting|eastings|utm easting|utm e|utm x|x utm"),
        ("northing", "northing|northings|utm northing|utm n|utm y|y utm"),
        ("grid zone", "utm zone|zone utm|grid zone|crs|epsg|srid|coordinate system|fuseau utm|зона utm"),
        ("route", "route|itinerary|detailed route|itinéraire|маршрут|المسار|خط السير"),
        ("from", "from|origin|departure point|departure from|départ de|откуда|من"),
        ("to", "to|destination|arrival point|куда|إلى|الوجهة"),
        ("altitude", "altitude|gps altitude|высота|الارتفاع"),
        ("elevation", "elevation|ground elevation|terrain elevation"),  # of the ground
        ("height", "height|building height|structure height"),  # of what stands on it
        ("shape", "shape|geometry type|forme|форма|الشكل"),
        ("waypoint", "waypoint|waypoint number|way point|point|point number|stop number|seq|sequence|order|étape|"
         "точка|номер точки|نقطة|رقم النقطة"),
        ("time", "time|eta|planned time|waypoint time|passage time|time at point|heure|время|الوقت"),
        ("arrival", "arrival|arrival time|arrives|arrivée|прибытие|الوصول"),
        ("departure", "departure|departure time|etd|departs|départ|отправление|المغادرة"),
        ("date", "date"),
        ("id", "movement id|site id|mission id|convoy id|facility id|notification number|номер движения|رقم الحركة|"
         "رقم الموقع"),
    )
    for alias in aliases.split("|")
}  # fmt: skip
# Where a form asks for the degrees, minutes, seconds and letter of an angle in columns of their own.
_COLUMNS |= {
    f"{name} {part}": f"{axis} {whole}"
    for axis, names in (("latitude", ("lat", "latitude")), ("longitude", ("lon", "long", "longitude")))
    for name in names
    for whole, parts in zip(
        PARTS,
        (
            ("d", "deg", "degree", "degrees"),
            ("m", "min", "minute", "minutes"),
            ("s", "sec", "second", "seconds"),
            ("letter", "dir", "direction", "hemisphere", "h", "ns" if axis == "latitude" else "ew"),
        ),
        strict=True,
    )
    for part in parts
} | {"n s": "latitude letter", "e w": "longitude letter"}
_ACROSS = frozenset({"x", "y", "point x", "point y", "x coord", "y coord", "x coordinate", "y coordinate"})
# Columns that tell what a table without a kind is about.
_TELLING = {
    **dict.fromkeys(
        map(
            folded,
            ("facility type", "facility function", "humanitarian function", "type of facility", "نوع المنشأة"),
        ),
        Kind.STATIC_SITE,
    ),
    **dict.fromkeys(
        map(folded, ("movement id", "mission id", "waypoint", "armed escort", "number of vehicles", "convoy id")),
        Kind.MOVEMENT,
    ),
}
# And those that do where none says when something goes on, or where it goes.
_SITE_NAMES = frozenset(map(folded, (
    "facility name", "site name", "name of facility", "name of site", "health facility name", "site id", "facility id",
    "nom du site", "nom de la structure", "اسم الموقع",
)))  # fmt: skip
_PASSING = frozenset(
    {"start", "end", "when", "medium", "route", "from", "to", "waypoint", "time", "arrival", "departure", "date"}
)
# Columns whose number decides where, when or how high: a formula in one of them is told of.
_WEIGHTY = frozenset({
    *STATING, "from", "to", "altitude", "elevation", "height", "time", "arrival", "departure",
    "date", "start", "end", "when", "valid_from", "valid_until",
    "lower", "upper", "radius_m", "half_width_m", "half_height_m", "buffer_m", "uncertainty_m",
})  # fmt: skip
_TIME_FIELDS = frozenset({"start", "end", "valid_from", "valid_until", "submitted", "time", "arrival", "departure"})


@dataclass(frozen=True, slots=True)
class _Row:
    number: int  # as the spreadsheet shows it
    cells: tuple[str, ...]
    cut: bool = False  # the file ends in it, without a line end
    lines: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # of cells on several, each one's separators


@dataclass(frozen=True, slots=True)
class _Merged:
    """One cell in place of several, and what it says. Rows from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int
    text: str

    @property
    def named(self) -> str:
        return f"{cell_named((self.top, self.left + 1))}:{cell_named((self.bottom, self.right + 1))}"


@dataclass(slots=True)
class _Section:
    """A header and the rows below it."""

    sheet: str  # "" in a CSV
    kind: Kind | None
    header: tuple[str, ...] = ()
    header_row: int = 0
    rows: list[_Row] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    broken: bool = False  # a name in the header of a CSV has a line end in it
    width: int = 0  # cells that a whole row has; 0 in a workbook, whose rows are all of one width
    separator: str = ""  # of a CSV
    facts: SheetFacts = field(default_factory=SheetFacts)
    merged: Mapping[int, Sequence[_Merged]] = field(default_factory=dict)  # by each row that they cover
    decimal_commas: bool = False  # whether a CSV has any, or may
    counts_from: int | None = None  # the year from which the workbook counts days; None where a table does not say

    def path(self, row: _Row) -> str:
        return f"{self.sheet}, row {row.number}" if self.sheet else f"row {row.number}"


@dataclass(slots=True)
class _Entry:
    """One row, its cells sorted by what they are."""

    row: _Row
    fields: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)  # the column that the first of each came from, as it is called
    stated: dict[str, list[Cell]] = field(default_factory=dict)  # what says where it is
    details: dict[str, str] = field(default_factory=dict)
    flags: list[Flag] = field(default_factory=list)


def read(data: bytes, file: str, context: Context) -> Reading:
    """Every row of every section. Problems of the file itself are in the reading, never raised."""
    with collector_paused(len(data)):
        return _read(data, file, context)


def _read(data: bytes, file: str, context: Context) -> Reading:
    problems: list[Problem] = []
    omissions: list[Omission] = []
    try:
        if data.startswith((_ZIP, _OLE)):
            sections = _sections_of_workbook(data, file, problems, omissions)
        else:
            sections = _sections_of_text(data, file, problems, omissions)
    except InputError as error:
        return reading_of(NAME, (), problems=(_problem(Source(file), error),))
    outcomes: list[Outcome] = []
    for section in sections:
        outcomes.extend(_outcomes(section, file, context, omissions))
    if not sections and not problems:
        problems.append(
            Problem(
                Source(file),
                "table-header",
                "No row holds known column names.",
                "a header such as id, organisation, name, latitude, longitude (thalweg template)",
                "",
            )
        )
    return reading_of(NAME, outcomes, problems=problems, omissions=_gathered(omissions))


def _gathered(omissions: list[Omission]) -> list[Omission]:
    """Harmless ones of one sort told once."""
    kept = [omission for omission in omissions if not omission.harmless]
    harmless: dict[tuple[str, str], list[Omission]] = {}
    for omission in omissions:
        if omission.harmless:
            harmless.setdefault((omission.what, omission.why), []).append(omission)
    for (what, why), same in harmless.items():
        told = what if len(same) == 1 else f"{what}, {len(same)} times"
        kept.append(Omission(same[0].source, told, why, harmless=True))
    return kept


# --- text to sections ---


def _sections_of_text(data: bytes, file: str, problems: list[Problem], omissions: list[Omission]) -> list[_Section]:
    best: tuple[int, int, list[_Row], str, Problem | None, str] | None = None
    for text, encoding in _decodings(data):
        first, _, rest = text.partition("\n")
        told = re.fullmatch(r'"?sep=(.)"?\s*', first.strip("\r"))
        skipped = 1 if told else 0
        for delimiter in (told[1],) if told else (",", ";", "\t", "|"):
            rows, problem = _records(rest if told else text, delimiter, skipped, file)
            known = max((_known(row.cells) for row in rows[:30]), default=0)
            wide = max((len(row.cells) for row in rows[:30]), default=0)
            if best is None or (known, wide) > best[:2]:
                best = (known, wide, rows, encoding, problem, delimiter)
    if best is None:
        raise InputError("table-empty", "The file is empty.", expected="a header and rows", found="nothing")
    _, _, rows, encoding, problem, separator = best
    if problem:
        problems.append(problem)
    sections = _sections("", None, rows, file, omissions)
    for section in sections:
        section.width, section.separator = len(section.header), separator
        problems.extend(_rows_in_header(section, file))
        section.decimal_commas = _has_decimal_commas(section)
    if encoding:
        flag = Flag(
            "encoding-assumed",
            f"The file does not say how its letters are encoded: it is read as {encoding}.",
            "file",
            {"encoding": encoding},
        )
        for section in sections:
            section.flags.append(flag)
    return sections


def _decodings(data: bytes) -> list[tuple[str, str]]:
    """The text, and its encoding where that had to be assumed."""
    if marked(data)[0]:
        return [(decoded(data, "table-encoding", "The file"), "")]
    if b"\0" in data[:4096]:
        wide = data[1:200:2].count(0) > data[0:200:2].count(0)
        if data[:200].count(0) * 3 < len(data[:200]):
            raise InputError(
                "table-binary",
                "The file has NUL characters, as no table of text has, or is UTF-16 without a byte order mark.",
                expected="CSV in UTF-8, or XLSX",
                found="binary",
            )
        return [(_decoded(data, "utf-16-le" if wide else "utf-16-be"), "UTF-16")]
    try:
        return [(data.decode("utf-8"), "")]
    except UnicodeDecodeError:
        # The first is the guess; another is taken where more columns are known by it.
        guesses = sorted(_WINDOWS, key=lambda guess: guess[0] != _likely(data[:20000]))
        return [(data.decode(encoding, "replace"), name) for encoding, name in guesses]


_WINDOWS = (
    ("cp1252", "Windows-1252 (Western)"),
    ("cp1251", "Windows-1251 (Cyrillic)"),
    ("cp1256", "Windows-1256 (Arabic)"),
)


def _likely(data: bytes) -> str:
    """The Windows encoding that the letters speak for.

    Western words have a letter above 7F here and there, Russian and Arabic ones have nothing else. Of
    these, alef (C7) is the commonest letter in Arabic and a rare capital in Russian.
    """
    high = [index for index, byte in enumerate(data) if byte >= 0x80]
    beside = sum(b - a == 1 for a, b in pairwise(high))
    if beside * 2 < len(high):
        return "cp1252"
    return "cp1256" if data.count(0xC7) * 20 > len(high) else "cp1251"


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            "table-encoding", f"The file is not {encoding}: {error.reason}.", expected="UTF-8", found=encoding
        ) from error


_LINE_END = re.compile(r"\r\n|\r|\n")


def _records(text: str, delimiter: str, skipped: int, file: str) -> tuple[list[_Row], Problem | None]:
    rows: list[_Row] = []
    between = re.compile(re.escape(delimiter) + "(?! )")  # in prose a space follows
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row_number = skipped
    while True:
        row_number += 1
        try:
            record = next(reader)
        except StopIteration:
            if rows and not text.endswith(("\n", "\r")):
                rows[-1] = replace(rows[-1], cut=True)
            return rows, None
        except csv.Error as error:
            return rows, Problem(
                Source(file, f"row {row_number}"),
                "csv-broken",
                f"The CSV breaks off here; this row and all after it were not read: {error}.",
                "quotes in pairs",
                "",
            )
        lines = {
            at: tuple(len(between.findall(line)) for line in _LINE_END.split(cell))
            for at, cell in enumerate(record)
            if "\n" in cell or "\r" in cell
        }
        rows.append(_Row(row_number, tuple(cell.strip() for cell in record), lines=lines))


# --- workbooks to sections ---


def _sections_of_workbook(data: bytes, file: str, problems: list[Problem], omissions: list[Omission]) -> list[_Section]:
    _require_xlsx(data)
    facts = workbook_facts(data)  # before any part is unpacked by a reader that does not look at its size
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError) as error:
        raise InputError(
            "workbook-unreadable", f"The workbook cannot be opened: {error}.", expected="XLSX", found=""
        ) from error
    if facts.damage:
        problems.append(
            Problem(Source(file), "workbook-damaged", f"The workbook is damaged: {facts.damage}.", "a whole file")
        )
    sections: list[_Section] = []
    for sheet_data in workbook.sheets_metadata:
        name = sheet_data.name
        if sheet_data.typ is not SheetTypeEnum.WorkSheet:
            omissions.append(
                Omission(
                    Source(file, name), "a sheet", "it holds a chart, a dialog or macros, and no cells", harmless=True
                )
            )
            continue
        try:
            of_sheet = facts.sheets[name]
            sheet = workbook.get_sheet_by_name(name)
            ranges = sheet.merged_cell_ranges or []
            rows, merged = _sheet_rows(sheet.to_python(skip_empty_area=False), ranges, of_sheet)
        except (CalamineError, KeyError, ValueError, OSError) as error:
            # Of a part that it does not find, the reader says the name of the sheet alone.
            why = "its part is not where a reader looks for it" if name in str(error) else str(error)
            sentence = f"The sheet cannot be read: {why}. Open the workbook in a spreadsheet program, and save it anew."
            problems.append(Problem(Source(file, name), "sheet-unreadable", sentence, "cells", ""))
            continue
        left_out: list[Omission] = []
        found = _sections(name, _SECTIONS.get(folded(name)), rows, file, left_out)
        if found or folded(name) != _INSTRUCTIONS:
            omissions.extend(left_out)
        for section in found:
            section.facts = of_sheet
            section.merged = merged
            section.counts_from = 1904 if facts.counts_from_1904 else 1900
            if of_sheet.hidden:
                section.flags.append(Flag("cell-hidden", _hidden(f"The sheet “{name}”"), "sheet"))
        sections.extend(found)
    return sections


def _require_xlsx(data: bytes) -> None:
    """InputError for every other kind of workbook: of those, errors and merged cells look like empty ones when read."""
    why = ""
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise InputError(
                "workbook-unreadable",
                "The workbook is protected by a password, and cannot be opened. Save it without one.",
                expected="XLSX without a password",
            )
        why = "This is a workbook of an old kind (XLS), or another document of that time"
    else:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise InputError(
                "workbook-unreadable", f"The workbook is not whole: {error}. Ask for it again.", expected="XLSX"
            ) from error
        if "xl/workbook.bin" in names:
            why = "This is a workbook in binary form (XLSB)"
        elif "xl/workbook.xml" not in names:
            why = "This is a document in OpenDocument form (ODS), or another that is no XLSX"
    if why:
        raise InputError(
            "workbook-unreadable",
            f"{why}, and is not read: an error or a merged cell in it could not be told from an empty cell. Save it as "
            "XLSX, or as CSV, and look at it before you send it.",
            expected="XLSX or CSV",
        )


def _hidden(what: str) -> str:
    return f"{what} is hidden in the workbook. It is read and tested all the same: ask whether it still holds."


_UNCOMPUTED = (
    "= (never computed)"  # stands in a cell whose formula has no value; a cell must not look empty that is not
)
_Range = tuple[tuple[int, int], tuple[int, int]]  # top left and bottom right, from 0


def _sheet_rows(
    values: Sequence[Sequence[object]], ranges: Sequence[_Range], facts: SheetFacts
) -> tuple[list[_Row], Mapping[int, Sequence[_Merged]]]:
    """The cells as they are seen: with the letters of their number formats, and with the errors that they show."""
    grid = [[_cell_text(cell) for cell in row] for row in values]
    for (row, column), shown in facts.shown.items():
        value = values[row - 1][column - 1] if row <= len(grid) and column <= len(grid[row - 1]) else None
        if isinstance(value, int | float) and not (isinstance(value, bool) or shown.scaled):
            grid[row - 1][column - 1] = shown.text(grid[row - 1][column - 1])
    for (row, column), error in (*facts.errors.items(), *((cell, _UNCOMPUTED) for cell in facts.uncomputed)):
        while len(grid) < row:
            grid.append([])
        grid[row - 1] += [""] * (column - len(grid[row - 1]))
        grid[row - 1][column - 1] = error
    merged: dict[int, list[_Merged]] = {}
    for (top, left), (bottom, right) in ranges:
        text = grid[top][left] if top < len(grid) and left < len(grid[top]) else ""
        covering = _Merged(top + 1, left, bottom + 1, right, text)
        for covered in range(top + 1, min(bottom + 1, len(grid)) + 1):
            merged.setdefault(covered, []).append(covering)
        # A merged cell says the same of every row that it covers; across columns it is a title.
        for cells in grid[top + 1 : bottom + 1] if left == right else ():
            if left < len(cells) and not cells[left]:
                cells[left] = text
    return [_Row(index, tuple(row)) for index, row in enumerate(grid, start=1)], merged


def _cell_text(cell: object) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e21 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return "" if cell is None else str(cell)


# --- rows to sections ---


def _sections(sheet: str, kind: Kind | None, rows: list[_Row], file: str, omissions: list[Omission]) -> list[_Section]:
    sections: list[_Section] = []
    current: _Section | None = None
    pending = kind
    loose: list[int] = []
    for row in rows:
        filled = [cell for cell in row.cells if cell]
        if not filled:
            continue
        if len(filled) == 1 and row.cells[0] and folded(row.cells[0]) in _SECTIONS:
            pending, current = _SECTIONS[folded(row.cells[0])], None
            continue
        heads = current is None and _known(row.cells) >= 2  # whose first column may be called #
        hashed = _is_error(row.cells[0]) or (len(filled) > 1 and _HASHES.fullmatch(row.cells[0]) is not None)
        tags = all(_HASHTAG.fullmatch(cell) and not _is_error(cell) for cell in filled)
        if not heads and (tags or row.cells[0].startswith("#")) and not hashed:
            # Of a declaration that somebody took out in this way, more is left than a sentence or hashtags.
            harmless = current is None or len(filled) == 1 or tags
            why = (
                "it begins with #" if harmless else "it begins with #, and has other cells: take the # away if it holds"
            )
            omissions.append(Omission(Source(file, _row_path(sheet, row)), "a comment row", why, harmless=harmless))
            continue
        if current is not None and not current.rows and row.number == current.header_row + 1:
            names = _of_two_rows(current.header, row.cells)
            if _known(names) >= _known(current.header) + 2:
                current.header, current.header_row = names, row.number
                continue
        if current is None:
            if heads:
                current = _Section(sheet, pending, tuple(row.cells), row.number, broken=bool(row.lines))
                sections.append(current)
            else:
                loose.append(row.number)
            continue
        current.rows.append(row)
    if loose:
        above = bool(sections) and loose[-1] < sections[0].rows[0].number if _any_rows(sections) else False
        where = f"{sheet}, " if sheet else ""
        omissions.append(
            Omission(
                Source(file, f"{where}row {loose[0]}" + (f" to {loose[-1]}" if len(loose) > 1 else "")),
                ("rows above a header" if above else "rows without a header") if sections
                else "a table without known columns",
                "no column of theirs is known",
                harmless=above,
            )
        )  # fmt: skip
    return sections


_HASHTAG = re.compile(r"#[a-z][a-z0-9_]*(?: *\+[a-z0-9_]+)*")  # of the Humanitarian Exchange Language, below a header


def _of_two_rows(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """The names of a header in two rows, of which the upper has the titles of several columns: Latitude above Deg."""
    names: list[str] = []
    title = ""
    for at in range(max(len(upper), len(lower))):
        above = upper[at] if at < len(upper) else ""
        below = lower[at] if at < len(lower) else ""
        title = above or title
        if not below or _named_by(below) or above == below:
            names.append(below or above)
        else:
            names.append(f"{title} {below}")
    return tuple(names)


def _any_rows(sections: Sequence[_Section]) -> bool:
    return bool(sections and sections[0].rows)


def _row_path(sheet: str, row: _Row) -> str:
    return f"{sheet}, row {row.number}" if sheet else f"row {row.number}"


# In brackets behind a name, where it says what is taken anyway: not a west, or feet.
_IN_BRACKETS = re.compile(r"(.+?) ?[(\[](.+)[)\]]")
_DEGREES = frozenset({"decimal degrees", "decimal", "dd", "degrees", "degree", "deg", "°", "dms", "wgs84", "wgs 84"})
_AS_TAKEN = {
    "latitude": _DEGREES | {"n", "north", "lat", "latitude"},
    "longitude": _DEGREES | {"e", "east", "lon", "long", "longitude"},
    "coordinates": _DEGREES | {"lat lon", "lat long", "lat, lon", "lat, long", "lat; lon", "lat; long"},
    **dict.fromkeys(("altitude", "elevation", "height", "easting", "northing"), frozenset({"m", "metres", "meters"})),
}


@lru_cache(maxsize=4096)
def _column(name: str) -> str:
    """The table's own column of that name, or empty. Form tools prefix theirs: `_gps_latitude`."""
    word = folded(name)
    found = _COLUMNS.get(word, "")
    if not found and (match := _IN_BRACKETS.fullmatch(word)):
        named = _column(match[1])
        found = named if match[2] in _AS_TAKEN.get(named, ()) else ""
    if not found:
        for ending in ("latitude", "longitude", "altitude"):
            if word.endswith(" " + ending):
                return ending
        if word.endswith(" precision") and word.startswith(("gps", "location", "position", "geopoint")):
            return "gps precision"
    return found


def _known(cells: Iterable[str]) -> int:
    """How many different columns of a row are known names."""
    names = set()
    for cell in cells:
        if cell and len(cell) < 60:
            known = field_named(cell)
            name = _column(cell) or (known[0] if known else "")
            if name:
                names.add(name)
    return len(names)


# --- rows to drafts ---


def _outcomes(section: _Section, file: str, context: Context, omissions: list[Omission]) -> Iterable[Outcome]:
    kind, told = section.kind, ""
    names = [field_named(name) for name in section.header]
    if kind is None and not any(known and known[0] == "kind" for known in names):
        words = [folded(name) for name in section.header]
        kind = next((_TELLING[word] for word in words if word in _TELLING), None)
        if kind is None and not _SITE_NAMES.isdisjoint(words) and not any(map(_is_passing, section.header)):
            kind = Kind.STATIC_SITE
        told = kind.value if kind else ""
    entries: list[_Entry] = []
    outcomes: list[Outcome] = []
    of_ids = _named_by(section.header[0]) == "id"
    _tell_of_columns(section, file, omissions)
    for row in section.rows:
        if of_ids and re.match(EXAMPLE + r"(?![^\W_])", row.cells[0], re.IGNORECASE):
            omissions.append(
                Omission(Source(file, section.path(row)), "an example row", f"it begins with {EXAMPLE}", harmless=True)
            )
            continue
        try:
            entry = _entry(row, section)
        except InputError as error:
            outcomes.append(_problem(Source(file, section.path(row)), error))
            continue
        if told:
            entry.flags.append(Flag("kind-assumed", f"Its columns are those of a {told}: it is read as one.", "kind"))
        if kind is not None and not entry.fields.get("kind"):
            entry.fields["kind"] = kind.value
        _leave_out_zone(entry, context)
        entries.append(entry)
    _tell_of_comments(section, file, omissions)
    for group in _groups(entries):
        source = Source(file, _group_path(section, group))
        try:
            draft = _draft(group, source)
        except InputError as error:
            outcomes.append(_problem(source, error))
            continue
        outcomes.append(finish(draft, context))
    return outcomes


def _leave_out_zone(entry: _Entry, context: Context) -> None:
    """A zone that is no restriction, of something that has none, is a part of the country, as in Ethiopia."""
    text, kind_text = entry.fields.get("zone", ""), entry.fields.get("kind", "")
    if not text.strip():
        return
    try:
        kind = kind_of(kind_text) if kind_text.strip() else context.default_kind
    except InputError:  # told of when the draft is finished
        return
    if kind is None or kind is Kind.RESTRICTED_ZONE:
        return
    try:
        zone_of(text)
    except InputError as error:
        if error.code != "zone-unknown":
            return
        del entry.fields["zone"]
        _detail(entry, entry.named["zone"], text, 0)
        sentence = f"“{text[:40]}” is no restriction known here, and a {kind} has none: it is kept as a detail."
        entry.flags.append(Flag("zone-unread", sentence, entry.named["zone"]))


def _group_path(section: _Section, group: Sequence[_Entry]) -> str:
    path = section.path(group[0].row)
    if len(group) == 1:
        return path
    first, last = group[0].row.number, group[-1].row.number
    sheet = f"{section.sheet}, " if section.sheet else ""
    if last - first == len(group) - 1:
        return f"{sheet}rows {first} to {last}"
    return f"{sheet}rows " + ", ".join(str(entry.row.number) for entry in group)


def _entry(row: _Row, section: _Section) -> _Entry:
    entry = _Entry(row, flags=list(section.flags))
    header, facts = section.header, section.facts
    of_a_form = any(name in _FORM_TOOL for name in header)
    _require_whole(row, section, entry)
    for index, cell in enumerate(row.cells):
        if not cell:
            _ask_of_empty(row, index, section, entry)
            continue
        if of_a_form and index < len(header) and header[index] in ("start", "end", "today"):
            entry.details[header[index]] = cell
            continue
        name, at = header[index] if index < len(header) else "", (row.number, index + 1)
        where = f"below “{name}”" if name else f"in column {index + 1}, which has no name,"
        if cell == _UNCOMPUTED:
            raise InputError(
                "formula-without-value",
                f"The cell {where} holds a formula that was never computed, so its value is not known.",
                expected="a workbook saved by a spreadsheet program, or the value itself",
                found="a formula",
            )
        if _HASHES.fullmatch(cell):
            raise InputError(
                "cell-error",
                f"The cell {where} holds what a spreadsheet shows where a column is too narrow, and not its value.",
                expected="the value: widen the column, and save the table anew",
                found=cell,
            )
        if at in facts.errors or _is_error(cell):
            raise InputError(
                "cell-error", f"The cell {where} holds an error of the spreadsheet.", expected="a value", found=cell
            )
        if not name:
            raise InputError(
                "row-longer",
                "A cell stands where the header has no column; perhaps a separator inside a text moved the cells, or "
                "the header has two rows.",
                expected=f"at most {len(header)} cells, each below a column name",
                found=f"“{cell[:60]}” in column {index + 1}",
            )
        if section.decimal_commas and _is_length(name) and _GROUPED.match(cell):
            raise InputError(
                "number-ambiguous",
                f"“{cell}” can be read as two different numbers, for the table has decimal commas.",
                expected="a number without thousands separators, such as 1500 or 1,5",
                found=cell,
            )
        weighty = _weighty(name)
        if weighty and at in facts.shown and facts.shown[at].scaled:
            raise InputError(
                "cell-format",
                f"The cell below “{name}” holds {cell}, and its number format “{facts.shown[at].code}” shows "
                "something else. Which is meant is not guessed.",
                expected="the number itself, with its unit in the cell or in the name of the column",
                found=cell,
            )
        _sort(name, cell, entry, index)
        if weighty and at in facts.formulas:
            entry.flags.append(_of_formula(name, cell, row.number, elsewhere=facts.formulas[at]))
        if weighty and facts.hides_column(index + 1):
            entry.flags.append(Flag("cell-hidden", _hidden(f"The column “{name}”"), name))
    if row.number in facts.hidden_rows:
        entry.flags.append(Flag("cell-hidden", _hidden("The row"), "row"))
    _settle_altitude(entry, header)
    _join_dates(entry, section.counts_from)
    precision = entry.columns.pop("gps precision", "")
    if precision:
        stated = entry.fields.get("uncertainty_m", precision)
        entry.fields["uncertainty_m"] = max(stated, precision, key=lambda value: read_length(value))
    return entry


_HEIGHTS = ("altitude", "elevation", "height")


def _settle_altitude(entry: _Entry, header: Sequence[str]) -> None:
    """An elevation or a height by itself is the altitude. Of several that the table has, only what is called so is: how
    high the ground is, how high stands what is on it and how high something flies are no readings of one another."""
    there = set(_HEIGHTS) & set(map(_column, header))
    given = {name: entry.columns.pop(name) for name in _HEIGHTS if name in entry.columns}
    altitude = given.pop("altitude", "") if len(there) > 1 else "".join(given.values())
    if altitude:
        entry.columns["altitude"] = altitude
    if len(there) < 2:
        return
    for name, text in given.items():
        _detail(entry, entry.named[name], text, 0)
        if text != altitude:
            sentence = (
                f"Its {name} is kept as a detail, and not read as its altitude: the table has "
                f"{' and '.join(each for each in _HEIGHTS if each in there)}. Give its limits as lower and upper if it "
                "is where something flies."
            )
            entry.flags.append(Flag("height-unread", sentence, entry.named[name]))


def _ask_of_empty(row: _Row, index: int, section: _Section, entry: _Entry) -> None:
    """A formula whose value is empty is told of where a value would decide."""
    elsewhere = section.facts.formulas.get((row.number, index + 1))
    if elsewhere is not None and index < len(section.header) and _weighty(section.header[index]):
        entry.flags.append(_of_formula(section.header[index], "", row.number, elsewhere=elsewhere))


def _require_whole(row: _Row, section: _Section, entry: _Entry) -> None:
    """Refuses a row of which some may be missing, or which may have others in it; flags what may only be short."""
    header = section.header
    for merged in section.merged.get(row.number, ()):
        first = merged.left if row.number == merged.top else merged.left - 1  # before the columns that it leaves empty
        if merged.left == merged.right:
            beneath = row.cells[merged.left] if merged.left < len(row.cells) else ""
            unclear = beneath != merged.text  # a value that nobody sees
        else:
            unclear = any(_named_by(name) for name in header[first + 1 : merged.right + 1])
        if unclear and merged.left < len(header):
            raise InputError(
                "cell-merged",
                f"The merged cell {merged.named}, which begins below “{header[merged.left]}”, covers columns of other "
                "meaning, or a value that is not seen: what it says of each is not guessed.",
                expected="a cell for each row and column",
                found=merged.text,
            )
    if not section.width:
        return
    for index in row.lines:
        name = header[index] if index < len(header) else ""
        # Positions and routes may stand on several lines, and are read strictly anyway.
        if _holds_rows(row, index, section) and _named_by(name) not in ("coordinates", "route"):
            raise InputError(
                "csv-rows-within",
                f"The cell below “{name}” has line ends and separators in it as whole rows have: perhaps a quotation "
                "mark that is not closed took in the rows after it.",
                expected="quotation marks in pairs, or the text on one line",
                found=row.cells[index][:80],
            )
    missing = [name for name in header[len(row.cells) :] if name]
    if not missing:
        return
    if row.cut:
        raise InputError(
            "row-cut",
            "The file ends within this row: it may have been cut off.",
            expected=f"{section.width} cells, or a line end",
            found=f"{len(row.cells)} cells",
        )
    if any(_named_by(name) for name in missing):
        sentence = (
            f"The row has {len(row.cells)} cells, and the header {section.width}: what stands below "
            f"“{missing[0]}”{' and after it' if len(missing) > 1 else ''} is taken as empty."
        )
        entry.flags.append(Flag("row-shorter", sentence, "row"))


def _holds_rows(row: _Row, index: int, section: _Section) -> bool:
    """Whether a cell on several lines is what a quotation mark takes in that is closed rows later: what its own row
    has behind it, whole rows, and of the last one what stands before the cells that are left."""
    first, *whole, last = row.lines[index]
    most = section.width - 1
    behind = len(row.cells) - 1 - index
    could_be = first <= most - index and last <= most - behind and max(whole, default=0) <= most
    needed = min(most, 2 * most - (len(row.cells) - 1))  # two rows have that many, less what stands between the cells
    return could_be and first + sum(whole) + last >= max(needed, 2)


def _rows_in_header(section: _Section, file: str) -> Iterable[Problem]:
    """The same, of a quotation mark in the header: what it took in is then no row.

    Header and rows taken in have the separators of that many rows, however they are shared out among names.
    """
    if not section.broken:
        return
    lengths = sorted(len(row.cells) for row in section.rows)
    usual = mode(lengths) if lengths else 1
    separators = section.width - 1 + sum(name.count(section.separator) for name in section.header)
    if separators >= 2 * (usual - 1):
        yield Problem(
            Source(file, f"row {section.header_row}"),
            "csv-rows-within",
            "A name in the header has a line end in it: perhaps a quotation mark that is not closed took in rows.",
            "quotation marks in pairs, and names on one line",
            next((name for name in section.header if _LINE_END.search(name)), "")[:80],
        )


@lru_cache(maxsize=4096)
def _named_by(name: str) -> str:
    """What the reader calls a column of that name; empty where it is none of ours."""
    known = field_named(name)
    return _column(name) or (known[0] if known else "")


def _tell_of_columns(section: _Section, file: str, omissions: list[Omission]) -> None:
    """Names the columns that are not understood, and apart from them those that look like a column that is."""
    where = Source(file, section.sheet)
    plain_names = []
    for name in section.header:
        if not name or _named_by(name) or folded(name) in _EXPECTED:
            continue
        like = resembled(name) or resembled(name, among=_COLUMNS)
        if like:
            why = f"it is not known, and looks like “{like}”: it is kept as a detail and not tested; correct its name"
            omissions.append(Omission(where, f"the column “{name[:60]}”", why))
        else:
            plain_names.append(f"“{name[:60]}”")
    if plain_names:
        why = "no such names are known here: what stands below them is kept as details, and decides nothing"
        omissions.append(Omission(where, f"columns {', '.join(plain_names)}", why, harmless=True))


def _tell_of_comments(section: _Section, file: str, omissions: list[Omission]) -> None:
    numbers = {row.number for row in section.rows}
    cells = [cell_named(cell) for cell in sorted(section.facts.comments) if cell[0] in numbers]
    if cells:
        shown = ", ".join(cells[:20]) + (f" and {len(cells) - 20} more" if len(cells) > 20 else "")
        omissions.append(
            Omission(Source(file, section.sheet), f"comments on {shown}", "comments are not read", harmless=True)
        )


def _is_passing(name: str) -> bool:
    return _named_by(name) in _PASSING


def _weighty(name: str) -> bool:
    return _named_by(name) in _WEIGHTY


_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_DECIMAL_POINT = re.compile(r"[+-]?\d+\.(?!\d{3}(?!\d))\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?!\d)")


def _has_decimal_commas(section: _Section) -> bool:
    """Whether what says where or how large has any; or where semicolons stand between the cells, as they do where the
    comma is the decimal sign, and no number there has a point in it."""
    named = [_named_by(name) for name in section.header]
    degrees = _below(section, [name in ("latitude", "longitude") for name in named])
    sizes = _below(section, [_is_length(name) for name in section.header])
    if any(map(_DECIMAL_COMMA.fullmatch, degrees)):
        return True
    if any(_DECIMAL_COMMA.fullmatch(cell) and not _THOUSANDS.fullmatch(cell) for cell in sizes):
        return True
    # A date has points of its own.
    return section.separator == ";" and not any(map(_DECIMAL_POINT.match, (*degrees, *sizes)))


def _below(section: _Section, wanted: Sequence[bool]) -> list[str]:
    """The cells in the columns that are wanted."""
    return [cell for row in section.rows for cell, meant in zip(row.cells, wanted, strict=False) if meant]


def _is_length(name: str) -> bool:
    named = _named_by(name)
    return named.endswith("_m") or named in ("lower", "upper", "altitude", "elevation", "height")


_HASHES = re.compile("#{3,}")  # what a spreadsheet shows, and exports, where a column is too narrow


def _is_error(cell: str) -> bool:
    return cell.rstrip("!?").upper() in _CELL_ERRORS or cell.upper() in _CELL_ERRORS_ABROAD


def _of_formula(name: str, cell: str, row: int, *, elsewhere: bool) -> Flag:
    asks = "a formula that asks another workbook" if elsewhere else "a formula"
    sentence = (
        f"The cell below “{name[:60]}” in row {row} holds {asks}: its value “{cell[:60]}” stands as the program that "
        "wrote the workbook last left it, and is not computed here. It may be a 0 that nobody computed: check it."
    )
    return Flag("formula-value", sentence, name)


# Columns that ODK and KoboToolbox add. Their `start` and `end` say when the form was filled in, and not
# when anything happens.
_FORM_TOOL = frozenset({"_uuid", "_submission_time", "_submitted_by", "meta/instanceID", "KEY", "SubmissionDate"})
_CELL_ERRORS = frozenset({
    "#N/A", "#REF", "#VALUE", "#NAME", "#DIV/0", "#NUM", "#NULL", "#SPILL", "#CALC", "#GETTING_DATA", "#FIELD",
    "#BLOCKED", "#CONNECT", "#BUSY", "#UNKNOWN", "#EXTERNAL", "#PYTHON",
})  # fmt: skip
# As spreadsheet programs write them in German, French, Russian and Turkish.
_CELL_ERRORS_ABROAD = frozenset({
    "#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#N/D", "#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!", "#Н/Д", "#ССЫЛКА!",
    "#ЗНАЧ!", "#ИМЯ?", "#ЧИСЛО!", "#ДЕЛ/0!", "#ПУСТО!", "#YOK", "#BAŞV!", "#DEĞER!", "#AD?", "#SAYI!", "#SAYI/0!",
})  # fmt: skip
_HALF_TIMES = frozenset({"start time", "end time", "end date", "start date"})  # the other half may stand beside
# What the template asks for besides, and what form tools add: kept as details, and not told of.
_EXPECTED = frozenset(map(folded, (
    "other names", "p-code", "facility type", "humanitarian function", "markings", "occupancy", "contact 24/7",
    "consent", "recipients", "verification", "vehicles", "people", "armed escort", "cargo", "after delivery",
    "contact en route",
    "abort plan", "نوع المنشأة", "remarks", "notes", "comment", "comments", "description", "today", *_FORM_TOOL,
)))  # fmt: skip


def _sort(name: str, cell: str, entry: _Entry, index: int) -> None:
    column = _column(name)
    known = field_named(name)
    word = folded(name)
    if word in _HALF_TIMES:
        _once(entry, entry.columns, word.replace(" ", "_"), name, cell)
    elif column in STATING:
        if word in _ACROSS and in_metres(cell):
            column = "easting" if column == "longitude" else "northing"
        _state(entry, column, name, cell)
    elif column and column != "id":
        _once(entry, entry.columns, column, name, cell)
    elif known == ("zone", "") and names_zone(cell):
        _state(entry, "grid zone", name, cell)
    elif column or known:
        target, unit = known or (column, "")
        text = with_unit(cell, unit)
        if target in ("id", "title", "party", "place") and entry.fields.get(target, text) != text:
            _detail(entry, name, cell, index)  # the first is the one; this one may be of another register
        else:
            _once(entry, entry.fields, target, name, text)
    else:
        _detail(entry, name, cell, index)


def _once(entry: _Entry, kept_here: dict[str, str], target: str, name: str, text: str) -> None:
    before = kept_here.setdefault(target, text)
    first = entry.named.setdefault(target, name)
    if before == text:
        return
    wider = _wider(target, before, text)
    if wider:
        kept_here[target] = wider
        unused, column = (text, name) if wider == before else (before, first)
        entry.details.setdefault(column, unused)
        return
    meaning = target.replace("_", " ")
    raise InputError(
        "field-twice",
        f"{first[:40]} “{before[:60]}” and {name[:40]} “{text[:60]}” are both its {meaning}, and differ.",
        expected="one",
        found=f"{before}; {text}",
    )


_DIGITS = re.compile(r"\d+(?:[.,](\d+))?")


def _wider(target: str, one: str, other: str) -> str:
    """Of two lengths that are one, each as finely as it is written, the longer; empty if they are two, or none.

    `0.5 km` beside `500`: as its columns may be radius_km and radius_m.
    """
    if not target.endswith("_m"):
        return ""
    try:
        a_m, b_m = read_length(one), read_length(other)
        room_m = (_step_m(one) + _step_m(other)) / 2
    except InputError:  # told of where it is read
        return ""
    if abs(a_m - b_m) > room_m:
        return ""
    return one if a_m >= b_m else other


def _step_m(text: str) -> float:
    """What the last digit of a length is worth."""
    tidy = re.sub(r"(?<=\d) (?=\d)", "", plain(text))
    return read_length(_DIGITS.sub(lambda match: f"{10.0 ** -len(match[1] or ''):f}", tidy, count=1))


def _state(entry: _Entry, column: str, name: str, text: str) -> None:
    if column == "coordinates" and (accuracy := accuracy_of(text)):
        entry.columns.setdefault("gps precision", accuracy)
    cells = entry.stated.setdefault(column, [])
    if all(cell.text != text for cell in cells):
        cells.append(Cell(name, text))


def _detail(entry: _Entry, name: str, cell: str, index: int) -> None:
    if entry.details.setdefault(name, cell) != cell:
        entry.details[f"{name}, column {index + 1}"] = cell


def _join_dates(entry: _Entry, counts_from: int | None) -> None:
    """Dates and times of day in cells of their own; serial numbers of a spreadsheet (R26)."""
    columns, fields = entry.columns, entry.fields
    day = columns.pop("date", "")
    for side in ("start", "end"):
        date_text = columns.pop(f"{side}_date", "") or day
        time_text = columns.pop(f"{side}_time", "")
        if day and _HOUR.fullmatch(fields.get(side, "")) and not time_text:
            time_text = fields.pop(side)
        text = _joined(date_text, time_text)
        if text and (date_text is not day or time_text or side == "start"):
            _once(entry, fields, side, "date", text)
    for name in ("time", "arrival", "departure"):
        if columns.get(name) and day and _HOUR.fullmatch(columns[name]):
            columns[name] = _joined(day, columns[name])
    for place in (fields, columns):
        for name in sorted(_TIME_FIELDS & place.keys()):
            place[name] = _without_serial(place[name], name, counts_from, entry.flags)


_HOUR = re.compile(r"\d{1,2}[:.h]\d{2}(?::\d{2})?.*")


def _joined(day: str, hour: str) -> str:
    if not day or not hour:
        return day or hour
    if re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d", day) and day.endswith("00:00:00"):
        day = day[:10]
    if re.match(r"\d{4}-\d\d-\d\d[T ]\d", hour):
        return hour
    return f"{day} {hour}"


# The day before the first in a workbook, by the year from which it counts. In 1900, programs count a 29 February.
_BEFORE_FIRST = {1900: datetime(1899, 12, 30), 1904: datetime(1904, 1, 1)}  # noqa: DTZ001  local, as in the sheet


def _without_serial(text: str, name: str, counts_from: int | None, flags: list[Flag]) -> str:
    """A bare day number as a date, and an hour where it has one. What a CSV counts from it does not say."""
    if not re.fullmatch(r"[2-7]\d{4}(?:[.,]\d+)?", text):
        return text
    readings = {}
    for year, before in _BEFORE_FIRST.items():
        moment = before + timedelta(days=float(text.replace(",", ".")), microseconds=500_000)
        readings[year] = moment.date().isoformat() if text.isdecimal() else moment.isoformat(" ", "seconds")
    year = counts_from or 1900
    doubt = "" if counts_from else f" In a workbook that counts from 1904 it is {readings[1904]}: ask."
    sentence = (
        f"The {name} “{text}” is a spreadsheet's day number: it is read as {readings[year]} local time, counting days "
        f"from {year}.{doubt}"
    )
    flags.append(Flag("time-serial", sentence, name))
    return readings[year]


def _groups(entries: Iterable[_Entry]) -> list[list[_Entry]]:
    """Rows of movements that share an id, in order; every other row alone.

    In a table of movements a row without an id, but with a way-point number, belongs to the row above.
    """
    groups: list[list[_Entry]] = []
    by_id: dict[str, list[_Entry]] = {}
    for entry in entries:
        is_movement = folded(entry.fields.get("kind", "")) in _MOVEMENT_WORDS
        own_id = kept(entry.fields.get("id", ""))
        if is_movement and not own_id and "waypoint" in entry.columns and groups:
            previous = groups[-1][0]
            if folded(previous.fields.get("kind", "")) in _MOVEMENT_WORDS:
                groups[-1].append(entry)
                continue
        if is_movement and own_id and "route" not in entry.stated and not entry.fields.get("action"):
            if own_id in by_id:
                by_id[own_id].append(entry)
                continue
            by_id[own_id] = [entry]
            groups.append(by_id[own_id])
            continue
        groups.append([entry])
    return groups


_GOES_ABOUT = frozenset({"movement", "movements", "operation", "operations", "flight"})
_MOVEMENT_WORDS = frozenset({"movement", "movements", "convoy", "flight", "voyage", "journey"})


def _draft(group: list[_Entry], source: Source) -> Draft:
    fields: dict[str, str] = {}
    details: dict[str, str] = {}
    flags: list[Flag] = []
    differing: dict[str, dict[int, str]] = {}  # of one way-point, not of them all: by column and row
    for entry in group:
        for name, text in entry.fields.items():
            if len(group) > 1 and name in ("place", "bank"):
                differing.setdefault(name, {})[entry.row.number] = text
                continue
            if len(group) > 1 and fields.get(name, text) != text:
                if name == "title":
                    differing.setdefault(name, {})[entry.row.number] = text
                    continue
                if name in ("uncertainty_m", "buffer_m"):
                    differing.setdefault(name, {})[entry.row.number] = text
                    fields[name] = max(fields[name], text, key=lambda value: read_length(value))
                    continue
                raise InputError(
                    "rows-differ",
                    f"The rows of one movement differ in its {name}.",
                    expected=f"“{fields[name]}” in every row, or only in the first",
                    found=f"“{text}” in row {entry.row.number}",
                )
            fields.setdefault(name, text)
        for name, text in entry.details.items():
            if details.setdefault(name, text) != text:
                differing.setdefault(name, {})[entry.row.number] = text
        for flag in entry.flags:
            if flag not in flags:
                flags.append(flag)
    for name, texts in differing.items():
        _keep_by_row(name, texts, details)
    for place in ("from", "to"):
        if group[0].columns.get(place):
            details[place] = group[0].columns[place]
    if len(group) == 1:
        for name in ("time", "arrival", "departure"):  # of way-points; of one row they say nothing that is tested
            if stated := group[0].columns.get(name):
                details.setdefault(name, stated)
    left: list[Cell] = []
    found: list[Flag] = []
    volumes = _volumes(group, fields, left, found)
    _keep_beside(left, details)
    asked: dict[tuple[str, str], list[str]] = {}
    for flag in found:
        asked.setdefault((flag.code, flag.where), []).append(flag.sentence)
    for flag in found:
        same = set(asked.pop((flag.code, flag.where), ()))  # of a column, one question
        more = f" So in {len(same) - 1} more of its way-points." if len(same) > 1 else ""
        flags += [replace(flag, sentence=flag.sentence + more)] if same else []
    altitude = group[0].columns.get("altitude", "")
    if altitude and len(group) == 1:
        if folded(fields.get("kind", "")) in _GOES_ABOUT and not (fields.get("lower") or fields.get("upper")):
            fields |= {"lower": altitude, "upper": altitude}
        else:
            details["altitude"] = altitude
    return Draft(source, fields, volumes, details, tuple(flags))


def _volumes(
    group: list[_Entry], fields: Mapping[str, str], left: list[Cell], flags: list[Flag]
) -> tuple[DraftVolume, ...]:
    if len(group) > 1:
        return (_way_points(group, left, flags),)
    entry = group[0]
    columns = entry.columns
    place = place_of(entry.stated, columns.get("shape", ""), fields)
    left += unused(entry.stated, place)
    if place is not None:
        flags += place.flags
        return place.volumes
    if "from" in columns and "to" in columns:
        ends = [read_point(columns[name], name, flags) for name in ("from", "to")]
        times = tuple(fields.get(name, "") for name in ("start", "end"))
        path = PathOutline(tuple(end.at for end in ends), text=f"{ends[0].text}; {ends[1].text}")
        return (DraftVolume(path, times=times if all(times) else ()),)
    return ()


_LONGEST_BY_ROW = 10_000


def _keep_by_row(name: str, texts: Mapping[int, str], details: dict[str, str]) -> None:
    """What is said of single way-points. A record holds few details, and long ones (`docs/spec/events.md`); a log of a
    receiver has thousands of values in each of its columns."""
    parts: list[dict[int, str]] = []
    left = 0
    for row, text in texts.items():
        length = len(f"{row}: {text}; ")
        if length > left:
            parts.append({})
            left = _LONGEST_BY_ROW
        parts[-1][row] = text
        left -= length
    for part in parts:
        first, *_, last = [*part, *part]
        if first == last:
            details[f"{name}, row {first}"] = part[first]
        else:
            details[f"{name}, rows {first} to {last}"] = "; ".join(f"{row}: {text}" for row, text in part.items())


_LONGEST_BESIDE = 1_000


def _keep_beside(cells: Sequence[Cell], details: dict[str, str]) -> None:
    """What says the same place in other words, once for each column. What is longer stands in the file alone, which is
    named beside by its hash, and the row."""
    texts: dict[str, dict[str, None]] = {}
    for cell in cells:
        texts.setdefault(cell.name, {})[cell.text] = None
    for name, different in texts.items():
        text = "; ".join(different)
        if len(text) <= _LONGEST_BESIDE and details.setdefault(name, text) != text:
            details[f"{name}, of its place"] = text


def _way_points(group: list[_Entry], left: list[Cell], flags: list[Flag]) -> DraftVolume:
    ordered = sorted(group, key=_order) if all("waypoint" in entry.columns for entry in group) else group
    row_heights, heights_datum = _heights(ordered)
    heights: list[float | None] = []
    points: list[PointOutline] = []
    times: list[str] = []
    for entry, height_m in zip(ordered, row_heights, strict=True):
        columns = entry.columns
        try:
            point = _way_point(entry, left, flags)
        except InputError as error:
            raise InputError(error.code, f"Row {entry.row.number}: {error.sentence}", **error.fields) from error
        arrival, departure = columns.get("arrival", ""), columns.get("departure", "")
        if (stated := columns.get("time", "")) and (arrival or departure) and stated not in (arrival, departure):
            raise InputError(
                "field-twice",
                f"Row {entry.row.number}: the way-point has a time and another arrival or departure.",
                expected="a time, or arrival and departure",
                found=f"{stated}; {arrival or departure}",
            )
        moment = columns.get("time", "") or arrival or departure
        points.append(point)
        times.append(moment)
        heights.append(height_m)
        if arrival and departure and arrival != departure:
            times[-1] = arrival
            points.append(point)
            times.append(departure)
            heights.append(height_m)
    path = PathOutline(
        tuple(point.at for point in points),
        heights_m=tuple(heights) if any(height is not None for height in heights) else (),
        text="; ".join(point.text for point in points),
    )
    return DraftVolume(path, times=tuple(times) if any(times) else (), heights_datum=heights_datum)


def _way_point(entry: _Entry, left: list[Cell], flags: list[Flag]) -> PointOutline:
    place = place_of(entry.stated, "", entry.fields)
    if place is None:
        raise InputError("place-missing", "It does not say where.", expected="a position", found="none")
    if place.point is None:
        raise InputError("place-missing", "A way-point is one position.", expected="a position", found=place.named)
    left += unused(entry.stated, place)
    flags += place.flags
    return place.point


def _heights(entries: Sequence[_Entry]) -> tuple[tuple[float | None, ...], Datum | None]:
    """Metres of the altitude column, and the datum that its cells name (None: the field `datum` says)."""
    heights = []
    datums = set()
    for entry in entries:
        text = entry.columns.get("altitude", "")
        unit = entry.fields.get("height_unit", "")
        height = read_height(text, unit=unit, what="altitude") if text else Height(None)
        heights.append(height.metres)
        if text:
            datums.add(height.datum)
    if len(datums) > 1:
        raise InputError(
            "heights-differ",
            "The altitudes of one movement are above different things.",
            expected="one datum for all of its way-points",
            found=", ".join(sorted(str(datum) for datum in datums)),
        )
    return tuple(heights), next(iter(datums), None)


def _order(entry: _Entry) -> float:
    try:
        return number(entry.columns["waypoint"])
    except InputError as error:
        raise InputError(
            "waypoint-order",
            f"Row {entry.row.number}: “{entry.columns['waypoint']}” is no way-point number.",
            expected="1, 2, 3",
            found=entry.columns["waypoint"],
        ) from error


def _problem(source: Source, error: InputError) -> Problem:
    expected, found = str(error.fields.get("expected", "")), str(error.fields.get("found", ""))
    return Problem(source, error.code, error.sentence, expected, found)
