"""What is left on disk when the power goes: a VFS that records every write, and the images it could have left.

The model is that of a disk with a volatile cache. What was written before the last sync of a file is there. Of
what was written since, the disk may have kept nothing, a prefix, any subset, or a subset with its last write
torn at a 512-byte sector. A file created since may be there or not. Shared memory (`-shm`) is never there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal

import apsw
from typing_extensions import override

SECTOR = 512
MODES = ("drop", "prefix", "subset", "torn")


@dataclass(frozen=True, slots=True)
class Write:
    name: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    name: str


@dataclass(frozen=True, slots=True)
class Delete:
    name: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The program told somebody that the log has this head."""

    size: int
    root: bytes


Step = Write | Truncate | Sync | Delete | Acknowledged
Fault = Literal["before", "after"]


@dataclass(slots=True)
class Disk:
    """The record of a run, and the fault to inject into it: at the n-th write or sync, before or after it."""

    steps: list[Step] = field(default_factory=list)
    fail_at: int | None = None
    fail: Fault = "before"
    touched: int = 0
    failed: int = 0

    def due(self, when: Fault) -> None:
        if when == "before":
            self.touched += 1
        if self.fail_at is not None and self.touched == self.fail_at and self.fail == when:
            self.failed += 1
            raise apsw.IOError("the disk failed as it was told to")


class RecordingVFS(apsw.VFS):
    """The operating system's VFS with everything durable written down in `disk`."""

    def __init__(self, name: str, disk: Disk) -> None:
        self.disk = disk
        super().__init__(name, "")

    @override
    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        return _File(self.disk, "" if path is None else Path(path).name, name, flags)

    @override
    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        self.disk.steps.append(Delete(Path(filename).name))


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, short: str, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self._short = short
        super().__init__("", name, flags)

    @override
    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.due("before")
        super().xWrite(data, offset)
        self._disk.steps.append(Write(self._short, offset, bytes(data)))
        self._disk.due("after")

    @override
    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        self._disk.steps.append(Truncate(self._short, newsize))

    @override
    def xSync(self, flags: int) -> None:
        self._disk.due("before")
        super().xSync(flags)
        self._disk.steps.append(Sync(self._short))
        self._disk.due("after")


@dataclass(frozen=True, slots=True)
class Image:
    """Files as a crash could have left them, and the last head that had been acknowledged by then."""

    step: int
    mode: str
    files: dict[str, bytes]
    acknowledged: Acknowledged | None

    def lay_out(self, folder: Path) -> None:
        folder.mkdir()
        for name, data in self.files.items():
            (folder / name).write_bytes(data)


def images(steps: Sequence[Step], crash_points: Sequence[int], random: Random) -> Iterator[Image]:
    """For each crash point (steps done before it), one image of each mode."""
    durable: dict[str, bytes] = {}
    pending: dict[str, list[Write | Truncate]] = {}
    acknowledged: Acknowledged | None = None
    done = 0
    for point in sorted(set(crash_points)):
        for step in steps[done:point]:
            match step:
                case Write(name) | Truncate(name):
                    pending.setdefault(name, []).append(step)
                case Sync(name):
                    durable[name] = _apply(durable.get(name, b""), pending.pop(name, []))
                case Delete(name):
                    durable.pop(name, None)
                    pending.pop(name, None)
                case Acknowledged():
                    acknowledged = step
        done = point
        for mode in MODES:
            files = dict(durable)
            for name, late in pending.items():
                kept = _survivors(late, mode, random)
                if name in durable or kept:
                    files[name] = _apply(durable.get(name, b""), kept)
            yield Image(point, mode, {n: d for n, d in files.items() if not n.endswith("-shm")}, acknowledged)


def _survivors(late: list[Write | Truncate], mode: str, random: Random) -> list[Write | Truncate]:
    match mode:
        case "drop":
            return []
        case "prefix":
            return late[: random.randrange(len(late) + 1)]
        case _:
            kept = [step for step in late if random.random() < 0.5]
    if mode == "torn" and kept and isinstance(kept[-1], Write):
        last = kept[-1]
        sectors = -(-len(last.data) // SECTOR)
        keep = random.randrange(sectors) * SECTOR
        kept[-1] = Write(last.name, last.offset, last.data[:keep])
    return kept


def _apply(data: bytes, changes: Sequence[Write | Truncate]) -> bytes:
    out = bytearray(data)
    for change in changes:
        match change:
            case Write(_, offset, written):
                if len(out) < offset:
                    out += bytes(offset - len(out))
                out[offset : offset + len(written)] = written
            case Truncate(_, size):
                if size < len(out):
                    del out[size:]
    return bytes(out)
