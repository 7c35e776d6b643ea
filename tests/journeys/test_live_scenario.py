"""Deir ez-Zor through a live desk, with a process and keys for every officer: what each party's bundle tells, and what
it must not (R2, R14-R17, R22, R31-R37, R49)."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from thalweg.cli.replay.deir_ez_zor import PARTIES
from thalweg.cli.replay.run import Told, compared, replay
from thalweg.cli.replay.stage import offline
from thalweg.desk import scenarios
from thalweg.ledger.entry import Entry
from thalweg.ledger.receipt import Bundle
from thalweg.model.errors import InputError
from thalweg.model.events import SECRETARIAT
from thalweg.model.levels import Level
from thalweg.reports.story import Line, agree


@dataclass(frozen=True)
class Played:
    folder: Path
    told: Told
    out: str

    def bundle(self, name: str) -> bytes:
        return (self.folder / f"{name}.bundle").read_bytes()

    def everything(self, name: str) -> bytes:
        """What a bundle holds, with nothing wrapped up in base64."""
        bundle = Bundle.parse(self.bundle(name))
        return b"\n".join([*(each.entry for each in bundle.entries), *(each.payload for each in bundle.payloads)])

    def lines(self, name: str, what: str) -> list[Line]:
        return [each for each in self.told.stories[name].lines if each.what == what]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("live") / "kept"
    lines: list[str] = []
    told = replay(lines.append, folder)
    return Played(folder, told, "\n".join(lines))


def test_every_party_has_a_story_of_its_own_and_all_are_of_one_log(played: Played) -> None:
    assert set(played.told.stories) == {SECRETARIAT, *PARTIES}
    for name, story in played.told.stories.items():
        assert story.party == name
        assert story.exercise, "an exercise is marked in what is told of it years later"
        assert [each.index for each in story.lines] == sorted(each.index for each in story.lines)
    assert played.told.agreement.contradictions == ()
    assert played.told.agreement.shared > 100


def test_each_officer_signed_with_a_key_that_is_nowhere_else(played: Played) -> None:
    """Own folders, own keys: the desk holds no officer's key, and every entry of a party is by its own officer."""
    authors = {}
    for name in PARTIES:
        own = {each.index for each in played.told.stories[name].lines if each.ours}
        entries = [each for each in Bundle.parse(played.bundle(name)).entries if each.index in own]
        (authors[name],) = {Entry.parse(each.entry).event.author for each in entries}
        assert {Entry.parse(each.entry).event.holder for each in entries} == {"author"}
    assert len(set(authors.values())) == len(PARTIES)
    assert not [file for author in authors.values() for file in (played.folder / "desk" / "keys").glob(f"*{author}*")]


@pytest.mark.parametrize(
    ("words", "holders"),
    [
        ("KESTREL", {"AID", "DMC"}),  # a site that is shown to one party, and hidden from the others
        ("Field hospital in the Khabur valley", {"AID"}),  # shown to others as a footprint or cells
        ("HERON", {"RUS", "YPG"}),  # said in the joint operation room
        ("Coalition air operations in support", {"CJTF", "DMC"}),
        ("SDF units in the industrial zone", {"DMC", "CJTF"}),
        ("its borders given in advance", {"RUS", "SYR", "YPG"}),  # the YPG since it is in the room
        ("Repair of the ferry", {"SYR", "RUS"}),
    ],
)
def test_what_was_hidden_is_in_nobody_elses_bundle(played: Played, words: str, holders: set[str]) -> None:
    found = {name for name in (*PARTIES, SECRETARIAT) if words.encode() in played.everything(name)}
    assert found <= holders
    assert next(iter(sorted(holders))) in found, "the words are there to be found"


def test_the_hospital_is_told_at_four_levels(played: Played) -> None:
    def seen(name: str) -> Line | None:
        index = next(each.index for each in played.told.beats if "field-hospital" in each.what)
        stop = next(each.index for each in played.told.beats if "water-station" in each.what)
        shown = [each for each in played.told.stories[name].lines if index < each.index < stop and not each.ours]
        return next((each for each in shown if each.what == "declared"), None)

    coalition, russia = seen("CJTF"), seen("RUS")
    assert coalition is not None
    assert russia is not None
    assert (coalition.level, russia.level) == (Level.FOOTPRINT, Level.COARSE)
    assert "cells within" in russia.where
    assert "cells" not in coalition.where
    assert seen("SYR") is None
    assert seen("YPG") is None


def test_the_two_notices_of_september_are_laid_one_upon_the_other(played: Played) -> None:
    """R31: what nobody compared then. Both sides are warned, hours before."""
    (warned,) = [each for each in played.lines("RUS", "warning") if each.who == "DMC" and str(each.at) > "2017-09-15"]
    assert warned.level is Level.FOOTPRINT
    assert "Russian forces in Syria" in warned.text
    assert "Deir ez-Zor Military Council" in warned.text
    assert "industrial zone" not in warned.text
    assert str(warned.at).startswith("2017-09-15T12:00")
    own = [each for each in played.lines("DMC", "warning") if each.who == "DMC" and str(each.at) > "2017-09-15"]
    assert "industrial zone" in own[0].text
    late = [each for each in played.lines("DMC", "declaration/1") if "industrial zone" in each.text]
    assert "REFUSED" in late[0].text
    assert "LATE" in late[1].text


def test_the_exchange_is_told_by_both_sides(played: Played) -> None:
    """R15, R16, R17."""
    wrong, right = played.lines("RUS", "readback/1")
    assert "does not match what was said: position" in wrong.text
    assert "match" not in right.text
    assert len(played.lines("DMC", "read_back")) == 2
    assert played.lines("DMC", "disseminated")
    assert [each.who for each in played.lines(SECRETARIAT, "escalated")][:1] == ["DMC"]
    rung = played.lines("CJTF", "emergency")
    assert "We are being hit" in rung[0].text
    assert "For the 2. time" in rung[1].text
    assert played.lines("DMC", "commitment")[0].text.startswith(
        "a commitment of RUS: “No flights east of the river until we have spoken.”"
    )
    assert played.lines("RUS", "outcome")
    assert not played.lines("SYR", "emergency")


def test_agreeing_custody_and_taking_part_are_in_the_bundles_of_those_concerned(played: Played) -> None:
    """R22, R32-R34."""
    assert played.lines("RUS", "proposal")
    assert played.lines("DMC", "answered")
    assert len(played.lines("AID", "answered")) >= 3  # two guarantees, and the hand-over
    assert played.lines("RUS", "line")
    assert [len(played.lines(name, "crossing")) for name in ("CJTF", "RUS", "DMC")] == [1, 1, 2]
    assert played.lines("SYR", "custody")
    suspended = [each for each in played.lines("SYR", "participation") if str(each.at) > "2017-12"]
    assert len(suspended) == 2
    contradicted = [each for each in played.lines("SYR", "warning") if "will contradict" in each.text]
    assert contradicted[-1].who == "RUS"


def test_who_asks_too_much_is_noticed_and_learns_nothing(played: Played) -> None:
    """R35, D13."""
    assert {each.who for each in played.lines("AID", "probing")} == {"TEST"}
    assert played.lines(SECRETARIAT, "probing")
    shown = [each for each in played.told.stories["TEST"].lines if each.level is not None]
    assert {each.level for each in shown} == {Level.EXISTS}


def test_each_sides_account_stands_beside_the_others_and_none_is_merged(played: Played) -> None:
    """R41, R42: the strike is reported to two, told by three sides in four accounts, and each bundle has them all."""
    reported = [each for each in played.lines("DMC", "incident/1") if "industrial zone" in each.text]
    assert len(reported) == 1
    for name in ("CJTF", "RUS"):
        (told,) = [each for each in played.lines(name, "incident") if each.who == "DMC"]
        assert "Russian aircraft and Syrian regime" in told.text
    accounts = {name: played.lines(name, "account") for name in ("DMC", "CJTF", "RUS")}
    assert sum(each.who == "DMC" and "Or" in each.text for each in accounts["CJTF"]) == 1
    assert any("known to the Russians" in each.text for each in accounts["DMC"])
    assert any("Russia denies it" in each.text for each in accounts["DMC"])
    assert any("Those claims are incorrect." in each.text for each in accounts["RUS"])
    assert any("near Mayadin" in each.text for each in accounts["CJTF"])
    assert not played.lines("SYR", "incident"), "Damascus was told of none"


def test_what_was_asked_is_unanswered_when_it_was_due(played: Played) -> None:
    """R42: both were asked and reminded, and the clock says that nothing came. A denial is no explanation."""
    for name in ("CJTF", "RUS"):
        assert len(played.lines(name, "explanation_request")) == 2  # each hears of both
        assert played.lines(name, "reminder")
    lapsed = [each for each in played.lines("DMC", "lapsed") if str(each.at).startswith("2017-09-19T08:0")]
    assert {each.who for each in lapsed} == {"CJTF", "RUS"}


def test_the_five_articles_are_sources_with_their_claims_and_a_rumour_warns_nobody(played: Played) -> None:
    """R43, R13: the no-fly zone of the rumour is in no finding, and no claim brings a warning."""
    entered = {name: played.lines(name, "source/1") for name in ("DMC", "CJTF", "YPG")}
    assert {name: len(each) for name, each in entered.items()} == {"DMC": 2, "CJTF": 1, "YPG": 2}
    claims = [each for name in entered for each in played.lines(name, "claim/1")]
    assert len(claims) == sum(len(json.loads(data)["claims"]) for data in scenarios.claims("deir-ez-zor").values())
    (rumour,) = [each for each in claims if "no fly zone" in each.text]
    assert "rumour, nobody named" in rumour.text
    for name in (*PARTIES, SECRETARIAT):
        every = played.told.stories[name].lines
        assert not [each for each in every if each.what == "warning" and "fly zone" in each.text]
        first = min((each.index for each in every if each.what in ("claim", "claim/1")), default=1 << 60)
        last = max((each.index for each in every if each.what in ("claim", "claim/1")), default=0)
        between = [each for each in every if first < each.index < last and each.what == "warning"]
        assert not [each for each in between if each.who in ("SDF", "YPG") or "claim" in each.text]


def test_three_dossiers_are_kept_in_two_languages_and_their_proofs_verify_without_a_network(played: Played) -> None:
    """R45, D10: made of one party's bundle each; the page says what is disputed, and whose record it is."""
    assert set(played.told.dossiers) == {"dossier-16-september", "dossier-23-november", "dossier-13-december"}
    for name, reference in played.told.dossiers.items():
        assert (played.folder / f"{name}.pdf").read_bytes().startswith(b"%PDF-")
        page = (played.folder / f"{name}.html").read_text("utf-8")
        assert reference in page
        assert 'dir="rtl"' in page
        assert "<script" not in page
    page = (played.folder / "dossier-16-september.html").read_text("utf-8")
    for words in ("Russian forces in Syria or Syrian government forces", "unanswered", "متنازع عليه", "ZeroHedge"):
        assert words in page
    council = '<th scope="col"><bdi>Deir ez-Zor Military Council</bdi>'
    assert page.count(council) == 2, "two accounts of one side stand beside each other"
    told = page.partition("Entries and proofs")[0]  # after it the keys stand, made on the day of the replay itself
    days = set(re.findall(r"\b(20\d\d)-\d\d-\d\d\b", told))
    assert days <= {"2017", "2018"}, "the officers' clocks are those of the exercise"
    assert "Three dossiers, each made of one party's bundle alone" in played.out


def test_a_dossiers_proof_with_one_byte_changed_is_refused(played: Played, tmp_path: Path) -> None:
    data = (played.folder / "dossier-16-september.bundle").read_bytes()
    held = json.loads(data)
    entry = held["entries"][5]
    changed = bytearray(base64.b64decode(entry["entry"]))
    changed[len(changed) // 2] ^= 1
    entry["entry"] = base64.b64encode(bytes(changed)).decode()
    file = tmp_path / "changed.bundle"
    file.write_text(json.dumps(held, separators=(",", ":"), sort_keys=True, ensure_ascii=False))
    said = offline(file, played.folder / "DMC" / "trust.json")
    assert said.returncode in (1, 2)
    assert "Not verified" in said.stderr


def test_the_table_has_a_column_for_each_party(played: Played) -> None:
    rows = list(compared(list(played.told.beats), played.told.stories))
    clinic = next(each for each in rows if "mobile-clinic" in each)
    assert clinic.split("taken", 1)[1].split() == ["—", "full", "—", "—", "—", "said", "—"]
    assert all(row in played.out for row in rows)
    assert "EXERCISE" in played.out.splitlines()[0]


def test_a_bundle_verifies_without_a_network_and_tells_itself(played: Played) -> None:
    trust = played.folder / "RUS" / "trust.json"
    told = offline(played.folder / "RUS.bundle", trust, "--tell")
    assert told.returncode == 0, told.stderr
    assert "As RUS said it and was told, IN AN EXERCISE:" in told.stdout
    assert "told  EMERGENCY of DMC: “We are being hit in the industrial zone. Cease.”" in told.stdout
    as_json = json.loads(offline(played.folder / "RUS.bundle", trust, "--tell", "--json").stdout)
    assert len(as_json["story"]) == len(played.told.stories["RUS"].lines)


def test_a_bundle_that_was_changed_is_refused(played: Played, tmp_path: Path) -> None:
    held = json.loads(played.bundle("CJTF"))
    entry = held["entries"][5]
    data = bytearray(base64.b64decode(entry["entry"]))
    data[len(data) // 2] ^= 1
    entry["entry"] = base64.b64encode(bytes(data)).decode()
    changed = tmp_path / "changed.bundle"
    changed.write_text(json.dumps(held, separators=(",", ":"), sort_keys=True, ensure_ascii=False))
    said = offline(changed, played.folder / "CJTF" / "trust.json")
    assert said.returncode in (1, 2)
    assert "Not verified" in said.stderr
    read = agree({"CJTF": played.bundle("CJTF"), "RUS": played.bundle("RUS")})
    assert read.contradictions == ()


def test_two_histories_are_told_apart(played: Played) -> None:
    """`agree` would find a fork: the same index with other bytes, or another head of the same size."""
    mine = Bundle.parse(played.bundle("CJTF"))
    theirs = Bundle.parse(played.bundle("RUS"))
    index = next(each.index for each in mine.entries if each.index in {other.index for other in theirs.entries})
    held = json.loads(played.bundle("RUS"))
    place = next(n for n, each in enumerate(theirs.entries) if each.index == index)
    other = next(n for n, each in enumerate(theirs.entries) if each.index != index)
    held["entries"][place]["entry"] = held["entries"][other]["entry"]
    forged = json.dumps(held, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    found = agree({"CJTF": played.bundle("CJTF"), "RUS": forged}).contradictions
    assert found == (f"CJTF and RUS hold different entries at index {index}.",)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(InputError, match="is not empty"):
        replay(lambda _: None, tmp_path)
