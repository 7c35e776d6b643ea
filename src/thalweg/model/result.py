"""The result of a check: what was compared, what was found, and everything that was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from typing_extensions import override

from thalweg.model.declarations import Declaration, Standing
from thalweg.model.errors import ValueRefused
from thalweg.model.findings import Finding, Suggestions
from thalweg.model.instants import Instant
from thalweg.model.notes import Flag, Omission, Problem
from thalweg.model.words import EXERCISE, HYPOTHETICAL, REPORTED, RUMOURED, STALE


@dataclass(frozen=True, slots=True)
class Counts:
    """How much arrived, and how much of it was compared, so that a silent loss can be seen."""

    files: int = 0
    seen: int = 0  # rows or features that arrived
    read: int = 0  # of them, declarations
    cancellations: int = 0
    duplicates: int = 0  # the same version more than once
    superseded: int = 0  # older versions of a chain, or cancelled by their notifier
    compared: int = 0  # declarations that the engine compared


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag and the version that it was raised on."""

    version: str
    flag: Flag


@dataclass(frozen=True, slots=True)
class CopyFor:
    """Whose copy this is (R37). `mark` names it in the log, and stands in the product and in its metadata."""

    mark: str
    party: str
    officer: str
    at: Instant

    @override
    def __str__(self) -> str:
        return f"Copy {self.mark} for {self.party}, {self.officer}, {self.at}."


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Everything that one check has to say. Complete at birth; refuses findings about unknown versions.

    `checked_at` is the instant that the check was told it is: validity is judged by it, and products
    are dated by it, so that the same input gives the same bytes. `findings` are in the order in which
    they are to be read. `party_names` maps party ids to names as the theatre gives them. `copy` is set where it was
    made for one recipient; `marked` are then the marks of versions of which more is known than they say themselves.
    """

    declarations: Mapping[str, Declaration]  # by version id
    findings: tuple[Finding, ...]
    checked_at: Instant
    theatre: str
    rules_hash: str
    engine_version: str
    suggestions: Mapping[str, Suggestions] = field(default_factory=dict)  # by version id
    problems: tuple[Problem, ...] = ()
    omissions: tuple[Omission, ...] = ()
    counts: Counts = Counts()
    party_names: Mapping[str, str] = field(default_factory=dict)
    exercise: bool = False
    copy: CopyFor | None = None
    marked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by version id

    def __post_init__(self) -> None:
        known = self.declarations.keys()
        for version, declaration in self.declarations.items():
            if version != declaration.version_id:
                raise ValueRefused("result-version", f"{version} is not the version id of the declaration under it.")
        for finding in self.findings:
            if not set(finding.versions) <= known:
                raise ValueRefused(
                    "result-dangling", f"Finding {finding.id} is about a version that is not in the result."
                )
        if not self.suggestions.keys() <= known:
            raise ValueRefused("result-dangling", "There is a suggestion for a version not in the result.")

    @property
    def incomplete(self) -> bool:
        """Whether anything that could hide a conflict was left out of the check."""
        return bool(self.problems) or any(not omission.harmless for omission in self.omissions)

    @property
    def flags(self) -> tuple[Flagged, ...]:
        """Every flag of every declaration, in the order of the declarations."""
        return tuple(
            Flagged(version, flag) for version, declaration in self.declarations.items() for flag in declaration.flags
        )

    def marks(self, version: str) -> tuple[str, ...]:
        """What must stand beside this declaration wherever it is shown."""
        if version in self.marked:
            return self.marked[version]
        declaration = self.declarations[version]
        until = declaration.valid_until
        said = (
            (EXERCISE, self.exercise),
            (HYPOTHETICAL, declaration.hypothetical),
            (STALE, until is not None and until <= self.checked_at),
            (REPORTED, declaration.standing is Standing.REPORTED),
            (RUMOURED, declaration.standing is Standing.RUMOURED),
        )
        return tuple(mark for mark, holds in said if holds)

    def party_name(self, party: str) -> str:
        """The theatre's name for the party, or its id where the theatre has none."""
        return self.party_names.get(party, party)
