"""Saying values by the templates of a language, and hearing them again: one grammar, used in both directions.

    say:   value ──▶ template of its class and variant ──▶ text, each placeholder said by its own type
    hear:  the same templates as a pattern, each placeholder the pattern of its type ──▶ value

A placeholder `{field}` whose key `class[field]` is in the catalogue is a clause: `", {where}"` where the field is
set, nothing where it is not. So a language decides what stands between the parts, and in which order they come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal, parse_decimal

from thalweg.model.errors import InputError
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.places.ground import COMPASS, compass
from thalweg.reports.messages.catalogue import FSI, LRI, PDI, Catalogue
from thalweg.reports.messages.slots import As, Counted, Phrase, PlaceName
from thalweg.reports.phrases import plain

PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")

_DAY = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d(?::\d\d)?Z"
_LOCAL = r"(?: \([^()\n]*UTC[^()\n]*\))?"  # the same time again, in a local zone
_NUMBER = f"{LRI}?−?\\d[\\d.,\u00a0\u202f]*{PDI}?"
# What turns letters round, or could be the end of a name: a name with any of it is isolated in every language.
_UNRULY = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff.,:;/“”«»„\\[\\]()"
_IS_UNRULY = re.compile(f"[{_UNRULY}]")
_TEN_FEW, _TEN_MOST = 0, 10


def hints(cls: type[Phrase]) -> dict[str, Any]:
    """The types of its fields, but for the marks, which stand before every template."""
    if cls not in _HINTS:
        known = get_type_hints(cls, include_extras=True)
        _HINTS[cls] = {field.name: known[field.name] for field in fields(cls) if field.name != "marks"}
    return _HINTS[cls]


_HINTS: Final[dict[type[Phrase], dict[str, Any]]] = {}  # asking Python for them is slow


def bare(hint: Any) -> tuple[Any, bool]:  # noqa: ANN401 a type, of whatever kind
    """A type without its `None`, and whether it had one."""
    if get_origin(hint) in (Union, UnionType):
        inner = [each for each in get_args(hint) if each is not type(None)]
        return inner[0], True
    return hint, False


def template_key(cls: type[Phrase], variant: str) -> str:
    return f"{cls.key()}.{variant}" if variant else cls.key()


class Voice:
    """One language, one local zone: says values and hears them. Without a zone, UTC alone."""

    def __init__(self, catalogue: Catalogue, zone: ZoneInfo | None = None) -> None:
        self.catalogue = catalogue
        self._zone = zone

    @property
    def _named(self) -> str:
        """What matches a name: in a right-to-left language it stands between isolates, always."""
        return _ISOLATED if self.catalogue.right_to_left else _NAME

    # -------------------------------------------------------------- phrases

    def say(self, phrase: Phrase) -> str:
        cls = type(phrase)
        known = hints(cls)

        def said(match: re.Match[str]) -> str:
            name = match[1]
            value = getattr(phrase, name)
            clause = self.catalogue.entries.get(f"{cls.key()}[{name}]")
            if clause is None:
                return self.say_value(known[name], value)
            if value is None or value is False or value == ():
                return ""
            inner = "" if value is True else self.say_value(known[name], value)
            return clause.replace(f"{{{name}}}", inner)

        return PLACEHOLDER.sub(said, self.catalogue.text(template_key(cls, phrase.variant)))

    def pattern(self, cls: type[Phrase], path: str, variant: str) -> str:
        """What matches a phrase of this variant; the groups in it begin with `path`."""
        known = hints(cls)

        def expected(match: re.Match[str]) -> str:
            name = match[1]
            inner = f"{path}_{name}"
            clause = self.catalogue.entries.get(f"{cls.key()}[{name}]")
            if clause is None:
                return self._expect(known[name], inner)
            whole = _escaped(clause, lambda _: self._expect(known[name], inner))
            return f"(?P<{inner}__>{whole})?"

        return _escaped(self.catalogue.text(template_key(cls, variant)), expected)

    def hear(self, cls: type[Phrase], groups: Mapping[str, str | None], path: str, variant: str, **more: Any) -> Phrase:  # noqa: ANN401 marks, or nothing
        """The phrase that a match of `pattern` means."""
        found: dict[str, Any] = dict(more)
        for name, hint in hints(cls).items():
            inner = f"{path}_{name}"
            if name == cls.by:
                found[name] = hint(variant)
            elif f"{{{name}}}" in self.catalogue.text(template_key(cls, variant)):
                clause = f"{inner}__"
                if clause in groups and groups[clause] is None:
                    continue
                found[name] = True if hint is bool else self._hear_value(hint, groups, inner)
        return cls.heard(variant, found)

    def _expect(self, hint: Any, path: str) -> str:  # noqa: ANN401 a type, of whatever kind
        hint, _ = bare(hint)
        if isinstance(hint, type) and issubclass(hint, Phrase):
            ways = [
                f"(?P<{path}__{number}>{self.pattern(hint, f'{path}{number}', variant)})"
                for number, variant in enumerate(hint.variants)
            ]
            return f"(?:{'|'.join(ways)})"
        return f"(?P<{path}>{self._leaf(hint)})"

    def _hear_value(self, hint: Any, groups: Mapping[str, str | None], path: str) -> Any:  # noqa: ANN401 by its type
        hint, _ = bare(hint)
        if isinstance(hint, type) and issubclass(hint, Phrase):
            number = next(each for each in range(len(hint.variants)) if groups.get(f"{path}__{each}") is not None)
            return self.hear(hint, groups, f"{path}{number}", hint.variants[number])
        return self._heard(hint, groups[path] or "")

    # --------------------------------------------------------------- leaves

    def say_value(self, hint: Any, value: Any) -> str:  # noqa: ANN401 a type and a value of it
        """A value as its type is said."""
        hint, _ = bare(hint)
        if isinstance(value, Phrase):
            return self.say(value)
        if isinstance(value, StrEnum):
            return self.word(value)
        if isinstance(value, Instant):
            return self.instant(value)
        if isinstance(value, Position):
            return self.catalogue.isolated(position(value), left_to_right=True)
        how = get_args(hint)[1]
        if isinstance(how, Counted):
            return self.counted(how.noun, value)
        match how:
            case As.NAME:
                return self.name(value)
            case As.NAMES:
                return self.catalogue.text("list.separator").join(self.name(each) for each in value)
            case As.ID:
                return self.catalogue.isolated(plain(value), left_to_right=True)
            case As.IDS:
                said = [self.catalogue.isolated(plain(each), left_to_right=True) for each in value]
                return self.catalogue.text("list.separator").join(said)
            case As.DISTANCE:
                return self._isolated(self.distance(value))
            case As.DURATION:
                return self._isolated(self.duration(value))
            case As.EXACT_DURATION:
                return self._isolated(self.duration(value, exact=True))
            case As.HEIGHT:
                return self._isolated(self._unit("m", round(value)))
            case As.SHARE:
                return self._isolated(self.catalogue.text("unit.percent").replace("{n}", self.number(value * 100, 1)))
            case As.IN_TEN:
                return self._in_ten(value)
            case As.BEARING:
                return self.catalogue.text(f"compass.{compass(value)}")
            case As.DEGREES:
                return self._isolated(self.catalogue.text("unit.degree").replace("{n}", self.number(value, 1)))
            case As.RIVER:
                return self.catalogue.entries.get(f"river.{value}") or self.name(value)
            case As.LANGUAGE:
                known = self.catalogue.entries.get(f"language.{value}")
                return known or self.catalogue.isolated(plain(value), left_to_right=True)
            case As.PLACE:
                return self._place(value)
            case _:
                raise TypeError(f"There is no way to say {hint!r}.")

    def _leaf(self, hint: Any) -> str:  # noqa: ANN401 a type
        """What matches a leaf."""
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return _any_of(self.catalogue.text(f"{_key(hint)}.{each.value}") for each in hint)
        if hint is Instant:
            return self._isolates(f"{_DAY} {_TIME}", left_to_right=True) + _LOCAL
        if hint is Position:
            return self._isolates(r"\d+\.\d{5}°[NS] \d+\.\d{5}°[EW]", left_to_right=True)
        how = get_args(hint)[1]
        if isinstance(how, Counted):
            forms = sorted(self.catalogue.plurals[f"count.{how.noun}"].values(), key=len, reverse=True)
            return self._isolates(f"(?:{'|'.join(_form(form) for form in forms)})")
        match how:
            case As.NAME:
                return self._named
            case As.NAMES:
                return f"{self._named}(?:{re.escape(self.catalogue.text('list.separator'))}{self._named})*"
            case As.ID:
                return self._isolates(_ID, left_to_right=True)
            case As.IDS:
                one = self._isolates(_ID, left_to_right=True)
                return f"{one}(?:{re.escape(self.catalogue.text('list.separator'))}{one})*"
            case As.DISTANCE | As.HEIGHT:
                forms = [self._quantity(f"unit.{unit}") for unit in ("km", "m")]
                return self._isolates("(?:" + "|".join(forms) + ")")
            case As.DURATION | As.EXACT_DURATION:
                one = f"(?:{'|'.join(self._forms())})"
                between = re.escape(self.catalogue.text("duration.joined").replace("{a}", "").replace("{b}", ""))
                return self._isolates(f"{one}(?:{between}{one}){{0,2}}")
            case As.SHARE:
                return self._isolates(self._quantity("unit.percent"))
            case As.DEGREES:
                return self._isolates(self._quantity("unit.degree"))
            case As.IN_TEN:
                some = re.escape(self.catalogue.text("in_ten.some")).replace(r"\{n\}", r"\d")
                few, most = (re.escape(self.catalogue.text(f"in_ten.{each}")) for each in ("few", "most"))
                return f"(?:{few}|{most}|{some})"
            case As.BEARING:
                return _any_of(self.catalogue.text(f"compass.{point}") for point in COMPASS)
            case As.RIVER:
                return f"(?:{_any_of(self._rivers())}|{self._named})"
            case As.LANGUAGE:
                names = (text for key, text in self.catalogue.entries.items() if key.startswith("language."))
                return f"(?:{_any_of(names)}|{self._isolates(_ID, left_to_right=True)})"
            case As.PLACE:
                return self._named if self.catalogue.script == "latin" else f"{self._named}(?: / {self._named})?"
            case _:
                raise TypeError(f"There is no way to hear {hint!r}.")

    def _heard(self, hint: Any, text: str) -> Any:  # noqa: ANN401 a type and a value of it
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return next(each for each in hint if self.catalogue.text(f"{_key(hint)}.{each.value}") == text)
        inner = text.strip(LRI + FSI + PDI)
        if hint is Instant:
            return _instant(inner)
        if hint is Position:
            return _position(inner)
        how = get_args(hint)[1]
        if isinstance(how, Counted):
            return self._count(how.noun, inner)
        match how:
            case As.NAMES | As.IDS:
                parts = _split(text, self.catalogue.text("list.separator"))
                return tuple(part.strip(LRI + FSI + PDI) for part in parts)
            case As.DISTANCE | As.HEIGHT:
                scale = 1000.0 if re.fullmatch(self._quantity("unit.km"), inner) else 1.0
                return self._parsed(inner) * scale
            case As.DURATION | As.EXACT_DURATION:
                return self._seconds(inner)
            case As.SHARE:
                return self._parsed(inner) / 100
            case As.DEGREES:
                return self._parsed(inner)
            case As.IN_TEN:
                if text == self.catalogue.text("in_ten.few"):
                    return _TEN_FEW
                if text == self.catalogue.text("in_ten.most"):
                    return _TEN_MOST
                some = re.escape(self.catalogue.text("in_ten.some")).replace(r"\{n\}", r"(\d)")
                return int(re.findall(some, text)[0])
            case As.BEARING:
                point = next(point for point in COMPASS if self.catalogue.text(f"compass.{point}") == text)
                return COMPASS.index(point) * 22.5
            case As.RIVER:
                return self._rivers().get(text, inner)
            case As.LANGUAGE:
                known = {
                    t: k[len("language.") :] for k, t in self.catalogue.entries.items() if k.startswith("language.")
                }
                return known.get(text, inner)
            case As.PLACE:
                return PlaceName(_split(text, " / ")[-1].strip(FSI + PDI))
            case _:
                return inner

    # ------------------------------------------------------------ and how

    def word(self, value: StrEnum) -> str:
        """The word of a closed list."""
        return self.catalogue.text(f"{_key(type(value))}.{value.value}")

    def name(self, text: str) -> str:
        """A name as its owner writes it, with isolates where it could turn its neighbours round."""
        safe = plain(text)
        if self.catalogue.right_to_left or _IS_UNRULY.search(safe) or not safe:
            return f"{FSI}{safe}{PDI}"
        return safe

    def number(self, value: float, decimals: int = 0) -> str:
        """Western digits in every language, so that two desks read the same ones aloud."""
        pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
        rounded = round(value, decimals)
        text = format_decimal(abs(rounded), pattern, self.catalogue.locale, numbering_system="latn")
        return self.catalogue.isolated(f"\N{MINUS SIGN}{text}", left_to_right=True) if rounded < 0 else text

    def counted(self, noun: str, value: int) -> str:
        form = self.catalogue.plural(f"count.{noun}", value)
        return self._isolated(form.replace("{n}", self.number(value)))

    def distance(self, metres: float) -> str:
        """`510 m`, `3.1 km`, `124 km`: three figures at most; never 0 for what is more."""
        if metres < 9.95:
            return self._unit("m", max(metres, 0.1) if metres else 0.0, 1)
        if metres < 999.5:
            return self._unit("m", metres)
        return self._unit("km", metres / 1000, 1 if metres < 99_950 else 0)

    def duration(self, seconds: float, *, exact: bool = False) -> str:
        """`45 s`, `10 min`, `2 h 30 min`, `3 days`, as the engine says them; to the second where `exact`."""
        whole, minutes = max(0, round(seconds)), round(seconds / 60)
        days = hours = rest = 0
        if exact:
            hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
        elif whole < 90:
            minutes, rest = 0, whole
        elif minutes >= 2880:
            days, minutes = round(seconds / 86400), 0
        elif minutes >= 90:
            hours, minutes = divmod(minutes, 60)
        parts = [(unit, n) for unit, n in (("day", days), ("h", hours), ("min", minutes), ("s", rest)) if n]
        said = [
            self.catalogue.plural(f"unit.{unit}", n).replace("{n}", self.number(n)) for unit, n in parts or [("s", 0)]
        ]
        text = said[0]
        for each in said[1:]:
            text = self.catalogue.text("duration.joined").replace("{a}", text).replace("{b}", each)
        return text

    def instant(self, when: Instant) -> str:
        """`2017-09-16 00:30Z`, the same in every language, and the local time beside it in words."""
        moment = Instant(float(when.epoch_s // 1))  # as the engine says it: to the second begun
        text = str(moment).replace("T", " ")
        utc = text.replace(":00Z", "Z") if text.endswith(":00Z") else text
        utc = self.catalogue.isolated(utc, left_to_right=True)
        if self._zone is None:
            return utc
        try:
            local = moment.as_datetime().astimezone(self._zone)
        except OverflowError:  # in the last hours of the year 9999 no local calendar date can be written
            return utc
        written = format_datetime(local, "EEE d MMM HH:mm", tzinfo=self._zone, locale=self.catalogue.locale)
        offset = local.strftime("%z").replace("-", "\N{MINUS SIGN}")
        hours = f"UTC{offset[0]}{int(offset[1:3])}" + (f":{offset[3:]}" if offset[3:] != "00" else "")
        return f"{utc} ({self._isolated(written)} {self.catalogue.isolated(hours, left_to_right=True)})"

    def _isolated(self, text: str) -> str:
        return self.catalogue.isolated(text)

    def _isolates(self, pattern: str, *, left_to_right: bool = False) -> str:
        if not self.catalogue.right_to_left:
            return pattern
        return f"{LRI if left_to_right else FSI}{pattern}{PDI}"

    def _unit(self, unit: str, value: float, decimals: int = 0) -> str:
        return self.catalogue.text(f"unit.{unit}").replace("{n}", self.number(value, decimals))

    def _quantity(self, key: str) -> str:
        return re.escape(self.catalogue.text(key)).replace(r"\{n\}", _NUMBER)

    def _forms(self) -> list[str]:
        """Every form of every unit of time as a pattern, longest first, so that none hides behind a shorter one."""
        forms = {form for unit in _UNITS for form in self.catalogue.plurals[f"unit.{unit}"].values()}
        return [_form(form) for form in sorted(forms, key=len, reverse=True)]

    def _in_ten(self, tenths: int) -> str:
        if tenths <= _TEN_FEW:
            return self.catalogue.text("in_ten.few")
        if tenths >= _TEN_MOST:
            return self.catalogue.text("in_ten.most")
        return self.catalogue.text("in_ten.some").replace("{n}", str(tenths))

    def _place(self, place: PlaceName) -> str:
        local = place.in_script(self.catalogue.script)
        return f"{self.name(local)} / {self.name(place.name)}" if local else self.name(place.name)

    def _rivers(self) -> dict[str, str]:
        return {text: key[len("river.") :] for key, text in self.catalogue.entries.items() if key.startswith("river.")}

    def _parsed(self, text: str) -> float:
        found = re.search(_NUMBER, text)
        if found is None:
            raise InputError("message-unreadable", f"There is no number in {text!r}.", found=text)
        digits = found[0].strip(LRI + PDI)
        size = parse_decimal(digits.lstrip("\N{MINUS SIGN}"), self.catalogue.locale, numbering_system="latn")
        return -float(size) if digits.startswith("\N{MINUS SIGN}") else float(size)

    def _count(self, noun: str, text: str) -> int:
        return _number_of(self.catalogue.plurals[f"count.{noun}"], text, self)

    def _seconds(self, text: str) -> float:
        return sum(self._one_duration(hit[0]) for hit in re.finditer("|".join(self._forms()), text))

    def _one_duration(self, text: str) -> float:
        for unit, seconds in _UNITS.items():
            forms = self.catalogue.plurals[f"unit.{unit}"]
            if any(re.fullmatch(_form(form), text) for form in forms.values()):
                return _number_of(forms, text, self) * seconds
        raise InputError("message-unreadable", f"{text!r} is no duration.", found=text)

    def heard_number(self, text: str) -> int:
        return int(self._parsed(text))


_UNITS: Final = {"day": 86400, "h": 3600, "min": 60, "s": 1}
_ISOLATED: Final = f"{FSI}[^{FSI}{PDI}{LRI}]*{PDI}"
_NAME: Final = f"(?:{_ISOLATED}|[^{FSI}{PDI}{LRI}{_UNRULY}\n]+?)"
_ID: Final = r"[^\s;,.()\u2066-\u2069]+(?:\.[^\s;,.()\u2066-\u2069]+)*"
# A form without a number says it in words: Arabic has such forms of nought, one and two.
_IN_WORDS: Final = {"zero": 0, "one": 1, "two": 2}


def _number_of(forms: Mapping[str, str], text: str, voice: Voice) -> int:
    for category, form in forms.items():
        if "{n}" not in form and form == text:
            return _IN_WORDS[category]
    return voice.heard_number(text)


def _split(text: str, separator: str) -> list[str]:
    """The parts of a text between separators, but for a separator that is part of an isolated name."""
    return re.split(f"{re.escape(separator)}(?![^{FSI}{LRI}]*{PDI})", text)


def _form(form: str) -> str:
    return re.escape(form).replace(r"\{n\}", _NUMBER)


def _key(words: type[StrEnum]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", words.__name__).lower()


def _escaped(template: str, placeholder: Callable[[re.Match[str]], str]) -> str:
    """The template as a pattern: what stands between its placeholders taken letter by letter."""
    parts, at = [], 0
    for match in PLACEHOLDER.finditer(template):
        parts += [re.escape(template[at : match.start()]), placeholder(match)]
        at = match.end()
    return "".join([*parts, re.escape(template[at:])])


def _any_of(texts: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True)) + ")"


def _instant(text: str) -> Instant:
    day, time = re.findall(f"({_DAY}) ({_TIME})", text)[0]
    return Instant.of(datetime.fromisoformat(f"{day}T{time}".replace("Z", "+00:00")))


def position(where: Position) -> str:
    """`35.30000°N 40.20000°E`: to five places, some 1 m; the hemispheres leave no doubt about the order."""
    lat, lon = round(where.lat, 5), round(where.lon, 5)
    return f"{abs(lat):.5f}°{'NS'[lat < 0]} {abs(lon):.5f}°{'EW'[lon < 0]}"


def _position(text: str) -> Position:
    lat, lon = text.split(" ")
    return Position(float(lon[:-2]) * (-1 if lon[-1] == "W" else 1), float(lat[:-2]) * (-1 if lat[-1] == "S" else 1))
