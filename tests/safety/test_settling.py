from medrag import knowledge
from medrag.safety.consultation import Consultation
from medrag.types import Patient, Statement


def test_the_missing_facts_that_settle_most_are_named() -> None:
    patient = Patient.model_validate({"sex": "female", "age_years": 30, "conditions": [], "no_known_allergies": True})
    consultation = Consultation(patient, "", knowledge.load())
    for text in ("Start metformin 500 mg.", "Start ramipril 5 mg.", "Start nitrofurantoin 100 mg."):
        consultation.settle(Statement(text=text))
    settling = consultation.conclude().settling
    assert settling is not None
    assert {"kidney function", "medications"} <= set(settling.values["facts"])  # type: ignore[arg-type]
    assert len(settling.values["facts"]) <= 3  # type: ignore[arg-type]
    assert settling.values["settled"] <= settling.values["total"]  # type: ignore[operator]
    assert "would settle" in settling.reason


def test_nothing_is_asked_for_where_nothing_is_open() -> None:
    assert Consultation(None, "", knowledge.load()).conclude().settling is None
