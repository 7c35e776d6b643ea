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

from collections.abc import Callable, Iterable, Iterator
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
from thalweg.policy.asof.cut import Columns, Cut
from thalweg.policy.asof.valid import Mask
from thalweg.state import history
from thalweg.state.agreements import AgreementState, answer_to

Rows = npt.NDArray[np.int64]

_PROPOSED: Final = (NoticeKind.PROPOSAL, NoticeKind.QUIET_WINDOW, NoticeKind.LINE, NoticeKind.CUSTODY)
_ENDED_BY_ACTS: Final = (
    *_PROPOSED, NoticeKind.CHANNEL, NoticeKind.EMERGENCY, NoticeKind.EXPLANATION_REQUEST, NoticeKind.LAPSED,
)  # fmt: skip


def outstanding(cut: Cut) -> set[int]:
    """Their rows, by the rule above."""
    owed = cut.known & cut.has(history.OWED) & ~(_acknowledged(cut) | _said_anew(cut) | _ruled_anew(cut) | _over(cut))
    for what, ended in _ENDED_BY:
        rows = np.flatnonzero(owed & cut.is_what(*what))
        if len(rows):
            owed[list(ended(cut, rows))] = False
    return set(np.flatnonzero(owed).tolist())


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


def _ruled_anew(cut: Cut) -> Mask:
    """Under other rules everything was compared again, and what still holds warned of anew."""
    told = cut.told
    since = told["shown"][cut.known & cut.is_what(NoticeKind.RULES)].max(initial=-1)
    found: Mask = cut.has(history.OWN) & cut.is_what(NoticeKind.WARNING) & (told["index"] < since)
    return found


def _over(cut: Cut) -> Mask:
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


def _vouched(cut: Cut, rows: Rows) -> Iterable[int]:
    """The reminders that a validity runs out."""
    return _done(cut, rows, _deeds(cut, "own"), _deeds(cut, "vouched"), cut.table("over")[:2])


def _rethought(cut: Cut, rows: Rows) -> Iterable[int]:
    """The warnings of the party's own declaration, which it declared anew or took back."""
    return _done(cut, rows[cut.has(history.OWN)[rows]], _deeds(cut, "own"), _deeds(cut, "over"))


def _deeds(cut: Cut, name: str) -> tuple[Columns, Mask]:
    """The rows of a table that the party brought about itself."""
    columns, known, _ = cut.table(name)
    return columns, known & (columns["row"] < 0)


def _done(cut: Cut, rows: Rows, *deeds: tuple[Columns, Mask]) -> Iterable[int]:
    """Those of the notices after which one of these was done about their subject."""
    last = np.full(len(cut.had.words), -1, np.int64)
    for columns, done in deeds:
        np.maximum.at(last, columns["subject"][done], columns["index"][done])
    found: Rows = rows[last[cut.told["subject"][rows]] > cut.told["index"][rows]]
    return map(int, found)


def _checked(cut: Cut, rows: Rows) -> Iterator[int]:
    """The line checks of which the time is not over, and that the party answered."""
    line, known, _ = cut.table("line")
    answers = known & (line["row"] < 0) & (line["what"] == history.ANSWERED)
    said = cut.had.table("said")
    near = np.isin(said["at"], line["at"][answers]) & (said["index"] > cut.told["index"][rows[0]])
    answered = set()
    for index, answer in zip(said["index"][near].tolist(), said["answer"][near].tolist(), strict=True):
        body = cut.load(index).body  # a refused answer may be of the same instant
        if isinstance(body, LineAnswered) and isinstance(cut.load(answer).body, Taken):
            answered.add(cut.had.number(body.check))
    return (row for row in rows.tolist() if cut.told["answers"][row] in answered)


def _read_rightly(cut: Cut, rows: Rows) -> Iterator[int]:
    """The notices that a read-back differed: one's own, or one of what one told another."""
    told, facts = cut.told, cut.facts()
    right = (facts["kind"] == history.READ) & (facts["what"] == 0)
    read = dict(zip(facts["index"].tolist(), facts["row"].tolist(), strict=True))
    alike = cut.known & cut.is_what(NoticeKind.READ_BACK) & ~cut.has(history.OWED)
    for row in rows.tolist():
        index = int(told["shown"][row])
        if index in read:
            if facts["index"][right & (facts["row"] == read[index])].max(initial=-1) > index:
                yield row
            continue
        more = alike & (told["subject"] == told["subject"][row]) & (told["of"] == told["of"][row])
        name = _notice_read_back(cut, index)
        later = told["shown"][more & (told["shown"] > index)].tolist()
        if name and any(_notice_read_back(cut, each) == name for each in later):
            yield row


def _notice_read_back(cut: Cut, index: int) -> str:
    body = cut.load(index).body if index >= 0 else None
    return body.notice if isinstance(body, ReadBack) else ""


def _by_acts(cut: Cut, rows: Rows) -> Iterator[int]:
    """What is ended by something that was said besides declarations."""
    ends = _Ends(cut, int(cut.told["index"][rows[0]]))
    return (row for row in rows.tolist() if ends.ended(row))


class _Ends:
    """What the party had said, and been told, since an entry that ends what notices ask for."""

    def __init__(self, cut: Cut, since: int) -> None:
        self._cut = cut
        self._last: dict[tuple[NoticeKind, str], int] = {}  # what was asked, by its name -> where it was last ended
        self._promises: dict[str, str] = {}  # promise -> the emergency that it is about
        self._over: set[str] = set()  # emergencies
        columns, known, _ = cut.table("act")
        told = cut.told["what"][columns["row"]]
        ending = np.isin(told, [cut.had.number(each.value) for each in _TELL_ENDS])
        meant = known & ((columns["row"] < 0) | ending) & (columns["index"] > since)
        for row in np.flatnonzero(meant).tolist():
            index = int(columns["index"][row])
            record = cut.load(index)
            if isinstance(record.body, Notice):
                self._hear(record.body, index, int(columns["shown"][row]))
            else:
                self._say(record.body, record.event, index)

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

    def _hear(self, notice: Notice, index: int, shown: int) -> None:
        facts = notice.facts
        if notice.what is NoticeKind.COMMITMENT:
            said = self._cut.load(shown).body if shown >= 0 else None
            if isinstance(said, Committed):
                self._promised(said, notice.answers)
        elif notice.what is NoticeKind.OUTCOME:
            self._came_of(notice.answers, facts["outcome"], index)
        elif notice.what is NoticeKind.LAPSED or facts.get("state") != AgreementState.PROPOSED:
            self._end(NoticeKind.PROPOSAL, notice.answers, index)

    def _promised(self, said: Committed, event: str) -> None:
        """About an emergency, or a notice of one, that the party was called by."""
        row = self._cut.had.asked(said.about)
        if row >= 0 and self._cut.told["what"][row] == self._cut.had.number(NoticeKind.EMERGENCY.value):
            self._promises[event] = self._cut.had.word(int(self._cut.told["answers"][row]))

    def _came_of(self, promise: str, outcome: str, index: int) -> None:
        self._end(NoticeKind.LAPSED, promise, index)
        if outcome in (Outcome.KEPT, Outcome.OVERTAKEN) and promise in self._promises:
            self._over.add(self._promises[promise])

    def _end(self, what: NoticeKind, name: str, index: int) -> None:
        self._last[what, name] = index

    def ended(self, row: int) -> bool:
        """Whether what the notice asks for was ended."""
        cut, told = self._cut, self._cut.told
        what = NoticeKind(cut.had.word(int(told["what"][row])))
        name = cut.had.word(int(told["subject" if what is NoticeKind.CHANNEL else "answers"][row]))
        if what is NoticeKind.EMERGENCY:
            return name in self._over or self._called(row, name)
        kind = NoticeKind.PROPOSAL if what in _PROPOSED else what
        return self._last.get((kind, name), -1) > int(told["index"][row])

    def _called(self, row: int, emergency: str) -> bool:
        """Whether the party promised to act, or answered another bell, and did not read this one back wrongly since."""
        told, facts = self._cut.told, self._cut.facts()
        bells = np.flatnonzero((told["answers"] == told["answers"][row]) & self._cut.is_what(NoticeKind.EMERGENCY))
        rung = np.isin(facts["row"], bells) & (facts["row"] != row) & (facts["kind"] == history.RESPONDED)
        wrong = (facts["row"] == row) & (facts["kind"] == history.READ) & (facts["what"] != 0)
        answered = max(self._last.get((NoticeKind.EMERGENCY, emergency), -1), facts["index"][rung].max(initial=-1))
        return bool(answered > facts["index"][wrong].max(initial=-1))


_TELL_ENDS: Final = (NoticeKind.ANSWERED, NoticeKind.COMMITMENT, NoticeKind.LAPSED, NoticeKind.OUTCOME)
_ENDED_BY: Final[tuple[tuple[tuple[NoticeKind, ...], Callable[[Cut, Rows], Iterable[int]]], ...]] = (
    ((NoticeKind.REMINDER,), _vouched),
    ((NoticeKind.WARNING,), _rethought),
    ((NoticeKind.LINE_CHECK,), _checked),
    ((NoticeKind.READ_BACK,), _read_rightly),
    (_ENDED_BY_ACTS, _by_acts),
)
