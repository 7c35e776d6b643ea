"""R37: which notice first showed a version or a view, found without reading what was told before."""

from __future__ import annotations

from itertools import chain

import pytest

from tests.desk_world import Room, circle
from thalweg.model.levels import Level
from thalweg.state.history import Had


def slowly(had: Had, version: str, versions: list[str]) -> int:
    """The row of the first notice that shows it, by its view or in full: every row is looked at."""
    rows = zip(versions, had.columns["told"]["view"], strict=True)
    return next((row for row, (shown, view) in enumerate(rows) if version in (shown, had.word(view) or None)), -1)


@pytest.mark.parametrize("level", [Level.FULL, Level.FOOTPRINT, Level.COARSE])
def test_what_was_shown_is_found_at_the_row_of_the_first_notice_that_showed_it(level: Level) -> None:
    desk = Room(("alpha", "bravo"))
    desk.channel("alpha", "bravo", level=level)
    asked: set[str] = set()
    found = 0
    for number in range(6):
        for party, name in (("alpha", f"P{number}"), ("bravo", f"Q{number}")):
            cited = [each.version for each in desk.notices(party) if each.version]
            desk.declare(party, circle(name, party), *cited, declines=True)
        for party in ("alpha", "bravo"):
            notices = desk.notices(party)
            had = desk.desk.world.history.of(party)
            told = [each.version if each.level is Level.FULL and each.of != party else "" for each in notices]
            asked |= set(chain.from_iterable(each.versions for told_of in notices for each in told_of.findings))
            asked |= {each.view.version_id for each in notices if each.view is not None}
            for version in sorted(asked | {"never-said"}):
                row = had.shown_by(version)
                assert row == slowly(had, version, told)
                found += row >= 0
    assert found
