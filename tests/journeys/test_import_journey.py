"""A folder of articles entered again, with what was confirmed in them: each page known by its hash, its main text made
again, each quotation looked for at its characters (R43). The articles are written for this."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.officers import Desk, running
from thalweg.cli import app
from thalweg.client import open_client

DEPOT = """Shelling near the depot, council says

On Saturday, Colonel Petr Havel, spokesman of the river council, said that two shells had hit the depot at Velka.

“Our guns were silent on Saturday,” Havel told the Vesnia News Agency.

The council asked the other side for an explanation by Monday.
"""
FERRY = """Ferry at Velka to run again

The harbour office announced on Monday that the ferry at Velka will run again from Thursday.

It had carried 120 lorries a day before it was stopped, the harbour office said.
"""


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "depot.txt").write_text(DEPOT, "utf-8")
    (folder / "ferry.txt").write_text(FERRY, "utf-8")
    return folder


@pytest.fixture
def confirmed(articles: Path, tmp_path: Path) -> Path:
    """What a person decided, article by article."""
    folder = tmp_path / "confirmed"
    files = [str(each) for each in sorted(articles.iterdir())]
    assert app(["sources", "read", *files, "--published", "2031-03-10", "--drafts", str(folder)]) == 0
    for file in folder.iterdir():
        data = json.loads(file.read_text("utf-8"))
        assert data["claims"]
        for claim in data["claims"]:
            claim["decision"], claim["party"] = "confirm", ""
        file.write_text(json.dumps(data), "utf-8")
    return folder


def of(confirmed: Path, begins: str) -> tuple[Path, dict[str, Any]]:
    for file in confirmed.iterdir():
        data = json.loads(file.read_text("utf-8"))
        if data["source"]["title"].startswith(begins):
            return file, data
    raise AssertionError(begins)


def check(articles: Path, confirmed: Path) -> int:
    status = app(["sources", "import", str(articles), "--confirmed", str(confirmed), "--check"])
    assert isinstance(status, int)
    return status


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("imported")) as desk:
        desk.join("secretariat", desk.first_invitation)
        for party in ("GUARD", "RELIEF"):
            desk.say("secretariat", "party", "add", party, party.title())
            desk.join(party, desk.invited(party))
        yield desk


def test_a_folder_is_entered_with_its_claims_and_not_twice(desk: Desk, articles: Path, confirmed: Path) -> None:
    claims = sum(len(of(confirmed, each)[1]["claims"]) for each in ("Shelling", "Ferry"))
    done = desk.say("GUARD", "sources", "import", articles, "--confirmed", confirmed, "--to", "RELIEF")
    assert f"{claims} claims confirmed." in done.out
    again = desk.say("GUARD", "sources", "import", articles, "--confirmed", confirmed, "--to", "RELIEF")
    assert "0 claims confirmed." in again.out
    with open_client(desk.folder / "RELIEF") as client:
        assert client.sources()["total"] == 2
        shown = client.claims()
        assert shown["total"] == claims
        assert not any(each.what == "warning" for each in client.notices()), "no claim has an effect on an alert"


def test_a_changed_article_is_named_and_not_entered(
    articles: Path, confirmed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One letter, and it is another page: the claims are not of it."""
    (articles / "depot.txt").write_text(DEPOT.replace("two shells", "ten shells"), "utf-8")
    capsys.readouterr()
    assert check(articles, confirmed) == 3
    said = capsys.readouterr().out
    assert "! depot.txt: no claims were confirmed in a page of SHA-256" in said
    assert "it has the headline of" in said
    assert "! no page of SHA-256" in said
    assert "ferry.txt: Ferry at Velka to run again; " in said


def test_a_shifted_quotation_is_named_and_the_others_stand(
    articles: Path, confirmed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, data = of(confirmed, "Shelling")
    start, end = data["claims"][0]["characters"]
    data["claims"][0]["characters"] = [end, end + end - start]  # the next sentence
    file.write_text(json.dumps(data), "utf-8")
    capsys.readouterr()
    assert check(articles, confirmed) == 3
    said = capsys.readouterr().out
    assert f"{len(data['claims']) - 1} of {len(data['claims'])} claims stand there" in said
    assert "does not stand at characters" in said


def test_characters_beyond_the_end_and_another_text_are_named(
    articles: Path, confirmed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, data = of(confirmed, "Shelling")
    data["claims"][0]["characters"] = [0, 100_000]
    file.write_text(json.dumps(data), "utf-8")
    other, ferry = of(confirmed, "Ferry")
    ferry["source"]["text_sha256"] = "0" * 64
    other.write_text(json.dumps(ferry), "utf-8")
    capsys.readouterr()
    assert check(articles, confirmed) == 3
    said = capsys.readouterr().out
    assert "The main text has no characters 0 to 100000." in said
    assert "! ferry.txt: Its main text is not the one that the claims were confirmed in." in said


def test_a_folder_without_any_of_the_pages_is_not_entered(
    tmp_path: Path, confirmed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert check(empty, confirmed) == 2
    assert "no page in" in capsys.readouterr().err
    # Without a folder of drafts, the bundled ones are looked for.
    assert app(["sources", "import", str(empty), "--check"]) == 2
    assert "Joint Operation Room" in capsys.readouterr().out
