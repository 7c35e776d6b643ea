"""Sources and claims at the desk: shown to whom their party chooses, superseded, never merged and never lost (R43)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk_world import START, Room, refused
from thalweg.model.cases import Evidence, EvidenceLaid, IncidentReported, Particulars
from thalweg.model.events import SECRETARIAT, Notice, NoticeKind, Said, Taken
from thalweg.model.instants import Instant
from thalweg.model.sourced import (
    MAIN_TEXT,
    ClaimConfirmed,
    ClaimWithdrawn,
    DayTold,
    Descent,
    Force,
    GoesBack,
    NumberTold,
    PlaceTold,
    SourceEntered,
    SourceShared,
)
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.source_reads import Differ
from thalweg.reports import sources as wire
from thalweg.state.shelved import put_away, take_out

COURIER, MIRROR, GUARD = "5e" * 32, "3c" * 32, "a1" * 32
ENTERED = SourceEntered(
    "alpha", COURIER, 48_211, "html", ("bravo",), "Shells hit depot", "The Ardel Courier", published="2031-03-10"
)
SATURDAY = (DayTold("on Saturday", "2031-03-08", "2031-03-08", "the Saturday before"),)
DEPOT = (PlaceTold("Salheva", ("ex:salheva-north", "ex:salheva-south")),)
CLAIM = ClaimConfirmed(
    "alpha",
    COURIER,
    MAIN_TEXT,
    0,
    176,
    Force.ASSERTION,
    "wounding six drivers",
    "the mission",
    "charlie",
    ("The Ardel Courier",),
    about=SATURDAY,
    places=DEPOT,
    numbers=(NumberTold("6", "driver", "six drivers"),),
)


def room() -> Room:
    return Room(("alpha", "bravo", "charlie", "delta"))


def say(desk: Room, said: Said) -> str:
    answer = desk.say(said.by, said)  # type: ignore[union-attr]  # all of them name a party
    assert isinstance(answer, Taken), answer
    return answer.statement


def told(desk: Room, party: str) -> list[Notice]:
    return [each for each in desk.notices(party) if each.what in (NoticeKind.SOURCE, NoticeKind.CLAIM)]


def reads(desk: Room) -> Mailboxes:
    return Mailboxes(desk.desk.world, desk.desk.policy)


def test_a_source_is_shown_to_those_named_with_every_claim_confirmed_in_it_and_to_nobody_else() -> None:
    """R43."""
    desk = room()
    entered, claimed = say(desk, ENTERED), say(desk, CLAIM)
    assert [(each.what, each.statement) for each in told(desk, "bravo")] == [
        (NoticeKind.SOURCE, entered),
        (NoticeKind.CLAIM, claimed),
    ]
    assert told(desk, "bravo")[1].words == "wounding six drivers"
    assert not told(desk, "bravo")[1].owed
    assert not told(desk, "charlie")
    assert not told(desk, "delta")
    for party, seen in (("alpha", 1), ("bravo", 1), ("charlie", 0), ("delta", 0)):
        assert reads(desk).sources(party).value.total == seen
        assert (reads(desk).source(party, COURIER) is not None) is bool(seen)
        listed = reads(desk).claims(party)
        assert listed is not None
        assert listed.value.total == seen
    read = reads(desk).source("bravo", COURIER)
    assert read is not None
    (alpha,) = read.value.entered
    assert alpha.said == ENTERED
    assert alpha.shown_to == ()  # whom else alpha shows it to is alpha's
    assert [each.said for each in alpha.claims] == [CLAIM]
    assert alpha.claims[0].officer == "alpha-1"


def test_who_is_shown_it_later_is_told_all_of_it_until_then() -> None:
    desk = room()
    entered, first = say(desk, ENTERED), say(desk, CLAIM)
    second = say(desk, replace(CLAIM, supersedes=first, numbers=(NumberTold("9", "driver"),), corrected=True))
    say(desk, SourceShared("alpha", COURIER, ("delta", SECRETARIAT)))
    for party in ("delta", SECRETARIAT):
        assert [each.statement for each in told(desk, party)] == [entered, first, second]
    assert told(desk, "bravo")[-1].facts == {"what": "shared", "with": f"delta, {SECRETARIAT}"}
    answer = desk.say("alpha", SourceShared("alpha", COURIER, ("delta",)))
    assert refused(answer) == "source-shared"


def test_a_claim_is_superseded_and_withdrawn_and_stays_on_record() -> None:
    """R43: never overwritten."""
    desk = room()
    say(desk, ENTERED)
    first = say(desk, CLAIM)
    second = say(desk, replace(CLAIM, supersedes=first, force=Force.RUMOUR))
    say(desk, ClaimWithdrawn("alpha", second, "Nobody says so there."))
    read = reads(desk).source("bravo", COURIER)
    assert read is not None
    one, two = read.value.entered[0].claims
    assert (one.superseded_by, one.stands, two.stands) == (second, False, False)
    assert two.withdrawn is not None
    assert one.said == CLAIM
    assert refused(desk.say("alpha", ClaimWithdrawn("alpha", second))) == "claim-withdrawn"
    assert refused(desk.say("bravo", ClaimWithdrawn("bravo", first))) == "claim-unknown"
    assert refused(desk.say("alpha", replace(CLAIM, supersedes=first))) == "claim-supersedes"


def test_two_parties_that_hold_the_same_source_learn_nothing_of_each_other() -> None:
    desk = room()
    say(desk, replace(ENTERED, to=()))
    say(desk, CLAIM)
    assert refused(desk.say("delta", replace(CLAIM, by="delta"))) == "source-unknown"
    say(desk, replace(ENTERED, by="delta", to=("bravo",)))
    say(desk, replace(CLAIM, by="delta", force=Force.OPINION))
    read = reads(desk).source("bravo", COURIER)
    assert read is not None
    assert [each.said.by for each in read.value.entered] == ["delta"]
    mine = reads(desk).source("alpha", COURIER)
    assert mine is not None
    assert [each.said.by for each in mine.value.entered] == ["alpha"]
    assert not told(desk, "alpha")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (replace(ENTERED, source="5E" * 32), "source-name"),
        (replace(ENTERED, source="report of Monday"), "source-name"),
        (replace(ENTERED, lineage=(GoesBack(COURIER, Descent.COPY),)), "source-lineage"),
        (replace(ENTERED, size=0), "source-size"),
        (replace(ENTERED, media=" "), "source-media"),
        (replace(ENTERED, published="10 March"), "source-day"),
        (replace(ENTERED, obtained=Instant(START.epoch_s + 3600)), "source-obtained"),
        (replace(ENTERED, to=("nobody",)), "party-unknown"),
        (replace(CLAIM, source=MIRROR), "source-unknown"),
        (replace(CLAIM, start=40, end=40), "claim-characters"),
        (replace(CLAIM, end=90_000), "claim-characters"),
        (replace(CLAIM, text=""), "claim-characters"),
        (replace(CLAIM, about=(DayTold("then", "2031-03-09", "2031-03-08"),)), "claim-day"),
        (replace(CLAIM, about=(DayTold("then", "Saturday", "Saturday"),)), "claim-day"),
        (replace(CLAIM, numbers=(NumberTold("six"),)), "claim-number"),
        (replace(CLAIM, party="nobody"), "party-unknown"),
        (replace(CLAIM, supersedes="4f" * 32), "claim-supersedes"),
    ],
)
def test_what_is_not_taken_and_why(said: Said, code: str) -> None:
    desk = room()
    say(desk, ENTERED)
    assert refused(desk.say("alpha", said)) == code


def test_a_claim_and_a_source_are_laid_beside_an_incident_and_disclose_nothing_by_that() -> None:
    """R43, R41."""
    desk = room()
    say(desk, ENTERED)
    claimed = say(desk, CLAIM)
    seen = Particulars(Instant(START.epoch_s - 7200), Instant(START.epoch_s - 3600))
    report = say(desk, IncidentReported("alpha", "Fire", seen, ("bravo", "delta"), "Fire."))
    reference = desk.desk.world.cases.reference(report)
    say(desk, EvidenceLaid("alpha", reference, Evidence.STATEMENT, claimed))
    by_party = {party: desk.notices(party)[-1].facts for party in ("bravo", "delta")}
    assert by_party["bravo"]["name"] == claimed
    assert by_party["delta"]["withheld"] == "1"
    for party, count in (("alpha", 1), ("bravo", 1), ("delta", 0)):
        found = reads(desk).claims(party, incident=reference)
        assert found is not None
        assert found.value.total == count
    assert reads(desk).claims("charlie", incident=reference) is None
    # Shown the claim afterwards, delta has it; that this was what alpha had laid, it is not told.
    say(desk, SourceShared("alpha", COURIER, ("delta",)))
    listed, beside = reads(desk).claims("delta"), reads(desk).claims("delta", incident=reference)
    assert listed is not None
    assert beside is not None
    assert (listed.value.total, beside.value.total) == (1, 0)


def test_outlets_that_carry_one_report_count_once_and_differences_are_listed_with_both_sides() -> None:
    """R43: copies collapse to one source; contradictions are listed and never decided."""
    desk = room()
    say(desk, ENTERED)
    copy = SourceEntered("alpha", MIRROR, 900, "html", ("bravo",), lineage=(GoesBack(COURIER, Descent.COPY, "credit"),))
    say(desk, copy)
    say(desk, SourceEntered("alpha", GUARD, 900, "text", ("bravo",)))
    six = say(desk, CLAIM)
    sixty = say(desk, replace(CLAIM, source=MIRROR, numbers=(NumberTold("60", "driver", "60 drivers"),)))
    denied = say(
        desk,
        replace(CLAIM, source=GUARD, force=Force.DENIAL, said_by="Havel", party="delta", quote="no shell", numbers=()),
    )
    say(desk, replace(CLAIM, source=GUARD, said_by="nobody", party="", about=(), places=(), numbers=()))
    assert reads(desk).sources("bravo").value.reports == 2
    found = reads(desk).claims("bravo")
    assert found is not None
    assert {(each.differ, each.a, each.b, each.copy) for each in found.value.differ} == {
        (Differ.NUMBER, six, sixty, True),
        (Differ.DENIAL, six, denied, False),
        (Differ.DENIAL, sixty, denied, False),
    }
    body = wire.claims(found)
    assert isinstance(body, dict)
    assert "nothing here says" in str(body["status"])
    read = reads(desk).source("bravo", MIRROR)
    assert read is not None
    assert read.value.one_with == (COURIER,)
    # What was taken back contradicts nobody.
    say(desk, ClaimWithdrawn("alpha", denied))
    found = reads(desk).claims("bravo")
    assert found is not None
    assert [each.differ for each in found.value.differ] == [Differ.NUMBER]


def test_days_and_places_of_one_incident_that_do_not_meet_are_listed() -> None:
    desk = room()
    say(desk, ENTERED)
    say(desk, SourceEntered("alpha", GUARD, 900, "text", ("bravo",)))
    seen = Particulars(Instant(START.epoch_s - 7200), Instant(START.epoch_s - 3600))
    reference = desk.desk.world.cases.reference(say(desk, IncidentReported("alpha", "Fire", seen, ("bravo",), "Fire.")))
    sunday = (DayTold("on Sunday", "2031-03-09", "2031-03-09"),)
    other = replace(CLAIM, source=GUARD, party="delta", about=sunday, places=(PlaceTold("Teral", ("ex:teral",)),))
    for said in (CLAIM, other):
        say(desk, EvidenceLaid("alpha", reference, Evidence.STATEMENT, say(desk, said)))
    found = reads(desk).claims("bravo", incident=reference)
    assert found is not None
    assert [(each.differ, each.told) for each in found.value.differ] == [
        (Differ.DAY, ("2031-03-08", "2031-03-09")),
        (Differ.PLACE, ("Salheva", "Teral")),
    ]


def test_the_places_of_claims_have_names_and_positions_for_whoever_is_shown_the_claims_and_nobody_else() -> None:
    """R43: a claim is shown whole or not at all; an id of somebody's own list of places stays an id."""
    desk = room()
    say(desk, ENTERED)
    deir, hamlet = "geonames:170794", "ex:salheva-north"
    say(desk, replace(CLAIM, places=(PlaceTold("Deir", (deir, hamlet, "SY07")),)))
    for party in ("alpha", "bravo"):
        listed = reads(desk).claims(party)
        assert listed is not None
        told = wire.claims(listed)
        assert told["claims"][0]["places"][0]["may_be"] == [deir, hamlet, "SY07"]
        assert list(told["places"]) == [deir]  # SY07 is how another list calls a place, and no id of this one
        place = told["places"][deir]
        assert (place["name"], place["kind"], place["country"]) == ("Deir ez-Zor", "town", "SY")
        assert place["position"] == pytest.approx([40.14, 35.34], abs=0.01)
        assert place["radius_m"] == 3000
    for party in ("charlie", "delta"):
        listed = reads(desk).claims(party)
        assert listed is not None
        assert wire.claims(listed)["places"] == {}
    # What stands on another page, or is of another force, is not named with this one.
    none = reads(desk).claims("bravo", force=Force.DENIAL)
    assert none is not None
    assert wire.claims(none)["places"] == {}


def test_it_is_folded_again_and_put_away_to_the_same() -> None:
    desk = room()
    say(desk, ENTERED)
    first = say(desk, CLAIM)
    say(desk, replace(CLAIM, supersedes=first))
    world = desk.desk.world
    assert desk.open().world.sourced.__dict__ == world.sourced.__dict__
    back = take_out(put_away(world), world.load)
    assert back.sourced.__dict__ == world.sourced.__dict__
