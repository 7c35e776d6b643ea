"""Recorded or planned tracks (GPX, KML's gx:Track) → timed routes, with nothing lost on the way.

times increase                          one route
some points have no time                constant speed between the others; flagged by `finish`
two points share a time                 the track is cut there: two routes, no time invented; flagged
a time runs backwards                   the order of the points is not to be trusted: the whole path,
                                        during the whole of its times; flagged
the first or the last has no time       the path, without times; flagged
one point alone                         that point, for one second from its time; flagged
some points have no height              no heights: tested at every height; flagged
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from thalweg.drafts.draft import DraftVolume
from thalweg.drafts.outlines import LonLat, PathOutline, PointOutline
from thalweg.drafts.times import ReadTime, Side, read_time
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Datum
from thalweg.model.notes import Flag

_MOMENT_S = 1.0  # how long a lone point is taken to last: what the clocks of such files resolve


@dataclass(frozen=True, slots=True)
class Fix:
    """One point of a track: degrees, the time as written (empty: none), metres above the track's datum."""

    at: LonLat
    time: str = ""
    height_m: float | None = None


def track_volumes(
    fixes: Sequence[Fix], where: str, *, datum: Datum, zone: str
) -> tuple[tuple[DraftVolume, ...], tuple[Flag, ...]]:
    """The volumes of one unbroken stretch of a track, in its order. `zone` is the theatre's time zone.

    Raises InputError for a time that cannot be read. No fixes: no volumes.
    """
    if not fixes:
        return (), ()
    flags: list[Flag] = []
    fixes = _with_whole_heights(fixes, where, flags)
    reads = [
        read_time(fix.time, side=Side.MOMENT, what=f"time of point {number}, {where}", zone=zone)
        if fix.time.strip()
        else None
        for number, fix in enumerate(fixes, start=1)
    ]
    times = [None if read is None else read.instant for read in reads]
    known = [time.epoch_s for time in times if time is not None]
    if not known:
        return (_still(fixes, None, datum),), tuple(flags)
    if times[0] is None or times[-1] is None:
        flags.append(
            Flag(
                "track-times-incomplete",
                f"The {where} has no time at its first or its last point: it is tested along the whole of its"
                " path, at any time.",
                where,
            )
        )
        return (_still(fixes, None, datum),), tuple(flags)
    if any(later < earlier for earlier, later in pairwise(known)) or _untimed_between_equals(times):
        first = min(known)
        window = Window(Instant(first), Instant(max(*known, first + _MOMENT_S)))
        flags.append(
            Flag(
                "track-time-reversed",
                f"A time in the {where} runs backwards or stands still: it is tested along its whole path"
                f" for all of its times, {window}.",
                where,
            )
        )
        return (_still(fixes, window, datum),), (*flags, *_asked(reads))
    volumes = _cut(fixes, times, where, datum, flags)
    # The texts of a route are read again by `finish`, which asks; nobody reads again what became a window here.
    asked = () if all(volume.times for volume in volumes) else _asked(reads)
    return volumes, (*flags, *asked)


def _asked(reads: Iterable[ReadTime | None]) -> tuple[Flag, ...]:
    """What the times leave to be asked, each question once."""
    first: dict[str, Flag] = {}
    for read in reads:
        for flag in read.flags if read else ():
            first.setdefault(flag.code, flag)
    return tuple(first.values())


def _untimed_between_equals(times: Sequence[Instant | None]) -> bool:
    """Whether points without a time lie between two points of one time: no speed leads through them."""
    last: Instant | None = None
    gap = False
    for time in times:
        if time is None:
            gap = True
        elif gap and time == last:
            return True
        else:
            last, gap = time, False
    return False


def _cut(
    fixes: Sequence[Fix], times: Sequence[Instant | None], where: str, datum: Datum, flags: list[Flag]
) -> tuple[DraftVolume, ...]:
    """Routes between the places where two points share a time; the same point twice is one."""
    pieces: list[list[tuple[Fix, Instant | None]]] = [[]]
    last: Instant | None = None
    doubled = cuts = 0
    for fix, time in zip(fixes, times, strict=True):
        piece = pieces[-1]
        if time is not None and time == last:
            if piece[-1][0] == fix:
                doubled += 1
                continue
            pieces.append([])
            cuts += 1
        pieces[-1].append((fix, time))
        last = time or last
    if doubled:
        flags.append(
            Flag(
                "track-point-doubled",
                f"{doubled} points of the {where} repeat the one before, time and all; each is read once.",
                where,
                {"points": str(doubled)},
            )
        )
    if cuts:
        flags.append(
            Flag(
                "track-time-shared",
                f"In the {where}, {cuts} times stand at two different points: the track is cut there, and no"
                " time is invented for the way between.",
                where,
                {"cuts": str(cuts)},
            )
        )
    return tuple([_moving(piece, where, datum, flags) for piece in pieces])


def _moving(piece: Sequence[tuple[Fix, Instant | None]], where: str, datum: Datum, flags: list[Flag]) -> DraftVolume:
    fixes = [fix for fix, _ in piece]
    start = piece[0][1]
    if len(piece) > 1 or start is None:
        return DraftVolume(_path(fixes), times=tuple([fix.time for fix in fixes]), heights_datum=datum)
    flags.append(
        Flag(
            "track-point-alone",
            f"A point stands alone in the {where}, at {start}: it is tested for one second from then.",
            where,
        )
    )
    moment = Window(start, Instant(start.epoch_s + _MOMENT_S))
    return DraftVolume(PointOutline(fixes[0].at, fixes[0].height_m), window=moment, heights_datum=datum)


def _still(fixes: Sequence[Fix], window: Window | None, datum: Datum) -> DraftVolume:
    """Everywhere along the fixes, during all of `window` (None: whatever the draft states)."""
    if len({fix.at for fix in fixes}) < 2:
        return DraftVolume(PointOutline(fixes[0].at, fixes[0].height_m), window=window, heights_datum=datum)
    return DraftVolume(_path(fixes), window=window, heights_datum=datum)


def _path(fixes: Sequence[Fix]) -> PathOutline:
    heights = tuple([fix.height_m for fix in fixes])
    return PathOutline(tuple([fix.at for fix in fixes]), heights_m=heights if heights[0] is not None else ())


def _with_whole_heights(fixes: Sequence[Fix], where: str, flags: list[Flag]) -> Sequence[Fix]:
    without = sum(fix.height_m is None for fix in fixes)
    if without in (0, len(fixes)):
        return fixes
    flags.append(
        Flag(
            "track-heights-incomplete",
            f"{without} of {len(fixes)} points of the {where} have no height: none is used, and it is tested"
            " at every height.",
            where,
        )
    )
    return [Fix(fix.at, fix.time) for fix in fixes]
