"""Trust files: what somebody hands to everybody who will verify a log. docs/reference/ledger.md has the fields."""

from __future__ import annotations

from typing import Final

from thalweg.ledger import canonical
from thalweg.ledger.canonical import Reader
from thalweg.ledger.errors import Malformed, Refused
from thalweg.ledger.note import VerifierKey
from thalweg.ledger.verify import Trust

TRUST: Final = "thalweg/trust/v1"


def read_trust(data: bytes) -> Trust:
    """A trust file: which log, which keys, which first entry, which witnesses, and how many of them."""
    # A trust file is passed from hand to hand, and many an editor ends a file with a newline.
    reader = Reader(canonical.decode(data.strip()), "the trust file")
    if reader.text("v") != TRUST:
        raise Malformed("file.version", f"{TRUST} is what is read here.")
    out = Trust(
        origin=reader.text("origin", longest=255),
        log_keys=tuple(VerifierKey.parse(text) for text in reader.texts("log_keys")),
        genesis=reader.digest("genesis"),
        witnesses=tuple(VerifierKey.parse(text) for text in reader.texts("witnesses")),
        quorum=reader.integer("quorum"),
        required=reader.texts("required"),
    )
    reader.done()
    return out


def write_trust(trust: Trust) -> bytes:
    """The trust file of a log whose first entry is known."""
    if trust.genesis is None:
        raise Refused("trust.genesis", "A trust file names the first entry of its log.")
    return canonical.encode(
        {
            "genesis": trust.genesis.hex(),
            "log_keys": [key.text() for key in trust.log_keys],
            "origin": trust.origin,
            "quorum": trust.quorum,
            "required": list(trust.required),
            "v": TRUST,
            "witnesses": [key.text() for key in trust.witnesses],
        }
    )
