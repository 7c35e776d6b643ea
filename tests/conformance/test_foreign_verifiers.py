"""Checkpoints and proofs of ours before verifiers that we did not write: Go's x/mod/sumdb and tlog-scales (R39).

Both must accept what is good and refuse what was altered. The Go test runs where Go and the module are found
(Debian: golang-go and golang-golang-x-mod-dev; elsewhere the module proxy); tlog-scales comes from PyPI.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.ledger_world import NOVEMBER_2017, World
from thalweg.ledger.canonical import b64
from thalweg.ledger.checkpoint import SignedCheckpoint
from thalweg.ledger.note import COSIGNATURE
from thalweg.ledger.receipt import Receipt
from thalweg.ledger.tree import inclusion_proof, leaf_hash

GO_SOURCE = Path(__file__).parents[1] / "foreign" / "go"
DEBIAN_GOPATH = Path("/usr/share/gocode")
SIZES = (4, 5, 7, 8, 9, 64, 255, 256, 257, 300, 511, 512, 513)


@dataclass(frozen=True)
class Check:
    """One question to a foreign verifier; see tests/foreign/go/main.go for the fields."""

    Vkey: str
    Note: str
    Entry: str = ""
    Index: int = 0
    Path: list[str] = field(default_factory=list)
    Old: str = ""


@cache
def grown() -> tuple[World, dict[int, SignedCheckpoint]]:
    """A log with a checkpoint at each of the sizes, the later ones cosigned."""
    world = World()
    notes = {}
    for size in SIZES:
        world.grow_to(size, batch=64)
        notes[size] = world.cosigned(NOVEMBER_2017 + size)
    return world, notes


def good_and_bad() -> tuple[list[Check], list[Check]]:
    world, notes = grown()
    vkey = world.log_key.verifier().text()
    good: list[Check] = []
    for size, signed in notes.items():
        note = signed.encode().decode()
        good.append(Check(vkey, note))
        for index in sorted({0, 3, size // 2, size - 2, size - 1, min(255, size - 1), min(256, size - 1)}):
            path = [b64(item) for item in inclusion_proof(index, size, world.log.node)]
            good.append(Check(vkey, note, b64(world.log.entry(index)), index, path))
        for old in SIZES:
            if old < size:
                path = [b64(item) for item in world.log.consistency(old, size)]
                good.append(Check(vkey, note, Path=path, Old=notes[old].encode().decode()))
    bad: list[Check] = []
    for check in good:
        bad += [Check(**{**asdict(check), **change}) for change in alterations(check)]
    return good, bad


def alterations(check: Check) -> list[dict[str, Any]]:
    """Each a way to alter a good question that must turn the answer."""
    line = check.Note.index("\n\n") - 10
    changes: list[dict[str, Any]] = [
        {"Note": check.Note[:line] + chr(ord(check.Note[line]) ^ 1) + check.Note[line + 1 :]},
        {"Vkey": World().witness.verifier().text()},
    ]
    if check.Path:
        changed = b64(bytes(32))
        changes += [{"Path": check.Path[:-1]}, {"Path": [changed, *check.Path[1:]]}, {"Path": [*check.Path, changed]}]
    if check.Entry:
        changes += [{"Index": check.Index + 1}, {"Entry": b64(b"another entry")}]
    return changes


def go_program(folder: Path) -> Path:
    """The verifier, built; skipped where there is no Go or no way to its module."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not installed here")
    program = folder / "verify"
    environment = {**os.environ, "GOCACHE": str(folder / "cache"), "GOFLAGS": "-mod=mod"}
    if (DEBIAN_GOPATH / "src/golang.org/x/mod/sumdb/note").exists():
        environment |= {"GO111MODULE": "off", "GOPATH": str(DEBIAN_GOPATH), "GOFLAGS": ""}
    source = folder / "source"
    shutil.copytree(GO_SOURCE, source)
    built = subprocess.run(
        [go, "build", "-o", str(program), "main.go"],
        cwd=source,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode and "main.go" not in built.stderr:
        pytest.skip(f"the module golang.org/x/mod could not be had: {built.stderr[:200]}")
    assert built.returncode == 0, built.stderr
    return program


def test_go_accepts_our_checkpoints_and_proofs_and_refuses_altered_ones(tmp_path: Path) -> None:
    program = go_program(tmp_path)
    good, bad = good_and_bad()

    def ask(checks: list[Check]) -> list[str]:
        text = json.dumps([asdict(check) for check in checks])
        done = subprocess.run([str(program)], input=text, capture_output=True, text=True, check=True)
        answers: list[str] = json.loads(done.stdout)
        return answers

    assert set(ask(good)) == {"ok"}
    answers = ask(bad)
    assert len(answers) > 300
    assert [check for check, answer in zip(bad, answers, strict=True) if answer == "ok"] == []


def scales_verdict(check: Check) -> str:
    from tlog_scales.signing import Vkey
    from tlog_scales.tlog import Checkpoint, ConsistencyProof, InclusionProof
    from tlog_scales.utils import b64dec

    checkpoint = Checkpoint.from_text(check.Note)
    checkpoint.verify(Vkey.from_string(check.Vkey))
    path = [b64dec(item) for item in check.Path]
    if check.Old:
        old = Checkpoint.from_text(check.Old)
        ConsistencyProof(old.size, checkpoint.size, path).check(old.root_hash, checkpoint.root_hash)
    elif check.Entry:
        leaf = leaf_hash(b64dec(check.Entry))
        InclusionProof(check.Index, checkpoint.size, path).check(leaf, checkpoint.root_hash)
    return "ok"


def test_tlog_scales_accepts_our_checkpoints_and_proofs_and_refuses_altered_ones() -> None:
    pytest.importorskip("tlog_scales")
    good, bad = good_and_bad()
    assert {scales_verdict(check) for check in good} == {"ok"}
    for check in bad:
        with pytest.raises(Exception):  # noqa: B017, PT011  # it has no one family of errors
            scales_verdict(check)


def test_tlog_scales_accepts_our_cosignatures() -> None:
    signing: Any = pytest.importorskip("tlog_scales.signing")
    tlog: Any = pytest.importorskip("tlog_scales.tlog")
    world, notes = grown()
    checkpoint = tlog.Checkpoint.from_text(notes[300].encode().decode())
    vkey = signing.Vkey.from_string(world.witness.verifier(COSIGNATURE).text())
    ((_, line),) = signing.VkeySet(vkey).verify(checkpoint.signatures, checkpoint)
    assert signing.Ed25519CosignatureVerifier.get_timestamp(line.payload) == NOVEMBER_2017 + 300


def test_the_proof_inside_a_receipt_is_a_file_that_tlog_scales_would_write(tmp_path: Path) -> None:
    reader: Any = pytest.importorskip("tlog_scales.reader")
    world, notes = grown()
    size = SIZES[-1]

    class Served:
        """The paths of C2SP tlog-tiles, answered from the store."""

        def get(self, *parts: str) -> bytes | None:
            return served(world, notes[size], "/".join(parts))

    tiles = reader.TilesReader(Served())
    checkpoint = tiles.get_checkpoint()
    for index in (0, 7, 255, 256, size - 1):
        theirs = tiles.get_inclusion_proof(index, checkpoint.size)
        ours = Receipt.parse(world.log.receipt(index).encode()).proof
        assert theirs.node_hashes == list(ours.path)


def served(world: World, signed: SignedCheckpoint, path: str) -> bytes | None:
    if path == "checkpoint":
        return signed.encode()
    where, _, width = path.partition(".p/")
    _, level, *digits = where.split("/")
    index = int("".join(part.lstrip("x") for part in digits))
    hashes = world.store.tile(int(level), index)
    count = int(width) if width else 256
    return hashes[: count * 32] if len(hashes) >= count * 32 else None
