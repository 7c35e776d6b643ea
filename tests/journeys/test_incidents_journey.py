"""What happened, told from two command lines at one desk: `thalweg incident` from the report to the last word (R41)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.officers import Desk, running
from thalweg.client import open_client

YEAR = "2017-09-16"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("incidents")) as desk:
        desk.join("secretariat", desk.first_invitation)
        for party in ("coalition", "russia", "council"):
            desk.say("secretariat", "party", "add", party, party.title())
            desk.join(party, desk.invited(party))
        yield desk


def test_an_incident_is_reported_told_two_ways_asked_about_assessed_and_withdrawn(desk: Desk, tmp_path: Path) -> None:
    """R41, R42, R44."""
    when = ("--since", f"{YEAR} 00:30Z", "--until", f"{YEAR} 01:30Z")
    where = ("--place", "35.3950 N 40.2100 E", "--radius", "1500 m", "--where", "near Khusham")
    who = ("--alleged", "russia", "--alleged-others", "somebody else", "--alleged-joined", "or")
    reported = desk.say(
        "coalition", "incident", "report", "Strike near Khusham", "Six", "bombs.", "--to", "russia",
        *when, *where, *who,
    )  # fmt: skip
    name = reported.find(r"Reference (i-[a-z2-7]{10})")
    first = tmp_path / "account.txt"
    first.write_text("Наших самолётов там не было.\n", "utf-8")
    desk.say("russia", "incident", "account", name, "--file", first, "-l", "ru", "--where", "east bank")
    with open_client(desk.folder / "russia") as client:
        given = client.incident(name).said[-1].statement
        asked_before = len(client.inbox())
    second = desk.say("russia", "incident", "account", name, "One", "was.", "--supersedes", given[:12])
    assert "Given." in second.out
    assert (
        "account-supersedes"
        in desk.say("russia", "incident", "account", name, "Again.", "--supersedes", given[:12], expect=1).err
    )

    desk.say("coalition", "incident", "ask", name, "russia", "Which", "unit?", "--by", "+48 h")
    with open_client(desk.folder / "russia") as client:
        request = next(each for each in client.inbox() if each.what == "explanation_request")
        assert len(client.inbox()) == asked_before + 1
    assert "explanation request" in desk.say("russia", "inbox").out
    assert "YOU OWE" in desk.say("russia", "incident", "list", "--owed").out
    desk.say("russia", "incident", "explain", request.id, "The", "third.")
    assert "YOU OWE" not in desk.say("russia", "incident", "list", "khush").out

    desk.say("coalition", "incident", "assess", name, "highly-probable", "Dropped from the air.")
    desk.say("russia", "incident", "risk", name, "D")
    source = tmp_path / "report.pdf"
    source.write_bytes(b"%PDF a report")
    desk.say("coalition", "incident", "lay", name, "source", source, "--words", "The report of the 20th.")
    desk.say("coalition", "commit", name, "we", "send", "the", "record", "--by", "+24 h")
    with open_client(desk.folder / "russia") as client:
        promise = next(each.id for each in client.commitments() if each.about == name)
    desk.say("russia", "outcome", promise[:12], "kept")

    assert "incident-unknown" in desk.say("council", "incident", "account", name, "We saw it.", expect=1).err
    assert "not-found" in desk.say("council", "incident", "show", name, expect=1).err
    desk.say("coalition", "incident", "share", name, "council")
    desk.say("coalition", "incident", "withdraw", name, "--words", "Found to be another's.")
    told = desk.say("council", "incident", "show", name).out
    for words in (
        "WITHDRAWN", "Six bombs.", "Наших самолётов там не было.", "One was.", "superseded by", "Which unit?",
        "The third.", "highly probable", "risk D", "commitment", "outcome kept", "1500 m; near Khusham",
        "alleged: russia or “somebody else”", hashlib.sha256(source.read_bytes()).hexdigest(),
        "Open to what comes later",
    ):  # fmt: skip
        assert words in told, words
    assert "told to council" in desk.say("coalition", "incident", "show", name).out
    assert "WITHDRAWN" in desk.say("council", "incident", "list", "--near", "35.4 N 40.2 E", "--within", "20 km").out
    assert name not in desk.say("council", "incident", "list", "--since", "2017-10-01 00:00Z").out


def test_words_are_given_once(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    for no_text in (b"d\xe9clar\xe9", b"\xff\xfea"):  # in Latin-1, and half a letter of UTF-16
        file.write_bytes(no_text)
        assert "file-encoding" in desk.say("russia", "incident", "account", "i-x", "--file", file, expect=2).err
    assert "words-twice" in desk.say("russia", "incident", "account", "i-x", "a", "--file", file, expect=2).err
    assert (
        "incident-words"
        in desk.say("russia", "incident", "report", "Nothing", "--since", f"{YEAR} 00:30Z", expect=1).err
    )
