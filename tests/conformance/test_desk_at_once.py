"""Hundreds of conflicting declarations at the same instant, from several client processes over two server processes: of
every two both sides are warned (R31). And the same with a protection taken out: the test finds what then goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.desk_proxy import Proxy
from tests.desk_site import Served, Site, Verdict, judge
from tests.pgserver import PgServer

OFFICERS, EACH, IN_ONE = 48, 2, 2
"""Of each party, statements of each, and officers of each in one place, where all of the one conflict with all of the
other."""


def at_once(
    folder: Path, database: PgServer, program: Sequence[str] = ("-m", "thalweg"), officers: int = OFFICERS
) -> Verdict:
    site = Site(folder, f"postgres:{database.database()}", officers=officers)
    servers = [Served(site, around=program), Served(site, site.copy("second"), around=program)]
    with ExitStack() as stack:
        for served in servers:
            stack.enter_context(served)
        with Proxy(site.port, [served.port for served in servers]):
            clients = site.crowd(2, each=EACH, places=officers // IN_ONE)
        for served in servers:
            served.stop()
    return judge(clients)


def test_of_every_two_that_conflict_both_sides_are_warned(tmp_path: Path, pg_server: PgServer) -> None:
    found = at_once(tmp_path, pg_server)
    assert found.taken >= 2 * OFFICERS * EACH
    assert found.pairs == OFFICERS // IN_ONE * (IN_ONE * EACH) ** 2


@pytest.mark.storm
def test_without_the_lock_an_append_still_moves_the_log_only_from_where_it_is(
    tmp_path: Path, pg_server: PgServer
) -> None:
    found = at_once(tmp_path, pg_server, ("-m", "tests.desk_without", "lock"), officers=16)
    assert found.pairs == 16 // IN_ONE * (IN_ONE * EACH) ** 2


def test_when_two_are_decided_against_the_same_state_the_judge_finds_the_warning_that_is_missing(
    tmp_path: Path, pg_server: PgServer
) -> None:
    with pytest.raises(AssertionError, match="was not warned of"):
        at_once(tmp_path, pg_server, ("-m", "tests.desk_without", "order"), officers=16)
