"""The notices that had reached a party, and what it had done about them."""

from __future__ import annotations

import numpy as np

from thalweg.model.events import NoticeKind
from thalweg.model.instants import Instant
from thalweg.policy.asof.cut import Cut
from thalweg.policy.asof.had import NoticeHad
from thalweg.policy.asof.valid import Mask
from thalweg.state import history
from thalweg.state.exchange import Fact
from thalweg.state.recorded import notice_in


def outstanding(cut: Cut) -> set[int]:
    """The notices that owed an answer, as the party had it: that it had not answered, and of whose subject nothing
    had been said anew."""
    told = cut.told
    # A line check is answered, or over, within minutes, and then a state of the line: it is told there.
    checks = told["what"] == cut.had.number(NoticeKind.LINE_CHECK.value)
    owed = np.flatnonzero(cut.known & cut.has(history.OWED) & ~checks)
    anew = np.flatnonzero(cut.known & cut.has(history.ANEW))
    last = np.full(len(cut.had.words), -1, np.int64)
    np.maximum.at(last, told["subject"][anew], anew)
    answered = _answered(cut)
    alarm = told["what"] == cut.had.number(NoticeKind.EMERGENCY.value)
    called = np.isin(told["answers"], told["answers"][answered & alarm]) & alarm  # whichever bell was answered
    rules = cut.known & cut.is_what(NoticeKind.RULES)
    anew_since = told["shown"][rules].max(initial=-1)  # everything was compared again, and what still holds warned anew
    warned = cut.has(history.OWN) & cut.is_what(NoticeKind.WARNING) & (told["index"] < anew_since)
    subject = told["subject"][owed]
    open_ = ~(answered | called | warned)[owed] & ((subject == 0) | (owed >= last[subject]))
    return set(owed[open_].tolist())


def _answered(cut: Cut) -> Mask:
    """Which notices the party had answered; a wrong read-back since opens one again (R15)."""
    facts = cut.facts()
    rows, kinds = facts["row"], facts["kind"]
    found = np.zeros(len(cut.known), np.bool_)
    found[rows[kinds == history.RESPONDED]] = True
    read = kinds == history.READ
    last, place = np.unique(rows[read][::-1], return_index=True)
    found[last[facts["what"][read][::-1][place] != 0]] = False
    return found


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
