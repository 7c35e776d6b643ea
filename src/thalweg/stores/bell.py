"""Waking those who wait for something in a store, and only those: without polling, and without a clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from math import ceil
from typing import TypeVar

T = TypeVar("T")


class Bell:
    """Waiters name topics; a ring for one of them wakes them. Nothing rung before `expect` is remembered: look at
    the store after it and before waiting, and no ring is missed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, set[threading.Event]] = {}
        self._stop = threading.Event()

    @contextmanager
    def expect(self, *topics: str) -> Iterator[threading.Event]:
        """An event that a ring for any of the topics sets."""
        event = threading.Event()
        with self._lock:
            for topic in topics:
                self._waiting.setdefault(topic, set()).add(event)
        try:
            yield event
        finally:
            with self._lock:
                for topic in topics:
                    rest = self._waiting[topic]
                    rest.discard(event)
                    if not rest:
                        del self._waiting[topic]

    def ring(self, *topics: str) -> None:
        with self._lock:
            for topic in topics:
                for event in self._waiting.get(topic, ()):
                    event.set()

    def ring_all(self) -> None:
        """Wake everybody: something may have been missed, or the store is being closed."""
        with self._lock:
            for events in self._waiting.values():
                for event in events:
                    event.set()

    def listen(self) -> None:
        """Called before waiting; a bell that must first get ready for others' rings does so here."""

    def watch(self, topics: Collection[str], look: Callable[[], T], timeout_s: float, look_s: float) -> T:
        """What `look` finds: at once, when a topic is rung, every `look_s` in case nobody could ring, and at the end.

        Returns after a ring, or a close, even if nothing is found.
        """
        self.listen()
        with self.expect(*topics) as event:
            for _ in range(max(1, ceil(timeout_s / look_s))):
                found = look()
                if found or timeout_s <= 0 or self._stop.is_set():
                    return found
                if event.wait(min(timeout_s, look_s)):
                    break
        return found if self._stop.is_set() else look()

    def close(self) -> None:
        self._stop.set()
        self.ring_all()
