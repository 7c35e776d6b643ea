"""Theatre files: rules are data, and nothing in them is passed over (R28)."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import jsonschema
import pytest
import yaml

from thalweg.formats.theatre import default_theatre, read_theatre
from thalweg.model.declarations import Kind, Medium, Zone
from thalweg.model.errors import RulesError
from thalweg.model.shapes import MultiPolygon, Polygon, Position
from thalweg.model.theatre import Between, Margin, Party, Relation, Rule, Selector

FORMATS = Path(__file__).parents[2] / "src/thalweg/formats"
WHOLE = """\
name: Middle Euphrates
extends: default
exercise: true
time_zone: Asia/Damascus
languages: [en, ar, ru]
area: {box: [38.5, 34.0, 41.5, 36.0]}
parties:
  - {id: coalition, name: The Coalition, aliases: [CJTF]}
  - {id: partners, member_of: coalition}
  - {id: others}
coordinated: [[coalition, partners]]
heights: {ground_min: 150 m, ground_max: 1000 ft, pressure: 600, egm2008: 3 m}
lead_times: {movement: 72 h, movement.emergency: 12 h}
moving_buffers: {water: 10 NM}
fixes: {time: 6 h, offset: 5 km, area_lost: 0.25, step_altitude: 100 ft}
rules:
  - id: close-air
    a: operation air
    b: movement air
    relation: restricted
    horizontal: 5 NM
    vertical: 1000 ft
    time: 15 min
    between: others
    conditions: Both on the common frequency.
    severity: caution
"""


RULE = "name: x\nextends: default\nrules:\n - {id: r, %s}\n"
TWICE = " - {id: r, a: any, b: any, relation: permitted}\n"
BASE = "extends: default\n"


def refused(text: str | bytes) -> RulesError:
    with pytest.raises(RulesError) as error:
        read_theatre(text if isinstance(text, bytes) else text.encode(), "room.yaml")
    assert error.value.fields["file"] == "room.yaml"
    assert "room.yaml" in error.value.sentence
    return error.value


def decided(
    kind_a: Kind, kind_b: Kind, *, a: Medium = Medium.AIR, b: Medium = Medium.AIR, zone: Zone | None = None
) -> list[Rule]:
    """The rules of the default theatre that match, in order, either way round."""
    sides = (kind_a, zone if kind_a is Kind.RESTRICTED_ZONE else None, a), (kind_b, None, b)
    return [
        rule
        for rule in default_theatre().rules
        if any(rule.a.matches(*one) and rule.b.matches(*other) for one, other in (sides, sides[::-1]))
    ]


def test_everything_that_a_theatre_file_can_say_is_read() -> None:
    theatre = read_theatre(WHOLE.encode(), "room.yaml")
    assert (theatre.name, theatre.exercise, theatre.time_zone) == ("Middle Euphrates", True, "Asia/Damascus")
    assert theatre.languages == ("en", "ar", "ru")
    assert isinstance(theatre.area, Polygon)
    assert {Position(38.5, 34.0), Position(41.5, 36.0)} <= set(theatre.area.outer)
    assert theatre.parties == (
        Party("coalition", "The Coalition", "", ("CJTF",)),
        Party("partners", "partners", "coalition"),
        Party("others", "others"),
    )
    assert theatre.coordinated == (frozenset({"coalition", "partners"}),)
    assert (theatre.heights.ground_min_m, theatre.heights.pressure_m) == (150.0, 600.0)
    assert theatre.heights.ground_max_m == pytest.approx(304.8)
    assert theatre.lead_times_s == {"movement": 259200.0, "movement.emergency": 43200.0}
    assert theatre.moving_buffers_m == {"water": 18520.0}
    assert (theatre.fixes.time_s, theatre.fixes.offset_m, theatre.fixes.area_lost) == (21600.0, 5000.0, 0.25)
    assert theatre.fixes.step_altitude_m == pytest.approx(30.48)
    assert theatre.rules[0] == Rule(
        "close-air",
        Selector(Kind.OPERATION, None, Medium.AIR),
        Selector(Kind.MOVEMENT, None, Medium.AIR),
        Relation.RESTRICTED,
        Margin(9260.0, 1000 * 0.3048, 900.0),
        Between.OTHERS,
        "Both on the common frequency.",
        "caution",
    )
    assert theatre.rules[1:] == default_theatre().rules


def test_an_own_rule_takes_the_place_of_the_default_one_of_that_id() -> None:
    text = (RULE % "a: restricted_zone, b: restricted_zone, relation: not_permitted").replace(
        "id: r,", "id: zone-zone,"
    )
    rules = read_theatre(text.encode(), "x").rules
    assert [rule.relation for rule in rules if rule.id == "zone-zone"] == [Relation.NOT_PERMITTED]


@pytest.mark.parametrize(
    ("text", "code", "line", "told"),
    [
        ("name: x\nextends: default\nruels: []\n", "theatre-unknown", 3, "Did you mean “rules”?"),
        ("name: x\nextends: default\nname: y\n", "theatre-key-twice", 3, ""),
        ("extends: default\n", "theatre-key-missing", 1, "name"),
        ("name: x\n", "theatre-rules-missing", 1, "extends"),
        ("name: x\nextends: other\n", "theatre-extends", 2, ""),
        ("- a\n- b\n", "theatre-value", 1, ""),
        ("name: x\nextends: default\ntime_zone: Asia/Damascas\n", "theatre-value", 3, "Asia/Damascas"),
        ("name: x\nextends: default\nexercise: maybe\n", "theatre-value", 3, ""),
        ("name: x\nextends: default\narea: {box: [1, 2, 3]}\n", "theatre-value", 3, "west"),
        ("name: x\nextends: default\narea: {box: [1, 2, 3, 99]}\n", "theatre-value", 3, ""),
        (f"name: x\n{BASE}area: {{polygon: [[1, 1], [2, 2], [2, 1], [1, 2]]}}\n", "theatre-value", 3, "crosses itself"),
        ("name: x\nextends: default\nheights: {ground_min: 900, ground_max: 5}\n", "theatre-value", 3, ""),
        ("name: x\nextends: default\nmoving_buffers: {rail: 5}\n", "theatre-unknown", 3, "air"),
        ("name: x\nextends: default\nlead_times: {movment: 5}\n", "theatre-unknown", 3, "Did you mean “movement”?"),
        ("name: x\nextends: default\nlead_times: {movement: soon}\n", "theatre-value", 3, "48 h"),
        ("name: x\nextends: default\nfixes: {area_lost: 3}\n", "theatre-value", 3, ""),
        ("name: x\nextends: default\nfixes: {step_time: 0}\n", "theatre-value", 3, ""),
        ("name: x\nextends: default\nparties:\n - {id: a}\n - {id: a}\n", "theatre-party-twice", 5, ""),
        ("name: x\nextends: default\nparties:\n - {id: a, member_of: b}\n", "theatre-unknown", 4, "“b”"),
        (f"name: x\n{BASE}parties:\n - {{id: a, member_of: b}}\n - {{id: b, member_of: a}}\n", "theatre-value", 4, ""),
        ("name: x\nextends: default\nparties: [{id: a}]\ncoordinated:\n - [a, z]\n", "theatre-unknown", 5, "“z”"),
        (RULE % "a: operation, b: any", "theatre-key-missing", 4, "relation"),
        (RULE % "a: operatoin, b: any, relation: permitted", "theatre-unknown", 4, "operation"),
        (RULE % "a: movement no_fire, b: any, relation: permitted", "theatre-value", 4, ""),
        (RULE % "a: any, b: any, relation: allowed", "theatre-unknown", 4, "permitted"),
        (RULE % "a: any, b: any, relation: restricted", "theatre-conditions-missing", 4, ""),
        (RULE % "a: any, b: any, relation: not_permitted, time: 9999 d", "theatre-value", 4, ""),
        (RULE % "a: any, b: any, relation: not_permitted, severity: dire", "theatre-unknown", 4, "warning"),
        (RULE % "a: any, b: any, relation: permitted" + TWICE, "theatre-rule-twice", 5, ""),
        ((RULE % "a: operation, b: any, relation: permitted").replace(BASE, ""), "theatre-undecided", 3, "movement"),
        ("name: [x\n", "theatre-yaml", 2, ""),
        ("", "theatre-empty", 1, ""),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, code: str, line: int, told: str) -> None:
    error = refused(text)
    assert (error.code, error.fields["line"]) == (code, line)
    assert told in error.sentence


def test_bytes_that_are_no_text_are_refused() -> None:
    assert refused(b"\x80\x81\xff").code == "theatre-yaml"


def test_the_default_theatre_decides_about_every_pair() -> None:
    for kind_a, kind_b in product((k for k in Kind if k is not Kind.LINE), repeat=2):
        for zone in Zone if kind_a is Kind.RESTRICTED_ZONE else (None,):
            assert decided(kind_a, kind_b, zone=zone)


def test_the_default_theatre_protects_sites_whatever_the_height() -> None:
    first = decided(Kind.STATIC_SITE, Kind.OPERATION)[0]
    assert (first.relation, first.margin) == (Relation.NOT_PERMITTED, Margin(1000.0, None, 0.0))
    assert decided(Kind.STATIC_SITE, Kind.MOVEMENT)[0].relation is Relation.PERMITTED


def test_an_unstated_medium_meets_the_stricter_rule() -> None:
    unstated = decided(Kind.OPERATION, Kind.MOVEMENT, b=Medium.UNSTATED)[0]
    assert unstated.margin.vertical_m is None
    assert decided(Kind.OPERATION, Kind.MOVEMENT, b=Medium.AIR)[0].margin == Margin(1000.0, 300.0, 600.0)
    assert (
        decided(Kind.MOVEMENT, Kind.MOVEMENT, a=Medium.UNSTATED, b=Medium.UNSTATED)[0].relation
        is Relation.NOT_PERMITTED
    )
    assert decided(Kind.MOVEMENT, Kind.MOVEMENT, a=Medium.GROUND, b=Medium.GROUND)[0].relation is Relation.PERMITTED


def test_a_party_is_held_to_its_own_negative_declaration_and_to_no_other() -> None:
    """R12"""
    first, *rest = decided(Kind.NEGATIVE, Kind.OPERATION)
    assert (first.relation, first.between) == (Relation.NOT_PERMITTED, Between.SAME)
    assert rest[0].relation is Relation.PERMITTED


def test_what_a_zone_asks_for_is_what_it_forbids() -> None:
    def relation(zone: Zone, other: Kind, medium: Medium) -> Relation:
        return decided(Kind.RESTRICTED_ZONE, other, zone=zone, b=medium)[0].relation

    forbidden = {
        (zone, other, medium)
        for zone in Zone
        for other in (Kind.OPERATION, Kind.MOVEMENT)
        for medium in (Medium.AIR, Medium.GROUND)
        if relation(zone, other, medium) is Relation.NOT_PERMITTED
    }
    assert forbidden == {
        *product([Zone.NO_ENTRY], [Kind.OPERATION, Kind.MOVEMENT], [Medium.AIR, Medium.GROUND]),
        *product([Zone.NO_FIRE, Zone.QUIET_WINDOW], [Kind.OPERATION], [Medium.AIR, Medium.GROUND]),
        *product([Zone.RESTRICTED_AIRSPACE], [Kind.OPERATION, Kind.MOVEMENT], [Medium.AIR]),
    }


def test_two_polygons_are_an_area() -> None:
    text = "name: x\nextends: default\narea: {polygons: [[[1, 1], [2, 1], [2, 2]], [[5, 1], [6, 1], [6, 2]]]}"
    assert isinstance(read_theatre(text.encode(), "x").area, MultiPolygon)


def test_moving_buffers_are_part_of_what_the_rule_set_is() -> None:
    one, other = (
        read_theatre(f"name: x\nextends: default\nmoving_buffers: {{air: {metres}}}".encode(), "x") for metres in (1, 2)
    )
    assert one.rules_hash != other.rules_hash


def test_the_published_schema_takes_what_is_read() -> None:
    schema = json.loads((FORMATS / "schemas/theatre.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(yaml.safe_load(WHOLE))
    validator.validate(yaml.safe_load((FORMATS / "theatres/default.yaml").read_text()))
    assert not validator.is_valid(
        {"name": "x", "rules": [{"id": "r", "a": "target", "b": "any", "relation": "permitted"}]}
    )
