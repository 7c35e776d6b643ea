"""What is sent again, and what only looks so: nothing is taken twice, and nothing is lost for a key that was used."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from tests.serving import Answer, Serving, serving
from thalweg.formats import event as kinds
from thalweg.model.events import MessageSent
from thalweg.server.desk import Abreast


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("again")) as made:
        made.parties("alpha", "bravo")
        yield made


def message(desk: Serving, text: str, key: str) -> Answer:
    kind, body = kinds.write(MessageSent("alpha", "line", text))
    headers = {**desk.bearing("alpha-1"), "idempotency-key": key}
    return desk.client.post("/v1/statements/unsigned", json={"kind": kind, "body": body}, headers=headers)


def logged(desk: Serving, text: str) -> int:
    """How often the channel's log holds these words."""
    return desk.get("alpha-1", "/v1/channels/line/log").text.count(text)


def test_another_statement_under_a_key_that_was_used_is_refused_and_never_answered_as_the_first(desk: Serving) -> None:
    first = message(desk, "The bridge is open.", "one-key-1")
    other = message(desk, "The bridge is closed.", "one-key-1")
    assert first.status_code == 201
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-used")
    assert "was not taken" in other.json()["detail"]
    assert message(desk, "The bridge is open.", "one-key-1").json()["statement"] == first.json()["statement"]
    assert (logged(desk, "The bridge is open."), logged(desk, "The bridge is closed.")) == (1, 0)


def test_of_several_at_once_under_one_key_one_is_taken_and_the_others_are_told(desk: Serving) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: message(desk, f"Number {n}", "one-key-2"), range(4)))
    assert sorted(each.status_code for each in answers) == [201, 422, 422, 422]
    assert logged(desk, "Number ") == 1


@pytest.mark.parametrize("path", ["/v1/notices?after=1000", "/v1/stream?after=1000", "/v1/stream"])
def test_a_number_that_the_desk_has_not_reached_is_refused_and_never_waited_for(desk: Serving, path: str) -> None:
    """After a desk was restored, a client that resumed where it had been heard nothing, and saw no fault."""
    answer = desk.get("bravo-1", path, **{"last-event-id": "1000"})
    assert (answer.status_code, answer.json()["code"]) == (409, "cursor-ahead")
    assert answer.json()["fields"]["sent"] == len(desk.notices("bravo-1"))


@pytest.mark.parametrize("path", ["/v1/notices?after=1000", "/v1/stream?after=1000"])
def test_a_server_that_was_replaced_does_not_say_that_the_desk_was_restored(
    desk: Serving, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """R41: of two servers one had sent notice 394, and the other, which had lost its database and did not know yet that
    it had been replaced, had read 387; whoever believed it would have begun again from 0."""
    monkeypatch.setattr(desk.built.app.state.desk.office, "leads", lambda: False)
    answer = desk.get("bravo-1", path)
    assert (answer.status_code, answer.json()["code"]) == (503, "desk.replaced")


def test_the_number_of_the_newest_notice_is_one_to_resume_from(desk: Serving) -> None:
    sent = len(desk.notices("bravo-1"))
    assert desk.get("bravo-1", f"/v1/notices?after={sent}").json()["notices"] == []


def test_every_reading_of_the_desk_is_by_a_server_that_has_read_what_another_took(desk: Serving) -> None:
    """R41: see `Abreast`. What follows from no entry is told by any."""
    rest = ("/static", "/sign-in", "/settings", "/healthz", "/readyz", "/metrics", "/join", "/prove", "/problems")
    found = {
        context.path or "": isinstance(context.original_route, Abreast)
        for context in iter_route_contexts(desk.built.app.routes)
        if isinstance(context.original_route, APIRoute) and "GET" in (context.methods or ())
    }
    assert sum(found.values()) > 60
    assert [path for path, abreast in found.items() if not abreast and not path.startswith(rest)] == ["/"]
