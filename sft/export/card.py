"""The model card of a run: what the run itself recorded, beside what a person wrote.

The generated part stands between two marks in the model folder's README.md; a later run replaces that part alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from medrag.errors import ConfigurationError
from medrag.files import sha256
from medrag.generation.weights import fingerprint

BEGIN = "<!-- written by `medrag sft card` from the run's records; what stands above and below is written by hand -->"
END = "<!-- end of the written part -->"
_MATTER = "---\nlanguage: en\ntags: [medrag, quote-mode]\n---\n\n# {name}\n\n"


def write_card(model: Path, run: Path, scores: Sequence[Path] = ()) -> Path:
    """Write (or renew) the card of ``model``, merged from the run in ``run``; returns its path.

    ``scores`` are ``scores.json`` files of ``medrag eval run`` or ``python -m benchmarks.model``.

    Raises:
        ConfigurationError: a record of the run is missing, or scores are of other weights.
    """
    path = model / "README.md"
    before, after = _MATTER.format(name=model.name), ""
    if path.is_file():
        text = path.read_text(encoding="utf-8")
        before, marked, rest = text.partition(BEGIN)
        after = rest.partition(END)[2] if marked else ""
    made = "\n\n".join(_sections(model, run, scores))
    beside = path.with_suffix(".partial")
    beside.write_text(f"{before.rstrip()}\n\n{BEGIN}\n\n{made}\n\n{END}\n{after}", encoding="utf-8")
    beside.replace(path)
    return path


def _sections(model: Path, run: Path, scores: Sequence[Path]) -> Iterator[str]:
    tuned, data = _read(run / "tuned" / "run.json"), _read(run / "data" / "manifest.json")
    if tuned["data"] != data["files"]:
        raise ConfigurationError(f"{run}: the examples there now are not those the model was trained on")
    weights = fingerprint(model)
    yield "## The model\n\n" + _list(_model(model, run, tuned, weights))
    yield "## Training\n\n" + _list(_training(tuned))
    yield "## Data\n\n" + _list(_data(data))
    yield "## Evaluation\n\n" + _evaluation(scores, weights)
    yield "## Limits\n\n" + _list(_limits(tuned, data, scores))


def _model(model: Path, run: Path, tuned: Mapping[str, Any], weights: str | None) -> Iterator[str]:
    config = _read(model / "config.json")
    merged = _read(run / "tuned" / "merge.json")
    start = tuned["recipe"]["base"]
    yield f"{config['architectures'][0]}, {merged['parameters']:,} parameters, {merged['bytes']:,} bytes; from {start}"
    yield f"context {config.get('max_position_embeddings', 'unknown')} tokens"
    yield from (f"sha256 of {path.name} `{sha256(path)}`" for path in sorted(model.glob("*.safetensors")))
    yield f"sha256 over every file served, as the audit trail names it: `{weights}`"


def _training(tuned: Mapping[str, Any]) -> Iterator[str]:
    recipe, measured = tuned["recipe"], tuned["measured"]
    plan = recipe["training"]
    method = "QLoRA (NF4)" if plan["four_bit"] else "LoRA" if plan["lora"] else "all weights"
    yield f"recipe `{recipe['name']}`, seed {recipe['seed']} (one run), {method}, on {'CPU' if plan['cpu'] else 'GPU'}"
    yield (
        f"{measured['questions']:,} questions, {measured['tokens']:,} tokens, {measured['steps']:,} steps, "
        f"{measured['seconds'] / 60:.0f} minutes, peak memory {measured['peak_bytes'] / 2**30:.2f} GiB a process"
    )
    yield f"learning rate {plan['learning_rate']}, batch {plan['batch']}, {plan['schedule']}, {plan['epochs']} epochs"
    for key, name in (("loss", "training"), ("eval_loss", "validation")):
        points = [(entry["step"], float(entry[key])) for entry in measured["log"] if key in entry]
        if points:
            (first, high), (last, low) = points[0], points[-1]
            yield f"{name} loss {high:.3f} at step {first}, {low:.3f} at step {last} (nats a learned token)"


def _data(data: Mapping[str, Any]) -> Iterator[str]:
    counts, asked, documents = data["examples"], data["questions"], data["documents"]
    yield f"questions written by hand over guidelines: {asked['train']:,} to learn, {asked['validation']:,} to validate"
    yield f"of {documents['train']:,} and {documents['validation']:,} documents; held out ones are in neither"
    yield f"{counts['train']:,} training examples, of up to {data['recipe']['data']['together']} questions each"
    for kind in ("files", "sources"):
        yield from (f"sha256 of {name} `{digest}`" for name, digest in data[kind].items())


def _evaluation(scores: Sequence[Path], weights: str | None) -> str:
    if not scores:
        return "Not evaluated."
    rows = ["| metric | n | mean (95 % interval) |", "| --- | --- | --- |"]
    for path in scores:
        for task in _read(path)["tasks"].values():
            of = (task["provenance"] or {}).get("weights")
            if of != weights:
                raise ConfigurationError(f"{path}: {task['task']} was measured on other weights ({of})")
            rows += [_row(f"{task['task']}.{name}", each) for name, each in task["metrics"].items()]
    return "\n".join(rows)


def _row(name: str, score: Mapping[str, Any]) -> str:
    return f"| {name} | {score['n']} | {score['mean']:.3f} ({score['low']:.3f} to {score['high']:.3f}) |"


def _limits(tuned: Mapping[str, Any], data: Mapping[str, Any], scores: Sequence[Path]) -> Iterator[str]:
    yield "not clinically validated; questions and gold were written for this project by AI writers, not by clinicians"
    yield f"one seed ({tuned['recipe']['seed']}): how much another would differ was not measured"
    yield "trained in English, on evidence of at most 24 sentences"
    if tuned["measured"]["examples"] < data["examples"]["train"]:
        left = data["examples"]["train"] - tuned["measured"]["examples"]
        yield f"{left:,} examples were longer than {tuned['recipe']['training']['length']} tokens and left out"
    if not scores:
        yield "not evaluated yet"


def _list(lines: Iterator[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _read(path: Path) -> Any:
    if not path.is_file():
        raise ConfigurationError(f"there is no {path}; the card is written from what `medrag sft` records")
    return json.loads(path.read_text(encoding="utf-8"))
