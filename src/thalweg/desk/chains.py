"""New, replace, cancel: which versions are in force (R9, R8).

    chain            all versions with one declaration_id of one party
    in force         the version with the highest revision of each chain that nothing has ended
    ended            by the notifier's own cancellation, or because a chain of the same party replaces it

Only a notifier ends what it has declared. Whatever would end a declaration and is not certainly its
notifier's word is ignored, the declaration stays, and a problem says so. So a mistake, a forged line or
an unlucky order of files can add a declaration to the check and never remove one.

The answer is a function of the set of versions and cancellations: their order does not matter, and the
same version twice is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from thalweg.model.declarations import Cancellation, Declaration
from thalweg.model.notes import Omission, Problem

_Chain = tuple[str, str]  # declaration_id, party


@dataclass(frozen=True, slots=True)
class Superseded:
    """A version that is no longer in force, and what ended it, as a sentence."""

    declaration: Declaration
    why: str


@dataclass(frozen=True, slots=True)
class Chains:
    """`live` and `superseded` together are all the distinct versions that came in, each once, sorted by
    declaration, revision and version."""

    live: tuple[Declaration, ...]
    superseded: tuple[Superseded, ...]
    problems: tuple[Problem, ...]
    omissions: tuple[Omission, ...]


def resolve(declarations: Iterable[Declaration], cancellations: Iterable[Cancellation]) -> Chains:
    """Which of the versions are in force. Problems are `version-conflict`, `chain-party`,
    `replace-party`, `replace-cycle`, `cancel-party`."""
    problems: list[Problem] = []
    omissions: list[Omission] = []
    chains = _chains(declarations)
    owners: dict[str, set[str]] = defaultdict(set)
    for declaration_id, party in chains:
        owners[declaration_id].add(party)

    problems += _shared_ids(chains, owners)
    ended: dict[_Chain, str] = {}
    _cancel(cancellations, chains, owners, ended, problems, omissions)
    _replace(chains, owners, ended, problems)

    live: list[Declaration] = []
    superseded: list[Superseded] = []
    for chain, versions in chains.items():
        why = ended.get(chain)
        highest = max(version.revision for version in versions)
        for version in versions:
            if why is not None:
                superseded.append(Superseded(version, why))
            elif version.revision < highest:
                superseded.append(Superseded(version, f"Revision {highest} takes its place."))
            else:
                live.append(version)
        rivals = [version for version in versions if version.revision == highest]
        if why is None and len(rivals) > 1:
            problems.append(_rivals(rivals))
    return Chains(
        tuple(sorted(live, key=_order)),
        tuple(sorted(superseded, key=lambda s: _order(s.declaration))),
        tuple(sorted(problems, key=lambda p: (p.source.file, p.source.path, p.code, p.sentence))),
        tuple(sorted(omissions, key=lambda o: (o.source.file, o.source.path, o.what))),
    )


def _chains(declarations: Iterable[Declaration]) -> dict[_Chain, list[Declaration]]:
    """The distinct versions by chain, everything sorted; of a version that came twice, the first source."""
    distinct: dict[str, Declaration] = {}
    for declaration in declarations:
        known = distinct.get(declaration.version_id)
        if known is None or _where(declaration) < _where(known):
            distinct[declaration.version_id] = declaration
    chains: dict[_Chain, list[Declaration]] = defaultdict(list)
    for declaration in sorted(distinct.values(), key=_order):
        chains[declaration.declaration_id, declaration.party].append(declaration)
    return chains


def _cancel(
    cancellations: Iterable[Cancellation],
    chains: Mapping[_Chain, list[Declaration]],
    owners: Mapping[str, set[str]],
    ended: dict[_Chain, str],
    problems: list[Problem],
    omissions: list[Omission],
) -> None:
    by_source = sorted(cancellations, key=lambda c: (c.declaration_id, c.party, c.source.file, c.source.path))
    for cancellation in by_source:
        chain = (cancellation.declaration_id, cancellation.party)
        if chain in chains:
            ended.setdefault(chain, f"Cancelled by {cancellation.party} ({cancellation.source}).")
        elif cancellation.declaration_id in owners:
            others = ", ".join(sorted(owners[cancellation.declaration_id]))
            problems.append(
                Problem(
                    cancellation.source,
                    "cancel-party",
                    f"{cancellation.party} cancels {cancellation.declaration_id}, which is a declaration of"
                    f" {others}. Only a notifier cancels its own, so it stays in force.",
                    expected=others,
                    found=cancellation.party,
                )
            )
        else:
            omissions.append(
                Omission(
                    cancellation.source,
                    f"the cancellation of {cancellation.declaration_id}",
                    "no such declaration came with this input, and nothing is ended by it",
                    harmless=True,
                )
            )


def _replace(
    chains: Mapping[_Chain, list[Declaration]],
    owners: Mapping[str, set[str]],
    ended: dict[_Chain, str],
    problems: list[Problem],
) -> None:
    """Ends the chains that another chain of the same party replaces. A version replaces for good, also
    when a later revision of its chain no longer says so."""
    edges: dict[_Chain, set[_Chain]] = defaultdict(set)
    first: dict[tuple[_Chain, _Chain], Declaration] = {}
    for chain, versions in chains.items():
        for version in versions:
            old = (version.replaces, version.party)
            if not version.replaces or old == chain:
                continue
            if old in chains:
                edges[chain].add(old)
                first.setdefault((chain, old), version)
            elif version.replaces in owners:
                others = ", ".join(sorted(owners[version.replaces]))
                problems.append(
                    Problem(
                        version.source,
                        "replace-party",
                        f"{version.party} replaces {version.replaces}, which is a declaration of {others}."
                        " Only a notifier replaces its own, so both stay in force.",
                        expected=others,
                        found=version.party,
                    )
                )
    for (new, old), version in first.items():
        if new in _reachable(old, edges):
            problems.append(
                Problem(
                    version.source,
                    "replace-cycle",
                    f"{new[0]} and {old[0]} replace each other, directly or in a circle; which is the later"
                    " cannot be told, so both stay in force.",
                    expected="one direction",
                    found=f"{new[0]} replaces {old[0]} and the other way round",
                )
            )
        else:
            ended.setdefault(old, f"{new[0]} replaces it ({version.source}).")


def _reachable(start: _Chain, edges: Mapping[_Chain, set[_Chain]]) -> set[_Chain]:
    seen: set[_Chain] = set()
    waiting = [start]
    while waiting:
        for following in edges.get(waiting.pop(), ()):
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return seen


def _shared_ids(chains: Mapping[_Chain, list[Declaration]], owners: Mapping[str, set[str]]) -> list[Problem]:
    found = []
    for declaration_id, parties in owners.items():
        if len(parties) < 2:
            continue
        names = ", ".join(sorted(parties))
        source = min((chains[declaration_id, party][0] for party in parties), key=_where).source
        found.append(
            Problem(
                source,
                "chain-party",
                f"{declaration_id} is declared by more than one party: {names}. They are taken as separate"
                " declarations, and all stay in force.",
                expected="one party for each declaration",
                found=names,
            )
        )
    return found


def _rivals(rivals: list[Declaration]) -> Problem:
    sources = "; ".join(sorted(str(version.source) for version in rivals))
    return Problem(
        min(rivals, key=_where).source,
        "version-conflict",
        f"{rivals[0].declaration_id} comes in {len(rivals)} different versions that all say they are revision"
        f" {rivals[0].revision}. All of them stay in force; ask {rivals[0].party} which one holds.",
        expected="one version for each revision",
        found=sources,
    )


def _order(declaration: Declaration) -> tuple[str, int, str]:
    return declaration.declaration_id, declaration.revision, declaration.version_id


def _where(declaration: Declaration) -> tuple[str, str]:
    return declaration.source.file, declaration.source.path
