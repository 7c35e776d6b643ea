"""An incident at a desk in memory: declared, warned, answered and read back before; told, asked and assessed after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.desk_world import ORIGIN, START, Room, circle, seed
from thalweg.ledger.entry import Entry
from thalweg.ledger.note import NoteKey
from thalweg.ledger.receipt import Bundle, Document
from thalweg.ledger.receipt import Policy as ReceiptPolicy
from thalweg.ledger.tree import leaf_hash
from thalweg.ledger.verify import Trust
from thalweg.model.cases import (
    AccountGiven,
    CauseAssessed,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    Grade,
    IncidentReported,
    Joined,
    Named,
    Particulars,
    Risk,
    RiskAssessed,
)
from thalweg.model.declarations import Kind
from thalweg.model.dossier import Dossier
from thalweg.model.events import Acknowledged, Bearer, Delivered, Disseminated, ReadBack, Response, Said, Taken
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.dossier.made import dossier
from thalweg.policy.evidence import proved
from thalweg.policy.held import of_log, reached
from thalweg.policy.mailbox import Mailboxes
from thalweg.reports.dossier.digest import MEDIA_TYPE, encode
from thalweg.state.recorded import Recorded

KEY = NoteKey(ORIGIN, seed("log")).verifier()
NAMES = {"alpha": "Alpha", "bravo": "Bravo", "charlie": "Charlie"}
PLACE = Position(40.15, 35.34)


def at(hours: float) -> Instant:
    return Instant(START.epoch_s + hours * 3600)


class Told:
    """The room after all of it, and how to read it as one of the parties."""

    def __init__(self, *, level: Level = Level.FULL, theatre: str = "") -> None:
        self.room = room = Room(("alpha", "bravo", "charlie"), theatre=theatre)
        room.channel("alpha", "bravo", "charlie", level=level)
        room.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE))
        room.declare("charlie", circle("post", "charlie", 41.9, 36.9, kind=Kind.STATIC_SITE))
        cites = tuple(each.version for each in room.notices("bravo") if each.version)
        room.declare("bravo", circle("flight", "bravo", 40.15, 35.338, hours=(72.0, 75.0)), *cites)
        notice = next(each for each in reversed(room.notices("alpha")) if each.of == "bravo" and each.version)
        self.warning = notice
        self.say("alpha", Delivered("alpha", (notice.id,), Bearer.STREAM))
        self.say("alpha", Acknowledged("alpha", notice.id, Response.RECEIVED))
        self.say("alpha", ReadBack("alpha", notice.id, "bravo", Position(40.6, 35.34)))
        self.say("alpha", Disseminated("alpha", notice.id, "the hospital's guard"))
        room.later(76 * 3600)
        self.reported_at = room.now
        particulars = Particulars(
            at(72.5), at(73.5), PLACE, 500, "by the hospital", Named(("alpha",)),
            Named(("bravo",), ("others",), Joined.OR),
        )  # fmt: skip
        self.say(
            "alpha",
            IncidentReported("alpha", "Explosion by the hospital", particulars, ("bravo",), "The roof was hit twice."),
        )
        (self.reference,) = room.desk.world.cases.incidents
        room.later(3600)
        first = AccountGiven("bravo", self.reference, "We were elsewhere.", "en", Particulars(at(70), at(71)))
        self.say("bravo", first)
        room.later(3600)
        given = AccountGiven("bravo", self.reference, "We were there, later.", "en", supersedes=self.last())
        self.say("bravo", given)
        due = Instant(room.now.epoch_s + 7200)
        self.say("alpha", ExplanationAsked("alpha", self.reference, "bravo", "Who flew?", due))
        self.asked = self.last()
        room.later(3 * 3600)
        self.say("bravo", ExplanationGiven("bravo", self.asked, "Nobody of ours."))
        self.say("alpha", CauseAssessed("alpha", self.reference, Grade.PLAUSIBLE, "An air strike."))
        self.say("alpha", RiskAssessed("alpha", self.reference, Risk.A, "It was hit."))
        self.say("bravo", RiskAssessed("bravo", self.reference, Risk.D, "Not determined."))
        self.say("alpha", EvidenceLaid("alpha", self.reference, Evidence.SOURCE, "ab" * 32, "A report of that day"))

    def say(self, who: str, said: Said) -> None:
        answer = self.room.say(who, said)
        assert isinstance(answer, Taken), answer

    def last(self) -> str:
        """The event of the statement that was said last."""
        answered = self.room.desk.world.answers
        return max(answered, key=lambda each: answered[each])

    def mailboxes(self) -> Mailboxes:
        return Mailboxes(self.room.desk.world, self.room.desk.policy)

    def indexes(self, party: str) -> tuple[int, ...]:
        return self.mailboxes().entries(party).value

    def records(self, party: str) -> tuple[Recorded, ...]:
        return of_log(self.room.desk.world, self.indexes(party), party)

    def dossier(self, party: str, known_at: Instant | None = None) -> Disclosed[Dossier]:
        """As the desk makes it."""
        return self.evidence(party, known_at)[0]

    def evidence(
        self, party: str, known_at: Instant | None = None, *, past: bool = False
    ) -> tuple[Disclosed[Dossier], Bundle]:
        """The dossier, and the bundle of what it cites; `past`: of what had reached the party."""
        when = self.room.now if known_at is None else known_at
        records = self.records(party)
        came = reached(party, records) if past else None
        made = dossier(party, records, self.reference, when, names=NAMES, reached=came)
        made, bundle = proved(made, lambda indexes: self.bundle(party, indexes))
        return made, replace(bundle, documents=(Document.of("dossier.json", MEDIA_TYPE, encode(made)),))

    @property
    def trust(self) -> Trust:
        data = self.room.store.entry(0)
        assert data is not None
        return Trust(ORIGIN, (KEY,), leaf_hash(data))

    def bundle(self, party: str, indexes: Sequence[int]) -> Bundle:
        """These entries, their proofs and the party's payloads."""
        mailboxes = self.mailboxes()
        digests = [
            digest
            for index in indexes
            for digest in mailboxes.payloads(
                party, index, [(each.digest, each.media) for each in self.entry(index).event.payloads]
            ).value
        ]
        return self.room.log.bundle(indexes, ReceiptPolicy(ORIGIN, KEY, (), 0), digests)

    def entry(self, index: int) -> Entry:
        data = self.room.store.entry(index)
        assert data is not None
        return Entry.parse(data)
