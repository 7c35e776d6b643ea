"""`thalweg replay`: who knew what when. The picture as one party had it, from what it holds (R40).

Exit statuses: `thalweg.cli.at_desk`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from thalweg import wiring
from thalweg.cli.at_desk import DONE, HERE, AtDesk, brief, instant, table, told
from thalweg.ledger.receipt import Bundle
from thalweg.ledger.trust import read_trust
from thalweg.ledger.verify import Trust, verify_bundle
from thalweg.model.errors import InputError
from thalweg.model.instants import Instant

app = App(name="replay", help="Who knew what when: the picture as one party had it, at a time.")

Form = Literal["table", "json", "geojson"]


@app.default
@told
def replay(
    source: Annotated[Path | None, Parameter(name="SOURCE")] = None,
    *,
    party: Annotated[str, Parameter(name="--as")] = "",
    known_at: Annotated[str, Parameter(name="--known-at")],
    valid_at: Annotated[str, Parameter(name="--valid-at")] = "",
    form: Annotated[Form, Parameter(name="--format")] = "table",
    trust: Annotated[Path | None, Parameter(name="--trust")] = None,
    at: AtDesk = HERE,
) -> int:
    """The picture as a party had it: what it had said, and what had reached it, by a time; and nothing that came later.

    Parameters
    ----------
    source
        The party's bundle (thalweg bundle FILE), verified and read offline; or the folder of a desk, for whoever runs
        it. Left out: your desk is asked, as your own party.
    party
        The party. A bundle tells of its own party alone, and a desk tells an officer of the officer's own.
    known_at
        Known at this time, with its zone: "2017-09-16T12:00:00Z".
    valid_at
        Of that, what holds at this time, or at some time between two: "a/b", "../b", "a/..", "../..". Left out: at the
        time of --known-at.
    form
        table, for people; json; or geojson, for a map.
    trust
        The trust file of the log, had from somebody you trust; for a bundle.
    """
    known = instant(known_at, "time that is asked for")
    if source is None:
        value = _asked(at, party, known, valid_at, form)
    else:
        value = _read(source, party, known, valid_at, form, trust)
    if form == "table":
        _print(value)
    else:
        print(json.dumps(value, ensure_ascii=False, indent=1))
    return DONE


def _asked(at: AtDesk, party: str, known: Instant, valid: str, form: Form) -> Mapping[str, Any]:
    """From the desk."""
    with at.client() as client:
        if party not in ("", client.party):
            raise InputError(
                "replay-party",
                f"You speak for {client.party}; what {party} had is for {party} alone.",
                expected=client.party,
                found=party,
            )
        return client.as_of_map(str(known), valid) if form == "geojson" else client.as_of(str(known), valid)


def _read(source: Path, party: str, known: Instant, valid: str, form: Form, trust: Path | None) -> Mapping[str, Any]:
    """From a bundle or a log, with no desk."""
    # It knows the stores and the engine, which take a while to load.
    reading: Any = import_module("thalweg.wiring.asof")
    asked: Any = import_module("thalweg.policy.asof.valid")
    if source.is_dir():
        if not party:
            raise InputError("replay-party", "Whose picture? Name the party with --as.")
        asofs = reading.of_log_folder(source, party)
    else:
        data = wiring.read_file(source)
        anchor = None if trust is None else read_trust(wiring.read_file(trust))
        verdict = verify_bundle(data, _claimed(data) if anchor is None else anchor)
        if anchor is None:
            print(
                "thalweg: NOT VERIFIED AGAINST ANYTHING YOU TRUST: it holds together by the keys that it names itself."
                " Give --trust.",
                file=sys.stderr,
            )
        party = party or reading.holder(data, verdict)
        asofs = reading.of_bundle_file(data, verdict, party)
    known = asked.as_recorded(known)
    picture = asofs.picture(party, known, asked.read_valid(valid, known))
    value: Mapping[str, Any]
    if form == "geojson":
        value = import_module("thalweg.reports.asof_map").drawn(picture)
    else:
        value = import_module("thalweg.reports.asof").picture(picture)
    return value


def _claimed(data: bytes) -> Trust:
    """By what a bundle names itself, to see whether it holds together. Worth nothing as a proof."""
    policy = Bundle.parse(data).policy
    return Trust(policy.origin, (policy.log_key,), None, policy.witnesses, policy.quorum)


# --- printing ---


def _print(value: Mapping[str, Any]) -> None:
    counts, valid = value["counts"], value["valid"]
    when = _span(valid["from"], valid["until"])
    mark = "EXERCISE. " if value["exercise"] else ""
    print(f"{mark}As {value['party']} had it at {value['known']}; what holds {when}.")
    print(
        f"{counts['declarations']} declarations known, {counts['own']} of them its own; {counts['valid']} hold then."
        f" {counts['notices']} notices had reached it, {counts['outstanding']} of them unanswered."
    )
    table(
        "Declarations",
        ("id", "of", "kind", "level", "state", "holds", "said", "known since", "title"),
        (_declaration(each) for each in value["declarations"]),
    )
    if value["findings"]:
        print("Findings that it had been told of")
        for each in value["findings"]:
            print(f"  {each['told']}  {each['severity']}, {each['certainty']}: {each['sentence']} [{each['notice']}]")
    for each in value["declarations"]:
        for line in _became(each):
            print(line)
    if value["crossings"]:
        rows = [(each["at"], each["line"], each["who"], each["by"], each["told"]) for each in value["crossings"]]
        table("Crossings", ("at", "line", "who", "by", "told"), rows)
    if value["channels"]:
        table(
            "Channels, as far as it had been told", ("id", "name", "on it", "lines"), map(_channel, value["channels"])
        )
    _print_agreed(value)
    for each in value["disclaimers"]:
        print(each)


def _print_agreed(value: Mapping[str, Any]) -> None:
    if value["agreements"]:
        rows = [
            (brief(each["id"]), each["matter"], each["by"], ", ".join(each["to"]), each["state"], each["at"])
            for each in value["agreements"]
        ]
        table("Agreements", ("id", "matter", "by", "to", "state", "at"), rows)
    if value["commitments"]:
        promises = [
            (brief(each["id"]), each["by"], each["action"], each["due"], each["outcome"] or _open(each))
            for each in value["commitments"]
        ]
        table("Promises", ("id", "by", "what", "due", "outcome"), promises)
    for each in value["emergencies"]:
        state = {True: "open", False: "over", None: "whether it is over is not on record for it"}[each["open"]]
        print(f"EMERGENCY of {each['by']} at {each['at']}: {each['text']} ({state})")
    if value["participation"]:
        stated = [(each["party"], each["status"], each["since"], each["by"]) for each in value["participation"]]
        table("Taking part", ("party", "status", "since", "as stated by"), stated)


def _declaration(each: Mapping[str, Any]) -> tuple[str, ...]:
    shown = each["declaration"] or {}
    marks = [*each["marks"], *(["late"] if each["late"] else ())]
    title = shown.get("title", "") + (f" [{', '.join(marks)}]" if marks else "")
    state = each["state"] if each["over"] is None else f"{each['state']} {each['over']}"
    holds = _span(each["valid"]["from"], each["valid"]["until"])
    of = f"{each['of']} (own)" if each["own"] else each["of"]
    return each["subject"], of, each["kind"] or "", each["level"], state, holds, each["at"], each["reached"], title


def _became(each: Mapping[str, Any]) -> Iterator[str]:
    for shown in each["not_cited"]:
        yield f"  {each['subject']}: shown {shown['notice']} on {shown['shown']}, and not cited."
    for answer in each["answers"]:
        said = ", ".join(answer[name] for name in ("response", "differs", "unit", "to") if answer.get(name))
        what = answer["what"].replace("_", " ")
        yield f"  {each['subject']}: {what} by {answer['by']} at {answer['at']}{f' ({said})' if said else ''}."


def _channel(each: Mapping[str, Any]) -> tuple[str, ...]:
    lines = _joined(f"{line['party']} {line['state']}" for line in each["lines"])
    return each["id"], each["name"], _joined(one["party"] for one in each["joined"]), lines


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words)


def _open(each: Mapping[str, Any]) -> str:
    return "lapsed" if each["lapsed"] else "not on record"


def _span(since: str | None, until: str | None) -> str:
    if since == until and since is not None:
        return f"at {since}"
    return f"{since or 'always'} to {until or 'further notice'}"
