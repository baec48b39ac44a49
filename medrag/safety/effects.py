"""What the released treatments do in numbers: arithmetic on relative effects that the knowledge cites, nothing learned.

The trial's relative effect is assumed to hold for this patient, and over the years of the risk it is applied to.
Outside the trial's population nothing is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from medrag.knowledge import Knowledge
from medrag.knowledge.effects import TreatmentEffect
from medrag.patient.measures.calculators import calculators
from medrag.patient.measures.derived import Refusal, calculate
from medrag.patient.view import PatientView
from medrag.reading import Prescription
from medrag.types import Effect, Interval, Statement

OUTSIDE, UNKNOWN = "outside the trial's population", "not recorded"
LONG_YEARS = 10.0
"""The horizon of a patient's own risk, of the calculators that effects name."""

Read = Callable[[str], tuple[Prescription, ...]]


def effects(
    released: Sequence[Statement], read: Read, patient: PatientView | None, knowledge: Knowledge
) -> tuple[Effect, ...]:
    """The effects of every drug that the released statements recommend, each treatment and outcome once."""
    if patient is None:
        return ()
    found: dict[tuple[str, str], Effect] = {}
    for number, statement in enumerate(released, start=1):
        drugs = [each for each in read(statement.text) if each.recommended and each.mention.resolved and not each.local]
        for known in _known(drugs, patient, knowledge):
            found.setdefault((known.treatment, known.outcome), _effect(number, known, patient))
    return tuple(found.values())


def _known(drugs: Sequence[Prescription], patient: PatientView, knowledge: Knowledge) -> Iterator[TreatmentEffect]:
    """The effects of the drugs, for each treatment those of the trials that the patient is of, or may be.

    Of a treatment whose trials are all of other people, the first effect stands for all.
    """
    by_treatment: dict[str, list[TreatmentEffect]] = {}
    for known in knowledge.effects:
        if any(knowledge.covers(known.drugs, each.mention.ingredients, each.mention.drug_class) for each in drugs):
            by_treatment.setdefault(known.treatment, []).append(known)
    for group in by_treatment.values():
        own = [known for known in group if outside(known, patient) is None]
        open_to = [known for known in group if (said := outside(known, patient)) and said.startswith(UNKNOWN)]
        yield from own or open_to[:1] or group[:1]


def outside(known: TreatmentEffect, patient: PatientView) -> str | None:
    """Why the patient is not of the trial's people, or that the record does not tell; None where they are."""
    if patient.age is not None and not known.from_age <= patient.age < known.to_age:
        return OUTSIDE
    concepts = patient.concepts.keys()
    if not concepts.isdisjoint(known.unless):
        return OUTSIDE
    for asked in filter(None, (known.conditions, known.also)):
        if concepts.isdisjoint(asked):
            return OUTSIDE if patient.recorded("conditions") else f"{UNKNOWN}: conditions"
    values = {**patient.labs, "sex": patient.patient.sex}
    missing = [limit.key for limit in known.limits if values.get(limit.key) is None]
    if any(not limit.holds(values[limit.key]) for limit in known.limits if limit.key not in missing):
        return OUTSIDE
    if patient.age is None:
        missing.append("age")
    return f"{UNKNOWN}: {', '.join(dict.fromkeys(missing))}" if missing else None


def _effect(number: int, known: TreatmentEffect, patient: PatientView) -> Effect:
    stated = Effect(
        statement=number,
        **known.model_dump(
            include={
                "treatment",
                "comparator",
                "outcome",
                "kind",
                "measure",
                "years",
                "population",
                "source",
                "reviewed",
            }
        ),
        relative=Interval(value=known.relative, low=known.low, high=known.high),
        not_assessed=outside(known, patient),
    )
    return stated if stated.not_assessed else stated.model_copy(update=_absolute(known, patient))


def _absolute(known: TreatmentEffect, patient: PatientView) -> dict[str, object]:
    """The risks of the patient; of the trial's people where the patient's own is not known; none where neither is."""
    own = _own_risk(known, patient)
    risk = known.control_risk if own is None else own
    if risk is None:
        asked = calculators(patient.knowledge)[known.own_risk].title if known.own_risk else "the risk without it"
        return {"not_assessed": f"{UNKNOWN}: {asked}"}
    return {
        **numbers(known, risk),
        "baseline": "trial" if own is None else "patient",
        "own_risk": None if own is None else known.own_risk,
        "years": known.years if own is None else LONG_YEARS,
    }


def _own_risk(known: TreatmentEffect, patient: PatientView) -> float | None:
    if known.own_risk is None:
        return None
    try:
        return calculate(known.own_risk, patient.patient, datetime.now(UTC).date(), patient.knowledge).value
    except Refusal:
        return None


def numbers(known: TreatmentEffect, risk: float) -> dict[str, object]:
    """Risk in % without and with the treatment, the difference and the number needed, each with its interval."""
    with_it = [_with(known.measure, ratio, risk) for ratio in (known.relative, known.low, known.high)]
    differences = [each - risk for each in with_it]
    return {
        "without": round(risk, 2),
        "with_treatment": _interval(with_it),
        "difference": _interval(differences),
        "number_needed": _needed(differences),
    }


def _with(measure: str, ratio: float, risk: float) -> float:
    """The risk in % with a treatment of that ratio, where it is ``risk`` without."""
    share = risk / 100
    if measure == "HR":
        return float(100 * (1 - (1 - share) ** ratio))
    if measure == "OR":
        odds = ratio * share / (1 - share)
        return 100 * odds / (1 + odds)
    return min(100.0, 100 * ratio * share)


def _interval(values: Sequence[float]) -> Interval:
    value, low, high = (round(each, 2) for each in values)
    return Interval(value=value, low=low, high=high)


def _needed(differences: Sequence[float]) -> Interval | None:
    """How many are treated for one outcome; the end of an interval that reaches no effect, or its opposite, is open."""
    value, *ends = differences
    if value == 0:
        return None
    bounds = sorted(100 / abs(each) for each in ends if each * value > 0)
    low = round(bounds[0]) if bounds else None
    high = round(bounds[1]) if len(bounds) == 2 else None
    return Interval(value=round(100 / abs(value)), low=low, high=high)
