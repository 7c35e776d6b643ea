"""Named arrays in one sealed run of bytes: how the online face is put away for a restart.

    thalweg online snapshot 3 ⏎
    {"arrays": [["lon", "<f8", 1234], …], "engine": "0.1.0", "rules": "…", …} ⏎
    spaces up to a multiple of 8, then the arrays in that order, little-endian, each filled up to a multiple of 8
    SHA-256 of all of the above, 32 bytes

A cache and no record: whoever cannot read one builds the state from the ledger. Not for strangers' bytes: the seal
finds damage, it does not prove who wrote it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg.model.errors import EngineError

Array = npt.NDArray[Any]

_MAGIC = b"thalweg online snapshot 3\n"
_SEAL = hashlib.sha256().digest_size
_LONGEST = 1 << 22  # bytes of what is said before the arrays
_TYPES = ("<f8", "<i8", "<i4", "<u8", "<u4", "|u1")


def seal(head: Mapping[str, object], arrays: Mapping[str, Array]) -> bytes:
    """The bytes of one-dimensional arrays, with what `head` says of them."""
    listed = []
    pieces: list[bytes | memoryview] = []
    for name, array in arrays.items():
        kind = array.dtype.newbyteorder("<").str
        if kind not in _TYPES or array.ndim != 1:
            raise EngineError("snapshot-array", f"The array {name} cannot be put away.", name=name)
        listed.append([name, kind, len(array)])
        given = np.ascontiguousarray(array, kind)
        pieces += (given.view(np.uint8).data, bytes(-given.nbytes % 8))
    line = json.dumps({**head, "arrays": listed}, sort_keys=True, separators=(",", ":")).encode()
    start = _MAGIC + line + b"\n"
    data = bytearray().join([start, b" " * (-len(start) % 8), *pieces])
    data += hashlib.sha256(data).digest()
    return bytes(data)


def unseal(data: bytes | memoryview, *, checked: bool = False) -> tuple[dict[str, Any], dict[str, Array]]:
    """What `seal` was given; the arrays are views of `data`. Raises `EngineError` for anything else. `checked`: whoever
    kept the bytes has seen that they are what was kept, so they are not hashed once more."""
    view = memoryview(data)
    if view[: len(_MAGIC)] != _MAGIC:
        raise EngineError("snapshot-version", "This is no snapshot, or one of another version.")
    if not checked and hashlib.sha256(view[:-_SEAL]).digest() != view[-_SEAL:]:
        raise EngineError("snapshot-damaged", "The snapshot is damaged: its seal does not fit.")
    begun = bytes(view[:_LONGEST])
    end = begun.find(b"\n", len(_MAGIC))
    if end < 0:
        raise EngineError("snapshot-damaged", "The snapshot is damaged: it does not say what is in it.")
    head = json.loads(begun[len(_MAGIC) : end])
    at = math.ceil((end + 1) / 8) * 8
    arrays: dict[str, Array] = {}
    for name, kind, length in head.pop("arrays"):
        arrays[name] = np.frombuffer(data, kind, length, at)
        at += math.ceil(arrays[name].nbytes / 8) * 8
    return head, arrays
