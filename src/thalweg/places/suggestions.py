"""Names close to a misspelt one, for "did you mean". Never an answer by itself (R5)."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

_CLOSE = 0.90  # Jaro-Winkler; "deirezor" to "deirezzor" is 0.98, "mosul" to "mostar" 0.83


def suggest(key: str, keys: Iterable[str]) -> list[str]:
    """The closest of the folded names, best first; at most eight."""
    found = process.extract(key, keys, scorer=JaroWinkler.similarity, score_cutoff=_CLOSE, limit=8)
    return [name for name, _, _ in found]
