"""Whether two names that people gave to a thing may be of one thing, across spellings and scripts (R10).

"Mayadeen National Hospital", "S-04 hospital, Al Mayadin", "مستشفى الميادين" and "Больница Эль-Маядин" may be one; "Al
Mayadin hospital 1" and "Al Mayadin hospital 2" are not, and neither are "Mayadin hospital" and "Mayadin school". It
suggests, and decides nothing: whoever is asked looks at both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import JaroWinkler

from thalweg.places import names

_CLOSE: Final = 0.90  # Jaro-Winkler of how two words sound, as for "did you mean" (`suggestions`)
_LONG: Final = 4  # shorter words are alike only when they are the same

# What things are, in the languages that sites come in. Two that name different functions are different things.
_FUNCTIONS: Final = {
    "medical": "hospital hospitals hosp clinic polyclinic dispensary infirmary maternity health hopital clinique"
    " dispensaire"
    " مستشفى مشفى عيادة مستوصف больница госпиталь клиника поликлиника hastane hastanesi nexweşxane",
    "school": "school college university ecole universite مدرسة جامعة школа университет okul dibistan",
    "camp": "camp settlement مخيم лагерь kamp",
    "worship": "mosque church monastery mosquee eglise مسجد جامع كنيسة мечеть церковь cami mizgeft",
    "water": "water waterworks pumping reservoir eau مياه ماء вода водозабор",
    "bakery": "bakery boulangerie مخبز فرن пекарня firin",
    "warehouse": "warehouse depot entrepot مستودع مخزن склад depo",
    "office": "office bureau مكتب офис",
    "bridge": "bridge pont جسر мост kopru pir",
    "mines": "mines demining mine ألغام мины deminage",
}
# What does not tell one thing from another.
_FILLERS: Final = (
    "general national central centre center public main civil government governmental state field station site building"
    " compound area zone new old great district governorate province and at in for to de du des la le les et"
    " وطني عام مركزي مركز محطة موقع مبنى منطقة محافظة ناحية في"
    " центральная центральный городская районная областная национальная станция район область"
)
_CODE = re.compile(r"(?<![^\W_])[A-Za-z]{1,3}[-_/]?\d{2,}(?![^\W_])")  # a reference such as S-04, which is no name

_FUNCTION_OF: Final = {names.fold(word): name for name, text in _FUNCTIONS.items() for word in text.split()}
_FILLER: Final = frozenset(names.fold(word) for word in _FILLERS.split())

_LATIN: Final = str.maketrans(
    {
        "ا": "a", "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "h", "خ": "kh", "د": "d", "ذ": "dh", "ر": "r",
        "ز": "z", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": "", "غ": "gh", "ف": "f",
        "ق": "q", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "w", "ي": "y", "پ": "p", "چ": "ch",
        "گ": "g", "ڤ": "v",
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "j", "з": "z", "и": "i", "й": "y",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ы": "y", "э": "e", "ю": "yu", "я": "ya",
        "і": "i", "ї": "yi", "є": "ye",
    }
)  # fmt: skip
# What is left of a word where vowels are not written, and letters that one script has and another has not are one.
_SKELETON: Final = (
    (re.compile("tch|ch|sh|j"), "s"),
    (re.compile("kh|q|c"), "k"),
    (re.compile("gh"), "g"),
    (re.compile("th"), "t"),
    (re.compile("dh"), "d"),
    (re.compile("ph|v"), "f"),
    (re.compile("[aeiouywh]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


@dataclass(frozen=True, slots=True)
class Name:
    """What of a name tells one thing from another."""

    words: tuple[str, ...]  # as they sound, in Latin letters where the script can be written so
    skeletons: tuple[str, ...]
    numbers: frozenset[int]
    functions: frozenset[str]
    latin: bool  # it was written in Latin letters

    @property
    def readable(self) -> bool:
        """Whether it could be written in Latin letters, and so be compared across scripts."""
        return all(word.isascii() for word in self.words)


def name_of(text: str, *codes: str) -> Name:
    """The name in a title; `codes` are references that are no part of it, if they have a digit."""
    for code in codes:
        if any(letter.isdigit() for letter in code):
            text = text.replace(code, " ")
    words, functions, numbers = [], set(), set()
    bare = names.bare_words(_CODE.sub(" ", text))
    for word in bare:
        if word.isdecimal():
            numbers.add(int(word))
        elif word in _FUNCTION_OF:
            functions.add(_FUNCTION_OF[word])
        elif word not in _FILLER:
            words.append(word)
    latin = all(word.isascii() for word in words)
    if not latin:
        # Once more: an article that was written in other letters is one too.
        words = list(names.bare_words(" ".join(word.translate(_LATIN) or word for word in words)))
    heard = [_heard(word) for word in words]
    return Name(
        tuple(sound for sound, _ in heard if sound),
        tuple(bones for sound, bones in heard if sound),
        frozenset(numbers),
        frozenset(functions),
        latin,
    )


def alike(one: Name, other: Name) -> bool | None:
    """Whether they may be names of one thing; None where one of them is no name, or they cannot be compared."""
    if one.functions and other.functions and not one.functions & other.functions:
        return False
    if one.numbers and other.numbers and one.numbers != other.numbers:
        return False
    if not one.words or not other.words:
        return None
    if one.readable != other.readable:
        return None
    whole, whole_other = "".join(one.words), "".join(other.words)
    if _same(whole, whole_other):
        return True
    bones, bones_other = "".join(one.skeletons), "".join(other.skeletons)
    if bones == bones_other and (len(bones) >= _LONG or (bones and one.latin != other.latin)):
        return True
    few, many = sorted((one, other), key=lambda each: len(each.words))
    return all(
        any(
            _same(word, each) or (one.latin != other.latin and bone and bone == bone_each)
            for each, bone_each in zip(many.words, many.skeletons, strict=True)
        )
        for word, bone in zip(few.words, few.skeletons, strict=True)
    )


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    return min(len(one), len(other)) >= _LONG and JaroWinkler.similarity(one, other) >= _CLOSE


@lru_cache(maxsize=1 << 15)
def _heard(word: str) -> tuple[str, str]:
    """How a word sounds, and its skeleton."""
    bones = word
    for pattern, plain in _SKELETON:
        bones = pattern.sub(plain, bones)
    return names.sound(word) if word.isascii() else word, bones
