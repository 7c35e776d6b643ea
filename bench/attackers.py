"""Scripted attackers against the desk's answers: how small can they make the area in which a hidden site may lie?

    python -m bench.attackers            all attacks, kept in bench/results/attackers.json
    python -m bench.attackers --progress FILE    the same; what is done stands in FILE, and is not done again

A site is hidden somewhere in a square of 100 km. An attacker signs declarations and learns of each whether it was
warned, and nothing else. Three desks answer it:

    exact    warned if the declaration conflicts with the site itself: what a desk must not do
    coarse   warned if it meets the coarse region (`Level.COARSE`)
    exists   warned if it meets the larger one (`Level.EXISTS`)

Measured is the posterior: the area of all places at which the site would have given the very same answers. It is what
the best of analysts can get out of them, who knows the rules, the cells, the margins and that the site is a point.
Nothing is drawn at random but the sites, from a told seed, so a run can be repeated to the bit.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.accounting import commit
from thalweg.engine import batch
from thalweg.geometry import kernel
from thalweg.model.declarations import Declaration, Kind, Volume
from thalweg.model.instants import ALWAYS, Instant, Window
from thalweg.model.levels import Level
from thalweg.model.measures import Band, Datum
from thalweg.model.shapes import Circle, Point, Position
from thalweg.model.theatre import Between, Margin, Relation, Rule, Selector, Theatre
from thalweg.policy.budget import Limits, Trial, probing, trial
from thalweg.policy.coarse import Cell, Coarse, Grid, cell_area_m2, cell_at, centre, coarsen
from thalweg.policy.view import AREA_RULE, View, findings, view

Floats = npt.NDArray[np.float64]

RESULTS = Path(__file__).parent / "results" / "attackers.json"
SIDE_M = 100_000.0
FIRST_S = 1_505_520_000.0  # 2017-09-16T00:00:00Z
MARGIN = Margin(1_852.0, 100.0, 600.0)
THEATRE = Theatre("attack", (Rule("all", Selector(), Selector(), Relation.NOT_PERMITTED, MARGIN),))
GRID = Grid.of(THEATRE)
DESKS = ("exact", "coarse", "exists")
MIDDLES = (Position(40.14, 35.33), Position(25.0, 65.0), Position(180.0, -17.5))
STEPS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True, slots=True)
class Question:
    """A declared circle, and whether it was answered with a warning."""

    centre: Position
    radius_m: float
    told: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """The posterior, in km2, after so many questions; and after how many the notifier was told that somebody asks."""

    area_km2: dict[int, float]
    alert: int | None


def shifted(position: Position, east_m: float, north_m: float) -> Position:
    """Somewhere about so far away; where exactly does not matter here."""
    lat = position.lat + math.degrees(north_m / 6.37e6)
    lon = position.lon + math.degrees(east_m / (6.37e6 * math.cos(math.radians(lat))))
    return Position((lon + 180.0) % 360.0 - 180.0, lat)


def site(at: Position, window: Window = ALWAYS, band: Band | None = None) -> Declaration:
    """The hidden one."""
    return Declaration(Kind.STATIC_SITE, "relief", volumes=(Volume(Point(at), window, band),))


def asking(
    at: Position, radius_m: float, *, party: str = "north", window: Window = ALWAYS, band: Band | None = None
) -> Declaration:
    """The attacker's declaration."""
    return Declaration(Kind.OPERATION, party, volumes=(Volume(Circle(at, radius_m), window, band),))


class Desk:
    """Answers questions about one hidden declaration, and keeps what its notifier could be told."""

    def __init__(self, hidden: Declaration, kind: str) -> None:
        self.hidden = hidden
        self.kind = kind
        self.asked: list[Question] = []
        self.trials: list[Trial] = []
        self.alert: int | None = None
        self._views: dict[str, View] = {}  # by party, for each is shown its own

    def __call__(self, question: Declaration) -> bool:
        """Whether the declaration is answered with a warning."""
        shown = self._view(question.party, Level.EXISTS if self.kind == "exists" else Level.COARSE)
        if self.kind == "exact":
            told = bool(batch((self.hidden, question), THEATRE))
        else:
            told = bool(findings(shown, question, THEATRE))
        shape = question.volumes[0].shape
        if isinstance(shape, Circle):
            self.asked.append(Question(shape.centre, shape.radius_m, told))
        now = Instant(FIRST_S + 60.0 * len(self.asked))
        near = trial(question, now, shown, "d-site", THEATRE, GRID)
        if near is not None and self.alert is None:
            self.trials.append(near)
            if probing(self.trials, now, Limits()):
                self.alert = len(self.asked)
        return told

    def _view(self, party: str, level: Level) -> View:
        key = f"{party} {level}"
        if key not in self._views:
            self._views[key] = view(self.hidden, level, GRID, f"x-{party}")
        return self._views[key]


# ---- attacks in place: scripts that ask, and see the answers ----

Ask = Callable[[Position, float], bool]


def bisection(ask: Ask, box: Position, questions: int) -> None:
    """The radius of a declared circle is bisected about three corners of the square in turn: trilateration."""
    corners = [shifted(box, x * SIDE_M / 2, y * SIDE_M / 2) for x, y in ((-1, -1), (1, -1), (0, 1))]
    bounds = [[0.0, 1.5 * SIDE_M] for _ in corners]
    for turn in range(questions):
        low_high = bounds[turn % 3]
        radius_m = max(1.0, sum(low_high) / 2.0)
        low_high[int(ask(corners[turn % 3], radius_m))] = radius_m


def small_shifts(ask: Ask, start: Position, questions: int, step_m: float = 250.0) -> None:
    """From a place at which it was warned, a small circle is moved by 250 m at a time until it is warned no more: east,
    west, and from the middle north and south; then again by a tenth of that from the ends."""
    left = questions
    ends = {"east": 0.0, "west": 0.0, "north": 0.0, "south": 0.0}

    def until_quiet(name: str, x: float, y: float, east: float, north: float, step: float, begin: float) -> None:
        nonlocal left
        far = begin
        while left and far < SIDE_M:
            left -= 1
            if not ask(shifted(start, x + far * east, y + far * north), 100.0):
                break
            far += step
        ends[name] = far

    for step in (step_m, step_m / 10.0, step_m / 100.0):
        back = 0.0 if step == step_m else 10.0 * step
        until_quiet("east", 0.0, 0.0, 1.0, 0.0, step, max(0.0, ends["east"] - back))
        until_quiet("west", 0.0, 0.0, -1.0, 0.0, step, max(0.0, ends["west"] - back))
        x = (ends["east"] - ends["west"]) / 2.0
        until_quiet("north", x, 0.0, 0.0, 1.0, step, max(0.0, ends["north"] - back))
        until_quiet("south", x, 0.0, 0.0, -1.0, step, max(0.0, ends["south"] - back))


# ---- what the answers leave possible ----


def exact_area_m2(asked: Sequence[Question], box: Position) -> float:
    """The area left by answers about the site itself, from above: a quadtree of squares that are not ruled out."""
    size_m = SIDE_M
    corner = np.zeros((1, 2))  # metres east and north of the south-west corner
    reach = np.array([question.radius_m + MARGIN.horizontal_m for question in asked])
    while True:
        middle = corner + size_m / 2.0
        lat = box.lat + np.degrees((middle[:, 1] - SIDE_M / 2) / 6.37e6)
        lon = box.lon + np.degrees((middle[:, 0] - SIDE_M / 2) / (6.37e6 * np.cos(np.radians(lat))))
        lon = (lon + 180.0) % 360.0 - 180.0
        keep = np.ones(len(corner), np.bool_)
        slack = 0.75 * size_m
        for question, far in zip(asked, reach, strict=True):
            at = np.flatnonzero(keep)
            d = kernel.geodesic(
                np.full(len(at), question.centre.lon), np.full(len(at), question.centre.lat), lon[at], lat[at]
            )
            keep[at] = d - slack < far if question.told else d + slack >= far
        corner = corner[keep]
        if len(corner) > 2_000 or size_m < 1e-3:
            return len(corner) * size_m * size_m
        size_m /= 2.0
        quarters = np.array([[0.0, 0.0], [size_m, 0.0], [0.0, size_m], [size_m, size_m]])
        corner = (corner[:, None, :] + quarters[None, :, :]).reshape(-1, 2)


class Candidates:
    """All cells of the square with what the desk would show of a site in each; whether a site in one would have been
    warned of is asked for all of them at once."""

    def __init__(self, box: Position, level: Level) -> None:
        half = SIDE_M / 2.0
        steps = np.arange(-half, half + 1.0, 500.0)
        self.cells = sorted({cell_at(shifted(box, x, y), GRID.coarse_m) for x in steps for y in steps})
        self._of: dict[str, Cell] = {}
        self._shown: dict[Cell, Declaration] = {}
        for cell in self.cells:
            shown = view(site(centre(cell)), level, GRID, f"c-{cell.row}-{cell.column}").declaration
            if shown is not None:
                self._of[shown.version_id] = cell
                self._shown[cell] = shown
        rule = replace(AREA_RULE, between=Between.OTHERS)  # they are all one party's, and not asked about each other
        self._theatre = replace(THEATRE, rules=(rule,))

    def told(self, question: Question, among: Sequence[Cell]) -> set[Cell]:
        """Those a site in which would have been warned of."""
        asked = asking(question.centre, question.radius_m)
        found = batch([*(self._shown[cell] for cell in among), asked], self._theatre)
        return {self._of[version] for finding in found for version in finding.versions if version in self._of}

    def left(self, asked: Sequence[Question]) -> Iterator[list[Cell]]:
        """The cells that are still possible: before any question, after the first, after the second ..."""
        cells = self.cells
        yield cells
        for question in asked:
            told = self.told(question, cells)
            cells = [cell for cell in cells if (cell in told) == question.told]
            yield cells


def bound_m2(at: Position, level: Level) -> float:
    """What is promised: the area of the anchor's cell; at `exists`, of all cells with their centres in the larger."""
    anchor = cell_at(at, GRID.coarse_m)
    if level is Level.COARSE:
        return cell_area_m2(anchor)
    large = cell_at(centre(anchor), GRID.exists_m)
    near = {
        cell_at(shifted(centre(large), 1_000.0 * x, 1_000.0 * y), GRID.coarse_m)
        for x in range(-25, 26)
        for y in range(-25, 26)
    }
    return sum(cell_area_m2(cell) for cell in near if cell_at(centre(cell), GRID.exists_m) == large)


def in_place(
    attack: Callable[[Ask, Position, int], None],
    hidden: Position,
    box: Position,
    kind: str,
    questions: int,
    *,
    parties: Sequence[str] = ("north",),
) -> Curve:
    """One attack on one desk, and what is left after 1, 2, 4, ... questions. With several parties, they take turns and
    share what they are told."""
    desk = Desk(site(hidden), kind)
    turn = iter(range(10**9))

    def ask(at: Position, radius_m: float) -> bool:
        return desk(asking(at, radius_m, party=parties[next(turn) % len(parties)]))

    attack(ask, box if attack is bisection else shifted(hidden, 700.0, -400.0), questions)
    marks = [step for step in STEPS if step <= len(desk.asked)]
    if marks[-1] != len(desk.asked):
        marks.append(len(desk.asked))
    if kind == "exact":
        area = {step: exact_area_m2(desk.asked[:step], box) for step in marks}
    else:
        cells = list(Candidates(box, Level(kind)).left(desk.asked))
        area = {step: sum(map(cell_area_m2, cells[step])) for step in marks}
    return Curve({step: value / 1e6 for step, value in area.items()}, desk.alert)


# ---- attacks in time and height ----


def in_time(kind: str, start_s: float, questions: int, days: int = 10) -> dict[int, float]:
    """The earliest of the times at which a declaration over the whole square is warned is bisected. Left, in seconds:
    of the starts of a known duration of 8 hours, those that would have given the same answers."""
    where = MIDDLES[0]

    def hidden(start: float) -> Declaration:
        return site(where, Window(Instant(start), Instant(start + 8 * 3_600.0)))

    def ask(desk: Desk, until_s: float) -> bool:
        return desk(asking(where, 50_000.0, window=Window(Instant(FIRST_S - 1e6), Instant(until_s))))

    desk = Desk(hidden(start_s), kind)
    low, high = FIRST_S - 86_400.0, FIRST_S + days * 86_400.0
    asked: list[tuple[float, bool]] = []
    for _ in range(questions):
        until = (low + high) / 2.0
        told = ask(desk, until)
        asked.append((until, told))
        low, high = (low, until) if told else (until, high)
    span = days * 86_400.0
    left: dict[int, float] = {0: span}
    for step in [s for s in STEPS if 0 < s <= questions]:
        so_far = asked[:step]
        if kind == "exact":
            latest = min((until for until, told in so_far if told), default=math.inf) + MARGIN.time_s
            earliest = max((until for until, told in so_far if not told), default=-math.inf) + MARGIN.time_s
            left[step] = min(latest, FIRST_S + span) - max(earliest, FIRST_S)
            continue
        cell_s = GRID.coarse_s
        same = 0
        for k in range(round(span / cell_s)):
            other = Desk(hidden(FIRST_S + MARGIN.time_s + (k + 0.5) * cell_s), kind)
            same += all(ask(other, until) == told for until, told in so_far)
        left[step] = same * cell_s
    return left


def in_height(kind: str, lower_m: float, questions: int, most_m: float = 5_000.0) -> dict[int, float]:
    """The upper limit of a declaration at the place of the site is bisected. Left, in metres: of its lower limits; for
    the desks that rest on cells, of 20 of them."""
    where = MIDDLES[0]

    def ask(lower: float, top: float) -> bool:
        hidden = site(where, band=Band(lower, None, Datum.AGL))
        return Desk(hidden, kind)(asking(where, 100.0, band=Band(0.0, top, Datum.AGL)))

    low, high = 0.0, most_m
    left = {0: most_m}
    others = [most_m * (k + 0.5) / 20.0 for k in range(20)]
    for step in range(1, questions + 1):
        top = (low + high) / 2.0
        told = ask(lower_m, top)
        others = others if kind == "exact" else [other for other in others if ask(other, top) == told]
        low, high = (low, top) if told else (top, high)
        if step in STEPS:
            left[step] = high - low if kind == "exact" else most_m * len(others) / 20.0
    return left


# ---- averaging over versions ----


def averaging(
    hidden: Position, versions: int, spread_m: float, seed: int, *, hold: bool, step_m: float = 50.0
) -> dict[str, float]:
    """The notifier declares again and again, each time up to `spread_m` from the same place. What a recipient sees is
    compared with a desk that shows each version's place moved by up to 5 km at random: its mean finds the site."""
    rng = np.random.default_rng(seed)
    held: Coarse | None = None
    anchors: set[Cell] = set()
    seen: set[str] = set()
    blurred = []
    for _ in range(versions):
        turn, far = rng.uniform(0.0, 2.0 * math.pi), spread_m * math.sqrt(rng.uniform())
        at = shifted(hidden, far * math.cos(turn), far * math.sin(turn))
        held = coarsen(site(at), GRID, held=held if hold else None)
        anchors.add(held.anchor)
        seen.add(repr(held))
        turn, far = rng.uniform(0.0, 2.0 * math.pi), 5_000.0 * math.sqrt(rng.uniform())
        blurred.append((far * math.cos(turn), far * math.sin(turn)))
    # Left: every place from which each of the anchors' cells can be reached by the spread, which the attacker knows.
    side = np.arange(-10_000.0, 10_000.0, step_m)
    possible = 0
    for x in side.tolist():
        for y in side.tolist():
            at = shifted(hidden, x, y)
            possible += all(_apart_m(at, cell) <= spread_m for cell in anchors)
    return {
        "seen": len(seen),
        "left_km2": possible * step_m * step_m / 1e6,
        "bound_km2": bound_m2(hidden, Level.COARSE) / 1e6,
        "blurred_error_m": float(np.hypot(*np.mean(blurred, axis=0))),
    }


def _apart_m(at: Position, cell: Cell) -> float:
    """From a position to a cell, in the plane; good to a part in a thousand."""
    middle = centre(cell)
    scale = math.radians(1.0) * 6.37e6
    half_y = 0.5 * GRID.coarse_m
    east = ((at.lon - middle.lon + 180.0) % 360.0 - 180.0) * scale * math.cos(math.radians(at.lat))
    half_x = 0.5 * cell_area_m2(cell) / GRID.coarse_m
    north = (at.lat - middle.lat) * scale
    return math.hypot(max(0.0, abs(east) - half_x), max(0.0, abs(north) - half_y))


# ---- all of it ----

ATTACKS: dict[str, tuple[Callable[[Ask, Position, int], None], int, tuple[str, ...]]] = {
    "bisection": (bisection, 128, ("north",)),
    "small shifts": (small_shifts, 256, ("north",)),
    "bisection by two parties": (bisection, 128, ("north", "south")),
}


def hidden_sites(each: int, seed: int) -> list[tuple[Position, Position]]:
    """Sites with the middles of their squares: some anywhere, and one 20 m from the corner of a cell."""
    rng = np.random.default_rng(seed)
    found = []
    for middle in MIDDLES:
        for _ in range(each):
            x, y = rng.uniform(-0.35 * SIDE_M, 0.35 * SIDE_M, 2).tolist()
            found.append((shifted(middle, x, y), middle))
        cell = centre(cell_at(shifted(middle, 3_000.0, 12_000.0), GRID.coarse_m))
        found.append((shifted(cell, 2_480.0, 2_480.0), middle))
    return found


def summary(curves: Sequence[Curve], bounds_km2: Sequence[float]) -> dict[str, object]:
    """Medians and the least over the sites, and against what is promised."""
    steps = sorted({step for curve in curves for step in curve.area_km2})
    median, least = {}, {}
    for step in steps:
        at = [curve.area_km2[max(s for s in curve.area_km2 if s <= step)] for curve in curves]
        median[str(step)], least[str(step)] = float(f"{np.median(at):.6g}"), float(f"{min(at):.6g}")
    last = [curve.area_km2[max(curve.area_km2)] for curve in curves]
    alerts = [curve.alert for curve in curves if curve.alert is not None]
    told: dict[str, object] = {"median_km2": median, "least_km2": least, "sites": len(curves)}
    told["alert_at"] = [min(alerts), max(alerts)] if len(alerts) == len(curves) else None
    if bounds_km2:
        told["promised_km2"] = float(f"{min(bounds_km2):.6g}")
        told["least_share_of_promise"] = float(
            f"{min(area / bound for area, bound in zip(last, bounds_km2, strict=True)):.6g}"
        )
    return told


def table(results: Mapping[str, Any]) -> str:
    """The attacks in place as a table for docs/explanation/no-oracle.md: medians over the sites, in km2."""
    lines = [
        "| attack | desk | 1 | 4 | 16 | 64 | at the end | least | promised | noticed at |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in ATTACKS:
        for desk in DESKS:
            found = results[name][desk]
            median, least = found["median_km2"], found["least_km2"]
            shown = [median[step] for step in ("1", "4", "16", "64")]
            cells = list(map(_km2, [*shown, list(median.values())[-1], list(least.values())[-1]]))
            cells.append(_km2(found["promised_km2"]) if "promised_km2" in found else "nothing")
            alert = found["alert_at"]
            cells.append("{} to {}".format(*alert) if alert else "not always")
            lines.append(f"| {name} | {desk} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _km2(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{float(f'{value:.3g}'):,g}"


class Progress:
    """What was done already, in a file of JSON lines; begun anew where the commit is another. Without a file nothing
    is kept."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._done: dict[str, Any] = {}
        first = json.dumps({"commit": commit()})
        if file is not None:
            lines = file.read_text("utf-8").splitlines() if file.is_file() else []
            if lines[:1] == [first]:
                # The last line may have been cut off.
                self._done = dict(json.loads(each) for each in lines[1:] if each.endswith("]"))
            file.write_text("\n".join([first, *(json.dumps(each) for each in self._done.items())]) + "\n", "utf-8")

    def of(self, name: str, found: Callable[[], Any]) -> Any:  # what JSON can hold
        """What `found` gives, as JSON gives it back; done now if it was not before."""
        if name not in self._done:
            began_s = time.monotonic()
            self._done[name] = json.loads(json.dumps(found()))
            print(f"{name}: {time.monotonic() - began_s:.0f} s", flush=True)
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([name, self._done[name]]) + "\n")
        return self._done[name]


def everything(progress: Progress, sites: Sequence[tuple[Position, Position]]) -> dict[str, object]:
    """All attacks on all desks."""
    results: dict[str, object] = {
        "square_km2": SIDE_M * SIDE_M / 1e6,
        "grid": {"coarse_m": GRID.coarse_m, "exists_m": GRID.exists_m, "margin_m": GRID.margin_m},
    }
    for name, (attack, questions, parties) in ATTACKS.items():
        by_desk: dict[str, object] = {}
        for kind in DESKS:
            curves = []
            for number, (at, box) in enumerate(sites, 1):
                held = progress.of(
                    f"{name}, {kind}, site {number} of {len(sites)}",
                    lambda: asdict(in_place(attack, at, box, kind, questions, parties=parties)),  # noqa: B023  # at once
                )
                curves.append(Curve({int(step): area for step, area in held["area_km2"].items()}, held["alert"]))
            bounds = [] if kind == "exact" else [bound_m2(at, Level(kind)) / 1e6 for at, _ in sites]
            by_desk[kind] = summary(curves, bounds)
        results[name] = by_desk
    start_s = FIRST_S + 3 * 86_400.0 + 12_345.0
    results["bisection in time, seconds left"] = progress.of(
        "time", lambda: {kind: in_time(kind, start_s, 64) for kind in DESKS}
    )
    results["bisection in height, metres left"] = progress.of(
        "height", lambda: {kind: in_height(kind, 1_234.0, 64) for kind in DESKS}
    )
    middle = centre(cell_at(MIDDLES[0], GRID.coarse_m))
    edge = shifted(middle, 2_450.0, 0.0)
    results["averaging over 200 versions"] = progress.of(
        "averaging",
        lambda: {
            "within a cell": averaging(middle, 200, 1_000.0, 1, hold=False),
            "across an edge": averaging(edge, 200, 500.0, 2, hold=False),
            "across an edge, held": averaging(edge, 200, 500.0, 2, hold=True),
        },
    )
    return results


def main() -> None:
    """Run all and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--progress", type=Path, help="a file that holds what was done, for another run to go on from")
    results = everything(Progress(parser.parse_args().progress), hidden_sites(each=3, seed=20_170_916))
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
