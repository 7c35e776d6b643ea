"""R43: whatever the page, reading ends in an article or in a refusal with a code, and every span lies in its text."""

from __future__ import annotations

import itertools
import string
from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from thalweg.model.errors import InputError
from thalweg.model.theatre import Party
from thalweg.places.gazetteer import Gazetteer, Kind, MemoryShelf, Place
from thalweg.sources.article import Article, Span, comparable
from thalweg.sources.claims import draft
from thalweg.sources.compare import contradictions
from thalweg.sources.lineage import lineage
from thalweg.sources.reading import read

PAGES = sorted((Path(__file__).parents[1] / "corpus" / "sources" / "pages").glob("a0[1-8].*"))
GAZETTEER = Gazetteer(MemoryShelf([Place("ex:1", "Salheva", "", 68.24, -47.88, Kind.SETTLEMENT)]))
PARTIES = (Party("GUARD", "River Guard", aliases=("the Guard",)),)
# The stuff that rules look at, in any order.
PIECES = st.sampled_from(
    [
        *[
            "The Guard",
            "said",
            "that",
            "“",
            "”",
            '"',
            "[",
            "]",
            "(",
            ")",
            ".",
            ",",
            ":",
            "!",
            "he",
            "it",
            "told VNA",
            "denied",
        ],
        *[
            "according to",
            "on Saturday",
            "March 3",
            "03/04/2031",
            "last week",
            "1,450",
            "six of its",
            "fighters",
            "km",
            "-",
        ],
        *[
            "in Salheva",
            "Salheva district",
            "General Ossip Lanner",
            "who",
            "was quoted as saying by",
            "\n\n",
            "\u00a0",
            "’s",
        ],
        *[
            "State news agency NOR-1 reported",
            "citing two officers",
            "but the mission said",
            "; the farmer told us",
            "in a statement carried by",
            "as quoted by The Quay Post",
            "three days later",
            "the same night",
            "on the night of 6-7 March",
            "midnight on Sunday",
            "We demand",
            "[the garrison’s]",
            "will reopen",
            "between 3 and 5 km",
            "two dozen",
            "$40",
            "is seven",
            "who",
            "Says",
            "shrugged",
        ],
    ]
)
PROSE = st.lists(PIECES, max_size=60).map(" ".join)


def taken(data: bytes, published: date | None = None) -> Article | None:
    """The article, or None for a refusal with a code of this room; whatever else is raised fails the test."""
    try:
        return read(data, published=published)
    except InputError as error:
        if not error.code.startswith("source-"):
            raise
        return None


def whole(article: Article) -> None:
    last = -2
    for span in article.paragraphs:
        assert span.start == last + 2
        assert span.end > span.start
        last = span.end
    assert article.text == "\n\n".join(span.of(article.text) for span in article.paragraphs)
    assert len(comparable(article.text)) == len(article.text)


def drafted(article: Article) -> None:
    every = Span(0, len(article.text))
    for claim in draft(replace(article, language="en"), GAZETTEER, parties=PARTIES):
        assert any(paragraph.holds(claim.sentence) for paragraph in article.paragraphs)
        assert claim.sentence.holds(claim.content)
        spans = [each.span for each in (*claim.said, *claim.about)]
        spans += [each.span for each in claim.places]
        spans += [each.span for each in claim.numbers]
        spans += [each.span for each in claim.parties]
        assert all(claim.sentence.holds(span) for span in spans)
        for day in (*claim.said, *claim.about):
            assert day.text == day.span.of(article.text)
            assert all(reading.first <= reading.last for reading in day.readings)
        for speaker in [*claim.via, *([claim.speaker] if claim.speaker else [])]:
            assert every.holds(speaker.span)
            assert speaker.text == speaker.span.of(article.text)
        spoken = [quote.spoken(article.text) for quote in claim.quoted]
        for inserted in claim.inserted:
            assert claim.sentence.holds(inserted)
            assert any(quote.span.holds(inserted) for quote in claim.quoted)
            assert not any(inserted.of(article.text) in each for each in spoken)


@settings(max_examples=150, deadline=None)
@given(PROSE)
@example("$40 \n\n 1,450 1,450 We demand")
def test_any_prose_is_read_and_drafted_with_every_span_in_its_place(prose: str) -> None:
    article = taken(prose.encode(), date(2031, 3, 11))
    if article:
        whole(article)
        drafted(article)


@settings(max_examples=150, deadline=None)
@given(PROSE)
def test_no_characters_stand_in_two_drafts_and_a_sentence_is_parted_without_loss(prose: str) -> None:
    article = taken(prose.encode(), date(2031, 3, 11))
    if article is None:
        return
    claims = draft(replace(article, language="en"), GAZETTEER, parties=PARTIES)
    for before, after in itertools.pairwise(claims):
        assert before.sentence.end <= after.sentence.start
    assert len({claim.id for claim in claims}) == len(claims)


WORDS = st.lists(st.sampled_from(["our", "boats", "were", "ready", "by", "noon", "and", "far"]), min_size=2, max_size=6)


@settings(max_examples=150, deadline=None)
@given(WORDS, WORDS, WORDS, st.sampled_from(["said Petr Havel", "Petr Havel told reporters", "the Guard said"]))
def test_an_editor_s_brackets_are_never_the_speaker_s_words(
    before: list[str], inserted: list[str], after: list[str], who: str
) -> None:
    """R43."""
    words = [" ".join(each) for each in (before, [*inserted, "Kestrel"], after)]
    body = f"“{words[0].capitalize()} [{words[1]}] {words[2]},” {who}."
    article = taken(f"A headline without an end\n\n{body}".encode(), date(2031, 3, 11))
    assert article is not None
    (claim,) = draft(replace(article, language="en"), GAZETTEER, parties=PARTIES)
    assert [span.of(article.text) for span in claim.inserted] == [f"[{words[1]}]"]
    (quote,) = claim.quoted
    assert "Kestrel" not in quote.spoken(article.text)
    assert claim.speaker is not None
    assert not any(span.holds(claim.speaker.span) for span in claim.inserted)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_any_bytes_end_in_an_article_or_a_refusal(data: bytes) -> None:
    article = taken(data)
    if article:
        whole(article)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PAGES), st.data())
def test_a_damaged_page_ends_in_an_article_or_a_refusal(page: Path, data: st.DataObject) -> None:
    whole_page = page.read_bytes()
    at = data.draw(st.integers(0, len(whole_page) - 1))
    cut = data.draw(st.sampled_from([whole_page[:at], whole_page[:at] + b"<" + whole_page[at + 1 :], whole_page[at:]]))
    article = taken(cut)
    if article:
        whole(article)


@settings(max_examples=60, deadline=None)
@given(st.lists(PROSE, min_size=1, max_size=4))
def test_every_article_is_in_exactly_one_source_and_differences_point_at_claims(texts: list[str]) -> None:
    articles = [replace(article, language="en") for text in texts if (article := taken(text.encode()))]
    lines = lineage(articles)
    assert sorted(at for source in lines.sources for at in source.articles) == list(range(len(articles)))
    claims = [draft(article, GAZETTEER, parties=PARTIES) for article in articles]
    for each in contradictions(articles, claims, lines):
        assert claims[each.a[0]][each.a[1]] is not claims[each.b[0]][each.b[1]]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=string.ascii_letters + " .,“”'", min_size=1, max_size=300))
def test_the_same_bytes_are_always_the_same_article(text: str) -> None:
    assert taken(text.encode()) == taken(text.encode())
