"""Coordinates as people write them: read without guessing, kept as entered, written back.

    text ──fold──▶ plain marks, ASCII digits, N S E W ──▶ MGRS? UTM? packed? else degrees, minutes, seconds
                                                              │
    Written: the text, its form, the axis order as read, ◀────┘
             longitude and latitude (WGS84 degrees), what the last digit is worth in metres, and
             `assumed`: every choice that the text did not settle

What the text leaves open has one documented answer and is named in `Written.assumed`; what could be
read in two ways that differ is refused. Nothing is repaired (R2, R3). docs/reference/coordinates.md
has the table of accepted forms. Every refusal is an `InputError`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeVar

from thalweg.model.characters import require_seen
from thalweg.model.errors import InputError
from thalweg.places import grids


class Form(StrEnum):
    """How a coordinate is written."""

    DECIMAL = "decimal"  # 35.33588, 40.14084
    DMS = "dms"  # 35°20'09"N 40°08'27"E
    DDM = "ddm"  # 35°20.153'N 40°08.450'E
    PACKED = "packed"  # 352009N 0400827E, 3520N 04008E, 3520.153N 04008.450E
    MGRS = "mgrs"  # 37S FV 03705 11334
    UTM = "utm"  # UTM 37 north 603705 3911334


class AxisOrder(StrEnum):
    """Which coordinate stands first in the text."""

    LAT_LON = "lat lon"
    LON_LAT = "lon lat"
    EASTING_NORTHING = "easting northing"
    CELLS = "separate cells"


class Assumed(StrEnum):
    """A choice that the text did not settle; docs/reference/coordinates.md says which way each goes."""

    AXIS_ORDER = "axis-order"  # two numbers without letters or labels: the caller's order, by default lat lon
    UTM_BAND = "utm-band"  # "37S" read as latitude band S, not as "zone 37, southern hemisphere"
    GRID_BAND = "grid-band"  # the square or point lies outside the latitude band whose letter it carries
    GRID_ZONE = "grid-zone"  # the square or point lies outside the meridians of its zone
    LONGITUDE_TURN = "longitude-turn"  # 180 to 360 degrees, counted all the way east


@dataclass(frozen=True, slots=True)
class Written:
    """A position as somebody wrote it, and what it says on WGS84.

    `precision_m` is the ground length of one unit of the last digit written (the larger of the two
    axes); for MGRS the side of the square, of which the position is the centre.
    """

    text: str
    form: Form
    axis_order: AxisOrder
    lon: float
    lat: float
    precision_m: float
    assumed: tuple[Assumed, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenAngle:
    """One latitude or longitude from a cell of its own. `precision_deg` is one unit of its last digit."""

    text: str
    form: Form
    axis: Literal["latitude", "longitude"]
    degrees: float
    precision_deg: float
    lettered: bool
    assumed: tuple[Assumed, ...] = ()


_T = TypeVar("_T")
_LONGEST = 160  # characters; the longest honest coordinate seen is under 80


def read_position(text: str, *, order: AxisOrder = AxisOrder.LAT_LON) -> Written:
    """Read a position in any of the accepted forms.

    `order` is what two bare numbers mean: latitude first, as people write, unless the caller knows
    better; it is marked as assumed. Letters, labels ("lat", "lon") and grids overrule it. Raises
    `InputError`: `coordinate-empty`, `coordinate-not-understood`, `coordinate-ambiguous`,
    `coordinate-range`, `coordinate-axis`, `coordinate-sign`, `mgrs-square`, `mgrs-digits`, `utm-range`,
    `text-character`.
    """
    if order not in (AxisOrder.LAT_LON, AxisOrder.LON_LAT):
        raise InputError("coordinate-axis", f"{order!r} is not an order for two bare numbers.", found=str(order))
    plain = _fold(text)
    grid = _read_mgrs(text, plain) or _read_utm(text, plain)
    if grid is not None:
        return grid
    plain = _ISO_6709.sub(_lettered, plain)
    wanted = "a position such as 35.33588, 40.14084 or 35°20'09\"N 40°08'27\"E"
    first, second, guessed = _readings(text, plain, wanted, lambda tokens: _read_pair(tokens, order))
    lat, lon = (first, second) if first.axis == "latitude" else (second, first)
    turned = lon.degrees > 180
    return Written(
        text=text,
        form=_wider(lat.form, lon.form),
        axis_order=AxisOrder.LAT_LON if first is lat else AxisOrder.LON_LAT,
        lon=lon.degrees - 360.0 if turned else lon.degrees,
        lat=lat.degrees,
        precision_m=_precision_m(lat, lon),
        assumed=(
            *((Assumed.AXIS_ORDER,) if guessed else ()),
            *((Assumed.LONGITUDE_TURN,) if turned else ()),
        ),
    )


def read_latitude(text: str) -> WrittenAngle:
    """Read a cell that holds a latitude alone. Raises `InputError` as `read_position` does."""
    return _read_cell(text, "latitude")


def read_longitude(text: str) -> WrittenAngle:
    """Read a cell that holds a longitude alone. Raises `InputError` as `read_position` does."""
    return _read_cell(text, "longitude")


def join_cells(lat: WrittenAngle, lon: WrittenAngle) -> Written:
    """The position of a latitude cell and a longitude cell."""
    if (lat.axis, lon.axis) != ("latitude", "longitude"):
        raise InputError(
            "coordinate-axis",
            f"Expected a latitude and a longitude, found a {lat.axis} and a {lon.axis}.",
            expected="a latitude and a longitude",
            found=f"{lat.axis}, {lon.axis}",
        )
    angle_lat = _Angle(lat.degrees, lat.precision_deg, lat.form, "latitude")
    angle_lon = _Angle(lon.degrees, lon.precision_deg, lon.form, "longitude")
    return Written(
        text=f"{lat.text} | {lon.text}",
        form=_wider(lat.form, lon.form),
        axis_order=AxisOrder.CELLS,
        lon=lon.degrees,
        lat=lat.degrees,
        precision_m=_precision_m(angle_lat, angle_lon),
        assumed=lat.assumed + lon.assumed,
    )


def write_position(lon: float, lat: float, form: Form, *, digits: int | None = None) -> str:
    """Write a position so that `read_position` gives it back to within the digits written.

    `digits`: decimals of the last unit for DECIMAL (default 5, about 1 m), DMS (1) and DDM (3) and
    PACKED (seconds; 0); digits per axis for MGRS (5, 1 m); decimals of a metre for UTM (0). UTM refuses
    latitudes outside -80 to 84 with `utm-range`; MGRS goes over to the polar grids there.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InputError(
            "coordinate-range",
            f"Longitude {lon}, latitude {lat} is not on the Earth.",
            expected="longitude within 180 and latitude within 90 degrees",
            found=f"{lon}, {lat}",
        )
    chosen = _DIGITS[form] if digits is None else digits
    most = 5 if form is Form.MGRS else 12
    if not 0 <= chosen <= most:
        raise InputError("coordinate-digits", f"{chosen} digits cannot be written; 0 to {most} can.", found=str(chosen))
    match form:
        case Form.MGRS:
            packed = grids.to_mgrs(lon, lat, chosen)
            head = len(packed) - 2 * chosen
            parts = (
                packed[: head - 2],
                packed[head - 2 : head],
                packed[head : head + chosen],
                packed[head + chosen :],
            )
            return " ".join(part for part in parts if part)
        case Form.UTM:
            if not -80 <= lat <= 84:
                raise InputError(
                    "utm-range",
                    f"UTM covers latitudes -80 to 84; {lat} needs MGRS, which has polar squares.",
                    expected="a latitude from -80 to 84",
                    found=str(lat),
                )
            point = grids.to_utm(lon, lat, grids.zone_of(lon, lat))
            side = "north" if point.north else "south"
            return f"UTM {point.zone} {side} {point.easting:.{chosen}f} {point.northing:.{chosen}f}"
        case Form.DECIMAL:
            return f"{abs(lat):.{chosen}f}°{_ns(lat)} {abs(lon):.{chosen}f}°{_ew(lon)}"
        case Form.DDM:
            lat_d, lat_m = _split(lat, 60, chosen)
            lon_d, lon_m = _split(lon, 60, chosen)
            width = 3 + chosen if chosen else 2
            return f"{lat_d}°{lat_m:0{width}.{chosen}f}'{_ns(lat)} {lon_d}°{lon_m:0{width}.{chosen}f}'{_ew(lon)}"
        case Form.DMS | Form.PACKED:
            width = 3 + chosen if chosen else 2
            return " ".join(
                _sexagesimal(angle, letter, chosen, width, degrees_width, packed=form is Form.PACKED)
                for angle, letter, degrees_width in ((lat, _ns(lat), 2), (lon, _ew(lon), 3))
            )


_DIGITS = {Form.DECIMAL: 5, Form.DMS: 1, Form.DDM: 3, Form.PACKED: 0, Form.MGRS: 5, Form.UTM: 0}


# --- folding: one plain spelling for every mark, digit and direction -------------------------------------

_DEGREE, _MINUTE, _SECOND, _HYPHEN = "°", "'", '"', "-"
_MARKS = {
    **dict.fromkeys("°º˚ᵒ∘⁰◦", _DEGREE),
    **dict.fromkeys("'’‘‛′´`ʹʼ＇ˈ‵", _MINUTE),
    **dict.fromkeys('"”“‟„″ʺ˝＂〃', _SECOND),
    **dict.fromkeys("-−–—―‐‑‒﹣－﹘", _HYPHEN),
    **dict.fromkeys("٫．", "."),
    **dict.fromkeys("،，、", ","),
    **dict.fromkeys("؛；", ";"),
    **dict.fromkeys("：﹕", ":"),
    "＋": "+",
    "／": "/",
}
# Direction words and labels, longest first. Upper case after casefold; the values are the plain letters.
# "O" is missing on purpose: it is west in French, Spanish and Italian and east in German.
_WORDS: dict[str, str] = {
    **dict.fromkeys(("north", "northern", "nord", "norte", "n"), "N"),
    **dict.fromkeys(("south", "southern", "sud", "süd", "sur", "s"), "S"),
    **dict.fromkeys(("east", "eastern", "est", "ost", "este", "e"), "E"),
    **dict.fromkeys(("west", "western", "ouest", "oeste", "w"), "W"),
    **dict.fromkeys(("с.ш.", "с. ш.", "с. ш", "с.ш", "сш", "северной широты", "северная широта", "с"), "N"),
    **dict.fromkeys(("пн.ш.", "пн. ш.", "пн. ш", "север", "пн"), "N"),
    **dict.fromkeys(("ю.ш.", "ю. ш.", "ю. ш", "ю.ш", "юш", "южной широты", "южная широта", "ю"), "S"),
    **dict.fromkeys(("пд.ш.", "пд. ш.", "пд. ш", "юг", "пд"), "S"),
    **dict.fromkeys(("в.д.", "в. д.", "в. д", "в.д", "вд", "восточной долготы", "восточная долгота", "в"), "E"),
    **dict.fromkeys(("сх.д.", "сх. д.", "сх. д", "восток", "сх"), "E"),
    **dict.fromkeys(("з.д.", "з. д.", "з. д", "з.д", "зд", "западной долготы", "западная долгота", "з"), "W"),
    **dict.fromkeys(("зх.д.", "зх. д.", "зх. д", "запад", "зх"), "W"),
    **dict.fromkeys(("شمالا", "شمال", "الشمال", "شمالي", "شـ", "ش"), "N"),
    **dict.fromkeys(("جنوبا", "جنوب", "الجنوب", "جنوبي", "جـ", "ج"), "S"),
    **dict.fromkeys(("شرقا", "شرق", "الشرق", "شرقي", "قـ", "ق"), "E"),
    **dict.fromkeys(("غربا", "غرب", "الغرب", "غربي", "غـ", "غ"), "W"),
    **dict.fromkeys(("latitude", "lat.", "lat", "широта", "خط العرض", "دائرة العرض", "العرض", "عرض"), "φ"),
    **dict.fromkeys(("longitude", "long.", "lon.", "lng", "long", "lon", "долгота", "خط الطول", "الطول", "طول"), "λ"),
    **dict.fromkeys(("degrees", "degree", "deg", "градусов", "град", "درجة", "درجه"), _DEGREE),
    **dict.fromkeys(("minutes", "minute", "min", "минут", "мин", "دقيقة", "دقيقه"), _MINUTE),
    **dict.fromkeys(("seconds", "second", "sec", "секунд", "сек", "ثانية", "ثانيه"), _SECOND),
}
_SYMBOL = {"n": "N", "e": "E", "w": "W", "d": _DEGREE, "D": _DEGREE, "m": _MINUTE, "M": _MINUTE, "=": ":"}
_WORD = re.compile(  # whole words, and the single letters that are not ASCII; those are tokens by themselves
    r"(?<![^\W\d_])(?:"
    + "|".join(re.escape(w) for w in sorted(_WORDS, key=len, reverse=True) if len(w) > 1 or not w.isascii())
    + r")(?![^\W\d_])",
    re.IGNORECASE,
)


# ISO 6709, annex H: "+352009.2+0400827.0/", "+35.33588+040.14084/". Signs and digit counts settle everything.
_ISO_6709 = re.compile(
    r"^([+-])(\d{2}|\d{4}|\d{6})(\.\d+)?([+-])(\d{3}|\d{5}|\d{7})(\.\d+)?(?:CRSWGS_84)?/?$", re.ASCII
)


def _lettered(iso: re.Match[str]) -> str:
    ns, ew = "N" if iso[1] == "+" else "S", "E" if iso[4] == "+" else "W"
    return f"{iso[2]}{iso[3] or ''}{ns} {iso[5]}{iso[6] or ''}{ew}"


def _fold(text: str) -> str:
    """The text with ASCII digits, one mark per meaning and single spaces; letter case kept."""
    if len(text) > _LONGEST:
        raise InputError(
            "coordinate-not-understood",
            f"Expected a coordinate of at most {_LONGEST} characters, found {len(text)}.",
            expected="a coordinate",
            found=text[:40] + "…",
        )
    require_seen(text, "coordinate")
    out = []
    for char in text:
        mark = _MARKS.get(char)
        if mark is not None:
            out.append(mark)
        elif char.isascii():
            out.append(char if char.isprintable() else " ")
        elif (digit := unicodedata.decimal(char, None)) is not None:
            out.append(str(digit))
        elif unicodedata.category(char) in ("Zs", "Zl", "Zp"):
            out.append(" ")
        elif unicodedata.category(char) not in ("Cf", "Mn", "Me"):  # bidi marks, joiners, Arabic vowels
            out.append(char)
    plain = "".join(out).replace("''", _SECOND).replace("ـ", "")
    plain = " ".join(plain.split()).lstrip(" ;,([").rstrip(" .;,)]")
    if not plain:
        raise InputError(
            "coordinate-empty", "Expected a coordinate, found nothing.", expected="a coordinate", found=text
        )
    return plain


# --- degrees, minutes and seconds -------------------------------------------------------------------------

_TOKEN = re.compile(r"(?P<number>\d+(?:\.\d+)?)|(?P<mark>[°'\"NSEWnsewDdMmφλ+\-,;/|:=])|(?P<space>\s+)|(?P<other>.)")
_AXIS: dict[str, Literal["latitude", "longitude"]] = {
    **dict.fromkeys("NSφ", "latitude"),
    **dict.fromkeys("EWλ", "longitude"),
}
_TWO_LETTERS = re.compile(r"[A-Za-z]{2}")
_PLAIN = re.compile(r"[+-]?(\d{1,3})(?:\.(\d+))?", re.ASCII)
_LETTERS = "NSEW"
_LABELS = "φλ"
_SEPARATORS = ",;/|"
_UNITS = (_DEGREE, _MINUTE, _SECOND)
_PER_DEGREE = (1, 60, 3600)
_LIMIT = {"latitude": 90, "longitude": 180}
_PACKED_DIGITS = {"latitude": (2, 4, 6), "longitude": (3, 5, 7)}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "number", or the mark itself
    text: str
    spaced: bool  # white space stands before it


@dataclass(frozen=True, slots=True)
class _Angle:
    degrees: float
    precision_deg: float
    form: Form
    axis: Literal["latitude", "longitude"]
    lettered: bool = False


class _Unreadable(Exception):
    """Why one reading of a text fails; becomes an `InputError` when every reading does."""

    def __init__(self, why: str, code: str = "coordinate-not-understood") -> None:
        super().__init__(why)
        self.code = code


def _readings(text: str, plain: str, wanted: str, read: Callable[[list[_Token]], _T]) -> _T:
    """The one reading of the text, taking a comma between digits for a decimal comma, or for a separator.

    A text with a decimal point has no decimal commas. Otherwise both are tried: when both give a
    position, and not the same one, the text is ambiguous.
    """
    variants = [plain]
    if not re.search(r"\d\.\d", plain) and re.search(r"\d,\d", plain):
        variants.append(re.sub(r"(?<=\d),(?=\d)", ".", plain))
    results: list[_T] = []
    refusal: _Unreadable | None = None
    for variant in variants:
        try:
            result = read(_tokens(variant))
        except _Unreadable as unreadable:
            # The reading that got past the commas has the better reason.
            refusal = unreadable
            continue
        if result not in results:
            results.append(result)
    if len(results) > 1:
        raise InputError(
            "coordinate-ambiguous",
            f"“{text}” can be read in two ways: the commas may be decimal commas or separators. "
            "Write decimal points, or a semicolon between the two coordinates.",
            expected=wanted,
            found=text,
        )
    if not results:
        code = refusal.code if refusal else "coordinate-not-understood"
        raise InputError(code, f"Expected {wanted}, found “{text}”: {refusal}.", expected=wanted, found=text)
    return results[0]


def _tokens(plain: str) -> list[_Token]:
    tokens: list[_Token] = []
    spaced = False
    if not plain.isascii() or _TWO_LETTERS.search(plain):
        plain = _WORD.sub(lambda word: f" {_WORDS[word[0].casefold()]} ", plain)
    for match in _TOKEN.finditer(plain):
        if match["space"]:
            spaced = True
        elif match["other"]:
            if match["other"] in "oO":
                raise _Unreadable(
                    "the letter O is west in French and Spanish and east in German", "coordinate-ambiguous"
                )
            raise _Unreadable(f"“{match['other']}” has no meaning in a coordinate")
        else:
            kind = "number" if match["number"] else _SYMBOL.get(match[0], match[0])
            tokens.append(_Token(kind, match[0], spaced))
            spaced = False
    return _settle_s(tokens)


def _settle_s(tokens: list[_Token]) -> list[_Token]:
    """Decide for each S or s whether it is south or the mark of seconds, where the text says so."""
    settled = list(tokens)
    for i, token in enumerate(tokens):
        if token.kind not in ("s", "S"):
            continue
        after_minutes = i > 1 and tokens[i - 1].kind == "number" and tokens[i - 2].kind == _MINUTE
        letter_follows = i + 1 < len(tokens) and tokens[i + 1].kind in _LETTERS + "s"
        if after_minutes and letter_follows:
            settled[i] = _Token(_SECOND, token.text, token.spaced)
        elif after_minutes and not token.spaced and (token.kind == "s" or tokens[i - 2].text in "mM"):
            raise _Unreadable(f"the “{token.text}” may mean seconds or south", "coordinate-ambiguous")
        else:
            settled[i] = _Token("S", token.text, token.spaced)
    return settled


def _read_cell(text: str, axis: Literal["latitude", "longitude"]) -> WrittenAngle:
    number = _PLAIN.fullmatch(text)
    if number and abs(float(text)) <= _LIMIT[axis]:  # nearly every cell of a long table
        precision_deg = math.pow(10.0, -len(number[2] or ""))
        return WrittenAngle(text, Form.DECIMAL, axis, float(text) + 0.0, precision_deg, lettered=False)
    plain = _fold(text)
    wanted = f"a {axis}"
    angle = _readings(text, plain, wanted, lambda tokens: _angle(tokens, axis))
    assumed: tuple[Assumed, ...] = ()
    degrees = angle.degrees
    if axis == "longitude" and degrees > 180:
        degrees -= 360.0
        assumed = (Assumed.LONGITUDE_TURN,)
    return WrittenAngle(text, angle.form, axis, degrees, angle.precision_deg, angle.lettered, assumed)


def _read_pair(tokens: list[_Token], order: AxisOrder) -> tuple[_Angle, _Angle, bool]:
    """Two angles in the order of the text, and whether that order had to be assumed."""
    halves = _halves(tokens)
    axes = [_named_axis(half) for half in halves]
    assumed = axes == [None, None]
    if assumed:
        axes = ["latitude", "longitude"] if order is AxisOrder.LAT_LON else ["longitude", "latitude"]
    first, second = axes
    if first is None or second is None:
        raise _Unreadable("only one of the two coordinates has a letter or a label", "coordinate-ambiguous")
    if first == second:
        raise _Unreadable(f"both coordinates are marked as a {first}", "coordinate-axis")
    try:
        return _angle(halves[0], first), _angle(halves[1], second), assumed
    except _Unreadable as unreadable:
        if not assumed or unreadable.code != "coordinate-range":
            raise
        hint = f"{unreadable}; two bare numbers are read as {order.value.replace(' ', ', then ')}"
        raise _Unreadable(hint, "coordinate-range") from None


def _named_axis(tokens: list[_Token]) -> Literal["latitude", "longitude"] | None:
    named = {_AXIS[token.kind] for token in tokens if token.kind in _AXIS}
    if len(named) > 1:
        raise _Unreadable("a label and a letter contradict each other", "coordinate-axis")
    return named.pop() if named else None


def _halves(tokens: list[_Token]) -> tuple[list[_Token], list[_Token]]:
    """Cut the tokens into the two coordinates."""
    kinds = [token.kind for token in tokens]
    if not kinds:
        raise _Unreadable("it holds no number")
    for names in (_LABELS, _LETTERS):
        at = [i for i, kind in enumerate(kinds) if kind in names]
        if len(at) > 2:
            raise _Unreadable("it has more than two letters or labels")
        if len(at) == 2:
            cut = at[1] if at[0] == 0 else at[0] + 1
            return _trim(tokens[:cut]), _trim(tokens[cut:])
    groups: list[list[_Token]] = [[]]
    for token in tokens:
        if token.kind in _SEPARATORS:
            groups.append([])
        else:
            groups[-1].append(token)
    if len(groups) == 2:
        return groups[0], groups[1]
    if len(groups) > 2:
        raise _Unreadable(f"it has {len(groups)} parts where a latitude and a longitude were expected")
    cut = _second_start(tokens, kinds)
    return tokens[:cut], tokens[cut:]


def _second_start(tokens: list[_Token], kinds: list[str]) -> int:
    """Where the second coordinate begins when neither letters nor separators say so."""
    degree_marks = [i for i, kind in enumerate(kinds) if kind == _DEGREE]
    if len(degree_marks) == 2:
        cut = degree_marks[1] - 1
        return cut - 1 if kinds[cut - 1] in "+-" else cut
    signs = [i for i, kind in enumerate(kinds) if i and kind in "+-" and tokens[i].spaced]
    if len(signs) == 1:
        return signs[0]
    if ":" in kinds:
        starts = [i for i in range(1, len(kinds)) if kinds[i] == kinds[i - 1] == "number"]
        if len(starts) == 1:
            return starts[0]
    numbers = [i for i, kind in enumerate(kinds) if kind == "number"]
    if len(numbers) in (2, 4, 6) and not set(kinds) - {"number", "+", "-"}:
        cut = numbers[len(numbers) // 2]
        return cut - 1 if kinds[cut - 1] in "+-" and tokens[cut - 1].spaced else cut
    raise _Unreadable("it is not clear where the first coordinate ends and the second begins")


def _trim(tokens: list[_Token]) -> list[_Token]:
    """Without separators at either end, and without the one before a letter ("4807.038,N")."""
    kept = [
        token
        for i, token in enumerate(tokens)
        if token.kind not in _SEPARATORS or (i + 1 < len(tokens) and tokens[i + 1].kind not in _LETTERS)
    ]
    while kept and kept[0].kind in _SEPARATORS:
        kept.pop(0)
    return kept


def _angle(tokens: list[_Token], axis: Literal["latitude", "longitude"]) -> _Angle:
    """One coordinate from its tokens: sign or letter, then degrees, minutes and seconds in that order."""
    rest, letter = _take_letter(tokens, axis)
    sign = rest.pop(0).kind if rest and rest[0].kind in "+-" else ""
    if sign == "-" and letter:
        raise _Unreadable(f"a minus sign and the letter {letter} together", "coordinate-sign")
    values, form = _components(rest, axis, lettered=bool(letter))
    degrees = 0.0
    for (digits, unit), limit in zip(values, (360, 60, 60), strict=False):
        value = float(digits)
        if unit and value >= limit:
            raise _Unreadable(f"{digits} {('', 'minutes', 'seconds')[unit]} is 60 or more", "coordinate-range")
        degrees += value / _PER_DEGREE[unit]
    turn = axis == "longitude" and sign != "-" and letter != "W"
    if degrees > (360 if turn else _LIMIT[axis]):
        raise _Unreadable(f"a {axis} of {degrees:g} degrees does not exist", "coordinate-range")
    last, unit = values[-1]
    decimals = len(last.partition(".")[2])
    negative = sign == "-" or letter in ("S", "W")
    return _Angle(
        degrees=-degrees if negative and degrees else degrees,
        precision_deg=math.pow(10.0, -decimals) / _PER_DEGREE[unit],
        form=form,
        axis=axis,
        lettered=bool(letter),
    )


def _take_letter(tokens: list[_Token], axis: str) -> tuple[list[_Token], str]:
    """The tokens without label and letter, and the letter ("" if none), which must be of this axis."""
    rest = list(tokens)
    for end in (0, -1):
        if rest and rest[end].kind in _LABELS:
            if _AXIS[rest[end].kind] != axis:
                raise _Unreadable(f"it is labelled as a {_AXIS[rest[end].kind]}", "coordinate-axis")
            rest.pop(end)
            if rest and rest[end].kind in ":=":
                rest.pop(end)
    letter = ""
    for end in (0, -1):
        if rest and rest[end].kind in _LETTERS:
            if letter:
                raise _Unreadable("one coordinate with two letters")
            letter = rest.pop(end).kind
            if _AXIS[letter] != axis:
                raise _Unreadable(f"the letter {letter} marks a {_AXIS[letter]}", "coordinate-axis")
    while rest and rest[-1].kind in _SEPARATORS:
        rest.pop()
    return rest, letter


def _components(
    tokens: list[_Token], axis: Literal["latitude", "longitude"], *, lettered: bool
) -> tuple[list[tuple[str, int]], Form]:
    """The numbers with the index of their unit (0 degrees, 1 minutes, 2 seconds), and the form."""
    if len(tokens) == 1 and tokens[0].kind == "number":
        whole, _, decimals = tokens[0].text.partition(".")
        if len(whole) > len(str(_LIMIT[axis])):
            return _unpack(whole, decimals, axis, lettered=lettered)
        return [(tokens[0].text, 0)], Form.DECIMAL
    values: list[tuple[str, int]] = []
    i = 0
    while i < len(tokens):
        if tokens[i].kind != "number":
            raise _Unreadable(f"a “{tokens[i].text}” where a number was expected")
        unit = len(values)
        if unit > 2:
            raise _Unreadable("more than degrees, minutes and seconds in one coordinate")
        if values and "." in values[-1][0]:
            raise _Unreadable(f"{values[-1][0]} has decimals and is not the last part of its coordinate")
        values.append((tokens[i].text, unit))
        i += 1
        if i < len(tokens) and tokens[i].kind in _UNITS:
            if _UNITS[unit] != tokens[i].kind:
                raise _Unreadable(f"the mark {tokens[i].text} does not belong to part {unit + 1} of a coordinate")
            i += 1
        elif i + 1 < len(tokens) and tokens[i].kind in ":-" and not tokens[i].spaced:
            i += 1
    if not values:
        raise _Unreadable("a coordinate without a number")
    return values, (Form.DECIMAL, Form.DDM, Form.DMS)[len(values) - 1]


def _unpack(
    whole: str, decimals: str, axis: Literal["latitude", "longitude"], *, lettered: bool
) -> tuple[list[tuple[str, int]], Form]:
    """DDMM or DDMMSS for a latitude, DDDMM or DDDMMSS for a longitude, decimals on the last part."""
    if not lettered:
        raise _Unreadable(
            f"a {axis} of {whole} degrees does not exist; a packed one needs its letter", "coordinate-range"
        )
    if len(whole) not in _PACKED_DIGITS[axis]:
        wanted = " or ".join(str(n) for n in _PACKED_DIGITS[axis][1:])
        raise _Unreadable(f"a packed {axis} has {wanted} digits before the point, this one {len(whole)}")
    head = _PACKED_DIGITS[axis][0]
    parts = [whole[:head], whole[head : head + 2], whole[head + 2 :]]
    values = [(part, unit) for unit, part in enumerate(parts) if part]
    if decimals:
        values[-1] = (f"{values[-1][0]}.{decimals}", values[-1][1])
    return values, Form.PACKED


def _wider(a: Form, b: Form) -> Form:
    """The form of a pair: that of the two that has more parts ("46N 00715E" is packed)."""
    ranks = (Form.DECIMAL, Form.DDM, Form.DMS, Form.PACKED)
    return max(a, b, key=ranks.index)


def _precision_m(lat: _Angle, lon: _Angle) -> float:
    """Ground length in metres of the last digit's unit, the larger of the two axes."""
    sin_lat = math.sin(math.radians(lat.degrees))
    w2 = 1 - grids.E2 * sin_lat * sin_lat
    meridian = grids.A * (1 - grids.E2) / (w2 * math.sqrt(w2))
    parallel = grids.A / math.sqrt(w2) * math.cos(math.radians(lat.degrees))
    return max(math.radians(lat.precision_deg) * meridian, math.radians(lon.precision_deg) * parallel)


# --- grids ----------------------------------------------------------------------------------------------

_MGRS = re.compile(
    r"(?:MGRS[ :]*)?(?:(?P<zone>\d{1,2})[ -]?(?P<band>[C-HJ-NP-X])|(?P<polar>[ABYZ]))"
    r"[ -]?(?P<column>[A-HJ-NP-Z]) ?(?P<row>[A-HJ-NP-Z])(?P<digits>(?:[ -]?\d+){0,2})"
)
_MGRS_LIKE = re.compile(r"(?:MGRS[ :]*)?\d{1,2}[ -]?[A-Z][ -]?[A-Z] ?[A-Z][ \d]*")
_EASTING = r"(?P<easting>\d{5,7}(?:\.\d+)?) ?M?"
_NORTHING = r"(?P<northing>\d{1,8}(?:\.\d+)?) ?M?"  # few digits near the equator
_UTM_ZONE = r"(?:ZONE[ :]*)?(?P<zone>\d{1,2}) ?-?(?P<letter>NORTH(?:ERN)?|SOUTH(?:ERN)?|[C-HJ-NP-X])(?: HEMISPHERE)?"
_UTM_EN = (
    r"(?:E(?:ASTING)?[ :=]*)?" + _EASTING + r" ?E?"
    r"[ ,;/]+(?:N(?:ORTHING)?[ :=]*)?" + _NORTHING + r" ?N?"
)
_UTM = tuple(
    re.compile(r"(?:UTM[ :,]*)?" + layout)
    for layout in (_UTM_ZONE + r"[ ,;:]+" + _UTM_EN, _UTM_EN + r"[ ,;:]+(?:UTM[ :,]*)?" + _UTM_ZONE)
)


def _read_mgrs(text: str, plain: str) -> Written | None:
    upper = plain.upper()
    match = _MGRS.fullmatch(upper)
    if match is None:
        if _MGRS_LIKE.fullmatch(upper):
            raise InputError(
                "mgrs-square",
                f"“{text}” looks like MGRS, but has a letter that MGRS does not use there (I and O never; "
                "latitude bands C to X).",
                expected="an MGRS reference such as 37S FV 03705 11334",
                found=text,
            )
        return None
    groups = re.findall(r"\d+", match["digits"])
    if match["polar"] and not groups and not upper.startswith("MGRS"):  # "Aba" is a town
        return None
    joined = "".join(groups)
    if len(joined) % 2 or len(joined) > 10 or (len(groups) == 2 and len(groups[0]) != len(groups[1])):
        raise InputError(
            "mgrs-digits",
            f"Expected an even number of at most 10 digits after the MGRS letters, found “{joined}”.",
            expected="0, 2, 4, 6, 8 or 10 digits, half of them easting",
            found=text,
        )
    zone = int(match["zone"] or 0)
    if match["zone"] and not 1 <= zone <= 60:
        raise InputError("mgrs-square", f"Zone {zone} does not exist.", expected="zone 1 to 60", found=text)
    if match["zone"] and match["row"] > "V":
        raise InputError("mgrs-square", "Row letters end at V.", expected="a row letter A to V", found=text)
    half = len(joined) // 2
    square = grids.from_mgrs(
        zone, match["band"] or match["polar"], match["column"], match["row"], joined[:half], joined[half:]
    )
    assumed = (
        *((Assumed.GRID_BAND,) if square.outside_band else ()),
        *((Assumed.GRID_ZONE,) if square.outside_zone else ()),
    )
    return Written(text, Form.MGRS, AxisOrder.EASTING_NORTHING, square.lon, square.lat, square.side_m, assumed)


def _read_utm(text: str, plain: str) -> Written | None:
    upper = plain.upper()
    match = next((found for layout in _UTM if (found := layout.fullmatch(upper))), None)
    if match is None:
        return None
    zone, letter = int(match["zone"]), match["letter"]
    easting, northing = float(match["easting"]), float(match["northing"])
    if not (1 <= zone <= 60 and 100_000 <= easting <= 900_000 and northing <= 10_000_000):
        raise InputError(
            "utm-range",
            f"Expected UTM zone 1 to 60, easting 100 000 to 900 000 m and northing up to 10 000 000 m, found “{text}”.",
            expected="zone 1 to 60, easting 100000 to 900000, northing 0 to 10000000",
            found=text,
        )
    assumed: list[Assumed] = []
    north = letter.startswith("NORTH") if len(letter) > 1 else letter >= "N"
    lon, lat = grids.from_utm(grids.GridPoint(zone, north, easting, northing))
    if len(letter) > 1:  # a hemisphere in words
        pass
    elif _band_gap_deg(letter, lat) <= 0:
        if letter == "S":
            assumed.append(Assumed.UTM_BAND)
    elif letter in "NS":  # not in band N or S, so the hemisphere is meant
        lon, lat = grids.from_utm(grids.GridPoint(zone, letter == "N", easting, northing))
    elif _band_gap_deg(letter, lat) < 0.5:
        assumed.append(Assumed.GRID_BAND)
    else:
        south, north = grids.band_limits(letter)
        raise InputError(
            "utm-range",
            f"A northing of {northing:.0f} m lies at latitude {lat:.2f}, not in band {letter} "
            f"({south:g} to {north:g} degrees).",
            expected=f"a northing in band {letter}",
            found=text,
        )
    if not -80.5 <= lat <= 84.5:
        raise InputError(
            "utm-range",
            f"UTM covers latitudes -80 to 84; a northing of {northing:.0f} m lies at {lat:.2f}.",
            expected="a latitude from -80 to 84",
            found=text,
        )
    if grids.zone_of(lon, min(lat, 83.9)) != zone:
        assumed.append(Assumed.GRID_ZONE)
    decimals = min(len(match[name].partition(".")[2]) for name in ("easting", "northing"))
    return Written(text, Form.UTM, AxisOrder.EASTING_NORTHING, lon, lat, math.pow(10.0, -decimals), tuple(assumed))


def _band_gap_deg(band: str, lat: float) -> float:
    """How far a latitude lies outside a band, in degrees; 0 or less inside."""
    south, north = grids.band_limits(band)
    return max(south - lat, lat - north)


# --- writing --------------------------------------------------------------------------------------------


def _ns(lat: float) -> str:
    return "S" if lat < 0 else "N"


def _ew(lon: float) -> str:
    return "W" if lon < 0 else "E"


def _split(angle: float, per: int, decimals: int) -> tuple[int, float]:
    """Whole units and the rest in 1/`per`, rounded so that the rest never prints as 60."""
    total = round(abs(angle) * per, decimals)
    whole = int(total // per)
    return whole, total - whole * per


def _sexagesimal(angle: float, letter: str, decimals: int, width: int, degrees_width: int, *, packed: bool) -> str:
    minutes, seconds = _split(abs(angle) * 60, 60, decimals)
    degrees, minutes = divmod(minutes, 60)
    if packed:
        return f"{degrees:0{degrees_width}d}{minutes:02d}{seconds:0{width}.{decimals}f}{letter}"
    return f"{degrees}°{minutes:02d}'{seconds:0{width}.{decimals}f}\"{letter}"
