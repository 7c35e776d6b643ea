"""Coming to a desk with a key of one's own: an invitation, a challenge, a signature, a token."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from thalweg import __version__
from thalweg.client.desk import Client, proof, sign_in
from thalweg.client.errors import DeskError
from thalweg.client.line import Line, held_entries, origin_of
from thalweg.ledger.entry import AuthorSigner, Entry
from thalweg.ledger.trust import read_trust
from thalweg.wiring import officer

if TYPE_CHECKING:
    from thalweg.wiring.officer import JoiningHome

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

    The key is sealed with the passphrase, or else for an identity that lies beside it. Where the answer is lost,
    joining again with the same folder goes on where it stopped.
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
        try:
            told = _accept(line, home, signer, start)
        except DeskError as error:
            if home.author is None:
                raise
            # Perhaps the desk took it, now or the last time, and only the answer was lost.
            told = _taken_before(line, home.author, signer, error)
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


def _accept(line: Line, home: JoiningHome, signer: AuthorSigner, start: Mapping[str, Any]) -> dict[str, str]:
    asked = line.ask("POST", "/sign-in/join/key/start", start).need().json
    home.begin(asked["author"])
    told: dict[str, str] = line.ask("POST", "/sign-in/join/key", proof(signer, line.url, asked)).need().json
    return told


def _taken_before(line: Line, author: str, signer: AuthorSigner, error: DeskError) -> dict[str, str]:
    """What joining would have answered; `error` again if the desk does not know the key."""
    try:
        sign_in(line, author, signer)
    except DeskError:
        raise error from None
    made = (
        line.ask("POST", "/sign-in/tokens", {"label": "device", "scopes": ["read", "write"], "days": 400})
        .need(201)
        .json
    )
    me = line.ask("GET", "/sign-in/me").need().json
    trust = line.ask("GET", "/v1/log/trust").need().body
    newest = b""
    if line.ask("GET", "/v1/me").need().json["tip"] is not None:
        newest = _newest(line, author)
    line.ask("POST", "/sign-in/out", {}).need(204)
    return {
        "login": me["login"], "author": author, "party": me["party"], "origin": read_trust(trust).origin,
        "trust": trust.decode(), "newest": base64.b64encode(newest).decode(), "token": made["token"],
        "token_id": made["id"],
    }  # fmt: skip


def _newest(line: Line, author: str) -> bytes:
    """The author's newest entry, from what they may hold."""
    for index in reversed(held_entries(lambda path, query: line.ask("GET", path, query=query).need())):
        data = line.ask("GET", f"/v1/entries/{index}").need().body
        if Entry.parse(data).event.author == author:
            return data
    return b""


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
