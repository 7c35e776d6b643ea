"""Who takes part, who sees what on which terms, whether the line works (R21, R22, R35, R48-R50)."""

from __future__ import annotations

import pytest

from tests.desk_world import START, Room, circle, refused, taken
from thalweg.desk.checks import NotAllowed
from thalweg.ledger.canonical import Value
from thalweg.ledger.entry import AuthorSigner
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.events import (
    SECRETARIAT,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelState,
    ChannelStated,
    ConsentStated,
    DecisionStated,
    Declared,
    EmergencySent,
    LineAnswered,
    LineChecked,
    MessageSent,
    Notice,
    NoticeKind,
    OfficerAdded,
    OfficerEnded,
    Participation,
    ParticipationStated,
    PartyNamed,
    Release,
    Released,
    Role,
    Term,
    TermsSet,
    TheatreSet,
    WatchTaken,
    Withdrawn,
)
from thalweg.model.findings import Certainty, Finding, Suggestions
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.mailbox import Mailboxes


def room(*parties: str, level: Level | None = Level.FULL) -> Room:
    parties = parties or ("alpha", "bravo")
    made = Room(parties)
    if level is not None:
        made.channel(*parties, level=level)
    return made


def of_kind(desk: Room, party: str, kind: NoticeKind) -> list[Notice]:
    return [each for each in desk.notices(party) if each.what is kind]


def test_a_party_that_leaves_is_told_of_at_once_as_each_side_dates_it() -> None:
    """R22: its own word and the others' stand side by side, and only its own counts."""
    desk = room()
    before = Instant(START.epoch_s - 3600)
    taken(desk.say("alpha", ParticipationStated("alpha", "alpha", Participation.SUSPENDED, before, "until further")))
    told = of_kind(desk, "bravo", NoticeKind.PARTICIPATION)[-1]
    assert (told.of, told.facts["status"], told.facts["since"], told.owed) == (
        "alpha",
        "suspended",
        "2017-09-15T17:26:40Z",
        True,
    )
    taken(desk.say("bravo", ParticipationStated("bravo", "alpha", Participation.JOINED, START)))
    assert not desk.desk.world.membership.parties["alpha"].taking_part
    assert refused(desk.declare("alpha", circle("P", "alpha"))) == "party-not-taking-part"
    taken(desk.declare("alpha", circle("S", "alpha", kind=Kind.STATIC_SITE)))


def test_what_is_dated_to_come_is_not_in_effect_before_it_is_so() -> None:
    """R22, R21: a date to come is refused, on record, and nobody is told anything; taken when it has come, also after
    the desk was opened again. Of one's own party, of another, and of a line; a clock some minutes ahead is none."""
    desk = room()
    leaves = Instant(desk.now.epoch_s + 6 * 3600)
    told = len(desk.notices("bravo"))
    stated = (
        ParticipationStated("alpha", "alpha", Participation.WITHDRAWN, leaves),
        ParticipationStated("alpha", "bravo", Participation.SUSPENDED, leaves),
        ChannelStated("alpha", "line", ChannelState.DOWN, leaves),
    )
    for _ in range(2):
        for said in stated:
            assert refused(desk.say("alpha", said)) == "since-ahead"
        assert desk.desk.world.membership.parties["alpha"].taking_part
        assert not desk.desk.world.membership.parties["bravo"].stated
        assert len(desk.notices("bravo")) == told
        desk.desk = desk.open()
    near = Instant(desk.now.epoch_s + 290)
    taken(desk.say("alpha", ParticipationStated("alpha", "alpha", Participation.JOINED, near)))
    desk.later(6 * 3600)
    for said in stated:
        taken(desk.say("alpha", said))
    desk.desk = desk.open()
    assert not desk.desk.world.membership.parties["alpha"].taking_part
    assert refused(desk.declare("alpha", circle("P", "alpha"))) == "party-not-taking-part"


def test_who_does_not_take_part_is_shown_nothing_new_and_what_it_missed_when_it_returns() -> None:
    """R22, R31: with what its own declarations have come to conflict with meanwhile."""
    desk = room()
    taken(desk.declare("bravo", circle("Q", "bravo")))
    desk.say("bravo", ParticipationStated("bravo", "bravo", Participation.WITHDRAWN, START))
    desk.declare("alpha", circle("P", "alpha"), desk.last("alpha").version)
    count = len(desk.notices("bravo"))
    taken(desk.declare("alpha", circle("P", "alpha", revision=1), desk.notices("alpha")[-1].version, declines=True))
    assert len(desk.notices("bravo")) == count
    desk.say("bravo", ParticipationStated("bravo", "bravo", Participation.JOINED, START))
    kinds = [each.what for each in desk.notices("bravo")][count:]
    assert set(kinds) == {NoticeKind.WARNING, NoticeKind.RELEASED}
    shown = of_kind(desk, "bravo", NoticeKind.RELEASED)[-1]
    assert (shown.subject, len(shown.findings)) == ("alpha/P", 1)


def listed(desk: Room, party: str) -> dict[str, Level]:
    """What a party lists of others as in force, under its ids and at its levels."""
    mailboxes = Mailboxes(desk.desk.world, desk.desk.policy)
    return {each.subject: each.level for each in mailboxes.declarations(party, desk.now, own=False).value.declarations}


@pytest.mark.parametrize("level", [Level.FULL, Level.FOOTPRINT, Level.COARSE, Level.EXISTS])
def test_what_is_taken_back_while_a_party_is_away_is_taken_back_at_once(level: Level) -> None:
    """R22, R35: it keeps what it was told, and does not take what its notifier shows no more for in force, then or
    when it returns; nor is it told of what it was never shown."""
    desk = room()
    for number, name in enumerate(("A", "B", "C")):
        site = circle(name, "alpha", 40.14 + number, kind=Kind.STATIC_SITE)
        taken(desk.declare("alpha", site, releases=(Release("bravo", level),)))
    assert [*listed(desk, "bravo").values()] == [level] * 3
    desk.say("bravo", ParticipationStated("bravo", "bravo", Participation.WITHDRAWN, START))
    taken(desk.declare("alpha", circle("D", "alpha", kind=Kind.STATIC_SITE)))
    count = len(desk.notices("bravo"))
    taken(desk.say("alpha", ConsentStated("alpha", "alpha/A", False)))
    taken(desk.say("alpha", Released("alpha", "alpha/B", (Release("bravo", Level.NOTHING),))))
    taken(desk.say("alpha", Released("alpha", "alpha/D", (Release("bravo", Level.NOTHING),))))
    told = desk.notices("bravo")[count:]
    assert [each.what for each in told] == [NoticeKind.REVOKED] * 2
    left = listed(desk, "bravo")
    assert [*left.values()] == [level]
    assert not left.keys() & {each.subject for each in told}
    desk.say("bravo", ParticipationStated("bravo", "bravo", Participation.JOINED, START))
    assert listed(desk, "bravo") == left
    taken(desk.say("alpha", ConsentStated("alpha", "alpha/A", True)))
    assert [*listed(desk, "bravo").values()] == [level] * 2


def test_what_is_taken_back_and_shown_again_while_a_party_is_away_is_shown_when_it_returns() -> None:
    desk = room()
    taken(desk.declare("alpha", circle("A", "alpha", kind=Kind.STATIC_SITE)))
    desk.say("bravo", ParticipationStated("bravo", "bravo", Participation.WITHDRAWN, START))
    for level in (Level.NOTHING, Level.FULL):
        taken(desk.say("alpha", Released("alpha", "alpha/A", (Release("bravo", level),))))
        assert not listed(desk, "bravo")
    desk.say("bravo", ParticipationStated("bravo", "bravo", Participation.JOINED, START))
    assert listed(desk, "bravo") == {"alpha/A": Level.FULL}


def test_whoever_withdraws_consent_is_told_of_every_holder() -> None:
    """R35: also of those who were shown no more than that there is something, and of those who are away."""
    desk = room("alpha", "bravo", "charlie", "delta")
    shown = (Release("bravo", Level.FULL), Release("charlie", Level.EXISTS), Release("delta", Level.EXISTS))
    taken(desk.declare("alpha", circle("A", "alpha", kind=Kind.STATIC_SITE), releases=shown))
    desk.say("delta", ParticipationStated("delta", "delta", Participation.WITHDRAWN, START))
    mailboxes = Mailboxes(desk.desk.world, desk.desk.policy)

    def copies() -> list[str]:
        read = mailboxes.declaration("alpha", "alpha/A", desk.now)
        assert read is not None
        return [each.to for each in read.value.copies]

    assert copies() == ["bravo", "charlie", "delta"]
    taken(desk.say("alpha", ConsentStated("alpha", "alpha/A", False)))
    (told,) = of_kind(desk, "alpha", NoticeKind.CONSENT)
    assert told.facts["held_by"] == "bravo (full), charlie (exists), delta (exists)"
    assert copies() == ["bravo", "charlie", "delta"]
    desk.say("delta", ParticipationStated("delta", "delta", Participation.JOINED, START))
    assert copies() == ["bravo", "charlie", "delta"]


@pytest.mark.parametrize(
    ("level", "what", "sure"),
    [
        (Level.FULL, "", True),
        (Level.FOOTPRINT, "", True),
        (Level.COARSE, "a static site", False),
        (Level.EXISTS, "something", False),
    ],
)
def test_a_preview_is_no_surer_of_what_is_shown_in_cells_than_a_warning_is(level: Level, what: str, sure: bool) -> None:
    """R31, D13: it said “will overlap … certain” of what lies somewhere in eighteen kilometres, and made up a kind."""
    desk = room(level=level)
    taken(desk.declare("alpha", circle("A", "alpha", kind=Kind.STATIC_SITE)))
    mailboxes = Mailboxes(desk.desk.world, desk.desk.policy)

    def found(planned: Declaration) -> tuple[tuple[Finding, ...], Suggestions | None]:
        comparing = mailboxes.comparing("bravo", planned, desk.now)
        while not comparing.step():
            pass
        return comparing.preview().value

    planned = circle("B", "bravo")
    (finding,), ways = found(planned)
    assert ways is not None
    assert (finding.can_tell, finding.certainty is Certainty.CERTAIN) == (sure, sure)
    if not sure:
        assert f"“{planned.title}” may meet {what} of Alpha, which is shown in cells only" in finding.sentence
        assert "site" not in finding.sentence or what == "a static site"
    taken(desk.declare("bravo", planned, declines=True))
    (told,) = of_kind(desk, "bravo", NoticeKind.WARNING)
    told_of = [(each.sentence, each.certainty, each.can_tell) for each in told.findings]
    assert told_of == ([] if level is Level.EXISTS else [(finding.sentence, finding.certainty, finding.can_tell)])
    assert found(circle("C", "bravo", 43.0)) == ((), None)


def test_only_the_secretariat_enters_parties_and_it_declares_nothing() -> None:
    """R48: it runs the channel and can alter nothing."""
    desk = room()
    for said in (PartyNamed("delta", "Delta"), TheatreSet("parties: []", "t.yaml")):
        with pytest.raises(NotAllowed):
            desk.say("alpha", said)
    for declared in (Declared(SECRETARIAT, circle("P", "alpha")), Withdrawn(SECRETARIAT, "P")):
        with pytest.raises(NotAllowed):
            desk.say(desk.chair, declared)
    assert refused(desk.say(desk.chair, PartyNamed("delta", "Delta", member_of="nobody"))) == "party-unknown"
    assert refused(desk.say(desk.chair, PartyNamed("del/ta", "Delta"))) == "party-id"
    assert refused(desk.say(desk.chair, PartyNamed("d" * 65, "Delta"))) == "party-id"
    desk.say(desk.chair, PartyNamed("alpha", "Alpha", member_of="bravo"))
    assert refused(desk.say(desk.chair, PartyNamed("bravo", "Bravo", member_of="alpha"))) == "party-circle"


def test_an_admin_adds_and_ends_officers_of_the_own_party_alone() -> None:
    desk = room()
    admin = desk.officer("boss", "alpha", Role.ADMIN)
    taken(desk.say(admin, OfficerAdded("alpha", "fresh", Role.WATCH, "alpha")))
    assert desk.desk.world.membership.speaks_for("fresh", "alpha")
    assert refused(desk.say(admin, OfficerAdded("alpha", "fresh", Role.WATCH, "alpha"))) == "officer-known"
    taken(desk.say(admin, OfficerEnded("alpha", "fresh", Role.WATCH, "alpha")))
    assert not desk.desk.world.membership.speaks_for("fresh", "alpha")
    with pytest.raises(NotAllowed):
        desk.say(admin, OfficerAdded("alpha", "fresh", Role.WATCH, "bravo"))
    with pytest.raises(NotAllowed):
        desk.say("alpha", OfficerAdded("alpha", "fresh", Role.WATCH, "alpha"))
    twice = OfficerAdded(SECRETARIAT, "chair", Role.SECRETARIAT, "anything")
    assert refused(desk.say(desk.chair, twice)) == "officer-known", "its scope is the whole desk, whatever is said"


@pytest.mark.parametrize("status", [Participation.SUSPENDED, Participation.WITHDRAWN])
def test_what_is_said_on_a_channel_while_a_party_is_away_does_not_reach_it(status: Participation) -> None:
    """R22, D7: not then and not when it is back; a call for help does."""
    desk = Room(("alpha", "bravo", "charlie"))
    desk.channel("alpha", "bravo", "charlie", room=True, level=Level.FULL)

    def log(party: str) -> list[str]:
        found = Mailboxes(desk.desk.world, desk.desk.policy).channel_log(party, "line")
        assert found is not None
        return [each.text for each in found.value]

    taken(desk.say("alpha", MessageSent("alpha", "line", "Before.")))
    taken(desk.say("bravo", MessageSent("bravo", "line", "Bravo itself.")))
    taken(desk.say("bravo", ParticipationStated("bravo", "bravo", status, desk.now)))
    told = len(desk.notices("bravo"))
    for said in (MessageSent("alpha", "line", "Meanwhile."), DecisionStated("alpha", "line", "Meanwhile too.")):
        taken(desk.say("alpha", said))
    assert len(desk.notices("bravo")) == told
    assert log("bravo") == ["Before.", "Bravo itself."]
    assert log("charlie") == ["Before.", "Bravo itself.", "Meanwhile.", "Meanwhile too."]
    taken(desk.say("alpha", EmergencySent("alpha", "We are hit.")))
    assert [each.words for each in of_kind(desk, "bravo", NoticeKind.EMERGENCY)] == ["We are hit."]
    taken(desk.say("bravo", ParticipationStated("bravo", "bravo", Participation.JOINED, desk.now)))
    taken(desk.say("alpha", MessageSent("alpha", "line", "After.")))
    assert log("bravo") == ["Before.", "Bravo itself.", "After."]


def test_what_others_say_of_a_party_does_not_keep_a_message_from_it() -> None:
    """R22: only its own word counts."""
    desk = room()
    taken(desk.say("alpha", ParticipationStated("alpha", "bravo", Participation.SUSPENDED, desk.now)))
    taken(desk.say("alpha", MessageSent("alpha", "line", "Are you there?")))
    assert [each.words for each in of_kind(desk, "bravo", NoticeKind.MESSAGE)] == ["Are you there?"]


def test_a_party_is_told_at_once_who_else_changed_its_rolls_and_when() -> None:
    """R16: whoever is on its rolls speaks for it."""
    desk = room()
    boss = desk.officer("boss", "alpha", Role.ADMIN)
    for said, what in ((OfficerAdded, "added"), (OfficerEnded, "ended")):
        statement = taken(desk.say(desk.chair, said(SECRETARIAT, "fresh", Role.WATCH, "alpha"))).statement
        (*_, notice) = of_kind(desk, "alpha", NoticeKind.WATCH)
        assert notice.facts == {"what": what, "officer": "fresh", "role": "watch", "by": "chair"}
        assert (notice.of, notice.at, notice.statement, notice.owed) == (SECRETARIAT, desk.now, statement, True)
        assert notice.id in desk.desk.world.exchange.owed("alpha")
        assert desk.desk.world.membership.speaks_for("fresh", "alpha") == (what == "added")
    assert not of_kind(desk, "bravo", NoticeKind.WATCH)
    told = len(of_kind(desk, "alpha", NoticeKind.WATCH))
    taken(desk.say(boss, OfficerAdded("alpha", "own", Role.WATCH, "alpha")))
    assert len(of_kind(desk, "alpha", NoticeKind.WATCH)) == told, "what a party does itself it need not be told"


def test_a_party_is_told_of_a_role_that_the_registrar_gave_without_a_statement() -> None:
    desk = room()
    book = desk.book()
    desk.desk.entered(book.register("grant/1", {"author": "came-in", "role": "watch", "scope": "alpha"}), book)
    desk.log.commit(book.batch)
    (notice,) = of_kind(desk, "alpha", NoticeKind.WATCH)
    assert notice.facts == {"what": "added", "officer": "came-in", "role": "watch", "by": "registrar"}
    assert not any(notice.id in each for each in desk.desk.world.exchange.about.values()), (
        "it follows from no statement"
    )


def test_a_party_is_told_of_the_keys_of_those_on_its_rolls_and_nobody_else_is() -> None:
    """R16: whoever holds the key says what the officer may say."""
    desk = room()
    desk.officer("second", "alpha")

    def told(kind: str, author: str, **fields: Value) -> list[Notice]:
        before = {party: len(desk.notices(party)) for party in ("alpha", "bravo")}
        book = desk.book()
        desk.desk.entered(book.register(kind, {"author": author, **fields}), book)
        desk.log.commit(book.batch)
        assert len(desk.notices("bravo")) == before["bravo"]
        return desk.notices("alpha")[before["alpha"] :]

    key = AuthorSigner(b"n" * 32).key
    taken(desk.say("alpha", MessageSent("alpha", "line", "before")))
    assert told("key.add/1", "nobody-yet", key=AuthorSigner(b"m" * 32).key.value()) == []
    (added,) = told("key.add/1", "second", key=key.value())
    assert added.facts == {"what": "added", "key": key.key_id, "officer": "second", "by": "registrar"}
    assert (added.what, added.of, added.at, added.owed) == (NoticeKind.WATCH, SECRETARIAT, desk.now, True)
    (ended,) = told("key.revoke/1", "second", key=key.key_id, reason="stolen", suspect_from=-1)
    assert ended.facts == {"what": "stolen", "key": key.key_id, "officer": "second", "by": "registrar"}
    assert not ended.owed, "nothing more is said with it"
    about = desk.desk.world.exchange.about.values()
    assert not any(each.id in held for each in (added, ended) for held in about), "they follow from no statement"


def test_a_role_that_a_statement_asked_for_was_not_entered_beside_the_desk() -> None:
    """The registrar's entry for it stands behind the desk's answer, as what was entered while no desk decided does."""
    desk = room()
    boss = desk.officer("boss", "alpha", Role.ADMIN)
    taken(desk.say(boss, OfficerAdded("alpha", "own", Role.WATCH, "alpha")))
    for entered, told in (((), []), ((("came-in", "admin"), ("own", "admin")), ["came-in", "own"])):
        for officer, role in entered:
            book = desk.book()
            book.register("grant/1", {"author": officer, "role": role, "scope": "alpha"})
            desk.log.commit(book.batch)
        for _ in range(2):  # and once alone
            desk.desk = desk.open()
            book = desk.book()
            desk.desk.entered_beside(book)
            desk.log.commit(book.batch)
        assert [each.facts["officer"] for each in of_kind(desk, "alpha", NoticeKind.WATCH)] == told


def test_an_officer_whose_role_has_ended_is_off_watch() -> None:
    desk = room()
    second = desk.officer("alpha-2", "alpha")
    desk.say(second, WatchTaken("alpha", 1))
    desk.say(desk.chair, OfficerEnded(SECRETARIAT, "alpha-2", Role.WATCH, "alpha"))
    assert desk.desk.world.membership.on_watch("alpha") == ()


def test_a_channel_is_between_those_that_join_it() -> None:
    desk = room("alpha", "bravo", "charlie", level=None)
    assert refused(desk.say("alpha", ChannelOpened("alpha", "c", "C", ("alpha",)))) == "channel-parties"
    assert refused(desk.say("alpha", ChannelOpened("alpha", "c", "C", ("bravo", "charlie")))) == "channel-parties"
    taken(desk.say(desk.chair, ChannelOpened(SECRETARIAT, "c", "C", ("alpha", "bravo"), room=True)))
    assert refused(desk.say("charlie", ChannelJoined("charlie", "c"))) == "channel-unknown"
    desk.declare("alpha", circle("P", "alpha"))
    assert not of_kind(desk, "bravo", NoticeKind.DECLARED)
    taken(desk.say("alpha", ChannelJoined("alpha", "c")))
    taken(desk.say("bravo", ChannelJoined("bravo", "c")))
    assert of_kind(desk, "bravo", NoticeKind.RELEASED)[0].subject == "alpha/P"
    taken(desk.say("bravo", DecisionStated("bravo", "c", "we hold the bridge", about="alpha/P")))
    assert desk.last("alpha").what is NoticeKind.DECISION


def test_leaving_a_channel_is_told_and_shows_nothing_more_either_way() -> None:
    desk = room()
    desk.declare("alpha", circle("P", "alpha"))
    desk.declare("bravo", circle("Q", "bravo", lon=41.5))
    taken(desk.say("bravo", ChannelLeft("bravo", "line")))
    assert of_kind(desk, "alpha", NoticeKind.CHANNEL)[-1].facts["what"] == "left"
    for party, subject in (("alpha", "bravo/Q"), ("bravo", "alpha/P")):
        assert [each.subject for each in of_kind(desk, party, NoticeKind.REVOKED)] == [subject]
    desk.declare("alpha", circle("P2", "alpha", lat=35.9))
    assert not [each for each in desk.notices("bravo") if each.subject == "alpha/P2"]
    assert refused(desk.say("bravo", MessageSent("bravo", "line", "hello"))) == "channel-unknown"


def test_who_joins_later_is_not_shown_what_was_said_before_it_came_nor_while_it_was_away() -> None:
    """R22, R35: to say something on a channel is to say it to those who are there."""
    parties = ("alpha", "bravo", "charlie")
    desk = room(*parties, level=None)
    taken(desk.say("alpha", ChannelOpened("alpha", "three", "Three", parties, terms=(Term(Level.FULL),))))
    taken(desk.say("bravo", ChannelJoined("bravo", "three", (Term(Level.FULL),))))

    def log(party: str) -> list[str]:
        read = Mailboxes(desk.desk.world, desk.desk.policy).channel_log(party, "three")
        return [] if read is None else [each.text for each in read.value]

    taken(desk.say("alpha", MessageSent("alpha", "three", "before")))
    taken(desk.say("charlie", ChannelJoined("charlie", "three", (Term(Level.FULL),))))
    taken(desk.say("bravo", MessageSent("bravo", "three", "with charlie")))
    taken(desk.say("charlie", MessageSent("charlie", "three", "of charlie")))
    taken(desk.say("charlie", ChannelLeft("charlie", "three")))
    assert log("charlie") == []
    taken(desk.say("alpha", MessageSent("alpha", "three", "without charlie")))
    taken(desk.say("charlie", ChannelJoined("charlie", "three", (Term(Level.FULL),))))
    taken(desk.say("alpha", MessageSent("alpha", "three", "again")))
    every = ["before", "with charlie", "of charlie", "without charlie", "again"]
    assert log("alpha") == log("bravo") == log(SECRETARIAT) == every
    assert log("charlie") == ["with charlie", "of charlie", "again"]


def test_terms_are_for_a_kind_and_a_party_and_the_closest_goes_first() -> None:
    """R35, R36."""
    desk = room("alpha", "bravo", "charlie", level=Level.EXISTS)
    desk.say("alpha", TermsSet("alpha", "line", (Term(Level.COARSE), Term(Level.FOOTPRINT, "static_site"))))
    desk.say("alpha", TermsSet("alpha", "line", (Term(Level.FULL, "static_site"),), "charlie"))
    desk.declare("alpha", circle("S", "alpha", kind=Kind.STATIC_SITE))
    desk.declare("alpha", circle("P", "alpha", lon=41.5))
    levels = {
        (party, each.facts.get("kind")): each.level
        for party in ("bravo", "charlie")
        for each in desk.notices(party)
        if each.what is NoticeKind.DECLARED
    }
    assert levels == {
        ("bravo", "static_site"): Level.FOOTPRINT,
        ("bravo", "operation"): Level.COARSE,
        ("charlie", "static_site"): Level.FULL,
        ("charlie", "operation"): Level.COARSE,
    }


def test_a_release_goes_before_terms_and_says_anew_what_it_conflicts_with() -> None:
    """R35: chosen for one notice and one recipient; taken back, nothing more is shared, and what is owed stays so."""
    desk = room(level=Level.EXISTS)
    desk.declare("alpha", circle("P", "alpha"))
    desk.declare("bravo", circle("Q", "bravo"), desk.last("bravo").version)
    taken(desk.say("alpha", Released("alpha", "P", (Release("bravo", Level.FULL),))))
    shown = desk.last("bravo")
    assert (shown.what, shown.level, shown.subject, len(shown.findings)) == (
        NoticeKind.RELEASED,
        Level.FULL,
        "alpha/P",
        1,
    )
    taken(desk.say("alpha", Released("alpha", "P", (Release("bravo", Level.NOTHING),))))
    assert desk.last("bravo").what is NoticeKind.REVOKED
    assert desk.desk.world.exchange.notices[shown.id].outstanding
    desk.declare("alpha", circle("P", "alpha", revision=1), declines=True)
    assert desk.desk.policy.holders(desk.desk.world.picture.chains["alpha/P"]) == (("bravo", Level.FULL),)


def test_what_is_about_another_is_shared_with_its_consent_and_withdrawing_lists_who_holds_a_copy() -> None:
    """R35: also of what is over by then, for copies are held all the same."""
    desk = room("alpha", "bravo", "charlie")
    site = circle("S", "alpha", kind=Kind.STATIC_SITE, details={"organisation": "Relief"})
    desk.declare("alpha", site)
    assert not of_kind(desk, "bravo", NoticeKind.DECLARED)
    taken(desk.say("alpha", ConsentStated("alpha", "S", True, "Relief")))
    assert of_kind(desk, "bravo", NoticeKind.RELEASED)[0].level is Level.FULL
    desk.say("alpha", Withdrawn("alpha", "S"))
    taken(desk.say("alpha", ConsentStated("alpha", "S", False, "Relief")))
    assert of_kind(desk, "alpha", NoticeKind.CONSENT)[-1].facts["held_by"] == "bravo (full), charlie (full)"
    assert of_kind(desk, "charlie", NoticeKind.REVOKED)


def test_one_organisations_consent_is_not_anothers() -> None:
    """R35."""
    desk = room()
    of = {"organisation": "Relief"}
    desk.say("alpha", Declared("alpha", circle("S", "alpha", kind=Kind.STATIC_SITE, details=of), consent="Relief"))
    chain = desk.desk.world.picture.chains["alpha/S"]
    assert desk.desk.policy.level(chain, "bravo") is Level.FULL
    other = circle("S", "alpha", kind=Kind.STATIC_SITE, details={"organisation": "Others"}, revision=1)
    desk.declare("alpha", other)
    assert desk.desk.policy.level(chain, "bravo") is Level.NOTHING


def test_a_party_that_is_renamed_keeps_its_word_and_what_rests_on_its_name_is_told() -> None:
    """Its own organisation needs no consent: by the name it has."""
    desk = room()
    site = circle("S", "alpha", kind=Kind.STATIC_SITE, details={"organisation": "Alpha"})
    desk.declare("alpha", site)
    desk.say("alpha", ParticipationStated("alpha", "alpha", Participation.JOINED, START))
    taken(desk.say(desk.chair, PartyNamed("alpha", "The Alphans")))
    assert desk.desk.world.membership.parties["alpha"].stated
    chain = desk.desk.world.picture.chains["alpha/S"]
    assert desk.desk.policy.level(chain, "bravo") is Level.NOTHING
    assert of_kind(desk, "bravo", NoticeKind.REVOKED)[-1].subject == "alpha/S"
    taken(desk.say(desk.chair, PartyNamed("alpha", "Alpha")))
    assert desk.desk.policy.level(chain, "bravo") is Level.FULL


def test_a_line_that_is_checked_and_answered_is_normal_on_both_sides() -> None:
    """R21: Unknown, Normal, Down, as each side saw it."""
    desk = room()
    lines = desk.desk.world.channels.channels["line"].lines
    assert {each.state for each in lines.values()} == {ChannelState.UNKNOWN}
    desk.say("alpha", LineChecked("alpha", "line"))
    check = desk.last("bravo").answers
    assert refused(desk.say("alpha", LineAnswered("alpha", "line", check))) == "line-check-own"
    taken(desk.say("bravo", LineAnswered("bravo", "line", check)))
    assert {each.state for each in lines.values()} == {ChannelState.NORMAL}
    assert refused(desk.say("bravo", LineAnswered("bravo", "line", check))) == "line-check-over"


def test_a_line_check_without_an_answer_is_down_for_the_side_that_asked() -> None:
    """R21: and what a side states itself goes before it, until the line answers."""
    desk = room()
    lines = desk.desk.world.channels.channels["line"].lines
    desk.say("alpha", LineChecked("alpha", "line"))
    desk.later(300)
    assert (lines["alpha"].state, lines["bravo"].state) == (ChannelState.DOWN, ChannelState.UNKNOWN)
    for party in ("alpha", SECRETARIAT):
        assert desk.last(party).facts["state"] == "down"
    taken(desk.say("bravo", ChannelStated("bravo", "line", ChannelState.NORMAL, START)))
    assert (lines["alpha"].state, lines["bravo"].state) == (ChannelState.DOWN, ChannelState.NORMAL)
    desk.say("alpha", LineChecked("alpha", "line"))
    desk.say("bravo", LineAnswered("bravo", "line", desk.last("bravo").answers))
    assert lines["alpha"].state is ChannelState.NORMAL


def test_the_beat_of_line_checks_keeps_time_across_restarts() -> None:
    """R21: whoever has been silent since the last is reminded, once a beat."""
    desk = Room(("alpha", "bravo"))
    desk.say("alpha", ChannelOpened("alpha", "c", "C", ("alpha", "bravo"), line_check_s=3600))
    desk.say("bravo", ChannelJoined("bravo", "c"))
    for _ in range(8):
        desk.later(1000)
        desk.desk = desk.open()
    assert [each.at.epoch_s - START.epoch_s for each in of_kind(desk, "bravo", NoticeKind.REMINDER)] == [4000, 8000]


def test_what_a_clock_brings_about_is_no_consequence_of_what_was_said_last() -> None:
    """R21, R16: the answer to a statement names what followed from it, and stays what it was: neither the beat of line
    checks nor the word that nobody has answered stands with whatever was said last."""
    desk = Room(("alpha", "bravo"))
    desk.say("alpha", ChannelOpened("alpha", "c", "C", ("alpha", "bravo"), line_check_s=3600))
    desk.say("bravo", ChannelJoined("bravo", "c"))
    desk.say("alpha", MessageSent("alpha", "c", "Are you there?"))
    mailboxes = Mailboxes(desk.desk.world, desk.desk.policy)
    for said in ("bravo", "alpha"):
        taken(desk.say(said, MessageSent(said, "c", "The last word.")))
        event = list(desk.desk.world.answers)[-1]
        for _ in range(30):
            desk.later(3600)
        told = {each.what for party in ("alpha", "bravo") for each in desk.notices(party)}
        assert {NoticeKind.REMINDER, NoticeKind.ESCALATED} <= told
        found = mailboxes.statement(said, event)
        assert found is not None
        assert found.value.notices == ()
        assert {desk.desk.world.exchange.notices[each].what for each in desk.desk.world.exchange.about[event]} == {
            NoticeKind.MESSAGE
        }


def test_an_exercise_is_marked_in_every_notice() -> None:
    """R49."""
    desk = Room(("alpha", "bravo"), theatre="name: Drill\nextends: default\nexercise: true\n")
    desk.channel("alpha", "bravo", level=Level.NOTHING)
    desk.declare("alpha", circle("P", "alpha"))
    desk.say("alpha", MessageSent("alpha", "line", "exercise, exercise"))
    told = [each for party in ("alpha", "bravo") for each in desk.notices(party)]
    assert told
    assert all(each.facts["exercise"] == "1" for each in told)


def test_rules_set_anew_are_told_and_both_sides_of_what_conflicts_now_are_warned() -> None:
    """R31: also where neither is shown the other's."""
    desk = room(level=Level.NOTHING)
    first, second = circle("P", "alpha"), circle("Q", "bravo", lat=35.45)
    desk.declare("alpha", first)
    desk.declare("bravo", second, *[each.version for each in desk.notices("bravo")], declines=True)
    desk.declare("bravo", second, *[each.version for each in desk.notices("bravo")])
    assert not desk.desk.world.picture.open
    rules = """
name: Wide
extends: default
rules:
  - {id: wide, a: operation air, b: operation air, relation: restricted, horizontal: 20 km, conditions: Talk.}
"""
    taken(desk.say(desk.chair, TheatreSet(rules, "theatre.yaml")))
    assert len(desk.desk.world.picture.open) == 1
    for party, other in (("alpha", "bravo"), ("bravo", "alpha")):
        warnings = of_kind(desk, party, NoticeKind.WARNING)
        assert other in warnings[-1].talk_to
    desk.desk = desk.open()
    assert len(desk.desk.online.findings) == 1
