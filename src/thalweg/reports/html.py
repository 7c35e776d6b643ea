"""HTML: one self-contained file, to be read on a screen, on a phone, on paper, and without any network.

Everything that a party wrote is escaped, made plain (`phrases.plain`) and isolated, so that it can neither
become markup nor reorder what stands beside it. The page's own security policy allows its one style sheet
and its one script by their hashes, and nothing else: no request leaves it, whatever is in it. All text is
there without JavaScript; the script only sorts the table.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import Final

from thalweg.model.declarations import Declaration
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.result import CheckResult
from thalweg.model.words import DISCLAIMERS, EXERCISE, HYPOTHETICAL, MARK_MEANING
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import map as maps
from thalweg.reports import phrases, plots

DRAWN_MOST: Final = 200  # findings that get their own map and plots; all get their numbers

_SCRIPT: Final = """
for(const table of document.querySelectorAll('table[data-sortable]')){
 const heads=[...table.tHead.rows[0].cells];
 heads.forEach((head,column)=>{
  const button=document.createElement('button');button.type='button';
  button.append(...head.childNodes);head.append(button);
  button.addEventListener('click',()=>{
   const up=head.getAttribute('aria-sort')!=='ascending';
   heads.forEach(other=>other.removeAttribute('aria-sort'));
   head.setAttribute('aria-sort',up?'ascending':'descending');
   const key=row=>row.cells[column].dataset.key??row.cells[column].textContent;
   const order=new Intl.Collator('en',{numeric:true}).compare;
   const rows=[...table.tBodies[0].rows].sort((a,b)=>{
    const x=key(a),y=key(b),n=Number(x)-Number(y);
    return (x!==''&&y!==''&&!Number.isNaN(n)?n:order(x,y))*(up?1:-1)});
   table.tBodies[0].append(...rows);
  });
 });
}
"""

_LEGEND: Final = {
    "route": ("Route, with its direction", '<path class="pa p0" d="M1 8H21"/><path class="ch p0" d="M9 4L14 8L9 12"/>'),
    "air": ("In the air", '<rect class="ar p0" fill="url(#h-air-l-0)" x="1" y="1" width="20" height="14"/>'),
    "ground": ("On the ground", '<rect class="ar p0" fill="url(#h-ground-0)" x="1" y="1" width="20" height="14"/>'),
    "any": ("Operation", '<rect class="ar p0" fill="url(#h-any-0)" x="1" y="1" width="20" height="14"/>'),
    "zone": (
        "Restricted zone",
        '<rect class="ar p6 h-zone" fill="url(#h-zone-6)" x="2" y="2" width="18" height="12"/>',
    ),
    "none": ("None of ours there", '<rect class="ar p1" fill="url(#h-none-1)" x="1" y="1" width="20" height="14"/>'),
    "site": (
        "Protected site",
        '<g transform="translate(11 8) scale(.8)"><rect class="si p2" x="-9" y="-9" width="18" height="18" rx="4"/>'
        '<path class="sx" d="M0 -5V5M-5 0H5"/></g>',
    ),
    "line-agreed": ("Line, agreed", '<path class="li-wide" d="M0 8H22"/><path class="li-gap" d="M0 8H22"/>'),
    "line-tacit": ("Line, tacit", '<path class="li-tacit" d="M0 8H22"/>'),
    "line-disputed": ("Line, disputed", '<path class="li-disputed" d="M0 8H22"/>'),
    "unsure": (
        "Unsure edge",
        '<circle class="so p6" cx="11" cy="8" r="7"/><circle class="se p6" cx="11" cy="8" r="7"/>',
    ),
    "hypothetical": (
        "Hypothetical geometry",
        '<rect class="ar p0 hypo" fill="none" x="2" y="2" width="18" height="12"/>',
    ),
    "rumour": ("Rumoured, no effect", '<rect class="ar pr" fill="none" x="2" y="2" width="18" height="12"/>'),
}


@dataclass(frozen=True, slots=True)
class _Party:
    tag: str
    style: int


def render(disclosed: Disclosed[CheckResult], ground: maps.Ground | None = None) -> bytes:
    """The whole result, as the bytes of a file. `ground` draws rivers and towns below the maps."""
    result = disclosed.value
    parties = _parties(result)
    style = _style()
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(_SCRIPT)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    title = phrases.heading(result)
    copy = "" if result.copy is None else f'<meta name="copy" content="{escape(str(result.copy))}">\n'
    body = [
        '<a class="skip" href="#findings">To the findings</a>',
        _bands(result),
        "<header>",
        f"<h1>{escape(title)}<small>Checked at {_ltr(phrases.instant(result.checked_at))}</small></h1>",
        f'<p class="headline">{escape(phrases.headline(result))}</p>',
        _disclaimers(),
        "</header><main>",
        _overview(result, parties),
        _map(result, ground),
        _cards(result, parties, ground),
        _left_out(result),
        _declarations(result, parties),
        _flags(result),
        _words(result),
        "</main>",
        f"<footer>{_disclaimers()}<p>{escape(phrases.made_by(result))}</p></footer>",
    ]
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"{copy}"
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + f"\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )
    return page.encode()


# ------------------------------------------------------------------ the top


def _bands(result: CheckResult) -> str:
    marks = phrases.all_marks(result)
    parts = []
    if EXERCISE in marks:
        parts.append(f'<div class="band"><span>{escape(MARK_MEANING[EXERCISE])}</span></div>')
    if HYPOTHETICAL in marks:
        parts.append(f'<p class="notice"><b>{escape(MARK_MEANING[HYPOTHETICAL])}</b></p>')
    loud = phrases.incomplete_line(result)
    if loud:
        parts.append(f'<p class="loud" role="alert">{escape(loud)} <a href="#not-checked">See what.</a></p>')
    return "".join(parts)


def _disclaimers() -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in DISCLAIMERS)
    return f'<ul class="disclaimers">{items}</ul>'


def _overview(result: CheckResult, parties: dict[str, _Party]) -> str:
    if not result.findings:
        return ""
    rows = []
    for number, finding in enumerate(result.findings, 1):
        between = " ".join(
            f"{_tag(parties, result.declarations[version])} {_title(result.declarations[version])}"
            + ("<br>" if version == finding.versions[0] else "")
            for version in finding.versions
        )
        rank = {"certain": 0, "likely": 1, "possible": 2}[finding.certainty.value]
        _, found, rule = phrases.against_rule(finding)[0]
        rows.append(
            "<tr>"
            f'<th scope="row" data-key="{number}"><a href="#finding-{number}">{number}</a></th>'
            f'<td data-label="Severity" data-key="{_severity_rank(finding)}">{_e(phrases.severity(finding))}</td>'
            f'<td data-label="Kind">{escape(phrases.finding_type(finding))}</td>'
            f'<td data-label="Certainty" data-key="{rank}">{escape(phrases.certainty_word(finding))}</td>'
            f'<td data-label="Between" class="between">{between}</td>'
            f'<td data-label="First" class="nowrap" data-key="{_key(finding.first)}">'
            f"{_ltr(phrases.instant(finding.first))}</td>"
            f'<td data-label="Sideways" class="nowrap" data-key="{finding.horizontal_m:.1f}">{escape(found)}</td>'
            f'<td data-label="Rule" class="asked" data-key="{finding.margin.horizontal_m:.1f}">{escape(rule)}</td>'
            f'<td data-label="Marks">{_marks(phrases.marks_of(result, finding))}</td>'
            "</tr>"
        )
    heads = _heads("No.", "Severity", "Finding", "Will or may", "Between", "First (UTC)", "Sideways", "Rule", "Marks")
    return (
        '<h2 id="findings">Findings</h2><div class="panel scroll"><table class="stack" data-sortable>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _map(result: CheckResult, ground: maps.Ground | None) -> str:
    drawing = maps.draw(result, ground)
    items = "".join(
        f'<li><svg viewBox="0 0 22 16" aria-hidden="true">{_LEGEND[kind][1]}</svg>{_LEGEND[kind][0]}</li>'
        for kind in _LEGEND
        if kind in drawing.kinds
    )
    notes = []
    if drawing.outside:
        number = phrases.count(len(drawing.outside), "declaration lies", "declarations lie")
        notes.append(f"{number} off this map; the table has all.")
    if drawing.credit:
        notes.append(drawing.credit)
    small = "".join(f'<p class="small">{escape(note)}</p>' for note in notes)
    return (
        f'<h2>Map</h2><figure class="panel mapbox"><div class="scroll" role="region" aria-label="Map" tabindex="0">'
        f'{drawing.svg}</div><figcaption class="small">'
        "Azimuthal equidistant about the centre; north is up there, and the scale is true there. "
        "Numbers in symbols are those of the findings, numbers after a tag those of the declarations."
        f'</figcaption><ul class="legend">{items}</ul>{small}</figure>'
    )


# ---------------------------------------------------------------- the findings


def _cards(result: CheckResult, parties: dict[str, _Party], ground: maps.Ground | None) -> str:
    if not result.findings:
        return ""
    note = ""
    if len(result.findings) > DRAWN_MOST:
        note = (
            f'<p class="small">The first {DRAWN_MOST} findings have their own map and plots; '
            "all have their numbers.</p>"
        )
    cards = "".join(
        _card(result, parties, number, finding, ground) for number, finding in enumerate(result.findings, 1)
    )
    return f"<h2>Each finding</h2>{note}{cards}"


def _card(
    result: CheckResult, parties: dict[str, _Party], number: int, finding: Finding, ground: maps.Ground | None
) -> str:
    first, second = (result.declarations[version] for version in finding.versions)
    letter = _letter(finding)
    status = f", {_e(finding.line_status)} line" if finding.line_status else ""
    symbol = (
        f'<svg class="sevs" viewBox="-15 -15 30 30" aria-hidden="true">{maps.severity_symbol(finding, number)}</svg>'
    )
    direction = phrases.direction(finding.sentence)
    drawn = ""
    if number <= DRAWN_MOST:
        drawn = _drawn(result, parties, number, finding, ground)
    return (
        f'<article class="card {letter}" id="finding-{number}">'
        f'<div class="card-head">{symbol}<h3>{number}. {_e(phrases.severity(finding))}: '
        f"{escape(phrases.finding_type(finding))}{status}</h3>{_marks(phrases.marks_of(result, finding))}"
        f'<span class="id">{_ltr(finding.id)}</span></div>'
        f'<p class="sentence" dir="{direction}">{_e(finding.sentence)}</p>'
        f'<p class="rule" dir="{phrases.direction(finding.rule_sentence)}">{_e(finding.rule_sentence)}</p>'
        '<div class="cols"><div>'
        f'<ul class="who">{_who(result, parties, first)}{_who(result, parties, second)}</ul>'
        f"{_times(finding)}<dl class=facts>{_where(finding)}{_sure(finding)}{_datum(finding, first, second)}</dl>"
        f"{_against(finding)}{_fixes(result, finding)}"
        f"</div><div>{drawn}</div></div></article>"
    )


def _who(result: CheckResult, parties: dict[str, _Party], declaration: Declaration) -> str:
    marks = tuple(mark for mark in result.marks(declaration.version_id) if mark != EXERCISE)
    return (
        f"<li><span>{_tag(parties, declaration)}</span><div>{_title(declaration)}, "
        f"{escape(phrases.kind(declaration))} of {_bdi(result.party_name(declaration.party))} {_marks(marks)}"
        f'<span class="src">{_ltr(declaration.declaration_id)} revision {declaration.revision}, '
        f"{_bdi(str(declaration.source))}</span></div></li>"
    )


def _times(finding: Finding) -> str:
    cells = (
        ("First", "", finding.first),
        ("Closest", "now", finding.closest_at),
        ("Last", "", finding.last),
    )
    items = "".join(
        f'<div class="{style}"><dt>{label}</dt><dd>{_time(when)}</dd></div>' for label, style, when in cells
    )
    return f'<dl class="times">{items}</dl>'


def _time(when: Instant | None) -> str:
    if when is None:
        return "open"
    return f"{_ltr(phrases.clock(when))}<small>{_ltr(str(when)[:10])}</small>"


def _where(finding: Finding) -> str:
    positions = "".join(
        f'<p class="pos">{_ltr(phrases.dms(at))} '
        f"<small>{_ltr(phrases.decimal(at))} · {_ltr(phrases.mgrs(at))}</small></p>"
        for at in dict.fromkeys(finding.closest)
    )
    label = phrases.where_kind(finding)
    return f"<dt>{escape(label)}</dt><dd>{positions}<p>{_bdi(finding.reference)}</p></dd>"


def _sure(finding: Finding) -> str:
    filled = 0 if finding.certainty.value == "possible" and not finding.share else phrases.pips(finding.share)
    if finding.certainty.value == "certain":
        filled = 10
    pips = "".join(f"<i{' class=on' if pip < filled else ''}></i>" for pip in range(10))
    reasons = "".join(f"<p>{_e(reason)}</p>" for reason in finding.reasons)
    return (
        f'<dt>Certainty</dt><dd><p><span class="pips" aria-hidden="true">{pips}</span>'
        f"{escape(phrases.certainty(finding))}</p>{reasons}</dd>"
    )


def _datum(finding: Finding, first: Declaration, second: Declaration) -> str:
    if finding.margin.vertical_m is None:
        return ""
    said = [
        f"{phrases.title(declaration)}: {heights}."
        for declaration in (first, second)
        if (heights := phrases.heights(declaration))
    ]
    if finding.datum_allowance_m:
        said.append(phrases.datums(finding))
    return "<dt>Heights</dt><dd>" + "".join(f"<p>{_e(text)}</p>" for text in said) + "</dd>" if said else ""


def _against(finding: Finding) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(what)}</th><td{"" if found == phrases.NOT_ASKED else " class=broke"}>'
        f"{escape(found)}</td><td>{escape(asked)}</td></tr>"
        for what, found, asked in phrases.against_rule(finding)
    )
    return (
        '<table class="against"><thead><tr><th scope="col"></th><th scope="col">Found</th>'
        f'<th scope="col">Rule {_bdi(finding.rule)}</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _fixes(result: CheckResult, finding: Finding) -> str:
    items = [
        f'<li><span aria-hidden="true">✓</span><span>{_e(fix.sentence)}</span>'
        f'<span class="cost">{escape(phrases.cost(fix))}</span></li>'
        for fix in phrases.fixes_of(result, finding)
    ]
    items += [
        f'<li class="none"><span aria-hidden="true">–</span><span>{_e(phrases.in_vain(result, item))}</span></li>'
        for item in phrases.without_fix(result, finding)
    ]
    if not items:
        return "<h4>Fixes</h4><p>None is offered for these kinds of declaration.</p>"
    return f'<h4>Fixes, each checked again against all declarations</h4><ul class="fixes">{"".join(items)}</ul>'


def _drawn(
    result: CheckResult,
    parties: dict[str, _Party],
    number: int,
    finding: Finding,
    ground: maps.Ground | None,
) -> str:
    first, second = (result.declarations[version] for version in finding.versions)
    inset = maps.draw_finding(result, number, finding, ground)
    parts = [f'<div class="inset">{inset.svg}</div>']
    span = plots.span_of(finding, first, second)
    if span is not None:
        data = plots.series(first, second, span)
        rows = phrases.against_rule(finding)
        tags = (parties[first.party].tag, parties[second.party].tag)
        names = (
            f"{tags[0]} {phrases.short(phrases.title(first))}",
            f"{tags[1]} {phrases.short(phrases.title(second))}",
        )
        for row, svg in (
            (rows[1], plots.height_plot(data, finding, names, f"Found {rows[1][1]}, rule {rows[1][2]}.")),
            (rows[0], plots.distance_plot(data, finding, f"Found {rows[0][1]}, rule {rows[0][2]}.")),
        ):
            if svg:
                what, found, asked = row
                parts.append(
                    f"<figure><figcaption>{escape(what)} over time: <b>{escape(found)}</b>, rule: {escape(asked)}"
                    f"</figcaption>{svg}</figure>"
                )
    return f'<div class="plots">{"".join(parts)}</div>'


# ------------------------------------------------------------- the other tables


def _left_out(result: CheckResult) -> str:
    rows = [
        '<tr class="problem"><td>NOT CHECKED</td>'
        f'<td data-label="Where">{_bdi(str(problem.source))}</td><td data-label="What">{_e(problem.sentence)}</td>'
        f'<td data-label="Expected">{_e(problem.expected)}</td><td data-label="Found">{_bdi(problem.found)}</td>'
        f'<td data-label="Code">{_ltr(problem.code)}</td></tr>'
        for problem in result.problems
    ]
    rows += [
        f"<tr><td>{'Left out' if omission.harmless else '<b>LEFT OUT</b>'}</td>"
        f'<td data-label="Where">{_bdi(str(omission.source))}</td>'
        f'<td data-label="What">{_e(omission.what)}. {_e(omission.why)}'
        + (" It cannot hide a conflict." if omission.harmless else "")
        + '</td><td data-label="Expected"></td><td data-label="Found"></td><td data-label="Code"></td></tr>'
        for omission in result.omissions
    ]
    if not rows:
        return ""
    heads = _heads("", "Where in the input", "What", "Expected", "Found", "Code")
    return (
        '<h2 id="not-checked">Not checked, or left out</h2><div class="panel scroll"><table class="stack">'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _declarations(result: CheckResult, parties: dict[str, _Party]) -> str:
    rows = []
    for number, (version, declaration) in enumerate(result.declarations.items(), 1):
        when = dict.fromkeys(phrases.window(volume.window) for volume in declaration.volumes)
        when |= dict.fromkeys(phrases.window(segment.window) for segment in declaration.segments)
        what = dict.fromkeys(phrases.shape(volume.shape) for volume in declaration.volumes)
        what |= dict.fromkeys(phrases.line_status(segment.status) for segment in declaration.segments)
        doubt = dict.fromkeys(text for volume in declaration.volumes if (text := phrases.uncertainty(volume)))
        heights = phrases.heights(declaration)
        cells = (
            ("Where", escape("; ".join(what)) + (f"<br>{escape('; '.join(doubt))}" if doubt else "")),
            ("When (UTC)", escape("; ".join(when))),
            ("Height", _e(heights)),
            ("Marks", _marks(result.marks(version))),
            ("Source", _bdi(str(declaration.source))),
        )
        details = "; ".join(f"{name}: {text}" for name, text in declaration.details.items())
        rows.append(
            f'<tr><th scope="row" data-key="{number}">{_tag(parties, declaration)} {number}. {_title(declaration)}'
            + (f'<br><span class="small">{_e(details)}</span>' if details else "")
            + f'</th><td data-label="Kind">{escape(phrases.kind(declaration))}<br>'
            + f"{_bdi(result.party_name(declaration.party))}</td>"
            + "".join(f'<td data-label="{label}">{cell}</td>' for label, cell in cells)
            + "</tr>"
        )
    heads = _heads("Declaration", "Kind and party", "Where", "When (UTC)", "Height", "Marks", "Source")
    counts = result.counts
    caption = (
        f"{phrases.count(counts.seen, 'row or feature', 'rows or features')} arrived in "
        f"{phrases.count(counts.files, 'file')}; {counts.read} were read as declarations, {counts.compared} compared"
    )
    rest = [
        f"{number} {what}"
        for number, what in (
            (counts.duplicates, "the same version again"),
            (counts.superseded, "replaced or cancelled"),
            (counts.cancellations, "cancellations"),
        )
        if number
    ]
    return (
        f'<h2>Declarations</h2><div class="panel scroll"><table class="stack" data-sortable><caption>{escape(caption)}'
        f"{escape(' (' + ', '.join(rest) + ')' if rest else '')}.</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _flags(result: CheckResult) -> str:
    if not result.flags:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{_title(result.declarations[flagged.version])}</th>'
        f'<td data-label="Field">{_bdi(flagged.flag.where)}</td>'
        f'<td data-label="What is odd">{_e(flagged.flag.sentence)}</td>'
        f'<td data-label="Code">{_ltr(flagged.flag.code)}</td></tr>'
        for flagged in result.flags
    )
    return (
        '<h2>Flagged, and kept as it stands</h2><div class="panel scroll"><table class="stack"><thead><tr>'
        f"{_heads('Declaration', 'Field', 'What is odd', 'Code')}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _words(result: CheckResult) -> str:
    marks = [mark for mark in phrases.all_marks(result) if mark in MARK_MEANING]
    words = (
        ("Will", "every value within the stated bounds breaks the rule."),
        ("May", "some of the values within the stated bounds do; how many is said."),
        ("May, cannot tell", "what is stated, such as a height, is not enough to say more."),
        *((mark.capitalize(), MARK_MEANING[mark].split(": ", 1)[1]) for mark in marks),
    )
    items = "".join(f"<dt>{escape(word)}</dt><dd>{escape(meaning)}</dd>" for word, meaning in words)
    return f'<h2>Words</h2><dl class="words">{items}</dl>'


# -------------------------------------------------------------------- pieces


def _parties(result: CheckResult) -> dict[str, _Party]:
    tags = phrases.tags(declaration.party for declaration in result.declarations.values())
    return {party: _Party(tag, min(index, maps.PARTY_STYLES - 1)) for index, (party, tag) in enumerate(tags.items())}


def _tag(parties: dict[str, _Party], declaration: Declaration) -> str:
    party = parties[declaration.party]
    return f'<bdi class="tag p{party.style}">{escape(party.tag)}</bdi>'


def _title(declaration: Declaration) -> str:
    return _bdi(phrases.title(declaration))


def _marks(marks: Sequence[str]) -> str:
    return "".join(f'<span class="mark{" exercise" if mark == EXERCISE else ""}">{_e(mark)}</span>' for mark in marks)


def _heads(*names: str) -> str:
    return "".join(f'<th scope="col">{escape(name)}</th>' for name in names)


def _letter(finding: Finding) -> str:
    return {"warning": "w", "caution": "c"}.get(finding.severity, "i")


def _severity_rank(finding: Finding) -> int:
    return {"warning": 0, "caution": 1, "information": 2}.get(finding.severity, 3)


def _key(when: Instant | None) -> str:
    return "" if when is None else f"{when.epoch_s:.3f}"


def _e(text: str) -> str:
    return escape(phrases.plain(text))


def _bdi(text: str) -> str:
    """Text of a party's own: isolated, its direction its own."""
    return f"<bdi>{_e(text)}</bdi>"


def _ltr(text: str) -> str:
    """Ids, times and coordinates: always left to right."""
    return f'<bdi dir="ltr">{_e(text)}</bdi>'


@cache
def _style() -> str:
    return resources.files("thalweg.reports").joinpath("style.css").read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
