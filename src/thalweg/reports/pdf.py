"""PDF/A-2b on A4, set by typst: the same input gives the same bytes, on every machine.

For that the fonts travel with the package, the system's are not looked at, and the file is dated by the
check. Text reaches the template as data and is never read as markup. A character that no carried font has
is written as its code point, `[U+6551]`, rather than as a box that could be anything.
"""

from __future__ import annotations

import json
import re
import struct
from functools import cache
from importlib import resources
from typing import Final

import typst

from thalweg.model.errors import ThalwegError
from thalweg.model.findings import Finding
from thalweg.model.result import CheckResult
from thalweg.model.words import DISCLAIMERS, EXERCISE, HYPOTHETICAL, MARK_MEANING
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import map as maps
from thalweg.reports import phrases, plots

DRAWN_MOST: Final = 200  # findings that get their own map and plots; all get their numbers

# Narrower drawings than the page's, so that their text is of the same size as the text of the print.
_WIDE_MAP: Final = 760.0
_WIDE_INSET: Final = 400.0
_PLOT: Final = (420.0, 128.0)

_FONTS: Final = (
    "IBMPlexSans-Regular.ttf", "IBMPlexSans-SemiBold.ttf",
    "IBMPlexSansArabic-Regular.ttf", "IBMPlexSansArabic-SemiBold.ttf",
)  # fmt: skip
_LONG: Final = re.compile(r"[^\s\u200b]{28}(?=[^\s\u200b])")
_ISOLATES: Final = "\u2068\u2069"


class PdfError(ThalwegError):
    """The report could not be set. Nothing was written; every other format still has the result."""


def render(disclosed: Disclosed[CheckResult], ground: maps.Ground | None = None) -> bytes:
    """The whole result, as the bytes of a file. Raises PdfError where typst refuses."""
    result = disclosed.value
    data = json.dumps(_content(result, ground), ensure_ascii=False)
    folder = resources.files("thalweg.reports")
    try:
        with resources.as_file(folder) as room:
            made = typst.compile(
                room / "report.typ",
                root=room,
                font_paths=[room / "fonts"],
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs={"data": data},
                pdf_standards=["a-2b"],
                timestamp=max(0, int(result.checked_at.epoch_s)),
            )
    except typst.TypstError as error:
        raise PdfError("pdf-set", "The PDF could not be set; ask for another format. " + str(error)[:200]) from error
    if not isinstance(made, bytes):
        raise PdfError("pdf-set", "The PDF could not be set; ask for another format.")
    return made


# ----------------------------------------------------------------- the content


def _content(result: CheckResult, ground: maps.Ground | None) -> dict[str, object]:
    marks = phrases.all_marks(result)
    drawing = maps.draw(result, ground, wide=_WIDE_MAP)
    notes = [
        "Azimuthal equidistant about the centre. Numbers in symbols are those of the findings, numbers after a party's "
        "tag those of the declarations.",
        drawing.credit,
    ]
    if drawing.outside:
        notes.append(f"{phrases.count(len(drawing.outside), 'declaration lies', 'declarations lie')} off the map.")
    tags = phrases.tags(declaration.party for declaration in result.declarations.values())
    counts = result.counts
    return {
        "title": _t(phrases.heading(result)),
        "copy": "" if result.copy is None else str(result.copy),
        "checked_at": phrases.instant(result.checked_at),
        "headline": phrases.headline(result),
        "incomplete": phrases.incomplete_line(result),
        "exercise": MARK_MEANING[EXERCISE] if EXERCISE in marks else "",
        "hypothetical": MARK_MEANING[HYPOTHETICAL] if HYPOTHETICAL in marks else "",
        "disclaimers": list(DISCLAIMERS),
        "made_by": _t(phrases.made_by(result)),
        "map": {
            "svg": _svg(drawing.svg),
            "alt": "Map of the declarations and findings. All of it is in the text as well.",
            "notes": " ".join(note for note in notes if note),
        },
        "findings": [
            _finding(result, tags, number, finding, ground) for number, finding in enumerate(result.findings, 1)
        ],
        "positions": [
            {
                "number": str(number),
                "time": phrases.instant(finding.closest_at),
                "dms": phrases.dms(at),
                "decimal": phrases.decimal(at),
                "mgrs": phrases.mgrs(at),
                "reference": _t(finding.reference),
            }
            for number, finding in enumerate(result.findings, 1)
            for at in dict.fromkeys(finding.closest)
        ],
        "problems": _problems(result),
        "declarations": _declarations(result, tags),
        "flags": [
            {
                "title": _t(phrases.title(result.declarations[flagged.version])),
                "sentence": _t(
                    f"{flagged.flag.where}: {flagged.flag.sentence}" if flagged.flag.where else flagged.flag.sentence
                ),
                "code": _t(flagged.flag.code),
            }
            for flagged in result.flags
        ],
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


def _finding(
    result: CheckResult, tags: dict[str, str], number: int, finding: Finding, ground: maps.Ground | None
) -> dict[str, object]:
    both = [result.declarations[version] for version in finding.versions]
    facts = [
        ["Between" if index == 0 else "and", _t(
            f"{tags[declaration.party]} {result.party_name(declaration.party)}: {phrases.kind(declaration)}, "
            f"{phrases.title(declaration)} ({declaration.source})"
        )]
        for index, declaration in enumerate(both)
    ]  # fmt: skip
    facts.append(["When", phrases.when(finding)])
    for index, at in enumerate(dict.fromkeys(finding.closest)):
        facts.append(["Where" if index == 0 else "and", phrases.dms(at)])
        facts.append(["", phrases.mgrs(at)])
    facts.append(["", _t(finding.reference)])
    facts.append(["Certainty", phrases.certainty(finding)])
    facts += [["", _t(reason)] for reason in finding.reasons]
    if finding.margin.vertical_m is not None:
        facts += [
            ["Heights" if index == 0 else "", _t(f"{phrases.title(declaration)}: {heights}.")]
            for index, declaration in enumerate(both)
            if (heights := phrases.heights(declaration))
        ]
    if finding.datum_allowance_m:
        facts.append(["", phrases.datums(finding)])
    facts.append(["Id", _t(f"{finding.id}, rule {finding.rule}")])
    fixes = [[_t(fix.sentence), phrases.cost(fix)] for fix in phrases.fixes_of(result, finding)]
    fixes += [[_t(phrases.in_vain(result, item)), ""] for item in phrases.without_fix(result, finding)]
    status = f", {phrases.plain(finding.line_status)} line" if finding.line_status else ""
    drawn = number <= DRAWN_MOST
    return {
        "number": str(number),
        "heading": _t(f"{phrases.severity(finding)}: {phrases.finding_type(finding)}{status}"),
        "severity": _t(phrases.severity(finding)),
        "certainty_word": phrases.certainty_word(finding),
        "between": [
            {"tag": _t(tags[declaration.party]), "title": _t(phrases.short(phrases.title(declaration), 60))}
            for declaration in both
        ],
        "first": phrases.instant(finding.first).split(" "),
        "marks": [_t(mark) for mark in phrases.marks_of(result, finding)],
        "sentence": _t(finding.sentence),
        "direction": phrases.direction(finding.sentence),
        "rule_sentence": _t(finding.rule_sentence),
        "facts": facts,
        "against": [list(row) for row in phrases.against_rule(finding)],
        "fixes": fixes,
        "inset": _svg(maps.draw_finding(result, number, finding, ground, wide=_WIDE_INSET, own_hatches=True).svg)
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
        {"caption": f"{what} over time: {found}, rule: {asked}", "svg": _svg(svg)}
        for (what, found, asked), svg in drawn
        if svg
    ]


def _problems(result: CheckResult) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for problem in result.problems:
        rows.append(
            {
                "status": "NOT CHECKED", "loud": True, "source": _t(str(problem.source)),
                "what": _t(problem.told), "code": _t(problem.code),
            }
        )  # fmt: skip
    for omission in result.omissions:
        tail = " It cannot hide a conflict." if omission.harmless else ""
        rows.append(
            {
                "status": "Left out" if omission.harmless else "LEFT OUT", "loud": not omission.harmless,
                "source": _t(str(omission.source)), "what": _t(f"{omission.what}. {omission.why}{tail}"),
                "code": "",
            }
        )  # fmt: skip
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
                "tag": _t(f"{tags[declaration.party]} {number}"),
                "title": _t(phrases.title(declaration)),
                "kind": _t(f"{phrases.kind(declaration)}, {result.party_name(declaration.party)}"),
                "marks": [_t(mark) for mark in result.marks(version)],
                "source": _t(str(declaration.source)),
                "place": "; ".join(dict.fromkeys(places)),
                "when": "; ".join(dict.fromkeys(when)),
                "heights": _t(phrases.heights(declaration)),
            }
        )
    return rows


# ------------------------------------------------------------------ text and ink


def _t(text: str) -> str:
    """A party's text as it can be set: plain, breakable, and in characters that the fonts have."""
    shown = "".join(
        letter if ord(letter) in _covered() or letter == " " else f"[U+{ord(letter):04X}]"
        for letter in phrases.plain(text)
    )
    return _LONG.sub(lambda hit: hit[0] + "\u200b", shown)


@cache
def _covered() -> frozenset[int]:
    """The characters that the carried fonts have, from their own tables."""
    folder = resources.files("thalweg.reports").joinpath("fonts")
    # U+200B to U+200F are invisible by nature; typst sets them without a glyph.
    return frozenset({0xA0, *range(0x200B, 0x2010), 0x61C}).union(
        *(_characters(folder.joinpath(name).read_bytes()) for name in _FONTS)
    )


def _characters(font: bytes) -> set[int]:
    """The characters of a TrueType font: the Windows Unicode `cmap` of format 4 (OpenType 1.9, "cmap")."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = [struct.unpack_from(">4sIII", font, 12 + 16 * index) for index in range(tables)]
    cmap = next(offset for name, _, offset, _ in records if name == b"cmap")
    subtables = struct.unpack_from(">H", font, cmap + 2)[0]
    found: set[int] = set()
    for index in range(subtables):
        _, _, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * index)
        at = cmap + offset
        if struct.unpack_from(">H", font, at)[0] != 4:
            continue
        double = struct.unpack_from(">H", font, at + 6)[0]
        count = double // 2
        ends = struct.unpack_from(f">{count}H", font, at + 14)
        starts = struct.unpack_from(f">{count}H", font, at + 16 + double)
        deltas = struct.unpack_from(f">{count}H", font, at + 16 + 2 * double)
        offsets = struct.unpack_from(f">{count}H", font, at + 16 + 3 * double)
        for segment, (start, end) in enumerate(zip(starts, ends, strict=True)):
            for code in range(start, min(end, 0xFFFE) + 1):
                glyph = (code + deltas[segment]) & 0xFFFF
                if offsets[segment]:
                    slot = at + 16 + 3 * double + 2 * segment + offsets[segment] + 2 * (code - start)
                    raw = struct.unpack_from(">H", font, slot)[0]
                    glyph = (raw + deltas[segment]) & 0xFFFF if raw else 0
                if glyph:
                    found.add(code)
    return found


def _svg(svg: str) -> str:
    """A drawing with its style sheet inside, in the colours of paper; text as the fonts can set it."""
    pieces = re.split(r"(<text[^>]*>)([^<]*)", svg)
    for index in range(2, len(pieces), 3):
        pieces[index] = _set_in_svg(pieces[index])
    head, body = "".join(pieces).split(">", 1)
    return f'{head} font-family="IBM Plex Sans"><style>{_ink()}</style>{body}'


def _set_in_svg(text: str) -> str:
    covered = _covered()
    return "".join(
        letter if ord(letter) in covered or letter in _ISOLATES else f"[U+{ord(letter):04X}]" for letter in text
    )


@cache
def _ink() -> str:
    """The drawing rules of the page's style sheet with their variables put in, for readers without them."""
    css = resources.files("thalweg.reports").joinpath("style.css").read_text(encoding="utf-8")
    root = css[css.index(":root{") : css.index("@media")]
    values = dict(re.findall(r"--([a-z0-9-]+):([^;}]+)", root))
    begin, end = css.index("/* map */"), css.index("@media (max-width:900px)")
    rules = css[begin:end] + "\n".join(maps.style_rules())
    return re.sub(r"var\(--([a-z0-9-]+)\)", lambda hit: values[hit[1]], rules)
