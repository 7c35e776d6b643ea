"""Anything that the description of the interface allows, and much that it does not, is answered as it says (no 5xx).

Cases are drawn by schemathesis from the OpenAPI document of the running server, and asked by a member of a party. Every
answer must have a status, a media type and a form that the document names; every refusal is problem+json.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator

from tests.serving import ORIGIN, Answer, Serving, serving, soon
from thalweg.model.declarations import Kind
from thalweg.model.events import EmergencySent, MessageSent
from thalweg.model.levels import Level
from thalweg.server.doors import DoorSettings
from thalweg.server.rates import Rate

CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
NEVER_THE_SAME = frozenset({"/v1/as-of", "/v1/as-of/notices", "/v1/as-of/map", "/v1/as-of/times", "/v1/feedback"})
"""Asked without a time, they answer as of now, and say so."""
NOT_ASKED: Mapping[str, str] = {
    "GET /v1/stream": "has no end",
    "POST /sign-in/out": "would end what asks",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    often = DoorSettings(ORIGIN, principal_rate=Rate(10**9, 1000), door_rate=Rate(10**9, 1000))
    with serving(tmp_path_factory.mktemp("interface"), doors=often) as made:
        made.parties("alpha", "bravo", level=Level.COARSE)
        made.declare("bravo-1", soon("site", "bravo", kind=Kind.STATIC_SITE))
        made.say("alpha-1", MessageSent("alpha", "line", "Here."))
        made.say("bravo-1", EmergencySent("bravo", "Stop!", to=("alpha",)))
        yield made


def described(server: Serving) -> dict[str, Any]:
    answer = server.client.get("/v1/openapi.json")
    assert answer.status_code == 200
    value: dict[str, Any] = answer.json()
    return value


def asked(server: Serving, case: schemathesis.Case[Any]) -> Answer:
    """The answer of the server in this process."""
    sent = case.as_transport_kwargs(base_url=ORIGIN)
    prepared = requests.Request(
        sent["method"],
        sent["url"],
        params=sent.get("params"),
        headers={**(sent.get("headers") or {}), **server.bearing("alpha-1")},
        cookies=sent.get("cookies"),
        **{name: sent[name] for name in ("json", "data", "files") if name in sent},
    ).prepare()
    assert prepared.url is not None
    assert prepared.method is not None
    headers = {name: value for name, value in prepared.headers.items() if name.lower() != "content-length"}
    return server.client.request(prepared.method, prepared.url, content=prepared.body, headers=headers)  # type: ignore[arg-type]  # text or bytes


def every_operation(server: Serving, examples: int) -> None:
    schema = schemathesis.openapi.from_dict(described(server))
    checks: list[Any] = [each for name in CHECKS for each in schemathesis.checks.CHECKS.get_by_names([name])]
    count = 0
    wrong: list[Exception] = []
    for found in schema.get_all_operations():
        operation: Any = cast(Any, found).ok()
        if operation.label in NOT_ASKED:
            continue

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def answers(case: schemathesis.Case[Any]) -> None:
            answer = asked(server, case)
            if answer.status_code >= 400 and not case.path.startswith(("/healthz", "/readyz", "/metrics")):
                assert answer.headers["content-type"] == "application/problem+json", (case.method, case.path)
                value = answer.json()
                assert value["status"] == answer.status_code
                assert value["code"]
            case.validate_response(answer, checks=checks)

        try:
            answers()
        except Exception as error:  # noqa: BLE001  # all of them are told, and not only the first
            wrong.append(error)
        count += 1
    assert count > 50
    if wrong:
        raise ExceptionGroup("not answered as described", wrong)


def test_every_operation_answers_as_it_is_described(server: Serving) -> None:
    every_operation(server, 3)


@pytest.mark.storm
def test_every_operation_answers_as_it_is_described_at_length(server: Serving) -> None:
    every_operation(server, 400)


@pytest.mark.parametrize("path", ["/v1/notices", "/v1/declarations", "/v1/as-of", "/v1/as-of/notices"])
def test_a_number_that_no_machine_counts_to_is_refused_in_form(server: Serving, path: str) -> None:
    """Found at length: it ended in a 500."""
    answer = server.get("alpha-1", f"{path}?after=33838321735975380713472")
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


def test_the_description_is_one_of_openapi_3_1(server: Serving) -> None:
    value = described(server)
    assert value["openapi"].startswith("3.1")
    for schema in value["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert json.dumps(value).isprintable()


def test_what_is_taken_for_what_is_left_out_is_what_may_be_given(server: Serving) -> None:
    """A generated client sends it."""

    def looked_through(value: object) -> Iterator[Mapping[str, Any]]:
        if isinstance(value, Mapping):
            yield value
        for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
            yield from looked_through(each)

    found = [each for each in looked_through(described(server)) if "default" in each and "title" in each]
    assert len(found) > 50
    for schema in found:
        Draft202012Validator(schema).validate(schema["default"])


def test_whoever_has_an_answer_already_is_told_so_as_the_description_says(server: Serving) -> None:
    asked, described_paths = 0, described(server)["paths"]
    for path, methods in described_paths.items():
        answers = methods.get("get", {}).get("responses", {})
        needs = any(each["required"] for each in methods.get("get", {}).get("parameters", ()))
        if "304" not in answers or needs:
            continue
        first = server.get("alpha-1", path)
        again = server.get("alpha-1", path, **{"if-none-match": first.headers["etag"]})
        assert again.status_code in ((200, 304) if path in NEVER_THE_SAME else (304,)), path
        assert again.status_code == 200 or again.content == b""
        asked += 1
    assert asked > 15
