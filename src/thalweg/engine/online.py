"""`feed(event) → change`: the same engine, one event at a time (D6).

A value machine without I/O: it is told what happens and what time it is. After each event the open findings equal
`batch` over the live declarations, on every split of the history that keeps its order.

Live are all declarations that were neither replaced nor cancelled and have not ended. A declaration with a window ends
when its last window, with its uncertainty, has been over for the widest time margin of the theatre; a site or line
whose validity has run out is stale and stays live (DESIGN.md section 5).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from thalweg import __version__
from thalweg.engine import explain, lines
from thalweg.engine.batch import batch, in_order
from thalweg.engine.columns import PRESENT, Columns, affiliated, hard_bounds, pack, rank_of
from thalweg.engine.ends import Ends
from thalweg.engine.explain import Describe, Label, Named, finding_id
from thalweg.engine.labels import Labels
from thalweg.engine.links import Links
from thalweg.engine.live import Live, empty_parts
from thalweg.engine.roll import Held, Roll, chain_of, from_versions, to_versions
from thalweg.engine.snapshot import seal, unseal
from thalweg.model.bulk import collector_paused
from thalweg.model.declarations import Cancellation, Declaration, Kind, Medium, Zone
from thalweg.model.errors import EngineError
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.theatre import KindOf, Theatre


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


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `feed(Declared(declaration))` would open, found out beforehand; to be handed to that `feed`, if nothing has
    happened in between, so that it is not found out again."""

    declaration: Declaration
    findings: tuple[Finding, ...]
    serial: int  # of the engine's state, which every event that changes anything raises
    engine: object = field(repr=False, compare=False)  # which of several engines made it
    columns: Columns | None = field(repr=False, compare=False)  # None: it would not be taken in
    replaced: tuple[int, ...] | None = field(repr=False, compare=False)  # numbers; None: it is a late copy
    partners: Mapping[str, int] = field(repr=False, compare=False)  # numbers of what the findings are with, by version


_SETTING = {"engine": "version of the engine", "theatre": "set of rules", "rules": "set of rules"}


class Online:
    """The online face for one theatre.

    With `declaration_of`, which gives the declaration of a live version id, declarations and findings are not kept but
    asked for when one must be explained: `findings` is then found out anew each time. The version just fed may be
    asked for by the next `feed`. Without `regions`, findings do not say where the two overlap.
    """

    def __init__(
        self,
        theatre: Theatre,
        *,
        describe: Describe | None = None,
        declaration_of: Callable[[str], Declaration] | None = None,
        regions: bool = True,
    ) -> None:
        self._regions = regions
        self._theatre = theatre
        self._describe = describe
        self._declaration_of = declaration_of
        self._kinds = {kind: number for number, kind in enumerate(_every_kind())}
        self._parties = {party: number for number, party in enumerate(affiliated(theatre))}
        shape = Columns(empty_parts(), tuple(self._kinds), tuple(self._parties))
        self._matrix, self._rules = shape.matrix(theatre)
        self._growth = shape.growth(self._matrix)
        self._rule_number = {rule.id: number for number, rule in enumerate(self._rules)}
        self._words = explain.Words(theatre, self._rules)
        self._live: Live | None = None  # all but lines
        self._lines: Live | None = None  # apart, for every presence is compared with all of them
        self._line_kinds = [number for kind, number in self._kinds.items() if kind.kind is Kind.LINE]
        self._present_kinds = [number for kind, number in self._kinds.items() if kind.kind in PRESENT]
        self._next = 0  # number of the next declaration
        self._roll = Roll()  # the live
        self._declarations: dict[int, Declaration] = {}  # all, or with `declaration_of` the lines
        self._labels = Labels()  # none without `declaration_of`
        self._line_numbers: set[int] = set()
        self._findings: dict[str, Finding] = {}  # none with `declaration_of`
        self._links = Links(self._roll)
        self._ends: Ends[int] = Ends()
        self._over: set[str] = set()  # versions that were replaced or cancelled
        self._latest = -math.inf
        self._widest_s = max((rule.margin.time_s for rule in theatre.rules), default=0.0)
        self._serial = 0
        self._engine = object()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All open findings, in reading order."""
        if self._declaration_of:
            return batch(self.live, self._theatre, describe=self._describe)
        return in_order(self._findings.values())

    @property
    def asks(self) -> bool:
        """Whether declarations are asked for where they are needed (`declaration_of`)."""
        return self._declaration_of is not None

    @property
    def live(self) -> tuple[Declaration, ...]:
        """All live declarations."""
        return tuple(map(self._declaration, self._roll))

    @property
    def versions(self) -> tuple[str, ...]:
        """The version ids of all that is live."""
        return tuple(self._roll.versions())

    def chain_hashes(self) -> npt.NDArray[np.uint64]:
        """Of all that is live, `hash_of` of its party, a stroke and the id of its declaration, in no order."""
        return self._roll.hashes()

    def holds_chain(self, party: str, declaration_id: str) -> bool:
        """Whether a version of it is live."""
        return self._roll.of_chain(chain_of(party, declaration_id)) is not None

    @property
    def latest_s(self) -> float:
        """When it was last told what time it is, in seconds since the epoch."""
        return self._latest

    @property
    def widest_s(self) -> float:
        """How much longer than its windows a declaration is live."""
        return self._widest_s

    def holds(self, version: str) -> bool:
        """Whether the version is live."""
        return self._roll.of_version(version) is not None

    def load(
        self, declarations: Iterable[Declaration], findings: Iterable[Finding], *, over: Iterable[str] = ()
    ) -> None:
        """Take in many declarations at once with all their findings, as they are known already: nothing is compared.

        `over` are versions that were replaced or cancelled. Raises `EngineError` if one of the declarations is live or
        shares its chain with another, or if a finding is about what is not live; then the engine is to be thrown away.
        What time it is they do not say: whoever knows feeds a `Tick`, or what is over may be taken in as live.
        """
        given = list(declarations)
        numbers = []
        for each in given:
            if self.holds(each.version_id) or self.holds_chain(each.party, each.declaration_id):
                raise EngineError("load-twice", f"{each.version_id} is live already.", version=each.version_id)
            numbers.append(self._hold(each))
        for line in (False, True):
            some = [at for at, each in enumerate(given) if (each.kind is Kind.LINE) == line]
            columns = pack([given[at] for at in some], self._theatre, complete=False)
            kinds = np.array([self._kinds[kind] for kind in columns.kinds], np.int32)
            parties = np.array([self._party(party) for party in columns.parties], np.int32)
            named = np.array([numbers[at] for at in some], np.int64)
            live = self._index(columns)[int(line)]
            live.load(columns.parts, named, kinds[columns.parts.kind], parties[columns.parts.party])
        for finding in findings:
            one, other = map(self._roll.of_version, finding.versions)
            if one is None or other is None:
                raise EngineError("load-finding", f"{finding.id} is about what is not live.", finding=finding.id)
            self._link(finding, one, other)
        self._over.update(over)
        self._serial += 1

    def link(self, found: Iterable[tuple[tuple[str, str], str]]) -> None:
        """All findings that are open between what is live, as pairs of versions with the id of the rule, from whoever
        knows them; once, after `load` without any, and where declarations are asked for. Those of what is not live, or
        of other rules, are passed over."""
        rows = array("q")
        for (one, other), rule in found:
            a, b, number = self._roll.of_version(one), self._roll.of_version(other), self._rule_number.get(rule)
            if a is not None and b is not None and number is not None:
                rows.extend((a, b, number))
        pairs = np.frombuffer(rows, np.int64).reshape(-1, 3)
        self._links.load(pairs[:, 0], pairs[:, 1], pairs[:, 2], self._next)

    def snapshot(self) -> bytes:
        """Everything but the declarations and the findings themselves, for `restore`. Takes time for what is live."""
        columns: dict[str, npt.NDArray[Any]] = {}
        order: list[int] = []
        for name, shelves in (("", self._live), ("line_", self._lines)):
            if shelves is not None:
                table, numbers = shelves.columns()
                columns |= {name + column: values for column, values in table.items()}
                columns[name + "first_number"] = np.array([len(order)], np.int64)
                order += numbers.tolist()
        order += sorted(set(self._roll) - set(order))  # rumours have no parts
        held = [self._roll[number] for number in order]
        place = {number: at for at, number in enumerate(order)}
        ends_s = np.full(len(order), np.inf)
        for number, end_s in self._ends.items():
            if number in place:
                ends_s[place[number]] = end_s
        one, other, rule = self._links.pairs()
        old = np.array(order, np.int64)
        new = np.argsort(old)
        one, other = (new[np.searchsorted(old[new], each)] for each in (one, other))
        arrays = {
            **columns,
            **Roll.columns(held),
            "ends": ends_s,
            "lines": np.array([place[number] for number in sorted(self._line_numbers)], np.int64),
            **Links.columns(one, other, rule, len(order)),
            "over": from_versions(sorted(self._over)),
            **Labels.columns([self._label(number) for number in order]),
        }
        head = {
            **self._setting(),
            "parties": list(self._parties),
            "latest": None if self._latest == -math.inf else self._latest,
            "t_zero": self._growth.t_zero,
        }
        return seal(head, arrays)

    @classmethod
    def restore(
        cls,
        data: bytes | memoryview,
        theatre: Theatre,
        *,
        declaration_of: Callable[[str], Declaration],
        describe: Describe | None = None,
        regions: bool = True,
        checked: bool = False,
    ) -> Online:
        """What `snapshot` was taken of, under the same rules and by the same version of the engine. `checked`: whoever
        kept the bytes has seen that they are what was kept (`engine.snapshot`); they are read for as long as it lives.

        Raises `EngineError` for anything else: `snapshot-version`, `snapshot-damaged`, `snapshot-theatre`.
        """
        head, arrays = unseal(data, checked=checked)
        online = cls(theatre, describe=describe, declaration_of=declaration_of, regions=regions)
        for name, expected in online._setting().items():
            if head.get(name) != expected:
                code = "snapshot-version" if name == "engine" else "snapshot-theatre"
                raise EngineError(code, f"The snapshot is of another {_SETTING[name]}.", found=head.get(name))
        with collector_paused(len(data)):
            online._take_back(head, arrays)
        return online

    def _setting(self) -> dict[str, object]:
        """What must be the same for a snapshot to mean the same."""
        return {
            "engine": __version__,
            "theatre": self._theatre.rules_hash,
            "rules": [rule.id for rule in self._rules],
        }

    def _take_back(self, head: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._parties = {party: number for number, party in enumerate(head["parties"])}
        self._latest = -math.inf if head["latest"] is None else head["latest"]
        if "declaration" in arrays:
            self._growth = replace(self._growth, t_zero=head["t_zero"])
            self._live, self._lines = (Live(self._matrix, self._growth) for _ in range(2))
            self._live.restore(arrays, "")
            self._lines.restore(arrays, "line_")
        self._roll.restore(arrays)
        self._next = len(arrays["revision"])
        self._line_numbers = set(arrays["lines"].tolist())
        self._labels = Labels.of(arrays)
        self._ends.load(arrays["ends"], range(self._next))
        self._over = set(to_versions(arrays["over"]))
        self._links.restore(arrays)

    def compare(self, declaration: Declaration) -> Comparison:
        """What feeding the declaration would open, against what would then be live. Nothing changes."""
        replaced = self._replaced_by(declaration)
        if replaced is None or ends_at(declaration, self._widest_s) <= self._latest:
            return Comparison(declaration, (), self._serial, self._engine, None, replaced, {})
        columns = pack([declaration], self._theatre, complete=False)
        found: list[Finding] = []
        partners: dict[str, int] = {}
        live, lines_ = self._index(columns)
        asked = {
            "kind": self._kinds[columns.kinds[0]],
            "party": self._party(declaration.party),
            "rank": rank_of(declaration),
        }
        rows = (0, columns.parts.n_parts)
        met = live.meet(columns.parts, rows, **asked, without=replaced)
        if len(met.pairs.a):
            declarations: _Asked[Named] = _Asked(declaration, met.numbers, self._label, partners)
            everything = Columns(met.parts, (), ())
            found = explain.findings(
                declarations, everything, self._matrix, self._rules, met.pairs, self._words, self._describe,
                regions=self._regions,
            )  # fmt: skip
        if declaration.kind is Kind.LINE:
            beside = live.beside(columns.parts, rows, **asked, kinds=self._present_kinds, without=replaced)
        elif declaration.kind in PRESENT and self._line_numbers:
            beside = lines_.beside(columns.parts, rows, **asked, kinds=self._line_kinds, without=replaced)
        else:
            beside = iter(())
        for met in beside:
            together = Columns(met.parts, tuple(self._kinds), tuple(self._parties))
            touching = met.pairs.where(met.pairs.rule == 0)
            numbered = _Asked(declaration, met.numbers, self._declaration, partners)
            found += lines.findings(numbered, together, self._matrix, touching, self._theatre, self._describe)
        return Comparison(declaration, in_order(found), self._serial, self._engine, columns, replaced, partners)

    def feed(self, event: Event, trial: Comparison | None = None) -> Change:
        """Take one event. `trial` is what `compare` gave for the declaration that is now fed.

        Raises `EngineError` for time that runs backwards, and for a trial of another declaration, of another engine,
        or from before the last event.
        """
        if trial is not None:
            self._check(event, trial)
        match event:
            case Declared():
                change = self._declare(event.declaration, trial)
            case Cancelled():
                number = self._roll.of_chain(chain_of(event.cancellation.party, event.cancellation.declaration_id))
                if number is None:
                    return Change()
                self._over.add(self._roll.version(number))
                change = Change(closed=self._end(number))
            case Tick():
                change = self._tick(event.now)
        self._serial += 1
        return change

    def _check(self, event: Event, trial: Comparison) -> None:
        if trial.engine is not self._engine or trial.serial != self._serial:
            raise EngineError("comparison-stale", "Something has changed since this was compared. Compare again.")
        if not isinstance(event, Declared) or event.declaration.version_id != trial.declaration.version_id:
            raise EngineError("comparison-other", "What was compared is not what is declared now.")

    def _replaced_by(self, declaration: Declaration) -> tuple[int, ...] | None:
        """The numbers of what the declaration takes the place of; None if it is not taken in at all."""
        version = declaration.version_id
        if version in self._over or self.holds(version):
            return None
        older = self._roll.of_chain(chain_of(declaration.party, declaration.declaration_id))
        if older is not None and self._roll[older].revision > declaration.revision:
            return None  # a late copy of what has been replaced already
        found = [older]
        if declaration.replaces and declaration.replaces != declaration.declaration_id:
            found.append(self._roll.of_chain(chain_of(declaration.party, declaration.replaces)))
        return tuple(number for number in found if number is not None)

    def _declare(self, declaration: Declaration, trial: Comparison | None) -> Change:
        if trial is None:
            trial = self.compare(declaration)
        if trial.replaced is None:
            return Change(over=declaration.version_id in self._over)
        closed: tuple[str, ...] = ()
        for number in trial.replaced:
            self._over.add(self._roll.version(number))
            closed += self._end(number)
        if trial.columns is None:
            return Change(closed=closed)  # its time is over already
        number = self._hold(declaration)
        columns = trial.columns
        self._shelves_of(declaration.kind, columns).add(
            columns.parts,
            (0, columns.parts.n_parts),
            number,
            kind=self._kinds[columns.kinds[0]],
            party=self._party(declaration.party),
            rank=rank_of(declaration),
        )
        partners = {**trial.partners, declaration.version_id: number}
        for finding in trial.findings:
            self._link(finding, *map(partners.__getitem__, finding.versions))
        return Change(trial.findings, closed)

    def _hold(self, declaration: Declaration) -> int:
        number, self._next = self._next, self._next + 1
        chain = chain_of(declaration.party, declaration.declaration_id)
        self._roll.add(number, Held(declaration.version_id, chain, declaration.revision))
        if declaration.kind is Kind.LINE:
            self._line_numbers.add(number)
        if declaration.kind is Kind.LINE or not self._declaration_of:
            self._declarations[number] = declaration
        if self._declaration_of:
            self._labels.add(number, Label.of(declaration))
        self._ends.add(ends_at(declaration, self._widest_s), number)
        return number

    def _link(self, finding: Finding, one: int, other: int) -> None:
        self._links.add(one, other, self._rule_number[finding.rule])
        if not self._declaration_of:
            self._findings[finding.id] = finding

    def _declaration(self, number: int) -> Declaration:
        kept = self._declarations.get(number)
        if kept is not None or self._declaration_of is None:
            return self._declarations[number]
        version = self._roll.version(number)
        declaration = self._declaration_of(version)
        if declaration.version_id != version:
            raise EngineError("declaration-other", f"For {version} another version was given.", version=version)
        if number in self._line_numbers:
            self._declarations[number] = declaration
        return declaration

    def _label(self, number: int) -> Named:
        """What is said of it; the declaration itself is asked for only where that is not known."""
        return (self._labels.get(number) if self._declaration_of else None) or self._declaration(number)

    def _party(self, party: str) -> int:
        return self._parties.setdefault(party, len(self._parties))

    def _index(self, columns: Columns) -> tuple[Live, Live]:
        if self._live is None or self._lines is None:
            starts = columns.parts.t0[np.isfinite(columns.parts.t0)]
            self._growth = replace(self._growth, t_zero=float(starts[0]) if len(starts) else 0.0)
            self._live, self._lines = (Live(self._matrix, self._growth) for _ in range(2))
        return self._live, self._lines

    def _shelves_of(self, kind: Kind, columns: Columns) -> Live:
        return self._index(columns)[int(kind is Kind.LINE)]

    def _end(self, number: int) -> tuple[str, ...]:
        held = self._roll.pop(number)
        for shelves in (self._live, self._lines):
            if shelves is not None:
                shelves.remove(number)
        self._declarations.pop(number, None)
        self._labels.forget(number)
        self._line_numbers.discard(number)
        closed = sorted(
            finding_id(held.version, self._roll.version(partner), self._rules[rule].id)
            for partner, rule in self._links.of(number)
        )
        self._links.forget(number)
        for finding in closed:
            self._findings.pop(finding, None)
        return tuple(closed)

    def _tick(self, now: Instant) -> Change:
        if now.epoch_s < self._latest:
            raise EngineError("time-backwards", f"It cannot be {now} now: it was later already.", now=str(now))
        self._latest = now.epoch_s
        closed: list[str] = []
        for number in self._ends.until(now.epoch_s):
            if number in self._roll:
                closed += self._end(number)
        return Change(closed=tuple(closed))


N = TypeVar("N", bound=Named)


@dataclass(frozen=True, slots=True)
class _Asked(Generic[N]):
    """The declarations of a small table: the first is the one asked about."""

    first: N
    numbers: npt.NDArray[np.int64]
    declaration: Callable[[int], N]
    named: dict[str, int]  # the numbers of those that were asked for, by version

    def __getitem__(self, local: int) -> N:
        if not local:
            return self.first
        number = int(self.numbers[local])
        declaration = self.declaration(number)
        self.named[declaration.version_id] = number
        return declaration


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
