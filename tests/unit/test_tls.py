"""Client certificates over a real uvicorn with real TLS, and from a named proxy (R46)."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.doors_world import ORIGIN, START_MS, World
from thalweg.model.accounts import ClientCertificate
from thalweg.server.doors import DoorSettings
from thalweg.server.listen import Tls, server_config
from thalweg.server.peer import TlsProtocol

PROXY = "10.1.1.1"


class Issuer:
    """A certificate authority of the test's own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(name, self.key, authority=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str) -> tuple[Path, Path, bytes]:
        """Certificate and key as files, and the certificate as DER."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._sign(name, key, authority=False)
        files = self.folder / f"{self.name}-{name}.pem", self.folder / f"{self.name}-{name}.key"
        files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
        files[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return (*files, made.public_bytes(serialization.Encoding.DER))

    def _sign(self, name: str, key: ec.EllipticCurvePrivateKey, *, authority: bool) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
        )
        return builder.sign(self.key, hashes.SHA256())


@dataclass
class Listening:
    world: World
    issuer: Issuer
    stranger: Issuer
    port: int
    trust: Path

    def get(self, path: str, client: tuple[Path, Path] | None = None, **headers: str) -> httpx2.Response:
        context = ssl.create_default_context(cafile=str(self.trust))
        if client is not None:
            context.load_cert_chain(*client)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with httpx2.Client(verify=context) as session:
            return session.get(f"https://127.0.0.1:{self.port}{path}", headers={"host": "desk.example", **named})


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    folder = tmp_path_factory.mktemp("tls")
    own, issuer, stranger = Issuer(folder, "server"), Issuer(folder, "machines"), Issuer(folder, "stranger")
    certificate, key, _ = own.issue("desk")
    world = World()
    config = server_config(world.app, "127.0.0.1", 0, tls=Tls(certificate, key, issuer.file), graceful_s=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Listening(world, issuer, stranger, port, own.file)
    finally:
        server.should_exit = True
        thread.join()


def admit(world: World, der: bytes, login: str) -> None:
    machine = world.machine(login=login)
    fingerprint = hashlib.sha256(der).digest()
    held = ClientCertificate(fingerprint, machine.id, ("read",), START_MS, START_MS + 86_400_000, login)
    assert world.store.add_certificate(held)


def test_a_machine_comes_in_with_a_certificate_that_is_known_and_leaves_when_it_is_removed(
    listening: Listening,
) -> None:
    certificate, key, der = listening.issuer.issue("radar")
    unknown = listening.get("/who/1", (certificate, key))
    assert (unknown.status_code, unknown.json()["code"]) == (401, "certificate-refused")
    admit(listening.world, der, "radar")
    told = listening.get("/who/1", (certificate, key))
    assert told.json() == {"author": "o-radar", "party": "blue", "how": "certificate"}
    listening.world.store.remove_certificate("m-radar", hashlib.sha256(der).digest())
    listening.world.wait(2_000)
    assert listening.get("/who/1", (certificate, key)).status_code == 401


def test_without_a_certificate_the_door_is_open_for_people(listening: Listening) -> None:
    answer = listening.get("/who/1")
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-needed")
    assert listening.get("/healthz").json() == {"alive": True}


def test_a_certificate_of_an_issuer_that_nobody_trusts_gets_no_answer_at_all(listening: Listening) -> None:
    certificate, key, der = listening.stranger.issue("radar2")
    admit(listening.world, der, "radar2")
    with pytest.raises(httpx2.TransportError):
        listening.get("/who/1", (certificate, key))


def test_a_certificate_is_not_borrowed_by_saying_so_in_a_header(listening: Listening) -> None:
    _, _, der = listening.issuer.issue("radar3")
    admit(listening.world, der, "radar3")
    answer = listening.get("/who/1", client_cert=f":{base64.b64encode(der).decode()}:")
    assert answer.json()["code"] == "sign-in-needed"


def test_two_connections_of_two_machines_are_not_mixed_up(listening: Listening) -> None:
    authors = []
    for name in ("east", "west"):
        certificate, key, der = listening.issuer.issue(name)
        admit(listening.world, der, name)
        authors.append(((certificate, key), f"o-{name}"))
    for _ in range(3):
        for files, author in authors:
            assert listening.get("/who/1", files).json()["author"] == author


def test_the_server_says_nothing_of_what_it_runs_on_and_large_headers_are_refused(listening: Listening) -> None:
    answer = listening.get("/healthz")
    assert answer.headers.get_list("server") == ["thalweg"]
    assert listening.get("/healthz", x="1" * 40_000).status_code == 431


def _connected(listening: Listening) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(listening.trust))
    plain = socket.create_connection(("127.0.0.1", listening.port), timeout=60)
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_a_head_that_comes_byte_by_byte_does_not_hold_a_connection_for_ever(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TlsProtocol, "head_s", 0.5)
    for first in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"):
        with _connected(listening) as line:
            if first:
                line.sendall(first)
                assert line.recv(4096).startswith(b"HTTP/1.1 200")
            began = time.monotonic()
            with pytest.raises((OSError, EOFError)):  # noqa: PT012  # the line goes dead somewhere in here
                while time.monotonic() - began < 9:  # without the setting above it is held for longer than that
                    line.sendall(b"G")
                    time.sleep(0.1)


def test_a_body_that_stops_in_the_middle_is_given_up(listening: Listening) -> None:
    object.__setattr__(listening.world.app.state.shell, "body_wait_s", 0.3)
    with _connected(listening) as line:
        line.sendall(b"POST /open HTTP/1.1\r\nHost: desk.example\r\nContent-Length: 9\r\n\r\nabc")
        assert line.recv(4096).startswith(b"HTTP/1.1 408")


def behind_proxy() -> World:
    return World(settings=DoorSettings(ORIGIN, trusted_proxies=frozenset({PROXY}), certificate_header="Client-Cert"))


def test_a_named_proxy_hands_on_the_certificate_that_it_has_verified(tmp_path: Path) -> None:
    world = behind_proxy()
    certificate, _, der = Issuer(tmp_path, "machines").issue("radar")
    admit(world, der, "radar")
    for sent in (f":{base64.b64encode(der).decode()}:", quote(certificate.read_text(), safe="")):
        assert world.browser(PROXY).get("/who/1", client_cert=sent).json()["how"] == "certificate"
        assert world.browser("192.0.2.7").get("/who/1", client_cert=sent).json()["code"] == "sign-in-needed"


@pytest.mark.parametrize("sent", [":AAAA", "x", ":!!:", "-----BEGIN CERTIFICATE-----"])
def test_what_a_proxy_sends_and_is_no_certificate_is_refused(sent: str) -> None:
    assert behind_proxy().browser(PROXY).get("/who/1", client_cert=sent).status_code == 422
    assert behind_proxy().browser(PROXY).get("/who/1", client_cert="").json()["code"] == "sign-in-needed"


def test_another_sites_page_cannot_use_a_certificate_that_the_browser_shows_by_itself(tmp_path: Path) -> None:
    world = behind_proxy()
    _, _, der = Issuer(tmp_path, "machines").issue("radar")
    machine = world.machine()
    held = ClientCertificate(
        hashlib.sha256(der).digest(), machine.id, ("read", "write"), START_MS, START_MS + 1_000, "x"
    )
    world.store.add_certificate(held)
    sent = f":{base64.b64encode(der).decode()}:"
    browser = world.browser(PROXY)
    assert browser.post("/notes", {"text": "x"}, client_cert=sent, origin="absent").status_code == 200
    evil = browser.post("/notes", {"text": "x"}, client_cert=sent, origin="https://evil.example")
    assert evil.json()["code"] == "origin-refused"
    world.wait(2_000)
    assert browser.get("/who/1", client_cert=sent).json()["code"] == "certificate-refused"
