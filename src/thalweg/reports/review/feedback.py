"""Feedback to whoever gave notices, as lines to read and as a value for programs (R45)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from thalweg.policy.disclosure import Disclosed
from thalweg.policy.review import Feedback, NoticeFeedback, Recipient
from thalweg.reports.dossier.words import CATALOGUES as DOSSIER
from thalweg.reports.dossier.words import Words

if TYPE_CHECKING:
    from thalweg.reports import given

CATALOGUES: Final = Path(__file__).parent / "catalogues"
FOLDERS: Final = (CATALOGUES, DOSSIER)


def lines(disclosed: Disclosed[Feedback], language: str, names: dict[str, str]) -> Iterator[str]:
    """All of it, in the order in which the notices were taken."""
    value = disclosed.value
    words = Words(language, names, folders=FOLDERS)
    if value.exercise:
        yield words.text("band.exercise")
    yield words.text("feedback.title")
    yield words.text("review.period", since=value.since, until=value.until)
    yield words.text(
        "feedback.totals", n=len(value.notices), told=value.told, answered=value.answered, changed=value.changed
    )
    for each in value.recipients:
        median = words.text("number.untold") if each.median_s is None else words.duration(each.median_s)
        yield words.text(
            "feedback.recipient", to=each.to, n=each.notices, answered=each.answered, passed=each.passed_on,
            median=median, incidents=each.incidents,
        )  # fmt: skip
    for notice in value.notices:
        yield from _notice(notice, words)
    if value.more:
        yield words.text("feedback.more", n=len(value.notices))
    yield words.text("feedback.receipt")
    for name in ("voluntary", "absence"):
        yield words.text(f"disclaimer.{name}")


def value(disclosed: Disclosed[Feedback]) -> given.FeedbackValue:
    """The same for programs; times as ISO 8601 in UTC."""
    told = disclosed.value
    return {
        "party": told.party,
        "since": str(told.since),
        "until": str(told.until),
        "exercise": told.exercise,
        "more": told.more,
        "totals": {"notices": len(told.notices), "told": told.told, "answered": told.answered, "changed": told.changed},
        "recipients": [
            {
                "to": each.to,
                "notices": each.notices,
                "answered": each.answered,
                "median_s": each.median_s,
                "passed_on": each.passed_on,
                "incidents": each.incidents,
            }
            for each in told.recipients
        ],
        "notices": [
            {
                "subject": each.subject,
                "title": each.title,
                "kind": each.kind,
                "taken": str(each.taken),
                "late": each.late,
                "findings": each.findings,
                "recipients": [_copy(one) for one in each.recipients],
                "changed": [
                    {"of": one.of, "what": one.what.value, "at": str(one.at), "notice": one.notice}
                    for one in each.changed
                ],
            }
            for each in told.notices
        ],
    }


def _copy(one: Recipient) -> given.FeedbackCopy:
    return {
        "to": one.to,
        "level": one.level.value,
        "sent": str(one.sent),
        "delivered": None if one.delivered is None else str(one.delivered),
        "answered": None if one.answered is None else str(one.answered),
        "response": one.response,
        "read_back": None if one.read_back is None else str(one.read_back),
        "differs": one.differs,
        "passed_on": None if one.passed_on is None else str(one.passed_on),
    }


def _notice(notice: NoticeFeedback, words: Words) -> Iterator[str]:
    title = notice.title or words.text(f"kind.{notice.kind}")
    late = f" {words.text('feedback.late')}" if notice.late else ""
    yield f"{words.text('feedback.one', title=title, taken=notice.taken)}.{late}"
    if not notice.recipients:
        yield f"    {words.text('feedback.nobody')}"
    for one in notice.recipients:
        said = [words.text("feedback.sent", to=one.to, sent=one.sent)]
        if one.delivered is not None:
            said.append(words.text("feedback.delivered", at=one.delivered))
        if one.answered is None:
            said.append(words.text("feedback.unanswered"))
        else:
            said.append(words.text("feedback.answered", at=one.answered, response=one.response))
        if one.read_back is not None:
            said.append(words.text("feedback.differs" if one.differs else "feedback.read_back", at=one.read_back))
        if one.passed_on is not None:
            said.append(words.text("feedback.passed_on", at=one.passed_on))
        yield "    " + words.text("list.separator").join(said) + "."
    if notice.findings:
        yield f"    {words.text('feedback.findings', n=notice.findings)}"
    for change in notice.changed:
        yield f"    {words.text(f'feedback.changed_{change.what.value}', of=change.of, at=change.at)}"
