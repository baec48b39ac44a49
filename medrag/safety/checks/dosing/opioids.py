"""Opioids together: morphine equivalents a day, and forms that only the opioid-tolerant may be given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.knowledge.schema import OpioidEquivalent
from medrag.messages import Value
from medrag.reading import Prescription
from medrag.reading.dosing.daily import amounts_of, daily_dose
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, fail, ingredients_of, not_assessed
from medrag.types import Finding, Severity

PATCH = "transdermal"
BY_MOUTH = frozenset({None, "oral", PATCH, "sublingual"})
"""Routes of outpatient treatment, which the equivalents are for."""


def opioids(context: Context) -> Iterable[Finding]:
    """Fails for a total from 50 mg of oral morphine a day on, and for a patch or the like in the opioid-naive."""
    advised = [each for each in context.recommended if _fact(context, each)]
    for each in advised:
        yield from _naive(context, each)
        yield from _rescue(context, each)
    known = {each.mention.label: _equivalent(context, each) for each in (*_others(context), *advised)}
    total = sum(amount for amount in known.values() if amount is not None)
    totals = context.knowledge.opioid_totals
    if advised and total >= totals["naloxone"].amount and any(known[each.mention.label] for each in advised):
        high = total >= totals["high"].amount
        code = "opioids.high" if high else "opioids.many"
        severity = Severity.INFORMATION if _naloxone(context) and not high else Severity.WARNING
        source = context.knowledge.cite(totals["high" if high else "naloxone"])
        drugs = tuple(name for name, amount in known.items() if amount)
        yield fail(code, severity, source, drugs, (), drugs=drugs, total=round(total))


def _rescue(context: Context, each: Prescription) -> Iterator[Finding]:
    """A dose as needed of the opioid that the patient takes, of more than half a day's amount of it."""
    fact = _fact(context, each)
    daily = [
        _equivalent(context, drug.prescription) or 0.0 for drug in context.current if _fact(context, drug.prescription)
    ]
    if fact is None:
        return
    doses = amounts_of(each, fact.drug).doses
    most = fact.factor * max((one.high for one in doses if one.as_needed and one.per == "dose"), default=0.0)
    rescue = context.knowledge.opioid_totals["rescue"]
    if most > rescue.amount * sum(daily) > 0:
        label = each.mention.label
        values: dict[str, Value] = {"drug": label, "dose": round(most), "total": round(sum(daily))}
        source = context.knowledge.cite(rescue)
        yield fail("opioids.rescue", Severity.CONTRAINDICATED, source, (label,), (), **values)


def _others(context: Context) -> Iterator[Prescription]:
    """What the patient takes already and was advised before, unless this statement gives it anew."""
    anew = set(context.labels)
    for other in (*(drug.prescription for drug in context.current), *context.advised):
        if other.mention.label not in anew:
            yield other


def _fact(context: Context, each: Prescription) -> OpioidEquivalent | None:
    """The equivalent of the drug by its route, the route's own before any route's."""
    route = each.mention.route or (PATCH if any(one.per == "hour" for one in each.doses) else None)
    facts = [context.knowledge.rules.opioid_equivalents[place] for place in _places(context, each)]
    exact = [fact for fact in facts if route in fact.routes]
    general = [fact for fact in facts if not fact.routes and route in BY_MOUTH]
    return next(iter((*exact, *general)), None)


def _places(context: Context, each: Prescription) -> list[int]:
    rules = context.knowledge.rules.opioid_equivalents
    return [place for place, rule in enumerate(rules) if rule.drug in each.mention.ingredients]


def _equivalent(context: Context, each: Prescription) -> float | None:
    """Milligrams of oral morphine a day, None where no equivalent or no daily amount is known."""
    fact = _fact(context, each)
    amounts = amounts_of(each, fact.drug) if fact else None
    repeated = amounts and any(one.daily is not None for one in amounts.doses)
    amount = daily_dose(amounts) if amounts and repeated else None
    return amount * fact.factor if fact and amount is not None else None


def _naive(context: Context, each: Prescription) -> Iterator[Finding]:
    """A form for the opioid-tolerant in a patient whose record holds no opioid; a rate may also be an infusion's."""
    fact, patient = _fact(context, each), context.patient
    if fact is None or not fact.tolerant_only or pattern("manners", "tolerant").search(context.statement.text):
        return
    opioid = context.knowledge.members["full_opioid_agonist"]
    taken = [*(drug.prescription for drug in (patient.drugs if patient else ())), *context.advised]
    if any(opioid & ingredients_of(other, context.knowledge) for other in taken):
        return
    label = each.mention.label
    if patient is None or not patient.recorded("medications"):
        yield not_assessed("opioids.tolerance_unknown", (label,), drug=label)
    else:
        source = context.knowledge.cite(fact)
        severity = Severity.CONTRAINDICATED if each.mention.route else Severity.WARNING
        yield fail("opioids.naive", severity, source, (label,), (), drug=label)


def _naloxone(context: Context) -> bool:
    given = [*(drug.prescription for drug in context.current), *context.advised, *context.recommended]
    return any("naloxone" in ingredients_of(each, context.knowledge) for each in given)
