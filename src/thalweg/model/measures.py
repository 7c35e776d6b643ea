"""Measures: heights with their datum. Metres inside; what was written is kept by the declaration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

from thalweg.model.errors import ValueRefused

METRES_PER_FOOT = 0.3048  # international foot, exact since 1959
METRES_PER_NAUTICAL_MILE = 1852.0  # exact, 1929 Monaco conference
METRES_PER_STATUTE_MILE = 1609.344


class Datum(StrEnum):
    """What a height is measured from (DESIGN.md section 6; R27)."""

    WGS84 = "WGS84"  # ellipsoidal
    EGM96 = "EGM96"  # above mean sea level; "AMSL" without more means this one
    EGM2008 = "EGM2008"
    AGL = "AGL"  # above the ground below the point
    FL = "FL"  # pressure altitude above 1013.25 hPa, held in metres
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Band:
    """A closed altitude band in metres above `datum`; an absent limit is open on that side.

    A declaration without any band says nothing about height: docs/explanation/heights.md tells what
    that means for each kind.
    """

    lower_m: float | None
    upper_m: float | None
    datum: Datum
    upper_datum: Datum | None = None  # where the upper limit has another datum than the lower (ED-269)

    def __post_init__(self) -> None:
        for limit in (self.lower_m, self.upper_m):
            if limit is not None and not abs(limit) < 1e7:
                raise ValueRefused("altitude-range", f"{limit} m is not a height.", found=limit)
        if (
            self.lower_m is not None
            and self.upper_m is not None
            and self.lower_m > self.upper_m
            and self.upper_datum in (None, self.datum)
        ):
            raise ValueRefused(
                "altitude-inverted",
                f"The lower limit ({self.lower_m} m) is above the upper ({self.upper_m} m).",
                lower_m=self.lower_m,
                upper_m=self.upper_m,
            )

    @property
    def datum_of_upper(self) -> Datum:
        return self.upper_datum or self.datum

    @override
    def __str__(self) -> str:
        low = "open" if self.lower_m is None else f"{self.lower_m:g} m {self.datum}"
        high = "open" if self.upper_m is None else f"{self.upper_m:g} m {self.datum_of_upper}"
        return f"{low} to {high}"
