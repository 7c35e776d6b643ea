"""The live desk under load, through HTTP: how many declarations a second, how long one waits, how soon the other side
is warned.

python -m bench.desk whole FOLDER --live 10000 --store sqlite   fill a desk, measure, keep bench/results/desk.json
python -m bench.desk one FOLDER --live 10000        measure one that is filled, printed
python -m bench.desk load FOLDER --live 100000      only fill a desk; goes on where it was stopped
python -m bench.desk restart FOLDER                 how long one that is filled takes to answer again

One town of 20 km (`bench.online`), two parties in a joint operation room, every operation in conflict with some of the
other party's. Each declaration is signed by its officer beforehand; the server verifies it, compares it with everything
that is live, decides, signs four entries or more of its own, makes all of them durable inside a signed checkpoint,
answers, and warns the other side. The desk is filled by its own office, in the process and without HTTP: what is in the
log is what would be there otherwise. Server, clients and whoever listens are processes of their own on one machine; one
server process, the rates of its doors raised, nothing else set.

Beside it the bare store: one row of the mean size of what a declaration writes, and one durable commit, again and
again, just before and just after, on the same disk and under the same settings. And a yardstick: fixed work that knows
nothing of the desk, by which the processor of a machine whose speed changes is measured just before and just after.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import multiprocessing
import os
import resource
import signal
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty
from typing import Any
from unittest import mock

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.pgserver import PgServer, programs

from bench.accounting import keep
from bench.ledger import BarePostgres, BareSqlite
from bench.online import declaration as busy
from bench.run import RESULTS
from thalweg.desk.office import KeyEntry
from thalweg.formats import event as kinds
from thalweg.ledger import canonical
from thalweg.ledger.entry import AuthorSigner
from thalweg.ledger.errors import StoreFailed
from thalweg.ledger.identity import GRANT, KEY_ADD, grant_body, key_add_body
from thalweg.ledger.tree import EMPTY_ROOT, Head
from thalweg.model.accounts import Account, Token
from thalweg.model.declarations import Declaration, Volume
from thalweg.model.events import ChannelJoined, ChannelOpened, Declared, PartyNamed, Role, Said, Taken
from thalweg.model.instants import Instant, Window
from thalweg.server.app import ServeSettings, build
from thalweg.server.doors import DoorSettings
from thalweg.server.listen import bind, server_config
from thalweg.server.rates import Rate
from thalweg.wiring.desk import OpenDesk, open_desk

Record = dict[str, Any]

ORIGIN = "bench.example/desk"
PARTIES = ("alpha", "bravo")
OFFICERS = 32  # of each party: so many statements can be on their way at once
_CLOSER = 0.85  # of the days over which `bench.online` spreads as many: only the other party's conflict here
_DAY_S = 86_400.0
_IN_FLIGHT = 64
_ROUND = 100_000  # declarations between two times that a desk is put away while it is filled
_SLOWEST_PER_S = 100.0


# --- what is said ---


def seed(name: str) -> bytes:
    return hashlib.sha256(f"bench/{name}".encode()).digest()


def officer(party: str, number: int) -> str:
    return f"{party}-{number}"


def operation(row: int, live: int, first_s: float) -> Declaration:
    """Row `row` of a place with `live`, by one party and the other in turn, from `first_s` (Unix time) on."""
    made = busy(row, max(1, int(live * _CLOSER)))
    moved_s = first_s - busy_first_s()
    volumes = tuple(
        Volume(
            each.shape,
            Window(Instant(each.window.start_s + moved_s), Instant(each.window.end_s + moved_s)),
            each.band,
            each.uncertainty,
        )
        for each in made.volumes
    )
    return replace(made, party=PARTIES[row % 2], volumes=volumes)


def busy_first_s() -> float:
    from bench.generate import FIRST_S

    return FIRST_S


class Voice:
    """An officer who signs one statement after the other."""

    def __init__(self, name: str, tip: tuple[int, bytes] | None = None) -> None:
        self.name = name
        self.signer = AuthorSigner(seed(name))
        self.tip = tip

    def say(self, said: Said) -> tuple[str, bytes, list[tuple[bytes, bytes]]]:
        """The event's hash, the entry, and what goes beside it with its salts."""
        made = kinds.parts(said)
        beside = [(canonical.encode(value), os.urandom(32), media) for value, media in made.payloads]
        entry = self.signer.say(
            log=ORIGIN,
            author=self.name,
            after=self.tip,
            seen=Head(0, EMPTY_ROOT),
            kind=made.kind,
            body=made.value,
            payloads=beside,
            at_ms=time.time_ns() // 1_000_000,
            salt=os.urandom(32),
        )
        self.tip = (entry.event.seq, entry.event.hash())
        return self.tip[1].hex(), entry.encode(), [(payload, salt) for payload, salt, _ in beside]


# --- filling a desk ---


def load(folder: Path, live: int, store: str = "sqlite:log.db", *, first_s: float | None = None) -> Record:
    """A desk with so many live, made in this process by its own office, in rounds: after each the desk is put away and
    opened again, so that no more than a round is held as objects. One that was begun before is filled up."""
    start_s = time.perf_counter()
    file = folder / "bench.json"
    # The windows begin after the last has been declared: nothing ends meanwhile.
    begin_s = first_s or time.time() + max(2 * _DAY_S, live / _SLOWEST_PER_S)
    record: Record = {"first_s": begin_s, "asked": live, "declared": 0}
    if file.exists():
        record = json.loads(file.read_text())
    # Nobody answers here: after half an hour a desk would pass on the tens of notices of each declaration, and nothing
    # else. What comes due waits until the desk is served.
    with mock.patch("thalweg.desk.live._DUE_AT_ONCE", 0):
        while record["declared"] < record["asked"]:
            opened = open_desk(folder, origin=ORIGIN, store=store)
            record = asyncio.run(_load(opened, record, min(record["asked"], record["declared"] + _ROUND)))
            opened.close()
            file.write_text(json.dumps(record))
    return {**record, "loaded_in_s": round(time.perf_counter() - start_s, 1)}


async def _load(opened: OpenDesk, record: Record, upto: int) -> Record:
    """One round: the rows from the first that is not declared to `upto`."""
    office = opened.office
    await office.start()
    names = [officer(party, number) for party in PARTIES for number in range(OFFICERS)]
    if record["declared"]:
        voices = {name: speaking(opened, name) for name in names}
    else:
        voices = await _begin(opened)
    gate = asyncio.Semaphore(_IN_FLIGHT)
    turns = {name: asyncio.Lock() for name in names}

    async def one(name: str, data: bytes, beside: Sequence[tuple[bytes, bytes]]) -> None:
        async with turns[name]:
            while True:
                try:
                    await office.take(data, beside)
                    break
                except StoreFailed:  # a disk that others keep busy: what it asks for then is the same once more
                    print("the store was slow; once more", file=sys.stderr, flush=True)
        gate.release()

    async with asyncio.TaskGroup() as under_way:
        for row in range(record["declared"], upto):
            party = PARTIES[row % 2]
            name = officer(party, row // 2 % OFFICERS)
            _, data, beside = voices[name].say(
                Declared(party, operation(row, record["asked"], record["first_s"]), declines=True)
            )
            await gate.acquire()
            under_way.create_task(one(name, data, beside))
            if row % 10_000 == 9_999:
                print(row + 1, "live", flush=True)
    world = (await office.reading()).world
    taken = sum(len(keys) for keys in world.picture.by_party.values())
    met, size = len(world.picture.open), world.size
    await office.stop()
    return {**record, "declared": upto, "live": taken, "open_findings": met, "entries": size}


async def _begin(opened: OpenDesk) -> dict[str, Voice]:
    """Two parties in a joint operation room, each with its officers."""
    office = opened.office
    opened.home.hold_key("chair")
    chair = opened.home.officer("chair")
    assert chair is not None
    await office.register(
        [
            KeyEntry(KEY_ADD, key_add_body("chair", chair.key)),
            KeyEntry(GRANT, grant_body("chair", Role.SECRETARIAT.value, "")),
        ]
    )
    for party in PARTIES:
        await office.say_for("chair", PartyNamed(party, party.title()), b"party" + party.encode())
    voices = {}
    for party in PARTIES:
        for number in range(OFFICERS):
            voice = voices[officer(party, number)] = Voice(officer(party, number))
            await office.register(
                [
                    KeyEntry(KEY_ADD, key_add_body(voice.name, voice.signer.key)),
                    KeyEntry(GRANT, grant_body(voice.name, Role.WATCH.value, party)),
                ]
            )
            admit(opened, voice.name, party)
    first, second = PARTIES
    _, data, beside = voices[officer(first, 0)].say(ChannelOpened(first, "room", "Room", PARTIES, room=True))
    await office.take(data, beside)
    _, data, beside = voices[officer(second, 0)].say(ChannelJoined(second, "room"))
    await office.take(data, beside)
    return voices


def speaking(opened: OpenDesk, name: str) -> Voice:
    """An officer who has spoken before."""
    tip = opened.home.home.store.tip(name)
    return Voice(name, None if tip is None else (tip.seq, tip.event_hash))


def admit(opened: OpenDesk, author: str, party: str) -> None:
    """An account with a token for an officer."""
    now_ms = time.time_ns() // 1_000_000
    account = Account(f"a-{author}", author, author, party, "en", now_ms, machine=True)
    opened.accounts.add_account(account)
    text = token(author)
    opened.accounts.add_token(
        Token(
            f"t-{author}", hashlib.sha256(text.encode()).digest(), account.id, ("read", "write"), now_ms,
            now_ms + 10**9, now_ms, "bench",
        )
    )  # fmt: skip


def token(author: str) -> str:
    return "thw_" + base64.urlsafe_b64encode(seed(f"token {author}")).decode().rstrip("=")


# --- serving ---


def serve(folder: Path, store: str, listening: socket.socket, ready: Any, profile: str = "") -> None:
    """The server, in a process of its own. `ready` is set once it answers."""
    started_s = time.perf_counter()
    port = listening.getsockname()[1]
    origin = f"http://localhost:{port}"
    opened = open_desk(folder, origin=ORIGIN, store=store)
    often = Rate(100_000_000, 60_000)
    log = open(folder / "serve.log", "a")  # noqa: SIM115  # for the life of the process
    doors = DoorSettings(origin, principal_rate=often)
    built = build(opened, ServeSettings(origin, log=lambda line: print(line, file=log), doors=doors))
    config = server_config(built.app, "127.0.0.1", port)
    server = uvicorn.Server(config)

    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises it again when it has stopped

    async def run() -> None:
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        ready.put({"ready_s": round(time.perf_counter() - started_s, 2), **memory()})
        await serving

    if profile:
        import cProfile

        watching = cProfile.Profile(time.process_time)
        watching.enable()
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:  # as uvicorn would
        runner.run(run())
    if profile:
        watching.disable()
        watching.dump_stats(profile)
    opened.close()
    ready.put({"cpu_s": round(time.process_time(), 2), **memory()})


def memory() -> Record:
    held_kb = int(
        next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in line)
    )
    return {
        "rss_mb": round(held_kb / 1024, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


# --- clients ---


class Line:
    """One connection, kept open; HTTP/1.1 and no more of it than is needed."""

    def __init__(self, port: int, author: str) -> None:
        self._port = port
        self._head = (
            f"Host: localhost:{port}\r\nAuthorization: Bearer {token(author)}\r\nContent-Type: application/json\r\n"
        )

    async def open(self) -> Line:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        return self

    def request(self, method: str, path: str, body: bytes = b"") -> bytes:
        return f"{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        self._writer.write(request)
        status, length = await self._answer_head()
        return status, await self._reader.readexactly(length)

    def close(self) -> None:
        self._writer.close()

    async def _answer_head(self) -> tuple[int, int]:
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = head.lower().find(b"content-length:")
        return int(head[9:12]), -1 if length < 0 else int(head[length + 15 : head.index(b"\r", length)])

    async def follow(self, after: int) -> asyncio.StreamReader:
        """The stream of notices; its chunks follow."""
        self._writer.write(self.request("GET", f"/v1/stream?after={after}"))
        status, _ = await self._answer_head()
        if status != 200:
            raise SystemExit(f"the stream answered {status}")
        return self._reader


def declare(port: int, record: Record, part: str, rows: Sequence[int], rate: float, done: Any) -> None:
    """One client process: declares `rows`, of one party. `rate` 0: each officer sends its next one when it has its
    answer; else so many a second, come what may, and waiting is counted from when one was due."""
    found = asyncio.run(_declare(port, record, part, rows, rate, done))
    done.put(found)


async def _declare(port: int, record: Record, party: str, rows: Sequence[int], rate: float, done: Any) -> Record:
    lanes = record["lanes"]
    tips = {}
    for number in range(lanes):
        line = await Line(port, officer(party, number)).open()
        _, body = await line.ask(line.request("GET", "/v1/me"))
        told = json.loads(body)["tip"]
        tips[number] = (told["seq"], bytes.fromhex(told["hash"]))
        line.close()
    said: dict[int, list[tuple[str, bytes]]] = {number: [] for number in range(lanes)}
    for place, row in enumerate(rows):
        number = place % lanes
        voice = Voice(officer(party, number), tips[number])
        event, data, beside = voice.say(
            Declared(party, operation(row, record["asked"], record["first_s"]), declines=True)
        )
        tips[number] = voice.tip  # type: ignore[assignment]  # it has just spoken
        payloads = [{"payload": base64.b64encode(each).decode(), "salt": salt.hex()} for each, salt in beside]
        body = json.dumps({"entry": base64.b64encode(data).decode(), "payloads": payloads}).encode()
        said[number].append((event, body))
    done.put("signed")
    while not Path(record["go"]).exists():
        await asyncio.sleep(0.01)
    answers: list[tuple[str, float, float, int]] = []
    begin_s = time.monotonic() + 0.2
    sizes: list[int] = []

    async def speak(number: int) -> None:
        line = await Line(port, officer(party, number)).open()
        for turn, (event, body) in enumerate(said[number]):
            request = line.request("POST", "/v1/statements", body)
            due_s = time.monotonic()
            if rate:
                due_s = begin_s + (turn * lanes + number) / rate
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            status, answer = await line.ask(request)
            answers.append((event, due_s, time.monotonic(), status))
            sizes.append(len(answer))

    await asyncio.gather(*(speak(number) for number in range(lanes)))
    return {"answers": answers, "bytes": sum(sizes), "cpu_s": time.process_time()}


def listen(port: int, party: str, after: int, found: Any, stop: Any) -> None:
    """One process that follows a party's stream and notes when each notice came."""
    found.put(asyncio.run(_listen(port, party, after, found, stop)))


async def _listen(port: int, party: str, after: int, found: Any, stop: Any) -> Record:
    line = await Line(port, officer(party, 0)).open()
    reader = await line.follow(after)
    found.put("listening")
    came: dict[str, float] = {}

    async def read() -> None:
        held = b""
        while True:
            held += await reader.read(1 << 16)
            at_s = time.monotonic()
            *whole, held = held.split(b"\n\n")
            for each in whole:
                place = each.find(b'"statement":"')
                if place >= 0 and each.find(b'"of":"' + party.encode() + b'"') < 0:
                    came[each[place + 13 : place + 77].decode()] = at_s

    reading = asyncio.create_task(read())
    while not stop.is_set():
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.0)
    reading.cancel()
    return came


# --- one measurement ---


def measure(
    folder: Path,
    store: str,
    bare: Callable[[Path], Any],
    *,
    count: int,
    lanes: int,
    rate: float,
    first_row: int,
    profile: str = "",
) -> Record:  # either bare store
    """`count` declarations, by two client processes, one for each party."""
    record = json.loads((folder / "bench.json").read_text())
    go = folder / "go"
    go.unlink(missing_ok=True)
    record |= {"go": str(go), "lanes": lanes if not rate else OFFICERS}
    if not rate:
        record["lanes"] = lanes
    context = multiprocessing.get_context("spawn")
    bare_before, yard_before = bare_rate(bare, folder), yardstick()
    listening = bind("127.0.0.1", 0)  # as `thalweg serve` does
    listening.set_inheritable(True)
    port = listening.getsockname()[1]
    told, heard, stop, signed = context.Queue(), [context.Queue() for _ in PARTIES], context.Event(), context.Queue()
    server = context.Process(target=serve, args=(folder, store, listening, told, profile), daemon=True)
    server.start()
    started = answer_of(server, told)
    after = quiet(port)
    ears = [
        context.Process(target=listen, args=(port, party, after[party], queue, stop))
        for party, queue in zip(PARTIES, heard, strict=True)
    ]
    share = {
        party: [row for row in range(first_row, first_row + count) if PARTIES[row % 2] == party] for party in PARTIES
    }
    mouths = [
        context.Process(target=declare, args=(port, record, party, share[party], rate / 2, signed)) for party in PARTIES
    ]
    for each in ears:
        each.start()
    for queue in heard:
        assert queue.get(timeout=60) == "listening"
    for each in mouths:
        each.start()
    for _ in mouths:
        assert signed.get(timeout=600) == "signed"
    busy_before = cpu_of(server.pid)
    idle_before = machine_busy()
    go.touch()
    said = [signed.get(timeout=1200) for _ in mouths]
    busy_s = cpu_of(server.pid) - busy_before
    others = machine_busy() - idle_before
    stop.set()
    came = [queue.get(timeout=60) for queue in heard]
    for each in (*ears, *mouths):
        each.join()
    assert server.pid is not None
    os.kill(server.pid, 15)
    ended = told.get(timeout=60)
    server.join()
    listening.close()
    go.unlink()
    bare_after, yard_after = bare_rate(bare, folder), yardstick()
    answers = [each for one in said for each in one["answers"]]
    taken = sorted(end - begin for _, begin, end, status in answers if status == 201)
    statuses = {
        str(status): sum(1 for each in answers if each[3] == status) for status in {each[3] for each in answers}
    }
    seconds = max(end for _, _, end, _ in answers) - min(begin for _, begin, _, _ in answers)
    warned = [
        at_s - end
        for arrived in came
        for event, _, end, status in answers
        if status == 201 and (at_s := arrived.get(event)) is not None
    ]
    return {
        "live": record["live"],
        "sent": len(answers),
        "statuses": statuses,
        "in_flight": "open loop" if rate else 2 * record["lanes"],
        "rate_asked": rate,
        "per_s": round(len(taken) / seconds, 1),
        "wait": spread_ms(taken),
        "warned": {"of": len(warned), **spread_ms(sorted(warned))},
        "answer_bytes": round(sum(each["bytes"] for each in said) / len(answers)),
        "server_cpu_ms_each": round(busy_s / len(answers) * 1e3, 3),
        "server_cpu_yards_each": round(busy_s / len(answers) * (yard_before + yard_after) / 2, 2),
        "server_share_of_core": round(busy_s / seconds, 2),
        "clients_cpu_s": round(sum(each["cpu_s"] for each in said), 1),
        "machine_busy_cores": round(others / seconds, 2),
        "load_1m": round(os.getloadavg()[0], 2),
        "bare_commits_per_s": {"before": bare_before, "after": bare_after},
        "yards_per_cpu_s": {"before": yard_before, "after": yard_after},
        "python": " ".join(sys.version.split()),
        "started": started,
        "ended": ended,
    }


def answer_of(process: Any, told: Any, otherwise: str = "the server did not start") -> Any:
    """What the process puts first, however long that takes; the end if it dies before."""
    while process.is_alive():
        with contextlib.suppress(Empty):
            return told.get(timeout=0.2)
    raise SystemExit(otherwise)


def counted(port: int, party: str) -> int:
    async def ask() -> int:
        while True:
            line = await Line(port, officer(party, 0)).open()
            status, body = await line.ask(line.request("GET", "/v1/me"))
            line.close()
            if status != 503:
                return int(json.loads(body)["notices"])
            await asyncio.sleep(0.1)  # it listens, and reads what was put away

    return asyncio.run(ask())


def quiet(port: int) -> dict[str, int]:
    """How many notices each party has been sent, once no more come: a desk that was filled a while ago begins with all
    that has come due since."""
    before: dict[str, int] = {}
    while True:
        now = {party: counted(port, party) for party in PARTIES}
        if now == before:
            return now
        before = now
        time.sleep(3.0)


def spread_ms(ordered: Sequence[float]) -> Record:
    if not ordered:
        return {}
    return {
        "median_ms": round(statistics.median(ordered) * 1e3, 1),
        "p99_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1e3, 1),
        "max_ms": round(ordered[-1] * 1e3, 1),
    }


def cpu_of(pid: int | None) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine_busy() -> float:
    """Seconds of processor time that the whole machine has used, ours included."""
    fields = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def bare_rate(make: Callable[[Path], Any], folder: Path, seconds: float = 2.0) -> int:
    """Durable commits a second, each of one row of 20,000 bytes."""
    with tempfile.TemporaryDirectory(dir=folder) as where:
        bare = make(Path(where))
        row, count, start_s = bytes(20_000), 0, time.perf_counter()
        while time.perf_counter() - start_s < seconds:
            bare.take(count, [row])
            count += 1
        bare.close()
    return round(count / seconds)


def yardstick(seconds: float = 1.0) -> int:
    """How often a second of processor suffices for a fixed piece of work, a yard: some kilobytes written as JSON, read,
    hashed, signed and checked, as a desk does all day, and nothing of it by our own code. Where it is fewer than in
    another run, so much slower was the machine."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = key.public_key()
    value = {f"name {each}": [each * number for number in range(16)] for each in range(32)}
    count, start_s = 0, time.process_time()
    while time.process_time() - start_s < seconds:
        said = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
        value = json.loads(said)
        public.verify(key.sign(hashlib.sha256(said).digest()), hashlib.sha256(said).digest())
        count += 1
    return round(count / (time.process_time() - start_s))


def bare_sqlite(folder: Path) -> BareSqlite:
    return BareSqlite(folder / "bare.db")


def bare_postgres(conninfo: str) -> Callable[[Path], BarePostgres]:
    def make(_folder: Path) -> BarePostgres:
        import psycopg

        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS bare")
        return BarePostgres(conninfo)

    return make


def stores(which: str) -> Iterator[tuple[str, Callable[[Path], Any]]]:
    """The store's setting for a home, and how to make the bare one."""
    if which == "sqlite":
        yield "sqlite:log.db", bare_sqlite
        return
    found = programs()
    if found is None:
        raise SystemExit("There is no PostgreSQL here.")
    server = PgServer(found)
    try:
        conninfo = server.database()
        yield f"postgres:{conninfo}", bare_postgres(conninfo)
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("load", "one", "whole", "restart"))
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--live", type=int, default=10_000)
    parser.add_argument("--store", default="sqlite")
    parser.add_argument("--count", type=int, default=4_000)
    parser.add_argument("--lanes", type=int, default=5)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--profile", default="")
    parser.add_argument("--first-row", type=int, default=0)
    asked = parser.parse_args()
    if asked.what == "load":
        print(json.dumps(load(asked.folder, asked.live)))
    elif asked.what == "one":
        for store, bare in stores(asked.store):
            folder = asked.folder
            found = measure(
                folder, store, bare, count=asked.count, lanes=asked.lanes, rate=asked.rate, profile=asked.profile,
                first_row=asked.first_row or asked.live,
            )  # fmt: skip
            print(json.dumps(found, indent=1))
    elif asked.what == "restart":
        found = restart(asked.folder)
        keep(RESULTS / "desk.json", datetime.now(UTC).date().isoformat(), [found], ("what", "store", "live"))
        print(json.dumps(found, indent=1))
    else:
        whole(asked.folder, asked.store, asked.live, asked.count, asked.lanes)


def restart(folder: Path) -> Record:
    """A desk on SQLite opened twice: folded from its first entry, unless it was put away before, and from what the
    first time put away. Each time in a process of its own."""
    context = multiprocessing.get_context("spawn")
    times = []
    for _ in range(2):
        told = context.Queue()
        process = context.Process(target=_restarted, args=(folder, told))
        process.start()
        times.append(answer_of(process, told))
        process.join()
    kept_mb = (folder / "snapshots.db").stat().st_size / 1e6
    return {
        "what": "restart", "store": "sqlite", "live": times[1].pop("live"), "entries": times[1].pop("entries"),
        "first": times[0], "kept": times[1], "snapshots_mb": round(kept_mb, 1), "load_1m": round(os.getloadavg()[0], 2),
    }  # fmt: skip


def _restarted(folder: Path, told: Any) -> None:
    begin_s, cpu_s = time.perf_counter(), time.process_time()
    opened = open_desk(folder, origin=ORIGIN)

    async def run() -> Record:
        await opened.office.start()
        found = {
            "ready_s": round(time.perf_counter() - begin_s, 2),
            "ready_cpu_s": round(time.process_time() - cpu_s, 2),
            **memory(),
        }
        reading = await opened.office.reading()
        asked_s = time.perf_counter()
        inbox = reading.mailboxes.inbox(PARTIES[0], 20).value
        found["inbox_s"] = round(time.perf_counter() - asked_s, 2)
        asked_s = time.perf_counter()
        found["warned_of"] = await _one_more(opened, folder)
        found["declared_s"] = round(time.perf_counter() - asked_s, 2)
        assert len(inbox) == 20
        found |= {
            "live": sum(len(keys) for keys in reading.world.picture.by_party.values()),
            "entries": reading.world.size,
            "passed_over": opened.told,
        }
        await opened.office.stop()
        return found

    found = asyncio.run(run())
    keeping_s = time.perf_counter()
    opened.keep()
    found["put_away_s"] = round(time.perf_counter() - keeping_s, 2)
    opened.close()
    told.put(found)


async def _one_more(opened: OpenDesk, folder: Path) -> int:
    """Declare one operation more, of those that come after all that were asked for; how many conflicts are found."""
    record = json.loads((folder / "bench.json").read_text())
    office = opened.office
    row = record["asked"] + (await office.reading()).world.size // 2 * 2  # of the first party, and never said before
    made = operation(row, record["asked"], record["first_s"])
    _, data, beside = speaking(opened, officer(PARTIES[0], 0)).say(Declared(PARTIES[0], made, declines=True))
    event = await office.take(data, beside)
    world = (await office.reading()).world
    assert isinstance(world.load(world.answers[event]).body, Taken)
    return len(world.picture.findings_of(made.version_id))


def whole(folder: Path, which: str, live: int, count: int, lanes: int) -> None:
    """Fill a desk and measure it: two at a time for each lane as fast as they are answered, then at half that rate."""
    for store, bare in stores(which):
        if not (folder / "bench.json").exists():
            load(folder, live, store)
        closed = measure(folder, store, bare, count=count, lanes=lanes, rate=0.0, first_row=live)
        even = closed["per_s"] // 2
        opened = measure(folder, store, bare, count=count // 2, lanes=lanes, rate=even, first_row=live + count)
        for how, found in (("closed", closed), ("open", opened)):
            record = {"what": how, "store": which, **found}
            keep(RESULTS / "desk.json", datetime.now(UTC).date().isoformat(), [record], ("what", "store", "live"))
            print(json.dumps(found, indent=1), flush=True)


if __name__ == "__main__":
    main()
