"""What the golden entries of tests/corpus/events say: one body of every kind that the desk and its officers write.

Used by scripts/ledger_vectors.py, which signs them. An entry that is in the corpus is never rewritten; whoever adds a
kind adds a body here, and whoever changes a field makes a new version of the kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.samples import CONVOY, HOSPITAL, RIVER, ZONE, at, result

from thalweg.formats import event as kinds
from thalweg.ledger import canonical
from thalweg.ledger.canonical import Value
from thalweg.model import cases, events, sourced
from thalweg.model.declarations import Declaration, Standing, Zone
from thalweg.model.events import DESK, SECRETARIAT
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position

_EVENT = "4f" * 32
_OTHER = "a7" * 32
_MAYADIN = Position(40.452, 35.024)
_THEATRE = "name: Middle Euphrates\n"
_QUIET = replace(
    ZONE,
    title="Lifting of mines at Al Mayadin, بلدية الميادين",
    zone=Zone.QUIET_WINDOW,
    declaration_id="Q-3",
)
_LINE = replace(RIVER, standing=Standing.DECLARED)


def bodies() -> tuple[kinds.Body, ...]:
    """One of each, in the order of docs/reference/events.md."""
    return (*_membership(), *_channels(), *_intake(), *_exchange(), *_agreeing(), *_cases(), *_sources(), *_by_desk())


def beside() -> tuple[tuple[kinds.Body, str, Declaration], ...]:
    """Those that may have their declaration beside the tree: the body, its field, and the declaration."""
    return tuple(
        (body, name, declaration)
        for body in bodies()
        for name in kinds.WITH_DECLARATION
        if isinstance(declaration := getattr(body, name, None), Declaration)
    )


def signed(body: kinds.Body) -> tuple[str, Mapping[str, Value], list[bytes]]:
    """The kind and the value of a body as it stands in an entry, and what stands aside of it."""
    if not isinstance(body, events.Declared):
        return *kinds.write(body), []
    parts = kinds.parts(body)
    return parts.kind, parts.value, [canonical.encode(value) for value, media in parts.payloads]


def beside_value(
    body: kinds.Body, name: str, declaration: Declaration
) -> tuple[str, Mapping[str, Value], bytes, list[bytes]]:
    """The kind and the value of a body whose declaration stands beside the tree, the bytes that stand there, and what
    stands aside."""
    kind, value, aside = signed(body)
    return kind, {**value, name: kinds.PAYLOAD}, canonical.encode(kinds.write_declaration(declaration)), aside


def author(body: kinds.Body) -> tuple[str, str]:
    """Who would sign it, and who holds their key."""
    by = getattr(body, "by", SECRETARIAT)
    if isinstance(body, events.ByDesk):
        return DESK, "server"
    return (f"officer-of-{by}", "author")


def _membership() -> tuple[kinds.Body, ...]:
    return (
        events.TheatreSet(_THEATRE, "theatre.yaml"),
        events.PartyNamed("relief", "مكتب الإغاثة", "united-nations", state=True, contact="VHF channel 11"),
        events.OfficerAdded("coalition", "officer-17", events.Role.WATCH, "coalition"),
        events.OfficerEnded("coalition", "officer-9", events.Role.ADMIN, "coalition"),
        events.ParticipationStated(
            "russia", "russia", events.Participation.SUSPENDED, at(-24), "С сегодняшнего дня приостановлено.", "ru"
        ),
        events.WatchTaken("coalition", 1, "Two answers are owed to the relief desk."),
        events.WatchEnded("coalition", "Handed over to officer-17."),
    )


def _channels() -> tuple[kinds.Body, ...]:
    return (
        events.ChannelOpened(
            "coalition",
            "euphrates",
            "Euphrates line",
            ("coalition", "russia", "relief"),
            room=True,
            line_check_s=43_200,
            terms=(events.Term(Level.FOOTPRINT), events.Term(Level.COARSE, "movement", 3600)),
        ),
        events.ChannelJoined("russia", "euphrates", (events.Term(Level.EXISTS),)),
        events.ChannelLeft("russia", "euphrates", "До особого распоряжения."),
        events.ChannelStated("coalition", "euphrates", events.ChannelState.DOWN, at(2), "No answer since 02:00."),
        events.TermsSet("relief", "euphrates", (events.Term(Level.FULL, "static_site"),), "coalition"),
        events.Released(
            "relief",
            "S-04",
            (events.Release("coalition", Level.FULL), events.Release("russia", Level.NOTHING)),
            "At the request of the hospital.",
        ),
        events.ConsentStated("relief", "S-04", given=False, of="Al Mayadin hospital", words="سُحبت الموافقة"),
        events.LineChecked("coalition", "euphrates"),
        events.LineAnswered("russia", "euphrates", _EVENT),
        events.MessageSent("relief", "euphrates", "القافلة تأخرت ساعة", "ar", "relief-12"),
        events.DecisionStated("council", "euphrates", "معبر الصالحية مغلق حتى الظهر", "ar", "Z-018"),
    )


def _intake() -> tuple[kinds.Body, ...]:
    return (
        events.Declared(
            "relief",
            CONVOY,
            cites=("v-0011223344556677", "x-00112233445566778899aabbccddeeff"),
            declines=True,
            consent="Al Mayadin hospital",
            releases=(events.Release("russia", Level.COARSE),),
            row=events.Row("5e" * 32, "Movements, row 8"),
        ),
        events.Withdrawn("relief", "N-1188", "The road is impassable."),
        events.Revalidated("relief", "S-04", at(24 * 14)),
        events.Verified("council", "S-04", events.Verification.DOUBTED, "Seen from the air: no building there."),
        events.DuplicateJudged("relief", "S-04", "council/S-9", same=True),
    )


def _exchange() -> tuple[kinds.Body, ...]:
    return (
        events.Delivered("coalition", ("coalition-17", "coalition-18"), events.Bearer.STREAM, "desk 2"),
        events.Acknowledged("coalition", "coalition-17", events.Response.NEED_MORE, "Quelle rive ?", "fr"),
        events.ReadBack(
            "coalition",
            "coalition-17",
            identity="R-0420",
            position=Position(40.1700001, -35.355),
            start=at(0),
            end=at(9),
            lower_mm=0,
            upper_mm=-900_000,
            datum="AGL",
        ),
        events.Disseminated("coalition", "coalition-17", "Battery at Khusham", "VHF, read back"),
        events.Relayed("relief", "relief-12", "Municipality of Al Mayadin", events.Bearer.VOICE, "Told twice."),
        events.EmergencySent(
            "coalition",
            "Прекратите, по нам бьют.",
            "ru",
            "O-77",
            Position(40.21, 35.395),
            2500,
            ("russia",),
        ),
        events.Committed("russia", _EVENT, "Прекращаем огонь к 02:25.", at(2, 25), "ru"),
        events.OutcomeStated("coalition", _OTHER, events.Outcome.OVERTAKEN, "They had left by then."),
    )


def _agreeing() -> tuple[kinds.Body, ...]:
    return (
        events.Proposed(
            "relief",
            ("council",),
            "f-0b6a2fd1c9e84477",
            at(4),
            replace(CONVOY, revision=3),
            "offset",
            "من شمال الوادي",
            "ar",
        ),
        events.ProposalAnswered("council", _EVENT, events.Answer.ACCEPT, "With thanks."),
        events.QuietProposed("council", ("russia", "coalition"), _QUIET, "Lifting of mines", at(3)),
        events.QuietGuaranteed("russia", _EVENT, events.Answer.REJECT, "Not before noon."),
        events.LineProposed("council", ("coalition", "russia"), _LINE, at(48)),
        events.LineJudged("coalition", _EVENT, events.Answer.ACCEPT, "As drawn."),
        events.CrossingLogged(
            "council", "L-01", at(5, 17), "unknown", "ground", Position(40.13, 35.352), "right", "Two vehicles."
        ),
        events.CustodyOffered("relief", "S-04", "council", "The hospital goes over to the municipality."),
        events.CustodyAnswered("council", _EVENT, events.Answer.ACCEPT, "Taken over at noon."),
    )


def _cases() -> tuple[kinds.Body, ...]:
    seen = cases.Particulars(
        at(2),
        at(2, 20),
        _MAYADIN,
        1500,
        "قرب خشام",
        cases.Named(("coalition",), ("eleven people at the crossing", "a bridge"), cases.Joined.AND),
        cases.Named(("russia", "council"), ("somebody else",), cases.Joined.OR),
    )
    return (
        cases.IncidentReported(
            "coalition", "Fire near Khusham", seen, ("russia", "secretariat"), "Обстрел с востока, 20 минут.", "ru"
        ),
        cases.IncidentShared("coalition", "i-7kq2w4m9xb", ("council",), "İstediğiniz gibi.", "tr"),
        cases.IncidentWithdrawn("coalition", "i-7kq2w4m9xb", "C’était le tonnerre.", "fr"),
        cases.AccountGiven(
            "russia", "i-7kq2w4m9xb", "Никто из наших не стрелял.", "ru", cases.Particulars(earliest=at(1)), _EVENT
        ),
        cases.ExplanationAsked("coalition", "i-7kq2w4m9xb", "russia", "Quelle unité ?", at(72), "fr"),
        cases.ExplanationGiven("russia", _EVENT, "لا نعلم بأي وحدة هناك.", "ar"),
        cases.CauseAssessed(
            "council", "i-7kq2w4m9xb", cases.Grade.HIGHLY_PROBABLE, "Ji peravê çepê hat.", "ku", _OTHER
        ),
        cases.RiskAssessed("council", "i-7kq2w4m9xb", cases.Risk.D, "لم ير أحد كم كان قريباً.", "ar"),
        cases.EvidenceLaid("relief", "i-7kq2w4m9xb", cases.Evidence.SOURCE, "5e" * 32, "Un article, du 17.", "fr"),
    )


def _sources() -> tuple[kinds.Body, ...]:
    other = "3c" * 32
    return (
        sourced.SourceEntered(
            "coalition", "5e" * 32, 48_211, "saved page", ("russia", "secretariat"), "قصف قرب خشام",
            "The Ardel Courier", "https://courier.example/2031/fire", at(3), "2031-03-10", "en",
            sourced.MAIN_TEXT, other, 4120,
            (sourced.GoesBack(other, sourced.Descent.COPY, "it credits The Ardel Courier"),), "As saved by the watch.",
        ),
        sourced.SourceShared("coalition", "5e" * 32, ("council",), "Как вы просили.", "ru"),
        sourced.ClaimConfirmed(
            "coalition", "5e" * 32, sourced.MAIN_TEXT, 407, 627, sourced.Force.DENIAL, "None of ours fired.",
            "Colonel Petr Havel", "russia", ("Delta Radio", "The Ardel Courier"),
            (sourced.DayTold("on Monday", "2031-03-10", "2031-03-10", "the article is of Monday 2031-03-10 itself"),),
            (sourced.DayTold("last week", "", "", "the article has no date to reckon from"),),
            (sourced.PlaceTold("Salheva", ("ex:salheva-north", "ex:salheva-south"), _MAYADIN, 4000),),
            (sourced.NumberTold("3.5", "km", "about 3.5 km"),), ("[the Guard]",), "00112233445566aa",
            corrected=True, supersedes=_EVENT, words="Именно так.", language="ru",
        ),
        sourced.ClaimWithdrawn("coalition", _EVENT, "C’était un autre.", "fr"),
    )  # fmt: skip


def _by_desk() -> tuple[kinds.Body, ...]:
    finding = replace(next(each for each in result().findings if each.rule == "ground-zone"), region=())
    shown = replace(HOSPITAL, title="", details={}, declaration_id="x-00112233445566778899aabbccddeeff")
    return (
        events.Weighed(
            _EVENT,
            subjects=("relief/N-1188",),
            opened=(events.Met(finding.id, ZONE.version_id, finding.rule, "certain"),),
            suspects=("council/S-9",),
            engine="0.1.0",
            rules="5f" * 32,
        ),
        events.Probed(
            _EVENT,
            at(0),
            "russia",
            "5e" * 32,
            "relief/S-04",
            told=True,
            place=Position(40.45, 35.0),
            start=at(2),
            areas=("3/120/77", "3/121/77"),
        ),
        events.Taken(
            _EVENT,
            Instant(at(0).epoch_s + 0.125),
            lead_s=-60,
            needed_s=172_800,
            late=True,
            not_cited=(events.Shown("relief-12", at(-1)),),
            mismatch=("position", "time"),
        ),
        events.Refused(
            _EVENT,
            at(0),
            "knowledge-lacking",
            "This operation meets 1 declaration(s) that it does not cite.",
            ("coalition-19",),
            ("relief",),
        ),
        events.Notice(
            "coalition",
            20,
            events.NoticeKind.WARNING,
            at(0),
            Level.FOOTPRINT,
            "relief",
            "x-00112233445566778899aabbccddeeff",
            "x-ffeeddccbbaa99887766554433221100",
            _EVENT,
            shown,
            (finding,),
            _OTHER,
            "caution",
            owed=True,
            due=at(0, 10),
            talk_to=("council",),
            facts={"kind": "static_site", "late": "1"},
            words="ورد متأخراً",
            language="ar",
            place=_MAYADIN,
            bell=2,
            part=1,
            id="n-4kq7w2m9xb",
        ),
        events.ClockTold(at(0, 20), events.ClockFact.ESCALATED, "coalition-20", 1, {"to": "watch", "officer": "o-3"}),
        events.Exported("relief", "officer-17", "TLW-7K2M", "pdf", 12, "5e" * 32),
        events.SitesRead("coalition", "officer-17", ("relief/S-04",), at(-1), at(0)),
    )
