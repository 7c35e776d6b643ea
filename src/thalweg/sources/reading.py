"""Bytes of a page → `Article`: HTML, PDF, a saved page (MHTML), or plain text.

The extractors are heavy and are imported when a page of their kind is read.
"""

from __future__ import annotations

import hashlib
import importlib
import re
from dataclasses import replace
from datetime import date
from typing import Final

from thalweg.model.errors import InputError
from thalweg.sources.article import Article
from thalweg.sources.parting import Block, Known, part

LIMIT_BYTES: Final = 16 * 1024 * 1024
_LIMIT_MARKUP: Final = 6 * 1024 * 1024  # of HTML: more is no article, and takes minutes
_LIMIT_TEXT: Final = 2 * 1024 * 1024


def read(data: bytes, *, published: date | None = None, outlet: str = "") -> Article:
    """The article that the page holds. `published` and `outlet` are used where the page itself does not say.

    Raises `InputError`: `source-too-large`, `source-kind` (no page of a kind that is read), `source-
    encoding` (its letters cannot be made out), `source-unreadable` (damaged, encrypted, nested too deep),
    `source-empty`
    (no text).
    """
    if len(data) > LIMIT_BYTES:
        raise _too_large(len(data), LIMIT_BYTES)
    digest = hashlib.sha256(data).hexdigest()
    head = data[:4096].lstrip()
    if head.startswith(b"%PDF-"):
        blocks, known = importlib.import_module("thalweg.sources.paper").blocks(data)
        medium = "pdf"
    elif re.match(rb"(?i)(?:from|mime-version|snapshot-content-location|content-type|subject|date):", head):
        markup = importlib.import_module("thalweg.sources.web").unpacked(data)
        blocks, known = _web(markup)
        medium = "saved page"
    elif re.match(rb"(?is)(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|head|body|!--|div|article|p|meta)\b", head):
        blocks, known = _web(decoded(data, markup=True))
        medium = "html"
    else:
        blocks, known = _plain(data), Known()
        medium = "text"
    known = replace(known, published=known.published or published, outlet=known.outlet or outlet)
    article = part(blocks, known, sha256=digest, medium=medium)
    if not article.text:
        raise InputError(
            "source-empty", "The page holds no text of an article.", expected="a page with an article", found=medium
        )
    return article


def decoded(data: bytes, *, markup: bool = False) -> str:
    """Text from bytes: by byte order mark, by what a page declares, else UTF-8. `InputError` (`source-
    encoding`).
    """
    name = "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = "utf-16"
    elif markup and (declared := re.search(rb"charset\s*=\s*[\"']?([\w-]+)", data[:4096])):
        name = declared[1].decode("ascii", "replace")
        name = "cp1252" if name.casefold() in ("iso-8859-1", "latin1", "latin-1") else name
        name = "utf-8-sig" if name.casefold() in ("utf-8", "utf8") else name
    try:
        text = data.decode(name)
    except (UnicodeDecodeError, LookupError) as error:
        raise InputError(
            "source-encoding",
            f"The letters of the page cannot be made out as {name}. Nothing was guessed.",
            expected="UTF-8, or the encoding that the page declares",
            found=str(error),
        ) from error
    if text.count("\x00") or text.count("\ufffd") > 0.01 * len(text):
        raise InputError(
            "source-kind",
            "The file holds no text.",
            expected="HTML, PDF, a saved page (.mhtml) or plain text",
            found="bytes that are no letters",
        )
    return text


def _too_large(size: int, limit: int) -> InputError:
    return InputError(
        "source-too-large",
        f"The page has {size:,} bytes; up to {limit:,} are read.",
        expected="one article",
        found=f"{size} bytes",
    )


def _web(markup: str) -> tuple[list[Block], Known]:
    if len(markup) > _LIMIT_MARKUP:
        raise _too_large(len(markup), _LIMIT_MARKUP)
    found: tuple[list[Block], Known] = importlib.import_module("thalweg.sources.web").blocks(markup)
    return found


def _plain(data: bytes) -> list[Block]:
    text = decoded(data)
    if len(text) > _LIMIT_TEXT:
        raise _too_large(len(text), _LIMIT_TEXT)
    # Paragraphs stand apart by empty lines; in a text without any, every line is one.
    parts = (
        re.split(r"\n[ \t\r\u00a0]*\n+", text) if re.search(r"\n[ \t\r\u00a0]*\n", text.strip()) else text.split("\n")
    )
    return [Block(each) for each in parts]
