"""What a recipient at each level may see of one declaration (D7, D13; R35, R36).

`view` is the only way from a declaration to what is shown of it, and each lower view is a function of the one above:
nothing can be shown at `exists` that is not in `coarse`, nor at `coarse` that is not in `footprint`.

| | full | footprint | coarse | exists | nothing |
|---|---|---|---|---|---|
| party | yes | yes | yes | yes | |
| place, time | as stated | as stated | cells | larger cells | |
| heights, uncertainty | as stated | as stated | | | |
| kind, zone | yes | yes | yes; not of lines and "none of ours there" | | |
| medium, a line's status and sides | yes | yes | | | |
| reported by others | yes | yes | | | |
| rumoured; hypothetical geometry | yes | yes | yes | yes | |
| title, words, details, validity, revision, ids, source, flags | yes | | | | |

Below `full` the declaration bears the alias that the caller gives, and its version id is made from what is shown: a
hash of what is not shown would let anybody test guesses at it offline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from thalweg.engine.batch import batch
from thalweg.model.declarations import Declaration, Kind, Medium, Sides, Standing, Volume
from thalweg.model.errors import ValueRefused
from thalweg.model.findings import Certainty, Finding
from thalweg.model.levels import Level
from thalweg.model.theatre import Margin, Relation, Rule, Selector, Theatre
from thalweg.policy.coarse import Coarse, Grid, coarsen, outline, widen

# A coarse region has all margins in it already, and no heights.
_NO_MARGIN = Margin(0.0, None, 0.0)
# Where the kind is not told, the answer must not depend on it: whatever meets the region is told to talk to the party.
AREA_RULE = Rule(
    "area", Selector(), Selector(), Relation.RESTRICTED, _NO_MARGIN,
    conditions="Talk to the party about this area.", severity="caution",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """What is disclosed, and no more; two views that show the same are equal.

    `declaration` is what the engine compares, under `terms`. Where `kind` is None the kind is not disclosed, and the
    declaration's own is only there because every declaration has one: show `kind`, never `declaration.kind`.
    """

    level: Level
    alias: str = ""  # the declaration's id at full, the caller's alias below, empty at nothing
    kind: Kind | None = None
    declaration: Declaration | None = None
    coarse: Coarse | None = None  # at coarse and exists


def view(declaration: Declaration, level: Level, grid: Grid, alias: str, *, held: Coarse | None = None) -> View:
    """What is shown of a declaration at a level.

    `alias` stands for its id below full; it must tell nothing by itself (a keyed hash for each recipient). `held` is
    the coarse region told of the chain's version before: see `coarsen`.
    """
    full = View(Level.FULL, declaration.declaration_id, declaration.kind, declaration)
    return lower(full, level, grid, alias, held=held)


def lower(shown: View, level: Level, grid: Grid, alias: str, *, held: Coarse | None = None) -> View:
    """What is left of a view at a level that shows less; at its own level, itself."""
    if not shown.level.at_least(level):
        raise ValueRefused("level-raised", f"What is shown at {shown.level} cannot be shown at {level}.")
    if shown.level is Level.FULL and level not in (Level.FULL, Level.NOTHING) and not alias:
        raise ValueRefused("alias-missing", "Below full a declaration is shown under an alias, and none was given.")
    while shown.level is not level:
        shown = _next(shown, grid, alias, held)
    return shown


def terms(shown: View, theatre: Theatre) -> Theatre:
    """The theatre under which to compare a view with others: its own at footprint and above; at coarse its matrix
    without margins, which are in the region; and without a kind, one rule for all."""
    return theatre if shown.coarse is None else cell_terms(shown.kind, theatre)


def cell_terms(kind: Kind | None, theatre: Theatre) -> Theatre:
    """The theatre under which to compare cells of something with others, where its kind is told and where not."""
    if kind is None:
        return area_terms(theatre)
    return replace(theatre, rules=tuple(replace(rule, margin=_NO_MARGIN) for rule in theatre.rules))


def area_terms(theatre: Theatre) -> Theatre:
    """The theatre with one rule for all kinds: whatever meets a region is told to talk to its party."""
    return replace(theatre, rules=(AREA_RULE,))


def in_cells(finding: Finding, mine: Declaration, name: str, kind: Kind | None) -> Finding:
    """What is sure of the cells is not sure of what lies somewhere in them: nobody can tell, and it says so. `name` is
    that of its party, and `kind` what is told of it."""
    what = "something" if kind is None else f"a {kind.value.replace('_', ' ')}"
    own = f"“{mine.title}”" if mine.title else mine.declaration_id
    return replace(
        finding,
        certainty=Certainty.POSSIBLE,
        share=0.0,
        can_tell=False,
        reasons=(*finding.reasons, "The other side is shown in cells only."),
        sentence=f"{own} may meet {what} of {name}, which is shown in cells only and lies somewhere in them."
        f" How sure: cannot tell. Talk to {name}.",
        rule_sentence="Whatever meets cells in which something is shown may meet it.",
    )


def findings(shown: View, other: Declaration, theatre: Theatre) -> tuple[Finding, ...]:
    """What the engine finds between what is shown and another declaration. Below footprint it rests on the cells alone
    (D13).

    Whatever is found between the declaration itself and the other is found here as something, but for two things about
    lines. Who is on the wrong side can be told far from a line, so a line that binds a party must be shown to it at
    footprint or above. And where the kind is not told, nothing is found with another's line, for only what is present
    somewhere crosses one.
    """
    if shown.declaration is None:
        return ()
    return batch((shown.declaration, other), terms(shown, theatre))


def _next(shown: View, grid: Grid, alias: str, held: Coarse | None) -> View:
    match shown.level, shown.declaration, shown.coarse:
        case Level.FULL, Declaration() as declaration, _:
            return View(Level.FOOTPRINT, alias, shown.kind, _footprint(declaration, alias))
        case Level.FOOTPRINT, Declaration() as declaration, _:
            # "None of ours there", enlarged, would say more than its party did; and a line has no cells of its own.
            kind = None if shown.kind in (Kind.NEGATIVE, Kind.LINE) else shown.kind
            coarse = coarsen(declaration, grid, held=held)
            return View(Level.COARSE, alias, kind, _in_cells(declaration, kind, coarse, alias), coarse)
        case Level.COARSE, Declaration() as declaration, Coarse() as coarse:
            wide = widen(coarse)
            return View(Level.EXISTS, alias, None, _in_cells(declaration, None, wide, alias), wide)
        case _:
            return View(Level.NOTHING)


def _footprint(declaration: Declaration, alias: str) -> Declaration:
    """Built from what is shown, not by taking away: a field that is added to the model tomorrow is not shown."""
    sides = declaration.sides
    return Declaration(
        kind=declaration.kind,
        party=declaration.party,
        volumes=declaration.volumes,
        zone=declaration.zone,
        medium=declaration.medium,
        segments=declaration.segments,
        sides=None if sides is None else Sides(sides.left, sides.right),
        declaration_id=alias,
        standing=declaration.standing,
        hypothetical=declaration.hypothetical,
    )


def _in_cells(declaration: Declaration, kind: Kind | None, coarse: Coarse, alias: str) -> Declaration:
    return Declaration(
        kind=kind or Kind.STATIC_SITE,
        party=declaration.party,
        volumes=tuple(Volume(outline(patch.cells), patch.window) for patch in coarse.patches),
        zone=declaration.zone if kind is Kind.RESTRICTED_ZONE else None,
        medium=Medium.UNSTATED,
        declaration_id=alias,
        standing=Standing.RUMOURED if declaration.standing is Standing.RUMOURED else Standing.DECLARED,
        hypothetical=declaration.hypothetical,
    )
