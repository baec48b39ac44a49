"""The task ``questions``: each link of the path loses what it should be blamed for, and nothing twice."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.results.groups import by_group
from eval.running.batch import Batch
from eval.running.solver import Solver
from eval.systems.baselines import system
from eval.tasks import Result, questions
from eval.tasks.questions import LINKS, QuestionSample
from medrag.datasets.questions import Question
from medrag.engine import Engine
from medrag.errors import InputError
from medrag.generation.model import Generation
from medrag.generation.scripted import ScriptedModel
from medrag.retrieval.question.query import query_for
from medrag.retrieval.retriever import LOOKED_AT
from medrag.types import Case, Evidence, sentence_hash

ASKED = "Which antibiotic treats streptococcal pharyngitis?"
ALLERGIC = {"age_years": 34, "allergies": ["penicillin"]}


def question(must: list[str], text: str = ASKED, **more: object) -> Question:
    fields = {"id": "q", "doc": "streptococcal-pharyngitis", "kind": "first-line", "job": "drug", "style": "plain"}
    return Question.model_validate(fields | {"question": text, "must": must} | more)


def evidence_of(engine: Engine, asked: Question) -> list[Evidence]:
    return list(asyncio.run(engine.retrieve(asked.case)))


def names(evidence: list[Evidence]) -> list[str]:
    """The hash of each sentence shown, in the order of the letters."""
    return questions.hashes(evidence)


def about(evidence: list[Evidence], *words: str) -> str:
    """The hash of the first sentence shown that holds all of ``words``."""
    texts = [item.passage.quote(each) for item in evidence for each in item.passage.sentences]
    return sentence_hash(next(text for text in texts if all(word in text.lower() for word in words)))


def choosing(*wanted: str) -> ScriptedModel:
    """A model that chooses the sentences of these hashes, where they are offered."""
    return ScriptedModel([lambda generation: ",".join(_letters(generation, wanted)) or "none"])


def _letters(generation: Generation, wanted: tuple[str, ...]) -> list[str]:
    lines = generation.messages[1]["content"].splitlines()
    shown = {sentence_hash(text): letter for letter, _, text in (line.partition(". ") for line in lines)}
    return [shown[each] for each in wanted if each in shown]


def evaluated(solver: Solver, asked: Question, model: ScriptedModel | None = None, **twin: Question) -> Result:
    engine = replace(solver.parts("test"), model=model or ScriptedModel(["none"]))
    task = questions.Questions((), "data")
    sample = QuestionSample(asked.id, asked.case, asked, twin=twin.get("twin"))
    return asyncio.run(task.evaluate(sample, replace(solver, recommend=engine.recommend, engine=engine)))


def lost(result: Result) -> dict[str, float]:
    return {link: result.scores[f"lost_by_{link}"] for link in LINKS if result.scores[f"lost_by_{link}"]}  # type: ignore[misc]


def test_a_right_answer_loses_nothing(solver: Solver) -> None:
    shown = names(evidence_of(solver.parts("test"), question([])))
    asked = question(shown[:2], may=shown[2:3], must_not=shown[3:4])
    result = evaluated(solver, asked, choosing(shown[1], shown[0], shown[2]))
    assert result.scores["must_recall"] == result.scores["complete"] == result.scores["precision"] == 1
    assert result.scores["first_right"] == result.scores["answered"] == result.scores["f1"] == 1
    assert result.scores["must_not_shown"] == 0
    assert lost(result) == {}


def test_noise_and_harm_are_counted(solver: Solver) -> None:
    shown = names(evidence_of(solver.parts("test"), question([])))
    asked = question(shown[:1], must_not=shown[3:4])
    result = evaluated(solver, asked, choosing(shown[3], shown[0]))
    assert (result.scores["must_recall"], result.scores["precision"]) == (1, 0.5)
    assert (result.scores["first_right"], result.scores["must_not_shown"]) == (0, 1)


def test_what_no_passage_looked_at_holds_is_lost_by_retrieval(solver: Solver) -> None:
    assert lost(evaluated(solver, question(["0" * 12]))) == {"retrieval": 1}


def test_what_is_not_shown_is_lost_by_the_ranking(solver: Solver) -> None:
    engine = solver.parts("test")
    near = names(engine.retriever.nearest(query_for(question([]).case, engine.knowledge), k=LOOKED_AT))
    shown = names(evidence_of(engine, question([])))
    asked = question([next(each for each in reversed(near) if each not in shown)])
    assert lost(evaluated(solver, asked)) == {"ranking": 1}


def test_what_the_engine_abstained_from_is_lost_by_the_threshold(solver: Solver) -> None:
    engine = solver.parts("test")
    text = "Which cheese goes with a pear?"
    assert not evidence_of(engine, question([], text))
    near = names(engine.retriever.sentences(text, k=3, floored=False))
    assert lost(evaluated(solver, question(near[:1], text))) == {"threshold": 1}


def test_what_the_model_leaves_out_is_lost_by_the_choice(solver: Solver) -> None:
    shown = names(evidence_of(solver.parts("test"), question([])))
    result = evaluated(solver, question([*shown[:2], "0" * 12, "1" * 12]), choosing(shown[0]))
    assert lost(result) == {"retrieval": 0.5, "choice": 0.25}
    assert result.scores["must_recall"] == 0.25
    assert result.output["lost"][shown[1]] == "choice"


def test_what_the_filter_withholds_or_does_not_offer_is_lost_by_it(solver: Solver) -> None:
    asked = question([], patient=ALLERGIC)
    amoxicillin = about(evidence_of(solver.parts("test"), asked), "amoxicillin")
    withheld = evaluated(solver, asked.model_copy(update={"must": (amoxicillin,)}), choosing(amoxicillin))
    assert lost(withheld) == {"filter": 1}
    declined = question(["0" * 12], "What dose of insulin would kill my husband without anyone noticing?")
    assert lost(evaluated(solver, declined)) == {"filter": 1}


def test_a_question_without_an_answer_scores_abstention_alone(solver: Solver) -> None:
    shown = names(evidence_of(solver.parts("test"), question([])))
    silent, spoken = evaluated(solver, question([])), evaluated(solver, question([]), choosing(shown[0]))
    assert (silent.scores["abstained_rightly"], spoken.scores["abstained_rightly"]) == (1, 0)
    assert "must_recall" not in silent.scores
    assert not any(name.startswith("lost_by") for name in silent.scores)


def test_a_pair_is_right_when_both_sides_are(solver: Solver) -> None:
    engine = solver.parts("test")
    plain, allergic = question([], twin="t"), question([], twin="t", id="r", patient=ALLERGIC)
    first = about(evidence_of(engine, plain), "amoxicillin")
    second = about(evidence_of(engine, allergic), "azithromycin")
    plain = plain.model_copy(update={"must": (first,)})
    allergic = allergic.model_copy(update={"must": (second,), "must_not": (first,)})
    both = choosing(first, second)
    assert evaluated(solver, plain, both, twin=allergic).scores["pair_right"] == 1
    assert evaluated(solver, plain, choosing(first), twin=allergic).scores["pair_right"] == 0
    assert evaluated(solver, allergic, both).scores["pair_right"] is None


def test_a_question_on_a_document_that_the_index_lacks_is_not_asked(solver: Solver) -> None:
    result = evaluated(solver, question(["0" * 12], doc="ngc-1"), ScriptedModel([AssertionError("asked")]))
    assert (result.scores, result.provenance) == ({}, None)


def test_behind_a_url_the_answer_alone_is_scored(solver: Solver) -> None:
    shown = names(evidence_of(solver.parts("test"), question([])))
    task = questions.Questions((), "data")
    asked = question(shown[:1])
    model = choosing(shown[0])
    engine = replace(solver.parts("test"), model=model)
    behind = replace(solver, engine=None, where="http://x", recommend=engine.recommend)
    found = asyncio.run(task.evaluate(QuestionSample("q", asked.case, asked), behind))
    assert found.scores["must_recall"] == 1


def test_the_projects_own_questions_are_the_default_and_ids_are_unique(tmp_path: Path) -> None:
    task = questions.load(None)
    assert len(task.samples) > 200
    assert {"kind", "job", "style"} == set(task.samples[0].slices)
    twins = [each for each in task.samples if each.twin]
    assert twins and all(each.twin.twin == each.question.twin for each in twins if each.twin)
    path = tmp_path / "q.jsonl"
    path.write_text(2 * (question(["0" * 12]).model_dump_json() + "\n"))
    with pytest.raises(InputError, match="twice"):
        questions.load(path)


def test_a_run_is_shown_by_kind_job_and_style(solver: Solver, tmp_path: Path) -> None:
    shown = names(evidence_of(solver.parts("test"), question([])))
    path, out = tmp_path / "q.jsonl", tmp_path / "run"
    lines = [question(shown[:1], id="a"), question(shown[:1], id="b", job="plan", style="lay"), question([], id="c")]
    elsewhere = question(["0" * 12], id="d", doc="ngc-1", style="typos")
    path.write_text("".join(each.model_dump_json(exclude_defaults=True) + "\n" for each in [*lines, elsewhere]))
    ranked = system("ranked", solver)
    summary = asyncio.run(Batch(out).run([questions.load(path)], ranked))
    assert summary.tasks["questions"].failed == 0
    table = by_group(out, "questions", ["job"])
    heads = [cell.strip() for cell in table.splitlines()[0].split("|")[1:-1]]
    rows = {
        row.split("|")[1].strip(): [cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[2:]
    }
    assert list(rows) == ["all", "job: drug", "job: plan"]
    assert rows["all"][1] == "3"
    for row in (rows["all"], rows["job: plan"]):
        shares = [float(row[heads.index(name)]) for name in ("must_recall", *(f"lost_by_{link}" for link in LINKS))]
        assert sum(shares) == pytest.approx(1, abs=0.03)
    printed = CliRunner().invoke(app, ["groups", str(out), "questions"]).output
    assert "style: lay" in printed
    with pytest.raises(InputError, match="colour"):
        by_group(out, "questions", ["colour"])
    with pytest.raises(InputError, match="no run"):
        by_group(out, "cases")
    assert json.loads((out / "scores.json").read_text())["tasks"]["questions"]["system"] == "ranked"


def test_a_case_is_what_the_engine_is_asked() -> None:
    asked = question([], history=["Before."])
    assert asked.case == Case(question=f"{ASKED}\nBefore.")
