"""The canonical bytes of findings, made once for each: both sides of a conflict are told of one and the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

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
    data = canonical.encode(write_finding(finding))
    _spelled[id(finding)] = (finding, data)
    return data


def findings_bytes(findings: Iterable[Finding]) -> bytes:
    """The canonical bytes of a list of findings."""
    return b"[" + b",".join(map(finding_bytes, findings)) + b"]"
