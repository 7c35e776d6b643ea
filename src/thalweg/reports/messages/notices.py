"""What the desk tells a party, as messages: from a disclosed notice to the texts that its reader gets.

Nothing is known here but the notice, what it shows, and the reader's own declarations. A kind of notice that has no
message of its own, or does not carry what its message needs, is `Told`: that it is there, from whom, and to read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from thalweg.model.cases import Evidence as Laid
from thalweg.model.declarations import Declaration, Kind, Standing
from thalweg.model.events import (
    Answer,
    Bearer,
    ChannelState,
    Notice,
    NoticeKind,
    Outcome,
    Participation,
    Response,
    Role,
    Verification,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.measures import Band
from thalweg.model.shapes import Circle, MultiPolygon, Point, Polygon, Position
from thalweg.model.sourced import Force
from thalweg.model.theatre import Theatre
from thalweg.places.describe import describe
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import NoticeRead
from thalweg.reports.messages import kinds
from thalweg.reports.messages.findings import talk_to, warning, who
from thalweg.reports.messages.kinds import Message
from thalweg.reports.messages.places import locality
from thalweg.reports.messages.slots import (
    FreeText,
    Height,
    Heights,
    Mark,
    Period,
    Promise,
    Severity,
    What,
    Who,
)

_SHORT: Final = 12  # characters of a hash that are said
_WHAT: Final = {
    Kind.OPERATION: What.OPERATION,
    Kind.MOVEMENT: What.MOVEMENT,
    Kind.STATIC_SITE: What.SITE,
    Kind.LINE: What.LINE,
    Kind.NEGATIVE: What.NEGATIVE,
}


def of_notice(
    disclosed: Disclosed[NoticeRead], theatre: Theatre, *, names: Mapping[str, str], known: Mapping[str, Declaration]
) -> tuple[Message, ...]:
    """The messages of a notice, in the order in which they are to be read; at least one.

    `names` are those of the parties by their ids. `known` are the declarations that the reader has, its own and those
    that it was shown, as it was shown them, by their `version_id`: a finding between two of them is said in full. Where
    an answer is owed by a time that none of them says, the last one says it.
    """
    read = disclosed.value
    reading = _Reading(read, theatre, names, known)
    messages = reading.messages() or (reading.told(),)
    notice = read.notice
    if notice.owed and notice.due and not any(_says_by_when(message) for message in messages):
        messages += (
            kinds.AnswerOwed(marks=reading.exercise, about=read.id, sender=reading.name(notice.of), by_when=notice.due),
        )
    return messages


def declared(
    shown: Declaration,
    names: Mapping[str, str],
    *,
    marks: tuple[Mark, ...] = (),
    replaced: bool = False,
    late: bool = False,
    version: str = "",
    answer_by: Instant | None = None,
) -> kinds.Declared:
    """The sentence of a declaration, as it is shown. `names` are those of the parties by their ids."""
    first, last, spot, radius_m = _extent(shown)
    return kinds.Declared(
        marks=marks,
        event=kinds.Event.REPLACED if replaced else kinds.Event.NEW,
        who=who(shown, names),
        period=Period(first=first, last=last),
        position=spot,
        where=locality(describe(spot.lon, spot.lat)) if spot else None,
        heights=heights(shown.volumes[0].band) if len(shown.volumes) == 1 else None,
        uncertainty_m=radius_m or None,
        valid_until=shown.valid_until,
        emergency=shown.emergency,
        late=late,
        version=version or shown.version_id,
        answer_by=answer_by,
    )


def _extent(shown: Declaration) -> tuple[Instant | None, Instant | None, Position | None, float]:
    """From when to when it is, its one position where it has one, and how uncertain that is, in metres."""
    windows = [volume.window for volume in shown.volumes] + [segment.window for segment in shown.segments]
    starts, ends = [window.start for window in windows], [window.end for window in windows]
    first = None if None in starts else min((each for each in starts if each), default=None)
    last = None if None in ends else max((each for each in ends if each), default=None)
    at = shown.volumes[0].shape if len(shown.volumes) == 1 else None
    spot = at.at if isinstance(at, Point) else at.centre if isinstance(at, Circle) else None
    return first, last, spot, max((volume.uncertainty.horizontal_m for volume in shown.volumes), default=0.0)


def _says_by_when(message: Message) -> bool:
    match message:
        case kinds.Told() | kinds.Escalated() | kinds.LineCheck():
            return message.by_when is not None
        case kinds.ExplanationAsked() | kinds.AnswerOwed():
            return True
        case kinds.Declared() | kinds.Warned() | kinds.TalkTo():
            return message.answer_by is not None
        case _:
            return False


class _Reading:
    def __init__(
        self, read: NoticeRead, theatre: Theatre, names: Mapping[str, str], known: Mapping[str, Declaration]
    ) -> None:
        self._read = read
        self._notice: Notice = read.notice
        self._facts = read.notice.facts
        self._theatre = theatre
        self._names = names
        self._known = known
        self.exercise = (Mark.EXERCISE,) if read.exercise else ()

    def name(self, party: str) -> str:
        return self._names.get(party, party)

    def told(self) -> kinds.Told:
        notice = self._notice
        return kinds.Told(
            marks=self.exercise,
            about=self._read.id,
            party=self.name(notice.of or notice.to),
            at=notice.at,
            text=self._text(),
            by_when=self._when("expires") or notice.due,
        )

    def messages(self) -> tuple[Message, ...]:
        match self._notice.what:
            case NoticeKind.DECLARED | NoticeKind.REPLACED | NoticeKind.WARNING | NoticeKind.RELEASED:
                return self._declaration()
            case NoticeKind.REMINDER | NoticeKind.LAPSED if self._facts.get("what") == "explanation":
                return self._of_incident()
            case NoticeKind.REMINDER if self._facts.get("what") == "line_check":
                return self._channel()
            case (
                NoticeKind.CANCELLED
                | NoticeKind.REVALIDATED
                | NoticeKind.VERIFIED
                | NoticeKind.REVOKED
                | NoticeKind.CONSENT
                | NoticeKind.REMINDER
                | NoticeKind.CROSSING
            ):
                return self._of_declaration()
            case (
                NoticeKind.ACKNOWLEDGED
                | NoticeKind.READ_BACK
                | NoticeKind.DISSEMINATED
                | NoticeKind.RELAYED
                | NoticeKind.ESCALATED
            ):
                return self._of_notice()
            case (
                NoticeKind.INCIDENT
                | NoticeKind.ACCOUNT
                | NoticeKind.EXPLANATION_REQUEST
                | NoticeKind.EXPLANATION
                | NoticeKind.ASSESSMENT
                | NoticeKind.EVIDENCE
            ):
                return self._of_incident()
            case NoticeKind.EMERGENCY | NoticeKind.COMMITMENT | NoticeKind.OUTCOME | NoticeKind.LAPSED:
                return self._urgent()
            case NoticeKind.ANSWERED:
                return self._answered()
            case NoticeKind.LACKING:  # what was not cited, to be read and cited
                return self._declaration()
            case NoticeKind.PROPOSAL | NoticeKind.QUIET_WINDOW | NoticeKind.LINE | NoticeKind.CUSTODY:
                return self._proposed()
            case NoticeKind.SOURCE | NoticeKind.CLAIM:
                return self._of_source()
            case NoticeKind.DUPLICATE | NoticeKind.PROBING:
                return self._suspected()
            case (
                NoticeKind.CHANNEL
                | NoticeKind.LINE_CHECK
                | NoticeKind.MESSAGE
                | NoticeKind.DECISION
                | NoticeKind.PARTICIPATION
                | NoticeKind.RULES
                | NoticeKind.WATCH
            ):
                return self._channel()
            case _:
                return ()

    # --- declarations and findings ---

    def _declaration(self) -> tuple[Message, ...]:
        notice, shown = self._notice, self._read.declaration
        said: tuple[Message, ...] = ()
        if notice.what is NoticeKind.RELEASED:
            said += (
                kinds.Released(
                    marks=self.exercise,
                    about=notice.subject,
                    party=self.name(notice.of),
                    at=notice.at,
                    level=notice.level,
                ),
            )
        if shown is not None and notice.level.at_least(Level.FOOTPRINT) and notice.of != notice.to:
            said += (self._declared(shown),)
        warnings = self._warnings()
        if not (said or warnings) and shown is not None and notice.of != notice.to:
            said += (self._in_cells(shown),)
        return said + warnings

    def _in_cells(self, shown: Declaration) -> kinds.InCells:
        notice = self._notice
        first, last, _, _ = _extent(shown)
        spot = _middle(shown)
        return kinds.InCells(
            marks=self.exercise,
            event=kinds.Event.REPLACED if notice.what is NoticeKind.REPLACED else kinds.Event.NEW,
            who=self._who(),
            period=Period(first=first, last=last),
            where=locality(describe(spot.lon, spot.lat)) if spot else None,
            version=notice.version or notice.subject,
            answer_by=notice.due if notice.owed else None,
        )

    def _declared(self, shown: Declaration) -> kinds.Declared:
        notice = self._notice
        return declared(
            shown,
            self._names,
            marks=self._marks(shown),
            replaced=notice.what is NoticeKind.REPLACED,
            late="late" in self._facts,
            version=notice.version or notice.subject,
            answer_by=notice.due if notice.owed else None,
        )

    def _warnings(self) -> tuple[Message, ...]:
        notice, shown = self._notice, self._read.declaration
        known = dict(self._known)
        if shown is not None:
            known[shown.version_id] = shown
        due = notice.due if notice.owed else None
        said: list[Message] = []
        for finding in notice.findings:
            first, second = (known.get(version) for version in finding.versions)
            mine = next((each for each in (first, second) if each is not None and each.party == notice.to), None)
            if notice.level.at_least(Level.FOOTPRINT) and first is not None and second is not None:
                said.append(warning(finding, first, second, self._theatre, names=self._names, answer_by=due))
            elif mine is not None and notice.of != notice.to:
                said.append(
                    talk_to(
                        finding, mine, notice.of, self._theatre, names=self._names, finding_alias=finding.id,
                        answer_by=due,
                    )
                )  # fmt: skip
        if shown is not None and notice.of == notice.to:
            said += [
                kinds.TalkTo(
                    marks=self.exercise,
                    severity=Severity.of(notice.severity),
                    who=who(shown, self._names),
                    other=self.name(party),
                    finding=self._read.id,
                    answer_by=due,
                )
                for party in notice.talk_to
            ]
        return tuple(said)

    def _of_declaration(self) -> tuple[Message, ...]:
        notice, facts, marks = self._notice, self._facts, self.exercise
        subject, party = notice.subject, self.name(notice.of)
        match notice.what:
            case NoticeKind.CANCELLED:
                return (kinds.Cancelled(marks=marks, who=self._who(), version=subject, at=notice.at),)
            case NoticeKind.REVALIDATED if until := self._when("valid_until"):
                return (kinds.Revalidated(marks=marks, who=self._who(), version=subject, valid_until=until),)
            case NoticeKind.REMINDER if until := self._when("valid_until"):
                if facts.get("stale") == "1":
                    return (kinds.Stale(marks=marks, who=self._who(), version=subject, since=until),)
                return (kinds.Expiring(marks=marks, who=self._who(), version=subject, valid_until=until),)
            case NoticeKind.VERIFIED:
                outcome = Verification(facts["outcome"])
                by = self.name(facts["by"])
                return (kinds.Checked(marks=marks, outcome=outcome, about=subject, party=by, at=notice.at),)
            case NoticeKind.REVOKED:
                return (kinds.Revoked(marks=marks, about=subject, party=party, at=notice.at),)
            case NoticeKind.CONSENT if facts.get("given") == "1":
                return (kinds.ConsentGiven(marks=marks, party=party, about=subject, at=notice.at),)
            case NoticeKind.CONSENT if facts.get("given") == "0":
                held = [each.rpartition(" (")[0] for each in facts.get("held_by", "").split(", ") if each]
                holders = tuple(self.name(each) for each in held)
                return (kinds.ConsentWithdrawn(marks=marks, party=party, about=subject, at=notice.at, holders=holders),)
            case NoticeKind.CROSSING if at := self._when("at"):
                crosser = self.name(facts["who"])
                return (kinds.CrossingRecorded(marks=marks, party=crosser, line=subject, at=at),)
            case _:
                return ()

    def _who(self) -> Who:
        """Whose and what, as far as the notice shows it, or its reader has it."""
        if self._notice.level.at_least(Level.FOOTPRINT):  # a view below that has a kind that stands for any
            subject, shown = self._notice.subject, self._read.declaration
            for held in (*([shown] if shown else []), *self._known.values()):
                if held is shown or subject in (held.declaration_id, f"{held.party}/{held.declaration_id}"):
                    return who(held, self._names)
        kind = self._read.kind
        return Who(party=self.name(self._notice.of), what=_WHAT.get(kind, What.UNSTATED) if kind else What.UNSTATED)

    # --- exchange ---

    def _of_notice(self) -> tuple[Message, ...]:
        notice, facts, marks = self._notice, self._facts, self.exercise
        subject, party = notice.subject or self._read.id, self.name(notice.of)
        match notice.what:
            case NoticeKind.ACKNOWLEDGED:
                answer = Response(facts["response"])
                remark = self._text()
                return (
                    kinds.Acknowledged(
                        marks=marks, answer=answer, party=party, about=subject, at=notice.at, remark=remark
                    ),
                )
            case NoticeKind.READ_BACK if not facts.get("differs"):
                return (kinds.ReadBackMatches(marks=marks, party=party, about=subject, at=notice.at),)
            case NoticeKind.READ_BACK:
                parts = [kinds.Part(each) for each in facts["differs"].split(", ")]
                return tuple(kinds.Mismatch(marks=marks, part=part, party=party, about=subject) for part in parts)
            case NoticeKind.DISSEMINATED:
                unit = facts["unit"]
                return (kinds.Disseminated(marks=marks, party=party, unit=unit, about=subject, at=notice.at),)
            case NoticeKind.RELAYED:
                to, bearer = self.name(facts["to"]), Bearer(facts["bearer"])
                return (kinds.Relayed(marks=marks, party=party, to=to, at=notice.at, bearer=bearer, about=subject),)
            case NoticeKind.ESCALATED:
                owes = facts.get("owes", "")
                return (
                    kinds.Escalated(
                        marks=marks,
                        to=kinds.To.SECRETARIAT if owes or "also" in facts else kinds.To.NEXT_WATCH,
                        party=self.name(owes or notice.to),
                        about=notice.answers or subject,
                        due=notice.at,
                        by_when=notice.due,
                    ),
                )
            case _:
                return ()

    def _urgent(self) -> tuple[Message, ...]:
        notice, marks, party = self._notice, self.exercise, self.name(self._notice.of)
        about = self._read.id
        match notice.what:
            case NoticeKind.EMERGENCY:
                place = notice.place
                return (
                    kinds.Emergency(
                        marks=marks,
                        party=party,
                        at=notice.at,
                        position=place,
                        where=locality(describe(place.lon, place.lat)) if place else None,
                        text=self._text(),
                        about=about,
                    ),
                )
            case NoticeKind.COMMITMENT if due := notice.due or self._when("due"):
                promise, text = Promise.OTHER, self._text()
                return (
                    kinds.CommitmentMade(
                        marks=marks, party=party, promise=promise, text=text, by_when=due, about=about
                    ),
                )
            case NoticeKind.OUTCOME:
                kept = Outcome(self._facts["outcome"])
                text = self._text()
                return (kinds.Outcome(marks=marks, kept=kept, party=party, about=about, at=notice.at, text=text),)
            case NoticeKind.LAPSED if self._facts.get("what") == "commitment" and (due := self._when("due")):
                return (
                    kinds.CommitmentLapsed(marks=marks, party=party, promise=Promise.OTHER, by_when=due, about=about),
                )
            case NoticeKind.LAPSED:
                return (kinds.ProposalLapsed(marks=marks, proposal=notice.answers[:_SHORT], at=notice.at),)
            case _:
                return ()

    def _answered(self) -> tuple[Message, ...]:
        notice, party, proposal = self._notice, self.name(self._notice.of), self._notice.answers[:_SHORT]
        if self._facts["answer"] == Answer.ACCEPT.value:
            return (kinds.ProposalAccepted(marks=self.exercise, party=party, proposal=proposal, at=notice.at),)
        reason = self._text()
        return (
            kinds.ProposalDeclined(marks=self.exercise, party=party, proposal=proposal, at=notice.at, reason=reason),
        )

    def _proposed(self) -> tuple[Message, ...]:
        """What takes both signatures, with the time by which it lapses; what it is, where the notice shows it."""
        notice, facts, marks = self._notice, self._facts, self.exercise
        party, event = self.name(notice.of), notice.answers[:_SHORT]
        expires = self._when("expires")
        by_when: tuple[Message, ...] = ()
        if expires:
            by_when = (kinds.AnswerOwed(marks=marks, about=self._read.id, sender=party, by_when=expires),)
        proposed = next(iter(self._known.values()), None)
        match notice.what:
            case NoticeKind.PROPOSAL if expires and event:
                way, text = kinds.By.of(facts.get("fix", "")), self._text()
                return (
                    kinds.FixProposed(
                        marks=marks, way=way, party=party, proposal=event, text=text, until=expires, about=self._read.id
                    ),
                )
            case NoticeKind.QUIET_WINDOW if proposed is not None and (task := self._text()):
                first, last, spot, _ = _extent(proposed)
                return (
                    kinds.QuietProposed(
                        marks=marks,
                        party=party,
                        task=task,
                        period=Period(first=first, last=last),
                        where=locality(describe(spot.lon, spot.lat)) if spot else None,
                        window=event,
                    ),
                    *by_when,
                )
            case NoticeKind.LINE if proposed is not None:
                first, last, _, _ = _extent(proposed)
                line = proposed.title or proposed.declaration_id
                period = Period(first=first, last=last)
                return (
                    kinds.LineProposed(marks=marks, party=party, line=line, period=period, version=event),
                    *by_when,
                )
            case NoticeKind.CUSTODY if "from" in facts:
                giver, taker = self.name(facts["from"]), self.name(facts["to_party"])
                return (kinds.HandedOver(marks=marks, giver=giver, taker=taker, site=self._who(), at=notice.at),)
            case NoticeKind.CUSTODY if notice.answers:
                offered = kinds.CustodyOffered(
                    marks=marks, giver=party, taker=self.name(notice.to), site=self._who(), at=notice.at
                )
                return (offered, self.told()) if notice.words.strip() else (offered,)  # its giver's own words
            case _:
                return ()

    def _suspected(self) -> tuple[Message, ...]:
        """What the desk noticed of itself, and decides nothing about."""
        notice, facts, marks = self._notice, self._facts, self.exercise
        match notice.what:
            case NoticeKind.DUPLICATE if "away_m" in facts:
                mine = Who(
                    party=self.name(notice.to), what=What.UNSTATED, title=facts["mine"].partition("/")[2] or None
                )
                other = Who(
                    party=self.name(notice.of), what=What.UNSTATED, title=notice.subject.partition("/")[2] or None
                )
                away_m = float(facts["away_m"])
                return (kinds.DuplicateSuspected(marks=marks, first=mine, second=other, distance_m=away_m),)
            case NoticeKind.PROBING if "moves" in facts and (since := self._when("since")):
                movers = ", ".join(self.name(each) for each in facts["parties"].split(", "))
                # The secretariat is told whose, and not what.
                title = notice.subject.partition("/")[2] if notice.subject else ""
                around = Who(
                    party=self.name(notice.to if notice.subject else notice.of), what=What.UNSTATED, title=title or None
                )
                return (
                    kinds.Probing(
                        marks=marks,
                        who=around,
                        party=movers,
                        changes=int(facts["moves"]),
                        period=Period(first=min(since, notice.at), last=notice.at),
                    ),
                )
            case _:
                return ()

    # --- incidents ---

    def _of_incident(self) -> tuple[Message, ...]:
        notice, facts, marks, party = self._notice, self._facts, self.exercise, self.name(self._notice.of)
        incident, about, text = notice.subject, self._read.id, self._text()
        at = self._when("said") or notice.at
        match notice.what:
            case NoticeKind.INCIDENT:
                what, title = kinds.InIncident(facts["what"]), facts["title"]
                return (
                    kinds.Incident(
                        marks=marks, what=what, incident=incident, title=title, party=party, at=at, text=text,
                        about=about,
                    ),
                )  # fmt: skip
            case NoticeKind.ACCOUNT if text:
                return (kinds.Account(marks=marks, incident=incident, party=party, at=at, text=text, about=about),)
            case NoticeKind.EXPLANATION_REQUEST if text and (due := self._when("due")):
                to = self.name(facts["to"])
                return (
                    kinds.ExplanationAsked(
                        marks=marks, incident=incident, party=party, to=to, by_when=due, text=text, about=about
                    ),
                )
            case NoticeKind.EXPLANATION if text:
                when = kinds.Answered.LATE if "late" in facts else kinds.Answered.IN_TIME
                return (
                    kinds.ExplanationGiven(
                        marks=marks, when=when, incident=incident, party=party, at=at, text=text, about=about
                    ),
                )
            case NoticeKind.ASSESSMENT:
                grade = facts["grade"].lower()
                found = kinds.Found(f"risk_{grade}" if facts["what"] == "risk" else grade)
                return (
                    kinds.Assessment(
                        marks=marks, found=found, incident=incident, party=party, at=at, text=text, about=about
                    ),
                )
            case NoticeKind.EVIDENCE:
                return (
                    kinds.Evidence(
                        marks=marks, what=Laid(facts["what"]), incident=incident, party=party, at=at,
                        withheld="withheld" in facts, text=text, about=about,
                    ),
                )  # fmt: skip
            case _ if due := self._when("due"):
                state = kinds.Due.SOON if notice.what is NoticeKind.REMINDER else kinds.Due.UNANSWERED
                asker, to = self.name(facts["by"]), self.name(facts["to"])
                return (
                    kinds.ExplanationDue(
                        marks=marks, state=state, incident=incident, to=to, party=asker, by_when=due, about=about
                    ),
                )
            case _:
                return ()

    # --- sources ---

    def _of_source(self) -> tuple[Message, ...]:
        notice, facts, marks, party = self._notice, self._facts, self.exercise, self.name(self._notice.of)
        source, about, text = notice.subject.rpartition(":")[2][:_SHORT], self._read.id, self._text()
        match notice.what:
            case NoticeKind.SOURCE if source and "what" in facts:
                others = tuple(self.name(each) for each in facts.get("with", "").split(", ") if each)
                return (
                    kinds.SourceTold(
                        marks=marks, what=kinds.OfSource(facts["what"]), source=source, party=party, at=notice.at,
                        title=facts.get("title"), outlet=facts.get("outlet"), published=facts.get("published"),
                        others=others, text=text, about=about,
                    ),
                )  # fmt: skip
            case NoticeKind.CLAIM if facts.get("what") == "withdrawn":
                claim = notice.answers[:_SHORT]
                return (
                    kinds.ClaimWithdrawn(marks=marks, claim=claim, party=party, at=notice.at, text=text, about=about),
                )
            case NoticeKind.CLAIM if source and text and "force" in facts:
                return (
                    kinds.ClaimTold(
                        marks=marks, force=Force(facts["force"]), source=source, party=party, at=notice.at, quote=text,
                        speaker=facts.get("said_by"), withdrawn="withdrawn" in facts, about=about,
                    ),
                )  # fmt: skip
            case _:
                return ()

    # --- channels and membership ---

    def _channel(self) -> tuple[Message, ...]:
        notice, facts, marks, party = self._notice, self._facts, self.exercise, self.name(self._notice.of)
        channel, text = facts.get("name") or facts.get("channel", ""), self._text()
        match notice.what:
            case NoticeKind.CHANNEL if "state" in facts:
                state, since = ChannelState(facts["state"]), self._when("since") or notice.at
                return (kinds.ChannelState(marks=marks, state=state, channel=channel, party=party, since=since),)
            case NoticeKind.CHANNEL:
                changed = kinds.Changed(facts["what"])
                return (kinds.ChannelChanged(marks=marks, what=changed, channel=channel, party=party, at=notice.at),)
            case NoticeKind.REMINDER:
                return (kinds.LineCheckOwed(marks=marks, channel=channel, about=self._read.id),)
            case NoticeKind.LINE_CHECK if facts.get("what") == "answer":
                return (kinds.LineChecked(marks=marks, party=party, channel=channel, at=notice.at),)
            case NoticeKind.LINE_CHECK if notice.due is not None:
                return (kinds.LineCheck(marks=marks, party=party, channel=channel, by_when=notice.due),)
            case NoticeKind.MESSAGE if text:
                return (kinds.Note(marks=marks, party=party, channel=channel, text=text),)
            case NoticeKind.DECISION if text:
                return (kinds.Decision(marks=marks, channel=channel, party=party, at=notice.at, text=text),)
            case NoticeKind.PARTICIPATION if stated := self._when("since"):
                status, by = Participation(facts["status"]), self.name(facts["by"])
                return (kinds.Participation(marks=marks, status=status, party=party, since=stated, stated_by=by),)
            case NoticeKind.PARTICIPATION if facts.get("status") == "named":
                return (kinds.PartyNamed(marks=marks, party=party, at=notice.at, about=self._read.id),)
            case NoticeKind.WATCH if "officer" in facts and "role" not in facts:
                return (
                    kinds.KeyChanged(
                        marks=marks, what=kinds.KeyChange(facts["what"]), officer=facts["officer"], party=party,
                        entered_by=facts["by"], at=notice.at, about=self._read.id,
                    ),
                )  # fmt: skip
            case NoticeKind.WATCH if "role" in facts:
                return (
                    kinds.RollChanged(
                        marks=marks, what=kinds.RollChange(facts["what"]), officer=facts["officer"],
                        role=Role(facts["role"]), party=party, entered_by=facts["by"], at=notice.at,
                        about=self._read.id,
                    ),
                )  # fmt: skip
            case NoticeKind.RULES:
                return (kinds.RulesChanged(marks=marks, at=notice.at),)
            case _:
                return ()

    # --- values ---

    def _text(self) -> FreeText | None:
        notice = self._notice
        more = " …" if "more" in self._facts else ""  # the rest of it stands in the statement that is shown
        return FreeText(text=notice.words + more, language=notice.language) if notice.words.strip() else None

    def _when(self, fact: str) -> Instant | None:
        written = self._facts.get(fact, "")
        return Instant.of(datetime.fromisoformat(written.replace("Z", "+00:00"))) if "T" in written else None

    def _marks(self, shown: Declaration) -> tuple[Mark, ...]:
        held = {
            Mark.EXERCISE: self._read.exercise,
            Mark.HYPOTHETICAL: shown.hypothetical,
            Mark.REPORTED: shown.standing is Standing.REPORTED,
            Mark.RUMOURED: shown.standing is Standing.RUMOURED,
        }
        return tuple(mark for mark in Mark if held.get(mark))


def _middle(shown: Declaration) -> Position | None:
    """The middle of the cells that a view is made of, of whatever span it has east and west."""
    rings = [
        ring.outer
        for volume in shown.volumes
        for ring in (volume.shape.polygons if isinstance(volume.shape, MultiPolygon) else (volume.shape,))
        if isinstance(ring, Polygon)
    ]
    points = [point for ring in rings for point in ring]
    if not points:
        return None
    # Cells that lie across the antimeridian are taken together on the side of the first.
    away = [(point.lon - points[0].lon + 180.0) % 360.0 - 180.0 for point in points]
    lon = points[0].lon + (min(away) + max(away)) / 2
    lats = [point.lat for point in points]
    return Position((lon + 180.0) % 360.0 - 180.0, (min(lats) + max(lats)) / 2)


def heights(band: Band | None) -> Heights | None:
    """A band as it is said; None where no height is stated."""
    if band is None:
        return None
    lower = None if band.lower_m is None else Height(metres=band.lower_m, datum=band.datum)
    upper = None if band.upper_m is None else Height(metres=band.upper_m, datum=band.datum_of_upper)
    return Heights(lower=lower, upper=upper)
