"""Claims drafted from an article, each tied to the characters it rests on, for a person to confirm.
Nothing is decided here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from thalweg.model.errors import InputError
from thalweg.model.notes import Flag
from thalweg.model.sourced import Force
from thalweg.model.theatre import Party
from thalweg.places.areas import Area
from thalweg.places.gazetteer import Lookup
from thalweg.sources.abroad import PARTLY, told_in
from thalweg.sources.article import Article, Span, comparable
from thalweg.sources.attribution import Saying, attribute, by_content, mention, parted, remember
from thalweg.sources.days import Day, Told, anchor, days_in
from thalweg.sources.hearing import Heard, Speaker, bare, is_media, learn
from thalweg.sources.lexicon import HANDLED, any_of, lexicon
from thalweg.sources.mentions import Names, PartyNamed, PlaceNamed, parties_in, places_in
from thalweg.sources.numbers import Number, numbers_in
from thalweg.sources.sentences import Quotation, hidden, quotations, sentences

_LONGEST: Final = 2_000  # characters of a sentence
_PROSE: Final = 20_000  # characters of a paragraph; in a longer one nothing is drafted
_QUOTES: Final = 300  # quotations of a paragraph
_NAMES: Final = 1_500  # different names of places that are looked up for one article
_MOST: Final = 1_000  # claims of one article
_FIGURES: Final = 4  # before one without a noun, among which its like is looked for
_SHORT: Final = 240  # characters of a quotation that is kept with a claim


@dataclass(frozen=True, slots=True)
class Claim:
    """One draft: who said what, through whom, when, where, with what force.

    Spans are of `Article.text`. `sentence` is what it rests on; `content` is what is said, without what
    frames it. `speaker` None is the outlet's own voice, or nobody in particular where `via` or a rumour
    says so. `said` is
    when it was said, `about` the days that it is about. `inserted` are an editor's words in brackets,
    which are not the
    speaker's.
    """

    article: str  # SHA-256 of its bytes
    sentence: Span
    content: Span
    words: str  # of the content, shortened
    force: Force
    force_why: str
    speaker: Speaker | None
    speaker_parties: tuple[str, ...]
    via: tuple[Speaker, ...]
    # outlets whose text it is by the article's own word: the outer end of the chain
    credited: tuple[str, ...]
    said: tuple[Day, ...] = ()
    about: tuple[Day, ...] = ()
    places: tuple[PlaceNamed, ...] = ()
    numbers: tuple[Number, ...] = ()
    parties: tuple[PartyNamed, ...] = ()
    quoted: tuple[Quotation, ...] = ()
    inserted: tuple[Span, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def id(self) -> str:
        """Stable for the same bytes and the same characters."""
        return hashlib.sha256(f"{self.article}:{self.sentence.start}:{self.sentence.end}".encode()).hexdigest()[:16]


def draft(
    article: Article, gazetteer: Names, *, parties: Sequence[Party] = (), area: Area | None = None
) -> tuple[Claim, ...]:
    """The claims of an article, in its order.

    A sentence of the outlet's own is drafted only where it says a number, a day, a rumour or an opinion.
    Raises `InputError` (`source-language`) for a language that is not handled: its claims are not
    guessed.
    """
    if article.language in PARTLY:
        return _abroad(article, gazetteer, parties, area)
    if article.language not in HANDLED:
        raise InputError(
            "source-language",
            "The article is in no language whose claims are drafted (it looks like "
            f"“{article.language or 'no language that is known'}”): its claims have to be written by a person.",
            expected="an article in English; in part, one in Arabic, Russian, French or Turkish",
            found=article.language or "unknown",
        )
    text = article.text
    names = _Asked(gazetteer)
    heard = Heard(parties=tuple(name for party in parties for name in (party.name, *party.aliases)))
    learn(text, heard)
    if article.outlet:
        heard.media.add(article.outlet)
        if bare(article.outlet).casefold() in heard.bare_parties:
            heard.own = article.outlet
    found: list[Claim] = []
    past: list[Told] = []  # the days told so far
    figures: list[Number] = []  # so far
    told = _places_told(article, names, parties, area)
    carried: Saying | None = None  # by a paragraph that ended in a colon, or left its quotation open
    for number, paragraph in enumerate(article.paragraphs):
        if paragraph in article.headings:
            continue
        heard.paragraph = number
        quoted = quotations(text, paragraph)
        if paragraph.end - paragraph.start > _PROSE or len(quoted) > _QUOTES:
            continue  # a list, or a page made to keep us busy
        masked = hidden(text, quoted)
        sayings = _of_paragraph(text, paragraph, masked, quoted, heard, carried)
        carried = _carries(text, paragraph, quoted, sayings, carried)
        for sentence, saying in sayings:
            if (
                comparable(sentence.of(text)).rstrip().endswith(":")
                and saying
                and len(saying.content.of(text).strip(" :")) < 12
            ):
                continue  # it only opens what the next paragraph says
            claim = _claim(article, sentence, saying, masked, quoted, names, parties, area, heard, past, figures, told)
            if claim and len(found) < _MOST:
                found.append(claim)
                said = comparable(sentence.of(text))
                figures += claim.numbers
                past += [each for day in claim.about or claim.said if (each := anchor(day, said))]
    return tuple(found)


def _places_told(article: Article, names: Names, parties: Sequence[Party], area: Area | None) -> frozenset[str]:
    """The names that stand for a known place somewhere in the article: so they do wherever they stand in it."""
    found = set()
    for paragraph in article.paragraphs:
        if paragraph.end - paragraph.start > _PROSE:
            continue
        taken = [each.span for each in parties_in(article.text, paragraph, parties)]
        for place in places_in(article.text, paragraph, names, area=area, taken=taken):
            if place.looked_up.candidates and not place.kind:
                found.add(place.name.casefold())
    return frozenset(found)


def _abroad(article: Article, gazetteer: Names, parties: Sequence[Party], area: Area | None) -> tuple[Claim, ...]:
    """Drafts in a language that is read in part: nobody is named as who speaks."""
    text = article.text
    found = []
    for told in islice(told_in(article, _Asked(gazetteer), parties, area), _MOST):
        quotes = tuple(
            each
            for paragraph in article.paragraphs
            if paragraph.holds(told.sentence)
            for each in quotations(text, paragraph)
            if each.whole.meets(told.sentence)
        )
        words = re.sub(r"\s+", " ", told.sentence.of(text)).strip()
        words = words if len(words) <= _SHORT else words[: _SHORT - 1] + "…"
        credited = tuple(each.name for each in article.credits if each.start <= told.sentence.start)
        inserted = tuple(span for each in quotes for span in each.inserted if told.sentence.holds(span))
        found.append(
            Claim(
                article.sha256, told.sentence, told.sentence, words, told.force, told.why, None, (), (), credited, (),
                told.days, told.places, told.numbers, told.parties, quotes, inserted, told.flags,
            )
        )  # fmt: skip
    return tuple(found)


class _Asked:
    """A gazetteer that is asked once for each name of an article, and for no more names than an article has."""

    def __init__(self, gazetteer: Names) -> None:
        self._gazetteer = gazetteer
        self._found: dict[str, Lookup] = {}

    def lookup(self, name: str, *, within: Area | None = None) -> Lookup:
        if name not in self._found:
            self._found[name] = (
                self._gazetteer.lookup(name, within=within) if len(self._found) < _NAMES else Lookup(name)
            )
        return self._found[name]


_Attributed = list[tuple[Span, Saying | None]]


def _of_paragraph(
    text: str, paragraph: Span, masked: str, quoted: tuple[Quotation, ...], heard: Heard, carried: Saying | None
) -> _Attributed:
    """Sentences and their sayings; what one quotation holds has one speaker, and so has the quotation
    after it.
    """
    found: _Attributed = []
    for uncut in sentences(text, paragraph):
        if uncut.end - uncut.start > _LONGEST:
            continue  # no sentence: a list, or a page without full stops
        for sentence in parted(text, uncut, masked, heard):
            saying = attribute(text, sentence, masked, quoted, heard)
            mention(text, sentence, masked, heard)
            if saying:
                remember(saying, heard)
            found.append((sentence, saying))
    turn = _turn(text, paragraph, heard)
    if turn:
        found = [(sentence, saying and _in_turn(saying, turn)) for sentence, saying in found]
    opens = comparable(paragraph.of(text)).startswith('"')
    whole = (
        carried is not None
        and ("open" not in carried.doubts or opens)
        and (not quoted or quoted[0].whole.start == paragraph.start)
    )
    if carried and "we" in carried.doubts and not _WE.match(comparable(paragraph.of(text))):
        whole = False  # a statement set apart goes on only while it says "we"
    for at, (sentence, saying) in enumerate(found):
        if saying:
            continue
        quotes = [each for each in quoted if each.whole.meets(sentence)]
        same = next(
            (
                s
                for other, s in found
                if s and any(each.whole.meets(other) for each in quotes if _mostly(each, sentence))
            ),
            None,
        )
        before = found[at - 1][1] if at else None
        quoting = bool(quoted) and quoted[0].whole.start <= paragraph.start + _LEAD
        in_quotes = any(_mostly(each, sentence) for each in quotes)
        if turn and turn.speaker and not saying and (in_quotes or not quoting) and _says_something(text, sentence):
            found[at] = (sentence, _also(text, turn, sentence, [], heard, "turn"))
            continue
        starts_quoted = bool(quotes) and quotes[0].whole.start == sentence.start and _mostly(quotes[0], sentence)
        if same:
            found[at] = (sentence, _also(text, same, sentence, quotes, heard, "quotation"))
        elif before and starts_quoted and before.speaker:
            found[at] = (sentence, _also(text, before, sentence, quotes, heard, "continued"))
        elif whole and carried and (starts_quoted or not quoted):
            found[at] = (sentence, _also(text, carried, sentence, quotes, heard, "block"))
        elif not turn and (stated := _stated(text, sentence, quoted, heard)):
            found[at] = (sentence, stated)
    return _carried_afterwards(text, masked, found, heard)


_OURS: Final = re.compile(r"(?:We|Our [a-z]+(?: [a-z]+)?)\b")


def _stated(text: str, sentence: Span, quoted: tuple[Quotation, ...], heard: Heard) -> Saying | None:
    """What a party's own page says as "we" is said by that party."""
    match = _OURS.match(comparable(sentence.of(text)))
    if match is None or not heard.own or any(each.whole.meets(sentence) for each in quoted if each.open):
        return None
    if any(each.whole.holds(Span(sentence.start, sentence.start + 1)) for each in quoted):
        return None
    span = Span(sentence.start, sentence.start + match.end())
    saying = Saying(
        Speaker(span, span.of(text), heard.own), (), Force.ASSERTION, "a party's own page says “we”", None, sentence
    )
    return _refit(text, saying, [], heard)


def _mostly(quote: Quotation, sentence: Span) -> bool:
    inside = min(quote.whole.end, sentence.end) - max(quote.whole.start, sentence.start)
    return inside > 0.6 * (sentence.end - sentence.start)


def _also(text: str, saying: Saying, sentence: Span, quotes: list[Quotation], heard: Heard, doubt: str) -> Saying:
    """The same speaker says this sentence too; its force is its own."""
    from_quote = next((each.span for each in quotes), sentence)
    content = Span(max(sentence.start, from_quote.start), min(sentence.end, max(from_quote.end, sentence.start + 1)))
    bare = Saying(
        saying.speaker,
        saying.via,
        Force.ASSERTION,
        "said with what stands beside it",
        None,
        content,
        (*saying.doubts, doubt),
    )
    return _refit(text, bare, quotes, heard)


def _refit(text: str, saying: Saying, quotes: list[Quotation], heard: Heard) -> Saying:
    del quotes, heard
    return by_content(saying, [comparable(saying.content.of(text))]) or saying


def _carries(
    text: str, paragraph: Span, quoted: tuple[Quotation, ...], sayings: _Attributed, carried: Saying | None
) -> Saying | None:
    """Who speaks on in the next paragraph: after a colon, or out of a quotation that nothing closed."""
    last = sayings[-1][1] if sayings else None
    ends = comparable(paragraph.of(text)).rstrip()
    if ends.endswith(":"):
        opened = last or _opener(text, sayings)
        return opened if opened and opened.speaker else None
    if quoted and quoted[-1].open and last and last.speaker:
        return replace(last, doubts=("open", *last.doubts))
    if carried and quoted and quoted[-1].open:
        return carried
    block = last is not None and "block" in last.doubts and not quoted
    return (
        replace(last, doubts=("we", *last.doubts))
        if block and last and _WE.match(comparable(paragraph.of(text)))
        else None
    )


_TURN: Final = re.compile(
    r"(?P<who>(?:[A-Z][A-Z'.-]{0,15} ?){1,4}|[A-Z][\w.'-]+(?: [A-Z][\w.'-]+){1,3})"
    r"(?: \([^()]{1,40}\)|, [A-Z][\w .-]{1,30})?: (?=[(\"'A-Z\d])"
)  # a transcript: "MAJ. COLBROOK: We notified it"
_PARTY_TURN: Final = re.compile(r"(?:The )?(?P<who>[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,3}): (?=\")")
_ASKS: Final = re.compile(
    r"(?:Q|QUESTION|REPORTER|MODERATOR|URGENT|FLASH|BREAKING|UPDATE|NOTE|SOURCE|PHOTO|VIDEO|EXCLUSIVE|LIVE|CORRECTION)\.?",
    re.IGNORECASE,
)
_LEAD: Final = 45  # characters of a name and a colon before a quotation
_LEAST_SAID: Final = 3  # words of a sentence in a transcript that says something
_POLITE: Final = re.compile(
    r"\W*(?:\w[\w.' ]{0,40}: )?(?:\([^()]{0,40}\)|"
    r"(?:good (?:morning|afternoon|evening)|thank you|thanks|hello|welcome|yes|no|sure|next|go ahead|i have seen that|"
    r"i (?:will|would) not comment|no comment|that is all|any (?:more|other) questions)\b[^,]{0,40})$",
    re.IGNORECASE,
)
_ASKER: Final = re.compile(r"(?:Q|QUESTION|REPORTER)\.?", re.IGNORECASE)


def _says_something(text: str, sentence: Span) -> bool:
    """Not "Good afternoon.", "Yes.", or a question."""
    said = comparable(sentence.of(text)).strip()
    return len(said.split()) >= _LEAST_SAID and not said.endswith("?") and not _POLITE.fullmatch(said)


def _in_turn(saying: Saying, turn: Saying) -> Saying:
    """What somebody says in a transcript of somebody else is passed on by whose turn it is, or who asks."""
    whose = turn.speaker or (turn.via[0] if turn.via else None)
    if whose is None or saying.speaker is None or saying.speaker.name.casefold() == whose.name.casefold():
        return saying
    if any(each.name.casefold() == whose.name.casefold() for each in saying.via):
        return saying
    return replace(saying, via=(*saying.via, whose))


_CARRIED: Final = re.compile(
    r"\b(?:statement|remarks?|comments?|interview|letter|post|announcement|message|text) (?:was|were|has been|had been)"
    r" (?:first )?(?:carried|published|broadcast|distributed|reported|relayed|posted) (?:by|on|in)"
    r" (?:the )?(?:[a-z]+ ){0,3}(?P<who>[A-Z][\w-]+(?: [A-Z][\w-]+)*)"
)


def _carried_afterwards(text: str, masked: str, found: _Attributed, heard: Heard) -> _Attributed:
    """ "The statement was carried by NOR-1": what was said before it in the paragraph came through there."""
    for at, (sentence, _) in enumerate(found):
        match = _CARRIED.search(comparable(masked[sentence.start : sentence.end]))
        if match is None or not at:
            continue
        span = Span(sentence.start + match.start("who"), sentence.start + match.end("who"))
        who = Speaker(span, span.of(text), span.of(text))
        heard.media.add(who.name)
        found = [
            (each, replace(saying, via=(*saying.via, who)) if saying and number < at and saying.speaker else saying)
            for number, (each, saying) in enumerate(found)
        ]
    return found


def _turn(text: str, paragraph: Span, heard: Heard) -> Saying | None:
    """Whose turn it is in a transcript, where a paragraph begins with a name and a colon. Who asks says nothing, and
    passes on what the question holds."""
    match = _TURN.match(comparable(text), paragraph.start, paragraph.end)
    if match is None:
        match = _PARTY_TURN.match(comparable(text), paragraph.start, paragraph.end)
        if match and match["who"].casefold() not in heard.bare_parties:
            return None
    if not match or match.end() > paragraph.end - 10:
        return None
    span = Span(match.start("who"), match.start("who") + len(match["who"].rstrip()))
    speaker = Speaker(span, span.of(text), span.of(text))
    asks = (
        comparable(paragraph.of(text)).rstrip().endswith("?")
        and match["who"].strip().casefold() not in heard.bare_parties
    )
    if asks or _ASKER.fullmatch(match["who"].strip()):
        return Saying(None, (speaker,), Force.ASSERTION, "a question in a transcript", None, paragraph, ("turn",))
    if _ASKS.fullmatch(match["who"].strip()):
        return None
    if is_media(speaker.name, heard):
        return Saying(None, (speaker,), Force.ASSERTION, "a medium's turn in a transcript", None, paragraph, ("turn",))
    return Saying(speaker, (), Force.ASSERTION, "a turn in a transcript", None, paragraph, ("turn",))


_FORMER: Final = re.compile(r"\b(?:former|ex-|onetime|then-)", re.IGNORECASE)
_WE: Final = re.compile(r"(?:We|Our|I|My)\b")


def _opener(text: str, sayings: _Attributed) -> Saying | None:
    del text
    return next((saying for _, saying in reversed(sayings) if saying), None)


def _claim(
    article: Article, sentence: Span, saying: Saying | None, masked: str, quoted: tuple[Quotation, ...],
    gazetteer: Names, parties: Sequence[Party], area: Area | None, heard: Heard, past: Sequence[Told],
    figures: Sequence[Number], told: frozenset[str],
) -> Claim | None:  # fmt: skip
    text = article.text
    known = lexicon("en").table
    quotes = tuple(each for each in quoted if each.whole.meets(sentence))
    bare = saying is None and any(
        _mostly(each, sentence) for each in quotes
    )  # words in quotation marks that nobody is given
    own = comparable(sentence.of(text)) if bare else masked[sentence.start : sentence.end]
    if saying is None and any_of(known["no_comment"]).search(own):
        return None
    rumour = any_of(known["rumour"]).search(own)
    opinion = any_of(known["opinion"]).search(own)
    asked = any_of(known["request"]).search(own)
    if saying is None and (rumour or opinion or asked):
        force = Force.RUMOUR if rumour else Force.OPINION if opinion else Force.REQUEST
        cue = rumour or opinion or asked
        saying = Saying(None, (), force, f"“{cue[0] if cue else ''}”", None, sentence)
    elif saying and rumour and (saying.speaker is None or _CHATTER.fullmatch(saying.speaker.text)):
        saying = replace(saying, force=Force.RUMOUR, why=f"“{rumour[0]}”")
    bases = [each for each in dict.fromkeys((article.published, article.updated)) if each]
    days = days_in(text, sentence, bases, past)
    named = parties_in(text, sentence, parties)
    speakers = [each.span for each in ((saying.speaker,) if saying and saying.speaker else ())] + [
        each.span for each in (saying.via if saying else ())
    ]
    people = [span for span in speakers if not re.search(r"\b(?:of|in|from) [A-Z]", span.of(text))]
    places = places_in(text, sentence, gazetteer, area=area, taken=[*(each.span for each in named), *people], told=told)
    numbers = numbers_in(text, sentence, [each.span for each in days], figures[-_FIGURES:])
    if saying is None:
        known_places = [each for each in places if each.looked_up.candidates or each.looked_up.areas]
        if not (days or numbers or known_places or len(places) > 1):
            return None
        saying = Saying(None, (), Force.ASSERTION, "the outlet's own words", None, sentence)
    said = tuple(
        day for day in days if saying.framing and saying.framing.holds(day.span) and not saying.content.holds(day.span)
    )
    about = tuple(day for day in days if day not in said)
    inserted = tuple(span for quote in quotes for span in quote.inserted if sentence.holds(span))
    speaker_parties: tuple[str, ...] = ()
    if saying.speaker and _FORMER.search(saying.speaker.text):
        heard.former.add(saying.speaker.name)
    former = saying.speaker is not None and saying.speaker.name in heard.former
    if saying.speaker and not former and (beside := _beside(text, saying)):
        speaker_parties = tuple(
            dict.fromkeys(party for each in parties_in(text, beside, parties) for party in each.parties)
        )
        speaker_parties = heard.sides.setdefault(saying.speaker.name, speaker_parties) or speaker_parties
    words = re.sub(r"\s+", " ", saying.content.of(text)).strip(" ,")
    return Claim(
        article.sha256, sentence, saying.content, words if len(words) <= _SHORT else words[: _SHORT - 1] + "…",
        saying.force, saying.why, saying.speaker, speaker_parties, saying.via,
        _credited(article, sentence, saying),
        said, about, places, numbers, named, quotes, inserted,
        tuple(_flags(saying, quotes, inserted, days, places, numbers, former=former)),
    )  # fmt: skip


_CHATTER: Final = re.compile(
    r"(?:the |some |many |several )?(?:locals|residents|neighbou?rs|villagers|people|friends)"
    r"(?: (?:in|at|from|of|near|there|here)\b.*)?",
    re.IGNORECASE,
)


def _credited(article: Article, sentence: Span, saying: Saying) -> tuple[str, ...]:
    """Whose text it is, but for those who are named already as having passed it on, in full or by their initials."""
    named = [each.name for each in saying.via]
    found: list[str] = []
    for each in article.credits:
        if each.start <= sentence.start and not any(_one(each.name, other) for other in (*named, *found)):
            found.append(each.name)
    return tuple(found)


def _one(a: str, b: str) -> bool:
    """Whether one is the other, or its initials: VNA is the Vesnia News Agency."""
    short, long = sorted((re.sub(r"^[Tt]he ", "", comparable(each)) for each in (a, b)), key=len)
    initials = "".join(word[0] for word in re.findall(r"[^\W\d_]+", long) if word[0].isupper())
    return short.casefold() == long.casefold() or short == initials


def _beside(text: str, saying: Saying) -> Span | None:
    """A speaker's name and what is set beside it between commas: "Petr Havel, a spokesman for the
    Northern Command,".
    """
    if saying.speaker is None:
        return None
    span = saying.speaker.span
    match = re.compile(r",? (?:an?|the|who|spokes\w+|commander|head) [^,.;]{3,90},").match(text, span.end)
    return Span(span.start, match.end()) if match and text[span.end] == "," else span


def _flags(
    saying: Saying,
    quotes: tuple[Quotation, ...],
    inserted: tuple[Span, ...],
    days: tuple[Day, ...],
    places: tuple[PlaceNamed, ...],
    numbers: tuple[Number, ...],
    *,
    former: bool,
) -> list[Flag]:
    return [
        *_of_who_speaks(saying, former=former),
        *_of_the_quotation(quotes, inserted),
        *_of_days(days),
        *_of_numbers(numbers),
        *_of_places(places),
    ]


def _of_who_speaks(saying: Saying, *, former: bool) -> list[Flag]:
    found = []
    if former and saying.speaker:
        found.append(
            Flag(
                "claim-speaker-former",
                f"{saying.speaker.name} is named as a former member: no party was set.",
                "speaker",
            )
        )
    if "pronoun" in saying.doubts:
        name = saying.speaker.name if saying.speaker else ""
        found.append(
            Flag(
                "claim-pronoun",
                f"Who speaks is a pronoun, taken for {name}."
                if name
                else "Who speaks is a pronoun, and it is not plain for whom it stands.",
                "speaker",
            )
        )
    if {"continued", "block", "quotation"} & set(saying.doubts) and saying.speaker:
        found.append(
            Flag(
                "claim-speaker-beside",
                f"No name stands by these words; {saying.speaker.name} speaks beside them.",
                "speaker",
            )
        )
    return found


def _of_the_quotation(quotes: tuple[Quotation, ...], inserted: tuple[Span, ...]) -> list[Flag]:
    found = []
    if inserted:
        found.append(
            Flag(
                "claim-brackets",
                "An editor put words in brackets into the quotation; they are not the speaker's.",
                "quoted",
            )
        )
    if any(each.open for each in quotes):
        found.append(
            Flag(
                "claim-quotation-open",
                "No mark closes the quotation; it was taken to the end of the paragraph.",
                "quoted",
            )
        )
    return found


def _of_days(days: tuple[Day, ...]) -> list[Flag]:
    several = [
        Flag("claim-day-several", f"“{day.text}” may be {' or '.join(_told(day))}. Neither was chosen.", "days")
        for day in days
        if day.ambiguous
    ]
    unread = [
        Flag("claim-day-open", f"“{day.text}” stays open: {day.reason}.", "days") for day in days if not day.readings
    ]
    return several + unread


def _of_numbers(numbers: tuple[Number, ...]) -> list[Flag]:
    return [
        Flag(
            "claim-number-understood",
            f"“{each.value:g}” has no noun of its own: “{each.unit}” is taken from a figure before it.",
            "numbers",
        )
        for each in numbers
        if each.understood
    ]


def _of_places(places: tuple[PlaceNamed, ...]) -> list[Flag]:
    found = []
    for place in places:
        looked_up = place.looked_up
        if looked_up.ambiguous:
            found.append(
                Flag(
                    "claim-place-several",
                    f"“{place.name}” is the name of {len(looked_up.candidates)} places. None was chosen.",
                    "places",
                )
            )
        elif not looked_up.candidates and not looked_up.areas and place.kind != "river":
            found.append(
                Flag("claim-place-unknown", f"“{place.name}” is not in the gazetteer by this spelling.", "places")
            )
    return found


def _told(day: Day) -> list[str]:
    return [str(each.first) if each.first == each.last else f"{each.first} to {each.last}" for each in day.readings]
