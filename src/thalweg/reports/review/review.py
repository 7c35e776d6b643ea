"""The joint review as CSV, as a page and on paper (R46). Nothing in it is a place, a title or anybody's words."""

from __future__ import annotations

import base64
import csv as formats
import hashlib
import io
from collections.abc import Callable, Sequence
from html import escape
from importlib import resources
from typing import Any, Final

from thalweg.policy.disclosure import Disclosed
from thalweg.policy.review import Number, Review, Row
from thalweg.reports import phrases, setting
from thalweg.reports.dossier.words import Words
from thalweg.reports.review.feedback import FOLDERS

_COLUMNS: Final = (
    "head.from", "head.to", "head.notices", "head.answered", "head.median", "head.p95", "head.late", "head.reopened",
    "head.escalated",
)  # fmt: skip
_DISCLAIMERS: Final = ("voluntary", "absence", "guarantee", "information")


def csv(disclosed: Disclosed[Review]) -> bytes:
    """Rows of `record,of,to,name,value`: a number, or `<5` where there were fewer; empty where it is not told."""
    value = disclosed.value
    out = io.StringIO()
    writer = formats.writer(out, lineterminator="\r\n")
    writer.writerow(("record", "of", "to", "name", "value"))
    writer.writerow(("period", "", "", "since", value.since))
    writer.writerow(("period", "", "", "until", value.until))
    writer.writerow(("period", "", "", "exercise", str(value.exercise).lower()))
    for row in (value.total, *value.pairs):
        record = "pair" if row.of else "total"
        for name, said in (
            ("notices", _plain(row.notices)),
            ("answered_share", _optional(row.answered)),
            ("median_s", _optional(row.waited.median_s)),
            ("p95_s", _optional(row.waited.p95_s)),
            ("late_share", _optional(row.late)),
            ("reopened_by_read_back", _plain(row.reopened)),
            ("escalated", _plain(row.escalated)),
        ):
            writer.writerow((record, row.of, row.to, name, said))
    groups = (("outcome", value.outcomes), ("cause", value.causes), ("risk", value.risks))
    writer.writerow(("total", "", "", "emergencies", _plain(value.emergencies)))
    writer.writerow(("total", "", "", "incidents", _plain(value.incidents)))
    for record, numbers in groups:
        for name, number in numbers:
            writer.writerow((record, "", "", name, _plain(number)))
    for sentence in _disclaimers(Words("en", {}, folders=FOLDERS)):
        writer.writerow(("notice", "", "", "", sentence))
    return out.getvalue().encode("utf-8-sig")


def html(disclosed: Disclosed[Review], languages: Sequence[str]) -> bytes:
    """One self-contained page without script, in one language or two."""
    data = _content(disclosed.value, languages, phrases.plain)
    style = resources.files("thalweg.reports").joinpath("dossier").joinpath("dossier.css").read_text(encoding="utf-8")
    hashed = "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    first = data["languages"][0]

    def each(said: Sequence[str], tag: str) -> str:
        return "".join(
            f'<{tag} lang="{language["code"]}" dir="{language["dir"]}">{escape(text)}</{tag}>'
            for language, text in zip(data["languages"], said, strict=True)
            if text
        )

    def one(said: Sequence[str], number: int, tag: str) -> str:
        language = data["languages"][number]
        return f'<{tag} lang="{language["code"]}" dir="{language["dir"]}">{escape(said[number])}</{tag}>'

    def wide(table: dict[str, Any]) -> str:
        heads = "".join(f'<th scope="col">{each(head, "span")}</th>' for head in table["heads"])
        rows = "".join(
            f'<tr><th scope="row">{each(row[0], "span")}</th>'
            + "".join(f"<td>{each(cell, 'span')}</td>" for cell in row[1:])
            + "</tr>"
            for row in table["rows"]
        )
        return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'

    def small(table: dict[str, Any]) -> str:
        """A label, its number, and the same from the other side."""
        order = [(0, 0), (1, 0)] if len(data["languages"]) == 1 else [(0, 0), (1, 0), (1, 1), (0, 1)]
        rows = "".join(
            "<tr>" + "".join(one(row[cell], number, "td") for cell, number in order) + "</tr>" for row in table["rows"]
        )
        return f'<h2 class="both">{each(table["title"], "span")}</h2><table class="fixed">{rows}</table>'

    tables = "".join(wide(table) if table["wide"] else small(table) for table in data["tables"])
    band = f'<div class="band" role="note">{each(data["exercise"], "b")}</div>' if data["exercise"] else ""
    notes = "".join(f'<div class="both small">{each(note, "p")}</div>' for note in data["notes"])
    page = (
        f'<!DOCTYPE html><html lang="{first["code"]}" dir="{"rtl" if data["rtl"] else "ltr"}"><head>'
        '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src '{hashed}'; base-uri 'none'; form-action 'none'\">"
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(' / '.join(data['title']))}</title><style>{style}</style></head>"
        f'<body class="n{len(data["languages"])}">{band}<header><div class="titles"><h1 class="both">'
        f'{each(data["title"], "span")}</h1><div class="ref">{each(data["period"], "p")}</div></div></header>'
        f'<main><div class="both">{each(data["scope"], "p")}</div>{tables}{notes}</main>'
        f'<footer><div class="both">{each(data["disclaimers"], "p")}</div></footer></body></html>'
    )
    return page.encode()


def pdf(disclosed: Disclosed[Review], languages: Sequence[str]) -> bytes:
    """PDF/A-2b on A4; the same input gives the same bytes."""
    data = _content(disclosed.value, languages, setting.settable)
    return setting.pdf("review/review.typ", data, disclosed.value.until)


def _content(value: Review, languages: Sequence[str], clean: Callable[[str], str]) -> dict[str, Any]:
    names = dict(value.names)
    spoken = sorted((Words(each, names, clean, FOLDERS) for each in languages), key=lambda each: each.right_to_left)

    def say(key: str, **values: Any) -> list[str]:  # noqa: ANN401  # values of a text
        return [each.text(key, **values) for each in spoken]

    def number(count: Number) -> list[str]:
        return say("number.few") if count.few else say("number.about", n=count.value)

    def share(part: float | None) -> list[str]:
        return say("number.untold") if part is None else [spoken[0].share(part), *[""] * (len(spoken) - 1)]

    def time(seconds: float | None) -> list[str]:
        return say("number.untold") if seconds is None else [each.duration(seconds) for each in spoken]

    def row(of: Row) -> list[list[str]]:
        nothing = [""] * len(spoken)
        who = [[spoken[0].party(of.of), *nothing[1:]], [spoken[0].party(of.to), *nothing[1:]]]
        if not of.of:
            who = [say("row.total"), nothing]
        return [
            *who, number(of.notices), share(of.answered), time(of.waited.median_s), time(of.waited.p95_s),
            share(of.late), number(of.reopened), number(of.escalated),
        ]  # fmt: skip

    def counts(title: str, family: str, numbers: Sequence[tuple[str, Number]]) -> dict[str, Any]:
        rows = [[say(f"{family}.{name}"), number(count)] for name, count in numbers]
        return {"title": say(title), "heads": [[""] * len(spoken), say("head.notices")], "rows": rows, "wide": False}

    total = [[say("row.total"), number(value.emergencies)]]
    outcomes = counts("section.emergencies", "outcome", value.outcomes)
    outcomes["rows"] = total + outcomes["rows"]
    outcomes["heads"] = [[""] * len(spoken)] * 2
    incidents = {
        "title": say("section.incidents"),
        "heads": [[""] * len(spoken)] * 2,
        "wide": False,
        "rows": [[say("row.total"), number(value.incidents)]],
    }
    causes, risks = (
        {**counts(f"section.{name}s", "grade", numbers), "heads": [[""] * len(spoken)] * 2}
        for name, numbers in (("cause", value.causes), ("risk", value.risks))
    )
    return {
        "languages": [{"code": each.language, "dir": "rtl" if each.right_to_left else "ltr"} for each in spoken],
        "rtl": len(spoken) == 1 and spoken[0].right_to_left,
        "title": say("review.title"),
        "period": say("review.period", since=value.since, until=value.until),
        "scope": say("review.of", party=value.party) if value.party else say("review.all"),
        "exercise": say("band.exercise") if value.exercise else [],
        "tables": [
            {"title": [], "heads": [say(each) for each in _COLUMNS], "wide": True,
             "rows": [row(each) for each in (value.total, *value.pairs)]},
            outcomes, incidents, causes, risks,
        ],
        "notes": [say("review.rounding"), say("review.pairs_note")],
        "disclaimers": [" ".join(_disclaimers(each)) for each in spoken],
        "page": say("foot.page", page="@", pages="#"),
    }  # fmt: skip


def _disclaimers(words: Words) -> list[str]:
    return [words.text(f"disclaimer.{name}") for name in _DISCLAIMERS]


def _plain(number: Number) -> str:
    return "<5" if number.few else str(number.value)


def _optional(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
