"""What a party had said and been told besides declarations and findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

import numpy as np

from thalweg.model.cases import Case
from thalweg.model.events import (
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelStated,
    Committed,
    CrossingLogged,
    CustodyAnswered,
    CustodyOffered,
    EmergencySent,
    LineJudged,
    LineProposed,
    Notice,
    NoticeKind,
    OutcomeStated,
    ParticipationStated,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
)
from thalweg.model.instants import Instant
from thalweg.policy.asof.agreements import Agreements
from thalweg.policy.asof.channels import Channels
from thalweg.policy.asof.cut import Cut
from thalweg.policy.asof.had import CrossingHad, EmergencyHad, ParticipationHad
from thalweg.policy.asof.incidents import Incidents
from thalweg.policy.asof.valid import Valid
from thalweg.policy.whole import Steps
from thalweg.state import history

_READ: Final = 20  # entries of one step


class Acts:
    """All of it that was known, in the order of the log."""

    def __init__(self, party: str) -> None:
        self._party = party
        self._crossings: list[CrossingHad] = []
        self._emergencies: dict[str, EmergencyHad] = {}
        self._calls: dict[str, set[str]] = {}  # emergency -> the notices by which the party was called
        self._participation: dict[tuple[str, str], ParticipationHad] = {}
        self.agreements = Agreements()
        self.channels = Channels()
        self.incidents = Incidents(party)

    @classmethod
    def read(cls, cut: Cut) -> Steps[Acts]:
        """What was known by then."""
        made = cls(cut.party)
        yield from made._hear(cut)
        return made

    def _hear(self, cut: Cut) -> Steps[None]:
        columns, known, since = cut.table("act")
        for number, row in enumerate(np.flatnonzero(known).tolist(), 1):
            if not number % _READ:
                yield
            index, shown = int(columns["index"][row]), int(columns["shown"][row])
            at, reached = Instant(float(columns["at"][row])), Instant(float(since[row]))
            record = cut.load(index)
            body, event = record.body, record.event
            if isinstance(body, Notice):
                said = cut.load(shown).body if shown >= 0 and shown != index else None
                if body.what in history.CASE_NOTICES:
                    self.incidents.hear(body, said if isinstance(said, Case) else None, reached)
                else:
                    self._told(body, said, reached)
            elif isinstance(body, Case):
                self.incidents.say(body, event, at)
            else:
                self._said(body, event, at, at, None)

    def _told(self, notice: Notice, said: object, reached: Instant) -> None:
        what, facts = notice.what, notice.facts
        if what in (NoticeKind.ANSWERED, NoticeKind.LAPSED, NoticeKind.OUTCOME):
            self.agreements.hear(notice, said)
        elif what is NoticeKind.CUSTODY:
            # Where it answers nothing, a holder is told that a site changed hands: in `of` of what it is shown of it
            # from then on.
            if notice.answers:
                self.agreements.offered(notice)
        elif what is NoticeKind.EMERGENCY:
            self._called(notice)
        elif what is NoticeKind.PARTICIPATION and "since" in facts:
            since = Instant.of(datetime.fromisoformat(facts["since"].replace("Z", "+00:00")))
            self._takes_part(notice.of, facts["by"], facts["status"], since, notice.at)
        elif said is not None:
            self._said(said, notice.statement, notice.at, reached, notice)

    def _said(self, body: object, event: str, at: Instant, reached: Instant, notice: Notice | None) -> None:
        """A statement of the party itself, or one that a notice shows it in full."""
        match body:
            case ChannelOpened() | ChannelJoined() | ChannelLeft() | ChannelStated():
                self.channels.hear(body, at)
            case Proposed() | QuietProposed() | LineProposed() | CustodyOffered():
                self.agreements.propose(body, event, at)
            case ProposalAnswered() | QuietGuaranteed() | LineJudged() | CustodyAnswered():
                self.agreements.answer(body, at)
            case Committed():
                self.agreements.commit(body, event, at)
            case OutcomeStated():
                self.agreements.outcome(body)
            case EmergencySent():
                self._emergencies.setdefault(
                    event, EmergencyHad(event, body.by, at, body.text, body.place, body.radius_m, 0, None)
                )
            case CrossingLogged():
                line, told_by = (body.line, "") if notice is None else (notice.subject, notice.id)
                self._crossings.append(
                    CrossingHad(
                        line, body.at, body.who, body.by, body.medium, body.position, body.to_side, at, reached, told_by
                    )
                )
            case ParticipationStated():
                self._takes_part(body.party, body.by, body.status.value, body.since, at)
            case _:
                pass

    def _called(self, notice: Notice) -> None:
        radius_m = int(notice.facts.get("radius_m", "0"))
        called = EmergencyHad(
            notice.answers, notice.of, notice.at, notice.words, notice.place, radius_m, notice.bell, None
        )
        known = self._emergencies.setdefault(notice.answers, called)
        self._emergencies[notice.answers] = replace(known, repeated=max(known.repeated, notice.bell))
        self._calls.setdefault(notice.answers, set()).add(notice.id)

    def _takes_part(self, party: str, by: str, status: str, since: Instant, told: Instant) -> None:
        self._participation[party, by] = ParticipationHad(party, by, status, since, told)

    def crossings(self, valid: Valid) -> Iterable[CrossingHad]:
        """A crossing has no length: it is shown from when it happened on, in a stretch of time if it happened in it."""
        since_s, until_s = valid.bounds
        for each in self._crossings:
            at_s = each.at.epoch_s
            if at_s <= until_s if since_s == until_s else since_s <= at_s < until_s:
                yield each

    def emergencies(self) -> tuple[EmergencyHad, ...]:
        """Emergencies that it had called, or been called by. Whether one was over, by what the party had been told;
        None where a promise about some notice of another was kept, which may be of this emergency."""
        over = [each for each in self.agreements.commitments() if each.outcome in ("kept", "overtaken")]
        about = {each.about for each in over}
        ours = {*self._emergencies}.union(*self._calls.values())
        unplaced = any(each.about not in ours and each.by != self._party for each in over)
        found = []
        for event, each in self._emergencies.items():
            ended = event in about or not about.isdisjoint(self._calls.get(event, ()))
            found.append(replace(each, open=False if ended else None if unplaced else True))
        return tuple(found)

    def participation(self) -> tuple[ParticipationHad, ...]:
        """What each had stated of itself and of others."""
        return tuple(self._participation[each] for each in sorted(self._participation))
