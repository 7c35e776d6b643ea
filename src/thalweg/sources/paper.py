"""A page in PDF → its paragraphs in reading order.

pdfminer.six, because it gives every line with its place and the size of its letters: columns, the
headline, running heads and page numbers are told apart by those. (pypdf gives the text of a page alone,
in the order in which it was
drawn.)
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTPage, LTTextBox, LTTextLine
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException

from thalweg.model.errors import InputError
from thalweg.sources.article import Part, normal
from thalweg.sources.days import stated_days
from thalweg.sources.parting import Block, Known

_LIMIT_PAGES: Final = 60
_LIMIT_LINES: Final = 20_000
# What a reader of files that others made may stumble over inside; each is told as a page that cannot be read.
_DAMAGED: Final = (
    PDFException, PSException, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError,
    RecursionError, OverflowError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    page: int
    x0: float
    x1: float
    y0: float
    y1: float
    size: float  # of most of its letters, points
    edge: bool  # in the upper or lower twelfth of the page


def blocks(data: bytes) -> tuple[list[Block], Known]:
    """The paragraphs of a PDF, and the days that it states near its headline."""
    try:
        boxes = list(_boxes(data))
    except PDFPasswordIncorrect as error:
        raise _unreadable("it is encrypted") from error
    except _DAMAGED as error:
        raise _unreadable(str(error) or type(error).__name__) from error
    if not boxes:
        return [], Known()
    sizes: Counter[float] = Counter()
    for box in boxes:
        for line in box:
            sizes[line.size] += len(line.text)
    body_size = sizes.most_common(1)[0][0]
    repeated = _repeated(boxes)
    headline_size = max(
        (
            line.size
            for box in boxes
            if box[0].page == 0
            for line in box
            if not line.edge or line.size > 1.2 * body_size
        ),
        default=0,
    )
    found: list[Block] = []
    beside: list[str] = []
    for box in boxes:
        size = max(line.size for line in box)
        text = _joined(box)
        near = box[0].page == 0
        if near:
            beside.append(text)
        if all(_unnumbered(line.text) in repeated for line in box):
            found.append(Block(text, Part.FURNITURE, "it stands on every page"))
        elif headline_size > 1.15 * body_size and near and size >= headline_size - 0.1:
            found.append(Block(text, Part.HEADLINE, "it is set in the largest letters of the first page"))
        elif (
            all(line.edge for line in box)
            and len(text) < 200
            and (size < body_size or not re.search(r"[.!?]\W*$", text))
        ):
            found.append(Block(text, Part.FURNITURE, "it is a short line at the edge of a page"))
        elif size < body_size - 0.6:
            found.append(Block(text, Part.FURNITURE, "it is set smaller than the article"))
        elif size > body_size + 0.6 and len(text) < 160:
            found.append(Block(text, Part.HEADING, "it is set larger than the article"))
        else:
            found.extend(Block(each) for each in _paragraphs(box))
    published, updated = stated_days(beside)
    headline = " ".join(normal(block.text) for block in found if block.hint is Part.HEADLINE)
    return _continued(found), Known(headline=headline, published=published, updated=updated)


def _unreadable(why: str) -> InputError:
    return InputError("source-unreadable", f"The PDF cannot be read: {why}.", expected="a PDF with text", found=why)


def _boxes(data: bytes) -> Iterator[list[_Line]]:
    """Groups of lines as they stand together, in reading order."""
    count = 0
    for number, page in enumerate(extract_pages(io.BytesIO(data), laparams=LAParams(line_margin=0.55, boxes_flow=0.4))):
        if number >= _LIMIT_PAGES:
            raise _unreadable(f"it has more than {_LIMIT_PAGES} pages")
        for box in _ordered(page):
            lines = [line for each in box if (line := _line(each, page, number))]
            count += len(lines)
            if count > _LIMIT_LINES:
                raise _unreadable(f"it has more than {_LIMIT_LINES:,} lines")
            yield from _by_size(lines)


def _by_size(lines: list[_Line]) -> Iterator[list[_Line]]:
    """A headline and what stands close under it are not one paragraph."""
    part: list[_Line] = []
    for line in lines:
        if part and abs(part[-1].size - line.size) > 0.6:
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _ordered(page: LTPage) -> list[LTTextBox]:
    """Boxes column by column: what spans the columns parts the page into bands.

    +---------------------+
    |  spanning headline  |     1
    +------+------+-------+
    |  2   |  3   |   4   |     a box is in a column with those that it stands above or below
    +------+------+-------+
    |  spanning           |     5
    +---------------------+
    """
    boxes = sorted((each for each in page if isinstance(each, LTTextBox)), key=lambda box: (-box.y1, box.x0))
    ordered: list[LTTextBox] = []
    band: list[LTTextBox] = []
    for box in boxes:
        if _spans(box, boxes):
            ordered += _by_columns(band)
            band = []
            ordered.append(box)
        else:
            band.append(box)
    return ordered + _by_columns(band)


def _spans(box: LTTextBox, boxes: list[LTTextBox]) -> bool:
    """Whether it reaches over two boxes that stand side by side."""
    under = [each for each in boxes if each is not box and each.x0 < box.x1 and box.x0 < each.x1]
    return any(a.x1 <= b.x0 + 1 for a in under for b in under if a is not b and a.y0 < b.y1 and b.y0 < a.y1)


def _by_columns(band: list[LTTextBox]) -> list[LTTextBox]:
    columns: list[list[LTTextBox]] = []
    for box in sorted(band, key=lambda each: each.x0):
        for column in columns:
            if box.x0 < max(each.x1 for each in column) - 3 and min(each.x0 for each in column) < box.x1:
                column.append(box)
                break
        else:
            columns.append([box])
    return [box for column in columns for box in sorted(column, key=lambda each: -each.y1)]


def _line(line: LTTextLine, page: LTPage, number: int) -> _Line | None:
    text = line.get_text().strip("\n")
    if not text.strip():
        return None
    sizes = Counter(round(char.size, 1) for char in line if isinstance(char, LTChar) and char.get_text().strip())
    height = page.y1 - page.y0
    edge = line.y0 > page.y1 - height / 12 or line.y1 < page.y0 + height / 12
    return _Line(text, number, line.x0, line.x1, line.y0, line.y1, sizes.most_common(1)[0][0] if sizes else 0.0, edge)


def _unnumbered(text: str) -> str:
    return re.sub(r"\d+", "#", normal(text))


def _repeated(boxes: list[list[_Line]]) -> frozenset[str]:
    """Lines at the edge of two pages or more that differ in nothing but numbers."""
    pages: dict[str, set[int]] = {}
    for box in boxes:
        for line in box:
            if line.edge:
                pages.setdefault(_unnumbered(line.text), set()).add(line.page)
    return frozenset(text for text, on in pages.items() if len(on) > 1)


def _paragraphs(box: list[_Line]) -> list[str]:
    """A box is one paragraph, unless lines stand clearly farther apart inside it, or one is indented
    after a short one.
    """
    parts: list[list[_Line]] = [[box[0]]]
    leading = min((a.y0 - b.y0 for a, b in pairwise(box) if a.y0 - b.y0 > 1), default=0.0)
    right = max(line.x1 for line in box)
    for before, line in pairwise(box):
        apart = re.match(r"\d{1,3}[.)] ", line.text) or (leading and before.y0 - line.y0 > 1.25 * leading)
        indented = line.x0 > before.x0 + 6 and before.x1 < right - 12
        if apart or indented:
            parts.append([line])
        else:
            parts[-1].append(line)
    return [_joined(part) for part in parts]


def _joined(lines: list[_Line]) -> str:
    """Lines as running text; a word that was parted at the end of a line is one again."""
    text = ""
    for line in lines:
        said = line.text.strip()
        if re.search(r"\w[-\u00ad\u2010]$", text) and said[:1].islower():
            text = text[:-1] + said
        else:
            text = f"{text} {said}" if text else said
    return re.sub(r"^\d{1,3}[.)] (?=[A-Z“\"])", "", text)


def _continued(found: list[Block]) -> list[Block]:
    """A paragraph that goes on in the next column or on the next page is one."""
    whole: list[Block] = []
    last = -1  # the last paragraph of the article in `whole`
    for block in found:
        text = block.text.strip()
        if (
            block.hint is None
            and last >= 0
            and not re.search(r"[.!?:”\"’)\]]\s*$", whole[last].text)
            and len(whole[last].text) > 60
        ):
            whole[last] = Block(_joined_texts(whole[last].text, text))
            continue
        if block.hint is None:
            last = len(whole)
        whole.append(block)
    return whole


def _joined_texts(first: str, second: str) -> str:
    first = first.rstrip()
    if re.search(r"\w[-\u00ad\u2010]$", first) and second[:1].islower():
        return first[:-1] + second
    return f"{first} {second}"
