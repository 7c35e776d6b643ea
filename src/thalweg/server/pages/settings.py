"""A person's settings: how pages are made for them, where they are signed in, their keys, where they are reached.

What a page changes about keys and contacts it changes by `server.signin` and `server.keys`, which ask for a fresh proof
where they ask a program for one; then the browser is sent to `/prove` and back. What is shown once is the answer to the
form, and on no page that can be loaded again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Response

from thalweg.model.events import SECRETARIAT, Role
from thalweg.model.instants import Instant
from thalweg.places.coordinates import Form as CoordinateForm
from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.server import keys, signin
from thalweg.server.doors import Principal
from thalweg.server.pages.filled import body
from thalweg.server.pages.reader import COORDINATES, DIGITS, THEMES, ZONES, keep
from thalweg.server.pages.shell import Filled, Opened, Page, Visited, back_to
from thalweg.server.sessions import check_origin
from thalweg.server.signin import FreshPerson, Someone

router = APIRouter(include_in_schema=False)

_CONTACTS: Final = ("email", "phone", "webhook")
_ROLES: Final = (Role.WATCH.value, Role.ADMIN.value, Role.OBSERVER.value)


@router.post("/language")
async def choose_language(page: Visited, filled: Filled) -> Response:
    """Before signing in: this browser's language. It changes nothing else, and so asks for no name."""
    check_origin(page.request, page.doors.settings)
    language = filled["language"]
    response = page.go(back_to(filled["next"]))
    if language in LANGUAGES:
        keep(response, page.doors, None, replace(page.reader, language=language))
    return response


@router.get("/settings")
def settings(page: Opened, asking: Someone) -> Response:
    """All settings of whoever asks."""
    doors = page.doors
    told = keys.list_keys(page.request, asking)
    sessions = signin.list_sessions(page.request, asking)
    own = keys.list_contacts(page.request, asking)
    watch = _watch_contacts(page, asking)
    return page.render(
        "settings.html",
        login=asking.login,
        themes=_choices(page, "settings.theme.", THEMES),
        coordinates=_choices(page, "settings.coordinates.", [each.value for each in COORDINATES]),
        digits=_choices(page, "settings.digits.", DIGITS),
        zone_choices=[(each, each) for each in ZONES],
        keys=told,
        sessions=[(each, _instant(each.created_ms), _instant(each.seen_ms)) for each in sessions],
        tokens=[(each, _instant(each.expires_ms)) for each in told.tokens],
        passkeys=[(each, _instant(each.created_ms)) for each in told.passkeys],
        contacts=own,
        watch=watch,
        invites=_invites(page),
        kinds=_choices(page, "settings.contact.", _CONTACTS),
        roles=_choices(page, "role.", [*_ROLES, *([Role.SECRETARIAT.value] if page.party == SECRETARIAT else [])]),
        fresh=0 <= doors.now() - asking.strong_ms <= doors.settings.step_up_ms,
    )


@router.post("/settings")
def change(page: Opened, filled: Filled, asking: Someone) -> Response:
    """How pages are made for this person from now on; the language is that of their mail, too."""
    before = page.reader
    reader = replace(
        before,
        language=_one_of(filled["language"], tuple(LANGUAGES), before.language),
        theme=_one_of(filled["theme"], THEMES, before.theme),
        coordinates=CoordinateForm(
            _one_of(filled["coordinates"], tuple(each.value for each in COORDINATES), before.coordinates.value)
        ),
        zone=_one_of(filled["zone"], ZONES, before.zone),
        digits=_one_of(filled["digits"], DIGITS, before.digits),
        keys=filled["keys"] == "on",
    )
    account = page.doors.store.account(asking.account)
    if account is not None and account.language != reader.language:
        page.doors.store.change_account(replace(account, language=reader.language))
        page.doors.forget()
    response = page.go("/settings", "saved")
    keep(response, page.doors, asking, reader)
    return response


@router.post("/settings/sessions/end")
def end_session(page: Visited, filled: Filled, asking: Someone) -> Response:
    """Signs out elsewhere: a device that was lost or seized. `others`: everywhere but here."""
    if filled["which"] == "others":
        signin.end_other_sessions(page.request, asking)
    else:
        signin.end_session(page.request, filled.need("which", 64), asking)
    return page.go("/settings", "ended")


@router.post("/settings/passkeys/end")
def end_passkey(page: Visited, filled: Filled, asking: FreshPerson) -> Response:
    """Removes a passkey."""
    keys.remove_passkey(page.request, filled.need("which", 2_000), asking)
    return page.go("/settings", "saved")


@router.post("/settings/recovery")
def new_recovery(page: Opened, asking: FreshPerson) -> Response:
    """New recovery codes, shown this once; the old ones end."""
    made = keys.new_recovery(page.request, asking)
    return _once(page, "recovery", made.recovery_codes)


@router.post("/settings/tokens")
def add_token(page: Opened, filled: Filled, asking: FreshPerson) -> Response:
    """A token for a program of one's own, shown this once."""
    days = filled["days"]
    made = keys.add_token(
        page.request,
        asking,
        body(
            keys.TokenStart,
            label=filled["label"],
            scopes=["read", "write"] if filled["writes"] == "on" else ["read"],
            days=int(days) if days.isdecimal() and len(days) < 6 else 90,
        ),
    )
    return _once(page, "token", (made.token,))


@router.post("/settings/tokens/end")
def end_token(page: Visited, filled: Filled, asking: Someone) -> Response:
    """Ends a token."""
    keys.remove_token(page.request, filled.need("which", 64), asking)
    return page.go("/settings", "saved")


@router.post("/settings/contacts")
def add_contact(page: Opened, filled: Filled, asking: FreshPerson) -> Response:
    """Where oneself, or the party's watch, is reached besides."""
    made = keys.add_contact(
        page.request,
        asking,
        body(
            keys.ContactStart,
            kind=filled["kind"],
            address=filled["address"],
            language=page.reader.language,
            party=page.party if filled["whose"] == "watch" else "",
        ),
    )
    return _once(page, "webhook", (made.secret,)) if made.secret else page.go("/settings", "saved")


@router.post("/settings/contacts/end")
def erase_contact(page: Opened, filled: Filled, asking: Someone) -> Response:
    """Erases a contact, from the disk too."""
    whose = page.party if filled["whose"] == "watch" else ""
    keys.erase_contact(page.request, filled.need("which", 64), asking, whose)
    return page.go("/settings", "saved")


@router.post("/settings/invitations")
def invite(page: Opened, filled: Filled, asking: FreshPerson) -> Response:
    """Invites an officer; the link is shown this once."""
    made = keys.add_invitation(
        page.request, asking, body(keys.InvitationStart, party=filled["party"], role=filled["role"])
    )
    return _once(page, "invitation", (made.link,))


def _once(page: Page, what: str, values: Sequence[str]) -> Response:
    return page.render("once.html", what=what, values=list(values))


def _watch_contacts(page: Page, asking: Principal) -> list[Any] | None:
    """Those of the party's watch, for who may keep them; None for anybody else."""
    if not page.doors.may(asking, "contacts", page.party, ""):
        return None
    return list(keys.list_contacts(page.request, asking, page.party))


def _invites(page: Page) -> list[tuple[str, str]]:
    """The parties that the asker may invite officers of; none for most."""
    author, membership = page.asked.principal.author, page.reading.world.membership
    if membership.holds(author, Role.SECRETARIAT, ""):
        return [(each, page.name(each)) for each in (SECRETARIAT, *sorted(membership.parties))]
    if membership.holds(author, Role.ADMIN, page.party):
        return [(page.party, page.name(page.party))]
    return []


def _choices(page: Page, beginning: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Values of a choice, each with its words."""
    return [(each, page.words.plain(beginning + each)) for each in values]


def _instant(ms: int) -> Instant:
    return Instant(ms / 1000)


def _one_of(text: str, known: Sequence[str], otherwise: str) -> str:
    return text if text in known else otherwise
