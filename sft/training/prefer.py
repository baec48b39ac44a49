"""Direct preference optimisation (Rafailov et al. 2023) through TRL, on top of a fine-tuned model."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrag.errors import ConfigurationError
from sft.config import Recipe
from sft.training.preferences import Pair
from sft.training.train import adapter, load, peak_bytes

if TYPE_CHECKING:
    from datasets import Dataset  # type: ignore[import-untyped]
    from trl.trainer.dpo_config import DPOConfig


def prefer(recipe: Recipe, base: str | Path, pairs: Sequence[Pair], output: Path) -> dict[str, Any]:
    """Train ``base`` to prefer each pair's chosen answer; resumes from its last checkpoint in ``output``.

    With ``training.lora`` an adapter is trained and its absence is the reference; else a copy of the model is.

    Returns what was measured: pairs, steps, seconds, loss, and how often the chosen answer leads at the end (the
    reward accuracy of the last logged step).
    """
    from transformers.trainer_utils import get_last_checkpoint

    from sft.training.preferring import PairCollator, PreferenceTrainer

    if not pairs:
        raise ConfigurationError("there is nothing to prefer: the file holds no pairs")
    if (Path(base) / "adapter_config.json").is_file():
        raise ConfigurationError(f"{base} is an adapter; merge it first with: medrag sft merge {base} DIR")
    plan = recipe.training
    model, tokenizer = load(base, plan)
    trainer = PreferenceTrainer(
        model=model,
        args=arguments(recipe, output),
        train_dataset=_dataset(pairs),
        processing_class=tokenizer,
        data_collator=PairCollator(tokenizer.pad_token_id, plan.length),
        peft_config=adapter(plan.lora, model.config.num_hidden_layers) if plan.lora else None,
    )
    started = time.time()
    last = get_last_checkpoint(str(output)) if output.is_dir() else None  # type: ignore[no-untyped-call]
    result = trainer.train(resume_from_checkpoint=last)
    trainer.save_model(str(output))
    tokenizer.save_pretrained(str(output))
    logged = [each for each in trainer.state.log_history if "rewards/accuracies" in each]
    return {
        "pairs": len(pairs),
        "steps": result.global_step,
        "seconds": round(time.time() - started),
        "loss": result.training_loss,
        "reward_accuracy": logged[-1]["rewards/accuracies"] if logged else None,
        "peak_bytes": peak_bytes(plan),
        "log": [each for each in trainer.state.log_history if "loss" in each],
    }


def _dataset(pairs: Sequence[Pair]) -> Dataset:
    from datasets import Dataset

    def said(text: str) -> list[dict[str, str]]:
        return [{"role": "assistant", "content": text}]

    return Dataset.from_list(
        [
            {
                "prompt": [one.model_dump() for one in each.prompt],
                "chosen": said(each.chosen),
                "rejected": said(each.rejected),
            }
            for each in pairs
        ]
    )


def arguments(recipe: Recipe, output: Path) -> DPOConfig:
    """TRL's arguments: the recipe's training, with the gentler rate and the beta of its preferences."""
    from trl.trainer.dpo_config import DPOConfig

    plan, wanted = recipe.training, recipe.preference
    return DPOConfig(
        output_dir=str(output),
        beta=wanted.beta,
        learning_rate=wanted.learning_rate,
        num_train_epochs=wanted.epochs,
        per_device_train_batch_size=plan.batch,
        gradient_accumulation_steps=plan.accumulation,
        weight_decay=plan.weight_decay,
        optim=plan.optimizer,
        max_length=plan.length,
        bf16=not plan.cpu,
        use_cpu=plan.cpu,
        gradient_checkpointing=plan.gradient_checkpointing,
        logging_steps=1,
        save_steps=plan.save_steps,
        save_total_limit=2,
        report_to=["tensorboard"],
        seed=recipe.seed,
        data_seed=recipe.seed,
    )
