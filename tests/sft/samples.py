"""Examples made by hand: two passages, and questions asked over both."""

from __future__ import annotations

from collections.abc import Mapping

from medrag.generation.modes import ABSTAIN, MODES
from medrag.generation.prompts import asked, shared
from medrag.knowledge import load
from medrag.types import Case, Patient
from sft.examples.asked import Branch, Example
from tests.evidence import GOUT, HYPERTENSION, evidence

QUOTE = MODES["quote"]
EVIDENCE = evidence(HYPERTENSION, GOUT)
ANSWERS: Mapping[str, str] = {"Which drug first for hypertension?": "A", "gout flare?": "C", "best pizza?": ABSTAIN}
PATIENT = Patient(age_years=60, conditions=("hypertension",))


def example(answers: Mapping[str, str] = ANSWERS) -> Example:
    """The questions over the same evidence, each a branch."""
    knowledge = load()
    branches = [
        Branch(
            id=question, prompt=asked(Case(question=question, patient=PATIENT), EVIDENCE, QUOTE, knowledge), answer=a
        )
        for question, a in answers.items()
    ]
    return Example(
        source="sample", system=QUOTE.system, shared=shared(EVIDENCE, QUOTE, knowledge), branches=tuple(branches)
    )
