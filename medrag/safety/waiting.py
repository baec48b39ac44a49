"""Whether advice gives a drug only once what speaks against it is over ("once the rate is above 55")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from medrag.knowledge.vocabulary import Establishes, Measurement
from medrag.patient.conditions import implied
from medrag.reading import Prescription
from medrag.reading.languages import pattern
from medrag.reading.polarity.cues import SENTENCE_END, sentence_around
from medrag.safety.check_context import Context

_said = partial(pattern, "waiting")
AFTER = 110
"""Characters after a drug's name in which the case that it waits for begins."""


def waits_for_value(context: Context, each: Prescription, measurement: Measurement) -> bool:
    """Whether the drug is for when the value has changed ("once ALT is normal", "INR daily, when it is 2")."""
    cases = (case.lower() for case in _cases(context, each) if pattern("acts", "once_changed").search(case))
    sentence = sentence_around(context.statement.text, each.mention.start, each.mention.end)
    told = any(_named(name, sentence) for name in measurement.names)
    return any(
        any(name.lower() in case for name in measurement.names)
        or (told and _said("it").match(case) is not None)
        or (_bare(case) and _told(context, measurement))
        for case in cases
    )


def waits_until_over(context: Context, each: Prescription, condition: str) -> bool:
    """Whether the drug is for when the condition has gone, or its value no longer means it."""
    return any(_gone(context, case, condition) or _left(context, case, condition) for case in _cases(context, each))


def waits_for_stage(context: Context, each: Prescription, stage: str, last: float) -> bool:
    """Whether the drug is for when pregnancy has passed its week ``last``, or is over, or breastfeeding is."""
    text = context.statement.text
    before = _said("joined").split(SENTENCE_END.split(text[: each.mention.start])[-1])[-1]
    after = SENTENCE_END.split(text[each.mention.end : each.mention.end + AFTER])[0].split(",")[0]
    said = f"{before}§{_said('joined').split(after)[0]}"
    if _said("at_once").search(said):
        return False
    if stage == "lactation" or _said("born").search(said):
        return stage == "pregnancy" or _said("weaned").search(said) is not None
    return any(first >= last for first in _weeks(said, context)) or _said("weaned").search(said) is not None


def _weeks(said: str, context: Context) -> Iterator[float]:
    """The weeks of pregnancy from which on something is given."""
    for found in _said("from_week").finditer(said):
        yield float(found["week"] or found["weeks"] or found["forty"])
    for found in _said("trimester").finditer(said):
        yield context.knowledge.trimesters[found["part"].lower()].from_week


def _cases(context: Context, each: Prescription) -> Iterator[str]:
    """The words that say when the drug is given, before or after its name in its sentence."""
    text = context.statement.text
    before = SENTENCE_END.split(text[: each.mention.start])[-1]
    if found := _said("before").search(before):
        yield found[0]
    if found := _said("bleeding_over").search(text):
        yield found[0]
    after = SENTENCE_END.split(text[each.mention.end : each.mention.end + AFTER])[0]
    if found := _said("after").match(after):
        yield found["case"]


def _gone(context: Context, case: str, condition: str) -> bool:
    """Whether the case names the condition as gone."""
    every = (context.knowledge.conditions[each] for each in implied(condition, context.knowledge))
    names = [name for known in every for name in (*known.names, *known.includes)]
    bleeds = any(map(_said("bleeding").search, names))
    named = any(_named(name, case) for name in names) or (bleeds and _said("bleeding").search(case) is not None)
    return named and _said("gone").search(case) is not None and _said("not_gone").search(case) is None


def _left(context: Context, case: str, condition: str) -> bool:
    """Whether a value in the case is beyond the one from which on it means the condition."""
    measured = ((one, rule) for one in context.knowledge.measurements.values() for rule in one.establishes)
    return any(
        rule.condition == condition
        and (any(_named(name, case) for name in _names(one)) or (_bare(case) and _told(context, one)))
        and (_beyond(case, rule) or _said("normal").search(case) is not None)
        for one, rule in measured
    )


def _bare(case: str) -> bool:
    """Whether the case is of a value that was named before ("once below 5.0")."""
    return _said("bare").search(case) is not None


def _told(context: Context, measurement: Measurement) -> bool:
    return any(_named(name, context.whole) for name in measurement.names)


def _beyond(case: str, rule: Establishes) -> bool:
    if rule.below is not None and (found := _said("above").search(case)):
        return float(found["n"]) >= rule.below
    if rule.above is not None and (found := _said("below").search(case)):
        return float(found["n"]) <= rule.above
    return False


def _names(measurement: Measurement) -> Iterator[str]:
    """A measurement's names, and the last word of its first ("rate")."""
    yield from measurement.names
    yield measurement.names[0].split()[-1]


def _named(name: str, case: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}s?(?!\w)", case, re.IGNORECASE) is not None
