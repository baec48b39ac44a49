"""The Responses API as openai-python and LangChain see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openai import APIError, BadRequestError, OpenAI

from medrag import rendering
from medrag.errors import ModelUnavailable
from medrag.generation.scripted import ScriptedModel
from medrag.messages import Language, catalogue
from medrag.types import Advice
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import Dying, serving
from tests.server.test_leaks import FORBIDDEN, UNSAFE_CITE, UNSAFE_QUOTE

PATIENT: Any = {"medrag": {"patient": ALLERGIC}}


@pytest.fixture(scope="module")
def url(engine_of: EngineOf) -> Iterator[str]:
    """A server whose model selects a sentence that the allergic must not get, and one that they may."""
    with serving(engine_of(ScriptedModel(["A,C"]))) as base:
        yield f"{base}/v1"


@pytest.fixture
def client(url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=url, api_key="none", max_retries=0) as opened:
        yield opened


def advice_of(response: Any) -> Advice:
    return Advice.model_validate(response.model_extra["medrag"])


def test_a_response_is_the_rendered_advice(client: OpenAI) -> None:
    response = client.responses.create(model="medrag", input=QUESTION, extra_body=PATIENT)
    assert response.output_text == rendering.render(advice_of(response))
    assert (response.status, response.output[0].type) == ("completed", "message")
    assert response.usage and response.usage.total_tokens > 0
    (part,) = response.output[0].content  # type: ignore[union-attr]
    spans = [(each.start_index, each.end_index) for each in part.annotations]  # type: ignore[union-attr]
    assert spans and {response.output_text[start:end] for start, end in spans} == {"[1]"}


@pytest.mark.parametrize(
    ("question", "header", "reader"),
    [(QUESTION, "zh-TW", "zh"), ("链球菌性咽炎应选用哪种抗菌药物？", "", "zh"), (QUESTION, "", "en")],
)
def test_the_reader_s_language(client: OpenAI, question: str, header: str, reader: Language) -> None:
    response = client.responses.create(model="medrag", input=question, extra_headers={"Accept-Language": header})
    assert response.output_text == rendering.render(advice_of(response), reader)
    assert catalogue(reader).text["disclaimer"] in response.output_text


def test_a_stream_joins_to_the_response(client: OpenAI) -> None:
    with client.responses.stream(model="medrag", input=QUESTION, extra_body=PATIENT) as stream:
        events = list(stream)
        last = stream.get_final_response()
    whole = client.responses.create(model="medrag", input=QUESTION, extra_body=PATIENT)
    kinds = [event.type for event in events]
    assert kinds[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert kinds[-4:] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    deltas: Any = [event for event in events if event.type == "response.output_text.delta"]
    assert "".join(event.delta for event in deltas) == whole.output_text == last.output_text
    assert [event.sequence_number for event in events] == list(range(len(events)))  # type: ignore[union-attr]
    added: Any = [event for event in events if event.type == "response.output_text.annotation.added"]
    assert [event.annotation for event in added] == [
        each.model_dump()
        for each in whole.output[0].content[0].annotations  # type: ignore[union-attr]
    ]
    assert advice_of(last).statements == advice_of(whole).statements


def test_parsed_advice(client: OpenAI) -> None:
    parsed = client.responses.parse(model="medrag", input=QUESTION, text_format=Advice, extra_body=PATIENT)
    advice = parsed.output_parsed
    assert advice is not None and parsed.status == "completed"
    assert [each.text for each in advice.withheld] == [""] and len(advice.statements) == 2
    assert "amoxicillin 500" not in parsed.output_text


SCHEMA = {"type": "object", "properties": {"outcome": {"type": "string"}, "statements": {"type": "array"}}}
FUNCTION: Any = {"type": "function", "name": "report", "parameters": SCHEMA}


@pytest.mark.parametrize("stream", [False, True])
def test_a_function_that_must_be_called(client: OpenAI, stream: bool) -> None:
    choice: Any = {"type": "function", "name": "report"}
    asked: Any = {"model": "medrag", "input": QUESTION, "tools": [FUNCTION, {"type": "web_search"}]}
    if stream:
        with client.responses.stream(**asked, tool_choice=choice, extra_body=PATIENT) as streamed:
            response: Any = streamed.get_final_response()
    else:
        response = client.responses.create(**asked, tool_choice=choice, extra_body=PATIENT)
    (call,) = response.output
    assert (call.type, call.name) == ("function_call", "report")
    assert set(json.loads(call.arguments)) == {"outcome", "statements"} and "amoxicillin 500" not in call.arguments
    offered = client.responses.create(**asked, extra_body=PATIENT)
    assert offered.output_text and len(offered.output) == 1


def test_a_conversation_with_tools_and_instructions(client: OpenAI) -> None:
    conversation: Any = [
        {"role": "user", "content": [{"type": "input_text", "text": QUESTION}]},
        {"type": "reasoning", "id": "r", "summary": []},
        {"type": "function_call", "call_id": "c", "name": "record", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": json.dumps(ALLERGIC)},
    ]
    response = client.responses.create(model="medrag", input=conversation, instructions="Be brief.")
    advice = advice_of(response)
    assert advice.question == f"{QUESTION}\n\nSaid before:\n\nBe brief." and len(advice.withheld) == 1


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"background": True}, "background"),
        ({"input": []}, "input"),
        ({"input": "  "}, "input"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0]"),
        ({"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]}, "input"),
        ({"input": [{"role": "wizard", "content": "x"}]}, "input"),
        ({"text": {"format": {"type": "json_schema", "name": "x", "schema": {"required": ["a"]}}}}, "text.format"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"model": "gpt-4o"}, "model"),
        ({"medrag": {"patient": {"age_years": "old"}}}, "medrag.patient"),
    ],
    ids=str,
)
@pytest.mark.parametrize("stream", [False, True])
def test_refusals(url: str, change: dict[str, Any], param: str, stream: bool) -> None:
    body = {"model": "medrag", "input": QUESTION, "stream": stream} | change
    answer = httpx.post(f"{url}/responses", json=body, timeout=60)
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["error"]["param"] == param


def test_openai_raises_its_own(client: OpenAI) -> None:
    with pytest.raises(BadRequestError) as refused:
        client.responses.create(model="medrag", input="x", previous_response_id="resp_1")
    assert refused.value.code == "unsupported_parameter"


def spoken(raw: str) -> str:
    """All that a reader sees: everything but the list of the withheld, and the reasons that name a drug."""
    objects = [json.loads(line[6:]) for line in raw.splitlines() if line.startswith("data: {")] or [json.loads(raw)]
    for each in objects:
        for holder in (each, each.get("response") or {}):
            holder.pop("medrag", None)
    return "\n".join(line for line in json.dumps(objects).split("\\n") if not line.startswith("- "))


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 8, 13])
@pytest.mark.parametrize(("grounding", "reply"), [("quote", UNSAFE_QUOTE), ("cite", UNSAFE_CITE)])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("form", [None, {"type": "json_object"}])
def test_no_byte_of_an_unsafe_statement_leaves(
    engine_of: EngineOf, chunk: int, grounding: Any, reply: str, stream: bool, form: Any
) -> None:
    body = {"model": "medrag", "input": QUESTION, "stream": stream, "text": {"format": form}, **PATIENT}
    with serving(engine_of(ScriptedModel([reply], chunk=chunk), grounding)) as base:
        raw = httpx.post(f"{base}/v1/responses", json=body, timeout=60).text
    if form is None:
        assert '"content_filter"' in raw
        assert not [name for name in FORBIDDEN if name in spoken(raw)]
    for unsafe in ("amoxicillin 500", "warfarin 90", "heparin 5000"):
        assert unsafe not in spoken(raw)


def test_a_failure_in_mid_stream(engine_of: EngineOf) -> None:
    with serving(engine_of(Dying(["C,"]))) as base, OpenAI(base_url=f"{base}/v1", api_key="k") as client:
        kinds: list[str] = []
        with pytest.raises(APIError, match="inside medrag"):
            for event in client.responses.create(model="medrag", input=QUESTION, stream=True):
                kinds.append(event.type)
    assert "response.output_text.delta" in kinds and kinds[-1] == "response.failed"


def test_a_failure_before_anything_has_its_status(engine_of: EngineOf) -> None:
    with serving(engine_of(ScriptedModel([ModelUnavailable("x")]))) as base:
        for stream in (False, True):
            body = {"model": "medrag", "input": QUESTION, "stream": stream}
            assert httpx.post(f"{base}/v1/responses", json=body, timeout=60).status_code == 503


def test_a_title_reaches_no_model(url: str) -> None:
    asked = f"Write a title for this conversation.\nUser: {QUESTION}"
    with OpenAI(base_url=url, api_key="k") as client:
        assert client.responses.create(model="medrag", input=asked).output_text == QUESTION
        with client.responses.stream(model="medrag", input=asked) as stream:
            assert stream.get_final_response().output_text == QUESTION


def test_langchain(url: str) -> None:
    langchain = pytest.importorskip("langchain_openai", reason="langchain-openai is not installed")
    chat = langchain.ChatOpenAI(base_url=url, api_key="k", model="medrag", use_responses_api=True, extra_body=PATIENT)
    assert "Offer paracetamol" in chat.invoke([("user", QUESTION)]).text
    assert "Offer paracetamol" in "".join(chunk.text for chunk in chat.stream([("user", QUESTION)]))
    advice = chat.with_structured_output(Advice).invoke([("user", QUESTION)])
    assert len(advice.statements) == 2 and advice.withheld[0].text == ""
