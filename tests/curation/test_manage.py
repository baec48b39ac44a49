import json
from pathlib import Path

import pytest

from medrag.curation import manage
from medrag.errors import KnowledgeError
from medrag.knowledge.reader import read
from medrag.safety.consultation import Consultation
from medrag.types import Patient, Statement, Verdict

DDINTER = "DDInterID_A,Drug_A,DDInterID_B,Drug_B,Level\nD1,Warfarin,D2,Newdrugol,Major\nD1,Warfarin,D3,Aspirin,Minor\n"
OPENFDA = {
    "results": [
        {
            "set_id": "abc",
            "openfda": {"generic_name": ["NEWDRUGOL"]},
            "contraindications": ["4 CONTRAINDICATIONS Newdrugol is contraindicated in asthma and with simvastatin."],
        }
    ]
}
SPL = """<document xmlns="urn:hl7-org:v3"><setId root="xyz"/><component><structuredBody>
<component><section><code code="34070-3"/><text>Do not use in patients with epilepsy.</text></section></component>
</structuredBody></component><subject><manufacturedProduct><asEntityWithGeneric><genericMedicine><name>Otherdrug</name>
</genericMedicine></asEntityWithGeneric></manufacturedProduct></subject></document>"""


def rrf(*fields: tuple[int, str], width: int = 18) -> str:
    cells = [""] * width
    for place, value in fields:
        cells[place] = value
    return "|".join(cells) + "|"


def failures(text: str, folder: Path, **patient: object) -> set[tuple[str, str]]:
    statement = Consultation(Patient.model_validate(patient), "", read(folder)).review(Statement(text=text))
    return {(each.check, each.severity.value) for each in statement.findings if each.verdict is Verdict.FAIL}


def test_ddinter_pairs_are_checked_with_the_bundled_ones(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(DDINTER)
    added = manage.add("ddinter", tmp_path / "b.csv", tmp_path / "kn")
    assert {each.file: each.facts for each in added} == {"interactions.ddinter.yaml": 2, "drugs.ddinter.csv": 1}
    assert ("interaction", "warning") in failures("Start newdrugol.", tmp_path / "kn", medications=["warfarin 5 mg"])


def test_label_sections_become_warnings(tmp_path: Path) -> None:
    (tmp_path / "label.json").write_text(json.dumps(OPENFDA))
    (tmp_path / "label.xml").write_text(SPL)
    manage.add("labels", tmp_path, tmp_path / "kn")
    folder = tmp_path / "kn"
    assert ("contraindication", "warning") in failures("Start newdrugol.", folder, conditions=["asthma"])
    assert ("interaction", "warning") in failures("Start newdrugol.", folder, medications=["simvastatin 20 mg"])
    assert ("contraindication", "warning") in failures("Start otherdrug.", folder, conditions=["epilepsy"])


def test_rxnorm_adds_ingredients_and_brands(tmp_path: Path) -> None:
    conso = [
        rrf((0, "1"), (11, "RXNORM"), (12, "IN"), (14, "Newdrugol"), (16, "N")),
        rrf((0, "2"), (11, "RXNORM"), (12, "BN"), (14, "Brandnew"), (16, "N")),
        rrf((0, "11289"), (11, "RXNORM"), (12, "IN"), (14, "warfarin"), (16, "N")),
    ]
    (tmp_path / "RXNCONSO.RRF").write_text("\n".join(conso) + "\n")
    (tmp_path / "RXNREL.RRF").write_text(rrf((0, "1"), (4, "2"), (7, "tradename_of")) + "\n")
    manage.add("rxnorm", tmp_path, tmp_path / "kn")
    knowledge = read(tmp_path / "kn")
    assert knowledge.names["brandnew"].ingredients == ("newdrugol",)
    assert "Coumadin" in knowledge.drugs["warfarin"].brands


def test_a_qt_list_extends_the_groups(tmp_path: Path) -> None:
    (tmp_path / "qt.csv").write_text("Generic Name,Risk Category\nNewdrugol,Known Risk of TdP\nOlderol,Special Risk\n")
    manage.add("crediblemeds", tmp_path / "qt.csv", tmp_path / "kn")
    members = read(tmp_path / "kn").members["qt_known"]
    assert {"newdrugol", "haloperidol"} <= members


@pytest.mark.parametrize("kind", ["ddinter", "labels", "crediblemeds", "cpic", "rxnorm", "drugbank"])
def test_a_file_of_another_kind_is_refused_and_leaves_nothing(tmp_path: Path, kind: str) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(KnowledgeError):
        manage.add(kind, tmp_path / "other.csv", tmp_path / "kn")
    assert not list((tmp_path / "kn").glob("*"))


def test_holdings_name_bundled_and_added_files(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(DDINTER)
    manage.add("ddinter", tmp_path / "b.csv", tmp_path / "kn")
    held = {(each.source, each.file): each.facts for each in manage.holdings(tmp_path / "kn")}
    assert held["ddinter", "interactions.ddinter.yaml"] == 2
    assert held["medrag", "drugs"] >= 300


def test_check_reports_what_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "doses.mine.yaml").write_text("- {drug: nosuchdrug, single: 1, source: mine}\n")
    with pytest.raises(KnowledgeError, match="nosuchdrug"):
        manage.check(tmp_path)
