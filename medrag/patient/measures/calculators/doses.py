"""Equivalent doses of what the patient takes, and doses by weight."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import product

from medrag.knowledge import Knowledge
from medrag.patient.measures import formulas
from medrag.patient.measures.calculators.declaration import ADULTS, Calculator, Values
from medrag.patient.measures.inputs import Unavailable, Value
from medrag.reading import Prescription, prescriptions
from medrag.reading.dosing.daily import amounts_of, daily_dose
from medrag.types import Patient

Factor = tuple[str, tuple[str | None, ...], float]
"""A drug, its routes (by mouth where there are none; None: not named), and what a milligram of it equals."""


BY_MOUTH = (None, "oral")


def opioids(knowledge: Knowledge) -> Iterator[Factor]:
    """Milligrams of oral morphine."""
    return ((each.drug, each.routes, each.factor) for each in knowledge.rules.opioid_equivalents)


def equivalents(standard: str) -> Callable[[Knowledge], Iterator[Factor]]:
    """Milligrams of ``standard``."""

    def factors(knowledge: Knowledge) -> Iterator[Factor]:
        known = (each for each in knowledge.equivalents if each.standard == standard)
        return ((each.drug, (None, *each.routes) if each.routes else (), each.factor) for each in known)

    return factors


def daily_equivalents(patient: Patient, factors: Iterable[Factor], knowledge: Knowledge) -> dict[str, Value]:
    """What each current drug with a factor amounts to a day, in mg of the standard.

    Raises ``Unavailable`` where none is taken, or one is without a daily dose.
    """
    if patient.medications is None:
        raise Unavailable("no medications are recorded")
    known, found = tuple(factors), dict[str, Value]()
    for fact in patient.medications:
        read = prescriptions(f"{fact.display} {fact.dosage or ''}", knowledge) if fact.current else ()
        for each, (drug, routes, factor) in product(read, known):
            if drug not in each.mention.ingredients or not _by(each, routes):
                continue
            amount = _a_day(each, drug)
            if amount is None:
                raise Unavailable(f"no daily dose of {drug} is recorded")
            earlier = found[drug].value if drug in found else 0.0
            found[drug] = Value(round(earlier + amount * factor, 4), "mg/d", fact.date, fact.source)
    if not found:
        raise Unavailable("no drug of this kind with a known equivalent is recorded as taken")
    return found


def _by(each: Prescription, routes: tuple[str | None, ...]) -> bool:
    return each.mention.route in (routes or BY_MOUTH)


def _a_day(each: Prescription, drug: str) -> float | None:
    amounts = amounts_of(each, drug)
    return daily_dose(amounts) if any(one.daily is not None for one in amounts.doses) else None


def _equivalent(
    title: str, population: str, source: str, factors: Callable[[Knowledge], Iterator[Factor]]
) -> Calculator:
    def gather(patient: Patient, _today: date, knowledge: Knowledge) -> dict[str, Value]:
        return daily_equivalents(patient, factors(knowledge), knowledge)

    return Calculator(
        title,
        "mg/d",
        "sum of daily doses x factor",
        (),
        lambda v: round(sum(v.values()), 2),
        population=population,
        source=source,
        gather=gather,
    )


def maintenance(weight_kg: float) -> float:
    """Maintenance fluid in mL a day. Holliday MA, Segar WE, Pediatrics 1957;19:823."""
    return 100 * min(weight_kg, 10) + 50 * min(max(weight_kg - 10, 0), 10) + 20 * max(weight_kg - 20, 0)


def warfarin(values: Values) -> float:
    """Warfarin in mg a day without genotypes. Gage BF et al., Clin Pharmacol Ther 2008;84:326."""
    surface = formulas.bsa_dubois(values["weight"], values["height"])
    exponent = 0.613 + 0.425 * surface - 0.0075 * values["age"] + 0.216 * values["target_inr"]
    exponent += 0.156 * values["african_american"] - 0.257 * values["amiodarone"]
    exponent += 0.108 * values["smoker"] + 0.0784 * values["venous_thromboembolism"]
    return math.exp(exponent)


def _by_weight(title: str, per_kg: float, source: str, population: str, heaviest: float = math.inf) -> Calculator:
    return Calculator(
        title,
        "mg",
        f"{per_kg:g} mg/kg",
        ("weight",),
        lambda v: round(per_kg * min(v["weight"], heaviest)),
        population=population,
        source=source,
    )


_POISONED = "people with acetaminophen poisoning"
_NAC = "acetylcysteine labels: Acetadote (intravenous, weight counted to 100 kg), oral solution"
_MAINTENANCE: Mapping[str, str] = {"maintenance_fluid": "mL/d", "maintenance_fluid_hourly": "mL/h"}


def _fluid(unit: str) -> Calculator:
    return Calculator(
        f"maintenance fluid ({'an hour' if unit == 'mL/h' else 'a day'})",
        unit,
        "100 mL/kg for the first 10 kg, 50 for the next 10, 20 beyond",
        ("weight",),
        lambda v: round(maintenance(v["weight"]) / (24 if unit == "mL/h" else 1), 1),
        population="children from 28 days; without losses to replace",
        source="Holliday MA, Segar WE, Pediatrics 1957;19:823",
        limits={"weight": (2.5, 100)},
    )


DOSES: dict[str, Calculator] = {
    "morphine_equivalent": _equivalent(
        "oral morphine equivalent (MME)",
        "people who take opioids for pain; not for conversion between opioids",
        "CDC clinical practice guideline for prescribing opioids, MMWR Recomm Rep 2022;71(3):1",
        opioids,
    ),
    "prednisone_equivalent": _equivalent(
        "prednisone equivalent",
        "people on systemic glucocorticoids",
        "glucocorticoid potencies in common use (Schimmer BP, Funder JW, in: Goodman & Gilman)",
        equivalents("prednisone"),
    ),
    "diazepam_equivalent": _equivalent(
        "diazepam equivalent",
        "people who take benzodiazepines or z-drugs by mouth; approximate",
        "Ashton CH, Benzodiazepines: how they work and how to withdraw, 2002",
        equivalents("diazepam"),
    ),
    **{name: _fluid(unit) for name, unit in _MAINTENANCE.items()},
    "warfarin_dose": Calculator(
        "warfarin maintenance dose (clinical algorithm)",
        "mg/d",
        "Gage 2008, without genotypes",
        (
            *("age", "weight", "height", "target_inr", "african_american"),
            *("amiodarone", "smoker", "venous_thromboembolism"),
        ),
        lambda v: round(warfarin(v), 2),
        population="adults who start warfarin",
        source="Gage BF et al., Clin Pharmacol Ther 2008;84:326. doi:10.1038/clpt.2008.10",
        ages=ADULTS,
    ),
    "acetylcysteine_iv_first": _by_weight("acetylcysteine, first bag", 150, _NAC, _POISONED, 100),
    "acetylcysteine_iv_second": _by_weight("acetylcysteine, second bag", 50, _NAC, _POISONED, 100),
    "acetylcysteine_iv_third": _by_weight("acetylcysteine, third bag", 100, _NAC, _POISONED, 100),
    "acetylcysteine_oral_loading": _by_weight("acetylcysteine by mouth, loading dose", 140, _NAC, _POISONED),
    "acetylcysteine_oral_maintenance": _by_weight("acetylcysteine by mouth, each later dose", 70, _NAC, _POISONED),
    "hydroxychloroquine_maximum": _by_weight(
        "hydroxychloroquine, most a day",
        5,
        "Marmor MF et al., Ophthalmology 2016;123:1386 (real body weight)",
        "people on long-term hydroxychloroquine",
    ),
}
