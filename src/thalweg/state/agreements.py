"""What the sides propose to each other and agree: fixes, quiet windows, lines, custody (R32, R34)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from thalweg.model.events import (
    Answer,
    CustodyAnswered,
    CustodyOffered,
    LineJudged,
    LineProposed,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    Taken,
)
from thalweg.model.instants import Instant
from thalweg.state.recorded import Recorded


class AgreementState(StrEnum):
    """A dialogue with a state; only `proposed` can still change."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"  # "rejected" is what becomes of a request for permission, which a proposal is not
    LAPSED = "lapsed"


class Matter(StrEnum):
    FIX = "fix"
    QUIET_WINDOW = "quiet_window"
    LINE = "line"
    CUSTODY = "custody"


@dataclass(slots=True)
class Agreement:
    """A proposal and the answers to it. It is accepted when everyone it is addressed to has accepted."""

    event: str
    matter: Matter
    by: str
    to: tuple[str, ...]
    about: str
    index: int
    at: Instant
    expires: Instant | None
    answers: dict[str, tuple[Answer, Instant]] = field(default_factory=dict)
    state: AgreementState = AgreementState.PROPOSED

    def answered(self, by: str, answer: Answer, at: Instant) -> None:
        """One side's answer; the last missing acceptance makes it agreed, the first rejection ends it."""
        self.answers[by] = (answer, at)
        if answer is Answer.REJECT:
            self.state = AgreementState.DECLINED
        elif all(each in self.answers for each in self.to):
            self.state = AgreementState.ACCEPTED


class Agreements:
    """The fold."""

    def __init__(self) -> None:
        self.agreements: dict[str, Agreement] = {}

    def opened(
        self,
        said: Proposed | QuietProposed | LineProposed | CustodyOffered,
        record: Recorded,
        taken: Taken,
        subjects: tuple[str, ...],
    ) -> None:
        event, index, at = record.event, record.index, taken.received
        match said:
            case Proposed():
                made = Agreement(event, Matter.FIX, said.by, said.to, said.about, index, at, said.expires)
            case QuietProposed():
                made = Agreement(
                    event, Matter.QUIET_WINDOW, said.by, said.to, said.window.declaration_id, index, at, said.expires
                )
            case LineProposed():
                made = Agreement(
                    event, Matter.LINE, said.by, said.to, said.line.declaration_id, index, at, said.expires
                )
            case CustodyOffered():
                made = Agreement(event, Matter.CUSTODY, said.by, (said.to,), subjects[0], index, at, None)
        self.agreements[event] = made

    def answered(
        self, said: ProposalAnswered | QuietGuaranteed | LineJudged | CustodyAnswered, at: Instant
    ) -> Agreement:
        """The agreement after the answer."""
        agreement = self.agreements[answer_to(said)]
        agreement.answered(said.by, said.answer, at)
        return agreement

    def lapsed(self, event: str) -> None:
        self.agreements[event].state = AgreementState.LAPSED

    def of(self, party: str) -> tuple[Agreement, ...]:
        """Those that a party made or was asked about, oldest first."""
        return tuple(each for each in self.agreements.values() if party == each.by or party in each.to)


def answer_to(said: ProposalAnswered | QuietGuaranteed | LineJudged | CustodyAnswered) -> str:
    """The hash of the event that is answered."""
    match said:
        case ProposalAnswered():
            return said.proposal
        case QuietGuaranteed():
            return said.quiet
        case LineJudged():
            return said.line
        case CustodyAnswered():
            return said.offer
