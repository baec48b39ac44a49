"""Whom a statement is for: other people than this patient, or just this one (the pregnant, a low eGFR, an allergy)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from medrag.patient.applicability import Applicant, Ruling
from medrag.patient.view import PatientView
from medrag.reading.languages import pattern
from medrag.reading.languages.gloss import in_english
from medrag.reading.people.population import ASKED, Alternatives, ages_of, asked, meant_for, names_other_age, undenied
from medrag.reading.people.pregnancy import for_pregnancies, is_near_pregnancy
from medrag.reading.thresholds.states import lead
from medrag.safety.check_context import Context, fail, passed
from medrag.safety.limits import Standing, standing
from medrag.safety.people.belonging import AGES, GROWN_UP, LIMIT, belongs, group_fact
from medrag.safety.people.companions import missing_companion
from medrag.safety.people.excluded import excluded
from medrag.safety.people.having import Having
from medrag.safety.people.kidneys import better_kidneys
from medrag.safety.people.states import other_state
from medrag.safety.people.warned import Met
from medrag.types import Evidence, FactStatus, Finding, Sentence, Severity

_said = partial(pattern, "states")
NOTED = "what people noted beside the guideline of whom the sentence is for"
SOURCE = "medrag: whom the cited sentence is for, by its own words or its heading"
VALUE = r"\w*[\s:=,(]*(?:(?:is|of|was|now|at|still|only)\s+)*[<>~]?\s?\d"
"""What makes a named measurement a fact of the patient: its value."""
BY_CONTRAST = re.compile(r"\b(?:only|not|never|avoid\w*|unless|contraindicated)\b", re.I)
"""What makes a sentence say something of those beyond its limit too."""


def population(context: Context) -> Iterable[Finding]:
    """Fails for a statement whose wording is for people that the record shows this patient is not one of.

    What the record leaves open, and what the question itself is about, does not count against a statement.
    """
    patient, text = context.patient, context.statement.text
    if patient is None:
        return
    cited = list(_cited(context))
    if context.applicant and (ruling := next(filter(None, map(context.applicant.ruled_out, cited)), None)):
        yield _noted("population.noted", Severity.CONTRAINDICATED, context.labels, ruling)
        return
    headings = _headings(context)
    heading = in_english(headings[0], context.knowledge) if len(headings) == 1 else ""
    quoted = any(each.quote == text for each in context.statement.citations)
    found = mismatch(text, heading, context.question, patient)
    noted = context.applicant is not None and bool(cited) and all(map(context.applicant.meant, cited))
    found = found or (unmet(text, context.question, patient, heading, noted=noted) if quoted else None)
    if found:
        other = "population.other"
        yield fail(other, Severity.CONTRAINDICATED, SOURCE, context.labels, found.facts, groups=found.groups)
    elif quoted and (held := standing(text, patient, context.question)):
        yield from _shown(held, context)


def _shown(held: Standing, context: Context) -> Iterator[Finding]:
    """That the limits of a guideline's sentence are met, or not known."""
    if held.met:
        yield passed("population.limit_met", context.labels, SOURCE, limits=held.limits, facts=held.facts)
    else:
        yield fail("population.limit_unknown", Severity.INFORMATION, SOURCE, context.labels, limits=held.limits)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The groups a sentence is for, and what of the record says that the patient is of none of them."""

    groups: tuple[str, ...]
    facts: tuple[str, ...]


def mismatch(text: str, heading: str, question: str, patient: PatientView) -> Mismatch | None:
    """Why the sentence ``text`` under ``heading`` is not for this patient; None where it is, or may be."""
    return _no_one_of(meant_for(text, heading), text, question, patient)


def of_other_age(text: str, population: str, question: str, patient: PatientView) -> Mismatch | None:
    """Why a guideline for ``population`` is not for people of this age, where its sentence names no other ages."""
    if names_other_age(text, population):
        return None
    return _no_one_of(ages_of(population), text, question, patient)


def _of_pregnancies(population: str, question: str, patient: PatientView) -> Mismatch | None:
    """Why a guideline for pregnancies is not for one who has none, and of whom nothing tells of another."""
    if patient.pregnant is not False or not for_pregnancies(population) or patient.plans_pregnancy:
        return None
    history = (each.display for each in patient.patient.conditions or () if each.status is not FactStatus.NEGATED)
    if is_near_pregnancy("; ".join((undenied(question), *history))):
        return None
    return Mismatch(("pregnant",), (group_fact(patient, "pregnant"),))


def _no_one_of(people: Iterable[Alternatives], text: str, question: str, patient: PatientView) -> Mismatch | None:
    for wanted in people:
        none = all(_is_out(group, text, question, patient) for group in wanted)
        if none and not _asked(question, wanted):
            facts = dict.fromkeys(group_fact(patient, group) for group in wanted)
            return Mismatch(tuple(wanted), tuple(facts))
    return None


def _is_out(group: str, text: str, question: str, patient: PatientView) -> bool:
    """Whether the patient is not of the group, by the record or as a child or an adult that the question is about."""
    if patient.age is None and group in AGES:
        other = "a_child" if group in GROWN_UP else "a_grown_up"
        return pattern("ages", other).search(question) is not None
    return belongs(patient, group, text) is False


def for_others(
    sentence: Sentence, text: str, heading: str, applicant: Applicant, population: str = ""
) -> Mismatch | Ruling | None:
    """Why a sentence, read as ``text`` under ``heading``, is for others: by what people noted, else by its wording.

    ``population``: whom the whole guideline says it is for.
    """
    patient, question = applicant.view, applicant.question
    return (
        applicant.ruled_out(sentence)
        or mismatch(text, heading, question, patient)
        or of_other_age(text, population, question, patient)
        or _of_pregnancies(population, question, patient)
        or unmet(text, question, patient, heading, noted=applicant.meant(sentence))
    )


def unmet(text: str, question: str, patient: PatientView, heading: str = "", *, noted: bool = False) -> Mismatch | None:
    """Why limits or states of a guideline's sentence are not this patient's; None where they are, may be, or are asked.

    Where people ``noted`` that it is for this patient, what its states and companions suggest does not count. Only
    guidelines are held to it: in advice for one patient "if potassium rises above 5.5" speaks of what may come.
    """
    if others := (_ruled_out(text, question, patient) if noted else _suggested(text, question, patient, heading)):
        return others
    held = standing(text, patient, question)
    value = "(?!)" if BY_CONTRAST.search(text) else VALUE
    if held is None or held.met is not False or any(_names_limit(question, key, value, patient) for key in held.keys):
        return None
    return Mismatch(held.limits, held.facts)


def _suggested(text: str, question: str, patient: PatientView, heading: str) -> Mismatch | None:
    """Why the people, the states or the illnesses that a sentence names are others."""
    if others := _others(text, question, patient):
        return others
    if states := other_state(text, heading, question, patient):
        wanted, told = states
        return Mismatch(tuple(sorted(wanted.states)), tuple(sorted(told.states)))
    return _without(text, question, patient)


def _without(text: str, question: str, patient: PatientView) -> Mismatch | None:
    """Why a sentence speaks of what the patient does not have, or rules out what it has."""
    if kidneys := better_kidneys(text, question, patient):
        return Mismatch((kidneys[0],), (kidneys[1],))
    if missing := missing_companion(text, question, patient):
        return Mismatch(missing, tuple(f"not recorded: {each}" for each in missing))
    return _ruled_out(text, question, patient)


def _ruled_out(text: str, question: str, patient: PatientView) -> Mismatch | None:
    out = excluded(text, Having(patient, question))
    return Mismatch((f"without {out[0]}",), (out[1],)) if out else None


def _others(text: str, question: str, patient: PatientView) -> Mismatch | None:
    """Why a sentence for any of several kinds of people ("in older people or people with asthma") is for others."""
    kinds = _said("or_people").split(lead(text))
    found = [each for kind in kinds if (each := _other(f"In {kind}, start.", question, patient))]
    if not len(kinds) == len(found) > 1:
        return None
    return Mismatch(tuple(chain(*(each.groups for each in found))), tuple(chain(*(each.facts for each in found))))


def _other(text: str, question: str, patient: PatientView) -> Mismatch | None:
    missing = missing_companion(text, question, patient)
    facts = tuple(f"not recorded: {each}" for each in missing)
    return mismatch(text, "", question, patient) or (Mismatch(missing, facts) if missing else None)


def _names_limit(question: str, key: str, value: str, patient: PatientView) -> bool:
    """Whether the question names the input, and not just its ``value`` ("at what potassium", not "potassium 5.1")."""
    named = patient.knowledge.threshold_names.get(key, (asked(key).pattern,) if key in ASKED else ())
    return any(re.search(rf"\b(?:{words})(?!{value})", question, re.I) for words in named)


def written_for(text: str, heading: str, patient: PatientView) -> bool:
    """Whether the sentence is by its wording for a group, not just adults, that the record puts the patient in."""
    wanted = meant_for(text, heading)
    found = [[group for group in each if belongs(patient, group, text)] for each in wanted]
    return bool(wanted) and all(found) and any(_special(group) for each in found for group in each)


def left_out(found: Iterable[Mismatch]) -> Iterator[Finding]:
    """That sentences of the evidence were not offered to the model, by whom they are for."""
    for groups, each in sorted({one.groups: one for one in found}.items()):
        yield fail("population.left_out", Severity.INFORMATION, SOURCE, (), each.facts, groups=groups)


def noted_of(found: Iterable[Ruling]) -> Iterator[Finding]:
    """That sentences of the evidence were not offered, by what people noted of whom they are for."""
    for each in dict.fromkeys(found):
        yield _noted("population.noted_left_out", Severity.INFORMATION, (), each)


def special_of(found: Iterable[str]) -> Iterator[Finding]:
    """That sentences give way to others, by the note that tells for whom they are or are not."""
    for each in dict.fromkeys(found):
        yield fail("population.special", Severity.INFORMATION, NOTED, (), notes=(each,))


def _noted(code: str, severity: Severity, labels: tuple[str, ...], ruling: Ruling) -> Finding:
    return fail(code, severity, NOTED, labels, (ruling.fact,), notes=(ruling.words,), facts=(ruling.fact,))


def _cited(context: Context) -> Iterator[Sentence]:
    """The sentences that the statement's citations stand in."""
    passages = {each.number: each.passage for each in context.evidence}
    for citation in context.statement.citations:
        for each in passages[citation.number].sentences if citation.number in passages else ():
            if each.start < citation.end and citation.start < each.end:
                yield each


def warned_of(found: Iterable[Met]) -> Iterator[Finding]:
    """That sentences of the evidence were not offered, by the warnings of the same evidence that speak against them."""
    for each in dict.fromkeys(found):
        facts = tuple(dict.fromkeys(each.facts))
        yield fail("population.warned", Severity.INFORMATION, SOURCE, (), facts, warning=each.text)


def _headings(context: Context) -> list[str]:
    """The headings that the cited sentences stand under."""
    by_number: dict[int, Evidence] = {each.number: each for each in context.evidence}
    cited = [by_number[each.number] for each in context.statement.citations if each.number in by_number]
    return list(dict.fromkeys(each.passage.section[-1] for each in cited if each.passage.section))


def _asked(question: str, wanted: Alternatives) -> bool:
    told = undenied(question)
    return any(asked(_kind(group)).search(told) for group in wanted)


def _kind(group: str) -> str:
    limit = LIMIT.fullmatch(group)
    return limit[1] if limit else group


def _special(group: str) -> bool:
    return group in ("pregnant", "breastfeeding", "child", "older", "allergic") or group.startswith("egfr<")
