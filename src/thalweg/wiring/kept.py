"""Snapshots of a desk's folds: kept when it stops and every so often while it runs, used when it starts and after an
append that failed, and never believed against the log.

Three are kept beside the log: the state (`state.shelved`), the engine's index (`Online.snapshot`), and what the desk
has worked out (`desk.kept`). Each is checked against its seal, and its root against that of the log at its size. What
does not fit is passed over with the reason told, and everything is folded; what the log has gone on to say since is
folded on top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from thalweg.desk.kept import KeptDesk
from thalweg.engine import Online
from thalweg.ledger.tree import Nodes, root_of
from thalweg.model.bulk import collector_paused
from thalweg.model.errors import EngineError
from thalweg.model.keeping import NoSnapshot, Snapshot, Snapshots
from thalweg.state.shelved import sections, take_out

if TYPE_CHECKING:
    from thalweg.desk.decide import Desk
    from thalweg.engine.explain import Describe
    from thalweg.ledger.promise import Store
    from thalweg.state.recorded import Recorded
    from thalweg.state.world import World

WORLD: Final = "world"
ENGINE: Final = "engine"
DESK: Final = "desk"
_PIECE: Final = 1 << 20

Tell = Callable[[str], None]
"""Told in words why a snapshot is passed over."""


def kept_world(snapshots: Snapshots, store: Store, load: Callable[[int], Recorded], tell: Tell) -> World | None:
    """The newest state that was put away and belongs to this log; None if there is none to use."""
    found = _newest(snapshots, WORLD, store, tell)
    if found is None:
        return None
    try:
        with collector_paused(len(found.data)):
            world = take_out(found.data, load)
    except EngineError as error:
        tell(f"The kept state is passed over. {error.sentence}")
        return None
    if world.size != found.size:
        tell("The kept state is passed over: it is of another size than it says.")
        return None
    return world


def kept_engine(
    snapshots: Snapshots, store: Store, world: World, describe: Describe | None, tell: Tell
) -> tuple[Online | None, int]:
    """The index that was put away, for the theatre of the world, and how many entries there were then; None and -1 if
    there is none to use."""
    found = _newest(snapshots, ENGINE, store, tell)
    if found is None:
        return None, -1
    try:
        online = Online.restore(
            found.data,
            world.membership.theatre,
            declaration_of=world.picture.declaration,
            describe=describe,
            regions=False,
            checked=True,
        )
    except EngineError as error:
        tell(f"The kept index is passed over. {error.sentence}")
        return None, -1
    return online, found.size


def kept_desk(snapshots: Snapshots, store: Store, tell: Tell) -> KeptDesk | None:
    """What else was put away of the desk."""
    found = _newest(snapshots, DESK, store, tell)
    if found is None:
        return None
    try:
        made = KeptDesk.decode(found.data, checked=True)
    except EngineError as error:
        tell(f"The kept desk is passed over. {error.sentence}")
        return None
    return made if made is not None and made.size == found.size else None


def keep_world(world: World, snapshots: Snapshots, store: Store) -> None:
    """Put a state away by itself: one that is being folded."""
    snapshots.save(WORLD, world.size, root_of(world.size, Nodes(store)), _pieces(sections(world)))


def keep(desk: Desk, snapshots: Snapshots, store: Store) -> bool:
    """Put state and index away. Only while nothing is decided; False if the world is ahead of what the log holds."""
    head, size = store.head(), desk.world.size
    if head is None or head.head.size < size:
        return False
    root = root_of(size, Nodes(store))
    made: tuple[tuple[str, Callable[[], Iterable[bytes | memoryview]]], ...] = (
        (WORLD, lambda: sections(desk.world)),
        (ENGINE, lambda: (desk.online.snapshot(),)),
        (DESK, lambda: (desk.kept().encode(),)),
    )
    for name, data in made:
        snapshots.save(name, size, root, _pieces(data()))
    return True


def _newest(snapshots: Snapshots, name: str, store: Store, tell: Tell) -> Snapshot | None:
    found = snapshots.newest(name)
    if isinstance(found, NoSnapshot):
        tell(f"There is no kept {name} to use: {found.why}")
        return None
    if found.passed_over:
        tell(f"A newer kept {name} is passed over: {found.passed_over}")
    head = store.head()
    size = 0 if head is None else head.head.size
    if found.size > size or root_of(found.size, Nodes(store)) != found.root:
        tell(f"The kept {name} is passed over: it is not of this log.")
        return None
    return found


def _pieces(data: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    for each in data:
        view = memoryview(each)
        yield from (bytes(view[at : at + _PIECE]) for at in range(0, len(view), _PIECE))
