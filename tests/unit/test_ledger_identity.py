"""Keys as entries: who may add and end them, and for which indexes they sign (R39)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.ledger_world import ORIGIN, Author, World, seed
from thalweg.ledger import identity
from thalweg.ledger.canonical import Value
from thalweg.ledger.entry import AuthorSigner, Entry
from thalweg.ledger.errors import LedgerError, Malformed, Refused
from thalweg.ledger.identity import KeyHistory
from thalweg.ledger.note import COSIGNATURE, NoteKey
from thalweg.ledger.verify import verify_receipt


def refused(world: World, data: bytes) -> str:
    with pytest.raises(LedgerError) as caught:
        world.log.append(data)
    return caught.value.code


def retry(author: Author, kind: str = "note/1", body: Mapping[str, Value] | None = None) -> bytes:
    """An entry that the author does not count as said."""
    return author.signer.sign(author.event(kind, body)).encode()


def rotate(author: Author, key: str) -> bytes:
    """The author's own rotation to a new key; the author signs with it from then on."""
    new = AuthorSigner(seed(f"author {key}"))
    data = author.say(identity.KEY_ROTATE, identity.key_rotate_body(author.signer.key.key_id, new.key))
    author.signer = new
    return data


def test_a_log_begins_with_its_genesis_and_has_no_other() -> None:
    world = World()
    assert refused(world, retry(world.registrar, identity.GENESIS, {})) == "identity.genesis"
    history = KeyHistory()
    with pytest.raises(Refused):
        history.apply(0, Entry.parse(Author("blue").say()))


def test_a_genesis_signed_by_another_key_than_its_registrar_is_refused() -> None:
    registrar, other = Author("secretariat"), Author("other")
    body = identity.genesis_body(NoteKey(ORIGIN, seed("log key")).verifier(), other.signer.key)
    with pytest.raises(Refused):
        KeyHistory().apply(0, Entry.parse(registrar.say(identity.GENESIS, body)))


def test_an_author_without_a_key_in_the_log_cannot_speak_in_it() -> None:
    world = World()
    assert refused(world, Author("green").say()) == "identity.unknown_key"


def test_an_author_cannot_sign_with_anothers_key_nor_in_anothers_name() -> None:
    world = World()
    thief = Author("blue")
    thief.signer = world.authors["red"].signer
    assert refused(world, thief.say()) == "identity.unknown_key"


def test_only_a_registrar_or_the_author_adds_a_key() -> None:
    world = World()
    red = world.authors["red"]
    mine = AuthorSigner(seed("red's second"))
    assert (
        refused(world, retry(red, identity.KEY_ADD, identity.key_add_body("green", mine.key))) == "identity.authority"
    )
    world.log.append(red.say(identity.KEY_ADD, identity.key_add_body("red", mine.key)))
    red.signer = mine
    world.log.append(red.say())


def test_a_rotated_key_signs_its_own_end_and_nothing_after() -> None:
    world = World()
    blue = world.authors["blue"]
    old = blue.signer
    world.log.append(rotate(blue, "blue 2"))
    world.log.append(blue.say())
    blue.signer = old
    assert refused(world, retry(blue)) == "identity.not_valid"


def test_what_was_signed_before_a_revocation_stays_valid_and_what_comes_after_is_refused() -> None:
    world = World()
    blue = world.authors["blue"]
    (before,) = world.log.append(blue.say())
    world.log.append(
        world.registrar.say(identity.KEY_REVOKE, identity.key_revoke_body("blue", blue.signer.key.key_id, "lost", None))
    )
    assert refused(world, retry(blue)) == "identity.not_valid"
    verdict = verify_receipt(world.log.receipt(before).encode(), world.trust())
    assert (verdict.entry.event.author, verdict.suspect) == ("blue", False)


def test_a_stolen_keys_statements_from_the_doubted_index_on_are_marked() -> None:
    world = World()
    blue = world.authors["blue"]
    good, doubted = world.log.append(blue.say(), blue.say())
    early = [world.log.receipt(index).encode() for index in (good, doubted)]
    body = identity.key_revoke_body("blue", blue.signer.key.key_id, "stolen", doubted)
    (revoked,) = world.log.append(world.registrar.say(identity.KEY_REVOKE, body))
    late = [verify_receipt(world.log.receipt(index).encode(), world.trust()) for index in (good, doubted)]
    assert [verdict.suspect for verdict in late] == [False, True]
    assert "STOLEN" in late[1].sentence()
    # A receipt made before the revocation cannot know of it; the verifier who does brings it along.
    assert [verify_receipt(data, world.trust()).suspect for data in early] == [False, False]
    known = [world.log.receipt(revoked)]
    assert [verify_receipt(data, world.trust(), known).suspect for data in early] == [False, True]


def test_the_way_out_of_a_lost_key_goes_on_with_the_authors_own_chain() -> None:
    world = World()
    blue = world.authors["blue"]
    world.log.append(blue.say())
    lost = blue.signer.key.key_id
    blue.signer = AuthorSigner(seed("blue's replacement"))
    world.log.append(
        world.registrar.say(identity.KEY_REVOKE, identity.key_revoke_body("blue", lost, "lost", None)),
        world.registrar.say(identity.KEY_ADD, identity.key_add_body("blue", blue.signer.key)),
    )
    (index,) = world.log.append(blue.say())
    assert verify_receipt(world.log.receipt(index).encode(), world.trust()).entry.event.seq == 1


def test_a_key_is_added_once_for_ever() -> None:
    world = World()
    blue = world.authors["blue"].signer.key
    registrar = world.registrar
    for author in ("blue", "green"):
        body = identity.key_add_body(author, blue)
        assert refused(world, retry(registrar, identity.KEY_ADD, body)) == "identity.reuse"


def test_the_stated_holder_must_be_the_keys_own() -> None:
    world = World(authors=("blue",))
    desk = Author("desk", holder="server")
    world.log.append(world.welcome(desk))
    (index,) = world.log.append(desk.say())
    assert "the server holds" in verify_receipt(world.log.receipt(index).encode(), world.trust()).sentence()
    event = desk.event().value()
    assert isinstance(event, dict)
    event["holder"] = "author"
    lie = desk.signer.sign(type(desk.event()).read(event)).encode()
    assert refused(world, lie) == "identity.holder"


def test_roles_are_granted_and_ended_by_registrars_and_hold_for_a_range_of_indexes() -> None:
    world = World()
    blue, registrar = world.authors["blue"], world.registrar
    grant = identity.grant_body("blue", identity.REGISTRAR)
    assert refused(world, retry(blue, identity.GRANT, grant)) == "identity.authority"
    (start,) = world.log.append(registrar.say(identity.GRANT, grant))
    assert refused(world, retry(registrar, identity.GRANT, grant)) == "identity.grant"
    green = Author("green")
    world.log.append(blue.say(identity.KEY_ADD, identity.key_add_body("green", green.signer.key)))
    (end,) = world.log.append(registrar.say(identity.GRANT_END, grant))
    assert refused(world, retry(registrar, identity.GRANT_END, grant)) == "identity.grant"
    history = world.log.history()
    assert not history.is_registrar("blue", end + 1)
    assert not history.is_registrar("blue", start)
    assert history.is_registrar("blue", end)
    (index,) = world.log.append(green.say())
    verify_receipt(world.log.receipt(index).encode(), world.trust())


def test_witnesses_come_and_go_as_entries_and_need_a_cosigners_key() -> None:
    world = World()
    registrar = world.registrar
    plain = NoteKey("example.org/red/witness", seed("w")).verifier()
    assert refused(world, retry(registrar, identity.WITNESS_ADD, identity.witness_add_body("red", plain))) == (
        "identity.witness"
    )
    blues = world.witness.verifier(COSIGNATURE)
    world.log.append(registrar.say(identity.WITNESS_END, identity.witness_end_body(blues)))
    assert refused(world, retry(registrar, identity.WITNESS_END, identity.witness_end_body(blues))) == (
        "identity.witness"
    )
    (record,) = world.log.history().witnesses()
    assert record.ended is not None


def test_bodies_with_a_field_too_many_or_of_no_known_kind_are_refused() -> None:
    world = World()
    registrar = world.registrar
    with pytest.raises(Malformed):
        world.log.append(retry(registrar, identity.GRANT, {**identity.grant_body("blue", "watch"), "more": 1}))
    with pytest.raises(Refused):
        KeyHistory().apply(1, Entry.parse(Author("blue").say()))


def test_a_refused_identity_entry_leaves_nothing_behind() -> None:
    world = World()
    blue = world.authors["blue"]
    new = AuthorSigner(seed("half done"))
    body = identity.key_rotate_body("00" * 32, new.key)
    refused(world, retry(blue, identity.KEY_ROTATE, body))
    assert world.log.history().key(new.key.key_id) is None
    world.log.append(blue.say())


def test_the_closure_of_a_receipt_holds_what_its_keys_rest_on_and_no_other_author() -> None:
    world = World(authors=("blue", "red", "green"))
    registrar = world.registrar
    world.log.append(registrar.say(identity.GRANT, identity.grant_body("red", identity.REGISTRAR)))
    late = Author("late")
    world.log.append(world.authors["red"].say(identity.KEY_ADD, identity.key_add_body("late", late.signer.key)))
    (index,) = world.log.append(late.say())
    receipt = world.log.receipt(index)
    authors = {str(Entry.parse(item.entry).event.body.get("author", "")) for item in receipt.keys}
    assert authors == {"", "red", "late"}
    verify_receipt(receipt.encode(), world.trust(genesis=True))
