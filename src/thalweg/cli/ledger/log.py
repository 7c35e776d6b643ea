"""`thalweg ledger init`, `scrub`, `mirror`, `compare`: a log as a whole. Exit statuses: `at_log`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.ledger.at_log import (
    ASKED,
    DONE,
    REFUSED,
    Folder,
    PassphraseFile,
    Secret,
    keeping_evidence,
    log_home,
    passphrase_of,
    told,
)
from thalweg.ledger import canonical
from thalweg.ledger.canonical import Reader
from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.fork import compare as find_fork
from thalweg.ledger.mirror import pull
from thalweg.ledger.note import VerifierKey
from thalweg.ledger.receipt import BUNDLE, Bundle, ProvenEntry, Receipt
from thalweg.ledger.sequencer import Log
from thalweg.ledger.tree import leaf_hash
from thalweg.ledger.trust import read_trust, write_trust
from thalweg.ledger.verify import Trust, verify_bundle, verify_receipt
from thalweg.server.witness import fetcher

app = App()


@app.command
@told
def init(
    folder: Folder,
    *,
    origin: Annotated[str, Parameter(name="--origin")],
    registrar: Annotated[str, Parameter(name="--registrar")],
    store: Annotated[str, Parameter(name="--store")] = "sqlite:log.db",
    passphrase_file: PassphraseFile = None,
    recipient: Annotated[str, Parameter(name="--recipient")] = "",
) -> int:
    """Make a log in DIR: its keys, its first entry, and trust.json to hand to everybody who will verify.

    Parameters
    ----------
    folder
        The folder to make it in.
    origin
        The log's name for ever, like a URL without its scheme: example.org/deir-ez-zor/log.
    registrar
        The id of the author who may add keys and witnesses.
    store
        'sqlite:FILE' in the folder, or 'postgres:CONNINFO'.
    passphrase_file
        A file whose first line seals the keys; asked for if neither this nor a recipient is given.
    recipient
        An age recipient (age1…) to seal the keys to instead.
    """
    passphrase = None if recipient else passphrase_of(passphrase_file, twice=True)
    home = wiring.make_log_home(
        folder, origin=origin, registrar=registrar, store=store, passphrase=passphrase, recipient=recipient or None
    )
    trust = Trust(origin, (home.settings.log_key,), leaf_hash(home.reader().entry(0)))
    home.close()
    (folder / "trust.json").write_bytes(write_trust(trust))
    print(f"The log {origin} is made. Its key is {home.settings.log_key.text()}")
    print(f"Give {folder / 'trust.json'} to everybody who will verify, by a way they trust.")
    return DONE


@app.command
@told
def scrub(folder: Folder, *, secret: Secret = ASKED) -> int:
    """Recompute the root from the entries. A restored or suspicious log signs again only after this has passed."""
    home = log_home(folder)
    head = home.scrub(secret.opens(home.keys))
    print(f"{head.size} entries have the root that was signed.")
    return DONE


@app.command
@told
def mirror(
    url: Annotated[str, Parameter(name="URL")],
    folder: Folder,
    *,
    trust: Annotated[Path, Parameter(name="--trust")],
    receipt: Annotated[tuple[Path, ...], Parameter(name="--receipt", negative="")] = (),
) -> int:
    """Fetch every new hash of the log at URL into DIR, and take in the entries disclosed to you.

    A second history is refused (exit status 1) and both checkpoints, with the proof, are kept in DIR/evidence.

    Parameters
    ----------
    trust
        The log's trust file.
    receipt
        A receipt or bundle whose entries, and key history, to keep; may be repeated.
    """
    trusted = read_trust(trust.read_bytes())
    files = wiring.mirror_files(folder)
    found = keeping_evidence(folder, lambda: pull(fetcher(url), trusted.origin, trusted.log_keys, files.held(), files))
    if found is not None:
        files.keep(found)
    for file in receipt:
        files.take_in(*_disclosed(file.read_bytes(), trusted))
    held = files.held()
    print(f"{trusted.origin}: {0 if held is None else held.head.size} entries mirrored.")
    return DONE


@app.command
@told
def compare(
    first: Annotated[Path, Parameter(name="FIRST")],
    second: Annotated[Path, Parameter(name="SECOND")],
    *,
    log_key: Annotated[str, Parameter(name="--log-key")],
    mirror: Annotated[Path | None, Parameter(name="--mirror")] = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
) -> int:
    """Compare two checkpoints of one log. If they cannot both be true, write the proof; exit status 1.

    Parameters
    ----------
    mirror
        A mirror (or exported tiles) of the log as the larger checkpoint has it; needed when the sizes differ.
    output
        Where to write the proof of a fork.
    """
    one, other = (SignedCheckpoint.parse(file.read_bytes()) for file in (first, second))
    larger = None if mirror is None else Log(wiring.mirror_files(mirror), one.checkpoint.origin).node
    fork = find_fork(one, other, VerifierKey.parse(log_key), larger)
    if fork is None:
        print("The two checkpoints agree: the larger one contains the smaller.")
        return DONE
    print(
        f"They cannot both be true: {fork.log_key.name} signed {fork.first.head.size} and {fork.second.head.size} "
        "entries of two histories.",
        file=sys.stderr,
    )
    if output is not None:
        output.write_bytes(fork.encode())
        print(f"The proof is in {output}; anybody can check it with 'thalweg verify'.", file=sys.stderr)
    return REFUSED


def _disclosed(data: bytes, trusted: Trust) -> tuple[list[ProvenEntry], SignedCheckpoint]:
    """The entries of a receipt or bundle that verifies, and the checkpoint they are proved in."""
    if Reader(canonical.decode(data), "the file").text("v") == BUNDLE:
        verify_bundle(data, trusted)
        bundle = Bundle.parse(data)
        return [*bundle.keys, *bundle.entries], bundle.checkpoint
    verify_receipt(data, trusted)
    made = Receipt.parse(data)
    proof = made.proof
    return [*made.keys, ProvenEntry(made.entry, proof.index, proof.path, made.seen)], proof.checkpoint
