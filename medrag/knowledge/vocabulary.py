"""What there are words for: one frozen model a kind of term. The name English prefers is a term's first."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from medrag.types import Record

Terms = tuple[str, ...]
"""Names of ingredients or classes; a class stands for all of its ingredients."""


class Drug(Record):
    """An ingredient, its codes and the names it goes by (brands, salts, national names, abbreviations).

    ``dosed`` names are ordinary words too ("iron"): they mean the drug only where a dose follows.
    """

    name: str
    rxcui: str | None = None
    atc: Terms = ()
    brands: Terms = ()
    synonyms: Terms = ()
    dosed: Terms = ()


class Product(Record):
    """A combination product by its name."""

    name: str
    ingredients: Terms


CODE_SYSTEMS = ("RXNORM", "ATC", "SNOMED")
"""Systems whose codes may stand alone for a drug or an allergen."""


class Coded(Record):
    """A code of a product or an allergen, with the words that name it ("ibuprofen 400 MG Oral Tablet")."""

    system: Literal["RXNORM", "SNOMED"]
    code: str
    name: str
    source: str


class DrugClass(Record):
    """A set of ingredients; with ``names`` it can be read from text, by ``purposes`` before a word for a medicine."""

    key: str
    names: Terms = ()
    purposes: Terms = ()
    members: Terms
    source: str = "WHO ATC classification"


class Condition(Record):
    """A condition: its words, ICD-10 prefixes and SNOMED CT codes, and the broader conditions it implies.

    ``names`` mean the condition itself; ``includes`` are words of narrower ones that count as it and are shown as
    written; ``maybe`` often mean less ("glaucoma") and lower the rules by one level of severity. A ``lasting``
    condition stands after it is over, in full (past angioedema) or lowered (a healed ulcer). An ``event`` is over
    once it is history. ``no_rules``: reviewed, and no drug is to be avoided in it. ``egfr`` is the best kidney
    function (mL/min/1.73 m2) it allows, ``child_pugh`` the class it stands for. ``recent`` is the condition that it
    also is while its words say that it is of the last weeks ("stent 5 weeks ago"), ``current`` those that it is until
    it is over. ``followed`` are the names of the values that tell when it is over.
    """

    key: str
    names: Terms = Field(min_length=1)
    includes: Terms = ()
    maybe: Terms = ()
    icd10: Terms = ()
    snomed: Terms = ()
    implies: Terms = ()
    lasting: Literal["no", "full", "lowered"] = "no"
    event: bool = False
    recent: str | None = None
    current: Terms = ()
    no_rules: bool = False
    egfr: float | None = None
    followed: Terms = ()
    child_pugh: Literal["A", "B", "C"] | None = None

    @property
    def name(self) -> str:
        """The preferred English name."""
        return self.names[0]


class ClinicalFinding(Record):
    """What notes name that no rule speaks of: a symptom, sign, disease, procedure or habit.

    ``synonyms`` are shown under ``name``, ``includes`` as written. An ``event`` is over once it is history.
    ``says`` is what the words say of it by themselves ("ex-smoker", "never smoked").
    """

    name: str
    synonyms: Terms = ()
    includes: Terms = ()
    event: bool = False
    says: Literal["over", "absent"] | None = None


class Presentation(Record):
    """How questions describe a condition that they do not name.

    Each of ``presentations`` is a few words that stand near one another in any order; "/" separates words of which one
    is enough.
    """

    condition: str
    presentations: Terms


class Shorthand(Record):
    """Short and lay words of clinical questions, and what guidelines say instead.

    ``capitals``: they count in capitals only.
    """

    meaning: str
    written: Terms
    capitals: bool = False


class Establishes(Record):
    """A value beyond a limit (in the measurement's unit) means a condition."""

    condition: str
    above: float | None = None
    below: float | None = None


class Guess(Record):
    """A number without a unit beyond a limit can only be in another unit, ``factor`` times the canonical one."""

    factor: float
    above: float | None = None
    below: float | None = None


class BareUnit(Record):
    """The unit that a bare number from ``low`` to ``high`` is in; whatever the number, where no limit is given."""

    unit: str
    low: float | None = None
    high: float | None = None

    def fits(self, value: float) -> bool:
        """Whether ``value`` lies within the limits."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class Measurement(Record):
    """A measurement: names, LOINC codes, UCUM unit, plausible bounds, shelf life, conversions, what values mean.

    Outside ``low`` to ``high`` a value is an error. A value older than ``fresh_days`` is not computed with (``None``:
    it never grows old). ``molar_mass`` (g/mol) and ``valence`` convert amounts to mass and milliequivalents;
    ``factors`` convert other units to ``unit``, ``shifted`` those that take a factor and an addend; ``slips`` are units
    that explain an impossible value. ``drug`` is the drug whose level it is. Notes alone use ``charted`` names;
    ``bare`` are the units that a number without one gives away.
    """

    key: str
    names: Terms = Field(min_length=1)
    loinc: Terms = ()
    unit: str
    low: float | None = None
    high: float | None = None
    fresh_days: int | None = 365
    molar_mass: float | None = None
    valence: int = 1
    factors: dict[str, float] = Field(default_factory=dict)
    shifted: dict[str, tuple[float, float]] = Field(default_factory=dict)
    guesses: tuple[Guess, ...] = ()
    slips: Terms = ()
    charted: Terms = ()
    bare: tuple[BareUnit, ...] = ()
    establishes: tuple[Establishes, ...] = ()
    drug: str | None = None

    def bare_factor(self, value: float) -> float:
        """What turns ``value``, which stands without a unit, into ``unit``; 1 where no other unit is the only one."""
        beyond = (
            each.factor
            for each in self.guesses
            if (each.above is not None and value > each.above) or (each.below is not None and value < each.below)
        )
        return next(beyond, 1.0)

    def plausible(self, value: float) -> bool:
        """Whether ``value`` (in ``unit``) can be right, as far as bounds are known."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class Allergen(Record):
    """What a patient may be allergic to that is no drug."""

    key: str
    names: Terms = Field(min_length=1)
    kind: Literal["food", "material", "environment", "venom", "medical"]


class Phenotype(Record):
    """What the functions of two alleles mean together."""

    functions: tuple[str, str]
    phenotype: str


class Band(Record):
    """The phenotype of an activity score, ``low`` to ``high`` inclusive."""

    phenotype: str
    low: float
    high: float


class Called(Record):
    """What a number of copies of a variant means: a phenotype, with its activity score where the gene has one."""

    phenotype: str
    score: str | None = None


class Position(Record):
    """A defining position (GRCh38): bases on the plus strand, and what copies of the variant mean without phasing.

    A meaning of no copy is given where the phenotype rests on this position alone.
    """

    rsid: str
    position: int
    reference: str
    variant: str
    allele: str
    copies: dict[int, Called]


class Gene(Record):
    """A gene: alleles by function or activity value, what two of them mean, the HLA alleles that are ``asked`` for.

    ``present``: phenotypes by the variants whose presence alone means them; ``written``: diplotypes written otherwise;
    ``positions``: those (on ``chromosome``) that decide something by themselves, ``elsewhere`` those of other alleles;
    ``pharmcat``: it is left to PharmCAT. ``names``: other names.
    """

    key: str
    names: Terms = ()
    pharmcat: bool = False
    positions: tuple[Position, ...] = ()
    alleles: dict[str, Terms] = Field(default_factory=dict)
    phenotypes: tuple[Phenotype, ...] = ()
    scores: tuple[Band, ...] = ()
    asked: Terms = ()
    present: dict[str, Terms] = Field(default_factory=dict)
    written: dict[str, str] = Field(default_factory=dict)
    chromosome: str = ""
    elsewhere: frozenset[int] = frozenset()

    def function(self, allele: str) -> str | None:
        """The function or activity value of an allele, where it is known."""
        return next((function for function, alleles in self.alleles.items() if allele in alleles), None)

    @property
    def alone(self) -> bool:
        """Whether its one position says all, so that no copy of the variant is a result too."""
        return any(0 in each.copies for each in self.positions)


class Translation(Record):
    """The names of a term in another language, the preferred one first; the language is the file's."""

    kind: Literal["drug", "product", "class", "condition", "measurement", "allergen"]
    key: str
    names: Terms = Field(min_length=1)
