"""The patient: facts of the record, genome and imaging, each with where it stands."""

from __future__ import annotations

import datetime as dt
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from medrag.types.record import Record


class FactStatus(StrEnum):
    """How a fact stands for this patient. Only ``active`` facts count as current."""

    ACTIVE = "active"
    RESOLVED = "resolved"
    PLANNED = "planned"
    REFUTED = "refuted"
    FAMILY_HISTORY = "family_history"
    NEGATED = "negated"
    UNCERTAIN = "uncertain"

    @classmethod
    def _missing_(cls, value: object) -> FactStatus | None:
        """FHIR's words for what is over ("stopped", "completed") or stands ("on-hold" is not given now)."""
        return _FHIR.get(str(value).casefold())


_FHIR = {"recurrence": FactStatus.ACTIVE, "relapse": FactStatus.ACTIVE, "entered-in-error": FactStatus.REFUTED}
_FHIR |= dict.fromkeys(
    ("stopped", "completed", "inactive", "remission", "on-hold", "cancelled", "ended", "past"), FactStatus.RESOLVED
)


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
ANY_LIST: tuple[Lost, ...] = ("conditions", "allergies", "medications", "observations")
"""Those that a part of a clinical record which cannot be read may have belonged to."""


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
