"""What every check gets, and how it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations
from typing import Any

from medrag.knowledge import Cited, Knowledge
from medrag.knowledge.vocabulary import Terms
from medrag.messages import Value
from medrag.patient.applicability import Applicant
from medrag.patient.conditions import implied
from medrag.patient.view import CurrentDrug, PatientView
from medrag.patient.wording import wording
from medrag.reading import DrugMention, Polarity, Prescription
from medrag.reading.advice.acts import Clause, clauses
from medrag.reading.advice.choices import examples, listed
from medrag.reading.languages import pattern
from medrag.reading.mentions import ingredients_named
from medrag.safety.plan import Plan
from medrag.types import Evidence, Finding, Severity, Statement, Verdict

OWN_SOURCE = "medrag safety knowledge: no rule found against it"
MISSING_SOURCE = "medrag: missing knowledge or patient data is never taken for safety"


_said = partial(pattern, "choices")


@dataclass(frozen=True, slots=True)
class Pair:
    """An advised drug and another one at the same time; ``facts`` are the record's words for the other.

    ``optional``: sentences of guidelines recommend them for choice, not for use together (:meth:`Context.are_options`).
    """

    one: Prescription
    other: Prescription
    facts: Terms
    optional: bool = False


@dataclass(frozen=True)
class Context:
    """One statement as read, the patient (or none), and what was advised before it."""

    statement: Statement
    read: tuple[Prescription, ...]
    patient: PatientView | None
    advised: tuple[Prescription, ...]
    options: tuple[Prescription, ...]
    """Those of ``advised`` that sentences of the same guideline recommend."""
    quoted: tuple[Prescription, ...]
    """Those of ``advised`` that sentences of any guideline recommend, where the statement is such a one too."""
    stopped_before: frozenset[frozenset[str]]
    knowledge: Knowledge
    plan: Plan
    """The drugs of the whole advice in time."""
    evidence: tuple[Evidence, ...] = ()
    question: str = ""
    before: tuple[str, ...] = ()
    """The words of the statements before it."""
    applicant: Applicant | None = None
    """The patient and the question, held against what people noted of sentences."""
    whole: str = ""
    """The words of the whole advice, where they are known; else of the statement."""
    around: tuple[Prescription, ...] = ()
    """The drugs read in the whole."""

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses of the statement with their acts."""
        return clauses(self.statement.text)

    @cached_property
    def rescued(self) -> bool:
        """Whether the whole advice gives what protects from doses that are high on purpose."""
        return pattern("manners", "rescued").search(self.whole) is not None

    @cached_property
    def recommended(self) -> tuple[Prescription, ...]:
        """The drugs the statement advises that the knowledge knows."""
        return tuple(each for each in self.read if each.recommended and each.mention.resolved)

    @cached_property
    def systemic(self) -> tuple[Prescription, ...]:
        """The advised drugs that reach the circulation, each name once: what pairs are made of."""
        return tuple(
            {
                each.mention.label: each for each in reversed(self.recommended) if self.acts(each, "interactions")
            }.values()
        )[::-1]

    @cached_property
    def unresolved(self) -> tuple[DrugMention, ...]:
        """Names advised that look like drugs and are not known, or that hold more than is known."""
        advised = (each.mention for each in self.read if each.recommended)
        return tuple(mention for mention in advised if not (mention.resolved and mention.whole))

    @cached_property
    def stopped(self) -> frozenset[frozenset[str]]:
        """Products and classes, as sets of ingredients, that this statement or one before it stops."""
        return self.stopped_before | stopped_by(self.read, self.knowledge)

    @cached_property
    def left_off(self) -> frozenset[frozenset[str]]:
        """Drugs that the whole advice speaks against and nowhere gives, stopped in so many words or not."""
        against = [each for each in self.around if each.mention.polarity in (Polarity.AVOIDED, Polarity.STOPPED)]
        given = {ingredients_of(each, self.knowledge) for each in self.around if each.recommended}
        return frozenset(ingredients_of(each, self.knowledge) for each in against) - given

    @cached_property
    def current(self) -> tuple[CurrentDrug, ...]:
        """The patient's drugs that go on."""
        drugs = self.patient.drugs if self.patient else ()
        return tuple(drug for drug in drugs if not self._stops(ingredients_of(drug.prescription, self.knowledge)))

    def starts(self, term: str) -> bool:
        """Whether the record lists the patient's drugs, and none that ``term`` names."""
        group = self.knowledge.expand((term,))
        recorded = self.patient is not None and self.patient.recorded("medications")
        return recorded and not any(group & ingredients_of(drug.prescription, self.knowledge) for drug in self.current)

    def _stops(self, ingredients: frozenset[str]) -> bool:
        return any(ingredients <= group for group in self.stopped)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The names of the advised drugs, each once."""
        return labels(self.recommended)

    def hits(self, terms: Terms, mention: DrugMention) -> bool:
        """Whether a rule about ``terms`` is about this mention: one of its ingredients, or the whole of its class."""
        return self.knowledge.covers(terms, mention.ingredients, mention.drug_class)

    def rules(self, kind: str, mention: DrugMention, side: str = "drugs") -> frozenset[int]:
        """Places in the knowledge's rules of that kind of the rules about this mention."""
        return self.knowledge.concerning(kind, side, mention.ingredients, mention.drug_class)

    def about(self, kind: str) -> list[tuple[Prescription, Any]]:
        """Every advised drug that reaches the circulation with every rule of ``knowledge.rules.<kind>`` about it."""
        rules = getattr(self.knowledge.rules, kind)
        return [
            (each, rules[place])
            for each in self.recommended
            if self.acts(each, kind)
            for place in sorted(self.rules(kind, each.mention))
        ]

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every advised drug with the drugs that go on, with earlier advice, and with one another.

        Local use is left out, and so are two drugs that the statement offers as a choice, or that the plan keeps apart.
        """
        going_on: list[tuple[Prescription, Terms]] = [
            (drug.prescription, (drug.fact.display,)) for drug in self.current
        ]
        before = [(other, ()) for other in self.advised]
        found = [
            Pair(each, other, facts, not facts and self.are_options(each, other))
            for each in self.systemic
            for other, facts in (*going_on, *before)
            if self.acts(other, "interactions") and (facts or not self._in_its_place(each, other))
        ]
        text = self.statement.text
        in_order = sorted(self.systemic, key=lambda each: each.mention.start)
        together = (pair for pair in combinations(in_order, 2) if not offered_as_choice(text, *pair))
        found += [Pair(a, b, ()) for a, b in together if not self._are_examples(a, b)]
        return tuple(pair for pair in found if not self.plan.apart(pair.one, pair.other))

    def is_option(self, advised: Prescription) -> bool:
        """Whether a sentence of the guideline that the statement quotes recommends it, before this one."""
        return any(advised is each for each in self.options)

    def are_options(self, each: Prescription, advised: Prescription) -> bool:
        """Whether guidelines offer the two for choice: one of them both, or any two drugs of which nobody takes two."""
        if self.is_option(advised):
            return True
        if not any(advised is other for other in self.quoted):
            return False
        named = ingredients_of(each, self.knowledge) | ingredients_of(advised, self.knowledge)
        groups = (rule.group for rule in self.knowledge.rules.duplications if rule.exchanged)
        return any(named <= self.knowledge.members[group] for group in groups)

    def _in_its_place(self, each: Prescription, other: Prescription) -> bool:
        """Whether the statement gives the drug where an earlier one of its anatomical group fails or cannot be had."""
        if _said("if it fails").search(self.statement.text) is None:
            return False
        one, two = (self._anatomical(drug) for drug in (each, other))
        return not one.isdisjoint(two)

    def _anatomical(self, each: Prescription) -> frozenset[str]:
        """The first level of the ATC codes of what the drug or class holds."""
        held = ingredients_of(each, self.knowledge)
        known = (self.knowledge.drugs[name] for name in held if name in self.knowledge.drugs)
        return frozenset(code[0] for drug in known for code in drug.atc)

    def acts(self, each: Prescription, kind: str) -> bool:
        """Whether rules of ``kind`` hold for it: by any route but the local ones, by those where it is absorbed."""
        if not each.local:
            return True
        mention = each.mention
        kinds = self.knowledge.absorbed(mention.ingredients, mention.drug_class, mention.route)
        return kinds is not None and not kinds.isdisjoint((kind, "all"))

    def covers(self, terms: Terms) -> bool:
        """Whether a drug of ``terms`` is taken, advised anywhere, or spoken of here, not warned against or stopped."""
        group = self.knowledge.expand(terms) if terms else frozenset()
        named = (each for each in self.read if each.recommended or each.mention.polarity is Polarity.MENTIONED)
        elsewhere = (each for each in self.around if each.recommended)
        held = (*named, *elsewhere, *(drug.prescription for drug in self.current))
        return any(group & ingredients_of(each, self.knowledge) for each in held)

    def _are_examples(self, one: Prescription, other: Prescription) -> bool:
        """Whether the statement names the two as examples of a class that both are of."""
        both = {*one.mention.ingredients, *other.mention.ingredients}
        spans = [(each.mention.start, each.mention.end) for each in (one, other)]
        groups = [each.mention for each in self.read if each.mention.drug_class]
        return any(
            both <= self.knowledge.members[str(group.drug_class)]
            and examples(self.statement.text, (group.start, group.end), *spans)
            for group in groups
        )

    def indicated(self, conditions: Terms) -> bool:
        """Whether one of the conditions is recorded, or the statement or the question names it."""
        return not self._indications.isdisjoint(conditions)

    @cached_property
    def _indications(self) -> frozenset[str]:
        named = wording(f"{self.statement.text} {self.question}", self.knowledge).affirmed
        recorded = self.patient.concepts if self.patient else {}
        return frozenset(recorded).union(name for each in named for name in implied(each.condition, self.knowledge))

    def touches(self, terms: Terms, mention: DrugMention) -> bool:
        """Whether the rule is about some, not all, drugs of the class that the mention names."""
        if mention.drug_class is None:
            return False
        members = self.knowledge.members[mention.drug_class]
        group = self.knowledge.expand(terms)
        return not members.isdisjoint(group) and not members <= group


def offered_as_choice(text: str, one: Prescription, other: Prescription) -> bool:
    """Whether the statement offers the two one after the other, as alternatives, or tells what one does to the other.

    Alternatives are joined by an "or" or a slash, or are a list of options.
    An "or" of something else ("with or without food and", "once or twice daily and") joins no drugs.
    """
    between = text[one.mention.end : other.mention.start]
    spans = (one.mention.start, one.mention.end), (other.mention.start, other.mention.end)
    if _said("instead").fullmatch(between) or pattern("stops", "sequence").search(between) or listed(text, *spans):
        return True
    apart = "." in between or ";" in between or not _said("and").search(between)
    if _said("tells").search(between) or (apart and _said("fallback").match(text, other.mention.end)):
        return True
    if _said("described").match(text, one.mention.end) and _said("each").match(text, other.mention.end):
        return True
    *_, after_or = _said("or").split(between)
    if after_or != between:
        return not _said("and").search(after_or)
    if _said("choice").search(text[: one.mention.start]) and not _said("together").search(between):
        return True
    commas = "," in between and not _said("and").search(between)
    return commas and _said("or_later").match(text, other.mention.end) is not None


def ingredients_of(prescription: Prescription, knowledge: Knowledge) -> frozenset[str]:
    """The ingredients a prescription's mention stands for: :func:`ingredients_named`."""
    return ingredients_named(prescription.mention, knowledge)


def stopped_by(read: Iterable[Prescription], knowledge: Knowledge) -> frozenset[frozenset[str]]:
    """Products and classes that the text says to stop and does not also say to give."""
    read = tuple(read)
    given = {ingredients_of(each, knowledge) for each in read if each.recommended}
    stopped = {ingredients_of(each, knowledge) for each in read if each.mention.polarity is Polarity.STOPPED}
    return frozenset(stopped - given)


def labels(prescriptions: Iterable[Prescription]) -> tuple[str, ...]:
    """Their normalised names, each once."""
    return tuple(dict.fromkeys(each.mention.label for each in prescriptions))


def fail(
    code: str, severity: Severity, source: str | Cited, drugs: Terms = (), facts: Terms = (), /, **values: Value
) -> Finding:
    """A failed check: what in the statement (``drugs``) and in the patient (``facts``) caused it, and who says so.

    ``code`` begins with the check's name; ``values`` are those of its sentence (:mod:`medrag.messages`).
    """
    return Finding(
        check=code.partition(".")[0],
        verdict=Verdict.FAIL,
        severity=severity,
        code=code,
        values=values,
        **_source(source),
        drugs=tuple(dict.fromkeys(drugs)),
        patient_facts=tuple(dict.fromkeys(facts)),
    )


def passed(code: str, drugs: Terms, source: str = OWN_SOURCE, /, **values: Value) -> Finding:
    """A check that could look and found nothing."""
    return Finding(
        check=code.partition(".")[0],
        verdict=Verdict.PASS,
        severity=Severity.INFORMATION,
        code=code,
        values=values,
        source=source,
        drugs=drugs,
    )


def not_assessed(
    code: str,
    drugs: Terms = (),
    source: str | Cited = MISSING_SOURCE,
    severity: Severity = Severity.WARNING,
    /,
    **values: Value,
) -> Finding:
    """A check that could not look, and why. ``information`` where looking is no routine condition of prescribing."""
    return Finding(
        check=code.partition(".")[0],
        verdict=Verdict.NOT_ASSESSED,
        severity=severity,
        code=code,
        values=values,
        **_source(source),
        drugs=drugs,
    )


def _source(source: str | Cited) -> dict[str, Any]:
    """Who says so and, of a fact of the knowledge, whether a person has reviewed it."""
    return {"source": source} if isinstance(source, str) else source._asdict()


LOWERED = {
    Severity.CONTRAINDICATED: Severity.WARNING,
    Severity.WARNING: Severity.INFORMATION,
    Severity.INFORMATION: Severity.INFORMATION,
}
"""One level down."""
RANK = {Severity.CONTRAINDICATED: 0, Severity.WARNING: 1, Severity.INFORMATION: 2}


def worst(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Failures with the worst first, one for each set of drugs and facts."""
    seen: set[tuple[Terms, Terms]] = set()
    for finding in sorted(findings, key=lambda each: RANK[each.severity]):
        key = (tuple(sorted(finding.drugs)), finding.patient_facts)
        if key not in seen:
            seen.add(key)
            yield finding
