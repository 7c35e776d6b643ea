"""What a replay is written in: set the time, let somebody say something, and see who was told what.

A failed expectation is `ReplayFailed`: a replay that does not go as it is written is no demonstration.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from thalweg import wiring
from thalweg.cli.replay.stage import Hand, ReplayFailed, Stage
from thalweg.model.cases import IncidentReported
from thalweg.model.events import SECRETARIAT, Acknowledged, Response, Said
from thalweg.model.instants import Instant
from thalweg.model.theatre import DEFAULT_CLOCKS
from thalweg.wiring.officer import pause

_HEARS_S: Final = 90.0  # a machine that is busy with something else is no failure
_QUIET: Final = frozenset(
    {"channel", "acknowledged", "rules", "watch", "delivered", "consent", "participation", "claim"}
)


@dataclass(frozen=True, slots=True)
class Beat:
    """Something that somebody said: when by the desk's clock, and which entry it is."""

    at: Instant
    who: str
    what: str
    index: int
    taken: bool


@dataclass(slots=True)
class Play:
    """A replay at work. `out` takes a line for people."""

    stage: Stage
    out: Callable[[str], None]
    beats: list[Beat] = field(default_factory=list)
    now: Instant = field(default_factory=lambda: Instant(0.0))
    incidents: dict[str, str] = field(default_factory=dict)  # reference -> title
    entered: list[str] = field(default_factory=list)  # SHA-256 of each source
    _left: dict[str, set[str]] = field(default_factory=dict)
    _told: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _all: list[dict[str, Any]] = field(default_factory=list)
    _count: int = 0  # of what everybody had been told when the clock was set

    @property
    def secretariat(self) -> Hand:
        return self.stage.hands[SECRETARIAT]

    def come_in(self, parties: Sequence[str]) -> None:
        """An officer of each party joins, with a key of their own."""
        links = {party: self.secretariat.ask("invite", party=party, role="watch") for party in parties}
        for party, link in links.items():
            came = self.stage.hands[party].ask("join", link=link, login=party.lower())
            self.stage.hands[party].author = came["author"]
            self.out(f"  {party:<12} joins as {came['author']}; its key is on its own machine")

    # --- time ---

    def at(self, text: str) -> None:
        """Everybody answers what they owe, but for what they leave; then the desk's clock is set."""
        self.answer_all()
        self.hear()
        self._count = len(self._all)
        self.now = Instant.of(datetime.fromisoformat(text))
        self.stage.set_clock(self.now)

    def answer_all(self) -> None:
        hands = [hand for name, hand in self.stage.hands.items() if hand.author]
        for hand in hands:
            hand.tell("answer", but=sorted(self._left.get(hand.name, ())))
        for hand in hands:
            hand.heard()

    # --- saying ---

    def say(self, party: str, said: Said, words: str, *, expect_mismatch: bool = False, ask_all: bool = True) -> Any:  # noqa: ANN401  # JSON
        """Have it said. `ask_all`: everybody is asked at once what they were told; else with what is said next."""
        answer = self.stage.hands[party].say(said)
        if not answer["taken"]:
            raise ReplayFailed(answer["code"], f"{party} {words}: refused, {answer['sentence']}")
        if bool(answer["differs"]) != expect_mismatch:
            raise ReplayFailed("replay-readback", f"{party} {words}: differs in {answer['differs']}.")
        more = f"; does not match: {', '.join(answer['differs'])}. The notice is open again" if expect_mismatch else ""
        self._line(party, f"{words}{more}", answer, last=ask_all)
        return answer

    def declares(self, party: str, file: Path, name: str, *, releases: Iterable[tuple[str, str]] = ()) -> Any:  # noqa: ANN401  # JSON
        came = self.stage.hands[party].ask("declare", file=str(file), id=name, releases=list(releases))
        first, answer = came["first"], came["answer"]
        if first is not None:
            shown = ", ".join(f"something of {each['of']} ({each['level']})" for each in first["shown"])
            self._line(
                party, f"declares {name}: refused, for it meets what it does not cite: {shown}", first, last=False
            )
        if not answer["taken"]:
            raise ReplayFailed(answer["code"], f"{party} declares {name}: refused, {answer['sentence']}")
        late = ", LATE" if answer["late"] else ""
        self._line(party, f"declares {name}{' citing it' if first else ''}: taken{late}", answer)
        return answer

    def reports(self, party: str, said: IncidentReported, words: str) -> str:
        """The reference that the desk gave it."""
        answer = self.say(party, said, words)
        (reference,) = {each["subject"] for each in answer["notices"] if each["statement"] == answer["statement"]}
        self.incidents[reference] = said.title
        return str(reference)

    def enters(self, party: str, file: Path, to: Sequence[str], words: str) -> str:
        """A source with the claims that were confirmed in it; its SHA-256."""
        came = self.stage.hands[party].ask("enter", file=str(file), to=list(to))
        self._line(party, f"enters {words}, with {came['claims']} claims confirmed in it", came["answer"])
        self.entered.append(came["source"])
        return str(came["source"])

    def _line(self, party: str, words: str, answer: dict[str, Any], *, last: bool = True) -> None:
        at = Instant.of(datetime.fromisoformat(answer["received"]))
        self.beats.append(Beat(at, party, words, answer["index"], answer["taken"]))
        self.out(f"{self._time(at)}  {party:<6} {words}")
        if last:
            self.hear()

    @staticmethod
    def _time(at: Instant) -> str:
        return at.as_datetime().strftime("%d %b %Y %H:%MZ")

    # --- hearing ---

    def hear(self) -> None:
        """Ask everybody what they were told, and print it."""
        hands = [hand for hand in self.stage.hands.values() if hand.author]
        for hand in hands:
            hand.tell("news")
        for hand in hands:
            for notice in hand.heard():
                self._told.setdefault(hand.name, []).append(notice)
                self._all.append(notice)
                if notice["what"] not in _QUIET:
                    self.out(f"                       → {hand.name:<11} {_short(notice)}")

    def newest(self, party: str, what: str, *, of: str = "") -> str:
        found = [each for each in self._told.get(party, ()) if each["what"] == what and of in ("", each["of"])]
        if not found:
            raise ReplayFailed("replay-untold", f"{party} was told no {what} of {of or 'anybody'}.")
        return str(found[-1]["id"])

    def has(self, party: str, what: str, *, of: str = "") -> bool:
        return any(each["what"] == what and of in ("", each["of"]) for each in self._told.get(party, ()))

    def unanswered(self, party: str, notice: str) -> None:
        """The party answers everything but this. The clock is set to each step of its escalation, and everybody hears
        of it; after the last, which reaches the secretariat, the party answers."""
        left = next(each for each in self._told[party] if each["id"] == notice)
        steps = DEFAULT_CLOCKS[left["severity"] or "information"]
        self._left.setdefault(party, set()).add(notice)
        self.out(f"{self._time(self.now)}  {party:<6} leaves {left['what']} {notice} unanswered")
        for passed_s in (steps[0], *(after - before for before, after in pairwise(steps))):
            self.at(str(Instant(self.now.epoch_s + passed_s + 60)))
            self._wait(
                lambda: any(each["what"] == "escalated" for each in self._all[self._count :]), "that it escalates"
            )
        self._left[party].discard(notice)
        self.say(party, Acknowledged(party, notice, Response.UNDERSTOOD), "answers it at last")

    def hears(self, party: str, what: str) -> None:
        """Wait until the party has been told that since the clock was set."""
        self._wait(lambda: any(each["what"] == what and each["to"] == party for each in self._all[self._count :]), what)

    def rings_again(self, party: str, what: str) -> None:
        """Wait until the party has been told that again."""
        self._wait(lambda: any(each["what"] == what and each["bell"] for each in self._told.get(party, ())), what)

    def _wait(self, there: Callable[[], bool], what: str) -> None:
        end_s = wiring.monotonic() + _HEARS_S
        while not there():
            if wiring.monotonic() > end_s:
                raise ReplayFailed("replay-untold", f"Nobody was told {what}.")
            pause(0.1)
            self.hear()


def _short(notice: dict[str, Any]) -> str:
    """A notice in one line."""
    what, of = notice["what"].replace("_", " "), notice["of"]
    about = (notice["words"] or {}).get("text", "") or notice["subject"]
    if _OPAQUE.fullmatch(about):
        about = about[:_BRIEF] + "…"
    level = f" ({notice['level']})" if notice["what"] in _LEVELLED and of != notice["to"] else ""
    step = f", asked {notice['bell'] + 1} times" if notice["bell"] else ""
    first = notice["findings"][0]["sentence"] if notice["findings"] else ""
    more = f" and {len(notice['findings']) - 1} more" if len(notice["findings"]) > 1 else ""
    talk = f"; talk to {', '.join(notice['talk_to'])}" if notice["talk_to"] else ""
    found = f": {first[:_LONG]}{'…' if len(first) > _LONG else ''}{more}" if first else ""
    return f"{what}{level} of {of or 'the desk'}{f', {about[:40]}' if about else ''}{step}{found}{talk}"


_OPAQUE: Final = re.compile(r"(x-)?[0-9a-f]{32,}")
_BRIEF: Final = 8
_LONG: Final = 110
_LEVELLED: Final = frozenset(
    {"declared", "replaced", "warning", "released", "lacking", "quiet_window", "line", "custody", "cancelled"}
)
