"""The few words that decide what a declaration is, in the spellings that files use."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from thalweg.drafts.texts import folded
from thalweg.model.declarations import Kind, LineStatus, Medium, Standing, Zone
from thalweg.model.errors import InputError


class Action(StrEnum):
    """What a declaration does to its chain (R9)."""

    NEW = "new"
    REPLACE = "replace"
    CANCEL = "cancel"


_Word = TypeVar("_Word", bound=StrEnum)


def _table(words: dict[_Word, str]) -> dict[str, _Word]:
    return {folded(alias): word for word, aliases in words.items() for alias in (word.value, *aliases.split("|"))}


KINDS = _table(
    {
        Kind.OPERATION: "op|ops|operations|activity|operational intent|flight operation|opération|операция|عملية",
        Kind.MOVEMENT: "convoy|journey|movements|mission movement|flight|voyage|route|track|mouvement|convoi|"
        "движение|перемещение|конвой|колонна|حركة|تحرك|قافلة",
        Kind.STATIC_SITE: "site|static|facility|protected site|static site|hospital|school|camp|shelter|"
        "warehouse|site statique|installation|объект|стационарный объект|больница|"
        "موقع|موقع ثابت|منشأة|مستشفى",
        Kind.RESTRICTED_ZONE: "zone|restricted area|restriction|constraint|geozone|"
        "restricted operations zone|zone réglementée|зона|запретная зона|منطقة|منطقة محظورة",
        Kind.LINE: "dividing line|demarcation line|coordination line|deconfliction line|border|ligne|"
        "ligne de démarcation|линия|линия разграничения|خط|خط الفصل",
        Kind.NEGATIVE: "negative declaration|none of ours|no forces|no activity|nothing there|"
        "déclaration négative|отрицательное заявление|наших нет|إعلان سلبي|لا قوات",
    }
)
ZONES = _table(
    {
        Zone.NO_ENTRY: "no entry|no go|no go area|exclusion|prohibited|prohibited area|entrée interdite|"
        "въезд запрещён|запрет входа|ممنوع الدخول",
        Zone.NO_FIRE: "no fire area|nfa|restrictive fire area|no fires|ceasefire zone|interdiction de tir|"
        "запрет огня|ممنوع إطلاق النار",
        Zone.RESTRICTED_AIRSPACE: "airspace|no fly|no fly zone|nfz|tfr|temporary flight restriction|"
        "restricted operations zone|roz|req authorisation|conditional|espace aérien réglementé|"
        "запретная зона полётов|бесполётная зона|مجال جوي محظور|منطقة حظر جوي",
        Zone.QUIET_WINDOW: "window of silence|quiet|silence|repair window|humanitarian pause|"
        "fenêtre de silence|окно тишины|режим тишины|نافذة صمت|هدنة",
    }
)
MEDIA = _table(
    {
        Medium.AIR: "aerial|airborne|flight|uas|uav|drone|helicopter|aérien|воздух|воздушный|جو|جوي",
        Medium.GROUND: "land|road|overland|terre|terrestre|земля|наземный|суша|بر|بري|أرض",
        Medium.WATER: "sea|maritime|river|vessel|waterborne|eau|mer|maritime|вода|водный|море|ماء|بحر|نهر",
        Medium.UNSTATED: "unknown|any|mixed|",
    }
)
STANDINGS = _table(
    {
        Standing.DECLARED: "official|stated|déclaré|заявлено|معلن",
        Standing.REPORTED: "press|second hand|rapporté|сообщается|منقول",
        Standing.RUMOURED: "rumor|rumour|rumored|unconfirmed|unowned|rumeur|слух|إشاعة",
    }
)
STATUSES = _table(
    {
        LineStatus.AGREED: "formal|accord|convenu|согласованная|متفق عليه",
        LineStatus.TACIT: "informal|de facto|understood|tacite|негласная|ضمني",
        LineStatus.DISPUTED: "contested|contesté|contestée|спорная|متنازع عليه",
    }
)
ACTIONS = _table(
    {
        Action.NEW: "n|create|add|nouveau|новый|جديد",
        Action.REPLACE: "r|replaces|update|amend|change|remplacer|замена|изменение|تعديل|استبدال",
        Action.CANCEL: "c|cancelled|canceled|withdraw|withdrawn|delete|end|annuler|отмена|إلغاء",
    }
)

# Measures that permit or direct fire have no place here (R38). They are named only to be refused.
_REFUSED_WORDS = (
    "target|aim point|strike|strike zone|fire mission|free fire area|ffa|kill box|killbox|"
    "fire support coordination line|fscl|coordinated fire line|cfl|missile engagement zone|mez|"
    "weapons free|engagement zone|weapon engagement zone|цель|هدف|cible"
)
_REFUSED = frozenset(folded(word) for word in _REFUSED_WORDS.split("|"))


def kind_of(text: str) -> Kind:
    """The kind that `text` names; refuses measures that permit or direct fire (`kind-refused`)."""
    _refuse_permissive(text)
    return _look_up(text, KINDS, "kind", Kind)


def zone_of(text: str) -> Zone:
    _refuse_permissive(text)
    return _look_up(text, ZONES, "zone", Zone)


def medium_of(text: str) -> Medium:
    return _look_up(text, MEDIA, "medium", Medium)


def standing_of(text: str) -> Standing:
    return _look_up(text, STANDINGS, "standing", Standing)


def status_of(text: str) -> LineStatus:
    return _look_up(text, STATUSES, "status", LineStatus)


def action_of(text: str) -> Action:
    return _look_up(text, ACTIONS, "action", Action)


def _refuse_permissive(text: str) -> None:
    if folded(text) in _REFUSED:
        raise InputError(
            "kind-refused",
            f"“{text}” is not taken: Thalweg holds what protects, and nothing that permits or directs fire.",
            expected=", ".join(Kind),
            found=text,
        )


def _look_up(text: str, table: dict[str, _Word], what: str, words: type[_Word]) -> _Word:
    word = table.get(folded(text))
    if word is None:
        raise InputError(
            f"{what}-unknown", f"“{text}” is not a {what} known here.", expected=", ".join(words), found=text
        )
    return word
