"""What one party takes away with it: a copy of all that it declared, was shown and was told of (R37).

Made from the party's own readings and nothing else, so a copy shows no more than the screen does. It is marked for one
officer, and the mark is in the log before the copy is handed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from thalweg.model.declarations import Declaration, Standing
from thalweg.model.errors import ValueRefused
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.notes import Flag, Omission, Source
from thalweg.model.result import CheckResult, CopyFor, Counts
from thalweg.model.words import KIND_NOT_SHOWN, REPORTED, RUMOURED
from thalweg.policy.asof.valid import Valid
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import DeclarationRead, FindingRead, Mailboxes
from thalweg.policy.sealing import seal
from thalweg.policy.whole import Steps
from thalweg.state.history import spans_of
from thalweg.state.world import World

MOST_DECLARATIONS: Final = 10_000
MOST_FINDINGS: Final = 40_000
SHEET_DECLARATIONS: Final = 500
SHEET_FINDINGS: Final = 200
_AT_ONCE: Final = 20  # of one step: some ten milliseconds
_LEVELS: Final = {
    Level.FOOTPRINT: "Shown at footprint: its place and time, without title, purpose or details.",
    Level.COARSE: "Shown at coarse: it lies somewhere in these cells at some time within these hours.",
    Level.EXISTS: "Shown at exists: there is something somewhere in these cells. Talk to its party about the area.",
}


def mark_of(party: str, officer: str, at: Instant, random: bytes) -> str:
    """The mark of a copy: like no other, and by itself telling nobody whose it is."""
    said = f"thalweg/copy/v1\n{party}\n{officer}\n{at}\n".encode() + random
    return hashlib.sha256(said).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy, what was read for it, and how much of what is in force, and of what was found, is not in it."""

    result: Disclosed[CheckResult]
    read: tuple[DeclarationRead, ...]
    declarations_left: int = 0
    findings_left: int = 0


def copying(
    world: World,
    mailboxes: Mailboxes,
    party: str,
    officer: str,
    now: Instant,
    random: bytes,
    engine: str,
    *,
    valid: Valid | None = None,
    newest: bool = False,
) -> Steps[Copied]:
    """Everything in force that the party declared or was shown, as far as it was shown, with the findings that it was
    told of and that stand; marked for the officer. `random` makes the mark; `engine` names who compared. With `valid`
    of that only what holds at some time in it, which the copy says. With `newest`, of more than fit on a sheet, the
    newest alone.

    `ValueRefused` (`copy-too-large`) where it would be more than a copy holds.
    """
    own, others = mailboxes.counted(party, now).value
    standing = mailboxes.standing(party, now).value
    some = newest and own + others > SHEET_DECLARATIONS
    if not newest and valid is None:
        _require(own + others, standing)
    told = yield from _told(mailboxes, party, now, SHEET_FINDINGS if some else standing)
    gathered = yield from _gathered(mailboxes, party, now, valid, some=some, newest=newest)
    read, elsewhen = gathered.read, gathered.elsewhen
    declarations: dict[str, Declaration] = {}
    marked: dict[str, tuple[str, ...]] = {}
    for number, each in enumerate(read.values(), 1):
        if each.declaration is not None:
            shown = _as_shown(each, each.declaration)
            declarations[shown.version_id] = shown
            marked[shown.version_id] = _marks(each, shown)
        if not number % (20 * _AT_ONCE):
            yield
    drawn: list[FindingRead] = []
    apart: list[FindingRead] = []  # one of their sides is not in the copy
    for number, found in enumerate(told, 1):
        (drawn if declarations.keys() >= set(found.finding.versions) else apart).append(found)
        if not number % (100 * _AT_ONCE):
            yield
    if not newest:
        _require(0, len(drawn))
    findings = sorted((each.finding for each in drawn), key=lambda each: (each.first or now).epoch_s)
    yield
    left_out = [] if some else list(_left_out(apart, declarations.keys() | elsewhen.values()))
    if elsewhen and valid is not None:
        left_out.append(_of_another_time(len(elsewhen), valid))
    membership = world.membership
    result = CheckResult(
        declarations=declarations,
        findings=tuple(findings),
        checked_at=now,
        theatre=membership.theatre.name,
        rules_hash=membership.theatre.rules_hash,
        engine_version=engine,
        omissions=tuple(left_out),
        counts=Counts(seen=len(read) + len(elsewhen), read=len(read), compared=len(declarations)),
        party_names={each: membership.name(each) for each in membership.parties},
        exercise=membership.theatre.exercise,
        copy=CopyFor(mark_of(party, officer, now, random), party, officer, now),
        marked=marked,
    )
    return Copied(
        seal(result, party),
        tuple(read.values()),
        max(0, own + others - len(declarations)) if some else 0,
        max(0, standing - len(findings)) if some else 0,
    )


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What a copy is made of, by subject: as it was read; and, by version id, what does not hold at the time that the
    copy is about."""

    read: dict[str, DeclarationRead]
    elsewhen: dict[str, str]


def _told(mailboxes: Mailboxes, party: str, now: Instant, most: int) -> Steps[list[FindingRead]]:
    """The findings that stand, in whole pages, until there are `most` or no more."""
    told: list[FindingRead] = []
    while len(told) < most:
        page = mailboxes.findings(party, now, before=told[-1].place if told else None, most=_AT_ONCE).value
        told += page
        yield
        if len(page) < _AT_ONCE:
            break
    return told


def _gathered(
    mailboxes: Mailboxes, party: str, now: Instant, valid: Valid | None, *, some: bool, newest: bool
) -> Steps[_Gathered]:
    """Page by page; with `some` the newest, until they fill a sheet. What is declared or shown anew meanwhile stands as
    it was read last."""
    found = _Gathered({}, {})
    place = None if some else 0
    while True:
        if some:
            page = mailboxes.newest(party, now, before=place, most=_AT_ONCE).value
        else:
            page = mailboxes.declarations(party, now, after=place or 0, most=_AT_ONCE).value
        for each in page.declarations:
            if each.declaration is None:
                continue
            if valid is None or valid.meets_one(spans_of(each.declaration)):
                found.read[each.subject] = each
                found.elsewhen.pop(each.subject, None)
            else:
                found.elsewhen[each.subject] = each.declaration.version_id
                found.read.pop(each.subject, None)
        if not newest:
            _require(len(found.read), 0)
        yield
        place = page.next
        if place is None or (some and len(found.read) >= SHEET_DECLARATIONS):
            return found


def _of_another_time(count: int, valid: Valid) -> Omission:
    return Omission(
        Source("the desk", ""),
        f"{count} declarations that do not hold at the time asked for",
        f"This copy is of what holds at some time in {valid.text} alone; the others are in force all the same.",
        harmless=False,
    )


def _require(declarations: int, findings: int) -> None:
    if declarations > MOST_DECLARATIONS or findings > MOST_FINDINGS:
        raise ValueRefused(
            "copy-too-large",
            f"A copy holds at most {MOST_DECLARATIONS:,} declarations and {MOST_FINDINGS:,} findings; ask for what "
            "holds in a stretch of time (`valid`), or read them in pages.",
            declarations=declarations,
            findings=findings,
        )


def _as_shown(read: DeclarationRead, declaration: Declaration) -> Declaration:
    """The declaration, and beside it what its reader is not shown of it."""
    flags = declaration.flags
    if read.level in _LEVELS:
        flags += (Flag("shown-in-part", _LEVELS[read.level]),)
    if read.kind is None:
        flags += (Flag(KIND_NOT_SHOWN, "Of what kind it is is not shown to you."),)
    return replace(declaration, flags=flags) if flags != declaration.flags else declaration


def _marks(read: DeclarationRead, declaration: Declaration) -> tuple[str, ...]:
    said = {Standing.REPORTED: (REPORTED,), Standing.RUMOURED: (RUMOURED,)}
    return (*read.marks, *said.get(declaration.standing, ()))


def _left_out(told: Iterable[FindingRead], shown: Iterable[str]) -> Iterable[Omission]:
    """Findings that cannot be drawn, since one of their sides is not among what the party has now."""
    known = set(shown)
    for each in told:
        if not set(each.finding.versions) <= known:
            yield Omission(
                Source("the desk", each.notice),
                f"a finding of notice {each.notice}",
                "One of its sides is not among what you have now; read the notice.",
                harmless=False,
            )
