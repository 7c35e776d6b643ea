"""A server that is told to stop: streams end, what came in is answered, what was read is on record, stores close."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.serving import serving, soon
from thalweg.formats import event as kinds
from thalweg.model.declarations import Kind
from thalweg.model.events import Declared, SitesRead

STATEMENTS = 60


@contextmanager
def process(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`thalweg serve`, ready; killed if it is still there at the end."""
    command = [sys.executable, "-m", "thalweg", "serve", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        try:
            end = time.monotonic() + 60
            while True:
                try:
                    if httpx2.get(f"http://localhost:{port}/readyz", timeout=2).status_code == 200:
                        break
                except httpx2.TransportError:
                    pass
                assert running.poll() is None, running.stderr and running.stderr.read()
                assert time.monotonic() < end
                time.sleep(0.1)
            yield running
        finally:
            if running.poll() is None:
                running.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_answers_what_came_in_and_loses_nothing(
    tmp_path: Path, sign: signal.Signals
) -> None:
    with serving(tmp_path) as desk:
        desk.parties("alpha", "bravo")
        desk.declare("alpha-1", soon("hospital", "alpha", kind=Kind.STATIC_SITE))
        tokens = dict(desk.tokens)
    port = free_port()
    base = f"http://localhost:{port}"
    began, ended = threading.Event(), threading.Event()
    streamed: list[str] = []

    def follow() -> None:
        with httpx2.stream(
            "GET", f"{base}/v1/stream", headers={"authorization": f"Bearer {tokens['bravo-1']}"}, timeout=60
        ) as answer:
            for line in answer.iter_lines():  # raises if the line is cut before its end
                streamed.append(line)
                began.set()
        ended.set()

    def declare(number: int) -> tuple[int, str]:
        """The status, and the statement where it was taken; 0 where nobody answered."""
        kind, body = kinds.write(Declared("alpha", soon(f"op-{number}", "alpha", 30.0 + number / 10)))
        headers = {"authorization": f"Bearer {tokens['alpha-1']}", "idempotency-key": f"number-{number:04d}"}
        try:
            answer = httpx2.post(
                f"{base}/v1/statements/unsigned", json={"kind": kind, "body": body}, headers=headers, timeout=60
            )
        except httpx2.TransportError:
            return 0, ""
        return answer.status_code, answer.json().get("statement", "")

    with process(tmp_path / "desk", port) as running, ThreadPoolExecutor(16) as pool:
        reader = threading.Thread(target=follow)
        reader.start()
        assert began.wait(60)
        seen = httpx2.get(f"{base}/v1/declarations", headers={"authorization": f"Bearer {tokens['bravo-1']}"})
        assert seen.status_code == 200
        answers = [pool.submit(declare, number) for number in range(STATEMENTS)]
        answers[4].result(timeout=60)  # some are answered, and others are on their way
        running.send_signal(sign)
        told = [each.result(timeout=60) for each in answers]
        assert running.wait(timeout=60) == 0
        reader.join(timeout=60)
    assert ended.is_set()
    assert streamed[0] == "retry: 1000"
    assert {status for status, _ in told} <= {0, 201, 503}
    taken = [statement for status, statement in told if status == 201]
    assert len(taken) >= 5
    assert not (tmp_path / "desk" / "log.db-wal").exists()  # its last connection was closed
    with serving(tmp_path) as desk:
        desk.tokens.update(tokens)
        for statement in taken:
            assert desk.get("alpha-1", f"/v1/statements/{statement}").json()["taken"]
        world = desk.portal.call(desk.opened.office.reading).world
        read = [body for index in range(world.size) if isinstance(body := world.load(index).body, SitesRead)]
        assert [(each.by, each.officer) for each in read] == [("bravo", "bravo-1")]
