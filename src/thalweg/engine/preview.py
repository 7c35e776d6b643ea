"""What a declaration would find, and what would clear it, among what its author has been shown (D13).

A preview rests on `shown` and the theatre and on nothing else: whoever asks learns nothing about what was not shown,
and is to be told that there may be more.
"""

from __future__ import annotations

from collections.abc import Iterable

from thalweg.engine.explain import Describe
from thalweg.engine.online import Online
from thalweg.engine.suggest import suggest
from thalweg.model.declarations import Declaration
from thalweg.model.findings import Finding, Suggestions
from thalweg.model.theatre import Theatre


def preview(
    declaration: Declaration, shown: Iterable[Declaration], theatre: Theatre, *, describe: Describe | None = None
) -> tuple[tuple[Finding, ...], Suggestions | None]:
    """The findings of the declaration with what was shown, in reading order, and the ways out; None where nothing is to
    be cleared or the declaration cannot be changed.

    Left out of `shown` are the declaration's own chain and the chain that it replaces; of several versions of one
    chain the one with the highest revision is taken. The time rises with the number shown.
    """
    findings, others = compared(declaration, shown, theatre, describe=describe)
    ways = suggest([declaration, *others], findings, theatre, about=declaration.version_id)
    return findings, next((each for _, each in ways), None)


def compared(
    declaration: Declaration, shown: Iterable[Declaration], theatre: Theatre, *, describe: Describe | None = None
) -> tuple[tuple[Finding, ...], list[Declaration]]:
    """The findings alone, and with what it was compared."""
    own = {(declaration.party, declaration.declaration_id), (declaration.party, declaration.replaces)}
    chains: dict[tuple[str, str], Declaration] = {}  # two parties may use one id
    for each in sorted(shown, key=lambda each: (each.revision, each.version_id)):
        chain = (each.party, each.declaration_id)
        if chain not in own:
            chains[chain] = each
    others = list(chains.values())
    online = Online(theatre, describe=describe)
    online.load(others, ())
    return online.compare(declaration).findings, others
