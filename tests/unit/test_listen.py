"""The socket on which a desk listens."""

from __future__ import annotations

import asyncio
import socket

from typing_extensions import override

from thalweg.server.listen import bind


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
