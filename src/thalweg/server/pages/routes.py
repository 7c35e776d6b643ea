"""All pages of the room, put into the application."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from thalweg.server.pages import (
    agreements,
    assets,
    channels,
    declarations,
    declare,
    declare_file,
    emergency,
    evidence,
    finding,
    inbox,
    incident,
    notice,
    own,
    room,
    settings,
    signing_in,
    source_drafts,
    sources,
    watch,
)
from thalweg.server.pages.answered import Kept
from thalweg.server.pages.problems import as_page
from thalweg.server.pages.shell import pages
from thalweg.server.shell import AsPage

_ROUTERS = (
    agreements.router,
    assets.router,
    channels.router,
    declarations.router,
    declare.router,
    declare_file.router,
    emergency.router,
    evidence.router,
    finding.router,
    inbox.router,
    incident.router,
    notice.router,
    own.router,
    room.router,
    settings.router,
    signing_in.router,
    source_drafts.router,  # before `sources`, which takes any name
    sources.router,
    watch.router,
)


def add(app: FastAPI) -> AsPage:
    """The pages; what makes a page of a problem is for the shell around the application."""
    for router in _ROUTERS:
        app.include_router(router)
    app.state.answered = Kept()
    app.state.read_here = source_drafts.Pages()
    app.state.files_here = declare_file.Files()
    app.state.pages = pages(
        frozenset(
            context.path or ""
            for context in iter_route_contexts(app.routes)
            if isinstance(context.original_route, APIRoute) and "GET" in (context.methods or ())
        )
    )
    return as_page
