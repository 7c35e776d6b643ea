"""What happened all the same: the incidents of that autumn, each side's account beside the other's, and the press.

The accounts are what was published, in our words with short quotations. That anybody reported them to a desk, what was
laid beside them, by when an explanation was asked for, and every risk class, is invented. Nothing is merged and nobody
is right here. Claim ids (C20, K04) are those of the scenario.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from thalweg.cli.replay.play import Play
from thalweg.desk import scenarios
from thalweg.model.cases import (
    AccountGiven,
    Evidence,
    EvidenceLaid,
    ExplanationAsked,
    IncidentReported,
    Joined,
    Named,
    Particulars,
    Risk,
    RiskAssessed,
)
from thalweg.model.instants import Instant
from thalweg.model.shapes import Position

ROOM_ARTICLE, ROOM_COPY = "1d987fb4a15da193", "a1a35ab77c418424"  # S000, and S001 that republishes it
DENIAL_ARTICLE, NIGHT_ARTICLE, RACE_ARTICLE = "a2ecb19b13fbfe80", "8bbbcb768b8a11a2", "7a48abdfb4266264"  # S002-S004
STRIKE: Final = "Air strike in the industrial zone, 16 September"
NOVEMBER: Final = "F-22 and two Su-25, 23 November"
DECEMBER: Final = "F-22 and Su-25, 13 December"
DOSSIERS: Final = {
    "16-september": ("DMC", STRIKE),
    "23-november": ("RUS", NOVEMBER),
    "13-december": ("CJTF", DECEMBER),
}
"""Name -> the party of whose bundle a dossier is made at the end, and the title of the incident."""
DUE: Final = "2017-09-19T08:00:00Z"
_ZONE: Final = Position(40.185, 35.385)  # the industrial zone, within 6 km
_WEST: Final = Position(40.40, 35.02)  # west of the river, within 40 km
_ABU_KAMAL, _MAYADIN = Position(40.91854, 34.45226), Position(40.45154, 35.01982)
_SALHIYA: Final = Position(40.17391, 35.35252)  # of the two of that name, the one across from the city
_INVENTED: Final = "(Published. That it was reported at a desk is invented.)"


def sixteenth(play: Play) -> None:
    """16 September: the morning after the emergency. Reported, asked about, told by each side (C20-C28, K03, K04)."""
    incident = _reported(play)
    _explanations_asked(play, incident)
    _told_by_the_others(play, incident)
    play.at("2017-09-17T12:00:00Z")
    play.enters("DMC", _article(play, RACE_ARTICLE), ("CJTF", "RUS"), "an article of 12 September")
    night = play.enters("DMC", _article(play, NIGHT_ARTICLE), ("CJTF", "RUS"), "an article of 16 September")
    _lays(play, "DMC", incident, Evidence.SOURCE, night, "lays the article of 16 September beside it")


def _reported(play: Play) -> str:
    """By the side that was hit, with the account of its commander; the id of the incident."""
    play.at("2017-09-16T08:00:00Z")
    when = _instant("2017-09-15T21:00:00Z"), _instant("2017-09-16T03:10:00Z")
    seen = Particulars(
        *when,
        _ZONE,
        6000,
        "industrial zone on the eastern bank of the Euphrates, near Deir ez-Zor",
        Named(("DMC",), ("six fighters, wounded",), Joined.AND),
        Named(("RUS", "SYR"), (), Joined.AND),
    )
    incident = play.reports(
        "DMC",
        IncidentReported(
            "DMC",
            STRIKE,
            seen,
            ("CJTF", "RUS"),
            "The SDF, through Reuters: forces east of the Euphrates were hit by “the Russian aircraft and Syrian "
            f"regime forces”, in the industrial zone; six fighters were wounded. {_INVENTED}",
        ),
        "reports the strike to the coalition and Russia",
    )
    play.say(
        "DMC",
        AccountGiven(
            "DMC",
            incident,
            "Ahmed Abu Khawla, who commands the military council, through Reuters: “Russian or Syrian” jets flew in "
            "from government-held territory before dawn. “Or”, where the SDF's statement has “and”: both stand.",
            particulars=Particulars(*when, _ZONE, 6000, alleged=Named(("RUS", "SYR"), (), Joined.OR)),
        ),
        "adds its commander's account, which says less of who it was",
    )
    return incident


def _explanations_asked(play: Play, incident: str) -> None:
    play.say(
        "DMC",
        ExplanationAsked(
            "DMC",
            incident,
            "RUS",
            "“We have requested explanations from the Russian government.” (Published; by when is invented.)",
            _instant(DUE),
        ),
        "asks Russia for an explanation by 19 September",
    )
    play.say(
        "DMC",
        ExplanationAsked(
            "DMC",
            incident,
            "CJTF",
            "“We have asked for explanations from the coalition”, and for “necessary action to stop these jets”. "
            "(Published; by when is invented.)",
            _instant(DUE),
        ),
        "asks the coalition for one",
    )
    for name in ("dmc-jazeera-storm", "dmc-industrial-zone"):
        _lays(play, "DMC", incident, Evidence.DECLARATION, f"DMC/{name}", f"lays {name} beside it")
    _lays(play, "DMC", incident, Evidence.NOTICE, play.newest("DMC", "warning", of="DMC"), "lays its warning beside it")


def _told_by_the_others(play: Play, incident: str) -> None:
    play.at("2017-09-16T14:00:00Z")
    about = _instant("2017-09-16T00:20:00Z"), _instant("2017-09-16T00:40:00Z")
    play.say(
        "CJTF",
        AccountGiven(
            "CJTF",
            incident,
            "The coalition: it was struck at about 00:30Z (taken here as ten minutes either way). The place was known "
            f"to the Russians; the line to them is open 24 hours a day. {_INVENTED}",
            particulars=Particulars(*about, _ZONE, 6000, "east of the Euphrates"),
        ),
        "gives its account: the place was known to the Russians",
    )
    play.at("2017-09-17T10:00:00Z")
    play.say(
        "RUS",
        AccountGiven(
            "RUS",
            incident,
            "Russia denies it, on 17 September. It says that it gave notice in good time of “the borders of our "
            f"military operation in Deir al-Zor”. {_INVENTED}",
            particulars=Particulars(where="Deir ez-Zor", alleged=Named((), ("nobody of Russia's",))),
        ),
        "gives its account: a denial, and that it had given notice",
    )
    _lays(play, "RUS", incident, Evidence.DECLARATION, "RUS/rus-operation-2017-09", "lays its operation beside it")
    _lays(play, "RUS", incident, Evidence.NOTICE, play.newest("RUS", "warning", of="DMC"), "lays its warning beside it")


def unanswered(play: Play) -> None:
    """19 September: what was asked for has not come. A denial in an account is no explanation to whoever asked."""
    play.at("2017-09-19T08:01:00Z")
    play.hears("DMC", "lapsed")


def salhiya(play: Play) -> None:
    """The joint operation room and the gas facility, as they were published (C01-C08): nothing befell anybody. They are
    kept as cases, so that what the press had of them stands beside what the parties say."""
    play.at("2017-12-06T09:00:00Z")
    first = play.enters("YPG", _article(play, ROOM_ARTICLE), ("RUS",), "the article on the room")
    play.enters("YPG", _article(play, ROOM_COPY), ("RUS",), "a copy of it, with a line of its own")
    day = _instant("2017-12-02T22:00:00Z"), _instant("2017-12-03T22:00:00Z")
    where = "Salhiya district east of Deir ez-Zor city; two places, on opposite banks, have that name"
    room = play.reports(
        "YPG",
        IncidentReported(
            "YPG",
            "The joint operation room of 3 December, as it was published",
            Particulars(*day, _SALHIYA, 5000, where),
            ("RUS",),
            "General Eugeny, through ANHA: the Russian military and the YPG “will establish a joint operation room in "
            "Salhiya”. A copy has “the city of Deir Ezzor”. Nothing befell anybody: it is kept so that the sources "
            f"stand beside what was declared. {_INVENTED}",
        ),
        "opens a case for the joint room, as it was published",
    )
    _lays(play, "YPG", room, Evidence.SOURCE, first, "lays the article beside it")
    _lays(play, "YPG", room, Evidence.SOURCE, _sha256(play, ROOM_COPY), "lays the copy beside it")
    _lays(play, "RUS", room, Evidence.DECLARATION, "RUS/joint-room-salhiya", "lays the declared room beside it")
    autumn = _instant("2017-09-09T00:00:00Z"), _instant("2017-12-06T00:00:00Z")
    handed = play.reports(
        "YPG",
        IncidentReported(
            "YPG",
            "A gas facility said to have been handed over",
            Particulars(*autumn, where="east of Deir ez-Zor; neither the facility nor the day is named"),
            ("RUS",),
            "Talal Silo, once a spokesman of the SDF: the SDF and the YPG had “handed over a gas facility and some oil "
            "fields” to the Russian Army. One voice. No desk recorded a hand-over; that further fields may follow is "
            f"the outlet's opinion. {_INVENTED}",
        ),
        "opens a case for the gas facility, as it was published",
    )
    _lays(play, "YPG", handed, Evidence.SOURCE, first, "lays the article beside it")


def november(play: Play) -> None:
    """23 November, as it was told on 9 December, and the answer (C10-C14). The clock stands at 9 December."""
    day = _instant("2017-11-22T22:00:00Z"), _instant("2017-11-23T22:00:00Z")
    incident = play.reports(
        "RUS",
        IncidentReported(
            "RUS",
            NOVEMBER,
            Particulars(
                *day,
                _WEST,
                40_000,
                "west of the Euphrates",
                Named(("RUS",), ("two Su-25",), Joined.AND),
                Named(("CJTF",), ("one F-22",), Joined.AND),
            ),
            ("CJTF",),
            "The Russian Ministry of Defence, on 9 December, sixteen days after: a US F-22 “prevented two Russian "
            f"Su-25 strike aircraft” from striking a base of the Islamic State west of the river. {_INVENTED}",
        ),
        "reports 23 November, 16 days late",
    )
    play.say(
        "RUS",
        RiskAssessed("RUS", incident, Risk.D, "No height, distance or hour was published. (The class is invented.)"),
        "assesses the risk: not determined",
    )
    play.at("2017-12-10T08:00:00Z")
    play.say(
        "CJTF",
        AccountGiven(
            "CJTF",
            incident,
            f"A Pentagon representative: “Those claims are incorrect.” No other account was published. {_INVENTED}",
        ),
        "answers: “Those claims are incorrect.”",
    )
    article = play.enters("CJTF", _article(play, DENIAL_ARTICLE), ("RUS",), "an article of 10 December")
    _lays(play, "CJTF", incident, Evidence.SOURCE, article, "lays the article beside it")


def thirteenth(play: Play) -> None:
    """13 December, told by both (K09): two accounts, some 75 km apart. The clock stands at 14 December."""
    day = _instant("2017-12-12T22:00:00Z"), _instant("2017-12-13T22:00:00Z")
    incident = play.reports(
        "CJTF",
        IncidentReported(
            "CJTF",
            DECEMBER,
            Particulars(
                *day,
                _ABU_KAMAL,
                15_000,
                "near Abu Kamal, east of the Euphrates",
                Named(("CJTF",), ("two F-22",), Joined.AND),
                Named(("RUS",), ("two Su-25", "one Su-35"), Joined.AND),
            ),
            ("RUS",),
            "The coalition: two Su-25 crossed to the east of the river near Abu Kamal. Some 40 minutes; one aircraft "
            f"had to swerve; calls on the emergency frequency and over the line. {_INVENTED}",
        ),
        "reports 13 December: near Abu Kamal, east of the river",
    )
    play.say(
        "RUS",
        AccountGiven(
            "RUS",
            incident,
            "Russia: near Mayadin, on the west bank. The Su-25 escorted an aid convoy at 3,300 m; an F-22 came from "
            f"the east bank; a Su-35 was on cover at 10,000 m. {_INVENTED}",
            particulars=Particulars(
                *day,
                _MAYADIN,
                15_000,
                "near Mayadin, west bank",
                Named(("RUS",), ("two Su-25", "an aid convoy"), Joined.AND),
                Named(("CJTF",), ("one F-22",), Joined.AND),
            ),
        ),
        "gives its account: near Mayadin, west of the river",
    )
    play.say(
        "CJTF",
        RiskAssessed("CJTF", incident, Risk.A, "One aircraft had to swerve. (The class is invented.)"),
        "assesses the risk: A",
    )
    play.say(
        "RUS",
        RiskAssessed("RUS", incident, Risk.D, "The accounts are of two places. (The class is invented.)"),
        "assesses the risk: not determined",
    )


def _lays(play: Play, party: str, incident: str, what: Evidence, name: str, words: str) -> None:
    play.say(party, EvidenceLaid(party, incident, what, name), words, ask_all=False)


def _article(play: Play, begins: str) -> Path:
    """What was confirmed in an article, in a file for whoever enters it."""
    name, data = next(each for each in scenarios.claims("deir-ez-zor").items() if each[0].startswith(begins))
    file = play.stage.folder / name
    file.write_bytes(data)
    return file


def _sha256(play: Play, begins: str) -> str:
    return next(each for each in play.entered if each.startswith(begins))


def _instant(text: str) -> Instant:
    return Instant.of(datetime.fromisoformat(text))
