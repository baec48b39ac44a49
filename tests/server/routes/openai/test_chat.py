"""The chat route as an unmodified openai-python sees it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, OpenAI

from medrag import rendering
from medrag.generation.scripted import ScriptedModel
from medrag.messages import Language, catalogue
from medrag.types import Advice, Outcome
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import serving

MESSAGES: Any = [{"role": "user", "content": QUESTION}]
FOR_THE_ALLERGIC: list[str] = [
    "Offer paracetamol for pain and fever.",
    "For patients with penicillin allergy, use azithromycin 500 mg by mouth once daily for 5 days.",
]
"""What the model chose and may be released, then what the passage says of such a patient."""


@pytest.fixture(scope="module")
def url(engine_of: EngineOf) -> Iterator[str]:
    """A server whose model selects two sentences."""
    with serving(engine_of(ScriptedModel(["B,C"]))) as base:
        yield f"{base}/v1"


@pytest.fixture
def client(url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=url, api_key="none", max_retries=0) as opened:
        yield opened


def test_a_completion_is_the_rendered_advice(client: OpenAI) -> None:
    completion = client.chat.completions.create(model="medrag", messages=MESSAGES)
    advice = Advice.model_validate(completion.model_extra["medrag"])  # type: ignore[index]
    choice = completion.choices[0]
    assert advice.outcome is Outcome.ANSWERED
    assert [statement.text for statement in advice.statements] == [
        "For patients with penicillin allergy, use azithromycin 500 mg by mouth once daily for 5 days.",
        "Offer paracetamol for pain and fever.",
    ]
    assert choice.message.content == rendering.render(advice)
    assert choice.finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 0


@pytest.mark.parametrize("stream", [False, True])
def test_findings_are_said_in_the_language_asked_for(client: OpenAI, stream: bool) -> None:
    asked: Any = {"medrag": {"language": "zh"}}
    answer: Any = client.chat.completions.create(model="medrag", messages=MESSAGES, stream=stream, extra_body=asked)
    pieces = list(answer) if stream else [answer]
    advice = Advice.model_validate(pieces[-1].model_extra["medrag"])
    told = {finding.reason for finding in (*advice.statements[0].findings, *advice.findings)}
    assert {"未记录患者过敏史", "未提供患者资料，无法对照患者进行核查"} <= told
    said = [choice.delta.content or "" for chunk in pieces for choice in chunk.choices] if stream else []
    content = "".join(said) or pieces[0].choices[0].message.content
    assert content == rendering.render(advice, "zh")
    assert "- 过敏：未记录患者过敏史" in content


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("question", "field", "header", "reader"),
    [
        (QUESTION, {"language": "zh-Hant-TW"}, "en", "zh"),
        (QUESTION, {}, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (QUESTION, {}, "fr", "en"),
        ("链球菌性咽炎应选用哪种抗菌药物？", {}, "", "zh"),
        ("鏈球菌咽炎 streptococcal pharyngitis 如何治療？", {}, "fr;q=0.9", "zh"),
        ("链球菌性咽炎应选用哪种抗菌药物？", {}, "en-GB", "en"),
        ("链球菌性咽炎应选用哪种抗菌药物？", {"language": "en_US"}, "zh", "en"),
    ],
)
def test_the_reader_s_language(
    client: OpenAI, question: str, field: dict[str, str], header: str, reader: Language, stream: bool
) -> None:
    answer: Any = client.chat.completions.create(
        model="medrag",
        messages=[{"role": "user", "content": question}],
        stream=stream,
        extra_body={"medrag": field},
        extra_headers={"Accept-Language": header},
    )
    pieces = list(answer) if stream else [answer]
    advice = Advice.model_validate(pieces[-1].model_extra["medrag"])
    said = [choice.delta.content or "" for chunk in pieces for choice in chunk.choices] if stream else []
    content = "".join(said) or pieces[0].choices[0].message.content
    assert content == rendering.render(advice, reader)
    assert catalogue(reader).text["disclaimer"] in content


def test_a_field_without_words_is_refused(client: OpenAI) -> None:
    with pytest.raises(BadRequestError, match="language"):
        client.chat.completions.create(model="medrag", messages=MESSAGES, extra_body={"medrag": {"language": "fr"}})


def test_annotations_point_at_the_marks(client: OpenAI) -> None:
    message = client.chat.completions.create(model="medrag", messages=MESSAGES).choices[0].message
    assert message.content and message.annotations
    spans = [annotation.url_citation for annotation in message.annotations]
    assert [message.content[span.start_index : span.end_index] for span in spans] == ["[1]", "[1]"]
    assert {span.title for span in spans} == {"Streptococcal pharyngitis"}


def test_a_stream_joins_to_the_completion(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="medrag", messages=MESSAGES)
    chunks = list(
        client.chat.completions.create(
            model="medrag", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )
    content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert content == whole.choices[0].message.content
    annotations = [
        each
        for chunk in chunks
        for choice in chunk.choices
        for each in (choice.delta.model_extra or {}).get("annotations", ())
    ]
    assert whole.choices[0].message.annotations is not None
    assert annotations == [each.model_dump() for each in whole.choices[0].message.annotations]
    assert [each["index"] for each in annotations] == list(range(len(annotations)))
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].choices == [] and chunks[-1].usage == whole.usage
    assert all(chunk.usage is None for chunk in chunks[:-1])
    last = next(chunk for chunk in chunks if "medrag" in (chunk.model_extra or {}))
    assert Advice.model_validate(last.model_extra["medrag"]).outcome is Outcome.ANSWERED  # type: ignore[index]


def test_openais_stream_helper_joins_the_chunks(client: OpenAI) -> None:
    with client.chat.completions.stream(model="medrag", messages=MESSAGES) as stream:
        kinds = {event.type for event in stream}
        joined = stream.get_final_completion().choices[0].message
    whole = client.chat.completions.create(model="medrag", messages=MESSAGES).choices[0].message
    assert {"chunk", "content.delta", "content.done"} <= kinds
    assert joined.content == whole.content
    assert joined.annotations and whole.annotations
    assert [each.url_citation for each in joined.annotations] == [each.url_citation for each in whole.annotations]


def test_each_statement_has_its_own_chunk(client: OpenAI) -> None:
    chunks = client.chat.completions.create(model="medrag", messages=MESSAGES, stream=True)
    events = [(chunk.model_extra or {}).get("medrag_event") for chunk in chunks]
    kinds = [(event["type"], event.get("number")) for event in events if event]
    assert kinds == [("noticed", None), ("released", 1), ("released", 2)]


def test_async_client(url: str) -> None:
    async def ask() -> str:
        async with AsyncOpenAI(base_url=url, api_key="none") as client:
            stream = await client.chat.completions.create(model="medrag", messages=MESSAGES, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    assert "azithromycin" in asyncio.run(ask())


def test_models(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["medrag"]
    assert client.models.retrieve("medrag").owned_by == "medrag"


@pytest.mark.parametrize(
    "patient",
    [
        ALLERGIC,
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {"resource": {"resourceType": "Patient", "id": "p"}},
                {
                    "resource": {
                        "resourceType": "AllergyIntolerance",
                        "id": "a",
                        "patient": {"reference": "Patient/p"},
                        "clinicalStatus": {"coding": [{"code": "active"}]},
                        "code": {"text": "penicillin"},
                    }
                },
            ],
        },
    ],
    ids=["schema", "fhir"],
)
@pytest.mark.parametrize("way", ["field", "system message", "content part"])
def test_the_patient_reaches_the_filter(engine_of: EngineOf, patient: dict[str, Any], way: str) -> None:
    said: Any = {"role": "user", "content": QUESTION}
    messages, extra = [said], {}
    if way == "field":
        extra = {"medrag": {"patient": patient}}
    elif way == "system message":
        messages = [{"role": "system", "content": json.dumps(patient)}, said]
    else:
        texts = [json.dumps(patient), QUESTION]
        messages = [{"role": "user", "content": [{"type": "text", "text": text} for text in texts]}]
    with (
        serving(engine_of(ScriptedModel(["A,C"]))) as base,
        OpenAI(base_url=f"{base}/v1", api_key="k") as client,
    ):
        completion = client.chat.completions.create(model="medrag", messages=messages, extra_body=extra)
    advice = Advice.model_validate(completion.model_extra["medrag"])  # type: ignore[index]
    assert [statement.text for statement in advice.statements] == FOR_THE_ALLERGIC
    assert "allergy" in {finding.check for finding in advice.withheld[0].findings if finding.withholds}
    assert advice.question == QUESTION


def test_a_patient_in_plain_words_reaches_the_filter(engine_of: EngineOf) -> None:
    messages: Any = [
        {"role": "system", "content": "The patient is a 34-year-old woman, allergic to penicillin."},
        {"role": "user", "content": QUESTION},
    ]
    with (
        serving(engine_of(ScriptedModel(["A,C"]))) as base,
        OpenAI(base_url=f"{base}/v1", api_key="k") as client,
    ):
        completion = client.chat.completions.create(model="medrag", messages=messages)
    advice = Advice.model_validate(completion.model_extra["medrag"])  # type: ignore[index]
    assert [statement.text for statement in advice.statements] == FOR_THE_ALLERGIC
    assert "allergy" in {finding.check for finding in advice.withheld[0].findings if finding.withholds}


def test_what_was_said_before_follows_the_question(engine_of: EngineOf) -> None:
    model = ScriptedModel(["C"])
    messages: Any = [
        {"role": "developer", "content": "He is allergic to penicillin."},
        {"role": "user", "content": "He has a sore throat."},
        {"role": "assistant", "content": "Start amoxicillin."},
        {"role": "user", "content": QUESTION},
    ]
    with serving(engine_of(model)) as base, OpenAI(base_url=f"{base}/v1", api_key="k") as client:
        completion = client.chat.completions.create(model="medrag", messages=messages)
    asked = completion.model_extra["medrag"]["question"]  # type: ignore[index]
    assert asked == f"{QUESTION}\n\nSaid before:\n\nHe is allergic to penicillin.\n\nHe has a sore throat."
    assert "Start amoxicillin" not in model.seen[0].messages[1]["content"]


def test_a_token_limit_bounds_what_the_model_decodes(engine_of: EngineOf) -> None:
    model = ScriptedModel(["C"])
    with serving(engine_of(model)) as base, OpenAI(base_url=f"{base}/v1", api_key="k") as client:
        completion = client.chat.completions.create(model="medrag", messages=MESSAGES, max_completion_tokens=4)
        assert completion.choices[0].finish_reason == "length"
        assert (
            client.chat.completions.create(model="medrag", messages=MESSAGES, max_tokens=4000).choices[0].finish_reason
            == "stop"
        )
    assert [request.max_tokens for request in model.seen] == [4, 24]


def test_nothing_in_the_index_is_an_abstention(engine_of: EngineOf) -> None:
    model = ScriptedModel(["A"])
    messages: Any = [{"role": "user", "content": "How do I change the tyre of a bicycle?"}]
    with serving(engine_of(model)) as base, OpenAI(base_url=f"{base}/v1", api_key="k") as client:
        completion = client.chat.completions.create(model="medrag", messages=messages)
    assert completion.model_extra["medrag"]["outcome"] == "abstained"  # type: ignore[index]
    assert completion.choices[0].finish_reason == "stop"
    assert model.seen == []
