"""R9: which versions are in force is a function of the set of versions, and strangers end nothing."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.desk.chains import resolve
from thalweg.model.declarations import Cancellation, Declaration, Kind, Volume
from thalweg.model.notes import Source
from thalweg.model.shapes import Point, Position

IDS = st.sampled_from(["a", "b", "c", "d"])
PARTIES = st.sampled_from(["P", "Q"])


@st.composite
def notices(draw: st.DrawFn) -> Declaration:
    return Declaration(
        Kind.STATIC_SITE,
        draw(PARTIES),
        volumes=(Volume(Point(Position(draw(st.integers(0, 2)), 0.0))),),
        declaration_id=draw(IDS),
        revision=draw(st.integers(0, 2)),
        replaces=draw(st.one_of(st.just(""), IDS)),
        source=Source(draw(st.sampled_from("xyz"))),
    )


CANCELLATIONS = st.builds(Cancellation, IDS, PARTIES)


@settings(max_examples=300)
@given(st.lists(notices(), max_size=8), st.lists(CANCELLATIONS, max_size=3), st.randoms(use_true_random=False))
def test_the_order_and_the_number_of_copies_make_no_difference(
    declarations: list[Declaration], cancellations: list[Cancellation], order: Random
) -> None:
    shuffled, again = list(declarations) + declarations[:3], list(cancellations)
    order.shuffle(shuffled)
    order.shuffle(again)
    assert resolve(declarations, cancellations) == resolve(shuffled, again)


@settings(max_examples=300)
@given(st.lists(notices(), max_size=8), st.lists(CANCELLATIONS, max_size=3))
def test_every_version_is_either_in_force_or_superseded_and_once(
    declarations: list[Declaration], cancellations: list[Cancellation]
) -> None:
    chains = resolve(declarations, cancellations)
    versions = [d.version_id for d in chains.live] + [s.declaration.version_id for s in chains.superseded]
    assert sorted(versions) == sorted({d.version_id for d in declarations})


@settings(max_examples=300)
@given(st.lists(notices(), max_size=8), notices(), CANCELLATIONS)
def test_whatever_another_party_says_ends_nothing_of_mine(
    declarations: list[Declaration], said: Declaration, cancelled: Cancellation
) -> None:
    before = {d.version_id for d in resolve(declarations, []).live}
    after = {d.version_id for d in resolve([*declarations, said], [cancelled]).live}
    gone = [d for d in declarations if d.version_id in before - after]
    assert {d.party for d in gone} <= {said.party, cancelled.party}
    for declaration in gone:
        mine = (declaration.party, declaration.declaration_id)
        ended = {
            (cancelled.party, cancelled.declaration_id),
            (said.party, said.declaration_id),
            (said.party, said.replaces),
        }
        assert mine in ended
