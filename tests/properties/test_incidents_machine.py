"""Incidents at a whole desk against a twin that keeps lists and nothing else (R41, R42, R44).

The twin is told what was taken and what time it is. From that alone it says what each party must read of each incident,
which explanations are owed, what each search finds, and which statements the desk must refuse.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.desk_world import START, Room, circle
from thalweg.model.cases import (
    AccountGiven,
    CauseAssessed,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    ExplanationGiven,
    Grade,
    IncidentReported,
    IncidentShared,
    IncidentWithdrawn,
    Named,
    Particulars,
    Risk,
    RiskAssessed,
)
from thalweg.model.declarations import Kind
from thalweg.model.events import Committed, NoticeKind, Outcome, OutcomeStated, Said, Taken
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.policy.incident_reads import Wanted
from thalweg.policy.mailbox import Mailboxes
from thalweg.state.shelved import put_away, take_out

PARTIES = ("alpha", "bravo", "charlie")
HOUR = 3600.0
TEXTS = ("Two boats, shot at.", "قارب قرب الجسر", "Дождь и туман", "Nobody of ours was there.", "Low pass, twice.")
HERE, THERE = Position(40.2, 35.4), Position(39.0, 35.9)


@dataclass
class Told:
    """One thing said, as the twin has it: who said what, and when it was taken."""

    event: str
    by: str
    what: str
    at: Instant
    said: Any
    grade: str = ""
    superseded_by: str = ""


@dataclass
class Twin:
    """An incident: what was said in it, who has it since which of these, and nothing that is worked out."""

    reference: str
    report: IncidentReported
    said: list[Told] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)

    def standing(self, event: str, by: str, *what: str) -> bool:
        return any(
            each.event == event and each.by == by and each.what in what and not each.superseded_by for each in self.said
        )

    def answers(self, event: str) -> list[Told]:
        return [each for each in self.said if each.what == "explanation" and each.said.request == event]


def plain(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))


particulars = st.builds(
    lambda early, long, place, radius, alleged: Particulars(
        Instant(START.epoch_s - early * HOUR),
        Instant(START.epoch_s - early * HOUR + long * 60),
        place,
        radius if place is not None else 0,
        alleged=Named(alleged),
    ),
    st.integers(1, 50),
    st.integers(0, 120),
    st.sampled_from((None, HERE, THERE)),
    st.sampled_from((0, 500, 90_000)),
    st.lists(st.sampled_from(PARTIES), max_size=2, unique=True).map(tuple),
)
party = st.sampled_from(PARTIES)
text = st.sampled_from(TEXTS)


class Incidents(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.room = Room(PARTIES)
        self.room.channel("alpha", "bravo", level=Level.FULL)
        self.room.declare("alpha", circle("S-1", "alpha", kind=Kind.STATIC_SITE))
        self.twins: dict[str, Twin] = {}
        self.findings = dict(self.room.desk.world.picture.open)

    # --- what is said ---

    def say(self, said: Said, twin: Twin | None, what: str, grade: str = "", *, must: bool) -> Told | None:
        """Say it; it must be taken where the twin says so, and refused where not."""
        answer = self.room.say(said.by, said)  # type: ignore[union-attr]  # all of them name a party
        assert isinstance(answer, Taken) is must, (answer, said)
        if not isinstance(answer, Taken):
            return None
        made = Told(answer.statement, said.by, what, answer.received, said, grade)  # type: ignore[union-attr]  # as above
        if twin is not None:
            twin.said.append(made)
        return made

    def some(self, data: st.DataObject) -> Twin:
        return self.twins[data.draw(st.sampled_from(sorted(self.twins)))]

    @rule(by=party, to=st.lists(party, max_size=2, unique=True).map(tuple), told=particulars, text=text)
    def report(self, by: str, to: tuple[str, ...], told: Particulars, text: str) -> None:
        said = IncidentReported(by, f"No. {len(self.twins)}", told, to, text)
        made = self.say(said, None, "report", must=True)
        assert made is not None
        notices = [each for each in self.room.notices(by) if each.statement == made.event]
        twin = Twin(notices[0].subject, said, [made], dict.fromkeys((by, *to), made.event))
        assert twin.reference not in self.twins
        self.twins[twin.reference] = twin

    @precondition(lambda self: self.twins)
    @rule(data=st.data(), by=party, to=party)
    def share(self, data: st.DataObject, by: str, to: str) -> None:
        twin = self.some(data)
        must = by == twin.report.by and to not in twin.held
        made = self.say(IncidentShared(by, twin.reference, (to,)), twin, "shared", must=must)
        if made is not None:
            twin.held[to] = made.event

    @precondition(lambda self: self.twins)
    @rule(data=st.data(), by=party)
    def withdraw(self, data: st.DataObject, by: str) -> None:
        twin = self.some(data)
        must = by == twin.report.by and all(each.what != "withdrawn" for each in twin.said)
        self.say(IncidentWithdrawn(by, twin.reference, "Not so."), twin, "withdrawn", must=must)

    @precondition(lambda self: self.twins)
    @rule(data=st.data(), by=party, text=text, told=st.none() | particulars, again=st.booleans())
    def account(self, data: st.DataObject, by: str, text: str, told: Particulars | None, again: bool) -> None:
        twin = self.some(data)
        earlier = data.draw(st.sampled_from([each.event for each in twin.said])) if again else ""
        must = by in twin.held and (not earlier or twin.standing(earlier, by, "report", "account"))
        said = AccountGiven(by, twin.reference, text, "en", told or Particulars(), earlier)
        made = self.say(said, twin, "account", must=must)
        if made is not None and earlier:
            next(each for each in twin.said if each.event == earlier).superseded_by = made.event

    @precondition(lambda self: self.twins)
    @rule(data=st.data(), by=party, to=party, text=text, hours=st.integers(-1, 40))
    def ask(self, data: st.DataObject, by: str, to: str, text: str, hours: int) -> None:
        twin = self.some(data)
        must = by in twin.held and to in twin.held and to != by and hours > 0
        due = Instant(self.room.now.epoch_s + hours * HOUR)
        self.say(ExplanationAsked(by, twin.reference, to, text, due), twin, "request", must=must)

    @precondition(lambda self: any(each.what == "request" for twin in self.twins.values() for each in twin.said))
    @rule(data=st.data(), by=party, text=text)
    def explain(self, data: st.DataObject, by: str, text: str) -> None:
        asked = [(twin, each) for twin in self.twins.values() for each in twin.said if each.what == "request"]
        twin, request = asked[data.draw(st.integers(0, len(asked) - 1))]
        self.say(ExplanationGiven(by, request.event, text), twin, "explanation", must=by == request.said.to)

    @precondition(lambda self: self.twins)
    @rule(data=st.data(), by=party, grade=st.sampled_from(Grade), text=text, again=st.booleans())
    def assess(self, data: st.DataObject, by: str, grade: Grade, text: str, again: bool) -> None:
        twin = self.some(data)
        earlier = data.draw(st.sampled_from([each.event for each in twin.said])) if again else ""
        must = by in twin.held and (not earlier or twin.standing(earlier, by, "cause"))
        said = CauseAssessed(by, twin.reference, grade, text, "en", earlier)
        made = self.say(said, twin, "cause", grade.value, must=must)
        if made is not None and earlier:
            next(each for each in twin.said if each.event == earlier).superseded_by = made.event

    @precondition(lambda self: self.twins)
    @rule(data=st.data(), by=party, graded=st.sampled_from(Risk))
    def risk(self, data: st.DataObject, by: str, graded: Risk) -> None:
        twin = self.some(data)
        made = self.say(RiskAssessed(by, twin.reference, graded), twin, "risk", graded.value, must=by in twin.held)
        for each in twin.said if made is not None else ():
            if made is not None and each.what == "risk" and each.by == by and each is not made:
                each.superseded_by = each.superseded_by or made.event

    @precondition(lambda self: self.twins)
    @rule(data=st.data(), by=party, what=st.sampled_from((Evidence.DECLARATION, Evidence.SOURCE)))
    def lay(self, data: st.DataObject, by: str, what: Evidence) -> None:
        twin = self.some(data)
        name = "5e" * 32 if what is Evidence.SOURCE else "alpha/S-1"
        must = by in twin.held and (what is Evidence.SOURCE or by != "charlie")
        self.say(EvidenceLaid(by, twin.reference, what, name, "See there."), twin, "evidence", must=must)

    @precondition(lambda self: self.twins)
    @rule(data=st.data(), by=party, text=text)
    def promise(self, data: st.DataObject, by: str, text: str) -> None:
        twin = self.some(data)
        due = Instant(self.room.now.epoch_s + HOUR)
        self.say(Committed(by, twin.reference, text, due), twin, "commitment", must=by in twin.held)

    @precondition(lambda self: any(each.what == "commitment" for twin in self.twins.values() for each in twin.said))
    @rule(data=st.data(), by=party, what=st.sampled_from(Outcome))
    def outcome(self, data: st.DataObject, by: str, what: Outcome) -> None:
        made = [(twin, each) for twin in self.twins.values() for each in twin.said if each.what == "commitment"]
        twin, promised = made[data.draw(st.integers(0, len(made) - 1))]
        known = any(each.what == "outcome" and each.said.commitment == promised.event for each in twin.said)
        said = OutcomeStated(by, promised.event, what)
        self.say(said, twin, "outcome", what.value, must=by in twin.held and not known)

    @rule(seconds=st.sampled_from((60.0, HOUR, 30 * HOUR)))
    def wait(self, seconds: float) -> None:
        self.room.later(seconds)

    @rule()
    def start_again(self) -> None:
        """The log folded anew, or the state put away and taken out: what is there is the same."""
        again = self.room.open()
        assert again.world.cases.incidents == self.room.desk.world.cases.incidents
        assert again.world.cases.requests == self.room.desk.world.cases.requests
        taken_out = take_out(put_away(again.world), again.world.load)
        assert dict(taken_out.cases.incidents.items()) == again.world.cases.incidents
        assert taken_out.cases.by_party == again.world.cases.by_party
        self.room.desk = again

    # --- what is read ---

    @invariant()
    def each_reads_what_was_said_in_what_it_has(self) -> None:
        mailboxes = Mailboxes(self.room.desk.world, self.room.desk.policy)
        for name, twin in self.twins.items():
            for reader in PARTIES:
                read = mailboxes.incident(reader, name, self.room.now)
                assert (read is not None) is (reader in twin.held)
                if read is None:
                    continue
                value = read.value
                assert {each.party: each.event for each in value.held} == twin.held
                for item, told in zip(value.items, twin.said, strict=True):
                    hidden = told.what == "evidence" and told.said.what is Evidence.DECLARATION and reader == "charlie"
                    assert item.event == ("" if hidden else told.event)
                    assert item.withheld is hidden
                    assert (item.by, item.what.value, item.at, item.grade) == (
                        told.by,
                        told.what,
                        told.at,
                        told.grade,
                    )
                    assert item.superseded_by == told.superseded_by
                    assert bool(item.notice) is (told.by != reader)
                sides = {
                    by: [each.event for each in twin.said if each.by == by and each.what in ("report", "account")]
                    for by in PARTIES
                }
                found = {by: [each.event for each in accounts] for by, accounts in value.accounts.items()}
                assert found == {by: events for by, events in sides.items() if events}
                for request in value.requests:
                    (asked,) = (each for each in twin.said if each.event == request.event)
                    answers = twin.answers(request.event)
                    assert list(request.answers) == [each.event for each in answers]
                    assert request.unanswered is (not answers and asked.said.due <= self.room.now)
                    assert request.late is (bool(answers) and answers[0].at > asked.said.due)

    @invariant()
    def explanations_are_owed_until_they_are_given(self) -> None:
        for reader in PARTIES:
            owed = {
                each.answers
                for each in self.room.desk.world.exchange.outstanding(reader)
                if each.what is NoticeKind.EXPLANATION_REQUEST
            }
            assert owed == {
                each.event
                for twin in self.twins.values()
                for each in twin.said
                if each.what == "request" and each.said.to == reader and not twin.answers(each.event)
            }

    @rule(
        reader=party,
        word=st.sampled_from(("", "boat", "قارب", "ДОЖДЬ", "ours", "nothing like it")),
        hours=st.none() | st.tuples(st.integers(-60, 0), st.integers(0, 30)),
        near=st.sampled_from((None, HERE, THERE)),
        about=st.sampled_from(("", *PARTIES)),
    )
    def search(self, reader: str, word: str, hours: tuple[int, int] | None, near: Position | None, about: str) -> None:
        since, until = (None, None) if hours is None else (
            Instant(START.epoch_s + hours[0] * HOUR), Instant(START.epoch_s + sum(hours) * HOUR),
        )  # fmt: skip
        wanted = Wanted(word, since, until, about, near, 20_000.0)
        mailboxes = Mailboxes(self.room.desk.world, self.room.desk.policy)
        pages: list[str] = []
        before = None
        while True:
            page = mailboxes.incidents(reader, wanted, before=before, most=2).value
            pages += [each.reference for each in page.lines]
            before = page.next
            if before is None:
                break
        assert page.total == len(pages)
        expected = [name for name, twin in self.twins.items() if reader in twin.held and self.fits(twin, wanted)]
        assert pages == list(reversed(expected))

    @staticmethod
    def fits(twin: Twin, wanted: Wanted) -> bool:
        told = [each.said.particulars for each in twin.said if each.what in ("report", "account")]
        spoken = [getattr(each.said, name, "") for each in twin.said for name in _WORDS]
        every = " ".join(plain(each) for each in spoken if isinstance(each, str))
        if not all(f" {each}" in f" {every}".replace("\n", " ") for each in plain(wanted.text).split()):
            return False
        if wanted.since is not None and not any(
            each.earliest <= wanted.until and each.latest >= wanted.since for each in told if each.earliest
        ):
            return False
        named = {name for each in told for name in (*each.alleged.parties, *each.affected.parties)}
        if wanted.party and wanted.party not in named | twin.held.keys():
            return False
        # Here and there are some 120 km apart, so that only the widest radius, of 90 km, is none of both.
        return wanted.near is None or any(each.place == wanted.near for each in told)

    @invariant()
    def no_alert_changes(self) -> None:
        """R13."""
        assert self.room.desk.world.picture.open == self.findings
        assert not [each for name in PARTIES for each in self.room.notices(name) if each.what is NoticeKind.WARNING]


_WORDS = ("title", "text", "question", "finding", "words", "action")

TestIncidents = Incidents.TestCase
TestIncidents.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
