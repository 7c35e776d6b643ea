"""Through whom words came: who was told them, who carried, quoted or saw them, and whom a report cites.

NOR-1 reported, citing a source in the garrison, that …     the source says it, through NOR-1
according to a draft report seen by Meridian Wire           the report says it, through Meridian Wire
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from thalweg.sources.article import Span
from thalweg.sources.hearing import DAY, NAME, Heard, Speaker, bare, called_off, is_initials, is_media, roles
from thalweg.sources.lexicon import lexicon

_LED: Final = r"(?:(?:the )?(?:[a-z-]+ ){0,4}?)"  # "the state agency" before a name
_TO_WHOM: Final = (
    r"(?:speaking|spoke|talking|talked) (?:to|with)|"
    r"(?:confirmed|denied|said|explained|repeated|stressed|admitted|wrote|complained|reported|disclosed|"
    r"revealed|announced|repeated) (?:(?:it|this|that|the \w+|as much) )?to|"
    r"(?:interview|remarks?|comments?|conversation|statement|letter|e-?mail|message|briefing|documents?|footage|video|copy|"
    r"note|answer|reply|call|post|notes?|phone call) (?:with|to|for|given to|sent to|made to|seen by|"
    r"obtained by|shared with)"
)
_TOLD: Final = re.compile(
    rf"\b(?:told|tells|informed|assured|briefed|quoted (?:as saying )?by|"
    rf"{_TO_WHOM}) (?P<lead>{_LED})(?P<who>{NAME}(?: magazine| news)?)"
)
_TOLD_US: Final = re.compile(
    rf"\b(?:told|tells|informed|assured|briefed|{_TO_WHOM}) "
    r"(?P<who>me|us|this (?:page|paper|newspaper|programme|program|channel|website|agency|reporter)|our \w+)\b"
)
_CARRIED: Final = re.compile(
    r"\b(?:carried|published|cited|quoted|reported|broadcast|aired|relayed|released|seen|obtained|reviewed|posted|shown|"
    rf"distributed|read out|monitored) (?:on \w+ )?(?:by|in|on) (?P<lead>{_LED})(?P<who>{NAME})\b(?!')"
)
# "the note that Kestrel TV published", "remarks which NOR-1 carried"
_THAT: Final = re.compile(
    rf"\b(?:that|which) (?P<lead>{_LED})(?P<who>{NAME}) (?:had |has )?"
    r"(?:published|carried|aired|broadcast|quoted|relayed|obtained|showed|posted|released)\b"
)
# On the air, and in print: "reminded listeners on Radio Jisr", "writing in the Evening Ledger".
_ON: Final = re.compile(
    rf"\b(?:on|in|by|via|for) (?P<lead>{_LED})(?P<who>{NAME})(?=[,.;:\x01 ]|$)(?! (?:Street|Road|province|district))"
)
_ON_AIR: Final = re.compile(
    r"\b(?:said|says|wrote|writes|[Ww]riting|written|[Ss]peaking|spoke|appearing|interviewed|reminded|told|argued|argues|added|warned|"
    r"announced|interview|op-ed|column|article|comment|post|appeal|statement|remarks|explained|complained|denied|insisted|"
    r"repeated|quoted as saying)\b[^.;\x01]{0,60}$"
)
# A medium in brackets that ends a sentence; one that asked.
_BRACKETED: Final = re.compile(
    rf"\((?:via |source: |from |to |told to |quoted in |quoted by |in |on )?"
    rf"(?P<lead>{_LED})(?P<who>{NAME})(?:, [^()]{{1,20}})?\)\W*$"
)
_ASKED_BY: Final = re.compile(
    rf"\b(?:[Aa]sked|[Ii]nterviewed|[Qq]uestioned|[Cc]ontacted|[Rr]eached) by (?P<lead>{_LED})(?P<who>{NAME})\b"
)
_LOCAL: Final = re.compile(
    r"\b(?:(?:carried|quoted|cited|reported|published|aired|broadcast|relayed) (?:by|in|on)|told|tells|"
    r"(?:interview|statement|"
    r"remarks|comments) (?:with|to|on)|said on|speaking (?:to|on)) "
    r"(?P<who>(?:(?:the|several|some|state|local|social|foreign|opposition) )*(?:media|television|radio|"
    r"newspapers?|press|broadcasters?|outlets))\b(?! [A-Z])"
)
_QUALIFIED: Final = re.compile(
    r",? (?:as )?(?:(?:was |were )?(?:quoted|cited|seen|obtained|reviewed|published|carried|reported|released|"
    r"relayed) (?:on \w+ )?(?:by|in|on)\b.*"
    r"|(?:speaking|talking|talked|spoke) to\b.*|who (?:spoke|asked|declined|did not|wished|requested|was not|"
    r"were not)\b.*)$"
)
_CITING: Final = re.compile(
    r"(?P<lead>(?:^|, ))(?P<verb>[Cc]iting|[Qq]uoting|who cited|which cited|who quoted|which quoted|that cited) "
    r"(?P<who>(?:the |a |an |its |one )?[^,;:\x01]{2,90}?)(?= as saying|[,;\x01]|\.(?:\s|$)|$)"
)


def told_to(text: str, said: str, base: int, heard: Heard) -> list[Speaker]:
    """The media, and the "us", to whom somebody spoke."""
    found = []
    for match in _TOLD.finditer(said):
        who = match["who"]
        if not re.search(rf"^(?:{DAY})", who):
            who = re.sub(rf" (?:{DAY})$", "", who)
        if _passes_on(who, match["lead"], heard, told=match[0].startswith(("told", "tells"))):
            found.append(_at(text, base + match.start("who"), who))
    for match in _TOLD_US.finditer(said):
        found.append(_at(text, base + match.start("who"), match["who"], keep=True))
    return found


def carried_by(text: str, said: str, base: int, heard: Heard) -> list[Speaker]:
    """The media that carried, saw or quoted it."""
    found = []
    for pattern in (_CARRIED, _THAT, _BRACKETED, _ASKED_BY):
        for match in pattern.finditer(said):
            who = re.sub(rf" (?:{DAY})$", "", match["who"])
            if not match[0].startswith(("seen", "obtained", "reviewed")) and _OF_OTHERS.search(said[: match.start()]):
                continue
            if _passes_on(who, match["lead"], heard, told=match[0].startswith(_CARRY)):
                found.append(_at(text, base + match.start("who"), who))
    for match in _LOCAL.finditer(said):
        found.append(_at(text, base + match.start("who"), match["who"]))
    for match in _ON.finditer(said):
        if _ON_AIR.search(said[: match.start()]) and _passes_on(match["who"], match["lead"], heard):
            found.append(_at(text, base + match.start("who"), match["who"]))
    return found


# "the reports, carried by NOR-1, that …": those came through there, and not what is said of them.
_OF_OTHERS: Final = re.compile(
    r"\b(?:reports?|claims?|rumou?rs?|allegations?|stories|story|accusations?),? (?:that |which )?(?:were |was )?$"
)


_CARRY: Final = ("carried", "published", "broadcast", "aired", "relayed")


def _passes_on(who: str, lead: str, heard: Heard, *, told: bool = False) -> bool:
    """Whether it is a medium. Whoever is `told` something, or carries it, is one already where it is a name that is no
    party's, no office's and no person's."""
    if bare(who).casefold() in heard.bare_parties and bare(who) not in heard.media:
        return False
    if heard.own and bare(who).casefold() == bare(heard.own).casefold():
        return True
    if called_off(f"{lead}{who}") != bare(f"{lead}{who}") or is_media(who, heard) or is_initials(who, heard):
        return True
    plain = bare(who)
    words = plain.split()
    return (
        told
        and (who != plain or lead.endswith("the ") or len(words) == 1)
        and not {word.casefold() for word in words} & roles()
        and words[-1] not in heard.names
        and not any(word in lexicon("en").list_of("capitals_no_place") for word in words)
    )


def _at(text: str, start: int, who: str, *, keep: bool = False) -> Speaker:
    span = Span(start, start + len(who))
    return Speaker(span, span.of(text), who if keep else bare(who))


@dataclass(frozen=True, slots=True)
class Cited:
    """Whom a report cites, and where it says so."""

    who: Speaker
    frame: Span


def cited(text: str, said: str, base: int) -> Cited | None:
    """ "X reported, citing Y, that …"; "Citing Y, X reported …"."""
    match = _CITING.search(said)
    if match is None:
        return None
    who = match["who"].rstrip()
    return Cited(_at(text, base + match.start("who"), who), Span(base + match.start("verb"), base + match.end()))


def unqualified(words: str) -> str:
    """Whose words they are, without who saw or carried them: "an official quoted by Dawn of Mayadin" is an official."""
    return _QUALIFIED.sub("", words).rstrip(" ,")
