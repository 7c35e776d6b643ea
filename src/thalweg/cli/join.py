"""`thalweg join LINK`: come to a desk with a key of one's own. Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, first_line, told
from thalweg.client import enter, join
from thalweg.model.errors import InputError

app = App(name="join", help="Join a desk by invitation, with a key made and kept on this machine.")


@app.default
@told
def accept(
    link: Annotated[str, Parameter(name="LINK")],
    *,
    login: Annotated[str, Parameter(name="--login")] = "",
    language: Annotated[Literal["en", "ar", "ru", "fr", "tr", "ku"], Parameter(name="--language")] = "en",
    ca: Annotated[Path | None, Parameter(name="--ca")] = None,
    token_file: Annotated[Path | None, Parameter(name="--token-file")] = None,
    at: AtDesk = HERE,
) -> int:
    """Accept an invitation: a key is made here, the desk enters it, and its log's key is pinned.

    Parameters
    ----------
    link
        The invitation, https://desk.example/join#thi_…; with --token-file the desk's address.
    login
        The name under which you will be known to the administrators of the desk; it is never in the log.
    language
        The language in which you read notices.
    ca
        A file of certificates (PEM) by which the desk's is verified, instead of the system's.
    token_file
        A file with a token of your account: the server then signs for you.
    """
    authority = "" if ca is None else str(ca)
    if token_file is not None:
        with enter(link, at.folder, token=first_line(token_file), ca=authority) as client:
            print(f"{client.author} of {client.party}; the server holds the key. The folder is {at.folder}.")
        return DONE
    if not login:
        raise InputError("login-missing", "Choose a name to be known by: --login NAME. It is never in the log.")
    with join(link, at.folder, login=login, language=language, passphrase=at.passphrase, ca=authority) as client:
        roles = ", ".join(each.role for each in client.me().roles)
        print(f"You are {client.author}, {roles} of {client.party}, and sign on this machine.")
        print(f"The folder {at.folder} holds your key, and everything that you will say: back it up.")
        if at.passphrase is None:
            print(
                f"What opens the key lies beside it, in {at.folder / 'identity'}; with --passphrase-file it would not."
            )
        print(f"The log is {client.home.facts.origin}; its key is {client.trust.log_keys[0].text()}")
        print("Compare that with what the secretariat tells you by another line.")
    return DONE
