"""TRL's trainer with the loss computed where there is something to learn."""

from __future__ import annotations

from typing import Any

import torch
from trl.trainer.sft_trainer import SFTTrainer


class AnswerTrainer(SFTTrainer):
    """Computes logits for the answers' positions alone.

    In a quote-mode example one token in twenty is learned, while the vocabulary's projection of all of them costs
    a small model more than its layers do.
    """

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """Summed cross-entropy over the learned tokens, divided by their number over all processes."""
        labels = inputs["labels"]
        positions = (labels[:, 1:] != -100).any(dim=0).nonzero().squeeze(1)
        rest = {name: value for name, value in inputs.items() if name != "labels"}
        outputs = model(**rest, logits_to_keep=positions, use_cache=False)
        targets = labels[:, positions + 1]
        total = torch.nn.functional.cross_entropy(
            outputs.logits.float().flatten(0, 1), targets.flatten(), reduction="sum"
        )
        count = (targets != -100).sum() if num_items_in_batch is None else num_items_in_batch
        loss = total / count
        if self.args.average_tokens_across_devices and num_items_in_batch is not None:
            loss = loss * self.accelerator.num_processes
        return (loss, outputs) if return_outputs else loss
