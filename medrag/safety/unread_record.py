"""What of the record could not be read, told by every check that looks there: it cannot pass on the rest alone."""

from __future__ import annotations

from collections.abc import Iterable

from medrag.safety.check_context import not_assessed
from medrag.safety.checks import LOOKS_AT
from medrag.types import Finding, Lost, Patient, Verdict

SOURCE = "medrag: what is recorded but cannot be read is unknown"


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
