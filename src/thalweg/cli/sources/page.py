"""Pages as the commands of `thalweg sources` take them: read by the rules that are carried, each with its drafts."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter

from thalweg import wiring
from thalweg.model.errors import InputError
from thalweg.places.areas import Outline
from thalweg.places.gazetteer import packaged
from thalweg.places.regions import read_region

if TYPE_CHECKING:  # the rules and their words are loaded when a page has been read
    from thalweg.sources.article import Article
    from thalweg.sources.claims import Claim

READ, NOTHING, INCOMPLETE = 0, 2, 3


@dataclass(frozen=True, slots=True)
class Page:
    """A file that was to be read; `article` is None where it could not be."""

    file: str
    article: Article | None
    claims: tuple[Claim, ...]
    problems: tuple[InputError, ...]


@Parameter(name="*")
@dataclass(frozen=True)
class Reading:
    """What pages are read with.

    Parameters
    ----------
    theatre
        The theatre file, for its parties and its area.
    gazetteer
        A GeoNames file (XX.txt) or a list of places that adds to the gazetteer; may be repeated.
    published
        The day of whatever page does not state its own, such as 2031-03-10.
    """

    theatre: Annotated[Path | None, Parameter(name=["--theatre", "-t"])] = None
    gazetteer: Annotated[tuple[Path, ...], Parameter(name="--gazetteer", negative="")] = ()
    published: Annotated[str, Parameter(name="--published")] = ""


AS_CARRIED: Final = Reading()


def pages_of(files: Sequence[Path], how: Reading) -> list[Page]:
    """Each file as a page with the claims drafted from it, or with what is wrong with it; in the order given.

    `InputError` where there is no file, or what they are to be read with is itself amiss.
    """
    if not files:
        raise InputError("source-none", "Name at least one page to read.", expected="HTML, PDF, .mhtml or plain text")
    rules = wiring.theatre_of(how.theatre)
    known = packaged()
    for path in how.gazetteer:
        known = known.with_places(read_region(path))
    area = Outline(rules.area) if rules.area else None
    day = day_of(how.published)
    pages_room = importlib.import_module("thalweg.wiring.pages")
    drafting = importlib.import_module("thalweg.sources.claims")
    pages = []
    for path in files:
        try:
            article = pages_room.read_page(pages_room.page_bytes(path), published=day)
        except InputError as error:
            pages.append(Page(path.name, None, (), (error,)))
            continue
        try:
            claims = drafting.draft(article, known, parties=rules.parties, area=area)
            pages.append(Page(path.name, article, claims, ()))
        except InputError as error:
            pages.append(Page(path.name, article, (), (error,)))
    return pages


def day_of(text: str) -> date | None:
    """The day that a text such as 2031-03-10 means; None if it is empty. `InputError` for any other."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            "source-day", f"“{text}” is no day.", expected="a day such as 2031-03-10", found=text
        ) from error


def keep(path: Path, data: dict[str, Any]) -> None:
    """Write a file of drafts, whole or not at all."""
    wiring.write_file(path, (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())
