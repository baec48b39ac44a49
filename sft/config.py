"""The typed recipe: everything a run is made of, so that nothing has to be guessed afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from medrag.errors import ConfigurationError


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Data(_Strict):
    """Which questions are learned. ``together``: up to so many of a document are asked over the same evidence.

    ``share`` of the written questions is used, whole documents at a time (1: all); a recipe may add a user's own.
    """

    together: int = Field(default=4, ge=1)
    share: float = Field(default=1, gt=0, le=1)


class Lora(_Strict):
    """A low-rank adapter; only what vLLM also serves (no DoRA, no LoftQ or PiSSA start, no extra modules)."""

    rank: int = Field(default=16, ge=1)
    alpha: int = 32
    dropout: float = Field(default=0.05, ge=0, lt=1)
    last: int | None = Field(default=None, ge=1)


class Training(_Strict):
    """Fine-tuning. ``four_bit``: the base in NF4 with double quantisation (QLoRA)."""

    batch: int = 1
    accumulation: int = 8
    epochs: float = 1
    learning_rate: float = 5e-4
    schedule: Literal["linear", "cosine", "constant_with_warmup"] = "cosine"
    warmup_steps: int = 10
    weight_decay: float = 0.0
    length: int = 3072
    four_bit: bool = True
    lora: Lora | None = Lora()
    gradient_checkpointing: bool = False
    optimizer: str = "adamw_torch_fused"
    save_steps: int = 20
    evaluate_steps: int | None = None
    patience: int | None = None
    cpu: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Training:
        if self.four_bit and self.lora is None:
            raise ValueError("a 4-bit base cannot be trained itself: give lora")
        if self.patience is not None and self.evaluate_steps is None:
            raise ValueError("early stopping (patience) needs evaluate_steps")
        return self


class Preference(_Strict):
    """Learning from preferences by DPO (Rafailov et al. 2023): ``beta`` holds the model near its start."""

    beta: float = Field(default=0.1, gt=0)
    learning_rate: float = Field(default=5e-6, gt=0)
    epochs: float = Field(default=1, gt=0)


class Adaptation(_Strict):
    """A first step on guideline text, in rows of ``length`` tokens.

    ``tokens`` at most are drawn of each index (all), and ``held`` of its held-out documents to measure on.
    """

    learning_rate: float = Field(default=2e-4, gt=0)
    epochs: float = Field(default=1, gt=0)
    length: int = Field(default=1024, ge=8)
    tokens: int | None = Field(default=None, ge=1)
    held: int = Field(default=65536, ge=1)


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
    """One model's making. ``base`` is a hub id, a folder, or ``bundled``: the model that comes with medrag."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    base: str
    seed: int = 0
    shape: Shape | None = None
    device: Device | None = None
    data: Data = Data()
    training: Training
    preference: Preference = Preference()
    adaptation: Adaptation = Adaptation()


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
