"""How fast incidents are searched and listed: ten thousand with their accounts, asked for through the interface.

    python -m bench.cases [--incidents 10000]

Two parties report to each other what happened along a river in two languages, each side gives its account of most of
it, one in eight is asked about and one in eight assessed. All of it is signed, decided and folded as in the server.
Then an officer asks as the pages do: the first page, words, a time, a place, a party, all at once, and one incident.
Results go to bench/results/cases.json, and the table of docs/explanation/benchmarks.md is filled from them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from tests.desk_world import START, Room
from tests.telling_world import application

from thalweg import __version__
from thalweg.model.cases import (
    AccountGiven,
    CauseAssessed,
    ExplanationAsked,
    Grade,
    IncidentReported,
    Joined,
    Named,
    Particulars,
    Risk,
    RiskAssessed,
)
from thalweg.model.events import Said, Taken
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position

RESULTS = Path(__file__).parent / "results" / "cases.json"
PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "benchmarks.md"
MARKS = ("<!-- incidents: python -m bench.cases -->", "<!-- /incidents -->")
ROUNDS = 30
WITHIN_MS = 200.0
_SEED = 5
_PARTIES = ("alpha", "bravo")
_DAY_S = 86_400.0
_ENGLISH = """shots boat bridge convoy ferry night river bank seen heard two trucks aircraft low pass crossing fishermen
battery flare smoke village road turned back nobody hurt engineers pump line east west drone circle"""
_ARABIC = """إطلاق قارب جسر قافلة عبارة ليل نهر ضفة شوهد سمع شاحنتان طائرة منخفضة عبور صيادون بطارية دخان قرية طريق"""
_WORDS = {"en": _ENGLISH.split(), "ar": _ARABIC.split()}
_PLACES = ("Khusham", "Al Mayadin", "Deir ez-Zor", "Raqqa", "Abu Kamal", "Al Bukamal", "Hajin", "Al Salihiyah")


def filled(count: int) -> Room:
    """A desk with so many incidents."""
    rng = random.Random(_SEED)
    room = Room(_PARTIES)
    room.channel(*_PARTIES)
    for number in range(count):
        by, other = rng.sample(_PARTIES, 2)
        happened = _particulars(rng, other)
        report = IncidentReported(
            by, f"No. {number}: {_text(rng, 'en', 5)}", happened, (other,), _text(rng, "en", rng.randint(20, 200))
        )
        event = _said(room, report)
        incident = room.desk.world.cases.incident_of(event)
        assert incident is not None
        name = incident.reference
        if rng.random() < 0.8:
            text = _text(rng, "ar", rng.randint(20, 200))
            told = replace(_particulars(rng, by), earliest=None, latest=None)
            _said(room, AccountGiven(other, name, text, "ar", told))
        if rng.random() < 0.4:
            text = _text(rng, "en", rng.randint(20, 200))
            _said(room, AccountGiven(by, name, text, "en", supersedes=event))
        if number % 8 == 0:
            due = Instant(room.now.epoch_s + 30 * _DAY_S)
            _said(room, ExplanationAsked(by, name, other, _text(rng, "en", 12), due))
        if number % 8 == 1:
            _said(room, CauseAssessed(other, name, rng.choice(list(Grade)), _text(rng, "en", 30)))
            _said(room, RiskAssessed(other, name, rng.choice(list(Risk))))
    return room


def _particulars(rng: random.Random, alleged: str) -> Particulars:
    earliest_s = START.epoch_s - rng.uniform(1, 700) * _DAY_S
    return Particulars(
        Instant(round(earliest_s)),
        Instant(round(earliest_s + rng.uniform(0, 6 * 3600))),
        Position(round(rng.uniform(38.5, 41.0), 5), round(rng.uniform(34.4, 36.0), 5)),
        rng.choice((50, 500, 5000)),
        f"near {rng.choice(_PLACES)}",
        Named((), (_text(rng, "en", 3),), Joined.AND),
        Named((alleged,), (), Joined.UNKNOWN),
    )


def _text(rng: random.Random, language: str, count: int) -> str:
    return " ".join(rng.choices((*_WORDS[language], *_PLACES), k=count))


def _said(room: Room, said: Said) -> str:
    assert not isinstance(said, Taken)
    answer = room.say(said.by, said)  # type: ignore[union-attr]  # all of them name a party
    assert isinstance(answer, Taken), answer
    return answer.statement


def asked(room: Room) -> dict[str, str | dict[str, Any]]:
    """What an officer of alpha asks, by what it is called: a path, or what is sent to be searched for."""
    since, until = (str(Instant(START.epoch_s - days * _DAY_S)) for days in (60, 50))
    place = {"lon": 40.14, "lat": 35.336, "within_m": 20_000}
    some = next(iter(room.desk.world.cases.incidents))
    return {
        "first page": "/v1/incidents?limit=50",
        "a word": "/v1/incidents?text=flare",
        "a word that nobody said": "/v1/incidents?text=submarine",
        "three words in two languages": "/v1/incidents?text=Mayadin+دخان+pump",
        "ten days": f"/v1/incidents?since={since}&until={until}",
        "a party": "/v1/incidents?party=bravo",
        "20 km round a place": {"near": place},
        "owed by the asker": "/v1/incidents?owed=true&limit=200",
        "all at once": {"text": "boat", "since": since, "party": "bravo", "near": place},
        "one incident": f"/v1/incidents/{some}",
    }


def measure(count: int) -> dict[str, Any]:
    began = time.perf_counter()
    room = filled(count)
    filled_s = time.perf_counter() - began
    app, _ = application(room, "alpha")
    rows = []
    with TestClient(app, base_url="https://desk.example") as client:
        for name, what in asked(room).items():
            took, worked, found, size = [], [], 0, 0
            for _ in range(ROUNDS):
                start, used = time.perf_counter(), time.process_time()
                search = "/v1/incidents/searches"
                answer = client.get(what) if isinstance(what, str) else client.post(search, json=what)
                took.append((time.perf_counter() - start) * 1e3)
                worked.append((time.process_time() - used) * 1e3)
                assert answer.status_code == 200, answer.text
                found, size = answer.json().get("total", 1), len(answer.content)
            ordered = sorted(took)
            rows.append(
                {
                    "asked": name,
                    "found": found,
                    "bytes": size,
                    "processor_ms": round(statistics.median(worked), 1),
                    "median_ms": round(statistics.median(ordered), 1),
                    "slowest_ms": round(ordered[-1], 1),
                    "first_ms": round(took[0], 1),
                }
            )
    said = sum(len(each.items) for each in room.desk.world.cases.incidents.values())
    return {
        "program": __version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "incidents": count,
        "said": said,
        "entries": room.desk.world.size,
        "rounds": ROUNDS,
        "within_ms": WITHIN_MS,
        "filled_s": round(filled_s, 1),
        "machine_load": [round(each, 1) for each in os.getloadavg()],
        "asked": rows,
    }


def table(result: dict[str, Any]) -> str:
    """The results for the page."""
    rows = ["| asked for | found | processor time, median | median | slowest |", "|---|---|---|---|---|"]
    rows += [
        f"| {each['asked']} | {each['found']:,} | {each['processor_ms']} ms"
        f" | {each['median_ms']} ms | {each['slowest_ms']} ms |"
        for each in result["asked"]
    ]
    load = result["machine_load"][0]
    return (
        "\n".join(rows) + f"\n\nLoad of the two cores meanwhile: {load}. Where it is above two, go by processor time."
    )


def fill(result: dict[str, Any]) -> None:
    """Put the table into the page."""
    before, first, rest = PAGE.read_text("utf-8").partition(MARKS[0])
    _, last, after = rest.partition(MARKS[1])
    PAGE.write_text(f"{before}{first}\n{table(result)}\n{last}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--incidents", type=int, default=10_000)
    parser.add_argument("--no-results", action="store_true", help="print, and write nothing")
    given = parser.parse_args()
    result = measure(given.incidents)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if not given.no_results:
        RESULTS.write_text(text + "\n", encoding="utf-8")
        fill(result)


if __name__ == "__main__":
    main()
