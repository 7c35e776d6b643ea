"""A line between clients and servers that goes wrong in every way that lines do, and spreads requests over servers.

Each request is read whole, forwarded on a connection of its own to one of the servers, and its answer given back. On
the way it may be lost before it arrives, its answer may be lost, it may be late, arrive twice, or arrive once more much
later (`replay`), when nobody waits for it. Streams are passed on as they come.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from random import Random
from types import TracebackType

_TIMEOUT_S = 40.0


@dataclass
class Trouble:
    """Chances for each request; `late_s` is the longest that one is held up."""

    lose_request: float = 0.0
    lose_answer: float = 0.0
    delay: float = 0.0
    late_s: float = 0.3
    duplicate: float = 0.0
    replay: float = 0.0


@dataclass
class Proxy:
    """Listens on `port` for as long as it is entered; `servers` are ports."""

    port: int
    servers: Sequence[int]
    trouble: Trouble = field(default_factory=Trouble)
    seed: int = 1
    counts: dict[str, int] = field(default_factory=dict)
    kept: list[bytes] = field(default_factory=list)
    """Requests that changed something, as they were sent: what somebody on the line has."""

    def __enter__(self) -> Proxy:
        self._random = Random(self.seed)
        self._next = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._client, "127.0.0.1", self.port, limit=1 << 26)

    async def _close(self) -> None:
        self._server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0.05)

    def send(self, request: bytes) -> bytes:
        """Send what was kept once more, as an attacker would."""
        return asyncio.run_coroutine_threadsafe(self._forward(request), self._loop).result()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gone = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError)
        with contextlib.suppress(*gone):
            while True:
                request = await self._request(reader)
                if not await self._through(request, writer):
                    break
        with contextlib.suppress(OSError):
            writer.close()

    @staticmethod
    async def _request(reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        return head + await reader.readexactly(_length(head))

    async def _through(self, request: bytes, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection lives."""
        if request.startswith(b"GET /v1/stream"):
            await self._stream(request, writer)
            return False
        if request.startswith(b"POST"):
            self.kept.append(request)
        if self._happens("lose_request"):
            return False
        if self._happens("delay"):
            await asyncio.sleep(self._random.uniform(0.0, self.trouble.late_s))
        if self._happens("duplicate"):
            self._beside(self._forward(request))
        if self.kept and self._happens("replay"):
            self._beside(self._forward(self._random.choice(self.kept)))
        answer = await self._forward(request)
        if not answer or self._happens("lose_answer"):
            return False
        writer.write(answer)
        await writer.drain()
        return b"connection: close" not in answer[:2000].lower()

    def _happens(self, what: str) -> bool:
        happens: bool = self._random.random() < getattr(self.trouble, what)
        self.counts[what] = self.counts.get(what, 0) + happens
        return happens

    def _beside(self, work: Coroutine[None, None, bytes]) -> None:
        async def run() -> None:
            await work

        task = asyncio.ensure_future(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _turn(self) -> list[int]:
        """The servers, the next one first."""
        self._next += 1
        at = self._next % len(self.servers)
        return [*self.servers[at:], *self.servers[:at]]

    async def _forward(self, request: bytes) -> bytes:
        """The answer of the first server that can be reached; empty if there is none, or it broke off."""
        for port in self._turn():
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
            except OSError:
                continue
            try:
                async with asyncio.timeout(_TIMEOUT_S):
                    writer.write(request)
                    head = await reader.readuntil(b"\r\n\r\n")
                    return head + await reader.readexactly(_length(head))
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                return b""
            finally:
                writer.close()
        return b""

    async def _stream(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        for port in self._turn():
            with contextlib.suppress(OSError):
                reader, onward = await asyncio.open_connection("127.0.0.1", port)
                onward.write(request)
                while data := await reader.read(65_536):
                    writer.write(data)
                    await writer.drain()
                onward.close()
                return


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
