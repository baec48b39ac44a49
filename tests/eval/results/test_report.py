import asyncio
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from eval.cases.case_files import CaseSample, Gold
from eval.results import report
from eval.running.batch import Batch
from eval.running.log import read_logs
from eval.running.solver import Solver
from eval.tasks.advice_task import AdviceTask
from eval.tasks.cases import score
from medrag.errors import InputError
from medrag.types import Advice, Case, Finding, Outcome, Patient, Severity, Statement, Verdict
from tests.eval.samples import EVIDENCE, advice, cited

ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
ALLERGY = Finding(
    check="allergy",
    verdict=Verdict.FAIL,
    severity=Severity.CONTRAINDICATED,
    code="allergy.same",
    values={"drug": "amoxicillin", "substance": "penicillin"},
    source="x",
)


def case(name: str, question: str, abstain: bool, **patient: object) -> CaseSample:
    known = Case(question=question, patient=Patient.model_validate(patient))
    return CaseSample(name, known, Gold(abstain=abstain, doc_ids=() if abstain else ("gout",)))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    samples = [
        case("a", "gout?", False, age_years=30, sex="female"),
        case("b", ATTACK, False, age_years=85, sex="male"),
        case("c", "moon?", True, age_years=85, sex="male"),
        case("d", "fails", False),
    ]

    async def recommend(asked: Case) -> Advice:
        if asked.question == "fails":
            raise InputError("too long")
        if asked.question == "moon?":
            return advice(outcome=Outcome.ABSTAINED, evidence=())
        withheld = Statement(text="Give amoxicillin.", findings=(ALLERGY,))
        return advice(cited(EVIDENCE[0], 0), withheld=[withheld])

    path = tmp_path_factory.mktemp("run")
    task = AdviceTask("cases", score, samples, "data")
    asyncio.run(Batch(path).run([task], Solver("medrag", "local", recommend)))
    report.write(path)
    return path


def test_the_json_holds_scores_groups_and_what_was_withheld(out: Path) -> None:
    (task,) = json.loads((out / "report.json").read_text())["tasks"]
    assert task["outcomes"] == {"answered": 2, "abstained": 1}
    assert task["withheld_by"] == {"allergy": 2}
    assert task["scores"]["failed"] == 1
    groups = {(group["kind"], group["value"]): group["n"] for group in task["groups"]}
    assert groups["age", "80 and over"] == 2
    assert groups["sex", "female"] == 1
    assert [each["answerable"] for each in task["confidences"]] == [True, True, False]


class Tags(HTMLParser):
    """Collects tags, and what they load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href") and tag not in ("a", "use")]


def parsed(out: Path) -> Tags:
    tags = Tags()
    tags.feed((out / "report.html").read_text())
    return tags


def test_the_page_needs_nothing_else(out: Path) -> None:
    assert parsed(out).loaded == []
    assert not re.search(r"url\((?!#)", (out / "report.html").read_text())


def test_text_of_a_sample_cannot_become_markup(out: Path) -> None:
    tags = parsed(out).tags
    assert tags.count("script") == 2
    assert "img" not in tags


def test_the_page_holds_every_sample_and_each_passage_once(out: Path) -> None:
    page = (out / "report.html").read_text()
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert [sample["id"] for sample in data["tasks"][0]["samples"]] == ["a", "b", "c", "d"]
    assert data["tasks"][0]["samples"][1]["output"]["question"] == ATTACK
    assert set(data["passages"]) == {"gout#1", "asthma#1"}
    assert data["tasks"][0]["samples"][0]["output"]["advice"]["evidence"][0]["passage"] == "gout#1"


def test_the_page_has_its_plots(out: Path) -> None:
    page = (out / "report.html").read_text()
    assert page.count("<figure>") == 6
    assert "withheld, by check" in page


def test_the_same_logs_give_the_same_page(out: Path) -> None:
    before = (out / "report.html").read_bytes()
    report.write(out)
    assert (out / "report.html").read_bytes() == before


def test_a_directory_without_logs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no evaluation logs"):
        read_logs(tmp_path)
