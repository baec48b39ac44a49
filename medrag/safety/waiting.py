"""Whether advice gives a drug only once what speaks against it is over ("once the rate is above 55")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import ge

from medrag.knowledge.vocabulary import Condition, Establishes, Measurement
from medrag.patient.applicability.values import known_values
from medrag.patient.conditions import implied
from medrag.reading import Prescription
from medrag.reading.languages import pattern
from medrag.reading.polarity.cues import SENTENCE_END, sentence_around
from medrag.reading.thresholds.mentions import mentions
from medrag.safety.check_context import Context
from medrag.types import Finding, Severity

_said = partial(pattern, "waiting")
AFTER = 110
"""Characters after a drug's name in which the case that it waits for begins."""
KIDNEY = ("egfr", "crcl")


def waits_beyond(context: Context, each: Prescription, key: str, harms: Callable[[float], bool]) -> bool:
    """Whether the drug is for when the value of ``key`` is no longer what it is now, and at no bound told ``harms``.

    "Restart it when eGFR exceeds 45" with an eGFR of 29 does; with one of 50 it is for now.
    """
    return any(_changed(context, case, key, harms) for case in _cases(context, each))


def thought_later(context: Context, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, those as warnings that would withhold for a drug that is only to be thought of after something.

    What its words say beyond the passage they cite stays withheld.
    """
    text = context.statement.text
    later = {
        each.mention.label
        for each in context.recommended
        if not each.doses and _said("thought_later").match(text, each.mention.end)
    }
    for each in findings:
        about = each.withholds and each.check != "support" and each.drugs and later.issuperset(each.drugs[:1])
        yield each.model_copy(update={"severity": Severity.WARNING}) if about else each


def _changed(context: Context, case: str, key: str, harms: Callable[[float], bool] | None) -> bool:
    """Whether the case is of a value of ``key`` that the patient does not have now, with no bound that ``harms``."""
    if context.patient is None:
        return False
    keys = KIDNEY if key in KIDNEY else (key,)
    held = [value for one in keys for value in known_values(one, context.patient, {})]
    kinds = [kind for one in keys if (kind := context.knowledge.measurements.get(one))]
    if bare := _said("bare").search(case):
        case = next(
            (f"{kind.names[0]} {case[bare.start() :].lstrip()}" for kind in kinds if _told(context, kind)), case
        )
    told = [each for each in mentions(case, context.knowledge) if each.key in keys]
    tests = [test for each in told for way in each.limits for test in way if isinstance(test.limit, float)]
    now = any(test.holds(value) for test in tests for value in held)
    return bool(tests and held) and not now and not (harms and any(harms(float(test.limit)) for test in tests))


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
    known = context.knowledge.conditions[condition]
    if _bleeds(known) and _said("no_more_bleeding").search(context.statement.text):
        return True
    return any(
        _gone(context, case, condition) or _left(context, case, condition) or _shown_over(context, case, known)
        for case in _cases(context, each)
    )


def waits_for_stage(context: Context, each: Prescription, stage: str, last: float) -> bool:
    """Whether the drug is for when pregnancy has passed its week ``last``, or is over, or breastfeeding is."""
    text = context.statement.text
    if stage == "pregnancy" and _kept_off_until_born(context, each):
        return True
    before = _said("joined").split(SENTENCE_END.split(text[: each.mention.start])[-1])[-1]
    after = SENTENCE_END.split(text[each.mention.end : each.mention.end + AFTER])[0].split(",")[0]
    said = f"{before}§{_said('joined').split(after)[0]}"
    if _said("at_once").search(said):
        return False
    if stage == "lactation" or _said("born").search(said):
        return stage == "pregnancy" or _said("weaned").search(said) is not None
    return any(first >= last for first in _weeks(said, context)) or _said("weaned").search(said) is not None


def _kept_off_until_born(context: Context, each: Prescription) -> bool:
    """Whether the whole advice keeps the drug off until the birth, so that what gives it is for afterwards."""
    same = (one.mention for one in context.around if one.mention.ingredients == each.mention.ingredients)
    return any(_said("off_until_born").match(context.whole, one.end) for one in same)


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
    sooner = SENTENCE_END.split(text[: each.mention.start].replace(";", ","))[-1]
    if _said("in_turn").match(after) and (found := _said("before").search(sooner)):
        yield found[0]


def _bleeds(known: Condition) -> bool:
    return any(map(_said("bleeding").search, (*known.names, *known.includes)))


def _gone(context: Context, case: str, condition: str) -> bool:
    """Whether the case names the condition as gone."""
    every = [context.knowledge.conditions[each] for each in implied(condition, context.knowledge)]
    names = [name for known in every for name in (*known.names, *known.includes)]
    bleeds = any(map(_bleeds, every))
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


def _shown_over(context: Context, case: str, known: Condition) -> bool:
    """Whether the case is of a value by which the condition is followed, and which is no longer what it is now."""
    best = known.egfr
    if best is not None and _changed(context, case, "egfr", partial(ge, best)):
        return True
    if any(_changed(context, case, key, None) for key in known.followed):
        return True
    named = any(_named(name, case) for name in known.followed)
    return named and any(_said(word).search(case) for word in ("normal", "gone")) and not _said("not_gone").search(case)


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
