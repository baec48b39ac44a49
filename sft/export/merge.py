"""From a trained model or adapter to the bf16 folder that is served."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medrag.errors import ConfigurationError
from sft.measuring.score import Question
from sft.training.calibrate import calibrate


@dataclass(frozen=True)
class Start:
    """The model a training started from, and how much of what it became is kept: 1 is all of it, 0 the start itself."""

    folder: Path
    share: float


def merge(tuned: Path, output: Path, asked: Sequence[Question] = (), start: Start | None = None) -> dict[str, Any]:
    """Merge what ``sft train`` left in ``tuned`` and write it to ``output`` in bf16, atomically and checked.

    With ``start`` the weights are those between it and the trained ones (WiSE-FT: Wortsman et al., CVPR 2022), which
    keeps of what the start could do and the training did not ask for.
    With ``asked`` the abstention is calibrated on these questions first (tied embeddings only).
    The written model is loaded again and must hold the merged one's weights, bit for bit.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if not (tuned / "config.json").is_file() and not (tuned / "adapter_config.json").is_file():
        raise ConfigurationError(f"{tuned} holds neither a model nor an adapter; train one with: medrag sft train")
    tokenizer = AutoTokenizer.from_pretrained(tuned)
    model = _merged(tuned).eval()
    between = {"start": start.folder.name, "share": start.share} if start else {}
    if start:
        _interpolate(model, start)
    calibrated = calibrate(model, tokenizer, asked) if asked else {}
    model = model.to(torch.bfloat16)
    model.config.use_cache = True
    beside = output.with_name(f"{output.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    model.save_pretrained(beside)
    tokenizer.save_pretrained(beside)
    again = AutoModelForCausalLM.from_pretrained(beside, dtype=torch.bfloat16).state_dict()
    differing = [name for name, weight in model.state_dict().items() if not torch.equal(weight, again[name])]
    if differing:
        raise ConfigurationError(f"{beside} differs from the merged model in {', '.join(differing[:3])}")
    output.mkdir(parents=True, exist_ok=True)
    for path in beside.iterdir():
        path.chmod(0o644)
        path.replace(output / path.name)
    beside.rmdir()
    size = sum(each.stat().st_size for each in output.iterdir())
    return {"parameters": model.num_parameters(), "bytes": size} | between | calibrated


def _interpolate(model: Any, start: Start) -> None:
    """Move ``model``'s weights towards the start's, in place."""
    import torch

    before = _merged(start.folder).state_dict()
    after = model.state_dict()
    if {name: each.shape for name, each in before.items()} != {name: each.shape for name, each in after.items()}:
        raise ConfigurationError(f"{start.folder} is not what was trained: its weights have other shapes")
    with torch.no_grad():
        for name, weight in after.items():
            weight.lerp_(before[name].to(weight.dtype), 1 - start.share)


def _merged(tuned: Path) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    if not (tuned / "adapter_config.json").is_file():
        return AutoModelForCausalLM.from_pretrained(tuned)
    from peft import AutoPeftModelForCausalLM

    return AutoPeftModelForCausalLM.from_pretrained(tuned, dtype=torch.bfloat16, device_map="cpu").merge_and_unload()
