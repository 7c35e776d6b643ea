"""Pages of strangers, read in a process of their own with bounds on time and memory.

A page can be made to keep a reader busy for hours, or to fill the machine: a stream of a PDF that unpacks to gigabytes,
elements that a parser compares with each other. The bounds on sizes in `thalweg.sources` catch what was thought of;
this catches the rest. The child gets the bytes and answers in JSON; it has nothing else of
ours, and dies with the page.

    python -P -m thalweg.wiring.pages  <  facts as one line of JSON, then the page   >  {"article": …} or {"refused": …}
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from thalweg.model.errors import InputError

if TYPE_CHECKING:
    from thalweg.sources.article import Article

SECONDS: Final = 30
MEMORY: Final = 1536 * 1024 * 1024  # bytes of address space
_PLAIN: Final = 2 * 1024 * 1024  # text alone is read here: nothing takes it apart but rules of ours


def read_page(
    data: bytes, *, published: date | None = None, outlet: str = "", seconds: int = SECONDS, memory: int = MEMORY
) -> Article:
    """The article of a page, read by a child. `InputError` as `thalweg.sources.reading.read`, and `source-too-long`
    or `source-too-large` where the child used up its time or memory, `source-unreadable` where it broke.
    """
    reading = importlib.import_module("thalweg.sources.reading")
    if len(data) <= _PLAIN and reading.is_plain(data):
        article: Article = reading.read(data, published=published, outlet=outlet)
        return article
    if len(data) > reading.LIMIT_BYTES:
        reading.read(data)  # refuses it
    facts = {"published": published.isoformat() if published else "", "outlet": outlet, "s": seconds, "bytes": memory}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "thalweg.wiring.pages"],
            input=json.dumps(facts).encode() + b"\n" + data,
            capture_output=True,
            timeout=seconds + 5,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_long(seconds) from error
    if done.returncode == -24:  # SIGXCPU
        raise _too_long(seconds)
    try:
        answer = json.loads(done.stdout)
        if refused := answer.get("refused"):
            raise InputError(str(refused["code"]), str(refused["sentence"]), **refused["fields"])
        read: Article = _carried().article_of(answer["article"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "source-unreadable",
            "The page cannot be read: its reader broke on it.",
            expected="a page with an article",
            found=f"exit status {done.returncode}",
        ) from error
    return read


def page_bytes(file: Path) -> bytes:
    """The bytes of a file that may be a page; one that is larger than any is refused before it is read."""
    limit: int = importlib.import_module("thalweg.sources.reading").LIMIT_BYTES
    try:
        size = file.stat().st_size
    except OSError as error:
        raise InputError("file-unreadable", f"{file} cannot be read: {error.strerror}.", found=str(file)) from error
    if size > limit:
        raise InputError(
            "source-too-large",
            f"The page has {size:,} bytes; up to {limit:,} are read.",
            expected="one article",
            found=f"{size} bytes",
        )
    try:
        with file.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        raise InputError("file-unreadable", f"{file} cannot be read: {error.strerror}.", found=str(file)) from error


def _too_long(seconds: int) -> InputError:
    return InputError(
        "source-too-long",
        f"The page was not read within {seconds} seconds. Save the article alone, or as text.",
        expected="one article",
        found=f"over {seconds} s",
    )


def _carried() -> ModuleType:
    return importlib.import_module("thalweg.sources.carried")


# --- in the child ---


def _bounded(facts: dict[str, Any]) -> None:
    """No more time, memory, files or children than reading needs. Where the system has no such bounds, the parent's
    clock is the only one."""
    try:
        resource: Any = importlib.import_module("resource")
    except ImportError:
        return
    for name, limit in (
        ("RLIMIT_CPU", int(facts["s"])),
        ("RLIMIT_AS", int(facts["bytes"])),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
    ):
        number = getattr(resource, name, None)
        if number is not None:
            hard = resource.getrlimit(number)[1]
            resource.setrlimit(number, (limit if hard < 0 else min(limit, hard), hard))


def _child() -> int:
    line, _, data = sys.stdin.buffer.read().partition(b"\n")
    facts = json.loads(line)
    _bounded(facts)
    published = date.fromisoformat(facts["published"]) if facts["published"] else None
    reading = importlib.import_module("thalweg.sources.reading")
    try:
        article = reading.read(data, published=published, outlet=facts["outlet"])
        answer = {"article": _carried().article_data(article)}
    except InputError as error:
        answer = {"refused": _told(error)}
    except MemoryError:
        large = InputError(
            "source-too-large",
            "The page needs more memory than any article does.",
            expected="one article",
            found=f"over {int(facts['bytes']) // 2**20} MiB",
        )
        answer = {"refused": _told(large)}
    sys.stdout.buffer.write(json.dumps(answer).encode())
    return 0


def _told(error: InputError) -> dict[str, Any]:
    fields = {name: str(value) for name, value in error.fields.items()}
    return {"code": error.code, "sentence": error.sentence, "fields": fields}


if __name__ == "__main__":
    sys.exit(_child())
