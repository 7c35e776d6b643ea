"""What each party is told when anything but a declaration was said, or when time brought something about.

Who is told follows from who is concerned: the other side of a notice, the parties on a channel, those that hold a copy.
Nothing here shows a place that `tell.Policy` would not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry import kernel
from thalweg.ledger import identity
from thalweg.ledger.entry import AuthorKey
from thalweg.model.declarations import Declaration, Volume
from thalweg.model.events import (
    SECRETARIAT,
    Acknowledged,
    Answer,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelStated,
    Committed,
    ConsentStated,
    CrossingLogged,
    CustodyAnswered,
    CustodyOffered,
    DecisionStated,
    Delivered,
    Disseminated,
    DuplicateJudged,
    EmergencySent,
    LineAnswered,
    LineChecked,
    LineJudged,
    LineProposed,
    MessageSent,
    Notice,
    NoticeKind,
    OfficerAdded,
    OfficerEnded,
    OutcomeStated,
    ParticipationStated,
    PartyNamed,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    ReadBack,
    Relayed,
    Released,
    Revalidated,
    Role,
    Said,
    Taken,
    TermsSet,
    TheatreSet,
    Verified,
    WatchEnded,
    WatchTaken,
    Withdrawn,
)
from thalweg.model.events import Declared as DeclaredBody
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route
from thalweg.model.sourced import ClaimConfirmed, ClaimWithdrawn, SourceEntered, SourceShared
from thalweg.policy.incidents import Incidents
from thalweg.policy.sources import SourceNotices
from thalweg.policy.tell import CAUTION, EMERGENCY, INFORMATION, WARNING, Policy
from thalweg.state.agreements import Agreement, answer_to
from thalweg.state.cases import Request
from thalweg.state.channels import Channel
from thalweg.state.exchange import Commitment, Emergency, Fact, NoticeState
from thalweg.state.picture import Chain
from thalweg.state.recorded import KeyFact, Recorded, notice_in
from thalweg.state.world import World

# How far what is read back may lie from what was said: what rounding to whole seconds of arc, to the minute and to ten
# metres of height gives, and a little more. Nine kilometres (Deir ez-Zor, September 2016) is far outside.
READ_BACK_M: Final = 100.0
READ_BACK_S: Final = 60.0
READ_BACK_HEIGHT_M: Final = 15.0

_READ: Final = ("identity", "position", "start", "end", "lower_mm", "upper_mm", "datum")
"""The fields of a read-back that say what its author has down."""

Before = Mapping[str, Mapping[str, Level]]


class Telling:
    """Over one world and its policy."""

    def __init__(self, world: World, policy: Policy) -> None:
        self._world = world
        self._policy = policy
        self._incidents = Incidents(world, policy)
        self._sources = SourceNotices(world)

    # --- statements ---

    def about(
        self, record: Recorded, said: Said, subjects: tuple[str, ...], taken: Taken, before: Before
    ) -> list[Notice]:
        """The notices that follow from a statement, after it took effect; but for `rules`."""
        now = taken.received
        match said:
            case PartyNamed() | ParticipationStated():
                return self._membership(said, record, now)
            case OfficerAdded() | OfficerEnded():
                what = "added" if isinstance(said, OfficerAdded) else "ended"
                told = self._rolls(what, said.officer, said.role, said.scope, said.by, record.author, now)
                return [replace(each, statement=record.event) for each in told if each.to != said.by]
            case TheatreSet() | WatchTaken() | WatchEnded() | Delivered() | DeclaredBody():
                return []
            case ChannelOpened() | ChannelJoined() | ChannelLeft() | ChannelStated() | TermsSet():
                return self._channel(said, record, now, before)
            case LineChecked() | LineAnswered() | MessageSent() | DecisionStated():
                return self._on_channel(said, record, now)
            case Withdrawn() | Revalidated() | Verified() | Released() | ConsentStated() | DuplicateJudged():
                return self._of_chain(said, record, subjects, now, before)
            case CrossingLogged():
                return self._crossing(said, record, subjects[0], now)
            case Acknowledged() | ReadBack() | Disseminated() | Relayed():
                return self._of_notice(said, record, taken)
            case EmergencySent():
                return self._emergency(said, record, now)
            case Committed() | OutcomeStated():
                return self._promised(said, record, now)
            case Proposed() | QuietProposed() | LineProposed() | CustodyOffered():
                return self._proposed(said, record, subjects, now)
            case ProposalAnswered() | QuietGuaranteed() | LineJudged() | CustodyAnswered():
                return self._answered(said, record, subjects, now)
            case SourceEntered() | SourceShared() | ClaimConfirmed() | ClaimWithdrawn():
                return self._sources.about(record, said, now)
            case _:
                return self._incidents.about(record, said, now)

    def rules(self, record: Recorded, now: Instant) -> list[Notice]:
        """Other rules hold by a statement: to everybody. What any of them was told is in conflict is so no longer but
        for what it is warned of after this, so nobody's own notice may come before it."""
        made = Notice("", 0, NoticeKind.RULES, now, of=SECRETARIAT, statement=record.event, severity=CAUTION)
        return [replace(made, to=party) for party in sorted(self._world.membership.parties)]

    def _membership(self, said: PartyNamed | ParticipationStated, record: Recorded, now: Instant) -> list[Notice]:
        everyone = sorted(self._world.membership.parties)
        match said:
            case PartyNamed():
                everyone = [party for party in everyone if party != said.party]
                made = Notice("", 0, NoticeKind.PARTICIPATION, now, of=said.party, statement=record.event)
                made = replace(made, severity=INFORMATION, facts={"status": "named"})
            case ParticipationStated():
                # R22: the others are told at once, with what it means for what they have from that party.
                everyone = [party for party in everyone if party != said.by]
                made = Notice("", 0, NoticeKind.PARTICIPATION, now, of=said.party, statement=record.event)
                facts = {"status": said.status.value, "since": str(said.since), "by": said.by}
                made = replace(made, severity=WARNING, owed=True, facts=facts, words=said.words, language=said.language)
        return [replace(made, to=party) for party in everyone]

    def entered(self, fact: KeyFact, by: str, now: Instant) -> list[Notice]:
        """Of an entry of the key history that no statement asked for: a role, as when somebody comes in by an
        invitation, or a key."""
        match fact.kind:
            case identity.GRANT | identity.GRANT_END:
                officer, role, scope = (str(fact.fields[name]) for name in ("author", "role", "scope"))
                if role not in set(Role):
                    return []
                what = "added" if fact.kind == identity.GRANT else "ended"
                return self._rolls(what, officer, Role(role), scope, SECRETARIAT, by, now)
            case identity.KEY_ADD | identity.KEY_ROTATE | identity.KEY_REVOKE:
                return self._keys(fact, by, now)
            case _:
                return []

    def _rolls(self, what: str, officer: str, role: Role, scope: str, of: str, by: str, now: Instant) -> list[Notice]:
        """Who is on a party's rolls was changed otherwise than by its own word. Whoever is on them speaks for it, so it
        is told at once who did that, whether it takes part now or not. It owes an answer where anybody but that
        officer could give one."""
        party = SECRETARIAT if role is Role.SECRETARIAT else scope
        if party not in (SECRETARIAT, *self._world.membership.parties):
            return []
        facts = {"what": what, "officer": officer, "role": role.value, "by": by}
        owed = bool(self._world.membership.speakers(party) - {officer})
        return [Notice(party, 0, NoticeKind.WATCH, now, of=of, severity=CAUTION, owed=owed, facts=facts)]

    def _keys(self, fact: KeyFact, by: str, now: Instant) -> list[Notice]:
        """Whoever holds an officer's key says what that officer may say. Of one that is added an answer is owed; by one
        that is ended nothing more is said."""
        officer = str(fact.fields.get("author", by))  # whoever rotates a key signs that with the one before
        if fact.kind == identity.KEY_REVOKE:
            key, what = str(fact.fields["key"]), str(fact.fields["reason"])
        else:
            key, what = AuthorKey.read(fact.fields["key"]).key_id, "added"
        return self._of_keys({"what": what, "key": key, "officer": officer, "by": by}, now, owed=what == "added")

    def way_in(self, officer: str, what: str, key: str, by: str, now: Instant) -> list[Notice]:
        """Whoever is in an officer's account says what the server signs for that officer, and reads what their party
        reads; whose account is closed says nothing. It owes an answer where not the officer has it so, but another, or
        whoever came in by an invitation."""
        facts = {"what": what, **({"key": key} if key else {}), "officer": officer, "by": by}
        return self._of_keys(facts, now, owed=by != officer)

    def _of_keys(self, facts: Mapping[str, str], now: Instant, *, owed: bool) -> list[Notice]:
        """To every party on whose rolls the officer is, and to nobody else. An answer is owed where anybody but that
        officer could give one."""
        membership, officer = self._world.membership, facts["officer"]
        return [
            Notice(
                party, 0, NoticeKind.WATCH, now, severity=CAUTION,
                of=party if facts["by"] == officer or membership.speaks_for(facts["by"], party) else SECRETARIAT,
                owed=owed and bool(membership.speakers(party) - {officer}), facts=facts,
            )
            for party in (SECRETARIAT, *sorted(membership.parties)) if membership.speaks_for(officer, party)
        ]  # fmt: skip

    def _channel(
        self,
        said: ChannelOpened | ChannelJoined | ChannelLeft | ChannelStated | TermsSet,
        record: Recorded,
        now: Instant,
        before: Before,
    ) -> list[Notice]:
        channel = self._world.channels.channels[said.channel]
        facts = {"channel": channel.channel, "name": channel.name, "what": _CHANNEL_WORDS[type(said)]}
        owed = isinstance(said, ChannelOpened)
        to: Iterable[str] = channel.joined
        match said:
            case ChannelOpened():
                facts["room"] = str(int(said.room))
                to = said.parties
            case ChannelStated():
                facts["state"] = said.state.value
                facts["since"] = str(said.since)
            case TermsSet() if said.to:
                to = (said.to,)
            case _:
                pass
        made = Notice(
            "", 0, NoticeKind.CHANNEL, now, of=said.by, subject=channel.channel, statement=record.event,
            severity=CAUTION if owed or isinstance(said, ChannelStated) else INFORMATION, owed=owed, facts=facts,
        )  # fmt: skip
        told = [replace(made, to=party) for party in sorted(set(to)) if party != said.by]
        return told + self._disclosure(before, now)

    def _disclosure(self, before: Before, now: Instant) -> list[Notice]:
        """What the parties see of chains that they did not see before, or no longer."""
        return [
            notice
            for key, levels in before.items()
            for notice in self._policy.changed(self._world.picture.chains[key], now, dict(levels))
        ]

    def _on_channel(
        self, said: LineChecked | LineAnswered | MessageSent | DecisionStated, record: Recorded, now: Instant
    ) -> list[Notice]:
        channel = self._world.channels.channels[said.channel]
        facts = {"channel": channel.channel}
        to = [party for party in sorted(channel.joined) if party != said.by]
        match said:
            case LineChecked():
                due = Instant(now.epoch_s + self._world.membership.theatre.clock("line_check")[0])
                made = Notice("", 0, NoticeKind.LINE_CHECK, now, of=said.by, statement=record.event, severity=CAUTION)
                made = replace(made, answers=record.event, due=due, facts={**facts, "what": "check"}, owed=True)
            case LineAnswered():
                asker = self._world.load(self._world.answers[said.check] - 1).body
                to = [asker.by] if isinstance(asker, LineChecked) else to
                made = Notice("", 0, NoticeKind.LINE_CHECK, now, of=said.by, statement=record.event)
                made = replace(made, answers=said.check, severity=INFORMATION, facts={**facts, "what": "answer"})
            case MessageSent():
                to = self._there(to)
                made = Notice("", 0, NoticeKind.MESSAGE, now, of=said.by, statement=record.event, severity=INFORMATION)
                made = replace(made, words=said.text, language=said.language, facts=facts, owed=True)
            case DecisionStated():
                to = self._there(to)
                made = Notice("", 0, NoticeKind.DECISION, now, of=said.by, statement=record.event, severity=CAUTION)
                made = replace(made, words=said.text, language=said.language, facts=facts, owed=True)
        return [replace(made, to=party, subject=channel.channel) for party in to]

    def _there(self, parties: Iterable[str]) -> list[str]:
        """Those of them that take part: who is suspended or has withdrawn is told nothing that is said meanwhile, and
        is not shown it afterwards. Who has left the channel is not on it."""
        known = self._world.membership.parties
        return [each for each in parties if each in known and known[each].taking_part]

    def _of_chain(
        self,
        said: Withdrawn | Revalidated | Verified | Released | ConsentStated | DuplicateJudged,
        record: Recorded,
        subjects: tuple[str, ...],
        now: Instant,
        before: Before,
    ) -> list[Notice]:
        chain = self._world.picture.chains[subjects[0]]
        match said:
            case Withdrawn():
                return self._policy.over(NoticeKind.CANCELLED, chain, now, said.words)
            case Revalidated():
                facts = {"valid_until": str(said.valid_until)}
                return self._to_full(NoticeKind.REVALIDATED, chain, record, now, facts)
            case Verified():
                facts = {"outcome": said.outcome.value, "by": said.by}
                told = self._to_full(NoticeKind.VERIFIED, chain, record, now, facts)
                if said.by != chain.notifier:
                    told.append(
                        Notice(
                            chain.notifier, 0, NoticeKind.VERIFIED, now, of=said.by, subject=chain.key,
                            statement=record.event, severity=INFORMATION, facts=facts, words=said.method,
                        )
                    )  # fmt: skip
                return told
            case Released():
                return self._disclosure(before, now)
            case ConsentStated():
                facts = {"given": str(int(said.given))}
                if not said.given:
                    held = self._policy.copies(chain, before.get(chain.key, {}))
                    facts["held_by"] = ", ".join(f"{party} ({at.value})" for party, at in held)
                own = Notice(
                    chain.notifier, 0, NoticeKind.CONSENT, now, of=said.by, subject=chain.key, statement=record.event,
                    severity=CAUTION, facts=facts,
                )  # fmt: skip
                return [own, *self._disclosure(before, now)]
            case DuplicateJudged():
                return []

    def alike(self, chain: Chain, other: Chain, away_m: float, now: Instant, *, named: bool) -> list[Notice]:
        """Two chains may be one thing (R10): to each notifier that sees both in full and has not been told of these
        two. Below full a proposal would tell where the other one is, and what it is called."""
        known = self._world.exchange.known
        told = []
        for mine, theirs in ((chain, other), (other, chain)):
            party = mine.notifier
            own = theirs.notifier == party
            if own and mine is other:
                break  # both are its own, and it has been told of them the first time round
            seen = own or (self._policy.level(theirs, party) is Level.FULL and theirs.key in known.get(party, {}))
            if seen and not self._told_alike(party, mine.key, theirs.key):
                facts = {"mine": mine.key, "away_m": str(round(away_m)), "names": "alike" if named else "unknown"}
                told.append(
                    Notice(
                        party, 0, NoticeKind.DUPLICATE, now, of=theirs.notifier, subject=theirs.key,
                        severity=INFORMATION, facts=facts,
                    )
                )  # fmt: skip
        return told

    def _told_alike(self, party: str, one: str, other: str) -> bool:
        """Whether the party has been told of these two before, in whichever order."""
        for subject in (one, other):
            for each in self._world.exchange.known.get(party, {}).get(subject, ()):
                notice = self._world.exchange.notices[each]
                if notice.what is NoticeKind.DUPLICATE:
                    body = notice_in(self._world.load(notice.index))
                    if {body.subject, body.facts.get("mine")} == {one, other}:
                        return True
        return False

    def _to_full(
        self, what: NoticeKind, chain: Chain, record: Recorded, now: Instant, facts: dict[str, str]
    ) -> list[Notice]:
        """To everyone that sees the chain in full: what is said about it would tell the others what they do not see."""
        return [
            Notice(
                party, 0, what, now, of=chain.notifier, subject=chain.key,
                statement=record.event, severity=INFORMATION, facts=facts,
            )
            for party, at in self._policy.holders(chain)
            if at is Level.FULL and self._policy.level(chain, party) is Level.FULL
        ]  # fmt: skip

    def _crossing(self, said: CrossingLogged, record: Recorded, key: str, now: Instant) -> list[Notice]:
        """A neutral fact, to everyone that sees the line, with how many there have been (R33)."""
        chain = self._world.picture.chains[key]
        facts = {"at": str(said.at), "who": said.who, "count": str(chain.crossings)}
        seen = (party for party, _ in self._policy.holders(chain) if self._policy.level(chain, party) is Level.FULL)
        to = {chain.notifier, *seen} - {said.by}
        return [
            Notice(
                party, 0, NoticeKind.CROSSING, now, of=said.by, subject=key, statement=record.event,
                severity=INFORMATION, facts=facts,
            )
            for party in sorted(to)
        ]  # fmt: skip

    # --- what became of a notice ---

    def _of_notice(
        self, said: Acknowledged | ReadBack | Disseminated | Relayed, record: Recorded, taken: Taken
    ) -> list[Notice]:
        """To the side that the notice was about; it knows its own declaration, so nothing new is shown."""
        notice = self._world.exchange.notices[said.notice]
        now = taken.received
        if not notice.of or notice.of == notice.to or notice.of == said.by:
            return []
        subject = self._policy.known_to(notice.of, notice.to, notice.subject)
        made = Notice(notice.of, 0, NoticeKind.ACKNOWLEDGED, now, of=said.by, subject=subject, severity=INFORMATION)
        made = replace(made, statement=record.event, answers=notice.statement)
        told = []
        match said:
            case Acknowledged():
                severity = INFORMATION if said.response.value in ("received", "understood") else CAUTION
                made = replace(
                    made, severity=severity, facts={"response": said.response.value}, words=said.text,
                    language=said.language, owed=severity is CAUTION,
                )  # fmt: skip
            case ReadBack():
                differs = ", ".join(taken.mismatch)
                made = replace(made, what=NoticeKind.READ_BACK, facts={"differs": differs})
                if differs:
                    made = replace(made, severity=WARNING, owed=True)
                    told.append(replace(made, to=said.by, of=notice.of, subject=notice.subject, answers=notice.id))
            case Disseminated():
                made = replace(made, what=NoticeKind.DISSEMINATED, facts={"unit": said.unit, "how": said.how})
            case Relayed():
                made = replace(made, what=NoticeKind.RELAYED, facts={"to": said.to, "bearer": said.bearer.value})
        return [made, *told]

    def compare(self, said: ReadBack) -> tuple[str, ...]:
        """What of a read-back does not agree with what the notice said: position, time, altitude, identity (R15).

        What was read back wrongly stands until it is read back again: saying something else of the notice rightly
        confirms nothing of it. And what the notice does not say at all cannot agree with it."""
        notice = self._world.exchange.notices[said.notice]
        said = self._with_what_stands(said, notice)
        declaration = self._declaration_shown(notice)
        place = notice_in(self._world.load(notice.index)).place
        wrong = []
        if said.identity and not self._is_named(said.identity, notice, declaration):
            wrong.append("identity")
        if said.position is not None and _position_differs(said.position, declaration, place):
            wrong.append("position")
        if declaration is not None:
            windows = [each.window for each in declaration.volumes] + [each.window for each in declaration.segments]
            starts, ends = [each.start_s for each in windows], [each.end_s for each in windows]
            start_s, end_s = min(starts, default=float("-inf")), max(ends, default=float("inf"))
        else:  # a call for help is of the moment at which it was told
            start_s, end_s = (notice.at.epoch_s if place is not None else float("-inf")), float("inf")
        for read, true_s in ((said.start, start_s), (said.end, end_s)):
            if read is not None and abs(read.epoch_s - true_s) > READ_BACK_S and "time" not in wrong:
                wrong.append("time")
        if _height_differs(said, declaration):
            wrong.append("altitude")
        return tuple(wrong)

    def _with_what_stands(self, said: ReadBack, notice: NoticeState) -> ReadBack:
        """The read-back with what the wrong ones just before it had down and it does not say anew."""
        stands: dict[str, Any] = {}
        before = [self._world.load(each.index).body for each in _wrong_at_last(notice)]
        for each in (*before, said):
            if isinstance(each, ReadBack):
                stands |= {name: value for name in _READ if (value := getattr(each, name)) not in (None, "")}
        return replace(said, **stands)

    def _declaration_shown(self, notice: NoticeState) -> Declaration | None:
        """The declaration as the recipient was shown it in this notice, or as it was proposed there."""
        view = notice_in(self._world.load(notice.index)).view
        if view is not None:
            return view
        if notice.level is Level.FULL and notice.version:
            return self._world.picture.declaration(notice.version)
        agreement = self._world.agreements.agreements.get(notice.statement)
        made = None if agreement is None else self._world.load(agreement.index).body
        match made:
            case QuietProposed():
                return made.window
            case LineProposed():
                return made.line
            case Proposed():
                return made.changed
            case _:
                return None

    def _is_named(self, name: str, notice: NoticeState, declaration: Declaration | None) -> bool:
        """Whose or what: the party, the id it is known by, or its title."""
        names = {notice.of, self._world.membership.name(notice.of), notice.subject, notice.version}
        if declaration is not None:
            names |= {declaration.declaration_id, declaration.title}
        return name.strip().casefold() in {each.strip().casefold() for each in names if each}

    # --- emergencies and promises ---

    def _emergency(self, said: EmergencySent, record: Recorded, now: Instant) -> list[Notice]:
        to = said.to or self._world.channels.partners(said.by)
        return [self._alarm(said, record.event, party, now, 0) for party in (*sorted(set(to) - {said.by}), SECRETARIAT)]

    def _alarm(self, said: EmergencySent, event: str, to: str, now: Instant, bell: int) -> Notice:
        # Whoever calls for help shows where it is to those it calls; the secretariat learns only that it called.
        full = to != SECRETARIAT
        return Notice(
            to,
            0,
            NoticeKind.EMERGENCY,
            now,
            of=said.by,
            subject=event,
            statement=event if full else "",
            answers=event,
            severity=EMERGENCY,
            owed=bell == 0,  # its repeats ring; the first goes up by its clock until one of them is answered
            words=said.text if full else "",
            language=said.language if full else "",
            place=said.place if full else None,
            facts={"radius_m": str(said.radius_m)} if full and said.place is not None else {},
            bell=bell,
        )

    def repeated(self, emergency: Emergency, to: Iterable[str], now: Instant) -> list[Notice]:
        """Once more, to those of them that were called."""
        said = self._world.load(emergency.index).body
        if not isinstance(said, EmergencySent):
            return []
        return [self._alarm(said, emergency.event, party, now, emergency.repeated) for party in sorted(to)]

    def _promised(self, said: Committed | OutcomeStated, record: Recorded, now: Instant) -> list[Notice]:
        about = said.about if isinstance(said, Committed) else self._world.exchange.commitments[said.commitment].about
        incident = self._world.cases.incidents.get(about)
        if incident is not None:
            return self._incidents.promised(said, record.event, incident, now)
        by = said.by if isinstance(said, Committed) else self._world.exchange.commitments[said.commitment].by
        made = Notice("", 0, NoticeKind.COMMITMENT, now, of=said.by, statement=record.event, severity=WARNING)
        if isinstance(said, Committed):
            made = replace(made, answers=record.event, words=said.action, language=said.language)
            made = replace(made, due=said.due, facts={"due": str(said.due)})
        else:
            made = replace(made, what=NoticeKind.OUTCOME, answers=said.commitment, words=said.words)
            made = replace(made, facts={"outcome": said.outcome.value})
        return [replace(made, to=party) for party in sorted(self._concerned(about, by) - {said.by})]

    def commitment_lapsed(self, commitment: Commitment, now: Instant) -> list[Notice]:
        """The time of a promise is over and nobody has said what came of it: both sides, and the secretariat."""
        made = Notice("", 0, NoticeKind.LAPSED, now, of=commitment.by, answers=commitment.event, severity=WARNING)
        made = replace(
            made, owed=True, facts={"what": "commitment", "due": str(commitment.due)}, subject=commitment.event
        )
        to = sorted({*self._concerned(commitment.about, commitment.by), commitment.by, SECRETARIAT})
        incident = self._world.cases.incidents.get(commitment.about)
        if incident is not None:
            made, to = replace(made, subject=incident.reference), sorted(incident.held)
        return [replace(made, to=party) for party in to]

    def explanation_due(self, request: Request, now: Instant) -> list[Notice]:
        """See `Incidents.explanation_due`."""
        return self._incidents.explanation_due(request, now)

    def _concerned(self, about: str, by: str) -> set[str]:
        exchange = self._world.exchange
        emergency = exchange.emergency_about(about)
        if emergency is not None:
            called = {exchange.notices[each].to for each in emergency.notices}
            return {emergency.by, by, *called} - {SECRETARIAT}
        notice = exchange.notices.get(about)
        return {by} if notice is None else {by, notice.of, notice.to} - {""}

    # --- agreeing ---

    def _proposed(
        self,
        said: Proposed | QuietProposed | LineProposed | CustodyOffered,
        record: Recorded,
        subjects: tuple[str, ...],
        now: Instant,
    ) -> list[Notice]:
        made = Notice("", 0, NoticeKind.PROPOSAL, now, of=said.by, statement=record.event, answers=record.event)
        made = replace(made, severity=CAUTION, owed=True)
        match said:
            case Proposed():
                about = self._finding_in(subjects[0])
                made = replace(made, words=said.words, language=said.language, due=None)
                made = replace(made, facts={"matter": "fix", "fix": said.fix, "expires": str(said.expires)})
                return [
                    replace(made, to=party, facts={**made.facts, "about": self._policy.finding_as_known(party, about)})
                    for party in sorted(set(said.to))
                ]
            case QuietProposed():
                facts = {"matter": "quiet_window", "expires": str(said.expires)}
                made = replace(made, what=NoticeKind.QUIET_WINDOW, words=said.task, facts=facts)
            case LineProposed():
                made = replace(made, what=NoticeKind.LINE, facts={"matter": "line", "expires": str(said.expires)})
            case CustodyOffered():
                made = replace(made, what=NoticeKind.CUSTODY, words=said.words, facts={"matter": "custody"})
                chain = self._world.picture.chains[subjects[0]]
                # Whoever is asked to take a site over is shown it, and then asked.
                shown = self._policy.shown(NoticeKind.RELEASED, chain, said.to, Level.FULL, now)
                return [shown, replace(made, to=said.to, subject=chain.key, version=shown.version)]
        return [replace(made, to=party) for party in sorted(set(said.to))]

    def _finding_in(self, name: str) -> str:
        """The true finding that is meant by a notice that tells of that one alone; any other name is itself."""
        state = self._world.exchange.notices.get(name)
        if state is None:
            return name
        told = notice_in(self._world.load(state.index)).findings
        return (self._policy.finding_meant(state.to, told[0].id) or "") if len(told) == 1 else ""

    def _answered(
        self,
        said: ProposalAnswered | QuietGuaranteed | LineJudged | CustodyAnswered,
        record: Recorded,
        subjects: tuple[str, ...],
        now: Instant,
    ) -> list[Notice]:
        agreement = self._world.agreements.agreements[answer_to(said)]
        made = Notice(
            "", 0, NoticeKind.ANSWERED, now, of=said.by, answers=agreement.event, statement=record.event,
            severity=CAUTION, words=said.words,
            facts={"matter": agreement.matter.value, "answer": said.answer.value, "state": agreement.state.value},
        )  # fmt: skip
        told = [replace(made, to=party) for party in sorted({agreement.by, *agreement.to} - {said.by})]
        if isinstance(said, CustodyAnswered) and said.answer is Answer.ACCEPT:
            chain = self._world.picture.chains[subjects[1]]
            facts = {"matter": "custody", "from": agreement.by, "to_party": chain.notifier}
            told += [
                Notice(
                    party, 0, NoticeKind.CUSTODY, now, of=chain.notifier,
                    subject=self._policy.subject(chain, at, party), severity=CAUTION, facts=facts, owed=True,
                )
                for party, at in self._policy.holders(chain)
                if party not in (agreement.by, chain.notifier) and at.at_least(Level.FOOTPRINT)
            ]  # fmt: skip
        return told

    def proposal_lapsed(self, agreement: Agreement, now: Instant) -> list[Notice]:
        """Nobody answered in time."""
        made = Notice("", 0, NoticeKind.LAPSED, now, of=agreement.by, answers=agreement.event, severity=CAUTION)
        made = replace(made, facts={"what": agreement.matter.value})
        return [replace(made, to=party) for party in sorted({agreement.by, *agreement.to})]

    # --- time ---

    def escalated(self, notice: NoticeState, step: int, now: Instant, officer: str, *, everyone: bool) -> list[Notice]:
        """Unanswered: to the next watch; at the last step to the secretariat too (R16), which learns who owes an answer
        to what kind of notice, and nothing of what it says. The notifier is told by its own clock: `silent`."""
        facts = ({"officer": officer} if officer else {}) | ({"also": SECRETARIAT} if everyone else {})
        made = Notice(
            notice.to, 0, NoticeKind.ESCALATED, now, of=notice.of, subject=notice.subject, answers=notice.id,
            severity=notice.severity, bell=step, facts=facts,
        )  # fmt: skip
        told = [made]
        if everyone:
            facts = {"owes": notice.to, "what": notice.what.value}
            told.append(replace(made, to=SECRETARIAT, subject="", facts=facts))
        return told

    def silent(self, notice: NoticeState, now: Instant) -> list[Notice]:
        """To the notifier, once: the other side has not answered (R16). When, and how severe, follows from what the
        notifier may know of the notice, and not from what the other side was warned of (D13)."""
        what, severity = self._policy.as_notifier_knows(notice)
        subject = self._policy.known_to(notice.of, notice.to, notice.subject)
        facts = {"owes": notice.to, "what": what.value}
        return [
            Notice(
                notice.of, 0, NoticeKind.ESCALATED, now, of=notice.to, subject=subject, severity=severity, facts=facts
            )
        ]

    def validity(self, chain: Chain, now: Instant, *, stale: bool) -> list[Notice]:
        """To its notifier: it runs out, or has run out; it is tested all the same until it is cancelled (R8)."""
        facts = {"valid_until": str(chain.valid_until), "stale": str(int(stale))}
        return [
            Notice(
                chain.notifier, 0, NoticeKind.REMINDER, now, of=chain.notifier, subject=chain.key,
                severity=CAUTION if stale else INFORMATION, owed=True, facts=facts,
            )
        ]  # fmt: skip

    def line_down(self, channel: Channel, asker: str, now: Instant) -> list[Notice]:
        """A line check went unanswered: as the asker sees it, the line is down (R21)."""
        made = Notice(
            asker, 0, NoticeKind.CHANNEL, now, of=asker, subject=channel.channel, severity=WARNING,
            facts={"channel": channel.channel, "name": channel.name, "what": "unanswered", "state": "down"},
        )  # fmt: skip
        return [made, replace(made, to=SECRETARIAT)]

    def line_check_owed(self, channel: Channel, silent: Iterable[str], now: Instant) -> list[Notice]:
        """The beat of line checks: to each side that has neither asked nor answered since the last."""
        return [
            Notice(
                party, 0, NoticeKind.REMINDER, now, of=SECRETARIAT, subject=channel.channel, severity=CAUTION,
                facts={"channel": channel.channel, "what": "line_check"},
            )
            for party in sorted(silent)
        ]  # fmt: skip


_CHANNEL_WORDS: Mapping[type, str] = {
    ChannelOpened: "opened",
    ChannelJoined: "joined",
    ChannelLeft: "left",
    ChannelStated: "state",
    TermsSet: "terms",
}


def _wrong_at_last(notice: NoticeState) -> list[Fact]:
    """The newest read-backs of a notice that did not agree, oldest first, as far as no right one came between."""
    right = [place for place, each in enumerate(notice.read_back) if not each.what]
    return notice.read_back[right[-1] + 1 if right else 0 :]


def _position_differs(position: Position, declaration: Declaration | None, place: Position | None) -> bool:
    """Whether a position that was read back is not one that was said: of a declaration, or of a call for help."""
    if declaration is not None:
        return _away_m(position, declaration) > READ_BACK_M
    return place is None or _distance_m(position, [place])[0] > READ_BACK_M


def _away_m(position: Position, declaration: Declaration) -> float:
    """How far a position that was read back lies from the nearest point that the declaration names, less its own
    uncertainty: a vertex, a centre, a way-point."""
    points = [(point, volume.uncertainty.horizontal_m) for volume in declaration.volumes for point in _named(volume)]
    points += [(p, segment.uncertainty.horizontal_m) for segment in declaration.segments for p in segment.path.points]
    if not points:
        return 0.0
    away = _distance_m(position, [point for point, _ in points])
    return float((away - np.array([doubt for _, doubt in points])).min())


def _distance_m(position: Position, points: Sequence[Position]) -> NDArray[np.float64]:
    lon, lat = np.array([each.lon for each in points]), np.array([each.lat for each in points])
    return kernel.geodesic(np.full(len(lon), position.lon), np.full(len(lat), position.lat), lon, lat)


def _named(volume: Volume) -> tuple[Position, ...]:
    match volume.shape:
        case Point(at=at):
            return (at,)
        case Circle(centre=centre):
            return (centre,)
        case Polygon(outer=outer, holes=holes):
            return (*outer, *(position for hole in holes for position in hole))
        case MultiPolygon(polygons=polygons):
            return tuple(position for polygon in polygons for position in polygon.outer)
        case Corridor(path=path):
            return path
        case Path(points=points):
            return points
        case Route(waypoints=waypoints):
            return tuple(each.at for each in waypoints)


def _height_differs(said: ReadBack, declaration: Declaration | None) -> bool:
    """Whether heights that were read back, or what they are above, are those of no volume."""
    if said.lower_mm is None and said.upper_mm is None and not said.datum:
        return False
    for volume in () if declaration is None else declaration.volumes:
        if (band := volume.band) is None:
            continue
        pairs = ((said.lower_mm, band.lower_m), (said.upper_mm, band.upper_m))
        near = all(
            mm is None or (metres is not None and abs(mm / 1e3 - metres) <= READ_BACK_HEIGHT_M) for mm, metres in pairs
        )
        # One datum is read back: of the upper limit alone it is that limit's.
        above = band.datum_of_upper if said.lower_mm is None and said.upper_mm is not None else band.datum
        if near and said.datum in ("", above.value):
            return False
    return True
