"""A run's losses as a picture, beside TensorBoard's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def curves(log: Sequence[dict[str, Any]], output: Path) -> None:
    """Training and validation loss against the step, as a PNG; ``log`` is the trainer's history."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for key, label in (("loss", "training"), ("eval_loss", "validation")):
        points = [(entry["step"], entry[key]) for entry in log if key in entry]
        if points:
            axes.plot(*zip(*points, strict=True), label=label, marker="o" if len(points) < 40 else None, markersize=3)
    axes.set(xlabel="step", ylabel="loss (nats a learned token)")
    axes.grid(alpha=0.3)
    if axes.lines:  # a run of a few steps logs none
        axes.legend()
    figure.savefig(output, dpi=120)
    plt.close(figure)
