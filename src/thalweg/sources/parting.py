"""Which paragraphs of a page are the article, and which are furniture or readers' comments.

What a page's own marks say (an element for comments, a footer, small print) comes in with each `Block` as
a `hint`; the rules here read the words. A paragraph is left out only for a reason that can be shown.
Where nothing but the
manner of speaking tells comments from the article, as in text copied from a page, the cut is flagged
(`comments-by-voice`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final

from thalweg.model.errors import InputError
from thalweg.model.notes import Flag
from thalweg.sources.article import Article, Credit, LeftOut, Part, Span, comparable, language_of, normal
from thalweg.sources.hearing import Heard, is_media
from thalweg.sources.lexicon import HANDLED, any_of, lexicon


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph as a page has it. `hint` is what the page's structure says it is, with `why`."""

    text: str
    hint: Part | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a page says about itself beside its text."""

    headline: str = ""
    outlet: str = ""
    byline: str = ""
    url: str = ""
    published: date | None = None
    updated: date | None = None
    language: str = ""
    flags: tuple[Flag, ...] = ()
    titles: tuple[str, ...] = ()  # other forms of its headline: what stands there is not the article's text


_SENTENCE_END: Final = re.compile(r"[.!?…:;]['\"”’)\]]*$")
_CAPTION: Final = re.compile(
    r"©|\((?:photo|picture|image)\b|(?:photo|picture|image)(?:graph)? ?(?:by|:)|\b/ (?:Reuters|AFP|AP)\W*$", re.I
)
_BYLINE: Final = re.compile(
    r"(?:by|from) [^.]{2,60}$|[^.]{0,60}\b(?:19|20|21)\d\d(?:\. Updated .{0,40})?\.?$|.{0,60}, \d{1,2}:\d\d.{0,12}$",
    re.I,
)
# paragraphs that an article has before its readers speak, where only their voice tells them
_MOST_PARAGRAPHS: Final = 2_000
_MOST_CHARACTERS: Final = 200_000
_MIN_BODY: Final = 3
_LONGEST_HEADLINE: Final = 1_000
_PARAGRAPH: Final = 80  # characters of what is a paragraph with or without a full stop
_LINE: Final = 25  # characters of the shortest sentence that begins or ends an article
_SUBTITLE: Final = 60  # a line above the article that is as long may be its second headline


def part(blocks: Sequence[Block], known: Known, *, sha256: str, medium: str) -> Article:
    """The article from the paragraphs of a page, in their order.

    1  empty and repeated paragraphs go
    2  the headline is what the page says it is, or a first short line without a full stop
    3  what a page's marks or words show to be furniture, captions, bylines, comments, is left out with
    that reason 4  from a paragraph such as "Leave a Reply" on, nothing is the article's
    5  where only the voice tells, the readers' part is cut and the cut flagged

    Raises `InputError` (`source-too-large`) for more than any article has.
    """
    cleaned = [replace(block, text=text) for block in blocks if (text := normal(block.text))]
    text = "\n".join(block.text for block in cleaned)
    language = known.language or language_of(text)
    told = [*known.flags]
    headline, cleaned = _headline(cleaned, known.headline)
    own = {comparable(normal(each)).casefold() for each in (known.outlet, known.byline, *known.titles) if each}
    named = [block for block in cleaned if comparable(block.text).casefold() in own]
    cleaned = [block for block in cleaned if comparable(block.text).casefold() not in own]
    body, left_out = _by_marks(cleaned, language if language in HANDLED else "en")
    left_out += [
        LeftOut(Part.BYLINE, each.text, "it is the name of the page, or of whoever wrote it") for each in named
    ]
    length = sum(len(each.text) for each in body)
    if len(body) > _MOST_PARAGRAPHS or length > _MOST_CHARACTERS:
        raise InputError(
            "source-too-large",
            f"The page has {len(body):,} paragraphs with {length:,} characters; up to {_MOST_PARAGRAPHS:,} and "
            f"{_MOST_CHARACTERS:,} are read as an article.",
            expected="one article",
            found=f"{length} characters",
        )
    cut = len(body)
    if language in HANDLED and not any(each.part is Part.COMMENT for each in left_out):
        cut = _first_by_voice([each.text for each in body])
    if cut < len(body):
        why = "it reads like a reader speaking, and so does what follows"
        left_out += [LeftOut(Part.COMMENT, each.text, why) for each in body[cut:]]
        told.append(
            Flag(
                "comments-by-voice",
                f"Nothing but the manner of speaking tells that {len(body) - cut} paragraphs are readers' comments; "
                f"they were left out, from “{_begin(body[cut].text)}” on. Look whether the article ends there.",
            )
        )
        body = body[:cut]
    body = _ends_trimmed(body, left_out)
    credits_, body = _credits(body, left_out, known.outlet)
    beside = _named_beside(normal(known.byline), left_out, known.outlet)
    told_of = [each.name for each in credits_]
    credits_ += tuple(
        each
        for each in beside
        if not any(_same_name(each.name, name) or _same_name(name, each.name) for name in told_of)
    )
    spans, at = [], 0
    for block in body:
        spans.append(Span(at, at + len(block.text)))
        at += len(block.text) + 2
    headings = tuple(span for span, block in zip(spans, body, strict=True) if block.hint is Part.HEADING)
    main = "\n\n".join(block.text for block in body)
    return Article(
        sha256, medium, main, tuple(spans), headings, headline, normal(known.outlet)[:300], normal(known.byline)[:300],
        normal(known.url)[:2000], known.published, known.updated,
        language_of(main) or known.language[:2].casefold(), credits_,
        tuple(left_out), tuple(told),
    )  # fmt: skip


def _begin(text: str) -> str:
    return text if len(text) <= 40 else text[:39].rstrip() + "…"


def _headline(blocks: list[Block], stated: str) -> tuple[str, list[Block]]:
    """The headline, and the blocks without it (and without copies of it)."""
    stated = normal(stated)
    if not stated:
        stated = next((block.text for block in blocks if block.hint is Part.HEADLINE), "")
    if not stated:
        for block in blocks[:4]:
            if block.hint or _CAPTION.search(block.text) or any_of_furniture(block.text):
                continue
            if len(block.text) <= 160 and not _SENTENCE_END.search(block.text):
                stated = block.text
            break
    same = comparable(stated).casefold()
    stated = stated[:_LONGEST_HEADLINE]
    return stated, [block for block in blocks if not same or comparable(block.text).casefold() != same]


def any_of_furniture(text: str, language: str = "en") -> bool:
    """Whether a whole paragraph reads like the furniture of a page."""
    return bool(any_of(lexicon(language).table["furniture"], whole=True).fullmatch(comparable(text)))


def _by_marks(blocks: list[Block], language: str) -> tuple[list[Block], list[LeftOut]]:
    table = lexicon(language).table
    furniture = any_of(table["furniture"], whole=True)
    ends = {
        Part.COMMENT: any_of(table["ends"]["comments"], whole=True),
        Part.FURNITURE: any_of(table["ends"]["furniture"], whole=True),
    }
    body: list[Block] = []
    left: list[LeftOut] = []
    after: Part | None = None
    first = True
    for block in blocks:
        plain = comparable(block.text)
        end = next((kind for kind, pattern in ends.items() if pattern.fullmatch(plain)), None)
        if end and body:
            after = end if after is not Part.COMMENT else after
            left.append(LeftOut(Part.FURNITURE, block.text, "the end of an article reads so"))
        elif block.hint and block.hint is not Part.HEADING:
            left.append(LeftOut(block.hint, block.text, block.why))
        elif end or furniture.fullmatch(plain):
            left.append(LeftOut(Part.FURNITURE, block.text, "the furniture of a page reads so"))
        elif after:
            left.append(LeftOut(after, block.text, "it stands after the end of the article"))
        elif len(plain) < 400 and _CAPTION.search(plain) and (first or len(plain) < 160):
            left.append(LeftOut(Part.CAPTION, block.text, "it reads like the caption of a picture"))
        elif first and len(plain) < 100 and (_BYLINE.fullmatch(plain) or _is_name(plain)):
            left.append(LeftOut(Part.BYLINE, block.text, "it says who wrote it, or when"))
        else:
            body.append(block)
            first = False
    return body, left


_DAY_LINE: Final = re.compile(
    r"[^.!?]{0,60}\b(?:\d{1,2}[ .]\w{3,9}\.? ?(?:19|20|21)\d\d|\w{3,9}\.? \d{1,2},? (?:19|20|21)\d\d)\b.{0,20}"
)


def _ends_trimmed(body: list[Block], left: list[LeftOut]) -> list[Block]:
    """Without the short lines before the first paragraph and after the last one: menus, bylines, days, link lists.

    A paragraph is a text of 80 characters, or a sentence; where there is none, nothing is taken away.
    """
    plain = [comparable(each.text) for each in body]
    long = [len(text) >= _PARAGRAPH or (len(text) >= _LINE and bool(_SENTENCE_END.search(text))) for text in plain]
    if not any(long):
        return body
    credit = any_of(lexicon("en").table["credits"], whole=True)
    first, last = long.index(True), len(long) - 1 - long[::-1].index(True)
    kept = []
    for at, block in enumerate(body):
        if first <= at <= last and not (len(plain[at]) < _PARAGRAPH and _DAY_LINE.fullmatch(plain[at])):
            kept.append(block)
        elif _DAY_LINE.fullmatch(plain[at]) or (at < first and _BYLINE.fullmatch(plain[at])):
            left.append(LeftOut(Part.BYLINE, block.text, "it says who wrote it, or when"))
        elif _CREDITED.fullmatch(plain[at]) or credit.fullmatch(plain[at]):
            kept.append(block)
        elif at > last or (len(plain[at]) < _SUBTITLE and block.hint is None):
            why = "a short line before the first paragraph" if at < first else "a short line after the last paragraph"
            left.append(LeftOut(Part.FURNITURE, block.text, why))
        else:
            kept.append(block)
    return kept


_CREDITED: Final = re.compile(r"\(([A-Z][\w.'-]*+(?:,? [A-Z][\w.'-]*+){0,7})\)")  # "(The Quay Post, HPA)"


def _credits(body: list[Block], left: list[LeftOut], outlet: str) -> tuple[tuple[Credit, ...], list[Block]]:
    """Whose text it is by its own word: "Source: RT" at the end, "(SouthFront) – " at the beginning."""
    found: list[Credit] = []
    kept = []
    credit = any_of(lexicon("en").table["credits"], whole=True)
    for block in body:
        match = credit.fullmatch(comparable(block.text)) if len(block.text) < 140 else None
        if match:
            found.append(Credit(block.text[slice(*match.span("who"))], 0))
            left.append(LeftOut(Part.CREDIT, block.text, "it says whose text it is"))
        else:
            kept.append(block)
    at = 0
    for block in (*kept[:1], *kept[-1:]):
        if match := _CREDITED.fullmatch(comparable(block.text)):
            parts = [each.strip() for each in match[1].split(",")]
            known = lexicon("en").list_of("media")
            initials = any(re.fullmatch(r"[A-Z]{2,6}(?:-\d{1,2})?", each) for each in parts)
            if initials or len(parts) > 1 or any(word in known for each in parts for word in each.split()):
                found += [Credit(each, 0) for each in reversed(parts) if not _same_name(each, outlet)]
    for block in (*kept[:2], *kept[2:][-3:]):
        found += [Credit(each, 0) for each in _told_of(comparable(block.text), outlet)]
    for block in kept[-2:]:
        match = _SIGNED.search(comparable(block.text))
        who = next((each for each in match.groups() if each), "") if match else ""
        if who and _agency(who, outlet):
            found.append(Credit(who, 0))
    for block in kept[:3]:
        match = re.match(r"(?:[^()]{0,40})\(([^()]{2,60})\) ?- ", comparable(block.text))
        if match:
            first = re.split(r",| with | and agencies", match[1])[0].strip()
            if first and not _same_name(first, outlet):
                found.append(Credit(first, at))
        elif (match := _LINE_BEGINS.match(comparable(block.text))) and _agency(match["who"], outlet):
            found.append(Credit(match["who"], at))
        at += len(block.text) + 2
    once: list[Credit] = []
    for each in found:
        if not any(_same_name(each.name, one.name) or _same_name(one.name, each.name) for one in once):
            once.append(each)
    return tuple(once), kept


_SIGNED: Final = re.compile(  # "… on Sunday. (HPA)"
    r"[.!?\"'] ?(?:\((?P<a>[A-Z][\w-]*(?: [A-Z][\w-]*){0,4})\)|\[(?P<b>[A-Z]{2,6})\]|- (?P<c>[A-Z]{2,6}))$"
)
# A sentence that says whose text it is: what follows may be any name, or has to be a medium's.
_FIRST_IN: Final = re.compile(
    r"\b(?:(?:first|originally) (?:published|appeared|carried|reported|released|posted|distributed|broadcast)|"
    r"re-?(?:published|printed|posted)|"
    r"(?:taken|adapted|translated|shortened|abridged|condensed|drawn|forwarded|reposted) from|"
    r"by courtesy|courtesy of|with (?:the )?(?:kind )?permission|based (?:in part |partly |largely )?on (?:an?|the) "
    r"(?:report|article|dispatch|story|account|text))\b",
    re.IGNORECASE,
)
_WITH: Final = re.compile(
    r"^\W*(?:sources?|via|from|text|agenc(?:y|ies)|wire|reporting|credits?|original|compiled|by|with)\b|"
    r"\b(?:contributed|contributing|additional (?:reporting|material)|reporting (?:by|from)|compiled from|"
    r"with (?:material|reports?|reporting|files|input|copy|additions?|information) (?:from|by|of))\b|"
    r"^(?:this|the) (?:report|article|story|text|piece) (?:is|was|comes|came) (?:from|by|of)\b|\bcopyright\b|©",
    re.IGNORECASE,
)
_A_NAME: Final = re.compile(r"(?:[Tt]he )?[A-Z][\w&'-]*(?:(?: of the| of)? [A-Z][\w&'-]*){0,5}")
_CREDIT_LINE: Final = 180  # characters of a paragraph that does no more than credit


def _told_of(plain: str, outlet: str) -> list[str]:
    """Media that a short paragraph at the beginning or the end credits: "This report was first carried by HPA."."""
    if len(plain) > _CREDIT_LINE or '"' in plain:
        return []
    first = _FIRST_IN.search(plain)
    cue = first or _WITH.search(plain)
    if (
        cue is None
        or re.search(r"\b(?:said|says|told)\b", plain)
        or (cue.start() > 0 and not first and len(plain) > _CREDIT_LINE * 2 // 3)
    ):
        return []
    names = [match[0] for match in _A_NAME.finditer(plain, cue.start())]
    return [re.sub(r"^[Tt]he ", "", each) for each in names if _agency(each, outlet)]


_WHO_WROTE: Final = re.compile(r"\s*(?:[,;/|]|\band\b|\bwith\b|\bfor\b|\bfrom\b|\bvia\b| - |\()\s*|\)")
_NO_AGENCY: Final = re.compile(
    r"\b(?:service|office|staff|desk|team|room|department|release|editors?|newsroom|correspondent|bureau|centre|center|officer|"
    r"agencies|secretary)\b",
    re.IGNORECASE,
)


_LINE_BEGINS: Final = re.compile(  # "HPA - MAYADIN", "MAYADIN, 8 March, HPA -", "[HPA]"
    r"(?:[A-Z][\w .-]{1,30}, (?:\w+ \d{1,2}, |\d{1,2} \w+, )?)?"
    r"\[?(?P<who>[A-Z]{2,6}(?:-\d{1,2})?|[A-Z][\w-]*(?: [A-Z][\w-]*){0,4})\]?"
    r"(?: - |, [A-Z]{3,}|(?<=\]) )"
)


def _agency(name: str, outlet: str) -> bool:
    """Whether it names a news medium, and another than the page's own."""
    bare = name.strip()
    if not re.fullmatch(r"(?:[Tt]he )?[A-Z][\w&'-]*(?: (?:of )?[A-Z][\w&'-]*){0,5}", bare) or _NO_AGENCY.search(bare):
        return False
    own = {word.casefold() for word in re.findall(r"[\w-]+", outlet)} - {"the"}
    words = {word.casefold() for word in re.findall(r"[\w-]+", bare)} - {"the"}
    if not words or words <= own or (own and own <= words) or _same_name(bare, outlet) or _same_name(outlet, bare):
        return False
    return is_media(bare, Heard()) or re.fullmatch(r"[A-Z]{3,6}(?:-\d{1,2})?", bare) is not None


def _named_beside(byline: str, left: Sequence[LeftOut], outlet: str) -> tuple[Credit, ...]:
    """Media that a byline or the small print names: "Mirren Tolk, with HPA", "Copyright 2032 Radio Jisr"."""
    found = []
    for line in (byline, *(each.text for each in left if each.part is Part.BYLINE)):
        plain = re.sub(r"^by ", "", comparable(line), flags=re.IGNORECASE)
        found += [each.strip() for each in _WHO_WROTE.split(plain)[:12]] if len(plain) < _LONGEST_BYLINE else []
    patterns = [re.compile(each, re.IGNORECASE if "©" in each else 0) for each in lexicon("en").table["credits_named"]]
    for each in left:
        if each.part not in (Part.FURNITURE, Part.BYLINE, Part.CREDIT) or len(each.text) > _LONGEST_BYLINE:
            continue
        plain = comparable(each.text)
        lower_first = plain[:1].lower() + plain[1:]
        for pattern in patterns:
            if match := pattern.fullmatch(plain) or pattern.fullmatch(lower_first):
                found.append(match["who"])
                break
    return tuple(Credit(each, 0) for each in dict.fromkeys(found) if _agency(each, outlet))


_LONGEST_BYLINE: Final = 200  # characters of a line that says who wrote it, or whose it is


def _same_name(short: str, long: str) -> bool:
    """Whether one is the other, or its initials: VNA is the Vesnia News Agency."""
    initials = "".join(word[0] for word in re.findall(r"[^\W\d_]+", long) if word[0].isupper())
    return comparable(short).casefold() == comparable(long).casefold() or short == initials


_QUOTED: Final = re.compile(r'"[^"]*"?')


@cache
def _voices() -> tuple[tuple[float, re.Pattern[str]], ...]:
    return tuple((float(weight), re.compile(pattern)) for weight, pattern in lexicon("en").table["voice"])


def voice(paragraph: str) -> float:
    """How much a paragraph reads like a reader speaking: 2 or more does. Quotations do not count."""
    own = _QUOTED.sub("", comparable(paragraph))
    return sum(weight for weight, pattern in _voices() if pattern.search(own))


def _is_name(paragraph: str) -> bool:
    """A line that may be the name of whoever wrote the next one."""
    return len(paragraph) <= 40 and len(paragraph.split()) <= 5 and not re.search(r"[,:;!?\"”]|\w{2}\.", paragraph)


def _first_by_voice(paragraphs: list[str]) -> int:
    """Where readers begin to speak: lines that are names, three or one twice, before what reads like
    them; or at least six
    tenths of the rest speak like readers, or are their names."""
    scores = [voice(each) for each in paragraphs]
    names = [_is_name(each) for each in paragraphs]
    like = [score >= 1.5 or name for score, name in zip(scores, names, strict=True)]
    lines = [at for at in range(_MIN_BODY, len(paragraphs) - 1) if names[at] and not names[at + 1]]
    again = len({paragraphs[at].casefold() for at in lines}) < len(lines)
    for at in lines[:1]:
        spoken = [min(score, 2.0) for score, name in zip(scores[at:], names[at:], strict=True) if not name]
        if (again or len(lines) >= 3) and sum(spoken) >= 0.6 * len(spoken):
            return at
    for at in range(_MIN_BODY, len(paragraphs)):
        if _takes_turns(names[at:], scores[at:]):
            return at
        rest = like[at:]
        named = names[at] and at + 1 < len(paragraphs) and sum(names[at:]) >= 1
        followed = at + 1 == len(paragraphs) or any(like[at + 1 : at + 3])
        begins = (scores[at] >= 2 and followed) or (named and any(score >= 1 for score in scores[at + 1 : at + 3]))
        if begins and sum(rest) >= 0.6 * len(rest) and max(scores[at:]) >= 2:
            return at
    return len(paragraphs)


def _takes_turns(names: list[bool], scores: list[float]) -> bool:
    """A name, a paragraph, a name, a paragraph, to the end, and most of what is said reads a little like
    a reader.
    """
    if len(names) < 2 or len(names) % 2 or not all(names[::2]) or any(names[1::2]):
        return False
    return sum(score >= 0.5 for score in scores[1::2]) * 2 > len(scores[1::2])
