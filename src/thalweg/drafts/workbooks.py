"""What an XLSX says beside the values of its cells, which a reader of values alone passes over.

    xl/workbook.xml                     names of the sheets, which are hidden, whether days count from 1904
    xl/_rels/workbook.xml.rels          which part is which sheet
    xl/styles.xml                       number formats: `0 "km"` shows a 5 as 5 km
    xl/worksheets/….xml                 rows and columns that are hidden; cells with a formula or an error
    xl/worksheets/_rels/….xml.rels      which part has the comments on its cells

Cells are named by row and column, from 1 as a spreadsheet counts them. Elements are compared by their local names:
the strict and the transitional form of ISO/IEC 29500 differ in their namespaces alone.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from thalweg.drafts.markup import Element, children, local, parse
from thalweg.drafts.markup import child as below
from thalweg.model.errors import InputError

_LARGEST_PART = 500_000_000  # bytes of one part, unpacked; a sheet of a hundred thousand rows has 50 million
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, KeyError,
    etree.XMLSyntaxError,
)  # fmt: skip
_LAST = (1_048_576, 16_384)  # row and column (ISO/IEC 29500-1, 18.3.1.73 and 18.3.1.13)
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """How a number format shows a number, beyond its digits.

    `before` and `after` are letters of the format; `digits` as many as it shows at least. `scaled`: what is shown is
    another number than what the cell holds (percent, thousands).
    """

    code: str
    before: str = ""
    after: str = ""
    digits: int = 0
    scaled: bool = False

    def text(self, written: str) -> str:
        """The number as it is seen, with all of its decimals."""
        if self.digits and written.isdecimal():
            written = written.zfill(self.digits)
        return f"{self.before}{written}{self.after}"


@dataclass(slots=True)
class SheetFacts:
    """What one sheet says beside its values."""

    hidden: bool = False
    errors: dict[Cell, str] = field(default_factory=dict)
    formulas: dict[Cell, bool] = field(default_factory=dict)  # whether it asks another workbook
    uncomputed: list[Cell] = field(default_factory=list)  # formulas without a value
    shown: dict[Cell, Shown] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # the first and the last of each range
    comments: list[Cell] = field(default_factory=list)

    def hides_column(self, column: int) -> bool:
        return any(first <= column <= last for first, last in self.hidden_columns)


@dataclass(slots=True)
class WorkbookFacts:
    """`damage` says why some of it could not be read; empty where all of it was."""

    counts_from_1904: bool = False
    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    damage: str = ""


def workbook_facts(data: bytes) -> WorkbookFacts:
    """What an XLSX says beside its values. Never raises for what is in the file: see `WorkbookFacts.damage`."""
    facts = WorkbookFacts()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _read(archive, facts)
    except _DAMAGE as error:
        facts.damage = str(error) or type(error).__name__
    except InputError as error:
        facts.damage = error.sentence.rstrip(".")
    return facts


def _read(archive: zipfile.ZipFile, facts: WorkbookFacts) -> None:
    book = _part(archive, "xl/workbook.xml")
    if book is None:
        raise ValueError("it has no part xl/workbook.xml")
    settings = below(book, "workbookPr")
    facts.counts_from_1904 = settings is not None and _true(settings.get("date1904", ""))
    parts = _related(archive, "xl/workbook.xml")
    formats = _formats(archive)
    listed = below(book, "sheets")
    for sheet in children(listed, "sheet") if listed is not None else ():
        of_sheet = facts.sheets[sheet.get("name", "")] = SheetFacts(hidden=sheet.get("state", "visible") != "visible")
        part, _ = parts.get(_relation_id(sheet), ("", ""))
        if part in archive.namelist():
            _read_sheet(archive, part, formats, of_sheet)
            for comments, kind in _related(archive, part).values():
                if kind == "comments":
                    of_sheet.comments += _commented(archive, comments)


def _part(archive: zipfile.ZipFile, name: str) -> Element | None:
    if name not in archive.namelist():
        return None
    _require_room(archive, name)
    root, _ = parse(archive.read(name), name)
    return root


def _require_room(archive: zipfile.ZipFile, name: str) -> None:
    if archive.getinfo(name).file_size > _LARGEST_PART:
        raise ValueError(f"{name} unpacks to more than is read")


def _related(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Id -> part and kind, of the relations of a part."""
    folder, name = posixpath.split(part)
    root = _part(archive, f"{folder}/_rels/{name}.rels")
    found = {}
    for each in children(root, "Relationship") if root is not None else ():
        target = posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/")
        found[each.get("Id", "")] = (target, each.get("Type", "").rpartition("/")[2])
    return found


def _relation_id(sheet: Element) -> str:
    return next((str(value) for name, value in sheet.attrib.items() if str(name).endswith("relationships}id")), "")


def _true(text: str) -> bool:
    return text.strip().casefold() in ("1", "true", "on")


# --- number formats ---


# Of those that have a number and no code in the file; the others show digits, or dates.
_PERCENT = {9: "0%", 10: "0.00%"}
_BRACKETED = re.compile(r"\[[^\]]*\]")
# A literal in quotes or behind a backslash; a space as wide as a letter; a letter repeated to fill the cell.
_PIECE = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|([^"\\_*]+)')


def _formats(archive: zipfile.ZipFile) -> dict[str, Shown]:
    """How the number format of each style of cells shows a number, where it shows more than its digits."""
    root = _part(archive, "xl/styles.xml")
    if root is None:
        return {}
    listed, styles = below(root, "numFmts"), below(root, "cellXfs")
    codes = dict(_PERCENT)
    for each in children(listed, "numFmt") if listed is not None else ():
        codes[int(each.get("numFmtId", "0"))] = each.get("formatCode", "")
    found = {}
    for index, each in enumerate(children(styles, "xf") if styles is not None else ()):
        shown = number_format(codes.get(int(each.get("numFmtId", "0")), ""))
        if shown is not None:
            found[str(index)] = shown
    return found


def number_format(code: str) -> Shown | None:
    """How a number format (ISO/IEC 29500-1, 18.8.31) shows a positive number, beyond its digits.

    None where it adds nothing, and for dates and times, whose values are read as such.
    """
    before = after = pattern = ""
    for quoted, escaped, rest in _PIECE.findall(_BRACKETED.sub("", _first(code))):
        if rest:
            pattern += rest
        literal = quoted or escaped or (rest if rest.isspace() else "")
        if re.search(r"[0#?]|general", pattern, re.IGNORECASE):
            after += literal
        else:
            before += literal
    digits = pattern.strip()
    if re.search(r"[ymdhs]", digits.casefold().replace("general", "")):
        return None
    scaled = "%" in digits or re.search(r"[0#?],+(?![0#?,])", digits) is not None
    if not any(letter.isalpha() for letter in before + after):
        before = after = ""
    zeros = len(digits) if re.fullmatch("0{2,}", digits) else 0
    return Shown(code, before, after, zeros, scaled) if scaled or before or after or zeros else None


def _first(code: str) -> str:
    """Of the sections of a format, the one for positive numbers; a semicolon within quotes divides none."""
    match = re.match(r'(?:"[^"]*"|\\.|[^;"\\])*', code)
    return match[0] if match else code


# --- sheets ---


_OTHER_WORKBOOK = re.compile(r"\[\d+\]")  # `[1]Sheet1!A1`; a column of a table has no bare number


def _read_sheet(archive: zipfile.ZipFile, part: str, formats: dict[str, Shown], facts: SheetFacts) -> None:
    _require_room(archive, part)
    with archive.open(part) as stream:
        found = etree.iterparse(
            stream, tag=("{*}row", "{*}col", "{*}f"), resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        number = 0
        with_formula: list[Element] = []
        for _, element in found:
            name = local(element)
            if name == "f":
                cell = element.getparent()
                with_formula += [] if cell is None else [cell]
            elif name == "col":
                if _true(element.get("hidden", "")):
                    facts.hidden_columns.append((int(element.get("min", "0")), int(element.get("max", "0"))))
            else:
                number = int(element.get("r") or number + 1)
                if not 1 <= number <= _LAST[0]:
                    raise ValueError(f"it has a row {number}")
                if _true(element.get("hidden", "")):
                    facts.hidden_rows.add(number)
                _read_row(element, number, formats, facts)
                _read_formulas(with_formula, number, facts)
                with_formula.clear()
                element.clear()
                parent = element.getparent()
                while parent is not None and parent[0] is not element:  # else every row is held until the last is read
                    del parent[0]


def _read_row(row: Element, number: int, formats: dict[str, Shown], facts: SheetFacts) -> None:
    for cell in row:
        sort = cell.get("t", "n")
        if sort == "e":
            facts.errors[_place(cell, number)] = _text(cell, "v") or "#N/A"
        elif sort == "n" and cell.get("s") in formats:
            facts.shown[_place(cell, number)] = formats[cell.get("s", "")]


def _read_formulas(cells: list[Element], number: int, facts: SheetFacts) -> None:
    for cell in cells:
        place = _place(cell, number)
        facts.formulas[place] = _OTHER_WORKBOOK.search(_text(cell, "f")) is not None
        empty = cell.get("t") == "str" and any(True for _ in children(cell, "v"))  # a text, and of no letters
        if not (empty or _text(cell, "v") or _text(cell, "is")):
            facts.uncomputed.append(place)


def _place(cell: Element, row: int) -> Cell:
    """Row and column; a cell that does not name itself follows the one before it."""
    after = 0
    named: Element | None = cell
    while named is not None and not named.get("r"):
        named, after = named.getprevious(), after + 1
    column = after if named is None else row_and_column(named.get("r", ""))[1] + after
    if not 1 <= column <= _LAST[1]:
        raise ValueError(f"it has a column {column}")
    return row, column


def _text(cell: Element, name: str) -> str:
    return "".join("".join(each.itertext(with_tail=False)) for each in children(cell, name))


def _commented(archive: zipfile.ZipFile, part: str) -> Iterator[Cell]:
    root = _part(archive, part)
    listed = below(root, "commentList") if root is not None else None
    for each in children(listed, "comment") if listed is not None else ():
        yield row_and_column(each.get("ref", ""))


def row_and_column(cell: str) -> Cell:
    """`B17` -> 17, 2. ValueError where it names no cell."""
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(cell[len(letters) :]), column


def cell_named(cell: Cell) -> str:
    """17, 2 -> `B17`."""
    row, column = cell
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"
