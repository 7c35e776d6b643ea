"""Which notices are answered by a deed: whoever joins a channel has answered the invitation to it.

An acknowledgement says that a notice was had. Where a notice asks for something to be done, doing it says that and
more, and nobody is to be rung for an answer that has been given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from thalweg.model.events import NoticeKind
from thalweg.state.agreements import Agreement, AgreementState
from thalweg.state.exchange import Commitment, Exchange, Fact, NoticeState

_ASKED: Final = frozenset((NoticeKind.PROPOSAL, NoticeKind.QUIET_WINDOW, NoticeKind.LINE, NoticeKind.CUSTODY))


def agreed(exchange: Exchange, agreement: Agreement, by: str) -> Iterator[NoticeState]:
    """The notices by which something was proposed: to the party that answered; once it is agreed, declined or lapsed,
    to everybody, for nobody can answer any more."""
    for each in _led_to(exchange, agreement.event):
        if each.what in _ASKED and (each.to == by or agreement.state is not AgreementState.PROPOSED):
            yield each


def joined(exchange: Exchange, party: str, channel: str) -> Iterator[NoticeState]:
    """The invitation to a channel that the party has joined."""
    return (each for each in _known(exchange, party, channel) if each.what is NoticeKind.CHANNEL)


def checked(exchange: Exchange, check: str) -> Iterator[NoticeState]:
    """The notices by which a line check was asked: one answer is enough, and when its time is over there is none."""
    return (each for each in _led_to(exchange, check) if each.what is NoticeKind.LINE_CHECK)


def vouched(exchange: Exchange, party: str, key: str) -> Iterator[NoticeState]:
    """The reminders of a validity that runs out, to the notifier that has vouched anew, declared anew, or cancelled."""
    return (each for each in _known(exchange, party, key) if each.what is NoticeKind.REMINDER)


def rethought(exchange: Exchange, party: str, key: str) -> Iterator[NoticeState]:
    """The warnings of its own declaration, to the notifier that has declared it anew or taken it back since: what is
    in conflict with what it says now is warned of anew."""
    return (each for each in _known(exchange, party, key) if each.what is NoticeKind.WARNING and each.of == party)


def promised(exchange: Exchange, party: str, about: str) -> Iterator[NoticeState]:
    """The call for help that the party has promised to act on."""
    emergency = exchange.emergency_about(about)
    named = () if emergency is None else emergency.notices
    return (exchange.notices[each] for each in named if exchange.notices[each].to == party)


def came_of(exchange: Exchange, commitment: Commitment, parties: Iterable[str]) -> Iterator[NoticeState]:
    """The notices that a promise had lapsed without anybody saying what came of it, which is said now."""
    for party in parties:
        for subject in (commitment.event, commitment.about):
            for each in _known(exchange, party, subject):
                if each.what is NoticeKind.LAPSED and each.answers == commitment.event:
                    yield each


def compared_anew(exchange: Exchange, party: str, since: int) -> Iterator[NoticeState]:
    """The party's warnings of its own that were made before the entry by which other rules hold: what is in conflict
    under these is warned of anew."""
    for name in exchange.owed(party).pressing(of=party):
        notice = exchange.notices[name]
        if notice.what is NoticeKind.WARNING and notice.index < since:
            yield notice


def wrong(notice: NoticeState) -> list[Fact]:
    """The read-backs that did not agree and that the newest, which agrees, puts right."""
    *before, _ = notice.read_back
    right = [place for place, each in enumerate(before) if not each.what]
    return before[right[-1] + 1 if right else 0 :]


def differed(exchange: Exchange, event: str) -> Iterator[NoticeState]:
    """The notices that a read-back differed."""
    return (each for each in _led_to(exchange, event) if each.what is NoticeKind.READ_BACK)


def _led_to(exchange: Exchange, event: str) -> Iterator[NoticeState]:
    return (exchange.notices[each] for each in exchange.about.get(event, ()))


def _known(exchange: Exchange, party: str, subject: str) -> Iterator[NoticeState]:
    return (exchange.notices[each] for each in exchange.told_of(party, subject))
