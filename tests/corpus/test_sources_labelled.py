"""R43: rates on the labelled articles do not fall below these floors (docs/explanation/sources.md has the rates)."""

from __future__ import annotations

from functools import cache

import pytest
from bench import sources as bench

# Precision before recall: a wrong attribution is worse than a missing one.
FLOORS = {
    "attribution": (0.97, 0.90),
    "relay": (0.97, 0.95),
    "force": (0.95, 0.92),
    "date": (0.94, 0.95),
    "place": (0.97, 0.92),
    "number": (0.85, 0.92),
    "main text": (0.98, 0.98),
    "comments": (1.00, 0.95),
}


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
