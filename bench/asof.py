"""The picture as a party had it at a time, of a theatre with very much on record (R40).

python -m bench.asof all                        everything, kept in bench/results/asof.json
python -m bench.asof one --count 100000         measured once, printed

The busy place of `bench.online`, and three parties in a joint operation room. Every declaration is told to the two
others a day before it begins; every notice is delivered, acknowledged, read back and passed on to a unit. With 100,000
declarations that is two notices and eight facts to each: a million facts of the exchange. One notice in twenty tells of
a conflict. Declarations, notices and the desk's answers are encoded and signed as a desk writes them, and are read
again from a file; the fold is given everything as it was made, since how fast a log is read is measured elsewhere.

Measured as one party had it, now, in the middle, and now of the middle: the first page of the picture (200 declarations
with all that they say, the counts, the findings that stood, the channels), the map at that time, the time bar; each as
the bytes that a server answers with, the first time and again, in processor seconds of one core. And what the index
takes: of memory, of the fold, of a snapshot.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO, Any, cast

from bench.accounting import keep, versions
from bench.online import declaration
from bench.run import RESULTS
from thalweg.engine.batch import batch
from thalweg.formats import event as kinds
from thalweg.formats.theatre import default_theatre
from thalweg.ledger import canonical
from thalweg.ledger.entry import AuthorSigner, Entry, payload_digest
from thalweg.ledger.tree import EMPTY_ROOT, Head
from thalweg.model.events import (
    DESK,
    Acknowledged,
    Bearer,
    ByDesk,
    ChannelOpened,
    Declared,
    Delivered,
    Disseminated,
    Notice,
    NoticeKind,
    PartyNamed,
    ReadBack,
    Response,
    Said,
    Taken,
)
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.policy.asof.findings import Some
from thalweg.policy.asof.readings import AsOfs
from thalweg.policy.asof.valid import Valid
from thalweg.reports import asof, asof_map
from thalweg.state.history import Had
from thalweg.state.recorded import Recorded, recorded
from thalweg.state.shelved import put_away, take_out
from thalweg.state.world import World

Record = dict[str, Any]

PARTIES = ("alpha", "bravo", "charlie")
_DAY_S = 86_400.0
_BATCH = 50  # declarations between two receipts of a device


class Written:
    """A log in a file: the entries that are read again, where each begins, and the fold over all of them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._at = array("q")
        self._signer = AuthorSigner(bytes(32), "server")
        self._salt = bytes(32)
        self.world = World(self.load)
        self.index_s = 0.0  # of the fold, what the index takes
        self.fold_s = 0.0
        self.facts = 0
        self.now = Instant(0.0)
        self.told: dict[str, int] = {}  # party -> how many notices

    def load(self, index: int) -> Recorded:
        """An entry, read again from its bytes."""
        self._file.seek(self._at[index])
        head = self._file.readline().split()
        data = self._file.read(int(head[0]))
        aside = self._file.read(int(head[1]))
        beside = {payload_digest(aside, self._salt): aside} if aside else {}
        return recorded(index, Entry.parse(data), beside.get)

    def say(self, author: str, body: Said, *, keep_bytes: bool = True) -> Recorded:
        """One entry on the log; and the desk's answer, if a party says it."""
        record = self._write(author, body, keep_bytes=keep_bytes)
        if author != DESK:
            self._write(DESK, Taken(record.event, self.now), keep_bytes=isinstance(body, Declared))
        return record

    def tell(self, notice: Notice) -> str:
        """A notice to a party."""
        n = self.told[notice.to] = self.told.get(notice.to, 0) + 1
        made = replace(notice, n=n, id=f"n-{notice.to[0]}{n:09d}")
        self._write(DESK, made, keep_bytes=True)
        return made.id

    def _write(self, author: str, body: Said | ByDesk, *, keep_bytes: bool) -> Recorded:
        index = self.world.size
        event = f"{index:064x}"
        self._at.append(-1)
        if keep_bytes:
            made = kinds.parts(cast("Said", body))
            aside = canonical.encode(made.payloads[0][0]) if made.payloads else b""
            beside = ((aside, self._salt, made.payloads[0][1]),) if made.payloads else ()
            entry = self._signer.say(
                log="bench.example/theatre", author=author, after=None, seen=Head(0, EMPTY_ROOT), kind=made.kind,
                body=made.value, payloads=beside, at_ms=kinds.milliseconds(self.now), salt=self._salt,
            )  # fmt: skip
            data = entry.encode()
            event = entry.event.hash().hex()
            self._at[index] = self._file.seek(0, 2)
            self._file.write(b"%d %d\n" % (len(data), len(aside)) + data + aside)
        record = Recorded(index, event, author, "author", self.now, body)
        began = time.process_time()
        self.world.apply(record)
        self.fold_s += time.process_time() - began
        return record


def timed(log: Written) -> Callable[[], None]:
    """Count what the index takes of the fold, from now on; the result stops it."""
    kept = {name: getattr(Had, name) for name in ("told", "said", "became")}

    def counting(name: str) -> Any:
        def act(self: Had, *values: object) -> None:
            began = time.process_time()
            kept[name](self, *values)
            log.index_s += time.process_time() - began

        return act

    for name in kept:
        setattr(Had, name, counting(name))

    def stop() -> None:
        for name, method in kept.items():
            setattr(Had, name, method)

    return stop


def fill(log: Written, count: int) -> tuple[Instant, Instant]:
    """Everything on record; the middle of it and its end."""
    made = sorted((declaration(row, count) for row in range(count)), key=lambda each: each.volumes[0].window.start_s)
    finding = batch(_meeting(made[0]), default_theatre())[0]
    log.now = Instant(made[0].volumes[0].window.start_s - 2 * _DAY_S)
    for party in PARTIES:
        log.say("chair", PartyNamed(party, party.title()))
    log.say("alpha-1", ChannelOpened("alpha", "room", "The room", PARTIES, room=True), keep_bytes=True)
    waiting: dict[str, list[str]] = {party: [] for party in PARTIES}
    middle = log.now
    mine: dict[str, str] = {}
    for place, each in enumerate(made):
        log.now = Instant(max(log.now.epoch_s, each.volumes[0].window.start_s - _DAY_S))
        middle = log.now if place == count // 2 else middle
        party = PARTIES[place % 3]
        said = replace(each, party=party)
        mine[party] = said.version_id
        statement = log.say(f"{party}-1", Declared(party, said))
        for to in PARTIES:
            if to != party:
                findings: tuple[Finding, ...] = ()
                if place % 20 == 0 and to in mine:
                    last = Instant(each.volumes[0].window.end_s)
                    findings = (
                        replace(finding, id=f"f-{place:032x}", versions=(said.version_id, mine[to]), last=last),
                    )
                waiting[to].append(
                    log.tell(
                        _notice(to, party, said.declaration_id, said.version_id, statement.event, log.now, findings)
                    )
                )
        if place % _BATCH == _BATCH - 1:
            for to, notices in waiting.items():
                log.facts += 4 * len(notices)
                log.say(f"{to}-1", Delivered(to, tuple(notices), Bearer.STREAM), keep_bytes=False)
                for notice in notices:
                    log.say(f"{to}-1", Acknowledged(to, notice, Response.UNDERSTOOD), keep_bytes=False)
                    log.say(f"{to}-1", ReadBack(to, notice, position=Position(40.1, 35.3)), keep_bytes=False)
                    log.say(f"{to}-1", Disseminated(to, notice, "2nd company"), keep_bytes=False)
                notices.clear()
    log.facts += sum(log.told.values())
    return middle, Instant(log.now.epoch_s + _DAY_S)


def _meeting(one: Any) -> tuple[Any, Any]:
    return replace(one, party="a", declaration_id="a"), replace(one, party="b", declaration_id="b")


def _notice(
    to: str, of: str, name: str, version: str, statement: str, at: Instant, findings: tuple[Finding, ...]
) -> Notice:
    return Notice(
        to, 0, NoticeKind.WARNING if findings else NoticeKind.DECLARED, at, Level.FULL, of=of, subject=f"{of}/{name}",
        version=version, statement=statement, findings=findings, severity="caution", owed=True,
        facts={"kind": "operation"},
    )  # fmt: skip


def measure(count: int, repeats: int) -> Record:
    """Everything, once filled."""
    with TemporaryFile() as file:
        log = Written(file)
        stop = timed(log)
        middle, end = fill(log, count)
        stop()
        gc.collect()
        gc.freeze()
        hads = list(log.world.history.parties.values())
        columns = sum(
            len(column) * column.itemsize for had in hads for table in had.columns.values() for column in table.values()
        )
        words = sum(sys.getsizeof(word) + 100 for had in hads for word in had.words)  # the text, and its two places
        began = time.process_time()
        snapshot = put_away(log.world)
        kept_s = time.process_time() - began
        began = time.process_time()
        again = take_out(snapshot, log.load)
        restart_s = time.process_time() - began
        record: Record = {
            "what": "as of", "subject": "thalweg", "count": count, "facts": log.facts, "entries": log.world.size,
            "notices": sum(len(had) for had in hads),
            "index_mb": round(columns / 1e6, 1), "words_mb": round(words / 1e6, 1),
            "fold_s": round(log.fold_s, 1), "fold_of_that_index_s": round(log.index_s, 1),
            "put_away_s": round(kept_s, 2), "snapshot_mb": round(len(snapshot) / 1e6, 1),
            "take_out_s": round(restart_s, 2),
        }  # fmt: skip
        for name, known, valid in (("now", end, end), ("then", middle, middle), ("looking_back", end, middle)):
            record[name] = _readings(again, known, valid, repeats)
        record["versions"] = versions("thalweg", "numpy", "shapely")
        return record


def _readings(world: World, known: Instant, valid: Instant, repeats: int) -> Record:
    found: Record = {}
    readings: dict[str, Callable[[AsOfs], object]] = {
        "picture": lambda asofs: asof.picture(
            asofs.picture("bravo", known, Valid.at(valid), most=200, some=Some(most=200))
        ),
        "of_all_time": lambda asofs: asof.picture(asofs.picture("bravo", known, Valid(None, None), most=200)),
        "map": lambda asofs: asof_map.drawn(
            asofs.picture(
                "bravo", known, Valid.at(valid), most=asof_map.MOST_DRAWN, some=Some(most=asof_map.MOST_FOUND)
            )
        ),
        "times": lambda asofs: asof.times(asofs.times("bravo", known)),
        "notices": lambda asofs: asof.notices(asofs.notices("bravo", known, 0, 50)),
    }
    for name, act in readings.items():
        took = []
        data = b""
        asofs = AsOfs.over(world)
        for _ in range(repeats):
            began = time.process_time()
            data = json.dumps(act(asofs), ensure_ascii=False, separators=(",", ":")).encode()
            took.append(time.process_time() - began)
        found[name] = {
            "first_s": round(took[0], 3),
            "median_s": round(statistics.median(took), 3),
            "kb": round(len(data) / 1e3, 1),
        }
    counts = AsOfs.over(world).picture("bravo", known, Valid.at(valid), most=0).value
    found["declarations"], found["holding"] = counts.counts.known, counts.counts.valid
    found["findings"] = len(counts.findings)
    return found


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("all", "one"))
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=7)
    asked = parser.parse_args()
    if asked.what == "one":
        print(json.dumps(measure(asked.count, asked.repeats), indent=1))
        return 0
    records = [measure(count, asked.repeats) for count in (10_000, asked.count)]
    keep(RESULTS / "asof.json", datetime.now(UTC).date().isoformat(), records, ("what", "count"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
