"""`thalweg sources read` and `compare`: pages read, drafted as claims, and compared.

Exit status: 0 everything was read, 3 something could not be read or not be drafted, 2 nothing could be.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.sources.page import AS_CARRIED, INCOMPLETE, NOTHING, READ, Page, Reading, keep, pages_of
from thalweg.cli.sources.told import DISCLAIMER, comparison_data, comparison_lines, page_data, page_lines

if TYPE_CHECKING:  # the rules and their words are loaded when a page has been read
    from thalweg.sources.lineage import Lineage

app = App()

_Format = Annotated[Literal["text", "json"], Parameter(name=["--format", "-f"])]
_Files = Annotated[Path, Parameter(name="FILE")]


@app.command(name="read")
def read_pages(
    *files: _Files,
    how: Reading = AS_CARRIED,
    format: _Format = "text",
    drafts: Annotated[Path | None, Parameter(name="--drafts")] = None,
) -> int:
    """Draft the claims of each page, each with the characters it rests on, for a person to confirm.

    Parameters
    ----------
    files
        Pages: HTML, PDF, a saved page (.mhtml) or plain text.
    format
        "text" for people, "json" for programs.
    drafts
        A folder: a file of drafts is written there for each page, for a person to confirm, correct or reject.
    """
    pages = pages_of(files, how)
    if drafts is not None:
        _write_drafts(pages, files, drafts)
    if format == "json":
        print(
            json.dumps(
                {"disclaimer": DISCLAIMER, "pages": [page_data(each) for each in pages]}, ensure_ascii=False, indent=2
            )
        )
    else:
        print("\n\n".join(["\n".join(page_lines(each)) for each in pages] + [DISCLAIMER]))
    return _status(pages)


@app.command(name="compare")
def compare_pages(
    *files: _Files,
    how: Reading = AS_CARRIED,
    format: _Format = "text",
) -> int:
    """Tell which pages are one source, what copies changed, and in what sources differ.

    Parameters
    ----------
    files
        Pages: HTML, PDF, a saved page (.mhtml) or plain text.
    format
        "text" for people, "json" for programs.
    """
    pages = pages_of(files, how)
    known = [each for each in pages if each.article]
    articles = [each.article for each in known if each.article]
    lines: Lineage = importlib.import_module("thalweg.sources.lineage").lineage(articles)
    found = importlib.import_module("thalweg.sources.compare").contradictions(
        articles, [each.claims for each in known], lines
    )
    data = comparison_data(pages, known, lines, found)
    if format == "json":
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print("\n".join(comparison_lines(data, len(known))))
    return _status(pages)


def _status(pages: list[Page]) -> int:
    if all(each.article is None for each in pages):
        for page in pages:
            for each in page.problems:
                print(f"thalweg: {page.file}: {each.sentence} [{each.code}]", file=sys.stderr)
        return NOTHING
    return INCOMPLETE if any(each.problems for each in pages) else READ


def _write_drafts(pages: Sequence[Page], files: Sequence[Path], folder: Path) -> None:
    """A file for each page that was read, beside the others; what a person has decided before is not overwritten."""
    drafted = importlib.import_module("thalweg.sources.drafted")
    known = [each for each in pages if each.article]
    back = importlib.import_module("thalweg.sources.lineage").goes_back([each.article for each in known])
    lineage = {id(page): each for page, each in zip(known, back, strict=True)}
    for page, file in zip(pages, files, strict=True):
        if page.article is None:
            continue
        path = folder / f"{page.article.sha256[:16]}.drafts.json"
        if path.exists():
            print(f"thalweg: {path} is there already and was left as it is", file=sys.stderr)
            continue
        size = file.stat().st_size
        keep(path, drafted.drafts_data(page.article, page.claims, size=size, lineage=lineage[id(page)]))
        print(f"thalweg: drafts of {page.file} in {path}", file=sys.stderr)
