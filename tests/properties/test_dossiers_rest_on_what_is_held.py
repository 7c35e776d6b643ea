"""Over random histories: a dossier cites what its party may hold, proves it, and knows nothing of what came later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.desk_world import ORIGIN, Room, circle
from tests.dossier_world import KEY, NAMES
from thalweg.ledger.entry import Entry
from thalweg.ledger.receipt import Bundle, Document
from thalweg.ledger.receipt import Policy as ReceiptPolicy
from thalweg.ledger.tree import leaf_hash
from thalweg.ledger.verify import Trust, verify_bundle
from thalweg.model.cases import AccountGiven, ExplanationAsked, IncidentReported, Named, Particulars, Risk, RiskAssessed
from thalweg.model.declarations import Kind
from thalweg.model.dossier import Fact, Known
from thalweg.model.errors import InputError
from thalweg.model.events import Acknowledged, Bearer, Delivered, Disseminated, Notice, ReadBack, Response, Withdrawn
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.policy.asof.readings import AsOfs
from thalweg.policy.dossier.made import dossier
from thalweg.policy.evidence import proved
from thalweg.policy.held import of_bundle, of_log, reached
from thalweg.policy.mailbox import Mailboxes
from thalweg.reports.dossier.check import check
from thalweg.reports.dossier.digest import MEDIA_TYPE, encode

PARTIES = ("alpha", "bravo", "charlie")
LEVELS = (Level.FULL, Level.FOOTPRINT, Level.COARSE, Level.EXISTS, Level.NOTHING)
WHERE = Position(40.14, 35.336)

ACTS = (
    "site", "flight", "flight", "answer", "receipt", "post", "post", "read", "pass", "cancel", "account", "ask", "risk",
    "wait",
)  # fmt: skip

parties = st.sampled_from(PARTIES)
steps = st.lists(
    st.tuples(
        st.sampled_from(ACTS),
        parties,
        st.integers(0, 7),
    ),
    min_size=4,
    max_size=14,
)


class History:
    """A room in which things are done one after the other, a while apart."""

    def __init__(self, level: Level) -> None:
        self.room = Room(PARTIES)
        self.room.channel(*PARTIES, level=level)
        self.room.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
        self.room.later(7.0)
        at = Instant(self.room.now.epoch_s - 60)
        said = Particulars(at, self.room.now, WHERE, 300, alleged=Named(("bravo",)))
        self.room.say("alpha", IncidentReported("alpha", "Explosion", said, ("bravo",), "It was hit."))
        (self.reference,) = self.room.desk.world.cases.incidents
        self.done = 0

    def do(self, what: str, party: str, number: int) -> None:
        """One thing, if it can be done; whatever the desk answers is part of the history."""
        self.room.later(11.0)
        self.done += 1
        notices = [each for each in self.room.notices(party) if each.of not in ("", party)]
        notice = notices[number % len(notices)] if notices else None
        name = f"{what}-{self.done}"
        match what:
            case "site":
                self.room.declare(party, circle(name, party, 40.1 + number / 50, kind=Kind.STATIC_SITE))
            case "flight":
                hours = (self.room.now.epoch_s - 1_505_500_000.0) / 3600
                cites = tuple(each.version for each in self.room.notices(party) if each.version)
                flight = circle(name, party, 40.1 + number / 50, hours=(hours + 1, hours + 4))
                self.room.declare(party, flight, *cites, declines=True)
            case "answer" if notice is not None:
                self.room.say(party, Acknowledged(party, notice.id, list(Response)[number % 4]))
            case "receipt" if notice is not None:
                some = notices[number % 2 :: 1 + number % 3] or [notice]
                self.room.say(party, Delivered(party, tuple(each.id for each in some), Bearer.STREAM))
            case "post":  # everything there is reaches two of them
                for each in PARTIES[:2]:
                    ids = tuple(notice.id for notice in self.room.notices(each))
                    if ids:
                        self.room.say(each, Delivered(each, ids, Bearer.STREAM))
            case "read" if notice is not None:
                self.room.say(party, ReadBack(party, notice.id, position=Position(40.14, 35.336 + number / 10)))
            case "pass" if notice is not None:
                self.room.say(party, Disseminated(party, notice.id, f"unit {number}"))
            case "cancel":
                self.room.say(party, Withdrawn(party, "hospital"))
            case "account" if party != "charlie":
                at = Instant(self.room.now.epoch_s - 3600 * number)
                said = Particulars(at, at, Position(40.0 + number / 10, 35.3), 100)
                self.room.say(party, AccountGiven(party, self.reference, f"As {party} has it.", "en", said))
            case "ask" if party == "alpha":
                due = Instant(self.room.now.epoch_s + 30)
                self.room.say(party, ExplanationAsked(party, self.reference, "bravo", "Who?", due))
            case "risk" if party != "charlie":
                self.room.say(party, RiskAssessed(party, self.reference, list(Risk)[number % 4]))
            case _:
                self.room.later(600.0)

    def made(self, party: str, known_at: Instant) -> tuple[bytes, bytes]:
        """The dossier, as the desk makes it now of what it knew then: of all, and of what had reached the party; the
        second is empty where the incident had not."""
        world = self.room.desk.world
        indexes = Mailboxes(world, self.room.desk.policy).entries(party).value
        records = of_log(world, indexes, party)
        whole = encode(dossier(party, records, self.reference, known_at, names=NAMES))
        came = reached(party, records)
        try:
            return whole, encode(dossier(party, records, self.reference, known_at, names=NAMES, reached=came))
        except InputError:
            return whole, b""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(level=st.sampled_from(LEVELS), steps=steps)
def test_a_dossier_of_an_earlier_time_is_what_it_was_then(level: Level, steps: list[tuple[str, str, int]]) -> None:
    """R40: made then, and made again after everything else, byte for byte the same."""
    history = History(level)
    then: list[tuple[str, Instant, tuple[bytes, bytes]]] = []
    for step in steps:
        history.do(*step)
        now = history.room.now
        then += [(party, now, history.made(party, now)) for party in ("alpha", "bravo")]
    history.room.later(3600.0)
    for party, known_at, data in then:
        assert history.made(party, known_at) == data


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(level=st.sampled_from(LEVELS), steps=steps)
def test_a_dossier_cites_what_its_party_may_hold_and_is_proved_by_it(
    level: Level, steps: list[tuple[str, str, int]]
) -> None:
    """D7: each yes and no cites an entry, all that is cited may be held, and the bundle of it makes it again."""
    history = History(level)
    for step in steps:
        history.do(*step)
    room, world = history.room, history.room.desk.world
    mailboxes = Mailboxes(world, room.desk.policy)
    for party in ("alpha", "bravo"):
        indexes = mailboxes.entries(party).value
        made = dossier(party, of_log(world, indexes, party), history.reference, room.now, names=NAMES)
        cited = {each.index for each in made.value.entries}
        assert cited <= set(indexes)
        assert all(mailboxes.may_hold(party, index) for index in cited)
        facts: list[Fact] = [fact for answer in made.value.answers for fact in answer.facts]
        facts += [moment.fact for moment in made.value.timeline]
        for fact in facts:
            assert set(fact.entries) <= cited
            assert fact.entries or fact.known in (Known.NOT_ON_RECORD, Known.UNKNOWN)
        for near in made.value.near:
            if near.of != party and not near.level.at_least(Level.FULL):
                assert near.title == ""
        made, bundle = proved(made, partial(_bundle, history, party))
        data = bundle.encode()
        genesis = room.store.entry(0)
        assert genesis is not None
        verdict = verify_bundle(data, Trust(ORIGIN, (KEY,), leaf_hash(genesis)))
        again = dossier(
            party, of_bundle(data, verdict, party), history.reference, room.now, names=NAMES, keys=made.value.keys
        )
        assert encode(again) == encode(made)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(level=st.sampled_from(LEVELS), steps=steps, back=st.integers(0, 10))
def test_a_dossier_of_a_time_past_rests_on_what_the_picture_of_that_time_rests_on(
    level: Level, steps: list[tuple[str, str, int]], back: int
) -> None:
    """R40: of the notices only those that the as-of picture has, each with the entries that show that it had reached
    the party; and the bundle of what it cites makes it again."""
    history = History(level)
    times = [history.room.now]
    for step in steps:
        history.do(*step)
        times.append(history.room.now)
    known = times[max(0, len(times) - 1 - back)]
    room, world = history.room, history.room.desk.world
    mailboxes, asofs = Mailboxes(world, room.desk.policy), AsOfs.over(world)
    for party in ("alpha", "bravo"):
        records = of_log(world, mailboxes.entries(party).value, party)
        at = {each.index: each for each in records}
        came = reached(party, records)
        had = {each.notice.id: each.reached for each in asofs.notices(party, known, 0, 10_000).value.notices}
        assert {name: how.at for name, how in came.items() if how.at <= known} == had
        incidents = asofs.picture(party, known).value.incidents
        if history.reference not in {each.reference for each in incidents if each.by} and party != "alpha":
            event("the incident had not reached its party")
            with pytest.raises(InputError):
                dossier(party, records, history.reference, known, names=NAMES, reached=came)
            continue
        made = dossier(party, records, history.reference, known, names=NAMES, reached=came)
        cited = [at[each.index].body for each in made.value.entries]
        notices = {each.id for each in cited if isinstance(each, Notice)}
        event(f"notices cited: {min(len(notices), 3)}")
        assert notices <= had.keys()
        assert made.value.reached is not None
        assert {each.notice for each in made.value.reached} == {
            each.index for each in made.value.entries if isinstance(at[each.index].body, Notice)
        }
        made, bundle = proved(made, partial(_bundle, history, party))
        bundle = replace(bundle, documents=(Document.of("dossier.json", MEDIA_TYPE, encode(made)),))
        genesis = room.store.entry(0)
        assert genesis is not None
        data = bundle.encode()
        (sentence,) = check(data, verify_bundle(data, Trust(ORIGIN, (KEY,), leaf_hash(genesis))))
        assert f"as it had reached it by {known}" in sentence


def _bundle(history: History, party: str, chosen: Sequence[int]) -> Bundle:
    mailboxes = Mailboxes(history.room.desk.world, history.room.desk.policy)
    digests: list[bytes] = []
    for index in chosen:
        data = history.room.store.entry(index)
        assert data is not None
        commitments = [(each.digest, each.media) for each in Entry.parse(data).event.payloads]
        digests += mailboxes.payloads(party, index, commitments).value
    return history.room.log.bundle(chosen, ReceiptPolicy(ORIGIN, KEY, (), 0), digests)
