"""Who looked at protected sites: gathered for each officer, and put on record every few minutes and at the end (R37).

What is counted is what an answer showed: whose it was, which sites (`policy.looked`), from when to when. Nothing is
counted twice within one entry, so a screen that asks every second makes one entry a while. Every way in which a site
can be shown comes by here: tests/conformance/test_who_looked.py asks every route.
"""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from thalweg.desk.office import Office
from thalweg.model.declarations import Kind
from thalweg.model.events import SitesRead
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.policy.looked import Site, met_by, names, site_of, sites_held, sites_met
from thalweg.policy.mailbox import DeclarationRead, NoticeRead

if TYPE_CHECKING:
    from thalweg.policy.asof.had import DeclarationHad

_IN_ONE: Final = 1000
_HELD: Final = 50_000  # sites and versions met in all; past that they are put on record at once
_AT_ONCE: Final = 40  # entries looked at before somebody else is let go on: some ten milliseconds


@dataclass(slots=True)
class _Read:
    first: Instant
    last: Instant
    sites: dict[Site, None] = field(default_factory=dict)  # in the order in which they were read
    met: dict[str, None] = field(default_factory=dict)  # versions in findings; which are sites is looked up later

    def __len__(self) -> int:
        return len(self.sites) + len(self.met)


@dataclass(slots=True)
class Reads:
    """Gathers. `flush` puts on record; what could not be put is kept for the next time."""

    office: Office
    now: Callable[[], Instant]
    _held: dict[tuple[str, str], _Read] = field(default_factory=dict)
    _count: int = 0

    def declarations(self, party: str, officer: str, read: Iterable[DeclarationRead]) -> None:
        """Declarations were shown to an officer."""
        self.sites(party, officer, ((each.subject, each.version) for each in read if each.kind is Kind.STATIC_SITE))

    def notices(self, party: str, officer: str, read: Iterable[NoticeRead]) -> None:
        """Notices were shown to an officer."""
        read = tuple(read)
        self.sites(party, officer, (site for each in read for site in site_of(each)), met_by(read))

    def findings(self, party: str, officer: str, found: Iterable[Finding]) -> None:
        """Findings were shown to an officer."""
        self.sites(party, officer, (), (version for each in found for version in each.versions))

    def had(self, party: str, officer: str, read: Iterable[DeclarationHad]) -> None:
        """Declarations were shown to an officer as the party had them at a time."""
        self.sites(party, officer, ((each.subject, each.version) for each in read if each.kind is Kind.STATIC_SITE))

    async def entries(self, party: str, officer: str, indexes: Iterable[int]) -> None:
        """Entries that the party may hold were handed to an officer as they are."""
        reading = await self.office.reading()
        for number, index in enumerate(indexes, 1):
            self.sites(party, officer, sites_held(reading.world, reading.mailboxes, party, index))
            if number % _AT_ONCE == 0:
                await sleep(0)
                reading = await self.office.reading()

    def sites(self, party: str, officer: str, sites: Iterable[Site], met: Iterable[str] = ()) -> None:
        """Protected sites were shown to an officer, and versions in findings."""
        sites, met = dict.fromkeys(sites), dict.fromkeys(met)
        if sites or met:
            now = self.now()
            self._hold((party, officer), _Read(now, now, sites, met))

    @property
    def full(self) -> bool:
        """Whether it is time to put them on record, however soon."""
        return self._count >= _HELD

    async def flush(self) -> None:
        """Put on record what was read since the last time. Raises as `Office.note`."""
        for key in tuple(self._held):
            reading = await self.office.reading()
            read = self._held.pop(key)  # what is read meanwhile is gathered anew
            self._count -= len(read)
            party, officer = key
            sites = (*read.sites, *sites_met(reading.world, reading.mailboxes, party, read.met))
            named, done = names(reading.world, party, sites), 0
            try:
                while done < len(named):
                    some = named[done : done + _IN_ONE]
                    await self.office.note(SitesRead(party, officer, some, read.first, read.last))
                    done += len(some)
            finally:
                if done < len(named):
                    self._hold(key, read)

    def _hold(self, key: tuple[str, str], read: _Read) -> None:
        held = self._held.get(key)
        if held is None:
            self._held[key] = read
            self._count += len(read)
            return
        before = len(held)
        held.sites.update(read.sites)
        held.met.update(read.met)
        held.first, held.last = min(held.first, read.first), max(held.last, read.last)
        self._count += len(held) - before
