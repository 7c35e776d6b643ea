"""The result of a check as PDF/A-2b on A4."""

from __future__ import annotations

from typing import Final

from thalweg.model.findings import Finding
from thalweg.model.result import CheckResult
from thalweg.model.words import DISCLAIMERS, EXERCISE, HYPOTHETICAL, MARK_MEANING
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import map as maps
from thalweg.reports import phrases, plots
from thalweg.reports.setting import inked, pdf, settable

DRAWN_MOST: Final = 200  # findings that get their own map and plots; all get their numbers

# Narrower drawings than the page's, so that their text is of the same size as the text of the print.
_WIDE_MAP: Final = 760.0
_WIDE_INSET: Final = 400.0
_PLOT: Final = (420.0, 128.0)

_REPORT: Final = "report.typ"


def render(disclosed: Disclosed[CheckResult], ground: maps.Ground | None = None) -> bytes:
    """The whole result, as the bytes of a file. Raises PdfError where typst refuses."""
    result = disclosed.value
    return pdf(_REPORT, _content(result, ground), result.checked_at)


# ----------------------------------------------------------------- the content


def _content(result: CheckResult, ground: maps.Ground | None) -> dict[str, object]:
    marks = phrases.all_marks(result)
    tags = phrases.tags(declaration.party for declaration in result.declarations.values())
    counts = result.counts
    return {
        "title": settable(phrases.heading(result)),
        "copy": "" if result.copy is None else str(result.copy),
        "checked_at": phrases.instant(result.checked_at),
        "headline": phrases.headline(result),
        "incomplete": phrases.incomplete_line(result),
        "exercise": MARK_MEANING[EXERCISE] if EXERCISE in marks else "",
        "hypothetical": MARK_MEANING[HYPOTHETICAL] if HYPOTHETICAL in marks else "",
        "disclaimers": list(DISCLAIMERS),
        "made_by": settable(phrases.made_by(result)),
        "map": _map(result, ground),
        "findings": [
            _finding(result, tags, number, finding, ground) for number, finding in enumerate(result.findings, 1)
        ],
        "positions": _positions(result),
        "problems": _problems(result),
        "declarations": _declarations(result, tags),
        "flags": _flags(result),
        "counts": (
            f"{phrases.count(counts.seen, 'row or feature', 'rows or features')} arrived in "
            f"{phrases.count(counts.files, 'file')}; {counts.read} were read as declarations, "
            f"{counts.compared} compared."
        ),
        "words": [
            ["Will", "every value within the stated bounds breaks the rule."],
            ["May", "some of the values within the stated bounds do; how many is said."],
            ["May, cannot tell", "what is stated, such as a height, is not enough to say more."],
            *([mark.capitalize(), MARK_MEANING[mark].split(": ", 1)[1]] for mark in marks if mark in MARK_MEANING),
        ],
    }


def _map(result: CheckResult, ground: maps.Ground | None) -> dict[str, str]:
    drawing = maps.draw(result, ground, wide=_WIDE_MAP)
    notes = [
        "Azimuthal equidistant about the centre. Numbers in symbols are those of the findings, numbers after a party's "
        "tag those of the declarations.",
        drawing.credit,
    ]
    if drawing.outside:
        notes.append(f"{phrases.count(len(drawing.outside), 'declaration lies', 'declarations lie')} off the map.")
    return {
        "svg": inked(drawing.svg),
        "alt": "Map of the declarations and findings. All of it is in the text as well.",
        "notes": " ".join(note for note in notes if note),
    }


def _positions(result: CheckResult) -> list[dict[str, str]]:
    """Where each finding is closest, in the three ways in which people read a position."""
    return [
        {
            "number": str(number),
            "time": phrases.instant(finding.closest_at),
            "dms": phrases.dms(at),
            "decimal": phrases.decimal(at),
            "mgrs": phrases.mgrs(at),
            "reference": settable(finding.reference),
        }
        for number, finding in enumerate(result.findings, 1)
        for at in dict.fromkeys(finding.closest)
    ]


def _flags(result: CheckResult) -> list[dict[str, str]]:
    return [
        {
            "title": settable(phrases.title(result.declarations[flagged.version])),
            "sentence": settable(
                f"{flagged.flag.where}: {flagged.flag.sentence}" if flagged.flag.where else flagged.flag.sentence
            ),
            "code": settable(flagged.flag.code),
        }
        for flagged in result.flags
    ]


def _finding(
    result: CheckResult, tags: dict[str, str], number: int, finding: Finding, ground: maps.Ground | None
) -> dict[str, object]:
    both = [result.declarations[version] for version in finding.versions]
    facts = [
        [
            "Between" if index == 0 else "and",
            settable(
                f"{tags[declaration.party]} {result.party_name(declaration.party)}: {phrases.kind(declaration)}, "
                f"{phrases.title(declaration)} ({declaration.source})"
            ),
        ]
        for index, declaration in enumerate(both)
    ]
    facts.append(["When", phrases.when(finding)])
    for index, at in enumerate(dict.fromkeys(finding.closest)):
        facts.append(["Where" if index == 0 else "and", phrases.dms(at)])
        facts.append(["", phrases.mgrs(at)])
    facts.append(["", settable(finding.reference)])
    facts.append(["Certainty", phrases.certainty(finding)])
    facts += [["", settable(reason)] for reason in finding.reasons]
    if finding.margin.vertical_m is not None:
        facts += [
            ["Heights" if index == 0 else "", settable(f"{phrases.title(declaration)}: {heights}.")]
            for index, declaration in enumerate(both)
            if (heights := phrases.heights(declaration))
        ]
    if finding.datum_allowance_m:
        facts.append(["", phrases.datums(finding)])
    facts.append(["Id", settable(f"{finding.id}, rule {finding.rule}")])
    fixes = [[settable(fix.sentence), phrases.cost(fix)] for fix in phrases.fixes_of(result, finding)]
    fixes += [[settable(phrases.in_vain(result, item)), ""] for item in phrases.without_fix(result, finding)]
    status = f", {phrases.plain(finding.line_status)} line" if finding.line_status else ""
    drawn = number <= DRAWN_MOST
    return {
        "number": str(number),
        "heading": settable(f"{phrases.severity(finding)}: {phrases.finding_type(finding)}{status}"),
        "severity": settable(phrases.severity(finding)),
        "certainty_word": phrases.certainty_word(finding),
        "between": [
            {"tag": settable(tags[declaration.party]), "title": settable(phrases.short(phrases.title(declaration), 60))}
            for declaration in both
        ],
        "first": phrases.instant(finding.first).split(" "),
        "marks": [settable(mark) for mark in phrases.marks_of(result, finding)],
        "sentence": settable(finding.sentence),
        "direction": phrases.direction(finding.sentence),
        "rule_sentence": settable(finding.rule_sentence),
        "facts": facts,
        "against": [list(row) for row in phrases.against_rule(finding)],
        "fixes": fixes,
        "inset": inked(maps.draw_finding(result, number, finding, ground, wide=_WIDE_INSET, own_hatches=True).svg)
        if drawn
        else "",
        "plots": _plots(result, tags, finding) if drawn else [],
    }


def _plots(result: CheckResult, tags: dict[str, str], finding: Finding) -> list[dict[str, str]]:
    first, second = (result.declarations[version] for version in finding.versions)
    span = plots.span_of(finding, first, second)
    if span is None:
        return []
    data = plots.series(first, second, span)
    rows = phrases.against_rule(finding)
    names = (
        f"{tags[first.party]} {phrases.short(phrases.title(first))}",
        f"{tags[second.party]} {phrases.short(phrases.title(second))}",
    )
    drawn = (
        (rows[1], plots.height_plot(data, finding, names, "", _PLOT)),
        (rows[0], plots.distance_plot(data, finding, "", _PLOT)),
    )
    return [
        {"caption": f"{what} over time: {found}, rule: {asked}", "svg": inked(svg)}
        for (what, found, asked), svg in drawn
        if svg
    ]


def _problems(result: CheckResult) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for problem in result.problems:
        rows.append(
            {
                "status": "NOT CHECKED",
                "loud": True,
                "source": settable(str(problem.source)),
                "what": settable(problem.told),
                "code": settable(problem.code),
            }
        )
    for omission in result.omissions:
        tail = " It cannot hide a conflict." if omission.harmless else ""
        rows.append(
            {
                "status": "Left out" if omission.harmless else "LEFT OUT",
                "loud": not omission.harmless,
                "source": settable(str(omission.source)),
                "what": settable(f"{omission.what}. {omission.why}{tail}"),
                "code": "",
            }
        )
    return rows


def _declarations(result: CheckResult, tags: dict[str, str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number, (version, declaration) in enumerate(result.declarations.items(), 1):
        places = [phrases.shape(volume.shape) for volume in declaration.volumes]
        places += [phrases.line_status(segment.status) for segment in declaration.segments]
        places += [text for volume in declaration.volumes if (text := phrases.uncertainty(volume))]
        when = [phrases.window(volume.window) for volume in declaration.volumes]
        when += [phrases.window(segment.window) for segment in declaration.segments]
        rows.append(
            {
                "tag": settable(f"{tags[declaration.party]} {number}"),
                "title": settable(phrases.title(declaration)),
                "kind": settable(f"{phrases.kind(declaration)}, {result.party_name(declaration.party)}"),
                "marks": [settable(mark) for mark in result.marks(version)],
                "source": settable(str(declaration.source)),
                "place": "; ".join(dict.fromkeys(places)),
                "when": "; ".join(dict.fromkeys(when)),
                "heights": settable(phrases.heights(declaration)),
            }
        )
    return rows
