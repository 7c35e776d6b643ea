"""What the desk says is made to fit into one entry, however much was said: nothing may be too large to be told.

Texts are cut, and say so; lists go on in further notices. Where the whole matters it stands in the statement that the
notice names, and whoever may read the notice may read that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import is_
from typing import Final

from thalweg.desk.spelled import finding_bytes
from thalweg.ledger import canonical
from thalweg.model.events import Notice, NoticeKind
from thalweg.model.findings import Finding

MET_IN_ONE: Final = 150  # findings that one `Weighed` has room for
NOT_CITED_IN_ONE: Final = 400
LACKING_IN_ONE: Final = 600
CLOSED_IN_ONE: Final = 100  # notices that one `ClockTold` closes
PARTIES_IN_ONE: Final = 64
SUSPECTS_IN_ONE: Final = 64  # possible duplicates that one `Weighed` has room for, and that one party is told of
_FINDINGS_IN_ONE: Final = 24
_FINDINGS_BYTES: Final = 20_000
_WORDS_BYTES: Final = 36_000
_WORDS_BESIDE_BYTES: Final = 8_000  # beside a view or findings
_FACT_CHARACTERS: Final = 4_000
_CUT: Final = " […]"


def in_parts(notice: Notice) -> Iterator[Notice]:
    """The notice in as many parts as its findings and parties need, each of a size that fits."""
    notice = _cut(notice)
    findings = list(_findings(notice.findings))
    parties = [notice.talk_to[at : at + PARTIES_IN_ONE] for at in range(0, len(notice.talk_to), PARTIES_IN_ONE)]
    whole = len(findings) <= 1 and len(parties) <= 1 and all(map(is_, findings[0] if findings else (), notice.findings))
    if whole:  # as nearly every notice is
        yield notice
        return
    first = replace(notice, findings=findings[0] if findings else (), talk_to=parties[0] if parties else ())
    yield first
    for part in range(1, max(len(findings), len(parties))):
        yield replace(
            first,
            what=NoticeKind.WARNING,
            view=None,
            statement="",
            words="",
            owed=False,
            findings=findings[part] if part < len(findings) else (),
            talk_to=parties[part] if part < len(parties) else (),
            part=part,
        )


def _findings(findings: Sequence[Finding]) -> Iterator[tuple[Finding, ...]]:
    some: list[Finding] = []
    room = _FINDINGS_BYTES
    for each in map(_brief, findings):
        size = len(finding_bytes(each))
        if some and (size > room or len(some) == _FINDINGS_IN_ONE):
            yield tuple(some)
            some, room = [], _FINDINGS_BYTES
        some.append(each)
        room -= size
    if some:
        yield tuple(some)


def _brief(finding: Finding) -> Finding:
    """A title may be very long, and a sentence has two of them."""
    if (
        len(finding.sentence) <= 1000
        and len(finding.rule_sentence) <= 500
        and len(finding.reference) <= 500
        and len(finding.reasons) <= 10
        and all(len(each) <= 300 for each in (*finding.reasons, *finding.marks))
    ):
        return finding
    return replace(
        finding,
        sentence=_short(finding.sentence, 1000),
        rule_sentence=_short(finding.rule_sentence, 500),
        reference=_short(finding.reference, 500),
        reasons=tuple(_short(each, 300) for each in finding.reasons[:10]),
        marks=tuple(_short(each, 300) for each in finding.marks[:10]),
    )


def _short(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[: characters - len(_CUT)] + _CUT


def _cut(notice: Notice) -> Notice:
    if any(len(each) > _FACT_CHARACTERS for each in notice.facts.values()):
        facts = {name: _short(value, _FACT_CHARACTERS) for name, value in notice.facts.items()}
        notice = replace(notice, facts=facts)
    room = _WORDS_BESIDE_BYTES if notice.view is not None or notice.findings else _WORDS_BYTES
    words = notice.words
    if len(words) * 6 <= room:  # the most that a character takes, written as an escape
        return notice
    while words and len(canonical.encode(words)) > room:
        words = words[: len(words) * 3 // 4]
    return notice if words == notice.words else replace(notice, words=words + _CUT)
