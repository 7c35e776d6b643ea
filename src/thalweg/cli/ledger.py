"""`thalweg ledger …`: make, feed, read, prove, witness, mirror and mend a log.

Exit status: 0 done, 1 refused or contradicted (a fork, a scrub that found something), 2 cannot be read or used wrongly.
No command prints a private key.
"""

from __future__ import annotations

import functools
import getpass
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Annotated, Final, Literal, ParamSpec, TypedDict, TypeVar

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.formats import event as kinds
from thalweg.ledger import canonical, identity
from thalweg.ledger.canonical import HASH_BYTES, Reader, Value
from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.entry import AuthorKey, AuthorSigner, Entry, Event
from thalweg.ledger.errors import Damaged, Inconsistent, LedgerError, Malformed, Refused
from thalweg.ledger.fork import compare as find_fork
from thalweg.ledger.mirror import pull
from thalweg.ledger.note import COSIGNATURE, NoteKey, VerifierKey
from thalweg.ledger.receipt import BUNDLE, Bundle, Policy, ProvenEntry, Receipt
from thalweg.ledger.sequencer import Log
from thalweg.ledger.tree import leaf_hash
from thalweg.ledger.trust import read_trust, write_trust
from thalweg.ledger.verify import Trust, utc, verify_bundle, verify_checkpoint, verify_receipt
from thalweg.server.witness import Witness, ask_witness, fetcher, serve

app = App(name="ledger", help="The signed record: make, feed, read, prove, witness, mirror and mend it.")
keys_app = App(name="keys", help="Author keys: list, add, rotate, revoke.")
author_app = App(name="author", help="Sign as an author on a machine of your own, without the log.")
witness_app = App(name="witness", help="Witness other logs, or ask a witness for its signature.")
app.command(keys_app)
app.command(author_app)
app.command(witness_app)

DONE, REFUSED, WRONG = 0, 1, 2

P = ParamSpec("P")
T = TypeVar("T")
Folder = Annotated[Path, Parameter(name="DIR")]
PassphraseFile = Annotated[Path | None, Parameter(name="--passphrase-file")]
IdentityFile = Annotated[Path | None, Parameter(name="--identity")]
Output = Annotated[Path, Parameter(name=["--output", "-o"])]
By = Annotated[str, Parameter(name="--by")]


_opened_homes: ContextVar[ExitStack] = ContextVar("opened_homes")


def _home(folder: Path) -> wiring.Home:
    """The log's home, closed when the command ends, however it does; and suspicious if it ends in damage."""
    home = wiring.log_home(folder)

    def end(_kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        if isinstance(error, Damaged):
            home.suspect()
        home.close()

    _opened_homes.get().push(end)
    return home


def _told(command: Callable[P, int]) -> Callable[P, int]:
    """A refusal of the ledger becomes its sentence and an exit status."""

    @functools.wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            with ExitStack() as stack:
                _opened_homes.set(stack)
                return command(*args, **kwargs)
        except LedgerError as error:
            print(f"thalweg: {error.sentence} [{error.code}]", file=sys.stderr)
            return WRONG if isinstance(error, Malformed) else REFUSED
        except BrokenPipeError:  # nobody reads the output any more: not this command's affair
            raise
        except OSError as error:
            about = f"{error.filename}: " if error.filename else ""
            print(f"thalweg: {about}{error.strerror or error}. [file.unreadable]", file=sys.stderr)
            return WRONG

    return told


@app.command
@_told
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
    passphrase = None if recipient else _passphrase(passphrase_file, twice=True)
    home = wiring.make_log_home(
        folder, origin=origin, registrar=registrar, store=store, passphrase=passphrase, recipient=recipient or None
    )
    trust = Trust(origin, (home.settings.log_key,), leaf_hash(home.reader().entry(0)))
    home.close()
    (folder / "trust.json").write_bytes(write_trust(trust))
    print(f"The log {origin} is made. Its key is {home.settings.log_key.text()}")
    print(f"Give {folder / 'trust.json'} to everybody who will verify, by a way they trust.")
    return DONE


@keys_app.command(name="list")
@_told
def list_keys(folder: Folder) -> int:
    """List the author keys of the log, with the indexes for which each is valid."""
    home = _home(folder)
    for record in home.reader().history().records():
        end = "" if record.ended is None else f" to {record.ended} ({record.reason})"
        held = "held by the server" if record.key.holder == "server" else "held by its author"
        print(f"{record.author}  {record.key.key_id}  {record.key.algorithm}  after {record.added}{end}  {held}")
    return DONE


@keys_app.command
@_told
def add(
    folder: Folder,
    author: Annotated[str, Parameter(name="AUTHOR")],
    *,
    holder: Annotated[Literal["author", "server"], Parameter(name="--holder")] = "server",
    key: Annotated[Path | None, Parameter(name="--key")] = None,
    by: By = "",
    passphrase_file: PassphraseFile = None,
    identity_file: IdentityFile = None,
) -> int:
    """Enter a key of AUTHOR in the log: one made and sealed here, or the public key of one held elsewhere.

    Parameters
    ----------
    holder
        Whose hands a key made here is in: 'server' if this machine signs for the author, which every
        statement then says.
    key
        A file with a public key in the form of docs/spec/entry.md, "Author keys": a passkey, or an Ed25519
        key on the author's own device ('thalweg ledger author init' makes one).
    by
        Who signs, if not the log's first registrar: a second one, or AUTHOR.
    """
    if key is None:
        return _new_key(folder, author, holder, passphrase_file, identity_file, by=by, rotate=False)
    public = AuthorKey.read(canonical.decode(key.read_bytes().strip()))
    home = _home(folder)
    writer = home.writer(home.keys.unlock(**_lock(passphrase_file, identity_file)))
    body = identity.key_add_body(author, public)
    placed = writer.say(by or home.settings.registrar, identity.KEY_ADD, body, **_stamp())
    print(f"Entry {placed.index}: {author} signs with the key {public.key_id}, which is not here.")
    return DONE


@keys_app.command
@_told
def rotate(
    folder: Folder,
    author: Annotated[str, Parameter(name="AUTHOR")],
    *,
    holder: Annotated[Literal["author", "server"], Parameter(name="--holder")] = "server",
    passphrase_file: PassphraseFile = None,
    identity_file: IdentityFile = None,
) -> int:
    """Replace AUTHOR's key by a new one; the old key signs the change and nothing after it."""
    return _new_key(folder, author, holder, passphrase_file, identity_file, by="", rotate=True)


@keys_app.command(name="rotate-log")
@_told
def rotate_log(folder: Folder, *, passphrase_file: PassphraseFile = None, identity_file: IdentityFile = None) -> int:
    """Give the log itself a new key, signed by the registrar, and write trust.json anew.

    Who trusts the log by its first entry goes on as before; whoever trusts its old key alone needs the new file.
    The new file does not name the old key: receipts from before are vouched for by the key history in them.
    """
    home = _home(folder)
    unlocked = home.keys.unlock(**_lock(passphrase_file, identity_file))
    key = wiring.rotate_log_key(home, unlocked)
    origin = home.settings.origin
    trust = Trust(origin, (key,), leaf_hash(home.reader().entry(0)))
    (folder / "trust.json").write_bytes(write_trust(trust))
    print(f"The log {origin} signs with {key.text()} from now on. Hand out the new trust.json.")
    return DONE


@keys_app.command
@_told
def revoke(
    folder: Folder,
    author: Annotated[str, Parameter(name="AUTHOR")],
    key: Annotated[str, Parameter(name="KEY")],
    *,
    reason: Annotated[Literal["lost", "stolen", "retired"], Parameter(name="--reason")],
    suspect_from: Annotated[int | None, Parameter(name="--suspect-from")] = None,
    by: By = "",
    passphrase_file: PassphraseFile = None,
    identity_file: IdentityFile = None,
) -> int:
    """End a key of AUTHOR, signed by the registrar.

    Parameters
    ----------
    suspect_from
        For a stolen key: the first index whose statement by it the author does not vouch for.
    by
        Who signs, if not the log's first registrar: a second one, or AUTHOR with another key.
    """
    home = _home(folder)
    writer = home.writer(home.keys.unlock(**_lock(passphrase_file, identity_file)))
    body = identity.key_revoke_body(author, key, reason, suspect_from)
    placed = writer.say(by or home.settings.registrar, identity.KEY_REVOKE, body, **_stamp())
    print(f"Entry {placed.index}: the key {key[:12]}… of {author} is ended ({reason}).")
    return DONE


@keys_app.command
@_told
def grant(
    folder: Folder,
    author: Annotated[str, Parameter(name="AUTHOR")],
    *,
    role: Annotated[str, Parameter(name="--role")] = identity.REGISTRAR,
    scope: Annotated[str, Parameter(name="--scope")] = "",
    end: Annotated[bool, Parameter(name="--end", negative="")] = False,
    by: By = "",
    passphrase_file: PassphraseFile = None,
    identity_file: IdentityFile = None,
) -> int:
    """Give AUTHOR a role: by default that of a second registrar, without whom the loss of the first ends the log.

    Parameters
    ----------
    role
        The role; 'registrar' is the one that the ledger itself knows.
    scope
        What the role is limited to; empty for a registrar.
    end
        Take the role away instead.
    by
        Who signs, if not the log's first registrar.
    """
    home = _home(folder)
    writer = home.writer(home.keys.unlock(**_lock(passphrase_file, identity_file)))
    kind = identity.GRANT_END if end else identity.GRANT
    placed = writer.say(by or home.settings.registrar, kind, identity.grant_body(author, role, scope), **_stamp())
    print(f"Entry {placed.index}: {author} {'is no longer' if end else 'is now'} {role}.")
    return DONE


@author_app.command(name="init")
@_told
def author_init(
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
        passphrase=None if recipient else _passphrase(passphrase_file, twice=True),
        recipient=recipient or None,
        after=None if proof is None else Receipt.parse(proof).entry,
    )
    if proof is not None:
        made.show(Receipt.parse(proof).proof.checkpoint)
    print(f"Give {made.key_file} to the registrar: 'thalweg ledger keys add LOG {author} --key key.json'.")
    return DONE


@author_app.command(name="sign")
@_told
def author_sign(
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
    passphrase_file: PassphraseFile = None,
    identity_file: IdentityFile = None,
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
        _keeping_evidence(folder, lambda: home.show(shown))
    if body is None:
        said_kind, said_body = kinds.write(kinds.Statement(text, language))
    else:
        said_kind, said_body = kind, _body(kind, body.read_bytes())
    unlocked = home.keys.unlock(**_lock(passphrase_file, identity_file))
    beside = tuple((path.read_bytes(), media) for path in payload)
    _hand_out(wiring.sign_as(home, unlocked, said_kind, said_body, beside), output)
    return DONE


@author_app.command(name="rotate")
@_told
def author_rotate(
    folder: Folder, *, output: Output, passphrase_file: PassphraseFile = None, identity_file: IdentityFile = None
) -> int:
    """Replace your own key: the entry written to OUTPUT is signed by the old key, whatever you sign next by the new."""
    home = wiring.author_home(folder)
    unlocked = home.keys.unlock(**_lock(passphrase_file, identity_file))
    _hand_out(wiring.rotate_author_key(home, unlocked), output)
    return DONE


@app.command
@_told
def append(
    folder: Folder,
    *,
    author: Annotated[str, Parameter(name="--author")] = "",
    text: Annotated[str, Parameter(name="--text")] = "",
    language: Annotated[str, Parameter(name="--language")] = "en",
    entry: Annotated[Path | None, Parameter(name="--entry")] = None,
    salted: Annotated[tuple[Path, ...], Parameter(name="--salted", negative="")] = (),
    payload: Annotated[tuple[Path, ...], Parameter(name="--payload", negative="")] = (),
    media: Annotated[str, Parameter(name="--media")] = "application/octet-stream",
    receipt: Annotated[Path | None, Parameter(name="--receipt")] = None,
    passphrase_file: PassphraseFile = None,
    identity_file: IdentityFile = None,
) -> int:
    """Append a statement of an author whose key is sealed here, or an entry that was signed elsewhere.

    Parameters
    ----------
    author
        Whose statement; needs --text.
    text
        What is said.
    language
        The language it is said in.
    entry
        A file with an entry signed elsewhere, instead of --author and --text.
    salted
        With --entry: a payload of that entry with its salt before it, as 'author sign' writes it; may be repeated.
    payload
        A file to keep beside the tree, erasable, with its salted digest in the entry; may be repeated.
    media
        The media type of the payloads.
    receipt
        Where to write the receipt.
    """
    if (entry is None) == (not author) or bool(author) != bool(text):
        raise Malformed("append.what", "Give --author with --text, or --entry.")
    if (payload and entry is not None) or (salted and entry is None):
        raise Malformed("append.payload", "Give --payload with --text, or --salted with --entry.")
    home = _home(folder)
    writer = home.writer(home.keys.unlock(**_lock(passphrase_file, identity_file)))
    if entry is not None:
        pairs = tuple((data[HASH_BYTES:], data[:HASH_BYTES]) for data in (path.read_bytes() for path in salted))
        placed = _keeping_evidence(folder, lambda: writer.take(entry.read_bytes(), pairs))
    else:
        kind, body = kinds.write(kinds.Statement(text, language))
        beside = tuple((path.read_bytes(), wiring.random_bytes(32), media) for path in payload)
        placed = writer.say(author, kind, body, payloads=beside, **_stamp())
    if receipt is not None:
        receipt.write_bytes(writer.log.receipt(placed.index).encode())
    print(f"Entry {placed.index} is in the log." if placed.fresh else f"It was in the log already: {placed.index}.")
    return DONE


@app.command
@_told
def erase(
    folder: Folder,
    index: Annotated[int, Parameter(name="INDEX")],
    *,
    author: Annotated[str, Parameter(name="--author")],
    reason: Annotated[Literal["request", "retention", "mistake"], Parameter(name="--reason")],
    digest: Annotated[tuple[str, ...], Parameter(name="--digest", negative="")] = (),
    passphrase_file: PassphraseFile = None,
    identity_file: IdentityFile = None,
) -> int:
    """Erase payloads beside an entry for good. That, when and why is an entry first; every proof stays as it was.

    Only what was kept beside somebody's words (statement/1): what a desk was told is never erased. Copies in backups,
    in bundles and with others stay.

    Parameters
    ----------
    index
        The entry that they lie beside.
    author
        Who says so; an author whose key is sealed here.
    reason
        request (of whom it is about), retention (its time is over), mistake (it should not have been there).
    digest
        Only the payload whose digest begins so; may be repeated. By default all of that entry.
    """
    home = _home(folder)
    event = Entry.parse(home.reader().entry(index)).event
    if event.kind != _ERASABLE:
        raise Refused("erase.kept", f"Entry {index} is {event.kind}; what lies beside that is never erased.")
    beside = [item.digest for item in event.payloads]
    wanted = [each for each in beside if not digest or each.hex().startswith(digest)]
    if not wanted or any(not each or not any(it.hex().startswith(each) for it in beside) for each in digest):
        raise Refused("erase.none", f"Entry {index} has no such payload beside it.")
    there = [each for each in wanted if home.store.payload(each) is not None]
    if not there:
        raise Refused("erase.gone", f"{_gone(home.reader(), index, wanted[0])}; there is nothing left to erase.")
    writer = home.writer(home.keys.unlock(**_lock(passphrase_file, identity_file)))
    placed = writer.say(author, *kinds.write(kinds.Erasure(tuple(there), reason)), **_stamp())
    for each in there:  # on record before a byte goes; said again, it goes on where it was broken off
        home.store.erase(each)
    print(f"{len(there)} payloads beside entry {index} are erased; entry {placed.index} says so.")
    return DONE


@app.command
@_told
def show(
    folder: Folder,
    index: Annotated[int | None, Parameter(name="INDEX")] = None,
    *,
    mirror: Annotated[bool, Parameter(name="--mirror", negative="")] = False,
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Show the newest head of a log (or mirror), or one entry.

    Parameters
    ----------
    mirror
        DIR is a mirror of somebody else's log.
    """
    log = _log(folder, mirror=mirror)
    signed = log.head()
    if index is not None:
        event = Entry.parse(log.entry(index)).event
        if json_output:
            print(json.dumps(event.value(), ensure_ascii=False))
        else:
            said = json.dumps(event.body, ensure_ascii=False)
            print(
                f"Entry {index}: {event.author} ({event.kind}, own number {event.seq}), stated at "
                f"{utc(event.at // 1000)}: {said}"
            )
            for item in event.payloads:
                there = mirror or _home(folder).store.payload(item.digest) is not None
                state = f"{item.size} bytes, {item.media}" if there else _gone(log, index, item.digest)
                print(f"  Beside it, {item.digest.hex()[:16]}: {state}.")
    elif signed is None:
        print("The log is empty.")
    elif json_output:
        print(json.dumps({"origin": log.origin, "size": signed.head.size, "root": signed.head.root.hex()}))
    else:
        names = [line.name for line in signed.note.signatures[1:]]
        print(f"{log.origin}: {signed.head.size} entries, cosigned by {', '.join(names) or 'nobody yet'}.")
        print(signed.encode().decode(), end="")
    return DONE


@app.command
@_told
def prove(
    folder: Folder,
    index: Annotated[int, Parameter(name="INDEX")],
    *,
    output: Output,
    form: Annotated[Literal["receipt", "tlog-proof", "entry"], Parameter(name="--form")] = "receipt",
    mirror: Annotated[bool, Parameter(name="--mirror", negative="")] = False,
) -> int:
    """Write the proof of one entry: our receipt, or the bare C2SP tlog-proof and the entry for other tools."""
    log = _log(folder, mirror=mirror)
    made = log.receipt(index)
    match form:
        case "receipt":
            data = made.encode()
        case "tlog-proof":
            data = made.proof.text().encode()
        case "entry":
            data = made.entry
    output.write_bytes(data)
    print(f"The {form} of entry {index} is in {output}.")
    return DONE


@app.command
@_told
def export(
    folder: Folder,
    *index: Annotated[int, Parameter(name="INDEX")],
    output: Output,
    payloads: Annotated[bool, Parameter(name="--payloads", negative="")] = False,
    earlier: Annotated[tuple[int, ...], Parameter(name="--earlier", negative="")] = (),
    quorum: Annotated[int, Parameter(name="--quorum")] = 0,
    tiles: Annotated[bool, Parameter(name="--tiles", negative="")] = False,
) -> int:
    """Write a bundle of entries, or with --tiles the checkpoint and hashes as static files.

    Parameters
    ----------
    index
        The entries; all if none is given.
    payloads
        Put in the payloads of those entries that are still kept.
    earlier
        The size of an earlier checkpoint to put in; may be repeated.
    quorum
        How many of the log's witnesses the bundle proposes to demand.
    tiles
        Write the C2SP tlog-tiles layout into the folder named by --output; entries are not in it.
    """
    home = _home(folder)
    log = home.reader()
    signed = log.head()
    if signed is None:
        raise Refused("log.empty", "This log has no entries yet.")
    if tiles:
        count = wiring.mirror_files(output).lay_out(home.store.tile, signed)
        print(f"{count} tiles and the checkpoint are in {output}.")
    else:
        chosen = index or tuple(range(signed.head.size))
        history = log.history()
        witnesses = tuple(item.key for item in history.witnesses() if item.ended is None)
        policy = Policy(log.origin, home.settings.log_key, witnesses, quorum)
        digests = _kept(home.store.payload, log, chosen) if payloads else []
        if payloads and index:  # whoever asks for what was erased is given the entry that says so
            asked = {it.digest for each in chosen for it in Entry.parse(log.entry(each)).event.payloads} - {*digests}
            chosen = tuple(sorted({*chosen, *(at for at, _, gone in _erasures(log, min(chosen)) if asked & {*gone})}))
        output.write_bytes(log.bundle(chosen, policy, digests, earlier).encode())
        print(f"{len(chosen)} entries are in {output}.")
    return DONE


@app.command
@_told
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


@witness_app.command(name="init")
@_told
def witness_init(
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
        ring.create(_passphrase(passphrase_file, twice=True))
    seed = wiring.random_bytes(32)
    ring.seal("witness", name, seed)
    print(NoteKey(name, seed).verifier(COSIGNATURE).text())
    return DONE


@witness_app.command(name="serve")
@_told
def witness_serve(
    folder: Folder,
    *,
    name: Annotated[str, Parameter(name="--name")],
    log_key: Annotated[tuple[str, ...], Parameter(name="--log-key", negative="")],
    host: Annotated[str, Parameter(name="--host")] = "127.0.0.1",
    port: Annotated[int, Parameter(name="--port")] = 8471,
    log: Annotated[Path | None, Parameter(name="--log")] = None,
    passphrase_file: PassphraseFile = None,
    identity_file: IdentityFile = None,
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
    unlocked = wiring.key_ring(folder / "keys").unlock(**_lock(passphrase_file, identity_file))
    logs: dict[str, list[VerifierKey]] = {}
    for text in log_key:
        key = VerifierKey.parse(text)
        logs.setdefault(key.name, []).append(key)
    witness = Witness(
        logs, unlocked.note_key("witness", name), wiring.witness_files(folder / "logs"), lambda: wiring.now_ms() // 1000
    )
    served = None if log is None else _home(log).store
    with serve((host, port), witness, served) as server:
        print(f"{name} witnesses {', '.join(logs)} on port {server.server_address[1]}.", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("Stopped.")
    return DONE


@witness_app.command(name="add")
@_told
def witness_add(
    folder: Folder,
    party: Annotated[str, Parameter(name="PARTY")],
    key: Annotated[str, Parameter(name="KEY")],
    *,
    by: By = "",
    passphrase_file: PassphraseFile = None,
    identity_file: IdentityFile = None,
) -> int:
    """Enter PARTY's witness in the log, signed by the registrar.

    Parameters
    ----------
    by
        Who signs, if not the log's first registrar.
    """
    home = _home(folder)
    writer = home.writer(home.keys.unlock(**_lock(passphrase_file, identity_file)))
    body = identity.witness_add_body(party, VerifierKey.parse(key))
    placed = writer.say(by or home.settings.registrar, identity.WITNESS_ADD, body, **_stamp())
    print(f"Entry {placed.index}: {key.partition('+')[0]} witnesses for {party}.")
    return DONE


@witness_app.command(name="ask")
@_told
def witness_ask(
    folder: Folder,
    url: Annotated[str, Parameter(name="URL")],
    *,
    key: Annotated[str, Parameter(name="--key")],
    passphrase_file: PassphraseFile = None,
    identity_file: IdentityFile = None,
) -> int:
    """Ask the witness at URL to cosign the newest head of the log in DIR, and keep its signature."""
    home = _home(folder)
    writer = home.writer(home.keys.unlock(**_lock(passphrase_file, identity_file)))
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


@app.command
@_told
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
    found = _keeping_evidence(folder, lambda: pull(fetcher(url), trusted.origin, trusted.log_keys, files.held(), files))
    if found is not None:
        files.keep(found)
    for file in receipt:
        files.take_in(*_disclosed(file.read_bytes(), trusted))
    held = files.held()
    print(f"{trusted.origin}: {0 if held is None else held.head.size} entries mirrored.")
    return DONE


@app.command
@_told
def scrub(folder: Folder, *, passphrase_file: PassphraseFile = None, identity_file: IdentityFile = None) -> int:
    """Recompute the root from the entries. A restored or suspicious log signs again only after this has passed."""
    home = _home(folder)
    head = home.scrub(home.keys.unlock(**_lock(passphrase_file, identity_file)))
    print(f"{head.size} entries have the root that was signed.")
    return DONE


def _new_key(
    folder: Path,
    author: str,
    holder: str,
    passphrase_file: Path | None,
    identity_file: Path | None,
    *,
    by: str,
    rotate: bool,
) -> int:
    home = _home(folder)
    unlocked = home.keys.unlock(**_lock(passphrase_file, identity_file))
    writer = home.writer(unlocked)
    seed = wiring.random_bytes(32)
    new = AuthorSigner(seed, holder).key
    if rotate:
        old = unlocked.author(author)
        # The new key is on disk before the log names it, or a crash would leave the author without one.
        home.keys.replace("author", author + ".next", seed, holder)
        body = identity.key_rotate_body(old.key.key_id, new)
        placed = writer.say(author, identity.KEY_ROTATE, body, signer=old, **_stamp())
        home.keys.promote("author", author)
    else:
        home.keys.seal("author", author, seed, holder)
        body = identity.key_add_body(author, new)
        placed = writer.say(by or home.settings.registrar, identity.KEY_ADD, body, **_stamp())
    print(f"Entry {placed.index}: {author} signs with the key {new.key_id}.")
    return DONE


def _keeping_evidence(folder: Path, act: Callable[[], T]) -> T:
    """Runs `act`; what proves somebody's two histories is kept in the folder's `evidence` before the error goes on."""
    try:
        return act()
    except Inconsistent as error:
        for name in ("first", "second", "fork"):
            data = error.fields.get(name)
            if isinstance(data, bytes):
                print(f"Kept: {wiring.mirror_files(folder).keep_evidence(name, data)}", file=sys.stderr)
        raise


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


def _shown(data: bytes, trusted: Trust) -> SignedCheckpoint:
    """The checkpoint in a file that verifies: a receipt, or a checkpoint by itself."""
    if data.startswith(b"{"):
        verify_receipt(data, trusted)
        return Receipt.parse(data).proof.checkpoint
    signed = SignedCheckpoint.parse(data)
    verify_checkpoint(signed, trusted)
    return signed


def _body(kind: str, data: bytes) -> Mapping[str, Value]:
    """The body of an entry of that kind. The kinds of the key history are judged by the log that they go to."""
    body = canonical.decode(data.strip())
    if not isinstance(body, Mapping):
        raise Malformed("canonical.shape", "The body should be an object.")
    if kind not in kinds.KEY_HISTORY:
        kinds.read(kind, body)
    return body


def _hand_out(said: wiring.Said, output: Path) -> None:
    output.write_bytes(said.entry)
    for number, data in enumerate(said.salted, 1):
        output.with_name(f"{output.name}.payload-{number}").write_bytes(data)
    print(f"Your entry number {said.seq} is in {output}; 'thalweg ledger append LOG --entry' puts it in the log.")


def _log(folder: Path, *, mirror: bool) -> Log:
    if mirror:
        files = wiring.mirror_files(folder)
        held = files.held()
        if held is None:
            raise Refused("mirror.empty", f"There is no mirror in {folder}.")
        return Log(files, held.checkpoint.origin)
    return _home(folder).reader()


def _kept(payload: Callable[[bytes], object | None], log: Log, indexes: Sequence[int]) -> list[bytes]:
    digests = [item.digest for index in indexes for item in Entry.parse(log.entry(index)).event.payloads]
    return [digest for digest in digests if payload(digest) is not None]


_ERASABLE: Final = "statement/1"


def _erasures(log: Log, after: int) -> Iterator[tuple[int, Event, tuple[bytes, ...]]]:
    """The entries from an index on that record that payloads were erased: where, what, and the digests."""
    head = log.head()
    for index in range(after, 0 if head is None else head.head.size):
        event = Entry.parse(log.entry(index)).event
        if event.kind == "erasure/1":
            body = kinds.read(event.kind, event.body)
            yield index, event, body.digests if isinstance(body, kinds.Erasure) else ()


def _gone(log: Log, index: int, digest: bytes) -> str:
    """What became of a payload that is not there: erased when, why and by whom, or never here."""
    for at, event, digests in _erasures(log, index):
        if digest in digests:
            return f"erased on {utc(event.at // 1000)} by reason of {event.body['reason']} ({event.author}, entry {at})"
    return "not kept here, and no entry says that it was erased"


class _Stamp(TypedDict):
    at_ms: int
    salt: bytes


def _stamp() -> _Stamp:
    return {"at_ms": wiring.now_ms(), "salt": wiring.random_bytes(32)}


class _Lock(TypedDict):
    passphrase: str | None
    identity: str | None


def _lock(passphrase_file: Path | None, identity_file: Path | None) -> _Lock:
    if identity_file is not None:
        lines = wiring.words_of(identity_file).splitlines()
        keys = [line for line in lines if line.startswith("AGE-SECRET-KEY-")]
        if not keys:
            raise Malformed("keys.identity", f"There is no age identity in {identity_file}.")
        return {"passphrase": None, "identity": keys[0]}
    return {"passphrase": _passphrase(passphrase_file), "identity": None}


def _passphrase(file: Path | None, *, twice: bool = False) -> str:
    if file is not None:
        lines = wiring.words_of(file).splitlines()
        found = lines[0] if lines else ""
    elif sys.stdin.isatty():
        found = getpass.getpass("Passphrase of the keys: ")
        if twice and getpass.getpass("Again: ") != found:
            raise Malformed("keys.passphrase", "The two passphrases differ.")
    else:
        found = ""
    if not found:
        raise Malformed("keys.passphrase", "A passphrase is needed: give --passphrase-file.")
    return found
