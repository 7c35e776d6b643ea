"""What is said of each live declaration in a finding, kept without the declarations, and through a restart.

As columns: the parties and titles as UTF-8 one behind the other, and for each its kind, its flags and how long it is
valid. After a restart one is read out of them when it is first asked for, so that a million cost what they are long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from thalweg.engine.explain import Label, Named
from thalweg.model.declarations import Kind, Standing, Zone
from thalweg.model.instants import Instant

_KINDS: Final = tuple(Kind)
_ZONES: Final = (None, *Zone)
_STANDINGS: Final = tuple(Standing)
_Columns = Mapping[str, npt.NDArray[Any]]
_NOTHING: Final[_Columns] = {}


class Labels:
    """Labels by number."""

    def __init__(self, columns: _Columns = _NOTHING) -> None:
        self._made: dict[int, Label] = {}
        # views of memory give plain numbers, and sooner
        self._columns = {name: column.data for name, column in columns.items()}
        ends = np.cumsum(columns["label_length"], dtype=np.int64) if columns else np.empty(0, np.int64)
        self._ends = ends.data

    @classmethod
    def of(cls, arrays: _Columns) -> Labels:
        """Those of the numbers from 0 on, out of `columns`, and what version each is of out of `Roll.columns`."""
        return cls({name: arrays[name] for name in (*_NAMES, "version")})

    @staticmethod
    def columns(labels: Iterable[Named]) -> dict[str, npt.NDArray[Any]]:
        """All of them, for `of`."""
        rows = list(labels)
        texts = [f"{each.party}\0{each.title}".encode("utf-8", "surrogatepass") for each in rows]
        until = (math.nan if each.valid_until is None else each.valid_until.epoch_s for each in rows)
        flags = (_STANDINGS.index(each.standing) << 1 | each.hypothetical for each in rows)
        return {
            "label_text": np.frombuffer(b"".join(texts), np.uint8),
            "label_length": np.fromiter(map(len, texts), np.int32, len(rows)),
            "label_party": np.fromiter((len(each.party) for each in rows), np.int32, len(rows)),
            "label_kind": np.fromiter((_KINDS.index(each.kind) for each in rows), np.uint8, len(rows)),
            "label_zone": np.fromiter((_ZONES.index(each.zone) for each in rows), np.uint8, len(rows)),
            "label_flags": np.fromiter(flags, np.uint8, len(rows)),
            "label_until": np.fromiter(until, np.float64, len(rows)),
        }

    def add(self, number: int, label: Label) -> None:
        self._made[number] = label

    def forget(self, number: int) -> None:
        """It has ended. Its row in the columns stays, and is not asked for again."""
        self._made.pop(number, None)

    def get(self, number: int) -> Label | None:
        known = self._made.get(number)
        if known is None and number < len(self._ends):
            known = self._made[number] = self._read(number)
        return known

    def _read(self, number: int) -> Label:
        held = self._columns
        end = self._ends[number]
        text = held["label_text"][end - held["label_length"][number] : end]
        both = str(text, "utf-8", "surrogatepass")
        cut = held["label_party"][number]
        flags = held["label_flags"][number]
        until = held["label_until"][number]
        return Label(
            "v-" + held["version"][16 * number : 16 * number + 16].hex(),
            _KINDS[held["label_kind"][number]],
            _ZONES[held["label_zone"][number]],
            both[:cut],
            both[cut + 1 :],
            _STANDINGS[flags >> 1],
            bool(flags & 1),
            None if math.isnan(until) else Instant(until),
        )


_NAMES: Final = tuple(Labels.columns(()))
