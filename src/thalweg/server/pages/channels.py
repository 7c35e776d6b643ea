"""Channels and rooms: the line as each side sees it, what each shows the other, what was said; and who takes part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Response

from thalweg.desk.checks import SHORTEST_BEAT_S
from thalweg.model.declarations import Kind
from thalweg.model.events import (
    SECRETARIAT,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelState,
    ChannelStated,
    DecisionStated,
    LineAnswered,
    LineChecked,
    MessageSent,
    Participation,
    ParticipationStated,
    Term,
    TermsSet,
)
from thalweg.model.levels import Level
from thalweg.policy.mailbox import ChannelRead, SaidRead
from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.server.desk import Abreast
from thalweg.server.pages.shell import Filled, Form, Opened, Page, in_field, say
from thalweg.server.pages.typed import moment
from thalweg.server.problems import Refusal

router = APIRouter(include_in_schema=False, route_class=Abreast)

_LOG: Final = 60
_LONGEST: Final = 2_000
_ID: Final = re.compile(r"[^\w.-]+")
_KINDS: Final = ("", *(each.value for each in Kind))
_STATES: Final = (ChannelState.NORMAL, ChannelState.UNKNOWN, ChannelState.DOWN)
_MOST_DELAY_S: Final = 30 * 86_400


@dataclass(frozen=True, slots=True)
class TermRow:
    """A kind ("": any other), and what is shown of it; `level` is empty where nothing was chosen."""

    kind: str
    level: str
    delay_min: int


@router.get("/channels")
async def channels(page: Opened) -> Response:
    """The channels that one is on or was asked to, and who takes part as each states it."""
    mailboxes = page.reading.mailboxes
    held = mailboxes.channels(page.party).value
    return page.render(
        "channels.html",
        joined=[each for each in held if page.party in each.joined or page.party == SECRETARIAT],
        asked=[each for each in held if page.party not in each.joined and page.party != SECRETARIAT],
        parties=mailboxes.parties(page.party).value,
        levels=_levels(page),
        statuses=[(each.value, page.words.plain(f"channels.took.{each.value}")) for each in Participation],
        beat_min=SHORTEST_BEAT_S // 60,
    )


@router.post("/channels")
async def open_channel(page: Opened, filled: Filled) -> Response:
    """Opens a channel; the others are asked to join."""
    name = filled.need("name", 200)
    known = set(page.reading.world.membership.parties) - {page.party}
    others = tuple(each for each in dict.fromkeys(filled.all("party")) if each in known)
    if not others:
        raise Refusal("request-invalid", "Choose at least one other party.", field="party")
    own = () if page.party == SECRETARIAT else (page.party,)
    channel = _ID.sub("-", filled["id"] or name.casefold()).strip("-.")[:60] or "channel"
    terms = () if page.party == SECRETARIAT or filled["level"] not in set(Level) else (Term(Level(filled["level"])),)
    said = ChannelOpened(
        page.party, channel, name, (*own, *others), filled["room"] == "yes", _beat_s(filled["beat"]), terms
    )
    return await say(page, filled, said, f"/channels/{quote(channel, safe='')}", "said")


@router.post("/channels/participation")
async def participation(page: Opened, filled: Filled) -> Response:
    """States that a party takes part, is suspended or has withdrawn, as one's own party sees it."""
    party = filled.need("party", 100)
    if party not in page.reading.world.membership.parties or filled["status"] not in set(Participation):
        raise Refusal("request-invalid", "Choose a party, and whether it takes part.", field="party")
    with in_field("since"):
        since = moment(filled["since"], page.now, "since")
    said = ParticipationStated(
        page.party, party, Participation(filled["status"]), since, filled["words"][:_LONGEST], page.reader.language,
    )  # fmt: skip
    return await say(page, filled, said, "/channels", "said")


@router.get("/channels/{channel}")
async def channel(page: Opened, channel: str) -> Response:
    """One channel."""
    held = _known(page, channel)
    log = page.reading.mailboxes.channel_log(page.party, channel)
    entries: tuple[SaidRead, ...] = () if log is None else log.value
    to = page.request.query_params.get("to", "")
    to = to if to in held.invited and to != page.party else ""
    return page.render(
        "channel.html",
        held=held,
        member=page.party in held.joined,
        neutral=page.party == SECRETARIAT,
        log=entries[-_LOG:],
        before=max(0, len(entries) - _LOG),
        to=to,
        terms=_rows(held, page.party, to),
        theirs=[(by, whom, term) for by, whom, term in held.terms if by != page.party],
        ours=[each for each in held.checks if each[1] == page.party],
        checks=[each for each in held.checks if each[1] != page.party],
        levels=_levels(page),
        states=[(each.value, page.words.plain(f"state.{each.value}")) for each in _STATES],
        languages=list(LANGUAGES.items()),
    )


@router.post("/channels/{channel}/join")
async def join(page: Opened, filled: Filled, channel: str) -> Response:
    """Joins, and says what the others are shown."""
    held = _known(page, channel)
    return await say(page, filled, ChannelJoined(page.party, held.channel, _terms(filled)), _path(held), "said")


@router.post("/channels/{channel}/leave")
async def leave(page: Opened, filled: Filled, channel: str) -> Response:
    """Leaves."""
    held = _known(page, channel)
    if filled["sure"] != "yes":
        raise Refusal("request-invalid", "Say that you leave the channel.", field="sure")
    return await say(
        page, filled, ChannelLeft(page.party, held.channel, filled["words"][:_LONGEST]), "/channels", "said"
    )


@router.post("/channels/{channel}/terms")
async def terms(page: Opened, filled: Filled, channel: str) -> Response:
    """Chooses what the others, or one of them, are shown from now on, and of what is in force."""
    held = _known(page, channel)
    to = filled["to"] if filled["to"] in held.invited else ""
    then = _path(held) + (f"?to={quote(to, safe='')}" if to else "")
    return await say(page, filled, TermsSet(page.party, held.channel, _terms(filled), to), then, "said")


@router.post("/channels/{channel}/state")
async def state(page: Opened, filled: Filled, channel: str) -> Response:
    """States how one sees the line."""
    held = _known(page, channel)
    if filled["state"] not in set(ChannelState):
        raise Refusal("request-invalid", "Say normal, unknown or down.", field="state")
    with in_field("since"):
        since = moment(filled["since"], page.now, "since")
    said = ChannelStated(page.party, held.channel, ChannelState(filled["state"]), since, filled["words"][:_LONGEST])
    return await say(page, filled, said, _path(held), "said")


@router.post("/channels/{channel}/check")
async def check(page: Opened, filled: Filled, channel: str) -> Response:
    """Asks the other side to answer."""
    held = _known(page, channel)
    filled.need("once", 64)
    return await say(page, filled, LineChecked(page.party, held.channel), _path(held), "said")


@router.post("/channels/{channel}/answer")
async def answer(page: Opened, filled: Filled, channel: str) -> Response:
    """Answers a line check of another side."""
    held = _known(page, channel)
    asked = filled.need("check", 100)
    return await say(page, filled, LineAnswered(page.party, held.channel, asked), _path(held), "answered")


@router.post("/channels/{channel}/say")
async def message(page: Opened, filled: Filled, channel: str) -> Response:
    """Says something in the shared log; `do=decide` states a decision of a room."""
    held = _known(page, channel)
    text = filled.need("text", _LONGEST)
    language = filled["language"] if filled["language"] in LANGUAGES else page.reader.language
    about = filled.within("about", 100)
    if filled["do"] == "decide":
        decided = DecisionStated(page.party, held.channel, text, language, about)
        return await say(page, filled, decided, f"{_path(held)}#log", "said")
    return await say(
        page, filled, MessageSent(page.party, held.channel, text, language, about), f"{_path(held)}#log", "said"
    )


def _known(page: Page, channel: str) -> ChannelRead:
    held = page.reading.mailboxes.channels(page.party).value
    found = next((each for each in held if each.channel == channel), None)
    if found is None:
        raise Refusal("not-found", "Nothing of that id is known to you.")
    return found


def _path(held: ChannelRead) -> str:
    return f"/channels/{quote(held.channel, safe='')}"


def _levels(page: Page) -> list[tuple[str, str]]:
    return [(each.value, page.words.plain(f"level.{each.value}")) for each in Level]


def _rows(held: ChannelRead, party: str, to: str) -> list[TermRow]:
    """The terms that one chose for everybody, or for one of them, a row for each kind."""
    chosen: Mapping[str, Term] = {term.kind: term for by, whom, term in held.terms if by == party and whom == to}
    rows = []
    for kind in _KINDS:
        term = chosen.get(kind)
        rows.append(TermRow(kind, "", 0) if term is None else TermRow(kind, term.level.value, term.delay_s // 60))
    return rows


def _terms(filled: Form) -> tuple[Term, ...]:
    found = []
    for kind in _KINDS:
        level = filled[f"level-{kind or 'any'}"]
        if level not in set(Level):
            continue
        delay = f"delay-{kind or 'any'}"
        text = filled[delay] or "0"
        if not text.isdecimal() or len(text) > 6:
            # Read as none it would show sooner what was to be shown later.
            raise Refusal("request-invalid", "The delay is a whole number of minutes.", field=delay)
        delay_s = int(text) * 60
        found.append(Term(Level(level), kind, min(delay_s, _MOST_DELAY_S) if level == Level.COARSE.value else 0))
    return tuple(found)


def _beat_s(text: str) -> int:
    if not text:
        return 0
    if not text.isdecimal() or len(text) > 5:
        raise Refusal("request-invalid", "The beat of line checks is a number of minutes.", field="beat")
    return int(text) * 60
