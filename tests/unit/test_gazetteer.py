"""Names, homonyms and nearness. Proves R4 and R5."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from thalweg.model.errors import InputError
from thalweg.model.shapes import Polygon, Position
from thalweg.places import names
from thalweg.places.areas import Box, Outline
from thalweg.places.gazetteer import Gazetteer, Kind, MemoryShelf, Place, packaged
from thalweg.places.names import Match
from thalweg.places.regions import read_region

DEIR_EZ_ZOR = "geonames:170794"
ABU_KAMAL = "geonames:174448"
LEFT_SALHIYA, RIGHT_SALHIYA = "geonames:164954", "wof:421190391"
EUPHRATES_VALLEY = Box(38.0, 34.0, 41.5, 36.5)


@pytest.mark.parametrize(
    "spelling",
    [
        *("Deir Ezzor", "Deir ez-Zor", "Deir al-Zor", "Deir Ez-zor", "Dayr Az Zawr", "دير الزور", "دَيْرُ الزَّوْرِ"),
        *("دیرالزور", "DEIR EZ ZOR", "deir‑ez‑zor", "Deïr ez-Zôr", "Deir ez-Zor city", "city of Deir Ezzor"),
        *("Дейр-эз-Зор", DEIR_EZ_ZOR),
    ],
)
def test_every_spelling_of_deir_ez_zor_is_one_place(spelling: str) -> None:
    """R5: the five spellings of the press, and others."""
    found = packaged().lookup(spelling).place
    assert found is not None
    assert found.id == DEIR_EZ_ZOR


@pytest.mark.parametrize(
    "spelling", ["Abu Kamal", "al-Bukamal", "Albukamal", "Boukamal", "البوكمال", "البو كمال", "أبو كمال", "ABU-KAMAL"]
)
def test_every_spelling_of_abu_kamal_is_one_place(spelling: str) -> None:
    """R5."""
    found = packaged().lookup(spelling).place
    assert found is not None
    assert found.id == ABU_KAMAL


@pytest.mark.parametrize("spelling", ["Salhiya", "SALHIYA", "Ṣalḥiyā"])
def test_the_two_salhiyas_on_opposite_banks_are_an_ambiguity(spelling: str) -> None:
    """R5: never a silent pick."""
    found = packaged().lookup(spelling)
    assert found.ambiguous
    assert found.place is None
    assert {(c.place.id, c.place.stated_bank) for c in found.candidates} == {
        (LEFT_SALHIYA, "left"),
        (RIGHT_SALHIYA, "right"),
    }


def test_the_formal_spelling_finds_the_two_salihiyahs_and_every_other_one() -> None:
    """R5: no candidate is left out for being small."""
    found = packaged().lookup("al-Salihiyah")
    ids = [c.place.id for c in found.candidates]
    assert {LEFT_SALHIYA, RIGHT_SALHIYA} <= set(ids)
    assert len(ids) > 15


def test_an_area_of_interest_parts_namesakes_and_still_names_the_others() -> None:
    """R5."""
    everywhere, here = packaged().lookup("Raqqa"), packaged().lookup("Hajin", within=EUPHRATES_VALLEY)
    assert everywhere.place is not None
    assert everywhere.place.id == "geonames:172955"
    assert here.place is not None
    assert here.place.id == "geonames:174506"
    assert {c.place.country for c in here.elsewhere} == {"TR"}


def test_a_province_is_no_rival_of_the_town_it_is_named_after() -> None:
    found = packaged().lookup("Deir ez-Zor")
    assert not found.ambiguous
    assert "geonames:170792" in {c.place.id for c in found.areas}
    province = packaged().lookup("Deir ez-Zor Governorate").place
    assert province is not None
    assert province.kind is Kind.AREA


def test_a_spelling_that_only_sounds_alike_is_shown_and_not_taken() -> None:
    """R5."""
    found = packaged().lookup("Deir Ezor")
    assert found.place is None
    assert not found.candidates
    assert DEIR_EZ_ZOR in {c.place.id for c in found.similar}
    assert all(c.match is Match.SPELLING for c in found.similar)


def test_an_unknown_name_gets_suggestions_and_no_place() -> None:
    """R5."""
    found = packaged().lookup("Lisbonn")
    assert found.place is None
    assert "Lisbon" in found.suggestions
    assert packaged().lookup("Qqxzvw").suggestions == ()
    assert packaged().lookup("…").place is None


@pytest.mark.parametrize(
    ("name", "country"),
    [("Lisboa", "PT"), ("Köln", "DE"), ("Koln", "DE"), ("Київ", "UA"), ("東京", "JP"), ("Pedrógão Grande", "PT")],
)
def test_the_rest_of_the_world_has_its_towns_in_their_own_script(name: str, country: str) -> None:
    found = packaged().lookup(name)
    if name == "Pedrógão Grande":  # under 5 000 people: the packaged gazetteer says that it does not know
        assert not found.candidates
    else:
        assert found.place is not None
        assert found.place.country == country


def test_articles_do_not_fold_outside_of_the_countries_that_write_arabic() -> None:
    """R5: El Paso is not Paso, Essen is not Sen."""
    assert all("Paso" in c.place.name or "El Paso" in c.place.aliases for c in packaged().lookup("El Paso").candidates)
    assert names.keys("El Paso", arabic=False) == ("elpaso",)
    assert "~paso" in names.keys("El Paso", arabic=True)
    assert names.keys("Essen", arabic=True)[1] == "~essen"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Al Ḩasakah", "al-hasakah"),
        ("Ma‘arrat an Nu‘mān", "Maarrat an-Numan"),
        ("Tall Abyaḑ", "tall abyad"),
        ("أبو كمال", "ابو كمال"),
        ("الحسكة", "الحسكه"),
        ("كـــمال", "كمال"),
        ("Diyarbakır", "DİYARBAKIR"),
        ("Straße", "STRASSE"),
        ("Łódź", "Lodz"),
        ("Дейр-эз-Зор", "дейр эз зор"),
        ("東京", "東京"),
    ],
)
def test_marks_case_hyphens_and_letter_variants_fold(one: str, other: str) -> None:
    """R5."""
    assert names.fold(one) == names.fold(other)


@pytest.mark.parametrize(("one", "other"), [("Mosul", "Mosel"), ("ड", "डि"), ("Ham", "Hama"), ("か", "が")])
def test_what_is_another_word_stays_another_word(one: str, other: str) -> None:
    assert names.fold(one) != names.fold(other)


def test_a_place_is_found_by_its_p_code() -> None:
    """R5: P-codes are ids."""
    place = Place("ocha:1", "Hatla", "SY", 40.2, 35.34, Kind.SETTLEMENT, pcode="C5086")
    found = packaged().with_places([place]).lookup("c5086")
    assert found.place == place
    assert found.candidates[0].match is Match.ID
    assert packaged().with_places([place]).by_id("C5086") == place


def test_a_place_with_a_known_id_replaces_the_one_that_it_is() -> None:
    moved = Place(DEIR_EZ_ZOR, "Deir ez-Zor", "SY", 40.15, 35.33, Kind.TOWN)
    assert packaged().with_places([moved]).lookup("Deir ez-Zor").candidates[0].place == moved


def test_the_nearest_settlement_and_the_nearest_town() -> None:
    """R4."""
    gazetteer = packaged()
    near = gazetteer.nearest(np.array([40.2]), np.array([35.34]))
    town = gazetteer.nearest(np.array([40.2]), np.array([35.34]), towns_only=True)
    assert gazetteer.place(int(near.number[0])).name == "Hatla"
    assert near.distance_m[0] < 500
    assert gazetteer.place(int(town.number[0])).id == DEIR_EZ_ZOR
    assert town.bearing_deg[0] == pytest.approx(85, abs=2)


def test_an_empty_gazetteer_has_no_nearest_place() -> None:
    nearest = Gazetteer(MemoryShelf([])).nearest(np.array([0.0]), np.array([0.0]))
    assert nearest.number[0] == -1
    assert np.isnan(nearest.distance_m[0])
    assert Gazetteer().lookup("Lisbon").place is None


GEONAMES = (
    "2735943\tPedrógão Grande\tPedrogao Grande\tPedrogan Grande,Педроган-Гранди\t39.91784\t-8.14493\tP\tPPLA2\tPT\t\t10"
    "\t1013\t\t\t3904\t\t375\tEurope/Lisbon\t2018-01-01\n"
    "2735944\tPedrógão Grande\tPedrogao Grande\t\t39.95\t-8.18\tA\tADM2\tPT\t\t10\t1013\t\t\t3915\t\t400\tEurope/Lisbon"
    "\t2018-01-01\n"
    "1\tRio Zêzere\tRio Zezere\t\t39.9\t-8.2\tH\tSTM\tPT\t\t10\t\t\t\t0\t\t200\tEurope/Lisbon\t2018-01-01\n"
)


@pytest.mark.parametrize("packed", [False, True])
def test_a_deeper_region_loads_from_a_geonames_file(tmp_path: Path, *, packed: bool) -> None:
    path = tmp_path / ("PT.zip" if packed else "PT.txt")
    if packed:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "about")
            archive.writestr("PT.txt", GEONAMES)
    else:
        path.write_text(GEONAMES, "utf-8")
    places = read_region(path)
    assert [(p.id, p.kind) for p in places] == [
        ("geonames:2735943", Kind.SETTLEMENT),
        ("geonames:2735944", Kind.AREA),
    ]
    known = packaged().with_places(places)
    found = known.lookup("pedrogao grande").place
    assert found is not None
    assert found.id == "geonames:2735943"
    near = known.nearest(np.array([-8.15]), np.array([39.92]))
    assert known.place(int(near.number[0])).id == "geonames:2735943"


def test_a_place_list_with_p_codes_loads(tmp_path: Path) -> None:
    """R5."""
    path = tmp_path / "list.csv"
    path.write_text(
        "pcode,name,aliases,lat,lon,country,kind,bank\nC5086,Hatla,حطلة|Hatlah,35.34,40.2,sy,settlement,left\n", "utf-8"
    )
    (place,) = read_region(path)
    assert (place.id, place.pcode, place.country, place.stated_bank) == ("pcode:C5086", "C5086", "SY", "left")
    assert place.aliases == ("حطلة", "Hatlah")


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("x.txt", "1\tname\n", "gazetteer-row"),
        ("x.txt", GEONAMES.replace("39.91784", "139.9"), "gazetteer-row"),
        ("x.txt", GEONAMES.replace("39.91784", "north"), "gazetteer-row"),
        ("x.txt", GEONAMES.replace("39.91784", "nan"), "gazetteer-row"),
        ("x.txt", GEONAMES.replace("3904", "many"), "gazetteer-row"),
        ("x.csv", "name,lat\nHatla,35\n", "gazetteer-row"),
        ("x.csv", "name,lat,lon,colour\nHatla,35,40,red\n", "gazetteer-row"),
        ("x.csv", "name,lat,lon\nHatla,35\n", "gazetteer-row"),
        ("x.csv", "name,lat,lon\nHatla,35,40,1\n", "gazetteer-row"),
        ("x.csv", "name,lat,lon,kind\nHatla,35,40,planet\n", "gazetteer-row"),
        ("x.zip", "not a zip", "gazetteer-file"),
    ],
)
def test_a_broken_region_file_is_refused_whole(tmp_path: Path, file: str, content: str, code: str) -> None:
    path = tmp_path / file
    path.write_text(content, "utf-8")
    with pytest.raises(InputError) as refusal:
        read_region(path)
    assert refusal.value.code == code
    assert file in refusal.value.sentence


def test_a_file_that_is_missing_or_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_region(tmp_path / "none.txt")
    (tmp_path / "latin.txt").write_bytes("1\tPedrógão".encode("latin-1"))
    with pytest.raises(InputError):
        read_region(tmp_path / "latin.txt")


def test_an_outline_holds_its_inside_also_across_the_antimeridian() -> None:
    ring = tuple(Position(lon, lat) for lon, lat in ((178, -20), (-178, -20), (-178, -15), (178, -15)))
    hole = tuple(Position(lon, lat) for lon, lat in ((179, -18), (-179, -18), (-179, -17), (179, -17)))
    outline = Outline(Polygon(ring, (hole,)))
    assert outline.holds(179.5, -16)
    assert outline.holds(-179.5, -16)
    assert outline.holds(180, -16)
    assert not outline.holds(180, -17.5)
    assert not outline.holds(0, -16)
    box = Box(178, -20, -178, -15)
    assert box.holds(179, -16)
    assert box.holds(-179, -16)
    assert not box.holds(0, -16)
