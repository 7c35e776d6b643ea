"""The dossier as one page: self-contained, no script, nothing fetched, fit to be printed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from thalweg.model.dossier import Dossier
from thalweg.model.result import CopyFor
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import map as maps
from thalweg.reports import phrases
from thalweg.reports.dossier.content import content


def render(
    disclosed: Disclosed[Dossier],
    languages: Sequence[str],
    ground: maps.Ground | None = None,
    copy: CopyFor | None = None,
) -> bytes:
    """The whole dossier in one language or two. The same input gives the same bytes."""
    return _Page(content(disclosed, languages, phrases.plain, ground, copy)).page().encode()


Data = Mapping[str, Any]


class _Page:
    def __init__(self, data: Data) -> None:
        self.data = data
        self.languages = data["languages"]

    def each(self, said: Sequence[str], tag: str = "span") -> str:
        """What is said, in each language, each in its direction."""
        return "".join(
            f'<{tag} lang="{language["code"]}" dir="{language["dir"]}">{_e(text)}</{tag}>'
            for language, text in zip(self.languages, said, strict=True)
            if text
        )

    def both(self, said: Sequence[str], tag: str = "p") -> str:
        return f'<div class="both">{self.each(said, tag)}</div>'

    def head(self, key: str, level: int = 2) -> str:
        said = self.data["heads"][key]
        first, *rest = (
            f'<span lang="{language["code"]}" dir="{language["dir"]}">{escape(text)}</span>'
            for language, text in zip(self.languages, said, strict=True)
        )
        return f'<h{level} class="both">{first}{"".join(rest)}</h{level}>'

    def cell(self, key: str) -> str:
        return f'<th scope="col">{self.each(self.data["heads"][key])}</th>'

    def quoted(self, said: Data) -> str:
        note = f'<p class="small">{self.each(said["note"])}</p>' if said["note"] else ""
        return f'<blockquote dir="{said["dir"]}">{escape(said["text"])}</blockquote>{note}' if said["text"] else ""

    # --- the page ---

    def page(self) -> str:
        data = self.data
        style = _style()
        hashed = "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        first = self.languages[0]
        direction = "rtl" if data["rtl"] else "ltr"
        title = escape(f"{data['reference']}: {' / '.join(data['title'])}")
        copy = f'<meta name="copy" content="{escape(data["copy"])}">' if data["copy"] else ""
        body = "".join(
            (
                self._top(), self._answers(), self._cannot(), self._map(), self._places(), self._timeline(),
                self._words(), self._accounts(), self._requests(), self._assessments(), self._sources(),
                self._entries(), self._foot(),
            )
        )  # fmt: skip
        return (
            f'<!DOCTYPE html><html lang="{first["code"]}" dir="{direction}"><head><meta charset="utf-8">'
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '"
            f"{hashed}'; base-uri 'none'; form-action 'none'\">"
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            '<meta name="referrer" content="no-referrer">'
            f'{copy}<title>{title}</title><style>{style}</style></head><body class="n{len(self.languages)}">{body}'
            "</body></html>"
        )

    def _top(self) -> str:
        data = self.data
        band = f'<div class="band" role="note">{self.each(data["exercise"], "b")}</div>' if data["exercise"] else ""
        hypothetical = f'<div class="hypo">{self.both(data["hypothetical"])}</div>' if data["hypothetical"] else ""
        titles = [
            f'<div lang="{language["code"]}" dir="{language["dir"]}">{{}}<p class="small">{escape(sub)}</p></div>'
            for language, sub in zip(self.languages, data["subtitle"], strict=True)
        ]
        titles[0] = titles[0].format(f"<h1>{escape(data['title'][0])}</h1>")
        titles[1:] = [each.format(f'<p class="h1">{escape(data["title"][1])}</p>') for each in titles[1:]]
        middle = (
            f'<div class="ref"><bdi dir="ltr">{escape(data["reference"])}</bdi>{self.each(data["known_at"], "p")}</div>'
        )
        rows = "".join(
            f"<tr><th scope=row>{self.each(row['label'])}</th>"
            + "".join(
                f'<td lang="{language["code"]}" dir="{language["dir"]}">{_e(text)}</td>'
                for language, text in zip(self.languages, row["value"], strict=True)
            )
            + "</tr>"
            for row in data["facts"]
        )
        return (
            f'{band}<header><div class="titles">{titles[0]}{middle}{"".join(titles[1:])}</div></header><main>'
            f'<p class="incident" dir="auto">{escape(data["incident"])}</p>{hypothetical}'
            f'<table class="facts">{rows}</table>'
        )

    def _answers(self) -> str:
        rows = []
        for answer in self.data["answers"]:
            columns = []
            for number, language in enumerate(self.languages):
                facts = "".join(
                    f'<li class="{fact["known"]}">{_e(fact["said"][number])}'
                    + (_cites(fact["entries"]) if number == 0 else "")
                    + "</li>"
                    for fact in answer["facts"]
                )
                more = f'<li class="small">{escape(answer["more"][number])}</li>' if answer["more"] else ""
                columns.append(
                    f'<td lang="{language["code"]}" dir="{language["dir"]}"><h3>{escape(answer["asked"][number])}</h3>'
                    f"<ul>{facts}{more}</ul></td>"
                )
            badge = f'<td class="known"><span class="badge {answer["known"]}">{self.each(answer["answer"])}</span></td>'
            cells = [badge, columns[0]] if len(columns) == 1 else [columns[0], badge, columns[1]]
            rows.append(f"<tr>{''.join(cells)}</tr>")
        return f'{self.head("section.proves")}<table class="answers">{"".join(rows)}</table>'

    def _cannot(self) -> str:
        items = "".join(f"<li>{self.both(each, 'span')}</li>" for each in self.data["cannot"])
        return f'{self.head("section.cannot")}<ul class="cannot">{items}</ul>'

    def _map(self) -> str:
        drawn = self.data["map"]
        if not drawn["svg"]:
            return self.head("section.map") + self.both(self.data["heads"]["map.none"])
        return (
            f'{self.head("section.map")}<figure dir="ltr">{drawn["svg"]}</figure>'
            f'<div class="small">{self.both(self.data["heads"]["map.note"])}'
            f'<p dir="ltr">{escape(drawn["credit"])}</p></div>'
        )

    def _places(self) -> str:
        bodies = []
        for group in self.data["spots"]:
            title = f" · <bdi>{escape(group['title'])}</bdi>" if group["title"] else ""
            rows = "".join(
                f"<tr><td>{_ltr(spot['number'])}</td><td>{_ltr(spot['utc'])}</td><td><b>{_ltr(spot['dms'])}</b></td>"
                f"<td>{_ltr(spot['decimal'])}</td><td>{_ltr(spot['mgrs'])}</td><td>{escape(spot['radius'][0])}</td></tr>"
                for spot in group["rows"]
            )
            bodies.append(
                f'<tbody><tr class="group"><th scope=rowgroup colspan=6><bdi>{escape(group["who"])}</bdi> · '
                f"{self.each(group['label'])}{title}{_cites(group['entries'])}"
                f'<div class="small">{self.each(group["reference"], "p")}</div></th></tr>{rows}</tbody>'
            )
        if not bodies:
            return ""
        heads = (
            f"{self.cell('head.no')}{self.cell('head.utc')}<th scope=col colspan=2>WGS84</th><th scope=col>MGRS</th>"
            "<th scope=col>±</th>"
        )
        left = f'<div class="small">{self.both(self.data["spots_left"])}</div>' if self.data["spots_left"] else ""
        table = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead>{"".join(bodies)}</table></div>'
        return f"{self.head('section.places')}{table}{left}"

    def _timeline(self) -> str:
        rows = "".join(
            f"<tr{' class=later' if each['later'] else ''}><td>{_ltr(each['valid'])}"
            + (f"<br>– {_ltr(each['until'])}" if each["until"] else "")
            + f"</td><td>{_ltr(each['known'])}</td>"
            + "".join(
                f'<td lang="{language["code"]}" dir="{language["dir"]}">{_e(text)}</td>'
                for language, text in zip(self.languages, each["what"], strict=True)
            )
            + f'<td class="small">{_ltr(each["entries"])}</td></tr>'
            for each in self.data["timeline"]
        )
        what = "".join(
            f'<th scope=col lang="{language["code"]}" dir="{language["dir"]}">{escape(text)}</th>'
            for language, text in zip(self.languages, self.data["heads"]["head.what"], strict=True)
        )
        heads = f"{self.cell('head.valid')}{self.cell('head.known')}{what}{self.cell('head.entries')}"
        return f"{self.head('section.timeline')}{_table(heads, rows)}"

    def _words(self) -> str:
        words = self.data["words"]
        return f"{self.head('label.words')}{self.quoted(words)}" if words["text"] else ""

    def _accounts(self) -> str:
        parts = [
            self.head("section.accounts"),
            f'<div class="small">{self.both(self.data["heads"]["accounts.note"])}</div>',
        ]
        for part in self.data["accounts"]:
            columns = part["columns"]
            heads = "<td></td>" + "".join(
                f'<th scope="col"><bdi>{escape(each["who"])}</bdi><div class="small">'
                f"{self.each(each['given'], 'div') if each['given'] else ''}</div></th>"
                for each in columns
            )
            rows = []
            for number, label in enumerate(part["labels"]):
                cells = "".join(
                    (
                        f'<td class="silent" rowspan="{len(part["labels"]) + 1}">'
                        f"<div>{self.each(each['silent'], 'p')}</div></td>"
                        if number == 0
                        else ""
                    )
                    if each["silent"]
                    else f"<td>{self.each(each['rows'][number], 'div')}</td>"
                    for each in columns
                )
                rows.append(f"<tr><th scope=row>{self.each(label)}</th>{cells}</tr>")
            texts = "".join(f"<td>{self._told(each)}</td>" for each in columns if not each["silent"])
            rows.append(f"<tr><td></td>{texts}</tr>")
            parts.append(
                f'<div class="scroll"><table class="accounts"><thead><tr>{heads}</tr></thead>'
                f"{''.join(rows)}</table></div>"
            )
        return "".join(parts)

    def _told(self, column: Data) -> str:
        earlier = "".join(
            f'<div class="earlier"><p class="small">{self.each(each["given"])}</p>'
            + (f"<p><b>{self.each(each['note'])}</b></p>" if each["note"] else "")
            + f"{self.quoted(each['text'])}{_cites(each['entries'])}</div>"
            for each in column["earlier"]
        )
        return f"{self.quoted(column['text'])}{_cites(column['entries'])}{earlier}"

    def _requests(self) -> str:
        items = "".join(
            f'<article class="request">{self.both(each["line"])}<p><b class="state">{self.each(each["state"])}</b></p>'
            f"{self.quoted(each['question'])}{self.quoted(each['answer']) if each['answer'] else ''}"
            f"{_cites(each['entries'])}</article>"
            for each in self.data["requests"]
        )
        return self.head("section.requests") + (items or self.both(self.data["heads"]["requests.none"]))

    def _assessments(self) -> str:
        columns = []
        for what in ("cause", "risk"):
            items = "".join(
                f'<article class="assessed"><p><b><bdi>{escape(each["by"])}</bdi></b> '
                f'<span class="small">{_ltr(each["at"])}</span></p>'
                f"<p><b>{self.each(each['grade'])}</b></p>"
                + (f'<p class="small">{self.each(each["superseded"])}</p>' if each["superseded"] else "")
                + f"{self.quoted(each['text'])}{_cites(each['entries'])}</article>"
                for each in self.data["assessments"][what]
            )
            none = "" if items else f'<p class="small">{self.each(self.data["heads"]["requests.none"])}</p>'
            columns.append(f"<section>{self.head(f'assess.{what}', 3)}{items}{none}</section>")
        return f'{self.head("section.assessments")}<div class="two">{"".join(columns)}</div>'

    def _sources(self) -> str:
        if not self.data["sources"]:
            return ""
        items = "".join(self._source(each) for each in self.data["sources"])
        note = f'<div class="small">{self.both(self.data["heads"]["sources.note"])}</div>'
        return f"{self.head('section.sources')}{note}{items}"

    def _source(self, source: Data) -> str:
        claims = "".join(
            f"<li><b><bdi>{escape(each['who'])}</bdi></b> {self.each(each['through']) if each['through'] else ''}"
            f' ({self.each(each["force"])}): “<q dir="auto">{escape(each["text"])}</q>” '
            f'<span class="small">{self.each(each["chars"])}</span>{_cites(each["entries"])}</li>'
            for each in source["claims"]
        )
        name = ": ".join(each for each in (source["outlet"], source["title"]) if each)
        copies = ""
        if source["copies"]:
            copies = f"<p>{self.each(source['counted'])} {escape('; '.join(source['copies']))}</p>"
        return (
            f'<article class="source"><p><b dir="auto">{escape(name)}</b> {_ltr(source["published"])}</p>'
            f'<p class="small hash">{_ltr("sha256 " + source["sha256"])}{_cites(source["entries"])}</p>{copies}'
            f"<ul>{claims}</ul></article>"
        )

    def _entries(self) -> str:
        held = "".join(f"<li>{self.each(each['what'])}: {_ltr(each['count'])}</li>" for each in self.data["withheld"])
        withheld = ""
        if held:
            withheld = f'<div class="withheld">{self.both(self.data["heads"]["entries.withheld"])}<ul>{held}</ul></div>'
        note = f'<div class="small">{self.both(self.data["heads"]["entries.note"])}</div>'
        keys = ""
        if self.data["keys"]:  # the registrar's dates are not by the clock of an exercise: a table of their own
            keys = f'<div class="small">{self.both(self.data["keys_note"])}</div>'
            keys += self._listed(self.data["keys"], "head.registered")
        return f"{self.head('section.entries')}{note}{withheld}{self._listed(self.data['entries'], 'head.known')}{keys}"

    def _listed(self, entries: Sequence[Data], at: str) -> str:
        rows = "".join(
            f"<tr><td>{_ltr(each['index'])}</td><td>{_ltr(each['kind'])}</td><td>{_ltr(each['author'])}</td>"
            f'<td>{_ltr(each["at"])}</td><td class="hash">{_ltr(each["event"])}</td></tr>'
            for each in entries
        )
        heads = "".join(self.cell(key) for key in ("head.index", "head.kind", "head.author", at, "head.hash"))
        return _table(heads, rows)

    def _foot(self) -> str:
        data = self.data
        unreviewed = self.each(data["unreviewed"], "p") if any(data["unreviewed"]) else ""
        copy = f'<p class="small">{_ltr(data["copy"])}</p>' if data["copy"] else ""
        return (
            f'<div class="both">{self.each(data["live"], "p")}</div><div class="small">{unreviewed}</div></main>'
            f'<footer><div class="qr" role="img" aria-label="{escape(data["foot-alt"])}">{data["qr"]}</div><div>'
            f'{self.both(data["disclaimers"])}<p class="hash">{_ltr("sha256 " + data["sha256"])}</p>'
            f"<p><b>{_ltr(data['reference'])}</b> · {self.each(data['known_at'])}</p>{copy}</div></footer>"
        )


_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:\u00a0[\d:]+Z)?")


def _e(text: str) -> str:
    """Text of the page; a time in it is not broken over two lines."""
    return _TIME.sub(lambda hit: f'<span class="t">{hit[0]}</span>', escape(text))


def _ltr(text: str) -> str:
    """Ids, times and coordinates: always left to right."""
    return f'<bdi dir="ltr">{escape(text)}</bdi>' if text else ""


def _cites(entries: str) -> str:
    return f' <span class="cites">{_ltr(f"[{entries}]")}</span>' if entries else ""


def _table(heads: str, rows: str) -> str:
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


@cache
def _style() -> str:
    room = resources.files("thalweg.reports")
    whole = room.joinpath("style.css").read_text(encoding="utf-8")
    root = whole[whole.index(":root{") : whole.index("@media")].replace("light dark", "light")
    drawn = whole[whole.index("/* map */") : whole.index("@media (max-width:900px)")]
    own = room.joinpath("dossier").joinpath("dossier.css").read_text(encoding="utf-8")
    return "\n".join((root, drawn, own))
