"""medrag: treatment advice a clinician can check."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medrag.client import AsyncClient, Client
    from medrag.errors import (
        ConfigurationError,
        InputError,
        MedragError,
        ModelError,
        ModelRefused,
        ModelUnavailable,
        PatientError,
    )
    from medrag.types import Advice, Filters, Patient

__version__ = "0.1.0"
__all__ = [
    "Advice",
    "AsyncClient",
    "Client",
    "ConfigurationError",
    "Filters",
    "InputError",
    "MedragError",
    "ModelError",
    "ModelRefused",
    "ModelUnavailable",
    "Patient",
    "PatientError",
    "__version__",
]

_TYPES = {"Advice", "Filters", "Patient"}
_CLIENTS = {"AsyncClient", "Client"}


def __getattr__(name: str) -> Any:
    """What a user of the client needs, at first use: httpx and pydantic take a while to import."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = "client" if name in _CLIENTS else "types" if name in _TYPES else "errors"
    return getattr(import_module(f"medrag.{room}"), name)
