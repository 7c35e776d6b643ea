"""Random histories of three parties, and the picture that one of them had at a time, found by brute force.

`brute` reads every entry of the log up to T, keeps what the party said and what had reached it, and goes through it
once, in order, with nothing but dictionaries: no index, no columns, no world.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from tests.desk_world import START, Room, circle
from thalweg.desk.checks import NotAllowed
from thalweg.model.cases import (
    AccountGiven,
    Case,
    CauseAssessed,
    ExplanationAsked,
    ExplanationGiven,
    Grade,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    Particulars,
    Risk,
    RiskAssessed,
)
from thalweg.model.declarations import Declaration, Kind, LineStatus, Segment, Volume, Zone
from thalweg.model.errors import InputError
from thalweg.model.events import (
    DESK,
    SECRETARIAT,
    Acknowledged,
    Answer,
    Bearer,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelState,
    ChannelStated,
    Committed,
    CrossingLogged,
    CustodyAnswered,
    CustodyOffered,
    Declared,
    Delivered,
    Disseminated,
    EmergencySent,
    LineAnswered,
    LineChecked,
    LineJudged,
    LineProposed,
    MessageSent,
    Notice,
    NoticeKind,
    Outcome,
    OutcomeStated,
    Participation,
    ParticipationStated,
    PartyNamed,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    ReadBack,
    Refused,
    Relayed,
    Release,
    Released,
    Response,
    Revalidated,
    Said,
    SitesRead,
    Taken,
    Term,
    TheatreSet,
    Withdrawn,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Path, Position

Entry = Any  # a record with a body of whatever kind
Answers = dict[str, Any]
PARTIES = ("alpha", "bravo", "charlie")
LEVELS = (Level.FULL, Level.FOOTPRINT, Level.COARSE, Level.EXISTS, Level.NOTHING)

# --- histories ---

WHATS = (
    "declare", "declare", "declare", "site", "deliver", "deliver", "deliver", "mail", "answer", "answer", "withdraw",
    "replace", "release", "read_back", "pass_on", "relay", "revalidate", "emergency", "commit", "outcome", "quiet",
    "line", "offer", "agree", "agree", "cross", "check", "check", "state", "leave", "part", "propose", "message",
    "looked", "later", "incident", "incident", "in_case", "in_case", "in_case", "rules", "belong",
)  # fmt: skip
Step = tuple[str, int, int, int]
SCENES: dict[str, tuple[Step, ...]] = {
    # What takes several steps of several parties, in their order: alone they seldom come about.
    "crossing": (("line", 0, 1, 0), ("agree", 1, 0, 1), ("deliver", 0, 0, 0), ("cross", 0, 0, 0), ("deliver", 1, 0, 0)),
    "custody": (("site", 0, 2, 0), ("deliver", 1, 0, 0), ("offer", 0, 2, 1), ("agree", 2, 0, 1), ("deliver", 0, 0, 0)),
    "account": (("incident", 0, 3, 0), ("deliver", 1, 0, 0), ("in_case", 1, 0, 1), ("deliver", 0, 0, 0)),
    "explained": (("incident", 1, 4, 1), ("in_case", 1, 0, 3), ("in_case", 0, 0, 0), ("deliver", 1, 0, 0)),
    "ruled": (
        ("declare", 0, 0, 1), ("declare", 1, 0, 1), ("deliver", 0, 0, 0), ("rules", 0, 2, 0), ("deliver", 0, 0, 0),
        ("belong", 1, 1, 1), ("deliver", 0, 0, 0), ("deliver", 1, 0, 0),
    ),
}  # fmt: skip
_BETWEEN = "rules: [{{id: apart, a: operation, b: operation, relation: not_permitted, horizontal: {0}, between: {1}}}]"
THEATRES = tuple(
    f"name: valley\nextends: default\n{_BETWEEN.format(*rule)}\n"
    for rule in (("0 m", "same"), ("9 km", "any"), ("9 km", "others"))
)
_STEP = st.tuples(st.sampled_from(WHATS), st.integers(0, 2), st.integers(0, 5), st.integers(0, 11))
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.lists(_STEP, min_size=1, max_size=6) | st.sampled_from(sorted(SCENES.values())).map(list), min_size=2, max_size=7
).map(lambda parts: [step for part in parts for step in part])

_DEED = st.tuples(
    st.sampled_from((*WHATS, "open", "join", "name", "name", "commit", "outcome", "agree", "check", "later", "later")),
    st.integers(0, 2), st.integers(0, 5), st.integers(0, 11),
)  # fmt: skip
DEEDS: dict[str, tuple[Step, ...]] = {
    # By each of these something is answered by a deed, or is over.
    "joined": (("open", 0, 0, 0), ("deliver", 1, 0, 0), ("join", 1, 0, 0)),
    "checked": (("check", 0, 0, 0), ("deliver", 1, 0, 0), ("deliver", 2, 0, 0), ("check", 1, 0, 1)),
    "unchecked": (("check", 0, 0, 0), ("deliver", 1, 0, 0), ("later", 0, 0, 1)),
    "agreed": (("quiet", 0, 1, 0), ("deliver", 1, 0, 0), ("agree", 1, 0, 1)),
    "declined": (("line", 0, 1, 0), ("deliver", 1, 0, 0), ("deliver", 2, 0, 0), ("agree", 1, 0, 0),
                 ("deliver", 2, 0, 0)),
    "expired": (("line", 0, 1, 0), ("deliver", 1, 0, 0), ("later", 0, 0, 2)),
    "vouched": (("site", 0, 1, 1), ("later", 0, 0, 1), ("deliver", 0, 0, 0), ("revalidate", 0, 1, 11)),
    "rethought": (("declare", 0, 1, 3), ("declare", 1, 1, 3), ("deliver", 1, 0, 0), ("withdraw", 1, 1, 0)),
    "moved": (("declare", 0, 1, 3), ("declare", 1, 1, 3), ("deliver", 1, 0, 0), ("replace", 1, 1, 9)),
    "promised": (("emergency", 0, 0, 0), ("deliver", 1, 0, 0), ("commit", 1, 0, 0), ("deliver", 2, 0, 0),
                 ("outcome", 0, 0, 0), ("deliver", 1, 0, 0), ("deliver", 2, 0, 0)),
    "lapsed": (("emergency", 0, 0, 0), ("commit", 1, 0, 1), ("later", 0, 0, 2), ("deliver", 0, 0, 0),
               ("outcome", 1, 0, 1), ("deliver", 0, 0, 0)),
    "rung": (("emergency", 0, 0, 2), ("deliver", 1, 0, 0), ("later", 0, 0, 0), ("deliver", 1, 0, 0),
             ("answer", 1, 0, 0), ("read_back", 1, 0, 1), ("commit", 1, 0, 0), ("read_back", 1, 0, 1)),
    "right": (("declare", 0, 0, 1), ("deliver", 1, 0, 0), ("name", 1, 0, 3), ("deliver", 0, 0, 0),
              ("deliver", 1, 0, 0), ("name", 1, 0, 2), ("deliver", 0, 0, 0)),
    "past": (("declare", 0, 1, 3), ("declare", 1, 1, 3), ("deliver", 0, 0, 0), ("deliver", 1, 0, 0),
             ("later", 0, 0, 3)),
}  # fmt: skip
DOINGS: st.SearchStrategy[list[Step]] = st.lists(
    st.lists(_DEED, min_size=1, max_size=6)
    | st.sampled_from([*sorted(SCENES.values()), *sorted(DEEDS.values()), *sorted(DEEDS.values())]).map(list),
    min_size=2,
    max_size=6,
).map(lambda parts: [step for part in parts for step in part])


def came_about(history: History) -> set[str]:
    """Which of these there is in a history."""
    world = history.room.desk.world
    bodies = [world.load(index).body for index in range(world.size)]
    taken = {each.statement for each in bodies if isinstance(each, Taken)}
    events = {world.load(index).event for index in range(world.size)} & taken
    said = [world.load(index) for index in range(world.size)]
    kinds = {
        "crossing": CrossingLogged,
        "custody": CustodyAnswered,
        "account": AccountGiven,
        "explained": ExplanationGiven,
        "ruled": TheatreSet,
    }
    return {
        name for name, kind in kinds.items()
        if any(each.event in events and isinstance(each.body, kind) and
               getattr(each.body, "answer", Answer.ACCEPT) is Answer.ACCEPT for each in said)
    }  # fmt: skip


def room_of(level: Level | None, *, room: bool) -> Room:
    """Three parties on a channel."""
    made = Room(PARTIES)
    made.channel(*PARTIES, level=level, room=room)
    return made


@dataclass
class History:
    """A room, and what is needed to go on with it."""

    room: Room
    revisions: dict[str, int]

    def take(self, step: Step) -> None:
        """One step, whatever the desk makes of it; a second passes."""
        what, side, number, more = step
        party = PARTIES[side]
        said = self._said(what, party, number, more)
        if said is not None:
            by = SECRETARIAT if isinstance(said, TheatreSet | PartyNamed) else getattr(said, "by", party)
            with contextlib.suppress(NotAllowed, InputError):  # then it is not on record
                self.room.say(by, said)
        self.room.now = Instant(self.room.now.epoch_s + 1.0)

    def _said(self, what: str, party: str, number: int, more: int) -> Said | None:
        world = self.room.desk.world
        box = world.exchange.mailbox(party)
        other = PARTIES[(PARTIES.index(party) + 1 + more % 2) % 3]
        match what:
            case "declare" | "site" | "replace":
                return self._declared(what, party, number, more)
            case "deliver":
                ids = [each.id for each in box if not each.delivered][number % 3 :: 1 + more % 2]
                return Delivered(party, tuple(ids), Bearer.STREAM) if ids else None
            case "mail" | "looked":
                self._by_desk(what, party, number)
                return None
            case "answer" | "read_back" | "pass_on" | "relay":
                return self._of_notice(what, party, number, more)
            case "withdraw":
                return Withdrawn(party, f"op-{number}", "over")
            case "release":
                return Released(party, f"op-{number}", (Release(other, LEVELS[more % 5]),))
            case "revalidate":
                return Revalidated(party, f"site-{number}", Instant(START.epoch_s + 3600.0 * (more + 1)))
            case "emergency":
                place = Position(40.1, 35.3) if more % 2 else None
                return EmergencySent(
                    party, "Stop!", place=place, radius_m=500 * (more % 2), to=(other,) if more % 3 else ()
                )
            case "incident":
                earliest, latest = (Instant(self.room.now.epoch_s - each) for each in (600.0, 60.0))
                particulars = Particulars(earliest, latest, Position(40.1, 35.3), 2000)
                return IncidentReported(party, f"Encounter {number}", particulars, (other,), "They came close.")
            case "in_case":
                return self._in_case(party, other, number, more)
            case "message":
                return MessageSent(party, "line", "Nothing to report.")
            case "open":
                return ChannelOpened(party, f"room-{number}", "Room", PARTIES)
            case "join":
                opened = [each for each in world.channels.channels.values() if party not in each.joined]
                return ChannelJoined(party, opened[number % len(opened)].channel, ()) if opened else None
            case "name":
                wrong = [each for each in box if each.read_back and each.read_back[-1].what]
                named = wrong if wrong and more % 3 else [each for each in box if each.of not in ("", party)]
                one = named[-1 - number % len(named)] if named else None
                return None if one is None else ReadBack(party, one.id, identity="nobody" if more % 2 else one.of)
            case "rules":
                return TheatreSet(THEATRES[number % 3], "theatre.yaml")
            case "belong":
                return PartyNamed(party, party.title(), other if number % 2 else "")
            case "later":
                self.room.later((60.0, 1800.0, 20_000.0, 90_000.0)[more % 4])
                return None
            case _:
                return self._agreeing(what, party, other, number, more)

    def _declared(self, what: str, party: str, number: int, more: int) -> Said:
        name = f"{'site' if what == 'site' else 'op'}-{number}"
        revision = self.revisions[party + name] = self.revisions.get(party + name, -1) + 1
        kind = Kind.STATIC_SITE if what == "site" else Kind.OPERATION
        start = (2.0, 5.0, 30.0)[more % 3]
        made = circle(
            name, party, 40.14 + 0.01 * (number % 3) + 0.004 * more, 35.336, 1500.0, kind=kind,
            hours=(start, start + 3.0), revision=revision,
        )  # fmt: skip
        if what == "site" and more % 2:
            made = replace(made, valid_until=Instant(START.epoch_s + 7200.0))
        if what == "declare" and more % 4 == 0:
            first = made.volumes[0]
            moved = replace(
                first, window=replace(first.window, start=first.window.end, end=Instant(START.epoch_s + 9e5))
            )
            moved = replace(moved, window=replace(moved.window, start=Instant(START.epoch_s + 8e5)))
            made = replace(made, volumes=(first, moved))
        if what == "replace":
            made = replace(made, replaces=f"op-{(number + 1) % 6}")
        shown = [each.version for each in self.room.desk.world.exchange.mailbox(party) if each.version]
        cites = tuple(dict.fromkeys(shown[-(more % 4) :] if more % 4 else ()))
        return Declared(party, made, cites=cites, declines=more % 5 != 0)

    def _by_desk(self, what: str, party: str, number: int) -> None:
        """What the server puts on record itself."""
        room, world = self.room, self.room.desk.world
        box = world.exchange.mailbox(party)
        book = room.book()
        room.desk.tick(book)
        if what == "mail" and box:
            book.say(Delivered("", (box[number % len(box)].id,), Bearer.EMAIL))
        elif what == "looked":
            sites = tuple(each.subject for each in box if each.version)[: number + 1]
            at = Instant(room.now.epoch_s - number)
            book.say(SitesRead(party, f"{party}-1", sites, at, room.now))
        room.log.commit(book.batch)

    def _of_notice(self, what: str, party: str, number: int, more: int) -> Said | None:
        box = self.room.desk.world.exchange.mailbox(party)
        if not box:
            return None
        owed = [each for each in box if each.outstanding]
        notice = (owed or box)[-1 - number % len(owed or box)].id
        match what:
            case "answer":
                return Acknowledged(party, notice, tuple(Response)[more % 4], "so")
            case "read_back":
                return ReadBack(party, notice, position=Position(40.14 + (more % 2), 35.336))
            case "pass_on":
                return Disseminated(party, notice, "2nd company", "by radio")
            case _:
                return Relayed(party, notice, "the river post", Bearer.VOICE)

    def _in_case(self, party: str, other: str, number: int, more: int) -> Said | None:
        cases = self.room.desk.world.cases
        mine = list(cases.by_party.get(party, {}))
        asked = [each.event for each in cases.requests.values() if each.to == party]
        if asked and more % 3 == 0:
            return ExplanationGiven(party, asked[number % len(asked)], "It was not ours.")
        if not mine:
            return None
        reference = mine[number % len(mine)]
        match more % 7:
            case 0 | 1:
                return AccountGiven(party, reference, "As we saw it.")
            case 2:
                return IncidentShared(party, reference, tuple(each for each in PARTIES if each != party), "for you too")
            case 3:
                return ExplanationAsked(party, reference, other, "Whose was it?", Instant(self.room.now.epoch_s + 4e4))
            case 4:
                return RiskAssessed(party, reference, Risk.B, "close")
            case 5:
                return CauseAssessed(party, reference, Grade.PLAUSIBLE, "A wrong height.")
            case _:
                return IncidentWithdrawn(party, reference, "an error")

    def _agreeing(self, what: str, party: str, other: str, number: int, more: int) -> Said | None:
        world = self.room.desk.world
        soon = Instant(self.room.now.epoch_s + 3600.0)
        far = 41.5 + 0.05 * number
        match what:
            case "commit":
                about = [each.event for each in world.exchange.emergencies.values() if each.by != party]
                about += [each.id for each in world.exchange.mailbox(party) if each.what is NoticeKind.EMERGENCY][-1:]
                return Committed(party, about[more % len(about)], "we stop", soon) if about else None
            case "outcome":
                made = [*world.exchange.commitments]
                return OutcomeStated(party, made[number % len(made)], tuple(Outcome)[more % 3]) if made else None
            case "quiet":
                zone = circle(f"q-{number}", party, far, kind=Kind.RESTRICTED_ZONE, zone=Zone.QUIET_WINDOW)
                return QuietProposed(party, (other,), zone, "repair of a pump", soon)
            case "line":
                path = Path((Position(far, 35.0), Position(far, 35.5)))
                segment = Segment(path, LineStatus.AGREED)
                line = Declaration(
                    Kind.LINE, party, f"line {number}", segments=(segment,), declaration_id=f"line-{number}"
                )
                return LineProposed(party, PARTIES if more % 2 else (other,), line, soon)
            case "offer":
                return CustodyOffered(party, f"{'site' if more % 2 else 'op'}-{number}", other, "take it over")
            case "agree":
                return self._agreed(party, number, more)
            case "propose":
                told = [each for each in world.exchange.mailbox(party) if each.of == other and each.version]
                return Proposed(party, (other,), told[-1].id, soon, words="later?") if told else None
            case "cross":
                lines = [key for key, chain in world.picture.chains.items() if chain.kind is Kind.LINE]
                if not lines:
                    return None
                return CrossingLogged(
                    party, lines[number % len(lines)], self.room.now, other, "air", Position(41.5, 35.2)
                )
            case "check":
                asked = [event for event, (by, _) in world.channels.channels["line"].checks.items() if by != party]
                return LineAnswered(party, "line", asked[-1]) if asked and more % 2 else LineChecked(party, "line")
            case "state":
                state = (ChannelState.DOWN, ChannelState.NORMAL)[more % 2]
                return ChannelStated(party, "line", state, self.room.now)
            case "leave":
                joined = party in world.channels.channels["line"].joined
                return (
                    ChannelLeft(party, "line")
                    if joined and more == 0
                    else ChannelJoined(party, "line", (Term(LEVELS[more % 4]),))
                )
            case _:
                status = Participation.JOINED if more else Participation.SUSPENDED
                return ParticipationStated(party, party, status, self.room.now)

    def _agreed(self, party: str, number: int, more: int) -> Said | None:
        asked = list(self.room.desk.world.agreements.of(party))
        if not asked:
            return None
        one = asked[-1 - number % len(asked)]
        given = Answer.REJECT if more % 4 == 0 else Answer.ACCEPT
        match one.matter.value:
            case "fix":
                return ProposalAnswered(party, one.event, given)
            case "quiet_window":
                return QuietGuaranteed(party, one.event, given)
            case "line":
                return LineJudged(party, one.event, given)
            case _:
                return CustodyAnswered(party, one.event, given)


# --- brute force ---


@dataclass
class Thing:
    """Something that the party knew: an entry, and since when."""

    index: int
    at: float
    known: float
    body: Any
    event: str
    answer: Taken | Refused | None = None


def records(room: Room) -> list[Any]:
    return [room.desk.world.load(index) for index in range(room.desk.world.size)]


def brute(log: Sequence[Any], party: str, known_s: float, valid: tuple[float, float]) -> dict[str, Any]:
    """The picture, as plain values."""
    said = {each.event: each for each in log}
    answers = {each.body.statement: each.body for each in log if isinstance(each.body, Taken | Refused)}
    things: list[Thing] = []
    for each in log:
        answer = answers.get(each.event)
        if getattr(each.body, "by", SECRETARIAT) == party and answer is not None and each.author != DESK:
            at = answer.received.epoch_s
            things.append(Thing(each.index, at, at, each.body, each.event, answer))
        if isinstance(each.body, Notice) and each.body.to == party:
            reached = min([at for at, _ in reaches(log, answers, party, each)], default=float("inf"))
            things.append(Thing(each.index, each.body.at.epoch_s, reached, each.body, each.event))
    things = [each for each in things if each.known <= known_s]
    own, over, stood = _own(log, things, said, party)
    others, gone = _others(things, said, party, own, over)
    shown = {}
    for subject, row in {**{k: v for k, v in own.items() if k not in others}, **others}.items():
        state, ended = over.get(subject, ("in_force", None)) if row["own"] else gone.get(subject, ("in_force", None))
        shown[subject] = {
            **row,
            "state": state,
            "over": ended,
            "valid": _meets(row["declaration"], state, ended, valid),
        }
    return {
        "declarations": shown,
        "findings": _findings(things, own, over, stood, valid[0]),
        "notices": {
            each.body.id: (each.known, _facts(log, answers, party, each.body.id, known_s))
            for each in things
            if isinstance(each.body, Notice)
        },
        "outstanding": _outstanding(log, answers, party, things, shown, known_s),
        "over": {
            each.body.id
            for each in things
            if isinstance(each.body, Notice)
            and each.body.owed
            and _time_is_over(each.body, shown.get(each.body.subject), known_s)
        },
        "agreements": _agreements(things, said, party),
        "promises": _promises(things, said),
        "channels": _channels(things, said, party),
        "crossings": sorted(_crossings(things, said)),
        "participation": _participation(things),
        "emergencies": _emergencies(things),
        "incidents": _incidents(things, said, party),
    }


def reaches(log: Sequence[Any], answers: Answers, party: str, notice: Entry) -> list[tuple[float, str]]:
    """Every fact by which a notice had reached the party, and when."""
    found = []
    first_showing = next(
        (each for each in log if isinstance(each.body, Notice) and each.body.to == party and _shows(each.body, log)
         and each.body.version == notice.body.version), None,
    )  # fmt: skip
    for each in log:
        body: Any = each.body
        answer: Any = answers.get(each.event)
        mine = getattr(body, "by", "") == party
        taken = isinstance(answer, Taken)
        if isinstance(body, Delivered) and notice.body.id in body.notices and each.author == DESK:
            found.append((each.said_at.epoch_s, body.bearer.value))
        elif isinstance(body, Delivered) and notice.body.id in body.notices and mine and taken:
            found.append((answer.received.epoch_s, body.bearer.value))
        elif isinstance(body, Acknowledged | ReadBack | Disseminated | Relayed):
            if body.notice == notice.body.id and mine and taken:
                found.append((answer.received.epoch_s, "answer"))
        elif mine and taken and answers_to(body, notice.body, log):
            found.append((answer.received.epoch_s, "answer"))
        elif isinstance(body, Declared) and mine and answer is not None and each.index > notice.index:
            if first_showing is not None and first_showing.index == notice.index and notice.body.version in body.cites:
                found.append((answer.received.epoch_s, "citation"))
        elif isinstance(body, SitesRead) and mine and notice.body.subject in body.chains and each.index > notice.index:
            before = [
                one.body
                for one in log[: each.index]
                if isinstance(one.body, Notice)
                and one.body.to == party
                and _shows(one.body, log)
                and one.body.subject == notice.body.subject
            ]
            if before and before[-1].id == notice.body.id and notice.body.at <= body.first:
                found.append((each.said_at.epoch_s, "read"))
    return found


def answers_to(body: object, notice: Notice, log: Sequence[Any]) -> bool:
    """Whether a statement is about what this notice, the first of it, asked or told of."""
    named = [getattr(body, name, "") for name in ("check", "proposal", "quiet", "line", "offer", "about", "request")]
    about = {each for each in named if isinstance(each, str) and each}
    if notice.what is NoticeKind.EMERGENCY and notice.id in about:
        return True
    if notice.what is NoticeKind.INCIDENT and notice.subject == getattr(body, "incident", ""):
        first = [each.body.id for each in log if isinstance(each.body, Notice) and each.body.to == notice.to
                 and each.body.what is NoticeKind.INCIDENT and each.body.subject == notice.subject]  # fmt: skip
        if first[0] == notice.id:
            return True
    if notice.answers not in about or notice.answers != notice.statement:
        return False
    alike = [
        each.body.id
        for each in log
        if isinstance(each.body, Notice)
        and each.body.to == notice.to
        and each.body.answers == notice.answers
        and each.body.answers == each.body.statement
    ]
    return alike[0] == notice.id


def _shows(notice: Notice, log: Sequence[Any]) -> bool:
    if notice.of == notice.to or not notice.version or notice.part or notice.what is NoticeKind.CUSTODY:
        return False  # an offered site is shown by the notice before
    return notice.view is not None or (notice.level is Level.FULL and bool(notice.statement))


def _within(body: object) -> Declaration | None:
    for name in ("declaration", "window", "line", "view"):
        held = getattr(body, name, None)
        if isinstance(held, Declaration):
            return held
    return None


def _own(
    log: Sequence[Any], things: list[Thing], said: dict[str, Any], party: str
) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """Its own declarations, newest versions; which are over; and the subject of each own version."""
    rows: dict[str, Any] = {}
    over: dict[str, tuple[str, float]] = {}
    versions: dict[str, str] = {}
    keys: dict[str, str] = {}
    offers: dict[str, str] = {}
    late: set[str] = set()

    def put(declaration: Declaration, thing: Thing, *, was_late: bool, key: str = "") -> None:
        subject = key or keys.get(declaration.declaration_id, f"{party}/{declaration.declaration_id}")
        if was_late:
            late.add(subject)
        over.pop(subject, None)
        rows[subject] = {
            "own": True, "version": declaration.version_id, "of": party, "level": "full", "declaration": declaration,
            "late": subject in late, "index": thing.index, "from": thing.event, "reached": thing.known,
        }  # fmt: skip
        versions[declaration.version_id] = subject

    def end(subject: str, how: str, thing: Thing) -> None:
        if subject in rows and subject not in over:
            over[subject] = (how, thing.at)

    def meant(name: str) -> str:
        return name if name in rows else keys.get(name, f"{party}/{name}")

    for thing in things:
        body = thing.body
        if isinstance(body, Notice):
            if body.what is NoticeKind.CUSTODY and body.answers:
                offers[body.answers] = body.subject
            if body.what is NoticeKind.ANSWERED:
                made = said.get(body.answers)
                proposal = None if made is None else made.body
                if isinstance(proposal, QuietProposed | LineProposed) and proposal.by == party:
                    declaration = _within(proposal)
                    assert declaration is not None
                    subject = meant(declaration.declaration_id)
                    if body.facts["state"] == "accepted":
                        put(declaration, thing, was_late=False)
                        rows[subject]["proposal"] = body.answers
                    elif body.facts["state"] == "declined" and rows.get(subject, {}).get("proposal") == body.answers:
                        end(subject, "cancelled", thing)
                elif body.answers in offers and body.facts["answer"] == "accept":
                    subject = offers[body.answers]
                    if subject in rows and subject not in over:
                        over[subject] = ("handed", thing.at)
                        rows[subject] |= {"own": False, "of": body.of}
            continue
        if not isinstance(thing.answer, Taken):
            continue
        match body:
            case Declared():
                replaced = body.declaration.replaces
                if replaced and meant(replaced) != meant(body.declaration.declaration_id):
                    end(keys.get(replaced, f"{party}/{replaced}"), "replaced", thing)
                put(body.declaration, thing, was_late=thing.answer.late)
            case Withdrawn():
                end(meant(body.chain), "cancelled", thing)
            case CustodyOffered():
                offers[thing.event] = meant(body.chain)
            case CustodyAnswered() if body.answer is Answer.ACCEPT and body.offer in offers:
                subject = offers[body.offer]
                # Whoever accepts a site has it as its own, as it was shown last, whether or not that is on record.
                shown = [
                    each.body
                    for each in log
                    if isinstance(each.body, Notice)
                    and each.body.to == party
                    and each.body.subject == subject
                    and each.index < thing.index
                    and _shows(each.body, ())
                ]
                if shown:
                    declaration = _within(said[shown[-1].statement].body)
                    assert declaration is not None
                    keys[declaration.declaration_id] = subject
                    put(declaration, thing, was_late=False, key=subject)
            case _:
                pass
    return rows, over, versions


def _others(
    things: list[Thing], said: dict[str, Any], party: str, own: dict[str, Any], over: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    rows: dict[str, Any] = {}
    gone: dict[str, tuple[str, float]] = {}
    for thing in things:
        body = thing.body
        if not isinstance(body, Notice):
            continue
        if _shows(body, ()):
            declaration = body.view if body.view is not None else _within(said[body.statement].body)
            kind_shown = body.level.at_least(Level.FOOTPRINT) or (body.level is Level.COARSE and "kind" in body.facts)
            gone.pop(body.subject, None)
            rows[body.subject] = {
                "own": False, "version": body.version, "of": body.of, "level": body.level.value,
                "declaration": declaration, "late": body.facts.get("late") == "1", "index": thing.index,
                "from": body.id, "reached": thing.known, "kind_shown": kind_shown,
            }  # fmt: skip
        elif body.what is NoticeKind.CANCELLED and body.subject in rows:
            if gone.get(body.subject, ("revoked", 0.0))[0] == "revoked":
                gone[body.subject] = ("cancelled", thing.at)
        elif body.what is NoticeKind.REVOKED and body.subject in rows:
            gone.setdefault(body.subject, ("revoked", thing.at))
    for subject, row in own.items():
        if subject in rows and (row["own"] or row["index"] > rows[subject]["index"]):
            del rows[subject]
    return rows, gone


def _meets(declaration: Declaration, state: str, ended: float | None, valid: tuple[float, float]) -> bool:
    start, end = valid
    parts: tuple[Volume | Segment, ...] = (*declaration.volumes, *declaration.segments)
    for part in parts:
        since = part.window.start_s - part.uncertainty.time_s
        until = part.window.end_s + part.uncertainty.time_s
        if ended is not None and state in ("cancelled", "replaced"):
            until = min(until, ended)
        if start == float("-inf") and end == float("inf"):
            return True
        if (since <= start < until) if start == end else (since < end and start < until and since < until):
            return True
    return False


def _findings(
    things: list[Thing], own: dict[str, Any], over: dict[str, Any], versions: dict[str, str], since: float
) -> dict[str, str]:
    """Finding -> the notice that told of it, of those that stand."""
    told: dict[str, tuple[Any, str]] = {}
    subject_of: dict[str, str] = {}
    telling = ("declared", "replaced", "cancelled", "warning", "released", "revoked")
    for thing in things:
        body = thing.body
        if not isinstance(body, Notice):
            continue
        if body.what is NoticeKind.RULES:
            told = {}
        if body.version:
            subject_of[body.version] = body.subject
        if not body.subject or body.what.value not in telling:
            continue
        if body.view is not None:
            subject_of[body.view.version_id] = body.subject
        if body.part == 0:
            for name in [n for n, (f, _) in told.items() if body.subject in [subject_of.get(v) for v in f.versions]]:
                del told[name]
        for finding in body.findings:
            for version in finding.versions:
                if version in versions:
                    subject_of.setdefault(version, versions[version])
            told[finding.id] = (finding, body.id)
    found = {}
    for name, (finding, notice) in told.items():
        stale = any(
            version in versions and (versions[version] in over or own[versions[version]]["version"] != version)
            for version in finding.versions
        )
        past = finding.last is not None and finding.last.epoch_s + max(0.0, finding.margin.time_s) < since
        if not stale and not past:
            found[name] = notice
    return found


def _facts(log: Sequence[Any], answers: Answers, party: str, notice: str, known_s: float) -> list[tuple[str, str]]:
    found = []
    for each in log:
        body: Any = each.body
        answer: Any = answers.get(each.event)
        at = answer.received.epoch_s if isinstance(answer, Taken) else float("inf")
        if isinstance(body, Delivered) and notice in body.notices:
            at = each.said_at.epoch_s if each.author == DESK else at
            if at <= known_s:
                found.append(("delivered", body.bearer.value))
        elif getattr(body, "notice", "") == notice and at <= known_s:
            match body:
                case Acknowledged():
                    found.append(("responses", body.response.value))
                case ReadBack():
                    found.append(("read_back", ", ".join(answer.mismatch)))
                case Disseminated():
                    found.append(("disseminated", body.unit))
                case Relayed():
                    found.append(("relayed", f"{body.to} by {body.bearer.value}"))
                case _:
                    pass
    return sorted(found)


def _outstanding(
    log: Sequence[Any],
    answers: Answers,
    party: str,
    things: list[Thing],
    shown: dict[str, Any],
    known_s: float,
) -> set[str]:
    """Each notice that asks for an answer, with all that the party knew of what came after it. `shown`: each subject
    as the party knew it last."""
    said = {each.event: each for each in log}
    found = set()
    for place, thing in enumerate(things):
        if isinstance(thing.body, Notice) and thing.body.owed:
            facts = _said_of(log, answers, thing.body.id, known_s)
            over = _time_is_over(thing.body, shown.get(thing.body.subject), known_s)
            if not (_acknowledged(thing.body, facts) or over or _ended(thing.body, things, place, said, facts)):
                found.add(thing.body.id)
    return found


def _said_of(log: Sequence[Any], answers: Answers, notice: str, known_s: float) -> list[tuple[int, Any, Taken]]:
    """What was said of a notice by then: where, what, and the desk's answer."""
    about = [each for each in log if getattr(each.body, "notice", "") == notice]
    taken = [(each.index, each.body, answers.get(each.event)) for each in about]
    return [(at, body, it) for at, body, it in taken if isinstance(it, Taken) and it.received.epoch_s <= known_s]


def _acknowledged(notice: Notice, facts: list[tuple[int, Any, Taken]]) -> bool:
    backs = [answer.mismatch for _, body, answer in facts if isinstance(body, ReadBack)]
    had = any(isinstance(body, Acknowledged) for _, body, _ in facts)
    return had and not (backs and backs[-1]) and notice.what is not NoticeKind.EXPLANATION_REQUEST


def _time_is_over(notice: Notice, row: Any, known_s: float) -> bool:
    """By what the notice says itself; or by the windows of what it is about, unless its notifier ended that before, or
    the notice tells something else of what was over."""
    if notice.what is NoticeKind.LINE_CHECK:
        assert notice.due is not None
        return notice.due.epoch_s <= known_s
    if notice.answers and "expires" in notice.facts:
        return datetime.fromisoformat(notice.facts["expires"].replace("Z", "+00:00")).timestamp() <= known_s
    if row is None:
        return False
    declaration, at = row["declaration"], Level(row["level"])
    if declaration.kind in (Kind.STATIC_SITE, Kind.LINE) and at.at_least(Level.FOOTPRINT):
        return False
    over_s = max(each.window.end_s + each.uncertainty.time_s for each in declaration.volumes)
    if row["state"] in ("cancelled", "replaced") and row["over"] < over_s:
        return False
    shows = notice.part == 0 and notice.what.value in ("declared", "replaced", "warning", "released")
    return over_s <= known_s and (shows or notice.at.epoch_s < over_s)


def _ended(
    notice: Notice, things: list[Thing], place: int, said: dict[str, Any], facts: list[tuple[int, Any, Taken]]
) -> bool:
    """Whether the party did what was asked for, or was told that there is nothing to answer any more."""
    taken = [each for each in things if isinstance(each.answer, Taken)]
    deeds = [each for each in taken if each.index > things[place].index]
    told = [each.body for each in things[place + 1 :] if isinstance(each.body, Notice)]
    anew = ("declared", "replaced", "cancelled", "warning", "released")
    if notice.subject and any(
        each.subject == notice.subject and each.what.value in anew and each.part == 0 for each in told
    ):
        return True
    match notice.what:
        case NoticeKind.WARNING if notice.of == notice.to:
            rethought = [each for each in deeds if isinstance(each.body, Declared | Withdrawn)]
            return any(each.what is NoticeKind.RULES for each in told) or any(
                _vouches(each, notice, said) for each in rethought
            )
        case NoticeKind.CHANNEL:
            return any(isinstance(each.body, ChannelJoined) and each.body.channel == notice.subject for each in deeds)
        case NoticeKind.LINE_CHECK:
            return any(isinstance(each.body, LineAnswered) and each.body.check == notice.answers for each in deeds)
        case NoticeKind.EXPLANATION_REQUEST:
            return any(
                isinstance(each.body, ExplanationGiven) and each.body.request == notice.answers for each in deeds
            )
        case NoticeKind.PROPOSAL | NoticeKind.QUIET_WINDOW | NoticeKind.LINE | NoticeKind.CUSTODY:
            names = ("proposal", "quiet", "line", "offer")
            answering = (ProposalAnswered, QuietGuaranteed, LineJudged, CustodyAnswered)
            mine = [each.body for each in deeds if isinstance(each.body, answering)]
            done = any(getattr(each, name, "") == notice.answers for each in mine for name in names)
            over = [each for each in told if each.answers == notice.answers]
            return bool(notice.answers) and (
                done or any(each.what is NoticeKind.LAPSED or each.facts.get("state") in _DECIDED for each in over)
            )
        case NoticeKind.REMINDER:
            return any(_vouches(each, notice, said) for each in things[place + 1 :])
        case NoticeKind.LAPSED:
            return any(each.what is NoticeKind.OUTCOME and each.answers == notice.answers for each in told) or any(
                isinstance(each.body, OutcomeStated) and each.body.commitment == notice.answers for each in deeds
            )
        case NoticeKind.READ_BACK:
            wrong = said[notice.statement]
            right = [(each.index, each.body) for each in taken if _is_right(each)]
            heard = [each for each in told if each.what is NoticeKind.READ_BACK and not each.owed and each.statement]
            right += [(said[each.statement].index, said[each.statement].body) for each in heard]
            return any(at > wrong.index and body.notice == wrong.body.notice for at, body in right)
        case NoticeKind.EMERGENCY:
            return _call_is_answered(notice, things, said, facts)
        case _:
            return False


_DECIDED = ("accepted", "declined")


def _is_right(thing: Thing) -> bool:
    return isinstance(thing.body, ReadBack) and isinstance(thing.answer, Taken) and not thing.answer.mismatch


def _vouches(thing: Thing, reminder: Notice, said: dict[str, Any]) -> bool:
    """Whether the notifier says anew what it was reminded of, or ends it; or was told that it is another's."""
    body, name = thing.body, reminder.subject.partition("/")[2]
    if isinstance(body, Notice):
        offer = getattr(said.get(body.answers), "body", None)
        taken_over = body.what is NoticeKind.ANSWERED and body.facts["answer"] == "accept"
        return taken_over and isinstance(offer, CustodyOffered) and offer.chain in (reminder.subject, name)
    if not isinstance(thing.answer, Taken):
        return False
    match body:
        case Declared():
            return name in (body.declaration.declaration_id, body.declaration.replaces)
        case Withdrawn() | Revalidated():
            return body.chain in (reminder.subject, name)
        case _:
            return False


def _call_is_answered(
    notice: Notice, things: list[Thing], said: dict[str, Any], facts: list[tuple[int, Any, Taken]]
) -> bool:
    """A call for help: it is over, as far as the party could tell; or the party promised to act or answered another
    bell, and has read nothing back wrongly since."""
    calls = {each.body.id for each in things if isinstance(each.body, Notice)
             and each.body.what is NoticeKind.EMERGENCY and each.body.answers == notice.answers}  # fmt: skip
    wrong = [at for at, body, answer in facts if isinstance(body, ReadBack) and answer.mismatch]
    answered, over = [-1], False
    promises = set()
    for thing in things:
        body, event = _stated(thing, said)
        heard = thing.body if isinstance(thing.body, Notice) else None
        if isinstance(body, Committed) and (heard is None or heard.what is NoticeKind.COMMITMENT):
            if body.about == notice.answers or body.about in calls:
                promises.add(event)
                answered += [thing.index] if heard is None else []
        elif isinstance(body, Acknowledged) and heard is None and body.notice in calls - {notice.id}:
            answered.append(thing.index)
        elif isinstance(body, OutcomeStated) and heard is None:
            over = over or (body.commitment in promises and body.outcome is not Outcome.BROKEN)
        elif heard is not None and heard.what is NoticeKind.OUTCOME and heard.answers in promises:
            over = over or _outcome(heard, body) in ("kept", "overtaken")
    return over or max(answered) > max(wrong, default=-1)


def _outcome(notice: Notice, stated: object) -> str:
    """What came of a promise, by the notice of it, or else by the statement that it shows; empty: the party was not
    told."""
    return notice.facts.get("outcome", stated.outcome.value if isinstance(stated, OutcomeStated) else "")


def _stated(thing: Thing, said: dict[str, Any]) -> tuple[Any, str]:
    """The statement that the party knew of: its own, or the one that a notice shows."""
    if not isinstance(thing.body, Notice):
        return (thing.body, thing.event) if isinstance(thing.answer, Taken) else (None, "")
    made = said.get(thing.body.statement)
    return (None, "") if made is None else (made.body, made.event)


_SHOWN = {
    NoticeKind.PROPOSAL,
    NoticeKind.QUIET_WINDOW,
    NoticeKind.LINE,
    NoticeKind.CHANNEL,
    NoticeKind.COMMITMENT,
    NoticeKind.CROSSING,
}


def _agreements(things: list[Thing], said: dict[str, Any], party: str) -> dict[str, tuple[str, str, Any]]:
    found: dict[str, list[Any]] = {}
    for thing in things:
        body, event = _stated(thing, said)
        notice = thing.body if isinstance(thing.body, Notice) else None
        if notice is not None and notice.what is NoticeKind.ANSWERED and notice.answers in found:
            found[notice.answers][2][notice.of] = notice.facts["answer"]
            found[notice.answers][1] = notice.facts["state"]
        elif notice is not None and notice.what is NoticeKind.LAPSED and notice.answers in found:
            found[notice.answers][1] = "lapsed"
        elif notice is not None and notice.what is NoticeKind.CUSTODY and notice.answers:
            found.setdefault(notice.answers, [notice.of, "proposed", {}, (party,)])
        elif isinstance(body, Proposed | QuietProposed | LineProposed | CustodyOffered):
            if notice is None or notice.what in _SHOWN:
                to = (body.to,) if isinstance(body.to, str) else body.to
                found.setdefault(event, [body.by, "proposed", {}, to])
        elif notice is None and isinstance(body, ProposalAnswered | QuietGuaranteed | LineJudged | CustodyAnswered):
            about = next(getattr(body, name) for name in ("proposal", "quiet", "line", "offer") if hasattr(body, name))
            if about in found:
                one = found[about]
                one[2][party] = body.answer.value
                if body.answer is Answer.REJECT:
                    one[1] = "declined"
                elif all(each in one[2] for each in one[3]):
                    one[1] = "accepted"
    return {event: (by, state, dict(sorted(given.items()))) for event, (by, state, given, _) in found.items()}


def _promises(things: list[Thing], said: dict[str, Any]) -> dict[str, tuple[str, str, bool]]:
    found: dict[str, list[Any]] = {}
    for thing in things:
        body, event = _stated(thing, said)
        notice = thing.body if isinstance(thing.body, Notice) else None
        if notice is not None and notice.what is NoticeKind.OUTCOME:
            if notice.answers in found:
                found[notice.answers][1] = _outcome(notice, body)
        elif notice is not None and notice.what is NoticeKind.LAPSED:
            if notice.answers in found:
                found[notice.answers][2] = True
        elif isinstance(body, Committed) and (notice is None or notice.what is NoticeKind.COMMITMENT):
            found[event] = [body.by, "", False]
        elif isinstance(body, OutcomeStated) and notice is None and body.commitment in found:
            found[body.commitment][1] = body.outcome.value
    return {event: tuple(each) for event, each in found.items()}


def _channels(things: list[Thing], said: dict[str, Any], party: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    heard: dict[str, tuple[float, int]] = {}
    asked: dict[str, str] = {}
    for thing in things:
        body, _ = _stated(thing, said)
        notice = thing.body if isinstance(thing.body, Notice) else None
        what = None if notice is None else notice.what
        if what is NoticeKind.LINE_CHECK:
            assert notice is not None
            if notice.facts["what"] == "check":
                asked[notice.statement] = notice.of
            else:
                heard[notice.of] = heard[party] = (thing.at, 0)
        elif what is NoticeKind.CHANNEL and notice is not None and notice.facts.get("what") == "unanswered":
            heard[notice.of] = (heard.get(notice.of, (-1e18, 0))[0], heard.get(notice.of, (0, 0))[1] + 1)
        elif isinstance(body, LineAnswered) and notice is None:
            heard[party] = (thing.at, 0)
            if body.check in asked:
                heard[asked[body.check]] = (thing.at, 0)
        elif isinstance(body, ChannelOpened | ChannelJoined | ChannelLeft | ChannelStated):
            if what not in (None, NoticeKind.CHANNEL):
                continue
            held = found.setdefault(body.channel, {"name": "", "joined": set(), "stated": {}})
            match body:
                case ChannelOpened():
                    held["name"] = body.name
                    held["joined"].add(body.by)
                case ChannelJoined():
                    held["joined"].add(body.by)
                case ChannelLeft():
                    held["joined"].discard(body.by)
                    held["stated"].pop(body.by, None)
                case ChannelStated():
                    held["stated"][body.by] = (body.state.value, thing.at)
    for held in found.values():
        lines = {}
        for each in held["joined"]:
            last, missed = heard.get(each, (-1e18, 0))
            state = "down" if missed else "unknown" if last == -1e18 else "normal"
            stated = held["stated"].get(each)
            lines[each] = stated[0] if stated is not None and stated[1] >= last else state
        held["lines"] = lines
        del held["stated"]
    return found


def _crossings(things: list[Thing], said: dict[str, Any]) -> list[tuple[float, str, str]]:
    found = []
    for thing in things:
        body, _ = _stated(thing, said)
        told = not isinstance(thing.body, Notice) or thing.body.what is NoticeKind.CROSSING
        if isinstance(body, CrossingLogged) and told:
            found.append((body.at.epoch_s, body.who, body.by))
    return found


def _participation(things: list[Thing]) -> dict[tuple[str, str], str]:
    found = {}
    for thing in things:
        body = thing.body
        if isinstance(body, Notice) and body.what is NoticeKind.PARTICIPATION and "since" in body.facts:
            datetime.fromisoformat(body.facts["since"].replace("Z", "+00:00"))
            found[body.of, body.facts["by"]] = body.facts["status"]
        elif isinstance(body, ParticipationStated) and isinstance(thing.answer, Taken):
            found[body.party, body.by] = body.status.value
    return found


def _incidents(things: list[Thing], said: dict[str, Any], party: str) -> dict[str, list[tuple[str, str, str]]]:
    """By reference, or by the report where that had not been told: who said what, with a mark where answered."""
    found: dict[str, list[list[str]]] = {}
    where: dict[str, str] = {}
    of_request: dict[str, str] = {}

    def answered(request: str) -> None:
        for each in found.get(of_request.get(request, ""), []):
            if each[3] == request:
                each[2] = each[2].removesuffix(" ANSWERED") + " ANSWERED"  # it may be explained more than once

    for thing in things:
        body, event = _stated(thing, said)
        notice = thing.body if isinstance(thing.body, Notice) else None
        if (
            body is None
            or not isinstance(body, Case)
            or (notice is not None and notice.what.value not in _CASE_NOTICES)
        ):
            continue
        if notice is not None and notice.of == party:
            if isinstance(body, IncidentReported) and event in found:
                found[notice.subject] = found.pop(event)
                where[event] = notice.subject
            continue
        if isinstance(body, IncidentReported):
            reference = event if notice is None else notice.subject
        elif isinstance(body, ExplanationGiven):
            reference = of_request.get(body.request, "") if notice is None else notice.subject
        else:
            reference = body.incident if notice is None else notice.subject
        if isinstance(body, ExplanationAsked):
            of_request[event] = reference
        if isinstance(body, ExplanationGiven):
            answered(body.request)
        text = next(getattr(body, name) for name in ("text", "question", "finding", "words") if getattr(body, name, ""))
        found.setdefault(reference, []).append([type(body).__name__, body.by, text, event])
    return {name: [(what, by, text) for what, by, text, _ in items] for name, items in found.items()}


_CASE_NOTICES = ("incident", "account", "explanation_request", "explanation", "assessment", "evidence")


def _emergencies(things: list[Thing]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for thing in things:
        body = thing.body
        if isinstance(body, Notice) and body.what is NoticeKind.EMERGENCY:
            before = found.get(body.answers, (body.of, 0))
            found[body.answers] = (before[0], max(before[1], body.bell))
        elif isinstance(body, EmergencySent) and isinstance(thing.answer, Taken):
            found[thing.event] = (body.by, 0)
    return found
