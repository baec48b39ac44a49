import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.running.batch import Batch
from eval.running.log import read
from eval.running.solver import Solver
from eval.scoring.judge import Judge, opened_cache
from eval.tasks import healthbench
from eval.tasks.healthbench import Criterion, score
from medrag.errors import ConfigurationError, InputError
from medrag.generation.model import Generation
from medrag.generation.scripted import ScriptedModel
from medrag.knowledge import load
from tests.eval.scoring.judging import verdict

LINE = {
    "prompt_id": "p1",
    "prompt": [
        {"role": "user", "content": "I have gout."},
        {"role": "assistant", "content": "I see."},
        {"role": "user", "content": "Which oral drug treats an acute gout flare?"},
    ],
    "rubrics": [
        {"criterion": "Names colchicine", "points": 6, "tags": ["level:example", "axis:accuracy"]},
        {"criterion": "Asks about kidney function", "points": 4, "tags": ["axis:completeness"]},
        {"criterion": "Invents a dose", "points": -5, "tags": ["axis:accuracy"]},
    ],
    "example_tags": ["theme:context_seeking"],
}


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def grader(generation: Generation) -> str:
    """Meets what names colchicine, when the response does."""
    text = generation.messages[-1]["content"]
    response = text.split("<response>")[1].split("</response>")[0].lower()
    return verdict("Names colchicine" in text and "colchicine" in response)


def test_the_score_is_points_won_over_points_possible() -> None:
    rubric = [Criterion.model_validate(each) for each in LINE["rubrics"]]  # type: ignore[attr-defined]
    assert score(rubric, [True, False, False]) == {"score": 0.6, "axis_accuracy": 1.0, "axis_completeness": 0.0}
    assert score(rubric, [False, False, True])["score"] == -0.5
    assert score(rubric[2:], [False]) == {"score": None, "axis_accuracy": None}


def test_a_run_judges_what_was_released_by_every_criterion(
    tmp_path: Path, solver: Solver, model: ScriptedModel
) -> None:
    model.replies = ["A,B,C"]
    task = healthbench.load(write(tmp_path / "hb.jsonl", LINE))
    judge_model = ScriptedModel([grader])
    with opened_cache(tmp_path / "judge.sqlite") as cache:
        judged = replace(solver, judge=Judge(judge_model, cache, load()))
        summary = asyncio.run(Batch(tmp_path / "out").run([task], judged))
    log = read(tmp_path / "out" / "healthbench.jsonl")
    assert len(judge_model.seen) == 3
    entry = log.entries["p1"]
    assert [each["met"] for each in entry.output["rubric"]] == [True, False, False]
    assert summary.tasks["healthbench"].metrics["score"].mean == 0.6
    assert entry.slices["theme"] == "context_seeking"
    assert log.starts[0].judge is not None
    assert log.starts[0].judge.model == "scripted"


def test_another_judge_cannot_go_on_with_the_log(tmp_path: Path, solver: Solver) -> None:
    task = healthbench.load(write(tmp_path / "hb.jsonl", LINE))
    with opened_cache(tmp_path / "judge.sqlite") as cache:
        asyncio.run(
            Batch(tmp_path / "out").run([task], replace(solver, judge=Judge(ScriptedModel([grader]), cache, load())))
        )
        other = replace(solver, judge=Judge(ScriptedModel([grader], name="other"), cache, load()))
        with pytest.raises(ConfigurationError, match="judge"):
            asyncio.run(Batch(tmp_path / "out").run([task], other))


def test_a_judge_that_fails_is_a_failed_sample(tmp_path: Path, solver: Solver) -> None:
    task = healthbench.load(write(tmp_path / "hb.jsonl", LINE))
    with opened_cache(tmp_path / "judge.sqlite") as cache:
        judged = replace(solver, judge=Judge(ScriptedModel(["no JSON"]), cache, load()))
        summary = asyncio.run(Batch(tmp_path / "out").run([task], judged))
    assert summary.tasks["healthbench"].failed == 1


def test_without_a_judge_it_says_how_to_name_one(tmp_path: Path, solver: Solver) -> None:
    task = healthbench.load(write(tmp_path / "hb.jsonl", LINE))
    with pytest.raises(ConfigurationError, match="--judge-url"):
        asyncio.run(Batch(tmp_path / "out").run([task], solver))


def test_the_question_is_the_last_message_and_what_was_said_before(tmp_path: Path) -> None:
    case = healthbench.load(write(tmp_path / "hb.jsonl", LINE)).samples[0].case
    assert case.question.startswith("Which oral drug")
    assert "I have gout." in case.question
    assert "I see." not in case.question


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "holds no conversations"),
        ([{**LINE, "rubrics": []}], "line 1: rubrics"),
        ([LINE, LINE], "comes twice"),
        ([{**LINE, "prompt": [{"role": "assistant", "content": "x"}]}], "must be the user's"),
    ],
)
def test_a_file_in_another_format_says_where(tmp_path: Path, lines: list[object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        healthbench.load(write(tmp_path / "hb.jsonl", *lines))
    with pytest.raises(InputError, match="no file"):
        healthbench.load(tmp_path / "none.jsonl")
