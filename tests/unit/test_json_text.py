"""JSON text is made readable a piece at a time, and is what one pass through all of it gives."""

from __future__ import annotations

import json as standard

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thalweg.reports import json

ODD = st.text(st.sampled_from('ab\u202e\u2066\ufeff\x85\ud800\udfff\U0001f600é\\"'), max_size=40)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ODD, max_size=4), st.integers(1, 7))
def test_text_in_pieces_is_the_text_in_one(monkeypatch: pytest.MonkeyPatch, told: list[str], piece: int) -> None:
    whole = json.text(told)
    with monkeypatch.context() as patched:
        patched.setattr(json, "_PIECE", piece)
        assert json.text(told) == whole
    assert standard.loads(whole) == ["".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in s) for s in told]
