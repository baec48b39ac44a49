"""Unsafe generations through every route and every cutting of the stream: nothing of them leaves as content."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from medrag.client import Client
from medrag.events import Released
from medrag.generation.scripted import ScriptedModel
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import serving

UNSAFE_QUOTE = "A"
UNSAFE_CITE = "Give amoxicillin 500 mg by mouth twice daily [1]\nGive warfarin 90 mg\nGive heparin 5000 units [9]\n"
FORBIDDEN = ("amoxicillin", "warfarin", "heparin")
BODY = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}], "medrag": {"patient": ALLERGIC}}


def spoken(raw: bytes) -> str:
    """All that a reader of the answer sees: content, annotations and typed events, not the list of the withheld."""
    objects = [json.loads(line[6:]) for line in raw.splitlines() if line.startswith(b"data: {")] or [json.loads(raw)]
    return json.dumps([_without_advice(each) for each in objects])


def _without_advice(value: dict[str, Any]) -> dict[str, Any]:
    return {key: inner for key, inner in value.items() if key != "medrag"}


@pytest.mark.parametrize("chunk", range(1, 12))
@pytest.mark.parametrize(("grounding", "reply"), [("quote", UNSAFE_QUOTE), ("cite", UNSAFE_CITE)])
@pytest.mark.parametrize("stream", [False, True])
def test_no_byte_of_an_unsafe_statement_leaves(
    engine_of: EngineOf, chunk: int, grounding: Any, reply: str, stream: bool
) -> None:
    model = ScriptedModel([reply], chunk=chunk)
    with serving(engine_of(model, grounding)) as base:
        response = httpx.post(f"{base}/v1/chat/completions", json=BODY | {"stream": stream}, timeout=30)
    assert response.status_code == 200
    assert '"finish_reason": "content_filter"' in spoken(response.content)
    for name in FORBIDDEN:
        assert name not in _statements_of(spoken(response.content)), name


def _statements_of(text: str) -> str:
    """The text without the reasons, which may name the drug that was withheld."""
    return "\n".join(line for line in text.split("\\n") if not line.startswith("- "))


@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
def test_safe_statements_beside_unsafe_ones_do_leave(engine_of: EngineOf, chunk: int) -> None:
    model = ScriptedModel(["A,B,A,C,ZZ"], chunk=chunk)
    with serving(engine_of(model)) as base, Client(base) as client:
        released = [event for event in client.stream(QUESTION, patient=ALLERGIC) if isinstance(event, Released)]
        advice = client.recommend(QUESTION, patient=ALLERGIC)
    assert [event.number for event in released] == [1, 2]
    assert tuple(event.statement for event in released) == advice.statements
    assert "amoxicillin" not in " ".join(statement.text for statement in advice.statements)
    assert len(advice.withheld) == 1
