"""What vLLM serves of a LoRA adapter: refused with the reason before training or serving starts, not after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from medrag.errors import ConfigurationError

RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""What vLLM's ``--max-lora-rank`` may be (``vllm/config/lora.py``)."""
HARMLESS_STARTS = ("gaussian", "eva", "orthogonal", "mica", "lora_ga")
"""Named starts that leave the base's weights as they are; LoftQ, PiSSA, OLoRA and CorDA do not."""
_FEATURES = {
    "use_dora": "DoRA",
    "lora_bias": "a bias in the adapter",
    "alora_invocation_tokens": "activated LoRA",
    "layer_replication": "layer replication",
    "use_bdlora": "block-diagonal LoRA",
    "use_qalora": "QALoRA",
}


def refusals(config: Mapping[str, Any]) -> list[str]:
    """Why vLLM would not serve an adapter of this peft configuration; empty when it would.

    The rules are those of vLLM 0.32 (``vllm/lora/peft_helper.py``).
    """
    found = [f"it uses {name}" for key, name in _FEATURES.items() if config.get(key)]
    if (kind := str(config.get("peft_type") or "LORA").rpartition(".")[2]) != "LORA":
        found.append(f"its type is {kind}, and only LORA is served")
    if modules := config.get("modules_to_save"):
        found.append(f"it saves whole modules ({', '.join(modules)})")
    if config.get("bias", "none") != "none":
        found.append("it trains the base's biases")
    start = config.get("init_lora_weights", True)
    if isinstance(start, str) and start.lower() not in HARMLESS_STARTS:
        found.append(f"it started from {start}, which changes the base's weights")
    if _rank(config) > RANKS[-1]:
        found.append(f"its rank {_rank(config)} is over {RANKS[-1]}")
    return found


def _rank(config: Mapping[str, Any]) -> int:
    return max(int(each) for each in (config.get("r", 8), *(config.get("rank_pattern") or {}).values()))


def require_servable(config: Mapping[str, Any], name: str) -> None:
    """ConfigurationError with every reason, unless vLLM serves an adapter of this configuration."""
    if found := refusals(config):
        raise ConfigurationError(
            f"vLLM does not serve the adapter {name}: {'; '.join(found)}. Train a plain LoRA, or merge it into its base"
        )


def adapter_arguments(folder: Path, name: str) -> list[str]:
    """vLLM's arguments that serve the adapter in ``folder`` as ``name``; ConfigurationError when it would refuse."""
    path = folder / "adapter_config.json"
    if not path.is_file():
        raise ConfigurationError(f"{folder} holds no adapter (no adapter_config.json)")
    config = json.loads(path.read_text())
    require_servable(config, str(folder))
    rank = next(each for each in RANKS if each >= _rank(config))
    return ["--enable-lora", "--lora-modules", f"{name}={folder}", "--max-lora-rank", str(rank)]
