"""An officer in a process of its own: `python -m thalweg.cli.replay.officer FOLDER CLOCK`.

Takes a line of JSON on standard input for each thing to do, and answers with one on standard output. Everything goes
through `thalweg.client`: the key is made and kept in the folder, and nobody else has it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final

from thalweg import wiring
from thalweg.client import Answer, Client, Notice, Reviewed, join
from thalweg.client.dossiers import fetch
from thalweg.formats import event as kinds
from thalweg.ledger.errors import LedgerError
from thalweg.ledger.verify import verify_bundle
from thalweg.model.errors import InputError, ThalwegError
from thalweg.model.events import Acknowledged, Declared, Release, Response, Said
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.sources import drafted

Json = Any
"""What goes over the pipe."""


class Officer:
    """One officer at the desk, as long as the pipe is open."""

    def __init__(self, folder: Path, clock: Path) -> None:
        self._folder = folder
        self._clock = wiring.ToldClock(clock)
        self._held: Client | None = None
        self._heard = 0

    @property
    def _client(self) -> Client:
        if self._held is None:
            raise InputError("officer-absent", "This officer has not joined yet.")
        return self._held

    def close(self) -> None:
        """Let go of the line."""
        if self._held is not None:
            self._held.close()

    def do(self, act: str, asked: Mapping[str, Json]) -> Json:
        """What was asked for, done; what came of it."""
        return _ACTS[act](self, asked)

    def join(self, asked: Mapping[str, Json]) -> Json:
        self._held = join(asked["link"], self._folder, login=asked["login"])
        self._held.clock = self._clock
        return {"author": self._held.author, "party": self._held.party}

    def invite(self, asked: Mapping[str, Json]) -> Json:
        return self._client.invite(asked["party"], asked["role"]).link

    def say(self, asked: Mapping[str, Json]) -> Json:
        said = kinds.read(asked["kind"], asked["body"])
        if isinstance(said, kinds.Statement | kinds.Erasure) or not isinstance(said, Said):
            raise InputError("not-said", "An officer does not say this.", found=asked["kind"])
        return _answered(self._client.send(said))

    def declare(self, asked: Mapping[str, Json]) -> Json:
        """A row of a file: read and reviewed on this side, as `thalweg declare` does."""
        row = self._row(Path(asked["file"]), asked["id"])
        releases = tuple(Release(to, Level(level)) for to, level in asked.get("releases", ()))
        cites = tuple(asked.get("cites", ()))
        said = Declared(self._client.party, row.declaration, cites, releases=releases, row=row.row)
        first = self._client.send(said)
        if not first.lacking:
            return {"first": None, "answer": _answered(first)}
        # What it lacks is shown to its author, who reads it, and declares again citing it.
        shown = tuple(self._client.notice(each) for each in first.lacking)
        cites += tuple(each.version for each in shown)
        again = Declared(self._client.party, row.declaration, cites, releases=releases, row=row.row)
        return {
            "first": {**_answered(first), "shown": [_told(each) for each in shown]},
            "answer": _answered(self._client.send(again)),
        }

    def enter(self, asked: Mapping[str, Json]) -> Json:
        """A source and the claims that were confirmed in it, as `thalweg sources confirm` does."""
        data = drafted.read_drafts(Path(asked["file"]).read_bytes())
        source, party = data["source"], self._client.party
        answer = self._client.send(drafted.entered(source, party, asked["to"])).need_taken()
        wanted = [each for each in data["claims"] if each["decision"] == "confirm"]
        for each in wanted:
            self._client.send(drafted.confirmed(each, source, party)).need_taken()
        return {"source": source["sha256"], "claims": len(wanted), "answer": _answered(answer)}

    def _row(self, file: Path, name: str) -> Reviewed:
        for each in self._client.review([file]).rows:
            if each.declaration.declaration_id == name:
                if each.refused:
                    raise InputError("row-refused", each.refused)
                return each
        raise InputError("row-absent", f"{file.name} holds no {name}.", found=name)

    def news(self, _asked: Mapping[str, Json]) -> Json:
        """What the party was told since this was asked last."""
        came = self._client.notices(self._heard)
        self._heard = max((each.n for each in came), default=self._heard)
        return [_told(each) for each in came]

    def answer(self, asked: Mapping[str, Json]) -> Json:
        """Acknowledge whatever is owed, but for some."""
        owed = [each for each in self._client.inbox() if each.id not in asked["but"]]
        for each in owed:
            self._client.send(Acknowledged(self._client.party, each.id, Response.RECEIVED)).need_taken()
        return len(owed)

    def bundle(self, asked: Mapping[str, Json]) -> Json:
        """Everything that the party may hold. It is kept in the officer's folder too, to make dossiers of offline."""
        record = fetch(self._client)
        Path(asked["file"]).write_bytes(record.data)
        verdict = verify_bundle(record.data, record.trust)
        return {"entries": len(verdict.verdicts), "size": verdict.size, "sentence": verdict.sentence()}


_ACTS: Final[Mapping[str, Callable[[Officer, Mapping[str, Json]], Json]]] = {
    "join": Officer.join,
    "invite": Officer.invite,
    "say": Officer.say,
    "declare": Officer.declare,
    "enter": Officer.enter,
    "news": Officer.news,
    "answer": Officer.answer,
    "bundle": Officer.bundle,
}


def _answered(answer: Answer) -> dict[str, Json]:
    found: dict[str, Json] = _plain(answer)
    found["notices"] = [_told(each) for each in answer.notices]
    return found


def _told(notice: Notice) -> Json:
    return _plain(notice)


def _plain(value: object) -> Json:
    """As JSON has it."""
    if isinstance(value, Instant):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value


def serve(folder: Path, clock: Path, lines: Iterable[str]) -> None:
    """Do what each line asks for, until there are no more. The officer reads the time from the file that tells it to
    the desk."""
    officer = Officer(folder, clock)
    try:
        for line in lines:
            asked = json.loads(line)
            try:
                came: Json = {"came": officer.do(asked.pop("do"), asked)}
            except (LedgerError, ThalwegError) as error:
                came = {"failed": error.sentence, "code": error.code}
            print(json.dumps(came, ensure_ascii=True), flush=True)
    finally:
        officer.close()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]), sys.stdin)
