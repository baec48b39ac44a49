"""The one Settings: flag > ``MEDRAG_`` environment > ``/run/secrets`` > ``medrag.toml`` > default.

Read only by ``medrag.cli`` and at server start-up; everything else takes plain arguments.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from medrag.errors import ConfigurationError

SECRETS = Path("/run/secrets")
"""Where containers find their secrets: a file a setting, named like its environment variable."""
DEFAULT_MODEL = "smollm2"
"""A folder of ``medrag/models``."""


def default_home() -> Path:
    """Where indexes, models and logs live: ``$MEDRAG_HOME``, or the user's data directory."""
    if home := os.environ.get("MEDRAG_HOME"):
        return Path(home)
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "medrag"


class Settings(BaseSettings):
    """Every setting, its default and what it does."""

    model_config = SettingsConfigDict(env_prefix="MEDRAG_", toml_file="medrag.toml", extra="forbid")

    home: Path = Field(default_factory=default_home, description="Directory of indexes, models and logs.")
    index: Path | None = Field(default=None, description="Index directory; HOME/index when not given.")
    encoder: str | None = Field(default=None, description="Encoder path or hub id; the bundled MiniLM by default.")
    milvus_token: SecretStr | None = Field(default=None, description="Token of the Milvus that holds the passages.")

    model: str = Field(default=DEFAULT_MODEL, description="Causal LM to serve: a bundled one, a path or a hub id.")
    model_url: str | None = Field(default=None, description="A running OpenAI-compatible server, e.g. a vLLM.")
    model_key: SecretStr | None = Field(default=None, description="Bearer token of --model-url.")
    adapter: Path | None = Field(default=None, description="LoRA adapter served beside the model (vLLM only).")
    vllm_port: int | None = Field(default=None, ge=1, le=65535, description="Port of the child; free one by default.")
    vllm_uds: Path | None = Field(default=None, description="Unix socket of the child, in place of a port.")
    vllm_args: tuple[str, ...] = Field(default=(), description="Further arguments of `vllm serve`.")

    grounding: Literal["quote", "cite"] = Field(default="quote", description="How statements stand on evidence.")
    passages: int = Field(default=5, ge=1, le=50, description="Passages that the model writes from, in cite mode.")
    sentences: int = Field(
        default=24, ge=1, le=100, description="Sentences that the model chooses among, in quote mode."
    )
    lead: int = Field(
        default=5,
        ge=0,
        le=50,
        description="At most so many sentences ranked near the best are quoted first, the model adds; 0: it alone.",
    )
    ranker: str | None = Field(default=None, description="Encoder (path or hub id) that ranks sentences; bundled.")
    second_ranker: str = Field(
        default="auto",
        description="Larger encoder that orders the best sentences again and judges requests: auto is "
        "all-mpnet-base-v2 where its packages are installed; none, a path or a hub id.",
    )
    max_statements: int = Field(default=6, ge=1, le=50, description="Statements in one answer, at most.")
    max_tokens: int = Field(default=512, ge=1, description="Tokens the model may write in cite mode.")
    vision: Literal["auto", "yes", "no"] = Field(
        default="auto", description="Whether the model reads images; auto looks in its config.json, else no."
    )
    pharmcat_jar: Path | None = Field(default=None, description="PharmCAT's JAR, to call star alleles (needs Java).")
    knowledge: Path | None = Field(default=None, description="Directory of further safety knowledge; HOME/knowledge.")

    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the server listens on.")
    max_body_bytes: int = Field(default=8_000_000, ge=1, description="Largest request body.")
    timeout_s: float = Field(default=120.0, gt=0, description="Longest time for one answer, seconds.")
    at_once: int = Field(default=64, ge=1, description="Answers under way at once, at most.")
    release: Literal["statement", "whole"] = Field(
        default="statement", description="Send each vetted statement at once, or the whole answer at its end."
    )
    cors_origins: tuple[str, ...] = Field(default=(), description="Origins whose pages may call the service; none.")
    tls_cert: Path | None = Field(default=None, description="Certificate chain (PEM), to serve HTTPS.")
    tls_key: Path | None = Field(default=None, description="Private key (PEM) of --tls-cert.")
    keys: Path | None = Field(default=None, description="File of API keys (YAML); without one nobody needs a key.")
    without_keys: bool = Field(default=False, description="Listen beyond this machine although nobody needs a key.")
    public_url: str | None = Field(
        default=None, pattern=r"^https?://[^\s/?#]+[^\s?#]*$", description="Where clients find the service, for links."
    )
    language: Literal["en", "zh"] = Field(
        default="en", description="Language of CDS Hooks cards where a caller accepts none of those there are."
    )
    docs: bool = Field(default=False, description="Show everybody /docs, the interface for programs.")
    otlp_endpoint: str | None = Field(
        default=None, description="OpenTelemetry collector (OTLP over HTTP) for spans of each step; none."
    )
    cds_clients: Path | None = Field(default=None, description="File of trusted CDS Hooks clients (YAML).")
    fhir_servers: tuple[str, ...] = Field(
        default=(), description="FHIR servers that CDS Hooks may read with a call's token; none."
    )
    smart: Path | None = Field(default=None, description="File of record systems that may launch the page (YAML).")
    database_url: SecretStr | None = Field(
        default=None, description="postgresql+psycopg://USER:PASSWORD@HOST/NAME; else the file HOME/medrag.db."
    )
    key_per_minute: int | None = Field(default=None, ge=1, description="Requests a minute for each key, at most.")
    key_at_once: int | None = Field(default=None, ge=1, description="Requests under way for each key, at most.")

    @property
    def index_dir(self) -> Path:
        """The index directory in force."""
        return self.index or self.home / "index"

    @property
    def milvus_secret(self) -> str | None:
        """The Milvus token in plain text."""
        return self.milvus_token.get_secret_value() if self.milvus_token else None

    @property
    def knowledge_dir(self) -> Path | None:
        """The folder of further knowledge: the one that is set, or HOME/knowledge where that exists."""
        own = self.home / "knowledge"
        return self.knowledge or (own if own.is_dir() else None)

    @property
    def database(self) -> str | Path:
        """Where audit records, feedback and stored patients are: ``database_url``, or a file in HOME."""
        return self.database_url.get_secret_value() if self.database_url else self.home / "medrag.db"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order of precedence in the module's first line."""
        del dotenv_settings, file_secret_settings
        secrets = [SecretsSettingsSource(settings_cls, SECRETS)] if SECRETS.is_dir() else []
        return init_settings, env_settings, *secrets, TomlConfigSettingsSource(settings_cls)


def load(**flags: Any) -> Settings:
    """The settings in force; ``flags`` that are ``None`` were not given.

    Raises:
        ConfigurationError: a value is of the wrong kind, or a name in ``medrag.toml`` is unknown.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"setting {name!r}: {first['msg']}") from None
