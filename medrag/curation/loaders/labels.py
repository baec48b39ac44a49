"""Prescribing information: openFDA's drug label JSON, or DailyMed's SPL XML.

Section 4 (contraindications) is matched to clinical concepts and drug names. What a matcher takes from prose is less
sure than what a person wrote into the knowledge, so it warns and does not withhold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medrag.curation.loaders.names import ingredient, new_drugs
from medrag.curation.spl import read_label
from medrag.errors import InputError, KnowledgeError
from medrag.knowledge.base import Knowledge
from medrag.patient.conditions import phrases_in
from medrag.reading import drugs

_NOT_A_CONDITION = frozenset({"pregnancy", "breastfeeding"})
"""Left to the rules on life stages: a label's section 4 names them with their own conditions."""


def read(path: Path, knowledge: Knowledge) -> dict[str, list[dict[str, Any]]]:
    """Rows of ``contraindications.yaml``, ``interactions.yaml`` and ``drugs.csv`` from one label file or a folder.

    Raises :class:`~medrag.errors.KnowledgeError` when no file holds a label with a section on contraindications.
    """
    files = sorted([*path.rglob("*.json"), *path.rglob("*.xml")]) if path.is_dir() else [path]
    rules: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    names: set[str] = set()
    found = [label for file in files for label in _labels(file)]
    for name, text, source in found:
        drug = ingredient(name, knowledge)
        names.add(drug)
        said = {"severity": "warning", "reason": "named in the label's contraindications", "source": source}
        concepts = sorted(set(phrases_in(text, knowledge)) - _NOT_A_CONDITION)
        others = {part for mention in drugs(text, knowledge) for part in mention.ingredients} - {drug}
        if concepts:
            rules.append({"drugs": [drug], "conditions": concepts, **said})
        if others:
            pairs.append({"a": [drug], "b": sorted(others), **said})
    if not names:
        raise KnowledgeError(f"{path} holds no label with a section on contraindications")
    return {
        "contraindications.yaml": rules,
        "interactions.yaml": pairs,
        "drugs.csv": new_drugs(names, knowledge),
    }


def _labels(file: Path) -> Iterator[tuple[str, str, str]]:
    """Name, text of section 4, and source of every label in a file that has all three."""
    try:
        if file.suffix == ".xml":
            yield from _spl(file)
        else:
            yield from _openfda(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, InputError) as error:
        raise KnowledgeError(f"{file} cannot be read as a label: {error}") from error


def _openfda(content: Any) -> Iterator[tuple[str, str, str]]:
    for label in content.get("results", ()) if isinstance(content, dict) else ():
        generic: list[str] = label.get("openfda", {}).get("generic_name") or []
        text = " ".join(label.get("contraindications") or ())
        if len(generic) == 1 and text:
            yield generic[0], text, f"openFDA label {label.get('set_id', label.get('id', 'without id'))}, section 4"


def _spl(file: Path) -> Iterator[tuple[str, str, str]]:
    label = read_label(file)
    if label.generic and (text := label.text("4")):
        yield label.generic, text, f"DailyMed label {label.set_id}, section 4"
