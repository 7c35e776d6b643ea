"""The dossier on paper: PDF/A-2b on A4, black on white, with its hash on every page."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.model.dossier import Dossier
from thalweg.model.result import CopyFor
from thalweg.policy.disclosure import Disclosed
from thalweg.reports import map as maps
from thalweg.reports import setting
from thalweg.reports.dossier.content import content


def render(
    disclosed: Disclosed[Dossier],
    languages: Sequence[str],
    ground: maps.Ground | None = None,
    copy: CopyFor | None = None,
) -> bytes:
    """The whole dossier in one language or two. The same input gives the same bytes. `PdfError` where it cannot be
    set."""
    data = content(disclosed, languages, setting.settable, ground, copy)
    if data["map"]["svg"]:
        data["map"]["svg"] = setting.inked(data["map"]["svg"])
    return setting.pdf("dossier/dossier.typ", data, disclosed.value.known_at)
