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
import operator
import posixpath
import re
import string
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO
from urllib.parse import unquote

from lxml import etree

from thalweg.drafts.archive import Limits
from thalweg.drafts.markup import Element, children, local, parse
from thalweg.drafts.markup import child as below
from thalweg.model.errors import InputError

_LARGEST_PART = 500_000_000  # bytes of one part, unpacked; a sheet of a hundred thousand rows has 50 million
_LIMITS = Limits()  # of which the ratio holds here too: a sheet of a million formatted rows deflates ten to forty times
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, KeyError,
    etree.XMLSyntaxError,
)  # fmt: skip
_MOST_CELLS = 30_000_000  # of one sheet, with the empty ones before the last: memory is needed for each
_WITHOUT_LETTERS = str.maketrans("", "", string.ascii_letters)
_LAST = (1_048_576, 16_384)  # row and column (ISO/IEC 29500-1, 18.3.1.73 and 18.3.1.13)
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """How a number format shows one number, beyond its digits.

    `pieces` are literals and, marked by True, what stands for digits. `unsigned`: no minus sign is put before it, for
    the section is that of negative numbers. `scaled`: what is shown is not what the cell holds, but another number
    (percent, thousands, a sign left out), none at all, a time without its day or hour, or in a zone that stands in the
    format alone.
    """

    code: str
    pieces: tuple[tuple[str, bool], ...] = ()
    unsigned: bool = False
    scaled: bool = False

    def text(self, written: str) -> str:
        """The number as it is seen, with all of its decimals."""
        found = re.fullmatch(r"(-?)(\d+)((?:\.\d+)?)", written)
        if found is None:
            return written
        sign, whole, decimals = found.groups()
        places = [_before_point(piece) for piece, stands in self.pieces if stands]
        shown = ""
        for piece, stands in reversed(self.pieces):
            if not stands:
                shown = piece + shown
                continue
            place = places.pop()
            taken = whole if not places else whole[max(len(whole) - len(place), 0) :]
            whole = whole[: len(whole) - len(taken)]
            shown = (taken.zfill(place.count("0")) if place else taken) + decimals + shown
            decimals = ""
        return ("" if self.unsigned else sign) + shown


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
    """`damage` says why the comments could not be read; empty where they were."""

    counts_from_1904: bool = False
    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    damage: str = ""


def workbook_facts(data: bytes) -> WorkbookFacts:
    """What an XLSX says beside the values of its cells.

    Raises InputError (`workbook-damaged`) where it cannot all be known: a value without its error, its format or what
    hides it is another value.
    """
    facts = WorkbookFacts()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _read(_Package(archive), facts)
    except _DAMAGE as error:
        reason = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        raise _damaged(reason or type(error).__name__) from error
    except InputError as error:
        raise _damaged(error.sentence.rstrip(".")) from error
    return facts


def _damaged(why: str) -> InputError:
    return InputError(
        "workbook-damaged",
        f"The workbook is damaged, and none of it is read: {why}. Open it in a spreadsheet program, look whether all "
        "of it is there, and save it anew; or ask for it again.",
        expected="a whole workbook",
    )


def _read(package: _Package, facts: WorkbookFacts) -> None:
    main = next((part for part, kind in package.related("").values() if kind == "officeDocument"), _BOOK)
    if _key(main) != _BOOK:
        raise ValueError(f"its main part is {main}, where {_BOOK} is expected")
    book = package.tree(_BOOK)
    settings = below(book, "workbookPr")
    facts.counts_from_1904 = settings is not None and _true(settings.get("date1904", ""))
    parts = package.related(_BOOK)
    styles = next((part for part, kind in parts.values() if kind == "styles"), "")
    formats = _formats(package.tree(styles)) if styles else {}
    listed = below(book, "sheets")
    for sheet in children(listed, "sheet") if listed is not None else ():
        name = sheet.get("name", "")
        if name in facts.sheets:
            raise ValueError(f"two sheets are called “{name}”")
        of_sheet = facts.sheets[name] = SheetFacts(hidden=sheet.get("state", "visible") != "visible")
        part, kind = parts.get(_relation_id(sheet), ("", ""))
        if not part:
            raise ValueError(f"it does not say in which part the sheet “{name}” is")
        if kind != "worksheet":  # a chart, a dialog, macros
            continue
        _read_sheet(package, part, formats, of_sheet)
        try:
            for comments, kind_of in package.related(part).values():
                if kind_of == "comments":
                    of_sheet.comments += _commented(package.tree(comments))
        except (*_DAMAGE, InputError) as error:
            facts.damage = f"the comments on the sheet “{name}” cannot be read ({error})"


_BOOK = "xl/workbook.xml"


class _Package:
    """The parts of an archive by their names (ISO/IEC 29500-2, 6.2.2 and 6.3): compared without regard to case, and
    whether or not a letter is written as a percent sign and digits. Some programs write backslashes for slashes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            if self._members.setdefault(_key(member.filename), member) is not member:
                raise ValueError(f"two parts of it are called {member.filename}, and which is meant is not guessed")
            size, packed = member.file_size, max(member.compress_size, 1)
            if size > _LARGEST_PART or (size > _LIMITS.ratio_from_bytes and size > _LIMITS.ratio * packed):
                raise ValueError(f"{member.filename} unpacks to more than is read")

    def open(self, part: str) -> IO[bytes]:
        """ValueError where there is no such part."""
        if _key(part) not in self._members:
            raise ValueError(f"it names a part {part} that is not in it")
        return self._archive.open(self._members[_key(part)])

    def tree(self, part: str) -> Element:
        with self.open(part) as stream:
            root, _ = parse(stream.read(), part)
        return root

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Id -> part and kind, of the relations of a part (of the package itself: ""), but for those outside of it."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, tuple[str, str]] = {}
        if _key(relations) not in self._members:
            return found
        for each in children(self.tree(relations), "Relationship"):
            if each.get("TargetMode", "").casefold() == "external":
                continue
            target = posixpath.join("/", folder, each.get("Target", "").replace("\\", "/"))
            if found.setdefault(each.get("Id", ""), (known := (_rooted(target), _kind(each)))) is not known:
                raise ValueError(f"{relations} has two relations {each.get('Id', '')}")
        return found


def _key(part: str) -> str:
    return _rooted(unquote(part).replace("\\", "/")).lower()


def _rooted(part: str) -> str:
    """Without steps to its own folder or out of one, and without the slash of the root."""
    return posixpath.normpath("/" + part.lstrip("/")).lstrip("/")


def _kind(relation: Element) -> str:
    return relation.get("Type", "").rpartition("/")[2]


def _relation_id(sheet: Element) -> str:
    return next((str(value) for name, value in sheet.attrib.items() if str(name).endswith("relationships}id")), "")


def _true(text: str) -> bool:
    return text.strip().casefold() in ("1", "true", "on")


# --- number formats ---


# Of those that have a number and no code in the file; the others show digits. Of dates, which parts are shown.
_NUMBERED = {9: "0%", 10: "0.00%"} | dict.fromkeys(range(41, 45), '#,##0_);(#,##0);"-"') | {
    14: "dd.mm.yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", **dict.fromkeys(range(18, 22), "h:mm:ss"), 45: "mm:ss",
}  # fmt: skip
_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)'
    r"|\[\$(?P<currency>[^\]-]*)[^\]]*\]"  # a sign of money and a language: 0[$ km-409]
    r"|\[(?P<compared>[<>=]+) *(?P<limit>[-+]?[\d.]+(?:E[-+]?\d+)?)\]"
    r"|(?P<elapsed>\[(?:h+|m+|s+)\])|\[[^\]]*\]"
    r"|_.|\*."  # a space as wide as a letter; a letter repeated to fill the cell
    r"|(?P<end>;)"
    r"|(?P<pattern>(?:General|AM/PM|A/P|E[+-]|[0#?.,%/@ymdhsbeg])+)"
    r"|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
_ZONE = re.compile(r"\b(?:Z|UTC|MSK|[A-Z]{2,4}T)\b|[+-]\d")  # `yyyy-mm-dd hh:mm "UTC"`: the cell itself has none


@dataclass(slots=True)
class _Section:
    """One of the sections of a number format."""

    pieces: list[tuple[str, bool]] = field(default_factory=list)
    condition: tuple[str, float] | None = None

    def add(self, text: str, *, stands: bool) -> None:
        if self.pieces and self.pieces[-1][1] == stands:
            text = self.pieces.pop()[0] + text
        if text:
            self.pieces.append((text, stands))

    def holds(self, value: float) -> bool:
        if self.condition is None:
            return False
        compared, limit = self.condition
        return compared in _COMPARED and _COMPARED[compared](value, limit)

    @property
    def only_negative(self) -> bool:
        """Whether its condition holds for negative numbers alone."""
        if self.condition is None:
            return False
        compared, limit = self.condition
        return (compared == "<" and limit <= 0) or (compared in ("<=", "=") and limit < 0)

    @property
    def pattern(self) -> str:
        return "".join(text for text, stands in self.pieces if stands)

    @property
    def literal(self) -> str:
        return "".join(text for text, stands in self.pieces if not stands)


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    """The sections for numbers; the last is one for text where it has an @ in it."""
    sections = [_Section()]
    for match in _PIECE.finditer(code):
        found = match.groupdict()
        if found["end"]:
            sections.append(_Section())
        elif found["compared"]:
            sections[-1].condition = (found["compared"], float(found["limit"]))
        elif found["pattern"] or found["elapsed"]:
            sections[-1].add(found["pattern"] or found["elapsed"], stands=True)
        else:
            literal = (found[name] for name in ("quoted", "escaped", "currency", "literal"))
            sections[-1].add("".join(text for text in literal if text), stands=False)
    if "@" in sections[-1].pattern:
        sections.pop()
    return tuple(sections[:3])


def _section_for(value: float, sections: Sequence[_Section]) -> tuple[_Section | None, bool]:
    """The section that shows a number, and whether it shows it without its sign. None where programs differ in it, or
    show no number.

    Without conditions they are for positive numbers (and zero), negative ones, and zero. Of those with conditions the
    first that holds is taken.
    """
    count = len(sections)
    if not any(each.condition for each in sections[:2]):
        which = 1 if value < 0 and count > 1 else 2 if value == 0 and count > 2 else 0
        return sections[which], which == 1
    chosen = next((each for each in sections[:2] if each.holds(value)), None)
    if chosen is None and count == 1:
        return _Section([("General", True)]), False
    if sections[0].condition is None:
        chosen = None
    elif chosen is None and count == 2 and sections[1].condition is None:
        chosen = sections[1]
    elif chosen is None and count == 3 and (sections[1].condition or value < 0):
        chosen = sections[2 if sections[1].condition else 1]
    if chosen is None or value >= 0 or count == 1:
        return chosen, False
    negative = chosen.only_negative or (chosen is sections[1] and sections[0].condition in ((">", 0.0), (">=", 0.0)))
    return (chosen, True) if negative else (None, False)


def _formats(root: Element) -> dict[str, str]:
    """The code of the number format of each style of cells, where it may show more than digits."""
    listed, styles = below(root, "numFmts"), below(root, "cellXfs")
    codes = dict(_NUMBERED)
    for each in children(listed, "numFmt") if listed is not None else ():
        codes[int(each.get("numFmtId", "0"))] = each.get("formatCode", "")
    found = {}
    for index, each in enumerate(children(styles, "xf") if styles is not None else ()):
        code = codes.get(int(each.get("numFmtId", "0")), "")
        if len(_sections(code)) > 1 or any(number_format(code, value) for value in (0.0, 1.0, 1.5)):
            found[str(index)] = code
    return found


def number_format(code: str, value: float) -> Shown | None:
    """How a number format (ISO/IEC 29500-1, 18.8.31) shows a number, beyond its digits.

    None where it adds nothing, and for dates and times, whose values are read as such.
    """
    sections = _sections(code)
    if not sections or not code:
        return None
    if not any(each.condition for each in sections):
        # Of all numbers that it shows alike one, for a sheet has a hundred thousand of them.
        part = value % 1
        alike = 0.5 if part > 1 / 24 else 0.01
        value = -1.0 if value < 0 else min(value // 1, 1.0) + (alike if 1e-6 < part < 1 - 1e-6 else 0.0)
    return _shown(code, value)


@lru_cache(maxsize=1024)
def _shown(code: str, value: float) -> Shown | None:
    sections = _sections(code)
    section, unsigned = _section_for(value, sections)
    if section is None:
        return Shown(code, scaled=True)
    literals = [text for text, stands in section.pieces if not stands]
    pattern, literal = section.pattern, "".join(literals)
    if re.search(r"[ymdhs]", pattern.casefold().replace("general", "")):
        unlike = _ZONE.search(" ".join(literals)) or _hides_of_time(pattern.casefold(), value)
        return Shown(code, scaled=True) if unlike else None
    lettered = any(letter.isalpha() for letter in literal)
    if not re.search(r"[0#?]|general", pattern, re.IGNORECASE):
        return Shown(code, ((literal, False),), unsigned=True, scaled=not lettered)
    nothing = value == 0 and not re.search(r"[0/]|general", pattern, re.IGNORECASE)
    positive, _ = _section_for(abs(value), sections)
    as_positive = unsigned and (positive is None or positive.literal == literal) and not re.search(r"[-−(]", literal)
    if nothing or as_positive or "%" in pattern or re.search(r"[0#?],+(?![0#?,])", pattern):
        return Shown(code, scaled=True)
    stands = [index for index, (_, each) in enumerate(section.pieces) if each]
    first, last = stands[0], stands[-1] + 1
    pieces = section.pieces
    if "/" in pattern or not any(text.strip() for text, each in pieces[first:last] if not each):
        pieces = [*pieces[:first], (pattern, True), *pieces[last:]]  # a space between thousands, or before a fraction
        if not lettered:
            if _before_point(pattern).count("0") < 2:
                return None
            pieces, unsigned = [(pattern, True)], False
    return Shown(code, tuple(pieces), unsigned=unsigned)


def _hides_of_time(pattern: str, value: float) -> bool:
    """Whether the cell has a day, or an hour, that its format does not show: `hh:mm` of a date beside another date."""
    if "[" in pattern:  # hours beyond a day are counted on
        return False
    if "d" not in pattern and value >= 1:
        return True
    shown_in_full = 1 / 24 if "s" in pattern else 1e-6  # minutes and seconds; a day
    return "h" not in pattern and shown_in_full < value % 1 < 1 - 1e-6


def _before_point(pattern: str) -> str:
    """What stands for the digits of the whole number."""
    return re.sub("[^0#?]", "", pattern.partition(".")[0])


# --- sheets ---


_OTHER_WORKBOOK = re.compile(r"\[\d+\]")  # `[1]Sheet1!A1`; a column of a table has no bare number


def _read_sheet(package: _Package, part: str, formats: dict[str, str], facts: SheetFacts) -> None:
    with package.open(part) as stream:
        found = etree.iterparse(
            stream, tag=("{*}row", "{*}col", "{*}f"), resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        number = wide = 0
        with_formula: list[Element] = []
        for _, element in found:
            name = local(element)
            if name == "f":
                cell = element.getparent()
                with_formula += [] if cell is None else [cell]
            elif name == "col":
                if _true(element.get("hidden", "")) or _none_wide(element.get("width")):
                    facts.hidden_columns.append((int(element.get("min", "0")), int(element.get("max", "0"))))
            else:
                before, number = number, int(element.get("r") or number + 1)
                if not before < number <= _LAST[0]:
                    raise ValueError(f"it has a row {number} after row {before}")
                if _true(element.get("hidden", "")) or _none_wide(element.get("ht")):
                    facts.hidden_rows.add(number)
                _read_row(element, number, formats, facts)
                last = next((cell for cell in reversed(element) if len(cell)), None)
                if last is not None:
                    wide = max(wide, _place(last, number)[1])
                    if number * wide > _MOST_CELLS:
                        raise ValueError(f"its cells reach as far as {cell_named((number, wide))}, beyond what is read")
                _read_formulas(with_formula, number, facts)
                with_formula.clear()
                element.clear()
                parent = element.getparent()
                while parent is not None and parent[0] is not element:  # else every row is held until the last is read
                    del parent[0]
        if found.root is not None and found.root.getroottree().docinfo.doctype:
            raise ValueError(f"{part} brings its own document type, of which two readers make different things")


def _none_wide(size: str | None) -> bool:
    return size is not None and float(size) == 0


def _read_row(row: Element, number: int, formats: dict[str, str], facts: SheetFacts) -> None:
    names = " ".join(name for cell in row if (name := cell.get("r"))).upper()
    if len(set(words := names.split())) < len(words):
        raise ValueError(f"a cell of row {number} is in it twice")
    if not {str(number)}.issuperset(names.translate(_WITHOUT_LETTERS).split()):
        raise ValueError(f"row {number} has a cell of another row")
    column = 0
    for cell in row:  # one that does not name itself follows the one before it; asked of each, that is quadratic
        column = row_and_column(named)[1] if (named := cell.get("r")) else column + 1
        cell.set("r", cell_named((number, column)))
    for cell in row:
        sort = cell.get("t", "n")
        if sort == "e":
            facts.errors[_place(cell, number)] = _text(cell, "v") or "#N/A"
        elif sort == "n" and (code := formats.get(cell.get("s", "0"))) and (value := _text(cell, "v")):
            shown = number_format(code, float(value))
            if shown is not None:
                facts.shown[_place(cell, number)] = shown


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


def _commented(root: Element) -> Iterator[Cell]:
    listed = below(root, "commentList")
    for each in children(listed, "comment") if listed is not None else ():
        yield row_and_column(each.get("ref", ""))


def row_and_column(cell: str) -> Cell:
    """`B17` -> 17, 2. ValueError where it names no cell."""
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
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
