"""What no notice says in any language (R18): a notice is recorded and acknowledged; nobody approves or permits it.

For each language a pattern of the words and their endings, and the phrases that may say "not permission".
"""

from __future__ import annotations

import re
from typing import Final

_NEVER: Final = {
    "en": r"\b(?:approv|disapprov|permit|permiss|allow|authori[sz]|licen[cs]|cleared|clearance|grant|den(?:y|ied|ial)"
    r"|refus|reject)\w*",
    "ar": r"\w*(?:مواف[قه]|واف[قف]|[إأا]ذن|مأذون|تصريح|مصرّ?ح|ترخيص|مرخّ?ص|سماح|مسموح|يسمح|سُمح|اعتماد|معتمد|مصادق|صادق"
    r"|[إأ]جاز|مُجاز|رفض|مرفوض)\w*",
    "ru": r"\b(?:одобр|разреш|допус|допущ|позвол|санкцион|утвержд|утверди|согласован|отклон|отказ|отверг)\w*",
    "fr": r"\b(?:approuv|approb|désapprouv|autoris|permis|permett|permet\b|homolog|habilit|agréé|refus|rejet|admis)\w*",
    "tr": r"\b(?:onay|izin|izn|müsaade|ruhsat|yetki|uygun gör|redd|reddet|kabul edilebilir)\w*",
    "ku": r"\b(?:destûr|îzin|pejir|pesend|erê kir|red kir|mafdar)\w*",
}
# The only way in which such a word is said: that it is not meant.
_DENIED: Final = {
    "en": ("not permission",),
    "ar": ("ليس إذنًا",),
    "ru": ("не разрешение",),
    "fr": ("et non une autorisation", "ni une garantie ni une autorisation"),
    "tr": ("izin değildir",),
    "ku": ("ne destûr e",),
}


def said(text: str, language: str) -> list[str]:
    """The words of the list that the text says, but for saying that something is none."""
    for phrase in _DENIED[language]:
        text = text.replace(phrase, "")
    return re.findall(_NEVER[language], text, re.IGNORECASE)
