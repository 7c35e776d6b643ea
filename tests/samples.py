"""A result of a check made by hand from values of the model: all kinds, all marks, all types of finding.

Positions are on the middle Euphrates in September 2017; every declaration in it is invented for tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from thalweg.model.declarations import (
    Declaration,
    Kind,
    LineStatus,
    Medium,
    Segment,
    Sides,
    Standing,
    Uncertainty,
    Volume,
    Zone,
)
from thalweg.model.findings import Certainty, Finding, FindingType, Fix, Suggestions
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band, Datum
from thalweg.model.notes import Flag, Omission, Problem, Source
from thalweg.model.result import CheckResult, Counts
from thalweg.model.shapes import (
    Circle,
    Corridor,
    Path,
    Point,
    Polygon,
    Position,
    Route,
    Waypoint,
)
from thalweg.model.theatre import Margin, Relation
from thalweg.model.words import EXERCISE, HYPOTHETICAL, REPORTED, STALE

MIDNIGHT = 1505520000.0  # 2017-09-16T00:00:00Z
CHECKED_AT = Instant(MIDNIGHT + 30 * 60 + 18)


def at(hours: float, minutes: float = 0.0, seconds: float = 0.0) -> Instant:
    return Instant(MIDNIGHT + hours * 3600 + minutes * 60 + seconds)


def during(begin: float, end: float) -> Window:
    """From `begin` to `end`, in hours of the day."""
    return Window(at(begin), at(end))


def route(
    *points: tuple[float, float, Instant, float | None],
    radius_m: float = 0.0,
    datum: Datum = Datum.UNKNOWN,
    half_height_m: float = 0.0,
    uncertainty: Uncertainty = Uncertainty(),  # noqa: B008 frozen, and equal to the model's own default
    band: Band | None = None,
) -> Volume:
    waypoints = tuple(Waypoint(Position(lon, lat), time, height) for lon, lat, time, height in points)
    return Volume(
        Route(waypoints, radius_m, datum, half_height_m),
        Window(waypoints[0].time, waypoints[-1].time),
        band,
        uncertainty,
    )


def _ring(*points: tuple[float, float]) -> tuple[Position, ...]:
    return tuple(Position(lon, lat) for lon, lat in points)


AIR_OPERATION = Declaration(
    Kind.OPERATION,
    "russia",
    "R-0412 transit",
    (
        route(
            (40.0, 35.04, at(0, 47), 1400.0),
            (40.22, 35.13, at(0, 50), 1250.0),
            (40.38, 35.25, at(0, 52), 900.0),
            (40.44, 35.33, at(0, 53), 895.0),
            (40.42, 35.47, at(0, 55), 1050.0),
            radius_m=0.0,
            datum=Datum.UNKNOWN,
            uncertainty=Uncertainty(2000.0, 80.0, 0.0),
        ),
    ),
    medium=Medium.AIR,
    declaration_id="R-0412",
    revision=1,
    submitted=at(0, 12),
    source=Source("russia.geojson", "features[0]"),
)

CASUALTY_FLIGHT = Declaration(
    Kind.MOVEMENT,
    "coalition",
    "M-0931 casualty flight",
    (
        route(
            (40.47, 35.11, at(0, 47), 380.0),
            (40.445, 35.20, at(0, 51), 385.0),
            (40.435, 35.285, at(0, 53), 390.0),
            (40.425, 35.47, at(0, 56), 400.0),
            datum=Datum.AGL,
            half_height_m=20.0,
            uncertainty=Uncertainty(300.0, 50.0, 0.0),
        ),
    ),
    medium=Medium.AIR,
    declaration_id="M-0931",
    revision=3,
    emergency=True,
    submitted=at(0, 20),
    source=Source("coalition.csv", "row 3"),
    entered={"waypoint 1": "35°06'36\"N 040°28'12\"E"},
)

CONVOY = Declaration(
    Kind.MOVEMENT,
    "relief",
    "N-1188 قافلة إغاثة إلى الميادين",
    (
        route(
            (40.115, 35.325, at(5), None),
            (40.22, 35.27, at(5, 50), None),
            (40.315, 35.218, at(6, 40), None),
            (40.39, 35.12, at(7, 30), None),
            (40.4515, 35.0198, at(8, 30), None),
            radius_m=1000.0,
            uncertainty=Uncertainty(200.0, 0.0, 600.0),
        ),
    ),
    medium=Medium.GROUND,
    declaration_id="N-1188",
    revision=2,
    details={"vehicles": "6, white, blue flag", "armed escort": "no"},
    source=Source("relief.xlsx", "Movements, row 8"),
    flags=(
        Flag(
            "place-homonym",
            "There are two places called Salihiyah, on opposite banks. Nothing was changed; say which is meant.",
            "to",
        ),
    ),
)

ZONE = Declaration(
    Kind.RESTRICTED_ZONE,
    "council",
    "Z-018 mines being lifted by hand",
    (Volume(Circle(Position(40.19, 35.27), 4000.0), during(4, 12), Band(None, 1500.0, Datum.EGM96)),),
    zone=Zone.NO_ENTRY,
    declaration_id="Z-018",
    source=Source("council.kml", "Document/Placemark[1]"),
)

HOSPITAL = Declaration(
    Kind.STATIC_SITE,
    "relief",
    "S-04 hospital, Al Mayadin",
    (Volume(Point(Position(40.452, 35.024)), uncertainty=Uncertainty(3000.0)),),
    declaration_id="S-04",
    valid_until=at(-24),
    source=Source("relief.xlsx", "Sites, row 4"),
    flags=(
        Flag(
            "precision-coarse",
            "A tenth of a degree is 10 km; the position was kept as it stands. Ask for a finer one.",
            "latitude",
        ),
    ),
)

OWN_PEOPLE = Declaration(
    Kind.OPERATION,
    "coalition",
    "Own people, industrial zone",
    (
        Volume(
            Circle(Position(40.21, 35.395), 2500.0),
            during(-6, 12),
            Band(0.0, 200.0, Datum.AGL),
            Uncertainty(6000.0, at_95=True),
        ),
    ),
    medium=Medium.GROUND,
    declaration_id="O-77",
    hypothetical=True,
    source=Source("coalition.csv", "row 9"),
)

GROUND_OPERATION = Declaration(
    Kind.OPERATION,
    "russia",
    "R-0420 bridging",
    (
        Volume(
            Corridor(_ring((40.10, 35.36), (40.17, 35.355), (40.22, 35.38)), 1200.0),
            during(0, 9),
            Band(0.0, 900.0, Datum.AGL),
            Uncertainty(1000.0),
        ),
    ),
    medium=Medium.GROUND,
    declaration_id="R-0420",
    source=Source("russia.geojson", "features[1]"),
)

RIVER = Declaration(
    Kind.LINE,
    "council",
    "Euphrates as dividing line",
    segments=(
        Segment(
            Path(_ring((39.98, 35.44), (40.06, 35.40), (40.13, 35.352), (40.21, 35.335))),
            LineStatus.TACIT,
            uncertainty=Uncertainty(3000.0),
        ),
        Segment(Path(_ring((40.21, 35.335), (40.30, 35.30), (40.36, 35.24))), LineStatus.AGREED),
        Segment(
            Path(_ring((40.36, 35.24), (40.43, 35.16), (40.42, 35.08), (40.46, 35.0))),
            LineStatus.DISPUTED,
            Window(at(-240), None),
        ),
    ),
    sides=Sides(frozenset({"coalition", "council"}), frozenset({"russia"}), "left bank", "right bank"),
    declaration_id="L-01",
    standing=Standing.REPORTED,
    source=Source("lines.geojson", "features[0]"),
)

NONE_OF_OURS = Declaration(
    Kind.NEGATIVE,
    "russia",
    "None of ours there",
    (
        Volume(
            Polygon(
                _ring((40.47, 35.15), (40.57, 35.15), (40.58, 35.06), (40.50, 35.04), (40.47, 35.08)),
                (_ring((40.52, 35.10), (40.54, 35.10), (40.53, 35.12)),),
            ),
            during(0, 6),
        ),
    ),
    declaration_id="NEG-3",
    source=Source("russia.geojson", "features[2]"),
)

REPORTED_OPERATION = Declaration(
    Kind.OPERATION,
    "russia",
    "Column seen moving east",
    (
        Volume(
            Polygon(_ring((40.44, 35.12), (40.50, 35.14), (40.51, 35.10), (40.45, 35.08))),
            during(2, 5),
            None,
            Uncertainty(1500.0, 0.0, 1800.0),
        ),
    ),
    medium=Medium.GROUND,
    declaration_id="P-2",
    standing=Standing.REPORTED,
    source=Source("press.csv", "row 2"),
)

RUMOUR = Declaration(
    Kind.RESTRICTED_ZONE,
    "nobody",
    "Rumoured no-fly zone",
    (Volume(Circle(Position(40.27, 35.42), 9000.0), during(0, 24), Band(0.0, None, Datum.UNKNOWN)),),
    zone=Zone.RESTRICTED_AIRSPACE,
    declaration_id="X-1",
    standing=Standing.RUMOURED,
    source=Source("press.csv", "row 5"),
)

ALL = (
    AIR_OPERATION,
    CASUALTY_FLIGHT,
    CONVOY,
    ZONE,
    HOSPITAL,
    OWN_PEOPLE,
    GROUND_OPERATION,
    RIVER,
    NONE_OF_OURS,
    REPORTED_OPERATION,
    RUMOUR,
)

PARTIES: Mapping[str, str] = {
    "russia": "Russian desk",
    "coalition": "Coalition liaison desk",
    "relief": "مكتب الإغاثة",
    "council": "Military Council",
}

_OVERLAP = Polygon(_ring((40.17, 35.373), (40.2, 35.365), (40.225, 35.372), (40.235, 35.39), (40.2, 35.385)))

FLIGHTS = Finding(
    id="f-5a1c0d7e9b324f66",
    type=FindingType.CONFLICT,
    versions=(AIR_OPERATION.version_id, CASUALTY_FLIGHT.version_id),
    rule="air-air",
    relation=Relation.NOT_PERMITTED,
    severity="warning",
    margin=Margin(5000.0, 600.0, 0.0),
    certainty=Certainty.LIKELY,
    share=0.9,
    reasons=(
        "The position of R-0412 is known to ±2 km only.",
        "The datum of R-0412 is not stated.",
    ),
    horizontal_m=3823.0,
    vertical_m=488.0,
    time_gap_s=0.0,
    datum_allowance_m=130.0,
    closest=(Position(40.41311, 35.29416), Position(40.43724, 35.26596)),
    region=(),
    first=at(0, 52, 6),
    closest_at=at(0, 52, 33),
    last=at(0, 53),
    reference="12.1 km ESE of Khusham, left bank of the Euphrates",
    sentence=(
        "Russian desk air operation R-0412 may come within 3.8 km of Coalition liaison desk air movement M-0931 "
        "at 00:52:33Z, 12.1 km ESE of Khusham, left bank of the Euphrates."
    ),
    rule_sentence="Rule: 5 km sideways, or 600 m in height.",
    marks=(EXERCISE,),
)

CONVOY_IN_ZONE = Finding(
    id="f-0b6a2fd1c9e84477",
    type=FindingType.CONFLICT,
    versions=(CONVOY.version_id, ZONE.version_id),
    rule="ground-zone",
    relation=Relation.RESTRICTED,
    severity="caution",
    margin=Margin(1000.0, None, 900.0),
    certainty=Certainty.CERTAIN,
    share=1.0,
    reasons=(),
    horizontal_m=0.0,
    vertical_m=None,
    time_gap_s=0.0,
    datum_allowance_m=0.0,
    closest=(Position(40.19, 35.2857), Position(40.19, 35.2857)),
    region=(Polygon(_ring((40.15, 35.3), (40.19, 35.3), (40.23, 35.272), (40.21, 35.26), (40.16, 35.29))),),
    first=at(5, 14),
    closest_at=at(5, 19),
    last=at(6, 7),
    reference="8.9 km SE of Deir ez-Zor, right bank of the Euphrates",
    sentence=(
        "مكتب الإغاثة ground movement N-1188 will pass through Military Council restricted zone Z-018 "
        "from 05:14Z to 06:07Z, 8.9 km SE of Deir ez-Zor, right bank of the Euphrates."
    ),
    rule_sentence="Rule: 1 km sideways, whatever the height, only if the zone's notifier has been told the route.",
    marks=(EXERCISE,),
)

FAR_BANK = Finding(
    id="f-77e2a90c51d34b08",
    type=FindingType.CONFLICT,
    versions=(GROUND_OPERATION.version_id, OWN_PEOPLE.version_id),
    rule="ground-ground",
    relation=Relation.NOT_PERMITTED,
    severity="warning",
    margin=Margin(2000.0, 0.0, 0.0),
    certainty=Certainty.POSSIBLE,
    can_tell=False,
    share=0.0,
    reasons=("The position of the Coalition's people is known to ±6 km only (95 %).",),
    horizontal_m=0.0,
    vertical_m=0.0,
    time_gap_s=0.0,
    datum_allowance_m=0.0,
    closest=(Position(40.205, 35.376), Position(40.205, 35.376)),
    region=(_OVERLAP,),
    first=at(0),
    closest_at=at(0),
    last=None,
    reference="6.3 km ENE of Deir ez-Zor, left bank of the Euphrates",
    sentence=(
        "Russian desk ground operation R-0420 may reach people of the Coalition liaison desk at O-77 "
        "from 00:00Z, 6.3 km ENE of Deir ez-Zor, left bank of the Euphrates."
    ),
    rule_sentence="Rule: 2 km sideways.",
    marks=(EXERCISE, HYPOTHETICAL),
)

OVER_THE_LINE = Finding(
    id="f-c3d90e1286aa4f15",
    type=FindingType.WRONG_SIDE,
    versions=(GROUND_OPERATION.version_id, RIVER.version_id),
    rule="line",
    relation=Relation.NOT_PERMITTED,
    severity="caution",
    margin=Margin(0.0, None, 0.0),
    certainty=Certainty.LIKELY,
    share=0.62,
    reasons=("The line is known to ±3 km only.",),
    horizontal_m=0.0,
    vertical_m=None,
    time_gap_s=0.0,
    datum_allowance_m=0.0,
    closest=(Position(40.158, 35.347), Position(40.158, 35.347)),
    region=(),
    first=at(0),
    closest_at=at(0),
    last=at(9),
    reference="3.0 km E of Deir ez-Zor, within 3 km of the Euphrates: bank uncertain",
    sentence=(
        "Russian desk ground operation R-0420 may be on the left bank of the tacit line, "
        "from 00:00Z, 3.0 km E of Deir ez-Zor."
    ),
    rule_sentence="The line binds Russian desk to the right bank.",
    marks=(EXERCISE, REPORTED),
    line_status="tacit",
)

CROSSING = Finding(
    id="f-1d2277be40c94c3d",
    type=FindingType.CROSSING,
    versions=(CONVOY.version_id, RIVER.version_id),
    rule="line",
    relation=Relation.RESTRICTED,
    severity="information",
    margin=Margin(0.0, None, 0.0),
    certainty=Certainty.POSSIBLE,
    share=0.21,
    reasons=("The line is disputed here.",),
    horizontal_m=0.0,
    vertical_m=None,
    time_gap_s=0.0,
    datum_allowance_m=0.0,
    closest=(Position(40.42, 35.08), Position(40.42, 35.08)),
    region=(),
    first=at(7, 52),
    closest_at=at(7, 55),
    last=at(8),
    reference="6.2 km NNW of Al Mayadin, bank uncertain",
    sentence=("مكتب الإغاثة ground movement N-1188 may cross the disputed line at 07:55Z, 6.2 km NNW of Al Mayadin."),
    rule_sentence="Crossings are recorded as neutral facts.",
    marks=(EXERCISE, REPORTED),
    line_status="disputed",
)

NEAR_HOSPITAL = Finding(
    id="f-9f00ab3344d24c51",
    type=FindingType.CONFLICT,
    versions=(REPORTED_OPERATION.version_id, HOSPITAL.version_id),
    rule="ground-site",
    relation=Relation.NOT_PERMITTED,
    severity="warning",
    margin=Margin(10_000.0, None, 0.0),
    certainty=Certainty.CERTAIN,
    share=1.0,
    reasons=(),
    horizontal_m=6214.0,
    vertical_m=None,
    time_gap_s=0.0,
    datum_allowance_m=0.0,
    closest=(Position(40.45, 35.08), Position(40.452, 35.024)),
    region=(),
    first=at(2),
    closest_at=at(2),
    last=at(5),
    reference="2.3 km NNE of Al Mayadin, right bank of the Euphrates",
    sentence=(
        "Russian desk ground operation P-2 will be 6.2 km from مكتب الإغاثة protected site S-04 from 02:00Z, "
        "2.3 km NNE of Al Mayadin."
    ),
    rule_sentence="Rule: 10 km sideways, whatever the height.",
    marks=(EXERCISE, STALE, REPORTED),
)

CONTRADICTION = Finding(
    id="f-e84f5512a0c74d9a",
    type=FindingType.CONTRADICTION,
    versions=(REPORTED_OPERATION.version_id, NONE_OF_OURS.version_id),
    rule="negative",
    relation=Relation.NOT_PERMITTED,
    severity="caution",
    margin=Margin(),
    certainty=Certainty.CERTAIN,
    share=1.0,
    reasons=(),
    horizontal_m=0.0,
    vertical_m=None,
    time_gap_s=0.0,
    datum_allowance_m=0.0,
    closest=(Position(40.49, 35.11), Position(40.49, 35.11)),
    region=(Polygon(_ring((40.47, 35.13), (40.5, 35.14), (40.51, 35.1), (40.47, 35.087))),),
    first=at(2),
    closest_at=at(2),
    last=at(5),
    reference="9.8 km S of Al Busayrah, left bank of the Euphrates",
    sentence=(
        "Russian desk states none of its own there from 00:00Z to 06:00Z; its ground operation P-2 is reported "
        "there from 02:00Z, 9.8 km S of Al Busayrah."
    ),
    rule_sentence="A party's own statements contradict each other.",
    marks=(EXERCISE, REPORTED),
)

FINDINGS = (FLIGHTS, FAR_BANK, NEAR_HOSPITAL, CONVOY_IN_ZONE, OVER_THE_LINE, CONTRADICTION, CROSSING)

SUGGESTIONS = {
    CASUALTY_FLIGHT.version_id: Suggestions(
        CASUALTY_FLIGHT.version_id,
        (
            Fix(
                CASUALTY_FLIGHT.version_id, "time", 180.0, 0.004,
                "Start M-0931 3 min later.", (FLIGHTS.id,), CASUALTY_FLIGHT,
            ),
            Fix(
                CASUALTY_FLIGHT.version_id, "offset", 7300.0, 0.365,
                "Move M-0931 7.3 km to the east.", (FLIGHTS.id,), CASUALTY_FLIGHT,
            ),
        ),
        "±12 h in steps of 1 min, ±3 000 m, 20 km to either side",
        {"trim": "A route has no area to trim."},
    ),
    AIR_OPERATION.version_id: Suggestions(
        AIR_OPERATION.version_id,
        (
            Fix(
                AIR_OPERATION.version_id, "altitude", 210.0, 0.07,
                "Fly R-0412 210 m higher.", (FLIGHTS.id,), AIR_OPERATION,
            ),
        ),
        "±12 h in steps of 1 min, ±3 000 m, 20 km to either side",
    ),
    CONVOY.version_id: Suggestions(
        CONVOY.version_id,
        (),
        "±12 h in steps of 1 min, 20 km to either side",
        {"altitude": "Height is no separation under this rule.", "offset": "Every offset meets the zone."},
    ),
    GROUND_OPERATION.version_id: Suggestions(
        GROUND_OPERATION.version_id,
        (
            Fix(
                GROUND_OPERATION.version_id, "trim", 0.28, 0.56,
                "Take R-0420 back to the right bank: 28 % of its area is given up.",
                (FAR_BANK.id, OVER_THE_LINE.id), GROUND_OPERATION,
            ),
        ),
        "half of the area at most",
    ),
}  # fmt: skip

PROBLEMS = (
    Problem(
        Source("relief.xlsx", "Sites, row 17"),
        "position-range",
        "The latitude is not on the Earth.",
        "a latitude from -90 to 90",
        "350.12",
    ),
    Problem(
        Source("russia.geojson", "features[4]"),
        "time-inverted",
        "The window ends before it begins.",
        "an end after 2017-09-16T06:00:00Z",
        "2017-09-15T06:00:00Z",
    ),
)

OMISSIONS = (
    Omission(Source("council.kml", "Document/NetworkLink[1]"), "network link", "It points outside of the file."),
    Omission(Source("council.kml", "Document/Style[2]"), "icon style", "It is decoration.", harmless=True),
)


def result() -> CheckResult:
    """Everything at once, incomplete, in an exercise."""
    return CheckResult(
        declarations={declaration.version_id: declaration for declaration in ALL},
        findings=FINDINGS,
        checked_at=CHECKED_AT,
        theatre="Middle Euphrates",
        rules_hash="1f2e8a9b44c0d7e6f5a4b3c2d1e0f9a8",
        engine_version="0.1.0",
        suggestions=SUGGESTIONS,
        problems=PROBLEMS,
        omissions=OMISSIONS,
        counts=Counts(files=6, seen=15, read=11, duplicates=1, compared=10),
        party_names=PARTIES,
        exercise=True,
    )


def quiet() -> CheckResult:
    """Nothing found, nothing left out."""
    return replace(
        result(),
        declarations={d.version_id: d for d in (CONVOY, HOSPITAL)},
        findings=(),
        suggestions={},
        problems=(),
        omissions=(),
        counts=Counts(files=1, seen=2, read=2, compared=2),
        exercise=False,
    )


HOSTILE_TEXTS = (
    '<script>alert(1)</script><img src=x onerror="alert(1)">',
    "</svg></style></title></script><svg onload=alert(1)>",
    "]]><evil xmlns='x'/><![CDATA[ &amp; &#x0; &lol;",
    '=HYPERLINK("http://example.invalid","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "＝1+1",
    '#eval("1+1") #include("x") $x$ *b* _i_ `raw` @ref <label> // c /* d */ \\ #panic()',
    "[bold red]not markup[/] [link=http://example.invalid]x[/link]",
    "a\u202egnp.exe\u2066\u2069\u202c",
    "nul\x00 bell\x07 esc\x1b[31m\x1b]0;title\x07 del\x7f c1\x9b",
    "one\r\ntwo\n=three\ttab\u2028sep\u2029par\x85nel",
    "lone \ud800 \udfff noncharacter \ufffe \uffff",
    "astral \U0001f691 \U0001fffe 救护车 בית חולים 病院",
    "combining " + "e" + "\u0301" * 60,
    "x" * 700,
    "' onmouseover='alert(1)",
    "{{7*7}} ${7*7} %s %d {0} {x!r}",
)


def hostile(text: str) -> CheckResult:
    """The result with `text` wherever a party, a file or a theatre can put text of its own."""
    base = result()
    changed: dict[str, Declaration] = {}
    for version, declaration in base.declarations.items():
        changed[version] = replace(
            declaration,
            title=text,
            party=text if declaration.party == "relief" and text.strip() else declaration.party,
            details={text: text},
            source=Source(text, text),
            entered={text: text},
            flags=(Flag(text, text, text, {text: text}),),
        )
    to_new = {old: declaration.version_id for old, declaration in changed.items()}
    findings = tuple(
        replace(
            finding,
            versions=(to_new[finding.versions[0]], to_new[finding.versions[1]]),
            sentence=text,
            rule_sentence=text,
            rule=text,
            severity=text,
            reference=text,
            reasons=(text,),
            line_status=text,
        )
        for finding in base.findings
    )
    suggestions = {
        to_new[version]: replace(
            suggestion,
            version=to_new[version],
            searched=text,
            not_offered={text: text},
            fixes=tuple(replace(fix, version=to_new[version], sentence=text) for fix in suggestion.fixes),
        )
        for version, suggestion in base.suggestions.items()
    }
    return replace(
        base,
        declarations={declaration.version_id: declaration for declaration in changed.values()},
        findings=findings,
        suggestions=suggestions,
        problems=tuple(Problem(Source(text, text), text, text, text, text) for _ in base.problems),
        omissions=tuple(Omission(Source(text, text), text, text) for _ in base.omissions),
        theatre=text,
        rules_hash=text,
        engine_version=text,
        party_names={party: text for party in base.party_names},
    )
