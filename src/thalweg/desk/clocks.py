"""What time brings about: answers that are owed, repeats, lapses, reminders, ends (R8, R16, R17, R21).

The desk is told what time it is. Due times are kept in a heap; whatever comes up is looked at again in the state, so
that what was answered meanwhile is passed over, and the heap can be made anew from the state at any time.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from thalweg.model.events import NoticeKind
from thalweg.model.instants import Instant
from thalweg.policy.terms import delayed
from thalweg.state.agreements import AgreementState
from thalweg.state.cases import DUE, Request
from thalweg.state.channels import Channel
from thalweg.state.exchange import NoticeState
from thalweg.state.packed import passing
from thalweg.state.picture import Chain, Standing
from thalweg.state.world import World

_LEFT_S = 3600.0  # what came due so long ago has been looked at, however much came due at one time


class Due(StrEnum):
    """What may have come due."""

    ANSWER = "answer"  # a notice that nobody answered
    REPEAT = "repeat"  # an emergency
    COMMITMENT = "commitment"
    PROPOSAL = "proposal"
    REMIND = "remind"  # a validity runs out soon
    STALE = "stale"  # it has run out
    END = "end"  # the window of a declaration
    SHOW = "show"  # a coarse view with a delay
    FADE = "fade"  # the time for which it is told in cells
    SILENCE = "silence"  # nobody on the other side of one's own declaration has answered
    LINE_CHECK = "line_check"  # one went unanswered
    BEAT = "beat"  # one is due
    EXPLANATION = "explanation"  # one that was asked for: its addressee is reminded, and then it was due


@dataclass(frozen=True, slots=True, order=True)
class Timer:
    at_s: float
    what: Due
    rank: str  # in which order what comes due at one moment is looked at, where ids are opaque
    subject: str
    step: int = 0


_LAST: Final = (Due.ANSWER, Due.SILENCE, Due.REMIND, Due.STALE, Due.END, Due.SHOW, Due.FADE)
"""Those of which there may be millions; all others are set anew from the few things that have them."""
_Columns = Mapping[str, npt.NDArray[Any]]


class KeptTimers:
    """Timers in columns, earliest first; each is made when its turn comes."""

    def __init__(self, columns: _Columns) -> None:
        self.columns = {name: columns[name] for name in ("at", "what", "step", "text", "rank_length", "text_length")}
        self._ends: npt.NDArray[np.int64] = np.cumsum(columns["text_length"], dtype=np.int64)
        self._next = 0
        self._head: Timer | None = None

    @classmethod
    def of(cls, timers: Iterable[Timer]) -> KeptTimers:
        """Those that last, of these."""
        rows = sorted(each for each in timers if each.what in _LAST)
        texts = [f"{each.rank}{each.subject}".encode("utf-8", "surrogatepass") for each in rows]
        count = len(rows)
        return cls(
            {
                "at": np.fromiter((each.at_s for each in rows), np.float64, count),
                "what": np.fromiter((_LAST.index(each.what) for each in rows), np.uint8, count),
                "step": np.fromiter((each.step for each in rows), np.int64, count),
                "text": np.frombuffer(b"".join(texts), np.uint8),
                "rank_length": np.fromiter((len(each.rank) for each in rows), np.int32, count),
                "text_length": np.fromiter(map(len, texts), np.int32, count),
            }
        )

    def __len__(self) -> int:
        return len(self.columns["at"]) - self._next

    def merged(self, timers: Iterable[Timer]) -> KeptTimers:
        """Those that are left, and of these those that last. What is left is copied in columns: no timer is made of
        it but to find where another belongs."""
        more = sorted(each for each in timers if each.what in _LAST)
        other, left = KeptTimers.of(more).columns, self._left()
        if not more:
            return KeptTimers(left)
        places = np.array([self._before(each) for each in more], np.int64) - self._next
        begins = np.concatenate([[0], np.cumsum(left["text_length"], dtype=np.int64)])[places]
        return KeptTimers(
            {
                name: np.insert(
                    column, np.repeat(begins, other["text_length"]) if name == "text" else places, other[name]
                )
                for name, column in left.items()
            }
        )

    def _left(self) -> dict[str, npt.NDArray[Any]]:
        begin = int(self._ends[self._next - 1]) if self._next else 0
        return {name: column[begin if name == "text" else self._next :] for name, column in self.columns.items()}

    def _before(self, timer: Timer) -> int:
        """The first row that comes after it."""
        at = self.columns["at"]
        first, last = (int(np.searchsorted(at, timer.at_s, side)) for side in ("left", "right"))
        first, last = max(first, self._next), max(last, self._next)
        return first + bisect_right(range(first, last), timer, key=self._timer)

    def head(self) -> Timer | None:
        """The earliest of those that are left."""
        if self._head is None and len(self):
            self._head = self._timer(self._next)
        return self._head

    def pop(self) -> Timer | None:
        """The earliest, which is left no longer."""
        found = self.head()
        if found is not None:
            self._next, self._head = self._next + 1, None
        return found

    def left(self) -> Iterator[Timer]:
        return map(self._timer, range(self._next, len(self.columns["at"])))

    def _timer(self, row: int) -> Timer:
        held, end = self.columns, int(self._ends[row])
        text = held["text"][end - int(held["text_length"][row]) : end].tobytes().decode("utf-8", "surrogatepass")
        cut = int(held["rank_length"][row])
        return Timer(
            float(held["at"][row]), _LAST[int(held["what"][row])], text[:cut], text[cut:], int(held["step"][row])
        )


_NONE: Final = KeptTimers.of(())


class Clocks:
    """The heap, and beside it what was kept of another."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._kept = _NONE

    def set(self, at_s: float, what: Due, subject: str, step: int = 0, *, rank: str = "") -> None:
        """Look at it again then. What never comes is not kept."""
        if at_s != float("inf"):
            heapq.heappush(self._heap, Timer(at_s, what, rank, subject, step))

    def due(self, now: Instant, most: int) -> list[Timer]:
        """Up to so many timers whose time has come, earliest first; they are no longer kept."""
        found: list[Timer] = []
        while len(found) < most and self.next_s <= now.epoch_s:
            kept = self._kept.head()
            if kept is not None and (not self._heap or kept < self._heap[0]):
                self._kept.pop()
                found.append(kept)
            else:
                found.append(heapq.heappop(self._heap))
        return found

    @property
    def next_s(self) -> float:
        """When the next one comes due; infinity if none does."""
        kept = self._kept.head()
        next_s = self._heap[0].at_s if self._heap else math.inf
        return next_s if kept is None else min(next_s, kept.at_s)

    def kept(self) -> KeptTimers:
        """Those that last, for `resume`."""
        return self._kept.merged(self._heap)

    def settle(self) -> None:
        """Put those that last into columns, which have a tenth of the size."""
        self._kept = self.kept()
        self._heap = [each for each in self._heap if each.what not in _LAST]
        heapq.heapify(self._heap)

    def resume(self, kept: KeptTimers, world: World) -> None:
        """Those that were put away, and all of the kinds that are not."""
        self._heap.clear()
        self._kept = kept
        self._few(world)

    def __len__(self) -> int:
        return len(self._heap) + len(self._kept)

    # --- what to look at again, for each thing that the state holds ---

    def notice(self, notice: NoticeState, world: World) -> None:
        """An answer is owed: the next step of its escalation. A request for an explanation has a clock of its own."""
        if notice.outstanding and notice.due is not None and notice.what is not NoticeKind.EXPLANATION_REQUEST:
            self.set(escalates_s(notice, world), Due.ANSWER, notice.id, notice.step + 1)

    def chain(self, chain: Chain, world: World) -> None:
        """Its end, the end of its validity, and the end of the delays after which others are shown it."""
        if chain.standing is not Standing.IN_FORCE:
            return
        self.delays(chain, world)
        widest_s = max((rule.margin.time_s for rule in world.membership.theatre.rules), default=0.0)
        self.set(chain.over_s + widest_s, Due.END, chain.key, chain.revision)
        if chain.valid_until is not None:
            if not chain.reminded:
                self.set(remind_s(chain, world), Due.REMIND, chain.key)
            if not chain.stale_told:
                self.set(chain.valid_until.epoch_s, Due.STALE, chain.key)

    def delays(self, chain: Chain, world: World) -> None:
        """When others are shown it, where its terms say so long after it was taken."""
        for at_s in sorted({at_s for _, at_s in delayed(world, chain)}):
            if at_s > world.latest.epoch_s - _LEFT_S:
                self.set(at_s, Due.SHOW, chain.key, chain.revision)

    def request(self, request: Request, world: World) -> None:
        """A request for an explanation: when its addressee is reminded, or it is due."""
        if not request.answers and request.step < DUE:
            at_s = request.due.epoch_s if request.step else asked_again_s(request, world)
            self.set(at_s, Due.EXPLANATION, request.event, request.step + 1)

    def everything(self, world: World) -> None:
        """All of it from the state."""
        self._heap.clear()
        self._kept = _NONE
        for notice in passing(world.exchange.notices):
            self.notice(notice, world)
        for chain in world.picture.passing():
            self.chain(chain, world)
        self._few(world)

    def _few(self, world: World) -> None:
        repeat_s = world.membership.theatre.clock("repeat")[0]
        for emergency in world.exchange.emergencies.values():
            if emergency.open:
                at_s = (emergency.last or emergency.at).epoch_s + repeat_s
                self.set(at_s, Due.REPEAT, emergency.event, emergency.repeated + 1)
        for commitment in world.exchange.commitments.values():
            if commitment.outcome is None and not commitment.lapsed:
                self.set(commitment.due.epoch_s, Due.COMMITMENT, commitment.event)
        for agreement in world.agreements.agreements.values():
            if agreement.state is AgreementState.PROPOSED and agreement.expires is not None:
                self.set(agreement.expires.epoch_s, Due.PROPOSAL, agreement.event)
        for request in world.cases.requests.values():
            self.request(request, world)
        answer_s = world.membership.theatre.clock("line_check")[0]
        for channel in world.channels.channels.values():
            for check, (_, at) in channel.checks.items():
                self.set(at.epoch_s + answer_s, Due.LINE_CHECK, check, 0)
            if channel.line_check_s:
                self.set(beats_s(channel, world.latest), Due.BEAT, channel.channel)


def escalates_s(notice: NoticeState, world: World) -> float:
    """When a notice that is not answered goes a step further: at its due time, then by the clock of its severity; past
    the last step at the last interval, until someone answers. Each interval counts from when the step before was
    taken, so that a desk that was away does not make up for it all at once."""
    steps = world.membership.theatre.clock(notice.severity or "information")
    if notice.counted is None:
        return notice.due.epoch_s if notice.due is not None else notice.at.epoch_s + steps[0]
    step = min(notice.step, len(steps) - 1)
    return notice.counted.epoch_s + steps[step] - (steps[step - 1] if step else 0.0)


def beats_s(channel: Channel, now: Instant) -> float:
    """When the next beat of a channel's line checks is; they keep time with its opening."""
    since_s = channel.since.epoch_s
    return since_s + (math.floor((now.epoch_s - since_s) / channel.line_check_s) + 1) * channel.line_check_s


def asked_again_s(request: Request, world: World) -> float:
    """When the addressee of a request for an explanation is reminded: as long before it is due as of a validity that
    runs out, and not before half the time that it was given is over."""
    before_s = world.membership.theatre.clock("remind")[0]
    half_s = (request.at.epoch_s + request.due.epoch_s) / 2
    return max(half_s, request.due.epoch_s - before_s)


def remind_s(chain: Chain, world: World) -> float:
    """When its notifier is reminded that its validity runs out; infinity if it does not."""
    if chain.valid_until is None:
        return math.inf
    before_s = world.membership.theatre.clock("remind")[0]
    return max(chain.received.epoch_s, chain.valid_until.epoch_s - before_s)
