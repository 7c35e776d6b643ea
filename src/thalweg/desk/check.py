"""One check from beginning to end: what came in, compared, explained, and disclosed to the one who asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from thalweg import __version__
from thalweg.desk.intake import Intake
from thalweg.engine import batch, suggest
from thalweg.engine.explain import Describe
from thalweg.model.findings import Finding, FindingType, Suggestions
from thalweg.model.instants import Instant
from thalweg.model.result import CheckResult, Counts
from thalweg.model.theatre import Theatre
from thalweg.places.describe import texts
from thalweg.places.gazetteer import Gazetteer
from thalweg.policy.disclosure import Disclosed, disclose_everything

Progress = Callable[[str, int, int], None]  # what is being done, how much of it is done, of how much

_SEVERITY = ("emergency", "warning", "caution", "information")
_CERTAINTY = ("certain", "likely", "possible")


def check(
    intake: Intake,
    theatre: Theatre,
    *,
    checked_at: Instant,
    gazetteer: Gazetteer | None = None,
    fixes: bool = True,
    progress: Progress | None = None,
) -> Disclosed[CheckResult]:
    """Every finding between the declarations in force, with ways out, for the person who holds the files.

    `checked_at` dates the result; nothing else depends on it, so that the same input gives the same bytes.
    """
    tell = progress or _nobody
    tell("Comparing", 0, 1)
    found = batch(intake.declarations, theatre, describe=references(gazetteer))
    suggestions: dict[str, Suggestions] = {}
    if fixes:
        for done, (total, suggestion) in enumerate(suggest(intake.declarations, found, theatre), start=1):
            tell("Looking for ways out", done, total)
            suggestions[suggestion.version] = suggestion
    result = CheckResult(
        declarations={each.version_id: each for each in intake.declarations},
        findings=tuple(sorted(found, key=_urgency)),
        checked_at=checked_at,
        theatre=theatre.name,
        rules_hash=theatre.rules_hash,
        engine_version=__version__,
        suggestions=suggestions,
        problems=intake.problems,
        omissions=intake.omissions,
        counts=Counts(
            files=len(intake.sources),
            seen=intake.seen,
            read=sum(len(reading.declarations) for reading in intake.readings),
            cancellations=sum(len(reading.cancellations) for reading in intake.readings),
            duplicates=intake.duplicates,
            superseded=len(intake.superseded),
            compared=len(intake.declarations),
        ),
        party_names={party.id: party.name for party in theatre.parties},
        exercise=theatre.exercise,
    )
    return disclose_everything(result)


def references(gazetteer: Gazetteer | None = None) -> Describe:
    """Places described independently of what any party calls them (R4)."""

    def describe(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> Sequence[str]:
        return texts(list(zip(lon.tolist(), lat.tolist(), strict=True)), gazetteer=gazetteer)

    return describe


def _urgency(finding: Finding) -> tuple[bool, int, int, float, str]:
    """Neutral facts last; then by severity, by how sure, by when it begins."""
    severity = _SEVERITY.index(finding.severity) if finding.severity in _SEVERITY else len(_SEVERITY)
    first = finding.first.epoch_s if finding.first else float("-inf")
    neutral = finding.type is FindingType.CROSSING
    return (neutral, severity, _CERTAINTY.index(finding.certainty), first, finding.id)


def _nobody(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""
