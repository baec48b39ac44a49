"""Our multiple-choice scoring beside lm-evaluation-harness's, on the same model, prompts and questions.

The harness scores each label's log-likelihood after the prompt and takes the best; ``mirage-choice`` decodes greedily
under a grammar of the labels. Where every label is one token, both pick the same label, up to ties and the arithmetic
of two implementations. Needs ``pip install lm-eval``; the run is one of ``medrag eval run mirage-choice=DATA``::

    python -m benchmarks.multiple_choice RUN --data benchmark.json.gz --model $(medrag model prepare)
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from eval.running import log as logs
from eval.running.batch import log_path
from eval.scoring import choice
from eval.scoring.choice import Question
from eval.tasks.mirage import MirageSample, load_constrained
from medrag.knowledge import load

TASK = "medrag_mirage_choice"


app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(
    run: Annotated[Path, typer.Argument(help="The run's --out directory.")],
    data: Annotated[Path, typer.Option(help="MIRAGE's benchmark.json, as the run read it.")],
    model: Annotated[str, typer.Option(help="The model that was asked: a folder or a hub id.")],
) -> None:
    """Prints both accuracies and how often the picks agree."""
    log = logs.read(log_path(run, "mirage-choice"))
    samples = [sample for sample in load_constrained(data).samples if sample.id in log.done]
    ours = [str(log.entries[sample.id].output["answers"]["without"]) for sample in samples]
    likelihoods = harness(samples, model)
    theirs = [max(each, key=lambda label: each[label]) for each in likelihoods]
    golds = [sample.question.answer for sample in samples]
    same = [mine == other for mine, other in zip(ours, theirs, strict=True)]
    print(f"questions {len(samples)}, same pick {sum(same)}")
    for name, picks in (("medrag", ours), ("harness", theirs)):
        print(f"{name:8} accuracy {_accuracy(picks, golds):.4f}, picks {dict(sorted(Counter(picks).items()))}")
    gaps = [
        each[other] - each[mine] for each, mine, other in zip(likelihoods, ours, theirs, strict=True) if mine != other
    ]
    if gaps:
        print(
            f"where they differ, the harness's own log-likelihoods of the two picks differ by {max(gaps):.4f} at most"
        )
    print(f"between its first and second pick: median {median(map(_lead, likelihoods)):.4f}")


def _lead(likelihoods: Mapping[str, float]) -> float:
    first, second = sorted(likelihoods.values(), reverse=True)[:2]
    return first - second


def harness(samples: Sequence[MirageSample], model: str) -> list[dict[str, float]]:
    """Each label's log-likelihood by lm-evaluation-harness, closed-book, with transformers in bfloat16."""
    import lm_eval
    from lm_eval.tasks import TaskManager
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "questions.json"
        data.write_text(json.dumps([_document(sample.question, tokenizer) for sample in samples]))
        (Path(folder) / f"{TASK}.yaml").write_text(json.dumps(_task(data)))
        results = lm_eval.simple_evaluate(
            model="hf",
            model_args=f"pretrained={model},dtype=bfloat16,add_bos_token=False",
            tasks=[TASK],
            device="cpu",
            batch_size=16,
            task_manager=TaskManager(include_path=folder),
            bootstrap_iters=0,
        )
    answered = sorted(results["samples"][TASK], key=lambda each: int(each["doc_id"]))
    return [_likelihoods(each) for each in answered]


def _document(question: Question, tokenizer: Any) -> dict[str, Any]:
    asked = choice.messages(question, [], load())
    prompt = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    labels = list(question.options)
    return {"prompt": prompt, "labels": labels, "gold": labels.index(question.answer)}


def _task(data: Path) -> dict[str, Any]:
    """A task of the harness: YAML reads JSON."""
    return {
        "task": TASK,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(data)}},
        "test_split": "test",
        "output_type": "multiple_choice",
        "doc_to_text": "{{prompt}}",
        "doc_to_choice": "{{labels}}",
        "doc_to_target": "{{gold}}",
        "target_delimiter": "",
        "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
    }


def _likelihoods(answered: dict[str, Any]) -> dict[str, float]:
    """Label -> log-likelihood, in the labels' order (of equals the first wins)."""
    found = [float(response[0]) for response in answered["filtered_resps"]]
    return dict(zip(answered["doc"]["labels"], found, strict=True))


def _accuracy(picks: Sequence[str], golds: Sequence[str]) -> float:
    return sum(pick == gold for pick, gold in zip(picks, golds, strict=True)) / len(golds)


if __name__ == "__main__":
    app()
