"""What people write at an officer's command line, and what is printed to them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from thalweg import cli, wiring
from thalweg.cli import at_desk
from thalweg.drafts.times import Side
from thalweg.model.errors import InputError
from thalweg.model.events import Term
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.model.words import ALWAYS_TOLD

NOW = datetime(2017, 9, 16, 23, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("02:25Z", "2017-09-17T02:25:00Z"),
        ("23:45Z", "2017-09-16T23:45:00Z"),
        ("23:30 UTC", "2017-09-17T23:30:00Z"),
        ("03:00+03:00", "2017-09-17T00:00:00Z"),
        ("02:00 +03:00", "2017-09-17T23:00:00Z"),
        ("+10 min", "2017-09-16T23:40:00Z"),
        ("+2 h", "2017-09-17T01:30:00Z"),
        ("2017-09-16T00:30Z", "2017-09-16T00:30:00Z"),
    ],
)
def test_a_promise_is_due_at_the_next_such_time(text: str, read: str) -> None:
    assert str(at_desk.instant(text, "--by", Side.END, ahead=True)) == read


@pytest.mark.parametrize("text", ["02:25", "soon", "open", "+", ""])
def test_a_time_that_names_no_instant_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        at_desk.instant(text, "--by", ahead=True)


def test_terms_are_read_as_they_are_written() -> None:
    assert at_desk.term("full") == Term(Level.FULL)
    assert at_desk.term("static_site=footprint") == Term(Level.FOOTPRINT, "static_site")
    assert at_desk.term("operation=coarse@3600") == Term(Level.COARSE, "operation", 3600)
    with pytest.raises(InputError, match="level of disclosure"):
        at_desk.term("everything")


@pytest.mark.parametrize(
    ("shape", "spot"),
    [
        ({"type": "point", "at": [40.1, 35.3]}, Position(40.1, 35.3)),
        ({"type": "circle", "centre": [40.1, 35.3], "radius_m": 5.0}, Position(40.1, 35.3)),
        ({"type": "polygon", "rings": [[[40.1, 35.3], [41.0, 35.0]]]}, Position(40.1, 35.3)),
        ({"type": "multipolygon", "polygons": [[[[40.1, 35.3], [41.0, 35.0]]]]}, Position(40.1, 35.3)),
        ({"type": "corridor", "path": [[40.1, 35.3], [41.0, 35.0]]}, Position(40.1, 35.3)),
        ({"type": "route", "waypoints": [{"at": [40.1, 35.3], "time": "", "height_m": 0}]}, Position(40.1, 35.3)),
        ({"type": "nothing"}, None),
    ],
)
def test_the_place_of_every_shape_is_told(shape: dict[str, object], spot: Position | None) -> None:
    assert at_desk.first_spot(shape) == spot


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (45, "45 s"), (90, "1 min"), (7_800, "2 h 10 min"), (273_600, "3 d 4 h")],
)
def test_spans_are_said_as_people_say_them(seconds: int, said: str) -> None:
    assert at_desk.span(seconds) == said


def test_heights_are_read_with_their_datum() -> None:
    assert at_desk.millimetres("300 m AMSL", "height") == (300_000, "EGM96")
    assert at_desk.millimetres("FL100", "height") == (3_048_000, "FL")
    assert at_desk.millimetres("UNL", "height") == (None, "")


def test_only_hashes_are_cut_short() -> None:
    assert at_desk.brief("a" * 64) == "a" * 12
    assert at_desk.brief("n-irop3cfqdr") == "n-irop3cfqdr"


@pytest.mark.parametrize(
    "words",
    [
        ("declaration", "release", "hospital", "bravo", "nothing"),
        ("channel", "terms", "line", "static_site=nothing"),
        ("channel", "open", "line", "bravo"),
        ("channel", "join", "line", "--term", "nothing"),
    ],
    ids=" ".join,
)
def test_whoever_chooses_to_show_nothing_is_told_first_what_a_conflict_tells_all_the_same(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """D7: before anything is sent, so here there is not even an officer's folder."""
    assert cli._run([*words, "--home", str(tmp_path / "nobody")]) != 0
    assert capsys.readouterr().err.startswith(ALWAYS_TOLD)


def test_whoever_chooses_to_show_something_is_told_nothing_about_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli._run(["channel", "terms", "line", "full", "--home", str(tmp_path / "nobody")])
    assert ALWAYS_TOLD not in capsys.readouterr().err
