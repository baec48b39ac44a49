"""Contamination: how much of an evaluation set's wording stands in the training texts."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from medrag.types import Record

GRAM = 13
"""Words in a row that count as a copy, as GPT-3's contamination study took them (Brown et al. 2020, appendix C)."""


class Overlap(Record):
    """How many texts of a set share ``GRAM`` words in a row with training, of how many that are that long."""

    texts: int
    sharing: int
    too_short: int


def grams(text: str) -> Iterator[int]:
    """Hashes of each run of ``GRAM`` words, lower-cased, punctuation dropped."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    for start in range(len(words) - GRAM + 1):
        yield hash(tuple(words[start : start + GRAM]))


def overlaps(training: Iterable[str], evaluations: dict[str, list[str]]) -> dict[str, Overlap]:
    """Each evaluation set against the training texts, which are read once and not kept.

    Kept in memory are the evaluation sets' own runs of words: what a set shares is what training also holds.
    """
    owned = {name: [frozenset(grams(text)) for text in texts] for name, texts in evaluations.items()}
    wanted = {gram for sets in owned.values() for each in sets for gram in each}
    seen = {gram for text in training for gram in grams(text) if gram in wanted}
    return {
        name: Overlap(
            texts=sum(bool(each) for each in sets),
            sharing=sum(not each.isdisjoint(seen) for each in sets),
            too_short=sum(not each for each in sets),
        )
        for name, sets in owned.items()
    }


def mirage_questions(path: Path) -> dict[str, list[str]]:
    """The questions of each set of a MIRAGE benchmark file (``benchmark.json``, may be gzipped)."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as stream:
        sets = json.load(stream)
    return {name: [each["question"] for each in questions.values()] for name, questions in sets.items()}
