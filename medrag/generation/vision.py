"""Whether a model reads images, by its own configuration."""

from __future__ import annotations

import json
from pathlib import Path


def sees_images(model: str) -> bool:
    """Whether ``config.json`` of ``model`` (a directory, or a hub id that was downloaded) has a vision encoder.

    A model whose configuration is not on this machine is taken for one that does not: a picture that a model never
    saw would pass for one that it judged.
    """
    config = _config(model)
    if config is None:
        return False
    try:
        content = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and bool({"vision_config", "vision_encoder", "vision_tower"} & content.keys())


def _config(model: str) -> Path | None:
    if Path(model).is_dir():
        return Path(model) / "config.json"
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        cached = try_to_load_from_cache(model, "config.json")
    except HFValidationError:
        return None
    return Path(cached) if isinstance(cached, str) else None
