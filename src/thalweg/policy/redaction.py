"""Which entries of a party's record another reader may be given, and what the others are called that are withheld (D7).

A party hands on what is its own to give, and what it knows that its reader holds already. What others disclosed to it,
to its reader too for all it knows, and what would tell more of a third party than the reader was told, is withheld: its
place in the log stays proved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from thalweg.formats.event import Body
from thalweg.model.cases import Case, Evidence, EvidenceLaid
from thalweg.model.events import (
    DESK,
    Acknowledged,
    Committed,
    Declared,
    Delivered,
    Disseminated,
    EmergencySent,
    LineProposed,
    Notice,
    OutcomeStated,
    QuietProposed,
    ReadBack,
    Refused,
    Relayed,
    Taken,
)
from thalweg.model.sourced import Sourced
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.held import by
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.sealing import seal
from thalweg.state.recorded import KeyFact
from thalweg.state.world import World

_EXCHANGE = (Acknowledged, Committed, Delivered, Disseminated, EmergencySent, OutcomeStated, ReadBack, Relayed)
_CASE = get_args(Case)
_SOURCED = get_args(Sourced)
_SEEN_BY_ALL = (*_CASE, *_SOURCED)  # whoever holds it is told who else does


def redacted(
    world: World, mailboxes: Mailboxes, party: str, reader: str, indexes: Iterable[int]
) -> Disclosed[tuple[tuple[int, ...], dict[int, str]]]:
    """Of entries that the party holds: those that `reader` may be given, and the class of each that is withheld."""
    given: list[int] = []
    withheld: dict[int, str] = {}
    for index in sorted(set(indexes)):
        body = world.load(index).body
        if isinstance(body, KeyFact):
            continue
        if reader == party or _may_be_given(world, mailboxes, party, reader, index, body):
            given.append(index)
        else:
            withheld[index] = class_of(body)
    return seal((tuple(given), withheld), reader)


def class_of(body: Body) -> str:
    """What an entry that is withheld is called; no more is said of it."""
    if isinstance(body, Notice):
        return "notice"
    if isinstance(body, Taken | Refused):
        return "answer"
    if isinstance(body, Declared | QuietProposed | LineProposed):
        return "declaration"
    if isinstance(body, _EXCHANGE):
        return "exchange"
    if isinstance(body, _SOURCED):
        return "source"
    return "case" if isinstance(body, _CASE) else "other"


def _may_be_given(world: World, mailboxes: Mailboxes, party: str, reader: str, index: int, body: Body) -> bool:
    if mailboxes.may_hold(reader, index) and _party_knows(world, party, reader, body):
        return True
    match body:
        case Notice():
            # What the reader itself did, and nothing of where anything is or of what it meets.
            return body.of == reader and not body.findings and body.view is None and not body.version
        case Taken():
            # When the desk took what the reader is given; not what its author had been shown before.
            said = _statement(world, body.statement, index)
            if said is None or body.not_cited or not mailboxes.may_hold(reader, said):
                return False
            answered = world.load(said).body
            return not isinstance(answered, KeyFact) and _party_knows(world, party, reader, answered)
        case Delivered(notices=notices) if notices:
            # A receipt names notices: those that the reader is given themselves, and no other.
            return all(_notice_given(world, mailboxes, party, reader, each) for each in notices)
        case _ if isinstance(body, _EXCHANGE) and by(body) == party:
            notice = world.exchange.notices.get(getattr(body, "notice", ""))
            return notice is not None and notice.of == reader
        case _:
            return False


def _notice_given(world: World, mailboxes: Mailboxes, party: str, reader: str, notice: str) -> bool:
    told = world.exchange.notices.get(notice)
    if told is None or told.to != party:
        return False
    body = world.load(told.index).body
    return isinstance(body, Notice) and _may_be_given(world, mailboxes, party, reader, told.index, body)


def _party_knows(world: World, party: str, reader: str, body: Body) -> bool:
    """Whether the party knows already that the reader holds the entry. What a third party shows to whom is its own to
    say: were it read from what is withheld and what is not, asking for a bundle would tell it."""
    match body:
        case EvidenceLaid(by=author, what=Evidence.DECLARATION) if author == party:
            chain = world.picture.chains.get(body.name)
            return chain is not None and chain.notifier == party
        case EvidenceLaid():
            return by(body) == reader
        case Committed() if world.cases.has(party, body.about) is not None:
            return True  # in an incident everybody sees who else has it
        case OutcomeStated() if body.commitment in world.exchange.commitments:
            promise = world.exchange.commitments[body.commitment]
            return by(body) in (party, reader) or world.cases.has(party, promise.about) is not None
        case _:
            return by(body) in (party, reader) or isinstance(body, _SEEN_BY_ALL)


def _statement(world: World, event: str, answer: int) -> int | None:
    """Where a statement stands that the entry `answer` answers: before it, with the desk's own entries between."""
    for index in range(answer - 1, -1, -1):
        record = world.load(index)
        if record.event == event:
            return index
        if record.author != DESK:
            return None
    return None
