"""A file, row by row: read as `thalweg check` reads it, looked at one by one, and each declared by the form.

Nothing of a file is sent as a whole. A row is opened in the form, where its positions are read back and confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from thalweg.desk.intake import Intake
from thalweg.formats import event as kinds
from thalweg.ledger.canonical import encode as canonical_encode
from thalweg.model.declarations import Declaration
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.server import multipart
from thalweg.server.desk import in_thread
from thalweg.server.multipart import Upload
from thalweg.server.pages import telling
from thalweg.server.pages.shell import Opened, Page
from thalweg.server.problems import Refusal
from thalweg.server.sessions import media_type

router = APIRouter(include_in_schema=False)

_MOST: Final = 100
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


@router.get("/declare/file")
async def choose(page: Opened) -> Response:
    """Where a file is chosen."""
    return page.render("declare_file.html", name="", rows=[], more=0, intake=None)


@router.post("/declare/file")
async def review(page: Opened) -> Response:
    """The file's rows, with what is odd about each and what could not be read. Nothing is declared by this."""
    if media_type(page.request) != "multipart/form-data":
        raise Refusal("request-invalid", "Choose a file first.", field="file")
    sent = multipart.read(await page.request.body(), page.request.headers.get("content-type", ""))
    upload = sent.files.get("file")
    if upload is None or not upload.name or not upload.data:
        raise Refusal("request-invalid", "Choose a file first.", field="file")
    intake = await _read(page, upload)
    digests = {each.name: each.sha256 for each in intake.sources}
    own = page.reading.mailboxes.declarations(page.party, page.now, own=True).value.declarations
    versions = {each.version for each in own}
    rows = [
        _row(page, number, each, digests.get(each.source.file, ""), known=each.version_id in versions)
        for number, each in enumerate(intake.declarations[:_MOST], 1)
    ]
    return page.render(
        "declare_file.html", name=upload.name, rows=rows, more=len(intake.declarations) - len(rows), intake=intake
    )


async def _read(page: Page, upload: Upload) -> Intake:
    theatre = page.reading.world.membership.theatre
    return await in_thread(lambda: page.desk.review(upload.data, upload.name[:200], page.party, theatre))


def _row(page: Page, number: int, declaration: Declaration, sha: str, *, known: bool) -> Row:
    base = canonical_encode(dict(kinds.write_declaration(declaration))).decode()
    return Row(
        number, declaration, telling.begins(declaration), telling.ends(declaration), telling.where(declaration),
        base if len(base) <= _LARGEST_ROW else "", sha, "" if declaration.party == page.party else declaration.party,
        known,
    )  # fmt: skip
