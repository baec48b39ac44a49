"""Advised drugs against the patient's drugs that go on, against earlier advice, and against one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.knowledge.schema import Interaction
from medrag.knowledge.vocabulary import Terms
from medrag.messages import Value
from medrag.reading import DrugMention
from medrag.reading.dosing.daily import amounts_of, daily_dose
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, Pair, fail, ingredients_of, not_assessed, passed, worst
from medrag.safety.checks.pairs.ways_out import takes_way_out
from medrag.types import Finding, Severity

NAMED = 3
"""Open pairs that are named; further ones are counted."""


def interaction(context: Context) -> Iterable[Finding]:
    """Fails for a pair that interacts; only the top tier withholds. Alternatives ("A or B") are no pair.

    A pair without a rule passes as "none known to the set" only where the set has been through one of the two
    (:meth:`~medrag.knowledge.Knowledge.pair_reviewed`); any other pair is not assessed.
    """
    advised = context.systemic
    if not advised:
        return
    labels = tuple(each.mention.label for each in advised)
    ruled = [(pair, list(_found(context, pair))) for pair in context.pairs]
    failed = list(worst(finding for _, findings in ruled for finding in findings))
    yield from failed
    open_pairs = [pair for pair, findings in ruled if not findings and not _reviewed(context, pair)]
    if gap := _gap(context, labels, open_pairs, len(ruled)):
        yield gap
    elif ruled:
        yield passed("interaction.none_further" if failed else "interaction.none", labels, pairs=len(ruled))
    else:
        yield passed("interaction.no_other_drug", labels)


def _gap(context: Context, labels: Terms, open_pairs: list[Pair], total: int) -> Finding | None:
    """What keeps the check from vouching for every pair."""
    patient = context.patient
    if patient is None or not patient.recorded("medications"):
        return not_assessed("interaction.unknown", labels)
    if patient.unread_drugs:
        return not_assessed("interaction.unread", labels, count=len(patient.unread_drugs))
    if not open_pairs:
        return None
    named = tuple((pair.one.mention.label, pair.other.mention.label) for pair in open_pairs[:NAMED])
    values: dict[str, Value] = {"count": len(open_pairs), "total": total, "pairs": named}
    if more := len(open_pairs) - len(named):
        return not_assessed("interaction.unreviewed_many", labels, more=more, **values)
    return not_assessed("interaction.unreviewed", labels, **values)


def _found(context: Context, pair: Pair) -> Iterator[Finding]:
    one, other = pair.one, pair.other
    if _same(context, pair):
        return
    whole = [(rule, rule.severity) for rule in _rules(context, one.mention, other.mention)]
    for rule, severity in (*whole, *_partly(context, pair)):
        if not _enough(context, rule, pair):
            continue
        labels, source = (one.mention.label, other.mention.label), context.knowledge.cite(rule)
        values = {"drug": labels[0], "other": labels[1], "reason": rule.reason}
        apart = rule.timed and pattern("manners", "apart").search(context.statement.text)
        said = Severity.INFORMATION if apart else _met(context, rule, severity)
        optional = pair.optional and said is Severity.CONTRAINDICATED
        code = "interaction.options" if optional else "interaction.pair"
        yield fail(code, Severity.WARNING if optional else said, source, labels, pair.facts, **values)


def _met(context: Context, rule: Interaction, severity: Severity) -> Severity:
    """The severity; a warning where the advice takes a way out that the rule names."""
    grave = severity is Severity.CONTRAINDICATED
    return Severity.WARNING if grave and takes_way_out(context, rule) else severity


def _enough(context: Context, rule: Interaction, pair: Pair) -> bool:
    """Whether the dose of the drug of ``rule.b`` is known to reach the rule's, if it names one."""
    if rule.b_daily is None:
        return True
    group = context.knowledge.expand(rule.b)
    taken = ((each, name) for each in (pair.one, pair.other) for name in group.intersection(each.mention.ingredients))
    amounts = (daily_dose(amounts_of(each, name)) for each, name in taken)
    return any(amount is not None and amount >= rule.b_daily for amount in amounts)


def _partly(context: Context, pair: Pair) -> Iterator[tuple[Interaction, Severity]]:
    """Rules of the top tier about some drugs of a class that the advice names: "a macrolide" leaves open which."""
    named, other, knowledge = pair.one.mention, pair.other.mention, context.knowledge
    if named.drug_class is None:
        return
    members = knowledge.members[named.drug_class]
    for one, two in (("a", "b"), ("b", "a")):
        places = knowledge.touching("interactions", named.drug_class, one) & context.rules("interactions", other, two)
        for rule in (knowledge.rules.interactions[place] for place in sorted(places)):
            if rule.severity is Severity.CONTRAINDICATED:
                most = 2 * len(members & knowledge.expand(getattr(rule, one))) > len(members)
                yield rule, Severity.CONTRAINDICATED if most else Severity.WARNING


def _same(context: Context, pair: Pair) -> bool:
    """Whether the two are one drug, or a class and one of its members."""
    one, other = pair.one.mention, pair.other.mention
    shared = ingredients_of(pair.one, context.knowledge) & ingredients_of(pair.other, context.knowledge)
    same = one.ingredients == other.ingredients and one.drug_class == other.drug_class
    return same or bool(shared and (one.drug_class or other.drug_class))


def _reviewed(context: Context, pair: Pair) -> bool:
    """Whether the absence of a rule means something for every ingredient of one with every one of the other."""
    if _same(context, pair):
        return True
    ones, others = (sorted(ingredients_of(each, context.knowledge)) for each in (pair.one, pair.other))
    return all(context.knowledge.pair_reviewed(a, b) for a in ones for b in others if a != b)


def _rules(context: Context, one: DrugMention, other: DrugMention) -> list[Interaction]:
    """The rules that hold one drug on one side and the other on the other."""
    forward = context.rules("interactions", one, "a") & context.rules("interactions", other, "b")
    backward = context.rules("interactions", one, "b") & context.rules("interactions", other, "a")
    return [context.knowledge.rules.interactions[place] for place in sorted(forward | backward)]
