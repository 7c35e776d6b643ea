"""Handing the watch over: two signatures, or taken over unanswered and said so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Answer, Serving, serving, soon
from thalweg.model.events import EmergencySent
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.server.pages.watch import handovers
from thalweg.state.membership import WatchSaid


def said(officer: str, taken: bool, at: float) -> WatchSaid:  # as it is said
    return WatchSaid(officer, taken, Instant(at), int(at), "")


def test_the_one_before_signs_after_or_before_and_until_then_it_is_unanswered() -> None:
    night = [said("a", True, 1.0), said("b", True, 2.0)]  # taken
    assert handovers(night)[-1].waits == ("a",)
    later = handovers([*night, said("a", False, 3.0)])[-1]  # ended
    assert (later.waits, [each.officer for each in later.signed]) == ((), ["a"])
    first = handovers([night[0], said("a", False, 1.5), said("b", True, 2.0)])[-1]  # ended, taken
    assert (first.before, first.waits) == (("a",), ())


def test_whoever_takes_the_watch_again_takes_it_from_nobody() -> None:
    assert handovers([said("a", True, 1.0), said("a", True, 2.0)])[-1].before == ()  # taken


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("watch")) as server:
        server.parties("alpha", "bravo", level=Level.FULL)
        server.officer("alpha-2", "alpha")
        server.declare("alpha-1", soon("sweep", "alpha"))
        server.say("alpha-1", EmergencySent("alpha", "Stop."))
        yield server


def post(server: Serving, who: str, path: str, **fields: str) -> Answer:
    headers = {**server.bearing(who), "accept": "text/html"}
    return server.client.post(path, data=fields, headers=headers, follow_redirects=False)


def page(server: Serving, who: str) -> str:
    text: str = server.get(who, "/watch", accept="text/html").text
    return text


def test_what_is_owed_and_open_stands_before_the_button(desk: Serving) -> None:
    """R16."""
    text = page(desk, "bravo-1")
    assert text.index("Emergencies open") < text.index("I take the watch")
    assert "Nobody is on watch" in text


def test_it_is_taken_by_one_signature_and_handed_over_by_another(desk: Serving) -> None:
    """R16: any of them may send and answer; who is on watch is on record, by their own signature."""
    assert post(desk, "alpha-1", "/watch/take", once="unread-form").status_code == 422
    assert post(desk, "alpha-1", "/watch/take", read="yes", once="first-watch").status_code == 303
    assert (
        post(desk, "alpha-2", "/watch/take", read="yes", words="<b>No answer</b>", once="next-watch").status_code == 303
    )
    taken = page(desk, "alpha-2")
    assert "Taken over unanswered" in taken
    assert "&lt;b&gt;No answer" in taken
    assert post(desk, "alpha-1", "/watch/end", sure="yes", once="off-watch").status_code == 303
    assert "Taken over unanswered" not in page(desk, "alpha-2")
    assert desk.get("alpha-1", "/v1/me").json()["on_watch"] == ["alpha-2"]


def test_another_party_sees_nothing_of_it(desk: Serving) -> None:
    """D7."""
    assert "alpha-2" not in page(desk, "bravo-1")
