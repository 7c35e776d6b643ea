"""Disclosure is a type (D7)."""

from __future__ import annotations

import copy
import pickle

import pytest

from tests import samples
from thalweg.model.errors import ValueRefused
from thalweg.policy.disclosure import Disclosed, disclose_everything


def test_only_policy_makes_a_disclosed_value() -> None:
    with pytest.raises(ValueRefused) as refused:
        Disclosed(samples.result(), "somebody", object())
    assert refused.value.code == "disclosure-forged"


def test_a_disclosed_value_cannot_be_changed_copied_or_pickled_into_another() -> None:
    disclosed = disclose_everything(samples.result())
    with pytest.raises(ValueRefused):
        disclosed._value = samples.quiet()
    with pytest.raises(ValueRefused):
        del disclosed._reader
    with pytest.raises(ValueRefused):
        copy.copy(disclosed)
    with pytest.raises(ValueRefused):
        pickle.dumps(disclosed)
    assert disclosed.value.findings == samples.result().findings


def test_the_holder_of_the_files_sees_everything_and_a_repr_shows_nothing() -> None:
    result = samples.result()
    disclosed = disclose_everything(result)
    assert disclosed.value is result
    assert disclosed.reader == "the holder of the files"
    assert result.theatre not in repr(disclosed)
