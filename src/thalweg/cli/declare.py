"""`thalweg declare FILE…`: rows of files, reviewed one by one, each declared as a notice of its own.

Exit status: 0 everything was declared or had been, 1 the desk refused something, 2 not understood or not possible,
3 rows were left out, could not be read, or are not answered yet.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import (
    DONE,
    HERE,
    REFUSED,
    UNANSWERED,
    AtDesk,
    answered,
    choosing,
    lacking,
    level_of,
    span,
    told,
    written,
)
from thalweg.client import Client, DeskError, Review, Reviewed
from thalweg.model.characters import visible
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.errors import InputError
from thalweg.model.events import Declared, Release
from thalweg.model.measures import Band

app = App(name="declare", help="Declare what files hold, row by row, each reviewed before it is sent.")

_SKIPPED, _REVIEWED = "skipped", "reviewed"
_STATEMENT = re.compile(r"[0-9a-f]{64}")
_WHOLE = "reviewed as a whole"
"""Where the journal of a file says that all its rows were shown; no row's path, which may be empty, reads so."""
_NOT_MEASURED = frozenset({"id", "party", "kind", "title", "medium", "zone"})
_LEFT_OUT = UNANSWERED
_OF_THIS_ROW = frozenset({400, 413, 422})
"""The statuses by which a desk refuses a statement for what is in it, off the record."""


@app.default
@told
def declare(
    *paths: Annotated[Path, Parameter(name="FILE")],
    cite: Annotated[tuple[str, ...], Parameter(name="--cite", negative="")] = (),
    declines: Annotated[bool, Parameter(name="--declines", negative="")] = False,
    emergency: Annotated[bool, Parameter(name="--emergency", negative="")] = False,
    release: Annotated[tuple[str, ...], Parameter(name="--release", negative="")] = (),
    consent: Annotated[str, Parameter(name="--consent")] = "",
    kind: Annotated[
        Literal["operation", "movement", "static_site", "negative"] | None, Parameter(name="--kind")
    ] = None,
    gazetteer: Annotated[tuple[Path, ...], Parameter(name="--gazetteer", negative="")] = (),
    review_only: Annotated[bool, Parameter(name="--review-only", negative="")] = False,
    yes: Annotated[bool, Parameter(name="--yes", negative="")] = False,
    again: Annotated[bool, Parameter(name="--again", negative="")] = False,
    at: AtDesk = HERE,
) -> int:
    """Show each row, and declare those that you confirm. Goes on where it stopped.

    Parameters
    ----------
    paths
        Files of any format that `thalweg check` reads, folders of them, or zips.
    cite
        The version of a declaration that you were shown and have taken into account; may be repeated.
    declines
        You were shown what the desk says is lacking, and will not cite it; that is on record.
    emergency
        Mark what is declared as an emergency.
    release
        PARTY=LEVEL: what this party is shown of these notices, whatever the channels' terms; may be repeated.
    consent
        Who agreed to its being shared, where somebody had to.
    kind
        The kind of whatever names none.
    gazetteer
        A GeoNames file or a list of places that adds to the gazetteer; may be repeated.
    review_only
        Show every row and send nothing; --yes is possible afterwards.
    yes
        Declare every row without asking; only after the very same files were shown by --review-only.
    again
        Ask again about rows that were skipped before.
    """
    if not paths:
        raise InputError("declare-what", "Name at least one file to declare.")
    with at.client() as client:
        found = client.review(paths, kind=None if kind is None else Kind(kind), gazetteer=gazetteer)
        _say_what_was_not_read(found)
        wish = _Wish(cite, declines, emergency, tuple(_release(each) for each in release), consent)
        choosing([each.level for each in wish.releases])
        if review_only:
            for number, row in enumerate(found.rows, 1):
                _show(client, wish, row, number, len(found.rows))
                client.home.note(row.row.sha256, _WHOLE, _REVIEWED)
            return DONE if found.intake.complete else _LEFT_OUT
        if yes and any(client.home.journal(row.row.sha256).get(_WHOLE) != _REVIEWED for row in found.rows):
            raise InputError(
                "review-first", "Nothing is sent unreviewed: look at the same files with --review-only first."
            )
        return _Session(client, wish, ask=not yes, again=again).run(found)


@dataclass(frozen=True, slots=True)
class _Wish:
    """How rows are declared."""

    cites: tuple[str, ...]
    declines: bool
    emergency: bool
    releases: tuple[Release, ...]
    consent: str

    def declared(self, row: Reviewed) -> Declaration:
        return replace(row.declaration, emergency=True) if self.emergency else row.declaration

    def body(self, party: str, row: Reviewed, cites: tuple[str, ...]) -> Declared:
        return Declared(party, self.declared(row), cites, self.declines, self.consent, self.releases, row.row)


@dataclass(slots=True)
class _Session:
    """One run over the rows. `refused` and `left` count what was not taken."""

    client: Client
    wish: _Wish
    ask: bool
    again: bool
    refused: int = 0
    left: int = 0

    def run(self, found: Review) -> int:
        self.client.flush()
        said = self.client.declared_rows()
        total = len(found.rows)
        for number, row in enumerate(found.rows, 1):
            before = self._before(row, said)
            if before:
                print(f"{number}/{total}  {row.row.path}: {before}")
                continue
            if not self._row(row, number, total):
                self.left += total - number + 1
                print("Stopped. The next run goes on here.")
                break
        if self.refused:
            return REFUSED
        return DONE if found.intake.complete and not self.left else _LEFT_OUT

    def _before(self, row: Reviewed, said: dict[tuple[str, str], int]) -> str:
        """What became of the row in a run before; empty if it is to be asked about."""
        sha, path = row.row.sha256, row.row.path
        what = self.client.home.journal(sha).get(path, "")
        if what == _SKIPPED and not self.again:
            self.left += 1
            return "skipped before; --again asks again"
        seq = said.get((sha, path))
        if seq is not None:
            answer = self.client.answer(seq)
            if answer is not None and answer.taken:
                return f"declared before, {answer.received}"
        # Only the hash of a statement says that it was declared; shown or skipped, it was not.
        return "declared before" if _STATEMENT.fullmatch(what) else ""

    def _row(self, row: Reviewed, number: int, total: int) -> bool:
        """Show it, ask, send. False to stop."""
        _show(self.client, self.wish, row, number, total, preview=self.ask)
        if row.refused:
            self.refused += 1
            return True
        choice = _choice("Declare this row? [y]es, [n]o, [s]kip for now, [q]uit: ", "ynsq") if self.ask else "y"
        if choice == "q":
            return False
        if choice == "n":
            self.client.home.note(row.row.sha256, row.row.path, _SKIPPED)
        if choice != "y":
            self.left += 1
            return True
        self._send(row, self.wish.cites)
        return True

    def _send(self, row: Reviewed, cites: tuple[str, ...]) -> None:
        try:
            answer = self.client.send(self.wish.body(self.client.party, row, cites))
        except (DeskError, InputError) as error:
            if isinstance(error, DeskError) and error.status not in _OF_THIS_ROW:
                raise
            # Nothing went on record, and what is wrong is in this row: those after it have nothing to do with it.
            print(f"Refused: {error.sentence} [{error.code}]", file=sys.stderr)
            self.refused += 1
            return
        if answer.taken:
            self.client.home.note(row.row.sha256, row.row.path, answer.statement)
            answered(self.client, answer, "Declared.")
            return
        print(f"Refused: {answer.sentence} [{answer.code}]", file=sys.stderr)
        versions = lacking(self.client, answer)
        more = tuple(each for each in versions if each and each not in cites)
        if more and self.ask and _choice("Cite these, and declare it again? [y]es, [n]o: ", "yn") == "y":
            self._send(row, (*cites, *more))
            return
        if more:
            print("  To cite: " + " ".join(f"--cite {each}" for each in (*cites, *more)))
        self.refused += 1


def _show(client: Client, wish: _Wish, row: Reviewed, number: int, total: int, *, preview: bool = True) -> None:
    """A row as it is looked at before it is declared; the preview is what it would meet, as far as one was shown."""
    declared = wish.declared(row)
    print(
        f"\n{number}/{total}  {declared.source}  {declared.kind.value.replace('_', ' ')}:"
        f" {visible(declared.title) or '(no title)'}"
    )
    for line in _facts(declared, row):
        print(f"    {visible(line)}")
    if row.refused:
        print(f"    Cannot be declared. {row.refused}")
        return
    if not preview:
        return
    try:
        met = client.preview(declared)
    except DeskError as error:
        if error.status not in _OF_THIS_ROW:
            raise
        print(f"    The desk would not take it: {error.sentence} [{error.code}]")
        return
    for finding in met.findings:
        print(f"    {finding.severity}, {finding.certainty}: {finding.sentence}")
    for fix in met.fixes:
        print(f"    a way out: {fix.sentence}")
    print(f"    {met.sentence}")


def _facts(declared: Declaration, row: Reviewed) -> Iterator[str]:
    if row.position is not None:
        yield f"where: {row.where}"
        yield f"       {written(row.position)}"
    for volume in declared.volumes:
        start, end = volume.window.start or "always", volume.window.end or "further notice"
        yield f"when:  {start} to {end}; {_heights(volume.band)}"
    if row.lead_s is not None:
        needed = "" if row.needed_s is None else f"; the theatre asks for {span(row.needed_s)}"
        late = " — LATE" if row.needed_s is not None and row.lead_s < row.needed_s else ""
        lead = f"{span(row.lead_s)} from now" if row.lead_s >= 0 else "has begun"
        yield f"lead:  {lead}{needed}{late}"
    for flag in row.flags:
        yield f"flag:  {flag.sentence} [{flag.code}]"
    entered = [f"{name} {text}" for name, text in declared.entered.items() if name not in _NOT_MEASURED]
    if entered:
        yield f"as written: {'; '.join(entered)}"


def _heights(band: Band | None) -> str:
    if band is None:
        return "any height"
    low = "the ground" if band.lower_m is None else f"{band.lower_m:,.0f} m {band.datum.value}"
    high = "no upper limit" if band.upper_m is None else f"{band.upper_m:,.0f} m {band.datum_of_upper.value}"
    return f"{low} to {high}"


def _say_what_was_not_read(found: Review) -> None:
    for problem in found.intake.problems:
        print(f"Not read, and so not declared: {problem} [{problem.code}]", file=sys.stderr)
    for each in found.intake.superseded:
        print(f"Not declared: {each.declaration.source}: {each.why}", file=sys.stderr)
    for omission in found.intake.omissions:
        told = "Note" if omission.harmless else "Left out"
        print(f"{told}: {omission.source}: {omission.what}: {omission.why}", file=sys.stderr)


def _release(text: str) -> Release:
    party, _, level = text.partition("=")
    return Release(party, level_of(level))


def _choice(question: str, letters: str) -> str:
    """A letter from the person; the last one, which leaves everything as it is, where nobody answers any more."""
    while True:
        print(question, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            print()
            return letters[-1]
        letter = line.strip().lower()[:1]
        if letter and letter in letters:
            return letter
