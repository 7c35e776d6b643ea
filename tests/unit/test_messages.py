"""Messages between desks: what they say, in which words, and what they keep to themselves."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest

from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.events import Response as Answer
from thalweg.model.instants import Instant
from thalweg.model.measures import Datum
from thalweg.model.shapes import Position
from thalweg.places.describe import describe
from thalweg.reports.messages.catalogue import FSI, LANGUAGES, LRI, PDI
from thalweg.reports.messages.kinds import (
    Acknowledged,
    AltitudeDiffers,
    Changed,
    ChannelChanged,
    CommitmentMade,
    ConsentWithdrawn,
    Declared,
    Disseminated,
    Emergency,
    Event,
    Lacking,
    Message,
    Mismatch,
    Part,
    PositionDiffers,
    Probing,
    Proposed,
    TalkTo,
    Warned,
)
from thalweg.reports.messages.places import locality
from thalweg.reports.messages.render import read_back, render, render_with_source, subject
from thalweg.reports.messages.slots import (
    Apart,
    ByRiver,
    Change,
    FreeText,
    FromPlace,
    Height,
    Heights,
    Locality,
    Mark,
    Meeting,
    Meets,
    OnBank,
    Period,
    PlaceName,
    Promise,
    RuleAsks,
    Severity,
    Sure,
    What,
    Who,
)

MIDNIGHT = 1_505_520_000.0  # 2017-09-16T00:00:00Z


def at(hours: float) -> Instant:
    return Instant(MIDNIGHT + hours * 3600)


DEIR = PlaceName("Deir ez-Zor", "geonames:170794", "دير الزور", "Дейр-эз-Зор")
WHERE = Locality(
    town=FromPlace(place=DEIR, distance_m=7200.0, bearing_deg=112.5),
    river=ByRiver(bank=OnBank.LEFT, river="Euphrates"),
)
CONVOY = Who(party="Relief mission", what=What.MOVEMENT_GROUND, title="Convoy 12")
FLIGHT = Who(party="Coalition", what=What.OPERATION_AIR, title="Evening flight")
WARNED = Warned(
    severity=Severity.WARNING,
    meeting=Meeting(
        meets=Meets.APPROACH,
        will=False,
        who=FLIGHT,
        whom=CONVOY,
        distance_m=3100.0,
        vertical_m=510.0,
        period=Period(first=at(0.5), last=at(1.5)),
        where=WHERE,
        sure=Sure(how="likely", in_ten=9),
    ),
    rule=RuleAsks(how="keep", rule="air-movement", apart=Apart(horizontal_m=5000.0, vertical_m=300.0, time_s=600.0)),
    finding="f-12ab",
    answer_by=at(2),
)
EMERGENCY = Emergency(
    party="Relief mission",
    at=at(0.5),
    position=Position(40.2, 35.3),
    where=WHERE,
    about="n-7",
    text=FreeText(text="مستشفى يتعرض للقصف", language="ar"),
)
RECEIVED = Acknowledged(answer=Answer.RECEIVED, party="Coalition", about="n-7", at=at(1))


def test_a_warning_says_who_may_come_how_close_to_whom_when_and_where() -> None:
    """R24; the sentence of the sketch, from slots alone."""
    assert render(WARNED, "en") == (
        "Warning. Coalition: air operation “Evening flight” may come within 3.1 km of Relief mission: ground movement "
        "“Convoy 12”, 510 m apart in height, from 2017-09-16 00:30Z to 2017-09-16 01:30Z, 7.2 km ESE of Deir ez-Zor, "
        "left bank of the Euphrates. How sure: likely, 9 in 10 of the cases within the stated bounds. "
        "Rule air-movement: stay at least 5 km apart, or 300 m apart in height, or 10 min apart in time. "
        "Answer by 2017-09-16 02:00Z. Finding f-12ab."
    )


def test_the_same_warning_in_every_language() -> None:
    """R25. Written out, so that a reader can judge them without running anything."""
    said = {language: re.sub(f"[{LRI}{FSI}{PDI}]", "", render(WARNED, language)) for language in LANGUAGES}
    assert said["ar"] == (
        "تحذير. قد يحدث تقارب حتى مسافة 3.1 كم بين [Coalition: عملية جوية «Evening flight»] و[Relief mission: "
        "تحرك بري «Convoy 12»]، وفارق الارتفاع 510 م، من 2017-09-16 00:30Z إلى 2017-09-16 01:30Z، على بُعد 7.2 كم "
        "شرق-جنوب شرق دير الزور / Deir ez-Zor، الضفة اليسرى لنهر الفرات. درجة التأكد: مرجّح، 9 من 10 من الحالات ضمن "
        "الحدود المذكورة. القاعدة air-movement: البقاء على مسافة لا تقل عن 5 كم، أو بفارق ارتفاع 300 م، أو بفارق زمني "
        "10 دقائق. أجيبوا قبل 2017-09-16 02:00Z. المرجع f-12ab."
    )
    assert said["ru"].startswith("Предупреждение. Возможно сближение до 3,1 км: [Coalition: воздушная операция")
    assert "7,2 км к востоко-юго-востоку от н. п. Дейр-эз-Зор / Deir ez-Zor, левый берег реки Евфрат" in said["ru"]
    assert "pourrait passer à moins de 3,1 km de [Relief mission" in said["fr"]
    assert "à 7,2 km à l’est-sud-est de Deir ez-Zor, rive gauche de l’Euphrate" in said["fr"]
    assert "birbirine 3,1 km mesafeye kadar yaklaşabilir" in said["tr"]
    assert "Deir ez-Zor yerleşimine göre 7,2 km doğu-güneydoğuda, Fırat nehrinin sol kıyısı" in said["tr"]
    assert "dikarin heta 3,1 km nêzîkî hev bibin" in said["ku"]
    assert "7,2 km li rojhilat-başûrrojhilatê Deir ez-Zor, kenarê çepê yê çemê Ferat" in said["ku"]
    for text in said.values():
        for same in ("2017-09-16 00:30Z", "2017-09-16 02:00Z", "f-12ab", "Convoy 12", "Coalition", "air-movement"):
            assert same in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_will_is_never_said_as_may(language: str) -> None:
    certain = replace(WARNED, meeting=replace(WARNED.meeting, will=True))
    assert render(certain, language) != render(WARNED, language)
    heard = read_back(render(certain, language), language)
    assert isinstance(heard, Warned)
    assert heard.meeting.will


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_instant_has_its_z_and_local_time_only_beside_it(language: str) -> None:
    """R26. Damascus kept summer time in September 2017: three hours ahead."""
    text = render(WARNED, language, zone="Asia/Damascus")
    assert len(re.findall(r"\d\d:\d\dZ", text)) == 3
    assert len(re.findall(r"UTC\+3", text)) == 3
    assert "03:30" in text
    assert "UTC" not in render(WARNED, language)


def test_local_time_names_the_day_which_may_be_another() -> None:
    """R26: Wednesday or Thursday is what the reports of 13 December differed in."""
    received = replace(RECEIVED, at=Instant(1_513_206_000.0))  # 2017-12-13T23:00:00Z
    assert "2017-12-13 23:00Z (Thu 14 Dec 01:00 UTC+2)" in render(received, "en", zone="Asia/Damascus")


def test_a_zone_that_is_not_parted_by_whole_hours_says_its_minutes() -> None:
    assert "UTC−2:30" in render(RECEIVED, "en", zone="America/St_Johns")


def test_a_time_zone_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        render(RECEIVED, "en", zone="Mars/Olympus")
    assert refused.value.code == "time-zone-unknown"


def test_the_last_hour_of_the_calendar_has_no_local_time_and_no_traceback() -> None:
    last = replace(RECEIVED, at=Instant(253_402_300_799.0))
    assert "9999-12-31 23:59:59Z" in render(last, "en", zone="Asia/Damascus")


def test_the_emergency_is_the_shortest_message_that_says_all() -> None:
    """R17."""
    bare = replace(EMERGENCY, where=None, text=None, position=None)
    assert render(bare, "en") == (
        "EMERGENCY. Relief mission: WE ARE BEING HIT. 2017-09-16 00:30Z. Stop. Say by when you stop. Notice n-7."
    )
    assert len(render(bare, "en")) < 160
    assert render(EMERGENCY, "en") == (
        "EMERGENCY. Relief mission: WE ARE BEING HIT. 35.30000°N 40.20000°E. Place: 7.2 km ESE of Deir ez-Zor, left "
        "bank of the Euphrates. 2017-09-16 00:30Z. Stop. Say by when you stop. "
        f"“{FSI}مستشفى يتعرض للقصف{PDI}” (original in Arabic) Notice n-7."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_free_text_stays_in_its_language_and_says_which(language: str) -> None:
    """R25."""
    assert "مستشفى يتعرض للقصف" in render(EMERGENCY, language)
    heard = read_back(render(EMERGENCY, language), language)
    assert isinstance(heard, Emergency)
    assert heard.text == EMERGENCY.text
    assert heard.position == EMERGENCY.position


def test_arabic_isolates_every_name_number_time_coordinate_and_id() -> None:
    text = render(EMERGENCY, "ar", zone="Asia/Damascus")
    for left_to_right in ("35.30000°N 40.20000°E", "2017-09-16 00:30Z", "UTC+3", "n-7"):
        assert f"{LRI}{left_to_right}{PDI}" in text
    for by_first_letter in ("Relief mission", "دير الزور", "Deir ez-Zor", "7.2 كم", "مستشفى يتعرض للقصف"):
        assert f"{FSI}{by_first_letter}{PDI}" in text
    outside = re.sub(f"[{LRI}{FSI}][^{PDI}]*{PDI}", "", text)
    assert not re.search(r"[A-Za-z0-9]", outside)


def test_a_height_below_the_datum_keeps_its_sign_in_arabic() -> None:
    message = AltitudeDiffers(
        party="Coalition",
        about="n-7",
        sent=Heights(lower=Height(metres=-20, datum=Datum.EGM96), upper=Height(metres=300, datum=Datum.AGL)),
        read=Heights(upper=Height(metres=3000, datum=Datum.FL)),
    )
    assert f"{LRI}−20{PDI}" in render(message, "ar")
    assert "height from −20 m above mean sea level (EGM96) to 300 m above ground (AGL)" in render(message, "en")
    for language in LANGUAGES:
        assert read_back(render(message, language), language) == message


def test_a_name_cannot_turn_a_sentence_round_or_hide_in_it() -> None:
    hostile = replace(RECEIVED, party="Coalition\u202e.ton\u2069 has\nrefused")
    for language in LANGUAGES:
        text = render(hostile, language)
        assert "[U+202E]" in text
        assert "[U+2069]" in text
        assert "\n" not in text
        assert text.count(FSI) + text.count(LRI) == text.count(PDI)


def test_a_name_that_holds_the_words_of_a_message_is_read_as_it_stands_or_refused() -> None:
    """Never as another message. In Arabic names are isolated, and nothing in one is taken for words of the template."""
    trick = replace(RECEIVED, party="Y has received notice n-1 of X")
    assert read_back(render(trick, "ar"), "ar") == trick
    twice = replace(FLIGHT, title="A” may come within 5 km of B: site “C")
    message = replace(WARNED, meeting=replace(WARNED.meeting, who=twice, where=None))
    for language in LANGUAGES:
        assert read_back(render(message, language), language) == message
    either = Disseminated(party="X has told its unit Y", unit="Z has told its unit W", about="n-7", at=at(1))
    with pytest.raises(InputError) as refused:
        read_back(render(either, "en"), "en")
    assert refused.value.code == "message-ambiguous"


@pytest.mark.parametrize("text", ["", "Approved.", "Received. n-7", "\u2068", "Warning. " * 900])
def test_a_text_that_is_no_message_is_refused(text: str) -> None:
    for language in LANGUAGES:
        with pytest.raises(InputError) as refused:
            read_back(text, language)
        assert refused.value.code == "message-unreadable"


def test_a_message_is_not_read_in_another_language() -> None:
    with pytest.raises(InputError):
        read_back(render(RECEIVED, "fr"), "tr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exercise_is_never_heard_as_live(language: str) -> None:
    """R49: the mark stands first, in the subject too, and is read back."""
    exercise = replace(WARNED, marks=(Mark.EXERCISE, Mark.HYPOTHETICAL))
    text = render(exercise, language)
    assert not text.startswith(render(WARNED, language)[:8])
    assert text.endswith(render(WARNED, language))
    heard = read_back(text, language)
    assert isinstance(heard, Message)
    assert heard.marks == exercise.marks
    assert subject(exercise, language) != subject(WARNED, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_subject_holds_nothing_of_what_the_message_says(language: str) -> None:
    """It may stand in an e-mail's subject or on a locked screen."""
    for message in (WARNED, EMERGENCY, RECEIVED):
        line = subject(message, language)
        for secret in ("Relief", "Coalition", "Convoy", "Deir", "دير", "Дейр", "Euphrates", "35.3", "00:30", "n-7"):
            assert secret not in line
        assert not re.search(r"\d", line)


def test_the_english_stands_beside_every_message_until_somebody_fluent_has_read_the_language() -> None:
    for language in LANGUAGES:
        both = render_with_source(WARNED, language)
        assert both.text == render(WARNED, language)
        assert both.source == ("" if language == "en" else render(WARNED, "en"))
        assert bool(both.note) == (language != "en")


def test_the_least_detail_gives_a_party_to_talk_to_and_no_more() -> None:
    """R31."""
    message = TalkTo(severity=Severity.WARNING, who=CONVOY, other="Coalition", finding="x-9", answer_by=at(2))
    assert render(message, "en") == (
        "Warning. Something of another party may be near yours, Relief mission: ground movement “Convoy 12”. "
        "Talk to Coalition about this area. Answer by 2017-09-16 02:00Z. Finding x-9."
    )


def test_a_read_back_that_differs_gives_both_values() -> None:
    """R15: 9 km."""
    message = PositionDiffers(
        party="Coalition", about="n-7", sent=Position(40.2, 35.3), read=Position(40.3, 35.3), apart_m=9090.0
    )
    for language in LANGUAGES:
        text = render(message, language)
        assert "35.30000°N 40.20000°E" in text
        assert "35.30000°N 40.30000°E" in text
        assert re.search("9[.,]1", text)


def test_what_is_late_says_so_and_a_declaration_says_all_of_itself() -> None:
    """R7, R27."""
    message = Declared(
        event=Event.NEW, who=CONVOY, period=Period(first=at(5)), where=WHERE, uncertainty_m=500.0, emergency=True,
        late=True, version="v-1", valid_until=at(48), answer_by=at(1),
        heights=Heights(upper=Height(metres=300, datum=Datum.AGL)),
    )  # fmt: skip
    assert render(message, "en") == (
        "New declaration. Declared as an emergency. Late: less lead time than agreed. Relief mission: ground movement "
        "“Convoy 12”, from 2017-09-16 05:00Z on, no end stated, 7.2 km ESE of Deir ez-Zor, left bank of the Euphrates, "
        "height up to 300 m above ground (AGL), position known to within 500 m. Valid until 2017-09-18 00:00Z. "
        "Version v-1. Answer by 2017-09-16 01:00Z."
    )


def test_whoever_still_holds_a_copy_is_named() -> None:
    """R35."""
    message = ConsentWithdrawn(
        party="Relief mission", about="n-7", at=at(1), holders=("Coalition", "الطرف الثالث", "Desk; north")
    )
    for language in LANGUAGES:
        heard = read_back(render(message, language), language)
        assert heard == message


def test_lacking_names_what_to_cite_and_whom_to_talk_to() -> None:
    """R30."""
    message = Lacking(about="n-9", versions=("v-1", "v-2"), talk_to=("Coalition",))
    assert render(message, "en") == (
        "Not yet taken: n-9. Declare it again. Cite these versions: v-1; v-2. Talk first to: Coalition."
    )
    with pytest.raises(ValueRefused) as refused:
        Lacking(about="n-9")
    assert refused.value.code == "lacking-nothing"


@pytest.mark.parametrize(
    ("number", "form"),
    [(1, "تغيير واحد"), (2, "تغييران"), (3, "3 تغييرات"), (11, "11 تغييرًا"), (100, "100 تغيير"), (0, "0 تغيير")],
)
def test_counts_in_a_message_take_the_arabic_form_of_their_number(number: int, form: str) -> None:
    message = Probing(who=CONVOY, changes=number, period=Period(first=at(0), last=at(2)))
    text = render(message, "ar")
    assert f"{FSI}{form}{PDI}" in text
    heard = read_back(text, "ar")
    assert isinstance(heard, Probing)
    assert heard.changes == number


@pytest.mark.parametrize(
    ("change", "english"),
    [
        (Change(how="later", time_s=6300.0), "start and end 1 h 45 min later"),
        (Change(how="aside", metres=1150.0, bearing_deg=112.5), "move by 1,150 m, bearing 112.5°"),
        (Change(how="trim", share=0.07), "make the area smaller by 7 %"),
        (Change(how="higher", metres=300.0), "300 m higher"),
    ],
)
def test_a_proposed_change_is_said_as_it_was_checked(change: Change, english: str) -> None:
    """R32."""
    message = Proposed(party="Coalition", who=FLIGHT, change=change, proposal="p-1", until=at(3))
    assert english in render(message, "en")
    for language in LANGUAGES:
        assert read_back(render(message, language), language) == message


@pytest.mark.parametrize(
    ("promise", "english"),
    [
        (Promise.STOP, "we stop"),
        (Promise.HOLD, "we hold where we are"),
        (Promise.TURN_BACK, "we turn back"),
        (Promise.STAY_OUT, "we stay out of the area"),
        (Promise.TELL, "we inform the unit"),
        (Promise.OTHER, "as stated"),
    ],
)
def test_a_commitment_names_what_and_by_when(promise: Promise, english: str) -> None:
    """R17: "we stop by 02:25"."""
    message = CommitmentMade(party="Coalition", promise=promise, by_when=at(2 + 25 / 60), about="n-7")
    assert render(message, "en") == f"Commitment. Coalition: {english}, by 2017-09-16 02:25Z. Notice n-7."


@pytest.mark.parametrize(
    ("part", "english"),
    [(Part.POSITION, "POSITION"), (Part.TIME, "TIME"), (Part.ALTITUDE, "ALTITUDE"), (Part.IDENTITY, "IDENTITY")],
)
def test_what_was_read_back_wrongly_is_named_where_the_values_are_not_at_hand(part: Part, english: str) -> None:
    """R15."""
    text = render(Mismatch(part=part, party="Coalition", about="n-7"), "en")
    assert text.startswith(f"READ-BACK DIFFERS: {english}. Notice n-7 is open again.")


@pytest.mark.parametrize(
    ("what", "english"),
    [
        (Changed.OPENED, "opened by Coalition"),
        (Changed.JOINED, "Coalition has joined"),
        (Changed.LEFT, "Coalition has left"),
        (Changed.TERMS, "Coalition has changed what it shows"),
    ],
)
def test_a_change_of_a_channel_says_who_did_what(what: Changed, english: str) -> None:
    assert english in render(ChannelChanged(what=what, channel="River", party="Coalition", at=at(1)), "en")


@pytest.mark.parametrize(
    ("lon", "lat"), [(40.2, 35.3), (40.14, 35.34), (40.5, 35.0), (40.14084, 35.33588), (38.6, 36.1), (-140.0, -40.0)]
)
def test_a_place_is_described_in_english_as_the_gazetteer_describes_it(lon: float, lat: float) -> None:
    """R4. Distances below a kilometre are in metres here."""
    description = describe(lon, lat)
    said = render(replace(EMERGENCY, where=locality(description)), "en")
    for name in (description.town, description.settlement):
        if name:
            assert f" of {name.place.name}" in said or f"at {name.place.name}" in said
    if description.river:
        assert description.river.river in said
        assert (f"{description.river.bank} bank of" in said) or "uncertain" in said or "-bank side" in said


def test_the_place_has_its_local_name_beside_the_latin_one() -> None:
    """R5."""
    where = locality(describe(40.2, 35.3))
    message = replace(EMERGENCY, where=where)
    assert "دير الزور" in render(message, "ar")
    assert "Дейр-эз-Зор" in render(message, "ru")
    for language in LANGUAGES:
        assert "Deir ez-Zor" in render(message, language)


def test_values_that_mean_nothing_are_refused() -> None:
    for make, code in (
        (lambda: replace(WARNED.meeting, distance_m=None), "meeting-distance"),
        (lambda: replace(WARNED.meeting, side=FreeText(text="left")), "meeting-side"),
        (lambda: replace(WARNED, marks=(Mark.STALE, Mark.EXERCISE)), "message-marks"),
        (lambda: RuleAsks(how="keep", rule="r"), "rule-asks"),
        (lambda: Period(first=at(2), last=at(1)), "time-inverted"),
        (lambda: Locality(near=WHERE.town), "locality-town"),
    ):
        with pytest.raises(ValueRefused) as refused:
            make()
        assert refused.value.code == code


def test_babel_is_loaded_by_messages_and_by_nothing_that_a_check_loads() -> None:
    program = "import sys, thalweg.cli.check, thalweg.desk.check, thalweg.reports.html; print('babel' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
    )
