"""Three parties at a desk, on any terms, with a told clock: whatever happens in whatever order.

R7, R14-R17, R21, R22, R30-R35.

After every step: the log folded again gives the same world and the same clocks; what is open is what the batch engine
finds; both sides of every conflict have been told; nothing is answered twice; what is owed is not forgotten; nobody is
told what is not for them; what was late stays late.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.desk_twin import answers, differences, leaks, refolded, slow_level, taken, unwarned, working
from tests.desk_world import Room, circle
from thalweg.desk.checks import NotAllowed
from thalweg.desk.clocks import Due
from thalweg.engine import batch
from thalweg.ledger.entry import Entry
from thalweg.model.declarations import Kind, Zone
from thalweg.model.events import (
    Acknowledged,
    Answer,
    Bearer,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    Committed,
    ConsentStated,
    CustodyAnswered,
    CustodyOffered,
    Declared,
    Delivered,
    Disseminated,
    EmergencySent,
    LineAnswered,
    LineChecked,
    MessageSent,
    Outcome,
    OutcomeStated,
    Participation,
    ParticipationStated,
    PartyNamed,
    QuietGuaranteed,
    QuietProposed,
    ReadBack,
    Refused,
    Release,
    Released,
    Response,
    Revalidated,
    Said,
    Taken,
    Term,
    TermsSet,
    Withdrawn,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Circle, Position

PARTIES = ("alpha", "bravo", "charlie")
party = st.sampled_from(PARTIES)
level = st.sampled_from(list(Level))
terms = st.lists(
    st.builds(Term, level, st.sampled_from(["", "operation", "static_site"])), max_size=2, unique_by=lambda t: t.kind
).map(tuple)
place = st.tuples(st.integers(0, 3), st.integers(0, 1))
WHATS = ((Kind.OPERATION, None), (Kind.OPERATION, None), (Kind.STATIC_SITE, None), (Kind.RESTRICTED_ZONE, Zone.NO_FIRE))


DECLARING: dict[str, st.SearchStrategy[Any]] = {
    "by": party,
    "name": st.sampled_from(["one", "two", "three"]),
    "where": place,
    "what": st.sampled_from(WHATS),
    "hours": st.sampled_from([(1.0, 3.0), (71.0, 73.0), (72.0, 75.0)]),
    "cites": st.sampled_from([True, True, False]),
    "declines": st.booleans(),
    "releases": st.dictionaries(party, level, max_size=1),
    "emergency": st.sampled_from([False, False, True]),
    "replaces": st.sampled_from(["", "", "", "one"]),
    "organisation": st.sampled_from(["", "", "Relief"]),
    "valid_h": st.sampled_from([None, 24.0, 400.0]),
}


class AtTheDesk(RuleBasedStateMachine):
    """See above."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room(PARTIES)
        self.number = 0
        self.secrets: dict[str, tuple[str, ...]] = {}
        self.exact: dict[str, tuple[str, ...]] = {}
        self.sent: list[Entry] = []
        self.late: set[str] = set()
        self.read: dict[str, int] = {}  # notices looked at already

    # --- saying ---

    def say(self, who: str, body: Said) -> Taken | Refused:
        room = self.room
        officer = room.of(who)
        answer = room.say(officer, body)
        index = room.desk.world.answers
        event = next(reversed(list(index)))
        for at in range(room.desk.world.size - 1, -1, -1):
            record = room.desk.world.load(at)
            if record.event == event:
                data = room.store.entry(at)
                assert data is not None
                self.sent.append(Entry.parse(data))
                break
        return answer

    @initialize(first=terms, second=terms, third=terms)
    def channels(self, first: tuple[Term, ...], second: tuple[Term, ...], third: tuple[Term, ...]) -> None:
        self.say("alpha", ChannelOpened("alpha", "north", "North", ("alpha", "bravo"), terms=first))
        self.say("bravo", ChannelJoined("bravo", "north", second))
        self.say("bravo", ChannelOpened("bravo", "room", "Room", ("bravo", "charlie"), room=True, terms=third))
        self.say("charlie", ChannelJoined("charlie", "room"))

    @initialize(some=st.lists(st.fixed_dictionaries(DECLARING), min_size=3, max_size=6))
    def begins_busy(self, some: list[dict[str, Any]]) -> None:
        for each in some:
            self.declare(**each)

    @rule(some=st.lists(st.fixed_dictionaries(DECLARING), min_size=1, max_size=3))
    def declare_some(self, some: list[dict[str, Any]]) -> None:
        for each in some:
            self.declare(**each)

    @rule(each=st.fixed_dictionaries(DECLARING))
    def declare_one(self, each: dict[str, Any]) -> None:
        self.declare(**each)

    @rule(each=st.fixed_dictionaries(DECLARING))
    def declare_twice(self, each: dict[str, Any]) -> None:
        """Refused, shown what it lacks, and again."""
        self.declare(**each)
        self.declare(**{**each, "cites": True})

    def declare(
        self,
        by: str,
        name: str,
        where: tuple[int, int],
        what: tuple[Kind, Zone | None],
        hours: tuple[float, float],
        cites: bool,
        declines: bool,
        releases: dict[str, Level],
        emergency: bool,
        replaces: str,
        organisation: str,
        valid_h: float | None,
    ) -> None:
        self.number += 1
        kind, zone = what
        world = self.room.desk.world
        key = world.picture.key(by, name)
        chain = world.picture.chains.get(key)
        elapsed = self.room.now.epoch_s - 1_505_500_000.0
        more: dict[str, Any] = {"details": {"organisation": organisation}} if organisation else {}
        # No two in the same place, nor one midway between two others: its numbers tell whose they are.
        lon = 40.1 + where[0] * 0.012 + self.number**3 * 7919 % 9973 * 1e-7
        lat = 35.3 + where[1] * 0.011 + self.number**3 * 6007 % 9929 * 1e-7
        declaration = circle(
            name, by, lon, lat, kind=kind, zone=zone,
            hours=(elapsed / 3600 + hours[0], elapsed / 3600 + hours[1]),
            revision=0 if chain is None else chain.revision + 1, emergency=emergency,
            replaces=replaces if replaces != name else "",
            valid_until=None if valid_h is None else Instant(self.room.now.epoch_s + valid_h * 3600), **more,
        )  # fmt: skip
        declaration = replace(declaration, title=f"SECRET-{self.number}-OF-{by.upper()}")
        seen = tuple(each.version for each in self.room.notices(by) if each.version) if cites else ()
        made = tuple(Release(to, at) for to, at in releases.items() if to != by)
        answer = self.say(by, Declared(by, declaration, seen[-500:], declines=declines, releases=made))
        kept = () if chain is None else self.secrets.get(key, ())
        self.secrets[key] = (*kept, declaration.title, f"{by}/{name}", declaration.version_id)
        shape = declaration.volumes[0].shape
        assert isinstance(shape, Circle)
        self.exact[key] = (
            *self.exact.get(key, ()),
            str(round(shape.centre.lon * 1e9)),
            str(round(shape.centre.lat * 1e9)),
        )
        assert isinstance(answer, Taken | Refused)

    @rule(by=party, name=st.sampled_from(["one", "two", "three"]))
    def withdraw(self, by: str, name: str) -> None:
        self.say(by, Withdrawn(by, name, "no longer"))

    @rule(by=party, name=st.sampled_from(["one", "two"]), hours=st.sampled_from([1.0, 200.0, 2000.0]))
    def revalidate(self, by: str, name: str, hours: float) -> None:
        self.say(by, Revalidated(by, name, Instant(self.room.now.epoch_s + hours * 3600)))

    @rule(by=party, name=st.sampled_from(["one", "two"]), to=party, at=level)
    def release(self, by: str, name: str, to: str, at: Level) -> None:
        self.say(by, Released(by, name, (Release(to, at),)))

    @rule(by=party, name=st.sampled_from(["one", "two"]), given=st.booleans())
    def consent(self, by: str, name: str, given: bool) -> None:
        self.say(by, ConsentStated(by, name, given, "Relief"))

    @rule(by=party, channel=st.sampled_from(["north", "room", "south"]), to=st.sampled_from(["", *PARTIES]), made=terms)
    def set_terms(self, by: str, channel: str, to: str, made: tuple[Term, ...]) -> None:
        self.say(by, TermsSet(by, channel, made, to))

    @rule(by=party, channel=st.sampled_from(["north", "room", "south"]), leave=st.booleans(), made=terms)
    def join_or_leave(self, by: str, channel: str, leave: bool, made: tuple[Term, ...]) -> None:
        self.say(by, ChannelLeft(by, channel) if leave else ChannelJoined(by, channel, made))

    @rule(beat_s=st.sampled_from([0, 3600]))
    def open_south(self, beat_s: int) -> None:
        self.say("charlie", ChannelOpened("charlie", "south", "South", ("alpha", "charlie"), line_check_s=beat_s))

    @rule(by=party, status=st.sampled_from(list(Participation)))
    def take_part(self, by: str, status: Participation) -> None:
        self.say(by, ParticipationStated(by, by, status, self.room.now))

    @rule(who=party, name=st.sampled_from(["Relief", "Other"]), member_of=st.sampled_from(["", "", "bravo"]))
    def name_party(self, who: str, name: str, member_of: str) -> None:
        self.room.say(self.room.chair, PartyNamed(who, name, member_of))

    @rule(
        by=party, back=st.integers(0, 3), what=st.sampled_from(["ack", "need", "right", "wrong", "delivered", "unit"])
    )
    def answer(self, by: str, back: int, what: str) -> None:
        notices = self.room.notices(by)
        if not notices:
            return
        notice = notices[-1 - back % len(notices)]
        name = notice.id
        said: Said
        match what:
            case "ack" | "need":
                said = Acknowledged(by, name, Response.UNDERSTOOD if what == "ack" else Response.NEED_MORE)
            case "right" | "wrong":
                said = ReadBack(
                    by, name, position=Position(12.0, 12.0) if what == "wrong" else None, identity=notice.of
                )
            case "delivered":
                said = Delivered(by, (name,), Bearer.STREAM)
            case _:
                said = Disseminated(by, name, "the unit")
        before = self.room.desk.world.exchange.notices[name]
        facts = [len(each) for each in (before.delivered, before.responses, before.read_back, before.disseminated)]
        self.say(by, said)
        after = self.room.desk.world.exchange.notices[name]
        now = [len(each) for each in (after.delivered, after.responses, after.read_back, after.disseminated)]
        kind = {"delivered": 0, "ack": 1, "need": 1, "right": 2, "wrong": 2}.get(what, 3)
        assert [a - b for a, b in zip(now, facts, strict=True)] == [int(at == kind) for at in range(4)], (
            "facts stay apart"
        )

    @rule(by=party)
    def call(self, by: str) -> None:
        self.say(by, EmergencySent(by, f"we are being hit {self.number}", place=Position(40.14, 35.33)))

    @rule(by=party, minutes=st.integers(1, 90))
    def promise(self, by: str, minutes: int) -> None:
        emergencies = list(self.room.desk.world.exchange.emergencies)
        if emergencies:
            self.say(by, Committed(by, emergencies[-1], "we stop", Instant(self.room.now.epoch_s + minutes * 60)))

    @rule(by=party, outcome=st.sampled_from(list(Outcome)))
    def say_what_came_of_it(self, by: str, outcome: Outcome) -> None:
        promised = list(self.room.desk.world.exchange.commitments)
        if promised:
            self.say(by, OutcomeStated(by, promised[-1], outcome))

    @rule(by=party, to=party)
    def offer(self, by: str, to: str) -> None:
        self.say(by, CustodyOffered(by, "two", to))

    @rule(by=party, to=party, where=place)
    def propose_quiet(self, by: str, to: str, where: tuple[int, int]) -> None:
        self.number += 1
        elapsed = (self.room.now.epoch_s - 1_505_500_000.0) / 3600
        window = circle(
            f"quiet-{self.number}", by, 40.1 + where[0] * 0.012, 35.3, kind=Kind.RESTRICTED_ZONE,
            zone=Zone.QUIET_WINDOW, hours=(elapsed + 2, elapsed + 5),
        )  # fmt: skip
        self.say(by, QuietProposed(by, (to,), window, "to repair", Instant(self.room.now.epoch_s + 3600)))

    @rule(by=party, accept=st.booleans())
    def answer_proposal(self, by: str, accept: bool) -> None:
        agreements = list(self.room.desk.world.agreements.agreements.values())
        answer = Answer.ACCEPT if accept else Answer.REJECT
        for agreement in agreements[-1:]:
            cls = CustodyAnswered if agreement.matter.value == "custody" else QuietGuaranteed
            self.say(by, cls(by, agreement.event, answer))

    @rule(
        by=party, channel=st.sampled_from(["north", "room", "south"]), what=st.sampled_from(["check", "answer", "say"])
    )
    def on_channel(self, by: str, channel: str, what: str) -> None:
        held = self.room.desk.world.channels.channels.get(channel)
        if what == "check":
            self.say(by, LineChecked(by, channel))
        elif what == "say":
            self.say(by, MessageSent(by, channel, "are you there"))
        elif held is not None and held.checks:
            self.say(by, LineAnswered(by, channel, next(iter(held.checks))))

    # --- time, and things going wrong ---

    @rule(seconds=st.sampled_from([30.0, 61.0, 900.0, 3600.0, 20_000.0, 200_000.0, 700_000.0]))
    def later(self, seconds: float) -> None:
        self.room.later(seconds)

    @rule(seconds=st.sampled_from([5.0, 7200.0]))
    def clock_goes_back(self, seconds: float) -> None:
        latest = self.room.desk.world.latest
        self.room.now = Instant(self.room.now.epoch_s - seconds)
        self.room.later(0.0)
        assert self.room.desk.world.latest >= latest
        self.room.now = max(self.room.now, latest)

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 1000))
    def send_again(self, which: int) -> None:
        entry = self.sent[which % len(self.sent)]
        before = self.room.answer(entry.event.hash().hex())
        self.room.later(0.0)
        size = self.room.desk.world.size
        assert self.room.send(entry) == before
        assert self.room.desk.world.size == size

    @rule()
    def restart(self) -> None:
        self.room.desk = self.room.open()

    @rule(by=party)
    def speak_for_another(self, by: str) -> None:
        size = self.room.desk.world.size
        other = PARTIES[(PARTIES.index(by) + 1) % 3]
        try:
            self.room.say(self.room.of(by), LineChecked(other, "north"))
        except NotAllowed:
            assert self.room.desk.world.size == size
        else:
            raise AssertionError("an officer spoke for another party")

    # --- what always holds ---

    @invariant()
    def folds_again(self) -> None:
        world, clocks = refolded(self.room)
        differ = differences(self.room.desk.world, world)
        assert not differ, differ
        assert working(self.room.desk.clocks, world) == working(clocks, world)

    @invariant()
    def engine_agrees(self) -> None:
        desk = self.room.desk
        in_force = [desk.world.picture.declaration(chain.version) for chain in desk.world.picture.in_force()]
        found = {each.id for each in batch(in_force, desk.world.membership.theatre)} if in_force else set()
        assert set(desk.world.picture.open) == found
        assert {each.id for each in desk.online.findings} == found
        assert set(desk.online.versions) == {each.version_id for each in in_force}

    @invariant()
    def everybody_is_warned(self) -> None:
        missing = unwarned(self.room)
        assert not missing, missing

    @invariant()
    def everything_is_answered_once(self) -> None:
        found = answers(self.room)
        assert all(len(each) == 1 for each in found.values())
        assert {entry.event.hash().hex() for entry in self.sent} <= found.keys()

    @invariant()
    def nothing_owed_is_forgotten(self) -> None:
        timers = working(self.room.desk.clocks, self.room.desk.world)
        exchange = self.room.desk.world.exchange
        owed = [notice for notice in exchange.notices.values() if notice.outstanding]
        for notice in owed:
            assert (Due.ANSWER, notice.id, notice.step + 1) in timers
        assert +Counter(exchange.unanswered) == Counter(notice.severity for notice in owed)
        assert exchange.alarms == {each.id: each.at.epoch_s for each in owed if each.severity == "emergency"}
        for emergency in exchange.emergencies.values():
            if emergency.open:
                assert (Due.REPEAT, emergency.event, emergency.repeated + 1) in timers

    @invariant()
    def nobody_is_told_what_is_not_for_them(self) -> None:
        exchange = self.room.desk.world.exchange
        for to, box in exchange.mailboxes.items():
            for name in box[self.read.get(to, 0) :]:
                notice = self.room.told(exchange.notices[name])
                told = leaks(self.room, notice, self.secrets, self.exact)
                assert not told, (told, notice)
            self.read[to] = len(box)

    @invariant()
    def late_stays_late(self) -> None:
        chains = self.room.desk.world.picture.chains
        assert all(chains[key].late for key in self.late)
        self.late |= {chain.key for chain in chains.values() if chain.late}

    @invariant()
    def levels_are_what_was_said(self) -> None:
        world = self.room.desk.world
        said = taken(self.room)
        names = {each.party: each.name for each in world.membership.parties.values()}
        for chain in world.picture.chains.values():
            if chain.key != f"{chain.notifier}/{chain.declaration_id}" or chain.zone is Zone.QUIET_WINDOW:
                continue  # it changed hands, or came about by agreement
            for recipient in PARTIES:
                expected = slow_level(said, names, chain.notifier, chain.declaration_id, recipient)
                assert self.room.desk.policy.level(chain, recipient) is expected


TestAtTheDesk = AtTheDesk.TestCase
TestAtTheDesk.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
