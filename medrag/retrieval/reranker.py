"""A second look at the best passages by a cross-encoder, which reads the question and a passage together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from medrag.errors import ConfigurationError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class Reranker:
    """A sentence-transformers cross-encoder, loaded on first use and safe to call from several threads.

    ``model`` is a directory or a hub id such as ``cross-encoder/ms-marco-MiniLM-L6-v2``. None is bundled, so that
    reranking is off unless one is named.
    """

    def __init__(self, model: str | Path, *, device: str | None = None) -> None:
        self.model = str(model)
        self.device = device
        self._lock = threading.Lock()

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """How well each passage answers ``question``, higher is better, shape ``(len(passages),)``."""
        model = self._loaded
        with self._lock:
            scores: Any = model.predict([(question, passage) for passage in passages], show_progress_bar=False)
        return np.asarray(scores, dtype=np.float32).reshape(len(passages))

    @cached_property
    def _loaded(self) -> CrossEncoder:
        from sentence_transformers import CrossEncoder

        try:
            local = Path(self.model).is_dir()
            return cast("CrossEncoder", CrossEncoder(self.model, device=self.device, local_files_only=local))
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"The reranker {self.model} does not load: {error}. Name a cross-encoder's directory or hub id."
            ) from error
