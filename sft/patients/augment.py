"""Harder inputs for the same answers: real records as patients, noise in a record, questions in other words.

Each is a share of a stage's turns, 0 unless a recipe says otherwise; at 0 nothing is drawn, so that the examples of a
recipe without it stay what they were. What is changed never changes what answers.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from medrag.types import Case, Fact, Observation, Patient
from sft.patients.profiles import ALLERGIES, PHRASES, Profile, make, record, with_need

_F = TypeVar("_F", bound=Fact)

MOST_FACTS = 6
"""Conditions, medications and observations of a real record that a patient keeps, each; prompts are short."""

ABBREVIATIONS = {
    "chronic kidney disease": "CKD",
    "heart failure": "HF",
    "type 2 diabetes mellitus": "T2DM",
    "type 2 diabetes": "T2DM",
    "diabetes mellitus": "DM",
    "atrial fibrillation": "AF",
    "coronary artery disease": "CAD",
    "myocardial infarction": "MI",
    "deep vein thrombosis": "DVT",
    "pulmonary embolism": "PE",
    "hypertension": "HTN",
    "benign prostatic hyperplasia": "BPH",
    "rheumatoid arthritis": "RA",
    "osteoarthritis": "OA",
    "systolic blood pressure": "SBP",
    "heart rate": "HR",
    "haemoglobin": "Hb",
    "potassium": "K",
    "twice daily": "BD",
    "three times daily": "TDS",
    "daily": "OD",
    "as needed": "PRN",
    "micrograms": "mcg",
}
_REWORDED = (
    (r"^What is recommended\b", ("What do you advise", "What would be advised", "What is advised")),
    (r"^What should be (avoided|checked)\b", (r"What has to be \1", r"What do I need to have \1")),
    (
        r"^How should (.+?) be (treated|managed|handled|monitored|assessed)\b",
        (r"How is \1 best \2",),
    ),
    (r"^What should I prescribe\b", ("What would you prescribe", "What do I prescribe")),
    (r"^Which (drug|medicine|treatment)\b", (r"What \1",)),
    (r"^What is the first-line treatment\b", ("What comes first in the treatment", "What is tried first")),
    (r"^What treatment do you recommend\b", ("What treatment would you go for", "What would you treat with")),
)
_AROUND = (
    "{q}", "{q}", "Please advise: {q}", "Quick question: {q}", "{q} Thanks.", "I have a patient in clinic. {q}",
    "Not sure here. {q}", "{q} Please keep it short.",
)  # fmt: skip


@dataclass(frozen=True)
class Augmentation:
    """The shares of turns whose question is reworded, whose record is noisy, whose patient is a real one."""

    paraphrase: float = 0
    noise: float = 0
    records: float = 0
    patients: Sequence[Patient] = ()

    def real(self, rng: random.Random, needs: frozenset[str]) -> tuple[Profile, Patient] | None:
        """Now and then, a real patient given what ``needs`` asks; None: make one up."""
        if not self.records or rng.random() >= self.records:
            return None
        patient = excerpt(rng, rng.choice(self.patients))
        profile = profile_of(patient)
        for need in sorted(needs):
            profile, patient = with_need(rng, profile, patient, need)
        return profile, patient

    def anyone(self, rng: random.Random) -> Patient:
        """A patient whose facts decide nothing: a real one or one made up."""
        real = self.real(rng, frozenset())
        return real[1] if real else record(make(rng, frozenset()), rng)

    def case(self, rng: random.Random, case: Case) -> Case:
        """The case, sometimes in other words and with a noisy record."""
        question, patient = case.question, case.patient
        if self.paraphrase and rng.random() < self.paraphrase:
            question = paraphrased(rng, question)
        if patient and self.noise and rng.random() < self.noise:
            patient = noisy(rng, patient)
        return case.model_copy(update={"question": question, "patient": patient})


PLAIN = Augmentation()


def excerpt(rng: random.Random, patient: Patient) -> Patient:
    """Some of a record's current facts, so that a prompt holds all of them and what they mean can be told."""
    kept = {
        name: tuple(rng.sample(facts, min(len(facts), rng.randint(1, MOST_FACTS))))
        for name in ("conditions", "medications", "observations")
        if (facts := [fact for fact in getattr(patient, name) or () if fact.current])
    }
    dropped = ("conditions", "medications", "observations", "procedures", "imaging", "genotypes")
    return patient.model_copy(update={**dict.fromkeys(dropped), **kept})


def profile_of(patient: Patient) -> Profile:
    """What statements may ask about, read off a record's words by the tables that statements are read by."""
    found = Profile(age=int(patient.age_years or 50), sex=patient.sex or "unknown", pregnant=bool(patient.pregnant))
    if egfr := patient.derived.get("egfr"):
        found.egfr = round(egfr.value)
    found.phrases = {
        name
        for name, (pattern, _) in PHRASES.items()
        if any(re.search(pattern, fact.display, re.I) for fact in patient.conditions or ())
    }
    found.allergies = {
        name
        for name, (_, substances, drugs) in ALLERGIES.items()
        for fact in patient.allergies or ()
        if fact.display in substances or re.search(drugs, fact.display, re.I)
    }
    return found


def paraphrased(rng: random.Random, question: str) -> str:
    """The same question in other words around its own: names, numbers and drugs stay."""
    for pattern, others in _REWORDED:
        if re.search(pattern, question):
            question = re.sub(pattern, rng.choice(others), question, count=1)
            break
    if rng.random() < 0.2:
        question = question.rstrip("?")
    return rng.choice(_AROUND).format(q=question)


def noisy(rng: random.Random, patient: Patient) -> Patient:
    """The record as typed in a hurry: misspelt, abbreviated, units left out, entries in another order."""
    return patient.model_copy(
        update={
            "conditions": _shuffled(rng, patient.conditions, _hurried),
            "medications": _shuffled(rng, patient.medications, _hurried),
            "allergies": _shuffled(rng, patient.allergies, _hurried),
            "observations": _shuffled(rng, patient.observations, _measured),
        }
    )


def _shuffled(
    rng: random.Random, facts: Sequence[_F] | None, change: Callable[[random.Random, _F], _F]
) -> tuple[_F, ...] | None:
    """Each fact changed, in another order; a list that is not recorded stays so."""
    return None if facts is None else tuple(change(rng, fact) for fact in rng.sample(facts, len(facts)))


def _hurried(rng: random.Random, fact: _F) -> _F:
    """The fact under an abbreviation where there is one, or with one word misspelt, or as it is."""
    text = fact.display
    roll = rng.random()
    if roll < 0.4:
        text = _abbreviated(text)
    elif roll < 0.7:
        text = _misspelt(rng, text)
    return fact.model_copy(update={"display": text})


def _measured(rng: random.Random, fact: Observation) -> Observation:
    """A measurement under its abbreviation, half of the time without its unit."""
    unit = fact.unit if rng.random() < 0.5 else None
    return fact.model_copy(update={"display": _abbreviated(fact.display), "unit": unit})


def _abbreviated(text: str) -> str:
    for words, short in ABBREVIATIONS.items():
        text = re.sub(rf"\b{words}\b", short, text, flags=re.I)
    return text


def _misspelt(rng: random.Random, text: str) -> str:
    """One long word with two letters exchanged, one left out or one doubled; its first two letters stay."""
    words = [match.span() for match in re.finditer(r"[A-Za-z]{6,}", text)]
    if not words:
        return text
    start, end = rng.choice(words)
    at = rng.randint(start + 2, end - 2)
    left, pair, right = text[:at], text[at : at + 2], text[at + 2 :]
    return left + rng.choice([pair[::-1], pair[1], pair[0] * 2 + pair[1]]) + right
