"""The writer: what it admits, what it refuses to sign, and what it does when a store fails (R39).

Each refusal is shown twice: that it comes, and that with its guard taken out the wrong thing happens. A guard
whose absence changes nothing would not be one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from typing_extensions import override

from tests.ledger_world import ORIGIN, Author, World, seed, sqlite_world
from thalweg.ledger import checkpoint as checkpoint_room
from thalweg.ledger import sequencer as sequencer_room
from thalweg.ledger import verify as verify_room
from thalweg.ledger import witness as witness_room
from thalweg.ledger.checkpoint import HeadSigner
from thalweg.ledger.entry import AuthorKey, AuthorSigner, Entry
from thalweg.ledger.errors import Damaged, Inconsistent, LedgerError, Refused, StoreFailed
from thalweg.ledger.identity import KeyHistory, KeyRecord, key_add_body, key_revoke_body, log_key_body
from thalweg.ledger.note import NoteKey
from thalweg.ledger.promise import Append
from thalweg.ledger.sequencer import Log, Placed, Sequencer, prepare
from thalweg.ledger.tree import EMPTY_ROOT, Head
from thalweg.ledger.verify import verify_receipt
from thalweg.stores.memory import MemoryStore
from thalweg.stores.sqlite import SqliteStore


@pytest.fixture(autouse=True)
def _close_stores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    opened: list[SqliteStore] = []
    init = SqliteStore.__init__

    def remember(self: SqliteStore, path: Path) -> None:
        opened.append(self)
        init(self, path)

    monkeypatch.setattr(SqliteStore, "__init__", remember)
    yield
    for store in opened:
        store.close()


def codes(outcomes: list[Placed | LedgerError]) -> list[str]:
    return [outcome.code if isinstance(outcome, LedgerError) else "" for outcome in outcomes]


def test_an_answer_comes_only_when_the_entry_is_in_a_signed_checkpoint() -> None:
    world = World()
    (index,) = world.fill(1)
    head = world.head()
    assert head.head.size == index + 1
    verify_receipt(world.log.receipt(index).encode(), world.trust())


def test_the_same_request_again_twice_or_out_of_order_changes_nothing() -> None:
    world = World()
    blue = world.authors["blue"]
    first, second, third = blue.say(), blue.say(), blue.say()
    assert codes(world.log.submit([prepare(second)])) == ["admit.sequence"]
    outcomes = world.log.submit([prepare(first), prepare(first), prepare(second)])
    assert [outcome.index for outcome in outcomes if isinstance(outcome, Placed)] == [4, 4, 5]
    head = world.head()
    for again in ([first], [second, first], [second, second]):
        outcomes = world.log.submit([prepare(data) for data in again])
        assert all(isinstance(outcome, Placed) and not outcome.fresh for outcome in outcomes)
    assert world.head() == head
    assert world.log.append(third) == [6]


def test_one_refused_entry_does_not_hold_up_the_others() -> None:
    world = World()
    outcomes = world.log.submit(
        [prepare(world.authors["blue"].say()), prepare(Author("green").say()), prepare(world.authors["red"].say())]
    )
    assert codes(outcomes) == ["", "identity.unknown_key", ""]
    assert world.log.size == 6


def test_a_refused_identity_entry_leaves_nothing_for_the_rest_of_its_batch() -> None:
    world = World()
    green = Author("green")
    body = {**key_add_body("green", green.signer.key), "more": 1}
    bad = world.registrar.signer.sign(world.registrar.event("key.add/1", body)).encode()
    assert codes(world.log.submit([prepare(bad), prepare(green.say())])) == [
        "canonical.field",
        "identity.unknown_key",
    ]


def test_the_log_key_that_an_entry_names_must_be_the_one_the_log_runs_with() -> None:
    world = World()
    other = NoteKey(ORIGIN, seed("log key 2")).verifier()
    data = world.registrar.say("log.key/1", log_key_body(other))
    assert codes(world.log.submit([prepare(data)])) == ["admit.log_key"]
    store = MemoryStore()
    log = Sequencer(store, HeadSigner(ORIGIN, [NoteKey(ORIGIN, seed("log key 2"))], None))
    genesis = world.store.entry(0)
    assert genesis is not None
    assert codes(log.submit([prepare(genesis)])) == ["admit.log_key"]


def test_an_author_may_cite_any_head_the_log_had_and_no_other() -> None:
    world = World()
    blue = world.authors["blue"]
    world.grow_to(300)
    for size in (0, 1, 4, 100, 256, 300):
        blue.seen = Head(size, world.log.root(size))
        world.log.append(blue.say())
    for seen in (Head(5, EMPTY_ROOT), Head(10_000, seed("future")), Head(0, seed("not empty"))):
        blue.seen = seen
        data = blue.signer.sign(blue.event()).encode()
        assert codes(world.log.submit([prepare(data)])) == ["admit.seen"]


def test_a_signature_checked_elsewhere_counts_only_for_the_key_it_was_checked_with() -> None:
    world = World()
    blue = world.authors["blue"]
    good = blue.say()
    assert codes(world.log.submit([prepare(good, blue.signer.key)])) == [""]
    data = bytearray(blue.signer.sign(blue.event()).encode())
    with pytest.raises(Refused):
        prepare(bytes(data), Author("red").signer.key)
    thief = AuthorSigner(seed("thief"))
    forged = thief.sign(dataclasses.replace(blue.event(), key=thief.key.key_id)).encode()
    assert codes(world.log.submit([prepare(forged, thief.key)])) == ["identity.unknown_key"]


class Flaky(MemoryStore):
    """Its next append fails as told: 'before' did nothing, 'after' had happened, 'no' is known to have not."""

    def __init__(self) -> None:
        super().__init__()
        self.fail = ""

    @override
    def append(self, batch: Append, fence: int) -> None:
        fail, self.fail = self.fail, ""
        if fail in ("before", "no"):
            raise StoreFailed("store.failed", "…", happened="no" if fail == "no" else "unknown")
        super().append(batch, fence)
        if fail == "after":
            raise StoreFailed("store.failed", "…", happened="unknown")


@pytest.mark.parametrize("fail", ["before", "after", "no"])
def test_after_a_failed_append_the_same_entries_get_one_index_each(fail: str) -> None:
    store = Flaky()
    world = World(store)
    entries = [world.authors["blue"].say() for _ in range(3)]
    store.fail = fail
    with pytest.raises(StoreFailed):
        world.log.append(*entries)
    assert world.log.append(*entries) == [4, 5, 6]
    world.fill(2)
    assert world.log.scrub().size == 9


def test_a_signature_over_a_head_that_never_became_durable_is_not_kept_nor_given_out() -> None:
    store = Flaky()
    world = World(store)
    before = world.head()
    store.fail = "no"
    with pytest.raises(StoreFailed):
        world.fill(1)
    assert world.head() == before
    assert world.log.last_signed == before.head


# What must never be signed again, and never without a scrub.


def snapshot(path: Path) -> bytes:
    connection = apsw.Connection(str(path))
    data = connection.serialize("main")
    connection.close()
    return data


def older_copy(tmp_path: Path) -> tuple[World, SqliteStore]:
    """A log, and its backup from when it was smaller."""
    world = sqlite_world(tmp_path)
    world.fill(3)
    (tmp_path / "backup.db").write_bytes(snapshot(tmp_path / "log.db"))
    world.fill(3)
    world.log.close()
    return world, SqliteStore(tmp_path / "backup.db")


def test_a_restored_older_copy_is_not_signed(tmp_path: Path) -> None:
    world, backup = older_copy(tmp_path)
    with pytest.raises(Inconsistent) as caught:
        world.reopen(backup, last=world.log.last_signed)
    assert caught.value.code == "signer.rollback"


def test_a_fork_grown_past_the_last_signed_head_is_not_signed(tmp_path: Path) -> None:
    world, backup = older_copy(tmp_path)
    last = world.log.last_signed
    twin = World()
    twin.store, twin.log = backup, Sequencer(backup, HeadSigner(ORIGIN, [world.log_key], None))
    red = twin.authors["red"]
    for _ in range(9):
        twin.log.append(red.say())
    twin.log.close()
    with pytest.raises(Inconsistent) as caught:
        world.reopen(backup, last)
    assert caught.value.code == "signer.fork"


def flip(path: Path, table: str, column: str, row: str) -> None:
    """Flip one bit in one cell, behind the log's back."""
    with apsw.Connection(str(path)) as connection:
        found: Any = connection.execute(f"SELECT {column} FROM {table} WHERE {row}").get  # noqa: S608  # names from this file
        data = bytes([found[0] ^ 1]) + found[1:]
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {row}", (data,))  # noqa: S608  # as above


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [
        ("entry", "leaf", "i = 299"),
        ("entry", "leaf", "i = 256"),
        ("log", "root", "one = 1"),
        ("tile", "root", "id = 0"),
        ("checkpoint", "note", "size = 300"),
    ],
)
def test_a_flipped_bit_at_the_edge_is_found_on_opening(tmp_path: Path, table: str, column: str, row: str) -> None:
    world = sqlite_world(tmp_path)
    world.grow_to(300)
    world.log.close()
    flip(tmp_path / "log.db", table, column, row)
    with pytest.raises(LedgerError):
        world.reopen()


@pytest.mark.parametrize(
    ("table", "column", "row", "code"),
    [
        ("entry", "data", "i = 7", "scrub.entry"),
        ("entry", "leaf", "i = 7", "scrub.entry"),
        ("entry", "data", "i = 299", "scrub.entry"),
        ("tile", "hashes", "id = 0", "scrub.tile"),
        ("author_event", "hash", "seq = 3 AND author = 'blue'", "scrub.author"),
        ("checkpoint", "note", "size = 132", "scrub.checkpoint"),
    ],
)
def test_a_flipped_bit_anywhere_is_found_by_a_scrub_and_nothing_is_signed_before_one(
    tmp_path: Path, table: str, column: str, row: str, code: str
) -> None:
    world = sqlite_world(tmp_path)
    world.grow_to(300)
    world.log.close()
    flip(tmp_path / "log.db", table, column, row)
    log = Sequencer(world.store, HeadSigner(ORIGIN, [world.log_key], None), suspicious=True)
    for _ in range(2):
        with pytest.raises(Damaged) as caught:
            log.append(world.authors["blue"].say())
        assert caught.value.code == "log.suspicious"
        with pytest.raises(LedgerError) as found:
            log.scrub()
        assert found.value.code in (code, "note.text", "checkpoint.lines")


def test_a_log_whose_scrub_fails_signs_nothing_more_though_nobody_suspected_it(tmp_path: Path) -> None:
    world = sqlite_world(tmp_path)
    world.grow_to(20)
    flip(tmp_path / "log.db", "entry", "data", "i = 7")
    with pytest.raises(Damaged):
        world.log.scrub()
    with pytest.raises(Damaged) as caught:
        world.log.append(world.authors["blue"].say())
    assert caught.value.code == "log.suspicious"


def test_a_revocation_struck_from_the_list_of_keys_is_found_by_a_scrub(
    tmp_path: Path, remove: Callable[..., None]
) -> None:
    world = sqlite_world(tmp_path)
    blue = world.authors["blue"].signer.key.key_id
    world.log.append(world.registrar.say("key.revoke/1", key_revoke_body("blue", blue, "stolen", None)))
    assert codes(world.log.submit([prepare(world.authors["blue"].say())])) == ["identity.not_valid"]
    world.log.close()
    connection = apsw.Connection(str(tmp_path / "log.db"))
    connection.execute("DELETE FROM identity WHERE i = 4")
    connection.close()
    log = Sequencer(world.store, HeadSigner(ORIGIN, [world.log_key], None), suspicious=True)
    with pytest.raises(Damaged) as caught:
        log.scrub()
    assert caught.value.code == "scrub.identity"
    remove(Sequencer, "_scrub_identity")
    log.scrub()
    world.authors["blue"].seq = 0
    world.authors["blue"].prev = bytes(32)
    assert codes(log.submit([prepare(world.authors["blue"].say())])) == [""]


def test_nobody_is_accused_of_a_fork_by_bytes_that_they_did_not_sign() -> None:
    world = World()
    world.fill(3)
    twin, thief = Author("blue"), Author("blue", key="somebody else")
    forged = dataclasses.replace(twin.event(body={"text": "never said"}), key=thief.signer.key.key_id)
    unsigned = bytearray(world.authors["red"].signer.sign(twin.event(body={"text": "never said"})).encode())
    assert codes(world.log.submit([prepare(thief.signer.sign(forged).encode()), prepare(bytes(unsigned))])) == [
        "identity.unknown_key",
        "entry.signature",
    ]
    (outcome,) = world.log.submit([prepare(twin.say(body={"text": "said after all"}))])
    assert isinstance(outcome, Inconsistent)
    both = [Entry.parse(outcome.fields[name]) for name in ("first", "second")]  # type: ignore[arg-type]  # bytes
    assert [entry.event.seq for entry in both] == [0, 0]
    for entry in both:
        twin.signer.key.verify(entry)


def test_after_a_scrub_a_suspicious_log_signs_again() -> None:
    world = World()
    world.grow_to(300)
    world.log.close()
    world.log = Sequencer(world.store, HeadSigner(ORIGIN, [world.log_key], world.log.last_signed), suspicious=True)
    assert world.log.scrub().size == 300
    world.fill(1)


def test_a_proof_that_the_store_contradicts_is_not_given_out(tmp_path: Path) -> None:
    world = sqlite_world(tmp_path)
    world.grow_to(300)
    world.log.close()
    flip(tmp_path / "log.db", "tile", "hashes", "id = 0")
    with pytest.raises(Damaged):
        Log(SqliteStore(tmp_path / "log.db"), ORIGIN).prove(1)


# Each guard taken out.


def ignore(*args: object, **kwargs: object) -> None:
    return None


@pytest.fixture
def remove(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def take_out(room: object, name: str, instead: object = ignore) -> None:
        assert hasattr(room, name)
        monkeypatch.setattr(room, name, instead)

    return take_out


def test_without_the_check_on_opening_a_rolled_back_log_would_be_stopped_by_the_signer_alone(
    tmp_path: Path, remove: Callable[..., None]
) -> None:
    world, backup = older_copy(tmp_path)
    last = world.log.last_signed
    remove(Sequencer, "_reload", _reload_without_looking)
    world.reopen(backup, last)
    with pytest.raises(Inconsistent):
        world.log.append(world.registrar.say())
    remove(HeadSigner, "sign", _sign_anything)
    assert world.log.append(world.registrar.signer.sign(_next(world)).encode())


def _next(world: World) -> Any:
    tip = world.store.tip("secretariat")
    assert tip is not None
    world.registrar.seq, world.registrar.prev = tip.seq + 1, tip.event_hash
    return world.registrar.event()


_reload = Sequencer._reload
_sign = HeadSigner.sign


def _reload_without_looking(self: Sequencer) -> None:
    last, self._signer.last = self._signer.last, None
    _reload(self)
    self._signer.last = last if last is not None else self._signer.last


def _sign_anything(self: HeadSigner, head: Head, proof: object) -> Any:
    self.last = None
    return _sign(self, head, [])


def test_without_the_signature_check_a_forged_statement_would_be_admitted(remove: Callable[..., None]) -> None:
    def attack() -> list[str]:
        world = World()
        thief = Author("blue")
        thief.signer = AuthorSigner(seed("thief"))
        event = dataclasses.replace(thief.event(), key=world.authors["blue"].signer.key.key_id)
        return codes(world.log.submit([prepare(thief.signer.sign(event).encode())]))

    assert attack() == ["entry.signature"]
    remove(AuthorKey, "_check")
    assert attack() == [""]


def test_without_the_range_check_a_revoked_key_would_go_on_signing(remove: Callable[..., None]) -> None:
    def attack() -> list[str]:
        world = World()
        blue = world.authors["blue"]
        body = key_revoke_body("blue", blue.signer.key.key_id, "stolen", None)
        world.log.append(world.registrar.say("key.revoke/1", body))
        return codes(world.log.submit([prepare(blue.say())]))

    assert attack() == ["identity.not_valid"]
    remove(KeyRecord, "valid_at", lambda self, index: True)
    assert attack() == [""]


def test_without_the_authority_check_any_author_would_make_keys(remove: Callable[..., None]) -> None:
    def attack() -> list[str]:
        world = World()
        body = key_add_body("green", AuthorSigner(seed("green")).key)
        return codes(world.log.submit([prepare(world.authors["red"].say("key.add/1", body))]))

    assert attack() == ["identity.authority"]
    remove(KeyHistory, "is_registrar", lambda self, author, index: True)
    assert attack() == [""]


def test_without_the_head_check_an_author_could_cite_what_never_was(remove: Callable[..., None]) -> None:
    world = World()
    blue = world.authors["blue"]
    blue.seen = Head(3, seed("nothing"))
    data = blue.say()
    assert codes(world.log.submit([prepare(data)])) == ["admit.seen"]
    remove(Sequencer, "_root_at", lambda self, size: seed("nothing"))
    world.log._roots.clear()
    assert codes(world.log.submit([prepare(data)])) == [""]


VERIFY_GUARDS = {
    "verify_inclusion": lambda r, world: dataclasses.replace(r, entry=world.log.entry(8)),
    "verify_consistency": lambda r, world: dataclasses.replace(r, seen=(bytes(32),)),
    "_require_log_line": lambda r, world: _unsigned(r),
}


def _unsigned(receipt: Any) -> Any:
    note = receipt.proof.checkpoint.note
    cut = dataclasses.replace(receipt.proof.checkpoint, note=dataclasses.replace(note, signatures=note.signatures[1:]))
    return dataclasses.replace(receipt, proof=dataclasses.replace(receipt.proof, checkpoint=cut))


@pytest.mark.parametrize("guard", VERIFY_GUARDS)
def test_without_this_step_of_verify_a_false_receipt_would_pass(guard: str, remove: Callable[..., None]) -> None:
    world = World()
    world.grow_to(20)
    world.cosigned()
    false = VERIFY_GUARDS[guard](world.log.receipt(7), world).encode()
    with pytest.raises(LedgerError):
        verify_receipt(false, world.trust())
    remove(verify_room, guard)
    verify_receipt(false, world.trust())


def test_without_the_quorum_step_a_receipt_without_witnesses_would_pass(remove: Callable[..., None]) -> None:
    world = World()
    world.grow_to(20)
    data = world.log.receipt(7).encode()
    with pytest.raises(Refused) as caught:
        verify_receipt(data, world.trust(quorum=1))
    assert caught.value.code == "verify.quorum"
    remove(verify_room, "_quorum", lambda lines, trust: ())
    verify_receipt(data, world.trust(quorum=1))


def test_without_its_consistency_check_a_witness_would_cosign_a_fork(remove: Callable[..., None]) -> None:
    one, other = World(), World()
    one.fill(4)
    other.fill(9, "red")
    request = witness_room.AddCheckpoint(8, tuple(other.log.consistency(8, 13)), other.head()).encode()
    logs = {ORIGIN: [one.log_key.verifier()]}
    key = NoteKey("example.org/red/witness", seed("red witness"))

    def asked() -> int:
        return witness_room.decide(request, logs, {ORIGIN: one.head()}, key, 1).status

    assert asked() == 422
    remove(witness_room, "verify_consistency")
    assert asked() == 200


def test_without_the_signers_own_check_a_fork_would_be_signed(remove: Callable[..., None]) -> None:
    signer = HeadSigner(ORIGIN, [NoteKey(ORIGIN, seed("log key"))], Head(5, seed("one history")))
    with pytest.raises(Inconsistent):
        signer.sign(Head(9, seed("another")), [])
    remove(checkpoint_room, "verify_consistency")
    signer.sign(Head(9, seed("another")), [])


def test_without_the_scrubs_comparison_a_changed_entry_would_be_signed_over(
    tmp_path: Path, remove: Callable[..., None]
) -> None:
    world = sqlite_world(tmp_path)
    world.grow_to(20)
    world.log.close()
    flip(tmp_path / "log.db", "entry", "data", "i = 7")
    log = Sequencer(world.store, HeadSigner(ORIGIN, [world.log_key], None), suspicious=True)
    with pytest.raises(Damaged):
        log.scrub()
    leaves = world.store.leaves(0, 20)
    kept = {world.store.entry(i) or b"": leaves[i * 32 : (i + 1) * 32] for i in range(20)}
    remove(sequencer_room, "leaf_hash", lambda data: kept[data])
    remove(sequencer_room, "_scrub_entry")
    remove(Sequencer, "_scrub_identity")
    remove(Sequencer, "_scrub_checkpoint")
    assert log.scrub().size == 20
