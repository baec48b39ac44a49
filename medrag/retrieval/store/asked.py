"""Questions that people wrote beside their guidelines, with the sentences that answer each.

A question is much nearer to another one that asks the same than to the sentence that answers it: what answers the
nearest written ones comes before what merely speaks of the subject.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from medrag.types import Record

ASKED, ASKED_VECTORS, ASKED_KEYS = "asked.json", "asked_vectors.npy", "asked_keys.npy"
FILES = (ASKED, ASKED_VECTORS, ASKED_KEYS)
MAY = 0.4
"""What a sentence that may be in the answer counts, beside one that must: by questions on documents set aside."""

ALIKE = 0.5
"""From this cosine on two questions ask about the same thing."""


class Answered(Record):
    """A question over a document; ``must`` and ``may`` name sentences: :func:`medrag.types.sentence_hash`.

    ``origin`` is a word for where it comes from, if it is to be told apart.
    """

    document: str
    question: str
    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    origin: str = ""


_ANSWERED = TypeAdapter(tuple[Answered, ...])


@dataclass(frozen=True, slots=True)
class Near:
    """Of each of some sentences the nearest question that it answers, as written, and None without one.

    ``shares`` are 1 for one that it must be in the answer of, MAY for others; ``cosines``, shape ``(sentences,)``, are
    times these, 0 without a question, and ALIKE in a document that nobody wrote any for: what it answers is not known.
    """

    cosines: NDArray[np.float64]
    questions: tuple[str | None, ...]
    shares: tuple[float, ...]


class Asked:
    """Written questions and their unit vectors, of shape ``(questions, dimension)``."""

    def __init__(self, answered: Sequence[Answered] = (), vectors: NDArray[np.float32] | None = None) -> None:
        self.answered = tuple(answered)
        self._vectors = np.zeros((0, 1), dtype=np.float32) if vectors is None else vectors
        self._documents = {each.document for each in answered}
        self._rows: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, each in enumerate(self.answered):
            for sentence, share in _shares(each):
                self._rows[sentence].append((row, share))

    def near(
        self, vector: NDArray[np.float32], sentences: Sequence[tuple[str, str]], without: str | None = None
    ) -> Near:
        """The question nearest to ``vector`` that each sentence answers; sentences come as document and name.

        Questions of the origin ``without`` do not count.
        """
        cosines = np.maximum(self._vectors @ vector, 0) if self.answered else np.zeros(0, dtype=np.float32)
        if without is not None:
            cosines = np.where([each.origin == without for each in self.answered], np.float32(0), cosines)
        found = [self._nearest(cosines, *each) for each in sentences]
        return Near(
            np.array([each.cosine for each in found], dtype=np.float64),
            tuple(each.question for each in found),
            tuple(each.share for each in found),
        )

    def _nearest(self, cosines: NDArray[np.float32], document: str, sentence: str) -> _One:
        if document not in self._documents:
            return _One(ALIKE, None, 0.0)
        answered = ((share * float(cosines[row]), row, share) for row, share in self._rows.get(sentence, ()))
        cosine, row, share = max(answered, default=(0.0, None, 0.0))
        return _One(cosine, None if row is None else self.answered[row].question, share)


class _One(NamedTuple):
    cosine: float
    question: str | None
    share: float


def _shares(answered: Answered) -> Iterator[tuple[str, float]]:
    yield from ((each, 1.0) for each in answered.must)
    yield from ((each, MAY) for each in answered.may if each not in answered.must)


class AskedWriter:
    """Collects written questions, each with the text that stands for it, and writes them where there are any."""

    def __init__(self, staging: Path) -> None:
        self._staging = staging
        self._answered: list[Answered] = []
        self._texts: list[str] = []

    @property
    def files(self) -> tuple[str, ...]:
        """The roles of the files that :meth:`finish` leaves in the staging folder."""
        return FILES if self._answered else ()

    def add(self, answered: Answered, text: str) -> None:
        """Append a question."""
        self._answered.append(answered)
        self._texts.append(text)

    def finish(self, encode: Callable[[Sequence[str]], tuple[NDArray[np.uint64], NDArray[np.float32]]]) -> None:
        """Encode and write; ``encode`` gives keys and unit vectors."""
        if not self._answered:
            return
        keys, vectors = encode(self._texts)
        dumped = _ANSWERED.dump_json(tuple(self._answered), exclude_defaults=True)
        (self._staging / ASKED).write_bytes(dumped + b"\n")
        np.save(self._staging / ASKED_VECTORS, vectors)
        np.save(self._staging / ASKED_KEYS, keys)


def read_asked(paths: Mapping[str, Path]) -> Asked:
    """The questions of an index, given where its files lie; none where it has none.

    Raises:
        ValueError: the files do not parse or do not fit together.
    """
    if ASKED not in paths:
        return Asked()
    answered = _ANSWERED.validate_json(paths[ASKED].read_bytes())
    vectors = np.load(paths[ASKED_VECTORS])
    if len(vectors) != len(answered):
        raise ValueError("its questions and their vectors differ in number")
    return Asked(answered, vectors)
