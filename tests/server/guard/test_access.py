"""API keys, limits and metrics."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from openai import AuthenticationError, OpenAI, RateLimitError

from medrag.client import Client
from medrag.errors import ConfigurationError, ModelUnavailable
from medrag.generation.scripted import ScriptedModel
from medrag.server.guard import wrong_keys
from medrag.server.guard.access import Key, Limits, read_keys
from medrag.server.guard.wrong_keys import PER_MINUTE, WrongKeys
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import SlowModel, serving

BODY = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}]}


def key(secret: str, role: str = "clinician") -> Key:
    return Key.model_validate({"sha256": hashlib.sha256(secret.encode()).hexdigest(), "role": role})


KEYS = {"ward": key("ward-secret"), "it": key("it-secret", "operator")}


@pytest.fixture(scope="module")
def url(engine_of: EngineOf) -> Iterator[str]:
    with serving(engine_of(ScriptedModel(["A,C"])), keys=KEYS) as base:
        yield base


def get(url: str, path: str, secret: str | None) -> int:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return httpx.get(url + path, headers=headers).status_code


@pytest.mark.parametrize(
    ("path", "nobody", "wrong", "clinician", "operator"),
    [
        ("/", 200, 200, 200, 200),
        ("/web/app.js", 200, 200, 200, 200),
        ("/health", 200, 200, 200, 200),
        ("/v1/models", 401, 401, 200, 200),
        ("/metrics", 401, 401, 403, 200),
        ("/nothing", 401, 401, 404, 404),
        ("/web/../v1/models", 401, 401, 200, 200),
    ],
)
def test_who_may_what(url: str, path: str, nobody: int, wrong: int, clinician: int, operator: int) -> None:
    statuses = [get(url, path, secret) for secret in (None, "guess", "ward-secret", "it-secret")]
    assert statuses == [nobody, wrong, clinician, operator]


def test_clients_send_their_key(url: str) -> None:
    with OpenAI(base_url=f"{url}/v1", api_key="ward-secret") as client:
        assert client.models.list().data
    with OpenAI(base_url=f"{url}/v1", api_key="guess") as client, pytest.raises(AuthenticationError) as refused:
        client.models.list()
    assert refused.value.code == "invalid_api_key"
    with Client(url, api_key="ward-secret") as own:
        assert own.recommend(QUESTION).statements
    with Client(url) as own, pytest.raises(ConfigurationError, match="API key"):
        own.recommend(QUESTION)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("bearer ward-secret", 200),
        ("BEARER  ward-secret", 200),
        ("ward-secret", 401),
        ("Basic ward-secret", 401),
        ("Bearer", 401),
    ],
)
def test_the_scheme_is_read_as_http_has_it(url: str, header: str, status: int) -> None:
    assert httpx.get(f"{url}/v1/models", headers={"Authorization": header}).status_code == status


def test_no_keys_in_force_let_nobody_in(engine_of: EngineOf) -> None:
    with serving(engine_of(ScriptedModel(["C"])), keys={}) as base:
        assert get(base, "/v1/models", None) == get(base, "/v1/models", "guess") == 401


def test_wrong_keys_are_limited_by_address(engine_of: EngineOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrong_keys, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    with serving(engine_of(ScriptedModel(["C"])), keys=KEYS) as base:
        assert [get(base, "/v1/models", None) for _ in range(2 * PER_MINUTE)] == [401] * 2 * PER_MINUTE
        assert get(base, "/v1/models", "ward-secret") == 200
        statuses = [get(base, "/v1/models", f"guess {n}") for n in range(PER_MINUTE + 2)]
        assert (statuses[0], statuses[-1]) == (401, 429)
        refused = httpx.get(f"{base}/v1/models", headers={"Authorization": "Bearer ward-secret"})
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
        assert get(base, "/health", None) == 200


def test_an_address_is_forgotten_only_when_others_are_too_many() -> None:
    wrong = WrongKeys(per_minute=1)
    for address in ("2001:db8::1", "2001:db8::2"):
        wrong.count(address)
    assert wrong.wait_s("2001:db8::3") and not wrong.wait_s("2001:db8:0:1::1") and not wrong.wait_s("192.0.2.1")


def test_a_rate_limit(engine_of: EngineOf) -> None:
    with serving(engine_of(ScriptedModel(["C"])), keys=KEYS, limits=Limits(per_minute=2)) as base:
        with OpenAI(base_url=f"{base}/v1", api_key="ward-secret", max_retries=0) as client:
            client.models.list()
            client.models.list()
            with pytest.raises(RateLimitError) as refused:
                client.models.list()
        assert 1 <= int(refused.value.response.headers["retry-after"]) <= 30
        assert refused.value.code == "rate_limit_exceeded"
        assert get(base, "/v1/models", "it-secret") == 200
        with (
            Client(base, api_key="ward-secret", retries=0) as own,
            pytest.raises(ModelUnavailable, match="try again in"),
        ):
            own.recommend(QUESTION)


def test_a_limit_on_answers_at_once(engine_of: EngineOf) -> None:
    model = SlowModel(["C"], wait_s=3.0)
    with serving(engine_of(model), limits=Limits(at_once=1)) as base:
        statuses: list[int] = []

        def ask() -> None:
            statuses.append(httpx.post(f"{base}/v1/chat/completions", json=BODY, timeout=30).status_code)

        first = threading.Thread(target=ask)
        first.start()
        assert model.asked.wait(20)
        ask()
        first.join()
        ask()
    assert statuses == [429, 200, 200]


def test_a_limit_on_all_answers_together(engine_of: EngineOf) -> None:
    model = SlowModel(["C"], wait_s=3.0)
    with serving(engine_of(model), at_once=1) as base:
        first = threading.Thread(target=lambda: httpx.post(f"{base}/v1/chat/completions", json=BODY, timeout=30))
        first.start()
        assert model.asked.wait(20)
        busy = httpx.post(f"{base}/v1/chat/completions", json=BODY | {"stream": True}, timeout=30)
        first.join()
        again = httpx.post(f"{base}/v1/chat/completions", json=BODY, timeout=30)
    assert (busy.status_code, busy.json()["error"]["code"]) == (503, "model_unavailable")
    assert busy.headers["retry-after"]
    assert again.status_code == 200


def test_metrics_count_without_patient_text(engine_of: EngineOf) -> None:
    with serving(engine_of(ScriptedModel(["A,C"]))) as base:
        with Client(base) as client:
            client.recommend(f"{QUESTION} Zebediah", patient=ALLERGIC)
        httpx.get(f"{base}/v1/models/Zebediah")
        httpx.get(f"{base}/Zebediah")
        text = httpx.get(f"{base}/metrics").text
    assert 'medrag_answers_total{outcome="answered"} 1.0' in text
    assert 'medrag_statements_total{fate="withheld"} 1.0' in text
    assert 'medrag_responses_total{route="/v1/chat/completions",status="200"} 1.0' in text
    assert 'medrag_responses_total{route="/v1/models/{model}",status="404"} 1.0' in text
    assert "medrag_answers_under_way 0.0" in text
    assert "medrag_first_statement_seconds_count 1.0" in text
    assert "Zebediah" not in text and "penicillin" not in text


def test_reading_a_key_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    path.write_text(f"ward: {{sha256: {KEYS['ward'].sha256}}}\nit: {{sha256: {KEYS['it'].sha256}, role: operator}}\n")
    assert read_keys(path) == KEYS
    for wrong in ("ward: secret", "- a", "ward: {sha256: abc}", "{", ""):
        path.write_text(wrong)
        with pytest.raises(ConfigurationError, match="lines like"):
            read_keys(path)
    path.write_text("{}\n")
    with pytest.raises(ConfigurationError, match="no key"):
        read_keys(path)
    path.write_text(f"a: {{sha256: {KEYS['it'].sha256}}}\nb: {{sha256: {KEYS['ward'].sha256}, group: a}}\n")
    with pytest.raises(ConfigurationError, match="group of others"):
        read_keys(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_keys(tmp_path / "none")


def preflight(base: str, origin: str) -> httpx.Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    return httpx.options(f"{base}/v1/chat/completions", headers=asked)


def test_pages_of_other_origins_are_refused_unless_named(engine_of: EngineOf) -> None:
    ours, other = "https://ward.example", "https://other.example"
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        assert "access-control-allow-origin" not in preflight(base, ours).headers
        answer = httpx.post(f"{base}/v1/chat/completions", json=BODY, headers={"Origin": ours}, timeout=30)
        assert "access-control-allow-origin" not in answer.headers
    with serving(engine_of(ScriptedModel(["C"])), keys=KEYS, cors_origins=[ours]) as base:
        assert preflight(base, ours).headers["access-control-allow-origin"] == ours
        assert "access-control-allow-origin" not in preflight(base, other).headers
        refused = httpx.post(f"{base}/v1/chat/completions", json=BODY, headers={"Origin": ours}, timeout=30)
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, ours)
