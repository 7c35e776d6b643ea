"""Which chains of a party are in force: their keys, oldest first, and which of them changed since somebody looked."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Reversible
from typing import Any

from typing_extensions import override

Keys = MutableMapping[str, None]


class InForce(Keys, Reversible[str]):
    """The map is what is put away (`state.shelved`); `changed` is for whoever keeps an order of it."""

    def __init__(self, held: Keys | None = None) -> None:
        self.held: Keys = {} if held is None else held
        self.changed: list[str] | None = None
        """Every key that was put in or taken out since `follow`, in order."""

    def follow(self) -> list[str]:
        """From now on it is kept what changes."""
        if self.changed is None:
            self.changed = []
        return self.changed

    @override
    def __getitem__(self, key: str) -> None:
        return self.held[key]

    @override
    def __setitem__(self, key: str, value: None) -> None:
        self.held[key] = value
        self._note(key)

    @override
    def __delitem__(self, key: str) -> None:
        del self.held[key]
        self._note(key)

    @override
    def __contains__(self, key: object) -> bool:
        return key in self.held

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self.held)

    @override
    def __reversed__(self) -> Iterator[str]:
        held: Any = self.held  # a dictionary or a table: both are reversible
        found: Iterator[str] = reversed(held)
        return found

    @override
    def __len__(self) -> int:
        return len(self.held)

    def _note(self, key: str) -> None:
        if self.changed is not None:
            self.changed.append(key)
