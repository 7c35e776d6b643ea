"""The vectors of docs/spec are what the code makes, and the golden entries of every kind still decode (R39)."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import MISSING, fields
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.ledger_world import seed
from thalweg.formats import event as kinds
from thalweg.ledger import canonical
from thalweg.ledger.entry import AuthorKey, Commitment, Entry
from thalweg.ledger.errors import Malformed
from thalweg.ledger.fork import verify_fork
from thalweg.ledger.identity import IDENTITY_KINDS
from thalweg.ledger.note import VerifierKey
from thalweg.ledger.verify import Trust, verify_bundle, verify_receipt
from thalweg.model.errors import InputError
from thalweg.state.recorded import recorded

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "docs" / "spec" / "vectors"
EVENTS = ROOT / "tests" / "corpus" / "events"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ledger_vectors", ROOT / "scripts" / "ledger_vectors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def test_the_kept_script_makes_the_vectors_that_are_published() -> None:
    for name, text in script().vectors().items():
        assert (VECTORS / name).read_text(encoding="utf-8") == text, f"run scripts/ledger_vectors.py ({name})"


def test_the_canonical_vectors_hold() -> None:
    found = load("canonical.json")
    for item in found["accept"]:
        assert canonical.encode(item["value"]).hex() == item["hex"]
    for text in found["refuse"]:
        with pytest.raises(Malformed):
            canonical.decode(bytes.fromhex(text))


def test_the_receipt_bundle_and_fork_vectors_verify() -> None:
    found = load("receipt.json")
    trust = Trust(
        "example.org/deir-ez-zor/log",
        (VerifierKey.parse(found["log_key"]),),
        bytes.fromhex(found["genesis"]),
        (VerifierKey.parse(found["witness_key"]),),
        1,
    )
    verdict = verify_receipt(found["receipt"].encode(), trust)
    assert (verdict.index, verdict.before) == (found["index"], found["before"])
    assert len(verify_bundle(found["bundle"].encode(), trust).verdicts) == 3
    assert verify_fork(found["fork"].encode()).log_key.text() == found["log_key"]


def test_the_entry_vectors_verify() -> None:
    found = load("entry.json")
    AuthorKey.read(found["author_key"]).verify(Entry.parse(found["entry"].encode()))
    passkey = found["passkey"]
    AuthorKey.read(passkey["key"]).verify(Entry.parse(passkey["entry"].encode()))


def test_there_is_one_list_of_kinds_on_both_sides_of_the_wall() -> None:
    assert kinds.KEY_HISTORY == IDENTITY_KINDS


@pytest.mark.parametrize("kind", sorted(kinds.KINDS))
def test_the_golden_entry_of_each_kind_still_decodes_to_the_same_bytes(kind: str) -> None:
    data = (EVENTS / script().golden_name(kind)).read_bytes()
    entry = Entry.parse(data)
    assert entry.encode() == data
    assert entry.event.kind == kind
    assert script().golden_entries()[kind] == data
    if kind not in kinds.KEY_HISTORY:
        body = kinds.read(kind, entry.event.body, aside=aside(kind))
        assert script().golden_events.signed(body)[:2] == (kind, entry.event.body)


def aside(kind: str) -> canonical.Value | None:
    """What stands aside of the golden entry of a kind."""
    file = EVENTS / script().golden_aside_name(kind)
    return canonical.decode(file.read_bytes()) if file.exists() else None


def test_what_an_author_had_been_shown_stands_aside_of_the_entry_and_is_padded() -> None:
    """R35, D7: who is shown a declaration in full is not shown what else its author knew, nor who else sees it."""
    for kind, data in script().golden_aside().items():
        assert (EVENTS / script().golden_aside_name(kind)).read_bytes() == data
        assert len(data) % 512 == 0
        entry = (EVENTS / script().golden_name(kind)).read_bytes()
        shown = Entry.parse(entry).event.body
        assert not set(kinds.ASIDE) & set(shown)
        with pytest.raises(InputError) as refused:
            kinds.read(kind, shown)
        assert refused.value.code == "event.payload"
    assert set(script().golden_aside()) == {"declaration/1"}


@pytest.mark.parametrize("kind", sorted(script().golden_beside()))
def test_a_declaration_beside_the_tree_still_reads_as_if_it_stood_in_the_entry(kind: str) -> None:
    """R39: the same body, and the entry commits to the bytes."""
    data, payload = ((EVENTS / name).read_bytes() for name in script().golden_beside_names(kind))
    assert (data, payload) == script().golden_beside()[kind]
    entry = Entry.parse(data)
    assert entry.encode() == data
    *before, commitment = entry.event.payloads
    known = dict.fromkeys((each.digest for each in before), canonical.encode(aside(kind) or {}))
    assert commitment == Commitment.to(payload, seed(f"beside {kind}"), kinds.DECLARATION_MEDIA)
    declaration = kinds.read_declaration(canonical.decode(payload))
    assert canonical.encode(kinds.write_declaration(declaration)) == payload
    inside = Entry.parse((EVENTS / script().golden_name(kind)).read_bytes())
    whole = kinds.read(kind, inside.event.body, aside=aside(kind))
    assert kinds.read(kind, entry.event.body, declaration, aside(kind)) == whole
    assert recorded(7, entry, {**known, commitment.digest: payload}.get).body == whole
    with pytest.raises(InputError) as refused:
        recorded(7, entry, lambda _: None)
    assert refused.value.code == "event.payload"


def test_every_field_that_may_stand_beside_the_tree_has_a_golden_entry() -> None:
    fields = {name for body, name, _ in script().golden_events.beside()}
    assert fields == set(kinds.WITH_DECLARATION)


def test_a_golden_entry_leaves_no_field_of_its_kind_at_rest() -> None:
    """Bytes of a field that is empty everywhere would hold nothing."""
    bodies = script().golden_events.bodies()
    assert {kinds.kind_of(body) for body in bodies} == kinds.KINDS - kinds.KEY_HISTORY - {"statement/1", "erasure/1"}
    resting = {
        f"{kinds.kind_of(body)} {field.name}"
        for body in bodies
        for field in fields(body)
        if field.default is not MISSING and getattr(body, field.name) == field.default
    }
    assert resting == set()


def test_there_is_no_golden_entry_of_a_kind_that_is_gone() -> None:
    assert {file.name for file in EVENTS.iterdir()} == set(script().golden_files())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("order/1", {}),
        ("statement/2", {"language": "ar", "text": "x"}),
        ("statement/1", {"text": "x"}),
        ("statement/1", {"language": "ar", "text": ""}),
        ("statement/1", {"language": "Arabic!", "text": "x"}),
        ("statement/1", {"language": "ar", "text": "x" * (kinds.MAX_TEXT + 1)}),
        ("statement/1", {"language": "ar", "text": "x", "more": 1}),
        ("erasure/1", {"digests": [], "reason": "request"}),
        ("erasure/1", {"digests": ["00"], "reason": "request"}),
        ("erasure/1", {"digests": ["00" * 32], "reason": "whim"}),
        ("erasure/1", {"digests": "00" * 32, "reason": "request"}),
    ],
)
def test_a_body_out_of_form_is_refused(kind: str, value: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        kinds.read(kind, value)
