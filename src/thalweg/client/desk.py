"""`Client`: one officer's hold on one desk.

**Promise of `send`.** What is signed is on disk before it leaves, and leaves as the very same bytes until an answer has
come, after whatever failure and in whatever later process: nothing that was answered is lost, nothing is said twice.
An answer counts once the receipt of one's own entry verifies, offline, against the trust file that was pinned, and the
head that it stands in adds to the newest head that this folder was shown. A log that contradicts itself is refused
(`Contradicted`), with both heads kept.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from thalweg import wiring
from thalweg.client import told
from thalweg.client.errors import Contradicted, DeskError, Unanswered
from thalweg.client.line import Line, Reply, following, held_entries, origin_of, part
from thalweg.client.review import Review, review
from thalweg.formats import event as kinds
from thalweg.formats.theatre import default_theatre, read_theatre
from thalweg.ledger import canonical
from thalweg.ledger.checkpoint import SignedCheckpoint, require_log_signature
from thalweg.ledger.entry import AuthorSigner, Entry
from thalweg.ledger.errors import Inconsistent, LedgerError
from thalweg.ledger.fork import compare
from thalweg.ledger.receipt import Receipt
from thalweg.ledger.tree import verify_consistency
from thalweg.ledger.trust import read_trust
from thalweg.ledger.verify import BundleVerdict, Trust, Verdict, verify_bundle, verify_receipt
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.events import Bearer, Declared, Delivered, Row, Said
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position
from thalweg.model.theatre import Theatre
from thalweg.wiring import officer

if TYPE_CHECKING:
    from thalweg.wiring.officer import OfficerHome, Unlocked

PATIENCE_S: Final = 30.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0
_SILENCE_S: Final = 45.0  # a stream says something every fifteen seconds
_LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_AT_ONCE: Final = 100
_DRAWN: Final = 1_000  # of a map
_END: Final = 2**53  # behind the last of anything
_BUNDLED: Final = 20_000  # entries of one file
_MOST_IN_A_RECEIPT: Final = 1_000  # as the kind of entry has it
_NOT_KEPT: Final = frozenset(
    {"not-for-party", "not-secretariat", "not-admin", "not-a-statement", "not-your-entry", "secretariat-neutral"}
)
"""Refusals (403) after which the log does not hold the entry. Others may pass when keys or accounts are mended."""


class Client:
    """An officer at a desk. Close it, or use it as a context. Not for several threads at once."""

    def __init__(
        self,
        home: OfficerHome,
        unlocked: Unlocked | None,
        *,
        patience_s: float = PATIENCE_S,
        timeout_s: float = 30.0,
        pause: Callable[[float], None] = officer.pause,
        ticks: Callable[[], float] = wiring.monotonic,
    ) -> None:
        self.home = home
        self.party = home.facts.party
        self.author = home.facts.author
        self._unlocked = unlocked
        self._patience_s = patience_s
        self._pause = pause
        self._ticks = ticks
        self._line = Line(home.facts.url, home.facts.ca, timeout_s, home.token, pause=pause)
        self._timeout_s = timeout_s
        self.clock: Callable[[], datetime] = wiring.now  # of this machine; told otherwise in an exercise

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()

    @property
    def trust(self) -> Trust:
        """By what this officer knows the log."""
        return read_trust(self.home.trust)

    # --- saying ---

    def send(self, said: Said) -> told.Answer:
        """Say something, and return what the desk answered: taken, or refused on record.

        Raises DeskError where nothing went on record, `Unanswered` where no answer came within `patience_s` (what was
        signed is kept and goes out again before anything else is said), `Contradicted` where the log is not to be
        believed.
        """
        with self.home.locked():
            self._flush()
            if self.home.author is None:
                name, request = self._keep(said)
                return self._deliver_unsigned(name, request)
            return self._deliver(self._sign(said))

    def flush(self) -> list[told.Answer]:
        """Send again whatever was signed and not answered; the answers."""
        with self.home.locked():
            return self._flush()

    def declare(
        self, declaration: Declaration, *cites: str, declines: bool = False, row: Row | None = None
    ) -> told.Answer:
        """Declare, citing the versions that one was shown."""
        return self.send(Declared(self.party, declaration, tuple(cites), declines=declines, row=row))

    def receipt_of(self, notices: Iterable[told.Notice], device: str = "") -> told.Answer | None:
        """Sign that these notices reached this device (`delivery/1`, a thousand in each); None if all of them had a
        receipt already, else the answer to the last, or to the first that was not taken."""
        ids = tuple(each.id for each in notices if not each.delivered)
        answer: told.Answer | None = None
        for begin in range(0, len(ids), _MOST_IN_A_RECEIPT):
            some = ids[begin : begin + _MOST_IN_A_RECEIPT]
            answer = self.send(Delivered(self.party, some, Bearer.STREAM, device))
            if not answer.taken:
                break
        return answer

    def declared_rows(self) -> dict[tuple[str, str], int]:
        """Own entries that declare a row of a file: (SHA-256, row) -> number. What has one was said."""
        found: dict[tuple[str, str], int] = {}
        author = self.home.author
        if author is None:
            return found
        for seq in author.numbers():
            event = Entry.parse(author.entry(seq)).event
            if event.kind != kinds.DECLARATION:
                continue
            held: Mapping[str, Any] = event.body
            for commitment, salted in zip(event.payloads, author.salted(seq), strict=False):
                if commitment.media == kinds.ASIDE_MEDIA:
                    held = cast("Mapping[str, Any]", canonical.decode(salted[32:]))
            for row in held.get("row", ()):
                found[row["sha256"], row["path"]] = seq
        return found

    def catch_up(self) -> int:
        """For a folder that is older than what was said from it (restored from a backup, or a copy): take in the own
        entries that the log has beyond it. What was signed here meanwhile and fits no more is set aside, to be said
        anew. How many were taken in."""
        author = self.home.author
        if author is None:
            return 0
        with self.home.locked():
            tip = self.me().tip
            missing = self._own_entries(author.author, -1 if tip is None else tip.seq)
            for seq in reversed(author.numbers()):
                held = missing.get(seq)
                if held is None or held == author.entry(seq):
                    break
                author.set_aside(
                    seq, b"The log holds another entry of this number; this folder was older than the log."
                )
            taken = 0
            for seq in sorted(missing):
                if seq not in author.numbers():
                    author.adopt(missing[seq])
                    self.home.answered(seq, b"{}")
                    taken += 1
            return taken

    def _own_entries(self, author: str, last: int) -> dict[int, bytes]:
        """Own entries in the log from the first that differs from, or is not in, this folder; each verified."""
        held = self.home.author
        found: dict[int, bytes] = {}
        for index in reversed(held_entries(self._get) if last >= 0 else []):
            data = self._get(f"/v1/entries/{index}").body
            event = Entry.parse(data).event
            if event.author != author:
                continue
            if held is not None and event.seq in held.numbers() and held.entry(event.seq) == data:
                break
            self._verified(index, data)
            found[event.seq] = data
        return found

    def answer(self, seq: int) -> told.Answer | None:
        """What the desk answered to an own entry; None where there is no answer here."""
        held = self.home.answer(seq)
        value = {} if held is None else json.loads(held)
        return told.read(told.Answer, value) if value else None

    # --- reading ---

    def me(self) -> told.Me:
        """Who one is to the desk."""
        return self._read(told.Me, "/v1/me")

    def theatre(self) -> Theatre:
        """The rules in force."""
        text = self._read(told.TheatreTold, "/v1/theatre")
        return read_theatre(text.text.encode(), text.name) if text.text else default_theatre()

    def theatre_text(self) -> str:
        """The theatre file in force; empty while the built-in rules hold."""
        return self._read(told.TheatreTold, "/v1/theatre").text

    def parties(self) -> tuple[told.Party, ...]:
        """The members of the theatre."""
        return self._list(told.Party, "/v1/parties", "parties")

    def notices(self, after: int = 0) -> tuple[told.Notice, ...]:
        """Every notice to one's party with a number above `after`, oldest first."""
        found: list[told.Notice] = []
        while True:
            page = self._get("/v1/notices", {"after": after, "limit": _AT_ONCE}).json
            found += [told.read(told.Notice, each) for each in page["notices"]]
            if not page["more"]:
                return tuple(found)
            after = page["next"]

    def notice(self, notice: str) -> told.Notice:
        """One of them, and what became of it."""
        return self._read(told.Notice, f"/v1/notices/{part(notice)}")

    def words(self, notice: str, language: str = "", zone: str = "UTC") -> tuple[str, ...]:
        """A notice in a language, one's own if empty; the English follows while nobody fluent reviewed the language."""
        query = {"language": language, "zone": zone}
        said = self._get(f"/v1/notices/{part(notice)}/text", query).json
        return tuple(text for each in said["texts"] for text in (each["text"], each["source"]) if text)

    def voice(self, notice: str, language: str = "") -> tuple[str, ...]:
        """A notice as lines for a radio (`thalweg voice` reads them): what it shows, or its words."""
        said = self._get(f"/v1/notices/{part(notice)}/voice", {"language": language}).json
        return tuple(said["lines"])

    def inbox(self) -> tuple[told.Notice, ...]:
        """What one's party owes an answer to, the most pressing first."""
        return self._paged(told.Notice, "/v1/inbox", "owed", "after")

    def declarations(self, *, own: bool | None = None) -> tuple[told.Declared, ...]:
        """Everything in force that one's party declared or was shown; only its own, or only the others'."""
        found: list[told.Declared] = []
        after: int | None = 0
        only = {} if own is None else {"own": "true" if own else "false"}
        while after is not None:
            page = self._get("/v1/declarations", {"after": after, "limit": _AT_ONCE, **only}).json
            found += [told.read(told.Declared, each) for each in page["declarations"]]
            after = page["next"]
        return tuple(found)

    def declaration(self, subject: str) -> told.Declared:
        """One of them, over or not, by the id under which one knows it."""
        return self._read(told.Declared, f"/v1/declarations/{part(subject)}")

    def findings(self) -> tuple[told.Finding, ...]:
        """The conflicts that one's party was told of and that stand."""
        return self._paged(told.Finding, "/v1/findings", "findings", "before")

    def channels(self) -> tuple[told.Channel, ...]:
        """The channels that one is on, and the line as each side sees it."""
        return self._list(told.Channel, "/v1/channels", "channels")

    def channel_log(self, channel: str) -> tuple[told.Said, ...]:
        """Messages and decisions, in order."""
        return self._list(told.Said, f"/v1/channels/{part(channel)}/log", "said")

    def agreements(self) -> tuple[told.Agreement, ...]:
        """Proposals, quiet windows, lines and sites that change hands, and what each side answered."""
        return self._list(told.Agreement, "/v1/agreements", "agreements")

    def commitments(self) -> tuple[told.Commitment, ...]:
        """Promises, when they are due, and their outcomes."""
        return self._list(told.Commitment, "/v1/commitments", "commitments")

    def emergencies(self) -> tuple[told.Emergency, ...]:
        """Emergencies that one called or was called by."""
        return self._list(told.Emergency, "/v1/emergencies", "emergencies")

    def incidents(
        self,
        text: str = "",
        *,
        since: Instant | None = None,
        until: Instant | None = None,
        party: str = "",
        near: Position | None = None,
        within_m: float = 0.0,
        owed: bool | None = None,
        before: int | None = None,
        most: int = _AT_ONCE,
    ) -> told.IncidentsTold:
        """The incidents that one's party has and of which all that is asked for may be so, the newest report first."""
        asked: dict[str, str | int | None] = {
            "text": text,
            "since": str(since or ""),
            "until": str(until or ""),
            "party": party,
            "owed": owed,
            "before": before,
            "limit": most,
        }
        given = {name: each for name, each in asked.items() if each is not None and each != ""}
        if near is not None:  # no position stands in an address
            place = {"lon": near.lon, "lat": near.lat, "within_m": within_m}
            found = self._ask("POST", "/v1/incidents/searches", {**given, "near": place}).need()
        else:
            query = {name: str(each).lower() if isinstance(each, bool) else each for name, each in given.items()}
            found = self._get("/v1/incidents", query)
        return told.read(told.IncidentsTold, found.json)

    def incident(self, reference: str) -> told.IncidentTold:
        """One of them, with everything that was said in it."""
        return self._read(told.IncidentTold, f"/v1/incidents/{part(reference)}")

    def as_of(self, known: str = "", valid: str = "") -> told.Json:
        """The picture as one's own party had it: known at an instant, and holding at an instant or in an interval
        (`a/b`, `../..`); docs/reference/api.md has the fields. All declarations and findings, however many."""
        declarations: list[Any] = []
        findings: list[Any] = []
        for page in self._as_of("/v1/as-of", known, valid, _AT_ONCE):
            declarations += page["declarations"]
            findings += page["findings"]
        return {**page, "declarations": declarations, "findings": findings}

    def as_of_map(self, known: str = "", valid: str = "") -> told.Json:
        """The same as GeoJSON."""
        features: dict[str, Any] = {}  # what is neither a declaration nor a finding stands in every answer
        for page in self._as_of("/v1/as-of/map", known, valid, _DRAWN):
            features |= {each["id"]: each for each in page["features"]}
        return {**page, "thalweg": {**page["thalweg"], "left_out": 0, "findings_left_out": 0, "note": ""}, "links": [],
                "features": list(features.values())}  # fmt: skip

    def _as_of(self, path: str, known: str, valid: str, most: int) -> Iterator[dict[str, Any]]:
        """The answers one after the other, to the last declaration and the last finding."""
        after: int = 0
        findings_after: int = 0
        while True:
            query: dict[str, str | int] = {
                "known": known, "valid": valid, "after": after, "findings_after": findings_after, "limit": most,
            }  # fmt: skip
            page = self._get(path, query).json
            yield page
            head = page.get("thalweg", page)
            if head["next"] is None and head["findings_next"] is None:
                return
            # What comes to be known meanwhile is not to change the pages that follow.
            known = head["known"]
            after, findings_after = (_END if head[name] is None else head[name] for name in ("next", "findings_next"))

    def as_of_notices(self, known: str = "") -> tuple[told.Json, ...]:
        """The notices that had reached one's party by then, and what it had done about each."""
        found: list[told.Json] = []
        after = 0
        while True:
            page = self._get("/v1/as-of/notices", {"known": known, "after": after, "limit": _AT_ONCE}).json
            found += page["notices"]
            if not page["more"]:
                return tuple(found)
            known, after = page["known"], page["next"]

    def as_of_times(self, known: str = "", buckets: int = 120) -> told.Json:
        """How much held, and how much came to be known, over the time that it is about."""
        return cast("told.Json", self._get("/v1/as-of/times", {"known": known, "buckets": buckets}).json)

    def sources(self, text: str = "", *, before: int = 0, most: int = _AT_ONCE) -> told.Json:
        """The sources that one's party entered or is shown, with their claims (docs/reference/api.md)."""
        found: told.Json = self._get("/v1/sources", {"text": text, "before": before, "limit": most}).json
        return found

    def source(self, sha256: str) -> told.Json:
        """One of them, as each of those entered it that show it."""
        found: told.Json = self._get(f"/v1/sources/{part(sha256)}").json
        return found

    def claims(self, incident: str = "", *, most: int = _AT_ONCE) -> told.Json:
        """The claims that one's party confirmed or is shown, and in what those that stand differ."""
        found: told.Json = self._get("/v1/claims", {"incident": incident, "limit": most}).json
        return found

    def preview(self, declaration: Declaration) -> told.Preview:
        """What it would meet among what one declared and was shown. Nothing is said by this."""
        body = {"declaration": kinds.write_declaration(declaration)}
        return told.read(told.Preview, self._ask("POST", "/v1/previews", body).need().json)

    def review(self, paths: Sequence[Path], *, kind: Kind | None = None, gazetteer: Sequence[Path] = ()) -> Review:
        """Files, row by row, for a person to look at; read on this machine."""
        return review(paths, self.theatre(), self.party, self.now(), kind=kind, gazetteer=gazetteer)

    def now(self) -> Instant:
        """The present by this machine's clock."""
        return Instant.of(self.clock())

    # --- following ---

    def stream(self, after: int | None = None, *, receipts: bool = False, device: str = "") -> Iterator[told.Notice]:
        """Notices as they are made, for ever: a line that breaks is taken up where it broke.

        `after` None goes on after the last one for which a receipt was signed here. With `receipts`, each notice is
        given only once its `delivery/1` is on record.
        """
        last = self.home.cursor() if after is None else after
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                for number, notice in self._events(last):
                    if receipts:
                        self.receipt_of((notice,), device)
                        self.home.move_cursor(number)
                    last, pause_s = number, _FIRST_PAUSE_S
                    yield notice
            except DeskError as error:
                if not isinstance(error, Unanswered) and error.status not in _LATER:
                    raise
            self._pause(pause_s)
            pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)

    def _events(self, after: int) -> Iterator[tuple[int, told.Notice]]:
        line = Line(self.home.facts.url, self.home.facts.ca, _SILENCE_S, self.home.token)
        number, data = after, b""
        for text in line.follow("/v1/stream", {"after": after}, {"last-event-id": str(after)}):
            name, _, value = text.partition(b":")
            value = value.removeprefix(b" ")
            if name == b"id":
                number = int(value)
            elif name == b"data":
                data = value
            elif not text and data:
                yield number, told.read(told.Notice, json.loads(data))
                data = b""

    # --- proof ---

    def verify(self, index: int) -> Verdict:
        """The receipt of an entry that one may hold, verified; its head is remembered. `Contradicted` if it does not
        hold."""
        return self._verified(index, None)

    def bundle(self) -> tuple[bytes, BundleVerdict]:
        """Everything that one's party may hold, as a file for `thalweg verify`, and what it shows. `DeskError`
        (`bundle-in-parts`) where the desk gives it as several: `bundles`."""
        first, *more = islice(self.bundles(), 2)
        if more:
            raise DeskError(
                "bundle-in-parts", "The record is too long for one file; fetch it with: thalweg bundle FILE"
            )
        return first

    def bundles(self) -> Iterator[tuple[bytes, BundleVerdict]]:
        """The same as one file or several, each with the entries that follow those of the one before, and verified by
        itself."""
        path = f"/v1/bundle?limit={_BUNDLED}"
        while path:
            reply = self._get(path)
            try:
                yield reply.body, verify_bundle(reply.body, self.trust)
            except LedgerError as error:
                raise self._contradicted("bundle", reply.body, error.sentence) from error
            path = following(reply)

    def evidence(self, incident: str, reader: str, known_at: Instant | None) -> tuple[bytes, BundleVerdict]:
        """The evidence bundle of an incident for another party, with what that may not have withheld; verified."""
        query: dict[str, str | int] = {"form": "bundle", "reader": reader}
        if known_at is not None:
            query["known"] = str(known_at)
        data = self._get(f"/v1/incidents/{part(incident)}/dossier", query).body
        try:
            return data, verify_bundle(data, self.trust)
        except LedgerError as error:
            raise self._contradicted("dossier", data, error.sentence) from error

    def feedback(self, since: Instant | None, until: Instant | None, language: str) -> told.Json:
        """What came of one's party's declarations: in numbers, and as `text` to read."""
        query: dict[str, str | int] = {"language": language}
        query |= {name: str(each) for name, each in (("since", since), ("until", until)) if each is not None}
        value: told.Json = self._get("/v1/feedback", query).json
        return value

    def joint_review(self, since: Instant, until: Instant, form: str, languages: str) -> bytes:
        """The joint review of whole days as `csv`, `html` or `pdf`."""
        query: dict[str, str | int] = {"since": str(since), "until": str(until), "form": form, "languages": languages}
        return self._get("/v1/review", query).body

    # --- keys ---

    def keys(self) -> told.Keys:
        """What opens one's account."""
        with self._session() as line:
            return told.read(told.Keys, line.ask("GET", "/sign-in/keys").need().json)

    def end_token(self, token: str) -> None:
        """End a token at once."""
        with self._session() as line:
            line.ask("DELETE", f"/sign-in/tokens/{part(token)}").need(204)

    def invite(self, party: str, role: str, *, account: str = "") -> told.Invited:
        """Invite an officer; `account` is one that has lost its keys."""
        with self._session() as line:
            body = {"party": party, "role": role, "account": account}
            return told.read(told.Invited, line.ask("POST", "/sign-in/invitations", body).need(201).json)

    def rotate(self) -> str:
        """Another key, and another token, from now on; the id of the key. Can be done again if it was interrupted."""
        author, unlocked = self.home.author, self._unlocked
        if author is None or unlocked is None:
            raise DeskError("no-device-key", "The server holds this officer's key; there is none here to change.")
        with self.home.locked():
            if author.keys.pending("author", self.author) and not self._signs_in(unlocked.author(self.author)):
                author.use_next_key(unlocked)  # entered the last time, and then the machine stopped
                self._flush()
                return unlocked.author(self.author).key.key_id
            self._flush()
            new = author.next_key(unlocked, wiring.random_bytes(32))
            old_token = self.home.facts.token_id
            with self._session() as line:
                asked = line.ask("POST", "/sign-in/keys/device/start", {"key": new.key.value()}).need().json
                made = line.ask("POST", "/sign-in/keys/device", proof(new, line.url, asked)).need(201).json
                author.use_next_key(unlocked)
                self.home.set_token(made["token"], made["token_id"])
                self._line.token = made["token"]
                if old_token:
                    line.ask("DELETE", f"/sign-in/tokens/{part(old_token)}").need(204, 404)
            return new.key.key_id

    @contextmanager
    def _session(self) -> Iterator[Line]:
        """Signed in as a person, by the key of this device; signed out afterwards."""
        if self._unlocked is None:
            raise DeskError("no-device-key", "The server holds this officer's key; do this where the account signs in.")
        with Line(self.home.facts.url, self.home.facts.ca, self._timeout_s, pause=self._pause) as line:
            sign_in(line, self.author, self._unlocked.author(self.author))
            yield line
            line.ask("POST", "/sign-in/out", {}).need(204)

    def _signs_in(self, signer: AuthorSigner) -> bool:
        with Line(self.home.facts.url, self.home.facts.ca, self._timeout_s, pause=self._pause) as line:
            try:
                sign_in(line, self.author, signer)
            except Unanswered:
                raise
            except DeskError:
                return False
        return True

    # --- how it is said ---

    def _flush(self) -> list[told.Answer]:
        answers = [self._deliver(seq) for seq in self.home.unanswered()]
        return answers + [self._deliver_unsigned(name, request) for name, request in self.home.waiting()]

    def _sign(self, said: Said) -> int:
        author, unlocked = self.home.author, self._unlocked
        if author is None or unlocked is None:
            raise DeskError("keys-locked", "The key of this officer was not opened.")
        kind, body, payloads = beside(said)
        return wiring.sign_as(author, unlocked, kind, body, payloads, self.clock).seq

    def _deliver(self, seq: int) -> told.Answer:
        author = self.home.author
        if author is None:
            raise DeskError("no-device-key", "Nothing was signed here.")
        data = author.entry(seq)
        request = {
            "entry": base64.b64encode(data).decode(),
            "payloads": [
                {"payload": base64.b64encode(each[32:]).decode(), "salt": each[:32].hex()}
                for each in author.salted(seq)
            ],
        }
        reply = self._ask("POST", "/v1/statements", request)
        if reply.status not in (201, 409) or (reply.status == 409 and "statement" not in reply.problem().facts):
            self._refused_off_record(seq, reply)
        answer = self._answer(reply)
        if answer.statement != Entry.parse(data).event.hash().hex():
            raise Contradicted("answer-other", "The desk answered to another statement than the one that was sent.")
        self._verified(answer.index, data)
        self.home.answered(seq, json.dumps(_value(reply), ensure_ascii=False).encode())
        return answer

    def _refused_off_record(self, seq: int, reply: Reply) -> None:
        """Raises. What the log will never hold leaves the chain, so that something else can be said."""
        problem = reply.problem()
        if problem.code == "admit.seen":
            self._compare_heads()  # raises, if the log has another history than the one that was shown here
        gone = reply.status in (400, 413, 422) or (reply.status == 403 and problem.code in _NOT_KEPT)
        if gone and problem.code != "answer-unreadable" and self.home.author is not None:
            self.home.author.set_aside(seq, reply.body)
        raise problem

    def _keep(self, said: Said) -> tuple[str, dict[str, Any]]:
        kind, body = kinds.write(said)
        request = {"kind": kind, "body": body, "key": wiring.random_bytes(16).hex()}
        return self.home.wait(request), request

    def _deliver_unsigned(self, name: str, request: Mapping[str, Any]) -> told.Answer:
        headers = {"idempotency-key": str(request["key"])}
        body = {"kind": request["kind"], "body": request["body"]}
        reply = self._ask("POST", "/v1/statements/unsigned", body, headers=headers)
        if reply.status not in (201, 409) or (reply.status == 409 and "statement" not in reply.problem().facts):
            if reply.status in (400, 403, 413, 422):
                self.home.done_waiting(name)
            raise reply.problem()
        answer = self._answer(reply)
        verdict = self._verified(answer.index, None)
        if verdict.entry.event.hash().hex() != answer.statement or verdict.entry.event.author != self.author:
            raise Contradicted("answer-other", "The desk answered to another statement than the one that was sent.")
        self.home.done_waiting(name)
        return answer

    @staticmethod
    def _answer(reply: Reply) -> told.Answer:
        return told.read(told.Answer, _value(reply))

    # --- how it is believed ---

    def _verified(self, index: int, own: bytes | None) -> Verdict:
        data = self._get(f"/v1/entries/{index}/receipt").body
        try:
            verdict = verify_receipt(data, self.trust)
            receipt = Receipt.parse(data)
        except LedgerError as error:
            raise self._contradicted("receipt", data, error.sentence) from error
        if verdict.index != index or (own is not None and receipt.entry != own):
            raise self._contradicted("receipt", data, f"The receipt for entry {index} is of something else.")
        if verdict.entry.event.seen == self.home.shown.head():
            self.home.shown.show(receipt.proof.checkpoint)  # the receipt has shown that it adds to what its author saw
        else:
            self._advance(receipt.proof.checkpoint)
        return verdict

    def _advance(self, signed: SignedCheckpoint) -> None:
        """Remember a head whose signature was verified, once it is shown to add to the newest one held."""
        held = self.home.shown.checkpoint()
        if held is None or signed.head == held.head:
            self.home.shown.show(signed)
            return
        low, high = sorted((held, signed), key=lambda each: each.head.size)
        try:
            if low.head.size == high.head.size:
                raise Inconsistent("author.two_heads", f"The log signed two heads of {low.head.size} entries.")
            query = {"old": low.head.size, "new": high.head.size}
            path = self._get("/v1/log/consistency", query).json["path"]
            verify_consistency(low.head, high.head, [base64.b64decode(each) for each in path])
        except LedgerError as error:
            raise self._contradicted("heads", self._two_heads(low, high), error.sentence) from error
        self.home.shown.show(signed)

    def _compare_heads(self) -> None:
        """Hold the log's newest head against the newest one that was shown here."""
        data = self._get("/v1/log/checkpoint").body
        try:
            signed = SignedCheckpoint.parse(data)
            require_log_signature(signed, self.trust.origin, self.trust.log_keys)
        except LedgerError as error:
            raise self._contradicted("checkpoint", data, error.sentence) from error
        self._advance(signed)

    def _two_heads(self, low: SignedCheckpoint, high: SignedCheckpoint) -> bytes:
        """A proof of the fork where the two alone make one, else both heads."""
        if low.head.size == high.head.size:
            for key in self.trust.log_keys:
                try:
                    fork = compare(low, high, key)
                except LedgerError:
                    continue
                if fork is not None:
                    return fork.encode()
        return low.encode() + b"\n" + high.encode()

    def _contradicted(self, name: str, data: bytes, why: str) -> Contradicted:
        file = self.home.keep_evidence(name, data)
        return Contradicted(
            "log-contradicted",
            f"The log is not to be believed: {why} What it sent is kept in {file}. Stop, and call the other"
            " parties and the secretariat by another line.",
        )

    # --- how it is asked ---

    def _ask(
        self, method: str, path: str, body: object = None, *,
        query: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None,
    ) -> Reply:  # fmt: skip
        """Asked again as it is, with pauses that grow, until something answers or the patience is over."""
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        end_s, pause_s = self._ticks() + self._patience_s, _FIRST_PAUSE_S
        while True:
            try:
                reply = self._line.ask(method, path, data, query=query, headers=headers)
                if reply.status not in _LATER:
                    return reply
                problem: DeskError = reply.problem()
                wait_s = max(pause_s, reply.retry_after_s)
            except Unanswered as error:
                problem, wait_s = error, pause_s
            if self._ticks() + wait_s >= end_s:
                sentence = f"{problem.sentence} What was signed is kept, and will be sent again."
                raise Unanswered(problem.code, sentence if method == "POST" else problem.sentence, problem.status)
            self._pause(wait_s)
            pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)

    def _get(self, path: str, query: Mapping[str, str | int] | None = None) -> Reply:
        return self._ask("GET", path, query=query).need()

    def _read(self, of: type[told.T], path: str) -> told.T:
        return told.read(of, self._get(path).json)

    def _paged(self, of: type[told.T], path: str, name: str, cursor: str) -> tuple[told.T, ...]:
        """All of a list that is given in pages."""
        found: list[told.T] = []
        query: dict[str, str | int] = {"limit": _AT_ONCE}
        while True:
            page = self._get(path, query).json
            found += [told.read(of, each) for each in page[name]]
            if page["next"] is None:
                return tuple(found)
            query[cursor] = page["next"]

    def _list(self, of: type[told.T], path: str, name: str) -> tuple[told.T, ...]:
        return tuple(told.read(of, each) for each in self._get(path).json[name])


def open_client(
    folder: Path, *, passphrase: str | None = None, identity: str | None = None, patience_s: float = PATIENCE_S
) -> Client:
    """The client of the officer whose folder this is."""
    home = officer.officer_home(folder)
    return Client(home, officer.unlock(home, passphrase=passphrase, identity=identity), patience_s=patience_s)


def sign_in(line: Line, author: str, signer: AuthorSigner) -> None:
    """Make the line one of a person who has just shown their key."""
    asked = line.ask("POST", "/sign-in/key/start", {"author": author}).need().json
    answer = {"author": author, **proof(signer, line.url, asked)}
    line.csrf = line.ask("POST", "/sign-in/key", answer).need().json["csrf"]


def proof(signer: AuthorSigner, url: str, asked: Mapping[str, str]) -> dict[str, str]:
    """The answer to a challenge. It names the origin that was called, not the one that answered."""
    challenge = asked["challenge"]
    signature = signer.possess(origin_of(url), asked["author"], bytes.fromhex(challenge))
    return {"challenge": challenge, "signature": base64.b64encode(signature).decode()}


def beside(said: Said) -> tuple[str, Mapping[str, Any], tuple[tuple[bytes, str], ...]]:
    """Kind, body, and what goes beside the entry: the bytes of each payload, and their media type."""
    made = kinds.parts(said)
    return made.kind, made.value, tuple((canonical.encode(value), media) for value, media in made.payloads)


def _value(reply: Reply) -> Any:  # noqa: ANN401  # JSON, read by `told`
    """The answer to a statement, taken or refused on record."""
    return reply.json if reply.status == 201 else dict(reply.problem().facts)
