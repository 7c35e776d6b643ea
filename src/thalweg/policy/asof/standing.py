"""The declarations that a party knew of, each with where it stood."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from thalweg.model.declarations import Declaration
from thalweg.model.events import NoticeKind
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.asof.cut import Columns, Cut
from thalweg.policy.asof.had import Became, Stood, Token
from thalweg.policy.asof.valid import Mask, Valid
from thalweg.state import history
from thalweg.state.history import Spans
from thalweg.state.recorded import notice_in

REVOKED: Final = 9  # beside the ways in which one's own is over
_TABLES: Final = ("own", "told")
_STOOD: Final = {
    -1: Stood.IN_FORCE,
    history.CANCELLED: Stood.CANCELLED,
    history.REPLACED: Stood.REPLACED,
    REVOKED: Stood.REVOKED,
}
_BECAME: Final = (NoticeKind.ACKNOWLEDGED, NoticeKind.READ_BACK, NoticeKind.DISSEMINATED, NoticeKind.RELAYED)


@dataclass(frozen=True, slots=True)
class Row:
    """A declaration that the party knew of, before what it says is read again. `told` is the notice's row, -1 where the
    party said it itself."""

    own: bool
    told: int
    index: int
    shown: int
    subject: str
    version: str
    of: str
    at_s: float
    reached_s: float
    late: bool
    spans: Spans
    answer: int
    stood: Stood
    over_s: float | None


@dataclass(slots=True)
class _Newest:
    """Of each subject the newest row of a table, in the order in which the subjects were first known."""

    rows: npt.NDArray[np.int64]
    subject: npt.NDArray[np.int64]
    index: npt.NDArray[np.int64]
    since: npt.NDArray[np.float64]
    until: npt.NDArray[np.float64]
    how: npt.NDArray[np.int64]  # how it was over; -1: in force
    over_s: npt.NDArray[np.float64]
    ended_by: npt.NDArray[np.int64]  # the notice that said so; -1: the party itself
    late: Mask
    keep: Mask

    def places(self, subjects: npt.NDArray[Any], words: int) -> npt.NDArray[np.int64]:
        """Where these subjects stand; -1 for those that do not."""
        of = np.full(words, -1, np.int64)
        of[self.subject] = np.arange(len(self.subject))
        found: npt.NDArray[np.int64] = of[subjects]
        return found


class Standing:
    """Every declaration that the party knew of, the newest version of each: its own first, then the others', each in
    the order in which they were first known to it."""

    def __init__(self, cut: Cut) -> None:
        own, told = _newest_own(cut), _newest_told(cut)
        for subject in np.intersect1d(own.subject, told.subject).tolist():
            # Of a site that changed hands the newer word holds.
            mine = int(np.flatnonzero(own.subject == subject)[0])
            theirs = int(np.flatnonzero(told.subject == subject)[0])
            handed = own.how[mine] == history.HANDED_OVER and own.index[mine] < told.index[theirs]
            (own if handed else told).keep[mine if handed else theirs] = False
        self._cut = cut
        self._parts = (own, told)
        self._answers: dict[str, list[int]] | None = None
        self._vouched: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]] | None = None
        self.count = int(own.keep.sum() + told.keep.sum())
        self.own = int((own.keep & (own.how != history.HANDED_OVER)).sum())

    def meeting(self, valid: Valid) -> list[tuple[int, int]]:
        """Those that hold then, in order: which table, and where in it."""
        return [
            (table, int(place))
            for table, part in enumerate(self._parts)
            for place in np.flatnonzero(part.keep & self._meets(table, part, valid))
        ]

    def _meets(self, table: int, part: _Newest, valid: Valid) -> Mask:
        met = valid.meets(part.since, self._until(part))
        for place in self._several(table, part):
            met[place] = valid.meets_one(self._held(table, part, place))
        return met

    @staticmethod
    def _until(part: _Newest) -> npt.NDArray[np.float64]:
        """Until when each holds: to its end, or until its notifier ended it."""
        over = (part.how == history.CANCELLED) | (part.how == history.REPLACED)
        return np.where(over, np.minimum(part.until, part.over_s), part.until)

    def _several(self, table: int, part: _Newest) -> list[int]:
        """Those that hold at several times and not between them."""
        rows = [row for name, row in self._cut.had.several if name == _TABLES[table]]
        return np.flatnonzero(np.isin(part.rows, rows)).tolist() if rows else []

    def _held(self, table: int, part: _Newest, place: int) -> Spans:
        spans = self._cut.had.spans(_TABLES[table], int(part.rows[place]))
        if part.how[place] not in (history.CANCELLED, history.REPLACED):
            return spans
        over_s = float(part.over_s[place])
        return tuple((since, min(until, over_s)) for since, until in spans)

    def counted(self, edges: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """How many hold at some time of each part between two edges, but for those no longer shared."""
        counted = np.zeros(len(edges) - 1, np.int64)
        for table, part in enumerate(self._parts):
            meant = part.keep & (part.how != REVOKED)
            several = [place for place in self._several(table, part) if meant[place]]
            meant[several] = False
            since, until = part.since[meant], self._until(part)[meant]
            real = since < until
            begun = np.searchsorted(np.sort(since[real]), edges[1:], "left")
            over = np.searchsorted(np.sort(until[real]), edges[:-1], "right")
            counted += begun - over
            for place in several:
                met = np.zeros(len(counted), np.bool_)
                for first, last in self._held(table, part, place):
                    if first < last:
                        met |= (first < edges[1:]) & (last > edges[:-1])
                counted += met
        return counted

    def ends(self) -> npt.NDArray[np.float64]:
        """The beginnings and ends of all that is shared, where they have any."""
        found = []
        for part in self._parts:
            shared = part.keep & (part.how != REVOKED)
            found += [part.since[shared], self._until(part)[shared]]
        ends = np.concatenate(found)
        finite: npt.NDArray[np.float64] = ends[np.isfinite(ends)]
        return finite

    def own_versions(self, numbers: Sequence[int]) -> set[str]:
        """Which of these versions are its own, newest and in force."""
        columns = self._cut.table("own")[0]
        part = self._parts[0]
        meant = part.keep & (part.how < 0)
        versions = columns["version"][part.rows[meant]]
        return {self._cut.had.word(each) for each in versions[np.isin(versions, numbers)].tolist()}

    def tokens(self, places: Sequence[tuple[int, int]]) -> list[Token]:
        """Of each of these its token."""
        cut, found = self._cut, []
        for table, part in enumerate(self._parts):
            at = np.array([place for each, place in places if each == table], np.int64)
            rows = part.rows[at]
            since = cut.table("own")[2][rows] if table == 0 else cut.told["reached"][rows]
            columns = (
                rows, part.index[at], part.how[at], part.over_s[at], part.ended_by[at], part.late[at], since,
                self._vouched_since(part.subject[at], part.index[at]),
            )  # fmt: skip
            found += [(cut.party, table, *each) for each in zip(*(each.tolist() for each in columns), strict=True)]
        return found

    def row(self, table: int, place: int) -> Row:
        """One of them."""
        return self._own(place) if table == 0 else self._other(place)

    def _own(self, place: int) -> Row:
        cut, part = self._cut, self._parts[0]
        columns, _, since = cut.table("own")
        row, how = int(part.rows[place]), int(part.how[place])
        handed = how == history.HANDED_OVER
        by = int(part.ended_by[place])
        word = cut.had.word
        return Row(
            own=not handed,
            told=-1 if handed else int(columns["row"][row]),
            index=int(columns["index"][row]),
            shown=int(columns["shown"][row]),
            subject=word(int(columns["subject"][row])),
            version=word(int(columns["version"][row])),
            of=word(int(cut.told["of"][by])) if handed and by >= 0 else cut.party,
            at_s=float(columns["at"][row]),
            reached_s=float(since[row]),
            late=bool(part.late[place]),
            spans=cut.had.spans("own", row),
            answer=-1 if handed else int(columns["answer"][row]),
            stood=_STOOD[-1 if handed else how],
            over_s=None if handed or how < 0 else float(part.over_s[place]),
        )

    def _other(self, place: int) -> Row:
        cut, part, told = self._cut, self._parts[1], self._cut.told
        row, how = int(part.rows[place]), int(part.how[place])
        word = cut.had.word
        return Row(
            own=False,
            told=row,
            index=int(told["index"][row]),
            shown=int(told["shown"][row]),
            subject=word(int(told["subject"][row])),
            version=word(int(told["version"][row])),
            of=word(int(told["of"][row])),
            at_s=float(told["made"][row]),
            reached_s=float(told["reached"][row]),
            late=bool(part.late[place]),
            spans=cut.had.spans("told", row),
            answer=-1,
            stood=_STOOD[how],
            over_s=None if how < 0 else float(part.over_s[place]),
        )

    def stale_from_s(self, row: Row, declaration: Declaration, level: Level) -> float:
        """From when nobody vouches for it; infinite where its notifier set no end to that, or it was not shown."""
        if level is not Level.FULL:
            return math.inf
        subject, index = np.array([self._cut.had.number(row.subject)]), np.array([row.index], np.int64)
        since_s = float(self._vouched_since(subject, index)[0])
        if math.isfinite(since_s):
            return since_s
        return math.inf if declaration.valid_until is None else declaration.valid_until.epoch_s

    def level(self, row: Row) -> Level:
        """At which level the party was shown what another declared."""
        return Level(self._cut.had.word(int(self._cut.told["level"][row.told])))

    def became(self, row: Row) -> Iterable[Became]:
        """What the party had been told became of its own declaration."""
        if not row.own:
            return
        cut = self._cut
        if self._answers is None:
            self._answers = {}
            for each in np.flatnonzero(cut.known & cut.is_what(*_BECAME)).tolist():
                self._answers.setdefault(cut.had.word(int(cut.told["subject"][each])), []).append(each)
        for each in self._answers.get(row.subject, ()):
            body = notice_in(cut.load(int(cut.told["index"][each])))
            if body.of != cut.party:
                facts = tuple(sorted(body.facts.items()))
                yield Became(body.of, body.what, facts, body.at, Instant(float(cut.told["reached"][each])), body.id)

    def _vouched_since(self, subjects: npt.NDArray[np.int64], after: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Until when the notifier of each of these subjects had vouched for it since the entry `after`, in seconds
        since the epoch; minus infinity where it said nothing."""
        if self._vouched is None:
            columns, known, _ = self._cut.table("vouched")
            places = len(self._cut.had.words) + 1  # the last one is for what stands nowhere
            index = np.full(places, -1, np.int64)
            until = np.full(places, -math.inf)
            index[columns["subject"][known]] = columns["index"][known]  # rows are in order: the last one stays
            until[columns["subject"][known]] = columns["until"][known]
            self._vouched = (index, until)
        index, until = self._vouched
        found: npt.NDArray[np.float64] = np.where(index[subjects] > after, until[subjects], -math.inf)
        return found


def _newest_own(cut: Cut) -> _Newest:
    columns, known, _ = cut.table("own")
    newest, late = _newest(columns, known), columns["late"] != 0
    over, known, _ = cut.table("over")
    place = newest.places(over["subject"], len(cut.had.words))
    after = known & (place >= 0)
    after[after] = over["index"][after] > newest.index[place[after]]
    rows = np.flatnonzero(after)
    first = np.full(len(newest.rows), len(place), np.int64)
    np.minimum.at(first, place[rows], rows)
    ended = first < len(place)
    newest.how[ended] = over["how"][first[ended]]
    newest.over_s[ended] = over["at"][first[ended]]
    newest.ended_by[ended] = over["row"][first[ended]]
    # That a version came late stays with those after it (R7).
    newest.late[np.isin(newest.subject, columns["subject"][cut.table("own")[1] & late])] = True
    return newest


def _newest_told(cut: Cut) -> _Newest:
    told = cut.told
    newest = _newest(told, cut.known & cut.has(history.SHOWS))
    newest.late[:] = (told["flags"][newest.rows] & history.LATE) != 0
    for what, how in ((NoticeKind.REVOKED, REVOKED), (NoticeKind.CANCELLED, history.CANCELLED)):
        rows = np.flatnonzero(cut.known & cut.is_what(what))
        place = newest.places(told["subject"][rows], len(cut.had.words))
        after = place >= 0
        after[after] = rows[after] > newest.rows[place[after]]
        first = np.full(len(newest.rows), len(cut.known), np.int64)
        np.minimum.at(first, place[after], rows[after])
        ended = first < len(cut.known)
        newest.how[ended] = how
        newest.over_s[ended] = told["made"][first[ended]]
    return newest


def _newest(columns: Columns, known: Mask) -> _Newest:
    rows = np.flatnonzero(known)
    subjects = columns["subject"][rows]
    _, first = np.unique(subjects, return_index=True)
    _, last = np.unique(subjects[::-1], return_index=True)
    found = rows[len(rows) - 1 - last][np.argsort(first)]
    none = np.full(len(found), -1, np.int64)
    return _Newest(
        found,
        columns["subject"][found].astype(np.int64),
        columns["index"][found],
        columns["since"][found],
        columns["until"][found],
        none.copy(),
        np.full(len(found), math.inf),
        none.copy(),
        np.zeros(len(found), np.bool_),
        np.ones(len(found), np.bool_),
    )
