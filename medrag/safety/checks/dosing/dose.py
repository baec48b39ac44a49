"""Single and daily doses against the highest labelled ones, summed over products that share an ingredient."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from medrag.knowledge.schema import DoseLimit
from medrag.reading import Dose, Prescription
from medrag.reading.dosing.daily import amounts_of, daily_dose
from medrag.reading.dosing.mixtures import ALL_DAY
from medrag.safety.check_context import Context, ingredients_of, not_assessed, passed, worst
from medrag.safety.checks.dosing.held import SLACK, above, scale, scaled
from medrag.safety.checks.dosing.rates import is_rate, rate_unknown, too_fast
from medrag.safety.checks.dosing.sized import sized_above, unsized
from medrag.safety.checks.dosing.taken import as_taken, often_beside
from medrag.safety.checks.dosing.unread import of_unknown_amount, unsummed
from medrag.safety.checks.pairs.twice import given_twice
from medrag.types import Finding

WRONG_UNIT = 1000.0
"""A dose this many times under the highest one is no small dose but micrograms written for milligrams."""
MICRO = 1000.0
"""Micrograms in a milligram."""
ABSURD = 20.0
"""A number without a unit this many times over the highest dose is in micrograms."""
SCHEDULED = 0.45
"""Doses a day from which a once-weekly drug counts as given daily."""


_SAME_LIMIT = {"bolus": "iv"}


def dose(context: Context) -> Iterable[Finding]:
    """Fails for a single or daily dose above the limit, or a weekly drug given daily. Local use is left out."""
    yield from of_unknown_amount(context)
    dosed = [each for each in map(partial(as_taken, context), context.recommended) if each.doses]
    dosed = [each for each in dosed if context.acts(each, "doses")]
    if not dosed:
        return
    failed: list[Finding] = []
    unknown: list[str] = []
    rates: list[str] = []
    unweighed: set[str] = set()
    for each in dosed:
        limits = list(_limits(context, each))
        if _by_unknown_weight(context, each) or unsized(context, each, [limit for _, limit in limits]):
            unweighed.add(each.mention.label)
        if rate_unknown(context, each, limits):
            rates.append(each.mention.label)
        if each.mention.label not in unweighed and not any(_applicable(context, each, limit) for _, limit in limits):
            unknown.append(each.mention.label)
        for ingredient, limit in limits:
            failed += _exceeded(context, each, ingredient, limit)
            mine = amounts_of(_in_unit(each, limit), ingredient, limit.unit)
            failed += sized_above(context, limit, ingredient, mine, [one for name, one in limits if name == ingredient])
    yield from worst(failed)
    yield from (not_assessed("dose.unknown_weight", (label,), drug=label) for label in sorted(unweighed))
    yield from (not_assessed("dose.unknown_rate", (label,), drug=label) for label in dict.fromkeys(rates))
    unread = list(dict.fromkeys(each.mention.label for each in dosed if _unsure(context, each)))
    yield from (not_assessed("dose.unsummed", (label,), drug=label) for label in unread)
    if unknown:
        yield not_assessed("dose.unknown_limit", tuple(dict.fromkeys(unknown)))
    unsaid = tuple(dict.fromkeys(each.mention.label for each in dosed if any(not one.unit for one in each.doses)))
    if unsaid:
        yield not_assessed("dose.no_unit", unsaid, drugs=unsaid)
    if not failed and not unsaid and not rates and not unread and len(unknown) + len(unweighed) < len(dosed):
        yield passed("dose.within", tuple(dict.fromkeys(each.mention.label for each in dosed)))


def _unsure(context: Context, each: Prescription) -> bool:
    """Whether the amount is not summed, or would be too much as often as something in the text, maybe another's, is."""
    if unsummed(context, each):
        return True
    often = often_beside(context, each)
    if often is None:
        return False
    repeated = replace(each, doses=tuple(replace(one, frequency=often) for one in each.doses))
    return any(True for held in _limits(context, repeated) for _ in _exceeded(context, repeated, *held))


def _by_unknown_weight(context: Context, each: Prescription) -> bool:
    """Whether a child's dose is by a weight that is not recorded, so that nobody knows how much it is."""
    patient = context.patient
    if patient is None or patient.patient.weight_kg is not None or patient.age is None:
        return False
    return patient.age < _adult(context) and any(one.per_kg for one in each.doses)


def _adult(context: Context) -> float:
    """The age in years from which someone is an adult."""
    return context.knowledge.age_limits["adult"].from_age


def _limits(context: Context, each: Prescription) -> Iterator[tuple[str, DoseLimit]]:
    """The limits that apply: the patient's age (adult where unknown), and the route's own before any route's."""
    age = context.patient.age if context.patient and context.patient.age is not None else _adult(context)
    for ingredient in each.mention.ingredients:
        every = context.knowledge.limits(ingredient)
        fitting = [
            limit
            for limit in every
            if limit.ages[0] <= age < limit.ages[1] and (limit.naive is None or context.starts(limit.naive))
        ]
        for limit in _by_disease(context, _as_routed(context, each), fitting):
            yield ingredient, limit


def _as_routed(context: Context, each: Prescription) -> Prescription:
    """The drug by the route by which the patient has it, where the text names none."""
    if each.mention.route or not context.patient:
        return each
    same = (one.prescription.mention for one in context.patient.drugs)
    routes = {one.route for one in same if one.route and one.ingredients == each.mention.ingredients}
    return replace(each, mention=replace(each.mention, route=routes.pop())) if len(routes) == 1 else each


def _by_disease(context: Context, each: Prescription, limits: Sequence[DoseLimit]) -> list[DoseLimit]:
    """Those of the route; where the patient's disease has amounts of its own, these, and how fast it may be given."""
    general = _by_route(each, [limit for limit in limits if not limit.conditions])
    own = _by_route(each, [limit for limit in limits if limit.conditions and context.indicated(limit.conditions)])
    if not own:
        return general
    return [*own, *(limit for limit in general if limit.single is None and limit.daily is None)]


def _by_route(each: Prescription, limits: Sequence[DoseLimit]) -> list[DoseLimit]:
    """Those of the route; where it is unsaid those of the only route, of the one given weekly, or by mouth.

    What runs for some hours, or at a rate, goes into a vein. Rates of a route leave it the amounts of any.
    """
    said = each.mention.route or _implied(each.doses, {limit.route for limit in limits})
    if said:
        exact = [limit for limit in limits if limit.route == _SAME_LIMIT.get(said, said)]
        general = [limit for limit in limits if limit.route == "any"]
        return exact if any(map(_is_amount, exact)) else [*exact, *general]
    seldom = [limit for limit in limits if limit.weekly]
    if seldom and each.doses and not any(_daily_use(one) for one in each.doses):
        return seldom
    if len({limit.route for limit in limits}) == 1:
        return list(limits)
    return [limit for limit in limits if limit.route in ("any", "oral")]


def _implied(doses: Iterable[Dose], routes: Collection[str]) -> str | None:
    """The route that a rate is by: a patch's, where there is one of the drug, else into a vein, as what runs is."""
    if any(map(is_rate, doses)) and "transdermal" in routes:
        return "transdermal"
    runs = any(is_rate(one) or (one.over_hours is not None and one.over_hours < ALL_DAY) for one in doses)
    return "iv" if runs and "iv" in routes else None


def _is_amount(limit: DoseLimit) -> bool:
    return limit.single is not None or limit.daily is not None


def _applicable(context: Context, each: Prescription, limit: DoseLimit) -> bool:
    """Whether the limit can be held against the doses: the same unit, and a weight where it is per kilogram."""
    same_unit = [one for one in each.doses if one.unit in (limit.unit, "") and (_is_amount(limit) or is_rate(one))]
    if not limit.per_kg or scale(context, limit) is not None:
        return bool(same_unit)
    return any(one.per_kg for one in same_unit)


def _exceeded(context: Context, each: Prescription, ingredient: str, limit: DoseLimit) -> Iterator[Finding]:
    mine = amounts_of(_in_unit(each, limit), ingredient, limit.unit)
    if limit.weekly and any(_daily_use(one) for one in mine.doses if not (one.per_m2 and context.rescued)):
        yield above("dose.weekly", context, limit, ingredient)
        return
    by = scale(context, limit)
    by_weight = any(one.per_kg for one in mine.doses)
    weighed = [one for one in mine.doses if not (limit.per_kg and by_weight and one.maximum and not one.per_kg)]
    for one in weighed:
        top = scaled(limit, limit.single, by, one)
        drawn_out = one.over_hours is not None and one.over_hours >= ALL_DAY
        if (drawn_out or (one.maximum and one.frequency is None)) and limit.daily is not None:
            top = scaled(limit, limit.daily, by, one)
        if one.per == "dose" and top is not None and one.high > top * SLACK and not one.threshold:
            yield above("dose.single_above", context, limit, ingredient, dose=one.high, unit=one.unit, limit=top)
        usual = scaled(limit, limit.single or limit.daily, by, one)
        if one.per == "dose" and usual is not None and 0 < one.high * WRONG_UNIT <= usual:
            yield above("dose.wrong_unit", context, limit, ingredient, dose=one.high, unit=one.unit, limit=usual)
    yield from too_fast(context, limit, ingredient, mine)
    paced = [one for one in weighed if not (_by_the_hour(one) and limit.hourly is not None)]
    regular = Prescription(mine.mention, tuple(one for one in paced if not one.once and _repeats(one)))
    for one in regular.doses:
        top = scaled(limit, limit.daily, by, one)
        if one.per_kg and top is not None and one.daily is not None and one.daily > top * SLACK:
            yield above("dose.per_kg_above", context, limit, ingredient, dose=one.daily, unit=one.unit, limit=top)
    top = limit.daily * by if limit.daily is not None and by is not None else None
    total = daily_dose(regular)
    if total is None or top is None:
        return
    others = _elsewhere(context, each, ingredient, limit.unit)
    if total + others > top * SLACK:
        code, more = ("dose.daily_above_together", {"others": others}) if others else ("dose.daily_above", {})
        yield above(code, context, limit, ingredient, dose=total, unit=limit.unit, limit=top, **more)


def _in_unit(each: Prescription, limit: DoseLimit) -> Prescription:
    """Doses without a unit in the limit's own, or in micrograms where so many milligrams would be absurd.

    The number of a patch ("Transtec 35") is micrograms an hour where that is how it is limited.
    """
    if limit.route == "transdermal" and limit.hourly is not None:
        return Prescription(each.mention, tuple(one if one.unit else _by_patch(one) for one in each.doses))
    top = limit.single or limit.daily or float("inf")
    return Prescription(each.mention, tuple(one if one.unit else _guessed(one, limit.unit, top) for one in each.doses))


def _by_patch(one: Dose) -> Dose:
    return replace(one, unit="mg", low=one.low / MICRO, high=one.high / MICRO, per="hour")


def _guessed(one: Dose, unit: str, top: float) -> Dose:
    factor = 0.001 if unit == "mg" and one.high > ABSURD * top else 1.0
    return replace(one, unit=unit, low=one.low * factor, high=one.high * factor)


def _by_the_hour(one: Dose) -> bool:
    """Whether it is a rate of which nothing says that it runs all day, held against the rate alone."""
    return one.per == "hour" and one.over_hours is None and one.duration_days is None


def _repeats(one: Dose) -> bool:
    return one.frequency is not None or one.per in ("day", "week") or one.maximum


def _daily_use(one: Dose) -> bool:
    return one.per == "day" or (one.frequency is not None and one.frequency > SCHEDULED)


def _elsewhere(context: Context, each: Prescription, ingredient: str, unit: str) -> float:
    """A day's amount of the ingredient in other products taken or advised before, and where the drug is given twice."""
    own = ingredients_of(each, context.knowledge)
    others = [drug.prescription for drug in context.current] + list(context.advised)
    others = [other for other in others if set(other.mention.ingredients) != own]
    others += [other for other, _ in given_twice(context, each)]
    named = (other for other in others if ingredient in other.mention.ingredients)
    return sum(daily_dose(amounts_of(other, ingredient, unit)) or 0.0 for other in named)
