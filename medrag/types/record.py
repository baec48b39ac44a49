"""The base of every type that crosses a boundary."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Base of every boundary type: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
