"""`thalweg verify FILE`: the one verifier of receipts, bundles, checkpoints, proofs of a fork, and bare proofs.

Nothing is fetched and no clock is read. Exit status: 0 verified, 1 refused, 2 cannot be read, 3 it holds
together, but nothing was given to trust it by.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from thalweg.ledger import canonical
from thalweg.ledger.canonical import Reader
from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.entry import Entry
from thalweg.ledger.errors import LedgerError, Malformed, Refused
from thalweg.ledger.fork import FORK, verify_fork
from thalweg.ledger.identity import GENESIS
from thalweg.ledger.note import VerifierKey
from thalweg.ledger.receipt import BUNDLE, BUNDLES, RECEIPT, TLOG_PROOF, Bundle, Receipt, TlogProof
from thalweg.ledger.tree import leaf_hash, verify_inclusion
from thalweg.ledger.trust import read_trust
from thalweg.ledger.verify import BundleVerdict, Trust, erased, utc, verify_bundle, verify_checkpoint, verify_receipt

if TYPE_CHECKING:
    from thalweg.reports.story import Story

app = App(name="verify", help="Verify a receipt, bundle, checkpoint or proof of a fork, offline.")

VERIFIED, REFUSED, UNREADABLE, NOT_ANCHORED = 0, 1, 2, 3


@app.default
def verify(
    file: Annotated[Path, Parameter(name="FILE")],
    *,
    trust: Annotated[Path | None, Parameter(name="--trust")] = None,
    log_key: Annotated[str, Parameter(name="--log-key")] = "",
    witness: Annotated[tuple[str, ...], Parameter(name="--witness", negative="")] = (),
    quorum: Annotated[int | None, Parameter(name="--quorum")] = None,
    also: Annotated[tuple[Path, ...], Parameter(name="--also", negative="")] = (),
    entry: Annotated[Path | None, Parameter(name="--entry")] = None,
    tell: Annotated[bool, Parameter(name="--tell", negative="")] = False,
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Verify FILE against the keys you trust.

    Parameters
    ----------
    file
        A receipt, a bundle, a signed checkpoint, a proof of a fork, or a C2SP tlog-proof (with --entry).
    trust
        The trust file of the log (written by 'thalweg ledger init' as trust.json), had from somebody you trust.
    log_key
        The log's verifier key (name+id+key) instead of a trust file.
    witness
        The verifier key of a witness you trust; may be repeated.
    quorum
        How many of the trusted witnesses must have cosigned; by default all that were named.
    also
        A receipt of an entry about keys that you know of, such as a later revocation; may be repeated.
    entry
        The entry that a bare tlog-proof is about.
    tell
        Of a bundle: what its party said and was told, in order, instead of a sentence for each entry.
    json_output
        Write the result for programs.
    """
    try:
        data = file.read_bytes()
        beside = [Receipt.parse(path.read_bytes()) for path in also]
        anchor = _anchor(trust, log_key, witness, quorum)
        answer = _answer(data, anchor, beside, entry, tell=tell)
    except OSError as error:
        return _tell(
            _Answer(
                UNREADABLE,
                f"{error.filename} cannot be read: {error.strerror}.",
                {"code": "file.unreadable"},
            ),
            json_output=json_output,
        )
    except LedgerError as error:
        status = UNREADABLE if isinstance(error, Malformed) else REFUSED
        return _tell(_Answer(status, f"Not verified. {error.sentence}", {"code": error.code}), json_output=json_output)
    return _tell(answer, json_output=json_output)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    sentence: str
    fields: dict[str, object]


def _anchor(trust: Path | None, log_key: str, witness: Sequence[str], quorum: int | None) -> Trust | None:
    witnesses = tuple(VerifierKey.parse(text) for text in witness)
    if trust is not None:
        given = read_trust(trust.read_bytes())
        all_of_them = (*given.witnesses, *witnesses)
        needed = given.quorum + len(witnesses) if quorum is None else quorum
        return replace(given, witnesses=all_of_them, quorum=needed)
    if not log_key:
        return None
    key = VerifierKey.parse(log_key)
    return Trust(key.name, (key,), None, witnesses, len(witnesses) if quorum is None else quorum)


def _answer(data: bytes, anchor: Trust | None, also: Sequence[Receipt], entry: Path | None, *, tell: bool) -> _Answer:
    kind = _kind(data)
    if tell and kind != BUNDLE:
        raise Refused("verify.tell", "A bundle has a story; this file is no bundle.")
    if kind == FORK:
        return _judged(anchor, *_fork(data, anchor))
    trust = _claimed(data, kind) if anchor is None else anchor
    if kind == RECEIPT:
        return _judged(anchor, *_receipt(data, trust, also))
    if kind == BUNDLE:
        return _judged(anchor, *_bundle(data, trust, also, tell=tell))
    if kind == _CHECKPOINT:
        return _judged(anchor, *_checkpoint(data, trust))
    return _judged(anchor, *_proof(data, trust, entry))


# Kinds of files that do not say theirs themselves.
_CHECKPOINT, _TLOG_PROOF = "checkpoint", "tlog-proof"
_Found = tuple[str, dict[str, object]]
"""What verified, as a sentence and as fields."""


def _fork(data: bytes, anchor: Trust | None) -> _Found:
    fork = verify_fork(data, None if anchor is None else anchor.log_keys)
    sizes = (fork.first.head.size, fork.second.head.size)
    sentence = (
        f"The log {fork.log_key.name} signed two histories: its heads of {sizes[0]} and {sizes[1]} entries cannot "
        f"both be true. Its key is {fork.log_key.text()}."
    )
    return sentence, {"kind": "fork", "log": fork.log_key.name, "sizes": list(sizes)}


def _receipt(data: bytes, trust: Trust, also: Sequence[Receipt]) -> _Found:
    verdict = verify_receipt(data, trust, also)
    event = verdict.entry.event
    return verdict.sentence(), {
        "kind": "receipt",
        "log": event.log,
        "index": verdict.index,
        "size": verdict.size,
        "author": event.author,
        "entry_kind": event.kind,
        "holder": event.holder,
        "suspect": verdict.suspect,
        "before": verdict.before,
        "after_size": event.seen.size,
        "witnesses": [item.name for item in verdict.cosigned],
    }


def _bundle(data: bytes, trust: Trust, also: Sequence[Receipt], *, tell: bool) -> _Found:
    found = verify_bundle(data, trust, also)
    checked = _documents(data, found)
    gone = erased(found)
    checked += [each.sentence() for each in gone]
    lines = [found.sentence(), *checked, *(verdict.sentence() for verdict in found.verdicts)]
    fields: dict[str, object] = {
        "kind": "bundle",
        "log": trust.origin,
        "size": found.size,
        "entries": [verdict.index for verdict in found.verdicts],
        "opened": len(found.opened),
        "erased": [{"beside": each.beside, "digest": each.digest.hex(), "entry": each.by.index} for each in gone],
        "documents": [{"name": item.name, "sha256": item.sha256} for item in found.documents],
        "withheld": [{"index": item.index, "what": item.what} for item in found.withheld],
    }
    if tell:
        read = _story(data, found)
        lines = [found.sentence(), *checked, *import_module(_STORY).tell(read)]
        fields["story"] = [asdict(each) | {"at": str(each.at)} for each in read.lines]
    return "\n".join(lines), fields


def _checkpoint(data: bytes, trust: Trust) -> _Found:
    signed = SignedCheckpoint.parse(data)
    witnessed = [utc(item.time) for item in verify_checkpoint(signed, trust)]
    sentence = f"The log {trust.origin} had {signed.head.size} entries{_by(witnessed)}; verified offline."
    return sentence, {"kind": _CHECKPOINT, "log": trust.origin, "size": signed.head.size, "before": witnessed}


def _proof(data: bytes, trust: Trust, entry: Path | None) -> _Found:
    proof = _bare_proof(data)
    head = proof.checkpoint.head
    witnessed = [utc(item.time) for item in verify_checkpoint(proof.checkpoint, trust)]
    if entry is None:
        raise Refused("verify.entry", "A bare proof is about an entry: name its file with --entry.")
    verify_inclusion(leaf_hash(entry.read_bytes()), proof.index, head, proof.path)
    log = f"the log {trust.origin} of {head.size} entries{_by(witnessed)}"
    fields = {"kind": _TLOG_PROOF, "log": trust.origin, "size": head.size, "before": witnessed, "index": proof.index}
    return f"These bytes are entry {proof.index} of {log}; verified.", fields


def _by(witnessed: list[str]) -> str:
    return f", witnessed {', '.join(witnessed)}" if witnessed else ""


_DOSSIER = "thalweg.reports.dossier.check"
_STORY = "thalweg.reports.story"  # it knows places, which take a while to load


def _documents(data: bytes, found: BundleVerdict) -> list[str]:
    """A sentence for each document that is in the bundle: a dossier is made again from the entries, and compared."""
    return import_module(_DOSSIER).check(data, found) if found.documents else []


def _story(data: bytes, found: BundleVerdict) -> Story:
    read: Story = import_module(_STORY).story(data, found)
    return read


def _bare_proof(data: bytes) -> TlogProof:
    try:
        return TlogProof.parse(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Malformed("proof.form", "The proof is not UTF-8 text.") from error


def _judged(anchor: Trust | None, sentence: str, fields: dict[str, object]) -> _Answer:
    if anchor is not None:
        return _Answer(VERIFIED, sentence, fields)
    hint = "NOT VERIFIED AGAINST ANYTHING YOU TRUST: it holds together by the keys that it names itself. Give --trust."
    return _Answer(NOT_ANCHORED, f"{hint}\n{sentence}", fields)


def _kind(data: bytes) -> str:
    if data.startswith(TLOG_PROOF.encode() + b"\n"):
        return _TLOG_PROOF
    if not data.startswith(b"{"):
        SignedCheckpoint.parse(data)
        return _CHECKPOINT
    version = Reader(canonical.decode(data), "the file").text("v")
    if version not in (RECEIPT, *BUNDLES, FORK):
        raise Malformed("file.version", f"{version[:60]!r} is not a kind of file that is verified here.")
    return BUNDLE if version in BUNDLES else version


def _claimed(data: bytes, kind: str) -> Trust:
    """What a file says of itself, to see whether it holds together. Worth nothing as a proof."""
    if kind == BUNDLE:
        policy = Bundle.parse(data).policy
        return Trust(policy.origin, (policy.log_key,), None, policy.witnesses, policy.quorum)
    if kind == RECEIPT:
        keys = Receipt.parse(data).keys
        event = Entry.parse(keys[0].entry).event if keys else None
        if event is not None and event.kind == GENESIS:
            text = event.body.get("log_key")
            key = VerifierKey.parse(text if isinstance(text, str) else "")
            return Trust(key.name, (key,), leaf_hash(keys[0].entry))
    raise Refused("verify.trust", "This cannot be judged without a key: give --trust or --log-key.")


def _tell(answer: _Answer, *, json_output: bool) -> int:
    if json_output:
        print(json.dumps({"status": answer.status, "sentence": answer.sentence, **answer.fields}, ensure_ascii=False))
    else:
        print(answer.sentence, file=sys.stdout if answer.status in (VERIFIED, NOT_ANCHORED) else sys.stderr)
    return answer.status
