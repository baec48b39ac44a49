"""Whether what was found is about another illness than the question names."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.retrieval.question.naming import about_another
from medrag.retrieval.question.query import query_for
from medrag.types import Case, Evidence, Patient
from tests.evidence import passage

KNOWN = load()
FLARE = ("Gout", "Treat an acute gout flare with colchicine 1.2 mg by mouth.")
SHOCK = ("Anaphylaxis", "In anaphylaxis, give adrenaline intramuscularly into the thigh.")
RATE = ("Atrial fibrillation", "In atrial fibrillation, give a beta blocker for the rate.")
KNEE = ("Chronic pain", "Try exercise and topical diclofenac first.")
WARDS = ("Opening hours", "The ward is open for visitors from two to six.")


def found(title: str, sentence: str) -> list[Evidence]:
    return [Evidence(number=1, passage=passage("doc#1", sentence, title=title), score=0.7, ranks=(1,), behind=(0.0,))]


@pytest.mark.parametrize(
    ("question", "document", "another"),
    [
        ("polymyalgia rheumatica: how much prednisolone?", FLARE, True),
        ("scabies in a nursery, permethrin how often", FLARE, True),
        ("tophaceous gout, colchicine how often", FLARE, False),
        ("AF on a smartwatch, drug?", RATE, False),
        # Nothing is named, or a sign alone.
        ("big toe red hot and exquisitely sore since dawn, which pill", FLARE, False),
        ("fever and vomiting since Monday, which drug?", FLARE, False),
        # What is described is not what is named.
        ("asthmatic, bee sting, hives and wheeze, tongue swollen. what do I inject?", SHOCK, False),
        ("asthmatic, any point in more colchicine?", FLARE, True),
        # A drug or a test alone describes nothing beside a name.
        ("psoriasis: is colchicine ok?", FLARE, True),
        ("psoriasis denied? no psoriasis. big toe red hot and sore, colchicine", FLARE, False),
        # A broader or narrower illness.
        ("arthritis of the toe from crystals, colchicine?", FLARE, False),
        ("low back pain for a year, which cream", KNEE, False),
        # What was found names no illness that is known.
        ("psoriasis on the elbows, which cream", WARDS, False),
    ],
)
def test_an_illness_named_must_be_that_of_what_was_found(
    question: str, document: tuple[str, str], another: bool
) -> None:
    assert about_another(query_for(Case(question=question), KNOWN), found(*document), KNOWN) is another


def test_what_the_patient_has_may_be_what_was_found_is_about() -> None:
    patient = Patient.model_validate({"conditions": ["gout"]})
    case = Case(question="psoriasis, any harm in tablets for both?", patient=patient)
    assert not about_another(query_for(case, KNOWN), found(*FLARE), KNOWN)
    assert about_another(query_for(Case(question=case.question), KNOWN), found(*FLARE), KNOWN)
