"""Arbitrary bytes, and files written elsewhere with some of their bytes changed, end in a reading.

And nothing gets lost on the way: what arrived is a declaration, a cancellation, a problem or an omission.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thalweg.desk.intake import Blob, intake_blobs, recognise
from thalweg.drafts import Context
from thalweg.formats import ed269, ed318, f3548, gpx, kml
from thalweg.model.reading import Reading
from thalweg.model.theatre import Theatre

CORPUS = Path(__file__).parents[1] / "corpus"
CONTEXT = Context(Theatre("test", (), time_zone="Asia/Damascus", moving_buffers_m={"ground": 100.0}))
FORMATS = {"kml": kml, "gpx": gpx, "f3548": f3548, "ed269": ed269, "ed318": ed318}
SAMPLES = [(name, path) for name in FORMATS for path in sorted((CORPUS / name).glob("*")) if path.suffix != ".py"]
STARTS = [b"", b"<kml>", b"<gpx>", b'{"features":', b"PK\x03\x04", b"\xff\xfe", b"["]
# Pieces that a slip of a hand, or a hand that means harm, puts into such files.
PIECES = [
    b"NaN", b"1e999", b"-", b"null", b"[", b"]", b"{", b"}", b"<", b">", b"</Polygon>", b"&amp;", b"&x;", b"\x00",
    b"9999-12-31T23:59:59Z", b"0000", b"\xff", b"181", b"-91", b'"', b",", b"40,35,1e308", b"Infinity", b"1" * 400,
    "٣٥".encode(), "−40".encode(), b"<!DOCTYPE a>", b"<MultiGeometry>", b"YES", b"SR", b"2024-02-30T00:00:00Z",
]  # fmt: skip


def accounted(reading: Reading) -> bool:
    told = len(reading.declarations) + len(reading.cancellations) + len(reading.problems) + len(reading.omissions)
    return told >= reading.seen


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=200, deadline=None)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=300))
def test_arbitrary_bytes(name: str, start: bytes, rest: bytes) -> None:
    reading = FORMATS[name].read(start + rest, "file", CONTEXT)
    assert isinstance(reading, Reading)
    assert accounted(reading)


@pytest.mark.parametrize(("name", "path"), SAMPLES, ids=[path.name for _, path in SAMPLES])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_files_written_elsewhere_with_something_changed(name: str, path: Path, data: st.DataObject) -> None:
    changed = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed) - 1))
        length = data.draw(st.integers(0, 12))
        changed[at : at + length] = data.draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4)))
    reading = FORMATS[name].read(bytes(changed), path.name, CONTEXT)
    assert accounted(reading)
    for declaration in reading.declarations:
        assert declaration.version_id


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def members_of(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in the JSON, in document order."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else []
        for key in keys:
            found.append((item, key))
            waiting.append(item[key])
    return found


@pytest.mark.parametrize("name", ["f3548", "ed269", "ed318"])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_json_of_the_right_shape_with_a_wrong_value_anywhere(name: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for kind, path in SAMPLES if kind == name]))
    document = json.loads(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        places = members_of(document)
        if not places:
            break
        container, key = places[data.draw(st.integers(0, len(places) - 1))]
        container[key] = data.draw(JSON)
    reading = FORMATS[name].read(json.dumps(document).encode(), "file.json", CONTEXT)
    assert accounted(reading)


@settings(max_examples=200, deadline=None)
@given(
    start=st.sampled_from(STARTS), rest=st.binary(max_size=200), name=st.sampled_from(["a", "a.zip", "a.json", "b.kmz"])
)
def test_the_intake_takes_anything(start: bytes, rest: bytes, name: str) -> None:
    data = start + rest
    assert recognise(data, name) in ("", "kml", "gpx", "geojson", "table", "f3548", "ed269", "ed318")
    found = intake_blobs([Blob(name, data)], CONTEXT)
    assert found.declarations or found.problems or found.omissions or found.sources
