"""``medrag.client`` against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from medrag import rendering
from medrag.client import AsyncClient, Client
from medrag.errors import ConfigurationError, InputError, MedragError, ModelRefused, ModelUnavailable, PatientError
from medrag.events import Event, Finished, Noticed, Released
from medrag.generation.scripted import ScriptedModel
from medrag.server.run import listen
from medrag.types import Advice, Evidence, Filters, Outcome, Patient
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import serving

PATIENT = Patient.model_validate(ALLERGIC)


@pytest.fixture(scope="module")
def url(engine_of: EngineOf) -> Iterator[str]:
    with serving(engine_of(ScriptedModel(["A,B,C"]))) as base:
        yield base


@pytest.mark.parametrize("patient", [PATIENT, ALLERGIC], ids=["typed", "mapping"])
@pytest.mark.parametrize("suffix", ["", "/", "/v1"])
def test_recommend(url: str, patient: Patient, suffix: str) -> None:
    with Client(url + suffix, api_key="secret") as client:
        advice = client.recommend(QUESTION, patient=patient)
    assert advice.outcome is Outcome.ANSWERED
    assert (len(advice.statements), len(advice.withheld)) == (2, 1)
    assert advice.question == QUESTION
    for citation in advice.statements[0].citations:
        source = next(item.passage for item in advice.evidence if item.number == citation.number)
        assert source.text[citation.start : citation.end] == citation.quote


def same(one: Advice, other: Advice) -> bool:
    drop = {"id", "created"}
    return one.model_dump(exclude=drop) == other.model_dump(exclude=drop)


def test_a_stream_ends_with_what_recommend_returns(url: str) -> None:
    with Client(url) as client:
        *events, last = client.stream(QUESTION, patient=PATIENT)
        whole = client.recommend(QUESTION, patient=PATIENT)
    assert isinstance(last, Finished) and same(last.advice, whole)
    assert isinstance(events[0], Noticed)
    released = [event for event in events if isinstance(event, Released)]
    assert [event.number for event in released] == [1, 2]
    assert tuple(event.statement for event in released) == whole.statements
    assert rendering.render(last.advice) == rendering.render(whole)


def test_the_async_client_answers_the_same(url: str) -> None:
    async def ask() -> tuple[Advice, list[Event], tuple[Evidence, ...]]:
        async with AsyncClient(url) as client:
            advice = await client.recommend(QUESTION, patient=PATIENT)
            events = [event async for event in client.stream(QUESTION, patient=PATIENT)]
            return advice, events, await client.search(QUESTION, k=1)

    advice, events, found = asyncio.run(ask())
    assert isinstance(events[-1], Finished) and same(events[-1].advice, advice)
    assert [item.passage.title for item in found] == ["Streptococcal pharyngitis"]


def test_search_honours_its_filters(url: str) -> None:
    with Client(url) as client:
        assert client.search("gout flare", k=1)[0].passage.title == "Gout"
        assert client.search("gout flare", filters=Filters(year_from=2999)) == ()


def test_refusals_become_medrags_own_errors(url: str) -> None:
    with Client(url) as client:
        with pytest.raises(InputError) as empty:
            client.recommend("  ")
        with pytest.raises(PatientError) as patient:
            client.recommend(QUESTION, patient={"age_years": "old"})
        with pytest.raises(InputError) as streamed:
            list(client.stream("  "))
        with pytest.raises(InputError, match="k: "):
            client.search(QUESTION, k=0)
    assert (empty.value.param, streamed.value.param, patient.value.param) == ("messages", "messages", "medrag.patient")


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (ModelUnavailable("down"), ModelUnavailable),
        (ModelRefused("no"), ModelRefused),
        (RuntimeError("bug"), MedragError),
    ],
)
def test_server_failures_become_medrags_own_errors(
    engine_of: EngineOf, problem: Exception, expected: type[MedragError]
) -> None:
    with serving(engine_of(ScriptedModel([problem]))) as base, Client(base, retries=0) as client:
        with pytest.raises(expected) as whole:
            client.recommend(QUESTION)
        with pytest.raises(expected) as streamed:
            list(client.stream(QUESTION))
    assert type(whole.value) is type(streamed.value) is expected


def test_nobody_there() -> None:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    with Client(f"http://127.0.0.1:{port}", retries=0) as client:
        with pytest.raises(ModelUnavailable, match="medrag serve"):
            client.recommend(QUESTION)
        with pytest.raises(ModelUnavailable, match="medrag serve"):
            list(client.stream(QUESTION))
    listener.close()


def _other_server(request: httpx.Request) -> httpx.Response:
    if b'"stream"' in request.content:
        return httpx.Response(200, text='data: {"choices": []}\n\ndata: [DONE]\n\n')
    return httpx.Response(200, json={"choices": []})


def test_another_server_is_told_apart() -> None:
    with Client(transport=httpx.MockTransport(_other_server)) as client:
        with pytest.raises(ConfigurationError, match="medrag server"):
            client.recommend(QUESTION)
        with pytest.raises(ModelUnavailable, match="broke off"):
            list(client.stream(QUESTION))


def test_a_url_that_is_none() -> None:
    with pytest.raises(ConfigurationError, match="not a URL"):
        Client("http://a:b")
