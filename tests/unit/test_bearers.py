"""Webhooks and e-mail: signed, made from what is disclosed, tried until they are taken, and on record when they were
(R14, R23)."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from typing_extensions import override

from tests.doors_world import World
from tests.serving import Serving, serving, soon
from tests.unit.test_tls import Issuer
from thalweg.model.accounts import Contact
from thalweg.model.declarations import Kind
from thalweg.model.errors import ValueRefused
from thalweg.model.events import EmergencySent, Term
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.server.bearers import compose
from thalweg.server.mail import MailSettings
from thalweg.server.webhooks import NotCarried, Webhooks, WebhookSettings, seal_secret, signature

SECRET = b"twenty-four secret bytes"
PLAIN = WebhookSettings(plain_loopback=True)


@dataclass
class Receiver:
    """Somebody's webhook, on this machine. `answers` are the statuses of the next answers; then 204."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    wait_s: float = 0.0

    def data(self) -> list[dict[str, Any]]:
        return [json.loads(body)["data"] for _, body in self.got]


@contextmanager
def receiver(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    held = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            held.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(held.wait_s)
            self.send_response(held.answers.pop(0) if held.answers else 204)
            for name, value in held.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(held.body)

        @override
        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    held.url = f"{'http' if context is None else 'https'}://localhost:{server.server_address[1]}/in"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Mailbox:
    """An SMTP server's inbox. `refuse` is what it says instead of taking the next messages."""

    def __init__(self) -> None:
        self.got: list[email.message.EmailMessage] = []
        self.refuse: list[str] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        if self.refuse:
            return self.refuse.pop(0)
        made = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(made, email.message.EmailMessage)
        self.got.append(made)
        return "250 taken"


class PostOffice(Controller):
    """Knows who has called: its `stop` leaves connections as they are, to be found by whoever collects garbage."""

    def __init__(self, held: Mailbox, port: int) -> None:
        self.callers: list[SMTP] = []
        super().__init__(held, hostname="127.0.0.1", port=port)

    @override
    def factory(self) -> SMTP:
        made = SMTP(self.handler, **self.SMTP_kwargs)
        self.callers.append(made)
        return made

    def empty(self) -> bool:
        return all(each.transport is None for each in self.callers)


@contextmanager
def post_office() -> Iterator[tuple[Mailbox, MailSettings]]:
    held = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = PostOffice(held, port)
    controller.start()
    try:
        yield held, MailSettings("127.0.0.1", "desk@desk.example", port=port, security="none")
        until(controller.empty)
    finally:
        controller.stop()


def until(holds: Callable[[], bool], most_s: float = 20.0) -> None:
    end = time.monotonic() + most_s
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


def delivered(desk: Serving, who: str, bearer: str) -> list[dict[str, Any]]:
    return [n for n in desk.notices(who) if any(fact["what"] == bearer for fact in n["delivered"])]


# --- webhooks ---


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the Standard Webhooks libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    said = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_notice_reaches_a_webhook_signed_and_is_delivered_on_record(tmp_path: Path) -> None:
    with receiver() as hook, serving(tmp_path, webhooks=PLAIN) as desk:
        desk.parties("alpha", "bravo")
        desk.contact("bravo", "webhook", hook.url, "fr", SECRET)
        desk.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        until(lambda: bool(delivered(desk, "bravo-1", "webhook")))
        headers, body = hook.got[-1]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.digest(SECRET, signed, hashlib.sha256)).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        value = json.loads(body)
        assert value["type"] == "notice"
        assert value["data"]["notice"]["declaration"]["title"] == "hospital of alpha"
        assert value["data"]["text"]["language"] == "fr"
        notice = delivered(desk, "bravo-1", "webhook")[-1]
        assert notice["id"] == value["data"]["notice"]["id"]
        assert notice["delivered"][0]["officer"] == "desk"
        own = desk.get("alpha-1", "/v1/declarations/hospital").json()
        assert own["copies"][0]["delivered"][0]["what"] == "webhook"  # its notifier is owed that (R14)


def test_what_goes_out_shows_no_more_than_the_interface(tmp_path: Path) -> None:
    """At `exists`, neither title nor kind nor place leaves by webhook or e-mail (D7, R36)."""
    with receiver() as hook, post_office() as (box, mail), serving(tmp_path, webhooks=PLAIN, mail=mail) as desk:
        desk.parties("alpha", "bravo", terms=(Term(Level.EXISTS),))
        desk.contact("bravo", "webhook", hook.url, "en", SECRET)
        desk.contact("bravo", "email", "watch@bravo.example")
        desk.declare("alpha-1", soon("ephrem", "alpha", kind=Kind.STATIC_SITE))
        until(lambda: bool(hook.got) and bool(box.got))
        until(lambda: bool(delivered(desk, "bravo-1", "email")))
        for sent in (hook.got[-1][1].decode(), box.got[-1].as_string(), box.got[-1].get_content()):
            assert "ephrem" not in sent.lower()
            assert "static_site" not in sent
            assert "40.14" not in sent


def test_what_is_not_taken_is_tried_again_under_the_same_id_and_given_up_where_it_is_gone(tmp_path: Path) -> None:
    with receiver() as hook, serving(tmp_path, webhooks=PLAIN) as desk:
        desk.parties("alpha", "bravo")
        desk.contact("bravo", "webhook", hook.url, "en", SECRET)
        hook.answers = [503]
        desk.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        until(lambda: len(hook.got) >= 2)
        assert hook.got[0][0]["webhook-id"] == hook.got[1][0]["webhook-id"]
        assert hook.got[0][1] == hook.got[1][1]
        until(lambda: bool(delivered(desk, "bravo-1", "webhook")))
        hook.answers = [410]
        desk.declare("alpha-1", soon("clinic", "alpha", 40.3, kind=Kind.STATIC_SITE))
        until(lambda: any(each["what"] == "dead" for each in desk.events("bearer")))
        assert desk.built.bearers.counts.dead == 1
        line = next(each for each in desk.events("bearer") if each["what"] == "dead")
        assert line["why"] == "HTTP 410"
        assert "localhost" not in json.dumps(desk.events("bearer"))


def test_an_emergency_overtakes_what_waits(tmp_path: Path) -> None:
    with serving(tmp_path, webhooks=PLAIN) as desk:
        desk.parties("alpha", "bravo")
        contact = Contact("c", "party:bravo", "webhook", "https://hook.example", b"", bytes(32), "en", 1)
        make = desk.built.bearers._message
        usual = make("bravo", "bravo-1", "warning", 5, contact)
        emergency = make("bravo", "bravo-2", "emergency", 9, contact)
        outbox = desk.opened.tables.outbox
        desk.portal.call(desk.built.bearers.stop)  # or they would be taken before they are looked at
        outbox.put([usual, emergency])
        assert [each.message.id for each in outbox.due(10, 5)] == [emergency.id, usual.id]


def test_what_is_slow_to_take_things_keeps_no_emergency_waiting(tmp_path: Path) -> None:
    with receiver() as slow, receiver() as quick, serving(tmp_path, webhooks=PLAIN) as desk:
        desk.parties("alpha", "bravo")
        slow.wait_s = 6.0
        for _ in range(20):
            desk.contact("bravo", "webhook", slow.url, "en", SECRET)
        desk.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        until(lambda: len(slow.got) >= 16)
        began = time.monotonic()
        contact = desk.contact("alpha", "webhook", quick.url, "en", SECRET)
        make = desk.built.bearers._message
        name = desk.notices("alpha-1")[0]["id"]
        desk.opened.tables.outbox.put([make("alpha", name, "emergency", 1, contact)])
        until(lambda: bool(quick.got), 5.0)
        assert time.monotonic() - began < 5.0
        slow.wait_s = 0.0


def test_on_taking_over_what_was_told_meanwhile_is_put_and_nothing_twice(tmp_path: Path) -> None:
    with receiver() as hook:
        with serving(tmp_path, webhooks=PLAIN) as desk:
            desk.parties("alpha", "bravo")
            desk.contact("bravo", "webhook", hook.url, "en", SECRET)
            desk.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
            until(lambda: bool(delivered(desk, "bravo-1", "webhook")))
            many = len(hook.got)
            sealed = seal_secret(desk.built.doors, "c-old", SECRET)  # as if its notices had not been put in time
            desk.opened.accounts.add_contact(
                Contact("c-old", "party:alpha", "webhook", hook.url, sealed, bytes(32), "en", 1)
            )
            told = len(desk.notices("alpha-1"))
        with serving(tmp_path, webhooks=PLAIN) as desk:
            until(lambda: len(hook.got) == many + told)
            time.sleep(1.2)
            assert len(hook.got) == many + told
        assert {each["notice"]["to"] for each in hook.data()[many:]} == {"alpha"}


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/", "https://10.1.2.3/", "https://192.168.1.1/", "https://169.254.169.254/latest",
        "https://localhost/", "https://0.0.0.0/", "https://100.64.0.1/", "https://224.0.0.1/", "http://localhost:1/",
    ],
)  # fmt: skip
def test_nothing_is_posted_into_a_private_network(address: str) -> None:
    doors = World().doors
    contact = Contact("c", "party:a", "webhook", address, seal_secret(doors, "c", SECRET), bytes(32), "en", 1)
    with pytest.raises(NotCarried) as refused:
        asyncio.run(Webhooks(WebhookSettings(), doors).carry(contact, "m", b"{}"))
    assert refused.value.final
    assert address.split("/")[2] not in refused.value.why


@pytest.mark.parametrize(
    "address",
    [
        "https://hook.example:99999/",
        "https://hook.example:0/",
        "https://hook..example/",
        f"https://{'a' * 80}.example/",
    ],
)
def test_what_is_no_address_is_refused_at_entering_and_given_up_where_it_stands(address: str) -> None:
    """It ended the task that carried it, and was tried again for ever."""
    doors = World().doors
    contact = Contact("c", "party:a", "webhook", address, seal_secret(doors, "c", SECRET), bytes(32), "en", 1)
    with pytest.raises(NotCarried) as refused:
        asyncio.run(Webhooks(WebhookSettings(), doors).carry(contact, "m", b"{}"))
    assert refused.value.final
    said = doors.unreachable(address)
    assert refused.value.why in said
    assert "--webhook" not in said, "no setting of the server's helps there"
    assert "from 1 to 65535" in said


def test_a_desk_refuses_at_entering_what_its_own_settings_would_not_post_to(tmp_path: Path) -> None:
    with serving(tmp_path, webhooks=PLAIN) as desk:
        assert desk.built.doors.unreachable("http://localhost:8080/") == ""
        assert desk.built.doors.unreachable("https://10.0.0.1/")


@pytest.mark.parametrize("address", ["::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "::1", "fe80::1", "fd00::1"])
def test_an_address_dressed_as_another_is_seen_through(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolved(*_: object, **__: object) -> list[Any]:
        return [(10, 1, 6, "", (address, 443, 0, 0))]

    async def run() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
        await Webhooks(WebhookSettings(), World().doors)._resolved("hook.example", 443, secure=True)

    with pytest.raises(NotCarried):
        asyncio.run(run())


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    doors = World().doors
    with receiver() as other, receiver() as hook:
        hook.answers, hook.headers = [302], {"location": other.url}
        contact = Contact("c", "party:a", "webhook", hook.url, seal_secret(doors, "c", SECRET), bytes(32), "en", 1)
        with pytest.raises(NotCarried) as refused:
            asyncio.run(Webhooks(PLAIN, doors).carry(contact, "m", b"{}"))
        assert refused.value.why == "HTTP 302"
        assert not other.got


def test_a_receiver_that_is_slow_or_never_ends_is_left() -> None:
    doors = World().doors
    with receiver() as hook:
        contact = Contact("c", "party:a", "webhook", hook.url, seal_secret(doors, "c", SECRET), bytes(32), "en", 1)
        hook.answers, hook.body = [200], b"x" * 1_000_000
        assert asyncio.run(Webhooks(PLAIN, doors).carry(contact, "m", b"{}")) == "HTTP 200"
        hook.wait_s = 1.0
        with pytest.raises(NotCarried) as slow:
            asyncio.run(Webhooks(WebhookSettings(plain_loopback=True, wait_s=0.2), doors).carry(contact, "m", b"{}"))
        assert slow.value.why == "no answer in time"


def test_over_tls_the_receiver_proves_who_it_is(tmp_path: Path) -> None:
    doors = World().doors
    issuer, stranger = Issuer(tmp_path, "known"), Issuer(tmp_path, "stranger")
    for made, taken in ((issuer, True), (stranger, False)):
        certificate, key, _ = made.issue("localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with receiver(context) as hook:
            contact = Contact("c", "party:a", "webhook", hook.url, seal_secret(doors, "c", SECRET), bytes(32), "en", 1)
            hooks = Webhooks(WebhookSettings(allowed=("127.0.0.0/8", "::1/128"), issuers=str(issuer.file)), doors)
            if taken:
                assert asyncio.run(hooks.carry(contact, "m", b"{}")) == "HTTP 204"
            else:
                with pytest.raises(NotCarried) as refused:
                    asyncio.run(hooks.carry(contact, "m", b"{}"))
                assert refused.value.why.startswith("TLS:")


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValueRefused):
        WebhookSettings(allowed=("everything",))


# --- e-mail ---


def test_a_mail_has_no_place_in_its_subject_and_the_english_beside_what_nobody_reviewed(tmp_path: Path) -> None:
    with post_office() as (box, mail), serving(tmp_path, mail=mail) as desk:
        desk.parties("alpha", "bravo")
        desk.contact("bravo", "email", "watch@bravo.example", "ar")
        desk.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        desk.say("alpha-1", EmergencySent("alpha", "Shells on the roof", "en", place=Position(40.14, 35.336)))
        until(lambda: len(box.got) >= 2)
        until(lambda: len(delivered(desk, "bravo-1", "email")) >= 2)
        told = next(each for each in box.got if "hospital of alpha" in each.get_content())
        assert told["to"] == "watch@bravo.example"
        assert told["message-id"].endswith("@desk.example>")
        assert told["auto-submitted"] == "auto-generated"
        assert "hospital" not in str(told["subject"]).lower()
        assert "alpha" not in str(told["subject"]).lower()
        assert any("Shells on the roof" in each.get_content() for each in box.got)
        assert len({each["message-id"] for each in box.got}) == len(box.got)


def test_a_mail_refused_for_now_is_tried_again_and_one_refused_for_good_is_not(tmp_path: Path) -> None:
    with post_office() as (box, mail), serving(tmp_path, mail=mail) as desk:
        desk.parties("alpha", "bravo")
        desk.contact("bravo", "email", "watch@bravo.example")
        box.refuse = ["451 not now"]
        desk.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        until(lambda: bool(delivered(desk, "bravo-1", "email")))
        box.refuse = ["554 never"]
        desk.declare("alpha-1", soon("clinic", "alpha", 40.3, kind=Kind.STATIC_SITE))
        until(lambda: desk.built.bearers.counts.dead == 1)
        assert len(box.got) == 1


def test_a_contact_that_was_erased_gets_nothing_more(tmp_path: Path) -> None:
    with post_office() as (box, mail), serving(tmp_path, mail=mail) as desk:
        desk.parties("alpha", "bravo")
        contact = desk.contact("bravo", "email", "watch@bravo.example")
        box.refuse = ["451 not now"]
        desk.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        until(lambda: desk.built.bearers.counts.failed == 1)
        assert desk.opened.accounts.erase_contact("party:bravo", contact.id)
        until(lambda: not desk.opened.tables.outbox.queued())
        assert not box.got


def test_without_tls_mail_goes_to_this_machine_only() -> None:
    with pytest.raises(ValueRefused):
        MailSettings("mail.example", "desk@desk.example", security="none")
    assert "hunter2" not in repr(MailSettings("mail.example", "desk@desk.example", password="hunter2"))  # noqa: S106  # of nobody


def test_nothing_is_made_for_a_party_that_was_not_told(tmp_path: Path) -> None:
    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo")
        reading = desk.portal.call(desk.opened.office.reading)
        notice = desk.notices("bravo-1")[0]["id"]
        assert compose(reading, "alpha", notice, "en") is None
        assert compose(reading, "bravo", notice, "en") is not None
