"""Receipts that a client signs for what reached it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from thalweg.client import Client
from thalweg.client.told import Answer, Notice
from thalweg.model.events import Delivered


def test_a_receipt_is_signed_for_every_notice_however_many_there_are() -> None:
    """One statement holds a thousand; the others were left without, in silence."""
    sent: list[Delivered] = []

    def send(said: Delivered) -> Answer:
        sent.append(said)
        return cast("Answer", SimpleNamespace(taken=len(sent) < 3, statement=f"s{len(sent)}"))

    client = cast("Client", SimpleNamespace(party="relief", send=send))
    notices = [cast("Notice", SimpleNamespace(id=f"n{number}", delivered=())) for number in range(3_500)]
    answer = Client.receipt_of(client, notices[:1_500], "desk")
    assert [len(each.notices) for each in sent] == [1_000, 500]
    assert {each for one in sent for each in one.notices} == {each.id for each in notices[:1_500]}
    assert answer is not None
    assert answer.statement == "s2"
    refused = Client.receipt_of(client, notices, "desk")
    assert refused is not None
    assert not refused.taken
    assert len(sent) == 3  # nothing more is said after one that was not taken
