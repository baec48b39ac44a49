"""All that a client can ask of a server, and that it asks again while the server is busy."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

import medrag
from medrag import rendering
from medrag.client import AsyncClient, Client, retrying
from medrag.errors import ConfigurationError, InputError, ModelUnavailable, PatientError
from medrag.generation.scripted import ScriptedModel
from medrag.server.guard.access import Limits
from medrag.server.guard.audit import Trail
from medrag.types import Filters, Patient
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.guard.test_access import KEYS
from tests.server.serving import records, serving

PIXEL = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("client") / "medrag.db"


@pytest.fixture(scope="module")
def url(engine_of: EngineOf, database: Path) -> Iterator[str]:
    with Trail.open(database) as trail, serving(engine_of(ScriptedModel(["A,C"])), trail) as base:
        yield base


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    with Client(url) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "patient.json"
    path.write_text(json.dumps(ALLERGIC))
    return path


def test_what_a_user_needs_is_in_the_package() -> None:
    assert {medrag.Client, medrag.AsyncClient} == {Client, AsyncClient}
    assert (medrag.InputError, medrag.Filters, medrag.Patient) == (InputError, Filters, Patient)
    with pytest.raises(AttributeError, match="Nothing"):
        _ = medrag.Nothing  # type: ignore[attr-defined]


def test_a_patient_of_every_kind(client: Client, file: Path) -> None:
    table = file.with_name("genes.tsv")
    table.write_text("gene\tdiplotype\nCYP2C19\t*2/*2\n")
    for patient in (ALLERGIC, Patient.model_validate(ALLERGIC), file, str(file), [file, table]):
        advice = client.recommend(QUESTION, patient)
        assert [each.text[:5] for each in advice.withheld] == ["Treat"]
        assert advice.text == rendering.render(advice)
    assert "CYP2C19" in client.read_patient([file, table]).summary


def test_two_people_are_refused_unless_they_are_said_to_be_one(client: Client) -> None:
    patient, question = {"sex": "male", "age_years": 70}, "A 30-year-old woman with gout. Which drug?"
    with pytest.raises(InputError) as refused:
        client.recommend(question, patient)
    assert refused.value.code == "two_people"
    assert client.recommend(question, patient, one_person=True)
    assert list(client.stream(question, patient, one_person=True))


def test_files_that_cannot_be_read(client: Client, tmp_path: Path) -> None:
    with pytest.raises(PatientError, match=r"nothing\.json"):
        client.recommend(QUESTION, tmp_path / "nothing.json")
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    with pytest.raises(PatientError):
        client.recommend(QUESTION, broken)


def test_a_stored_patient(client: Client, file: Path) -> None:
    client.put_patient("p1", file)
    assert "penicillin" in client.get_patient("p1").summary
    assert client.recommend(QUESTION, patient_id="p1").withheld
    assert client.check("Start amoxicillin.", patient_id="p1").verdict == "withhold"
    client.delete_patient("p1")
    with pytest.raises(InputError) as missing:
        client.recommend(QUESTION, patient_id="p1")
    assert missing.value.code == "patient_not_found"


def test_what_was_said_before(client: Client) -> None:
    history = [("user", "She is allergic to penicillin."), ("assistant", "Noted.")]
    advice = client.recommend(QUESTION, history=history)
    assert advice.question.endswith("She is allergic to penicillin.") and advice.withheld


def test_a_language(client: Client) -> None:
    assert "过敏" in str(client.recommend(QUESTION, ALLERGIC, language="zh").withheld[0].findings)


@pytest.mark.parametrize("way", ["bytes", "path", "url"])
def test_an_image_arrives(url: str, tmp_path: Path, way: str) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(PIXEL)
    bodies: list[Any] = []

    def seen(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(400, json={"error": {"message": "no", "type": "invalid_request_error", "code": "x"}})

    image: Any = {"bytes": PIXEL, "path": path, "url": "data:image/png;base64,AAAA"}[way]
    with Client(transport=httpx.MockTransport(seen)) as client, pytest.raises(InputError):
        client.recommend(QUESTION, images=[image])
    _, picture = bodies[0]["messages"][0]["content"]
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")
    with Client(url) as real, pytest.raises(InputError, match="vision"):
        real.recommend(QUESTION, images=[image])


def test_checks(client: Client) -> None:
    result = client.check("Start amoxicillin 500 mg by mouth three times daily.", ALLERGIC)
    assert result.verdict == "withhold" and any(each.check == "allergy" for each in result.findings)
    listed = client.check(patient={"medications": ["warfarin", "ibuprofen"]})
    assert {each.name for each in listed.orders} == {"warfarin", "ibuprofen"} and listed.verdict != "pass"


def test_a_verdict(client: Client, database: Path) -> None:
    advice = client.recommend(QUESTION, ALLERGIC)
    client.feedback(advice, 1, "reject", ALLERGIC, comment="not for her")
    assert records(database)[-1]["event"] == "feedback"
    with pytest.raises(InputError):
        client.feedback(advice, 1, "reject", {"age_years": 3})


def test_the_async_client_can_all_of_it(url: str, file: Path) -> None:
    async def ask() -> None:
        async with AsyncClient(url) as client:
            advice = await client.recommend(QUESTION, file)
            assert advice.withheld and (await client.check("Start amoxicillin.", file)).verdict == "withhold"
            await client.put_patient("p2", ALLERGIC)
            assert [event async for event in client.stream(QUESTION, patient_id="p2")]
            assert (await client.get_patient("p2")).summary
            await client.feedback(advice, 1, "accept", file)
            await client.delete_patient("p2")

    asyncio.run(ask())


def test_the_environment_says_where_and_who(engine_of: EngineOf, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(engine_of(ScriptedModel(["C"])), keys=KEYS) as base:
        monkeypatch.setenv("MEDRAG_URL", base)
        with Client() as client, pytest.raises(ConfigurationError, match="API key"):
            client.search(QUESTION)
        monkeypatch.setenv("MEDRAG_API_KEY", "ward-secret")
        with Client() as client:
            assert client.search(QUESTION)
        monkeypatch.delenv("MEDRAG_API_KEY")
        with Client(headers={"Authorization": "Bearer ward-secret"}) as client:
            assert client.search(QUESTION)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the clients meant to wait; they do not."""
    taken: list[float] = []

    async def pause(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setattr(retrying, "time", SimpleNamespace(sleep=taken.append))
    monkeypatch.setattr(retrying, "asyncio", SimpleNamespace(sleep=pause))
    return taken


def busy(times: int, status: int, **headers: str) -> tuple[httpx.MockTransport, list[httpx.Request]]:
    """A server that is busy so often, then answers a search."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) <= times:
            error = {"message": "busy", "type": "server_error", "code": "model_unavailable"}
            return httpx.Response(status, headers=headers, json={"error": error})
        return httpx.Response(200, json={"data": []})

    return httpx.MockTransport(answer), asked


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(pauses: list[float], status: int) -> None:
    transport, asked = busy(2, status, **{"Retry-After": "7"})
    with Client(transport=transport) as client:
        assert client.search(QUESTION) == ()
    assert (len(asked), pauses) == (3, [7.0, 7.0])
    assert asked[0].content == asked[2].content


def test_it_waits_longer_each_time(pauses: list[float]) -> None:
    transport, asked = busy(9, 503)
    with Client(transport=transport, retries=3) as client, pytest.raises(ModelUnavailable):
        client.search(QUESTION)
    assert len(asked) == 4 and pauses == sorted(pauses) and len(pauses) == 3


@pytest.mark.parametrize(("status", "header"), [(503, "false"), (502, ""), (500, ""), (400, "")])
def test_what_will_not_get_better_is_asked_once(pauses: list[float], status: int, header: str) -> None:
    transport, asked = busy(1, status, **({"x-should-retry": header} if header else {}))
    with Client(transport=transport) as client, pytest.raises(medrag.MedragError):
        client.search(QUESTION)
    assert (len(asked), pauses) == (1, [])


def test_asyncio_waits_too(pauses: list[float]) -> None:
    transport, asked = busy(1, 429)

    async def ask() -> None:
        async with AsyncClient(transport=transport) as client:
            assert await client.search(QUESTION) == ()

    asyncio.run(ask())
    assert (len(asked), len(pauses)) == (2, 1)


def test_a_rate_limit_is_waited_for(engine_of: EngineOf, pauses: list[float]) -> None:
    limits = Limits(per_minute=1)
    with serving(engine_of(ScriptedModel(["C"])), limits=limits) as base, Client(base) as client:
        client.search(QUESTION)
        with pytest.raises(ModelUnavailable, match="try again in"):
            client.search(QUESTION)
    assert len(pauses) == 2 and all(1 <= each <= 60 for each in pauses)
