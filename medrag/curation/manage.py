"""What ``medrag knowledge add|list|check`` do: a user's own sources beside the bundled facts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from medrag.curation.loaders import cpic, crediblemeds, ddinter, labels, rxnorm
from medrag.errors import KnowledgeError
from medrag.knowledge.base import Knowledge
from medrag.knowledge.files import SUFFIXES
from medrag.knowledge.reader import read

Loader = Callable[[Path, Knowledge], Mapping[str, Any]]

LOADERS: dict[str, Loader] = {
    "cpic": lambda path, _: {"pgx.json": cpic.read(path)},
    "crediblemeds": crediblemeds.read,
    "ddinter": ddinter.read,
    "labels": labels.read,
    "rxnorm": rxnorm.read,
}
COLUMNS = {
    "drugs.csv": ("name", "rxcui", "atc", "brands", "synonyms"),
    "codes.csv": ("system", "code", "name", "source"),
}


@dataclass(frozen=True)
class Holding:
    """One file of knowledge: where from, what it holds, how many facts."""

    source: str
    file: str
    facts: int


def add(kind: str, path: Path, folder: Path) -> list[Holding]:
    """Reads ``path`` with the loader ``kind`` and writes what it holds into ``folder``; all of it or nothing.

    Adding the same kind again replaces what it added before. Raises :class:`~medrag.errors.KnowledgeError`.
    """
    if kind not in LOADERS:
        raise KnowledgeError(f"no loader {kind!r}; choose from {', '.join(LOADERS)}")
    folder.mkdir(parents=True, exist_ok=True)
    made = {name: facts for name, facts in LOADERS[kind](path, read(None)).items() if facts}
    texts = {folder / _named(name, kind): _text(name, facts) for name, facts in made.items()}
    before = {file: file.read_bytes() if file.exists() else None for file in texts}
    _write(texts)
    try:
        read(folder)
    except KnowledgeError:
        _restore(before)
        raise
    return [Holding(kind, file.name, len(facts)) for file, facts in zip(texts, made.values(), strict=True)]


def holdings(folder: Path | None) -> list[Holding]:
    """Every file of the bundled knowledge and of the user's folder, with its number of facts."""
    bundled = [Holding("medrag", name, count) for name, count in _counts(read(None)).items()]
    files = sorted(folder.rglob("*")) if folder and folder.is_dir() else []
    added = [_holding(file) for file in files if file.suffix in SUFFIXES]
    return [*bundled, *added]


def check(folder: Path | None) -> Knowledge:
    """Loads everything and thereby checks every file against its schema and every name against the vocabulary."""
    return read(folder)


def _named(name: str, kind: str) -> str:
    stem, _, suffix = name.partition(".")
    return f"{stem}.{kind}.{suffix}"


def _text(name: str, facts: Any) -> str:
    if name.endswith(".csv"):
        return _csv(facts, COLUMNS[name])
    if name.endswith(".json"):
        return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return yaml.safe_dump(facts, allow_unicode=True, default_flow_style=None, sort_keys=False, width=120)


def _csv(facts: list[dict[str, Any]], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for fact in facts:
        cells = [fact.get(column, "") for column in columns]
        writer.writerow([";".join(cell) if isinstance(cell, list | tuple) else cell or "" for cell in cells])
    return out.getvalue()


def _write(texts: Mapping[Path, str]) -> None:
    for file, text in texts.items():
        beside = file.with_name(file.name + ".part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)


def _restore(before: Mapping[Path, bytes | None]) -> None:
    for file, content in before.items():
        if content is None:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(content)


def _counts(knowledge: Knowledge) -> dict[str, int]:
    rules = {kind: len(facts) for kind, facts in vars(knowledge.rules).items()}
    return {
        "drugs": len(knowledge.drugs),
        "classes": len(knowledge.members),
        "conditions": len(knowledge.conditions),
        "measurements": len(knowledge.measurements),
        "allergens": len(knowledge.allergens),
        "pgx": len(knowledge.pgx),
        "red_flags": len(knowledge.red_flags),
        **rules,
    }


def _holding(file: Path) -> Holding:
    text = file.read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    facts = text.splitlines()[1:] if file.suffix == ".csv" else yaml.load(text, Loader=loader)  # noqa: S506
    source = file.name.split(".")[1] if file.name.count(".") > 1 else "user"
    return Holding(source, file.name, len(facts or ()))
