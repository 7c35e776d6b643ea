"""Text made comparable, and text kept as it is."""

from __future__ import annotations

import pytest

from thalweg.drafts.texts import folded, kept, listed, plain, yes_or_no
from thalweg.model.errors import InputError


def test_names_are_kept_but_for_marks_of_direction() -> None:
    assert kept(" Больница № 2 ") == "Больница № 2"
    assert kept("\u200fمستشفى\u200e") == "مستشفى"
    assert kept("می\u200cخواهم") == "می\u200cخواهم"  # a joiner is part of the spelling


def test_numbers_of_any_script_become_ascii_where_they_are_to_be_read() -> None:
    assert plain("٣٥٫٣٣") == "35.33"
    assert plain("−5\u00a0m") == "-5 m"


@pytest.mark.parametrize(
    ("a", "b"), [("Début", "debut"), ("valid_until", "Valid-Until"), ("الأولى", "الاولي"), ("STRASSE", "straße")]
)
def test_words_that_differ_only_in_dress_are_the_same_key(a: str, b: str) -> None:
    assert folded(a) == folded(b)


def test_yes_and_no_in_several_languages() -> None:
    assert [yes_or_no(text) for text in ("yes", "TRUE", "1", "نعم", "да", "Oui", "x")] == [True] * 7
    assert [yes_or_no(text) for text in ("", "no", "0", "لا", "нет", "non", "-")] == [False] * 7
    with pytest.raises(InputError):
        yes_or_no("perhaps")


def test_lists_are_parted_by_any_usual_mark() -> None:
    assert listed("a; b|c، d,,e") == ("a", "b", "c", "d", "e")
