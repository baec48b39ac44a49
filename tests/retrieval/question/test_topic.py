"""Whether what is found names the illness that a question is about."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.retrieval.question.query import Query, query_for
from medrag.retrieval.question.topic import named
from medrag.types import Case, Evidence, Patient
from tests.evidence import passage

KNOWLEDGE = load()
TEXT = "In gout with heart failure, colchicine is given."


def found(title: str, behind: float = 0.0) -> list[Evidence]:
    """One passage with one sentence, so far behind the best."""
    return [Evidence(number=1, passage=passage("doc#1", TEXT, title=title), score=0.6, ranks=(1,), behind=(behind,))]


@pytest.mark.parametrize(
    ("question", "title", "about"),
    [
        ("gout flare, which drug?", "Gout: acute flares", True),
        # A broader and a narrower illness are the same subject.
        ("STEMI, which drug?", "Myocardial infarction", True),
        ("acute pericarditis, colchicine dose?", "Gout: acute flares", False),
        # A sentence that names it does not make it the subject, nor is the question then of something else.
        ("heart failure, which drug?", "Gout: acute flares", None),
        ("colchicine dose?", "Gout: acute flares", None),
    ],
)
def test_what_the_evidence_is_about(question: str, title: str, about: bool | None) -> None:
    assert named(Query.of(question), found(title), KNOWLEDGE) is about


def test_the_patients_illnesses_count_and_titles_far_behind_do_not() -> None:
    case = Case(question="which drug?", patient=Patient.model_validate({"conditions": ["gout"]}))
    query = query_for(case, KNOWLEDGE)
    assert named(query, found("Gout: acute flares"), KNOWLEDGE)
    assert named(query, found("Gout: acute flares", 4.0), KNOWLEDGE) is None
