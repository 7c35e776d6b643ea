"""R10: what may have been declared twice is proposed to those who may see both, and never merged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk_world import Room, circle, refused
from thalweg.model.declarations import Declaration, Kind, Uncertainty, Volume, Zone
from thalweg.model.events import (
    Declared,
    DuplicateJudged,
    Notice,
    NoticeKind,
    Release,
    Released,
    Taken,
    Term,
    TermsSet,
    Weighed,
    Withdrawn,
)
from thalweg.model.levels import Level
from thalweg.model.shapes import Point, Polygon, Position
from thalweg.places.alike import alike, name_of
from thalweg.state.picture import Standing

LON, LAT = 40.452, 35.024
M = 1 / 91_200  # a metre in degrees of longitude there


def site(party: str, name: str, title: str, lon: float = LON, *, doubt_m: float = 0.0, **more: object) -> Declaration:
    made = circle(name, party, lon, LAT, kind=Kind.STATIC_SITE, **more)  # type: ignore[arg-type]  # fields by name
    return replace(made, title=title, volumes=(Volume(Point(Position(lon, LAT)), uncertainty=Uncertainty(doubt_m)),))


def room(level: Level | None = None, *parties: str) -> Room:
    made = Room(parties or ("relief", "council"))
    made.channel(*(parties or ("relief", "council")), room=level is None, level=level)
    return made


def weighed(desk: Room) -> list[tuple[str, ...]]:
    """What the desk suspected of each statement, in the order of the log."""
    world = desk.desk.world
    bodies = (world.load(index).body for index in range(world.size))
    return [body.suspects for body in bodies if isinstance(body, Weighed) and body.suspects]


def told(desk: Room, party: str) -> list[Notice]:
    return [each for each in desk.notices(party) if each.what is NoticeKind.DUPLICATE]


# --- names ---

SPELLINGS = (
    "Deir ez-Zor hospital",
    "Hospital, Dayr az-Zawr",
    "Deir Ezzor General Hospital",
    "مستشفى دير الزور",
    "Больница Дейр-эз-Зор",
)


@pytest.mark.parametrize("one", SPELLINGS)
@pytest.mark.parametrize("other", SPELLINGS)
def test_five_spellings_of_one_town_are_one_name(one: str, other: str) -> None:
    assert alike(name_of(one), name_of(other)) is True


@pytest.mark.parametrize(
    ("one", "other", "may_be"),
    [
        ("Mayadeen National Hospital", "S-04 hospital, Al Mayadin", True),
        ("مستشفى الميادين الوطني", "Al-Mayadeen hospital", True),
        ("Больница Эль-Маядин", "مستشفى الميادين", True),
        ("Al Mayadin", "Al Mayadin hospital", True),
        ("Deirezzor clinic", "Deir ez-Zor hospital", True),
        ("Al Mayadin hospital 1", "Al Mayadin hospital 2", False),
        ("مستشفى الميادين ١", "Al Mayadin hospital 2", False),
        ("Mayadin school", "Mayadin hospital", False),
        ("Hatla", "Khusham", False),
        ("Marat school", "Mazlum school", False),
        ("hospital", "Al Mayadin hospital", None),
        ("", "Al Mayadin hospital", None),
        ("S-04", "Al Mayadin hospital", None),
        ("病院", "Al Mayadin", None),  # no way to compare the two is no reason to say that they differ
        ("病院", "病院", True),
    ],
)
def test_names_that_may_be_one_thing_and_names_that_are_not(
    one: str, other: str, may_be: bool | None
) -> None:  # a table
    assert alike(name_of(one), name_of(other)) is may_be
    assert alike(name_of(other), name_of(one)) is may_be


def test_the_id_of_a_declaration_is_no_part_of_its_name() -> None:
    assert name_of("Site/77 Al Mayadin", "Site/77") == name_of("Al Mayadin")


# --- the desk ---


def test_the_same_site_of_two_notifiers_is_proposed_to_both_and_both_stay_in_force() -> None:
    """R10: neither is merged or ended."""
    desk = room()
    desk.declare("relief", site("relief", "S-04", "مستشفى الميادين"))
    assert isinstance(desk.declare("council", site("council", "H7", "Mayadin hospital", LON + 250 * M)), Taken)
    assert weighed(desk) == [("relief/S-04",)]
    (to_council,), (to_relief,) = told(desk, "council"), told(desk, "relief")
    assert (to_council.of, to_council.subject, to_council.facts["mine"]) == ("relief", "relief/S-04", "council/H7")
    assert (to_relief.of, to_relief.subject, to_relief.facts["mine"]) == ("council", "council/H7", "relief/S-04")
    assert to_relief.facts["names"] == "alike"
    assert abs(int(to_relief.facts["away_m"]) - 250) <= 1
    chains = desk.desk.world.picture.chains
    assert [chains[key].standing for key in ("relief/S-04", "council/H7")] == [Standing.IN_FORCE] * 2


def test_a_site_far_off_or_of_another_name_or_kind_is_not_suspected() -> None:
    desk = room()
    desk.declare("relief", site("relief", "S-04", "Mayadin hospital"))
    desk.declare("council", site("council", "far", "Mayadin hospital", LON + 310 * M))
    desk.declare("council", site("council", "name", "Hatla hospital"))
    desk.declare("council", site("council", "school", "Mayadin school"))
    desk.declare("council", circle("op", "council", LON, LAT, 10.0), *[])
    zone = circle("zone", "council", LON, LAT, 10.0, kind=Kind.RESTRICTED_ZONE, zone=Zone.NO_FIRE)
    desk.declare("council", replace(zone, title="Mayadin hospital"))
    assert weighed(desk) == []


def test_what_is_poorly_known_or_large_is_suspected_from_further_away() -> None:
    desk = room()
    desk.declare("relief", site("relief", "S-04", "Mayadin hospital", doubt_m=2000.0))
    desk.declare("council", site("council", "near", "Mayadin hospital", LON + 3200 * M, doubt_m=1000.0))
    ring = tuple(Position(LON + x * M, LAT + y * M) for x, y in ((0, 0), (3000, 0), (3000, 900), (0, 900)))
    desk.declare("council", replace(site("council", "big", "Mayadin hospital"), volumes=(Volume(Polygon(ring)),)))
    assert weighed(desk) == [("relief/S-04",), ("relief/S-04", "council/near")]


def test_one_notifier_that_declares_a_site_twice_is_told_once() -> None:
    desk = room()
    desk.declare("relief", site("relief", "S-04", "Mayadin hospital"))
    desk.declare("relief", site("relief", "S-05", "hospital"))
    (notice,) = told(desk, "relief")
    assert (notice.subject, notice.facts["mine"], notice.facts["names"]) == ("relief/S-04", "relief/S-05", "unknown")
    desk.declare("relief", site("relief", "S-04", "Mayadin hospital", revision=1))
    assert weighed(desk) == [("relief/S-04",), ("relief/S-05",)]
    assert told(desk, "relief") == [notice]
    assert told(desk, "council") == []


@pytest.mark.parametrize("level", [Level.FOOTPRINT, Level.COARSE, Level.EXISTS, Level.NOTHING])
def test_whoever_is_not_shown_the_other_in_full_is_told_nothing(level: Level) -> None:
    """D13: a proposal would tell where the other one is. The record has it all the same."""
    desk = room(level)
    desk.declare("relief", site("relief", "S-04", "Mayadin hospital"))
    before = [len(desk.notices(party)) for party in ("relief", "council")]
    desk.declare("council", site("council", "H7", "Mayadin hospital"))
    assert weighed(desk) == [("relief/S-04",)]
    assert told(desk, "council") == told(desk, "relief") == []
    apart = room(level)
    apart.declare("relief", site("relief", "S-04", "Mayadin hospital"))
    apart.declare("council", site("council", "H7", "Mayadin hospital", LON + 5000 * M))
    # The author is answered alike whether or not there is another.
    assert len(desk.notices("council")) - before[1] == len(apart.notices("council")) - before[1]


def test_the_side_that_is_shown_the_other_is_told_though_the_other_is_not() -> None:
    desk = room(Level.NOTHING)
    mine = site("relief", "S-04", "Mayadin hospital")
    desk.say("relief", Declared("relief", mine, releases=(Release("council", Level.FULL),)))
    desk.declare("council", site("council", "H7", "Mayadin hospital"))
    assert [each.subject for each in told(desk, "council")] == ["relief/S-04"]
    assert told(desk, "relief") == []


def test_what_was_judged_is_not_proposed_again() -> None:
    desk = room()
    desk.declare("relief", site("relief", "S-04", "Mayadin hospital"))
    desk.declare("council", site("council", "H7", "Mayadin hospital"))
    before = [told(desk, party) for party in ("relief", "council")]
    desk.say("council", DuplicateJudged("council", "H7", "relief/S-04", same=False))
    desk.declare("council", site("council", "H7", "Mayadin hospital", revision=1))
    assert [told(desk, party) for party in ("relief", "council")] == before
    assert list(map(len, before)) == [1, 1]


def test_what_others_have_judged_keeps_nobody_from_being_told() -> None:
    """D7: nobody is told what others said of two declarations, nor learns it by not being told of them."""
    heard = []
    for judges in (False, True):
        desk = room()
        desk.say("relief", TermsSet("relief", "line", (Term(Level.NOTHING),), "council"))
        desk.declare("relief", site("relief", "S-04", "Mayadin hospital"))
        desk.declare("council", site("council", "H7", "Mayadin hospital"))
        if judges:
            desk.say("relief", DuplicateJudged("relief", "S-04", "council/H7", same=False))
        desk.say("relief", Released("relief", "relief/S-04", (Release("council", Level.FULL),)))
        desk.declare("council", site("council", "H7", "Mayadin hospital", revision=1))
        heard.append([each.subject for each in told(desk, "council")])
    assert heard == [["relief/S-04"]] * 2


def test_nobody_s_share_is_cut_short_by_what_it_is_not_shown() -> None:
    """D7: of more possible duplicates than one is told of, those that one may see."""
    desk = room(Level.NOTHING)
    desk.say("relief", TermsSet("relief", "line", (Term(Level.NOTHING),)))
    for number in range(70):
        desk.declare("relief", site("relief", f"S-{number}", "Mayadin hospital"))
    seen = site("relief", "S-x", "Mayadin hospital", LON + 200 * M)
    desk.say("relief", Declared("relief", seen, releases=(Release("council", Level.FULL),)))
    desk.declare("council", site("council", "H7", "Mayadin hospital"))
    assert [each.subject for each in told(desk, "council")] == ["relief/S-x"]


def test_what_is_over_is_not_suspected_and_what_it_replaces_is_not() -> None:
    desk = room()
    desk.declare("relief", site("relief", "S-04", "Mayadin hospital"))
    desk.declare("relief", replace(site("relief", "S-05", "Mayadin hospital"), replaces="S-04"))
    desk.say("relief", Withdrawn("relief", "S-05"))
    assert refused(desk.say("relief", Withdrawn("relief", "S-04"))) == "chain-over"
    desk.declare("council", site("council", "H7", "Mayadin hospital"))
    assert weighed(desk) == []


def test_zones_of_one_type_at_one_time_are_suspected_and_others_are_not() -> None:
    def zone(name: str, zone: Zone, hours: tuple[float, float]) -> Declaration:
        made = circle(name, name, LON, LAT, 900.0, kind=Kind.RESTRICTED_ZONE, zone=zone, hours=hours)
        return replace(made, title="Mines being lifted", party=name)

    desk = room(None, "a", "b", "c", "d")
    desk.declare("a", zone("a", Zone.NO_ENTRY, (10, 20)))
    desk.declare("b", zone("b", Zone.NO_ENTRY, (30, 40)))
    desk.declare("c", zone("c", Zone.QUIET_WINDOW, (10, 20)))
    desk.declare("d", zone("d", Zone.NO_ENTRY, (19, 25)))
    assert weighed(desk) == [("a/a",)]


def test_after_a_restart_the_desk_suspects_what_it_suspected_before() -> None:
    desk = room()
    desk.declare("relief", site("relief", "S-04", "Mayadin hospital"))
    desk.desk = desk.open()
    desk.declare("council", site("council", "H7", "Mayadin hospital"))
    assert weighed(desk) == [("relief/S-04",)]
    desk.desk = desk.open()
    desk.declare("council", site("council", "H7", "Mayadin hospital", revision=1))
    assert len(told(desk, "council")) == len(told(desk, "relief")) == 1


def test_a_site_that_moved_is_found_where_it_is() -> None:
    desk = room()
    desk.declare("relief", site("relief", "S-04", "Mayadin hospital"))
    desk.declare("relief", site("relief", "S-04", "Mayadin hospital", LON + 9000 * M, revision=1))
    desk.declare("council", site("council", "old", "Mayadin hospital"))
    desk.declare("council", site("council", "new", "Mayadin hospital", LON + 9000 * M))
    assert weighed(desk) == [("relief/S-04",)]
