"""Files, folders and archives → what is in force, with everything that was left out."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from thalweg.desk.intake import Blob, Intake, intake, intake_blobs, recognise
from thalweg.drafts import Context
from thalweg.model.theatre import Theatre

CONTEXT = Context(Theatre("test", ()))
CORPUS = Path(__file__).parents[1] / "corpus"

KML = b'<?xml version="1.0"?><kml><Placemark><Point><coordinates>40,35</coordinates></Point></Placemark></kml>'
GPX = b'<gpx version="1.1"><wpt lat="35.123456" lon="40.123456"/></gpx>'
GEOJSON = json.dumps(
    {
        "type": "Feature",
        "properties": {"kind": "static_site"},
        "geometry": {"type": "Point", "coordinates": [40.123456, 35.123456]},
    }
).encode()


def feature(**properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"kind": "static_site", "party": "P", **properties},
        "geometry": {"type": "Point", "coordinates": [40.123456, 35.123456]},
    }


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def taken(**files: bytes) -> Intake:
    return intake_blobs([Blob(name.replace("_DOT_", "."), data) for name, data in files.items()], CONTEXT)


def problems(found: Intake) -> list[tuple[str, str]]:
    return [(problem.source.file, problem.code) for problem in found.problems]


# --- recognising ---


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (KML, "zones.xml", "kml"),
        (GPX, "track", "gpx"),
        (GEOJSON, "a.txt", "geojson"),
        (b"\xef\xbb\xbf" + GEOJSON, "a.json", "geojson"),
        (b"id,kind\n", "a.csv", "table"),
        (b'{"quoted", "csv"}', "a.csv", "table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "table"),
        (b"<html>", "a.html", ""),
        (b"<html>", "a.kml", "kml"),
        (b"", "a.bin", ""),
        (b"%PDF-1.7", "a.pdf", ""),
    ],
)
def test_files_are_recognised_by_content_and_then_by_name(data: bytes, name: str, expected: str) -> None:
    assert recognise(data, name) == expected


@pytest.mark.parametrize(
    "path",
    sorted(path for path in CORPUS.glob("*/*") if path.parent.name in ("kml", "gpx", "f3548", "ed269", "ed318")),
    ids=lambda path: path.name,
)
def test_files_written_elsewhere_are_recognised_whatever_their_name(path: Path) -> None:
    assert recognise(path.read_bytes(), "upload") == path.parent.name


def test_an_xlsx_is_a_table_and_a_zip_of_files_is_opened() -> None:
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet().write(0, 0, "kind")
    assert recognise(made.getvalue(), "upload") == "table"
    assert recognise(zipped({"a.kml": KML}), "upload.zip") == ""
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_STORED) as archive:  # the sheet's own names stand in it, bare
        archive.writestr("sites.xlsx", made.getvalue())
    assert recognise(bundle.getvalue(), "bundle.zip") == ""


def test_the_endings_of_a_format_lead_to_it() -> None:
    from thalweg.formats import ed269, ed318, f3548, gpx, kml

    for module in (kml, gpx):
        assert {recognise(b"", f"file{suffix}") for suffix in module.SUFFIXES} == {module.NAME}
    for module in (ed269, ed318, f3548):  # told from other JSON by content alone
        assert {recognise(b"", f"file{suffix}") for suffix in module.SUFFIXES} == {"geojson"}


def test_the_command_line_pays_only_for_the_reader_it_needs() -> None:
    program = (
        "import sys; from thalweg.desk.intake import Blob, intake_blobs; from thalweg.drafts import Context;"
        "from thalweg.model.theatre import Theatre;"
        f"intake_blobs([Blob('a.geojson', {GEOJSON!r})], Context(Theatre('t', ())));"
        "heavy = ('lxml', 'python_calamine', 'pyproj', 'shapely', 'thalweg.formats.kml');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- files, folders, archives ---


def test_a_folder_is_read_in_order_with_everything_below_it(tmp_path: Path) -> None:
    (tmp_path / "in" / "b").mkdir(parents=True)
    (tmp_path / "in" / "z.geojson").write_bytes(GEOJSON)
    (tmp_path / "in" / "b" / "a.kml").write_bytes(KML)
    (tmp_path / "in" / "README.md").write_text("hello")
    found = intake([tmp_path / "in"], CONTEXT)
    assert [source.name for source in found.sources] == ["in/b/a.kml", "in/z.geojson"]
    assert [(o.source.file, o.harmless) for o in found.omissions] == [("in/README.md", True)]
    assert {d.party for d in found.declarations} == {"a", "z"}


def test_a_file_is_known_by_its_last_name_and_by_more_where_two_are_the_same(tmp_path: Path) -> None:
    for folder in ("p", "q"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "sites.geojson").write_bytes(GEOJSON)
    alone = intake([tmp_path / "p" / "sites.geojson"], CONTEXT)
    assert [source.name for source in alone.sources] == ["sites.geojson"]
    both = intake([tmp_path / "p" / "sites.geojson", tmp_path / "q" / "sites.geojson"], CONTEXT)
    assert len({source.name for source in both.sources}) == 2
    assert both.duplicates == 1


def test_a_linked_folder_is_said_to_be_left_out_and_never_passed_over(tmp_path: Path) -> None:
    """What lies behind it could be the file with the conflict."""
    for folder in ("shared/inner", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "sites.geojson").write_bytes(GEOJSON)
    (tmp_path / "shared/inner/others").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "shared/round").symlink_to(tmp_path / "shared")
    found = intake([tmp_path / "shared"], CONTEXT)
    assert sorted(problems(found)) == [
        ("shared/inner/others", "file-unreadable"),
        ("shared/round", "file-unreadable"),
    ]
    assert [source.name for source in found.sources] == ["shared/inner/sites.geojson"]


def test_a_pipe_or_a_device_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.geojson")
    (tmp_path / "endless.csv").symlink_to("/dev/zero")
    found = intake([tmp_path], CONTEXT)
    assert [code for _, code in problems(found)] == ["file-unreadable"] * 2


def test_a_missing_file_and_an_empty_folder_are_problems(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = intake([tmp_path / "nope.kml", tmp_path / "empty"], CONTEXT)
    assert problems(found) == [("empty", "folder-empty"), ("nope.kml", "file-missing")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    path.write_bytes(KML)
    path.chmod(0)
    assert problems(intake([path], CONTEXT)) == [("a.kml", "file-unreadable")]


def test_nested_archives_keep_their_names() -> None:
    inner = zipped({"unifil.kml": KML})
    found = taken(bundle_DOT_zip=zipped({"deep/inner.zip": inner, "un.gpx": GPX}))
    assert [source.name for source in found.sources] == ["bundle.zip/deep/inner.zip/unifil.kml", "bundle.zip/un.gpx"]
    assert {d.party for d in found.declarations} == {"unifil", "un"}


def test_archives_within_archives_end_somewhere() -> None:
    data = zipped({"a.kml": KML})
    for _ in range(6):
        data = zipped({"x.zip": data})
    found = taken(x_DOT_zip=data)
    assert [code for _, code in problems(found)] == ["archive-depth"]


def test_an_archive_that_cannot_be_opened_is_a_problem() -> None:
    assert problems(taken(a_DOT_zip=b"PK\x03\x04broken", b_DOT_zip=zipped({}))) == [
        ("a.zip", "archive-unreadable"),
        ("b.zip", "archive-empty"),
    ]


def test_unknown_files_are_problems_and_what_programs_leave_behind_is_not() -> None:
    found = taken(**{
        "map_DOT_png": b"\x89PNG", "notice_DOT_txt": b"We will be at 35N 40E", "_DOT_DS_Store": b"x",
        "LICENSE": b"x", "Thumbs_DOT_db": b"x", "a_DOT_kml": KML,
    })  # fmt: skip
    assert problems(found) == [("map.png", "format-unknown"), ("notice.txt", "format-unknown")]
    assert {omission.source.file for omission in found.omissions} == {".DS_Store", "LICENSE", "Thumbs.db"}
    assert not found.complete


def test_an_empty_file_is_a_problem() -> None:
    assert problems(taken(**{"a_DOT_pdf": b""})) == [("a.pdf", "format-unknown")]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a_DOT_csv", b"kind,party,latitude,longitude,start,end\n"),
        ("a_DOT_csv", b"kind,party,latitude,longitude\n# nothing today,,,\n"),
        ("a_DOT_kml", b"<kml/>"),
        ("a_DOT_kml", b"<kml><Document><Style id='s'/></Document></kml>"),
        ("a_DOT_gpx", b'<gpx version="1.1"/>'),
        ("a_DOT_geojson", collection()),
    ],
)
def test_a_file_that_declares_nothing_is_named_alone_and_beside_others(name: str, data: bytes) -> None:
    """What it should have held may be the one with the conflict: an export that failed looks like this (R9)."""
    alone = taken(**{name: data})
    assert problems(alone) == [(name.replace("_DOT_", "."), "file-bare")]
    assert not alone.complete
    beside = taken(**{name: data, "b_DOT_kml": KML})
    assert problems(beside)[0] == (name.replace("_DOT_", "."), "file-bare")


def test_progress_is_told_before_each_file() -> None:
    told: list[tuple[str, int, int]] = []
    intake_blobs([Blob("b.kml", KML), Blob("a.gpx", GPX)], CONTEXT, progress=lambda *args: told.append(args))
    assert told == [("a.gpx", 1, 2), ("b.kml", 2, 2)]


def test_the_order_of_axes_is_passed_on_to_ed_269() -> None:
    path = CORPUS / "ed269" / "interuss_cis_source_sample.json"
    (found,) = intake([path], CONTEXT, axes="lat-lon").declarations
    (flag,) = [flag for flag in found.flags if flag.code == "axis-order"]
    assert flag.fields["order"] == "lat-lon"


# --- chains over several files (R9) ---


def test_a_change_of_plan_and_a_cancellation_reach_over_files() -> None:
    found = taken(
        a_DOT_geojson=collection(feature(id="n1"), feature(id="n2")),
        b_DOT_geojson=collection(
            feature(id="n1", revision=1, title="new"), {**feature(id="n2", action="cancel"), "geometry": None}
        ),
    )
    assert [(d.declaration_id, d.title) for d in found.declarations] == [("n1", "new")]
    assert len(found.superseded) == 2
    assert found.complete


def test_a_stranger_cancels_nothing() -> None:
    """R9, D13."""
    found = taken(
        a_DOT_geojson=collection(feature(id="n1")),
        b_DOT_geojson=collection({**feature(id="n1", action="cancel", party="Q"), "geometry": None}),
    )
    assert len(found.declarations) == 1
    assert problems(found) == [("b.geojson", "cancel-party")]


def test_the_order_of_files_makes_no_difference() -> None:
    blobs = [
        Blob("a.geojson", collection(feature(id="n1"), feature(id="n2", title="one"))),
        Blob("b.geojson", collection(feature(id="n1", revision=1), feature(id="n2", title="two"))),
        Blob("c.kml", KML),
        Blob("d.png", b"x"),
    ]
    forwards, backwards = intake_blobs(blobs, CONTEXT), intake_blobs(reversed(blobs), CONTEXT)
    assert forwards == backwards
    assert [d.flags for d in forwards.declarations] == [d.flags for d in backwards.declarations]
