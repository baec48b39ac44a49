"""The tools as the official MCP client finds them, over HTTP and over standard input and output."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from medrag.errors import ModelUnavailable
from medrag.generation.scripted import ScriptedModel
from medrag.generation.vllm_process import free_port
from medrag.server.guard.access import Key
from medrag.server.guard.audit import Trail
from medrag.types import Advice, Evidence
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.processes import MEDRAG, model_serves
from tests.server.serving import records, serving

KEYS = {name: Key(sha256=hashlib.sha256(name.encode()).hexdigest()) for name in ("ward", "other")}
MODES: Any = ["auto", "legacy"]
UNSAFE = "amoxicillin 500 mg"


@asynccontextmanager
async def connected(base: str, mode: Any = "auto", key: str = "ward") -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        create_mcp_http_client(headers=headers) as http,
        Client(streamable_http_client(f"{base}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mcp") / "medrag.db"


@pytest.fixture(scope="module")
def url(engine_of: EngineOf, database: Path) -> Iterator[str]:
    with Trail.open(database) as trail, serving(engine_of(ScriptedModel(["A,C"])), trail, keys=KEYS) as base:
        yield base


def call(base: str, tool: str, arguments: dict[str, Any], mode: Any = "auto", key: str = "ward") -> Any:
    async def ask() -> Any:
        async with connected(base, mode, key) as client:
            return await client.call_tool(tool, arguments)

    return anyio.run(ask)


def said(result: Any) -> str:
    return "".join(part.text for part in result.content)


@pytest.mark.parametrize("mode", MODES)
def test_the_tools_are_listed(url: str, mode: Any) -> None:
    async def ask() -> Any:
        async with connected(url, mode) as client:
            return (await client.list_tools()).tools

    tools = {each.name: each for each in anyio.run(ask)}
    assert set(tools) == {"check", "search", "recommend", "patient_summary"}
    assert all(each.description and each.annotations.read_only_hint for each in tools.values())
    assert "question" in tools["recommend"].input_schema["required"]


@pytest.mark.parametrize("mode", MODES)
def test_recommend_gives_only_what_was_vetted(url: str, database: Path, mode: Any) -> None:
    result = call(url, "recommend", {"question": QUESTION, "patient": ALLERGIC}, mode)
    assert not result.is_error, said(result)
    advice = Advice.model_validate(result.structured_content)
    assert [each.text[:17] for each in advice.statements] == ["Offer paracetamol", "For patients with"]
    assert advice.withheld and UNSAFE not in said(result) + str(result.structured_content)
    assert "Withheld by the safety filter: 1" in said(result)
    assert [record["event"] for record in records(database)][-1] == "finished"
    assert records(database)[-2]["who"] == "ward"


def test_check_needs_no_model(url: str, database: Path) -> None:
    given = {"advice": "Start amoxicillin 500 mg by mouth three times daily.", "patient": ALLERGIC}
    result = call(url, "check", given)
    assert result.structured_content["verdict"] == "withhold"
    assert "allergy (fail)" in said(result)
    assert (records(database)[-1]["event"], records(database)[-1]["who"]) == ("check", "ward")


def test_search_gives_passages_and_says_what_they_are(url: str) -> None:
    result = call(url, "search", {"question": "gout flare", "k": 1})
    (found,) = result.structured_content["passages"]
    assert Evidence.model_validate(found).passage.title == "Gout"
    assert "colchicine" in said(result)


def test_patient_summary(url: str) -> None:
    result = call(url, "patient_summary", {"patient": ALLERGIC})
    assert "penicillin" in said(result) and result.structured_content["patient"]["allergies"]


def test_stored_patients_are_those_of_the_key(url: str) -> None:
    headers = {"Authorization": "Bearer ward"}
    assert httpx.put(f"{url}/v1/patients/p1", json=ALLERGIC, headers=headers).status_code == 204
    assert "penicillin" in said(call(url, "patient_summary", {"patient_id": "p1"}))
    refused = call(url, "patient_summary", {"patient_id": "p1"}, key="other")
    assert refused.is_error and "no patient with this id" in said(refused)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("recommend", {}, "question"),
        ("recommend", {"question": QUESTION, "pateint": {"name": "Zebediah"}}, "not known"),
        ("recommend", {"question": QUESTION, "patient": {"age_years": "Zebediah"}}, "age_years"),
        ("patient_summary", {}, "no patient"),
        ("search", {"question": QUESTION, "k": 0}, "k"),
    ],
)
def test_what_does_not_fit_is_told_to_the_agent(
    url: str, tool: str, arguments: dict[str, Any], told: str, mode: Any, caplog: pytest.LogCaptureFixture
) -> None:
    result = call(url, tool, arguments, mode)
    assert result.is_error and told in said(result)
    assert "Zebediah" not in said(result) + caplog.text


def test_a_tool_that_is_not_there(url: str) -> None:
    async def ask() -> None:
        async with connected(url) as client:
            with pytest.raises(MCPError, match="recommend"):
                await client.call_tool("prescribe", {})

    anyio.run(ask)


def test_an_emergency_is_told_when_the_model_is_down(engine_of: EngineOf) -> None:
    question = "Sore throat, and now crushing chest pain and breathless. Which antibiotic?"
    with serving(engine_of(ScriptedModel([ModelUnavailable("http://10.0.0.1 is down")]))) as base:
        result = call(base, "recommend", {"question": question})
    assert result.is_error and said(result).startswith("EMERGENCY") and "10.0.0.1" not in said(result)


def test_who_may_not(url: str) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Authorization": "Bearer ward", "Accept": "application/json, text/event-stream"}
    assert httpx.post(f"{url}/mcp", json=body).status_code == 401
    assert httpx.post(f"{url}/mcp", json=body, headers=headers).status_code == 200
    assert httpx.post(f"{url}/mcp", json=body, headers=headers | {"Origin": url}).status_code == 200
    evil = {"Origin": "http://evil.example:8000", "Host": "evil.example:8000"}
    assert httpx.post(f"{url}/mcp", json=body, headers=headers | evil).status_code == 403
    assert httpx.get(f"{url}/mcp", headers=headers).status_code == 405


def test_over_standard_input_and_output(small_index: Path, tmp_path: Path) -> None:
    port = free_port()
    arguments = ["-c", MEDRAG, "mcp", "--index", str(small_index), "--model-url", f"http://127.0.0.1:{port}/v1"]
    environment = {**os.environ, "MEDRAG_HOME": str(tmp_path)}
    parameters = StdioServerParameters(command=sys.executable, args=arguments, env=environment)

    async def ask() -> tuple[Any, ...]:
        async with Client(stdio_client(parameters)) as client:
            checked = await client.call_tool("check", {"advice": "Start amoxicillin.", "patient": ALLERGIC})
            down = await client.call_tool("recommend", {"question": QUESTION})
            with model_serves("A,C", port):
                advised = await client.call_tool("recommend", {"question": QUESTION, "patient": ALLERGIC})
            return checked, down, advised, await client.call_tool("patient_summary", {"patient_id": "p"})

    checked, down, advised, stored = anyio.run(ask)
    assert checked.structured_content["verdict"] == "withhold"
    assert down.is_error and "does not answer" in said(down)
    assert "Offer paracetamol" in said(advised) and UNSAFE not in said(advised)
    assert stored.is_error and "medrag serve" in said(stored)
    events = [record["event"] for record in records(tmp_path / "medrag.db")]
    assert events[0] == "check" and events[-1] == "finished"
