"""`Disclosed`: a value together with the fact that somebody may see it (D7).

Reports take nothing else, so that a value can reach a reader only by way of this room.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from typing_extensions import override

from thalweg.model.errors import ValueRefused
from thalweg.model.result import CheckResult

T_co = TypeVar("T_co", covariant=True)

ONLY_HERE: Final = object()


class Disclosed(Generic[T_co]):
    """What `reader` may see. Made by the functions of this module only; immutable."""

    __slots__ = ("_reader", "_value")

    _reader: str
    _value: T_co

    def __init__(self, value: T_co, reader: str, proof: object) -> None:
        if proof is not ONLY_HERE:
            raise ValueRefused(
                "disclosure-forged", "Only policy discloses: ask thalweg.policy.disclosure for the value."
            )
        object.__setattr__(self, "_value", value)
        object.__setattr__(self, "_reader", reader)

    @property
    def value(self) -> T_co:
        """The value, at the precision in which the reader may have it."""
        return self._value

    @property
    def reader(self) -> str:
        """Who may see it, in words."""
        return self._reader

    @override
    def __setattr__(self, name: str, value: object) -> None:
        raise ValueRefused("disclosure-frozen", "A disclosed value is not changed; ask policy for another.")

    @override
    def __delattr__(self, name: str) -> None:
        raise ValueRefused("disclosure-frozen", "A disclosed value is not changed; ask policy for another.")

    @override
    def __repr__(self) -> str:
        # Never the value: a repr ends up in tracebacks that other people read.
        return f"<Disclosed {type(self._value).__name__} to {self._reader}>"

    @override
    def __reduce_ex__(self, _protocol: object, /) -> str:
        raise ValueRefused("disclosure-copied", "A disclosed value is not pickled or copied; disclose it again.")


def disclose_everything(result: CheckResult) -> Disclosed[CheckResult]:
    """To the person who holds the files: they have all of it already, so nothing is withheld.

    This is the one reader of `thalweg check`. It is never the right one where more than one party reads.
    """
    return Disclosed(result, "the holder of the files", ONLY_HERE)
