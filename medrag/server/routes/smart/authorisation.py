"""The record system's authorisation server: where it is, where its user is sent, and its token for a code.

OAuth 2.0 with PKCE (S256 alone). Addresses outside the record system's listed origins are refused, redirects of its
servers are not followed, and what they answer is bounded.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from pydantic import BaseModel, Field, ValidationError, field_validator

from medrag.server.fhir_server import TOTAL_S, Failed, answered, client, is_private
from medrag.server.routes.smart.ehrs import Ehr, origin

DISCOVERY = ".well-known/smart-configuration"
_FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}


class Endpoints(BaseModel):
    """What discovery says."""

    issuer: str | None = None
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str | None = None
    code_challenge_methods_supported: tuple[str, ...] = ()


@dataclass(frozen=True)
class LaunchKeys:
    """What ties the answers to a launch: the code's to its ``verifier``, the ID token's to its ``nonce``."""

    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)


class Granted(BaseModel):
    """The token and its context; neither is kept longer than it takes to read the record."""

    access_token: str = Field(min_length=1, repr=False)
    token_type: str
    expires_in: float = Field(default=300, gt=0)
    patient: str | None = None
    id_token: str | None = Field(default=None, repr=False)

    @field_validator("token_type")
    @classmethod
    def _bearer(cls, value: str) -> str:
        if value.casefold() != "bearer":
            raise ValueError("not a bearer token")
        return value


def discovered(ehr: Ehr) -> Endpoints:
    """The endpoints of a record system.

    Raises:
        Failed: they cannot be had, are elsewhere than listed, or know no PKCE with S256.
    """
    with client(None, "application/json") as http:
        found = answered(http, "GET", f"{ehr.base}/{DISCOVERY}", _soon())
    try:
        endpoints = Endpoints.model_validate(found)
    except ValidationError:
        raise Failed("its SMART configuration names no endpoints") from None
    for address in (endpoints.authorization_endpoint, endpoints.token_endpoint):
        if not is_private(address) or origin(address) not in ehr.origins or urlsplit(address).fragment:
            raise Failed("its SMART configuration leads to a server that is not listed")
    if "S256" not in endpoints.code_challenge_methods_supported:
        raise Failed("it knows no PKCE with S256")
    return endpoints


def login_address(  # noqa: PLR0913 (what the request is made of)
    ehr: Ehr, endpoints: Endpoints, redirect: str, state: str, keys: LaunchKeys, launch: str | None
) -> str:
    """Where the user goes to allow the launch; without ``launch`` they choose the patient there."""
    context = ({"launch": launch} if launch else {}) | ({"nonce": keys.nonce} if ehr.user else {})
    scope = " ".join(["launch" if launch else "launch/patient", *(["openid fhirUser"] if ehr.user else []), ehr.scope])
    address: str = prepare_grant_uri(
        endpoints.authorization_endpoint,
        client_id=ehr.client_id,
        response_type="code",
        redirect_uri=redirect,
        scope=scope,
        state=state,
        aud=ehr.base,
        code_challenge=create_s256_code_challenge(keys.verifier),
        code_challenge_method="S256",
        **context,
    )
    return address


def token_for(ehr: Ehr, endpoints: Endpoints, redirect: str, code: str, verifier: str) -> Granted:
    """The token that the code stands for.

    Raises:
        Failed: there is none, or none that can be used.
    """
    asked = prepare_token_request("authorization_code", redirect_uri=redirect, code=code, code_verifier=verifier)
    url, headers, body = _proof(ehr, endpoints.token_endpoint).prepare(
        "POST", endpoints.token_endpoint, dict(_FORM), asked
    )
    with client(None, "application/json") as http:
        found = answered(http, "POST", url, _soon(), body, **headers)
    try:
        return Granted.model_validate(found)
    except ValidationError:
        raise Failed("it gave no bearer token") from None


def _proof(ehr: Ehr, token_endpoint: str) -> Any:
    """How medrag shows there who it is: not at all, with a secret, or with a signature."""
    if ehr.private_key:
        signed = PrivateKeyJWT(token_endpoint, headers={"kid": ehr.key_id}, alg=ehr.algorithm)
        return ClientAuth(ehr.client_id, ehr.private_key, signed)
    if ehr.client_secret:
        return ClientAuth(ehr.client_id, ehr.client_secret.get_secret_value(), "client_secret_basic")
    return ClientAuth(ehr.client_id, None, "none")


def _soon() -> float:
    return time.monotonic() + TOTAL_S
