"""``medrag sft``: fine-tune a model to choose the sentences that answer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sft.fits import fits, quiet_threads

if TYPE_CHECKING:
    from sft.config import Recipe

app = typer.Typer(help="Train a model to choose the sentences that apply.", no_args_is_help=True)
app.add_typer(fits)

RecipeName = Annotated[str, typer.Argument(help="A recipe under sft/recipes, or a .yaml file.")]
Run = Annotated[Path, typer.Option("--work", help="Folder of this run; the stages find one another in it.")]

_RUN = Path(".medrag/sft")


@app.command("plan")
def plan_command(recipe: RecipeName, run: Run = _RUN) -> None:
    """Estimate what a recipe needs of each GPU, and set beside it what a finished run took.

    Example: medrag sft plan qlora-8b-24gb
    """
    from sft.config import load_recipe
    from sft.training.plan import GIB, measured, table

    typer.echo(table(load_recipe(recipe)))
    if (peak := measured(run, recipe)) is not None:
        typer.echo(f"  measured by the run in {run}: {peak / GIB:.2f} GiB")


@app.command("data")
def data_command(
    recipe: RecipeName,
    run: Run = _RUN,
    index: Annotated[Path | None, typer.Option(help="An index that holds the documents asked about.")] = None,
    questions: Annotated[Path | None, typer.Option(help="Written questions in the form of sft/questions.")] = None,
    own: Annotated[Path | None, typer.Option(help="Your own judged cases, a line each; one in ten validates.")] = None,
) -> None:
    """Build the examples: train.jsonl, validation.jsonl and a manifest with hashes.

    Example: medrag sft data smollm2 --index my-index

    Example: medrag sft data qlora-8b-24gb --own judged.jsonl
    """
    from medrag.settings import load as load_settings
    from sft.config import load_recipe
    from sft.examples.build import Sources, build
    from sft.questions import WRITTEN

    sources = Sources(index, questions or WRITTEN, own, load_settings().knowledge_dir)
    manifest = build(load_recipe(recipe), sources, run / "data")
    typer.echo(f"{run / 'data'}: {manifest['examples']} examples, {manifest['questions']} questions")


@app.command("adapt")
def adapt_command(
    recipe: RecipeName,
    index: Annotated[list[Path], typer.Option(help="An index whose documents are read; again for more.")],
    run: Run = _RUN,
    base: Annotated[str | None, typer.Option(help="A model to start from instead of the recipe's.")] = None,
    language: Annotated[str | None, typer.Option(help="Only text in this language (ISO 639-1); all.")] = None,
) -> None:
    """Continue pre-training on guideline text, an optional step before train; resumes where it stopped.

    Documents that are held out are only measured on: their perplexity before and after.

    Example: medrag sft adapt smollm2 --index my-index && medrag sft merge .medrag/sft/adapted .medrag/sft/adapted-base

    Then: medrag sft train smollm2 --base .medrag/sft/adapted-base
    """
    quiet_threads()
    from sft.config import load_recipe
    from sft.training.adapt import adapt, texts_of
    from sft.training.train import base_folder

    plan, output = load_recipe(recipe), run / "adapted"
    start = base or base_folder(plan)
    sources = {each.name: texts_of(each, language) for each in index}
    measured = adapt(plan, start, sources, output)
    if os.environ.get("RANK", "0") != "0":
        return
    _record(output, plan, start, {name: each.hash for name, each in sources.items()}, measured)
    for name, each in measured["held"].items():
        typer.echo(
            f"{name}: perplexity of {each['tokens']} held-out tokens {each['before']:.2f} -> {each['after']:.2f}"
        )
    typer.echo(f"{output}: {measured['steps']} steps, loss {measured['loss']:.3f}, {measured['seconds']} s")


@app.command("train")
def train_command(
    recipe: RecipeName,
    run: Run = _RUN,
    base: Annotated[str | None, typer.Option(help="A model to start from instead of the recipe's.")] = None,
) -> None:
    """Fine-tune on the examples: full, LoRA or QLoRA as the recipe says; resumes where it stopped.

    Several processes share the work when torchrun starts it.

    Example: medrag sft train smollm2
    """
    quiet_threads()
    from medrag.files import sha256
    from sft.config import load_recipe
    from sft.examples.build import read_examples
    from sft.training.train import base_folder, train

    plan = load_recipe(recipe)
    files = [run / "data" / name for name in ("train.jsonl", "validation.jsonl")]
    start = base or base_folder(plan)
    measured = train(plan, start, read_examples(files[0]), read_examples(files[1]), run / "tuned")
    if os.environ.get("RANK", "0") != "0":
        return
    _record(run / "tuned", plan, start, {path.name: sha256(path) for path in files}, measured)
    typer.echo(f"{run / 'tuned'}: {measured['steps']} steps, loss {measured['loss']:.3f}, {measured['seconds']} s")


@app.command("prefer")
def prefer_command(
    recipe: RecipeName,
    pairs: Annotated[Path, typer.Argument(help="Preference pairs, a line each: prompt, chosen, rejected.")],
    base: Annotated[str, typer.Option(help="The fine-tuned model (merged) to start from: a folder or a hub id.")],
    run: Run = _RUN,
) -> None:
    """Learn from preferences by DPO: a clinician's feedback, or what the safety filter withheld.

    Example: medrag feedback export --out pairs.jsonl && medrag sft prefer smollm2 pairs.jsonl --base .medrag/sft/merged
    """
    quiet_threads()
    from medrag.files import sha256
    from sft.config import load_recipe
    from sft.training.prefer import prefer
    from sft.training.preferences import read_pairs

    plan, output = load_recipe(recipe), run / "preferred"
    measured = prefer(plan, base, read_pairs(pairs), output)
    _record(output, plan, base, {pairs.name: sha256(pairs)}, measured)
    typer.echo(f"{output}: {measured['steps']} steps, chosen leads in {measured['reward_accuracy']:.0%} at the end")


@app.command("pairs")
def pairs_command(
    judged: Annotated[Path, typer.Argument(help='Cases with their advice, a line each: {"case": …, "advice": …}.')],
    output: Annotated[Path, typer.Argument(help="Where the preference pairs go.")],
) -> None:
    """Make preference pairs of what the safety filter withheld: the same answer with and without it.

    Example: medrag sft pairs judged.jsonl pairs.jsonl
    """
    from medrag.knowledge import load as load_knowledge
    from medrag.settings import load as load_settings
    from sft.training.preferences import from_withheld, read_judged

    known = load_knowledge(load_settings().knowledge_dir)
    lines = [each.model_dump_json() + "\n" for each in from_withheld(read_judged(judged), known)]
    output.write_text("".join(lines))
    typer.echo(f"{output}: {len(lines)} pairs")


@app.command("twins")
def twins_command(
    index: Annotated[list[Path], typer.Option(help="An index that holds documents asked about; again for more.")],
    output: Annotated[Path, typer.Argument(help="Where the preference pairs go.")],
    questions: Annotated[Path | None, typer.Option(help="Written questions; the project's own by default.")] = None,
    sentences: Annotated[int, typer.Option(min=2, help="Sentences shown with a question.")] = 24,
    most: Annotated[int | None, typer.Option(min=1, help="Twins drawn of each index; all.")] = None,
) -> None:
    """Make preference pairs of twins, whose patients differ in one fact: each one's answer against the other's.

    Documents that validate are left out, as from training.

    Example: medrag sft twins --index my-index pairs.jsonl
    """
    from medrag.datasets.questions import read_questions
    from medrag.knowledge import load as load_knowledge
    from medrag.settings import load as load_settings
    from sft.examples.build import corpus_of, validates
    from sft.examples.twins import from_twins
    from sft.questions import WRITTEN

    known = load_knowledge(load_settings().knowledge_dir)
    asked = [each for each in read_questions(questions or WRITTEN) if not validates(each.doc)]
    pairs = [pair for each in index for pair in from_twins(corpus_of(each, known), asked, sentences, most)]
    output.write_text("".join(each.model_dump_json() + "\n" for each in pairs))
    typer.echo(f"{output}: {len(pairs)} pairs")


@app.command("merge")
def merge_command(
    tuned: Annotated[Path, typer.Argument(help="The folder that train wrote.")],
    output: Annotated[Path, typer.Argument(help="Where the bf16 model goes.")],
) -> None:
    """Write the model to serve: adapter merged, bf16, loaded again and checked.

    Example: medrag sft merge .medrag/sft/tuned .medrag/sft/merged
    """
    from medrag.files import write_json
    from sft.export.merge import merge

    made = merge(tuned, output)
    write_json(tuned / "merge.json", made)
    typer.echo(f"{output}: {made}")


@app.command("card")
def card_command(
    model: Annotated[Path, typer.Argument(help="The merged model's folder.")],
    run: Run = _RUN,
    scores: Annotated[list[Path] | None, typer.Option(help="scores.json of an evaluation; again for more.")] = None,
) -> None:
    """Write the model card (README.md) from the run's records; what is written there by hand stays.

    Example: medrag sft card .medrag/sft/merged --scores runs/model/scores.json
    """
    from sft.export.card import write_card

    typer.echo(f"{write_card(model, run, scores or ())}")


@app.command("quantise")
def quantise_command(
    model: Annotated[Path, typer.Argument(help="A merged model's folder.")],
    output: Annotated[Path, typer.Argument(help="Where the int8 model goes.")],
) -> None:
    """Write a merged model in int8 (compressed-tensors W8A8), as vLLM serves it on CPUs and GPUs.

    Example: medrag sft quantise .medrag/sft/merged .medrag/sft/int8
    """
    from sft.export.quantise import quantise

    typer.echo(f"{output}: {quantise(model, output)}")


@app.command("verify")
def verify_command(
    model: Annotated[Path, typer.Argument(help="A merged model's folder.")],
    examples: Annotated[Path, typer.Argument(help="Examples whose prompts to ask, such as validation.jsonl.")],
    most: Annotated[int, typer.Option(help="Ask at most this many prompts.")] = 32,
) -> None:
    """Start vLLM on a merged model and check that it decodes greedily what transformers does; 1 where it does not.

    Example: medrag sft verify .medrag/sft/merged .medrag/sft/data/validation.jsonl
    """
    import asyncio

    from medrag.generation.vllm_process import VllmProcess
    from sft.examples.build import read_examples
    from sft.export.verify import agreement
    from sft.measuring.score import questions

    asked = list(questions(read_examples(examples)))[:most]
    process = VllmProcess(model=str(model), log=_RUN / "vllm.log")
    typer.echo("starting vLLM (about a minute on a CPU)", err=True)
    process.start()
    try:
        asyncio.run(process.wait_ready())
        found = agreement(model, process.chat_model(), asked)
    finally:
        process.stop()
    typer.echo(f"{found.same} of {found.prompts} answers are the same, {found.near_tie} part where two tokens tie")
    raise typer.Exit(0 if found.agrees else 1)


@app.command("classify")
def classify_command(
    recipe: Annotated[str, typer.Argument(help="A recipe under sft/recipes/encoders, or a .yaml file.")],
    train: Annotated[Path, typer.Argument(help='Training texts, a line each: {"text": …, "label": …}.')],
    held: Annotated[Path, typer.Argument(help="Held-out texts in the same form.")],
    run: Run = _RUN,
    generative: Annotated[str | None, typer.Option(help="A causal model to compare with, on the same texts.")] = None,
) -> None:
    """Train a BERT-type encoder to name the diagnosis, and compare a generative model's choice of label with it.

    Example: medrag sft classify diagnosis train.jsonl held.jsonl --generative .medrag/sft/merged
    """
    quiet_threads()
    from dataclasses import asdict

    from medrag.files import read_lines, sha256, write_json
    from sft.config import load_classification
    from sft.training.classify import Labelled, classify, likeliest

    plan, form = load_classification(recipe), 'its lines are {"text": ..., "label": ...}'
    texts, asked = list(read_lines(train, Labelled, hint=form)), list(read_lines(held, Labelled, hint=form))
    scored, costs = classify(plan, texts, asked, run / "classifier")
    scores = {"encoder": asdict(scored)}
    if generative:
        scores["generative"] = asdict(likeliest(generative, texts, asked))
    hashes = {path.name: sha256(path) for path in (train, held)}
    record = {"recipe": plan.model_dump(mode="json"), "data": hashes, "costs": costs, "scores": scores}
    write_json(run / "classifier" / "run.json", record)
    for name, each in scores.items():
        typer.echo(f"{name}: accuracy {each['accuracy']:.3f} {each['accuracy_95']}, macro F1 {each['macro_f1']:.3f}")


@app.command("score")
def score_command(
    model: Annotated[Path, typer.Argument(help="A model folder.")],
    examples: Annotated[Path, typer.Argument(help="Held-out examples, such as .medrag/sft/data/validation.jsonl.")],
    most: Annotated[int, typer.Option(help="Ask at most this many questions.")] = 600,
) -> None:
    """Precision, recall, abstention and sensitivity to the patient, on held-out examples.

    Example: medrag sft score .medrag/sft/merged .medrag/sft/data/validation.jsonl
    """
    quiet_threads()
    import json

    from transformers import AutoModelForCausalLM, AutoTokenizer

    from sft.examples.build import read_examples
    from sft.measuring.score import choose, questions, report

    asked = list(questions(read_examples(examples)))[:most]
    loaded = AutoModelForCausalLM.from_pretrained(model)
    chosen = choose(loaded, AutoTokenizer.from_pretrained(model), asked)
    typer.echo(json.dumps(report(asked, chosen), indent=1))


def _record(output: Path, plan: Recipe, base: str, data: dict[str, str], measured: dict[str, Any]) -> None:
    """What a run was made of and what it measured (run.json), and its losses as a picture."""
    from medrag.files import write_json
    from sft.training.curves import curves

    record = {"recipe": plan.model_dump(mode="json"), "base": base, "data": data, "measured": measured}
    write_json(output / "run.json", record)
    curves(measured["log"], output / "loss.png")
