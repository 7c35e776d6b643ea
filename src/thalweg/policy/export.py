"""What one party takes away with it: a copy of all that it declared, was shown and was told of (R37).

Made from the party's own readings and nothing else, so a copy shows no more than the screen does. It is marked for one
officer, and the mark is in the log before the copy is handed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from thalweg.model.declarations import Declaration, Standing
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.notes import Flag, Omission, Source
from thalweg.model.result import CheckResult, CopyFor, Counts
from thalweg.model.words import KIND_NOT_SHOWN, REPORTED, RUMOURED
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import DeclarationRead, FindingRead, Mailboxes
from thalweg.policy.sealing import seal
from thalweg.state.world import World

_LEVELS: Final = {
    Level.FOOTPRINT: "Shown at footprint: its place and time, without title, purpose or details.",
    Level.COARSE: "Shown at coarse: it lies somewhere in these cells at some time within these hours.",
    Level.EXISTS: "Shown at exists: there is something somewhere in these cells. Talk to its party about the area.",
}


def mark_of(party: str, officer: str, at: Instant, random: bytes) -> str:
    """The mark of a copy: like no other, and by itself telling nobody whose it is."""
    said = f"thalweg/copy/v1\n{party}\n{officer}\n{at}\n".encode() + random
    return hashlib.sha256(said).hexdigest()[:20]


def export(
    world: World, mailboxes: Mailboxes, party: str, officer: str, now: Instant, random: bytes, engine: str
) -> Disclosed[CheckResult]:
    """Everything in force that the party declared or was shown, as far as it was shown, with the findings that it was
    told of and that stand; marked for the officer. `random` makes the mark; `engine` names who compared."""
    read = [each for each in mailboxes.declarations(party, now).value.declarations if each.declaration is not None]
    declarations: dict[str, Declaration] = {}
    marked: dict[str, tuple[str, ...]] = {}
    for each in read:
        if each.declaration is not None:
            made = _as_shown(each, each.declaration)
            declarations[made.version_id] = made
            marked[made.version_id] = _marks(each, made)
    told = mailboxes.findings(party, now).value
    findings = tuple(each.finding for each in told if set(each.finding.versions) <= declarations.keys())
    membership = world.membership
    names = {each: membership.name(each) for each in membership.parties}
    result = CheckResult(
        declarations=declarations,
        findings=tuple(sorted(findings, key=lambda each: (each.first or now).epoch_s)),
        checked_at=now,
        theatre=membership.theatre.name,
        rules_hash=membership.theatre.rules_hash,
        engine_version=engine,
        omissions=tuple(_left_out(told, declarations.keys())),
        counts=Counts(seen=len(read), read=len(read), compared=len(declarations)),
        party_names=names,
        exercise=membership.theatre.exercise,
        copy=CopyFor(mark_of(party, officer, now, random), party, officer, now),
        marked=marked,
    )
    return seal(result, party)


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
