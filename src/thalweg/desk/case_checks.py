"""The rules for what is said about incidents (R41, R42, R44). Whoever does not have an incident is told that there is
none of that reference, whether there is or not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from thalweg.desk.no import No, Subjects, no_chain, no_party
from thalweg.model.cases import (
    AccountGiven,
    Case,
    CauseAssessed,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    Particulars,
    RiskAssessed,
)
from thalweg.model.events import SECRETARIAT
from thalweg.model.instants import Instant
from thalweg.policy.incidents import may_hold
from thalweg.policy.tell import Policy
from thalweg.state.cases import ACCOUNTS, InCase, Incident
from thalweg.state.world import World

AHEAD_S: Final = 300.0  # how far the clock of whoever reports may be ahead of the desk's
WIDEST_M: Final = 20_100_000  # half way round the Earth: it may have been anywhere

_SHA256 = re.compile(r"[0-9a-f]{64}")


class CaseChecks:
    """Over one world and its policy."""

    def __init__(self, world: World, policy: Policy) -> None:
        self._world = world
        self._policy = policy

    def check(self, said: Case, now: Instant) -> Subjects | No:
        """What the statement is about, or why it is not taken."""
        if isinstance(said, IncidentReported):
            return self._reported(said, now)
        if isinstance(said, ExplanationGiven):
            return self._explained(said)
        incident = self._world.cases.has(said.by, said.incident)
        if incident is None:
            return No("incident-unknown", f"You have no incident {said.incident!r}.")
        match said:
            case IncidentShared() | IncidentWithdrawn():
                return self._by_reporter(said, incident)
            case AccountGiven():
                if not said.text.strip():
                    return No("account-empty", "An account says what happened, in words.")
                if not self._supersedes(said.by, said.supersedes, incident, ACCOUNTS):
                    return No(
                        "account-supersedes",
                        "An account supersedes the newest one of the same side and of this incident, and no other's.",
                    )
                return self._particulars(said.particulars, now) or ()
            case ExplanationAsked():
                return self._asked(said, incident, now)
            case CauseAssessed():
                if not said.finding.strip():
                    return No("finding-empty", "A finding says what is found, in words.")
                if not self._supersedes(said.by, said.supersedes, incident, (InCase.CAUSE,)):
                    return No(
                        "finding-supersedes",
                        "A finding supersedes one of the same side and of this incident that still stands.",
                    )
                return ()
            case RiskAssessed():
                return ()
            case EvidenceLaid():
                return self._laid(said)

    def _reported(self, said: IncidentReported, now: Instant) -> Subjects | No:
        if not said.title.strip() or not said.text.strip():
            return No("incident-words", "An incident has a title, and says in words what happened.")
        if said.particulars.earliest is None or said.particulars.latest is None:
            return No(
                "incident-time",
                "An incident happened between two times, however far apart; say not before and not after which.",
            )
        return self._strangers(said.to) or self._particulars(said.particulars, now) or ()

    def _particulars(self, particulars: Particulars, now: Instant) -> No | None:
        earliest, latest = particulars.earliest, particulars.latest
        if earliest is not None and latest is not None and latest < earliest:
            return No("incident-time", "It happened not before the first of the two times and not after the second.")
        if earliest is not None and earliest.epoch_s > now.epoch_s + AHEAD_S:
            return No("incident-future", "What has not happened yet is declared, and not reported.")
        if not 0 <= particulars.radius_m <= WIDEST_M or (particulars.place is None and particulars.radius_m):
            return No(
                "incident-place",
                f"A radius is from 0 to {WIDEST_M} metres, round a position; without one say where in words.",
            )
        return self._nobody((*particulars.affected.parties, *particulars.alleged.parties))

    def _by_reporter(self, said: IncidentShared | IncidentWithdrawn, incident: Incident) -> Subjects | No:
        if said.by != incident.by:
            return No("incident-not-reporter", "Only its reporter shares an incident with others, or withdraws it.")
        if isinstance(said, IncidentWithdrawn):
            return No("incident-withdrawn", "It is withdrawn already.") if incident.withdrawn is not None else ()
        if not set(said.to) - incident.held.keys():
            return No("incident-shared", "Everyone that you name has it already.")
        return self._strangers(said.to) or ()

    def _asked(self, said: ExplanationAsked, incident: Incident, now: Instant) -> Subjects | No:
        if not said.question.strip():
            return No("explanation-empty", "A request for an explanation asks something, in words.")
        if said.to == said.by or said.to == SECRETARIAT or said.to not in incident.held:
            return No(
                "explanation-to",
                "An explanation is asked of another party that has the incident; its reporter can share it first.",
            )
        return No("due-past", "An explanation is asked for by a time to come.") if said.due <= now else ()

    def _explained(self, said: ExplanationGiven) -> Subjects | No:
        request = self._world.cases.requests.get(said.request)
        if request is None or self._world.cases.has(said.by, request.incident) is None:
            return No("explanation-unknown", "You know of no such request for an explanation.")
        if said.by != request.to:
            return No("explanation-addressee", f"It was asked of {request.to}, which alone answers it.")
        return () if said.text.strip() else No("explanation-empty", "An explanation says something, in words.")

    def _supersedes(self, by: str, event: str, incident: Incident, kinds: Iterable[InCase]) -> bool:
        """Whether nothing is superseded, or something of the same side and kind that still stands."""
        if not event:
            return True
        item = incident.item(event)
        return item is not None and item.by == by and item.what in kinds and not item.superseded_by

    def _laid(self, said: EvidenceLaid) -> Subjects | No:
        match said.what:
            case Evidence.DECLARATION:
                key = self._policy.resolve(said.by, said.name)
                return (key,) if key in self._world.picture.chains else no_chain(said.name)
            case Evidence.NOTICE:
                notice = self._world.exchange.notices.get(said.name)
                if notice is None or notice.to != said.by:
                    return No("notice-unknown", f"{said.name} is no notice to {said.by}.")
            case Evidence.STATEMENT:
                if not may_hold(self._world, said.by, said.name):
                    return No("evidence-unknown", "You hold no entry of that hash.")
            case Evidence.SOURCE:
                if _SHA256.fullmatch(said.name) is None:
                    return No("evidence-source", "A source is named by its SHA-256, 64 small hexadecimal digits.")
        return ()

    def _strangers(self, to: Iterable[str]) -> No | None:
        return self._nobody(each for each in to if each != SECRETARIAT)

    def _nobody(self, parties: Iterable[str]) -> No | None:
        """The first that is no party of this theatre."""
        return next((no_party(each) for each in parties if each not in self._world.membership.parties), None)
