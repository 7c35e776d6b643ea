"""A dossier rests on what its party holds and on nothing else; yes and no only where an entry proves it (R40-R44)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from tests.dossier_world import NAMES, Told, at
from thalweg.ledger.receipt import Bundle
from thalweg.ledger.verify import verify_bundle
from thalweg.model.cases import Evidence, EvidenceLaid, IncidentReported, Particulars
from thalweg.model.dossier import Asked, Dossier, Fact, Known
from thalweg.model.errors import InputError
from thalweg.model.events import Acknowledged, Declared, Notice, NoticeKind, ReadBack, Taken
from thalweg.model.levels import Level
from thalweg.model.sourced import MAIN_TEXT, ClaimConfirmed, Descent, Force, GoesBack, SourceEntered
from thalweg.policy.dossier.case import incidents, named
from thalweg.policy.dossier.made import dossier
from thalweg.policy.evidence import cut, proved
from thalweg.policy.held import of_bundle
from thalweg.reports.dossier.digest import encode

PARTIES = ("alpha", "bravo")


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


def answers(value: Dossier) -> dict[Asked, Known]:
    return {each.asked: each.known for each in value.answers}


def facts(value: Dossier) -> list[Fact]:
    return [
        *(fact for answer in value.answers for fact in answer.facts),
        *(moment.fact for moment in value.timeline),
    ]


def test_the_first_page_answers_what_had_been_declared_found_warned_answered_read_back_and_passed_on(
    told: Told,
) -> None:
    """R14, R15, R40: each of the five facts apart."""
    value = told.dossier("alpha").value
    assert answers(value) == {
        Asked.DECLARED: Known.YES,
        Asked.FOUND: Known.YES,
        Asked.WARNED: Known.YES,
        Asked.ACKNOWLEDGED: Known.YES,
        Asked.READ_BACK: Known.NO,  # it was read back, and did not agree
        Asked.PASSED_ON: Known.YES,
        Asked.LATE: Known.IN_PART,  # the flight was not, the explanation was
        Asked.SAID: Known.YES,
        Asked.DISPUTED: Known.DISPUTED,
    }
    assert [each.asked for each in value.answers] == list(Asked)


def test_the_other_side_knows_that_it_was_answered_and_not_that_its_notice_arrived(told: Told) -> None:
    value = told.dossier("bravo").value
    warned = next(each for each in value.answers if each.asked is Asked.WARNED)
    assert [fact.key for fact in warned.facts] == ["told", "had"]
    assert any(each.key == "receipts" for each in value.cannot)


def test_a_conflict_of_ones_own_is_told_by_what_it_is_with(told: Told) -> None:
    found = next(each for each in told.dossier("bravo").value.answers if each.asked is Asked.FOUND).facts[0]
    assert (found.values["of"], found.values["title"]) == ("alpha", "hospital of alpha")


@pytest.mark.parametrize("party", PARTIES)
def test_every_entry_that_a_dossier_cites_is_one_that_its_party_may_hold(told: Told, party: str) -> None:
    """D7."""
    value = told.dossier(party).value
    may = set(told.indexes(party))
    assert {each.index for each in value.entries} <= may
    cited = {each.index for each in value.entries}
    for group in (facts(value), value.near, value.accounts, value.requests, value.assessments, value.spots):
        for each in group:
            assert set(each.entries) <= cited


@pytest.mark.parametrize("party", PARTIES)
def test_yes_and_no_stand_on_entries_that_prove_them(told: Told, party: str) -> None:
    """What proves each kind of fact, looked up in the log again by another way."""
    world = told.room.desk.world
    proofs: Mapping[str, Callable[[Fact, object], bool]] = {
        "declared": lambda fact, body: isinstance(body, Declared) and body.declaration.title == fact.values["title"],
        "found": lambda _, body: isinstance(body, Notice) and bool(body.findings),
        "warned": lambda _, body: isinstance(body, Notice) and bool(body.findings),
        "told": lambda _, body: isinstance(body, Notice) and bool(body.findings),
        "had": lambda fact, body: isinstance(body, Acknowledged) and body.by == fact.values["to"],
        "acknowledged": lambda fact, body: (
            isinstance(body, Acknowledged) and body.response.value == fact.values["response"]
        ),
        "read_back_wrong": lambda _, body: (
            (isinstance(body, Taken) and bool(body.mismatch))
            or (isinstance(body, Notice) and bool(body.facts.get("differs")))
        ),
        "read_back": lambda _, body: isinstance(body, ReadBack),
        "unanswered": lambda fact, body: (
            isinstance(body, Notice)
            and body.what is NoticeKind.ESCALATED
            and fact.values["to"] in (body.facts.get("owes"), party)
        ),
        "in_time": lambda _, body: isinstance(body, Taken | Notice) and not getattr(body, "late", False),
        "reported": lambda fact, body: isinstance(body, IncidentReported) and body.by == fact.values["of"],
    }
    checked = set()
    for fact in facts(told.dossier(party).value):
        if fact.known in (Known.YES, Known.NO):
            assert fact.entries, fact
            proof = proofs.get(fact.key)
            if proof is not None:
                checked.add(fact.key)
                assert any(proof(fact, world.load(index).body) for index in fact.entries), fact
    assert {"declared", "found", "acknowledged", "read_back_wrong", "unanswered", "reported"} <= checked


def test_what_is_not_on_record_is_never_a_no(told: Told) -> None:
    for party in PARTIES:
        for fact in facts(told.dossier(party).value):
            assert not (fact.key.endswith("_none") and fact.known is Known.NO)
            if fact.known is Known.NO:
                assert fact.entries


@pytest.mark.parametrize("party", PARTIES)
def test_a_bundle_gives_the_same_dossier_as_the_desk(told: Told, party: str) -> None:
    """D7, D10: the same entries, the same bytes, with no desk and no network."""
    made = told.dossier(party)
    data = told.bundle(party, told.indexes(party)).encode()
    records = of_bundle(data, verify_bundle(data, told.trust))
    assert incidents(party, records, told.room.now) == ((told.reference, "Explosion by the hospital"),)
    again = dossier(party, records, told.reference, told.room.now, names=NAMES)
    again, bundle = proved(again, lambda indexes: cut(Bundle.parse(data), indexes))
    assert encode(again) == encode(made)
    assert {each.index for each in bundle.entries} == {each.index for each in made.value.entries}


def test_nothing_that_was_hidden_from_a_party_is_in_its_dossier(told: Told) -> None:
    text = encode(told.dossier("alpha")).decode()
    assert "post of charlie" not in text, "it is far away, and no part of this"


def test_an_incident_is_not_known_before_it_was_told(told: Told) -> None:
    with pytest.raises(InputError, match="No incident"):
        told.dossier("bravo", at(75))
    with pytest.raises(InputError, match="No incident"):
        told.dossier("alpha", at(75))


def test_no_later_fact_is_in_a_dossier_of_an_earlier_time(told: Told) -> None:
    """R40: two times; what came later is not there, not even as a hint."""
    early = told.dossier("alpha", told.reported_at).value
    assert [each.by for each in early.accounts] == ["alpha"]
    assert early.silent == ("bravo",)
    assert early.requests == ()
    assert early.assessments == ()
    assert answers(early)[Asked.DISPUTED] is Known.NOT_ON_RECORD
    assert all(each.known <= told.reported_at for each in early.timeline)
    assert all(each.at <= told.reported_at for each in early.entries)
    assert encode(told.dossier("alpha", told.reported_at)) == encode(told.dossier("alpha", told.reported_at))


def test_accounts_stand_beside_each_other_and_a_superseded_one_stays(told: Told) -> None:
    """R41."""
    accounts = told.dossier("alpha").value.accounts
    assert [(each.by, each.superseded is not None) for each in accounts] == [
        ("alpha", False),
        ("bravo", True),
        ("bravo", False),
    ]
    assert accounts[1].text == "We were elsewhere."


def test_a_question_has_its_due_date_and_what_came_of_it(told: Told) -> None:
    """R42."""
    (request,) = told.dossier("alpha").value.requests
    assert (request.by, request.to, request.answer) == ("alpha", "bravo", "Nobody of ours.")
    assert request.answered is not None
    assert request.answered > request.due
    assert request.reminders >= 1


def test_cause_and_risk_are_apart_and_differing_risk_is_disputed(told: Told) -> None:
    """R41, R44."""
    value = told.dossier("bravo").value
    assert [(each.what, each.by, each.grade) for each in value.assessments] == [
        ("cause", "alpha", "plausible"),
        ("risk", "alpha", "A"),
        ("risk", "bravo", "D"),
    ]
    disputed = next(each for each in value.answers if each.asked is Asked.DISPUTED)
    assert [fact.key for fact in disputed.facts] == ["differ_risk"]


def test_what_is_shown_in_cells_is_neither_named_nor_placed() -> None:
    """R36: near, perhaps; nobody can tell."""
    told = Told(level=Level.COARSE)
    value = told.dossier("alpha").value
    theirs = [each for each in value.near if each.of == "bravo"]
    assert theirs
    assert all(not each.sure and each.title == "" for each in theirs)
    assert {each.who for each in value.spots} == {"alpha"}
    assert any(each.key == "cells" for each in value.cannot)
    assert "flight" not in encode(told.dossier("alpha")).decode()


def test_without_a_place_nothing_can_be_near_and_it_says_so(told: Told) -> None:
    """D5: unknown is an answer."""
    records = told.records("alpha")
    report = next(each for each in records if isinstance(each.body, IncidentReported))
    assert isinstance(report.body, IncidentReported)
    bare = replace(report.body, particulars=replace(report.body.particulars, place=None))
    value = dossier(
        "alpha",
        [replace(each, body=bare) if each is report else each for each in records],
        told.reference,
        told.room.now,
        names={},
    ).value
    assert answers(value)[Asked.DECLARED] is Known.UNKNOWN
    assert answers(value)[Asked.FOUND] is Known.UNKNOWN
    assert value.near == ()
    assert any(each.key == "no_place" for each in value.cannot)


def test_the_reference_is_made_of_the_hash_of_the_report(told: Told) -> None:
    incident = told.room.desk.world.cases.incidents[told.reference]
    assert named(incident.event) == told.reference


def test_the_bytes_of_a_dossier_are_plain_json_with_sorted_keys(told: Told) -> None:
    data = encode(told.dossier("alpha"))
    value = json.loads(data)
    assert value["v"] == "thalweg/dossier/v1"
    assert json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == data


def test_copies_of_a_source_count_once_and_a_denial_in_it_is_disputed() -> None:
    """R43: what is said stays who said it, through whom, on which characters; nothing of it is decided."""
    with_sources = Told()
    first, second = "ab" * 32, "cd" * 32
    copy = GoesBack(first, Descent.COPY, "the same words")
    with_sources.say("alpha", SourceEntered("alpha", first, 10, "text", ("bravo",), title="Hit", outlet="An agency"))
    entered = SourceEntered("alpha", second, 12, "text", ("bravo",), title="Struck", outlet="A paper", lineage=(copy,))
    with_sources.say("alpha", entered)
    with_sources.say(
        "alpha",
        ClaimConfirmed(
            "alpha",
            first,
            MAIN_TEXT,
            3,
            9,
            Force.DENIAL,
            "it was not us",
            said_by="A spokesman",
            through=("An agency",),
        ),
    )
    with_sources.say("alpha", EvidenceLaid("alpha", with_sources.reference, Evidence.SOURCE, second, "As printed"))
    for party in PARTIES:
        value = with_sources.dossier(party).value
        (source,) = value.sources
        assert (source.sha256, source.outlet, source.copies) == (first, "An agency", ("A paper, Struck",))
        (claim,) = source.claims
        assert (claim.who, claim.through, claim.force, claim.first, claim.last) == (
            "A spokesman",
            ("An agency",),
            "denial",
            3,
            9,
        )
        disputed = next(each for each in value.answers if each.asked is Asked.DISPUTED)
        assert "gainsaid" in [fact.key for fact in disputed.facts]
        assert set(claim.entries) <= {each.index for each in value.entries}


def test_a_later_report_whose_hash_begins_with_the_same_letters_does_not_take_the_place_of_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fifty bits can be searched for by whoever chooses a salt: the desk gives the second a longer reference."""
    told = Told()
    first = told.dossier("alpha").value.incident
    told.say("bravo", IncidentReported("bravo", "Nothing", Particulars(at(72.5), at(73.5)), ("alpha",), "Nothing."))
    letters = told.reference.removeprefix("i-") + "aaaa"
    monkeypatch.setattr("thalweg.policy.dossier.case._letters", lambda _event: letters)
    assert told.dossier("alpha").value.incident.title == first.title
