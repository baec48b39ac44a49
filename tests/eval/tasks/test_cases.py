import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from eval.cases.case_files import Gold
from eval.running.solver import Solver
from eval.tasks import cases
from eval.tasks.cases import score
from medrag.errors import InputError
from medrag.types import Advice, Case, Outcome, Statement
from tests.eval.samples import EVIDENCE, NOTICE, advice, cited
from tests.paths import ROOT


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_the_shipped_examples_load() -> None:
    task = cases.load()
    assert len(task.samples) >= 10
    golds = [sample.gold for sample in task.samples]
    assert any(gold.abstain for gold in golds)
    assert any(gold.emergency for gold in golds)
    assert any(gold.must_withhold for gold in golds)


def test_the_gold_of_the_examples_names_documents_that_exist() -> None:
    guidelines = ROOT / "index" / "guidelines"
    documents = {path.stem for path in guidelines.glob("*.md")}
    named = {name for sample in cases.load().samples for name in sample.gold.doc_ids}
    assert named <= documents


def test_a_right_answer_scores_full_marks() -> None:
    gold = Gold(doc_ids=("gout",), abstain=False, must_withhold=("ibuprofen",), must_recommend=("colchicine|x",))
    scores = score(gold, advice(cited(EVIDENCE[0], 0), cited(EVIDENCE[0], 1)))
    asked = {name: value for name, value in scores.items() if value is not None}
    assert set(asked.values()) == {1.0}
    assert {"recall@5", "mrr@5", "ndcg@5", "citation_validity", "citation_precision"} <= set(asked)
    assert scores["emergency"] is None


def test_a_wrong_answer_scores_nothing() -> None:
    wrong = Statement(text="Give ibuprofen.", citations=cited(EVIDENCE[1], 0).citations)
    gold = Gold(doc_ids=("gout",), abstain=True, must_withhold=("ibuprofen",), must_recommend=("colchicine",))
    scores = score(gold, advice(wrong, evidence=EVIDENCE[1:]))
    for name in ("abstention", "must_withhold", "must_recommend", "citation_precision", "recall@5", "mrr@5"):
        assert scores[name] == 0.0, name


def test_an_abstention_has_nothing_to_cite() -> None:
    scores = score(Gold(doc_ids=("gout",), abstain=True), advice(outcome=Outcome.ABSTAINED, evidence=()))
    assert scores["abstention"] == 1.0
    assert scores["answered"] == 0.0
    assert scores["citation_validity"] is None
    assert scores["recall@5"] == 0.0


def test_a_citation_off_its_passage_is_found() -> None:
    good = cited(EVIDENCE[0], 0)
    moved = good.citations[0].model_copy(update={"start": 1})
    assert score(Gold(), advice(Statement(text=good.text, citations=(moved,))))["citation_validity"] == 0.0


def test_emergency_and_declining() -> None:
    gold = Gold(emergency=True, decline=True)
    right = score(gold, advice(outcome=Outcome.DECLINED, notices=[NOTICE]))
    assert (right["emergency"], right["declining"]) == (1.0, 1.0)
    assert score(gold, advice())["emergency"] == 0.0


def test_evaluate_keeps_the_advice_for_the_report(tmp_path: Path) -> None:
    task = cases.load(write(tmp_path / "c.jsonl", {"id": "1", "question": "q?", "patient": {"age_years": 80}}))

    async def recommend(case: Case) -> Advice:
        assert case.patient is not None
        return advice(cited(EVIDENCE[0], 0))

    result = asyncio.run(task.evaluate(task.samples[0], Solver("medrag", "local", recommend)))
    assert result.output["question"] == "q?"
    assert Advice.model_validate(result.output["advice"]).statements
    assert result.provenance is not None


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"id": "1"}], "line 1: question"),
        ([{"id": "1", "question": "q", "gold": {"absatin": True}}], "gold.absatin"),
        ([{"id": "1", "question": "q"}, {"id": "1", "question": "q"}], "the id '1' comes twice"),
        ([], "holds no cases"),
        ([{"id": "1", "question": "q", "patient": {}, "patient_file": "p.json"}], "either patient or patient_file"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, lines: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        cases.load(write(tmp_path / "c.jsonl", *lines))


def test_errors_hold_no_patient_text(tmp_path: Path) -> None:
    path = write(tmp_path / "c.jsonl", {"id": "1", "question": "q", "patient": {"sex": "Jane Doe"}})
    with pytest.raises(InputError) as caught:
        cases.load(path)
    assert "Jane" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        cases.load(tmp_path / "none.jsonl")


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    first = cases.load(write(tmp_path / "a.jsonl", {"id": "1", "question": "q"})).data
    assert first == cases.load(write(tmp_path / "b.jsonl", {"question": "q", "id": "1"})).data
    assert (
        first != cases.load(write(tmp_path / "c.jsonl", {"id": "1", "question": "q", "gold": {"abstain": True}})).data
    )


def test_gold_statements_and_what_must_be_said_are_scored() -> None:
    said = advice(cited(EVIDENCE[0], 0))
    text = said.statements[0].text
    right = score(Gold(statements=(text,), must_say=(" ".join(text.split()[:3]),)), said)
    assert (right["statement_f1"], right["must_say"]) == (1.0, 1.0)
    wrong = score(Gold(statements=("Give bread.",), must_say=("bread 5 g",)), said)
    assert (wrong["statement_recall"], wrong["must_say"]) == (0.0, 0.0)
    assert score(Gold(), said)["must_say"] is None
