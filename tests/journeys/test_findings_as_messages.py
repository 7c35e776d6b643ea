"""Every finding of the bundled scenarios as a warning: in English it says what the engine's own sentence says, and in
every other language what the English one says (R24, R25)."""

from __future__ import annotations

import re
from functools import cache

import pytest

from thalweg.desk import scenarios
from thalweg.desk.check import references
from thalweg.desk.intake import Blob, intake_blobs
from thalweg.drafts import Context
from thalweg.drafts.plausibility import Doubts
from thalweg.engine import sentences
from thalweg.engine.batch import batch
from thalweg.formats.theatre import read_theatre
from thalweg.model.declarations import Declaration
from thalweg.model.findings import Finding, FindingType
from thalweg.model.theatre import Theatre
from thalweg.places.gazetteer import packaged
from thalweg.reports.messages.catalogue import FSI, LANGUAGES, PDI, catalogue
from thalweg.reports.messages.findings import talk_to, warning
from thalweg.reports.messages.kinds import TalkTo, Warned
from thalweg.reports.messages.render import read_back, render
from thalweg.reports.messages.speech import Voice

_QUANTITY = re.compile(r"(?:less than )?(\d(?:[\d.,\s]*\d)?) (k?m|h|min|s|days?)\b")
_PER = {"km": 1000.0, "m": 1.0, "h": 3600.0, "min": 60.0, "s": 1.0, "day": 86400.0, "days": 86400.0}


@cache
def world(name: str) -> tuple[Theatre, dict[str, Declaration], list[Finding]]:
    theatre = read_theatre(scenarios.theatre(name), scenarios.THEATRE)
    blobs = [Blob(file, data) for file, data in scenarios.inputs(name).items()]
    intake = intake_blobs(blobs, Context(theatre, plausibility=Doubts(theatre, packaged)))
    found = list(batch(intake.declarations, theatre, describe=references()))
    return theatre, {each.version_id: each for each in intake.declarations}, found


def warnings() -> list[tuple[str, int]]:
    return [(name, number) for name in scenarios.NAMES for number in range(len(world(name)[2]))]


def quantities(text: str) -> list[float]:
    """Every measure that a text gives, in metres or seconds, in order."""
    return [float(re.sub(r"[, \s]", "", number)) * _PER[unit] for number, unit in _QUANTITY.findall(text)]


def said(text: str) -> str:
    return text.replace(FSI, "").replace(PDI, "")


def test_there_are_findings_of_every_type_to_be_said() -> None:
    types = {finding.type for name in scenarios.NAMES for finding in world(name)[2]}
    assert types >= {FindingType.CONFLICT, FindingType.CROSSING, FindingType.WRONG_SIDE}


@pytest.mark.parametrize(("name", "number"), warnings())
def test_the_english_of_a_warning_says_what_the_engine_says(name: str, number: int) -> None:
    theatre, declarations, found = world(name)
    finding = found[number]
    first, second = (declarations[version] for version in finding.versions)
    message = warning(finding, first, second, theatre)
    text, sentence = said(render(message, "en")), finding.sentence
    line = finding.type in (FindingType.CROSSING, FindingType.WRONG_SIDE)

    for declaration in (first,) if line else (first, second):
        party = next(each.name for each in theatre.parties if each.id == declaration.party)
        assert f"{party}: " in text
        assert f"{party}: " in sentence
    assert f"“{first.title}”" in text or not first.title
    assert second.title in text
    assert (" will " in text) == (" will " in sentence)
    assert (" may " in text) == (" may " in sentence)
    for act in (" overlap ", " come within ", " contradict ", " cross "):
        assert (act in text.split("How sure")[0]) == (act in sentence), act

    heard = read_back(render(message, "en"), "en")
    assert isinstance(heard, Warned)
    period = heard.meeting.period
    assert sentences.period(period.first, period.last) in sentence

    assert message.meeting.where
    where = said(Voice(catalogue("en")).say(message.meeting.where))
    assert where in text
    assert _QUANTITY.sub("#", where) == _QUANTITY.sub("#", finding.reference)
    for ours, theirs in zip(quantities(where), quantities(finding.reference), strict=True):
        assert ours == pytest.approx(theirs, abs=100 if theirs < 10_000 else 501)

    sure = sentence.split("How sure: ")[1].rstrip(".")
    assert f"How sure: {sure}" in text
    if not line:
        assert quantities(text.split("How sure")[0].split("Z")[0])[:1] == quantities(sentence.split("Z")[0])[:1]
        asked = text.split("How sure")[1].split(f"Rule {finding.rule}")[1].split(" Finding ")[0]
        stated = finding.rule_sentence.split(" Conditions: ")[0]
        assert quantities(asked.split(" only under conditions")[0]) == quantities(stated)
        conditions = finding.rule_sentence.partition(" Conditions: ")[2].rstrip(".")
        assert conditions in asked
    if finding.type is FindingType.WRONG_SIDE:
        side = re.findall(r"be on the (.*?) side of", sentence)[0]
        own = re.findall(r".* to the (.*?) side", finding.rule_sentence)[0]
        assert f"on the side “{side}” of" in text
        assert f"binds this party to the side “{own}”" in text


@pytest.mark.parametrize(("name", "number"), warnings())
def test_a_warning_reads_back_the_same_from_every_language(name: str, number: int) -> None:
    theatre, declarations, found = world(name)
    finding = found[number]
    first, second = (declarations[version] for version in finding.versions)
    message = warning(finding, first, second, theatre)
    english = read_back(render(message, "en"), "en")
    for language in LANGUAGES:
        assert read_back(render(message, language, zone="Asia/Damascus"), language) == english


@pytest.mark.parametrize("name", scenarios.NAMES)
def test_the_least_detail_names_the_other_party_and_nothing_of_its_declaration(name: str) -> None:
    """R31, D13: the same whatever the other's declaration is."""
    theatre, declarations, found = world(name)
    for finding in found:
        first, second = (declarations[version] for version in finding.versions)
        message = talk_to(finding, first, second.party, theatre, finding_alias="x-1")
        assert isinstance(message, TalkTo)
        for language in LANGUAGES:
            text = render(message, language)
            assert second.title not in text or second.title in first.title
            assert finding.id not in text
            assert finding.reference not in text or not finding.reference
