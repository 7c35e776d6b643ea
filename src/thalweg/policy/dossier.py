"""A dossier of one incident from what one party holds of the record, and from nothing else (R40-R44; D7).

Made of entries alone (`thalweg.policy.held`), so that the same entries give the same dossier at the desk, on an
officer's machine without a network, and years later from a bundle. "Yes" and "no" stand only where an entry says so;
that something is not in this part of the record is never a no.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final

import numpy as np

from thalweg.engine.batch import batch
from thalweg.formats import event as kinds
from thalweg.formats.theatre import default_theatre
from thalweg.geometry import kernel
from thalweg.ledger.entry import Entry
from thalweg.ledger.receipt import Bundle
from thalweg.model.cases import (
    AccountGiven,
    CauseAssessed,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    Joined,
    Particulars,
    RiskAssessed,
)
from thalweg.model.declarations import Declaration, Kind, Medium, Standing, Volume, Zone
from thalweg.model.dossier import (
    Account,
    Answer,
    Arrived,
    Asked,
    Assessment,
    Cited,
    Claim,
    Dossier,
    Fact,
    Known,
    Margins,
    Moment,
    Near,
    Report,
    Request,
    SourceRead,
    Spot,
    Value,
    Withheld,
)
from thalweg.model.errors import InputError
from thalweg.model.events import (
    SECRETARIAT,
    Acknowledged,
    Committed,
    Declared,
    Delivered,
    Disseminated,
    EmergencySent,
    LineProposed,
    Notice,
    NoticeKind,
    OutcomeStated,
    QuietProposed,
    ReadBack,
    Refused,
    Taken,
    Withdrawn,
)
from thalweg.model.findings import Certainty
from thalweg.model.instants import Instant, Window
from thalweg.model.levels import Level
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route
from thalweg.model.sourced import ClaimConfirmed, ClaimWithdrawn, Descent, Force, SourceEntered
from thalweg.model.theatre import Margin, Relation, Rule, Selector
from thalweg.model.words import EXERCISE, HYPOTHETICAL, REPORTED, STALE
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.held import Entered, Reached, by, entered
from thalweg.policy.sealing import seal
from thalweg.state.recorded import KeyFact, Recorded

_BEGINNING: Final = 160  # characters of an account on the first page
_SPOTS_MOST: Final = 12  # positions of one declaration in the table
_SIDE: Final = "the incident"


def dossier(
    party: str,
    records: Sequence[Recorded],
    reference: str,
    known_at: Instant,
    *,
    names: Mapping[str, str],
    theatre: str = "",
    exercise: bool = False,
    margins: Margins | None = None,
    withheld: Iterable[Withheld] = (),
    keys: Iterable[Cited] = (),
    reached: Mapping[str, Reached] | None = None,
) -> Disclosed[Dossier]:
    """The dossier of the incident `reference` as `party` had the record at `known_at`.

    Without `reached` it is made of all that the party held by then: of today, where whoever takes it has all of that
    before them. With it (`thalweg.policy.held.reached`; every picture of a time past) it is made as the as-of picture
    is, of what had reached the party by then, and cites what shows that it had.

    `records` are entries that the party holds, and nothing of others is taken. `names` are those of the parties.
    `withheld` is what was taken out before, for another reader; `keys` is the part of the key history that the
    signatures rest on (`keys_of`). `InputError` (`incident-unknown`) where the record
    that the party held then has no such incident.
    """
    held = entered(party, records, known_at, reached)
    case = _Case(reference)
    for each in held:
        case.take(each)
    if case.report is None:
        raise InputError(
            "incident-unknown", f"No incident {reference} was known to {party} at {known_at}.", found=reference
        )
    made = _Making(
        party, held, case, case.report, known_at, margins or Margins(), {each.index: each for each in records}
    )
    value = made.dossier(names, theatre, tuple(withheld), exercise=exercise, past=reached is not None)
    if reached is not None:
        value = replace(value, reached=tuple(_arrived(value.entries, made.records, party, reached)))
    return seal(replace(value, keys=tuple(keys)), party)


def keys_of(bundle: Bundle) -> tuple[Cited, ...]:
    """The key history that a bundle carries, as a dossier cites it."""
    found = []
    for item in bundle.keys:
        event = Entry.parse(item.entry).event
        found.append(Cited(item.index, event.hash().hex(), event.kind, event.author, Instant(event.at / 1e3)))
    return tuple(found)


def _arrived(
    cited: Iterable[Cited], records: Mapping[int, Recorded], party: str, reached: Mapping[str, Reached]
) -> Iterator[Arrived]:
    """By what each of the notices that are cited had reached the party."""
    for each in cited:
        body = records[each.index].body
        if isinstance(body, Notice) and body.to == party and body.id in reached:
            how = reached[body.id]
            yield Arrived(each.index, how.at, how.entries)


def incidents(
    party: str, records: Sequence[Recorded], known_at: Instant, reached: Mapping[str, Reached] | None = None
) -> tuple[tuple[str, str], ...]:
    """The incidents that the party held by then, or that had reached it by then (`dossier`): reference and title,
    oldest first."""
    subjects = {
        each.body.statement: each.body.subject
        for each in records
        if isinstance(each.body, Notice) and each.body.subject.startswith(PREFIX)
    }
    return tuple(
        (subjects.get(each.event) or named(each.event), each.body.title)
        for each in entered(party, records, known_at, reached)
        if isinstance(each.body, IncidentReported) and not isinstance(each.answer, Refused)
    )


def named(event: str) -> str:
    """The reference of an incident by the event of its report, where no other had the same letters."""
    return PREFIX + _letters(event)[:_LETTERS]


# --- the case: what was said in it ---


@dataclass(slots=True)
class _Case:
    """What was said in one incident, in the order of the log."""

    reference: str
    report: Entered | None = None
    withdrawn: Entered | None = None
    shared: list[Entered] = field(default_factory=list)
    accounts: list[Entered] = field(default_factory=list)
    asked: list[Entered] = field(default_factory=list)
    explained: list[Entered] = field(default_factory=list)
    assessed: list[Entered] = field(default_factory=list)
    laid: list[Entered] = field(default_factory=list)
    promised: list[Entered] = field(default_factory=list)
    outcomes: list[Entered] = field(default_factory=list)
    notices: list[Entered] = field(default_factory=list)

    def take(self, entry: Entered) -> None:
        if isinstance(entry.answer, Refused):
            return
        match entry.body:
            case IncidentReported():
                letters = self.reference.removeprefix(PREFIX)
                same = len(letters) >= _LETTERS and _letters(entry.event).startswith(letters)
                if same and self.report is None:  # a later report of the same letters has a longer reference
                    self.report = entry
            case IncidentShared(incident=self.reference):
                self.shared.append(entry)
            case IncidentWithdrawn(incident=self.reference):
                self.withdrawn = entry
            case AccountGiven(incident=self.reference):
                self.accounts.append(entry)
            case ExplanationAsked(incident=self.reference):
                self.asked.append(entry)
            case ExplanationGiven(request=request) if request in {each.event for each in self.asked}:
                self.explained.append(entry)
            case CauseAssessed(incident=self.reference) | RiskAssessed(incident=self.reference):
                self.assessed.append(entry)
            case EvidenceLaid(incident=self.reference):
                self.laid.append(entry)
            case Committed(about=self.reference):
                self.promised.append(entry)
            case OutcomeStated(commitment=commitment) if commitment in {each.event for each in self.promised}:
                self.outcomes.append(entry)
            case Notice(subject=self.reference):
                self.notices.append(entry)
            case _:
                pass


# --- declarations ---


@dataclass(slots=True)
class _Version:
    """One version of something declared, as the party came to know it."""

    subject: str
    of: str
    version: str
    declaration: Declaration
    level: Level
    at: Instant
    entries: tuple[int, ...]
    late: bool = False
    kind_shown: bool = True
    not_cited: int = 0
    refused: bool = False
    until: Instant | None = None
    ended: tuple[int, ...] = ()


def _versions(party: str, held: Sequence[Entered]) -> list[_Version]:
    """Everything declared that the party knew of, version by version, and until when each stood."""
    found: list[_Version] = []
    newest: dict[str, _Version] = {}
    by_event = {each.event: each for each in held}

    def add(version: _Version) -> None:
        found.append(version)
        if version.refused:
            return
        before = newest.get(version.subject)
        if before is not None and before.until is None and before.version != version.version:
            before.until, before.ended = version.at, version.entries
        newest[version.subject] = version

    def end(subject: str, entry: Entered) -> None:
        version = newest.get(subject)
        if version is not None and version.until is None:
            version.until, version.ended = entry.at, entry.rests_on

    for entry in held:
        body = entry.body
        match body:
            case Declared() if body.by == party:
                answer = entry.answer
                key = f"{party}/{body.declaration.declaration_id}"
                add(
                    _Version(
                        key, party, body.declaration.version_id, body.declaration, Level.FULL, entry.at,
                        entry.rests_on, late=isinstance(answer, Taken) and answer.late,
                        not_cited=len(answer.not_cited) if isinstance(answer, Taken) else 0,
                        refused=isinstance(answer, Refused),
                    )
                )  # fmt: skip
            case Withdrawn() if body.by == party and isinstance(entry.answer, Taken):
                end(body.chain if body.chain in newest else f"{party}/{body.chain}", entry)
            case Notice() if body.of != party and body.version:
                stated = by_event.get(body.statement)
                declaration = body.view if body.view is not None else _declared_in(stated)
                if declaration is not None and _newest_of(newest, body.subject) != body.version:
                    entries = entry.rests_on
                    if stated is not None and body.view is None:
                        # Also the first notice that shows it: by that, and no later one, its time is told.
                        entries = (*stated.rests_on, *entry.rests_on)
                    shown = body.level.at_least(Level.FOOTPRINT) or "kind" in body.facts
                    add(
                        _Version(
                            body.subject, body.of, body.version, declaration, body.level, body.at,
                            tuple(sorted(set(entries))), late=body.facts.get("late") == "1", kind_shown=shown,
                        )
                    )  # fmt: skip
            case Notice(what=NoticeKind.CANCELLED | NoticeKind.REVOKED):
                end(body.subject, entry)
            case _:
                pass
    return found


def _newest_of(newest: Mapping[str, _Version], subject: str) -> str:
    return newest[subject].version if subject in newest else ""


def _declared_in(entry: Entered | None) -> Declaration | None:
    match None if entry is None else entry.body:
        case Declared(declaration=declaration):
            return declaration
        case QuietProposed(window=declaration):
            return declaration
        case LineProposed(line=declaration):
            return declaration
        case _:
            return None


def _near(versions: Sequence[_Version], at: Particulars, margins: Margins) -> dict[int, tuple[float, float, bool]]:
    """Which versions (by their place in the list) may be near what was reported: metres, seconds, and whether surely.

    By the engine, on the ellipsoid, with every stated uncertainty; what is rumoured has no effect (R13).
    """
    if at.place is None:
        return {}
    end = None if at.latest is None else Instant(at.latest.epoch_s + 1.0)  # a moment has a second
    window = Window(at.earliest if at.earliest is not None or at.latest is None else None, end)
    incident = Declaration(
        kind=Kind.RESTRICTED_ZONE,
        party=_SIDE,
        volumes=(Volume(Circle(at.place, max(float(at.radius_m), 1.0)), window),),
        zone=Zone.QUIET_WINDOW,
        medium=Medium.UNSTATED,
        declaration_id=_SIDE,
    )
    rule = Rule(
        "near", Selector(Kind.RESTRICTED_ZONE), Selector(Kind.STATIC_SITE), Relation.RESTRICTED,
        Margin(margins.near_m, None, margins.around_s), conditions="near",
    )  # fmt: skip
    rest = Rule("rest", Selector(), Selector(), Relation.PERMITTED)
    theatre = replace(default_theatre(), rules=(rule, rest))
    found: dict[int, tuple[float, float, bool]] = {}
    compared: dict[str, int] = {}
    plain: list[Declaration] = []
    for number, version in enumerate(versions):
        if not _may_be_then(version.declaration, window, margins.around_s):
            continue
        shape = _as_place(version.declaration, number)
        if shape is not None:
            compared[shape.version_id] = number
            plain.append(shape)
    for finding in batch((incident, *plain), theatre):
        other = next((each for each in finding.versions if each in compared), None)
        if other is not None and incident.version_id in finding.versions:
            number = compared[other]
            sure = finding.certainty is Certainty.CERTAIN and versions[number].level.at_least(Level.FOOTPRINT)
            found[number] = (finding.horizontal_m, finding.time_gap_s, sure)
    return found


def _may_be_then(declaration: Declaration, window: Window, around_s: float) -> bool:
    """Whether any part of it comes so close in time, whatever its uncertainty; spares the engine most of a long
    record."""
    parts = [(each.window, each.uncertainty.time_s) for each in declaration.volumes]
    parts += [(each.window, each.uncertainty.time_s) for each in declaration.segments]
    return any(
        part.end_s + doubt_s + around_s >= window.start_s and part.start_s - doubt_s - around_s <= window.end_s
        for part, doubt_s in parts
    )


def _as_place(declaration: Declaration, number: int) -> Declaration | None:
    """Where and when something is, whatever it is; None where it has no effect or no place."""
    volumes = declaration.volumes or tuple(
        Volume(segment.path, segment.window, None, segment.uncertainty) for segment in declaration.segments
    )
    if not volumes or declaration.standing is Standing.RUMOURED:
        return None
    return Declaration(
        kind=Kind.STATIC_SITE, party=f"{number}", volumes=volumes, medium=Medium.UNSTATED, declaration_id=f"{number}"
    )


# --- making ---


class _Making:
    """One dossier."""

    def __init__(
        self,
        party: str,
        held: Sequence[Entered],
        case: _Case,
        report: Entered,
        known_at: Instant,
        margins: Margins,
        records: Mapping[int, Recorded],
    ) -> None:
        self.party, self.held, self.case, self.known_at, self.margins = party, held, case, known_at, margins
        self.records = records
        self.by_event = {each.event: each for each in held}
        if not isinstance(report.body, IncidentReported):
            raise InputError("entry-kind", f"Entry {report.index} is no report of an incident.", index=report.index)
        self.said: IncidentReported = report.body
        self.reported = report
        self.at = self.said.particulars
        self.versions = _versions(party, held)
        self.near_by = _near(self.versions, self.at, margins)
        self.subjects = {
            self.versions[number].subject: self.versions[number]
            for number in self.near_by
            if not self.versions[number].refused
        }
        self.moments: list[Moment] = []
        self.begins = self.at.earliest or self.at.latest or report.said_at
        self.ends = self.at.latest or self.at.earliest or report.said_at

    # --- the parts ---

    def dossier(
        self, names: Mapping[str, str], theatre: str, withheld: tuple[Withheld, ...], *, exercise: bool, past: bool
    ) -> Dossier:
        near = self._near_rows(exercise=exercise)
        accounts = self._accounts()
        requests = self._requests()
        assessments = self._assessments()
        silent = self._silent(accounts, requests)
        sources = self._sources()
        answers = (
            self._declared(),
            *self._exchanged(),
            self._late(requests),
            self._said(accounts, silent),
            self._disputed(accounts, assessments, sources),
        )
        order = {asked: number for number, asked in enumerate(Asked)}
        answers = tuple(sorted(answers, key=lambda each: order[each.asked]))
        self._told_in_case(assessments)
        self._called()
        spots = self._spots(near, accounts)
        report = Report(
            self.case.reference, self.said.by, self.reported.at, self.said.title, self.said.text, self.said.language,
            self.at, None if self.case.withdrawn is None else self.case.withdrawn.at, self.reported.rests_on,
        )  # fmt: skip
        cannot = self._cannot(near, silent, withheld, past=past)
        timeline = tuple(sorted(self.moments, key=lambda each: (each.valid, each.known, each.fact.entries)))
        rests: set[int] = {*report.entries}
        for answer in answers:
            rests.update(answer.entries)
        for moment in timeline:
            rests.update(moment.fact.entries)
        for group in (near, accounts, requests, assessments, spots, sources):
            for each in group:
                rests.update(each.entries)
        rests.update(index for source in sources for claim in source.claims for index in claim.entries)
        used = {self.party, self.said.by, *silent, *(each.of for each in near), *(each.by for each in accounts)}
        used |= {*self.at.affected.parties, *self.at.alleged.parties, *(each.to for each in requests)}
        used |= {str(value) for moment in timeline for key, value in moment.fact.values.items() if key in _PARTIES}
        for account in accounts:
            used |= {*account.particulars.affected.parties, *account.particulars.alleged.parties}
        return Dossier(
            party=self.party,
            names={each: names[each] for each in sorted(used) if names.get(each, each) != each},
            theatre=theatre,
            exercise=exercise,
            incident=report,
            known_at=self.known_at,
            margins=self.margins,
            near=near,
            answers=answers,
            cannot=cannot,
            timeline=timeline,
            spots=spots,
            accounts=accounts,
            silent=silent,
            requests=requests,
            assessments=assessments,
            sources=sources,
            entries=self._cited(rests),
            withheld=withheld,
        )

    def _near_rows(self, *, exercise: bool) -> tuple[Near, ...]:
        rows = []
        for number, (away_m, gap_s, sure) in self.near_by.items():
            version = self.versions[number]
            if version.refused:
                self._moment(
                    version.at, None, version.at,
                    Fact("refused", {"of": version.of, **self._thing(version)}, version.entries),
                )  # fmt: skip
                continue
            rows.append(
                Near(
                    subject=version.subject,
                    of=version.of,
                    kind=_kind(version),
                    title=version.declaration.title if version.level is Level.FULL else "",
                    level=version.level,
                    declaration=version.declaration,
                    away_m=round(away_m, 1),
                    gap_s=round(gap_s, 1),
                    sure=sure,
                    shown=version.at,
                    before=version.at < self.ends,
                    late=version.late,
                    until=version.until,
                    marks=_marks(version.declaration, self.known_at, exercise=exercise),
                    entries=version.entries,
                )
            )
        return tuple(
            sorted(rows, key=lambda each: (not each.before, each.gap_s, each.away_m, each.shown, each.subject))
        )

    def _declared(self) -> Answer:
        if self.at.place is None:
            return Answer(
                Asked.DECLARED, Known.UNKNOWN, (Fact("no_place", known=Known.UNKNOWN, entries=self.reported.rests_on),)
            )
        facts = []
        for number in sorted(self.near_by, key=lambda each: (self.near_by[each][1], self.near_by[each][0], each)):
            version = self.versions[number]
            if version.refused:
                continue
            away_m, gap_s, _ = self.near_by[number]
            before = version.at < self.ends
            values = {
                "of": version.of, **self._thing(version), "away": round(away_m, 1), "gap": round(gap_s, 1),
                "level": version.level.value, "at": version.at,
            }  # fmt: skip
            fact = Fact("declared" if before else "declared_after", values, version.entries)
            start, until = _span(version.declaration)
            self._moment(start or version.at, until, version.at, fact)
            if before and (version.until is None or version.until > self.begins):
                facts.append(fact)
            if version.until is not None:
                ended = Fact("ended", {"of": version.of, **self._thing(version), "at": version.until}, version.ended)
                self._moment(version.until, None, version.until, ended)
        if not facts:
            return Answer(Asked.DECLARED, Known.NOT_ON_RECORD, (Fact("declared_none", known=Known.NOT_ON_RECORD),))
        return Answer(Asked.DECLARED, Known.YES, tuple(facts))

    def _exchanged(self) -> Iterator[Answer]:
        """Findings, warnings, and what became of the notices about what was near."""
        facts: dict[Asked, list[tuple[Instant, Fact]]] = {asked: [] for asked in _EXCHANGED}

        def add(asked: Asked, at: Instant, fact: Fact, valid: Instant | None = None) -> None:
            facts[asked].append((at, fact))
            if fact.known in (Known.YES, Known.NO):
                self._moment(valid or at, None, at, fact)

        notices = {each.body.id: each for each in self.held if isinstance(each.body, Notice)}
        delivered, answered = self._receipts()
        near_versions = {self.versions[number].version for number in self.near_by}
        for entry in notices.values():
            body = entry.body
            if not isinstance(body, Notice) or body.subject not in self.subjects:
                continue
            version = self._other_side(body)
            about: dict[str, Value] = {"of": version.of, **self._thing(version)}
            match body.what:
                case NoticeKind.ACKNOWLEDGED if version.of == self.party:
                    rests = self._with_statement(entry, body)
                    had = Fact("had", {"to": body.of, **about, "at": body.at}, rests)
                    facts[Asked.WARNED].append((body.at, had))
                    values = {"to": body.of, **about, "response": body.facts.get("response", ""), "at": body.at}
                    add(Asked.ACKNOWLEDGED, body.at, Fact("acknowledged", values, rests))
                case NoticeKind.READ_BACK if version.of == self.party and body.of != self.party:
                    add(Asked.READ_BACK, body.at, _read_back(body.of, about, body.facts.get("differs", ""), body.at,
                                                             self._with_statement(entry, body)))  # fmt: skip
                case NoticeKind.DISSEMINATED if version.of == self.party:
                    values = {"to": body.of, **about, "unit": body.facts.get("unit", ""), "at": body.at}
                    add(Asked.PASSED_ON, body.at, Fact("passed_on", values, self._with_statement(entry, body)))
                case NoticeKind.ESCALATED:
                    to = body.facts.get("owes", "") or self.party
                    fact = Fact("unanswered", {"to": to, **about, "at": body.at}, entry.rests_on, Known.NO)
                    add(Asked.ACKNOWLEDGED, body.at, fact)
                case _ if body.version != "" or len(body.findings) > 0:
                    found = [each for each in body.findings if near_versions & set(each.versions)]
                    if found:
                        values = {"party": self.party, **about, "severity": _worst(body.severity), "at": body.at}
                        add(Asked.FOUND, body.at, Fact("found", values, entry.rests_on))
                    if found or body.what is NoticeKind.WARNING:
                        got = delivered.get(body.id)
                        told: dict[str, Value] = {"party": self.party, **about, "at": body.at}
                        if got is None:
                            add(Asked.WARNED, body.at, Fact("told", told, entry.rests_on))
                        else:
                            rests = (*entry.rests_on, *got.rests_on)
                            add(Asked.WARNED, body.at, Fact("warned", {**told, "received": got.at}, rests))
                    if body.owed and version.of != self.party and body.id not in answered:
                        values = {"to": self.party, **about}
                        facts[Asked.ACKNOWLEDGED].append(
                            (body.at, Fact("no_answer", values, entry.rests_on, Known.NOT_ON_RECORD))
                        )
                case _:
                    pass
        for entry in self.held:
            own = entry.body
            if isinstance(entry.answer, Taken) and isinstance(own, Acknowledged | ReadBack | Disseminated):
                notice = notices.get(own.notice)
                told_of = None if notice is None or not isinstance(notice.body, Notice) else notice.body
                if told_of is None or told_of.subject not in self.subjects or notice is None:
                    continue
                version = self.subjects[told_of.subject]
                about = {"of": version.of, **self._thing(version)}
                rests = (notice.index, *entry.rests_on)
                match own:
                    case Acknowledged():
                        values = {"to": self.party, **about, "response": own.response.value, "at": entry.at}
                        add(Asked.ACKNOWLEDGED, entry.at, Fact("acknowledged", values, rests), entry.said_at)
                    case ReadBack():
                        differs = ", ".join(entry.answer.mismatch)
                        add(
                            Asked.READ_BACK,
                            entry.at,
                            _read_back(self.party, about, differs, entry.at, rests),
                            entry.said_at,
                        )
                    case Disseminated():
                        values = {"to": self.party, **about, "unit": own.unit, "at": entry.at}
                        add(Asked.PASSED_ON, entry.at, Fact("passed_on", values, rests), entry.said_at)
        for asked, none in _EXCHANGED.items():
            by_then = [
                fact for at, fact in sorted(facts[asked], key=lambda each: (each[0], each[1].entries)) if at < self.ends
            ]
            if self.at.place is None:
                yield Answer(
                    asked, Known.UNKNOWN, (Fact("no_place", entries=self.reported.rests_on, known=Known.UNKNOWN),)
                )
            elif by_then:
                yield Answer(asked, _sum(by_then), tuple(by_then))
            else:
                yield Answer(asked, Known.NOT_ON_RECORD, (Fact(none, known=Known.NOT_ON_RECORD),))

    def _other_side(self, body: Notice) -> _Version:
        """What the notice is about; of a conflict of the party's own, what it is a conflict with."""
        subject = self.subjects[body.subject]
        if subject.of == self.party and body.findings:
            for number in self.near_by:
                version = self.versions[number]
                if version.of != self.party and any(version.version in each.versions for each in body.findings):
                    return version
        return subject

    def _receipts(self) -> tuple[dict[str, Entered], set[str]]:
        """By notice: the first receipt that this party signed; and which notices it answered."""
        delivered: dict[str, Entered] = {}
        answered: set[str] = set()
        for entry in self.held:
            match entry.body:
                case Delivered(notices=notices) if isinstance(entry.answer, Taken):
                    for notice in notices:
                        delivered.setdefault(notice, entry)
                case Acknowledged(notice=notice) if isinstance(entry.answer, Taken):
                    delivered.setdefault(notice, entry)
                    answered.add(notice)
                case _:
                    pass
        return delivered, answered

    def _late(self, requests: Sequence[Request]) -> Answer:
        facts = [each for request in requests for each in self._explanation_late(request)]
        for number in sorted(self.near_by):
            version = self.versions[number]
            if version.refused or version.declaration.kind not in (Kind.OPERATION, Kind.MOVEMENT):
                continue
            values: dict[str, Value] = {"of": version.of, **self._thing(version), "at": version.at}
            if version.late:
                facts.append(Fact("late", values, version.entries))
            elif version.level is Level.FULL:
                facts.append(Fact("in_time", values, version.entries, Known.NO))
            if version.not_cited:
                facts.append(Fact("not_cited", {**values, "n": version.not_cited}, version.entries))
        notices = {each.body.id: each for each in self.held if isinstance(each.body, Notice)}
        for entry in self.held:
            if not isinstance(entry.body, Acknowledged) or not isinstance(entry.answer, Taken):
                continue
            notice = notices.get(entry.body.notice)
            body = None if notice is None else notice.body
            if notice is None or not isinstance(body, Notice) or body.subject not in self.subjects or body.due is None:
                continue
            if entry.at > body.due:
                version = self.subjects[body.subject]
                values = {"to": self.party, "of": version.of, **self._thing(version), "at": entry.at, "due": body.due}
                facts.append(Fact("answer_late", values, (notice.index, *entry.rests_on)))
        if self.at.place is None and not facts:
            return Answer(
                Asked.LATE, Known.UNKNOWN, (Fact("no_place", entries=self.reported.rests_on, known=Known.UNKNOWN),)
            )
        if not facts:
            return Answer(Asked.LATE, Known.NOT_ON_RECORD, (Fact("late_none", known=Known.NOT_ON_RECORD),))
        return Answer(Asked.LATE, _sum(facts), tuple(sorted(facts, key=lambda each: each.known is not Known.YES)))

    def _explanation_late(self, request: Request) -> Iterator[Fact]:
        """An explanation that came after it was due; or had not come, where the desk says so."""
        values: dict[str, Value] = {"to": request.to, "due": request.due}
        if request.answered is not None and request.answered > request.due:
            yield Fact("explained_late", {**values, "at": request.answered}, request.entries)
        for entry in self.case.notices:
            body = entry.body
            asked = self.by_event.get(body.answers) if isinstance(body, Notice) else None
            lapsed = isinstance(body, Notice) and body.what is NoticeKind.LAPSED and request.answered is None
            if lapsed and asked is not None and asked.index in request.entries:
                yield Fact("unexplained", {**values, "at": entry.at}, (*asked.rests_on, *entry.rests_on))

    # --- accounts, requests, assessments ---

    def _accounts(self) -> tuple[Account, ...]:
        later: dict[str, Instant] = {}
        for entry in self.case.accounts:
            if isinstance(entry.body, AccountGiven) and entry.body.supersedes:
                later.setdefault(entry.body.supersedes, entry.at)
        first = Account(
            self.said.by, self.reported.at, self.said.text, self.said.language, self.at,
            later.get(self.reported.event), self.reported.rests_on,
        )  # fmt: skip
        found = [first]
        for entry in self.case.accounts:
            body = entry.body
            if isinstance(body, AccountGiven):
                superseded = later.get(entry.event)
                found.append(
                    Account(body.by, entry.at, body.text, body.language, body.particulars, superseded, entry.rests_on)
                )
        return tuple(found)

    def _requests(self) -> tuple[Request, ...]:
        found = []
        for entry in self.case.asked:
            body = entry.body
            if not isinstance(body, ExplanationAsked):
                continue
            answers = [
                each for each in self.case.explained
                if isinstance(each.body, ExplanationGiven) and each.body.request == entry.event
            ]  # fmt: skip
            first = answers[0] if answers else None
            given = first.body if first is not None and isinstance(first.body, ExplanationGiven) else None
            reminders = [
                each for each in self.case.notices
                if isinstance(each.body, Notice) and each.body.answers == entry.event
                and each.body.statement != entry.event and each.body.what in _REMINDING
            ]  # fmt: skip
            found.append(
                Request(
                    by=body.by,
                    to=body.to,
                    at=entry.at,
                    question=body.question,
                    language=body.language,
                    due=body.due,
                    answered=None if first is None else first.at,
                    answer="" if given is None else given.text,
                    answer_language="" if given is None else given.language,
                    reminders=len(reminders),
                    entries=(
                        *entry.rests_on,
                        *(() if first is None else first.rests_on),
                        *(each.index for each in reminders),
                    ),
                )
            )
        return tuple(found)

    def _assessments(self) -> tuple[Assessment, ...]:
        found: list[Assessment] = []
        for number, entry in enumerate(self.case.assessed):
            later = self.case.assessed[number + 1 :]
            match entry.body:
                case CauseAssessed() as cause:
                    superseded = next(
                        (each.at for each in later if isinstance(each.body, CauseAssessed)
                         and each.body.supersedes == entry.event), None,
                    )  # fmt: skip
                    found.append(
                        Assessment("cause", cause.by, entry.at, cause.grade.value, cause.finding, cause.language,
                                   superseded, entry.rests_on)
                    )  # fmt: skip
                case RiskAssessed() as risk:
                    superseded = next(
                        (each.at for each in later if isinstance(each.body, RiskAssessed) and each.body.by == risk.by),
                        None,
                    )
                    found.append(
                        Assessment("risk", risk.by, entry.at, risk.risk.value, risk.text, risk.language, superseded,
                                   entry.rests_on)
                    )  # fmt: skip
                case _:
                    pass
        return tuple(found)

    def _silent(self, accounts: Iterable[Account], requests: Iterable[Request]) -> tuple[str, ...]:
        """Those concerned of whom no account is known: nothing more follows from that."""
        told = {each.by for each in accounts}
        concerned = {*self.at.affected.parties, *self.at.alleged.parties, *(each.to for each in requests)}
        for each in accounts:
            concerned |= {*each.particulars.affected.parties, *each.particulars.alleged.parties}
        return tuple(sorted(concerned - told - {SECRETARIAT}))

    def _said(self, accounts: Sequence[Account], silent: Sequence[str]) -> Answer:
        facts = [
            Fact("says", {"of": each.by, "at": each.at, "words": _begun(each.text)}, each.entries)
            for each in accounts
            if each.superseded is None
        ]
        facts += [Fact("said_none", {"of": each}, (), Known.NOT_ON_RECORD) for each in silent]
        return Answer(Asked.SAID, Known.YES, tuple(facts))

    def _disputed(
        self, accounts: Sequence[Account], assessments: Sequence[Assessment], sources: Sequence[SourceRead]
    ) -> Answer:
        """What of the accounts can be compared, and differs. Words are for people to compare."""
        standing = [each for each in accounts if each.superseded is None]
        sides = sorted({each.by for each in standing})
        facts: list[Fact] = []
        for one, other in combinations(standing, 2):  # two of one side as well: both stand
            facts += _differences(one, other)
        for first, second in combinations([each for each in assessments if each.superseded is None], 2):
            if first.what == second.what and first.by != second.by and first.grade != second.grade:
                values = {"of": first.by, "grade": first.grade, "other": second.by, "other_grade": second.grade}
                facts.append(Fact(f"differ_{first.what}", values, (*first.entries, *second.entries), Known.DISPUTED))
        for source in sources:
            for claim in source.claims:
                if claim.force == Force.DENIAL.value:
                    gainsaid: dict[str, Value] = {"who": claim.who or source.outlet, "words": claim.text}
                    facts.append(Fact("gainsaid", gainsaid, (*source.entries, *claim.entries), Known.DISPUTED))
        if facts:
            return Answer(Asked.DISPUTED, Known.DISPUTED, tuple(facts))
        entries = tuple(index for each in standing for index in each.entries)
        if len(sides) > 1:
            return Answer(Asked.DISPUTED, Known.UNKNOWN, (Fact("several", {"n": len(sides)}, entries, Known.UNKNOWN),))
        return Answer(Asked.DISPUTED, Known.NOT_ON_RECORD, (Fact("one_side", {}, entries, Known.NOT_ON_RECORD),))

    def _sources(self) -> tuple[SourceRead, ...]:
        """Sources laid beside the incident, those that go back to one another as one, with the claims that stand."""
        laid: dict[str, list[int]] = {}
        words: dict[str, str] = {}
        for entry in self.case.laid:
            body = entry.body
            if isinstance(body, EvidenceLaid) and body.what is Evidence.SOURCE:
                laid.setdefault(body.name, []).extend(entry.rests_on)
                words.setdefault(body.name, body.words)
        told: dict[str, tuple[SourceEntered, Entered]] = {}
        for entry in self.held:
            if isinstance(entry.body, SourceEntered) and not isinstance(entry.answer, Refused):
                told.setdefault(entry.body.source, (entry.body, entry))
        found = []
        for origin, copies in _as_one(sorted(laid), {name: said for name, (said, _) in told.items()}):
            said = told.get(origin)
            rests = {index for name in (origin, *copies) for index in laid.get(name, ())}
            rests |= {index for name in (origin, *copies) if name in told for index in told[name][1].rests_on}
            found.append(
                SourceRead(
                    sha256=origin,
                    outlet="" if said is None else said[0].outlet,
                    title=words.get(origin, "") if said is None else said[0].title,
                    published="" if said is None else said[0].published,
                    copies=tuple(_called(told[name][0]) if name in told else name[:16] for name in copies),
                    claims=tuple(claim for name in (origin, *copies) for claim in self._claims(name)),
                    entries=tuple(sorted(rests)),
                )
            )
        return tuple(found)

    def _claims(self, source: str) -> Iterator[Claim]:
        """The claims in a source that stand: not superseded, not withdrawn."""
        over: set[str] = set()
        for entry in self.held:
            if isinstance(entry.body, ClaimWithdrawn):
                over.add(entry.body.claim)
            elif isinstance(entry.body, ClaimConfirmed) and entry.body.supersedes:
                over.add(entry.body.supersedes)
        for entry in self.held:
            said = entry.body
            taken = not isinstance(entry.answer, Refused) and entry.event not in over
            if isinstance(said, ClaimConfirmed) and said.source == source and taken:
                yield Claim(
                    said.said_by, said.through, said.force.value, said.quote or said.words, said.start, said.end,
                    entry.rests_on,
                )  # fmt: skip

    # --- the timeline ---

    def _told_in_case(self, assessments: Sequence[Assessment]) -> None:
        report = self.reported
        self._moment(self.begins, self.ends, report.at, Fact("happened", {}, report.rests_on))
        self._moment(report.said_at, None, report.at, Fact("reported", {"of": self.said.by}, report.rests_on))
        for entry in self.case.shared:
            if isinstance(entry.body, IncidentShared):
                values: dict[str, Value] = {"of": entry.body.by, "names": "\n".join(entry.body.to)}
                self._moment(entry.said_at, None, entry.at, Fact("shared", values, entry.rests_on))
        if self.case.withdrawn is not None:
            entry = self.case.withdrawn
            self._moment(entry.said_at, None, entry.at, Fact("withdrawn", {"of": self.said.by}, entry.rests_on))
        for entry in self.case.accounts:
            values = {"of": by(entry.body), "at": entry.at}
            self._moment(entry.said_at, None, entry.at, Fact("said", values, entry.rests_on))
        for entry in self.case.asked:
            if isinstance(entry.body, ExplanationAsked):
                values = {"of": entry.body.by, "to": entry.body.to, "due": entry.body.due}
                self._moment(entry.said_at, None, entry.at, Fact("asked", values, entry.rests_on))
        for entry in self.case.explained:
            self._moment(entry.said_at, None, entry.at, Fact("explained", {"of": by(entry.body)}, entry.rests_on))
        for entry in self.case.notices:
            body = entry.body
            request = self.by_event.get(body.answers) if isinstance(body, Notice) else None
            asked = None if request is None else request.body
            if isinstance(body, Notice) and isinstance(asked, ExplanationAsked) and not body.statement:
                values = {"to": asked.to, "due": asked.due}
                self._moment(body.at, None, body.at, Fact("reminded", values, entry.rests_on))
        for each in assessments:
            self._moment(each.at, None, each.at, Fact(each.what, {"of": each.by, "grade": each.grade}, each.entries))
        for entry in self.case.laid:
            if isinstance(entry.body, EvidenceLaid):
                words = entry.body.words or entry.body.name
                values = {"of": entry.body.by, "words": words}
                self._moment(entry.said_at, None, entry.at, Fact("laid", values, entry.rests_on))

    def _called(self) -> None:
        """Emergencies around that time, and what was promised about them or about the incident."""
        from_s, to_s = self.begins.epoch_s - self.margins.around_s, self.ends.epoch_s + self.margins.around_s
        calls: set[str] = set()
        for entry in self.held:
            body = entry.body
            if isinstance(body, EmergencySent) and from_s <= entry.at.epoch_s <= to_s and self._is_near(body):
                calls.add(entry.event)
                self._moment(entry.said_at, None, entry.at, Fact("emergency", {"of": body.by}, entry.rests_on))
        notices = {each.body.id: (each, each.body) for each in self.held if isinstance(each.body, Notice)}
        promised: set[str] = set()
        for entry in self.held:
            body = entry.body
            if isinstance(body, Committed) and not isinstance(entry.answer, Refused):
                about = notices.get(body.about)
                if body.about in (self.case.reference, *calls) or (about is not None and about[1].answers in calls):
                    promised.add(entry.event)
                    rests = entry.rests_on if about is None else (about[0].index, *entry.rests_on)
                    values: dict[str, Value] = {"of": body.by, "due": body.due, "words": body.action}
                    self._moment(entry.said_at, None, entry.at, Fact("committed", values, rests))
            elif isinstance(body, OutcomeStated) and body.commitment in promised:
                fact = Fact(f"outcome_{body.outcome.value}", {"of": body.by}, entry.rests_on)
                self._moment(entry.said_at, None, entry.at, fact)

    def _is_near(self, said: EmergencySent) -> bool:
        if said.place is None or self.at.place is None:
            return True
        return _apart_m(said.place, self.at.place) <= said.radius_m + self.at.radius_m + self.margins.near_m

    def _moment(self, valid: Instant, until: Instant | None, known: Instant, fact: Fact) -> None:
        self.moments.append(Moment(valid, until, known, fact))

    # --- the rest ---

    def _spots(self, near: Sequence[Near], accounts: Sequence[Account]) -> tuple[Spot, ...]:
        found = []
        if self.at.place is not None:
            found.append(
                Spot("incident", self.said.by, self.said.title, self.at.place, float(self.at.radius_m),
                     self.at.earliest, self.reported.rests_on)
            )  # fmt: skip
        for account in accounts[1:]:
            place = account.particulars.place
            if place is not None:
                radius = float(account.particulars.radius_m)
                found.append(
                    Spot("account", account.by, "", place, radius, account.particulars.earliest, account.entries)
                )
        for each in near:
            if not each.level.at_least(Level.FOOTPRINT):
                continue
            for at, when, doubt_m in _positions(each.declaration)[:_SPOTS_MOST]:
                found.append(Spot("declaration", each.of, each.title or each.subject, at, doubt_m, when, each.entries))
        return tuple(found)

    def _cannot(
        self, near: Sequence[Near], silent: Sequence[str], withheld: Sequence[Withheld], *, past: bool
    ) -> tuple[Fact, ...]:
        found = [Fact("undisclosed", {"party": self.party}), Fact("receipts")]
        cells = sum(not each.level.at_least(Level.FOOTPRINT) for each in near)
        if self.at.place is None:
            found.append(Fact("no_place"))
        if cells:
            found.append(Fact("cells", {"n": cells}))
        if silent:
            found.append(Fact("silent", {"names": "\n".join(silent)}))
        if past:
            found.append(Fact("unread", {"party": self.party}))
        if withheld:
            found.append(Fact("withheld", {"n": sum(each.count for each in withheld)}))
        found += [Fact("read"), Fact("clocks"), Fact("absence")]
        return tuple(replace(each, known=Known.NOT_ON_RECORD) for each in found)

    def _cited(self, indexes: Iterable[int]) -> tuple[Cited, ...]:
        at = {each.index: each.at for each in self.held}
        answered = {each.answered: each.at for each in self.held if each.answered >= 0}
        found = []
        for index in sorted(set(indexes)):
            record = self.records[index]
            kind = record.body.kind if isinstance(record.body, KeyFact) else kinds.kind_of(record.body)
            when = at.get(index) or answered.get(index) or record.said_at
            found.append(Cited(index, record.event, kind, record.author, when))
        return tuple(found)

    def _with_statement(self, entry: Entered, body: Notice) -> tuple[int, ...]:
        stated = self.by_event.get(body.statement)
        return tuple(sorted({entry.index} if stated is None else {entry.index, *stated.rests_on}))

    @staticmethod
    def _thing(version: _Version) -> dict[str, Value]:
        return {"kind": _kind(version), "title": version.declaration.title if version.level is Level.FULL else ""}


# --- pieces ---

_EXCHANGED: Final[Mapping[Asked, str]] = {
    Asked.FOUND: "found_none",
    Asked.WARNED: "warned_none",
    Asked.ACKNOWLEDGED: "acknowledged_none",
    Asked.READ_BACK: "read_back_none",
    Asked.PASSED_ON: "passed_on_none",
}
_REMINDING: Final = (NoticeKind.REMINDER, NoticeKind.EXPLANATION_REQUEST, NoticeKind.LAPSED)
_COPIES: Final = (Descent.COPY, Descent.EXCERPT, Descent.TRANSLATION)
_PARTIES: Final = ("of", "to", "party", "other")
_SEVERITIES: Final = ("emergency", "warning", "caution", "information")
PREFIX: Final = "i-"
_LETTERS: Final = 10


def _letters(event: str) -> str:
    """The hash of an event in the letters of which references are made."""
    return base64.b32encode(bytes.fromhex(event)).decode().lower().rstrip("=")


def _begun(text: str) -> str:
    """The beginning of an account, for the first page; all of it is in its column."""
    line = " ".join(text.split())
    return line if len(line) <= _BEGINNING else line[: _BEGINNING - 1].rstrip() + "…"


def _kind(version: _Version) -> str:
    """A word of the catalogues for what is declared, as far as its reader is shown it."""
    declaration = version.declaration
    if not version.kind_shown or version.level is Level.EXISTS:
        return ""
    if declaration.zone is not None:
        return declaration.zone.value
    match declaration.kind:
        case Kind.STATIC_SITE:
            return "site"
        case Kind.OPERATION | Kind.MOVEMENT:
            medium = "" if declaration.medium is Medium.UNSTATED else f"_{declaration.medium.value}"
            return f"{declaration.kind.value}{medium}"
        case _:
            return declaration.kind.value


def _worst(severity: str) -> str:
    return severity if severity in _SEVERITIES else "warning"


def _sum(facts: Iterable[Fact]) -> Known:
    known = {fact.known for fact in facts}
    if {Known.YES, Known.NO} <= known:
        return Known.IN_PART
    if Known.YES in known:
        return Known.YES
    return Known.NO if Known.NO in known else Known.NOT_ON_RECORD


def _read_back(to: str, about: Mapping[str, Value], differs: str, at: Instant, rests: tuple[int, ...]) -> Fact:
    values: dict[str, Value] = {"to": to, **about, "at": at}
    if differs:
        return Fact("read_back_wrong", {**values, "differs": differs}, rests, Known.NO)
    return Fact("read_back", values, rests)


def _differences(one: Account, other: Account) -> Iterator[Fact]:
    """In when, where and who, as far as both sides state it."""
    a, b = one.particulars, other.particulars
    sides: dict[str, Value] = {"of": one.by, "other": other.by}
    rests = (*one.entries, *other.entries)
    if (a.latest and b.earliest and a.latest < b.earliest) or (b.latest and a.earliest and b.latest < a.earliest):
        yield Fact("differ_time", sides, rests, Known.DISPUTED)
    if a.place is not None and b.place is not None:
        apart_m = _apart_m(a.place, b.place)
        if apart_m > a.radius_m + b.radius_m:
            yield Fact("differ_place", {**sides, "away": round(apart_m, 1)}, rests, Known.DISPUTED)
    for key, first, second in (("alleged", a.alleged, b.alleged), ("affected", a.affected, b.affected)):
        named_a, named_b = {*first.parties, *first.others}, {*second.parties, *second.others}
        joined = Joined.UNKNOWN in (first.joined, second.joined) or first.joined is second.joined
        if named_a and named_b and (named_a != named_b or not joined):
            names: dict[str, Value] = {
                "names": "\n".join((*first.parties, *first.others)), "joined": first.joined.value,
                "other_names": "\n".join((*second.parties, *second.others)), "other_joined": second.joined.value,
            }  # fmt: skip
            yield Fact(f"differ_{key}", {**sides, **names}, rests, Known.DISPUTED)


def _as_one(laid: Sequence[str], told: Mapping[str, SourceEntered]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Sources that go back to one another: the origin, as far as it was entered, and its copies."""
    group = {name: name for name in (*laid, *told)}

    def top(name: str) -> str:
        while group[name] != name:
            name = group[name]
        return name

    back: set[str] = set()
    for name, said in told.items():
        for each in said.lineage:
            if each.how in _COPIES and each.source in group:
                group[top(name)] = top(each.source)
                back.add(name)
    for root in sorted({top(name) for name in laid}):
        members = [name for name in group if top(name) == root]
        origin = min(members, key=lambda name: (name in back, name not in told, name))
        yield origin, tuple(sorted(name for name in members if name != origin))


def _called(said: SourceEntered) -> str:
    return ", ".join(each for each in (said.outlet, said.title, said.published) if each) or said.source[:16]


def _apart_m(a: Position, b: Position) -> float:
    found = kernel.geodesic(np.array([a.lon]), np.array([a.lat]), np.array([b.lon]), np.array([b.lat]))
    return float(found[0])


def _span(declaration: Declaration) -> tuple[Instant | None, Instant | None]:
    windows = [volume.window for volume in declaration.volumes] + [each.window for each in declaration.segments]
    starts = [each.start for each in windows if each.start is not None]
    ends = [each.end for each in windows if each.end is not None]
    return (min(starts) if starts else None), (max(ends) if ends and len(ends) == len(windows) else None)


def _marks(declaration: Declaration, at: Instant, *, exercise: bool) -> tuple[str, ...]:
    until = declaration.valid_until
    said = (
        (EXERCISE, exercise),
        (HYPOTHETICAL, declaration.hypothetical),
        (STALE, until is not None and until <= at),
        (REPORTED, declaration.standing is Standing.REPORTED),
    )
    return tuple(mark for mark, holds in said if holds)


def _positions(declaration: Declaration) -> list[tuple[Position, Instant | None, float]]:
    """The positions that a declaration names, when, and how uncertain."""
    found: list[tuple[Position, Instant | None, float]] = []
    for volume in declaration.volumes:
        start, doubt_m = volume.window.start, volume.uncertainty.horizontal_m
        match volume.shape:
            case Point(at=at):
                found.append((at, start, doubt_m))
            case Circle(centre=centre, radius_m=radius_m):
                found.append((centre, start, radius_m + doubt_m))
            case Polygon(outer=outer):
                found += [(each, start, doubt_m) for each in outer[:-1] or outer]
            case MultiPolygon(polygons=polygons):
                found += [(each, start, doubt_m) for polygon in polygons for each in polygon.outer[:-1]]
            case Corridor(path=path) | Path(points=path):
                found += [(each, start, doubt_m) for each in path]
            case Route(waypoints=waypoints):
                found += [(each.at, each.time, doubt_m) for each in waypoints]
    for segment in declaration.segments:
        found += [(each, segment.window.start, segment.uncertainty.horizontal_m) for each in segment.path.points]
    return found
