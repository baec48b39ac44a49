"""A record system on this machine: a FHIR server and its authorisation server, which holds its clients to SMART 2.2."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

Json = dict[str, Any]
WARFARIN = {"text": "Warfarin 5 mg tablet"}
SUBJECT = {"reference": "Patient/p1"}
RECORD: dict[str, list[Json]] = {
    "AllergyIntolerance": [
        {"resourceType": "AllergyIntolerance", "id": "a", "patient": SUBJECT, "code": {"text": "penicillin"}}
    ],
    "MedicationRequest": [
        {
            "resourceType": "MedicationRequest",
            "id": "m",
            "status": "active",
            "intent": "order",
            "subject": SUBJECT,
            "medicationReference": {"reference": "Medication/w"},
        }
    ],
}
SINGLE: dict[str, Json] = {
    "Patient/p1": {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1956-01-01"},
    "Medication/w": {"resourceType": "Medication", "id": "w", "code": WARFARIN},
}


@dataclass
class RecordSystem:
    """What it knows and how it behaves; ``answers`` replaces what a path answers: an object, a status, a redirect.

    ``seen`` has the paths that were asked for with the token that came along.
    """

    url: str
    client_id: str = "medrag"
    secret: str | None = None
    public_key: Any = None
    redirect: str = ""
    patient: str | None = "p1"
    denied: str | None = None
    wants_category: bool = False
    answers: dict[str, Any] = field(default_factory=dict)
    seen: list[tuple[str, str | None]] = field(default_factory=list)
    launches: set[str] = field(default_factory=lambda: {"opaque-launch"})
    scopes: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    user: str = "Practitioner/dr-7"
    claims: Json = field(default_factory=dict)
    signer: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def fhir(self) -> str:
        """The base address of the FHIR server, the ``iss`` of its launches."""
        return f"{self.url}/fhir"

    @property
    def configuration(self) -> Json:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth/authorize",
            "token_endpoint": f"{self.url}/auth/token",
            "jwks_uri": f"{self.url}/auth/keys",
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["launch-ehr", "launch-standalone", "client-public", "permission-v2"],
            "grant_types_supported": ["authorization_code"],
        }

    def authorised(self, query: dict[str, str]) -> str:
        """Where a browser is sent back to; raises ``ValueError`` for a request that no client may make."""
        scopes = query["scope"].split()
        context = query.get("launch") in self.launches if "launch" in scopes else "launch/patient" in scopes
        expected = {"response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect}
        expected |= {"aud": self.fhir, "code_challenge_method": "S256"}
        if not context or any(query.get(name) != value for name, value in expected.items()):
            raise ValueError("invalid_request")
        if len(query["state"]) < 22 or len(query["code_challenge"]) != 43:
            raise ValueError("too easy to guess")
        self.scopes.append(query["scope"])
        if self.denied:
            return f"{self.redirect}?{urlencode({'error': self.denied, 'state': query['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{self.redirect}?{urlencode({'code': code, 'state': query['state']})}"

    def granted(self, form: dict[str, str], authorization: str | None) -> Json:
        """A token for a code, once, to who asked for the code."""
        asked = self.codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if form["grant_type"] != "authorization_code" or form["redirect_uri"] != asked["redirect_uri"]:
            raise ValueError("invalid_grant")
        if proof != asked["code_challenge"] or not self._knows(form, authorization):
            raise ValueError("invalid_client")
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        context = {"patient": self.patient} if self.patient else {}
        told = {"id_token": self.identity(asked)} if "openid" in asked["scope"].split() else {}
        granted = {"access_token": token, "token_type": "Bearer", "expires_in": 600, "scope": asked["scope"]}
        return granted | context | told

    def identity(self, asked: dict[str, str]) -> str:
        """The ID token of the user who is logged in; ``claims`` replaces some of what it says."""
        now = int(time.time())
        said = {"iss": self.url, "sub": "u1", "aud": self.client_id, "iat": now, "exp": now + 300}
        told = said | {"nonce": asked.get("nonce"), "fhirUser": f"{self.fhir}/{self.user}"} | self.claims
        return jwt.encode(told, self.signer, "ES256", headers={"kid": "k1"})

    @property
    def keys(self) -> Json:
        """The public key of its ID tokens."""
        key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.signer.public_key()))
        return {"keys": [key | {"kid": "k1", "alg": "ES256", "use": "sig"}]}

    def _knows(self, form: dict[str, str], authorization: str | None) -> bool:
        if self.public_key is not None:
            assertion, audience = form["client_assertion"], f"{self.url}/auth/token"
            claims = jwt.decode(assertion, self.public_key, algorithms=["ES384"], audience=audience)
            return bool(claims["iss"] == claims["sub"] == self.client_id and claims["jti"])
        if self.secret is not None:
            given = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
            return authorization == f"Basic {given}"
        return form.get("client_id") == self.client_id and authorization is None

    def resource(self, path: str, authorization: str | None) -> Json | int:
        """What the FHIR server answers; only with a token that was given out."""
        if (authorization or "").removeprefix("Bearer ") not in self.tokens:
            return 401
        if path in SINGLE:
            return SINGLE[path]
        entries = [{"resource": each} for each in RECORD.get(path, [])]
        return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


@contextmanager
def running(**options: Any) -> Iterator[RecordSystem]:
    """The record system behind a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            path, authorization = parts.path.removeprefix("/fhir/"), self.headers.get("Authorization")
            system.seen.append((path, authorization))
            if path == "Observation" and system.wants_category:
                self.answer(system.resource(path, authorization) if "category" in query else 400)
            elif path in system.answers:
                self.answer(system.answers[path])
            elif path == ".well-known/smart-configuration":
                self.answer(system.configuration)
            elif path == "/auth/keys":
                self.answer(system.keys)
            elif path == "/auth/authorize":
                self.tried(lambda: system.authorised(query))
            else:
                self.answer(system.resource(path, authorization))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            authorization = self.headers.get("Authorization")
            system.seen.append((self.path, authorization))
            if self.path in system.answers:
                self.answer(system.answers[self.path])
            else:
                self.tried(lambda: system.granted(form, authorization))

        def tried(self, act: Any) -> None:
            try:
                self.answer(act())
            except (ValueError, KeyError, jwt.PyJWTError):
                self.answer(400)

        def answer(self, content: Any) -> None:
            status = content if isinstance(content, int) else 302 if isinstance(content, str) else 200
            self.send_response(status)
            if isinstance(content, str):
                self.send_header("Location", content)
            self.end_headers()
            if isinstance(content, dict | bytes):
                self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    system = RecordSystem(f"http://127.0.0.1:{httpd.server_port}", **options)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    try:
        yield system
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()
