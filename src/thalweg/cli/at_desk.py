"""What the commands of an officer share: opening the folder, saying something, and printing what the desk answers.

Exit status of all of them: 0 done, 1 refused by the desk (or the log is not to be believed), 2 not understood or not
possible, 3 not answered yet: what was signed is kept, and goes out before anything else is said.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, ParamSpec

from cyclopts import Parameter
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from thalweg import wiring
from thalweg.client import Answer, Client, Contradicted, DeskError, Notice, Unanswered, open_client
from thalweg.drafts.heights import read_height
from thalweg.drafts.times import Side, read_duration, read_time
from thalweg.ledger.errors import LedgerError
from thalweg.model.characters import visible
from thalweg.model.errors import InputError
from thalweg.model.events import Said, Term
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import Position
from thalweg.model.words import ALWAYS_TOLD
from thalweg.places.coordinates import Form, read_position, write_position
from thalweg.places.describe import describe
from thalweg.wiring import officer

DONE, REFUSED, WRONG, UNANSWERED = 0, 1, 2, 3
_WIDTH: Final = 160
_CLOCK: Final = re.compile(r"\d{1,2}:\d\d(:\d\d)?\s*(Z|UTC|[+-]\d\d:?\d\d)", re.IGNORECASE)
_BRIEF: Final = 12  # characters
_HASH: Final = 64

P = ParamSpec("P")

Words = Annotated[str, Parameter(name="--words")]
"""The words that go with what is said."""


@Parameter(name="*")
@dataclass(frozen=True)
class AtDesk:
    """Whose folder, and what opens its keys.

    Parameters
    ----------
    home
        The officer's folder; by default thalweg-officer here, or the one named in ~/.config/thalweg/officer.
    passphrase_file
        A file whose first line opens the keys, if a passphrase seals them.
    identity
        The age identity that opens the keys, if it is kept away from the folder.
    """

    home: Annotated[Path | None, Parameter(name="--home")] = None
    passphrase_file: Annotated[Path | None, Parameter(name="--passphrase-file")] = None
    identity: Annotated[Path | None, Parameter(name="--identity")] = None

    @property
    def folder(self) -> Path:
        return officer.default_home(self.home)

    @property
    def passphrase(self) -> str | None:
        return None if self.passphrase_file is None else first_line(self.passphrase_file)

    @contextmanager
    def client(self) -> Iterator[Client]:
        """The officer's client, closed at the end."""
        identity = None if self.identity is None else wiring.words_of(self.identity)
        with open_client(self.folder, passphrase=self.passphrase, identity=identity) as client:
            yield client


HERE: Final = AtDesk()


def told(command: Callable[P, int]) -> Callable[P, int]:
    """A refusal becomes its sentence and an exit status."""

    @functools.wraps(command)
    def saying(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return command(*args, **kwargs)
        except Contradicted as error:
            return _tell(error, REFUSED)
        except Unanswered as error:
            return _tell(error, UNANSWERED)
        except DeskError as error:
            return _tell(error, REFUSED if error.status else WRONG)
        except LedgerError as error:
            return _tell(error, WRONG)

    return saying


def _tell(error: DeskError | LedgerError, status: int) -> int:
    print(f"thalweg: {error.sentence} [{error.code}]", file=sys.stderr)
    return status


def first_line(file: Path) -> str:
    """The first line of a file."""
    return wiring.words_of(file).partition("\n")[0].rstrip("\r")


# --- saying ---


def say(at: AtDesk, said: Callable[[Client], Said], done: str) -> int:
    """Say one thing, and print what the desk answered."""
    with at.client() as client:
        return answered(client, client.send(said(client)), done)


def answered(client: Client, answer: Answer, done: str) -> int:
    """Print an answer; the exit status."""
    if not answer.taken:
        print(f"Refused: {answer.sentence} [{answer.code}]", file=sys.stderr)
        if answer.clock_off_s is not None:
            print(f"  {clock_off(answer.clock_off_s)}", file=sys.stderr)
        lacking(client, answer)
        return REFUSED
    print(f"{done} Taken {answer.received}; entry {answer.index}, verified. Id {answer.statement}")
    for line in consequences(answer):
        print(line)
    return DONE


def consequences(answer: Answer) -> Iterator[str]:
    """What else the desk found about a statement that it took."""
    if answer.clock_off_s is not None:
        yield f"  {clock_off(answer.clock_off_s)}"
    if answer.lead_s is not None:
        needed = "" if answer.needed_s is None else f"; the theatre asks for {span(answer.needed_s)}"
        late = " LATE, and marked so for good." if answer.late else ""
        print_lead = f"{span(answer.lead_s)} before the start" if answer.lead_s >= 0 else "after the start"
        yield f"  Taken {print_lead}{needed}.{late}"
    for each in answer.not_cited:
        yield f"  You were shown {each.notice} on {each.shown} and did not cite it: that is on record."
    if answer.differs:
        yield f"  Does not match what was said: {', '.join(answer.differs)}. The notice is open again."
    for notice in answer.notices:
        yield from ("  " + line for line in short(notice))
    if answer.talk_to:
        yield f"  Talk to: {', '.join(answer.talk_to)}."


def clock_off(off_s: int) -> str:
    """What to tell the author of a statement whose time is so far ahead of the desk's, or behind it."""
    if off_s > 0:
        return f"It is dated {span(off_s)} ahead of the desk's clock: look at yours. That is on record."
    return f"It is dated {span(-off_s)} before it was taken: it lay unsent, or your clock is slow. That is on record."


def lacking(client: Client, answer: Answer) -> tuple[str, ...]:
    """Print what the author had not cited; the versions to cite."""
    versions = []
    for each in answer.lacking:
        notice = client.notice(each)
        versions.append(notice.version)
        for line in (*short(notice), *shown(notice)):
            print(f"  {line}")
        print(f"    cite as: {notice.version}")
    if answer.talk_to:
        print(f"  Not shown to you in full. Talk to: {', '.join(answer.talk_to)}.")
    return tuple(versions)


# --- printing ---


def short(notice: Notice) -> Iterator[str]:
    """A notice in a line, and a line for each finding."""
    marks = [mark for mark, there in (("EXERCISE", notice.exercise), ("OPEN", notice.outstanding)) if there]
    of = f" of {notice.of}" if notice.of and notice.of != notice.to else ""
    due = f", answer by {notice.due}" if notice.outstanding and notice.due else ""
    about = f": {notice.subject}" if notice.subject else ""
    marked = f" [{', '.join(marks)}]" if marks else ""
    yield f"{notice.id}  {notice.what.value.replace('_', ' ')}{of}{about}{marked}{due}"
    for finding in notice.findings:
        yield f"    {finding.severity}, {finding.certainty}: {visible(finding.sentence)}"


def shown(notice: Notice) -> Iterator[str]:
    """What a notice shows of a declaration: where, in words and in numbers, and when."""
    if notice.declaration is None:
        return
    yield f"    {visible(str(notice.declaration.get('title') or notice.subject))} ({notice.level.value})"
    for volume in notice.declaration.get("volumes", ()):
        spot = first_spot(volume["shape"])
        window = volume["window"]
        when = f"{window['start'] or 'always'} to {window['end'] or 'further notice'}"
        where = "" if spot is None else f"{reference(spot)}; {written(spot)}"
        yield f"    {volume['shape']['type']}: {where}, {when}"


def full(client: Client, notice: Notice, language: str = "") -> Iterator[str]:
    """Everything that a person needs of a notice."""
    head, *_ = short(notice)
    yield head
    for text in client.words(notice.id, language):
        yield f"    {visible(text)}"
    yield from shown(notice)
    facts = (
        ("delivered", notice.delivered),
        ("answered", notice.responses),
        ("read back", notice.read_back),
        ("passed on", notice.disseminated),
        ("relayed", notice.relayed),
    )
    for name, each in facts:
        for fact in each:
            what = f" ({fact.what})" if fact.what else ""
            yield f"    {name} {fact.at} by {fact.officer}{what}"


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table as wide as it needs to be, or as the terminal is. Cells are words: brackets in them are no markup."""
    made = Table(*columns, title=title, title_justify="left", title_style="bold", expand=False, box=box.SIMPLE_HEAD)
    for row in rows:
        made.add_row(*(Text(visible(cell)) for cell in row))
    console = Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else _WIDTH)
    console.print(made)


def brief(name: str) -> str:
    """The beginning of a hash, by which whatever takes its id knows it again."""
    return name[:_BRIEF] if len(name) == _HASH else name


def span(seconds: int) -> str:
    """How long: "3 d 4 h", "2 h 10 min", "45 s"."""
    left, days = seconds % 86_400, seconds // 86_400
    hours, minutes = left // 3600, left % 3600 // 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{left} s"


def reference(spot: Position) -> str:
    """A position in words that do not repeat its coordinates."""
    return describe(spot.lon, spot.lat).text


def written(spot: Position) -> str:
    """A position in degrees, minutes, seconds and as MGRS."""
    return f"{write_position(spot.lon, spot.lat, Form.DMS)} = {write_position(spot.lon, spot.lat, Form.MGRS)}"


def first_spot(shape: dict[str, object]) -> Position | None:
    """The first position that a shape, as the desk writes it, names."""
    held: object = next((shape[name] for name in _PLACES if name in shape), None)
    while isinstance(held, list) and held and not isinstance(held[0], int | float):
        first = held[0]
        held = first.get("at") if isinstance(first, dict) else first
    return Position(*map(float, held)) if isinstance(held, list) and len(held) == 2 else None


_PLACES: Final = ("at", "centre", "rings", "polygons", "path", "points", "waypoints")


# --- reading what people write ---


def instant(text: str, what: str, side: Side = Side.MOMENT, *, ahead: bool = False) -> Instant:
    """A time with its zone, or "+30 min" from now; `ahead`: also a clock time such as 02:25Z, the next there is."""
    now = wiring.now()
    if text.startswith("+"):
        return Instant(now.timestamp() + read_duration(text[1:].strip(), what=what))
    if ahead and _CLOCK.fullmatch(text.strip()):
        days = (now.date() + timedelta(days=days) for days in (-1, 0, 1, 2))  # whatever the zone
        times = (read_time(f"{day} {text.strip()}", side=side, what=what).instant for day in days)
        return next(each for each in times if each is not None and each.epoch_s > now.timestamp())
    read = read_time(text, side=side, what=what).instant
    if read is None:
        raise InputError("time-open", f"The {what} is a time, and not open.", found=text)
    return read


def position(text: str) -> Position:
    """A position in any of the forms in which people write them."""
    read = read_position(text)
    return Position(read.lon, read.lat)


def millimetres(text: str, what: str) -> tuple[int | None, str]:
    """A height in millimetres and its datum, as people write heights."""
    read = read_height(text, what=what)
    return None if read.metres is None else round(read.metres * 1000), "" if read.datum is None else read.datum.value


def term(text: str) -> Term:
    """Terms as they are written: "full", "static_site=footprint", "coarse@3600" (delayed by as many seconds)."""
    kind, _, rest = text.rpartition("=")
    level, _, delay = rest.partition("@")
    return Term(level_of(level), kind, int(delay) if delay.isdecimal() else 0)


def choosing(levels: Iterable[Level]) -> None:
    """Says, before anything is sent, what a conflict discloses whatever is chosen (D7)."""
    if Level.NOTHING in levels:
        print(ALWAYS_TOLD, file=sys.stderr)


def level_of(text: str) -> Level:
    """A level of disclosure by its word."""
    try:
        return Level(text)
    except ValueError as error:
        raise InputError(
            "level-unknown", f"“{text}” is no level of disclosure.", expected=", ".join(each.value for each in Level)
        ) from error
