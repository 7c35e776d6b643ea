"""What each party is told of sources and of the claims confirmed in them (R43).

A source is shown to whom its party names, with every claim that this party confirms in it. Whoever is shown it later is
told all of it until then. Nobody learns from it what another entered, and nothing here asks for an answer.
"""

from __future__ import annotations

from dataclasses import replace

from thalweg.model.errors import EngineError
from thalweg.model.events import Notice, NoticeKind
from thalweg.model.instants import Instant
from thalweg.model.sourced import ClaimConfirmed, ClaimWithdrawn, Sourced, SourceEntered, SourceShared
from thalweg.policy.tell import INFORMATION
from thalweg.state.recorded import Recorded
from thalweg.state.sourced import Claim, Source, subject_of
from thalweg.state.world import World


class SourceNotices:
    """Over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def about(self, record: Recorded, said: Sourced, now: Instant) -> list[Notice]:
        """The notices that follow from a statement, after it took effect."""
        sources = self._world.sourced
        source = sources.sources[_source(sources.claims, said)][said.by]
        new = sorted(party for party, event in source.held.items() if event == record.event)
        told = [self._told(said, record.event, source, party, now) for party in sorted(source.held) if party not in new]
        for party in new:
            told += self._everything(source, party, now)
        return told

    def _everything(self, source: Source, party: str, now: Instant) -> list[Notice]:
        """The source as it was last entered, and every claim in it, to a party that was not shown it."""
        told = [self._told(self._said(source.index), source.event, source, party, now)]
        for event in source.claims:
            claim = self._world.sourced.claims[event]
            told.append(self._told(self._said(claim.index), event, source, party, now, of=claim))
        return told

    def _said(self, index: int) -> Sourced:
        body = self._world.load(index).body
        if not isinstance(body, SourceEntered | ClaimConfirmed):
            raise EngineError("fold-taken", f"Entry {index} is nothing that is said about a source.")
        return body

    def _told(
        self, said: Sourced, event: str, source: Source, to: str, now: Instant, *, of: Claim | None = None
    ) -> Notice:
        made = Notice(
            to, 0, NoticeKind.SOURCE, now, of=said.by, subject=subject_of(source.sha256), statement=event,
            severity=INFORMATION,
        )  # fmt: skip
        match said:
            case SourceEntered():
                facts = {"what": "entered", "title": said.title, "outlet": said.outlet, "published": said.published}
                made = replace(made, words=said.words)
            case SourceShared():
                with_ = ", ".join(sorted(party for party, shown in source.held.items() if shown == event))
                facts = {"what": "shared", "with": with_}
                made = replace(made, words=said.words, language=said.language)
            case ClaimConfirmed():
                facts = {
                    "what": "confirmed", "force": said.force.value, "said_by": said.said_by,
                    "characters": f"{said.start}-{said.end}", "supersedes": said.supersedes,
                    "withdrawn": "1" if of is not None and of.withdrawn is not None else "",
                }  # fmt: skip
                made = replace(made, what=NoticeKind.CLAIM, answers=event, words=said.quote)
            case ClaimWithdrawn():
                facts = {"what": "withdrawn"}
                made = replace(
                    made, what=NoticeKind.CLAIM, answers=said.claim, words=said.words, language=said.language
                )
        return replace(made, facts={name: value for name, value in facts.items() if value})


def _source(claims: dict[str, Claim], said: Sourced) -> str:
    return claims[said.claim].source if isinstance(said, ClaimWithdrawn) else said.source
