"""A page in HTML → its paragraphs in their order, each with what the page's structure says it is.

The page is walked once: elements for navigation, comments and small print mark what stands in them; an
empty line made of two `<br>` parts paragraphs as `<p>` does. What is left is held against the main text
that trafilatura
finds, which knows the habits of many thousands of sites: a paragraph that it does not have, and that does
not stand
between two that it has, is left out.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, Final

import trafilatura
from lxml import etree, html

from thalweg.model.errors import InputError
from thalweg.model.notes import Flag
from thalweg.sources.article import Part, comparable, normal
from thalweg.sources.days import stated_days
from thalweg.sources.letters import decoded
from thalweg.sources.parting import Block, Known

_LIMIT_ELEMENTS: Final = 60_000
_LIMIT_DEPTH: Final = 250
_LIMIT_PARTS: Final = 4_000  # of a saved page: its pictures and styles are parts too
_FORM: Final = 1_000  # characters: a form with more of them is one that wraps a whole page

_SILENT: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "select",
        "option",
        "button",
        "input",
        "textarea",
    ]
)
_FURNITURE: Final = frozenset(["nav", "aside", "footer", "amp-sidebar", "amp-ad", "dialog", "menu"])
_INLINE: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "data",
        "dfn",
        "em",
        "font",
        "i",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
        "var",
        "wbr",
        "ins",
        "del",
    ]
)
_COMMENTS: Final = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|comment-\w+|disqus\w*|fb-comments|replies|reply|discussion|respond)(?:$|[\s_-])",
    re.I,
)
_BESIDE: Final = re.compile(
    r"(?:^|[\s_-])(?:nav|navigation|menu|sidebar|share\w*|social|sharedaddy|related|recommend\w*|newsletter|cookie\w*|breadcrumbs?|"
    r"advert\w*|promo|footer|tags|author-bio|pullquote|live-badge|skip|masthead|subscribe|consent|onetrust|gdpr|"
    r"outbrain|taboola|promo\w*)(?:$|[\s_-])|(?:^|\s)widget(?:$|[\s-])",
    re.I,
)
_BYLINE: Final = re.compile(
    r"(?:^|[\s_-])(?:byline|entry-meta|meta|submitted|dates|dateline|author|entry-date|post-info)(?:$|[\s_-])", re.I
)


def unpacked(data: bytes) -> tuple[str, tuple[Flag, ...]]:
    """The page out of a saved page (MHTML, RFC 2557): the part that the page was saved from, else its first part in
    HTML. `InputError` (`source-unreadable`).
    """
    if data.count(b"\n--") > _LIMIT_PARTS:
        raise _no_saved_page(f"more than {_LIMIT_PARTS:,} parts")
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        parts = [each for each in message.walk() if each.get_content_type() == "text/html"]
        of = str(message.get("Snapshot-Content-Location") or "").strip()
        own = [each for each in parts if of and str(each.get("Content-Location") or "").strip() == of]
        for each in (*own, *parts):
            payload = each.get_payload(decode=True)
            if isinstance(payload, bytes):
                return decoded(payload, markup=True, declared=each.get_content_charset() or "")
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise _no_saved_page(f"it cannot be taken apart ({type(error).__name__})") from error
    raise _no_saved_page("other parts")


def _no_saved_page(found: str) -> InputError:
    return InputError(
        "source-unreadable",
        "The saved page has no part in HTML that can be read.",
        expected="a page saved as .mhtml",
        found=found,
    )


def blocks(markup: str) -> tuple[list[Block], Known]:
    """The paragraphs, and what the page says about itself."""
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", markup).replace("\x00", ""), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise _unreadable(str(error)) from error
    if any(True for _ in islice(root.iter(), _LIMIT_ELEMENTS, None)):
        raise _unreadable(f"more than {_LIMIT_ELEMENTS:,} elements")
    known = _known(root)
    saved = re.search(r"<!-- saved from url=\(\d{4}\)(\S{1,2000}) -->", markup[:4096])
    if saved and not known.url:
        known = replace(known, url=saved[1])
    found = _merged(_Walk(root).pieces(root))
    stated = [block for block in found if block.hint is not Part.FURNITURE]
    known = _dated(known, stated)
    try:
        main = trafilatura.extract(
            markup, include_comments=False, favor_recall=True, with_metadata=False, output_format="txt"
        )
    except (ValueError, TypeError, AttributeError, etree.LxmlError, RecursionError) as error:
        raise _unreadable(str(error)) from error
    return _kept(found, main or ""), known


def _unreadable(why: str) -> InputError:
    return InputError("source-unreadable", f"The page cannot be read: {why}.", expected="a page in HTML", found=why)


# --- walking ---

_Piece = tuple[str, Part | None, str, bool]  # text, hint, why, whether it is a link's; "\n" parts paragraphs
_ROLES: Final = frozenset(["navigation", "complementary", "contentinfo", "banner", "search", "dialog", "alertdialog"])
_MOST_OF_A_PAGE: Final = 0.6  # a class name is not believed of an element that holds so much of the page
_TEASER: Final = 200  # characters of a link that stands by itself


class _Walk:
    """One walk over a page."""

    def __init__(self, root: html.HtmlElement) -> None:
        self._length = max(1, _length(root))

    def pieces(self, element: html.HtmlElement, hint: Part | None = None, why: str = "") -> Iterator[_Piece]:
        """The texts of an element and of all in it."""
        return self._pieces(element, hint, why, depth=0, link=False)

    def _pieces(
        self, element: html.HtmlElement, hint: Part | None, why: str, *, depth: int, link: bool
    ) -> Iterator[_Piece]:
        if depth > _LIMIT_DEPTH:
            raise _unreadable(f"elements in elements, {_LIMIT_DEPTH} deep")
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _SILENT or tag == "head" or _unseen(element):
            return
        if tag == "form" and _length(element) < _FORM:
            return
        if tag == "br":
            yield "\v", hint, why, link
            return
        hint, why = self._hinted(element, tag, hint, why)
        block = tag not in _INLINE
        link = link or tag == "a"
        if block:
            yield "\n", hint, why, link
        if element.text:
            yield element.text, hint, why, link
        for child in element:
            yield from self._pieces(child, hint, why, depth=depth + 1, link=link)
            if child.tail:
                yield child.tail, hint, why, link
        if block:
            yield "\n", hint, why, link

    def _hinted(self, element: html.HtmlElement, tag: str, hint: Part | None, why: str) -> tuple[Part | None, str]:
        """What an element says that stands in it; a class name that is said of most of the page says nothing."""
        found, reason = _hinted(element, tag, hint, why)
        named = found is not hint and found in (Part.FURNITURE, Part.COMMENT) and tag not in _FURNITURE
        if named and _length(element) > _MOST_OF_A_PAGE * self._length:
            return hint, why
        return found, reason


def _length(element: html.HtmlElement) -> int:
    """Characters of text in an element, without those of scripts and styles in it."""
    return sum(
        len(words.strip())
        for each in element.iter()
        if isinstance(each.tag, str) and each.tag not in _SILENT
        for words in (each.text or "", each.tail or "")
    )


def _unseen(element: html.HtmlElement) -> bool:
    """Whether a reader of the page does not see it: words that are hidden are nobody's statement."""
    style = re.sub(r"\s+", "", (element.get("style") or "")[:2000]).casefold()
    return (
        element.get("hidden") is not None
        or "display:none" in style
        or "visibility:hidden" in style
        or bool(re.search(r"(?:^|;)(?:font-size:0(?:px|pt|em|%)?|opacity:0(?:\.0+)?)(?:;|$)", style))
    )


def _hinted(element: html.HtmlElement, tag: str, hint: Part | None, why: str) -> tuple[Part | None, str]:
    """What an element's tag, class and id say that stands in it; comments win over all, furniture over
    the rest.
    """
    names = f"{element.get('class') or ''} {element.get('id') or ''}".strip()
    where = f"<{tag}{f' {names}' if names else ''}>"
    if hint is Part.COMMENT:
        return hint, why
    if names and _COMMENTS.search(names) and tag not in ("body", "html", "main", "p"):
        return Part.COMMENT, f"it stands in {where}"
    if hint is Part.FURNITURE:
        return hint, why
    role = (element.get("role") or "").casefold()
    if (
        tag in _FURNITURE
        or role in _ROLES
        or (names and _BESIDE.search(names) and tag not in ("body", "html", "main", "article"))
    ):
        return Part.FURNITURE, f"it stands in {where}"
    if tag in ("figcaption", "figure"):
        return Part.CAPTION, f"it stands in {where}"
    if (
        tag in ("dl", "time", "address")
        or (names and _BYLINE.search(names))
        or element.get("itemprop") in ("author", "datePublished")
    ):
        return Part.BYLINE, f"it stands in {where}"
    if tag == "h1":
        return Part.HEADLINE, "it is the first heading of the page"
    if tag in ("h2", "h3", "h4", "h5", "h6") and hint is None:
        return Part.HEADING, f"it stands in {where}"
    return hint, why


def _merged(pieces: Iterator[_Piece]) -> list[Block]:
    """Pieces of text → paragraphs. Two `<br>` are an empty line; one ends a short line or a sentence."""
    found: list[Block] = []
    text, hint, why, breaks, linked = "", None, "", 0, 0

    def end() -> None:
        nonlocal text, linked
        if bare := text.strip():
            only = linked > 0.9 * len(bare) and len(bare) < _TEASER and not re.search(r"[.!?]\W*$", bare)
            if only and hint in (None, Part.HEADING):
                found.append(Block(text, Part.FURNITURE, "it is nothing but a link"))
            else:
                found.append(Block(text, hint, why))
        text, linked = "", 0

    for piece, its, reason, link in pieces:
        if piece == "\n":
            end()
            breaks = 0
        elif piece == "\v":
            breaks += 1
            # A line that is cut short by one break is a line of its own; a long one may be wrapped by hand.
            if breaks > 1 or len(text.strip()) < 120 or re.search(r"[.!?]['\"”’)]*\s*$", text):
                end()
            text += " "
        elif piece.strip():
            if not text.strip():
                hint, why = its, reason  # of an inline element with another hint: it does not part a sentence
            text += piece
            linked += len(piece.strip()) if link else 0
            breaks = 0
        else:
            text += piece
    end()
    return found


def _kept(found: list[Block], main: str) -> list[Block]:
    """Paragraphs without hint that trafilatura left out too become furniture, unless they stand between
    two that it kept.
    """
    whole = re.sub(r"[\s|]+", "", comparable(normal(main))).casefold()
    if not whole:
        return found
    bare = [re.sub(r"[\s|]+", "", comparable(normal(block.text))).casefold() for block in found]
    has = [block.hint is None and len(text) > 20 and text in whole for block, text in zip(found, bare, strict=True)]
    if not any(has):
        return found
    first, last = has.index(True), len(has) - 1 - has[::-1].index(True)
    return [
        block
        if block.hint is not None or has[at] or first < at < last
        else Block(
            block.text, None if _is_end(block.text) else Part.FURNITURE, "it stands outside of the page's main text"
        )
        for at, block in enumerate(found)
    ]


def _is_end(text: str) -> bool:
    return len(text) < 60  # short lines are judged by their words


# --- what the page says about itself ---


def _known(root: html.HtmlElement) -> Known:
    facts: dict[str, str] = {}
    for node in root.iter("script"):
        if (node.get("type") or "").casefold() == "application/ld+json" and node.text:
            facts |= {key: value for key, value in _linked(node.text).items() if key not in facts}
    metas = {
        (node.get("property") or node.get("name") or node.get("itemprop") or "").casefold(): node.get("content") or ""
        for node in root.iter("meta")
    }
    for key, names in _METAS.items():
        facts.setdefault(key, next((metas[name] for name in names if metas.get(name)), ""))
        facts[key] = facts[key] or next((metas[name] for name in names if metas.get(name)), "")
    canonical = next(
        (n.get("href") or "" for n in root.iter("link") if (n.get("rel") or "").casefold() == "canonical"), ""
    )
    heading = next((normal(str(node.text_content())) for node in root.iter("h1")), "")
    title = next((normal(node.text or "") for node in root.iter("title")), "")
    outlet = facts["outlet"]
    if not outlet and (match := re.search(r" [|–—-] ([^|–—]{3,40})$", title)):
        outlet = match[1]
    stated = facts["headline"] or re.sub(r" [|–—-] [^|–—]{3,40}$", "", title)
    # The first heading is the headline, unless it is the name of the site.
    named = heading.casefold() in (outlet.casefold(), "")
    headline = stated if named and stated else heading or stated
    titles = tuple({each for each in (heading, normal(stated), title) if each and each != headline})
    return Known(
        headline, outlet, facts["byline"], facts["url"] or canonical, _day(facts["published"]), _day(facts["updated"]),
        (root.get("lang") or "")[:2].casefold(), titles=titles,
    )  # fmt: skip


_METAS: Final = {
    "published": (
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dc.date.issued",
        "pubdate",
        "sailthru.date",
    ),
    "updated": ("article:modified_time", "datemodified", "last-modified", "og:updated_time"),
    "headline": ("og:title", "twitter:title", "dc.title", "headline"),
    "outlet": ("og:site_name", "application-name", "dc.publisher", "publisher"),
    "byline": ("author", "article:author", "dc.creator", "byl"),
    "url": ("og:url",),
}


def _linked(text: str) -> dict[str, str]:
    """Facts of the first article in JSON-LD; {} for what is no JSON."""
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return {}
    entries: list[Any] = (
        data if isinstance(data, list) else data.get("@graph", [data]) if isinstance(data, dict) else []
    )
    for entry in entries:
        if isinstance(entry, dict) and str(entry.get("@type", "")).endswith(("Article", "Posting", "Report")):
            return {
                "headline": _name(entry.get("headline")),
                "published": _name(entry.get("datePublished")),
                "updated": _name(entry.get("dateModified")),
                "byline": _name(entry.get("author")),
                "outlet": _name(entry.get("publisher")),
                "url": _name(entry.get("mainEntityOfPage") or entry.get("url")),
            }
    return {}


def _name(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_name, value)))
    if isinstance(value, dict):
        return _name(value.get("name") or value.get("@id"))
    return value if isinstance(value, str) else ""


def _day(text: str) -> date | None:
    """The day of a timestamp as its author's own clock showed it."""
    match = re.match(r"\s*(\d{4})-(\d\d)-(\d\d)", text)
    if not match:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


_OTHER_DAY: Final = re.compile(
    r"\b(?:founded|since|established|registered|joined|subscribed|member|copyright)\b|©", re.I
)
_UPDATED: Final = re.compile(r"\b(?:update[ds]?|modified|revised)\b", re.I)


def _dated(known: Known, found: list[Block]) -> Known:
    """Days that only the byline says, in words."""
    near = [
        block.text
        for block in found
        if (block.hint is Part.BYLINE or len(block.text) < 90) and not _OTHER_DAY.search(block.text)
    ][:12]
    published, updated = stated_days(near)
    if known.updated and not any(_UPDATED.search(block.text) for block in found):
        known = replace(known, updated=None)  # a machine touched it; nobody says that the text is newer
    return replace(known, published=known.published or published, updated=known.updated or updated)
