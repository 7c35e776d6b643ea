"""Check numbers of lines, sums over all lines, and which lines are wrong when the sums do not agree.

A line's digest is the SHA-256 of "thalweg voice 1", a line feed and the line in its neutral form. Its first byte
chooses the line's own check word; the next two are its symbol, a number of GF(2^16) (x^16 + x^12 + x^3 + x + 1).
With s(i) the symbol of line i and a the element x, the six sums are

    P(j) = s(1) a^(1 j) + s(2) a^(2 j) + ...   for j = 0 to 5

P(0) to P(2) stand on the line before the last, P(3) to P(5) on the last. Any k consecutive sums make a
Reed-Solomon code: they find k lines that are known to be wrong or missing, or k/2 that are not known to be.
The first cost one sum each, the others two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SUMS = 6
HALF = SUMS // 2
_POLYNOMIAL, _ORDER = 0x1100B, 0xFFFF
MOST_LINES = 4096


def _tables() -> tuple[list[int], list[int]]:
    power, log, value = [0] * (2 * _ORDER), [0] * (_ORDER + 1), 1
    for exponent in range(_ORDER):
        power[exponent] = power[exponent + _ORDER] = value
        log[value] = exponent
        value <<= 1
        if value > _ORDER:
            value ^= _POLYNOMIAL
    return power, log


_POWER, _LOG = _tables()


def _times(a: int, b: int) -> int:
    return _POWER[_LOG[a] + _LOG[b]] if a and b else 0


def _over(a: int, b: int) -> int:
    return _POWER[_LOG[a] - _LOG[b] + _ORDER] if a else 0


def check_number(neutral: str) -> int:
    """0 to 255: which check word the line ends with."""
    return _digest(neutral)[0]


def symbol(neutral: str) -> int:
    """What the line adds to the sums."""
    digest = _digest(neutral)
    return digest[1] << 8 | digest[2]


def _digest(neutral: str) -> bytes:
    # half a surrogate pair, which only a program can hand in, agrees with no line: `write` makes none that has one
    return hashlib.sha256(f"thalweg voice 1\n{neutral}".encode("utf-8", "surrogatepass")).digest()


def sums(symbols: Mapping[int, int]) -> tuple[int, ...]:
    """The six sums over the symbols by line number, which starts from 1."""
    made = [0] * SUMS
    for number, value in symbols.items():
        for j in range(SUMS):
            made[j] ^= _times(value, _POWER[number * j % _ORDER])
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Located:
    """Lines that must be wrong besides those known to be, and whether that is all.

    `settled`: with these lines and the known ones left out, everything else agrees with the sums.
    `symbols`: what the sums say that the symbols of the lines left out should have been.
    """

    wrong: tuple[int, ...] = ()
    settled: bool = False
    symbols: Mapping[int, int] | None = None


def locate(symbols: Mapping[int, int], lines: int, halves: Sequence[Sequence[int] | None]) -> Located:
    """Which lines are wrong. `symbols` lacks the lines known to be; so do `halves`, the sums of the last two lines.

    Looks for the fewest further lines whose leaving out makes the rest agree: none, one, then two. A check line
    counts as a line. `settled` is False if there is no such set, more than one, or no sum left to tell by.
    """
    content = lines - 2
    missing = [number for number in range(1, content + 1) if number not in symbols]
    computed = sums(symbols)
    for more in range(3):
        found = [
            located
            for without in _withouts(halves)
            if len(without) <= more
            for located in [_explained(symbols, computed, missing, content, halves, without, more - len(without))]
            if located is not None
        ]
        if len(found) == 1:
            return found[0]
        if found:
            return Located()
    if missing:
        return Located()
    # No set of lines explains it, and check lines that are wrong leave no sum to tell by: that nothing smaller
    # explains it is what tells.
    return Located(tuple(lines - 1 + index for index in (0, 1) if halves[index] is not None))


def _withouts(halves: Sequence[Sequence[int] | None]) -> list[tuple[int, ...]]:
    """Which of the check lines that look right may be left out, at least one being kept."""
    there = [index for index in (0, 1) if halves[index] is not None]
    return [(), *((index,) for index in there if len(there) == 2)]


def _explained(
    symbols: Mapping[int, int],
    computed: Sequence[int],
    missing: Sequence[int],
    content: int,
    halves: Sequence[Sequence[int] | None],
    without: tuple[int, ...],
    unknown: int,
) -> Located | None:
    """The `unknown` further lines without which these sums agree, or None."""
    kept = [index for index in (0, 1) if halves[index] is not None and index not in without]
    if not kept:
        return None
    first = HALF * kept[0]
    told = [value for index in kept for value in halves[index] or ()]
    syndromes = [given ^ computed[first + k] for k, given in enumerate(told)]
    if len(syndromes) <= len(missing) + 2 * unknown - (unknown == 2):
        return None
    where = _further(_filtered(syndromes, missing), content, missing, unknown)
    if where is None:
        return None
    errors = _solved(syndromes, [*missing, *where], first)
    made = {number: symbols.get(number, 0) ^ e for number, e in zip([*missing, *where], errors, strict=True)}
    wrong = (*where, *(content + 1 + index for index in without))
    return Located(tuple(sorted(wrong)), settled=True, symbols=made)


def _filtered(syndromes: Sequence[int], missing: Sequence[int]) -> list[int]:
    """What is left of the syndromes when the missing lines have been taken out (Forney's modified syndromes)."""
    left = list(syndromes)
    for number in missing:
        x = _POWER[number % _ORDER]
        left = [after ^ _times(x, before) for before, after in pairwise(left)]
    return left


def _further(left: Sequence[int], content: int, missing: Sequence[int], unknown: int) -> tuple[int, ...] | None:
    """The lines, as many as `unknown`, that alone explain what is left; None if no such lines do."""
    if unknown == 0:
        return () if not any(left) else None
    if unknown == 1:
        if not left[0]:
            return None
        x = _over(left[1], left[0])
        if not x or any(_times(x, a) != b for a, b in pairwise(left)):
            return None
        number = _LOG[x]
        return (number,) if 1 <= number <= content and number not in missing else None
    determinant = _times(left[0], left[2]) ^ _times(left[1], left[1])
    if not determinant:
        return None
    product = _over(_times(left[1], left[3]) ^ _times(left[2], left[2]), determinant)
    total = _over(_times(left[0], left[3]) ^ _times(left[1], left[2]), determinant)
    for a, b, c in zip(left, left[1:], left[2:], strict=False):
        if _times(product, a) ^ _times(total, b) ^ c:
            return None
    roots = tuple(
        number
        for number in range(1, content + 1)
        if not _times(x := _POWER[number], x) ^ _times(total, x) ^ product and number not in missing
    )
    return roots if len(roots) == 2 else None


def _solved(syndromes: Sequence[int], numbers: Sequence[int], first: int) -> list[int]:
    """The errors at these lines from the first so many syndromes: elimination over the field."""
    size = len(numbers)
    rows = [[_POWER[number * (first + j) % _ORDER] for number in numbers] + [syndromes[j]] for j in range(size)]
    for column in range(size):
        pivot = next(row for row in range(column, size) if rows[row][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = rows[column][column]
        rows[column] = [_over(value, scale) for value in rows[column]]
        for row in range(size):
            if row != column and rows[row][column]:
                factor = rows[row][column]
                rows[row] = [a ^ _times(factor, b) for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[size] for row in rows]
