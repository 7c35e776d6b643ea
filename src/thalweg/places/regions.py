"""Deeper regions for the gazetteer, from files: GeoNames dumps, and place lists with P-codes.

GeoNames (`XX.txt`, `XX.zip`, `allCountries.zip`): UTF-8, one place a line, 19 columns parted by tabs:

     0 geonameid    5 longitude        10 admin1      14 population
     1 name         6 feature class    11 admin2      15 elevation
     2 asciiname    7 feature code     12 admin3      16 dem
     3 alternates   8 country          13 admin4      17 timezone
     4 latitude     9 cc2                             18 modified

Feature classes P (populated) and A (administrative) are taken, and of S the codes of `_FEATURES`.

A place list is CSV with a header; columns in any order, of which `name`, `lat` and `lon` must be there:

    id, pcode, name, aliases (parted by |), lat, lon, kind, country, population, uncertainty_m, bank
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from thalweg.model.encodings import codec, decoded
from thalweg.model.errors import InputError
from thalweg.places.gazetteer import Kind, Place

_TOWN_POPULATION = 5000
_FEATURES = frozenset({"AIRP", "AIRB", "AIRF", "HSP", "DAM", "BDG", "PRT", "ANS", "RUIN", "CMP", "CMPRF", "SCH"})
_LIST_COLUMNS = frozenset(
    ["id", "pcode", "name", "aliases", "lat", "lon", "kind", "country", "population", "uncertainty_m", "bank"]
)


def read_region(path: Path) -> tuple[Place, ...]:
    """The places of a GeoNames file (`.txt`, or a `.zip` of one) or of a place list (`.csv`).

    Raises `InputError`: `gazetteer-file` where it cannot be read, `gazetteer-row` with the line number
    where a line is not what its format says. All or nothing: half a gazetteer hides homonyms.
    """
    try:
        if path.suffix.casefold() == ".csv":
            return tuple(_place_list(decoded(path.read_bytes(), "gazetteer-file", path.name), path.name))
        return tuple(_geonames(_lines(path), path.name))
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(
            "gazetteer-file",
            f"{path.name} cannot be read: {getattr(error, 'strerror', None) or error}.",
            expected="a GeoNames file (.txt, or a .zip of one) or a place list (.csv)",
            found=str(path),
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            "gazetteer-file", f"{path.name} is not UTF-8.", expected="UTF-8 text", found=str(path)
        ) from error


def _lines(path: Path) -> Iterator[str]:
    if path.suffix.casefold() != ".zip":
        yield from _text(path.open("rb"))
        return
    with zipfile.ZipFile(path) as archive:
        members = [n for n in archive.namelist() if n.endswith(".txt") and n.casefold() != "readme.txt"]
        if len(members) != 1:
            raise InputError(
                "gazetteer-file",
                f"Expected one table in {path.name}, found {len(members)}.",
                expected="a zip with one .txt besides readme.txt",
                found=", ".join(members[:5]),
            )
        yield from _text(archive.open(members[0]))


def _text(raw: IO[bytes]) -> Iterator[str]:
    head = raw.read(4)
    raw.seek(0)
    with io.TextIOWrapper(raw, codec(head), newline="\n") as lines:
        yield from lines


def _geonames(lines: Iterable[str], name: str) -> Iterator[Place]:
    for row, line in enumerate(lines, start=1):
        cells = line.rstrip("\r\n").split("\t")
        if cells == [""]:
            continue
        if len(cells) != 19:
            raise _bad_row(name, row, "19 columns parted by tabs", f"{len(cells)} columns")
        kind = _kind(cells[6], cells[7], cells[14], name, row)
        if kind is None:
            continue
        lon, lat = _position(cells[5], cells[4], name, row)
        aliases = dict.fromkeys(a for a in (cells[1], cells[2], *cells[3].split(",")) if a)
        yield Place(
            f"geonames:{cells[0]}",
            cells[1],
            cells[8],
            lon,
            lat,
            kind,
            int(cells[14] or 0),
            aliases=tuple(aliases),
        )


def _kind(feature_class: str, code: str, population: str, name: str, row: int) -> Kind | None:
    if population and not (population.isascii() and population.isdigit()):
        raise _bad_row(name, row, "a population", population)
    match feature_class:
        case "P":
            return Kind.TOWN if int(population or 0) >= _TOWN_POPULATION else Kind.SETTLEMENT
        case "A":
            return Kind.AREA
        case "S" if code in _FEATURES:
            return Kind.FEATURE
        case _:
            return None


def _place_list(text: str, name: str) -> Iterator[Place]:
    rows = csv.DictReader(io.StringIO(text), restkey="")
    header = set(rows.fieldnames or ())
    if not {"name", "lat", "lon"} <= header or header - _LIST_COLUMNS:
        raise _bad_row(name, 1, f"columns among {', '.join(sorted(_LIST_COLUMNS))}", ", ".join(sorted(header)))
    for row in rows:
        line = rows.line_num
        if None in row.values() or "" in row:
            raise _bad_row(name, line, f"{len(header)} cells", "another number of cells")
        lon, lat = _position(row["lon"], row["lat"], name, line)
        kind, bank = row.get("kind") or "settlement", row.get("bank") or ""
        if kind not in set(Kind) or bank not in ("", "left", "right") or not row["name"].strip():
            raise _bad_row(name, line, "a name, a known kind and a bank that is left or right", f"{kind} {bank}")
        pcode = (row.get("pcode") or "").strip()
        yield Place(
            (row.get("id") or "").strip() or (f"pcode:{pcode}" if pcode else f"{name}:{line}"),
            row["name"].strip(),
            (row.get("country") or "").strip().upper(),
            lon,
            lat,
            Kind(kind),
            int(_number(row.get("population") or "0", name, line)),
            _number(row.get("uncertainty_m") or "0", name, line),
            pcode,
            bank,
            tuple(alias.strip() for alias in (row.get("aliases") or "").split("|") if alias.strip()),
        )


def _position(lon: str, lat: str, name: str, row: int) -> tuple[float, float]:
    x, y = _number(lon, name, row), _number(lat, name, row)
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise _bad_row(name, row, "a longitude within 180 and a latitude within 90 degrees", f"{lon}, {lat}")
    return x, y


def _number(text: str, name: str, row: int) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _bad_row(name, row, "a number", text) from None
    if not abs(value) < 1e12:
        raise _bad_row(name, row, "a number", text)
    return value


def _bad_row(name: str, row: int, expected: str, found: str) -> InputError:
    return InputError(
        "gazetteer-row",
        f"{name}, line {row}: expected {expected}, found {found}.",
        file=name,
        row=row,
        expected=expected,
        found=found,
    )
