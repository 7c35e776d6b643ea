"""R23, R24, R25, R27: what is said over a radio and typed back in is what was declared, in every language.

Whatever has to be rounded is rounded outward: the distances are measured by geographiclib, not by the code that rounds.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.twin.oracle import direct, distance_m, inverse
from tests.twin.strategies import ALL_DATUMS, declarations, lines, scenes
from thalweg.drafts import Context
from thalweg.formats import geojson, voice
from thalweg.model.declarations import Cancellation, Declaration, Kind, LineStatus, Sides, Standing, Uncertainty, Volume
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route, Shape
from thalweg.model.spoken import Acknowledgement, Answer, Emergency, Notice, ReadBack, Words, version_reference
from thalweg.model.theatre import Theatre

LANGUAGES = st.sampled_from(voice.LANGUAGES)
NAMES = st.one_of(
    st.from_regex(r"[A-Za-z0-9]{1,6}([-/._ ][A-Za-z0-9]{1,9}){0,5}", fullmatch=True),
    st.sampled_from(("dash", "CAPITAL dot", "الهلال الأحمر", "القوة 7", "Красный Крест", "été", "İzmir", "stop-code")),
    st.sampled_from(("ھەولێر", "ہلال", "ʿAyn")),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip),
)
TEXTS = st.one_of(
    st.just(""), st.text(max_size=120), st.from_regex(r"[a-z]{1,9}( [A-Z]?[a-z]{1,9}){0,20}", fullmatch=True)
)
FRACTIONS = st.floats(0, 0.999)


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    """Any declaration, with everything that a line can carry."""
    scene = draw(scenes())
    if draw(st.integers(0, 5)) == 0:
        made = draw(lines(scene))
        status = draw(st.sampled_from(LineStatus))
        unsure = Uncertainty(draw(st.sampled_from((0.0, 12.5, 100.0))))
        made = replace(
            made,
            segments=tuple(replace(segment, status=status, uncertainty=unsure) for segment in made.segments),
            sides=draw(st.sampled_from((None, Sides(), made.sides, Sides(frozenset({draw(NAMES)}), left_name="east")))),
        )
    else:
        made = draw(declarations(scene, datums=ALL_DATUMS))
        if draw(st.booleans()):
            made = replace(made, volumes=tuple(_finer(draw, volume) for volume in made.volumes))
    begin = draw(st.one_of(st.none(), st.integers(0, 10**9).map(lambda s: Instant(1e9 + s / 7.0))))
    made = replace(
        made,
        party=draw(NAMES),
        title=draw(TEXTS),
        details=draw(st.dictionaries(st.from_regex(r"[a-z]{1,9}", fullmatch=True), TEXTS, max_size=2)),
        declaration_id=draw(NAMES),
        revision=draw(st.integers(0, 99)),
        replaces=draw(st.one_of(st.just(""), NAMES)),
        valid_from=begin,
        valid_until=begin and Instant(begin.epoch_s + draw(st.floats(1e-3, 1e7))),
        standing=draw(st.sampled_from(Standing)),
        hypothetical=draw(st.booleans()),
        emergency=draw(st.booleans()),
    )
    return Notice(made, exercise=draw(st.booleans()))


def _finer(draw: st.DrawFn, volume: Volume) -> Volume:
    """The same, with fractions of seconds, metres and feet, and bounds at 95 %."""
    window, band, unsure = volume.window, volume.band, volume.uncertainty
    if band is not None:
        lift = draw(FRACTIONS)
        band = Band(
            None if band.lower_m is None else -band.lower_m + lift,
            None if band.upper_m is None else band.upper_m * 0.3048 + lift,
            band.datum,
            draw(st.sampled_from((None, *ALL_DATUMS))),
        )
    unsure = Uncertainty(
        unsure.horizontal_m + draw(FRACTIONS), unsure.vertical_m, unsure.time_s, at_95=draw(st.booleans())
    )
    if isinstance(volume.shape, Route):
        shift = draw(FRACTIONS)
        waypoints = tuple(replace(w, time=Instant(w.time.epoch_s + shift)) for w in volume.shape.waypoints)
        window = Window(waypoints[0].time, waypoints[-1].time)
        return Volume(replace(volume.shape, waypoints=waypoints), window, band, unsure)
    if window.start is not None:
        window = Window(Instant(window.start.epoch_s + draw(FRACTIONS)), window.end)
    return Volume(volume.shape, window, band, unsure)


def _declared(read: voice.Read) -> Declaration:
    assert isinstance(read.message, Notice)
    return read.message.declaration


@given(notices(), LANGUAGES)
@settings(deadline=None, max_examples=200)
def test_written_exactly_it_is_the_very_version(notice: Notice, language: str) -> None:
    """R24: nothing is lost but the blanks and equals signs of free text, and then it says so."""
    read = voice.read(voice.write(notice, language, exact=True), language)
    back, declared = _declared(read), notice.declaration
    assert isinstance(read.message, Notice)
    assert read.message.exercise == notice.exercise
    same_words = replace(back, title=declared.title, details=declared.details)
    assert same_words.version_id == declared.version_id
    assert back.title == " ".join(declared.title.replace("=", " ").split())
    assert read.exact == (back.version_id == declared.version_id)
    assert read.exact or read.partial
    assert not read.rounded
    assert read.reference == version_reference(declared.version_id)


@given(notices(), LANGUAGES)
@settings(deadline=None, max_examples=200)
def test_rounded_it_contains_what_was_declared(notice: Notice, language: str) -> None:
    """R24, R29: every bound grows, none shrinks, and what moved is covered by the uncertainty that is declared."""
    declared = notice.declaration
    read = voice.read(voice.write(notice, language), language)
    back = _declared(read)
    assert read.exact or read.rounded or read.partial
    for name in ("kind", "zone", "medium", "party", "declaration_id", "revision", "replaces", "standing",
                 "hypothetical", "emergency"):  # fmt: skip
        assert getattr(back, name) == getattr(declared, name), name
    _covers(Window(back.valid_from, back.valid_until), Window(declared.valid_from, declared.valid_until))
    for said, meant in zip(back.segments, declared.segments, strict=True):
        assert said.status == meant.status
        _covers(said.window, meant.window)
        _near(said.path, meant.path, said.uncertainty.horizontal_m - meant.uncertainty.horizontal_m)
    for volume, was in zip(back.volumes, declared.volumes, strict=True):
        _volume_covers(volume, was)
    if declared.kind is Kind.NEGATIVE:
        assert not read.rounded


def _covers(said: Window, meant: Window) -> None:
    assert said.start_s <= meant.start_s + 1e-6
    assert said.end_s >= meant.end_s - 1e-6
    if math.isfinite(meant.start_s):
        assert meant.start_s - said.start_s < 1
    if math.isfinite(meant.end_s):
        assert said.end_s - meant.end_s < 1


def _volume_covers(said: Volume, meant: Volume) -> None:
    assert said.uncertainty.at_95 == meant.uncertainty.at_95
    more_s = said.uncertainty.time_s - meant.uncertainty.time_s
    more_v = said.uncertainty.vertical_m - meant.uncertainty.vertical_m
    assert -1e-3 <= more_s < 2
    assert -1e-3 <= more_v < 2
    assert (said.band is None) == (meant.band is None)
    if said.band is not None and meant.band is not None:
        assert (said.band.datum, said.band.datum_of_upper) == (meant.band.datum, meant.band.datum_of_upper)
        for mine, own, sign in (
            (said.band.lower_m, meant.band.lower_m, 1),
            (said.band.upper_m, meant.band.upper_m, -1),
        ):
            assert (mine is None) == (own is None)
            if mine is not None and own is not None:
                assert -1e-3 <= sign * (own - mine) < 1
    if isinstance(meant.shape, Route) and isinstance(said.shape, Route):
        for a, b in zip(said.shape.waypoints, meant.shape.waypoints, strict=True):
            assert abs(a.time.epoch_s - b.time.epoch_s) <= more_s + 1e-6
            assert (a.height_m is None) == (b.height_m is None)
            assert abs((a.height_m or 0) - (b.height_m or 0)) <= more_v + 1e-3
        assert said.shape.datum == meant.shape.datum
        assert 0 <= said.shape.radius_m - meant.shape.radius_m + 1e-3 < 1.1
        assert 0 <= said.shape.half_height_m - meant.shape.half_height_m + 1e-3 < 1.1
    else:
        _covers(said.window, meant.window)
    more_m = said.uncertainty.horizontal_m - meant.uncertainty.horizontal_m
    assert -1e-3 <= more_m < 7
    _near(said.shape, meant.shape, more_m)


def _near(said: Shape, meant: Shape, allowed_m: float) -> None:
    mine, own = _points(said), _points(meant)
    closed = isinstance(meant, Polygon | MultiPolygon)
    for kept, was in zip(mine, own, strict=True):
        if len(kept) < len(was):  # corners on the way between others were left out
            some = was[:: max(1, len(was) // 20)]
            assert all(_off_m(point, kept, closed=closed) <= min(6.0, allowed_m) + 1e-3 for point in some)
            continue
        for a, b in zip(kept, was, strict=True):
            assert distance_m(a, b) <= 0.8
            assert distance_m(a, b) <= allowed_m + 1e-3
    if isinstance(said, Circle) and isinstance(meant, Circle):
        assert 0 <= said.radius_m - meant.radius_m + 1e-3 < 1.1
    if isinstance(said, Corridor) and isinstance(meant, Corridor):
        assert 0 <= said.half_width_m - meant.half_width_m + 1e-3 < 1.1


def _off_m(point: Position, line: tuple[Position, ...], *, closed: bool) -> float:
    """How far a point is from a line of geodesics: the least distance over each edge, by thirds."""
    best = math.inf
    for a, b in pairwise((*line, line[0]) if closed else line):
        length, azimuth, _ = inverse(a, b)
        if distance_m(a, point) + distance_m(point, b) > length + 12.0:
            continue  # farther than any bound that is asked for
        low, high = 0.0, length
        while high - low > 1e-2:
            one, two = low + (high - low) / 3, high - (high - low) / 3
            nearer = distance_m(point, direct(a, azimuth, one)) < distance_m(point, direct(a, azimuth, two))
            low, high = (low, two) if nearer else (one, high)
        best = min(best, distance_m(point, direct(a, azimuth, (low + high) / 2)))
    return best


@given(st.integers(-170, 170), st.integers(-70, 70), st.integers(10, 800), st.integers(10, 400), st.booleans())
@settings(deadline=None, max_examples=15)
def test_corners_that_a_reader_put_on_straight_edges_are_left_out_within_the_bound(
    lon: int, lat: int, width: int, height: int, hole: bool
) -> None:
    """R24, R29: a box of up to 80 by 40 km, drawn in a GIS whose edges are straight on the map."""
    x, y = lon + 0.12345, lat + 0.54321

    def box(by: float) -> list[list[float]]:
        w, h = width / 1000 * by, height / 1000 * by
        return [[x - w, y - h], [x + w, y - h], [x + w, y + h], [x - w, y + h], [x - w, y - h]]

    rings = [box(1.0), box(0.3)] if hole else [box(1.0)]
    feature = {
        "type": "Feature",
        "properties": {"kind": "operation", "party": "p"},
        "geometry": {"type": "Polygon", "coordinates": rings},
    }
    (declared,) = geojson.read(json.dumps(feature).encode(), "x.geojson", Context(Theatre("plain", ()))).declarations
    _volume_covers(_declared(voice.read(voice.write(declared), "en")).volumes[0], declared.volumes[0])
    assert len(voice.write(declared)) <= len(voice.write(declared, exact=True))


def _points(shape: Shape) -> list[tuple[Position, ...]]:
    match shape:
        case Point(at=at) | Circle(centre=at):
            return [(at,)]
        case Polygon():
            return [shape.outer, *shape.holes]
        case MultiPolygon():
            return [ring for polygon in shape.polygons for ring in (polygon.outer, *polygon.holes)]
        case Corridor(path=points) | Path(points=points):
            return [points]
        case Route():
            return [tuple(w.at for w in shape.waypoints)]


@given(notices(), LANGUAGES, LANGUAGES)
@settings(deadline=None, max_examples=20)
def test_a_relay_changes_the_language_and_nothing_else(notice: Notice, heard: str, passed_on: str) -> None:
    """R25: the same numbers of check words, and the same declaration."""
    lines = voice.write(notice, heard)
    assert voice.translate(lines, passed_on) == voice.write(notice, passed_on)


@given(notices(), LANGUAGES)
@settings(deadline=None, max_examples=20)
def test_the_language_is_found_and_lines_are_short(notice: Notice, language: str) -> None:
    lines = voice.write(notice, language)
    free = sum((len(word) for word in notice.declaration.title.split()), 0)
    assume(free < 500)
    assert voice.hear("\n".join(lines)).language == language
    numbers = [int(line.split()[0]) for line in lines]
    assert all(b == a + 1 for a, b in pairwise(numbers))
    assert numbers[0] == 1


INSTANTS = st.integers(0, 2 * 10**9).map(lambda s: Instant(float(s)))
POSITIONS = st.builds(
    lambda lon, lat: Position(lon / 1e5, lat / 1e5),
    st.integers(-18_000_000, 18_000_000),
    st.integers(-9_000_000, 9_000_000),
)
REFERENCES = st.from_regex(r"[0-9a-f]{8}", fullmatch=True)
MESSAGES = st.one_of(
    st.builds(
        Emergency, NAMES, NAMES, POSITIONS, INSTANTS, st.integers(0, 9999).map(float), st.one_of(st.just(""), NAMES),
        st.from_regex(r"([a-z]{1,9}( [a-z]{1,9}){0,12})?", fullmatch=True), st.booleans(),
    ),
    st.builds(Acknowledgement, NAMES, NAMES, REFERENCES, st.sampled_from(Answer), INSTANTS, st.just(""), st.booleans()),
    st.builds(
        ReadBack, NAMES, NAMES, REFERENCES, st.one_of(st.none(), POSITIONS),
        st.one_of(st.none(), st.builds(lambda a, d: Window(a, Instant(a.epoch_s + d)), INSTANTS, st.integers(1, 999))),
        st.one_of(
            st.none(),
            st.builds(lambda a, b, d: Band(float(a), float(a + b), d), st.integers(-400, 9000), st.integers(0, 999),
                      st.sampled_from(ALL_DATUMS)),
        ),
        st.booleans(),
    ),
    st.builds(Cancellation, NAMES, NAMES),
    st.builds(
        Words, NAMES, NAMES, INSTANTS, st.from_regex(r"[a-z]{1,9}( [a-z0-9:]{1,9}){0,30}", fullmatch=True),
        st.booleans(),
    ),
)  # fmt: skip


@given(MESSAGES, LANGUAGES)
@settings(deadline=None, max_examples=100)
def test_every_other_message_comes_back_as_it_was(message: voice.Message, language: str) -> None:
    """R14, R17: emergencies, answers, read-backs and cancellations."""
    lines = voice.write(message, language)
    assert voice.read(lines, language).message == message
    assert len(lines) < 30


@given(POSITIONS.flatmap(lambda p: st.tuples(st.just(p), st.floats(-4e-6, 4e-6), st.floats(0, 5000))), LANGUAGES)
@settings(deadline=None, max_examples=60)
def test_an_emergency_is_rounded_outward(drawn: tuple[Position, float, float], language: str) -> None:
    at, off, radius_m = drawn
    truth = Position(max(-180.0, min(180.0, at.lon + off)), max(-90.0, min(90.0, at.lat + off)))
    back = voice.read(voice.write(Emergency("relief", "E1", truth, Instant(0.9), radius_m), language), language).message
    assert isinstance(back, Emergency)
    assert back.radius_m + 1e-3 >= radius_m + distance_m(back.at, truth)
    assert back.since.epoch_s <= 0.9
