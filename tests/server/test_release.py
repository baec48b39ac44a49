"""When statements leave: each as soon as it is vetted, or all of them at the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import APIError, OpenAI

from medrag.client import Client
from medrag.errors import MedragError, ModelRefused, ModelUnavailable
from medrag.generation.model import OpenAIChatModel
from medrag.generation.scripted import ScriptedModel
from medrag.generation.vllm_process import free_port
from medrag.server.guard.audit import Trail
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import Dying, SlowModel, records, serving
from tests.server.upstream import USAGE, Upstream, running

BODY: dict[str, Any] = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}]}


def post(base: str, **change: Any) -> httpx.Response:
    return httpx.post(f"{base}/v1/chat/completions", json=BODY | change, timeout=30)


@pytest.mark.parametrize(("release", "seen"), [("statement", True), ("whole", False)])
def test_what_leaves_while_the_model_still_writes(engine_of: EngineOf, release: str, seen: bool) -> None:
    upstream = Upstream("B, C, D", hangs="in mid-stream")
    with running(upstream, free_port()) as url:
        engine = engine_of(OpenAIChatModel(url, "upstream"))
        with (
            serving(engine, release=release, keep_alive_s=0.05) as base,
            httpx.stream("POST", f"{base}/v1/chat/completions", json=BODY | {"stream": True}, timeout=30) as response,
        ):
            lines = response.iter_lines()
            assert upstream.asked.wait(15)
            waited = [next(line for line in lines if line) for _ in range(120)]  # long, for a busy machine
    assert waited[-1] == ": keep-alive"
    assert ("azithromycin" in "".join(waited)) is seen


@pytest.mark.parametrize("release", ["statement", "whole"])
@pytest.mark.parametrize("stream", [False, True])
def test_both_give_the_same_answer(engine_of: EngineOf, release: str, stream: bool) -> None:
    with (
        serving(engine_of(ScriptedModel(["A,B,C"])), release=release) as base,
        Client(base) as client,
    ):
        advice = client.recommend(QUESTION, patient=ALLERGIC)
        text = post(base, stream=stream, medrag={"patient": ALLERGIC}).text
    assert [statement.text[:6] for statement in advice.statements] == ["For pa", "Offer "]
    assert "azithromycin" in text and "amoxicillin 500 mg by mouth" not in text.split('"medrag"')[0]


def test_nothing_of_an_answer_that_fails_leaves_with_whole(engine_of: EngineOf, tmp_path: Path) -> None:
    path = tmp_path / "medrag.db"
    with Trail.open(path) as trail, serving(engine_of(Dying(["C,"])), trail, release="whole") as base:
        for stream in (False, True):
            response = post(base, stream=stream)
            assert (response.status_code, response.json()["error"]["code"]) == (500, "internal_error")
            assert "paracetamol" not in response.text
        with Client(base) as client, pytest.raises(MedragError, match="inside medrag"):
            client.recommend(QUESTION)
    assert records(path)[-1]["event"] == "failed"


def test_stop_ends_the_answer_before_the_statement_that_holds_it(engine_of: EngineOf) -> None:
    with serving(engine_of(ScriptedModel(["C,B,A"]))) as base:
        for stop in ("azithromycin", ["Q:", "azithromycin"]):
            answer = post(base, stop=stop).json()
            assert [each["text"] for each in answer["medrag"]["statements"]] == [
                "Offer paracetamol for pain and fever."
            ]
            assert answer["choices"][0]["finish_reason"] == "stop"
            assert "azithromycin" not in answer["choices"][0]["message"]["content"]
        assert len(post(base, stop=["\n", ""]).json()["medrag"]["statements"]) == 3


def test_an_answer_that_stop_leaves_empty_says_so(engine_of: EngineOf) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        advice = post(base, stop="paracetamol").json()["medrag"]
    assert (advice["outcome"], advice["message_code"]) == ("abstained", "advice.stopped")
    assert "stop sequence" in advice["message"]


EMERGENCY = "Sore throat, and now crushing chest pain and breathless. Which antibiotic for streptococcal pharyngitis?"


@pytest.mark.parametrize("release", ["statement", "whole"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("problem", "status"), [(ModelUnavailable("down"), 503), (ModelRefused("no"), 502), (RuntimeError("bug"), 500)]
)
def test_an_emergency_is_told_when_there_is_no_answer(
    engine_of: EngineOf, tmp_path: Path, release: str, stream: bool, problem: Exception, status: int
) -> None:
    path = tmp_path / "medrag.db"
    with Trail.open(path) as trail, serving(engine_of(ScriptedModel([problem])), trail, release=release) as base:
        asked: Any = {"messages": [{"role": "user", "content": EMERGENCY}], "medrag": {"language": "zh"}}
        answer = post(base, stream=stream, **asked)
        with OpenAI(base_url=f"{base}/v1", api_key="k", max_retries=0) as client, pytest.raises(APIError) as refused:
            list(client.chat.completions.create(model="medrag", messages=asked["messages"], stream=True))
    streamed = stream and release == "statement"
    assert answer.status_code == (200 if streamed else status)
    assert "急症" in answer.text or "\\u6025\\u75c7" in answer.text
    if not streamed:
        assert answer.json()["medrag"]["notices"][0]["check"] == "red_flag"
        assert answer.json()["error"]["message"].startswith("急症")
    assert refused.value.message
    events = [record["event"] for record in records(path)]
    assert events[:3] == ["opened", "noticed", "failed"]


def test_an_emergency_is_told_when_the_answer_takes_too_long(engine_of: EngineOf) -> None:
    messages = [{"role": "user", "content": EMERGENCY}]
    with serving(engine_of(SlowModel(["C"])), timeout_s=3) as base:
        answer = post(base, messages=messages)
    assert answer.status_code == 503 and "retry-after" in answer.headers
    assert answer.json()["medrag"]["notices"] and "no complete answer within" in answer.json()["error"]["message"]


def test_usage_is_what_the_models_server_counted(engine_of: EngineOf) -> None:
    with (
        running(Upstream("C"), free_port()) as url,
        serving(engine_of(OpenAIChatModel(url, "upstream"))) as base,
    ):
        whole = post(base).json()["usage"]
        streamed = post(base, stream=True, stream_options={"include_usage": True}).text
    assert whole == USAGE
    assert json.loads(streamed.split("data: ")[-2])["usage"] == USAGE
