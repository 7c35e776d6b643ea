"""What a format makes of one file: declarations, and everything that it could not make of it."""

from __future__ import annotations

from dataclasses import dataclass

from thalweg.model.declarations import Cancellation, Declaration
from thalweg.model.notes import Omission, Problem


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole of one file. Every row or feature of the file is in exactly one of the first three,
    except harmless decoration, which is at least named in `omissions`; `seen` counts the rows or
    features that arrived, so that a reader that stops early is noticed."""

    format: str
    declarations: tuple[Declaration, ...] = ()
    cancellations: tuple[Cancellation, ...] = ()
    problems: tuple[Problem, ...] = ()
    omissions: tuple[Omission, ...] = ()
    seen: int = 0
