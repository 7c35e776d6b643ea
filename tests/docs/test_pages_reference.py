"""The list of pages is the server's own."""

from __future__ import annotations

from scripts.pages_reference import PAGE, page


def test_the_list_of_pages_is_what_the_server_has() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m scripts.pages_reference"
