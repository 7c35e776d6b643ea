"""What came of notices: told to whoever gave them (R45), and counted for a joint review that can be published (R46).

Feedback is a notifier's own: who has its notice, when they answered, and what they changed after it, as far as it was
told. A review counts what parties told each other, never what was declared and shown to nobody, and holds no place, no
title and nobody's words. Whatever is few is not told exactly: counts below `FEW` are said as such, others are rounded,
and shares and times stand only where they are of `ENOUGH`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from thalweg.model.cases import Grade, Risk
from thalweg.model.errors import InputError
from thalweg.model.events import SECRETARIAT, NoticeKind, Outcome
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import Copy, Mailboxes
from thalweg.policy.sealing import seal
from thalweg.policy.tell import Policy
from thalweg.policy.whole import Steps
from thalweg.state.cases import InCase
from thalweg.state.exchange import Emergency, NoticeState
from thalweg.state.recorded import notice_in
from thalweg.state.world import World

MOST: Final = 1_000  # declarations that feedback tells of at once
FEW: Final = 5
ENOUGH: Final = 10
STEP: Final = 5  # to which counts are rounded
_ENTRIES: Final = 20  # read at one step
_CHAINS: Final = 500
_LOOKED: Final = 200  # notices
_DAY_S: Final = 86_400
_LEAST_S: Final = 7 * _DAY_S
_TELLS: Final = (NoticeKind.DECLARED, NoticeKind.REPLACED, NoticeKind.WARNING, NoticeKind.RELEASED)
_CHANGES: Final = (NoticeKind.REPLACED, NoticeKind.CANCELLED)


# --- feedback ---


@dataclass(frozen=True, slots=True)
class Recipient:
    """What became of one notice at one recipient, as its notifier may know. An answer is a receipt, not permission."""

    to: str
    level: Level
    sent: Instant
    delivered: Instant | None
    answered: Instant | None
    response: str
    read_back: Instant | None
    differs: str
    passed_on: Instant | None


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody replaced or cancelled what the notice had been in conflict with, after it was told of it."""

    of: str
    what: NoticeKind
    at: Instant
    notice: str


@dataclass(frozen=True, slots=True)
class NoticeFeedback:
    """One declaration of one's own, its newest version."""

    subject: str
    title: str
    kind: str
    taken: Instant
    late: bool
    recipients: tuple[Recipient, ...]
    findings: int  # conflicts with others' that its notifier was told of
    changed: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class ByRecipient:
    """All of one's notices to one party. `incidents` are those known in which that party is said to have a part."""

    to: str
    notices: int
    answered: int
    median_s: float | None
    passed_on: int
    incidents: int


@dataclass(frozen=True, slots=True)
class Feedback:
    party: str
    since: Instant
    until: Instant
    exercise: bool
    notices: tuple[NoticeFeedback, ...]
    recipients: tuple[ByRecipient, ...]
    more: bool = False  # there are more declarations in the period than are told of: ask for a shorter one

    @property
    def told(self) -> int:
        return sum(len(each.recipients) for each in self.notices)

    @property
    def answered(self) -> int:
        return sum(one.answered is not None for each in self.notices for one in each.recipients)

    @property
    def changed(self) -> int:
        """Notices that changed something, as far as their notifier was told."""
        return sum(bool(each.changed) for each in self.notices)


def feedback(
    world: World, mailboxes: Mailboxes, party: str, since: Instant, until: Instant
) -> Steps[Disclosed[Feedback]]:
    """What came of the declarations that the party made or renewed between the two instants, the first `MOST`."""
    chains = []
    had = world.history.of(party)
    for number, subject in enumerate(dict.fromkeys(had.columns["own"]["subject"]), 1):
        chain = world.picture.chains.get(had.word(subject))
        if chain is not None and chain.notifier == party and since <= chain.received < until:
            chains.append(chain)
        if not number % _CHAINS:
            yield
    findings, changed = yield from _after(world, party, since)
    rows = []
    for number, chain in enumerate(sorted(chains, key=lambda each: (each.received, each.key))[:MOST], 1):
        if not number % _ENTRIES:
            yield
        read = mailboxes.declaration(party, chain.key, until)
        if read is None:
            continue
        declaration = read.value.declaration
        rows.append(
            NoticeFeedback(
                chain.key,
                "" if declaration is None else declaration.title,
                chain.kind.value,
                chain.received,
                chain.late,
                tuple(_recipient(copy) for copy in read.value.copies),
                len(findings.get(chain.key, ())),
                tuple(changed.get(chain.key, ())),
            )
        )
    exercise = world.membership.theatre.exercise
    recipients = _by_recipient(world, party, rows)
    return seal(Feedback(party, since, until, exercise, tuple(rows), recipients, len(chains) > MOST), party)


def _recipient(copy: Copy) -> Recipient:
    wrong = [each for each in copy.read_back if each.what]
    return Recipient(
        copy.to,
        copy.held,
        copy.sent,
        copy.delivered[0].at if copy.delivered else None,
        copy.responses[0].at if copy.responses else None,
        copy.responses[-1].what if copy.responses else "",
        copy.read_back[-1].at if copy.read_back else None,
        wrong[-1].what if wrong and wrong[-1] is copy.read_back[-1] else "",
        copy.disseminated[0].at if copy.disseminated else None,
    )


def _after(world: World, party: str, since: Instant) -> Steps[tuple[dict[str, set[str]], dict[str, list[Changed]]]]:
    """By one's own declaration: the findings that one was told of since then, and what the others changed afterwards;
    read from the notices to the party alone."""
    found: dict[str, set[str]] = {}
    changed: dict[str, list[Changed]] = {}
    against: dict[str, dict[str, None]] = {}  # another's subject -> own declarations that it was in conflict with
    made, ids = world.history.of(party).columns["told"]["made"], world.exchange.mailboxes.get(party, [])
    loaded = 0
    for row in range(len(ids)):
        if not row % _CHAINS:
            yield
        if made[row] < since.epoch_s:
            continue
        state = world.exchange.notices[ids[row]]
        if state.what in _CHANGES and state.of != party:
            for key in against.pop(state.subject, {}):
                changed.setdefault(key, []).append(Changed(state.of, state.what, state.at, state.id))
        if state.severity in ("", "information"):
            continue
        loaded += 1
        if not loaded % _ENTRIES:
            yield
        for finding in notice_in(world.load(state.index)).findings:
            own = [world.picture.chain_of(version) for version in finding.versions]
            for chain in own:
                if chain is not None and chain.notifier == party:
                    found.setdefault(chain.key, set()).add(finding.id)
                    if state.of != party:
                        against.setdefault(state.subject, {})[chain.key] = None
            if state.of == party:
                for chain in own:
                    if chain is not None and chain.notifier != party and state.subject:
                        for subject in _known_as(world, party, chain.key):
                            against.setdefault(subject, {})[state.subject] = None
    return found, changed


def _known_as(world: World, party: str, key: str) -> tuple[str, ...]:
    """Under what the party knows another's declaration in full; below that its notices name it themselves."""
    return (key,) if key in world.exchange.known.get(party, {}) else ()


def _by_recipient(world: World, party: str, rows: Iterable[NoticeFeedback]) -> tuple[ByRecipient, ...]:
    told: dict[str, list[Recipient]] = {}
    for row in rows:
        for each in row.recipients:
            told.setdefault(each.to, []).append(each)
    incidents = [world.cases.incidents[name] for name in world.cases.by_party.get(party, {})]
    found = []
    for to, copies in sorted(told.items()):
        waited = [each.answered.epoch_s - each.sent.epoch_s for each in copies if each.answered is not None]
        found.append(
            ByRecipient(
                to,
                len(copies),
                len(waited),
                median(waited) if waited else None,
                sum(each.passed_on is not None for each in copies),
                sum(to in each.particulars.alleged.parties for each in incidents),
            )
        )
    return tuple(found)


# --- the joint review ---


@dataclass(frozen=True, slots=True)
class Number:
    """A count that is fit to be published: rounded, or `few`: fewer than `FEW`, which may be none."""

    value: int
    few: bool


@dataclass(frozen=True, slots=True)
class Waited:
    """How long answers took: the median and the 95th percentile, in seconds, rounded; None where they were too few."""

    median_s: float | None
    p95_s: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """What one party told another, or all told all (`of` and `to` empty)."""

    of: str
    to: str
    notices: Number
    answered: float | None  # share, rounded
    waited: Waited
    late: float | None
    reopened: Number  # by a read-back that did not agree
    escalated: Number


@dataclass(frozen=True, slots=True)
class Review:
    """A joint review of a period. Holds no place, no title and nobody's words. `party` is empty where it is the
    secretariat's, of all pairs that talk to each other; a party's own is of the pairs that it is one of."""

    party: str
    theatre: str
    exercise: bool
    since: Instant
    until: Instant
    names: tuple[tuple[str, str], ...]
    total: Row
    pairs: tuple[Row, ...]
    emergencies: Number
    outcomes: tuple[tuple[str, Number], ...]  # kept, broken, overtaken, none yet
    incidents: Number
    causes: tuple[tuple[str, Number], ...]
    risks: tuple[tuple[str, Number], ...]


def review(world: World, policy: Policy, party: str, since: Instant, until: Instant) -> Steps[Disclosed[Review]]:
    """The review of whole days (UTC), seven at least. `InputError` (`review-period`) for another period: two that
    differ by an hour would tell what happened in it."""
    _require_days(since, until)
    mine = "" if party == SECRETARIAT else party
    states = yield from _told(world, policy, mine, since, until)
    late = yield from _late(world, states)
    pairs: dict[tuple[str, str], list[NoticeState]] = {}
    for state in states:
        pairs.setdefault((state.of, state.to), []).append(state)
    rows = []
    for (of, to), held in sorted(pairs.items()):
        rows.append(_row(of, to, held, late))
        yield
    emergencies = [
        each
        for each in world.exchange.emergencies.values()
        if since <= each.at < until and (not mine or mine == each.by or _called(world, each, mine))
    ]
    incidents = [
        each
        for each in world.cases.incidents.values()
        if since <= each.at < until and (mine in each.held if mine else SECRETARIAT in each.held)
    ]
    standing = [
        item
        for each in incidents
        for item in each.items
        if item.what in (InCase.CAUSE, InCase.RISK) and not item.superseded_by
    ]
    membership = world.membership
    used = {each for row in rows for each in (row.of, row.to)} | ({mine} if mine else set())
    made = Review(
        party=mine,
        theatre=membership.theatre.name,
        exercise=membership.theatre.exercise,
        since=since,
        until=until,
        names=tuple((each, membership.name(each)) for each in sorted(used)),
        total=_row("", "", states, late),
        pairs=tuple(row for row in rows if not row.notices.few),
        emergencies=_number(len(emergencies)),
        outcomes=_outcomes(world, emergencies),
        incidents=_number(len(incidents)),
        causes=tuple(
            (grade.value, _number(sum(item.what is InCase.CAUSE and item.grade == grade.value for item in standing)))
            for grade in Grade
        ),
        risks=tuple(
            (risk.value, _number(sum(item.what is InCase.RISK and item.grade == risk.value for item in standing)))
            for risk in Risk
        ),
    )
    return seal(made, party)


def _require_days(since: Instant, until: Instant) -> None:
    whole = since.epoch_s % _DAY_S == 0 and until.epoch_s % _DAY_S == 0
    if not whole or until.epoch_s - since.epoch_s < _LEAST_S:
        raise InputError(
            "review-period",
            "A review is of whole days (UTC), and of seven at least.",
            expected="two days at 00:00Z, seven or more apart",
        )


def _told(world: World, policy: Policy, mine: str, since: Instant, until: Instant) -> Steps[list[NoticeState]]:
    """What parties told each other by their own terms: not what a conflict alone made known. Of one party, or with
    none of all."""
    found = []
    mailboxes = ((to, ids) for to, ids in tuple(world.exchange.mailboxes.items()) if to != SECRETARIAT)
    for number, (to, name) in enumerate(((to, name) for to, ids in mailboxes for name in tuple(ids)), 1):
        if not number % _LOOKED:
            yield
        state = world.exchange.notices[name]
        if state.what not in _TELLS or not since <= state.at < until or state.of in ("", to, SECRETARIAT):
            continue
        if mine and mine not in (state.of, to):
            continue
        chain = policy.told_of(state.to, state.subject)
        if chain is not None and state.id in policy.only_met(chain, state.to):
            continue
        found.append(state)
    return found


def _late(world: World, states: Iterable[NoticeState]) -> Steps[frozenset[str]]:
    """The ids of the notices of what was declared late. That it was is not told below full."""
    found = set()
    for number, state in enumerate((each for each in states if each.level is Level.FULL), 1):
        if not number % _ENTRIES:
            yield
        if notice_in(world.load(state.index)).facts.get("late") == "1":
            found.add(state.id)
    return frozenset(found)


def _row(of: str, to: str, states: Sequence[NoticeState], late: frozenset[str]) -> Row:
    owed = [each for each in states if each.owed]
    waited = sorted(each.responses[0].at.epoch_s - each.at.epoch_s for each in owed if each.responses)
    return Row(
        of,
        to,
        _number(len(states)),
        _share(len(waited), len(owed)),
        Waited(_quantile(waited, 0.5), _quantile(waited, 0.95)),
        _share(sum(each.id in late for each in states), len(states)),
        _number(sum(any(fact.what for fact in each.read_back) for each in states)),
        _number(sum(each.step > 0 for each in states)),
    )


def _called(world: World, emergency: Emergency, party: str) -> bool:
    return any(world.exchange.notices[each].to == party for each in emergency.notices)


def _outcomes(world: World, emergencies: Iterable[Emergency]) -> tuple[tuple[str, Number], ...]:
    counts = dict.fromkeys((*(each.value for each in Outcome), "none"), 0)
    for emergency in emergencies:
        stated = [world.exchange.commitments[each].outcome for each in emergency.commitments]
        last = next((each for each in reversed(stated) if each is not None), None)
        counts["none" if last is None else last.value] += 1
    return tuple((name, _number(count)) for name, count in counts.items())


def _number(count: int) -> Number:
    return Number(0, few=True) if count < FEW else Number(round(count / STEP) * STEP, few=False)


def _share(part: int, of: int) -> float | None:
    """In steps of a twentieth; None where it is of few."""
    return None if of < ENOUGH else round(part / of * 20) / 20


def _quantile(sorted_s: Sequence[float], share: float) -> float | None:
    """The nearest rank, to two figures; None where they are few."""
    if len(sorted_s) < ENOUGH:
        return None
    value = sorted_s[max(0, math.ceil(share * len(sorted_s)) - 1)]
    if value < 1:
        return round(value)
    digits = 1 - math.floor(math.log10(value))
    return float(round(value, digits))
