"""The voice form: short lines to be read over a radio or sent as SMS, and typed back in by hand.

    1 NOTICE 13 LINES OPERATION AIR = PICKLE
    2 PARTY RELI EF = TOMATO
    …
    9 CIRCLE RADIUS 1500 METRES = OYSTER
    10 POSITION NORTH 35.35278 EAST 40.14806 = BAMBOO
    ^  ^^^^^^^^ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^   ^^^^^^
    |  keyword  what it asks for               check word of this line, one of 256
    12 SUM    COMPASS ANKLE LEMON TULIP RIBBON WHEAT = RADISH      sums over all lines:
    13 LAST   …six words…                            = FALCON      which line is wrong, though it looks right

The form is docs/reference/formats/voice.md; how sure it is, docs/explanation/voice.md. The same values have the
same check numbers in every language, so a relay can change the language and keep the numbers.

`write` makes the lines, `read` takes them back or names those to say again, `hear` tells everything that can be
told of a text, `spoken` says a line digit by digit, `sms` parts lines into messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from thalweg.formats.voice import checks
from thalweg.formats.voice.hearing import Heard, Misheard, hear
from thalweg.formats.voice.language import DIGITS, LANGUAGES, Language, language_of
from thalweg.formats.voice.lines import Counted, Free, Line, Number, Spelled, Word, spelled, typed, written
from thalweg.formats.voice.messages import Message, message_items, of, read_message
from thalweg.formats.voice.reading import Cursor
from thalweg.model.declarations import Declaration
from thalweg.model.errors import InputError
from thalweg.model.spoken import Notice, version_reference

__all__ = [
    "LANGUAGES", "Heard", "Message", "Misheard", "Read", "hear", "read", "sms", "spoken", "translate", "write",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """A message that was read back from its lines.

    `exact` of a notice: its version id begins with the reference that the lines give, so it is the very version.
    Where it is False, `rounded` or `partial` says why: rounded outward, or words left out or heard otherwise.
    """

    message: Message
    language: str
    reference: str  # eight hexadecimal digits of the version that was read out; empty where there is none
    exact: bool
    rounded: bool
    partial: bool
    remarks: tuple[str, ...]


def write(
    message: Message | Declaration, language: str = "en", *, exact: bool = False, details: bool = True
) -> tuple[str, ...]:
    """The lines of a message, in order.

    Positions are to 0.00001 degrees, lengths and heights to the metre (heights also to the foot or flight level),
    times to the second; what is finer is rounded outward, and the line of the version says so. With `exact`
    everything is written out as finely as versions tell apart: 1e-9 degrees, millimetres, microseconds. Without
    `details` those lines are left out, which the line of the version says as well.
    `InputError` if there is no voice form in that language, the message is longer than 4096 lines, or a text holds
    what is no letter: half of a surrogate pair, which nobody can say and no keyboard types.
    """
    chosen = language_of(language)
    return tuple(written(line, chosen) for line in _lines(of(message), exact=exact, details=details))


def _lines(message: Message, *, exact: bool, details: bool) -> list[Line]:
    items = message_items(message, exact=exact, details=details)
    count = len(items) + 2
    if count > checks.MOST_LINES:
        raise InputError("voice-long", f"It would take {count} lines, more than {checks.MOST_LINES}.", found=count)
    keyword, _, *rest = items[0]
    items[0] = (keyword, Number(str(count)), *rest)
    lines = [Line(number, each) for number, each in enumerate(items, 1)]
    for line in lines:
        _refuse_half_letters(line)
    made = checks.sums({line.number: checks.symbol(line.neutral) for line in lines})
    for word, half in (("sum", made[: checks.HALF]), ("last", made[checks.HALF :])):
        counted = [Counted(byte) for value in half for byte in (value >> 8, value & 0xFF)]
        lines.append(Line(len(lines) + 1, (Word(word), *counted)))
    return lines


def _refuse_half_letters(line: Line) -> None:
    for item in line.items:
        text = item.text if isinstance(item, Spelled | Free) else ""
        half = next((letter for letter in text if "\ud800" <= letter <= "\udfff"), "")
        if not half:
            continue
        shown = text.encode("utf-8", "backslashreplace").decode()
        raise InputError(
            "voice-letters",
            f"“{shown}” holds half of a surrogate pair (U+{ord(half):04X}), which is no letter. Mend that text first.",
            expected="text that can be said and typed",
            found=f"U+{ord(half):04X}",
        )


def read(text: str | Iterable[str], language: str = "") -> Read:
    """The message that these lines say.

    `InputError` voice-misheard if a line has to be said again; its fields are `lines`, the numbers, and `misheard`,
    a `Misheard` for each. `InputError` voice-unreadable if the lines agree and yet make no message.
    """
    heard = hear(text if isinstance(text, str) else "\n".join(text), language)
    if heard.misheard or not heard.settled:
        numbers = [each.number for each in heard.misheard]
        if not numbers:
            sentence = "The lines do not agree with each other, and which is wrong cannot be told. Say all again."
        else:
            which = f"line {numbers[0]}" if len(numbers) == 1 else f"lines {', '.join(map(str, numbers))}"
            sentence = f"Say again {which}." if heard.settled else f"Say again {which}; others may be wrong as well."
        raise InputError("voice-misheard", sentence, lines=tuple(numbers), misheard=heard.misheard)
    said = read_message(Cursor(heard.lines[:-2]))
    told = said.told
    exact = False
    if told is not None and isinstance(said.message, Notice):
        declaration = said.message.declaration
        exact = version_reference(declaration.version_id) == told.reference
        if not exact and not told.rounded and not told.partial and not (declaration.title or declaration.details):
            raise InputError("voice-version", "The lines agree, and are not the version that they name. Say all again.")
    return Read(
        said.message,
        heard.language,
        told.reference if told else "",
        exact,
        told is not None and told.rounded,
        told is not None and (told.partial or (not exact and not told.rounded)),
        heard.remarks,
    )


def translate(text: str | Iterable[str], language: str) -> tuple[str, ...]:
    """The same lines in another language, with the same numbers of check words; free text stays as it is.

    `InputError` voice-misheard where `read` would raise it: what was misheard is not passed on.
    """
    joined = text if isinstance(text, str) else "\n".join(text)
    read(joined)
    chosen = language_of(language)
    return tuple(written(line, chosen) for line in hear(joined).lines)


def spoken(text: str, language: str = "") -> str:
    """One written line as it is said aloud: digit by digit, names letter by letter.

    `InputError` voice-unreadable if it is no line of that language.
    """
    codes = (language,) if language else LANGUAGES
    found = [(each.line, code) for code in codes if (each := typed(text, language_of(code))).agrees]
    if not found or found[0][0] is None:
        raise InputError("voice-unreadable", "This is no line of a voice form, or it was misheard.", found=text)
    line, chosen = found[0][0], language_of(found[0][1])
    said = [_digits(str(line.number), chosen.written)]
    for item in line.items:
        match item:
            case Word(id=keyword):
                said.append(chosen.written[keyword])
            case Number():
                said.append(_digits(item.shown, chosen.written))
            case Spelled(text=name):
                said.append(" ".join(_letters(name, chosen)))
            case Free(text=words):
                said.append(words)
            case Counted(number=number):
                said.append(chosen.words[number])
    check = chosen.words[checks.check_number(line.neutral)]
    return ", ".join([*said, f"{chosen.written['check']} {check}"])


def _digits(text: str, names: Mapping[str, str]) -> str:
    marks = {".": names.get("decimal", "."), " ": ",", "-": ",", ":": ","}
    said = [names.get(char, marks.get(char, char)) for char in text]
    return " ".join(said).replace(" ,", ",")


def _letters(name: str, language: Language) -> Sequence[str]:
    known = {*language.written.values()}
    said: list[str] = []
    for part in spelled(name, language):
        if part in known and part.lower() not in DIGITS:
            said.append(part)
        else:
            said += [language.alphabet.get(char.lower(), char) for char in part]
    return said


# GSM 03.38, 6.2.1: what one septet can hold, and what takes two.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)


def sms(lines: Sequence[str]) -> tuple[str, ...]:
    """Whole lines put into as few messages as they fit: 160 characters of Latin letters, or 70 of any."""
    messages: list[str] = []
    for line in lines:
        joined = f"{messages[-1]}\n{line}" if messages else ""
        if joined and len(joined) <= _room(joined):
            messages[-1] = joined
        else:
            messages.append(line)
    return tuple(messages)


def _room(text: str) -> int:
    return 160 if _GSM.issuperset(text) else 70
