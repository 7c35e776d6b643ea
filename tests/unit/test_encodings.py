"""One rule for the letters of every format that is text: a byte order mark decides, and without one it is UTF-8."""

from __future__ import annotations

import codecs
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from thalweg import cli, wiring
from thalweg.desk.intake import Blob, intake_blobs, recognise
from thalweg.drafts import Context
from thalweg.formats import voice
from thalweg.formats.theatre import read_theatre
from thalweg.model.encodings import codec, decoded, in_utf8, marked
from thalweg.model.errors import InputError, RulesError
from thalweg.model.theatre import Theatre
from thalweg.places.regions import read_region
from thalweg.sources.letters import decoded as page_decoded

THALWEG = [sys.executable, "-m", "thalweg"]
CORPUS = Path(__file__).parents[1] / "corpus"
MARKS = {
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
GEOJSON = """{"type": "FeatureCollection", "features": [{"type": "Feature",
 "properties": {"kind": "static_site", "party": "p", "title": "مستشفى Hôpital", "id": "S1"},
 "geometry": {"type": "Point", "coordinates": [40.14084, 35.33588]}}]}"""
GPX = """<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="test">
<wpt lat="35.33588" lon="40.14084"><name>مستشفى</name></wpt></gpx>"""
KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>مستشفى</name>
<Point><coordinates>40.14084,35.33588</coordinates></Point></Placemark></Document></kml>"""
TEXTS = {
    "a.geojson": GEOJSON,
    "a.geojsonl": json.dumps(json.loads(GEOJSON)["features"][0]) + "\n",
    "a.kml": KML,
    "declared.kml": '<?xml version="1.0" encoding="UTF-8"?>' + KML,
    "a.gpx": GPX,
    "a.csv": "kind,party,name,lat,lon\nsite,p,Hôpital مستشفى,35.33588,40.14084\n",
    "ed269.json": (CORPUS / "ed269" / "interuss_cis_source_sample.json").read_text("utf-8"),
    "ed318.json": (CORPUS / "ed318" / "uasgeozones_example_collection.json").read_text("utf-8"),
    "f3548.json": (CORPUS / "f3548" / "interuss_dss_put_request.json").read_text("utf-8"),
}


def encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding) if encoding == "utf-8-sig" else MARKS[encoding] + text.encode(encoding)


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize("name", TEXTS)
def test_every_format_of_text_is_read_in_the_encoding_that_its_mark_states(name: str, encoding: str) -> None:
    """What is declared does not depend on how its letters are written (R2)."""
    context = Context(Theatre("plain", ()), default_party="p", default_kind=None)
    plain = intake_blobs([Blob(name, TEXTS[name].encode())], context)
    assert plain.seen > 0
    data = encoded(TEXTS[name], encoding)
    found = intake_blobs([Blob(name, data)], context)
    assert recognise(data, name) == recognise(TEXTS[name].encode(), name)
    assert (found.declarations, found.problems, found.seen) == (plain.declarations, plain.problems, plain.seen)
    assert [each.format for each in found.sources] == [each.format for each in plain.sources]


@pytest.mark.parametrize("encoding", MARKS)
def test_rules_lists_of_places_pages_and_lines_go_by_the_same_rule(encoding: str, tmp_path: Path) -> None:
    rules = "name: Fleuve Île\nextends: default\n"
    assert read_theatre(encoded(rules, encoding), "theatre.yaml") == read_theatre(rules.encode(), "theatre.yaml")

    listed = tmp_path / "places.csv"
    listed.write_bytes(encoded("name,lat,lon\nمستشفى,35.33,40.14\n", encoding))
    (place,) = read_region(listed)
    assert place.name == "مستشفى"

    cells = ["7", "Dêra", "Dera", "", "35.33", "40.14", "P", "PPL", "SY", *[""] * 5, "0", *[""] * 4]
    line = "\t".join(cells) + "\n"
    table, packed = tmp_path / "SY.txt", tmp_path / "SY.zip"
    table.write_bytes(encoded(line, encoding))
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("SY.txt", encoded(line, encoding))
    assert [each.id for each in (*read_region(table), *read_region(packed))] == ["geonames:7", "geonames:7"]

    page = "The bridge at Dêr was open on Tuesday, the mission said. " * 3
    assert page_decoded(encoded(page, encoding))[0] == page

    words = tmp_path / "words.txt"
    words.write_bytes(encoded("Nous étions là.\n", encoding))
    assert wiring.words_of(words) == "Nous étions là.\n"


def test_the_marks_are_told_apart_and_left_out() -> None:
    for name, mark in MARKS.items():
        data = encoded("é\nü", name)
        assert decoded(data, "c", "x") == "é\nü"
        assert in_utf8(data) == "é\nü".encode()
        assert io.TextIOWrapper(io.BytesIO(data), codec(data[:4])).read() == "é\nü"
        assert marked(data)[1] == len(mark)
    assert marked(b"{}") == ("", 0)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"one\ntwo \xe9 three", "x is not in UTF-8: line 2, invalid continuation byte at byte 8."),
        (b"\xef\xbb\xbfone\ntwo \xe9 three", "x is not in UTF-8: line 2, invalid continuation byte at byte 11."),
        (b"\xff\xfea\0\n\0b", "x is not in UTF-16: line 2, truncated data at byte 6."),
        (b"\xff\xfea\0\x00\xd8b\0", "x is not in UTF-16: line 1, illegal UTF-16 surrogate at byte 4."),
        (b"{\0}\0", "x is not in UTF-8: its letters are of several bytes each, without the byte order mark of UTF-16."),
    ],
)
def test_what_is_not_in_its_encoding_is_refused_with_its_place(data: bytes, said: str) -> None:
    with pytest.raises(InputError) as refused:
        decoded(data, "the-code", "x")
    assert (refused.value.code, refused.value.sentence) == ("the-code", said)


def test_rules_in_no_encoding_are_refused_as_rules() -> None:
    with pytest.raises(RulesError, match=r"theatre\.yaml is not in UTF-8: line 1"):
        read_theatre(b"name: \xe9\xe8", "theatre.yaml")


# --- half of a surrogate pair, which an escape of JSON can smuggle into a text ---

HALF = GEOJSON.replace("مستشفى", "well \\ud83d")


def test_lines_for_a_radio_are_not_made_of_half_a_letter_and_the_others_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "half.geojson").write_text(HALF, "utf-8")
    (tmp_path / "whole.geojson").write_text(GEOJSON.replace("S1", "S2"), "utf-8")
    assert cli.app(["voice", "write", str(tmp_path / "half.geojson")]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "“well \\ud83d Hôpital” holds half of a surrogate pair (U+D83D)" in shown.err
    assert shown.err.rstrip().endswith("[voice-letters]")
    assert cli.app(["voice", "write", str(tmp_path)]) == 3
    shown = capsys.readouterr()
    assert shown.out.count("1 NOTICE") == 1
    assert "half.geojson, features[0]" in shown.err


@pytest.mark.parametrize("member", ["party", "id", "title"])
def test_half_a_letter_is_refused_wherever_it_stands(member: str) -> None:
    feature = json.loads(GEOJSON)
    feature["features"][0]["properties"][member] = "a\udc80b"
    context = Context(Theatre("plain", ()))
    (declaration,) = intake_blobs([Blob("a.geojson", json.dumps(feature).encode())], context).declarations
    with pytest.raises(InputError) as refused:
        voice.write(declaration)
    assert refused.value.code == "voice-letters"
    assert voice.hear("1 NOTICE \udc80 = PICKLE").misheard  # nor is it heard


def test_a_half_letter_that_meets_an_encoder_is_a_sentence_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one place that catches what no command foresaw."""

    def encodes() -> None:
        "half \ud800 a letter".encode()

    monkeypatch.setattr(cli, "app", lambda words: encodes())
    monkeypatch.setattr(sys, "argv", ["thalweg", "check"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "thalweg: A text holds half of a surrogate pair (U+D800), which is no letter, in “half \\ud800 a letter”. "
        "Mend that text first. [text-surrogate]\n"
    )


def test_a_file_of_a_command_that_is_no_text_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "passphrase"
    secret.write_bytes(b"\xe9t\xe9")
    asked = subprocess.run(
        [*THALWEG, "serve", str(tmp_path / "desk"), "--port", "0", "--passphrase-file", str(secret)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert asked.returncode == 2
    assert (
        asked.stderr
        == f"thalweg: {secret} is not in UTF-8: line 1, invalid continuation byte at byte 0. [file-encoding]\n"
    )
