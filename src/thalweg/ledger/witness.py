"""A witness's decisions (C2SP tlog-witness), without the network: request and record in, answer and
record out.

docs/spec/checkpoint.md, "Witness", is the text to implement from. Whoever calls `decide` holds a lock for
that origin from reading the record until the new one is durable; the answer is sent only after that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from thalweg.ledger.canonical import b64, hashes_of
from thalweg.ledger.checkpoint import SignedCheckpoint, decimal, require_log_signature
from thalweg.ledger.errors import LedgerError, Malformed, Refused
from thalweg.ledger.note import NoteKey, NoteSignature, VerifierKey
from thalweg.ledger.tree import EMPTY_ROOT, Head, verify_consistency

MAX_REQUEST_BYTES = 128 * 1024
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
_MAX_PROOF_LINES = 63


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """The body of a request: the size the log believes was last cosigned, a proof from it, the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: SignedCheckpoint

    def encode(self) -> bytes:
        lines = [f"old {self.old}", *(b64(item) for item in self.proof)]
        return ("\n".join(lines) + "\n\n").encode() + self.checkpoint.encode()

    @classmethod
    def parse(cls, data: bytes) -> AddCheckpoint:
        if len(data) > MAX_REQUEST_BYTES:
            raise Malformed("witness.size", "The request is too large.", size=len(data))
        head, gap, note = data.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise Malformed("witness.form", "The request is not ASCII above its checkpoint.") from error
        word, _, number = first.partition(" ")
        if not gap or word != "old" or len(lines) > _MAX_PROOF_LINES:
            raise Malformed("witness.form", "The request does not begin with 'old' and a size.")
        proof = hashes_of(lines, "consistency proof")
        return cls(decimal(number, "old size"), proof, SignedCheckpoint.parse(note))


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back, and what to make durable first.

    `record` is the new latest checkpoint of the log, if it changes. `keep` is every checkpoint whose log
    signature held: to be kept for good, also when the answer is a refusal, since it may be evidence. Both carry
    the log's own lines and no others: anybody can add lines by strangers to a signed checkpoint, and each
    spelling of it would take up room for good.
    """

    status: int
    body: bytes
    media: str = TEXT_TYPE
    record: SignedCheckpoint | None = None
    keep: SignedCheckpoint | None = None


def decide(
    request: bytes,
    logs: Mapping[str, Sequence[VerifierKey]],
    record: Mapping[str, SignedCheckpoint],
    key: NoteKey,
    now: int,
) -> Answer:
    """Judge one add-checkpoint request. `logs` are the origins witnessed and their keys; `now` is Unix
    seconds.

    1. read the request, 2. know the origin, 3. check the log's signature, 4. the old size is not larger than
    the new, 5. the old size is the recorded one, 6. the new head contains the recorded one, 7. cosign.
    """
    try:
        asked = AddCheckpoint.parse(request)  # 1
    except Malformed as error:
        return _refusal(400, error)
    signed = asked.checkpoint
    origin = signed.checkpoint.origin
    if origin not in logs:  # 2
        return Answer(404, b"unknown log\n")
    try:
        require_log_signature(signed, origin, logs[origin])  # 3
    except Refused as error:
        return _refusal(403, error)
    signed = _own_lines(signed, logs[origin])
    if asked.old > signed.head.size:  # 4
        return Answer(400, b"the old size is larger than the checkpoint\n", keep=signed)
    latest = record.get(origin)
    known = latest.head if latest is not None else Head(0, EMPTY_ROOT)
    conflict = Answer(409, f"{known.size}\n".encode(), SIZE_TYPE, keep=signed)
    if asked.old != known.size:  # 5
        return conflict
    if known.size == signed.head.size and known.root != signed.head.root:
        return conflict
    try:
        verify_consistency(known, signed.head, asked.proof)  # 6
    except Refused as error:
        refusal = _refusal(422, error)
        return Answer(refusal.status, refusal.body, keep=signed)
    line = key.cosign(signed.note.text, now).line()  # 7
    return Answer(200, line.encode(), record=signed, keep=signed)


def _own_lines(signed: SignedCheckpoint, log_keys: Sequence[VerifierKey]) -> SignedCheckpoint:
    """The checkpoint with the first line of each of the log's keys; these were verified."""
    known = {(key.name, key.key_id) for key in log_keys}
    first: dict[tuple[str, bytes], NoteSignature] = {}
    for line in signed.note.signatures:
        if (line.name, line.key_id) in known:
            first.setdefault((line.name, line.key_id), line)
    return replace(signed, note=replace(signed.note, signatures=tuple(first.values())))


def _refusal(status: int, error: LedgerError) -> Answer:
    return Answer(status, f"{error.code}: {error.sentence}\n".encode())
