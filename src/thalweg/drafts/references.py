"""What a file says its positions refer to: WGS84, or something else, and then they are not read as if they were.

A position on Pulkovo 1942 that is read as WGS84 lies some 120 m off, one on ED50 some 100 m; neither looks wrong on a
map. Nothing is converted here: who made the file has the better means, and knows the parameters that were meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from thalweg.drafts.texts import folded, plain
from thalweg.model.errors import InputError
from thalweg.model.notes import Flag

# Columns and properties that say it.
_NAMES = frozenset(
    map(
        folded,
        (
            *(
                "crs",
                "srs",
                "srid",
                "epsg",
                "epsg code",
                "geodetic datum",
                "horizontal datum",
                "map datum",
                "gps datum",
            ),
            *("position datum", "coordinate datum", "datum of positions", "coordinate system", "coordinate reference"),
            *("coordinate reference system", "spatial reference", "reference system", "coord sys", "coordsys"),
            *("spheroid", "ellipsoid", "projection", "gps system", "système de coordonnées", "référentiel"),
            *("système géodésique", "система координат", "датум", "эллипсоид", "نظام الإحداثيات", "المرجع الجيوديسي"),
        ),
    )
)
_WGS84 = re.compile(
    r"wgs[ _-]?(?:19)?84|\bw84\b|world geodetic system(?: of)?(?: 19)?84|\bcrs84h?\b|^\W*gps\W*$"
    r"|(?:^|\bepsg\b[\W_]*|\bcrs\b[\W_]*)(?:4326|4979)\b",
    re.IGNORECASE,
)
_FORMS = frozenset(
    map(folded, ("geographic", "lat lon", "lat/long", "latitude longitude", "decimal degrees", "dd", "dms", "ddm",
                 "degrees", "utm", "mgrs", "географическая", "geographique", "none", "n/a", "-"))
)  # fmt: skip
# Names that mean nothing else, wherever they stand.
_OTHER = re.compile(
    r"pulkovo|пулково|\b(?:sk|ск|s|с)[ _-]?(?:42|63|95)\b|\b(?:pz|пз)[ _-]?90|\bгск[ _-]?2011|krass?ow?sk[iy]|красовск"
    r"|\bed[ _-]?(?:50|79|87)\b|european datum|\bnad[ _-]?(?:27|83)\b|\bosgb|ain el abd|karbala|nahrwan|palestine 1923"
    r"|\bgcj[ _-]?0?2\b|\bbd[ _-]?0?9\b|\bbeijing 19|\btokyo datum|\bdhdn\b",
    re.IGNORECASE,
)
_CODED = re.compile(r"\bepsg\b[\W_]*(?:crs[\W_]*)*\d{4,6}|^\d{4,6}$", re.IGNORECASE)
_GEOGRAPHIC = re.compile(r"\bepsg\b[\W_]*4\d{3}\b", re.IGNORECASE)
_ELLIPSOIDS = re.compile(r"hayford|international 19|clarke|bessel|everest|\bairy\b|mercator|lambert", re.IGNORECASE)


def read_references(fields: Mapping[str, str], details: Mapping[str, str], title: str) -> tuple[Flag, ...]:
    """Questions about what positions refer to. `InputError` (`datum-unsupported`) where it is not WGS84."""
    flags: list[Flag] = []
    heights = plain(fields.get("datum", ""))
    if heights and not _WGS84.search(heights) and (_OTHER.search(heights) or _GEOGRAPHIC.search(heights)):
        raise _unsupported("datum", heights)
    for name, text in details.items():
        value = plain(text)
        if not value:
            continue
        if folded(re.split(r"[/:.]", name)[-1]) in _NAMES:
            if _OTHER.search(value) or (
                not _WGS84.search(value) and (_CODED.search(value) or _ELLIPSOIDS.search(value))
            ):
                raise _unsupported(name, value)
            if not _WGS84.search(value) and folded(value) not in _FORMS:
                flags.append(
                    Flag(
                        "position-datum-unknown",
                        f"Its {name} is “{value[:60]}”, which is not known here: its positions are read as WGS84. Ask"
                        " whether they are.",
                        name,
                    )
                )
        elif found := _OTHER.search(value):
            flags.append(_named(name, found[0]))
    if found := _OTHER.search(title):
        flags.append(_named("title", found[0]))
    return tuple(flags)


def _named(where: str, what: str) -> Flag:
    return Flag(
        "position-datum-named",
        f"Its {where} speaks of “{what}”: its positions are read as WGS84. Ask whether they are.",
        where,
    )


def _unsupported(name: str, value: str) -> InputError:
    return InputError(
        "datum-unsupported",
        f"Its {name} says that its positions are on “{value[:60]}”. They are not read as if they were on WGS84, and not"
        " converted.",
        expected="positions on WGS84",
        found=value[:60],
    )
