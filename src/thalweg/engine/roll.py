"""Who is live: the version, the chain and the revision of each declaration by its number, and the number by either.

After a restart they stay in the columns that they were put away in, and are read out of them one at a time, so that a
million cost nothing to take back:

    version         of number k, sixteen bytes from 16 k
    chain           UTF-8, one behind the other; `chain_length` of each
    revision
    by_version      first eight bytes of the versions, sorted, and `of_version`, the number of each
    by_chain        hashes of the names of the chains (`model.bulk.hash_of`), sorted, and `of_chain`

What has come since is in dictionaries, and what of the columns has ended is marked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from thalweg.model.bulk import hash_of

Columns = Mapping[str, npt.NDArray[Any]]
Hashes = npt.NDArray[np.uint64]


class Held(NamedTuple):
    """All that must be known at once of each live declaration."""

    version: str
    chain: str
    revision: int


class Roll:
    """By number; a collection of the numbers of what is live, the oldest first."""

    def __init__(self) -> None:
        self._held: dict[int, Held] = {}  # that came since
        self._number: dict[str, int] = {}  # version -> number, of those, and of what was asked for
        self._chains: dict[str, int] = {}  # chain -> number, of those
        self._kept = _NOTHING
        self._ended = bytearray()  # of the numbers in the columns: one for each that has
        self._left = 0  # of those, how many have not ended

    @staticmethod
    def columns(held: Sequence[Held]) -> dict[str, npt.NDArray[Any]]:
        """As they are put away; they are numbered from 0 on."""
        chains = [each.chain.encode("utf-8", "surrogatepass") for each in held]
        version = from_versions(each.version for each in held)
        first = version.reshape(-1, 16)[:, :8].copy().view(">u8").ravel().astype(np.uint64)
        hashes = np.fromiter((hash_of(name_of(each.chain)) for each in held), np.uint64, len(held))
        of_version, of_chain = (np.argsort(each, kind="stable").astype(np.uint32) for each in (first, hashes))
        return {
            "version": version,
            "chain": np.frombuffer(b"".join(chains), np.uint8),
            "chain_length": np.fromiter(map(len, chains), np.int32, len(chains)),
            "revision": np.fromiter((each.revision for each in held), np.int64, len(held)),
            "by_version": first[of_version],
            "of_version": of_version,
            "by_chain": hashes[of_chain],
            "of_chain": of_chain,
        }

    def restore(self, columns: Columns) -> None:
        """Take back what `columns` gave, into a roll that is empty."""
        self._kept = _Kept(columns)
        self._left = len(self._kept.revision)
        self._ended = bytearray(self._left)

    def add(self, number: int, held: Held) -> None:
        """One more, with a number that was never given before."""
        self._held[number] = held
        self._number[held.version] = number
        self._chains[held.chain] = number

    def pop(self, number: int) -> Held:
        """It is live no longer. What it was; `KeyError` if it is not there."""
        held = self[number]
        if number in self._held:
            del self._held[number]
            del self._number[held.version]
            if self._chains.get(held.chain) == number:
                del self._chains[held.chain]
        else:
            self._number.pop(held.version, None)
            self._ended[number] = 1
            self._left -= 1
        return held

    def of_version(self, version: str) -> int | None:
        """The number of a version that is live."""
        number = self._number.get(version)
        if number is None and self._left:
            number = self._standing(self._kept.with_version(version))
            if number is not None:
                self._number[version] = number
        return number

    def of_chain(self, chain: str) -> int | None:
        """The number of the version of a chain that is live."""
        number = self._chains.get(chain)
        if number is None and self._left:
            number = self._standing(self._kept.with_chain(chain))
        return number

    def version(self, number: int) -> str:
        """The version with that number; `KeyError` if it is not there."""
        held = self._held.get(number)
        if held is not None:
            return held.version
        if not self._stands(number):
            raise KeyError(number)
        return self._kept.version(number)

    def versions(self) -> Iterator[str]:
        return map(self.version, self)

    def hashes(self) -> Hashes:
        """`hash_of` of the name of each chain that is live (`name_of`), in no order."""
        kept = self._kept
        standing = kept.by_chain[self._left_there()[kept.of_chain]]
        since = (hash_of(name_of(each.chain)) for each in self._held.values())
        return np.concatenate([standing, np.fromiter(since, np.uint64, len(self._held))])

    def __getitem__(self, number: int) -> Held:
        held = self._held.get(number)
        if held is not None:
            return held
        if not self._stands(number):
            raise KeyError(number)
        return self._kept.held(number)

    def __contains__(self, number: object) -> bool:
        return number in self._held or (isinstance(number, int) and self._stands(number))

    def __iter__(self) -> Iterator[int]:
        yield from np.flatnonzero(self._left_there()).tolist()
        yield from self._held

    def __len__(self) -> int:
        return self._left + len(self._held)

    def _left_there(self) -> npt.NDArray[np.bool_]:
        return np.logical_not(np.frombuffer(self._ended, np.bool_))

    def _stands(self, number: int) -> bool:
        return 0 <= number < len(self._ended) and not self._ended[number]

    def _standing(self, numbers: Iterable[int]) -> int | None:
        return next((number for number in numbers if not self._ended[number]), None)


class _Kept:
    """The columns. Memory is looked at through views that give plain numbers, and sooner."""

    def __init__(self, columns: Columns) -> None:
        self.by_chain: Hashes = columns["by_chain"]
        self.of_chain: npt.NDArray[np.uint32] = columns["of_chain"]
        self._by_chain, self._of_chain = self.by_chain.data, self.of_chain.data
        self._by_version, self._of_version = columns["by_version"].data, columns["of_version"].data
        self._version, self._chain = columns["version"].data, columns["chain"].data
        self._ends = np.cumsum(columns["chain_length"], dtype=np.int64).data
        self.revision = columns["revision"].data

    def held(self, number: int) -> Held:
        return Held(self.version(number), self._chain_of(number), self.revision[number])

    def with_version(self, version: str) -> Iterator[int]:
        """The numbers of a version; one at the most has not ended."""
        try:
            wanted = bytes.fromhex(version.removeprefix("v-"))
        except ValueError:
            return
        first = int.from_bytes(wanted[:8], "big")
        at = bisect_left(self._by_version, first)
        while at < len(self._by_version) and self._by_version[at] == first:
            number = self._of_version[at]
            if self.version(number) == version:
                yield number
            at += 1

    def with_chain(self, chain: str) -> Iterator[int]:
        """The numbers of the versions of a chain; one at the most has not ended."""
        wanted = hash_of(name_of(chain))
        at = bisect_left(self._by_chain, wanted)
        while at < len(self._by_chain) and self._by_chain[at] == wanted:
            number = self._of_chain[at]
            if self._chain_of(number) == chain:
                yield number
            at += 1

    def version(self, number: int) -> str:
        return "v-" + self._version[16 * number : 16 * number + 16].hex()

    def _chain_of(self, number: int) -> str:
        begin = self._ends[number - 1] if number else 0
        return bytes(self._chain[begin : self._ends[number]]).decode("utf-8", "surrogatepass")


def chain_of(party: str, declaration_id: str) -> str:
    """What a chain is known by: two parties that use one id never touch each other's."""
    return f"{party}\n{declaration_id}"


def name_of(chain: str) -> str:
    """The same as the picture of the state names it while it is its first notifier's."""
    return chain.replace("\n", "/", 1)


def from_versions(versions: Iterable[str]) -> npt.NDArray[np.uint8]:
    """Sixteen bytes each."""
    return np.frombuffer(bytes.fromhex("".join(each.removeprefix("v-") for each in versions)), np.uint8)


def to_versions(column: npt.NDArray[np.uint8]) -> list[str]:
    digits = column.tobytes().hex()
    return ["v-" + digits[at : at + 32] for at in range(0, len(digits), 32)]


_NOTHING: Final = _Kept(Roll.columns(()))
