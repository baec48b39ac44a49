"""What the server refuses: in OpenAI's shape, naming the parameter, and without a word of the patient."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai import APIStatusError, BadRequestError, NotFoundError, OpenAI

from medrag.errors import IndexCorrupt, ModelRefused, ModelUnavailable, StorageError
from medrag.generation.model import OpenAIChatModel
from medrag.generation.scripted import ScriptedModel
from medrag.generation.vllm_process import free_port
from tests.server.conftest import QUESTION, EngineOf
from tests.server.serving import Dying, serving
from tests.server.upstream import Upstream, running

GOOD: dict[str, Any] = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}]}
CANARY = "Zebediah"


@pytest.fixture(scope="module")
def url(engine_of: EngineOf) -> Iterator[str]:
    with serving(engine_of(ScriptedModel(["C"])), max_body_bytes=100_000) as base:
        yield base


def post(url: str, body: Any, **options: Any) -> httpx.Response:
    return httpx.post(f"{url}/v1/chat/completions", json=body, timeout=30, **options)


def user(content: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}]}


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"model": "gpt-4o"}, 404, "model_not_found", "model"),
        ({"model": None}, 400, "invalid_value", "model"),
        ({"messages": []}, 400, "invalid_value", "messages"),
        ({"messages": "hello"}, 400, "invalid_value", "messages"),
        (user(""), 400, "invalid_request", "messages"),
        (user("  \n"), 400, "invalid_request", "messages"),
        (user(7), 400, "invalid_value", "messages[0].content"),
        (user("x" * 20_001), 400, "context_length_exceeded", "messages"),
        (user([{"type": "image_url"}]), 400, "unsupported_content", "messages[0].content[0].image_url"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, 400, "invalid_value", "messages[0].role"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 400, "invalid_request", "messages[0].role"),
        ({"n": 2}, 400, "unsupported_parameter", "n"),
        ({"tool_choice": "required"}, 400, "unsupported_parameter", "tool_choice"),
        ({"response_format": {"type": "xml"}}, 400, "unsupported_parameter", "response_format"),
        ({"function_call": {"name": "f"}}, 400, "unsupported_parameter", "function_call"),
        ({"logprobs": True}, 400, "unsupported_parameter", "logprobs"),
        ({"audio": {}}, 400, "unsupported_parameter", "audio"),
        ({"patient": {}}, 400, "unsupported_parameter", "patient"),
        ({"max_tokens": 0}, 400, "invalid_value", "max_tokens"),
        ({"medrag": {"pateint": {}}}, 400, "invalid_value", "medrag"),
        ({"medrag": {"patient": {"age_years": "old"}}}, 400, "invalid_patient", "medrag.patient"),
        ({"medrag": {"patient": {"resourceType": 3}}}, 400, "invalid_patient", "medrag.patient"),
        ({"medrag": {"filters": {"statuses": ["new"]}}}, 400, "invalid_value", "medrag.filters.statuses[0]"),
        (user('{"pregnant": 3}'), 400, "invalid_patient", "messages[0].content"),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("stream", [False, True])
def test_refusals(url: str, change: dict[str, Any], status: int, code: str, param: str, stream: bool) -> None:
    response = post(url, GOOD | change | {"stream": stream})
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["param"]) == (status, code, param)
    assert error["type"] == "invalid_request_error"
    assert error["message"]


@pytest.mark.parametrize(
    "harmless",
    [
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]},
        {"tools": [{"type": "function"}], "tool_choice": "none", "parallel_tool_calls": True, "functions": [{}]},
        {"temperature": 0.7, "top_p": 0.9, "seed": 1, "stop": ["\n\n"], "user": "u", "made_up": {"x": 1}},
        {"n": 1, "tools": [], "tool_choice": "auto", "response_format": {"type": "text"}, "logprobs": False},
        {"n": None, "max_tokens": None, "stream": None, "stream_options": None, "tools": None, "stop": None},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": QUESTION}], "name": "x"}]},
    ],
    ids=["tools", "odd tools", "sampling", "defaults", "nulls", "parts"],
)
def test_what_changes_nothing_is_accepted(url: str, harmless: dict[str, Any]) -> None:
    assert post(url, GOOD | harmless).status_code == 200


def test_openai_raises_its_own_exceptions(url: str) -> None:
    with OpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0) as client:
        with pytest.raises(NotFoundError) as missing:
            client.chat.completions.create(model="other", messages=GOOD["messages"])
        with pytest.raises(BadRequestError) as bad:
            client.chat.completions.create(model="medrag", messages=GOOD["messages"], n=3)
    assert (missing.value.code, missing.value.param) == ("model_not_found", "model")
    assert (bad.value.code, bad.value.param) == ("unsupported_parameter", "n")


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", {"Content-Type": "application/json"}, 400, "invalid_json"),
        (b"\xff\xfe", {"Content-Type": "application/json"}, 400, "invalid_json"),
        (b"[" * 50_000, {"Content-Type": "application/json"}, 400, "invalid_json"),
        (b"[1]", {"Content-Type": "application/json"}, 400, "invalid_json"),
        (b"", {"Content-Type": "application/json"}, 400, "invalid_json"),
        (json.dumps(GOOD).encode(), {"Content-Type": "text/plain"}, 400, "invalid_json"),
        (b" " * 100_001, {"Content-Type": "application/json"}, 413, "body_too_large"),
    ],
    ids=["half", "not utf-8", "deep", "a list", "empty", "not json", "large"],
)
def test_bad_bodies(url: str, content: bytes, headers: dict[str, str], status: int, code: str) -> None:
    response = httpx.post(f"{url}/v1/chat/completions", content=content, headers=headers, timeout=30)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_a_large_body_is_refused_before_its_end(url: str) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * 10_000

    try:
        response = httpx.post(f"{url}/v1/chat/completions", content=endless(), timeout=30)
    except httpx.WriteError:
        return
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/chat/completions", 405), ("GET", "/v1/nothing", 404)]
)
def test_wrong_addresses(url: str, method: str, path: str, status: int) -> None:
    response = httpx.request(method, f"{url}{path}")
    assert response.status_code == status
    assert response.json()["error"]["code"] in ("method_not_allowed", "not_found")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("problem", "status", "code"),
    [
        (ModelUnavailable("the model server does not answer"), 503, "model_unavailable"),
        (ModelRefused("the model server answered 400"), 502, "model_refused"),
        (RuntimeError(f"{CANARY} broke it"), 500, "internal_error"),
    ],
    ids=["down", "refused", "bug"],
)
def test_model_failures(
    engine_of: EngineOf, caplog: pytest.LogCaptureFixture, problem: Exception, status: int, code: str, stream: bool
) -> None:
    with caplog.at_level(logging.DEBUG), serving(engine_of(ScriptedModel([problem]))) as base:
        response = post(base, GOOD | {"stream": stream})
        health = httpx.get(f"{base}/health") if status == 503 else None
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert ("retry-after" in response.headers) == (status == 503)
    assert (response.headers.get("x-should-retry") == "false") == (status != 503)
    assert CANARY not in response.text + caplog.text
    if health:
        assert (health.status_code, health.json()["status"]) == (503, "model_unavailable")


ADDRESS = "http://10.1.2.3:8001/v1"


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (ModelUnavailable(f"the model server at {ADDRESS} does not answer"), 503),
        (ModelRefused(f"the server at {ADDRESS} has no model 'x'"), 502),
        (StorageError(f"the database postgresql://medrag@{ADDRESS} cannot be used"), 503),
        (IndexCorrupt(f"/var/lib/medrag/index of {ADDRESS} is damaged"), 500),
    ],
    ids=["down", "refused", "database", "index"],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_stands_behind_the_service_is_for_its_log(
    engine_of: EngineOf, caplog: pytest.LogCaptureFixture, problem: Exception, status: int, stream: bool
) -> None:
    with serving(engine_of(ScriptedModel([problem]))) as base:
        response = post(base, GOOD | {"stream": stream})
    assert response.status_code == status
    assert "10.1.2.3" not in response.text and "/var/lib" not in response.text
    assert ADDRESS in caplog.text


TOO_LONG = "This model's maximum context length is 2048 tokens. However, you requested 3000 tokens: Zebediah"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"error": {"message": TOO_LONG, "code": 400}}, 400, "context_length_exceeded"),
        (
            {"message": "prompt (length 9000) is longer than the maximum model length of 4096"},
            400,
            "context_length_exceeded",
        ),
        ({"error": {"message": "x", "code": "context_length_exceeded"}}, 400, "context_length_exceeded"),
        ({"error": {"message": "unknown field `structured_outputs`"}}, 502, "model_refused"),
    ],
    ids=["vllm", "vllm's engine", "openai", "another refusal"],
)
def test_a_prompt_that_the_model_finds_too_long_is_not_tried_again(
    engine_of: EngineOf, said: dict[str, Any], status: int, code: str, stream: bool
) -> None:
    upstream = Upstream("C", refuses=said)
    with running(upstream, free_port()) as model, serving(engine_of(OpenAIChatModel(model, "upstream"))) as base:
        response = post(base, GOOD | {"stream": stream})
        with OpenAI(base_url=f"{base}/v1", api_key="k") as client, pytest.raises(APIStatusError):
            client.chat.completions.create(model="medrag", messages=GOOD["messages"])
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert CANARY not in response.text
    assert len(upstream.bodies) == 2


def test_a_failure_in_mid_stream_is_the_last_event(engine_of: EngineOf, caplog: pytest.LogCaptureFixture) -> None:
    with serving(engine_of(Dying(["C,"], message=CANARY))) as base:
        lines = [line for line in post(base, GOOD | {"stream": True}).text.split("\n\n") if line]
    assert "paracetamol" in "".join(lines[:-1])
    assert json.loads(lines[-1][6:])["error"]["code"] == "internal_error"
    assert 'finish_reason": "stop' not in "".join(lines)
    assert CANARY not in "".join(lines) + caplog.text


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.just(CANARY) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.just(CANARY) | st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(),
    field=st.sampled_from(["model", "messages", "stream", "stream_options", "medrag", "max_tokens", "n", "tools"]),
    deep=st.sampled_from([None, "patient", "filters", "conditions", "allergies", "birth_date", "entry"]),
)
def test_no_body_breaks_it_or_comes_back(url: str, data: st.DataObject, field: str, deep: str | None) -> None:
    value = data.draw(JSON)
    if deep in ("patient", "filters"):
        field, value = "medrag", {deep: value}
    elif deep:
        kind = {"resourceType": "Bundle"} if deep == "entry" else {}
        field, value = "medrag", {"patient": kind | {deep: value}}
    body = json.dumps(GOOD | {field: value}).encode()
    response = httpx.post(
        f"{url}/v1/chat/completions", content=body, headers={"Content-Type": "application/json"}, timeout=30
    )
    assert response.status_code < 500, response.text
    if response.status_code != 200:
        assert isinstance(response.json()["error"]["code"], str)
        assert CANARY not in response.text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"model": "medrag", "messages": [], "messages": []}', "field twice"),
        ('{"model": "medrag", "messages": [{"role": "user", "content": "gout \\ud800"}]}', "surrogate"),
        ('{"model": NaN}', "not finite"),
        ("[" * 50_000, "nested too deeply"),
        (b'{"model": "\xff"}', "not UTF-8"),
    ],
)
def test_json_that_can_be_read_in_two_ways_is_refused(url: str, body: str | bytes, said: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = httpx.post(f"{url}/v1/chat/completions", content=body, headers=headers, timeout=30)
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]


def test_a_question_about_another_person_than_the_patient_is_refused(url: str) -> None:
    patient = {"sex": "male", "age_years": 70}
    body = GOOD | user("A 30-year-old woman with gout. Which drug?") | {"medrag": {"patient": patient}}
    answer = post(url, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "two_people")
    assert post(url, body | {"medrag": {"patient": patient, "one_person": True}}).status_code == 200
    assert post(url, body | {"stream": True}).status_code == 409


def test_a_note_that_names_another_person_than_the_record_is_refused(url: str) -> None:
    record = {"resourceType": "Patient", "id": "p", "name": [{"family": "Adams", "given": ["Jane"]}]}
    note = {"role": "user", "content": "Patient: Mary Roe, MRN 999. Takes warfarin."}
    asked = {"role": "user", "content": "Which drug for gout?"}
    body = GOOD | {"messages": [note, asked], "medrag": {"patient": record}}
    assert (post(url, body).status_code, post(url, body).json()["error"]["code"]) == (409, "two_people")


def test_a_patient_in_a_message_with_a_field_twice_is_refused(url: str) -> None:
    text = '{"sex": "male", "allergies": ["penicillin"], "allergies": []}'
    messages = [{"role": "user", "content": text}, {"role": "user", "content": "Which drug?"}]
    answer = post(url, GOOD | {"messages": messages})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_patient")
