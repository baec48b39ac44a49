"""TRL's DPO with each pair's prompt read once: both answers stand behind it as branches that see it and themselves.

In quote mode an answer is some letters behind a thousand tokens of evidence. TRL reads the prompt twice for the model
and twice for the reference, and computes the vocabulary's projection at every position of all four.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from trl.trainer.dpo_trainer import DPOTrainer

from sft.training.branches import IGNORED, Collator

CHOSEN, REJECTED = 1, 2


@dataclass(frozen=True)
class PairCollator:
    """Rows of tokenized pairs (``prompt_ids``, ``chosen_ids``, ``rejected_ids``) of ``length`` tokens at most.

    A prompt that is too long loses its beginning.
    """

    pad: int
    length: int

    def __call__(self, pairs: Sequence[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        """What :class:`Collator` gives, and ``branch`` of shape ``(rows, length)``: whose answer a token is."""
        rows = [self._row(each) for each in pairs]
        made = Collator(self.pad)(rows)
        width = made["input_ids"].shape[1]
        branch = [each["branch"] + [IGNORED] * (width - len(each["branch"])) for each in rows]
        return made | {"branch": torch.tensor(branch)}

    def _row(self, pair: dict[str, list[int]]) -> dict[str, list[int]]:
        answers = pair["chosen_ids"], pair["rejected_ids"]
        # The prompt's last token stands once for each answer.
        *before, last = pair["prompt_ids"][-max(2, self.length - 1 - sum(map(len, answers))) :]
        made = {"input_ids": before, "positions": [*range(len(before))]}
        made |= {"branch": [0] * len(before), "labels": [IGNORED] * len(before)}
        for number, answer in zip((CHOSEN, REJECTED), answers, strict=True):
            # The prompt's last token says what comes first, so that each branch has one of its own.
            made["input_ids"] = [*made["input_ids"], last, *answer]
            made["positions"] += range(len(before), len(before) + 1 + len(answer))
            made["branch"] += [number] * (1 + len(answer))
            made["labels"] += [IGNORED, *answer]
        return made


class PreferenceTrainer(DPOTrainer):
    """DPO's loss (Rafailov et al. 2023, equation 7) over the rows of :class:`PairCollator`."""

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """The mean over the pairs; the reference is the model without its adapter, or TRL's copy of it."""
        del num_items_in_batch
        ours = likelihoods(model, inputs)
        with torch.no_grad(), self._reference(model) as reference:
            theirs = likelihoods(reference, inputs)
        rewards = self.beta * (ours - theirs)
        margins = rewards[0] - rewards[1]
        loss = -torch.nn.functional.logsigmoid(margins).mean()
        self._note("train" if model.training else "eval", rewards.detach(), margins.detach())
        return (loss, {"logits": margins}) if return_outputs else loss

    @contextmanager
    def _reference(self, model: torch.nn.Module) -> Iterator[torch.nn.Module]:
        if self.ref_model is not None:
            yield self.ref_model
            return
        with self.accelerator.unwrap_model(model).disable_adapter():
            yield model

    def _note(self, mode: str, rewards: torch.Tensor, margins: torch.Tensor) -> None:
        noted = {
            "rewards/chosen": rewards[0],
            "rewards/rejected": rewards[1],
            "rewards/margins": margins,
            "rewards/accuracies": (margins > 0).float(),
        }
        for name, values in noted.items():
            everywhere = self.accelerator.gather_for_metrics(values)
            self._metrics[mode][name].append(everywhere.mean().item())


def likelihoods(model: torch.nn.Module, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """The log likelihood of each pair's chosen and rejected answer, of shape ``(2, rows)``."""
    labels, branch = inputs["labels"][:, 1:], inputs["branch"][:, 1:]
    positions = (labels != IGNORED).any(dim=0).nonzero().squeeze(1)
    rest = {name: value for name, value in inputs.items() if name not in ("labels", "branch")}
    logits = model(**rest, logits_to_keep=positions, use_cache=False).logits.float()
    targets, whose = labels[:, positions], branch[:, positions]
    said = -torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="none"
    ).view_as(targets)
    return torch.stack([(said * (whose == number)).sum(dim=1) for number in (CHOSEN, REJECTED)])
