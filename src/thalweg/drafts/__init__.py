"""Drafts: what every format shares on the way from text to a declaration.

A format reads bytes into `Draft`s: where a thing stands in the file, its fields as text under the
canonical names, and its outlines. `finish` parses the text, builds the shapes, flags what is odd and
gives a declaration, a cancellation, or the problem that kept it from being one.
"""

from thalweg.drafts.draft import Context, Draft, DraftVolume, Outcome, finish, reading_of
from thalweg.drafts.names import field_named, resembled, with_unit
from thalweg.drafts.outlines import AreaOutline, Outline, PathOutline, PointOutline, flag_open

__all__ = [
    "AreaOutline",
    "Context",
    "Draft",
    "DraftVolume",
    "Outcome",
    "Outline",
    "PathOutline",
    "PointOutline",
    "field_named",
    "finish",
    "flag_open",
    "reading_of",
    "resembled",
    "with_unit",
]
