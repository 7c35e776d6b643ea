"""`thalweg sources confirm`, `import`, `claims`, `retract`: claims that a person confirms, signed at a desk.

Exit statuses: `thalweg.cli.at_desk`; of `import` also those of `thalweg.cli.sources.drafting`.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.at_desk import DONE, HERE, REFUSED, AtDesk, answered, told
from thalweg.cli.sources.page import INCOMPLETE, NOTHING, day_of, keep
from thalweg.client import Client, DeskError
from thalweg.model.cases import Evidence, EvidenceLaid
from thalweg.model.errors import InputError
from thalweg.model.sourced import ClaimWithdrawn

if TYPE_CHECKING:  # the rules and their words are loaded when a page has been read
    from thalweg.sources.article import Article

app = App()

_NOT_DECIDED: Final = "Whether any of it is so, nothing here says."
_CORRECTED: Final = ("force", "quote", "said_by", "party", "words")


@app.command
@told
def confirm(
    drafts: Annotated[Path, Parameter(name="DRAFTS")],
    *,
    page: Annotated[Path | None, Parameter(name="--page")] = None,
    to: Annotated[tuple[str, ...], Parameter(name="--to", negative="")] = (),
    incident: Annotated[str, Parameter(name="--incident")] = "",
    ask: Annotated[bool, Parameter(name="--ask", negative="")] = False,
    at: AtDesk = HERE,
) -> int:
    """Sign the claims of a file of drafts that a person decided to confirm, one by one, and enter their source.

    Parameters
    ----------
    drafts
        A file that sources read --drafts wrote, with decisions in it.
    page
        The page itself: its hash is compared, and with --ask the words of each claim are shown.
    to
        A party that is shown the source and its claims, or secretariat; may be repeated.
    incident
        Lay every confirmed claim beside this incident, and show the source to those that have it.
    ask
        Ask for a decision on every claim that has none yet.
    """
    drafted = importlib.import_module("thalweg.sources.drafted")
    data = drafted.read_drafts(wiring.read_file(drafts))
    article = _same_page(page, data["source"]) if page is not None else None
    if ask:
        _decide(data, drafts, article)
    wanted = [each for each in data["claims"] if each["decision"] == "confirm" and not each.get("statement")]
    status = DONE
    with at.client() as client:
        named = [*to]
        if incident:
            named += [each.party for each in client.incident(incident).has_it if each.party != client.party]
        source = data["source"]
        if wanted and not source.get("statement"):
            answer = client.send(drafted.entered(source, client.party, tuple(dict.fromkeys(named))))
            status = answered(client, answer, "Entered.")
            if status != DONE:
                return status
            source["statement"] = answer.statement
            keep(drafts, data)
        for entry in wanted:
            answer = client.send(drafted.confirmed(entry, source, client.party))
            status = max(status, answered(client, answer, "Confirmed."))
            if answer.taken:
                entry["statement"] = answer.statement
                keep(drafts, data)  # at once: what is signed is not signed again
                if incident:
                    laid = EvidenceLaid(client.party, incident, Evidence.STATEMENT, answer.statement)
                    status = max(status, answered(client, client.send(laid), "Laid beside the incident."))
    left = sum(not each["decision"] for each in data["claims"])
    dropped = sum(each["decision"] == "reject" for each in data["claims"])
    signed = sum(bool(each.get("statement")) for each in wanted)
    print(f"{signed} confirmed now, {dropped} dropped, {left} without a decision. {_NOT_DECIDED}")
    return status


@app.command(name="import")
@told
def import_pages(
    folder: Annotated[Path, Parameter(name="FOLDER")],
    *,
    confirmed: Annotated[Path | None, Parameter(name="--confirmed")] = None,
    to: Annotated[tuple[str, ...], Parameter(name="--to", negative="")] = (),
    check: Annotated[bool, Parameter(name="--check", negative="")] = False,
    at: AtDesk = HERE,
) -> int:
    """Enter a folder of pages with the claims that were confirmed in them before, once each is seen to stand there.

    A page is known by its SHA-256. Its main text is made again, and every quotation is looked for at its characters;
    what is not found is said, and not entered. What your party has entered already is left alone.

    Parameters
    ----------
    folder
        The pages.
    confirmed
        A folder of files of drafts with decisions; by default those of the scenario deir-ez-zor, which are carried.
    to
        A party that is shown the sources and their claims, or secretariat; may be repeated.
    check
        Only look whether everything is found; nothing is said at a desk.
    """
    drafted = importlib.import_module("thalweg.sources.drafted")
    files = _confirmed_before(confirmed)
    known = {data["source"]["sha256"]: data for data in map(drafted.read_drafts, files)}
    found, lines, complete = _found_again(folder, known, drafted)
    for line in lines:
        print(line)
    if not found:
        print(f"thalweg: no page in {folder} is one that claims were confirmed in", file=sys.stderr)
        return NOTHING
    status = DONE if complete else INCOMPLETE
    if check:
        print(f"{sum(len(claims) for _, claims in found)} claims stand where they were confirmed. Nothing was entered.")
        return status
    with at.client() as client:
        entered = 0
        for data, claims in found:
            source = data["source"]
            own = _own_claims(client, source["sha256"])
            if own is None:
                answer = client.send(drafted.entered(source, client.party, to))
                if answered(client, answer, f"Entered {source['title']}.") != DONE:
                    return REFUSED
            for entry in claims:
                if _place_of(entry) in (own or ()):
                    continue
                answer = client.send(drafted.confirmed(entry, source, client.party))
                if not answer.taken:
                    return answered(client, answer, "")
                entered += 1
    print(f"{entered} claims confirmed. {_NOT_DECIDED}")
    return status


def _confirmed_before(folder: Path | None) -> list[bytes]:
    if folder is None:
        return list(importlib.import_module("thalweg.desk.scenarios").claims("deir-ez-zor").values())
    files = sorted(folder.glob("*.drafts.json"))
    if not files:
        raise InputError("source-drafts", f"{folder} holds no file of drafts.", expected="files named *.drafts.json")
    return [wiring.read_file(each) for each in files]


def _found_again(
    folder: Path, known: dict[str, dict[str, Any]], drafted: ModuleType
) -> tuple[list[tuple[dict[str, Any], list[dict[str, Any]]]], list[str], bool]:
    """The sources whose page is here with the claims that stand there, a line on each, and whether all was found."""
    room = importlib.import_module("thalweg.wiring.pages")
    if not folder.is_dir():
        raise InputError("source-folder", f"{folder} is no folder.", expected="a folder of pages", found=str(folder))
    found, lines, seen = [], [], set()
    titles = {str(data["source"]["title"]): sha256 for sha256, data in known.items()}
    complete = True
    for path in sorted(each for each in folder.iterdir() if each.is_file()):
        data = room.page_bytes(path)
        sha256 = hashlib.sha256(data).hexdigest()
        carried = known.get(sha256)
        try:
            day = day_of(str(carried["source"]["published"])) if carried else None
            article: Article = room.read_page(data, published=day)
        except InputError as error:
            lines.append(f"! {path.name}: {error.sentence}")
            complete = False
            continue
        if carried is None:
            changed = titles.get(article.headline)
            why = f"; it has the headline of {changed[:16]}…, and other bytes" if changed else ""
            lines.append(f"! {path.name}: no claims were confirmed in a page of SHA-256 {sha256[:16]}…{why}")
            complete = False
            continue
        seen.add(sha256)
        if why := drafted.unlike(carried["source"], article):
            lines.append(f"! {path.name}: {why}")
            complete = False
            continue
        wanted = [each for each in carried["claims"] if each["decision"] == "confirm"]
        amiss = {id(each): why for each in wanted if (why := drafted.misplaced(each, article))}
        standing = [each for each in wanted if id(each) not in amiss]
        lines.append(f"{path.name}: {carried['source']['title']}; {len(standing)} of {len(wanted)} claims stand there")
        lines += [f"  ! {why}" for why in amiss.values()]
        complete = complete and not amiss
        found.append((carried, standing))
    for sha256, carried in known.items():
        if sha256 not in seen:
            lines.append(f"! no page of SHA-256 {sha256[:16]}… is here: {carried['source']['title']}")
            complete = False
    return found, lines, complete


def _own_claims(client: Client, sha256: str) -> set[tuple[int, int, str, str]] | None:
    """What one's party has confirmed in a source, by where and how it was said; None where it has not entered it."""
    try:
        read = client.source(sha256)
    except DeskError as error:
        if error.code != "not-found":
            raise
        return None
    own = [each for each in read["entered"] if each["by"] == client.party]
    return {_place_of(claim) for each in own for claim in each["claims"]} if own else None


def _place_of(claim: dict[str, Any]) -> tuple[int, int, str, str]:
    start, end = claim["characters"]
    return start, end, claim["force"], claim["quote"]


@app.command(name="claims")
@told
def list_claims(*, incident: Annotated[str, Parameter(name="--incident")] = "", at: AtDesk = HERE) -> int:
    """List the claims that your party confirmed or is shown, and in what they differ.

    Parameters
    ----------
    incident
        Only those that are laid beside this incident, or whose source is.
    """
    with at.client() as client:
        found = client.claims(incident)
    for each in found["claims"]:
        fallen = " SUPERSEDED" if each["superseded_by"] else " WITHDRAWN" if each["withdrawn"] else ""
        chain = "".join(f" ← {via}" for via in each["through"])
        print(f"{each['statement'][:12]}  {each['force']}, {each['said_by'] or 'nobody named'}{chain}{fallen}")
        print(
            f"    “{each['quote']}”  characters {each['characters'][0]}–{each['characters'][1]} of "
            f"{each['source'][:12]}; confirmed by {each['by']}"
        )
    for each in found["differ"]:
        sides = f"{each['a'][:12]}, {each['b'][:12]}"
        print(f"{each['differ']}: {each['told'][0]} / {each['told'][1]} ({each['why']}); {sides}")
    print(found["status"])
    return DONE


@app.command(name="retract")
@told
def retract_claim(
    claim: Annotated[str, Parameter(name="CLAIM")], *words: Annotated[str, Parameter(name="TEXT")], at: AtDesk = HERE
) -> int:
    """Take a claim back that your party confirmed. It stays on record.

    Parameters
    ----------
    claim
        Its id, or the beginning of it.
    words
        Why, in your words.
    """
    with at.client() as client:
        own = [each["statement"] for each in client.claims()["claims"] if each["by"] == client.party]
        found = [each for each in own if each.startswith(claim)]
        name = found[0] if len(found) == 1 else claim
        return answered(client, client.send(ClaimWithdrawn(client.party, name, " ".join(words))), "Withdrawn.")


def _same_page(page: Path, source: dict[str, Any]) -> Article:
    """The page that the drafts are of. `InputError` for another one, or where its text is now made in another way."""
    room = importlib.import_module("thalweg.wiring.pages")
    article: Article = room.read_page(room.page_bytes(page), published=day_of(str(source.get("published") or "")))
    made = hashlib.sha256(article.text.encode()).hexdigest()
    if article.sha256 != source["sha256"] or made != source["text_sha256"]:
        raise InputError(
            "source-other-page",
            f"{page.name} is not the page that these drafts are of, or its text is made otherwise now.",
            expected=str(source["sha256"]),
            found=article.sha256,
        )
    return article


def _decide(data: dict[str, Any], path: Path, article: Article | None) -> None:
    """Ask for each claim without a decision. An empty answer leaves it for later; `q` ends."""
    for entry in data["claims"]:
        if entry["decision"]:
            continue
        start, end = entry["characters"]
        print()
        if article is not None:
            print(f"  {article.text[start:end]}")
        who = f"{entry['said_by'] or 'nobody named'}{''.join(f' ← {each}' for each in entry['through'])}"
        print(f"  {entry['force']}, {who}: “{entry['quote']}”")
        for name in ("said", "about", "places", "numbers", "inserted", "doubts"):
            for each in entry[name]:
                line = each if isinstance(each, str) else ", ".join(str(part) for part in each.values() if part)
                print(f"    {name}: {line}")
        answer = input("confirm, reject, FIELD=VALUE to correct, empty for later, q to end: ").strip()
        while "=" in answer:
            name, _, value = answer.partition("=")
            if name.strip() in _CORRECTED:
                entry[name.strip()] = value.strip()
            else:
                print(f"{', '.join(_CORRECTED)} are corrected here; the rest in the file")
            answer = input("confirm, reject, FIELD=VALUE: ").strip()
        if answer == "q":
            break
        if answer and "confirm".startswith(answer):
            entry["decision"] = "confirm"
        elif answer and "reject".startswith(answer):
            entry["decision"] = "reject"
        keep(path, data)
