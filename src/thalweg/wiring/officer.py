"""The folders of officers, for a client: opened, made, unlocked."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.wiring import random_bytes

if TYPE_CHECKING:
    from thalweg.stores.files import Unlocked as Unlocked  # named again, so that clients may say it
    from thalweg.stores.officer import JoiningHome as JoiningHome
    from thalweg.stores.officer import OfficerFacts as OfficerFacts
    from thalweg.stores.officer import OfficerHome as OfficerHome

DEFAULT_HOME = Path("thalweg-officer")
_SETTING = Path(".config") / "thalweg" / "officer"


def default_home(given: Path | None = None) -> Path:
    """The folder that was given; else `thalweg-officer` here, if it is there; else the one that the first line of
    `~/.config/thalweg/officer` names; else `thalweg-officer` here."""
    if given is not None:
        return given
    if not DEFAULT_HOME.exists():
        setting = Path.home() / _SETTING
        if setting.is_file():
            return Path(setting.read_text("utf-8").partition("\n")[0].strip()).expanduser()
    return DEFAULT_HOME


def officer_home(folder: Path) -> OfficerHome:
    """The officer's folder."""
    home: OfficerHome = import_module("thalweg.stores.officer").OfficerHome(folder)
    return home


def officer_facts(**fields: str) -> OfficerFacts:
    """What an officer's folder says of itself."""
    facts: OfficerFacts = import_module("thalweg.stores.officer").OfficerFacts(**fields)
    return facts


def joining_home(folder: Path, *, passphrase: str | None) -> JoiningHome:
    """A folder with a fresh key, to join a desk with."""
    home: JoiningHome = import_module("thalweg.stores.officer").JoiningHome(folder, random_bytes, passphrase=passphrase)
    return home


def guest_home(folder: Path, facts: OfficerFacts, *, trust: bytes, token: str) -> OfficerHome:
    """A folder for an officer whose key the server holds."""
    home: OfficerHome = import_module("thalweg.stores.officer").make_guest(folder, facts, trust=trust, token=token)
    return home


def unlock(home: OfficerHome, *, passphrase: str | None = None, identity: str | None = None) -> Unlocked | None:
    """The keys of an officer's folder, opened; None if the server holds them."""
    if home.author is None:
        return None
    known = identity if identity is not None or passphrase is not None else home.identity
    return home.author.keys.unlock(passphrase=passphrase, identity=known)


def pause(seconds: float) -> None:
    """Wait before something is tried again."""
    time.sleep(seconds)
