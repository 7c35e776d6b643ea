"""Receipts, bundles and forks: what verifies, and that nothing else does (R39)."""

from __future__ import annotations

import dataclasses
import datetime
import json
import socket
from collections.abc import Callable

import pytest
from typing_extensions import override

from tests.ledger_world import NOVEMBER_2017, ORIGIN, Author, World, seed
from thalweg.ledger import canonical, identity
from thalweg.ledger.checkpoint import HeadSigner, SignedCheckpoint
from thalweg.ledger.entry import AuthorSigner, Commitment
from thalweg.ledger.errors import Inconsistent, LedgerError, Malformed, Refused
from thalweg.ledger.fork import Fork, compare, verify_fork
from thalweg.ledger.note import COSIGNATURE, NoteKey
from thalweg.ledger.receipt import Bundle, DisclosedPayload, Policy, ProvenEntry, Receipt, TlogProof
from thalweg.ledger.sequencer import Sequencer, prepare
from thalweg.ledger.tree import Head
from thalweg.ledger.verify import Gap, Trust, verify_bundle, verify_checkpoint, verify_receipt
from thalweg.stores.memory import MemoryStore


def made() -> tuple[World, bytes, Trust]:
    """A log of 20 entries, a cosigned receipt of entry 7 that cites an earlier head, and what to trust."""
    world = World()
    world.fill(3)
    world.authors["blue"].seen = world.head().head
    world.log.append(world.authors["blue"].say())
    world.grow_to(20)
    world.cosigned()
    return world, world.log.receipt(7).encode(), world.trust(quorum=1, genesis=True)


def test_a_receipt_says_who_what_index_and_by_when() -> None:
    _, data, trust = made()
    verdict = verify_receipt(data, trust)
    assert (verdict.index, verdict.size, verdict.before) == (7, 20, NOVEMBER_2017)
    assert verdict.sentence() == (
        "Entry 7 was in the log before 2017-11-06T20:26:40Z as witnessed by example.org/blue/witness, "
        "signed by blue; its author had seen the log at 7 entries; verified offline."
    )


def test_every_single_byte_mutation_of_a_receipt_is_refused() -> None:
    _, data, trust = made()
    survivors = []
    for place in range(len(data)):
        for flip in (0x01,) if place % 4 else (0x01, 0x20, 0x80):
            mutated = data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :]
            try:
                verify_receipt(mutated, trust)
            except LedgerError:
                continue
            survivors.append((place, flip, data[max(0, place - 20) : place + 5]))
    assert survivors == []


@pytest.mark.parametrize("change", ["drop", "double", "insert"])
def test_every_single_byte_dropped_doubled_or_inserted_is_refused(change: str) -> None:
    _, data, trust = made()
    for place in range(0, len(data), 3):
        middle = {"drop": b"", "double": data[place : place + 1] * 2, "insert": b"A" + data[place : place + 1]}
        mutated = data[:place] + middle[change] + data[place + 1 :]
        if mutated != data:
            with pytest.raises(LedgerError):
                verify_receipt(mutated, trust)


@pytest.mark.storm
def test_every_value_of_every_byte_of_a_receipt_is_refused() -> None:
    _, data, trust = made()
    for place in range(len(data)):
        for flip in range(1, 256):
            with pytest.raises(LedgerError):
                verify_receipt(data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :], trust)


def test_it_verifies_with_the_network_off_and_the_clock_twenty_years_on(monkeypatch: pytest.MonkeyPatch) -> None:
    _, data, trust = made()

    def no_network(*args: object, **kwargs: object) -> None:
        raise AssertionError("a verifier opened a socket")

    class Later(datetime.datetime):
        @classmethod
        @override
        def now(cls, tz: datetime.tzinfo | None = None) -> Later:
            return cls(2046, 1, 1, tzinfo=tz)

    monkeypatch.setattr(socket, "socket", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(datetime, "datetime", Later)
    monkeypatch.setattr("time.time", lambda: 2_400_000_000.0)
    assert verify_receipt(data, trust).before == NOVEMBER_2017


def test_one_witness_that_lies_cannot_backdate_what_two_must_vouch_for() -> None:
    world, _, trust = made()
    names = ("example.org/blue/witness", "example.org/red/witness", "example.org/green/witness")
    keys = [world.witness, *(NoteKey(name, seed(name)) for name in names[1:])]
    world.cosigned(NOVEMBER_2017 + 9, keys[1])
    world.log.append(
        *(
            world.registrar.say(identity.WITNESS_ADD, identity.witness_add_body("red", key.verifier(COSIGNATURE)))
            for key in keys[1:]
        )
    )
    stated = {names[0]: NOVEMBER_2017 - 86_400, names[1]: NOVEMBER_2017 + 9, names[2]: NOVEMBER_2017 + 30}
    for key in keys:
        world.cosigned(stated[key.name], key)
    data = world.log.receipt(7).encode()
    all_three = dataclasses.replace(trust, witnesses=tuple(key.verifier(COSIGNATURE) for key in keys))

    def bound(quorum: int, *required: str) -> tuple[int, tuple[str, ...]]:
        found = verify_receipt(data, dataclasses.replace(all_three, quorum=quorum, required=required)).bound
        assert found is not None
        return found.second, found.names

    assert bound(1) == (stated[names[0]], names[:1])
    assert bound(2) == (stated[names[1]], names[:2])
    assert bound(3) == (stated[names[2]], names)
    assert bound(1, names[2]) == (stated[names[2]], names)
    by_two = verify_receipt(data, dataclasses.replace(all_three, quorum=2))
    assert "witnessed by example.org/blue/witness, example.org/red/witness, signed" in by_two.sentence()


def test_a_revocation_signed_under_a_later_log_key_counts_for_who_trusts_the_genesis() -> None:
    world, data, trust = made()
    new = NoteKey(ORIGIN, seed("log key 2"))
    rotation = world.registrar.say(identity.LOG_KEY, identity.log_key_body(new.verifier()))
    last = world.log.last_signed
    world.log.close()
    world.log = Sequencer(world.store, HeadSigner(ORIGIN, [world.log_key, new], last))
    world.log.append(rotation)
    last = world.log.last_signed
    world.log.close()
    world.log = Sequencer(world.store, HeadSigner(ORIGIN, [new], last))
    key = world.authors["blue"].signer.key.key_id
    (index,) = world.log.append(
        world.registrar.say(identity.KEY_REVOKE, identity.key_revoke_body("blue", key, "stolen", 5))
    )
    beside = world.log.receipt(index)
    assert verify_receipt(data, trust, [beside]).suspect
    assert not verify_receipt(data, trust).suspect
    with pytest.raises(Refused):
        verify_receipt(data, dataclasses.replace(trust, genesis=None), [beside])
    stranger = HeadSigner(ORIGIN, [NoteKey(ORIGIN, seed("stranger"))], None).sign(world.head().head, [])
    forged = dataclasses.replace(beside, proof=dataclasses.replace(beside.proof, checkpoint=stranger))
    with pytest.raises(Refused) as caught:
        verify_receipt(data, trust, [forged])
    assert caught.value.code == "checkpoint.unsigned"


def test_it_needs_the_right_log_key_origin_genesis_and_quorum() -> None:
    world, data, trust = made()
    stranger = NoteKey(ORIGIN, seed("stranger")).verifier()
    elsewhere = NoteKey("example.org/other", seed("log key")).verifier()
    red = NoteKey("example.org/red/witness", seed("red")).verifier(COSIGNATURE)
    for bad in (
        dataclasses.replace(trust, log_keys=(stranger,), genesis=None),
        dataclasses.replace(trust, origin="example.org/other", log_keys=(elsewhere,)),
        dataclasses.replace(trust, genesis=bytes(32)),
        dataclasses.replace(trust, witnesses=(red,)),
        dataclasses.replace(trust, required=("example.org/red/witness",)),
        dataclasses.replace(trust, witnesses=(*trust.witnesses, red), quorum=2),
    ):
        with pytest.raises(Refused):
            verify_receipt(data, bad)
    with pytest.raises(Refused):
        Trust(ORIGIN, ())
    with pytest.raises(Refused):
        dataclasses.replace(trust, quorum=3)
    assert verify_receipt(data, world.trust()).before == NOVEMBER_2017


def test_a_genesis_that_is_trusted_vouches_for_the_log_key_and_for_a_later_one() -> None:
    world, _, _ = made()
    new = NoteKey(ORIGIN, seed("log key 2"))
    rotation = world.registrar.say(identity.LOG_KEY, identity.log_key_body(new.verifier()))
    last = world.log.last_signed
    world.log.close()
    with pytest.raises(Refused) as caught:
        Sequencer(world.store, HeadSigner(ORIGIN, [new], last))
    assert caught.value.code == "signer.key"
    world.log = Sequencer(world.store, HeadSigner(ORIGIN, [world.log_key, new], last))
    outcomes = world.log.submit([prepare(rotation), prepare(world.authors["blue"].say())])
    assert isinstance(outcomes[1], Refused)
    assert outcomes[1].code == "admit.again"
    world.log.close()
    with pytest.raises(Refused):
        Sequencer(world.store, HeadSigner(ORIGIN, [world.log_key], world.log.last_signed))
    data = world.log.receipt(7).encode()
    assert verify_receipt(data, world.trust(genesis=True)).size == 21
    with pytest.raises(Refused):
        verify_receipt(data, world.trust())
    # The old key may no longer sign what contains its end.
    old = HeadSigner(ORIGIN, [world.log_key], None).sign(world.head().head, [])
    forged = dataclasses.replace(
        Receipt.parse(data), proof=dataclasses.replace(Receipt.parse(data).proof, checkpoint=old)
    )
    only_new = dataclasses.replace(world.trust(genesis=True), log_keys=(new.verifier(),))
    with pytest.raises(Refused):
        verify_receipt(forged.encode(), only_new)


def rebuilt(receipt: Receipt, **changes: object) -> bytes:
    return dataclasses.replace(receipt, **changes).encode()  # type: ignore[arg-type]  # the fields are named by each case


CASES: dict[str, Callable[[World, Receipt], bytes]] = {
    "another entry": lambda world, r: rebuilt(r, entry=world.log.entry(8)),
    "another index": lambda world, r: rebuilt(r, proof=dataclasses.replace(r.proof, index=8)),
    "a shorter path": lambda world, r: rebuilt(r, proof=dataclasses.replace(r.proof, path=r.proof.path[:-1])),
    "another checkpoint": lambda world, r: rebuilt(r, proof=dataclasses.replace(r.proof, checkpoint=older(world, 12))),
    "no key history": lambda world, r: rebuilt(r, keys=()),
    "no key of the author": lambda world, r: rebuilt(r, keys=r.keys[:1]),
    "the history twice": lambda world, r: rebuilt(r, keys=(*r.keys, *r.keys)),
    "the history backwards": lambda world, r: rebuilt(r, keys=r.keys[::-1]),
    "an entry that is no history": lambda world, r: rebuilt(r, keys=(*r.keys, world.log.prove(9))),
    "a history entry elsewhere": lambda world, r: rebuilt(
        r, keys=(r.keys[0], dataclasses.replace(r.keys[1], index=2), *r.keys[2:])
    ),
    "no proof of what was seen": lambda world, r: rebuilt(r, seen=()),
    "a stranger's line": lambda world, r: rebuilt(r, proof=lined(r.proof, NoteKey("x.example", seed("x")))),
    "one line twice": lambda world, r: rebuilt(r, proof=lined(r.proof, world.log_key)),
}


def older(world: World, size: int) -> SignedCheckpoint:
    world.log.close()
    note = world.store.checkpoint(size) or world.store.checkpoint(world.store.checkpoint_sizes()[-2])
    assert note is not None
    return SignedCheckpoint.parse(note)


def lined(proof: TlogProof, key: NoteKey) -> TlogProof:
    note = proof.checkpoint.note
    lines = (*note.signatures, key.sign(note.text))
    checkpoint = dataclasses.replace(proof.checkpoint, note=dataclasses.replace(note, signatures=lines))
    return dataclasses.replace(proof, checkpoint=checkpoint)


@pytest.mark.parametrize("case", CASES)
def test_a_receipt_put_together_from_the_wrong_parts_is_refused(case: str) -> None:
    world, data, trust = made()
    with pytest.raises(LedgerError):
        verify_receipt(CASES[case](world, Receipt.parse(data)), trust)


def test_an_entry_in_the_tree_that_its_author_did_not_sign_is_refused() -> None:
    """The operator owns the store and the log key, and still cannot make a party say something."""
    world = World()
    forger = Author("blue")
    forger.signer = AuthorSigner(seed("not blue's key"))
    event = dataclasses.replace(forger.event(), key=world.authors["blue"].signer.key.key_id)
    forged = forger.signer.sign(event).encode()
    item = prepare(forged)
    # What an operator could do: run the writer with its check of signatures taken out.
    lie = dataclasses.replace(item, checked=world.authors["blue"].signer.key)
    (outcome,) = world.log.submit([lie])
    assert not isinstance(outcome, LedgerError)
    with pytest.raises(Refused, match="signature does not hold"):
        verify_receipt(world.log.receipt(outcome.index).encode(), world.trust())


def test_an_event_meant_for_another_log_is_refused_though_it_is_in_the_tree() -> None:
    world, _, trust = made()
    other = Author("blue", origin="example.org/other/log")
    assert isinstance(world.log.submit([prepare(other.say())])[0], Refused)
    receipt = world.log.receipt(7)
    elsewhere = dataclasses.replace(trust, origin="example.org/other/log")
    with pytest.raises(Refused):
        verify_receipt(receipt.encode(), elsewhere)


def test_files_of_another_version_or_kind_are_refused_by_name() -> None:
    _, data, trust = made()
    value = json.loads(data)
    value["v"] = "thalweg/receipt/v2"
    with pytest.raises(Malformed, match="v2"):
        verify_receipt(canonical.encode(value), trust)
    with pytest.raises(Malformed):
        verify_bundle(data, trust)
    with pytest.raises(Malformed):
        TlogProof.parse(value["proof"].replace("index", "extra AAAA\nindex"))


def policy(world: World, quorum: int = 1) -> Policy:
    return Policy(ORIGIN, world.log_key.verifier(), (world.witness.verifier(COSIGNATURE),), quorum)


def bundled() -> tuple[World, Bundle, Trust]:
    world = World()
    blue = world.authors["blue"]
    secret, salt = b"call +963 51 000 000", seed("payload salt")
    commitment = Commitment.to(secret, salt, "text/plain")
    data = blue.say(payloads=(commitment,))
    (outcome,) = world.log.submit([prepare(data, payloads=[(secret, salt)])])
    assert not isinstance(outcome, LedgerError)
    world.fill(4)
    world.fill(4, "red")
    world.cosigned()
    sizes = world.store.checkpoint_sizes()
    bundle = world.log.bundle(
        [outcome.index, outcome.index + 1, outcome.index + 3], policy(world), [commitment.digest], sizes[:2]
    )
    return world, bundle, world.trust(quorum=1, genesis=True)


def test_a_bundle_carries_entries_history_checkpoints_payloads_and_names_its_gaps() -> None:
    _, bundle, trust = bundled()
    data = bundle.encode()
    assert Bundle.parse(data) == bundle
    found = verify_bundle(data, trust)
    assert [verdict.entry.event.seq for verdict in found.verdicts] == [0, 1, 3]
    assert found.gaps == (Gap("blue", 2, 2),)
    assert len(found.opened) == 1
    assert "1 earlier events" in found.sentence()


def test_a_payload_erased_breaks_no_proof() -> None:
    world, bundle, trust = bundled()
    (opened,) = verify_bundle(bundle.encode(), trust).opened
    index = bundle.entries[0].index
    before = world.log.receipt(index).encode()
    assert world.store.erase(opened)
    assert world.store.payload(opened) is None
    assert world.log.receipt(index).encode() == before
    world.log.scrub()
    with pytest.raises(Refused):
        world.log.bundle([index], policy(world), [opened])


@pytest.mark.parametrize("part", ["payload", "salt", "checkpoint", "entry", "order"])
def test_a_bundle_with_a_wrong_part_is_refused(part: str) -> None:
    _, bundle, trust = bundled()
    match part:
        case "payload":
            bad = dataclasses.replace(bundle, payloads=(DisclosedPayload(b"call somebody", seed("payload salt")),))
        case "salt":
            bad = dataclasses.replace(bundle, payloads=(DisclosedPayload(bundle.payloads[0].payload, bytes(32)),))
        case "checkpoint":
            first, second = bundle.checkpoints
            bad = dataclasses.replace(bundle, checkpoints=(dataclasses.replace(first, path=second.path), second))
        case "entry":
            first_entry, *rest = bundle.entries
            swapped = dataclasses.replace(first_entry, entry=rest[0].entry)
            bad = dataclasses.replace(bundle, entries=(swapped, *rest))
        case _:
            bad = dataclasses.replace(bundle, entries=bundle.entries[::-1])
    with pytest.raises(LedgerError):
        verify_bundle(bad.encode(), trust)


def with_late_keys() -> tuple[World, Bundle, Receipt, Trust]:
    """Bundle and receipt whose key history cites heads that its author had seen, so that there is a proof to alter."""
    world, _, trust = bundled()
    world.registrar.seen = world.head().head
    green = Author("green")
    world.log.append(world.welcome(green))
    (said,) = world.log.append(green.say())
    world.grow_to(25)
    bundle = world.log.bundle([said], policy(world, 0))
    receipt = Receipt.parse(world.log.receipt(said).encode())
    return world, bundle, receipt, dataclasses.replace(trust, quorum=0)


def altered(keys: tuple[ProvenEntry, ...]) -> list[tuple[ProvenEntry, ...]]:
    """The history with each hash of each proof of what was seen altered, missing or doubled, one at a time."""
    made = []
    for place, key in enumerate(keys):
        for at, held in enumerate(key.seen):
            for instead in ((bytes([held[0] ^ 1]) + held[1:],), (), (held, held)):
                seen = (*key.seen[:at], *instead, *key.seen[at + 1 :])
                made.append((*keys[:place], dataclasses.replace(key, seen=seen), *keys[place + 1 :]))
        if not key.seen:
            made.append((*keys[:place], dataclasses.replace(key, seen=(bytes(32),)), *keys[place + 1 :]))
    return made


def test_no_proof_of_what_the_authors_of_the_key_history_had_seen_can_be_altered() -> None:
    """In a receipt, in a bundle of the first version, and in a receipt that is brought beside."""
    world, bundle, receipt, trust = with_late_keys()
    verify_bundle(bundle.encode(), trust)
    verify_receipt(receipt.encode(), trust)
    wrong = altered(bundle.keys)
    assert len(wrong) > len(bundle.keys)
    for keys in wrong:
        with pytest.raises(LedgerError):
            verify_bundle(dataclasses.replace(bundle, keys=keys).encode(), trust)
        with pytest.raises(LedgerError):
            verify_receipt(rebuilt(receipt, keys=keys), trust)
    added = Receipt.parse(world.log.receipt(bundle.keys[-1].index).encode())
    verify_receipt(receipt.encode(), trust, [added])
    for keys in altered((ProvenEntry(added.entry, added.proof.index, added.proof.path, added.seen),)):
        with pytest.raises(LedgerError):
            verify_receipt(receipt.encode(), trust, [dataclasses.replace(added, seen=keys[0].seen)])


def test_an_author_who_signs_two_events_with_one_number_is_named() -> None:
    world = World()
    first = world.authors["blue"]
    twin = Author("blue")
    world.log.append(first.say(body={"text": "north bank"}))
    with pytest.raises(Inconsistent) as caught:
        world.log.append(twin.say(body={"text": "south bank"}))
    assert caught.value.code == "admit.author_fork"


def forked(size: int, other_size: int) -> tuple[World, World, SignedCheckpoint, SignedCheckpoint]:
    """The same log key over two histories that part ways after entry 5."""
    one, other = World(), World()
    one.fill(2)
    other.fill(1)
    other.fill(1, "red")
    one.grow_to(size)
    other.grow_to(other_size)
    return one, other, one.head(), other.head()


@pytest.mark.parametrize(("size", "other_size"), [(12, 12), (12, 20), (8, 20), (16, 300)])
def test_two_checkpoints_that_cannot_both_be_true_become_a_proof_that_anyone_can_check(
    size: int, other_size: int
) -> None:
    one, other, first, second = forked(size, other_size)
    key = one.log_key.verifier()
    proof = compare(first, second, key, other.log.node)
    assert proof is not None
    data = proof.encode()
    assert verify_fork(data) == proof
    assert verify_fork(data, [key]).first.head.size == size
    assert compare(second, first, key, other.log.node) == proof
    for place in range(0, len(data), 2):
        with pytest.raises(LedgerError):
            verify_fork(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :], [key])


def test_checkpoints_of_one_history_are_no_fork_and_no_proof_can_be_made_of_them() -> None:
    world = World()
    first = world.head()
    world.grow_to(40)
    second = world.head()
    key = world.log_key.verifier()
    assert compare(first, second, key, world.log.node) is None
    assert compare(second, second, key) is None
    path = tuple(world.log.consistency(first.head.size, second.head.size))
    with pytest.raises(Refused, match="agree"):
        verify_fork(Fork(first, second, key, first.head.root, path).encode())
    with pytest.raises(Refused):
        verify_fork(Fork(first, second, key, bytes(32), path).encode())
    with pytest.raises(Refused):
        verify_fork(Fork(first, first, key, bytes(32), ()).encode())


def test_sizes_alone_prove_nothing_and_wrong_hashes_prove_nothing() -> None:
    one, _, first, second = forked(12, 20)
    key = one.log_key.verifier()
    with pytest.raises(Refused, match="give the hashes"):
        compare(first, second, key)
    one.grow_to(20)
    with pytest.raises(Refused):
        compare(first, second, key, one.log.node)
    with pytest.raises(Refused):
        compare(first, second, NoteKey(ORIGIN, seed("another key")).verifier())


def test_a_checkpoint_alone_is_judged_by_the_same_trust_and_ignores_strangers() -> None:
    world, _, trust = made()
    signed = world.head()
    stranger = NoteKey("x.example", seed("x")).sign(signed.note.text)
    lines = signed.note.with_signatures([stranger])
    (cosigned,) = verify_checkpoint(SignedCheckpoint(signed.checkpoint, lines), trust)
    assert (cosigned.name, cosigned.counts) == (world.witness.name, True)


def test_the_memory_store_world_is_deterministic_so_that_vectors_can_be_kept() -> None:
    assert made()[1] == made()[1]
    assert isinstance(World().store, MemoryStore)
    assert Head(0, b"") != Head(1, b"")
    assert ProvenEntry.read(World().log.prove(0).value()).index == 0
