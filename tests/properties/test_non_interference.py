"""Whatever a party was not shown changes no byte that it receives, save what D7 excepts (D7, D13; R35, R36).

Two histories are played that differ only in what one party, the reader, was not shown. Everything that it receives is
compared: see `tests.telling_world`. The same comparison is then made with one filter of policy after another taken out,
and must find each of them missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from pypdf import PdfReader

from tests.desk_world import START, Room
from tests.telling_world import (
    FOURTH,
    HIDER,
    HOUR,
    MIDDLE,
    READER,
    SIDE,
    Agree,
    AnswerTo,
    AskAbout,
    AskOf,
    Cites,
    Declare,
    HandOver,
    History,
    InIncident,
    Plain,
    Promise,
    Said2,
    Wait,
    circle_at,
    counts,
    difference,
    grid_of_rooms,
    happened,
    histories,
    line_at,
    normal,
    notices,
    pages,
    play,
    received,
)
from thalweg.desk.checks import Checks
from thalweg.desk.decide import Desk
from thalweg.engine.batch import batch
from thalweg.model.declarations import Declaration, Kind, LineStatus
from thalweg.model.events import (
    SECRETARIAT,
    Answer,
    ChannelState,
    ChannelStated,
    CrossingLogged,
    DecisionStated,
    EmergencySent,
    LineChecked,
    LineProposed,
    MessageSent,
    Notice,
    NoticeKind,
    Outcome,
    Participation,
    ParticipationStated,
    PartyNamed,
    QuietProposed,
    Release,
    Released,
    Response,
    Revalidated,
    Term,
    TermsSet,
    TheatreSet,
    Verification,
    Verified,
    Withdrawn,
)
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.model.sourced import MAIN_TEXT, ClaimConfirmed, Force, NumberTold, SourceEntered, SourceShared
from thalweg.policy import tell, telling
from thalweg.policy import terms as policy_terms
from thalweg.policy.alias import Aliases
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.incident_reads import IncidentPage, IncidentReads, Wanted
from thalweg.policy.incidents import Incidents
from thalweg.policy.listed import Line
from thalweg.policy.mailbox import ChannelRead, Comparing, Mailboxes, NoticeRead, Seen
from thalweg.policy.nearby import Boxes
from thalweg.policy.sealing import seal
from thalweg.policy.sources import SourceNotices
from thalweg.policy.tell import Policy
from thalweg.policy.telling import Telling
from thalweg.policy.view import View, terms
from thalweg.state.agreements import Agreements
from thalweg.state.cases import Cases
from thalweg.state.exchange import NoticeState
from thalweg.state.history import History as Histories
from thalweg.state.picture import Chain
from thalweg.state.recorded import Recorded
from thalweg.state.sourced import Sources as Sourcing

GRID = grid_of_rooms()


def _looking(seen: list[object]) -> Callable[[Room], None]:
    return lambda room: seen.append(received(room))


def differs(history: History, *, quick: bool = False) -> str:
    """What the reader receives in the one and not in the other; empty if nothing. `quick`: the notices alone first, and
    all else only if these are the same."""
    if quick:
        one, other = (normal(notices(play(history, side))) for side in (0, 1))
        told = difference(one, other)
        if told:
            return told
    looked: tuple[list[object], list[object]] = ([], [])
    try:
        rooms = [play(history, side, _looking(looked[side])) for side in (0, 1)]
        for room, seen in zip(rooms, looked, strict=True):
            seen.append(received(room, hidden=history.hidden))
    except AssertionError as error:
        return f"something that the reader must not have: {error}"
    told = difference(*looked)
    if not told and counts(rooms[0]) != counts(rooms[1]):
        return "the number of notices, or of the appends that brought them"
    return told


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(histories(GRID))
def test_what_a_party_was_not_shown_changes_nothing_that_it_receives(history: History) -> None:
    assert differs(history) == ""


@pytest.mark.storm
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(histories(GRID))
def test_what_a_party_was_not_shown_changes_nothing_at_length(history: History) -> None:
    assert differs(history) == ""


# --- histories by hand, in which every filter has something to hold back ---


def both(act: object) -> Said2:
    return Said2(act, act)


def hidden(name: str, lon: float, lat: float, title: str, kind: Kind, minutes: int = 0, revision: int = 0) -> Declare:
    start = 1.0 + minutes / 60
    at = Position(MIDDLE.lon + lon, MIDDLE.lat + lat)
    made = circle_at(name, HIDER, at, 400.0, kind, start, start + 2, revision=revision, title=title)
    return Declare(made)


def near(name: str, party: str = READER, kind: Kind = Kind.STATIC_SITE) -> Said2:
    return both(Declare(circle_at(name, party, MIDDLE, 300.0, kind, 2.0, 8.0)))


def history(shown: Level, shows: Level, *steps: Said2, names: tuple[str, ...] = ()) -> History:
    channels = ((READER, SIDE, Level.FULL, Level.FULL), (READER, HIDER, shows, shown))
    ids = tuple(f"{HIDER}/{name}" for name in names)
    return History(channels, shared=False, unseen=(Level.FULL, Level.NOTHING), steps=steps, hidden=ids)


AWAY = 0.024  # degrees east: further than any margin, and in the same cell


def in_cells(
    shown: Level, shows: Level = Level.FULL, kinds: tuple[Kind, Kind] = (Kind.OPERATION, Kind.OPERATION)
) -> History:
    """Something of HIDER's that truly meets READER's site in the one history, and is beside it in the other."""
    return history(
        shown,
        shows,
        near("op-0"),
        Said2(hidden("secret", 0.0, 0.0, "Hospital", kinds[0]), hidden("secret", AWAY, 0.004, "Camp", kinds[1], 10)),
        near("op-1"),
        Said2(Plain(Verified(SIDE, f"{HIDER}/secret", Verification.DOUBTED)), None),
        both(Wait(2 * HOUR)),
        near("op-2", kind=Kind.OPERATION),
        # The one is over now, and the other is not; the cells of both are not.
        both(Wait(HOUR + 13 * 60)),
        names=("secret",),
    )


def far_away() -> History:
    """Hidden, and nowhere near; and what passes between the others."""
    quiet = replace(
        circle_at("quiet", HIDER, Position(46.0, 36.0), 500.0, Kind.RESTRICTED_ZONE, 20, 30),
        zone=_QUIET,
    )
    expires = Instant(START.epoch_s + 9 * 86_400.0)
    return history(
        Level.NOTHING,
        Level.NOTHING,
        near("op-0"),
        Said2(hidden("depot", 4.0, 0.0, "Depot", Kind.STATIC_SITE), None),
        Said2(
            Plain(MessageSent(SIDE, "unseen", "Do not tell them.")),
            Plain(TermsSet(HIDER, "unseen", (Term(Level.COARSE),), SIDE)),
        ),
        Said2(Plain(EmergencySent(HIDER, "Stop!", to=(SIDE,))), None),
        Said2(Plain(QuietProposed(HIDER, (SIDE,), quiet, "Repair of a pump", expires)), None),
        both(Wait(HOUR)),
        near("op-1", kind=Kind.OPERATION),
        names=("depot",),
    )


_QUIET = circle_at("zone", HIDER, MIDDLE, 1.0, Kind.RESTRICTED_ZONE, 0, 1).zone


def beside() -> History:
    """HIDER sees nothing of READER's, and has something in the cells of it in one history alone; not so near that
    READER's own lies in the cells of that."""
    return History(
        ((READER, SIDE, Level.FULL, Level.FULL), (READER, HIDER, Level.NOTHING, Level.NOTHING)),
        shared=False,
        unseen=(Level.FULL, Level.FULL),
        steps=(
            Said2(
                hidden("post", -0.34, 0.0, "Post", Kind.STATIC_SITE), hidden("post", 4.0, 0.0, "Post", Kind.STATIC_SITE)
            ),
            near("op-0"),
        ),
    )


def incidents() -> History:
    """One between the others, in one history alone; and one that all have, beside which HIDER lays what it hides."""
    return history(
        Level.NOTHING,
        Level.FULL,
        near("op-0"),
        Said2(
            hidden("secret", 4.0, 0.0, "Hospital", Kind.STATIC_SITE), hidden("secret", 4.1, 0.0, "Camp", Kind.MOVEMENT)
        ),
        Said2(Plain(happened(HIDER, (SIDE,), "Shots at the ford", alleged=(READER,))), None),
        Said2(InIncident(SIDE, "account", "Do not tell them.", shared=False), None),
        Said2(InIncident(HIDER, "ask", "Which unit?", shared=False), None),
        both(Plain(happened(SIDE, (READER, HIDER), "Low pass"))),
        both(InIncident(READER, "ask", "Whose was it?")),
        both(InIncident(HIDER, "account", "Nobody of ours.")),
        both(InIncident(HIDER, "declaration", f"{HIDER}/secret")),
        both(InIncident(HIDER, "statement", f"{HIDER}/secret")),
        both(InIncident(HIDER, "notice")),
        both(Wait(3 * HOUR)),
        both(InIncident(SIDE, "explain", "Nobody's.")),
        both(InIncident(SIDE, "share")),
        names=("secret",),
    )


COURIER, MIRROR = "5e" * 32, "3c" * 32


def _entered(by: str, source: str, *to: str) -> Plain:
    return Plain(
        SourceEntered(by, source, 4_000, "html", to, "Shells hit depot", "The Courier", published="2017-09-10")
    )


def _confirmed(by: str, source: str, count: str) -> Plain:
    number = NumberTold(count, "driver", f"{count} drivers")
    return Plain(
        ClaimConfirmed(
            by, source, MAIN_TEXT, 0, 176, Force.ASSERTION, f"{count} drivers", "the mission", numbers=(number,)
        )
    )


def sources() -> History:
    """One that HIDER shows to SIDE; one that READER has too, and of which HIDER has its own claims; and one that SIDE
    shows to both."""
    return history(
        Level.FULL,
        Level.FULL,
        near("op-0"),
        both(_entered(SIDE, MIRROR, READER, HIDER)),
        both(_confirmed(SIDE, MIRROR, "6")),
        Said2(_entered(HIDER, "a1" * 32, SIDE), None),
        Said2(_confirmed(HIDER, "a1" * 32, "9"), None),
        Said2(_entered(HIDER, COURIER, SIDE), None),
        both(_entered(READER, COURIER)),
        both(_confirmed(READER, COURIER, "7")),
        Said2(_confirmed(HIDER, COURIER, "8"), None),
        Said2(_entered(HIDER, MIRROR), None),
        Said2(_confirmed(HIDER, MIRROR, "5"), None),
        Said2(Plain(SourceShared(HIDER, COURIER, ("delta",), "Look at this.")), None),
        both(Wait(HOUR)),
    )


def between() -> History:
    """All that SIDE, HIDER and FOURTH say to each other, in one history alone."""
    line = line_at("bank", FOURTH, 46.0)
    crossed = Instant(START.epoch_s - HOUR)
    soon = Instant(START.epoch_s + 6 * HOUR)
    quiet = replace(circle_at("quiet", HIDER, Position(46.0, 36.0), 500.0, Kind.RESTRICTED_ZONE, 20, 30), zone=_QUIET)
    depot = circle_at("depot", HIDER, Position(46.5, 36.0), 400.0, Kind.STATIC_SITE, 1.0, 30.0)
    acts = (
        Declare(depot, (Release(SIDE, Level.FULL),)),
        AnswerTo(SIDE, HIDER, Response.UNDERSTOOD),
        Plain(Verified(SIDE, f"{HIDER}/depot", Verification.DOUBTED)),
        AskAbout(SIDE, HIDER),
        Agree(HIDER, Answer.REJECT, "We stay.", shared=False),
        AskAbout(SIDE, HIDER),
        Plain(Revalidated(HIDER, f"{HIDER}/depot", Instant(START.epoch_s + 12 * HOUR))),
        Plain(Released(HIDER, f"{HIDER}/depot", (Release(SIDE, Level.EXISTS),))),
        HandOver(HIDER, FOURTH, "depot", "The keys are with the guard."),
        Agree(FOURTH, Answer.ACCEPT, "Ours.", shared=False),
        Plain(LineProposed(FOURTH, (HIDER,), line, soon)),
        Agree(HIDER, Answer.ACCEPT, shared=False),
        Plain(CrossingLogged(HIDER, f"{FOURTH}/bank", crossed, READER)),
        Plain(QuietProposed(HIDER, (SIDE,), quiet, "Repair of a pump", soon)),
        Agree(SIDE, Answer.ACCEPT, shared=False),
        Plain(EmergencySent(HIDER, "Stop!", to=(SIDE,))),
        Promise(SIDE, shared=False),
        Promise(HIDER, Outcome.KEPT, "Thank you.", shared=False),
        Plain(EmergencySent(SIDE, "Stop!", to=(HIDER,))),
        Promise(HIDER, shared=False),
        Plain(LineChecked(SIDE, "unseen")),
        Plain(ChannelStated(HIDER, "unseen", ChannelState.DOWN, crossed, "We hear nothing.")),
        Plain(DecisionStated(SIDE, "unseen", "Nobody tells alpha.")),
        Plain(MessageSent(HIDER, "unseen", "Agreed.")),
        Plain(TermsSet(HIDER, "unseen", (Term(Level.COARSE),), SIDE)),
    )
    return history(
        Level.NOTHING, Level.NOTHING, near("op-0"), *(Said2(act, None) for act in acts), both(Wait(9 * HOUR))
    )


def withdrawn() -> History:
    """Cancelled in other words by HIDER, which shows READER cells."""
    secret = hidden("secret", 0.0, 0.0, "Hospital", Kind.OPERATION)
    words = (Withdrawn(HIDER, f"{HIDER}/secret", each) for each in ("Moved to the hill.", "Over."))
    return history(Level.COARSE, Level.FULL, both(secret), Said2(*map(Plain, words)), names=("secret",))


def later() -> History:
    """Shown in cells three hours later; what is cancelled before that is never shown."""
    secret = (hidden("secret", lon, 0.0, "Hospital", Kind.OPERATION) for lon in (0.0, 1.0))
    return history(
        Level.NOTHING,
        Level.FULL,
        both(Plain(TermsSet(HIDER, "ch-1", (Term(Level.COARSE, delay_s=3 * int(HOUR)),), READER))),
        Said2(*secret),
        both(Plain(Withdrawn(HIDER, f"{HIDER}/secret"))),
        names=("secret",),
    )


def unagreed() -> History:
    """HIDER passes on the site of somebody who has not agreed to its being shown."""
    sites = (
        Declare(circle_at("secret", HIDER, Position(46.0 + lon, 36.0), 400.0, Kind.STATIC_SITE, 1, 3, details=_OF))
        for lon in (0.0, 1.0)
    )
    return history(Level.FULL, Level.FULL, Said2(*sites), near("op-0"), names=("secret",))


_OF = {"organisation": "A hospital of the town"}


def guessed() -> History:
    """READER names what HIDER may have declared, and may not."""
    secret = hidden("secret", 4.0, 0.0, "Hospital", Kind.STATIC_SITE)
    return history(
        Level.NOTHING,
        Level.NOTHING,
        near("op-0"),
        Said2(secret, None),
        both(Plain(Verified(READER, f"{HIDER}/secret", Verification.DOUBTED))),
        both(Plain(Withdrawn(READER, f"{HIDER}/secret"))),
        both(Plain(CrossingLogged(READER, f"{HIDER}/secret", Instant(START.epoch_s - HOUR), "unknown"))),
        names=("secret",),
    )


def doubled() -> History:
    """What READER sees in cells may be the very thing that it has declared, in one of them."""
    return history(
        Level.COARSE,
        Level.FULL,
        near("op-0"),
        Said2(
            hidden("secret", 0.0, 0.0, "op-0 of alpha", Kind.STATIC_SITE),
            hidden("secret", AWAY, 0.004, "Camp", Kind.STATIC_SITE),
        ),
        names=("secret",),
    )


def cited() -> History:
    """SIDE shows READER in full what it declared having read what HIDER shows to SIDE alone."""
    return replace(
        history(
            Level.NOTHING,
            Level.NOTHING,
            Said2(hidden("secret", 0.0, 0.0, "Hospital", Kind.OPERATION), None),
            both(Declare(circle_at("op-0", SIDE, Position(46.0, 36.0), 300.0, Kind.STATIC_SITE, 2.0, 8.0))),
            Said2(
                Cites(circle_at("op-1", SIDE, Position(46.5, 36.0), 300.0, Kind.STATIC_SITE, 2.0, 8.0), HIDER),
                Declare(circle_at("op-1", SIDE, Position(46.5, 36.0), 300.0, Kind.STATIC_SITE, 2.0, 8.0)),
            ),
            names=("secret",),
        ),
        unseen=(Level.FULL, Level.FULL),
    )


def shown_no_more() -> History:
    """A line that READER saw in full until HIDER took it back; crossed after that, in one of them."""
    line = line_at("bank", HIDER, 46.0, LineStatus.TACIT)
    crossing = CrossingLogged(HIDER, f"{HIDER}/bank", Instant(START.epoch_s - HOUR), "unknown")
    return history(
        Level.NOTHING,
        Level.NOTHING,
        both(Declare(line, (Release(READER, Level.FULL),))),
        both(Plain(Released(HIDER, f"{HIDER}/bank", (Release(READER, Level.NOTHING),)))),
        Said2(Plain(crossing), None),
    )


def terms_aside() -> History:
    """On a channel that all three are on, SIDE sets terms for HIDER alone."""
    said = (TermsSet(SIDE, "all", (Term(each),), HIDER) for each in (Level.EXISTS, Level.COARSE))
    return replace(history(Level.NOTHING, Level.NOTHING, near("op-0"), Said2(*map(Plain, said))), shared=True)


def proposed() -> History:
    """HIDER, which is shown all of READER's, proposes something about a finding with what READER sees no title of."""
    secrets = (hidden("secret", 0.0, 0.0, title, Kind.OPERATION) for title in ("Hospital", "Camp"))
    return history(
        Level.FOOTPRINT, Level.FULL, near("op-0"), Said2(*secrets), both(AskOf(HIDER, READER)), names=("secret",)
    )


def new_rules() -> History:
    """Rules are set anew, which end what was in conflict by those before, and SIDE comes to belong to HIDER; what SIDE
    shows READER conflicts in the one history with what HIDER hides from READER."""
    wide = "{id: apart, a: operation, b: any, relation: not_permitted, horizontal: 100 km}"
    return replace(
        history(
            Level.NOTHING,
            Level.NOTHING,
            both(Plain(TheatreSet(f"name: Wide\nextends: default\nrules: [{wide}]\n", "theatre.yaml"))),
            near("op-0"),
            near("op-1", SIDE, Kind.OPERATION),
            both(Declare(circle_at("op-2", SIDE, Position(46.0, 36.0), 300.0, Kind.OPERATION, 2.0, 8.0))),
            Said2(_away("secret", 46.0), _away("secret", 46.0 + AWAY)),
            both(Plain(TheatreSet("name: Anew\nextends: default\n", "theatre.yaml"))),
            both(Plain(PartyNamed(SIDE, "Side", HIDER))),
            both(Wait(26 * HOUR)),
            names=("secret",),
        ),
        unseen=(Level.FULL, Level.FULL),
    )


def _away(name: str, lon: float) -> Declare:
    return Declare(circle_at(name, HIDER, Position(lon, 36.0), 300.0, Kind.STATIC_SITE, 2.0, 8.0))


def urgent() -> History:
    """READER says in an emergency where it is; HIDER, which is shown it and has something there that it hides, is
    silent."""
    mine = circle_at("op-0", READER, MIDDLE, 300.0, Kind.OPERATION, 2.0, 8.0, emergency=True)
    secrets = (hidden("secret", lon, lat, "Hospital", Kind.OPERATION) for lon, lat in ((0.0, 0.0), (AWAY, 0.004)))
    return history(
        Level.NOTHING, Level.FULL, Said2(*secrets), both(Declare(mine)), both(Wait(26 * HOUR)), names=("secret",)
    )


def released() -> History:
    """READER shows HIDER something later; HIDER, which has something there that it hides, is silent."""
    secrets = (hidden("secret", lon, lat, "Hospital", Kind.OPERATION) for lon, lat in ((0.0, 0.0), (AWAY, 0.004)))
    shown = Released(READER, f"{READER}/op-0", (Release(HIDER, Level.FULL),))
    return history(
        Level.NOTHING, Level.NOTHING, near("op-0"), Said2(*secrets), both(Plain(shown)), both(Wait(26 * HOUR)),
        names=("secret",),
    )  # fmt: skip


def _met_later(shows: Level, *steps: Said2) -> History:
    """HIDER has something in the cells of what READER declares anew, in one history alone; see `beside`."""
    return replace(
        beside(),
        channels=((READER, SIDE, Level.FULL, Level.FULL), (READER, HIDER, shows, Level.NOTHING)),
        steps=(
            near("op-0"),
            *steps,
            *beside().steps[:1],
            both(Declare(circle_at("op-0", READER, MIDDLE, 300.0, Kind.STATIC_SITE, 2.0, 8.0, revision=1))),
        ),
    )


def taken_back() -> History:
    """READER had shown it to HIDER, and shows it no more."""
    return _met_later(Level.EXISTS, both(Plain(TermsSet(READER, "ch-1", (Term(Level.NOTHING),), HIDER))))


def delayed() -> History:
    """READER shows HIDER each version a while later."""
    slowly = TermsSet(READER, "ch-1", (Term(Level.COARSE, delay_s=6 * int(HOUR)),), HIDER)
    return _met_later(Level.NOTHING, both(Plain(slowly)), both(Wait(7 * HOUR)))


def away() -> History:
    """READER is suspended and comes back; what SIDE says on their channel meanwhile is in one history alone."""
    status = (
        Plain(ParticipationStated(READER, READER, each, Instant(START.epoch_s - HOUR)))
        for each in (Participation.SUSPENDED, Participation.JOINED)
    )
    gone, back = map(both, status)
    meanwhile = (MessageSent(SIDE, "ch-0", "While alpha is away."), DecisionStated(SIDE, "ch-0", "Nobody tells alpha."))
    return history(
        Level.NOTHING,
        Level.NOTHING,
        both(Plain(MessageSent(SIDE, "ch-0", "Before."))),
        gone,
        *(Said2(Plain(each), None) for each in meanwhile),
        back,
        both(Plain(MessageSent(SIDE, "ch-0", "After."))),
    )


BY_HAND: Mapping[str, Callable[[], History]] = {
    "away": away,
    "proposed": proposed,
    "new rules": new_rules,
    "urgent": urgent,
    "released": released,
    "taken back": taken_back,
    "delayed": delayed,
    "between": between,
    "withdrawn": withdrawn,
    "later": later,
    "unagreed": unagreed,
    "guessed": guessed,
    "doubled": doubled,
    "cited": cited,
    "shown no more": shown_no_more,
    "terms aside": terms_aside,
    "sources": sources,
    "incidents": incidents,
    "exists": lambda: in_cells(Level.EXISTS, kinds=(Kind.STATIC_SITE, Kind.OPERATION)),
    "coarse": lambda: in_cells(Level.COARSE),
    "nothing": lambda: in_cells(Level.NOTHING, Level.NOTHING),
    "footprint": lambda: history(
        Level.FOOTPRINT,
        Level.FULL,
        near("op-0"),
        Said2(
            hidden("secret", 0.0, 0.0, "Hospital", Kind.OPERATION), hidden("secret", 0.0, 0.0, "Camp", Kind.OPERATION)
        ),
        Said2(Plain(Verified(SIDE, f"{HIDER}/secret", Verification.DOUBTED)), None),
        near("op-1"),
    ),
    "far away": far_away,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_history_by_hand_changes_nothing_either(name: str) -> None:
    assert differs(BY_HAND[name]()) == ""


@pytest.mark.parametrize("name", ["exists", "coarse"])
def test_pages_to_take_away_tell_no_more(name: str) -> None:
    """HTML and PDF, byte by byte: what is in them follows from what was disclosed, and from the mark of the copy."""
    one, other = (pages(play(BY_HAND[name](), side)) for side in (0, 1))
    assert normal(one[0].decode()) == normal(other[0].decode())
    assert len(one[1]) > 1000
    assert _text_of(one[1]) == _text_of(other[1])


def _text_of(pdf: bytes) -> object:
    """What a PDF says and where; its compressed bytes hold hashes too, so lengths differ."""
    reader = PdfReader(BytesIO(pdf))
    return normal([page.extract_text() for page in reader.pages])


# --- each filter taken out ---

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of policy: how it is taken out, and in which of the histories that must be seen."""

    out: Patch
    seen_in: str


def method(of: type, name: str, made: Callable[..., Any]) -> Patch:
    return lambda patch: patch.setattr(of, name, made)


def _bare(declaration: Declaration, at: Level, *_: object, alias: str = "x", **__: object) -> View:
    return View(at, alias, declaration.kind, declaration)


def _true_findings(self: Policy, mine: Declaration, theirs: Chain, at: Level, party: str) -> tuple[Finding, ...]:
    true = self._world.picture.declaration(theirs.version)
    shown = self.view(theirs, at, party)
    return batch((true, mine), terms(shown, self._world.membership.theatre))


def _every_finding(
    self: Policy, mine: Chain, theirs: Chain, party: str, finding: Finding | None = None
) -> tuple[Finding, ...]:
    return () if finding is None else (finding,)


def _to_all(self: Telling, what: Any, chain: Chain, record: Any, now: Instant, facts: dict[str, str]) -> list[Notice]:
    return [
        Notice(party, 0, what, now, of=chain.notifier, subject=self._policy.subject(chain, at, party), facts=facts)
        for party, at in self._policy.holders(chain)
    ]


def _with_everything(self: Mailboxes, party: str, declaration: Declaration, now: Instant) -> Comparing:
    picture = self._world.picture
    lines = {each.index: Line(each.index, each.key, own=True) for each in picture.in_force()}

    def shown(line: Line) -> Declaration:
        return picture.declared_at(line.at)

    def seen(line: Line) -> Seen:
        return Seen(shown(line), Level.FULL, shown(line).kind)

    membership, boxes = self._world.membership, Boxes(shown)
    return Comparing(
        declaration, membership.theatre, sorted(lines), lines.__getitem__, boxes, seen, party, membership.name
    )


def _kind_told(chain: Chain, at: Level, kind: Kind | None) -> dict[str, str]:
    return {"kind": chain.kind.value}


def _own_start(self: Desk, notice: Notice) -> float | None:
    chain = self.policy.told_of(notice.to, notice.subject)
    return None if chain is None or chain.starts is None else chain.starts.epoch_s


def _true_end(self: Policy, chain: Chain) -> dict[Level, float]:
    ends = max(each.window.end_s for each in self._world.picture.declaration(chain.version).volumes)
    return dict.fromkeys((Level.COARSE, Level.EXISTS), ends + GRID.margin_s)


def _every_incident(self: IncidentReads, party: str, wanted: Wanted, **_: object) -> Disclosed[IncidentPage]:
    incidents = self._world.cases.incidents.values()
    return seal(IncidentPage(tuple(self._line(each, party) for each in incidents), len(incidents), None), party)


def _all_entries(self: Mailboxes, party: str, **_: object) -> Disclosed[tuple[int, ...]]:
    return seal(tuple(range(self._world.size)), party)


def _any_notice(self: Mailboxes, party: str, name: str) -> Disclosed[NoticeRead] | None:
    state = self._world.exchange.notices.get(name)
    return None if state is None else seal(self._read(state), party)


def leaking(name: str) -> Patch:
    """What this part of `Telling` tells somebody, it tells READER too."""
    held = getattr(Telling, name)

    def told(self: Telling, *given: Any, **more: Any) -> list[Notice]:
        notices: list[Notice] = held(self, *given, **more)
        return [replace(each, to=party) for each in notices for party in dict.fromkeys((each.to, READER))]

    return method(Telling, name, told)


def _resolved(self: Policy, party: str, name: str) -> str:
    return _RESOLVE(self, party, name) or (name if name in self._world.picture.chains else "")


def _over(self: Policy, what: NoticeKind, chain: Chain, now: Instant, words: str = "") -> list[Notice]:
    return [replace(each, words=words) for each in _OVER(self, what, chain, now, words)]


def _all_terms(self: Mailboxes, party: str) -> Disclosed[tuple[ChannelRead, ...]]:
    held = self._world.channels.channels
    found = [
        replace(
            each,
            terms=tuple(
                (by, to, term)
                for (by, to), terms in sorted(held[each.channel].terms.items())
                for _, term in sorted(terms.items())
            ),
        )
        for each in _CHANNELS(self, party).value
    ]
    return seal(tuple(found), party)


def _told_of_all(
    self: Telling, chain: Chain, other: Chain, away_m: float, now: Instant, *, named: bool
) -> list[Notice]:
    facts = {"mine": chain.key, "away_m": str(round(away_m)), "names": "alike" if named else "unknown"}
    made = Notice(chain.notifier, 0, NoticeKind.DUPLICATE, now, of=other.notifier, subject=other.key, facts=facts)
    return [made, replace(made, to=other.notifier, of=chain.notifier)]


def _to_holders(self: Telling, said: CrossingLogged, record: Recorded, key: str, now: Instant) -> list[Notice]:
    chain = self._world.picture.chains[key]
    told = [party for party, _ in self._policy.holders(chain)]
    return [Notice(party, 0, NoticeKind.CROSSING, now, of=said.by, subject=key) for party in told]


def _but_when_urgent(self: Policy, notice: NoticeState) -> tuple[NoticeKind, str]:
    known = _KNOWS(self, notice)
    return known if known[1] != "emergency" else (notice.what, notice.severity)


def _but_when_released(self: Policy, notice: NoticeState) -> tuple[NoticeKind, str]:
    return (notice.what, notice.severity) if notice.what is NoticeKind.RELEASED else _KNOWS(self, notice)


def _met_for_once(self: Policy, chain: Chain, party: str, seen: Level | None = None) -> frozenset[str]:
    """Whoever was ever shown it by the terms is told of it by them."""
    states = [
        self._world.exchange.notices[name] for names in self._world.exchange.known[party].values() for name in names
    ]
    by_terms = any(each.what in (NoticeKind.REVOKED, NoticeKind.RELEASED) for each in states)
    return frozenset() if by_terms else _ONLY_MET(self, chain, party, seen)


def _warned_all(self: Desk, chain: Chain, now: Instant, known: Mapping[str, Finding] | None = None) -> list[Notice]:
    found = [each for each in (known or {}).values() if chain.version in each.versions]
    return self.policy.declared(chain, now, found, ()) if found else []


_KNOWS, _ONLY_MET = Policy.as_notifier_knows, Policy.only_met
_RESOLVE, _OVER, _CHANNELS, _STATEMENT = Policy.resolve, Policy.over, Mailboxes.channels, Mailboxes.statement
_HISTORY = Histories.of
_ABOUT = Telling.about
_OF_SOURCES = SourceNotices.about

LEAKS: Mapping[str, tuple[str, str]] = {
    "_channel": ("of a channel, to those on it", "between"),
    "_on_channel": ("on a channel, to those on it", "between"),
    "_of_notice": ("of a notice, to its notifier", "between"),
    "_emergency": ("an emergency, to those it calls", "between"),
    "_promised": ("of a promise, to those concerned", "between"),
    "_proposed": ("a proposal, to those asked", "between"),
    "_answered": ("its answer, to its sides", "between"),
    "_crossing": ("a crossing, to those who see the line", "between"),
    "_of_chain": ("of a chain, to those who hold it", "between"),
    "_disclosure": ("what is shown from now on, to whom it is", "between"),
    "commitment_lapsed": ("that a promise lapsed, to those concerned", "between"),
    "proposal_lapsed": ("that a proposal lapsed, to its sides", "between"),
    "line_down": ("that a line is down, to who asked", "between"),
    "escalated": ("that nobody answers, to the next watch", "between"),
    "silent": ("that nobody answers, to the notifier", "between"),
    "repeated": ("once more, to those called", "between"),
    "validity": ("that nobody vouches any more, to the notifier", "between"),
    "explanation_due": ("that an explanation is owed, to those that have the incident", "incidents"),
}
"""Parts of `Telling`, what is said of each, and the history in which it shows that READER is told too."""
TOLD_OTHERWISE: Mapping[str, str] = {
    "about": "two filters below",
    "_to_full": "a filter below",
    "alike": "a filter below",
    "rules": "is told to everybody, and says no more than that they are others",
    "_membership": "is told to everybody",
    "_rolls": "is told to the party itself: tests/unit/test_desk_channels.py",
    "entered": "likewise",
    "_keys": "to those that `_of_keys` tells",
    "way_in": "likewise",
    "_of_keys": "is told to the parties of the officer: tests/unit/test_keys_told.py",
    "line_check_owed": "rests on the channel alone: tests/unit/test_desk_channels.py",
}

FILTERS: Mapping[str, Filter] = {
    "terms: the level that the notifier chose": Filter(
        method(Policy, "level", lambda self, chain, recipient: Level.FULL), "exists"
    ),
    "view: below full, not the declaration": Filter(lambda patch: patch.setattr(tell, "view", _bare), "coarse"),
    "view: a footprint has no title": Filter(lambda patch: patch.setattr(tell, "view", _bare), "footprint"),
    "aliases: not the true ids": Filter(method(Aliases, "of", lambda self, recipient, name: name), "exists"),
    "facts: not the kind, where it is not shown": Filter(
        lambda patch: patch.setattr(Policy, "_facts", staticmethod(_kind_told)), "exists"
    ),
    "findings: by the cells, not the place": Filter(method(Policy, "findings", _true_findings), "coarse"),
    "findings: by the larger cells at exists": Filter(method(Policy, "findings", _true_findings), "exists"),
    "findings: of nothing below footprint": Filter(method(Policy, "as_seen", _every_finding), "nothing"),
    "telling: what is said of a chain, to those who see all of it": Filter(
        method(telling.Telling, "_to_full", _to_all), "coarse"
    ),
    "copies: not those who only met it": Filter(
        method(Policy, "only_met", lambda self, chain, party, seen=None: frozenset()), "beside"
    ),
    "silence: as severe as the notifier may know": Filter(
        method(Policy, "as_notifier_knows", lambda self, notice: (notice.what, notice.severity)), "coarse"
    ),
    "clocks: due by a start only if it is shown": Filter(method(Desk, "_start_shown", _own_start), "exists"),
    "clocks: over when the cells are": Filter(method(Policy, "shown_until_s", _true_end), "coarse"),
    "silence: in an emergency no more than the notifier may know": Filter(
        method(Policy, "as_notifier_knows", _but_when_urgent), "urgent"
    ),
    "silence: of what is shown later, too": Filter(method(Policy, "as_notifier_knows", _but_when_released), "released"),
    "copies: not what was met after it was taken back": Filter(method(Policy, "only_met", _met_for_once), "taken back"),
    "copies: not what was met before it is shown": Filter(method(Policy, "only_met", _met_for_once), "delayed"),
    "rules: what conflicts under new ones, to its own notifier": Filter(
        method(Desk, "_warned_of", _warned_all), "new rules"
    ),
    "statements: a finding named by nothing that tells of it": Filter(
        lambda patch: (
            patch.setattr(Policy, "finding_cited", lambda self, party, finding: finding.id),
            patch.setattr(Checks, "_proposed", lambda self, said, now: (said.about,)),
        )[0],
        "proposed",
    ),
    "mailbox: a notice to another": Filter(method(Mailboxes, "notice", _any_notice), "exists"),
    "incidents: those that one has": Filter(method(IncidentReads, "page", _every_incident), "incidents"),
    "incidents: one that one has": Filter(
        method(Cases, "has", lambda self, party, reference: self.incidents.get(reference)), "incidents"
    ),
    "incidents: told to those that have it": Filter(
        method(
            telling.Telling,
            "about",
            lambda self, *given: [
                replace(each, to=party) for each in _ABOUT(self, *given) for party in {each.to, READER}
            ],
        ),
        "incidents",
    ),
    "incidents: of what is laid, what one is shown": Filter(
        method(Incidents, "_laid", lambda self, said, subject, to: (subject, True)), "incidents"
    ),
    "sources: as those entered it that show it to one": Filter(
        method(Sourcing, "shown", lambda self, party, source: tuple(self.sources.get(source, {}).values())), "sources"
    ),
    "sources: told to those that are shown it": Filter(
        method(
            SourceNotices,
            "about",
            lambda self, *given: [
                replace(each, to=party) for each in _OF_SOURCES(self, *given) for party in {each.to, READER}
            ],
        ),
        "sources",
    ),
    "mailbox: entries of another": Filter(method(Mailboxes, "entries", _all_entries), "far away"),
    "mailbox: one entry of another": Filter(method(Mailboxes, "may_hold", lambda self, party, index: True), "far away"),
    "mailbox: an entry of another, by what it says itself": Filter(
        method(Mailboxes, "holds_by_itself", lambda self, party, index: True), "far away"
    ),
    "mailbox: the newest entries of another": Filter(
        method(
            Mailboxes,
            "newest_entries",
            lambda self, party, *, before=None, most: seal(tuple(range(self._world.size))[::-1][:most], party),
        ),
        "far away",
    ),
    "mailbox: where files of entries end": Filter(
        method(
            Mailboxes,
            "every_entry",
            lambda self, party, step: seal(tuple(range(step - 1, self._world.size, step)), party),
        ),
        "far away",
    ),
    "mailbox: how many entries one may hold": Filter(
        method(Mailboxes, "holds", lambda self, party: seal(self._world.size, party)), "far away"
    ),
    "mailbox: a preview by what was shown": Filter(method(Mailboxes, "comparing", _with_everything), "nothing"),
    "mailbox: emergencies that one was called by": Filter(
        method(
            Mailboxes,
            "emergencies",
            lambda self, party: seal(tuple(self._world.exchange.emergencies.values()), party),
        ),
        "far away",
    ),
    "mailbox: what was said on a channel that one is on": Filter(
        method(
            Mailboxes,
            "channel_log",
            lambda self, party, channel: seal(
                tuple(map(self._said, map(self._world.load, self._world.channels.channels[channel].log))), party
            ),
        ),
        "far away",
    ),
    "terms: nothing without consent": Filter(
        lambda patch: patch.setattr(policy_terms, "consented", lambda world, chain: True), "unagreed"
    ),
    "terms: nothing before its delay is over": Filter(
        lambda patch: patch.setattr(policy_terms, "shown_at_s", lambda chain, term: 0.0), "later"
    ),
    "names: those that one was given": Filter(method(Policy, "resolve", _resolved), "guessed"),
    "cancelled: its words to those who see all of it": Filter(method(Policy, "over", _over), "withdrawn"),
    "duplicates: to those who see both": Filter(method(Telling, "alike", _told_of_all), "doubled"),
    "channels: said to those who take part": Filter(
        method(Telling, "_there", lambda self, parties: list(parties)), "away"
    ),
    "crossings: to those who see the line now": Filter(method(Telling, "_crossing", _to_holders), "shown no more"),
    **{f"telling: {what}": Filter(leaking(name), seen_in) for name, (what, seen_in) in LEAKS.items()},
    "mailbox: channels that one is on": Filter(
        method(Mailboxes, "channels", lambda self, party: seal(_CHANNELS(self, SECRETARIAT).value, party)), "between"
    ),
    "mailbox: terms for oneself": Filter(method(Mailboxes, "channels", _all_terms), "terms aside"),
    "mailbox: proposals that one is a side of": Filter(
        method(Agreements, "of", lambda self, party: tuple(self.agreements.values())), "between"
    ),
    "mailbox: promises that one was told of": Filter(
        method(
            Mailboxes,
            "commitments",
            lambda self, party: seal(tuple(self._world.exchange.commitments.values()), party),
        ),
        "between",
    ),
    "mailbox: answers to one's own": Filter(
        method(
            Mailboxes,
            "statement",
            lambda self, party, event: _STATEMENT(self, party, event) or _STATEMENT(self, HIDER, event),
        ),
        "between",
    ),
    "mailbox: what stands beside an entry, to who said it": Filter(
        method(
            Mailboxes,
            "payloads",
            lambda self, party, index, given: seal(tuple(digest for digest, _ in given), party),
        ),
        "cited",
    ),
    "as of: what one had": Filter(
        method(Histories, "of", lambda self, party: _HISTORY(self, HIDER if party == READER else party)), "far away"
    ),
}
"""A new filter is a line here, with a history in which taking it out shows."""

_BY_NAME: Mapping[str, Callable[[], History]] = {**BY_HAND, "beside": beside}


@pytest.fixture
def taken_out(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Filter:
    held = FILTERS[request.param]
    held.out(monkeypatch)
    return held


@pytest.mark.parametrize("taken_out", FILTERS, indirect=True)
def test_a_filter_that_is_taken_out_is_missed(taken_out: Filter) -> None:
    assert differs(_BY_NAME[taken_out.seen_in](), quick=True) != ""


def test_no_part_of_what_is_told_is_left_without_a_filter_taken_out() -> None:
    """A new function that makes notices is missing here until it stands in one of the two lists."""
    made = {
        name
        for name, part in vars(Telling).items()
        if getattr(part, "__annotations__", {}).get("return") == "list[Notice]"
    }
    assert made == {*LEAKS, *TOLD_OTHERWISE}


READ_AS_OWN: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "notices", "unreached", "inbox", "owed", "about", "count", "declarations", "declaration",
            "findings", "arrived", "telling", "resting_on", "sides", "waiting", "undelivered", "watches",
            "newest", "counted", "titled", "in_force", "lines", "finding", "standing", "ready", "boxed", "proposable",
            "gathered", "lined",
        ),
        "folded over the party's own mailbox and statements",
    ),
    "parties": "known to every member (R22)",
    "incident": "see `Cases.has` and `IncidentReads.page`",
    "incidents": "see `IncidentReads.page`",
    "source": "see `Sources.shown`",
    "sources": "see `Sources.shown`",
    "claims": "see `Sources.shown`",
    "claiming": "see `Sources.shown`",
}  # fmt: skip
"""Readings of a mailbox that hold nothing back: there is nothing else in what they read. All are compared above."""


def test_no_reading_of_a_mailbox_is_left_without_a_filter_taken_out_or_a_reason() -> None:
    readings = {name for name, part in vars(Mailboxes).items() if callable(part) and not name.startswith("_")}
    patched = Patched()
    for each in FILTERS.values():
        each.out(cast(pytest.MonkeyPatch, patched))
    assert readings == {*patched.of(Mailboxes), "agreements", *READ_AS_OWN}
    assert patched.of(Agreements) == {"of"}  # that is what `agreements` holds back


class Patched:
    """Notes what would be patched."""

    def __init__(self) -> None:
        self.names: list[tuple[object, str]] = []

    def setattr(self, of: object, name: str, _made: object) -> None:
        self.names.append((of, name))

    def of(self, what: object) -> set[str]:
        return {name for each, name in self.names if each is what}


def test_whoever_only_met_something_is_told_and_its_notifier_does_not_hear_of_it() -> None:
    """The one filter whose history is of the other side: what HIDER has in READER's cells."""
    assert differs(beside()) == ""


def test_the_reader_is_told_of_something_all_the_same() -> None:
    """A desk that told nobody anything would pass all of the above."""
    for name in ("exists", "coarse", "nothing"):
        room = play(BY_HAND[name](), 0)
        assert any(HIDER in each.talk_to or each.findings for each in room.notices(READER)), name
