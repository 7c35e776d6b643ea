"""A message means the same in every language (R24, R25): what is read out of one is what is read out of any other."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.messages import messages, phrases
from thalweg.reports.messages.catalogue import FSI, LANGUAGES, LRI, PDI
from thalweg.reports.messages.kinds import MESSAGES, Message
from thalweg.reports.messages.render import read_back, render, subject

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_what_is_read_out_of_one_language_is_what_is_read_out_of_any_other(
    kind: type[Message], data: st.DataObject
) -> None:
    message = cast("Message", data.draw(phrases(kind)))
    zone = data.draw(st.sampled_from(["UTC", "Asia/Damascus", "America/St_Johns"]))
    english = read_back(render(message, "en"), "en")
    assert type(english) is kind
    for language in LANGUAGES:
        heard = read_back(render(message, language, zone=zone), language)
        assert heard == english, language
        assert render(heard, language) == render(message, language)


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(message=messages())
def test_isolates_are_closed_and_a_subject_depends_on_the_kind_alone(message: Message) -> None:
    for language in LANGUAGES:
        text = render(message, language)
        depth = 0
        for letter in text:
            depth += (letter in LRI + FSI) - (letter == PDI)
            assert 0 <= depth <= 2
        assert depth == 0
        assert "\n" not in text
        assert "{" not in text
        assert subject(message, language) in _subjects(type(message), language)


def _subjects(kind: type[Message], language: str) -> set[str]:
    from thalweg.reports.messages.catalogue import catalogue

    words = catalogue(language)
    plain = words.text(f"subject.{kind.key()}")
    return {plain, f"{words.text('subject.exercise')}: {plain}"}
