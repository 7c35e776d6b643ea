"""Words that every product carries, in one place, so that no output can forget or soften one."""

from __future__ import annotations

from typing import Final

# R19, D8, D9. Each stands alone, so that a product cut to one line still says one true thing.
DISCLAIMERS: Final = (
    "Taking part is voluntary.",
    "Absence from this list removes no protection: who or what is not named here keeps every protection.",
    "No guarantee: that nothing was found does not show that there is no conflict.",
    "Information only, not permission.",
)

# Marks that survive into every export and print (DESIGN.md section 5; R8, R13).
EXERCISE: Final = "exercise"
HYPOTHETICAL: Final = "hypothetical geometry"
STALE: Final = "stale"
REPORTED: Final = "reported"
RUMOURED: Final = "rumoured, no effect"

KIND_NOT_SHOWN: Final = "kind-not-shown"
"""The flag of a declaration of which its reader is not shown the kind: what it has as one says nothing."""

MARK_MEANING: Final = {
    EXERCISE: "Exercise: nothing in this product is live.",
    HYPOTHETICAL: "Hypothetical geometry: drawn for this check, not stated by any party.",
    STALE: "Stale: its notifier's validity has run out; it is tested all the same until the notifier cancels it.",
    REPORTED: "Reported: by others than the party itself.",
    RUMOURED: "Rumoured: in force for nobody; it was not tested.",
}

# D7: told to whoever chooses what others see, before they choose.
ALWAYS_TOLD: Final = (
    "Whatever is chosen here, a conflict discloses to both sides that there is something to talk about:"
    " with whom, and in which large area."
)
