"""Forms with a file, as a browser sends them without a script (`multipart/form-data`, RFC 7578), read from memory.

The body is bounded before it comes here. What is not in that form is refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from thalweg.server.problems import Refusal

_MOST_PARTS: Final = 50
_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))')
_NAME: Final = re.compile(r'(?<!\w)name="([^"]*)"')
_FILE: Final = re.compile(r'filename="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent; `name` is its last part, without folders."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """The fields and the files of a form."""

    fields: Mapping[str, str]
    files: Mapping[str, Upload]


def read(body: bytes, content_type: str) -> Parts:
    """The form. `Refusal` (`request-invalid`) where it is none."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise _wrong()
    mark = b"\r\n--" + (found[1] or found[2]).encode("latin-1", "replace")
    pieces = (b"\r\n" + body).split(mark)
    if len(pieces) < 2 or len(pieces) > _MOST_PARTS or pieces[0] or not pieces[-1].startswith(b"--"):
        raise _wrong()
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for piece in pieces[1:-1]:
        head, gap, content = piece.partition(b"\r\n\r\n")
        told = head.decode("utf-8", "replace")
        name, file = _NAME.search(told), _FILE.search(told)
        if not gap or name is None:
            raise _wrong()
        if file is None:
            fields[name[1]] = content.decode("utf-8", "replace")
        else:
            files[name[1]] = Upload(file[1].replace("%22", '"').replace("\\", "/").rpartition("/")[2], content)
    return Parts(fields, files)


def _wrong() -> Refusal:
    return Refusal("request-invalid", "The form with a file is not in the form that a browser sends it in.")
