"""`thalweg serve` with a protection taken out, to see that the tests notice.

Usage: python -m tests.desk_without lock|order serve …

``lock``   every process believes that it holds the writer's lock; what is left is that an append moves the log only
           from where its writer believes it to be
``order``  what is declared goes into the engine's index only when its batch is durable, as if another process had
           decided it against the same state: of two that arrive at the same instant neither meets the other
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from thalweg.cli import main
from thalweg.desk.book import Book
from thalweg.desk.decide import Desk
from thalweg.engine.online import Comparison
from thalweg.model.declarations import Declaration
from thalweg.stores.postgres import PostgresStore


def without_lock() -> None:
    PostgresStore._lock = lambda self: True  # type: ignore[method-assign]  # the protection


def without_order() -> None:
    enter, tick = Desk._enter, Desk.tick
    late: list[Callable[[], None]] = []

    def entering(
        self: Desk, declaration: Declaration, key: str, trial: Comparison | None, before: dict[str, Declaration]
    ) -> None:
        late.append(partial(enter, self, declaration, key, None, before))

    def ticking(self: Desk, book: Book, most: int = 500) -> bool:
        while late:
            late.pop(0)()
        return tick(self, book, most)

    Desk._enter = entering  # type: ignore[method-assign]  # the protection
    Desk.tick = ticking  # type: ignore[method-assign]  # the protection


if __name__ == "__main__":
    {"lock": without_lock, "order": without_order}[sys.argv.pop(1)]()
    main()
