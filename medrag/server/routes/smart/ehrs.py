"""Which record systems may launch the page. Off without the file, which is YAML::

    https://ehr.example.org/fhir:
      name: ehr
      client_id: medrag
      authorization: [https://login.example.org]

The FHIR base address of each comes first. ``name`` stands in the audit trail. ``client_id`` is what medrag is
registered as there, with the redirect address ``PUBLIC_URL/smart/callback``. A public client needs no more; a
confidential one has a ``client_secret``, or a ``private_key`` (a PEM file beside this one) with its ``key_id`` and
``algorithm``. ``authorization`` lists the origins, other than the FHIR server's own, where its users log in and its
tokens come from; an address elsewhere is refused. ``scope`` is what is asked for, ``patient/*.rs`` unless given.
With ``user: true`` it is asked who the user is, and the trail names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, model_validator

from medrag.errors import ConfigurationError
from medrag.server.config_file import read_config
from medrag.server.fhir_server import is_private

SCOPE = "patient/*.rs"


class _Entry(BaseModel):
    """A record system, as the file has it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9._-]{1,50}$")
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    private_key: Path | None = None
    key_id: str | None = None
    algorithm: Literal["ES384", "RS384"] = "ES384"
    authorization: tuple[str, ...] = ()
    scope: str = Field(default=SCOPE, min_length=1)
    user: bool = False

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if (self.private_key is None) != (self.key_id is None) or (self.private_key and self.client_secret):
            raise ValueError("private_key goes with key_id, and without client_secret")
        return self


@dataclass(frozen=True)
class Ehr:
    """A record system that may launch the page; ``origins`` are where it may lead users, ``user``: who is asked."""

    base: str
    name: str
    client_id: str
    client_secret: SecretStr | None
    private_key: ECKey | RSAKey | None = field(repr=False)
    key_id: str | None
    algorithm: str
    origins: frozenset[str]
    scope: str
    user: bool = False


Ehrs = Mapping[str, Ehr]
"""By the base address of the FHIR server."""
_FILE = TypeAdapter(dict[str, _Entry])


def read_ehrs(path: Path) -> dict[str, Ehr]:
    """The record systems of a file.

    Raises:
        ConfigurationError: it is not there, not as the module's docstring shows, or an address in it is not https.
    """
    form = "`FHIR-ADDRESS: {name: ..., client_id: ...}`; docs/smart.md has all of it"
    entries = read_config(path, _FILE, what="smart", form=form)
    ehrs = [_ehr(base.rstrip("/"), entry, path.parent) for base, entry in entries.items()]
    if len({each.name for each in ehrs}) < len(ehrs):
        raise ConfigurationError(f"smart {path}: two record systems have one name")
    return {each.base: each for each in ehrs}


def _ehr(base: str, entry: _Entry, folder: Path) -> Ehr:
    for address in (base, *entry.authorization):
        if not is_private(address):
            raise ConfigurationError(f"smart: {address} must be an https address; tokens go there")
    return Ehr(
        base=base,
        **entry.model_dump(include={"name", "client_id", "client_secret", "key_id", "algorithm", "scope", "user"}),
        private_key=_key(folder / entry.private_key, entry.algorithm) if entry.private_key else None,
        origins=frozenset(map(origin, (base, *entry.authorization))),
    )


def _key(path: Path, algorithm: str) -> ECKey | RSAKey:
    try:
        return (ECKey if algorithm == "ES384" else RSAKey).import_key(path.read_text())
    except (OSError, ValueError, JoseError):
        raise ConfigurationError(f"smart: {path} is no private key (PEM) for {algorithm}") from None


def origin(address: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
