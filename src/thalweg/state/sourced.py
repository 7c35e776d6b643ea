"""Sources and the claims confirmed in them (R43), in the order in which they were taken.

Two parties that enter the same source hold it apart: what one confirms in it, and to whom it is shown, is its own.
Nothing is taken away. Nothing that finds conflicts or chooses alerts reads this (R13).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from thalweg.model.events import Taken
from thalweg.model.instants import Instant
from thalweg.model.sourced import ClaimConfirmed, ClaimWithdrawn, Sourced, SourceEntered, SourceShared
from thalweg.state.recorded import Recorded

PREFIX: Final = "sha256:"


def subject_of(source: str) -> str:
    """What notices about a source are about."""
    return PREFIX + source


@dataclass(slots=True)
class Claim:
    """One confirmed claim: by which event, of which party and officer, and what became of it. Its words stay in the
    log, at `index`."""

    event: str
    index: int
    at: Instant
    by: str
    officer: str
    source: str
    superseded_by: str = ""
    withdrawn: Instant | None = None


@dataclass(slots=True)
class Source:
    """A source as one party entered it. Entered again by it, the newest entry says what it is."""

    sha256: str
    by: str
    officer: str
    event: str
    index: int
    at: Instant
    entries: list[int] = field(default_factory=list)  # where its `source/1` and `source.share/1` stand, in order
    held: dict[str, str] = field(default_factory=dict)  # who is shown it, and by which event
    claims: list[str] = field(default_factory=list)  # events, oldest first


class Sources:
    """The fold."""

    def __init__(self) -> None:
        self.sources: dict[str, dict[str, Source]] = {}  # SHA-256 -> party that entered it -> as it did
        self.claims: dict[str, Claim] = {}  # event -> claim, oldest first
        self.by_party: dict[str, dict[str, None]] = {}  # party -> the sources it entered or is shown, in order

    def own(self, party: str, source: str) -> Source | None:
        """The source as that party entered it."""
        return self.sources.get(source, {}).get(party)

    def shown(self, party: str, source: str) -> tuple[Source, ...]:
        """The source as each of those entered it that show it to that party, or are it."""
        return tuple(each for each in self.sources.get(source, {}).values() if party == each.by or party in each.held)

    def said(self, said: Sourced, record: Recorded, taken: Taken) -> None:
        """Whatever is said about sources, once it is taken."""
        match said:
            case SourceEntered():
                self._entered(said, record, taken)
            case SourceShared():
                source = self.sources[said.source][said.by]
                source.entries.append(record.index)
                self._shown(source, said.to, record.event)
            case ClaimConfirmed():
                claim = Claim(record.event, record.index, taken.received, said.by, record.author, said.source)
                self.claims[claim.event] = claim
                self.sources[said.source][said.by].claims.append(claim.event)
                if said.supersedes:
                    self.claims[said.supersedes].superseded_by = claim.event
            case ClaimWithdrawn():
                self.claims[said.claim].withdrawn = taken.received

    def _entered(self, said: SourceEntered, record: Recorded, taken: Taken) -> None:
        entered = self.sources.setdefault(said.source, {})
        source = entered.get(said.by)
        if source is None:
            source = Source(said.source, said.by, record.author, record.event, record.index, taken.received)
            entered[said.by] = source
        else:
            source.officer, source.event, source.index = record.author, record.event, record.index
        source.entries.append(record.index)
        self.by_party.setdefault(said.by, {})[said.source] = None
        self._shown(source, said.to, record.event)

    def _shown(self, source: Source, to: tuple[str, ...], event: str) -> None:
        for party in to:
            if party not in source.held and party != source.by:
                source.held[party] = event
                self.by_party.setdefault(party, {})[source.sha256] = None
