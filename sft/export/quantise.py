"""Quantised export for serving: int8 weights and activations in vLLM's own format (compressed-tensors W8A8)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from medrag.errors import ConfigurationError

SCHEME = "W8A8"
"""One scale an output channel for the weights, one a token for the activations, made as they come."""


def quantise(model: Path, output: Path) -> dict[str, Any]:
    """Round every linear layer but the output head to int8 and write the folder that vLLM serves.

    Scales are the channels' largest weights (round to nearest), so that no calibration data is needed.

    Returns the bytes of both folders and the largest relative error of a layer's weights.
    """
    import torch
    from compressed_tensors.compressors import ModelCompressor
    from compressed_tensors.quantization import QuantizationConfig, apply_quantization_config
    from compressed_tensors.quantization.utils import calculate_qparams
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if not (model / "config.json").is_file():
        raise ConfigurationError(f"no model at {model}; merge one first with: medrag sft merge")
    if "quantization_config" in json.loads((model / "config.json").read_text()):
        raise ConfigurationError(f"{model} is quantised already")
    loaded = AutoModelForCausalLM.from_pretrained(model, dtype=torch.bfloat16)
    plan = QuantizationConfig(config_groups={SCHEME: ["Linear"]}, ignore=["lm_head"])
    apply_quantization_config(loaded, plan)
    worst = 0.0
    layers: list[Any] = [each for each in loaded.modules() if getattr(each, "quantization_scheme", None) is not None]
    for layer in layers:
        weight = layer.weight.data.float()
        lowest, highest = weight.amin(dim=1, keepdim=True), weight.amax(dim=1, keepdim=True)
        scale, zero = calculate_qparams(lowest, highest, layer.quantization_scheme.weights)
        layer.weight_scale.data.copy_(scale)
        if hasattr(layer, "weight_zero_point"):
            layer.weight_zero_point.data.copy_(zero)
        rounded = (weight / scale).round() * scale
        worst = max(worst, float((rounded - weight).norm() / weight.norm()))
    compressor = ModelCompressor.from_pretrained_model(loaded)
    compressor.compress_model(loaded)
    beside = output.with_name(f"{output.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    loaded.save_pretrained(beside)
    AutoTokenizer.from_pretrained(model).save_pretrained(beside)
    compressor.update_config(str(beside))
    shutil.rmtree(output, ignore_errors=True)
    beside.replace(output)
    return {"bytes": _bytes(output), "was": _bytes(model), "worst_layer_error": round(worst, 5)}


def _bytes(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.glob("*.safetensors"))
