"""Setting on paper: PDF/A-2b by typst. The same input gives the same bytes, on every machine.

For that the fonts travel with the package, the system's are not looked at, and the file is dated by what it
tells. Text reaches the template as data and is never read as markup. A character that no carried font has
is written as its code point, `[U+6551]`, rather than as a box that could be anything.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

import typst

from thalweg.model.errors import ThalwegError
from thalweg.model.instants import Instant
from thalweg.reports import phrases

_FONTS: Final = (
    "IBMPlexSans-Regular.ttf",
    "IBMPlexSans-SemiBold.ttf",
    "IBMPlexSansArabic-Regular.ttf",
    "IBMPlexSansArabic-SemiBold.ttf",
)
_LONG: Final = re.compile(r"[^\s\u200b]{28}(?=[^\s\u200b])")
_ISOLATES: Final = "\u2066\u2067\u2068\u2069"


class PdfError(ThalwegError):
    """The report could not be set. Nothing was written; every other format still has the result."""


def pdf(template: str, data: Mapping[str, object], at: Instant) -> bytes:
    """A template of this room (`report.typ`) set with its data, dated `at`. Raises PdfError where typst refuses."""
    try:
        with resources.as_file(resources.files("thalweg.reports")) as room:
            made = typst.compile(
                room / template,
                root=room,
                font_paths=[room / "fonts"],
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                pdf_standards=["a-2b"],
                timestamp=max(0, int(at.epoch_s)),
            )
    except typst.TypstError as error:
        raise PdfError("pdf-set", "The PDF could not be set; ask for another format. " + str(error)[:200]) from error
    if not isinstance(made, bytes):
        raise PdfError("pdf-set", "The PDF could not be set; ask for another format.")
    return made


def settable(text: str) -> str:
    """A party's text as it can be set: plain, breakable, and in characters that the fonts have."""
    shown = "".join(
        letter if ord(letter) in _covered() or letter == " " else f"[U+{ord(letter):04X}]"
        for letter in phrases.plain(text)
    )
    return _LONG.sub(lambda hit: hit[0] + "\u200b", shown)


@cache
def _covered() -> frozenset[int]:
    """The characters that the carried fonts have, from their own tables."""
    folder = resources.files("thalweg.reports").joinpath("fonts")
    # U+200B to U+200F are invisible by nature; typst sets them without a glyph.
    return frozenset({0xA0, *range(0x200B, 0x2010), 0x61C}).union(
        *(_characters(folder.joinpath(name).read_bytes()) for name in _FONTS)
    )


def _characters(font: bytes) -> set[int]:
    """The characters of a TrueType font: the Windows Unicode `cmap` of format 4 (OpenType 1.9, "cmap")."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = [struct.unpack_from(">4sIII", font, 12 + 16 * index) for index in range(tables)]
    cmap = next(offset for name, _, offset, _ in records if name == b"cmap")
    subtables = struct.unpack_from(">H", font, cmap + 2)[0]
    found: set[int] = set()
    for index in range(subtables):
        _, _, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * index)
        at = cmap + offset
        if struct.unpack_from(">H", font, at)[0] != 4:
            continue
        double = struct.unpack_from(">H", font, at + 6)[0]
        count = double // 2
        ends = struct.unpack_from(f">{count}H", font, at + 14)
        starts = struct.unpack_from(f">{count}H", font, at + 16 + double)
        deltas = struct.unpack_from(f">{count}H", font, at + 16 + 2 * double)
        offsets = struct.unpack_from(f">{count}H", font, at + 16 + 3 * double)
        for segment, (start, end) in enumerate(zip(starts, ends, strict=True)):
            for code in range(start, min(end, 0xFFFE) + 1):
                glyph = (code + deltas[segment]) & 0xFFFF
                if offsets[segment]:
                    slot = at + 16 + 3 * double + 2 * segment + offsets[segment] + 2 * (code - start)
                    raw = struct.unpack_from(">H", font, slot)[0]
                    glyph = (raw + deltas[segment]) & 0xFFFF if raw else 0
                if glyph:
                    found.add(code)
    return found


def spoken(text: str) -> str:
    """A text of ours, in whatever language: as `settable`, and the isolates that keep its parts in order stay."""
    return _set_in_svg(text)


def inked(svg: str) -> str:
    """A drawing with its style sheet inside, in the colours of paper; text as the fonts can set it."""
    pieces = re.split(r"(<text[^>]*>)([^<]*)", svg)
    for index in range(2, len(pieces), 3):
        pieces[index] = _set_in_svg(pieces[index])
    head, body = "".join(pieces).split(">", 1)
    return f'{head} font-family="IBM Plex Sans"><style>{_ink()}</style>{body}'


def _set_in_svg(text: str) -> str:
    covered = _covered()
    return "".join(
        letter if ord(letter) in covered or letter in _ISOLATES else f"[U+{ord(letter):04X}]" for letter in text
    )


@cache
def _ink() -> str:
    """The drawing rules of the page's style sheet with their variables put in, for readers without them."""
    css = resources.files("thalweg.reports").joinpath("style.css").read_text(encoding="utf-8")
    root = css[css.index(":root{") : css.index("@media")]
    values = dict(re.findall(r"--([a-z0-9-]+):([^;}]+)", root))
    begin, end = css.index("/* map */"), css.index("@media (max-width:900px)")
    return re.sub(r"var\(--([a-z0-9-]+)\)", lambda hit: values[hit[1]], css[begin:end])
