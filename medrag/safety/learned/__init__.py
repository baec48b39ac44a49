"""The learned judges of a consultation, which stand beside patterns and cues and need a sentence encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from medrag.knowledge import Knowledge
from medrag.safety.learned.wordings import BUNDLED, WordingReader, read_head
from medrag.safety.question.request_classifier import RequestClassifier, SentenceEncoder


@dataclass(frozen=True)
class Learned:
    """What is asked for by a question, and whether advice gives a drug; None: patterns and words alone decide."""

    requests: RequestClassifier | None = None
    wordings: WordingReader | None = None


UNLEARNED = Learned()


def learned(
    knowledge: Knowledge, encoders: Sequence[SentenceEncoder], tuned: Callable[[Path], SentenceEncoder]
) -> Learned:
    """The judge of requests over the first of ``encoders`` that it was made for (none: no such judge), and of wordings.

    ``tuned`` is the bundled encoder with the adapter of a folder. Raises :class:`~medrag.errors.ConfigurationError`
    where the judges were made for other encoders.
    """
    requests = RequestClassifier(knowledge.request_models, encoders) if encoders else None
    return Learned(requests, WordingReader(read_head(), tuned(BUNDLED)))
