"""What a recipe needs of a GPU, computed from the model's dimensions before anything is downloaded or started."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from medrag.errors import ConfigurationError
from sft.config import Lora, Recipe, Shape, Training

GIB = 1024**3
NF4_BYTES = 0.5 + (8 + 32 / 256) / 64 / 8
"""A weight in NF4: four bits, and an 8-bit scale for 64 of them whose own scale serves 256 (Dettmers et al. 2023)."""
OPTIMIZER_BYTES = {"adamw_8bit": 2, "paged_adamw_8bit": 2, "sgd": 0}
"""Optimiser state of a trained weight, in bytes; the Adams that are not named here keep two 32-bit moments."""
LAYER_COPIES = 16
"""Activations one layer keeps for its backward pass, in widths of the model beside its MLP's (Korthikanti et al. 2022,
less the attention matrix, which neither SDPA nor FlashAttention stores)."""
CONTEXT_BYTES = 1.0 * GIB
"""CUDA's context, its libraries' workspaces and fragmentation: an allowance, not a measurement."""


@dataclass(frozen=True)
class Memory:
    """One GPU's bytes at the peak of a training step, by what holds them."""

    base: float
    adapter: float
    gradients: float
    optimizer: float
    activations: float
    logits: float
    context: float

    @property
    def total(self) -> float:
        """All of it."""
        return float(sum(asdict(self).values()))


def shape_of(recipe: Recipe) -> Shape:
    """The recipe's own dimensions, else those of its base (a folder, or a hub id whose config can be read)."""
    if recipe.shape is not None:
        return recipe.shape
    return _read(recipe.base)


def _read(base: str) -> Shape:
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(base)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot read the dimensions of {base}; write them in the recipe as shape") from error
    config = config.get_text_config()
    heads = config.num_attention_heads
    return Shape(
        vocabulary=config.vocab_size,
        hidden=config.hidden_size,
        intermediate=config.intermediate_size,
        layers=config.num_hidden_layers,
        heads=heads,
        key_value_heads=getattr(config, "num_key_value_heads", None) or heads,
        head=getattr(config, "head_dim", None) or config.hidden_size // heads,
        tied=bool(config.tie_word_embeddings),
    )


def linear_sizes(shape: Shape) -> list[tuple[int, int]]:
    """(in, out) of each linear layer of one decoder block: q, k, v, o, gate, up, down."""
    query, key = shape.heads * shape.head, shape.key_value_heads * shape.head
    attention = [(shape.hidden, query), (shape.hidden, key), (shape.hidden, key), (query, shape.hidden)]
    return [*attention, *[(shape.hidden, shape.intermediate)] * 2, (shape.intermediate, shape.hidden)]


def parameters(shape: Shape) -> tuple[int, int]:
    """How many weights the decoder blocks' linear layers hold, and how many everything else (embeddings, norms)."""
    linear = shape.layers * sum(a * b for a, b in linear_sizes(shape))
    embeddings = shape.vocabulary * shape.hidden * (1 if shape.tied else 2)
    return linear, embeddings + (2 * shape.layers + 1) * shape.hidden


def adapter_parameters(shape: Shape, lora: Lora) -> int:
    """Weights of a LoRA on every linear layer of its blocks (Hu et al. 2021): rank x (in + out) each."""
    return (lora.last or shape.layers) * sum(lora.rank * (a + b) for a, b in linear_sizes(shape))


def estimate(recipe: Recipe, answer_tokens: int = 256) -> Memory:
    """Peak memory of one GPU for the recipe's training; ``answer_tokens`` a sequence need logits (the answers alone).

    Weights, gradients and optimiser states are shared out over ``device.count`` GPUs (FSDP, full sharding), with one
    block's weights whole while it computes. Activations are each GPU's own.
    """
    plan, shape = recipe.training, shape_of(recipe)
    gpus = recipe.device.count if recipe.device else 1
    linear, rest = parameters(shape)
    whole = 2 if plan.lora and not plan.cpu else 4
    weight = NF4_BYTES if plan.four_bit else whole
    trained = adapter_parameters(shape, plan.lora) if plan.lora else linear + rest
    base = (linear * weight + rest * whole) / gpus
    if gpus > 1:
        base += linear / shape.layers * weight + rest * 2
    states = OPTIMIZER_BYTES.get(plan.optimizer, 8)
    return Memory(
        base=base,
        adapter=trained * 4 / gpus if plan.lora else 0,
        gradients=trained * 4 / gpus,
        optimizer=trained * states / gpus,
        activations=_activations(plan, shape),
        logits=plan.batch * min(answer_tokens, plan.length) * shape.vocabulary * 4 * 3,
        context=CONTEXT_BYTES if not plan.cpu else 0,
    )


def _activations(plan: Training, shape: Shape) -> float:
    """Bytes of every block that gradients reach, or with checkpointing each one's input and one block's whole."""
    tokens, number = plan.batch * plan.length, 4 if plan.cpu else 2
    layers = plan.lora.last if plan.lora and plan.lora.last else shape.layers
    block = tokens * number * (LAYER_COPIES * shape.hidden + 4 * shape.intermediate)
    largest = max(a * b for a, b in linear_sizes(shape)) * number if plan.four_bit else 0
    if plan.gradient_checkpointing:
        return layers * tokens * shape.hidden * number + block + largest
    return layers * block + largest


def table(recipe: Recipe) -> str:
    """The estimate as lines of text, with the verdict for the recipe's device."""
    memory, shape = estimate(recipe), shape_of(recipe)
    linear, rest = parameters(shape)
    lines = [f"{recipe.name}: {recipe.base}, {(linear + rest) / 1e6:,.0f} million parameters"]
    lines += [f"  {name:<12}{value / GIB:8.2f} GiB" for name, value in asdict(memory).items()]
    lines.append(f"  {'in all':<12}{memory.total / GIB:8.2f} GiB on each GPU" if not recipe.training.cpu else "")
    if recipe.training.cpu:
        lines[-1] = f"  {'in all':<12}{memory.total / GIB:8.2f} GiB, beside Python and its libraries"
    if device := recipe.device:
        fits = "fits" if memory.total <= 0.92 * device.memory * GIB else "DOES NOT FIT"
        lines.append(f"  {fits} {device.count} x {device.memory:g} GiB, 8 % kept free")
    return "\n".join(lines)


def measured(run: Path, name: str) -> float | None:
    """The peak bytes that a finished run of the recipe ``name`` left in ``run``, if there is one."""
    path = run / "tuned" / "run.json"
    if not path.is_file():
        return None
    record = json.loads(path.read_text())
    return record["measured"].get("peak_bytes") if record["recipe"]["name"] == name else None
