"""A log from its making to its proof in a stranger's hands, on the command line (R39)."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from tests.ledger_world import Author
from thalweg.cli import ledger, verify
from thalweg.ledger import canonical
from thalweg.ledger.receipt import Receipt
from thalweg.server.witness import serve
from thalweg.stores.files import KeyRing
from thalweg.stores.home import Home

ORIGIN = "example.org/exercise/log"


class Desk:
    """Runs commands in a folder and remembers what they printed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.out = ""
        # An identity of the operator's own: opening a passphrase takes age a second or two on purpose.
        identity = pyrage.x25519.Identity.generate()
        (folder / "own").mkdir()
        (folder / "own" / "identity").write_text(f"# made by a test\n{identity}\n")
        self.recipient = str(identity.to_public())

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def ledger(self, *words: str, locked: bool = True) -> int:
        lock = ("--identity", self.path("own/identity")) if locked else ()
        return self._run(ledger.app, *words, *lock)

    def verify(self, *words: str) -> int:
        return self._run(verify.app, *words)

    def _run(self, app: object, *words: str) -> int:
        self._capsys.readouterr()
        status = app(words, result_action="return_value")  # type: ignore[operator]  # a cyclopts App
        captured = self._capsys.readouterr()
        self.out = captured.out + captured.err
        assert isinstance(status, int)
        return status


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(tmp_path, capsys)
    init = ("init", made.path("log"), "--origin", ORIGIN, "--registrar", "secretariat")
    assert made.ledger(*init, "--recipient", made.recipient, locked=False) == 0
    assert made.ledger("keys", "add", made.path("log"), "blue") == 0
    return made


def say(desk: Desk, text: str, *more: str) -> None:
    assert desk.ledger("append", desk.path("log"), "--author", "blue", "--text", text, *more) == 0


def test_a_statement_becomes_a_receipt_that_a_stranger_verifies_offline(desk: Desk) -> None:
    say(desk, "We are north of the river.", "--receipt", desk.path("r"))
    assert desk.verify(desk.path("r"), "--trust", desk.path("log/trust.json")) == 0
    assert "signed by blue with a key that the server holds for them" in desk.out
    assert "verified offline" in desk.out
    assert desk.verify(desk.path("r"), "--trust", desk.path("log/trust.json"), "--json") == 0
    assert json.loads(desk.out)["index"] == 2
    assert desk.verify(desk.path("r")) == 3
    assert desk.out.startswith("NOT VERIFIED AGAINST ANYTHING YOU TRUST")
    data = bytearray((desk.folder / "r").read_bytes())
    data[len(data) // 2] ^= 1
    (desk.folder / "r").write_bytes(bytes(data))
    assert desk.verify(desk.path("r"), "--trust", desk.path("log/trust.json")) in (1, 2)
    assert desk.verify(desk.path("absent")) == 2
    for junk in (b"", b"junk", b"{}", b'{"v":"thalweg/receipt/v9"}', b"\xff\n\n"):
        (desk.folder / "junk").write_bytes(junk)
        assert desk.verify(desk.path("junk")) == 2


def test_files_that_are_not_what_they_begin_like_end_in_a_sentence(desk: Desk) -> None:
    trust = desk.folder / "log/trust.json"
    trust.write_bytes(trust.read_bytes() + b"\n")  # as an editor leaves it
    say(desk, "north of the river", "--receipt", desk.path("r"))
    assert desk.verify(desk.path("r"), "--trust", desk.path("log/trust.json")) == 0
    for data in (b"c2sp.org/tlog-proof@v1\n\xff", b"{\xff", b"\xff", b"", b"{}", b"[" * 100_000, b"{" * 100_000):
        (desk.folder / "bad").write_bytes(data)
        assert desk.verify(desk.path("bad"), "--trust", desk.path("log/trust.json")) == 2, data[:30]


def test_no_command_prints_a_private_key_and_none_is_on_disk_in_the_clear(desk: Desk) -> None:
    home = Home(desk.folder / "log")
    secret = (desk.folder / "own/identity").read_text().splitlines()[1]
    seed = home.keys.unlock(identity=secret)._open("author", "blue")[0]
    home.close()
    printed = []
    for words in (("keys", "list", desk.path("log")), ("show", desk.path("log")), ("show", desk.path("log"), "1")):
        assert desk.ledger(*words, locked=False) == 0
        printed.append(desk.out)
    everything = "".join(printed).encode() + b"".join(
        file.read_bytes() for file in (desk.folder / "log").rglob("*") if file.is_file()
    )
    assert seed not in everything
    assert seed.hex().encode() not in everything
    assert b"AGE-SECRET-KEY" not in everything


def test_a_passphrase_seals_the_keys_and_a_wrong_one_opens_nothing(desk: Desk) -> None:
    (desk.folder / "pass").write_text("correct horse\n")
    own = desk.path("sealed")
    init = ("init", own, "--origin", ORIGIN, "--registrar", "secretariat")
    assert desk.ledger(*init, locked=False) == 2
    assert desk.ledger(*init, "--passphrase-file", desk.path("pass"), locked=False) == 0
    assert b"AGE-SECRET-KEY" not in (desk.folder / "sealed/keys/identity.age").read_bytes()
    scrub = ("scrub", own)
    assert desk.ledger(*scrub, "--passphrase-file", desk.path("pass"), locked=False) == 0
    (desk.folder / "pass").write_text("wrong\n")
    assert desk.ledger(*scrub, "--passphrase-file", desk.path("pass"), locked=False) == 1
    assert "keys.locked" in desk.out
    assert desk.ledger(*scrub) == 1


def test_keys_are_rotated_revoked_and_replaced(desk: Desk) -> None:
    say(desk, "before")
    assert desk.ledger("keys", "rotate", desk.path("log"), "blue") == 0
    say(desk, "after", "--receipt", desk.path("r"))
    assert desk.ledger("keys", "list", desk.path("log"), locked=False) == 0
    old, new = re.findall(r"^blue  ([0-9a-f]{64})", desk.out, re.MULTILINE)
    assert "(rotated)" in desk.out
    revoke = ("keys", "revoke", desk.path("log"), "blue", new, "--reason", "stolen", "--suspect-from", "4")
    assert desk.ledger(*revoke) == 0
    assert desk.ledger("append", desk.path("log"), "--author", "blue", "--text", "x") == 1
    assert desk.ledger("prove", desk.path("log"), "4", "-o", desk.path("late"), locked=False) == 0
    assert desk.verify(desk.path("late"), "--trust", desk.path("log/trust.json")) == 0
    assert "STOLEN" in desk.out
    assert old != new
    # What was handed out before does not know; with the revocation beside it, it does.
    assert desk.ledger("prove", desk.path("log"), "5", "-o", desk.path("revocation"), locked=False) == 0
    trust = ("--trust", desk.path("log/trust.json"))
    assert desk.verify(desk.path("r"), *trust) == 0
    assert "STOLEN" not in desk.out
    assert desk.verify(desk.path("r"), *trust, "--also", desk.path("revocation")) == 0
    assert "STOLEN" in desk.out


def test_the_log_gets_a_new_key_and_who_trusts_its_first_entry_goes_on(desk: Desk) -> None:
    say(desk, "before", "--receipt", desk.path("earlier"))
    old_trust = (desk.folder / "log/trust.json").read_bytes()
    old_key = json.loads((desk.folder / "log/log.json").read_text())["log_key"]
    assert desk.ledger("keys", "rotate-log", desk.path("log")) == 0
    say(desk, "after", "--receipt", desk.path("r"))
    (desk.folder / "old").write_bytes(old_trust)
    assert desk.verify(desk.path("r"), "--trust", desk.path("old")) == 0
    assert desk.verify(desk.path("r"), "--trust", desk.path("log/trust.json")) == 0
    assert desk.verify(desk.path("earlier"), "--trust", desk.path("log/trust.json")) == 0
    assert desk.verify(desk.path("r"), "--log-key", old_key) == 1
    assert old_key not in (desk.folder / "log/trust.json").read_text()
    assert desk.ledger("scrub", desk.path("log")) == 0


def test_an_author_with_a_key_of_their_own_signs_elsewhere(desk: Desk) -> None:
    red = Author("red", origin=ORIGIN)
    (desk.folder / "red.json").write_bytes(canonical.encode(red.signer.key.value()) + b"\n")
    assert desk.ledger("keys", "add", desk.path("log"), "red", "--key", desk.path("red.json")) == 0
    (desk.folder / "entry").write_bytes(red.say())
    append = ("append", desk.path("log"), "--entry", desk.path("entry"), "--receipt", desk.path("r"))
    assert desk.ledger(*append) == 0
    assert "Entry 3 is in the log" in desk.out
    assert desk.ledger(*append) == 0
    assert "in the log already: 3" in desk.out
    assert desk.verify(desk.path("r"), "--trust", desk.path("log/trust.json")) == 0
    assert "signed by red;" in desk.out
    assert desk.ledger("append", desk.path("log"), "--author", "red", "--text", "not red") == 1
    assert "keys.absent" in desk.out


def author(desk: Desk, folder: str, name: str, *more: str) -> None:
    """An author's own folder, and their key entered in the log."""
    init = ("author", "init", desk.path(folder), "--author", name, "--trust", desk.path("log/trust.json"))
    assert desk.ledger(*init, *more, "--recipient", desk.recipient, locked=False) == 0
    assert desk.ledger("keys", "add", desk.path("log"), name, "--key", desk.path(f"{folder}/key.json")) == 0


def sign(desk: Desk, folder: str, *words: str, output: str = "entry") -> None:
    assert desk.ledger("author", "sign", desk.path(folder), *words, "-o", desk.path(output)) == 0


def test_an_author_signs_without_the_log_and_the_log_takes_it(desk: Desk) -> None:
    author(desk, "red", "red")
    (desk.folder / "map").write_bytes(b"a map of ours")
    say(desk, "something before", "--receipt", desk.path("shown"))
    trust = ("--trust", desk.path("log/trust.json"))
    (desk.folder / "log").rename(desk.folder / "away")
    sign(desk, "red", "--text", "one", "--seen", desk.path("shown"))
    sign(desk, "red", "--text", "two", "--payload", desk.path("map"), "--media", "text/plain", output="second")
    assert desk.ledger("author", "rotate", desk.path("red"), "-o", desk.path("third")) == 0
    sign(desk, "red", "--text", "with the new key", output="fourth")
    (desk.folder / "away").rename(desk.folder / "log")
    append = ("append", desk.path("log"), "--entry")
    assert desk.ledger(*append, desk.path("second")) == 1
    assert "admit.sequence" in desk.out
    assert desk.ledger(*append, desk.path("entry")) == 0
    assert desk.ledger(*append, desk.path("second"), "--salted", desk.path("second")) == 1
    assert "admit.payload" in desk.out
    assert desk.ledger(*append, desk.path("second"), "--payload", desk.path("map")) == 2
    assert desk.ledger(*append, desk.path("second"), "--salted", desk.path("second.payload-1")) == 0
    assert desk.ledger(*append, desk.path("third")) == 0
    assert desk.ledger(*append, desk.path("fourth"), "--receipt", desk.path("r")) == 0
    assert desk.verify(desk.path("r"), *trust, "--json") == 0
    found = json.loads(desk.out)
    assert (found["index"], found["author"], found["holder"], found["after_size"]) == (7, "red", "author", 4)
    assert desk.ledger("export", desk.path("log"), "5", "--payloads", "-o", desk.path("b"), locked=False) == 0
    assert desk.verify(desk.path("b"), *trust, "--json") == 0
    assert json.loads(desk.out)["opened"] == 1
    assert desk.ledger("scrub", desk.path("log")) == 0
    secrets = b"".join(file.read_bytes() for file in (desk.folder / "red").rglob("*") if file.is_file())
    assert b"AGE-SECRET-KEY" not in secrets


def test_a_rotation_that_an_author_signed_just_before_the_machine_stopped_is_taken_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    author(desk, "red", "red")

    def stop(*_: object) -> None:
        raise OSError("the machine stopped")

    with monkeypatch.context() as patch:
        patch.setattr(KeyRing, "promote", stop)
        assert desk.ledger("author", "rotate", desk.path("red"), "-o", desk.path("lost")) == 2
    sign(desk, "red", "--text", "with the new key", output="second")
    append = ("append", desk.path("log"), "--entry")
    assert desk.ledger(*append, desk.path("red/entries/0000000000000000")) == 0
    assert desk.ledger(*append, desk.path("second")) == 0


def test_a_lost_key_is_ended_and_its_author_goes_on_with_another_one(desk: Desk) -> None:
    author(desk, "red", "red")
    sign(desk, "red", "--text", "one")
    assert desk.ledger("append", desk.path("log"), "--entry", desk.path("entry"), "--receipt", desk.path("r")) == 0
    assert desk.ledger("keys", "list", desk.path("log"), locked=False) == 0
    (lost,) = re.findall(r"red  ([0-9a-f]{64})", desk.out)
    assert desk.ledger("keys", "revoke", desk.path("log"), "red", lost, "--reason", "lost") == 0
    sign(desk, "red", "--text", "by whoever found it")
    assert desk.ledger("append", desk.path("log"), "--entry", desk.path("entry")) == 1
    assert "identity.not_valid" in desk.out
    author(desk, "red2", "red", "--after", desk.path("r"))
    sign(desk, "red2", "--text", "two")
    assert desk.ledger("append", desk.path("log"), "--entry", desk.path("entry"), "--receipt", desk.path("r2")) == 0
    assert desk.verify(desk.path("r2"), "--trust", desk.path("log/trust.json")) == 0
    wrong = ("author", "init", desk.path("x"), "--author", "green", "--trust", desk.path("log/trust.json"))
    assert desk.ledger(*wrong, "--after", desk.path("r"), "--recipient", desk.recipient, locked=False) == 1
    assert "author.after" in desk.out


def test_a_second_registrar_whose_key_is_kept_apart_carries_on_when_the_first_is_lost(desk: Desk) -> None:
    author(desk, "safe", "keeper")
    assert desk.ledger("keys", "grant", desk.path("log"), "keeper") == 0
    assert desk.ledger("keys", "list", desk.path("log"), locked=False) == 0
    (first,) = re.findall(r"secretariat  ([0-9a-f]{64})", desk.out)
    (desk.folder / "body").write_bytes(
        canonical.encode({"author": "secretariat", "key": first, "reason": "lost", "suspect_from": -1}) + b"\n"
    )
    sign(desk, "safe", "--kind", "key.revoke/1", "--body", desk.path("body"))
    assert desk.ledger("append", desk.path("log"), "--entry", desk.path("entry")) == 0
    assert desk.ledger("keys", "add", desk.path("log"), "green") == 1
    assert "identity.not_valid" in desk.out
    other = Author("green", origin=ORIGIN).signer.key
    (desk.folder / "body").write_bytes(canonical.encode({"author": "green", "key": other.value()}))
    sign(desk, "safe", "--kind", "key.add/1", "--body", desk.path("body"))
    assert desk.ledger("append", desk.path("log"), "--entry", desk.path("entry")) == 0
    assert desk.ledger("scrub", desk.path("log")) == 0


def test_an_author_who_signs_twice_under_one_number_leaves_the_evidence(desk: Desk) -> None:
    author(desk, "red", "red")
    shutil.copytree(desk.folder / "red", desk.folder / "twin")
    for folder in ("red", "twin"):
        sign(desk, folder, "--text", f"said by {folder}", output=folder + ".entry")
    append = ("append", desk.path("log"), "--entry")
    assert desk.ledger(*append, desk.path("red.entry")) == 0
    assert desk.ledger(*append, desk.path("twin.entry")) == 1
    assert "admit.author_fork" in desk.out
    kept = sorted(file.read_bytes() for file in (desk.folder / "log/evidence").iterdir())
    assert kept == sorted((desk.folder / f"{name}.entry").read_bytes() for name in ("red", "twin"))


def test_an_author_is_not_shown_two_heads_of_one_size(desk: Desk) -> None:
    author(desk, "red", "red")
    store, mark = (desk.folder / "log/log.db").read_bytes(), (desk.folder / "log/keys/mark").read_bytes()
    say(desk, "north", "--receipt", desk.path("north"))
    (desk.folder / "log/log.db").write_bytes(store)
    (desk.folder / "log/keys/mark").write_bytes(mark)
    say(desk, "south", "--receipt", desk.path("south"))
    sign(desk, "red", "--text", "seen", "--seen", desk.path("north"))
    again = ("author", "sign", desk.path("red"), "--text", "seen", "-o", desk.path("e"), "--seen")
    assert desk.ledger(*again, desk.path("south")) == 1
    assert "author.two_heads" in desk.out
    assert len(list((desk.folder / "red/evidence").iterdir())) == 2
    for file in ("red", "entry"):
        assert desk.ledger(*again, desk.path(file)) == 2


@pytest.mark.parametrize("command", [("rotate", "blue"), ("rotate-log",)])
def test_a_rotation_cut_short_after_it_reached_the_log_is_settled_by_the_next_command(
    desk: Desk, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*args: object) -> None:
        raise OSError("the machine stopped")

    with monkeypatch.context() as broken:
        broken.setattr(KeyRing, "promote", stop)
        assert desk.ledger("keys", command[0], desk.path("log"), *command[1:]) == 2
    say(desk, "after all", "--receipt", desk.path("r"))
    say(desk, "and again")
    assert desk.verify(desk.path("r"), "--trust", desk.path("log/trust.json")) == 0
    assert [name for name in (desk.folder / "log/keys").iterdir() if ".next" in name.name] == []


def test_a_payload_is_erased_with_a_reason_on_record_and_every_bundle_says_so(desk: Desk) -> None:
    (desk.folder / "phone").write_text("call +963 51 000 000", encoding="utf-8")
    say(desk, "whom to call", "--payload", desk.path("phone"), "--media", "text/plain", "--receipt", desk.path("r"))
    log, trust = desk.path("log"), ("--trust", desk.path("log/trust.json"))
    assert desk.ledger("show", log, "2", locked=False) == 0
    assert "20 bytes, text/plain" in desk.out
    erase = ("erase", log, "2", "--author", "blue", "--reason", "request")
    assert desk.ledger(*erase, "--digest", "zz") == 1
    assert "erase.none" in desk.out
    assert desk.ledger("erase", log, "1", "--author", "blue", "--reason", "request") == 1
    assert "erase.kept" in desk.out  # what lies beside any other kind of entry is never erased
    assert desk.ledger(*erase) == 0
    assert "1 payloads beside entry 2 are erased; entry 3 says so." in desk.out
    assert b"+963" not in b"".join(each.read_bytes() for each in (desk.folder / "log").glob("log.db*"))
    assert desk.ledger(*erase) == 1
    assert re.search(r"erased on 20..-.*Z by reason of request \(blue, entry 3\); there is nothing left", desk.out)
    assert desk.ledger("show", log, "2", locked=False) == 0
    assert "by reason of request (blue, entry 3)." in desk.out
    assert desk.ledger("scrub", log) == 0
    assert desk.verify(desk.path("r"), *trust) == 0  # what was handed out before proves what it proved
    assert desk.ledger("export", log, "2", "--payloads", "-o", desk.path("b"), locked=False) == 0
    assert desk.verify(desk.path("b"), *trust) == 0
    assert "A payload beside entry 2 was erased: blue says so in entry 3, dated " in desk.out
    assert desk.verify(desk.path("b"), *trust, "--json") == 0
    assert json.loads(desk.out)["erased"][0]["entry"] == 3


def test_a_bundle_holds_entries_and_payloads_and_other_tools_get_bare_proofs(desk: Desk) -> None:
    (desk.folder / "plan").write_bytes(b"secret plan")
    say(desk, "see the plan", "--payload", desk.path("plan"), "--media", "text/plain")
    say(desk, "and hold")
    assert desk.ledger("export", desk.path("log"), "2", "3", "--payloads", "-o", desk.path("b"), locked=False) == 0
    trust = ("--trust", desk.path("log/trust.json"))
    assert desk.verify(desk.path("b"), *trust) == 0
    assert "2 entries verified" in desk.out
    assert desk.verify(desk.path("b")) == 3
    for form in ("tlog-proof", "entry"):
        words = ("prove", desk.path("log"), "3", "--form", form, "-o", desk.path(form))
        assert desk.ledger(*words, locked=False) == 0
    assert desk.verify(desk.path("tlog-proof"), *trust, "--entry", desk.path("entry")) == 0
    assert desk.verify(desk.path("tlog-proof"), *trust, "--entry", desk.path("plan")) == 1
    assert desk.ledger("export", desk.path("log"), "--tiles", "-o", desk.path("tiles"), locked=False) == 0
    assert desk.verify(desk.path("tiles/checkpoint"), *trust) == 0
    assert desk.ledger("show", desk.path("log"), "3", locked=False) == 0
    assert "and hold" in desk.out


def test_a_restored_backup_is_not_signed(desk: Desk) -> None:
    say(desk, "one")
    backup = (desk.folder / "log/log.db").read_bytes()
    wal = desk.folder / "log/log.db-wal"
    assert not wal.exists() or not wal.read_bytes()
    say(desk, "two")
    (desk.folder / "log/log.db").write_bytes(backup)
    for words in (("append", desk.path("log"), "--author", "blue", "--text", "three"), ("scrub", desk.path("log"))):
        assert desk.ledger(*words) == 1
        assert "signer.rollback" in desk.out


def test_a_scrub_passes_on_a_good_log_and_names_what_is_off(desk: Desk) -> None:
    say(desk, "one")
    assert desk.ledger("scrub", desk.path("log")) == 0
    assert "have the root that was signed" in desk.out
    file = desk.folder / "log/log.db"
    data = file.read_bytes()
    file.write_bytes(data.replace(b'"text":"one"', b'"text":"two"'))
    assert desk.ledger("scrub", desk.path("log")) == 1
    assert "scrub.entry" in desk.out
    for _ in range(2):
        assert desk.ledger("append", desk.path("log"), "--author", "blue", "--text", "on as before") == 1
        assert "log.suspicious" in desk.out
    file.write_bytes(data)
    assert desk.ledger("scrub", desk.path("log")) == 0
    say(desk, "as before")


def test_damage_that_a_reader_comes_upon_keeps_the_log_from_signing_until_a_scrub(desk: Desk) -> None:
    say(desk, "one")
    say(desk, "two")
    file = desk.folder / "log/log.db"
    data = file.read_bytes()
    file.write_bytes(data.replace(b'"text":"one"', b'"text":"two"'))
    assert desk.ledger("prove", desk.path("log"), "2", "-o", desk.path("r"), locked=False) == 1
    assert "log.damaged" in desk.out
    assert desk.ledger("append", desk.path("log"), "--author", "blue", "--text", "three") == 1
    assert "log.suspicious" in desk.out


@pytest.fixture
def witnessed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Desk, str, str]]:
    """A witness of another party on a port of this machine, entered in the log: the desk, its URL and its key."""
    name = "example.org/red/witness"
    assert (
        desk.ledger("witness", "init", desk.path("red"), "--name", name, "--recipient", desk.recipient, locked=False)
        == 0
    )
    key = desk.out.strip()
    assert desk.ledger("witness", "add", desk.path("log"), "red", key) == 0
    log_key = json.loads((desk.folder / "log/log.json").read_text())["log_key"]
    started = threading.Event()
    servers = []

    def remember(*args: object) -> object:
        servers.append(serve(*args))  # type: ignore[arg-type]  # passed through as it came
        started.set()
        return servers[0]

    monkeypatch.setattr(ledger.witness, "serve", remember)
    words = ["witness", "serve", desk.path("red"), "--name", name, "--log-key", log_key, "--port", "0"]
    words += ["--log", desk.path("log"), "--identity", desk.path("own/identity")]
    thread = threading.Thread(target=ledger.app, args=(words,), kwargs={"result_action": "return_value"})
    thread.start()
    assert started.wait(30)
    yield desk, f"http://127.0.0.1:{servers[0].server_address[1]}", key
    servers[0].shutdown()
    thread.join()


def test_a_witness_bounds_the_time_and_a_mirror_reads_on_without_the_log(witnessed: tuple[Desk, str, str]) -> None:
    desk, url, key = witnessed
    say(desk, "north of the river")
    assert desk.ledger("witness", "ask", desk.path("log"), url, "--key", key) == 0
    assert desk.ledger("prove", desk.path("log"), "3", "-o", desk.path("r"), locked=False) == 0
    trust = ("--trust", desk.path("log/trust.json"))
    assert desk.verify(desk.path("r"), *trust, "--witness", key) == 0
    assert re.search(r"was in the log before \d{4}-\d\d-\d\dT[\d:]+Z as witnessed by example.org/red/witness", desk.out)
    assert Receipt.parse((desk.folder / "r").read_bytes()).proof.index == 3
    mirror = ("mirror", url, desk.path("mirror"), *trust)
    assert desk.ledger(*mirror, "--receipt", desk.path("r"), locked=False) == 0
    assert "4 entries mirrored" in desk.out
    assert desk.ledger("show", desk.path("mirror"), "3", "--mirror", locked=False) == 0
    assert "north of the river" in desk.out
    assert desk.ledger("export", desk.path("log"), "0", "1", "-o", desk.path("b"), locked=False) == 0
    assert desk.ledger(*mirror, "--receipt", desk.path("b"), locked=False) == 0
    assert desk.ledger("show", desk.path("mirror"), "1", "--mirror", locked=False) == 0
    assert desk.ledger("prove", desk.path("mirror"), "3", "--mirror", "-o", desk.path("again"), locked=False) == 0
    assert desk.verify(desk.path("again"), *trust) == 0


def test_two_checkpoints_that_cannot_both_be_true_become_a_proof(desk: Desk) -> None:
    backup = (desk.folder / "log/log.db").read_bytes()
    mark = (desk.folder / "log/keys/mark").read_bytes()
    log_key = json.loads((desk.folder / "log/log.json").read_text())["log_key"]
    say(desk, "north")
    assert desk.ledger("export", desk.path("log"), "--tiles", "-o", desk.path("one"), locked=False) == 0
    # An operator who means it puts the old store and the old mark back.
    (desk.folder / "log/log.db").write_bytes(backup)
    (desk.folder / "log/keys/mark").write_bytes(mark)
    say(desk, "south")
    say(desk, "still south")
    assert desk.ledger("export", desk.path("log"), "--tiles", "-o", desk.path("two"), locked=False) == 0
    words = ("compare", desk.path("one/checkpoint"), desk.path("two/checkpoint"), "--log-key", log_key)
    assert desk.ledger(*words, locked=False) == 1
    assert "compare.hashes" in desk.out
    assert desk.ledger(*words, "--mirror", desk.path("two"), "-o", desk.path("fork"), locked=False) == 1
    assert "cannot both be true" in desk.out
    assert desk.verify(desk.path("fork"), "--log-key", log_key) == 0
    same = ("compare", desk.path("one/checkpoint"), desk.path("one/checkpoint"), "--log-key", log_key)
    assert desk.ledger(*same, locked=False) == 0
