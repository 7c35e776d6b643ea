"""What each party had, and since when: its own statements, the notices to it, and when each of these reached it (R40).

The log's two times are both kept: when something was said or told, and from when to when it holds. Nothing is kept of
what a party was not told, so whatever is read here is read from the party's own side alone.

Everything stands in columns, a row for each notice and each version of one's own: some two hundred bytes a notice and
fifty for each fact about one, the texts in it counted once. A notice *reached* the party when the log first says so:
by a receipt of its device, by the desk's word that a bearer took it, by any answer of the party to it, by a
declaration of the party that cites the version it shows, or by the record of who looked at protected sites.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from thalweg.engine.columns import hard_bounds
from thalweg.engine.online import ends_at
from thalweg.model.cases import (
    AccountGiven,
    CauseAssessed,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    RiskAssessed,
)
from thalweg.model.declarations import Declaration, Segment, Volume
from thalweg.model.events import (
    DESK,
    SECRETARIAT,
    Acknowledged,
    Answer,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelStated,
    Committed,
    CrossingLogged,
    CustodyAnswered,
    CustodyOffered,
    Declared,
    Delivered,
    Disseminated,
    EmergencySent,
    LineAnswered,
    LineChecked,
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
    ReadBack,
    Refused,
    Relayed,
    Revalidated,
    SitesRead,
    Taken,
    Withdrawn,
)
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.state.packed import Names
from thalweg.state.recorded import Recorded

Spans = tuple[tuple[float, float], ...]

SHOWS, TELLS, FINDS, LATE, OWED, ANEW, FIRST, OWN = (1 << bit for bit in range(8))
"""Of a notice: it shows a declaration of another party; it says what is found about its subject; it names findings; it
was late; an answer is owed; it takes the place of what was said of its subject; it is the first of its parts; it is of
the party's own."""

DELIVERED, RESPONDED, READ, PASSED_ON, RELAYED = range(5)
"""The facts about a notice (R14)."""

CANCELLED, REPLACED, HANDED_OVER = range(3)
"""How a declaration of one's own was over."""

CHECKED, ANSWERED, UNANSWERED = range(3)
"""What happened on a line: a check was asked, one was answered, one was not."""

ANSWER, CITATION, LOOKED = "answer", "citation", "read"
"""What a notice is known to have reached its party by, where no bearer says so first."""

_CASE: Final = (
    AccountGiven,
    CauseAssessed,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    RiskAssessed,
)
_ACTS: Final = (
    *_CASE,
    ChannelOpened,
    ChannelJoined,
    ChannelLeft,
    ChannelStated,
    Committed,
    CrossingLogged,
    CustodyAnswered,
    CustodyOffered,
    EmergencySent,
    LineJudged,
    LineProposed,
    OutcomeStated,
    ParticipationStated,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
)
_FACTS: Final = frozenset((Delivered, Acknowledged, ReadBack, Disseminated, Relayed))
CASE_NOTICES: Final = frozenset(
    (
        NoticeKind.ACCOUNT,
        NoticeKind.ASSESSMENT,
        NoticeKind.EVIDENCE,
        NoticeKind.EXPLANATION,
        NoticeKind.EXPLANATION_REQUEST,
        NoticeKind.INCIDENT,
    )
)
"""What a party is told of an incident that was reported to it."""
_ACT_NOTICES: Final = frozenset(
    (
        *CASE_NOTICES,
        NoticeKind.ANSWERED,
        NoticeKind.CHANNEL,
        NoticeKind.COMMITMENT,
        NoticeKind.CROSSING,
        NoticeKind.CUSTODY,
        NoticeKind.EMERGENCY,
        NoticeKind.LAPSED,
        NoticeKind.LINE,
        NoticeKind.OUTCOME,
        NoticeKind.PARTICIPATION,
        NoticeKind.PROPOSAL,
        NoticeKind.QUIET_WINDOW,
    )
)
_SAYS_ANEW: Final = frozenset(
    (
        NoticeKind.DECLARED,
        NoticeKind.REPLACED,
        NoticeKind.CANCELLED,
        NoticeKind.WARNING,
        NoticeKind.RELEASED,
    )
)
TELLS_FINDINGS: Final = frozenset((*_SAYS_ANEW, NoticeKind.REVOKED))
_ANSWERED_BY: Final = ("check", "proposal", "quiet", "line", "offer", "about", "request", "incident")
"""The fields of statements that name what is answered by them."""
_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    # Of notices: where it stands; when it was made, and reached the party; the words that say what it is; the entry
    # that shows what it is about; from when to when that holds; and when it is over, or can be answered no more, by
    # what is said in it: infinity where it says no such time.
    "told": {
        "index": "q", "made": "d", "reached": "d", "by": "i", "what": "i", "level": "i", "of": "i", "subject": "i",
        "version": "i", "view": "i", "answers": "i", "flags": "B", "shown": "q", "since": "d", "until": "d",
        "ends": "d",
    },
    "fact": {"row": "i", "kind": "B", "at": "d", "index": "q", "officer": "i", "what": "i"},
    # Of one's own versions: `row` is the notice by which the party learned that it is in force; -1: it said so itself.
    "own": {
        "index": "q", "at": "d", "row": "i", "subject": "i", "version": "i", "shown": "q", "answer": "q", "late": "B",
        "since": "d", "until": "d", "ends": "d",
    },
    "over": {"index": "q", "at": "d", "row": "i", "subject": "i", "how": "B"},
    "act": {"index": "q", "at": "d", "row": "i", "shown": "q"},
    "line": {"at": "d", "row": "i", "channel": "i", "party": "i", "what": "B"},
    "said": {"index": "q", "at": "d", "answer": "q"},  # all of its statements, refused ones too
    "looked": {"index": "q"},  # the records of who looked at protected sites
    "vouched": {"index": "q", "at": "d", "row": "i", "subject": "i", "until": "d"},
}  # fmt: skip


class Had:
    """What one party had. Rows are in the order of the log."""

    def __init__(self, party: str) -> None:
        self.party = party
        self.columns: dict[str, dict[str, array[Any]]] = {
            table: {name: array(code) for name, code in columns.items()} for table, columns in _COLUMNS.items()
        }
        self.words = Names()
        self.words.add("")
        # (table, row) -> the spans, where there is more than one
        self.several: MutableMapping[tuple[str, int], Spans] = {}
        # row -> finding, its versions, when over
        self.found: MutableMapping[int, tuple[tuple[str, str, str, float], ...]] = {}
        self._showing: MutableMapping[int, int] = {}  # version -> the first notice that shows it
        self._newest: MutableMapping[int, int] = {}  # subject -> the newest notice that shows it
        self._viewed: dict[int, int] = {}  # of the first `_viewed_to` rows of the views; see `_views`
        self._viewed_to = 0
        self._held: dict[str, str] = {}  # declaration id -> the chain that goes on under it, by custody
        self._offered: dict[str, str] = {}  # offer of a site, to or by the party -> the chain
        self._proposed: dict[str, tuple[int, str]] = {}  # own proposal of a window or line -> where it stands, its id
        self._checks: dict[str, str] = {}  # open line checks to the party -> who asked
        self._asked: dict[str, int] = {}  # what others asked or promised, or the notice of it -> its row
        # own subject -> the entry that its newest version stands in
        self._latest: MutableMapping[int, int] = {}

    def __len__(self) -> int:
        """How many notices it was sent."""
        return len(self.columns["told"]["index"])

    # --- reading ---

    def table(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """The columns of a table as they are now, copied: rows that come later do not stand in them."""
        return {each: np.array(column) for each, column in self.columns[name].items()}

    def word(self, number: int) -> str:
        """The text with that number."""
        return self.words[number]

    def number(self, word: str) -> int:
        """The number of a text; -1 if it stands nowhere here."""
        return self.words.number(word)

    def newest(self, subject: str) -> str:
        """The version that the newest notice of a subject shows; empty where none does."""
        row = self._newest.get(self.words.number(subject))
        return "" if row is None else self.words[self.columns["told"]["version"][row]]

    def shown_by(self, version: str) -> int:
        """The row of the first notice that shows a version of another's, or a view by that id; -1: none does."""
        number = self.words.number(version)
        if number < 1:
            return -1
        row = self._showing.get(number)
        return self._views().get(number, -1) if row is None else row

    def _views(self) -> Mapping[int, int]:
        """View -> the first notice that shows it: what was added to the column since it was last asked for is read."""
        views = self.columns["told"]["view"]
        if self._viewed_to < len(views):
            fresh = np.array(memoryview(views)[self._viewed_to :])
            for at in np.flatnonzero(fresh).tolist():
                self._viewed.setdefault(int(fresh[at]), self._viewed_to + at)
            self._viewed_to = len(views)
        return self._viewed

    def level(self, row: int) -> str:
        """The level of a notice."""
        return self.words[self.columns["told"]["level"][row]]

    def spans(self, table: str, row: int) -> Spans:
        """From when to when the declaration of a row holds, in seconds since the epoch, with its uncertainty."""
        more = self.several.get((table, row))
        if more is not None:
            return more
        columns = self.columns[table]
        return ((columns["since"][row], columns["until"][row]),)

    def asked(self, name: str) -> int:
        """The row of the notice by which the party was first asked something, or told of it: by the statement that
        asks, or by the id of a call for help; -1 if it was not."""
        return self._asked.get(name, -1)

    # --- folding ---

    def told(
        self,
        notice: Notice,
        index: int,
        declaration: Declaration | None,
        shown: int,
        load: Callable[[int], Recorded],
    ) -> None:
        """A notice to the party. `declaration` is what it shows, as it shows it, and stands in the entry `shown`; that
        is also where the statement is that it shows in full, -1 if there is none."""
        row = len(self)
        own = notice.of == self.party
        # A site that is offered is shown by the notice before; this one shows the offer.
        shows = bool(notice.version) and declaration is not None and not own and notice.part == 0
        shows = shows and notice.what is not NoticeKind.CUSTODY
        told = notice.what in TELLS_FINDINGS and bool(notice.subject)
        flags = (
            (SHOWS, shows),
            (TELLS, told),
            (FINDS, bool(notice.findings)),
            (LATE, notice.facts.get("late") == "1"),
            (OWED, notice.owed),
            (ANEW, bool(notice.subject) and notice.what in _SAYS_ANEW and notice.part == 0),
            (FIRST, notice.part == 0),
            (OWN, own),
        )
        spans = () if declaration is None or not shows else spans_of(declaration)
        version = self._number(notice.version)
        self._add(
            "told",
            index=index,
            made=notice.at.epoch_s,
            reached=math.inf,
            by=0,
            what=self._number(notice.what.value),
            level=self._number(notice.level.value),
            of=self._number(notice.of),
            subject=self._number(notice.subject),
            version=version,
            view=0 if notice.view is None else self._number(notice.view.version_id),
            answers=self._number(notice.answers),
            flags=sum(bit for bit, holds in flags if holds),
            shown=shown,
            since=min((span[0] for span in spans), default=math.inf),
            until=max((span[1] for span in spans), default=-math.inf),
            ends=_ends(notice, declaration if shows else None),
        )
        if len(spans) > 1:
            self.several["told", row] = spans
        if notice.findings:
            self.found[row] = tuple((each.id, *each.versions, over_s(each)) for each in notice.findings)
        if shows:
            self._showing.setdefault(version, row)
            self._newest[self._number(notice.subject)] = row
        if notice.answers and notice.answers == notice.statement:
            self._asked.setdefault(notice.answers, row)
        if notice.what is NoticeKind.EMERGENCY:
            self._asked[notice.id] = row
        if notice.what is NoticeKind.INCIDENT:
            self._asked.setdefault(notice.subject, row)
        self._brings(notice, row, index, shown, load)

    def _brings(self, notice: Notice, row: int, index: int, shown: int, load: Callable[[int], Recorded]) -> None:
        """What the party learns by a notice besides a declaration."""
        what, facts = notice.what, notice.facts
        if what is NoticeKind.LINE_CHECK:
            answered = facts.get("what") == "answer"
            if not answered:
                self._checks[notice.statement] = notice.of
            self._line(notice.at, row, facts.get("channel", ""), notice.of, ANSWERED if answered else CHECKED)
        elif what is NoticeKind.CHANNEL and facts.get("what") == "unanswered":
            self._line(notice.at, row, facts["channel"], notice.of, UNANSWERED)
        elif what is NoticeKind.REVALIDATED and "valid_until" in facts:
            until, at_s = _seconds(facts["valid_until"]), notice.at.epoch_s
            self._add("vouched", index=index, at=at_s, row=row, subject=self._number(notice.subject), until=until)
        elif what in _ACT_NOTICES:
            self._add("act", index=index, at=notice.at.epoch_s, row=row, shown=shown)
        if what is NoticeKind.CUSTODY and notice.answers:
            self._offered[notice.answers] = notice.subject
        if what is NoticeKind.ANSWERED:
            self._agreed(notice, row, index, load)

    def _agreed(self, notice: Notice, row: int, index: int, load: Callable[[int], Recorded]) -> None:
        """A proposal of its own was answered: that may bring something of its own into force, or take it out of it."""
        state, at_s = notice.facts.get("state"), notice.at.epoch_s
        made = self._proposed.get(notice.answers)
        if made is not None:
            where, name = made
            body = load(where).body
            if state == "accepted" and isinstance(body, QuietProposed | LineProposed):
                declaration = body.window if isinstance(body, QuietProposed) else body.line
                self._own(declaration, index, at_s, row, where, -1, late=False)
            elif state == "declined" and self._latest.get(self._number(self.key(name))) == where:
                self._end(self.key(name), index, at_s, row, CANCELLED)
        elif notice.answers in self._offered and notice.facts.get("answer") == Answer.ACCEPT:
            self._end(self._offered[notice.answers], index, at_s, row, HANDED_OVER)

    def said(self, record: Recorded, answer: Taken | Refused, answered: int, load: Callable[[int], Recorded]) -> None:
        """A statement of the party, and the desk's answer to it."""
        body, at_s = record.body, answer.received.epoch_s
        self._add("said", index=record.index, at=at_s, answer=answered)
        if type(body) in _FACTS:
            return  # most of all that is said; what comes of it is `became`
        if isinstance(body, Declared):
            self._cited(body.cites, at_s)
        if isinstance(answer, Refused):
            return
        for name in _ANSWERED_BY:
            about = getattr(body, name, "")
            if isinstance(about, str) and about in self._asked:
                self._reach(self._asked[about], at_s, ANSWER)
        match body:
            case Declared():
                if body.declaration.replaces:
                    replaced = self.key(body.declaration.replaces)
                    if replaced != self.key(body.declaration.declaration_id):
                        self._end(replaced, record.index, at_s, -1, REPLACED)
                self._own(body.declaration, record.index, at_s, -1, record.index, answered, late=answer.late)
            case Withdrawn():
                self._end(self._meant(body.chain), record.index, at_s, -1, CANCELLED)
            case Revalidated():
                subject, until = self._number(self._meant(body.chain)), body.valid_until.epoch_s
                self._add("vouched", index=record.index, at=at_s, row=-1, subject=subject, until=until)
            case LineChecked():
                self._line(answer.received, -1, body.channel, self.party, CHECKED)
            case LineAnswered():
                self._line(answer.received, -1, body.channel, self._checks.pop(body.check, ""), ANSWERED)
            case _:
                self._acts(record, at_s, load)

    def _acts(self, record: Recorded, at_s: float, load: Callable[[int], Recorded]) -> None:
        body = record.body
        match body:
            case QuietProposed():
                self._proposed[record.event] = (record.index, body.window.declaration_id)
            case LineProposed():
                self._proposed[record.event] = (record.index, body.line.declaration_id)
            case CustodyOffered():
                self._offered[record.event] = self._meant(body.chain)
            case CustodyAnswered() if body.answer is Answer.ACCEPT and body.offer in self._offered:
                self._takes_over(self._offered[body.offer], record, at_s, load)
            case _:
                pass
        if isinstance(body, _ACTS):
            self._add("act", index=record.index, at=at_s, row=-1, shown=record.index)

    def _takes_over(self, key: str, record: Recorded, at_s: float, load: Callable[[int], Recorded]) -> None:
        """A chain of another goes on as the party's own: as it was last shown."""
        subject, told = self._number(key), self.columns["told"]
        for row in range(len(self) - 1, -1, -1):
            if told["subject"][row] == subject and told["flags"][row] & SHOWS:
                declaration = declared_in(load(told["shown"][row]))
                if declaration is not None:
                    self._held[declaration.declaration_id] = key
                    self._own(declaration, record.index, at_s, -1, told["shown"][row], -1, late=False, key=key)
                return

    def became(self, n: int, kind: int, at: Instant, index: int, officer: str, what: str) -> None:
        """A fact about the n-th notice to the party, counted from 1."""
        row = n - 1
        self._add(
            "fact",
            row=row,
            kind=kind,
            at=at.epoch_s,
            index=index,
            officer=self._number(officer),
            what=self._number(what),
        )
        self._reach(row, at.epoch_s, what if kind == DELIVERED else ANSWER)

    def read(self, subjects: Iterable[str], first: Instant, record: Recorded) -> None:
        """The party's officers looked at these, from `first` on, as the desk put on record: what was shown last was
        read, if it had been told by then."""
        self._add("looked", index=record.index)
        for subject in subjects:
            row = self._newest.get(self.words.number(subject))
            if row is not None and self.columns["told"]["made"][row] <= first.epoch_s:
                self._reach(row, record.said_at.epoch_s, LOOKED)

    def key(self, declaration_id: str) -> str:
        """The key of the party's own chain with this id."""
        return self._held.get(declaration_id, f"{self.party}/{declaration_id}")

    def _meant(self, name: str) -> str:
        """The own chain that a statement of the party names, by its key or by its id alone."""
        return name if self.words.number(name) in self._latest else self.key(name)

    def _own(
        self,
        declaration: Declaration,
        index: int,
        at_s: float,
        row: int,
        shown: int,
        answered: int,
        *,
        late: bool,
        key: str = "",
    ) -> None:
        subject = self._number(key or self.key(declaration.declaration_id))
        spans = spans_of(declaration)
        if len(spans) > 1:
            self.several["own", len(self.columns["own"]["index"])] = spans
        self._latest[subject] = shown
        self._add(
            "own",
            index=index,
            at=at_s,
            row=row,
            subject=subject,
            version=self._number(declaration.version_id),
            shown=shown,
            answer=answered,
            late=late,
            since=min(span[0] for span in spans),
            until=max(span[1] for span in spans),
            ends=ends_at(declaration, 0.0),
        )

    def _end(self, key: str, index: int, at_s: float, row: int, how: int) -> None:
        self._add("over", index=index, at=at_s, row=row, subject=self._number(key), how=how)

    def _line(self, at: Instant, row: int, channel: str, party: str, what: int) -> None:
        number = self._number(channel)
        self._add("line", at=at.epoch_s, row=row, channel=number, party=self._number(party), what=what)

    def _cited(self, versions: Iterable[str], at_s: float) -> None:
        for version in versions:
            row = self._showing.get(self.words.number(version))
            if row is not None:
                self._reach(row, at_s, CITATION)

    def _reach(self, row: int, at_s: float, by: str) -> None:
        told = self.columns["told"]
        if at_s < told["reached"][row]:
            told["reached"][row] = at_s
            told["by"][row] = self._number(by)

    def _number(self, word: str) -> int:
        return self.words.add(word)

    def _add(self, table: str, **values: float) -> None:
        columns = self.columns[table]
        for name, value in values.items():
            columns[name].append(value)


class History:
    """The fold: what every party had."""

    def __init__(self) -> None:
        self.parties: dict[str, Had] = {}

    def of(self, party: str) -> Had:
        """What a party had; nothing, for one that said and was told nothing."""
        had = self.parties.get(party)
        return Had(party) if had is None else had

    def to(self, party: str) -> Had:
        """The same, to be added to."""
        had = self.parties.get(party)
        if had is None:
            had = self.parties[party] = Had(party)
        return had


def had_of(party: str, records: Sequence[Recorded], into: Had | None = None) -> tuple[Had, Callable[[int], Recorded]]:
    """What a party had, from the entries that it holds alone, in the order of the log; and how one is read again.
    Folded into `into`, where that is given."""
    had = Had(party) if into is None else into
    at, by_event = {each.index: each for each in records}, {each.event: each for each in records}
    numbers: dict[str, int] = {}
    for record in records:
        body = record.body
        match body:
            case Taken() | Refused():
                said = by_event.get(body.statement)
                if said is not None and speaker(said.body) == party:
                    had.said(said, body, record.index, at.__getitem__)
                    if isinstance(body, Taken):
                        _what_became(had, said, body.received, body.mismatch, numbers)
            case Notice() if body.to == party:
                numbers[body.id] = len(had) + 1
                stated = by_event.get(body.statement)
                shown = body.view is None and stated is not None
                declaration = declared_in(stated) if shown and stated is not None else body.view
                index = stated.index if shown and stated is not None else record.index
                if body.what is NoticeKind.RULES and stated is None:
                    index = -1  # since when other rules hold is not known: nothing is forgotten that may stand
                had.told(body, record.index, declaration, index, at.__getitem__)
            case Delivered() if record.author == DESK:
                _what_became(had, record, record.said_at, (), numbers)
            case SitesRead() if body.by == party:
                had.read(body.chains, body.first, record)
            case _:
                pass
    return had, at.__getitem__


def _what_became(had: Had, record: Recorded, at: Instant, differs: Sequence[str], numbers: Mapping[str, int]) -> None:
    found = fact_of(record.body, differs)
    if found is not None:
        notices, kind, what = found
        for each in notices:
            if each in numbers:
                had.became(numbers[each], kind, at, record.index, record.author, what)


def fact_of(body: object, differs: Sequence[str]) -> tuple[tuple[str, ...], int, str] | None:
    """The notices that a statement says a fact about, which, and what of it; None for any other statement. `differs`:
    what of a read-back did not agree."""
    match body:
        case Delivered():
            return body.notices, DELIVERED, body.bearer.value
        case Acknowledged():
            return (body.notice,), RESPONDED, body.response.value
        case ReadBack():
            return (body.notice,), READ, ", ".join(differs)
        case Disseminated():
            return (body.notice,), PASSED_ON, body.unit
        case Relayed():
            return (body.notice,), RELAYED, f"{body.to} by {body.bearer.value}"
        case _:
            return None


def speaker(body: object) -> str:
    """The party that a statement is made for; the secretariat where it names none."""
    by: str = getattr(body, "by", SECRETARIAT)
    return by


def over_s(finding: Finding) -> float:
    """When a conflict is over, with the margin of its rule, in seconds since the epoch; infinity where it is open."""
    return math.inf if finding.last is None else finding.last.epoch_s + max(0.0, finding.margin.time_s)


def declared_in(record: Recorded) -> Declaration | None:
    """The declaration that an entry states or shows, as it stands there."""
    body = record.body
    match body:
        case Declared():
            return body.declaration
        case QuietProposed():
            return body.window
        case LineProposed():
            return body.line
        case Notice():
            return body.view
        case _:
            return None


def spans_of(declaration: Declaration) -> Spans:
    """From when to when what is declared is there or in force: its windows, widened by their uncertainty, those that
    touch joined; in seconds since the epoch."""
    parts: tuple[Volume | Segment, ...] = (*declaration.volumes, *declaration.segments)
    spans = sorted(span_of(part) for part in parts)
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def _ends(notice: Notice, shown: Declaration | None) -> float:
    """When what a notice tells of is over by what is said in it, in seconds since the epoch: what it shows, by its
    windows; a line check, when it is due; a proposal, when it expires. Whatever is shown in cells is over with them,
    of whatever kind it is (D13)."""
    if shown is not None and notice.level.at_least(Level.FOOTPRINT):
        return ends_at(shown, 0.0)
    if shown is not None:
        return max((until for _, until in spans_of(shown)), default=math.inf)
    if notice.what is NoticeKind.LINE_CHECK and notice.due is not None:
        return notice.due.epoch_s
    return _seconds(notice.facts["expires"]) if notice.answers and "expires" in notice.facts else math.inf


def _seconds(written: str) -> float:
    """An instant as facts of a notice have it, in seconds since the epoch."""
    return datetime.fromisoformat(written.replace("Z", "+00:00")).timestamp()


def span_of(part: Volume | Segment) -> tuple[float, float]:
    """The window of one part, widened by its uncertainty, in seconds since the epoch."""
    doubt_s = hard_bounds(part.uncertainty)[2]
    return part.window.start_s - doubt_s, part.window.end_s + doubt_s
