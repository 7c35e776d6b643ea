"""SQL as files that can be run by hand: numbered migrations, and `queries.sql` with one name above each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

_NAME = re.compile(r"-- name: ([a-z-]+)\n")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. Its number is the version that the schema has after it."""

    version: int
    text: str


def migrations(dialect: str) -> tuple[Migration, ...]:
    """The steps for `sqlite` or `postgres`, numbered 1, 2, … without a gap."""
    found = []
    for file in resources.files(__name__).joinpath(dialect).iterdir():
        number = file.name[:4]
        if number.isdigit():
            found.append(Migration(int(number), file.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda step: step.version))


def queries(dialect: str) -> Mapping[str, str]:
    """The statements of `queries.sql` by name."""
    text = resources.files(__name__).joinpath(dialect, "queries.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    return {name: body.strip().rstrip(";") for name, body in zip(parts[::2], parts[1::2], strict=True)}
