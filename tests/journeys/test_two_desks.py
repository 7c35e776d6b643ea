"""Two officers of two parties and the secretariat, each with a folder and keys of their own, at one desk."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.officers import Desk, running
from thalweg.client import DeskError, Unanswered, open_client
from thalweg.ledger.entry import Entry
from thalweg.model.events import MessageSent
from thalweg.stores.author import AuthorHome

_PLACES = count()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("two-desks")) as desk:
        desk.join("secretariat", desk.first_invitation)
        for party in ("coalition", "russia"):
            desk.say("secretariat", "party", "add", party, party.title(), "--contact", f"+1 555 {party}")
            desk.join(party, desk.invited(party))
        desk.say("coalition", "channel", "open", "line", "russia", "--name", "Line", "--term", "full")
        desk.say("russia", "channel", "join", "line", "--term", "full")
        yield desk


def feature(name: str, party: str, kind: str, lon: float, lat: float, **more: object) -> dict[str, object]:
    properties: dict[str, object] = {"id": name, "party": party, "kind": kind, "title": f"{name} of {party}", **more}
    if kind == "operation":
        properties = {
            "radius_m": 1500, "start": "2031-05-01T06:00Z", "end": "2031-05-01T09:00Z", "lower": "0 m AMSL",
            "upper": "3000 m AMSL", "medium": "air", **properties,
        }  # fmt: skip
    point = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def written(folder: Path, *features: dict[str, object]) -> Path:
    file = folder / f"file-{next(_PLACES)}.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


def declared(desk: Desk, who: str, file: Path, *more: str, expect: int | None = 0) -> str:
    """Reviewed, and then declared without questions."""
    desk.say(who, "declare", file, "--review-only")
    said = desk.say(who, "declare", file, "--yes", *more, expect=expect)
    return said.out + said.err


def newest(desk: Desk, who: str, what: str) -> str:
    """The id of the newest notice that tells something."""
    with open_client(desk.folder / who) as client:
        return [each.id for each in client.notices() if each.what == what][-1]


# --- coming in ---


def test_an_officer_who_joins_signs_with_a_key_that_the_server_does_not_hold(desk: Desk) -> None:
    said = desk.say("coalition", "officer", "me").out
    assert "of Coalition (coalition); signs: author" in said
    author = AuthorHome(desk.folder / "coalition")
    assert not list((desk.folder / "desk" / "keys").glob(f"author-{author.author}*"))
    assert "held by the author" in desk.say("coalition", "officer", "keys").out
    assert (desk.folder / "coalition" / "token").stat().st_mode & 0o077 == 0


def test_an_officer_comes_changes_keys_and_goes(desk: Desk) -> None:
    link = desk.invited("russia")
    desk.join("russia-2", link)
    assert "invitation-refused" in desk.say("russia-3", "join", link, "--login", "somebody", expect=1).err
    assert "invitation-link" in desk.say("russia-3", "join", "http://localhost/", "--login", "x", expect=2).err
    assert "officer.there" in desk.say("russia-2", "join", link, "--login", "y", expect=2).err
    assert "login-missing" in desk.say("russia-3", "join", link, expect=2).err

    desk.say("russia-2", "channel", "say", "line", "with the first key")
    shutil.copytree(desk.folder / "russia-2", desk.folder / "russia-2-old")
    desk.say("russia-2", "officer", "rotate").find(r"you sign with ([0-9a-f]{64})")
    desk.say("russia-2", "channel", "say", "line", "with the second key")
    assert "token-refused" in desk.say("russia-2-old", "channel", "say", "line", "not any more", expect=1).err

    officer = AuthorHome(desk.folder / "russia-2").author
    desk.say("secretariat", "officer", "add", officer, "admin", "--scope", "russia")
    assert "admin of russia" in desk.say("russia-2", "officer", "me").out
    desk.say("secretariat", "officer", "end", officer, "admin", "--scope", "russia")
    desk.say("secretariat", "officer", "end", officer, "watch", "--scope", "russia")
    assert "not-for-party" in desk.say("russia-2", "channel", "say", "line", "still here", expect=1).err
    token = desk.say("russia-2", "officer", "keys").find(r"(t-[0-9a-f]+) \(this one\)")
    desk.say("russia-2", "officer", "end-token", token)
    assert "token-refused" in desk.say("russia-2", "officer", "me", expect=1).err


def test_the_watch_changes(desk: Desk) -> None:
    desk.say("coalition", "officer", "watch", "on", "--order", "1")
    author = AuthorHome(desk.folder / "coalition").author
    assert f"on watch: {author}" in desk.say("coalition", "officer", "me").out
    desk.say("coalition", "officer", "watch", "off", "--words", "end of the shift")
    assert "on watch: nobody" in desk.say("coalition", "officer", "me").out


def test_parties_and_the_theatre_are_the_secretariats(desk: Desk, tmp_path: Path) -> None:
    """R20: as it states it; what takes effect at once is not dated ahead."""
    early = desk.say("russia", "party", "state", "russia", "joined", "--since", "2099-01-01T00:00Z", expect=1)
    assert "since-ahead" in early.err
    desk.say("russia", "party", "state", "russia", "joined", "--since", "2017-09-01T00:00Z")
    assert "joined since 2017-09-01" in desk.say("coalition", "party", "list").out
    assert "not-secretariat" in desk.say("coalition", "party", "add", "other", "Other", expect=1).err
    rules = tmp_path / "theatre.yaml"
    rules.write_text("name: Deir ez-Zor\nextends: default\ntime_zone: Asia/Damascus\n")
    desk.say("secretariat", "theatre", "set", rules)
    assert "time_zone: Asia/Damascus" in desk.say("coalition", "theatre", "show").out


# --- declaring ---


def test_a_conflict_is_refused_cited_and_told_to_both(desk: Desk, tmp_path: Path) -> None:
    """R30, R31: 409 with what is lacking, then taken, and both sides have the finding."""
    site = written(tmp_path, feature("hospital", "coalition", "static_site", 40.14, 35.336))
    declared(desk, "coalition", site)
    works = written(tmp_path, feature("works", "russia", "operation", 40.145, 35.336))
    refused = declared(desk, "russia", works, expect=1)
    assert "knowledge-lacking" in refused
    assert "hospital of coalition" in refused
    version = refused.split("cite as: ")[1].split()[0]
    taken = desk.say("russia", "declare", works, "--yes", "--cite", version).out
    assert "will overlap Coalition: site" in taken
    assert "before the start; the theatre asks for 2 d 0 h" in taken
    theirs = desk.say("coalition", "notice", newest(desk, "coalition", "warning")).out
    assert "works of russia" in theirs
    assert "entry" in theirs
    mine = desk.say("coalition", "declaration", "show", "coalition/hospital").out
    assert "russia" in mine


def test_rows_are_reviewed_one_by_one_and_a_second_run_goes_on(desk: Desk, tmp_path: Path) -> None:
    rows = [feature(f"row-{n}", "russia", "operation", 41.0 + n / 10, 34.5) for n in range(4)]
    file = written(tmp_path, *rows)
    assert "review-first" in desk.say("russia", "declare", file, "--yes", expect=2).err
    first = desk.say("russia", "declare", file, stdin="y\nn\nq\n", expect=3).out
    assert "where:" in first
    assert "lead:" in first
    assert first.count("Declared.") == 1
    assert "The next run goes on here." in first
    second = desk.say("russia", "declare", file, stdin="y\ny\n", expect=3).out
    assert second.count("Declared.") == 2
    assert "declared before" in second
    assert "skipped before" in second
    third = desk.say("russia", "declare", file, "--again", stdin="y\n").out
    assert third.count("Declared.") == 1
    assert desk.say("russia", "declare", file).out.count("declared before") == 4
    shown = desk.say("coalition", "declaration", "list", "--others").out
    assert [f"russia/row-{n}" in shown for n in range(4)] == [True] * 4


def test_a_row_that_no_statement_holds_is_named_and_those_after_it_are_declared(desk: Desk, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        feature("l" * 301, "russia", "static_site", 41.3, 35.4, title="long"),
        feature("short", "russia", "static_site", 41.4, 35.4),
    )
    said = declared(desk, "russia", file, expect=1)
    assert "id should be a text of at most 300 characters" in said
    assert said.count("Declared.") == 1
    assert "declared before" in desk.say("russia", "declare", file, "--yes", expect=1).out


def test_at_the_prompt_what_is_lacking_is_cited_with_one_word(desk: Desk, tmp_path: Path) -> None:
    declared(desk, "coalition", written(tmp_path, feature("school", "coalition", "static_site", 40.6, 35.0)))
    file = written(tmp_path, feature("near-school", "russia", "operation", 40.605, 35.0))
    said = desk.say("russia", "declare", file, stdin="y\ny\n")
    assert "Cite these, and declare it again?" in said.out
    assert "Declared." in said.out


def test_what_is_declared_in_anothers_name_or_cannot_be_read_is_said(desk: Desk, tmp_path: Path) -> None:
    file = written(tmp_path, feature("theirs", "coalition", "operation", 42.0, 34.0))
    assert "Cannot be declared. It names coalition" in desk.say("russia", "declare", file, stdin="y\n", expect=1).out
    broken = tmp_path / "broken.geojson"
    broken.write_text("{")
    assert "Not read, and so not declared" in desk.say("russia", "declare", broken, expect=3).err


def test_a_version_that_its_file_replaces_is_said_not_to_be_declared(desk: Desk, tmp_path: Path) -> None:
    first = feature("pump", "russia", "static_site", 42.4, 35.6)
    second = feature("pump", "russia", "static_site", 42.4, 35.7, revision=1)
    said = desk.say("russia", "declare", written(tmp_path, first, second), stdin="y\n")
    assert said.out.count("Declared.") == 1
    assert "Not declared: " in said.err
    assert "Revision 1 takes its place." in said.err


def test_a_declaration_is_vouched_for_verified_released_and_cancelled(desk: Desk, tmp_path: Path) -> None:
    declared(desk, "coalition", written(tmp_path, feature("store", "coalition", "static_site", 40.9, 35.9)))
    name = "coalition/store"
    desk.say("coalition", "declaration", "revalidate", name, "--until", "+30 days")
    desk.say("russia", "declaration", "verify", name, "verified", "--method", "seen from the road")
    desk.say("coalition", "declaration", "consent", name, "given", "--of", "the owner")
    desk.say("coalition", "declaration", "release", name, "russia", "footprint", "--words", "no name")
    shown = desk.say("coalition", "declaration", "show", name).out
    assert "footprint" in shown
    declared(desk, "coalition", written(tmp_path, feature("depot", "coalition", "static_site", 40.9, 35.9001)))
    desk.say("coalition", "declaration", "same", name, "coalition/depot", "--different")
    desk.say("coalition", "declaration", "cancel", name, "--words", "moved")
    assert "cancelled" in desk.say("coalition", "declaration", "show", name).out
    assert "chain-over" in desk.say("coalition", "declaration", "cancel", name, expect=1).err


def test_a_file_that_is_one_bare_feature_is_declared_and_not_only_said_to_be(desk: Desk, tmp_path: Path) -> None:
    """Its row has no path of its own; that it was shown is no word that it was declared."""
    file = tmp_path / "bare.geojson"
    file.write_text(json.dumps(feature("bare", "russia", "static_site", 41.6, 36.4)))
    desk.say("russia", "declare", file, "--review-only")
    with open_client(desk.folder / "russia") as client:
        before = len(client.declarations(own=True))
    first = desk.say("russia", "declare", file, "--yes").out
    assert "Declared." in first
    assert "declared before" not in first
    with open_client(desk.folder / "russia") as client:
        assert len(client.declarations(own=True)) == before + 1
    assert "declared before" in desk.say("russia", "declare", file, "--yes").out


# --- exchange ---


def test_a_wrong_read_back_opens_the_notice_and_a_right_one_closes_it(desk: Desk, tmp_path: Path) -> None:
    """R15."""
    said = feature("bridge-works", "russia", "operation", 40.3, 35.1)
    declared(desk, "russia", written(tmp_path, said))
    notice = newest(desk, "coalition", "declared")
    desk.say("coalition", "ack", notice, "understood", "--text", "passed to the air side")
    wrong = desk.say("coalition", "readback", notice, "--position", "35.18 N, 40.3 E", expect=1).out
    assert "position" in wrong
    assert notice in desk.say("coalition", "inbox").out
    right = desk.say(
        "coalition", "readback", notice, "--position", "35°06'00\"N 40°18'00\"E", "--start", "2031-05-01T06:00Z",
        "--end", "2031-05-01 09:00 UTC", "--lower", "0 m AMSL", "--upper", "3000 m AMSL", "--what", "russia",
    )  # fmt: skip
    assert "It matches." in right.out
    assert notice not in desk.say("coalition", "inbox").out
    desk.say("coalition", "passed-on", notice, "404th wing", "--how", "by telephone")
    desk.say("coalition", "passed-on", notice, "river police", "--relay", "voice")
    told = desk.say("coalition", "notice", notice).out
    assert "404th wing" in told
    assert "river police by voice" in told
    copies = desk.say("russia", "declaration", "show", "russia/bridge-works").out
    assert "404th wing" in copies


def test_a_notice_is_said_in_six_languages_and_by_voice(desk: Desk, tmp_path: Path) -> None:
    declared(desk, "russia", written(tmp_path, feature("flight", "russia", "operation", 40.4, 34.9)))
    notice = newest(desk, "coalition", "declared")
    texts = {
        language: desk.say("coalition", "notice", notice, "--language", language).out
        for language in ("en", "ar", "ru", "fr", "tr", "ku")
    }
    assert len(set(texts.values())) == 6
    assert "Новое" in texts["ru"] or "объявлен" in texts["ru"].lower()
    assert len(desk.say("coalition", "notice", notice, "--voice").out.splitlines()) > 3


def test_an_emergency_is_open_until_a_promise_has_an_outcome(desk: Desk) -> None:
    """R17."""
    called = desk.say(
        "coalition", "emergency", "we", "are", "being", "hit", "--place", "35.3 N 40.1 E", "--radius", "500 m"
    )
    emergency = called.find(r"Id ([0-9a-f]{64})")
    assert "OPEN" in desk.say("russia", "emergency", "--list").out
    assert newest(desk, "russia", "emergency") in desk.say("russia", "inbox").out
    promised = desk.say("russia", "commit", emergency[:12], "we", "stop", "--by", "+10 min").find(r"Id ([0-9a-f]{64})")
    assert promised[:12] in desk.say("coalition", "emergency", "--list").out
    desk.say("coalition", "outcome", promised[:12], "kept", "--words", "it stopped")
    lists = desk.say("coalition", "emergency", "--list").out
    assert "over" in lists
    assert "kept" in lists
    assert "outcome-known" in desk.say("russia", "outcome", promised, "broken", expect=1).err


def test_lines_are_checked_and_stated(desk: Desk) -> None:
    desk.say("coalition", "channel", "check", "line")
    desk.say("russia", "channel", "answer-check", "line")
    assert "line-check-none" in desk.say("russia", "channel", "answer-check", "line", expect=2).err
    desk.say("russia", "channel", "state", "line", "normal")
    assert "russia: normal" in desk.say("coalition", "channel", "list").out


def test_a_room_has_a_log_and_decisions(desk: Desk) -> None:
    desk.say("secretariat", "channel", "open", "room", "coalition", "russia", "--room", "--name", "Joint room")
    desk.say("coalition", "channel", "join", "room")
    desk.say("russia", "channel", "join", "room")
    desk.say("russia", "channel", "say", "room", "Мост", "закрыт", "--language", "ru")
    desk.say("coalition", "channel", "decide", "room", "No flights below 1000 m over the bridge")
    log = desk.say("russia", "channel", "log", "room").out
    assert "Мост закрыт [ru]" in log
    assert "DECISION No flights" in log
    desk.say("coalition", "channel", "terms", "line", "full", "static_site=footprint", "--to", "russia")
    assert "static_site footprint" in desk.say("russia", "channel", "list").out
    desk.say("coalition", "channel", "terms", "line", "full", "--to", "russia")
    desk.say("russia", "channel", "leave", "room", "--words", "done")


# --- agreeing ---


def test_a_way_out_is_proposed_and_accepted(desk: Desk, tmp_path: Path) -> None:
    """R32."""
    declared(desk, "coalition", written(tmp_path, feature("clinic", "coalition", "static_site", 41.2, 35.5)))
    works = written(tmp_path, feature("digging", "russia", "operation", 41.205, 35.5))
    version = declared(desk, "russia", works, expect=1).split("cite as: ")[1].split()[0]
    desk.say("russia", "declare", works, "--yes", "--cite", version)
    warning = newest(desk, "coalition", "warning")
    later = written(
        tmp_path,
        feature("quieter", "coalition", "operation", 41.4, 35.5, start="2031-05-02T06:00Z", end="2031-05-02T09:00Z"),
    )
    desk.say(
        "coalition", "propose", "way-out", warning, "--to", "russia", "--words", "start at noon", "--changed", later,
        "--fix", "time", "--expires", "+2 h",
    )  # fmt: skip
    proposed = desk.say("russia", "propose", "list").find(r"([0-9a-f]{12}) +\S+ +coalition to russia +proposed")
    desk.say("russia", "answer", proposed, "accept", "--words", "agreed")
    assert "accepted" in desk.say("coalition", "propose", "list").out
    assert "proposal-over" in desk.say("russia", "answer", proposed, "reject", expect=1).err


def test_a_quiet_window_stands_once_it_is_guaranteed(desk: Desk, tmp_path: Path) -> None:
    zone = feature(
        "pump-repair", "coalition", "restricted_zone", 40.75, 35.7, zone="quiet_window", radius_m=2000,
        start="2031-06-01T06:00Z", end="2031-06-01T18:00Z",
    )  # fmt: skip
    file = written(tmp_path, zone)
    said = desk.say("coalition", "propose", "quiet", file, "--to", "russia", "--task", "repair of the pumps")
    desk.say("russia", "answer", said.find(r"Id ([0-9a-f]{64})"), "accept")
    assert "coalition/pump-repair" in desk.say("russia", "declaration", "list").out


def test_a_line_is_agreed_and_a_crossing_is_logged(desk: Desk, tmp_path: Path) -> None:
    line: dict[str, object] = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[39.0, 36.2], [39.2, 36.2]]},
        "properties": {
            "id": "river", "party": "coalition", "kind": "line", "title": "River", "left": ["coalition"],
            "right": ["russia"], "status": "agreed",
        },
    }  # fmt: skip
    file = written(tmp_path, line)
    said = desk.say("coalition", "propose", "line", file, "--to", "russia")
    desk.say("russia", "answer", said.find(r"Id ([0-9a-f]{64})"), "accept")
    desk.say(
        "russia", "crossing", "coalition/river", "--at", "2026-01-01T00:00Z", "--who", "unknown", "--medium", "air",
        "--place", "36.2 N 39.1 E", "--to-side", "left", "--words", "one aircraft",
    )  # fmt: skip
    assert "crossing" in desk.say("coalition", "inbox", "--all").out


def test_a_site_changes_hands(desk: Desk, tmp_path: Path) -> None:
    declared(desk, "coalition", written(tmp_path, feature("waterworks", "coalition", "static_site", 39.5, 35.8)))
    said = desk.say("coalition", "propose", "hand-over", "coalition/waterworks", "russia", "--words", "from Monday")
    desk.say("russia", "answer", said.find(r"Id ([0-9a-f]{64})"), "accept")
    assert "waterworks" in desk.say("russia", "declaration", "list", "--own").out


# --- proof, and what the line does ---


def test_a_bundle_is_verified_offline_by_anybody(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "russia.bundle"
    desk.say("russia", "bundle", file)
    words = ["verify", str(file), "--trust", str(desk.folder / "russia" / "trust.json")]
    told = subprocess.run([sys.executable, "-m", "thalweg", *words], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    data = json.loads(file.read_bytes())
    data["entries"] = [*data["entries"][:-1], {**data["entries"][-1], "index": 3}]
    file.write_text(json.dumps(data, separators=(",", ":"), sort_keys=True))
    told = subprocess.run([sys.executable, "-m", "thalweg", *words], capture_output=True, text=True, check=False)
    assert told.returncode != 0


def test_notices_are_followed_and_their_arrival_is_signed(desk: Desk) -> None:
    """R14: the machine receipt is the recipient's own."""
    with open_client(desk.folder / "russia") as client:
        before = client.me().notices
    told = desk.say("russia", "stream", "--count", "2", "--after", str(before - 2), "--device", "desk 2").out
    assert "still here" not in told
    with open_client(desk.folder / "russia") as client:
        assert client.home.cursor() == before
        assert client.notices(before - 1)[0].delivered[0].what == "stream"
    with open_client(desk.folder / "russia") as client:
        later = threading.Timer(0.5, desk.say, ("coalition", "channel", "say", "line", "to be seen at once"))
        later.start()
        live = next(client.stream(receipts=True))
        later.join()
    assert live.words is not None
    assert live.words.text == "to be seen at once"


def test_what_was_signed_while_the_desk_was_down_is_said_once_when_it_is_back(desk: Desk) -> None:
    """Killed without warning; the statement is on disk before it is sent, and its bytes do not change."""
    folder = desk.folder / "coalition"
    desk.stop(signal.SIGKILL)
    with open_client(folder, patience_s=0.5) as client, pytest.raises(Unanswered):
        client.send(MessageSent("coalition", "line", "said while you were away"))
    (seq,) = client.home.unanswered()
    bytes_before = AuthorHome(folder).entry(seq)
    with open_client(folder, patience_s=0.5) as client, pytest.raises(Unanswered):
        client.send(MessageSent("coalition", "line", "never signed: the first one goes first"))
    assert AuthorHome(folder).numbers()[-1] == seq
    desk.start()
    desk.say("coalition", "channel", "say", "line", "and now this")
    assert AuthorHome(folder).entry(seq) == bytes_before
    log = [
        line
        for line in desk.say("russia", "channel", "log", "line").out.splitlines()
        if "away" in line or "now this" in line
    ]
    assert [line.count("said while you were away") for line in log] == [1, 0]
    with open_client(folder) as client:
        (client.home.folder / "answers" / f"{seq:016d}").unlink()
        assert [each.statement for each in client.flush()] == [Entry.parse(bytes_before).event.hash().hex()]


def test_a_refusal_off_the_record_leaves_the_chain_whole(desk: Desk) -> None:
    folder = desk.folder / "coalition"
    before = AuthorHome(folder).numbers()[-1]
    with open_client(folder) as client, pytest.raises(DeskError, match="not on the rolls"):
        client.send(MessageSent("russia", "line", "in their name"))
    assert AuthorHome(folder).numbers()[-1] == before
    assert len(list((folder / "aside").glob("*.why"))) >= 1
    desk.say("coalition", "channel", "say", "line", "in our own name")
