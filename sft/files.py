"""Files of a run: JSON lines in, JSON out, digests."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from medrag.errors import ConfigurationError

_Line = TypeVar("_Line", bound=BaseModel)


def read_lines(path: Path, kind: type[_Line], otherwise: str) -> list[_Line]:
    """Each line of a JSONL file as a ``kind``; ``otherwise`` tells what to do where the file is missing.

    Raises:
        ConfigurationError: there is no such file, or a line does not fit (named by its number, without its text).
    """
    if not path.is_file():
        raise ConfigurationError(f"there is no file {path}; {otherwise}")
    found: list[_Line] = []
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                found.append(kind.model_validate_json(line))
            except ValidationError as error:
                first = error.errors(include_input=False)[0]
                where = ".".join(str(each) for each in first["loc"]) or "line"
                raise ConfigurationError(f"{path}:{number}: {where}: {first['msg']}") from None
    return found


def sha256(path: Path) -> str:
    """The file's digest, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_json(path: Path, value: object) -> None:
    """Write beside and rename, so that a half-written file never has the name."""
    beside = path.with_suffix(".partial")
    beside.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    beside.replace(path)
