"""Who asks how often about what it is not shown (D13).

Every signed declaration that comes near an undisclosed region is a question about it. The answer rests on cells and
tells no more however often it is asked (`thalweg.policy.coarse`); still its notifier should know that somebody is
asking, and nobody should be able to ask without end. Two things are counted, over a rolling window:

- `verdict`: how many forms of one party were told of undisclosed regions, in each area cell;
- `probing`: series of forms around one region, each a small move from one before, by one party or by several together.

Nothing here keeps a warning from anybody: what to do about a party that is over its budget is the desk's to decide, and
must not be to leave its people unwarned. Values in, values out; the time is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from thalweg.engine.batch import batch
from thalweg.geometry import kernel
from thalweg.model.declarations import Declaration
from thalweg.model.errors import ValueRefused
from thalweg.model.identity import digest
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.model.theatre import Theatre
from thalweg.policy.coarse import Cell, Grid, middle, widen
from thalweg.policy.view import View, area_terms, view


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still ordinary planning. The defaults let a party look for a way around one region six times a week."""

    window_s: float = 7 * 86_400.0
    told: int = 20  # forms of one party that were told of undisclosed regions, in one area cell
    near_m: float = 5_000.0  # a move up to this far and
    near_s: float = 6 * 3600.0  # this much in time is small
    moves: int = 6  # small moves of one party around one region
    moves_together: int = 10  # of several parties

    def __post_init__(self) -> None:
        if not (self.window_s > 0 and self.near_m >= 0 and self.near_s >= 0):
            raise ValueRefused("budget-limits", "A window is longer than nothing, and a small move not less than none.")
        if min(self.told, self.moves, self.moves_together) < 1:
            raise ValueRefused("budget-limits", "At less than one question nobody could declare anything.")


@dataclass(frozen=True, slots=True)
class Trial:
    """One signed version of somebody's declaration, and one region that it came near without being shown it.

    `form` is the same for all versions that ask the same: see the function `form`. `start_s` is in seconds since the
    epoch, minus infinity where open.
    """

    at: Instant  # when the desk took it
    party: str
    form: str
    about: str  # chain of the region
    told: bool  # whether it met the coarse region, and so was told of it
    place: Position
    start_s: float
    areas: frozenset[Cell]  # cells of the size for `exists`


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much of its budget a party has used in the area where it used most."""

    used: int
    limit: int
    again: Instant | None  # when it will be within again; None: it is

    @property
    def within(self) -> bool:
        return self.used <= self.limit


@dataclass(frozen=True, slots=True)
class Probing:
    """Repeated small moves around one region, for its notifier and the secretariat."""

    about: str  # chain of the region
    parties: tuple[str, ...]  # sorted; more than one: together
    moves: int
    told: int  # forms that were told of the region
    first: Instant
    last: Instant


def trial(
    declaration: Declaration, taken: Instant, hidden: View, about: str, theatre: Theatre, grid: Grid
) -> Trial | None:
    """The question that a declaration puts to a region shown at `coarse` or `exists`; None if it does not come near.

    Near is where the cells of the one meet the cells of the other, in space and time: about one cell around the
    region. The kinds do not matter, for a kind is asked about by declaring another.
    """
    if hidden.declaration is None or hidden.coarse is None:
        return None
    terms = area_terms(theatre)
    own = view(declaration, Level.COARSE, grid, "own")
    if own.declaration is None or own.coarse is None or not batch((hidden.declaration, own.declaration), terms):
        return None
    windows = [v.window for v in declaration.volumes] + [s.window for s in declaration.segments]
    return Trial(
        at=taken,
        party=declaration.party,
        form=form(declaration),
        about=about,
        told=bool(batch((hidden.declaration, declaration), terms)),
        place=middle(declaration),
        start_s=min(window.start_s for window in windows),
        areas=widen(own.coarse).cells,
    )


def form(declaration: Declaration) -> str:
    """The same for two declarations exactly if their places, times, heights, uncertainties and kinds are."""
    bare = Declaration(
        kind=declaration.kind,
        party="-",
        volumes=declaration.volumes,
        zone=declaration.zone,
        segments=declaration.segments,
        declaration_id="-",
    )
    return digest(bare.version_id)[:32]


def recent(trials: Iterable[Trial], now: Instant, limits: Limits) -> tuple[Trial, ...]:
    """Those within the window up to `now`, by time, then party and form. All older ones can be forgotten."""
    kept = (each for each in trials if now.epoch_s - limits.window_s < each.at.epoch_s <= now.epoch_s)
    return tuple(sorted(kept, key=lambda each: (each.at, each.party, each.form, each.about)))


def verdict(trials: Iterable[Trial], party: str, areas: Iterable[Cell], now: Instant, limits: Limits) -> Verdict:
    """The party's budget in these area cells. A form counts once, from when it was last taken."""
    last: dict[Cell, dict[str, float]] = {area: {} for area in areas}
    for each in recent(trials, now, limits):
        if each.party == party and each.told:
            for area in each.areas & last.keys():
                last[area][each.form] = each.at.epoch_s
    used, again = 0, None
    for times in last.values():
        used = max(used, len(times))
        if len(times) > limits.told:
            # Within again once all but `told` of them have left the window.
            leaves = sorted(times.values())[len(times) - limits.told - 1] + limits.window_s
            again = leaves if again is None else max(again, leaves)
    return Verdict(used, limits.told, None if again is None else Instant(again))


def probing(trials: Iterable[Trial], now: Instant, limits: Limits) -> tuple[Probing, ...]:
    """Every series of small moves that has reached its limit: by one party, and by several together. Sorted by region,
    then parties."""
    regions: dict[str, list[Trial]] = {}
    for each in recent(trials, now, limits):
        regions.setdefault(each.about, []).append(each)
    found: list[Probing] = []
    for about, series in regions.items():
        for party in {each.party for each in series}:
            own = [each for each in series if each.party == party]
            moves = _small_moves(own, limits)
            if len(moves) >= limits.moves:
                found.append(_probing(about, own, moves))
        moves = _small_moves(series, limits)
        if len(moves) >= limits.moves_together and len({each.party for each in moves}) > 1:
            found.append(_probing(about, series, moves))
    return tuple(sorted(found, key=lambda each: (each.about, each.parties)))


def _small_moves(series: Sequence[Trial], limits: Limits) -> list[Trial]:
    """Those, in order, whose form is new in the series and a small move from an earlier one."""
    moves: list[Trial] = []
    earlier: dict[str, Trial] = {}
    for each in series:
        if each.form in earlier:
            continue
        soon = [e.place for e in earlier.values() if _apart_s(e.start_s, each.start_s) <= limits.near_s]
        if soon:
            count = len(soon)
            far_m = kernel.geodesic(
                np.full(count, each.place.lon),
                np.full(count, each.place.lat),
                np.array([place.lon for place in soon]),
                np.array([place.lat for place in soon]),
            )
            if float(far_m.min()) <= limits.near_m:
                moves.append(each)
        earlier[each.form] = each
    return moves


def _apart_s(a: float, b: float) -> float:
    return 0.0 if a == b else abs(a - b)  # two open starts are one


def _probing(about: str, series: Sequence[Trial], moves: Sequence[Trial]) -> Probing:
    return Probing(
        about=about,
        parties=tuple(sorted({each.party for each in moves})),
        moves=len(moves),
        told=len({each.form for each in series if each.told}),
        first=moves[0].at,
        last=moves[-1].at,
    )
