"""What a party holds of the record, entry by entry, each with the time at which the desk took it or told it.

From the log of a desk or from a bundle that was verified offline: the same entries, read the same way, so that
whatever is made of them is the same on both sides, byte for byte (D7, D10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from thalweg.formats import event as kinds
from thalweg.formats.event import Body
from thalweg.ledger import canonical
from thalweg.ledger.entry import Entry, payload_digest
from thalweg.ledger.receipt import Bundle
from thalweg.ledger.verify import BundleVerdict
from thalweg.model.events import DESK, SECRETARIAT, ByDesk, Declared, Notice, Refused, Said, Taken
from thalweg.model.instants import Instant
from thalweg.state.recorded import KeyFact, Recorded
from thalweg.state.world import World


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry that a party holds. `at` is the desk's time: when it took the statement, or told the party of it.

    `answer` is the desk's answer to a statement of the party's own, and `answered` where that stands; `told` is where
    the first notice stands that shows the party another's.
    """

    index: int
    event: str
    kind: str
    author: str
    said_at: Instant
    at: Instant
    body: Said | Notice
    answer: Taken | Refused | None = None
    answered: int = -1
    told: int = -1

    @property
    def rests_on(self) -> tuple[int, ...]:
        """The entries that prove it: itself, the desk's answer, and the notice by which the party knows of it."""
        return tuple(each for each in (self.index, self.answered, self.told) if each >= 0)


def by(body: Body) -> str:
    """The party that says it; what names none is said by the secretariat."""
    said: str = getattr(body, "by", SECRETARIAT)
    return said


def of_log(world: World, indexes: Iterable[int], party: str) -> tuple[Recorded, ...]:
    """Entries of the log as the party holds them: of another's declaration, without what its author had been shown."""
    return tuple(_as_held(world.load(index), party) for index in sorted(set(indexes)))


def of_bundle(data: bytes, verdict: BundleVerdict, party: str = "") -> tuple[Recorded, ...]:
    """The entries of a bundle that was verified. `InputError` where one is not in the form of its kind."""
    beside = {payload_digest(each.payload, each.salt): each.payload for each in Bundle.parse(data).payloads}
    read = []
    for each in verdict.verdicts:
        event = each.entry.event
        body = _body(each.entry, beside)
        at = Instant(event.at / 1e3)
        read.append(Recorded(each.index, event.hash().hex(), event.author, event.holder, at, body))
    holder = party or holder_of(read)
    return tuple(_as_held(each, holder) for each in read)


def holder_of(records: Iterable[Recorded]) -> str:
    """The party that notices among these entries are to; empty where there is none."""
    return next((each.body.to for each in records if isinstance(each.body, Notice)), "")


def entered(party: str, records: Sequence[Recorded], known_at: Instant) -> tuple[Entered, ...]:
    """What the party held by a time: its own statements that were taken or refused by then, the notices to it that
    were made by then, and what these show it of others' statements. In the order of the log."""
    answers = {
        each.body.statement: each for each in records if each.author == DESK and isinstance(each.body, Taken | Refused)
    }
    shown: dict[str, tuple[Instant, int]] = {}
    for each in records:
        if isinstance(each.body, Notice) and each.body.to == party and each.body.statement:
            told_at = (each.body.at, each.index)
            shown[each.body.statement] = min(shown.get(each.body.statement, told_at), told_at)
    found = []
    for each in records:
        body = each.body
        if isinstance(body, KeyFact | Taken | Refused | kinds.Statement | kinds.Erasure):
            continue
        kind = kinds.kind_of(body)
        if isinstance(body, Notice):
            if body.to == party:
                found.append(Entered(each.index, each.event, kind, each.author, each.said_at, body.at, body))
            continue
        if isinstance(body, ByDesk):
            continue
        answer = answers.get(each.event)
        told = shown.get(each.event)
        if answer is not None and by(body) == party and isinstance(answer.body, Taken | Refused):
            at = answer.body.received
            made = Entered(each.index, each.event, kind, each.author, each.said_at, at, body, answer.body, answer.index)
            found.append(made)
        else:
            # Where the notice that shows it is withheld from a reader, there is its author's time alone.
            at, notice = (each.said_at, -1) if told is None else told
            found.append(Entered(each.index, each.event, kind, each.author, each.said_at, at, body, told=notice))
    return tuple(each for each in found if each.at <= known_at)


def had(party: str, records: Iterable[Recorded], reached: Mapping[str, Instant], known_at: Instant) -> list[Recorded]:
    """Without the notices that had not reached the party by a time, and without what these alone show it of others'
    statements: the record as the as-of picture has it. `reached` is by the id of the notice."""
    every = list(records)
    shown: dict[str, bool] = {}
    for each in every:
        if isinstance(each.body, Notice) and each.body.to == party:
            came = reached.get(each.body.id)
            shown[each.body.id] = came is not None and came <= known_at
            if each.body.statement:
                shown[each.body.statement] = shown.get(each.body.statement, False) or shown[each.body.id]
    return [
        each
        for each in every
        if shown.get(each.body.id if isinstance(each.body, Notice) else each.event, True)
        or (not isinstance(each.body, Notice | KeyFact) and by(each.body) == party)
    ]


def _as_held(record: Recorded, party: str) -> Recorded:
    body = record.body
    if isinstance(body, Declared) and body.by != party:
        return replace(record, body=Declared(body.by, body.declaration), salt=b"")
    return replace(record, salt=b"")


def _body(entry: Entry, beside: dict[bytes, bytes]) -> Body | KeyFact:
    event = entry.event
    if event.kind in kinds.KEY_HISTORY:
        return KeyFact(event.kind, event.body)
    held = {each.media: beside.get(each.digest) for each in event.payloads}
    apart = held.get(kinds.DECLARATION_MEDIA)
    declaration = None if apart is None else kinds.read_declaration(canonical.decode(apart))
    aside = held.get(kinds.ASIDE_MEDIA)
    if event.kind == kinds.DECLARATION and aside is None:
        inner = declaration or kinds.read_declaration(event.body.get("declaration", ""))
        return Declared(inner.party, inner)
    return kinds.read(event.kind, event.body, declaration, None if aside is None else canonical.decode(aside))
