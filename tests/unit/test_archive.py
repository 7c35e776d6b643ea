"""Zips from outside: names that point away, bombs, links, damage."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.drafts.archive import Limits, Member, Refused, is_zip, open_archive
from thalweg.model.errors import InputError


def packed(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return made.getvalue()


def opened(data: bytes, limits: Limits | None = None) -> list[Member | Refused]:
    return list(open_archive(data, "test.zip", limits))


def test_files_come_in_the_order_of_their_names() -> None:
    data = packed(("b/c.csv", b"1"), ("a.csv", b"2"), ("b/", b""))
    assert opened(data) == [Member("a.csv", b"2"), Member("b/c.csv", b"1")]


@pytest.mark.parametrize("name", ["/etc/passwd", "../up.csv", "a/../../b", "C:/x.csv", "..\\up.csv"])
def test_names_that_point_outside_are_refused(name: str) -> None:
    (found,) = opened(packed((name, b"x")))
    assert isinstance(found, Refused)
    assert found.code == "archive-path"


def test_links_are_refused() -> None:
    link = zipfile.ZipInfo("zones.kml")
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    (found,) = opened(packed((link, b"/etc/passwd")))
    assert isinstance(found, Refused)
    assert found.code == "archive-path"


def test_a_bomb_costs_its_member_and_not_the_others() -> None:
    data = packed(("bomb", bytes(64 << 20)), ("fine.csv", b"x"))
    bomb, fine = opened(data)
    assert isinstance(bomb, Refused)
    assert bomb.code == "archive-too-large"
    assert fine == Member("fine.csv", b"x")


def test_many_small_files_stop_at_the_limit_of_the_whole() -> None:
    data = packed(*[(f"{i}.txt", bytes(range(256)) * 40) for i in range(10)])
    found = opened(data, Limits(total_bytes=50_000))
    assert [isinstance(item, Member) for item in found] == [True] * 4 + [False] * 6


def test_too_many_files_are_refused() -> None:
    data = packed(*[(f"{i}", b"") for i in range(20)])
    with pytest.raises(InputError, match="at most 10") as caught:
        opened(data, Limits(members=10))
    assert caught.value.code == "archive-members"


def test_a_size_that_the_header_understates_is_not_believed() -> None:
    data = bytearray(packed(("a.bin", bytes(range(256)) * 4000)))
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)  # the size it claims to unpack to
    (found,) = opened(bytes(data), Limits(member_bytes=1000))
    assert isinstance(found, Refused) or len(found.data) <= 1000


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(packed(("a.csv", b"x")))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    (found,) = opened(bytes(data))
    assert isinstance(found, Refused)
    assert found.code == "archive-encrypted"


def test_a_damaged_member_is_refused() -> None:
    data = bytearray(packed(("a.csv", bytes(range(256)) * 40)))
    data[60:90] = bytes(30)
    (found,) = opened(bytes(data))
    assert isinstance(found, Refused)
    assert found.code == "archive-unreadable"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_an_archive_with_something_changed_ends_in_members_refusals_or_our_error(data: st.DataObject) -> None:
    changed = bytearray(packed(("a/b.csv", b"x,y\n" * 200), ("é.kml", b"<kml/>" * 50)))
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(InputError):
        assert all(isinstance(item, Member | Refused) for item in opened(bytes(changed)))


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x05\x06", b"nothing"])
def test_what_is_no_archive_is_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        opened(data)
    assert caught.value.code == "archive-unreadable"


def test_a_zip_is_known_by_its_first_bytes() -> None:
    assert is_zip(packed())
    assert not is_zip(b"<kml>")
