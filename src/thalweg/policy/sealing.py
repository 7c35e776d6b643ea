"""The one place where a value becomes `Disclosed`: imported by the files of this room alone, as a contract says."""

from __future__ import annotations

from typing import TypeVar

from thalweg.policy.disclosure import ONLY_HERE, Disclosed

T = TypeVar("T")


def seal(value: T, reader: str) -> Disclosed[T]:
    """The value, which policy has found that `reader` may see."""
    return Disclosed(value, reader, ONLY_HERE)
