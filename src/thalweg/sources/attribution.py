"""Who says it, through whom, and with what force: one sentence at a time, from the outside in.

    HPO reported that Holt said that the Guard is ready …, according to two officers
    └ via ─┘          └ speaker ┘    └ content                 └ via (outermost)

A subject is taken for a speaker only where it reads like one that can say something: a name, a title, a
party, an office, a spokesman, a pronoun that has somebody to stand for. Everything else has no speaker
rather than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from thalweg.model.sourced import Force
from thalweg.sources.article import Span, comparable
from thalweg.sources.lexicon import any_of, lexicon
from thalweg.sources.sentences import Quotation


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said it, as written at `span`. `name` is who that is where the words alone do not say ("he" is
    Petr Havel).
    """

    span: Span
    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Saying:
    """How one sentence is attributed. `framing` is what says who and when; the rest of the sentence is
    what is said.

    `via` passed it on, nearest to the speaker first. `why` tells the words that the force rests on.
    """

    speaker: Speaker | None
    via: tuple[Speaker, ...]
    force: Force
    why: str
    framing: Span | None
    content: Span
    doubts: tuple[str, ...] = ()  # "pronoun", "continued", "block"


@dataclass(slots=True)
class Heard:
    """Who has spoken so far in an article: what pronouns, surnames and initials stand for."""

    person: Speaker | None = None
    relay: Speaker | None = None
    body: Speaker | None = None
    names: dict[str, str] = field(default_factory=dict)  # last word of a name → the whole of it
    sides: dict[str, tuple[str, ...]] = field(default_factory=dict)  # who spoke → the parties set beside the name
    former: set[str] = field(default_factory=set)  # who is named as a former member of something
    media: set[str] = field(default_factory=set)  # initials that the article gave to media
    parties: tuple[str, ...] = ()  # their names and aliases
    paragraph: int = 0
    spoke_in: int = 0

    @property
    def bare_parties(self) -> frozenset[str]:
        return frozenset(re.sub(r"^the ", "", each.casefold()) for each in self.parties)


_PRONOUNS: Final = {"he": "person", "she": "person", "it": "body", "they": "body"}
_MONTH: Final = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DAY: Final = (
    r"(?:(?:late |early )?on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning|afternoon|evening|night))?|"
    rf"yesterday|today|(?:on )?{_MONTH} \d{{1,2}}|(?:on )?\d{{1,2}} {_MONTH}|last (?:week|month|year)|this week|earlier"
)
_TAIL: Final = re.compile(
    r"\s+(?:also|just|later|again|once|now|since|then|still|however|nevertheless|has|have|had|is|was|"
    r"been|already|repeatedly|meanwhile|\w+ly|in turn|"
    rf"on condition of anonymity|{_DAY})$"
)
_NOT_IN_SUBJECT: Final = frozenset(
    [
        "that",
        "who",
        "itself",
        "themselves",
        "which",
        "is",
        "was",
        "are",
        "were",
        "will",
        "would",
        "has",
        "have",
        "had",
        "if",
        "when",
        "because",
        "while",
        "as",
        "but",
        "not",
        "there",
        "where",
        "can",
        "could",
        "may",
        "might",
        "do",
        "did",
    ]
)
_DETERMINERS: Final = frozenset(
    [
        "the",
        "a",
        "an",
        "its",
        "his",
        "her",
        "their",
        "another",
        "one",
        "two",
        "three",
        "four",
        "five",
        "several",
        "some",
        "many",
        "both",
        "former",
        "our",
    ]
)
_LEADING: Final = re.compile(
    r"^(?:On|In|At|During|After|Before|By|Since|Last|This|Earlier|Meanwhile|Also|Later|Yesterday|Today)\s+\S+(?:\s\S+)*?\s+"
    r"(?P<np>(?:the|a|an|its|two|three|several)\s[^,]+|[A-Z][\w.'-]*(?: (?:of |for |the )?[A-Z][\w.'-]*)*)$"
)


@cache
def _verbs() -> tuple[re.Pattern[str], dict[str, Force]]:
    known = lexicon("en")
    force = {word.casefold(): Force(name) for name in known.table["verbs"] for word in known.list_of("verbs", name)}
    alternatives = "|".join(sorted(map(re.escape, force), key=len, reverse=True))
    return re.compile(rf"(?<![\w'-])(?:{alternatives})(?![\w-])"), force


def is_media(name: str, heard: Heard) -> bool:
    """Whether it passes news on: by a word of its name, or by initials that the article gave such a name."""
    known = lexicon("en")
    said = [word.strip("().,'") for word in comparable(name).split()]
    if any(word in heard.media for word in said) and len(said) <= 2:
        return True
    if any(word in known.list_of("no_media") for word in said):
        return False
    return any(word in known.list_of("media") for word in said) and bool(said)


def learn(text: str, heard: Heard) -> None:
    """What the article itself explains: initials of news media, "the Vesnia News Agency (VNA)"; and who
    has which surname.
    """
    for match in re.finditer(r"(?<![\w-])((?:[A-Z][\w-]{1,60}+ ){1,5})\(([A-Z]{2,8})\)", comparable(text)):
        if is_media(match[1].strip(), Heard()):
            heard.media.add(match[2])
    known = lexicon("en")
    roles = "|".join(sorted({*known.list_of("speakers"), *known.list_of("titles")}, key=len, reverse=True))
    for match in re.finditer(
        rf"\b(?:{roles})\.? (?P<name>[A-Z][\w'-]+(?: (?:al-|Abu |de |van )?[A-Z][\w'-]+){{1,2}})\b", comparable(text)
    ):
        words = match["name"].split()
        if words[0] not in ("The", "A", "An") and not {word.casefold() for word in words} & (
            known.set_of("speakers") | known.set_of("media")
        ):
            heard.names.setdefault(words[-1], match["name"])


def attribute(text: str, sentence: Span, masked: str, quoted: Sequence[Quotation], heard: Heard) -> Saying | None:
    """How the sentence is attributed; None where it is the article's own. `masked` is `sentences.hidden`
    of the text.
    """
    said = masked[sentence.start : sentence.end]
    base = sentence.start
    quotes = [each for each in quoted if each.whole.meets(sentence)]
    special = _quoted_by(text, said, base, sentence, heard)
    if special:
        return _forced(text, special, quotes, heard)
    pattern, forces = _verbs()
    outer: Saying | None = None
    via: list[Speaker] = []
    for verb in pattern.finditer(said):
        force = forces[verb[0]]
        if not _verb_holds(said, verb):
            continue
        before = _subject_before(text, said, base, verb.start(), heard, outer.content.start - base if outer else 0)
        after = None if before else _subject_after(text, said, base, verb, heard)
        subject = before or after
        if subject is None:
            continue
        if outer is not None:
            # A second verb counts only where it begins what the first one passes on: "HPO reported that
            # Holt said …"
            gap = said[outer.content.start - base : subject.span.start - base].strip()
            if outer.speaker is None and len(gap) <= 12 and subject.span.start >= outer.content.start:
                outer = _built(said, base, sentence, verb, force, subject)
            break
        built = _built(said, base, sentence, verb, force, subject)
        if is_media(subject.name, heard):
            via.append(subject)
            built = Saying(None, (), built.force, built.why, built.framing, built.content, built.doubts)
        outer = built
        if outer.speaker is not None:
            break
    via = [*_told_to(text, said, base, heard), *via, *_carried_by(text, said, base, heard)]
    outer = outer or _dashed(text, said, base, sentence, heard) or _asked_by(text, said, base, sentence, heard)
    according, frame = _according(text, said, base)
    if (
        according
        and outer is None
        and not re.match(r"(?:unconfirmed |several )?(?:reports?|rumou?rs)\b", according.text)
    ):
        content = _rest(sentence, frame) if frame else sentence
        speaker = None if is_media(according.name, heard) else according
        outer = Saying(speaker, () if speaker else (according,), Force.ASSERTION, "“according to”", frame, content)
    elif according and outer is not None:
        via.append(according)
        if outer.content.end == sentence.end and frame and frame.start > outer.content.start:
            end = frame.start
            outer = Saying(
                outer.speaker,
                outer.via,
                outer.force,
                outer.why,
                outer.framing,
                Span(outer.content.start, end),
                outer.doubts,
            )
    if outer is None:
        return None
    unique = {
        each.name.casefold(): each
        for each in (*outer.via, *via)
        if outer.speaker is None or each.name != outer.speaker.name
    }
    joined = Saying(
        outer.speaker, tuple(unique.values()), outer.force, outer.why, outer.framing, outer.content, outer.doubts
    )
    if joined.speaker is None and not joined.via:
        return None
    return _forced(text, joined, quotes, heard)


def remember(saying: Saying, heard: Heard) -> None:
    """Keep who spoke for the pronouns and surnames that follow."""
    speaker = saying.speaker
    heard.relay = next((each for each in saying.via if is_media(each.name, heard)), heard.relay)
    if speaker is None or "pronoun" in saying.doubts:
        return
    heard.spoke_in = heard.paragraph
    if _is_person(speaker.name):
        heard.person = speaker
        heard.names.setdefault(speaker.name.split()[-1], speaker.name)
    else:
        heard.body = speaker
        if re.search(
            r"\b(?:official|officer|commander|aide|keeper|diplomat|general|colonel|pilot|farmer|representative|spokes\w+)\b",
            speaker.text,
            re.I,
        ):
            heard.person = speaker


def _is_person(name: str) -> bool:
    words = name.split()
    titles = lexicon("en").list_of("titles")
    bodies = lexicon("en").set_of("speakers") - {each.casefold() for each in titles}
    return (
        len(words) >= 2
        and all(word[0].isupper() for word in words[-2:])
        and not {word.casefold() for word in words} & (bodies - {"general"})
    )


# --- verbs and their subjects ---


def _verb_holds(said: str, verb: re.Match[str]) -> bool:
    known = lexicon("en")
    after = said[verb.end() :]
    word = verb[0].casefold()
    if word in known.set_of("needs_to") and not re.match(r" (?:(?:not )?to|that|an?)\b", after):
        return False
    if word in known.set_of("only_finite"):
        if re.search(
            r"(?:\b(?:the|a|an|those|these|its|his|their|no|of|any|such|all|\w+ed)|'s?|s') $",
            said[: verb.start()],
            re.I,
        ):
            return False
        if not re.match(r" (?:that|to|it|its|he|she|they|the|an?|[A-Z])\b", after):
            return False
    return not re.match(r" not to be (?:named|identified|quoted)", after)


def _subject_before(text: str, said: str, base: int, end: int, heard: Heard, begin: int) -> Speaker | None:
    """The subject of a verb at `end`, looked for from `begin` on: where a verb before it ends its framing."""
    # A name between dashes is set aside as one between commas.
    left = re.sub(r" -$", " ,", said[:end].replace(" - ", ",  ").rstrip())
    begin = begin if begin < end else 0
    if marked := re.search(r"(?:^|[^\x01,] |, )(\x01{4,42})$", left):
        # "“river militias” said": the words in quotation marks are the subject, unless a comma ends them
        inner = text[base + marked.start(1) + 1 : base + marked.end(1) - 1]
        if re.fullmatch(r"[\w.' -]+\w", comparable(inner)) and _can_say(comparable(inner), heard, first=False):
            span = Span(base + marked.start(1) + 1, base + marked.end(1) - 1)
            return Speaker(span, span.of(text), inner)
    start = begin
    for match in re.finditer(r"\x01[,.]?|; |: | but | while ", left):
        start = max(begin, match.end())
    clause = left[start:]
    while tail := _TAIL.search(clause):
        clause = clause[: tail.start()]
    closed = clause.endswith(",")
    clause = clause.rstrip(" ,")
    parts = [(m.start(), m.group()) for m in re.finditer(r"[^,]+(?:,(?=\d)[^,]+)*", clause)]
    if not parts:
        return None
    if closed:
        if len(parts) < 2:
            return None
        (name_at, name), (beside_at, beside) = parts[-2], parts[-1]
        if re.match(r"\s*(?:including|such as|and|or|but|with)\b", beside):
            return None
        role_first = re.match(r"\s*(?:its|his|her|their|the|a|an)?\s*[a-z]", name, re.I) and not re.search(
            r"[A-Z][\w'-]+ [A-Z]", name.strip()[1:]
        )
        if role_first and re.fullmatch(r"\s*(?:[A-Z][\w.'-]*\.? ?){2,6}", beside):
            return _speaker(text, said, base, start + beside_at, beside, heard)
        return _speaker(text, said, base, start + name_at, name, heard)
    at, last = parts[-1]
    if re.match(r"\s*(?:who|which|that|where|whose)\b", last):
        return None
    if (
        len(parts) > 1
        and re.match(r"\s*(?:an?|the) [a-z]", last)
        and re.fullmatch(r"\s*(?:[A-Z][\w.'-]+ ){1,4}[A-Z][\w'-]+", parts[-2][1])
    ):
        at, last = parts[-2]  # "Major Ines Calder, a spokesperson told": the second comma is missing
    return _speaker(text, said, base, start + at, last, heard)


_INVERTED: Final = frozenset(  # after a quotation also these stand before who speaks: "…,” recalled Lena Ostrov"
    (
        "explained", "insisted", "claimed", "wrote", "warned", "recalled", "stated", "noted", "replied", "continued",
        "argued", "admitted", "explains", "insists", "writes", "warns", "recalls", "notes", "remarked", "complained",
    )
)  # fmt: skip


def _subject_after(text: str, said: str, base: int, verb: re.Match[str], heard: Heard) -> Speaker | None:
    """After a quotation or a comma: "…,” said Colonel Havel", "…, says Corvin Dahl, who chaired"."""
    left = said[: verb.start()]
    inverted = verb[0] in _INVERTED and re.search(r"\x01\s*$", left)
    if not inverted and not (re.search(r"(?:\x01|,)\s*$", left) and verb[0] in ("said", "says", "added", "told")):
        return None
    match = re.match(r" ((?:the |a |an )?[^,.;:\x01]{2,70})", said[verb.end() :])
    if not match:
        return None
    name = re.split(rf" (?:in|on|at|during|after|before|when|as|to|from|told|{_DAY})\b", match[1])[0]
    return _speaker(text, said, base, verb.end() + 1, name, heard)


def _speaker(text: str, said: str, base: int, at: int, words: str, heard: Heard) -> Speaker | None:
    lead = len(words) - len(words.lstrip(" \"'([-"))
    at, words = at + lead, words[lead:].rstrip()
    moved = re.match(
        r"(?:and|or|that|then|also|meanwhile|however|earlier|later|still|but|separately|incidentally|ironically)\s+",
        words,
        re.I,
    )
    if moved:
        at, words = at + moved.end(), words[moved.end() :]
    if leading := _LEADING.match(words):
        at, words = at + leading.start("np"), leading["np"]
    span = Span(base + at, base + at + len(words))
    lower = words.casefold()
    if lower in _PRONOUNS:
        whom = heard.person if _PRONOUNS[lower] == "person" else heard.body
        recent = heard.paragraph - heard.spoke_in <= (1 if lower in ("it", "they") else 2)
        return Speaker(span, span.of(text), whom.name if whom and recent else "")
    if heard.relay and re.fullmatch(r"the (?:report|agency|newspaper|paper|outlet|broadcaster|magazine)", lower):
        return Speaker(span, span.of(text), heard.relay.name)
    role = re.fullmatch(r"the (\w+)", lower)
    for whom in (heard.person, heard.body):
        if (
            role
            and whom
            and role[1] not in heard.bare_parties
            and re.search(rf"\b{role[1]}\b", f"{whom.text} {whom.name}", re.I)
        ):
            return Speaker(span, span.of(text), whom.name)
    short = re.fullmatch(r"the ([a-z' -]{4,60})", lower)
    named = short is not None and short[1] not in heard.bare_parties and heard.body is not None
    if named and short and heard.body and heard.body.name.casefold().endswith(f" {short[1]}"):
        return Speaker(span, span.of(text), heard.body.name)  # "the Defense Ministry", after Russia's has spoken
    if not _can_say(words, heard, first=base + at == base or said[:at].strip() == ""):
        return None
    return Speaker(span, span.of(text), _named(words, heard))


def _can_say(words: str, heard: Heard, *, first: bool) -> bool:
    tokens = re.findall(r"[\w.'-]+", words)
    if not tokens or len(tokens) > 14 or "\x01" in words:
        return False
    lowered = [token.casefold().removesuffix("'s") for token in tokens]
    if set(lowered) & _NOT_IN_SUBJECT:
        return False
    known = lexicon("en")
    roles = known.set_of("speakers")
    if re.fullmatch(
        r"(?:the )?(?:[A-Z][\w-]* )*(?:that|this|it|what|nothing|some|many|others|reports?|rumou?rs)", words, re.I
    ):
        return False
    head = lowered[
        : next(
            (
                i
                for i, w in enumerate(lowered)
                if w in ("of", "for", "in", "from", "at", "with", "on", "familiar", "near")
            ),
            len(lowered),
        )
    ]
    if head and any(word in roles for word in head[-3:]) and not re.search(r"(?:ed|ing)$", head[-1]):
        return True
    named = re.sub(r"(?:\s+[A-Z][\w.'-]*)+$", "", words).casefold().split()
    if named and named[-1] in roles:
        return True  # "ministry spokesman Maj. Gen. Lev Arno"
    if is_media(words, heard):
        return True
    bare = re.sub(r"^(?:the|a|an)\s+", "", words, flags=re.I).casefold()
    if any(bare == re.sub(r"^the ", "", party.casefold()) for party in heard.parties):
        return True
    proper = [
        t
        for t in (tokens[1:] if lowered[0] in _DETERMINERS else tokens)
        if t.casefold() not in ("of", "for", "the", "and", "al", "de", "van", "le")
    ]
    if not proper or not all(token[0].isupper() for token in proper):
        return False
    if len(proper) == 1:
        single = proper[0].removesuffix("'s")
        if re.fullmatch(r"[A-Z]{2,6}", single):
            return True  # initials: the article knows whose they are
        return (
            single in heard.names
            or (not first and lowered[0] not in _DETERMINERS and single not in known.list_of("capitals_no_place"))
            or single in heard.media
        )
    return all(
        token.casefold() not in known.set_of("capitals_no_place")
        or token.casefold() in ("western", "eastern", "northern", "southern")
        for token in proper[-1:]
    )


def _named(words: str, heard: Heard) -> str:
    """The proper name at the end of "mission spokeswoman Ilse Varran"; else the words without an article."""
    if after := re.search(r"\) ((?:[A-Z][\w'.-]*\s)+[A-Z][\w'-]*)$", words):
        return after[1]  # "spokesman of the River Guard (RG) Lev Arno"
    words = re.sub(r"\s*\([^)]*\)", "", words).strip()
    tail = re.search(r"(?:^| )((?:[A-Z][\w'.-]*\s)+[A-Z][\w'-]*)$", words)
    roles = lexicon("en").set_of("speakers")
    if tail and len(words) > len(tail[1]):
        before = words[: tail.start(1)].split()
        if before and before[-1].casefold() in roles:
            return tail[1]
    bare = re.sub(r"^(?:the|a|an|former)\s+", "", words, flags=re.I)
    last = bare.split()[-1] if bare else ""
    if (
        len(bare.split()) <= 2
        and last in heard.names
        and all(w == last or w in lexicon("en").list_of("titles") for w in bare.split())
    ):
        return heard.names[last]
    return bare


_AFTER_TOLD: Final = re.compile(
    rf"(?: (?:reporters|journalists|(?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+)*))?(?: (?:{_DAY}))?"
    r"(?: in (?:an?|its|the) [\w ]{3,40})?(?: on condition of anonymity)?"
)
_AFTER_SAID: Final = re.compile(rf"(?: (?:{_DAY}))?(?: during [^,.\x01]{{3,120}}? (?=that\b))?")
_INTRO: Final = re.compile(
    r"\s*(?:(?:on|in|at|during|after|before|also|meanwhile|earlier|later|last|this|however|separately|but|and|according)\b|$)",
    re.I,
)


def _built(said: str, base: int, sentence: Span, verb: re.Match[str], force: Force, subject: Speaker) -> Saying:
    """The saying of one verb: where its framing lies and what the content is."""
    is_before = subject.span.start < base + verb.start()
    stands_for = (
        re.fullmatch(r"(?:he|she|it|they|the \w+)", subject.text.casefold())
        and subject.text.casefold().split()[-1] not in subject.name.casefold().split()[-1:]
    )
    doubts = ("pronoun",) if stands_for else ()
    speaker: Speaker | None = subject if subject.name else None
    why = f"“{verb[0]}”"
    lead = said[: subject.span.start - base]
    lead = re.sub(r"^\s*(?:[A-Z][\w .,]{0,40})?\([^)]{2,60}\) ?- ", "", lead)  # a dateline or a credit
    after = said[verb.end() :]
    skip = (_AFTER_TOLD if verb[0] in ("told", "tells") else _AFTER_SAID).match(after)
    body_at = verb.end() + (skip.end() if skip else 0)
    if that := re.match(r"\s*(?:that\b|[:,]|,? *that)\s*", said[body_at:]):
        body_at += that.end()
    tail = said[body_at:].strip(" .\x01")
    intro = _INTRO.match(lead) is not None and len(lead) < 90 and "\x01" not in lead
    trailing = is_before and not intro and bool(re.search(r"(?:,|\x01|\x01\s)\s*$", lead)) and len(lead.strip()) > 12
    trailing = trailing or not is_before
    if trailing and not (is_before and re.match(r"\s*that\b", said[verb.end() :]) and len(tail) > 40):
        framing = Span(subject.span.start if is_before else base + verb.start(), sentence.end)
        content = Span(sentence.start, framing.start)
    else:
        framing = Span(sentence.start, base + min(body_at, len(said)))
        content = Span(min(base + body_at, sentence.end), sentence.end)
        if content.end - content.start < 3 or force in (Force.DENIAL, Force.REQUEST):
            content = Span(base + verb.start(), sentence.end)
    return Saying(speaker, (), force, why, framing, content, doubts)


# --- those who pass it on ---


_TO_WHOM: Final = (
    r"(?:speaking|spoke|talking|talked) (?:to|with)|"
    r"(?:interview|remarks?|comments?|conversation|statement|letter|e-?mail|message|briefing|documents?|footage|video|copy)"
    r" (?:with|to|for|given to|sent to|made to|seen by|obtained by|shared with)"
)


def _told_to(text: str, said: str, base: int, heard: Heard) -> list[Speaker]:
    found = []
    for match in re.finditer(
        rf"\b(?:told|tells|quoted (?:as saying )?by|{_TO_WHOM}) "
        r"(?P<who>(?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+)*(?: magazine| news)?)",
        said,
    ):
        who = match["who"]
        if not re.search(rf"^(?:{_DAY})", who):
            who = re.sub(rf" (?:{_DAY})$", "", who)
        span = Span(base + match.start("who"), base + match.start("who") + len(who))
        if is_media(who, heard) or _initials(who, heard):
            found.append(Speaker(span, span.of(text), re.sub(r"^the ", "", who)))
    for match in re.finditer(
        rf"\b(?:told|tells|{_TO_WHOM}) "
        r"(?P<who>me|us|this (?:page|paper|newspaper|programme|program|channel|website)|our \w+)\b",
        said,
    ):
        span = Span(base + match.start("who"), base + match.end("who"))
        found.append(Speaker(span, span.of(text), match["who"]))
    return found


def _initials(name: str, heard: Heard) -> bool:
    """Initials of nobody who is a party: those who were told something, or carried it, are then a news
    medium.
    """
    return bool(re.fullmatch(r"[A-Z]{2,6}", name)) and name not in heard.parties


def _carried_by(text: str, said: str, base: int, heard: Heard) -> list[Speaker]:
    found = []
    for match in re.finditer(
        r"\b(?:carried|published|cited|quoted|reported|broadcast|aired|relayed|released|seen|obtained|reviewed) by "
        r"(?P<who>(?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+)*)\b(?!')",
        said,
    ):
        span = Span(base + match.start("who"), base + match.end("who"))
        if is_media(match["who"], heard) or _initials(match["who"], heard):
            found.append(Speaker(span, span.of(text), re.sub(r"^the ", "", match["who"])))
    for match in re.finditer(r", (?:citing|quoting) (?P<who>(?:the |a |an )?[^,.;\x01]{2,60})(?=[,.])", said):
        span = Span(base + match.start("who"), base + match.end("who"))
        found.append(Speaker(span, span.of(text), re.sub(r"^(?:the|a|an) ", "", match["who"])))
    return found


def _according(text: str, said: str, base: int) -> tuple[Speaker | None, Span | None]:
    match = re.search(r"\b[Aa]ccording to (?P<who>(?:the |a |an )?[^,.;\x01]{2,80}?)(?=[,.;\x01]|$)", said)
    if not match:
        return None, None
    who = match["who"].rstrip()
    span = Span(base + match.start("who"), base + match.start("who") + len(who))
    name = re.sub(r"\s*\([^)]*\)|^(?:the|a|an) ", "", who)
    return Speaker(span, span.of(text), name), Span(base + match.start(), base + match.end())


def _dashed(text: str, said: str, base: int, sentence: Span, heard: Heard) -> Saying | None:
    """As a flash has it: "The line is suspended from midnight - ministry spokesman Havel"."""
    match = re.search(r" - (?P<who>(?:the )?(?:[\w.'-]+ ){0,6}[\w'-]+)\.?\s*$", said)
    if not match or match.start() < _LEAST_DASHED:
        return None
    who = _speaker(text, said, base, match.start("who"), match["who"], heard)
    roles = {each.casefold() for each in match["who"].split()} & lexicon("en").set_of("speakers")
    if who is None or not who.name or not (roles or _is_person(who.name)):
        return None
    framing = Span(base + match.start(), sentence.end)
    content = Span(sentence.start, framing.start)
    if is_media(who.name, heard):
        return Saying(None, (who,), Force.ASSERTION, "a name after a dash", framing, content)
    return Saying(who, (), Force.ASSERTION, "a name after a dash", framing, content)


_LEAST_DASHED: Final = 30  # characters of what is said before the dash
_ASKED: Final = re.compile(
    r"\b(?:is|are|was|were|been) (?:asked|urged|requested|called (?:up)?on|ordered|instructed|advised|told|invited) by"
    r" (?P<who>(?:the |a |an )?[^,.;:\x01]{2,60}?) to\b"
)


def _asked_by(text: str, said: str, base: int, sentence: Span, heard: Heard) -> Saying | None:
    """ "Both sides were asked by the mission to hand over their records"."""
    match = _ASKED.search(said)
    who = None if match is None else _speaker(text, said, base, match.start("who"), match["who"], heard)
    if match is None or who is None or not who.name:
        return None
    return Saying(who, (), Force.REQUEST, f"“{match[0][:60]}”", None, sentence)


def _rest(sentence: Span, frame: Span) -> Span:
    return (
        Span(frame.end, sentence.end)
        if frame.start - sentence.start < sentence.end - frame.end
        else Span(sentence.start, frame.start)
    )


def _quoted_by(text: str, said: str, base: int, sentence: Span, heard: Heard) -> Saying | None:
    """ "X quoted Y as saying …"; "Y was quoted as saying by X"."""
    match = re.search(
        r"(?P<by>(?:The |the )?[A-Z][\w-]+(?: [A-Z][\w-]+)*) (?:quoted|cited|quotes|cites) "
        r"(?P<who>[^,.\x01]{2,60}?) as (?:saying|having said)(?: that)? ?",
        said,
    )
    if match and is_media(match["by"], heard):
        who = _speaker(text, said, base, match.start("who"), match["who"], heard)
        by = Span(base + match.start("by"), base + match.end("by"))
        if who and who.name:
            framing = Span(base + match.start(), base + match.end())
            via = Speaker(by, by.of(text), re.sub(r"^[Tt]he ", "", match["by"]))
            return Saying(who, (via,), Force.ASSERTION, "“quoted as saying”", framing, Span(framing.end, sentence.end))
    match = re.search(
        r"(?P<who>[^,.\x01]{2,60}?) (?:was|were|is) quoted as saying by "
        r"(?P<by>(?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+)*)",
        said,
    )
    if match and is_media(match["by"], heard):
        who = _speaker(text, said, base, match.start("who"), match["who"], heard)
        by = Span(base + match.start("by"), base + match.end("by"))
        if who and who.name:
            framing = Span(who.span.start, sentence.end)
            via = Speaker(by, by.of(text), re.sub(r"^the ", "", match["by"]))
            return Saying(
                who, (via,), Force.ASSERTION, "“was quoted as saying”", framing, Span(sentence.start, framing.start)
            )
    return None


# --- force ---


def _forced(text: str, saying: Saying, quotes: Sequence[Quotation], heard: Heard) -> Saying:
    """The force that the content gives, where the verb alone gives none but "said"."""
    if saying.force is not Force.ASSERTION:
        return saying
    said = [comparable(each.span.of(text)) for each in quotes if each.whole.meets(saying.content)] or []
    said.append(comparable(saying.content.of(text)))
    for name, patterns in lexicon("en").table["content"].items():
        for each in said:
            if match := any_of(patterns).search(each.strip(" ,.\"'")):
                return _with_force(saying, Force(name), f"“{match[0]}”")
    subjects = (
        "|".join(sorted((re.escape(re.sub(r"^the ", "", p, flags=re.I)) for p in heard.parties), key=len, reverse=True))
        or "(?!)"
    )
    own = re.match(
        rf"\s*(?:it|he|she|they|we|(?:the )?(?:government|province|army|{subjects}))"
        r" (?:would|will) (?!be\b|have\b|take (?:un|\d|an? |some|sev|more|long)|last\b|cost\b|need\b|mean\b|not know)",
        comparable(saying.content.of(text)),
        re.I,
    )
    if own and saying.speaker:
        return _with_force(saying, Force.INTENT, f"“{own[0].strip()}”")
    return saying


def _with_force(saying: Saying, force: Force, why: str) -> Saying:
    return Saying(saying.speaker, saying.via, force, why, saying.framing, saying.content, saying.doubts)
