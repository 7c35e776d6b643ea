"""No reading is left out of the bench of readings without saying why."""

from __future__ import annotations

import re
from pathlib import Path

from bench.reads import ASKED, LEFT_OUT

from tests.serving import serving
from thalweg.server.described import operations


def bare(path: str) -> str:
    """Whatever the names in a path are called."""
    return re.sub(r"{[^}]*}", "{}", path.partition("?")[0])


def test_every_get_route_is_asked_or_left_out_with_a_reason(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        there = {bare(each.path) for each in operations(served.built.app) if each.method == "GET"}
    assert {bare(path) for path in (*ASKED, *LEFT_OUT)} - {"/v1/channels/room/log", "/channels/room"} == there - {
        "/v1/channels/{}/log",
        "/channels/{}",
    }
