"""Weighs abstention against the pointers together, not against each of them.

Greedy decoding compares the abstention with single pointers. A model unsure between six sentences would so abstain
though it holds an answer for likely. Lowering the abstention's logit corrects that; in a model with tied embeddings
this is a shift of one embedding along the mean of the states in which the choice is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from medrag.generation.prompts import ABSTAIN
from sft.examples.conversations import Example
from sft.measuring.score import Question, questions
from sft.training.tokenizer import pointers

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

SHIFTS = tuple(step / 4 for step in range(25))
ANSWERED = 0.99


def calibrate(model: Any, tokenizer: PreTrainedTokenizerBase, asked: Sequence[Question]) -> dict[str, float]:
    """Shift the abstention's embedding in place, by the least that answers ``ANSWERED`` of the answerable questions.

    ``asked`` holds answerable and unanswerable questions, none of which the model is scored on afterwards. Returns
    the shift and, with it, the shares of answerable questions answered and of the others declined.
    """
    import torch

    none = tokenizer.convert_tokens_to_ids(ABSTAIN)
    states = torch.stack([_state(model, tokenizer, each) for each in asked])
    mean = states.mean(0)
    along = states @ mean / mean.pow(2).sum()
    weight = model.get_input_embeddings().weight
    margin = states @ weight[none].detach().float() - _best_pointer(weight, tokenizer, states, asked)
    answerable = torch.tensor([bool(each.gold) for each in asked])
    shares = {shift: _shares(margin - shift * along, answerable) for shift in SHIFTS}
    chosen = next((shift for shift, (answered, _) in shares.items() if answered >= ANSWERED), SHIFTS[-1])
    with torch.no_grad():
        weight[none] -= (chosen * mean / mean.pow(2).sum()).to(weight.dtype)
    return {"shift": chosen, "answered": shares[chosen][0], "abstained": shares[chosen][1]}


def calibration_questions(examples: Sequence[Example], answerable: int = 120, others: int = 80) -> list[Question]:
    """The last questions of a training set: so many that have an answer, so many that have none."""
    asked = list(questions(examples[-4 * (answerable + others) :]))[::-1]
    return [q for q in asked if q.gold][:answerable] + [q for q in asked if not q.gold][:others]


def _state(model: Any, tokenizer: Any, asked: Question) -> torch.Tensor:
    """The last layer's normed state where the answer begins, ``(hidden,)`` float32."""
    import torch

    prompt = tokenizer.apply_chat_template(
        list(asked.prompt), add_generation_prompt=True, return_dict=True, return_tensors="pt"
    )
    with torch.inference_mode():
        state: torch.Tensor = model.model(input_ids=prompt["input_ids"]).last_hidden_state[0, -1]
    return state.float().clone()


def _best_pointer(weight: Any, tokenizer: Any, states: torch.Tensor, asked: Sequence[Question]) -> torch.Tensor:
    import torch

    allowed = set(pointers())
    rows = []
    for state, each in zip(states, asked, strict=True):
        names = [f"[{p}.{s}]" for p, s in each.choices]
        ids = tokenizer.convert_tokens_to_ids([name for name in names if name in allowed])
        rows.append((weight[ids].detach().float() @ state).max())
    return torch.stack(rows)


def _shares(margin: torch.Tensor, answerable: torch.Tensor) -> tuple[float, float]:
    answered, abstained = (margin[answerable] <= 0), (margin[~answerable] > 0)
    return answered.float().mean().item(), abstained.float().mean().item()
