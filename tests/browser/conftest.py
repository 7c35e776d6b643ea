"""One desk for each file of browser tests, and one browser for those that run one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import room

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="photograph the pages into docs/pictures/room")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    why = room.missing()
    for item in items if why else ():
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Gone before another test runs in this process: while it is there, its event loop runs, and no other can."""
    with room.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[room.ServedDesk]:
    """A desk with two parties that show each other everything: `alpha-1`, `bravo-1`, and `chair`."""
    with room.served_desk(tmp_path_factory.mktemp("served")) as served:
        served.parties("alpha", "bravo")
        yield served


@pytest.fixture
def browse(chromium: Browser, desk: room.ServedDesk) -> Iterator[room.Browse]:
    opened = room.Browse(chromium, desk)
    yield opened
    opened.close()
