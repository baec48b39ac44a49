"""Images: handed to a vision model as OpenAI's ``image_url`` parts, refused where the model reads none."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from medrag.generation.model import Generation, OpenAIChatModel
from medrag.generation.scripted import ScriptedModel
from medrag.generation.vision import sees_images
from medrag.generation.vllm_process import free_port
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import serving
from tests.server.upstream import Upstream, running

PIXEL = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()


def body(url: str = PIXEL) -> dict[str, Any]:
    content = [{"type": "text", "text": QUESTION}, {"type": "image_url", "image_url": {"url": url}}]
    return {
        "model": "medrag",
        "messages": [{"role": "user", "content": content}],
        "medrag": {"patient": ALLERGIC},
    }


def post(base: str, sent: dict[str, Any]) -> httpx.Response:
    return httpx.post(f"{base}/v1/chat/completions", json=sent, timeout=30)


def test_a_vision_model_gets_the_image_and_the_filter_still_checks(engine_of: EngineOf) -> None:
    model = ScriptedModel(["A,B"])
    with serving(replace(engine_of(model), vision=True)) as base:
        answer = post(base, body())
    assert answer.status_code == 200
    assert model.seen[0].images == (PIXEL,)
    advice = answer.json()["medrag"]
    assert ["amoxicillin" in each["text"] for each in advice["withheld"]] == [True]
    assert "images" in {each["check"] for each in advice["findings"]}
    assert PIXEL not in answer.text


def test_a_model_of_text_refuses_images(engine_of: EngineOf) -> None:
    model = ScriptedModel(["C"])
    with serving(engine_of(model)) as base:
        error = post(base, body())
        streamed = post(base, body() | {"stream": True})
    assert (error.status_code, error.json()["error"]["code"]) == (400, "unsupported_content")
    assert "vision" in error.json()["error"]["message"]
    assert streamed.status_code == 400
    assert not model.seen


@pytest.mark.parametrize("url", ["https://example.org/x.png", "file:///etc/passwd", "data:text/html;base64,AAAA", ""])
def test_only_images_that_were_sent_along_are_taken(engine_of: EngineOf, url: str) -> None:
    model = ScriptedModel(["C"])
    with serving(replace(engine_of(model), vision=True)) as base:
        error = post(base, body(url))
    assert (error.status_code, error.json()["error"]["param"]) == (400, "messages[0].content[1].image_url")
    assert not model.seen


def test_the_upstream_server_gets_text_first_then_images() -> None:
    upstream = Upstream("C")

    async def ask(url: str) -> str:
        model = OpenAIChatModel(url=url, name="upstream")
        asked = Generation([{"role": "system", "content": "s"}, {"role": "user", "content": "u"}], 8, images=(PIXEL,))
        try:
            return "".join([piece async for piece in model.stream(asked)])
        finally:
            await model.aclose()

    with running(upstream, free_port()) as url:
        assert asyncio.run(ask(url)) == "C "
    assert upstream.bodies[0]["messages"] == [
        {"role": "system", "content": "s"},
        {
            "role": "user",
            "content": [{"type": "text", "text": "u"}, {"type": "image_url", "image_url": {"url": PIXEL}}],
        },
    ]


def test_vision_is_read_from_the_models_own_configuration(model_folder: Path, tmp_path: Path) -> None:
    assert not sees_images(str(model_folder))
    assert not sees_images("nobody/never-downloaded")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "qwen2_5_vl", "vision_config": {"depth": 2}}))
    assert sees_images(str(tmp_path))
    (tmp_path / "config.json").write_text("{")
    assert not sees_images(str(tmp_path))
