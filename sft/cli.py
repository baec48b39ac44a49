"""``medrag sft``: make the bundled model, or fine-tune any other, to choose sentences."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Train a model to choose the sentences that apply.", no_args_is_help=True)

RecipeName = Annotated[str, typer.Argument(help="A recipe under sft/recipes, or a .yaml file.")]
Run = Annotated[Path, typer.Option("--work", help="Folder of this run; the stages find one another in it.")]
Shared = Annotated[Path, typer.Option(envvar="MEDRAG_SHARED_DATA", help="Folder of the public data sets.")]
Guidelines = Annotated[Path, typer.Option(help="Folder of guidelines in the starter corpus's Markdown.")]

_REPOSITORY = Path(__file__).parent.parent
_RUN = Path(".medrag/sft")
_SHARED = _REPOSITORY.parent / "shared" / "data"
_GUIDELINES = _REPOSITORY / "index" / "guidelines"


@app.command("pretrain")
def pretrain_command(
    recipe: RecipeName, run: Run = _RUN, shared: Shared = _SHARED, guidelines: Guidelines = _GUIDELINES
) -> None:
    """Make tokenizer and model from nothing, with a short course of language modelling.

    Example: medrag sft pretrain mini --work .medrag/sft
    """
    from medrag.errors import ConfigurationError
    from sft.build import Sources, material, pretraining_texts, rendered_prompts, write_json
    from sft.config import Pretraining, load_recipe
    from sft.pretrain import pretrain

    plan = load_recipe(recipe)
    if plan.architecture is None:
        raise ConfigurationError(f"recipe {plan.name} starts from {plan.base}: there is nothing to pre-train")
    sources = Sources(shared, guidelines)
    some = material(sources, held=False)
    collections = pretraining_texts(sources, some), rendered_prompts(plan, some)
    course = plan.pretraining or Pretraining(blocks=0)
    measured = pretrain(collections, plan.architecture, course, run / "pretrained", plan.seed)
    write_json(run / "pretrain.json", {"recipe": plan.model_dump(mode="json"), "measured": measured})
    typer.echo(f"{run / 'pretrained'}: {measured}")


@app.command("data")
def data_command(
    recipe: RecipeName, run: Run = _RUN, shared: Shared = _SHARED, guidelines: Guidelines = _GUIDELINES
) -> None:
    """Build the grounded examples: train.jsonl, validation.jsonl and a manifest with hashes.

    Example: medrag sft data mini
    """
    from sft.build import Sources, build
    from sft.config import load_recipe

    manifest = build(load_recipe(recipe), Sources(shared, guidelines), run / "data")
    typer.echo(f"{run / 'data'}: {manifest['examples']}")


@app.command("train")
def train_command(
    recipe: RecipeName,
    run: Run = _RUN,
    base: Annotated[str | None, typer.Option(help="A model to start from instead of the recipe's.")] = None,
) -> None:
    """Fine-tune on the examples: full, LoRA or QLoRA as the recipe says; resumes where it stopped.

    Several processes share the work when torchrun starts it.

    Example: medrag sft train mini
    """
    _quiet_threads()
    from sft.build import read_examples, sha256, write_json
    from sft.config import load_recipe
    from sft.train import train

    plan = load_recipe(recipe)
    files = [run / "data" / name for name in ("train.jsonl", "validation.jsonl")]
    start = base or plan.base or str(run / "pretrained")
    measured = train(plan, start, read_examples(files[0]), read_examples(files[1]), run / "tuned")
    if os.environ.get("RANK", "0") != "0":
        return
    hashes = {path.name: sha256(path) for path in files}
    record = {"recipe": plan.model_dump(mode="json"), "base": start, "data": hashes, "measured": measured}
    write_json(run / "tuned" / "run.json", record)
    typer.echo(f"{run / 'tuned'}: {measured['steps']} steps, loss {measured['loss']:.3f}, {measured['seconds']} s")


@app.command("merge")
def merge_command(
    tuned: Annotated[Path, typer.Argument(help="The folder that train wrote.")],
    output: Annotated[Path, typer.Argument(help="Where the bf16 model goes.")],
    calibrate: Annotated[Path | None, typer.Option(help="Training examples to calibrate abstention on.")] = None,
) -> None:
    """Write the model to serve: adapter merged, bf16, loaded again and checked.

    Example: medrag sft merge .medrag/sft/tuned medrag/models/mini --calibrate .medrag/sft/data/train.jsonl
    """
    from sft.build import read_examples
    from sft.calibrate import calibration_questions
    from sft.merge import merge

    asked = calibration_questions(read_examples(calibrate)) if calibrate else []
    typer.echo(f"{output}: {merge(tuned, output, asked)}")


@app.command("score")
def score_command(
    model: Annotated[Path, typer.Argument(help="A model folder.")],
    examples: Annotated[Path, typer.Argument(help="Held-out examples, such as .medrag/sft/data/validation.jsonl.")],
    most: Annotated[int, typer.Option(help="Ask at most this many questions.")] = 600,
    baseline: Annotated[bool, typer.Option(help="Score the first sentences of the nearest passage instead.")] = False,
) -> None:
    """Precision, recall, abstention and sensitivity to the patient, on held-out examples.

    Example: medrag sft score medrag/models/mini .medrag/sft/data/validation.jsonl
    """
    _quiet_threads()
    import json

    from transformers import AutoModelForCausalLM, AutoTokenizer

    from sft.build import read_examples
    from sft.score import choose, first_of_top_passage, questions, report

    asked = list(questions(read_examples(examples)))[:most]
    if baseline:
        chosen = first_of_top_passage(asked)
    else:
        loaded = AutoModelForCausalLM.from_pretrained(model)
        chosen = choose(loaded, AutoTokenizer.from_pretrained(model), asked)
    typer.echo(json.dumps(report(asked, chosen), indent=1))


def _quiet_threads() -> None:
    """Threads that wait without spinning: on a shared machine spinning slows training several times."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
