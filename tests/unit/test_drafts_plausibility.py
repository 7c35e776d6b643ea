"""Questions about positions reach the declaration as flags, and change nothing (R3, R5)."""

from __future__ import annotations

from thalweg.drafts import Context, Draft, DraftVolume, Outline, PathOutline, PointOutline, finish
from thalweg.drafts.plausibility import Doubts
from thalweg.model.declarations import Declaration
from thalweg.model.notes import Source
from thalweg.model.shapes import Point, Polygon, Position
from thalweg.model.theatre import Theatre
from thalweg.places.gazetteer import Gazetteer, Kind, MemoryShelf, Place

CORNERS = ((38.5, 34.0), (41.5, 34.0), (41.5, 36.0), (38.5, 36.0))
THEATRE = Theatre("euphrates", (), area=Polygon(tuple(Position(lon, lat) for lon, lat in CORNERS)))
MAYADIN = Place("t:1", "Al-Mayadin", "SY", 40.45, 35.02, Kind.TOWN)


def gazetteer() -> Gazetteer:
    return Gazetteer(MemoryShelf([MAYADIN]))


def declared(outline: Outline, **fields: str) -> Declaration:
    told = {"kind": "static_site", "party": "p", "uncertainty_m": "100", **fields}
    context = Context(THEATRE, plausibility=Doubts(THEATRE, gazetteer))
    made = finish(Draft(Source("x"), told, (DraftVolume(outline),)), context)
    assert isinstance(made, Declaration), made
    return made


def codes(made: Declaration) -> set[str]:
    return {flag.code for flag in made.flags}


def test_a_good_position_raises_no_question() -> None:
    assert codes(declared(PointOutline((40.4512, 35.0213)), place="Al-Mayadin")) == set()


def test_swapped_axes_are_flagged_and_kept() -> None:
    made = declared(PointOutline((35.0213, 40.4512)))
    assert codes(made) == {"position-swapped"}
    assert made.volumes[0].shape == Point(Position(35.0213, 40.4512))


def test_a_wrong_sign_zero_and_a_number_for_both_axes_are_flagged() -> None:
    assert codes(declared(PointOutline((-40.4512, 35.0213)))) == {"position-sign"}
    assert "position-zero" in codes(declared(PointOutline((0.0, 0.0))))
    assert "position-duplicate" in codes(declared(PointOutline((35.0213, 35.0213))))


def test_a_position_outside_of_the_theatre_or_far_from_its_place_is_flagged() -> None:
    assert codes(declared(PointOutline((45.1234, 35.0213)))) == {"position-outside"}
    assert codes(declared(PointOutline((40.1234, 35.5213)), place="Al-Mayadin")) == {"place-far"}
    assert "place-unknown" in codes(declared(PointOutline((40.4512, 35.0213)), place="Atlantis"))


def test_one_vertex_at_zero_of_a_long_path_is_found() -> None:
    way = tuple((40.4512 + step / 1000, 35.0213) for step in range(20))
    broken = (*way[:7], (0.0, 0.0), *way[7:])
    assert "position-zero" in codes(declared(PathOutline(broken), kind="movement"))
    assert "position-zero" not in codes(declared(PathOutline(way), kind="movement"))


def test_a_stated_bank_is_compared_with_the_river() -> None:
    """The Euphrates at Deir ez-Zor; the industrial zone lies on its left bank."""
    east = PointOutline((40.2151, 35.3602))
    assert "bank-contradicted" in codes(declared(east, bank="right"))
    assert "bank-contradicted" not in codes(declared(east, bank="left bank of the Euphrates"))


def test_the_gazetteer_is_not_opened_where_no_place_is_named() -> None:
    def closed() -> Gazetteer:
        raise AssertionError("nobody named a place")

    context = Context(THEATRE, plausibility=Doubts(THEATRE, closed))
    draft = Draft(Source("x"), {"kind": "site", "party": "p"}, (DraftVolume(PointOutline((40.4512, 35.0213))),))
    assert isinstance(finish(draft, context), Declaration)
