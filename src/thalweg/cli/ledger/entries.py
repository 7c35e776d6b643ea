"""`thalweg ledger append`, `erase`, `show`, `prove`, `export`: what is in a log. Exit statuses: `at_log`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.ledger.at_log import ASKED, DONE, Folder, Output, Secret, keeping_evidence, log_home, stamp, told
from thalweg.formats import event as kinds
from thalweg.ledger.canonical import HASH_BYTES
from thalweg.ledger.entry import Entry, Event
from thalweg.ledger.errors import Malformed, Refused
from thalweg.ledger.receipt import Policy
from thalweg.ledger.sequencer import Log
from thalweg.ledger.verify import utc

app = App()


@app.command
@told
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
    secret: Secret = ASKED,
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
    home = log_home(folder)
    writer = home.writer(secret.opens(home.keys))
    if entry is not None:
        pairs = tuple((data[HASH_BYTES:], data[:HASH_BYTES]) for data in (path.read_bytes() for path in salted))
        placed = keeping_evidence(folder, lambda: writer.take(entry.read_bytes(), pairs))
    else:
        kind, body = kinds.write(kinds.Statement(text, language))
        beside = tuple((path.read_bytes(), wiring.random_bytes(32), media) for path in payload)
        placed = writer.say(author, kind, body, payloads=beside, **stamp())
    if receipt is not None:
        receipt.write_bytes(writer.log.receipt(placed.index).encode())
    print(f"Entry {placed.index} is in the log." if placed.fresh else f"It was in the log already: {placed.index}.")
    return DONE


@app.command
@told
def erase(
    folder: Folder,
    index: Annotated[int, Parameter(name="INDEX")],
    *,
    author: Annotated[str, Parameter(name="--author")],
    reason: Annotated[Literal["request", "retention", "mistake"], Parameter(name="--reason")],
    digest: Annotated[tuple[str, ...], Parameter(name="--digest", negative="")] = (),
    secret: Secret = ASKED,
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
    home = log_home(folder)
    event = Entry.parse(home.reader().entry(index)).event
    if event.kind != _ERASABLE:
        raise Refused(
            "erase.kept",
            f"Entry {index} is {event.kind}; what lies beside that is never erased, for findings, dossiers and bundles"
            " rest on it. Contacts stand beside the log, and go in the settings.",
        )
    beside = [item.digest for item in event.payloads]
    wanted = [each for each in beside if not digest or each.hex().startswith(digest)]
    if not wanted or any(not each or not any(it.hex().startswith(each) for it in beside) for each in digest):
        raise Refused("erase.none", f"Entry {index} has no such payload beside it.")
    there = [each for each in wanted if home.store.payload(each) is not None]
    if not there:
        raise Refused("erase.gone", f"{_gone(home.reader(), index, wanted[0])}; there is nothing left to erase.")
    writer = home.writer(secret.opens(home.keys))
    placed = writer.say(author, *kinds.write(kinds.Erasure(tuple(there), reason)), **stamp())
    for each in there:  # on record before a byte goes; said again, it goes on where it was broken off
        home.store.erase(each)
    print(f"{len(there)} payloads beside entry {index} are erased; entry {placed.index} says so.")
    return DONE


@app.command
@told
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
                there = mirror or log_home(folder).store.payload(item.digest) is not None
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
@told
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
@told
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
    home = log_home(folder)
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


def _log(folder: Path, *, mirror: bool) -> Log:
    if mirror:
        files = wiring.mirror_files(folder)
        held = files.held()
        if held is None:
            raise Refused("mirror.empty", f"There is no mirror in {folder}.")
        return Log(files, held.checkpoint.origin)
    return log_home(folder).reader()


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
