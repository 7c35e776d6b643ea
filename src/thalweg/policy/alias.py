"""Opaque ids: what a party is told instead of a chain's, version's or finding's own id when it is not shown all of it.

A hash of content would let anybody test guesses at the content offline, and one id for all recipients would let two of
them compare what they hold. So an alias is sixteen bytes that stand for the thing inside the desk, enciphered (AES)
under a key made from the desk's secret for this recipient alone (HMAC-SHA-256). Only the desk can make or read one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB

from thalweg.model.errors import ValueRefused
from thalweg.state.picture import digest_of

PREFIX: Final = "x-"
NOTICE_PREFIX: Final = "n-"
_ALIAS = re.compile(r"x-[0-9a-f]{32}")
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648 section 6, in small letters
_TWO = tuple(one + other for one in _BASE32 for other in _BASE32)


class Aliases:
    """For one desk. `secret` is at least 32 bytes, the same for every server process and for the life of the log."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueRefused("alias-secret", "The desk's secret has at least 32 bytes.", found=len(secret))
        self._secret = secret
        self._both_ways: dict[str, tuple[CipherContext, CipherContext]] = {}

    def of(self, recipient: str, name: str) -> str:
        """What the recipient knows the thing of this name by."""
        made = self._cipher(recipient)[0].update(digest_of(name))
        return PREFIX + made.hex()

    def notice(self, recipient: str, n: int, again: int = 0) -> str:
        """The id of the n-th notice to a recipient: ten letters and digits to be read aloud, which tell nothing of n.
        `again` gives others, where one is taken."""
        name = f"notice {n} {again}" if again else f"notice {n}"
        made = self._cipher(recipient)[0].update(digest_of(name))
        number = int.from_bytes(made[:7], "big") >> 6
        return NOTICE_PREFIX + "".join([_TWO[number >> bits & 1023] for bits in (40, 30, 20, 10, 0)])

    def digest(self, recipient: str, alias: str) -> bytes:
        """The digest (`state.picture.digest_of`) behind a recipient's alias; empty if it is not in the form of one."""
        if _ALIAS.fullmatch(alias) is None:
            return b""
        return self._cipher(recipient)[1].update(bytes.fromhex(alias.removeprefix(PREFIX)))

    def _cipher(self, recipient: str) -> tuple[CipherContext, CipherContext]:
        """What enciphers and what deciphers one block after the other. Each is one block exactly, and no two things
        share it, so ECB has nothing to give away, and nothing goes over from one block to the next."""
        known = self._both_ways.get(recipient)
        if known is None:
            key = hmac.new(self._secret, b"thalweg/alias/v1\n" + recipient.encode(), hashlib.sha256).digest()
            cipher = Cipher(AES256(key), ECB())  # noqa: S305 -- one block, see above
            known = self._both_ways[recipient] = (cipher.encryptor(), cipher.decryptor())
        return known
