"""How the products say things: distances, times, positions, certainty, marks. Text in, text out.

Every product is made from these, so that two of them never disagree about the same finding.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, assert_never

from thalweg.model.characters import visible
from thalweg.model.declarations import Declaration, Kind, LineStatus, Medium, Volume, Zone
from thalweg.model.findings import Certainty, Finding, FindingType, Fix, Suggestions
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band
from thalweg.model.result import CheckResult
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route, Shape
from thalweg.model.theatre import Relation
from thalweg.model.words import KIND_NOT_SHOWN
from thalweg.places.grids import to_mgrs

MINUS: Final = "−"
NOT_ASKED: Final = "not asked"

# What a name may not carry into a product as it is: controls, the bidirectional overrides, embeddings
# and isolates (they reorder what stands after them), lone surrogates and noncharacters. The marks U+200E,
# U+200F and U+061C and the joiners stay: Arabic and Persian spelling needs them and they reorder nothing.
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ufeff"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]|"
    + "|".join(f"[{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}]" for plane in range(1, 17))
)
_SPACE: Final = re.compile(r"\s+")


def plain(text: str) -> str:
    """One line that means the same and can reorder, end or hide nothing around it.

    Unsafe characters become their code point, `[U+202E]`, so that they are seen; white space, line ends
    too, becomes one space.
    """
    spaced = _SPACE.sub(" ", _UNSAFE.sub(lambda hit: f"[U+{ord(hit[0]):04X}]", visible(text)))
    return spaced.strip()


# ---------------------------------------------------------------- measures


def distance(metres: float) -> str:
    """`510 m`, `3.1 km`, `120 km`; three figures at most below 1,000 km."""
    if metres < 0:
        return MINUS + distance(-metres)
    if metres < 9.95:
        return f"{metres:.1f} m".replace(".0 m", " m")
    if metres < 999.5:
        return f"{metres:.0f} m"
    if metres < 99_950:
        return f"{metres / 1000:.1f} km".replace(".0 km", " km")
    return f"{grouped(metres / 1000)} km"


def height(metres: float) -> str:
    """`1 100 m`: heights stay in metres."""
    sign = MINUS if metres <= -0.5 else ""
    return f"{sign}{grouped(abs(metres))} m"


def grouped(number: float) -> str:
    """`12 345`, with no-break spaces, rounded to an integer."""
    return f"{number:,.0f}".replace(",", "\N{NO-BREAK SPACE}")


def duration(seconds: float) -> str:
    """`45 s`, `3 min`, `2 h 5 min`, `3 d 4 h`; two units at most, rounded to the smaller."""
    if seconds < 0:
        return MINUS + duration(-seconds)
    if seconds < 1 and seconds:
        return f"{seconds:.1f} s"
    if round(seconds) < 120:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    if seconds < 600 and round(seconds) % 60:
        return f"{round(seconds) // 60} min {round(seconds) % 60} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    hours = round(seconds / 3600)
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"


def instant(when: Instant | None) -> str:
    """`2017-09-16 00:52:45Z`, to the nearest second; an open end is `open`. `Z` always stands on a UTC time."""
    return "open" if when is None else str(Instant(float(round(when.epoch_s)))).replace("T", " ", 1)


def clock(when: Instant | None) -> str:
    """`00:52:45Z`."""
    return "open" if when is None else instant(when).split(" ", 1)[1]


def window(span: Window) -> str:
    """`2017-09-16 05:00:00Z to 08:30:00Z`: the date is said twice only where it changes."""
    if span.start is None and span.end is None:
        return "at all times"
    if span.start is None:
        return f"until {instant(span.end)}"
    if span.end is None:
        return f"from {instant(span.start)}, end open"
    same_day = str(span.start)[:10] == str(span.end)[:10]
    return f"{instant(span.start)} to {clock(span.end) if same_day else instant(span.end)}"


def band(limits: Band | None) -> str:
    """`0 m AGL to 300 m AGL`; an open limit is said."""
    if limits is None:
        return "height not stated"
    if limits.lower_m is None and limits.upper_m is None:
        return "all heights"
    low = "" if limits.lower_m is None else f"{height(limits.lower_m)} {datum_word(limits.datum)}"
    high = "" if limits.upper_m is None else f"{height(limits.upper_m)} {datum_word(limits.datum_of_upper)}"
    if not low:
        return f"up to {high}"
    return f"{low} to {high}" if high else f"{low} and above"


def datum_word(datum: str) -> str:
    """How a datum is said after a height."""
    words = {"EGM96": "AMSL (EGM96)", "EGM2008": "AMSL (EGM2008)", "FL": "pressure height"}
    return words.get(datum, "datum not stated" if datum == "unknown" else str(datum))


# --------------------------------------------------------------- positions


def dms(position: Position) -> str:
    """`35°16′44.0″N 040°25′11.0″E`: to a tenth of a second, some 3 m."""
    return f"{_sexagesimal(position.lat, 2, 'NS')} {_sexagesimal(position.lon, 3, 'EW')}"


# Written beforehand, for every finding says two positions: a third of what a format with a width costs.
_DIGITS: Final = {width: tuple(f"{number:0{width}d}" for number in range(181)) for width in (2, 3)}


def _sexagesimal(degrees: float, width: int, hemispheres: str) -> str:
    tenths = round(abs(degrees) * 36_000)  # of a second; rounded once, so that 60″ is never written
    minutes, tenth_seconds = divmod(tenths, 600)
    whole, minute = divmod(minutes, 60)
    seconds, tenth = divmod(tenth_seconds, 10)
    half = hemispheres[degrees < 0 and tenths > 0]
    return f"{_DIGITS[width][whole]}°{_DIGITS[2][minute]}′{_DIGITS[2][seconds]}.{tenth}″{half}"


def decimal(position: Position) -> str:
    """`35.27889, 40.41972`: latitude first, as people say it; five places, some 1 m."""
    return f"{position.lat:.5f}, {position.lon:.5f}"


def mgrs(position: Position) -> str:
    """`37S FV 28958 04893`: the 1 m square that holds the position."""
    return _mgrs(position.lon, position.lat)


@lru_cache(maxsize=4096)  # where two regions overlap, the closest positions on both are one
def _mgrs(lon: float, lat: float) -> str:
    packed = to_mgrs(lon, lat)
    head, east, north = packed[:-10], packed[-10:-5], packed[-5:]
    return f"{head[:-2]} {head[-2:]} {east} {north}"


# ------------------------------------------------------------ declarations


def kind_shown(declaration: Declaration) -> bool:
    """Whether its reader is shown of what kind it is."""
    return all(flag.code != KIND_NOT_SHOWN for flag in declaration.flags)


def kind(declaration: Declaration) -> str:
    """`air operation`, `restricted zone, no entry`, `none of ours there`, `kind not shown`."""
    if not kind_shown(declaration):
        return "kind not shown"
    match declaration.kind:
        case Kind.OPERATION:
            return _of_medium(declaration.medium, "operation")
        case Kind.MOVEMENT:
            return _of_medium(declaration.medium, "movement")
        case Kind.STATIC_SITE:
            return "protected site"
        case Kind.RESTRICTED_ZONE:
            return f"restricted zone, {_zone(declaration.zone)}"
        case Kind.LINE:
            return "line"
        case Kind.NEGATIVE:
            return "none of ours there"
        case _ as never:
            assert_never(never)


def _of_medium(medium: Medium, noun: str) -> str:
    return noun if medium is Medium.UNSTATED else f"{medium.value} {noun}"


def _zone(zone: Zone | None) -> str:
    words = {
        Zone.NO_ENTRY: "no entry",
        Zone.NO_FIRE: "no fire",
        Zone.RESTRICTED_AIRSPACE: "airspace",
        Zone.QUIET_WINDOW: "window of silence",
    }
    return words[zone] if zone else "not stated"


def title(declaration: Declaration) -> str:
    """The title, made plain; the kind where there is none."""
    return plain(declaration.title) or f"untitled {kind(declaration)}"


def shape(figure: Shape) -> str:
    """The figure in words and figures, without its coordinates."""
    match figure:
        case Point():
            return "point"
        case Polygon():
            holes = f" with {len(figure.holes)} holes" if figure.holes else ""
            return f"area of {len(figure.outer)} vertices{holes}"
        case MultiPolygon():
            return f"{len(figure.polygons)} areas"
        case Circle():
            return f"circle, radius {distance(figure.radius_m)}"
        case Corridor():
            return f"corridor, {distance(figure.half_width_m)} each side"
        case Path():
            return f"path of {len(figure.points)} points"
        case Route():
            around = f", {distance(figure.radius_m)} around" if figure.radius_m else ""
            return f"route of {len(figure.waypoints)} timed way-points{around}"
        case _ as never:
            assert_never(never)


def uncertainty(volume: Volume) -> str:
    """`±500 m sideways, ±30 m in height, ±10 min (95 %)`; empty where none is stated."""
    said = volume.uncertainty
    parts = [
        f"±{distance(said.horizontal_m)} sideways" if said.horizontal_m else "",
        f"±{height(said.vertical_m)} in height" if said.vertical_m else "",
        f"±{duration(said.time_s)} in time" if said.time_s else "",
    ]
    text = ", ".join(part for part in parts if part)
    return f"{text} (95 %)" if text and said.at_95 else text


def line_status(status: LineStatus) -> str:
    """The word that always stands on a line."""
    return {LineStatus.AGREED: "agreed", LineStatus.TACIT: "tacit", LineStatus.DISPUTED: "disputed"}[status]


def tags(parties: Iterable[str]) -> dict[str, str]:
    """A short tag of letters and digits for each party id, all different, in the order given.

    Colour is never the only way to tell two parties apart: the tag is on every shape and row.
    """
    taken: dict[str, str] = {}
    for party in parties:
        if party in taken:
            continue
        stem = [letter for letter in plain(party).upper() if letter.isalnum()] or ["P"]
        candidates = ["".join(stem[:2])]
        candidates += [stem[0] + letter for letter in stem[2:]]
        number = 2
        tag = candidates[0]
        used = set(taken.values())
        while tag in used:
            candidates = candidates[1:]
            if candidates:
                tag = candidates[0]
            else:
                tag = f"{stem[0]}{number}"
                number += 1
        taken[party] = tag
    return taken


# ---------------------------------------------------------------- findings


def certainty_word(finding: Finding) -> str:
    """`will`, `may`, or `may: cannot tell` where data is wanting (DESIGN.md section 5)."""
    if not finding.can_tell:
        return "may: cannot tell"
    return "will" if finding.certainty is Certainty.CERTAIN else "may"


def certainty(finding: Finding) -> str:
    """One sentence of how sure: `May. About 9 in 10 of the values within the stated bounds break the rule.`"""
    match finding.certainty:
        case Certainty.CERTAIN:
            return "Will: every value within the stated bounds breaks the rule."
        case Certainty.LIKELY | Certainty.POSSIBLE:
            if not finding.can_tell:
                return "May, cannot tell: what is stated is not enough to say more."
            return f"May: {_in_ten(finding.share)} of the values within the stated bounds break the rule."
        case _ as never:
            assert_never(never)


def pips(share: float) -> int:
    """How many of ten pips are filled; never none, and ten only for all."""
    return 10 if share >= 1 else max(1, min(9, round(share * 10)))


def _in_ten(share: float) -> str:
    if share < 0.05:
        return "fewer than 1 in 10"
    return f"about {pips(share)} in 10" if share < 0.95 else "more than 9 in 10"


def finding_type(finding: Finding) -> str:
    """What the finding is, as a heading."""
    match finding.type:
        case FindingType.CONFLICT:
            return "Conflict"
        case FindingType.CROSSING:
            return "Line crossing (neutral fact)"
        case FindingType.WRONG_SIDE:
            return "Wrong side of a line"
        case FindingType.CONTRADICTION:
            return "Contradiction of “none of ours there”"
        case _ as never:
            assert_never(never)


def severity(finding: Finding) -> str:
    """`Warning`, `Caution`, `Information`; a theatre's own word as it is."""
    word = plain(finding.severity) or "warning"
    return word[:1].upper() + word[1:]


def relation(finding: Finding) -> str:
    """What the compatibility matrix says of the two kinds."""
    match finding.relation:
        case Relation.PERMITTED:
            return "compatible kinds"
        case Relation.RESTRICTED:
            return "only on the conditions of the rule"
        case Relation.NOT_PERMITTED:
            return "not compatible"
        case _ as never:
            assert_never(never)


def against_rule(finding: Finding) -> tuple[tuple[str, str, str], ...]:
    """What was found against what the rule asks: rows of (dimension, found, asked)."""
    margin = finding.margin
    at_line = finding.type in (FindingType.CROSSING, FindingType.WRONG_SIDE)
    asked_m = "do not overlap" if not margin.horizontal_m else f"at least {distance(margin.horizontal_m)}"
    rows = [
        (
            "Sideways",
            ("on the line" if at_line else "overlap") if finding.horizontal_m <= 0 else distance(finding.horizontal_m),
            "keep to its side" if at_line and not margin.horizontal_m else asked_m,
        )
    ]
    if margin.vertical_m is None:
        rows.append(("In height", NOT_ASKED, "height is no separation here"))
    else:
        found = (
            "height not stated"
            if finding.vertical_m is None
            else ("overlap" if finding.vertical_m <= 0 else height(finding.vertical_m))
        )
        rows.append(
            (
                "In height",
                found,
                f"at least {height(margin.vertical_m)}" if margin.vertical_m else "do not overlap",
            )
        )
    rows.append(
        (
            "In time",
            "both at once" if finding.time_gap_s <= 0 else f"{duration(finding.time_gap_s)} apart",
            f"at least {duration(margin.time_s)} apart" if margin.time_s else "not both at once",
        )
    )
    return tuple(rows)


def datums(finding: Finding) -> str:
    """The datum error allowed for, in a sentence; empty where none was."""
    if not finding.datum_allowance_m:
        return ""
    return f"The test in height was widened by ±{height(finding.datum_allowance_m)} for what the datums leave open."


def when(finding: Finding) -> str:
    """`2017-09-16 00:52:06Z to 00:53:00Z, closest 00:52:33Z`; a date is said again only where it changes."""
    first, last, closest = finding.first, finding.last, finding.closest_at
    if first is None or last is None or first >= last:
        span = f"{instant(first) if first else 'open'} to {instant(last) if last else 'open'}"
    else:
        span = window(Window(first, last))
    if closest is None or closest in (first, last):
        return span + (
            "" if closest is None else ", closest at the beginning" if closest == first else ", closest at the end"
        )
    said = clock(closest) if str(closest)[:10] == str(first)[:10] else instant(closest)
    return f"{span}, closest {said}"


def where_kind(finding: Finding) -> str:
    """What the positions of the finding are."""
    if finding.closest[0] == finding.closest[1]:
        return "They meet at" if not finding.region else "They overlap; a position inside"
    return "Closest points"


# ------------------------------------------------------------------- fixes


def fixes_of(result: CheckResult, finding: Finding) -> tuple[Fix, ...]:
    """The fixes that clear this finding, those of the first-named declaration first."""
    return tuple(
        fix
        for version in dict.fromkeys(finding.versions)
        if version in result.suggestions
        for fix in result.suggestions[version].fixes
        if finding.id in fix.clears
    )


def without_fix(result: CheckResult, finding: Finding) -> tuple[Suggestions, ...]:
    """For each declaration of the finding that was searched in vain: what was searched."""
    return tuple(
        result.suggestions[version]
        for version in dict.fromkeys(finding.versions)
        if version in result.suggestions and not result.suggestions[version].fixes
    )


def in_vain(result: CheckResult, item: Suggestions) -> str:
    """`None found for X. Searched: … (time: its time is open-ended; …)`: the bounds, and why each kind failed."""
    why = "; ".join(f"{kind}: {reason}" for kind, reason in item.not_offered.items())
    name = title(result.declarations[item.version])
    return plain(f"None found for {name}. Searched: {item.searched}" + (f" ({why})." if why else "."))


def cost(fix: Fix) -> str:
    """The size of the change in its own unit, and its cost against the theatre's bound."""
    sizes = {
        "time": f"{duration(fix.amount)}",
        "altitude": height(fix.amount),
        "offset": distance(fix.amount),
        "trim": f"{percent(abs(fix.amount))} of the area",
    }
    size = sizes.get(fix.change, f"{fix.amount:g}")
    sign = "+" if fix.amount > 0 and fix.change in ("time", "altitude") else ""
    return f"{sign}{size}, {percent(fix.cost)} of the bound"


def percent(share: float) -> str:
    """`7 %`, with a no-break space; `under 1 %` rather than 0."""
    return "under 1\N{NO-BREAK SPACE}%" if 0 < share < 0.005 else f"{share * 100:.0f}\N{NO-BREAK SPACE}%"


# ---------------------------------------------------------------- the whole


def count(number: int, one: str, many: str = "") -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def headline(result: CheckResult) -> str:
    """`3 findings among 12 declarations.` Never "no conflict": see `incomplete_line`."""
    if not result.declarations:
        return "Nothing was checked: no declaration could be read." if result.incomplete else "Nothing to check."
    among = count(result.counts.compared or len(result.declarations), "declaration")
    if not result.findings:
        return f"Nothing found among {among}."
    return f"{count(len(result.findings), 'finding')} among {among}."


def incomplete_line(result: CheckResult) -> str:
    """What was not checked, loudly; empty where everything was."""
    if not result.incomplete:
        return ""
    parts = []
    if result.problems:
        number = len(result.problems)
        verb = "item could not be read and was" if number == 1 else "items could not be read and were"
        parts.append(f"{number} {verb} NOT checked")
    left = sum(not omission.harmless for omission in result.omissions)
    if left:
        parts.append(f"{count(left, 'part')} of the input left out")
    return f"INCOMPLETE: {'; '.join(parts)}. Do not take it as no conflict."


def all_marks(result: CheckResult) -> tuple[str, ...]:
    """Every mark that anything in the result carries, in the order first met."""
    found = [mark for version in result.declarations for mark in result.marks(version)]
    found += [mark for finding in result.findings for mark in finding.marks]
    return tuple(dict.fromkeys(found))


def marks_of(result: CheckResult, finding: Finding) -> tuple[str, ...]:
    """The marks of a finding: its own, and those of both declarations."""
    both = [mark for version in finding.versions for mark in result.marks(version)]
    return tuple(dict.fromkeys([*finding.marks, *both]))


def heading(result: CheckResult) -> str:
    """`Thalweg check: Deir ez-Zor`, or as told to whom."""
    told = (
        "Thalweg check" if result.copy is None else f"Thalweg, as told to {plain(result.party_name(result.copy.party))}"
    )
    return f"{told}: {plain(result.theatre)}"


def made_by(result: CheckResult) -> str:
    """`Theatre …, rules 1f2e…, engine 0.1.0, checked at 2017-09-16 00:30:18Z.` And whose copy it is."""
    said = (
        f"Theatre {plain(result.theatre)}, rules {plain(result.rules_hash)[:12]}, "
        f"engine {plain(result.engine_version)}, checked at {instant(result.checked_at)}."
    )
    return said if result.copy is None else f"{said} {plain(str(result.copy))}"


def short(text: str, most: int = 28) -> str:
    """At most `most` characters, an ellipsis in place of the rest."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def direction(text: str) -> str:
    """`rtl` or `ltr`, by which letters are more: a name at its head does not turn a sentence round."""
    kinds = [unicodedata.bidirectional(letter) for letter in text]
    right = sum(kind in ("R", "AL") for kind in kinds)
    return "rtl" if right > kinds.count("L") else "ltr"


def heights(declaration: Declaration) -> str:
    """The heights of all its volumes in words: bands, or those of a route's way-points."""
    said = []
    for volume in declaration.volumes:
        figure = volume.shape
        if isinstance(figure, Route) and figure.has_heights:
            values = [waypoint.height_m or 0.0 for waypoint in figure.waypoints]
            low, high = min(values), max(values)
            around = f" ±{height(figure.half_height_m)}" if figure.half_height_m else ""
            span = height(low) if low == high else f"{height(low)} to {height(high)}"
            said.append(f"{span}{around}, {datum_word(figure.datum)}")
        elif volume.band is not None:
            said.append(band(volume.band))
        elif not isinstance(figure, Point):
            said.append("height not stated")
    return "; ".join(dict.fromkeys(said))
