"""The service against its own OpenAPI: schemathesis sends what the schema allows and what it does not."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings

from medrag.generation.scripted import ScriptedModel
from medrag.server.app import create_app
from tests.server.conftest import EngineOf

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

EXAMPLES = 12


@pytest.fixture(scope="module")
def app(engine_of: EngineOf) -> FastAPI:
    return create_app(engine_of(ScriptedModel(["C"])))


def operations(app: FastAPI) -> list[Any]:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    return [each.ok() for each in schema.get_all_operations()]


def takes_a_body(operation: Any) -> bool:
    return len(operation.body) > 0


def test_it_describes_every_route(app: FastAPI) -> None:
    described = {(each.method.upper(), each.path) for each in operations(app)}
    assert {("POST", "/v1/chat/completions"), ("GET", "/v1/models"), ("POST", "/v1/search"), ("GET", "/health")} <= (
        described
    )


def test_it_describes_what_every_route_answers(app: FastAPI) -> None:
    described = app.openapi()
    for path in ("/v1/chat/completions", "/v1/responses", "/v1/search", "/v1/check", "/v1/patient", "/v1/feedback"):
        answer = described["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert answer["$ref"].startswith("#/components/schemas/"), path
    advice = described["components"]["schemas"]["ChatCompletion"]["properties"]["medrag"]
    assert "Advice" in str(advice)


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=str)
def test_nothing_breaks_it_and_every_answer_is_as_described(app: FastAPI, mode: Any) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [
        not_a_server_error,
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    ]
    for operation in filter(takes_a_body, operations(app)) if mode.is_negative else operations(app):

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def conforms(case: Any) -> None:
            case.call_and_validate(checks=checks)

        conforms()
