"""A finding as it stands in a notice: what its reader was told, in integers and strings.

::

    {"id", "type", "versions": [first, second], "rule", "relation", "severity", "certainty", "sentence",
     "rule_sentence", "reference", "line_status", "reasons": […], "marks": […], "can_tell": 1,
     "share": per million, "horizontal": mm, "vertical": "mm" or "", "time_gap": ms, "allowance": mm,
     "margin": [mm, "mm" or "", ms], "closest": [[lon, lat], [lon, lat]], "times": [first, closest, last]}

The region where two declarations overlap is not written: it follows from what the reader was shown of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from thalweg.formats.event.declaration import read_instant, read_position, write_instant, write_position
from thalweg.formats.event.values import Value, items, number, text, wrong
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.findings import Certainty, Finding, FindingType
from thalweg.model.identity import scaled
from thalweg.model.theatre import Margin, Relation

E = TypeVar("E", bound=StrEnum)

FIELDS = (
    *("allowance", "can_tell", "certainty", "closest", "horizontal", "id", "line_status", "margin", "marks"),
    *("reasons", "reference", "relation", "rule", "rule_sentence", "sentence", "severity", "share", "time_gap"),
    *("times", "type", "versions", "vertical"),
)

_LARGEST = 10**15  # in thousandths: what a double holds with room to spare


def write_finding(finding: Finding) -> Mapping[str, Value]:
    """The finding as a value for an entry."""
    margin = finding.margin
    return {
        "allowance": scaled(finding.datum_allowance_m, 1e3),
        "can_tell": int(finding.can_tell),
        "certainty": finding.certainty.value,
        "closest": [write_position(position) for position in finding.closest],
        "horizontal": scaled(finding.horizontal_m, 1e3),
        "id": finding.id,
        "line_status": finding.line_status,
        "margin": [scaled(margin.horizontal_m, 1e3), _maybe(margin.vertical_m), scaled(margin.time_s, 1e3)],
        "marks": list(finding.marks),
        "reasons": list(finding.reasons),
        "reference": finding.reference,
        "relation": finding.relation.value,
        "rule": finding.rule,
        "rule_sentence": finding.rule_sentence,
        "sentence": finding.sentence,
        "severity": finding.severity,
        "share": scaled(finding.share, 1e6),
        "time_gap": scaled(finding.time_gap_s, 1e3),
        "times": [write_instant(each) for each in (finding.first, finding.closest_at, finding.last)],
        "type": finding.type.value,
        "versions": list(finding.versions),
        "vertical": _maybe(finding.vertical_m),
    }


def read_finding(value: Value, where: str = "finding") -> Finding:
    """The finding of a value, without its region. `InputError` if it is not in its form."""
    if not isinstance(value, Mapping) or sorted(value) != sorted(FIELDS):
        raise wrong(where, f"an object with the fields {', '.join(FIELDS)} and no others")
    versions = tuple(text(each, f"{where}.versions") for each in items(value["versions"], where))
    closest = tuple(read_position(each, f"{where}.closest") for each in items(value["closest"], where))
    times = tuple(read_instant(each, f"{where}.times") for each in items(value["times"], where))
    margin = items(value["margin"], f"{where}.margin")
    if (len(versions), len(closest), len(times), len(margin)) != (2, 2, 3, 3):
        raise wrong(where, "two versions, two closest positions, three times and three margins")
    try:
        return Finding(
            id=text(value["id"], f"{where}.id"),
            type=_word(FindingType, value["type"], f"{where}.type"),
            versions=(versions[0], versions[1]),
            rule=text(value["rule"], f"{where}.rule"),
            relation=_word(Relation, value["relation"], f"{where}.relation"),
            severity=text(value["severity"], f"{where}.severity"),
            margin=Margin(
                _thousandths(margin[0], f"{where}.margin", 0),
                _may(margin[1], f"{where}.margin"),
                _thousandths(margin[2], f"{where}.margin", 0),
            ),
            certainty=_word(Certainty, value["certainty"], f"{where}.certainty"),
            share=number(value["share"], f"{where}.share", 0, 1_000_000) / 1e6,
            reasons=_texts(value["reasons"], f"{where}.reasons"),
            horizontal_m=_thousandths(value["horizontal"], f"{where}.horizontal", 0),
            vertical_m=_may(value["vertical"], f"{where}.vertical"),
            time_gap_s=_thousandths(value["time_gap"], f"{where}.time_gap"),
            datum_allowance_m=_thousandths(value["allowance"], f"{where}.allowance", 0),
            closest=(closest[0], closest[1]),
            region=(),
            first=times[0],
            closest_at=times[1],
            last=times[2],
            reference=text(value["reference"], f"{where}.reference", 4000),
            sentence=text(value["sentence"], f"{where}.sentence", 4000),
            rule_sentence=text(value["rule_sentence"], f"{where}.rule_sentence", 4000),
            marks=_texts(value["marks"], f"{where}.marks"),
            can_tell=bool(number(value["can_tell"], f"{where}.can_tell", 0, 1)),
            line_status=text(value["line_status"], f"{where}.line_status"),
        )
    except ValueRefused as error:
        raise InputError(error.code, error.sentence, where=where, **error.fields) from error


def _thousandths(value: Value, where: str, low: int = -_LARGEST) -> float:
    return number(value, where, low, _LARGEST) / 1e3


def _maybe(metres: float | None) -> str:
    return "" if metres is None else str(scaled(metres, 1e3))


def _may(value: Value, where: str) -> float | None:
    digits = text(value, where)
    if digits == "":
        return None
    body = digits.removeprefix("-")
    if not (body.isascii() and body.isdigit()) or len(body) > 15 or str(int(digits)) != digits:
        raise wrong(where, "a whole number as digits")
    return int(digits) / 1e3


def _texts(value: Value, where: str) -> tuple[str, ...]:
    return tuple(text(each, where, 4000) for each in items(value, where))


def _word(of: type[E], value: Value, where: str) -> E:
    try:
        return of(text(value, where))
    except ValueError as error:
        raise wrong(where, f"one of {', '.join(each.value for each in of)}") from error
