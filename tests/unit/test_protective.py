"""R38, R18: there is no way to say target, weapon, strike or any measure that permits fire, and nothing is approved.

Read are all names, words and texts that Thalweg has of its own: every class, field, function, parameter and enum value
of the model, every key and word of the published schemas and the default theatre, every command and option, and every
text in the sources that a person could see. What a party writes is its own, and kept as written.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import yaml
from cyclopts import App
from scripts.api_reference import description

from thalweg.cli import app
from thalweg.drafts import words
from thalweg.drafts.names import ALIASES, FIELDS
from thalweg.formats import event as kinds
from thalweg.model.declarations import Kind, Zone
from thalweg.model.errors import InputError
from thalweg.model.events import Response
from thalweg.model.sourced import Force
from thalweg.model.words import DISCLAIMERS, MARK_MEANING
from thalweg.state.agreements import AgreementState

PACKAGE = Path(__file__).parents[2] / "src" / "thalweg"
DOCS = Path(__file__).parents[2] / "docs"
MODEL = sorted((PACKAGE / "model").glob("*.py"))
SOURCES = sorted(PACKAGE.rglob("*.py"))

# Aim, means, and harm.
AIMING = (
    r"targets?|targeted|targeting|aim[_ -]?points?|strikes?|struck|weapons?|weaponry|munitions?|ordnance|ammunition|"
    r"warheads?|missiles?|bombs?|bombing|artillery|kills?|lethal\w*|destroy\w*|engage(?:ment|d|s)?|battle[_ -]?damage|"
    r"high[_ -]?value"
)
# Measures that permit or direct fire (DOMAIN: "Measures on the map").
PERMISSIVE = (
    r"free[_ -]?fire\w*|ffa|coordinated[_ -]?fire[_ -]?lines?|cfl|fire[_ -]?support\w*|fscl|kill[_ -]?box\w*|"
    r"missile[_ -]?engagement\w*|mez|permissive\w*|weapons?[_ -]?free|fire[_ -]?mission\w*|hostile"
)
# A notice is acknowledged, understood, or objected to. Nobody approves it, and nobody is cleared by it.
DECIDING = r"approv\w*|disapprov\w*|den(?:y|ied|ies|ial)|cleared|clearances?|clear[_ -]to|authori[sz]ed|rejected"
# "What is not protected here?" is no question (D13).
UNPROTECTED = r"un[_ -]?protected\w*|not[_ -]protected|safe[_ -]to\w*"

NEVER = re.compile(rf"(?<![a-z])(?:{AIMING}|{PERMISSIVE}|{DECIDING}|{UNPROTECTED})(?![a-z])", re.IGNORECASE)

# Text that only machines read, or that names such a word in order to refuse it.
ELSEWHERE = {
    "drafts/words.py": "the words that are refused",
    "sources/attribution.py": "what others do by saying something: one of them denies what another says",
    "sources/relays.py": "the same, of those who pass it on",
    "sources/compare.py": "the same, where sources differ",
    "model/sourced.py": "the same, of claims that a person confirms",
    "policy/source_reads.py": "the same, where confirmed claims differ",
    "cli/replay/incidents.py": "incidents of the autumn of 2017, as those told them whose words they are",
    "drafts/workbooks.py": "the attribute Target of the Office Open XML format",
}


_OF_OTHERS = "denial"  # what somebody in the press does by saying something: a `Force`, and no answer of ours
_TOLD_OF_OTHERS = (
    "what one says and another denies",
    "That is neither denial nor confirmation.",
    "{who} denies it, by a source: {words}",
    'msgctxt "force.denial"',
    'msgctxt "sources.force.denial"',
    'msgctxt "sources.differ.denial"',
    'msgid "denial"',
    'msgstr "denial"',
)  # sentences and keys about that, and no others


def found_but_for_others(text: str) -> list[str]:
    """As `found`, in a text without what is told of others' denials."""
    for each in _TOLD_OF_OTHERS:
        text = text.replace(each, "")
    return found(text)


def found(text: str) -> list[str]:
    """The forbidden words in a name or a text; underscores and capitals inside a name part words."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " ").replace("-", " ")
    return [*NEVER.findall(text), *NEVER.findall(parted)]


def _says(enum: type, member: Enum) -> bool:
    return bool(found(str(member.value)) or found(member.name)) and not (enum is Force and member.value == _OF_OTHERS)


def names(tree: ast.AST) -> Iterator[str]:
    """Classes, functions, parameters, fields and constants; not the variables inside a function."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef():
                yield node.name
                if isinstance(node, ast.FunctionDef):
                    yield from (each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))
            case ast.Module(body=body):
                for each in body:
                    if isinstance(each, ast.Assign | ast.AnnAssign):
                        aims = each.targets if isinstance(each, ast.Assign) else [each.target]
                        yield from (aim.id for aim in aims if isinstance(aim, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case _:
                pass


def texts(tree: ast.AST) -> Iterator[str]:
    """Every text but docstrings of modules, classes and private functions (those of commands are their help)."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def options(parent: App) -> Iterator[str]:
    for name in parent:
        if name.startswith("-"):
            continue
        command = parent[name]
        yield from (name, command.help)
        if command.default_command:
            yield command.default_command.__doc__ or ""
            for argument in command.assemble_argument_collection():
                yield from argument.names
        yield from options(command)


def keys_and_words(value: object) -> Iterator[str]:
    """Keys and texts of a JSON or YAML document, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from keys_and_words(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from keys_and_words(each)


@pytest.mark.parametrize("file", MODEL, ids=lambda file: file.stem)
def test_no_name_of_the_model_says_such_a_thing(file: Path) -> None:
    """R38."""
    assert {name: found(name) for name in names(ast.parse(file.read_text("utf-8"))) if found(name)} == {}


def test_no_word_of_the_model_says_such_a_thing() -> None:
    """R38: every value of every enum."""
    enums = [
        member
        for file in MODEL
        for member in vars(import_module(f"thalweg.model.{file.stem}")).values()
        if isinstance(member, type) and issubclass(member, Enum) and member.__module__.startswith("thalweg.")
    ]
    assert {Kind, Zone} <= set(enums)
    assert [str(each.value) for enum in enums for each in enum if _says(enum, each)] == []


def test_every_zone_forbids_or_asks_for_coordination() -> None:
    """R38. Whoever adds a kind or a zone must come here, and say why it protects."""
    assert set(Zone) == {"no_entry", "no_fire", "restricted_airspace", "quiet_window"}
    assert set(Kind) == {"operation", "movement", "static_site", "restricted_zone", "line", "negative"}


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.schema.json")), ids=lambda file: file.name)
def test_no_published_schema_has_such_a_word(file: Path) -> None:
    """R38."""
    words_of = {*keys_and_words(json.loads(file.read_text("utf-8")))} - {_OF_OTHERS}
    assert [text for text in words_of if found(text)] == []


def test_the_default_theatre_has_no_such_word() -> None:
    """R38."""
    theatre = yaml.safe_load((PACKAGE / "formats/theatres/default.yaml").read_text("utf-8"))
    assert len(theatre["rules"]) > 10
    assert [text for text in keys_and_words(theatre) if found(text)] == []


def test_no_field_or_column_asks_for_such_a_thing() -> None:
    """R38, R6."""
    asked = [*FIELDS, *ALIASES, *(alias for aliases in ALIASES.values() for alias in aliases.split("|"))]
    assert len(asked) > 100
    assert [name for name in asked if found(name)] == []


def test_no_command_or_option_says_such_a_thing() -> None:
    """R38, R18."""
    said = list(options(app))
    assert {"check", "--theatre", "-t", "ledger"} <= set(said)
    assert [text for text in said if found(text)] == []


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_text_that_a_person_could_see_says_such_a_thing(file: Path) -> None:
    """R38, R18."""
    if str(file.relative_to(PACKAGE)) in ELSEWHERE:
        return
    assert [text for text in texts(ast.parse(file.read_text("utf-8"))) if found(text)] == []


def test_the_description_of_the_interface_has_no_such_word() -> None:
    """R18, R38: every path, parameter, field, value and sentence of the OpenAPI document."""
    told = {*keys_and_words(description())} - {_OF_OTHERS}
    assert {"/v1/notices", "static_site", "Statement"} <= told
    assert [text for text in told if found_but_for_others(" ".join(text.split()))] == []


def _catalogues() -> Iterator[tuple[str, str]]:
    """The English of every page and product that is made from a catalogue, line by line, and where it stands."""
    for file in sorted(PACKAGE.rglob("en.po")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if not line.startswith("#") and '"' in line:
                yield f"{file.relative_to(PACKAGE)}:{number}", line


def test_no_page_and_no_catalogue_says_such_a_thing() -> None:
    """R18, R38: what people read, in templates and in the catalogues that they are filled from."""
    shown = dict(_catalogues())
    assert len(shown) > 500
    assert {name: text for name, text in shown.items() if found_but_for_others(text)} == {}
    templates = [*PACKAGE.rglob("*.html")]
    assert len(templates) > 20
    assert {file.name: found(file.read_text("utf-8")) for file in templates if found(file.read_text("utf-8"))} == {}


def test_nobody_can_say_such_a_thing_to_the_desk() -> None:
    """R38: the kinds of entry, their fields and records, and every word that one of their fields may hold."""
    said = {*kinds.KINDS, *kinds.WITH_DECLARATION}
    left: list[type] = [cls for kind in kinds.KINDS if (cls := kinds.class_of(kind)) is not None]
    assert len(left) > 40
    while left:
        cls = left.pop()
        if issubclass(cls, Enum):
            said |= {str(each.value) for each in cls}
        elif is_dataclass(cls) and cls.__name__ not in said:
            said |= {cls.__name__, *(field.name for field in fields(cls))}
            hints = get_type_hints(cls).values()
            left += [each for hint in hints for each in (hint, *get_args(hint)) if isinstance(each, type)]
    assert {"declaration/1", "releases", "Release", "footprint", "need_more", "hypothetical", "no_fire"} <= said
    assert sorted(word for word in said - {_OF_OTHERS} if found(word)) == []


def test_what_others_do_by_speaking_is_the_force_of_a_claim_and_nothing_else() -> None:
    """R43, R18: whoever confirms that somebody contests something answers nobody by it."""
    holding = [
        (kind, field.name)
        for kind in kinds.KINDS
        if (cls := kinds.class_of(kind)) is not None
        for field in fields(cls)
        if get_type_hints(cls)[field.name] is Force
    ]
    assert holding == [("claim/1", "force")]
    assert {each.value for each in Force} == {
        *("assertion", "denial", "announcement", "intent", "rumour", "opinion", "request")
    }


def test_a_notice_is_received_understood_asked_about_or_objected_to_and_nothing_else() -> None:
    """R18: an acknowledgement is a receipt. Whoever adds an answer must come here, and say why it permits nothing."""
    assert {each.value for each in Response} == {"received", "understood", "need_more", "object"}
    assert {each.value for each in AgreementState} == {"proposed", "accepted", "declined", "lapsed"}


def test_the_desk_refuses_with_no_such_word() -> None:
    """R18, R38: every code and sentence with which a statement is refused, however it is put together."""
    said = [
        text
        for name in ("checks", "decide", "live", "probes")
        for node in ast.walk(ast.parse((PACKAGE / f"desk/{name}.py").read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("No", "NotAllowed", "Refused")
        for text in texts(node)
    ]
    assert len(said) > 100
    assert [text for text in said if found(text)] == []


@pytest.mark.parametrize("page", ["reference/events.md", "reference/glossary.md", "spec/events.md"])
def test_no_page_about_what_is_said_has_such_a_word(page: str) -> None:
    """R38, R18: implementers write their screens from these."""
    text = (DOCS / page).read_text("utf-8")
    assert len(text) > 2000
    assert [line for line in text.splitlines() if found(line.replace(f"`{_OF_OTHERS}`", ""))] == []


def test_the_template_of_the_pdf_says_no_such_thing() -> None:
    """R38, R18."""
    text = (PACKAGE / "reports/report.typ").read_text("utf-8")
    assert len(text) > 500
    assert found(text) == []


def test_every_product_says_that_it_is_no_permission() -> None:
    """R19, R18."""
    assert any("not permission" in sentence for sentence in DISCLAIMERS)
    assert any("removes no protection" in sentence for sentence in DISCLAIMERS)
    assert [text for text in (*DISCLAIMERS, *MARK_MEANING, *MARK_MEANING.values()) if found(text)] == []


@pytest.mark.parametrize(
    "kind",
    ["target", "Strike", "free-fire area", "Free Fire Area", "FFA", "kill box", "FSCL",
     "fire support coordination line", "coordinated fire line", "CFL", "missile engagement zone", "MEZ"],
)  # fmt: skip
def test_a_file_that_says_it_is_refused(kind: str) -> None:
    """R38: refused, and reported as refused; never taken for something else."""
    with pytest.raises(InputError) as refused:
        words.kind_of(kind)
    assert refused.value.code == "kind-refused"


@pytest.mark.parametrize(
    "text",
    ["target_list", "TargetSet", "weapon", "FreeFireArea", "kill-box", "fscl", "Approved.", "was cleared to enter",
     "denied", "unprotected_areas", "missile engagement zone", "strikeTime"],
)  # fmt: skip
def test_the_words_would_be_found(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize("text", ["clears", "nuclear", "permitted", "no_fire", "Malformed", "skills", "restrictive"])
def test_innocent_words_are_not(text: str) -> None:
    assert not found(text)
