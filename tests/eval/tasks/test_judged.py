import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from eval.running.solver import Solver
from eval.systems.fixed_evidence import Nearest, answer, chosen_on, ranking, served
from eval.tasks import judged
from eval.tasks.judged import pair_scores, single_scores
from medrag.datasets.judged import JudgedCase
from medrag.errors import InputError
from medrag.generation.scripted import ScriptedModel
from medrag.types import Case, Patient
from tests.evidence import passage

THROAT = passage(
    "throat#1",
    "For streptococcal pharyngitis, give penicillin V 500 mg by mouth twice daily for 10 days.",
    "In streptococcal pharyngitis with penicillin allergy, give azithromycin 500 mg by mouth once daily.",
    title="Pharyngitis",
)
ASTHMA = passage("asthma#1", "Give inhaled salbutamol for wheeze.", title="Asthma")
CASE = JudgedCase(
    case=Case(question="Which antibiotic for streptococcal pharyngitis?"), passages=(ASTHMA, THROAT), gold=((2, 1),)
)
ALLERGIC = CASE.model_copy(
    update={"case": Case(question=CASE.case.question, patient=Patient(allergies=("penicillin",))), "gold": ((2, 2),)}
)


def given(solver: Solver, text: str, case: JudgedCase = CASE):
    engine = replace(solver.parts("test"), model=ScriptedModel([text]))
    return asyncio.run(answer(engine, case, served))


def test_what_is_chosen_and_what_is_released_are_kept_apart(solver: Solver) -> None:
    found = given(solver, "B,A", ALLERGIC)
    assert found.chosen == ((2, 1), (1, 1))
    assert (2, 1) not in found.released
    assert found.advice.evidence == ALLERGIC.evidence


def test_scores_of_a_case_with_an_answer(solver: Solver) -> None:
    scores = single_scores(CASE, given(solver, "B,A"))
    assert scores["precision"] == 0.5
    assert scores["recall"] == 1
    assert scores["f1"] == pytest.approx(2 / 3)
    assert scores["first_right"] == scores["answered_when_answerable"] == 1
    assert scores["citation_precision"] == 0.5


def test_a_case_without_an_answer_scores_abstention_alone(solver: Solver) -> None:
    nothing = CASE.model_copy(update={"gold": ()})
    assert set(single_scores(nothing, given(solver, "none")).values()) == {1.0}
    assert set(single_scores(nothing, given(solver, "A")).values()) == {0.0}
    assert single_scores(CASE, given(solver, "none"))["f1"] == 0


@pytest.mark.parametrize(
    ("first", "second", "changed", "both"),
    [("B", "C", 1, 1), ("B", "B", 0, 0), ("B", "none", 1, 0)],
)
def test_a_pair_is_right_where_each_sentence_at_stake_is_on_its_side_alone(
    solver: Solver, first: str, second: str, changed: float, both: float
) -> None:
    scores = pair_scores([CASE, ALLERGIC], [given(solver, first), given(solver, second, ALLERGIC)])
    assert (scores["own_changed"], scores["own_both_right"]) == (changed, both)
    assert scores["own_unchanged_when_nothing_matters"] is None


def test_a_pair_that_differs_in_nothing_that_matters_should_stay(solver: Solver) -> None:
    scores = pair_scores([CASE, CASE], [given(solver, "B"), given(solver, "C")])
    assert scores["own_unchanged_when_nothing_matters"] == 0
    assert scores["own_changed"] is scores["own_both_right"] is None


def test_the_nearest_sentences_answer_through_the_same_engine(solver: Solver) -> None:
    engine = solver.parts("test")
    ranked = ranking(engine.retriever.encoder, CASE)
    assert ranked[-1][0] == (1, 1)
    assert asyncio.run(answer(engine, CASE, Nearest(2))).chosen == tuple(pointer for pointer, _ in ranked[:2])
    assert asyncio.run(answer(engine, CASE, Nearest(2, floor=0.99))).released == ()


def test_a_withheld_sentence_is_replaced_by_the_next_nearest_that_may_be_said(solver: Solver) -> None:
    found = asyncio.run(answer(solver.parts("test"), ALLERGIC, Nearest(1)))
    if found.chosen == ((2, 1),):
        assert found.released == ((2, 2),)
    else:
        assert found.chosen == found.released == ((2, 2),)


def test_k_and_floor_are_what_is_best_on_the_cases_given(solver: Solver) -> None:
    encoder = solver.parts("test").retriever.encoder
    nothing = JudgedCase(case=Case(question="How is a fractured wrist splinted?"), passages=(ASTHMA,), gold=())
    first = CASE.model_copy(update={"gold": (ranking(encoder, CASE)[0][0],)})
    plain, floored = chosen_on(encoder, [first, nothing])
    assert plain == Nearest(1)
    assert floored.of(ranking(encoder, nothing)) == []
    assert floored.of(ranking(encoder, first)) == list(first.gold)


def test_passages_that_the_model_cannot_hold_are_an_error_and_not_cut(solver: Solver) -> None:
    engine = replace(solver.parts("test"), model=ScriptedModel(["none"], tokens=260))
    with pytest.raises(InputError, match="context"):
        asyncio.run(answer(engine, CASE, served))


def test_files_of_cases_become_both_tasks_and_half_a_pair_is_refused(tmp_path: Path, solver: Solver) -> None:
    pair = [each.model_copy(update={"pair": "p", "swapped": "allergy", "source": "s"}) for each in (CASE, ALLERGIC)]
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(each.model_dump_json() + "\n" for each in (CASE, *pair)))
    choice, patient = judged.load([path])
    assert [len(choice.samples), len(patient.samples)] == [1, 1]
    result = asyncio.run(patient.evaluate(patient.samples[0], solver))
    assert result.scores["own_changed"] == 0
    path.write_text(pair[0].model_dump_json() + "\n")
    with pytest.raises(InputError, match="two lines"):
        judged.load([path])
    path.write_text("{}\n")
    with pytest.raises(InputError, match="line 1"):
        judged.load([path])
