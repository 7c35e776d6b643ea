"""What is said about press reports, statements and posts: the source, and what somebody claims in it (R43).

The source itself never comes into the log: its SHA-256, its size, where and when it was got. A claim is a person's
word that the characters `start` to `end` of the source's main text say so: who, through whom, when, where, how many,
and with what force. A quotation has at most 200 characters. A later claim may supersede an earlier one of the same side
and does not replace it. No claim changes an alert (R13): the engine, the rules and the findings do not read them.

As in `thalweg.model.events`, `by` is the party that the officer acts for. A *source* is named by the SHA-256 of its
bytes in hexadecimal, and a claim by the hash of its event.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from thalweg.model.instants import Instant
from thalweg.model.limits import Id, Longest, Most, Short, Text
from thalweg.model.shapes import Position

MAIN_TEXT: Final = "thalweg-text/1"
"""How the main text of a page is made whose characters are counted: docs/explanation/sources.md#characters."""


class Force(StrEnum):
    """What somebody does by saying it."""

    ASSERTION = "assertion"
    DENIAL = "denial"
    ANNOUNCEMENT = "announcement"
    INTENT = "intent"
    RUMOUR = "rumour"
    OPINION = "opinion"
    REQUEST = "request"


class Descent(StrEnum):
    """How one source goes back to another. What is a copy does not speak again."""

    COPY = "copy"  # a republication: other headline, other credit, trimmed, as it may be
    EXCERPT = "excerpt"  # mostly words of the other, which has more
    TRANSLATION = "translation"  # perhaps: the same days, numbers and names in another language
    QUOTES = "quotes"  # words of the other in quotation marks; no copy
    SHARES = "shares"  # words that stand in both; a third may be the origin of both


Parties = Annotated[tuple[Id, ...], Most(64)]
Quote = Annotated[str, Longest(200)]


@dataclass(frozen=True, slots=True)
class GoesBack:
    """To another source, by its SHA-256; it need not be one that anybody entered."""

    source: Id
    how: Descent  # in what way
    why: Short = ""  # what tells: a credit, the days, the share of common words


@dataclass(frozen=True, slots=True)
class SourceEntered:
    """A party enters a source and names who is shown it, and every claim that it confirms in it."""

    by: Id
    source: Id  # SHA-256 of its bytes, 64 small hexadecimal digits
    size: int  # bytes
    media: Short  # "html", "pdf", "saved page", "docx", "text"
    to: Parties  # the parties, or `secretariat`, that are shown it; none: it stays with its party
    title: Short = ""  # its headline
    outlet: Short = ""
    address: Short = ""  # where it was got: an address, or words
    obtained: Instant | None = None  # when it was got
    published: Short = ""  # the day that it states, such as 2031-03-10
    language: Short = ""
    text: Short = ""  # how its main text was made, such as `thalweg-text/1`
    text_sha256: Short = ""  # of its main text in UTF-8: whoever has the source can make the text again and compare
    characters: int = 0  # that the main text has
    lineage: Annotated[tuple[GoesBack, ...], Most(32)] = ()
    words: Text = ""


@dataclass(frozen=True, slots=True)
class SourceShared:
    """It is shown to more parties, with every claim that this party confirmed in it until then."""

    by: Id
    source: Id
    to: Parties  # the parties, or `secretariat`, that are now shown it as well
    words: Text = ""
    language: Short = "en"


@dataclass(frozen=True, slots=True)
class DayTold:
    """Words that tell a day, and one reading of them: from the first day to the last. Two readings are two of these."""

    words: Short  # as written: "on Saturday"
    first: Short  # 2031-03-08; empty where it stays open
    last: Short  # the same day, or a later one
    why: Short = ""  # how it was reckoned


@dataclass(frozen=True, slots=True)
class PlaceTold:
    """A place as written. Every entry of the gazetteer that it may be is kept: more than one is not decided."""

    words: Short
    may_be: Annotated[tuple[Id, ...], Most(32)] = ()  # ids of the gazetteer
    place: Position | None = None  # where the person who confirms holds it to be
    radius_m: int = 0  # how far from there it may be, in metres


@dataclass(frozen=True, slots=True)
class NumberTold:
    """A count or a measure as written, with the words that say of what."""

    value: Short  # decimal digits, such as 1450 or 3.5
    unit: Short = ""  # "km", "sortie"
    words: Short = ""  # as written: "about 1,450 parcels"


@dataclass(frozen=True, slots=True)
class ClaimConfirmed:
    """A person has read it there, and says so. Whether it is true is not said."""

    by: Id
    source: Id  # that this party entered
    text: Short  # how the main text was made whose characters are counted
    start: int  # the first character it rests on, from 0
    end: int  # the character after the last
    force: Force
    quote: Quote = ""  # a few words of the source, as they stand there
    said_by: Short = ""  # who says it; empty: the outlet itself, or nobody in particular
    party: Id = ""  # the party of this theatre that it is said for
    through: Annotated[tuple[Short, ...], Most(16)] = ()  # who passed it on, the nearest to the speaker first
    said: Annotated[tuple[DayTold, ...], Most(16)] = ()  # when it was said
    about: Annotated[tuple[DayTold, ...], Most(32)] = ()  # the days that it is about
    places: Annotated[tuple[PlaceTold, ...], Most(32)] = ()
    numbers: Annotated[tuple[NumberTold, ...], Most(64)] = ()
    inserted: Annotated[tuple[Short, ...], Most(16)] = ()  # an editor's words in brackets: not the speaker's
    draft: Id = ""  # of the draft that it was confirmed from; empty: a person wrote it
    corrected: bool = False  # the person changed what was drafted
    supersedes: Id = ""  # hash of an earlier claim of the same side and source; both stay on record
    words: Text = ""  # what the person who confirms adds
    language: Short = "en"  # of what the person adds


@dataclass(frozen=True, slots=True)
class ClaimWithdrawn:
    """Whoever confirmed it, and nobody else, takes it back. It stays on record."""

    by: Id
    claim: Id  # hash of the `claim/1`
    words: Text = ""
    language: Short = "en"


Sourced = SourceEntered | SourceShared | ClaimConfirmed | ClaimWithdrawn
"""What is said about sources."""
