"""Who may call the CDS services: signed tokens of trusted EHRs, each once."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from medrag.errors import ConfigurationError
from medrag.generation.scripted import ScriptedModel
from medrag.server.guard.access import Key
from medrag.server.guard.audit import Trail
from medrag.server.guard.cds_clients import read_clients
from tests.server.conftest import EngineOf
from tests.server.routes.cds_hooks.ehr import code_of
from tests.server.routes.cds_hooks.test_calls import AMOXICILLIN, PATIENT, bundle
from tests.server.serving import records, serving

ISSUER, AUDIENCE, PATH = "https://ehr.example.org", "https://medrag.example.org", "/cds-services/medrag-order-sign"
EC_KEY = ec.generate_private_key(ec.SECP384R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = ec.generate_private_key(ec.SECP384R1())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration with one issuer that has an EC and an RSA key."""
    made = tmp_path_factory.mktemp("clients")
    keys = [
        jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True) | {"kid": "ec", "alg": "ES384"},
        jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True) | {"kid": "rsa", "alg": "RS384"},
    ]
    (made / "keys.json").write_text(json.dumps({"keys": keys}))
    (made / "clients.yaml").write_text(f"audience: {AUDIENCE}\nissuers:\n  {ISSUER}: {{jwks: keys.json}}\n")
    return made


@pytest.fixture(scope="module")
def base(engine_of: EngineOf, folder: Path) -> Iterator[str]:
    keys = {"ward": Key(sha256="0" * 64)}
    with Trail.open(folder / "medrag.db") as trail:
        clients = read_clients(folder / "clients.yaml", trail.database)
        engine = engine_of(ScriptedModel(["none"]))
        with serving(engine, trail, cds_clients=clients, keys=keys) as url:
            yield url


def token(key: Any = EC_KEY, algorithm: str = "ES384", kid: str = "ec", **claims: Any) -> str:
    now = int(time.time())
    given = {"iss": ISSUER, "aud": AUDIENCE + PATH, "iat": now, "exp": now + 300, "jti": uuid.uuid4().hex} | claims
    kept = {name: value for name, value in given.items() if value is not None}
    return jwt.encode(kept, key, algorithm, headers={"kid": kid})


def call(base: str, signed: str | None) -> httpx.Response:
    context = {"userId": "u", "patientId": "p", "draftOrders": bundle(AMOXICILLIN)}
    body = {"hook": "order-sign", "hookInstance": "h", "context": context, "prefetch": {"patient": PATIENT}}
    headers = {"Authorization": f"Bearer {signed}"} if signed else {}
    return httpx.post(base + PATH, json=body, headers=headers, timeout=60)


@pytest.mark.parametrize("given", [{}, {"key": RSA_KEY, "algorithm": "RS384", "kid": "rsa"}], ids=["ES384", "RS384"])
def test_a_trusted_client_is_served_and_named(base: str, folder: Path, given: dict[str, Any]) -> None:
    assert call(base, token(**given)).status_code == 200
    last = records(folder / "medrag.db")[-1]
    assert (last["event"], last["who"]) == ("cds", ISSUER)


@pytest.mark.parametrize(
    "given",
    [
        {"key": OTHER_KEY},
        {"kid": "unknown"},
        {"iss": "https://stranger.example.org"},
        {"aud": AUDIENCE + "/cds-services/medrag-patient-view"},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 3600},
        {"jti": None},
        {"exp": None},
        {"key": "a shared secret that is long enough to sign with, and then some", "algorithm": "HS384"},
        {"key": None, "algorithm": "none"},
    ],
    ids="-".join,
)
def test_others_are_not(base: str, given: dict[str, Any]) -> None:
    response = call(base, token(**given))
    assert (response.status_code, code_of(response)) == (401, "untrusted_client")


def test_without_a_token_or_with_one_twice(base: str) -> None:
    assert call(base, None).status_code == 401
    assert call(base, "nonsense").status_code == 401
    signed = token()
    assert [call(base, signed).status_code for _ in range(2)] == [200, 401]


def test_discovery_stays_open_and_the_rest_keeps_its_keys(base: str) -> None:
    assert httpx.get(f"{base}/cds-services").status_code == 200
    assert httpx.post(f"{base}{PATH}/feedback", json={"feedback": []}).status_code in (400, 401)
    outcome = {"feedback": [{"card": str(uuid.uuid4()), "outcome": "accepted"}]}
    assert httpx.post(f"{base}{PATH}/feedback", json=outcome).status_code == 401
    signed = token(aud=f"{AUDIENCE}{PATH}/feedback")
    headers = {"Authorization": f"Bearer {signed}"}
    assert httpx.post(f"{base}{PATH}/feedback", json=outcome, headers=headers).status_code == 200
    assert httpx.get(f"{base}/v1/models").status_code == 401


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read"),
        ("issuers: {}", "must hold"),
        ("audience: https://a\nissuers: {b: {jwks: none.json}}", "key set"),
        ("audience: https://a\nissuers: {b: {jwks: 'http://b/keys'}}", "must be https"),
    ],
)
def test_configurations_that_cannot_be_used(tmp_path: Path, content: str | None, reason: str) -> None:
    path = tmp_path / "clients.yaml"
    if content:
        path.write_text(content)
    with Trail.open(tmp_path / "medrag.db") as trail, pytest.raises(ConfigurationError, match=reason):
        read_clients(path, trail.database)
