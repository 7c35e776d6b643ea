"""A form that was refused comes back with what was typed in it, what is wrong, and where (WCAG 3.3.1, 3.3.3).

::

    POST → refused → the page that the form stands on, asked for within → its form, filled in as it was sent

No form and no template has to do anything for it, so none can forget it. What is hidden, secret or a one-time code is
not filled in again. Where the page has no such form any more, the refusal is a page of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from fastapi import Request, Response
from markupsafe import Markup, escape
from typing_extensions import override

from thalweg.server.problems import ProblemAnswer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from thalweg.server.pages.words import Words

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ON_PAGE: Final = "on-page"
"""The hidden field that says which page a form stands on."""
_OURS: Final = frozenset(("csrf", "once", ON_PAGE))
_NEVER: Final = frozenset(("hidden", "password", "file", "submit"))
_FAMILIES: Final = (
    # what a code begins with, and the sentence that says it to the person
    ("coordinate", "shell.wrong.position"),
    ("mgrs", "shell.wrong.position"),
    ("utm", "shell.wrong.position"),
    ("position", "shell.wrong.position"),
    ("time", "shell.wrong.time"),
    ("height", "shell.wrong.number"),
)
_SAID: Final = "refused-why"
_WRONG: Final = "refused-field"


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """What was sent, where it stood, what is wrong with it, and the page of that refusal by itself."""

    action: str
    here: str
    fields: Mapping[str, list[str]]
    answer: ProblemAnswer
    said: Markup
    problem: Response

    @property
    def wrong(self) -> str:
        """The name of the field that is wrong; empty where it is not said, or is none alone."""
        named = self.answer.fields.get("field", "")
        return named if isinstance(named, str) else ""

    def into(self, page: str, say: Words) -> str | None:
        """The page with its form filled in as it was sent. None where it has no such form."""
        looked = _Look(self)
        looked.feed(page)
        if looked.best is None:
            return None
        filling = _Fill(self, looked.best, self._why(say, looked.best.wrong), self._told(say))
        filling.feed(page)
        filling.close()
        return "".join(filling.out)

    def _sentence(self, say: Words) -> Markup:
        longest = self.answer.fields.get("longest")
        if isinstance(longest, int):
            return say("shell.wrong.needed", n=longest)
        for begin, key in _FAMILIES:
            if self.answer.code.startswith(begin):
                return say(key)
        return say("shell.wrong.other") if self.wrong else self.said

    def _why(self, say: Words, wrong: str) -> Markup:
        """What stands above the form, and takes the focus."""
        detail = "" if self.answer.status >= 500 else self.answer.detail
        code = self.answer.fields.get("refused", self.answer.code)
        beside = Markup('<small lang="en" dir="ltr">{} ({})</small>').format(detail, code) if detail else ""
        where = Markup('<a href="#{}">{}</a>').format(wrong, say("shell.wrong.where")) if wrong else ""
        return Markup(
            '<div class="flag warning refused-form" role="alert" tabindex="-1" autofocus id="{}"><b>{}</b> '
            "<span>{}</span>{}{}</div>"
        ).format(_SAID, say("shell.wrong.kept"), self._sentence(say), beside, where)

    def _told(self, say: Words) -> Markup:
        """What stands at the field."""
        return Markup('<small class="wrong" id="{}-why">{}</small>').format(_WRONG, self._sentence(say))


class AgainWith(Response):
    """Answers with the page that a form stands on, as it is asked for within: by the same reader, and with the form as
    it was sent (`request.state.refused`)."""

    def __init__(self, request: Request, refused: RefusedForm) -> None:
        super().__init__(status_code=refused.answer.status)
        self._request, self._refused = request, refused

    @override
    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        path, _, query = self._refused.here.partition("?")
        dropped = (b"content-length", b"content-type", b"transfer-encoding")
        within = {
            **{name: value for name, value in scope.items() if name not in ("route", "endpoint", "path_params")},
            "method": "GET",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query.encode("latin-1", "replace"),
            "headers": [(name, value) for name, value in scope["headers"] if name not in dropped],
            "state": {**scope["state"], "refused": self._refused},
        }
        ours = True

        async def held(message: MutableMapping[str, Any]) -> None:
            nonlocal ours
            if message["type"] == "http.response.start":
                ours = message["status"] == self.status_code
            if ours:
                await send(message)

        await self._request.app.router(within, _nothing, held)
        if not ours:  # that page leads elsewhere now, or is none
            await self._refused.problem(scope, _nothing, send)


async def _nothing() -> MutableMapping[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


@dataclass(slots=True)
class _Form:
    """A form of the page: its place, what is hidden in it, the names of its fields, and what it is folded into."""

    place: int
    hidden: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    folds: tuple[int, ...] = ()
    wrong: str = ""  # the id of the field that is wrong


class _Look(HTMLParser):
    """Finds the form that was sent: of those with its action, the one that hides what was sent with it."""

    def __init__(self, refused: RefusedForm) -> None:
        super().__init__(convert_charrefs=True)
        self._refused = refused
        self._forms = self._folds = 0
        self._open: list[int] = []
        self._in: _Form | None = None
        self._fitting = -1
        self.best: _Form | None = None

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "details":
            self._open.append(self._folds)
            self._folds += 1
        elif tag == "form":
            if held.get("action") == self._refused.action and (held.get("method") or "").lower() == "post":
                self._in = _Form(self._forms, folds=tuple(self._open))
            self._forms += 1
        elif self._in is not None and tag in ("input", "select", "textarea", "button") and held.get("name"):
            name = held["name"] or ""
            self._in.names.add(name)
            if name == self._refused.wrong and not self._in.wrong:
                self._in.wrong = held.get("id") or _WRONG
            if held.get("type") == "hidden" and name not in _OURS:
                self._in.hidden[name] = held.get("value") or ""

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self._open:
            self._open.pop()
        elif tag == "form" and self._in is not None:
            sent = self._refused.fields
            if all(value in sent.get(name, ()) for name, value in self._in.hidden.items()):
                fits = len(self._in.names & set(sent)) + len(self._in.hidden)
                if fits > self._fitting:
                    self._fitting, self.best = fits, self._in
            self._in = None


class _Fill(HTMLParser):
    """Writes the page again, with that form filled in; everything else byte for byte as it was."""

    def __init__(self, refused: RefusedForm, form: _Form, why: Markup, told: Markup) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._refused, self._form, self._why, self._told = refused, form, why, told
        self._left = {name: list(values) for name, values in refused.fields.items()}
        self._forms = self._folds = 0
        self._inside = False
        self._select = ""
        self._drops = False  # what stood in a text area
        self._owes = False  # the sentence at the wrong field, at the end of what it stands in
        self._marked = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raw = self.get_starttag_text() or ""
        held = dict(attrs)
        if tag == "details":
            opens = self._inside or self._folds in self._form.folds
            self._folds += 1
            raw = _tag(tag, {**held, "open": ""}) if opens else raw
        elif tag == "form":
            self._inside = self._forms == self._form.place
            self._forms += 1
            raw += str(self._why) if self._inside else ""
        elif self._inside:
            raw = self._field(tag, held, raw)
        self.out.append(raw)

    @override
    def handle_endtag(self, tag: str) -> None:
        self._drops = self._drops and tag != "textarea"
        self.out.append(f"</{tag}>")
        if tag == "form":
            self._inside = False
        if self._owes and tag in ("select", "textarea", "label"):
            self._tell()
        if tag == "select":
            self._select = ""

    @override
    def handle_data(self, data: str) -> None:
        if not self._drops:
            self.out.append(data)

    @override
    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    @override
    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    @override
    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    @override
    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")

    @override
    def handle_startendtag(self, _tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.out.append(self.get_starttag_text() or "")

    def _field(self, tag: str, held: dict[str, str | None], raw: str) -> str:
        name = held.get("name") or ""
        if tag == "option":
            chosen = (held.get("value") or "") in self._refused.fields.get(self._select, ())
            kept = {key: value for key, value in held.items() if key != "selected"}
            return _tag(tag, {**kept, "selected": ""} if chosen else kept) if self._select else raw
        if tag not in ("input", "select", "textarea"):
            return raw
        kind = (held.get("type") or "text").lower() if tag == "input" else tag
        if kind == "hidden" and name == "once" and self._refused.answer.status >= 500:
            return _tag(tag, {**held, "value": self._first(name)})  # it may have been said: said again, it is the same
        if kind in _NEVER or held.get("autocomplete") == "one-time-code":
            return raw
        if name == self._refused.wrong and not self._marked:
            self._marked = self._owes = True
            described = " ".join(each for each in (held.get("aria-describedby"), f"{_WRONG}-why") if each)
            held = {**held, "aria-invalid": "true", "aria-describedby": described}
        if kind in ("checkbox", "radio"):
            kept = {key: value for key, value in held.items() if key != "checked"}
            ticked = (held.get("value") or "on") in self._refused.fields.get(name, ())
            return _tag(tag, {**kept, "checked": ""} if ticked else kept)
        if tag == "select":
            self._select = name if name in self._refused.fields else ""
            return _tag(tag, held)
        if tag == "textarea":
            self._drops = True
            return f"{_tag(tag, held)}{escape(self._next(name))}"
        made = _tag(tag, {**held, "value": self._next(name)})
        if self._owes:
            self._owes = False
            made += f'<span id="{_WRONG}"></span>{self._told}'
        return made

    def _tell(self) -> None:
        self._owes = False
        self.out.append(f'<span id="{_WRONG}"></span>{self._told}')

    def _first(self, name: str) -> str:
        return self._refused.fields.get(name, [""])[0]

    def _next(self, name: str) -> str:
        left = self._left.get(name)
        return left.pop(0) if left else ""


def _tag(tag: str, held: Mapping[str, str | None]) -> str:
    parts = [f'{name}="{escape(value)}"' if value is not None else name for name, value in held.items()]
    return f"<{' '.join([tag, *parts])}>"
