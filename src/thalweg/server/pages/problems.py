"""A refusal as a page, for a browser that asks for one: what happened, its code, and what to do next."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from thalweg.server.pages.reader import reader_of
from thalweg.server.pages.refused import ON_PAGE, AgainWith, RefusedForm
from thalweg.server.pages.shell import Visit, back_to, sign_in_first
from thalweg.server.problems import ProblemAnswer

_SAID: Final = {
    "not-found": "shell.problem.not_found",
    "sign-in-needed": "shell.problem.sign_in",
    "session-over": "shell.problem.sign_in",
    "csrf-refused": "shell.problem.form",
    "origin-refused": "shell.problem.form",
    "step-up-needed": "shell.problem.step_up",
    "desk-refused": "shell.problem.refused",
    "desk.no_key": "shell.problem.own_key",
}
_NOT_THE_FORM: Final = frozenset(("sign-in-needed", "session-over", "csrf-refused", "origin-refused", "not-found"))
_OF_PROGRAMS: Final = ("/v1", "/sign-in/", "/healthz", "/readyz", "/metrics", "/static/")


def as_page(request: Request, answer: ProblemAnswer) -> Response | None:
    """The page, or None for a program, which is given the problem as JSON."""
    path = request.url.path
    earlier: RefusedForm | None = getattr(request.state, "refused", None)
    if earlier is not None:  # the page that its form stands on cannot be shown now
        return earlier.problem
    if "text/html" not in request.headers.get("accept", "") or path.startswith(_OF_PROGRAMS):
        return None
    if answer.status == 401 and request.method == "GET":
        leads = RedirectResponse(sign_in_first(path, request.url.query), 303)
        if answer.code == "session-over":  # a machine that was signed out from elsewhere keeps nothing
            leads.headers["Clear-Site-Data"] = '"cache", "storage"'
        return leads
    if answer.code == "step-up-needed":
        return RedirectResponse(f"/prove?next={quote(_from(request, '/settings'), safe='/')}", 303)
    doors = request.app.state.doors
    who = getattr(request.state, "principal", None)
    visit = Visit(request, doors, reader_of(request, doors, who), who)
    say = visit.words
    wait = answer.fields.get("retry_after_s")
    if isinstance(wait, int):
        said = say("shell.problem.wait", seconds=wait)
    elif answer.status >= 500:
        said = say("shell.problem.inside")
    else:
        said = say(_SAID.get(answer.code, "shell.problem"))
    detail = "" if answer.status >= 500 or answer.code in ("not-found", "rate-limited") else answer.detail
    code = str(answer.fields.get("refused", answer.code))
    before = _from(request)
    again = visit.here if request.method == "GET" else before and back_to(before)
    response = visit.render(
        "problem.html", answer.status, said=said, detail=detail, code=code, again=again,
        request_id=request.state.request_id,
    )  # fmt: skip
    for name, value in answer.headers.items():
        if name.lower() != "www-authenticate":
            response.headers[name] = value
    filled: dict[str, list[str]] | None = getattr(request.state, "filled", None)
    stands = "" if filled is None else filled.get(ON_PAGE, [""])[0]
    if (
        not filled
        or not stands
        or back_to(stands) != stands
        or request.method != "POST"
        or answer.code in _NOT_THE_FORM
    ):
        return response
    return AgainWith(request, RefusedForm(path, stands, filled, answer, said, response))


def _from(request: Request, otherwise: str = "") -> str:
    """The page that a form was on, by the browser's word; it is looked at again before anybody is sent there."""
    referer = request.headers.get("referer", "")
    origin = request.app.state.doors.settings.origin
    return referer.removeprefix(origin) if referer.startswith(origin + "/") else otherwise
