"""The promise of thalweg.ledger.promise, sentence by sentence, on every store."""

from __future__ import annotations

import dataclasses
import threading
import time
from concurrent.futures import Future

import pytest

from tests.conformance.conftest import OpenStore
from tests.ledger_world import ORIGIN, World, seed
from thalweg.ledger.entry import Commitment
from thalweg.ledger.errors import LedgerError, Refused
from thalweg.ledger.promise import Append, NewEntry, Store, StoredPayload
from thalweg.ledger.sequencer import Log, Sequencer, prepare
from thalweg.ledger.tree import EMPTY_ROOT, GrowingTree, leaf_hash
from thalweg.ledger.verify import verify_receipt
from thalweg.stores import sqlite
from thalweg.stores.memory import MemoryStore


class Writer:
    """Feeds a store with appends that have no meaning, only the right form."""

    def __init__(self) -> None:
        self.tree = GrowingTree()

    def batch(self, count: int, author: str = "blue", payloads: tuple[StoredPayload, ...] = ()) -> Append:
        start = self.tree.size
        entries = []
        for i in range(start, start + count):
            data = b"entry %d" % i
            entries.append(NewEntry(data, leaf_hash(data), author, i, seed(f"event {i}"), i % 100 == 0))
        tree = self.tree.copy()
        tiles = tree.extend(item.leaf for item in entries)
        self.next = tree
        return Append(start, entries, tiles, tree.head(), b"checkpoint %d" % tree.size, payloads)

    def append(self, store: Store, fence: int, count: int) -> None:
        store.append(self.batch(count), fence)
        self.tree = self.next


def same(store: Store, writer: Writer) -> None:
    """The store says of every part exactly what was written."""
    size = writer.tree.size
    stored = store.head()
    assert stored is not None
    assert stored.head == writer.tree.head()
    assert stored.checkpoint == b"checkpoint %d" % size
    assert list(store.entries(0, size)) == [b"entry %d" % i for i in range(size)]
    assert store.leaves(0, size) == b"".join(leaf_hash(b"entry %d" % i) for i in range(size))
    again = GrowingTree()
    for tile in again.extend(leaf_hash(b"entry %d" % i) for i in range(size)):
        assert store.tile(tile.level, tile.index) == tile.hashes
    for level in range(3):
        assert store.tile(level, size >> (8 * (level + 1))) == again.unfinished(level)


def test_before_the_first_append_everything_is_absent_and_nothing_is_an_error(open_store: OpenStore) -> None:
    store = open_store()
    assert store.head() is None
    assert (store.entry(0), store.checkpoint(0), store.payload(bytes(32))) == (None, None, None)
    assert (store.tile(0, 0), store.tile(1, 0), store.leaves(0, 10)) == (b"", b"", b"")
    assert (store.find("blue", 0), store.tip("blue")) == (None, None)
    assert (list(store.entries(0, 10)), list(store.identity()), list(store.checkpoint_sizes())) == ([], [], [])
    assert store.erase(bytes(32)) is False


@pytest.mark.parametrize("sizes", [(1, 1, 1), (255, 1, 1, 255, 1), (256, 256), (513,), (1, 700, 300)])
def test_what_was_appended_is_read_back_by_another_opener(open_store: OpenStore, sizes: tuple[int, ...]) -> None:
    store, writer = open_store(), Writer()
    fence = store.acquire()
    done = []
    for count in sizes:
        writer.append(store, fence, count)
        done.append(writer.tree.size)
        same(store, writer)
    store.release()
    other = open_store()
    same(other, writer)
    assert list(other.checkpoint_sizes()) == done
    assert [other.checkpoint(size) for size in done] == [b"checkpoint %d" % size for size in done]
    assert [index for index, _ in other.identity()] == list(range(0, writer.tree.size, 100))
    tip = other.tip("blue")
    assert tip is not None
    assert (tip.seq, tip.index) == (writer.tree.size - 1, writer.tree.size - 1)
    assert other.find("blue", 0) == dataclasses.replace(tip, seq=0, index=0, event_hash=seed("event 0"))
    assert (other.tip("red"), other.find("blue", writer.tree.size)) == (None, None)
    assert other.entry(writer.tree.size) is None


def test_a_second_writer_is_told_to_wait_while_the_first_lives(open_store: OpenStore) -> None:
    store = open_store()
    first = store.acquire()
    with pytest.raises(Refused) as caught:
        open_store().acquire()
    assert caught.value.code == "store.held"
    with pytest.raises(Refused):
        store.acquire()
    store.release()
    assert open_store().acquire() > first


def test_a_writer_that_was_replaced_changes_nothing_however_late_it_comes(open_store: OpenStore) -> None:
    store, other, writer = open_store(), open_store(), Writer()
    old = store.acquire()
    writer.append(store, old, 3)
    late = writer.batch(2)
    new = other.acquire(take_over=True)
    assert new > old
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            store.append(late, old)
        assert caught.value.code == "store.fenced"
        same(store, writer)
    writer.append(other, new, 4)
    same(store, writer)


def test_a_writer_can_learn_that_it_was_replaced_without_an_append(open_store: OpenStore) -> None:
    store, other = open_store(), open_store()
    assert not store.leads()
    store.acquire()
    assert store.leads()
    if store is not other:
        assert not other.leads()
        other.acquire(take_over=True)
        assert other.leads()
        assert not store.leads()
    other.release()
    assert not other.leads()


def test_an_append_from_another_size_than_the_log_has_is_refused(open_store: OpenStore) -> None:
    store, writer = open_store(), Writer()
    fence = store.acquire()
    first = writer.batch(3)
    writer.append(store, fence, 3)
    for bad in (first, dataclasses.replace(writer.batch(1), start=7)):
        with pytest.raises(Refused) as caught:
            store.append(bad, fence)
        assert caught.value.code == "store.moved"
        same(store, writer)
    writer.append(store, fence, 2)
    same(store, writer)


def test_an_append_is_all_or_nothing(open_store: OpenStore) -> None:
    store, writer = open_store(), Writer()
    if isinstance(store, MemoryStore):
        pytest.skip("memory has no constraint to trip over half way")
    fence = store.acquire()
    writer.append(store, fence, 3)
    good = writer.batch(3)
    broken = dataclasses.replace(good, entries=[*good.entries[:2], dataclasses.replace(good.entries[2], seq=0)])
    with pytest.raises(LedgerError) as caught:
        store.append(broken, fence)
    assert caught.value.fields["happened"] == "no"
    same(store, writer)
    same(open_store(), writer)
    writer.append(store, fence, 3)
    same(store, writer)


def test_cosignatures_replace_the_checkpoint_of_their_size_only(open_store: OpenStore) -> None:
    store, writer = open_store(), Writer()
    fence = store.acquire()
    writer.append(store, fence, 3)
    writer.append(store, fence, 3)
    store.cosign(3, b"cosigned 3")
    store.cosign(6, b"cosigned 6")
    other = open_store()
    assert (other.checkpoint(3), other.checkpoint(6)) == (b"cosigned 3", b"cosigned 6")
    stored = other.head()
    assert stored is not None
    assert stored.checkpoint == b"cosigned 6"
    with pytest.raises(Refused):
        store.cosign(5, b"none")


def test_a_payload_is_kept_beside_the_tree_and_erased_for_good(open_store: OpenStore) -> None:
    store, writer = open_store(), Writer()
    fence = store.acquire()
    payload = StoredPayload(seed("digest"), seed("salt"), b"secret")
    store.append(writer.batch(1, payloads=(payload, payload)), fence)
    assert open_store().payload(payload.digest) == payload
    assert open_store().payloads([seed("other"), payload.digest]) == {payload.digest: b"secret"}
    assert open_store().payloads([]) == {}
    assert store.erase(payload.digest) is True
    assert store.erase(payload.digest) is False
    assert open_store().payload(payload.digest) is None


def test_readers_see_whole_appends_only_and_never_go_back(open_store: OpenStore) -> None:
    store, writer = open_store(), Writer()
    fence = store.acquire()
    writer.append(store, fence, 1)
    reader = open_store()
    stop = threading.Event()
    seen: list[int] = []
    wrong: list[str] = []

    def read() -> None:
        while not stop.is_set():
            stored = reader.head()
            if stored is None or stored.checkpoint != b"checkpoint %d" % stored.head.size:
                wrong.append("head and checkpoint do not go together")
            elif reader.entry(stored.head.size - 1) is None:
                wrong.append("a head without its entries")
            elif seen and stored.head.size < seen[-1]:
                wrong.append("an older state than before")
            else:
                seen.append(stored.head.size)

    thread = threading.Thread(target=read)
    thread.start()
    for _ in range(25):
        writer.append(store, fence, 7)
    stop.set()
    thread.join()
    assert wrong == []
    assert seen


def test_many_threads_may_read_the_very_store_that_one_writes(open_store: OpenStore) -> None:
    world = World(open_store())
    wrong: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        log = Log(world.store, ORIGIN)
        try:
            while not stop.is_set():
                signed = log.head()
                assert signed is not None
                assert log.root(signed.head.size) == signed.head.root
                verify_receipt(log.receipt(signed.head.size - 1, signed).encode(), world.trust())
        except (AssertionError, LedgerError) as error:
            wrong.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(12):
        world.fill(5)
        world.cosigned()
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    world.log.close()


def test_a_whole_log_runs_reopens_scrubs_and_proves_on_it(open_store: OpenStore) -> None:
    world = World(open_store())
    secret, salt = b"secret", seed("salt")
    data = world.authors["blue"].say(payloads=(Commitment.to(secret, salt, "text/plain"),))
    world.log.submit([prepare(data, payloads=[(secret, salt)])])
    world.grow_to(300)
    world.authors["blue"].seen = world.head().head
    world.reopen(open_store(), world.log.last_signed)
    world.grow_to(530)
    world.cosigned()
    assert world.log.scrub().size == 530
    for index in (0, 4, 5, 255, 256, 300, 529):
        verify_receipt(world.log.receipt(index).encode(), world.trust(quorum=1, genesis=True))
    reader = Log(open_store(), ORIGIN)
    assert reader.head() == world.log.head()
    assert reader.root(300) != EMPTY_ROOT
    world.log.close()
    assert isinstance(world.log, Sequencer)


def waiting(store: Store, size: int, timeout_s: float) -> Future[tuple[int, float]]:
    """A thread that waits: what it was told, and when."""
    told: Future[tuple[int, float]] = Future()
    wait = threading.Thread(
        target=lambda: told.set_result((store.wait(size, timeout_s), time.monotonic())), daemon=True
    )
    wait.start()
    return told


def test_who_waits_for_the_log_to_grow_is_told_at_once(open_store: OpenStore) -> None:
    """Each time: who is not told would wait for an hour. Within a twentieth of a second between processes on SQLite,
    in a few milliseconds elsewhere; the quickest of seven shows that on a machine with a lot to do besides too."""
    store, follower, writer = open_store(), open_store(), Writer()
    fence = store.acquire()
    assert follower.wait(0, 0.0) == 0
    took: list[list[float]] = [[], []]
    for size in range(1, 8):
        both = [waiting(follower, size - 1, 3600.0), waiting(store, size - 1, 3600.0)]
        time.sleep(0.08)
        assert not any(each.done() for each in both)
        writer.append(store, fence, 1)
        after = time.monotonic()
        for told, those in zip(both, took, strict=True):
            now, at = told.result(timeout=60)
            assert now == size
            those.append(at - after)
        assert follower.entry(size - 1) is not None
    assert all(min(those) < 0.1 for those in took)
    assert follower.wait(3, 20.0) == 7


def test_who_waits_on_the_very_store_that_writes_is_told_and_need_not_look(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The looking at the file that stands in for being told between processes is put off for an hour."""
    monkeypatch.setattr(sqlite, "_LOOK_S", 3600.0)
    store, writer = open_store(), Writer()
    fence = store.acquire()
    for size in range(1, 4):
        told = waiting(store, size - 1, 3600.0)
        time.sleep(0.08)
        writer.append(store, fence, 1)
        assert told.result(timeout=60)[0] == size


def test_a_wait_ends_with_its_time_and_with_the_store(open_store: OpenStore) -> None:
    store, writer = open_store(), Writer()
    fence = store.acquire()
    writer.append(store, fence, 2)
    start = time.monotonic()
    assert store.wait(2, 0.2) == 2
    assert 0.15 < time.monotonic() - start < 5
    told = waiting(store, 2, 30.0)
    time.sleep(0.1)
    store.close()
    assert told.result(timeout=60)[0] == 2


def test_a_follower_reads_and_proves_the_log_while_another_process_grows_it(open_store: OpenStore) -> None:
    """The follower's `Log` on an opener of its own: every size it is told has its entries, root and proofs."""
    world = World(open_store())
    follower = open_store()
    log = Log(follower, ORIGIN)
    wrong: list[str] = []
    followed: list[int] = []
    last = world.log.size + 30 * 9

    def follow() -> None:
        size = 0
        while size < last:
            now = follower.wait(size, 10.0)
            if now == size:
                wrong.append("nothing came")
                return
            if len(list(follower.entries(size, now))) != now - size:
                wrong.append("entries below the size are missing")
            size = now
            signed = log.head()
            if signed is None or signed.head.size < size:
                wrong.append("an older head than the size that was told")
                return
            if log.root(signed.head.size) != signed.head.root:
                wrong.append("a root that does not fit")
            verify_receipt(log.receipt(size - 1, signed).encode(), world.trust())
            followed.append(size)

    thread = threading.Thread(target=follow)
    thread.start()
    for _ in range(30):
        world.fill(9)
    thread.join()
    assert wrong == []
    assert followed[-1] == last
    world.log.close()
