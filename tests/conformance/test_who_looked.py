"""Whatever shows somebody a protected site of another party puts on record who looked (R37).

The operations come from the application itself: a new one that shows a site in its answer, and counts nothing, fails
here.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.conformance.test_wrong_askers import Found, named
from tests.serving import Answer, serving, soon
from thalweg.formats import event as kinds
from thalweg.ledger.errors import StoreFailed
from thalweg.model.cases import IncidentReported, Particulars
from thalweg.model.declarations import Kind
from thalweg.model.events import SitesRead, Term, TermsSet
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.server.doors import Principal
from thalweg.wiring import now_ms

TITLE = "Ward of the seven lanterns"
COUNTED_UNREAD = ("GET /v1/notices/{notice}/sheet", "GET /v1/situation", "POST /room/outlines")
"""These show it without its title in the clear."""
SHOWN = frozenset({
    "GET /v1/statements/{event}", "GET /v1/notices", "GET /v1/notices/{notice}", "GET /v1/notices/{notice}/text",
    "GET /v1/inbox", "GET /v1/declarations", "GET /v1/declarations/{subject:path}", "GET /v1/findings",
    "POST /v1/previews", "GET /v1/entries/{index}", "GET /v1/entries/{index}/receipt", "GET /v1/bundle",
    "GET /v1/export", "GET /v1/as-of", "GET /v1/as-of/map", "GET /v1/incidents/{reference}/dossier",
    "GET /declarations", "GET /findings", "GET /findings/{finding}", "GET /inbox", "GET /room", "GET /room/map",
})  # fmt: skip
"""Routes that are known to show it, so that the test can fail."""


@dataclass
class Ward:
    """A desk on which bravo was told of alpha's ward, and met it."""

    found: Found
    first: str  # versions of the ward
    second: str
    _seen: int = 0

    def read_by(self, officer: str = "bravo-1") -> list[str]:
        """What is on record as looked at, and was not at the last call."""
        server = self.found.serving
        server.portal.call(server.built.app.state.desk.reads.flush)
        world = server.portal.call(server.opened.office.reading).world
        bodies = [world.load(index).body for index in range(self._seen, world.size)]
        self._seen = world.size
        read = (body for body in bodies if isinstance(body, SitesRead) and body.officer == officer)
        return [each for body in read for each in body.chains]


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with serving(tmp_path_factory.mktemp("looked")) as server:
        server.parties("alpha", "bravo")
        site = replace(soon("ward", "alpha", kind=Kind.STATIC_SITE), title=TITLE)
        server.declare("alpha-1", site)
        first = server.notices("bravo-1")[-1]["version"]
        told = server.declare("alpha-1", replace(site, revision=2, replaces=site.version_id, details={"beds": "40"}))
        second = server.notices("bravo-1")[-1]["version"]
        patrol = soon("patrol", "bravo")
        taken = server.declare("bravo-1", patrol, 201, second)
        began_s = now_ms() / 1e3
        when = Particulars(Instant(began_s - 60), Instant(began_s + 60), Position(40.14, 35.336), 500)
        reported = server.say("alpha-1", IncidentReported("alpha", "Shots", when, ("bravo",), "For a minute."))
        notices = server.notices("bravo-1")
        shown = next(each for each in notices if each["version"] == second)
        finding = next(found["id"] for each in notices for found in each["findings"])
        ids = {
            "{event}": taken["statement"], "{notice}": shown["id"], "{subject:path}": "alpha/ward", "{channel}": "line",
            "{reference}": reported["notices"][-1]["subject"], "{index}": str(told["index"]), "{finding}": finding,
            "{sha256}": "5e" * 32, "{draft}": "d" * 16, "{name}": "0" * 16, "{credential}": "AAAA", "{key}": "0" * 64,
            "{account}": "m", "{token}": "t", "{fingerprint}": "0" * 64, "{contact}": "c", "{code}": "not-found",
            "{path:path}": "room.css", "{commitment}": "f" * 64,
        }  # fmt: skip
        queries = {"GET /v1/export": "?form=json", "GET /v1/log/consistency": "?old=1&new=3"}
        bodies = {
            "POST /v1/previews": {"declaration": kinds.write_declaration(patrol)},
            "POST /room/outlines": {"subjects": ["alpha/ward"]},
        }
        yield Ward(Found(server, ids, queries, bodies), first, second)


def shows(answer: Answer) -> bool:
    """Whether the site is in it: in the clear, or in the base64 of entries."""
    written = re.findall(r'"((?:[A-Za-z0-9+/]{4}){20,}[A-Za-z0-9+/=]{0,4})"', answer.text)
    inside = [base64.b64decode(each) for each in written]
    return any(TITLE.encode() in each for each in (answer.content, *inside))


def test_whatever_shows_a_site_counts_who_looked(ward: Ward) -> None:
    asker, showed, uncounted = ward.found.serving.bearing("bravo-1"), set(), []
    for operation in ward.found.operations():
        if not operation.guarded or operation.method == "DELETE" or operation.path == "/v1/stream":
            continue
        ward.read_by()
        answer, name = ward.found.ask(operation, asker), named(operation)
        if shows(answer):
            showed.add(name)
        if (shows(answer) or name in COUNTED_UNREAD) and not {"alpha/ward", ward.second} & {*ward.read_by()}:
            uncounted.append(name)
    assert not uncounted
    assert showed >= SHOWN, SHOWN - showed


def test_what_a_stream_sends_is_counted_for_whoever_opened_it(ward: Ward) -> None:
    server = ward.found.serving
    streams = server.built.app.state.desk.streams
    account = server.opened.accounts.account("m-bravo-1")
    assert account is not None
    who = Principal(account.id, account.login, account.author, "bravo", "en", "token", frozenset({"read"}), b"key")

    async def sent() -> bytes:
        async with aclosing(streams.follow("bravo", 0, who)) as stream:
            return b"".join([await anext(stream) for _ in range(2)])

    ward.read_by()
    assert TITLE.encode() in server.portal.call(sent)
    assert {"alpha/ward", ward.first} <= {*ward.read_by()}


def test_a_refusal_that_shows_a_site_counts_who_was_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.parties("alpha", "bravo", level=Level.EXISTS)
        site = replace(soon("ward", "alpha", kind=Kind.STATIC_SITE), title=TITLE)
        server.declare("alpha-1", site)
        held = Ward(Found(server, {}, {}, {}), "", "")
        server.say("alpha-1", TermsSet("alpha", "line", (Term(Level.FULL),)))
        refused = server.declare("bravo-1", soon("patrol", "bravo"), 409)
        assert (TITLE in json.dumps(refused)) == (held.read_by() != [])
        shown = server.notices("bravo-1")[-1]["version"]
        held.read_by()
        taken = server.declare("bravo-1", soon("patrol", "bravo"), 201, shown)
        assert TITLE in json.dumps(taken)
        assert held.read_by() == [shown]


def test_a_look_at_what_was_said_earlier_does_not_say_that_the_newest_was_read(ward: Ward) -> None:
    """Or the record would prove that a party had what it may never have been handed."""
    server = ward.found.serving
    before = next(each for each in server.notices("bravo-1") if each["version"] == ward.first)
    ward.read_by()
    server.get("bravo-1", f"/v1/notices/{before['id']}")
    assert ward.read_by() == [ward.first]
    server.get("bravo-1", "/v1/declarations")
    assert ward.read_by() == ["alpha/ward"]


def test_a_site_of_which_the_kind_is_not_shown_is_not_said_to_be_one(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.parties("alpha", "bravo", level=Level.EXISTS)
        server.declare("alpha-1", replace(soon("ward", "alpha", kind=Kind.STATIC_SITE), title=TITLE))
        taken = server.notices("bravo-1")[-1]["version"]
        server.declare("bravo-1", soon("patrol", "bravo"), 201, taken)
        held = Ward(Found(server, {}, {}, {}), "", "")
        assert taken.startswith("x-")
        server.get("bravo-1", "/v1/findings")
        server.get("bravo-1", "/v1/as-of")
        assert held.read_by() == []


def test_what_could_not_be_put_on_record_is_put_there_later(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ward.found.serving
    ward.read_by()
    server.get("bravo-1", "/v1/declarations")

    async def away(_office: object, _body: object) -> str:
        raise StoreFailed("store.failed", "away")

    with monkeypatch.context() as patched:
        patched.setattr(type(server.opened.office), "note", away)
        with pytest.raises(StoreFailed):
            ward.read_by()
    assert ward.read_by() == ["alpha/ward"]
