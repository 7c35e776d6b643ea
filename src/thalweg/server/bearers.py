"""Further bearers of notices: webhooks and e-mail, to where a party's watch said that it is reached.

::

    append ─▶ a message for each notice and contact ─▶ outbox ─▶ claimed, made, carried ─▶ delivered/1, signed ─▶ done
                (its id follows from both)                          │ not taken
                                                                    └─▶ later, ever later; given up after so many tries

The outbox holds which notice goes to which contact and nothing of either: what goes out is made when it is sent, from
what policy discloses to the recipient then, in the contact's language, and a contact that was erased meanwhile gets
nothing. At least once: whoever sends may die between handing over and saying so, and the message then goes out again
under the same id. Only the process that decides puts messages and sends them; on taking over it puts those of the last
day again, which changes nothing for those that are there. An emergency is due before everything else that waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from thalweg.desk.office import Office, Reading
from thalweg.ledger.errors import LedgerError
from thalweg.model.accounts import AccountStore, Contact
from thalweg.model.errors import ThalwegError
from thalweg.model.events import SECRETARIAT, Bearer, Delivered, Notice
from thalweg.model.instants import Instant
from thalweg.model.keeping import Message, Outbox, Queued
from thalweg.policy.tell import EMERGENCY
from thalweg.reports import told, wire
from thalweg.reports.given import Notice as WireNotice
from thalweg.reports.given import NoticeText
from thalweg.server.mail import Mail
from thalweg.server.webhooks import NotCarried, Webhooks
from thalweg.state.recorded import Recorded

TRIES: Final = 16
_LEASE_MS: Final = 120_000  # longer than any bearer may take
_AT_ONCE: Final = 24
_USUAL: Final = 16  # the rest is for emergencies: what is slow to take something must not keep them waiting
_URGENT: Final = "!"  # before the notice of an emergency, in the body of its message
_LOOK_S: Final = 1.0
_GATHER_S: Final = 0.1  # what is told meanwhile is looked up with it; an emergency waits for nothing
_DAY_S: Final = 86_400.0
_LOOKED_AT: Final = 1_000  # notices of the past, before others get their turn
_FIRST_MS, _LONGEST_MS, _LONGEST_EMERGENCY_MS = 2_000, 900_000, 60_000
_BEARERS: Final = {"webhook": Bearer.WEBHOOK, "email": Bearer.EMAIL}


@dataclass(slots=True)
class BearerCounts:
    """Since the start; for metrics."""

    carried: int = 0
    failed: int = 0
    dead: int = 0


@dataclass(slots=True)
class Bearers:
    """Carries what is due while this process decides. `mail` is None where no SMTP server is set: nothing is queued
    for e-mail then. `origin` names the log; `log` takes one line of JSON, with no address, position or name in it."""

    office: Office
    contacts: AccountStore
    outbox: Outbox
    webhooks: Webhooks
    mail: Mail | None
    origin: str
    owner: str
    now_ms: Callable[[], int]
    log: Callable[[str], None]
    counts: BearerCounts = field(default_factory=BearerCounts)
    _fresh: deque[tuple[str, int, str, int]] = field(default_factory=deque)  # party, number, severity, when
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _task: asyncio.Task[None] | None = None
    _soon: asyncio.TimerHandle | None = None  # when what was told is looked up
    _anybody: bool = True  # was reached when it was last looked up
    _caught_up: bool = False
    _closing: bool = False
    _deaf: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin, on the event loop; after the office."""
        self._deaf = self.office.listen(self._told)
        self._task = asyncio.create_task(self._run(), name="bearers")

    async def stop(self) -> None:
        """Let what is being carried end, and begin nothing more; before the office stops."""
        self._closing = True
        if self._soon is not None:
            self._soon.cancel()
        self._bell.set()
        if self._deaf is not None:
            self._deaf()
            self._deaf = None
        if self._task is not None:
            await self._task
        if self._running:
            await asyncio.wait(self._running)

    def _told(self, records: Sequence[Recorded]) -> None:
        urgent = False
        for record in records:
            if isinstance(record.body, Notice):
                said = record.body
                urgent = urgent or said.severity == EMERGENCY
                self._fresh.append((said.to, said.n, said.severity, round(said.at.epoch_s * 1000)))
        if urgent:
            self._bell.set()
        elif self._fresh and self._soon is None and self._anybody:
            self._soon = asyncio.get_running_loop().call_later(_GATHER_S, self._gathered)

    def _gathered(self) -> None:
        self._soon = None
        self._bell.set()

    async def _run(self) -> None:
        while not self._closing:
            try:
                if self.office.decides:
                    await self._put()
                    await self._send()
                else:
                    self._caught_up = False
                    self._fresh.clear()
            except LedgerError as error:
                self._say("away", code=error.code)  # the store, or the desk: what waits is waiting still
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), _LOOK_S)
            self._bell.clear()

    # --- putting ---

    async def _put(self) -> None:
        if not self._caught_up:
            await self._catch_up()
            self._caught_up = True
        while self._fresh:
            some = [self._fresh.popleft() for _ in range(min(len(self._fresh), 500))]
            try:
                await self._put_some(some)
            except LedgerError:
                self._fresh.extendleft(reversed(some))
                raise

    async def _put_some(self, notices: Iterable[tuple[str, int, str, int]]) -> None:
        mailboxes = (await self.office.reading()).world.exchange.mailboxes
        messages: list[Message] = []
        reached: dict[str, Sequence[Contact]] = {}
        for party, number, severity, at_ms in notices:
            if party not in reached:
                reached[party] = await self._reached(party)
            messages += [
                self._message(party, mailboxes[party][number - 1], severity, at_ms, contact)
                for contact in reached[party]
                if contact.created_ms <= at_ms
            ]
        # Where nobody is, whoever comes to be reached has the first of it within `_LOOK_S`.
        self._anybody = any(reached.values())
        if messages:
            await asyncio.to_thread(self.outbox.put, messages)

    def _message(self, party: str, notice: str, severity: str, at_ms: int, contact: Contact) -> Message:
        name = hashlib.sha256(f"{self.origin}\n{notice}\n{contact.id}".encode()).hexdigest()[:32]
        urgent = severity == EMERGENCY
        body = f"{_URGENT if urgent else ''}{notice}".encode()
        return Message(name, party, _BEARERS[contact.kind].value, contact.id, body, 0 if urgent else at_ms)

    async def _catch_up(self) -> None:
        """What was told in the last day, while nobody or somebody else listened, to those who are reached from here.
        What is told meanwhile may be found twice: a message has one name."""
        self._fresh.clear()
        world = (await self.office.reading()).world
        since_s = self.now_ms() / 1000 - _DAY_S
        for party in (*world.membership.parties, SECRETARIAT):
            if not await self._reached(party):
                continue
            for number, name in enumerate(reversed(world.exchange.mailboxes.get(party, ())), 1):
                state = world.exchange.notices[name]
                if state.at.epoch_s < since_s:
                    break
                if not any(fact.what in _BY_US for fact in state.delivered):
                    self._fresh.append((party, state.n, state.severity, round(state.at.epoch_s * 1000)))
                if number % _LOOKED_AT == 0:
                    await asyncio.sleep(0)

    async def _reached(self, party: str) -> list[Contact]:
        """Where messages to a party go."""
        found = await asyncio.to_thread(self.contacts.contacts, f"party:{party}")
        return [each for each in found if self._carries(each)]

    def _carries(self, contact: Contact) -> bool:
        return contact.kind == "webhook" or (contact.kind == "email" and self.mail is not None)

    # --- sending ---

    async def _send(self) -> None:
        room = _AT_ONCE - len(self._running)
        if room <= 0 or self._closing:
            return
        if len(self._running) >= _USUAL:
            first = await asyncio.to_thread(self.outbox.due, self.now_ms(), 1)
            if not first or not _urgent(first[0].message):
                return
            room = 1
        else:
            room = _USUAL - len(self._running)
        claimed = await asyncio.to_thread(self.outbox.claim, self.owner, self.now_ms(), _LEASE_MS, room)
        for queued in claimed:
            task = asyncio.create_task(self._one(queued))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._bell.set()  # there is room for the next

    async def _one(self, queued: Queued) -> None:
        message = queued.message
        try:
            fact = await self._carry(message)
            if fact:
                await self.office.note(Delivered("", (_notice(message),), Bearer(message.bearer)))
            self.counts.carried += bool(fact)
            await asyncio.to_thread(self.outbox.done, message.id, fact or "nothing to carry")
        except NotCarried as error:
            await self._again(queued, error.why, final=error.final)
        except (ThalwegError, LedgerError) as error:
            await self._again(queued, error.code, final=False)

    async def _carry(self, message: Message) -> str:
        """The bearer's word for it; empty where there is nothing to send to that contact any more."""
        held = await asyncio.to_thread(self.contacts.contacts, f"party:{message.recipient}")
        contact = next((each for each in held if each.id == message.address_ref), None)
        if contact is None or not self._carries(contact):
            return ""
        made = compose(await self.office.reading(), message.recipient, _notice(message), contact.language)
        if made is None:
            return ""
        if contact.kind == "webhook":
            return await self.webhooks.carry(contact, message.id, webhook_body(made))
        if self.mail is None:
            return ""
        return await self.mail.carry(contact, message.id, made.subject, mail_text(made), made.at)

    async def _again(self, queued: Queued, why: str, *, final: bool) -> None:
        message, tries = queued.message, queued.tries
        self.counts.failed += 1
        try:
            if final or tries >= TRIES:
                self.counts.dead += 1
                await asyncio.to_thread(self.outbox.dead, message.id, f"given up after {tries}: {why}")
                self._say("dead", bearer=message.bearer, tries=tries, why=why)
                return
            longest_ms = _LONGEST_EMERGENCY_MS if _urgent(message) else _LONGEST_MS
            pause_ms = min(longest_ms, _FIRST_MS * 2 ** (tries - 1))
            # Not all at one moment, when a receiver that was away is back; and the same in every run.
            pause_ms += pause_ms * int(message.id[:2], 16) // 1024
            at_ms = self.now_ms() + pause_ms
            await asyncio.to_thread(lambda: self.outbox.retry(message.id, at_ms, why, owner=self.owner))
            self._say("retry", bearer=message.bearer, tries=tries, why=why)
        except LedgerError as error:
            self._say("away", code=error.code)  # its lease runs out, and it is claimed again

    def _say(self, what: str, **fields: str | int) -> None:
        self.log(json.dumps({"at": self.now_ms(), "event": "bearer", "what": what, **fields}, separators=(",", ":")))


def _urgent(message: Message) -> bool:
    return message.body.startswith(_URGENT.encode())


def _notice(message: Message) -> str:
    return message.body.decode().removeprefix(_URGENT)


_BY_US: Final = frozenset(each.value for each in _BEARERS.values())


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes out: all of it from disclosed values, for one party in one language."""

    subject: str
    words: NoticeText
    notice: WireNotice
    at: Instant


def compose(reading: Reading, party: str, notice: str, language: str) -> Parcel | None:
    """What a notice says to its party; None if there is no such notice to it."""
    read = reading.mailboxes.notice(party, notice)
    if read is None:
        return None
    membership = reading.world.membership
    names = {each: membership.name(each) for each in (*membership.parties, SECRETARIAT)}
    sides = reading.mailboxes.sides(party, notice)
    words = told.words(read, sides, membership.theatre, names, language)
    return Parcel(words["subject"], words, wire.notice(read), read.value.notice.at)


def webhook_body(parcel: Parcel) -> bytes:
    """The payload of a webhook, in the form of Standard Webhooks."""
    value = {"type": "notice", "timestamp": str(parcel.at), "data": {"notice": parcel.notice, "text": parcel.words}}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def mail_text(parcel: Parcel) -> str:
    """The body of an e-mail: the texts, the English beside each that nobody has reviewed, and what it is not."""
    words = parcel.words
    lines: list[str] = []
    for each in words["texts"]:
        lines.append(each["text"])
        if each["source"]:
            lines += ["", each["source"]]
        lines.append("")
    if words["note"]:
        lines += [words["note"], ""]
    lines += [words["notice"], ""]
    lines += words["disclaimers"]
    return "\n".join(lines) + "\n"
