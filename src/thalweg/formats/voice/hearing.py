"""From typed lines to what was said, or to the lines that were misheard. Nothing is ever corrected silently.

1  part the text into lines, and read each by itself
2  put each line that agrees with its own check word at its number; what is left over, where it was heard
3  compare with the sums of the last two lines: which further lines must be wrong, though they look right
4  say what is wrong with each, and what it may have been
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from thalweg.formats.voice import checks
from thalweg.formats.voice.language import LANGUAGES, Language, language_of
from thalweg.formats.voice.lines import Counted, Line, Typed, parted, typed, written
from thalweg.model.errors import InputError

_TELLING = 60  # lines by which the language is told
_MOST_TOLD = 200  # misheard lines; after so many it is another text
_MOST_VARIANTS = 64  # of lines that were heard twice, differently


@dataclass(frozen=True, slots=True)
class Misheard:
    """A line to be said again. `suggestion` is what it may have been: to be asked, never to be taken."""

    number: int
    heard: str  # as typed; empty where nothing was
    sentence: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a text. `lines` is complete and agrees in itself if `misheard` is empty and `settled`.

    `misheard` names at most 200. `settled`: everything but those lines agrees with the check lines. Where it is
    False, more lines may be wrong than are named; after those have been said again, this can be told.
    """

    language: str
    count: int  # lines of the whole message, as far as that can be told
    lines: tuple[Line, ...]
    misheard: tuple[Misheard, ...]
    settled: bool
    remarks: tuple[str, ...]  # what is odd and harmless: said twice, in another order


def hear(text: str, language: str = "") -> Heard:
    """Compare what was typed with its check words and check lines. Never raises for what was misheard.

    Without a `language` it is the one in which most lines agree. `InputError` if there is not one line.
    """
    rows = parted(text)
    if not rows:
        raise InputError("voice-empty", "There is no line to read.", expected="the lines of a voice form", found="")
    if len(rows) > checks.MOST_LINES:
        raise InputError("voice-long", f"There are more than {checks.MOST_LINES} lines.", found=len(rows))
    chosen = language_of(language) if language else _language(rows)
    return _Hearing([typed(row, chosen) for row in rows], chosen).heard()


def _language(rows: Sequence[str]) -> Language:
    def known(code: str) -> tuple[int, int]:
        language = language_of(code)
        each = [typed(row, language) for row in rows[:_TELLING]]
        return sum(t.agrees for t in each), sum((t.line is not None) + (t.check is not None) for t in each)

    return language_of(max(LANGUAGES, key=known))


class _Hearing:
    """One text on its way to being understood."""

    def __init__(self, rows: Sequence[Typed], language: Language) -> None:
        self._rows, self._language = rows, language
        self._agreeing: dict[int, list[tuple[int, Line]]] = {}  # number -> where it was heard, and what
        self._by_number: dict[int, list[Typed]] = {}
        self._places: dict[int, int] = {}  # number -> where a line that agrees was heard last
        for index, row in enumerate(rows):
            if row.number is not None:
                self._by_number.setdefault(row.number, []).append(row)
            if row.agrees and row.line is not None:
                self._places[row.line.number] = index
                variants = self._agreeing.setdefault(row.line.number, [])
                if row.line.neutral not in (line.neutral for _, line in variants):
                    variants.append((index, row.line))

    def heard(self) -> Heard:
        attempts = [self._attempt(count) for count in self._counts()]
        return min(attempts, key=lambda heard: (len(heard.misheard) + (not heard.settled), -heard.count))

    def _counts(self) -> list[int]:
        """How many lines there may have been, by each line that says so, and by the highest number heard."""
        found = set()
        for row in self._rows:
            if row.line is None:
                continue
            found |= {row.line.number + {"last": 0, "sum": 1}[row.line.keyword]} if row.line.keyword in (
                "last", "sum") else set()  # fmt: skip
            if row.line.number == 1 and len(row.line.items) > 1:
                digits = getattr(row.line.items[1], "digits", "")
                found |= {int(digits)} if digits.isdecimal() and len(digits) < 5 else set()
        content = [n for n, lines in self._agreeing.items() if lines[0][1].keyword not in ("last", "sum")]
        numbers = [row.number for row in self._rows if row.number]
        found |= {max(self._agreeing, default=0), max(content, default=0) + 2, len(self._rows), *numbers[-1:]}
        return sorted(count for count in found if 3 <= count <= checks.MOST_LINES) or [3]

    def _attempt(self, count: int) -> Heard:
        choices: list[tuple[dict[int, Line], checks.Located]] = []
        for chosen in self._choices(count):
            symbols = {n: checks.symbol(line.neutral) for n, line in chosen.items() if n <= count - 2}
            located = checks.locate(symbols, count, self._halves(chosen, count))
            choices.append((chosen, located))
            if located.settled and not located.wrong and len(chosen) == count:
                break
        chosen, located = min(choices, key=lambda each: (not each[1].settled, len(each[1].wrong)))
        wrong = sorted({n for n in range(1, count + 1) if n not in chosen} | set(located.wrong))
        solved = located.symbols or {}
        return Heard(
            self._language.code,
            count,
            tuple(chosen[n] for n in sorted(chosen)),
            tuple(self._misheard(n, chosen, solved) for n in wrong[:_MOST_TOLD]),
            located.settled,
            tuple(self._remarks(chosen, count)),
        )

    def _choices(self, count: int) -> Iterator[dict[int, Line]]:
        """One line for each number; where a number was heard twice and differently, each way of it."""
        fits: dict[int, list[Line]] = {}
        for number, lines in self._agreeing.items():
            if fitting := [line for _, line in lines if _fits(line, count)]:
                fits[number] = fitting
        for _, way in zip(range(_MOST_VARIANTS), product(*fits.values()), strict=False):
            yield dict(zip(fits, way, strict=True))

    @staticmethod
    def _halves(chosen: Mapping[int, Line], count: int) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
        def half(number: int) -> tuple[int, ...] | None:
            if number not in chosen:
                return None
            numbers = [item.number for item in chosen[number].items if isinstance(item, Counted)]
            if len(numbers) != 2 * checks.HALF:
                return None
            return tuple(high << 8 | low for high, low in zip(numbers[::2], numbers[1::2], strict=True))

        return half(count - 1), half(count)

    def _misheard(self, number: int, chosen: Mapping[int, Line], symbols: Mapping[int, int]) -> Misheard:
        row = self._heard_for(number, chosen)
        if row is None:
            return Misheard(number, "", "It was not heard.")
        if number in chosen:
            sentence = "It goes with its check word, and not with the rest of the lines."
        elif row.line is not None and symbols.get(number) == checks.symbol(row.line.neutral):
            sentence = "Its check word was misheard; the line itself agrees with the check lines."
        else:
            sentence = row.why or "It is another line than the one due there."
        return Misheard(number, row.text, sentence, self._suggestion(number, row, symbols.get(number)))

    def _heard_for(self, number: int, chosen: Mapping[int, Line]) -> Typed | None:
        """What was heard in the place of a line: by its number, else between the lines before and after."""
        rows = self._by_number.get(number, ())
        for row in rows:
            if number in chosen or not row.agrees:
                return row
        before = max((at for n, at in self._places.items() if n < number), default=-1)
        later = (at for n, at in self._places.items() if n > number and at > before)
        between = self._rows[before + 1 : min(later, default=len(self._rows))]
        loose = [row for row in between if not row.agrees and (row.number is None or row.number in chosen)]
        return loose[0] if len(loose) == 1 else None

    def _suggestion(self, number: int, row: Typed, symbol: int | None) -> str:
        """The one line, a slip away from the one heard, that the check lines would agree with."""
        if symbol is None or row.line is None:
            return ""
        found = {
            candidate.neutral: candidate
            for candidate in (row.line, *_near(row, number, self._language))
            if checks.symbol(candidate.neutral) == symbol
        }
        if len(found) != 1:
            return ""
        return written(next(iter(found.values())), self._language)

    def _remarks(self, chosen: Mapping[int, Line], count: int) -> Iterator[str]:
        seen: dict[int, int] = {}
        order: list[int] = []
        for row in self._rows:
            if row.agrees and row.number is not None:
                seen[row.number] = seen.get(row.number, 0) + 1
                order.append(row.number)
        for number, times in seen.items():
            if times > 1 and number in chosen:
                alike = len(self._agreeing[number]) == 1
                yield f"Line {number} was said {times} times{'' if alike else ', not alike; one agrees with the rest'}."
        first = list(dict.fromkeys(order))
        swapped = sorted({n for a, b in pairwise(first) if a > b for n in (a, b)})
        if swapped:
            yield f"Lines {', '.join(map(str, swapped))} came in another order; their numbers put them in theirs."
        for row in self._rows:
            if not row.agrees and row.number in chosen:
                yield f"Line {row.number} was also heard as “{row.text}”, which does not go with its check word."
            elif row.number is None and len(chosen) == count:
                yield f"“{row.text}” is no line of this message."


def _fits(line: Line, count: int) -> bool:
    """Whether a line may stand at its number: the last two are sums of six words, and no other is."""
    due = {count: "last", count - 1: "sum"}.get(line.number, "")
    if not 1 <= line.number <= count:
        return False
    if not due:
        return line.keyword not in ("last", "sum")
    return line.keyword == due and len(line.items) == 1 + 2 * checks.HALF


_DIGIT = re.compile(r"\d")


def _near(row: Typed, number: int, language: Language) -> Iterator[Line]:
    """Lines one slip away: one digit another, two neighbouring characters swapped, another number of the line."""
    text = f"{number} {row.text.lstrip('0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹ .):')}" if row.number != number else row.text
    for match in _DIGIT.finditer(text, len(str(number))):
        for digit in "0123456789":
            yield from _line(text[: match.start()] + digit + text[match.end() :], language)
    for at in range(len(str(number)), len(text) - 1):
        if text[at].isdigit() and text[at + 1].isdigit():
            yield from _line(text[:at] + text[at + 1] + text[at] + text[at + 2 :], language)
    yield from _line(text, language)


def _line(text: str, language: Language) -> Iterator[Line]:
    line = typed(text, language).line
    if line is not None:
        yield line
