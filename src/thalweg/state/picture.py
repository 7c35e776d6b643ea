"""What has been declared and is in force, as the log has it: chains, their newest versions, and the open findings.

This is the whole truth, which no party is shown: what a party may see is `thalweg.policy`'s to say.

A chain is known by its *key*, `party/declaration id` of the party that began it, so that two parties that happen to
use one id never touch each other's declarations, nor learn of them.
"""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum

from thalweg.engine.online import ends_at
from thalweg.model.declarations import Declaration, Kind, Segment, Volume, Zone
from thalweg.model.errors import EngineError
from thalweg.model.events import (
    Declared,
    LineProposed,
    Notice,
    QuietProposed,
    Released,
    Revalidated,
    Taken,
    Verification,
    Verified,
    Weighed,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.state.in_force import InForce
from thalweg.state.packed import passing
from thalweg.state.recorded import Recorded

_REMEMBERED = 20_000  # declarations kept decoded


class Standing(StrEnum):
    """Where a chain is in its life."""

    IN_FORCE = "in_force"
    CANCELLED = "cancelled"  # by its notifier
    REPLACED = "replaced"  # by another chain of its notifier
    ENDED = "ended"  # its time is over


@dataclass(slots=True)
class Chain:
    """All versions of one declaration; the facts here are those of the newest."""

    key: str
    declaration_id: str
    notifier: str  # who may replace and cancel it; changes hands by custody
    kind: Kind
    zone: Zone | None
    version: str
    revision: int
    index: int  # of the entry that declared this version
    event: str
    received: Instant
    late: bool
    valid_until: Instant | None
    starts: Instant | None
    standing: Standing = Standing.IN_FORCE
    consent: bool | None = None  # None: nobody has said
    organisation: str = ""  # whose consent it takes, where that is not the notifier
    hypothetical: bool = False
    reminded: bool = False  # that its validity runs out
    stale_told: bool = False  # that it has run out
    releases: dict[str, Level] = field(default_factory=dict)
    verification: tuple[Verification, str, str] = (Verification.UNVERIFIED, "", "")  # outcome, by, method
    versions: list[tuple[str, int]] = field(default_factory=list)  # version id, index
    crossings: int = 0  # of a line
    over_s: float = math.inf  # when its last window is over, with its uncertainty, in seconds since the epoch


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """Two versions that conflict, by the engine and the rules named in the log at `index`."""

    finding: str
    versions: tuple[str, str]
    rule: str
    certainty: str
    since: Instant
    index: int


class Picture:
    """The fold. `load` reads an entry again by its index: declarations are kept in the log, not here."""

    def __init__(self, load: Callable[[int], Recorded]) -> None:
        self._load = load
        self.chains: MutableMapping[str, Chain] = {}
        self.open: MutableMapping[str, OpenFinding] = {}
        self._of: MutableMapping[str, set[str]] = {}  # version -> open findings
        self._chain_of: MutableMapping[str, str] = {}  # version -> key
        self._held: dict[tuple[str, str], str] = {}  # (party, declaration id) -> key, where custody changed
        self._named: MutableMapping[bytes, str] = {}  # digest -> chain key, version or finding
        self._decoded: OrderedDict[int, Declaration] = OrderedDict()
        # notifier -> keys in force, oldest first
        self.by_party: dict[str, InForce] = {}

    # --- reading ---

    def key(self, party: str, declaration_id: str) -> str:
        """The key of a party's chain with this id, whether or not there is one yet."""
        return self._held.get((party, declaration_id), f"{party}/{declaration_id}")

    def handed(self) -> Iterable[tuple[tuple[str, str], str]]:
        """Party and declaration id of each chain that changed hands, under its new notifier, and its key."""
        return self._held.items()

    def chain_of(self, version: str) -> Chain | None:
        """The chain that a version belongs to."""
        key = self._chain_of.get(version)
        return None if key is None else self.chains[key]

    def where(self, version: str) -> int:
        """The entry in which a version was declared. `EngineError` if there is none."""
        chain = self.chain_of(version)
        for each, index in reversed(() if chain is None else chain.versions):  # it is nearly always the newest
            if each == version:
                return index
        raise EngineError("version-unknown", f"{version} was never declared.", version=version)

    def declaration(self, version: str) -> Declaration:
        """A version as it was declared. `EngineError` if there is none."""
        return self.declared_at(self.where(version))

    def declared_at(self, index: int) -> Declaration:
        """What an entry declares, or what the view of a notice shows. `EngineError` if it does neither."""
        known = self._decoded.get(index)
        if known is None:
            known = _declaration_in(self._load(index))
            self._remember(index, known)
        else:
            self._decoded.move_to_end(index)
        return known

    def in_force(self) -> Iterable[Chain]:
        """Every chain in force."""
        return (chain for chain in self.chains.values() if chain.standing is Standing.IN_FORCE)

    def passing(self) -> Iterable[Chain]:
        """The same, for whoever only looks at each of them and lets go of it (`packed.Table.passing`)."""
        return (chain for chain in passing(self.chains) if chain.standing is Standing.IN_FORCE)

    def findings_of(self, version: str) -> tuple[OpenFinding, ...]:
        """The open findings about a version, sorted by id."""
        return tuple(self.open[each] for each in sorted(self._of.get(version, ())))

    def named(self, digest: bytes) -> str:
        """The chain key, version or finding with this digest (`digest_of`); empty if there is none."""
        return self._named.get(digest, "")

    # --- folding ---

    def declared(self, said: Declared, record: Recorded, taken: Taken, weighed: Weighed) -> None:
        self._take(said.declaration, said.by, record, taken, weighed)
        chain = self.chains[self.key(said.by, said.declaration.declaration_id)]
        if said.consent:
            chain.consent = True
        chain.releases.update({each.to: each.level for each in said.releases})

    def quiet_in_force(self, said: QuietProposed, record: Recorded, taken: Taken, weighed: Weighed) -> None:
        """Both sides guarantee it: it is a zone like any other from now on."""
        self._take(said.window, said.by, record, taken, weighed)
        self.chains[self.key(said.by, said.window.declaration_id)].releases.update(
            {party: Level.FULL for party in said.to}
        )

    def line_in_force(self, said: LineProposed, record: Recorded, taken: Taken, weighed: Weighed) -> None:
        """All sides accept it."""
        self._take(said.line, said.by, record, taken, weighed)
        self.chains[self.key(said.by, said.line.declaration_id)].releases.update(
            {party: Level.FULL for party in said.to}
        )

    def met(self, version: str, weighed: Weighed, since: Instant, index: int) -> None:
        """The findings that a statement opened."""
        for each in weighed.opened:
            self._open(OpenFinding(each.finding, (version, each.other), each.rule, each.certainty, since, index))

    def compared_anew(self) -> None:
        """The rules changed: what is open under them follows."""
        self.open.clear()
        self._of.clear()

    def ended(self, key: str, standing: Standing) -> None:
        """A chain is over, and with it every open finding about it."""
        chain = self.chains[key]
        chain.standing = standing
        self._over(chain)
        for finding in tuple(self._of.get(chain.version, ())):
            self._close(finding)

    def revalidated(self, key: str, said: Revalidated) -> None:
        chain = self.chains[key]
        chain.valid_until, chain.reminded, chain.stale_told = said.valid_until, False, False

    def verified(self, key: str, said: Verified) -> None:
        self.chains[key].verification = (said.outcome, said.by, said.method)

    def consent(self, key: str, *, given: bool) -> None:
        self.chains[key].consent = given

    def released(self, key: str, said: Released) -> None:
        self.chains[key].releases.update({each.to: each.level for each in said.releases})

    def crossing(self, key: str) -> None:
        self.chains[key].crossings += 1

    def handed_over(self, key: str, to: str) -> None:
        """Custody: the chain goes on under another notifier."""
        chain = self.chains[key]
        self._over(chain)
        chain.notifier = to
        self._held[to, chain.declaration_id] = key
        self.by_party.setdefault(to, InForce())[key] = None

    def _take(self, declaration: Declaration, by: str, record: Recorded, taken: Taken, weighed: Weighed) -> None:
        version = declaration.version_id
        key = self.key(by, declaration.declaration_id)
        replaced = declaration.replaces and self.key(by, declaration.replaces)
        old = self.chains.get(replaced) if replaced and replaced != key else None
        if old is not None and old.notifier == by and old.standing is Standing.IN_FORCE:
            self.ended(old.key, Standing.REPLACED)
        known = self.chains.get(key)
        if known is None:
            known = self.chains[key] = Chain(
                key,
                declaration.declaration_id,
                by,
                declaration.kind,
                declaration.zone,
                version,
                declaration.revision,
                record.index,
                record.event,
                taken.received,
                taken.late,
                declaration.valid_until,
                None,
            )
            self._name(key)
        else:
            for finding in tuple(self._of.get(known.version, ())):
                self._close(finding)
            known.version, known.revision, known.index = version, declaration.revision, record.index
            known.kind, known.zone, known.event, known.received = (
                declaration.kind, declaration.zone, record.event, taken.received,
            )  # fmt: skip
            known.late = known.late or taken.late  # for ever (R7)
            known.valid_until, known.reminded, known.stale_told = declaration.valid_until, False, False
            known.verification = (Verification.UNVERIFIED, "", "")  # what was checked is what was said before (R11)
        known.standing = Standing.IN_FORCE
        known.hypothetical = declaration.hypothetical
        organisation = declaration.details.get("organisation", "")
        if organisation != known.organisation and known.consent:
            known.consent = None  # it was another's; that it was withdrawn holds until it is given
        known.organisation = organisation
        known.starts = _starts(declaration)
        known.over_s = ends_at(declaration, 0.0)
        known.versions.append((version, record.index))
        self._chain_of[version] = key
        self.by_party.setdefault(by, InForce())[key] = None
        self._name(version)
        self._remember(record.index, declaration)
        self.met(version, weighed, taken.received, record.index)

    def _over(self, chain: Chain) -> None:
        """Its notifier has it in force no longer."""
        self.by_party.get(chain.notifier, InForce()).pop(chain.key, None)

    def _open(self, finding: OpenFinding) -> None:
        self.open[finding.finding] = finding
        self._name(finding.finding)
        for version in finding.versions:
            self._of.setdefault(version, set()).add(finding.finding)

    def _close(self, finding: str) -> None:
        known = self.open.pop(finding, None)
        if known is not None:
            for version in known.versions:
                self._of[version].discard(finding)

    def _name(self, name: str) -> None:
        self._named[digest_of(name)] = name

    def _remember(self, index: int, declaration: Declaration) -> None:
        self._decoded[index] = declaration
        if len(self._decoded) > _REMEMBERED:
            self._decoded.popitem(last=False)


def digest_of(name: str) -> bytes:
    """Sixteen bytes that stand for a chain key, a version or a finding inside the desk."""
    return hashlib.sha256(name.encode()).digest()[:16]


def _starts(declaration: Declaration) -> Instant | None:
    parts: tuple[Volume | Segment, ...] = (*declaration.volumes, *declaration.segments)
    starts = [part.window.start for part in parts]
    known = [start for start in starts if start is not None]
    return min(known) if known and len(known) == len(starts) else None


def _declaration_in(record: Recorded) -> Declaration:
    body = record.body
    if isinstance(body, Declared):
        return body.declaration
    if isinstance(body, QuietProposed):
        return body.window
    if isinstance(body, LineProposed):
        return body.line
    if isinstance(body, Notice) and body.view is not None:
        return body.view
    raise EngineError("entry-kind", f"Entry {record.index} declares nothing.", index=record.index)
