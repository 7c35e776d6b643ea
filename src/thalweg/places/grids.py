"""Military and map grids on WGS84: UTM, the polar UPS, and MGRS on both. Scalars in, scalars out.

Written here rather than taken from a library: `pygeodesy` costs 10 MB and 70 ms of a start that may take
one second, `mgrs` needs a compiled C library, `utm` does not know MGRS, and none of them says how large
the square is or that it lies outside its band; the mathematics is two short series. Transverse Mercator
is Krüger's series to sixth order in the third flattening: C. F. F. Karney, "Transverse Mercator with an
accuracy of a few nanometers", J. Geodesy 85 (2011), eqs 7-36. The polar stereographic is closed but for
the conformal latitude (Snyder 1987, eqs 21-33 to 21-38). The lettering is that of NGA.STND.0037 (2014),
sections 3 and 4, "AA" scheme.

Angles are degrees, lengths metres. Eastings and northings carry the false origins of the grid.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

from thalweg.model.errors import InputError

A = 6378137.0  # WGS84
F = 1 / 298.257223563
E2 = F * (2 - F)
_E = math.sqrt(E2)
_K0_UTM = 0.9996
_K0_UPS = 0.994
_FALSE_UPS = 2_000_000.0

_N = F / (2 - F)
_RECTIFYING_RADIUS = A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64 + _N**6 / 256)
_SCALE_UTM = _K0_UTM * _RECTIFYING_RADIUS
_ALPHA = (
    _N * (1 / 2 + _N * (-2 / 3 + _N * (5 / 16 + _N * (41 / 180 + _N * (-127 / 288 + _N * 7891 / 37800))))),
    _N**2 * (13 / 48 + _N * (-3 / 5 + _N * (557 / 1440 + _N * (281 / 630 - _N * 1983433 / 1935360)))),
    _N**3 * (61 / 240 + _N * (-103 / 140 + _N * (15061 / 26880 + _N * 167603 / 181440))),
    _N**4 * (49561 / 161280 + _N * (-179 / 168 + _N * 6601661 / 7257600)),
    _N**5 * (34729 / 80640 - _N * 3418889 / 1995840),
    _N**6 * 212378941 / 319334400,
)
_ALPHA_FALLING = _ALPHA[::-1]
_BETA = (
    _N * (1 / 2 + _N * (-2 / 3 + _N * (37 / 96 + _N * (-1 / 360 + _N * (-81 / 512 + _N * 96199 / 604800))))),
    _N**2 * (1 / 48 + _N * (1 / 15 + _N * (-437 / 1440 + _N * (46 / 105 - _N * 1118711 / 3870720)))),
    _N**3 * (17 / 480 + _N * (-37 / 840 + _N * (-209 / 4480 + _N * 5569 / 90720))),
    _N**4 * (4397 / 161280 + _N * (-11 / 504 - _N * 830251 / 7257600)),
    _N**5 * (4583 / 161280 - _N * 108847 / 3991680),
    _N**6 * 20648693 / 638668800,
)

BANDS = "CDEFGHJKLMNPQRSTUVWX"
_COLUMNS = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")  # by zone modulo 3
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
# Polar zone: column letters from the easting of the first one, row letters from the northing of "A".
_POLAR = {
    "A": ("JKLPQRSTUXYZ", 800_000.0, "ABCDEFGHJKLMNPQRSTUVWXYZ", 800_000.0),
    "B": ("ABCFGHJKLPQR", 2_000_000.0, "ABCDEFGHJKLMNPQRSTUVWXYZ", 800_000.0),
    "Y": ("JKLPQRSTUXYZ", 800_000.0, "ABCDEFGHJKLMNP", 1_300_000.0),
    "Z": ("ABCFGHJ", 2_000_000.0, "ABCDEFGHJKLMNP", 1_300_000.0),
}


@dataclass(frozen=True, slots=True)
class GridPoint:
    """A point of a grid. `zone` is 1 to 60 for UTM and 0 for UPS."""

    zone: int
    north: bool
    easting: float
    northing: float


@dataclass(frozen=True, slots=True)
class Square:
    """An MGRS square: its centre in degrees, its side in metres, and what is odd about the reference.

    `outside_band` says that the square lies outside the latitude band whose letter it carries, by less
    than its 100 km square does; `outside_zone` that its centre lies outside its zone's meridians. Both
    are read as written, because people extend a grid over its edge, and both deserve a question.
    """

    lon: float
    lat: float
    side_m: float
    outside_band: bool = False
    outside_zone: bool = False


_SOUTHERN_TOP = 10_000_000.0  # false northing of the southern hemisphere: the equator, seen from there


def zone_of(lon: float, lat: float) -> int:
    """The UTM zone of a position, with the exceptions of south-west Norway (32V) and Svalbard."""
    lon = (lon + 180.0) % 360.0 - 180.0
    zone = min(int((lon + 180.0) // 6) + 1, 60)
    if 56 <= lat < 64 and 3 <= lon < 12:
        return 32
    if 72 <= lat <= 84 and 0 <= lon < 42:
        return 31 if lon < 9 else 33 if lon < 21 else 35 if lon < 33 else 37
    return zone


def band_of(lat: float) -> str:
    """The MGRS latitude band letter for -80 to 84 degrees."""
    return BANDS[min(int((lat + 80) // 8), 19)]


def to_utm(lon: float, lat: float, zone: int) -> GridPoint:
    """UTM coordinates in the given zone; 5 nm within 3 900 km of the zone's central meridian."""
    return GridPoint(zone, lat >= 0, *_transverse(lon, lat, zone))


def _transverse(lon: float, lat: float, zone: int) -> tuple[float, float]:
    """Easting and northing of `to_utm`."""
    lam = math.radians(_wrap(lon - (6 * zone - 183)))
    taup = _conformal(math.tan(math.radians(lat)))
    cos_lam = math.cos(lam)
    xip = math.atan2(taup, cos_lam)
    etap = math.asinh(math.sin(lam) / math.hypot(taup, cos_lam))
    # Karney's sums, of alpha_j sin 2jz over complex z, by Clenshaw's recurrence: two functions for twenty-four.
    z = complex(xip, etap)
    twice = 2 * cmath.cos(2 * z)
    this = before = 0j
    for alpha in _ALPHA_FALLING:
        this, before = alpha + twice * this - before, this
    z += cmath.sin(2 * z) * this
    return 500_000.0 + _SCALE_UTM * z.imag, _SCALE_UTM * z.real + (0.0 if lat >= 0 else 10_000_000.0)


def from_utm(point: GridPoint) -> tuple[float, float]:
    """Longitude and latitude of a UTM point."""
    xi = (point.northing - (0.0 if point.north else 10_000_000.0)) / _SCALE_UTM
    eta = (point.easting - 500_000.0) / _SCALE_UTM
    xip, etap = xi, eta
    for j, beta in enumerate(_BETA, start=1):
        xip -= beta * math.sin(2 * j * xi) * math.cosh(2 * j * eta)
        etap -= beta * math.cos(2 * j * xi) * math.sinh(2 * j * eta)
    sinh_etap = math.sinh(etap)
    tau = _geodetic(math.sin(xip) / math.hypot(sinh_etap, math.cos(xip)))
    lam = math.atan2(sinh_etap, math.cos(xip))
    return _wrap(math.degrees(lam) + 6 * point.zone - 183), math.degrees(math.atan(tau))


def to_ups(lon: float, lat: float, *, north: bool) -> GridPoint:
    """Universal polar stereographic coordinates about the given pole."""
    taup = _conformal(math.tan(math.radians(abs(lat) if (lat >= 0) == north else -abs(lat))))
    t = 1 / (math.hypot(1.0, taup) + taup) if taup >= 0 else math.hypot(1.0, taup) - taup
    rho = _ups_scale() * t
    lam = math.radians(lon)
    y = -rho * math.cos(lam) if north else rho * math.cos(lam)
    return GridPoint(0, north, _FALSE_UPS + rho * math.sin(lam), _FALSE_UPS + y)


def from_ups(point: GridPoint) -> tuple[float, float]:
    """Longitude and latitude of a UPS point; the pole itself has longitude 0."""
    x, y = point.easting - _FALSE_UPS, point.northing - _FALSE_UPS
    t = math.hypot(x, y) / _ups_scale()
    if t == 0:
        return 0.0, 90.0 if point.north else -90.0
    lat = math.degrees(math.atan(_geodetic((1 / t - t) / 2)))
    return math.degrees(math.atan2(x, -y if point.north else y)), lat if point.north else -lat


def to_mgrs(lon: float, lat: float, digits: int = 5) -> str:
    """The MGRS reference of the square of 10**(5-digits) metres that holds the position, unspaced.

    Truncated as the standard wants, never rounded, so that the square does hold the position.
    """
    if -80 <= lat <= 84:
        zone = zone_of(lon, lat)
        east, north = map(_whole, _transverse(lon, lat, zone))
        if lat < 0 and north >= _SOUTHERN_TOP:  # within rounding of the equator, which is band N
            return to_mgrs(lon, 0.0, digits)
        prefix = f"{zone:02d}{band_of(lat)}"
        column = _COLUMNS[zone % 3][east // 100_000 - 1]
        row = _ROWS[(north // 100_000 + (0 if zone % 2 else 5)) % 20]
    else:
        point = to_ups(lon, lat, north=lat > 0)
        east, north = _whole(point.easting), _whole(point.northing)
        eastern = east >= _FALSE_UPS
        prefix = ("Z" if eastern else "Y") if lat > 0 else ("B" if eastern else "A")
        columns, first_easting, rows, first_northing = _POLAR[prefix]
        column = columns[int((east - first_easting) // 100_000)]
        row = rows[int((north - first_northing) // 100_000)]
    easting, northing = f"{east % 100_000:05d}", f"{north % 100_000:05d}"
    return f"{prefix}{column}{row}{easting[:digits]}{northing[:digits]}"


def from_mgrs(zone: int, band: str, column: str, row: str, easting: str, northing: str) -> Square:
    """The square of an MGRS reference already taken apart (`zone` 0 for the polar bands A, B, Y, Z).

    Refuses with `mgrs-square` a 100 km square that does not exist in that zone and band.
    """
    side = 10.0 ** (5 - len(easting))
    e_in, n_in = (int(part) * side if part else 0.0 for part in (easting, northing))
    if zone == 0:
        return _from_polar_mgrs(band, column, row, e_in, n_in, side)
    name = f"{zone}{band}{column}{row}"
    columns = _COLUMNS[zone % 3]
    if column not in columns:
        raise InputError(
            "mgrs-square",
            f"There is no 100 km square {column}{row} in zone {zone}: its columns are {columns[0]} to {columns[-1]}.",
            expected=f"a column letter {columns[0]} to {columns[-1]}",
            found=name,
        )
    e0 = (columns.index(column) + 1) * 100_000.0
    n0 = ((_ROWS.index(row) - (0 if zone % 2 else 5)) % 20) * 100_000.0
    south, north = band_limits(band)
    is_north = band >= "N"
    for cycle in range(5):  # row letters repeat every 2 000 km; the band letter says which cycle
        base = n0 + cycle * 2_000_000.0
        reach = _latitudes(zone, e0, base, 100_000.0, north=is_north)
        if reach[1] > south and reach[0] < north:
            low, high = _latitudes(zone, e0 + e_in, base + n_in, side, north=is_north)
            lon, lat = from_utm(GridPoint(zone, is_north, e0 + e_in + side / 2, base + n_in + side / 2))
            slack_deg = 1e-4  # 11 m: an edge is an edge to the precision of the software that wrote it
            return Square(
                lon,
                lat,
                side,
                outside_band=high < south - slack_deg or low > north + slack_deg,
                outside_zone=side <= 10_000 and _outside_zone(zone, lon, lat),
            )
    raise InputError(
        "mgrs-square",
        f"There is no 100 km square {column}{row} in zone {zone}, latitude band {band} "
        f"({south:g} to {north:g} degrees).",
        expected=f"a row letter of zone {zone}, band {band}",
        found=name,
    )


def band_limits(band: str) -> tuple[float, float]:
    """South and north edge of a latitude band in degrees; band X is 12 degrees high."""
    south = -80.0 + 8 * BANDS.index(band)
    return south, 84.0 if band == "X" else south + 8


def _from_polar_mgrs(band: str, column: str, row: str, e_in: float, n_in: float, side: float) -> Square:
    columns, first_easting, rows, first_northing = _POLAR[band]
    if column not in columns or row not in rows:
        raise InputError(
            "mgrs-square",
            f"There is no 100 km square {column}{row} in the polar zone {band}.",
            expected=f"a column of {columns} and a row of {rows}",
            found=f"{band}{column}{row}",
        )
    easting = first_easting + columns.index(column) * 100_000.0 + e_in + side / 2
    northing = first_northing + rows.index(row) * 100_000.0 + n_in + side / 2
    lon, lat = from_ups(GridPoint(0, band > "B", easting, northing))
    reach = math.degrees(side * math.sqrt(0.5) / A) + 1e-4
    edge = 84.0 if band > "B" else 80.0
    return Square(lon, lat, side, outside_band=abs(lat) < edge - reach)


def _latitudes(zone: int, easting: float, northing: float, side: float, *, north: bool) -> tuple[float, float]:
    """Lowest and highest latitude of a square's corners and of its sides where they cross the meridian."""
    lats = []
    for e in (easting, easting + side / 2, easting + side):
        for n in (northing, northing + side):
            lats.append(from_utm(GridPoint(zone, north, e, n))[1])
    return min(lats), max(lats)


def _outside_zone(zone: int, lon: float, lat: float) -> bool:
    slack_deg = 1e-4 / max(math.cos(math.radians(lat)), 1e-3)
    if zone_of(lon, lat) == zone:
        return False
    return all(zone_of(lon + step, lat) != zone for step in (-slack_deg, slack_deg))


def _whole(metres: float) -> int:
    """Whole metres, truncated once they are rounded to a micrometre, so that it does not turn on the last bit of a
    float."""
    whole = math.floor(metres)
    return whole if 1e-5 < metres - whole < 1 - 1e-5 else math.floor(round(metres, 6))


def _ups_scale() -> float:
    return 2 * _K0_UPS * A / math.sqrt((1 + _E) ** (1 + _E) * (1 - _E) ** (1 - _E))


def _conformal(tau: float) -> float:
    """Tangent of the conformal latitude from that of the geodetic one (Karney 2011, eqs 7-9)."""
    secant = math.hypot(1.0, tau)
    sigma = math.sinh(_E * math.atanh(_E * tau / secant))
    return tau * math.hypot(1.0, sigma) - sigma * secant


def _geodetic(taup: float) -> float:
    """The inverse of `_conformal` by Newton's method (Karney 2011, eqs 19-21); three steps suffice."""
    tau = taup / (1 - E2) if abs(taup) < 70 else taup * math.exp(_E * math.atanh(_E))
    for _ in range(6):
        now = _conformal(tau)
        step = (taup - now) / math.hypot(1.0, now) * (1 + (1 - E2) * tau * tau) / ((1 - E2) * math.hypot(1.0, tau))
        tau += step
        if abs(step) < 1e-12 * max(1.0, abs(tau)):
            break
    return tau


def _wrap(lon: float) -> float:
    """Longitude in (-180, 180]."""
    wrapped = math.fmod(lon, 360.0)
    if wrapped > 180.0:
        return wrapped - 360.0
    return wrapped + 360.0 if wrapped <= -180.0 else wrapped
