"""How products say things."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import samples
from thalweg.model.findings import Certainty
from thalweg.model.instants import Instant
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Position
from thalweg.reports import phrases


@pytest.mark.parametrize(
    ("metres", "said"),
    [(0, "0 m"), (3.14, "3.1 m"), (9.96, "10 m"), (510, "510 m"), (999.6, "1 km"), (3100, "3.1 km"),
     (12_000, "12 km"), (99_960, "100 km"), (1_234_567, "1\u00a0235 km"), (-510, "−510 m")],
)  # fmt: skip
def test_a_distance_is_said_in_three_figures(metres: float, said: str) -> None:
    assert phrases.distance(metres) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (0.4, "0.4 s"), (45, "45 s"), (119.6, "2 min"), (180, "3 min"), (185, "3 min 5 s"),
     (3599, "1 h"), (3600, "1 h"), (7500, "2 h 5 min"), (200_000, "2 d 8 h"), (-180, "−3 min")],
)  # fmt: skip
def test_a_duration_is_said_in_two_units_at_most(seconds: float, said: str) -> None:
    assert phrases.duration(seconds) == said


def test_a_position_is_said_in_three_ways_and_never_with_sixty_seconds() -> None:
    """R2."""
    assert phrases.dms(Position(40.41972, 35.27889)) == "35°16′44.0″N 040°25′11.0″E"
    assert phrases.dms(Position(-179.9999999, -0.9999999)) == "01°00′00.0″S 180°00′00.0″W"
    assert phrases.dms(Position(-1e-9, -1e-9)) == "00°00′00.0″N 000°00′00.0″E"
    assert phrases.decimal(Position(40.41972, 35.27889)) == "35.27889, 40.41972"
    assert phrases.mgrs(Position(2.2945, 48.8582)) == "31U DQ 48251 11932"
    assert phrases.mgrs(Position(0.0, 89.9)).count(" ") == 3


def test_a_date_is_said_twice_only_where_it_changes() -> None:
    assert phrases.window(samples.during(5, 8.5)) == "2017-09-16 05:00:00Z to 08:30:00Z"
    assert phrases.window(samples.during(-6, 12)) == "2017-09-15 18:00:00Z to 2017-09-16 12:00:00Z"
    assert phrases.when(samples.FLIGHTS) == "2017-09-16 00:52:06Z to 00:53:00Z, closest 00:52:33Z"
    assert phrases.when(samples.FAR_BANK) == "2017-09-16 00:00:00Z to open, closest at the beginning"
    assert phrases.when(replace(samples.FLIGHTS, first=None, closest_at=None, last=None)) == "open to open"


def test_heights_carry_their_datum() -> None:
    """R27."""
    assert phrases.band(Band(None, 1500.0, Datum.EGM96)) == "up to 1\u00a0500 m AMSL (EGM96)"
    assert phrases.band(Band(0.0, None, Datum.UNKNOWN)) == "0 m datum not stated and above"
    assert phrases.band(None) == "height not stated"
    assert phrases.heights(samples.CASUALTY_FLIGHT) == "380 m to 400 m ±20 m, AGL"


@pytest.mark.parametrize(
    ("certainty", "share", "can_tell", "begins"),
    [
        (Certainty.CERTAIN, 1.0, True, "Will:"),
        (Certainty.LIKELY, 0.9, True, "May: about 9 in 10"),
        (Certainty.LIKELY, 0.97, True, "May: more than 9 in 10"),
        (Certainty.POSSIBLE, 0.01, True, "May: fewer than 1"),
        (Certainty.POSSIBLE, 0.8, False, "May, cannot tell: what is stated"),
    ],
)
def test_certainty_is_said_in_words(certainty: Certainty, share: float, can_tell: bool, begins: str) -> None:
    """R29."""
    finding = replace(samples.FLIGHTS, certainty=certainty, share=share, can_tell=can_tell)
    assert phrases.certainty(finding).startswith(begins)
    assert phrases.certainty_word(finding) == begins.split(":")[0].lower().replace(",", ":")


def test_ten_pips_are_for_all_and_none_for_nothing_that_is_a_finding() -> None:
    assert [phrases.pips(share) for share in (0.0, 0.04, 0.5, 0.99, 1.0)] == [1, 1, 5, 9, 10]


def test_no_two_parties_share_a_tag() -> None:
    parties = ["coalition", "council", "co", "c", "cobalt", "!!", "", "مكتب", "coalition", *map(str, range(40))]
    tags = phrases.tags(parties)
    assert len(set(tags.values())) == len(tags) == len(set(parties))


@pytest.mark.parametrize("text", samples.HOSTILE_TEXTS)
def test_plain_text_is_one_line_in_which_nothing_is_hidden_or_reordered(text: str) -> None:
    shown = phrases.plain(text)
    assert shown.isprintable() or all(letter == " " or letter.isprintable() for letter in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x1b\r\n\t\ud800")
    assert phrases.plain(shown) == shown


def test_plain_text_keeps_what_arabic_spelling_needs() -> None:
    assert phrases.plain("  می\u200cخواهم\u200f ") == "می\u200cخواهم\u200f"


def test_a_name_at_its_head_does_not_turn_a_sentence_round() -> None:
    """R25."""
    assert phrases.direction(samples.CONVOY_IN_ZONE.sentence) == "ltr"
    assert phrases.direction("تتحرك قافلة إغاثة N-1188 من دير الزور") == "rtl"


def test_a_result_without_findings_says_nothing_found_and_never_no_conflict() -> None:
    assert phrases.headline(samples.quiet()) == "Nothing found among 2 declarations."
    assert phrases.incomplete_line(samples.quiet()) == ""
    assert "2 items could not be read and were NOT checked" in phrases.incomplete_line(samples.result())


def test_an_instant_without_a_value_is_open() -> None:
    assert phrases.instant(None) == phrases.clock(None) == "open"
    assert phrases.clock(Instant(0.6)) == "00:00:01Z"
