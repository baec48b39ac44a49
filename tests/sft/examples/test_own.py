import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from medrag.errors import InputError
from medrag.generation.modes import ABSTAIN, MODES
from medrag.generation.prompts import messages
from medrag.knowledge import load
from medrag.retrieval.batch import _passage, _sentences
from medrag.types import Case, Evidence
from sft.examples.own import JudgedCase, own_examples
from tests.evidence import GOUT, HYPERTENSION


def test_a_judged_case_becomes_the_prompt_of_serving_and_the_letters_of_its_gold(tmp_path: Path) -> None:
    case = JudgedCase(case=Case(question="gout flare?"), passages=(HYPERTENSION, GOUT), gold=((2, 1), (1, 2)))
    nothing = case.model_copy(update={"gold": (), "source": "ward"})
    path = tmp_path / "own.jsonl"
    path.write_text(f"{case.model_dump_json()}\n{nothing.model_dump_json()}\n")
    first, second = own_examples(path, load())
    (branch,) = first.branches
    assert branch.answer == "C,B"
    assert second.branches[0].answer == ABSTAIN
    assert (first.source, second.source) == ("own", "ward")
    sent = messages(case.case, case.evidence, MODES["quote"], load())
    assert [each["content"] for each in sent] == [first.system, first.shared + branch.prompt]


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text("{}\n")
    with pytest.raises(InputError, match="line 1"):
        own_examples(path, load())


@pytest.mark.parametrize("gold", [((3, 1),), ((1, 3),), ((0, 1),), ((1, 1),) * 7])
def test_gold_that_is_no_sentence_of_the_passages_is_refused(gold: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValidationError, match="gold"):
        JudgedCase(case=Case(question="q"), passages=(HYPERTENSION, GOUT), gold=gold)


def test_passages_are_taken_as_a_search_prints_them(tmp_path: Path) -> None:
    printed = _passage(Evidence(number=1, passage=GOUT, score=0.5)) | _sentences(
        Evidence(number=1, passage=GOUT, score=0.5)
    )
    line = {"case": {"question": "gout flare?"}, "passages": [printed], "gold": [[1, 1]]}
    judged = JudgedCase.model_validate_json(json.dumps(line))
    (passage,) = judged.passages
    assert [passage.quote(each) for each in passage.sentences] == [GOUT.quote(each) for each in GOUT.sentences]
    printed["sentences"][0]["text"] = "Give bread."
    with pytest.raises(ValidationError, match="does not stand"):
        JudgedCase.model_validate_json(json.dumps(line))
