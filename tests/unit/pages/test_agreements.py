"""Proposals answered and lapsed, quiet windows guaranteed, lines agreed, crossings logged as neutral facts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.serving import Answer, Serving, serving
from thalweg.model.events import PartyNamed
from thalweg.model.levels import Level

LINE = {
    "kind": "line", "title": "Ford line", "rows": "2", "at1": "35.36N 40.10E", "at2": "35.02N 40.45E",
    "status": "tacit", "left": "alpha", "right": "bravo", "left_name": "east", "right_name": "west",
}  # fmt: skip
WINDOW = {
    "kind": "restricted_zone", "zone": "quiet_window", "title": "Pumps", "shape": "point", "rows": "1",
    "radius": "2 km", "at1": "35.30N 40.20E", "start": "2040-01-01 05:00Z", "end": "2040-01-01 08:00Z",
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("agreed")) as server:
        server.parties("alpha", "bravo", level=Level.FULL)
        server.say("chair", PartyNamed("carol", "Carol"))
        server.officer("carol-1", "carol")
        yield server


def post(server: Serving, who: str, path: str, data: dict[str, str | list[str]]) -> Answer:
    headers = {**server.bearing(who), "accept": "text/html"}
    return server.client.post(path, data=data, headers=headers, follow_redirects=False)


def propose(server: Serving, fields: dict[str, str], once: str) -> Answer:
    seen = post(server, "alpha-1", "/declare", {**fields, "do": "look"}).text
    tokens = re.findall(r'name="sure" value="([^"]+)"', seen)
    assert 'value="propose"' in seen
    more: dict[str, str | list[str]] = {"do": "propose", "to": "bravo", "task": "Repair", "once": once, "sure": tokens}
    return post(server, "alpha-1", "/declare", {**fields, **more})


def page(server: Serving, who: str) -> str:
    text: str = server.get(who, "/agreements", accept="text/html").text
    return text


def waiting(server: Serving, who: str = "bravo-1") -> str:
    found = re.search(r'action="/agreements/([0-9a-f]{64})"', page(server, who))
    assert found is not None
    return found[1]


def test_a_quiet_window_stands_once_both_guarantee_it_and_a_guarantee_can_be_taken_back(desk: Serving) -> None:
    """R32."""
    assert propose(desk, WINDOW, "quiet-1").status_code == 303
    event = waiting(desk)
    assert "We agree" in page(desk, "bravo-1")
    assert post(desk, "bravo-1", f"/agreements/{event}", {"answer": "accept", "once": "agree-1"}).status_code == 303
    assert "agreed" in page(desk, "alpha-1")
    assert "Take our guarantee back" in page(desk, "bravo-1")
    assert post(desk, "bravo-1", f"/agreements/{event}", {"answer": "reject", "once": "back-1"}).status_code == 303


def test_a_line_is_agreed_by_its_sides_and_a_crossing_of_it_is_a_fact_with_a_count(desk: Serving) -> None:
    """R33, R34."""
    assert propose(desk, LINE, "line-1").status_code == 303
    event = waiting(desk)
    assert post(desk, "bravo-1", f"/agreements/{event}", {"answer": "accept", "once": "agree-2"}).status_code == 303
    text = page(desk, "bravo-1")
    assert "Ford line" in text
    assert "<b>agreed</b>" in text
    line = re.search(r'<option value="([^"]+)">Ford line', text)
    assert line is not None
    fields: dict[str, str | list[str]] = {
        "line": line[1],
        "at": "00:01Z",
        "who": "unknown",
        "position": "35.30N 40.17E",
    }
    seen = post(desk, "bravo-1", "/agreements/crossings", {**fields, "once": "cross-0"})
    token = re.search(r'name="sure" value="([^"]+)"', seen.text)
    assert token is not None, "the position is read back first"
    assert (
        post(desk, "bravo-1", "/agreements/crossings", {**fields, "sure": token[1], "once": "cross-1"}).status_code
        == 303
    )
    told = page(desk, "alpha-1")
    assert re.search(r"as far as you were told: <bdi>1</bdi>", told)


def test_a_third_party_has_nothing_to_answer(desk: Serving) -> None:
    """D7."""
    assert propose(desk, {**WINDOW, "title": "Second"}, "quiet-2").status_code == 303
    event = waiting(desk)
    wrong = post(desk, "carol-1", f"/agreements/{event}", {"answer": "accept", "once": "stranger-1"})
    none = post(desk, "carol-1", f"/agreements/{'0' * 64}", {"answer": "accept", "once": "stranger-2"})
    assert (wrong.status_code, none.status_code) == (404, 404)
    assert "Second" not in page(desk, "carol-1")


def test_whoever_made_a_proposal_does_not_answer_it(desk: Serving) -> None:
    event = waiting(desk)
    assert post(desk, "alpha-1", f"/agreements/{event}", {"answer": "accept", "once": "own-1"}).status_code == 404
