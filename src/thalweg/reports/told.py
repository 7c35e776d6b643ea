"""A notice in words, and as lines for a radio: for the interface, e-mail and webhooks alike.

Takes disclosed readings and nothing else. The words are those of `reports.messages`, the lines those of
`formats.voice`; what has no message of its own is told by its kind.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from thalweg.formats import voice as lines
from thalweg.model import spoken
from thalweg.model.declarations import Declaration
from thalweg.model.events import SECRETARIAT, NoticeKind
from thalweg.model.levels import Level
from thalweg.model.theatre import Theatre
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.mailbox import NoticeRead
from thalweg.reports.messages.catalogue import LANGUAGES, catalogue
from thalweg.reports.messages.notices import of_notice
from thalweg.reports.messages.render import render_with_source, subject

if TYPE_CHECKING:
    from thalweg.reports import given

_DISCLAIMERS: Final = ("voluntary", "absence", "guarantee", "information")
Sides = Disclosed[Mapping[str, Declaration]]


def words(
    disclosed: Disclosed[NoticeRead],
    sides: Sides,
    theatre: Theatre,
    names: Mapping[str, str],
    language: str,
    zone: str = "UTC",
) -> given.NoticeText:
    """The notice in a language, in the order in which its texts are to be read; at least one.

    `sides` are the declarations that its findings are between, as its reader has them (`Mailboxes.sides`). `subject`
    is for a heading that others may see: it has no place, party or time in it. While nobody fluent has reviewed the
    language, each text has the English `source` beside it. `InputError` for a language or zone that there is not.
    """
    read = disclosed.value
    messages = of_notice(disclosed, theatre, names=names, known=sides.value)
    rendered = [render_with_source(message, language, zone=zone) for message in messages]
    spoken_in = catalogue(language)
    return {
        "notice": read.id,
        "language": language,
        "name": LANGUAGES[language],
        "direction": "rtl" if spoken_in.right_to_left else "ltr",
        "reviewed": spoken_in.reviewed,
        "zone": zone,
        "exercise": read.exercise,
        "subject": subject(messages[0], language),
        "texts": [{"text": each.text, "source": each.source} for each in rendered],
        "note": rendered[0].note,
        "disclaimers": [spoken_in.text(f"disclaimer.{name}") for name in _DISCLAIMERS],
    }


def voice(disclosed: Disclosed[NoticeRead], said: given.NoticeText) -> given.Voice:
    """The lines in which the notice can be read over a radio and typed back in, in the language of `said`, which is
    what `words` makes of it. A declaration is said as it is shown, under the id by which its reader knows it; what
    shows no place of its own is said in its words."""
    return _lines(disclosed.value, _shown(disclosed.value) or _worded(disclosed.value, said), said["language"])


def voice_of_shown(disclosed: Disclosed[NoticeRead], language: str) -> given.Voice | None:
    """The same of what the notice shows; None where it shows no place of its own. `InputError` for a language that
    has none."""
    shown = _shown(disclosed.value)
    return None if shown is None else _lines(disclosed.value, shown, language)


def _lines(read: NoticeRead, message: lines.Message, language: str) -> given.Voice:
    made = lines.write(message, language)
    return {"notice": read.id, "language": language, "lines": list(made), "sms": list(lines.sms(made))}


def _shown(read: NoticeRead) -> lines.Message | None:
    notice = read.notice
    if notice.what is NoticeKind.EMERGENCY and notice.place is not None:
        return spoken.Emergency(
            party=notice.of,
            message_id=read.id,
            at=notice.place,
            since=notice.at,
            radius_m=float(notice.facts.get("radius_m", "0")),
            text=_sayable(notice.words),
            exercise=read.exercise,
        )
    # Below footprint there are cells, which are told for talking to the party, not for marking on a map as its place.
    if read.declaration is None or read.kind is None or not notice.level.at_least(Level.FOOTPRINT):
        return None
    return spoken.Notice(read.declaration, exercise=read.exercise)


def _worded(read: NoticeRead, said: given.NoticeText) -> lines.Message:
    text = _sayable(" ".join(each["text"] for each in said["texts"]))
    return spoken.Words(read.notice.of or SECRETARIAT, read.id, read.notice.at, text, read.exercise)


def _sayable(text: str) -> str:
    """Words as they are heard: without the sign that stands before a check word, and without marks of direction."""
    heard = "".join(" " if letter == "=" else letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join(heard.split())
