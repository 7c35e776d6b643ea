"""Sources and claims (R43): reading, days, numbers, places, speakers, copies, differences; none of it warns (R13)."""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import typst

from thalweg.model.errors import InputError
from thalweg.model.sourced import Force
from thalweg.model.theatre import Party
from thalweg.places.gazetteer import Gazetteer, Kind, MemoryShelf, Place
from thalweg.sources.article import Article, Part, Span, comparable, language_of, normal
from thalweg.sources.claims import Claim, draft
from thalweg.sources.compare import Differ, contradictions
from thalweg.sources.days import Day, days_in
from thalweg.sources.drafted import confirmed, drafts_data, read_drafts
from thalweg.sources.lineage import Relation, lineage
from thalweg.sources.mentions import parties_in, places_in
from thalweg.sources.numbers import numbers_in
from thalweg.sources.parting import voice
from thalweg.sources.reading import LIMIT_BYTES, read
from thalweg.sources.sentences import quotations, sentences

TUESDAY = date(2031, 3, 11)
NORTH = Place("ex:salheva-north", "Salheva", "", 68.24, -47.88, Kind.SETTLEMENT)
SOUTH = Place("ex:salheva-south", "Salheva", "", 68.82, -48.46, Kind.SETTLEMENT)
TERAL = Place("ex:teral", "Teral", "", 68.33, -48.02, Kind.TOWN)
GAZETTEER = Gazetteer(MemoryShelf([NORTH, SOUTH, TERAL]))
PARTIES = (
    Party("COMMAND", "Northern Command", aliases=("the Command", "Command")),
    Party("GUARD", "River Guard", aliases=("the Guard", "Guard")),
)
FILLER = (
    "The road was quiet on the day before and the ferry went to the other bank as it always does.\n\n"
    "The people of the town said that they had not heard of it, and that they were at home.\n\n"
)


def article(body: str, *, published: date | None = TUESDAY, outlet: str = "", headline: str = "A headline") -> Article:
    return read(f"{headline}\n\n{body}".encode(), published=published, outlet=outlet)


def claims(body: str) -> tuple[Claim, ...]:
    # too short to tell its language by
    return draft(replace(article(body), language="en"), GAZETTEER, parties=PARTIES)


def one(body: str) -> Claim:
    found = claims(body)
    assert len(found) == 1, [each.words for each in found]
    return found[0]


def days(text: str, published: date = TUESDAY) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (day.text, [(str(r.first), str(r.last)) for r in day.readings])
        for day in days_in(text, Span(0, len(text)), [published])
    ]


def test_a_file_of_drafts_keeps_its_schema_and_what_is_signed_is_what_stands_in_it() -> None:
    """R43: the format of drafts is published; a correction is told from what the rules wrote."""
    found = article("The River Guard said on Saturday that 1,450 parcels burned in the Salheva district.\n\n" + FILLER)
    data = drafts_data(found, draft(replace(found, language="en"), GAZETTEER, parties=PARTIES), size=99)
    schema = files("thalweg.sources") / "schemas" / "claim-drafts.schema.json"
    jsonschema.validate(data, json.loads(schema.read_text("utf-8")))
    assert read_drafts(json.dumps(data).encode()) == data
    entry = data["claims"][0]
    said = confirmed(entry, data["source"], "GUARD")
    assert (said.source, said.text, said.corrected) == (found.sha256, "thalweg-text/1", False)
    assert found.text[said.start : said.end].startswith("The River Guard said")
    assert said.quote in found.text
    assert (said.numbers[0].value, said.party, said.draft) == ("1450", "GUARD", entry["id"])
    entry["force"] = "rumour"
    assert confirmed(entry, data["source"], "GUARD").corrected
    with pytest.raises(InputError) as caught:
        confirmed({**entry, "force": "truth"}, data["source"], "GUARD")
    assert caught.value.code == "source-drafts"


# --- reading ---


def test_offsets_are_of_the_text_and_the_hash_is_of_the_bytes() -> None:
    """R43: every claim is tied to its characters."""
    page = "Headline\n\nThe  first\nparagraph\u00a0here and the rest of it is there.\n\nThe second was in the evening."
    data = page.encode()
    found = read(data)
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert [span.of(found.text) for span in found.paragraphs] == [
        "The first paragraph\u00a0here and the rest of it is there.",
        "The second was in the evening.",
    ]
    assert found.text == "\n\n".join(span.of(found.text) for span in found.paragraphs)


def test_letters_are_composed_and_invisible_ones_taken_out() -> None:
    assert normal("Sal\u200bhe\u0301va \u00ad\u00a0 x") == "Salhéva \u00a0 x"


def test_the_folded_text_is_as_long_as_the_text() -> None:
    text = "“No\u00a0fire” – ‘none’…"
    assert len(comparable(text)) == len(text)
    assert comparable(text) == "\"No fire\" - 'none'…"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Северное командование отвергло обвинения в обстреле склада в субботу.", "ru"),
        ("نفت القيادة الشمالية قصف مستودع الإغاثة يوم السبت.", "ar"),
        (
            "Le commandement est dans la ville pour une semaine avec des vivres et les gens.",
            "fr",
        ),
        ("The Command rejected the reports, and said that it was not in the town on that day.", "en"),
        ("Zyx wvu tsr qpo nml kji hgf edc baz yxw.", ""),
    ],
)
def test_the_language_is_told_and_never_guessed(text: str, language: str) -> None:
    assert language_of(text) == language


def test_an_article_in_another_language_is_read_and_its_claims_are_refused() -> None:
    found = read("Η διοίκηση απέρριψε τις κατηγορίες για τον βομβαρδισμό της αποθήκης το Σάββατο.".encode())
    assert found.language == "el"
    with pytest.raises(InputError) as caught:
        draft(found, GAZETTEER)
    assert caught.value.code == "source-language"


@pytest.mark.parametrize(
    ("text", "force"),
    [
        ("Командование опровергло в субботу обстрел склада, 14 марта в 3 км от города.", Force.DENIAL),
        ("نفت القيادة يوم السبت قصف المستودع على بعد 3 كيلومتر من المدينة في 14 مارس 2031.", Force.DENIAL),
        ("La mission demande aux deux parties, samedi, de rester à 3 km du pont le 14 mars.", Force.REQUEST),
        ("Komutanlık cumartesi günü, köprüye 3 km mesafede saldırıyı yalanladı; 14 Mart'ta görüşülüyor.", Force.DENIAL),
    ],
)
def test_other_languages_are_read_in_part_and_nobody_is_named_as_who_speaks(text: str, force: Force) -> None:
    """R43. The article is of Tuesday, 11 March 2031; two parties of the French sentence are counted too."""
    found = draft(article(text, headline=""), GAZETTEER, parties=PARTIES)
    (claim,) = found
    assert claim.force is force
    assert [str(each.readings[0].first) for each in claim.about] == ["2031-03-08", "2031-03-14"]
    assert [(each.value, each.unit) for each in claim.numbers if each.unit == "km"] == [(3, "km")]
    assert claim.speaker is None
    assert "claim-language-partly" in [each.code for each in claim.flags]


def test_what_may_be_a_translation_is_told_and_stays_a_source_of_its_own() -> None:
    """R43: a translation is flagged as maybe."""
    english = article(
        "The mission said that 627 parcels and 1450 litres of water reached the town on 14 March 2031 and "
        "16 March 2031, and that it was the last of them."
    )
    french = article(
        "La mission a déclaré que 627 colis et 1450 litres sont arrivés dans la ville le 14 mars 2031 et "
        "le 16 mars 2031, et que ce sont les derniers pour le moment."
    )
    lines = lineage([english, french])
    assert len(lines.sources) == 2
    assert [each.relation for each in lines.passages] == [Relation.TRANSLATION]
    assert "627" in lines.passages[0].why
    assert "perhaps" in lines.passages[0].why


def test_an_excerpt_is_one_source_with_what_it_is_taken_from() -> None:
    """R43: excerpting."""
    words = [f"word{n}" for n in range(400)]
    whole = article("The mission said that " + " ".join(words) + ".", outlet="The Ardel Courier")
    part = replace(article(" ".join(words[100:200]), published=date(2031, 3, 12)), outlet="Mirror")
    (source,) = lineage([whole, part]).sources
    assert source.first == 0
    assert source.copies[0].excerpt
    earlier = replace(part, published=date(2031, 3, 1))
    assert len(lineage([whole, earlier]).sources) == 2  # a statement that a longer report carries whole


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "source-empty"),
        (b"<html><body><nav>Home</nav></body></html>", "source-empty"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4, "source-encoding"),
        (b"abc\x00def" * 50, "source-kind"),
        (b"<html><meta charset=utf-8><p>\xff\xfe\xfa</p></html>", "source-encoding"),
        (b"<html><meta charset='no-such-thing'><p>x</p></html>", "source-encoding"),
        (b"%PDF-1.7\n%broken", "source-unreadable"),
        (b"x" * (LIMIT_BYTES + 1), "source-too-large"),
        (b"<html><body>" + b"<div>" * 500 + b"x", "source-unreadable"),
        (b"<html><body>" + b"<p>x</p>" * 70_000, "source-unreadable"),
        (b"<html><body>" + b"<p>comment</p>" * 600_000, "source-too-large"),
        (b"MIME-Version: 1.0\nContent-Type: text/plain\n\nhello", "source-unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_pages_are_refused_with_a_code(data: bytes, code: str) -> None:
    """R43: hostile input is refused or bounded, with a clear error."""
    with pytest.raises(InputError) as caught:
        read(data)
    assert caught.value.code == code


def test_a_script_in_a_page_is_no_text() -> None:
    page = f"<html><body><h1>H</h1><script>alert('The mission said')</script><p>{FILLER}</p></body></html>"
    assert "alert" not in read(page.encode()).text


def test_a_saved_page_is_read_as_the_page_that_it_holds() -> None:
    page = f"<html lang='en'><body><h1>H</h1><article><p>{FILLER}</p><p>{FILLER}</p></article></body></html>"
    message = EmailMessage()
    message.set_content(page, subtype="html")
    found = read(b"MIME-Version: 1.0\n" + message.as_bytes().replace(b"MIME-Version: 1.0\n", b""))
    assert found.medium == "saved page"
    assert found.headline == "H"


def test_two_columns_of_a_pdf_are_read_one_after_the_other() -> None:
    words = " ".join(f"word{n}" for n in range(220))
    source = f'#set page(width: 150mm, height: 90mm, columns: 2)\n#set text(size: 9pt, hyphenate: false)\n#"{words}"'
    assert read(typst.compile(source.encode())).text == words


def test_the_pages_own_marks_tell_comments_from_the_article() -> None:
    page = (
        f"<html lang='en'><body><article><h1>H</h1><p>{FILLER}</p></article>"
        "<section id='comments'><p>The mission said that ten trucks were lost on Friday.</p></section></body></html>"
    )
    found = read(page.encode())
    assert "ten trucks" not in found.text
    assert [each.part for each in found.left_out if "ten trucks" in each.text] == [Part.COMMENT]


def test_a_cut_by_voice_alone_is_flagged() -> None:
    """R43: where nothing but the manner of speaking tells comments, the person is told."""
    found = article(
        FILLER * 2 + "Old Ferryman\n\nYou people never learn, lol!!\n\nkestrel77\n\nI don't believe you, my friend."
    )
    assert "never learn" not in found.text
    assert [flag.code for flag in found.flags] == ["comments-by-voice"]


def test_quotations_in_an_article_are_no_readers_voice() -> None:
    assert voice("“I don't know what you want!” the officer said.") == 0


# --- days ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They met on Saturday.", [("Saturday", [("2031-03-08", "2031-03-08")])]),
        ("They met yesterday.", [("yesterday", [("2031-03-10", "2031-03-10")])]),
        ("They met last week.", [("last week", [("2031-03-03", "2031-03-09")])]),
        ("They will meet on Friday.", [("Friday", [("2031-03-14", "2031-03-14")])]),
        ("They met on February 20.", [("February 20", [("2031-02-20", "2031-02-20")])]),
        ("They met on 3 December 2030.", [("3 December 2030", [("2030-12-03", "2030-12-03")])]),
        ("They met two days ago.", [("two days ago", [("2031-03-09", "2031-03-09")])]),
        ("They met in January.", [("in January", [("2031-01-01", "2031-01-31")])]),
        ("They met in December.", [("in December", [("2030-12-01", "2030-12-31")])]),
        ("They met on Sunday, March 9.", [("Sunday, March 9", [("2031-03-09", "2031-03-09")])]),
    ],
)
def test_a_relative_day_is_reckoned_from_the_day_of_the_article(text: str, expected: object) -> None:
    """R43. The article is of Tuesday, 11 March 2031."""
    assert days(text) == expected


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("They met on Tuesday.", ["2031-03-11", "2031-03-04"]),  # of a Tuesday: that day, or a week before
        ("They met last Monday.", ["2031-03-10", "2031-03-03"]),
        ("They met on 03/04/2031.", ["2031-04-03", "2031-03-04"]),
    ],
)
def test_both_readings_of_an_ambiguous_day_are_kept(text: str, readings: list[str]) -> None:
    """R43."""
    assert [first for first, _ in days(text)[0][1]] == readings


def test_without_a_day_of_the_article_a_relative_day_stays_open_and_says_why() -> None:
    found = days_in("They met on Saturday.", Span(0, 21), [])
    assert [(day.readings, day.reason) for day in found] == [((), "the article has no date to reckon from")]


def test_a_weekday_that_does_not_fit_its_date_is_told() -> None:
    day: Day = days_in("They met on Friday, March 9.", Span(0, 28), [TUESDAY])[0]
    assert day.readings[0].first == date(2031, 3, 9)
    assert "is a Sunday" in day.reason


def test_every_reading_says_why() -> None:
    text = "They met on Saturday, last week, yesterday, on March 3, two weeks ago and in January."
    found = days_in(text, Span(0, len(text)), [TUESDAY])
    assert len(found) == 6
    assert all(reading.reason for day in found for reading in day.readings)


# --- numbers ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They lost 1,450 food parcels.", [(1450, "parcel")]),
        ("It wounded six of its fighters.", [(6, "fighter")]),
        ("about 250 km2 and roughly 35 kilometers east", [(250, "km2"), (35, "km")]),
        ("some 40 messages within ten kilometres", [(40, "message"), (10, "km")]),
        ("two Su-25 aircraft and one F-22", [(2, "aircraft"), (1, "F-22")]),
        ("two Su-24s over the town", [(2, "Su-24")]),
        ("between 400 and 600 litres a day for 15 to 20 minutes", [(400, "l"), (15, "min")]),
        ("at 35.27 north and 40.19 east, two years ago, one of them", []),
        ("the 113th Brigade at 03:30 in 2031", []),
        ("twenty-two trucks and 3.5 tonnes", [(22, "truck"), (3.5, "t")]),
    ],
)
def test_a_number_has_a_unit_or_what_it_counts(text: str, expected: list[tuple[float, str]]) -> None:
    assert [(n.value, n.unit) for n in numbers_in(text, Span(0, len(text)))] == expected


# --- places and parties ---


def test_a_homonym_is_shown_with_all_places_and_never_decided() -> None:
    """R43, R5: two Salhevas, on two banks."""
    claim = one("A depot in the Salheva district burned on Saturday, the River Guard said.")
    assert [each.place.id for each in claim.places[0].looked_up.candidates] == [NORTH.id, SOUTH.id]
    assert "claim-place-several" in [flag.code for flag in claim.flags]


def test_a_word_that_is_no_place_in_its_sentence_is_none() -> None:
    text = "Teral Said, a driver, spoke for the Command."
    assert places_in(text, Span(0, len(text)), GAZETTEER) == ()


def test_a_river_is_named_and_is_not_taken_for_a_town() -> None:
    text = "on the left bank of the Teral River"
    found = places_in(text, Span(0, len(text)), GAZETTEER)
    assert [(each.name, each.kind, each.looked_up.candidates) for each in found] == [("Teral River", "river", ())]


def test_a_party_is_found_by_its_aliases_and_two_that_share_one_are_both_shown() -> None:
    twice = (*PARTIES, Party("OTHER", "Other Guard", aliases=("the Guard",)))
    text = "the Guard and the Northern Command"
    assert [(each.name, each.parties) for each in parties_in(text, Span(0, len(text)), twice)] == [
        ("the Guard", ("GUARD", "OTHER")),
        ("Northern Command", ("COMMAND",)),
    ]


# --- who said it ---


@pytest.mark.parametrize(
    ("text", "who", "via", "force"),
    [
        ("The River Guard said that nobody was hurt on Friday.", "River Guard", [], Force.ASSERTION),
        (
            "“We were not there,” Colonel Petr Havel told Delta Radio.",
            "Colonel Petr Havel",
            ["Delta Radio"],
            Force.DENIAL,
        ),
        (
            "Delta Radio reported that Petr Havel announced that the road is open.",
            "Petr Havel",
            ["Delta Radio"],
            Force.ANNOUNCEMENT,
        ),
        (
            "In a statement carried by Delta Radio, the River Guard said it was hit.",
            "River Guard",
            ["Delta Radio"],
            Force.ASSERTION,
        ),
        ("The ministry, citing the River Guard, said two trucks burned.", "ministry", ["River Guard"], Force.ASSERTION),
        ("The Command denied that it had fired.", "Command", [], Force.DENIAL),
        ("The Command vowed to leave the room.", "Command", [], Force.INTENT),
        ("The Command has demanded an explanation.", "Command", [], Force.REQUEST),
        ("Colonel Petr Havel believes the line is dead.", "Colonel Petr Havel", [], Force.OPINION),
        ("There are rumours that the Command has closed the airspace.", None, [], Force.RUMOUR),
        ("“Nobody came,” Ministry spokesman Maj. Gen. Lev Arno said.", "Maj. Gen. Lev Arno", [], Force.ASSERTION),
        ("“Nobody came,” said Colonel Petr Havel.", "Colonel Petr Havel", [], Force.ASSERTION),
        (
            "Delta Radio quoted the River Guard as saying that it was hit.",
            "River Guard",
            ["Delta Radio"],
            Force.ASSERTION,
        ),
    ],
)
def test_a_claim_has_its_speaker_chain_and_force(text: str, who: str | None, via: list[str], force: Force) -> None:
    """R43: the chain of attribution and the modality."""
    claim = one(text)
    assert (claim.speaker.name if claim.speaker else None) == who
    assert [each.name for each in claim.via] == via
    assert claim.force is force


@pytest.mark.parametrize(
    "text",
    [
        "The strikes said nothing to 20 people.",
        "He said that 20 people came.",  # nobody has spoken before
        "What it says is that 20 people came.",
        "It was said that 20 people came.",
    ],
)
def test_no_speaker_rather_than_a_wrong_one(text: str) -> None:
    """R43."""
    assert [each.speaker for each in claims(text) if each.speaker] == []


def test_a_pronoun_is_taken_for_the_last_speaker_and_flagged() -> None:
    found = claims("Colonel Petr Havel said the road was open. He said 20 trucks had passed.")
    assert [each.speaker.name for each in found if each.speaker] == ["Colonel Petr Havel"] * 2
    assert [flag.code for flag in found[1].flags] == ["claim-pronoun"]


def test_an_editors_bracket_is_not_the_speakers_words() -> None:
    """R43."""
    claim = one("“The crew of [the Northern helicopter] ignored three calls,” the River Guard said.")
    found = article("“The crew of [the Northern helicopter] ignored three calls,” the River Guard said.")
    assert [each.of(found.text) for each in claim.inserted] == ["[the Northern helicopter]"]
    assert claim.quoted[0].spoken(found.text) == "The crew of … ignored three calls,"
    assert "claim-brackets" in [flag.code for flag in claim.flags]


def test_a_quotation_that_nothing_closes_does_not_swallow_the_next_paragraph() -> None:
    found = claims("“We ask for an explanation, Colonel Petr Havel said.\n\nThe ferry carried 30 people on Saturday.")
    assert [each.speaker for each in found if "ferry" in each.words] == [None]


def test_a_claim_shows_the_characters_that_it_rests_on() -> None:
    """R43."""
    text = "On Saturday the River Guard said that six trucks burned in Teral."
    found, claim = article(text), one(text)
    assert claim.sentence.of(found.text) == text
    assert claim.said[0].span.of(found.text) == "Saturday"
    assert claim.numbers[0].span.of(found.text) == "six trucks"
    assert claim.places[0].span.of(found.text) == "Teral"
    assert claim.speaker is not None
    assert claim.speaker.span.of(found.text) == "the River Guard"
    assert claim.speaker_parties == ("GUARD",)


def test_a_former_spokesman_speaks_for_no_party() -> None:
    """R43: also where only the surname stands in a later sentence."""
    found = claims("Former River Guard spokesman Tal Sirro said 20 trucks came. “It was a mistake,” Sirro said.")
    assert [(each.speaker.name, each.speaker_parties) for each in found if each.speaker] == [("Tal Sirro", ())] * 2
    assert all("claim-speaker-former" in [flag.code for flag in each.flags] for each in found)


def test_initials_can_speak_and_need_no_explanation() -> None:
    claim = one("In a statement carried by Delta Radio, the RVF said its posts were hit on Friday.")
    assert claim.speaker is not None
    assert (claim.speaker.name, [each.name for each in claim.via]) == ("RVF", ["Delta Radio"])


def test_the_day_of_saying_and_the_day_of_the_matter_are_two() -> None:
    """R43."""
    claim = one("On Saturday, the River Guard said that on March 3 six trucks burned.")
    assert [day.text for day in claim.said] == ["Saturday"]
    assert [day.text for day in claim.about] == ["March 3"]


def test_full_stops_of_ranks_end_no_sentence() -> None:
    text = "Ministry spokesman Maj. Gen. Igor Konev said so. The U.S. base was quiet."
    assert len(list(sentences(text, Span(0, len(text))))) == 2


def test_quotation_marks_that_look_the_wrong_way_still_make_pairs() -> None:
    text = "”We have asked,“ he said. ”And again.”"
    assert [each.span.of(text) for each in quotations(text, Span(0, len(text)))] == ["We have asked,", "And again."]


# --- copies and differences ---

REPORT = (
    "Shells struck a depot of the mission in the Salheva district on Saturday, wounding six drivers, the mission "
    "said.\n\n"
    "The depot held 1,450 food parcels when it was hit, mission spokeswoman Ilse Varran told reporters on Sunday.\n\n"
    "The River Guard announced that it would open the road from Teral to the depot for ambulances at noon.\n\n"
)


def test_a_copy_with_no_break_spaces_a_credit_and_a_trimmed_end_is_one_source() -> None:
    """R43: two outlets that carry one report count once."""
    first = article(REPORT + FILLER, outlet="Courier", headline="Shells hit a depot")
    other = article(
        "(Courier, with agencies) – " + REPORT.replace(" food", "\u00a0food").replace("six ", "six\u00a0"),
        outlet="Post",
        headline="Depot in flames",
    )
    found = lineage([other, first])
    assert len(found.sources) == 1
    assert found.sources[0].first == 1
    assert found.sources[0].why_first == "another credits Courier"
    assert found.sources[0].copies[0].left_out


def test_a_figure_that_a_copy_changed_is_told() -> None:
    first = article(REPORT, outlet="Courier")
    other = article(REPORT.replace("1,450", "1,540"), outlet="Post", published=date(2031, 3, 12))
    changes = lineage([first, other]).sources[0].copies[0].changes
    assert "“1,450” has become “1,540”." in changes


def test_a_quotation_of_another_article_is_no_copy() -> None:
    """R43."""
    first = article(REPORT, outlet="Courier")
    other = article(
        FILLER + "The Courier wrote that “the depot held 1,450 food parcels when it was hit” and no more.",
        outlet="Post",
    )
    found = lineage([first, other])
    assert len(found.sources) == 2
    assert [(each.relation, each.later, each.earlier) for each in found.passages] == [(Relation.QUOTES, 1, 0)]


def test_the_order_of_the_pages_does_not_change_their_sources() -> None:
    pages = [
        article(REPORT, outlet="Courier"),
        article(REPORT + FILLER, outlet="Post", published=date(2031, 3, 12)),
        article(FILLER),
    ]
    forth, back = lineage(pages), lineage(pages[::-1])
    assert {frozenset(pages[at].sha256 for at in s.articles) for s in forth.sources} == {
        frozenset(pages[::-1][at].sha256 for at in s.articles) for s in back.sources
    }


def differences(*bodies: str) -> list[tuple[Differ, str]]:
    pages = [article(body, outlet=f"Outlet {n}") for n, body in enumerate(bodies)]
    drafted = [draft(replace(page, language="en"), GAZETTEER, parties=PARTIES) for page in pages]
    return [(each.differ, each.sentence) for each in contradictions(pages, drafted, lineage(pages))]


def test_transposed_digits_are_listed_as_a_difference_that_may_be_a_slip() -> None:
    """R43."""
    found = differences(
        "The depot held 1,450 food parcels, mission spokeswoman Ilse Varran said.",
        "A store keeper said the building had held 1,540 food parcels.",
    )
    assert [differ for differ, _ in found] == [Differ.NUMBER]
    assert "digits are the same in another order" in found[0][1]


def test_a_denial_is_set_beside_what_it_denies() -> None:
    """R43."""
    found = differences("Captain Lev Arno said Command guns fired 54 rounds. Colonel Petr Havel denied it.")
    assert [differ for differ, _ in found] == [Differ.DENIAL]


def test_the_same_number_told_twice_is_no_difference() -> None:
    assert (
        differences(
            "The depot held 50 food parcels, Ilse Varran said.", "Petr Havel said the depot held 50 food parcels."
        )
        == []
    )


def test_a_copy_contradicts_nothing_that_it_copies() -> None:
    """R43: of a copy only what it adds is compared."""
    assert differences(REPORT, REPORT.replace("Salheva", "Teral")) == []


# --- R13 ---


def test_nothing_that_warns_knows_of_sources() -> None:
    """R13: a rumour or an unowned zone has no effect on any alert: no room that warns imports drafts."""
    root = Path(__file__).parents[2] / "src" / "thalweg"
    warns = [
        file
        for room in ("engine", "ledger", "formats", "state", "policy", "reports")
        for file in (root / room).rglob("*.py")
    ]
    assert len(warns) > 20
    for file in warns:
        nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
        imported = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
        imported += [each.name for node in nodes if isinstance(node, ast.Import) for each in node.names]
        assert not any(name.startswith("thalweg.sources") for name in imported), file
