"""After each event the open findings are those of `batch` over what is live (D6), whatever the history.

What is live is worked out here again from the words of the definition, not asked of the engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.twin import strategies as twin
from tests.twin.brute import hard
from thalweg.engine import Cancelled, Declared, Event, Online, Tick, batch, live
from thalweg.model.declarations import Cancellation, Declaration, Kind
from thalweg.model.instants import Instant
from thalweg.model.theatre import Theatre

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@dataclass
class Ledger:
    """The live declarations by chain, the plain way."""

    theatre: Theatre
    now_s: float = -math.inf
    chains: dict[tuple[str, str], Declaration] = field(default_factory=dict)  # by party and id

    def take(self, event: Event) -> None:
        match event:
            case Declared():
                new = event.declaration
                old = self.chains.get((new.party, new.declaration_id))
                if old is not None and old.version_id == new.version_id:
                    return
                if old is None or old.revision <= new.revision:
                    self.chains.pop((new.party, new.replaces), None)
                    self.chains[new.party, new.declaration_id] = new
            case Cancelled():
                self.chains.pop((event.cancellation.party, event.cancellation.declaration_id), None)
            case Tick():
                self.now_s = event.now.epoch_s
        self.chains = {k: d for k, d in self.chains.items() if self.ends_s(d) > self.now_s}

    def ends_s(self, d: Declaration) -> float:
        if d.kind in (Kind.STATIC_SITE, Kind.LINE):
            return math.inf
        widest_s = max(rule.margin.time_s for rule in self.theatre.rules)
        return max(v.window.end_s + hard(v.uncertainty).time_s for v in d.volumes) + widest_s


@st.composite
def histories(draw: st.DrawFn) -> tuple[Theatre, list[Event]]:
    scene = draw(twin.scenes())
    chains: list[list[Declaration]] = []
    events: list[Event] = []
    now_s = twin.FIRST_S - 3600.0
    for k in range(draw(st.integers(2, 10))):
        what = draw(st.sampled_from(("new", "new", "line", "new revision", "takes over", "cancel", "tick", "again")))
        if what in ("new", "line", "takes over") or not chains:
            d = draw(twin.lines(scene) if what == "line" else twin.declarations(scene))
            replaced = draw(st.sampled_from(chains))[-1] if what == "takes over" and chains else None
            chains.append(
                [
                    replace(
                        d,
                        title=f"d{k}",
                        declaration_id=f"chain-{k}",
                        replaces=replaced.declaration_id if replaced else "",
                    )
                ]
            )
            events.append(Declared(chains[-1][0]))
        elif what == "new revision":
            chain = draw(st.sampled_from(chains))
            before = chain[-1]
            d = draw(twin.lines(scene) if before.kind is Kind.LINE else twin.declarations(scene))
            chain.append(replace(d, title=f"d{k}", declaration_id=before.declaration_id, revision=before.revision + 1))
            events.append(Declared(chain[-1]))
        elif what == "cancel":
            d = draw(st.sampled_from(chains))[-1]
            events.append(Cancelled(Cancellation(d.declaration_id, d.party)))
        elif what == "again":
            events.append(Declared(draw(st.sampled_from(chains))[-1]))
        else:
            now_s += 600.0 * draw(st.integers(0, 12))
            events.append(Tick(Instant(now_s)))
    return draw(twin.theatres(scene)), events


def check(
    history: tuple[Theatre, list[Event]], *, asks: bool, compares: bool, restarts: frozenset[int] = frozenset()
) -> None:
    theatre, events = history
    said = {event.declaration.version_id: event.declaration for event in events if isinstance(event, Declared)}
    online, ledger = Online(theatre, declaration_of=said.__getitem__ if asks else None), Ledger(theatre)
    known: dict[str, object] = {}
    seen: set[str] = set()
    for number, event in enumerate(events):
        if number in restarts:
            online = restarted(online, theatre, said, asks=asks, now_s=ledger.now_s)
        trial = None
        if isinstance(event, Declared):
            version = event.declaration.version_id
            if version in seen and version not in {d.version_id for d in ledger.chains.values()}:
                continue  # whether a copy of what has ended comes to life again is not what this is about
            seen.add(version)
            if compares:
                before = online.findings, online.versions
                trial = online.compare(event.declaration)
                assert online.compare(event.declaration) == trial
                assert (online.findings, online.versions) == before, "to compare changes nothing"
        change = online.feed(event, trial)
        if trial:
            assert change.opened == trial.findings
        ledger.take(event)
        assert {d.version_id for d in online.live} == {d.version_id for d in ledger.chains.values()}
        expected = batch(ledger.chains.values(), theatre)
        assert online.findings == expected
        # What it says has changed is what has changed.
        for closed in change.closed:
            del known[closed]
        known |= {f.id: f for f in change.opened}
        assert known == {f.id: f for f in expected}


def restarted(online: Online, theatre: Theatre, said: dict[str, Declaration], *, asks: bool, now_s: float) -> Online:
    if asks:
        kept = online.snapshot()
        again = Online.restore(kept, theatre, declaration_of=said.__getitem__)
        assert Online.restore(again.snapshot(), theatre, declaration_of=said.__getitem__).snapshot() == again.snapshot()
        return again
    again = Online(theatre)
    again.load(online.live, online.findings)
    if math.isfinite(now_s):
        again.feed(Tick(Instant(now_s)))  # declarations and findings do not say what time it is
    return again


@settings(SLOW, max_examples=60)
@given(histories(), st.booleans(), st.frozensets(st.integers(1, 9), min_size=1), st.integers(1, 6))
def test_a_restart_between_any_two_events_changes_nothing(
    history: tuple[Theatre, list[Event]], asks: bool, restarts: frozenset[int], shelf: int
) -> None:
    """By a snapshot, or by declarations and findings that are known already."""
    with patch.multiple(live, _SHELF=shelf):
        check(history, asks=asks, compares=True, restarts=restarts)


@settings(SLOW, max_examples=60)
@given(histories(), st.booleans(), st.booleans())
def test_after_every_event_the_open_findings_are_those_of_batch(
    history: tuple[Theatre, list[Event]], asks: bool, compares: bool
) -> None:
    check(history, asks=asks, compares=compares)


@settings(SLOW, max_examples=60)
@given(histories(), st.integers(1, 6), st.integers(1, 3), st.integers(1, 2))
def test_however_small_the_shelves_are(history: tuple[Theatre, list[Event]], shelf: int, tail: int, moved: int) -> None:
    """Shelves are sealed, emptied and dropped within a few events."""
    with patch.multiple(live, _SHELF=shelf, _TAIL=tail, _MOVED=moved):
        check(history, asks=False, compares=True)
