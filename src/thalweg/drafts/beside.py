"""What is said beside a declaration, as an entry of the record holds it (`docs/spec/events.md`, texts by name).

Nothing is left out for that: a name or a text that is too long, and what is more than so many, is kept in another form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from thalweg.model.characters import LONGEST_NAME, LONGEST_TEXT, MOST_TEXTS

_PART: Final = LONGEST_TEXT - LONGEST_NAME - 2  # so that it fits behind its name
_SINGLE: Final = 400  # stand by themselves where there are too many
_MARK: Final = 40  # characters that a name is given besides


def fitted(texts: Mapping[str, str]) -> Mapping[str, str]:
    """The same texts by name, as long and as many as a record holds: where they are too many, the first 400 by
    themselves, and the others together, each after its name. Where there is more than fits in that form (1.6 million
    characters), the result has more texts than a record holds."""
    if not holds(texts):
        texts = _cut(texts)
    if not holds(texts):
        names = [*texts]
        made = {name: texts[name] for name in names[:_SINGLE]}
        for number, text in enumerate(_together(f"{name}: {texts[name]}" for name in names[_SINGLE:]), 1):
            made[_free(f"more, {number}", made)] = text
        texts = made
    return texts


def holds(texts: Mapping[str, str]) -> bool:
    """Whether a record holds these as they are."""
    return len(texts) <= MOST_TEXTS and all(
        len(name) <= LONGEST_NAME and len(text) <= LONGEST_TEXT for name, text in texts.items()
    )


def _cut(texts: Mapping[str, str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for name, text in texts.items():
        if len(name) <= LONGEST_NAME and len(text) <= _PART:
            made[_free(name, made)] = text
            continue
        begin = name[: LONGEST_NAME - _MARK]
        whole = text if begin == name else f"{name}: {text}"
        parts = [whole[at : at + _PART] for at in range(0, len(whole), _PART)]
        for number, part in enumerate(parts, 1):
            made[_free(begin if len(parts) == 1 else f"{begin}, part {number} of {len(parts)}", made)] = part
    return made


def _free(name: str, made: Mapping[str, str]) -> str:
    number, free = 1, name
    while free in made:
        number += 1
        free = f"{name} ({number})"
    return free


def _together(texts: Iterator[str]) -> Iterator[str]:
    held = ""
    for text in texts:
        if held and len(held) + 1 + len(text) > LONGEST_TEXT:
            yield held
            held = ""
        held = f"{held}\n{text}" if held else text
    if held:
        yield held
