"""The gazetteer: places by name, by id and by nearness.

The packaged one is one zip archive of plain text and bare arrays, so that a look-up opens what it needs:

    names/first.txt      the first key of each block below            (bisect ▶ one block)
    names/0000.tsv …     key ⇥ places' numbers, sorted by key         (4096 keys a block)
    labels/0000.tsv …    id, name, country, lon, lat, kind, population, uncertainty, P-code, bank, names
                                                                      (256 places a block, near each other)
    lon_e5.i4 lat_e5.i4 kind.u1     positions of all places, for `nearest`

Places are ids with a position; names are aliases (R5). A name that several places bear is an ambiguity
that the caller gets whole. Deeper regions come from files (`thalweg.places.regions`) as a second shelf.
"""

from __future__ import annotations

import importlib
import json
import math
import zipfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from thalweg.model.errors import InputError
from thalweg.places import ground, names
from thalweg.places.areas import Area
from thalweg.places.names import Match

FORMAT = 1
BLOCK_PLACES = 256


class Kind(StrEnum):
    TOWN = "town"  # 5 000 people or more
    SETTLEMENT = "settlement"  # fewer, or not counted
    AREA = "area"  # a province or district; its position is only a label's
    FEATURE = "feature"  # an airport, a ruin, a camp


KIND_CODES = tuple(Kind)
_NEAR_KINDS = (Kind.TOWN, Kind.SETTLEMENT)
# How far from its stated position a place of a kind may be taken to reach, where nothing better is known.
_REACH_M = {Kind.TOWN: 3000.0, Kind.SETTLEMENT: 2000.0, Kind.AREA: 100_000.0, Kind.FEATURE: 2000.0}


@dataclass(frozen=True, slots=True)
class Place:
    """A place: an id, a position on WGS84 in degrees, and the names that it goes by.

    `uncertainty_m` is how far the position may be from what the name means, for its size or for the
    quality of its source. `population` 0 means unknown. `pcode` is the place code of the humanitarian
    data sets ("SY07", "C5086"), "" where none is known.
    """

    id: str
    name: str
    country: str  # ISO 3166 alpha-2, "" if unknown
    lon: float
    lat: float
    kind: Kind
    population: int = 0
    uncertainty_m: float = 0.0
    pcode: str = ""
    stated_bank: str = ""  # "left" or "right" where a source says so, whatever the carried river line says
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    place: Place
    match: Match


@dataclass(frozen=True, slots=True)
class Lookup:
    """All that a name may mean. Most populous first, then strictest match, then
    by id; never cut short.

    `candidates` bear the name (but for the Arabic article) and, where an area of interest was given, lie
    in it; `elsewhere` bear it outside of that area. `areas` are provinces and districts that bear it: no
    rivals of a town, for nobody gives a province as a position. `similar` differ only in how Arabic was
    romanised: to be shown, never taken. `suggestions` are names for "did you mean", filled only when there
    is nothing else.
    """

    text: str
    candidates: tuple[Candidate, ...] = ()
    areas: tuple[Candidate, ...] = ()
    elsewhere: tuple[Candidate, ...] = ()
    similar: tuple[Candidate, ...] = ()
    suggestions: tuple[str, ...] = ()

    @property
    def ambiguous(self) -> bool:
        return len(self.candidates) > 1

    @property
    def place(self) -> Place | None:
        """The one place of this name, or None where there is none or more than one."""
        if len(self.candidates) == 1:
            return self.candidates[0].place
        if not self.candidates and len(self.areas) == 1 and not self.elsewhere:
            return self.areas[0].place
        return None


@dataclass(frozen=True, slots=True)
class Nearest:
    """Answer of `Gazetteer.nearest`, arrays as long as the question: `number` is for `Gazetteer.place`.

    `distance_m` is ellipsoidal (see `ground.inverse`), `bearing_deg` that of the position as seen from
    the place. Without any place in the gazetteer `number` is -1 and the others are NaN.
    """

    number: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    bearing_deg: NDArray[np.float64]


class Shelf(Protocol):
    """A source of places, numbered from 0. Settlements may stand anywhere in the order."""

    def find(self, key: str) -> Sequence[int]: ...

    def place(self, number: int) -> Place: ...

    def names_near(self, key: str) -> Iterable[str]:
        """Keys among which a misspelt one may be found."""
        ...

    @property
    def lon(self) -> NDArray[np.float64]: ...

    @property
    def lat(self) -> NDArray[np.float64]: ...

    @property
    def kind(self) -> NDArray[np.uint8]:
        """Index into `KIND_CODES`."""
        ...


class Gazetteer:
    """One or more shelves asked as one. A place with the id of one on an earlier shelf is that place."""

    def __init__(self, *shelves: Shelf) -> None:
        self._shelves = shelves
        self._starts = np.cumsum([0, *(len(shelf.lon) for shelf in shelves)]).tolist()

    def with_places(self, places: Iterable[Place]) -> Gazetteer:
        """This gazetteer with more places, which take precedence over those with the same id."""
        return Gazetteer(MemoryShelf(places), *self._shelves)

    def place(self, number: int) -> Place:
        shelf = bisect_right(self._starts, number) - 1
        return self._shelves[shelf].place(number - self._starts[shelf])

    def by_id(self, identifier: str) -> Place | None:
        """The place with this id or P-code."""
        found = self._find(names.id_key(identifier))
        return found[0] if len(found) == 1 else None

    def lookup(self, name: str, *, within: Area | None = None) -> Lookup:
        """Everything that a name, an id or a P-code may mean. Never picks."""
        by_id = self._find(names.id_key(name))
        if by_id:
            return Lookup(name, candidates=_ranked(by_id, Match.ID))
        result = self._lookup(name, names.wanted(name), within)
        if result is None and (bare := names.without_generic_words(name)):
            result = self._lookup(name, names.wanted(bare), within)
        return result or Lookup(name, suggestions=self._suggestions(name))

    def nearest(self, lons: NDArray[np.float64], lats: NDArray[np.float64], *, towns_only: bool = False) -> Nearest:
        """The nearest settlement of each position (degrees), or the nearest town."""
        index = self.towns if towns_only else self.settlements
        lons, lats = np.atleast_1d(np.asarray(lons, float)), np.atleast_1d(np.asarray(lats, float))
        numbers = index.nearest(lons, lats)
        if not len(index.numbers):
            nothing = np.full(len(lons), np.nan)
            return Nearest(numbers, nothing, nothing)
        distance, bearing, _ = ground.inverse(self._lon[numbers], self._lat[numbers], lons, lats)
        return Nearest(numbers, distance, bearing)

    def _find(self, key: str) -> list[Place]:
        found: dict[str, Place] = {}
        for shelf in self._shelves:
            for number in shelf.find(key):
                place = shelf.place(number)
                found.setdefault(place.id, place)
        return list(found.values())

    def _lookup(self, name: str, wanted: tuple[tuple[Match, str], ...], within: Area | None) -> Lookup | None:
        seen: set[str] = set()
        found: list[Candidate] = []
        for match, key in wanted:
            places = [place for place in self._find(key) if place.id not in seen]
            seen.update(place.id for place in places)
            found.extend(_ranked(places, match))
        if not found:
            return None
        close = [c for c in found if c.match is not Match.SPELLING]
        similar = tuple(c for c in found if c.match is Match.SPELLING)
        areas = tuple(c for c in close if c.place.kind is Kind.AREA)
        spots = _by_rank(c for c in close if c.place.kind is not Kind.AREA)
        inside = tuple(c for c in spots if within is None or within.holds(c.place.lon, c.place.lat))
        return Lookup(name, inside, areas, tuple(c for c in spots if c not in inside), similar)

    def _suggestions(self, name: str) -> tuple[str, ...]:
        key = names.fold(name)
        if len(key) < 3:
            return ()
        # rapidfuzz is loaded only by those who misspell.
        suggest = importlib.import_module("thalweg.places.suggestions").suggest
        found: dict[str, None] = {}
        for shelf in self._shelves:
            for close in suggest(key, shelf.names_near(key)):
                for number in shelf.find(close):
                    found.setdefault(shelf.place(number).name)
        return tuple(found)[:8]

    @cached_property
    def _lon(self) -> NDArray[np.float64]:
        return np.concatenate([shelf.lon for shelf in self._shelves] or [np.empty(0)])

    @cached_property
    def _lat(self) -> NDArray[np.float64]:
        return np.concatenate([shelf.lat for shelf in self._shelves] or [np.empty(0)])

    @cached_property
    def _kind(self) -> NDArray[np.uint8]:
        return np.concatenate([shelf.kind for shelf in self._shelves] or [np.empty(0, np.uint8)])

    @cached_property
    def settlements(self) -> Index:
        """Where all places are that something may be near to."""
        codes = [KIND_CODES.index(kind) for kind in _NEAR_KINDS]
        return Index(self._lon, self._lat, np.flatnonzero(np.isin(self._kind, codes)))

    @cached_property
    def towns(self) -> Index:
        """Where those of them are that have more than 5 000 people."""
        return Index(self._lon, self._lat, np.flatnonzero(self._kind == KIND_CODES.index(Kind.TOWN)))


@cache
def packaged() -> Gazetteer:
    """The gazetteer that the package carries: Syria in depth, towns above 5 000 people elsewhere."""
    return Gazetteer(PackagedShelf())


def reach_m(place: Place) -> float:
    """How far from a place's position something may be and still be "at" it, in metres."""
    return place.uncertainty_m or _REACH_M[place.kind]


class PackagedShelf:
    """The archive described at the top of this file, read lazily."""

    def __init__(self) -> None:
        # By path, so that the archive closes its file when it goes.
        self._archive = zipfile.ZipFile(Path(__file__).parent / "data" / "gazetteer.zip")
        meta = json.loads(self._archive.read("meta.json"))
        if meta["format"] != FORMAT:
            raise InputError(
                "gazetteer-format",
                f"The packaged gazetteer has format {meta['format']}, expected {FORMAT}: reinstall Thalweg.",
                expected=str(FORMAT),
                found=str(meta["format"]),
            )
        self._key_blocks: dict[int, bytes] = {}
        self._label_blocks: dict[int, list[bytes]] = {}
        self._places: dict[int, Place] = {}

    def find(self, key: str) -> Sequence[int]:
        block = bisect_right(self._firsts, key) - 1
        if block < 0:
            return ()
        if block not in self._key_blocks:
            self._key_blocks[block] = b"\n" + self._archive.read(f"names/{block:04d}.tsv") + b"\n"
        rows = self._key_blocks[block]
        wanted = f"\n{key}\t".encode()
        at = rows.find(wanted)
        if at < 0:
            return ()
        start = at + len(wanted)
        return tuple(int(number) for number in rows[start : rows.index(b"\n", start)].split(b","))

    def place(self, number: int) -> Place:
        known = self._places.get(number)
        if known is None:
            if len(self._places) >= _PLACES_KEPT:
                self._places.clear()
            known = self._places[number] = self._place(number)
        return known

    def _place(self, number: int) -> Place:
        block = number // BLOCK_PLACES
        if block not in self._label_blocks:
            self._label_blocks[block] = self._archive.read(f"labels/{block:04d}.tsv").split(b"\n")
        (identifier, name, country, lon, lat, kind, population, uncertainty, pcode, bank, aliases) = (
            self._label_blocks[block][number % BLOCK_PLACES].decode("utf-8").split("\t")
        )
        return Place(
            identifier, name, country, float(lon), float(lat), Kind(kind), int(population),
            float(uncertainty), pcode, bank, tuple(aliases.split("|")) if aliases else (),
        )  # fmt: skip

    def names_near(self, key: str) -> Iterable[str]:
        """Keys that begin with the same letter: a first letter is seldom mistaken."""
        low = bisect_right(self._firsts, key[0]) - 1
        high = bisect_right(self._firsts, key[0] + "\U0010ffff")
        for block in range(max(low, 0), high):
            for line in self._lines(f"names/{block:04d}.tsv"):
                candidate = line.partition("\t")[0]
                if candidate[0] == key[0]:
                    yield candidate

    @cached_property
    def lon(self) -> NDArray[np.float64]:
        return np.frombuffer(self._archive.read("lon_e5.i4"), "<i4") / 1e5

    @cached_property
    def lat(self) -> NDArray[np.float64]:
        return np.frombuffer(self._archive.read("lat_e5.i4"), "<i4") / 1e5

    @cached_property
    def kind(self) -> NDArray[np.uint8]:
        return np.frombuffer(self._archive.read("kind.u1"), np.uint8)

    @cached_property
    def _firsts(self) -> list[str]:
        return self._lines("names/first.txt")

    def _lines(self, member: str) -> list[str]:
        return self._archive.read(member).decode("utf-8").split("\n")


class MemoryShelf:
    """Places held in memory: those of a region file, or of a test."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = tuple({place.id: place for place in places}.values())
        self._filed: dict[str, list[int]] = defaultdict(list)
        for number, place in enumerate(self._places):
            arabic = place.country in names.ARABIC_COUNTRIES
            filed = {key for alias in (place.name, *place.aliases) for key in names.keys(alias, arabic=arabic)}
            filed.update(names.id_key(identifier) for identifier in (place.id, place.pcode) if identifier)
            for key in filed:
                self._filed[key].append(number)

    def find(self, key: str) -> Sequence[int]:
        return self._filed.get(key, ())

    def place(self, number: int) -> Place:
        return self._places[number]

    def names_near(self, key: str) -> Iterable[str]:
        return (candidate for candidate in self._filed if candidate[0] == key[0])

    @cached_property
    def lon(self) -> NDArray[np.float64]:
        return np.array([place.lon for place in self._places], float)

    @cached_property
    def lat(self) -> NDArray[np.float64]:
        return np.array([place.lat for place in self._places], float)

    @cached_property
    def kind(self) -> NDArray[np.uint8]:
        return np.array([KIND_CODES.index(place.kind) for place in self._places], np.uint8)


_STRICT = tuple(Match)


def _ranked(places: Iterable[Place], match: Match) -> tuple[Candidate, ...]:
    return _by_rank(Candidate(place, match) for place in places)


def _by_rank(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda c: (-c.place.population, _STRICT.index(c.match), c.place.id)))


_Whole = NDArray[np.signedinteger[Any]]
_AT_ONCE = 2048  # positions; keeps a search of thousands below 50 MB
_PLACES_KEPT = 4_096
_MANY = 256


class Index:
    """Nearest of many points, through square tiles of a quarter degree, then coarser ones, then balls.

    A place in the 3 × 3 tiles around a position is the nearest of all if it is closer than the edge of
    those nine:          +---+---+---+
                         |   |   |   |      positions that find nothing that close go on to tiles
                         +---+---+---+      twice as large; those far from everything, over an ocean
                         |   | x | o |      or at a pole, are measured against the balls that hold
                         +---+---+---+      the tiles of 4 degrees, and then against the places of
                         |   |   |   |      those balls that can hold the nearest
                         +---+---+---+
    Closeness is the chord on the unit sphere: where two places are within 0.5 % equally far, the one
    that is farther on the ellipsoid may be returned.
    """

    _TILES_DEG = (0.25, 0.5, 1.0, 2.0, 4.0)
    _BALLS_DEG = 4.0

    def __init__(self, lon: NDArray[np.float64], lat: NDArray[np.float64], numbers: NDArray[np.int64]) -> None:
        self.numbers = numbers
        self._lon, self._lat = lon[numbers], lat[numbers]
        self._xyz = _unit(self._lon, self._lat)
        self._levels: dict[float, tuple[_Whole, _Whole]] = {}

    def nearest(self, lons: NDArray[np.float64], lats: NDArray[np.float64]) -> NDArray[np.int64]:
        if not len(self.numbers):
            return np.full(len(lons), -1, np.int64)
        parts = [
            self._nearest(lons[start : start + _AT_ONCE], lats[start : start + _AT_ONCE])
            for start in range(0, len(lons), _AT_ONCE)
        ]
        return self.numbers[np.concatenate(parts)] if parts else np.empty(0, np.int64)

    def around(self, lon: float, lat: float, reach: float) -> list[tuple[float, float, float, int, float, float]]:
        """The places that are the nearest of some position within `reach` of this one, a chord on the unit sphere: x, y
        and z there, number, longitude and latitude. Of two in one spot the one that `nearest` gives comes last."""
        if not len(self.numbers):
            return []
        x, y = math.radians(lon), math.radians(lat)
        xyz = np.array((math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)))
        for tile in self._TILES_DEG[1:]:
            order, starts = self._level(tile)
            across, up = round(360 / tile), round(180 / tile)
            column, row = math.floor((lon + 180) / tile), math.floor((lat + 90) / tile)
            cells = [
                r * across + (column + di) % across
                for di in (-1, 0, 1)
                for r in range(max(row - 1, 0), min(row + 2, up))
            ]
            members = np.sort(np.concatenate([order[starts[cell] : starts[cell + 1]] for cell in cells]))
            if len(members):
                away = self._xyz[members] - xyz
                chord = np.sqrt(np.einsum("ij,ij->i", away, away))
                widest = float(chord.min()) + 2 * reach
                if widest <= _chord_to_edge(tile, lon, lat):
                    return self._told(members[chord <= widest])
        order, begin, count, centre, radius = self._balls
        off = centre - xyz
        away_from = np.sqrt(np.einsum("ij,ij->i", off, off))
        kept = np.flatnonzero(away_from - radius <= (away_from + radius).min() + 2 * reach + 1e-9).tolist()
        members = np.sort(np.concatenate([order[begin[ball] : begin[ball] + count[ball]] for ball in kept]))
        away = self._xyz[members] - xyz
        chord = np.sqrt(np.einsum("ij,ij->i", away, away))
        return self._told(members[chord <= chord.min() + 2 * reach])

    def _told(self, members: NDArray[np.int64]) -> list[tuple[float, float, float, int, float, float]]:
        x, y, z = self._xyz[members].T.tolist()
        numbers = self.numbers[members].tolist()
        return list(zip(x, y, z, numbers, self._lon[members].tolist(), self._lat[members].tolist(), strict=True))

    def _nearest(self, lons: NDArray[np.float64], lats: NDArray[np.float64]) -> NDArray[np.int64]:
        result = np.empty(len(lons), np.int64)
        open_ = np.arange(len(lons))
        xyz = _unit(lons, lats)
        # The finest tiles pay for their table of a million only where many positions are asked.
        for tile in self._TILES_DEG[len(lons) < _MANY :]:
            if not len(open_):
                break
            best, chord2 = self._in_tiles(tile, lons[open_], lats[open_], xyz[open_])
            settled = chord2 <= _chord2_to_edge(tile, lons[open_], lats[open_])
            result[open_[settled]] = best[settled]
            open_ = open_[~settled]
        if len(open_):
            result[open_] = self._in_balls(xyz[open_])
        return result

    def _in_tiles(
        self, tile: float, lons: NDArray[np.float64], lats: NDArray[np.float64], xyz: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """For each position the best place in its nine tiles and the squared chord to it (inf: none)."""
        order, starts = self._level(tile)
        across = round(360 / tile)
        column, row = _tile(tile, lons, lats)
        di, dj = _NINE
        r = row[:, None] + dj
        inside = (r >= 0) & (r < round(180 / tile))
        cell = np.where(inside, r, 0) * across + (column[:, None] + di) % across
        begin = starts[cell]
        count = np.where(inside, starts[cell + 1] - begin, 0)
        # all nine at once: where few positions are asked, calls cost more than places
        nine = np.repeat(xyz, 9, axis=0)
        winner, d2 = (each.reshape(-1, 9) for each in self._closest(nine, order, begin.ravel(), count.ravel()))
        closest = np.arange(len(lons)), np.argmin(d2, axis=1)
        return winner[closest], d2[closest]

    def _closest(
        self,
        xyz: NDArray[np.float64],
        order: _Whole,
        begin: _Whole,
        count: _Whole,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """For each position the closest of order[begin : begin + count], and the squared chord (inf: none)."""
        winner = np.full(len(xyz), -1, np.int64)
        chord2 = np.full(len(xyz), np.inf)
        some = np.flatnonzero(count)
        if len(some):
            count = count[some]
            ends = np.cumsum(count)
            member = order[np.arange(ends[-1]) - np.repeat(ends - count - begin[some], count)]
            difference = np.repeat(xyz[some], count, axis=0) - self._xyz[member]
            d2 = np.einsum("ij,ij->i", difference, difference)
            chord2[some] = np.minimum.reduceat(d2, ends - count)
            first = np.flatnonzero(d2 == np.repeat(chord2[some], count))
            owner = np.searchsorted(ends, first, side="right")
            winner[some[owner]] = member[first]
        return winner, chord2

    def _in_balls(self, xyz: NDArray[np.float64]) -> NDArray[np.int64]:
        """The nearest place of each position, however far: triangle inequality on chords through balls."""
        order, begin, count, centre, radius = self._balls
        away = np.sqrt(np.maximum((xyz**2).sum(axis=1)[:, None] + (centre**2).sum(axis=1) - 2 * xyz @ centre.T, 0.0))
        possible = away - radius <= (away + radius).min(axis=1)[:, None] + 1e-9
        who, ball = np.nonzero(possible)
        winner, chord2 = self._closest(xyz[who], order, begin[ball], count[ball])
        best = np.lexsort((chord2, who))
        _, first = np.unique(who[best], return_index=True)
        return winner[best[first]]

    @cached_property
    def _balls(self) -> tuple[_Whole, _Whole, _Whole, NDArray[np.float64], NDArray[np.float64]]:
        """Places by tile; where each tile that has any begins, how many it has, their mean and how far
        the farthest is from it."""
        order, starts = self._level(self._BALLS_DEG)
        count = np.diff(starts)
        held = np.flatnonzero(count)
        begin, count = starts[held], count[held]
        xyz = self._xyz[order]
        centre = np.add.reduceat(xyz, begin, axis=0) / count[:, None]
        from_centre = np.linalg.norm(xyz - np.repeat(centre, count, axis=0), axis=1)
        return order, begin, count, centre, np.maximum.reduceat(from_centre, begin)

    def _level(self, tile: float) -> tuple[_Whole, _Whole]:
        """Places sorted by tile, and where each tile begins (one more entry than tiles)."""
        if tile not in self._levels:
            across, up = round(360 / tile), round(180 / tile)
            column, row = _tile(tile, self._lon, self._lat)
            cell = row * across + column
            order = np.argsort(cell, kind="stable")
            starts = np.zeros(across * up + 1, np.int32)
            np.cumsum(np.bincount(cell, minlength=across * up), out=starts[1:])
            self._levels[tile] = order, starts
        return self._levels[tile]


_NINE = np.array([(di, dj) for di in (-1, 0, 1) for dj in (-1, 0, 1)]).T  # columns and rows about a tile


def _unit(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack((np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)))


def _tile(
    tile: float, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    column = np.floor((lon + 180) / tile).astype(np.int64) % round(360 / tile)
    row = np.clip(np.floor((lat + 90) / tile).astype(np.int64), 0, round(180 / tile) - 1)
    return column, row


def _chord_to_edge(tile: float, lon: float, lat: float) -> float:
    """`_chord2_to_edge` of one position, and its root."""
    x, y = (lon + 180) / tile % 1, (lat + 90) / tile % 1
    to_meridian = math.radians((1 + min(x, 1 - x)) * tile)
    to_parallel = math.radians((1 + min(y, 1 - y)) * tile)
    return 2 * math.sin(min(math.asin(math.cos(math.radians(lat)) * math.sin(to_meridian)), to_parallel) / 2)


def _chord2_to_edge(tile: float, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared chord from each position to the edge of its nine tiles."""
    x, y = (lon + 180) / tile, (lat + 90) / tile
    to_meridian = (1 + np.minimum(x % 1, 1 - x % 1)) * tile
    to_parallel = (1 + np.minimum(y % 1, 1 - y % 1)) * tile
    # A meridian `d` away is at its closest asin(cos(lat) sin(d)) away on the sphere.
    angle: NDArray[np.float64] = np.minimum(
        np.arcsin(np.cos(np.radians(lat)) * np.sin(np.radians(to_meridian))), np.radians(to_parallel)
    )
    chord2: NDArray[np.float64] = 4 * np.sin(angle / 2) ** 2
    return chord2
