"""The command line: one file a noun (a folder for `ledger` and `sources`), imported only when its noun is said."""

from __future__ import annotations

import io
import os
import sys
import traceback
from typing import TYPE_CHECKING, Final

from cyclopts import App, CycloptsError, Group, MissingArgumentError, Parameter, UnusedCliTokensError
from cyclopts.help import DefaultFormatter, HelpEntry, HelpPanel
from typing_extensions import override

from thalweg import __version__
from thalweg.model.errors import ThalwegError

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions


class _Help(DefaultFormatter):
    """Help in which an argument that is told by its place has no option beside it: cyclopts makes `--PARTY` of the
    name `PARTY`, and writes both."""

    @override
    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        panel.entries = list(map(_by_place, panel.entries))
        super().__call__(console, options, panel)


def _by_place(entry: HelpEntry) -> HelpEntry:
    label = entry.positional_label
    return entry.copy(positive_names=tuple(name for name in entry.positive_names if name[2:] != label))


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
    help_formatter=_Help(),
)
_NOUNS: Final = {  # by what somebody came to do, in the order of the help; said here, so that it loads none of them
    "Check files": {
        "check": "Find every conflict in files, folders or a zip, from one or many parties.",
        "demo": "Check a bundled scenario: Deir ez-Zor in autumn 2017, or an invented wildfire.",
        "place": "Tell what a place name or a position means; never picks between namesakes.",
        "sources": "Read press reports and statements, draft their claims, and list where they differ.",
        "voice": "Write notices as short lines for a radio or SMS, and read them typed back in.",
        "template": "Write the empty notification of sites, movements, operations and zones.",
        "schema": "Print a published JSON Schema, or the names of all.",
    },
    "At a desk, as an officer": {
        "join": "Join a desk by invitation, with a key made and kept on this machine.",
        "declare": "Declare what files hold, row by row, each reviewed before it is sent.",
        "declaration": "What is declared: list, show, cancel, re-validate, verify, release, consent, link.",
        "inbox": "What your party owes an answer to, the most pressing first.",
        "notice": "One notice: what it says, what it shows, and what became of it.",
        "ack": "Answer a notice: received, understood, need more, or object.",
        "readback": "Say back what you have down of a notice, to be compared with what was said.",
        "passed-on": "State that a unit has a notice, or that you relayed it.",
        "propose": "Propose a way out, a quiet window, a line, or that a site changes hands.",
        "answer": "Accept or reject a way out, a quiet window, a line, or a site that is offered.",
        "emergency": "Call the other side at once: it overtakes everything, and repeats until a commitment.",
        "commit": "Promise to do something by a time; a promise that lapses escalates.",
        "outcome": "State what became of a promise: kept, broken, or overtaken by events.",
        "incident": "What happened: report it, give your side's account, ask, assess, lay evidence.",
        "dossier": "What your record proves about an incident, and what it cannot say.",
        "feedback": "What came of your notices: who had them, who answered, and what changed.",
        "review": "The joint review of a period: counts, times and shares, without any place.",
        "crossing": "Log that somebody or something crossed a line: a neutral fact, without intent.",
        "channel": "Channels between parties, their terms, line checks, and what is said on them.",
        "party": "The members of the theatre, and since when each takes part.",
        "officer": "Who you are to the desk, who else speaks for your party, the watch, and your keys.",
        "stream": "Follow the notices to your party as they are made, and sign that they arrived.",
        "bundle": "Fetch one file with every entry that your party may hold, proved.",
        "theatre": "The rules in force: show them, or set them for everybody.",
    },
    "Run a desk, keep a record": {
        "serve": "Run a desk: the channel between parties, with its clocks, disclosure and proof.",
        "backup": "Copy a log's home while it runs, and verify the copy.",
        "restore": "Make a log's home again from a backup, or check the backup.",
        "ledger": "The signed record: make, feed, read, prove, witness, mirror and mend it.",
        "verify": "Verify a receipt, bundle, checkpoint or proof of a fork, offline.",
        "replay": "Who knew what when: the picture as one party had it, at a time.",
    },
}
_FILES: Final = {"replay": "as_of"}  # cli/replay/ is what `thalweg demo --live` plays
for _place, (_purpose, _nouns) in enumerate(_NOUNS.items()):
    _group = Group(_purpose, sort_key=_place)
    for _noun, _help in _nouns.items():
        _file = _FILES.get(_noun, _noun.replace("-", "_"))
        app.command(f"thalweg.cli.{_file}:app", name=_noun, group=_group, help=_help)

# 0, 1 and 3 are answers (see `thalweg.cli.check`), so nothing that went wrong may end with one of them.
FAILED, INTERRUPTED, NOBODY_READS = 2, 130, 141


def main() -> None:
    """Run the command line and exit with its status; whatever goes wrong becomes a sentence on standard error."""
    _open_what_is_closed()
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
    except Exception as error:  # noqa: BLE001  else Python would end with status 1, which says "findings"
        if isinstance(error, UnicodeEncodeError) and (what := _unwritable(error, sys.argv)):
            _tell(what)
            sys.exit(FAILED)
        traceback.print_exc()
        _tell("This is an error of Thalweg itself: nothing was checked. Please report it with the lines above.")
        status = FAILED
    sys.exit(status)


def _open_what_is_closed() -> None:
    """Where the shell closed an output (`>&-`) nobody wants to see it; what is to be done is done all the same."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, os.fdopen(nowhere, "w", encoding="utf-8"))


def _unwritable(error: UnicodeEncodeError, words: list[str]) -> str:
    """What is wrong with text that no encoding has: a word whose bytes Python kept without knowing their letters, or
    half of a surrogate pair, which came out of an escape in a file. Empty where it is neither."""
    if any("\udc80" <= letter <= "\udcff" for word in words for letter in word):
        code = "words-encoding"
        return (
            "A word of the command cannot be read in the encoding that this system states. "
            f"Set LANG to one in UTF-8, such as C.UTF-8. [{code}]"
        )
    letters = str(error.object)[error.start : error.end]
    if not letters or not all("\ud800" <= letter <= "\udfff" for letter in letters):
        return ""
    code = "text-surrogate"
    around = str(error.object)[max(error.start - 30, 0) : error.end + 10].encode("ascii", "backslashreplace").decode()
    return (
        f"A text holds half of a surrogate pair (U+{ord(letters[0]):04X}), which is no letter, in “{around}”. "
        f"Mend that text first. [{code}]"
    )


def _run(words: list[str]) -> int:
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
