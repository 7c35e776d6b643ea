"""What a rule of the desk answers: what a statement is about, or why it is not taken."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class No:
    """Why a statement is not taken: a stable code and a sentence that says what to do next."""

    code: str
    sentence: str


Subjects = tuple[str, ...]


def no_party(party: str) -> No:
    """There is no such party."""
    return No("party-unknown", f"There is no party {party!r} in this theatre.")


def no_chain(name: str) -> No:
    """There is no such declaration, or none that may be spoken of."""
    return No("declaration-unknown", f"You know of no declaration {name!r}.")
