"""`GET /v1/incidents/{reference}/dossier`: what your record proves about an incident, to print, to read, or to prove.

Marked for who takes it, counted and on record like every copy (R37). Made of the entries that the party holds and of
nothing else; for another reader what that reader may not have is withheld, with its place in the log proved.
"""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from thalweg.ledger.receipt import Document, Withheld
from thalweg.model.declarations import Kind
from thalweg.model.dossier import Dossier, Margins
from thalweg.model.errors import InputError
from thalweg.model.instants import Instant
from thalweg.model.result import CopyFor
from thalweg.model.theatre import Theatre
from thalweg.policy.disclosure import Disclosed
from thalweg.policy.dossier.made import dossier
from thalweg.policy.evidence import proved
from thalweg.policy.export import mark_of
from thalweg.policy.held import Reached, of_log, reached
from thalweg.policy.looked import Site
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.redaction import redacted
from thalweg.server.api import allowed_of, bundled, committed, given_as, unknown
from thalweg.server.copies import handed_over, names_of, one_more
from thalweg.server.desk import Abreast, Asked, Desk, ordered, stepwise
from thalweg.server.parameters import Languages
from thalweg.server.reviews import instant
from thalweg.state.recorded import Recorded
from thalweg.state.world import World

router = APIRouter(prefix="/v1", route_class=Abreast)
Form = Literal["html", "pdf", "bundle"]
_MEDIA: Final[dict[Form, str]] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "bundle": "application/vnd.thalweg.bundle+json",
}
_AT_ONCE: Final = 40  # entries read before somebody else is let go on: some ten milliseconds
_TYPES: Final = tuple(each.partition(";")[0] for each in _MEDIA.values())


@router.get("/incidents/{reference}/dossier", response_class=Response, responses=given_as(*_TYPES), tags=["incidents"])
async def taken(
    request: Request,
    desk: Desk,
    asked: Asked,
    reference: Annotated[str, Path(max_length=200)],
    form: Annotated[
        Form | None, Query(description="`html`, `pdf` (PDF/A-2b) or `bundle`; if absent, by `Accept`, else `html`")
    ] = None,
    languages: Languages = "",
    known: Annotated[
        datetime | None,
        Query(description="as your party had the record then, from what had reached it; if absent all of it, now"),
    ] = None,
    near_m: Annotated[int, Query(ge=0, le=500_000, description="how far beyond its stated radius to look")] = 10_000,
    around_s: Annotated[int, Query(ge=0, le=30 * 86_400, description="how long before and after it to look")] = 43_200,
    reader: Annotated[
        str, Query(max_length=200, description="a party for whom the bundle is: what it may not have is withheld")
    ] = "",
) -> Response:
    """The dossier of an incident that your party has: what had been declared near it, who had been warned, who had
    acknowledged, read back and passed on, what was late, what each side says, what is disputed, and what the record
    cannot say; each fact with the entries that it rests on.

    As `bundle`, every entry that it cites with its proof and key history, and the dossier itself: `thalweg verify`
    makes it again from them and compares. Marked for you; the log says who took it, in which form, and its SHA-256.
    """
    wanted = form or _by_accept(request.headers.get("accept", ""))
    at = asked.now if known is None else instant(known, "known")
    reading = await ordered(desk, asked.party, Mailboxes.gathered)
    if reader and reader != asked.party:
        await ordered(desk, reader, Mailboxes.gathered)
        reading = await ordered(desk, asked.party, Mailboxes.gathered)
    incident = reading.world.cases.has(asked.party, reference)
    if incident is None:
        raise unknown()
    if reader and (wanted != "bundle" or reader not in reading.world.membership.parties):
        raise InputError("dossier-reader", "A bundle, and nothing else, is for another reader, and that is a party.")
    random = one_more(request, asked)
    mark = mark_of(asked.party, asked.principal.author, asked.now, random)
    world, mailboxes = reading.world, reading.mailboxes
    withheld: dict[int, str] = {}
    told = await _held(world, mailboxes.entries(asked.party).value, asked.party)
    came = None if known is None else await run_in_threadpool(reached, asked.party, told)
    making = _Making(
        asked.party, reference, at, Margins(float(near_m), float(around_s)), came, names_of(world),
        world.membership.theatre,
    )  # fmt: skip
    try:
        made = await run_in_threadpool(making.of, told, ())
    except InputError as error:
        if error.code == "incident-unknown":
            raise unknown() from error  # had not reached the party by then
        raise
    desk.reads.sites(asked.party, asked.principal.author, sites_near(made.value, asked.party))
    cited = {each.index for each in made.value.entries}
    if reader:
        given, withheld = redacted(world, mailboxes, asked.party, reader, sorted(cited)).value
        told = list(of_log(world, given, asked.party))
    shown = await run_in_threadpool(committed, desk, sorted(cited - withheld.keys()))
    allowed = await stepwise(desk, lambda now: allowed_of(now.mailboxes, asked.party, shown))

    def written() -> bytes:
        hidden = tuple(Withheld.of(desk.log.prove(index), what) for index, what in sorted(withheld.items()))
        value = making.of(told, hidden) if hidden else made
        value, bundle = proved(value, lambda chosen: bundled(desk, chosen, allowed))
        if wanted == "bundle":
            digest = import_module("thalweg.reports.dossier.digest")
            document = Document.of(f"dossier-{mark}.json", digest.MEDIA_TYPE, digest.encode(value))
            return replace(bundle, documents=(document,), withheld=hidden).encode()
        said = languages or ",".join(dict.fromkeys(("en", asked.principal.language)))
        return _to_read(value, wanted, said, CopyFor(mark, asked.party, asked.principal.author, asked.now))

    data = await run_in_threadpool(written)
    return await handed_over(desk, asked, mark, wanted, len(cited), data, _MEDIA[wanted])


@dataclass(frozen=True, slots=True)
class _Making:
    """A dossier as it was asked for: of what its party holds, and again of what is left of that for another reader. It
    is made in a thread, so nothing in it changes while the desk goes on."""

    party: str
    reference: str
    at: Instant
    margins: Margins
    came: Mapping[str, Reached] | None  # by what each notice had reached the party; None: all of it is asked for
    names: Mapping[str, str]
    theatre: Theatre

    def of(self, given: Sequence[Recorded], hidden: Sequence[Withheld]) -> Disclosed[Dossier]:
        """InputError (`incident-unknown`) where the incident is not among the entries given."""
        there = {each.index for each in given}
        came = self.came and {name: how for name, how in self.came.items() if there.issuperset(how.entries)}
        return dossier(
            self.party,
            given,
            self.reference,
            self.at,
            names=self.names,
            theatre=self.theatre.name,
            exercise=self.theatre.exercise,
            margins=self.margins,
            withheld=import_module("thalweg.reports.dossier.check").counted(tuple(hidden)),
            reached=came,
        )


def _to_read(value: Disclosed[Dossier], form: Form, languages: str, copy: CopyFor) -> bytes:
    """As a page or as paper, marked as a copy."""
    ground = import_module("thalweg.reports.ground").packaged
    chosen = import_module("thalweg.reports.dossier.content").languages(languages)
    page: bytes = import_module(f"thalweg.reports.dossier.{form}").render(value, chosen, ground, copy)
    return page


async def _held(world: World, indexes: Sequence[int], party: str) -> list[Recorded]:
    """The entries that the party holds, a few at a time: they never change, and others are answered meanwhile."""
    found: list[Recorded] = []
    for start in range(0, len(indexes), _AT_ONCE):
        found += of_log(world, indexes[start : start + _AT_ONCE], party)
        await sleep(0)
    return found


def sites_near(value: Dossier, party: str) -> list[Site]:
    """The protected sites of others that a dossier shows."""
    near = (each for each in value.near if each.kind and each.declaration.kind is Kind.STATIC_SITE and each.of != party)
    return [(each.subject, each.declaration.version_id) for each in near]


def _by_accept(accept: str) -> Form:
    """The first of the forms that is asked for by name."""
    for each in accept.split(","):
        kind = each.partition(";")[0].strip()
        for form, media in _MEDIA.items():
            if kind == media.partition(";")[0]:
                return form
    return "html"
