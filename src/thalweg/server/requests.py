"""What is made of a request's first line and framing before anything else looks at it (RFC 9112).

A request whose end can be told in two ways is how one request is smuggled behind another: what a proxy in front takes
for a body, a server behind it may take for the next request. So it is refused, and its connection is closed.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import unquote

from thalweg.server.problems import Refusal

Scope = MutableMapping[str, Any]

_ABSOLUTE: Final = re.compile(rb"https?://([^/?#@\s]+)(/[^?#]*)?", re.IGNORECASE)


def framing(scope: Scope) -> Refusal | None:
    """Why it cannot be told where the request ends (section 6.1); None where it can. Of another major version than 1
    nothing can: how it would be read is not known here (RFC 9110, section 2.5)."""
    if not scope["http_version"].startswith("1."):
        return Refusal("http-version", f"This server speaks HTTP/1.1, and not HTTP/{scope['http_version']}.")
    names = [name for name, _ in scope["headers"] if name in (b"content-length", b"transfer-encoding")]
    old = scope["http_version"] == "1.0" and b"transfer-encoding" in names
    if len(set(names)) > 1 or old:
        return Refusal("framing-ambiguous", "Where this request ends can be told in two ways, so it was not taken.")
    return None


def packed(scope: Scope) -> Refusal | None:
    """Why the body is not read as it comes: it is said to be packed (RFC 9110, section 8.4). None where it is not."""
    codings = [value.strip().lower() for name, value in scope["headers"] if name == b"content-encoding"]
    if any(each not in (b"", b"identity") for each in codings):
        return Refusal("media-type", "Bodies are taken as they are: send it without a content coding.")
    return None


def in_origin_form(scope: Scope) -> None:
    """A target that names the server, as requests to proxies do, is taken for its path; the name in it is then the one
    that is asked for, whatever the Host header says (sections 3.2.2 and 3.3). Any other target stays as it is."""
    target = scope.get("raw_path") or scope["path"].encode("ascii", "replace")
    found = _ABSOLUTE.fullmatch(target)
    if found is None:
        return
    path = found[2] or b"/"
    scope["raw_path"], scope["path"] = path, unquote(path.decode("ascii"))
    scope["headers"] = [(b"host", found[1]), *((name, value) for name, value in scope["headers"] if name != b"host")]
