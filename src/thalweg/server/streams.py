"""The live stream: server-sent events, one for each notice to the party, numbered as the notices are.

Nothing is queued for a slow reader. Each stream remembers the number it has sent, and reads the mailbox again when the
bell rings: so it resumes from any number, a reader that is slow is only late, and two thousand streams cost what they
remember. (WHATWG HTML, section 9.2; `Last-Event-ID` is the number of the last notice that arrived.)
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

from thalweg.desk.office import Office
from thalweg.model.events import Notice
from thalweg.reports import wire
from thalweg.state.recorded import Recorded

_AT_ONCE = 50
_BEAT_S = 15.0  # a comment, so that proxies and readers know that the line is open


class Streams:
    """The bells of all parties, rung after each append; and how many listen."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._stop = office.listen(self._ring)
        self._closed = asyncio.Event()
        self.open = 0

    def close(self) -> None:
        """End every stream; readers come back to another process, or to this one when it is up again."""
        if self._closed.is_set():
            return
        self._stop()
        self._closed.set()
        for bells in self._waiting.values():
            for bell in bells:
                bell.set()

    async def follow(self, party: str, after: int) -> AsyncIterator[bytes]:
        """The bytes of a stream of the notices to a party with numbers above `after`."""
        bell = asyncio.Event()
        self._waiting.setdefault(party, set()).add(bell)
        self.open += 1
        try:
            yield b"retry: 1000\n\n"
            while not self._closed.is_set():
                bell.clear()
                reading = await self._office.reading()
                page = reading.mailboxes.notices(party, after, _AT_ONCE)
                for each in wire.each(page):
                    after += 1
                    data = json.dumps(each, ensure_ascii=False, separators=(",", ":"))
                    yield f"id: {after}\nevent: notice\ndata: {data}\n\n".encode()
                if page.value.more:
                    continue
                try:
                    await asyncio.wait_for(bell.wait(), _BEAT_S)
                except TimeoutError:
                    yield b": here\n\n"
        finally:
            self.open -= 1
            self._waiting[party].discard(bell)

    def _ring(self, records: Sequence[Recorded]) -> None:
        for party in {record.body.to for record in records if isinstance(record.body, Notice)}:
            for bell in self._waiting.get(party, ()):
                bell.set()
