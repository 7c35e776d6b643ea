"""Writes docs/reference/events.md from the classes of `thalweg.model.events` and `thalweg.model.cases`.

Run from the root of the repository: python -m scripts.events_reference. A test writes it again and compares, so that a
kind, a field, a limit or a word without its line in the documentation does not pass.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from thalweg.formats import event as kinds
from thalweg.formats.event import values
from thalweg.formats.event.codec import record
from thalweg.model import cases, events, sourced
from thalweg.model.characters import LONGEST_NAME, LONGEST_TEXT, MOST_TEXTS
from thalweg.model.declarations import Declaration
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.limits import Longest, Most
from thalweg.model.shapes import Position

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "events.md"

HEAD = """# Kinds of entry

Written by `scripts/events_reference.py` from the source. How a field becomes bytes is in [the
specification](../spec/events.md); the envelope round each of them is in [another part of it](../spec/entry.md), and
the kinds of the key history are in [a third](../spec/identity.md).

A kind never changes. A new need gets a new version of it, and what was written under the old one is read for ever.

Every field is always there. "Up to" is a limit: of a text in characters (code points), of a list in items. An entry
with everything in it is at most 65,535 bytes; a declaration that does not fit goes beside the tree
([how](../spec/events.md#a-declaration-beside-the-tree)). **By** names the party that the officer speaks for, or
`secretariat`. An *id* is what its author was shown: a declaration's own id, or an opaque one where it was shown less
than everything.

What a text may hold is asked before it goes on record, and never of what is in a log: no controls (but tabs and line
ends in texts of up to 16,000), no overrides of direction (U+202D, U+202E), no tags, interlinear marks or
noncharacters, and in titles and names no tab, no line end and nothing without width either (U+200B, U+FEFF, U+00AD
and the like). The title of a declaration has 1,000 characters at most. Direction marks, isolates, embeddings and
joiners stay, for Arabic, Hebrew, Persian and Kurdish need them. A refusal (`text-character`, `title-long`) names the
field, the character and its place. What was written in a file's cells (`entered`), what sources say, and a call for
help are kept as they are. Whatever shows a text shows such a character by its number, `[U+202E]`.

Who may say a thing is looked at twice. What an officer may not say at all is refused before the log and leaves no
entry. What an officer may say goes on record, and so does the desk's answer: `taken/1` or `refused/1`, with a code of
[the desk's](errors.md#the-desk).
"""

GROUPS = {
    "Membership": events.Membership,
    "Channels": events.Channels,
    "Intake": events.IntakeSaid,
    "Exchange": events.ExchangeSaid,
    "Agreeing": events.Agreeing,
    "Cases": cases.Case,
    "Sources": sourced.Sourced,
    "The desk's own": events.ByDesk,
}

_OWN = "an officer of the notifier"
_ON_CHANNEL = "an officer of a party on the channel"
_RECIPIENT = "an officer of the party that the notice is to"
_ADDRESSED = (
    "an officer of a party that it was proposed to, once; “no” also of the party that proposed it, to take it back"
)
_DESK = "the desk"
_MEMBER = "an officer of the party"
_HAS_IT = "an officer of a party that has the incident"
_ALL_THAT_HAVE_IT = "Everybody that has the incident is told."

# Who may say it, and what follows once it is taken.
SAID: Mapping[str, tuple[str, str]] = {
    "theatre/1": (
        "the secretariat",
        "The rules hold from then on; everything in force is compared anew, and every party is told.",
    ),
    "party/1": ("the secretariat", "The party is entered, or its facts are replaced; every other party is told."),
    "officer/1": (
        "an admin of the party, of its own `watch` and `admin` officers; the secretariat, of any",
        "The registrar enters a `grant/1`. Said by the secretariat, the party is told by whom, and owes an answer.",
    ),
    "officer.end/1": (
        "an admin of the party, of its own `watch` and `admin` officers; the secretariat, of any",
        "The registrar enters a `grant.end/1`; the officer is on watch no longer. Said by the secretariat, the party is"
        " told by whom, and owes an answer.",
    ),
    "participation/1": (
        "an officer of any party, or the secretariat",
        "What a party says of itself decides, from when it is taken, whether it is shown anything new; what others say"
        " stands beside it, and so does since when, as each side states it. Every other party is told, and owes an"
        " answer.",
    ),
    "watch/1": (_MEMBER, "Unanswered notices to the party are put to this officer in turn."),
    "watch.end/1": (_MEMBER, "Nothing is put to this officer any more."),
    "channel/1": (
        "an officer of one of the parties; the secretariat, between others",
        "The others are told, and join by `channel.join/1`; until then nothing is shown over it.",
    ),
    "channel.join/1": (
        "an officer of a party that the channel was opened for",
        "Each side is shown what the terms of the other give it.",
    ),
    "channel.leave/1": (_ON_CHANNEL, "Nothing is shown over it any more; what was given cannot be taken back."),
    "channel.state/1": (_ON_CHANNEL, "Stands beside what follows from line checks until the next of them is answered."),
    "terms/1": (
        _ON_CHANNEL,
        "Whoever now sees more is shown it; whoever sees less is told so. The terms of a recipient go before those of"
        " the channel, those of a kind before those of every kind.",
    ),
    "release/1": (_OWN, "The recipients are shown the chain at that level, or told that it is no longer shared."),
    "consent/1": (
        "an officer of the notifier, for the organisation",
        "Where consent is missing nobody is shown the chain; who holds a copy already is listed to the notifier.",
    ),
    "line.check/1": ("an officer of a party on the channel, or the secretariat", "The others are asked to answer it."),
    "line.check.answer/1": (
        "an officer of another party on the channel",
        "The line works, for both. An unanswered check is, after the theatre's time, a line that is down.",
    ),
    "message/1": (
        "an officer of a party on the channel, or the secretariat",
        "It is told to everyone on the channel that takes part, as it was written.",
    ),
    "decision/1": (
        "an officer of a party in the joint operation room",
        "It is told to everyone in the room that takes part, as the decision that this side states.",
    ),
    "declaration/1": (
        "an officer of the party that declares",
        "It is compared with everything in force. An operation whose author lacks what it is entitled to know is"
        " refused and shown it; all else is taken. Everyone that may see it is told, and both sides of every conflict.",
    ),
    "cancellation/1": (_OWN, "The chain is over, and everyone that holds a copy is told."),
    "revalidation/1": (_OWN, "It is vouched for until then; everyone that sees it in full is told."),
    "verification/1": (
        "an officer of any party that knows the chain",
        "It stands beside this version, by whom and how, and not beside the next; the notifier is told, and everyone"
        " that sees it in full.",
    ),
    "duplicate/1": (
        "an officer of a party that knows both",
        "On record. Nothing follows from it, and no other party is told.",
    ),
    "delivery/1": ("an officer or a device of the recipient; the desk, of a bearer that took it", "On record."),
    "acknowledgement/1": (_RECIPIENT, "The notice is answered: a receipt, never permission. The other side is told."),
    "readback/1": (
        _RECIPIENT,
        "It is compared with what was said. What differs is told to both sides, and the notice is open again until that"
        " was read back rightly. To read nothing back is refused.",
    ),
    "dissemination/1": (_RECIPIENT, "The other side is told which unit has it."),
    "relay/1": (
        "an officer of the party that the notice is to, or the secretariat",
        "The other side is told of the hop.",
    ),
    "emergency/1": (
        "an officer of any party",
        "Everyone it is to is called, and the secretariat learns that there was a call; it is repeated until a"
        " commitment has an outcome.",
    ),
    "commitment/1": ("an officer of a party concerned", "It lapses at its time unless it has an outcome by then."),
    "outcome/1": (
        "an officer of either side; of a promise about an emergency that it was kept, or overtaken, its caller alone",
        "Kept or overtaken by events, it ends the emergency that it was about; broken, it does not.",
    ),
    "proposal/1": ("an officer of a party to the conflict", "It is put to the others; it changes nothing by itself."),
    "proposal.answer/1": (_ADDRESSED, "Accepted by all it is agreed; its notifier then declares the change."),
    "quiet/1": (
        "an officer of a party that is on a channel with the others",
        "It is put to the others; nothing is in force yet.",
    ),
    "quiet.guarantee/1": (_ADDRESSED, "With the last guarantee the window is in force, compared and told."),
    "line/1": (
        "an officer of a party that is on a channel with the others",
        "It is put to the others; nothing is in force yet.",
    ),
    "line.answer/1": (_ADDRESSED, "With the last acceptance the line is in force, compared and told."),
    "crossing/1": (
        "an officer of a party that knows the line",
        "A fact, counted, and told to everyone that sees the line.",
    ),
    "custody/1": (_OWN, "The site is offered; it stays with its notifier until the other accepts."),
    "custody.answer/1": (
        "an officer of the party that it was offered to, once",
        "Accepted, the chain goes on under its new notifier, without a gap; everyone that sees it is told.",
    ),
    "incident/1": (
        "an officer of any party",
        "The desk answers with a reference. Everybody that it is reported to is told, and owes an answer. No alert"
        " changes, by this or by anything else that is said about an incident.",
    ),
    "incident.share/1": (
        "an officer of the party that reported it",
        "Those named are told all that was said in it until then; everybody else that has it, that they were.",
    ),
    "incident.withdraw/1": (
        "an officer of the party that reported it, once",
        f"{_ALL_THAT_HAVE_IT} It stays open to what comes later.",
    ),
    "account/1": (_HAS_IT, f"{_ALL_THAT_HAVE_IT} It stands beside the others' accounts."),
    "explanation.request/1": (
        _HAS_IT,
        f"{_ALL_THAT_HAVE_IT} It is in the inbox of its addressee until there is an explanation, late or not.",
    ),
    "explanation/1": ("an officer of the party that was asked", f"The request is answered. {_ALL_THAT_HAVE_IT}"),
    "cause/1": (_HAS_IT, f"{_ALL_THAT_HAVE_IT} It stands beside what others find."),
    "risk/1": (_HAS_IT, f"{_ALL_THAT_HAVE_IT} It stands beside what others find."),
    "evidence/1": (
        _HAS_IT,
        f"{_ALL_THAT_HAVE_IT} Whoever is shown the thing anyway is told which it is; the others, that there is one.",
    ),
    "source/1": (
        "an officer of any party",
        "Those named are shown it, and every claim that the party confirms in it. No alert changes, by this or by"
        " anything else that is said about a source (R13). Entered again by the same party, the newest entry says what"
        " it is.",
    ),
    "source.share/1": (
        "an officer of the party that entered it",
        "Those named are told the source and every claim in it until then; the others that are shown it, that they"
        " were.",
    ),
    "claim/1": (
        "an officer of the party that entered the source",
        "Everybody that is shown the source is told. It says that somebody has read it there, not that it is so.",
    ),
    "claim.withdraw/1": (
        "an officer of the party that confirmed it, once",
        "Everybody that is shown the source is told. The claim stays on record.",
    ),
    "weighed/1": (_DESK, "The findings are open from the `taken/1` that follows. No party is shown it."),
    "probe/1": (_DESK, "It counts against the budget of the party. No party is shown it."),
    "taken/1": (_DESK, "The statement has its effect. Its author is shown it."),
    "refused/1": (_DESK, "The statement has no effect. Its author is shown it."),
    "notice/1": (_DESK, "It stands in the party's mailbox. The party it is to is shown it, and nobody else."),
    "clock/1": (_DESK, "See the word. What anybody is told of it follows as notices."),
    "export/1": (_DESK, "On record, for the day when a copy turns up elsewhere."),
    "read/1": (_DESK, "On record. The notifier of the sites may ask for it."),
}

# What a field means, where the source does not say it beside the field.
MEANING: Mapping[str, str] = {
    "by": "the party that the officer speaks for",
    "id": "what everybody knows it by; tells nothing",
    "words": "free words, kept in their language",
    "language": "BCP 47 tag of the words",
    "channel": "id of the channel",
    "chain": "id of the declaration",
    "notice": "id of the notice",
    "notices": "ids of the notices",
    "party": "id of the party",
    "name": "what people call it",
    "officer": "pseudonymous id of the officer",
    "role": "what the officer may do",
    "scope": "the party; empty for the secretariat",
    "statement": "hash of the event",
    "received": "when, by the desk's clock",
    "at": "when",
    "answer": "yes or no",
    "expires": "when it lapses unless answered by all",
    "to": "the parties it is put to",
    "terms": "what the others see",
    "device": "which device, in the recipient's own words",
    "bearer": "what carried it",
    "TheatreSet.text": "the theatre file, as it is",
    "TheatreSet.name": "the name it is read under",
    "PartyNamed.member_of": "the party it belongs to; empty for none",
    "PartyNamed.state": "whether it is a state",
    "ParticipationStated.status": "what it does from then on",
    "ParticipationStated.since": "since when, as `by` states it",
    "Term.level": "how much is shown",
    "Released.releases": "who is shown what from now on",
    "ChannelOpened.parties": "the parties it is between",
    "ChannelOpened.room": "whether it is a joint operation room",
    "TermsSet.to": "the party these terms are for; empty for everyone on the channel",
    "Release.to": "the recipient",
    "Release.level": "how much it is shown",
    "ConsentStated.given": "given, or withdrawn",
    "ChannelStated.state": "as `by` sees it",
    "ChannelStated.since": "since when",
    "MessageSent.text": "the words",
    "DecisionStated.text": "the decision, in words",
    "DecisionStated.about": "a chain, notice or event",
    "Row.sha256": "SHA-256 of the file, hexadecimal",
    "Row.path": "the row or feature in it",
    "Declared.declaration": "what is declared",
    "Declared.cites": "the versions that its author has seen, as it knows them",
    "Declared.declines": "its author was shown what it lacks and will not cite it",
    "Declared.releases": "recipients that are shown another level than the terms give",
    "Declared.row": "where in a file it stood",
    "Revalidated.valid_until": "vouched for until then",
    "Verified.outcome": "what was found",
    "Verified.method": "how",
    "DuplicateJudged.first": "a chain",
    "DuplicateJudged.second": "another",
    "DuplicateJudged.same": "whether the two are one thing",
    "Acknowledged.response": "a receipt, a question or an objection",
    "Acknowledged.text": "what is asked or objected to",
    "ReadBack.position": "the position as the receiver has it",
    "ReadBack.start": "the start as the receiver has it",
    "ReadBack.end": "the end as the receiver has it",
    "ReadBack.lower_mm": "the lower limit in millimetres",
    "ReadBack.upper_mm": "the upper limit in millimetres",
    "ReadBack.datum": "what the heights are above",
    "Disseminated.unit": "which unit has it",
    "Disseminated.how": "by what means",
    "Relayed.to": "who has it next",
    "EmergencySent.text": "the words",
    "EmergencySent.place": "where",
    "EmergencySent.radius_m": "within how many metres of it",
    "Committed.action": "what is promised",
    "Committed.due": "by when",
    "OutcomeStated.outcome": "what came of it",
    "Proposed.changed": "how the declaration would then read",
    "ProposalAnswered.proposal": "hash of the `proposal/1`",
    "QuietProposed.window": "a restricted zone of the kind `quiet_window`",
    "QuietProposed.task": "what the quiet is for",
    "QuietGuaranteed.quiet": "hash of the `quiet/1`",
    "LineProposed.line": "the line, with the status that its segments will have",
    "LineJudged.line": "hash of the `line/1`",
    "CrossingLogged.line": "id of the line",
    "CrossingLogged.who": "a party, or `unknown`",
    "CrossingLogged.medium": "`air`, `ground`, `water`, or empty",
    "CrossingLogged.position": "where",
    "CustodyOffered.to": "the party that takes it over",
    "CustodyAnswered.offer": "hash of the `custody/1`",
    "incident": "reference of the incident",
    "IncidentReported.particulars": "when, where, whom it befell and who is said to have caused it",
    "CauseAssessed.grade": "how sure",
    "CauseAssessed.finding": "what is found, in words",
    "RiskAssessed.risk": "the class",
    "EvidenceLaid.what": "what is laid",
    "ClaimConfirmed.force": "what the speaker does by saying it",
    "ClaimConfirmed.places": "the places that it names",
    "ClaimConfirmed.numbers": "the numbers that it gives",
    "source": "SHA-256 of its bytes, 64 small hexadecimal digits",
    "SourceEntered.title": "its headline",
    "SourceEntered.outlet": "who published it",
    "SourceEntered.lineage": "what other sources it goes back to",
    "Met.finding": "id of the finding",
    "Met.rule": "id of the rule",
    "Met.certainty": "`certain`, `likely` or `possible`",
    "Shown.notice": "id of the notice",
    "Weighed.subjects": "the chains that it is about, by their keys; empty where the statement names them",
    "Weighed.opened": "the findings that are open from now on",
    "Weighed.engine": "version of the engine",
    "Weighed.rules": "SHA-256 of the rule set",
    "Probed.party": "the party that asked",
    "Probed.form": "what was asked, the same for all versions that ask the same",
    "Probed.about": "the chain whose region was met, or nearly",
    "Probed.told": "whether it was met, and its author told so",
    "Probed.place": "the middle of what was asked about",
    "Probed.start": "when what was asked about begins",
    "Probed.areas": "the cells that the budget is counted in",
    "Taken.needed_s": "the lead time that the theatre asks for, in seconds",
    "Taken.not_cited": "what had been shown to the author and was not cited",
    "Refused.code": "a stable code",
    "Refused.sentence": "why, and what to do next",
    "Refused.talk_to": "the parties to talk to about this area",
    "Notice.to": "the party that is told, or `secretariat`",
    "Notice.n": "counts the notices to this party, from 1",
    "Notice.what": "what it tells",
    "Notice.level": "how much is shown",
    "Notice.subject": "the id under which this party knows the thing",
    "Notice.version": "the id under which it knows, and cites, this version",
    "Notice.view": "what it is shown below full",
    "Notice.findings": "all that are open between this and the recipient's own",
    "Notice.due": "when the answer is owed by",
    "Notice.talk_to": "the parties to talk to about this area",
    "Notice.facts": "what else there is to say, by name",
    "Notice.place": "of an emergency or an incident: where",
    "Notice.part": "counts from 0 where it takes more than one",
    "ClockTold.what": "what time brought about",
    "ClockTold.subject": "the notice, chain or event",
    "ClockTold.step": "how far it has gone",
    "ClockTold.facts": "what else there is to say, by name",
    "Exported.to": "the party that the copy was made for",
    "Exported.mark": "the mark that the copy carries",
    "Exported.form": "its format",
    "Exported.items": "how many declarations and notices are in it",
    "Exported.sha256": "SHA-256 of the copy",
    "SitesRead.by": "the party that read",
    "SitesRead.chains": "the chains that were read",
    "SitesRead.first": "the first time",
    "SitesRead.last": "the last time",
}

_SPECIAL: Mapping[object, str] = {
    Instant: "integer: milliseconds of Unix time",
    Position: "[longitude, latitude] in 1e-9 degrees",
    Declaration: "[declaration](../spec/events.md#declarations)",
    Finding: "[finding](../spec/events.md#findings)",
}


@cache
def beside(cls: type) -> Mapping[str, str]:
    """The comments that stand beside the fields of a class, or the values of an enum, in the source."""
    lines, start = inspect.getsourcelines(cls)
    (tree,) = ast.parse("".join(lines)).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for node in tree.body:
        name = ""
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        said = re.search(r"  # (.*)$", lines[(node.end_lineno or node.lineno) - 1].rstrip())
        if name and said is not None and start:
            found[name] = said[1]
    return found


def meaning(cls: type, name: str) -> str:
    """What a field means. KeyError if nobody has said."""
    own = f"{cls.__name__}.{name}"
    if own in MEANING:
        return MEANING[own]
    return beside(cls).get(name) or MEANING[name]


def value(hint: Any) -> str:  # noqa: ANN401  # any annotation
    """A type as it stands in an entry, with its limit."""
    extras: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        extras = tuple(rest)
    if get_origin(hint) in (types.UnionType, typing.Union):
        (inner,) = (each for each in get_args(hint) if each is not type(None))
        return f"array of none or one: {value(inner)}"
    if get_origin(hint) is tuple:
        most = next(each.items for each in extras if isinstance(each, Most))
        return f"array, up to {most:,}: {value(get_args(hint)[0])}"
    if get_origin(hint) is Mapping:
        return f"object of texts, up to {MOST_TEXTS}, names up to {LONGEST_NAME}, each up to {LONGEST_TEXT:,}"
    if hint is str:
        longest = next((each.characters for each in extras if isinstance(each, Longest)), LONGEST_NAME)
        return f"text, up to {longest:,}"
    if hint is bool:
        return "0 or 1"
    if hint is int:
        return "integer"
    if hint in _SPECIAL:
        return _SPECIAL[hint]
    if issubclass(hint, StrEnum):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return f"[{hint.__name__}](#{hint.__name__.lower()})"


def _fields(cls: type) -> list[str]:
    hints = typing.get_type_hints(cls, include_extras=True)
    rows = ["| field | value | |", "|---|---|---|"]
    rows += [
        f"| `{each.name}` | {value(hints[each.name])} | {meaning(cls, each.name)} |" for each in dataclasses.fields(cls)
    ]
    return rows


def _said(cls: type) -> str:
    """The docstring in one paragraph."""
    text = " ".join((inspect.getdoc(cls) or "").split())
    return "" if text.startswith(f"{cls.__name__}(") else text.replace("`Taken`", "`taken/1`")


def classes() -> tuple[type, ...]:
    """The classes of all groups, in their order."""
    return tuple(cls for group in GROUPS.values() for cls in get_args(group))


def parts() -> tuple[list[type], list[type[StrEnum]]]:
    """The records and the words that fields are made of, in the order in which they come."""
    records: list[type] = []
    words: list[type[StrEnum]] = []
    left: list[type] = list(classes())
    while left:
        cls = left.pop(0)
        for hint in typing.get_type_hints(cls).values():
            for each in (hint, *get_args(hint)):
                if not isinstance(each, type) or each in _SPECIAL or each in (*records, *words):
                    continue
                if issubclass(each, StrEnum):
                    words.append(each)
                elif dataclasses.is_dataclass(each):
                    records.append(each)
                    left.append(each)
    return records, words


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for title, group in GROUPS.items():
        lines += [f"## {title}", ""]
        for cls in get_args(group):
            kind = next(kind for kind in kinds.KINDS if kinds.class_of(kind) is cls)
            who, does = SAID[kind]
            lines += [f"### `{kind}`", ""]
            if _said(cls):
                lines += [_said(cls), ""]
            lines += [f"Said by {who}. {does}", "", *_fields(cls), ""]
    lines += [
        "## Words and erasures",
        "",
        "Any log may hold these two; the desk takes neither.",
        "",
        "### `statement/1`",
        "",
        "Something said, in words, by the author.",
        "",
        "| field | value | |",
        "|---|---|---|",
        "| `language` | BCP 47 tag: `[a-z]{2,3}(-[A-Za-z0-9]{2,8})*` | the language of the text |",
        f"| `text` | text, 1 to {kinds.MAX_TEXT:,} | what is said |",
        "",
        "### `erasure/1`",
        "",
        "Payloads beside the tree that were erased, and why. Contact payloads only: declarations, receipts and",
        "accounts are never erased.",
        "",
        "| field | value | |",
        "|---|---|---|",
        f"| `digests` | array, 1 to {kinds.MAX_DIGESTS}: 64 lower-case hexadecimal digits | of the commitments |",
        f"| `reason` | {', '.join(f'`{each}`' for each in kinds.REASONS)} | why |",
        "",
    ]
    records, words = parts()
    lines += ["## Records within them", ""]
    for cls in records:
        record(cls)  # raises if there is no way to write it
        lines += [f"### {cls.__name__}", ""]
        if _said(cls):
            lines += [_said(cls), ""]
        lines += [*_fields(cls), ""]
    lines += ["## Words with few values", ""]
    for each in words:
        lines += [f"### {each.__name__}", ""]
        if each is Level:
            lines += ["How much is shown: [levels](levels.md).", ""]
        said = inspect.getdoc(each) or ""
        if each is not Level and said and said != (inspect.getdoc(StrEnum) or ""):
            lines += [" ".join(said.split()), ""]
        lines += ["| word | |", "|---|---|"]
        lines += [f"| `{word.value}` | {beside(each).get(word.name, '')} |" for word in each]
        lines += [""]
    lines += [f"Integers are within ±{values.MAX_INTEGER:,}."]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
