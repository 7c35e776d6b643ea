"""Whatever a party was not shown changes no byte that it receives, save what D7 excepts (D7, D13; R35, R36).

Two histories are played that differ only in what one party, the reader, was not shown. Everything that it receives is
compared: see `tests.telling_world`. The same comparison is then made with one filter of policy after another taken out,
and must find each of them missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pypdf import PdfReader

from tests.desk_world import START, Room
from tests.telling_world import (
    HIDER,
    HOUR,
    MIDDLE,
    READER,
    SIDE,
    Declare,
    History,
    InIncident,
    Plain,
    Said2,
    Wait,
    circle_at,
    counts,
    difference,
    grid_of_rooms,
    happened,
    histories,
    normal,
    pages,
    play,
    received,
)
from thalweg.desk.decide import Desk
from thalweg.engine.batch import batch
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.events import (
    EmergencySent,
    MessageSent,
    Notice,
    QuietProposed,
    Term,
    TermsSet,
    Verification,
    Verified,
)
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.model.sourced import MAIN_TEXT, ClaimConfirmed, Force, NumberTold, SourceEntered, SourceShared
from thalweg.policy import tell, telling
from thalweg.policy.alias import Aliases
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.incident_reads import IncidentPage, IncidentReads, Wanted
from thalweg.policy.incidents import Incidents
from thalweg.policy.mailbox import Mailboxes, NoticeRead
from thalweg.policy.sealing import seal
from thalweg.policy.sources import SourceNotices
from thalweg.policy.tell import Policy
from thalweg.policy.telling import Telling
from thalweg.policy.view import View, terms
from thalweg.state.cases import Cases
from thalweg.state.picture import Chain
from thalweg.state.sourced import Sources as Sourcing

GRID = grid_of_rooms()


def _looking(seen: list[object]) -> Callable[[Room], None]:
    return lambda room: seen.append(received(room))


def differs(history: History) -> str:
    """What the reader receives in the one and not in the other; empty if nothing."""
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


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(histories(GRID))
def test_what_a_party_was_not_shown_changes_nothing_that_it_receives(history: History) -> None:
    assert differs(history) == ""


@pytest.mark.storm
@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
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


BY_HAND: Mapping[str, Callable[[], History]] = {
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


def _to_all(self: Telling, what: Any, chain: Chain, record: Any, now: Instant, facts: dict[str, str]) -> list[Notice]:  # noqa: ANN401  # as patched
    return [
        Notice(party, 0, what, now, of=chain.notifier, subject=self._policy.subject(chain, at, party), facts=facts)
        for party, at in self._policy.holders(chain)
    ]


def _everything(self: Mailboxes, party: str, now: Instant) -> tuple[Declaration, ...]:
    picture = self._world.picture
    return tuple(picture.declaration(each.version) for each in picture.in_force())


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


def _all_entries(self: Mailboxes, party: str) -> Disclosed[tuple[int, ...]]:
    return seal(tuple(range(self._world.size)), party)


def _any_notice(self: Mailboxes, party: str, name: str) -> Disclosed[NoticeRead] | None:
    state = self._world.exchange.notices.get(name)
    return None if state is None else seal(self._read(state), party)


_ABOUT = Telling.about
_OF_SOURCES = SourceNotices.about

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
        method(Policy, "only_met", lambda self, chain, party, held: False), "beside"
    ),
    "silence: as severe as the notifier may know": Filter(
        method(Policy, "as_notifier_knows", lambda self, notice: (notice.what, notice.severity)), "coarse"
    ),
    "clocks: due by a start only if it is shown": Filter(method(Desk, "_start_shown", _own_start), "exists"),
    "clocks: over when the cells are": Filter(method(Policy, "shown_until_s", _true_end), "coarse"),
    "mailbox: a notice to another": Filter(
        method(Mailboxes, "notice", _any_notice), "exists"
    ),
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
    "mailbox: a preview by what was shown": Filter(method(Mailboxes, "shown_to", _everything), "nothing"),
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
}  # fmt: skip
"""A new filter is a line here, with a history in which taking it out shows."""

_BY_NAME: Mapping[str, Callable[[], History]] = {**BY_HAND, "beside": beside}


@pytest.fixture
def taken_out(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Filter:
    held = FILTERS[request.param]
    held.out(monkeypatch)
    return held


@pytest.mark.parametrize("taken_out", FILTERS, indirect=True)
def test_a_filter_that_is_taken_out_is_missed(taken_out: Filter) -> None:
    assert differs(_BY_NAME[taken_out.seen_in]()) != ""


def test_whoever_only_met_something_is_told_and_its_notifier_does_not_hear_of_it() -> None:
    """The one filter whose history is of the other side: what HIDER has in READER's cells."""
    assert differs(beside()) == ""


def test_the_reader_is_told_of_something_all_the_same() -> None:
    """A desk that told nobody anything would pass all of the above."""
    for name in ("exists", "coarse", "nothing"):
        room = play(BY_HAND[name](), 0)
        assert any(HIDER in each.talk_to or each.findings for each in room.notices(READER)), name
