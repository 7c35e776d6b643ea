"""A dossier: what one party's part of the record proves about one incident, and what it cannot say (R40-R44).

Every fact names the entries of the log that it rests on, by index. Nothing in it is a sentence: a fact is a key and its
values, and each language says it in its own words. A dossier decides nothing between accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from thalweg.model.cases import Particulars
from thalweg.model.declarations import Declaration
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position

Value = str | int | float | Instant
Values = Mapping[str, Value]


class Known(StrEnum):
    """How far a question is answered. Yes and no stand only where an entry proves it."""

    YES = "yes"
    NO = "no"
    IN_PART = "in_part"  # yes of one thing and no of another
    DISPUTED = "disputed"
    UNKNOWN = "unknown"  # it cannot be told from what was stated
    NOT_ON_RECORD = "not_on_record"  # this party's part of the record does not say


class Asked(StrEnum):
    """What the first page answers, in this order."""

    DECLARED = "declared"  # near it in space and time
    FOUND = "found"  # findings between what was declared near it
    WARNED = "warned"
    ACKNOWLEDGED = "acknowledged"
    READ_BACK = "read_back"
    PASSED_ON = "passed_on"  # to a unit below
    LATE = "late"
    SAID = "said"  # by each side, of the incident
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is on record, or that is not: the key of its words, what stands in them, and its entries."""

    key: str
    values: Values = field(default_factory=dict)
    entries: tuple[int, ...] = ()
    known: Known = Known.YES


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, and what it rests on."""

    asked: Asked
    known: Known
    facts: tuple[Fact, ...] = ()

    @property
    def entries(self) -> tuple[int, ...]:
        return tuple(sorted({index for fact in self.facts for index in fact.entries}))


@dataclass(frozen=True, slots=True)
class Margins:
    """How far around the incident was looked: metres beyond its stated radius, seconds before and after it."""

    near_m: float = 10_000.0
    around_s: float = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class Report:
    """What was reported, as it was reported; its text is the reporter's first account."""

    reference: str
    by: str
    at: Instant  # when the desk took it
    title: str
    text: str
    language: str
    particulars: Particulars
    withdrawn: Instant | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """A declaration near the incident, as far as its reader was shown it by the known-at time.

    `away_m` and `gap_s` are from the incident's stated region and time, zero where they overlap. `kind` is a word of
    the catalogues (`what.site`), empty where the level does not show it. `sure` is whether it is near for every value
    within the stated bounds. `until` is when it was cancelled or no longer shared.
    """

    subject: str
    of: str
    kind: str
    title: str
    level: Level
    declaration: Declaration
    away_m: float
    gap_s: float
    sure: bool
    shown: Instant  # when its reader had it from the desk, or the desk took it
    before: bool  # it had been declared before the incident began
    late: bool = False
    until: Instant | None = None
    marks: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline: when it was so (`valid`, or from and to), and when it was known by the record."""

    valid: Instant
    until: Instant | None
    known: Instant
    fact: Fact


@dataclass(frozen=True, slots=True)
class Spot:
    """A position that somebody stated, for the table of coordinates. `label` is a key of the catalogues."""

    label: str
    who: str
    title: str
    at: Position
    radius_m: float
    when: Instant | None
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """One side's account. `superseded` is set where the same side gave a later one in its place; both stay."""

    by: str
    at: Instant
    text: str
    language: str
    particulars: Particulars
    superseded: Instant | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A formal question: who asked whom, until when, and what came."""

    by: str
    to: str
    at: Instant
    question: str
    language: str
    due: Instant
    answered: Instant | None = None
    answer: str = ""
    answer_language: str = ""
    reminders: int = 0
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """Of cause or of risk, never of both. `grade` is `highly_probable`, `plausible`, `not_determined`, or A to D."""

    what: str  # cause, risk
    by: str
    at: Instant
    grade: str
    text: str
    language: str
    superseded: Instant | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a source says, as a person confirmed it: who said it, through whom, with what force."""

    who: str
    through: tuple[str, ...]
    force: str
    text: str
    first: int = 0  # characters of the source's main text
    last: int = 0
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceRead:
    """A source laid beside the incident. Copies of it count once, and are named."""

    sha256: str
    outlet: str
    title: str
    published: str
    copies: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Cited:
    """An entry that the dossier rests on: its place in the log, its event's hash, what it is, by whom, and when the
    desk took it."""

    index: int
    event: str
    kind: str
    author: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Arrived:
    """That a notice had reached the party by the known-at time: where the notice stands, when it came, and the entries
    that show it (a receipt, an answer, a citation, the record of who looked; with the desk's answer to it)."""

    notice: int
    at: Instant
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """Entries that this reader is not shown, by the class of what they are."""

    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """All of it. Complete at birth; two that are equal say the same, byte for byte, in every form."""

    party: str
    names: Mapping[str, str]
    theatre: str
    exercise: bool
    incident: Report
    known_at: Instant
    margins: Margins
    near: tuple[Near, ...]
    answers: tuple[Answer, ...]
    cannot: tuple[Fact, ...]
    timeline: tuple[Moment, ...]
    spots: tuple[Spot, ...]
    accounts: tuple[Account, ...]
    silent: tuple[str, ...]  # concerned, and no account known at this time
    requests: tuple[Request, ...]
    assessments: tuple[Assessment, ...]
    sources: tuple[SourceRead, ...]
    entries: tuple[Cited, ...]
    reached: tuple[Arrived, ...] | None = None  # None: made of all that the party held, reached or not
    withheld: tuple[Withheld, ...] = ()
    keys: tuple[Cited, ...] = ()  # the part of the key history that the signatures rest on

    def name(self, party: str) -> str:
        """The name of a party, or its id where there is none."""
        return self.names.get(party, party)
