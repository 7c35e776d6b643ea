"""What the texts of a statement may hold: refused with the place of the character, kept to the letter, or shown by its
number; and what stands in a log already is read as ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from unittest import mock

import pytest

from tests.desk_world import Room, circle
from tests.serving import Serving, serving, soon
from thalweg.cli import at_desk
from thalweg.desk.intake import Blob, Intake, intake_blobs
from thalweg.drafts import Context
from thalweg.formats.theatre import default_theatre
from thalweg.model.characters import LONGEST_TITLE, unfit, visible
from thalweg.model.declarations import Declaration
from thalweg.model.events import ChannelOpened, Declared, EmergencySent, MessageSent
from thalweg.reports import phrases
from thalweg.server.pages.words import contained

NEVER = [
    "\x00",
    "\x1b",
    "\x07",
    "\x7f",
    "\x85",
    "\x9b",
    "\u2028",
    "\u202d",
    "\u202e",
    "\u206f",
    "\ufff9",
    "\uffff",
    "\U000e0041",
]
HIDDEN = ["\u200b", "\u2060", "\ufeff", "\u00ad", "\u3164"]
LAYOUT = ["\t", "\n", "\r\n"]
NEEDED = [
    "\u200c",
    "\u200d",
    "\u200e",
    "\u200f",
    "\u061c",
    "\u2066a\u2069",
    "\u2067a\u2069",
    "\u2068a\u2069",
    "\u202ba\u202c",
    "é",
    "\u0301",
    "مستشفى",
    "🏥",
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("letters")) as made:
        made.parties("alpha", "bravo")
        yield made


def titled(name: str, title: str, **details: str) -> Declaration:
    return replace(soon(name, "alpha"), title=title, details=details)


@pytest.mark.parametrize("character", [*NEVER, *HIDDEN, *LAYOUT])
def test_a_title_with_a_character_that_is_not_seen_as_written_is_refused_and_says_which(
    desk: Serving, character: str
) -> None:
    refused = desk.declare("alpha-1", titled("bad", f"Hos{character}pital"), 400)
    assert refused["code"] == "text-character"
    assert f"U+{ord(character[0]):04X}" in refused["detail"]
    assert "character 4" in refused["detail"]
    assert refused["fields"] == {
        "field": "declaration.title",
        "character": f"U+{ord(character[0]):04X}",
        "position": 4,
    }
    assert character not in refused["detail"]


@pytest.mark.parametrize("number", range(len(NEEDED)))
def test_what_arabic_hebrew_and_persian_need_is_taken_to_the_letter(desk: Serving, number: int) -> None:
    title = f"a{NEEDED[number]}b"
    desk.declare("alpha-1", titled(f"fine-{number}", title), 201)
    assert desk.get("bravo-1", f"/v1/declarations/alpha/fine-{number}").json()["declaration"]["title"] == title


def test_a_title_has_a_bound_which_the_refusal_names(desk: Serving) -> None:
    refused = desk.declare("alpha-1", titled("long", "x" * (LONGEST_TITLE + 1)), 400)
    assert refused["code"] == "title-long"
    assert "1,001 characters" in refused["detail"]
    assert "1,000" in refused["detail"]
    desk.declare("alpha-1", titled("just", "x" * LONGEST_TITLE), 201)


@pytest.mark.parametrize("character", NEVER)
def test_free_text_and_details_have_no_controls_and_no_overrides(desk: Serving, character: str) -> None:
    assert desk.say("alpha-1", MessageSent("alpha", "line", f"a{character}"), 400)["code"] == "text-character"
    assert desk.declare("alpha-1", titled("detail", "T", note=f"a{character}"), 400)["code"] == "text-character"


@pytest.mark.parametrize("character", [*LAYOUT, *HIDDEN])
def test_free_text_may_have_lines(desk: Serving, character: str) -> None:
    desk.say("alpha-1", MessageSent("alpha", "line", f"one{character}two"), 201)


@pytest.mark.parametrize("character", NEVER)
def test_a_call_for_help_is_never_refused_for_its_letters(desk: Serving, character: str) -> None:
    """R17."""
    desk.say("alpha-1", EmergencySent("alpha", f"we are being hit{character}"), 201)


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\x00", "\n"])
def test_ids_that_cannot_be_told_apart_by_eye_are_not_begun(desk: Serving, character: str) -> None:
    """R9: a declaration is ended by its id."""
    assert desk.declare("alpha-1", titled(f"a{character}b", "T"), 409)["code"] == "declaration-id"
    opened = ChannelOpened("alpha", f"c{character}", "C", ("alpha", "bravo"))
    assert desk.say("alpha-1", opened, 409)["code"] == "channel-id"


def test_what_stands_in_a_log_already_is_read_as_ever_and_can_be_ended() -> None:
    room = Room(("alpha", "bravo"))
    room.channel("alpha", "bravo")
    odd = replace(circle("o\u200bdd", "alpha"), title="35\u202e12\x00")
    with mock.patch("thalweg.desk.checks.require_fit"), mock.patch("thalweg.desk.checks.unfit", return_value=None):
        room.say(room.of("alpha"), Declared("alpha", odd))
    again = room.open()
    (chain,) = [each for each in again.world.picture.chains.values() if each.notifier == "alpha"]
    assert chain.declaration_id == "o\u200bdd"
    body = again.world.load(chain.index).body
    assert isinstance(body, Declared)
    assert body.declaration.title == odd.title


def test_whatever_is_shown_shows_them_by_their_number() -> None:
    for character in (*NEVER, "\u200b", "\ufeff"):
        number = f"[U+{ord(character):04X}]"
        for shown in (visible(f"a{character}b"), phrases.plain(f"a{character}b"), contained(f"a{character}b")):
            assert shown == f"a{number}b", number
    assert visible("a\nb") == "a\nb"
    assert phrases.plain("\ud800") == "[U+D800]"
    assert [unfit("ab\u202e"), unfit("abc"), unfit("a\nb", lines=True)] == [unfit("cd\u202e"), None, None]


def test_a_cell_of_a_table_is_words_and_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    at_desk.table("T", ("title",), [("[/b] [red]x\x1b[2J",)])
    assert "[/b] [red]x[U+001B][2J" in capsys.readouterr().out


# --- files ---


def read(**properties: str) -> Intake:
    told = {"kind": "static_site", "party": "alpha", "id": "a", "title": "T", **properties}
    value = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [40.1400, 35.3300]}, "properties": told}
    return intake_blobs([Blob("a.geojson", json.dumps(value).encode())], Context(default_theatre()))


@pytest.mark.parametrize("field", ["title", "remarks", "id", "party"])
def test_a_file_with_such_a_character_is_tested_and_the_character_told_of(field: str) -> None:
    found = read(**{field: "a\x1bb"})
    (declared,) = found.declarations
    (flag,) = [each for each in declared.flags if each.code == "text-character"]
    assert "U+001B" in flag.sentence
    assert "character 2" in flag.sentence


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("coordinates", "\u202e41.04 21.53\u202c"),
        ("coordinates", "POINT(40.14 \u202e33.53\u202c)"),
        ("start", "2017-09-16T0\u202e3\u202c:30Z"),
        ("upper", "\u202e021\u202c m"),
        ("radius_m", "\u202d300"),
    ],
)
def test_a_cell_that_is_seen_otherwise_than_it_is_read_is_a_problem_that_names_the_character(
    column: str, cell: str
) -> None:
    """R2, R3: whoever looks at 41.04 turned round checks another place than the one that is tested."""
    row = {
        "kind": "operation", "party": "alpha", "coordinates": "35.33 40.14", "start": "2017-09-16T03:30Z",
        "end": "2017-09-16T05:30Z", "lower": "0 m", "upper": "120 m", "datum": "agl", "radius_m": "300",
    }  # fmt: skip

    def read_row(cells: dict[str, str]) -> Intake:
        text = f"{','.join(cells)}\n{','.join(cells.values())}\n"
        return intake_blobs([Blob("a.csv", text.encode())], Context(default_theatre()))

    assert len(read_row(row).declarations) == 1
    found = read_row(row | {column: cell})
    assert found.declarations == ()
    (told,) = found.problems
    assert told.code == "text-character"
    assert "U+202E" in told.sentence or "U+202D" in told.sentence
    assert not {"\u202e", "\u202d"} & set(told.told)


def test_a_title_of_a_file_is_one_line_and_what_is_not_seen_in_an_id_does_not_make_another() -> None:
    """R9: what is cancelled by its id is found, though a space without width was copied along."""
    (declared,) = read(title="Field\r\n  hospital\u200b", id="h-1\u200b").declarations
    assert (declared.title, declared.declaration_id) == ("Field hospital", "h-1")
    assert declared.entered["title"] == "Field\r\n  hospital\u200b"
    assert "text-character" not in [flag.code for flag in declared.flags]


def test_a_title_that_swallowed_a_file_is_a_problem() -> None:
    found = read(title="x" * 3_000_000)
    assert [each.code for each in found.problems] == ["title-long"]
    assert len(found.problems[0].told) < 400
