"""Messages as short plain text in any of the languages, and that text as a message again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from thalweg.drafts.times import zone_named
from thalweg.model.errors import InputError, ValueRefused
from thalweg.reports.messages.catalogue import LANGUAGES, catalogue
from thalweg.reports.messages.kinds import MESSAGES, Message
from thalweg.reports.messages.slots import Mark
from thalweg.reports.messages.speech import PLACEHOLDER, Voice, template_key

_LONGEST = 4000  # characters; no message is as long


@dataclass(frozen=True, slots=True)
class WithSource:
    """A text, and the English it is to be held against while nobody fluent has reviewed the language.

    `source` is empty where there is no need: in English, and in a language that was reviewed. `note` says, in
    the reader's language, why it stands there.
    """

    text: str
    language: str
    source: str
    note: str


def render(message: Message, language: str, *, zone: str = "UTC") -> str:
    """The message in one paragraph. Every instant is in UTC with its `Z`, and besides in `zone` (IANA), if another.

    Raises `InputError` for a language or a zone that there is not.
    """
    voice = _voice(language, zone)
    marks = "".join(f"{voice.word(mark)} " for mark in message.marks)
    return marks + voice.say(message)


def subject(message: Message, language: str) -> str:
    """A line for an e-mail or a notification. It depends on the kind of the message alone, and on whether this is an
    exercise: no place, no position, no party and no time is in it."""
    words = catalogue(language)
    text = words.text(f"subject.{message.key()}")
    return f"{words.text('subject.exercise')}: {text}" if Mark.EXERCISE in message.marks else text


def render_with_source(message: Message, language: str, *, zone: str = "UTC") -> WithSource:
    """The message, and beside it the English as long as the language has not been reviewed by a fluent reader."""
    text = render(message, language, zone=zone)
    words = catalogue(language)
    if words.reviewed:
        return WithSource(text, language, "", "")
    return WithSource(text, language, render(message, "en", zone=zone), words.text("source.not_reviewed"))


def text(key: str, language: str, **values: str) -> str:
    """One text of a catalogue by its key, for pages; `values` are put in as names are."""
    voice = _voice(language, "UTC")

    def filled(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise InputError("message-text-missing", f"{key} needs a value for {match[1]}.", key=key)
        return voice.name(values[match[1]])

    return PLACEHOLDER.sub(filled, voice.catalogue.text(key))


def counted(noun: str, number: int, language: str) -> str:
    """A number with its noun in the right form: `3 notices`, `إشعاران`."""
    return _voice(language, "UTC").counted(noun, number)


def read_back(said: str, language: str) -> Message:
    """The message that a rendered text means (R24).

    Values are what the text says of them: distances to three figures, instants to the second, bearings to one
    of sixteen points, places by name without their id. A text that is no message, or could be two, is refused.
    """
    line = said.strip()
    if len(line) > _LONGEST:
        raise InputError("message-unreadable", f"No message is longer than {_LONGEST} characters.")
    voice = _voice(language, "UTC")
    marks = []
    for mark in Mark:
        head = f"{voice.word(mark)} "
        if line.startswith(head):
            marks.append(mark)
            line = line.removeprefix(head)
    found: list[Message] = []
    for number, (message, variant, words) in enumerate(_templates(language)):
        if not all(word in line for word in words):
            continue
        readings = [match for pattern in _patterns(language, number) if (match := pattern.fullmatch(line))]
        for match in readings:
            try:
                heard = voice.hear(message, match.groupdict(), "m", variant, marks=tuple(marks))
            except (ValueRefused, InputError):
                continue  # the words fit, and their values do not: another kind may
            if isinstance(heard, Message) and heard not in found:
                found.append(heard)
    if not found:
        raise InputError("message-unreadable", f"This is no message of the desk in {LANGUAGES[language]}.")
    if len(found) > 1:
        raise InputError("message-ambiguous", "This can be read in more than one way; ask for it to be said again.")
    return found[0]


@cache
def _templates(language: str) -> tuple[tuple[type[Message], str, tuple[str, ...]], ...]:
    """Every template of every message, with what stands between its placeholders."""
    words = catalogue(language)
    return tuple(
        (message, variant, tuple(PLACEHOLDER.sub("\n", words.text(template_key(message, variant))).split("\n")))
        for message in MESSAGES
        for variant in message.variants
    )


@cache
def _patterns(language: str, number: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A template as two patterns: names taken as short as can be, and as long as can be. Where they disagree, a
    name holds words of the template itself, and the text is ambiguous."""
    message, variant, _ = _templates(language)[number]
    short = _voice(language, "UTC").pattern(message, "m", variant)
    return re.compile(short), re.compile(short.replace("]+?", "]+"))


@cache
def _voice(language: str, zone: str) -> Voice:
    if zone == "UTC":
        return Voice(catalogue(language))
    return Voice(catalogue(language), zone_named(zone))
