from __future__ import annotations

from pathlib import Path

import pytest

from medrag.generation.modes.quote import MAX_STATEMENTS, letters
from medrag.types import Passage
from sft.measuring.score import _Allowed, choose, questions, report
from tests.evidence import evidence, passage
from tests.sft.samples import ANSWERS, example


def test_every_branch_is_a_question_with_its_prompt_letters_and_answer() -> None:
    whole = example()
    asked = list(questions([whole]))
    assert [each.gold for each in asked] == [("A",), ("C",), ()]
    assert {each.choices for each in asked} == {("A", "B", "C")}
    assert [each.prompt[1]["content"] for each in asked] == [whole.shared + branch.prompt for branch in whole.branches]
    assert asked[0].prompt[0]["content"] == whole.system


def test_a_model_of_random_weights_writes_nothing_but_letters_shown(tiny_base: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    asked = list(questions([example()]))
    chosen = choose(AutoModelForCausalLM.from_pretrained(tiny_base), AutoTokenizer.from_pretrained(tiny_base), asked)
    for question, answer in zip(asked, chosen, strict=True):
        assert set(answer) <= set(question.choices)
        assert len(answer) == len(set(answer)) <= MAX_STATEMENTS


def test_what_may_be_decoded_is_what_the_grammar_lets_through(tiny_base: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    choices = [letters(number) for number in range(30)]  # AA to AD are more than one token here
    allowed = _Allowed(tokenizer, choices)

    def reached(text: str) -> set[str]:
        return {tokenizer.decode([each]) for each in allowed(tokenizer(text, add_special_tokens=False)["input_ids"])}

    assert set(choices[:26]) <= reached("")
    assert {",", tokenizer.eos_token} <= reached("B")
    assert "B" not in reached("B,")
    assert tokenizer.eos_token not in reached("B,")
    assert reached("A,B,C,D,E,F") == {tokenizer.eos_token}
    assert reached("none") == {tokenizer.eos_token}


def test_scores() -> None:
    asked = list(questions([example()]))
    found = report(asked, [("A",), ("B", "C"), ()])
    assert (found["questions"], found["unanswerable"]) == (3, 1)
    assert found["recall"] == found["answered"] == found["abstained"] == 1
    assert found["precision"] == pytest.approx(2 / 3, abs=1e-3)
    assert (found["first"], found["exact"]) == (0.5, 0.5)
    nothing = report(asked, [(), (), ("A",)])
    assert (nothing["recall"], nothing["answered"], nothing["abstained"]) == (0, 0, 0)
    assert len(ANSWERS) == 3


def test_letters_are_counted_and_headings_are_not() -> None:
    from medrag.generation.modes import MODES
    from medrag.generation.prompts import shared
    from medrag.knowledge import load
    from sft.measuring.score import _shown

    passages: list[Passage] = [passage("a", "One.", title="B. Other"), passage("b", "Two.", "Three.", title="Plain")]
    text = shared(evidence(*passages), MODES["quote"], load())
    assert list(_shown(text)) == ["A", "B", "C"]
