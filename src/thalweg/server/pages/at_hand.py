"""What somebody is in the middle of, kept in this desk's memory for their account alone, and in no log."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_T = TypeVar("_T")


@dataclass(slots=True)
class AtHand(Generic[_T]):
    """Values by account and name (the SHA-256 of what was sent). The oldest go, of an account and of all."""

    of_one: int
    of_all: int
    _held: OrderedDict[tuple[str, str], _T] = field(default_factory=OrderedDict)

    def get(self, account: str, name: str) -> _T | None:
        """That of this account; another's is none."""
        found = self._held.get((account, name))
        if found is not None:
            self._held.move_to_end((account, name))
        return found

    def of(self, account: str) -> list[_T]:
        """Those of an account, the newest first."""
        return [value for (whose, _), value in reversed(self._held.items()) if whose == account]

    def put(self, account: str, name: str, value: _T) -> None:
        self._held[account, name] = value
        self._held.move_to_end((account, name))
        own = [key for key in self._held if key[0] == account]
        for key in own[: max(0, len(own) - self.of_one)]:
            del self._held[key]
        while len(self._held) > self.of_all:
            self._held.popitem(last=False)

    def drop(self, account: str, name: str) -> None:
        self._held.pop((account, name), None)
