"""How well articles are read and claims drafted: precision and recall on the labelled set.

    python -m bench.sources [--show] [--only PART] [--keep]

Reads tests/corpus/sources (written together with the rules), tests/corpus/sources_wire (in the manner of the wire,
written for what the rules missed) and tests/corpus/sources_by_another_hand (articles, pages and labels by somebody who
had not read the rules): articles set in many layouts, labels written from their text. With
--keep it writes bench/results/sources.json and fills the tables of docs/explanation/sources.md. With --show it prints
the misses, but never those of what is held out: whoever changes a rule does not look at them.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import yaml

from thalweg.formats.theatre import read_theatre
from thalweg.model.errors import InputError
from thalweg.places.areas import Box
from thalweg.places.gazetteer import packaged
from thalweg.places.regions import read_region
from thalweg.sources.article import Article, Part, Span, comparable
from thalweg.sources.claims import Claim, draft
from thalweg.sources.lineage import Relation, lineage
from thalweg.sources.reading import read

ROOT = Path(__file__).parents[1]
SET = ROOT / "tests" / "corpus" / "sources"
RESULTS = Path(__file__).parent / "results" / "sources.json"
PAGE = ROOT / "docs" / "explanation" / "sources.md"
MARKS = ("<!-- rates: python -m bench.sources -->", "<!-- /rates -->")
AREA = Box(67.5, -49.0, 69.5, -47.4)
HELD_OUT = ("a09", "a10", "a11", "a12", "a13")
OTHER = ROOT / "tests" / "corpus" / "sources_by_another_hand"
WIRE = ROOT / "tests" / "corpus" / "sources_wire"
LANGUAGES = {"ar": "Arabic", "ru": "Russian", "fr": "French", "tr": "Turkish"}
FORCE_MARKS = ("<!-- forces: python -m bench.sources -->", "<!-- /forces -->")
WIRE_MARKS = ("<!-- wire: python -m bench.sources -->", "<!-- /wire -->")
ABROAD_MARKS = ("<!-- languages: python -m bench.sources -->", "<!-- /languages -->")
KINDS = ("attribution", "relay", "force", "date", "place", "number")


@dataclass
class Rate:
    right: int = 0
    wrong: int = 0  # given and not so
    missed: int = 0  # so and not given
    misses: list[str] = field(default_factory=list)

    def add(self, *, right: int = 0, wrong: int = 0, missed: int = 0, note: str = "") -> None:
        self.right, self.wrong, self.missed = self.right + right, self.wrong + wrong, self.missed + missed
        if wrong or missed:
            self.misses.append(f"{'wrong' if wrong else ''}{' missed' if missed else ''}: {note}")

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)


def articles() -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in yaml.safe_load((SET / "articles.yaml").read_text("utf-8"))["articles"]}


def labels() -> dict[str, dict[str, list[dict[str, Any]]]]:
    found: dict[str, dict[str, list[dict[str, Any]]]] = yaml.safe_load((SET / "labels.yaml").read_text("utf-8"))
    return found


def pages(article: str) -> list[Path]:
    return sorted((SET / "pages").glob(f"{article}.*"))


def read_page(path: Path, known: dict[str, Any]) -> Article:
    """A page; the day and the outlet are given, as a person gives them, where a page cannot say."""
    return read(path.read_bytes(), published=known["published"], outlet=known["outlet"])


def measure() -> dict[str, dict[str, Rate]]:
    """Rates by part of the set ("written with", "held out") and kind."""
    known = articles()
    gazetteer = packaged().with_places(read_region(SET / "gazetteer.csv"))
    theatre = read_theatre((SET / "theatre.yaml").read_bytes(), "theatre.yaml")
    rates = {
        part: {kind: Rate() for kind in (*KINDS, "main text", "comments")} for part in ("written with", "held out")
    }
    read_first: dict[str, Article] = {}
    for name, label in labels().items():
        part = rates["held out" if name in HELD_OUT else "written with"]
        first = next(path for path in pages(name) if path.suffix == ".html")
        article = read_first[name] = read_page(first, known[name])
        claims = draft(article, gazetteer, parties=theatre.parties, area=AREA)
        _claims(part, name, article, claims, label)
    for name, each in known.items():
        part = rates["held out" if name in HELD_OUT else "written with"]
        for path in pages(name):
            _reading(part, path, read_page(path, each), each)
    names = list(read_first)
    _lineage(rates["written with"], names, [read_first[each] for each in names], known)
    return rates


def measure_other() -> dict[str, dict[str, Rate]]:
    """Rates on the set by another hand: "development" and "held out" of the English articles; of the others by the
    language and half ("ar development").
    """
    raw = yaml.safe_load((OTHER / "articles.yaml").read_text("utf-8"))
    known = {each["id"]: each for each in raw["articles"]}
    labelled: dict[str, Any] = yaml.safe_load((OTHER / "labels.yaml").read_text("utf-8"))
    shown: dict[str, Any] = json.loads((OTHER / "pages.json").read_text("utf-8"))
    gazetteer = packaged().with_places(read_region(OTHER / "gazetteer.csv"))
    theatre = read_theatre((OTHER / "theatre.yaml").read_bytes(), "theatre.yaml")
    area = Box(*raw["area"])
    rates: dict[str, dict[str, Rate]] = {}
    for name, each in known.items():
        language = each.get("language", "en")
        half = "held out" if each["half"] == "held-out" else "development"
        part = rates.setdefault(half if language == "en" else f"{language} {half}", {})
        for kind in (*KINDS, "main text", "comments"):
            part.setdefault(kind, Rate())
        ways = sorted(path for path, page in shown.items() if page["article"] == name)
        read_ = {}
        for path in ways:
            try:
                read_[path] = read_page(OTHER / "pages" / path, each)
            except InputError as error:
                part["main text"].add(missed=len(each["body"].strip().split("\n\n")), note=f"{path}: {error.code}")
        for path, article in read_.items():
            # What a page does not show cannot be left out of it.
            its = each if shown[path]["comments"] else {**each, "comments": []}
            _reading(part, Path(path), article, {**its, "comments": [_comment(c) for c in its.get("comments", ())]})
        whole = next((p for p in ways if p in read_ and p.endswith("html") and _has(read_[p], labelled[name])), "")
        if not whole:
            part["attribution"].add(missed=len(labelled[name]["claims"]), note=f"{name}: no page holds its text")
            continue
        article = read_[whole]
        try:
            claims = draft(article, gazetteer, parties=theatre.parties, area=area)
        except InputError:
            claims = ()
        _claims(part, name, article, claims, _labels(labelled[name]))
    return rates


def measure_wire() -> dict[str, Rate]:
    """Rates on the articles in the manner of the wire, each set as one plain page."""
    raw = yaml.safe_load((WIRE / "articles.yaml").read_text("utf-8"))
    labelled: dict[str, Any] = yaml.safe_load((WIRE / "labels.yaml").read_text("utf-8"))
    gazetteer = packaged().with_places(read_region(OTHER / "gazetteer.csv"))
    theatre = read_theatre((OTHER / "theatre.yaml").read_bytes(), "theatre.yaml")
    area = Box(*raw["area"])
    part = {kind: Rate() for kind in KINDS}
    for each in raw["articles"]:
        article = read(wire_page(each), published=each["published"], outlet=each["outlet"])
        claims = draft(article, gazetteer, parties=theatre.parties, area=area)
        _claims(part, each["id"], article, claims, _labels(labelled[each["id"]]))
    return part


def wire_page(each: dict[str, Any]) -> bytes:
    """A plain page: headline, who wrote it and when, paragraphs."""
    byline = f"<p class='byline'>{escape(each['byline'])}</p>" if each["byline"] else ""
    told = f'<meta name="author" content="{escape(each["byline"])}">' if each["byline"] else ""
    paragraphs = "\n".join(f"<p>{escape(one)}</p>" for one in each["body"].strip().split("\n\n"))
    return (
        f"<!doctype html><html lang='en'><head><title>{escape(each['headline'])}</title>{told}</head><body><article>"
        f"<h1>{escape(each['headline'])}</h1>{byline}\n{paragraphs}</article></body></html>"
    ).encode()


def _comment(comment: Any) -> dict[str, str]:
    return comment if isinstance(comment, dict) and "text" in comment else {"text": str(comment)}


def _has(article: Article, label: dict[str, Any]) -> bool:
    said = [each.get("at") or each["text"] for kind in ("claims", "dates") for each in label.get(kind) or ()]
    return all(comparable(each) in comparable(article.text) for each in said)


def _labels(label: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The labels in the keys of the first set; no value ("dozens") and an axis of a position are no number."""
    numbers = [each for each in label.get("numbers") or () if "value" in each and "axis" not in each]
    return {
        "claims": list(label.get("claims") or ()),
        "dates": list(label.get("dates") or ()),
        "places": [{**each, "name": each.get("name", each["at"])} for each in label.get("places") or ()],
        "numbers": numbers,
    }


def _reading(part: dict[str, Rate], path: Path, article: Article, known: dict[str, Any]) -> None:
    wanted = {comparable(" ".join(each.split())) for each in known["body"].strip().split("\n\n")}
    kept = [comparable(span.of(article.text)) for span in article.paragraphs]
    for each in kept:
        part["main text"].add(right=each in wanted, wrong=each not in wanted, note=f"{path.name}: {each[:70]}")
    for each in wanted - set(kept):
        part["main text"].add(missed=1, note=f"{path.name}: {each[:70]}")
    if path.suffix == ".pdf" and "blogprint" not in path.name:
        return  # set without its comments
    removed = [left for left in article.left_out if left.part is Part.COMMENT]
    for comment in known["comments"]:
        said = comparable(" ".join(comment["text"].split()))
        gone = not any(said in each for each in kept)
        part["comments"].add(right=gone, missed=not gone, note=f"{path.name}: {said[:70]}")
    for left in removed:
        if comparable(left.text) in wanted:
            part["comments"].add(wrong=1, note=f"{path.name}: body taken for a comment: {left.text[:60]}")


def _tokens(name: str) -> set[str]:
    return {w for w in re.findall(r"[\w-]+", comparable(name).casefold()) if w not in ("the", "a", "an", "of")}


def _same(one: str, two: str) -> bool:
    a, b = _tokens(one), _tokens(two)
    return bool(a and b) and (a <= b or b <= a)


def _at(article: Article, text: str) -> Span:
    at = comparable(article.text).find(comparable(text))
    assert at >= 0, (article.outlet, text)
    return Span(at, at + len(text))


def _claims(
    part: dict[str, Rate],
    name: str,
    article: Article,
    claims: tuple[Claim, ...],
    label: dict[str, list[dict[str, Any]]],
) -> None:
    spans = {each["at"]: _at(article, each["at"]) for each in label["claims"]}
    labelled: set[str] = set()
    for each in label["claims"]:
        claim = next((c for c in claims if c.sentence.meets(spans[each["at"]])), None)
        note = f"{name} “{each['at']}”: wanted {each['who']!r} via {each['via']} as {each['force']}; "
        if claim is None and (each.get("optional") or each.get("implied")):
            continue
        if claim is None:
            part.setdefault(f"force: {each['force']}", Rate()).add(missed=1)
            part["attribution"].add(missed=bool(each["who"]), note=note + "no draft")
            part["relay"].add(missed=len(each["via"]), note=note + "no draft")
            part["force"].add(missed=1, note=note + "no draft")
            continue
        labelled.add(claim.id)
        if (each.get("implied") or each.get("optional")) and claim.speaker is None:
            continue  # a reader that leaves these without a speaker is not wrong
        who = claim.speaker.name if claim.speaker else ""
        passed = [v.name for v in claim.via] + [*claim.credited]
        note += f"got {who!r} via {passed} as {claim.force}"
        if each["who"]:
            right = bool(who) and _same(each["who"], who)
            part["attribution"].add(right=right, wrong=bool(who) and not right, missed=not right, note=note)
        else:
            part["attribution"].add(wrong=bool(who), note=note)
        right_via = sum(any(_same(v, got) for got in passed) for v in each["via"])
        wrong_via = sum(not any(_same(v, got) for v in each["via"]) for got in passed)
        part["relay"].add(right=right_via, wrong=wrong_via, missed=len(each["via"]) - right_via, note=note)
        same = claim.force == each["force"]
        part.setdefault(f"force: {each['force']}", Rate()).add(right=same, missed=not same)
        if not same:
            part.setdefault(f"force: {claim.force.value}", Rate()).add(wrong=1)
        part["force"].add(right=same, wrong=not same, missed=not same, note=note)
    for claim in claims:
        if claim.id not in labelled:
            who = claim.speaker.name if claim.speaker else ""
            note = f"{name} unlabelled: {claim.sentence.of(article.text)[:80]} → {who} {claim.force}"
            part["attribution"].add(wrong=claim.speaker is not None, note=note)
            part["force"].add(wrong=claim.force != "assertion", note=note)
    _days(part["date"], name, article, claims, label["dates"])
    _places(part["place"], name, article, claims, label["places"])
    _numbers(part["number"], name, article, claims, label["numbers"])


def _days(rate: Rate, name: str, article: Article, claims: tuple[Claim, ...], wanted: list[dict[str, Any]]) -> None:
    given = {day.span: day for claim in claims for day in (*claim.said, *claim.about)}
    for each in wanted:
        span = _at(article, each["text"])
        day = next((d for s, d in given.items() if s.meets(span)), None)
        if day is None:
            if each.get("optional"):
                continue
            rate.add(missed=1, note=f"{name} {each['text']}: none")
            continue
        del given[day.span]
        got = [(r.first, r.last) for r in day.readings]
        right = len(got) == len(_expected(each)) and all(any(_fits(one, r) for r in got) for one in _expected(each))
        rate.add(
            right=right,
            wrong=not right,
            missed=not right,
            note=f"{name} {each['text']}: got {[(str(a), str(b)) for a, b in got]}",
        )
    for day in given.values():
        rate.add(wrong=1, note=f"{name} unlabelled day {day.text}")


def _expected(label: dict[str, Any]) -> list[tuple[date, date]]:
    if "two" in label:
        return [(each, each) for each in label["two"]]
    if "day" not in label:
        return []
    day = label["day"]
    return [(day[0], day[1])] if isinstance(day, list) else [(day, day)]


def _fits(wanted: tuple[date, date], got: tuple[date, date]) -> bool:
    """The same days; or a spread of up to three days around a single one ("one week ago")."""
    return wanted == got or (wanted[0] == wanted[1] and got[0] <= wanted[0] <= got[1] and (got[1] - got[0]).days <= 2)


def _places(rate: Rate, name: str, article: Article, claims: tuple[Claim, ...], wanted: list[dict[str, Any]]) -> None:
    given = {place.span: place for claim in claims for place in claim.places}
    drafted = [claim.sentence for claim in claims]
    for each in wanted:
        span = _at(article, each["at"])
        place = next((p for s, p in given.items() if s.meets(span) and _same(p.name, each["name"])), None)
        if place is None and each.get("optional"):
            continue
        if place is None:
            sentence = any(s.meets(span) for s in drafted)
            rate.add(missed=1, note=f"{name} {each['at']}: none{'' if sentence else ' (not drafted)'}")
            continue
        del given[place.span]
        got = {c.place.id for c in place.looked_up.candidates}
        right = got == set(each["ids"])
        rate.add(right=right, wrong=not right, missed=not right, note=f"{name} {each['at']}: got {got}")
    for place in given.values():
        rate.add(wrong=1, note=f"{name} unlabelled place {place.name}")


def _numbers(rate: Rate, name: str, article: Article, claims: tuple[Claim, ...], wanted: list[dict[str, Any]]) -> None:
    given = {number.span: number for claim in claims for number in claim.numbers}
    for each in wanted:
        span = _at(article, each["at"])
        if inner := comparable(each.get("exact", "")):
            start = span.start + max(0, comparable(span.of(article.text)).find(inner))
            span = Span(start, start + len(inner))
        number = next((n for s, n in given.items() if s.meets(span)), None)
        if number is None:
            if each.get("optional"):
                continue
            rate.add(missed=1, note=f"{name} {each['at']}: none")
            continue
        del given[number.span]
        right = number.value == each["value"] and number.unit == each["unit"]
        rate.add(
            right=right,
            wrong=not right,
            missed=not right,
            note=f"{name} {each['at']}: got {number.value} {number.unit}",
        )
    for number in given.values():
        rate.add(wrong=1, note=f"{name} unlabelled number {number.value} {number.counted!r}")


def _lineage(part: dict[str, Rate], names: list[str], read_: list[Article], known: dict[str, dict[str, Any]]) -> None:
    lines = lineage(read_)
    copies = {
        (names[copy.article], names[source.first])
        for source in lines.sources
        for copy in source.copies
        if source.first is not None
    }
    quotes = {(names[p.later], names[p.earlier]) for p in lines.passages if p.relation is Relation.QUOTES}
    wanted_copies = {(each["id"], each["copy_of"]) for each in known.values() if "copy_of" in each}
    wanted_quotes = {(each["id"], other) for each in known.values() for other in each.get("quotes", ())}
    for kind, got, wanted in (("lineage", copies, wanted_copies), ("quoting", quotes, wanted_quotes)):
        part[kind] = Rate()
        part[kind].add(
            right=len(got & wanted), wrong=len(got - wanted), missed=len(wanted - got), note=f"{kind}: {got ^ wanted}"
        )


KINDS_SHOWN = (*KINDS, "main text", "comments")


def rows(own: dict[str, dict[str, Rate]], other: dict[str, dict[str, Rate]]) -> Iterator[str]:
    """What is right of what was given (precision) and of what there is (recall), English articles."""
    yield (
        "| what | own set, looked at: precision | recall | own set, held out: precision | recall | another hand, looked"
        " at: precision | recall | **another hand, held out: precision** | **recall** |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    sets = (own["written with"], own["held out"], other["development"], other["held out"])
    for kind in KINDS_SHOWN:
        yield f"| {kind} | {' | '.join(cell for part in sets for cell in _cells(part[kind]))} |"


def force_rows(other: dict[str, dict[str, Rate]]) -> Iterator[str]:
    """By force, English articles by another hand."""
    yield "| force | looked at: precision | recall | **held out: precision** | **recall** |"
    yield "|---|---|---|---|---|"
    for kind in sorted({name for part in other.values() for name in part if name.startswith("force: ")}):
        cells = [cell for half in ("development", "held out") for cell in _cells(other[half].get(kind, Rate()))]
        yield f"| {kind.removeprefix('force: ')} | {' | '.join(cells)} |"


def wire_rows(wire: dict[str, Rate]) -> Iterator[str]:
    """By kind and by force, the articles in the manner of the wire."""
    yield "| what | precision | recall |"
    yield "|---|---|---|"
    for kind in (*KINDS, *sorted(name for name in wire if name.startswith("force: "))):
        yield f"| {kind} | {' | '.join(_cells(wire[kind]))} |"


def language_rows(other: dict[str, dict[str, Rate]]) -> Iterator[str]:
    """By language that is read in part: one article looked at and one held out of each."""
    yield (
        "| language | half | main text: precision | recall | force: recall | days: recall | numbers: recall | places:"
        " recall |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for code, language in LANGUAGES.items():
        for half in ("development", "held out"):
            part = other[f"{code} {half}"]
            cells = [
                *_cells(part["main text"]),
                *(_cells(part[kind])[1] for kind in ("force", "date", "number", "place")),
            ]
            yield f"| {language} | {'looked at' if half == 'development' else 'held out'} | {' | '.join(cells)} |"


def _cells(rate: Rate) -> list[str]:
    return [
        _cell(rate.precision, rate.right, rate.right + rate.wrong),
        _cell(rate.recall, rate.right, rate.right + rate.missed),
    ]


def _cell(share: float, part: int, whole: int) -> str:
    return f"{share:.2f} ({part} of {whole})" if whole else "–"


def _iter_data(rates: dict[str, dict[str, Rate]]) -> dict[str, dict[str, dict[str, float]]]:
    return {
        part: {
            kind: {
                "right": rate.right,
                "wrong": rate.wrong,
                "missed": rate.missed,
                "precision": round(rate.precision, 3),
                "recall": round(rate.recall, 3),
            }
            for kind, rate in of.items()
        }
        for part, of in rates.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", action="store_true", help="write the results and the table")
    asked = parser.parse_args()
    rates, other, wire = measure(), measure_other(), measure_wire()
    tables = {
        MARKS: rows(rates, other),
        FORCE_MARKS: force_rows(other),
        WIRE_MARKS: wire_rows(wire),
        ABROAD_MARKS: language_rows(other),
    }
    written = {marks: list(lines) for marks, lines in tables.items()}
    print("\n\n".join("\n".join(lines) for lines in written.values()))
    if asked.show:
        looked = {
            name: part for name, part in (*rates.items(), *other.items(), ("wire", wire)) if "held out" not in name
        }
        for part, of in looked.items():
            if part.startswith(asked.only):
                for kind, rate in of.items():
                    for miss in rate.misses:
                        print(f"{part} · {kind} · {miss}")
    if asked.keep:
        both = {
            "own set": _iter_data(rates),
            "another hand": _iter_data(other),
            "wire": _iter_data({"looked at": wire}),
        }
        RESULTS.write_text(json.dumps(both, indent=2) + "\n", "utf-8")
        text = PAGE.read_text("utf-8")
        for (begin, end), lines in written.items():
            before, rest = text.split(begin)
            text = before + begin + "\n" + "\n".join(lines) + "\n" + end + rest.split(end)[1]
        PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
