"""The typed recipe: everything a run is made of, and nothing a run may guess."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from medrag.errors import ConfigurationError


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Architecture(_Strict):
    """A model made from nothing. ``mimetic`` (0: off) is the strength of the similarity-like attention start."""

    vocabulary: int = Field(default=8192, ge=300)
    hidden: int = 256
    intermediate: int = 768
    layers: int = 6
    heads: int = 4
    positions: int = 2048
    rope_theta: float = 500_000.0
    encoder_embeddings: bool = True
    embedding_scale: float = 0.1
    mimetic: float = 1.0
    mimetic_copy: float = 0.3


class Pretraining(_Strict):
    """Language modelling: ``blocks`` sequences of ``length`` tokens, once."""

    blocks: int = Field(default=2000, ge=0)
    length: int = 256
    batch: int = 16
    learning_rate: float = 1e-3
    cpu: bool = True
