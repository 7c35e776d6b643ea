"""Bytes of a page → its letters.

By byte order mark, else by what the page or its envelope declares, else UTF-8. Only where none of these fits are a few
old encodings tried, and one is taken only if the words that it gives are those of a language: the person is told
(`source-encoding-guessed`). A declared name is looked up in a list, because Python knows "encodings" that are programs.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from thalweg.model.encodings import marked
from thalweg.model.errors import InputError
from thalweg.model.notes import Flag
from thalweg.sources.article import without_towers

# Labels that pages declare (WHATWG Encoding), and what browsers read them as.
_LABELS: Final = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), "utf-8-sig"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii", "windows-1252"), "cp1252"),
    **dict.fromkeys(("windows-1256", "cp1256", "x-cp1256"), "cp1256"),
    **dict.fromkeys(("windows-1251", "cp1251", "x-cp1251", "win-1251"), "cp1251"),
    **dict.fromkeys(("windows-1254", "cp1254", "iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-15", "latin-9"), "iso8859-15"),
    **dict.fromkeys(("iso-8859-2", "latin2"), "iso8859-2"),
    **dict.fromkeys(("iso-8859-5", "cyrillic"), "iso8859-5"),
    **dict.fromkeys(("iso-8859-6", "arabic", "asmo-708"), "iso8859-6"),
    **dict.fromkeys(("iso-8859-8", "hebrew"), "iso8859-8"),
    **dict.fromkeys(("koi8-r", "koi8"), "koi8-r"),
    **{f"windows-{number}": f"cp{number}" for number in (1250, 1253, 1255, 1257, 1258)},
    **dict.fromkeys(("koi8-u",), "koi8-u"), **dict.fromkeys(("ibm866", "cp866"), "cp866"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030"), "big5": "big5",
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis"), "shift_jis"), "euc-jp": "euc-jp", "euc-kr": "euc-kr",
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16-le"), "utf-16-le"),
    **dict.fromkeys(("utf-16be", "utf-16-be"), "utf-16-be"), "utf-32-le": "utf-32-le", "utf-32-be": "utf-32-be",
}  # fmt: skip
# Old encodings that are tried, each with the commonest words of a language that it was used for.
_TRIED: Final = (
    ("cp1252", "the and of to in that is was for on said le la les des et du une dans est que pour"),
    ("cp1251", "и в на не что с по из к для о от за это как был он"),
    ("cp1256", "في من على إلى أن عن مع هذا التي الذي قال بعد"),
    ("cp1254", "ve bir bu için ile olarak de da olan daha çok sonra göre"),
    ("koi8-r", "и в на не что с по из к для о от за это как был он"),
    ("iso8859-6", "في من على إلى أن عن مع هذا التي الذي قال بعد"),
)
_SAMPLE: Final = 60_000  # characters that a guess looks at
_ENOUGH: Final = 0.06  # of the words must be among the commonest
_LOST: Final = 0.001  # letters that may be broken in a page that is otherwise what it declares to be


def decoded(data: bytes, *, markup: bool = False, declared: str = "") -> tuple[str, tuple[Flag, ...]]:
    """The text of `data`, and what the person should know about how it was read.

    `declared` is what an envelope says, such as the part of a saved page. Raises `InputError`: `source-encoding`,
    `source-kind` (no text at all).
    """
    name = _marked(data) or (_in_markup(data) if markup else "") or declared.strip().casefold()
    known = _LABELS.get(name, "" if name else "utf-8-sig")
    if not known:
        raise _unknown(name, "no encoding of that name is read")
    flags: tuple[Flag, ...] = ()
    try:
        text = codecs.decode(data, known)
    except (UnicodeDecodeError, UnicodeError) as error:
        text, flags = _mended(data, known, error, declared=bool(name))
    if text.startswith("\ufeff"):
        text = text[1:]
    if text.count("\x00") or text.count("\ufffd") > 0.01 * len(text):
        raise InputError(
            "source-kind",
            "The file holds no text.",
            expected="HTML, PDF, a saved page (.mhtml) or plain text",
            found="bytes that are no letters",
        )
    return without_towers(text), flags


def _marked(data: bytes) -> str:
    """By byte order mark; or UTF-16 without one, where every second byte of the beginning is nought."""
    if stated := marked(data)[0]:
        return stated
    head = data[:400]
    if len(head) >= 20 and not len(data) % 2:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if odd > 0.08 * len(head[1::2]) and not even:  # spaces and marks are enough: other letters have no nought
            return "utf-16le"
        if even > 0.08 * len(head[::2]) and not odd:
            return "utf-16be"
    return ""


def _in_markup(data: bytes) -> str:
    found = re.search(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w:-]{2,40})", data[:4096])
    name = found[1].decode("ascii", "replace").casefold() if found else ""
    return "utf-8" if name.startswith("utf-16") else name  # a page whose bytes say so in ASCII is not in UTF-16


def _mended(data: bytes, known: str, error: UnicodeError, *, declared: bool) -> tuple[str, tuple[Flag, ...]]:
    if known.startswith("utf-8") and not declared and (guess := _guessed(data)):
        text, name = guess
        return text, (
            Flag(
                "source-encoding-guessed",
                f"The file does not say how its letters are written, and they are not UTF-8. They were read as {name}, "
                "because its words are then those of a language. Look whether names are right.",
            ),
        )
    text = data.decode(known, "replace")
    lost = text.count("\ufffd")
    if lost > _LOST * len(text):
        raise _unknown(known, str(error)) from error
    return text, (
        Flag(
            "source-letters-lost",
            f"{lost} of {len(text):,} letters are broken in the file, and stand as “\ufffd”.",
        ),
    )


def _guessed(data: bytes) -> tuple[str, str] | None:
    """The text and the encoding under which most of the words are known; None where none is plain enough."""
    scored: list[tuple[float, int, str, str]] = []
    for rank, (name, common) in enumerate(_TRIED):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        said = re.findall(r"[^\W\d_]+", re.sub(r"<[^<>]{0,300}>", " ", text[:_SAMPLE]).casefold())
        if len(said) < 20:
            continue
        words = frozenset(common.split())
        scored.append((sum(word in words for word in said) / len(said), -rank, name, text))
    best = max(scored, default=None)
    return (best[3], best[2]) if best and best[0] >= _ENOUGH else None


def _unknown(name: str, why: str) -> InputError:
    return InputError(
        "source-encoding",
        f"The letters of the page cannot be made out as {name.removesuffix('-sig') or 'UTF-8'}. Nothing was guessed.",
        expected="UTF-8, or the encoding that the page declares",
        found=why,
    )
