"""CSV: one row a finding, and a row for each thing that was not checked, left out or flagged.

UTF-8 with a byte order mark (without it, spreadsheets take Arabic and Cyrillic names for something
else), lines end in CR LF (RFC 4180). The columns are documented in docs/reference/outputs.md.

A cell of text that a spreadsheet would take for a formula starts with an apostrophe. Numbers stay
numbers: those are ours.
"""

from __future__ import annotations

import csv
import io
from typing import Final

from thalweg.model.declarations import Declaration
from thalweg.model.findings import Finding
from thalweg.model.result import CheckResult
from thalweg.model.words import DISCLAIMERS
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import phrases
from thalweg.reports.json import first_position

COLUMNS: Final = (
    "record", "number", "id", "type", "severity", "certainty", "share", "sentence",
    "party_1", "kind_1", "title_1", "declaration_1", "version_1", "source_1",
    "party_2", "kind_2", "title_2", "declaration_2", "version_2", "source_2",
    "first_utc", "closest_utc", "last_utc",
    "horizontal_m", "rule_horizontal_m", "vertical_m", "rule_vertical_m", "time_gap_s", "rule_time_s",
    "datum_allowance_m",
    "lat_1", "lon_1", "dms_1", "mgrs_1", "lat_2", "lon_2", "dms_2", "mgrs_2", "reference",
    "rule", "rule_sentence", "relation", "reasons", "marks", "line_status", "fixes",
    "expected", "found", "code", "notice",
)  # fmt: skip

_FORMULA: Final = tuple("=+-@＝＋－＠|\t\r\n")


def render(disclosed: Disclosed[CheckResult]) -> bytes:
    """The whole result, as the bytes of a file."""
    result = disclosed.value
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    notice = " ".join(DISCLAIMERS if result.copy is None else (*DISCLAIMERS, str(result.copy)))
    writer.writerow(
        _row(
            record="summary",
            sentence=" ".join(part for part in (phrases.headline(result), phrases.incomplete_line(result)) if part),
            marks="; ".join(phrases.all_marks(result)),
            source_1=phrases.made_by(result),
            notice=notice,
        )
    )
    for number, finding in enumerate(result.findings, 1):
        writer.writerow(_finding(result, number, finding, notice))
    if result.copy is not None:
        for number, (version, declaration) in enumerate(result.declarations.items(), 1):
            writer.writerow(_declared(result, number, version, declaration, notice))
    for problem in result.problems:
        writer.writerow(
            _row(
                record="problem", sentence=f"NOT CHECKED: {problem.sentence}", source_1=str(problem.source),
                expected=problem.expected, found=problem.found, code=problem.code, notice=notice,
            )
        )  # fmt: skip
    for omission in result.omissions:
        head = "Left out, cannot hide a conflict" if omission.harmless else "LEFT OUT"
        writer.writerow(
            _row(
                record="omission",
                sentence=f"{head}: {omission.what}. {omission.why}",
                source_1=str(omission.source),
                notice=notice,
            )
        )
    for flagged in result.flags:
        writer.writerow(
            _row(
                record="flag",
                sentence=flagged.flag.sentence,
                code=flagged.flag.code,
                found=flagged.flag.where,
                notice=notice,
                **_declaration(result, result.declarations[flagged.version], 1),
            )
        )
    return out.getvalue().encode("utf-8-sig")


def _finding(result: CheckResult, number: int, finding: Finding, notice: str) -> dict[str, str]:
    a, b = (result.declarations[version] for version in finding.versions)
    p, q = finding.closest
    margin = finding.margin
    return _row(
        record="finding",
        type=finding.type.value,
        severity=finding.severity,
        certainty=finding.certainty.value,
        sentence=finding.sentence,
        dms_1=phrases.dms(p),
        mgrs_1=phrases.mgrs(p),
        dms_2=phrases.dms(q),
        mgrs_2=phrases.mgrs(q),
        reference=finding.reference,
        rule=finding.rule,
        rule_sentence=finding.rule_sentence,
        relation=finding.relation.value,
        reasons="; ".join(finding.reasons),
        marks="; ".join(phrases.marks_of(result, finding)),
        line_status=finding.line_status,
        fixes="; ".join(f"{fix.sentence} ({phrases.cost(fix)})" for fix in phrases.fixes_of(result, finding)),
        id=finding.id,
        notice=notice,
        **_declaration(result, a, 1),
        **_declaration(result, b, 2),
    ) | {
        "number": str(number),
        "share": f"{finding.share:.3f}",
        "first_utc": "" if finding.first is None else str(finding.first),
        "closest_utc": "" if finding.closest_at is None else str(finding.closest_at),
        "last_utc": "" if finding.last is None else str(finding.last),
        "horizontal_m": f"{finding.horizontal_m:.1f}",
        "rule_horizontal_m": f"{margin.horizontal_m:.1f}",
        "vertical_m": "" if finding.vertical_m is None else f"{finding.vertical_m:.1f}",
        "rule_vertical_m": "" if margin.vertical_m is None else f"{margin.vertical_m:.1f}",
        "time_gap_s": f"{finding.time_gap_s:.1f}",
        "rule_time_s": f"{margin.time_s:.1f}",
        "datum_allowance_m": f"{finding.datum_allowance_m:.1f}",
        "lat_1": f"{p.lat:.6f}",
        "lon_1": f"{p.lon:.6f}",
        "lat_2": f"{q.lat:.6f}",
        "lon_2": f"{q.lon:.6f}",
    }


def _declared(result: CheckResult, number: int, version: str, declaration: Declaration, notice: str) -> dict[str, str]:
    """A declaration by itself: where by the first position that it names, when by its windows."""
    at = first_position(declaration)
    windows = [volume.window for volume in declaration.volumes] + [each.window for each in declaration.segments]
    starts, ends = [each.start for each in windows], [each.end for each in windows]
    first = None if None in starts else min((each for each in starts if each), default=None)
    last = None if None in ends else max((each for each in ends if each), default=None)
    return _row(
        record="declaration",
        type=phrases.kind(declaration),
        sentence="; ".join(dict.fromkeys(phrases.shape(volume.shape) for volume in declaration.volumes)),
        marks="; ".join(result.marks(version)),
        id=version,
        dms_1="" if at is None else phrases.dms(at),
        mgrs_1="" if at is None else phrases.mgrs(at),
        notice=notice,
        **_declaration(result, declaration, 1),
    ) | {
        "number": str(number),
        "first_utc": "" if first is None else str(first),
        "last_utc": "" if last is None else str(last),
        "lat_1": "" if at is None else f"{at.lat:.6f}",
        "lon_1": "" if at is None else f"{at.lon:.6f}",
    }


def _declaration(result: CheckResult, declaration: Declaration, side: int) -> dict[str, str]:
    return {
        f"party_{side}": result.party_name(declaration.party),
        f"kind_{side}": phrases.kind(declaration),
        f"title_{side}": declaration.title,
        f"declaration_{side}": declaration.declaration_id,
        f"version_{side}": declaration.version_id,
        f"source_{side}": str(declaration.source),
    }


def _row(**cells: str) -> dict[str, str]:
    return {name: _cell(text) for name, text in cells.items()}


def _cell(text: str) -> str:
    """Text that no spreadsheet runs."""
    line = phrases.plain(text)
    return f"'{line}" if line.startswith(_FORMULA) else line
