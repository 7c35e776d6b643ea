"""The conflict engine: values in, findings out, no world touched (D5, D6).

`batch` is the reference. docs/explanation/conflict.md has the definitions.
"""

from thalweg.engine.batch import batch
from thalweg.engine.suggest import suggest

__all__ = ["batch", "suggest"]
