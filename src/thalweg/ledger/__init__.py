"""The ledger: bytes, a Merkle tree, signed heads, proofs. It imports no other room and can be read alone.

Read in this order: `tree`, `note`, `checkpoint`, `entry`, `identity`, `receipt`, `verify`; then `promise`
(what a store owes the ledger), `sequencer` (the one writer), `witness` and `fork`. docs/spec fixes each byte.
"""
