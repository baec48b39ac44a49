"""Open corpora by name: datasets of the Hugging Face hub, streamed row by row and read like JSON lines.

A document keeps the licence and attribution of its row, or of the dataset's card (``README.md``) where it has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from index.document import Document, Skipped
from index.sources.jsonl import Words, document_of
from medrag.errors import ConfigurationError, InputError

CARD = "README.md"
_FORMATS = {".parquet": "parquet", ".jsonl": "json", ".json": "json", ".csv": "csv"}


class Card(BaseModel):
    """What a card's front matter says for every document (https://huggingface.co/docs/hub/datasets-cards)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    licence: Words = Field(default=None, validation_alias=AliasChoices("license_name", "license", "licence"))
    attribution: Words = Field(default=None, validation_alias=AliasChoices("attribution", "pretty_name"))


def read(name: str, path: Path | None = None) -> Iterator[Document | Skipped]:
    """The documents of dataset ``name``, or of a copy of it in ``path``; their ids are below its name.

    Raises:
        ConfigurationError: the package ``datasets`` is not installed.
        InputError: the dataset cannot be had.
    """
    rows, card = _rows(name, path), _card(name, path)
    for number, row in enumerate(rows, start=1):
        item = document_of(json.dumps(dict(row), default=str).encode(), f"{name}:{number}")
        yield _of_corpus(item, name, card) if isinstance(item, Document) else item


def check(name: str, path: Path | None = None) -> None:
    """Raises InputError where the copy in ``path``, or else the dataset ``name`` itself, is not there."""
    if path and path != Path(name) and not path.exists():
        raise InputError(f"There is no file or folder {path}.", param="source")
    _card(name, path)


def _of_corpus(document: Document, name: str, card: Card) -> Document:
    return replace(
        document,
        id=f"{name}/{document.id}",
        licence=document.licence or card.licence,
        attribution=document.attribution or card.attribution,
    )


def _card(name: str, path: Path | None) -> Card:
    """What the dataset's card says; nothing where it has none. Raises InputError."""
    from huggingface_hub import hf_hub_download, metadata_load
    from huggingface_hub.errors import RemoteEntryNotFoundError

    local = path if path and path.exists() else None
    try:
        file = local / CARD if local else Path(hf_hub_download(name, CARD, repo_type="dataset"))
        return Card.model_validate(metadata_load(file) or {}) if file.is_file() else Card()
    except RemoteEntryNotFoundError:
        return Card()
    except Exception as error:  # the hub fails in ways of its own, and cards are written by hand
        raise InputError(f"The card of the dataset {name} cannot be read: {error}", param="source") from error


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
