"""The loaded knowledge, with its names indexed for matching."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from medrag.knowledge.effects import TreatmentEffect
from medrag.knowledge.facts import Cited, Fact, Review, Source
from medrag.knowledge.names import Meaning, Name
from medrag.knowledge.opening import Emergency, RedFlag, RequestModel, RequestRule
from medrag.knowledge.pgx import PgxTable
from medrag.knowledge.schema import DRUG_FIELDS, AgeLimit, Amount, DoseLimit, OrderCalculator, QtRisk, Rules, Trimester
from medrag.knowledge.scoring import Equivalent, PointScore, ScoreItem
from medrag.knowledge.vocabulary import (
    CODE_SYSTEMS,
    Allergen,
    ClinicalFinding,
    Condition,
    Drug,
    DrugClass,
    Gene,
    Measurement,
    Presentation,
    Product,
    Shorthand,
)
from medrag.types import Severity


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What the checks know. ``hash`` identifies it in the audit trail; ``members`` maps a class to its ingredients."""

    hash: str
    version: str
    own: Path | None
    """The user's directory that was added to the bundled one."""
    drugs: Mapping[str, Drug]
    products: tuple[Product, ...]
    product_routes: Mapping[str, str]
    """Name of a product, normalised -> the only route it is given by."""
    classes: Mapping[str, DrugClass]
    members: Mapping[str, frozenset[str]]
    conditions: Mapping[str, Condition]
    findings: tuple[ClinicalFinding, ...]
    """What only notes are read for."""
    read_presentations: Callable[[], tuple[Presentation, ...]]
    read_shorthand: Callable[[], tuple[Shorthand, ...]]
    measurements: Mapping[str, Measurement]
    allergens: Mapping[str, Allergen]
    genes: Mapping[str, Gene]
    names: Mapping[str, Name]
    """Written name, normalised -> drugs or a class."""
    phrases: Mapping[str, tuple[Meaning, ...]]
    """Words of a condition, folded -> conditions."""
    lab_names: Mapping[str, str]
    """Name, normalised, or LOINC code of a measurement -> key in ``measurements``."""
    allergen_names: Mapping[str, str]
    """Name of a substance that is no drug, normalised -> key in ``allergens``."""
    stated_codes: Mapping[str, frozenset[str]]
    """What a code alone states of the patient ("no_known_allergy") -> the codes."""
    rules: Rules
    pgx: PgxTable
    emergencies: tuple[Emergency, ...]
    red_flags: tuple[RedFlag, ...]
    requests: tuple[RequestRule, ...]
    request_words: Mapping[str, tuple[str, ...]]
    request_models: tuple[RequestModel, ...]
    """One an encoder; of two for the same one the later counts."""
    injections: Mapping[str, tuple[str, ...]]
    scores: Mapping[str, ScoreItem]
    """Findings that scores and equations ask for."""
    point_scores: Mapping[str, PointScore]
    coefficients: Mapping[str, Mapping[str, float]]
    """Name of a published equation -> its terms and their coefficients."""
    equivalents: tuple[Equivalent, ...]
    effects: tuple[TreatmentEffect, ...]
    order_calculators: tuple[OrderCalculator, ...]
    threshold_names: Mapping[str, tuple[str, ...]]
    """Measurement or calculator -> expressions by which guidelines name it."""
    opioid_totals: Mapping[str, Amount]
    age_limits: Mapping[str, AgeLimit]
    trimesters: Mapping[str, Trimester]
    qt_limits: Mapping[str, Amount]
    qt_risks: tuple[QtRisk, ...]
    cues: Mapping[str, tuple[str, ...]]
    """Regular expressions by what they tell: a mild or severe reaction, a referral at once."""
    words: Mapping[str, frozenset[str]]
    suffixes: Mapping[str, str]
    """What a brand's suffix adds ("HCT"): an ingredient, or nothing where it differs from brand to brand ("Plus")."""
    sources: Mapping[str, Source]
    reviews: tuple[Review, ...]
    """Every review, the user's own last."""
    links: Mapping[str, str]
    """A source in full -> where it can be read."""
    first_words: Mapping[str, int]
    """First word of a written name -> most words of a name that starts so."""
    spellings: Mapping[str, tuple[str, ...]]
    """First letter -> one-word names long enough to be recognised when misspelt, sorted."""
    codes: Mapping[tuple[str, str], str]
    """(system, code) of an ingredient, product or allergen -> words that name it."""
    foreign: Mapping[str, Mapping[tuple[str, str], tuple[str, ...]]]
    """Language -> (kind of term, key) -> names, the preferred one first."""
    ruled: frozenset[str]
    """Conditions that a rule speaks of, by themselves or by what they imply, or that were reviewed and need none."""
    _groups: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict, repr=False)
    _places: dict[tuple[str, str], Mapping[str, frozenset[int]]] = field(default_factory=dict, repr=False)

    @cached_property
    def presentations(self) -> tuple[Presentation, ...]:
        """What only a search is helped by; read when it is first asked for."""
        return self.read_presentations()

    @cached_property
    def shorthand(self) -> tuple[Shorthand, ...]:
        """The same."""
        return self.read_shorthand()

    @cached_property
    def no_interactions(self) -> frozenset[str]:
        """Ingredients listed as having no interaction that changes prescribing."""
        return frozenset(each.drug for each in self.rules.no_interactions)

    @cached_property
    def no_contraindications(self) -> frozenset[str]:
        """Ingredients listed as having no condition that contraindicates them."""
        return frozenset(each.drug for each in self.rules.no_contraindications)

    @cached_property
    def _naming(self) -> Mapping[str, tuple[tuple[str, Fact], ...]]:
        found: dict[str, list[tuple[str, Fact]]] = defaultdict(list)
        for kind, fact in self._every_fact():
            for term in drugs_named(fact):
                found[term].append((kind, fact))
        return {term: tuple(facts) for term, facts in found.items()}

    def classes_of(self, ingredient: str) -> tuple[str, ...]:
        """The keys of the classes and groups that an ingredient is a member of."""
        return self._classes.get(ingredient, ())

    @cached_property
    def _classes(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name, members in self.members.items():
            for ingredient in members:
                found[ingredient].append(name)
        return {ingredient: tuple(names) for ingredient, names in found.items()}

    def facts(self, ingredient: str) -> tuple[tuple[str, Fact], ...]:
        """Every fact that names the ingredient, by itself or by a class, once each and with its kind."""
        terms = (ingredient, *self.classes_of(ingredient))
        return tuple(dict.fromkeys(fact for term in terms for fact in self._naming.get(term, ())))

    @cached_property
    def reviewed(self) -> Mapping[Fact, Review]:
        """The facts that a person has looked at, each with the last review."""
        last = {review.fact: review for review in self.reviews}
        looked_at = {fact: self.identity(fact) for _, fact in self._every_fact()} if last else {}
        return {fact: last[name] for fact, name in looked_at.items() if name in last}

    def _every_fact(self) -> Iterator[tuple[str, Fact]]:
        return ((kind, fact) for kind, facts in vars(self.rules).items() for fact in facts)

    def identity(self, fact: Fact) -> str:
        """Twelve hex digits for what a fact says, members of its classes included.

        A fact that is edited, or whose class gains a member, is another one, which nobody has reviewed.
        """
        members = sorted(self.expand(tuple(drugs_named(fact))))
        said = f"{type(fact).__name__} {fact.model_dump_json(exclude_defaults=True)} {members}"
        return hashlib.sha256(said.encode()).hexdigest()[:12]

    def found_right(self, fact: Fact) -> bool:
        """Whether a person has reviewed the fact and found it right."""
        review = self.reviewed.get(fact)
        return review is not None and review.verdict == "right"

    def expand(self, terms: tuple[str, ...]) -> frozenset[str]:
        """Every ingredient that ``terms`` (ingredients and classes) stand for."""
        known = self._groups.get(terms)
        if known is None:
            known = frozenset(name for term in terms for name in self.members.get(term, (term,)))
            self._groups[terms] = known
        return known

    def covers(self, terms: tuple[str, ...], ingredients: Iterable[str], drug_class: str | None = None) -> bool:
        """Whether ``terms`` hold any of ``ingredients``, or all of ``drug_class``."""
        group = self.expand(terms)
        if drug_class is not None:
            return self.members[drug_class] <= group
        return not group.isdisjoint(ingredients)

    def by_purpose(self, drug_class: str | None) -> bool:
        """Whether it is named by what it is for ("blood pressure tablets"): most rules on some of it are not meant."""
        group = self.classes.get(drug_class or "")
        return group is not None and bool(group.purposes)

    def concerning(self, kind: str, side: str, ingredients: tuple[str, ...], drug_class: str | None) -> frozenset[int]:
        """Places in ``rules.<kind>`` of the rules whose ``side`` (``drugs``, ``a``, ``b``) covers the drug or class."""
        placed = self._placed(kind, side)
        if drug_class is not None:
            return frozenset.intersection(*(placed.get(name, frozenset()) for name in self.members[drug_class]))
        return frozenset().union(*(placed.get(name, frozenset()) for name in ingredients))

    def touching(self, kind: str, drug_class: str, side: str = "drugs") -> frozenset[int]:
        """Places in ``rules.<kind>`` of the rules whose ``side`` holds some, not all, of a class."""
        some = self.concerning(kind, side, tuple(self.members[drug_class]), None)
        return some - self.concerning(kind, side, (), drug_class)

    def _placed(self, kind: str, side: str) -> Mapping[str, frozenset[int]]:
        """Ingredient -> places in ``rules.<kind>`` of the rules whose ``side`` holds it."""
        known = self._places.get((kind, side))
        if known is None:
            found: dict[str, set[int]] = defaultdict(set)
            for place, rule in enumerate(getattr(self.rules, kind)):
                terms = getattr(rule, side)
                for name in self.expand((terms,) if isinstance(terms, str) else terms):
                    found[name].add(place)
            known = self._places[kind, side] = {name: frozenset(places) for name, places in found.items()}
        return known

    def absorbed(
        self, ingredients: tuple[str, ...], drug_class: str | None, route: str | None
    ) -> frozenset[str] | None:
        """The kinds of rules that hold though the drug is given locally: "all", "none" or some; None: not reviewed."""
        places = self.concerning("absorption", "drugs", ingredients, drug_class)
        facts = [self.rules.absorption[place] for place in places if route in self.rules.absorption[place].routes]
        return frozenset(kind for fact in facts for kind in fact.kinds or ("all",)) if facts else None

    def limits(self, ingredient: str) -> tuple[DoseLimit, ...]:
        """The dose limits of an ingredient, those of its classes among them."""
        return tuple(self.rules.doses[place] for place in sorted(self.concerning("doses", "drug", (ingredient,), None)))

    def interactions_known(self, ingredient: str) -> bool:
        """Whether anything is known of the ingredient's interactions, be it that there are none."""
        sides = (self.concerning("interactions", side, (ingredient,), None) for side in ("a", "b"))
        return ingredient in self.no_interactions or any(sides)

    def contraindications_known(self, ingredient: str) -> bool:
        """Whether conditions that speak against the ingredient are known, be it that there are none."""
        ruled = self.concerning("contraindications", "drugs", (ingredient,), None)
        return ingredient in self.no_contraindications or bool(ruled)

    def pair_reviewed(self, one: str, other: str) -> bool:
        """Whether a pair for which the set has no rule may be said to have no interaction *known to the set*.

        That asks for facts on both, and that one was reviewed as free of interactions or that neither has any
        interaction of the top tier: drugs with such have more than this set holds.
        """
        if {one, other} & self.no_interactions:
            return True
        if not (self.interactions_known(one) and self.interactions_known(other)):
            return False
        return not (self._dangerous(one) or self._dangerous(other))

    def _dangerous(self, ingredient: str) -> bool:
        places = self.concerning("interactions", "a", (ingredient,), None) | self.concerning(
            "interactions", "b", (ingredient,), None
        )
        return any(self.rules.interactions[place].severity is Severity.CONTRAINDICATED for place in places)

    def coded(self, system: str | None, code: str | None) -> str | None:
        """What a code names in words; without a system, what the first system that has it says."""
        systems = CODE_SYSTEMS if system is None else (system.upper(),)
        return next((self.codes[key] for each in systems if (key := (each, code or "")) in self.codes), None)

    def says(self, cue: str, text: str) -> bool:
        """Whether ``text`` says what the cue ``cue`` tells."""
        return re.search("|".join(self.cues[cue]), text, re.IGNORECASE) is not None

    def allergens_in(self, words: str) -> frozenset[str]:
        """Keys of the allergens that normalised ``words`` name."""
        said = words.split()
        spans = (" ".join(said[start:end]) for start in range(len(said)) for end in range(start + 1, start + 4))
        return frozenset(self.allergen_names[span] for span in spans if span in self.allergen_names)

    def name(self, kind: str, key: str, language: str = "en") -> str:
        """The preferred name of a term: of a drug, class, condition, measurement or allergen."""
        if translated := self.foreign.get(language, {}).get((kind, key)):
            return translated[0]
        return next(iter(self.english(kind, key)), key.replace("_", " "))

    def english(self, kind: str, key: str) -> tuple[str, ...]:
        """The English names of a class, condition, measurement or allergen, the preferred one first."""
        terms: dict[str, Mapping[str, DrugClass | Condition | Measurement | Allergen]] = {
            "class": self.classes,
            "condition": self.conditions,
            "measurement": self.measurements,
            "allergen": self.allergens,
        }
        term = terms.get(kind, {}).get(key)
        return tuple(name for name in term.names if name.isascii()) if term is not None else ()

    def origin(self, fact: Fact) -> Source:
        """The document that a fact stands on."""
        return self.document(fact.source)

    def document(self, source: str) -> Source:
        """The document that ``source`` names; a source in words is a document of that title."""
        return self.sources.get(source) or Source(key=source, document=source)

    def cite(self, fact: Fact) -> Cited:
        """A fact's source in full, and whether the fact was reviewed."""
        return Cited(str(self.origin(fact)), self.found_right(fact))


def drugs_named(fact: Fact, fields: Iterable[str] = DRUG_FIELDS) -> Iterator[str]:
    """The ingredients and classes that ``fields`` of a fact name."""
    said = vars(fact)
    for field_name in fields:
        named: Any = said.get(field_name) or ()
        yield from (named,) if isinstance(named, str) else named
