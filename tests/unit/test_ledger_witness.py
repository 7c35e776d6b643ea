"""Witnesses and mirrors over real HTTP on this machine: they agree, notice a fork, and keep the evidence (R39)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.ledger_world import NOVEMBER_2017, ORIGIN, World, seed
from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.errors import Inconsistent, LedgerError, Refused
from thalweg.ledger.fork import compare, verify_fork
from thalweg.ledger.mirror import pull
from thalweg.ledger.note import COSIGNATURE, NoteKey
from thalweg.ledger.promise import ReadStore
from thalweg.ledger.sequencer import Log
from thalweg.ledger.tree import Nodes
from thalweg.ledger.verify import verify_receipt
from thalweg.ledger.witness import AddCheckpoint, decide
from thalweg.server.witness import Witness, ask_witness, fetcher, serve
from thalweg.stores.files import MirrorFiles, WitnessFiles

RED = NoteKey("example.org/red/witness", seed("red witness"))


@contextmanager
def running(witness: Witness | None, log: ReadStore | None = None) -> Iterator[str]:
    server = serve(("127.0.0.1", 0), witness, log)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def red_witness(world: World, folder: Path) -> Witness:
    logs = {ORIGIN: [world.log_key.verifier()]}
    return Witness(logs, RED, WitnessFiles(folder), lambda: NOVEMBER_2017)


def prover(world: World) -> Callable[[int], list[bytes]]:
    return lambda old: world.log.consistency(old, world.head().head.size) if old <= world.log.size else []


def ask(url: str, world: World) -> SignedCheckpoint:
    note = ask_witness(url, RED.verifier(COSIGNATURE), world.head(), prover(world))
    return SignedCheckpoint(world.head().checkpoint, note)


def test_a_witness_cosigns_what_only_adds_and_remembers_it_over_a_restart(tmp_path: Path) -> None:
    world = World()
    with running(red_witness(world, tmp_path)) as url:
        world.log.adopt(ask(url, world))
        world.fill(5)
        world.log.adopt(ask(url, world))
    with running(red_witness(world, tmp_path)) as url:
        world.fill(7)
        world.log.adopt(ask(url, world))
        world.log.adopt(ask(url, world))
    assert [line.name for line in world.head().note.signatures] == [ORIGIN, RED.name]
    records = WitnessFiles(tmp_path)
    assert [signed.head.size for signed in records.seen(ORIGIN)] == [4, 9, 16]


def test_a_witness_keeps_a_checkpoint_once_whatever_lines_strangers_add(tmp_path: Path) -> None:
    world = World()
    witness = red_witness(world, tmp_path)
    signed = world.head()
    for name in ("x.example", "y.example", "z.example"):
        line = NoteKey(name, seed(name)).sign(signed.note.text)
        decorated = SignedCheckpoint(signed.checkpoint, signed.note.with_signatures([line]))
        witness.answer(AddCheckpoint(0, (), decorated).encode())
    assert [kept.encode() for kept in WitnessFiles(tmp_path).seen(ORIGIN)] == [signed.encode()]
    assert len(list(tmp_path.glob("*/seen/*"))) == 1


def test_a_witness_refuses_a_fork_and_keeps_both_whole_checkpoints_which_make_a_proof(tmp_path: Path) -> None:
    world, fork = World(), World()
    world.fill(5)
    fork.fill(9, "red")
    with running(red_witness(world, tmp_path)) as url:
        ask(url, world)
        with pytest.raises(Refused) as caught:
            ask(url, fork)
        assert caught.value.fields["status"] == 422
    first, second = WitnessFiles(tmp_path).seen(ORIGIN)
    proof = compare(first, second, world.log_key.verifier(), fork.log.node)
    assert proof is not None
    verify_fork(proof.encode(), [world.log_key.verifier()])


def test_a_witness_refuses_a_second_root_of_one_size_and_a_smaller_head(tmp_path: Path) -> None:
    world, fork, small = World(), World(), World()
    world.fill(5)
    fork.fill(5, "red")
    with running(red_witness(world, tmp_path)) as url:
        ask(url, world)
        for other in (fork, small):
            with pytest.raises(Refused) as caught:
                ask(url, other)
            assert caught.value.fields["status"] in (400, 409)
    latest = WitnessFiles(tmp_path).latest(ORIGIN)
    assert latest is not None
    assert latest.head == world.head().head


def status(world: World, request: bytes, latest: SignedCheckpoint | None = None) -> tuple[int, bytes]:
    logs = {ORIGIN: [world.log_key.verifier()]}
    answer = decide(request, logs, {} if latest is None else {ORIGIN: latest}, RED, 5)
    return answer.status, answer.body


def test_each_status_of_the_protocol_is_given_for_its_reason() -> None:
    world = World()
    first = world.head()
    world.fill(6)
    new = world.head()
    good = AddCheckpoint(4, tuple(world.log.consistency(4, 10)), new)
    assert status(world, good.encode(), first)[0] == 200
    assert status(world, AddCheckpoint(0, (), new).encode())[0] == 200
    assert status(world, b"nonsense")[0] == 400
    assert status(world, good.encode().replace(b"old 4", b"old 04"), first)[0] == 400
    assert status(world, AddCheckpoint(11, (), new).encode(), first)[0] == 400
    stranger = NoteKey(ORIGIN, seed("x"))
    unsigned = SignedCheckpoint(new.checkpoint, type(new.note)(new.note.text, (stranger.sign(new.note.text),)))
    assert status(world, AddCheckpoint(4, good.proof, unsigned).encode(), first)[0] == 403
    elsewhere = good.encode().replace(ORIGIN.encode(), b"example.org/other")
    assert status(world, elsewhere, first)[0] == 404
    assert status(world, AddCheckpoint(0, (), new).encode(), first) == (409, b"4\n")
    assert status(world, AddCheckpoint(4, (), new).encode(), first)[0] == 422
    assert status(world, AddCheckpoint(4, good.proof[::-1], new).encode(), first)[0] == 422
    assert status(world, AddCheckpoint(4, (), first).encode(), first)[0] == 200


def test_hostile_http_ends_in_an_answer(tmp_path: Path) -> None:
    world = World()
    with running(red_witness(world, tmp_path), world.store) as url:
        host, port = url.removeprefix("http://").split(":")
        for method, path, body in (
            ("POST", "/add-checkpoint", b""),
            ("POST", "/add-checkpoint", b"\xff" * 1000),
            ("POST", "/elsewhere", b"old 0\n\n"),
            ("POST", "/add-checkpoint", b"x" * 200_000),
            ("GET", "/tile/0/001", None),
            ("GET", "/tile/99/000", None),
            ("GET", "/tile/0/000.p/999", None),
            ("GET", "/tile/entries/000.p/4", None),
            ("GET", "/../log.json", None),
        ):
            connection = HTTPConnection(host, int(port), timeout=60)
            try:
                connection.request(method, path, body)
                assert connection.getresponse().status in (400, 404)
            except (BrokenPipeError, ConnectionResetError):
                assert body is not None
                assert len(body) > 131_072
            finally:
                connection.close()


def test_a_false_line_from_a_witness_is_not_taken(tmp_path: Path) -> None:
    world = World()
    other = NoteKey(RED.name, seed("not red"))
    with running(red_witness(world, tmp_path)) as url:
        with pytest.raises(LedgerError):
            ask_witness(url, other.verifier(COSIGNATURE), world.head(), prover(world))
        with pytest.raises(LedgerError):
            ask_witness(url, RED.verifier(), world.head(), prover(world))
    with pytest.raises(Refused):
        ask_witness(url, RED.verifier(COSIGNATURE), world.head(), prover(world))
    with pytest.raises(Refused):
        ask_witness("https://example.org", RED.verifier(COSIGNATURE), world.head(), prover(world))


def follow(url: str, world: World, mirror: MirrorFiles) -> bool:
    found = pull(fetcher(url), ORIGIN, [world.log_key.verifier()], mirror.held(), mirror)
    if found is not None:
        mirror.keep(found)
    return found is not None


def test_a_mirror_follows_the_hashes_and_reads_on_with_the_server_gone(tmp_path: Path) -> None:
    world = World()
    mirror = MirrorFiles(tmp_path)
    with running(None, world.store) as url:
        for size in (5, 255, 256, 300, 520):
            world.grow_to(size)
            assert follow(url, world, mirror)
            assert not follow(url, world, mirror)
            held = mirror.held()
            assert held is not None
            assert (held.head, Log(mirror, ORIGIN).root(size)) == (world.head().head, world.head().head.root)
        receipt = world.log.receipt(7)
    assert mirror.take_in(receipt.keys, receipt.proof.checkpoint) == len(receipt.keys)
    alone = Log(mirror, ORIGIN)
    assert alone.root(256) == world.log.root(256)
    with pytest.raises(Refused):
        alone.receipt(7)
    mirror.take_in([world.log.prove(7)], world.head())
    assert verify_receipt(alone.receipt(7).encode(), world.trust(genesis=True)).index == 7
    assert Nodes(mirror)(8, 0) == world.log.node(8, 0)


def test_a_mirror_notices_a_second_history_and_has_the_proof(tmp_path: Path) -> None:
    world, fork = World(), World()
    world.grow_to(300)
    fork.grow_to(10)
    fork.fill(1, "red")
    fork.grow_to(400)
    mirror = MirrorFiles(tmp_path)
    with running(None, world.store) as url:
        follow(url, world, mirror)
    with running(None, fork.store) as url, pytest.raises(Inconsistent) as caught:
        follow(url, world, mirror)
    proof = caught.value.fields["fork"]
    assert isinstance(proof, bytes)
    assert verify_fork(proof, [world.log_key.verifier()]).first.head.size == 300
    held = mirror.held()
    assert held is not None
    assert held.head == world.head().head


def test_a_mirror_is_not_fooled_by_an_older_head_nor_by_wrong_hashes(tmp_path: Path) -> None:
    world, other = World(), World()
    world.grow_to(100)
    other.grow_to(50)
    mirror = MirrorFiles(tmp_path / "a")
    with running(None, world.store) as url:
        follow(url, world, mirror)
    with running(None, other.store) as url:
        assert not follow(url, world, mirror)

    def lies(path: str) -> bytes:
        return world.head().encode() if path == "checkpoint" else bytes(100 * 32)

    with pytest.raises(Refused):
        pull(lies, ORIGIN, [world.log_key.verifier()], None, MirrorFiles(tmp_path / "b"))
    with pytest.raises(Refused):
        pull(
            lambda path: lies(path)[:-32] if "tile" in path else lies(path),
            ORIGIN,
            [world.log_key.verifier()],
            None,
            MirrorFiles(tmp_path / "b"),
        )


def test_an_entry_that_the_mirrored_log_does_not_hold_is_not_taken_in(tmp_path: Path) -> None:
    world, fork = World(), World()
    world.grow_to(20)
    fork.fill(16, "red")
    mirror = MirrorFiles(tmp_path)
    with running(None, world.store) as url:
        follow(url, world, mirror)
    with pytest.raises(Refused):
        mirror.take_in([fork.log.prove(10)], fork.head())
    world.grow_to(40)
    with pytest.raises(Refused):
        mirror.take_in([world.log.prove(30)], world.head())
