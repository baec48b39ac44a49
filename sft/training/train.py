"""Fine-tuning to choose sentences: full, LoRA or QLoRA, one path for the bundled model and for any hub model."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrag.errors import ConfigurationError
from medrag.generation import bundled
from medrag.generation.adapter import require_servable
from medrag.settings import load as load_settings
from sft.config import Lora, Recipe, Training
from sft.examples.asked import Example
from sft.training.branches import Collator, row

if TYPE_CHECKING:
    from datasets import Dataset  # type: ignore[import-untyped]
    from peft import LoraConfig
    from transformers import PreTrainedModel, PreTrainedTokenizerBase
    from trl.trainer.sft_config import SFTConfig

    from sft.training.trainer import AnswerTrainer


def rows(examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, plan: Training) -> Dataset:
    """Tokens of examples, with what is learned of them; those over ``plan.length`` tokens are left out."""
    from datasets import Dataset

    made = [row(each, tokenizer) for each in examples]
    kept = [each for each in made if len(each["input_ids"]) <= plan.length]
    if not kept:
        raise ConfigurationError(f"no example fits in {plan.length} tokens; raise training.length")
    return Dataset.from_list(kept)


def workers() -> int:
    """Processes that share the run (torchrun says how many)."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def base_folder(recipe: Recipe) -> str:
    """What a recipe starts from: a folder or hub id, or the unpacked model that comes with medrag."""
    if model := bundled.find(recipe.base):
        return str(bundled.prepare(model, load_settings().home, print, tuned=False))
    return recipe.base


def load(base: str | Path, plan: Training) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The model to train and its tokenizer; the base is in NF4 when the plan says ``four_bit``."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

    options: dict[str, Any] = {
        "dtype": torch.float32 if plan.cpu or plan.lora is None else torch.bfloat16,
        "attn_implementation": "sdpa",  # the mask of branches is one that flash attention does not take
    }
    if plan.four_bit:
        options["quantization_config"] = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
            bnb_4bit_quant_storage=torch.bfloat16,  # FSDP can only shard weights of a floating type
        )
        if workers() == 1:
            options["device_map"] = "cpu" if plan.cpu else "auto"
    tokenizer = AutoTokenizer.from_pretrained(str(base))
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return AutoModelForCausalLM.from_pretrained(str(base), **options), tokenizer


LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""The linear layers of a block, as Llama and its kin name them."""


def adapter(lora: Lora, layers: int) -> LoraConfig:
    """The adapter on every linear layer, as QLoRA (Dettmers et al. 2023) found best; refused where vLLM would be.

    ``lora.last``: only on the last so many of the model's ``layers`` blocks, so that no gradient need go below them.
    """
    from peft import LoraConfig

    made = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(LINEAR) if lora.last else "all-linear",
        layers_to_transform=list(range(layers - lora.last, layers)) if lora.last else None,
        task_type="CAUSAL_LM",
    )
    require_servable(asdict(made), "that this recipe trains")
    return made


def arguments(plan: Training, output: Path, steps: int, seed: int) -> SFTConfig:
    """TRL's arguments for a plan of ``steps`` optimiser steps."""
    from trl.trainer.sft_config import SFTConfig

    evaluating = plan.evaluate_steps is not None
    return SFTConfig(
        output_dir=str(output),
        per_device_train_batch_size=plan.batch,
        per_device_eval_batch_size=plan.batch,
        gradient_accumulation_steps=plan.accumulation,
        num_train_epochs=plan.epochs,
        learning_rate=plan.learning_rate,
        lr_scheduler_type=plan.schedule,
        warmup_steps=min(plan.warmup_steps, steps // 4),
        weight_decay=plan.weight_decay,
        adam_beta2=0.98,
        max_grad_norm=1.0,
        optim=plan.optimizer,
        bf16=not plan.cpu,  # many CPUs compute in float32 far faster
        use_cpu=plan.cpu,
        ddp_find_unused_parameters=False,
        max_length=None,
        prediction_loss_only=True,
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        gradient_checkpointing=plan.gradient_checkpointing,
        logging_steps=5,
        save_steps=plan.save_steps,
        save_total_limit=2,
        eval_strategy="steps" if evaluating else "no",
        eval_steps=plan.evaluate_steps,
        load_best_model_at_end=plan.patience is not None,
        metric_for_best_model="eval_loss",
        report_to=["tensorboard"],
        seed=seed,
        data_seed=seed,
    )


def train(
    recipe: Recipe, base: str | Path, examples: Sequence[Example], held: Sequence[Example], output: Path
) -> dict[str, Any]:
    """Train ``base`` on ``examples`` into ``output`` (a model, or an adapter); resumes from its last checkpoint.

    Returns what was measured: steps, tokens, seconds, loss, and the log of losses.
    """
    plan = recipe.training
    model, tokenizer = load(base, plan)
    made = rows(examples, tokenizer, plan)
    validated = rows(held, tokenizer, plan) if plan.evaluate_steps else None
    trainer = trainer_of(plan, recipe.seed, (model, tokenizer), (made, validated), output)
    counts = {"examples": len(made), "questions": sum(max(each) for each in made["branch"])}
    return counts | run(trainer, plan)


def trainer_of(
    plan: Training,
    seed: int,
    loaded: tuple[PreTrainedModel, PreTrainedTokenizerBase],
    data: tuple[Dataset, Dataset | None],
    output: Path,
) -> AnswerTrainer:
    """What trains a model into ``output``; ``data`` are the rows to learn and those to measure on."""
    from transformers import EarlyStoppingCallback

    from sft.training.trainer import AnswerTrainer

    model, tokenizer = loaded
    made, held = data
    steps = max(1, int(len(made) * plan.epochs) // (plan.batch * plan.accumulation * workers()))
    return AnswerTrainer(
        model=model,
        args=arguments(plan, output, steps, seed),
        train_dataset=made,
        eval_dataset=held,
        processing_class=tokenizer,
        data_collator=Collator(tokenizer.pad_token_id),
        peft_config=adapter(plan.lora, model.config.num_hidden_layers) if plan.lora else None,
        callbacks=[EarlyStoppingCallback(plan.patience)] if plan.patience else None,
    )


def run(trainer: AnswerTrainer, plan: Training) -> dict[str, Any]:
    """Train from the last checkpoint, if there is one, and save; returns what was measured."""
    from transformers.trainer_utils import get_last_checkpoint

    made: Any = trainer.train_dataset
    started, output = time.time(), Path(str(trainer.args.output_dir))
    last = get_last_checkpoint(str(output)) if output.is_dir() else None  # type: ignore[no-untyped-call]
    result = trainer.train(resume_from_checkpoint=last)
    trainer.save_model(str(output))
    return {
        "tokens": sum(len(each) for each in made["input_ids"]),
        "steps": result.global_step,
        "seconds": round(time.time() - started),
        "train_seconds": result.metrics["train_runtime"],
        "loss": result.training_loss,
        "peak_bytes": peak_bytes(plan),
        "log": [entry for entry in trainer.state.log_history if "loss" in entry or "eval_loss" in entry],
    }


def peak_bytes(plan: Training) -> int:
    """The most memory this process has held so far: on the GPU, or resident where the run is on the CPU."""
    import resource

    import torch

    if not plan.cpu and torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
