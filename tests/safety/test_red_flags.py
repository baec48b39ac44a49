import pytest

from medrag.safety.red_flags import notices
from medrag.types import Patient

EMERGENCIES = [
    "58-year-old man with crushing chest pain radiating to the left arm and sweating",
    "My patient has facial droop and slurred speech since 30 minutes",
    "Bee sting ten minutes ago, throat is closing, wheezing",
    "Suspected sepsis in a 70-year-old: fever, BP 82/40, confused",
    "Patient says she wants to kill herself",
    "He took 30 tablets of paracetamol an hour ago",
    "Woman at 34 weeks gestation with severe headache and visual disturbance",
    "Ongoing seizure, what do I give?",
    "Vomiting blood on apixaban",
    "3-week-old with fever of 38.5",
    "Fever three days after chemotherapy",
]
NO_EMERGENCIES = [
    "No chest pain, no shortness of breath. How should her hypertension be treated?",
    "Secondary prevention after ischaemic stroke two years ago",
    "History of anaphylaxis to peanuts; which antihistamine for hay fever?",
    "Denies suicidal ideation. Which antidepressant?",
    "How do I treat stable angina?",
    "First-line treatment of type 2 diabetes",
    "Sepsis was ruled out. How long should the antibiotic be given?",
]


@pytest.mark.parametrize("question", EMERGENCIES)
def test_emergencies_raise_a_notice(question: str) -> None:
    assert notices(question, None)


@pytest.mark.parametrize("question", NO_EMERGENCIES)
def test_negated_and_past_events_raise_none(question: str) -> None:
    assert notices(question, None) == ()


def test_the_record_raises_notices_too() -> None:
    patient = Patient.model_validate({"observations": [{"display": "potassium", "value": 6.9, "unit": "mmol/L"}]})
    assert len(notices("Which drug for hypertension?", patient)) == 1
