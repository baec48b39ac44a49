"""Age, sex, pregnancy and measured values of a patient against a term's limit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from medrag.knowledge.scoring import Test
from medrag.patient.applicability.answer import OPEN, Answer
from medrag.patient.applicability.values import holds, known_values, said_values
from medrag.patient.measures.calculators import calculators
from medrag.patient.view import PatientView
from medrag.reading.people.population import asked, undenied
from medrag.types import FactStatus

MONTHS = 12
JUST_UNDER = 1e-6
NUMBER = r"\W{0,3}(?:(?:is|of|was|now)\W)?(\d+(?:\.\d+)?)(?![\d.]*\s?[/-]\d)"
"""A value behind its name."""
AGES = ("child", "adolescent", "adult", "older")


@dataclass(frozen=True)
class Person:
    """Who the patient is, by record and question."""

    patient: PatientView
    question: str

    def of_group(self, group: str) -> Answer:
        """Whether the patient is pregnant, breastfeeding, female or male; who plans a pregnancy may soon be."""
        patient = self.patient
        if group in ("female", "male"):
            sex = patient.patient.sex or ("female" if patient.pregnant or patient.lactating else None)
            return Answer(sex == group, sex) if sex in ("female", "male") else OPEN
        held = patient.pregnant if group == "pregnant" else patient.lactating
        if held is None and asked(group).search(undenied(self.question)):
            held = True
        if group == "pregnant" and held is False and patient.plans_pregnancy:
            return OPEN
        return OPEN if held is None else Answer(held, group if held else f"not {group}")

    def within(self, name: str, test: Test) -> Answer:
        """Whether the age or the value is within the limit."""
        if test.key in ("age", "age_months"):
            return self._aged(test)
        if not test.key:
            return self._in_words(re.escape(name), test)
        key, patient = test.key, self.patient
        computed = key in calculators(patient.knowledge) and key not in patient.knowledge.measurements
        if computed and not patient.recorded("conditions"):
            return self._in_words("|".join((re.escape(name), *patient.knowledge.threshold_names.get(key, ()))), test)
        held = tuple(known_values(key, patient, self._said))
        met = holds(test, held)
        return OPEN if met is None else Answer(met, f"{name} {held[0]:g}" if isinstance(held[0], float | int) else name)

    @cached_property
    def _said(self) -> dict[str, float]:
        return said_values(self.patient, self.question)

    def _aged(self, test: Test) -> Answer:
        if self._ages is None:
            return OPEN
        least, most, words = self._ages
        months = test.key == "age_months"
        ends = (least * MONTHS, most * MONTHS) if months else (float(int(least)), float(int(most)))
        met = holds(test, ends)
        return OPEN if met is None else Answer(met, words)

    @cached_property
    def _ages(self) -> tuple[float, float, str] | None:
        """Between which ages, in years, the patient is, and the words for it."""
        age = self.patient.age
        if age is not None:
            whole = age == int(age) and self.patient.patient.birth_date is None
            return age, age + 1 - JUST_UNDER if whole else age, f"age {age:g}"
        said = undenied(self.question)
        named = [each for each in AGES if asked(each).search(said)]
        limits = [self.patient.knowledge.age_limits[each] for each in named]
        if not limits:
            return None
        most = max(max(each.to_age, each.widest[1]) for each in limits) - JUST_UNDER
        return min(each.from_age for each in limits), most, ", ".join(named)

    def _in_words(self, name: str, test: Test) -> Answer:
        """By the number behind what matches ``name``, in the record's observations or the question."""
        for each in self.patient.patient.observations or ():
            current = each.status is FactStatus.ACTIVE and isinstance(each.value, float)
            if current and re.fullmatch(name, each.display, re.I):
                return Answer(test.holds(each.value), f"{each.display} {each.value:g}")
        found = re.search(rf"\b(?:{name})\b{NUMBER}", self.question, re.I)
        return Answer(test.holds(float(found[1])), found[0]) if found else OPEN
