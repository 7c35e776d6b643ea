"""Many callers, one writer: group commit, and signatures checked on every core before it.

While one batch is being made durable the next one gathers, so under load each sync serves many entries, and an
entry alone waits for nobody. A caller's future is answered only when its entry is durable and inside a signed
checkpoint.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from queue import Empty, SimpleQueue

from thalweg.ledger.entry import AuthorKey
from thalweg.ledger.errors import LedgerError, Refused
from thalweg.ledger.sequencer import Placed, Prepared, Sequencer, prepare

MOST = 256
_CHUNK = 64


class GroupCommit:
    """The one thread that uses a `Sequencer`. `beat_s` lets a batch gather that long after its first entry."""

    def __init__(self, log: Sequencer, *, most: int = MOST, beat_s: float = 0.0) -> None:
        self._log = log
        self._most = most
        self._beat_s = beat_s
        self._queue: SimpleQueue[tuple[Prepared, Future[Placed]] | None] = SimpleQueue()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="group commit")
        self._thread.start()

    def submit(self, entry: Prepared) -> Future[Placed]:
        """Queue an entry. The future has its place, or the refusal, or what befell the store.

        After StoreFailed the same entry may be submitted again: it gets one index, whatever had happened.
        """
        future: Future[Placed] = Future()
        with self._lock:
            if self._closing.is_set():
                raise Refused("group.closed", "This log is being closed.")
            self._queue.put((entry, future))
        return future

    def close(self) -> None:
        """Answer what was submitted, then stop."""
        with self._lock:
            self._closing.set()
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            if self._beat_s:
                self._closing.wait(self._beat_s)
            batch = [first]
            last = False
            while len(batch) < self._most and not last:
                try:
                    item = self._queue.get_nowait()
                except Empty:
                    break
                if item is None:
                    last = True
                else:
                    batch.append(item)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: Sequence[tuple[Prepared, Future[Placed]]]) -> None:
        try:
            outcomes: Sequence[Placed | LedgerError] = self._log.submit([entry for entry, _ in batch])
        except LedgerError as error:
            outcomes = [error] * len(batch)
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, LedgerError):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)


class Checkers:
    """Processes that read entries and check their signatures, as many as there are cores to give."""

    def __init__(self, workers: int) -> None:
        self._pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))

    def prepare(self, entries: Iterable[tuple[bytes, AuthorKey]]) -> Iterator[Prepared | LedgerError]:
        """Each entry checked under the key given with it, in order; a refusal stands where its entry stood."""
        pairs = list(entries)
        chunks = [pairs[i : i + _CHUNK] for i in range(0, len(pairs), _CHUNK)]
        for found in self._pool.map(_prepare_chunk, chunks):
            for item in found:
                yield item if isinstance(item, Prepared) else Refused(*item)

    def close(self) -> None:
        self._pool.shutdown()


def _prepare_chunk(pairs: Sequence[tuple[bytes, AuthorKey]]) -> list[Prepared | tuple[str, str]]:
    out: list[Prepared | tuple[str, str]] = []
    for data, key in pairs:
        try:
            out.append(prepare(data, key))
        except LedgerError as error:
            # An error with fields does not survive the way between processes; its code and sentence do.
            out.append((error.code, error.sentence))
    return out
