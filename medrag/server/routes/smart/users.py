"""Who the user of a launch is, by the record system's ID token (OpenID Connect): for the audit trail alone."""

from __future__ import annotations

import re
import time

import jwt
from pydantic import BaseModel, ConfigDict

from medrag.server.fhir_server import TOTAL_S, Failed, answered, client, is_private
from medrag.server.routes.smart.authorisation import Endpoints
from medrag.server.routes.smart.ehrs import Ehr, origin

ALGORITHMS = ("RS256", "ES256", "RS384", "ES384")
LEEWAY_S = 60
_USER = re.compile(r"(?:.*/)?(Practitioner|PractitionerRole|Patient|RelatedPerson|Person)/([A-Za-z0-9.-]{1,64})")
_STAFF = ("Practitioner", "PractitionerRole")


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore")

    nonce: str
    fhirUser: str  # noqa: N815 - SMART's name


def user_of(ehr: Ehr, endpoints: Endpoints, token: str | None, nonce: str) -> str:
    """``Practitioner/id`` out of a launch's ID token; of anybody else than staff the kind alone, ``Patient``.

    Raises:
        Failed: there is no token, it does not hold, or it names nobody.
    """
    if not token:
        raise Failed("it gave no ID token")
    try:
        claims = _Claims.model_validate(
            jwt.decode(
                token,
                _key(ehr, endpoints, jwt.get_unverified_header(token).get("kid")),
                algorithms=ALGORITHMS,
                audience=ehr.client_id,
                issuer=endpoints.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        )
    except (jwt.PyJWTError, ValueError):
        raise Failed("its ID token does not hold") from None
    found = _USER.fullmatch(claims.fhirUser)
    if claims.nonce != nonce or found is None:
        raise Failed("its ID token is for another launch, or names nobody")
    kind, name = found.groups()
    return f"{kind}/{name}" if kind in _STAFF else str(kind)


def _key(ehr: Ehr, endpoints: Endpoints, kid: str | None) -> jwt.PyJWK:
    """The key that signed it; from the record system's own or a listed origin alone."""
    address = endpoints.jwks_uri or ""
    if endpoints.issuer is None or not is_private(address) or origin(address) not in ehr.origins:
        raise Failed("its SMART configuration names no issuer and keys at a server that is listed")
    with client(None, "application/json") as http:
        found = answered(http, "GET", address, time.monotonic() + TOTAL_S)
    matching = [each for each in jwt.PyJWKSet.from_dict(found).keys if kid in (None, each.key_id)]
    if not matching:
        raise jwt.InvalidKeyError("the issuer has no such key")
    return matching[0]
