"""Waking those who wait for something in a store, and only those: without polling, and without a clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Bell:
    """Waiters name topics; a ring for one of them wakes them. Nothing rung before `expect` is remembered: look at
    the store after it and before waiting, and no ring is missed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, set[threading.Event]] = {}

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
