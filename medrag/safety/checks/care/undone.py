"""Care that the patient needs and that the advice leaves undone, puts off or calls needless."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from medrag.knowledge.schema import Need
from medrag.reading import Polarity, Prescription
from medrag.reading.advice.acts import Clause, is_done, none_of
from medrag.reading.languages import pattern
from medrag.safety.check_context import RANK, Context, fail, ingredients_of, worst
from medrag.safety.checks.care.against import NOT_GIVEN, speaks_against, taken
from medrag.safety.checks.care.aims import within_bounds
from medrag.safety.checks.care.patients import concerned, naming
from medrag.types import Finding, Severity

_said = partial(pattern, "acts")
_stops = partial(pattern, "stops")


def undone(context: Context) -> Iterable[Finding]:
    """Fails where advice leaves out, delays or dismisses what the patient's conditions, values or drugs call for.

    A sentence of a guideline that is quoted says for whom it is, and is judged by that.
    """
    if context.patient is None or context.statement.citations:
        return
    needs = [(need, facts) for need in context.knowledge.rules.needs if (facts := _facts(context, need))]
    if needs:
        said = context.clauses
        yield from worst(_found(context, needs, said))


def _facts(context: Context, need: Need) -> tuple[str, ...]:
    """What of the patient makes the need."""
    return () if need.stage == "childbearing" and not _fertile(context) else concerned(context, need)


def _fertile(context: Context) -> bool:
    patient = context.patient
    return patient is not None and patient.may_conceive and patient.patient.sex == "female"


def meets(context: Context, clause: Clause) -> bool:
    """Whether the clause looks at what the patient's needs ask for, or forbids to leave them out."""
    if not clause.kinds.isdisjoint(("dismissed", "goes_on")) or clause.leaves_undone:
        return False
    return any(
        (found := naming(need.names).search(clause.words))
        and (clause.insists or is_done(clause.words, found.start()))
        and _facts(context, need)
        for need in context.knowledge.rules.needs
        if need.names
    )


def _found(
    context: Context, needs: Iterable[tuple[Need, tuple[str, ...]]], said: tuple[Clause, ...]
) -> Iterator[Finding]:
    for need, facts in needs:
        group = context.knowledge.expand(need.drugs)
        left = [each for clause in said for each in _left_out(context, clause, group)]
        left += [each for place, clause in enumerate(said) for each in _meant(context, said[:place], clause, group)]
        named = (found for clause in said if (found := _named(context, need, clause)))
        care = left[0].mention.text if left else next(named, None)
        if care and not _excused(context, need, left):
            source, severity = context.knowledge.cite(need), need.severity
            later = need.stage == "childbearing" and _said("conceives_later").search(context.whole)
            finished = later or _said("finished").search(context.statement.text)
            if (finished or _paused(context, need, left)) and severity is Severity.CONTRAINDICATED:
                severity = Severity.WARNING
            yield fail("undone.rule", severity, source, (), facts, care=care, reason=need.reason)


def _paused(context: Context, need: Need, left: Sequence[Prescription]) -> bool:
    """Whether all that is left out may be paused, and is until an illness is over."""
    group = context.knowledge.expand(need.paused)
    single = all(ingredients_of(each, context.knowledge) <= group for each in left)
    return bool(left) and single and _said("paused").search(context.statement.text) is not None


def _named(context: Context, need: Need, clause: Clause) -> str | None:
    """What the clause leaves undone of care that words name, not drugs; the whole clause where it dismisses a need."""
    mentions = _mentions(context, clause)
    spans = [(each.mention.start - clause.start, each.mention.end - clause.start) for each in mentions]
    for found in naming(need.names).finditer(clause.words) if need.names else ():
        if any(start <= found.start() < end for start, end in spans) or is_done(clause.words, found.start()):
            continue
        if _said("fact_after").match(clause.words, found.end()):
            continue
        undone = clause.leaves_undone and not mentions and not within_bounds(context, clause)
        if not clause.insists and (none_of(clause.words, found.start()) or undone):
            return found[0]
        if need.urgent and "dismissed" in clause.kinds and not _acted(context, need):
            return found[0]
    dismissed = need.urgent and not clause.insists and "dismissed" in clause.kinds
    return clause.words if dismissed and not mentions and not _acted(context, need) else None


def _acted(context: Context, need: Need) -> bool:
    """Whether the statement gives a drug, or where no value presses the whole advice ends one or begins another."""
    if context.recommended or need.when:
        return bool(context.recommended)
    ended = (each.mention.polarity is Polarity.STOPPED for each in context.around)
    begun = (each.recommended and each.doses and context.starts(each.mention.label) for each in context.around)
    return any(ended) or any(begun)


def _left_out(context: Context, clause: Clause, group: frozenset[str]) -> Iterator[Prescription]:
    every = _mentions(context, clause)
    for each in _mentions(context, clause, group):
        if _not_given(each, clause, others=any(other.mention.start < each.mention.start for other in every)):
            yield each


def _not_given(each: Prescription, clause: Clause, *, others: bool) -> bool:
    """Whether the clause leaves the drug out: by its cues, or with an act of its own and no verb that gives it.

    ``others``: it names another drug before, which may be what is not to be given beside it.
    """
    if clause.insists or _said("needs_none").match(clause.words, each.mention.end - clause.start):
        return False
    before = clause.words[: each.mention.start - clause.start]
    if each.mention.polarity in NOT_GIVEN:
        beside = _said("beside").search(before) or (others and _said("beside_another").search(before))
        return each.mention.polarity is Polarity.STOPPED or not beside
    return clause.leaves_undone and not (each.recommended and (each.doses or _gives(before)))


def _gives(before: str) -> bool:
    return pattern("advice", "cue").search(before) is not None


def _mentions(context: Context, clause: Clause, group: frozenset[str] | None = None) -> list[Prescription]:
    """The known drugs that the clause names, or those of them that are of ``group``."""
    here = [each for each in context.read if clause.start <= each.mention.start < clause.end and each.mention.resolved]
    return [each for each in here if group is None or group & ingredients_of(each, context.knowledge)]


def _meant(context: Context, before: Sequence[Clause], clause: Clause, group: frozenset[str]) -> Iterable[Prescription]:
    """The drugs of ``group`` that a clause without a name ends: those of the clause before, or what is taken."""
    if not clause.leaves_undone or "ended" not in clause.kinds or _mentions(context, clause):
        return ()
    if before and _said("pronoun").search(clause.words) and (named := _mentions(context, before[-1], group)):
        return named
    meant = _said("generic").search(clause.words)
    if meant and _said("as_a_time").search(clause.words[: meant.start()]):
        return ()
    insulin = _said("swallowed").search(clause.words) and not group.isdisjoint(
        context.knowledge.members["insulin_class"]
    )
    return taken(context, group) if _said("generic").search(clause.words) and not insulin else ()


def _excused(context: Context, need: Need, left: Sequence[Prescription]) -> bool:
    """Whether other drugs give the care, or something as grave speaks against those left out."""
    group = context.knowledge.expand(need.drugs)
    names = {each.mention.label for each in left}
    elsewhere = (each for each in context.around if each.recommended and each.mention.label not in names)
    given = (*(each for each in context.recommended if each not in left), *context.advised, *elsewhere)
    excused = _kept_apart(context, left) or _tapered(context, left)
    if left and (excused or all(_given_elsewhere(context, each, group) for each in left)):
        return True
    if any(group & ingredients_of(each, context.knowledge) for each in given):
        return True
    single = [each for each in left if each.mention.drug_class is None]
    against = [*speaks_against(context, single), *speaks_against(context, taken(context, group), pairs=False)]
    return any(RANK[each.severity] <= RANK[need.severity] for each in against)


def _tapered(context: Context, left: Sequence[Prescription]) -> bool:
    """Whether the drugs left out are brought down by degrees, which the check of withdrawal weighs."""
    text, rules = context.statement.text, context.knowledge.rules.withdrawals
    if _stops("at_once").search(text) or not _stops("slowly").search(text):
        return False
    return all(any(rules[i].taper_days for i in context.rules("withdrawals", each.mention)) for each in left)


def _given_elsewhere(context: Context, each: Prescription, group: frozenset[str]) -> bool:
    """Whether the whole advice gives the drug that is only warned of here, or another of its group goes on instead."""
    if each.mention.polarity is Polarity.STOPPED:
        return False
    label, held = each.mention.label, ingredients_of(each, context.knowledge)
    given = any(
        one.recommended and (one.doses or one.mention.label != label) and held & ingredients_of(one, context.knowledge)
        for one in context.around
    )
    if given or not context.starts(label):
        return given
    return any(group & ingredients_of(drug.prescription, context.knowledge) for drug in context.current)


def _kept_apart(context: Context, left: Sequence[Prescription]) -> bool:
    """Whether the statement only forbids to combine the drugs left with others that they interact with."""
    if not _said("not_together").search(context.statement.text):
        return False
    named = {each.mention.label for each in left}
    said = [each for each in context.read if each.mention.resolved and each.mention.polarity in NOT_GIVEN]
    found = speaks_against(context, said)
    return any(each.check == "interaction" and len(each.drugs) > 1 and named & set(each.drugs) for each in found)
