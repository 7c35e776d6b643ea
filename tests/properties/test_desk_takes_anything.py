"""Whatever officers say, in whatever order, the desk answers it; and its log, folded again, is the same world.

Statements are made from the annotations of their classes with ids that exist, ids that exist for somebody else, and ids
that do not, so that most of what the rules look at is met. A statement that stopped the desk would stop everybody.
"""

from __future__ import annotations

import dataclasses
import random
import types
import typing
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desk_world import START, Room, circle
from thalweg.desk.checks import NotAllowed
from thalweg.formats import event as kinds
from thalweg.model.declarations import Declaration, Kind, LineStatus, Segment, Sides, Zone
from thalweg.model.errors import InputError
from thalweg.model.events import (
    SECRETARIAT,
    Answer,
    CustodyAnswered,
    Declared,
    LineAnswered,
    LineJudged,
    ProposalAnswered,
    QuietGuaranteed,
    Role,
    Said,
    TheatreSet,
)
from thalweg.model.instants import Instant
from thalweg.model.shapes import Path, Position
from thalweg.state.agreements import AgreementState, Matter
from thalweg.state.world import World

PARTIES = ("alpha", "bravo", "relief")
SAID = tuple(get_args(Said))
HARD = tuple(cls for cls in SAID if cls is not TheatreSet)  # its text is a file, which has tests of its own


_ANSWER: Mapping[Matter, Callable[[str, str, Answer], Said]] = {
    Matter.FIX: ProposalAnswered,
    Matter.QUIET_WINDOW: QuietGuaranteed,
    Matter.LINE: LineJudged,
    Matter.CUSTODY: CustodyAnswered,
}


class Talker:
    """Says something random that is about something."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.room = Room(PARTIES)
        self.room.channel(*PARTIES, room=True)
        self.room.channel("alpha", "bravo", name="line2")
        self.room.officer("alpha-2", "alpha", Role.ADMIN)

    def declaration(self, party: str, field: str = "declaration") -> Declaration:
        rng = self.rng
        name, revision = f"d{rng.randrange(6)}", rng.randrange(6)
        lon = 40.14 + rng.choice((0.0, 0.005, 0.005, 0.3))
        if field == "line" or rng.random() < 0.1:
            segment = Segment(Path((Position(lon, 35.0), Position(lon, 36.0))), rng.choice(tuple(LineStatus)))
            sides = Sides(frozenset({"alpha"}), frozenset({"bravo"}))
            return Declaration(
                Kind.LINE, party, "line", segments=(segment,), sides=sides, declaration_id=name, revision=revision
            )
        kind = rng.choice((Kind.OPERATION, Kind.OPERATION, Kind.STATIC_SITE, Kind.RESTRICTED_ZONE, Kind.NEGATIVE))
        kind = Kind.RESTRICTED_ZONE if field == "window" else kind
        zones = (Zone.QUIET_WINDOW,) if field == "window" else tuple(Zone)
        start_h = rng.choice((-3.0, 0.2, 5.0, 72.0))
        return circle(
            name,
            party,
            lon,
            kind=kind,
            hours=(start_h, start_h + rng.choice((1.0, 100.0))),
            revision=revision,
            zone=rng.choice(zones) if kind is Kind.RESTRICTED_ZONE else None,
            replaces=rng.choice(("", "", "", f"d{rng.randrange(6)}")),
            valid_until=rng.choice((None, Instant(START.epoch_s + rng.randrange(1, 400_000)))),
            emergency=rng.random() < 0.2,
        )

    def id(self) -> str:
        """Something that a statement may name."""
        rng, world = self.rng, self.room.desk.world
        pools: list[list[str]] = [
            [*PARTIES, SECRETARIAT, "nobody"],
            ["line", "line2", "new"],
            [f"d{n}" for n in range(6)],
            list(world.picture.chains),
            [chain.version for chain in world.picture.chains.values()],
            list(world.exchange.notices)[-20:],
            [notice.subject for notice in world.exchange.notices.values()][-20:],
            [notice.version for notice in world.exchange.notices.values()][-20:],
            list(world.exchange.emergencies),
            list(world.exchange.commitments),
            list(world.agreements.agreements),
            list(world.picture.open),
            list(world.answers)[-10:],
            ["", "x", "x-" + "0" * 32, "é/\u202e"],
        ]
        pool = rng.choice([each for each in pools if each])
        return rng.choice(pool)

    def value(self, hint: Any, name: str, party: str) -> Any:
        rng = self.rng
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        if get_origin(hint) in (types.UnionType, typing.Union):
            inner = next(each for each in get_args(hint) if each is not type(None))
            return None if rng.random() < 0.4 else self.value(inner, name, party)
        if get_origin(hint) is tuple:
            several = [self.value(get_args(hint)[0], name, party) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
            return tuple(each for each in several if each != party) if name == "to" else tuple(several)
        if get_origin(hint) is Mapping:
            return {}
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return rng.choice(tuple(hint))
        if hint is str:
            return self.named(name, party)
        if hint is Instant:
            return Instant(self.room.now.epoch_s + rng.choice((-1e6, 1.0, 600.0, 600.0, 90_000.0, 90_000.0)))
        if hint is Declaration:
            return self.declaration(party, name)
        if dataclasses.is_dataclass(hint):
            return Position(40.14, 35.336) if hint is Position else self.body(typing.cast("type", hint), party)
        return rng.choice((False, True)) if hint is bool else rng.choice((-5, 0, 1, 600, 86_400, 2**53 - 1))

    def named(self, name: str, party: str) -> str:
        """Something that a field of this name means, mostly: of the party's own, or put to it."""
        rng, world = self.rng, self.room.desk.world
        own = [chain.declaration_id for chain in world.picture.chains.values() if chain.notifier == party]
        known = [*own, *world.exchange.known.get(party, ())]
        notices = [notice.id for notice in world.exchange.mailbox(party)][-12:]
        asked = [
            each.event
            for each in world.agreements.agreements.values()
            if party in each.to and each.state is AgreementState.PROPOSED
        ]
        near: dict[str, list[str]] = {
            "channel": ["line", "line", "line2", f"new{rng.randrange(5)}"],
            "party": [*PARTIES, "new-party"],
            "member_of": ["", "", *PARTIES],
            "to": [each for each in PARTIES if each != party],
            "parties": [party, *PARTIES],
            "chain": known,
            "first": known,
            "second": known,
            "notice": notices,
            "notices": notices,
            "about": [*notices, *list(world.exchange.emergencies)[-3:], *list(world.picture.open)[-5:]],
            "commitment": list(world.exchange.commitments),
            "proposal": asked,
            "quiet": asked,
            "line": [*asked, *known],
            "offer": asked,
            "check": [check for each in world.channels.channels.values() for check in each.checks],
            "officer": ["alpha-1", "bravo-1", "new-1"],
            "scope": [*PARTIES, "line", ""],
        }
        pool = near.get(name)
        return rng.choice(pool) if pool and rng.random() < 0.9 else self.id()

    def body(self, cls: type, party: str) -> Any:
        hints = typing.get_type_hints(cls, include_extras=True)
        values = {each.name: self.value(hints[each.name], each.name, party) for each in dataclasses.fields(cls)}
        return cls(**({**values, "by": party} if "by" in values else values))

    def reply(self) -> Said | None:
        """An answer to something that was asked, by somebody whom it was asked of."""
        rng, world = self.rng, self.room.desk.world
        open_ones = [each for each in world.agreements.agreements.values() if each.state is AgreementState.PROPOSED]
        checks = [
            (channel.channel, check, by)
            for channel in world.channels.channels.values()
            for check, (by, _) in channel.checks.items()
        ]
        if checks and rng.random() < 0.3:
            channel, check, by = rng.choice(checks)
            return LineAnswered(rng.choice([each for each in PARTIES if each != by]), channel, check)
        if not open_ones:
            return None
        asked = rng.choice(open_ones)
        answer = rng.choice((Answer.ACCEPT, Answer.ACCEPT, Answer.REJECT))
        return _ANSWER[asked.matter](rng.choice(asked.to), asked.event, answer)

    def say(self) -> str:
        """One statement; what became of it."""
        rng = self.rng
        cls = Declared if rng.random() < 0.35 else rng.choice(HARD)
        party = rng.choice((*PARTIES, *PARTIES, SECRETARIAT))
        body = (self.reply() if rng.random() < 0.2 else None) or self.body(cls, party)
        cls, party = type(body), getattr(body, "by", party)
        who = self.room.of(party)
        if cls.__name__.startswith("Officer") and party == "alpha":
            who = self.room.officers["alpha-2"]
        if "by" not in hints_of(cls):
            who = self.room.chair
        if isinstance(body, Declared) and rng.random() < 0.5:
            versions = [notice.version for notice in self.room.desk.world.exchange.mailbox(party)]
            body = dataclasses.replace(body, cites=tuple(each for each in versions if each)[-40:])
        kinds.write(body)
        try:
            return type(self.room.say(who, body)).__name__
        except (NotAllowed, InputError) as refused:
            return refused.code


def hints_of(cls: type) -> set[str]:
    return {each.name for each in dataclasses.fields(cls)}


def pictured(world: World) -> Any:
    """What of a world a restart must bring back."""
    exchange = world.exchange
    return {
        "chains": {key: dataclasses.asdict(chain) for key, chain in world.picture.chains.items()},
        "open": world.picture.open,
        "by_party": {party: set(keys) for party, keys in world.picture.by_party.items() if keys},
        "notices": {key: dataclasses.asdict(notice) for key, notice in exchange.notices.items()},
        "emergencies": {key: dataclasses.asdict(each) for key, each in exchange.emergencies.items()},
        "commitments": {key: dataclasses.asdict(each) for key, each in exchange.commitments.items()},
        "agreements": {key: dataclasses.asdict(each) for key, each in world.agreements.agreements.items()},
        "channels": {key: dataclasses.asdict(each) for key, each in world.channels.channels.items()},
        "parties": {key: dataclasses.asdict(each) for key, each in world.membership.parties.items()},
        "answers": world.answers,
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_whatever_is_said_is_answered_and_folds_again_to_the_same_world(seed: int) -> None:
    """R24: nobody's statement stops the desk, and a restart loses nothing."""
    talker = Talker(seed)
    outcomes: dict[str, int] = {}
    for step in range(60):
        became = talker.say()
        outcomes[became] = outcomes.get(became, 0) + 1
        if step % 7 == 6:
            talker.room.later(talker.rng.choice((1.0, 700.0, 4000.0, 100_000.0)))
    assert outcomes.get("Taken", 0) > 5
    again = talker.room.open()
    assert pictured(again.world) == pictured(talker.room.desk.world)
    # And the desk that was started again goes on where the other was.
    found = {finding.id for finding in talker.room.desk.online.findings}
    assert {finding.id for finding in again.online.findings} == found == set(again.world.picture.open)
    talker.room.desk = again
    talker.room.later(3600.0)
