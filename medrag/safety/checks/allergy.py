"""Allergies and intolerances against advised drugs: same ingredient, class, cross-reactivity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from medrag.knowledge import Cited
from medrag.knowledge.schema import AllergyRule
from medrag.patient.view import KnownAllergy
from medrag.reading import DrugMention
from medrag.reading.languages import pattern
from medrag.reading.languages.gloss import in_english, other_script
from medrag.reading.mentions import ingredients_named
from medrag.safety.check_context import LOWERED, Context, fail, not_assessed, passed, worst
from medrag.safety.precautions import challenges, explains_allergy
from medrag.types import Finding, Severity

SAME = "the record: an allergy to the drug itself"
BEFORE = 60
"""Characters before a name that say that it was borne."""
_said = partial(pattern, "advice")


def allergy(context: Context) -> Iterable[Finding]:
    """Fails for a drug the patient is allergic to or that cross-reacts; lowered one level for an intolerance."""
    if not context.recommended:
        return
    failed = list(worst(_failures(context)))
    yield from failed
    if context.patient is None or not context.patient.allergies_recorded:
        yield not_assessed("allergy.unknown", context.labels)
        return
    unread = [entry.fact.display for entry in context.patient.allergies if not _read(entry, context)]
    if unread and not failed:
        yield not_assessed("allergy.unread", context.labels, count=len(unread))
    elif not failed:
        yield passed("allergy.none", context.labels)


def _failures(context: Context) -> Iterator[Finding]:
    patient = context.patient
    for entry in patient.allergies if patient else ():
        fact = f"{entry.fact.display} ({entry.fact.reaction})" if entry.fact.reaction else entry.fact.display
        tolerable = _tolerable(entry, context)
        for each in context.recommended:
            if _tolerated(each.mention, context):
                continue
            label = each.mention.label
            for code, severity, source, values in _reasons(entry, each.mention, context):
                milder = tolerable or (code == "allergy.rule" and _drug_effect(entry, context))
                said, how = (f"{code}_intolerance", LOWERED[severity]) if milder else (code, severity)
                if (
                    how is Severity.WARNING
                    and _immediate(entry, context)
                    and not context.knowledge.by_purpose(each.mention.drug_class)
                ):
                    how = Severity.CONTRAINDICATED
                borne = code == "allergy.rule" and _borne(each.mention, context)
                borne = borne or (not _immediate(entry, context) and _disproved(entry, context))
                explained = not _immediate(entry, context) and explains_allergy(context.whole)
                if how is Severity.CONTRAINDICATED and (borne or explained or challenges(context.whole)):
                    how = Severity.WARNING
                yield fail(said, how, source, (label,), (fact,), drug=label, **values)


def _reasons(
    entry: KnownAllergy, mention: DrugMention, context: Context
) -> Iterator[tuple[str, Severity, str | Cited, dict[str, str]]]:
    """Code, severity, source and values of what an allergy says against a drug."""
    if named := _same(entry, mention, context):
        severity = Severity.WARNING if context.knowledge.by_purpose(mention.drug_class) else Severity.CONTRAINDICATED
        yield "allergy.same", severity, SAME, {"substance": named}
        return
    if _pharmacological(entry, context):
        return
    for place in sorted(context.rules("allergies", mention)):
        rule = context.knowledge.rules.allergies[place]
        if _bears(rule, entry, context):
            yield "allergy.rule", rule.severity, context.knowledge.cite(rule), {"reason": rule.reason}


def _same(entry: KnownAllergy, mention: DrugMention, context: Context) -> str | None:
    """The name by which the entry names the advised drug: the ingredient, or the class on either side."""
    for known in entry.mentions:
        if known.drug_class is not None:
            members = context.knowledge.members[known.drug_class]
            inside = mention.drug_class == known.drug_class or not members.isdisjoint(mention.ingredients)
        elif mention.drug_class is not None:
            inside = not context.knowledge.members[mention.drug_class].isdisjoint(known.ingredients)
        else:
            inside = not set(known.ingredients).isdisjoint(mention.ingredients)
        if inside:
            return known.label
    return None


def _bears(rule: AllergyRule, entry: KnownAllergy, context: Context) -> bool:
    if any(context.hits(rule.allergens, known) for known in entry.mentions if rule.allergens):
        return True
    return any(f" {word} " in f" {entry.words} " for word in rule.words)


def _tolerable(entry: KnownAllergy, context: Context) -> bool:
    """An intolerance, by the record's own kind or by a reaction that is no allergy; never after a severe one."""
    text = in_english(f"{entry.fact.display} {entry.fact.reaction or ''}", context.knowledge)
    if entry.fact.criticality == "high" or context.knowledge.says("severe_reaction", text):
        return False
    mild = entry.fact.kind != "allergy" and context.knowledge.says("mild_reaction", text)
    return entry.fact.kind == "intolerance" or mild


def _immediate(entry: KnownAllergy, context: Context) -> bool:
    """Whether the recorded reaction was one of those that kill at once or scar."""
    text = in_english(f"{entry.fact.display} {entry.fact.reaction or ''}", context.knowledge)
    return context.knowledge.says("immediate_reaction", text)


def _pharmacological(entry: KnownAllergy, context: Context) -> bool:
    """Whether the recorded reaction is one of the drug's own kind, not one of the immune system that others share."""
    text = in_english(f"{entry.fact.display} {entry.fact.reaction or ''}", context.knowledge)
    return context.knowledge.says("pharmacological_reaction", text)


def _drug_effect(entry: KnownAllergy, context: Context) -> bool:
    """Whether nothing but an effect of the drug on brain or bladder is recorded, which a relative may well not have."""
    text = in_english(f"{entry.fact.display} {entry.fact.reaction or ''}", context.knowledge)
    return context.knowledge.says("drug_effect", text) and not context.knowledge.says("severe_reaction", text)


def _read(entry: KnownAllergy, context: Context) -> bool:
    """Whether the entry names a known drug, a rule's substance, or something that is no drug (food, pollen, latex)."""
    rules = context.knowledge.rules.allergies
    named = any(f" {word} " in f" {entry.words} " for rule in rules for word in rule.words)
    allergens = context.knowledge.allergens_in(entry.words)
    if other_script(entry.words):
        return False
    return bool(entry.mentions or entry.tolerated) or named or bool(allergens)


def _tolerated(mention: DrugMention, context: Context) -> bool:
    """Whether the record says of every ingredient that the patient tolerates it."""
    entries = context.patient.allergies if context.patient else ()
    borne = {name for entry in entries for known in entry.tolerated for name in known.ingredients}
    return bool(mention.ingredients) and borne.issuperset(mention.ingredients)


def _disproved(entry: KnownAllergy, context: Context) -> bool:
    """Whether the entry says that a drug of just what it names was borne after all (amoxicillin, of penicillins)."""
    borne = (frozenset(known.ingredients) for known in entry.tolerated)
    named = [ingredients_named(known, context.knowledge) for known in entry.mentions]
    return any(taken and taken <= group for taken in borne for group in named)


def _borne(mention: DrugMention, context: Context) -> bool:
    """Whether the advice says that the patient has borne this very drug before: it warns then, and withholds not."""
    names = (each.mention for each in context.read if each.mention.label == mention.label)
    text = context.statement.text
    return any(
        _said("borne_before").search(text, max(0, name.start - BEFORE), name.start)
        or _said("borne_after").match(text, name.end)
        for name in names
    )
