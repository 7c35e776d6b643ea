"""The one writer of a log: admits entries, gives them indexes, signs the head, and answers with receipts.

An entry is answered only when it is durable *and* inside a signed checkpoint; nothing is promised for
later. The steps of an append, not to be reordered:

1. read each entry and let those that are already in the log keep the index they have,
2. check each new one: this log, its author's next number and previous hash, a valid key, the signature,
   the head it cites,
3. grow a copy of the tree,
4. prove that the new head adds to the last one signed, and sign it,
5. make all of it durable in one step,
6. only then take over the copy, remember the head as signed, and answer.

If step 5 fails, nothing was taken over and the signature is thrown away. If it is not known whether step
5 happened, the sequencer reads the store again before it does anything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from typing_extensions import override

from thalweg.ledger.checkpoint import HeadSigner, SignedCheckpoint, require_log_signature
from thalweg.ledger.entry import NO_PREVIOUS, AuthorKey, Entry, payload_digest
from thalweg.ledger.errors import Damaged, Inconsistent, LedgerError, Malformed, Refused, StoreFailed
from thalweg.ledger.identity import IDENTITY_KINDS, LOG_KEY, KeyHistory
from thalweg.ledger.note import verify_note
from thalweg.ledger.promise import Append, AuthorTip, NewEntry, ReadStore, Store, StoredPayload
from thalweg.ledger.receipt import (
    Bundle,
    DisclosedPayload,
    EarlierCheckpoint,
    Policy,
    ProvenEntry,
    Receipt,
    TlogProof,
)
from thalweg.ledger.tree import (
    TILE_HEIGHT,
    TILE_WIDTH,
    FullTile,
    GrowingTree,
    Head,
    Nodes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    tile_levels,
    verify_consistency,
    verify_inclusion,
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry read and hashed, and its signature checked if `checked` is not None.

    Making one is the dear part of an append and needs no log, so it can be done on any core (`prepare`).
    `checked` is the key, with all its conditions, under which the signature was found to hold; the writer
    still sees to it that this is the author's valid key at the index that the entry gets.
    """

    new: NewEntry
    log: str
    holder: str
    key: str
    kind: str
    prev: bytes
    seen: Head
    checked: AuthorKey | None
    payloads: tuple[StoredPayload, ...] = ()


def prepare(
    data: bytes,
    key: AuthorKey | None = None,
    payloads: Sequence[tuple[bytes, bytes]] = (),
    *,
    entry: Entry | None = None,
) -> Prepared:
    """Read an entry; with `key`, check its signature under that key. `payloads` are (payload, salt) to be
    kept. `entry` is what was read from `data`, from whoever has done so.

    Raises Malformed or Refused.
    """
    entry = Entry.parse(data) if entry is None else entry
    event = entry.event
    if key is not None:
        if key.key_id != event.key:
            raise Refused("identity.unknown_key", "The event names another key.", key=event.key)
        key.verify(entry)
    identity = event.kind in IDENTITY_KINDS
    return Prepared(
        NewEntry(data, leaf_hash(data), event.author, event.seq, event.hash(), identity),
        event.log,
        event.holder,
        event.key,
        event.kind,
        event.prev,
        event.seen,
        key,
        tuple(_payload(entry, *pair) for pair in payloads),
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an entry stands in the log, durably."""

    index: int
    leaf: bytes
    fresh: bool
    """False if the very same event was in the log already."""


_ROOTS_KEPT = 1024
_TIPS_KEPT = 65_536


class Log:
    """A log that can be read and proved from: no key, no writing. Proofs are checked before they are
    given out."""

    def __init__(self, store: ReadStore, origin: str) -> None:
        self.origin = origin
        self._read = store
        self._nodes = Nodes(store)
        self._known: tuple[int, KeyHistory] | None = None

    def head(self) -> SignedCheckpoint | None:
        stored = self._read.head()
        return None if stored is None else SignedCheckpoint.parse(stored.checkpoint)

    def entry(self, index: int) -> bytes:
        data = self._read.entry(index)
        if data is None:
            raise Refused("log.absent", f"There is no entry {index}.", index=index)
        return data

    def history(self, size: int | None = None) -> KeyHistory:
        """The key history as of `size` entries, or of all.

        It is remembered for a size: the caller does not change it, and a mirror that has since taken in more of
        the history is read through a new `Log`.
        """
        if size is None:
            stored = self._read.head()
            size = 0 if stored is None else stored.head.size
        known = self._known
        if known is None or known[0] != size:
            history = KeyHistory()
            for index, data in self._read.identity():
                if index < size:
                    history.apply(index, Entry.parse(data))
            known = self._known = (size, history)
        return known[1]

    def prove(self, index: int, signed: SignedCheckpoint | None = None, nodes: Nodes | None = None) -> ProvenEntry:
        """An entry with its proofs in a checkpoint, the newest one unless told otherwise. `nodes` is for many proofs
        (`Nodes.still`, made after the checkpoint)."""
        signed = self._signed(signed)
        nodes = self._nodes.still() if nodes is None else nodes
        data = self.entry(index)
        path = inclusion_proof(index, signed.head.size, nodes)
        seen = Entry.parse(data).event.seen
        consistency = consistency_proof(seen.size, signed.head.size, nodes)
        try:
            verify_inclusion(leaf_hash(data), index, signed.head, path)
            verify_consistency(seen, signed.head, consistency)
        except Refused as error:
            raise Damaged(
                "log.damaged", f"The store contradicts its own checkpoint at entry {index}.", index=index
            ) from error
        return ProvenEntry(data, index, tuple(path), tuple(consistency))

    def receipt(self, index: int, signed: SignedCheckpoint | None = None) -> Receipt:
        """A receipt: the entry, its proof, and the key history that author and witnesses rest on."""
        signed = self._signed(signed)
        nodes = self._nodes.still()
        proven = self.prove(index, signed, nodes)
        history = self.history(signed.head.size)
        checkpoint = _known_lines(signed, history)
        author = Entry.parse(proven.entry).event.author
        keys = self._keys([author], checkpoint, history, nodes)
        return Receipt(proven.entry, TlogProof(index, proven.path, checkpoint), proven.seen, keys)

    def bundle(
        self,
        indexes: Sequence[int],
        policy: Policy,
        payloads: Sequence[bytes] = (),
        earlier: Sequence[int] = (),
        signed: SignedCheckpoint | None = None,
    ) -> Bundle:
        """One file for `indexes`, the payloads with the given digests, and the checkpoints of `earlier`
        sizes."""
        signed = self._signed(signed)
        nodes = self._nodes.still()
        history = self.history(signed.head.size)
        checkpoint = _known_lines(signed, history)
        entries = tuple(self.prove(index, signed, nodes) for index in sorted(set(indexes)))
        authors = {Entry.parse(item.entry).event.author for item in entries}
        disclosed: list[DisclosedPayload] = []
        for digest in payloads:
            stored = self._read.payload(digest)
            if stored is None:
                raise Refused("log.payload", "A payload asked for was erased or never kept.", digest=digest.hex())
            disclosed.append(DisclosedPayload(stored.payload, stored.salt))
        before: list[EarlierCheckpoint] = []
        for size in sorted(set(earlier)):
            note = self._read.checkpoint(size)
            if note is None or size > signed.head.size:
                raise Refused("log.checkpoint", f"No checkpoint of {size} entries was made.", size=size)
            path = consistency_proof(size, signed.head.size, nodes)
            before.append(EarlierCheckpoint(SignedCheckpoint.parse(note), tuple(path)))
        keys = self._keys(sorted(authors), checkpoint, history, nodes)
        return Bundle(policy, checkpoint, entries, keys, tuple(before), tuple(disclosed))

    def consistency(self, old: int, new: int) -> list[bytes]:
        return consistency_proof(old, new, self._nodes)

    def root(self, size: int) -> bytes:
        return root_of(size, self._nodes)

    def node(self, level: int, index: int) -> bytes:
        return self._nodes(level, index)

    def _signed(self, signed: SignedCheckpoint | None) -> SignedCheckpoint:
        signed = signed if signed is not None else self.head()
        if signed is None:
            raise Refused("log.empty", "This log has no entries yet.")
        return signed

    def _keys(
        self, authors: Sequence[str], signed: SignedCheckpoint, history: KeyHistory, nodes: Nodes
    ) -> tuple[ProvenEntry, ...]:
        lines = {(line.name, line.key_id) for line in signed.note.signatures}
        witnesses = [item.key for item in history.witnesses() if (item.key.name, item.key.key_id) in lines]
        return tuple(self.prove(index, signed, nodes) for index in history.closure(authors, witnesses))


class Sequencer(Log):
    """The writer. One thread uses it at a time; `stores` and `desk` see to that."""

    def __init__(self, store: Store, signer: HeadSigner, *, suspicious: bool = False) -> None:
        """Becomes the writer of `store`.

        `suspicious` (a restored backup, an unclean disk) demands a `scrub` before the first signature. A
        store whose edge does not fit its checkpoint, or whose head is not the one last signed, is
        suspicious whatever the caller says.
        """
        super().__init__(store, signer.origin)
        self._store = store
        self._signer = signer
        self._fence = store.acquire()
        self._scrubbed = not suspicious
        self._unsure = True
        self._tree = GrowingTree()
        self._history = KeyHistory()
        self._roots: dict[int, bytes] = {}
        self._tips: dict[str, tuple[int, bytes]] = {}
        try:
            self._reload()
        except LedgerError:
            # A log that cannot be opened must not keep others from opening it.
            store.release()
            raise

    @property
    def size(self) -> int:
        return self._tree.size

    @property
    def last_signed(self) -> Head | None:
        return self._signer.last

    def submit(self, entries: Sequence[Prepared]) -> list[Placed | LedgerError]:
        """Append what is good and say of each entry where it stands or why it was refused.

        A refused one does not hold up the others. Raises StoreFailed, Damaged or Inconsistent if the log as
        a whole cannot go on; then nothing in the batch has been promised to anybody.
        """
        batch = self.begin()
        outcomes: list[Placed | LedgerError] = []
        for item in entries:
            try:
                outcomes.append(self.admit(item, batch))  # 1, 2
            except (Malformed, Refused, Inconsistent) as error:
                outcomes.append(error)
        self.commit(batch)
        return outcomes

    def begin(self) -> Batch:
        """An empty batch from the newest head on, for `admit` and `commit`; one is open at a time.

        For a caller that must know that an entry is admitted before it says what follows from it, all in one
        append. Raises as `submit`."""
        if self._unsure:
            self._reload()
        if not self._scrubbed:
            raise Damaged("log.suspicious", "This log is not signed until a scrub has passed.")
        return Batch(self._tree.size, self._history)

    def admit(self, item: Prepared, batch: Batch) -> Placed:
        """Take an entry into the batch, or say that it is in the log already. Nothing is durable yet.

        Raises Malformed, Refused or Inconsistent, and then has changed nothing."""
        new = item.new
        author = new.author
        if item.log != self.origin:
            raise Refused("admit.log", f"The event is meant for the log {item.log}.", found=item.log)
        tip = self.tip(author, batch) or (-1, NO_PREVIOUS)
        if new.seq <= tip[0]:  # 1
            return self._again(item, batch)
        if new.seq != tip[0] + 1 or item.prev != tip[1]:  # 2
            raise Refused(
                "admit.sequence",
                f"The next event of {author} is number {tip[0] + 1}, after {tip[1].hex()[:12]}….",
                author=author,
                expected=tip[0] + 1,
                found=new.seq,
            )
        if batch.sealed:
            raise Refused("admit.again", "A log key changed just before this entry; send it again.")
        seen = item.seen
        root = self._roots.get(seen.size) or self._root_at(seen.size)
        if root != seen.root:
            raise Refused("admit.seen", "The event cites a head that this log never had.", size=seen.size)
        index = batch.start + len(batch.new)
        if new.identity:
            # On a copy: a refused entry must leave nothing in the history that the next one is judged by.
            history = batch.history.copy()
            history.apply(index, Entry.parse(new.data))
            if not set(history.log_keys(index + 1)) <= set(self._signer.verifiers()):
                raise Refused("admit.log_key", "This log is not running with the key that the entry names.")
            batch.history = history
            batch.valid.clear()
            batch.sealed = item.kind == LOG_KEY
        else:
            signer = (author, item.key, item.holder)
            key = batch.valid.get(signer)
            if key is None:
                key = batch.valid[signer] = batch.history.key_named(*signer, index).key
            if item.checked is not key and item.checked != key:
                key.verify(Entry.parse(new.data))
        batch.new.append(new)
        if item.payloads:
            batch.payloads.extend(item.payloads)
        batch.tips[author] = (new.seq, new.event_hash)
        return Placed(index, new.leaf, fresh=True)

    def tip(self, author: str, batch: Batch) -> tuple[int, bytes] | None:
        """The number and hash of the author's newest event, those in the batch included."""
        known = batch.tips.get(author) or self._tips.get(author)
        if known is None:
            held = self._store.tip(author)
            known = None if held is None else (held.seq, held.event_hash)
        return known

    def commit(self, batch: Batch) -> None:
        """Make the batch durable inside a signed checkpoint, all of it or nothing. Raises as `submit`."""
        if not batch.new:
            return
        tree = self._tree.copy()  # 3
        tiles = tree.extend(item.leaf for item in batch.new)
        head = tree.head()
        last = self._signer.last
        tiled = Nodes(_Edge(self._store, tree, tiles), keep=0)
        edges = self._tree.edge() | tree.edge()

        def view(level: int, index: int) -> bytes:
            return edges.get((level, index)) or tiled(level, index)

        behind = last is None or last.size > head.size  # the signer has the word for the second case
        proof = [] if last is None or behind else consistency_proof(last.size, head.size, view)
        signed = self._signer.sign(head, proof)  # 4
        append = Append(batch.start, batch.new, tiles, head, signed.encode(), batch.payloads)
        self._unsure = True
        try:
            self._store.append(append, self._fence)  # 5
        except StoreFailed as error:
            if error.fields.get("happened") == "no":
                self._unsure = False
            raise
        self._tree, self._history = tree, batch.history  # 6
        if len(self._tips) >= _TIPS_KEPT:
            self._tips.clear()
        self._tips.update(batch.tips)
        self._signer.signed(head)
        self._unsure = False

    def append(self, *entries: bytes) -> list[int]:
        """`submit` for entries that must all be taken: their indexes, or the first refusal raised.

        Those before a refused one are in the log all the same.
        """
        indexes: list[int] = []
        for outcome in self.submit([prepare(data) for data in entries]):
            if isinstance(outcome, LedgerError):
                raise outcome
            indexes.append(outcome.index)
        return indexes

    def scrub(self) -> Head:
        """Recompute the root from the entries, and the tiles and positions with it; Damaged names what is
        off.

        After it has passed, a suspicious log signs again; until it has passed, none does.
        """
        self._scrubbed = False
        tree = GrowingTree()
        stored = self._store.head()
        size = 0 if stored is None else stored.head.size
        history = KeyHistory()
        tips: dict[str, AuthorTip] = {}
        about_keys: list[int] = []
        for start in range(0, size, TILE_WIDTH):
            stop = min(size, start + TILE_WIDTH)
            data = list(self._store.entries(start, stop))
            leaves = [leaf_hash(item) for item in data]
            if len(data) != stop - start or b"".join(leaves) != self._store.leaves(start, stop):
                raise Damaged(
                    "scrub.entry",
                    f"An entry between {start} and {stop - 1} is not what was hashed.",
                    start=start,
                    stop=stop,
                )
            for index, item in enumerate(data, start):
                if _scrub_entry(index, item, history, tips, self._store):
                    about_keys.append(index)
            for full in tree.extend(leaves):
                if self._store.tile(full.level, full.index) != full.hashes:
                    raise Damaged(
                        "scrub.tile",
                        f"Tile {full.level}/{full.index} does not fit the entries.",
                        level=full.level,
                        index=full.index,
                    )
        for author, tip in tips.items():
            if self._store.tip(author) != tip:
                raise Damaged(
                    "scrub.author",
                    f"The position kept for {author} is not that of its entries.",
                    author=author,
                )
        self._scrub_identity(about_keys)
        head = tree.head()
        for past in self._store.checkpoint_sizes():
            self._scrub_checkpoint(past, history)
        if stored is not None and stored.head.root != head.root:
            raise Damaged("scrub.root", "The root of the entries is not the one that was signed.", size=size)
        last = self._signer.last
        if last is not None:
            self._require_contains(last, head)
        self._scrubbed = True
        self._reload()
        return head

    def adopt(self, signed: SignedCheckpoint) -> None:
        """Keep further signature lines (cosignatures that have been verified) on a checkpoint of this log."""
        size = signed.head.size
        held = self._store.checkpoint(size)
        if held is None:
            raise Refused("log.checkpoint", f"No checkpoint of {size} entries was made.", size=size)
        mine = SignedCheckpoint.parse(held)
        if mine.note.text != signed.note.text:
            raise Inconsistent("log.fork", f"The cosigned checkpoint of {size} entries is not ours.", size=size)
        note = mine.note.with_signatures(signed.note.signatures)
        self._store.cosign(size, replace(mine, note=note).encode())

    @override
    def history(self, size: int | None = None) -> KeyHistory:
        return self._history if size in (None, self._tree.size) else super().history(size)

    def close(self) -> None:
        self._store.release()

    def _reload(self) -> None:
        """Take everything from the store again, and check that it fits together at its edge."""
        stored = self._store.head()
        size = 0 if stored is None else stored.head.size
        unfinished = []
        for level in range(tile_levels(size)):
            index = size >> (TILE_HEIGHT * (level + 1))
            width = (size >> (TILE_HEIGHT * level)) % TILE_WIDTH
            unfinished.append(self._store.tile(level, index)[: width * 32] if width else b"")
        tree = GrowingTree.resume(size, unfinished)
        if stored is not None:
            checkpoint = SignedCheckpoint.parse(stored.checkpoint)
            if tree.root() != stored.head.root or checkpoint.head != stored.head:
                raise Damaged("log.edge", "The newest tiles do not fit the newest checkpoint.", size=size)
            if checkpoint.checkpoint.origin != self.origin:
                raise Refused("log.origin", f"This store holds the log {checkpoint.checkpoint.origin}.")
        last = self._signer.last
        if last is not None and last.size > size:
            raise Inconsistent(
                "signer.rollback",
                f"{last.size} entries were signed once, the store has {size}: an older copy, not signed.",
                signed=last.size,
                found=size,
            )
        self._nodes = Nodes(self._store)
        self._known = None
        self._roots.clear()
        self._tips.clear()
        if last is not None:
            self._require_contains(last, tree.head())
        self._signer.signed(tree.head())
        self._tree = tree
        self._history = super().history()
        if not set(self._history.log_keys(size)) <= set(self._signer.verifiers()):
            raise Refused("signer.key", "The log has been given another key than the one it is opened with.")
        self._unsure = False

    def _require_contains(self, last: Head, head: Head) -> None:
        try:
            verify_consistency(last, head, consistency_proof(last.size, head.size, self._nodes))
        except Refused as error:
            raise Inconsistent(
                "signer.fork",
                f"The store does not contain the head of {last.size} entries that was signed.",
                signed=last.size,
                found=head.size,
            ) from error

    def _again(self, prepared: Prepared, batch: Batch) -> Placed:
        """The same event again has the index it has; another with its number is the author's own fork.

        The signature is checked before anybody is accused: without it, whoever can send bytes could make an
        author look like a cheat. Both entries are in the error's fields, `first` the one in the log.
        """
        item = prepared.new
        for place, new in enumerate(batch.new):
            if (new.author, new.seq) == (item.author, item.seq):
                found, index, leaf, first = new.event_hash, batch.start + place, new.leaf, new.data
                break
        else:
            held = self._store.find(item.author, item.seq)
            if held is None:
                raise Damaged("log.author", f"Event {item.seq} of {item.author} should be in the store.")
            found, index, leaf = held.event_hash, held.index, self._store.leaves(held.index, held.index + 1)
            first = self.entry(index)
        if found != item.event_hash:
            signed = batch.history.key(prepared.key)
            if signed is None or signed.author != item.author:
                raise Refused("identity.unknown_key", f"{item.author} has no key {prepared.key[:12]}… in this log.")
            if prepared.checked != signed.key:
                signed.key.verify(Entry.parse(item.data))
            raise Inconsistent(
                "admit.author_fork",
                f"{item.author} signed another event with number {item.seq}, at index {index}.",
                author=item.author,
                seq=item.seq,
                index=index,
                first=first,
                second=item.data,
            )
        return Placed(index, leaf, fresh=False)

    def _root_at(self, size: int) -> bytes:
        """The root at an earlier size, empty beyond the end. A few are remembered: most cite the newest."""
        if size > self._tree.size:
            return b""
        root = self._tree.root() if size == self._tree.size else root_of(size, self._nodes)
        if len(self._roots) >= _ROOTS_KEPT:
            self._roots.pop(next(iter(self._roots)))
        self._roots[size] = root
        return root

    def _scrub_identity(self, found: Sequence[int]) -> None:
        """Whoever owns the store and takes a revocation out of its list would make an ended key valid again."""
        if [index for index, _ in self._store.identity()] != found:
            raise Damaged("scrub.identity", "The list of entries about keys is not that of the entries.")

    def _scrub_checkpoint(self, size: int, history: KeyHistory) -> None:
        note = self._store.checkpoint(size)
        try:
            signed = SignedCheckpoint.parse(note or b"")
            require_log_signature(signed, self.origin, history.log_keys(size))
        except (Malformed, Refused) as error:
            raise Damaged(
                "scrub.checkpoint", f"The checkpoint of {size} entries is not what was signed.", size=size
            ) from error
        if signed.head != Head(size, root_of(size, self._nodes)):
            raise Damaged("scrub.checkpoint", f"The checkpoint of {size} entries does not fit them.", size=size)


class Batch:
    """What is about to be appended, and the state after it. `history` includes what it says about keys."""

    __slots__ = ("history", "new", "payloads", "sealed", "start", "tips", "valid")

    def __init__(self, start: int, history: KeyHistory) -> None:
        self.start = start
        self.new: list[NewEntry] = []
        self.payloads: list[StoredPayload] = []
        self.tips: dict[str, tuple[int, bytes]] = {}
        self.history = history
        self.sealed = False
        # Keys found valid, until the history changes: a key that may sign an index may sign the next one too.
        self.valid: dict[tuple[str, str, str], AuthorKey] = {}


class _Edge:
    """The tiles of a tree whose newest part is not stored yet: just made, unfinished, then the store's."""

    __slots__ = ("_made", "_store", "_tree")

    def __init__(self, store: Store, after: GrowingTree, made: Sequence[FullTile]) -> None:
        self._store = store
        self._tree = after
        self._made: Mapping[tuple[int, int], bytes] = {(tile.level, tile.index): tile.hashes for tile in made}

    def tile(self, level: int, index: int) -> bytes:
        made = self._made.get((level, index))
        if made is not None:
            return made
        if index == self._tree.size >> (TILE_HEIGHT * (level + 1)):
            return self._tree.unfinished(level)
        return self._store.tile(level, index)


def _payload(entry: Entry, payload: bytes, salt: bytes) -> StoredPayload:
    digest = payload_digest(payload, salt)
    if not any(item.digest == digest and item.size == len(payload) for item in entry.event.payloads):
        raise Refused("admit.payload", "A payload meets no commitment of its event.")
    return StoredPayload(digest, salt, payload)


def _known_lines(signed: SignedCheckpoint, history: KeyHistory) -> SignedCheckpoint:
    """The checkpoint with only the lines that a receipt may carry: by the log and by witnesses it knows."""
    keys = [*history.log_keys(signed.head.size), *(item.key for item in history.witnesses())]
    good = {(line.key.name, line.key.key_id) for line in verify_note(signed.note, keys)}
    lines = tuple(line for line in signed.note.signatures if (line.name, line.key_id) in good)
    return replace(signed, note=replace(signed.note, signatures=lines))


def _scrub_entry(index: int, data: bytes, history: KeyHistory, tips: dict[str, AuthorTip], store: Store) -> bool:
    """One entry: it continues its author's chain, and the store finds it where it is. True if it is about keys."""
    try:
        entry = Entry.parse(data)
        event = entry.event
        about_keys = event.kind in IDENTITY_KINDS
        if about_keys:
            history.apply(index, entry)
    except (Malformed, Refused) as error:
        raise Damaged("scrub.entry", f"Entry {index} should not have been admitted.", index=index) from error
    before = tips.get(event.author)
    expected = (0, NO_PREVIOUS) if before is None else (before.seq + 1, before.event_hash)
    tip = AuthorTip(event.seq, event.hash(), index)
    if (event.seq, event.prev) != expected or store.find(event.author, event.seq) != tip:
        raise Damaged(
            "scrub.author",
            f"Entry {index} does not continue its author's chain.",
            index=index,
            author=event.author,
        )
    tips[event.author] = tip
    return about_keys
