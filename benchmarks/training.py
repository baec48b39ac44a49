"""Our trainer beside the barest TRL script, on the same model and questions: questions a second and peak memory.

    python -m benchmarks.training --base $(medrag model prepare --base) \\
        --examples .medrag/sft/data/train.jsonl --out docs/results-training.json

The script learns each question from a prompt of its own; our rows read the evidence that questions share once. Each run
is a process of its own, the two in turn, so that a machine whose speed drifts treats both alike.
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

from medrag.files import write_json
from sft.config import Lora, Recipe, Training
from sft.examples.asked import Branch, Example
from sft.examples.build import read_examples

Kind = Literal["medrag", "bare"]
KINDS: tuple[Kind, ...] = ("medrag", "bare")


def plan(four_bit: bool) -> Training:
    """What both do: the same batch, optimiser and adapter; sequences whole."""
    lora = Lora(rank=16) if four_bit else None
    return Training(
        batch=1,
        accumulation=1,
        learning_rate=2e-4,
        schedule="constant_with_warmup",
        four_bit=four_bit,
        lora=lora,
        optimizer="adamw_torch",
        save_steps=10_000,
        cpu=True,
    )


def ours(base: str, examples: list[Example], four_bit: bool, output: Path) -> dict[str, Any]:
    """``sft.training.train.train`` as the command line runs it."""
    from sft.training.train import train

    recipe = Recipe(name="bench", base=base, training=plan(four_bit))
    measured = train(recipe, base, examples, [], output)
    return {name: measured[name] for name in ("questions", "tokens", "peak_bytes")} | {
        "seconds": measured["train_seconds"]
    }


def bare(base: str, examples: list[Example], four_bit: bool, output: Path) -> dict[str, Any]:
    """The shortest script that does the same with TRL alone."""
    from datasets import Dataset  # type: ignore[import-untyped]
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    from sft.training.train import adapter, load, peak_bytes

    wanted = plan(four_bit)
    model, tokenizer = load(base, wanted)
    chats = [_chat(each, branch) for each in examples for branch in each.branches]
    data = Dataset.from_list([{"prompt": chat[:2], "completion": chat[2:]} for chat in chats])
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(
            output_dir=str(output),
            per_device_train_batch_size=wanted.batch,
            gradient_accumulation_steps=wanted.accumulation,
            num_train_epochs=wanted.epochs,
            learning_rate=wanted.learning_rate,
            lr_scheduler_type=wanted.schedule,
            optim=wanted.optimizer,
            max_length=wanted.length,
            bf16=False,
            use_cpu=True,
            gradient_checkpointing=False,
            save_strategy="no",
            report_to=[],
        ),
        train_dataset=data,
        processing_class=tokenizer,
        peft_config=adapter(wanted.lora, model.config.num_hidden_layers) if wanted.lora else None,
    )
    made: Any = trainer.train_dataset
    tokens = sum(len(each) for each in made["input_ids"])
    result = trainer.train()
    return {
        "questions": len(chats),
        "tokens": tokens,
        "seconds": result.metrics["train_runtime"],
        "peak_bytes": peak_bytes(wanted),
    }


def _chat(example: Example, branch: Branch) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": example.system},
        {"role": "user", "content": example.shared + branch.prompt},
        {"role": "assistant", "content": branch.answer},
    ]


app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(  # noqa: PLR0913
    examples: Annotated[Path, typer.Option(help="Examples that medrag sft data made.")],
    base: Annotated[str, typer.Option(help="The model both train: a folder or a hub id.")],
    out: Annotated[Path | None, typer.Option(help="Where the figures go, as JSON.")] = None,
    count: Annotated[int, typer.Option(help="Examples a run.")] = 20,
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
    rates = {kind: [each["questions"] / each["seconds"] for each in found[kind]] for kind in KINDS}
    ratios = [a / b for a, b in zip(rates["medrag"], rates["bare"], strict=True)]
    summary = {
        "base": base,
        "four_bit": four_bit,
        "questions_per_second": {kind: round(median(rates[kind]), 3) for kind in KINDS},
        "peak_mib": {kind: round(median(each["peak_bytes"] for each in found[kind]) / 2**20) for kind in KINDS},
        "ratio": round(median(ratios), 2),
        "ratios": [round(each, 2) for each in ratios],
    }
    typer.echo(json.dumps(summary, indent=1))
    if out:
        write_json(out, summary | {"runs": found})


if __name__ == "__main__":
    app()
