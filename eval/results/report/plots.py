"""The report's plots, as SVG text."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval.results.report.data import Confidence, TaskReport
from eval.results.stats import wilson

# Okabe and Ito's palette (2008): told apart with every kind of colour vision.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"


def scores(task: TaskReport) -> str:
    """Each metric's mean with its 95 % interval."""
    metrics = task.scores.metrics
    names = list(metrics)[::-1]
    means = [metrics[name].mean for name in names]
    errors = [
        [max(0.0, metrics[name].mean - metrics[name].low) for name in names],
        [max(0.0, metrics[name].high - metrics[name].mean) for name in names],
    ]

    def draw(axes: Axes) -> None:
        axes.errorbar(means, range(len(names)), xerr=errors, fmt="o", color=BLUE, ecolor=GREY, capsize=3)
        axes.set_yticks(range(len(names)), [f"{name} (n={metrics[name].n})" for name in names])
        axes.set_xlim(min(-0.02, *means, *(metrics[name].low for name in names)), 1.02)
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.set_xlabel("mean and 95 % interval")
        axes.grid(axis="x", alpha=0.3)

    return _svg(draw, height=0.9 + 0.3 * len(names))


def abstention(confidences: Sequence[Confidence]) -> str:
    """The best passage's score of answerable and unanswerable cases."""
    groups = [[each.score for each in confidences if each.answerable is kind] for kind in (True, False)]

    def draw(axes: Axes) -> None:
        axes.hist(
            groups, bins=[step / 20 for step in range(21)], color=[BLUE, ORANGE], label=["can be answered", "cannot"]
        )
        axes.set_xlabel("score of the best passage (0: none found)")
        axes.set_ylabel("cases")
        axes.legend(frameon=False)

    return _svg(draw, height=2.6)


def calibration(confidences: Sequence[Confidence]) -> str:
    """By the best passage's score: the share of cases that have an answer, with Wilson's interval, and that got one."""
    bins: dict[int, list[Confidence]] = {}
    for each in confidences:
        bins.setdefault(min(9, int(each.score * 10)), []).append(each)
    places = sorted(bins)
    shares = [sum(each.answerable for each in bins[at]) / len(bins[at]) for at in places]
    limits = [wilson(sum(each.answerable for each in bins[at]), len(bins[at])) for at in places]
    errors = [[max(0.0, share - low) for share, (low, _) in zip(shares, limits, strict=True)],
              [max(0.0, high - share) for share, (_, high) in zip(shares, limits, strict=True)]]  # fmt: skip
    answered = [sum(each.answered for each in bins[at]) / len(bins[at]) for at in places]

    def draw(axes: Axes) -> None:
        middles = [at / 10 + 0.05 for at in places]
        axes.errorbar(middles, shares, yerr=errors, fmt="o", color=BLUE, ecolor=GREY, capsize=3, label="has an answer")
        axes.plot(middles, answered, "s--", color=ORANGE, fillstyle="none", label="was answered")
        axes.set_xticks(middles, [f"{at / 10:.1f}\nn={len(bins[at])}" for at in places])
        axes.set_xlabel("score of the best passage, from (0: none found)")
        axes.set_ylabel("share of cases")
        axes.set_ylim(-0.05, 1.05)
        axes.legend(frameon=False, loc="center left")

    return _svg(draw, height=2.8)


def latency(seconds: Sequence[float]) -> str:
    """The share of samples done within so many seconds."""
    ranked = sorted(seconds)
    shares = [position / len(ranked) for position in range(1, len(ranked) + 1)]

    def draw(axes: Axes) -> None:
        axes.step(ranked, shares, where="post", color=BLUE)
        axes.set_xlabel("seconds")
        axes.set_ylabel("share of samples done")
        axes.set_ylim(0, 1.02)
        axes.set_xlim(left=0)
        axes.grid(alpha=0.3)

    return _svg(draw, height=2.6)


def counts(values: Mapping[str, int], label: str) -> str:
    """Horizontal bars."""
    names = sorted(values, key=lambda name: values[name])

    def draw(axes: Axes) -> None:
        bars = axes.barh(names, [values[name] for name in names], color=GREEN)
        axes.bar_label(bars, padding=3)
        axes.set_xlabel(label)
        axes.margins(x=0.12)

    return _svg(draw, height=0.9 + 0.3 * len(names))


def _svg(draw: Callable[[Axes], None], *, height: float, width: float = 7.0) -> str:
    """The drawing as an ``<svg>`` element; the same input gives the same text."""
    with rc_context({"svg.hashsalt": "medrag", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        draw(axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
