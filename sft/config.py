"""The typed recipe: everything a run is made of, so that nothing has to be guessed afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from medrag.errors import ConfigurationError


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Architecture(_Strict):
    """A Llama made from nothing; ``wired``: its first weights already read, roughly (``sft.training.wiring``)."""

    vocabulary: int = Field(default=8192, ge=300)
    hidden: int = 256
    intermediate: int = 512
    layers: int = 5
    heads: int = 4
    positions: int = 2048
    rope_theta: float = 10_000_000.0
    wired: bool = True


class Pretraining(_Strict):
    """Language modelling on ``blocks`` sequences of ``length`` tokens, once; 0 blocks: none."""

    blocks: int = Field(default=600, ge=0)
    length: int = 256
    batch: int = 16
    learning_rate: float = 1e-3


class Stage(_Strict):
    """A step of the curriculum: how many examples, how large, and from which sources by weight.

    ``ranked`` is the share of guideline examples that look as retrieval leaves them, ``again`` the share of their turns
    that put the question before to another patient. ``find`` is the share of turns
    over running text that only ask where certain words stand. ``index`` needs ``medrag sft data --index``.
    ``paraphrase``, ``noise`` and ``records`` are the shares of turns whose question is reworded, whose record is noisy
    and whose patient is a real one (``sft.patients.augment``); ``records`` needs ``medrag sft data --patients``.
    """

    examples: int = Field(ge=1)
    passages: tuple[int, int]
    statements: tuple[int, int]
    turns: tuple[int, int]
    reading: float = Field(default=0.3, ge=0)
    synthetic: float = Field(default=0.45, ge=0)
    guidelines: float = Field(default=0.25, ge=0)
    drill: float = Field(default=0, ge=0)
    match: float = Field(default=0, ge=0)
    contrast: float = Field(default=0, ge=0)
    index: float = Field(default=0, ge=0)
    ranked: float = Field(default=0, ge=0, le=1)
    again: float = Field(default=0.4, ge=0, le=1)
    find: float = Field(default=0.5, ge=0, le=1)
    paraphrase: float = Field(default=0, ge=0, le=1)
    noise: float = Field(default=0, ge=0, le=1)
    records: float = Field(default=0, ge=0, le=1)


class Data(_Strict):
    """The curriculum, in order, and how many held-out examples of the last stage's size to set aside."""

    stages: tuple[Stage, ...] = Field(min_length=1)
    validation: int = Field(default=120, ge=1)


class Lora(_Strict):
    """A low-rank adapter; only what vLLM also serves (no DoRA, no LoftQ or PiSSA start, no extra modules)."""

    rank: int = Field(default=16, ge=1)
    alpha: int = 32
    dropout: float = Field(default=0.05, ge=0, lt=1)


class Training(_Strict):
    """Fine-tuning. ``turns``: learn every turn of a conversation, or the first alone (templates without
    generation marks allow only that). ``four_bit``: the base in NF4 with double quantisation (QLoRA).
    ``packing``: several examples a row, kept apart by their positions; both attentions honour them.
    """

    batch: int = 4
    accumulation: int = 1
    epochs: float = 1
    learning_rate: float = 2e-3
    schedule: Literal["linear", "cosine", "warmup_stable_decay", "constant_with_warmup"] = "warmup_stable_decay"
    decay_fraction: float = Field(default=0.25, ge=0, le=1)
    warmup_steps: int = 50
    weight_decay: float = 0.05
    neftune_alpha: float | None = None
    length: int = 2048
    turns: Literal["every", "first"] = "every"
    in_order: bool = True
    packing: bool = False
    attention: Literal["sdpa", "flash_attention_2"] = "sdpa"
    four_bit: bool = False
    lora: Lora | None = None
    gradient_checkpointing: bool = False
    optimizer: str = "adamw_torch_fused"
    save_steps: int = 200
    evaluate_steps: int | None = None
    patience: int | None = None
    cpu: bool = False

    @model_validator(mode="after")
    def _quantised_needs_adapter(self) -> Training:
        if self.four_bit and self.lora is None:
            raise ValueError("a 4-bit base cannot be trained itself: give lora")
        if self.patience is not None and self.evaluate_steps is None:
            raise ValueError("early stopping (patience) needs evaluate_steps")
        if self.packing and (self.in_order or self.schedule == "warmup_stable_decay"):
            raise ValueError("packing joins examples by length: it needs in_order: false and a schedule without steps")
        return self


class Preference(_Strict):
    """Learning from preferences by DPO (Rafailov et al. 2023): ``beta`` holds the model near its start."""

    beta: float = Field(default=0.1, gt=0)
    learning_rate: float = Field(default=5e-6, gt=0)
    epochs: float = Field(default=1, gt=0)


class Shape(_Strict):
    """A decoder's published dimensions, so that a run can be planned before its weights are at hand."""

    vocabulary: int
    hidden: int
    intermediate: int
    layers: int
    heads: int
    key_value_heads: int
    head: int
    tied: bool = False


class Device(_Strict):
    """What the recipe is written for: ``memory`` in GiB a GPU, and how many share the run (FSDP above one)."""

    memory: float = Field(gt=0)
    count: int = Field(default=1, ge=1)


class Recipe(_Strict):
    """One model's making. ``base`` is a hub id or folder, or None for a model made from ``architecture``."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    base: str | None = None
    seed: int = 0
    shape: Shape | None = None
    device: Device | None = None
    architecture: Architecture | None = None
    pretraining: Pretraining | None = None
    data: Data
    training: Training
    preference: Preference = Preference()

    @model_validator(mode="after")
    def _one_origin(self) -> Recipe:
        if (self.base is None) == (self.architecture is None):
            raise ValueError("give either base (a model to start from) or architecture (one to make)")
        return self


class Classification(_Strict):
    """An encoder with a label head. ``base``: hub id or folder, None for the bundled MiniLM."""

    base: str | None = None
    seed: int = 0
    batch: int = Field(default=16, ge=1)
    epochs: float = Field(default=4, gt=0)
    learning_rate: float = Field(default=1e-4, gt=0)
    weight_decay: float = 0.01
    length: int = Field(default=256, ge=8)
    cpu: bool = False


_Kind = TypeVar("_Kind", Recipe, Classification)
RECIPES = Path(__file__).parent / "recipes"


def load_recipe(name: str) -> Recipe:
    """A recipe by the name it has under ``sft/recipes`` or by its file's path; ConfigurationError when it is wrong."""
    return _load(name, RECIPES, Recipe)


def load_classification(name: str) -> Classification:
    """A classification recipe, by its name under ``sft/recipes/encoders`` or by its file's path."""
    return _load(name, RECIPES / "encoders", Classification)


def _load(name: str, folder: Path, kind: type[_Kind]) -> _Kind:
    path = Path(name) if name.endswith((".yaml", ".yml")) else folder / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in folder.glob("*.yaml")))
        raise ConfigurationError(f"there is no recipe {name}; known are {known}, or give a .yaml file")
    try:
        return kind.model_validate(yaml.safe_load(path.read_text()))
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path} is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"])
        raise ConfigurationError(f"{path}: {where or 'recipe'}: {first['msg']}") from error
