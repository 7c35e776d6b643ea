"""One line: its items, its neutral form, its text in a language, and back.

A line is a number, a keyword, and what the keyword asks for. The neutral form, over which check words are taken,
is the same in every language: the number and the items with bars between them,

    3|corner|north|35.35278|east|40.14806        4|declaration_id|OP-7        2|title|tankercircuit
    5|valid_from|201709160030|utc                9|version|#17|#201|#3|#77|exact

A number has no spaces and no signs but the point; what is spelled is put together; free text is folded to letters,
digits and the signs of numbers, because nothing more of it can be heard.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from thalweg.formats.voice import checks
from thalweg.formats.voice.folding import fold, heard
from thalweg.formats.voice.language import DIGITS, Language

SPELLED = frozenset(("party", "declaration_id", "call_id", "replaces", "left", "right", "continued"))
FREE = frozenset(("title", "detail", "value", "text", "left_name", "right_name", "more"))
COUNTED = frozenset(("version", "sum", "last"))  # followed by words of the list of check words
CHUNK, WORD = 4, 12  # characters that are spelled without a pause; letters that make a word


@dataclass(frozen=True, slots=True)
class Word:
    """A keyword."""

    id: str


_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d(?:\.\d+)?)?")


@dataclass(frozen=True, slots=True)
class Number:
    """Digits as they are written: `2017-09-16 00:30`, `35.35278`."""

    text: str

    @property
    def digits(self) -> str:
        return re.sub(r"[^0-9.]", "", self.text)

    @property
    def shown(self) -> str:
        """Parted as a date and a time where it is one, which alone has twelve digits."""
        date = _DATE.fullmatch(self.digits)
        if date is None:
            return self.text
        year, month, day, hour, minute, rest = date.groups()
        return f"{year}-{month}-{day} {hour}:{minute}{f':{rest}' if rest else ''}"


@dataclass(frozen=True, slots=True)
class Spelled:
    """A name whose every character matters."""

    text: str


@dataclass(frozen=True, slots=True)
class Free:
    """Free text, in its own language."""

    text: str


@dataclass(frozen=True, slots=True)
class Counted:
    """The number of a check word that carries a value."""

    number: int


Item: TypeAlias = Word | Number | Spelled | Free | Counted


@dataclass(frozen=True, slots=True)
class Line:
    """A numbered line; the first item is always a keyword."""

    number: int
    items: tuple[Item, ...]

    @property
    def keyword(self) -> str:
        first = self.items[0]
        return first.id if isinstance(first, Word) else ""

    @property
    def neutral(self) -> str:
        return "|".join([str(self.number), *map(_neutral, self.items)])


@dataclass(frozen=True, slots=True)
class Typed:
    """A line as somebody typed it. `line` is None where it cannot be read; `why` then says what of it cannot."""

    text: str
    number: int | None
    line: Line | None
    check: int | None  # the number of its check word
    why: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the line and its own check word go together."""
        return self.line is not None and self.check == checks.check_number(self.line.neutral)


def _neutral(item: Item) -> str:
    match item:
        case Word(id=text) | Spelled(text=text):
            return text
        case Number():
            return item.digits
        case Free(text=text):
            return heard(text)
        case Counted(number=number):
            return f"#{number}"
        case _:
            assert_never(item)


# --- to text ---


def written(line: Line, language: Language) -> str:
    """The line as it is sent, with its check word: `3 CORNER NORTH 35.35278 EAST 40.14806 = WALNUT`."""
    parts = [str(line.number)]
    for item in line.items:
        match item:
            case Word(id=keyword):
                parts.append(language.written[keyword])
            case Number():
                parts.append(item.shown)
            case Free(text=text):
                parts.append(text)
            case Spelled(text=text):
                parts += spelled(text, language)
            case Counted(number=number):
                parts.append(language.words[number])
            case _:
                assert_never(item)
    return " ".join([*parts, "=", language.words[checks.check_number(line.neutral)]])


_SIGNS = {"-": "dash", "/": "slash", ".": "dot", "_": "underscore", " ": "space"}
_SIGN_OF = {keyword: sign for sign, keyword in _SIGNS.items()}


def spelled(text: str, language: Language) -> list[str]:
    """A name in pieces of at most four characters that no case, accent or space can change."""
    parts = _spelled(text, language)
    if _unspelled(fold(" ".join(parts)), language) == text:
        return parts
    code, stop = language.written["code"], language.written["stop"]
    return [part for char in text for part in (code, str(ord(char)), stop)]


def _spelled(text: str, language: Language) -> list[str]:
    cased = [char for char in text if char.lower() != char.upper()]
    capitals = bool(cased) and all(char.isupper() and _plain(char.lower()) for char in cased)
    parts = [language.written["capitals"]] if capitals else []
    starts = {words[:1] for words in language.spelling}
    chunk = ""

    def close() -> None:
        nonlocal chunk
        if chunk.isalpha() and len(chunk) <= WORD and (fold(chunk),) not in starts:
            parts.append(chunk)
        else:
            size = 1 if (fold(chunk),) in starts else CHUNK
            parts.extend(chunk[start : start + size] for start in range(0, len(chunk), size))
        chunk = ""

    for char in text:
        small = char.lower() if capitals else char
        if _plain(small):
            chunk += char
            continue
        close()
        if char in _SIGNS:
            parts.append(language.written[_SIGNS[char]])
        elif _plain(char.lower()) and char.lower().upper() == char:
            parts.append(language.written["capital"])
            chunk = char
        else:
            parts += [language.written["code"], str(ord(char)), language.written["stop"]]
    close()
    return parts


def _plain(char: str) -> bool:
    """A letter or digit that typing cannot change into another."""
    return len(char) == 1 and char.isalnum() and fold(char) == char


# --- from text ---

_NUMBERED = re.compile(r"\W*(\d{1,4})\s*[.):،,-]*\s*(?=\D)(.*)", re.DOTALL)
_MARKS = {mark: None for mark in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)}
_TOKENS = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+")
_TIGHT = re.compile(r"(?<=\d)\s*\.\s*(?=\d)")
# An equals sign and one word, with more after it: the next line has lost its break.
_RUN_ON = re.compile(r"(=\s*[^\W\d_]+)[\s.;,|/]*(?=\d{1,4}\s*[^\W\d_])")


def parted(text: str) -> list[str]:
    """The typed lines of a text, blank ones left out; lines that run on after a check word are parted."""
    found = []
    for line in re.split(r"[\r\n\u2028\u2029\v\f]+", _arabic_digits(text.translate(_MARKS))):
        found += _RUN_ON.sub("\\1\n", line).split("\n")
    return [line.strip() for line in found if line.strip()]


def _arabic_digits(text: str) -> str:
    return "".join(fold(char) if not char.isascii() and char.isdecimal() else char for char in text)


def typed(text: str, language: Language) -> Typed:
    """Read one typed line. Never raises: what cannot be read says why."""
    numbered = _NUMBERED.fullmatch(_arabic_digits(text.translate(_MARKS)))
    if numbered is None:
        return Typed(text, None, None, None, "It does not begin with the number of a line.")
    number = int(numbered[1])
    body, check, word = _without_check(numbered[2], language)
    try:
        items = _items(body, language)
    except _Unreadable as unreadable:
        return Typed(text, number, None, check, str(unreadable))
    line = Line(number, items)
    if check is None:
        return Typed(text, number, line, None, f"“{word}” is no check word." if word else "It has no check word.")
    if check != checks.check_number(line.neutral):
        return Typed(text, number, line, check, "It does not go with its check word.")
    return Typed(text, number, line, check)


class _Unreadable(Exception):
    """Says which word is not understood."""


def _without_check(body: str, language: Language) -> tuple[str, int | None, str]:
    """The line without its check word, the word's number, and the word."""
    stripped = re.sub(r"[\W_]+$", "", body)
    before, sign, after = stripped.rpartition("=")
    if sign and len(after.split()) == 1:
        return before, language.numbers.get(language.folded(after.strip())), after.strip()
    head, _, tail = stripped.rpartition(" ")
    number = language.numbers.get(language.folded(tail))
    if number is None:
        return stripped, None, ""
    head = head.rstrip(" =:")
    said = tuple(fold(language.written["check"]).split())
    if tuple(language.folded(head).split()[-len(said) :]) == said:
        head = " ".join(head.split()[: -len(said)])
    return head, number, tail


def _items(body: str, language: Language) -> tuple[Item, ...]:
    try:
        keyword, rest = _first(body, language)
    except _Unreadable:
        keyword, rest = _first(re.sub(r"(?<=[^\W\d_])(?=\d)", " ", body), language)
    if keyword in FREE:
        return Word(keyword), Free(" ".join(rest.split()))
    if keyword in SPELLED:
        return Word(keyword), Spelled(_unspelled(fold(rest), language))
    return Word(keyword), *_plain_items(rest, language, counted=keyword in COUNTED)


def _first(body: str, language: Language) -> tuple[str, str]:
    """The first keyword and what follows it, untouched."""
    words = re.findall(r"\S+", body)
    spans = [match.span() for match in re.finditer(r"\S+", body)]
    folded = [re.sub(r"[^\w]", "", language.folded(word)) for word in words]
    for length in range(min(4, len(words)), 0, -1):
        keyword = language.phrases.get(tuple(folded[:length]))
        if keyword is not None and keyword not in DIGITS:
            return keyword, body[spans[length - 1][1] :]
    tokens = [token for token in _TOKENS.findall(fold(body)) if not token[0].isdecimal()]
    raise _Unreadable(f"“{words[0]}” is no keyword." if words and tokens else "It has no keyword.")


def _plain_items(rest: str, language: Language, *, counted: bool) -> list[Item]:
    tokens = _TOKENS.findall(_TIGHT.sub(".", language.folded(rest)))
    items: list[Item] = []
    digits = ""
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token[0].isdecimal():
            digits += token.replace(",", ".")
            index += 1
            continue
        if counted and token in language.numbers:
            keyword, length = "", 1
        else:
            keyword, length = _longest(tokens, index, language)
        index += length
        if keyword in DIGITS and keyword:
            digits += keyword
            continue
        if keyword == "decimal":
            digits += "."
            continue
        if digits:
            items.append(Number(digits))
            digits = ""
        items.append(Word(keyword) if keyword else Counted(language.numbers[token]))
    if digits:
        items.append(Number(digits))
    return items


def _longest(tokens: Sequence[str], index: int, language: Language) -> tuple[str, int]:
    for length in (4, 3, 2, 1):
        keyword = language.phrases.get(tuple(tokens[index : index + length]))
        if keyword is not None and index + length <= len(tokens):
            return keyword, length
    raise _Unreadable(f"“{tokens[index]}” is not a word of this form.")


def _unspelled(rest: str, language: Language) -> str:
    tokens = re.findall(r"[^\W_]+", rest)
    made, index, capitals = "", 0, False
    while index < len(tokens):
        keyword, length = None, 1
        for length in (3, 2, 1):
            keyword = language.spelling.get(tuple(tokens[index : index + length]))
            if keyword is not None:
                break
        token = tokens[index]
        index += length
        if keyword is None:
            made += token
        elif keyword in _SIGN_OF:
            made += _SIGN_OF[keyword]
        elif keyword == "capitals":
            if made or capitals:
                raise _Unreadable("What says that every letter is a capital stands first, and once.")
            capitals = True
        elif keyword == "stop":
            raise _Unreadable("It stops a character that did not begin.")
        else:
            if index >= len(tokens):
                raise _Unreadable("It ends in the middle of a character.")
            following, index = tokens[index], index + 1
            if keyword == "capital":
                made += following[0].upper() + following[1:]
                continue
            end = language.spelling.get(tuple(tokens[index : index + 1]))
            point = int(following) if following.isdecimal() and len(following) < 8 else -1
            stop = next((n for n in (3, 2, 1) if language.spelling.get(tuple(tokens[index : index + n])) == "stop"), 0)
            if not 0 <= point <= 0x10FFFF or 0xD800 <= point <= 0xDFFF or (end != "stop" and not stop):
                raise _Unreadable("It has the code of no character.")
            made += chr(point)
            index += max(1, stop)
    return made.upper() if capitals else made
