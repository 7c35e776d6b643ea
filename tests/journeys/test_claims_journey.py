"""From article to confirmed claim, on the command line and at a desk: read, decide, sign, compare, take back (R43)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.officers import Desk, running
from thalweg.cli import app
from thalweg.client import open_client

SET = Path(__file__).parents[1] / "corpus" / "sources"
KNOWN = ["-t", str(SET / "theatre.yaml"), "--gazetteer", str(SET / "gazetteer.csv")]
PAGES = [str(SET / "pages" / name) for name in ("a01.html-article.html", "a02.html-divs.html")]


def drafted(*pages: str, folder: Path) -> None:
    assert app(["sources", "read", *pages, *KNOWN, "--drafts", str(folder)]) == 0


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("claims")) as desk:
        desk.join("secretariat", desk.first_invitation)
        for party in ("COMMAND", "GUARD", "RELIEF"):
            desk.say("secretariat", "party", "add", party, party.title())
            desk.join(party, desk.invited(party))
        yield desk


def test_drafts_are_decided_in_their_file_and_signed_one_by_one(desk: Desk, tmp_path: Path) -> None:
    """R43: from the page to a signed claim, with nothing of the page in the log but short quotations."""
    drafted(*PAGES, folder=tmp_path)
    files = sorted(tmp_path.glob("*.drafts.json"))
    assert len(files) == 2
    for file in files:
        data = json.loads(file.read_text("utf-8"))
        assert data["schema"] == "thalweg-claim-drafts/1"
        assert not any(each["decision"] for each in data["claims"])
        assert all(len(each["quote"]) <= 200 for each in data["claims"])
        assert "paragraphs" not in json.dumps(data)
    copy = next(each for each in files if json.loads(each.read_text("utf-8"))["source"]["lineage"])
    first = next(each for each in files if each != copy)
    assert json.loads(copy.read_text("utf-8"))["source"]["lineage"][0]["how"] == "copy"

    when = ("--since", "2017-09-16 00:30Z", "--until", "2017-09-16 01:30Z")
    reported = desk.say("GUARD", "incident", "report", "Depot", "Hit.", "--to", "COMMAND", *when)
    incident = reported.find(r"Reference (i-[a-z2-7]{10})")

    data = json.loads(first.read_text("utf-8"))
    told = next(each for each in data["claims"] if each["numbers"])
    told["decision"], told["said_by"] = "confirm", "a person of the depot"
    told["party"] = ""
    denied = next(each for each in data["claims"] if each["force"] == "denial")
    denied["decision"] = "confirm"
    data["claims"][-1]["decision"] = "reject"
    first.write_text(json.dumps(data), "utf-8")
    done = desk.say("GUARD", "sources", "confirm", first, "--incident", incident)
    assert "2 confirmed now, 1 dropped" in done.out
    kept = json.loads(first.read_text("utf-8"))
    assert sum(bool(each["statement"]) for each in kept["claims"]) == 2
    # Nothing is signed twice.
    assert "0 confirmed now" in desk.say("GUARD", "sources", "confirm", first, "--incident", incident).out

    with open_client(desk.folder / "COMMAND") as client:
        shown = client.claims(incident)
        assert {each["corrected"] for each in shown["claims"]} == {True, False}
        assert {each["force"] for each in shown["claims"]} >= {"denial"}
        notice = next(each for each in client.notices() if each.what == "claim")
        assert isinstance(client.words(notice.id), tuple)  # no sentence of its own yet, and no error
        assert not any(each.what in ("source", "claim") for each in client.inbox())
        read = client.source(data["source"]["sha256"])
        assert read["entered"][0]["by"] == "GUARD"
        assert len(json.dumps(read["entered"][0]["claims"])) < 4_000  # quotations, and not the article
    with open_client(desk.folder / "RELIEF") as client:
        assert client.claims()["total"] == 0
        assert client.sources()["total"] == 0

    listed = desk.say("COMMAND", "sources", "claims", "--incident", incident).out
    assert "confirmed by GUARD" in listed
    one = next(each["statement"] for each in kept["claims"] if each["statement"])
    assert "Withdrawn." in desk.say("GUARD", "sources", "retract", one[:12], "Another", "speaker.").out
    assert "WITHDRAWN" in desk.say("COMMAND", "sources", "claims").out
    assert "claim-unknown" in desk.say("COMMAND", "sources", "retract", one, expect=1).err


def test_a_file_that_is_no_draft_and_another_page_are_refused(desk: Desk, tmp_path: Path) -> None:
    wrong = tmp_path / "x.json"
    wrong.write_text('{"schema": "other"}', "utf-8")
    assert "source-drafts" in desk.say("GUARD", "sources", "confirm", wrong, expect=2).err
    drafted(PAGES[0], folder=tmp_path)
    drafts = next(tmp_path.glob("*.drafts.json"))
    other = desk.say("GUARD", "sources", "confirm", drafts, "--page", PAGES[1], expect=2)
    assert "source-other-page" in other.err


def test_claims_are_asked_about_one_by_one(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drafted(PAGES[0], folder=tmp_path)
    drafts = next(tmp_path.glob("*.drafts.json"))
    answers = iter(["", "force=rumour", "confirm", "r", "q"])
    monkeypatch.setattr("builtins.input", lambda _prompt: next(answers))
    asked = desk.say("GUARD", "sources", "confirm", drafts, "--page", PAGES[0], "--ask", "--to", "RELIEF")
    assert "1 confirmed now, 1 dropped" in asked.out
    second = json.loads(drafts.read_text("utf-8"))["claims"][1]
    assert (second["force"], second["decision"]) == ("rumour", "confirm")
    with open_client(desk.folder / "RELIEF") as client:
        claim = next(each for each in client.claims()["claims"] if each["force"] == "rumour")
        assert (claim["force"], claim["corrected"], claim["draft"]) == ("rumour", True, second["id"])
