"""What the desk tells, as typed values. Fields that a later desk adds are passed over."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from thalweg.client.errors import DeskError
from thalweg.model.errors import ValueRefused
from thalweg.model.events import Answer as Judgement
from thalweg.model.events import ChannelState, NoticeKind, Outcome, Participation
from thalweg.model.instants import Instant
from thalweg.model.levels import Level

T = TypeVar("T")
Json = Mapping[str, Any]
"""An object as the desk wrote it: a declaration, or a finding with all its numbers (docs/reference/outputs.md)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something signed that somebody did with a notice."""

    officer: str
    at: Instant
    index: int
    what: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A conflict, or a fact beside a line. `numbers` is all of it. `cite`: by what a statement names it."""

    id: str
    type: str
    severity: str
    sentence: str
    rule_sentence: str
    certainty: str
    reference: str = ""
    versions: tuple[str, ...] = ()
    notice: str = ""
    cite: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What one's party was told, and what became of it."""

    id: str
    n: int
    to: str
    index: int
    event: str
    what: NoticeKind
    at: Instant
    level: Level
    of: str = ""
    subject: str = ""
    version: str = ""
    statement: str = ""
    kind: str | None = None
    declaration: Json | None = None
    findings: tuple[Finding, ...] = ()
    answers: str = ""
    severity: str = ""
    owed: bool = False
    outstanding: bool = False
    due: Instant | None = None
    step: int = 0
    talk_to: tuple[str, ...] = ()
    facts: Json = field(default_factory=dict)
    words: Words | None = None
    place: Json | None = None
    bell: int = 0
    part: int = 0
    exercise: bool = False
    delivered: tuple[Fact, ...] = ()
    responses: tuple[Fact, ...] = ()
    read_back: tuple[Fact, ...] = ()
    disseminated: tuple[Fact, ...] = ()
    relayed: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class NotCited:
    """Something that had been shown, and was not cited."""

    notice: str
    shown: Instant


@dataclass(frozen=True, slots=True)
class Answer:
    """The desk's answer to a statement: taken, or refused on record with `code` and `sentence`. `clock_off_s`: so far
    ahead of the desk's clock (less than 0: behind) is the time that its author claims, where that is minutes."""

    statement: str
    index: int
    received: Instant
    taken: bool
    notices: tuple[Notice, ...] = ()
    talk_to: tuple[str, ...] = ()
    rules: str = ""
    lead_s: int | None = None
    needed_s: int | None = None
    late: bool = False
    not_cited: tuple[NotCited, ...] = ()
    differs: tuple[str, ...] = ()
    code: str = ""
    sentence: str = ""
    lacking: tuple[str, ...] = ()
    clock_off_s: int | None = None

    def need_taken(self) -> Answer:
        """This, if it was taken; else the refusal is raised."""
        if not self.taken:
            raise DeskError(self.code, self.sentence, 409, {"lacking": self.lacking, "talk_to": self.talk_to})
        return self


@dataclass(frozen=True, slots=True)
class Holds:
    role: str
    scope: str


@dataclass(frozen=True, slots=True)
class Tip:
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Me:
    """Who one is to the desk."""

    author: str
    party: str
    name: str
    language: str
    origin: str
    signs: str
    notices: int
    theatre: str
    rules: str
    exercise: bool
    now: Instant
    version: str
    roles: tuple[Holds, ...] = ()
    on_watch: tuple[str, ...] = ()
    tip: Tip | None = None
    checkpoint: str | None = None


@dataclass(frozen=True, slots=True)
class TheatreTold:
    name: str
    rules: str
    exercise: bool
    text: str


@dataclass(frozen=True, slots=True)
class TakesPart:
    by: str
    status: Participation
    since: Instant


@dataclass(frozen=True, slots=True)
class Party:
    id: str
    name: str
    member_of: str = ""
    state: bool = False
    contact: str = ""
    participation: tuple[TakesPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """Who has what of one's own declaration."""

    to: str
    level: Level
    held: Level
    notice: str
    sent: Instant
    delivered: tuple[Fact, ...] = ()
    responses: tuple[Fact, ...] = ()
    read_back: tuple[Fact, ...] = ()
    disseminated: tuple[Fact, ...] = ()
    relayed: tuple[Fact, ...] = ()
    outstanding: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    outcome: str
    by: str
    method: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration as one knows it; of one's own, `copies` tells who has it."""

    subject: str
    version: str
    of: str
    level: Level
    state: str
    at: Instant
    kind: str | None = None
    statement: str = ""
    notice: str = ""
    late: bool = False
    marks: tuple[str, ...] = ()
    consented: bool = True
    verification: Verified | None = None
    declaration: Json | None = None
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Fix:
    change: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a declaration would meet among what one declared and was shown, and nothing else."""

    findings: tuple[Finding, ...]
    fixes: tuple[Fix, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class LineSeen:
    party: str
    state: ChannelState
    since: Instant | None = None


@dataclass(frozen=True, slots=True)
class TermTold:
    by: str
    to: str
    kind: str
    level: Level
    delay_s: int = 0


@dataclass(frozen=True, slots=True)
class LineCheck:
    event: str
    by: str


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str
    room: bool
    opened_by: str
    invited: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    line_check_s: int = 0
    lines: tuple[LineSeen, ...] = ()
    terms: tuple[TermTold, ...] = ()
    line_checks: tuple[LineCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A message or a decision in the log of a channel."""

    event: str
    index: int
    by: str
    officer: str
    at: Instant
    decision: bool
    text: str
    language: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    by: str
    answer: Judgement
    at: Instant


@dataclass(frozen=True, slots=True)
class Agreement:
    """A proposal, a quiet window, a line, or a site that changes hands."""

    id: str
    matter: str
    by: str
    to: tuple[str, ...]
    state: str
    at: Instant
    expires: Instant | None = None
    answers: tuple[Judged, ...] = ()
    declaration: Json | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Commitment:
    id: str
    by: str
    about: str
    at: Instant
    due: Instant
    outcome: Outcome | None = None
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class Emergency:
    id: str
    by: str
    at: Instant
    open: bool
    repeated: int = 0
    commitments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedTold:
    """Those that somebody names; `joined` is `and`, `or` or `unknown`."""

    parties: tuple[str, ...]
    others: tuple[str, ...]
    joined: str


@dataclass(frozen=True, slots=True)
class GradeTold:
    """A finding that stands; `what` is `cause` or `risk`."""

    by: str
    what: str
    grade: str


@dataclass(frozen=True, slots=True)
class IncidentLineTold:
    """An incident in a list."""

    reference: str
    title: str
    by: str
    at: Instant
    affected: NamedTold
    alleged: NamedTold
    earliest: Instant | None = None
    latest: Instant | None = None
    place: Json | None = None
    where: str = ""
    withdrawn: Instant | None = None
    sides: tuple[str, ...] = ()
    accounts: int = 0
    open_requests: int = 0
    owed: int = 0
    grades: tuple[GradeTold, ...] = ()
    newest: Instant | None = None


@dataclass(frozen=True, slots=True)
class IncidentsTold:
    """Some of those found, and how many there are; `next` is what to ask before for the following ones."""

    incidents: tuple[IncidentLineTold, ...]
    total: int
    next: int | None = None


@dataclass(frozen=True, slots=True)
class ReceivedTold:
    """What became of one's own statement at one of those that were told of it."""

    to: str
    notice: str
    sent: Instant
    delivered: tuple[Fact, ...] = ()
    responses: tuple[Fact, ...] = ()
    outstanding: bool = False


@dataclass(frozen=True, slots=True)
class IncidentItem:
    """One thing that was said in an incident."""

    what: str
    statement: str
    index: int
    by: str
    at: Instant
    affected: NamedTold
    alleged: NamedTold
    officer: str = ""
    said_at: Instant | None = None
    told: Instant | None = None
    notice: str = ""
    words: Words | None = None
    about: str = ""
    to: tuple[str, ...] = ()
    due: Instant | None = None
    grade: str = ""
    earliest: Instant | None = None
    latest: Instant | None = None
    place: Json | None = None
    where: str = ""
    supersedes: str = ""
    superseded_by: str = ""
    evidence: str | None = None
    name: str = ""
    withheld: bool = False
    received: tuple[ReceivedTold, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestTold:
    """A request for an explanation."""

    statement: str
    by: str
    to: str
    at: Instant
    due: Instant
    question: Words
    reminded: bool = False
    unanswered: bool = False
    answered: Instant | None = None
    late: bool = False
    answers: tuple[str, ...] = ()
    notice: str = ""


@dataclass(frozen=True, slots=True)
class HasIt:
    party: str
    since: Instant
    statement: str


@dataclass(frozen=True, slots=True)
class IncidentTold:
    """An incident with everything that was said in it, in order. `accounts` are the statements of each side's."""

    reference: str
    statement: str
    index: int
    title: str
    by: str
    at: Instant
    affected: NamedTold
    alleged: NamedTold
    earliest: Instant | None = None
    latest: Instant | None = None
    place: Json | None = None
    where: str = ""
    withdrawn: Instant | None = None
    has_it: tuple[HasIt, ...] = ()
    accounts: Json = field(default_factory=dict)
    said: tuple[IncidentItem, ...] = ()
    requests: tuple[RequestTold, ...] = ()
    status: str = ""


@dataclass(frozen=True, slots=True)
class TokenTold:
    id: str
    label: str
    scopes: tuple[str, ...]
    created_ms: int
    expires_ms: int
    used_ms: int


@dataclass(frozen=True, slots=True)
class SignKey:
    key: str
    holder: str


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens one's account, and what one's statements are signed with."""

    author_keys: tuple[SignKey, ...]
    tokens: tuple[TokenTold, ...]
    password: bool = False


@dataclass(frozen=True, slots=True)
class Invited:
    """`link` is what is handed to the person."""

    author: str
    link: str
    expires_ms: int


def read(of: type[T], value: object) -> T:
    """The typed value of what the desk wrote. DeskError (`answer-unreadable`) if it is not in its form."""
    try:
        made: T = _read(of, value)
    except (KeyError, TypeError, ValueError, ValueRefused) as error:
        raise DeskError(
            "answer-unreadable", f"The desk's answer is not a {of.__name__} as this client knows it."
        ) from error
    return made


def _read(hint: Any, value: Any) -> Any:  # noqa: ANN401  # by the annotation, whatever it is
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (each for each in arguments if each is not type(None))
        return None if value is None else _read(inner, value)
    if origin is tuple:
        if not isinstance(value, list):
            raise TypeError(hint)
        return tuple(_read(arguments[0], each) for each in value)
    if hint is Instant:
        return Instant.of(datetime.fromisoformat(value))
    if dataclasses.is_dataclass(hint):
        return _record(hint, value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if isinstance(hint, type) and not (isinstance(value, hint) and not (hint is int and isinstance(value, bool))):
        raise TypeError(hint)
    return value


def _record(of: Any, value: Any) -> Any:  # noqa: ANN401  # a dataclass of this module
    return of(**{name: _read(hint, value[name]) for name, hint in _fields(of) if name in value})


@cache
def _fields(of: Any) -> tuple[tuple[str, Any], ...]:  # noqa: ANN401  # a dataclass of this module
    hints = typing.get_type_hints(of)
    return tuple((each.name, hints[each.name]) for each in dataclasses.fields(of))
