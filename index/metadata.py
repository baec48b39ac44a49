"""What a hospital says of its documents beside them, for any format.

``asthma.pdf.yaml`` speaks of ``asthma.pdf``; ``guidelines.csv`` or ``guidelines.yaml`` at a folder's top of many: a row
or an entry each with ``file``, the path below the folder. It takes the place of what the file itself says.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from index.document import Document
from medrag.errors import InputError
from medrag.files import fault
from medrag.types import Status

TABLES = ("guidelines.csv", "guidelines.yaml", "guidelines.yml")
_SIDECARS = (".yaml", ".yml")


def _listed(value: Any) -> Any:
    return tuple(each.strip() for each in value.split(";")) if isinstance(value, str) else value


def _blank(value: Any) -> Any:
    return None if value == "" else value


Names = Annotated[tuple[str, ...] | None, BeforeValidator(_listed), BeforeValidator(_blank)]
Words = Annotated[
    str | None, BeforeValidator(lambda value: _blank(str(value) if isinstance(value, (int, float)) else value))
]


class Entry(BaseModel):
    """What may be said of a document; an unknown key is an error, since a misspelt status would go unheard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Words = None
    organisations: Names = Field(
        default=None, validation_alias=AliasChoices("organisations", "organizations", "issuer")
    )
    year: Annotated[int | None, BeforeValidator(_blank)] = None
    edition: Words = None
    status: Annotated[Status | None, BeforeValidator(_blank)] = None
    jurisdiction: Words = None
    population: Words = None
    language: Words = None
    icd10: Names = None
    url: Words = Field(default=None, validation_alias=AliasChoices("url", "link"))
    effective: Annotated[date | None, BeforeValidator(_blank)] = None
    review: Annotated[date | None, BeforeValidator(_blank)] = None
    licence: Words = Field(default=None, validation_alias=AliasChoices("licence", "license"))
    attribution: Words = None


@dataclass(frozen=True)
class Metadata:
    """Entries by the path of the file that they speak of."""

    entries: Mapping[str, Entry]

    def applied(self, document: Document, file: str) -> Document:
        """The document of ``file`` with what is said of it; it keeps the file's name."""
        said = self.entries[file].model_dump(exclude_none=True) if file in self.entries else {}
        return replace(document, file=file, **said)


def is_metadata(file: Path) -> bool:
    """Whether ``file`` speaks of documents and is none."""
    beside = file.suffix.lower() in _SIDECARS and file.with_suffix("").suffix and file.with_suffix("").exists()
    return bool(beside) or file.name.lower() in TABLES


def metadata_of(path: Path) -> Metadata:
    """What stands beside a file, or in and beside the files of a folder. Raises InputError where it cannot be used."""
    if path.is_file():
        beside = [path.with_name(path.name + suffix) for suffix in _SIDECARS]
        found = next((each for each in beside if each.is_file()), None)
        return Metadata({path.name: _entry(_yaml(found), found)} if found else {})
    entries: dict[str, Entry] = {}
    for name in TABLES:
        if (table := path / name).is_file():
            entries |= _table(table, path)
    for each in sorted(path.rglob("*")) if path.is_dir() else []:
        if each.is_file() and is_metadata(each) and each.name.lower() not in TABLES:
            entries[each.relative_to(path).with_suffix("").as_posix()] = _entry(_yaml(each), each)
    return Metadata(entries)


def _table(table: Path, root: Path) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for number, row in enumerate(_rows(table), start=1):
        fields = dict(row)
        file = str(fields.pop("file", "") or "")
        if not (root / file).is_file() or not file:
            raise InputError(f"{table}, entry {number}: there is no file {file or '(none is named)'}.", param="source")
        entries[file] = _entry(fields, table)
    return entries


def _rows(table: Path) -> Iterator[Mapping[str, Any]]:
    if table.suffix == ".csv":
        with table.open(encoding="utf-8-sig", newline="") as lines:
            yield from csv.DictReader(lines)
        return
    loaded = _yaml(table)
    rows: Iterable[Any] = loaded if isinstance(loaded, list) else ()
    yield from (row if isinstance(row, dict) else {} for row in rows)


def _yaml(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is no YAML: {error}", param="source") from error


def _entry(fields: Any, where: Path) -> Entry:
    try:
        return Entry.model_validate(fields or {})
    except ValidationError as error:
        raise InputError(f"{where}: {fault(error)}", param="source") from error
