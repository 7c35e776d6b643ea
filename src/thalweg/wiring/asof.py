"""What a party had at a time, read without a desk: from its bundle, or, by whoever runs a desk, from the log itself."""

from __future__ import annotations

from pathlib import Path

from thalweg.formats.theatre import read_theatre
from thalweg.ledger.verify import BundleVerdict
from thalweg.model.errors import InputError
from thalweg.model.events import TheatreSet
from thalweg.policy.asof.readings import AsOfs, held_by
from thalweg.policy.held import holder_of, of_bundle
from thalweg.wiring import log_home
from thalweg.wiring.desk import fold_world


def of_bundle_file(data: bytes, verdict: BundleVerdict, party: str) -> AsOfs:
    """From a bundle that was verified. `InputError` if it is another party's: nobody has another's picture."""
    records = of_bundle(data, verdict)
    holder = holder_of(records)
    if holder != party:
        raise InputError(
            "replay-party",
            f"This bundle is {holder or 'nobody'}'s, and tells nothing of what {party} had.",
            expected=holder,
            found=party,
        )
    exercise = False
    for record in records:
        if isinstance(record.body, TheatreSet):
            exercise = read_theatre(record.body.text.encode(), record.body.name).exercise
    return held_by(party, records, exercise=exercise)


def of_log_folder(folder: Path, party: str) -> AsOfs:
    """From the log of a desk. `InputError` where it knows no such party."""
    home = log_home(folder)
    world = fold_world(home.store)
    if party not in world.history.parties:
        raise InputError("replay-party", f"The log knows of nothing that {party} said or was told.", found=party)
    return AsOfs.over(world)


def holder(data: bytes, verdict: BundleVerdict) -> str:
    """Whose bundle it is; empty where it holds no notice to anybody."""
    return holder_of(of_bundle(data, verdict))
