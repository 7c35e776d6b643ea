"""Copies to take away: marked, on record, no more than was shown; and who looked at protected sites (R35, R36, R37)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pypdf
import pytest
from lxml import etree

from tests.desk_world import Room, circle, taken
from tests.serving import Serving, serving, soon
from thalweg.model.declarations import Kind
from thalweg.model.errors import ValueRefused
from thalweg.model.events import Declared, Exported, Revalidated, SitesRead, Term, TheatreSet
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.words import DISCLAIMERS, EXERCISE, MARK_MEANING, STALE
from thalweg.policy.asof.valid import Valid
from thalweg.policy.export import Copied, copying
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.whole import whole
from thalweg.server.copies import EXPORT_RATE

FORMS = ("geojson", "json", "csv", "kml", "html", "pdf")
THEATRE = "name: Night training\nextends: default\nexercise: true\n"


def noted(desk: Serving, kind: type) -> list[Any]:
    world = desk.portal.call(desk.opened.office.reading).world
    return [body for index in range(world.size) if isinstance(body := world.load(index).body, kind)]


def text_of(form: str, data: bytes) -> str:
    if form != "pdf":
        return data.decode("utf-8-sig")
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """An exercise."""
    with serving(tmp_path_factory.mktemp("copies")) as held:
        held.parties("alpha", "bravo")
        held.say("chair", TheatreSet(THEATRE, "night.yaml"))
        held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        yield held


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("pair")) as held:
        held.parties("alpha", "bravo")
        held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        cites = [each["version"] for each in held.notices("bravo-1") if each["version"]]
        held.declare("bravo-1", soon("patrol", "bravo"), 201, *cites)
        yield held


@pytest.mark.parametrize("form", FORMS)
def test_a_copy_bears_its_mark_in_every_form_and_its_bytes_are_on_record(pair: Serving, form: str) -> None:
    answer = pair.get("bravo-1", f"/v1/export?form={form}")
    assert answer.status_code == 200
    mark = answer.headers["thalweg-copy"]
    text = text_of(form, answer.content)
    assert mark in text
    assert "bravo-1" in text
    assert all(sentence in text for sentence in DISCLAIMERS)
    assert "hospital of alpha" in text
    assert "patrol of bravo" in text
    entry = next(each for each in noted(pair, Exported) if each.mark == mark)
    assert entry.sha256 == hashlib.sha256(answer.content).hexdigest()
    assert (entry.to, entry.officer, entry.form) == ("bravo", "bravo-1", form)
    assert entry.items >= 3  # two declarations and their finding
    if form == "pdf":
        held = pypdf.PdfReader(io.BytesIO(answer.content)).metadata
        assert held is not None
        assert mark in str(held["/Keywords"])
    if form == "html":
        assert f'<meta name="copy" content="Copy {mark}' in text
    if form == "kml":
        etree.fromstring(answer.content)
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert all(mark in row["notice"] for row in rows)
        assert {row["title_1"] for row in rows if row["record"] == "declaration"} == {
            "hospital of alpha",
            "patrol of bravo",
        }


@pytest.mark.parametrize("form", ["json", "geojson"])
def test_a_copy_is_of_the_published_form(pair: Serving, form: str) -> None:
    name = {"json": "check", "geojson": "report-geojson"}[form]
    schema = json.loads(resources.files("thalweg.reports").joinpath(f"schemas/{name}.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(pair.get("bravo-1", f"/v1/export?form={form}").json())


def test_two_copies_of_the_same_never_bear_one_mark(pair: Serving) -> None:
    marks = {pair.get("bravo-1", "/v1/export?form=json").headers["thalweg-copy"] for _ in range(2)}
    marks.add(pair.get("alpha-1", "/v1/export?form=json").headers["thalweg-copy"])
    assert len(marks) == 3


@pytest.mark.parametrize("level", [Level.EXISTS, Level.COARSE, Level.FOOTPRINT])
def test_a_copy_shows_no_more_than_its_level(tmp_path: Path, level: Level) -> None:
    with serving(tmp_path) as held:
        held.parties("alpha", "bravo", terms=(Term(level),))
        held.declare("alpha-1", soon("ephrem", "alpha", 40.1234567, 35.7654321, kind=Kind.STATIC_SITE))
        for form in FORMS:
            answer = held.get("bravo-1", f"/v1/export?form={form}")
            text = text_of(form, answer.content)
            assert "ephrem" not in text.lower()
            if level is not Level.FOOTPRINT:
                assert "40.12345" not in text
                assert "1234567" not in text
            if level is Level.EXISTS:
                for name in ("static_site", "protected site", "Protected site"):
                    assert name not in text.replace("keeps every protection", "")
                assert "kind not shown" in text or '"kind": null' in text
        schema = json.loads(resources.files("thalweg.reports").joinpath("schemas/check.schema.json").read_text())
        value = held.get("bravo-1", "/v1/export?form=json").json()
        jsonschema.Draft202012Validator(schema).validate(value)
        (shown,) = value["declarations"]
        assert shown["title"] == ""
        assert any(flag["code"] == "shown-in-part" for flag in shown["flags"])
        own = held.get("alpha-1", "/v1/export?form=json").json()
        assert own["declarations"][0]["title"] == "ephrem of alpha"


@pytest.mark.parametrize("form", FORMS)
def test_an_exercise_is_unmistakable_in_every_form(desk: Serving, form: str) -> None:
    text = text_of(form, desk.get("bravo-1", f"/v1/export?form={form}").content)
    assert MARK_MEANING[EXERCISE] in text or f'"{EXERCISE}": true' in text or EXERCISE in text.lower()


def test_copies_are_few_in_an_hour(tmp_path: Path) -> None:
    with serving(tmp_path) as held:
        held.parties("alpha", "bravo", level=None)
        answers = [held.get("alpha-1", "/v1/export?form=json").status_code for _ in range(EXPORT_RATE.count + 1)]
        assert answers == [200] * EXPORT_RATE.count + [429]
        assert held.get("bravo-1", "/v1/export?form=json").status_code == 200
        assert len(noted(held, Exported)) == EXPORT_RATE.count + 1


def test_nobody_takes_a_copy_who_is_not_signed_in_or_in_a_form_that_there_is_not(pair: Serving) -> None:
    assert pair.client.get("/v1/export?form=json").status_code == 401
    assert pair.get("alpha-1", "/v1/export?form=docx").status_code == 422


def test_who_looked_at_protected_sites_is_on_record_once_a_while(tmp_path: Path) -> None:
    with serving(tmp_path) as held:
        held.parties("alpha", "bravo")
        held.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        held.declare("alpha-1", soon("patrol", "alpha", 41.9))
        for _ in range(3):
            held.get("bravo-1", "/v1/declarations")
        held.get("bravo-1", "/v1/notices")
        assert noted(held, SitesRead) == []
        routes = held.built.app.state.desk
        held.portal.call(routes.reads.flush)
        (entry,) = noted(held, SitesRead)
        assert (entry.by, entry.officer, entry.chains) == ("bravo", "bravo-1", ("alpha/hospital",))
        assert entry.first <= entry.last
        held.portal.call(routes.reads.flush)
        assert len(noted(held, SitesRead)) == 1
        held.get("bravo-1", "/v1/export?form=csv")
    with serving(tmp_path) as held:  # what was read before it stopped was put on record as it stopped
        assert [each.officer for each in noted(held, SitesRead)] == ["bravo-1", "bravo-1"]


def test_what_its_notifier_has_vouched_for_again_is_not_marked_as_stale() -> None:
    """R8: whoever is shown it in full is told so, and goes by it, in copies and on screens."""
    room = Room(("alpha", "bravo"))
    room.channel("alpha", "bravo", level=Level.FULL)
    until = Instant(room.now.epoch_s + 3600)
    room.declare("alpha", circle("hospital", "alpha", kind=Kind.STATIC_SITE, valid_until=until))
    room.later(7200)

    def marks() -> list[tuple[str, ...]]:
        mailboxes = Mailboxes(room.desk.world, room.desk.policy)
        made = whole(copying(room.desk.world, mailboxes, "bravo", "bravo-1", room.now, bytes(16), "test")).result.value
        return [made.marks(version) for version in made.declarations]

    assert marks() == [(STALE,)]
    room.say("alpha", Revalidated("alpha", "hospital", Instant(room.now.epoch_s + 86_400)))
    assert marks() == [()]
    room.later(90_000)
    assert marks() == [(STALE,)]


def many(count: int) -> Room:
    """Operations of alpha that bravo is shown in full: one an hour, and one of bravo's that meets the last."""
    room = Room(("alpha", "bravo"))
    room.channel("alpha", "bravo", level=Level.FULL)
    for number in range(count):
        room.declare("alpha", circle(f"o{number}", "alpha", 10.0 + number, hours=(48.0 + number, 48.5 + number)))
    ours = circle("ours", "bravo", 9.0 + count, hours=(47.0 + count, 47.5 + count))
    room.say("bravo", Declared("bravo", ours, declines=True))
    return room


def copied(room: Room, **asked: Any) -> Copied:
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    return whole(copying(room.desk.world, mailboxes, "bravo", "bravo-1", room.now, bytes(16), "test", **asked))


def test_a_copy_of_what_holds_at_a_time_says_that_there_is_more() -> None:
    """R19, R37: what is not in it is in force all the same."""
    room = many(5)
    every = copied(room).result.value
    assert len(every.declarations) == 6
    assert len(every.findings) == 1
    first = min(each.volumes[0].window.end_s for each in every.declarations.values())
    some = copied(room, valid=Valid(None, Instant(first))).result.value
    assert {each.declaration_id for each in some.declarations.values()} == {"o0"}
    assert some.findings == ()
    (told,) = some.omissions
    assert told.what.startswith("5 declarations that do not hold")
    assert not told.harmless


def test_a_copy_that_would_be_too_large_is_refused_and_a_part_of_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    room = many(5)
    monkeypatch.setattr("thalweg.policy.export.MOST_DECLARATIONS", 5)
    with pytest.raises(ValueRefused) as refused:
        copied(room)
    assert refused.value.code == "copy-too-large"
    assert refused.value.fields["declarations"] == 6
    first = min(each.volumes[0].window.start_s for each in copied(room, newest=True).result.value.declarations.values())
    assert copied(room, valid=Valid.at(Instant(first))).result.value.declarations
    with pytest.raises(ValueRefused):
        copied(room, valid=Valid(None, None))


def test_of_more_than_fit_on_a_sheet_the_newest_are_taken_and_the_rest_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    room = many(50)
    monkeypatch.setattr("thalweg.policy.export.SHEET_DECLARATIONS", 20)
    made = copied(room, newest=True)
    shown = made.result.value
    assert len(shown.declarations) + made.declarations_left == 51
    assert made.declarations_left == 31
    assert len(shown.findings) == 1
    assert made.findings_left == 0
    assert {"ours", "o49"} <= {each.declaration_id for each in shown.declarations.values()}


def test_what_is_moved_out_of_the_time_asked_for_while_a_copy_is_gathered_is_not_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The version that was read before is in force no more."""
    monkeypatch.setattr("thalweg.policy.export._AT_ONCE", 2)
    room = many(5)
    first = min(each.volumes[0].window.end_s for each in copied(room).result.value.declarations.values())
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    valid = Valid(None, Instant(first))
    steps = copying(room.desk.world, mailboxes, "bravo", "bravo-1", room.now, bytes(16), "test", valid=valid)
    for _ in range(2):  # the findings, and the first two declarations
        next(steps)
    moved = circle("o0", "alpha", 10.0, hours=(480.0, 480.5), revision=1)
    taken(room.declare("alpha", moved))
    made = whole(steps).result.value
    assert made.declarations == {}
    assert made.omissions[0].what.startswith("6 declarations that do not hold")
