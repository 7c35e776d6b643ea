"""What files call the canonical fields: names of columns and properties, in four languages.

`radius_km` or `lower ft` carry a unit: it is added to values that are bare numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from thalweg.drafts.texts import folded, plain

# Fields that a single volume may state for itself; the draft's own value holds where it does not.
VOLUME_FIELDS = (
    "start", "end", "when", "time_zone", "lower", "upper", "datum", "lower_datum", "upper_datum",
    "height_unit", "radius_m", "half_width_m", "buffer_m", "half_height_m",
    "uncertainty_m", "uncertainty_vertical_m", "uncertainty_s", "uncertainty_at_95", "status",
)  # fmt: skip
FIELDS = (
    "id", "revision", "action", "replaces", "kind", "zone", "medium", "party", "title",
    "valid_from", "valid_until", "standing", "hypothetical", "emergency", "submitted",
    "left", "right", "left_name", "right_name", "place", "bank", *VOLUME_FIELDS,
)  # fmt: skip

ALIASES = {
    "id": "declaration_id|declaration id|notice id|notification id|reference|ref|reference number|ref no|"
    "référence|номер|идентификатор|المرجع|رقم الإشعار",
    "revision": "version|rev|révision|версия|редакция|النسخة|المراجعة",
    "action": "new replace cancel|action type|действие|الإجراء",
    "replaces": "replaced id|supersedes|remplace|заменяет|يستبدل",
    "kind": "declaration kind|declaration type|kind of declaration|thalweg_kind|вид|نوع الإعلان",
    "zone": "zone type|restriction type|type de zone|тип зоны|نوع المنطقة",
    "medium": "mode|domain|mode of transport|transport mode|mode de transport|среда|вид транспорта|وسيلة النقل",
    "party": "organisation|organization|organisation name|organization name|org|agency|notifier|submitted by|"
    "party id|name of organisation|name of organization|organisme|partie|организация|організація|сторона|المنظمة|"
    "الجهة|الطرف",
    "title": "name|site name|facility name|name of site|name of facility|health facility name|"
    "mission name|label|nom|nom du site|nom de la structure|назва|название|наименование|"
    "имя|الاسم|اسم الموقع|العنوان",
    "valid_from": "validity from|valid since|validity start|valide du|valide à partir de|действует с|صالح من",
    "valid_until": "valid to|validity until|validity end|expiry|expires|expiry date|expires at|"
    "valide jusqu'au|valable jusqu'au|действует до|срок действия|صالح حتى|صالح لغاية",
    "standing": "source standing|statut de la source|تصنيف المصدر",
    "hypothetical": "hypothetical geometry|drawn by us|hypothétique|гипотетический|افتراضي",
    "emergency": "urgent|emergency flag|urgence|срочно|экстренно|طارئ|عاجل",
    "submitted": "submitted at|submission date|date submitted|date of submission|submission time|"
    "soumis le|date de soumission|подано|дата подачи|تاريخ التقديم",
    "left": "left parties|parties left|gauche|слева|يسار",
    "right": "right parties|parties right|droite|справа|يمين",
    "left_name": "name of left side|left side",
    "right_name": "name of right side|right side",
    "place": "named place|nearest place|locality|place name|town|village|lieu|localité|"
    "населённый пункт|место|المكان|البلدة|القرية",
    "bank": "river bank|side of river|bank of river|rive|берег|ضفة|الضفة",
    "start": "begin|begins|start time|start date|starttime|start_datetime|time start|from time|begin time|"
    "timestart|effective from|début|date de début|heure de début|начало|дата начала|время начала|"
    "البداية|وقت البدء|تاريخ البدء",
    "end": "ends|end time|end date|endtime|finish|stop|end_datetime|time end|to time|timeend|effective to|"
    "fin|date de fin|heure de fin|конец|окончание|дата окончания|время окончания|"
    "النهاية|وقت الانتهاء|تاريخ الانتهاء",
    "when": "window|time window|timespan|interval|période|период|الفترة",
    "time_zone": "timezone|tz|time zone|zone of times|fuseau horaire|часовой пояс|المنطقة الزمنية",
    "lower": "floor|lower limit|min altitude|minimum altitude|altitude min|altitude lower|base|from altitude|"
    "altitude minimale|нижняя граница|мин. высота|الحد الأدنى|الارتفاع الأدنى",
    "upper": "ceiling|upper limit|max altitude|maximum altitude|altitude max|altitude upper|top|to altitude|"
    "altitude maximale|plafond|верхняя граница|макс. высота|الحد الأعلى|الارتفاع الأقصى",
    "datum": "altitude datum|height datum|altitude reference|vertical datum|altitudemode|"
    "référence d'altitude|система высот|مرجع الارتفاع",
    "lower_datum": "lower reference|lower limit reference|floor datum|floor reference",
    "upper_datum": "upper reference|upper limit reference|ceiling datum|ceiling reference",
    "height_unit": "altitude unit|unit of heights|height units|altitude units",
    "radius_m": "radius|footprint|footprint radius|rayon|радиус|نصف القطر",
    "half_width_m": "half width|halfwidth|demi-largeur|полуширина|نصف العرض",
    "buffer_m": "buffer|safety distance|tampon|буфер|مسافة الأمان",
    "half_height_m": "half height",
    "uncertainty_m": "uncertainty|accuracy|accuracy_m|horizontal accuracy|position uncertainty|gps accuracy|"
    "précision|incertitude|точность|погрешность|الدقة",
    "uncertainty_vertical_m": "vertical uncertainty|vertical accuracy|uncertainty_v_m|précision verticale",
    "uncertainty_s": "time uncertainty|uncertainty of time|incertitude horaire",
    "uncertainty_at_95": "uncertainty is 95|95 percent",
    "status": "line status|agreement status|statut|статус линии|حالة الخط",
}

_NAMES = {folded(field): field for field in FIELDS}
for _field, _aliases in ALIASES.items():
    for _alias in _aliases.split("|"):
        _NAMES.setdefault(folded(_alias), _field)

_MEASURED = frozenset(name for name in FIELDS if name.endswith("_m")) | {"lower", "upper"}
_WITH_UNIT = re.compile(r"(.+?),? ?[(\[]?(km|nm|ft|feet|mi|m|км|м|كم|م)[)\]]?")
_BARE = re.compile(r"[+-]?\d[\d.,\s]*")


@lru_cache(maxsize=16384)
def field_named(name: str) -> tuple[str, str] | None:
    """The canonical field that a column or property of this name holds, and the unit in its name.

    None where the name is not one of ours. Case, spaces, hyphens and underscores do not matter.
    """
    word = folded(name)
    field = _NAMES.get(word)
    if field is not None:
        return field, ""
    match = _WITH_UNIT.fullmatch(word)
    if match:
        field = _NAMES.get(match[1]) or _NAMES.get(match[1] + " m")
        if field in _MEASURED:
            return field, match[2]
    return None


def with_unit(text: str, unit: str) -> str:
    """`text` with the unit of its column added, where it is a bare number."""
    return f"{text} {unit}" if unit and _BARE.fullmatch(plain(text)) else text


# What people add to a name: above what a number counts, in which zone a time is, whose it is.
_AFTER = frozenset({
    "at", "utc", "gmt", "z", "local", "time", "date", "datetime", "zulu", "deg", "degree", "degrees", "decimal",
    "dd", "dms", "wgs84", "m", "metre", "metres", "meter", "meters", "km", "ft", "feet", "nm", "in", "of", "value",
})  # fmt: skip
_BEFORE = frozenset({
    "planned", "expected", "estimated", "scheduled", "proposed", "requested", "actual", "operation", "op", "mission",
    "movement", "flight", "activity", "event", "site", "facility", "zone", "area",
})  # fmt: skip
_DECISIVE = frozenset({
    "start", "end", "begin", "when", "buffer", "radius", "half width", "uncertainty", "accuracy", "lower", "upper",
    "floor", "ceiling", "altitude", "latitude", "longitude", "lat", "lon", "valid from", "valid until", "arrival",
    "departure", "coordinates",
})  # fmt: skip
_IN_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]?")
# Short, and part of too many other names to speak for one.
_COMMON = frozenset(
    {"x", "y", "to", "from", "top", "base", "date", "time", "position", "point", "order", "left", "right"}
)

OTHER_WORDS = frozenset(map(folded, (
    "model", "radios", "tower", "power", "stat", "parts", "form", "etage", "weight", "eight", "نوع المنشأة",
)))  # fmt: skip
"""A letter away from a known name, and names of their own."""


def resembled(name: str, *, among: Mapping[str, str] | None = None) -> str:
    """The known name that `name` is a misspelling of, or is with something added (`Start (UTC)`, `buffer metres`).

    Empty where it is known, and where it is like none. `among`: names, folded; those of the canonical fields if None.
    """
    return _resembled(name, _ALL if among is None else frozenset(among))


@lru_cache(maxsize=8192)
def _resembled(name: str, known: frozenset[str]) -> str:
    if len(name) > 60 or field_named(name) is not None:
        return ""
    word = folded(name)
    if word in known or word in _COMMON or word in OTHER_WORDS:
        return ""
    words = folded(_IN_BRACKETS.sub(" ", plain(name))).split()
    while len(words) > 1 and words[-1] in _AFTER and " ".join(words) not in known:
        words.pop()
    bare = " ".join(words)
    if bare != word and bare in known - _COMMON:
        return bare
    if len(words) > 2 and words[1] == "of" and words[0] in _DECISIVE & known:
        return words[0]
    while len(words) > 1 and words[0] in _BEFORE:
        words.pop(0)
        if " ".join(words) in _DECISIVE & known:
            return " ".join(words)
    return min((each for each in known - _COMMON if _misspelt(word, each)), default="")


def _misspelt(word: str, known: str) -> bool:
    """By one slip, or two in a long name; in one of three or four letters, by a swap or a letter at its end."""
    allowed = 2 if len(known) >= 9 else 1
    if abs(len(word) - len(known)) > allowed or word.isdecimal():
        return False
    if len(known) <= 4:
        swapped = sorted(word) == sorted(known) and _slips(word, known) == 1
        return len(known) > 2 and (swapped or word[:-1] == known)
    if len(set(word).difference(known)) > allowed:  # each letter that the other has not is a slip: most end here
        return False
    return _slips(word, known) <= allowed


def _slips(a: str, b: str) -> int:
    """Letters left out, added, exchanged, or swapped with their neighbour, to come from `a` to `b`.

    Optimal string alignment: Boytsov 2011, "Indexing methods for approximate dictionary searching", 2.2.
    """
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        above, row, two_above = row, [i], before
        for j, other in enumerate(b, start=1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                best = min(best, two_above[j - 2] + 1)
            row.append(best)
        before = above
    return row[-1]


# A title or a place decides nothing, and others have names of many kinds (`name_local`).
_ALL = frozenset(word for word, field in _NAMES.items() if field not in ("title", "place"))
