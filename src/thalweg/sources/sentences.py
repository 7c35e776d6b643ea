"""Sentences, quotations and an editor's brackets in a paragraph: spans of the article's text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from thalweg.sources.article import Span, comparable
from thalweg.sources.lexicon import lexicon

_END: Final = re.compile(r"(?<![.!?…])(?:[.!?…]++)[\"')\]]*(?=\s+[\"'(\[]*[A-Z0-9])")
_NEAR: Final = (
    24  # characters in which an abbreviation is looked for: the whole sentence would be gone through each time
)
_HIDDEN: Final = "\x01"  # stands for each character of a quotation where a rule must not look into it


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words in quotation marks: `span` without the marks, `whole` with them. `open` where no mark closes it.

    `inserted` are an editor's words in square brackets inside it: they are not the speaker's.
    """

    span: Span
    whole: Span
    inserted: tuple[Span, ...] = ()
    open: bool = False

    def spoken(self, text: str) -> str:
        """The speaker's own words, with " … " where an editor put in others."""
        words, at = "", self.span.start
        for each in self.inserted:
            words += text[at : each.start].rstrip() + " … "
            at = each.end
        return re.sub(r"\s+", " ", words + text[at : self.span.end]).strip()


def sentences(text: str, within: Span) -> Iterator[Span]:
    """The sentences of a paragraph. A full stop in "Maj. Gen." or "U.S." ends none."""
    said = comparable(text)
    short = lexicon("en").set_of("abbreviations")
    start = within.start
    for match in _END.finditer(said, within.start, within.end):
        before = re.search(r"([\w.]+)\.[\"')\]]*$", said[max(start, match.end() - _NEAR) : match.end()])
        if match[0].startswith(".") and before and (before[1].casefold() in short or re.fullmatch(r"[A-Z]", before[1])):
            continue
        yield Span(start, match.end())
        start = match.end()
        while start < within.end and said[start].isspace():
            start += 1
    if start < within.end:
        yield Span(start, within.end)


def quotations(text: str, within: Span) -> tuple[Quotation, ...]:
    """What stands in double quotation marks. Marks are taken in pairs whichever way they look: editors
    turn them around.

    An inch or second after a digit is no mark. A mark that nothing closes quotes to the end of the paragraph.
    """
    said = comparable(text)
    marks = [m.start() for m in re.finditer(r'(?<!\d)"|(?<=\d)"(?=[\s,.;:!?)]|$)', said[within.start : within.end])]
    marks = [within.start + at for at in marks]
    found = []
    for first, second in zip(marks[::2], [*marks[1::2], None], strict=False):
        end = within.end if second is None else second
        if end - first < 3:
            continue
        whole = Span(first, end if second is None else end + 1)
        inner = Span(first + 1, end)
        found.append(Quotation(inner, whole, tuple(brackets(text, inner)), open=second is None))
    return tuple(found)


def brackets(text: str, within: Span) -> Iterator[Span]:
    """An editor's insertions in square brackets, with the brackets."""
    for match in re.finditer(r"\[[^\[\]]{1,200}\]", text[within.start : within.end]):
        yield Span(within.start + match.start(), within.start + match.end())


def hidden(text: str, quoted: tuple[Quotation, ...]) -> str:
    """The text with the insides of quotations blanked, character for character."""
    said, at, kept = comparable(text), 0, []
    for each in quoted:
        kept += [said[at : each.whole.start], _HIDDEN * (each.whole.end - each.whole.start)]
        at = each.whole.end
    return "".join((*kept, said[at:]))
