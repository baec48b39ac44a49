"""Builds a recipe's training and validation sets on disk, with a manifest of what went in."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from medrag.datasets.questions import Question, read_questions
from medrag.errors import ConfigurationError
from medrag.files import read_lines, sha256, write_json
from medrag.knowledge import Knowledge, load
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store.index import Index
from sft.config import Recipe
from sft.examples.asked import Corpus, Example, examples
from sft.examples.own import own_examples
from sft.questions import WRITTEN

VALIDATED = 0.1
"""The share of documents (of a user's own cases: of cases) that is set aside for validation."""


@dataclass(frozen=True)
class Sources:
    """An index that holds the documents asked about, the questions on them, and a user's own judged cases.

    ``knowledge`` is the folder that the service adds to the bundled one, whose words prompts go by.
    """

    index: Path | None = None
    questions: Path = WRITTEN
    own: Path | None = None
    knowledge: Path | None = None

    @property
    def read(self) -> list[Path]:
        """The files whose lines become examples; written questions do only over an index."""
        return [path for path in (self.questions if self.index else None, self.own) if path]


def build(recipe: Recipe, sources: Sources, output: Path) -> dict[str, object]:
    """Write ``train.jsonl``, ``validation.jsonl`` and ``manifest.json`` to ``output``; returns the manifest.

    Raises:
        ConfigurationError: neither an index nor own cases were given, or the index holds none of the documents.
    """
    if sources.index is None and sources.own is None:
        raise ConfigurationError("give --index (for the questions that come with medrag), --own, or both")
    output.mkdir(parents=True, exist_ok=True)
    rng = random.Random(recipe.seed)  # noqa: S311
    train, held = _written(recipe, sources, rng)
    if sources.own:
        own = own_examples(sources.own, load(sources.knowledge))
        rng.shuffle(own)
        cut = max(1, round(VALIDATED * len(own)))
        train, held = [*train, *own[cut:]], [*held, *own[:cut]]
    rng.shuffle(train)
    counts = {name: _write(output / f"{name}.jsonl", made) for name, made in (("train", train), ("validation", held))}
    manifest: dict[str, object] = {
        "recipe": recipe.model_dump(mode="json"),
        "examples": counts,
        "questions": {"train": _asked(train), "validation": _asked(held)},
        "documents": {"train": _documents(train), "validation": _documents(held)},
        "sources": {path.name: sha256(path) for path in sources.read if path.is_file()},
        "files": {name: sha256(output / name) for name in ("train.jsonl", "validation.jsonl")},
    }
    write_json(output / "manifest.json", manifest)
    return manifest


def read_examples(path: Path) -> list[Example]:
    """The examples of a file that :func:`build` wrote."""
    return list(read_lines(path, Example, hint="build examples with: medrag sft data"))


def validates(document: str) -> bool:
    """Whether a training document's questions are set aside for validation."""
    digest = hashlib.sha256(document.encode()).digest()
    return digest[0] < 256 * VALIDATED


def corpus_of(index: Path, knowledge: Knowledge) -> Corpus:
    """The passages of an index with its retriever."""
    encoder = Encoder()
    opened = Index.open(index, encoder)
    return Corpus(Retriever(opened, encoder), [opened.passages[row] for row in range(len(opened.passages))], knowledge)


def _written(recipe: Recipe, sources: Sources, rng: random.Random) -> tuple[list[Example], list[Example]]:
    if sources.index is None:
        return [], []
    corpus = corpus_of(sources.index, load(sources.knowledge))
    known = [each for each in read_questions(sources.questions) if corpus.holds(each.doc)]
    if not known:
        raise ConfigurationError(f"{sources.index} holds none of the documents that the questions are about")
    used = [each for each in known if _used(each, recipe.data.share)]
    train = [each for each in used if not validates(each.doc)]
    held = [each for each in used if validates(each.doc)]
    return list(examples(corpus, train, rng, recipe.data.together)), list(examples(corpus, held, rng, 1))


def _used(question: Question, share: float) -> bool:
    return hashlib.sha256(f"share {question.doc}".encode()).digest()[0] < 256 * share


def _asked(made: Sequence[Example]) -> int:
    return sum(len(each.branches) for each in made)


def _documents(made: Sequence[Example]) -> int:
    return len({each.source for each in made})


def _write(path: Path, made: Iterable[Example]) -> int:
    beside = path.with_suffix(".partial")
    lines = [each.model_dump_json() + "\n" for each in chain(made)]
    beside.write_text("".join(lines), encoding="utf-8")
    beside.replace(path)
    return len(lines)
