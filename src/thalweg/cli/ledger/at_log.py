"""What the commands of a log share: its home, what opens its keys, and how a refusal is told.

Exit status of all of them: 0 done, 1 refused or contradicted (a fork, a scrub that found something), 2 cannot be read
or used wrongly. No command prints a private key.
"""

from __future__ import annotations

import functools
import getpass
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Annotated, Final, ParamSpec, TypedDict, TypeVar

from cyclopts import Parameter

from thalweg import wiring
from thalweg.ledger.canonical import Value
from thalweg.ledger.errors import Damaged, Inconsistent, LedgerError, Malformed

DONE, REFUSED, WRONG = 0, 1, 2

P = ParamSpec("P")
T = TypeVar("T")
Folder = Annotated[Path, Parameter(name="DIR")]
PassphraseFile = Annotated[Path | None, Parameter(name="--passphrase-file")]
Output = Annotated[Path, Parameter(name=["--output", "-o"])]
By = Annotated[str, Parameter(name="--by")]

_opened_homes: ContextVar[ExitStack] = ContextVar("opened_homes")


@Parameter(name="*")
@dataclass(frozen=True)
class Secret:
    """What opens sealed keys: what is given, else the identity that lies in the home of a desk. A passphrase is asked
    for where one opens them and somebody sits at the terminal."""

    passphrase_file: PassphraseFile = None
    identity_file: Annotated[Path | None, Parameter(name="--identity")] = None

    def opens(self, keys: wiring.KeyRing) -> wiring.Unlocked:
        """The keys, unlocked. `Malformed` where there is nothing to open them with, `Refused` where it is the wrong
        thing."""
        file = self.identity_file
        if file is None and not keys.by_passphrase:
            file = keys.beside
            if file is None:
                raise Malformed("keys.identity_needed", "An age identity opens these keys: give --identity.")
        if file is None:
            return keys.unlock(passphrase=passphrase_of(self.passphrase_file), identity=None)
        lines = wiring.words_of(file).splitlines()
        found = [line for line in lines if line.startswith("AGE-SECRET-KEY-")]
        if not found:
            raise Malformed("keys.identity", f"There is no age identity in {file}.")
        return keys.unlock(passphrase=None, identity=found[0])


ASKED: Final = Secret()


def told(command: Callable[P, int]) -> Callable[P, int]:
    """A refusal of the ledger becomes its sentence and an exit status; the homes that were opened are closed."""

    @functools.wraps(command)
    def saying(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            with ExitStack() as stack:
                _opened_homes.set(stack)
                return command(*args, **kwargs)
        except LedgerError as error:
            print(f"thalweg: {error.sentence} [{error.code}]", file=sys.stderr)
            return WRONG if isinstance(error, Malformed) else REFUSED
        except BrokenPipeError:  # nobody reads the output any more: not this command's affair
            raise
        except OSError as error:
            about = f"{error.filename}: " if error.filename else ""
            print(f"thalweg: {about}{error.strerror or error}. [file.unreadable]", file=sys.stderr)
            return WRONG

    return saying


def log_home(folder: Path) -> wiring.Home:
    """The log's home, closed when the command ends, however it does; and suspicious if it ends in damage."""
    home = wiring.log_home(folder)

    def end(_kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        if isinstance(error, Damaged):
            home.suspect()
        home.close()

    _opened_homes.get().push(end)
    return home


class Stamp(TypedDict):
    """When an entry is said, in milliseconds since 1970, and the salt that hides what is kept beside it."""

    at_ms: int
    salt: bytes


def stamp() -> Stamp:
    """A stamp of now."""
    return {"at_ms": wiring.now_ms(), "salt": wiring.random_bytes(32)}


def say_for_the_log(folder: Path, secret: Secret, by: str, kind: str, body: Mapping[str, Value]) -> int:
    """Enter what concerns the log itself, such as a key or a witness: signed by `by`, else by its first registrar.

    Returns where the entry stands.
    """
    home = log_home(folder)
    writer = home.writer(secret.opens(home.keys))
    return writer.say(by or home.settings.registrar, kind, body, **stamp()).index


def keeping_evidence(folder: Path, act: Callable[[], T]) -> T:
    """Runs `act`; what proves somebody's two histories is kept in the folder's `evidence` before the error goes on."""
    try:
        return act()
    except Inconsistent as error:
        for name in ("first", "second", "fork"):
            data = error.fields.get(name)
            if isinstance(data, bytes):
                print(f"Kept: {wiring.mirror_files(folder).keep_evidence(name, data)}", file=sys.stderr)
        raise


def passphrase_of(file: Path | None, *, twice: bool = False) -> str:
    """The first line of a file, or what somebody types: `twice` where a slip would lock them out for ever."""
    if file is not None:
        lines = wiring.words_of(file).splitlines()
        found = lines[0] if lines else ""
    elif sys.stdin.isatty():
        found = getpass.getpass("Passphrase of the keys: ")
        if twice and getpass.getpass("Again: ") != found:
            raise Malformed("keys.passphrase", "The two passphrases differ.")
    else:
        found = ""
    if not found:
        raise Malformed("keys.passphrase", "A passphrase is needed: give --passphrase-file.")
    return found
