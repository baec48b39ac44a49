"""Finds knowledge files by kind, parses them and refuses what does not fit."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar, get_origin

import yaml
from pydantic import TypeAdapter, ValidationError

from medrag.errors import KnowledgeError
from medrag.types import Record

SUFFIXES = (".csv", ".yaml", ".json")

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class Files:
    """The files of some folders by kind, those of earlier folders first; ``digest`` identifies what they hold.

    A file's kind is the folder below ``rules/`` that it stands in, else its name up to the first dot:
    ``rules/interactions/blood.csv`` and ``interactions.ddinter.yaml`` both hold interactions.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._first = folders[0]
        self._paths: dict[str, list[Path]] = {}
        self._digest = hashlib.sha256()
        for folder in folders:
            for path in sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES):
                self._paths.setdefault(kind_of(path), []).append(path)

    @property
    def digest(self) -> str:
        """SHA-256 of the names and contents of all files read so far."""
        return self._digest.hexdigest()

    @property
    def kinds(self) -> frozenset[str]:
        """Every kind that a file was found of."""
        return frozenset(self._paths)

    def paths(self, kind: str) -> list[Path]:
        """The files of a kind."""
        return self._paths.get(kind, [])

    def rows(self, kind: str, model: type[R]) -> tuple[R, ...]:
        """Every record of a kind: rows of CSV files and lists of YAML and JSON files."""
        return tuple(record for path in self.paths(kind) for record in self.records(path, model))

    def later(self, kind: str, model: type[R]) -> Callable[[], tuple[R, ...]]:
        """What gives :meth:`rows` of the files as they are now; a user's own are looked through at once for faults."""
        texts = [(path, self._read(path)) for path in self.paths(kind)]

        def rows() -> tuple[R, ...]:
            return tuple(record for path, text in texts for record in _records(path, text, model))

        if any(not path.is_relative_to(self._first) for path, _ in texts):
            rows()
        return rows

    def terms(self, kind: str, model: type[R]) -> dict[str, R]:
        """Terms by key; one that several files name has the names and codes of all of them."""
        found: dict[str, R] = {}
        for path in self.paths(kind):
            for term in self.records(path, model):
                key = getattr(term, "key", None) or term.name  # type: ignore[attr-defined]
                found[key] = _joined(found[key], term) if key in found else term
        return found

    def mapping(self, kind: str, value: type[T]) -> dict[str, T]:
        """The entries of a kind's YAML mappings; a list gains what later files say, anything else is replaced."""
        found: dict[str, T] = {}
        for path in self.paths(kind):
            for key, said in _validate(path, dict[str, value], _content(self._read(path), path)).items():  # type: ignore[valid-type]
                found[key] = _added(found.get(key), said)
        return found

    def records(self, path: Path, model: type[R]) -> list[R]:
        """The records of one file."""
        return _records(path, self._read(path), model)

    def _read(self, path: Path) -> str:
        content = path.read_bytes()
        self._digest.update(path.name.encode() + content)
        return content.decode("utf-8")


def _records(path: Path, text: str, model: type[R]) -> list[R]:
    raw = list(_table(text, model)) if path.suffix == ".csv" else _content(text, path)
    if isinstance(raw, dict):
        raw = [{**each, "key": key} if isinstance(each, dict) else each for key, each in raw.items()]
    return _validate(path, list[model], raw)  # type: ignore[valid-type,no-any-return]


def _added(known: Any, said: Any) -> Any:
    return type(said)(dict.fromkeys((*(known or ()), *said))) if isinstance(said, tuple | frozenset) else said


def kind_of(path: Path) -> str:
    """What kind of fact a file holds, by its place and name."""
    return path.parent.name if path.parent.parent.name == "rules" else path.name.partition(".")[0]


def _table(text: str, model: type[Record]) -> Iterator[dict[str, Any]]:
    """Rows of a CSV file: an empty cell leaves the default, a list is split at semicolons, "#" starts a comment."""
    lists = _list_fields(model)
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    columns = next(rows, [])
    for row in filter(None, rows):
        yield {
            column: [part.strip() for part in cell.split(";") if part.strip()] if column in lists else cell
            for column, cell in zip_longest(columns, row, fillvalue="")
            if cell
        }


@cache
def _list_fields(model: type[Record]) -> frozenset[str]:
    return frozenset(name for name, field in model.model_fields.items() if get_origin(field.annotation) is tuple)


def _content(text: str, path: Path) -> Any:
    """JSON, or YAML through libyaml where it was built in."""
    if path.suffix == ".json":
        try:
            return json.loads(text)
        except ValueError as error:
            raise KnowledgeError(f"{path} is not valid JSON: {error}") from error
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 (both loaders are safe ones)
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{path} is not valid YAML: {error}") from error


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _validate(path: Path, kind: Any, value: Any) -> Any:
    try:
        return _adapter(kind).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise KnowledgeError(f"{path}: {where}: {first['msg']} (and {error.error_count() - 1} more)") from error


def _joined(one: R, other: R) -> R:
    """The same term from two files: what the first says, and all that the second adds."""
    update: dict[str, Any] = {}
    for field in type(one).model_fields:
        first, second = getattr(one, field), getattr(other, field)
        if isinstance(first, tuple):
            update[field] = tuple(dict.fromkeys((*first, *second)))
        elif field not in one.model_fields_set:
            update[field] = second
    return one.model_copy(update=update)
