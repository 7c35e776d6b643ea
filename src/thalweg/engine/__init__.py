"""The conflict engine: values in, findings out, no world touched (D5, D6).

`batch` is the reference, `Online` the same one event at a time, `suggest` the ways out.
docs/explanation/conflict.md has the definitions.
"""

from thalweg.engine.batch import batch
from thalweg.engine.online import Cancelled, Change, Comparison, Declared, Event, Online, Tick, live_at
from thalweg.engine.preview import compared, preview
from thalweg.engine.suggest import suggest

__all__ = [
    "Cancelled",
    "Change",
    "Comparison",
    "Declared",
    "Event",
    "Online",
    "Tick",
    "batch",
    "compared",
    "live_at",
    "preview",
    "suggest",
]
