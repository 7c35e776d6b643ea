"""`thalweg ledger witness …`: a second pair of eyes on somebody's log. Exit statuses: `at_log`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.ledger.at_log import (
    ASKED,
    DONE,
    By,
    Folder,
    PassphraseFile,
    Secret,
    log_home,
    passphrase_of,
    say_for_the_log,
    told,
)
from thalweg.ledger import identity
from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.errors import Refused
from thalweg.ledger.note import COSIGNATURE, NoteKey, VerifierKey
from thalweg.server.witness import Witness, ask_witness, serve

app = App(name="witness", help="Witness other logs, or ask a witness for its signature.")


@app.command
@told
def init(
    folder: Folder,
    *,
    name: Annotated[str, Parameter(name="--name")],
    passphrase_file: PassphraseFile = None,
    recipient: Annotated[str, Parameter(name="--recipient")] = "",
) -> int:
    """Make a witness in DIR and print its public key, for a log's registrar to enter."""
    ring = wiring.key_ring(folder / "keys")
    if recipient:
        ring.adopt(recipient)
    else:
        ring.create(passphrase_of(passphrase_file, twice=True))
    seed = wiring.random_bytes(32)
    ring.seal("witness", name, seed)
    print(NoteKey(name, seed).verifier(COSIGNATURE).text())
    return DONE


@app.command(name="serve")
@told
def serve_(
    folder: Folder,
    *,
    name: Annotated[str, Parameter(name="--name")],
    log_key: Annotated[tuple[str, ...], Parameter(name="--log-key", negative="")],
    host: Annotated[str, Parameter(name="--host")] = "127.0.0.1",
    port: Annotated[int, Parameter(name="--port")] = 8471,
    log: Annotated[Path | None, Parameter(name="--log")] = None,
    secret: Secret = ASKED,
) -> int:
    """Answer add-checkpoint requests until interrupted.

    Parameters
    ----------
    name
        The witness's name, as given to 'witness init'.
    log_key
        The key of a log to witness; may be repeated.
    log
        A log's home whose checkpoint and hashes are served beside.
    """
    unlocked = secret.opens(wiring.key_ring(folder / "keys"))
    logs: dict[str, list[VerifierKey]] = {}
    for text in log_key:
        key = VerifierKey.parse(text)
        logs.setdefault(key.name, []).append(key)
    witness = Witness(
        logs, unlocked.note_key("witness", name), wiring.witness_files(folder / "logs"), lambda: wiring.now_ms() // 1000
    )
    served = None if log is None else log_home(log).store
    with serve((host, port), witness, served) as server:
        print(f"{name} witnesses {', '.join(logs)} on port {server.server_address[1]}.", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("Stopped.")
    return DONE


@app.command
@told
def add(
    folder: Folder,
    party: Annotated[str, Parameter(name="PARTY")],
    key: Annotated[str, Parameter(name="KEY")],
    *,
    by: By = "",
    secret: Secret = ASKED,
) -> int:
    """Enter PARTY's witness in the log, signed by the registrar.

    Parameters
    ----------
    by
        Who signs, if not the log's first registrar.
    """
    body = identity.witness_add_body(party, VerifierKey.parse(key))
    index = say_for_the_log(folder, secret, by, identity.WITNESS_ADD, body)
    print(f"Entry {index}: {key.partition('+')[0]} witnesses for {party}.")
    return DONE


@app.command
@told
def ask(
    folder: Folder,
    url: Annotated[str, Parameter(name="URL")],
    *,
    key: Annotated[str, Parameter(name="--key")],
    secret: Secret = ASKED,
) -> int:
    """Ask the witness at URL to cosign the newest head of the log in DIR, and keep its signature."""
    home = log_home(folder)
    writer = home.writer(secret.opens(home.keys))
    signed = writer.log.head()
    if signed is None:
        raise Refused("log.empty", "This log has no entries yet.")
    size = signed.head.size
    note = ask_witness(
        url, VerifierKey.parse(key), signed, lambda old: writer.log.consistency(old, size) if old <= size else []
    )
    writer.log.adopt(SignedCheckpoint(signed.checkpoint, note))
    writer.remember()
    print(f"{key.partition('+')[0]} cosigned {size} entries.")
    return DONE
