"""Tables that were damaged on their way: of whatever is missing, the result says that it is incomplete."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from thalweg.drafts import Context
from thalweg.drafts.names import ALIASES, FIELDS, OTHER_WORDS, field_named, resembled
from thalweg.drafts.texts import folded
from thalweg.formats.table import read
from thalweg.model.reading import Reading
from thalweg.model.theatre import Theatre

ROWS = 5
# As a spreadsheet program writes it: times with an offset, so that nothing in the whole table is odd.
HEADER = "id,kind,party,title,latitude,longitude,radius,start,end,remarks"
TABLE = "\n".join(
    [
        HEADER,
        *(
            f"s{number},operation,alpha,Bridge {number},35.3358{number},40.1408{number},200 m,"
            "2017-09-16T06:00Z,2017-09-16T09:00Z,none"
            for number in range(ROWS)
        ),
        "",
    ]
)
PLACES = st.integers(0, len(TABLE))
NAMES = (*FIELDS, *"|".join(text for field, text in ALIASES.items() if field not in ("title", "place")).split("|"))
KNOWN = sorted({name for name in NAMES if len(name) >= 6})
LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyz")


def table(text: str) -> Reading:
    return read(text.encode(), "list.csv", Context(Theatre("plain", ())))


def complete(reading: Reading) -> bool:
    return not reading.problems and all(omission.harmless for omission in reading.omissions)


def test_the_table_itself_is_complete_and_nothing_is_odd_in_it() -> None:
    found = table(TABLE)
    assert complete(found)
    assert [made.flags for made in found.declarations] == [()] * ROWS


@given(places=st.lists(PLACES, min_size=1, max_size=3))
@example(places=[TABLE.index("Bridge 1"), TABLE.index("Bridge 2") + len("Bridge 2")])
@example(places=[TABLE.index("none"), TABLE.rindex("none") + len("none")])
@example(places=[TABLE.index("remarks"), TABLE.index("Bridge 0") - 1])
def test_quotation_marks_that_came_in_take_no_row_away(places: list[int]) -> None:
    """R7: a row is read, or the result is incomplete."""
    text = TABLE
    for place in sorted(places, reverse=True):
        text = f'{text[:place]}"{text[place:]}'
    found = table(text)
    assert not complete(found) or len(found.declarations) == ROWS


@given(place=st.integers(len(HEADER), len(TABLE) - 1))
def test_of_a_table_that_was_cut_off_no_row_is_half_read(place: int) -> None:
    """A row that is cut within its last cell cannot be told from a whole one; any other can."""
    found = table(TABLE[:place])
    whole = {made.version_id for made in table(TABLE).declarations}
    cut_in_last_cell = TABLE[:place].rpartition("\n")[2].count(",") == HEADER.count(",")
    assert cut_in_last_cell or not complete(found) or {made.version_id for made in found.declarations} <= whole


@given(name=st.sampled_from(KNOWN), place=st.integers(0, 30), letter=LETTERS, slip=st.integers(0, 3))
def test_a_known_name_with_one_slip_is_known_or_resembles_one(name: str, place: int, letter: str, slip: int) -> None:
    place %= len(name) - 1
    slipped = (
        name[:place] + name[place + 1 :],
        name[:place] + letter + name[place:],
        name[:place] + letter + name[place + 1 :],
        name[:place] + name[place + 1] + name[place] + name[place + 2 :],
    )[slip]
    assert field_named(slipped) is not None or resembled(slipped) or folded(slipped) in OTHER_WORDS
