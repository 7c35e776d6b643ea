"""What surrounds every page: who reads it and how, the strip above, words, forms, what was just done, and how it is
sent.

::

    request → somebody → their party's mailboxes → values → template → one compressed answer

A page reads what the interface reads (`policy.mailbox`), and a form says what the interface says (`Office.say_for`,
where the desk holds the officer's key). Nothing here knows more of the world than `/v1` does.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import parse_qs, quote

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from thalweg.desk.checks import screen
from thalweg.desk.office import Reading
from thalweg.formats import event as kinds
from thalweg.ledger.errors import StoreFailed
from thalweg.model.errors import ThalwegError
from thalweg.model.events import SECRETARIAT, Bearer, ChannelState, Delivered, Refused, Said
from thalweg.model.instants import Instant
from thalweg.places.describe import describe
from thalweg.policy.mailbox import Mailboxes, StatementRead
from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.server.desk import Asked, Asking, Desk, DeskRoutes, ordered
from thalweg.server.doors import Doors, Principal
from thalweg.server.pages.assets import Assets
from thalweg.server.pages.reader import Reader, reader_of
from thalweg.server.pages.refused import ON_PAGE, RefusedForm
from thalweg.server.pages.words import Words, finalized, words
from thalweg.server.pages.written import Written
from thalweg.server.problems import Refusal
from thalweg.server.sessions import CSRF_FIELD, csrf_token, doors_of, media_type, person

ONCE: Final = "once"
SIGN_WITH: Final = "sign-with"
_PACK_FROM: Final = 1_000  # bytes; below that a page is one packet anyway
_NAVIGATION: Final = (
    # key, path, whether it stands in the bar of a small screen
    ("inbox", "/inbox", True),
    ("room", "/room", True),
    ("declare", "/declare", True),
    ("declarations", "/declarations", False),
    ("channels", "/channels", False),
    ("agreements", "/agreements", False),
    ("incidents", "/incidents", False),
    ("sources", "/sources", False),
    ("watch", "/watch", False),
    ("ledger", "/ledger", True),
    ("settings", "/settings", False),
)
_ANYWHERE: Final = (40.0, 35.0)
_ISOLATES: Final = re.compile("[\u2066-\u2069]")
_ARRIVE_AT_ONCE: Final = 1_000
_DONE: Final = "thalweg-done"
_WORST: Final = (ChannelState.DOWN, ChannelState.UNKNOWN, ChannelState.NORMAL)


@dataclass(frozen=True, slots=True)
class Pages:
    """What all pages of an application share; kept as `app.state.pages`."""

    assets: Assets
    templates: Environment
    paths: frozenset[str]

    def has(self, path: str) -> bool:
        """Whether there is such a page, so that nothing leads nowhere."""
        return path in self.paths


def pages(paths: frozenset[str]) -> Pages:
    """For an application with these routes."""
    return Pages(_assets(), _environment(), paths)


def warm() -> None:
    """Make at leisure, in a thread, what the first page would wait for otherwise: templates, and files packed."""
    for name in _environment().list_templates():
        _environment().get_template(name)
    _assets().pack()
    describe(*_ANYWHERE)  # reads the places


@cache
def _assets() -> Assets:
    return Assets()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        finalize=finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.tests["says"] = _says
    return made


def _says(text: str, words: str) -> bool:
    """Whether a sentence holds somebody's words already, so that they stand once."""
    return " ".join(words.split()) in " ".join(_ISOLATES.sub("", text).split())


@dataclass(frozen=True, slots=True)
class LineStrip:
    """A channel in the strip: how we see the line, and how they do."""

    channel: str
    name: str
    party: str
    ours: ChannelState
    ours_since: Instant | None
    theirs: ChannelState
    theirs_since: Instant | None
    more: int


@dataclass(frozen=True, slots=True)
class Strip:
    """What stands above every page of somebody who has signed in."""

    theatre: str
    party: str
    name: str
    exercise: bool
    now: Instant
    line: LineStrip | None
    size: int
    owed: int
    emergency: bool
    desk_signs: bool
    told: int  # how many notices there are: a live stream goes on after them
    notices: int = 0
    """The number of the newest notice that the page shows: what comes after it comes live."""


@dataclass
class Visit:
    """A request for a page, by somebody or by nobody yet; what every template is given as `page`."""

    request: Request
    doors: Doors
    reader: Reader
    who: Principal | None = None
    strip: Strip | None = None
    now_ms: int = 0
    _islands: dict[str, None] = field(default_factory=dict)

    @property
    def pages(self) -> Pages:
        held: Pages = self.request.app.state.pages
        return held

    @property
    def words(self) -> Words:
        return words(self.reader.language)

    @property
    def written(self) -> Written:
        return Written(self.words, self.reader)

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def here(self) -> str:
        """This page again, as it was asked for."""
        query = self.request.url.query
        return self.path + (f"?{query}" if query else "")

    @property
    def stands(self) -> str:
        """The page that its forms stand on: where a form is answered with a page, the one that was asked for before."""
        sent: Mapping[str, list[str]] = getattr(self.request.state, "filled", {})
        return sent.get(ON_PAGE, [self.here])[0] if self.request.method == "POST" else self.here

    @property
    def refused(self) -> RefusedForm | None:
        """The form of this page that was just sent and refused, if that is why it is shown."""
        found: RefusedForm | None = getattr(self.request.state, "refused", None)
        return found

    @property
    def csrf(self) -> str:
        """The token of this session; a machine's token, or nobody, needs none."""
        return "" if self.who is None or not self.who.session else csrf_token(self.doors, self.who.session)

    @property
    def kept(self) -> str:
        """The key of what this account's pages keep on a machine while the line is down. It comes with each page and is
        stored nowhere there, so that who takes the machine has ciphertext."""
        if self.who is None or not self.who.session:
            return ""
        made = hmac.new(self.doors.derive("kept"), self.who.account.encode(), hashlib.sha256).digest()
        return base64.b64encode(made).decode()

    @property
    def languages(self) -> Mapping[str, str]:
        return LANGUAGES

    @property
    def navigation(self) -> list[dict[str, Any]]:
        return [
            {"key": key, "path": path, "small": small, "here": self.path == path or self.path.startswith(f"{path}/")}
            for key, path, small in _NAVIGATION
            if self.pages.has(path)
        ]

    def has(self, path: str) -> bool:
        return self.pages.has(path)

    def once(self) -> str:
        """A number for one form: sent twice, it says its thing once."""
        return self.doors.random_bytes(12).hex()

    def fields(self) -> Markup:
        """The hidden fields of every form."""
        csrf = f'<input type="hidden" name="{CSRF_FIELD}" value="{escape(self.csrf)}">' if self.csrf else ""
        stands = f'<input type="hidden" name="{ON_PAGE}" value="{escape(self.stands)}">'
        return Markup(f'{csrf}{stands}<input type="hidden" name="{ONCE}" value="{self.once()}">')  # noqa: S704  # escaped

    def script(self, island: str) -> Markup:
        """Asks for the script of an island, once a page. Where it is not built, nothing."""
        found = self.pages.assets.island(island)
        if found is None or island in self._islands:
            return Markup()
        self._islands[island] = None
        source, styles = found
        tags = [Markup('<link rel="stylesheet" href="{}">').format(each) for each in styles]
        tags.append(Markup('<script type="module" src="{}"></script>').format(source))
        return Markup().join(tags)

    def ahead(self, *islands: str) -> Markup:
        """Asks for all modules of islands at once, and not for each when the one before it has been read."""
        found = dict.fromkeys(each for island in islands for each in self.pages.assets.ahead(island))
        return Markup().join(Markup('<link rel="modulepreload" href="{}">').format(each) for each in found)

    def render(self, template: str, /, status: int = 200, **values: object) -> Response:
        """The page, in the reader's language, with what was just done (`done`) above it."""
        done = self.request.cookies.get(_DONE, "")
        say = self.words
        message = say(f"shell.done.{done}") if done and say.knows(f"shell.done.{done}") else ""
        held = self.pages.templates.get_template(template)
        text = held.render(page=self, t=say, w=self.written, done=message, **values)
        if self.refused is not None:
            again = self.refused.into(text, say)
            if again is None:
                return self.refused.problem
            text, status = again, self.refused.answer.status
        response = self._packed(text.encode(), status)
        if done:
            response.delete_cookie(_DONE, path="/")
        return response

    def go(self, path: str, done: str = "") -> Response:
        """After a form: to a page, with a word on what was done (a key `shell.done.…`)."""
        response = RedirectResponse(path, 303)
        if done:
            secure = self.doors.settings.secure
            response.set_cookie(_DONE, done, max_age=60, path="/", secure=secure, httponly=True, samesite="strict")
        return response

    def _packed(self, data: bytes, status: int) -> Response:
        headers = {"vary": "accept-encoding, accept-language, cookie", "cache-control": "no-store"}
        if len(data) >= _PACK_FROM and "gzip" in self.request.headers.get("accept-encoding", ""):
            # A secret beside what others choose is safe to compress here: the cookie that a page is made for is not
            # sent with a request that another site began (SameSite=Strict), so nobody can ask for it a thousand times.
            data = gzip.compress(data, 6, mtime=0)
            headers["content-encoding"] = "gzip"
        return Response(data, status, headers=headers, media_type="text/html; charset=utf-8")


@dataclass
class Page(Visit):
    """A request for a page by an officer of a party."""

    desk: DeskRoutes = field(kw_only=True)
    asked: Asking = field(kw_only=True)
    reading: Reading = field(kw_only=True)

    @property
    def party(self) -> str:
        return self.asked.party

    @property
    def now(self) -> Instant:
        return self.asked.now

    async def arrived(self, notices: Iterable[str]) -> None:
        """Puts on record that a screen of the party shows these notices, each once: that is how they reached it (R14).
        What is read from here on is the picture after that. A machine's token is no screen, and an observer's is not
        where the party reads; and a page is shown even where the store takes nothing now."""
        who = self.asked.principal
        if not who.session or not self.reading.world.membership.speaks_for(who.author, self.party):
            return
        fresh = self.reading.mailboxes.undelivered(self.party, notices).value
        with contextlib.suppress(StoreFailed):  # shown all the same; noted the next time
            for at in range(0, len(fresh), _ARRIVE_AT_ONCE):
                some = fresh[at : at + _ARRIVE_AT_ONCE]
                await self.desk.office.note(Delivered("", some, Bearer.STREAM, "screen"))
        if fresh:
            self.reading = await self.desk.office.reading()

    async def ordered(self, ready: Callable[[Mailboxes, str], bool] = Mailboxes.ready) -> Mailboxes:
        """What one's party reads, once what is in force and what it was told of is in order (`server.desk.ordered`)."""
        self.reading = await ordered(self.desk, self.party, ready)
        return self.reading.mailboxes

    def name(self, party: str) -> str:
        """The name of a party as the theatre has it."""
        if party == SECRETARIAT:
            return self.words.plain("shell.secretariat")
        return self.reading.world.membership.name(party)

    @property
    def names(self) -> dict[str, str]:
        membership = self.reading.world.membership
        return {party: self.name(party) for party in (*membership.parties, SECRETARIAT)}


async def visiting(request: Request) -> Visit:
    """FastAPI dependency of a page that anybody may have."""
    doors = doors_of(request)
    return Visit(request, doors, reader_of(request, doors, None), now_ms=doors.now())


async def opened(request: Request, desk: Desk, asked: Asked) -> Page:
    """FastAPI dependency of a page for an officer of a party."""
    doors = doors_of(request)
    reading = await desk.office.reading()
    reader = reader_of(request, doors, asked.principal)
    page = Page(request, doors, reader, asked.principal, None, doors.now(), desk=desk, asked=asked, reading=reading)
    page.strip = _strip(page)
    return page


async def known(request: Request, asking: Annotated[Principal, Depends(person)]) -> Visit:
    """FastAPI dependency of a page for a person who has signed in, whoever's side they are on."""
    doors = doors_of(request)
    return Visit(request, doors, reader_of(request, doors, asking), asking, now_ms=doors.now())


Visited = Annotated[Visit, Depends(visiting)]
Known = Annotated[Visit, Depends(known)]
Opened = Annotated[Page, Depends(opened)]


async def form(request: Request) -> Form:
    """FastAPI dependency: what was filled in. Values are as they were typed, without spaces around them."""
    if media_type(request) != "application/x-www-form-urlencoded":
        return Form({})
    try:
        body = (await request.body()).decode()
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except UnicodeDecodeError as error:  # its letters would be replaced, and nobody told
        raise Refusal("request-invalid", "The form is not in UTF-8.") from error
    except ValueError as error:
        raise Refusal("request-invalid", "The form has more fields than any of ours.") from error
    request.state.filled = fields  # a form that is refused is shown again as it was filled in
    return Form(fields)


@contextlib.contextmanager
def in_field(name: str) -> Iterator[None]:
    """What cannot be understood inside is of this field: the form is shown again with it marked."""
    try:
        yield
    except ThalwegError as error:
        error.fields.setdefault("field", name)
        raise


class Form:
    """The fields of a form that was sent."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        """The value of a field; empty where it was left out."""
        return self._fields.get(name, [""])[0].strip()

    def exact(self, name: str) -> str:
        """As it was typed, for passwords."""
        return self._fields.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        return [each.strip() for each in self._fields.get(name, []) if each.strip()]

    def lines(self, name: str) -> list[str]:
        """The lines of a field that hold anything."""
        return [line.strip() for line in self[name].splitlines() if line.strip()]

    def need(self, name: str, longest: int = 300) -> str:
        """The value of a field that must be there. Refusal otherwise."""
        value = self[name]
        if not value or len(value) > longest:
            raise Refusal(
                "request-invalid",
                f"The form needs {name}, of at most {longest} characters.",
                field=name,
                longest=longest,
            )
        return value

    def within(self, name: str, longest: int) -> str:
        """The value of a field, empty where it was left out. Refusal where it is longer: it is never cut, for whoever
        sent it would believe that all of it was said."""
        value = self[name]
        if len(value) > longest:
            raise Refusal(
                "request-invalid",
                f"{name} has {len(value):,} characters, and {longest:,} fit.",
                field=name,
                longest=longest,
            )
        return value

    @property
    def once(self) -> str:
        return self.need(ONCE, 64)

    @property
    def said(self) -> str:
        """What names this form as it is filled in: the same again is the same statement, and one that was gone back to
        and filled in otherwise is another."""
        typed = sorted((name, values) for name, values in self._fields.items() if name != CSRF_FIELD)
        return f"{self.once}/{hashlib.sha256(json.dumps(typed).encode()).hexdigest()[:32]}"


Filled = Annotated[Form, Depends(form)]
_MOST_FIELDS: Final = 1_000


async def say(page: Page, filled: Form, said: Said, then: str, done: str) -> Response:
    """Make a statement by a form, and go on to `then`.

    Where the desk holds the officer's key it signs, and the same form again is the same statement. Where the officer
    signs, an island asks with its key (`sign-with`) and is given what to prepare, sign and hand in at `/v1`; without a
    script the page says so. What the desk refuses becomes a page with its words; that it was said is on record.
    """
    author = page.asked.principal.author
    if filled[SIGN_WITH]:
        kind, body = kinds.write(said)
        return JSONResponse({"kind": kind, "body": body, "then": then})
    read = await said_by(page, filled, said, author)
    if isinstance(read.answer, Refused):
        raise Refusal("desk-refused", read.answer.sentence, refused=read.answer.code)
    return page.go(then, done)


async def said_by(page: Page, filled: Form, said: Said, author: str) -> StatementRead:
    """The desk's answer to a statement by a form."""
    return await stated(page, said, filled.said, author)


async def stated(page: Page, said: Said, once: str, author: str) -> StatementRead:
    """The desk's answer to a statement; with the same `once`, to the same one."""
    body = screen(said, author, page.reading.world)
    event = await page.desk.office.say_for(author, body, f"page/{once}".encode())
    found = (await page.desk.office.reading()).mailboxes.statement(page.party, event)
    if found is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return found.value


def sign_in_first(path: str, query: str) -> str:
    """Where to sign in, and to come back from."""
    back = path + (f"?{query}" if query else "")
    return "/sign-in" if back == "/" else f"/sign-in?next={quote(back, safe='/')}"


def back_to(path: str) -> str:
    """A path of ours that somebody asked to come back to; never another site's."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and len(path) < 500
    return path if fine else "/"


def _strip(page: Page) -> Strip:
    mailboxes, membership = page.reading.mailboxes, page.reading.world.membership
    owed, worst = mailboxes.owed(page.party).value
    return Strip(
        theatre=membership.theatre.name,
        party=page.party,
        name=page.name(page.party),
        exercise=membership.theatre.exercise,
        now=page.now,
        line=_line(page),
        size=page.reading.world.size,
        owed=owed,
        emergency=worst == "emergency",
        desk_signs=page.desk.holds_key(page.asked.principal.author),
        told=mailboxes.count(page.party),
        notices=mailboxes.count(page.party),
    )


def _line(page: Page) -> LineStrip | None:
    """Of all lines to others, the one that is in the worst state as either side sees it."""
    found: list[LineStrip] = []
    for channel in page.reading.mailboxes.channels(page.party).value:
        if page.party not in channel.joined:
            continue
        seen = {line.party: line for line in channel.lines}
        ours = seen.get(page.party)
        for party in channel.joined:
            theirs = seen.get(party)
            if party == page.party or theirs is None or ours is None:
                continue
            found.append(
                LineStrip(
                    channel.channel, channel.name, page.name(party), ours.state, ours.since, theirs.state,
                    theirs.since, 0,
                )
            )  # fmt: skip
    if not found:
        return None
    worst = min(found, key=lambda each: min(_WORST.index(each.ours), _WORST.index(each.theirs)))
    return LineStrip(
        worst.channel, worst.name, worst.party, worst.ours, worst.ours_since, worst.theirs, worst.theirs_since,
        len(found) - 1,
    )  # fmt: skip
