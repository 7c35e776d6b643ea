"""Theatre files: YAML → `Theatre`. Documented in docs/reference/theatre.md and schemas/theatre.schema.json.

A rule set decides what is warned about, so nothing in it is passed over: an unknown key, a rule that
leaves a pair of kinds undecided, a party that is nowhere defined each end the reading with a
`RulesError` that names the file, the line and, where one is near, the word that was meant.

`extends: default` takes everything that the file does not say from the theatre that ships with
Thalweg, and puts the file's own rules before those.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import TypeVar

import yaml

from thalweg.drafts.heights import read_length
from thalweg.drafts.outlines import AreaOutline, area_shape
from thalweg.drafts.texts import number, plain
from thalweg.drafts.times import read_duration, zone_named
from thalweg.model.declarations import Kind, Medium, Zone
from thalweg.model.encodings import decoded
from thalweg.model.errors import InputError, RulesError, ValueRefused
from thalweg.model.shapes import MultiPolygon, Polygon
from thalweg.model.theatre import (
    DEFAULT_CLOCKS,
    Between,
    FixBounds,
    Heights,
    Margin,
    Party,
    Relation,
    Rule,
    Selector,
    Theatre,
)

_AREA_M = 1000.0  # how well edges of the area are followed: it only says which positions to ask about
SEVERITIES = ("information", "caution", "warning")
_KEYS = (
    "name", "extends", "exercise", "time_zone", "languages", "area", "parties", "coordinated", "rules",
    "heights", "lead_times", "clocks", "moving_buffers", "fixes",
)  # fmt: skip
_RULE_KEYS = (
    "id", "a", "b", "relation", "horizontal", "vertical", "time", "between", "conditions", "severity",
)  # fmt: skip
_PARTY_KEYS = ("id", "name", "member_of", "aliases")
_AREA_KEYS = ("box", "polygon", "polygons")

_Word = TypeVar("_Word", bound=StrEnum)
_Value = TypeVar("_Value")


def read_theatre(data: bytes, file: str) -> Theatre:
    """The theatre that the YAML in `data` describes. Raises `RulesError`; its fields have `file`, `line`."""
    return _Reader(file).theatre(data)


@lru_cache(maxsize=1)
def default_theatre() -> Theatre:
    """The theatre that holds where no theatre file is given: no area, no time zone, the default rules."""
    name = "theatres/default.yaml"
    return _Reader(name).theatre((files("thalweg.formats") / name).read_bytes())


@dataclass(frozen=True, slots=True)
class _Reader:
    file: str

    # --- the whole ---

    def theatre(self, data: bytes) -> Theatre:
        root = self._compose(data)
        entries = self._mapping(root, "a theatre", _KEYS)
        base: Theatre | None = None
        if "extends" in entries:
            if self._text(entries["extends"]) != "default":
                raise self._error(
                    entries["extends"], "theatre-extends", "A theatre can extend only the default one.", "default"
                )
            base = default_theatre()
        name = self._text(self._needed(entries, "name", root))
        own_rules = self._rules(entries["rules"]) if "rules" in entries else ()
        if not own_rules and base is None:
            raise self._error(root, "theatre-rules-missing", "The theatre has no rules.", "rules, or extends: default")
        ids = {rule.id for rule in own_rules}
        inherited = tuple(rule for rule in base.rules if rule.id not in ids) if base else ()
        theatre = base or Theatre(name, own_rules)
        theatre = replace(theatre, name=name, rules=own_rules + inherited)
        parties = self._parties(entries["parties"]) if "parties" in entries else ()
        readers: Mapping[str, Callable[[yaml.Node], dict[str, object]]] = {
            "exercise": lambda node: {"exercise": self._yes_no(node)},
            "time_zone": lambda node: {"time_zone": self._zone(node)},
            "languages": lambda node: {"languages": tuple(self._text(n) for n in self._items(node))},
            "area": lambda node: {"area": self._area(node)},
            "parties": lambda _: {"parties": parties},
            "coordinated": lambda node: {"coordinated": self._groups(node, parties)},
            "heights": lambda node: {"heights": self._heights(node)},
            "clocks": lambda node: {"clocks_s": self._clocks(node)},
            "lead_times": lambda node: {"lead_times_s": self._lead_times(node)},
            "moving_buffers": lambda node: {"moving_buffers_m": self._buffers(node)},
            "fixes": lambda node: {"fixes": self._fixes(node)},
        }
        changes: dict[str, object] = {}
        for key, reader in readers.items():
            if key in entries:
                changes |= reader(entries[key])
        theatre = _changed(theatre, changes)
        self._refuse_undecided(theatre.rules, entries.get("rules", root))
        return theatre

    def _compose(self, data: bytes) -> yaml.Node:
        try:
            node = yaml.compose(decoded(data, "theatre-yaml", self.file), Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise RulesError(
                "theatre-yaml",
                f"{self.file}, line {line}: this is not YAML: {error.problem or error.context}.",
                file=self.file, line=line,
            ) from error  # fmt: skip
        except (yaml.YAMLError, InputError, RecursionError, ValueError) as error:
            raise RulesError(
                "theatre-yaml", f"{self.file}: this is not YAML that can be read: {error}", file=self.file, line=1
            ) from error
        if node is None:
            raise RulesError("theatre-empty", f"{self.file}: the theatre is empty.", file=self.file, line=1)
        return node

    # --- parts ---

    def _rules(self, node: yaml.Node) -> tuple[Rule, ...]:
        rules = []
        seen: set[str] = set()
        for item in self._items(node):
            entries = self._mapping(item, "a rule", _RULE_KEYS)
            rule_id = self._text(self._needed(entries, "id", item))
            if rule_id in seen:
                raise self._error(entries["id"], "theatre-rule-twice", f"Two rules have the id “{rule_id}”.")
            seen.add(rule_id)
            relation = self._word(self._needed(entries, "relation", item), Relation)
            margin = self._margin(entries, item)
            if relation is Relation.RESTRICTED and "conditions" not in entries:
                raise self._error(
                    item, "theatre-conditions-missing", f"Rule “{rule_id}” is restricted and states no conditions."
                )
            severity = self._text(entries["severity"]) if "severity" in entries else "warning"
            if severity not in SEVERITIES:
                raise self._unknown(entries["severity"], severity, SEVERITIES, "severity")
            rules.append(
                Rule(
                    rule_id,
                    self._selector(self._needed(entries, "a", item)),
                    self._selector(self._needed(entries, "b", item)),
                    relation,
                    margin,
                    self._word(entries["between"], Between) if "between" in entries else Between.ANY,
                    self._text(entries["conditions"]) if "conditions" in entries else "",
                    severity,
                )
            )
        return tuple(rules)

    def _margin(self, entries: Mapping[str, yaml.Node], rule: yaml.Node) -> Margin:
        horizontal = self._length(entries["horizontal"]) if "horizontal" in entries else 0.0
        time = self._duration(entries["time"]) if "time" in entries else 0.0
        vertical: float | None = 0.0
        if "vertical" in entries:
            node = entries["vertical"]
            vertical = None if self._text(node) == "any" else self._length(node)
        try:
            return Margin(horizontal, vertical, time)
        except ValueRefused as error:
            raise self._error(rule, "theatre-value", error.sentence) from error

    def _selector(self, node: yaml.Node) -> Selector:
        """`any`, or a kind, zone and medium in any order: `movement air`, `no_fire`, `operation`."""
        kind: Kind | None = None
        zone: Zone | None = None
        medium: Medium | None = None
        words = self._text(node).replace("/", " ").split()
        known = [*Kind, *Zone, Medium.AIR, Medium.GROUND, Medium.WATER]
        for word in words:
            if word == "any" and len(words) == 1:
                return Selector()
            match = next((w for w in known if w.value == word), None)
            if isinstance(match, Kind) and kind is None:
                kind = match
            elif isinstance(match, Zone) and zone is None:
                zone = match
            elif isinstance(match, Medium) and medium is None:
                medium = match
            else:
                raise self._unknown(node, word, ["any", *(w.value for w in known)], "kind, zone or medium")
        if not words or (zone is not None and kind not in (None, Kind.RESTRICTED_ZONE)):
            raise self._error(node, "theatre-value", f"“{self._text(node)}” selects nothing.")
        return Selector(Kind.RESTRICTED_ZONE if zone is not None else kind, zone, medium)

    def _parties(self, node: yaml.Node) -> tuple[Party, ...]:
        parties: list[Party] = []
        members: list[tuple[yaml.Node, str]] = []
        for item in self._items(node):
            entries = self._mapping(item, "a party", _PARTY_KEYS)
            party_id = self._text(self._needed(entries, "id", item))
            if any(party.id == party_id for party in parties):
                raise self._error(entries["id"], "theatre-party-twice", f"Two parties have the id “{party_id}”.")
            member_of = self._text(entries["member_of"]) if "member_of" in entries else ""
            if member_of:
                members.append((entries["member_of"], member_of))
            aliases = tuple(self._text(n) for n in self._items(entries["aliases"])) if "aliases" in entries else ()
            name = self._text(entries["name"]) if "name" in entries else party_id
            parties.append(Party(party_id, name, member_of, aliases))
        above = {party.id: party.member_of for party in parties}
        for place, member_of in members:
            self._check_party(place, member_of, tuple(parties))
            seen: set[str] = set()
            while member_of and member_of not in seen:
                seen.add(member_of)
                member_of = above.get(member_of, "")
            if member_of:
                raise self._error(place, "theatre-value", f"“{member_of}” is a member of itself.")
        return tuple(parties)

    def _groups(self, node: yaml.Node, parties: tuple[Party, ...]) -> tuple[frozenset[str], ...]:
        groups = []
        for item in self._items(node):
            names = []
            for member in self._items(item):
                name = self._text(member)
                if parties:
                    self._check_party(member, name, parties)
                names.append(name)
            groups.append(frozenset(names))
        return tuple(groups)

    def _check_party(self, node: yaml.Node, name: str, parties: tuple[Party, ...]) -> None:
        ids = [party.id for party in parties]
        if name not in ids:
            raise self._unknown(node, name, ids, "party of this theatre")

    def _area(self, node: yaml.Node) -> Polygon | MultiPolygon:
        entries = self._mapping(node, "the area", _AREA_KEYS)
        if len(entries) != 1:
            raise self._error(node, "theatre-value", "The area is given in one way.", " or ".join(_AREA_KEYS))
        key, given = next(iter(entries.items()))
        if key == "box":
            corners = [self._number(n) for n in self._items(given)]
            if len(corners) != 4:
                raise self._error(given, "theatre-value", "A box has four sides.", "[west, south, east, north]")
            west, south, east, north = corners
            rings: list[tuple[tuple[float, float], ...]] = [
                ((west, south), (east, south), (east, north), (west, north))
            ]
        else:
            several = self._items(given) if key == "polygons" else [given]
            rings = [tuple(self._lon_lat(n) for n in self._items(ring)) for ring in several]
        try:
            shape, flags = area_shape(AreaOutline(tuple((ring,) for ring in rings), straight=True), tolerance_m=_AREA_M)
        except (InputError, ValueRefused) as error:
            raise self._error(node, "theatre-value", error.sentence) from error
        if any(flag.code == "ring-self-crossing" for flag in flags):
            raise self._error(node, "theatre-value", "The ring of the area crosses itself.", "its corners in order")
        return shape

    def _lon_lat(self, node: yaml.Node) -> tuple[float, float]:
        values = [self._number(n) for n in self._items(node)]
        if len(values) != 2:
            raise self._error(node, "theatre-value", "A position has two numbers.", "[longitude, latitude]")
        return values[0], values[1]

    def _heights(self, node: yaml.Node) -> Heights:
        known = {"ground_min": "ground_min_m", "ground_max": "ground_max_m", "pressure": "pressure_m",
                 "egm2008": "egm2008_m"}  # fmt: skip
        entries = self._mapping(node, "heights", tuple(known))
        values = {known[key]: self._height(item) for key, item in entries.items()}
        made = replace(Heights(), **values)
        if made.ground_min_m > made.ground_max_m or made.pressure_m < 0 or made.egm2008_m < 0:
            raise self._error(node, "theatre-value", "The heights of the ground are not a range.")
        return made

    def _lead_times(self, node: yaml.Node) -> dict[str, float]:
        known = [name for kind in Kind for name in (kind.value, f"{kind.value}.emergency")]
        entries = self._mapping(node, "lead times", tuple(known))
        return {key: self._duration(item) for key, item in entries.items()}

    def _clocks(self, node: yaml.Node) -> dict[str, tuple[float, ...]]:
        entries = self._mapping(node, "clocks", tuple(DEFAULT_CLOCKS))
        clocks = {}
        for key, item in entries.items():
            steps = item.value if isinstance(item, yaml.SequenceNode) else [item]
            clocks[key] = tuple(self._duration(step) for step in steps)
            if not clocks[key] or clocks[key][0] <= 0 or list(clocks[key]) != sorted(set(clocks[key])):
                raise self._error(
                    item,
                    "theatre-value",
                    f"The steps of the clock {key} do not rise.",
                    "such as [2 min, 5 min, 10 min]",
                )
        return clocks

    def _buffers(self, node: yaml.Node) -> dict[str, float]:
        entries = self._mapping(node, "moving buffers", ("air", "ground", "water"))
        return {key: self._length(item) for key, item in entries.items()}

    def _fixes(self, node: yaml.Node) -> FixBounds:
        known = {item.name.removesuffix("_s").removesuffix("_m"): item.name for item in fields(FixBounds)}
        entries = self._mapping(node, "fixes", tuple(known))
        values = {}
        for key, item in entries.items():
            name = known[key]
            read = self._duration if name.endswith("_s") else self._length if name.endswith("_m") else self._number
            values[name] = read(item)
            if (
                values[name] < 0
                or (name == "area_lost" and values[name] > 1)
                or (name.startswith("step") and not values[name])
            ):
                raise self._error(item, "theatre-value", f"“{self._text(item)}” is no bound for {key}.")
        return replace(FixBounds(), **values)

    def _refuse_undecided(self, rules: tuple[Rule, ...], node: yaml.Node) -> None:
        """Every pair of classes must meet a rule: what no rule decides would never be warned about."""
        classes = [
            (kind, zone, medium)
            for kind in Kind
            if kind is not Kind.LINE  # lines are compared by side, not by pair rules
            for zone in (Zone if kind is Kind.RESTRICTED_ZONE else (None,))
            for medium in Medium
        ]
        for a, b in product(classes, repeat=2):
            met = [
                rule.between
                for rule in rules
                if (rule.a.matches(*a) and rule.b.matches(*b)) or (rule.a.matches(*b) and rule.b.matches(*a))
            ]
            if Between.ANY not in met and not {Between.SAME, Between.OTHERS} <= set(met):
                names = [" ".join(str(word) for word in item if word) for item in (a, b)]
                raise self._error(
                    node,
                    "theatre-undecided",
                    f"No rule decides about {names[0]} and {names[1]}.",
                    "a rule for every pair, such as a last one with a: any, b: any; or extends: default",
                )

    # --- values of nodes ---

    def _error(self, node: yaml.Node, code: str, sentence: str, expected: str = "") -> RulesError:
        line = node.start_mark.line + 1
        tail = f" Expected {expected}." if expected else ""
        return RulesError(
            code, f"{self.file}, line {line}: {sentence}{tail}",
            file=self.file, line=line, column=node.start_mark.column + 1, expected=expected,
        )  # fmt: skip

    def _unknown(self, node: yaml.Node, word: str, known: tuple[str, ...] | list[str], what: str) -> RulesError:
        near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
        hint = f" Did you mean “{near[0]}”?" if near else ""
        return self._error(node, "theatre-unknown", f"“{word}” is not a {what} known here.{hint}", ", ".join(known))

    def _mapping(self, node: yaml.Node, what: str, known: tuple[str, ...]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, "theatre-value", f"This is not {what}.", "keys and values")
        entries: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self._text(key)
            if name not in known:
                raise self._unknown(key, name, known, f"key of {what}")
            if name in entries:
                raise self._error(key, "theatre-key-twice", f"The key “{name}” is given twice.")
            entries[name] = value
        return entries

    def _needed(self, entries: Mapping[str, yaml.Node], key: str, node: yaml.Node) -> yaml.Node:
        if key not in entries:
            raise self._error(node, "theatre-key-missing", f"The key “{key}” is missing.")
        return entries[key]

    def _items(self, node: yaml.Node) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise self._error(node, "theatre-value", "This is not a list.", "a list")
        return list(node.value)

    def _text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip():
            raise self._error(node, "theatre-value", "This is not a word or a number.", "text")
        return plain(str(node.value))

    def _word(self, node: yaml.Node, words: type[_Word]) -> _Word:
        text = self._text(node)
        for word in words:
            if word.value == text:
                return word
        raise self._unknown(node, text, [word.value for word in words], words.__name__.lower())

    def _yes_no(self, node: yaml.Node) -> bool:
        text = self._text(node).lower()
        if text not in ("true", "false", "yes", "no"):
            raise self._error(node, "theatre-value", f"“{text}” is neither true nor false.", "true or false")
        return text in ("true", "yes")

    def _zone(self, node: yaml.Node) -> str:
        name = self._text(node)
        try:
            zone_named(name)
        except InputError as error:
            raise self._error(
                node, "theatre-value", f"“{name}” is not a time zone.", "an IANA name such as Asia/Damascus, or UTC"
            ) from error
        return name

    def _length(self, node: yaml.Node) -> float:
        return self._read(node, lambda: read_length(self._text(node)))

    def _height(self, node: yaml.Node) -> float:
        text = self._text(node)
        if text.startswith("-"):
            return -self._read(node, lambda: read_length(text[1:]))
        return self._length(node)

    def _duration(self, node: yaml.Node) -> float:
        return self._read(node, lambda: read_duration(self._text(node)))

    def _number(self, node: yaml.Node) -> float:
        return self._read(node, lambda: number(self._text(node)))

    def _read(self, node: yaml.Node, reader: Callable[[], _Value]) -> _Value:
        try:
            return reader()
        except InputError as error:
            expected = str(error.fields.get("expected", ""))
            raise self._error(node, "theatre-value", error.sentence, expected) from error


def _changed(theatre: Theatre, changes: Mapping[str, object]) -> Theatre:
    values = {item.name: getattr(theatre, item.name) for item in fields(Theatre)}
    return Theatre(**{**values, **changes})
