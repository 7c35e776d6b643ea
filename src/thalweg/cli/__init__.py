"""The command line: one file a noun, imported only when its noun is said."""

from __future__ import annotations

import sys

from cyclopts import App

from thalweg import __version__
from thalweg.model.errors import ThalwegError

app = App(
    name="thalweg",
    version=__version__,
    help="Declare, be warned, agree, and prove who knew what when. Taking part is voluntary; absence from any "
    "product removes no protection.",
    result_action="return_value",
)
for _noun in ("check", "demo", "place", "template", "schema"):
    app.command(f"thalweg.cli.{_noun}:app", name=_noun)


def main() -> None:
    """Run the command line; an error of the family becomes one sentence and exit status 2."""
    try:
        status = app()
    except ThalwegError as error:
        print(f"thalweg: {error.sentence} [{error.code}]", file=sys.stderr)
        status = 2
    sys.exit(status if isinstance(status, int) else 0)
