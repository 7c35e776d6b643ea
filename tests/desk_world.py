"""A whole desk in memory: a log, its keys, officers who sign for themselves, and a clock that is told.

Nothing is mocked: entries are signed, admitted, decided, committed and folded as they are in the server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from thalweg.desk.book import Book, Hands
from thalweg.desk.checks import screen
from thalweg.desk.decide import Desk
from thalweg.engine import Online
from thalweg.formats import event as kinds
from thalweg.ledger import canonical, identity
from thalweg.ledger.checkpoint import HeadSigner
from thalweg.ledger.entry import AuthorSigner, Entry
from thalweg.ledger.note import NoteKey
from thalweg.ledger.sequencer import Sequencer, prepare
from thalweg.ledger.tree import EMPTY_ROOT, Head
from thalweg.model.declarations import Declaration, Kind, Medium, Volume, Zone
from thalweg.model.errors import ThalwegError
from thalweg.model.events import (
    DESK,
    SECRETARIAT,
    ChannelJoined,
    ChannelOpened,
    Declared,
    Notice,
    PartyNamed,
    Refused,
    Role,
    Said,
    Taken,
    Term,
    TheatreSet,
)
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Position
from thalweg.policy.alias import Aliases
from thalweg.policy.tell import Policy
from thalweg.state.exchange import NoticeState
from thalweg.state.recorded import KeyFact, Recorded, recorded
from thalweg.state.world import World
from thalweg.stores.memory import MemoryStore

ORIGIN = "desk.example/theatre"
START = Instant(1_505_500_000.0)  # 2017-09-15T18:26:40Z
SECRET = b"a secret for tests, thirty-two b."


def seed(name: str) -> bytes:
    """A key seed that is the same in every run."""
    return hashlib.sha256(name.encode()).digest()


class Salt:
    """Bytes that only look random, so that every run writes the same log."""

    def __init__(self, name: str = "salt") -> None:
        self._name, self._count = name, 0

    def __call__(self, count: int) -> bytes:
        self._count += 1
        return hashlib.sha256(f"{self._name}/{self._count}".encode()).digest()[:count]


@dataclass
class Officer:
    """Who signs, and the chain of what was signed."""

    name: str
    party: str
    holder: str = "author"
    tip: tuple[int, bytes] | None = None
    beside: dict[bytes, tuple[tuple[bytes, bytes], ...]] = field(default_factory=dict)
    """By event hash, what goes beside the entry: payloads and their salts."""
    signer: AuthorSigner = field(init=False)

    def __post_init__(self) -> None:
        self.signer = AuthorSigner(seed(self.name), self.holder)

    def entry(self, body: Said, seen: Head, at: Instant, salt: bytes) -> Entry:
        made = kinds.parts(body)
        beside = tuple(
            (canonical.encode(value), hashlib.sha256(salt + media.encode()).digest(), media)
            for value, media in made.payloads
        )
        entry = self.signer.say(
            log=ORIGIN,
            author=self.name,
            after=self.tip,
            seen=seen,
            kind=made.kind,
            body=made.value,
            payloads=beside,
            at_ms=kinds.milliseconds(at),
            salt=salt,
        )
        self.tip = (entry.event.seq, entry.event.hash())
        self.beside[self.tip[1]] = tuple((payload, fresh) for payload, fresh, _ in beside)
        return entry


class Room:
    """The desk and everyone around it. `say` is one statement, one batch, durable and folded."""

    def __init__(self, parties: Iterable[str] = ("alpha", "bravo"), *, theatre: str = "", salt: str = "salt") -> None:
        self.store = MemoryStore()
        self.now = START
        self.salt = Salt(salt)
        key = NoteKey(ORIGIN, seed("log"))
        registrar = AuthorSigner(seed("registrar"), "server")
        desk = AuthorSigner(seed("desk"), "server")
        self.hands = Hands(desk, registrar, "registrar", self.salt, SECRET)
        self.log = Sequencer(self.store, HeadSigner(ORIGIN, [key], None))
        genesis = registrar.say(
            log=ORIGIN,
            author="registrar",
            after=None,
            seen=Head(0, EMPTY_ROOT),
            kind=identity.GENESIS,
            body=identity.genesis_body(key.verifier(), registrar.key),
            at_ms=kinds.milliseconds(self.now),
            salt=self.salt(32),
        )
        self.log.append(genesis.encode())
        self.officers: dict[str, Officer] = {}
        self.desk = self.open()
        self._registering(DESK, desk)
        self.chair = self.officer("chair", SECRETARIAT, Role.SECRETARIAT)
        if theatre:
            self.say(self.chair, TheatreSet(theatre, "theatre.yaml"))
        for party in parties:
            self.party(party)

    # --- making ---

    def open(self) -> Desk:
        """Fold the log from its first entry and make the deciding desk."""
        store = self.store

        def load(index: int) -> Recorded:
            data = store.entry(index)
            assert data is not None
            return recorded(index, Entry.parse(data), lambda digest: getattr(store.payload(digest), "payload", None))

        world = World(load)
        head = store.head()
        for index in range(0 if head is None else head.head.size):
            world.apply(load(index))
        return Desk(world, Policy(world, Aliases(SECRET)), lambda theatre: Online(theatre, regions=False), "test")

    def officer(self, name: str, party: str, role: Role = Role.WATCH) -> Officer:
        """A new officer with a key of their own and a role."""
        officer = self.officers[name] = Officer(name, party)
        self._registering(name, officer.signer)
        book = self.book()
        scope = "" if role is Role.SECRETARIAT else party
        book.register("grant/1", {"author": name, "role": role.value, "scope": scope})
        self.log.commit(book.batch)
        return officer

    def party(self, party: str, **fields: str) -> Officer:
        """A party with one officer on its rolls, `<party>-1`."""
        self.say(self.chair, PartyNamed(party, fields.get("name", party.title()), fields.get("member_of", "")))
        return self.officer(f"{party}-1", party)

    def channel(self, *parties: str, room: bool = False, level: Level | None = None, name: str = "line") -> None:
        """A channel between parties whose officers join it, all on the same terms."""
        terms = () if level is None else (Term(level),)
        first, *others = parties
        self.say(self.of(first), ChannelOpened(first, name, name.title(), parties, room=room, terms=terms))
        for party in others:
            self.say(self.of(party), ChannelJoined(party, name, terms))

    # --- saying ---

    def of(self, party: str) -> Officer:
        """The party's first officer."""
        return self.chair if party == SECRETARIAT else self.officers[f"{party}-1"]

    def book(self) -> Book:
        return Book(self.log, self.desk.world, self.hands, self.now)

    def say(self, who: Officer | str, body: Said) -> Taken | Refused:
        """Sign, screen, admit, decide, commit. `NotAllowed` where nothing goes on record."""
        officer = self.of(who) if isinstance(who, str) else who
        screen(body, officer.name, self.desk.world)
        head = self.log.last_signed or Head(0, EMPTY_ROOT)
        return self.send(officer.entry(body, head, self.now, self.salt(32)))

    def send(self, entry: Entry) -> Taken | Refused:
        """An entry that was signed, as the server takes it."""
        book = self.book()
        self.desk.tick(book)
        if entry.event.hash().hex() in self.desk.world.answers:
            self.log.commit(book.batch)
            return self.answer(entry.event.hash().hex())
        author = self.officers.get(entry.event.author)
        beside = () if author is None else author.beside.get(entry.event.hash(), ())
        _, record = book.take(prepare(entry.encode(), payloads=beside))
        if record is not None:
            assert not isinstance(record.body, KeyFact)
            said = screen(record.body, entry.event.author, self.desk.world)
            self.desk.decide(record, said, book)
        self.log.commit(book.batch)
        return self.answer(entry.event.hash().hex())

    def answer(self, event: str) -> Taken | Refused:
        """What the desk answered to a statement."""
        body = self.desk.world.load(self.desk.world.answers[event]).body
        assert isinstance(body, Taken | Refused)
        return body

    def declare(self, who: str, declaration: Declaration, *cites: str, **more: object) -> Taken | Refused:
        """A declaration by the party's first officer."""
        return self.say(who, Declared(who, declaration, cites=tuple(cites), **more))  # type: ignore[arg-type]  # fields by name

    def later(self, seconds: float) -> None:
        """Time passes, and the desk's clocks are looked at until nothing is due."""
        self.now = Instant(self.now.epoch_s + seconds)
        more = True
        while more:
            book = self.book()
            more = self.desk.tick(book)
            self.log.commit(book.batch)

    # --- reading ---

    def notices(self, party: str) -> list[Notice]:
        """Every notice to a party, as it was told."""
        return [self.told(each) for each in self.desk.world.exchange.mailbox(party)]

    def told(self, notice: NoticeState) -> Notice:
        body = self.desk.world.load(notice.index).body
        assert isinstance(body, Notice)
        return body

    def last(self, party: str) -> Notice:
        return self.notices(party)[-1]

    def _registering(self, author: str, signer: AuthorSigner) -> None:
        book = self.book()
        book.register(identity.KEY_ADD, identity.key_add_body(author, signer.key))
        self.log.commit(book.batch)


def refused(error: ThalwegError | Taken | Refused) -> str:
    """The code of a refusal."""
    assert not isinstance(error, Taken)
    return error.code


def taken(answer: object) -> Taken:
    """The answer, which took it."""
    assert isinstance(answer, Taken), answer
    return answer


def room(*parties: str, level: Level = Level.FULL) -> Room:
    """Parties, two where none are named, on one channel in these terms."""
    parties = parties or ("alpha", "bravo")
    made = Room(parties)
    made.channel(*parties, level=level)
    return made


# --- things to declare ---

DEIR_EZ_ZOR = Position(40.14, 35.336)


def circle(
    name: str,
    party: str,
    lon: float = 40.14,
    lat: float = 35.336,
    radius_m: float = 1000.0,
    *,
    kind: Kind = Kind.OPERATION,
    hours: tuple[float, float] = (72.0, 75.0),
    revision: int = 0,
    zone: Zone | None = None,
    **more: object,
) -> Declaration:
    """Something round, from so many hours to so many after the start."""
    site = kind is Kind.STATIC_SITE
    window = Window(
        None if site else Instant(START.epoch_s + hours[0] * 3600),
        None if site else Instant(START.epoch_s + hours[1] * 3600),
    )
    band = None if site else Band(0.0, 3000.0, Datum.EGM96)
    return Declaration(
        kind=kind,
        party=party,
        title=f"{name} of {party}",
        volumes=(Volume(Circle(Position(lon, lat), radius_m), window, band),),
        zone=zone,
        medium=Medium.UNSTATED if site or zone else Medium.AIR,
        declaration_id=name,
        revision=revision,
        **more,  # type: ignore[arg-type]  # fields by name
    )
