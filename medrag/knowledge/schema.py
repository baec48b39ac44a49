"""What a knowledge file may hold: one frozen model a kind of fact, each naming its source."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from medrag.types import Record, Severity

Terms = tuple[str, ...]
"""Names of ingredients or classes; a class stands for all of its ingredients."""


class Drug(Record):
    """An ingredient, its codes and the names it goes by (brands, salts, national names, abbreviations)."""

    name: str
    rxcui: str | None = None
    atc: Terms = ()
    brands: Terms = ()
    synonyms: Terms = ()


class Product(Record):
    """A combination product by its name."""

    name: str
    ingredients: Terms


class DrugClass(Record):
    """A set of ingredients; with ``names`` it can be read from text."""

    names: Terms = ()
    members: Terms
    source: str = "WHO ATC classification"


class Concept(Record):
    """A clinical concept: the words, ICD-10 prefixes and SNOMED CT codes that establish it, and what it implies.

    A ``lasting`` concept stands after the condition itself is resolved, in full (past angioedema) or with rules about
    it lowered by one level of severity (a healed ulcer). ``maybe`` are words that often mean less ("glaucoma"): they
    lower the rules too.
    """

    terms: Terms = ()
    maybe: Terms = ()
    icd10: Terms = ()
    snomed: Terms = ()
    implies: Terms = ()
    lasting: Literal["no", "full", "lowered"] = "no"


class LabRule(Record):
    """A value beyond a limit (in the lab's unit) establishes a concept."""

    concept: str
    above: float | None = None
    below: float | None = None


class Guess(Record):
    """A number without a unit beyond a limit can only be in another unit, ``factor`` times the canonical one."""

    factor: float
    above: float | None = None
    below: float | None = None


class Lab(Record):
    """A measurement: its names, LOINC codes, unit, conversions to that unit, and what its values establish."""

    names: Terms
    loinc: Terms = ()
    unit: str
    factors: dict[str, float] = Field(default_factory=dict)
    guesses: tuple[Guess, ...] = ()
    concepts: tuple[LabRule, ...] = ()


class Fact(Record):
    """Base of every rule: how bad, what happens, and who says so."""

    severity: Severity
    reason: str
    source: str


class Interaction(Fact):
    """Any drug of ``a`` with any of ``b``."""

    a: Terms
    b: Terms


class Contraindication(Fact):
    """Any of ``drugs`` in a patient with any of ``conditions`` and none of ``unless``."""

    drugs: Terms
    conditions: Terms
    unless: Terms = ()


class AllergyRule(Fact):
    """An allergy to any of ``allergens`` (or to ``words`` that name no drug) bears on ``drugs``."""

    allergens: Terms = ()
    words: Terms = ()
    drugs: Terms


class DoseLimit(Record):
    """Highest single and daily dose, in ``unit``; ``weekly`` says that the drug is given once a week.

    With ``per_kg`` the limits are per kilogram of body weight. ``ages`` is [from, to) in years. Exceeding the limit
    only warns where the patient already takes a drug of ``unless_current`` (tolerance).
    """

    drug: str
    route: str = "any"
    ages: tuple[float, float] = (0, 200)
    unit: Literal["mg", "unit", "mmol"] = "mg"
    single: float | None = None
    daily: float | None = None
    per_kg: bool = False
    weekly: bool = False
    unless_current: str | None = None
    source: str


class RenalRule(Fact):
    """Below a kidney function, ``drugs`` are to be avoided or held under ``max_daily`` mg."""

    drugs: Terms
    metric: Literal["egfr", "crcl"]
    below: float
    max_daily: float | None = None


class HepaticRule(Fact):
    """From a Child-Pugh class on, ``drugs`` are to be avoided or held under ``max_daily`` mg."""

    drugs: Terms
    from_class: Literal["A", "B", "C"]
    max_daily: float | None = None


class LifeStageRule(Fact):
    """``drugs`` in pregnancy, while breastfeeding, or for a woman who could conceive.

    ``weeks`` is [from, to) of gestation, where the harm is bound to a part of pregnancy.
    """

    drugs: Terms
    stage: Literal["pregnancy", "lactation", "childbearing"]
    weeks: tuple[float, float] = (0, 45)


class AgeRule(Fact):
    """``drugs`` from ``from_age`` to under ``to_age`` years, with any of ``conditions`` if it names some."""

    drugs: Terms
    from_age: float = 0
    to_age: float = 200
    conditions: Terms = ()


class DuplicationRule(Fact):
    """Two different drugs of ``group`` at once."""

    group: str


class MonitoringRule(Record):
    """Advice of any of ``drugs`` (beside any of ``with_drugs``, if named) should also say one of ``words``."""

    drugs: Terms
    with_drugs: Terms = ()
    stage: Literal["any", "childbearing"] = "any"
    words: Terms
    action: str
    severity: Severity = Severity.INFORMATION
    source: str


class RedFlag(Record):
    """A presentation: each group of ``all`` must be met by one of its regular expressions."""

    name: str
    all: tuple[Terms, ...]
    notice: str
    source: str


RequestKind = Literal["self_harm", "harm", "covert", "misuse", "fraud", "rights", "quackery", "other"]


class RequestRule(Record):
    """A request to decline: one of the regular expressions ``any``, one of ``also`` (if named), no list of ``unless``.

    ``intent`` asks that a way to do it be sought and that no protective word ("detect", "prevent") governs it.
    """

    kind: RequestKind
    any: Terms
    also: Terms = ()
    unless: Terms = ()
    intent: bool = True
