"""The kinds of entry: what the body of an event may hold, one permanent version at a time.

The envelope (author, sequence, salt, signature, commitments to payloads) and its bytes are the ledger's, and
docs/spec/entry.md draws them. A body is an object of integers and strings, made from the values of
`thalweg.model.events` by `codec.py`; docs/reference/events.md lists every kind with its fields. A kind is never
changed: old bytes decode for ever, a new need gets a new version, and tests/corpus/events holds golden bytes of each.

Two things stand beside the tree, and the entry commits to their canonical bytes. What a declaration's author had been
shown and whom it is released to (`ASIDE`): whoever is shown the declaration is not shown that. And a declaration that
does not fit into an entry. Their field is then the string `payload`.

The kinds of the key history (`KEY_HISTORY`) are read by the ledger itself; docs/spec/identity.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from thalweg.formats.event import statement
from thalweg.formats.event.codec import milliseconds, record, without
from thalweg.formats.event.declaration import read_declaration, write_declaration
from thalweg.formats.event.statement import MAX_DIGESTS, MAX_TEXT, REASONS, Erasure, Statement
from thalweg.formats.event.values import Value
from thalweg.model import cases, events, sourced
from thalweg.model.declarations import Declaration
from thalweg.model.errors import InputError
from thalweg.model.events import ByDesk, Said

__all__ = [
    "ASIDE",
    "ASIDE_MEDIA",
    "DECLARATION",
    "DECLARATION_MEDIA",
    "KEY_HISTORY",
    "KINDS",
    "MAX_DIGESTS",
    "MAX_TEXT",
    "PAYLOAD",
    "REASONS",
    "WITH_DECLARATION",
    "Body",
    "Erasure",
    "Parts",
    "Statement",
    "Value",
    "class_of",
    "kind_of",
    "milliseconds",
    "parts",
    "read",
    "read_declaration",
    "write",
    "write_declaration",
    "written",
    "written_without",
]

KEY_HISTORY = frozenset(
    (
        "genesis/1",
        "key.add/1",
        "key.rotate/1",
        "key.revoke/1",
        "grant/1",
        "grant.end/1",
        "log.key/1",
        "witness.add/1",
        "witness.end/1",
    )
)
DECLARATION_MEDIA: Final = "application/vnd.thalweg.declaration+json"
DECLARATION: Final = "declaration/1"
ASIDE_MEDIA: Final = "application/vnd.thalweg.aside+json"
ASIDE: Final = ("cites", "consent", "declines", "releases", "row")
LARGEST_INSIDE: Final = 48_000  # bytes of a declaration: leaves room for the rest of the body, and for the envelope
_PADDED_TO: Final = 512
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
PAYLOAD: Final = "payload"
WITH_DECLARATION: Final = ("changed", "declaration", "line", "view", "window")
_MAYBE: Final = ("changed", "view")

Body: TypeAlias = "Statement | Erasure | Said | ByDesk"

_CLASSES: Final[Mapping[str, type]] = {
    # membership
    "theatre/1": events.TheatreSet,
    "party/1": events.PartyNamed,
    "officer/1": events.OfficerAdded,
    "officer.end/1": events.OfficerEnded,
    "participation/1": events.ParticipationStated,
    "watch/1": events.WatchTaken,
    "watch.end/1": events.WatchEnded,
    # channels
    "channel/1": events.ChannelOpened,
    "channel.join/1": events.ChannelJoined,
    "channel.leave/1": events.ChannelLeft,
    "channel.state/1": events.ChannelStated,
    "terms/1": events.TermsSet,
    "release/1": events.Released,
    "consent/1": events.ConsentStated,
    "line.check/1": events.LineChecked,
    "line.check.answer/1": events.LineAnswered,
    "message/1": events.MessageSent,
    "decision/1": events.DecisionStated,
    # intake
    "declaration/1": events.Declared,
    "cancellation/1": events.Withdrawn,
    "revalidation/1": events.Revalidated,
    "verification/1": events.Verified,
    "duplicate/1": events.DuplicateJudged,
    # exchange
    "delivery/1": events.Delivered,
    "acknowledgement/1": events.Acknowledged,
    "readback/1": events.ReadBack,
    "dissemination/1": events.Disseminated,
    "relay/1": events.Relayed,
    "emergency/1": events.EmergencySent,
    "commitment/1": events.Committed,
    "outcome/1": events.OutcomeStated,
    # agreeing
    "proposal/1": events.Proposed,
    "proposal.answer/1": events.ProposalAnswered,
    "quiet/1": events.QuietProposed,
    "quiet.guarantee/1": events.QuietGuaranteed,
    "line/1": events.LineProposed,
    "line.answer/1": events.LineJudged,
    "crossing/1": events.CrossingLogged,
    "custody/1": events.CustodyOffered,
    "custody.answer/1": events.CustodyAnswered,
    # cases
    "incident/1": cases.IncidentReported,
    "incident.share/1": cases.IncidentShared,
    "incident.withdraw/1": cases.IncidentWithdrawn,
    "account/1": cases.AccountGiven,
    "explanation.request/1": cases.ExplanationAsked,
    "explanation/1": cases.ExplanationGiven,
    "cause/1": cases.CauseAssessed,
    "risk/1": cases.RiskAssessed,
    "evidence/1": cases.EvidenceLaid,
    # sources
    "source/1": sourced.SourceEntered,
    "source.share/1": sourced.SourceShared,
    "claim/1": sourced.ClaimConfirmed,
    "claim.withdraw/1": sourced.ClaimWithdrawn,
    # the desk's own
    "weighed/1": events.Weighed,
    "probe/1": events.Probed,
    "taken/1": events.Taken,
    "refused/1": events.Refused,
    "notice/1": events.Notice,
    "clock/1": events.ClockTold,
    "export/1": events.Exported,
    "read/1": events.SitesRead,
}
_KIND_OF: Final = {cls: kind for kind, cls in _CLASSES.items()}

KINDS = frozenset(_CLASSES) | frozenset(statement.KINDS) | KEY_HISTORY
"""Every kind there is."""


def kind_of(body: Body) -> str:
    """The kind under which a body is written."""
    return statement.kind_of(body) if isinstance(body, Statement | Erasure) else _KIND_OF[type(body)]


def class_of(kind: str) -> type | None:
    """The class of the bodies of a kind; None for the key history, for statements and for erasures."""
    return _CLASSES.get(kind)


def write(body: Body) -> tuple[str, Mapping[str, Value]]:
    """The kind and the body as values. `InputError` if a limit is passed."""
    kind, value = written(body)
    read(kind, value)
    return kind, value


def written(body: Body) -> tuple[str, Mapping[str, Value]]:
    """As `write`, for a body of our own making that is known to keep the limits."""
    if isinstance(body, Statement | Erasure):
        return statement.write(body)
    kind = _KIND_OF[type(body)]
    return kind, cast("Mapping[str, Value]", record(type(body))[0](body))


def alike(one: object, other: Said) -> bool:
    """Whether something that is on record says the same as `other`, to the letter. Equality of declarations leaves out
    how they came, which is signed too."""
    return type(one) is type(other) and written(one) == written(other)


@dataclass(frozen=True, slots=True)
class Parts:
    """A body as it is signed: the value that stands in the entry, and what it commits to beside the tree."""

    kind: str
    value: Mapping[str, Value]
    payloads: tuple[tuple[Value, str], ...]  # values, to be kept in their canonical bytes, and media types


def parts(body: Said) -> Parts:
    """The body as its author signs it. `InputError` if a limit is passed.

    What an author had been shown, and whom the declaration is released to, is not for whoever is shown the declaration:
    it stands beside the tree, padded so that its size tells little. So does a declaration that does not fit.
    """
    kind, whole = write(body)
    value = dict(whole)
    payloads: list[tuple[Value, str]] = []
    if kind == DECLARATION:
        aside = {name: value.pop(name) for name in ASIDE}
        payloads.append((_padded(aside), ASIDE_MEDIA))
        value["aside"] = PAYLOAD
    for name in WITH_DECLARATION:
        held = value.get(name)
        inner = held[0] if name in _MAYBE and isinstance(held, list) and held else held
        if isinstance(inner, Mapping) and _size(inner) > LARGEST_INSIDE:
            payloads.append((inner, DECLARATION_MEDIA))
            value[name] = PAYLOAD
    return Parts(kind, value, tuple(payloads))


def _padded(aside: Mapping[str, Value]) -> Value:
    return {**aside, "pad": "0" * (-_size({**aside, "pad": ""}) % _PADDED_TO)}


def _size(value: Value) -> int:
    """Bytes of the canonical spelling; the order of names makes no difference to that."""
    return len(_ENCODE(value).encode("utf-8", "surrogatepass"))


def _aside(value: Value | None) -> Mapping[str, Value]:
    if not isinstance(value, Mapping) or sorted(value) != sorted((*ASIDE, "pad")):
        raise InputError("event.payload", "What a declaration cites stands beside it, and it is not there.")
    return {name: value[name] for name in ASIDE}


def written_without(body: Said | ByDesk, name: str) -> tuple[str, Mapping[str, Value]]:
    """As `written`, without one field, for whoever has that written already."""
    return _KIND_OF[type(body)], cast("Mapping[str, Value]", without(type(body), name)(body))


def read(
    kind: str, value: Mapping[str, Value], declaration: Declaration | None = None, aside: Value | None = None
) -> Body:
    """The body of that kind; `InputError` if the kind is unknown or the value is not in its form.

    `declaration` and `aside` are those of the payloads, where the body says that they stand beside the tree.
    """
    cls = _CLASSES.get(kind)
    if cls is None:
        return statement.read(kind, value)
    if kind == DECLARATION and value.get("aside") == PAYLOAD:
        value = {**{name: item for name, item in value.items() if name != "aside"}, **_aside(aside)}
    if declaration is not None:
        for name in WITH_DECLARATION:
            if value.get(name) == PAYLOAD:
                whole = write_declaration(declaration)
                value = {**value, name: [whole] if name in _MAYBE else whole}
    return cast("Body", record(cls)[1](value, kind))
