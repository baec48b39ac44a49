import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.model import RANKED, chosen_on, tables
from eval.running.batch import Batch
from eval.running.solver import Solver
from eval.systems.ranked import Ranked
from eval.tasks import questions
from tests.eval.tasks.test_questions import ASKED, evidence_of, names, question


def test_the_tables_hold_means_and_paired_differences_by_job_and_style(tmp_path: Path, solver: Solver) -> None:
    engine = solver.parts("test")
    shown = names(evidence_of(engine, question([])))
    path = tmp_path / "questions.jsonl"
    lines = [
        question(shown[:2], id="a"),
        question(shown[:1], id="b", job="plan"),
        question(["0" * 12], id="c", doc="x"),
    ]
    path.write_text("".join(each.model_dump_json(exclude_defaults=True) + "\n" for each in lines))
    for name, ranked in (("a", Ranked(6)), (RANKED, Ranked(1, floor=2.0))):
        asked = replace(solver, system=name, recommend=partial(ranked.recommend, engine))
        asyncio.run(Batch(tmp_path / name).run([questions.load(path)], asked))
    shown_tables = tables(tmp_path, ["a", RANKED])
    assert "### all" in shown_tables
    assert "### job: plan" in shown_tables
    assert "### style: plain" in shown_tables
    assert "| answered | 2 | 1.000 (0.342 to 1.000) | 0.000 (0.000 to 0.658) |" in shown_tables
    assert "| answered | +1.000 (+1.000 to +1.000) |" in shown_tables


def test_k_and_floor_are_what_is_best_on_the_questions_given(solver: Solver) -> None:
    engine = solver.parts("test")
    asked = question([], ASKED)
    evidence = evidence_of(engine, asked)
    places = Ranked(2).of(evidence)
    must = [_hash(evidence, place) for place in places]
    found = asyncio.run(chosen_on(engine, [asked.model_copy(update={"must": tuple(must)})]))
    assert found.k == 2
    assert found.of(evidence) == places
    silent = asyncio.run(chosen_on(engine, [asked]))
    assert silent.of(evidence) == []


def _hash(evidence, place) -> str:
    from medrag.types import sentence_hash

    passage = evidence[place[0] - 1].passage
    return sentence_hash(passage.quote(passage.sentences[place[1] - 1]))
