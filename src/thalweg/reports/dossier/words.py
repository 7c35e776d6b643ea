"""A dossier's facts in one language, from a catalogue of its own beside that of the messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from thalweg.model.dossier import Fact, Value
from thalweg.model.errors import InputError
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.places.describe import describe
from thalweg.reports import phrases
from thalweg.reports.messages.catalogue import FSI, LRI, PDI, catalogue, catalogue_in
from thalweg.reports.messages.places import locality
from thalweg.reports.messages.speech import PLACEHOLDER, Voice

CATALOGUES: Final = Path(__file__).parent / "catalogues"
_NAMES: Final = frozenset(("of", "to", "party", "other", "by"))
_WORDS: Final = {"severity": "severity", "response": "answer", "grade": "grade", "other_grade": "grade"}
_RIGHT_TO_LEFT: Final = ("\u0590", "\u08ff")


class Words:
    """Says everything of a dossier in a language. `names` are those of the parties; `clean` makes what people wrote fit
    for where it is set."""

    def __init__(
        self,
        language: str,
        names: Mapping[str, str],
        clean: Callable[[str], str] = phrases.plain,
        folders: Sequence[Path] = (CATALOGUES,),
    ) -> None:
        """`folders` are those of catalogues, the first of which that has a key says it; then those of the messages."""
        self.language = language
        messages = catalogue(language)
        self._voice = Voice(messages)
        self._own = tuple(catalogue_in(folder, language) for folder in folders)
        self._names = names
        self._clean = clean
        self.right_to_left = messages.right_to_left
        self.reviewed = messages.reviewed and all(each.reviewed for each in self._own)

    def text(self, key: str, **values: Value) -> str:
        """A text by its key, with its values said as their names ask."""
        template = next(
            (each.entries[key] for each in (*self._own, self._voice.catalogue) if key in each.entries), None
        )
        if template is None:
            raise InputError("message-text-missing", f"The language {self.language} has no text for {key}.", key=key)
        return PLACEHOLDER.sub(lambda match: self._value(match[1], values), template)

    def fact(self, fact: Fact, family: str = "fact") -> str:
        """A fact as a sentence."""
        return self.text(f"{family}.{fact.key}", **fact.values)

    def name(self, text: str) -> str:
        """What a person wrote, isolated where it could turn round what stands beside it."""
        shown = self._clean(text)
        low, high = _RIGHT_TO_LEFT
        return f"{FSI}{shown}{PDI}" if self.right_to_left or any(low <= each <= high for each in shown) else shown

    def party(self, party: str) -> str:
        return self.name(self._names.get(party, party))

    def parties(self, named: Iterable[str], joined: str = "") -> str:
        """Several, as they are meant: this and that, this or that."""
        shown = [self.party(each) for each in named]
        if joined in ("and", "or"):
            return f" {self.text(f'joined.{joined}')} ".join(shown)
        return self.text("list.separator").join(shown)

    def instant(self, when: Instant) -> str:
        """In one piece: a time is not broken over two lines."""
        return self._voice.instant(when).replace(" ", "\N{NO-BREAK SPACE}")

    def isolated(self, text: str) -> str:
        """An id, a time, a coordinate: always left to right."""
        return f"{LRI}{text}{PDI}" if self.right_to_left else text

    def place(self, lon: float, lat: float) -> str:
        """The independent reference of a position."""
        return self._voice.say(locality(describe(lon, lat)))

    def distance(self, metres: float) -> str:
        return self._voice.catalogue.isolated(self._voice.distance(metres))

    def doubt(self, metres: float) -> str:
        """`±6 km`, in one piece; empty where none is stated."""
        if not metres:
            return ""
        said = f"±{self._voice.distance(metres)}".replace(" ", "\N{NO-BREAK SPACE}")
        return f"{FSI}{said}{PDI}" if self.right_to_left else said

    def duration(self, seconds: float) -> str:
        return self._voice.catalogue.isolated(self._voice.duration(seconds))

    def share(self, share: float) -> str:
        """In whole per cent."""
        return self.isolated(self.text("unit.percent", n=round(share * 100)))

    def number(self, number: int) -> str:
        return self._voice.number(number, 0)

    def _value(self, name: str, values: Mapping[str, Value]) -> str:
        match name:
            case "thing":
                return self._thing(str(values.get("kind", "")), str(values.get("title", "")))
            case "place":
                return self._away(values)
            case "time":
                gap = values["gap"]
                return self.text("gap.apart", gap=gap) if gap else self.text("gap.same")
            case _:
                value = values[name]
        if isinstance(value, Instant):
            return self.instant(value)
        if name in _NAMES:
            return self.party(str(value))
        if name in _WORDS:
            return self.text(f"{_WORDS[name]}.{value}")
        match name, value:
            case "away", int() | float():
                return self.distance(value)
            case "gap", int() | float():
                return self._voice.catalogue.isolated(self._voice.duration(value))
            case "differs", str():
                return self.text("list.separator").join(self.text(f"differs.{each}") for each in value.split(", "))
            case "names" | "other_names", str():
                joined = str(values.get("joined" if name == "names" else "other_joined", ""))
                return self.parties(value.split("\n"), joined)
            case _, int():
                return self.isolated(self.number(value))
            case _:
                return self.name(str(value))

    def _thing(self, kind: str, title: str) -> str:
        word = self.text(f"what.{kind}") if kind else self.text("thing.something")
        return self.text("thing.named", kind=word, title=title) if title else word

    def _away(self, values: Mapping[str, Value]) -> str:
        if not Level(str(values.get("level", "full"))).at_least(Level.FOOTPRINT):
            return self.text("away.cells")
        return self.text("away.apart", away=values["away"]) if values["away"] else self.text("away.overlap")
