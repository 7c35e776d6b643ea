"""The beginning of a server: whoever asks gets an answer while a log is folded, however long that takes.

A start of seconds is waited for, as if nothing answered yet. One that takes longer goes on beside the server, which
says how far it is, and answers nothing else until it is done (`shell.ShellSettings.starting`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from thalweg.desk.office import Office
from thalweg.server.shell import Starting
from thalweg.wiring.progress import Progress

_SOON_S = 10.0  # a start that takes longer is told of


@dataclass(slots=True)
class Beginning:
    """`begin` is called on the loop once the office has started; `watch` goes on from then to the end; `failed` is told
    what kept a start from its end that nobody waits for any more."""

    office: Office
    progress: Progress
    log: Callable[[str], None]
    begin: Callable[[], None]
    watch: Callable[[], Awaitable[None]]
    failed: Callable[[Exception], None]
    begun: bool = False
    _started: asyncio.Task[None] | None = None
    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Wait for the office, but not for long. Raises what keeps it from starting, as far as that is soon known."""
        self.progress.tell = lambda _: self._say()
        self._started = asyncio.create_task(self.office.start(), name="start")
        await asyncio.wait([self._started], timeout=_SOON_S)
        if self._started.done():
            self._started.result()
            self._begin()
        self._task = asyncio.create_task(self._go_on(self._started), name="watch")

    async def stop(self) -> None:
        """Wait for nothing more. A fold that is not done ends soon; the next start goes on with it."""
        self.progress.ended = True
        if self._task is not None:
            self._task.cancel()
        if self._started is not None:
            await asyncio.wait([self._started])

    def starting(self) -> Starting | None:
        """How far the start is; None once it is done."""
        at = self.progress
        return None if self.begun else Starting(at.step.value, at.done, at.of)

    def trouble(self) -> tuple[str, ...]:
        """Why no request should be sent here now."""
        return self.office.trouble() if self.begun else ("desk-starting",)

    async def _go_on(self, started: asyncio.Task[None]) -> None:
        if not self.begun:
            try:
                await asyncio.shield(started)
                self._begin()
            except Exception as error:  # noqa: BLE001  # whatever it is ends the process, which says so
                self.failed(error)
                return
            self._say()
        await self.watch()

    def _begin(self) -> None:
        self.begin()
        self.begun = True

    def _say(self) -> None:
        self.log(json.dumps({"event": "start", **self.progress.words()}))
