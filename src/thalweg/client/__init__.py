"""A thin client of a desk: it signs on this machine, sends until it is answered, and verifies what comes back.

docs/reference/client.md tells how it is used.
"""

from thalweg.client.desk import Client, open_client
from thalweg.client.errors import Contradicted, DeskError, Unanswered
from thalweg.client.joining import enter, join, offer, read_link
from thalweg.client.review import Review, Reviewed
from thalweg.client.told import Answer, Notice

__all__ = [
    "Answer",
    "Client",
    "Contradicted",
    "DeskError",
    "Notice",
    "Review",
    "Reviewed",
    "Unanswered",
    "enter",
    "join",
    "offer",
    "open_client",
    "read_link",
]
