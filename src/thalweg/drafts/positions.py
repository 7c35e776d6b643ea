"""Positions in cells of text: one, several, or well-known text (WKT), as outlines.

What a coordinate may look like is `thalweg.places.coordinates`; here stands what a *cell* may hold.
"""

from __future__ import annotations

import re

from thalweg.drafts.outlines import AreaOutline, LonLat, Outline, PathOutline, PointOutline
from thalweg.drafts.texts import plain
from thalweg.model.characters import require_seen
from thalweg.model.errors import InputError
from thalweg.model.notes import Flag
from thalweg.places.coordinates import Written, join_cells, read_latitude, read_longitude, read_position
from thalweg.places.flags import assumptions

_BETWEEN = re.compile(r"\s*(?:;|\||\n|→|->|؛)\s*")
_WKT = re.compile(
    r"(?:SRID=(\d+);)?\s*(POINT|LINESTRING|POLYGON|MULTIPOLYGON|MULTIPOINT|MULTILINESTRING|GEOMETRYCOLLECTION)"
    r"\s*(ZM|Z|M)?\s*(\(.*\)|EMPTY)\s*",
    re.IGNORECASE | re.DOTALL,
)


def read_point(text: str, where: str, flags: list[Flag]) -> PointOutline:
    """One position in any of the accepted forms; what the text left open is flagged. Raises `InputError`."""
    return _point(read_position(text), where, flags)


def read_cells(latitude: str, longitude: str, where: str, flags: list[Flag]) -> PointOutline:
    """A latitude and a longitude from cells of their own. Raises `InputError`."""
    return _point(join_cells(read_latitude(latitude), read_longitude(longitude)), where, flags)


def read_points(text: str, where: str, flags: list[Flag]) -> list[PointOutline]:
    """Positions separated by semicolons, bars, arrows or line ends; a single one gives a list of one."""
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    if len(parts) > 2 or (len(parts) == 2 and not _is_number(parts[0])):
        return [read_point(part, where, flags) for part in parts]
    return [read_point(text, where, flags)]


def read_wkt(text: str, *, straight: bool) -> tuple[Outline, ...]:
    """The outlines of well-known text (OGC 06-103r4, longitude first); none where it is no such thing.

    Raises `InputError` (`wkt-unreadable`, `wkt-unsupported`, `text-character`) where it is one and cannot be used.
    """
    match = _WKT.fullmatch(plain(text))
    if match is None:
        return ()
    require_seen(text, "well-known text")
    srid, kind, measures, body = match[1], match[2].upper(), (match[3] or "").upper(), match[4]
    if srid not in (None, "4326") or kind == "GEOMETRYCOLLECTION":
        raise InputError(
            "wkt-unsupported",
            f"“{text[:40]}” is well-known text of a sort that is not read here.",
            expected="POINT, LINESTRING, POLYGON or one of several of them, in WGS84",
            found=f"SRID={srid}" if srid not in (None, "4326") else kind,
        )
    nested = _nested(body, text)
    if measures == "M":
        measures = ""
    match kind:
        case "POINT" if len(nested) == 1:
            return (_wkt_point(nested[0], text, measures),)
        case "MULTIPOINT":
            members = [item[0] if isinstance(item, list) and len(item) == 1 else item for item in nested]
            return tuple(_wkt_point(item, text, measures) for item in members)
        case "LINESTRING":
            return (_wkt_path(nested, text, measures, straight=straight),)
        case "MULTILINESTRING":
            return tuple(_wkt_path(item, text, measures, straight=straight) for item in nested)
        case "POLYGON":
            return (AreaOutline((_rings(nested, text),), straight, text),)
        case "MULTIPOLYGON":
            return (AreaOutline(tuple(_rings(item, text) for item in nested), straight, text),)
        case _:
            raise _unreadable(text)


def _wkt_point(item: object, text: str, measures: str) -> PointOutline:
    lon, lat, height = _numbers(item, text)
    return PointOutline((lon, lat), height if measures else None, text)


def _wkt_path(nested: object, text: str, measures: str, *, straight: bool) -> PathOutline:
    if not isinstance(nested, list) or not nested:
        raise _unreadable(text)
    points = [_numbers(item, text) for item in nested]
    heights = tuple(height for _, _, height in points) if measures else ()
    return PathOutline(tuple((lon, lat) for lon, lat, _ in points), straight, heights, text)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", plain(text)) is not None


def _point(written: Written, where: str, flags: list[Flag]) -> PointOutline:
    for flag in assumptions(written, where=where):
        # One question for the whole cell or column: whoever answers it once has answered it.
        if not any(known.code == flag.code and known.where == where for known in flags):
            flags.append(flag)
    return PointOutline((written.lon, written.lat), None, written.text, precision_m=written.precision_m)


def _nested(body: str, text: str) -> list[object]:
    """Parentheses and commas as lists of lists of text."""
    stack: list[list[object]] = [[]]
    for piece in re.findall(r"[(),]|[^(),]+", body):
        if piece == "(":
            stack.append([])
        elif piece == ")":
            if len(stack) < 2:
                raise _unreadable(text)
            done = stack.pop()
            stack[-1].append(done)
        elif piece != "," and piece.strip():
            stack[-1].append(piece.strip())
    if len(stack) != 1 or len(stack[0]) != 1 or not isinstance(stack[0][0], list):
        raise _unreadable(text)
    return stack[0][0]


def _rings(nested: object, text: str) -> tuple[tuple[LonLat, ...], ...]:
    if not isinstance(nested, list) or not all(isinstance(ring, list) for ring in nested):
        raise _unreadable(text)
    return tuple(tuple(_numbers(item, text)[:2] for item in ring) for ring in nested)


def _numbers(item: object, text: str) -> tuple[float, float, float | None]:
    if not isinstance(item, str):
        raise _unreadable(text)
    try:
        values = [float(word) for word in item.split()]
    except ValueError as error:
        raise _unreadable(text) from error
    if not 2 <= len(values) <= 4 or not all(abs(value) < 1e7 for value in values):
        raise _unreadable(text)
    return values[0], values[1], values[2] if len(values) > 2 else None


def _unreadable(text: str) -> InputError:
    return InputError(
        "wkt-unreadable",
        f"“{text[:40]}” begins as well-known text and cannot be read.",
        expected="POLYGON((longitude latitude, …))",
        found=text[:80],
    )
