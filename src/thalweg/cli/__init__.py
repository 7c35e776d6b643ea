"""The command line: one file a noun, imported only when its noun is said."""

from __future__ import annotations

import io
import os
import sys
import traceback
from itertools import chain
from typing import Final

from cyclopts import App, CycloptsError, Group, MissingArgumentError, Parameter, UnusedCliTokensError

from thalweg import __version__
from thalweg.model.errors import ThalwegError

app = App(
    name="thalweg",
    version=__version__,
    help="Declare, be warned, agree, and prove who knew what when. Taking part is voluntary; absence from any "
    "product removes no protection.",
    result_action="return_value",
    print_error=False,
    exit_on_error=False,
    suppress_keyboard_interrupt=False,
    default_parameter=Parameter(show_default=False),
)
_NOUNS: Final = {  # by what somebody came to do; help shows the groups in this order
    "Check files": ("check", "demo", "place", "sources", "voice", "template", "schema"),
    "At a desk, as an officer": (
        *("join", "declare", "declaration", "inbox", "notice", "ack", "readback", "passed-on", "propose", "answer"),
        *(
            "emergency",
            "commit",
            "outcome",
            "incident",
            "dossier",
            "feedback",
            "review",
            "crossing",
            "channel",
            "party",
            "officer",
            "stream",
            "bundle",
            "theatre",
        ),
    ),
    "Run a desk, keep a record": ("serve", "backup", "restore", "ledger", "verify", "replay"),
}
_FILES: Final = {"replay": "as_of"}  # cli/replay/ is what `thalweg demo --live` plays
for _place, (_purpose, _nouns) in enumerate(_NOUNS.items()):
    _group = Group(_purpose, sort_key=_place)
    for _noun in _nouns:
        _file = _FILES.get(_noun, _noun.replace("-", "_"))
        app.command(f"thalweg.cli.{_file}:app", name=_noun, group=_group)

# 0, 1 and 3 are answers (see `thalweg.cli.check`), so nothing that went wrong may end with one of them.
FAILED, INTERRUPTED, NOBODY_READS = 2, 130, 141


def main() -> None:
    """Run the command line and exit with its status; whatever goes wrong becomes a sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a letter gets its number, not a failure
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # `thalweg check … | head` has had enough
        _close_output()
        status = NOBODY_READS
    except OSError as error:
        _close_output()
        about, code = f" ({error.filename})" if error.filename else "", "system-refused"
        _tell(f"The system refused to read or write{about}: {error.strerror or error}. [{code}]")
        status = FAILED
    except KeyboardInterrupt:
        _tell("Interrupted; nothing that was written is complete.")
        status = INTERRUPTED
    except Exception:  # noqa: BLE001  else Python would end with status 1, which says "findings"
        traceback.print_exc()
        _tell("This is an error of Thalweg itself: nothing was checked. Please report it with the lines above.")
        status = FAILED
    sys.exit(status)


def _run(words: list[str]) -> int:
    if not {*words} - {"--help", "-h"}:
        for noun in chain.from_iterable(_NOUNS.values()):
            app.__getitem__(noun)  # loads it: the list of commands tells what each is for
    try:
        status = app(words)
    except CycloptsError as error:
        said = " ".join(("thalweg", *(error.command_chain or ())))
        _tell(f"{_slip(error)} See: {said} --help")
        return FAILED
    except ThalwegError as error:
        expected = error.fields.get("expected")
        more = f" Expected {expected}." if expected and str(expected) not in error.sentence else ""
        _tell(f"{error.sentence}{more} [{error.code}]")
        return FAILED
    return status if isinstance(status, int) else 0


def _slip(error: CycloptsError) -> str:
    """What is wrong with the words of the command, as one would say it."""
    match error:
        case MissingArgumentError(argument=argument) if argument is not None:
            name = argument.name
            if error.keyword:
                return f"{name} needs a value."
            return f"{name if name.islower() else name.lstrip('-')} is missing."
        case UnusedCliTokensError():
            return f"{' '.join(error.unused_tokens or ())} is more than this command takes."
        case _:
            return str(error)


def _tell(sentence: str) -> None:
    print(f"thalweg: {sentence}", file=sys.stderr)


def _close_output() -> None:
    """Nothing more can be written: what is still buffered must not fail again when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
