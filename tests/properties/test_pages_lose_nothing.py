"""Pages of what is in force, of findings and of what is owed: whoever reads them one after the other, while others go
on declaring, misses nothing and reads nothing twice; and they say what is read out of the whole state the slow way."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.desk_world import Room, circle
from tests.properties.test_kept_worlds import STEP, loads, take
from thalweg.engine.reach import within_reach
from thalweg.model.declarations import Declaration
from thalweg.model.events import Notice
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.mailbox import Mailboxes, Shown, place_of, read_place, written_place
from thalweg.policy.tell import Policy
from thalweg.policy.told_findings import Place
from thalweg.state.history import TELLS_FINDINGS, over_s
from thalweg.state.picture import Standing
from thalweg.state.shelved import put_away, take_out

Step = tuple[str, int, int, int]
PARTIES = ("alpha", "bravo")
STEPS = st.lists(STEP, max_size=10)


def room_of(*, open_terms: bool) -> Room:
    room = Room()
    room.channel("alpha", "bravo", room=open_terms, level=None if open_terms else Level.COARSE)
    return room


def mailboxes_of(room: Room) -> Mailboxes:
    return Mailboxes(room.desk.world, room.desk.policy)


def in_force(room: Room, party: str, now: Instant) -> set[tuple[str, str]]:
    """Subjects with their versions, one by one out of the whole state."""
    world, mailboxes = room.desk.world, mailboxes_of(room)
    subjects = [*world.picture.by_party.get(party, ()), *world.exchange.known.get(party, {})]
    read = (mailboxes.declaration(party, subject, now) for subject in subjects)
    known = {each.value.subject: each.value for each in read if each is not None}
    return {(each.subject, each.version) for each in known.values() if each.shown is Shown.IN_FORCE}


def standing(room: Room, party: str, now: Instant) -> set[str]:
    """The findings that a party was told of and that stand: every notice in turn, and all chains looked up."""
    world = room.desk.world
    open_: dict[str, tuple[str, str]] = {}
    over: dict[str, float] = {}
    subject_of: dict[str, str] = {}
    for state in world.exchange.mailbox(party):
        if state.version:
            subject_of[state.version] = state.subject
        body = world.load(state.index).body
        if not isinstance(body, Notice) or not state.subject or state.what not in TELLS_FINDINGS:
            continue
        if body.view is not None:
            subject_of[body.view.version_id] = state.subject
        if body.part == 0:
            named = {version for version, subject in subject_of.items() if subject == state.subject}
            open_ = {name: each for name, each in open_.items() if not named & set(each)}
        for finding in body.findings:
            for version in finding.versions:
                chain = world.picture.chain_of(version)
                if chain is not None and version not in subject_of:
                    subject_of[version] = chain.key
            open_[finding.id], over[finding.id] = finding.versions, over_s(finding)
    found = set()
    for name, versions in open_.items():
        chains = (world.picture.chain_of(each) for each in versions)
        own = next(
            (
                (each, version)
                for each, version in zip(chains, versions, strict=True)
                if each is not None and each.notifier == party
            ),
            None,
        )
        gone = own is not None and (own[0].version != own[1] or own[0].standing is not Standing.IN_FORCE)
        if not gone and over[name] >= now.epoch_s:
            found.add(name)
    return found


def same(room: Room, mailboxes: Mailboxes) -> None:
    """What is read in order is what is there."""
    now = room.now
    for party in PARTIES:
        read = mailboxes.declarations(party, now).value.declarations
        truth = in_force(room, party, now)
        assert [(each.subject, each.version) for each in read] == list(
            dict.fromkeys((each.subject, each.version) for each in read)
        )
        assert {(each.subject, each.version) for each in read} == truth
        assert mailboxes.newest(party, now, most=1000).value.declarations == read[::-1]
        own = [each for each in read if each.of == party]
        assert [*mailboxes.declarations(party, now, own=True).value.declarations] == own
        assert mailboxes.counted(party, now).value[0] == len(own)
        found = [each.finding.id for each in mailboxes.findings(party, now).value]
        assert len(found) == len(set(found)) == mailboxes.standing(party, now).value
        assert set(found) == standing(room, party, now)
        for name in found:
            alone = mailboxes.finding(party, name, now)
            assert alone is not None
            assert alone.value.finding.id == name
        owed = room.desk.world.exchange.outstanding(party)
        inbox = mailboxes.inbox(party).value
        assert {each.id for each in inbox} == {each.id for each in owed}
        assert [place_of(each) for each in inbox] == sorted(map(place_of, inbox))
        assert mailboxes.owed(party).value[0] == len(owed)
        waiting = {each.subject for each in mailboxes.waiting(party, 100).value}
        assert waiting == {each.subject for each in own if any(copy.outstanding for copy in each.copies)}


@settings(max_examples=25, deadline=None)
@given(STEPS, STEPS, st.booleans())
@example([], [("declare", 1, 0, 0), ("declare", 0, 0, 0), ("withdraw", 0, 0, 0)], False)
def test_what_is_read_in_order_is_what_is_there_however_it_came_about(
    before: list[Step], after: list[Step], open_terms: bool
) -> None:
    """Orders that were begun early and kept up, begun late, and begun over what was put away."""
    room = room_of(open_terms=open_terms)
    revisions: dict[tuple[str, int], int] = {}
    early = mailboxes_of(room)
    for party in PARTIES:
        assert early.counted(party, room.now).value == (0, 0)
    for step in before:
        take(room, step, revisions)
        early.counted("alpha", room.now)
        early.standing("bravo", room.now)
    same(room, early)
    kept = put_away(room.desk.world)
    late = mailboxes_of(room)
    for step in after:
        take(room, step, revisions)
    same(room, early)
    same(room, late)
    again = take_out(kept, loads(room))
    for index in range(again.size, room.desk.world.size):
        again.apply(room.desk.world.load(index))
    same(room, Mailboxes(again, Policy(again, room.desk.policy._aliases)))


@settings(max_examples=25, deadline=None)
@given(STEPS, st.data(), st.booleans(), st.integers(1, 3))
def test_whoever_reads_page_by_page_misses_nothing_and_reads_nothing_twice(
    before: list[Step], data: st.DataObject, open_terms: bool, most: int
) -> None:
    room = room_of(open_terms=open_terms)
    revisions: dict[tuple[str, int], int] = {}
    for step in before:
        take(room, step, revisions)
    mailboxes, party = mailboxes_of(room), "bravo"
    first = in_force(room, party, room.now)
    told = standing(room, party, room.now)
    owed = {each.id for each in room.desk.world.exchange.outstanding(party)}
    forward, back = list[tuple[str, str]](), list[tuple[str, str]]()
    findings, inbox = list[str](), list[str]()
    after: int | None = 0
    older: int | None = None
    place: Place | None = None
    behind = None
    ended = {name: False for name in ("back", "findings", "inbox")}
    while after is not None or not all(ended.values()):
        if after is not None:
            page = mailboxes.declarations(party, room.now, after=after, most=most).value
            forward += [(each.subject, each.version) for each in page.declarations]
            after = page.next
        if not ended["back"]:
            page = mailboxes.newest(party, room.now, before=older, most=most).value
            back += [(each.subject, each.version) for each in page.declarations]
            older, ended["back"] = page.next, page.next is None
        if not ended["findings"]:
            found = mailboxes.findings(party, room.now, before=place, most=most).value
            findings += [each.finding.id for each in found]
            ended["findings"] = len(found) < most
            place = Place.read(found[-1].place.cursor) if found else place
        if not ended["inbox"]:
            shown = mailboxes.inbox(party, most, after=behind).value
            inbox += [each.id for each in shown]
            ended["inbox"] = len(shown) < most
            behind = read_place(written_place(place_of(shown[-1]))) if shown else behind
        for step in data.draw(st.lists(STEP, max_size=1)):
            take(room, step, revisions)
    last = in_force(room, party, room.now)
    assert len(forward) == len(set(forward))
    assert first & last <= set(forward)
    assert len(back) == len(set(back))
    assert first & last <= set(back)
    assert len(findings) == len(set(findings))
    assert len(inbox) == len(set(inbox))
    assert owed & {each.id for each in room.desk.world.exchange.outstanding(party)} <= set(inbox)
    assert told & standing(room, party, room.now) <= set(findings) | _told_again(mailboxes, party, room.now, findings)


def _told_again(mailboxes: Mailboxes, party: str, now: Instant, read: list[str]) -> set[str]:
    """Those told anew since their page was passed: they stand at the beginning of a list that is begun again."""
    found = mailboxes.findings(party, now).value
    at = max((place for place, each in enumerate(found) if each.finding.id in read), default=len(found))
    return {each.finding.id for each in found[: at + 1]}


@settings(max_examples=25, deadline=None)
@given(STEPS, st.integers(0, 5), st.integers(0, 3), st.booleans())
def test_a_preview_reads_all_that_it_could_speak_of(
    steps: list[Step], number: int, more: int, open_terms: bool
) -> None:
    """Boxes that are kept leave out nothing that the sieve over everything would keep."""
    room = room_of(open_terms=open_terms)
    revisions: dict[tuple[str, int], int] = {}
    mailboxes = mailboxes_of(room)
    theatre = room.desk.world.membership.theatre
    for step in steps:
        take(room, step, revisions)
    asked = circle("new", "alpha", 40.0 + number * 0.01 + more * 0.001)
    for _ in range(2):  # the second time from boxes that are there
        comparing = mailboxes.comparing("alpha", asked, room.now)
        while not comparing.step():
            pass
        read = mailboxes.declarations("alpha", room.now).value.declarations
        everything: list[Declaration] = [each.declaration for each in read if each.declaration is not None]
        assert comparing.count >= len(everything)
        assert within_reach(asked, comparing.shown, theatre) == within_reach(asked, everything, theatre)
