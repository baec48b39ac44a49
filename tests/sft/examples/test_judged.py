from collections import Counter

import pytest

from medrag.datasets.splits import held_out
from medrag.retrieval.retriever import Retriever
from sft.examples.index_side import IndexSide
from sft.examples.judged import CONTROL, judged_cases
from sft.examples.sections import PROMPT_CHARACTERS


@pytest.fixture(scope="module")
def side(starter_index):
    return IndexSide(Retriever.open(starter_index), True, ".md")


@pytest.fixture(scope="module")
def made(side):
    return list(judged_cases(side, "starter", cases=20, pairs=25, seed=0))


def test_each_answerable_case_has_a_twin_without_the_document_that_answers(made):
    singles = [each for each in made if not each.pair]
    assert len(singles) == 40
    for case, twin in zip(singles[::2], singles[1::2], strict=True):
        assert case.gold
        assert not twin.gold
        assert case.case == twin.case
        answering = {case.passages[number - 1].doc_id for number, _ in case.gold}
        assert len(answering) == 1
        assert answering.isdisjoint(each.doc_id for each in twin.passages)


def test_a_pair_differs_in_one_fact_and_in_its_answer_or_in_neither_that_matters(made):
    pairs = [each for each in made if each.pair]
    assert len(pairs) == 50
    for first, second in zip(pairs[::2], pairs[1::2], strict=True):
        assert (first.pair, first.passages, first.case.question) == (second.pair, second.passages, second.case.question)
        assert (set(first.gold) == set(second.gold)) == (first.swapped == CONTROL)
        before, after = (each.case.patient.model_dump() for each in (first, second))
        changed = {name for name in before if before[name] != after[name]}
        assert (
            changed
            <= {
                "pregnancy": {"pregnant"},
                "allergy": {"allergies", "no_known_allergies"},
                "renal function": {"derived", "conditions"},
                "age": {"age_years", "weight_kg"},
                CONTROL: {"conditions"},
            }[first.swapped]
        )
        assert changed
    assert len(Counter(each.swapped for each in pairs)) > 3


def test_a_question_that_names_a_fact_states_it_for_every_patient(made):
    for each in made:
        if each.swapped == "pregnancy":
            assert "pregnan" not in each.case.question.lower()


def test_only_held_out_documents_are_shown_and_prompts_fit_the_bundled_model(made):
    assert {held_out(f"{shown.doc_id}.md") for each in made for shown in each.passages} == {True}
    assert max(sum(len(shown.text) for shown in each.passages) for each in made) < PROMPT_CHARACTERS


def test_the_seed_decides_the_cases(side):
    def some(seed):
        return [each.model_dump_json() for each in judged_cases(side, "s", cases=4, pairs=2, seed=seed)]

    assert some(1) == some(1)
    assert some(1) != some(2)
