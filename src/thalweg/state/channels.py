"""Channels between parties: who is on them, on what terms, whether the line works, what was said on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from thalweg.model.events import (
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelState,
    ChannelStated,
    DecisionStated,
    LineAnswered,
    LineChecked,
    MessageSent,
    Term,
    TermsSet,
)
from thalweg.model.instants import Instant
from thalweg.state.recorded import Recorded


@dataclass(slots=True)
class LineState:
    """The line as one party sees it: when it last had an answer, what it has asked since, what it says itself."""

    answered: Instant | None = None  # its own check was answered, or it answered another's
    asked: Instant | None = None  # the oldest own check without an answer
    unanswered: int = 0  # checks of its own that ran out of time, since the last answer
    stated: ChannelState | None = None
    stated_since: Instant | None = None

    @property
    def state(self) -> ChannelState:
        """What it says, or what follows from its line checks (R21)."""
        if self.stated is not None:
            return self.stated
        if self.unanswered:
            return ChannelState.DOWN
        return ChannelState.UNKNOWN if self.answered is None else ChannelState.NORMAL


@dataclass(slots=True)
class Channel:
    """`joined` are the parties on it now. Terms: by whom, to whom ("" is everybody) and for which kind."""

    channel: str
    name: str
    opened_by: str
    invited: tuple[str, ...]
    room: bool
    line_check_s: int
    since: Instant
    joined: dict[str, Instant] = field(default_factory=dict)
    terms: dict[tuple[str, str], dict[str, Term]] = field(default_factory=dict)
    lines: dict[str, LineState] = field(default_factory=dict)
    checks: dict[str, tuple[str, Instant]] = field(default_factory=dict)  # open line checks: event -> by, when
    log: list[int] = field(default_factory=list)  # indexes of what was said on it, in order

    def term(self, notifier: str, recipient: str, kind: str) -> Term | None:
        """The term that the notifier set for this recipient and kind; the closest one goes first."""
        for to in (recipient, ""):
            terms = self.terms.get((notifier, to))
            if terms is not None:
                for name in (kind, ""):
                    if name in terms:
                        return terms[name]
        return None


class Channels:
    """The fold. `now` is when the desk took the statement."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self._of: dict[str, list[str]] = {}

    def opened(self, said: ChannelOpened, now: Instant) -> None:
        channel = Channel(said.channel, said.name, said.by, said.parties, said.room, said.line_check_s, now)
        self.channels[said.channel] = channel
        if said.by in said.parties:
            self._join(channel, said.by, said.terms, now)

    def joined(self, said: ChannelJoined, now: Instant) -> None:
        self._join(self.channels[said.channel], said.by, said.terms, now)

    def left(self, said: ChannelLeft) -> None:
        channel = self.channels[said.channel]
        channel.joined.pop(said.by, None)
        channel.lines.pop(said.by, None)
        self._of[said.by].remove(said.channel)

    def terms_set(self, said: TermsSet) -> None:
        channel = self.channels[said.channel]
        channel.terms[said.by, said.to] = {term.kind: term for term in said.terms}

    def line_checked(self, said: LineChecked, record: Recorded, now: Instant) -> None:
        channel = self.channels[said.channel]
        channel.checks[record.event] = (said.by, now)
        line = channel.lines.get(said.by)  # none for the secretariat, which is on no channel
        if line is not None and line.asked is None:
            line.asked = now

    def line_answered(self, said: LineAnswered, now: Instant) -> None:
        """The line works: for the one who asked, and for the one who answered."""
        channel = self.channels[said.channel]
        asker, _ = channel.checks.pop(said.check, ("", now))
        for party in (asker, said.by):
            line = channel.lines.get(party)
            if line is not None:
                line.answered, line.unanswered, line.stated, line.stated_since = now, 0, None, None
                if party == asker:
                    line.asked = None

    def line_unanswered(self, channel_id: str, check: str) -> None:
        """A line check ran out of time."""
        channel = self.channels[channel_id]
        asker, _ = channel.checks.pop(check, ("", None))
        line = channel.lines.get(asker)
        if line is not None:
            line.unanswered += 1
            line.asked = None

    def stated(self, said: ChannelStated) -> None:
        line = self.channels[said.channel].lines[said.by]
        line.stated, line.stated_since = said.state, said.since

    def logged(self, said: MessageSent | DecisionStated, record: Recorded) -> None:
        self.channels[said.channel].log.append(record.index)

    def of(self, party: str) -> tuple[Channel, ...]:
        """The channels that a party is on."""
        return tuple(self.channels[each] for each in self._of.get(party, ()))

    def between(self, first: str, second: str) -> tuple[Channel, ...]:
        """The channels that both are on."""
        return tuple(channel for channel in self.of(first) if second in channel.joined)

    def partners(self, party: str) -> tuple[str, ...]:
        """Everyone who is on a channel with the party, sorted, without itself."""
        found = {other for channel in self.of(party) for other in channel.joined}
        return tuple(sorted(found - {party}))

    def _join(self, channel: Channel, party: str, terms: tuple[Term, ...], now: Instant) -> None:
        if party not in channel.joined:
            channel.joined[party] = now
            channel.lines[party] = LineState()
            self._of.setdefault(party, []).append(channel.channel)
        if terms:
            channel.terms[party, ""] = {term.kind: term for term in terms}
