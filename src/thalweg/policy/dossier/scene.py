"""The incident as it was reported, with what the party knew by then: what a dossier is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thalweg.model.cases import IncidentReported, Particulars
from thalweg.model.dossier import Fact, Known, Margins
from thalweg.model.events import Notice
from thalweg.model.instants import Instant
from thalweg.policy.dossier.case import Case
from thalweg.policy.dossier.near import NearBy, near
from thalweg.policy.dossier.versions import Version, versions
from thalweg.policy.held import Entered


@dataclass(frozen=True, slots=True)
class Scene:
    """`near`: versions that stood, `refused`: those that never did; `subjects`: the former by what they are of."""

    party: str
    held: Sequence[Entered]
    case: Case
    reported: Entered
    said: IncidentReported
    known_at: Instant
    margins: Margins
    near: tuple[NearBy, ...]
    refused: tuple[NearBy, ...]
    subjects: Mapping[str, Version]
    statements: Mapping[str, Entered]  # by their events
    notices: Mapping[str, tuple[Entered, Notice]]  # by their ids

    @classmethod
    def of(
        cls, party: str, held: Sequence[Entered], case: Case, report: tuple[Entered, IncidentReported],
        known_at: Instant, margins: Margins,
    ) -> Scene:  # fmt: skip
        """The scene of an incident that was reported."""
        reported, said = report
        every = near(versions(party, held), said.particulars, margins)
        stood = tuple(each for each in every if not each.version.refused)
        return cls(
            party, held, case, reported, said, known_at, margins, stood,
            tuple(each for each in every if each.version.refused),
            {each.version.subject: each.version for each in stood},
            {each.event: each for each in held},
            {each.body.id: (each, each.body) for each in held if isinstance(each.body, Notice)},
        )  # fmt: skip

    @property
    def at(self) -> Particulars:
        """When and where it was reported to have been."""
        return self.said.particulars

    @property
    def begins(self) -> Instant:
        return self.at.earliest or self.at.latest or self.reported.said_at

    @property
    def ends(self) -> Instant:
        return self.at.latest or self.at.earliest or self.reported.said_at

    @property
    def no_place(self) -> Fact:
        """That nothing can be near what was reported without a place."""
        return Fact("no_place", known=Known.UNKNOWN, entries=self.reported.rests_on)
