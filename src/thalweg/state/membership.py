"""Who takes part, who may speak for whom, who is on watch, and which rules hold (R16, R22, R48, R50)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from thalweg.formats.theatre import default_theatre, read_theatre
from thalweg.model.events import (
    SECRETARIAT,
    Participation,
    ParticipationStated,
    PartyNamed,
    Role,
    TheatreSet,
    WatchEnded,
    WatchTaken,
)
from thalweg.model.instants import Instant
from thalweg.model.theatre import Party, Theatre
from thalweg.state.recorded import KeyFact, Recorded


@dataclass(slots=True)
class PartyRecord:
    """A party, and since when it takes part as each side states it (by whom -> what)."""

    party: str
    name: str
    member_of: str = ""
    state: bool = False
    contact: str = ""
    stated: dict[str, tuple[Participation, Instant]] = field(default_factory=dict)

    @property
    def taking_part(self) -> bool:
        """By its own word; a party that has said nothing of itself takes part since it was entered."""
        own = self.stated.get(self.party)
        return own is None or own[0] is Participation.JOINED


@dataclass(frozen=True, slots=True)
class OnWatch:
    officer: str
    order: int
    since: Instant


@dataclass(frozen=True, slots=True)
class WatchSaid:
    """An officer took the watch, or ended it: who, when, where it stands in the log, and the words."""

    officer: str
    taken: bool
    at: Instant
    index: int
    words: str


class Membership:
    """The fold. Grants come from the key history, all else from what officers say."""

    def __init__(self) -> None:
        self.parties: dict[str, PartyRecord] = {}
        self.theatre: Theatre = default_theatre()
        self.theatre_text = ""
        self._roles: dict[str, set[tuple[str, str]]] = {}
        self._watches: dict[str, dict[str, OnWatch]] = {}
        self._handed: dict[str, list[WatchSaid]] = {}  # party -> its watches taken and ended, oldest first
        self._base: Theatre = self.theatre
        self._theatres: list[tuple[int, Theatre]] = []  # from which entry on, which

    def grant(self, fact: KeyFact) -> None:
        """A role given or ended."""
        author, role, scope = (str(fact.fields[name]) for name in ("author", "role", "scope"))
        held = self._roles.setdefault(author, set())
        if fact.kind == "grant/1":
            held.add((role, scope))
        else:
            held.discard((role, scope))
            self._watches.get(scope, {}).pop(author, None)

    def theatre_at(self, index: int) -> Theatre:
        """The rules that were in force when the entry at `index` was taken; its parties are those of now."""
        held = [theatre for start, theatre in self._theatres if start <= index]
        return held[-1] if held else default_theatre()

    def theatre_set(self, said: TheatreSet, index: int) -> None:
        """Raises `RulesError` if the text is no theatre; the desk has tried that before it took the statement."""
        self.theatre_text = said.text
        self._base = self.reading(said)
        self._theatres.append((index, self._base))
        self._with_parties()

    @staticmethod
    def reading(said: TheatreSet) -> Theatre:
        """The theatre of the text. Raises `RulesError` or `InputError` if it is none."""
        return read_theatre(said.text.encode(), said.name)

    def party_named(self, said: PartyNamed) -> bool:
        """Whether the party now belongs to another than before, so that other rules may hold between it and others."""
        known = self.parties.get(said.party)
        self.parties[said.party] = PartyRecord(
            said.party, said.name, said.member_of, said.state, said.contact, known.stated if known else {}
        )
        self._with_parties()
        return said.member_of != (known.member_of if known else "")

    def participation(self, said: ParticipationStated) -> None:
        self.parties[said.party].stated[said.by] = (said.status, said.since)

    def watch_taken(self, said: WatchTaken, record: Recorded) -> None:
        self._watches.setdefault(said.by, {})[record.author] = OnWatch(record.author, said.order, record.said_at)
        watch = WatchSaid(record.author, taken=True, at=record.said_at, index=record.index, words=said.words)
        self._handed.setdefault(said.by, []).append(watch)

    def watch_ended(self, said: WatchEnded, record: Recorded) -> None:
        self._watches.get(said.by, {}).pop(record.author, None)
        watch = WatchSaid(record.author, taken=False, at=record.said_at, index=record.index, words=said.words)
        self._handed.setdefault(said.by, []).append(watch)

    def holds(self, officer: str, role: Role, scope: str) -> bool:
        """Whether the officer has that role now."""
        return (role.value, scope) in self._roles.get(officer, ())

    def speaks_for(self, officer: str, party: str) -> bool:
        """Whether the officer may make statements of that party; any officer on its rolls may (R16)."""
        if party == SECRETARIAT:
            return self.holds(officer, Role.SECRETARIAT, "")
        return self.holds(officer, Role.WATCH, party) or self.holds(officer, Role.ADMIN, party)

    def speakers(self, party: str) -> frozenset[str]:
        """The officers on the rolls of a party."""
        return frozenset(officer for officer in self._roles if self.speaks_for(officer, party))

    def roles(self, officer: str) -> frozenset[tuple[str, str]]:
        """Roles and their scopes."""
        return frozenset(self._roles.get(officer, ()))

    def on_watch(self, party: str) -> tuple[OnWatch, ...]:
        """Who is on watch for a party, in the order in which they are asked."""
        return tuple(sorted(self._watches.get(party, {}).values(), key=lambda each: (each.order, each.officer)))

    def watches(self, party: str) -> tuple[WatchSaid, ...]:
        """Every watch of the party that was taken or ended, oldest first."""
        return tuple(self._handed.get(party, ()))

    def name(self, party: str) -> str:
        """The name of a party, or its id where it has none."""
        record = self.parties.get(party)
        return record.name if record else party

    def _with_parties(self) -> None:
        """The theatre with the parties of the log: who belongs to whom decides which rules hold between two."""
        from_log = {
            record.party: Party(record.party, record.name, record.member_of) for record in self.parties.values()
        }
        kept = tuple(party for party in self._base.parties if party.id not in from_log)
        self.theatre = replace(self._base, parties=(*kept, *from_log.values()))
