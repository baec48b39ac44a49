"""Whether what was found is about another illness than the question names, or has nothing on the drug it asks for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from medrag.knowledge import load
from medrag.retrieval.question.dosed import doses_of_others
from medrag.retrieval.question.naming import about_another, lacks_the_drug
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


def judged(rule: Callable[..., bool], case: Case, document: tuple[str, str]) -> bool:
    query = query_for(case, KNOWN)
    return rule(query.asked, query.applicant, found(*document), KNOWN)


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
    assert judged(about_another, Case(question=question), document) is another


def test_what_the_patient_has_may_be_what_was_found_is_about() -> None:
    patient = Patient.model_validate({"conditions": ["gout"]})
    case = Case(question="psoriasis, any harm in tablets for both?", patient=patient)
    assert not judged(about_another, case, FLARE)
    assert judged(about_another, Case(question=case.question), FLARE)


@pytest.mark.parametrize(
    ("question", "document", "lacks"),
    [
        ("acute gout, anakinra: how often?", FLARE, True),
        ("gout attack, what dose of canakinumab", FLARE, True),
        ("canakinumab for a third gout attack this year — dose?", FLARE, True),
        ("gout attack: colchicine - dose?", FLARE, False),
        ("gout attack: naproxen or colchicine, mg please", FLARE, False),
        # A class of it, another strength for strength, a kind of it.
        ("AF, what dose of bisoprolol", RATE, True),
        (
            "AF, which dose of a beta blocker",
            ("Atrial fibrillation", "In AF, bisoprolol is 1.25 to 20 mg daily."),
            False,
        ),
        ("AF, low dose bisoprolol ok?", RATE, False),
        ("gout flare, prednisolone dose", ("Gout", "For a gout flare, prednisone is 30 mg by mouth daily."), False),
        ("T2DM, degludec dose", ("Type 2 diabetes", "In type 2 diabetes, basal insulin starts at 10 units."), False),
        # Told of in another illness alone.
        ("migraine, propranolol dose", ("Hypertension", "For hypertension, propranolol is 80 mg twice daily."), True),
        # Named, and nothing told of how it is dosed.
        ("asthma, montelukast granules dose", ("Asthma", "In asthma, montelukast can change the mood."), True),
        ("asthma, montelukast dose", ("Asthma", "In asthma, do not give montelukast first."), False),
        # No dose is asked for, or not of a drug that is given.
        ("gout attack, would etoricoxib do?", FLARE, False),
        ("gout attack, stopped indometacin. dose of what else?", FLARE, False),
        ("gout attack, which drug and dose?", FLARE, False),
        ("gout attack on apixaban, what dose of what?", FLARE, False),
    ],
)
def test_the_dose_of_a_drug_is_told_by_what_names_it(question: str, document: tuple[str, str], lacks: bool) -> None:
    assert judged(lacks_the_drug, Case(question=question), document) is lacks


def test_doses_of_others_are_left_out_where_the_asked_ones_dose_is_told() -> None:
    colchicine = (1, 1), "Colchicine for a gout flare is 1.2 mg by mouth, then 0.6 mg an hour later."
    allopurinol = (1, 2), "Allopurinol for gout starts at 100 mg by mouth once daily."
    advice = (1, 3), "In a gout flare, rest and cool the joint, and avoid alcohol."
    quotes = dict((allopurinol, colchicine, advice))
    assert doses_of_others("gout flare, colchicine dose?", quotes, KNOWN) == {allopurinol[0]}
    assert not doses_of_others("gout flare, which drug and dose?", quotes, KNOWN)
    assert not doses_of_others("gout flare, naproxen dose?", quotes, KNOWN)
    assert not doses_of_others("gout flare, colchicine dose?", dict((allopurinol, advice)), KNOWN)
