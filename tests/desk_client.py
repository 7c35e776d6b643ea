"""One officer's client process: states things without end, over HTTP, and writes down what it was promised.

Usage: python -m tests.desk_client CONFIG. It goes on until the file `stop` is there and its last statement is answered.
What is not answered is sent again as it is, however long that takes. A line of `out` is an acknowledged fact (event,
index, and now and then a receipt), or notices that it was told. Ends with 1 at an answer that it should never get.
"""

from __future__ import annotations

import base64
import http.client
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import IO, Any, cast

from tests.desk_site import Signed, Voice
from thalweg.model.declarations import Declaration, Kind, Medium, Volume
from thalweg.model.events import Acknowledged, Declared, MessageSent, Response, Said, Withdrawn
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Position

_WAIT_S = 25.0
_PAUSE_S = 0.05
_AGAIN = (0, 429, 499, 500, 502, 503, 504)  # not answered, or not now


class Unexpected(Exception):
    """An answer that nobody should get."""


@dataclass
class Client:
    told: dict[str, Any]
    out: IO[str]
    line: http.client.HTTPConnection | None = None
    number: int = 0
    chains: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """One try. 0 where nobody answered."""
        try:
            if self.line is None:
                self.line = http.client.HTTPConnection("127.0.0.1", self.told["port"], timeout=_WAIT_S)
            headers = {
                "host": f"localhost:{self.told['port']}",
                "authorization": f"Bearer {self.told['token']}",
                "content-type": "application/json",
            }
            self.line.request(method, path, body or None, headers)
            answer = self.line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            return 0, b""

    def hang_up(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None

    def get(self, path: str) -> dict[str, Any]:
        while True:
            status, data = self.ask("GET", path)
            if status == 200:
                return cast("dict[str, Any]", json.loads(data))
            self.odd(status, data, path)

    def odd(self, status: int, data: bytes, what: str) -> None:
        """Wait, where it may be asked again."""
        code = json.loads(data).get("code", "") if data[:1] == b"{" else ""
        self.statuses[f"{status} {code}"] = self.statuses.get(f"{status} {code}", 0) + 1
        if status not in _AGAIN or code == "internal-error":
            raise Unexpected(f"{self.told['author']} {what}: {status} {data[:500]!r}")
        time.sleep(_PAUSE_S)

    def state(self, voice: Voice, said: Said, *, receipt: bool = False) -> bool:
        """Sign once, send until it is answered, write the answer down; whether it was taken."""
        return self.hand_in(voice.say(said), receipt=receipt)

    def hand_in(self, signed: Signed, *, receipt: bool = False) -> bool:
        """As `state`, for what is signed already."""
        event, body = signed.event, signed.body()
        while True:
            status, answer = self.ask("POST", "/v1/statements", body)
            if status in (201, 409):
                value = json.loads(answer)
                fact = value if status == 201 else value.get("fields", {})
                if "index" in fact:
                    break
            self.odd(status, answer, event)
        if fact["statement"] != event:
            raise Unexpected(f"an answer to another statement: {fact['statement']}")
        line = {"event": event, "index": fact["index"], "taken": status == 201, "code": fact.get("code", "")}
        if receipt:
            line["receipt"] = base64.b64encode(self.fetch(f"/v1/entries/{fact['index']}/receipt")).decode()
        self.write(line)
        return status == 201

    def fetch(self, path: str) -> bytes:
        while True:
            status, data = self.ask("GET", path)
            if status == 200:
                return data
            # Another process may not have folded so far yet, and says that it does not know of the entry.
            self.odd(503 if status == 404 else status, data, path)

    def read(self) -> None:
        page = self.get(f"/v1/notices?after={self.number}&limit=50")
        notices = page["notices"]
        if notices:
            self.write({"told": [[each["n"], each["id"]] for each in notices]})
            self.number = notices[-1]["n"]
            self.open += [each["id"] for each in notices if each["outstanding"]]

    def write(self, line: dict[str, Any]) -> None:
        print(json.dumps(line), file=self.out, flush=True)


def operation(told: dict[str, Any], number: int, slot: int) -> Declaration:
    """In the one place where everybody is, at the hour of this moment: what is declared at the same time conflicts."""
    start_s = told["first_s"] + slot * 8 * 3600.0
    window = Window(Instant(start_s), Instant(start_s + 3600.0))
    shape = Circle(Position(40.14, 35.336), 1000.0)
    return Declaration(
        kind=Kind.OPERATION,
        party=told["party"],
        title=f"{number} of {told['author']}",
        volumes=(Volume(shape, window, Band(0.0, 3000.0, Datum.EGM96)),),
        medium=Medium.AIR,
        declaration_id=f"{told['author']}-{number}",
    )


def main() -> None:
    told = json.loads(Path(sys.argv[1]).read_text())
    random = Random(told["author"])
    stop = Path(told["stop"])
    with open(told["out"], "a") as out:
        client = Client(told, out)
        me = client.get("/v1/me")
        tip = me["tip"]
        voice = Voice(told["author"], None if tip is None else (tip["seq"], bytes.fromhex(tip["hash"])))
        number = 0 if tip is None else tip["seq"] + 1
        while not stop.exists():
            slot = int((time.time() - told["start_s"]) / told.get("slot_s", 0.5))
            match random.random():
                case share if share < 0.6:
                    number += 1
                    name = f"{told['author']}-{number}"
                    said = Declared(told["party"], operation(told, number, slot), declines=True)
                    if client.state(voice, said, receipt=random.random() < 0.2):
                        client.chains.append(f"{told['party']}/{name}")
                case share if share < 0.7 and client.chains:
                    chain = client.chains.pop(random.randrange(len(client.chains)))
                    client.state(voice, Withdrawn(told["party"], chain))
                case share if share < 0.8 and client.open:
                    notice = client.open.pop(random.randrange(len(client.open)))
                    client.state(voice, Acknowledged(told["party"], notice, Response.UNDERSTOOD))
                case share if share < 0.85:
                    client.state(voice, MessageSent(told["party"], "room", f"here, {number}"))
                case _:
                    client.read()
            if random.random() < 0.05:
                client.hang_up()  # the next request may reach another process
        client.write({"statuses": client.statuses})


if __name__ == "__main__":
    main()
