"""A file of the operator's, in YAML: who has keys, who may call, which record systems may launch."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from medrag.errors import ConfigurationError

T = TypeVar("T")


def read_config(path: Path, kind: TypeAdapter[T], *, what: str, form: str) -> T:
    """The content of ``path``; ``what`` names the file in errors, and ``form`` says what it must hold.

    Raises:
        ConfigurationError: it cannot be read, or holds anything else. Nothing of its content is in the message.
    """
    try:
        return kind.validate_python(yaml.safe_load(path.read_text()))
    except OSError as error:
        raise ConfigurationError(f"{what} {path} cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValidationError):
        raise ConfigurationError(f"{what} {path} must hold {form}") from None
