"""One dossier, made of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from thalweg.formats import event as kinds
from thalweg.ledger.entry import Entry
from thalweg.ledger.receipt import Bundle
from thalweg.model.declarations import Declaration, Standing
from thalweg.model.dossier import (
    Account,
    Arrived,
    Cited,
    Dossier,
    Fact,
    Known,
    Margins,
    Near,
    Report,
    Spot,
    Withheld,
)
from thalweg.model.errors import InputError
from thalweg.model.events import Notice
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Circle, Corridor, MultiPolygon, Path, Point, Polygon, Position, Route
from thalweg.model.words import EXERCISE, HYPOTHETICAL, REPORTED, STALE
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.dossier import answers as answered
from thalweg.policy.dossier.accounts import accounts, assessments, requests, silent
from thalweg.policy.dossier.case import Case
from thalweg.policy.dossier.exchanged import exchanged
from thalweg.policy.dossier.scene import Scene
from thalweg.policy.dossier.sources import sources
from thalweg.policy.dossier.timeline import timeline
from thalweg.policy.held import Entered, Reached, entered
from thalweg.policy.sealing import seal
from thalweg.state.recorded import KeyFact, Recorded

_SPOTS_MOST: Final = 12  # positions of one declaration in the table
_PARTIES: Final = ("of", "to", "party", "other")


def dossier(
    party: str,
    records: Sequence[Recorded],
    reference: str,
    known_at: Instant,
    *,
    names: Mapping[str, str],
    theatre: str = "",
    exercise: bool = False,
    margins: Margins | None = None,
    withheld: Iterable[Withheld] = (),
    keys: Iterable[Cited] = (),
    reached: Mapping[str, Reached] | None = None,
) -> Disclosed[Dossier]:
    """The dossier of the incident `reference` as `party` had the record at `known_at`.

    Without `reached` it is made of all that the party held by then: of today, where whoever takes it has all of that
    before them. With it (`thalweg.policy.held.reached`; every picture of a time past) it is made as the as-of picture
    is, of what had reached the party by then, and cites what shows that it had.

    `records` are entries that the party holds, and nothing of others is taken. `names` are those of the parties.
    `withheld` is what was taken out before, for another reader; `keys` is the part of the key history that the
    signatures rest on (`keys_of`). `InputError` (`incident-unknown`) where the record
    that the party held then has no such incident.
    """
    held = entered(party, records, known_at, reached)
    case, hidden = Case(reference), tuple(withheld)
    for each in held:
        case.take(each)
    if case.report is None:
        raise InputError(
            "incident-unknown", f"No incident {reference} was known to {party} at {known_at}.", found=reference
        )
    scene = Scene.of(party, held, case, case.report, known_at, margins or Margins())
    told, inquiries, assessed, read = accounts(scene), requests(scene), assessments(scene), sources(scene)
    unheard = silent(scene, told, inquiries)
    near = _near(scene, exercise=exercise)
    traffic = exchanged(scene)
    answers = (  # in the order of what is asked
        answered.declared(scene),
        *answered.of_exchange(scene, traffic),
        answered.late(scene, inquiries),
        answered.said(told, unheard),
        answered.disputed(told, assessed, read),
    )
    made = Dossier(
        party=party,
        names={},
        theatre=theatre,
        exercise=exercise,
        incident=_report(scene),
        known_at=known_at,
        margins=scene.margins,
        near=near,
        answers=answers,
        cannot=_cannot(scene, near, unheard, hidden, past=reached is not None),
        timeline=timeline(scene, traffic, assessed),
        spots=_spots(scene, near, told),
        accounts=told,
        silent=unheard,
        requests=inquiries,
        assessments=assessed,
        sources=read,
        entries=(),
        withheld=hidden,
        keys=tuple(keys),
    )
    by_index = {each.index: each for each in records}
    cited = _cited(made, held, by_index)
    return seal(
        replace(
            made,
            names={each: names[each] for each in sorted(_parties(made)) if names.get(each, each) != each},
            entries=cited,
            reached=None if reached is None else tuple(_arrived(cited, by_index, party, reached)),
        ),
        party,
    )


def keys_of(bundle: Bundle) -> tuple[Cited, ...]:
    """The key history that a bundle carries, as a dossier cites it."""
    found = []
    for item in bundle.keys:
        event = Entry.parse(item.entry).event
        found.append(Cited(item.index, event.hash().hex(), event.kind, event.author, Instant(event.at / 1e3)))
    return tuple(found)


# --- its parts ---


def _report(scene: Scene) -> Report:
    said, reported, withdrawn = scene.said, scene.reported, scene.case.withdrawn
    return Report(
        scene.case.reference, said.by, reported.at, said.title, said.text, said.language, scene.at,
        None if withdrawn is None else withdrawn.at, reported.rests_on,
    )  # fmt: skip


def _near(scene: Scene, *, exercise: bool) -> tuple[Near, ...]:
    """What was declared before it began first, and of that the nearest."""
    rows = []
    for each in scene.near:
        version = each.version
        rows.append(
            Near(
                subject=version.subject,
                of=version.of,
                kind=version.kind,
                title=version.title,
                level=version.level,
                declaration=version.declaration,
                away_m=round(each.away_m, 1),
                gap_s=round(each.gap_s, 1),
                sure=each.sure,
                shown=version.at,
                before=version.at < scene.ends,
                late=version.late,
                until=version.until,
                marks=_marks(version.declaration, scene.known_at, exercise=exercise),
                entries=version.entries,
            )
        )
    return tuple(sorted(rows, key=lambda each: (not each.before, each.gap_s, each.away_m, each.shown, each.subject)))


def _marks(declaration: Declaration, at: Instant, *, exercise: bool) -> tuple[str, ...]:
    until = declaration.valid_until
    said = (
        (EXERCISE, exercise),
        (HYPOTHETICAL, declaration.hypothetical),
        (STALE, until is not None and until <= at),
        (REPORTED, declaration.standing is Standing.REPORTED),
    )
    return tuple(mark for mark, holds in said if holds)


def _spots(scene: Scene, near: Sequence[Near], accounts: Sequence[Account]) -> tuple[Spot, ...]:
    """The positions that the report, the accounts and the declarations state."""
    found = []
    said, at = scene.said, scene.at
    if at.place is not None:
        found.append(
            Spot("incident", said.by, said.title, at.place, float(at.radius_m), at.earliest, scene.reported.rests_on)
        )
    for account in accounts[1:]:
        stated = account.particulars
        if stated.place is not None:
            found.append(
                Spot("account", account.by, "", stated.place, float(stated.radius_m), stated.earliest, account.entries)
            )
    for each in near:
        if not each.level.at_least(Level.FOOTPRINT):
            continue
        for place, when, doubt_m in _positions(each.declaration)[:_SPOTS_MOST]:
            found.append(Spot("declaration", each.of, each.title or each.subject, place, doubt_m, when, each.entries))
    return tuple(found)


def _positions(declaration: Declaration) -> list[tuple[Position, Instant | None, float]]:
    """The positions that a declaration names, when, and how uncertain."""
    found: list[tuple[Position, Instant | None, float]] = []
    for volume in declaration.volumes:
        start, doubt_m = volume.window.start, volume.uncertainty.horizontal_m
        match volume.shape:
            case Point(at=at):
                found.append((at, start, doubt_m))
            case Circle(centre=centre, radius_m=radius_m):
                found.append((centre, start, radius_m + doubt_m))
            case Polygon(outer=outer):
                found += [(each, start, doubt_m) for each in outer[:-1] or outer]
            case MultiPolygon(polygons=polygons):
                found += [(each, start, doubt_m) for polygon in polygons for each in polygon.outer[:-1]]
            case Corridor(path=path) | Path(points=path):
                found += [(each, start, doubt_m) for each in path]
            case Route(waypoints=waypoints):
                found += [(each.at, each.time, doubt_m) for each in waypoints]
    for segment in declaration.segments:
        found += [(each, segment.window.start, segment.uncertainty.horizontal_m) for each in segment.path.points]
    return found


def _cannot(
    scene: Scene, near: Sequence[Near], silent: Sequence[str], withheld: Sequence[Withheld], *, past: bool
) -> tuple[Fact, ...]:
    """What this part of the record cannot say."""
    cells = sum(not each.level.at_least(Level.FOOTPRINT) for each in near)
    said: tuple[tuple[Fact, object], ...] = (
        (Fact("undisclosed", {"party": scene.party}), True),
        (Fact("receipts"), True),
        (Fact("no_place"), scene.at.place is None),
        (Fact("cells", {"n": cells}), cells),
        (Fact("silent", {"names": "\n".join(silent)}), silent),
        (Fact("unread", {"party": scene.party}), past),
        (Fact("withheld", {"n": sum(each.count for each in withheld)}), withheld),
        (Fact("read"), True),
        (Fact("clocks"), True),
        (Fact("absence"), True),
    )
    return tuple(replace(each, known=Known.NOT_ON_RECORD) for each, holds in said if holds)


# --- what it rests on, and whom it names ---


def _cited(made: Dossier, held: Sequence[Entered], records: Mapping[int, Recorded]) -> tuple[Cited, ...]:
    """The entries that any part of it rests on, in the order of the log."""
    claims = [claim for source in made.sources for claim in source.claims]
    facts = [moment.fact for moment in made.timeline]
    parts = (
        (made.incident,), made.answers, facts, made.near, made.accounts, made.requests, made.assessments, made.spots,
        made.sources, claims,
    )  # fmt: skip
    indexes = {index for part in parts for each in part for index in each.entries}
    at = {each.answered: each.at for each in held} | {each.index: each.at for each in held}
    found = []
    for index in sorted(indexes):
        record = records[index]
        kind = record.body.kind if isinstance(record.body, KeyFact) else kinds.kind_of(record.body)
        found.append(Cited(index, record.event, kind, record.author, at.get(index, record.said_at)))
    return tuple(found)


def _parties(made: Dossier) -> set[str]:
    """Whom it names."""
    stated = [made.incident.particulars, *(each.particulars for each in made.accounts)]
    return {
        made.party,
        made.incident.by,
        *made.silent,
        *(each.of for each in made.near),
        *(each.by for each in made.accounts),
        *(each.to for each in made.requests),
        *(party for each in stated for party in (*each.affected.parties, *each.alleged.parties)),
        *(str(value) for each in made.timeline for key, value in each.fact.values.items() if key in _PARTIES),
    }


def _arrived(
    cited: Iterable[Cited], records: Mapping[int, Recorded], party: str, reached: Mapping[str, Reached]
) -> Iterator[Arrived]:
    """By what each of the notices that are cited had reached the party."""
    for each in cited:
        body = records[each.index].body
        if isinstance(body, Notice) and body.to == party and body.id in reached:
            how = reached[body.id]
            yield Arrived(each.index, how.at, how.entries)
