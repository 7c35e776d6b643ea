"""What a party had proposed or been asked, and the promises that it had made or been told of."""

from __future__ import annotations

from dataclasses import replace

from thalweg.model.events import (
    Answer,
    Committed,
    CustodyAnswered,
    CustodyOffered,
    LineJudged,
    LineProposed,
    Notice,
    NoticeKind,
    OutcomeStated,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
)
from thalweg.model.instants import Instant
from thalweg.policy.asof.had import AgreementHad, CommitmentHad
from thalweg.state.agreements import AgreementState, Matter, answer_to

Proposal = Proposed | QuietProposed | LineProposed | CustodyOffered
Answering = ProposalAnswered | QuietGuaranteed | LineJudged | CustodyAnswered


class Agreements:
    """What was proposed, answered and promised, in the order of the log."""

    def __init__(self) -> None:
        self._agreements: dict[str, AgreementHad] = {}
        self._commitments: dict[str, CommitmentHad] = {}

    def propose(self, body: Proposal, event: str, at: Instant) -> None:
        """A proposal of the party's own, or one that it was shown in full."""
        asked = AgreementState.PROPOSED
        match body:
            case Proposed():
                made = AgreementHad(
                    event, Matter.FIX, body.by, body.to, asked, at, body.expires, (), body.words, body.changed
                )
            case QuietProposed():
                made = AgreementHad(
                    event, Matter.QUIET_WINDOW, body.by, body.to, asked, at, body.expires, (), body.task, body.window
                )
            case LineProposed():
                made = AgreementHad(event, Matter.LINE, body.by, body.to, asked, at, body.expires, (), "", body.line)
            case CustodyOffered():
                made = AgreementHad(event, Matter.CUSTODY, body.by, (body.to,), asked, at, None, (), body.words, None)
        self._agreements.setdefault(event, made)

    def offered(self, notice: Notice) -> None:
        """Custody of a site, offered to the party."""
        made = AgreementHad(
            notice.answers, Matter.CUSTODY, notice.of, (notice.to,), AgreementState.PROPOSED, notice.at, None, (),
            notice.words, None,
        )  # fmt: skip
        self._agreements.setdefault(notice.answers, made)

    def answer(self, body: Answering, at: Instant) -> None:
        """The party's own answer. That it makes the whole agreed is known where nobody else was asked."""
        agreement = self._agreements.get(answer_to(body))
        if agreement is None:
            return
        agreement = _answered(agreement, body.by, body.answer, at)
        if body.answer is Answer.REJECT:
            agreement = replace(agreement, state=AgreementState.DECLINED)
        elif {*agreement.to} <= {by for by, _, _ in agreement.answers}:
            agreement = replace(agreement, state=AgreementState.ACCEPTED)
        self._agreements[agreement.event] = agreement

    def commit(self, body: Committed, event: str, at: Instant) -> None:
        """A promise."""
        self._commitments[event] = CommitmentHad(
            event, body.by, body.about, body.action, body.due, at, "", lapsed=False
        )

    def outcome(self, body: OutcomeStated) -> None:
        """What came of a promise, by a statement."""
        self._came_of(body.commitment, body.outcome.value)

    def hear(self, notice: Notice, said: object) -> None:
        """That something was answered, that it lapsed, or what came of it, by a notice; `said` is the statement that it
        shows."""
        facts = notice.facts
        agreement = self._agreements.get(notice.answers)
        commitment = self._commitments.get(notice.answers)
        if notice.what is NoticeKind.OUTCOME:
            self._came_of(notice.answers, outcome_told(notice, said))
        elif notice.what is NoticeKind.ANSWERED and agreement is not None:
            answered = _answered(agreement, notice.of, Answer(facts["answer"]), notice.at)
            self._agreements[notice.answers] = replace(answered, state=AgreementState(facts["state"]))
        elif notice.what is NoticeKind.LAPSED and agreement is not None:
            self._agreements[notice.answers] = replace(agreement, state=AgreementState.LAPSED)
        elif notice.what is NoticeKind.LAPSED and commitment is not None:
            self._commitments[notice.answers] = replace(commitment, lapsed=True)

    def _came_of(self, commitment: str, outcome: str) -> None:
        known = self._commitments.get(commitment)
        if known is not None:
            self._commitments[commitment] = replace(known, outcome=outcome)

    def agreements(self) -> tuple[AgreementHad, ...]:
        """What it had proposed, or been asked."""
        return tuple(self._agreements.values())

    def commitments(self) -> tuple[CommitmentHad, ...]:
        """Promises that it had made, or been told of."""
        return tuple(self._commitments.values())


def outcome_told(notice: Notice, said: object) -> str:
    """What came of a promise, by the notice of it, or by the statement `said` that it shows. Empty where neither says
    what: then whoever reads it was not told that the promise was kept, and what it is about is not over."""
    stated = said.outcome.value if isinstance(said, OutcomeStated) else ""
    return notice.facts.get("outcome", stated)


def _answered(agreement: AgreementHad, by: str, answer: Answer, at: Instant) -> AgreementHad:
    others = [each for each in agreement.answers if each[0] != by]
    return replace(agreement, answers=tuple(sorted([*others, (by, answer, at)], key=lambda each: each[0])))
