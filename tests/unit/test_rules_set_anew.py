"""Other rules hold: by a theatre, or since a party belongs to another. What was in conflict by the old ones alone is so
for nobody any more, and what is in conflict by the new ones is warned of again, once (R13, R31)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk_world import Room, circle, taken
from thalweg.model.declarations import Declaration
from thalweg.model.events import (
    Acknowledged,
    Bearer,
    Delivered,
    NoticeKind,
    Participation,
    ParticipationStated,
    PartyNamed,
    Response,
    TheatreSet,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.asof.readings import AsOfs, held_by
from thalweg.policy.asof.valid import ALWAYS
from thalweg.policy.held import of_log
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.telling import Telling
from thalweg.state.exchange import NoticeState

SEEN = (Level.FULL, Level.FOOTPRINT)


def theatre(margin: str, between: str = "any") -> str:
    rule = f"id: apart, a: operation, b: operation, relation: not_permitted, horizontal: {margin}, between: {between}"
    return f"name: valley\nextends: default\nrules:\n  - {{{rule}}}\n"


class Desk(Room):
    """A desk with mailboxes that are kept up as it goes on; half a second passes with each thing that is done."""

    def __init__(self, level: Level = Level.FULL, between: str = "any", *, pass_s: float = 0.5) -> None:
        super().__init__(("alpha", "bravo"), theatre=theatre("9 km", between))
        self.channel("alpha", "bravo", level=level)
        self.pass_s = pass_s
        self.boxes = Mailboxes(self.desk.world, self.desk.policy)

    def put(self, *declarations: Declaration) -> None:
        """Declared, with all in sight cited."""
        for each in declarations:
            taken(self.declare(each.party, each, *(told.version for told in self.notices(each.party) if told.version)))
            self.now = Instant(self.now.epoch_s + self.pass_s)

    def rule(self, margin: str, between: str = "any") -> None:
        taken(self.say(self.chair, TheatreSet(theatre(margin, between), "theatre.yaml")))
        self.now = Instant(self.now.epoch_s + self.pass_s)

    def found(self, party: str) -> set[str]:
        """What it is shown to be in conflict: as it was kept up, as it is read anew, and as of now, from the desk and
        from its own entries, once all has reached it."""
        kept = {each.finding.id for each in self.boxes.findings(party, self.now).value}
        anew = Mailboxes(self.desk.world, self.desk.policy)
        assert kept == {each.finding.id for each in anew.findings(party, self.now).value}
        every = tuple(each.id for each in self.desk.world.exchange.mailbox(party) if not each.delivered)
        if every:
            taken(self.say(party, Delivered(party, every, Bearer.STREAM)))
        entries = of_log(self.desk.world, anew.entries(party).value, party)
        for asofs in (AsOfs.over(self.desk.world), held_by(party, entries, exercise=False)):
            picture = asofs.picture(party, self.now, ALWAYS).value
            assert kept == {each.finding.id for each in picture.findings}
            notices = asofs.notices(party, self.now, 0, 10_000).value.notices
            owed = [each.notice.id for each in notices if each.outstanding and each.notice.of == party]
            assert owed == [each.id for each in self.warnings(party)]
        return kept

    def warnings(self, party: str) -> list[NoticeState]:
        """Of its own declarations, those that it has not answered."""
        owed = self.desk.world.exchange.outstanding(party)
        return [each for each in owed if each.what is NoticeKind.WARNING and each.of == party]


def two(lon: float = 40.18) -> tuple[Declaration, Declaration]:
    """Between a kilometre and nine apart."""
    return circle("A", "alpha", 40.14), circle("B", "bravo", lon)


@pytest.mark.parametrize("pass_s", [0.5, 0.0])
@pytest.mark.parametrize("level", SEEN)
def test_a_finding_that_new_rules_end_is_over_for_both_and_no_answer_to_its_warning_is_owed(
    level: Level, pass_s: float
) -> None:
    """By what stands before in the log, not by the clock: many things are decided in one millisecond."""
    desk = Desk(level, pass_s=pass_s)
    desk.put(*two())
    assert all(desk.found(party) for party in ("alpha", "bravo"))
    assert len(desk.warnings("bravo")) == 1
    desk.rule("1 km")
    assert not desk.desk.world.picture.open
    for party in ("alpha", "bravo"):
        assert not desk.found(party)
        assert not desk.warnings(party)
    desk.later(86_400.0)
    assert "bravo" not in {each.of for each in desk.notices("bravo") if each.what is NoticeKind.ESCALATED}


@pytest.mark.parametrize("level", SEEN)
def test_what_is_in_conflict_under_the_new_rules_too_keeps_its_id_and_is_warned_of_anew(level: Level) -> None:
    """Whoever has answered under the old rules is asked again: what was understood was another distance. The answer
    stays on record with the notice that it was to."""
    desk = Desk(level)
    desk.put(*two())
    before = {party: desk.found(party) for party in ("alpha", "bravo")}
    (first,) = desk.warnings("bravo")
    taken(desk.say("bravo", Acknowledged("bravo", first.id, Response.UNDERSTOOD)))
    desk.rule("8 km")
    assert {party: desk.found(party) for party in before} == before
    for party in before:
        (anew,) = desk.warnings(party)
        assert desk.told(anew).findings[0].margin.horizontal_m == 8000.0
        assert [each.what for each in desk.notices(party)].count(NoticeKind.RULES) == 1
    assert [each.what for each in first.responses] == ["understood"]
    desk.rule("7 km")
    assert {party: len(desk.warnings(party)) for party in before} == {"alpha": 1, "bravo": 1}


def test_two_of_ones_own_that_conflict_are_warned_of_with_each_of_them() -> None:
    """The warning of either takes the place of what was told of it: neither may take the other's away."""
    for names in (("A1", "A2"), ("A2", "A1")):
        desk = Desk()
        desk.put(*(circle(name, "alpha", lon) for name, lon in zip(names, (40.14, 40.17), strict=True)))
        desk.put(circle("B", "bravo", 40.20))
        before = desk.found("alpha")
        desk.rule("6 km")
        assert len(before) == 3
        assert desk.found("alpha") == before
        for status in (Participation.SUSPENDED, Participation.JOINED):
            taken(desk.say("alpha", ParticipationStated("alpha", "alpha", status, desk.now)))
        assert desk.found("alpha") == before


@pytest.mark.parametrize("level", SEEN)
def test_a_party_that_comes_to_belong_to_another_has_no_conflict_with_it_where_rules_are_between_others(
    level: Level,
) -> None:
    desk = Desk(level, "others")
    desk.party("charlie")
    desk.put(*two())
    before = {party: desk.found(party) for party in ("alpha", "bravo")}
    assert all(before.values())
    taken(desk.say(desk.chair, PartyNamed("bravo", "Bravo", "alpha")))
    assert not desk.desk.world.picture.open
    assert not any(desk.found(party) or desk.warnings(party) for party in before)
    for party in ("alpha", "bravo", "charlie"):
        assert desk.last(party).what in (NoticeKind.RULES, NoticeKind.PARTICIPATION)
        told = [each for each in desk.notices(party) if each.what is NoticeKind.RULES]
        assert (told[-1].of, told[-1].facts, told[-1].findings) == ("secretariat", {}, ())
    taken(desk.say(desk.chair, PartyNamed("bravo", "Bravo", "")))
    assert {party: desk.found(party) for party in before} == before
    count = [each.what for each in desk.notices("charlie")].count(NoticeKind.RULES)
    taken(desk.say(desk.chair, PartyNamed("bravo", "Bravo brigade", "")))
    assert [each.what for each in desk.notices("charlie")].count(NoticeKind.RULES) == count
    assert {party: desk.found(party) for party in before} == before


def test_the_notice_comes_before_all_that_is_warned_of_under_the_new_rules() -> None:
    desk = Desk()
    desk.put(*two())
    desk.rule("8 km")
    for party in ("alpha", "bravo"):
        assert [each.what for each in desk.notices(party)][-2:] == [NoticeKind.RULES, NoticeKind.WARNING]


@pytest.mark.parametrize("level", SEEN)
def test_a_log_in_which_it_came_after_them_loses_none(level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    """As desks wrote it before: what follows from a statement stands behind it, in whatever order."""
    rules, about = Telling.rules, Telling.about

    def after(self: Telling, record: Any, said: Any, *rest: Any) -> Any:
        told = about(self, record, said, *rest)
        return rules(self, record, rest[1].received) if isinstance(said, TheatreSet) else told

    desk = Desk(level)
    desk.put(*two())
    before = {party: desk.found(party) for party in ("alpha", "bravo")}
    monkeypatch.setattr(Telling, "rules", lambda *_: [])
    monkeypatch.setattr(Telling, "about", after)
    desk.rule("8 km")
    assert desk.last("alpha").what is NoticeKind.RULES
    assert {party: desk.found(party) for party in before} == before
    assert all(len(desk.warnings(party)) == 1 for party in before)
    world = desk.desk.world
    for party, found in before.items():  # and where the statement itself is not at hand
        entries = Mailboxes(world, desk.desk.policy).entries(party).value
        rest = [index for index in entries if not isinstance(world.load(index).body, TheatreSet)]
        picture = held_by(party, of_log(world, rest, party), exercise=False).picture(party, desk.now, ALWAYS)
        assert {each.finding.id for each in picture.value.findings} == found
    desk.rule("1 km")
    assert not any(desk.found(party) or desk.warnings(party) for party in before)
