"""A dossier made by hand: every part of it filled, in an exercise."""

from __future__ import annotations

from tests.desk_world import circle
from thalweg.model.cases import Joined, Named, Particulars
from thalweg.model.declarations import Kind
from thalweg.model.dossier import (
    Account,
    Answer,
    Asked,
    Assessment,
    Cited,
    Claim,
    Dossier,
    Fact,
    Known,
    Margins,
    Moment,
    Near,
    Report,
    Request,
    SourceRead,
    Spot,
    Withheld,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position

NIGHT = Instant(1_505_509_200.0)  # 2017-09-15T21:00:00Z
HOUR = 3600.0
PLACE = Position(40.19, 35.38)


def at(hours: float) -> Instant:
    return Instant(NIGHT.epoch_s + hours * HOUR)


def sample() -> Dossier:
    """As one party had it three days later."""
    site = circle("industrial-zone", "DMC", 40.2, 35.39, 6000.0, kind=Kind.STATIC_SITE)
    flight = circle("air-ops", "RUS", 40.15, 35.34, 4000.0, hours=(2.0, 9.0))
    particulars = Particulars(
        NIGHT, at(6.17), PLACE, 6000, "the industrial zone, east of the Euphrates",
        Named(("DMC",), ("SDF fighters",), Joined.AND), Named(("RUS", "SYR"), (), Joined.AND),
    )  # fmt: skip
    thing = {"kind": "operation_air", "title": "air-ops of RUS"}
    mine = {"kind": "site", "title": "industrial-zone of DMC"}
    declared = Fact(
        "declared", {"of": "RUS", **thing, "away": 0.0, "gap": 0.0, "level": "footprint", "at": at(-2)}, (41, 43)
    )
    own = Fact("declared", {"of": "DMC", **mine, "away": 0.0, "gap": 0.0, "level": "full", "at": at(-1.3)}, (44, 45))
    found = Fact("found", {"party": "DMC", "of": "RUS", **thing, "severity": "warning", "at": at(-1.3)}, (46,))
    warned = Fact("warned", {"party": "DMC", "of": "RUS", **thing, "at": at(-1.3), "received": at(-1.2)}, (46, 47, 48))
    had = Fact("had", {"to": "RUS", "of": "DMC", **mine, "at": at(-0.8)}, (50, 51))
    answered = Fact(
        "acknowledged", {"to": "RUS", "of": "DMC", **mine, "response": "received", "at": at(-0.8)}, (50, 51)
    )
    silent = Fact("unanswered", {"to": "SYR", "of": "DMC", **mine, "at": at(-0.3)}, (52,), Known.NO)
    wrong = Fact(
        "read_back_wrong", {"to": "RUS", "of": "DMC", **mine, "differs": "position", "at": at(-0.7)}, (53, 54), Known.NO
    )
    late = Fact("late", {"of": "DMC", **mine, "at": at(-1.3)}, (44, 45))
    ours, theirs = "ست مقاتلين جُرحوا عندما قصفت طائرات مواقعنا…", "Российская авиация не наносила ударов…"
    said = [
        Fact("says", {"of": "DMC", "at": at(20), "words": ours}, (64, 65)),
        Fact("says", {"of": "RUS", "at": at(30), "words": theirs}, (66,)),
    ]
    none = Fact("said_none", {"of": "SYR"}, (), Known.NOT_ON_RECORD)
    differ = Fact(
        "differ_alleged",
        {"of": "DMC", "other": "RUS", "names": "RUS\nSYR", "joined": "and", "other_names": "unknown aircraft"},
        (60, 66),
        Known.DISPUTED,
    )
    risk = Fact(
        "differ_risk", {"of": "DMC", "grade": "A", "other": "RUS", "other_grade": "D"}, (70, 71), Known.DISPUTED
    )
    dispute = Answer(Asked.DISPUTED, Known.DISPUTED, (differ, risk))
    answers = (
        Answer(Asked.DECLARED, Known.YES, (declared, own)),
        Answer(Asked.FOUND, Known.YES, (found,)),
        Answer(Asked.WARNED, Known.YES, (warned, had)),
        Answer(Asked.ACKNOWLEDGED, Known.IN_PART, (answered, silent)),
        Answer(Asked.READ_BACK, Known.NO, (wrong,)),
        Answer(Asked.PASSED_ON, Known.NOT_ON_RECORD, (Fact("passed_on_none", known=Known.NOT_ON_RECORD),)),
        Answer(Asked.LATE, Known.YES, (late,)),
        Answer(Asked.SAID, Known.YES, (*said, none)),
        dispute,
    )
    happened = Fact("happened", {}, (60, 61))
    moments = (
        Moment(at(-10), at(-2), at(-2), declared),
        Moment(at(-1.3), None, at(-1.3), own),
        Moment(at(-1.3), None, at(-1.3), found),
        Moment(at(-1.3), None, at(-1.3), warned),
        Moment(at(-0.8), None, at(-0.8), answered),
        Moment(at(-0.7), None, at(-0.7), wrong),
        Moment(at(-0.3), None, at(-0.3), silent),
        Moment(NIGHT, at(6.17), at(9), happened),
        Moment(at(8.9), None, at(9), Fact("reported", {"of": "DMC"}, (60, 61))),
        Moment(at(10), None, at(10), Fact("asked", {"of": "DMC", "to": "RUS", "due": at(72)}, (62, 63))),
        Moment(at(29), None, at(30), Fact("said", {"of": "RUS", "at": at(30)}, (66,))),
    )
    accounts = (
        Account("DMC", at(9), "Six fighters were wounded when aircraft bombed our positions in the industrial zone.",
                "en", particulars, at(20), (60, 61)),
        Account("DMC", at(20), "ست مقاتلين جُرحوا عندما قصفت طائرات مواقعنا في المنطقة الصناعية شرق الفرات.", "ar",
                particulars, None, (64, 65)),
        Account("RUS", at(30), "Российская авиация не наносила ударов по отрядам на восточном берегу.", "ru",
                Particulars(alleged=Named((), ("unknown aircraft",))), None, (66,)),
    )  # fmt: skip
    return Dossier(
        party="DMC",
        names={"DMC": "Deir ez-Zor Military Council", "RUS": "Russian forces in Syria", "SYR": "Syrian government",
               "CJTF": "Coalition"},
        theatre="Middle Euphrates",
        exercise=True,
        incident=Report("i-7kq2w4m9xb", "DMC", at(9), "Air strike reported, industrial zone, left bank",
                        accounts[0].text, "en", particulars, None, (60, 61)),
        known_at=at(72.5),
        margins=Margins(),
        near=(
            Near("a-1", "RUS", "operation_air", "air-ops of RUS", Level.FOOTPRINT, flight, 0.0, 0.0, True, at(-2), True,
                 entries=(41, 43), marks=("exercise",)),
            Near("DMC/industrial-zone", "DMC", "site", "industrial-zone of DMC", Level.FULL, site, 0.0, 0.0, True,
                 at(-1.3), True, late=True, entries=(44, 45), marks=("exercise", "hypothetical geometry")),
        ),
        answers=answers,
        cannot=tuple(
            Fact(key, values, (), Known.NOT_ON_RECORD)
            for key, values in (
                ("undisclosed", {"party": "DMC"}), ("receipts", {}), ("cells", {"n": 1}), ("silent", {"names": "SYR"}),
                ("withheld", {"n": 3}), ("read", {}), ("clocks", {}), ("absence", {}),
            )
        ),
        timeline=moments,
        spots=(
            Spot("incident", "DMC", "Air strike reported, industrial zone, left bank", PLACE, 6000.0, NIGHT, (60, 61)),
            Spot("declaration", "RUS", "air-ops of RUS", Position(40.15, 35.34), 4000.0, at(-8), (41, 43)),
            Spot("declaration", "DMC", "industrial-zone of DMC", Position(40.2, 35.39), 6000.0, None, (44, 45)),
        ),
        accounts=accounts,
        silent=("SYR",),
        requests=(
            Request("DMC", "RUS", at(10), "Which aircraft flew east of the river that night?", "en", at(72),
                    None, "", "", 1, (62, 63, 68)),
            Request("DMC", "CJTF", at(10), "What had you been told of our positions?", "en", at(72), at(40),
                    "The location had been known to the Russian side.", "en", 0, (67, 69)),
        ),
        assessments=(
            Assessment("cause", "CJTF", at(60), "highly_probable", "An air strike.", "en", None, (72,)),
            Assessment("risk", "DMC", at(61), "A", "", "en", None, (70,)),
            Assessment("risk", "RUS", at(62), "D", "Данных недостаточно.", "ru", None, (71,)),
        ),
        sources=(
            SourceRead("5f" * 32, "An agency", "Jets hit forces east of the river", "2017-09-16", ("A paper, 16 Sept",),
                       (Claim("A spokesman", ("An agency",), "assertion", "our positions were hit", 210, 232, (74,)),
                        Claim("The ministry", (), "denial", "only militants are struck", 900, 926, (75,))), (73,)),
        ),
        entries=tuple(
            Cited(index, f"{index:02x}" * 32, kind, author, at(hours))
            for index, kind, author, hours in (
                (41, "declaration/1", "rus-1", -2), (43, "notice/1", "desk", -2), (44, "declaration/1", "dmc-1", -1.3),
                (45, "taken/1", "desk", -1.3), (46, "notice/1", "desk", -1.3), (60, "incident/1", "dmc-1", 9),
            )
        ),
        withheld=(Withheld("notice", 2), Withheld("declaration", 1)),
    )  # fmt: skip
