"""`thalweg ledger author …`: an author's own key and entries, without the log. Exit statuses: `at_log`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.ledger.at_log import (
    ASKED,
    DONE,
    Folder,
    Output,
    PassphraseFile,
    Secret,
    keeping_evidence,
    passphrase_of,
    told,
)
from thalweg.formats import event as kinds
from thalweg.ledger import canonical
from thalweg.ledger.canonical import Value
from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.errors import Malformed
from thalweg.ledger.receipt import Receipt
from thalweg.ledger.trust import read_trust
from thalweg.ledger.verify import Trust, verify_checkpoint, verify_receipt

app = App(name="author", help="Sign as an author on a machine of your own, without the log.")


@app.command
@told
def init(
    folder: Folder,
    *,
    author: Annotated[str, Parameter(name="--author")],
    trust: Annotated[Path, Parameter(name="--trust")],
    after: Annotated[Path | None, Parameter(name="--after")] = None,
    passphrase_file: PassphraseFile = None,
    recipient: Annotated[str, Parameter(name="--recipient")] = "",
) -> int:
    """Make a key of your own in DIR, with which nobody else can sign, and key.json for the log's registrar.

    Parameters
    ----------
    author
        The id under which you sign; a pseudonym, never a person's name.
    trust
        The log's trust file.
    after
        A receipt of your newest entry, if you have signed in this log before with another key.
    passphrase_file
        A file whose first line seals the key; asked for if neither this nor a recipient is given.
    recipient
        An age recipient (age1…) to seal the key to instead.
    """
    trust_bytes = trust.read_bytes()
    trusted = read_trust(trust_bytes)
    proof = None if after is None else after.read_bytes()
    if proof is not None:
        verify_receipt(proof, trusted)
    made = wiring.make_author_home(
        folder,
        author=author,
        origin=trusted.origin,
        trust=trust_bytes,
        passphrase=None if recipient else passphrase_of(passphrase_file, twice=True),
        recipient=recipient or None,
        after=None if proof is None else Receipt.parse(proof).entry,
    )
    if proof is not None:
        made.show(Receipt.parse(proof).proof.checkpoint)
    print(f"Give {made.key_file} to the registrar: 'thalweg ledger keys add LOG {author} --key key.json'.")
    return DONE


@app.command
@told
def sign(
    folder: Folder,
    *,
    output: Output,
    text: Annotated[str, Parameter(name="--text")] = "",
    language: Annotated[str, Parameter(name="--language")] = "en",
    kind: Annotated[str, Parameter(name="--kind")] = "",
    body: Annotated[Path | None, Parameter(name="--body")] = None,
    seen: Annotated[Path | None, Parameter(name="--seen")] = None,
    payload: Annotated[tuple[Path, ...], Parameter(name="--payload", negative="")] = (),
    media: Annotated[str, Parameter(name="--media")] = "application/octet-stream",
    secret: Secret = ASKED,
) -> int:
    """Sign your next entry, without the log and without a network; 'append --entry' puts it in.

    Parameters
    ----------
    output
        Where to write the entry. Each payload, with its salt, is written beside it as OUTPUT.payload-1, -2, …
    text
        What is said.
    language
        The language it is said in.
    kind
        Another kind of entry, with --body: such as key.revoke/1, signed by a registrar whose key is kept apart.
    body
        A file with the body of that kind, as canonical JSON.
    seen
        The newest checkpoint or receipt that you were shown: it proves that you signed after it.
    payload
        A file to keep beside the tree, erasable, with its salted digest in the entry; may be repeated.
    media
        The media type of the payloads.
    """
    if bool(text) == bool(kind) or bool(kind) != (body is not None):
        raise Malformed("author.what", "Give --text, or --kind with --body.")
    home = wiring.author_home(folder)
    if seen is not None:
        shown = _shown(seen.read_bytes(), read_trust(home.trust))
        keeping_evidence(folder, lambda: home.show(shown))
    if body is None:
        said_kind, said_body = kinds.write(kinds.Statement(text, language))
    else:
        said_kind, said_body = kind, _body(kind, body.read_bytes())
    unlocked = secret.opens(home.keys)
    beside = tuple((path.read_bytes(), media) for path in payload)
    _hand_out(wiring.sign_as(home, unlocked, said_kind, said_body, beside), output)
    return DONE


@app.command
@told
def rotate(folder: Folder, *, output: Output, secret: Secret = ASKED) -> int:
    """Replace your own key: the entry written to OUTPUT is signed by the old key, whatever you sign next by the new."""
    home = wiring.author_home(folder)
    unlocked = secret.opens(home.keys)
    _hand_out(wiring.rotate_author_key(home, unlocked), output)
    return DONE


def _hand_out(said: wiring.Said, output: Path) -> None:
    output.write_bytes(said.entry)
    for number, data in enumerate(said.salted, 1):
        output.with_name(f"{output.name}.payload-{number}").write_bytes(data)
    print(f"Your entry number {said.seq} is in {output}; 'thalweg ledger append LOG --entry' puts it in the log.")


def _body(kind: str, data: bytes) -> Mapping[str, Value]:
    """The body of an entry of that kind. The kinds of the key history are judged by the log that they go to."""
    body = canonical.decode(data.strip())
    if not isinstance(body, Mapping):
        raise Malformed("canonical.shape", "The body should be an object.")
    if kind not in kinds.KEY_HISTORY:
        kinds.read(kind, body)
    return body


def _shown(data: bytes, trusted: Trust) -> SignedCheckpoint:
    """The checkpoint in a file that verifies: a receipt, or a checkpoint by itself."""
    if data.startswith(b"{"):
        verify_receipt(data, trusted)
        return Receipt.parse(data).proof.checkpoint
    signed = SignedCheckpoint.parse(data)
    verify_checkpoint(signed, trusted)
    return signed
