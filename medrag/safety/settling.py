"""Which missing facts would settle most of what is not assessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from medrag.safety.check_context import MISSING_SOURCE, not_assessed
from medrag.types import Finding, Severity, Statement, Verdict

MOST = 3
FACTS = {
    "age.unknown": "age",
    "allergy.unknown": "allergies",
    "dose.unknown_weight": "weight",
    "contraindication.unknown": "conditions",
    "interaction.unknown": "medications",
    "renal.unknown": "kidney function",
    "hepatic.unknown": "liver function",
    "pregnancy.unknown": "pregnancy",
    "washout.unknown": "stop dates",
    "pharmacogenomics.unknown": "genotypes",
}
"""The fact of the patient that each code of a gap asks for; a gap of the knowledge is settled by none."""


def settling(statements: Iterable[Statement]) -> Finding | None:
    """The facts, at most three, that settle most gaps of the statements, and how many of all; None where none would."""
    gaps = {
        (statement.text, finding.code, finding.drugs)
        for statement in statements
        for finding in statement.findings
        if finding.verdict is Verdict.NOT_ASSESSED
    }
    by_fact = Counter(FACTS[code] for _, code, _ in gaps if code in FACTS).most_common()
    chosen = sorted(by_fact, key=lambda each: (-each[1], each[0]))[:MOST]
    if not chosen:
        return None
    facts, settled = tuple(fact for fact, _ in chosen), sum(count for _, count in chosen)
    return not_assessed(
        "case.settle", (), MISSING_SOURCE, Severity.INFORMATION, facts=facts, settled=settled, total=len(gaps)
    )
