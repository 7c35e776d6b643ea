"""Who has been heard in an article so far, and what its words let one know of them: who is a news medium, who a person,
whom a pronoun, a surname or "the ministry" stands for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from thalweg.sources.article import Span, comparable
from thalweg.sources.lexicon import lexicon


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said it, as written at `span`. `name` is who that is where the words alone do not say ("he" is
    Petr Havel).
    """

    span: Span
    text: str
    name: str


@dataclass(slots=True)
class Heard:
    """Who has spoken so far in an article: what pronouns, surnames and initials stand for."""

    person: Speaker | None = None
    relay: Speaker | None = None
    last: Speaker | None = None  # whoever spoke last
    body: Speaker | None = None
    names: dict[str, str] = field(default_factory=dict)  # last word of a name → the whole of it
    sides: dict[str, tuple[str, ...]] = field(default_factory=dict)  # who spoke → the parties set beside the name
    former: set[str] = field(default_factory=set)  # who is named as a former member of something
    media: set[str] = field(default_factory=set)  # names and initials that the article gave to media
    parties: tuple[str, ...] = ()  # their names and aliases
    own: str = ""  # the party whose own page it is
    paragraph: int = 0
    spoke_in: int = 0

    @property
    def bare_parties(self) -> frozenset[str]:
        return frozenset(re.sub(r"^the ", "", each.casefold()) for each in self.parties)


# A name that may be a medium's: "Dawn of Mayadin", "NOR-1", "the Quay Post".
NAME: Final = r"(?:[Tt]he )?[A-Z][\w-]*(?:(?: of the| of)? [A-Z][\w-]*)*"
# What a medium is called beside its name: "the state agency NOR-1", "local broadcaster Kestrel TV".
_CALLED: Final = (
    r"(?:(?:state|local|private|independent|official|semi-official|pro-\w+|regional|national|daily|weekly|online|"
    r"state-run|state-owned|[\w-]+-based|army-run) )*"
    r"(?:(?:news )?(?:agency|service|website|site|portal|outlet|channel)|newspaper|paper|daily|weekly|magazine|"
    r"broadcaster|wire|television|TV|radio(?: station)?|station|(?:television|TV) (?:channel|station)|news channel)"
)
_MONTH: Final = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DAY: Final = (
    r"(?:(?:late |early )?on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning|afternoon|evening|night))?|"
    rf"yesterday|today|(?:on )?{_MONTH} \d{{1,2}}|(?:on )?\d{{1,2}} {_MONTH}|last (?:week|month|year)|"
    rf"this week|earlier|"
    r"this (?:morning|afternoon|evening)|overnight|last night"
)


def bare(name: str) -> str:
    """A name without its article."""
    return re.sub(r"^(?:the|a|an)\s+", "", name, flags=re.IGNORECASE)


def is_media(name: str, heard: Heard) -> bool:
    """Whether it passes news on: by a word of its name, by a name or initials that the article gave a medium, or as
    "state television" and "local media" do, which have no name."""
    known = lexicon("en")
    plain = comparable(name)
    said = [word.strip("().,'") for word in plain.split()]
    if heard.own and bare(plain).casefold() == bare(heard.own).casefold():
        return False  # a party's own page: the party speaks on it
    if bare(plain) in heard.media or (any(word in heard.media for word in said) and len(said) <= 2):
        return True
    if _UNNAMED.fullmatch(plain):
        return True
    if any(word in known.list_of("no_media") for word in said):
        return False
    return any(word in known.list_of("media") for word in said) and bool(said)


_UNNAMED: Final = re.compile(
    r"(?:(?:the|some|several|other|a|an) )?(?:(?:state|local|social|foreign|national|independent|opposition|official|"
    r"regional|pro-\w+|state-run|[A-Z][\w-]+(?:'s)?) )*"
    r"(?:media|television|TV|radio|press|broadcasters?|newspapers?|news agenc(?:y|ies)|news sites?|news websites?|"
    r"news outlets?|state agency|state news agency)"
    r"(?: (?:in|from|of) (?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+)*)?"
)


def is_initials(name: str, heard: Heard) -> bool:
    """Initials of nobody who is a party: those who were told something, or carried it, are then a news
    medium.
    """
    return bool(re.fullmatch(r"[A-Z]{2,6}(?:-\d{1,2})?", name)) and name not in heard.parties


def learn(text: str, heard: Heard) -> None:
    """What the article itself explains: initials of news media, "the Vesnia News Agency (VNA)"; what it calls an agency
    or a newspaper, and who is told things and reports them; and who has which surname.
    """
    plain = comparable(text)
    for match in re.finditer(r"(?<![\w-])((?:[A-Z][\w-]{1,60}+ ){1,5})\(([A-Z]{2,8})\)", plain):
        if is_media(match[1].strip(), Heard()):
            heard.media.add(match[2])
    for pattern in (_CALLED_SO, _REPORTED, _CITES):
        for match in pattern.finditer(plain):
            name = bare(match["who"])
            if name.casefold() not in heard.bare_parties and name not in lexicon("en").list_of("capitals_no_place"):
                heard.media.add(name)
    known = lexicon("en")
    roles = "|".join(sorted({*known.list_of("speakers"), *known.list_of("titles")}, key=len, reverse=True))
    for match in re.finditer(
        rf"\b(?:{roles})\.? (?P<name>[A-Z][\w'-]+(?: (?:al-|Abu |de |van )?[A-Z][\w'-]+){{1,2}})\b", plain
    ):
        words = match["name"].split()
        if words[0] not in ("The", "A", "An") and not {word.casefold() for word in words} & (
            known.set_of("speakers") | known.set_of("media")
        ):
            heard.names.setdefault(words[-1], match["name"])


_CALLED_SO: Final = re.compile(rf"\b{_CALLED} (?P<who>[A-Z][\w-]*(?:(?: of the| of)? [A-Z][\w-]*)*)")
# Initials that report, or are told: "HPA reported", "told HPA".
_REPORTED: Final = re.compile(
    r"\b(?:told|quoted by|cited by|carried by|published by|message to|"
    r"statement to) (?P<who>[A-Z]{2,6}(?:-\d{1,2})?)\b(?! [A-Z])"
)
_CITES: Final = re.compile(
    r"\b(?P<who>[A-Z]{2,6}(?:-\d{1,2})?)(?: (?:reported|said|added|wrote))?, (?:citing|quoting)\b"
)


def called_off(words: str) -> str:
    """A medium's name without what it is called: "state agency NOR-1" is NOR-1; "Radio Jisr" is all name."""
    match = _CALLED_OFF.fullmatch(words)
    return match["who"] if match else bare(words)


_CALLED_OFF: Final = re.compile(
    rf"(?:[Tt]he |[Aa]n? )?(?:{_CALLED}|(?:State|Local|Private|Independent|Official|National|"
    rf"Regional) {_CALLED}) (?P<who>[A-Z].*)"
)


@cache
def roles() -> frozenset[str]:
    """Nouns of whoever can say something, in lower case: offices, bodies, ranks, people by what they do."""
    known = lexicon("en")
    return known.set_of("speakers") | known.set_of("titles")


def is_person(name: str) -> bool:
    """Whether it reads as the name of one person: two words in capitals, no office or body among them."""
    words = name.split()
    titles = lexicon("en").list_of("titles")
    bodies = lexicon("en").set_of("speakers") - {each.casefold() for each in titles}
    return (
        len(words) >= 2
        and all(word[0].isupper() for word in words[-2:])
        and not {word.casefold() for word in words} & (bodies - {"general"})
    )
