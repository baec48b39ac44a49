"""Whether advice takes a way out of the danger of a pair, of those that the fact itself names.

What counts as watching a value, or as a circumstance, are words by its name (``languages/en/ways_out.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from medrag.knowledge.schema import Interaction
from medrag.knowledge.vocabulary import Terms
from medrag.reading import Prescription
from medrag.reading.dosing.daily import amounts_of, daily_dose
from medrag.reading.languages import pattern
from medrag.reading.polarity.cues import sentence_around
from medrag.safety.check_context import Context, ingredients_of
from medrag.safety.checks.stopping.spans import days
from medrag.safety.precautions import cuts_dose, raises_dose, refuses_care

_said = partial(pattern, "ways_out")
_CLAUSE = re.compile(r"[.;](?:\s|$)")
HOURS = 24
FAR, NEAR = 60, 25
"""Characters on either side of a value in which the verb that watches it stands, and the time at which it is."""


def takes_way_out(context: Context, rule: Interaction) -> bool:
    """Whether the whole advice takes one of the ways out of ``rule``, and refuses no care."""
    ways = (_cut, _raised, _held_down, _enough, _apart, _cared_for, _covered)
    return not refuses_care(context.whole) and any(way(context, rule) for way in ways)


def _cut(context: Context, rule: Interaction) -> bool:
    named = _named(context, rule.cut)
    return any(cuts_dose(context.whole, each.mention.start, each.mention.end) for each, _ in named)


def _raised(context: Context, rule: Interaction) -> bool:
    named = _named(context, rule.raised)
    return any(raises_dose(context.whole, each.mention.start, each.mention.end) for each, _ in named)


def _held_down(context: Context, rule: Interaction) -> bool:
    """Whether every dose of the drug is within ``most`` mg, and no more than that is given in ``hours``."""
    most = rule.most
    if most is None:
        return False
    given = [(each, amounts_of(each, name)) for each, name in _named(context, rule.cut)]
    given = [(each, amounts) for each, amounts in given if amounts.doses]
    return bool(given) and all(_within(context, each, amounts, most, rule.hours) for each, amounts in given)


def _within(context: Context, each: Prescription, amounts: Prescription, most: float, hours: float) -> bool:
    if hours <= HOURS:
        amount = daily_dose(amounts)
        return amount is not None and amount <= most
    single = max(dose.high for dose in amounts.doses)
    return (
        single <= most
        and _rarely(sentence_around(context.whole, each.mention.start, each.mention.end)) * HOURS >= hours
    )


def _rarely(text: str) -> float:
    """The longest time in days that ``text`` puts between two doses; 0 where it names none."""
    named = [
        *days(text),
        *(2.0 for _ in _said("alternate").finditer(text)),
        *(3.5 for _ in _said("weekly").finditer(text)),
    ]
    return max(named, default=0.0)


def _enough(context: Context, rule: Interaction) -> bool:
    """Whether a dose of a drug of ``raised`` reaches ``least`` mg."""
    least = rule.least
    given = (amounts_of(each, name) for each, name in _named(context, rule.raised))
    return least is not None and any(dose.high >= least for amounts in given for dose in amounts.doses)


def _apart(context: Context, rule: Interaction) -> bool:
    """Whether the advice puts as much time between the two as the rule asks."""
    if rule.apart is None:
        return False
    text = _without_names(context)
    spans = (days(found[0]) for found in _said("gap").finditer(text))
    return any(max(each) * HOURS >= rule.apart for each in spans if each)


def _cared_for(context: Context, rule: Interaction) -> bool:
    """Whether all that must be watched is, in a clause that says so, and all that must be so is said to be."""
    clauses = _CLAUSE.split(_without_names(context)) if rule.watched else []
    watched = all(any(_watches(clause, value) for clause in clauses) for value in rule.watched)
    provided = all(any(_wanted(context.whole, case)) for case in rule.provided)
    return bool(rule.watched or rule.provided) and watched and provided


def _watches(clause: str, value: str) -> bool:
    """Whether the value is looked at, by a verb not far from it or a time beside it, and not only told."""
    for found in _wanted(clause, value):
        if _said("told").match(clause, found.end()):
            continue
        far, near = (_around(clause, found.span(), length) for length in (FAR, NEAR))
        if _said("looked_at").search(far) or _said("when").search(near):
            return True
    return False


def _wanted(text: str, name: str) -> Iterator[re.Match[str]]:
    """Where ``text`` has words of that name, and does not say that they are unwanted."""
    for found in _said(name).finditer(text):
        if not _said("unwanted").search(text, max(0, found.start() - FAR), found.start()):
            yield found


def _around(text: str, span: tuple[int, int], length: int) -> str:
    return f"{text[max(0, span[0] - length) : span[0]]} {text[span[1] : span[1] + length]}"


def _covered(context: Context, rule: Interaction) -> bool:
    """Whether the advice gives a drug of ``cover``."""
    return any(each.recommended for each, _ in _named(context, rule.cover))


def _named(context: Context, drugs: Terms) -> Iterator[tuple[Prescription, str]]:
    """Where the whole advice names any of ``drugs``, and which."""
    group = context.knowledge.expand(drugs) if drugs else frozenset()
    for each in context.around:
        for name in sorted(group & ingredients_of(each, context.knowledge)):
            yield each, name


def _without_names(context: Context) -> str:
    """The whole advice with a sign in place of each drug."""
    pieces, at = [], 0
    for each in context.around:
        if each.mention.start >= at:
            pieces += [context.whole[at : each.mention.start], "§"]
            at = each.mention.end
    return "".join([*pieces, context.whole[at:]])
