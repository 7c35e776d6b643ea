"""Declaring, replacing, cancelling: what the desk takes, from whom, and what it tells whom (R7-R13, R30, R31)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk_world import START, Room, circle, refused, taken
from thalweg.desk.checks import NotAllowed
from thalweg.formats import event as kinds
from thalweg.ledger import canonical
from thalweg.ledger.entry import Entry
from thalweg.model.declarations import Kind, Volume, Zone
from thalweg.model.declarations import Standing as Stands
from thalweg.model.events import (
    Acknowledged,
    Declared,
    NoticeKind,
    Refused,
    Release,
    Released,
    Response,
    Revalidated,
    Verification,
    Verified,
    Withdrawn,
)
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.shapes import Corridor, MultiPolygon, Path, Polygon, Position, Route, Waypoint
from thalweg.state.picture import Standing

LEVELS = list(Level)


def room(level: Level | None = Level.FULL, *parties: str) -> Room:
    parties = parties or ("alpha", "bravo")
    made = Room(parties)
    if level is not None:
        made.channel(*parties, level=level)
    return made


def test_lead_time_is_counted_and_what_was_late_stays_late() -> None:
    """R7: in a later version too, however early that one is."""
    desk = room()
    answer = taken(desk.declare("alpha", circle("P", "alpha", hours=(47.0, 50.0))))
    assert (answer.lead_s, answer.needed_s, answer.late) == (47 * 3600, 48 * 3600, True)
    answer = taken(desk.declare("alpha", circle("P", "alpha", hours=(100.0, 103.0), revision=1)))
    assert not answer.late
    assert desk.desk.world.picture.chains["alpha/P"].late
    desk.say("alpha", Withdrawn("alpha", "P"))
    desk.declare("alpha", circle("P", "alpha", hours=(100.0, 103.0), revision=2))
    assert desk.desk.world.picture.chains["alpha/P"].late


def test_an_operation_lacking_knowledge_is_refused_and_shown_exactly_what_it_may_see() -> None:
    """R30: refused on record, with the notices that show what it lacks; citing them it is taken."""
    desk = room(Level.FOOTPRINT)
    desk.declare("alpha", circle("P", "alpha"))
    shown = desk.last("bravo")
    answer = desk.declare("bravo", circle("Q", "bravo"))
    assert isinstance(answer, Refused)
    assert answer.code == "knowledge-lacking"
    assert answer.lacking == (shown.id,)
    assert desk.last("bravo") == shown, "it had been shown that already"
    taken(desk.declare("bravo", circle("Q", "bravo"), shown.version))


def test_what_was_never_shown_is_shown_by_the_refusal() -> None:
    """R30, R31: with no channel between them, that there is something, and whom to talk to."""
    desk = room(None)
    desk.declare("alpha", circle("P", "alpha"))
    answer = desk.declare("bravo", circle("Q", "bravo"))
    assert isinstance(answer, Refused)
    assert answer.talk_to == ("alpha",)
    lacking = desk.last("bravo")
    assert (lacking.what, lacking.level) == (NoticeKind.LACKING, Level.EXISTS)
    assert answer.lacking == (lacking.id,)
    taken(desk.declare("bravo", circle("Q", "bravo"), lacking.version))


def test_shown_and_not_cited_is_on_record_when_it_is_declined() -> None:
    """R30: nobody is made to cite, and that they had been shown it stays on record, with when."""
    desk = room()
    desk.declare("alpha", circle("P", "alpha"))
    shown = desk.last("bravo")
    desk.later(600)
    answer = taken(desk.declare("bravo", circle("Q", "bravo"), declines=True))
    assert [(each.notice, each.at) for each in answer.not_cited] == [(shown.id, shown.at)]


def test_declining_what_was_never_shown_is_refused() -> None:
    desk = room(None)
    desk.declare("alpha", circle("P", "alpha"))
    assert refused(desk.declare("bravo", circle("Q", "bravo"), declines=True)) == "knowledge-lacking"


@pytest.mark.parametrize(
    "declaration",
    [
        circle("Q", "bravo", kind=Kind.STATIC_SITE),
        circle("Q", "bravo", kind=Kind.NEGATIVE),
        circle("Q", "bravo", emergency=True),
        circle("Q", "bravo", kind=Kind.RESTRICTED_ZONE, zone=Zone.NO_FIRE),
    ],
)
def test_nobody_is_kept_from_saying_where_the_hospital_is(declaration: object) -> None:
    """R30: only operations are refused for what they do not cite."""
    desk = room()
    desk.declare("alpha", circle("P", "alpha"))
    taken(desk.declare("bravo", declaration))  # type: ignore[arg-type]  # declarations all


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("first", [Kind.OPERATION, Kind.STATIC_SITE])
def test_both_sides_of_a_conflict_are_told_at_every_level(level: Level, first: Kind) -> None:
    """R31: at the detail that the terms allow, and never nothing."""
    desk = room(level)
    desk.declare("alpha", circle("P", "alpha", kind=first))
    desk.declare("bravo", circle("Q", "bravo"))
    versions = [each.version for each in desk.notices("bravo") if each.version]
    taken(desk.declare("bravo", circle("Q", "bravo"), *versions))
    for party, other in (("alpha", "bravo"), ("bravo", "alpha")):
        warning = desk.last(party)
        assert warning.what is NoticeKind.WARNING
        assert warning.owed
        assert bool(warning.findings) == level.at_least(Level.COARSE)
        assert (other in warning.talk_to) == (not level.at_least(Level.COARSE))


def test_a_party_entered_later_is_warned_of_what_it_is_not_shown() -> None:
    """R31: what everyone was shown when it was declared is hidden from whoever comes after."""
    desk = room(Level.FULL)
    desk.declare("alpha", circle("P", "alpha"))
    desk.party("charlie")
    answer = desk.declare("charlie", circle("Q", "charlie"))
    assert refused(answer) == "knowledge-lacking"
    taken(desk.declare("charlie", circle("Q", "charlie"), desk.last("charlie").version))
    assert desk.last("alpha").talk_to == ("charlie",)


def test_two_parties_with_one_id_do_not_touch_each_others() -> None:
    """R9: neither ends the other's, by a new version, by replacing or by cancelling; nor is told that there is one."""
    desk = room(None)
    desk.declare("alpha", circle("P", "alpha", kind=Kind.STATIC_SITE))
    taken(desk.declare("bravo", circle("P", "bravo", 41.5, 34.2)))
    taken(desk.declare("bravo", circle("Q", "bravo", 41.5, 34.2, replaces="P")))
    taken(desk.say("bravo", Withdrawn("bravo", "Q")))
    assert desk.desk.world.picture.chains["alpha/P"].standing is Standing.IN_FORCE
    assert [each.party for each in desk.desk.online.live] == ["alpha"]
    assert refused(desk.say("bravo", Withdrawn("bravo", "P"))) == "chain-over"
    assert refused(desk.say("bravo", Withdrawn("bravo", "alpha/P"))) == "declaration-unknown"
    assert {each.what for each in desk.notices("alpha")} == {NoticeKind.PARTICIPATION}


def test_revisions_rise_and_a_version_is_declared_once() -> None:
    """R9."""
    desk = room()
    first = circle("P", "alpha", revision=2)
    taken(desk.declare("alpha", first))
    assert refused(desk.declare("alpha", first)) == "version-known"
    assert refused(desk.declare("alpha", circle("P", "alpha", revision=2, radius_m=900.0))) == "revision-old"
    taken(desk.declare("alpha", circle("P", "alpha", revision=3)))
    assert desk.last("bravo").what is NoticeKind.REPLACED


def test_what_is_replaced_is_over_and_its_holders_are_told_once() -> None:
    """R9: new, replace, cancel."""
    desk = room()
    desk.declare("alpha", circle("P", "alpha"))
    taken(desk.declare("alpha", circle("Q", "alpha", replaces="P")))
    assert desk.desk.world.picture.chains["alpha/P"].standing is Standing.REPLACED
    told = [(each.what, each.subject) for each in desk.notices("bravo")][-2:]
    assert told == [(NoticeKind.DECLARED, "alpha/Q"), (NoticeKind.CANCELLED, "alpha/P")]
    desk.declare("alpha", circle("Q", "alpha", replaces="P", revision=1))
    assert [each.what for each in desk.notices("bravo")].count(NoticeKind.CANCELLED) == 1


def test_a_cancellation_reaches_everyone_that_holds_a_copy() -> None:
    """R9: under each id that they know it by; its words go only to whoever saw all of it."""
    desk = room(Level.COARSE, "alpha", "bravo", "charlie")
    desk.declare("alpha", circle("P", "alpha"))
    desk.say("alpha", Released("alpha", "P", (Release("bravo", Level.FULL),)))
    desk.say("alpha", Withdrawn("alpha", "P", "we have left"))
    over = [each for each in desk.notices("bravo") if each.what is NoticeKind.CANCELLED]
    assert over[0].subject == "alpha/P"
    assert over[1].subject == next(each.subject for each in desk.notices("bravo") if each.what is NoticeKind.DECLARED)
    assert [each.words for each in over] == ["we have left", ""]
    assert desk.last("charlie").what is NoticeKind.CANCELLED
    assert desk.last("charlie").words == ""
    assert refused(desk.say("alpha", Withdrawn("alpha", "P"))) == "chain-over"


def test_reported_and_rumoured_zones_are_not_declared() -> None:
    """R13."""
    desk = room()
    for standing in (Stands.RUMOURED, Stands.REPORTED):
        assert refused(desk.declare("alpha", circle("P", "alpha", standing=standing))) == "declaration-standing"


def test_an_operation_that_is_over_is_refused_and_a_site_is_not() -> None:
    desk = room()
    assert refused(desk.declare("alpha", circle("P", "alpha", hours=(-5.0, -1.0)))) == "already-over"
    taken(desk.declare("alpha", circle("S", "alpha", kind=Kind.STATIC_SITE)))


def test_a_declaration_is_made_for_ones_own_party_alone() -> None:
    desk = room()
    assert refused(desk.say("alpha", Declared("alpha", circle("P", "bravo")))) == "declaration-party"
    with pytest.raises(NotAllowed, match="rolls"):
        desk.say(desk.of("alpha"), Declared("bravo", circle("P", "bravo")))


def test_validity_is_reminded_of_told_when_it_runs_out_and_what_is_stale_is_still_tested() -> None:
    """R8: and vouching for it again begins anew."""
    desk = room()
    day = 86_400.0
    site = circle("S", "alpha", kind=Kind.STATIC_SITE, valid_until=Instant(START.epoch_s + 10 * day))
    desk.declare("alpha", site)
    desk.later(4 * day)
    assert desk.last("alpha").facts["stale"] == "0"
    taken(desk.say("alpha", Revalidated("alpha", "S", Instant(START.epoch_s + 30 * day))))
    assert desk.last("bravo").what is NoticeKind.REVALIDATED
    reminders = [each for each in desk.notices("alpha") if each.what is NoticeKind.REMINDER]
    desk.later(15 * day)
    desk.desk = desk.open()
    desk.later(1.0)
    told = [each for each in desk.notices("alpha") if each.what is NoticeKind.REMINDER]
    assert len(told) == len(reminders), "the old times do not count any more"
    desk.later(12 * day)
    told = [each for each in desk.notices("alpha") if each.what is NoticeKind.REMINDER]
    assert [each.facts["stale"] for each in told] == ["0", "0", "1"]
    hours = (32 * 24.0, 33 * 24.0)
    assert refused(desk.declare("bravo", circle("Q", "bravo", hours=hours))) == "knowledge-lacking"
    assert refused(desk.say("alpha", Revalidated("alpha", "S", START))) == "validity-past"


def test_verification_is_apart_from_the_notice() -> None:
    """R11: "we do not verify" can be said; the notifier hears of it, and whoever sees the site in full."""
    desk = room(Level.FULL, "alpha", "bravo", "charlie")
    desk.declare("alpha", circle("S", "alpha", kind=Kind.STATIC_SITE))
    taken(desk.say("bravo", Verified("bravo", "alpha/S", Verification.NOT_VERIFIED_BY_US, "not our task")))
    assert desk.last("alpha").facts == {"outcome": "not_verified_by_us", "by": "bravo"}
    assert desk.last("charlie").what is NoticeKind.VERIFIED
    assert desk.desk.world.picture.chains["alpha/S"].verification[0] is Verification.NOT_VERIFIED_BY_US
    assert refused(desk.say("bravo", Verified("bravo", "alpha/T", Verification.VERIFIED))) == "declaration-unknown"


def test_what_was_verified_of_one_version_is_not_verified_of_the_next() -> None:
    """R11: a site that somebody checked, and that its notifier then moves by 70 km, was checked by nobody."""
    desk = room(Level.FULL)
    desk.declare("alpha", circle("S", "alpha", kind=Kind.STATIC_SITE))
    taken(desk.say("bravo", Verified("bravo", "alpha/S", Verification.VERIFIED, "seen from the air")))
    taken(desk.declare("alpha", circle("S", "alpha", lat=36.0, kind=Kind.STATIC_SITE, revision=1)))
    assert desk.desk.world.picture.chains["alpha/S"].verification == (Verification.UNVERIFIED, "", "")


def test_the_end_of_its_time_ends_a_declaration_and_what_is_owed_for_it() -> None:
    desk = room()
    desk.declare("alpha", circle("P", "alpha", hours=(1.0, 2.0)))
    desk.later(40 * 3600)
    assert desk.desk.world.picture.chains["alpha/P"].standing is Standing.ENDED
    assert desk.desk.online.live == ()
    assert not [each for each in desk.desk.world.exchange.outstanding("bravo") if each.subject == "alpha/P"]


def test_a_channels_name_does_not_lead_to_a_declaration_of_that_id() -> None:
    """D13: whoever answers a notice about a channel tells nobody of a declaration that happens to have its name."""
    desk = room(Level.NOTHING)
    desk.declare("bravo", circle("line", "bravo", lon=41.5))
    from_alpha = next(each for each in desk.notices("bravo") if each.what is NoticeKind.CHANNEL)
    desk.say("bravo", Acknowledged("bravo", from_alpha.id, Response.RECEIVED))
    assert desk.last("alpha").subject == "line"
    assert b"bravo/line" not in b"".join(canonical.encode(kinds.written(each)[1]) for each in desk.notices("alpha"))


def test_the_same_entry_again_has_the_same_answer_though_its_officer_has_gone() -> None:
    """R39: once taken it stays taken, whoever may speak now."""
    desk = room()
    answer = desk.declare("alpha", circle("P", "alpha"))
    entry = next(
        entry
        for index in range(desk.desk.world.size)
        if (entry := Entry.parse(desk.store.entry(index) or b"")).event.kind == "declaration/1"
    )
    book = desk.book()
    book.register("grant.end/1", {"author": "alpha-1", "role": "watch", "scope": "alpha"})
    desk.log.commit(book.batch)
    size = desk.desk.world.size
    assert desk.send(entry) == answer
    assert desk.desk.world.size == size
    with pytest.raises(NotAllowed):
        desk.declare("alpha", replace(circle("P", "alpha"), revision=1))


def test_an_edge_that_runs_any_way_round_the_earth_is_refused() -> None:
    """Nobody could be warned of where it runs (R3); in a ring, a route and a line alike."""
    desk = room()
    a, b, c = Position(10.0, 20.0), Position(-170.0, -20.0), Position(40.0, 30.0)
    plain = circle("P", "alpha")
    shapes = (
        Path((c, a, b)),
        Corridor((a, b), 100.0),
        Polygon((a, b, c)),
        Polygon((c, a, Position(41.0, 31.0)), ((b, c, a),)),
    )
    for shape in shapes:
        volume = replace(plain.volumes[0], shape=shape)
        assert refused(desk.declare("alpha", replace(plain, volumes=(volume,)))) == "edge-antipodal"
    times = [Instant(START.epoch_s + 3600 * hour) for hour in (72, 73, 74)]
    route = Route(tuple(Waypoint(at, time) for at, time in zip((c, a, b), times, strict=True)))
    moving = replace(plain, volumes=(Volume(route, Window(times[0], times[-1])),))
    assert refused(desk.declare("alpha", moving)) == "edge-antipodal"
    taken(desk.declare("alpha", plain))


def test_a_polygon_of_which_its_holes_leave_nothing_is_refused() -> None:
    """Nobody would be warned of what is in it (R3)."""
    desk = room()
    ring = (Position(40.0, 30.0), Position(41.0, 30.0), Position(41.0, 31.0), Position(40.0, 31.0))
    plain = circle("P", "alpha")
    hollow = Polygon(ring, ((*ring[2:], *ring[:2]),))
    for shape in (hollow, MultiPolygon((Polygon(ring), hollow))):
        volume = replace(plain.volumes[0], shape=shape)
        assert refused(desk.declare("alpha", replace(plain, volumes=(volume,)))) == "hole-whole"
    inner = tuple(Position((40.5 + at.lon) / 2, (30.5 + at.lat) / 2) for at in ring)
    volume = replace(plain.volumes[0], shape=Polygon(ring, (inner,)))
    taken(desk.declare("alpha", replace(plain, volumes=(volume,))))
