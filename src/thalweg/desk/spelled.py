"""The canonical bytes of findings, made once for each: both sides of a conflict are told of one and the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import orjson

from thalweg.formats.event.finding import write_finding
from thalweg.ledger import canonical
from thalweg.model.findings import Finding

_KEPT: Final = 2_000
_spelled: Final[dict[int, tuple[Finding, bytes]]] = {}


def finding_bytes(finding: Finding) -> bytes:
    """The canonical bytes of one finding as it stands in a notice."""
    # By identity, since comparing two findings costs more than writing one. Keeping it keeps its id from being reused.
    known = _spelled.get(id(finding))
    if known is not None:
        return known[1]
    if len(_spelled) >= _KEPT:
        _spelled.clear()
    data = _written(finding)
    _spelled[id(finding)] = (finding, data)
    return data


def _written(finding: Finding) -> bytes:
    value = write_finding(finding)
    try:
        # Its names are in order, and it holds nothing but strings and integers: nothing else is looked for.
        return orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:  # half of a surrogate pair, or an integer beyond 53 bits
        return canonical.encode(value)


def findings_bytes(findings: Iterable[Finding]) -> bytes:
    """The canonical bytes of a list of findings."""
    return b"[" + b",".join(map(finding_bytes, findings)) + b"]"
