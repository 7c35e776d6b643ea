"""Bytes of a text file → its letters, by one rule for every format that is text.

A byte order mark decides: UTF-8, UTF-16 or UTF-32, whatever a declaration inside says. Without one the text is UTF-8.
XML goes by the same rule in its own parser. Where offices write tables or pages in older encodings, their readers
go on from here and flag what they assumed; nothing else guesses.
"""

from __future__ import annotations

import codecs
from typing import Final

from thalweg.model.errors import InputError

_MARKS: Final = (  # in this order: the mark of UTF-32 little end first begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def marked(data: bytes) -> tuple[str, int]:
    """The encoding that the byte order mark states, and how many bytes the mark takes; ("", 0) without one."""
    return next(((name, len(mark)) for mark, name in _MARKS if data.startswith(mark)), ("", 0))


def codec(head: bytes) -> str:
    """By the first four bytes of a stream, the name of Python's codec that reads it and leaves its mark out."""
    stated, _ = marked(head)
    return "utf-8-sig" if stated == "utf-8" else stated[:6] or "utf-8"


def decoded(data: bytes, code: str, what: str) -> str:
    """The letters, without the byte order mark. `what` names the file in the refusal (`InputError` of that `code`)."""
    stated, mark = marked(data)
    name = stated or "utf-8"
    if not stated and b"\0" in data[:4]:
        raise InputError(
            code,
            f"{what} is not in UTF-8: its letters are of several bytes each, without the byte order mark of UTF-16.",
            expected="UTF-8, or UTF-16 with a byte order mark",
            found=data[:4].hex(" "),
        )
    try:
        return data[mark:].decode(name)
    except UnicodeDecodeError as error:
        line = data[mark : mark + error.start].decode(name, "ignore").count("\n") + 1
        shown = name.upper().removesuffix("-LE").removesuffix("-BE")
        raise InputError(
            code,
            f"{what} is not in {shown}: line {line}, {error.reason} at byte {mark + error.start}.",
            expected=shown if stated else "UTF-8",
            found=f"byte 0x{data[mark + error.start]:02x}",
        ) from error


def in_utf8(head: bytes) -> bytes:
    """The beginning of a file as UTF-8 without a mark, where its mark says anything else; to recognise by."""
    stated, mark = marked(head)
    if stated in ("", "utf-8"):
        return head[mark:]
    return head[mark:].decode(stated, "ignore").encode()
