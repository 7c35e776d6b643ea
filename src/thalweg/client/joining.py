"""Coming to a desk with a key of one's own: an invitation, a challenge, a signature, a token."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from thalweg import __version__
from thalweg.client.desk import Client, proof
from thalweg.client.errors import DeskError
from thalweg.client.line import Line, origin_of
from thalweg.ledger.entry import AuthorSigner
from thalweg.ledger.trust import read_trust
from thalweg.wiring import officer

INVITATION: Final = "thi_"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link as it was handed over."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation is for. `login` is set where an account is made anew."""

    party: str
    role: str
    login: str
    expires_ms: int


def read_link(link: str) -> Invitation:
    """The link of an invitation: `https://desk.example/join#thi_…`. DeskError (`invitation-link`) if it is none."""
    parts = urlsplit(link.strip())
    if not parts.fragment.startswith(INVITATION):
        raise DeskError("invitation-link", "An invitation is like https://desk.example/join#thi_…; ask for it again.")
    return Invitation(origin_of(link.strip()), parts.fragment)


def offer(invitation: Invitation, *, ca: str = "") -> Offer:
    """What the invitation is for; it stays valid."""
    with Line(invitation.url, ca) as line:
        said = line.ask("POST", "/sign-in/invitation", {"invitation": invitation.text}).need().json
    return Offer(said["party"], said["role"], said["login"], said["expires_ms"])


def join(
    link: str,
    folder: Path,
    *,
    login: str,
    language: str = "en",
    label: str = "",
    passphrase: str | None = None,
    ca: str = "",
) -> Client:
    """Accept an invitation with a fresh key in `folder`. The trust file of the log is pinned from then on.

    The key is sealed with the passphrase, or else for an identity that lies beside it.
    """
    invitation = read_link(link)
    home = officer.joining_home(folder, passphrase=passphrase)
    signer = AuthorSigner(home.seed)
    start = {
        "invitation": invitation.text,
        "login": login,
        "language": language,
        "label": label or f"thalweg {__version__}",
        "key": signer.key.value(),
    }
    with Line(invitation.url, ca) as line:
        asked = line.ask("POST", "/sign-in/join/key/start", start).need().json
        told = line.ask("POST", "/sign-in/join/key", proof(signer, invitation.url, asked)).need().json
    trust = told["trust"].encode()
    if read_trust(trust).origin != told["origin"]:
        raise DeskError("desk-trust", "The desk's trust file is of another log than the desk.")
    facts = officer.officer_facts(
        url=invitation.url,
        login=told["login"],
        author=told["author"],
        party=told["party"],
        origin=told["origin"],
        signs="author",
        token_id=told["token_id"],
        ca=str(Path(ca).absolute()) if ca else "",
    )
    made, unlocked = home.become(facts, trust=trust, newest=base64.b64decode(told["newest"]), token=told["token"])
    return Client(made, unlocked)


def enter(url: str, folder: Path, *, token: str, ca: str = "") -> Client:
    """A folder for an officer whose key the server holds, and who has made a token in the browser."""
    with Line(origin_of(url), ca, token=token) as line:
        me = line.ask("GET", "/v1/me").need().json
        trust = line.ask("GET", "/v1/log/trust").need().body
    facts = officer.officer_facts(
        url=line.url,
        login="",
        author=me["author"],
        party=me["party"],
        origin=read_trust(trust).origin,
        signs="server",
        ca=str(Path(ca).absolute()) if ca else "",
    )
    return Client(officer.guest_home(folder, facts, trust=trust, token=token), None)
