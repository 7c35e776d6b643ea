"""`thalweg feedback`: what came of one's own notices (R45). Exit statuses: `thalweg.cli.at_desk`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import App, Parameter

from thalweg.cli.at_desk import DONE, HERE, AtDesk, instant, told

app = App(name="feedback", help="What came of your notices: who had them, who answered, and what changed.")


@app.default
@told
def feedback(
    *,
    since: Annotated[str, Parameter(name="--since")] = "",
    until: Annotated[str, Parameter(name="--until")] = "",
    language: Annotated[str, Parameter(name="--language")] = "",
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
    at: AtDesk = HERE,
) -> int:
    """Tell what came of the declarations that your party made in a period.

    Parameters
    ----------
    since
        From when on, with the time zone; by default thirty days before the end.
    until
        Up to when; by default now.
    language
        One of en, ar, ru, fr, tr, ku; by default that of your account.
    json_output
        Write it for programs.
    """
    first = instant(since, "--since") if since else None
    last = instant(until, "--until") if until else None
    with at.client() as client:
        value = client.feedback(first, last, language)
    if json_output:
        print(json.dumps(value, ensure_ascii=False))
    else:
        for line in value["text"]:
            print(line)
    return DONE
