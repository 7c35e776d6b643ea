"""Channels: opened, joined with terms, checked, spoken on, left; each side's word for the line; and who takes part."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.serving import Answer, Serving, serving
from thalweg.model.errors import InputError
from thalweg.model.events import PartyNamed
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.server.pages.typed import ahead, moment

NOON = Instant(1_700_000_000.0)  # 2023-11-14T22:13:20Z


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("channels")) as server:
        server.parties("alpha", "bravo", level=Level.FULL)
        server.say("chair", PartyNamed("carol", "Carol"))
        server.officer("carol-1", "carol")
        yield server


@pytest.fixture(scope="module", autouse=True)
def _opened(desk: Serving) -> None:
    made = post(desk, "alpha-1", "/channels", name="Ford & <b>bridge</b>", party="bravo", room="yes", once="open-ford")
    assert made.headers["location"] == "/channels/ford-b-bridge-b"


ROOM = "/channels/ford-b-bridge-b"


def post(server: Serving, who: str, path: str, **fields: str) -> Answer:
    headers = {**server.bearing(who), "accept": "text/html"}
    return server.client.post(path, data=fields, headers=headers, follow_redirects=False)


def page(server: Serving, who: str, path: str) -> str:
    answer = server.get(who, path, accept="text/html")
    assert answer.status_code == 200
    text: str = answer.text
    return text


def test_the_other_is_asked_to_join_and_told_what_is_disclosed_whatever_it_chooses(desk: Serving) -> None:
    """D7, R35."""
    text = page(desk, "bravo-1", ROOM)
    assert "a conflict discloses to both sides" in text
    assert "&lt;b&gt;bridge" in text
    joined = post(desk, "bravo-1", f"{ROOM}/join", once="join-ford", **{"level-any": "coarse", "delay-any": "30"})
    assert joined.status_code == 303
    held = desk.get("bravo-1", "/v1/channels").json()["channels"]
    terms = next(each["terms"] for each in held if each["id"] == "ford-b-bridge-b")
    assert [(each["level"], each["delay_s"]) for each in terms if each["by"] == "bravo"] == [("coarse", 1800)]


def test_terms_for_one_party_stand_apart_from_those_for_everybody(desk: Serving) -> None:
    """R35."""
    assert (
        post(desk, "alpha-1", f"{ROOM}/terms", to="bravo", once="terms-1", **{"level-movement": "exists"}).status_code
        == 303
    )
    chosen = page(desk, "alpha-1", f"{ROOM}?to=bravo")
    row = re.search(r'id="level-movement".*?</select>', chosen, re.DOTALL)
    assert row is not None
    assert '<option value="exists" selected>' in row[0]
    everybody = re.search(r'id="level-movement".*?</select>', page(desk, "alpha-1", ROOM), re.DOTALL)
    assert everybody is not None
    assert 'value="exists" selected' not in everybody[0]


def test_a_line_check_is_answered_by_the_other_side_and_each_says_how_it_sees_the_line(desk: Serving) -> None:
    """R21."""
    post(desk, "bravo-1", f"{ROOM}/join", once="join-ford", **{"level-any": "coarse", "delay-any": "30"})  # or has
    assert post(desk, "alpha-1", f"{ROOM}/check", once="check-1").status_code == 303
    check = re.search(r'name="check" value="([^"]+)"', page(desk, "bravo-1", ROOM))
    assert check is not None
    # In the inbox it leads to where it is answered: that it was received is no answer to a line check.
    owed = re.search(
        r'data-item="(n-[a-z0-9]+)"(?:(?!</li>).)*?href="' + ROOM, page(desk, "bravo-1", "/inbox"), re.DOTALL
    )
    assert owed is not None
    assert f'href="{ROOM}"' in page(desk, "bravo-1", f"/notices/{owed[1]}").partition('id="became"')[0]
    assert post(desk, "bravo-1", f"{ROOM}/answer", check=check[1], once="answer-1").status_code == 303
    assert owed[1] not in page(desk, "bravo-1", "/inbox")
    assert post(desk, "bravo-1", f"{ROOM}/state", state="down", since="00:01Z", once="state-1").status_code == 303
    text = page(desk, "alpha-1", ROOM)
    assert "They say <b>Down</b>" in text
    assert "We say <b>Normal</b>" in text


def test_what_is_said_stays_in_its_language_and_is_text(desk: Serving) -> None:
    said = post(desk, "bravo-1", f"{ROOM}/say", text="<script>x</script> جسر", language="ar", once="say-1")
    decided = post(desk, "alpha-1", f"{ROOM}/say", text="North ford first.", do="decide", once="say-2")
    assert (said.status_code, decided.status_code) == (303, 303)
    text = page(desk, "alpha-1", ROOM)
    assert '<p dir="auto" lang="ar">&lt;script&gt;x' in text
    assert 'class="decision"' in text


def test_a_third_party_gets_the_answer_that_a_wrong_id_gets(desk: Serving) -> None:
    """D7."""
    for path in (ROOM, "/channels/none"):
        assert desk.get("carol-1", path, accept="text/html").status_code == 404
    assert "bridge" not in page(desk, "carol-1", "/channels")
    assert post(desk, "carol-1", f"{ROOM}/say", text="?", once="stranger").status_code == 404


def test_participation_is_what_each_states_of_each(desk: Serving) -> None:
    """R22: one is listed as each side states it, and no status follows from it."""
    fields = {"party": "bravo", "status": "suspended", "since": "", "once": "part-1"}
    assert post(desk, "alpha-1", "/channels/participation", **fields).status_code == 303
    text = page(desk, "carol-1", "/channels")
    assert "Suspended" in text
    assert "as <bdi>Alpha</bdi> states" in text


@pytest.mark.parametrize("fields", [{"party": "nobody", "status": "joined"}, {"party": "bravo", "status": "gone"}, {}])
def test_what_is_no_statement_is_sent_back(desk: Serving, fields: dict[str, str]) -> None:
    assert post(desk, "alpha-1", "/channels/participation", once="wrong-1", **fields).status_code == 422


def test_leaving_is_said_twice(desk: Serving) -> None:
    assert post(desk, "alpha-1", f"{ROOM}/leave", once="leave-0").status_code == 422
    assert post(desk, "alpha-1", f"{ROOM}/leave", sure="yes", once="leave-1").status_code == 303


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("22:14", 40), ("22:13Z", 86_380), ("+20 min", 1200), ("2023-11-15 00:00Z", 6_400), ("01:14+03:00", 40)],
)
def test_a_time_to_come_is_the_next_there_is(text: str, seconds: int) -> None:
    assert ahead(text, NOON, "due").epoch_s - NOON.epoch_s == seconds


@pytest.mark.parametrize(
    ("text", "seconds"), [("", 0), ("22:13", -20), ("22:14Z", -86_360), ("2023-11-14 22:00Z", -800)]
)
def test_a_time_that_may_be_past_is_the_last_there_was(text: str, seconds: int) -> None:
    assert moment(text, NOON, "since").epoch_s - NOON.epoch_s == seconds


@pytest.mark.parametrize("text", ["soon", "25:61Z", "+much", "99:99", "forever"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        ahead(text, NOON, "due")
