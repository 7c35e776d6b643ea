"""What is commonly so in English news prose: who speaks in it, through whom, with what force; what counts (R43)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from thalweg.model.sourced import Force
from thalweg.model.theatre import Party
from thalweg.places.gazetteer import Gazetteer, Kind, MemoryShelf, Place
from thalweg.sources.article import Span
from thalweg.sources.claims import Claim, draft
from thalweg.sources.numbers import numbers_in
from thalweg.sources.reading import read

TERAL = Place("ex:teral", "Teral", "", 68.33, -48.02, Kind.TOWN)
PARTIES = (Party("GUARD", "River Guard", aliases=("the Guard", "Guard")),)


def claims(body: str) -> tuple[Claim, ...]:
    found = read(f"A headline\n\n{body}".encode(), published=date(2031, 3, 11), outlet="The Quay Page")
    return draft(replace(found, language="en"), Gazetteer(MemoryShelf([TERAL])), parties=PARTIES)


@pytest.mark.parametrize(
    ("body", "who", "force"),
    [
        ("A shopkeeper in Teral said it was closer to three o'clock.", "shopkeeper in Teral", Force.ASSERTION),
        ("Seven households in Teral said that the lorries came late.", "Seven households in Teral", Force.ASSERTION),
        ("The council has just announced that the pump is back.", "council", Force.ANNOUNCEMENT),
        ("The landing would reopen on Saturday, said Colonel Petr Havel.", "Colonel Petr Havel", Force.ANNOUNCEMENT),
        ("“It was over by noon, and nobody came,” insisted Ilse Varran.", "Ilse Varran", Force.ASSERTION),
        ("The crossing is closed from midnight – ministry spokesman Petr Havel.", "Petr Havel", Force.ASSERTION),
        ("Both sides were asked by the mission to hand over their records.", "mission", Force.REQUEST),
        ("The Guard says that its boats never crossed the river.", "Guard", Force.DENIAL),
        ("The Guard said it had nothing to do with the fire.", "Guard", Force.DENIAL),
        ("The ministry would not confirm that a boat was lost.", "ministry", Force.DENIAL),
        ("“This is an outrage,” the mayor said.", "mayor", Force.OPINION),
    ],
)  # fmt: skip
def test_who_is_made_to_answer_for_what_and_with_what_force(body: str, who: str, force: Force) -> None:
    (claim,) = claims(body)
    assert claim.speaker is not None
    assert (claim.speaker.name, claim.force) == (who, force)


def test_a_transcript_is_said_by_whose_turn_it_is_and_its_questions_pass_on() -> None:
    body = (
        "MAJ. HAVEL: Good afternoon. Our boats were two miles away. We never denied it.\n\n"
        "Q: The Guard says that it saw four. Did you?\n\n"
        "MAJ. HAVEL: (Laughs.) We plan to publish the log."
    )
    said = [(each.words, each.speaker and each.speaker.name, [via.name for via in each.via]) for each in claims(body)]
    assert ("MAJ. HAVEL: Our boats were two miles away.", "MAJ. HAVEL", []) in [
        (words if words.startswith("MAJ") else f"MAJ. HAVEL: {words}", who, via) for words, who, via in said
    ]
    assert [via for words, who, via in said if who == "Guard"] == [["Q"]]
    assert all("Laughs" not in words or "We plan" in words for words, _, _ in said)
    assert not any(words.endswith("?") or "Good afternoon" in words for words, _, _ in said)


def test_a_statement_that_was_carried_by_somebody_came_through_there() -> None:
    body = "The Guard denied that its boats had crossed the river. The statement was carried by the state agency VNA."
    first = claims(body)[0]
    assert (first.force, [each.name for each in first.via]) == (Force.DENIAL, ["VNA"])


def test_an_agency_in_full_and_by_its_initials_passed_it_on_once() -> None:
    body = "(Vesnia News Agency) – The mayor told VNA that four boats were lost on Monday."
    (claim,) = claims(body)
    assert [*(each.name for each in claim.via), *claim.credited] == ["VNA"]


def test_a_place_that_is_known_makes_a_sentence_of_the_outlet_s_own_a_draft() -> None:
    assert [each.places[0].name for each in claims("The boats were kept near Teral.")] == ["Teral"]
    assert claims("The boats were kept near Nowhere.") == ()


@pytest.mark.parametrize(
    "text",
    ["lorries on Highway 7 stopped", "in room 12", "Resolution 2254 says so", "Situation report no. 14 says so",
     "at 14.30 hours", "one third of the crop", "a two-thirds majority", "call 0963", "Flight 370 was late"],
)  # fmt: skip
def test_what_is_part_of_a_name_or_a_time_of_day_counts_nothing(text: str) -> None:
    assert numbers_in(text, Span(0, len(text))) == ()


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("it was flown over twice", 2, "time"),
        ("four wounded", 4, "wounded"),
        ("six of them children", 6, "child"),
        ("put the number of dead at 12", 12, "dead"),
        ("two hundred and fifty people", 250, "people"),
        ("14 000 litres", 14_000, "l"),
        ("a 1,450-tonne barge", 1_450, "t"),
        ("a 24-hour window", 24, "h"),
        ("the road 4 km long", 4, "km"),
    ],
)
def test_what_counts_has_its_value_and_unit(text: str, value: float, unit: str) -> None:
    (number,) = numbers_in(text, Span(0, len(text)))
    assert (number.value, number.unit) == (value, unit)
