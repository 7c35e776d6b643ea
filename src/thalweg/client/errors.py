"""What a client raises: what the desk refused, and what it did not answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.model.errors import ThalwegError


class DeskError(ThalwegError):
    """The desk refused, and nothing went on record. `code`, `sentence` and `facts` are those of its problem."""

    def __init__(self, code: str, sentence: str, status: int = 0, facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(code, sentence, status=status)
        self.status = status
        self.facts: Mapping[str, Any] = facts or {}


class Unanswered(DeskError):
    """No answer came. What was signed is kept, and is sent again as it is by whatever is sent next."""


class Contradicted(DeskError):
    """The log contradicts what it showed before, or its receipt does not verify. Evidence is kept in `evidence/`."""
