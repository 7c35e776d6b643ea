"""A person's settings: language, colours, coordinates, time zone, digits, keys; and what signs them in."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Response

from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.server.pages.reader import keep
from thalweg.server.pages.shell import Filled, Visited, back_to
from thalweg.server.sessions import check_origin

router = APIRouter(include_in_schema=False)


@router.post("/language")
async def choose_language(page: Visited, filled: Filled) -> Response:
    """Before signing in: this browser's language. It changes nothing else, and so asks for no name."""
    check_origin(page.request, page.doors.settings)
    language = filled["language"]
    response = page.go(back_to(filled["next"]))
    if language in LANGUAGES:
        keep(response, page.doors, None, replace(page.reader, language=language))
    return response
