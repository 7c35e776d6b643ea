"""`thalweg readback`: say back what one has down, to be compared. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, REFUSED, AtDesk, answered, instant, millimetres, position, told
from thalweg.drafts.times import Side
from thalweg.model.errors import InputError
from thalweg.model.events import NoticeKind, ReadBack

app = App(name="readback", help="Say back what you have down of a notice, to be compared with what was said.")


@app.default
@told
def readback(
    notice: Annotated[str, Parameter(name="NOTICE")],
    *,
    position_: Annotated[str, Parameter(name="--position", allow_leading_hyphen=True)] = "",
    start: Annotated[str, Parameter(name="--start")] = "",
    end: Annotated[str, Parameter(name="--end")] = "",
    lower: Annotated[str, Parameter(name="--lower")] = "",
    upper: Annotated[str, Parameter(name="--upper")] = "",
    identity: Annotated[str, Parameter(name="--what")] = "",
    at: AtDesk = HERE,
) -> int:
    """Compared at once: where it does not match, the notice is open again. Status 1 if it does not. What did not match
    stands until it is read back rightly; saying something else of the notice does not put it right.

    Parameters
    ----------
    notice
        Its id, such as n-irop3cfqdr, or that of the notice by which you were told that a read-back of it differed.
    position_
        The position, in any form that people write.
    start
        When it begins, with the time zone.
    end
        When it ends, with the time zone.
    lower
        The lower height, with its datum, such as "300 m AMSL".
    upper
        The upper height.
    identity
        Whose and what it is: a party, an id or a title.
    """
    low, low_datum = millimetres(lower, "lower height") if lower else (None, "")
    high, high_datum = millimetres(upper, "upper height") if upper else (None, "")
    if low_datum and high_datum and low_datum != high_datum:
        raise InputError("readback-datum", "Read both heights back above the same datum.", found=f"{lower}, {upper}")
    with at.client() as client:
        told_of = client.notice(notice)
        differs = told_of.what == NoticeKind.READ_BACK and told_of.answers.startswith("n-")
        said = ReadBack(
            client.party,
            told_of.answers if differs else notice,
            identity,
            position(position_) if position_ else None,
            instant(start, "start", Side.START) if start else None,
            instant(end, "end", Side.END) if end else None,
            low,
            high,
            low_datum or high_datum,
        )
        answer = client.send(said)
        status = answered(client, answer, "Read back.")
        if answer.taken and not answer.differs:
            print("  It matches.")
        return REFUSED if status == DONE and answer.differs else status
