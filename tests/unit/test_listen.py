"""The socket on which a desk listens."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Iterator

import pytest
from typing_extensions import override

from thalweg.server.listen import bind, log_through


def test_what_is_written_to_a_connection_is_sent_at_once() -> None:
    """Without TCP_NODELAY an answer written as head and body takes 40 ms longer: Nagle's algorithm keeps the body back
    until the client, which waits for more before it says so, has said that the head came."""

    async def accepted() -> int:
        made: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()

        class Connection(asyncio.Protocol):
            @override
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                assert isinstance(transport, asyncio.Transport)
                made.set_result(transport)

        listening = bind("127.0.0.1", 0)
        server = await asyncio.get_running_loop().create_server(Connection, sock=listening)
        _, client = await asyncio.open_connection(*listening.getsockname())
        transport = await made
        told: int = transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        client.close()
        transport.close()
        server.close()
        return told

    assert asyncio.run(accepted())


@pytest.fixture
def as_before() -> Iterator[None]:
    """The loggers of the server, as others left them."""
    loggers = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error")]
    held = [(logger.handlers, logger.propagate) for logger in loggers]
    yield
    for logger, (handlers, propagate) in zip(loggers, held, strict=True):
        logger.handlers, logger.propagate = handlers, propagate


@pytest.mark.usefixtures("as_before")
def test_what_the_server_itself_says_is_a_line_of_the_log_as_every_other() -> None:
    """With its time, and of what somebody sent only what JSON keeps on one line."""
    lines: list[str] = []
    log_through(lines.append)
    logging.getLogger("uvicorn.error").warning("first\nsecond \x1b[31m %s", "x" * 1000)
    (line,) = lines
    assert line.isprintable()
    said = json.loads(line)
    assert (said["event"], said["error"], len(said["said"])) == ("server", "", 300)
    assert said["at"] > 1_500_000_000_000
