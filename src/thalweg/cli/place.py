"""`thalweg place NAME|POSITION`: what a name or a position means, in every form, with everything near it.

Exit status: 0 one place or position, 1 several places or none, 2 not understood.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from thalweg.model.errors import InputError
from thalweg.places import banks
from thalweg.places.banks import Bank
from thalweg.places.coordinates import AxisOrder, Form, Written, read_position, write_position
from thalweg.places.describe import Description, describe, english_river
from thalweg.places.flags import check_position
from thalweg.places.gazetteer import Candidate, Gazetteer, Lookup, packaged
from thalweg.places.regions import read_region

app = App(name="place", help="Tell what a place name or a position means; never picks between namesakes.")

_FOUND, _NOT_ONE, _NOT_UNDERSTOOD = 0, 1, 2
_FORMS = (Form.DECIMAL, Form.DMS, Form.DDM, Form.PACKED, Form.MGRS, Form.UTM)
_SHOWN = 25  # candidates in the text; JSON has them all


@app.default
def place(
    *words: Annotated[str, Parameter(name="NAME|POSITION", allow_leading_hyphen=True)],
    format: Annotated[Literal["text", "json"], Parameter(name="--format")] = "text",
    gazetteer: Annotated[tuple[Path, ...], Parameter(name="--gazetteer", negative="")] = (),
    lon_first: Annotated[bool, Parameter(name="--lon-first", negative="")] = False,
) -> int:
    """Describe a position, or look a place up by name, id or P-code.

    Parameters
    ----------
    words
        A place name in any spelling or script, an id ("geonames:170794"), a P-code, or a position in any
        of the accepted forms (docs/reference/coordinates.md). Quotes are optional.
    format
        "text" for people, "json" for programs.
    gazetteer
        A GeoNames file (XX.txt, XX.zip) or a place list (CSV) that adds places; may be repeated.
    lon_first
        Read two bare numbers as longitude, latitude.
    """
    text = " ".join(words)
    if not text.strip():
        print("thalweg place: name a place, or give a position.", file=sys.stderr)
        return _NOT_UNDERSTOOD
    try:
        known = packaged()
        for path in gazetteer:
            known = known.with_places(read_region(path))
        answer = _answer(text, known, AxisOrder.LON_LAT if lon_first else AxisOrder.LAT_LON)
    except InputError as error:
        if format == "json":
            print(json.dumps({"error": {"code": error.code, "sentence": error.sentence}}, ensure_ascii=False))
        else:
            print(error.sentence, file=sys.stderr)
        return _NOT_UNDERSTOOD
    print(json.dumps(answer.data, ensure_ascii=False, indent=2) if format == "json" else answer.text)
    return answer.status


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    text: str
    data: dict[str, Any]


def _answer(text: str, known: Gazetteer, order: AxisOrder) -> _Answer:
    try:
        written = read_position(text, order=order)
    except InputError as error:
        found = known.lookup(text)
        if not (found.candidates or found.areas or found.similar) and _meant_as_position(text):
            raise error from None
        return _of_name(found, known)
    return _of_position(written, known)


def _meant_as_position(text: str) -> bool:
    """Mostly digits, and not a P-code ("SY0701"): then a failure to read it is the better answer."""
    digits = sum(char.isdecimal() for char in text)
    return digits >= sum(char.isalpha() for char in text) and not re.fullmatch(r"[A-Za-z]{1,3}\d+", text)


def _of_position(written: Written, known: Gazetteer) -> _Answer:
    described = describe(written.lon, written.lat, uncertainty_m=written.precision_m / 2, gazetteer=known)
    forms = _forms(written.lon, written.lat)
    questions = check_position(written.lon, written.lat, written=written)
    lines = [
        described.text,
        "",
        f"  as entered  {written.text}",
        f"  read as     {written.form.value}, {written.axis_order.value}, to {_metres(written.precision_m)}",
        *(f"  {name:<11} {form}" for name, form in forms.items()),
        *(f"  question    {flag.sentence}" for flag in questions),
    ]
    data = {
        "position": {
            "longitude": written.lon,
            "latitude": written.lat,
            "as_entered": written.text,
            "form": written.form.value,
            "axis_order": written.axis_order.value,
            "precision_m": written.precision_m,
            "assumed": [choice.value for choice in written.assumed],
        },
        "forms": forms,
        "description": _description_data(described),
        "flags": [{"code": f.code, "sentence": f.sentence, "fields": dict(f.fields)} for f in questions],
    }
    return _Answer(_FOUND, "\n".join(lines), data)


def _of_name(found: Lookup, known: Gazetteer) -> _Answer:
    one = found.place
    data = {
        "name": found.text,
        "found": one.id if one else None,
        "ambiguous": found.ambiguous,
        "candidates": [_candidate_data(c, known) for c in found.candidates],
        "areas": [_candidate_data(c, known) for c in found.areas],
        "similar": [_candidate_data(c, known) for c in found.similar],
        "suggestions": list(found.suggestions),
    }
    lines = []
    if one:
        lines += [_line(one_candidate) for one_candidate in (*found.candidates, *found.areas)[:1]]
        lines += [f"  also written {', '.join(one.aliases[:12])}"] if one.aliases else []
        lines += [f"  {name:<11} {form}" for name, form in _forms(one.lon, one.lat).items()]
        rest = found.areas if found.candidates else ()
        lines += [f"  area of the same name: {_line(c)}" for c in rest]
    elif found.ambiguous:
        lines += [f"“{found.text}” is the name of {len(found.candidates)} places. Ask which is meant."]
        lines += [f"  {_line(c)}" for c in found.candidates[:_SHOWN]]
        hidden = len(found.candidates) - _SHOWN
        lines += [f"  and {hidden} more (--format json has all)"] if hidden > 0 else []
        lines += [f"  area of the same name: {_line(c)}" for c in found.areas]
    elif found.areas:
        lines += [f"“{found.text}” is the name of {len(found.areas)} areas."]
        lines += [f"  {_line(c)}" for c in found.areas]
    else:
        close = f" Did you mean {', '.join(found.suggestions)}?" if found.suggestions else ""
        spelt = "is not spelt so" if found.similar else "is not"
        lines += [f"“{found.text}” {spelt} in the gazetteer.{close}"]
    lines += [f"  spelt alike: {_line(c)}" for c in found.similar[:_SHOWN]]
    return _Answer(_FOUND if one else _NOT_ONE, "\n".join(lines), data)


def _forms(lon: float, lat: float) -> dict[str, str]:
    return {form.value: write_position(lon, lat, form) for form in _FORMS if form is not Form.UTM or -80 <= lat <= 84}


def _line(candidate: Candidate) -> str:
    place = candidate.place
    count = f"{place.population:,}".replace(",", " ")
    people = f" of {count} people" if place.population else ""
    side = banks.river_side(place.lon, place.lat) if place.kind != "area" else None
    bank = f"; {english_river(side)}" if side else ""
    doubtful = side is not None and side.bank is Bank.UNCERTAIN and place.stated_bank
    stated = f" ({place.stated_bank} bank by its source)" if doubtful else ""
    where = write_position(place.lon, place.lat, Form.DECIMAL)
    code = f" {place.pcode}" if place.pcode else ""
    return f"{place.name}, {place.country} [{place.id}{code}] {place.kind.value}{people}, {where}{bank}{stated}"


def _candidate_data(candidate: Candidate, known: Gazetteer) -> dict[str, Any]:
    place = candidate.place
    return {
        "id": place.id,
        "name": place.name,
        "country": place.country,
        "kind": place.kind.value,
        "longitude": place.lon,
        "latitude": place.lat,
        "population": place.population,
        "uncertainty_m": place.uncertainty_m,
        "pcode": place.pcode,
        "stated_bank": place.stated_bank,
        "aliases": list(place.aliases),
        "match": candidate.match.value,
        "forms": _forms(place.lon, place.lat),
        "description": _description_data(describe(place.lon, place.lat, gazetteer=known)),
    }


def _description_data(described: Description) -> dict[str, Any]:
    data: dict[str, Any] = {"text": described.text}
    for name, reference in (("town", described.town), ("settlement", described.settlement)):
        if reference:
            data[name] = {
                "id": reference.place.id,
                "name": reference.place.name,
                "distance_m": round(reference.distance_m, 1),
                "bearing_deg": round(reference.bearing_deg, 1),
                "compass": reference.compass,
            }
    if described.river:
        data["river"] = {
            "name": described.river.river,
            "bank": described.river.bank.value,
            "side": described.river.side.value,
            "distance_m": round(described.river.distance_m, 1),
            "uncertainty_m": described.river.uncertainty_m,
            "compass": described.river.compass,
            "source": described.river.source,
            "lake": described.river.lake,
        }
    return data


def _metres(metres: float) -> str:
    return f"{metres / 1000:.0f} km" if metres >= 10_000 else f"{metres:.3g} m"
