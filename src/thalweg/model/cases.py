"""What is said when something happened all the same: incidents, accounts, questions, findings, evidence (R41-R44).

Each side's account stands beside the others' and is never merged with them; a later account of the same side may
supersede an earlier one and does not replace it. Cause and risk are assessed apart, each in the words of whoever
assesses. There is no word that closes an incident: it stays open to what comes later. What anybody promises about it
is a `commitment/1` that names its reference.

As in `thalweg.model.events`, `by` is the party that the officer acts for. An *incident* is named by the reference that
the desk gave it (`i-7kq2w4m9xb`), and whatever was said in it by the hash of its event in hexadecimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from thalweg.model.instants import Instant
from thalweg.model.limits import Id, Most, Short, Text
from thalweg.model.shapes import Position


class Joined(StrEnum):
    """How several that are named together are meant. Kept as it was said."""

    AND = "and"  # this one and that one
    OR = "or"  # one of them
    UNKNOWN = "unknown"  # whoever says it does not say, or does not know


class Grade(StrEnum):
    """How sure a finding about the cause is, as boards of inquiry grade theirs (S/2020/278)."""

    NOT_DETERMINED = "not_determined"  # an answer, and not a gap
    PLAUSIBLE = "plausible"
    HIGHLY_PROBABLE = "highly_probable"


class Risk(StrEnum):
    """How dangerous it was, whatever caused it: the classes of aircraft proximity (ICAO Doc 4444)."""

    A = "A"  # risk of collision
    B = "B"  # safety not assured
    C = "C"  # no risk of collision
    D = "D"  # not determined: an answer, and not a gap


class Evidence(StrEnum):
    """What is laid beside an incident, and what it is named by."""

    DECLARATION = "declaration"  # id of a declaration, as its author knows it
    NOTICE = "notice"  # id of a notice to its author
    STATEMENT = "statement"  # hash of an entry that its author holds
    SOURCE = "source"  # SHA-256 of a report, a picture, a recording


Parties = Annotated[tuple[Id, ...], Most(64)]
Words = Annotated[tuple[Short, ...], Most(64)]


@dataclass(frozen=True, slots=True)
class Named:
    """Those that somebody names, as it names them. None at all: it names nobody, which is not "nobody"."""

    parties: Parties = ()  # of this theatre
    others: Words = ()  # people, things and groups that are no party here, in words
    joined: Joined = Joined.UNKNOWN  # how those named are meant together


NONE_NAMED: Final = Named()


@dataclass(frozen=True, slots=True)
class Particulars:
    """When, where, whom it befell and who is said to have caused it, as one side has it. What is absent was not said.

    It happened at some time between `earliest` and `latest`, within `radius_m` of `place`.
    """

    earliest: Instant | None = None  # not before
    latest: Instant | None = None  # not after
    place: Position | None = None  # the middle of where it may have been
    radius_m: int = 0  # how far from there it may have been, in metres
    where: Short = ""  # the place in words, as it was said
    affected: Named = NONE_NAMED  # whom or what it befell
    alleged: Named = NONE_NAMED  # who is said to have caused it


NO_PARTICULARS: Final = Particulars()


@dataclass(frozen=True, slots=True)
class IncidentReported:
    """Something happened. The desk answers with a reference, under which everybody that has it speaks of it."""

    by: Id
    title: Short  # what to call it, in a few words
    particulars: Particulars
    to: Parties  # the parties, or `secretariat`, that it is reported to
    text: Text  # what happened, as the reporter has it: its first account
    language: Short = "en"


@dataclass(frozen=True, slots=True)
class IncidentShared:
    """The reporter reports it to more parties. They are told everything that was said in it until then."""

    by: Id
    incident: Id
    to: Parties  # the parties, or `secretariat`, that it is now reported to as well
    words: Text = ""
    language: Short = "en"


@dataclass(frozen=True, slots=True)
class IncidentWithdrawn:
    """The reporter, and nobody else, takes its report back. What was said stays on record, and more may be said."""

    by: Id
    incident: Id
    words: Text = ""
    language: Short = "en"


@dataclass(frozen=True, slots=True)
class AccountGiven:
    """One side's account of an incident. Never merged with another's."""

    by: Id
    incident: Id
    text: Text  # the account
    language: Short = "en"
    particulars: Particulars = NO_PARTICULARS  # what of the account can be compared with the others'
    supersedes: Id = ""  # hash of an earlier account of the same side, or of its report; both stay on record


@dataclass(frozen=True, slots=True)
class ExplanationAsked:
    """A formal question. The desk reminds its addressee; unanswered when it was due, it is on record as unanswered."""

    by: Id
    incident: Id
    to: Id  # the party that is asked
    question: Text  # what is asked
    due: Instant  # by when an answer is asked for
    language: Short = "en"


@dataclass(frozen=True, slots=True)
class ExplanationGiven:
    """The answer of the party that was asked, and of nobody else. Late is late, and is taken."""

    by: Id
    request: Id  # hash of the `explanation.request/1`
    text: Text  # the explanation
    language: Short = "en"


@dataclass(frozen=True, slots=True)
class CauseAssessed:
    """What caused it, as one party or board finds, and how sure it is. Says nothing of the risk."""

    by: Id
    incident: Id
    grade: Grade
    finding: Text
    language: Short = "en"
    supersedes: Id = ""  # hash of an earlier finding of the same side; both stay on record


@dataclass(frozen=True, slots=True)
class RiskAssessed:
    """How dangerous it was, as one party or board finds. The newest of a side stands, and all stay on record."""

    by: Id
    incident: Id
    risk: Risk
    text: Text = ""  # why
    language: Short = "en"


@dataclass(frozen=True, slots=True)
class EvidenceLaid:
    """Something is laid beside the incident. Everybody that has the incident is told that it was; what it is, only
    those that are shown it otherwise. To lay a thing beside an incident discloses nothing of it."""

    by: Id
    incident: Id
    what: Evidence
    name: Id  # what it is named by, as its author knows it
    words: Text = ""
    language: Short = "en"


Case = (
    IncidentReported
    | IncidentShared
    | IncidentWithdrawn
    | AccountGiven
    | ExplanationAsked
    | ExplanationGiven
    | CauseAssessed
    | RiskAssessed
    | EvidenceLaid
)
"""What is said about incidents."""
