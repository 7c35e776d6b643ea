"""`feed(event) → change`: the same engine, one event at a time (D6).

A value machine without I/O: it is told what happens and what time it is. After each event the open findings equal
`batch` over the live declarations, on every split of the history that keeps its order.

Live are all declarations that were neither replaced nor cancelled and have not ended. A declaration with a window ends
when its last window, with its uncertainty, has been over for the widest time margin of the theatre; a site or line
whose validity has run out is stale and stays live (DESIGN.md section 5).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from thalweg.engine import explain, lines
from thalweg.engine.batch import in_order
from thalweg.engine.columns import PRESENT, Columns, affiliated, hard_bounds, pack, rank_of
from thalweg.engine.ends import Ends
from thalweg.engine.explain import Describe
from thalweg.engine.live import Live
from thalweg.model.declarations import Cancellation, Declaration, Kind, Medium, Zone
from thalweg.model.errors import EngineError
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.theatre import KindOf, Rule, Theatre


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration arrived; it takes the place of an older one of its chain, and of the chain that it replaces."""

    declaration: Declaration


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A notifier ended a chain of its own; whoever feeds the engine has checked that it may."""

    cancellation: Cancellation


@dataclass(frozen=True, slots=True)
class Tick:
    """It is now that late."""

    now: Instant


Event = Declared | Cancelled | Tick


@dataclass(frozen=True, slots=True)
class Change:
    """What an event did to the open findings: those that opened, and the ids of those that closed.

    `over`: the declaration was **not** taken in, for exactly this version was replaced or cancelled before. Whoever
    feeds a late copy may let it be; a notifier who means it again must be told to give it a new revision.
    """

    opened: tuple[Finding, ...] = ()
    closed: tuple[str, ...] = ()
    over: bool = False


class Online:
    """The online face for one theatre."""

    def __init__(self, theatre: Theatre, *, describe: Describe | None = None) -> None:
        self._theatre = theatre
        self._describe = describe
        self._kinds = {kind: number for number, kind in enumerate(_every_kind())}
        self._parties = {party: number for number, party in enumerate(affiliated(theatre))}
        self._live: Live | None = None
        self._rules: tuple[Rule, ...] = ()
        self._declarations: list[Declaration] = []
        self._number: dict[str, int] = {}  # version id -> number, of the live
        self._chains: dict[str, str] = {}  # declaration id -> live version id
        self._lines: dict[str, Declaration] = {}
        self._present: dict[str, Declaration] = {}
        self._open: dict[str, Finding] = {}
        self._of: dict[str, set[str]] = {}  # version id -> ids of its open findings
        self._ends: Ends[str] = Ends()
        self._over: set[str] = set()  # versions that were replaced or cancelled
        self._latest = -math.inf
        self._widest_s = max((rule.margin.time_s for rule in theatre.rules), default=0.0)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All open findings, in reading order."""
        return in_order(self._open.values())

    @property
    def live(self) -> tuple[Declaration, ...]:
        """All live declarations."""
        return tuple(self._declarations[number] for number in self._number.values())

    def feed(self, event: Event) -> Change:
        """Take one event. Raises `EngineError` for time that runs backwards."""
        match event:
            case Declared():
                return self._declare(event.declaration)
            case Cancelled():
                version = self._chains.get(event.cancellation.declaration_id)
                if version is None:
                    return Change()
                self._over.add(version)
                return Change(closed=self._end(version))
            case Tick():
                return self._tick(event.now)

    def _declare(self, declaration: Declaration) -> Change:
        version = declaration.version_id
        if version in self._number:
            return Change()
        if version in self._over:
            return Change(over=True)
        older = self._chains.get(declaration.declaration_id)
        if older and self._declarations[self._number[older]].revision > declaration.revision:
            return Change()  # a late copy of what has been replaced already
        closed: tuple[str, ...] = ()
        for chain in (declaration.declaration_id, declaration.replaces):
            if chain in self._chains:
                self._over.add(self._chains[chain])
                closed += self._end(self._chains[chain])
        if ends_at(declaration, self._widest_s) <= self._latest:
            return Change(closed=closed)
        opened = self._compare(declaration)
        self._ends.add(ends_at(declaration, self._widest_s), version)
        return Change(in_order(opened), closed)

    def _compare(self, declaration: Declaration) -> list[Finding]:
        columns = pack([declaration], self._theatre, complete=False)
        number = len(self._declarations)
        self._declarations.append(declaration)
        self._number[declaration.version_id] = number
        self._chains[declaration.declaration_id] = declaration.version_id
        live = self._index(columns, declaration.party)
        kind = self._kinds[KindOf(declaration.kind, declaration.zone, declaration.medium)]
        pairs = live.add(
            columns.parts,
            (0, columns.parts.n_parts),
            number,
            kind=kind,
            party=self._parties[declaration.party],
            rank=rank_of(declaration),
        )
        pairs = pairs.where(pairs.rule != 0)
        opened: list[Finding] = []
        if len(pairs.a):
            everything = Columns(live.herd.parts, (), ())
            opened = explain.findings(
                self._declarations, everything, live.herd.matrix, self._rules, pairs, self._theatre, self._describe
            )
        opened += self._across_lines(declaration)
        for finding in opened:
            self._open[finding.id] = finding
            for version in finding.versions:
                self._of.setdefault(version, set()).add(finding.id)
        return opened

    def _across_lines(self, declaration: Declaration) -> list[Finding]:
        """Lines are few: a new presence is compared with all of them, a new line with every presence."""
        others: Iterable[Declaration] = ()
        if declaration.kind is Kind.LINE:
            self._lines[declaration.version_id] = declaration
            others = self._present.values()
        elif declaration.kind in PRESENT:
            self._present[declaration.version_id] = declaration
            others = self._lines.values()
        together = [declaration, *others]
        if len(together) == 1:
            return []
        return lines.alone(together, declaration.version_id, self._theatre, self._describe)

    def _index(self, columns: Columns, party: str) -> Live:
        self._parties.setdefault(party, len(self._parties))
        if self._live is None:
            shape = Columns(columns.parts, tuple(self._kinds), tuple(self._parties))
            matrix, self._rules = shape.matrix(self._theatre)
            self._live = Live(matrix, shape.growth(matrix))
        return self._live

    def _end(self, version: str) -> tuple[str, ...]:
        number = self._number.pop(version)
        declaration = self._declarations[number]
        if self._live is not None:
            self._live.remove(number)
        if self._chains.get(declaration.declaration_id) == version:
            del self._chains[declaration.declaration_id]
        self._lines.pop(version, None)
        self._present.pop(version, None)
        closed = tuple(sorted(self._of.pop(version, ())))
        for finding in closed:
            for other in self._open.pop(finding).versions:
                if other != version:
                    self._of[other].discard(finding)
        return closed

    def _tick(self, now: Instant) -> Change:
        if now.epoch_s < self._latest:
            raise EngineError("time-backwards", f"It cannot be {now} now: it was later already.", now=str(now))
        self._latest = now.epoch_s
        closed: tuple[str, ...] = ()
        for version in self._ends.until(now.epoch_s):
            if version in self._number:
                closed += self._end(version)
        return Change(closed=closed)


def ends_at(declaration: Declaration, widest_margin_s: float) -> float:
    """When it stops being live, in seconds since the epoch; infinity for what only its notifier can end."""
    if declaration.kind in (Kind.STATIC_SITE, Kind.LINE):
        return math.inf
    last = max(each.window.end_s + hard_bounds(each.uncertainty)[2] for each in declaration.volumes)
    return last + widest_margin_s


def live_at(declarations: Iterable[Declaration], now: Instant, theatre: Theatre) -> tuple[Declaration, ...]:
    """Those of the declarations that have not ended: what `batch` is to be given to agree with a `Tick`."""
    widest_s = max((rule.margin.time_s for rule in theatre.rules), default=0.0)
    return tuple(each for each in declarations if ends_at(each, widest_s) > now.epoch_s)


def _every_kind() -> list[KindOf]:
    return [
        KindOf(kind, zone, medium)
        for kind in Kind
        for zone in (tuple(Zone) if kind is Kind.RESTRICTED_ZONE else (None,))
        for medium in Medium
    ]
