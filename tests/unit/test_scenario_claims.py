"""The claims of the five published articles, as they are carried: hashes, characters and a few words, and no article
(R43). Whether the words stand there is seen where somebody has the articles: `thalweg sources import`."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from thalweg.desk import scenarios
from thalweg.formats.theatre import read_theatre
from thalweg.model.sourced import MAIN_TEXT, Descent, Force
from thalweg.places.gazetteer import packaged
from thalweg.sources import drafted

SCHEMA = json.loads(resources.files("thalweg.sources").joinpath("schemas/claim-drafts.schema.json").read_text("utf-8"))
FILES = scenarios.claims("deir-ez-zor")
SOURCES = {name: drafted.read_drafts(data) for name, data in FILES.items()}
CLAIMS = [(data["source"], claim) for data in SOURCES.values() for claim in data["claims"]]
IDS = {f"C{number:02}" for number in range(1, 42)} - {"C09"}


def of(fact: str) -> list[dict[str, Any]]:
    return [claim for _, claim in CLAIMS if re.search(rf"\b{fact}\b", claim["words"])]


def named(begins: str) -> dict[str, Any]:
    return next(data for data in SOURCES.values() if data["source"]["words"].startswith(begins))


def test_five_articles_are_known_by_their_hash_and_none_is_carried() -> None:
    assert len(SOURCES) == 5
    assert {data["source"]["words"][:4] for data in SOURCES.values()} == {"S000", "S001", "S002", "S003", "S004"}
    for name, data in SOURCES.items():
        source = data["source"]
        assert name == f"{source['sha256'][:16]}.drafts.json"
        assert source["text"] == MAIN_TEXT
        assert source["outlet"]
        assert source["title"]
        assert source["size"] > source["characters"] > 1000
        quoted = sum(len(claim["quote"]) for claim in data["claims"])
        assert quoted < source["characters"] * 0.3, "a few words of each"


@pytest.mark.parametrize("name", sorted(FILES))
def test_each_file_is_in_the_form_of_drafts_and_can_be_signed(name: str) -> None:
    data = SOURCES[name]
    Draft202012Validator(SCHEMA).validate(json.loads(FILES[name]))
    source = drafted.entered(data["source"], "DMC", ("RUS",))
    assert source.source == data["source"]["sha256"]
    for claim in data["claims"]:
        said = drafted.confirmed(claim, data["source"], "DMC")
        assert 0 <= said.start < said.end <= source.characters
        assert 0 < len(said.quote) <= 110
        assert len(said.quote) <= said.end - said.start
        assert said.force in Force
        assert claim["decision"] == "confirm"
        assert not claim["statement"], "nobody has signed it at this desk"


def test_every_claim_of_the_scenario_is_there_and_every_party_of_one_is_of_the_theatre() -> None:
    assert {each for each in IDS if of(each)} == IDS
    theatre = read_theatre(scenarios.theatre("deir-ez-zor"), scenarios.THEATRE)
    known = {each.id for each in theatre.parties}
    assert {claim["party"] for _, claim in CLAIMS} - {""} <= known


def test_places_are_in_the_gazetteer_and_a_name_of_two_places_keeps_both() -> None:
    """R43: no ambiguity is decided."""
    gazetteer = packaged()
    ids = {each for _, claim in CLAIMS for place in claim["places"] for each in place["may_be"]}
    assert ids
    assert not [each for each in ids if gazetteer.by_id(each) is None]
    salhiya = [place for claim in of("C01") for place in claim["places"] if "Salhiya" in place["words"]]
    assert [place["may_be"] for place in salhiya] == [["geonames:164954", "wof:421190391"]] * 2


def test_forces_are_those_of_the_words() -> None:
    """The rumour stays one; a denial, an intent, an opinion and a request are no assertion."""
    (rumour,) = of("C26")
    assert rumour["force"] == "rumour"
    assert rumour["party"] == ""
    assert [claim["force"] for claim in of("C12")] == ["denial"]
    assert {claim["force"] for fact in ("C23", "C24") for claim in of(fact)} == {"request"}
    assert {claim["force"] for fact in ("C07", "C31", "C41") for claim in of(fact)} == {"opinion"}
    assert {claim["force"] for fact in ("C04", "C19", "C29", "C35") for claim in of(fact)} == {"intent"}


def test_numbers_stand_in_digits_with_their_unit() -> None:
    told = {(each["value"], each["unit"]) for _, claim in CLAIMS for each in claim["numbers"]}
    assert {("627", "combat sortie"), ("1450", "target"), ("6", "fighter"), ("250", "km2"), ("140", "km")} <= told


def test_a_republication_goes_back_to_its_origin_and_credits_go_through() -> None:
    origin, copy = named("S000"), named("S001")
    (back,) = copy["source"]["lineage"]
    assert (back["source"], back["how"]) == (origin["source"]["sha256"], Descent.COPY.value)
    assert all("SouthFront" in claim["through"] for claim in copy["claims"] if not claim["words"].startswith("C08"))
    assert all("RT" in claim["through"] for claim in named("S004")["claims"] if "C39" not in claim["words"])
    assert any("Reuters" in claim["through"] for claim in named("S003")["claims"])


def test_days_say_how_they_were_reckoned() -> None:
    days = [day for _, claim in CLAIMS for day in (*claim["said"], *claim["about"])]
    assert days
    assert all(day["why"] for day in days)
    assert {day["first"] for claim in of("C10") for day in claim["about"]} == {"2017-11-23"}
    assert {day["first"] for claim in of("C21") for day in claim["about"]} == {"2017-09-16"}


def test_an_editors_words_are_not_the_speakers() -> None:
    inserted = {each for _, claim in CLAIMS for each in claim["inserted"]}
    assert {"[with Russian side]", "[Bashar Assad]", "[of]", "(a hint to Russia and US)"} <= inserted


def test_a_scenario_without_articles_has_none() -> None:
    assert scenarios.claims("wildfire") == {}
