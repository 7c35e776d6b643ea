"""The online face of a server: compared before it is taken in, and no step that takes long."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from thalweg.engine import Cancelled, Declared, Online, Tick, batch, live, preview
from thalweg.engine.links import Links
from thalweg.model.declarations import Cancellation, Declaration, Kind, Medium, Volume
from thalweg.model.errors import EngineError
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Position
from thalweg.model.theatre import Margin, Relation, Rule, Selector, Theatre

ANY = Theatre("any", (Rule("any", Selector(), Selector(), Relation.NOT_PERMITTED, Margin(300.0, 0.0, 0.0)),))
HOUR_S = 3600.0


def operation(number: int, *, lon: float | None = None, hours: float = 1.0, revision: int = 0) -> Declaration:
    """One of a row of discs along a road, each near the one before and the one after."""
    at = Position(40.0 + 0.005 * number if lon is None else lon, 35.33)
    window = Window(Instant(0.0), Instant(hours * HOUR_S))
    volume = Volume(Circle(at, 200.0), window, Band(0.0, 100.0, Datum.AGL))
    name = f"patrol {number}"
    chain = f"of-{number}"
    return Declaration(
        Kind.OPERATION, f"p{number}", name, (volume,), medium=Medium.AIR, declaration_id=chain, revision=revision
    )


def row(count: int) -> Online:
    online = Online(ANY)
    for number in range(count):
        online.feed(Declared(operation(number)))
    return online


def test_a_comparison_leaves_out_the_older_version_and_the_chain_that_is_taken_over() -> None:
    """R9: a correction does not conflict with what it corrects."""
    online = row(3)
    before = online.findings
    assert [len(online.compare(operation(k, revision=1)).findings) for k in range(3)] == [1, 2, 1]
    taken_over = replace(operation(1, revision=1), declaration_id="new", replaces="of-1")
    assert len(online.compare(taken_over).findings) == 2
    assert online.findings == before


def test_a_comparison_is_used_by_the_feed_that_follows_it_and_by_no_other() -> None:
    online = row(3)
    third = operation(3)
    trial = online.compare(third)
    assert online.feed(Declared(third), trial).opened == trial.findings
    assert online.findings == batch(online.live, ANY)
    fourth = operation(4)
    stale = online.compare(fourth)
    online.feed(Cancelled(Cancellation("of-3", "p3")))
    with pytest.raises(EngineError, match="Compare again") as refused:
        online.feed(Declared(fourth), stale)
    assert refused.value.code == "comparison-stale"
    with pytest.raises(EngineError, match="not what is declared") as refused:
        online.feed(Declared(operation(5)), online.compare(fourth))
    assert refused.value.code == "comparison-other"
    with pytest.raises(EngineError, match="Compare again"):
        row(3).feed(Declared(third), row(3).compare(third))
    assert online.findings == batch(online.live, ANY), "a refusal changes nothing"


def test_a_tick_makes_a_comparison_stale() -> None:
    """Its time may be over by now."""
    online = row(2)
    trial = online.compare(operation(2))
    online.feed(Tick(Instant(10 * HOUR_S)))
    with pytest.raises(EngineError, match="Compare again"):
        online.feed(Declared(operation(2)), trial)
    assert online.compare(operation(2)).findings == ()
    assert online.feed(Declared(operation(2)), online.compare(operation(2))).opened == ()
    assert online.live == ()


def test_what_would_not_be_taken_in_compares_with_nothing() -> None:
    online = row(3)
    online.feed(Declared(operation(1, revision=2)))
    for late in (operation(1), operation(1, revision=1), operation(1, revision=2)):
        assert online.compare(late).findings == ()
        assert online.feed(Declared(late), online.compare(late)).opened == ()
    assert online.feed(Declared(operation(1)), online.compare(operation(1))).over


def test_whoever_is_asked_for_a_declaration_must_give_that_one() -> None:
    """D5: a finding about another version would be a guess."""
    online = Online(ANY, declaration_of=lambda _: operation(7))
    online.feed(Declared(operation(0)))
    with pytest.raises(EngineError) as refused:
        _ = online.live
    assert refused.value.code == "declaration-other"


def test_a_finding_is_explained_without_asking_for_the_declaration_again() -> None:
    """What a finding says of either side is kept, and put away with the rest."""

    def never(version: str) -> Declaration:
        raise AssertionError(version)

    online = Online(ANY, declaration_of=never)
    plain = Online(ANY)
    for each in (online, plain):
        each.feed(Declared(operation(0)))
    again = Online.restore(online.snapshot(), ANY, declaration_of=never)
    expected = plain.feed(Declared(operation(1))).opened
    assert len(expected) == 1
    assert online.feed(Declared(operation(1))).opened == expected
    assert again.feed(Declared(operation(1))).opened == expected


def test_the_room_of_what_has_ended_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that runs for a year does not keep the year."""
    monkeypatch.setattr(live, "_SHELF", 64)
    monkeypatch.setattr(live, "_TAIL", 8)
    online = Online(ANY)
    kept = [online.feed(Declared(operation(k))) for k in range(20)]
    assert sum(len(change.opened) for change in kept) == 19
    for number in range(20, 2000):
        online.feed(Declared(operation(number)))
        if number >= 60:
            online.feed(Cancelled(Cancellation(f"of-{number - 40}", f"p{number - 40}")))
    assert len(online.versions) == 60
    assert online.findings == batch(online.live, ANY)
    assert online._live is not None
    assert online._live.parts < 64 * 6


def test_a_declaration_in_the_middle_of_an_emptied_shelf_is_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_SHELF", 16)
    monkeypatch.setattr(live, "_MOVED", 1)
    online = row(32)
    for number in range(32):
        if number % 4:
            online.feed(Cancelled(Cancellation(f"of-{number}", f"p{number}")))
    for number in range(40, 60):
        online.feed(Declared(operation(number)))
        for old in range(0, 32, 4):
            found = online.compare(operation(99, lon=40.0 + 0.005 * old)).findings
            assert [operation(old).version_id in each.versions for each in found] == [True], (number, old)


def test_shelves_that_were_taken_back_are_emptied_like_any_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was moved off one and has ended since is not looked for on it again."""
    monkeypatch.setattr(live, "_SHELF", 16)
    monkeypatch.setattr(live, "_MOVED", 1)
    online, said = kept(48)
    again = Online.restore(online.snapshot(), ANY, declaration_of=said.__getitem__)
    for number in range(48):
        if number % 4:
            again.feed(Cancelled(Cancellation(f"of-{number}", f"p{number}")))
    for number in range(60, 100):  # everything that is left is moved
        said[operation(number).version_id] = operation(number)
        again.feed(Declared(operation(number)))
    assert again._live is not None
    assert again._live.parts < 90
    assert again.findings == batch(again.live, ANY)
    for old in range(0, 48, 4):
        found = again.compare(operation(199, lon=40.0 + 0.005 * old)).findings
        assert [operation(old).version_id in each.versions for each in found] == [True], old
    for old in range(0, 48, 4):
        again.feed(Cancelled(Cancellation(f"of-{old}", f"p{old}")))
        assert again.compare(operation(199, lon=40.0 + 0.005 * old)).findings == (), old
        again.feed(Cancelled(Cancellation(f"of-{old}", f"p{old}")))  # a second time is nothing
    assert len(again.versions) == 40


def test_links_to_what_has_ended_are_cleared_away() -> None:
    """A site that a thousand patrols pass keeps no thousand links."""
    living = {0}
    links = Links(living)
    for number in range(1, 5000):
        living.add(number)
        links.add(0, number, 1)
        living.discard(number - 9)
        living.add(0)
    assert sorted(links.of(0)) == [(number, 1) for number in range(4991, 5000)]
    assert len(links._of[0]) < 200


def test_links_come_back_as_they_were() -> None:
    living = set(range(6))
    links = Links(living)
    a, b, rule = (np.array(each, np.int64) for each in ([0, 1, 2], [1, 2, 5], [1, 0, 3]))
    links.load(a, b, rule, 6)
    links.add(0, 5, 2)
    assert {k: sorted(links.of(k)) for k in living} == {
        0: [(1, 1), (5, 2)],
        1: [(0, 1), (2, 0)],
        2: [(1, 0), (5, 3)],
        3: [],
        4: [],
        5: [(0, 2), (2, 3)],
    }
    living.discard(1)
    links.forget(1)
    assert sorted(zip(*(each.tolist() for each in links.pairs()), strict=True)) == [(0, 5, 2), (2, 5, 3)]


def kept(count: int) -> tuple[Online, dict[str, Declaration]]:
    said = {each.version_id: each for each in map(operation, range(count))}
    online = Online(ANY, declaration_of=said.__getitem__)
    for each in said.values():
        online.feed(Declared(each))
    return online, said


def test_a_snapshot_remembers_what_is_over_what_time_it_is_and_every_finding() -> None:
    """R9: a late copy must not revive after a restart what its notifier ended before it."""
    online, said = kept(5)
    online.feed(Cancelled(Cancellation("of-0", "p0")))
    online.feed(Tick(Instant(100.0)))
    again = Online.restore(online.snapshot(), ANY, declaration_of=said.__getitem__)
    assert set(again.versions) == set(online.versions)
    assert again.findings == online.findings
    assert again.feed(Declared(operation(0))).over
    with pytest.raises(EngineError, match="later already"):
        again.feed(Tick(Instant(50.0)))
    cancelled = again.feed(Cancelled(Cancellation("of-2", "p2")))
    assert len(cancelled.closed) == 2
    assert cancelled == online.feed(Cancelled(Cancellation("of-2", "p2")))
    assert len(again.feed(Tick(Instant(2 * HOUR_S))).closed) == 1
    assert again.versions == ()
    assert Online.restore(again.snapshot(), ANY, declaration_of=said.__getitem__).versions == ()


def test_an_engine_that_was_told_nothing_yet_has_a_snapshot_too() -> None:
    again = Online.restore(Online(ANY).snapshot(), ANY, declaration_of=lambda _: operation(0))
    assert len(again.feed(Declared(operation(0))).opened) == 0
    assert len(again.feed(Declared(operation(1))).opened) == 1


@pytest.mark.parametrize("at", [0, 10, 30, 200, -40, -1])
def test_a_snapshot_that_was_touched_is_refused(at: int) -> None:
    online, said = kept(3)
    data = bytearray(online.snapshot())
    data[at] ^= 1
    with pytest.raises(EngineError) as refused:
        Online.restore(bytes(data), ANY, declaration_of=said.__getitem__)
    assert refused.value.code in ("snapshot-damaged", "snapshot-version")
    with pytest.raises(EngineError):
        Online.restore(bytes(data[: len(data) // 2]), ANY, declaration_of=said.__getitem__)
    with pytest.raises(EngineError):
        Online.restore(b"", ANY, declaration_of=said.__getitem__)


def test_a_snapshot_under_other_rules_or_of_another_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """D6: findings are those of one rule set and one engine."""
    online, said = kept(3)
    data = online.snapshot()
    wider = replace(ANY, rules=(replace(ANY.rules[0], margin=Margin(301.0, 0.0, 0.0)),))
    with pytest.raises(EngineError, match="another set of rules") as refused:
        Online.restore(data, wider, declaration_of=said.__getitem__)
    assert refused.value.code == "snapshot-theatre"
    monkeypatch.setattr("thalweg.engine.online.__version__", "9.9")
    with pytest.raises(EngineError, match="another version of the engine") as refused:
        Online.restore(data, ANY, declaration_of=said.__getitem__)
    assert refused.value.code == "snapshot-version"


def test_what_is_loaded_must_fit_together() -> None:
    online = row(3)
    with pytest.raises(EngineError) as refused:
        Online(ANY).load(online.live[:2], online.findings)
    assert refused.value.code == "load-finding"
    with pytest.raises(EngineError) as refused:
        online.load([operation(1)], [])
    assert refused.value.code == "load-twice"


def test_what_was_loaded_as_over_stays_over() -> None:
    online = Online(ANY)
    online.load([operation(1)], [], over=[operation(0).version_id])
    assert online.feed(Declared(operation(0))).over
    assert len(online.feed(Declared(operation(2))).opened) == 1


def test_a_preview_leaves_out_no_other_partys_declaration_that_happens_to_have_its_id() -> None:
    """D5: a finding left out reads as none."""
    own = operation(1)
    other = replace(operation(2), declaration_id="of-1")
    third = replace(operation(0), declaration_id="of-1")
    findings, _ = preview(own, [other, third], ANY)
    assert len(findings) == 2
    findings, _ = preview(own, [other, third, operation(1, revision=1)], ANY)
    assert len(findings) == 2
