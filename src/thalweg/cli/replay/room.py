"""A room to walk into: after the replay the desk stays up, its clock runs on, and the other side's officers answer.

Whoever opens one of the links sits at the screen of that party's officer on watch. Half a minute later the other desk
declares something that comes too near. It is an exercise: what was published ended with the replay, and from here on
all is drawn.
"""

from __future__ import annotations

import http.client
import http.server
import json
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pyotp import TOTP
from typing_extensions import override

from thalweg import wiring
from thalweg.cli.replay import deir_ez_zor
from thalweg.cli.replay.play import Play
from thalweg.cli.replay.run import folder_of
from thalweg.cli.replay.stage import ReplayFailed, stage
from thalweg.desk import scenarios
from thalweg.model.events import SECRETARIAT, Answer, Committed, ProposalAnswered
from thalweg.model.instants import Instant
from thalweg.wiring.officer import pause

BEGINS: Final = "2018-02-07T18:00:00Z"
VISITED: Final = ("CJTF", "RUS", "AID")
"""Parties whose screen can be opened: two desks, and a relief organisation."""
_OTHER: Final = "RUS"  # whose flight comes too near, and who answers while nobody sits there
_STARTS_S, _ENDS_S = 40, 60  # of what is said while somebody is in the room, in seconds since they came
_ANSWERS_S: Final = 20  # after which an officer of ours answers what was asked
_STOPS_S: Final = 300  # the promise to stop, from when it is made
_DATED: Final = re.compile(r"\d\d ([A-Z][a-z]{2}) \d\d:\d\d ")  # as a replay begins its lines
_SESSION: Final = "thalweg"  # the cookie of a session on http://localhost
_SAYS: Final = "We stop what we are doing there until we have spoken with you. (Said by the exercise.)"


@dataclass(slots=True)
class Door:
    """A way in for one browser, once: it is given the session of an officer who has joined already."""

    room: str  # where it leads
    url: str = ""
    cookies: dict[str, str] = field(default_factory=dict)  # path -> the session's cookie
    parties: dict[str, str] = field(default_factory=dict)  # path -> whose officer that is
    entered: set[str] = field(default_factory=set)  # parties at whose screen somebody sits

    def link(self, party: str) -> str:
        """Where a browser goes to sit down at that party's screen."""
        path = next(path for path, whose in self.parties.items() if whose == party)
        return self.url + path


def room(out: Callable[[str], None], port: int, keep: Path | None = None) -> None:
    """Play the autumn, then hold the room open until interrupted. ReplayFailed if anything is not as it should be."""
    begins = Instant.of(datetime.fromisoformat(deir_ez_zor.BEGINS))
    with folder_of(keep) as folder, stage(folder, begins, port) as built:
        out("EXERCISE. Deir ez-Zor, autumn 2017, is being played into a desk of its own; some half a minute.")
        built.enter(SECRETARIAT, *deir_ez_zor.PARTIES)
        chair = built.hands[SECRETARIAT]
        chair.author = chair.ask("join", link=built.invitation, login="chair")["author"]
        play = Play(built, _months(out))
        deir_ez_zor.perform(play)
        play.at(BEGINS)
        play.answer_all()
        file = folder / scenarios.ROOM
        file.write_bytes(scenarios.room(deir_ez_zor.NAME))
        play.declares("CJTF", file, "night-watch-khasham")
        play.answer_all()
        with _door(f"{built.url}/") as door:
            for party in VISITED:
                link = chair.ask("invite", party=party, role="watch")
                path = f"/{wiring.random_bytes(16).hex()}"
                door.cookies[path] = _joined(link, f"{party.lower()}-watch")
                door.parties[path] = party
            out("")
            out(f"The room is open: {BEGINS[:10]} {BEGINS[11:16]}Z by its clock, which runs. Sit down at a screen:")
            for party in VISITED:
                out(f"  {party:<5} {door.link(party)}")
            out("Each link opens once. For a second side use another browser, or a private window.")
            out("Half a minute after you came in the other desk declares a flight. Ctrl-C closes the room.")
            signal.signal(signal.SIGTERM, signal.default_int_handler)  # the processes of the exercise end with this one
            with suppress(KeyboardInterrupt):
                _Evening(play, file, door).run()
    out("The room is closed.")


def _months(out: Callable[[str], None]) -> Callable[[str], None]:
    """Says the months that the replay comes to, so that nobody who waits thinks that it has stopped; what happens in
    them is told by `--live`."""
    said: set[str] = set()

    def hear(line: str) -> None:
        dated = _DATED.match(line)
        if dated and dated[1] not in said:
            said.add(dated[1])
            out(f"  … {dated[1]}")

    return hear


# --- the officers who answer ---


@dataclass(slots=True)
class _Evening:
    """The clock, and what the officers of the exercise say while it runs."""

    play: Play
    file: Path
    door: Door
    said: set[str] = field(default_factory=set)
    due: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def run(self) -> None:
        """Until interrupted."""
        began_s, begins = wiring.monotonic(), Instant.of(datetime.fromisoformat(BEGINS))
        for name in deir_ez_zor.PARTIES:
            self.play.stage.hands[name].ask("news")
        came_s: float | None = None
        while True:
            now_s = wiring.monotonic() - began_s
            self.play.stage.set_clock(Instant(begins.epoch_s + now_s))
            if came_s is None and self.door.entered:
                came_s = now_s
                self.due.append((now_s + _STARTS_S, lambda: self._declare(_OTHER, "evening-flight")))
                self.due.append((now_s + _ENDS_S, lambda: self._declare("AID", "night-journey")))
            for at_s, act in [each for each in self.due if each[0] <= now_s]:
                self.due.remove((at_s, act))
                act()
            for name in deir_ez_zor.PARTIES:
                if name not in self.door.entered:
                    self._hear(name, now_s, begins)
            pause(1.0)

    def _declare(self, party: str, name: str) -> None:
        if party not in self.door.entered:
            self.play.stage.hands[party].ask("declare", file=str(self.file), id=name)

    def _hear(self, name: str, now_s: float, begins: Instant) -> None:
        """An officer with nobody at the screen answers what they owe, accepts what is proposed, promises to stop."""
        hand = self.play.stage.hands[name]
        for notice in hand.ask("news"):
            if notice["owed"] and notice["id"] not in self.said:
                self.said.add(notice["id"])
                self.due.append((now_s + _ANSWERS_S, lambda: self._answer(name)))
            if notice["what"] == "proposal" and notice["of"] != name:
                self.due.append((now_s + _ANSWERS_S, self._accepts(name, notice)))
            if notice["what"] == "emergency" and notice["of"] != name and not notice["bell"]:
                by = Instant(begins.epoch_s + now_s + _ANSWERS_S + _STOPS_S)
                self.due.append((now_s + _ANSWERS_S, self._promises(name, notice, by)))

    def _answer(self, name: str) -> None:
        self.play.stage.hands[name].ask("answer", but=[])

    def _accepts(self, name: str, notice: Mapping[str, Any]) -> Callable[[], None]:
        said = ProposalAnswered(name, notice["statement"], Answer.ACCEPT, "Agreed. (Said by the exercise.)")
        return lambda: self._say(name, said)

    def _promises(self, name: str, notice: Mapping[str, Any], by: Instant) -> Callable[[], None]:
        said = Committed(name, notice["statement"], _SAYS, by)
        return lambda: self._say(name, said)

    def _say(self, name: str, said: ProposalAnswered | Committed) -> None:
        """What has been settled meanwhile is refused by the desk's answer, and that is all right."""
        self.play.stage.hands[name].say(said)


# --- the way in ---


@contextmanager
def _door(room: str) -> Iterator[Door]:
    """A server on this machine alone that hands a session to whoever opens its link first.

    Cookies belong to a host and not to a port, so that what is set here holds at the desk.
    """
    door = Door(room)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            cookie = door.cookies.pop(self.path, "")
            if not cookie:
                self.send_error(410, "This link has been used, or was never one.")
                return
            door.entered.add(door.parties[self.path])
            self.send_response(303)
            self.send_header("Set-Cookie", f"{cookie}; Path=/; HttpOnly; SameSite=Strict")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Location", door.room)
            self.end_headers()

        @override
        def log_message(self, *_: object) -> None:
            """Nothing is logged: the path is a key."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    door.url = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _joined(link: str, login: str) -> str:
    """Joins as a browser would, with a password and a code; the cookie of the session. The desk holds the key."""
    parts = urlsplit(link)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    cookies = SimpleCookie()

    def ask(path: str, body: Mapping[str, str]) -> dict[str, str]:
        held = "; ".join(f"{name}={each.value}" for name, each in cookies.items())
        headers = {"content-type": "application/json", "cookie": held}
        line.request("POST", path, json.dumps(body), headers)
        reply = line.getresponse()
        told: dict[str, str] = json.loads(reply.read())
        if reply.status == 429:  # a door that counts tries, and says how long to wait
            pause(float(reply.headers["retry-after"]))
            return ask(path, body)
        if reply.status != 200:
            raise ReplayFailed(told["code"], f"{login} could not join: {told['detail']}")
        for each in reply.headers.get_all("set-cookie") or ():
            cookies.load(each)
        return told

    try:
        start = {"invitation": parts.fragment, "login": login, "password": wiring.random_bytes(16).hex()}
        seed = ask("/sign-in/join/password/start", start)["secret"]
        ask("/sign-in/join/password", {"code": TOTP(seed).at(wiring.now())})
    finally:
        line.close()
    return f"{_SESSION}={cookies[_SESSION].value}"
