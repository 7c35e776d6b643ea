"""Under which names the protected sites that somebody was shown stand in the record of who looked (R37).

A site stands there by the id under which the party knows it where the newest that it was told of it was shown, and else
by the version that was: a look at what was said earlier is no proof that what was said last had arrived
(`state.history`). A finding shows where a site is, and not what was declared, so that it counts as its version.
"""

from __future__ import annotations

from collections.abc import Iterable

from thalweg.model.declarations import Kind
from thalweg.model.events import Declared, Notice
from thalweg.model.levels import Level
from thalweg.policy.mailbox import Mailboxes, NoticeRead
from thalweg.state.world import World

Site = tuple[str, str]
"""The id under which a party knows a site, and the version of it that it was shown."""


def site_of(read: NoticeRead) -> tuple[Site, ...]:
    """The site that a notice shows; what its findings meet is `met_by`."""
    notice = read.notice
    return ((notice.subject, notice.version),) if read.kind is Kind.STATIC_SITE and notice.subject else ()


def met_by(reads: Iterable[NoticeRead]) -> tuple[str, ...]:
    """The versions that the findings of notices are between."""
    return tuple(version for read in reads for found in read.notice.findings for version in found.versions)


def sites_met(world: World, mailboxes: Mailboxes, party: str, versions: Iterable[str]) -> tuple[Site, ...]:
    """Those of the versions that the party was shown as protected sites of others."""
    had, notices = world.history.of(party), world.exchange.mailboxes.get(party, [])
    found = []
    for version in versions:
        row = had.shown_by(version)
        if row < 0:
            continue  # its own, or what it was not shown
        if had.level(row) == Level.FULL.value:
            chain = world.picture.chain_of(version)
            kind = None if chain is None else chain.kind
        else:
            read = mailboxes.notice(party, notices[row])
            kind = None if read is None else read.value.kind
        if kind is Kind.STATIC_SITE:
            found.append((version, version))
    return tuple(found)


def sites_held(world: World, mailboxes: Mailboxes, party: str, index: int) -> tuple[Site, ...]:
    """The sites that an entry shows to a party that may hold it."""
    body = world.load(index).body
    if isinstance(body, Notice):
        read = mailboxes.notice(party, body.id)
        if read is None:
            return ()
        return (*site_of(read.value), *sites_met(world, mailboxes, party, met_by((read.value,))))
    if isinstance(body, Declared):
        return sites_met(world, mailboxes, party, (body.declaration.version_id,))
    return ()


def names(world: World, party: str, sites: Iterable[Site]) -> tuple[str, ...]:
    """What the record says, each site and version once."""
    had, found = world.history.of(party), dict.fromkeys(sites)
    newest = {version: site for site, version in found if site != version and had.newest(site) in ("", version)}
    return tuple(dict.fromkeys(newest.get(version, version) for _, version in found))
