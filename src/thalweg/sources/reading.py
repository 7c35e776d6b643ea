"""Bytes of a page → `Article`: HTML, PDF, a saved page (MHTML, or a complete one in a ZIP), DOCX, or plain text.

The extractors are heavy and are imported when a page of their kind is read. They read what strangers made, and some of
them can be kept busy: `thalweg.wiring.pages` reads a page in a process of its own, with bounds on its time and memory.
"""

from __future__ import annotations

import hashlib
import importlib
import re
from dataclasses import replace
from datetime import date
from typing import Final

from thalweg.model.errors import InputError
from thalweg.model.notes import Flag
from thalweg.sources.article import Article
from thalweg.sources.letters import decoded
from thalweg.sources.parting import Block, Known, part

LIMIT_BYTES: Final = 16 * 1024 * 1024
_LIMIT_MARKUP: Final = 6 * 1024 * 1024  # of HTML: more is no article, and takes minutes
_LIMIT_TEXT: Final = 2 * 1024 * 1024


def read(data: bytes, *, published: date | None = None, outlet: str = "") -> Article:
    """The article that the page holds. `published` and `outlet` are used where the page itself does not say.

    Raises `InputError`: `source-too-large`, `source-kind` (no page of a kind that is read), `source-packed` (a box that
    does not hold one page), `source-encoding` (its letters cannot be made out), `source-unreadable` (damaged,
    encrypted, nested too deep), `source-empty` (no text).
    """
    if len(data) > LIMIT_BYTES:
        raise _too_large(len(data), LIMIT_BYTES)
    digest = hashlib.sha256(data).hexdigest()
    medium, blocks, known = _opened(data)
    known = replace(known, published=known.published or published, outlet=known.outlet or outlet)
    article = part(blocks, known, sha256=digest, medium=medium)
    if not article.text:
        raise InputError(
            "source-empty", "The page holds no text of an article.", expected="a page with an article", found=medium
        )
    return article


_SAVED: Final = re.compile(rb"(?i)(?:from|mime-version|snapshot-content-location|content-type|subject|date):")
_MARKUP: Final = re.compile(r"(?is)\s*<(?:!doctype|html|\?xml|head|body|!--|div|article|p|meta)\b")
_PACKED: Final = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


def is_plain(data: bytes) -> bool:
    """Whether it is read as plain text: nothing but rules of ours takes it apart."""
    head = data[:4096].lstrip()
    if head.startswith((b"%PDF-", b"PK\x03\x04", *_PACKED)) or _SAVED.match(head):
        return False
    return not _MARKUP.match(re.sub(rb"^(?:\xff\xfe|\xfe\xff|\xef\xbb\xbf)|\x00", b"", head).decode("latin-1"))


def _opened(data: bytes) -> tuple[str, list[Block], Known]:
    head = data[:4096].lstrip()
    if head.startswith(b"%PDF-"):
        return "pdf", *importlib.import_module("thalweg.sources.paper").blocks(data)
    if head.startswith(b"PK\x03\x04"):
        packed = importlib.import_module("thalweg.sources.packed")
        kind, inner = packed.member(data)
        if kind == "docx":
            return "docx", *packed.document(inner)
        return ("saved page", *(_mhtml(inner) if kind == "mhtml" else _web(*decoded(inner, markup=True))))
    if data.startswith(_PACKED):
        raise InputError(
            "source-packed", "The file is packed: unpack it first.", expected="a page", found="a packed file"
        )
    if _SAVED.match(head):
        return "saved page", *_mhtml(data)
    text, flags = decoded(data, markup=b"<" in head[:200])
    if _MARKUP.match(text[:4096]):
        return "html", *_web(text, flags)
    return "text", _plain(text), Known(flags=flags)


def _mhtml(data: bytes) -> tuple[list[Block], Known]:
    markup, flags = importlib.import_module("thalweg.sources.web").unpacked(data)
    return _web(markup, flags)


def _too_large(size: int, limit: int) -> InputError:
    return InputError(
        "source-too-large",
        f"The page has {size:,} bytes; up to {limit:,} are read.",
        expected="one article",
        found=f"{size} bytes",
    )


def _web(markup: str, flags: tuple[Flag, ...]) -> tuple[list[Block], Known]:
    if len(markup) > _LIMIT_MARKUP:
        raise _too_large(len(markup), _LIMIT_MARKUP)
    blocks, known = importlib.import_module("thalweg.sources.web").blocks(markup)
    return blocks, replace(known, flags=(*known.flags, *flags))


def _plain(text: str) -> list[Block]:
    if len(text) > _LIMIT_TEXT:
        raise _too_large(len(text), _LIMIT_TEXT)
    text = re.sub(r"\r\n?", "\n", text)
    # Paragraphs stand apart by empty lines; in a text without any, every line is one.
    apart = re.compile(r"\n[ \t\u00a0]*(?:\n[ \t\u00a0]*)+")
    return [Block(each) for each in (apart.split(text) if apart.search(text.strip()) else text.split("\n"))]
