"""The log against the simplest thing that could be one: a list. Whatever is asked of both, they agree (R39)."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from typing_extensions import override

from tests.ledger_world import World
from thalweg.ledger.errors import LedgerError, StoreFailed
from thalweg.ledger.promise import Append
from thalweg.ledger.sequencer import Placed, prepare
from thalweg.ledger.tree import Head, leaf_hash, verify_consistency
from thalweg.ledger.verify import verify_receipt
from thalweg.stores.memory import MemoryStore


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it is written."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


class Flaky(MemoryStore):
    """Fails its next append as told: having done it, or not."""

    fail = ""

    @override
    def append(self, batch: Append, fence: int) -> None:
        fail, self.fail = self.fail, ""
        if fail != "before":
            super().append(batch, fence)
        if fail:
            raise StoreFailed("store.failed", "…", happened="unknown")


class LogAndList(RuleBasedStateMachine):
    """The model is `entries`: every entry ever promised, in order."""

    said: Any = Bundle("said")

    @initialize()
    def open(self) -> None:
        self.store = Flaky()
        self.world = World(self.store)
        self.entries = list(self.store.entries(0, 100))
        self.heads: list[Head] = [self.world.head().head]
        self.unsure: list[bytes] = []

    @rule(target=said, author=st.sampled_from(["blue", "red"]), cite=st.booleans())
    def say(self, author: str, *, cite: bool) -> bytes:
        """An author says something new, citing the head it was shown or an older one."""
        if cite:
            self.world.authors[author].seen = self.heads[-1]
        data = self.world.authors[author].say()
        self.unsure.append(data)
        return data

    @rule()
    def send_everything(self) -> None:
        """What was said and not yet promised is sent, in order, in one batch."""
        self._send(self.unsure)

    @rule(data=said)
    def send_one_again(self, data: bytes) -> None:
        """A late or repeated request: it is in the log already, or it comes too early, and nothing changes."""
        (outcome,) = self.world.log.submit([prepare(data)])
        if data in self.entries:
            assert isinstance(outcome, Placed)
            assert (outcome.index, outcome.fresh) == (self.entries.index(data), False)
        elif isinstance(outcome, Placed):
            self.entries.append(data)
            self.unsure.remove(data)
            assert outcome.index == len(self.entries) - 1
        else:
            assert outcome.code == "admit.sequence"

    @rule(fail=st.sampled_from(["before", "after"]))
    def send_over_a_failing_store(self, fail: str) -> None:
        if self.unsure:
            self.store.fail = fail
            try:
                self.world.log.submit([prepare(data) for data in self.unsure])
            except StoreFailed:
                self._send(self.unsure)
            else:
                raise AssertionError("the failure was swallowed")

    @rule()
    def reopen(self) -> None:
        self.world.reopen(last=self.heads[-1])

    @rule()
    def scrub(self) -> None:
        assert self.world.log.scrub().size == len(self.entries)

    @rule(place=st.integers(0, 10_000))
    def receipts_verify(self, place: int) -> None:
        index = place % len(self.entries)
        verdict = verify_receipt(self.world.log.receipt(index).encode(), self.world.trust(genesis=True))
        assert verdict.entry.encode() == self.entries[index]

    @invariant()
    def they_agree(self) -> None:
        head = self.world.head().head
        assert head == Head(len(self.entries), naive_root(self.entries))
        assert list(self.store.entries(0, len(self.entries) + 1)) == self.entries
        if head != self.heads[-1]:
            self.heads.append(head)
        for old in (self.heads[0], self.heads[-1]):
            verify_consistency(old, head, self.world.log.consistency(old.size, head.size))

    def _send(self, batch: list[bytes]) -> None:
        outcomes = self.world.log.submit([prepare(data) for data in batch])
        assert not any(isinstance(outcome, LedgerError) for outcome in outcomes)
        start = len(self.entries)
        self.entries.extend(batch)
        assert [outcome.index for outcome in outcomes if isinstance(outcome, Placed)] == list(
            range(start, len(self.entries))
        )
        self.unsure = []


TestLogAndList = LogAndList.TestCase
TestLogAndList.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
