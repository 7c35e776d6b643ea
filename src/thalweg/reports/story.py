"""What a party said and was told, read from its bundle alone, years later and without a desk.

A bundle (`thalweg bundle`) holds the party's own statements, the desk's answers to them, the notices to it, and what
others stated where a notice shows that in full. `story` puts them in order; `agree` holds several parties' bundles
against each other: one log, and whatever two of them hold is the same.

Verify first (`thalweg.ledger.verify.verify_bundle`): a story is made of what was verified, and adds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from thalweg.formats import event as kinds
from thalweg.ledger import canonical
from thalweg.ledger.entry import Entry, payload_digest
from thalweg.ledger.receipt import Bundle
from thalweg.ledger.verify import BundleVerdict
from thalweg.model import cases, events, sourced
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.events import Notice, NoticeKind
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import MultiPolygon, Polygon, Position
from thalweg.places.describe import describe
from thalweg.reports import phrases
from thalweg.reports.json import first_position


@dataclass(frozen=True, slots=True)
class Line:
    """Something that the party said, or was told. `index` is that of its entry in the log, `at` the desk's time.

    `what` is the kind of entry (`declaration/1`), or of notice (`warning`); `subject` is the id under which the party
    knows the thing; `level` is set where a notice shows a declaration, and `where` is as fine as that level.
    """

    index: int
    at: Instant
    ours: bool
    who: str
    what: str
    text: str
    subject: str = ""
    level: Level | None = None
    where: str = ""
    statement: str = ""  # hash of the statement, where it is in the bundle
    notice: str = ""  # id of the notice


@dataclass(frozen=True, slots=True)
class Story:
    """All of it, in the order of the log. `party` is empty where the bundle holds no notice to anybody."""

    party: str
    exercise: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What several bundles hold in common, and every contradiction between them."""

    size: int
    shared: int
    contradictions: tuple[str, ...]


def story(data: bytes, verdict: BundleVerdict) -> Story:
    """The story of a bundle that was verified. `InputError` if an entry is not in the form of its kind."""
    beside = {payload_digest(each.payload, each.salt): each.payload for each in Bundle.parse(data).payloads}
    read = [(each.index, each.entry, _body(each.entry, beside)) for each in verdict.verdicts]
    notices = [body for _, _, body in read if isinstance(body, Notice)]
    party = notices[0].to if notices else ""
    shown = {entry.event.hash().hex(): body for _, entry, body in read}
    answers = {body.statement: body for _, _, body in read if isinstance(body, events.Taken | events.Refused)}
    lines: list[Line] = []
    for index, entry, body in read:
        if isinstance(body, Notice):
            lines.append(_told(index, body, shown.get(body.statement)))
        elif entry.event.author != events.DESK and _by(body) == party:
            hashed = entry.event.hash().hex()
            lines.append(_said(index, entry, body, hashed, answers.get(hashed), party))
    exercise = any("exercise" in each.facts for each in notices)
    return Story(party, exercise, tuple(lines))


def tell(told: Story) -> Iterator[str]:
    """The story in lines for people: the time, who, and what."""
    yield f"As {told.party or 'its holder'} said it and was told{', IN AN EXERCISE' if told.exercise else ''}:"
    for line in told.lines:
        mark = "said" if line.ours else "told"
        where = f" [{line.where}]" if line.where else ""
        yield f"{phrases.instant(line.at)}  {mark}  {line.text}{where}"


def agree(bundles: Mapping[str, bytes]) -> Agreement:
    """Hold bundles of one log, each verified, against each other. The names are for the sentences."""
    read = {name: Bundle.parse(data) for name, data in bundles.items()}
    found: list[str] = []
    shared: set[int] = set()
    for (a, first), (b, second) in combinations(read.items(), 2):
        one, other = first.checkpoint.head, second.checkpoint.head
        if first.policy.origin != second.policy.origin:
            found.append(f"{a} and {b} hold bundles of two logs.")
        if one.size == other.size and one != other:
            found.append(f"{a} and {b} were shown two histories of {one.size} entries.")
        mine, theirs = ({each.index: each.entry for each in (*of.entries, *of.keys)} for of in (first, second))
        for index in mine.keys() & theirs.keys():
            shared.add(index)
            if mine[index] != theirs[index]:
                found.append(f"{a} and {b} hold different entries at index {index}.")
    return Agreement(max((each.checkpoint.head.size for each in read.values()), default=0), len(shared), tuple(found))


# --- reading ---


def _body(entry: Entry, beside: Mapping[bytes, bytes]) -> kinds.Body | None:
    """The body; of a declaration of another, without what its author had been shown. None for the key history."""
    event = entry.event
    if event.kind in kinds.KEY_HISTORY:
        return None
    held = {each.media: beside.get(each.digest) for each in event.payloads}
    apart = held.get(kinds.DECLARATION_MEDIA)
    declaration = None if apart is None else kinds.read_declaration(canonical.decode(apart))
    aside = held.get(kinds.ASIDE_MEDIA)
    if event.kind == kinds.DECLARATION and aside is None:
        inner = declaration or kinds.read_declaration(event.body.get("declaration", ""))
        return events.Declared(inner.party, inner)
    return kinds.read(event.kind, event.body, declaration, None if aside is None else canonical.decode(aside))


def _by(body: kinds.Body | None) -> str:
    """The party that says it; what names none is said by the secretariat."""
    by: str = getattr(body, "by", events.SECRETARIAT)
    return by


def _said(
    index: int,
    entry: Entry,
    body: kinds.Body | None,
    hashed: str,
    answer: events.Taken | events.Refused | None,
    party: str,
) -> Line:
    declaration = _within(body)
    text = _sentence(body)
    at = Instant(entry.event.at / 1000)
    if isinstance(answer, events.Refused):
        text, at = f"{text}: REFUSED, {answer.sentence}", answer.received
    elif answer is not None:
        at = answer.received
        text += " LATE." if answer.late else "."
        if answer.mismatch:
            text += f" It does not match what was said: {', '.join(answer.mismatch)}."
        if answer.not_cited:
            text += f" {len(answer.not_cited)} shown and not cited."
    where = "" if declaration is None else _where(declaration, Level.FULL)
    subject = f"{party}/{declaration.declaration_id}" if declaration is not None else _subject(body)
    return Line(
        index,
        at,
        ours=True,
        who=party,
        what=entry.event.kind,
        text=text,
        subject=subject,
        where=where,
        statement=hashed,
    )


def _told(index: int, notice: Notice, shown: kinds.Body | None) -> Line:
    declaration = notice.view
    if declaration is None and shown is not None:
        declaration = _within(shown)
    who = notice.of or "the desk"
    text = f"{_WHAT.get(notice.what, notice.what.value.replace('_', ' '))} of {who}"
    where = ""
    if notice.what in _OF_DECLARATIONS and declaration is not None:
        at = notice.level if notice.of != notice.to else Level.FULL
        text += f": {_named(declaration, at)}"
        where = _where(declaration, at)
    elif notice.words:
        text += f": “{phrases.plain(notice.words)}”"
    elif notice.subject:
        text += f": {notice.subject}"
    if shown is not None and not notice.words and declaration is None:
        text += f" ({_sentence(shown)})"
    severe = f" [{notice.severity}]" if notice.severity not in ("", "information") else ""
    findings = "".join(f" {each.sentence}" for each in notice.findings)
    talk = f" Talk to: {', '.join(notice.talk_to)}." if notice.talk_to else ""
    bell = f" For the {notice.bell + 1}. time." if notice.bell else ""
    level = notice.level if notice.what in _OF_DECLARATIONS and notice.of != notice.to else None
    text = f"{text}{severe}.{bell}{findings}{talk}"
    return Line(
        index,
        notice.at,
        ours=False,
        who=who,
        what=notice.what.value,
        text=text,
        subject=notice.subject,
        level=level,
        where=where,
        statement=notice.statement,
        notice=notice.id,
    )


def _within(body: kinds.Body | None) -> Declaration | None:
    for name in ("declaration", "window", "line", "changed"):
        held = getattr(body, name, None)
        if isinstance(held, Declaration):
            return held
    return None


def _subject(body: kinds.Body | None) -> str:
    for name in ("chain", "notice", "channel", "line", "about"):
        held = getattr(body, name, None)
        if isinstance(held, str) and held:
            return held
    return ""


def _named(declaration: Declaration, level: Level) -> str:
    drawn = ", drawn" if declaration.hypothetical else ""
    if level is Level.FULL:
        return f"{phrases.kind(declaration)} “{phrases.title(declaration)}”{drawn}"
    if level is Level.EXISTS or (level is Level.COARSE and declaration.kind in (Kind.LINE, Kind.NEGATIVE)):
        return f"something{drawn}"
    return f"{phrases.kind(declaration)}{drawn}"


def _where(declaration: Declaration, level: Level) -> str:
    """The first position in words; below footprint the cells alone."""
    shape = declaration.volumes[0].shape if declaration.volumes else None
    if not level.at_least(Level.FOOTPRINT):
        corners = list(_corners(shape))
        if not corners:
            return "cells"
        lons, lats = [each.lon for each in corners], [each.lat for each in corners]
        return f"cells within {min(lats):.2f}-{max(lats):.2f} N, {min(lons):.2f}-{max(lons):.2f} E"
    spot = first_position(declaration)
    if spot is None:
        return ""
    when = "" if not declaration.volumes else f", {phrases.window(declaration.volumes[0].window)}"
    return f"{describe(spot.lon, spot.lat).text}{when}"


def _corners(shape: object) -> Iterator[Position]:
    match shape:
        case Polygon(outer=outer):
            yield from outer
        case MultiPolygon(polygons=polygons):
            for each in polygons:
                yield from each.outer
        case _:
            return


# --- words ---

_OF_DECLARATIONS: Final = frozenset(
    {
        NoticeKind.DECLARED, NoticeKind.REPLACED, NoticeKind.CANCELLED, NoticeKind.REVALIDATED, NoticeKind.WARNING,
        NoticeKind.LACKING, NoticeKind.RELEASED, NoticeKind.QUIET_WINDOW, NoticeKind.LINE, NoticeKind.CUSTODY,
    }
)  # fmt: skip
_WHAT: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.DECLARED: "a declaration",
    NoticeKind.REPLACED: "a new version",
    NoticeKind.CANCELLED: "a cancellation",
    NoticeKind.REVALIDATED: "a declaration vouched for again",
    NoticeKind.VERIFIED: "a verification",
    NoticeKind.WARNING: "WARNING about a declaration",
    NoticeKind.LACKING: "what was not cited",
    NoticeKind.RELEASED: "a declaration shown at another level",
    NoticeKind.REVOKED: "a declaration no longer shared",
    NoticeKind.ACKNOWLEDGED: "an answer",
    NoticeKind.READ_BACK: "a read-back",
    NoticeKind.DISSEMINATED: "passed on to a unit",
    NoticeKind.ESCALATED: "UNANSWERED, escalated; notice",
    NoticeKind.EMERGENCY: "EMERGENCY",
    NoticeKind.COMMITMENT: "a commitment",
    NoticeKind.OUTCOME: "the outcome of a commitment",
    NoticeKind.LAPSED: "something lapsed",
    NoticeKind.INCIDENT: "an incident",
    NoticeKind.ACCOUNT: "an account of an incident",
    NoticeKind.EXPLANATION_REQUEST: "a request for an explanation",
    NoticeKind.EXPLANATION: "an explanation",
    NoticeKind.ASSESSMENT: "a finding on an incident",
    NoticeKind.EVIDENCE: "something laid beside an incident",
    NoticeKind.SOURCE: "a source",
    NoticeKind.CLAIM: "a claim in a source",
    NoticeKind.PROPOSAL: "a proposal",
    NoticeKind.ANSWERED: "an answer to a proposal",
    NoticeKind.QUIET_WINDOW: "a quiet window",
    NoticeKind.LINE: "a line",
    NoticeKind.CROSSING: "a crossing of a line",
    NoticeKind.CUSTODY: "a site that changes hands",
    NoticeKind.MESSAGE: "a message",
    NoticeKind.DECISION: "a decision",
    NoticeKind.PARTICIPATION: "how somebody takes part",
    NoticeKind.PROBING: "REPEATED QUESTIONS around what is not shown",
    NoticeKind.RULES: "the rules",
    NoticeKind.WATCH: "a change on its rolls",
}

_SENTENCES: Final[Mapping[type, Callable[[Any], str]]] = {
    events.TheatreSet: lambda said: f"set the theatre {said.name}",
    events.PartyNamed: lambda said: f"entered {said.party}, {said.name}",
    events.OfficerAdded: lambda said: f"added an officer to {said.scope}",
    events.ParticipationStated: lambda said: (
        f"stated: {said.party} {said.status.value} since {phrases.instant(said.since)}"
    ),
    events.ChannelOpened: lambda said: f"opened {'the room' if said.room else 'the channel'} {said.channel}",
    events.ChannelJoined: lambda said: f"joined {said.channel}",
    events.ChannelLeft: lambda said: f"left {said.channel}",
    events.TermsSet: lambda said: (
        f"set terms on {said.channel}{f' for {said.to}' if said.to else ''}: "
        + ", ".join(f"{each.kind or 'everything else'} {each.level.value}" for each in said.terms)
    ),
    events.Released: lambda said: (
        f"released {said.chain}: " + ", ".join(f"{each.to} {each.level.value}" for each in said.releases)
    ),
    events.MessageSent: lambda said: f"sent on {said.channel}: “{phrases.plain(said.text)}”",
    events.DecisionStated: lambda said: f"stated a decision on {said.channel}: “{phrases.plain(said.text)}”",
    events.Declared: lambda said: f"declared {_named(said.declaration, Level.FULL)}",
    events.Withdrawn: lambda said: f"cancelled {said.chain}",
    events.Acknowledged: lambda said: f"answered {said.notice}: {said.response.value.replace('_', ' ')}",
    events.ReadBack: lambda said: f"read back {said.notice}",
    events.Disseminated: lambda said: f"passed {said.notice} on to {phrases.plain(said.unit)}",
    events.EmergencySent: lambda said: f"called an EMERGENCY: “{phrases.plain(said.text)}”",
    events.Committed: lambda said: f"committed by {phrases.instant(said.due)}: “{phrases.plain(said.action)}”",
    events.OutcomeStated: lambda said: f"stated the outcome: {said.outcome.value}",
    cases.IncidentReported: lambda said: f"reported an incident: “{phrases.plain(said.title)}”",
    cases.IncidentShared: lambda said: f"reported {said.incident} to {', '.join(said.to)} as well",
    cases.IncidentWithdrawn: lambda said: f"withdrew its report of {said.incident}",
    cases.AccountGiven: lambda said: f"gave its account of {said.incident}: “{phrases.plain(said.text)}”",
    cases.ExplanationAsked: lambda said: (
        f"asked {said.to} for an explanation by {phrases.instant(said.due)}: “{phrases.plain(said.question)}”"
    ),
    cases.ExplanationGiven: lambda said: f"explained: “{phrases.plain(said.text)}”",
    cases.CauseAssessed: lambda said: (
        f"assessed the cause of {said.incident}, {said.grade.value.replace('_', ' ')}: “{phrases.plain(said.finding)}”"
    ),
    cases.RiskAssessed: lambda said: f"assessed the risk of {said.incident}: {said.risk.value}",
    cases.EvidenceLaid: lambda said: f"laid a {said.what.value} beside {said.incident}",
    sourced.SourceEntered: lambda said: (
        f"entered a source, {', '.join(each for each in (said.outlet, said.title) if each) or said.source}"
    ),
    sourced.SourceShared: lambda said: f"showed the source {said.source} to {', '.join(said.to)} as well",
    sourced.ClaimConfirmed: lambda said: (
        f"confirmed a claim: {said.force.value}, {phrases.plain(said.said_by) or 'nobody named'}"
        + "".join(f" through {phrases.plain(each)}" for each in said.through)
        + f", characters {said.start} to {said.end}: “{phrases.plain(said.quote)}”"
    ),
    sourced.ClaimWithdrawn: lambda said: f"took back the claim {said.claim}",
    events.Proposed: lambda said: f"proposed to {', '.join(said.to)}: “{phrases.plain(said.words)}”",
    events.ProposalAnswered: lambda said: f"answered a proposal: {said.answer.value}",
    events.QuietProposed: lambda said: (
        f"proposed a quiet window to {', '.join(said.to)} for {phrases.plain(said.task)}"
    ),
    events.QuietGuaranteed: lambda said: f"answered a quiet window: {said.answer.value}",
    events.LineProposed: lambda said: f"proposed to {', '.join(said.to)} {_named(said.line, Level.FULL)}",
    events.LineJudged: lambda said: f"answered a proposed line: {said.answer.value}",
    events.CrossingLogged: lambda said: f"logged a crossing of {said.line} by {said.who}",
    events.CustodyOffered: lambda said: f"offered {said.chain} to {said.to}",
    events.CustodyAnswered: lambda said: f"answered an offered site: {said.answer.value}",
}


def _sentence(body: kinds.Body | None) -> str:
    told = _SENTENCES.get(type(body))
    if told is not None:
        return told(body)
    return "signed an entry" if body is None else kinds.kind_of(body).partition("/")[0].replace(".", " ")


def between(told: Story, start: int, stop: int) -> tuple[Line, ...]:
    """What stands in the log from entry `start` up to, and without, entry `stop`."""
    return tuple(each for each in told.lines if start <= each.index < stop)


def statements(stories: Iterable[Story]) -> tuple[int, ...]:
    """The entries that parties signed, as far as any of these stories holds them, in order."""
    return tuple(sorted({line.index for each in stories for line in each.lines if line.ours}))
