"""The gateway's own time is measured over an engine that remembers: it must answer as the engine that it stands for."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from benchmarks.serving.remembering import Remembering
from benchmarks.serving.users import Seen, Target, failed, one, released
from eval.running.solver import Solver
from medrag.errors import ModelUnavailable
from medrag.events import Event, Finished, Released
from medrag.generation.scripted import ScriptedModel
from medrag.server.app import Options, create_app
from medrag.server.guard.audit import Trail
from medrag.types import Case

QUESTION = "Which drug first for newly diagnosed hypertension?"
BODY = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}], "stream": True}


@pytest.fixture
def remembering(solver: Solver, model: ScriptedModel) -> Remembering:
    return Remembering.of(solver.parts("a test"))


def events_of(engine: Remembering) -> list[Event]:
    async def read() -> list[Event]:
        return [event async for event in engine.stream(Case(question=QUESTION))]

    return asyncio.run(read())


def said(events: Sequence[Event]) -> list[str]:
    return [event.statement.text for event in events if isinstance(event, Released)]


def test_an_answer_from_memory_says_the_same_and_asks_the_model_in_the_same_words(
    remembering: Remembering, model: ScriptedModel
) -> None:
    (asked,) = asyncio.run(remembering.asked(Case(question=QUESTION)))
    first, again = events_of(remembering), events_of(remembering)
    assert said(first) == said(again) != []
    in_earnest, from_memory = 2, 2
    assert [each.messages for each in model.seen] == [asked.messages] * (in_earnest + from_memory)
    assert {each.grammar for each in model.seen} == {asked.grammar}
    ended = [event.advice for event in (first[-1], again[-1]) if isinstance(event, Finished)]
    assert ended[0].id != ended[1].id
    assert ended[0].statements == ended[1].statements


def asked_twice(engine: Remembering, trail: Trail) -> Seen:
    """What a user of the benchmark sees of two requests to a service over ``engine``."""
    seen, app = Seen(), create_app(engine, Options(), trail)
    target = Target("medrag", "http://127.0.0.1/v1", [BODY], released)

    async def ask() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=target.url) as client:
            for _ in range(2):
                await one(client, target, BODY, seen)

    asyncio.run(ask())
    return seen


def test_a_service_over_it_answers_a_user_of_the_benchmark(remembering: Remembering, tmp_path: Path) -> None:
    with Trail.open(tmp_path / "medrag.db") as trail:
        seen = asked_twice(remembering, trail)
    assert (len(seen.whole), seen.statements, seen.errors) == (2, 2, 0)
    assert failed("medrag", seen) == ""


def test_requests_that_fail_are_told_with_the_reason(
    remembering: Remembering, model: ScriptedModel, tmp_path: Path
) -> None:
    model.replies = [ModelUnavailable("down")]
    with Trail.open(tmp_path / "medrag.db") as trail:
        seen = asked_twice(remembering, trail)
    assert (seen.whole, seen.first, seen.errors) == ([], [], 2)
    assert "2 requests to medrag failed: 503, model_unavailable: " in failed("medrag", seen)
