"""Accounts that are gone with the process: for tests and for a server that is only tried out."""

from __future__ import annotations

from pathlib import Path

from thalweg.stores.accounts_sqlite import SqliteAccounts


class MemoryAccounts(SqliteAccounts):
    """The same statements over a database without a file."""

    def __init__(self) -> None:
        super().__init__(Path(":memory:"))
