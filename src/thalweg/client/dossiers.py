"""Dossiers made on the officer's own machine, of what the party holds: fetched and verified, or kept from before.

What was fetched last is kept in the officer's folder, so that a dossier can be made and proved where there is no line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from thalweg.client.desk import Client
from thalweg.client.errors import DeskError
from thalweg.ledger.receipt import Bundle, Document
from thalweg.ledger.verify import Trust, verify_bundle
from thalweg.model.dossier import Dossier, Margins
from thalweg.model.instants import Instant
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.dossier.case import incidents
from thalweg.policy.dossier.made import dossier
from thalweg.policy.evidence import cut, proved
from thalweg.policy.held import of_bundle, reached
from thalweg.reports.dossier.digest import MEDIA_TYPE, encode

BUNDLE: Final = "held.bundle"
FACTS: Final = "held.json"


@dataclass(frozen=True, slots=True)
class Record:
    """A party's part of the record, verified, and what is known of the parties besides. `at` is when it was fetched."""

    party: str
    data: bytes
    trust: Trust
    names: dict[str, str]
    theatre: str
    exercise: bool
    at: Instant

    def incidents(self, known_at: Instant | None) -> tuple[tuple[str, str], ...]:
        """The incidents that the party has, or that had reached it by `known_at`: reference and title."""
        records = of_bundle(self.data, verify_bundle(self.data, self.trust), self.party)
        came = None if known_at is None else reached(self.party, records)
        return incidents(self.party, records, known_at or self.at, came)

    def dossier(self, reference: str, known_at: Instant | None, margins: Margins) -> tuple[Disclosed[Dossier], Bundle]:
        """The dossier of an incident, and the bundle that proves it: of all that the party held when the record was
        fetched, or as it had the record at `known_at`, from what had reached it. `InputError` where there was none."""
        records = of_bundle(self.data, verify_bundle(self.data, self.trust), self.party)
        made = dossier(
            self.party,
            records,
            reference,
            known_at or self.at,
            names=self.names,
            theatre=self.theatre,
            exercise=self.exercise,
            margins=margins,
            reached=None if known_at is None else reached(self.party, records),
        )
        whole = Bundle.parse(self.data)
        made, bundle = proved(made, lambda indexes: cut(whole, indexes))
        document = Document.of(f"dossier-{reference}.json", MEDIA_TYPE, encode(made))
        return made, replace(bundle, documents=(document,))


def fetch(client: Client) -> Record:
    """Everything that the party may hold now, verified against the trust file, and kept in the folder."""
    data, _ = client.bundle()
    me = client.me()
    names = {each.id: each.name for each in client.parties()}
    facts = {
        "party": client.party,
        "names": names,
        "theatre": me.theatre,
        "exercise": me.exercise,
        "at": me.now.epoch_s,
    }
    (client.home.folder / BUNDLE).write_bytes(data)
    (client.home.folder / FACTS).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    return Record(client.party, data, client.trust, names, me.theatre, me.exercise, me.now)


def kept(folder: Path, trust: Trust) -> Record:
    """What was fetched last. `DeskError` (`record-absent`) where nothing was."""
    try:
        data = (folder / BUNDLE).read_bytes()
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DeskError(
            "record-absent", "Nothing was fetched from the desk yet; make a dossier once while there is a line."
        ) from error
    return Record(
        facts["party"], data, trust, facts["names"], facts["theatre"], facts["exercise"], Instant(facts["at"])
    )
