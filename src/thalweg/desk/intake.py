"""Files, folders and archives from one or many parties → the declarations that are in force.

    1  collect   files as bytes: folders are walked in order, zips opened (also zips in zips)
    2  recognise by content, then by the ending of the name; only the reader that is needed is imported
    3  read      each file by itself
    4  resolve   new, replace and cancel over all files together (thalweg.desk.chains)

A file that nobody can read is a problem with its name on it: it may be the one with the conflict. Only what
cannot say where anything is (a licence, a README, what operating systems leave behind) is left out as
harmless, and is still named. The order in which files are given makes no difference to the result.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

from thalweg.desk.chains import Superseded, resolve
from thalweg.drafts import Context
from thalweg.drafts.archive import Limits, Refused, is_zip, member_names, open_archive
from thalweg.model.declarations import Declaration
from thalweg.model.encodings import in_utf8
from thalweg.model.errors import InputError
from thalweg.model.notes import Omission, Problem, Source
from thalweg.model.reading import Reading

LARGEST_FILE = 1 << 30
_LARGEST_UNPACKED = 2 << 30  # of all archives together
_DEEPEST_ARCHIVE = 3
_HEAD = 4 << 20  # how much of a file the recognisers look at: enough for a long preamble or a first polygon

# Readers by what their content begins with, in the order in which they are asked.
_XML = ("kml", "gpx")
_JSON = ("ed269", "f3548", "ed318")
_BY_SUFFIX = {
    ".kml": "kml", ".kmz": "kml", ".gpx": "gpx",
    ".json": "geojson", ".geojson": "geojson", ".ndjson": "geojson", ".geojsonl": "geojson",
    ".jsonl": "geojson", ".geojsons": "geojson",
    ".csv": "table", ".tsv": "table", ".tab": "table",
    ".xlsx": "table", ".xlsm": "table", ".xlsb": "table", ".xls": "table", ".ods": "table",
}  # fmt: skip
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls
# Members by which a zip is a spreadsheet: Office Open XML, also binary; OpenDocument.
_SHEETS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "META-INF/manifest.xml"})

_HARMLESS_NAMES = frozenset({
    "readme", "license", "licence", "copying", "changelog", "contributing",
    ".ds_store", "thumbs.db", "desktop.ini", ".gitignore", ".gitattributes", ".gitkeep", ".directory",
})  # fmt: skip
_HARMLESS_FOLDERS = frozenset({"__macosx", ".git", ".svn", ".hg", "__pycache__", ".idea", ".vscode"})
_RULES = frozenset({"theatre.yaml", "theatre.yml"})


@dataclass(frozen=True, slots=True)
class Blob:
    """A file as bytes. `name` is its path as the person knows it, with forward slashes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read: enough to name it in a report and to find it again."""

    name: str
    format: str
    sha256: str
    size: int  # bytes
    seen: int  # rows or features that arrived
    read: int  # of them, declarations and cancellations


@dataclass(frozen=True, slots=True)
class Intake:
    """All that came in. `declarations` are those in force, sorted; `superseded` are the others.

    `problems` and `omissions` are those of the files, of their rows, and of the chains. `duplicates` is how many times
    a version came more than once.
    """

    declarations: tuple[Declaration, ...] = ()
    superseded: tuple[Superseded, ...] = ()
    problems: tuple[Problem, ...] = ()
    omissions: tuple[Omission, ...] = ()
    sources: tuple[SourceFile, ...] = ()
    readings: tuple[Reading, ...] = ()
    duplicates: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing that could hide a conflict was left out."""
        return not self.problems and all(omission.harmless for omission in self.omissions)

    @property
    def left_out(self) -> tuple[Omission, ...]:
        """For whoever declares row by row: the omissions, and the versions that the input itself ends or repeats."""
        ended = [
            Omission(
                each.declaration.source,
                f"revision {each.declaration.revision} of {each.declaration.declaration_id}",
                each.why,
                harmless=True,
            )
            for each in self.superseded
        ]
        if not self.duplicates:
            return (*self.omissions, *ended)
        again = f"{self.duplicates} {'rows that repeat others' if self.duplicates > 1 else 'row that repeats another'}"
        return (
            *self.omissions,
            *ended,
            Omission(Source(self.sources[0].name), again, "the same version twice is one", harmless=True),
        )

    @property
    def seen(self) -> int:
        """Rows and features that arrived, of all files."""
        return sum(source.seen for source in self.sources)


Progress = Callable[[str, int, int], None]
"""Told the name of each file before it is read, its number from 1, and how many there are."""


def intake(
    paths: Iterable[Path | str],
    context: Context,
    *,
    axes: str = "",
    progress: Progress | None = None,
) -> Intake:
    """Read files, folders and archives. Never raises for what is in them, nor for a file that is missing.

    `axes` settles the axis order of ED-269 files: "lon-lat", "lat-lon", or empty to go by the evidence.
    """
    collected = _Collected()
    for path, name in _named([Path(path) for path in paths]):
        collected.path(path, name)
    return _taken(collected, context, axes, progress)


def intake_blobs(
    blobs: Iterable[Blob], context: Context, *, axes: str = "", progress: Progress | None = None
) -> Intake:
    """The same for files that are already in memory, such as an upload; archives among them are opened."""
    collected = _Collected()
    for blob in blobs:
        collected.blob(blob, 0)
    return _taken(collected, context, axes, progress)


def recognise(data: bytes, name: str) -> str:
    """The name of the format that will read this file; empty where none will."""
    head = data[:_HEAD]
    suffix = _suffix(name)
    if is_zip(head):
        if suffix == ".kmz":
            return "kml"
        return "table" if not _SHEETS.isdisjoint(member_names(data)) else ""
    if head.startswith(_OLE2):
        return "table"
    head = in_utf8(head)
    text = head.lstrip(b"\x00\x1e \t\r\n")[:1]
    by_suffix = _BY_SUFFIX.get(suffix, "")
    if by_suffix == "table":
        return "table"
    candidates = _XML if text == b"<" else _JSON if text in (b"{", b"[") else ()
    for format_name in candidates:
        if _module(format_name).recognises(head, name):
            return format_name
    if text in (b"{", b"["):
        return "geojson"
    return by_suffix


# --- 1 collect ---


# A link can lead round in a circle, or out of what was meant to be checked; what is behind it is told, never left.
_LINKED = "It is a link to a folder, which is not followed: name that folder beside this one."
_NO_FILE = "It is no file but a pipe, a device or the like, and was not opened."


class _Collected:
    """Files found so far, and what could not be opened."""

    def __init__(self) -> None:
        self.blobs: list[Blob] = []
        self.problems: list[Problem] = []
        self.omissions: list[Omission] = []
        self._room = _LARGEST_UNPACKED

    def path(self, path: Path, name: str) -> None:
        """A file, or a folder with everything below it, in the order of names."""
        if not path.is_dir():
            self._file(path, name)
            return
        found = False
        for folder, folders, files in os.walk(path, onerror=self._unreadable):
            folders.sort()
            below = Path(folder).relative_to(path)
            for linked in [each for each in folders if (Path(folder) / each).is_symlink()]:
                found = True
                self._left(f"{name}/{(below / linked).as_posix()}" if name else (below / linked).as_posix(), _LINKED)
            for entry in sorted(files):
                found = True
                inside = (below / entry).as_posix()
                self._file(Path(folder) / entry, f"{name}/{inside}" if name else inside, below_folder=True)
        if not found:
            self.problems.append(Problem(Source(name or str(path)), "folder-empty", "The folder has no file in it."))

    def _left(self, name: str, why: str) -> None:
        self.problems.append(Problem(Source(name), "file-unreadable", why))

    def _file(self, path: Path, name: str, *, below_folder: bool = False) -> None:
        if why := _harmless(name):
            self.omissions.append(Omission(Source(name), "the file", why, harmless=True))
            return
        try:
            size = path.stat().st_size
            if below_folder and not path.is_file():
                self._left(name, _NO_FILE)  # a pipe or a device: whoever reads it may wait for ever
                return
            if size > LARGEST_FILE:
                self.problems.append(_too_large(name, size))
                return
            data = path.read_bytes()
        except OSError as error:
            self._unreadable(error, name)
            return
        self.blob(Blob(name, data), 0)

    def _unreadable(self, error: OSError, name: str = "") -> None:
        missing = isinstance(error, FileNotFoundError)
        self.problems.append(
            Problem(
                Source(name or str(error.filename)),
                "file-missing" if missing else "file-unreadable",
                "There is no such file." if missing else f"The file cannot be opened: {error.strerror}.",
            )
        )

    def blob(self, blob: Blob, depth: int) -> None:
        """A file in memory; of an archive, every file in it."""
        if why := _harmless(blob.name):
            self.omissions.append(Omission(Source(blob.name), "the file", why, harmless=True))
        elif len(blob.data) > LARGEST_FILE:
            self.problems.append(_too_large(blob.name, len(blob.data)))
        elif is_zip(blob.data[:4]) and not recognise(blob.data, blob.name):
            self._archive(blob, depth)
        else:
            self.blobs.append(blob)

    def _archive(self, blob: Blob, depth: int) -> None:
        if depth >= _DEEPEST_ARCHIVE:
            self.problems.append(
                Problem(
                    Source(blob.name),
                    "archive-depth",
                    f"Archives are opened {_DEEPEST_ARCHIVE} deep, and this one lies deeper; unpack it first.",
                )
            )
            return
        found = False
        limits = replace(Limits(), total_bytes=min(Limits().total_bytes, self._room))
        try:
            for member in open_archive(blob.data, blob.name, limits):
                found = True
                name = f"{blob.name}/{member.name}"
                if isinstance(member, Refused):
                    self.problems.append(Problem(Source(name), member.code, member.sentence))
                    continue
                self._room -= len(member.data)
                self.blob(Blob(name, member.data), depth + 1)
        except InputError as error:
            self.problems.append(_problem(Source(blob.name), error))
            return
        if not found:
            self.problems.append(Problem(Source(blob.name), "archive-empty", "The archive has no file in it."))


def _named(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Each path with the name to know it by: its last part, or all of it where two last parts are the same."""
    last = Counter(path.name for path in paths)
    for path in paths:
        alone = last[path.name] == 1 and path.name
        yield path, path.name if alone else path.as_posix()


def _harmless(name: str) -> str:
    """Why a file of this name cannot say where anything is; empty where it might."""
    *folders, last = name.replace("\\", "/").casefold().split("/")
    stem = last.split(".")[0]
    if last in _RULES:
        return "it holds rules, not declarations"
    if any(folder in _HARMLESS_FOLDERS for folder in folders) or last.startswith(("._", "~$")):
        return "it is left behind by a program"
    if last in _HARMLESS_NAMES or (stem in _HARMLESS_NAMES and _suffix(last) in ("", ".md", ".txt", ".rst", ".html")):
        return "by its name it says nothing about where"
    return ""


def _suffix(name: str) -> str:
    last = name.rpartition("/")[2]
    dot = last.rpartition(".")
    return f".{dot[2].casefold()}" if dot[1] and dot[0] else ""


def _too_large(name: str, size: int) -> Problem:
    return Problem(
        Source(name), "file-too-large", "The file is larger than what is read; split it.",
        f"at most {LARGEST_FILE:,} bytes", f"{size:,} bytes",
    )  # fmt: skip


# --- 2 recognise, 3 read ---


class _Format(Protocol):
    """What a module of thalweg.formats offers."""

    def recognises(self, head: bytes, name: str) -> bool: ...

    def read(self, data: bytes, name: str, context: Context) -> Reading: ...


def _module(format_name: str) -> _Format:
    # Imported by name, so that a check of a CSV never pays for the reader of XML.
    return cast("_Format", importlib.import_module(f"thalweg.formats.{format_name}"))


def _read(blob: Blob, context: Context, axes: str) -> Reading | Problem:
    format_name = recognise(blob.data, blob.name)
    if not format_name:
        return Problem(
            Source(blob.name),
            "format-unknown",
            "The file is of no format that is read here, and was not checked." if blob.data else "The file is empty.",
            "GeoJSON, CSV, XLSX, KML, KMZ, GPX, F3548, ED-269 or ED-318",
            repr(blob.data[:16])[1:],
        )
    try:
        if format_name == "ed269" and axes:
            module = importlib.import_module("thalweg.formats.ed269")
            reading: Reading = module.read(blob.data, blob.name, context, axes=module.Axes(axes))
            return reading
        return _module(format_name).read(blob.data, blob.name, context)
    except InputError as error:
        return _problem(Source(blob.name), error)


# An export that failed looks like this, and what it should have held may be the one with the conflict.
_BARE = "The file declares nothing: it can be read, and has no row, feature or place in it."


def _says_nothing(reading: Reading) -> bool:
    """Whether nothing came of the file, and no line of its own says so yet."""
    told = reading.problems or any(not omission.harmless for omission in reading.omissions)
    return not (reading.declarations or reading.cancellations or told)


def _taken(collected: _Collected, context: Context, axes: str, progress: Progress | None) -> Intake:
    problems = list(collected.problems)
    omissions = list(collected.omissions)
    sources: list[SourceFile] = []
    readings: list[Reading] = []
    blobs = sorted(collected.blobs, key=lambda blob: (blob.name, hashlib.sha256(blob.data).digest()))
    for number, blob in enumerate(blobs, start=1):
        if progress is not None:
            progress(blob.name, number, len(blobs))
        reading = _read(blob, context, axes)
        if isinstance(reading, Problem):
            problems.append(reading)
            continue
        problems += reading.problems
        omissions += reading.omissions
        if _says_nothing(reading):
            problems.append(Problem(Source(blob.name), "file-bare", _BARE))
        readings.append(reading)
        read = len(reading.declarations) + len(reading.cancellations)
        # Count what arrived: a reader that stops early must not look like a short file.
        lost = reading.seen - read - len(reading.problems) - len(reading.omissions)
        if lost > 0:
            problems.append(
                Problem(
                    Source(blob.name),
                    "rows-lost",
                    f"{reading.seen} rows or features arrived and {lost} of them are unaccounted for. This is an"
                    " error of the reader: report it.",
                    str(reading.seen),
                    str(reading.seen - lost),
                )
            )
        sources.append(
            SourceFile(
                blob.name,
                reading.format,
                hashlib.sha256(blob.data).hexdigest(),
                len(blob.data),
                reading.seen,
                read,
            )
        )
    # 4
    came = [declaration for reading in readings for declaration in reading.declarations]
    chains = resolve(came, [cancellation for reading in readings for cancellation in reading.cancellations])
    problems += chains.problems
    omissions += chains.omissions
    return Intake(
        chains.live,
        chains.superseded,
        tuple(sorted(problems, key=lambda p: (p.source.file, p.source.path, p.code, p.sentence))),
        tuple(sorted(omissions, key=lambda o: (o.source.file, o.source.path, o.what, o.why))),
        tuple(sources),
        tuple(readings),
        len(came) - len(chains.live) - len(chains.superseded),
    )


def _problem(source: Source, error: InputError) -> Problem:
    expected, found = error.fields.get("expected", ""), error.fields.get("found", "")
    return Problem(source, error.code, error.sentence, str(expected), str(found)[:120])
