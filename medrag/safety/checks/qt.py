"""QT prolongation: the drug's tier together with the patient's own risks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.knowledge.schema import QtRisk
from medrag.patient.view import PatientView
from medrag.safety.check_context import Context, fail, ingredients_of
from medrag.types import Finding, Severity

SOURCE = (
    "AHA/ACC statement on prevention of torsades de pointes in hospital, Drew et al., Circulation 2010; "
    "risk factors as in Tisdale et al., Circ Cardiovasc Qual Outcomes 2013"
)


def qt(context: Context) -> Iterable[Finding]:
    """Fails for a known-risk drug with a long QTc, another QT drug, or several risk factors."""
    known = context.knowledge.members["qt_known"]
    possible = context.knowledge.members["qt_possible"] | known
    long, many = (context.knowledge.qt_limits[name].amount for name in ("long", "many"))
    for each in context.recommended:
        drugs = set(each.mention.ingredients)
        if not context.acts(each, "qt") or not drugs & possible:
            continue
        label = each.mention.label
        others = _others(context, drugs, known if drugs & known else known | possible)
        facts = _risks(context.patient)
        qtc = context.patient.labs.get("qtc") if context.patient else None
        if qtc is not None and qtc >= long and drugs & known:
            yield fail("qt.long", Severity.CONTRAINDICATED, SOURCE, (label,), facts, drug=label, qtc=round(qtc))
        elif others and drugs & known:
            yield fail("qt.drugs", Severity.WARNING, SOURCE, (label, *others), facts, drug=label, others=others)
        elif drugs & known and len(facts) >= many:
            yield fail("qt.risks", Severity.WARNING, SOURCE, (label,), facts, drug=label, count=len(facts))
        elif others or (qtc is not None and qtc >= long):
            yield fail("qt.possible", Severity.INFORMATION, SOURCE, (label, *others), facts, drug=label)


def _others(context: Context, own: set[str], group: Iterable[str]) -> tuple[str, ...]:
    present = [drug.prescription for drug in context.current if not drug.prescription.local]
    present += [each for each in context.advised if not (each.local or context.is_option(each))]
    names = {
        name for each in present if not each.mention.drug_class for name in ingredients_of(each, context.knowledge)
    }
    return tuple(sorted((names - own) & set(group)))


def _risks(patient: PatientView | None) -> tuple[str, ...]:
    if patient is None:
        return ()
    return tuple(dict.fromkeys(fact for risk in patient.knowledge.qt_risks for fact in _found(risk, patient)))


def _found(risk: QtRisk, patient: PatientView) -> Iterator[str]:
    """The patient's facts, in words, that are this risk."""
    yield from (patient.concepts[name] for name in risk.conditions if name in patient.concepts)
    qtc, sex = patient.labs.get("qtc"), patient.patient.sex
    if risk.qtc is not None:
        known = sex if sex in ("female", "male") else None
        if qtc is not None and risk.sex == known and qtc >= risk.qtc:
            yield f"QTc {qtc:.0f} ms"
    elif risk.sex is not None and risk.sex == sex:
        yield risk.sex
    if risk.from_age is not None and patient.age is not None and patient.age >= risk.from_age:
        yield f"age {patient.age:g}"
