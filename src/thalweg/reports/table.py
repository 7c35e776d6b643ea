"""The terminal: every finding with its sentence, how sure, how far against the rule, when, and the fixes.

Below 112 columns the facts stand under the sentence, above beside it. Plain text, unless colour is asked
for; nothing in it depends on colour. What was not checked comes first and last, for a terminal is read
from both ends.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from thalweg.model.findings import Finding
from thalweg.model.result import CheckResult
from thalweg.model.words import DISCLAIMERS, EXERCISE, MARK_MEANING
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import phrases

_WIDE: Final = 112
_LABEL: Final = 11  # columns of the labels, their space included
_INDENT: Final = 4

_LOUD: Final = Style(bold=True, color="red", reverse=True)
_BOLD: Final = Style(bold=True)
_DIM: Final = Style(dim=True)
_SEVERITY: Final = {
    "warning": Style(bold=True, color="yellow"),
    "caution": Style(bold=True, color="cyan"),
}

Line = tuple[str, Style | None]


def render(disclosed: Disclosed[CheckResult], *, width: int = 80, colour: bool = False) -> str:
    """The whole result as text of at most `width` columns (60 at least), with ANSI colours if asked for."""
    result = disclosed.value
    width = max(width, 60)
    lines: list[Line] = []
    _head(lines, result, width)
    for number, finding in enumerate(result.findings, 1):
        _finding(lines, result, number, finding, width)
    _marked(lines, result, width)
    _left_out(lines, result, width)
    _flags(lines, result, width)
    _foot(lines, result, width)
    return _coloured(lines, width) if colour else "".join(text.rstrip() + "\n" for text, _ in lines)


def _coloured(lines: Sequence[Line], width: int) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=True, color_system="standard", highlight=False, markup=False,
        emoji=False, legacy_windows=False,
    )  # fmt: skip
    for text, style in lines:
        console.print(Text(text.rstrip(), style or ""), soft_wrap=True)
    return out.getvalue()


# --------------------------------------------------------------- the parts


def _head(lines: list[Line], result: CheckResult, width: int) -> None:
    if result.exercise:
        lines.append((" EXERCISE: nothing here is live ".center(width, "/"), _BOLD))
    _put(lines, f"Thalweg check, {phrases.plain(result.theatre)}", width, style=_BOLD)
    _put(lines, f"at {phrases.instant(result.checked_at)}", width, style=_DIM)
    lines.append(("", None))
    _put(lines, phrases.headline(result), width, style=_BOLD)
    _loud(lines, result, width)
    lines.append(("", None))


def _loud(lines: list[Line], result: CheckResult, width: int) -> None:
    line = phrases.incomplete_line(result)
    if line:
        _put(lines, f"!! {line}", width, style=_LOUD)


def _finding(lines: list[Line], result: CheckResult, number: int, finding: Finding, width: int) -> None:
    marks = phrases.marks_of(result, finding)
    severity = phrases.severity(finding).upper()
    status = phrases.plain(finding.line_status)
    head = f"{number}. {severity}: {phrases.finding_type(finding)}" + (f", {status} line" if status else "")
    lines.append(("─" * width, _DIM))
    _put(lines, head, width, style=_SEVERITY.get(finding.severity, _BOLD))
    if marks:
        _put(lines, f"[{', '.join(marks)}]", width, indent=_INDENT)
    if width < _WIDE:
        _statement(lines, finding, width)
        for label, text in (*_measured(finding), *_changes(result, finding), *_between(result, finding)):
            _fact(lines, label, text, width)
    else:
        left: list[Line] = []
        right: list[Line] = []
        column = (width - 4) * 11 // 20
        _statement(left, finding, column)
        for label, text in (*_changes(result, finding), *_between(result, finding)):
            _fact(left, label, text, column)
        for label, text in _measured(finding):
            _fact(right, label, text, width - column - 2, indent=0)
        _beside(lines, left, right, column)
    lines.append(("", None))


def _statement(lines: list[Line], finding: Finding, width: int) -> None:
    _put(lines, phrases.plain(finding.sentence), width, indent=_INDENT, style=_BOLD)
    _put(lines, phrases.plain(finding.rule_sentence), width, indent=_INDENT)


def _measured(finding: Finding) -> list[tuple[str, str]]:
    facts = [("Certainty", phrases.certainty(finding))]
    facts += [("", phrases.plain(reason)) for reason in finding.reasons]
    facts += [(what, f"{found}; rule: {asked}") for what, found, asked in phrases.against_rule(finding)]
    if finding.datum_allowance_m:
        facts.append(("Datums", phrases.datums(finding)))
    facts.append(("When", phrases.when(finding)))
    for label, position in zip(("Where", ""), dict.fromkeys(finding.closest), strict=False):
        facts.append((label, f"{phrases.dms(position)}  {phrases.mgrs(position)}"))
    facts.append(("", phrases.plain(finding.reference)))
    return facts


def _between(result: CheckResult, finding: Finding) -> list[tuple[str, str]]:
    facts = []
    for version in finding.versions:
        declaration = result.declarations[version]
        facts.append(
            (
                "Between" if version == finding.versions[0] else "and",
                f"{phrases.plain(result.party_name(declaration.party))}: {phrases.kind(declaration)}, "
                f"{phrases.title(declaration)} ({phrases.plain(str(declaration.source))})",
            )
        )
    facts.append(("Id", f"{phrases.plain(finding.id)}, rule {phrases.plain(finding.rule)}"))
    return facts


def _changes(result: CheckResult, finding: Finding) -> list[tuple[str, str]]:
    facts = [
        ("Fix", f"{phrases.plain(fix.sentence)} ({phrases.cost(fix)})") for fix in phrases.fixes_of(result, finding)
    ]
    facts += [("No fix", phrases.in_vain(result, item)) for item in phrases.without_fix(result, finding)]
    return facts


def _marked(lines: list[Line], result: CheckResult, width: int) -> None:
    """What the marks mean, and which declarations bear them: those without a finding too."""
    if result.findings:
        lines.append(("─" * width, _DIM))
    shown = phrases.all_marks(result)
    for mark in shown:
        _put(lines, MARK_MEANING.get(mark, mark), width)
        for version, declaration in result.declarations.items():
            if mark in result.marks(version) and mark != EXERCISE:
                _fact(lines, "", f"{phrases.title(declaration)} [{mark}]", width, label=0)
    if shown:
        lines.append(("", None))


def _left_out(lines: list[Line], result: CheckResult, width: int) -> None:
    if result.problems:
        number = phrases.count(len(result.problems), "item")
        _put(lines, f"NOT CHECKED: {number}", width, style=_LOUD)
        for problem in result.problems:
            _fact(lines, "!!", phrases.plain(str(problem)), width, label=4)
            _fact(lines, "", f"({phrases.plain(problem.code)})", width, label=4)
        lines.append(("", None))
    if result.omissions:
        _put(lines, "Left out of the input", width, style=_BOLD)
        for omission in result.omissions:
            tail = " It cannot hide a conflict." if omission.harmless else ""
            text = f"{omission.source}: {omission.what}. {omission.why}"
            _fact(lines, "-" if omission.harmless else "!!", phrases.plain(text) + tail, width, label=4)
        lines.append(("", None))


def _flags(lines: list[Line], result: CheckResult, width: int) -> None:
    if not result.flags:
        return
    _put(lines, f"Flagged, and kept as it stands: {len(result.flags)}", width, style=_BOLD)
    for flagged in result.flags:
        declaration = result.declarations[flagged.version]
        where = f", {flagged.flag.where}" if flagged.flag.where else ""
        text = f"{phrases.title(declaration)} ({declaration.source}{where}): {flagged.flag.sentence}"
        _fact(lines, "?", phrases.plain(text), width, label=4)
    lines.append(("", None))


def _foot(lines: list[Line], result: CheckResult, width: int) -> None:
    _loud(lines, result, width)
    for sentence in DISCLAIMERS:
        _put(lines, sentence, width, style=_DIM)
    _put(lines, phrases.made_by(result), width, style=_DIM)


# ------------------------------------------------------------------ layout


def _put(lines: list[Line], text: str, width: int, *, indent: int = 0, style: Style | None = None) -> None:
    lines.extend((" " * indent + piece, style) for piece in _wrapped(text, width - indent))


def _fact(lines: list[Line], name: str, text: str, width: int, *, indent: int = _INDENT, label: int = _LABEL) -> None:
    for number, piece in enumerate(_wrapped(text, width - indent - label)):
        lines.append((" " * indent + (name if number == 0 else "").ljust(label) + piece, None))


def _beside(lines: list[Line], left: Sequence[Line], right: Sequence[Line], column: int) -> None:
    for row in range(max(len(left), len(right))):
        text = left[row][0] if row < len(left) else ""
        other = right[row][0] if row < len(right) else ""
        lines.append((text + " " * (column + 2 - cell_len(text)) + other, None))


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells: at spaces where there are any, a no-break space being none.

    Widths are of cells, not of characters: some scripts are two cells wide, and some marks none.
    """
    lines: list[str] = []
    line, used = "", 0
    for word in text.split(" "):
        size = cell_len(word)
        if line and used + 1 + size <= width:
            line, used = f"{line} {word}", used + 1 + size
            continue
        if line:
            lines.append(line)
        if size > width:
            *full, word = _pieces(word, width)
            lines.extend(full)
            size = cell_len(word)
        line, used = word, size
    lines.append(line)
    return lines


def _pieces(word: str, width: int) -> Iterator[str]:
    """The word in pieces that fit, each of one character at least, in one pass over it."""
    start = used = 0
    for index, letter in enumerate(word):
        size = cell_len(letter)
        if used + size > width and index > start:
            yield word[start:index]
            start, used = index, 0
        used += size
    yield word[start:]
