"""An answer that the asker has already is not sent again (RFC 9110 section 13.1.2)."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from thalweg.server.desk import answer, answer_but_for


def asked(if_none_match: str) -> Request:
    headers = [(b"if-none-match", if_none_match.encode())] if if_none_match else []
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


TAG = answer(asked(""), {"n": 1}).headers["etag"]


@pytest.mark.parametrize("given", [TAG, f"W/{TAG}", f'"other", {TAG}', f'W/"other",W/{TAG}', "*"])
def test_whoever_has_exactly_this_answer_is_told_so_also_when_a_proxy_made_its_tag_weak(given: str) -> None:
    assert answer(asked(given), {"n": 1}).status_code == 304


@pytest.mark.parametrize("given", ["", '"other"', TAG.strip('"'), f"x{TAG}", "W/*"])
def test_whoever_has_another_answer_is_sent_this_one(given: str) -> None:
    assert answer(asked(given), {"n": 1}).status_code == 200
    assert answer(asked(TAG), {"n": 2}).status_code == 200


def test_a_field_that_is_never_the_same_does_not_make_an_answer_another_one() -> None:
    first = answer_but_for(asked(""), {"n": 1, "now": "2031-05-01T06:00Z"}, "now")
    assert first.headers["etag"].startswith("W/")
    later = {"n": 1, "now": "2031-05-01T06:01Z"}
    assert answer_but_for(asked(first.headers["etag"]), later, "now").status_code == 304
    assert answer_but_for(asked(first.headers["etag"]), {**later, "n": 2}, "now").status_code == 200
    assert b"06:00Z" in bytes(first.body)
