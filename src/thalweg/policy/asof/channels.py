"""The channels that a party was on or invited to, and whose line worked."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from thalweg.model.events import ChannelJoined, ChannelLeft, ChannelOpened, ChannelState, ChannelStated
from thalweg.model.instants import Instant
from thalweg.policy.asof.cut import Cut
from thalweg.policy.asof.had import ChannelHad, LineHad
from thalweg.policy.whole import Steps
from thalweg.state import history

_HEARD: Final = 2_000  # line checks and answers to them of one step


@dataclass(slots=True)
class _Channel:
    name: str = ""
    room: bool = False
    opened_by: str = ""
    invited: tuple[str, ...] = ()
    joined: dict[str, Instant] = field(default_factory=dict)
    stated: dict[str, tuple[ChannelState, Instant | None, Instant]] = field(default_factory=dict)  # last: when said


class Channels:
    """What was said of channels, in the order of the log."""

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = {}

    def hear(self, body: ChannelOpened | ChannelJoined | ChannelLeft | ChannelStated, at: Instant) -> None:
        """The next thing said of one."""
        channel = self._channels.setdefault(body.channel, _Channel())
        match body:
            case ChannelOpened():
                channel.name, channel.room = body.name, body.room
                channel.opened_by, channel.invited = body.by, body.parties
                if body.by in body.parties:
                    channel.joined[body.by] = at
            case ChannelJoined():
                channel.joined.setdefault(body.by, at)
            case ChannelLeft():
                channel.joined.pop(body.by, None)
                channel.stated.pop(body.by, None)
            case ChannelStated():
                channel.stated[body.by] = (body.state, body.since, at)

    def had(self, cut: Cut) -> Steps[tuple[ChannelHad, ...]]:
        """Each of them, with what was known of its lines."""
        heard = yield from _heard(cut)
        return tuple(
            ChannelHad(
                name, channel.name, channel.room, channel.opened_by, channel.invited,
                tuple(sorted(channel.joined.items())),
                tuple(_line(party, channel, heard.get((name, party))) for party in sorted(channel.joined)),
            )
            for name, channel in sorted(self._channels.items())
        )  # fmt: skip


def _heard(cut: Cut) -> Steps[dict[tuple[str, str], tuple[float, int]]]:
    """Of each side of each channel: when its line was last heard to work, and how many of its checks ran out since."""
    columns, known, _ = cut.table("line")
    word = cut.had.word
    heard: dict[tuple[str, str], tuple[float, int]] = {}
    for number, row in enumerate(np.flatnonzero(known).tolist(), 1):
        if not number % _HEARD:
            yield
        channel, party = word(int(columns["channel"][row])), word(int(columns["party"][row]))
        at_s, what = float(columns["at"][row]), int(columns["what"][row])
        if what == history.ANSWERED:
            for each in {party, cut.party} - {""}:
                heard[channel, each] = (at_s, 0)
        elif what == history.UNANSWERED:
            last, count = heard.get((channel, party), (-math.inf, 0))
            heard[channel, party] = (last, count + 1)
    return heard


def _line(party: str, channel: _Channel, heard: tuple[float, int] | None) -> LineHad:
    last_s, unanswered = heard or (-math.inf, 0)
    if party in channel.stated:
        state, stated_since, said = channel.stated[party]
        if said.epoch_s >= last_s:
            return LineHad(party, state, stated_since)
    since = Instant(last_s) if math.isfinite(last_s) else None
    if unanswered:
        return LineHad(party, ChannelState.DOWN, since)
    return LineHad(party, ChannelState.UNKNOWN if since is None else ChannelState.NORMAL, since)
