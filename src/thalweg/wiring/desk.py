"""The desk, opened: its log, its keys, its clock, its folds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg import __version__
from thalweg.desk.book import Hands
from thalweg.desk.check import references
from thalweg.desk.decide import Desk
from thalweg.desk.kept import KeptDesk
from thalweg.desk.live import LiveDesk
from thalweg.desk.office import Office, Reading
from thalweg.desk.shared import SharedOffice, Shelf
from thalweg.engine import Online
from thalweg.engine.explain import Describe
from thalweg.formats import event as kinds
from thalweg.ledger.entry import Entry
from thalweg.ledger.errors import LedgerError
from thalweg.ledger.identity import KEY_ADD, key_add_body
from thalweg.ledger.sequencer import Log
from thalweg.model.bulk import collector_paused
from thalweg.model.errors import EngineError
from thalweg.model.events import DESK
from thalweg.model.instants import Instant
from thalweg.policy.alias import Aliases
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.tell import Policy
from thalweg.state.recorded import Recorded, recorded
from thalweg.state.shelved import settle
from thalweg.state.world import World
from thalweg.wiring import monotonic, now, now_ms, random_bytes
from thalweg.wiring.keeper import Keeper
from thalweg.wiring.kept import keep, keep_world, kept_desk, kept_engine, kept_world
from thalweg.wiring.progress import Progress, Step

if TYPE_CHECKING:
    from thalweg.ledger.promise import Store
    from thalweg.model.accounts import AccountStore
    from thalweg.model.keeping import DeskTables, Snapshots
    from thalweg.model.theatre import Theatre
    from thalweg.stores.desk_home import DeskHome
    from thalweg.stores.home import Home, Writer

_FOLD_AT_ONCE = 1024
_FOLDED = frozenset({kinds.DECLARATION_MEDIA, kinds.ASIDE_MEDIA})
_ROUND = 100_000
"""Entries that are folded before all of it is made into rows and put away: as objects they have some 200 MB."""
_SHARE = 8
"""Or that part of what has been folded, where that is more: so much longer it takes to write it."""
_ALL_THERE_IS = 1 << 30  # bytes: large enough for the collector to rest
_MARK_S = 10.0


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """Everything that a server of one log needs of the world; `made` if the home is new."""

    home: DeskHome
    office: Office
    log: Log
    accounts: AccountStore
    tables: DeskTables
    describe: Describe
    made: bool
    keeper: Keeper
    """Puts the folds away while the desk runs."""
    clock: Callable[[], datetime] = now
    """What time it is at the desk: this machine's, or that of an exercise (`wiring.ToldClock`)."""
    told: list[str] = field(default_factory=list)
    """Why folds that were kept have been passed over."""
    progress: Progress = field(default_factory=Progress)
    """How far the start is."""

    def keep(self) -> bool:
        """Put the folds away, for a quick start. Stop the office first. Whether it was done: not by a process that does
        not decide, nor after a failure."""
        live = self.office.deciding if isinstance(self.office, SharedOffice) else self.office
        if not isinstance(live, LiveDesk) or live.lost.is_set() or live.fault is not None or live.desk is None:
            return False
        return keep(live.desk, self.tables.snapshots, self.home.home.store)

    def close(self) -> str:
        """Let go of the stores. Stop the office first. Returns why the folds could not be put away, if they could not:
        the next start folds the log, which takes longer and loses nothing."""
        why = ""
        self.keeper.end()
        try:
            self.keep()
        except (LedgerError, EngineError) as error:
            why = f"The state could not be put away, so the next start folds the log. {error.sentence}"
        with contextlib.suppress(OSError, LedgerError):  # where the beat moved it last, it stands
            self.home.home.move_mark()
        self.tables.close()
        self.accounts.close()
        self.home.home.close()
        return why


def open_desk(
    folder: Path,
    *,
    origin: str = "thalweg.local/desk",
    store: str = "sqlite:log.db",
    passphrase: str | None = None,
    identity: str | None = None,
    clock: Callable[[], datetime] = now,
) -> OpenDesk:
    """The desk in `folder` as the one that decides; made if there is none (`stores.desk_home`).

    With any other clock than this machine's the desk takes nothing outside of an exercise.
    """
    keys, made = import_module("thalweg.stores.desk_home").open_desk_home(
        folder,
        origin=origin,
        store=store,
        random_bytes=random_bytes,
        at_ms=now_ms(),
        passphrase=passphrase,
        identity_text=identity,
    )
    hands = _hands(keys)
    describe = references()
    tables = keys.home.desk_tables(hands.secret)
    keeper = Keeper(folder, hands.secret)
    told: list[str] = []
    progress = Progress()
    kept = Kept(tables.snapshots, told.append, keeper, progress)
    office: Office
    if store_of(keys).startswith("postgres:"):
        office = _shared(keys, hands, tables, describe, clock, kept)
    else:
        office = _deciding(keys, hands, lambda: first_fold(keys.home.store, kept), describe, clock, kept)
    return OpenDesk(
        keys, office, keys.home.reader(), keys.accounts(), tables, describe, made, keeper, clock, told, progress
    )


def store_of(keys: DeskHome) -> str:
    """Where the log is kept: `sqlite:…` or `postgres:…`."""
    return keys.home.settings.store


def _hands(keys: DeskHome) -> Hands:
    return Hands(
        keys.desk_signer,
        keys.registrar_signer,
        keys.home.settings.registrar,
        random_bytes,
        keys.secret("desk"),
        keys.officer,
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """Where folds are kept, who is told why one is passed over, and how far a start is."""

    snapshots: Snapshots
    tell: Callable[[str], None]
    keeper: Keeper | None = None
    progress: Progress = field(default_factory=Progress)


def _deciding(
    keys: DeskHome,
    hands: Hands,
    first: Callable[[], Fold],
    describe: Describe,
    clock: Callable[[], datetime],
    kept: Kept,
) -> LiveDesk:
    """The desk as the one that decides: Refused (`store.held`) while another process does. `first` gives the world to
    begin with; after a failed append it is what was put away last, and what the store has gone on to say."""
    return _live(keys, keys.home.writer(keys.unlocked), hands, first, describe, clock, kept)


def _live(
    keys: DeskHome,
    writer: Writer,
    hands: Hands,
    first: Callable[[], Fold],
    describe: Describe,
    clock: Callable[[], datetime],
    kept: Kept,
) -> LiveDesk:
    try:
        if writer.log.history().key(hands.desk.key.key_id) is None:
            body = key_add_body(DESK, hands.desk.key)
            writer.say(hands.registrar_name, KEY_ADD, body, at_ms=now_ms(), salt=random_bytes(32))
    except LedgerError:
        writer.close()  # a desk that cannot begin must not keep others from deciding
        raise
    worlds = [first]

    def opened() -> Desk:
        # What was kept is of the log, and of nothing that did not become of it: good enough after a failure too.
        begun = worlds.pop()() if worlds else fold(keys.home.store, kept.snapshots, kept.tell)
        if kept.keeper is not None:
            kept.keeper.size = max(kept.keeper.size, begun.size)  # so much need not be put away again
        catch_up(begun.world, keys.home.store, begun.since)
        desk = begun.desk(keys.home.store, hands.secret, describe, kept, exercise_only=clock is not now)
        if begun.long or desk.world is not begun.world:
            world = _put_away_at_once(desk, keys.home.store, kept)
            if world is not None:
                del desk, begun  # as objects, index and clocks have five times the size that they are read back with
                begun = Fold(world, world.size)
                desk = begun.desk(keys.home.store, hands.secret, describe, kept, exercise_only=clock is not now)
        kept.progress.at(Step.READY, desk.world.size, desk.world.size)
        return desk

    marks = _Marks(keys.home)

    def leads() -> bool:
        return keys.home.store.leads() and marks.beat()

    return LiveDesk(writer.log, hands, opened, lambda: Instant.of(clock()), monotonic, leads)


def _shared(
    keys: DeskHome,
    hands: Hands,
    tables: DeskTables,
    describe: Describe,
    clock: Callable[[], datetime],
    kept: Kept,
) -> SharedOffice:
    store = keys.home.store
    folded: list[Fold] = []

    def folds() -> World:
        folded[:] = [first_fold(store, kept)]
        return folded[0].world

    def become(world: World) -> LiveDesk | None:
        writer = keys.home.writer_in_turn(keys.unlocked, 0.0)
        if writer is None:
            return None
        begun = [Fold(world, long=any(each.long and each.world is world for each in folded))]
        folded.clear()  # nothing here holds on to a world that is thrown away
        return _live(keys, writer, hands, begun.pop, describe, clock, kept)

    def reading(world: World) -> Reading:
        policy = Policy(world, Aliases(hands.secret), describe)
        return Reading(world, policy, Mailboxes(world, policy))

    marks = _Marks(keys.home)

    def wait(size: int, timeout_s: float) -> int:
        marks.beat()
        return store.wait(size, timeout_s)

    shelf = Shelf(
        wait=wait,
        read=lambda start, stop: list(_read(store, start, stop)),
        fold=folds,
        become=become,
        reading=reading,
        beat=store.beat,
        hangs=store.hangs,
        end_hold=lambda silent_s: store.hangs(silent_s, end=True),
    )
    return SharedOffice(shelf, tables.requests, now_ms, random_bytes)


class _Marks:
    """Moves a home's mark along with the log, so that an older copy of the store is refused (`Home.move_mark`)."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._next_s = 0.0

    def beat(self) -> bool:
        """Every ten seconds at most. Inconsistent if the store is not what was signed; True otherwise."""
        if monotonic() < self._next_s:
            return True
        self._next_s = monotonic() + _MARK_S
        with contextlib.suppress(OSError):  # a full disk: the older mark stands, and is moved at the next beat
            self._home.move_mark()
        return True


@dataclass(frozen=True, slots=True)
class Fold:
    """A world, and where it began: from what was put away with `size` entries, with what was said `since`; or, with a
    size of -1, otherwise. `long`: it was folded in rounds."""

    world: World
    size: int = -1
    gathered: list[Recorded] = field(default_factory=list)
    long: bool = False

    @property
    def since(self) -> list[Recorded] | None:
        """Gathers what is said since; None where nobody wants it."""
        return None if self.size < 0 else self.gathered

    def desk(
        self, store: Store, secret: bytes, describe: Describe | None, kept: Kept, *, exercise_only: bool = False
    ) -> Desk:
        """The deciding desk over it, with the index and all else that was put away at the same time; over everything
        folded anew where those contradict each other, for a seal says only that they are as they were written."""
        try:
            return self._with_kept(store, secret, describe, kept, exercise_only=exercise_only)
        except EngineError as error:
            kept.tell(f"What was kept is passed over: it does not hold together. {error.sentence}")
            world = _folded(store, None, kept.tell, kept.progress).world
            return desk_over(
                world,
                secret,
                describe,
                exercise_only=exercise_only,
                resume=lambda _: None,
                on_the_way=_comparing(world, kept.progress),
            )

    def _with_kept(
        self, store: Store, secret: bytes, describe: Describe | None, kept: Kept, *, exercise_only: bool
    ) -> Desk:
        with collector_paused(_ALL_THERE_IS):
            online, size = kept_engine(kept.snapshots, store, self.world, describe, kept.tell)
            beside = kept_desk(kept.snapshots, store, kept.tell) if self.size >= 0 and size == self.size else None
            whole = beside is not None and beside.size == self.size
            return desk_over(
                self.world,
                secret,
                describe,
                exercise_only=exercise_only,
                resume=lambda _: online,
                kept=beside if whole else None,
                since=self.gathered,
                on_the_way=_comparing(self.world, kept.progress),
            )


def _comparing(world: World, progress: Progress) -> Callable[[int], None]:
    whole = sum(map(len, world.picture.by_party.values()))
    return lambda loaded: progress.at(Step.COMPARING, loaded, whole)


def desk_over(
    world: World,
    secret: bytes,
    describe: Describe | None,
    *,
    exercise_only: bool = False,
    resume: Callable[[Theatre], Online | None],
    kept: KeptDesk | None = None,
    since: Sequence[Recorded] = (),
    on_the_way: Callable[[int], None] = lambda _: None,
) -> Desk:
    """The deciding desk over a world."""
    policy = Policy(world, Aliases(secret), describe)
    return Desk(
        world,
        policy,
        lambda theatre: Online(theatre, describe=describe, declaration_of=world.picture.declaration, regions=False),
        __version__,
        exercise_only=exercise_only,
        resume=resume,
        kept=kept,
        since=since,
        on_the_way=on_the_way,
    )


def put_away_beside(home: Home, secret: bytes, tell: Callable[[str], None], few: int = 1) -> int:
    """Put the folds of a log away beside a desk that goes on deciding: from what was put away before, and what the log
    has gone on to say, unless that is fewer than `few` entries. Returns how many entries are in them."""
    tables = home.desk_tables(secret)
    kept = Kept(tables.snapshots, tell)
    try:
        begun = first_fold(home.store, kept)
        if begun.world.size - max(0, begun.size) < few:
            return begun.size
        keep(begun.desk(home.store, secret, None, kept), tables.snapshots, home.store)
        return begun.world.size
    finally:
        tables.close()


def _untold(_why: str) -> None:
    """Nobody wants to know."""


def fold_world(store: Store, snapshots: Snapshots | None = None, tell: Callable[[str], None] = _untold) -> World:
    """Everything that a store holds, folded from its first entry, or on top of what was kept."""
    return fold(store, snapshots, tell).world


def fold(store: Store, snapshots: Snapshots | None, tell: Callable[[str], None]) -> Fold:
    """As `fold_world`, with where it began. Nothing is put away."""
    return _folded(store, snapshots, tell, Progress())


def first_fold(store: Store, kept: Kept) -> Fold:
    """As `fold`; where that takes long, it is put away again and again, so that the next one goes on from there. For
    one process at a time."""
    return _folded(
        store, kept.snapshots, kept.tell, kept.progress, lambda world: _put_away_on_the_way(world, store, kept)
    )


def _folded(
    store: Store,
    snapshots: Snapshots | None,
    tell: Callable[[str], None],
    progress: Progress,
    put_away: Callable[[World], None] = lambda _: None,
) -> Fold:
    load = _load(store)
    known = None if snapshots is None else kept_world(snapshots, store, load, tell)
    world, begun = (World(load), -1) if known is None else (known, known.size)
    size = _size(store)
    if size - world.size <= _ROUND:
        found = Fold(world, begun)
        catch_up(world, store, found.since)
        return found
    # Millions of objects would have ten times the size of the rows that they are put away as, and none is asked for
    # soon. So a round of them is made, and made into rows.
    while world.size < size:
        stop = min(size, world.size + max(_ROUND, world.size // _SHARE))
        _catch_up(world, store, stop, None, progress, size)
        settle(world)
        if stop < size:
            put_away(world)
    catch_up(world, store)
    return Fold(world, long=True)


def _put_away_on_the_way(world: World, store: Store, kept: Kept) -> None:
    """So that a fold that is killed goes on from here. Where that cannot be, it goes on all the same."""
    try:
        keep_world(world, kept.snapshots, store)
    except (LedgerError, EngineError) as error:
        kept.tell(f"What has been folded so far could not be put away. {error.sentence}")


def _put_away_at_once(desk: Desk, store: Store, kept: Kept) -> World | None:
    """A desk that took long to make is put away before anything is decided. Its world; None if that could not be."""
    try:
        if keep(desk, kept.snapshots, store):
            if kept.keeper is not None:
                kept.keeper.size = max(kept.keeper.size, desk.world.size)
            return desk.world
    except (LedgerError, EngineError) as error:
        kept.tell(f"What has been folded could not be put away. {error.sentence}")
    return None


def _load(store: Store) -> Callable[[int], Recorded]:
    payload = _payloads(store)

    def load(index: int) -> Recorded:
        data = store.entry(index)
        if data is None:
            raise EngineError("entry-absent", f"Entry {index} is not in the store.", index=index)
        return recorded(index, Entry.parse(data), payload)

    return load


def catch_up(world: World, store: Store, since: list[Recorded] | None = None) -> None:
    """Fold what the store holds and the world has not seen. `since` gathers it."""
    size = _size(store)
    _catch_up(world, store, size, since, Progress(), size)
    world.exchange.order()  # whoever waits for this waits for it beside the event loop


def _catch_up(
    world: World, store: Store, stop: int, since: list[Recorded] | None, progress: Progress, whole: int
) -> None:
    with collector_paused((stop - world.size) << 10):  # entries have a kilobyte at the least
        for start in range(world.size, stop, _FOLD_AT_ONCE):
            progress.at(Step.FOLDING, start, whole)
            for record in _read(store, start, min(stop, start + _FOLD_AT_ONCE)):
                world.apply(record)
                if since is not None:
                    since.append(record)


def _read(store: Store, start: int, stop: int) -> Iterator[Recorded]:
    """Entries start..stop-1. What stands beside them is asked for at once: where there is too much to do, each question
    waits for its turn, and with one for each entry a start took minutes."""
    entries = [Entry.parse(data) for data in store.entries(start, stop)]
    held = store.payloads([each.digest for entry in entries for each in entry.event.payloads if each.media in _FOLDED])
    for index, entry in enumerate(entries, start):
        yield recorded(index, entry, held.get)


def _size(store: Store) -> int:
    head = store.head()
    return 0 if head is None else head.head.size


def _payloads(store: Store) -> Callable[[bytes], bytes | None]:
    def payload(digest: bytes) -> bytes | None:
        held = store.payload(digest)
        return None if held is None else held.payload

    return payload
