"""Ids made from content: canonical bytes of integers and strings, hashed.

Floats never enter: they are scaled to integers first (degrees by 1e9, metres by 1e3, seconds by 1e6),
so that two machines, or two formats, that mean the same value hash the same bytes.
"""

from __future__ import annotations

import hashlib
import json

_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def scaled(value: float, by: float) -> int:
    """`value` in units of `1 / by`, rounded half to even; minus zero is zero."""
    return round(value * by)


def digest(content: object) -> str:
    """SHA-256, in hex, of the content as JSON with sorted keys, no spaces and no escapes (RFC 8785 for
    integers below 2**53 and strings)."""
    return hashlib.sha256(_ENCODE(content).encode("utf-8", "surrogatepass")).hexdigest()
