"""How often a misheard line of the voice form is named: every model of mishearing, every language, seeded.

    python -m bench.voice [--trials N]

A trial takes one of the notices of the sample world, as it is written in one language, mishears one line or two of
it, and asks `thalweg.formats.voice.hear` which lines to say again. Results go to bench/results/voice.json, and the
table of docs/explanation/voice.md is filled from them.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.samples import ALL

from thalweg.formats import voice
from thalweg.formats.voice import checks
from thalweg.formats.voice.language import DIGITS, language_of
from thalweg.formats.voice.lines import COUNTED, FREE, SPELLED, typed
from thalweg.model.instants import Instant
from thalweg.model.spoken import Acknowledgement, Answer, Notice, Words, version_reference

RESULTS = Path(__file__).parent / "results" / "voice.json"
PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "voice.md"
MARKS = ("<!-- rates: python -m bench.voice -->", "<!-- /rates -->")
SEED = 23

# What radio operators mix up (letters as their spelled names are cut short), beside everything else.
_ALIKE = {"5": "9", "9": "5", "2": "3", "3": "2", "6": "7", "7": "6", "1": "4", "4": "1", "0": "8", "8": "0"}


# One of these is heard as another of them.
_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي", "абвгдежзиклмнопрстуфхцчшщъыьэюя")


def messages() -> list[voice.Message]:
    """The sample declarations, one of them as an exercise; an answer, which has few lines; and words alone."""
    first = ALL[0]
    reference = version_reference(first.version_id)
    when = Instant(1505520000.0)
    answer = Acknowledgement("relief", first.declaration_id, reference, Answer.NEED_MORE, when, "1.5 km or 15 km?")
    arabic = Words("الهلال الأحمر", "n-4", when, "نتوقف على بعد 9.5 كم شمال الجسر، 2/3 من القافلة عبرت.")
    russian = Words("Красный Крест", "n-5", when, "Колонна остановится в 2,5 км от моста, не раньше -15 минут.")
    return [*(Notice(each, exercise=each is ALL[1]) for each in ALL), answer, arabic, russian]


# --- one line misheard ---

Mishearing = Callable[[str, str, random.Random], str | None]


def _head_and_check(line: str) -> tuple[str, str]:
    head, _, check = line.rpartition(" = ")
    return head, check


def digit(line: str, _code: str, rng: random.Random) -> str | None:
    """One digit is heard as another; as often as not as the one most like it."""
    head, check = _head_and_check(line)
    places = [match.start() for match in re.finditer(r"\d", head) if match.start() >= len(head.split()[0])]
    if not places:
        return None
    at = rng.choice(places)
    other = _ALIKE[head[at]] if rng.random() < 0.5 else rng.choice([d for d in DIGITS if d != head[at]])
    return f"{head[:at]}{other}{head[at + 1 :]} = {check}"


def swapped_digits(line: str, _code: str, rng: random.Random) -> str | None:
    """Two neighbouring digits change places."""
    head, check = _head_and_check(line)
    skip = len(head.split()[0])
    places = [i for i in range(skip, len(head) - 1) if head[i].isdigit() and head[i + 1].isdigit()]
    places = [i for i in places if head[i] != head[i + 1]]
    if not places:
        return None
    at = rng.choice(places)
    return f"{head[:at]}{head[at + 1]}{head[at]}{head[at + 2 :]} = {check}"


def letter(line: str, code: str, rng: random.Random) -> str | None:
    """One letter of a name or of free text is heard as another."""
    language = language_of(code)
    read = typed(line, language).line
    if read is None or read.keyword not in SPELLED | FREE:
        return None
    head, check = _head_and_check(line)
    start = len(head) - len(head.split(None, 2)[-1])
    places = [(at, each) for at in range(start, len(head)) for each in _ALPHABETS if head[at].lower() in each]
    if not places:
        return None
    at, alphabet = rng.choice(places)
    other = rng.choice([c for c in alphabet if c != head[at].lower()])
    return f"{head[:at]}{other}{head[at + 1 :]} = {check}"


def sign(line: str, _code: str, rng: random.Random) -> str | None:
    """The point, the slash or the minus of a number is not heard."""
    head, check = _head_and_check(line)
    places = [match.start() for match in re.finditer(r"(?<=\d)[.,/](?=\d)|(?<!\w)-(?=\d)", head)]
    if not places:
        return None
    at = rng.choice(places)
    return f"{head[:at]}{head[at + 1 :]} = {check}"


def word(line: str, code: str, rng: random.Random) -> str | None:
    """One keyword is heard as another keyword, or a word that carries a number as another of its list."""
    language = language_of(code)
    head, check = _head_and_check(line)
    read = typed(line, language).line
    if read is not None and read.keyword in COUNTED:
        carried = [w for w in head.split() if w in language.words]
        old = rng.choice(carried)
        return f"{head.replace(old, rng.choice([w for w in language.words if w != old]), 1)} = {check}"
    keywords = [w for key, w in language.written.items() if key not in DIGITS]
    there = [w for w in keywords if re.search(rf"(?<!\S){re.escape(w)}(?!\S)", head)]
    if not there:
        return None
    old = max(there, key=len) if rng.random() < 0.5 else rng.choice(there)
    new = rng.choice([w for w in keywords if w != old])
    changed = re.sub(rf"(?<!\S){re.escape(old)}(?!\S)", new, head, count=1)
    return f"{changed} = {check}"


def lost_word(line: str, _code: str, rng: random.Random) -> str | None:
    """One word after the number of the line is not heard."""
    head, check = _head_and_check(line)
    words = head.split()
    at = rng.randrange(1, len(words))
    return f"{' '.join([*words[:at], *words[at + 1 :]])} = {check}"


def check_word(line: str, code: str, rng: random.Random) -> str | None:
    """The line is right, and its check word is heard as another of the list."""
    head, check = _head_and_check(line)
    return f"{head} = {rng.choice([w for w in language_of(code).words if w != check])}"


def number(line: str, _code: str, rng: random.Random) -> str | None:
    """The number of the line is heard as another."""
    head, check = _head_and_check(line)
    old, rest = head.split(" ", 1)
    at = rng.randrange(len(old))
    new = f"{old[:at]}{rng.choice([d for d in DIGITS if d != old[at]])}{old[at + 1 :]}"
    return f"{new} {rest} = {check}"


def looks_right(line: str, code: str, rng: random.Random) -> str | None:
    """The line is wrong, and its check word is wrong as well, just so that they go together."""
    language = language_of(code)
    for _ in range(20):
        wrong = rng.choice((digit, swapped_digits, letter, word))(line, code, rng)
        read = typed(wrong, language).line if wrong else None
        if wrong is None or read is None or read.neutral == getattr(typed(line, language).line, "neutral", None):
            continue
        return f"{_head_and_check(wrong)[0]} = {language.words[checks.check_number(read.neutral)]}"
    return None


LINE_MODELS: tuple[Mishearing, ...] = (
    digit, swapped_digits, letter, sign, word, lost_word, check_word, number, looks_right,
)  # fmt: skip


def misheard(line: str, code: str, rng: random.Random, models: Sequence[Mishearing] = LINE_MODELS) -> str:
    """The line as one of the models makes it, and really another."""
    language = language_of(code)
    was = typed(line, language)
    while True:
        made = rng.choice(models)(line, code, rng)
        if made is None:
            continue
        now = typed(made, language)
        if now.line is None or was.line is None or (now.line.neutral, now.check) != (was.line.neutral, was.check):
            return made


# --- trials ---


@dataclass(frozen=True)
class Trial:
    """Lines as heard, and the numbers of those that were misheard."""

    heard: tuple[str, ...]
    wrong: frozenset[int]


Model = Callable[[Sequence[str], str, random.Random], Trial]


def one(*models: Mishearing) -> Model:
    """One line of the message is misheard."""

    def trial(lines: Sequence[str], code: str, rng: random.Random) -> Trial:
        while True:
            at = rng.randrange(len(lines))
            if any(model(lines[at], code, rng) is not None for model in models for _ in range(3)):
                made = misheard(lines[at], code, rng, models)
                return Trial((*lines[:at], made, *lines[at + 1 :]), frozenset((at + 1,)))

    return trial


def two(*models: Mishearing) -> Model:
    """Two lines of the message are misheard, each in its own way."""
    single = one(*models)

    def trial(lines: Sequence[str], code: str, rng: random.Random) -> Trial:
        first = single(lines, code, rng)
        while True:
            second = single(lines, code, rng)
            if second.wrong != first.wrong:
                break
        at = next(iter(second.wrong)) - 1
        heard = (*first.heard[:at], second.heard[at], *first.heard[at + 1 :])
        return Trial(heard, first.wrong | second.wrong)

    return trial


def lost(count: int) -> Model:
    """Lines are not heard at all."""

    def trial(lines: Sequence[str], _code: str, rng: random.Random) -> Trial:
        gone = rng.sample(range(len(lines)), count)
        return Trial(tuple(line for at, line in enumerate(lines) if at not in gone), frozenset(at + 1 for at in gone))

    return trial


def lost_and_misheard(lines: Sequence[str], code: str, rng: random.Random) -> Trial:
    """One line is misheard and another not heard at all."""
    made = one(*LINE_MODELS)(lines, code, rng)
    gone = rng.choice([at for at in range(len(lines)) if at + 1 not in made.wrong])
    heard = tuple(line for at, line in enumerate(made.heard) if at != gone)
    return Trial(heard, made.wrong | {gone + 1})


def contents_swapped(lines: Sequence[str], _code: str, rng: random.Random) -> Trial:
    """Two neighbouring lines are written down under each other's numbers."""
    at = rng.randrange(len(lines) - 1)
    a, b = (line.split(" ", 1)[1] for line in lines[at : at + 2])
    heard = (*lines[:at], f"{at + 1} {b}", f"{at + 2} {a}", *lines[at + 2 :])
    return Trial(heard, frozenset((at + 1, at + 2)))


def said_in_another_order(lines: Sequence[str], _code: str, rng: random.Random) -> Trial:
    """Two neighbouring lines come in each other's place, with their numbers: harmless, and told."""
    at = rng.randrange(len(lines) - 1)
    return Trial((*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]), frozenset((at + 1, at + 2)))


def said_twice(lines: Sequence[str], _code: str, rng: random.Random) -> Trial:
    """A line is repeated: harmless, and told."""
    at = rng.randrange(len(lines))
    return Trial((*lines[: at + 1], lines[at], *lines[at + 1 :]), frozenset((at + 1,)))


ONE_LINE: dict[str, Model] = {
    "a digit": one(digit),
    "two digits swapped": one(swapped_digits),
    "a letter": one(letter),
    "the point, slash or minus of a number": one(sign),
    "a keyword, or a word of the list": one(word),
    "a word lost": one(lost_word),
    "the check word alone": one(check_word),
    "the number of the line": one(number),
    "line and check word, so that they agree": one(looks_right),
    "the line lost": lost(1),
}
TWO_LINES: dict[str, Model] = {
    "each in any of these ways": two(*LINE_MODELS),
    "both with check words that agree": two(looks_right),
    "neighbours under each other's numbers": contents_swapped,
    "one misheard, one lost": lost_and_misheard,
    "both lost": lost(2),
}
HARMLESS: dict[str, Model] = {
    "neighbours in each other's place, with their numbers": said_in_another_order,
    "a line said twice": said_twice,
}


def outcome(trial: Trial, code: str) -> str:
    """`named`: these lines and no others. `more`: these and others. `noticed`: not all of them. `missed`: all fine."""
    heard = voice.hear("\n".join(trial.heard), code)
    said = {each.number for each in heard.misheard}
    if said == trial.wrong:
        return "named"
    if said > trial.wrong:
        return "more"
    return "noticed" if said or not heard.settled else "missed"


def told(trial: Trial, code: str, lines: Sequence[str]) -> str:
    """Of what is harmless: `named` if it is read all the same and the remarks name the lines."""
    heard = voice.hear("\n".join(trial.heard), code)
    same = not heard.misheard and heard.settled and len(heard.lines) == len(lines)
    numbers = {
        int(each) for remark in heard.remarks for each in re.findall(r"\b\d+\b", remark.partition(" was said ")[0])
    }
    return "named" if same and trial.wrong <= numbers else "missed"


def trials(model: Model, code: str, count: int, seed: int) -> Iterator[tuple[Trial, tuple[str, ...]]]:
    """So many trials over the sample messages; the same for the same seed."""
    rng = random.Random(f"{seed} {code}")
    texts = [voice.write(message, code) for message in messages()]
    for _ in range(count):
        lines = rng.choice(texts)
        yield model(lines, code, rng), lines


def measure(count: int, seed: int = SEED) -> dict[str, dict[str, dict[str, dict[str, int]]]]:
    """group -> model -> language -> outcome -> how many of `count`."""
    made: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    for group, models in (("one line", ONE_LINE), ("two lines", TWO_LINES), ("harmless", HARMLESS)):
        for name, model in models.items():
            for code in voice.LANGUAGES:
                results = (
                    told(trial, code, lines) if group == "harmless" else outcome(trial, code)
                    for trial, lines in trials(model, code, count, seed)
                )
                made.setdefault(group, {}).setdefault(name, {})[code] = dict(Counter(results))
    return made


def table(result: dict[str, object]) -> str:
    """The rates as Markdown: per cent of trials in which these lines and no others were named."""
    rates: dict[str, dict[str, dict[str, dict[str, int]]]] = result["outcomes"]  # type: ignore[assignment]  # as `measure` made it
    count = result["trials"]
    lines = [
        f"Per cent of {count} trials for each number in which exactly the misheard lines were named; seed {SEED}.",
        "",
    ]
    lines += [
        f"| misheard | {' | '.join(voice.LANGUAGES)} | taken for right |",
        f"|---|{'---|' * len(voice.LANGUAGES)}---|",
    ]
    for group, models in rates.items():
        for name, by_language in models.items():
            cells = [f"{100 * counts.get('named', 0) / sum(counts.values()):.2f}" for counts in by_language.values()]
            missed = sum(counts.get("missed", 0) for counts in by_language.values())
            all_of = sum(sum(counts.values()) for counts in by_language.values())
            lines.append(f"| {group}: {name} | {' | '.join(cells)} | {missed} of {all_of} |")
    return "\n".join(lines)


def filled(page: str, result: dict[str, object]) -> str:
    """The page with the table of this result between its marks."""
    head, _, rest = page.partition(MARKS[0])
    _, _, tail = rest.partition(MARKS[1])
    return f"{head}{MARKS[0]}\n\n{table(result)}\n\n{MARKS[1]}{tail}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    count = parser.parse_args().trials
    result: dict[str, object] = {"seed": SEED, "trials": count, "outcomes": measure(count)}
    RESULTS.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if PAGE.exists():
        PAGE.write_text(filled(PAGE.read_text("utf-8"), result), "utf-8")
    print(table(result))


if __name__ == "__main__":
    main()
