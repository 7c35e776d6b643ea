"""The one family of errors: a stable code, a sentence for the person, fields for the program.

What is wrong with *one row of somebody's file* is not an exception but a `Problem`
(`thalweg.model.notes`): it is collected, shown, and the rest is still checked. An error of this
family ends the work it was raised in.
"""

from __future__ import annotations


class ThalwegError(Exception):
    """Base of the family.

    `code` is stable and documented in docs/reference/errors.md; `sentence` can be read aloud to a
    person and says what to do next; `fields` carry the same facts for a program.
    """

    def __init__(self, code: str, sentence: str, **fields: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.fields = fields


class InputError(ThalwegError):
    """What was given cannot be understood: a coordinate, a time, a height, a file."""


class ValueRefused(ThalwegError):
    """A value of the model was asked to exist although it would be wrong."""


class RulesError(ThalwegError):
    """A theatre file is wrong; `fields` has the file and the line."""


class EngineError(ThalwegError):
    """The engine cannot answer. Never to be read as "no conflict"."""
