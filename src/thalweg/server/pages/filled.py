"""A form's fields as the value that a program would send."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from thalweg.server.bodies import Body
from thalweg.server.problems import Refusal

_T = TypeVar("_T", bound=Body)


def body(form: type[_T], /, **fields: object) -> _T:
    """The value; Refusal (422) where a field is not what it must be."""
    try:
        return form.model_validate(fields)
    except ValidationError as error:
        raise Refusal(
            "request-invalid", "The form is not filled in as it is asked for.", field=_field(error)
        ) from error


def _field(error: ValidationError) -> str:
    """The first that is wrong; empty where none alone is."""
    where = error.errors()[0]["loc"]
    return str(where[0]) if where else ""
