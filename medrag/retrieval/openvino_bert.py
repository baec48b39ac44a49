"""BERT and MPNet sentence encoders on CPU through OpenVINO, built straight from their weights.

Two to three times the passages a second of the same model in torch where the CPU has bfloat16 instructions, and no
import of torch; the vectors are the same to a cosine of 0.9999. Each text runs by itself, one a core: batches gain a
few per cent for passages, but a vector would depend on what else is in its batch, and a build that goes on where
another stopped would not give the same index.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class _Names:
    """What one kind of model calls its parts: the query, key and value of a block, its output, the norm after that.

    ``first`` is the position of the first token: in MPNet the places before it are for padding.
    """

    heads: tuple[str, str, str]
    output: str
    norm: str
    first: int


_NAMES = {
    "bert": _Names(("self.query", "self.key", "self.value"), "output.dense", "output.LayerNorm", 0),
    "mpnet": _Names(("attn.q", "attn.k", "attn.v"), "attn.o", "LayerNorm", 2),
}


def fits(model: Path) -> bool:
    """Whether the model in ``model`` is a BERT or MPNet, mean- or first-token-pooled, with safetensors weights."""
    try:
        config = _json(model / "config.json")
        pooling = _pooling(model)
    except OSError:
        return False
    return (
        config.get("model_type") in _NAMES
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and pooling in (["mean"], ["cls"])
        and not list(model.glob("[2-9]_Dense"))
        and (model / "model.safetensors").is_file()
        and (model / "tokenizer.json").is_file()
    )


class OpenVinoBert:
    """A compiled encoder. ``encode`` may be called from several threads."""

    def __init__(self, tokenizer: Any, compiled: Any, dimension: int) -> None:
        self.dimension = dimension
        self._tokenizer = tokenizer
        self._compiled = compiled

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, float32 of shape ``(len(texts), dimension)``, in the order of ``texts``."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)

        def infer(row: int) -> None:
            ids = np.array([tokens[row]], dtype=np.int64)
            vectors[row] = self._compiled.create_infer_request().infer([ids])[0]

        if len(texts) == 1:
            infer(0)
            return vectors
        # Threads of our own: OpenVINO's callbacks into Python can wait for the interpreter's lock for ever.
        pool = ThreadPoolExecutor(_cores())
        try:
            list(pool.map(infer, range(len(texts))))
        finally:
            pool.shutdown(cancel_futures=True)
        return vectors


def load(model: Path, adapter: Path | None = None) -> OpenVinoBert:
    """The model in ``model``, for which :func:`fits` holds, with a LoRA ``adapter`` merged; one stream a core."""
    from openvino import Core  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

    config = _json(model / "config.json")
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_max_tokens(model, config))
    threads = {"NUM_STREAMS": _cores(), "INFERENCE_NUM_THREADS": _cores()}
    compiled = Core().compile_model(_graph(model, config, adapter), "CPU", threads)
    return OpenVinoBert(tokenizer, compiled, config["hidden_size"])


def _cores() -> int:
    """The cores this process may use: fewer where it is told so, as Ray tells its workers."""
    return int(os.environ.get("OMP_NUM_THREADS") or len(os.sched_getaffinity(0)))


def _json(path: Path) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))


def _pooling(model: Path) -> list[str]:
    """The ways in which tokens are pooled, in the layout of sentence-transformers 6 or of those before it."""
    config = _json(model / "1_Pooling" / "config.json")
    if "pooling_mode" in config:
        named = config["pooling_mode"]
        return [named] if isinstance(named, str) else list(named)
    flags = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
    return [flags.get(key, key) for key, value in config.items() if key.startswith("pooling_mode_") and value]


def _max_tokens(model: Path, config: dict[str, Any]) -> int:
    path = model / "sentence_bert_config.json"
    limit = _json(path).get("max_seq_length") if path.is_file() else None
    return int(min(limit or config["max_position_embeddings"], config["max_position_embeddings"]))


def _graph(model: Path, config: dict[str, Any], adapter: Path | None) -> Any:
    """Token ids of one text in, its pooled unit vector out.

    Post-layer-norm BERT (Devlin et al. 2019), or MPNet (Song et al. 2020), which adds a bias by distance in attention.
    """
    from openvino import Model, Type
    from openvino import opset15 as op
    from safetensors.numpy import load_file

    found = load_file(model / "model.safetensors")
    weights = {key.removeprefix("bert.").removeprefix("mpnet."): value for key, value in found.items()}
    if adapter:
        _merge(weights, adapter)
    layers = _Layers(op, weights, config)
    ids = op.parameter([1, -1], Type.i64, name="ids")
    hidden = layers.embedded(ids)
    bias = layers.by_distance(ids)
    for number in range(config["num_hidden_layers"]):
        hidden = layers.block(hidden, f"encoder.layer.{number}.", bias)
    if _pooling(model) == ["cls"]:
        pooled = op.squeeze(op.gather(hidden, op.constant([0]), op.constant(1)), op.constant([1]))
    else:
        pooled = op.reduce_mean(hidden, op.constant([1]))
    return Model([op.normalize_l2(pooled, op.constant([1]), 1e-24, "max")], [ids], model.name)


def _merge(weights: dict[str, NDArray[Any]], adapter: Path) -> None:
    """Add a PEFT adapter's ``alpha / rank * B A`` to the weights that it is of (Hu et al. 2021)."""
    from safetensors.numpy import load_file

    config = _json(adapter / "adapter_config.json")
    parts = load_file(adapter / "adapter_model.safetensors")
    for key in (key for key in parts if key.endswith(".lora_A.weight")):
        name = key.removeprefix("base_model.model.").removesuffix(".lora_A.weight") + ".weight"
        down, up = (parts[key.replace("lora_A", each)].astype(np.float32) for each in ("lora_A", "lora_B"))
        weights[name] = weights[name] + np.float32(config["lora_alpha"] / config["r"]) * (up @ down)


class _Layers:
    """A model's parts as OpenVINO operations over ``weights``."""

    def __init__(self, op: Any, weights: dict[str, NDArray[Any]], config: dict[str, Any]) -> None:
        self.op = op
        self.weights = weights
        self.names = _NAMES[config["model_type"]]
        self.heads = config["num_attention_heads"]
        self.width = config["hidden_size"]
        self.epsilon = config["layer_norm_eps"]

    def embedded(self, ids: Any) -> Any:
        op = self.op
        words = op.gather(self._weight("embeddings.word_embeddings.weight"), ids, op.constant(0))
        first = op.constant([self.names.first])
        last = op.add(self._length(ids), first)
        places = self._weight("embeddings.position_embeddings.weight")
        embedded = op.add(words, op.slice(places, first, last, op.constant([1])))
        if "embeddings.token_type_embeddings.weight" in self.weights:
            embedded = op.add(embedded, self._weight("embeddings.token_type_embeddings.weight")[0])
        return self._normed(embedded, "embeddings.LayerNorm")

    def by_distance(self, ids: Any) -> Any | None:
        """What every block adds to its attention, shape ``(1, heads, tokens, tokens)``; BERT has nothing of it."""
        op = self.op
        if "encoder.relative_attention_bias.weight" not in self.weights:
            return None
        weight = self._weight("encoder.relative_attention_bias.weight")
        start, step, length = op.constant([0, 0]), op.constant([1, 1]), self._length(ids)
        table = op.constant(_buckets(len(self.weights["embeddings.position_embeddings.weight"]), len(weight)))
        here = op.slice(table, start, op.concat([length, length], 0), step)
        biases = op.transpose(op.gather(weight, here, op.constant(0)), op.constant([2, 0, 1]))
        return op.unsqueeze(biases, op.constant(0))

    def _length(self, ids: Any) -> Any:
        return self.op.gather(self.op.shape_of(ids), self.op.constant([1]), self.op.constant(0))

    def block(self, hidden: Any, name: str, bias: Any | None) -> Any:
        op, names = self.op, self.names
        heads = [self._split(self._linear(hidden, f"{name}attention.{part}")) for part in names.heads]
        attended = op.scaled_dot_product_attention(*heads, *([] if bias is None else [bias]))
        merged = op.reshape(op.transpose(attended, op.constant([0, 2, 1, 3])), op.constant([0, 0, self.width]), True)
        hidden = self._added(hidden, merged, f"{name}attention.{names.output}", f"{name}attention.{names.norm}")
        inner = op.gelu(self._linear(hidden, f"{name}intermediate.dense"), "erf")
        return self._added(hidden, inner, f"{name}output.dense", f"{name}output.LayerNorm")

    def _added(self, hidden: Any, branch: Any, linear: str, norm: str) -> Any:
        return self._normed(self.op.add(hidden, self._linear(branch, linear)), norm)

    def _split(self, hidden: Any) -> Any:
        op = self.op
        shape = op.constant([0, 0, self.heads, self.width // self.heads])
        return op.transpose(op.reshape(hidden, shape, True), op.constant([0, 2, 1, 3]))

    def _linear(self, hidden: Any, name: str) -> Any:
        op = self.op
        product = op.matmul(hidden, self._weight(f"{name}.weight"), False, True)
        return op.add(product, self._weight(f"{name}.bias"))

    def _normed(self, hidden: Any, name: str) -> Any:
        op = self.op
        normed = op.mvn(hidden, op.constant([2]), True, self.epsilon, "inside_sqrt")
        return op.add(op.multiply(normed, self._weight(f"{name}.weight")), self._weight(f"{name}.bias"))

    def _weight(self, name: str) -> NDArray[np.float32]:
        return np.asarray(self.weights[name], dtype=np.float32)


def _buckets(most: int, count: int) -> NDArray[np.int64]:
    """Which of ``count`` biases is for a token that looks at another, shape ``(most, most)``.

    Half of them are for those before it. Of a half, the first half are for one distance each, the others for ranges
    that grow with the logarithm of the distance, up to 128 (Raffel et al. 2020, as MPNet uses it).
    """
    side, exact = count // 2, count // 4
    distance = np.arange(most)[None, :] - np.arange(most)[:, None]
    far = np.abs(distance)
    ranged = exact + (np.log(np.maximum(far, 1) / exact) / math.log(128 / exact) * (side - exact)).astype(np.int64)
    within = np.where(far < exact, far, np.minimum(ranged, side - 1))
    return np.asarray(np.where(distance > 0, side, 0) + within, dtype=np.int64)
