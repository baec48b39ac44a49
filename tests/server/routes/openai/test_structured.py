"""Advice as an object: openai-python's ``parse``, LangChain's ``with_structured_output``, schemas of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openai import BadRequestError, OpenAI
from pydantic import BaseModel

from medrag.generation.scripted import ScriptedModel
from medrag.types import Advice, Outcome
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import serving

MESSAGES: Any = [{"role": "user", "content": QUESTION}]
PATIENT: Any = {"medrag": {"patient": ALLERGIC}}


class Said(BaseModel):
    text: str


class Short(BaseModel):
    """A schema of one's own, with the names of advice."""

    outcome: str
    statements: list[Said]
    notices: list[Said] | None


class Other(BaseModel):
    """What advice does not hold."""

    answer: str


@pytest.fixture(scope="module")
def url(engine_of: EngineOf) -> Iterator[str]:
    """A server whose model selects a sentence that the allergic must not get, and one that they may."""
    with serving(engine_of(ScriptedModel(["A,C"]))) as base:
        yield f"{base}/v1"


@pytest.fixture
def client(url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=url, api_key="none", max_retries=0) as opened:
        yield opened


def assert_vetted(advice: Advice) -> None:
    assert advice.outcome is Outcome.ANSWERED
    assert [each.text[:17] for each in advice.statements] == ["Offer paracetamol", "For patients with"]
    assert [each.text for each in advice.withheld] == [""] and advice.withheld[0].findings
    assert "amoxicillin 500" not in advice.model_dump_json()


def test_openai_parses_advice(client: OpenAI) -> None:
    completion = client.chat.completions.parse(
        model="medrag", messages=MESSAGES, response_format=Advice, extra_body=PATIENT
    )
    parsed = completion.choices[0].message.parsed
    assert parsed is not None
    assert_vetted(parsed)
    assert completion.choices[0].finish_reason == "stop"


def test_openai_parses_a_stream(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model="medrag", messages=MESSAGES, response_format=Advice, extra_body=PATIENT
    ) as stream:
        parsed = stream.get_final_completion().choices[0].message.parsed
    assert parsed is not None
    assert_vetted(parsed)


def test_a_schema_of_ones_own_gets_what_it_names(client: OpenAI) -> None:
    completion = client.chat.completions.parse(
        model="medrag", messages=MESSAGES, response_format=Short, extra_body=PATIENT
    )
    short = completion.choices[0].message.parsed
    assert short is not None and short.outcome == "answered" and len(short.statements) == 2
    assert set(json.loads(completion.choices[0].message.content or "")) == {"outcome", "statements", "notices"}


def test_a_schema_that_advice_does_not_fit_is_refused(client: OpenAI) -> None:
    with pytest.raises(BadRequestError) as refused:
        client.chat.completions.parse(model="medrag", messages=MESSAGES, response_format=Other)
    assert (refused.value.code, refused.value.param) == ("unsupported_schema", "response_format")
    assert "'answer'" in refused.value.message and "statements" in refused.value.message


def test_any_object_is_the_whole(client: OpenAI) -> None:
    completion = client.chat.completions.create(
        model="medrag", messages=MESSAGES, response_format={"type": "json_object"}, extra_body=PATIENT
    )
    told = json.loads(completion.choices[0].message.content or "")
    assert "Withheld by the safety filter: 1" in told.pop("text")
    assert_vetted(Advice.model_validate(told))


SCHEMA = {"type": "object", "properties": {"outcome": {"type": "string"}, "statements": {"type": "array"}}}
FUNCTION: Any = {"type": "function", "function": {"name": "report", "parameters": SCHEMA}}
OTHER: Any = {"type": "function", "function": {"name": "dial", "parameters": {"properties": {"number": {}}}}}


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "report"}}])
@pytest.mark.parametrize("stream", [False, True])
def test_a_function_that_must_be_called_and_takes_advice_is_called(client: OpenAI, choice: Any, stream: bool) -> None:
    asked: Any = {"model": "medrag", "messages": MESSAGES, "tools": [OTHER, FUNCTION], "tool_choice": choice}
    if stream:
        with client.chat.completions.stream(**asked, extra_body=PATIENT) as streamed:
            completion: Any = streamed.get_final_completion()
    else:
        completion = client.chat.completions.create(**asked, extra_body=PATIENT)
    (call,) = completion.choices[0].message.tool_calls
    assert (call.function.name, completion.choices[0].finish_reason) == ("report", "tool_calls")
    arguments = json.loads(call.function.arguments)
    assert set(arguments) == {"outcome", "statements"} and "amoxicillin 500" not in call.function.arguments


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "dial"}}])
def test_no_other_function_is_called(client: OpenAI, choice: Any) -> None:
    with pytest.raises(BadRequestError) as refused:
        client.chat.completions.create(model="medrag", messages=MESSAGES, tools=[OTHER], tool_choice=choice)
    assert refused.value.param == "tool_choice"
    offered = client.chat.completions.create(model="medrag", messages=MESSAGES, tools=[OTHER, FUNCTION])
    assert offered.choices[0].message.content and not offered.choices[0].message.tool_calls


def test_what_an_agents_tools_gave_reaches_the_filter(url: str) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "record", "arguments": "{}"}}
    asked = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": None, "tool_calls": [call]}]
    for given in (json.dumps(ALLERGIC), "She is 34 and allergic to penicillin.", '{"note": "allergic to penicillin"}'):
        body = {"model": "medrag", "messages": [*asked, {"role": "tool", "tool_call_id": "c", "content": given}]}
        advice = httpx.post(f"{url}/chat/completions", json=body, timeout=60).json()["medrag"]
        assert advice["question"].startswith(QUESTION)
        assert [each["text"][:5] for each in advice["withheld"]] == ["Treat"], given


NESTED: Any = {
    "$defs": {"A": {"anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}]}, "B": {"type": "array", "items": {}}},
    "type": "object",
    "properties": {"statements": {"$ref": "#/$defs/A"}, "coverage": {"allOf": [{"$ref": "#/$defs/B"}]}},
}
ENDLESS: Any = {"$defs": {"A": {"$ref": "#/$defs/A"}}, "properties": {"outcome": {"$ref": "#/$defs/A"}}}
ASTRAY: Any = {"type": "object", "properties": {"outcome": {"$ref": "#/$defs/nothing"}}}
NUMBER: Any = {"type": "object", "properties": {"outcome": {"type": "integer"}}}


@pytest.mark.parametrize(("schema", "status"), [(NESTED, 200), (ENDLESS, 400), (ASTRAY, 400), (NUMBER, 400)])
def test_schemas_of_every_make(url: str, schema: Any, status: int) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    body = {"model": "medrag", "messages": MESSAGES, "response_format": form}
    answer = httpx.post(f"{url}/chat/completions", json=body, timeout=60)
    assert answer.status_code == status, answer.text
    streamed = httpx.post(f"{url}/chat/completions", json=body | {"stream": True}, timeout=60)
    assert ("unsupported_schema" in streamed.text) == (status == 400)


@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_langchain_gets_advice(url: str, method: Any) -> None:
    langchain = pytest.importorskip("langchain_openai", reason="langchain-openai is not installed")
    chat = langchain.ChatOpenAI(base_url=url, api_key="none", model="medrag", extra_body=PATIENT)
    asked = chat.with_structured_output(Advice if method != "json_mode" else None, method=method)
    advice = asked.invoke([("user", QUESTION)])
    if method == "json_mode":
        advice.pop("text")
        advice = Advice.model_validate(advice)
    assert_vetted(advice)
