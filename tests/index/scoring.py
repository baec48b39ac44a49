"""How well a source reads a sample, against labels.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from index import chunk
from index.document import Document
from index.sources import reader
from medrag.retrieval.scales import graded
from medrag.types import Passage, Sentence

SAMPLES = Path(__file__).parent / "samples"
KIND = {".pdf": "pdf", ".html": "html", ".xml": "jats", ".docx": "docx", "": "markdown"}
# A number before, a year after and a stem's end may stand in a quote beside what was labelled.
SLACK = 35


@dataclass
class Score:
    """Counts of labels, and those that were missed, by kind."""

    sentences: int = 0
    pages: int = 0
    headings: int = 0
    rows: int = 0
    missed: list[str] = field(default_factory=list)


def labels(path: Path = SAMPLES / "labels.yaml") -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return loaded


def passages_of(path: Path) -> list[Passage]:
    read = reader(KIND[path.suffix])(path)
    return [passage for item in read if isinstance(item, Document) for passage in chunk.passages(item)]


def score(passages: Sequence[Passage], label: Any) -> Score:
    quotes = [
        (passage, each, " ".join(passage.quote(each).split())) for passage in passages for each in passage.sentences
    ]
    found = Score()
    for words, page, heading in label.get("sentences", ()):
        parts = [words] if isinstance(words, str) else words
        best = _holding(quotes, parts)
        if best is None or len(best[2]) > sum(map(len, parts)) + SLACK + (90 if len(parts) > 2 else 0):
            found.missed.append(f"sentence {parts[-1]!r}" + (f" in {best[2]!r}" if best else ""))
            continue
        found.sentences += 1
        found.pages += page in (None, best[0].page)
        found.headings += heading is None or heading in best[0].section[-1:]
        if page not in (None, best[0].page) or (heading and heading not in best[0].section[-1:]):
            found.missed.append(f"place {parts[-1]!r}: {best[0].page} {best[0].section}")
    for words in label.get("rows", ()):
        if _holding(quotes, words):
            found.rows += 1
        else:
            found.missed.append(f"row {words}")
    found.missed += [f"furniture {each!r}" for each in label.get("furniture", ()) for q in quotes if each in q[2]][:20]
    for start, strength, grade in label.get("grades", ()):
        found.missed += [
            f"grade {quote[:60]!r}: {sentence.strength} {sentence.grade}"
            for _, sentence, quote in quotes
            if start in quote and graded(sentence) != (strength, grade)
        ]
    return found


def _holding(quotes: list[tuple[Passage, Sentence, str]], parts: Sequence[str]) -> Any:
    holding = [each for each in quotes if all(part in each[2] for part in parts)]
    return min(holding, key=lambda each: len(each[2]), default=None)


def lines(found: Score) -> Iterator[str]:
    yield from found.missed
