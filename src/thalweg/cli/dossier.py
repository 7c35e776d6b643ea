"""`thalweg dossier …`: what one's record proves about an incident. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, instant, table, told
from thalweg.client import Unanswered
from thalweg.client.dossiers import Record, fetch, kept
from thalweg.ledger.trust import read_trust
from thalweg.model.dossier import Dossier, Margins
from thalweg.model.errors import InputError
from thalweg.model.instants import Instant
from thalweg.policy.disclosure import Disclosed
from thalweg.reports.dossier.words import Words
from thalweg.wiring import officer

app = App(name="dossier", help="What your record proves about an incident, and what it cannot say.")


@app.default
@told
def dossier(
    incident: Annotated[str, Parameter(name="INCIDENT")] = "",
    *,
    language: Annotated[str, Parameter(name="--language")] = "en",
    known_at: Annotated[str, Parameter(name="--known-at")] = "",
    pdf: Annotated[Path | None, Parameter(name="--pdf")] = None,
    html: Annotated[Path | None, Parameter(name="--html")] = None,
    bundle: Annotated[Path | None, Parameter(name="--bundle")] = None,
    reader: Annotated[str, Parameter(name="--reader")] = "",
    near: Annotated[float, Parameter(name="--near")] = 10.0,
    around: Annotated[float, Parameter(name="--around")] = 12.0,
    offline: Annotated[bool, Parameter(name="--offline", negative="")] = False,
    at: AtDesk = HERE,
) -> int:
    """Make the dossier of INCIDENT from what your party holds; without one, list the incidents that it has.

    It is made and proved on this machine: from what the desk gives now or, where it cannot be reached, from what was
    fetched last.

    Parameters
    ----------
    incident
        Its reference, such as i-7kq2w4m9xb.
    language
        One language or two of en, ar, ru, fr, tr, ku, such as ar,en.
    known_at
        As your party had the record at this time, with the time zone: of what had reached it by then. By default all
        of it, now.
    pdf
        Write it on paper (PDF/A-2b).
    html
        Write it as one page without script.
    bundle
        Write the evidence bundle, to be checked by anybody with: thalweg verify
    reader
        With --bundle: a party for whom it is; the desk withholds what that party may not have.
    near
        How many kilometres beyond its stated radius to look.
    around
        How many hours before and after it to look.
    offline
        Do not ask the desk: use what was fetched last.
    """
    home = officer.officer_home(at.folder)
    if reader:
        return _for_reader(at, incident, known_at, bundle, reader)
    record = kept(at.folder, read_trust(home.trust)) if offline else _record(at)
    when = instant(known_at, "--known-at") if known_at else None
    if not incident:
        rows = [(reference, title) for reference, title in record.incidents(when)]
        table(f"Incidents known to {record.party} at {when or record.at}", ("reference", "title"), rows)
        return DONE
    languages = import_module("thalweg.reports.dossier.content").languages(language)
    made, proof = record.dossier(incident, when, Margins(near * 1000.0, around * 3600.0))
    ground = import_module("thalweg.reports.ground").packaged if pdf or html else None
    for file, form in ((pdf, "pdf"), (html, "html")):
        if file is not None:
            _write(file, import_module(f"thalweg.reports.dossier.{form}").render(made, languages, ground))
    if bundle is not None:
        _write(bundle, proof.encode())
        print(f"Verify it with: thalweg verify {bundle} --trust {at.folder / 'trust.json'}")
    if pdf is None and html is None and bundle is None:
        for chosen in languages:
            for line in first_page(made, chosen):
                print(line)
    return DONE


def first_page(made: Disclosed[Dossier], language: str) -> Iterator[str]:
    """What the first page answers, in lines."""
    value = made.value
    words = Words(language, value.names)
    exercise = f"{words.text('band.exercise')}. " if value.exercise else ""
    yield f"{exercise}{value.incident.reference}: {value.incident.title}"
    yield words.text("known_at" if value.reached is None else "reached_by", at=value.known_at)
    yield words.text("looked", away=value.margins.near_m, gap=value.margins.around_s)
    for answer in value.answers:
        yield f"{words.text(f'asked.{answer.asked.value}')}  {words.text(f'known.{answer.known.value}').upper()}"
        for fact in answer.facts:
            cited = f"  [{', '.join(map(str, fact.entries))}]" if fact.entries else ""
            yield f"    {words.fact(fact)}{cited}"
    yield words.text("section.cannot")
    for fact in value.cannot:
        yield f"    {words.fact(fact, 'cannot')}"
    for name in ("voluntary", "absence"):
        yield words.text(f"disclaimer.{name}")


def _record(at: AtDesk) -> Record:
    with at.client() as client:
        try:
            return fetch(client)
        except Unanswered:
            record = kept(at.folder, client.trust)
            print(f"The desk cannot be reached: this is made from what was fetched at {record.at}.", file=sys.stderr)
            return record


def _for_reader(at: AtDesk, incident: str, known_at: str, bundle: Path | None, reader: str) -> int:
    """What another may have of it is the desk's to know."""
    if bundle is None or not incident:
        raise InputError("dossier-reader", "--reader goes with INCIDENT and --bundle.")
    when: Instant | None = instant(known_at, "--known-at") if known_at else None
    with at.client() as client:
        data, verdict = client.evidence(incident, reader, when)
    _write(bundle, data)
    print(verdict.sentence())
    return DONE


def _write(file: Path, data: bytes) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        raise InputError("output-unwritable", f"{file} cannot be written: {error.strerror}.") from error
    print(f"Written: {file}")
