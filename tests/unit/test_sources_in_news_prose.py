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
)
def test_who_is_made_to_answer_for_what_and_with_what_force(body: str, who: str, force: Force) -> None:
    (claim,) = claims(body)
    assert claim.speaker is not None
    assert (claim.speaker.name, claim.force) == (who, force)


RADIO, HEAD = ["Radio Salheva"], "Lena Ostrov"


@pytest.mark.parametrize(
    ("body", "who", "via", "force"),
    [
        (
            "State agency NOR-1 reported that, according to the ministry, two boats had sunk.",
            "ministry",
            ["NOR-1"],
            Force.ASSERTION,
        ),
        ("NOR-1, quoting an officer, said the Guard had no boats there.", "officer", ["NOR-1"], Force.DENIAL),
        ("The ministry said in a statement carried by NOR-1 that men left.", "ministry", ["NOR-1"], Force.ASSERTION),
        ("According to the mayor, as quoted by Radio Salheva, the pump is broken.", "mayor", RADIO, Force.ASSERTION),
        (
            "According to a draft report seen by Radio Salheva, the line was dead for nine hours.",
            "draft report",
            RADIO,
            Force.ASSERTION,
        ),
        ("The gate is shut, the general told the broadcaster Kestrel TV.", "general", ["Kestrel TV"], Force.ASSERTION),
        ("The garrison has promised a generator, Radio Salheva reported.", "garrison", RADIO, Force.INTENT),
        ("Kestrel TV was told by two officers that the gate fell.", "two officers", ["Kestrel TV"], Force.ASSERTION),
        ("Its head, Lena Ostrov, was quoted as saying by Radio Salheva that it goes on.", HEAD, RADIO, Force.ASSERTION),
        ("Norland plans to build a bridge, its minister, Solveig Aune, has said.", "Solveig Aune", [], Force.INTENT),
        ("“It's a provocation,” fumed one council member.", "one council member", [], Force.ASSERTION),
        ("Norland was accused by the mission of opening fire.", "mission", [], Force.ASSERTION),
        ("The council called the story “pure invention”.", "council", [], Force.DENIAL),
        ("There is no truth to the rumour, the ministry stressed.", "ministry", [], Force.DENIAL),
        ("The mission will hold a third round on 6 April, a spokesman said.", "spokesman", [], Force.ANNOUNCEMENT),
        ("The ministry announced that a boat had been lost.", "ministry", [], Force.ASSERTION),
        ("Drivers should use the northern road, the traffic police advised.", "traffic police", [], Force.REQUEST),
        ("“In my view this is theatre,” the mayor said.", "mayor", [], Force.OPINION),
        ("The governor wants both sides to hand over their maps.", "governor", [], Force.REQUEST),
    ],
)
def test_through_whom_it_came_and_what_is_meant_by_it(body: str, who: str, via: list[str], force: str) -> None:
    """R43."""
    (claim,) = claims(body)
    assert claim.speaker is not None
    assert (claim.speaker.name, [each.name for each in claim.via], claim.force) == (who, via, force)


def test_a_sentence_in_which_two_speak_is_two_drafts() -> None:
    found = claims("The mission said that the log was whole, but the mayor insisted that a page was missing.")
    assert [(each.speaker and each.speaker.name, each.words) for each in found] == [
        ("mission", "the log was whole, but"),
        ("mayor", "a page was missing."),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "The boats were asked to turn back.",
        "The ministry did not deny it on 3 March.",
        "No group has claimed the fire of 3 March.",
        "The ministry did not rule out a second round on 3 March.",
    ],
)
def test_who_is_told_or_says_nothing_is_no_speaker(body: str) -> None:
    assert all(each.speaker is None for each in claims(body))


def test_an_editor_s_brackets_tell_nothing_of_the_force() -> None:
    (claim,) = claims("“They came at noon [this is a mistake] and left,” the mayor said.")
    assert claim.force is Force.ASSERTION
    assert [
        each.of("“They came at noon [this is a mistake] and left,” the mayor said.") for each in claim.inserted
    ] == ["[this is a mistake]"]


@pytest.mark.parametrize(
    ("body", "words", "first", "last"),
    [
        ("It began on 9 March. Three days later the line was dead.", "Three days later", "2031-03-12", "2031-03-12"),
        (
            "The crew left on 3 March. The same night the pump broke in Teral.",
            "The same night",
            "2031-03-03",
            "2031-03-03",
        ),
        ("The list is due by the end of the month.", "by the end of the month", "2031-03-11", "2031-03-31"),
        ("It was over on the weekend.", "on the weekend", "2031-03-08", "2031-03-09"),
        ("It was the night from Friday to Saturday.", "the night from Friday to Saturday", "2031-03-07", "2031-03-08"),
        ("The line fell on the night of 6-7 March.", "6-7 March", "2031-03-06", "2031-03-07"),
        (
            "The pump in Teral has been broken since 2029, and nobody in the village has come to mend it.",
            "since 2029",
            "2029-01-01",
            "2029-12-31",
        ),
    ],
)
def test_a_day_is_told_from_another_or_from_the_article_s(body: str, words: str, first: str, last: str) -> None:
    days = [day for claim in claims(body) for day in (*claim.said, *claim.about) if day.text == words]
    assert [(str(each.first), str(each.last)) for day in days for each in day.readings] == [(first, last)]


def test_a_day_counted_from_one_that_is_not_told_is_not_guessed() -> None:
    assert claims("Three days later the line was dead.") == ()


def test_a_figure_without_a_noun_has_that_of_the_one_before_it_and_says_so() -> None:
    (claim,) = claims("The mission measured 270 metres, and the ministry says it was 900.")[-1:]
    assert [(each.value, each.unit, each.understood) for each in claim.numbers] == [(270, "m", False), (900, "m", True)]
    assert "claim-number-understood" in [flag.code for flag in claim.flags]
    assert all(not each.numbers for each in claims("The ministry says it was 900, on 3 March."))


@pytest.mark.parametrize(
    ("byline", "last", "credited"),
    [
        ("By Mirren Tolk, with HPA", "It was over by noon on 3 March in Teral, the mayor of the town said.", ["HPA"]),
        ("", "This report was first carried by the Harbour Press Agency.", ["Harbour Press Agency"]),
        ("", "Copyright 2031 Radio Salheva.", ["Radio Salheva"]),
        ("By Mirren Tolk", "It was over by noon on 3 March in Teral, the mayor of the town said.", []),
    ],
)
def test_a_byline_and_the_small_print_tell_whose_text_it_is(byline: str, last: str, credited: list[str]) -> None:
    page = (
        f"<html lang='en'><head><title>A headline</title></head><body><article><h1>A headline</h1>"
        f"<p class='byline'>{byline}</p>"
        f"<p>The pump broke on 2 March, the mayor of the town said on the following day.</p>"
        f"<p>{last}</p></article></body></html>"
    )
    article = read(page.encode(), published=date(2031, 3, 11), outlet="The Quay Page")
    assert [each.name for each in article.credits] == credited


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


@pytest.mark.parametrize(
    ("text", "span", "counted"),
    [
        ("It lost six of its 1,450 fighters.", "six of its 1,450 fighters", "of its 1,450 fighters"),
        ("It lost six of its 1,450 fighters", "six of its 1,450 fighters", "of its 1,450 fighters"),
        ("six of 12 500 parcels, it said", "six of 12 500 parcels", "of 12 500 parcels"),
        ("six of its 40 drones.", "six of its 40 drones", "of its 40 drones"),
        ("two of its Su-24s.", "two of its Su-24s", "of its Su-24s"),
        ("two Su-24s.", "two Su-24s", "Su-24s"),
    ],
)
def test_a_figure_ends_where_what_it_counts_ends(text: str, span: str, counted: str) -> None:
    (number,) = numbers_in(text, Span(0, len(text)))
    assert (number.span.of(text), number.counted) == (span, counted)
