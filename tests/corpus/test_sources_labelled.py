"""R43: rates on the labelled articles do not fall below these floors (docs/explanation/sources.md has the rates)."""

from __future__ import annotations

from functools import cache

import pytest
import yaml
from bench import sources as bench

# Precision before recall: a wrong attribution is worse than a missing one.
FLOORS = {
    "attribution": (0.97, 0.90),
    "relay": (0.97, 0.95),
    "force": (0.95, 0.92),
    "date": (0.94, 0.95),
    "place": (0.97, 0.92),
    "number": (0.92, 0.92),
    "main text": (0.98, 0.98),
    "comments": (1.00, 0.95),
}


# Of the set by another hand, English, held out: what an independent reader may expect, less a little.
BY_ANOTHER_HAND = {
    "attribution": (0.85, 0.68),
    "relay": (0.66, 0.21),
    "force": (0.72, 0.64),
    "date": (0.77, 0.64),
    "place": (0.95, 0.77),
    "number": (0.86, 0.69),
    "main text": (0.82, 0.84),
    "comments": (0.85, 0.85),
}


@cache
def others() -> dict[str, dict[str, bench.Rate]]:
    return bench.measure_other()


@pytest.mark.parametrize("kind", BY_ANOTHER_HAND)
def test_rates_on_the_set_by_another_hand_hold_their_floors(kind: str) -> None:
    """R43: labelled by somebody who had not read the rules. What is missed is not shown, for it is held out."""
    rate = others()["held out"][kind]
    got = (rate.precision, rate.recall)  # the rate itself would show what is held out, where this fails
    precision, recall = BY_ANOTHER_HAND[kind]
    assert got[0] >= precision
    assert got[1] >= recall


# Of the articles in the manner of the wire, for which the rules were changed: what was learned is not lost again.
IN_THE_MANNER_OF_THE_WIRE = {
    "attribution": (0.95, 0.95),
    "relay": (0.95, 0.93),
    "force": (0.92, 0.92),
    "date": (0.95, 0.95),
    "place": (0.95, 0.92),
    "number": (0.95, 0.95),
}


@cache
def wire() -> dict[str, bench.Rate]:
    return bench.measure_wire()


@pytest.mark.parametrize("kind", IN_THE_MANNER_OF_THE_WIRE)
def test_rates_on_the_articles_in_the_manner_of_the_wire_hold_their_floors(kind: str) -> None:
    """R43."""
    rate = wire()[kind]
    precision, recall = IN_THE_MANNER_OF_THE_WIRE[kind]
    assert rate.right > 30
    assert rate.precision >= precision, rate.misses
    assert rate.recall >= recall, rate.misses


def test_every_label_of_the_articles_in_the_manner_of_the_wire_stands_in_its_article_once() -> None:
    known = yaml.safe_load((bench.WIRE / "articles.yaml").read_text("utf-8"))["articles"]
    labelled = yaml.safe_load((bench.WIRE / "labels.yaml").read_text("utf-8"))
    assert [each["id"] for each in known] == list(labelled)
    assert len(known) >= 20
    for each in known:
        for label in [item for items in labelled[each["id"]].values() for item in items]:
            said = label.get("at") or label["text"]
            assert each["body"].count(said) == 1, (each["id"], said)


@pytest.mark.parametrize("language", ["ar", "ru", "fr", "tr"])
def test_in_other_languages_nobody_is_named_as_who_speaks(language: str) -> None:
    """R43: honest about what is not reached."""
    for half in ("development", "held out"):
        part = others()[f"{language} {half}"]
        assert part["attribution"].right + part["attribution"].wrong == 0
        assert part["force"].right > 0


def test_the_documentation_has_the_rates_as_they_are_measured() -> None:
    page = bench.PAGE.read_text("utf-8")
    for marks, lines in (
        (bench.MARKS, bench.rows(rates(), others())),
        (bench.FORCE_MARKS, bench.force_rows(others())),
        (bench.WIRE_MARKS, bench.wire_rows(wire())),
        (bench.ABROAD_MARKS, bench.language_rows(others())),
    ):
        assert page.split(marks[0])[1].split(marks[1])[0].strip() == "\n".join(lines), (
            "run python -m bench.sources --keep"
        )


@cache
def rates() -> dict[str, dict[str, bench.Rate]]:
    return bench.measure()


@pytest.mark.parametrize("part", ["written with", "held out"])
@pytest.mark.parametrize("kind", FLOORS)
def test_rates_hold_their_floors(part: str, kind: str) -> None:
    rate = rates()[part][kind]
    precision, recall = FLOORS[kind]
    assert rate.right > 5
    assert rate.precision >= precision, rate.misses
    assert rate.recall >= recall, rate.misses


def test_copies_and_quotations_are_all_found_and_no_other() -> None:
    """R43: copies collapse to one source with their lineage; a partial quotation is none."""
    for kind in ("lineage", "quoting"):
        rate = rates()["written with"][kind]
        assert (rate.wrong, rate.missed) == (0, 0), rate.misses
        assert rate.right >= 2


def test_the_set_is_in_at_least_ten_layouts_as_html_and_pdf() -> None:
    pages = [path for name in bench.articles() for path in bench.pages(name)]
    layouts = {path.name.split(".")[1] for path in pages}
    assert len({each for each in layouts if each.startswith("html")}) >= 10
    assert len({each for each in layouts if each.startswith("pdf")}) >= 5


def test_every_label_stands_in_its_article_once() -> None:
    articles = bench.articles()
    for name, label in bench.labels().items():
        for each in [item for items in label.values() for item in items]:
            said = each.get("at") or each["text"]
            assert articles[name]["body"].count(said) == 1, (name, said)
