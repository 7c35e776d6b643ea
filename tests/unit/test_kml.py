"""KML and KMZ: what each element becomes, and what is said of those that become nothing."""

from __future__ import annotations

import io
import zipfile

import pytest

from thalweg.drafts import Context
from thalweg.formats import kml
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.instants import Window
from thalweg.model.measures import Band, Datum
from thalweg.model.reading import Reading
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Route
from thalweg.model.theatre import Theatre

CONTEXT = Context(Theatre("test", ()))
SQUARE = "40,35,{h} 40.1,35,{h} 40.1,35.1,{h} 40,35.1,{h} 40,35,{h}"
SPAN = "<TimeSpan><begin>2017-09-16T00:00:00Z</begin><end>2017-09-16T06:00:00Z</end></TimeSpan>"


def read(body: str, context: Context = CONTEXT) -> Reading:
    text = (
        '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'
        f"<Document>{body}</Document></kml>"
    )
    return kml.read(text.encode(), "test.kml", context)


def one(body: str, context: Context = CONTEXT) -> Declaration:
    reading = read(body, context)
    assert reading.problems == ()
    (declaration,) = reading.declarations
    return declaration


def polygon(height: float = 0.0, mode: str = "", extrude: bool = False) -> str:
    return (
        f"<Polygon><extrude>{int(extrude)}</extrude>"
        + (f"<altitudeMode>{mode}</altitudeMode>" if mode else "")
        + f"<outerBoundaryIs><LinearRing><coordinates>{SQUARE.format(h=height)}</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon>"
    )


def codes(declaration: Declaration) -> set[str]:
    return {flag.code for flag in declaration.flags}


def instants(window: Window) -> tuple[str, str]:
    return str(window.start), str(window.end)


def test_an_extruded_polygon_above_the_ground_reaches_from_the_ground_to_its_height() -> None:
    """R27."""
    (volume,) = one(f"<Placemark>{polygon(300, 'relativeToGround', extrude=True)}</Placemark>").volumes
    assert volume.band == Band(0.0, 300.0, Datum.AGL)


def test_an_extruded_polygon_above_the_sea_reaches_from_the_ground_to_its_height_above_egm96() -> None:
    """R27: KML's absolute is above EGM96."""
    (volume,) = one(f"<Placemark>{polygon(900, 'absolute', extrude=True)}</Placemark>").volumes
    assert volume.band == Band(0.0, 900.0, Datum.AGL, Datum.EGM96)


def test_heights_of_a_polygon_clamped_to_the_ground_are_ignored_and_flagged() -> None:
    found = one(f"<Placemark>{polygon(900)}</Placemark>")
    assert found.volumes[0].band is None
    assert "kml-height-ignored" in codes(found)


def test_a_polygon_drawn_at_one_height_is_a_sheet_there_and_flagged() -> None:
    found = one(f"<Placemark>{polygon(900, 'absolute')}</Placemark>")
    assert found.volumes[0].band == Band(900.0, 900.0, Datum.EGM96)
    assert "kml-sheet" in codes(found)


def test_heights_above_the_sea_floor_have_an_unknown_datum() -> None:
    body = polygon(50, "X").replace("altitudeMode>X", "gx:altitudeMode>relativeToSeaFloor")
    body = body.replace("X</altitudeMode", "X</gx:altitudeMode").replace("</altitudeMode>", "</gx:altitudeMode>")
    found = one(f"<Placemark>{body}</Placemark>")
    assert found.volumes[0].band == Band(50.0, 50.0, Datum.UNKNOWN)
    assert "height-datum-unknown" in codes(found)


def test_stated_limits_go_before_drawn_ones() -> None:
    data = (
        '<ExtendedData><Data name="lower"><value>FL100</value></Data>'
        '<Data name="upper"><value>FL200</value></Data></ExtendedData>'
    )
    found = one(f"<Placemark>{data}{polygon(900, 'absolute', extrude=True)}</Placemark>")
    assert found.volumes[0].band == Band(3048.0, 6096.0, Datum.FL)


def test_canonical_fields_come_from_data_and_from_schema_data_and_the_rest_is_kept() -> None:
    data = (
        '<ExtendedData><Data name="kind"><value>static_site</value></Data>'
        '<Data name="party"><value>Red Crescent</value></Data>'
        '<SchemaData schemaUrl="#s"><SimpleData name="radius_m">250</SimpleData>'
        '<SimpleData name="beds">120</SimpleData></SchemaData></ExtendedData>'
    )
    found = one(
        f"<Placemark><name>Hospital</name>{data}<Point><coordinates>40.14,35.33</coordinates></Point></Placemark>"
    )
    assert (found.kind, found.party, found.title) == (Kind.STATIC_SITE, "Red Crescent", "Hospital")
    shape = found.volumes[0].shape
    assert isinstance(shape, Circle)
    assert shape.radius_m == 250.0
    assert found.details["beds"] == "120"
    assert "kind-assumed" not in codes(found)


def test_what_states_no_kind_is_a_movement_if_it_is_a_line_and_an_operation_otherwise() -> None:
    line = "<LineString><coordinates>40,35 40.5,35.5</coordinates></LineString>"
    assert one(f"<Placemark>{line}</Placemark>").kind is Kind.MOVEMENT
    assert one(f"<Placemark>{polygon()}</Placemark>").kind is Kind.OPERATION
    mixed = f"<MultiGeometry>{line}{polygon()}</MultiGeometry>"
    found = one(f"<Placemark>{mixed}</Placemark>")
    assert found.kind is Kind.OPERATION
    assert "kind-assumed" in codes(found)


def test_a_default_kind_that_was_given_goes_before_the_rule() -> None:
    context = Context(Theatre("test", ()), default_kind=Kind.STATIC_SITE)
    assert one(f"<Placemark>{polygon()}</Placemark>", context).kind is Kind.STATIC_SITE


def test_a_line_with_a_half_width_is_a_corridor() -> None:
    data = '<ExtendedData><Data name="half_width_m"><value>500</value></Data></ExtendedData>'
    line = "<LineString><coordinates>40,35 40.5,35.5</coordinates></LineString>"
    shape = one(f"<Placemark>{data}{line}</Placemark>").volumes[0].shape
    assert isinstance(shape, Corridor)
    assert shape.half_width_m == 500.0


def test_a_dividing_line_is_drawn_as_a_line() -> None:
    """R34."""
    data = (
        '<ExtendedData><Data name="kind"><value>line</value></Data>'
        '<Data name="status"><value>tacit</value></Data></ExtendedData>'
    )
    found = one(f"<Placemark>{data}<LineString><coordinates>40,35 40.5,35.5</coordinates></LineString></Placemark>")
    assert found.kind is Kind.LINE
    assert isinstance(found.segments[0].path, Path)


def test_holes_are_holes() -> None:
    inner = (
        "<innerBoundaryIs><LinearRing><coordinates>40.02,35.02 40.05,35.02 40.05,35.05 40.02,35.02</coordinates>"
        "</LinearRing></innerBoundaryIs></Polygon>"
    )
    shape = one(f"<Placemark>{polygon().replace('</Polygon>', inner)}</Placemark>").volumes[0].shape
    assert isinstance(shape, Polygon)
    assert len(shape.holes) == 1


def test_a_folder_gives_its_time_to_what_has_none_of_its_own() -> None:
    body = (
        f"<Folder>{SPAN}<Folder><Placemark>{polygon()}</Placemark></Folder>"
        "<Placemark><TimeSpan><begin>2017-09-20T00:00:00Z</begin><end>2017-09-21T00:00:00Z</end></TimeSpan>"
        f"{polygon()}</Placemark></Folder>"
    )
    inherited, own = read(body).declarations
    assert instants(inherited.volumes[0].window) == ("2017-09-16T00:00:00Z", "2017-09-16T06:00:00Z")
    assert instants(own.volumes[0].window) == ("2017-09-20T00:00:00Z", "2017-09-21T00:00:00Z")


def test_a_month_lasts_from_its_first_to_its_last_day() -> None:
    context = Context(Theatre("test", (), time_zone="UTC"))
    span = "<TimeSpan><begin>2016-02</begin><end>2016-02</end></TimeSpan>"
    found = one(f"<Placemark>{span}{polygon()}</Placemark>", context)
    assert instants(found.volumes[0].window) == ("2016-02-01T00:00:00Z", "2016-03-01T00:00:00Z")
    assert "kml-date-coarse" in codes(found)


def test_a_time_stamp_is_a_moment_of_one_second_and_flagged() -> None:
    stamp = "<TimeStamp><when>2017-09-16T00:30:00Z</when></TimeStamp>"
    found = one(f"<Placemark>{stamp}{polygon()}</Placemark>")
    assert instants(found.volumes[0].window) == ("2017-09-16T00:30:00Z", "2017-09-16T00:30:01Z")
    assert "kml-moment" in codes(found)


def test_a_time_stamp_does_not_end_a_site() -> None:
    """DESIGN.md section 5: only its notifier's cancellation ends it."""
    data = '<ExtendedData><Data name="kind"><value>hospital</value></Data></ExtendedData>'
    stamp = "<TimeStamp><when>2017-09-16T00:30:00Z</when></TimeStamp>"
    point = "<Point><coordinates>40.14,35.33</coordinates></Point>"
    found = one(f"<Placemark>{stamp}{data}{point}</Placemark>")
    assert found.volumes[0].window == Window(None, None)
    assert found.details["when"] == "2017-09-16T00:30:00Z"


def test_a_time_without_a_zone_is_not_guessed() -> None:
    """R26."""
    span = "<TimeSpan><begin>2017-09-16T00:00:00</begin></TimeSpan>"
    (problem,) = read(f"<Placemark>{span}{polygon()}</Placemark>").problems
    assert problem.code == "time-unzoned"
    assert problem.source.path == "Document[1]/Placemark[1]"


TRACK = (
    "<Placemark><gx:Track><altitudeMode>absolute</altitudeMode>"
    "<when>2017-12-13T10:00:00Z</when><when>2017-12-13T10:05:00Z</when><when>2017-12-13T10:10:00Z</when>"
    "<gx:coord>40.5 34.9 3300</gx:coord><gx:coord>40.6 34.9 3300</gx:coord><gx:coord>40.7 34.9 3400</gx:coord>"
    "</gx:Track></Placemark>"
)


def test_a_track_is_a_moving_position() -> None:
    """R28."""
    found = one(TRACK)
    shape = found.volumes[0].shape
    assert isinstance(shape, Route)
    assert [point.height_m for point in shape.waypoints] == [3300.0, 3300.0, 3400.0]
    assert shape.datum is Datum.EGM96
    assert instants(found.volumes[0].window) == ("2017-12-13T10:00:00Z", "2017-12-13T10:10:00Z")


def test_a_track_with_more_times_than_positions_is_a_problem() -> None:
    (problem,) = read(TRACK.replace("<gx:coord>40.7 34.9 3400</gx:coord>", "")).problems
    assert problem.code == "kml-track"


def test_a_missing_position_in_a_track_is_flagged_and_the_rest_is_read() -> None:
    found = one(TRACK.replace("40.6 34.9 3300", ""))
    assert "track-position-missing" in codes(found)
    shape = found.volumes[0].shape
    assert isinstance(shape, Route)
    assert len(shape.waypoints) == 2


def test_interpolated_tracks_are_joined_and_others_have_a_gap() -> None:
    first = TRACK.removeprefix("<Placemark>").removesuffix("</Placemark>")
    second = first.replace("T10:", "T11:")
    joined = one(
        f"<Placemark><gx:MultiTrack><gx:interpolate>1</gx:interpolate>{first}{second}</gx:MultiTrack></Placemark>"
    )
    assert [instants(volume.window) for volume in joined.volumes][2] == (
        "2017-12-13T10:10:00Z",
        "2017-12-13T11:00:00Z",
    )
    apart = one(f"<Placemark><gx:MultiTrack>{first}{second}</gx:MultiTrack></Placemark>")
    assert len(apart.volumes) == 2
    assert "track-gap" in codes(apart)


def test_floor_and_roof_with_one_outline_are_one_body() -> None:
    found = one(
        f"<Placemark><MultiGeometry>{polygon(100, 'absolute')}{polygon(400, 'absolute')}</MultiGeometry></Placemark>"
    )
    (volume,) = found.volumes
    assert volume.band == Band(100.0, 400.0, Datum.EGM96)
    assert isinstance(volume.shape, Polygon)
    assert "kml-shell" in codes(found)


def test_polygons_side_by_side_stay_volumes_of_their_own() -> None:
    other = polygon(0).replace("40,", "41,").replace("40.1,", "41.1,")
    found = one(f"<Placemark><MultiGeometry>{polygon(0)}{other}</MultiGeometry></Placemark>")
    assert len(found.volumes) == 2
    assert not any(isinstance(volume.shape, MultiPolygon) for volume in found.volumes)


def test_an_upright_polygon_is_a_line_between_its_heights() -> None:
    ring = "40,35,100 40.1,35,100 40.1,35,600 40,35,600 40,35,100"
    curtain = (
        "<Polygon><altitudeMode>absolute</altitudeMode><outerBoundaryIs><LinearRing>"
        f"<coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    )
    found = one(f"<Placemark>{curtain}</Placemark>")
    assert isinstance(found.volumes[0].shape, Path)
    assert found.volumes[0].band == Band(100.0, 600.0, Datum.EGM96)
    assert "kml-curtain" in codes(found)


def test_a_ring_by_itself_encloses_an_area_and_is_flagged() -> None:
    ring = f"<LinearRing><coordinates>{SQUARE.format(h=0)}</coordinates></LinearRing>"
    found = one(f"<Placemark>{ring}</Placemark>")
    assert isinstance(found.volumes[0].shape, Polygon)
    assert "kml-ring" in codes(found)


def test_spaces_after_commas_are_read() -> None:
    found = one("<Placemark><Point><coordinates> 40.14, 35.33, 0 </coordinates></Point></Placemark>")
    assert isinstance(found.volumes[0].shape, Point)


@pytest.mark.parametrize("text", ["", "40.14", "40.14,north", "40.14,35.33,1,2", "a b c"])
def test_coordinates_that_are_none_are_a_problem_with_its_path(text: str) -> None:
    (problem,) = read(f"<Placemark><Point><coordinates>{text}</coordinates></Point></Placemark>").problems
    assert problem.code in ("kml-coordinates", "number-unreadable")
    assert problem.source.path == "Document[1]/Placemark[1]"


def test_a_second_outer_ring_or_a_second_list_of_positions_is_a_problem_and_not_passed_over() -> None:
    """What stands second could be the area with the conflict."""
    ring = f"<LinearRing><coordinates>{SQUARE.format(h=0)}</coordinates></LinearRing>"
    outer = f"<outerBoundaryIs>{ring}</outerBoundaryIs>"
    for body, code in (
        (f"<Polygon>{outer}{outer.replace('40', '41')}</Polygon>", "kml-outer-rings"),
        (f"<Polygon>{outer.replace(ring, ring + ring)}</Polygon>", "kml-outer-rings"),
        ("<Point><coordinates>40,35</coordinates><coordinates>41,35</coordinates></Point>", "kml-coordinates"),
    ):
        reading = read(f"<Placemark>{body}</Placemark>")
        assert [problem.code for problem in reading.problems] == [code]
        assert not reading.declarations


def test_one_broken_placemark_leaves_the_others_checked() -> None:
    reading = read(f"<Placemark><Point/></Placemark><Placemark>{polygon()}</Placemark>")
    assert len(reading.declarations) == len(reading.problems) == 1
    assert reading.seen == 2


def test_a_placemark_that_says_no_place_is_a_problem() -> None:
    (problem,) = read("<Placemark><name>somewhere</name></Placemark>").problems
    assert problem.code == "place-missing"


def test_what_is_hidden_in_the_file_is_tested_all_the_same() -> None:
    found = one(f"<Folder><visibility>0</visibility><Placemark>{polygon()}</Placemark></Folder>")
    assert "kml-hidden" in codes(found)


def test_network_links_and_overlays_are_named_and_make_the_result_incomplete() -> None:
    body = (
        "<NetworkLink><name>zones</name><Link><href>https://example.org/zones.kml</href></Link></NetworkLink>"
        "<GroundOverlay><name>map</name></GroundOverlay><Style/>"
    )
    reading = read(body)
    harmful = [omission.what for omission in reading.omissions if not omission.harmless]
    assert harmful == [
        "a network link “zones” https://example.org/zones.kml",
        "an image laid over the ground “map”",
    ]
    assert [omission.what for omission in reading.omissions if omission.harmless] == ["styles"]
    assert reading.seen == 2


def test_a_model_is_a_problem_and_not_nothing() -> None:
    (problem,) = read("<Placemark><Model><Location/></Model></Placemark>").problems
    assert problem.code == "kml-geometry"


def test_undeclared_prefixes_are_read_and_flagged() -> None:
    text = TRACK.encode()
    reading = kml.read(b"<kml>" + text + b"</kml>", "test.kml", CONTEXT)
    (found,) = reading.declarations
    assert "xml-prefix-undeclared" in codes(found)


def test_a_document_type_is_refused() -> None:
    bomb = b'<!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><kml>&b;</kml>'
    (problem,) = kml.read(bomb, "test.kml", CONTEXT).problems
    assert problem.code == "xml-doctype"


def test_a_file_of_the_local_machine_is_never_read() -> None:
    body = b'<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&x;</name></Placemark></kml>'
    reading = kml.read(body, "test.kml", CONTEXT)
    assert reading.declarations == ()
    assert reading.problems[0].code == "xml-doctype"


def kmz(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def test_every_kml_of_a_kmz_is_read_and_the_party_comes_from_the_kmz() -> None:
    document = f"<kml><Placemark>{polygon()}</Placemark></kml>".encode()
    other = document.replace(b"40,35", b"40.01,35")
    reading = kml.read(kmz({"doc.kml": document, "more/b.kml": other, "a.png": b"x"}), "unifil.kmz", CONTEXT)
    assert [d.source.path for d in reading.declarations] == ["doc.kml/Placemark[1]", "more/b.kml/Placemark[1]"]
    assert {d.party for d in reading.declarations} == {"unifil"}
    assert [o.what for o in reading.omissions] == ["files of type png"]


@pytest.mark.parametrize("inside", ["in.kmz", "sites.csv", "zones.geojson", "DATA", "notes.txt"])
def test_what_else_a_kmz_holds_may_declare_something_and_leaves_the_result_incomplete(inside: str) -> None:
    """It was called a picture, which can hide no conflict."""
    document = b'<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Point><coordinates>40,35</coordinates></Point></Placemark></kml>'
    reading = kml.read(kmz({"doc.kml": document, inside: b"x", "a.png": b"x"}), "test.kmz", CONTEXT)
    told = {(each.source.path, each.harmless) for each in reading.omissions}
    assert {(inside, False), ("", True)} <= told


def test_a_kmz_without_kml_is_a_problem() -> None:
    (problem,) = kml.read(kmz({"a.png": b"x"}), "test.kmz", CONTEXT).problems
    assert problem.code == "kmz-empty"


def test_a_kmz_that_is_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    reading = kml.read(kmz({"doc.kml": b" " * (40 << 20)}), "test.kmz", CONTEXT)
    (problem,) = reading.problems
    assert problem.code == "archive-too-large"
