"""A file, row by row: read as `thalweg check` reads it, looked at, and each declared by a statement of its own.

Rows in which nothing is odd can be declared together, once somebody has looked at all of them: in a table, each with
the independent reference of where it is, and on one map. A row with a flag, and one that the desk did not take, is
opened in the form, where its positions are read back and confirmed. The file stays in this desk's memory for who sent
it, and what is declared is known by its version: the same file sent again goes on where it was left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from thalweg import __version__
from thalweg.desk.intake import Intake
from thalweg.formats import event as kinds
from thalweg.ledger.canonical import encode as canonical_encode
from thalweg.model.declarations import Declaration
from thalweg.model.errors import InputError
from thalweg.model.events import Declared, Refused
from thalweg.model.events import Row as FileRow
from thalweg.model.instants import Instant
from thalweg.model.result import CheckResult
from thalweg.model.shapes import Position
from thalweg.reports import map as maps
from thalweg.reports.ground import packaged as ground
from thalweg.server import multipart
from thalweg.server.desk import Abreast
from thalweg.server.multipart import Upload
from thalweg.server.pages import telling
from thalweg.server.pages.at_hand import AtHand
from thalweg.server.pages.shell import Filled, Opened, Page, stated
from thalweg.server.problems import Refusal
from thalweg.server.sessions import media_type

router = APIRouter(include_in_schema=False, route_class=Abreast)

_MOST: Final = 500
_AT_ONCE: Final = 200  # rows that one form declares
_DRAWN: Final = 300  # rows on the map
_OF_ONE, _OF_ALL = 4, 24  # files
_LARGEST_ROW: Final = 150_000


@dataclass(frozen=True, slots=True)
class Row:
    """One declaration of the file. `base` is empty where it is too large for a form; `other` names another party that
    the row is of; `known`: exactly this is declared already."""

    number: int
    declaration: Declaration
    start: Instant | None
    end: Instant | None
    at: Position | None
    base: str
    sha: str
    other: str
    known: bool
    refused: str

    @property
    def plain(self) -> bool:
        """Whether it can be declared with others: nothing is odd in it, and it is one's own."""
        return bool(self.base) and not (self.other or self.known or self.refused or self.declaration.flags)


@dataclass(slots=True)
class FileRead:
    """A file as it was read, and what the desk did not take of it, by version, with its sentence."""

    name: str
    sha256: str
    intake: Intake
    refused: dict[str, str] = field(default_factory=dict)


class Files(AtHand[FileRead]):
    """The files that were read last, by account and SHA-256."""

    def __init__(self) -> None:
        super().__init__(_OF_ONE, _OF_ALL)


@router.get("/declare/file")
async def choose(page: Opened) -> Response:
    """Where a file is chosen."""
    return page.render("declare_file.html", read=None)


@router.post("/declare/file")
async def review(page: Opened) -> Response:
    """The file's rows, with what is odd about each and what could not be read. Nothing is declared by this."""
    if media_type(page.request) != "multipart/form-data":
        raise Refusal("request-invalid", "Choose a file first.", field="file")
    sent = multipart.read(await page.request.body(), page.request.headers.get("content-type", ""))
    upload = sent.files.get("file")
    if upload is None or not upload.name or not upload.data:
        raise Refusal("request-invalid", "Choose a file first.", field="file")
    read = FileRead(upload.name[:200], hashlib.sha256(upload.data).hexdigest(), await _read(page, upload))
    _files(page).put(_account(page), read.sha256, read)
    return await _shown(page, read)


@router.get("/declare/file/{sha256}")
async def resume(page: Opened, sha256: str) -> Response:
    """The same rows again, with what became of them."""
    return await _shown(page, _known(page, sha256))


@router.post("/declare/file/{sha256}/send")
async def send(page: Opened, sha256: str, filled: Filled) -> Response:
    """Declares the rows that are ticked and in which nothing is odd, each by a statement of its own."""
    read = _known(page, sha256)
    if filled["sure"] != "yes":
        raise Refusal("request-invalid", "Say first that you have looked at these rows.", field="sure")
    author = page.asked.principal.author
    if not page.desk.holds_key(author):
        raise Refusal("request-invalid", "You sign with a key of your own: open each row, and sign it.")
    ticked = set(filled.all("row"))
    digests = {each.name: each.sha256 for each in read.intake.sources}
    for row in [each for each in _rows(page, read) if each.plain and each.declaration.version_id in ticked][:_AT_ONCE]:
        version = row.declaration.version_id
        path = FileRow(digests.get(row.declaration.source.file, ""), row.declaration.source.path[:200])
        said = Declared(page.party, row.declaration, row=path if path.sha256 else None)
        try:
            answer = (await stated(page, said, f"{filled.once}/{version}", author)).answer
        except InputError as error:  # a text that no statement can hold, in this row: those after it are declared
            read.refused[version] = error.sentence
            continue
        if isinstance(answer, Refused):
            read.refused[version] = answer.sentence
    return page.go(f"/declare/file/{sha256}#rows", "rows_declared")


async def _shown(page: Page, read: FileRead) -> Response:
    rows = _rows(page, read)
    return page.render(
        "declare_file.html",
        read=read,
        intake=read.intake,
        rows=rows,
        plain=sum(each.plain for each in rows),
        declared=sum(each.known for each in rows),
        more=len(read.intake.declarations) - len(rows),
        map=await _map(page, [each.declaration for each in rows if not each.other][:_DRAWN]),
        at_once=_AT_ONCE,
    )


def _rows(page: Page, read: FileRead) -> list[Row]:
    digests = {each.name: each.sha256 for each in read.intake.sources}
    found = [each.version_id for each in read.intake.declarations[:_MOST]]
    versions = page.reading.mailboxes.in_force(page.party, found).value
    return [
        _row(page, number, each, digests.get(each.source.file, ""), read.refused.get(each.version_id, ""), versions)
        for number, each in enumerate(read.intake.declarations[:_MOST], 1)
    ]


async def _map(page: Page, drawn: Sequence[Declaration]) -> Markup:
    """All rows on one map, so that one that stands apart is seen."""
    if not drawn:
        return Markup()
    rules = page.reading.world.membership.theatre.rules_hash
    by_version = {each.version_id: each for each in drawn}
    result = CheckResult(by_version, (), page.now, "", rules, __version__, party_names=page.names)
    said = (page.reader.language,)
    made = await run_in_threadpool(lambda: maps.draw(result, ground, wide=1000.0, languages=said).svg)
    return Markup(made)  # noqa: S704  # drawn by us: its texts were escaped where they were put in


def _known(page: Page, sha256: str) -> FileRead:
    found = _files(page).get(_account(page), sha256)
    if found is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return found


def _files(page: Page) -> Files:
    held: Files = page.request.app.state.files_here
    return held


def _account(page: Page) -> str:
    return page.asked.principal.account


async def _read(page: Page, upload: Upload) -> Intake:
    theatre = page.reading.world.membership.theatre
    return await run_in_threadpool(page.desk.review, upload.data, upload.name[:200], page.party, theatre)


def _row(page: Page, number: int, declaration: Declaration, sha: str, refused: str, versions: Collection[str]) -> Row:
    base = canonical_encode(dict(kinds.write_declaration(declaration))).decode()
    known = declaration.version_id in versions
    return Row(
        number, declaration, telling.begins(declaration), telling.ends(declaration), telling.where(declaration),
        base if len(base) <= _LARGEST_ROW else "", sha, "" if declaration.party == page.party else declaration.party,
        known, "" if known else refused,
    )  # fmt: skip
