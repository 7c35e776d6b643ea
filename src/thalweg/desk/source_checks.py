"""The rules for what is said about sources (R43). Whether anybody else entered a source, no answer tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from thalweg.desk.no import No, Subjects, no_party
from thalweg.model.events import SECRETARIAT
from thalweg.model.instants import Instant
from thalweg.model.sourced import (
    ClaimConfirmed,
    ClaimWithdrawn,
    DayTold,
    Sourced,
    SourceEntered,
    SourceShared,
)
from thalweg.state.world import World

AHEAD_S = 300.0  # how far the clock of whoever got it may be ahead of the desk's
LONGEST = 4_000  # characters that one claim may rest on
LARGEST = 2**40  # bytes of a source
MOST_CLAIMS = 2_000  # of one party in one source

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,9})?")


class SourceChecks:
    """Over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check(self, said: Sourced, now: Instant) -> Subjects | No:
        """What the statement is about, or why it is not taken."""
        match said:
            case SourceEntered():
                return self._entered(said, now)
            case SourceShared():
                return self._shared(said)
            case ClaimConfirmed():
                return self._confirmed(said)
            case ClaimWithdrawn():
                claim = self._world.sourced.claims.get(said.claim)
                if claim is None or claim.by != said.by:
                    return No("claim-unknown", "You have confirmed no claim of that hash.")
                return No("claim-withdrawn", "It is withdrawn already.") if claim.withdrawn is not None else ()

    def _entered(self, said: SourceEntered, now: Instant) -> Subjects | No:
        if not all(_SHA256.fullmatch(each) for each in (said.source, *(back.source for back in said.lineage))):
            return No("source-name", "A source is named by its SHA-256, 64 small hexadecimal digits.")
        if said.text_sha256 and not _SHA256.fullmatch(said.text_sha256):
            return No("source-name", "The main text is named by its SHA-256, 64 small hexadecimal digits.")
        if any(back.source == said.source for back in said.lineage):
            return No("source-lineage", "A source does not go back to itself.")
        if not 0 < said.size <= LARGEST or said.characters < 0:
            return No("source-size", "A source has a size, in bytes.")
        if not said.media.strip():
            return No("source-media", "A source is of some kind: a page, a PDF, a text.")
        if said.obtained is not None and said.obtained.epoch_s > now.epoch_s + AHEAD_S:
            return No("source-obtained", "It cannot have been got at a time to come.")
        if said.published and not _is_day(said.published):
            return No("source-day", "The day of publication is a day such as 2031-03-10, or is left out.")
        return self._strangers(said.to) or ()

    def _shared(self, said: SourceShared) -> Subjects | No:
        source = self._world.sourced.own(said.by, said.source)
        if source is None:
            return _no_source()
        if not set(said.to) - source.held.keys() - {said.by}:
            return No("source-shared", "Everyone that you name is shown it already.")
        return self._strangers(said.to) or ()

    def _confirmed(self, said: ClaimConfirmed) -> Subjects | No:
        source = self._world.sourced.own(said.by, said.source)
        if source is None:
            return _no_source()
        if not 0 <= said.start < said.end <= said.start + LONGEST or not said.text.strip():
            return No(
                "claim-characters",
                f"A claim rests on characters of the main text, from one to another after it and up to {LONGEST:,} of "
                "them, and says how that text was made.",
            )
        if any(not _reads(each) for each in (*said.said, *said.about)):
            return No(
                "claim-day", "A day is read as one such as 2031-03-08, the first not after the last, or left open."
            )
        if any(not _NUMBER.fullmatch(each.value) for each in said.numbers):
            return No("claim-number", "A number is written in decimal digits, such as 1450 or 3.5.")
        if any(not 0 <= each.radius_m <= 20_100_000 for each in said.places):
            return No("claim-place", "A radius is in metres, up to half way round the Earth.")
        if len(source.claims) >= MOST_CLAIMS:
            return No("claim-many", f"Up to {MOST_CLAIMS:,} claims are confirmed in one source.")
        if said.supersedes:
            earlier = self._world.sourced.claims.get(said.supersedes)
            if earlier is None or (earlier.by, earlier.source) != (said.by, said.source) or earlier.superseded_by:
                return No(
                    "claim-supersedes",
                    "A claim supersedes one of the same side and source that nothing supersedes yet.",
                )
        return self._nobody((said.party,)) if said.party else ()

    def _strangers(self, to: Iterable[str]) -> No | None:
        return self._nobody(each for each in to if each != SECRETARIAT) or None

    def _nobody(self, parties: Iterable[str]) -> No | tuple[()]:
        known = self._world.membership.parties
        return next((no_party(each) for each in parties if each not in known), ())


def _no_source() -> No:
    return No("source-unknown", "You have entered no source of that SHA-256: enter it first.")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _reads(day: DayTold) -> bool:
    if not day.first and not day.last:
        return True
    return _is_day(day.first) and _is_day(day.last) and day.first <= day.last
