"""An `Article` as JSON and back: how one process that reads a page hands it to another, and how tests keep it."""

from __future__ import annotations

from datetime import date
from typing import Any

from thalweg.model.notes import Flag
from thalweg.sources.article import Article, Credit, LeftOut, Part, Span


def article_data(article: Article) -> dict[str, Any]:
    """Everything of it, as JSON can say it."""
    return {
        "sha256": article.sha256,
        "medium": article.medium,
        "text": article.text,
        "paragraphs": [[each.start, each.end] for each in article.paragraphs],
        "headings": [[each.start, each.end] for each in article.headings],
        "headline": article.headline,
        "outlet": article.outlet,
        "byline": article.byline,
        "url": article.url,
        "published": article.published.isoformat() if article.published else "",
        "updated": article.updated.isoformat() if article.updated else "",
        "language": article.language,
        "credits": [[each.name, each.start] for each in article.credits],
        "left_out": [[each.part.value, each.text, each.why] for each in article.left_out],
        "flags": [[each.code, each.sentence, each.where] for each in article.flags],
    }


def article_of(data: dict[str, Any]) -> Article:
    """The article that `article_data` wrote. `KeyError`, `TypeError`, `ValueError` for what it did not write."""
    return Article(
        str(data["sha256"]),
        str(data["medium"]),
        str(data["text"]),
        tuple(_spans(data["paragraphs"])),
        tuple(_spans(data["headings"])),
        str(data["headline"]),
        str(data["outlet"]),
        str(data["byline"]),
        str(data["url"]),
        _day(data["published"]),
        _day(data["updated"]),
        str(data["language"]),
        tuple(Credit(str(name), int(start)) for name, start in data["credits"]),
        tuple(LeftOut(Part(part), str(text), str(why)) for part, text, why in data["left_out"]),
        tuple(Flag(str(code), str(sentence), str(where)) for code, sentence, where in data["flags"]),
    )


def _spans(pairs: list[list[int]]) -> list[Span]:
    return [Span(int(start), int(end)) for start, end in pairs]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
