"""`batch(declarations) -> findings`: the reference that everything else must agree with (D6)."""

from __future__ import annotations

from collections.abc import Iterable

from thalweg.engine import explain, lines
from thalweg.engine.columns import pack
from thalweg.engine.explain import Describe
from thalweg.geometry import kernel
from thalweg.model.declarations import Declaration
from thalweg.model.findings import Finding
from thalweg.model.theatre import Theatre


def distinct(declarations: Iterable[Declaration]) -> list[Declaration]:
    """The same version twice is one; sorted by version id, so that the order of the inputs is forgotten."""
    return [each for _, each in sorted({each.version_id: each for each in declarations}.items())]


def batch(
    declarations: Iterable[Declaration], theatre: Theatre, *, describe: Describe | None = None
) -> tuple[Finding, ...]:
    """Every pair of declarations whose 4-D regions may come closer than its rule allows, and every crossing of, or
    presence on the wrong side of, a line. Sorted by time, then id; the same whatever the order of the inputs.

    `describe` turns arrays of longitudes and latitudes into independent references of places; without it the
    findings carry none. Raises `EngineError`, never returns less than all.
    """
    live = distinct(declarations)
    columns = pack(live, theatre)
    matrix, rules = columns.matrix(theatre)
    pairs = kernel.batch(columns.parts, matrix, columns.growth(matrix))
    at_lines = pairs.rule == 0
    words = explain.Words(theatre, rules)
    found = explain.findings(live, columns, matrix, rules, pairs.where(~at_lines), words, describe)
    found += lines.findings(live, columns, matrix, pairs.where(at_lines), theatre, describe)
    return in_order(found)


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The order in which findings are to be read: by when they begin, then by id."""
    return tuple(sorted(found, key=lambda f: (f.first.epoch_s if f.first else float("-inf"), f.id)))
