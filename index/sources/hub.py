"""Open corpora by name: datasets of the Hugging Face hub, streamed row by row and read like JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.document import Document, Skipped
from index.sources.jsonl import document_of
from medrag.errors import ConfigurationError, InputError

_FORMATS = {".parquet": "parquet", ".jsonl": "json", ".json": "json", ".csv": "csv"}


def read(name: str, path: Path | None = None) -> Iterator[Document | Skipped]:
    """The documents of dataset ``name``, or of a copy of it in ``path``; their ids are below its name.

    Raises:
        ConfigurationError: the package ``datasets`` is not installed.
        InputError: the dataset cannot be had.
    """
    for number, row in enumerate(_rows(name, path), start=1):
        item = document_of(json.dumps(dict(row), default=str).encode(), f"{name}:{number}")
        yield replace(item, id=f"{name}/{item.id}") if isinstance(item, Document) else item


def _local(path: Path) -> tuple[str, list[str]]:
    """The format of a copy's files and their names. Raises FileNotFoundError where there is none."""
    for suffix, kind in _FORMATS.items():
        files = sorted(str(each) for each in ([path] if path.is_file() else path.rglob("*")) if each.suffix == suffix)
        if files:
            return kind, files
    raise FileNotFoundError(f"{path} holds no file {', '.join(_FORMATS)}")


def _rows(name: str, path: Path | None) -> Iterable[Mapping[str, Any]]:
    try:
        from datasets import load_dataset  # type: ignore[import-untyped]
    except ImportError:
        raise ConfigurationError("datasets of the hub need a package more: pip install 'medrag[train]'") from None
    try:
        kind, files = _local(path) if path and path.exists() else (name, None)
        rows: Iterable[Mapping[str, Any]] = load_dataset(kind, data_files=files, split="train", streaming=True)
    except Exception as error:  # the hub fails in ways of its own
        raise InputError(f"The dataset {name} cannot be had: {error}", param="source") from error
    return rows
