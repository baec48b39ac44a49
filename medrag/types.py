"""What crosses a boundary: the patient, the case, the evidence and the advice.

Every type here is a frozen pydantic model, so that it can go over HTTP, onto disk or between packages
unchanged. Nothing here calls models or imports anything heavy.
"""

from __future__ import annotations

import datetime as dt
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from medrag import messages


class Record(BaseModel):
    """Base of every boundary type: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- the patient -----------------------------------------------------------------------------------


class FactStatus(StrEnum):
    """How a fact stands for this patient. Only ``active`` facts count as current."""

    ACTIVE = "active"
    RESOLVED = "resolved"
    PLANNED = "planned"
    REFUTED = "refuted"
    FAMILY_HISTORY = "family_history"
    NEGATED = "negated"
    UNCERTAIN = "uncertain"


class Fact(Record):
    """One thing the record says, with where it says it.

    ``source`` is a file and resource id (``bundle.json#Condition/12``) or a file and character span
    (``note.txt:120-134``); ``code`` belongs to ``system`` (``SNOMED``, ``ICD-10``, ``RxNorm``, ``LOINC``, ...).
    """

    display: str = Field(min_length=1)
    code: str | None = None
    system: str | None = None
    status: FactStatus = FactStatus.ACTIVE
    source: str = "structured"
    date: dt.date | dt.datetime | None = None

    @property
    def current(self) -> bool:
        """Whether the fact holds now."""
        return self.status is FactStatus.ACTIVE


class Condition(Fact):
    """A diagnosis or problem."""


class Allergy(Fact):
    """An allergy or an intolerance to a substance."""

    kind: Literal["allergy", "intolerance", "unknown"] = "unknown"
    reaction: str | None = None
    criticality: Literal["low", "high", "unable-to-assess"] | None = None


class Medication(Fact):
    """A drug the patient takes, took or is to take. ``dosage`` is the order's own words."""

    dosage: str | None = None


class Observation(Fact):
    """A measurement or a coded finding; ``value`` is in ``unit`` (UCUM where known)."""

    value: float | str | None = None
    unit: str | None = None


class Procedure(Fact):
    """Something done to the patient."""


class Genotype(Record):
    """One gene's result. An absent, indeterminate or uncalled result is never "normal"."""

    gene: str
    diplotype: str | None = None
    phenotype: str | None = None
    activity_score: str | None = None
    lookup_key: str | None = None
    status: FactStatus = FactStatus.ACTIVE
    source: str = "structured"
    date: dt.date | dt.datetime | None = None


class Imaging(Fact):
    """An imaging study or its report."""

    modality: str | None = None
    body_part: str | None = None
    report: str | None = None


class Derived(Record):
    """A value computed from the record, with its formula's name and what went in."""

    value: float
    unit: str
    formula: str
    inputs: dict[str, Any] = Field(default_factory=dict)
    date: dt.date | dt.datetime | None = None


Lost = Literal["conditions", "allergies", "medications", "observations", "genotypes"]
"""A list of the patient that checks look into."""


class Problem(Record):
    """Something in the input that was wrong, contradictory or left out while the rest was used.

    ``lost`` names the patient's lists that lack what could not be read: checks that look there cannot pass.
    """

    source: str
    reason: str
    lost: tuple[Lost, ...] = ()


def _named(value: Any) -> Any:
    return {"display": value} if isinstance(value, str) else value


Named = BeforeValidator(_named)


class Patient(Record):
    """A patient: record, genome and imaging in one typed object.

    It is also the JSON schema a user may write by hand: every field has a default, and a plain string stands
    for a current fact (``"allergies": ["penicillin"]``). ``None`` means *not recorded*, never "no":
    ``pregnant=None`` is unknown, ``medications=None`` says nothing and ``medications=()`` that none are taken,
    ``no_known_allergies=True`` is the record's own statement that there are none. ``missing`` says in words what is
    not known and what that blocks; no program reads it.
    """

    birth_date: date | None = None
    death_date: date | None = None
    age_years: float | None = Field(default=None, ge=0, le=130)
    sex: Literal["female", "male", "other"] | None = None
    pregnant: bool | None = None
    lactating: bool | None = None
    weight_kg: float | None = Field(default=None, gt=0)
    height_cm: float | None = Field(default=None, gt=0)
    no_known_allergies: bool | None = None
    conditions: tuple[Annotated[Condition, Named], ...] | None = None
    allergies: tuple[Annotated[Allergy, Named], ...] | None = None
    medications: tuple[Annotated[Medication, Named], ...] | None = None
    observations: tuple[Annotated[Observation, Named], ...] | None = None
    procedures: tuple[Annotated[Procedure, Named], ...] | None = None
    genotypes: tuple[Genotype, ...] | None = None
    imaging: tuple[Annotated[Imaging, Named], ...] | None = None
    derived: dict[str, Derived] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


# --- the evidence ----------------------------------------------------------------------------------


Status = Literal["current", "superseded", "withdrawn"]
Strength = Literal["strong", "moderate", "weak"]
Grade = Literal["high", "moderate", "low", "very low"]


class Sentence(Record):
    """A sentence of a passage: ``passage.text[start:end]``, with the guideline's own grading where it gives one."""

    start: int = Field(ge=0)
    end: int = Field(gt=0)
    strength: str | None = None
    grade: str | None = None


def at_page(address: str | None, page: int | None) -> str | None:
    """An address that opens a document at ``page``, from 1, as PDF viewers do: ``file.pdf#page=3``."""
    return f"{address}#page={page}" if address and page and "#" not in address else address


class Passage(Record):
    """A citable piece of a document. ``section`` is the heading path, outermost first.

    ``file`` is the document's below its source; ``effective`` and ``review`` are the days from which it holds and
    on which it was to be looked at again.
    """

    id: str
    doc_id: str
    title: str
    text: str
    sentences: tuple[Sentence, ...] = ()
    section: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    year: int | None = None
    status: Status = "current"
    jurisdiction: str | None = None
    population: str | None = None
    icd10: tuple[str, ...] = ()
    url: str | None = None
    page: int | None = None
    file: str | None = None
    edition: str | None = None
    language: str | None = None
    effective: date | None = None
    review: date | None = None

    @property
    def link(self) -> str | None:
        """Where it stands: the document's address, or its file's name, at the page."""
        return at_page(self.url or self.file, self.page)

    def quote(self, sentence: Sentence) -> str:
        """The sentence's own characters."""
        return self.text[sentence.start : sentence.end]


class Filters(Record):
    """What a request asks of its passages; ``statuses`` is only ``current`` unless asked otherwise.

    ``languages`` are ISO 639-1 codes; without any the question's own comes first: :mod:`medrag.retrieval.retriever`.

    ``strengths`` and ``grades`` are levels on a common scale (``medrag.retrieval.scales``). A passage passes when one
    of its sentences has them, and then only such sentences of it can be cited.
    """

    statuses: tuple[Status, ...] = ("current",)
    organisations: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    strengths: tuple[Strength, ...] = ()
    grades: tuple[Grade, ...] = ()
    year_from: int | None = None
    year_to: int | None = None

    @property
    def by_grading(self) -> bool:
        """Whether a strength or a grade is asked for."""
        return bool(self.strengths or self.grades)


class Evidence(Record):
    """A retrieved passage under the number (from 1) that prompts and citations give it.

    ``ranks`` are the places (from 1, best first) that search gives the passage's sentences among all those retrieved;
    empty where sentences were not ranked.
    """

    number: int = Field(ge=1)
    passage: Passage
    score: float
    ranks: tuple[int, ...] = ()


class Citation(Record):
    """Where a statement stands: ``passage.text[start:end] == quote``."""

    number: int
    passage_id: str
    start: int
    end: int
    quote: str
    title: str
    status: Status = "current"
    url: str | None = None
    strength: str | None = None
    grade: str | None = None
    page: int | None = None
    link: str | None = None


# --- the advice ------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """A check's answer. ``not_assessed``: knowledge or patient data is missing, which is never "safe"."""

    PASS = "pass"
    FAIL = "fail"
    NOT_ASSESSED = "not_assessed"


class Severity(StrEnum):
    """How bad a failed check is: ``contraindicated`` withholds the statement, ``warning`` goes out with it."""

    CONTRAINDICATED = "contraindicated"
    WARNING = "warning"
    INFORMATION = "information"


class Finding(Record):
    """What one check says: of a statement, or (on ``Advice.findings``) of the whole case.

    ``code`` is one of :mod:`medrag.messages`, ``values`` are what its sentence names (drugs, numbers, units, a rule's
    own reason); ``reason`` is both in words, English where no other language was asked for. ``reviewed`` says whether a
    person has held the fact it stands on against its ``source``; None where it stands on no fact of the knowledge.
    """

    check: str
    verdict: Verdict
    severity: Severity
    code: str
    values: dict[str, messages.Value] = Field(default_factory=dict)
    reason: str = Field(default="", validate_default=True)
    source: str
    reviewed: bool | None = None
    drugs: tuple[str, ...] = ()
    patient_facts: tuple[str, ...] = ()

    @field_validator("reason")
    @classmethod
    def _said(cls, reason: str, given: ValidationInfo) -> str:
        """The words as given, English where none are; a code without words or with other values is refused."""
        if "code" not in given.data or "values" not in given.data:
            return reason  # refused already
        said = messages.say(given.data["code"], given.data["values"])
        return reason or said

    @property
    def withholds(self) -> bool:
        """Whether the statement must not be released."""
        return self.verdict is Verdict.FAIL and self.severity is Severity.CONTRAINDICATED


Pointer = tuple[int, int]
"""A sentence of the evidence: passage number and position, both from 1."""


class Statement(Record):
    """One piece of advice with the span it stands on and what the checks said of it."""

    text: str
    citations: tuple[Citation, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def withheld(self) -> bool:
        """Whether any finding withholds it."""
        return any(finding.withholds for finding in self.findings)


class Coverage(Record):
    """How much of what a check should look at it could look at, for instance 11 of 12 drugs."""

    check: str
    assessed: int
    total: int


class Interval(Record):
    """A value with its 95 % interval; an open end is None."""

    value: float
    low: float | None = None
    high: float | None = None


class Effect(Record):
    """What a released statement's treatment does for this patient: arithmetic on a cited relative effect.

    ``statement`` is the statement's number (from 1). ``relative`` is the ratio of ``measure``; ``without`` and
    ``with_treatment`` are risks in % over ``years``, ``difference`` is in percentage points (below 0: fewer),
    ``number_needed`` how many are treated for one more or fewer with the outcome (an open end: the interval
    reaches no effect). ``baseline`` says whether ``without`` is the patient's own risk (by the calculator
    ``own_risk``) or that of the trial. Where ``not_assessed`` is given, this patient is not of the trial's
    people, or the record does not tell, and no risk is. Only the relative effect's uncertainty is in the
    intervals.
    """

    statement: int = Field(ge=1)
    treatment: str
    comparator: str
    outcome: str
    kind: Literal["benefit", "harm", "gain"]
    measure: Literal["RR", "HR", "OR"]
    relative: Interval
    years: float
    population: str
    source: str
    reviewed: bool = False
    baseline: Literal["patient", "trial"] | None = None
    own_risk: str | None = None
    without: float | None = None
    with_treatment: Interval | None = None
    difference: Interval | None = None
    number_needed: Interval | None = None
    not_assessed: str | None = None


class Provenance(Record):
    """Ids and hashes of everything that made an answer, enough to audit it.

    ``weights`` and ``adapter`` are sha256 over the files; None for a model on another machine, and for no adapter.
    """

    medrag: str
    model: str
    index: str
    prompts: str
    knowledge: str
    grounding: Literal["quote", "cite"]
    adapter: str | None = None
    weights: str | None = None


class Case(Record):
    """A patient (or none) and a question; ``one_person``: they are of the same person though they seem not to be."""

    question: str = Field(min_length=1)
    patient: Patient | None = None
    filters: Filters = Filters()
    one_person: bool = False
    images: tuple[str, ...] = Field(default=(), repr=False, description="data: URLs, for a vision model only.")


class Outcome(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    WITHHELD = "withheld"
    DECLINED = "declined"


class Advice(Record):
    """The answer: only ``statements`` were released; ``withheld`` ones carry their reasons as findings.

    ``notices`` are red flags and come first; ``findings`` concern the case as a whole; ``message_code`` and, in words,
    ``message`` say, when nothing was released, why. ``settling`` names the missing facts that would settle most of what
    is not assessed. ``problems`` are the record's: what of it could not be read or contradicts itself. ``effects`` are
    the released treatments' in numbers, where the knowledge has them.
    """

    id: str
    created: datetime
    question: str
    outcome: Outcome
    message_code: str | None = None
    message: str | None = Field(default=None, validate_default=True)
    notices: tuple[Finding, ...] = ()
    statements: tuple[Statement, ...] = ()
    withheld: tuple[Statement, ...] = ()
    findings: tuple[Finding, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    settling: Finding | None = None
    problems: tuple[Problem, ...] = ()
    effects: tuple[Effect, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    provenance: Provenance

    @property
    def text(self) -> str:
        """The whole advice as plain text, in English."""
        from medrag.rendering import render

        return render(self)

    @field_validator("message")
    @classmethod
    def _said(cls, message: str | None, given: ValidationInfo) -> str | None:
        """The words as given, English where none are."""
        code = given.data.get("message_code")
        return message or (None if code is None else messages.say(code, {}))
