"""`thalweg voice`: notices as short lines for a radio or SMS, and typed back in, without any network.

Exit status of `read`: 0 read, 1 lines to say again, 2 no lines at all, or no message. Of `write`: 0, 2 if there was
nothing to write, 3 if something in the files could not be read or said and so was not written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.desk.intake import intake
from thalweg.formats import geojson, voice
from thalweg.model.declarations import Declaration
from thalweg.model.encodings import decoded
from thalweg.model.errors import InputError
from thalweg.model.instants import Instant, Window
from thalweg.model.measures import Band
from thalweg.model.shapes import Position
from thalweg.model.spoken import Notice

app = App(name="voice", help="Write notices as short lines for a radio or SMS, and read them typed back in.")

_DONE, _SAY_AGAIN, _NOTHING, _INCOMPLETE = 0, 1, 2, 3
Language = Literal["en", "ar", "ru", "fr", "tr", "ku"]


@app.command
def write(
    *paths: Annotated[Path, Parameter(name="FILE")],
    language: Annotated[Language, Parameter(name=["--language", "-l"])] = "en",
    declaration: Annotated[str, Parameter(name=["--declaration", "-d"])] = "",
    exact: Annotated[bool, Parameter(name="--exact", negative="")] = False,
    details: Annotated[bool, Parameter(name="--details", negative="--no-details")] = True,
    sms: Annotated[bool, Parameter(name="--sms", negative="")] = False,
    spoken: Annotated[bool, Parameter(name="--spoken", negative="")] = False,
    theatre: Annotated[Path | None, Parameter(name=["--theatre", "-t"])] = None,
    party: Annotated[str, Parameter(name="--party")] = "",
) -> int:
    """Print the lines of every declaration that the files hold.

    Parameters
    ----------
    paths
        Files of any format that `thalweg check` reads, folders of them, or zips.
    language
        The language of the lines: en, ar, ru, fr, tr or ku. Free text stays in its own.
    declaration
        Only the declaration of this id.
    exact
        Write out more digits instead of rounding outward to a metre and a second.
    details
        Also the details: manifest, markings, contacts (if absent, yes).
    sms
        Part the lines into messages of 160 characters, or 70 where letters need it.
    spoken
        As it is said aloud: digit by digit, names letter by letter.
    theatre
        The theatre file; an exercise is marked on every notice.
    party
        The party of whatever names none; by default the name of its file.
    """
    if not paths:
        print("thalweg voice write: name at least one file.", file=sys.stderr)
        return _NOTHING
    rules = wiring.theatre_of(theatre)
    came = intake(paths, wiring.context_of(rules, (), party, None))
    for problem in came.problems:
        print(f"Not written: {problem}", file=sys.stderr)
    chosen = [each for each in came.declarations if declaration in ("", each.declaration_id)]
    if declaration and not chosen:
        raise InputError(
            "voice-declaration",
            f"No declaration that is in force has the id {declaration}.",
            expected=", ".join(each.declaration_id for each in came.declarations[:8]),
            found=declaration,
        )
    texts = []
    for each in chosen:
        try:
            lines = voice.write(Notice(each, rules.exercise), language, exact=exact, details=details)
        except InputError as error:
            print(
                f"Not written: {each.source.file}, {each.source.path}: {error.sentence} [{error.code}]", file=sys.stderr
            )
            continue
        if spoken:
            lines = tuple(voice.spoken(line, language) for line in lines)
        parts = voice.sms(lines) if sms else ("\n".join(lines),)
        texts.append("\n\n".join(parts))
    if texts:
        print("\n\n".join(texts))
    else:
        return _NOTHING
    return _DONE if came.complete and len(texts) == len(chosen) else _INCOMPLETE


@app.command
def read(
    file: Annotated[Path | None, Parameter(name="FILE", allow_leading_hyphen=True)] = None,
    *,
    language: Annotated[Language | None, Parameter(name=["--language", "-l"])] = None,
    format: Annotated[Literal["geojson", "text"], Parameter(name=["--format", "-f"])] = "geojson",
) -> int:
    """Read lines that were typed back in, or name those that were misheard.

    Parameters
    ----------
    file
        The lines as typed, in any order; "-" or nothing reads standard input. A line that was said again is added
        at the end.
    language
        Of the lines; if absent, the one in which most of them agree.
    format
        "geojson" is what `thalweg check` reads (other messages than notices are plain JSON); "text" is for people.
    """
    typed = sys.stdin.buffer.read() if file is None or str(file) == "-" else wiring.read_file(file)
    text = decoded(typed, "voice-encoding", "What was typed" if file is None else str(file))
    try:
        said = voice.read(text, language or "")
    except InputError as error:
        if error.code != "voice-misheard":
            raise
        print(f"{error.sentence} [{error.code}]", file=sys.stderr)
        misheard = error.fields["misheard"]
        for each in misheard if isinstance(misheard, tuple) else ():
            print(_line(each), file=sys.stderr)
        return _SAY_AGAIN
    for remark in said.remarks:
        print(remark, file=sys.stderr)
    print(_state(said), file=sys.stderr)
    message = said.message
    if format == "text":
        print("\n".join(_facts(message.declaration if isinstance(message, Notice) else message)))
    elif isinstance(message, Notice):
        sys.stdout.buffer.write(geojson.write([message.declaration]))
    else:
        print(json.dumps({type(message).__name__.lower(): _plain(message)}, ensure_ascii=False, indent=1))
    return _DONE


def _line(misheard: voice.Misheard) -> str:
    heard = f" Heard: {misheard.heard}" if misheard.heard else ""
    perhaps = f" Perhaps: {misheard.suggestion} Ask; nothing was changed." if misheard.suggestion else ""
    return f"  line {misheard.number}: {misheard.sentence}{heard}{perhaps}"


def _state(said: voice.Read) -> str:
    """In a sentence, how what was read stands to what was declared."""
    if not isinstance(said.message, Notice):
        return "Every line agrees."
    exercise = " Exercise: nothing in it is live." if said.message.exercise else ""
    if said.exact:
        return f"Every line agrees; it is the very version {said.reference}.{exercise}"
    why = "rounded outward" if said.rounded else "some of its words left out or written otherwise"
    return f"Every line agrees; it is version {said.reference}, {why}.{exercise}"


def _facts(value: object) -> Iterable[str]:
    """A field a line, those that say nothing left out."""
    hidden = {"source", "entered", "flags", "submitted"}
    if isinstance(value, Declaration):
        yield f"version: {value.version_id}"
    for name, each in _members(value):
        if name in hidden or each in (None, "", (), False):
            continue
        if name in ("volumes", "segments") and isinstance(each, tuple):
            for number, part in enumerate(each, 1):
                yield f"{name[:-1]} {number}:"
                yield from (f"  {fact}" for fact in _facts(part))
        else:
            yield f"{name}: {_text(each)}"


def _members(value: object) -> Iterable[tuple[str, object]]:
    return [(each.name, getattr(value, each.name)) for each in fields(value)]  # type: ignore[arg-type]  # a dataclass


def _text(value: object) -> str:
    if isinstance(value, Instant | Window | Band | StrEnum | str | int | float):
        return str(value)
    if isinstance(value, Position):
        return f"{value.lat:.5f}, {value.lon:.5f}"
    if isinstance(value, tuple | frozenset):
        return "; ".join(_text(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {text}" for name, text in value.items())
    if value is None:
        return "none"
    inner = ", ".join(f"{name} {_text(each)}" for name, each in _members(value) if each not in (None, "", ()))
    return f"{type(value).__name__.lower()} ({inner})"


def _plain(value: object) -> object:
    """Members as JSON has them: instants as text, positions as longitude and latitude."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Instant):
        return str(value)
    if isinstance(value, Position):
        return [value.lon, value.lat]
    return {name: _plain(each) for name, each in _members(value) if name != "source"}
