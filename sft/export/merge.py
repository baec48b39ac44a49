"""From a trained model or adapter to the bf16 folder that is served."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from medrag.errors import ConfigurationError


def merge(tuned: Path, output: Path) -> dict[str, Any]:
    """Merge what ``sft train`` left in ``tuned`` and write it to ``output`` in bf16, atomically and checked.

    The written model is loaded again and must hold the merged one's weights, bit for bit.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if not (tuned / "config.json").is_file() and not (tuned / "adapter_config.json").is_file():
        raise ConfigurationError(f"{tuned} holds neither a model nor an adapter; train one with: medrag sft train")
    tokenizer = AutoTokenizer.from_pretrained(tuned)
    model = _merged(tuned).eval()
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
    return {"parameters": model.num_parameters(), "bytes": size}


def _merged(tuned: Path) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    if not (tuned / "adapter_config.json").is_file():
        return AutoModelForCausalLM.from_pretrained(tuned)
    from peft import AutoPeftModelForCausalLM

    return AutoPeftModelForCausalLM.from_pretrained(tuned, dtype=torch.bfloat16, device_map="cpu").merge_and_unload()
