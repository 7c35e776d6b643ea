"""Who looked at protected sites: gathered for each officer, and put on record every few minutes and at the end (R37).

What is counted is what an answer showed: whose it was, which sites (by the ids under which the party knows them), from
when to when. Nothing is counted twice within one entry, so a screen that asks every second makes one entry a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from thalweg.desk.office import Office
from thalweg.model.declarations import Kind
from thalweg.model.events import SitesRead
from thalweg.model.instants import Instant
from thalweg.policy.mailbox import DeclarationRead, NoticeRead

_IN_ONE: Final = 1000
_HELD: Final = 50_000  # sites in all; past that they are put on record at once


@dataclass(slots=True)
class _Read:
    first: Instant
    last: Instant
    sites: dict[str, None] = field(default_factory=dict)  # in the order in which they were read


@dataclass(slots=True)
class Reads:
    """Gathers. `flush` puts on record; what could not be put is kept for the next time."""

    office: Office
    now: Callable[[], Instant]
    _held: dict[tuple[str, str], _Read] = field(default_factory=dict)
    _count: int = 0

    def declarations(self, party: str, officer: str, read: Iterable[DeclarationRead]) -> None:
        """Declarations were shown to an officer."""
        self._note(party, officer, (each.subject for each in read if each.kind is Kind.STATIC_SITE))

    def notices(self, party: str, officer: str, read: Iterable[NoticeRead]) -> None:
        """Notices were shown to an officer."""
        self._note(party, officer, (each.notice.subject for each in read if each.kind is Kind.STATIC_SITE))

    def sites(self, party: str, officer: str, subjects: Iterable[str]) -> None:
        """Protected sites, by the ids under which the party knows them, were shown to an officer."""
        self._note(party, officer, subjects)

    @property
    def full(self) -> bool:
        """Whether it is time to put them on record, however soon."""
        return self._count >= _HELD

    async def flush(self) -> None:
        """Put on record what was read since the last time. Raises as `Office.note`."""
        while self._held:
            (party, officer), read = next(iter(self._held.items()))
            sites = tuple(read.sites)[:_IN_ONE]
            await self.office.note(SitesRead(party, officer, sites, read.first, read.last))
            for each in sites:
                read.sites.pop(each, None)
            self._count -= len(sites)
            if not read.sites:
                self._held.pop((party, officer), None)

    def _note(self, party: str, officer: str, sites: Iterable[str]) -> None:
        found = list(sites)
        if not found:
            return
        now = self.now()
        read = self._held.setdefault((party, officer), _Read(now, now))
        before = len(read.sites)
        read.sites.update(dict.fromkeys(found))
        read.last = now
        self._count += len(read.sites) - before
