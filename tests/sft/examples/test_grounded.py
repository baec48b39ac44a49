import json
import random
from itertools import islice

import pytest

from medrag.datasets.judged import JudgedCase
from medrag.datasets.splits import held_out
from medrag.errors import ConfigurationError, InputError
from medrag.retrieval.retriever import Retriever
from sft.examples.conversations import Size
from sft.examples.grounded import NOISE, index_examples, own_examples
from sft.examples.index_side import IndexSide
from sft.examples.topic_questions import passage
from sft.measuring.score import questions

SIZE = Size((2, 5), (2, 6), (1, 1))


@pytest.fixture(scope="module")
def retriever(starter_index):
    return Retriever.open(starter_index)


def _examples(retriever, held, count=60):
    return list(islice(index_examples(IndexSide(retriever, held, ".md"), random.Random(1), SIZE), count))


def test_questions_are_answered_by_the_section_they_are_made_of_or_by_nothing(retriever):
    made = _examples(retriever, held=False)
    asked = list(questions(made))
    assert 4 < sum(not each.gold for each in asked) < 25
    for each in asked:
        assert set(each.gold) <= set(each.choices)
        if each.gold:
            section = (
                each.prompt[1]["content"].partition(f"[{each.gold[0][0]}] ")[2].partition("\n")[0].rpartition(" > ")[2]
            )
            assert section.lower() in each.prompt[1]["content"].partition("<question>")[2].lower()


def test_no_document_of_the_other_side_is_ever_shown(retriever):
    titles = {}
    for row in range(len(retriever.index.passages)):
        each = retriever.index.passages[row]
        titles[each.title] = held_out(f"{each.doc_id}.md")
    for held in (True, False):
        for example in _examples(retriever, held, 30):
            shown = [title for title in titles if f"] {title} >" in example.messages[1]["content"]]
            assert shown
            assert all(titles[title] == held for title in shown)


def test_hard_distractors_are_what_retrieval_finds(retriever):
    example = next(each for each in _examples(retriever, False) if each.gold[0])
    assert len({line for line in example.messages[1]["content"].splitlines() if line.startswith("[2]")}) == 1


def test_instructions_hidden_in_passages_never_reach_the_prompt(retriever, monkeypatch):
    monkeypatch.setattr("sft.examples.grounded.ATTACKED", 1.0)
    for example in _examples(retriever, False, 5):
        assert NOISE.partition(" and ")[0].lower() not in example.messages[1]["content"].lower()


def test_a_users_own_lines_become_examples_and_a_wrong_pointer_is_refused(tmp_path):
    shown = passage("p", "Gout", ("Treatment",), ["Give colchicine early.", "Rest the joint."])
    line = JudgedCase.model_validate({"case": {"question": "Gout?"}, "passages": (shown,), "gold": ((1, 1),)})
    path = tmp_path / "own.jsonl"
    path.write_text(line.model_dump_json() + "\n")
    (example,) = own_examples(path)
    assert example.messages[-1]["content"] == "[1.1]"
    path.write_text(json.dumps(json.loads(line.model_dump_json()) | {"gold": [[1, 3]]}) + "\n")
    with pytest.raises(InputError, match=r"\[1\.3\] is no sentence"):
        own_examples(path)


@pytest.mark.parametrize(
    ("recipe", "index", "says"), [("qlora-8b-24gb", False, "give one"), ("mini", True, "leave out")]
)
def test_an_index_that_a_recipe_lacks_or_would_ignore_is_an_error(recipe, index, says, tmp_path, starter_index):
    from sft.config import load_recipe
    from sft.examples.build import Sources, build

    sources = Sources(tmp_path, tmp_path, starter_index if index else None)
    with pytest.raises(ConfigurationError, match=says):
        build(load_recipe(recipe), sources, tmp_path / "out")
