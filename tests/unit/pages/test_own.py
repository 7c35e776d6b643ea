"""With a declaration: vouched for, shown otherwise, consented to, handed over, verified, cancelled; each by its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.serving import Answer, Serving, serving, soon
from thalweg.model.declarations import Kind
from thalweg.model.levels import Level


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("own")) as server:
        server.parties("alpha", "bravo", level=Level.FULL)
        server.declare("alpha-1", replace(soon("clinic", "alpha", kind=Kind.STATIC_SITE), title="Clinic <b>"))
        yield server


CLINIC = "/declarations/alpha/clinic"


def post(server: Serving, who: str, act: str, **fields: str) -> Answer:
    headers = {**server.bearing(who), "accept": "text/html"}
    return server.client.post(f"{CLINIC}/{act}", data=fields, headers=headers, follow_redirects=False)


def read(server: Serving, who: str) -> Answer:
    return server.get(who, "/v1/declarations/alpha%2Fclinic")


def test_the_page_of_ones_own_offers_every_act_and_anothers_only_to_verify(desk: Serving) -> None:
    own, other = (desk.get(who, CLINIC, accept="text/html").text for who in ("alpha-1", "bravo-1"))
    for act in ("vouch", "release", "consent", "hand-over", "cancel"):
        assert f'action="{CLINIC}/{act}"' in own
        assert f'action="{CLINIC}/{act}"' not in other
    assert f'action="{CLINIC}/verify"' in other
    assert "a conflict discloses to both sides" in own, "told before levels are chosen (D7)"


@pytest.mark.parametrize("act", ["vouch", "release", "consent", "hand-over", "cancel"])
def test_nobody_else_does_them(desk: Serving, act: str) -> None:
    fields = {"sure": "yes", "until": "+1 day", "to": "alpha", "level": "nothing", "given": "no", "once": f"no-{act}"}
    assert post(desk, "bravo-1", act, **fields).status_code == 404
    assert read(desk, "bravo-1").json()["state"] == "in_force"


def test_verifying_is_kept_apart_and_not_verifying_is_a_thing_to_say(desk: Serving) -> None:
    """R11."""
    fields = {"outcome": "not_verified_by_us", "once": "verify-1"}
    assert post(desk, "bravo-1", "verify", **fields).status_code == 303
    assert post(desk, "bravo-1", "verify", outcome="approved", once="verify-2").status_code == 422


def test_vouched_for_shown_otherwise_and_cancelled_only_when_it_is_said_twice(desk: Serving) -> None:
    """R8, R9, R35."""
    assert post(desk, "alpha-1", "vouch", until="+10 days", once="vouch-1").status_code == 303
    assert post(desk, "alpha-1", "vouch", until="yesterday", once="vouch-2").status_code >= 400
    assert post(desk, "alpha-1", "release", to="bravo", level="coarse", once="level-1").status_code == 303
    copies = read(desk, "alpha-1").json()["copies"]
    assert [each["level"] for each in copies] == ["coarse"]
    assert post(desk, "alpha-1", "hand-over", to="bravo", once="hand-1").headers["location"] == "/agreements"
    assert post(desk, "alpha-1", "cancel", once="cancel-0").status_code == 422
    assert post(desk, "alpha-1", "cancel", sure="yes", once="cancel-1").status_code == 303
    assert read(desk, "alpha-1").json()["state"] == "cancelled"
