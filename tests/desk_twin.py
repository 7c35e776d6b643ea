"""What the desk is held to, written the slow and obvious way: worlds compared part by part, levels found out anew from
what was said, escalations counted by hand, and who has been warned of what by reading their notices."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from tests.desk_world import Room
from thalweg.desk.clocks import Clocks, Due, Timer
from thalweg.formats import event as kinds
from thalweg.ledger import canonical
from thalweg.model.declarations import Kind
from thalweg.model.events import (
    SECRETARIAT,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ClockFact,
    ClockTold,
    ConsentStated,
    Declared,
    Notice,
    Participation,
    ParticipationStated,
    Refused,
    Released,
    Said,
    Taken,
    Term,
    TermsSet,
)
from thalweg.model.levels import Level
from thalweg.policy.tell import Policy
from thalweg.state.agreements import AgreementState
from thalweg.state.picture import Chain, Standing
from thalweg.state.recorded import Recorded
from thalweg.state.world import World

_NOT_COMPARED = frozenset(("_load", "_recent", "ahead", "_decoded", "_about", "_weighed"))


# --- worlds ---


def differences(first: object, second: object, where: str = "world") -> list[str]:
    """Where two folds differ, by the names of their parts; empty if they are the same."""
    if type(first) is not type(second):
        return [f"{where}: {type(first).__name__} and {type(second).__name__}"]
    if isinstance(first, dict) and isinstance(second, dict):
        if list(map(repr, first)) != list(map(repr, second)) and set(first) != set(second):
            return [f"{where}: keys {set(first) ^ set(second)}"]
        return [each for key in first for each in differences(first[key], second[key], f"{where}[{key!r}]")]
    if isinstance(first, Sequence) and not isinstance(first, str | bytes) and isinstance(second, Sequence):
        if len(first) != len(second):
            return [f"{where}: {len(first)} and {len(second)}"]
        pairs = enumerate(zip(first, second, strict=True))
        return [each for at, (a, b) in pairs for each in differences(a, b, f"{where}[{at}]")]
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return [] if np.array_equal(first, second) else [f"{where}: {first!r} and {second!r}"]
    names = _names(first)
    if names is not None and type(first).__module__.startswith("thalweg.state"):
        return [
            each
            for name in names
            if name not in _NOT_COMPARED
            for each in differences(getattr(first, name), getattr(second, name), f"{where}.{name}")
        ]
    return [] if callable(first) or first == second else [f"{where}: {first!r} and {second!r}"]


def _names(thing: object) -> list[str] | None:
    if dataclasses.is_dataclass(thing):
        return [field.name for field in dataclasses.fields(thing)]
    return sorted(vars(thing)) if hasattr(thing, "__dict__") else None


# --- what was said ---


def everything(room: Room) -> Iterable[Recorded]:
    """The whole log, read from the store again."""
    return (room.desk.world._load(index) for index in range(room.desk.world.size))


def taken(room: Room) -> list[Said]:
    """What was said and taken, in the order of the log."""
    said = {record.event: record for record in everything(room)}
    return [said[each.body.statement].body for each in said.values() if isinstance(each.body, Taken)]  # type: ignore[misc]  # only what was said is taken


def slow_level(said: Sequence[Said], names: dict[str, str], notifier: str, identifier: str, recipient: str) -> Level:
    """What a recipient sees of a chain that never changed hands, from all that was said and from no fold."""
    if recipient == notifier:
        return Level.FULL
    parting = [e for e in said if isinstance(e, ParticipationStated) and e.by == e.party == recipient]
    if parting and parting[-1].status is not Participation.JOINED:
        return Level.NOTHING
    consent: bool | None = None
    organisation, kind = "", Kind.OPERATION
    chosen: Level | None = None
    for each in said:
        if isinstance(each, Declared) and each.by == notifier and each.declaration.declaration_id == identifier:
            now = each.declaration.details.get("organisation", "")
            if now != organisation and consent:
                consent = None
            organisation, kind = now, each.declaration.kind
            consent = True if each.consent else consent
            chosen = next((r.level for r in reversed(each.releases) if r.to == recipient), chosen)
        elif isinstance(each, ConsentStated | Released) and each.by == notifier and each.chain == identifier:
            if isinstance(each, ConsentStated):
                consent = each.given
            else:
                chosen = next((r.level for r in reversed(each.releases) if r.to == recipient), chosen)
    of_others = kind in (Kind.STATIC_SITE, Kind.MOVEMENT) and organisation not in ("", notifier, names[notifier])
    if consent is False or (consent is None and of_others):
        return Level.NOTHING
    if chosen is not None:
        return chosen
    best = Level.NOTHING
    for opened in said:
        if isinstance(opened, ChannelOpened):
            best = max(best, _by_channel(said, opened, notifier, recipient, kind), key=lambda level: level.rank)
    return best


def _by_channel(said: Sequence[Said], opened: ChannelOpened, notifier: str, recipient: str, kind: Kind) -> Level:
    on: set[str] = set()
    general: tuple[Term, ...] | None = None
    special: tuple[Term, ...] | None = None
    for each in said:
        if (
            not isinstance(each, ChannelOpened | ChannelJoined | ChannelLeft | TermsSet)
            or each.channel != opened.channel
        ):
            continue
        if isinstance(each, ChannelLeft):
            on.discard(each.by)
            continue
        if isinstance(each, ChannelJoined) or (isinstance(each, ChannelOpened) and each.by in each.parties):
            on.add(each.by)
        if each.by == notifier:
            if isinstance(each, TermsSet):
                general = each.terms if not each.to else general
                special = each.terms if each.to == recipient else special
            elif each.terms:
                general = each.terms
    if not {notifier, recipient} <= on:
        return Level.NOTHING
    for terms in (special, general):
        for name in (kind.value, ""):
            for term in reversed(terms or ()):
                if term.kind == name:
                    return term.level
    return Level.FULL if opened.room else Level.NOTHING


# --- time ---


def slow_escalations(
    steps: Sequence[float],
    due_s: float,
    looked_s: Sequence[float],
    quiet: Sequence[tuple[float, bool]],
    began_s: Sequence[float] = (),
) -> list[tuple[float, int]]:
    """When a notice goes up, and to which step: the desk looks at these moments. `quiet` says from when on it counts as
    answered, or no longer does; `began_s` when a wrong read-back began its clock anew."""
    out: list[tuple[float, int]] = []
    next_s, step, answered = due_s, 0, False
    for now in looked_s:
        for at, is_answered in quiet:
            if at < now:
                answered = is_answered
        since = [at for at in began_s if at < now and (not out or at >= out[-1][0])]
        if since:
            next_s = since[-1] + _gap(steps, step)
        if not answered and now >= next_s:
            step += 1
            out.append((now, step))
            next_s = now + _gap(steps, step)
    return out


def _gap(steps: Sequence[float], step: int) -> float:
    if step == 0:
        return steps[0]
    at = min(step, len(steps) - 1)
    return steps[at] - steps[at - 1] if at else steps[0]


def escalations(room: Room, notice: str) -> list[tuple[float, int]]:
    """What the log says of it."""
    bodies = (record.body for record in everything(room))
    told = (body for body in bodies if isinstance(body, ClockTold) and body.what is ClockFact.ESCALATED)
    return [(body.at.epoch_s, body.step) for body in told if body.subject == notice]


def refolded(room: Room) -> tuple[World, Clocks]:
    """The log from its first entry, and the clocks made from that."""
    world = World(room.desk.world._load)
    for index in range(room.desk.world.size):
        world.apply(world._load(index))
    clocks = Clocks()
    clocks.everything(world)
    return world, clocks


def working(clocks: Clocks, world: World) -> set[tuple[Due, str, int]]:
    """The timers that would still do something when they come due."""
    every = (*clocks._heap, *clocks._kept.left())
    return {(each.what, each.subject, each.step) for each in every if _works(each, world)}


def _works(timer: Timer, world: World) -> bool:
    match timer.what:
        case Due.ANSWER:
            notice = world.exchange.notices[timer.subject]
            return notice.outstanding and timer.step == notice.step + 1
        case Due.REPEAT:
            emergency = world.exchange.emergencies[timer.subject]
            return emergency.open and timer.step == emergency.repeated + 1
        case Due.COMMITMENT:
            commitment = world.exchange.commitments[timer.subject]
            return commitment.outcome is None and not commitment.lapsed
        case Due.PROPOSAL:
            return world.agreements.agreements[timer.subject].state is AgreementState.PROPOSED
        case Due.REMIND | Due.STALE | Due.END:
            chain = world.picture.chains[timer.subject]
            done = {Due.REMIND: chain.reminded, Due.STALE: chain.stale_told, Due.END: chain.revision != timer.step}
            vouched = timer.what is Due.END or chain.valid_until is not None
            return chain.standing is Standing.IN_FORCE and vouched and not done[timer.what]
        case Due.SHOW:
            chain = world.picture.chains[timer.subject]
            mine = chain.revision == timer.step and chain.standing is Standing.IN_FORCE
            return mine and timer.at_s > world.latest.epoch_s
        case Due.LINE_CHECK:
            return any(timer.subject in channel.checks for channel in world.channels.channels.values())
        case Due.BEAT:
            return True
        case _:
            return False  # not what these tests are about


# --- who has been told ---


def unwarned(room: Room) -> list[str]:
    """Every side of an open conflict between two parties that no notice has told of it."""
    world, policy = room.desk.world, room.desk.policy
    missing = []
    for finding in world.picture.open.values():
        first, second = (world.picture.chain_of(version) for version in finding.versions)
        assert first is not None
        assert second is not None
        if first.notifier == second.notifier:
            continue
        for mine, theirs in ((first, second), (second, first)):
            party = world.membership.parties[mine.notifier]
            if party.taking_part and not _warned(room, policy, mine, theirs):
                missing.append(f"{mine.notifier} of {theirs.key} and {mine.key}")
    return missing


def _warned(room: Room, policy: Policy, mine: Chain, theirs: Chain) -> bool:
    party = mine.notifier
    views = (policy.view(theirs, level, party).declaration for level in (Level.FULL, Level.FOOTPRINT, Level.COARSE))
    shown = {view.version_id for view in views if view is not None}
    for notice in room.notices(party):
        about = policy.told_of(party, notice.subject)
        if about is None or about.key not in (mine.key, theirs.key):
            continue
        if theirs.notifier in notice.talk_to:
            return True
        if any(mine.version in each.versions and shown & set(each.versions) for each in notice.findings):
            return True
    return False


def leaks(
    room: Room, notice: Notice, secrets: dict[str, tuple[str, ...]], exact: dict[str, tuple[str, ...]]
) -> list[str]:
    """What a notice says that its recipient was never entitled to: `secrets` (title, ids, versions) below full, `exact`
    (numbers of the geometry) below footprint; by chain."""
    world, policy = room.desk.world, room.desk.policy
    if notice.to == SECRETARIAT:
        entitled: dict[str, Level] = {}
    else:
        entitled = {
            chain.key: max(
                policy.level(chain, notice.to),
                dict(policy.holders(chain)).get(notice.to, Level.NOTHING),
                key=lambda level: level.rank,
            )
            for chain in world.picture.chains.values()
        }
    data = canonical.encode(kinds.written(notice)[1]).decode()
    found = []
    for words, enough in ((secrets, Level.FULL), (exact, Level.FOOTPRINT)):
        for key, texts in words.items():
            if not entitled.get(key, Level.NOTHING).at_least(enough):
                found += [f"{text} of {key} to {notice.to}" for text in texts if text in data]
    return found


def answers(room: Room) -> dict[str, list[Taken | Refused]]:
    """By statement."""
    found: dict[str, list[Taken | Refused]] = {}
    for record in everything(room):
        if isinstance(record.body, Taken | Refused):
            found.setdefault(record.body.statement, []).append(record.body)
    return found
