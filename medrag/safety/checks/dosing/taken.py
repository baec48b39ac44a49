"""Advice that leaves the dose to the record: what is taken goes on, as often and as manifold as the advice says."""

from __future__ import annotations

from dataclasses import replace

from medrag.reading import Dose, Prescription
from medrag.reading.dosing.daily import daily_dose
from medrag.reading.dosing.frequency import frequency
from medrag.reading.dosing.multiples import multiple
from medrag.reading.languages import pattern
from medrag.reading.polarity.cues import SENTENCE_END
from medrag.safety.check_context import Context
from medrag.safety.precautions import cuts_dose


def as_taken(context: Context, each: Prescription) -> Prescription:
    """Advice without a dose, of a drug that the patient takes, with the dose recorded, changed as the advice says."""
    if each.doses:
        return _in_all(context, each)
    recorded = dosed_in_record(context, each)
    if recorded is None or cuts_dose(context.statement.text, each.mention.start, each.mention.end):
        return each
    often = frequency(pattern("amounts", "own_words").split(around(context, each)[1])[0])
    factor = times_over(context, each) or 1.0
    route = each.mention.route or recorded.mention.route
    doses = tuple(_changed(one, factor, often) for one in recorded.doses)
    return Prescription(replace(each.mention, route=route), doses)


def dosed_in_record(context: Context, each: Prescription) -> Prescription | None:
    """What the patient takes of the same ingredients, with its dose."""
    dosed = (one for one in _taken(context, each) if one.doses)
    return next(dosed, None) if each.mention.ingredients else None


def _taken(context: Context, each: Prescription) -> list[Prescription]:
    """What goes on of the patient's drugs with the same ingredients."""
    current = (drug.prescription for drug in context.current)
    return [one for one in current if one.mention.ingredients == each.mention.ingredients]


def times_over(context: Context, each: Prescription) -> float | None:
    """By how much the words around the name multiply what is taken of it, or is usual."""
    before, after = around(context, each)
    return multiple(context.statement.text, each.mention.start - len(before), each.mention.end + len(after))


def often_beside(context: Context, each: Prescription) -> float | None:
    """How often a text says something is done that gives doses and does not say how often."""
    untold = all(one.per == "dose" and one.daily is None and not (one.once or one.maximum) for one in each.doses)
    return frequency(behind(context, each)) if untold else None


def around(context: Context, each: Prescription) -> tuple[str, str]:
    """The words before and behind the name in its sentence, up to the names beside it."""
    text, mention = context.statement.text, each.mention
    others = [other.mention for other in context.read if other.mention.resolved]
    before = max((other.end for other in others if other.end <= mention.start), default=0)
    after = min((other.start for other in others if other.start >= mention.end), default=len(text))
    return SENTENCE_END.split(text[before : mention.start])[-1], SENTENCE_END.split(text[mention.end : after])[0]


def behind(context: Context, each: Prescription) -> str:
    """The words behind the name up to the next one, other sentences included."""
    text, end = context.statement.text, each.mention.end
    later = (other.mention.start for other in context.read if other.mention.start >= end)
    return text[end : min(later, default=len(text))]


def _in_all(context: Context, each: Prescription) -> Prescription:
    """A bare amount that is what the patient takes in a day ("on phenelzine 45 mg", of 15 mg thrice) is a day's."""
    totals = {daily_dose(one) for one in _taken(context, each) if any(dose.frequency is not None for dose in one.doses)}
    doses = (
        replace(one, per="day") if one.per == "dose" and one.frequency is None and one.high in totals else one
        for one in each.doses
    )
    return replace(each, doses=tuple(doses)) if totals else each


def _changed(one: Dose, factor: float, often: float | None) -> Dose:
    per, usual = (one.per, one.frequency) if often is None else ("dose" if one.per == "week" else one.per, often)
    return replace(one, low=one.low * factor, high=one.high * factor, per=per, frequency=usual)
