"""The notices that had reached a party, and what it had done about them."""

from __future__ import annotations

import numpy as np

from thalweg.model.instants import Instant
from thalweg.policy.asof.cut import Cut
from thalweg.policy.asof.had import NoticeHad
from thalweg.state.exchange import Fact
from thalweg.state.recorded import notice_in


def notice(cut: Cut, row: int, *, outstanding: bool) -> NoticeHad:
    """One of them."""
    index = int(cut.told["index"][row])
    body = notice_in(cut.load(index))
    facts = cut.facts()
    about = np.flatnonzero(facts["row"] == row).tolist()
    read: list[list[Fact]] = [[] for _ in range(5)]
    for at in about:
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
