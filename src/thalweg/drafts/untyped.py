"""What a thing is when its format has no word for it (KML, GPX): one rule, in one place.

    it moves (a track, a route, a line drawn as a path)     a movement
    anything else (a point, an area)                        an operation

An operation conflicts with more than any other kind does, so the assumption hides nothing; it is flagged
`kind-assumed` each time. `Context.default_kind`, where it is set, goes before the rule.
"""

from __future__ import annotations

from thalweg.drafts.draft import Context
from thalweg.model.declarations import Kind
from thalweg.model.notes import Flag


def assumed_kind(*, moves: bool, context: Context) -> tuple[Kind, Flag]:
    """The kind of something that states none, and the flag that says so."""
    kind = context.default_kind or (Kind.MOVEMENT if moves else Kind.OPERATION)
    return kind, Flag(
        "kind-assumed",
        f"It does not say what it is: taken as {kind}. State a kind to have it tested as what it is.",
        "kind",
    )
