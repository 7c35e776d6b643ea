"""Whatever the bytes, a reader answers with a reading or with one of our errors: never with a traceback."""

from __future__ import annotations

import io
import json

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.drafts import Context
from thalweg.formats import geojson, table
from thalweg.formats.template import SHEETS, template_csv, template_xlsx
from thalweg.formats.theatre import read_theatre
from thalweg.model.errors import RulesError
from thalweg.model.reading import Reading
from thalweg.model.theatre import Theatre

CONTEXT = Context(Theatre("plain", (), time_zone="Asia/Damascus"))
NUMBERS = st.one_of(st.integers(-200, 200), st.floats(-200, 200), st.floats(), st.integers())
ODD = st.one_of(st.none(), st.booleans(), st.text(max_size=12), NUMBERS, st.just([]), st.just({}))
WORDS = st.one_of(
    st.sampled_from(
        [
            "operation", "movement", "static_site", "no_fire", "line", "negative", "p", "none", "air", "cancel",
            "replace", "2017-09-16", "2017-09-16T24:00", "2017-09-16T06:00Z", "2017-10-26 23:30", "9999-12-31T00:00Z",
            "FL100", "GND", "UNL", "1,500", "300 m AGL", "-5", "1e999", "nan", "yes", "5 km", "٣٥", "Asia/Damascus",
        ]
    ),
    ODD,
)  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(
        [
            "kind", "zone", "party", "start", "end", "when", "valid_until", "lower", "upper", "datum", "radius_m",
            "half_width_m", "buffer_m", "uncertainty_m", "times", "heights_m", "segments", "volumes", "coordTimes",
            "left", "status", "action", "id", "revision", "edges", "radius_km", "time_zone", "coordinateProperties",
        ]
    ),
    st.text(max_size=8),
)  # fmt: skip
POSITIONS = st.one_of(st.lists(NUMBERS, min_size=2, max_size=4), ODD)
GEOMETRIES = st.recursive(
    st.one_of(
        st.fixed_dictionaries({"type": st.just("Point"), "coordinates": POSITIONS}),
        st.fixed_dictionaries(
            {"type": st.sampled_from(["LineString", "MultiPoint"]), "coordinates": st.lists(POSITIONS, max_size=5)}
        ),
        st.fixed_dictionaries(
            {
                "type": st.sampled_from(["Polygon", "MultiLineString"]),
                "coordinates": st.lists(st.lists(POSITIONS, max_size=6), max_size=3),
            }
        ),
        st.fixed_dictionaries({"type": ODD, "coordinates": ODD}),
        ODD,
    ),
    lambda inner: st.fixed_dictionaries(
        {"type": st.just("GeometryCollection"), "geometries": st.lists(inner, max_size=3)}
    ),
    max_leaves=4,
)
FEATURES = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("Feature"),
            "geometry": GEOMETRIES,
            "properties": st.dictionaries(NAMES, st.one_of(WORDS, st.lists(WORDS, max_size=4)), max_size=8),
        }
    ),
    ODD,
)


def sound(reading: Reading) -> None:
    for made in reading.declarations:
        assert made.version_id
        assert made.source.file
    for problem in reading.problems:
        assert problem.code
        assert problem.sentence


@given(st.lists(FEATURES, max_size=4))
@settings(max_examples=300, deadline=None)
def test_any_features_are_read_or_reported_one_by_one(features: list[object]) -> None:
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode("utf-8", "surrogatepass")
    reading = geojson.read(data, "fuzz.geojson", CONTEXT)
    sound(reading)
    read = len(reading.declarations) + len(reading.cancellations) + len(reading.problems)
    assert read == len(features) or (reading.seen == 0 and len(reading.problems) == 1)


@given(
    st.one_of(
        st.binary(max_size=200), st.text(alphabet='{}[]",:1eE-+.\\ntrufalsype\n\x1e ', max_size=80).map(str.encode)
    )
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_as_geojson_are_a_reading(data: bytes) -> None:
    sound(geojson.read(data, "fuzz.geojson", CONTEXT))


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_a_good_geojson_with_some_bytes_changed_is_a_reading(at: int, change: bytes) -> None:
    good = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {
                        "kind": "movement",
                        "party": "p",
                        "times": ["2017-09-16T06:00Z", "2017-09-16T07:00Z"],
                    },
                    "geometry": {"type": "LineString", "coordinates": [[40.1, 35.3, 200], [40.2, 35.4, 210]]},
                }
            ],
        }
    ).encode()
    at %= len(good)
    sound(geojson.read(good[:at] + change + good[at + len(change) :], "fuzz.geojson", CONTEXT))


HEADERS = st.sampled_from(
    sorted(
        {column.name for sheet in SHEETS for column in sheet.columns}
        | {"route", "from", "to", "time", "date", "altitude", "wkt"}
    )
)
CELLS = st.one_of(
    st.sampled_from(
        [
            "35.33588", "40.14084", "35,33588", "37S FV 03705 11334", "35.3 40.1; 35.4 40.2; 35.5 40.3",
            "operation", "movement", "site", "no_fire", "2017-09-16 06:00", "42994.5", "42994", "06:00",
            "POLYGON((1 2,3 4,5 1,1 2))", "POINT(1 2)",
            "35.3 40.1 @ 2017-09-16T06:00Z; 35.4 40.2 @ 2017-09-16T07:00Z", "1", "2", "p", "#N/A", "EXAMPLE",
            "MULTIPOINT EMPTY", "300 m AGL", "air", "cancel", "", "",
        ]
    ),
    st.text(max_size=12),
)  # fmt: skip


@given(st.lists(HEADERS, min_size=2, max_size=9), st.data())
@settings(max_examples=300, deadline=None)
def test_any_cells_below_known_columns_are_read_or_reported(header: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.lists(CELLS, max_size=len(header) + 1), max_size=5))
    lines = [header, *rows]
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    sound(table.read(text.encode("utf-8", "surrogatepass"), "fuzz.csv", CONTEXT))


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass"))))
@settings(max_examples=300, deadline=None)
def test_any_bytes_as_a_table_are_a_reading(data: bytes) -> None:
    sound(table.read(data, "fuzz.csv", CONTEXT))


TEMPLATES = [template_csv().replace(b"EXAMPLE-", b"REAL-"), template_xlsx()]


@pytest.mark.parametrize("which", [0, 1])
@given(at=st.integers(0, 100_000), change=st.binary(min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_a_filled_template_with_some_bytes_changed_is_a_reading(which: int, at: int, change: bytes) -> None:
    good = TEMPLATES[which]
    at %= len(good)
    sound(table.read(good[:at] + change + good[at + len(change) :], "fuzz.csv", CONTEXT))


@given(
    st.lists(
        st.lists(st.one_of(CELLS, st.floats(allow_nan=False, allow_infinity=False), st.booleans()), max_size=6),
        max_size=5,
    )
)
@settings(max_examples=100, deadline=None)
def test_any_cells_of_a_workbook_are_read_or_reported(rows: list[list[object]]) -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("Operations and zones")
    page.write_row(0, 0, ["kind", "party", "latitude", "longitude", "start", "coordinates"])
    for number, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(number, index, cell)
            else:
                page.write(number, index, cell)
    book.close()
    sound(table.read(target.getvalue(), "fuzz.xlsx", CONTEXT))


YAML = st.recursive(
    st.one_of(
        st.text(max_size=8),
        st.integers(-5, 5000),
        st.booleans(),
        st.sampled_from(["default", "operation", "any", "5 km"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "extends",
                    "rules",
                    "area",
                    "box",
                    "parties",
                    "id",
                    "a",
                    "b",
                    "relation",
                    "heights",
                    "fixes",
                    "time",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(
    st.one_of(
        YAML.map(lambda value: json.dumps(value).encode()),
        st.binary(max_size=100),
        st.text(max_size=60).map(str.encode),
    )
)
@settings(max_examples=300, deadline=None)
def test_any_theatre_file_is_a_theatre_or_a_rules_error(data: bytes) -> None:
    try:
        theatre = read_theatre(data, "fuzz.yaml")
    except RulesError as error:
        line = error.fields["line"]
    else:
        line = len(theatre.rules)
    assert line
