"""The picture as a party had it at a time: from what it had said and what had reached it by then, and from nothing else
(R40).

Two times in everything. *Known at* T: the party's own statements that the desk had taken by T, and the notices that had
reached it by T (`state.history`), the latest of each thing. *Valid at* V: of these, what holds at V, or at some time
between two. What comes to be known after T changes nothing that is read here for T, and a notice that was sent and had
not reached the party is not in its picture, whatever was done about it. docs/explanation/two-times.md.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from thalweg.formats.event import kind_of
from thalweg.model.cases import Case, ExplanationAsked, ExplanationGiven, IncidentReported
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.errors import InputError
from thalweg.model.events import (
    Answer,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelState,
    ChannelStated,
    Committed,
    CrossingLogged,
    CustodyAnswered,
    CustodyOffered,
    EmergencySent,
    LineJudged,
    LineProposed,
    Notice,
    NoticeKind,
    OutcomeStated,
    ParticipationStated,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    Shown,
    Taken,
)
from thalweg.model.findings import Finding
from thalweg.model.instants import FOREVER, FOREVER_PAST, Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.model.words import EXERCISE, HYPOTHETICAL, STALE
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.sealing import seal
from thalweg.state import history
from thalweg.state.agreements import AgreementState, Matter, answer_to
from thalweg.state.exchange import Fact
from thalweg.state.history import Had, Spans, declared_in
from thalweg.state.recorded import Recorded
from thalweg.state.world import World

REVOKED: Final = 9  # beside the ways in which one's own is over
_TABLES: Final = ("own", "told")
_KEPT: Final = 8_192  # entries

Columns = dict[str, npt.NDArray[Any]]
Mask = npt.NDArray[np.bool_]


class Stood(StrEnum):
    """Where a declaration stood, as its reader had it."""

    IN_FORCE = "in_force"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    REVOKED = "revoked"  # no longer shared; this is the last that was


_STOOD: Final = {
    -1: Stood.IN_FORCE,
    history.CANCELLED: Stood.CANCELLED,
    history.REPLACED: Stood.REPLACED,
    REVOKED: Stood.REVOKED,
}


@dataclass(frozen=True, slots=True)
class Valid:
    """When what is asked for holds: at an instant where both are the same, else at some time in `[since, until)`; an
    absent bound is open."""

    since: Instant | None
    until: Instant | None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise InputError("valid-inverted", f"The time asked for ends ({self.until}) before it begins.")

    @classmethod
    def at(cls, when: Instant) -> Valid:
        """At one instant."""
        return cls(when, when)

    @property
    def bounds(self) -> tuple[float, float]:
        """Seconds since the epoch, infinite where open."""
        since = FOREVER_PAST if self.since is None else self.since.epoch_s
        return since, FOREVER if self.until is None else self.until.epoch_s

    def meets(self, since: npt.NDArray[np.float64], until: npt.NDArray[np.float64]) -> Mask:
        """Which of the spans `[since, until)` hold then; asked for all time, every one of them."""
        start, end = self.bounds
        if start == FOREVER_PAST and end == FOREVER:
            return np.ones(len(since), np.bool_)
        if start == end:
            return (since <= start) & (start < until)
        return (since < end) & (until > start) & (since < until)

    def meets_one(self, spans: Spans) -> bool:
        """Whether any of these does."""
        ends = np.array(spans, np.float64)
        return bool(self.meets(ends[:, 0], ends[:, 1]).any())


ALWAYS: Final = Valid(None, None)


def read_valid(text: str, known: Instant) -> Valid:
    """An instant, or an interval as OGC API Features writes one: `a/b`, `../b`, `a/..`; nothing is the instant
    `known`. `InputError` for anything else."""
    if not text:
        return Valid.at(known)
    since, slash, until = text.partition("/")
    if not slash:
        return Valid.at(read_instant(since))
    bounds = [None if each in ("", "..") else read_instant(each) for each in (since, until)]
    return ALWAYS if bounds == [None, None] else Valid(*bounds)


def read_instant(text: str) -> Instant:
    """An instant with its zone. `InputError` for anything else."""
    try:
        # In a query, a plus sign that was not escaped arrives as a space.
        return Instant.of(datetime.fromisoformat(text.strip().replace(" ", "+")))
    except ValueError as error:
        raise InputError(
            "time-unreadable", "This is no instant with a zone.", expected="2017-09-16T12:00:00Z", found=text
        ) from error


@dataclass(frozen=True, slots=True)
class Became:
    """What the party had been told became of its own declaration: by whom, what, and since when it knew."""

    by: str
    what: NoticeKind
    facts: tuple[tuple[str, str], ...]
    at: Instant
    reached: Instant
    notice: str


@dataclass(frozen=True, slots=True)
class DeclarationHad:
    """A declaration as the party had it. `at` is when it was said or told, `reached` when the party had it, `over`
    when it ceased to hold, by what the party had been told."""

    subject: str
    version: str
    of: str
    own: bool
    level: Level
    kind: Kind | None
    stood: Stood
    over: Instant | None
    spans: Spans
    at: Instant
    reached: Instant
    notice: str
    statement: str
    late: bool
    marks: tuple[str, ...]
    declaration: Declaration
    not_cited: tuple[Shown, ...] = ()
    became: tuple[Became, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingHad:
    finding: Finding
    notice: str
    of: str
    told: Instant
    reached: Instant


@dataclass(frozen=True, slots=True)
class CrossingHad:
    line: str
    at: Instant
    who: str
    by: str
    medium: str
    position: Position | None
    to_side: str
    told: Instant
    reached: Instant
    notice: str


@dataclass(frozen=True, slots=True)
class LineHad:
    party: str
    state: ChannelState
    since: Instant | None


@dataclass(frozen=True, slots=True)
class ChannelHad:
    """A channel as far as the party had been told; who joined before it did is told by no notice, and not here."""

    channel: str
    name: str
    room: bool
    opened_by: str
    invited: tuple[str, ...]
    joined: tuple[tuple[str, Instant], ...]
    lines: tuple[LineHad, ...]


@dataclass(frozen=True, slots=True)
class AgreementHad:
    event: str
    matter: Matter
    by: str
    to: tuple[str, ...]
    state: AgreementState
    at: Instant
    expires: Instant | None
    answers: tuple[tuple[str, Answer, Instant], ...]
    words: str
    changed: Declaration | None


@dataclass(frozen=True, slots=True)
class CommitmentHad:
    event: str
    by: str
    about: str
    action: str
    due: Instant
    at: Instant
    outcome: str
    lapsed: bool


@dataclass(frozen=True, slots=True)
class EmergencyHad:
    """`open` is None where the party had not been told of which emergency a promise was kept."""

    event: str
    by: str
    at: Instant
    text: str
    place: Position | None
    radius_m: int
    repeated: int
    open: bool | None


@dataclass(frozen=True, slots=True)
class ParticipationHad:
    party: str
    by: str
    status: str
    since: Instant
    told: Instant


@dataclass(frozen=True, slots=True)
class SaidHad:
    """Something said in an incident, as far as the party had it. `what` is the kind of entry; `text` and `grade` are
    empty where it was not shown them. `answered`: when a request for an explanation was, by what it had."""

    what: str
    by: str
    at: Instant
    reached: Instant
    notice: str
    statement: str
    text: str
    language: str
    grade: str
    to: str
    due: Instant | None
    answered: Instant | None


@dataclass(frozen=True, slots=True)
class IncidentHad:
    """`reference` is empty where the party had reported it and had not been told its reference yet."""

    reference: str
    title: str
    by: str
    at: Instant
    withdrawn: Instant | None
    said: tuple[SaidHad, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """`known`: declarations, whatever their time; `own`: of these; `valid`: those that hold when it was asked for."""

    known: int
    own: int
    valid: int
    notices: int
    outstanding: int


@dataclass(frozen=True, slots=True)
class AsOf:
    """The picture. `next`: where the following declarations begin; None at the end."""

    party: str
    known: Instant
    valid: Valid
    exercise: bool
    counts: Counts
    declarations: tuple[DeclarationHad, ...]
    next: int | None
    findings: tuple[FindingHad, ...]
    crossings: tuple[CrossingHad, ...]
    channels: tuple[ChannelHad, ...]
    agreements: tuple[AgreementHad, ...]
    commitments: tuple[CommitmentHad, ...]
    emergencies: tuple[EmergencyHad, ...]
    participation: tuple[ParticipationHad, ...]
    incidents: tuple[IncidentHad, ...]


@dataclass(frozen=True, slots=True)
class NoticeHad:
    """A notice that had reached the party: when, by what, and what it had done about it by then."""

    notice: Notice
    index: int
    reached: Instant
    by: str
    outstanding: bool
    delivered: tuple[Fact, ...]
    responses: tuple[Fact, ...]
    read_back: tuple[Fact, ...]
    disseminated: tuple[Fact, ...]
    relayed: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class NoticesHad:
    party: str
    known: Instant
    notices: tuple[NoticeHad, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Times:
    """Counts over time. `valid[i]`: declarations that hold at some time of the i-th part; `known[i]`: statements taken
    and notices that reached the party in it."""

    party: str
    known_at: Instant
    since: Instant
    step_s: float
    valid: tuple[int, ...]
    known: tuple[int, ...]


Token = tuple[object, ...]
"""What all that a map shows of a row follows from, but for the time: equal tokens, equal rows."""


@dataclass(frozen=True, slots=True)
class Drawable:
    """A declaration as the party had it, as far as a map shows it. `stale_from_s`: from when nobody vouches for it, in
    seconds since the epoch."""

    subject: str
    version: str
    of: str
    own: bool
    level: Level
    kind: Kind | None
    late: bool
    declaration: Declaration
    stale_from_s: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture for a map: everything of it but the declarations, and of each of these its token, with what it says
    where the reader has not read it before."""

    picture: AsOf
    rows: tuple[tuple[Token, Drawable | None], ...]
    moment_s: float  # what is not vouched for by then is stale


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
        self, party: str, known: Instant, valid: Valid | None = None, *, after: int = 0, most: int | None = None
    ) -> Disclosed[AsOf]:
        """What the party had at `known` of what holds at `valid`; left out, at the same time. `after` and `most` page
        through the declarations."""
        cut = _Cut(self._had(party), known, self._load)
        when = Valid.at(known) if valid is None else valid
        rows = cut.standing()
        meant = rows.meeting(when)
        end = len(meant) if most is None else min(len(meant), after + most)
        read = tuple(self._declaration(cut, rows.row(*each), when) for each in meant[after:end])
        return seal(self._picture(cut, rows, when, len(meant), read, end if end < len(meant) else None), party)

    def chart(self, party: str, known: Instant, valid: Valid, read: Container[Token], most: int) -> Disclosed[Chart]:
        """The same for a map, quickly: of at most so many declarations, those whose tokens are in `read` are not read
        again."""
        cut = _Cut(self._had(party), known, self._load)
        rows = cut.standing()
        meant = rows.meeting(valid)
        some = meant[:most]
        tokens = rows.tokens(some)
        drawn = tuple(
            (token, None if token in read else self._drawable(cut, rows.row(*each)))
            for each, token in zip(some, tokens, strict=True)
        )
        left = len(some) if len(some) < len(meant) else None
        moment_s = valid.bounds[1] if math.isfinite(valid.bounds[1]) else cut.at_s
        return seal(Chart(self._picture(cut, rows, valid, len(meant), (), left), drawn, moment_s), party)

    def _picture(
        self, cut: _Cut, rows: _Standing, when: Valid, valid: int, read: tuple[DeclarationHad, ...],
        following: int | None,
    ) -> AsOf:  # fmt: skip
        acts = _Acts(cut)
        acts.fold()
        return AsOf(
            cut.party,
            Instant(cut.at_s),
            when,
            self._exercise,
            Counts(rows.count, rows.own, valid, int(cut.known.sum()), len(cut.outstanding())),
            read,
            following,
            tuple(cut.findings(rows, when)),
            tuple(each for each in acts.crossings if _crossed(each, when)),
            acts.channels(),
            acts.agreements(),
            acts.commitments(),
            acts.emergencies(),
            acts.participation(),
            acts.incidents(),
        )

    def notices(self, party: str, known: Instant, after: int, most: int) -> Disclosed[NoticesHad]:
        """The notices that had reached the party, with numbers above `after`, oldest first."""
        cut = _Cut(self._had(party), known, self._load)
        rows = [int(row) for row in np.flatnonzero(cut.known) if row >= after]
        owed = cut.outstanding()
        read = tuple(cut.notice(row, outstanding=row in owed) for row in rows[:most])
        return seal(NoticesHad(party, known, read, len(rows) > most), party)

    def times(
        self, party: str, known: Instant, since: Instant | None = None, until: Instant | None = None, parts: int = 120
    ) -> Disclosed[Times]:
        """How much held, and how much came to be known, in each of so many equal parts of the time from `since` to
        `until`; left out, of all the time that anything known is about."""
        cut = _Cut(self._had(party), known, self._load)
        rows = cut.standing()
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

    def _shown(self, row: _Row) -> Declaration:
        declaration = self._declared(row.shown)
        if declaration is None:
            raise InputError("entry-kind", f"Entry {row.shown} declares nothing.", index=row.shown)
        return declaration

    def _drawable(self, cut: _Cut, row: _Row) -> Drawable:
        """Reads the notice again only where it alone says whether the kind was shown."""
        declaration, level = self._shown(row), Level.FULL if row.own or row.told < 0 else cut.level(row)
        kind: Kind | None = declaration.kind
        if level is Level.COARSE:
            told = self._load(row.index).body
            kind = kind if isinstance(told, Notice) and "kind" in told.facts else None
        elif not level.at_least(Level.COARSE):
            kind = None
        return Drawable(
            row.subject, row.version, row.of, row.own, level, kind, row.late, declaration,
            _stale_from_s(cut, row, declaration, level),
        )  # fmt: skip

    def _declaration(self, cut: _Cut, row: _Row, when: Valid) -> DeclarationHad:
        declaration = self._shown(row)
        level, kind = Level.FULL, declaration.kind
        notice = statement = ""
        shown_kind: Kind | None = kind
        if row.own:
            statement = self._load(row.index).event if row.told < 0 else ""
        else:
            told = self._load(row.index).body
            if isinstance(told, Notice):
                level, notice, statement = told.level, told.id, told.statement
                if not level.at_least(Level.COARSE) or (level is Level.COARSE and "kind" not in told.facts):
                    shown_kind = None
        moment_s = when.bounds[1] if math.isfinite(when.bounds[1]) else cut.at_s
        marks = (
            (EXERCISE, self._exercise),
            (HYPOTHETICAL, declaration.hypothetical),
            (STALE, _stale_from_s(cut, row, declaration, level) <= moment_s),
        )
        answer = self._load(row.answer).body if row.answer >= 0 else None
        return DeclarationHad(
            row.subject,
            row.version,
            row.of,
            row.own,
            level,
            shown_kind,
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
            tuple(cut.became(row)),
        )


def _stale_from_s(cut: _Cut, row: _Row, declaration: Declaration, level: Level) -> float:
    """Infinite where its notifier set no end to how long it vouches, or that was not shown."""
    vouched_s = cut.vouched(row)
    if vouched_s is None and declaration.valid_until is not None:
        vouched_s = declaration.valid_until.epoch_s
    return vouched_s if level is Level.FULL and vouched_s is not None else math.inf


def held_by(party: str, records: Sequence[Recorded], *, exercise: bool) -> AsOfs:
    """Readings of what one party had, from the entries that it holds alone: of any other party there is nothing."""
    had, load = history.had_of(party, records)
    return AsOfs(lambda asked: had if asked == party else Had(asked), load, exercise=exercise)


@dataclass(frozen=True, slots=True)
class _Row:
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


class _Standing:
    """What the party knew of, own and others', each with where it stood."""

    def __init__(self, cut: _Cut, own: _Newest, others: _Newest) -> None:
        self._cut = cut
        self._parts = (own, others)
        self.count = int(own.keep.sum() + others.keep.sum())
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
        parts = [np.concatenate([part.since[shared], self._until(part)[shared]]) for part, shared in self._shared()]
        found = np.concatenate(parts)
        finite: npt.NDArray[np.float64] = found[np.isfinite(found)]
        return finite

    def _shared(self) -> list[tuple[_Newest, Mask]]:
        return [(part, part.keep & (part.how != REVOKED)) for part in self._parts]

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
                cut.vouched_since(part.subject[at], part.index[at]),
            )  # fmt: skip
            found += [(cut.party, table, *each) for each in zip(*(each.tolist() for each in columns), strict=True)]
        return found

    def row(self, table: int, place: int) -> _Row:
        """One of them."""
        return self._own(place) if table == 0 else self._other(place)

    def _own(self, place: int) -> _Row:
        cut, part = self._cut, self._parts[0]
        columns, _, since = cut.table("own")
        row, how = int(part.rows[place]), int(part.how[place])
        handed = how == history.HANDED_OVER
        by = int(part.ended_by[place])
        word = cut.had.word
        return _Row(
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

    def _other(self, place: int) -> _Row:
        cut, part, told = self._cut, self._parts[1], self._cut.told
        row, how = int(part.rows[place]), int(part.how[place])
        word = cut.had.word
        return _Row(
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


class _Cut:
    """What a party had, cut off at a time. Rows of each table that were known by then."""

    def __init__(self, had: Had, known: Instant, load: Callable[[int], Recorded]) -> None:
        self.had = had
        self.party = had.party
        self.at_s = known.epoch_s
        self.load = load
        self.told: Columns = had.table("told")
        self.known: Mask = self.told["reached"] <= self.at_s
        self._tables: dict[str, tuple[Columns, Mask, npt.NDArray[np.float64]]] = {}
        self._facts: Columns | None = None
        self._answers: dict[str, list[int]] | None = None
        self._vouched: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]] | None = None

    def table(self, name: str) -> tuple[Columns, Mask, npt.NDArray[np.float64]]:
        """A table of things said by the party or told to it: its columns, which of its rows were known, and since
        when."""
        held = self._tables.get(name)
        if held is None:
            columns = self.had.table(name)
            row, at = columns["row"], columns["at"]
            reached = np.append(self.told["reached"], math.inf)[row]
            since = np.where(row < 0, at, reached)
            held = self._tables[name] = (columns, since <= self.at_s, since)
        return held

    def has(self, flag: int) -> Mask:
        """Which notices have that flag."""
        held: Mask = (self.told["flags"] & flag) != 0
        return held

    def is_what(self, *whats: NoticeKind) -> Mask:
        """Which notices are of these kinds."""
        return np.isin(self.told["what"], [self.had.number(each.value) for each in whats])

    def came(self) -> npt.NDArray[np.float64]:
        """When each thing came to be known, in seconds since the epoch."""
        said = self.had.table("said")["at"]
        return np.concatenate([self.told["reached"][self.known], said[said <= self.at_s]])

    # --- declarations ---

    def standing(self) -> _Standing:
        """Every declaration that the party knew of, the newest version of each: its own first, then the others', each
        in the order in which they were first known to it."""
        own, others = self._own(), self._others()
        both = np.intersect1d(own.subject, others.subject)
        for subject in both.tolist():
            # Of a site that changed hands the newer word holds.
            mine, theirs = (
                int(np.flatnonzero(own.subject == subject)[0]),
                int(np.flatnonzero(others.subject == subject)[0]),
            )
            handed = own.how[mine] == history.HANDED_OVER and own.index[mine] < others.index[theirs]
            (own if handed else others).keep[mine if handed else theirs] = False
        return _Standing(self, own, others)

    def _own(self) -> _Newest:
        columns, known, _ = self.table("own")
        newest, late = _newest(columns, known), columns["late"] != 0
        over, known, _ = self.table("over")
        place = newest.places(over["subject"], len(self.had.words))
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
        newest.late[np.isin(newest.subject, columns["subject"][self.table("own")[1] & late])] = True
        return newest

    def _others(self) -> _Newest:
        told = self.told
        newest = _newest(told, self.known & self.has(history.SHOWS))
        newest.late[:] = (told["flags"][newest.rows] & history.LATE) != 0
        for what, how in ((NoticeKind.REVOKED, REVOKED), (NoticeKind.CANCELLED, history.CANCELLED)):
            rows = np.flatnonzero(self.known & self.is_what(what))
            place = newest.places(told["subject"][rows], len(self.had.words))
            after = place >= 0
            after[after] = rows[after] > newest.rows[place[after]]
            first = np.full(len(newest.rows), len(self.known), np.int64)
            np.minimum.at(first, place[after], rows[after])
            ended = first < len(self.known)
            newest.how[ended] = how
            newest.over_s[ended] = told["made"][first[ended]]
        return newest

    def vouched(self, row: _Row) -> float | None:
        """Until when its notifier had vouched for it since, in seconds since the epoch; None if it said nothing."""
        until = float(self.vouched_since(np.array([self.had.number(row.subject)]), np.array([row.index], np.int64))[0])
        return until if math.isfinite(until) else None

    def vouched_since(self, subjects: npt.NDArray[np.int64], after: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """The same of many, where each stands in the entry `after`; minus infinity where nothing was said."""
        if self._vouched is None:
            columns, known, _ = self.table("vouched")
            index = np.full(len(self.had.words) + 1, -1, np.int64)  # the last place is for what stands nowhere
            until = np.full(len(self.had.words) + 1, -math.inf)
            index[columns["subject"][known]] = columns["index"][known]  # rows are in order: the last one stays
            until[columns["subject"][known]] = columns["until"][known]
            self._vouched = (index, until)
        index, until = self._vouched
        found: npt.NDArray[np.float64] = np.where(index[subjects] > after, until[subjects], -math.inf)
        return found

    def level(self, row: _Row) -> Level:
        """At which level the party was shown what another declared."""
        return Level(self.had.word(int(self.told["level"][row.told])))

    def became(self, row: _Row) -> Iterable[Became]:
        """What the party had been told became of its own declaration."""
        if not row.own:
            return
        if self._answers is None:
            self._answers = {}
            for each in np.flatnonzero(self.known & self.is_what(*_BECAME)).tolist():
                self._answers.setdefault(self.had.word(int(self.told["subject"][each])), []).append(each)
        for each in self._answers.get(row.subject, ()):
            body = self.load(int(self.told["index"][each])).body
            if isinstance(body, Notice) and body.of != self.party:
                facts = tuple(sorted(body.facts.items()))
                yield Became(body.of, body.what, facts, body.at, Instant(float(self.told["reached"][each])), body.id)

    # --- findings ---

    def findings(self, standing: _Standing, valid: Valid) -> Iterable[FindingHad]:
        """The findings that the party had been told of and that stood, by what it had been told since, and that were
        not over before the time asked for."""
        numbers = self._compared()
        named = self._own_versions(numbers)
        said = standing.own_versions(numbers)
        found = _Findings(named)
        for row in self._about_findings(numbers, named):
            found.hear(self.had, row, self.told)
        for row, names in found.by_notice(valid.bounds[0], said, named.keys()).items():
            body = self.load(int(self.told["index"][row])).body
            if not isinstance(body, Notice):
                continue
            for finding in body.findings:
                if finding.id in names:
                    reached = Instant(float(self.told["reached"][row]))
                    yield FindingHad(finding, body.id, body.of, body.at, reached)

    def _compared(self) -> list[int]:
        """The versions that findings which the party had been told of are between."""
        rows = np.flatnonzero(self.known & self.has(history.FINDS)).tolist()
        words = {version for row in rows for _, *both, _ in self.had.found[row] for version in both}
        return [number for number in map(self.had.number, words) if number > 0]

    def _own_versions(self, numbers: Sequence[int]) -> dict[str, str]:
        """The own ones among these versions, with their subjects."""
        columns, known, _ = self.table("own")
        meant = known & np.isin(columns["version"], numbers)
        pairs = zip(columns["version"][meant].tolist(), columns["subject"][meant].tolist(), strict=True)
        return {self.had.word(version): self.had.word(subject) for version, subject in pairs}

    def _about_findings(self, numbers: Sequence[int], named: Mapping[str, str]) -> Iterable[int]:
        """The notices that any finding hangs on: those that tell of one, that name a version in one, and that say
        something of the subject of one. The others change nothing here, and there may be very many."""
        told = self.told
        finds = self.known & self.has(history.FINDS)
        names = self.known & (np.isin(told["version"], numbers) | np.isin(told["view"], numbers))
        subjects = {*told["subject"][names].tolist(), *told["subject"][finds].tolist()}
        subjects |= {self.had.number(each) for each in named.values()}
        meant = self.known & self.has(history.TELLS) & np.isin(told["subject"], list(subjects))
        return np.flatnonzero(names | meant | finds).tolist()

    # --- notices ---

    def outstanding(self) -> set[int]:
        """The notices that owed an answer, as the party had it: that it had not answered, and of whose subject nothing
        had been said anew."""
        told = self.told
        owed = np.flatnonzero(self.known & self.has(history.OWED))
        anew = np.flatnonzero(self.known & self.has(history.ANEW))
        last = np.full(len(self.had.words), -1, np.int64)
        np.maximum.at(last, told["subject"][anew], anew)
        answered = self._answered()
        alarm = told["what"] == self.had.number(NoticeKind.EMERGENCY.value)
        called = np.isin(told["answers"], told["answers"][answered & alarm]) & alarm  # whichever bell was answered
        subject = told["subject"][owed]
        open_ = ~(answered | called)[owed] & ((subject == 0) | (owed >= last[subject]))
        return set(owed[open_].tolist())

    def _answered(self) -> Mask:
        """Which notices the party had answered; a wrong read-back since opens one again (R15)."""
        facts = self.facts()
        rows, kinds = facts["row"], facts["kind"]
        found = np.zeros(len(self.known), np.bool_)
        found[rows[kinds == history.RESPONDED]] = True
        read = kinds == history.READ
        last, place = np.unique(rows[read][::-1], return_index=True)
        found[last[facts["what"][read][::-1][place] != 0]] = False
        return found

    def facts(self) -> Columns:
        """The facts about notices that were on record by then."""
        if self._facts is None:
            columns = self.had.table("fact")
            kept = columns["at"] <= self.at_s
            self._facts = {name: column[kept] for name, column in columns.items()}
        return self._facts

    def notice(self, row: int, *, outstanding: bool) -> NoticeHad:
        """One of them."""
        index = int(self.told["index"][row])
        body = self.load(index).body
        if not isinstance(body, Notice):
            raise InputError("entry-kind", f"Entry {index} is no notice.", index=index)
        facts = self.facts()
        about = np.flatnonzero(facts["row"] == row).tolist()
        read: list[list[Fact]] = [[] for _ in range(5)]
        for at in about:
            read[int(facts["kind"][at])].append(
                Fact(
                    self.had.word(int(facts["officer"][at])),
                    Instant(float(facts["at"][at])),
                    int(facts["index"][at]),
                    self.had.word(int(facts["what"][at])),
                )
            )
        reached = Instant(float(self.told["reached"][row]))
        by = self.had.word(int(self.told["by"][row]))
        delivered, responses, read_back, passed_on, relayed = map(tuple, read)
        return NoticeHad(body, index, reached, by, outstanding, delivered, responses, read_back, passed_on, relayed)


@dataclass(slots=True)
class _Findings:
    """What was told of findings, notice by notice: what is said of a subject takes the place of what was."""

    own: dict[str, str]  # own version -> its subject
    subject_of: dict[str, str] = field(default_factory=dict)
    versions: dict[str, set[str]] = field(default_factory=dict)
    open: dict[str, tuple[int, tuple[str, str], float]] = field(default_factory=dict)
    about: dict[str, dict[str, None]] = field(default_factory=dict)

    def hear(self, had: Had, row: int, told: Columns) -> None:
        subject, flags = had.word(int(told["subject"][row])), int(told["flags"][row])
        version, view = had.word(int(told["version"][row])), had.word(int(told["view"][row]))
        if version:
            self._name(version, subject)
        if not flags & history.TELLS:
            return
        if view:
            self._name(view, subject)
        if flags & history.FIRST:
            self._forget(subject)
        for finding, first, second, over_s in had.found.get(row, ()):
            for each in (first, second):
                if each not in self.subject_of and each in self.own:
                    self._name(each, self.own[each])
                self.about.setdefault(each, {})[finding] = None
            self.open[finding] = (row, (first, second), over_s)

    def by_notice(self, since_s: float, own: Set[str], owned: Set[str]) -> dict[int, set[str]]:
        """The findings that stand and are not over by then, by the notice that told of them last; notices in order.
        `owned`: the party's own versions; `own`: those of them that are in force."""
        found: dict[int, set[str]] = {}
        for finding, (row, versions, over_s) in self.open.items():
            replaced = any(each in owned and each not in own for each in versions)
            if over_s >= since_s and not replaced:
                found.setdefault(row, set()).add(finding)
        return dict(sorted(found.items()))

    def _name(self, version: str, subject: str) -> None:
        before = self.subject_of.get(version)
        if before is not None:
            self.versions[before].discard(version)
        self.subject_of[version] = subject
        self.versions.setdefault(subject, set()).add(version)

    def _forget(self, subject: str) -> None:
        for version in self.versions.get(subject, ()):
            for finding in tuple(self.about.get(version, ())):
                for each in self.open.pop(finding)[1]:
                    self.about[each].pop(finding, None)


class _Acts:
    """What was said and told besides declarations and findings, in the order of the log."""

    def __init__(self, cut: _Cut) -> None:
        self._cut = cut
        self._party = cut.party
        self.crossings: list[CrossingHad] = []
        self._channels: dict[str, dict[str, Any]] = {}
        self._agreements: dict[str, dict[str, Any]] = {}
        self._commitments: dict[str, CommitmentHad] = {}
        self._emergencies: dict[str, dict[str, Any]] = {}
        self._participation: dict[tuple[str, str], ParticipationHad] = {}
        self._cases: dict[str, list[tuple[SaidHad, str]]] = {}  # incident -> what was said, and its title if it reports
        self._reported: dict[str, str] = {}  # own report -> its reference, once told
        self._asked: dict[str, str] = {}  # request for an explanation -> its incident

    def fold(self) -> None:
        """Everything that was known, once."""
        columns, known, since = self._cut.table("act")
        for row in np.flatnonzero(known).tolist():
            index, shown, at = (
                int(columns["index"][row]),
                int(columns["shown"][row]),
                Instant(float(columns["at"][row])),
            )
            record = self._cut.load(index)
            body, event = record.body, record.event
            reached = Instant(float(since[row]))
            if isinstance(body, Notice):
                said = self._cut.load(shown).body if shown >= 0 and shown != index else None
                if body.what in history.CASE_NOTICES:
                    self._in_case(body.subject, said, body.of, body.statement, body.at, reached, body)
                else:
                    self._told(body, said, reached)
            elif isinstance(body, Case):
                self._in_case(self._incident(body, event), body, self._party, event, at, at, None)
            else:
                self._said(body, event, at, at, None)

    def _told(self, notice: Notice, said: object, reached: Instant) -> None:
        what, facts = notice.what, notice.facts
        if what in (NoticeKind.ANSWERED, NoticeKind.LAPSED, NoticeKind.OUTCOME):
            self._came_of(notice)
        elif what is NoticeKind.CUSTODY and not notice.answers:
            pass  # a holder is told that a site changed hands: in `of` of what it is shown of it from then on
        elif what is NoticeKind.EMERGENCY:
            known = self._emergencies.get(notice.answers)
            if known is None:
                self._called(notice.answers, notice.of, notice.at, notice.words, notice.place, _radius(facts))
                known = self._emergencies[notice.answers]
            known["repeated"] = max(known["repeated"], notice.bell)
            known["notices"].add(notice.id)
        elif what is NoticeKind.PARTICIPATION and "since" in facts:
            since = Instant.of(datetime.fromisoformat(facts["since"].replace("Z", "+00:00")))
            self._takes_part(notice.of, facts["by"], facts["status"], since, notice.at)
        elif what is NoticeKind.CUSTODY:
            self._proposed(notice.answers, Matter.CUSTODY, notice.of, (notice.to,), notice.at, None, notice.words, None)
        elif said is not None:
            self._said(said, notice.statement, notice.at, reached, notice)

    def _came_of(self, notice: Notice) -> None:
        facts = notice.facts
        agreement = self._agreements.get(notice.answers)
        commitment = self._commitments.get(notice.answers)
        if notice.what is NoticeKind.ANSWERED and agreement is not None:
            agreement["answers"][notice.of] = (Answer(facts["answer"]), notice.at)
            agreement["state"] = AgreementState(facts["state"])
        elif notice.what is NoticeKind.LAPSED and agreement is not None:
            agreement["state"] = AgreementState.LAPSED
        elif notice.what is NoticeKind.LAPSED and commitment is not None:
            self._commitments[notice.answers] = _with(commitment, lapsed=True)
        elif notice.what is NoticeKind.OUTCOME:
            self._outcome(notice.answers, facts["outcome"])

    def _said(self, body: object, event: str, at: Instant, reached: Instant, notice: Notice | None) -> None:
        """A statement of the party itself, or one that a notice shows it in full."""
        match body:
            case ChannelOpened() | ChannelJoined() | ChannelLeft() | ChannelStated():
                self._channel(body, at)
            case Proposed():
                self._proposed(event, Matter.FIX, body.by, body.to, at, body.expires, body.words, body.changed)
            case QuietProposed():
                self._proposed(event, Matter.QUIET_WINDOW, body.by, body.to, at, body.expires, body.task, body.window)
            case LineProposed():
                self._proposed(event, Matter.LINE, body.by, body.to, at, body.expires, "", body.line)
            case CustodyOffered():
                self._proposed(event, Matter.CUSTODY, body.by, (body.to,), at, None, body.words, None)
            case ProposalAnswered() | QuietGuaranteed() | LineJudged() | CustodyAnswered():
                self._answered(body, at)
            case Committed():
                self._commitments[event] = CommitmentHad(
                    event, body.by, body.about, body.action, body.due, at, "", lapsed=False
                )
            case OutcomeStated():
                self._outcome(body.commitment, body.outcome.value)
            case EmergencySent():
                self._called(event, body.by, at, body.text, body.place, body.radius_m)
            case CrossingLogged():
                line = body.line if notice is None else notice.subject
                self.crossings.append(
                    CrossingHad(
                        line, body.at, body.who, body.by, body.medium, body.position, body.to_side, at, reached,
                        "" if notice is None else notice.id,
                    )
                )  # fmt: skip
            case ParticipationStated():
                self._takes_part(body.party, body.by, body.status.value, body.since, at)
            case _:
                pass

    def _channel(self, body: ChannelOpened | ChannelJoined | ChannelLeft | ChannelStated, at: Instant) -> None:
        held = self._channels.setdefault(
            body.channel, {"name": "", "room": False, "opened": "", "invited": (), "joined": {}, "stated": {}}
        )
        match body:
            case ChannelOpened():
                held |= {"name": body.name, "room": body.room, "opened": body.by, "invited": body.parties}
                if body.by in body.parties:
                    held["joined"][body.by] = at
            case ChannelJoined():
                held["joined"].setdefault(body.by, at)
            case ChannelLeft():
                held["joined"].pop(body.by, None)
                held["stated"].pop(body.by, None)
            case ChannelStated():
                held["stated"][body.by] = (body.state, body.since, at)

    def _proposed(
        self, event: str, matter: Matter, by: str, to: tuple[str, ...], at: Instant, expires: Instant | None,
        words: str, changed: Declaration | None,
    ) -> None:  # fmt: skip
        self._agreements.setdefault(
            event,
            {
                "matter": matter, "by": by, "to": to, "at": at, "expires": expires, "words": words,
                "changed": changed, "answers": {}, "state": AgreementState.PROPOSED,
            },
        )  # fmt: skip

    def _answered(self, body: ProposalAnswered | QuietGuaranteed | LineJudged | CustodyAnswered, at: Instant) -> None:
        """The party's own answer. That it makes the whole agreed is known where nobody else was asked."""
        agreement = self._agreements.get(answer_to(body))
        if agreement is None:
            return
        agreement["answers"][body.by] = (body.answer, at)
        if body.answer is Answer.REJECT:
            agreement["state"] = AgreementState.DECLINED
        elif all(each in agreement["answers"] for each in agreement["to"]):
            agreement["state"] = AgreementState.ACCEPTED

    def _outcome(self, commitment: str, outcome: str) -> None:
        known = self._commitments.get(commitment)
        if known is not None:
            self._commitments[commitment] = _with(known, outcome=outcome)

    def _called(self, event: str, by: str, at: Instant, text: str, place: Position | None, radius_m: int) -> None:
        self._emergencies.setdefault(
            event,
            {
                "by": by, "at": at, "text": text, "place": place, "radius_m": radius_m, "repeated": 0,
                "notices": set(),
            },
        )  # fmt: skip

    def _takes_part(self, party: str, by: str, status: str, since: Instant, told: Instant) -> None:
        self._participation[party, by] = ParticipationHad(party, by, status, since, told)

    def _incident(self, body: Case, event: str) -> str:
        """The incident that a statement of the party's own is said in, as far as it could tell."""
        match body:
            case IncidentReported():
                return self._reported.get(event, event)
            case ExplanationGiven():
                return self._asked.get(body.request, "")
            case _:
                return body.incident

    def _in_case(
        self, incident: str, said: object, by: str, event: str, at: Instant, reached: Instant, notice: Notice | None
    ) -> None:
        if notice is not None and by == self._party:
            # The desk's word to whoever said it: of a report, under which reference it goes from now on.
            if isinstance(said, IncidentReported) and event in self._cases:
                self._reported[event] = incident
                self._cases[incident] = self._cases.pop(event)
            return
        text = next((getattr(said, name) for name in _TEXTS if getattr(said, name, "")), "")
        if said is None and notice is not None:
            text = notice.words
        if isinstance(said, ExplanationAsked):
            self._asked[event] = incident
        if isinstance(said, ExplanationGiven):
            self._explained(incident, said.request, at)
        grade = getattr(said, "grade", None) or getattr(said, "risk", None)
        to = getattr(said, "to", "")
        made = SaidHad(
            kind_of(said) if isinstance(said, Case) else notice.what.value if notice is not None else "", by, at,
            reached, "" if notice is None else notice.id, event, text, getattr(said, "language", ""),
            "" if grade is None else str(grade.value), to if isinstance(to, str) else ", ".join(to),
            getattr(said, "due", None), None,
        )  # fmt: skip
        self._cases.setdefault(incident, []).append((made, getattr(said, "title", "")))

    def _explained(self, incident: str, request: str, at: Instant) -> None:
        items = self._cases.get(incident, [])
        for place, (each, title) in enumerate(items):
            if each.statement == request and each.answered is None:
                items[place] = (replace(each, answered=at), title)

    # --- what came of it ---

    def incidents(self) -> tuple[IncidentHad, ...]:
        """The incidents that it had reported, or had been told of."""
        found = []
        for reference, items in self._cases.items():
            reports = [(each, title) for each, title in items if title]
            first, title = reports[0] if reports else items[0]
            withdrawn = next((each.at for each, _ in items if each.what == _WITHDRAWN), None)
            known = "" if reference == first.statement else reference
            by = first.by if reports else ""
            found.append(IncidentHad(known, title, by, first.at, withdrawn, tuple(each for each, _ in items)))
        return tuple(found)

    def channels(self) -> tuple[ChannelHad, ...]:
        """The channels that the party was on or invited to."""
        lines = self._lines()
        return tuple(
            ChannelHad(
                channel,
                held["name"],
                held["room"],
                held["opened"],
                held["invited"],
                tuple(sorted(held["joined"].items())),
                tuple(self._line(party, held, lines.get((channel, party))) for party in sorted(held["joined"])),
            )
            for channel, held in sorted(self._channels.items())
        )

    def _lines(self) -> dict[tuple[str, str], tuple[float, int]]:
        """Of each side of each channel: when its line was last heard to work, and how many of its checks ran out
        since."""
        columns, known, _ = self._cut.table("line")
        word, heard = self._cut.had.word, {}
        for row in np.flatnonzero(known).tolist():
            channel, party = word(int(columns["channel"][row])), word(int(columns["party"][row]))
            at_s, what = float(columns["at"][row]), int(columns["what"][row])
            if what == history.ANSWERED:
                for each in {party, self._party} - {""}:
                    heard[channel, each] = (at_s, 0)
            elif what == history.UNANSWERED:
                last, count = heard.get((channel, party), (-math.inf, 0))
                heard[channel, party] = (last, count + 1)
        return heard

    @staticmethod
    def _line(party: str, held: dict[str, Any], heard: tuple[float, int] | None) -> LineHad:
        last_s, unanswered = heard or (-math.inf, 0)
        stated = held["stated"].get(party)
        if stated is not None and stated[2].epoch_s >= last_s:
            return LineHad(party, stated[0], stated[1])
        since = Instant(last_s) if math.isfinite(last_s) else None
        if unanswered:
            return LineHad(party, ChannelState.DOWN, since)
        return LineHad(party, ChannelState.UNKNOWN if since is None else ChannelState.NORMAL, since)

    def agreements(self) -> tuple[AgreementHad, ...]:
        """What it had proposed, or been asked."""
        return tuple(
            AgreementHad(
                event, each["matter"], each["by"], each["to"], each["state"], each["at"], each["expires"],
                tuple((by, answer, at) for by, (answer, at) in sorted(each["answers"].items())),
                each["words"], each["changed"],
            )
            for event, each in self._agreements.items()
        )  # fmt: skip

    def commitments(self) -> tuple[CommitmentHad, ...]:
        """Promises that it had made, or been told of."""
        return tuple(self._commitments.values())

    def emergencies(self) -> tuple[EmergencyHad, ...]:
        """Emergencies that it had called, or been called by."""
        return tuple(
            EmergencyHad(
                event, each["by"], each["at"], each["text"], each["place"], each["radius_m"], each["repeated"],
                self._open(event, each["notices"]),
            )
            for event, each in self._emergencies.items()
        )  # fmt: skip

    def _open(self, event: str, notices: set[str]) -> bool | None:
        """Whether it was over, by what the party had been told; None where a promise about some notice of another was
        kept, which may be of this emergency."""
        over = [each for each in self._commitments.values() if each.outcome in ("kept", "overtaken")]
        if any(each.about == event or each.about in notices for each in over):
            return False
        ours = {notice for held in self._emergencies.values() for notice in held["notices"]}
        unsure = [each for each in over if each.about not in ours and each.about not in self._emergencies]
        return None if any(each.by != self._party for each in unsure) else True

    def participation(self) -> tuple[ParticipationHad, ...]:
        """What each had stated of itself and of others."""
        return tuple(self._participation[each] for each in sorted(self._participation))


_TEXTS: Final = ("text", "question", "finding", "words")
_WITHDRAWN: Final = "incident.withdraw/1"
_BECAME: Final = (NoticeKind.ACKNOWLEDGED, NoticeKind.READ_BACK, NoticeKind.DISSEMINATED, NoticeKind.RELAYED)


def _crossed(crossing: CrossingHad, valid: Valid) -> bool:
    """A crossing has no length: it is shown from when it happened on, in a stretch of time if it happened in it."""
    since_s, until_s = valid.bounds
    at_s = crossing.at.epoch_s
    return at_s <= until_s if since_s == until_s else since_s <= at_s < until_s


def _radius(facts: Any) -> int:  # noqa: ANN401  # of texts
    return int(facts.get("radius_m", "0"))


def _with(commitment: CommitmentHad, *, outcome: str | None = None, lapsed: bool = False) -> CommitmentHad:
    return CommitmentHad(
        commitment.event, commitment.by, commitment.about, commitment.action, commitment.due, commitment.at,
        commitment.outcome if outcome is None else outcome, commitment.lapsed or lapsed,
    )  # fmt: skip
