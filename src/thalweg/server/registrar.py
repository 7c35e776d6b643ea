"""What the doors ask of the desk: who may let whom in, and the keys with which officers sign, entered by the registrar.

The doors work in threads and the office on the loop: what is asked here is asked from a worker thread, and returns when
it is in the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from thalweg.desk.office import KeyEntry, WayIn
from thalweg.ledger.entry import AuthorKey
from thalweg.ledger.errors import Refused as NotAdmitted
from thalweg.ledger.identity import GRANT, KEY_ADD, KEY_REVOKE, grant_body, key_add_body, key_revoke_body
from thalweg.ledger.tree import leaf_hash
from thalweg.ledger.trust import write_trust
from thalweg.ledger.verify import Trust
from thalweg.model.accounts import Account
from thalweg.model.events import SECRETARIAT, Role
from thalweg.server.doors import Principal
from thalweg.wiring.desk import OpenDesk

T = TypeVar("T")


class Registrar:
    """The keys of authors, as the log has them and as the registrar changes them (`doors.AuthorKeys`)."""

    def __init__(self, opened: OpenDesk) -> None:
        self._opened = opened
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """To be called on the office's loop, before anything is asked."""
        self._loop = asyncio.get_running_loop()

    def joined(self, account: Account, role: str, key: AuthorKey | None) -> None:
        """Somebody came in, or came in anew: the registrar enters the key that they bring, or one that the server holds
        for them until they bring their own. The party is told of it: of somebody new the role alone, for the key
        comes before it."""
        scope = "" if role == Role.SECRETARIAT.value else account.party
        granted = Role.WATCH.value if role == "machine" else role
        grant = KeyEntry(GRANT, grant_body(account.author, granted, scope), tells=True)
        if key is None:
            self._replace(account.author, self._opened.home.hold_key(account.author).key, "lost", grant)
        else:
            self._replace(account.author, key, "lost", grant)
            self._opened.home.let_go(account.author)

    def may(self, principal: Principal, act: str, party: str, role: str) -> bool:
        """The secretariat brings in officers of itself and of parties; a party's admin, whoever is of the party."""
        membership = self._wait(self._opened.office.reading()).world.membership
        if act == "invite" and party not in membership.parties and party != SECRETARIAT:
            return False
        if membership.holds(principal.author, Role.SECRETARIAT, ""):
            return role in (Role.ADMIN.value, Role.WATCH.value, Role.SECRETARIAT.value, Role.OBSERVER.value, "")
        return membership.holds(principal.author, Role.ADMIN, party) and role in (
            Role.WATCH.value,
            Role.ADMIN.value,
            "machine",
            "",
        )

    def valid(self, author: str) -> tuple[AuthorKey, ...]:
        records = self._opened.log.history().records()
        return tuple(each.key for each in records if each.author == author and each.ended is None)

    def bring(self, author: str, key: AuthorKey, reason: str) -> None:
        self._replace(author, key, reason)
        self._opened.home.let_go(author)

    def end(self, author: str, key: str, reason: str) -> None:
        self._register((KeyEntry(KEY_REVOKE, key_revoke_body(author, key, reason, None), tells=True),))

    def way_in(self, author: str, what: str, key: str = "", by: str = "") -> None:
        """The parties on whose rolls the officer is are told of it; see `WayIn`."""
        self._wait(self._opened.office.tell(WayIn(author, what, key, by)))

    def told(self, author: str) -> tuple[str, bytes, bytes]:
        log, home = self._opened.log, self._opened.home.home
        tip = home.store.tip(author)
        trust = Trust(log.origin, (home.settings.log_key,), leaf_hash(log.entry(0)))
        return log.origin, write_trust(trust), b"" if tip is None else log.entry(tip.index)

    def held_here(self, author: str) -> bool:
        """Whether the server holds a key for them."""
        return self._opened.home.officer(author) is not None

    def _replace(self, author: str, key: AuthorKey, reason: str, *more: KeyEntry) -> None:
        """The key takes the place of every one before it."""
        ended = [each.key_id for each in self.valid(author) if each.key_id != key.key_id]
        self._register(
            (
                KeyEntry(KEY_ADD, key_add_body(author, key), tells=True),
                *(KeyEntry(KEY_REVOKE, key_revoke_body(author, each, reason, None), tells=True) for each in ended),
                *more,
            )
        )

    def _register(self, entries: Sequence[KeyEntry]) -> None:
        self._wait(self._opened.office.register(entries))

    def _wait(self, asked: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            asked.close()
            raise NotAdmitted("desk.closed", "The desk has not started.")
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result()
