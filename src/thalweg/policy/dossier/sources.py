"""The sources laid beside an incident, and what is claimed in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from thalweg.model.cases import Evidence
from thalweg.model.dossier import Claim, SourceRead
from thalweg.model.events import Refused
from thalweg.model.sourced import ClaimConfirmed, ClaimWithdrawn, Descent, SourceEntered
from thalweg.policy.dossier.scene import Scene
from thalweg.policy.held import Entered

_COPIES: Final = (Descent.COPY, Descent.EXCERPT, Descent.TRANSLATION)


def sources(scene: Scene) -> tuple[SourceRead, ...]:
    """Sources laid beside the incident, those that go back to one another as one, with the claims that stand."""
    laid: dict[str, list[int]] = {}
    words: dict[str, str] = {}
    for entry, body in scene.case.laid:
        if body.what is Evidence.SOURCE:
            laid.setdefault(body.name, []).extend(entry.rests_on)
            words.setdefault(body.name, body.words)
    told: dict[str, tuple[SourceEntered, Entered]] = {}
    for entry in scene.held:
        if isinstance(entry.body, SourceEntered) and not isinstance(entry.answer, Refused):
            told.setdefault(entry.body.source, (entry.body, entry))
    found = []
    for origin, copies in _as_one(sorted(laid), {name: said for name, (said, _) in told.items()}):
        said = told.get(origin)
        rests = {index for name in (origin, *copies) for index in laid.get(name, ())}
        rests |= {index for name in (origin, *copies) if name in told for index in told[name][1].rests_on}
        found.append(
            SourceRead(
                sha256=origin,
                outlet="" if said is None else said[0].outlet,
                title=words.get(origin, "") if said is None else said[0].title,
                published="" if said is None else said[0].published,
                copies=tuple(_named(told[name][0]) if name in told else name[:16] for name in copies),
                claims=tuple(claim for name in (origin, *copies) for claim in _claims(scene, name)),
                entries=tuple(sorted(rests)),
            )
        )
    return tuple(found)


def _claims(scene: Scene, source: str) -> Iterator[Claim]:
    """The claims in a source that stand: not superseded, not withdrawn."""
    over: set[str] = set()
    for entry in scene.held:
        if isinstance(entry.body, ClaimWithdrawn):
            over.add(entry.body.claim)
        elif isinstance(entry.body, ClaimConfirmed) and entry.body.supersedes:
            over.add(entry.body.supersedes)
    for entry in scene.held:
        said = entry.body
        taken = not isinstance(entry.answer, Refused) and entry.event not in over
        if isinstance(said, ClaimConfirmed) and said.source == source and taken:
            yield Claim(
                said.said_by, said.through, said.force.value, said.quote or said.words, said.start, said.end,
                entry.rests_on,
            )  # fmt: skip


def _as_one(laid: Sequence[str], told: Mapping[str, SourceEntered]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Sources that go back to one another: the origin, as far as it was entered, and its copies."""
    group = {name: name for name in (*laid, *told)}

    def top(name: str) -> str:
        while group[name] != name:
            name = group[name]
        return name

    back: set[str] = set()
    for name, said in told.items():
        for each in said.lineage:
            if each.how in _COPIES and each.source in group:
                group[top(name)] = top(each.source)
                back.add(name)
    for root in sorted({top(name) for name in laid}):
        members = [name for name in group if top(name) == root]
        origin = min(members, key=lambda name: (name in back, name not in told, name))
        yield origin, tuple(sorted(name for name in members if name != origin))


def _named(said: SourceEntered) -> str:
    return ", ".join(each for each in (said.outlet, said.title, said.published) if each) or said.source[:16]
