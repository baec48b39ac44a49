"""Builds a recipe's training and validation sets on disk, with a manifest of what went in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path

from medrag.datasets.splits import held_out
from medrag.errors import ConfigurationError
from medrag.files import read_lines, sha256, write_json
from medrag.retrieval.retriever import Retriever
from medrag.types import Patient
from sft.config import Data, Recipe, Stage
from sft.examples.contrast import contrast_example, match_example
from sft.examples.conversations import Example, Size, guideline_example
from sft.examples.corpus import guidelines, medquad, pubmedqa
from sft.examples.grounded import index_examples, own_examples
from sft.examples.index_side import IndexSide
from sft.examples.running_text import Shelf, Text, drill_example, reading_example, texts
from sft.examples.synthetic import topic
from sft.examples.topics import Topic, topic_of
from sft.measuring.overlap import Overlap, mirage_questions, overlaps
from sft.patients.augment import Augmentation
from sft.patients.records import patients
from sft.patients.statements import Statement


@dataclass(frozen=True)
class Sources:
    """Where the texts are: public data sets, the guideline folder, and optionally an index and a user's own file.

    ``suffix`` turns a document id of the index into its file's name, which tells on which side of the split it is.
    ``patients`` holds patient records, whose ages and recent facts go by the day ``as_of``.
    """

    shared: Path
    guidelines: Path
    index: Path | None = None
    suffix: str = ""
    own: Path | None = None
    patients: Path | None = None
    as_of: date = field(default_factory=date.today)

    @property
    def mirage(self) -> Path:
        """MIRAGE's questions, for evaluation alone: it names what to leave out."""
        return self.shared / "mirage" / "benchmark.json.gz"

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file whose text may reach a model, and the one that names PubMedQA's test split."""
        shared = (
            self.shared / "medquad" / "medquad.tar.xz",
            self.shared / "pubmedqa" / "ori_pqal.json",
            self.mirage,
        )
        return (*shared, *sorted(self.guidelines.glob("*.md")))


@dataclass(frozen=True)
class Material:
    """One side of the split: running text and guidelines, the names of made-up guidelines, index, patients."""

    shelf: Shelf
    topics: list[Topic]
    names: list[str]
    side: IndexSide | None = None
    patients: tuple[Patient, ...] = ()

    @cached_property
    def statements(self) -> list[Statement]:
        """Every guideline's statements that ask something of the patient."""
        return [each for topic in self.topics for part in topic.parts for each in part.statements if each.specific]


def material(sources: Sources, *, held: bool) -> Material:
    """The training side (``held`` false) or the held-out side of every source, split by document."""
    pairs = [pair for pair in medquad(sources.files[0]) if held_out(pair.document) == held]
    topics = [topic_of(each) for each in guidelines(sources.guidelines) if held_out(each.document) == held]
    if len(topics) < 4:
        raise ConfigurationError(f"{sources.guidelines} holds too few guidelines to learn from ({len(topics)})")
    found = texts(pairs)
    side = IndexSide(Retriever.open(sources.index), held, sources.suffix) if sources.index else None
    real = patients(sources.patients, held=held, as_of=sources.as_of) if sources.patients else ()
    return Material(Shelf(found), topics, _names(found), side, real)


def _names(found: Sequence[Text]) -> list[str]:
    return sorted({text.focus for text in found if 3 < len(text.focus) < 40})


def pretraining_texts(sources: Sources, some: Material) -> list[str]:
    """Text for the tokenizer and language modelling: answers, abstracts outside the test split, guidelines."""
    answers = [f"{text.question} {' '.join(text.lines)}" for text in some.shelf.texts]
    statements = [
        f"{each.title} > {part.heading}\n" + "\n".join(statement.text for statement in part.statements)
        for each in some.topics
        for part in each.parts
    ]
    return [*answers, *pubmedqa(sources.files[1], sources.files[2]), *statements]


def rendered_prompts(recipe: Recipe, some: Material, count: int = 200) -> list[str]:
    """Prompts of the last stage as a model sees them, to tell which tokens every prompt holds."""
    made = examples(some, recipe.data.stages[-1], random.Random(recipe.seed + 2))  # noqa: S311
    return ["\n".join(each["content"] for each in next(made).messages[:2]) for _ in range(count)]


def examples(some: Material, stage: Stage, rng: random.Random) -> Iterator[Example]:
    """Endless examples of a stage's size, its sources mixed by weight."""
    size = Size(stage.passages, stage.statements, stage.turns, stage.ranked, stage.again)
    augment = Augmentation(stage.paraphrase, stage.noise, stage.records, some.patients)
    makers: list[Callable[[], Example]] = [
        lambda: reading_example(rng, some.shelf, size, stage.find, "medquad", augment),
        lambda: _synthetic(some, size, rng, augment),
        lambda: _guideline(some, size, rng, augment),
        lambda: drill_example(rng, some.shelf, size),
        lambda: match_example(rng, rng.choice(some.names), some.statements),
        lambda: _contrast(some, rng),
    ]
    weights = [stage.reading, stage.synthetic, stage.guidelines, stage.drill, stage.match, stage.contrast]
    if stage.index:
        makers.append(_from_index(some, size, rng, augment).__next__)
        weights.append(stage.index)
    while True:
        yield rng.choices(makers, weights)[0]()


def _synthetic(some: Material, size: Size, rng: random.Random, augment: Augmentation) -> Example:
    main, *others = (topic(rng, name) for name in rng.sample(some.names, 3))
    return guideline_example(rng, main, others, size, "synthetic", augment)


def _from_index(some: Material, size: Size, rng: random.Random, augment: Augmentation) -> Iterator[Example]:
    if some.side is None:
        raise ConfigurationError("this recipe draws on an index: give it with medrag sft data --index DIR")
    return index_examples(some.side, rng, size, augment)


def _guideline(some: Material, size: Size, rng: random.Random, augment: Augmentation) -> Example:
    main, *others = rng.sample(some.topics, 4)
    return guideline_example(rng, main, others, size, "guideline", augment)


def _contrast(some: Material, rng: random.Random) -> Example:
    """Seven in ten of made-up guidelines, the rest of real ones."""
    while True:
        made_up = rng.random() < 0.7
        main, *others = [topic(rng, n) for n in rng.sample(some.names, 2)] if made_up else rng.sample(some.topics, 2)
        if example := contrast_example(rng, main, others, "synthetic" if made_up else "guideline"):
            return example


def training_set(data: Data, some: Material, seed: int) -> Iterator[Example]:
    """The curriculum's examples in order, the same for the same seed and material."""
    rng = random.Random(seed)  # noqa: S311
    for stage in data.stages:
        made = examples(some, stage, rng)
        for _ in range(stage.examples):
            yield next(made)


def validation_set(data: Data, some: Material, seed: int) -> Iterator[Example]:
    """Held-out examples as large as the last stage's, as many from each source."""
    even = {
        "reading": 1.0,
        "synthetic": 1.0,
        "guidelines": 1.0,
        "drill": 0.0,
        "contrast": 0.0,
        "index": float(some.side is not None),
    }
    last = data.stages[-1].model_copy(update=even if some.patients else {**even, "records": 0.0})
    made = examples(some, last, random.Random(seed + 1))  # noqa: S311
    for _ in range(data.validation):
        yield next(made)


def build(recipe: Recipe, sources: Sources, output: Path) -> dict[str, object]:
    """Write ``train.jsonl``, ``validation.jsonl`` and ``manifest.json`` to ``output``; returns the manifest."""
    if (sources.index is None) == any(stage.index for stage in recipe.data.stages):
        wants = "draws on an index: give one with" if sources.index is None else "draws on no index: leave out"
        raise ConfigurationError(f"recipe {recipe.name} {wants} --index (the stages' weight `index` says so)")
    if (sources.patients is None) == any(stage.records for stage in recipe.data.stages):
        wants = "draws on" if sources.patients is None else "does not draw on"
        raise ConfigurationError(f"recipe {recipe.name} {wants} patient records (share `records`); see --patients")
    output.mkdir(parents=True, exist_ok=True)
    train, held = material(sources, held=False), material(sources, held=True)
    own = own_examples(sources.own) if sources.own else []
    counts = {
        "train": _write(output / "train.jsonl", chain(training_set(recipe.data, train, recipe.seed), own)),
        "validation": _write(output / "validation.jsonl", validation_set(recipe.data, held, recipe.seed)),
    }
    shared = overlap(output / "train.jsonl", sources, output / "validation.jsonl")
    manifest: dict[str, object] = {
        "recipe": recipe.model_dump(mode="json"),
        "examples": counts,
        "held_out": {"guidelines": [each.document for each in held.topics], "medquad": len(held.shelf.texts)},
        **_patient_counts(train, held, sources),
        **({"index": train.side.retriever.index.hash} if train.side else {}),
        "sources": {path.name: sha256(path) for path in sources.files},
        "overlap": {name: each.model_dump() for name, each in shared.items()},
        "files": {name: sha256(output / name) for name in ("train.jsonl", "validation.jsonl")},
    }
    write_json(output / "manifest.json", manifest)
    return manifest


def _patient_counts(train: Material, held: Material, sources: Sources) -> dict[str, object]:
    """What the manifest says of patient records: how many, and as of when. Their files' names may name people."""
    if sources.patients is None:
        return {}
    counts = {"train": len(train.patients), "held_out": len(held.patients)}
    return {"patients": counts | {"as_of": sources.as_of.isoformat()}}


def read_examples(path: Path) -> list[Example]:
    """The examples of a file that :func:`build` wrote."""
    return list(read_lines(path, Example, hint="build examples with: medrag sft data"))


def overlap(training: Path, sources: Sources, held: Path) -> dict[str, Overlap]:
    """What the training examples share with MIRAGE's questions and with the held-out examples."""
    texts = (each["content"] for example in read_examples(training) for each in example.messages)
    own = [example.messages[1]["content"].partition("</evidence>")[0] for example in read_examples(held)]
    return overlaps(texts, {**mirage_questions(sources.mirage), "validation": own})


def _write(path: Path, made: Iterator[Example]) -> int:
    beside = path.with_suffix(".partial")
    count = 0
    with beside.open("w") as stream:
        for each in made:
            stream.write(each.model_dump_json() + "\n")
            count += 1
    beside.replace(path)
    return count
