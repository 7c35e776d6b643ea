"""Who asks how often about what it is not shown (D13): questions on record, a budget, and a word to the notifier.

Every signed declaration that comes near a region shown to its author below footprint is a question about it, and is
recorded. A party that has used up its budget in an area is not kept unwarned: its operation is refused with the
parties to talk to. Whoever moves by small steps around one region makes its notifier, and the secretariat, hear of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from thalweg.desk.shades import Shades
from thalweg.model.declarations import Declaration
from thalweg.model.events import SECRETARIAT, Notice, NoticeKind, Probed
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.policy.budget import Limits, Trial, Verdict, probing, recent, trial, verdict
from thalweg.policy.coarse import Cell
from thalweg.policy.tell import CAUTION, Policy
from thalweg.state.picture import Chain
from thalweg.state.world import World

_AGAIN_S = 86_400.0  # how long a notifier is not told again of the same parties around the same region


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions that one declaration puts, and what is left of the budget after them."""

    trials: tuple[Trial, ...]
    verdict: Verdict


class Probes:
    """Over one world. The questions themselves are in the log (`Probed`); here they are kept decoded."""

    def __init__(self, world: World, policy: Policy, shades: Shades, limits: Limits) -> None:
        self._world = world
        self._policy = policy
        self._shades = shades
        self._limits = limits
        self._trials: list[Trial] = [_trial(probed) for probed in world.probes]

    def ask(self, declaration: Declaration, party: str, now: Instant) -> Asked:
        """What the declaration asks of regions that its party is not shown. Nothing is recorded by this."""
        theatre = self._world.membership.theatre
        trials = []
        for chain, at in self._shades.near(declaration, party):
            hidden = self._policy.view(chain, at, party)
            asked = trial(declaration, now, hidden, chain.key, theatre, self._policy.grid)
            if asked is not None:
                trials.append(asked)
        if not any(each.told for each in trials):
            # What is told of nothing is refused for nothing: else the budget would tell what is near, and was not met.
            return Asked(tuple(trials), Verdict(0, self._limits.told, None))
        areas: frozenset[Cell] = frozenset().union(*(each.areas for each in trials))
        return Asked(tuple(trials), verdict((*self._trials, *trials), party, areas, now, self._limits))

    def record(self, asked: Asked, statement: str) -> list[Probed]:
        """The entries by which the questions go on record, one for each region."""
        self._trials = (
            [*recent(self._trials, asked.trials[0].at, self._limits), *asked.trials] if asked.trials else self._trials
        )
        return [_probed(each, statement) for each in asked.trials]

    def alerts(self, now: Instant, chains: Sequence[str]) -> list[Notice]:
        """To the notifiers of these regions, and to the secretariat: somebody moves around one by small steps."""
        told = []
        for found in probing([each for each in self._trials if each.about in chains], now, self._limits):
            chain = self._world.picture.chains[found.about]
            if self._told_lately(chain, found.parties, now):
                continue
            facts = {"parties": ", ".join(found.parties), "moves": str(found.moves), "since": str(found.first)}
            made = Notice(
                chain.notifier, 0, NoticeKind.PROBING, now, of=found.parties[0], subject=chain.key, severity=CAUTION,
                owed=True, facts=facts,
            )  # fmt: skip
            # The secretariat learns who moves around something of whom, and not around what.
            aside = Notice(
                SECRETARIAT, 0, NoticeKind.PROBING, now, of=chain.notifier, severity=CAUTION, owed=True, facts=facts
            )
            told += [made, aside]
        return told

    def _told_lately(self, chain: Chain, parties: tuple[str, ...], now: Instant) -> bool:
        names = ", ".join(parties)
        for each in reversed(self._world.exchange.known.get(chain.notifier, {}).get(chain.key, ())):
            state = self._world.exchange.notices[each]
            if state.at.epoch_s <= now.epoch_s - _AGAIN_S:
                return False
            if state.what is NoticeKind.PROBING:
                body = self._world.load(state.index).body
                if isinstance(body, Notice) and body.facts.get("parties") == names:
                    return True
        return False


def _probed(each: Trial, statement: str) -> Probed:
    cells = tuple(f"{cell.size_m:g}/{cell.row}/{cell.column}" for cell in sorted(each.areas))
    # As the log has them, so that a fold from the beginning counts the same.
    start = None if each.start_s == float("-inf") else Instant(round(each.start_s, 3))
    place = Position(round(each.place.lon, 9), round(each.place.lat, 9))
    return Probed(statement, each.at, each.party, each.form, each.about, each.told, place, start, cells)


def _trial(probed: Probed) -> Trial:
    return Trial(
        at=probed.at,
        party=probed.party,
        form=probed.form,
        about=probed.about,
        told=probed.told,
        place=probed.place,
        start_s=float("-inf") if probed.start is None else probed.start.epoch_s,
        areas=frozenset(_cells(probed.areas)),
    )


def _cells(names: Iterable[str]) -> Iterable[Cell]:
    for name in names:
        size_m, row, column = name.split("/")
        yield Cell(float(size_m), int(row), int(column))
