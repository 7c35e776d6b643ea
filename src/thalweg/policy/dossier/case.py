"""What was said in one incident, by the entries that a party holds."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from thalweg.model.cases import (
    AccountGiven,
    CauseAssessed,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    RiskAssessed,
)
from thalweg.model.events import Notice, Refused
from thalweg.model.instants import Instant
from thalweg.policy.held import Entered, Reached, entered
from thalweg.state.recorded import Recorded

PREFIX: Final = "i-"
_LETTERS: Final = 10


def incidents(
    party: str, records: Sequence[Recorded], known_at: Instant, reached: Mapping[str, Reached] | None = None
) -> tuple[tuple[str, str], ...]:
    """The incidents that the party held by then, or that had reached it by then (`dossier`): reference and title,
    oldest first."""
    subjects = {
        each.body.statement: each.body.subject
        for each in records
        if isinstance(each.body, Notice) and each.body.subject.startswith(PREFIX)
    }
    return tuple(
        (subjects.get(each.event) or named(each.event), each.body.title)
        for each in entered(party, records, known_at, reached)
        if isinstance(each.body, IncidentReported) and not isinstance(each.answer, Refused)
    )


def named(event: str) -> str:
    """The reference of an incident by the event of its report, where no other had the same letters."""
    return PREFIX + _letters(event)[:_LETTERS]


@dataclass(slots=True)
class Case:
    """What was said in one incident, in the order of the log, each with the entry that says it."""

    reference: str
    report: tuple[Entered, IncidentReported] | None = None
    withdrawn: Entered | None = None
    shared: list[tuple[Entered, IncidentShared]] = field(default_factory=list)
    accounts: list[tuple[Entered, AccountGiven]] = field(default_factory=list)
    asked: list[tuple[Entered, ExplanationAsked]] = field(default_factory=list)
    explained: list[tuple[Entered, ExplanationGiven]] = field(default_factory=list)
    assessed: list[tuple[Entered, CauseAssessed | RiskAssessed]] = field(default_factory=list)
    laid: list[tuple[Entered, EvidenceLaid]] = field(default_factory=list)
    notices: list[tuple[Entered, Notice]] = field(default_factory=list)

    def take(self, entry: Entered) -> None:
        """The next entry, if it is of this incident."""
        if isinstance(entry.answer, Refused):
            return
        match entry.body:
            case IncidentReported() as said:
                letters = self.reference.removeprefix(PREFIX)
                same = len(letters) >= _LETTERS and _letters(entry.event).startswith(letters)
                if same and self.report is None:  # a later report of the same letters has a longer reference
                    self.report = (entry, said)
            case IncidentShared(incident=self.reference) as said:
                self.shared.append((entry, said))
            case IncidentWithdrawn(incident=self.reference):
                self.withdrawn = entry
            case AccountGiven(incident=self.reference) as said:
                self.accounts.append((entry, said))
            case ExplanationAsked(incident=self.reference) as said:
                self.asked.append((entry, said))
            case ExplanationGiven() as said if any(asked.event == said.request for asked, _ in self.asked):
                self.explained.append((entry, said))
            case CauseAssessed(incident=self.reference) | RiskAssessed(incident=self.reference) as said:
                self.assessed.append((entry, said))
            case EvidenceLaid(incident=self.reference) as said:
                self.laid.append((entry, said))
            case Notice(subject=self.reference) as told:
                self.notices.append((entry, told))
            case _:
                pass


def _letters(event: str) -> str:
    """The hash of an event in the letters of which references are made."""
    return base64.b32encode(bytes.fromhex(event)).decode().lower().rstrip("=")
