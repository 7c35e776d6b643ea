"""A desk with parties, officers and their keys, served by real processes; and the judge of what clients were promised.

`Site` makes the home in this process and tells each client process what it has to know. `Served` is one server process.
`judge` compares what the clients wrote down with the log, with nothing but the log.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thalweg.desk.office import KeyEntry
from thalweg.engine import batch
from thalweg.formats import event as kinds
from thalweg.formats.theatre import default_theatre
from thalweg.ledger import canonical
from thalweg.ledger.entry import AuthorSigner, Entry
from thalweg.ledger.identity import GRANT, KEY_ADD, grant_body, key_add_body
from thalweg.ledger.sequencer import Log
from thalweg.ledger.tree import EMPTY_ROOT, Head, leaf_hash
from thalweg.ledger.verify import Trust, verify_bundle, verify_receipt
from thalweg.model.accounts import Account, Token
from thalweg.model.declarations import Declaration
from thalweg.model.events import (
    ChannelJoined,
    ChannelOpened,
    Declared,
    Notice,
    PartyNamed,
    Refused,
    Role,
    Said,
    Taken,
    Withdrawn,
)
from thalweg.model.findings import FindingType
from thalweg.policy.alias import Aliases
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.tell import Policy
from thalweg.reports import wire
from thalweg.state.recorded import KeyFact
from thalweg.state.world import World
from thalweg.stores.home import Home
from thalweg.wiring.desk import fold_world, open_desk

LOG = "storm.example/desk"
ROOT = Path(__file__).parents[1]
PARTIES = ("alpha", "bravo")


def seed(name: str) -> bytes:
    return hashlib.sha256(f"site/{name}".encode()).digest()


def token(author: str) -> str:
    return "thw_" + base64.urlsafe_b64encode(seed(f"token {author}")).decode().rstrip("=")


@dataclass(frozen=True)
class Signed:
    event: str
    data: bytes
    payloads: tuple[tuple[bytes, bytes], ...]

    def body(self) -> bytes:
        """As it is sent."""
        beside = [{"payload": base64.b64encode(data).decode(), "salt": salt.hex()} for data, salt in self.payloads]
        return json.dumps({"entry": base64.b64encode(self.data).decode(), "payloads": beside}).encode()


class Voice:
    """An officer who signs one statement after the other on a device of their own."""

    def __init__(self, name: str, tip: tuple[int, bytes] | None = None) -> None:
        self.name = name
        self.signer = AuthorSigner(seed(name))
        self.tip = tip

    def say(self, said: Said) -> Signed:
        parts = kinds.parts(said)
        beside = tuple((canonical.encode(value), os.urandom(32), media) for value, media in parts.payloads)
        entry = self.signer.say(
            log=LOG,
            author=self.name,
            after=self.tip,
            seen=Head(0, EMPTY_ROOT),
            kind=parts.kind,
            body=parts.value,
            at_ms=time.time_ns() // 1_000_000,
            salt=os.urandom(32),
            payloads=beside,
        )
        self.tip = (entry.event.seq, entry.event.hash())
        return Signed(self.tip[1].hex(), entry.encode(), tuple((data, salt) for data, salt, _ in beside))


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@dataclass
class Site:
    """The home, and the officers of two parties in a joint operation room. `port` is where clients go."""

    folder: Path
    store: str = "sqlite:log.db"
    officers: int = 2
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        asyncio.run(self._make())

    @property
    def home(self) -> Path:
        return self.folder / "desk"

    def authors(self) -> list[tuple[str, str]]:
        return [(f"{party}-{number}", party) for party in PARTIES for number in range(self.officers)]

    async def _make(self) -> None:
        opened = open_desk(self.home, origin=LOG, store=self.store)
        office = opened.office
        await office.start()
        opened.home.hold_key("chair")
        chair = opened.home.officer("chair")
        assert chair is not None
        secretariat = KeyEntry(GRANT, grant_body("chair", Role.SECRETARIAT.value, ""))
        await office.register([KeyEntry(KEY_ADD, key_add_body("chair", chair.key)), secretariat])
        for party in PARTIES:
            await office.say_for("chair", PartyNamed(party, party.title()), b"party " + party.encode())
        voices = {}
        granted: list[KeyEntry] = []
        for author, party in self.authors():
            voices[author] = Voice(author)
            granted.append(KeyEntry(KEY_ADD, key_add_body(author, voices[author].signer.key)))
            granted.append(KeyEntry(GRANT, grant_body(author, Role.WATCH.value, party)))
            now_ms = time.time_ns() // 1_000_000
            account = Account(f"a-{author}", author, author, party, "en", now_ms, machine=True)
            opened.accounts.add_account(account)
            digest = hashlib.sha256(token(author).encode()).digest()
            scopes = ("read", "write")
            until_ms = now_ms + 10**9
            opened.accounts.add_token(
                Token(f"t-{author}", digest, account.id, scopes, now_ms, until_ms, now_ms, "storm")
            )
        await office.register(granted)
        first, second = PARTIES
        await office.take(voices[f"{first}-0"].say(ChannelOpened(first, "room", "Room", PARTIES, room=True)).data)
        await office.take(voices[f"{second}-0"].say(ChannelJoined(second, "room")).data)
        await office.stop()
        opened.close()

    def copy(self, name: str) -> Path:
        """The home on another machine."""
        there = self.folder / name
        shutil.copytree(self.home, there)
        return there

    def trust(self) -> Trust:
        home = Home(self.home)
        with contextlib.closing(home):
            genesis = home.store.entry(0)
            assert genesis is not None
            return Trust(LOG, (home.settings.log_key,), leaf_hash(genesis))

    def config(self, author: str, party: str, **more: object) -> Path:
        """What a client process is told."""
        file = self.folder / f"{author}.json"
        told = {
            "author": author,
            "party": party,
            "port": self.port,
            "token": token(author),
            "out": str(self.folder / f"{author}.told"),
            "stop": str(self.folder / "stop"),
            "first_s": int(time.time()) + 3 * 86_400,
            "start_s": time.time(),
            **more,
        }
        file.write_text(json.dumps(told))
        return file

    @contextmanager
    def clients(self, **more: object) -> Iterator[Clients]:
        """One process for each officer; they go on until the block ends, and then until each has its last answer."""
        stop = self.folder / "stop"
        stop.unlink(missing_ok=True)
        began = {"start_s": time.time(), **more}
        children = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.desk_client", str(self.config(author, party, **began))],
                cwd=ROOT,
            )
            for author, party in self.authors()
        ]
        clients = Clients(self, children)
        try:
            yield clients
            stop.touch()
            for child in children:
                assert child.wait(120) == 0, "a client met something that it should not have"
        finally:
            stop.touch()
            for child in children:
                if child.poll() is None:
                    child.kill()
                    child.wait()

    def crowd(self, processes: int, *, each: int, places: int) -> Clients:
        """All officers of both parties declare at the same instant, from so many processes for each party."""
        go = self.folder / "go"
        go.unlink(missing_ok=True)
        children = []
        for party in PARTIES:
            names = [author for author, of in self.authors() if of == party]
            for number in range(processes):
                told = {"officers": names[number::processes], "each": each, "places": places, "go": str(go)}
                file = self.config(names[number], party, **told)
                children.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "tests.desk_crowd", str(file)], cwd=ROOT, stdout=subprocess.PIPE
                    )
                )
        try:
            for child in children:
                assert child.stdout is not None
                assert child.stdout.readline() == b"ready\n"
            go.touch()
            for child in children:
                assert child.wait(120) == 0
        finally:
            for child in children:
                if child.poll() is None:
                    child.kill()
                child.communicate()
        return Clients(self, [])


_AT_MOST = 10
"""So much longer than it is patient does anybody wait, however starved."""


class Patience:
    """Seconds in which these processes could have answered. Those in which one of them waited for a processor are not
    counted: on a machine with ten times its work they tell nothing about a desk, and one that hangs does not wait for
    a processor."""

    def __init__(self, timeout_s: float) -> None:
        self._whole_s = self.left_s = timeout_s
        self.starved_s = 0.0
        """For how long one of them has waited for a processor, in all."""
        self._last_s = time.monotonic()
        self._end_s = self._last_s + _AT_MOST * timeout_s
        self._waited: dict[str, int] = {}

    def lasts(self, children: Sequence[subprocess.Popen[bytes] | None]) -> bool:
        """Whether there is any left, a moment later."""
        now_s = time.monotonic()
        # What was waited is known when it is over, and is then given back.
        starved_s = self._starved_s(children)
        self.starved_s += starved_s
        self.left_s = min(self._whole_s, self.left_s - (now_s - self._last_s) + starved_s)
        self._last_s = now_s
        return self.left_s > 0 and now_s < self._end_s

    def _starved_s(self, children: Sequence[subprocess.Popen[bytes] | None]) -> float:
        """The longest that a thread of theirs has waited for a processor since the last call."""
        longest_ns = 0
        for child in children:
            for thread in Path(f"/proc/{child.pid}/task").glob("*/schedstat") if child is not None else ():
                with contextlib.suppress(OSError):  # it has ended
                    waited_ns = int(thread.read_text().split()[1])
                    longest_ns = max(longest_ns, waited_ns - self._waited.get(str(thread), waited_ns))
                    self._waited[str(thread)] = waited_ns
        return longest_ns / 1e9


@dataclass
class Clients:
    site: Site
    children: list[subprocess.Popen[bytes]]

    def lines(self) -> list[dict[str, Any]]:
        """What they wrote down: acknowledged facts, and notices that they were told."""
        found: list[dict[str, Any]] = []
        for author, party in self.site.authors():
            for file in self.site.folder.glob(f"*.told.{author}"), [self.site.folder / f"{author}.told"]:
                for each in file:
                    lines = each.read_text().splitlines() if each.exists() else []
                    found += [{"author": author, "party": party, **json.loads(line)} for line in lines]
        return found

    def answered(self) -> int:
        return sum("index" in line for line in self.lines())

    def until(self, answered: int, timeout_s: float = 60.0, servers: Sequence[Served] = ()) -> None:
        """Wait until so many statements have been answered; meanwhile servers that ended are started again."""
        began, patience = self.answered(), Patience(timeout_s)
        while self.answered() < answered:
            for served in servers:
                served.again()
            children = [*self.children, *(served.child for served in servers)]
            assert patience.lasts(children), f"{self.answered() - began} of {answered - began} answers in {timeout_s} s"
            time.sleep(0.05)


class Served:
    """One `thalweg serve` on a port of its own."""

    def __init__(
        self, site: Site, home: Path | None = None, *, port: int = 0, around: Sequence[str] = ("-m", "thalweg")
    ) -> None:
        """`around` goes before the words of the command: a module to run instead of `thalweg`."""
        self.site = site
        self.home = home or site.home
        self.port = port or free_port()
        self.log = site.folder / f"serve-{self.port}.log"
        self._around = list(around)
        self.child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Served:
        return self if self.child is not None else self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if self.child is not None and self.child.poll() is None:
            self.kill()

    def start(self, *, ready: bool = True) -> Served:
        words = ["serve", str(self.home), "--port", str(self.port), "--origin", f"http://localhost:{self.site.port}"]
        with self.log.open("ab") as log:
            self.child = subprocess.Popen([sys.executable, *self._around, *words], stdout=log, stderr=log, cwd=ROOT)
        if ready:
            self.ready()
        return self

    def again(self) -> None:
        """As a supervisor does: one that ended because its database was away is started again."""
        if self.child is not None and self.child.poll() is not None:
            assert self.child.returncode == 2, f"the server ended with {self.child.returncode}: {self.said()}"
            assert "[store.failed]" in self.said(), self.said()
            self.start(ready=False)

    def ready(self, timeout_s: float = 180.0) -> None:
        patience = Patience(timeout_s)
        while self.get("/readyz")[0] != 200:
            assert self.child is not None
            assert self.child.poll() is None, f"the server ended with {self.child.returncode}: {self.said()}"
            assert patience.lasts([self.child]), f"not ready in {timeout_s} s: {self.said()}"
            time.sleep(0.02)

    def decides(self) -> bool:
        """Whether this is the one that decides, as it says in its metrics."""
        return b"\nthalweg_desk_decides 1.0" in self.get("/metrics")[1]

    def said(self) -> str:
        return self.log.read_text()[-2000:]

    def faults(self) -> list[dict[str, Any]]:
        """What it reported as going wrong."""
        found = []
        for line in self.log.read_text().splitlines():
            if line.startswith("{") and '"fault"' in line:
                found.append(json.loads(line))
        return found

    def get(self, path: str, author: str = "", timeout_s: float = 15.0) -> tuple[int, bytes]:
        """Status and body; status 0 if nobody answers."""
        return self.ask("GET", path, b"", author, timeout_s)

    def ask(self, method: str, path: str, body: bytes, author: str, timeout_s: float = 15.0) -> tuple[int, bytes]:
        headers = {"host": f"localhost:{self.site.port}", "content-type": "application/json"}
        if author:
            headers["authorization"] = f"Bearer {token(author)}"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            line.close()

    def state(self, signed: Signed, author: str, timeout_s: float = 15.0) -> tuple[int, dict[str, Any]]:
        """Hand in an entry."""
        status, answer = self.ask("POST", "/v1/statements", signed.body(), author, timeout_s)
        return status, json.loads(answer) if answer else {}

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()
        self.child.wait()

    def stop(self, timeout_s: float = 40.0) -> int:
        assert self.child is not None
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        return self.child.wait(timeout_s)


# --- the judge ---


@dataclass
class Verdict:
    """What was found; nothing of it is wrong, or `judge` has raised."""

    entries: int
    acknowledged: int
    receipts: int
    told: int
    taken: int
    refused: int
    pairs: int


def judge(clients: Clients, servers: Sequence[Served] = ()) -> Verdict:
    """AssertionError names what does not hold. `servers` are running, and are compared with the log folded anew."""
    site = clients.site
    lines, trust = clients.lines(), site.trust()
    bundles = {}
    for served in servers:
        for party in PARTIES:
            status, data = served.get("/v1/bundle", f"{party}-0", 120.0)
            assert status == 200, (status, data[:300])
            bundles[served.port, party] = data
    home = Home(site.home)
    with contextlib.closing(home):
        world, mailboxes = _folded(site, home)
        for served in servers:
            _same(served, mailboxes)
        size = world.size
        records = [world.load(index) for index in range(size)]
        _acknowledged(lines, home)
        receipts = _receipts(lines, trust)
        answers = _answered_once(world, records, home)
        told = _told(lines, world, mailboxes)
        pairs = warned(world, records)
        for (_, party), data in bundles.items():
            found = verify_bundle(data, trust)
            held = [verdict.index for verdict in found.verdicts]
            assert held == [index for index in mailboxes.entries(party).value if index <= held[-1]], "a bundle is short"
        Log(home.store, LOG).prove(size - 1)
    return Verdict(
        size, sum("index" in line for line in lines), receipts, told, answers["Taken"], answers["Refused"], pairs
    )


def _folded(site: Site, home: Home) -> tuple[World, Mailboxes]:
    world = fold_world(home.store)
    return world, Mailboxes(world, Policy(world, Aliases(_secret(site)), None))


def _secret(site: Site) -> bytes:
    home = Home(site.home)
    with contextlib.closing(home):
        unlocked = home.keys.unlock(passphrase=None, identity=(site.home / "identity").read_text())
        return unlocked.secret("desk")


def _acknowledged(lines: Sequence[dict[str, Any]], home: Home) -> None:
    """Each acknowledged entry is in the log at its index."""
    for line in lines:
        if "index" in line:
            data = home.store.entry(line["index"])
            assert data is not None, f"acknowledged and lost: {line}"
            assert Entry.parse(data).event.hash().hex() == line["event"], f"another stands at its index: {line}"


def _receipts(lines: Sequence[dict[str, Any]], trust: Trust) -> int:
    """Those that were handed out verify offline."""
    held = [line for line in lines if "receipt" in line]
    for line in held:
        verdict = verify_receipt(base64.b64decode(line["receipt"]), trust)
        assert verdict.entry.event.hash().hex() == line["event"]
    return len(held)


def _answered_once(world: World, records: Sequence[Any], home: Home) -> Counter[str]:
    """No event is there twice, and each statement has one answer."""
    events = Counter(record.event for record in records)
    assert max(events.values()) == 1, "an event is in the log twice"
    answers: Counter[str] = Counter()
    kinds_of: Counter[str] = Counter()
    for record in records:
        if isinstance(record.body, Taken | Refused):
            answers[record.body.statement] += 1
            kinds_of[type(record.body).__name__] += 1
    said = {record.event for record in records if record.author.split("-")[0] in PARTIES}
    said -= {record.event for record in records if isinstance(record.body, KeyFact)}
    assert {event for event, count in answers.items() if count != 1} == set(), "a statement was answered twice"
    assert said <= answers.keys(), "a statement is in the log without an answer"
    return kinds_of


def _told(lines: Sequence[dict[str, Any]], world: World, mailboxes: Mailboxes) -> int:
    """What somebody was told stands where they were told that it stands."""
    now: dict[str, dict[int, str]] = {}
    for party in PARTIES:
        now[party] = {}
        for state in world.exchange.mailbox(party):
            body = world.load(state.index).body
            assert isinstance(body, Notice)
            now[party][body.n] = state.id
    count = 0
    for line in lines:
        for number, name in line.get("told", ()):
            assert now[line["party"]].get(number) == name, f"{line['party']} was told what is not so: {number} {name}"
            count += 1
    return count


def warned(world: World, records: Sequence[Any]) -> int:
    """Of every two accepted declarations that conflict, both sides were told; how many pairs there are."""
    accepted: dict[str, tuple[Declaration, int]] = {}
    gone: dict[str, int] = {}
    answers = {record.body.statement: record.body for record in records if isinstance(record.body, Taken | Refused)}
    for record in records:
        if isinstance(answers.get(record.event), Taken):
            if isinstance(record.body, Declared):
                declaration = record.body.declaration
                accepted[declaration.version_id] = (declaration, record.index)
            elif isinstance(record.body, Withdrawn):
                gone[record.body.chain] = record.index
    told: dict[str, set[frozenset[str]]] = {party: set() for party in PARTIES}
    for record in records:
        if isinstance(record.body, Notice) and record.body.to in told:
            told[record.body.to] |= {frozenset(finding.versions) for finding in record.body.findings}
    pairs = 0
    for finding in batch([each for each, _ in accepted.values()], default_theatre()):
        first, second = sorted(finding.versions, key=lambda version: accepted[version][1])
        parties = {accepted[first][0].party, accepted[second][0].party}
        over = gone.get(_chain(accepted[first][0]), world.size) < accepted[second][1]
        if finding.type is FindingType.CROSSING or len(parties) < 2 or over:
            continue
        pairs += 1
        for party in parties:
            assert frozenset(finding.versions) in told[party], f"{party} was not warned of {first} and {second}"
    return pairs


def _chain(declaration: Declaration) -> str:
    return f"{declaration.party}/{declaration.declaration_id}"


_LATER = ("step", "outstanding", "delivered", "responses", "read_back", "disseminated", "relayed")
"""What may have become of a notice since the log was folded."""


def _same(served: Served, mailboxes: Mailboxes) -> None:
    """What a server shows is what the log folds to, as far as that was folded."""
    for party in PARTIES:
        after, more = 0, True
        while more:
            expected = json.loads(json.dumps(wire.page(mailboxes.notices(party, after, 100))))
            status, data = served.get(f"/v1/notices?after={after}&limit=100", f"{party}-0", 120.0)
            assert status == 200, (status, data[:300])
            notices, shown = expected["notices"], json.loads(data)["notices"]
            for one, other in zip(notices, shown, strict=False):
                for name in _LATER:
                    one.pop(name), other.pop(name)
            assert shown[: len(notices)] == notices, f"{served.port} shows {party} another world after {after}"
            after, more = after + len(notices), expected["more"]
