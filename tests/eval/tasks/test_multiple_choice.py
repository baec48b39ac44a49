import asyncio
import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.running.solver import Solver
from eval.tasks import mirage, pubmedqa
from medrag.errors import ConfigurationError, InputError
from medrag.generation.scripted import ScriptedModel
from tests.paths import SHARED

needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason=f"needs the benchmarks in {SHARED}")

STEM = "Which oral drug treats an acute gout flare in an adult?"
BENCHMARK = {
    "medqa": {"1": {"question": STEM, "options": {"A": "Colchicine", "B": "Heparin"}, "answer": "A"}},
    "mmlu": {"1": {"question": "Which quark is heaviest?", "options": {"A": "Up", "B": "Top"}, "answer": "B"}},
}
PUBMEDQA = {"7": {"QUESTION": "Does it?", "CONTEXTS": ["It did in ten."], "final_decision": "yes", "YEAR": "2001"}}


def write(path: Path, content: object) -> Path:
    data = json.dumps(content).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def test_mirage_asks_with_and_without_passages(tmp_path: Path, solver: Solver, model: ScriptedModel) -> None:
    model.replies = ["Answer: A", "Answer: B"]
    task = mirage.load(write(tmp_path / "benchmark.json.gz", BENCHMARK))
    result = asyncio.run(task.evaluate(task.samples[0], solver))
    assert result.scores["accuracy"] == 1.0
    assert result.scores["accuracy_no_retrieval"] == 0.0
    with_passages, without = (generation.messages[1]["content"] for generation in model.seen)
    assert "colchicine" in with_passages.lower().split("<question>")[0]
    assert "<evidence>" not in without
    assert result.provenance is not None
    assert result.provenance.index == solver.parts("t").retriever.index.hash


def test_mirage_retrieval_never_sees_the_options(tmp_path: Path) -> None:
    task = mirage.load(write(tmp_path / "b.json", BENCHMARK))
    assert task.samples[0].case.question == STEM
    assert [sample.slices["dataset"] for sample in task.samples] == ["medqa", "mmlu"]


def test_mirage_counts_what_does_not_parse(tmp_path: Path, solver: Solver, model: ScriptedModel) -> None:
    model.replies = ["I cannot say"]
    task = mirage.load(write(tmp_path / "b.json", BENCHMARK))
    scores = asyncio.run(task.evaluate(task.samples[0], solver)).scores
    assert (scores["accuracy"], scores["unparsed"], scores["unparsed_no_retrieval"]) == (0.0, 1.0, 1.0)


def test_mirage_choice_constrains_the_answer(tmp_path: Path, solver: Solver, model: ScriptedModel) -> None:
    task = mirage.load_constrained(write(tmp_path / "b.json", BENCHMARK))
    asyncio.run(task.evaluate(task.samples[0], solver))
    assert all(generation.grammar == 'root ::= "A" | "B"' for generation in model.seen)


def test_over_http_there_is_no_model_to_ask(tmp_path: Path, solver: Solver) -> None:
    task = mirage.load(write(tmp_path / "b.json", BENCHMARK))
    with pytest.raises(ConfigurationError, match="--engine local"):
        asyncio.run(task.evaluate(task.samples[0], replace(solver, engine=None)))


def test_pubmedqa_runs_both_settings(tmp_path: Path, solver: Solver, model: ScriptedModel) -> None:
    model.replies = ["Answer: yes", "Answer: maybe"]
    task = pubmedqa.load(write(tmp_path / "p.json", PUBMEDQA))
    scores = asyncio.run(task.evaluate(task.samples[0], solver)).scores
    assert (scores["accuracy"], scores["accuracy_question_only"]) == (1.0, 0.0)
    assert (scores["recall_yes"], scores["recall_no"]) == (1.0, None)
    assert "It did in ten." in model.seen[0].messages[1]["content"]
    assert "It did in ten." not in model.seen[1].messages[1]["content"]


@pytest.mark.parametrize("load", [mirage.load, pubmedqa.load])
def test_a_benchmark_that_cannot_be_read_is_named(tmp_path: Path, load: type) -> None:
    with pytest.raises(InputError, match="your copy"):
        load(None)
    with pytest.raises(InputError, match="no benchmark at"):
        load(tmp_path / "none.json")
    with pytest.raises(InputError, match=r"layout|labelled set"):
        load(write(tmp_path / "bad.json", {"a": {"b": {"question": 1}}}))


@needs_data
def test_the_real_benchmarks_load() -> None:
    sets = mirage.load(SHARED / "mirage" / "benchmark.json.gz").samples
    assert len(sets) == 7045
    assert len({sample.id for sample in sets}) == 7045
    assert len(pubmedqa.load(SHARED / "pubmedqa" / "ori_pqal.json").samples) == 1000
