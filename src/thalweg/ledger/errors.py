"""The ledger's own small family of errors: a stable code, a sentence for the person, fields for a program.

The ledger is read alone by auditors, so it shares no error with the rooms above it; whoever calls it
from the desk or the command line turns these into theirs. Which member is raised says what to do next:

=============== ====================================================================================
`Malformed`     the bytes are not in the form that docs/spec fixes; ask for them again
`Refused`       the form is right, but a signature, a proof, a key or an order rule does not hold
`Inconsistent`  two signed views of one log cannot both be true; keep both, they are evidence
`Damaged`       the store contradicts itself; nothing is signed until a scrub passes
`StoreFailed`   the store did not answer; `fields["happened"]` is "no" or "unknown"
=============== ====================================================================================
"""

from __future__ import annotations


class LedgerError(Exception):
    """Base of the family; every `code` is listed in docs/spec/errors.md."""

    def __init__(self, code: str, sentence: str, **fields: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.fields = fields


class Malformed(LedgerError):
    """Bytes that are not in the form the specification fixes."""


class Refused(LedgerError):
    """Well-formed, and yet not to be believed or not to be done."""


class Inconsistent(LedgerError):
    """Two views of one log that cannot both be true."""


class Damaged(LedgerError):
    """A store whose parts contradict each other."""


class StoreFailed(LedgerError):
    """A store that did not answer as promised."""
