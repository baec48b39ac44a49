"""The case and the advice: statements with citations and findings, effects, how the request ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from medrag import messages
from medrag.types.evidence import Citation, Evidence, Filters
from medrag.types.patient import Patient, Problem
from medrag.types.record import Record


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
    ``written`` has the names by which a record or text in another language than English calls the drugs of ``values``.
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
    written: dict[str, str] = Field(default_factory=dict)

    @field_validator("reason")
    @classmethod
    def _said(cls, reason: str, given: ValidationInfo) -> str:
        """The words as given, English where none are; a code without words or with other values is refused."""
        if "code" not in given.data or "values" not in given.data:
            return reason  # refused already
        said = messages.say(given.data["code"], given.data["values"])
        return reason or said

    def calling(self, names: Mapping[str, str]) -> Finding:
        """The finding with those of ``names`` (label -> as written) that its values or drugs have."""
        held = {*self.drugs, *messages.leaves(self.values.values())}
        written = {label: name for label, name in names.items() if label in held}
        return self.model_copy(update={"written": written}) if written else self

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

    @property
    def doubtful(self) -> bool:
        """Whether it is not certain that it advises what something speaks against."""
        return any(finding.check == "polarity" for finding in self.findings)


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
