"""A page in a box: a saved page with its pictures in a ZIP, and a statement as a word processor writes it (DOCX).

Nothing is unpacked but the one member that holds the text, and of that no more than a page may have: what a box
claims about its sizes is not believed. A box inside a box is not opened.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Final

from lxml import etree

from thalweg.model.errors import InputError
from thalweg.sources.parting import Block, Known

_MEMBERS: Final = 3_000
_LIMIT: Final = 16 * 1024 * 1024  # of the member that is read, unpacked
_RATIO: Final = 250  # a text that shrinks to less than a 250th is none
_PAGE: Final = re.compile(r"(?i)[^/\\]+\.x?html?$")
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def member(data: bytes) -> tuple[str, bytes]:
    """What kind it is ("html", "docx", "mhtml") and the bytes of its text. `InputError` (`source-packed`, ...)."""
    try:
        box = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError) as error:
        raise _refused("source-unreadable", "the box is damaged", str(error)) from error
    with box:
        names = box.namelist()
        if len(names) > _MEMBERS:
            raise _refused("source-too-large", f"it holds more than {_MEMBERS:,} files", f"{len(names)} files")
        if "word/document.xml" in names:
            return "docx", _unpacked(box, "word/document.xml")
        # The page of a complete save lies beside its folder, so it is the least deep; its frames lie inside.
        depth = {name: name.count("/") for name in names if _PAGE.search(name)}
        least = [name for name, at in depth.items() if at == min(depth.values())]
        if len(least) == 1:
            return "html", _unpacked(box, least[0])
        if not least and len(saved := [name for name in names if re.search(r"(?i)\.mht(?:ml)?$", name)]) == 1:
            return "mhtml", _unpacked(box, saved[0])
        why = "it holds several pages: unpack it and name them" if least else "it holds no page"
        raise _refused("source-packed", why, ", ".join(names[:5]))


def _unpacked(box: zipfile.ZipFile, name: str) -> bytes:
    try:
        with box.open(name) as stream:
            data = stream.read(_LIMIT + 1)
            packed = box.getinfo(name).compress_size
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise _refused("source-unreadable", "what it holds is damaged or encrypted", str(error)) from error
    if len(data) > _LIMIT or len(data) > 100_000 + _RATIO * max(packed, 1):
        raise _refused("source-too-large", "what it holds is many times larger than any article", name)
    return data


def _refused(code: str, why: str, found: str) -> InputError:
    return InputError(code, f"The packed page cannot be read: {why}.", expected="one page in a ZIP", found=found)


def document(data: bytes) -> tuple[list[Block], Known]:
    """The paragraphs of a DOCX's text; what was deleted with changes tracked is none of it."""
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:4096]:
        raise _refused("source-unreadable", "its text declares entities", "a document type")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _refused("source-unreadable", "its text is damaged", str(error)) from error
    blocks = []
    for paragraph in root.iter(f"{_WORD}p"):
        words = []
        for node in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br"):
            words.append(node.text or "" if node.tag == f"{_WORD}t" else " ")
        blocks.append(Block("".join(words)))
    return blocks, Known()
