"""Which EHRs may call the CDS services: the client's JSON web token (CDS Hooks 2.0, "Trusting CDS Clients").

The file is YAML; ``audience`` is the address under which clients know this service::

    audience: https://medrag.example.org
    issuers:
      https://ehr.example.org: {jwks: ehr-keys.json}
      https://other.example.org: {jwks: "https://other.example.org/.well-known/jwks.json"}

A token must be signed (ES384 or RS384) with one of its issuer's keys, be meant for the very address that is called,
live five minutes at most and not have been used before. The token's own ``jku`` is never followed.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy.exc import IntegrityError

from medrag.errors import ConfigurationError, Untrusted
from medrag.server.config_file import read_config
from medrag.storage.database import Database
from medrag.storage.tables import client_tokens

ALGORITHMS = ["ES384", "RS384"]
LIFE_S = 300
LEEWAY_S = 30
_CLAIMS = ["iss", "aud", "exp", "iat", "jti"]


class Issuer(BaseModel):
    """Where an issuer's public keys are: a JWKS file (relative to the configuration) or an https address."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    jwks: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    audience: str = Field(pattern="^https?://")
    issuers: dict[str, Issuer] = Field(min_length=1)


@dataclass(frozen=True)
class CdsClients:
    """The trusted issuers; tokens used already are remembered in the database, so that no server takes one twice."""

    audience: str
    keys: dict[str, jwt.PyJWKClient | Path]
    database: Database

    def trusted(self, authorization: str, path: str) -> str:
        """The issuer of the token in an ``Authorization`` header, for a call of ``path``.

        Raises:
            Untrusted: there is no token, or it does not hold.
            StorageError: whether it was used before cannot be known.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Untrusted("a signed token of a trusted CDS client is needed")
        try:
            issuer = str(jwt.decode(token, options={"verify_signature": False}).get("iss"))
            claims = jwt.decode(
                token,
                self._key(issuer, jwt.get_unverified_header(token).get("kid")),
                algorithms=ALGORITHMS,
                audience=self.audience.rstrip("/") + path,
                issuer=issuer,
                leeway=LEEWAY_S,
                options={"require": _CLAIMS},
            )
        except jwt.PyJWTError as error:
            raise Untrusted(f"the client's token does not hold ({type(error).__name__})") from None
        if claims["exp"] - time.time() > LIFE_S + LEEWAY_S:
            raise Untrusted("the client's token lives longer than five minutes")
        self._use(issuer, str(claims["jti"]), int(claims["exp"]))
        return issuer

    def _key(self, issuer: str, kid: str | None) -> jwt.PyJWK:
        source = self.keys.get(issuer)
        if source is None or kid is None:
            raise jwt.InvalidIssuerError("no key of a trusted issuer")
        if isinstance(source, jwt.PyJWKClient):
            return source.get_signing_key(kid)
        try:
            key: jwt.PyJWK = _jwks(source)[kid]
        except KeyError:
            raise jwt.InvalidKeyError("the issuer has no such key") from None
        return key

    def _use(self, issuer: str, jti: str, expires: int) -> None:
        """Remembers the token until it has expired."""
        digest = hashlib.sha256(json.dumps([issuer, jti]).encode()).hexdigest()
        past = client_tokens.c.expires < time.time() - LEEWAY_S
        with self.database.writing() as connection:
            connection.execute(sa.delete(client_tokens).where(past))
            try:
                connection.execute(sa.insert(client_tokens).values(digest=digest, expires=expires))
            except IntegrityError:
                raise Untrusted("the client's token was used before") from None


def read_clients(path: Path, database: Database) -> CdsClients:
    """The clients of a configuration file.

    Raises:
        ConfigurationError: it is not there, not as the module's docstring shows, or a key file cannot be read.
    """
    form = "`audience: https://...` and `issuers: {ISSUER: {jwks: FILE-OR-URL}}`"
    file = read_config(path, TypeAdapter(_File), what="cds_clients", form=form)
    keys = {name: _source(issuer.jwks, path.parent) for name, issuer in file.issuers.items()}
    return CdsClients(file.audience, keys, database)


def _source(jwks: str, folder: Path) -> jwt.PyJWKClient | Path:
    if "://" not in jwks:
        try:
            _jwks(folder / jwks)
        except (OSError, ValueError, jwt.PyJWTError):
            raise ConfigurationError(f"cds_clients: {folder / jwks} is not a JSON web key set") from None
        return folder / jwks
    if not jwks.startswith("https://"):
        raise ConfigurationError(f"cds_clients: {jwks} must be https, or anybody on the way could change the keys")
    return jwt.PyJWKClient(jwks, timeout=5)


def _jwks(path: Path) -> Any:
    """The set in a file, read at each call so that keys can be changed without a restart."""
    return jwt.PyJWKSet.from_json(path.read_text())
