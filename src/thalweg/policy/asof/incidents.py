"""The incidents that a party had reported or had been told of, with what was said in each."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, assert_never

from thalweg.formats.event import kind_of
from thalweg.model.cases import (
    AccountGiven,
    Case,
    CauseAssessed,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    RiskAssessed,
)
from thalweg.model.events import Notice
from thalweg.model.instants import Instant
from thalweg.policy.asof.had import IncidentHad, SaidHad

_WITHDRAWN: Final = "incident.withdraw/1"


class Incidents:
    """What was said in incidents, in the order of the log."""

    def __init__(self, party: str) -> None:
        self._party = party
        self._cases: dict[str, list[tuple[SaidHad, str]]] = {}  # incident -> what was said, and its title if it reports
        self._reported: dict[str, str] = {}  # own report -> its reference, once told
        self._asked: dict[str, str] = {}  # request for an explanation -> its incident

    def say(self, said: Case, event: str, at: Instant) -> None:
        """A statement of the party's own: in its incident, as far as the party could tell."""
        match said:
            case IncidentReported():
                incident = self._reported.get(event, event)
            case ExplanationGiven():
                incident = self._asked.get(said.request, "")
            case _:
                incident = said.incident
        self._add(incident, SaidHad(kind_of(said), self._party, at, at, "", event), said)

    def hear(self, notice: Notice, said: Case | None, reached: Instant) -> None:
        """A notice, with the statement that it tells of where it shows it."""
        if notice.of == self._party:
            # The desk's word to whoever said it: of a report, under which reference it goes from now on.
            if isinstance(said, IncidentReported) and notice.statement in self._cases:
                self._reported[notice.statement] = notice.subject
                self._cases[notice.subject] = self._cases.pop(notice.statement)
            return
        what = notice.what.value if said is None else kind_of(said)
        made = SaidHad(what, notice.of, notice.at, reached, notice.id, notice.statement, notice.words)
        self._add(notice.subject, made, said)

    def _add(self, incident: str, made: SaidHad, said: Case | None) -> None:
        if isinstance(said, ExplanationAsked):
            self._asked[made.statement] = incident
        if isinstance(said, ExplanationGiven):
            self._explained(incident, said.request, made.at)
        title = said.title if isinstance(said, IncidentReported) else ""
        self._cases.setdefault(incident, []).append((made if said is None else _in_full(made, said), title))

    def _explained(self, incident: str, request: str, at: Instant) -> None:
        items = self._cases.get(incident, [])
        for place, (each, title) in enumerate(items):
            if each.statement == request and each.answered is None:
                items[place] = (replace(each, answered=at), title)

    def had(self) -> tuple[IncidentHad, ...]:
        """Each of them."""
        found = []
        for reference, items in self._cases.items():
            reports = [(each, title) for each, title in items if title]
            first, title = reports[0] if reports else items[0]
            withdrawn = next((each.at for each, _ in items if each.what == _WITHDRAWN), None)
            known = "" if reference == first.statement else reference
            by = first.by if reports else ""
            found.append(IncidentHad(known, title, by, first.at, withdrawn, tuple(each for each, _ in items)))
        return tuple(found)


def _in_full(made: SaidHad, said: Case) -> SaidHad:
    made = replace(made, language=said.language)
    match said:
        case IncidentReported():
            return replace(made, text=said.text, to=", ".join(said.to))
        case IncidentShared():
            return replace(made, text=said.words, to=", ".join(said.to))
        case IncidentWithdrawn() | EvidenceLaid():
            return replace(made, text=said.words)
        case AccountGiven() | ExplanationGiven():
            return replace(made, text=said.text)
        case ExplanationAsked():
            return replace(made, text=said.question, to=said.to, due=said.due)
        case CauseAssessed():
            return replace(made, text=said.finding, grade=said.grade.value)
        case RiskAssessed():
            return replace(made, text=said.text, grade=said.risk.value)
        case _:
            assert_never(said)
