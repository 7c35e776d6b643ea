"""Sources in the room: copies count once, both sides of a difference stand, nothing that was said goes away (R43)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.serving import Answer, Serving, instant, serving
from tests.unit.pages.officers import screen
from tests.unit.test_sources_at_the_desk import CLAIM, COURIER, ENTERED, GUARD, MIRROR
from thalweg.model.cases import Evidence, EvidenceLaid, IncidentReported, Particulars
from thalweg.model.instants import Instant
from thalweg.model.sourced import ClaimWithdrawn, Descent, Force, GoesBack, NumberTold
from thalweg.wiring import now_ms

WHEN = Particulars(instant(-7200), instant(-3600))


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("sources")) as held:
        held.parties("alpha", "bravo", "carol", "charlie")
        held.say("alpha-1", ENTERED)
        held.say("alpha-1", CLAIM)
        yield held


def text(desk: Serving, who: str, path: str) -> str:
    (main,) = screen(desk, who).see(path).root.xpath("//main")
    return " ".join(main.text_content().split())


def post(desk: Serving, who: str, path: str, **fields: str | list[str]) -> Answer:
    return desk.client.post(path, data={"once": "a form", **fields}, headers=desk.bearing(who), follow_redirects=False)


def test_a_source_and_its_claims_are_read_by_those_that_are_shown_it_alone(desk: Serving) -> None:
    for who in ("alpha-1", "bravo-1"):
        shown = text(desk, who, f"/sources/{COURIER}")
        for words in (
            "Shells hit depot", "The Ardel Courier", "wounding six drivers", "the mission", "through The Ardel Courier",
            "characters 0–176", "“on Saturday”: 2031-03-08", "may be any of 2 places", "6 driver", "assertion",
        ):  # fmt: skip
            assert words in shown
        assert "Shells hit depot" in text(desk, who, "/sources?text=shells")
        assert "Shells hit depot" not in text(desk, who, "/sources?text=planes")
    assert desk.get("carol-1", f"/sources/{COURIER}").status_code == 404
    assert "Shells hit depot" not in text(desk, "carol-1", "/sources")


def test_copies_count_once_and_say_so(desk: Serving) -> None:
    back = (GoesBack(COURIER, Descent.COPY, "the same words"),)
    desk.say("alpha-1", replace(ENTERED, source=MIRROR, title="Shelling of a depot", outlet="The Mirror", lineage=back))
    listed = text(desk, "bravo-1", "/sources")
    assert "Sources: 2. If copies of one report count once: 1." in listed
    assert "the same report, counted once: The Ardel Courier: Shells hit depot" in listed
    assert "goes back to:The Ardel Courier: Shells hit depot (copy: the same words)" in text(
        desk, "bravo-1", f"/sources/{MIRROR}"
    )


def test_a_superseded_claim_stays_and_a_withdrawn_one_too(desk: Serving) -> None:
    (first,) = desk.get("alpha-1", "/v1/claims").json()["claims"]
    later = replace(CLAIM, supersedes=first["statement"], quote="wounding nine drivers", corrected=True)
    desk.say("alpha-1", later)
    shown = text(desk, "bravo-1", f"/sources/{COURIER}")
    assert "superseded; it stays on record" in shown
    assert "wounding six drivers" in shown
    newest = desk.get("alpha-1", "/v1/claims").json()["claims"][0]["statement"]
    path = f"/sources/{COURIER}/retract"
    assert post(desk, "bravo-1", path, claim=newest).status_code == 409  # who did not confirm it
    assert post(desk, "carol-1", path, claim=newest).status_code == 404
    assert post(desk, "alpha-1", path, claim=newest, text="misread").status_code == 303
    shown = text(desk, "bravo-1", f"/sources/{COURIER}")
    assert "withdrawn" in shown
    assert "wounding nine drivers" in shown


def test_a_source_is_shown_to_more_by_a_form(desk: Serving) -> None:
    path = f"/sources/{COURIER}"
    assert "Show it to more parties" not in text(desk, "bravo-1", path)
    assert post(desk, "alpha-1", f"{path}/share", to=["carol"]).status_code == 303
    assert "wounding six drivers" in text(desk, "carol-1", path)
    assert "alpha Alpha" not in text(desk, "carol-1", path).partition("Shown to")[2][:20]


def test_on_an_incident_both_sides_of_a_difference_stand_and_a_time_past_has_none_that_came_later(
    desk: Serving,
) -> None:
    """R40, R43."""
    said = IncidentReported("alpha", "Shelling", WHEN, ("bravo",), "It happened.")
    desk.say("alpha-1", said)
    (reference,) = [each["reference"] for each in desk.get("alpha-1", "/v1/incidents").json()["incidents"]]
    desk.say("alpha-1", EvidenceLaid("alpha", reference, Evidence.SOURCE, COURIER))
    assert "wounding six drivers" in text(desk, "bravo-1", f"/incidents/{reference}")
    before = str(Instant((now_ms() - 1) / 1000))
    denied = replace(ENTERED, source=GUARD, title="Nobody was hurt", outlet="The Guard")
    desk.say("alpha-1", denied)
    other = replace(
        CLAIM, source=GUARD, quote="nine were hurt", said_by="the guard", party="", force=Force.ASSERTION,
        numbers=(NumberTold("9", "driver"),),
    )  # fmt: skip
    desk.say("alpha-1", other)
    desk.say("alpha-1", EvidenceLaid("alpha", reference, Evidence.SOURCE, GUARD))
    now = text(desk, "bravo-1", f"/incidents/{reference}")
    for words in ("nine were hurt", "wounding six drivers", "6 driver", "9 driver", "laid beside one incident"):
        assert words in now
    then = text(desk, "bravo-1", f"/incidents/{reference}?known={before}")
    assert "wounding six drivers" in then
    assert "nine were hurt" not in then


def test_a_claim_that_was_taken_back_later_stands_in_a_time_past(desk: Serving) -> None:
    said = IncidentReported("alpha", "Shelling", WHEN, ("bravo",), "It happened.")
    desk.say("alpha-1", said)
    (reference,) = [each["reference"] for each in desk.get("alpha-1", "/v1/incidents").json()["incidents"]]
    desk.say("alpha-1", EvidenceLaid("alpha", reference, Evidence.SOURCE, COURIER))
    text(desk, "bravo-1", f"/incidents/{reference}")
    before = str(Instant((now_ms() - 1) / 1000))
    (claim,) = desk.get("alpha-1", "/v1/claims").json()["claims"]
    desk.say("alpha-1", ClaimWithdrawn("alpha", claim["statement"]))
    for who in ("alpha-1", "bravo-1"):
        assert "it stays on record" in text(desk, who, f"/incidents/{reference}")
        then = text(desk, who, f"/incidents/{reference}?known={before}")
        assert "it stays on record" not in then
