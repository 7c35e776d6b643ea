"""What several routes are asked in the same words. The description says what is taken, so that a generated client asks
nothing else; what is refused all the same has an error code of its own and a sentence."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query
from pydantic.config import JsonDict

from thalweg.model.accounts import LANGUAGES

_ONE: Final = "|".join(LANGUAGES)

Language = Annotated[
    str,
    Query(
        max_length=8,
        description="en, ar, ru, fr, tr or ku; yours if left out",
        json_schema_extra={"enum": ["", *LANGUAGES]},
    ),
]
Languages = Annotated[
    str,
    Query(
        max_length=16,
        description="one or two of en, ar, ru, fr, tr, ku, such as `en,ar`; yours if left out",
        json_schema_extra={"pattern": f"^(({_ONE})(,({_ONE}))?)?$"},
    ),
]
INSTANT: Final[JsonDict] = {"anyOf": [{"format": "date-time"}, {"const": ""}]}
"""Of a text that is an instant with its zone, or empty."""
