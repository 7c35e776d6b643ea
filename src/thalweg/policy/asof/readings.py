"""Readings of what a party had: the picture, the same for a map, its notices, and how much was known when."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Container, Sequence
from typing import Any, Final

import numpy as np

from thalweg.model.declarations import Declaration, Kind
from thalweg.model.errors import InputError
from thalweg.model.events import Notice, Taken
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.words import EXERCISE, HYPOTHETICAL, STALE
from thalweg.policy.asof.acts import Acts
from thalweg.policy.asof.cut import Cut
from thalweg.policy.asof.findings import ALL, Some, findings
from thalweg.policy.asof.had import AsOf, Chart, Counts, DeclarationHad, Drawable, NoticesHad, Times, Token
from thalweg.policy.asof.notices import facts_about, notice
from thalweg.policy.asof.owed import outstanding
from thalweg.policy.asof.standing import Row, Standing
from thalweg.policy.asof.valid import Valid
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.sealing import seal
from thalweg.policy.whole import Steps, whole
from thalweg.state.history import Had, declared_in, had_of
from thalweg.state.recorded import Recorded
from thalweg.state.world import World

_KEPT: Final = 8_192  # entries
_READ: Final = 20  # declarations or notices of one step
_TOKENS: Final = 2_000  # of those that need not be read again
_OWED: Final = 8  # readings of what was owed; a page has it several times


class AsOfs:
    """Readings of what parties had. `load` reads an entry of the log again; `declared` the declaration that an entry
    states or shows, where whoever keeps the log has it at hand."""

    def __init__(
        self,
        had: Callable[[str], Had],
        load: Callable[[int], Recorded],
        *,
        exercise: bool,
        declared: Callable[[int], Declaration | None] | None = None,
    ) -> None:
        self._had = had
        self._read_again = load
        self._kept: OrderedDict[int, Recorded] = OrderedDict()  # what was read last: a time bar asks for it anew
        self._owed: OrderedDict[tuple[object, ...], frozenset[int]] = OrderedDict()
        self._declared = declared or (lambda index: declared_in(load(index)))
        self._exercise = exercise
        self.prepared: dict[Token, Any] = {}
        """What a reader made of rows of charts, by their tokens; for as long as the same log is read."""

    @classmethod
    def over(cls, world: World) -> AsOfs:
        """Over the world of a desk."""
        return cls(
            world.history.of,
            world.load,
            exercise=world.membership.theatre.exercise,
            declared=world.picture.declared_at,
        )

    def _load(self, index: int) -> Recorded:
        record = self._kept.get(index)
        if record is None:
            record = self._kept[index] = self._read_again(index)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(index)
        return record

    def picture(
        self,
        party: str,
        known: Instant,
        valid: Valid | None = None,
        *,
        after: int = 0,
        most: int | None = None,
        some: Some = ALL,
    ) -> Disclosed[AsOf]:
        """What the party had at `known` of what holds at `valid`; left out, at the same time. `after` and `most` page
        through the declarations, and `some` through the findings."""
        return whole(self.picturing(party, known, valid, after=after, most=most, some=some))

    def picturing(
        self,
        party: str,
        known: Instant,
        valid: Valid | None = None,
        *,
        after: int = 0,
        most: int | None = None,
        some: Some = ALL,
    ) -> Steps[Disclosed[AsOf]]:
        """The same, a step at a time; all of it as the log stood at the first."""
        cut = Cut(self._had(party), known, self._load)
        when = Valid.at(known) if valid is None else valid
        rows = Standing(cut)
        meant = rows.meeting(when)
        end = len(meant) if most is None else min(len(meant), after + most)
        yield
        read = []
        for number, each in enumerate(meant[after:end], 1):
            read.append(self._declaration(cut, rows, rows.row(*each), when))
            if not number % _READ:
                yield
        following = end if end < len(meant) else None
        made = yield from self._picture(cut, rows, when, len(meant), tuple(read), following, some)
        return seal(made, party)

    def charting(
        self, party: str, known: Instant, valid: Valid, read: Container[Token], most: int, some: Some = ALL
    ) -> Steps[Disclosed[Chart]]:
        """The same for a map, quickly: of at most so many declarations, those whose tokens are in `read` are not read
        again."""
        cut = Cut(self._had(party), known, self._load)
        rows = Standing(cut)
        meant = rows.meeting(valid)
        first = meant[:most]
        tokens = rows.tokens(first)
        yield
        drawn: list[tuple[Token, Drawable | None]] = []
        fresh = 0
        for number, (each, token) in enumerate(zip(first, tokens, strict=True), 1):
            kept = token in read
            drawn.append((token, None if kept else self._drawable(rows, rows.row(*each))))
            fresh += not kept
            if (not kept and not fresh % _READ) or not number % _TOKENS:
                yield
        left = len(first) if len(first) < len(meant) else None
        picture = yield from self._picture(cut, rows, valid, len(meant), (), left, some)
        return seal(Chart(picture, tuple(drawn), _moment_s(cut, valid)), party)

    def _picture(
        self, cut: Cut, rows: Standing, when: Valid, valid: int, read: tuple[DeclarationHad, ...],
        following: int | None, some: Some,
    ) -> Steps[AsOf]:  # fmt: skip
        found = yield from findings(cut, rows, when, some)
        acts = yield from Acts.read(cut)
        yield
        owed = yield from self._outstanding(cut)
        channels = yield from acts.channels.had(cut)
        return AsOf(
            cut.party,
            Instant(cut.at_s),
            when,
            self._exercise,
            Counts(rows.count, rows.own, valid, found.count, int(cut.known.sum()), len(owed)),
            read,
            following,
            found.read,
            found.next,
            tuple(acts.crossings(when)),
            channels,
            acts.agreements.agreements(),
            acts.agreements.commitments(),
            acts.emergencies(),
            acts.participation(),
            acts.incidents.had(),
        )

    def notices(self, party: str, known: Instant, after: int, most: int) -> Disclosed[NoticesHad]:
        """The notices that had reached the party, with numbers above `after`, oldest first."""
        return whole(self.noticing(party, known, after, most))

    def noticing(
        self, party: str, known: Instant, after: int, most: int, *, owed_only: bool = False
    ) -> Steps[Disclosed[NoticesHad]]:
        """The same, a step at a time; all of it as the log stood at the first. With `owed_only` those of them to which
        it owed an answer."""
        cut = Cut(self._had(party), known, self._load)
        owed = yield from self._outstanding(cut)
        rows = np.array(sorted(owed), np.int64) if owed_only else np.flatnonzero(cut.known)
        rows = rows[rows >= after]
        page = rows[:most].tolist()
        about = facts_about(cut, page)
        yield
        read = []
        for number, row in enumerate(page, 1):
            read.append(notice(cut, row, about, outstanding=row in owed))
            if not number % _READ:
                yield
        return seal(NoticesHad(party, known, tuple(read), len(rows) > most), party)

    def _outstanding(self, cut: Cut) -> Steps[frozenset[int]]:
        """Kept as long as nothing more is known of the party."""
        key = (cut.party, cut.at_s, *cut.lengths.values())
        owed = self._owed.get(key)
        if owed is None:
            owed = self._owed[key] = yield from outstanding(cut)
            if len(self._owed) > _OWED:
                self._owed.popitem(last=False)
        return owed

    def times(
        self, party: str, known: Instant, since: Instant | None = None, until: Instant | None = None, parts: int = 120
    ) -> Disclosed[Times]:
        """How much held, and how much came to be known, in each of so many equal parts of the time from `since` to
        `until`; left out, of all the time that anything known is about."""
        cut = Cut(self._had(party), known, self._load)
        rows = Standing(cut)
        came = cut.came()
        ends = np.concatenate([came, rows.ends(), [known.epoch_s]])
        start = float(ends.min()) if since is None else since.epoch_s
        end = float(ends.max()) if until is None else until.epoch_s
        if not start < end:
            end = start + 1.0
        step = (end - start) / parts
        edges = np.array([start + step * each for each in range(parts)] + [end], np.float64)
        counted = rows.counted(edges)
        # The last moment belongs to the last part.
        heard = np.histogram(came, edges)[0]
        times = Times(party, known, Instant(start), step, tuple(map(int, counted)), tuple(map(int, heard)))
        return seal(times, party)

    def _shown(self, row: Row) -> Declaration:
        declaration = self._declared(row.shown)
        if declaration is None:
            raise InputError("entry-kind", f"Entry {row.shown} declares nothing.", index=row.shown)
        return declaration

    def _drawable(self, rows: Standing, row: Row) -> Drawable:
        """Reads the notice again only where it alone says whether the kind was shown."""
        declaration, level = self._shown(row), Level.FULL if row.own or row.told < 0 else rows.level(row)
        told = self._load(row.index).body if level is Level.COARSE else None
        return Drawable(
            row.subject, row.version, row.of, row.own, level, _kind(declaration, level, told), row.late, declaration,
            rows.stale_from_s(row, declaration, level),
        )  # fmt: skip

    def _declaration(self, cut: Cut, rows: Standing, row: Row, when: Valid) -> DeclarationHad:
        declaration, level, notice, statement = self._shown(row), Level.FULL, "", ""
        told: object = None
        if not row.own:
            told = self._load(row.index).body
            if isinstance(told, Notice):
                level, notice, statement = told.level, told.id, told.statement
        elif row.told < 0:
            statement = self._load(row.index).event
        marks = (
            (EXERCISE, self._exercise),
            (HYPOTHETICAL, declaration.hypothetical),
            (STALE, rows.stale_from_s(row, declaration, level) <= _moment_s(cut, when)),
        )
        answer = self._load(row.answer).body if row.answer >= 0 else None
        return DeclarationHad(
            row.subject,
            row.version,
            row.of,
            row.own,
            level,
            _kind(declaration, level, told),
            row.stood,
            None if row.over_s is None else Instant(row.over_s),
            row.spans,
            Instant(row.at_s),
            Instant(row.reached_s),
            notice,
            statement,
            row.late,
            tuple(mark for mark, holds in marks if holds),
            declaration,
            answer.not_cited if isinstance(answer, Taken) else (),
            tuple(rows.became(row)),
        )


def _kind(declaration: Declaration, level: Level, told: object) -> Kind | None:
    """What kind of thing it is, as far as the party was shown that; `told` is the notice that showed it."""
    if level is Level.COARSE:
        return declaration.kind if isinstance(told, Notice) and "kind" in told.facts else None
    return declaration.kind if level.at_least(Level.COARSE) else None


def _moment_s(cut: Cut, when: Valid) -> float:
    """What is not vouched for by then is stale."""
    return when.bounds[1] if math.isfinite(when.bounds[1]) else cut.at_s


def held_by(party: str, records: Sequence[Recorded], *, exercise: bool) -> AsOfs:
    """Readings of what one party had, from the entries that it holds alone: of any other party there is nothing."""
    had, load = had_of(party, records)
    return AsOfs(lambda asked: had if asked == party else Had(asked), load, exercise=exercise)
