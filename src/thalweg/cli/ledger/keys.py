"""`thalweg ledger keys …`: who signs with which key, and who may say so. Exit statuses: `at_log`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.ledger.at_log import ASKED, DONE, By, Folder, Secret, log_home, say_for_the_log, stamp, told
from thalweg.ledger import canonical, identity
from thalweg.ledger.entry import AuthorKey, AuthorSigner
from thalweg.ledger.tree import leaf_hash
from thalweg.ledger.trust import write_trust
from thalweg.ledger.verify import Trust

app = App(name="keys", help="Author keys: list, add, rotate, revoke.")


@app.command(name="list")
@told
def list_keys(folder: Folder) -> int:
    """List the author keys of the log, with the indexes for which each is valid."""
    home = log_home(folder)
    for record in home.reader().history().records():
        end = "" if record.ended is None else f" to {record.ended} ({record.reason})"
        held = "held by the server" if record.key.holder == "server" else "held by its author"
        print(f"{record.author}  {record.key.key_id}  {record.key.algorithm}  after {record.added}{end}  {held}")
    return DONE


@app.command
@told
def add(
    folder: Folder,
    author: Annotated[str, Parameter(name="AUTHOR")],
    *,
    holder: Annotated[Literal["author", "server"], Parameter(name="--holder")] = "server",
    key: Annotated[Path | None, Parameter(name="--key")] = None,
    by: By = "",
    secret: Secret = ASKED,
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
    if key is not None:
        public = AuthorKey.read(canonical.decode(key.read_bytes().strip()))
        index = say_for_the_log(folder, secret, by, identity.KEY_ADD, identity.key_add_body(author, public))
        print(f"Entry {index}: {author} signs with the key {public.key_id}, which is not here.")
        return DONE
    home = log_home(folder)
    writer = home.writer(secret.opens(home.keys))
    seed = wiring.random_bytes(32)
    made = AuthorSigner(seed, holder).key
    home.keys.seal("author", author, seed, holder)
    body = identity.key_add_body(author, made)
    placed = writer.say(by or home.settings.registrar, identity.KEY_ADD, body, **stamp())
    print(f"Entry {placed.index}: {author} signs with the key {made.key_id}.")
    return DONE


@app.command
@told
def rotate(
    folder: Folder,
    author: Annotated[str, Parameter(name="AUTHOR")],
    *,
    holder: Annotated[Literal["author", "server"], Parameter(name="--holder")] = "server",
    secret: Secret = ASKED,
) -> int:
    """Replace AUTHOR's key by a new one; the old key signs the change and nothing after it."""
    home = log_home(folder)
    unlocked = secret.opens(home.keys)
    writer = home.writer(unlocked)
    seed = wiring.random_bytes(32)
    new = AuthorSigner(seed, holder).key
    old = unlocked.author(author)
    # The new key is on disk before the log names it, or a crash would leave the author without one.
    home.keys.replace("author", author + ".next", seed, holder)
    body = identity.key_rotate_body(old.key.key_id, new)
    placed = writer.say(author, identity.KEY_ROTATE, body, signer=old, **stamp())
    home.keys.promote("author", author)
    print(f"Entry {placed.index}: {author} signs with the key {new.key_id}.")
    return DONE


@app.command(name="rotate-log")
@told
def rotate_log(folder: Folder, *, secret: Secret = ASKED) -> int:
    """Give the log itself a new key, signed by the registrar, and write trust.json anew.

    Who trusts the log by its first entry goes on as before; whoever trusts its old key alone needs the new file.
    The new file does not name the old key: receipts from before are vouched for by the key history in them.
    """
    home = log_home(folder)
    unlocked = secret.opens(home.keys)
    key = wiring.rotate_log_key(home, unlocked)
    origin = home.settings.origin
    trust = Trust(origin, (key,), leaf_hash(home.reader().entry(0)))
    (folder / "trust.json").write_bytes(write_trust(trust))
    print(f"The log {origin} signs with {key.text()} from now on. Hand out the new trust.json.")
    return DONE


@app.command
@told
def revoke(
    folder: Folder,
    author: Annotated[str, Parameter(name="AUTHOR")],
    key: Annotated[str, Parameter(name="KEY")],
    *,
    reason: Annotated[Literal["lost", "stolen", "retired"], Parameter(name="--reason")],
    suspect_from: Annotated[int | None, Parameter(name="--suspect-from")] = None,
    by: By = "",
    secret: Secret = ASKED,
) -> int:
    """End a key of AUTHOR, signed by the registrar.

    Parameters
    ----------
    suspect_from
        For a stolen key: the first index whose statement by it the author does not vouch for.
    by
        Who signs, if not the log's first registrar: a second one, or AUTHOR with another key.
    """
    body = identity.key_revoke_body(author, key, reason, suspect_from)
    index = say_for_the_log(folder, secret, by, identity.KEY_REVOKE, body)
    print(f"Entry {index}: the key {key[:12]}… of {author} is ended ({reason}).")
    return DONE


@app.command
@told
def grant(
    folder: Folder,
    author: Annotated[str, Parameter(name="AUTHOR")],
    *,
    role: Annotated[str, Parameter(name="--role")] = identity.REGISTRAR,
    scope: Annotated[str, Parameter(name="--scope")] = "",
    end: Annotated[bool, Parameter(name="--end", negative="")] = False,
    by: By = "",
    secret: Secret = ASKED,
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
    kind = identity.GRANT_END if end else identity.GRANT
    index = say_for_the_log(folder, secret, by, kind, identity.grant_body(author, role, scope))
    print(f"Entry {index}: {author} {'is no longer' if end else 'is now'} {role}.")
    return DONE
