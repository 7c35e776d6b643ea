"""The notices that a party owed an answer to, as it knew.

A notice that asks for an answer is owed one from when it had reached the party, until the first of these of which the
party knew; it is the rule of `state.exchange` and `state.settled`, with the party's knowledge in the place of the
desk's:

- **It answered**: acknowledged it, and read nothing back wrongly since (R15). A receipt for a request for an
  explanation is none.
- **It did what was asked for**: joined the channel; answered the line check; accepted or declined what was proposed;
  vouched for what ran out; declared anew what it was reminded or warned of, or took it back; promised to act on a call
  for help, or acknowledged another of its bells; explained; stated what came of a promise; read back rightly. What a
  party does it knows at once.
- **It was told that there is nothing to answer any more**: what was proposed is agreed, declined or lapsed; a promise
  about the emergency was kept, or overtaken by events; somebody said what came of the promise that lapsed; the site is
  another's; the other side read back rightly; the same thing was said anew; other rules hold.
- **Its time is over, as the party was told it**: when a line check was due, when a proposal expires, when the windows
  of what was shown, or of its own declaration, end.

What ends an answer that is owed and had not come to the party ends nothing here; nor does what reached it without
saying of what it is the end: a promise about a notice of another party. So where the two differ, more is owed as the
party knew than the desk was waiting for, but for what is over by its time: the desk waits for as long as the widest
margin of its rules, and until it next looks at its clock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from thalweg.model.cases import ExplanationGiven
from thalweg.model.events import (
    ChannelJoined,
    Committed,
    CustodyAnswered,
    LineAnswered,
    LineJudged,
    Notice,
    NoticeKind,
    Outcome,
    OutcomeStated,
    ProposalAnswered,
    QuietGuaranteed,
    ReadBack,
    Taken,
)
from thalweg.policy.asof.agreements import outcome_told
from thalweg.policy.asof.cut import Columns, Cut
from thalweg.policy.asof.valid import Mask
from thalweg.policy.whole import Steps
from thalweg.state import history
from thalweg.state.agreements import AgreementState, answer_to

Rows = npt.NDArray[np.int64]

_READ: Final = 20  # entries of one step
_LOOKED: Final = 2_000  # notices of one step

_PROPOSED: Final = (NoticeKind.PROPOSAL, NoticeKind.QUIET_WINDOW, NoticeKind.LINE, NoticeKind.CUSTODY)
_ENDED_BY_ACTS: Final = (
    *_PROPOSED, NoticeKind.CHANNEL, NoticeKind.EMERGENCY, NoticeKind.EXPLANATION_REQUEST, NoticeKind.LAPSED,
)  # fmt: skip


def outstanding(cut: Cut) -> Steps[frozenset[int]]:
    """Their rows, by the rule above, a step at a time."""
    owed = cut.known & cut.has(history.OWED)
    for settled in (_acknowledged, _said_anew, _compared_anew, _past):
        owed &= ~settled(cut)
        yield
    for what, done in _SETTLED_BY:
        rows = np.flatnonzero(owed & cut.is_what(*what))
        if len(rows):
            settled_rows = yield from done(cut, rows)
            owed[settled_rows] = False
            yield
    return frozenset(np.flatnonzero(owed).tolist())


# --- what is seen in columns alone ---


def _acknowledged(cut: Cut) -> Mask:
    """A wrong read-back since opens it again."""
    facts = cut.facts()
    rows, kinds = facts["row"], facts["kind"]
    found = np.zeros(len(cut.known), np.bool_)
    found[rows[kinds == history.RESPONDED]] = True
    read = kinds == history.READ
    last, place = np.unique(rows[read][::-1], return_index=True)
    found[last[facts["what"][read][::-1][place] != 0]] = False
    return found & ~cut.is_what(NoticeKind.EXPLANATION_REQUEST)


def _said_anew(cut: Cut) -> Mask:
    subject = cut.told["subject"]
    anew = np.flatnonzero(cut.known & cut.has(history.ANEW))
    last = np.full(len(cut.had.words), -1, np.int64)
    np.maximum.at(last, subject[anew], anew)
    found: Mask = (subject != 0) & (np.arange(len(subject)) < last[subject])
    return found


def _compared_anew(cut: Cut) -> Mask:
    """Under other rules everything was compared again, and what still holds warned of anew."""
    told = cut.told
    since = told["shown"][cut.known & cut.is_what(NoticeKind.RULES)].max(initial=-1)
    found: Mask = cut.has(history.OWN) & cut.is_what(NoticeKind.WARNING) & (told["index"] < since)
    return found


def _past(cut: Cut) -> Mask:
    """By its own time, or by that of what it is about, as the party knew that last. What was told of something only
    after it was over is to be answered, but for a notice that shows it. What its notifier ended before does not end by
    its time any more."""
    told = cut.told
    subject, made = told["subject"], told["made"]
    words = len(cut.had.words)
    index, ends = np.full(words, -1, np.int64), np.full(words, np.inf)
    over_s = np.full(words, np.inf)
    own, known_own, _ = cut.table("own")
    over, known_over, _ = cut.table("over")
    shows = cut.known & cut.has(history.SHOWS)
    for columns, known in ((told, shows), (own, known_own)):
        _newest(columns, known, index, ends)
    gone = cut.known & cut.is_what(NoticeKind.CANCELLED)
    for columns, known, at in ((told, gone, "made"), (over, known_over & (over["how"] != history.HANDED_OVER), "at")):
        known = known & (columns["index"] > index[columns["subject"]])
        np.minimum.at(over_s, columns["subject"][known], columns[at][known])
    ends[(over_s < ends) | (np.arange(words) == 0)] = np.inf
    of_subject = np.where(
        cut.has(history.SHOWS | history.OWN) & cut.has(history.ANEW) | (made < ends[subject]), ends[subject], np.inf
    )
    found: Mask = (np.where(shows, np.inf, told["ends"]) <= cut.at_s) | (of_subject <= cut.at_s)
    return found


def _newest(columns: Columns, known: Mask, index: Rows, ends: npt.NDArray[np.float64]) -> None:
    """Of each subject the newest of the rows that were known, where it is newer than what was there; a table has them
    in the order of the log."""
    rows = np.flatnonzero(known)
    subjects, last = np.unique(columns["subject"][rows][::-1], return_index=True)
    rows = rows[::-1][last]
    newer = columns["index"][rows] > index[subjects]
    index[subjects[newer]] = columns["index"][rows[newer]]
    ends[subjects[newer]] = columns["ends"][rows[newer]]


# --- what takes the reading of entries, of the few notices that are left ---


def _vouched(cut: Cut, rows: Rows) -> Steps[Rows]:
    """The reminders that a validity runs out."""
    yield
    return _done(cut, rows, _deeds(cut, "own"), _deeds(cut, "vouched"), cut.table("over")[:2])


def _declared_anew(cut: Cut, rows: Rows) -> Steps[Rows]:
    """The warnings of the party's own declaration, which it declared anew or took back."""
    yield
    return _done(cut, rows[cut.has(history.OWN)[rows]], _deeds(cut, "own"), _deeds(cut, "over"))


def _deeds(cut: Cut, name: str) -> tuple[Columns, Mask]:
    """The rows of a table that the party brought about itself."""
    columns, known, _ = cut.table(name)
    return columns, known & (columns["row"] < 0)


def _done(cut: Cut, rows: Rows, *deeds: tuple[Columns, Mask]) -> Rows:
    """Those of the notices after which one of these was done about their subject."""
    last = np.full(len(cut.had.words), -1, np.int64)
    for columns, done in deeds:
        np.maximum.at(last, columns["subject"][done], columns["index"][done])
    found: Rows = rows[last[cut.told["subject"][rows]] > cut.told["index"][rows]]
    return found


def _line_answered(cut: Cut, rows: Rows) -> Steps[Rows]:
    """The line checks of which the time is not over, and that the party answered."""
    line, known, _ = cut.table("line")
    answers = known & (line["row"] < 0) & (line["what"] == history.ANSWERED)
    said = cut.columns("said")
    near = np.isin(said["at"], line["at"][answers]) & (said["index"] > cut.told["index"][rows[0]])
    answered = [-1]
    for number, (index, answer) in enumerate(zip(said["index"][near], said["answer"][near], strict=True), 1):
        body = cut.load(int(index)).body  # a refused answer may be of the same instant
        if isinstance(body, LineAnswered) and isinstance(cut.load(int(answer)).body, Taken):
            answered.append(cut.had.number(body.check))
        if not number % _READ:
            yield
    found: Rows = rows[np.isin(cut.told["answers"][rows], answered)]
    return found


def _read_back_rightly(cut: Cut, rows: Rows) -> Steps[list[int]]:
    """The notices that a read-back differed: one's own, or one of what one told another."""
    told, facts = cut.told, cut.facts()
    subject, of, shown = told["subject"], told["of"], told["shown"]
    back = facts["kind"] == history.READ
    right = _last_fact(cut, back & (facts["what"] == 0))
    named = back & np.isin(facts["index"], shown[rows])
    own = dict(zip(facts["index"][named].tolist(), facts["row"][named].tolist(), strict=True))
    others = np.array([row for row in rows.tolist() if int(shown[row]) not in own], np.int64)
    found = [row for row in rows.tolist() if right[own.get(int(shown[row]), -1)] > shown[row]]
    yield
    # Of another's read-back a notice says what it is of, and the entry that it shows, which notice.
    later = cut.known & cut.is_what(NoticeKind.READ_BACK) & ~cut.has(history.OWED) & np.isin(subject, subject[others])
    later &= shown > shown[others].min(initial=np.iinfo(np.int64).max)
    last: dict[tuple[int, int, str], int] = {}
    for number, row in enumerate([*np.flatnonzero(later).tolist(), *others.tolist()], 1):
        name = _notice_read_back(cut, int(shown[row]))
        about = (int(subject[row]), int(of[row]), name)
        if not later[row]:
            if name and last.get(about, -1) > shown[row]:
                found.append(row)
        else:
            last[about] = max(last.get(about, -1), int(shown[row]))
        if not number % _READ:
            yield
    return found


def _notice_read_back(cut: Cut, index: int) -> str:
    body = cut.load(index).body if index >= 0 else None
    return body.notice if isinstance(body, ReadBack) else ""


def _last_fact(cut: Cut, meant: Mask) -> Rows:
    """Of each notice the newest of these facts, by its entry; -1 where there is none, and at the end."""
    facts, last = cut.facts(), np.full(len(cut.known) + 1, -1, np.int64)
    np.maximum.at(last, facts["row"][meant], facts["index"][meant])
    return last


def _by_acts(cut: Cut, rows: Rows) -> Steps[list[int]]:
    """What is ended by something that was said besides declarations."""
    acts = _Settling(cut, rows)
    yield from acts.read()
    found = []
    for number, row in enumerate(rows.tolist(), 1):
        if acts.settled(row):
            found.append(row)
        if not number % _LOOKED:
            yield
    return found


class _Settling:
    """What the party had said, and been told, since the first of these notices, that ends what they ask for."""

    def __init__(self, cut: Cut, rows: Rows) -> None:
        self._cut = cut
        self._rows = rows
        self._last: dict[tuple[NoticeKind, str], int] = {}  # what was asked, by its name -> where it was last ended
        self._promises: dict[str, str] = {}  # promise -> the emergency that it is about
        self._over: set[str] = set()  # emergencies
        facts, self._calls = cut.facts(), cut.is_what(NoticeKind.EMERGENCY)
        self._acknowledged = _last_fact(cut, facts["kind"] == history.RESPONDED)
        self._read_wrongly = _last_fact(cut, (facts["kind"] == history.READ) & (facts["what"] != 0))
        self._bells = self._newest_of_two()

    def _newest_of_two(self) -> tuple[Rows, Rows]:
        """Of each emergency the newest acknowledgement of any of its bells, and of any but the one that has that."""
        rows, answers = np.flatnonzero(self._calls), self._cut.told["answers"]
        newest, next_to_it = (np.full(len(self._cut.had.words), -1, np.int64) for _ in range(2))
        np.maximum.at(newest, answers[rows], self._acknowledged[rows])
        rows = rows[self._acknowledged[rows] < newest[answers[rows]]]
        np.maximum.at(next_to_it, answers[rows], self._acknowledged[rows])
        return newest, next_to_it

    def read(self) -> Steps[None]:
        """Only what may end one of them: all that the party said itself, and of what it was told what names it."""
        cut = self._cut
        columns, known, _ = cut.table("act")
        since = cut.told["index"][self._rows[0]]
        meant = known & (columns["index"] > since) & np.append(self._ending(), True)[columns["row"]]
        for number, row in enumerate(np.flatnonzero(meant).tolist(), 1):
            index, shown = int(columns["index"][row]), int(columns["shown"][row])
            record = cut.load(index)
            if isinstance(record.body, Notice):
                said = cut.load(shown).body if shown >= 0 else None
                self._hear(record.body, said, index)
            else:
                self._say(record.body, record.event, index)
            if not number % _READ:
                yield

    def _ending(self) -> Mask:
        """The notices that may tell of such an end."""
        cut, answers = self._cut, self._cut.told["answers"]
        ending: Mask = cut.is_what(*_TELL_ENDS) & np.isin(answers, answers[self._rows])
        if self._calls[self._rows].any():
            # Of a call for help they name a promise about it.
            ending |= cut.is_what(NoticeKind.COMMITMENT, NoticeKind.OUTCOME)
        return ending

    def _say(self, said: object, event: str, index: int) -> None:
        match said:
            case ChannelJoined():
                self._end(NoticeKind.CHANNEL, said.channel, index)
            case ProposalAnswered() | QuietGuaranteed() | LineJudged() | CustodyAnswered():
                self._end(NoticeKind.PROPOSAL, answer_to(said), index)
            case ExplanationGiven():
                self._end(NoticeKind.EXPLANATION_REQUEST, said.request, index)
            case Committed():
                self._promised(said, event)
                self._end(NoticeKind.EMERGENCY, self._promises.get(event, ""), index)
            case OutcomeStated():
                self._came_of(said.commitment, said.outcome, index)
            case _:
                pass

    def _hear(self, notice: Notice, said: object, index: int) -> None:
        if notice.what is NoticeKind.COMMITMENT:
            if isinstance(said, Committed):
                self._promised(said, notice.answers)
        elif notice.what is NoticeKind.OUTCOME:
            self._came_of(notice.answers, outcome_told(notice, said), index)
        elif notice.what is NoticeKind.LAPSED or notice.facts.get("state") != AgreementState.PROPOSED:
            self._end(NoticeKind.PROPOSAL, notice.answers, index)

    def _promised(self, said: Committed, event: str) -> None:
        """About an emergency, or a notice of one, that the party was called by."""
        row = self._cut.asked(said.about)
        if row >= 0 and self._calls[row]:
            self._promises[event] = self._cut.had.word(int(self._cut.told["answers"][row]))

    def _came_of(self, promise: str, outcome: str, index: int) -> None:
        self._end(NoticeKind.LAPSED, promise, index)
        if outcome in (Outcome.KEPT, Outcome.OVERTAKEN) and promise in self._promises:
            self._over.add(self._promises[promise])

    def _end(self, what: NoticeKind, name: str, index: int) -> None:
        self._last[what, name] = index

    def settled(self, row: int) -> bool:
        """Whether what the notice asks for was ended."""
        cut, told = self._cut, self._cut.told
        what = NoticeKind(cut.had.word(int(told["what"][row])))
        name = cut.had.word(int(told["subject" if what is NoticeKind.CHANNEL else "answers"][row]))
        if what is NoticeKind.EMERGENCY:
            return name in self._over or self._call_answered(row, name)
        kind = NoticeKind.PROPOSAL if what in _PROPOSED else what
        return self._last.get((kind, name), -1) > int(told["index"][row])

    def _call_answered(self, row: int, emergency: str) -> bool:
        """Whether the party promised to act, or acknowledged another bell, and did not read this one back wrongly
        since."""
        number = self._cut.told["answers"][row]
        newest, next_to_it = (int(each[number]) for each in self._bells)
        other = next_to_it if newest == self._acknowledged[row] else newest
        answered = max(self._last.get((NoticeKind.EMERGENCY, emergency), -1), other)
        return bool(answered > self._read_wrongly[row])


_TELL_ENDS: Final = (NoticeKind.ANSWERED, NoticeKind.LAPSED, NoticeKind.OUTCOME)
_SETTLED_BY: Final[tuple[tuple[tuple[NoticeKind, ...], Callable[[Cut, Rows], Steps[Rows | list[int]]]], ...]] = (
    ((NoticeKind.REMINDER,), _vouched),
    ((NoticeKind.WARNING,), _declared_anew),
    ((NoticeKind.LINE_CHECK,), _line_answered),
    ((NoticeKind.READ_BACK,), _read_back_rightly),
    (_ENDED_BY_ACTS, _by_acts),
)
