"""R43: the second labelled set holds together: offsets, halves, pages. What reads the pages is measured elsewhere."""

from __future__ import annotations

import json
import re
from datetime import date
from io import BytesIO
from itertools import chain
from typing import Any

import pytest
from lxml import html
from pdfminer.high_level import extract_text

from tests.corpus.sources_by_another_hand.make_pages import PAGES
from tests.corpus.sources_by_another_hand.offsets import (
    HERE,
    KINDS,
    across,
    articles,
    labels,
    main_text,
    paragraphs,
    spans,
    written,
)

ARTICLES = articles()
LABELS = labels()
SHOWN: dict[str, dict[str, Any]] = json.loads((HERE / "pages.json").read_text("utf-8"))
FORCES = {"assertion", "denial", "announcement", "intent", "rumour", "opinion", "request"}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def plain(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", text)


def test_every_offset_gives_its_quotation() -> None:
    kept = json.loads((HERE / "spans.json").read_text("utf-8"))
    assert list(kept) == list(LABELS) == list(ARTICLES)
    count = 0
    for name, of in kept.items():
        text = main_text(ARTICLES[name])
        for kind in KINDS:
            assert len(of[kind]) == len(LABELS[name][kind])
            for each, label in zip(of[kind], LABELS[name][kind], strict=True):
                start, end = each["span"]
                assert 0 <= start < end <= len(text)
                assert text[start:end] == each["quote"]
                inner = label.get("exact") or label.get("name")
                said = label.get("at") or label["text"]
                assert each["quote"] == inner or each["quote"].startswith(said)
                assert "to" not in label or each["quote"].endswith(label["to"])
                count += 1
    assert count > 500
    assert (HERE / "spans.json").read_text("utf-8") == written(spans())


def test_the_set_is_of_the_size_and_the_languages_it_says() -> None:
    tongues = [each.get("language", "en") for each in ARTICLES.values()]
    assert len(ARTICLES) >= 30
    assert tongues.count("en") >= 24
    assert {each: tongues.count(each) for each in ("ar", "ru", "fr", "tr")} == dict.fromkeys(
        ("ar", "ru", "fr", "tr"), 2
    )
    halves = [each["half"] for each in ARTICLES.values()]
    assert halves.count("development") == halves.count("held-out") == len(ARTICLES) // 2


def test_every_label_uses_the_words_of_the_scheme() -> None:
    for name, label in LABELS.items():
        assert {each["force"] for each in label["claims"]} <= FORCES
        assert all(("day" in each) != ("two" in each) for each in label["dates"]), name
        assert all(each["role"] in {"said", "about", "own", "dateline"} and each["why"] for each in label["dates"]), (
            name
        )
        assert all(
            each["intended"] in {"river", "country", "ambiguous"} or each["intended"] in each["ids"]
            for each in label["places"]
        ), name
        assert all(each["value"] is not None or each["vague"] for each in label["numbers"]), name


def test_a_day_that_is_named_by_its_weekday_falls_on_it() -> None:
    checked = 0
    for name, label in LABELS.items():
        for each in label["dates"]:
            wanted = [day for day in WEEKDAYS if re.search(rf"\b{day}\b", each["text"].casefold())]
            days = [each["day"]] if isinstance(each.get("day"), date) else each.get("two", [])
            # Midnight “on Sunday” may be the one that ends it, and is then written as of the next day.
            if len(wanted) == 1 and days and "midnight" not in each["text"]:
                assert {WEEKDAYS[day.weekday()] for day in days} == set(wanted), (name, each["text"])
                checked += 1
    assert checked > 30


def test_what_is_told_across_articles_points_at_words_and_stays_in_one_half() -> None:
    known = across()
    texts = {name: main_text(each) for name, each in ARTICLES.items()}
    groups = [[side for one in each["sides"] for side in one] for each in known["contradictions"]]
    groups += [[each["a"], each["b"]] for each in known["compatible"]]
    for group in groups:
        assert len({ARTICLES[each["in"]]["half"] for each in group}) == 1
        for each in group:
            assert texts[each["in"]].count(each["at"]) == 1, each
    for line in known["lineage"]:
        later = [ARTICLES[each] for each in line[1:]]
        assert {each["copy_of"] for each in later} == {line[0]}
        assert [each.get("made_from", line[0]) for each in later] == line[:-1]
        assert len({ARTICLES[each]["half"] for each in line}) == 1
    copies = set(chain.from_iterable(line[1:] for line in known["lineage"]))
    assert copies == {name for name, each in ARTICLES.items() if "copy_of" in each}
    for each in known["quotes"]:
        assert each["passage"] in texts[each["in"]]
        assert each["passage"] in texts[each["of"]]
        assert each["of"] in ARTICLES[each["in"]]["quotes"]


def test_the_pages_are_those_that_are_told_of_in_many_layouts() -> None:
    assert {path.name for path in PAGES.iterdir()} == set(SHOWN)
    layouts = {each["layout"] for each in SHOWN.values()}
    assert len([each for each in layouts if each.startswith("html-")]) >= 10
    assert len([each for each in layouts if each.startswith("pdf-")]) >= 5
    assert {each["article"] for each in SHOWN.values()} == set(ARTICLES)


@pytest.mark.parametrize("page", sorted(SHOWN))
def test_a_page_holds_the_whole_article_and_its_comments(page: str) -> None:
    told, data = SHOWN[page], (PAGES / page).read_bytes()
    article = ARTICLES[told["article"]]
    said = [each["text"] for each in article["comments"]][: told["comments"]]
    assert len(said) == told["comments"]
    wanted = [*paragraphs(article), *said, *([article["headline"]] if told["headline"] else [])]
    if page.endswith(".html"):
        tree = html.fromstring(data.decode("utf-8"))
        text = plain(tree.text_content())
        assert [each for each in wanted if plain(each) not in text] == []
        if told["byline"]:
            assert article["byline"] in text
    else:
        # Columns, running heads and hyphens part the paragraphs: word by word.
        text = re.sub(r"[\s\u00ad\u2010-]+", "", extract_text(BytesIO(data)))
        words = [re.sub(r"[\u00ad\u2010-]+", "", word) for each in wanted for word in each.split()]
        assert [word for word in words if word not in text] == []
