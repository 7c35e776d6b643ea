"""Who says it, through whom, and with what force: one sentence at a time, from the outside in.

    HPO reported that Holt said that the Guard is ready …, according to two officers
    └ via ─┘          └ speaker ┘    └ content                 └ via (outermost)

A subject is taken for a speaker only where it reads like one that can say something: a name, a title, a
party, an office, a spokesman, a pronoun that has somebody to stand for. Everything else has no speaker
rather than a wrong one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

from thalweg.model.sourced import Force
from thalweg.sources.article import Span, comparable
from thalweg.sources.hearing import DAY, Heard, Speaker, bare, called_off, is_initials, is_media, is_person, roles
from thalweg.sources.lexicon import any_of, lexicon
from thalweg.sources.relays import carried_by, cited, told_to, unqualified
from thalweg.sources.sentences import Quotation


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


_PRONOUNS: Final = {"he": "person", "she": "person", "it": "body", "they": "body"}
_TAIL: Final = re.compile(
    r"\s+(?:also|just|later|again|once|now|since|then|still|however|nevertheless|has|have|had|is|was|"
    r"been|already|repeatedly|meanwhile|\w+ly|in turn|there|here|too|himself|herself|both|for (?:its|his|her|"
    r"their) part|"
    rf"on condition of anonymity|{DAY})$"
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
        "no",
        "nobody",
        "none",
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


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], Force], ...]:
    """Verbs of saying that hold something between their words: "put the cost at", "wants both sides to"."""
    return tuple(
        (re.compile(rf"(?<![\w'-])(?:{pattern})"), Force(name))
        for name, patterns in lexicon("en").table["verb_shapes"].items()
        for pattern in patterns
    )


@lru_cache(maxsize=64)
def _said_with(said: str) -> tuple[tuple[int, str, Force], ...]:
    """Every verb of saying in a sentence: where it begins, its words, the force it gives."""
    pattern, forces = _verbs()
    found = {match.start(): (match[0], forces[match[0]]) for match in pattern.finditer(said)}
    for shape, force in _shapes():
        for match in shape.finditer(said):
            found[match.start()] = (match[0], force)
    if flash := _FLASH.match(said):
        found[0] = (flash[0].lower(), forces[flash[0].lower()])
    if ends := _ENDS_QUOTE.search(said):
        found.setdefault(ends.start("verb"), (ends["verb"], Force.ASSERTION))
    for match in _AFTER_QUOTE.finditer(said):
        found.setdefault(match.start(), (match[0], Force.ASSERTION))
    return tuple((at, *found[at]) for at in sorted(found))


_FLASH: Final = re.compile(r"(?:Says|Said|Adds|Denies|Warns)\b")  # as a flash goes on: "Says will resume …"
# Whatever one does after a quotation is a way of saying it: "“It's a provocation,” fumed one member".
_AFTER_QUOTE: Final = re.compile(r"(?<=\x01 )[a-z]{2,12}ed(?= (?:(?:the|an?|one|its|their|his|her) )?[A-Za-z])")
_ENDS_QUOTE: Final = re.compile(
    r"\x01 [A-Za-z][\w' -]{1,60} (?P<verb>[a-z]{2,12}ed)\W*$"
)  # "“…,” the ferryman shrugged."
_NEGATED: Final = re.compile(
    r"\b(?:not|never|neither|nor|cannot|\w+n't|declined to|refus\w+ to|unable to|yet to)(?: \w+ly)? $"
)


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
    source = cited(text, said, base)
    last = _trailing(text, said, base, sentence, heard)
    outer, via = (last, []) if last else _first_verb(text, said, base, sentence, heard)
    if outer and outer.speaker and is_media(outer.speaker.name, heard):
        via.append(outer.speaker)
        inner = None
        if outer.content.start == base and outer.framing:
            # "The garrison has promised a generator, Radio Jisr reported": what it reports has a speaker of its own
            inner, more = _first_verb(text, said[: outer.framing.start - base], base, outer.content, heard)
            via = [*more, *via] if inner and inner.speaker else via
        outer = inner if inner and inner.speaker else replace(outer, speaker=None)
    if source and outer and outer.speaker and not via and _reports_on(outer, heard):
        via.append(outer.speaker)
        outer = replace(outer, speaker=None)
    if source and outer and outer.speaker is None and via:
        # "NOR-1 reported, citing two officers, that …": the officers say it, through NOR-1
        if is_media(source.who.name, heard):
            via.insert(0, source.who)
        else:
            outer = replace(outer, speaker=source.who)
        source = None
    via = [*told_to(text, said, base, heard), *via, *carried_by(text, said, base, heard)]
    if source and source.frame.start > base:
        via.append(source.who)
    outer = outer or _dashed(text, said, base, sentence, heard) or _asked_by(text, said, base, sentence, heard)
    according, frame = _according(text, said, base, heard)
    if (
        according
        and (outer is None or (outer.speaker is None and not is_media(according.name, heard)))
        and not re.match(r"(?:unconfirmed |several )?(?:reports?|rumou?rs)\b", according.text)
    ):
        content = _rest(sentence, frame) if frame else sentence
        speaker = None if is_media(according.name, heard) else according
        if speaker is None and source and frame and source.frame.start >= frame.end:
            speaker = source.who  # "according to Radio Jisr, which cited the mayor"
            via = [each for each in via if each.name != source.who.name]
            via.append(according)
        passed = () if speaker else (according,)
        outer = Saying(speaker, passed, Force.ASSERTION, "“according to”", frame, content)
    elif according and outer is not None:
        via.append(according)
        if outer.content.end == sentence.end and frame and frame.start > outer.content.start:
            outer = replace(outer, content=Span(outer.content.start, frame.start))
    if outer is None:
        return None
    unique: list[Speaker] = []
    for each in sorted((*outer.via, *via), key=lambda one: _is_initials_of(one, (*outer.via, *via))):
        known = [*unique, *((outer.speaker,) if outer.speaker else ())]
        if not any(_key(each.name) == _key(one.name) or _stands_for(each.name, one.name) for one in known):
            unique.append(each)
    joined = replace(outer, via=tuple(unique))
    if joined.speaker is None and not joined.via:
        return None
    return _forced(text, joined, quotes, heard)


def _reports_on(saying: Saying, heard: Heard) -> bool:
    """Whether who "reported, citing somebody" reads like a medium: a name that is no person's and no party's."""
    name = saying.speaker.name if saying.speaker else ""
    return (
        "report" in saying.why
        and not is_person(name)
        and bare(name).casefold() not in heard.bare_parties
        and name[:1].isupper()
        and not {word.casefold() for word in name.split()} & roles()
    )


def _stands_for(short: str, name: str) -> bool:
    """Whether it is the initials of the name: HPO, of the Hollin Press Office."""
    words = re.findall(r"[^\W\d_]+", bare(name))
    return len(words) > 1 and short == "".join(word[0] for word in words if word[0].isupper())


def _is_initials_of(one: Speaker, others: Sequence[Speaker]) -> bool:
    return any(_stands_for(one.name, other.name) for other in others)


def _key(name: str) -> str:
    return bare(name).casefold()


def _first_verb(text: str, said: str, base: int, sentence: Span, heard: Heard) -> tuple[Saying | None, list[Speaker]]:
    """The first verb of saying that somebody is the subject of, and the medium before it that passes it on."""
    outer: Saying | None = None
    via: list[Speaker] = []
    for at, word, force in _said_with(said):
        if not _verb_holds(said, at, word):
            continue
        before = _subject_before(text, said, base, at, heard, outer.content.start - base if outer else 0)
        after = None if before else _subject_after(text, said, base, at, word, heard)
        subject = before or after
        if subject is None:
            continue
        if outer is not None:
            # A second verb counts only where it begins what the first one passes on: "HPO reported that
            # Holt said …"
            gap = said[outer.content.start - base : subject.span.start - base].strip()
            if outer.speaker is None and len(gap) <= 12 and subject.span.start >= outer.content.start:
                outer = _built(said, base, sentence, at, word, force, subject)
            break
        built = _built(said, base, sentence, at, word, force, subject)
        if is_media(subject.name, heard):
            via.append(subject)
            built = replace(built, speaker=None)
        outer = built
        if outer.speaker is not None:
            nested = _nested(text, said, base, sentence, outer, heard)
            if nested is not None:
                via.append(outer.speaker)
                outer = nested
            break
    return outer, via


_HAD_SAID: Final = frozenset(("told", "said", "informed", "assured", "warned", "promised"))


def _nested(text: str, said: str, base: int, sentence: Span, outer: Saying, heard: Heard) -> Saying | None:
    """What somebody tells of what another had told: "the mayor told us that the garrison had told him that …"."""
    begin = outer.content.start - base
    for at, word, force in _said_with(said):
        if at <= begin:
            continue
        if word not in _HAD_SAID or not re.search(r"\b(?:had|has|have) $", said[begin:at]):
            return None
        inner = _subject_before(text, said, base, at, heard, begin)
        if inner is None or not inner.name or inner.text.casefold() in _PRONOUNS:
            return None
        gap = said[begin : inner.span.start - base].strip()
        if len(gap) > len("that the") or outer.speaker is None or inner.name == outer.speaker.name:
            return None
        return _built(said, base, sentence, at, word, force, inner)
    return None


# What may stand after the verb of an attribution that ends a sentence: "…, he told HPA by telephone on Sunday."
_ENDS: Final = re.compile(
    r"(?! that\b|.*\b(?:was|were|is|are|had|has|have|would|will|could|it|he|she|they|we|said|says)\b)[^\x01:;]{0,90}\W*"
)


# ", a charge the garrison denies": it says something of what was said.
_BESIDE: Final = re.compile(
    r"^\s*(?:something|which|who|whom|what|that|an? (?:charge|claim|accusation|allegation|report|figure|"
    r"request|statement|account|"
    r"version|suggestion|view|number|move|step|demand)) "
)


def _leads(lead: str) -> bool:
    """Whether what stands before a subject says something: words in quotation marks, or more than a word or two."""
    return "\x01" in lead or len(lead.strip()) > len("On Saturday,")


def _trailing(text: str, said: str, base: int, sentence: Span, heard: Heard) -> Saying | None:
    """An attribution that ends its sentence, or stands in the middle of it, set off by commas: it says who says all the
    rest, with the verbs in it ("Norland plans to open a bridge, its deputy minister has said")."""
    for at, word, force in reversed(_said_with(said)):
        if not _ENDS.fullmatch(said, at + len(word)):
            continue
        if _NEGATED.search(said[:at]) or _passive(said[:at], word) or (at > 1 and said[:at].rstrip().endswith(" to")):
            continue
        subject = _subject_before(text, said, base, at, heard, 0)
        if subject is None:
            continue
        lead = said[: subject.span.start - base]
        if _BESIDE.search(said[:at].rsplit(",", 1)[-1]):
            continue
        if not re.search(r"(?:,|\x01)\s*(?:the |a |an )?$", lead) or not _leads(lead):
            continue
        if _INTRO.match(lead) and "\x01" not in lead and len(lead) < _LED_IN:
            continue
        if word.casefold() in lexicon("en").set_of("only_finite") and (
            _NOUN.search(said[:at]) or not word.endswith(("s", "d"))
        ):
            continue
        if re.search(r"\b(?:[Aa]sked|[Ss]peaking|[Ww]riting|[Aa]ccording|[Cc]iting|[Qq]uoting)\b[^,]*,\s*$", lead):
            continue
        return _built(said, base, sentence, at, word, force, subject)
    return None


_AND: Final = re.compile(r"; (?:and |but )?|, (?:but|while|although|though|whereas|yet|and) |(?<=[a-z]) while ")
_LEAST: Final = 20  # characters of a clause that says something


def parted(text: str, sentence: Span, masked: str, heard: Heard) -> list[Span]:
    """A sentence in which two speak, parted where the second begins: "The mission said …, but the council denies that".

    A part is one only where its own subject and verb of saying open it, and somebody is attributed before it too.
    """
    said = masked[sentence.start : sentence.end]
    verbs = _said_with(said)
    if len(verbs) + len(_ACCORDING.findall(said)) < 2:
        return [sentence]
    cuts: list[int] = []
    start = 0
    for match in _AND.finditer(said):
        at = match.end()
        if match.start() - start < _LEAST or len(said) - at < _LEAST:
            continue
        if _opens(text, said, sentence.start, at, heard) and _attributed(
            text, said, sentence.start, start, match.start(), heard
        ):
            cuts.append(at)
            start = at
    edges = [0, *cuts, len(said)]
    return [Span(sentence.start + a, sentence.start + b) for a, b in itertools.pairwise(edges)]


_ACCORDING: Final = re.compile(r"\b[Aa]ccording to ")


def _opens(text: str, said: str, base: int, at: int, heard: Heard) -> bool:
    """Whether a clause begins with who says something in it."""
    if _ACCORDING.match(said, at):
        return True
    for verb, word, _ in _said_with(said):
        if verb <= at or not _verb_holds(said, verb, word):
            continue
        if re.search(r"[;:\x01]|, (?:and|but) ", said[at:verb]):
            return False
        clause = " " * at + said[at:]
        subject = _subject_before(text, clause, base, verb, heard, at)
        if subject is None or not (subject.name or subject.text.casefold() in _PRONOUNS):
            return False
        between = said[at : subject.span.start - base]
        return (
            re.fullmatch(r"(?:[Tt]he |[Aa]n? )?(?:(?:the |its |his |her |their |an? )?[\w' -]{2,60}, ?)?", between)
            is not None
        )
    return False


def _attributed(text: str, said: str, base: int, start: int, end: int, heard: Heard) -> bool:
    """Whether somebody is attributed in a part of a sentence."""
    if _ACCORDING.search(said, start, end):
        return True
    return any(
        start < at < end
        and _verb_holds(said, at, word)
        and (
            _subject_before(text, said, base, at, heard, start) is not None
            or _subject_after(text, said, base, at, word, heard) is not None
        )
        for at, word, _ in _said_with(said)
    )


def remember(saying: Saying, heard: Heard) -> None:
    """Keep who spoke for the pronouns and surnames that follow."""
    speaker = saying.speaker
    heard.relay = next((each for each in saying.via if is_media(each.name, heard)), heard.relay)
    if speaker is None or "pronoun" in saying.doubts:
        return
    heard.spoke_in = heard.paragraph
    heard.last = speaker
    whole = _PERSON_OF.match(speaker.name)
    if whole and is_person(whole["who"]):
        heard.person = speaker
        heard.names.setdefault(whole["who"].split()[-1], whole["who"])
    elif is_person(speaker.name) or _surname(speaker.name, heard):
        heard.person = speaker
        heard.names.setdefault(speaker.name.split()[-1], speaker.name)
    elif _one_person(speaker.text):
        heard.person = speaker
        heard.body = speaker
    else:
        heard.body = speaker


_PERSON_OF: Final = re.compile(  # "Bram Oudekerk of the Delta Institute"
    r"(?P<who>(?:[A-Z][\w'-]*\.? ){1,3}[A-Z][\w'-]+)(?: (?:of|at|from|for|in|with) .+)$"
)


def _surname(name: str, heard: Heard) -> bool:
    """Whether one word reads as a person's name: no initials, no party, no office."""
    return (
        re.fullmatch(r"[A-Z][a-z][\w'-]+", name) is not None
        and name.casefold() not in heard.bare_parties
        and name.casefold() not in roles()
        and not is_media(name, heard)
    )


def _one_person(words: str) -> bool:
    """Whether it is one person by what they do: "the head of the mission", "a resident", not "the ministry"."""
    head = re.split(r" (?:of|for|in|from|at|with|on|near|who)\b", words.casefold())[0]
    said = re.findall(r"[\w'-]+", head)
    return bool(said) and said[-1] in lexicon("en").set_of("one_person")


def mention(text: str, sentence: Span, masked: str, heard: Heard) -> None:
    """Keep whom a sentence of the article's own is about: the next "he" may be its subject."""
    said = masked[sentence.start : sentence.end]
    match = _SUBJECT.match(said)
    if match is None:
        return
    words = match["np"]
    name = words.split(", ")[0]
    if not _can_say(name, heard, first=True) or is_media(name, heard):
        return
    span = Span(sentence.start + match.start("np"), sentence.start + match.start("np") + len(name))
    who = Speaker(span, span.of(text), _named(name, heard))
    if is_person(who.name) or _one_person(name):
        heard.person, heard.spoke_in = who, heard.paragraph
        if is_person(who.name):
            heard.names.setdefault(who.name.split()[-1], who.name)


# The subject of a sentence: a group of nouns at its beginning, before a verb or a comma.
_SUBJECT: Final = re.compile(
    r"(?P<np>(?:The |A |An |One |Its |His |Her |Their |Another )?[\w.'-]+(?: (?!(?:was|were|is|are|has|had|"
    r"have|will|would|"
    r"could|can|may|did|does|left|arrived|came|went|met|told|took|who|which|that)\b|\w+ed\b)[\w.'-]+){0,7}?)"
    r"(?=,| (?:was|were|is|are|has|had|have|will|would|could|can|may|did|does|left|arrived|came|went|met|took|"
    r"told|who)\b"
    r"| \w+ed\b)"
)


# --- verbs and their subjects ---


_NOUN: Final = re.compile(
    r"(?:\b(?:the|a|an|those|these|its|his|her|their|our|my|no|of|in|any|such|all|draft|joint|final|\w+ed)|'s?|s') $",
    re.I,
)


_PROMISED: Final = re.compile(r"\b(?:the|a|an|its|his|her|their|of|been|was|were|is|are|be) $")
_BE: Final = re.compile(r"\b(?:was|were|is|are|been|being|be)(?: \w+ly| also| now| once| later)? $")


def _passive(before: str, word: str) -> bool:
    """Whether its subject is told or asked, and says nothing: "has been asked", "was accused by the council"."""
    return " " not in word and word.endswith(("ed", "told", "said", "put")) and _BE.search(before) is not None


def _verb_holds(said: str, at: int, word: str) -> bool:
    known = lexicon("en")
    after = said[at + len(word) :]
    before = said[:at]
    word = word.casefold()
    if _NEGATED.search(before) or _passive(before, word):
        return False
    if (
        word in known.set_of("needs_to")
        and not re.match(r" (?:(?:not )?to|that|an?)\b", after)
        and (word not in known.set_of("promises") or _PROMISED.search(before))
    ):
        return False
    if word in known.set_of("needs_that") and not re.match(r" that\b", after):
        return False
    if word in known.set_of("only_finite"):
        if _NOUN.search(before):
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
        whom = heard.last
        if end == 0 and whom and heard.paragraph - heard.spoke_in <= 1 and (flash := _FLASH.match(said)):
            return Speaker(Span(base, base + flash.end()), text[base : base + flash.end()], whom.name)
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
        head = re.split(r" (?:of|for|in|from|at)\b", re.sub(r"^\s*(?:its|his|her|their|the|an?)\b", "", name))[0]
        role_first = role_first or (
            re.match(r"\s*(?:(?:its|his|her|their|the|an?)\b|[\w' -]+'s? [a-z])", name, re.I) is not None
            and _one_person(head)
        )
        if role_first and re.fullmatch(r"\s*(?:[A-Z][\w.'-]*\.? ?){2,6}", beside):
            return _speaker(text, said, base, start + beside_at, beside, heard)
        return _speaker(text, said, base, start + name_at, name, heard)
    at, last = parts[-1]
    if (
        said[end:].startswith("saying")
        or re.match(r"(?:adding|noting|stressing|claiming|denying|warning|insisting)\b", said[end:])
    ) and (whose := _SUBJECT.match(said)):
        return _speaker(
            text, said, base, whose.start("np"), whose["np"], heard
        )  # "The council issued a statement saying"
    if again := re.search(r"\b(?:and|but|then|or)$", last.rstrip()):
        return _same_subject(text, said, base, start, parts, again.group(), heard)
    if re.match(r"\s*(?:who|which|that|where|whose)\b", last):
        return None
    last = unqualified(last) or last
    if related := re.search(r"\w (?:who|whose|that|which) (?=\w)", last):
        last = last[: related.start() + 1]
    if (
        len(parts) > 1
        and re.match(r"\s*(?:an?|the) [a-z]", last)
        and re.fullmatch(r"\s*(?:[A-Z][\w.'-]+ ){1,4}[A-Z][\w'-]+", parts[-2][1])
    ):
        at, last = parts[-2]  # "Major Ines Calder, a spokesperson told": the second comma is missing
    return _speaker(text, said, base, start + at, last, heard)


def _same_subject(
    text: str, said: str, base: int, start: int, parts: list[tuple[int, str]], joint: str, heard: Heard
) -> Speaker | None:
    """The subject of a second verb: "The garrison denied this and said …", "the director thanked them and asked …"."""
    if joint not in ("and", "but", "then"):
        return None
    match = _SUBJECT.match(said, start + parts[0][0] + len(parts[0][1]) - len(parts[0][1].lstrip()))
    if match is None:
        return None
    at, words = match.start("np"), match["np"]
    if (beside := _APPOSED.match(said, match.end())) and _one_person(words):
        at, words = beside.start("who"), beside["who"]
    return _speaker(text, said, base, at, words, heard)


_APPOSED: Final = re.compile(r", (?P<who>(?:[A-Z][\w'-]+\.? ?){2,5})(?=,)")  # "The mission's head, Lena Ostrov, …"


_INVERTED: Final = frozenset(  # after a quotation also these stand before who speaks: "…,” recalled Lena Ostrov"
    (
        "explained", "insisted", "claimed", "wrote", "warned", "recalled", "stated", "noted", "replied", "continued",
        "argued", "admitted", "explains", "insists", "writes", "warns", "recalls", "notes", "remarked", "complained",
    )
)  # fmt: skip


def _subject_after(text: str, said: str, base: int, at: int, word: str, heard: Heard) -> Speaker | None:
    """After a quotation or a comma: "…,” said Colonel Havel", "…, says Corvin Dahl, who chaired"."""
    left = said[:at]
    if not re.search(r"(?:\x01|,)\s*$", left):
        return None
    plain = word in ("said", "says", "added", "told")
    quoted = re.search(r"\x01\s*$", left) is not None
    if not plain and word not in _INVERTED and not (quoted and word.endswith("ed")):
        return None
    match = re.match(r" ((?:the |a |an )?[^,.;:\x01]{2,70})", said[at + len(word) :])
    if not match:
        return None
    start = at + len(word) + 1
    if (
        role := re.match(
            r" (?:the|a|an|its|his|her|their) [a-z][^,;:\x01]{2,70}, (?P<who>(?:[A-Z][\w'-]+\.? ?){2,5})(?=[,.]|$)",
            said[at + len(word) :],
        )
    ) and is_person(role["who"].strip()):
        return _speaker(text, said, base, at + len(word) + role.start("who"), role["who"].strip(), heard)
    name = re.split(rf" (?:in|on|at|during|after|before|when|as|to|from|told|who|that|{DAY})\b| \(", match[1])[0]
    if not plain and not quoted and not re.match(r"(?:the|a|an|[A-Z])", name):
        return None
    return _speaker(text, said, base, start, name, heard)


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
        own = _SUBJECT.match(said) if lower == "it" and not (whom and recent) and at > 0 else None
        if own and at > own.end() and _can_say(own["np"], heard, first=True) and not _one_person(own["np"]):
            return Speaker(span, span.of(text), bare(own["np"]))  # "The council reacted with anger: …, it warned"
        return Speaker(span, span.of(text), whom.name if whom and recent else "")
    if heard.relay and re.fullmatch(r"the (?:report|agency|newspaper|paper|outlet|broadcaster|magazine)", lower):
        return Speaker(span, span.of(text), heard.relay.name)
    role = re.fullmatch(r"the (\w+)", lower)
    for whom in (heard.person, heard.body):
        if (
            role
            and whom
            and role[1] not in heard.bare_parties
            and re.search(rf"\b{role[1]}\b(?!')", f"{whom.text} {whom.name}", re.I)
        ):
            return Speaker(span, span.of(text), whom.name)
    short = re.fullmatch(r"the ([a-z' -]{4,60})", lower)
    named = short is not None and short[1] not in heard.bare_parties and heard.body is not None
    if named and short and heard.body and heard.body.name.casefold().endswith(f" {short[1]}"):
        return Speaker(span, span.of(text), heard.body.name)  # "the Defense Ministry", after Russia's has spoken
    if (name := called_off(words)) != bare(words):
        heard.media.add(name)
        return Speaker(span, span.of(text), name)
    if not _can_say(words, heard, first=base + at == base or said[:at].strip() == ""):
        return None
    return Speaker(span, span.of(text), called_off(words) if is_media(words, heard) else _named(words, heard))


_PARTICIPLES: Final = frozenset(
    (
        "familiar", "briefed", "involved", "working", "close", "based", "living", "named", "called", "present",
        "trapped", "stationed", "responsible", "acting", "speaking", "travelling", "contacted", "reached",
        "interviewed", "quoted",
    )
)  # fmt: skip


def _can_say(words: str, heard: Heard, *, first: bool) -> bool:
    """Whether these words can be who said something: an office, a party, a medium, or a proper name. `first`: its
    sentence begins with them."""
    words = re.sub(r"\s*\([^)]*\)", "", words) or words
    tokens = re.findall(r"[\w.'-]+", words)
    if not tokens or len(tokens) > 14 or "\x01" in words:
        return False
    lowered = [token.casefold().removesuffix("'s") for token in tokens]
    if set(lowered) & _NOT_IN_SUBJECT:
        return False
    known = lexicon("en")
    if re.fullmatch(r"@\w{2,30}", words) or _ANOTHER.fullmatch(words):
        return True
    if re.fullmatch(
        r"(?:the )?(?:[A-Z][\w-]* )*(?:that|this|it|what|nothing|some|many|others|reports|rumou?rs)", words, re.I
    ):
        return False
    head = list(itertools.takewhile(lambda word: word not in _AFTER_HEAD and word not in _PARTICIPLES, lowered))
    if head and any(word in roles() for word in head[-3:]) and not re.search(r"(?:ed|ing)$", head[-1]):
        return True
    named = re.sub(r"(?:\s+[A-Z][\w.'-]*)+$", "", words).casefold().split()
    if named and named[-1] in roles():
        return True  # "ministry spokesman Maj. Gen. Lev Arno"
    if is_media(words, heard):
        return True
    if bare(words).casefold() in heard.bare_parties:
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
        if re.fullmatch(r"[A-Z]{2,6}(?:-\d{1,2})?", single):
            return True  # initials: the article knows whose they are
        if (
            first
            and lowered[0] not in _NOBODY
            and len(tokens) == 1
            and single not in known.list_of("capitals_no_place")
        ):
            return True  # "Verrin told us": a sentence begins with it, and a verb of saying follows
        return (
            single in heard.names
            or (not first and lowered[0] not in _DETERMINERS and single not in known.list_of("capitals_no_place"))
            or single in heard.media
        )
    last = proper[-1].casefold()
    return last not in known.set_of("capitals_no_place") or last in ("western", "eastern", "northern", "southern")


_AFTER_HEAD: Final = frozenset(("of", "for", "in", "from", "at", "with", "on", "near", "by", "who"))
_NOBODY: Final = frozenset(
    (
        "whoever", "whatever", "whichever", "many", "some", "most", "others", "few", "several", "none", "nobody",
        "everyone", "someone", "anyone", "everybody", "somebody", "anybody", "all", "both", "neither", "either",
        "reports", "rumours", "rumors", "there", "here", "this", "that", "these", "those", "what", "which", "who",
        "it", "they", "he", "she", "we", "i", "you", "one", "nothing", "something", "everything", "people", "word",
        "talk", "claims", "nor", "so", "then", "now", "yesterday", "today", "tomorrow", "still", "yet", "also",
        "meanwhile", "later", "earlier",
    )
)  # fmt: skip


def _named(words: str, heard: Heard) -> str:
    """The proper name at the end of "mission spokeswoman Ilse Varran"; else the words without an article."""
    if after := re.search(r"\) ((?:[A-Z][\w'.-]*\s)+[A-Z][\w'-]*)$", words):
        return after[1]  # "spokesman of the River Guard (RG) Lev Arno"
    words = re.sub(r"\s*\([^)]*\)", "", words).strip()
    tail = re.search(r"(?:^| )((?:[A-Z][\w'.-]*\s)+[A-Z][\w'-]*)$", words)
    if tail and len(words) > len(tail[1]):
        before = words[: tail.start(1)].split()
        if before and before[-1].casefold() in roles():
            return tail[1]
    name = re.sub(r"^(?:the|a|an|former)\s+", "", words, flags=re.I)
    parts = name.split()
    titles = lexicon("en").list_of("titles")
    if 0 < len(parts) <= 2 and parts[-1] in heard.names and all(each == parts[-1] or each in titles for each in parts):
        return heard.names[parts[-1]]
    return name


_ANOTHER: Final = re.compile(r"(?:a second|a third|another|the other|the second)(?: [a-z]+)?", re.IGNORECASE)
_AFTER_TOLD: Final = re.compile(
    rf"(?: (?:reporters|journalists|us|me|them|parliament|this \w+|our \w+|"
    rf"(?:the )?(?:[a-z]+ ){{0,3}}[A-Z][\w-]+(?: [A-Z][\w-]+)*))?(?: (?:{DAY}))?"
    r"(?: in (?:an?|its|the) [\w ]{3,40})?(?: on condition of anonymity)?"
)
_AFTER_SAID: Final = re.compile(rf"(?: (?:{DAY}))?(?: during [^,.\x01]{{3,120}}? (?=that\b))?")
_INTRO: Final = re.compile(
    r"\s*(?:(?:on|in|at|during|after|before|also|meanwhile|earlier|later|last|this|however|separately|but|and|according|"
    r"asked|speaking|writing|citing|quoting|reached|pressed|questioned|responding|reacting|referring|"
    r"for (?:its|his|her|their) "
    r"part)\b|$)",
    re.I,
)
_LED_IN: Final = (
    160  # characters before a subject that lead up to it: "Asked whether the fuel had run out, the brigadier"
)
# What somebody is, set before the name: "The mission's head, Lena Ostrov".
_ROLE_BEFORE: Final = re.compile(r"(?:^|(?<=, ))(?P<role>(?:[\w'-]+ ){1,8}?[\w'-]+), $")


def _built(said: str, base: int, sentence: Span, at: int, word: str, force: Force, subject: Speaker) -> Saying:
    """The saying of one verb: where its framing lies and what the content is."""
    end = at + len(word)
    is_before = subject.span.start <= base + at
    stands_for = (
        re.fullmatch(r"(?:he|she|it|they|the \w+)", subject.text.casefold())
        and subject.text.casefold().split()[-1] not in subject.name.casefold().split()[-1:]
    )
    doubts = ("pronoun",) if stands_for else ()
    speaker: Speaker | None = subject if subject.name else None
    why = f"“{word}”"
    lead = said[: subject.span.start - base]
    lead = re.sub(r"^\s*(?:[A-Z][\w .,]{0,40})?\([^)]{2,60}\) ?- ", "", lead)  # a dateline or a credit
    if (role := _ROLE_BEFORE.search(lead)) and is_person(subject.name) and _one_person(role["role"]):
        lead = lead[: role.start()]
    after = said[end:]
    skip = (_AFTER_TOLD if word in ("told", "tells") else _AFTER_SAID).match(after)
    body_at = end + (skip.end() if skip else 0)
    if that := re.match(r"\s*(?:that\b|[:,]|,? *that)\s*", said[body_at:]):
        body_at += that.end()
    tail = said[body_at:].strip(" .\x01")
    intro = _INTRO.match(lead) is not None and len(lead) < _LED_IN and "\x01" not in lead
    trailing = is_before and not intro and bool(re.search(r"(?:,|\x01|\x01\s)\s*$", lead)) and _leads(lead)
    trailing = trailing or not is_before
    if trailing and not (is_before and re.match(r"\s*that\b", said[end:]) and len(tail) > 40):
        framing = Span(subject.span.start if is_before else base + at, sentence.end)
        content = Span(sentence.start, framing.start)
    else:
        framing = Span(sentence.start, base + min(body_at, len(said)))
        content = Span(min(base + body_at, sentence.end), sentence.end)
        if content.end - content.start < 3 or force in (Force.DENIAL, Force.REQUEST):
            content = Span(base + at, sentence.end)
    return Saying(speaker, (), force, why, framing, content, doubts)


# --- those who pass it on ---


def _according(text: str, said: str, base: int, heard: Heard) -> tuple[Speaker | None, Span | None]:
    match = re.search(
        r"\b[Aa]ccording to (?P<who>(?:the |a |an )?(?:[^,.;\x01]|(?<=\b[A-Z][a-z])\.|"
        r"(?<=\b[A-Z][a-z][a-z])\.){2,80}?)(?=[,;\x01]|\.$|"
        r"(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z][a-z])\. |$)",
        said,
    )
    if not match:
        return None, None
    who, start, end = match["who"].rstrip(), match.start("who"), match.end()
    if author := _AUTHOR.match(who):
        start, who = start + author.start("who"), author["who"]
    who = unqualified(who)
    if (
        more := re.match(
            r", (?:as )?(?:quoted|cited|reported|carried|seen|obtained|published) (?:by|in|on) [^,;\x01]{2,60}",
            said[end:],
        )
    ) or (
        (more := re.match(r", (?:a|an|the|its|his|her) [a-z][^,;\x01]{2,60}(?=,)", said[end:]))
        and not _FINITE.search(more[0])
    ):
        end += more.end()
    span = Span(base + start, base + start + len(who))
    name = re.sub(r"\s*\([^)]*\)|^(?:the|a|an) ", "", who)
    if is_media(name, heard):
        name = called_off(name)
    elif person := re.match(
        r"(?:[a-z]+ )*(?P<who>(?:[A-Z][a-z]{1,3}\. )?[A-Z][\w'-]+(?: [A-Z][\w'-]+){1,2})(?: (?:at|in|from|"
        r"with|on) .*)?$",
        name,
    ):
        name = person["who"] if is_person(person["who"]) else name
    return Speaker(span, span.of(text), name), Span(base + match.start(), base + end)


_AUTHOR: Final = re.compile(  # "figures released by the health office on Monday": the office's
    r"(?:(?:the |an? |its |new |latest |official )*[\w-]+(?: [\w-]+)? )(?:released|published|issued|provided|"
    r"given|compiled|made public|"
    rf"put out|circulated) by (?P<who>(?:the |an? )?[^,;]{{2,60}}?)(?= (?:{DAY})|$)"
)
_FINITE: Final = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|does|did|do)\b")


def _dashed(text: str, said: str, base: int, sentence: Span, heard: Heard) -> Saying | None:
    """As a flash has it: "The line is suspended from midnight - ministry spokesman Havel"."""
    match = re.search(r" - (?P<who>(?:the )?(?:[\w.'-]+ ){0,6}[\w'-]+)\.?\s*$", said)
    if not match or match.start() < _LEAST_DASHED:
        return None
    who = _speaker(text, said, base, match.start("who"), match["who"], heard)
    roles = {each.casefold() for each in match["who"].split()} & lexicon("en").set_of("speakers")
    if who is None or not who.name or not (roles or is_person(who.name)):
        return None
    framing = Span(base + match.start(), sentence.end)
    content = Span(sentence.start, framing.start)
    if is_media(who.name, heard):
        return Saying(None, (who,), Force.ASSERTION, "a name after a dash", framing, content)
    return Saying(who, (), Force.ASSERTION, "a name after a dash", framing, content)


_LEAST_DASHED: Final = 30  # characters of what is said before the dash
_ASKED: Final = re.compile(
    r"\b(?:is|are|was|were|been) (?:(?P<ask>asked|urged|requested|called (?:up)?on|ordered|instructed|advised|"
    r"told|invited)|"
    r"(?P<say>accused|blamed|criticised|criticized|condemned|denounced|described|dismissed|denied|rejected|confirmed|claimed|"
    r"warned|contradicted|praised|welcomed|reported)) by"
    r" (?P<who>(?:the |a |an )?[^,.;:\x01]{2,60}?)(?P<then> to\b| of\b| as\b| for\b| on\b| in\b|[,.;]|$)"
)
_FORCE_BY: Final = {
    "denied": Force.DENIAL, "rejected": Force.DENIAL, "dismissed": Force.DENIAL, "contradicted": Force.DENIAL,
    "condemned": Force.OPINION, "criticised": Force.OPINION, "criticized": Force.OPINION, "denounced": Force.OPINION,
    "praised": Force.OPINION, "welcomed": Force.OPINION,
}  # fmt: skip


def _asked_by(text: str, said: str, base: int, sentence: Span, heard: Heard) -> Saying | None:
    """ "Both sides were asked by the mission to hand over their records"; "Norland was accused by the council of …"."""
    match = _ASKED.search(said)
    if match is None or (match["ask"] and match["then"] != " to"):
        return None
    words = re.split(r" (?:in|on|at|within|during|after|before|last|over|from)\b", match["who"])[0]
    who = _speaker(text, said, base, match.start("who"), words, heard)
    if who is None or not who.name or is_media(who.name, heard):
        return None
    force = Force.REQUEST if match["ask"] else _FORCE_BY.get(match["say"], Force.ASSERTION)
    return Saying(who, (), force, f"“{match[0][:60]}”", None, sentence)


def _rest(sentence: Span, frame: Span) -> Span:
    return (
        Span(frame.end, sentence.end)
        if frame.start - sentence.start < sentence.end - frame.end
        else Span(sentence.start, frame.start)
    )


def _quoted_by(text: str, said: str, base: int, sentence: Span, heard: Heard) -> Saying | None:
    """ "X quoted Y as saying …"; "Y was quoted as saying by X"."""
    match = re.search(
        r"\b(?:quoted|cited|quotes|cites) (?P<who>[^,.\x01]{2,60}?) as (?:saying|having said)(?: that)? ?", said
    )
    by = match and _subject_before(text, said, base, match.start(), heard, 0)
    if match and by and is_media(by.name, heard):
        who = _speaker(text, said, base, match.start("who"), match["who"], heard)
        if who and who.name:
            framing = Span(by.span.start, base + match.end())
            return Saying(who, (by,), Force.ASSERTION, "“quoted as saying”", framing, Span(framing.end, sentence.end))
    match = _TOLD_BY.search(said)
    if match and (is_media(match["by"], heard) or is_initials(match["by"], heard)):
        who = _speaker(text, said, base, match.start("who"), match["who"], heard)
        where = Span(base + match.start("by"), base + match.end("by"))
        if who and who.name:
            framing = Span(sentence.start, base + match.end())
            via = Speaker(where, where.of(text), bare(match["by"]))
            return Saying(who, (via,), Force.ASSERTION, "“was told by”", framing, Span(framing.end, sentence.end))
    match = re.search(
        r"(?P<who>[^,.\x01]{2,60}?) (?:was|were|is) quoted as saying by "
        r"(?P<by>(?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+)*)",
        said,
    )
    if match and is_media(match["by"], heard):
        who = _speaker(text, said, base, match.start("who"), match["who"], heard)
        where = Span(base + match.start("by"), base + match.end("by"))
        if who and who.name:
            framing = Span(who.span.start, sentence.end)
            via = Speaker(where, where.of(text), bare(match["by"]))
            return Saying(
                who, (via,), Force.ASSERTION, "“was quoted as saying”", framing, Span(sentence.start, framing.start)
            )
    return None


_TOLD_BY: Final = re.compile(
    r"(?P<by>(?:The |the )?[A-Z][\w-]+(?: [A-Z][\w-]+)*) (?:was|were|has been|had been) (?:told|informed|assured) by "
    r"(?P<who>[^,.\x01]{2,60}?) that "
)

# --- force ---


def _forced(text: str, saying: Saying, quotes: Sequence[Quotation], heard: Heard) -> Saying:
    """The force that the content gives, where the verb alone gives none but "said"; and where what is called something
    is called untrue, or what is announced is past."""
    table = lexicon("en").table
    whole = comparable(saying.content.of(text))
    if saying.force is Force.OPINION and saying.why.strip("“”").split()[0] in _CALLED_IT:
        called = comparable(text[saying.content.start : saying.content.end])
        if found := any_of([table["denies_it"]]).search(called[:_CALLED_WITHIN]):
            return _with_force(saying, Force.DENIAL, f"{saying.why} … “{found[0]}”")
        return saying
    if saying.force is Force.ANNOUNCEMENT and _PAST_FACT.match(whole):
        return _with_force(saying, Force.ASSERTION, f"{saying.why}, of what is past")
    if saying.force is not Force.ASSERTION:
        return saying
    said = [
        comparable(Span(max(each.span.start, saying.content.start), min(each.span.end, saying.content.end)).of(text))
        for each in quotes
        if each.whole.meets(saying.content)
    ]
    said.append(whole)
    return by_content(saying, said) or _own_intent(saying, whole, heard)


_CALLED_IT: Final = frozenset(
    f"{verb}{end}" for verb, ends in (
        ("call", ("ed", "s")), ("describe", ("d", "s")), ("label", ("led", "s")), ("brand", ("ed", "s")),
        ("term", ("ed", "s")), ("deem", ("ed", "s")),
    ) for end in ends
)  # fmt: skip
_CALLED_WITHIN: Final = 120  # characters after "called" in which it says what
_PAST_FACT: Final = re.compile(
    r"\W*(?:that )?[^,;]{3,160}? (?:has been|have been|had been|was|were|had|has|have)\b(?! (?:to|decided|"
    r"agreed|set)\b)"
    r"(?!.*\b(?:will|would|is to|are to|from (?:now|today|tomorrow)|as of)\b)"
)


_BRACKETS: Final = re.compile(r"\[[^\[\]]{1,200}\]")


def by_content(saying: Saying, said: Sequence[str]) -> Saying | None:
    """The force that what is said gives by its own words; None where it gives none."""
    table = lexicon("en").table
    for name, patterns in (("denial", table["denied_first"]), *table["content"].items()):
        for each in said:
            own = _BRACKETS.sub(" ", each)  # an editor's words tell nothing of the speaker's
            if match := any_of(patterns).search(own.strip(" ,.\"'")):
                return _with_force(saying, Force(name), f"“{match[0][:_CALLED_WITHIN]}”")
    return None


def _own_intent(saying: Saying, whole: str, heard: Heard) -> Saying:
    subjects = (
        "|".join(sorted((re.escape(re.sub(r"^the ", "", p, flags=re.I)) for p in heard.parties), key=len, reverse=True))
        or "(?!)"
    )
    if found := re.match(
        rf"\W*(?:the )?(?:{subjects}) (?:(?:did|does|do|has|had|have|was|is|were|are) (?:not|"
        rf"never)\b(?! (?:yet|know|been able))|"
        r"(?:has|had|have) no\b|never\b)",
        whole,
        re.I,
    ):
        return _with_force(saying, Force.DENIAL, f"“{found[0].strip()}”")
    own = re.match(
        rf"\s*(?:it|he|she|they|we|(?:the )?(?:government|province|army|{subjects}))"
        r" (?:would|will) (?!be\b|have\b|take (?:un|\d|an? |some|sev|more|long)|last\b|cost\b|need\b|mean\b|not know)",
        whole,
        re.I,
    )
    pronoun = own and re.match(r"\W*(?:it|he|she|they|we)\b", own[0], re.I)
    if (
        own
        and saying.speaker
        and (pronoun or (not _one_person(saying.speaker.text) and "official" not in saying.speaker.text))
    ):
        return _with_force(saying, Force.INTENT, f"“{own[0].strip()}”")
    return saying


def _with_force(saying: Saying, force: Force, why: str) -> Saying:
    return Saying(saying.speaker, saying.via, force, why, saying.framing, saying.content, saying.doubts)
