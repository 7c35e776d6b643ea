"""Who knew what when, from the command line: by the desk, by one's own bundle with no desk, by the log itself (R40)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_two_desks import declared, feature, newest, written
from tests.officers import Desk, running
from thalweg.client import open_client


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("replay")) as desk:
        desk.join("secretariat", desk.first_invitation)
        for party in ("coalition", "russia"):
            desk.say("secretariat", "party", "add", party, party.title())
            desk.join(party, desk.invited(party))
        desk.say("coalition", "channel", "open", "line", "russia", "--name", "Line", "--term", "full")
        desk.say("russia", "channel", "join", "line", "--term", "full")
        declared(desk, "coalition", written(desk.folder, feature("watch-post", "coalition", "static_site", 40.1, 35.3)))
        yield desk


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def pictured(text: str) -> Any:
    return json.loads(text)


def subjects(value: Any) -> list[str]:
    return [each["subject"] for each in value["declarations"]]


def test_what_had_not_reached_a_party_is_not_in_its_picture_and_then_it_is(desk: Desk) -> None:
    before = now()
    said = pictured(desk.say("russia", "replay", "--known-at", before, "--format", "json").out)
    assert subjects(said) == []
    assert said["counts"]["notices"] == 0 or "coalition/watch-post" not in subjects(said)
    told = newest(desk, "russia", "declared")
    desk.say("russia", "ack", told, "understood")
    later = now()
    had = pictured(desk.say("russia", "replay", "--as", "russia", "--known-at", later, "--format", "json").out)
    assert subjects(had) == ["coalition/watch-post"]
    assert had["declarations"][0]["reached"] > before.partition(".")[0]
    again = pictured(desk.say("russia", "replay", "--known-at", before, "--format", "json").out)
    assert again == said, "what came later does not show in the earlier picture"
    shown = desk.say("russia", "replay", "--known-at", later).out
    assert "As russia had it at" in shown
    assert "coalition/watch-post" in shown
    drawn = pictured(desk.say("russia", "replay", "--known-at", later, "--format", "geojson").out)
    assert [each["properties"]["subject"] for each in drawn["features"]] == ["coalition/watch-post"]
    hour = datetime.now(UTC) - timedelta(hours=1)
    valid = f"{hour.isoformat()}/.."
    assert subjects(
        pictured(desk.say("russia", "replay", "--known-at", later, "--valid-at", valid, "--format", "json").out)
    )


def test_a_bundle_and_the_log_give_the_very_picture_that_the_desk_gave(desk: Desk, tmp_path: Path) -> None:
    at = now()
    for who in ("coalition", "russia"):
        online = pictured(desk.say(who, "replay", "--known-at", at, "--format", "json").out)
        file = tmp_path / f"{who}.json"
        desk.say(who, "bundle", file)
        trust = desk.folder / who / "trust.json"
        offline = desk.say(who, "replay", file, "--as", who, "--known-at", at, "--trust", trust, "--format", "json")
        assert pictured(offline.out) == online
        log = desk.say(who, "replay", desk.folder / "desk", "--as", who, "--known-at", at, "--format", "json")
        assert pictured(log.out) == online


def test_a_picture_that_comes_in_many_pages_is_put_together_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thing an answer, of declarations and of findings: nothing is cut off in silence."""
    shown = pictured(desk.say("russia", "replay", "--known-at", now(), "--format", "json").out)
    patrol = written(desk.folder, feature("patrol", "russia", "operation", 40.1, 35.3))
    declared(desk, "russia", patrol, "--cite", shown["declarations"][0]["version"])
    with open_client(desk.folder / "russia") as client:
        for each in client.notices():
            if each.findings:
                desk.say("russia", "ack", each.id, "understood")
        at = now()
        whole, drawn = client.as_of(at, "../.."), client.as_of_map(at, "../..")
        assert {"coalition/watch-post", "russia/patrol"} <= set(subjects(whole))
        assert len(whole["findings"]) == whole["counts"]["findings"] > 0
        monkeypatch.setattr("thalweg.client.desk._AT_ONCE", 1)
        monkeypatch.setattr("thalweg.client.desk._DRAWN", 1)
        assert client.as_of(at, "../..") == whole
        assert sorted(each["id"] for each in client.as_of_map(at, "../..")["features"]) == sorted(
            each["id"] for each in drawn["features"]
        )


def test_nobody_is_told_what_another_had(desk: Desk, tmp_path: Path) -> None:
    refused = desk.say("russia", "replay", "--as", "coalition", "--known-at", now(), expect=2)
    assert "replay-party" in refused.err
    file = tmp_path / "russia.json"
    desk.say("russia", "bundle", file)
    refused = desk.say("russia", "replay", file, "--as", "coalition", "--known-at", now(), expect=2)
    assert "replay-party" in refused.err
    with open_client(desk.folder / "russia") as client:
        assert client.as_of()["party"] == "russia"
        assert all(each["reached"] for each in client.as_of_notices())
        assert client.as_of_map()["type"] == "FeatureCollection"
        assert sum(client.as_of_times(buckets=10)["known_counts"]) > 0


def test_a_changed_bundle_is_refused(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "russia.json"
    desk.say("russia", "bundle", file)
    data = file.read_bytes()
    place = len(data) // 2
    file.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    trust = desk.folder / "russia" / "trust.json"
    assert desk.say("russia", "replay", file, "--known-at", now(), "--trust", trust, expect=2).err
