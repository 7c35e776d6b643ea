"""New, replace, cancel (R9): only a notifier ends its own, and nothing else removes a declaration."""

from __future__ import annotations

from thalweg.desk.chains import Chains, resolve
from thalweg.model.declarations import Cancellation, Declaration, Kind, Volume
from thalweg.model.notes import Source
from thalweg.model.shapes import Point, Position


def notice(
    declaration_id: str = "a",
    *,
    party: str = "P",
    revision: int = 0,
    replaces: str = "",
    lon: float = 40.0,
    file: str = "x",
) -> Declaration:
    return Declaration(
        Kind.STATIC_SITE, party, volumes=(Volume(Point(Position(lon, 35.0))),), declaration_id=declaration_id,
        revision=revision, replaces=replaces, source=Source(file),
    )  # fmt: skip


def live(chains: Chains) -> list[tuple[str, str, int]]:
    return [(d.declaration_id, d.party, d.revision) for d in chains.live]


def codes(chains: Chains) -> list[str]:
    return [problem.code for problem in chains.problems]


def test_the_highest_revision_is_in_force() -> None:
    chains = resolve([notice(revision=2), notice(revision=1), notice(revision=0)], [])
    assert live(chains) == [("a", "P", 2)]
    assert [s.declaration.revision for s in chains.superseded] == [0, 1]
    assert codes(chains) == []


def test_the_same_version_twice_is_one_and_the_first_source_is_kept() -> None:
    chains = resolve([notice(file="z"), notice(file="b")], [])
    assert [d.source.file for d in chains.live] == ["b"]
    assert chains.superseded == ()


def test_two_versions_that_claim_one_revision_are_both_tested_and_a_problem() -> None:
    chains = resolve([notice(lon=40.0), notice(lon=41.0)], [])
    assert len(chains.live) == 2
    assert codes(chains) == ["version-conflict"]


def test_a_declaration_takes_over_the_chain_that_it_replaces() -> None:
    chains = resolve([notice("a"), notice("b", replaces="a")], [])
    assert live(chains) == [("b", "P", 0)]


def test_a_party_does_not_replace_what_another_declared() -> None:
    chains = resolve([notice("a"), notice("b", party="Q", replaces="a")], [])
    assert live(chains) == [("a", "P", 0), ("b", "Q", 0)]
    assert codes(chains) == ["replace-party"]


def test_declarations_that_replace_each_other_both_stay() -> None:
    chains = resolve([notice("a", replaces="c"), notice("b", replaces="a"), notice("c", replaces="b")], [])
    assert len(chains.live) == 3
    assert codes(chains) == ["replace-cycle"] * 3


def test_replacing_itself_is_nothing() -> None:
    chains = resolve([notice("a", replaces="a")], [])
    assert live(chains) == [("a", "P", 0)]
    assert codes(chains) == []


def test_a_replaced_chain_does_not_come_back_when_its_successor_is_cancelled() -> None:
    chains = resolve([notice("a"), notice("b", replaces="a")], [Cancellation("b", "P")])
    assert chains.live == ()


def test_a_notifier_ends_its_own_declaration_with_all_its_revisions() -> None:
    chains = resolve([notice(revision=0), notice(revision=1)], [Cancellation("a", "P")])
    assert chains.live == ()
    assert len(chains.superseded) == 2


def test_a_cancellation_by_another_party_is_ignored_and_a_problem() -> None:
    """R9; DESIGN.md D13: no protection ends by somebody else's word."""
    chains = resolve([notice()], [Cancellation("a", "Q", Source("q.csv", "row 3"))])
    assert live(chains) == [("a", "P", 0)]
    assert codes(chains) == ["cancel-party"]
    assert chains.problems[0].source == Source("q.csv", "row 3")


def test_a_cancellation_of_nothing_is_named_and_harmless() -> None:
    chains = resolve([], [Cancellation("a", "P")])
    assert [omission.harmless for omission in chains.omissions] == [True]


def test_one_id_used_by_two_parties_is_two_declarations_and_a_problem() -> None:
    chains = resolve([notice(), notice(party="Q", revision=9)], [])
    assert live(chains) == [("a", "P", 0), ("a", "Q", 9)]
    assert codes(chains) == ["chain-party"]


def test_a_later_cancellation_of_one_party_leaves_the_namesake_of_the_other() -> None:
    chains = resolve([notice(), notice(party="Q")], [Cancellation("a", "Q")])
    assert live(chains) == [("a", "P", 0)]
