"""From a finding to the message that warns of it: every slot from its numbers, none from its English sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from thalweg.model.declarations import Declaration, LineStatus, Sides
from thalweg.model.findings import Certainty, Finding, FindingType
from thalweg.model.instants import Instant
from thalweg.model.theatre import Margin, Relation, Theatre
from thalweg.model.words import EXERCISE, HYPOTHETICAL, REPORTED, RUMOURED, STALE
from thalweg.places.describe import describe
from thalweg.reports.messages.kinds import TalkTo, Warned
from thalweg.reports.messages.places import locality
from thalweg.reports.messages.slots import (
    Apart,
    FreeText,
    Locality,
    Mark,
    Meeting,
    Meets,
    Period,
    RuleAsks,
    Severity,
    Sure,
    Who,
    what,
)

_MARKS: Final = {
    EXERCISE: Mark.EXERCISE,
    HYPOTHETICAL: Mark.HYPOTHETICAL,
    STALE: Mark.STALE,
    REPORTED: Mark.REPORTED,
    RUMOURED: Mark.RUMOURED,
}


def warning(
    finding: Finding,
    first: Declaration,
    second: Declaration,
    theatre: Theatre,
    *,
    names: Mapping[str, str] | None = None,
    finding_alias: str = "",
    where: Locality | None = None,
    answer_by: Instant | None = None,
) -> Warned:
    """The warning of a finding, for somebody to whom both declarations are disclosed in full.

    `first` and `second` are those of `finding.versions`, in that order. `finding_alias` is the id that the reader
    knows it by, where that is another; `where` is that of the finding where none is given (`where_of`). `names` are
    those of the parties by their ids, where the theatre's own are not meant.
    """
    parties = party_names(theatre) if names is None else names
    return Warned(
        marks=marks_of(finding),
        severity=Severity.of(finding.severity),
        meeting=_meeting(finding, first, second, theatre, parties, where or where_of(finding)),
        rule=_asks(finding, first, second, theatre),
        finding=finding_alias or finding.id,
        answer_by=answer_by,
    )


def talk_to(
    finding: Finding,
    own: Declaration,
    other: str,
    theatre: Theatre,
    *,
    finding_alias: str,
    names: Mapping[str, str] | None = None,
    period: Period | None = None,
    where: Locality | None = None,
    answer_by: Instant | None = None,
) -> TalkTo:
    """The warning at the least detail, for the party of `own`: that there is something of `other`, and nothing of it.

    Nothing of the finding's geometry goes in: `period` and `where` are the caller's, from fixed cells, and
    the id is the reader's alias.
    """
    parties = party_names(theatre) if names is None else names
    return TalkTo(
        marks=tuple(mark for mark in marks_of(finding) if mark is Mark.EXERCISE),
        severity=Severity.of(finding.severity),
        who=who(own, parties),
        other=parties.get(other, other),
        period=period,
        where=where,
        finding=finding_alias,
        answer_by=answer_by,
    )


def who(declaration: Declaration, parties: Mapping[str, str]) -> Who:
    """Whose, what, and its title."""
    return Who(
        party=parties.get(declaration.party, declaration.party),
        what=what(declaration),
        title=declaration.title or None,
    )


def party_names(theatre: Theatre) -> dict[str, str]:
    """The names of parties by their ids."""
    return {party.id: party.name for party in theatre.parties}


def where_of(finding: Finding) -> Locality:
    """The reference of the place that the engine describes: between the two closest positions, or on the way that
    crosses a line."""
    a, b = finding.closest
    on_the_way = finding.type in (FindingType.CROSSING, FindingType.WRONG_SIDE)
    if on_the_way or abs(a.lon - b.lon) > 180.0:
        b = a
    lon, lat = (a.lon + b.lon) / 2, (a.lat + b.lat) / 2
    return locality(describe(lon, lat))


def marks_of(finding: Finding) -> tuple[Mark, ...]:
    """The finding's marks, in the order in which messages carry them."""
    carried = {_MARKS[mark] for mark in finding.marks if mark in _MARKS}
    return tuple(mark for mark in Mark if mark in carried)


def _meeting(
    finding: Finding,
    first: Declaration,
    second: Declaration,
    theatre: Theatre,
    parties: Mapping[str, str],
    where: Locality,
) -> Meeting:
    meets = _meets(finding)
    line = finding.type in (FindingType.CROSSING, FindingType.WRONG_SIDE)
    begin, end = finding.first, finding.last
    if begin and end and end < begin:
        begin, end = end, begin
    return Meeting(
        meets=meets,
        will=finding.certainty is Certainty.CERTAIN,
        who=who(first, parties),
        whom=who(second, parties),
        distance_m=finding.horizontal_m if meets is Meets.APPROACH else None,
        vertical_m=finding.vertical_m or None,
        side=_side(first, second, theatre, own=False) if meets is Meets.WRONG_SIDE else None,
        status=LineStatus(finding.line_status) if line and finding.line_status else None,
        period=Period(first=begin, last=end),
        where=where,
        sure=Sure.of(finding.certainty, finding.share, can_tell=finding.can_tell),
    )


def _meets(finding: Finding) -> Meets:
    match finding.type:
        case FindingType.CONTRADICTION:
            return Meets.CONTRADICT
        case FindingType.WRONG_SIDE:
            return Meets.WRONG_SIDE
        case FindingType.CROSSING:
            return Meets.CROSS
        case FindingType.CONFLICT:
            return Meets.APPROACH if finding.horizontal_m > 0 else Meets.OVERLAP


def _asks(finding: Finding, first: Declaration, second: Declaration, theatre: Theatre) -> RuleAsks:
    if finding.type is FindingType.CROSSING:
        return RuleAsks(how="neutral")
    if finding.type is FindingType.WRONG_SIDE:
        return RuleAsks(how="binds", side=_side(first, second, theatre, own=True))
    conditional = finding.relation is Relation.RESTRICTED
    stated = next((rule.conditions for rule in theatre.rules if rule.id == finding.rule), "")
    conditions = stated.rstrip(". ") if conditional else ""
    return RuleAsks(
        how="conditions" if conditional else "keep",
        rule=finding.rule,
        apart=_apart(finding.margin),
        conditions=FreeText(text=conditions) if conditions else None,
    )


def _apart(margin: Margin) -> Apart:
    return Apart(
        horizontal_m=margin.horizontal_m,
        any_height=margin.vertical_m is None,
        vertical_m=margin.vertical_m or None,
        time_s=margin.time_s or None,
    )


def _side(bound: Declaration, line: Declaration, theatre: Theatre, *, own: bool) -> FreeText:
    """The side to which the line binds the party, or the other one, as the line's notifier names it."""
    sides = line.sides or Sides()
    left = bool({bound.party, *theatre.above(bound.party)} & sides.left)
    return FreeText(text=sides.left_name if left is own else sides.right_name)
