"""The spans of an answer: what they are called, how they hang together, and that no word of a patient is in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from opentelemetry import trace

from medrag.generation.model import OpenAIChatModel
from medrag.generation.scripted import ScriptedModel
from medrag.generation.vllm_process import free_port
from tests.server.conftest import QUESTION, EngineOf, engine_of, retriever, small_index
from tests.server.serving import Dying, serving
from tests.server.upstream import Upstream, running

__all__ = ["engine_of", "retriever", "small_index"]
"""The fixtures that this file borrows."""

sdk = pytest.importorskip("opentelemetry.sdk.trace", reason="OpenTelemetry's SDK is not installed")
export = pytest.importorskip("opentelemetry.sdk.trace.export")
memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")

CANARY = "Zebediah"
BODY: dict[str, Any] = {
    "model": "medrag",
    "messages": [{"role": "user", "content": f"{QUESTION} {CANARY} asks."}],
    "medrag": {"patient": {"age_years": 34, "allergies": [f"penicillin {CANARY}"]}},
}
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Where the spans of the test go."""
    kept = memory.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(kept))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    yield kept
    provider.shutdown()


def ask(base: str, **change: Any) -> httpx.Response:
    headers = {"traceparent": PARENT}
    return httpx.post(f"{base}/v1/chat/completions", json=BODY | change, headers=headers, timeout=60)


@pytest.mark.parametrize("stream", [False, True])
def test_each_step_has_its_span(engine_of: EngineOf, spans: Any, stream: bool) -> None:
    with (
        running(Upstream("A,C"), free_port()) as url,
        serving(engine_of(OpenAIChatModel(url, "upstream"))) as base,
    ):
        assert ask(base, stream=stream).status_code == 200
    found = {span.name: span for span in spans.get_finished_spans()}
    assert set(found) == {"invoke_agent medrag", "medrag.opening", "retrieval", "chat upstream", "medrag.review"}
    root = found["invoke_agent medrag"]
    assert f"{root.context.trace_id:032x}" == PARENT.split("-")[1] and root.parent.span_id == int(
        "b7ad6b7169203331", 16
    )
    steps = [span for span in spans.get_finished_spans() if span is not root]
    assert {span.parent.span_id for span in steps} == {root.context.span_id}
    assert root.attributes["medrag.outcome"] == "answered" and root.attributes["medrag.withheld"] == 1
    chat = found["chat upstream"].attributes
    assert (chat["gen_ai.operation.name"], chat["gen_ai.request.model"]) == ("chat", "upstream")
    assert chat["gen_ai.usage.input_tokens"] > 0


def test_no_word_of_a_patient_is_in_them(engine_of: EngineOf, spans: Any) -> None:
    for model in (ScriptedModel(["A,C"]), Dying(["C,"], message=CANARY)):
        with serving(engine_of(model)) as base:
            ask(base)
    text = "".join(span.to_json() for span in spans.get_finished_spans())
    assert "RuntimeError" in text
    for word in (CANARY, "penicillin", "pharyngitis", "paracetamol", "34"):
        assert f'"{word}' not in text and CANARY not in text


def test_nothing_is_traced_by_default(engine_of: EngineOf) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        assert ask(base).status_code == 200
    assert type(trace.get_tracer_provider()).__name__ == "ProxyTracerProvider"
