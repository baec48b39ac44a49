"""Contamination: how many texts of an evaluation set share wording with the training texts."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

from medrag.datasets.contamination import found, runs
from medrag.types import Record


class Overlap(Record):
    """How many texts of a set share a run of words with training, of how many that are long enough to tell."""

    texts: int
    sharing: int
    too_short: int


def overlaps(training: Iterable[str], evaluations: dict[str, list[str]]) -> dict[str, Overlap]:
    """Each evaluation set against the training texts, which are read once and not kept."""
    owned = {name: [runs(text) for text in texts] for name, texts in evaluations.items()}
    copied = found({run for sets in owned.values() for each in sets for run in each}, training)
    return {
        name: Overlap(
            texts=sum(bool(each) for each in sets),
            sharing=sum(not each.isdisjoint(copied) for each in sets),
            too_short=sum(not each for each in sets),
        )
        for name, sets in owned.items()
    }


def mirage_questions(path: Path) -> dict[str, list[str]]:
    """The questions of each set of a MIRAGE benchmark file (``benchmark.json``, may be gzipped)."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as stream:
        sets = json.load(stream)
    return {name: [each["question"] for each in questions.values()] for name, questions in sets.items()}
