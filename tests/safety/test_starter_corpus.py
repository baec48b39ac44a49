"""The filter over the starter corpus: real guideline sentences, read and checked against patients they are for."""

import re
from collections.abc import Iterator

import pytest

from medrag.knowledge import load
from medrag.reading import drugs
from medrag.safety.consultation import Consultation
from medrag.types import Patient, Statement
from tests.paths import ROOT

GUIDELINES = ROOT / "index" / "guidelines"
KNOWLEDGE = load()
AT_MOST = 0.01
GROUP = re.compile(r"pregnan|newborn|infants|child|wom[ae]n|older|allergy|age over|eGFR (?:falls )?below", re.I)


def statements() -> Iterator[tuple[str, str]]:
    for path in sorted(GUIDELINES.glob("*.md")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("- "):
                yield path.stem, re.sub(r"\{[^}]*\}", "", line[2:]).strip()


def patient(topic: str) -> Patient:
    """A patient with the guideline's condition and nothing that speaks against its drugs."""
    pregnant, child = "preg" in topic or "gestational" in topic, "children" in topic
    return Patient.model_validate(
        {
            "age_years": 5 if child else 30 if pregnant else 58,
            "weight_kg": 20 if child else 75,
            "sex": "female" if pregnant else "male",
            "pregnant": pregnant or None,
            "no_known_allergies": True,
            "conditions": [topic.replace("-", " ")],
            "medications": [],
            "observations": [{"display": "eGFR", "value": 85.0}],
        }
    )


@pytest.mark.skipif(not list(GUIDELINES.glob("*.md")), reason="the starter corpus is not there")
def test_every_drug_is_known() -> None:
    unknown = [m.text for _, text in statements() for m in drugs(text, KNOWLEDGE) if not m.resolved]
    assert len(unknown) <= AT_MOST * sum(1 for _ in statements()), unknown


@pytest.mark.skipif(not list(GUIDELINES.glob("*.md")), reason="the starter corpus is not there")
def test_standard_care_is_not_withheld() -> None:
    checked = [(topic, checked_for(topic, text)) for topic, text in statements()]
    withheld = [(topic, each) for topic, each in checked if each.withheld]
    others = [each.text for _, each in withheld if _for_others(each)]
    wrong = [(topic, each.text) for topic, each in withheld if not _for_others(each)]
    assert len(wrong) <= AT_MOST * len(checked), wrong
    assert 30 <= len(others) <= 0.08 * len(checked)
    assert [text for text in others if not GROUP.search(text)] == []


def checked_for(topic: str, text: str) -> Statement:
    return Consultation(patient(topic), "", KNOWLEDGE).review(Statement(text=text))


def _for_others(statement: Statement) -> bool:
    return any(each.check == "population" for each in statement.findings if each.withholds)
