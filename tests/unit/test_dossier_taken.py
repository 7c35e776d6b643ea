"""Dossiers through the interface: marked, on record, counted; a bundle that verifies; nobody else's (R37, R39)."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest

from tests.serving import Serving, instant, serving, soon
from thalweg.ledger.trust import read_trust
from thalweg.ledger.verify import verify_bundle
from thalweg.model.cases import IncidentReported, Named, Particulars
from thalweg.model.declarations import Kind
from thalweg.model.events import Exported, PartyNamed
from thalweg.model.shapes import Position
from thalweg.reports.dossier.check import check, read
from thalweg.server import dossiers
from thalweg.server.copies import EXPORT_RATE, names_of
from thalweg.state.world import World


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("dossier")) as held:
        held.parties("alpha", "bravo", "charlie")
        held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        held.declare("charlie-1", soon("secret post", "charlie", 40.15, kind=Kind.STATIC_SITE))
        said = Particulars(instant(-3600), instant(-1800), Position(40.14, 35.336), 500, alleged=Named(("bravo",)))
        held.say("alpha-1", IncidentReported("alpha", "Explosion", said, ("bravo",), "It was hit."))
        yield held


@pytest.fixture(scope="module")
def reference(desk: Serving) -> str:
    (incident,) = desk.get("alpha-1", "/v1/incidents").json()["incidents"]
    return str(incident.get("reference") or incident["id"])


def noted(desk: Serving) -> list[Exported]:
    world = desk.portal.call(desk.opened.office.reading).world
    return [body for index in range(world.size) if isinstance(body := world.load(index).body, Exported)]


@pytest.mark.parametrize(("form", "media"), [("html", "text/html"), ("pdf", "application/pdf")])
def test_it_is_marked_for_who_takes_it_and_its_bytes_are_on_record(
    desk: Serving, reference: str, form: str, media: str
) -> None:
    answer = desk.get("alpha-1", f"/v1/incidents/{reference}/dossier?languages=en,ar", accept=media)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(media)
    mark = answer.headers["thalweg-copy"]
    text = answer.text if form == "html" else str(pypdf.PdfReader(io.BytesIO(answer.content)).metadata["/Keywords"])  # type: ignore[index]  # it has metadata
    assert mark in text
    entry = next(each for each in noted(desk) if each.mark == mark)
    assert (entry.officer, entry.form) == ("alpha-1", form)
    assert entry.sha256 == hashlib.sha256(answer.content).hexdigest()


def bundle(desk: Serving, who: str, reference: str, more: str = "") -> tuple[bytes, Any]:
    answer = desk.get(who, f"/v1/incidents/{reference}/dossier?form=bundle{more}")
    assert answer.status_code == 200, answer.text
    trust = read_trust(desk.get(who, "/v1/log/trust").content)
    return answer.content, verify_bundle(answer.content, trust)


def test_what_the_desk_knows_is_read_where_nothing_changes_it_meanwhile(
    desk: Serving, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dossier is made in a thread. Whatever that read of the desk could change under it: a party that is named just
    then would end it."""

    def on_the_loop(world: World) -> dict[str, str]:
        asyncio.get_running_loop()
        return names_of(world)

    monkeypatch.setattr(dossiers, "names_of", on_the_loop)
    bundle(desk, "alpha-1", reference, "&reader=bravo")


def test_the_bundle_verifies_and_its_dossier_follows_from_it(desk: Serving, reference: str) -> None:
    for who in ("alpha-1", "bravo-1"):
        data, verdict = bundle(desk, who, reference)
        (sentence,) = check(data, verdict)
        assert "the same, byte for byte" in sentence
        value = read(data, verdict).value
        assert value.incident.reference == reference
        assert value.names[value.party] == value.party.title()


def test_for_another_reader_what_it_may_not_have_is_withheld(desk: Serving, reference: str) -> None:
    whole, _ = bundle(desk, "alpha-1", reference)
    data, verdict = bundle(desk, "alpha-1", reference, "&reader=bravo")
    assert verdict.withheld
    assert "WITHHELD" in verdict.sentence()
    assert check(data, verdict)
    assert len(data) < len(whole)
    assert desk.get("alpha-1", f"/v1/incidents/{reference}/dossier?form=pdf&reader=bravo").status_code == 400
    assert desk.get("alpha-1", f"/v1/incidents/{reference}/dossier?form=bundle&reader=nobody").status_code == 400


def test_whoever_was_not_told_of_the_incident_has_no_dossier_of_it(desk: Serving, reference: str) -> None:
    assert desk.get("charlie-1", f"/v1/incidents/{reference}/dossier").status_code == 404
    assert desk.get("alpha-1", "/v1/incidents/i-aaaaaaaaaa/dossier").status_code == 404
    assert desk.client.get(f"/v1/incidents/{reference}/dossier").status_code == 401


def test_a_time_before_it_was_reported_has_no_dossier(desk: Serving, reference: str) -> None:
    answer = desk.get("alpha-1", f"/v1/incidents/{reference}/dossier?known=2020-01-01T00:00:00Z")
    assert answer.status_code == 404
    assert desk.get("alpha-1", f"/v1/incidents/{reference}/dossier?languages=xx").status_code == 400


def test_of_a_time_past_it_is_made_of_what_had_reached_its_party_and_verifies(desk: Serving, reference: str) -> None:
    """R40: as `/v1/as-of` has it. Bravo signed for nothing, so the incident had not reached it; alpha reported it."""
    now = str(instant(1))
    data, verdict = bundle(desk, "alpha-1", reference, f"&known={now}")
    (sentence,) = check(data, verdict)
    assert f"as it had reached it by {now}" in sentence
    path = f"/v1/incidents/{reference}/dossier?known={now}"
    had = {each["reference"] for each in desk.get("bravo-1", f"/v1/as-of?known={now}").json()["incidents"]}
    assert desk.get("bravo-1", path).status_code == (200 if reference in had else 404)
    data, verdict = bundle(desk, "alpha-1", reference, f"&known={now}&reader=bravo")
    assert check(data, verdict)


def test_dossiers_are_counted_with_all_copies(desk: Serving, reference: str) -> None:
    statuses = [
        desk.get("bravo-1", f"/v1/incidents/{reference}/dossier?form=bundle").status_code
        for _ in range(EXPORT_RATE.count + 1)
    ]
    assert 429 in statuses
    assert desk.say("chair", PartyNamed("delta", "Delta"))
