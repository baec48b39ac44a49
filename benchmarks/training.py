"""Our trainer beside the barest TRL script, on the same model and examples: tokens a second and peak memory.

    python -m benchmarks.training --base $(medrag model prepare --base) \\
        --examples .medrag/sft/data/train.jsonl --out docs/results-training.json

Each run is a process of its own, the two in turn, so that a machine whose speed drifts treats both alike.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Literal

import typer
from sft.examples.conversations import Example

from medrag.files import write_json
from sft.config import Lora, Recipe, Training
from sft.examples.build import read_examples

Kind = Literal["medrag", "bare"]
KINDS: tuple[Kind, ...] = ("medrag", "bare")


def plan(four_bit: bool) -> Training:
    """What both do: the same batch, optimiser and adapter; sequences whole."""
    lora = Lora(rank=16) if four_bit else None
    return Training(
        batch=2,
        learning_rate=2e-4,
        schedule="constant_with_warmup",
        turns="first",
        in_order=False,
        four_bit=four_bit,
        lora=lora,
        optimizer="adamw_torch",
        save_steps=10_000,
        cpu=True,
    )


def ours(base: str, examples: list[Example], four_bit: bool, output: Path) -> dict[str, Any]:
    """``sft.training.train.train`` as the command line runs it."""
    from sft.training.train import train

    stage = {"examples": 1, "passages": (1, 1), "statements": (1, 1), "turns": (1, 1)}
    recipe = Recipe.model_validate(
        {"name": "bench", "base": base, "data": {"stages": [stage]}, "training": plan(four_bit)}
    )
    measured = train(recipe, base, examples, [], output)
    return {"tokens": measured["tokens"], "seconds": measured["train_seconds"], "peak_bytes": measured["peak_bytes"]}


def bare(base: str, examples: list[Example], four_bit: bool, output: Path) -> dict[str, Any]:
    """The shortest script that does the same with TRL alone."""
    from datasets import Dataset  # type: ignore[import-untyped]
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    from sft.training.train import adapter, load, peak_bytes

    wanted = plan(four_bit)
    model, tokenizer = load(base, wanted)
    chats = [each.messages[:3] for each in examples]
    data = Dataset.from_list([{"prompt": list(chat[:2]), "completion": list(chat[2:])} for chat in chats])
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(
            output_dir=str(output),
            per_device_train_batch_size=wanted.batch,
            num_train_epochs=wanted.epochs,
            learning_rate=wanted.learning_rate,
            lr_scheduler_type=wanted.schedule,
            optim=wanted.optimizer,
            max_length=wanted.length,
            bf16=True,
            use_cpu=True,
            gradient_checkpointing=False,
            save_strategy="no",
            report_to=[],
        ),
        train_dataset=data,
        processing_class=tokenizer,
        peft_config=adapter(wanted.lora) if wanted.lora else None,
    )
    made: Any = trainer.train_dataset
    tokens = sum(len(each) for each in made["input_ids"])
    result = trainer.train()
    return {"tokens": tokens, "seconds": result.metrics["train_runtime"], "peak_bytes": peak_bytes(wanted)}


app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(  # noqa: PLR0913
    examples: Annotated[Path, typer.Option(help="Examples that medrag sft data made.")],
    base: Annotated[str, typer.Option(help="The model both train: a folder or a hub id.")],
    out: Annotated[Path | None, typer.Option(help="Where the figures go, as JSON.")] = None,
    count: Annotated[int, typer.Option(help="Examples a run.")] = 60,
    runs: Annotated[int, typer.Option(help="Runs of each.")] = 3,
    only: Annotated[str | None, typer.Option(hidden=True, help="One measurement, in this process.")] = None,
    four_bit: Annotated[bool, typer.Option(help="QLoRA (NF4) instead of full training.")] = True,
) -> None:
    """Measure both in turn and print the medians and the ratio."""
    if only:
        measure = {"medrag": ours, "bare": bare}[only]
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(base, read_examples(examples)[:count], four_bit, Path(folder))))
        return
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    options = ["--examples", str(examples), "--base", base, "--count", str(count)]
    options.append("--four-bit" if four_bit else "--no-four-bit")
    for _ in range(runs):
        for kind in KINDS:
            command = [sys.executable, "-m", "benchmarks.training", *options, "--only", kind]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[kind].append(json.loads(done.stdout.strip().splitlines()[-1]))
            typer.echo(f"{kind}: {found[kind][-1]}", err=True)
    rates = {kind: [each["tokens"] / each["seconds"] for each in found[kind]] for kind in KINDS}
    ratios = [a / b for a, b in zip(rates["medrag"], rates["bare"], strict=True)]
    summary = {
        "base": base,
        "four_bit": four_bit,
        "tokens_per_second": {kind: round(median(rates[kind])) for kind in KINDS},
        "peak_mib": {kind: round(median(each["peak_bytes"] for each in found[kind]) / 2**20) for kind in KINDS},
        "ratio": round(median(ratios), 2),
        "ratios": [round(each, 2) for each in ratios],
    }
    typer.echo(json.dumps(summary, indent=1))
    if out:
        write_json(out, summary | {"runs": found})


if __name__ == "__main__":
    app()
