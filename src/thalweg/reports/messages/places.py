"""The independent reference of a position (R4) as slots: distance, direction, place and bank."""

from __future__ import annotations

import unicodedata
from typing import Final

from thalweg.places.banks import Bank, RiverSide
from thalweg.places.describe import Description, Reference
from thalweg.places.gazetteer import Place
from thalweg.reports.messages.slots import ByRiver, FromPlace, Locality, OnBank, PlaceName

_BESIDE_RIVER_M = 10_000.0  # up to here people say "on the bank", as in places.describe


def locality(description: Description) -> Locality:
    """What lies around a position."""
    town, near = description.town or description.settlement, description.settlement
    return Locality(
        town=_from_place(town) if town else None,
        near=_from_place(near) if near and description.town else None,
        river=_by_river(description.river) if description.river else None,
    )


def place_name(place: Place) -> PlaceName:
    """A place with one of its names in each script, "" where none is known: the usual one where `_USUAL` has it, else
    the one that is most likely it. The gazetteer says how a name is written, and not of which language it is."""
    arabic, russian = _USUAL.get(place.id, ("", ""))
    return PlaceName(place.name, place.id, arabic or _arabic(place.aliases), russian or _russian(place))


def _from_place(reference: Reference) -> FromPlace:
    return FromPlace(
        place=place_name(reference.place), distance_m=reference.distance_m, bearing_deg=reference.bearing_deg
    )


def _by_river(side: RiverSide) -> ByRiver:
    return ByRiver(bank=_bank(side), river=side.river, channel_m=side.distance_m)


def _bank(side: RiverSide) -> OnBank:
    if side.bank is Bank.UNCERTAIN:
        return OnBank.UNCERTAIN
    beside = side.distance_m <= _BESIDE_RIVER_M
    if side.bank is Bank.LEFT:
        return OnBank.LEFT if beside else OnBank.LEFT_SIDE
    return OnBank.RIGHT if beside else OnBank.RIGHT_SIDE


# Towns of and around the carried region, and a few capitals, of which the rules below find another name than the usual:
# Arabic, Russian.
_USUAL: Final = {
    "geonames:94824": ("كربلاء", "Кербела"),
    "geonames:95446": ("أربيل", "Эрбиль"),
    "geonames:98717": ("الرمادي", "Рамади"),
    "geonames:112931": ("طهران", "Тегеран"),
    "geonames:163345": ("طرطوس", "Тартус"),
    "geonames:170654": ("دمشق", "Дамаск"),
    "geonames:173377": ("القامشلي", "Камышлы"),
    "geonames:250441": ("عمّان", "Амман"),
    "geonames:267008": ("صور", "Тир"),
    "geonames:268064": ("صيدا", "Сайда"),
    "geonames:281184": ("القدس", "Иерусалим"),
    "geonames:285066": ("الخليل", "Хеврон"),
    "geonames:293397": ("تل أبيب", "Тель-Авив"),
    "geonames:294801": ("حيفا", "Хайфа"),
    "geonames:295530": ("بئر السبع", "Беэр-Шева"),
    "geonames:298033": ("ويران شهر", "Вираншехир"),
    "geonames:298117": ("وان", "Ван"),
    "geonames:299817": ("طرسوس", "Тарсус"),
    "geonames:300614": ("سيورك", "Сиверек"),
    "geonames:304531": ("مرسين", "Мерсин"),
    "geonames:304797": ("ماردين", "Мардин"),
    "geonames:310859": ("قهرمان مرعش", "Кахраманмараш"),
    "geonames:314830": ("غازي عنتاب", "Газиантеп"),
    "geonames:315808": ("إلازيغ", "Элязыг"),
    "geonames:321836": ("باتمان", "Батман"),
    "geonames:325363": ("أضنة", "Адана"),
    "geonames:524901": ("موسكو", "Москва"),
    "geonames:745044": ("إسطنبول", "Стамбул"),
    "geonames:2210247": ("طرابلس", "Триполи"),
    "geonames:2267057": ("لشبونة", "Лиссабон"),
    "geonames:2643743": ("لندن", "Лондон"),
    "geonames:2988507": ("باريس", "Париж"),
}

_ARABIC: Final = frozenset("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي -")
_RUSSIAN: Final = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя -")
_ROMAN: Final = dict(
    zip("абвгдеёжзийклмнопрстуфхцчшщыэюяьъ", (
        *"abvgde", "yo", "zh", *"ziyklmnoprstuf", "kh", "ts", "ch", "sh", "shch", "y", "e", "yu", "ya", "", "?",
    ), strict=True)
)  # fmt: skip


def _arabic(names: tuple[str, ...]) -> str:
    """The first that is written as Arabic is, without the letters of Persian or Kurdish and without vowel signs; one
    that tells the feminine ending, or the hamza, from what looks alike before one that does not."""
    # No Arabic word begins with a hamza on its chair: Uyghur and Kurdish vowels do.
    written = [name for name in names if _ARABIC.issuperset(name) and not name.startswith("ئ")]
    if not written:
        return ""
    plain = _bare(written[0])
    return max((each for each in written if _bare(each) == plain), key=lambda each: sum(map(each.count, "ةأإؤئ")))


def _bare(name: str) -> str:
    return name.translate(_ALIKE)


_ALIKE: Final = str.maketrans("ةأإآىؤ", "هاااي\u0648")


def _russian(place: Place) -> str:
    """The one in Russian letters that sounds most like the Latin name; of two alike the one that stands first."""
    latin = _sound(place.name)

    def off(name: str) -> int:
        return _apart(_sound("".join(_ROMAN.get(letter, letter) for letter in name.lower())), latin)

    return min((name for name in place.aliases if _RUSSIAN.issuperset(name.lower())), key=off, default="")


def _sound(name: str) -> str:
    """What is left of a Latin spelling without marks, and with what different romanisations write alike."""
    bare = "".join(x for x in unicodedata.normalize("NFD", name.lower().replace("ı", "y")) if x.isascii())
    for one, other in (("kh", "h"), ("q", "k"), ("c", "k"), ("w", "v"), ("j", "dzh"), ("-", " "), ("'", "")):
        bare = bare.replace(one, other)
    return bare


def _apart(one: str, other: str) -> int:
    """How many letters one must change, add or take away to make one of the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        before, row[0] = row[0], number
        for at, its in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (letter != its))
    return row[-1]
