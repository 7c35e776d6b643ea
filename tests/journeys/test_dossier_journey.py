"""A dossier from the command line: made of what one's party holds, with the desk there and with it gone (R39-R44)."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.officers import Desk, running
from thalweg.cli.verify import verify

YEAR = "2017-09-16"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("dossiers")) as desk:
        desk.join("secretariat", desk.first_invitation)
        for party in ("coalition", "russia"):
            desk.say("secretariat", "party", "add", party, party.title())
            desk.join(party, desk.invited(party))
        yield desk


@pytest.fixture(scope="module")
def name(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> str:
    properties: dict[str, object] = {
        "id": "clinic",
        "party": "russia",
        "kind": "static_site",
        "title": "Clinic",
        "radius_m": 300,
    }
    point = {"type": "Point", "coordinates": [40.21, 35.39]}
    file = tmp_path_factory.mktemp("clinic") / "clinic.geojson"
    feature = {"type": "Feature", "geometry": point, "properties": properties}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    desk.say("russia", "declare", file, "--review-only")
    desk.say("russia", "declare", file, "--yes")  # with no channel, nobody is shown it
    when = ("--since", f"{YEAR} 00:30Z", "--until", f"{YEAR} 01:30Z")
    where = ("--place", "35.3950 N 40.2100 E", "--radius", "1500 m", "--alleged", "russia")
    what = ("Strike near Khusham", "Six bombs.", "--to", "russia")
    said = desk.say("coalition", "incident", "report", *what, *when, *where)
    found = said.find(r"Reference (i-[a-z2-7]{10})")
    desk.say("russia", "incident", "account", found, "Not ours.")
    return found


def verified(file: Path, trust: Path) -> tuple[int, str]:
    """What somebody with nothing but the command finds."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        status = verify(file, trust=trust)
    return status, out.getvalue()


def test_its_first_page_is_told_and_every_form_written_and_the_bundle_verified(
    desk: Desk, name: str, tmp_path: Path
) -> None:
    assert name in desk.say("russia", "dossier").out
    told = desk.say("russia", "dossier", name, "--language", "en,fr").out
    for words in (
        "What does each side say?  YES",
        "Not ours.",
        "What is disputed?  UNKNOWN",
        "What the record cannot say",
        "Ce que le registre ne peut pas dire",
        "removes no protection",
    ):
        assert words in told, words
    pdf, html, bundle = tmp_path / "d.pdf", tmp_path / "d.html", tmp_path / "d.bundle"
    desk.say("russia", "dossier", name, "--language", "ar,en", "--pdf", pdf, "--html", html, "--bundle", bundle)
    assert pdf.read_bytes().startswith(b"%PDF")
    assert 'lang="ar" dir="rtl"' in html.read_text("utf-8")
    trust = desk.folder / "russia" / "trust.json"
    status, said = verified(bundle, trust)
    assert status == 0
    assert "made again from them it is the same, byte for byte" in said
    bundle.write_bytes(bundle.read_bytes().replace(b'"index":', b'"index": ', 1))
    assert verified(bundle, trust)[0] == 2


def test_at_the_desk_and_on_the_officers_machine_it_is_the_same_to_the_last_byte(
    desk: Desk, name: str, tmp_path: Path
) -> None:
    """D7, D10: one hash, wherever it is made of the same entries."""
    known = "2031-01-01 00:00Z"
    here, there = tmp_path / "here.bundle", tmp_path / "there.bundle"
    desk.say("russia", "dossier", name, "--known-at", known, "--bundle", here)
    said = desk.say("russia", "dossier", name, "--known-at", known, "--bundle", there, "--reader", "russia")
    assert "WITHHELD" not in said.out
    hashes = [
        re.findall(rb'"media":"[^"]*dossier[^"]*","name":"[^"]*","sha256":"([0-9a-f]{64})"', file.read_bytes())
        for file in (here, there)
    ]
    assert hashes[0] == hashes[1] != []


def test_for_another_reader_the_desk_withholds_what_it_may_not_have(desk: Desk, name: str, tmp_path: Path) -> None:
    file = tmp_path / "for-coalition.bundle"
    said = desk.say("russia", "dossier", name, "--bundle", file, "--reader", "coalition")
    assert "WITHHELD FROM THIS READER" in said.out
    trust = desk.folder / "coalition" / "trust.json"
    assert "entries are withheld from its reader" in verified(file, trust)[1]
    assert "dossier-reader" in desk.say("russia", "dossier", name, "--reader", "coalition", expect=2).err


def test_before_it_was_reported_there_was_no_dossier(desk: Desk, name: str) -> None:
    said = desk.say("russia", "dossier", name, "--known-at", "2020-01-01 00:00Z", expect=2)
    assert "incident-unknown" in said.err


def test_with_the_desk_gone_it_is_made_of_what_was_fetched(desk: Desk, name: str, tmp_path: Path) -> None:
    file = tmp_path / "gone.bundle"
    desk.say("russia", "dossier", name)
    desk.stop()  # the last test of this file
    desk.say("russia", "dossier", name, "--offline", "--bundle", file)
    assert "follows from these entries" in verified(file, desk.folder / "russia" / "trust.json")[1]
