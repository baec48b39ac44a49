"""What of the record could not be read, told by every check that looks there: it cannot pass on the rest alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from medrag.safety.check_context import not_assessed
from medrag.types import Finding, Lost, Patient, Verdict

SOURCE = "medrag: what is recorded but cannot be read is unknown"
LOOKS_AT: Mapping[str, frozenset[Lost]] = {
    "allergy": frozenset({"allergies"}),
    "contraindication": frozenset({"conditions"}),
    "criteria": frozenset({"observations", "conditions"}),
    "duplication": frozenset({"medications"}),
    "hepatic": frozenset({"observations", "conditions"}),
    "interaction": frozenset({"medications"}),
    "opioids": frozenset({"medications"}),
    "pharmacogenomics": frozenset({"genotypes"}),
    "qt": frozenset({"medications", "observations"}),
    "renal": frozenset({"observations"}),
    "washout": frozenset({"medications"}),
    "withdrawal": frozenset({"medications"}),
}
"""The lists of the patient that each check judges by."""


def lost(patient: Patient | None) -> frozenset[Lost]:
    """The lists of which some entries could not be read."""
    return frozenset(each for problem in (patient.problems if patient else ()) for each in problem.lost)


def with_gaps(findings: Iterable[Finding], gaps: frozenset[Lost]) -> list[Finding]:
    """The findings, with *not assessed* in place of passes of, and beside failures of, checks that look at ``gaps``.

    A check that says already that nothing is recorded need not say it again.
    """
    every = list(findings)
    kept: list[Finding] = []
    told = {finding.check for finding in every if finding.code == f"{finding.check}.unknown"}
    for finding in every:
        missing = LOOKS_AT.get(finding.check, frozenset()) & gaps
        if not missing or finding.verdict is not Verdict.PASS:
            kept.append(finding)
        if missing and finding.check not in told:
            told.add(finding.check)
            gap = not_assessed("record.unread", finding.drugs, SOURCE, facts=tuple(sorted(missing)))
            kept.append(gap.model_copy(update={"check": finding.check}))
    return kept
