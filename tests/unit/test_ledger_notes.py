"""Signed notes, checkpoints and cosignatures: the published examples, and what must be refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger_world import ORIGIN, seed
from thalweg.ledger.checkpoint import Checkpoint, HeadSigner, SignedCheckpoint, require_log_signature
from thalweg.ledger.errors import Inconsistent, LedgerError, Malformed, Refused
from thalweg.ledger.note import COSIGNATURE, Note, NoteKey, NoteSignature, VerifierKey, verify_note
from thalweg.ledger.tree import EMPTY_ROOT, GrowingTree, Head, Nodes, consistency_proof, leaf_hash

# From the documentation of golang.org/x/mod/sumdb/note: a key and a note that Go itself made.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
KEY = NoteKey(ORIGIN, seed("log key"))
OTHER = NoteKey("example.org/stranger", seed("stranger"))


def test_a_note_signed_by_go_verifies_here() -> None:
    note = Note.parse(GO_NOTE.encode())
    key = VerifierKey.parse(GO_VKEY)
    assert [line.key.name for line in verify_note(note, [key])] == ["PeterNeumann"]
    assert note.encode() == GO_NOTE.encode()


def test_the_cosignature_message_is_the_one_in_the_specification() -> None:
    key = NoteKey("witness.example.com/w1", seed("w1"))
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    line = key.cosign(text, 1_679_315_147)
    assert line.blob[:8] == (1_679_315_147).to_bytes(8, "big")
    plain = NoteKey("witness.example.com/w1", seed("w1")).sign("cosignature/v1\ntime 1679315147\n" + text)
    assert line.blob[8:] == plain.blob
    assert line.key_id != plain.key_id
    (found,) = verify_note(Note(text, (line,)), [key.verifier(COSIGNATURE)])
    assert found.time == 1_679_315_147


def test_a_line_by_a_stranger_is_ignored_and_a_false_line_by_a_known_key_condemns() -> None:
    note = Note("text\n", (OTHER.sign("text\n"), KEY.sign("text\n")))
    assert [line.key.name for line in verify_note(note, [KEY.verifier()])] == [ORIGIN]
    assert verify_note(note, []) == ()
    false = Note("text\n", (KEY.sign("other\n"),))
    with pytest.raises(Refused):
        verify_note(false, [KEY.verifier()])


def test_a_plain_signature_does_not_pass_for_a_cosignature_of_the_same_key() -> None:
    text = "text\n"
    plain = KEY.sign(text)
    posed = NoteSignature(ORIGIN, KEY.verifier(COSIGNATURE).key_id, plain.blob)
    with pytest.raises(Refused):
        verify_note(Note(text, (posed,)), [KEY.verifier(COSIGNATURE)])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n- name AAAAAAAA\n",
        "text\n\n— name AAAAAAAA".encode(),
        "text\n\n— na+me AAAAAAAA\n".encode(),
        "text\n\n—  AAAAAAAA\n".encode(),
        "text\n\n— name AAAA\n".encode(),
        "text\n\n— name AAAAAAA\n".encode(),
        "te\rxt\n\n— name AAAAAAAA\n".encode(),
        b"te\xffxt\n\n",
        b"text\n\n" + "— name AAAAAAAA\n".encode() * 65,
        "text\n\n— name AAAAAAAA\n".encode() + b"x" * 70_000,
    ],
)
def test_what_is_not_a_note_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        Note.parse(data)


@pytest.mark.parametrize(
    "text",
    [
        "origin\n1\n",
        f"origin\n1\n{'A' * 43}=\nextension\n",
        f"\n1\n{'A' * 43}=\n",
        f"origin\n01\n{'A' * 43}=\n",
        f"origin\n-1\n{'A' * 43}=\n",
        f"origin\n1٠\n{'A' * 43}=\n",
        f"origin\n1\n{'A' * 42}==\n",
        f"origin\n99999999999999999999\n{'A' * 43}=\n",
        f"or igin\n1\n{'A' * 43}=\n",
    ],
)
def test_a_checkpoint_is_exactly_three_lines(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "text", ["", "a+b", "name+00000000+AQ==", GO_VKEY.replace("c74f20a3", "c74f20a4"), GO_VKEY + "="]
)
def test_a_verifier_key_with_a_wrong_id_or_form_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        VerifierKey.parse(text)


@given(st.binary(max_size=120), st.sampled_from([b"", b"text\n\n", "text\n\n— name ".encode()]))
def test_hostile_bytes_end_in_our_error(data: bytes, start: bytes) -> None:
    for read in (Note.parse, SignedCheckpoint.parse):
        try:
            read(start + data)
        except LedgerError:
            continue


def test_private_keys_do_not_show_themselves() -> None:
    secret = seed("log key")
    for text in (repr(KEY), str(KEY), f"{KEY}"):
        assert secret.hex() not in text
        assert base64.b64encode(secret).decode() not in text


def signed(size: int) -> tuple[Head, Nodes]:
    tree = GrowingTree()
    tree.extend(leaf_hash(b"%d" % i) for i in range(size))

    class Source:
        def tile(self, level: int, index: int) -> bytes:
            return tree.unfinished(level) if index == 0 else b""

    return tree.head(), Nodes(Source())


def test_a_checkpoint_is_taken_only_for_its_log_and_under_its_key() -> None:
    head, _ = signed(5)
    read = SignedCheckpoint.parse(HeadSigner(ORIGIN, [KEY], None).sign(head, []).encode())
    assert read.head == head
    assert require_log_signature(read, ORIGIN, [OTHER.verifier(), KEY.verifier()]) == KEY.verifier()
    with pytest.raises(Refused, match="not of example"):
        require_log_signature(read, "example.org/other", [KEY.verifier()])
    with pytest.raises(Refused, match="No key of the log"):
        require_log_signature(read, ORIGIN, [OTHER.verifier()])
    with pytest.raises(Refused, match="No key of the log"):
        require_log_signature(read, ORIGIN, [])


def test_the_signer_refuses_a_smaller_head_a_fork_and_a_missing_proof() -> None:
    old, _ = signed(5)
    new, node = signed(9)
    proof = consistency_proof(5, 9, node)
    signer = HeadSigner(ORIGIN, [KEY], old)
    assert signer.sign(new, proof).head == new
    assert signer.sign(old, []).head == old
    with pytest.raises(Inconsistent, match="were signed once"):
        HeadSigner(ORIGIN, [KEY], new).sign(old, proof)
    with pytest.raises(Inconsistent):
        signer.sign(new, [])
    with pytest.raises(Inconsistent):
        signer.sign(Head(9, EMPTY_ROOT), proof)
    with pytest.raises(Inconsistent):
        signer.sign(Head(5, new.root), [])


def test_the_signer_moves_on_only_when_told_that_the_head_is_durable() -> None:
    old, _ = signed(5)
    new, node = signed(9)
    signer = HeadSigner(ORIGIN, [KEY], old)
    signer.sign(new, consistency_proof(5, 9, node))
    assert signer.last == old
    signer.signed(new)
    with pytest.raises(Inconsistent):
        signer.sign(old, [])


def test_a_log_key_not_named_after_its_origin_signs_nothing() -> None:
    with pytest.raises(Refused):
        HeadSigner(ORIGIN, [OTHER], None)
