"""A dossier in a bundle held against the entries beside it: made again from them, it is the same, byte for byte.

So nothing in it rests on anything but entries that were verified, and no fact can be added, dropped or changed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from thalweg.ledger.errors import Malformed, Refused
from thalweg.ledger.receipt import CLASSES, Bundle, Document, Withheld
from thalweg.ledger.verify import BundleVerdict
from thalweg.model import dossier as values
from thalweg.model.dossier import Dossier, Margins
from thalweg.model.errors import InputError, ValueRefused
from thalweg.model.events import Notice
from thalweg.model.instants import Instant
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.dossier.made import dossier, keys_of
from thalweg.policy.held import Reached, of_bundle, reached
from thalweg.reports.dossier.digest import FORM, MEDIA_TYPE, encode
from thalweg.state.recorded import Recorded


def check(data: bytes, verdict: BundleVerdict) -> list[str]:
    """A sentence for each document of a bundle that was verified. `Refused` (`dossier.differs`) where a dossier does
    not follow from the entries."""
    return [_checked(data, verdict, document) for document in verdict.documents]


def read(data: bytes, verdict: BundleVerdict) -> Disclosed[Dossier]:
    """The dossier of a bundle that was verified, made again from its entries. `Refused` where there is none, or where
    it does not follow from them."""
    for document in verdict.documents:
        if document.media == MEDIA_TYPE:
            return _made(data, verdict, document)
    raise Refused("dossier.absent", "There is no dossier in this bundle.")


def counted(withheld: tuple[Withheld, ...]) -> tuple[values.Withheld, ...]:
    """How many entries of each class are withheld."""
    counts = Counter(item.what for item in withheld)
    return tuple(values.Withheld(what, counts[what]) for what in CLASSES if what in counts)


def _checked(data: bytes, verdict: BundleVerdict, document: Document) -> str:
    if document.media != MEDIA_TYPE:
        return f"The document {document.name} has the hash that the bundle gives; what it says was not compared."
    made = _made(data, verdict, document).value
    held = (
        f"; {sum(each.count for each in made.withheld)} entries are withheld from its reader" if made.withheld else ""
    )
    known = "as known at" if made.reached is None else "as it had reached it by"
    return (
        f"The dossier of {made.incident.reference}, of {made.party}'s record {known} {made.known_at}, follows from "
        f"these entries: made again from them it is the same, byte for byte{held}. SHA-256 {document.sha256}."
    )


def _made(data: bytes, verdict: BundleVerdict, document: Document) -> Disclosed[Dossier]:
    given = _given(document)
    if given["v"] != FORM:
        raise Malformed("dossier.version", f"{str(given['v'])[:60]!r} is no form of dossier that is read here.")
    try:
        margins = Margins(given["margins"]["near_m"], given["margins"]["around_s"])
        records = of_bundle(data, verdict, given["party"])
        again = dossier(
            given["party"],
            records,
            given["incident"]["reference"],
            Instant.of(datetime.fromisoformat(given["known_at"])),
            names=given["names"],
            theatre=given["theatre"],
            exercise=given["exercise"],
            margins=margins,
            withheld=counted(verdict.withheld),
            keys=keys_of(Bundle.parse(data)),
            reached=_reached(given["party"], records, given["reached"]) if "reached" in given else None,
        )
    except (KeyError, TypeError, ValueError, ValueRefused, InputError) as error:
        raise _differs(document) from error
    made = encode(again)
    if made != document.data:
        raise _differs(document, _where(given, json.loads(made), {each.index for each in verdict.verdicts}))
    return again


def _where(given: dict[str, Any], made: dict[str, Any], there: set[int]) -> str:
    """In what the dossier differs from the one that its entries make."""
    rows = given.get("entries")
    listed = [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []
    named = {each["index"] for each in listed if isinstance(each.get("index"), int)}
    missing = sorted(named - there)
    if missing:
        return f" It rests on entry {missing[0]}, which is not in the bundle."
    parts = [key for key in sorted({*given, *made}) if given.get(key) != made.get(key)]
    if parts == ["keys"]:
        return " It names a part of the key history that the bundle does not have."
    return (
        f" It differs in: {', '.join(part[:_PART] for part in parts[:_PARTS])}."
        if parts
        else " It is spelled otherwise."
    )


_PART, _PARTS = 40, 6  # characters of a key, and keys, that are told


def _reached(party: str, records: Sequence[Recorded], rows: Sequence[dict[str, Any]]) -> dict[str, Reached]:
    """What a dossier of a time past says of when notices had reached the party, each held against the entries that it
    names for it and nothing else. `Refused` (`dossier.reached`) where these do not show it."""
    at = {each.index: each for each in records}
    where = {each.event: each for each in records}
    found: dict[str, Reached] = {}
    for row in rows:
        told = at.get(row["notice"])
        notice = None if told is None else told.body
        chosen = {row["notice"], *row["entries"]} & at.keys()
        if isinstance(notice, Notice) and notice.statement in where:
            chosen.add(where[notice.statement].index)
        shown = reached(party, [at[index] for index in sorted(chosen)])
        name = notice.id if isinstance(notice, Notice) else ""
        how = shown.get(name)
        if how is None or str(how.at) != row["at"] or list(how.entries) != row["entries"]:
            raise Refused(
                "dossier.reached",
                f"The dossier says that the notice in entry {row['notice']} had reached {party} at {row['at']}; "
                "the entries that it names do not show it.",
                index=row["notice"],
            )
        found[name] = how
    return found


def _given(document: Document) -> dict[str, Any]:
    try:
        given = json.loads(document.data)
    except ValueError as error:
        raise Malformed("dossier.form", "The dossier in the bundle is not JSON.") from error
    if not isinstance(given, dict) or "v" not in given:
        raise Malformed("dossier.form", "The dossier in the bundle is not in its form.")
    return given


def _differs(document: Document, where: str = "") -> Refused:
    return Refused(
        "dossier.differs",
        f"The dossier {document.name[:60]!r} does not follow from the entries in the bundle: made again from them, "
        f"it is another.{where}",
        name=document.name[:60],
    )
