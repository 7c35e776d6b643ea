"""The notices that had reached a party, and what it had done about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from thalweg.model.instants import Instant
from thalweg.policy.asof.cut import Cut
from thalweg.policy.asof.had import NoticeHad
from thalweg.state.exchange import Fact
from thalweg.state.recorded import notice_in


def facts_about(cut: Cut, rows: Sequence[int]) -> dict[int, list[int]]:
    """Of each of these notices the facts about it, oldest first."""
    found: dict[int, list[int]] = {row: [] for row in rows}
    about = cut.facts()["row"]
    for at in np.flatnonzero(np.isin(about, np.array(rows, np.int64))).tolist():
        found[int(about[at])].append(at)
    return found


def notice(cut: Cut, row: int, about: Mapping[int, Sequence[int]], *, outstanding: bool) -> NoticeHad:
    """One of them; `about` has its facts."""
    index = int(cut.told["index"][row])
    body = notice_in(cut.load(index))
    facts = cut.facts()
    read: list[list[Fact]] = [[] for _ in range(5)]
    for at in about[row]:
        read[int(facts["kind"][at])].append(
            Fact(
                cut.had.word(int(facts["officer"][at])),
                Instant(float(facts["at"][at])),
                int(facts["index"][at]),
                cut.had.word(int(facts["what"][at])),
            )
        )
    reached = Instant(float(cut.told["reached"][row]))
    by = cut.had.word(int(cut.told["by"][row]))
    delivered, responses, read_back, passed_on, relayed = map(tuple, read)
    return NoticeHad(body, index, reached, by, outstanding, delivered, responses, read_back, passed_on, relayed)
