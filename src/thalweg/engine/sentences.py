"""One plain sentence for each finding, and one for its rule: short enough to be read over a phone.

The engine's own sentences are English; templates of other languages fill the same slots from the same finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

from thalweg.model.declarations import Kind, Zone
from thalweg.model.findings import Certainty, FindingType
from thalweg.model.instants import Instant
from thalweg.model.theatre import Margin, Relation, Rule, Theatre

_ZONES = {
    Zone.NO_ENTRY: "no-entry zone",
    Zone.NO_FIRE: "no-fire zone",
    Zone.RESTRICTED_AIRSPACE: "restricted airspace",
    Zone.QUIET_WINDOW: "quiet window",
}
_KINDS = {
    Kind.OPERATION: "operation",
    Kind.MOVEMENT: "movement",
    Kind.STATIC_SITE: "site",
    Kind.LINE: "line",
    Kind.NEGATIVE: "“none of ours there”",
}
_WORD = {Certainty.CERTAIN: "will", Certainty.LIKELY: "may", Certainty.POSSIBLE: "may"}
_HOW_SURE = {
    Certainty.CERTAIN: "certain",
    Certainty.LIKELY: "likely, {in_ten} of the cases within the stated bounds",
    Certainty.POSSIBLE: "possible, {in_ten} of the cases within the stated bounds",
}


def metres(value_m: float) -> str:
    """`510 m`, `3.1 km`, `124 km`: three figures at most."""
    if value_m < 999.5:
        return f"{value_m:.0f} m"
    return f"{value_m / 1000:.1f} km" if value_m < 99_950 else f"{value_m / 1000:.0f} km"


def duration(seconds: float) -> str:
    """`45 s`, `10 min`, `2 h 30 min`, `3 days`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        hours, minutes = divmod(round(seconds / 60), 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{seconds / 86400:.0f} days"


def exact_duration(seconds: float) -> str:
    """`1 min 40 s`, `4 h 15 min`: to the second, for a change that is to be made as it was checked."""
    hours, rest = divmod(round(seconds), 3600)
    parts = ((hours, "h"), (rest // 60, "min"), (rest % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def exact_metres(value_m: float) -> str:
    """`1,150 m`, `12.5 m`: as it was checked."""
    return f"{value_m:,.1f} m".replace(".0 m", " m")


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def clock(instant: Instant) -> str:
    """`16 Sep 2017 00:30Z`, with seconds where there are any."""
    return _clock(instant.epoch_s)


@lru_cache(maxsize=4096)  # windows begin and end on whole minutes, and neighbours at the same ones
def _clock(epoch_s: float) -> str:
    when = Instant(epoch_s).as_datetime()
    seconds = f":{when.second:02d}" if when.second else ""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year} {when.hour:02d}:{when.minute:02d}{seconds}Z"


def period(first: Instant | None, last: Instant | None) -> str:
    """`from … to …`; within one day the date is said once; an open end is said to be open."""
    if first is None:
        return "at any time" if last is None else f"until {clock(last)}"
    if last is None:
        return f"from {clock(first)} on, with no end stated"
    begin, end = clock(first), clock(last)
    if begin == end:
        return f"at {begin}"
    day = begin.rsplit(" ", 1)[0]
    return f"from {begin} to {end.removeprefix(day + ' ')}"


def party_names(theatre: Theatre) -> dict[str, str]:
    """Names by the ids of parties; of two with one id the first."""
    return {party.id: party.name for party in reversed(theatre.parties)}


class Titled(Protocol):
    """A declaration, or as much of one as its name is made of."""

    @property
    def kind(self) -> Kind: ...
    @property
    def zone(self) -> Zone | None: ...
    @property
    def party(self) -> str: ...
    @property
    def title(self) -> str: ...


def name(declaration: Titled, parties: Mapping[str, str]) -> str:
    """Whose, what, and its title: `CJTF's operation “Jazeera Storm”`. `parties` are names by id."""
    party = parties.get(declaration.party, declaration.party)
    what = _ZONES[declaration.zone] if declaration.zone else _KINDS[declaration.kind]
    title = f" “{declaration.title}”" if declaration.title else ""
    return f"{party}: {what}{title}"


def finding(
    first_name: str,
    second_name: str,
    *,
    type_: FindingType,
    certainty: Certainty,
    share: float,
    horizontal_m: float,
    vertical_m: float | None,
    first: Instant | None,
    last: Instant | None,
    reference: str,
    told: bool,
) -> str:
    """Who will or may come how close to whom, when, where, and how sure that is."""
    will = _WORD[certainty]
    if type_ is FindingType.CONTRADICTION:
        met = f"{will} contradict"
    elif horizontal_m > 0:
        met = f"{will} come within {metres(horizontal_m)} of"
    else:
        met = f"{will} overlap"
    height = f", {metres(vertical_m)} apart in height" if vertical_m else ""
    where = f", {reference}" if reference else ""
    sure = _HOW_SURE[certainty].format(in_ten=_in_ten(share)) if told else "possible: it cannot be told"
    return f"{first_name} {met} {second_name}{height}, {period(first, last)}{where}. How sure: {sure}."


def _in_ten(share: float) -> str:
    if share < 0.05:
        return "fewer than 1 in 10"
    return "more than 9 in 10" if share >= 0.95 else f"{round(share * 10)} in 10"


def rule(which: Rule) -> str:
    """What the theatre asks of the two kinds."""
    asked = margin(which.margin)
    if which.relation is Relation.RESTRICTED:
        conditions = f" Conditions: {which.conditions.rstrip('. ')}." if which.conditions else ""
        return f"Rule {which.id}: {asked}, only under conditions.{conditions}"
    return f"Rule {which.id}: not permitted {asked}."


def margin(m: Margin) -> str:
    if m == Margin():
        return "to overlap"
    parts = [f"closer than {metres(m.horizontal_m)}" if m.horizontal_m else "to overlap"]
    if m.vertical_m is None:
        parts.append("at any height")
    elif m.vertical_m:
        parts.append(f"within {metres(m.vertical_m)} in height")
    if m.time_s:
        parts.append(f"within {duration(m.time_s)} of each other")
    return ", ".join(parts)
