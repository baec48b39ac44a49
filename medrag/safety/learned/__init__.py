"""The learned judges of a consultation, which stand beside patterns and cues and need a sentence encoder."""

from __future__ import annotations

from collections.abc import Callable
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


def learned(knowledge: Knowledge, encoder: SentenceEncoder, tuned: Callable[[Path], SentenceEncoder]) -> Learned:
    """Both judges over the bundled ``encoder``; ``tuned`` is that encoder with the adapter of a folder.

    Raises :class:`~medrag.errors.ConfigurationError` where they were made for another encoder.
    """
    return Learned(RequestClassifier(knowledge.request_model, encoder), WordingReader(read_head(), tuned(BUNDLED)))
