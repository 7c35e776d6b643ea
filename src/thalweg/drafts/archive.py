"""Opening somebody else's zip: a folder of files, or a KMZ.

Nothing is ever written to disk, so a member's name is only a label; a name that points outside the
archive is refused all the same, because the next program to unpack it may not be so careful.

Bombs: what a header claims about a size is not believed. Every member is inflated piece by piece, and
the work stops when a limit of `Limits` is passed. A limit costs the member, not the archive: the
refusal is reported and the rest is read.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from thalweg.model.errors import InputError

# What zipfile and its decompressors raise for archives that are damaged or beyond them; a version or a
# method that zipfile lacks is a RuntimeError there.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, OverflowError, RuntimeError,
    ValueError,
)  # fmt: skip
_PIECE = 1 << 16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_SYMBOLIC_LINK = 0o120000
_KIND_OF_FILE = 0o170000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one archive may cost. The defaults hold a national zone file and refuse a bomb."""

    members: int = 5_000
    member_bytes: int = 256 << 20
    total_bytes: int = 512 << 20
    # Text of coordinates deflates 5 to 15 times, repetitive XML up to about 100 times; bombs start at 1,000.
    ratio: int = 200
    ratio_from_bytes: int = 8 << 20  # a small file may be as repetitive as it likes


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive. `name` is its path inside, with forward slashes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """A member that was not read, and so is not checked."""

    name: str
    code: str
    sentence: str


def is_zip(head: bytes) -> bool:
    """Whether these first bytes are those of a zip archive (also an empty or a spanned one)."""
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def member_names(data: bytes) -> tuple[str, ...]:
    """The names in a zip's directory, without opening any; empty where there is no directory to read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return tuple(archive.namelist())
    except _DAMAGE:
        return ()


def open_archive(data: bytes, name: str, limits: Limits | None = None) -> Iterator[Member | Refused]:
    """The files of a zip, in the order of their names; folders are passed over.

    Raises InputError (`archive-unreadable`, `archive-members`) when the archive as a whole cannot be
    read; lazily, so that a caller holds one member at a time.
    """
    limits = limits or Limits()
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGE as error:
        raise InputError(
            "archive-unreadable", f"{name} is not a zip archive that can be read: {error}.", file=name
        ) from error
    with archive:
        entries = sorted((e for e in archive.infolist() if not e.filename.endswith("/")), key=lambda e: e.filename)
        if len(entries) > limits.members:
            raise InputError(
                "archive-members",
                f"{name} holds {len(entries)} files; at most {limits.members} are read. Split it.",
                file=name,
                found=len(entries),
                limit=limits.members,
            )
        room = limits.total_bytes
        for entry in entries:
            member = _member(archive, entry, limits, room)
            if isinstance(member, Member):
                room -= len(member.data)
            yield member


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits, room: int) -> Member | Refused:
    name = entry.filename.replace("\\", "/")
    if not name or name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/") or "\0" in name:
        return Refused(name, "archive-path", "Its name points outside the archive, or is none; it was not read.")
    if (entry.external_attr >> 16) & _KIND_OF_FILE == _SYMBOLIC_LINK:
        return Refused(name, "archive-path", "It is a link to another file; links are not followed.")
    if entry.flag_bits & 0x1:
        return Refused(name, "archive-encrypted", "It is encrypted; unpack it first.")
    if entry.compress_type not in _METHODS:
        return Refused(name, "archive-method", "It is compressed in a way that is not supported; repack it.")
    pieces: list[bytes] = []
    size = 0
    allowed = min(limits.member_bytes, room)
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(_PIECE):
                size += len(piece)
                by_ratio = size > limits.ratio_from_bytes and size > limits.ratio * max(entry.compress_size, 1)
                if size > allowed or by_ratio:
                    return Refused(
                        name,
                        "archive-too-large",
                        f"It unpacks to more than {size - len(piece):,} bytes, beyond what is read"
                        " from an archive; unpack it first if it is what it says.",
                    )
                pieces.append(piece)
    except _DAMAGE as error:
        return Refused(name, "archive-unreadable", f"It is damaged: {error}.")
    return Member(name, b"".join(pieces))
