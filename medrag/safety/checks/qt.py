"""QT prolongation: the drug's tier together with the patient's own risks."""

from __future__ import annotations

from collections.abc import Iterable

from medrag.patient.view import PatientView
from medrag.safety.check_context import Context, fail, ingredients_of
from medrag.types import Finding, Severity

SOURCE = (
    "AHA/ACC statement on prevention of torsades de pointes in hospital, Drew et al., Circulation 2010; "
    "risk factors as in Tisdale et al., Circ Cardiovasc Qual Outcomes 2013"
)
LONG_MS = 500.0
BORDERLINE_MS = {"female": 470.0, "male": 450.0}
OLD = 68.0
MANY = 2


def qt(context: Context) -> Iterable[Finding]:
    """Fails for a known-risk drug with a QTc of 500 ms, another QT drug, or two or more risk factors."""
    known = context.knowledge.members["qt_known"]
    possible = context.knowledge.members["qt_possible"] | known
    for each in context.recommended:
        drugs = set(each.mention.ingredients)
        if not context.acts(each, "qt") or not drugs & possible:
            continue
        label = each.mention.label
        others = _others(context, drugs, known if drugs & known else known | possible)
        facts = _risks(context.patient)
        qtc = context.patient.labs.get("qtc") if context.patient else None
        if qtc is not None and qtc >= LONG_MS and drugs & known:
            yield fail("qt.long", Severity.CONTRAINDICATED, SOURCE, (label,), facts, drug=label, qtc=round(qtc))
        elif others and drugs & known:
            yield fail("qt.drugs", Severity.WARNING, SOURCE, (label, *others), facts, drug=label, others=others)
        elif drugs & known and len(facts) >= MANY:
            yield fail("qt.risks", Severity.WARNING, SOURCE, (label,), facts, drug=label, count=len(facts))
        elif others or (qtc is not None and qtc >= LONG_MS):
            yield fail("qt.possible", Severity.INFORMATION, SOURCE, (label, *others), facts, drug=label)


def _others(context: Context, own: set[str], group: Iterable[str]) -> tuple[str, ...]:
    present = [drug.prescription for drug in context.current if not drug.prescription.local]
    present += [each for each in context.advised if not each.local]
    names = {
        name for each in present if not each.mention.drug_class for name in ingredients_of(each, context.knowledge)
    }
    return tuple(sorted((names - own) & set(group)))


def _risks(patient: PatientView | None) -> tuple[str, ...]:
    if patient is None:
        return ()
    facts = [
        patient.concepts[name]
        for name in ("hypokalaemia", "hypomagnesaemia", "hypocalcaemia", "heart_failure", "bradycardia")
        if name in patient.concepts
    ]
    qtc = patient.labs.get("qtc")
    if qtc is not None and qtc >= BORDERLINE_MS.get(patient.patient.sex or "", 460.0):
        facts.append(f"QTc {qtc:.0f} ms")
    if patient.age is not None and patient.age >= OLD:
        facts.append(f"age {patient.age:g}")
    if patient.patient.sex == "female":
        facts.append("female")
    return tuple(dict.fromkeys(facts))
