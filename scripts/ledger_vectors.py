"""Writes the test vectors of docs/spec/vectors and the golden entries of tests/corpus/events.

Run from the root of the repository: python -m scripts.ledger_vectors. Every key, salt and time is fixed, so the
files come out the same; a test regenerates them and compares. Golden entries that exist are never rewritten:
old bytes must decode for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from scripts import golden_events
from tests.ledger_world import NOVEMBER_2017, ORIGIN, Author, World, seed

from thalweg.formats import event as kinds
from thalweg.ledger import canonical, identity
from thalweg.ledger.canonical import Value, b64
from thalweg.ledger.entry import (
    Assertion,
    AuthorKey,
    AuthorSigner,
    Commitment,
    Entry,
)
from thalweg.ledger.fork import compare
from thalweg.ledger.note import COSIGNATURE, NoteKey
from thalweg.ledger.receipt import Policy
from thalweg.ledger.tree import (
    GrowingTree,
    Head,
    Nodes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
)

ROOT = Path(__file__).parents[1]
VECTORS = ROOT / "docs" / "spec" / "vectors"
EVENTS = ROOT / "tests" / "corpus" / "events"


def canonical_vectors() -> dict[str, Any]:
    values: list[Value] = [
        {},
        [],
        0,
        -(2**53 - 1),
        2**53 - 1,
        'quote " backslash \\ tab \t newline \n bell \x07 delete \x7f',
        "دير الزور",
        {"b": [1, "2", {"c": 3}], "a": ""},
        {"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3, "\r": 4, "1": 5},
    ]
    bad = [b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b"1.0", b"1e0", b"-0", b"01", b"null", b"true"]
    bad += [b'"\\u0041"', b'"\\u001F"', b'"\\/"', b'"\\ud800"', b"9007199254740992", b" 1"]
    return {
        "accept": [{"value": value, "hex": canonical.encode(value).hex()} for value in values],
        "refuse": [data.hex() for data in bad],
    }


def tree_vectors() -> dict[str, Any]:
    leaves = [leaf_hash(b"leaf %d" % i) for i in range(600)]
    tree = GrowingTree()
    tree.extend(leaves)

    class Tiles:
        def tile(self, level: int, index: int) -> bytes:
            if level == 0:
                return b"".join(leaves[index * 256 : index * 256 + 256])
            return tree.unfinished(level) if index == 0 else b""

    node = Nodes(Tiles())
    roots, inclusion, consistency = {}, [], []
    for size in (0, 1, 2, 3, 4, 5, 7, 8, 255, 256, 257, 511, 512, 513):
        small = GrowingTree()
        small.extend(leaves[:size])
        roots[str(size)] = small.root().hex()
        for index in sorted({0, size // 2, size - 1} & set(range(size))):
            path = [item.hex() for item in inclusion_proof(index, size, node)]
            inclusion.append({"size": size, "index": index, "path": path})
        for old in sorted({1, size // 2, size - 1} & set(range(1, size))):
            path = [item.hex() for item in consistency_proof(old, size, node)]
            consistency.append({"old": old, "new": size, "path": path})
    return {
        "leaf_data": "the ASCII text 'leaf N' for N = 0, 1, …",
        "leaf_hash_of_0": leaves[0].hex(),
        "roots": roots,
        "inclusion": inclusion,
        "consistency": consistency,
        "tile_0_0_sha256": hashlib.sha256(b"".join(leaves[:256])).hexdigest(),
    }


def checkpoint_vectors() -> dict[str, Any]:
    log, witness = NoteKey(ORIGIN, seed("log key")), NoteKey("example.org/blue/witness", seed("witness blue"))
    text = f"{ORIGIN}\n3\n{b64(seed('root'))}\n"
    return {
        "log_seed": seed("log key").hex(),
        "log_key": log.verifier().text(),
        "witness_seed": seed("witness blue").hex(),
        "witness_key": witness.verifier(COSIGNATURE).text(),
        "text": text,
        "log_line": log.sign(text).line(),
        "time": NOVEMBER_2017,
        "cosigned_message": f"cosignature/v1\ntime {NOVEMBER_2017}\n{text}",
        "cosignature_line": witness.cosign(text, NOVEMBER_2017).line(),
    }


def passkey_entry(author: Author) -> tuple[AuthorKey, Entry]:
    """An assertion by an Ed25519 passkey, whose signatures are the same each time."""
    private = Ed25519PrivateKey.from_private_bytes(seed("passkey"))
    rp, origin = "thalweg.example", "https://thalweg.example"
    key = AuthorKey("webauthn-ed25519", private.public_key().public_bytes_raw(), "author", rp, (origin,))
    author.signer.key = key
    event = author.event("statement/1", kinds.write(kinds.Statement("Acknowledged.", "en"))[1])
    challenge = b64(event.hash()).rstrip("=").replace("+", "-").replace("/", "_")
    client = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": origin}).encode()
    auth = hashlib.sha256(rp.encode()).digest() + b"\x05" + (7).to_bytes(4, "big")
    signature = private.sign(auth + hashlib.sha256(client).digest())
    return key, Entry(event, Assertion(auth, client, signature))


def entry_vectors() -> dict[str, Any]:
    blue = Author("blue")
    payload, salt = b"call +963 51 000 000", seed("payload salt")
    commitment = Commitment.to(payload, salt, "text/plain")
    blue.seen = Head(3, seed("root"))
    event = blue.event("statement/1", kinds.write(kinds.Statement("نحن شمال النهر", "ar"))[1], (commitment,))
    entry = blue.signer.sign(event)
    key, asserted = passkey_entry(Author("red"))
    return {
        "author_seed": seed("author blue").hex(),
        "author_key": blue.signer.key.value(),
        "key_id": blue.signer.key.key_id,
        "payload": {"payload": payload.hex(), "salt": salt.hex(), "digest": commitment.digest.hex()},
        "event": event.encode().decode(),
        "event_hash": event.hash().hex(),
        "entry": entry.encode().decode(),
        "leaf_hash": leaf_hash(entry.encode()).hex(),
        "passkey": {
            "key": key.value(),
            "key_id": key.key_id,
            "event_hash": asserted.event.hash().hex(),
            "entry": asserted.encode().decode(),
        },
    }


def receipt_vectors() -> dict[str, Any]:
    world = World()
    world.authors["blue"].seen = world.head().head
    (index,) = world.log.append(world.authors["blue"].say())
    world.fill(3, "red")
    world.cosigned()
    policy = Policy(ORIGIN, world.log_key.verifier(), (world.witness.verifier(COSIGNATURE),), 1)
    other = World()
    other.fill(9)
    fork = compare(world.head(), other.head(), world.log_key.verifier(), other.log.node)
    assert fork is not None  # or the vector below would be wrong
    return {
        "log_key": world.log_key.verifier().text(),
        "genesis": world.store.leaves(0, 1).hex(),
        "witness_key": world.witness.verifier(COSIGNATURE).text(),
        "index": index,
        "before": NOVEMBER_2017,
        "receipt": world.log.receipt(index).encode().decode(),
        "bundle": world.log.bundle([4, 5, 6], policy, earlier=[4]).encode().decode(),
        "fork": fork.encode().decode(),
    }


def golden_entries() -> dict[str, bytes]:
    """One entry of every kind there is, as its author would have signed it."""
    key = AuthorSigner(seed("another key")).key
    log, witness = NoteKey(ORIGIN, seed("log key")), NoteKey("example.org/blue/witness", seed("witness blue"))
    bodies: dict[str, Mapping[str, Value]] = {
        identity.GENESIS: identity.genesis_body(log.verifier(), Author("secretariat").signer.key),
        identity.KEY_ADD: identity.key_add_body("blue", key),
        identity.KEY_ROTATE: identity.key_rotate_body(Author("blue").signer.key.key_id, key),
        identity.KEY_REVOKE: identity.key_revoke_body("blue", key.key_id, "stolen", 17),
        identity.GRANT: identity.grant_body("blue", "watch", "sector-3"),
        identity.GRANT_END: identity.grant_body("blue", "watch", "sector-3"),
        identity.LOG_KEY: identity.log_key_body(NoteKey(ORIGIN, seed("log key 2")).verifier()),
        identity.WITNESS_ADD: identity.witness_add_body("blue", witness.verifier(COSIGNATURE)),
        identity.WITNESS_END: identity.witness_end_body(witness.verifier(COSIGNATURE)),
    }
    for body in (kinds.Statement("نحن شمال النهر", "ar"), kinds.Erasure((seed("digest"),), "request")):
        kind, value = kinds.write(body)
        bodies[kind] = value
    made = {kind: Author("secretariat").say(kind, body) for kind, body in bodies.items()}
    for body in golden_events.bodies():
        name, holder = golden_events.author(body)
        kind, value, aside = golden_events.signed(body)
        commitments = tuple(Commitment.to(data, seed(f"aside {kind}"), kinds.ASIDE_MEDIA) for data in aside)
        made[kind] = Author(name, holder=holder).say(kind, value, commitments)
    return made


def golden_aside() -> dict[str, bytes]:
    """What stands aside of the entries of a kind: what their author had been shown."""
    return {
        kinds.kind_of(body): aside[0] for body in golden_events.bodies() if (aside := golden_events.signed(body)[2])
    }


def golden_beside() -> dict[str, tuple[bytes, bytes]]:
    """The kinds that may have a declaration beside the tree: an entry that has, and the payload."""
    made = {}
    for body, field, declaration in golden_events.beside():
        name, holder = golden_events.author(body)
        kind, value, payload, aside = golden_events.beside_value(body, field, declaration)
        commitments = [Commitment.to(data, seed(f"aside {kind}"), kinds.ASIDE_MEDIA) for data in aside]
        commitments.append(Commitment.to(payload, seed(f"beside {kind}"), kinds.DECLARATION_MEDIA))
        made[kind] = Author(name, holder=holder).say(kind, value, tuple(commitments)), payload
    return made


def golden_name(kind: str) -> str:
    return kind.replace("/", "-v") + ".json"


def golden_aside_name(kind: str) -> str:
    return kind.replace("/", "-v") + ".aside.json"


def golden_beside_names(kind: str) -> tuple[str, str]:
    """The files of an entry with its declaration beside the tree, and of that payload."""
    name = kind.replace("/", "-v")
    return f"{name}.beside.json", f"{name}.payload.json"


def golden_files() -> dict[str, bytes]:
    """Every file of tests/corpus/events."""
    files = {golden_name(kind): data for kind, data in golden_entries().items()}
    files.update({golden_aside_name(kind): data for kind, data in golden_aside().items()})
    for kind, both in golden_beside().items():
        files.update(zip(golden_beside_names(kind), both, strict=True))
    return files


def vectors() -> dict[str, str]:
    made = {
        "canonical.json": canonical_vectors(),
        "entry.json": entry_vectors(),
        "tree.json": tree_vectors(),
        "checkpoint.json": checkpoint_vectors(),
        "receipt.json": receipt_vectors(),
    }
    return {name: json.dumps(value, indent=1, ensure_ascii=False) + "\n" for name, value in made.items()}


def main() -> None:
    VECTORS.mkdir(parents=True, exist_ok=True)
    for name, text in vectors().items():
        (VECTORS / name).write_text(text, encoding="utf-8")
    EVENTS.mkdir(parents=True, exist_ok=True)
    for name, data in golden_files().items():
        file = EVENTS / name
        if not file.exists():
            file.write_bytes(data)


if __name__ == "__main__":
    main()
