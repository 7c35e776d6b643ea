"""`thalweg incident`: what happened, as each side tells it. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.at_desk import DONE, HERE, AtDesk, Words, answered, brief, instant, position, say, table, told
from thalweg.client import Client, DeskError
from thalweg.client.told import IncidentItem, IncidentLineTold, IncidentTold, NamedTold
from thalweg.drafts.heights import read_length
from thalweg.drafts.times import Side
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
    Joined,
    Named,
    Particulars,
    Risk,
    RiskAssessed,
)
from thalweg.model.errors import InputError
from thalweg.model.events import Said

app = App(name="incident", help="What happened: report it, give your side's account, ask, assess, lay evidence.")

Reference = Annotated[str, Parameter(name="INCIDENT")]
Text = Annotated[str, Parameter(name="TEXT")]
FromFile = Annotated[Path | None, Parameter(name="--file")]
Spoken = Annotated[str, Parameter(name=["--language", "-l"])]
To = Annotated[tuple[str, ...], Parameter(name="--to", negative="")]
Joins = Literal["and", "or", "unknown"]


@Parameter(name="*")
@dataclass(frozen=True)
class Seen:
    """When, where, whom it befell and who is said to have caused it.

    Parameters
    ----------
    since
        It happened not before this time, with its zone.
    until
        It happened not after this time; by default the same.
    place
        Where, in any form that people write.
    radius
        How far from there it may have been, such as "500 m".
    where
        The place in words, as it was said.
    affected
        A party that it befell; may be repeated.
    affected_others
        People or things that it befell, in words; may be repeated.
    affected_joined
        How those affected are meant: and (all of them), or (one of them), unknown (by default).
    alleged
        A party that is said to have caused it; may be repeated.
    alleged_others
        Whoever else is said to have caused it, in words; may be repeated.
    alleged_joined
        How those alleged are meant: and, or, unknown (by default).
    """

    since: Annotated[str, Parameter(name="--since")] = ""
    until: Annotated[str, Parameter(name="--until")] = ""
    place: Annotated[str, Parameter(name="--place", allow_leading_hyphen=True)] = ""
    radius: Annotated[str, Parameter(name="--radius")] = ""
    where: Annotated[str, Parameter(name="--where")] = ""
    affected: Annotated[tuple[str, ...], Parameter(name="--affected", negative="")] = ()
    affected_others: Annotated[tuple[str, ...], Parameter(name="--affected-others", negative="")] = ()
    affected_joined: Annotated[Joins, Parameter(name="--affected-joined", show_choices=False)] = "unknown"
    alleged: Annotated[tuple[str, ...], Parameter(name="--alleged", negative="")] = ()
    alleged_others: Annotated[tuple[str, ...], Parameter(name="--alleged-others", negative="")] = ()
    alleged_joined: Annotated[Joins, Parameter(name="--alleged-joined", show_choices=False)] = "unknown"

    def particulars(self) -> Particulars:
        """As they are said at the desk."""
        earliest = instant(self.since, "--since", Side.START) if self.since else None
        latest = instant(self.until, "--until", Side.END) if self.until else None
        if latest is None and self.since:
            latest = instant(self.since, "--since", Side.END)  # a date alone is the whole of that day
        return Particulars(
            earliest,
            latest,
            position(self.place) if self.place else None,
            round(read_length(self.radius, what="radius")) if self.radius else 0,
            self.where,
            Named(self.affected, self.affected_others, Joined(self.affected_joined)),
            Named(self.alleged, self.alleged_others, Joined(self.alleged_joined)),
        )


NOTHING_SEEN: Final = Seen()


@app.command
@told
def report(
    title: Annotated[str, Parameter(name="TITLE")],
    *text: Text,
    to: To = (),
    file: FromFile = None,
    language: Spoken = "en",
    seen: Seen = NOTHING_SEEN,
    at: AtDesk = HERE,
) -> int:
    """Report that something happened. The desk answers with a reference.

    Parameters
    ----------
    title
        What to call it, in a few words.
    text
        What happened, in your words; they stay in their language.
    to
        A party that it is reported to, or secretariat; may be repeated. Nobody else is told.
    file
        A text file (UTF-8) with the words instead.
    language
        The language of the words.
    """
    words = _words(text, file)
    with at.client() as client:
        made = IncidentReported(client.party, title, seen.particulars(), to, words, language)
        answer = client.send(made)
        references = {each.subject for each in answer.notices if each.statement == answer.statement}
        status = answered(client, answer, "Reported.")
        for reference in sorted(references):
            print(f"Reference {reference}")
    return status


@app.command(name="list")
@told
def list_(
    *text: Text,
    since: Annotated[str, Parameter(name="--since")] = "",
    until: Annotated[str, Parameter(name="--until")] = "",
    party: Annotated[str, Parameter(name="--party")] = "",
    near: Annotated[str, Parameter(name="--near", allow_leading_hyphen=True)] = "",
    within: Annotated[str, Parameter(name="--within")] = "",
    owed: Annotated[bool, Parameter(name="--owed", negative="")] = False,
    limit: Annotated[int, Parameter(name="--limit")] = 50,
    at: AtDesk = HERE,
) -> int:
    """The incidents that your party has, the newest report first; only those of which all that you give may be so.

    Parameters
    ----------
    text
        Words, or beginnings of words, that somebody said in it.
    since
        It may have happened at or after this time, with its zone.
    until
        It may have happened at or before this time.
    party
        It reported it, has it, is affected, or is said to have caused it.
    near
        It may have happened near this position, in any form that people write.
    within
        How near, such as "20 km".
    owed
        Only those in which you owe an explanation.
    limit
        How many at most; 50 by default.
    """
    spot = position(near) if near else None
    with at.client() as client:
        found = client.incidents(
            " ".join(text),
            since=instant(since, "--since", Side.START) if since else None,
            until=instant(until, "--until", Side.END) if until else None,
            party=party,
            near=spot,
            within_m=read_length(within, what="distance") if within else 0.0,
            owed=True if owed else None,
            most=limit,
        )
    rows = [
        (
            each.reference,
            each.title,
            _when(str(each.earliest or ""), str(each.latest or "")),
            each.by,
            ", ".join(each.sides),
            "; ".join(f"{grade.by}: {grade.what} {grade.grade.replace('_', ' ')}" for grade in each.grades),
            _state(each),
        )
        for each in found.incidents
    ]
    table("Incidents", ("reference", "what", "when", "reported by", "accounts of", "findings", ""), rows)
    if found.total > len(rows):
        print(f"{found.total} in all.", file=sys.stderr)
    return DONE


@app.command
@told
def show(incident: Reference, *, at: AtDesk = HERE) -> int:
    """One incident: everything that was said in it, side by side and in order, and who has it.

    Parameters
    ----------
    incident
        Its reference.
    """
    with at.client() as client:
        for line in _whole(client.incident(incident)):
            print(line)
    return DONE


@app.command
@told
def share(
    incident: Reference,
    *parties: Annotated[str, Parameter(name="PARTY")],
    words: Words = "",
    language: Spoken = "en",
    at: AtDesk = HERE,
) -> int:
    """Report it to more parties; they are told everything that was said in it until now.

    Parameters
    ----------
    incident
        Its reference. It is one that you reported.
    parties
        Whom it is reported to: parties, or secretariat.
    words
        Words that go with it.
    language
        The language of the words.
    """
    return say(at, lambda client: IncidentShared(client.party, incident, parties, words, language), "Shared.")


@app.command
@told
def account(
    incident: Reference,
    *text: Text,
    file: FromFile = None,
    supersedes: Annotated[str, Parameter(name="--supersedes")] = "",
    language: Spoken = "en",
    seen: Seen = NOTHING_SEEN,
    at: AtDesk = HERE,
) -> int:
    """Give your side's account. It stands beside the others', and is told to everybody that has the incident.

    Parameters
    ----------
    incident
        Its reference.
    text
        The account, in your words; they stay in their language.
    file
        A text file (UTF-8) with the words instead.
    supersedes
        The id of an earlier account of your side, or the beginning of it; both stay on record.
    language
        The language of the words.
    """
    words = _words(text, file)

    def said(client: Client) -> Said:
        earlier = _mine(client, incident, supersedes, ("report", "account")) if supersedes else ""
        return AccountGiven(client.party, incident, words, language, seen.particulars(), earlier)

    return say(at, said, "Given.")


@app.command
@told
def ask(
    incident: Reference,
    to: Annotated[str, Parameter(name="PARTY")],
    *text: Text,
    by: Annotated[str, Parameter(name="--by")],
    language: Spoken = "en",
    at: AtDesk = HERE,
) -> int:
    """Ask a party that has the incident for an explanation; the desk reminds it.

    Parameters
    ----------
    incident
        Its reference.
    to
        The party that is asked.
    text
        The question.
    by
        By when an answer is asked for, with the time zone, or "+72 h".
    language
        The language of the words.
    """
    due = instant(by, "--by", Side.END, ahead=True)
    question = _words(text, None)
    return say(at, lambda client: ExplanationAsked(client.party, incident, to, question, due, language), "Asked.")


@app.command
@told
def explain(
    request: Annotated[str, Parameter(name="REQUEST")],
    *text: Text,
    file: FromFile = None,
    language: Spoken = "en",
    at: AtDesk = HERE,
) -> int:
    """Answer a request for an explanation that was put to your party.

    Parameters
    ----------
    request
        The notice by which you were asked, or the id of the request.
    text
        The explanation.
    file
        A text file (UTF-8) with the words instead.
    language
        The language of the words.
    """
    words = _words(text, file)

    def said(client: Client) -> Said:
        whole = client.notice(request).answers if request.startswith("n-") else request
        return ExplanationGiven(client.party, whole, words, language)

    return say(at, said, "Explained.")


@app.command
@told
def assess(
    incident: Reference,
    grade: Annotated[Literal["plausible", "highly-probable", "not-determined"], Parameter(name="GRADE")],
    *text: Text,
    supersedes: Annotated[str, Parameter(name="--supersedes")] = "",
    language: Spoken = "en",
    at: AtDesk = HERE,
) -> int:
    """Say what caused it, as your party finds, and how sure that is. Says nothing of the risk.

    Parameters
    ----------
    incident
        Its reference.
    grade
        plausible, highly-probable or not-determined.
    text
        The finding.
    supersedes
        The id of an earlier finding of your side, or the beginning of it; both stay on record.
    language
        The language of the words.
    """
    finding = _words(text, None)

    def said(client: Client) -> Said:
        earlier = _mine(client, incident, supersedes, ("cause",)) if supersedes else ""
        return CauseAssessed(client.party, incident, Grade(grade.replace("-", "_")), finding, language, earlier)

    return say(at, said, "Assessed.")


@app.command
@told
def risk(
    incident: Reference,
    graded: Annotated[Literal["A", "B", "C", "D"], Parameter(name="CLASS")],
    *text: Text,
    language: Spoken = "en",
    at: AtDesk = HERE,
) -> int:
    """Say how dangerous it was, whatever caused it. Your newest class stands.

    Parameters
    ----------
    incident
        Its reference.
    graded
        A (risk of collision), B (safety not assured), C (no risk of collision) or D (not determined).
    text
        Why.
    language
        The language of the words.
    """
    why = " ".join(text)
    return say(at, lambda client: RiskAssessed(client.party, incident, Risk(graded), why, language), "Assessed.")


@app.command
@told
def lay(
    incident: Reference,
    what: Annotated[Literal["declaration", "notice", "statement", "source"], Parameter(name="WHAT")],
    name: Annotated[str, Parameter(name="NAME")],
    *,
    words: Words = "",
    language: Spoken = "en",
    at: AtDesk = HERE,
) -> int:
    """Lay something beside an incident. That discloses nothing of it: who is not shown it anyway learns that it is.

    Parameters
    ----------
    incident
        Its reference.
    what
        declaration, notice, statement or source.
    name
        Its id as you know it: of a declaration, of a notice to you, the hash of an entry that you hold, the SHA-256 of
        a source or the file itself.
    words
        Words that go with it.
    language
        The language of the words.
    """
    named = name
    if what == "source" and Path(name).is_file():
        named = hashlib.sha256(wiring.read_file(Path(name))).hexdigest()
    made = Evidence(what)
    return say(at, lambda client: EvidenceLaid(client.party, incident, made, named, words, language), "Laid.")


@app.command
@told
def withdraw(
    incident: Reference,
    *,
    words: Words = "",
    language: Spoken = "en",
    at: AtDesk = HERE,
) -> int:
    """Take back a report of yours. What was said stays on record, and it stays open to what comes later.

    Parameters
    ----------
    incident
        Its reference.
    words
        Why.
    language
        The language of the words.
    """
    return say(at, lambda client: IncidentWithdrawn(client.party, incident, words, language), "Withdrawn.")


def _words(text: tuple[str, ...], file: Path | None) -> str:
    if file is not None and text:
        raise InputError("words-twice", "Give the words here or in a file, and not both.")
    if file is None:
        return " ".join(text)
    return wiring.words_of(file).strip()


def _mine(client: Client, incident: str, named: str, what: tuple[str, ...]) -> str:
    """The whole id of something that one's own party said in it."""
    said = client.incident(incident).said
    found = [
        each.statement
        for each in said
        if each.by == client.party and each.what in what and each.statement.startswith(named)
    ]
    if len(found) != 1:
        raise DeskError("incident-named", f"“{named}” names {len(found)} of what your party said; give the whole id.")
    return found[0]


# --- printing ---


def _when(earliest: str, latest: str) -> str:
    return earliest if earliest == latest else f"{earliest} to {latest}"


def _state(line: IncidentLineTold) -> str:
    marks = (
        ("WITHDRAWN", line.withdrawn is not None),
        (f"{line.open_requests} not answered", line.open_requests > 0),
        ("YOU OWE AN EXPLANATION", line.owed > 0),
    )
    return ", ".join(mark for mark, holds in marks if holds)


def _whole(incident: IncidentTold) -> Iterator[str]:
    yield f"{incident.reference}  {incident.title}{'  WITHDRAWN' if incident.withdrawn else ''}"
    yield f"  reported by {incident.by} {incident.at}; {incident.status}"
    yield f"  who has it: {', '.join(f'{each.party} since {each.since}' for each in incident.has_it)}"
    for each in incident.said:
        yield from _item(each)
    for request in incident.requests:
        state = f"answered {request.answered}{', LATE' if request.late else ''}" if request.answered else "open"
        state = "UNANSWERED when it was due" if request.unanswered else state
        yield f"  request {brief(request.statement)}: {request.by} asks {request.to} by {request.due}; {state}"


def _item(item: IncidentItem) -> Iterator[str]:
    grade = f" {item.grade.replace('_', ' ')}" if item.grade else ""
    over = f", superseded by {brief(item.superseded_by)}" if item.superseded_by else ""
    name = f" {brief(item.statement)}" if item.statement else ""
    yield f"{item.at}  {item.by}: {item.what}{grade}{name}{over}"
    if item.earliest or item.latest:
        yield f"    when: {_when(str(item.earliest or 'open'), str(item.latest or 'open'))}"
    if item.place is not None or item.where:
        spot = "" if item.place is None else f"{item.place['dms']} = {item.place['mgrs']}, {item.place['radius_m']} m"
        yield f"    where: {'; '.join(each for each in (spot, item.where) if each)}"
    yield from _named("affected", item.affected)
    yield from _named("alleged", item.alleged)
    if item.to:
        yield f"    to: {', '.join(item.to)}{f', by {item.due}' if item.due else ''}"
    if item.evidence:
        yield f"    {item.evidence}: {'withheld' if item.withheld else item.name}"
    if item.words is not None:
        yield f"    “{item.words.text}” [{item.words.language}]"
    for received in item.received:
        facts = [f"delivered {each.at}" for each in received.delivered[:1]]
        facts += [f"{each.what} {each.at}" for each in received.responses]
        yield f"    told to {received.to} {received.sent}{''.join(f', {each}' for each in facts)}"


def _named(what: str, named: NamedTold) -> Iterator[str]:
    all_of: Iterable[str] = (*named.parties, *(f"“{each}”" for each in named.others))
    if named.parties or named.others:
        yield f"    {what}: {f' {named.joined} '.join(all_of) if named.joined != 'unknown' else ', '.join(all_of)}"
