"""The client against desks that are away, cut off, not themselves, or two-faced."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from pyotp import TOTP

from tests.officers import Desk, free_port, running
from tests.unit.test_tls import Issuer
from thalweg.client import Contradicted, DeskError, Unanswered, enter, join, offer, open_client, read_link
from thalweg.client.desk import proof
from thalweg.client.line import Line, held_entries
from thalweg.ledger.checkpoint import Checkpoint, SignedCheckpoint
from thalweg.ledger.entry import AuthorSigner
from thalweg.ledger.fork import verify_fork
from thalweg.ledger.note import Note, NoteKey
from thalweg.ledger.tree import Head
from thalweg.ledger.trust import write_trust
from thalweg.ledger.verify import Trust
from thalweg.model.events import PartyNamed, WatchTaken
from thalweg.stores.files import KeyRing, write_durably

PAGE = (Path(__file__).parents[2] / "docs/reference/client.md").read_text("utf-8")


@dataclass
class Proxy:
    """A line that can be cut: after the request has gone through, and before the answer comes."""

    port: int
    to: int
    cut: int = 0
    lose: bytes = b""
    deaf: bool = False
    passed: int = 0
    seen: bytearray = field(default_factory=bytearray)
    _listener: socket.socket = field(default_factory=socket.socket)

    def run(self) -> None:
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self.port))
        self._listener.listen()
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(near,), daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _pass(self, near: socket.socket) -> None:
        # From an address of its own each time: the doors count tries by address.
        self.passed += 1
        far = socket.create_connection(("127.0.0.1", self.to), source_address=(f"127.0.0.{2 + self.passed % 250}", 0))
        back = threading.Thread(target=self._back, args=(far, near), daemon=True)
        back.start()
        with contextlib.suppress(OSError):
            while data := near.recv(65_536):
                self.seen += data
                far.sendall(data)
        with contextlib.suppress(OSError):
            far.shutdown(socket.SHUT_RDWR)
        back.join()
        far.close()
        near.close()

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := far.recv(65_536):
                if (self.lose and self.lose in data) or (self.deaf and not self.lose):
                    self.lose = b""
                    near.shutdown(socket.SHUT_RDWR)
                    return
                if self.cut and data.startswith(b"HTTP/1.1 201"):
                    self.cut -= 1
                    near.shutdown(socket.SHUT_RDWR)
                    return
                near.sendall(data)


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    made = Proxy(free_port(), free_port())
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    yield made
    made.close()
    thread.join(5)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, proxy: Proxy) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("client")
    with running(folder, "--origin", f"http://localhost:{proxy.port}", port=proxy.to) as desk:
        desk.join("secretariat", desk.first_invitation)
        desk.say("secretariat", "party", "add", "water", "Water authority")
        yield desk


def test_an_answer_that_is_lost_on_the_way_is_asked_for_again_and_nothing_is_said_twice(
    desk: Desk, proxy: Proxy
) -> None:
    with open_client(desk.folder / "secretariat") as client:
        client.send(PartyNamed("amber", "Amber"))
        before = client.me().tip
        proxy.seen.clear()
        proxy.cut = 3
        answer = client.send(PartyNamed("blue", "Blue"))
        assert proxy.cut == 0
        assert answer.taken
        sent = re.findall(rb'"entry": ?"([^"]+)"', bytes(proxy.seen))
        assert (len(sent), len(set(sent))) == (4, 1)
        after = client.me().tip
        assert before is not None
        assert after is not None
        assert (after.seq, after.hash) == (before.seq + 1, answer.statement)


def test_joining_goes_on_where_the_answer_was_lost(desk: Desk, proxy: Proxy, tmp_path: Path) -> None:
    link = desk.invited("water")
    proxy.lose = b'"token_id"'
    with join(link, tmp_path / "noor", login="noor") as client:
        assert not proxy.lose
        assert client.send(WatchTaken("water")).need_taken().taken
    # The same after the machine stopped at that very moment.
    link = desk.invited("water")
    proxy.lose, proxy.deaf = b'"token_id"', True
    with pytest.raises(Unanswered):
        join(link, tmp_path / "sami", login="sami")
    proxy.deaf = False
    with join(link, tmp_path / "sami", login="sami") as client:
        assert client.send(WatchTaken("water")).taken
    assert not (tmp_path / "sami" / "seed").exists()


def test_a_folder_restored_from_a_backup_catches_up_with_what_was_said_since(desk: Desk, tmp_path: Path) -> None:
    folder, older = desk.folder / "secretariat", desk.folder / "restored"
    shutil.copytree(folder, older)
    with open_client(folder) as client:
        client.send(PartyNamed("amber", "Amber since"))
        client.send(PartyNamed("amber", "Amber still later"))
    with open_client(older) as client:
        with pytest.raises(DeskError) as refused:
            client.send(PartyNamed("lilac", "Lilac"))
        assert refused.value.code == "admit.author_fork"
        assert "2 entries taken in" in desk.say("restored", "officer", "catch-up").out
        assert client.send(PartyNamed("lilac", "Lilac")).taken
        assert len(list((older / "aside").glob("*.why"))) == 1
    assert "1 entries taken in" in desk.say("secretariat", "officer", "catch-up").out


def test_what_is_given_in_pages_or_in_several_files_is_read_to_its_end(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of the entries that one may hold, and the bundle, in pages so small that there are many."""
    folder = desk.folder / "secretariat"
    with open_client(folder) as client:
        for name in ("One", "Two", "Three"):
            client.send(PartyNamed("amber", name))
        whole = [each.index for each in client.bundle()[1].verdicts]
        monkeypatch.setattr("thalweg.client.line._MOST_INDEXES", 2)
        assert held_entries(client._get) == whole
        monkeypatch.setattr("thalweg.client.desk._BUNDLED", 3)
        parts = [[each.index for each in verdict.verdicts] for _, verdict in client.bundles()]
        assert len(parts) > 2
        assert [each for part in parts for each in part] == whole
        with pytest.raises(DeskError) as refused:
            client.bundle()
        assert refused.value.code == "bundle-in-parts"


def test_the_door_tells_nobody_which_author_there_is_and_opens_to_the_key_alone(desk: Desk, proxy: Proxy) -> None:
    url = f"http://localhost:{proxy.port}"
    with open_client(desk.folder / "secretariat") as client, Line(url) as line:
        stranger = AuthorSigner(b"s" * 32)
        for author in (client.author, "o-nobodyatal"):
            asked = line.ask("POST", "/sign-in/key/start", {"author": author}).need().json
            assert set(asked) == {"author", "origin", "challenge", "expires_ms"}
            refused = line.ask("POST", "/sign-in/key", {"author": author, **proof(stranger, url, asked)})
            assert (refused.status, refused.problem().code) == (401, "sign-in-refused")
            again = line.ask("POST", "/sign-in/key", {"author": author, **proof(stranger, url, asked)})
            assert again.problem().code == "ceremony-over"


def test_the_example_of_the_reference_runs(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"^```py\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    point = {"type": "Point", "coordinates": [40.14, 35.33]}
    properties = {
        "id": "works", "party": "water", "kind": "operation", "title": "Works", "radius_m": 500, "medium": "ground",
        "start": "2031-05-01T06:00Z", "end": "2031-05-01T09:00Z",
    }  # fmt: skip
    row = {"type": "Feature", "geometry": point, "properties": properties}
    (tmp_path / "works.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [row]}))
    monkeypatch.chdir(tmp_path)
    printed: list[str] = []
    names = {"LINK": desk.invited("water"), "print": lambda *words: printed.append(" ".join(map(str, words)))}
    exec(compile(code, "client.md", "exec"), names)  # noqa: S102  # our own page
    assert printed[0].startswith("water localhost/desk")
    assert "Deir ez-Zor" in printed[1]
    assert "verified offline" in printed[-2]
    assert printed[-1].startswith("notice-unknown")


def test_a_log_that_is_not_the_one_that_was_pinned_is_not_believed(desk: Desk) -> None:
    with open_client(desk.folder / "secretariat") as client:
        pinned = client.home.trust
        other = NoteKey(client.trust.origin, bytes(32)).verifier()
        file = client.home.folder / "trust.json"
        write_durably(file, write_trust(Trust(client.trust.origin, (other,), bytes(32))))
        with pytest.raises(Contradicted) as refused:
            client.send(PartyNamed("green", "Green"))
        assert refused.value.code == "log-contradicted"
        assert list((client.home.folder / "evidence").glob("receipt-*"))
        write_durably(file, pinned)
        (answer,) = client.flush()
        assert answer.taken


def test_a_log_that_shows_two_heads_is_found_out_and_the_proof_of_it_verifies(desk: Desk) -> None:
    folder = desk.folder / "secretariat"
    keys = KeyRing(desk.folder / "desk" / "keys").unlock(identity=(desk.folder / "desk" / "identity").read_text())
    with open_client(folder) as client:
        assert client.home.author is not None
        own = client.send(PartyNamed("teal", "Teal"))  # the last of a folder that caught up has no answer in it
        client.verify(own.index)  # to the newest head: the desk's answer stands behind the statement
        held = client.home.shown.checkpoint()
        assert held is not None
        false = Checkpoint(held.checkpoint.origin, Head(held.head.size, bytes(32)))
        note = Note(false.text(), (keys.note_key("log", false.origin).sign(false.text()),))
        write_durably(folder / "seen", SignedCheckpoint(false, note).encode())
        with pytest.raises(Contradicted):
            client.verify(own.index)
        (proof,) = (folder / "evidence").glob("heads-*")
        fork = verify_fork(proof.read_bytes(), client.trust.log_keys)
        assert fork.first.head.size == held.head.size
        with pytest.raises(Contradicted):  # what cites a head that the log never had is not admitted; that shows it too
            client.send(PartyNamed("grey", "Grey"))
        write_durably(folder / "seen", held.encode())
        client.home.author.set_aside(client.home.unanswered()[0], b"signed over a false head, for a test")
        assert client.send(PartyNamed("grey", "Grey")).taken


def test_an_officer_whose_key_the_server_holds_says_things_once_too(desk: Desk, proxy: Proxy, tmp_path: Path) -> None:
    link = desk.invited("water")
    invitation = read_link(link)
    assert offer(invitation).party == "water"
    with httpx2.Client(base_url=invitation.url) as browser:
        start = {"invitation": invitation.text, "login": "omar", "password": "correct horse battery staple"}
        seed = browser.post("/sign-in/join/password/start", json=start).json()["secret"]
        told = browser.post("/sign-in/join/password", json={"code": TOTP(seed).now()}).json()
        made = browser.post(
            "/sign-in/tokens",
            json={"label": "desk 3", "scopes": ["read", "write"]},
            headers={"x-csrf-token": told["csrf"]},
        ).json()
        with enter(invitation.url, tmp_path / "omar", token=made["token"]) as client:
            assert client.me().signs == "server"
            request = {"kind": "watch/1", "body": {"by": "water", "order": 0, "words": ""}, "key": "k" * 16}
            client.home.wait(request)
            (first,) = client.flush()
            assert not client.home.waiting()
            client.home.wait(request)
            (again,) = client.flush()
            assert again.statement == first.statement
            with pytest.raises(DeskError, match="where the account signs in"):
                client.keys()
        # A device of one's own takes the place of the server's key.
        _bring(browser, told["csrf"])
        with (
            enter(invitation.url, tmp_path / "late", token=made["token"]) as client,
            pytest.raises(DeskError) as refused,
        ):
            client.send(WatchTaken("water"))
        assert refused.value.code == "desk.no_key"


def _bring(browser: httpx2.Client, csrf: str) -> None:
    """As a page would, with a key made elsewhere."""
    signer = AuthorSigner(b"k" * 32)
    headers = {"x-csrf-token": csrf}
    asked = browser.post("/sign-in/keys/device/start", json={"key": signer.key.value()}, headers=headers).json()
    wrong = proof(signer, "https://another.example", asked)
    refused = browser.post("/sign-in/keys/device", json=wrong, headers=headers)
    assert refused.json()["code"] == "device-key"
    over = browser.post("/sign-in/keys/device", json=proof(signer, str(browser.base_url), asked), headers=headers)
    assert over.json()["code"] == "ceremony-over"  # a challenge counts once
    asked = browser.post("/sign-in/keys/device/start", json={"key": signer.key.value()}, headers=headers).json()
    made = browser.post("/sign-in/keys/device", json=proof(signer, str(browser.base_url), asked), headers=headers)
    assert made.status_code == 201, made.text
    keys = browser.get("/sign-in/keys").json()["author_keys"]
    assert keys == [{"key": signer.key.key_id, "holder": "author"}]
    me = browser.get("/v1/me").json()
    assert me["signs"] == "author"
    ended = browser.delete(f"/sign-in/keys/device/{signer.key.key_id}", headers=headers)
    assert ended.status_code == 204
    assert browser.get("/sign-in/keys").json()["author_keys"] == []


def test_a_desk_is_spoken_to_over_tls_that_verifies_or_not_at_all(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path, "own")
    certificate, key, _ = issuer.issue("localhost")
    with running(tmp_path, "--certificate", str(certificate), "--key", str(key)) as desk:
        with pytest.raises(Unanswered) as refused:
            join(desk.first_invitation, tmp_path / "secretariat", login="chair")
        assert refused.value.code == "desk-not-trusted"
        with join(desk.first_invitation, tmp_path / "secretariat", login="chair", ca=str(issuer.file)) as client:
            assert client.send(PartyNamed("amber", "Amber")).taken
        with open_client(tmp_path / "secretariat") as client:
            assert client.me().party == "secretariat"
    for address in ("http://desk.example", "ftp://localhost", "https://", "https://user@desk.example", "desk"):
        with pytest.raises(DeskError) as wrong:
            Line(address)
        assert wrong.value.code == "desk-address"
