"""Synthetic patients, and what a statement asks of them.

A *need* is a short string naming something true or false of a patient: ``pregnant``, ``child``, ``older``,
``female``, ``male``, ``egfr<30``, or a phrase such as ``heart failure`` that stands in the record. The tables
below hold words, not medicine: they say how records and guidelines name a thing, so that examples can be built.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace

from medrag.patient.measures import analytes
from medrag.patient.measures.calculators import CALCULATORS
from medrag.types import Allergy, Condition, Derived, Medication, Observation, Patient

PHRASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "chronic kidney disease": (
        r"chronic kidney disease|\bckd\b|renal impairment|kidney impairment|kidney disease",
        ("chronic kidney disease", "CKD stage 3", "chronic kidney disease stage 3b", "chronic renal impairment"),
    ),
    "heart failure": (
        r"heart failure|ejection fraction|\bhfref\b",
        ("heart failure", "heart failure with reduced ejection fraction", "congestive heart failure"),
    ),
    "diabetes": (r"diabet", ("type 2 diabetes", "diabetes mellitus", "type 2 diabetes mellitus")),
    "asthma": (r"asthma", ("asthma", "moderate persistent asthma")),
    "COPD": (r"\bcopd\b|chronic obstructive", ("COPD", "chronic obstructive pulmonary disease")),
    "atrial fibrillation": (r"atrial fibrillation", ("atrial fibrillation", "paroxysmal atrial fibrillation")),
    "coronary disease": (
        r"coronary (artery |heart )?disease|myocardial infarction|angina|atherosclerotic|cardiovascular disease",
        ("coronary artery disease", "previous myocardial infarction", "stable angina"),
    ),
    "stroke": (r"\bstroke\b|transient ischaemic|\btia\b", ("previous stroke", "ischaemic stroke", "previous TIA")),
    "gout": (r"\bgout\b", ("gout",)),
    "epilepsy": (r"epilep|seizure", ("epilepsy", "seizure disorder")),
    "depression": (r"depress(ion|ive)", ("depression", "major depressive disorder")),
    "peptic ulcer": (
        r"peptic ulcer|gastrointestinal bleed|ulcer bleeding",
        ("peptic ulcer disease", "previous gastrointestinal bleed", "duodenal ulcer"),
    ),
    "liver disease": (r"liver disease|cirrhosis|hepatic impairment", ("cirrhosis", "chronic liver disease")),
    "obesity": (r"obes|overweight", ("obesity", "obesity, BMI 34")),
    "osteoporosis": (r"osteoporo|fragility fracture", ("osteoporosis", "previous fragility fracture")),
    "hypertension": (r"hypertension|high blood pressure", ("hypertension", "essential hypertension")),
    "enlarged prostate": (r"prostat", ("benign prostatic hyperplasia", "enlarged prostate")),
    "thrombosis": (r"thrombo(sis|embol)|pulmonary embol", ("previous deep vein thrombosis", "pulmonary embolism")),
    "bradycardia": (r"bradycardi|heart block", ("bradycardia", "second-degree heart block")),
    "immunosuppression": (r"immunosuppress|immunocomprom|\bhiv\b", ("immunosuppression", "HIV infection")),
    "smoking": (r"smok", ("current smoker", "tobacco use")),
    "alcohol use": (r"alcohol", ("alcohol use disorder",)),
    "migraine": (r"migraine", ("migraine", "migraine with aura")),
    "dialysis": (r"dialysis|end-stage kidney", ("end-stage kidney disease on dialysis",)),
    "cancer": (r"cancer|malignan", ("active cancer", "breast cancer")),
    "hyperkalaemia": (r"hyperkal", ("hyperkalaemia",)),
    "mechanical valve": (r"mechanical (heart )?valve", ("mechanical mitral valve",)),
}
"""A condition: how a text names it (regular expression), and how records name it."""

ALLERGIES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "penicillin allergy": (
        r"penicillin.{0,12}allerg|allerg\w* to penicillin|penicillin hypersens",
        ("penicillin", "amoxicillin", "penicillin V"),
        r"amoxicillin|ampicillin|penicillin|flucloxacillin|dicloxacillin|piperacillin|co-amoxiclav",
    ),
    "sulfonamide allergy": (
        r"(sulfonamide|sulfa).{0,12}allerg|allerg\w* to sul",
        ("sulfonamides", "sulfamethoxazole", "sulfa drugs"),
        r"sulfamethoxazole|co-trimoxazole|sulfadiazine|sulfasalazine",
    ),
    "macrolide allergy": (
        r"macrolide.{0,12}allerg",
        ("clarithromycin", "azithromycin", "macrolides"),
        r"azithromycin|clarithromycin|erythromycin|macrolide",
    ),
    "cephalosporin allergy": (
        r"cephalosporin.{0,12}allerg",
        ("cephalosporins", "cephalexin", "ceftriaxone"),
        r"\bcef\w+|\bceph(?:alosporin|alexin|adroxil|radine)",
    ),
    "NSAID allergy": (
        r"(nsaid|aspirin).{0,16}(allerg|hypersens|intoler|unsuitable)",
        ("ibuprofen", "NSAIDs", "naproxen"),
        r"\bnsaids?\b|ibuprofen|naproxen|diclofenac|indometacin|indomethacin|celecoxib|ketorolac",
    ),
    "statin intolerance": (
        r"statin.{0,12}intoler",
        ("statins", "atorvastatin"),
        r"\bstatins?\b|(?:atorva|simva|rosuva|prava|fluva|pitava|lova)statin",
    ),
    "ACE inhibitor intolerance": (
        r"(ace inhibitor).{0,30}(intoler|cough|angioedema|not tolerated)|angioedema",
        ("lisinopril", "ACE inhibitors", "ramipril"),
        r"ace inhibitor|lisinopril|enalapril|ramipril|captopril|perindopril",
    ),
    "fluoroquinolone allergy": (
        r"(fluoro)?quinolone.{0,12}allerg",
        ("ciprofloxacin", "levofloxacin"),
        r"\w+floxacin|fluoroquinolone",
    ),
    "tetracycline allergy": (
        r"tetracycline.{0,12}allerg",
        ("doxycycline", "tetracyclines"),
        r"\b(?:doxy|mino|tetra|lyme|tige)?cyclines?\b",
    ),
}
"""An allergy: how a text names it, how records name the substance, and the drugs that a general statement may name."""

BARRED: dict[str, str] = {
    "pregnant": (
        r"ace inhibitor|angiotensin receptor blocker|\w+pril\b|\w+sartan\b|\bstatins?\b|vastatin|"
        r"warfarin|doxycycline|valpro|"
        r"methotrexate|spironolactone|topiramate|fluoroquinolone|\w+floxacin"
    ),
    "egfr<30": r"metformin|nitrofurantoin|\bnsaids?\b|ibuprofen|naproxen|dabigatran|thiazide|alendron",
    "heart failure": r"pioglitazone|verapamil|diltiazem|\bnsaids?\b",
    "child": r"doxycycline|fluoroquinolone|\w+floxacin|aspirin",
}
"""Drugs that keep a general statement from being the answer for such a patient."""

REACTIONS = ("rash", "anaphylaxis", "hives", "angioedema", "urticaria", "nausea", None, None, None)
MEDICINES = (
    "amlodipine 5 mg daily", "lisinopril 10 mg daily", "atorvastatin 20 mg daily", "metformin 500 mg twice daily",
    "omeprazole 20 mg daily", "levothyroxine 75 micrograms daily", "sertraline 50 mg daily", "aspirin 81 mg daily",
    "salbutamol inhaler as needed", "furosemide 40 mg daily", "warfarin 3 mg daily", "apixaban 5 mg twice daily",
    "allopurinol 300 mg daily", "gabapentin 300 mg three times daily", "paracetamol 500 mg as needed",
    "prednisolone 5 mg daily", "bisoprolol 2.5 mg daily", "losartan 50 mg daily", "vitamin D 800 units daily",
    "insulin glargine 12 units at night", "tamsulosin 400 micrograms daily", "citalopram 20 mg daily",
)  # fmt: skip
OTHERS = (
    "seasonal allergic rhinitis", "osteoarthritis of the knee", "eczema", "anxiety", "low back pain", "psoriasis",
    "hearing loss", "cataract", "irritable bowel syndrome", "vitamin D deficiency", "insomnia", "varicose veins",
    "hypothyroidism", "anaemia", "glaucoma", "rheumatoid arthritis", "sleep apnoea", "diverticulosis",
)  # fmt: skip


@dataclass
class Profile:
    """A synthetic patient, by what statements may ask about."""

    age: int
    sex: str
    pregnant: bool = False
    egfr: int | None = None
    allergies: set[str] = field(default_factory=set)
    phrases: set[str] = field(default_factory=set)

    def meets(self, need: str) -> bool:
        """Whether this patient meets a need."""
        if match := re.fullmatch(r"egfr([<>])(\d+)", need):
            return self.egfr is not None and (self.egfr < int(match[2])) == (match[1] == "<")
        facts = {
            "pregnant": self.pregnant,
            "child": self.age < 18,
            "older": self.age >= 65,
            "female": self.sex == "female",
            "male": self.sex == "male",
            "chronic kidney disease": self.egfr is not None and self.egfr < 60,
        }
        return facts.get(need, False) or need in self.allergies or need in self.phrases


def make(rng: random.Random, needs: frozenset[str]) -> Profile:
    """A patient who meets ``needs`` and is otherwise ordinary, with some unrelated facts."""
    age = rng.choice([rng.randint(19, 64), rng.randint(19, 64), rng.randint(65, 92)])
    patient = Profile(age, rng.choice(["female", "male"]))
    if rng.random() < 0.35:
        patient.egfr = rng.randint(62, 105)
    if rng.random() < 0.25:
        patient.phrases.add(rng.choice(list(PHRASES)))
    if rng.random() < 0.2:
        patient.allergies.add(rng.choice(list(ALLERGIES)))
    return met(rng, patient, needs)


def met(rng: random.Random, patient: Profile, needs: frozenset[str]) -> Profile:
    """``patient``, changed to meet ``needs``."""
    for need in sorted(needs):
        _give(patient, need, rng)
    return patient


def _give(patient: Profile, need: str, rng: random.Random) -> None:
    if match := re.fullmatch(r"egfr([<>])(\d+)", need):
        limit = int(match[2])
        patient.egfr = rng.randint(max(8, limit // 2), limit - 1) if match[1] == "<" else rng.randint(limit, limit + 40)
    elif need == "pregnant":
        patient.pregnant, patient.sex, patient.age = True, "female", rng.randint(19, 43)
    elif need == "child":
        patient.age = rng.randint(2, 15)
    elif need == "older":
        patient.age = rng.randint(66, 92)
    elif need in ("female", "male"):
        patient.sex = need
    elif need in ALLERGIES:
        patient.allergies.add(need)
    else:
        patient.phrases.add(need)


def with_need(rng: random.Random, profile: Profile, patient: Patient, need: str) -> tuple[Profile, Patient]:
    """The same patient, changed by as little as makes ``need`` true; both arguments stay as they are."""
    changed = replace(profile, allergies=set(profile.allergies), phrases=set(profile.phrases))
    if need == "pregnant" and profile.sex == "female" and 18 <= profile.age <= 45:
        changed.pregnant = True
    else:
        _give(changed, need, rng)
    if need == "chronic kidney disease":
        changed.egfr = rng.randint(31, 55)
    update: dict[str, object] = {"pregnant": changed.pregnant or patient.pregnant}
    if changed.age != profile.age:
        update["age_years"] = changed.age
    if changed.sex != profile.sex:
        update["sex"] = changed.sex
    if need == "child":
        update["weight_kg"] = rng.randint(12, 30)
    if changed.egfr != profile.egfr and changed.egfr is not None:
        update |= {"derived": _egfr(changed.egfr), "observations": _without_kidney(patient)}
    if need in ALLERGIES:
        allergy = Allergy(display=rng.choice(ALLERGIES[need][1]), reaction=rng.choice(REACTIONS))
        update |= {"allergies": (*(patient.allergies or ()), allergy), "no_known_allergies": None}
    elif need in changed.phrases - profile.phrases:
        words = rng.choice(PHRASES[need][1]) if need in PHRASES else need
        update["conditions"] = (*(patient.conditions or ()), Condition(display=words))
    return changed, patient.model_copy(update=update)


def record(profile: Profile, rng: random.Random, conditions: tuple[str, ...] = ()) -> Patient:
    """The profile as a patient record, worded at random, in shuffled order with unrelated entries."""
    displays = [rng.choice(PHRASES[each][1]) if each in PHRASES else each for each in sorted(profile.phrases)]
    displays += [*conditions, *rng.sample(OTHERS, rng.choice([0, 0, 1, 2]))]
    rng.shuffle(displays)
    allergies = [
        Allergy(display=rng.choice(ALLERGIES[each][1]), reaction=rng.choice(REACTIONS))
        for each in sorted(profile.allergies)
    ]
    return Patient(
        age_years=profile.age,
        sex="female" if profile.sex == "female" else "male",
        pregnant=True if profile.pregnant else None,
        allergies=tuple(allergies) or None,
        no_known_allergies=True if not allergies and rng.random() < 0.6 else None,
        conditions=tuple(Condition(display=each) for each in displays),
        medications=tuple(Medication(display=each) for each in rng.sample(MEDICINES, rng.choice([0, 1, 1, 2, 3])))
        or None,
        observations=tuple(_observations(rng)) or None,
        weight_kg=rng.randint(18, 30) if profile.age < 12 else rng.randint(48, 110) if rng.random() < 0.4 else None,
        derived=_egfr(profile.egfr) if profile.egfr is not None else {},
    )


KIDNEY = ("creatinine", "egfr")


def _egfr(value: float) -> dict[str, Derived]:
    """The kidney function under the name that a completed record gives it."""
    known = CALCULATORS["egfr"]
    return {"egfr": Derived(value=value, unit=known.unit, formula=known.formula)}


def _without_kidney(patient: Patient) -> tuple[Observation, ...] | None:
    """The measurements but those that another kidney function would follow from."""
    measured = patient.observations or ()
    named = {id(each) for key in KIDNEY for each in analytes.of(measured, analytes.measurement(key))}
    return tuple(each for each in measured if id(each) not in named) or None


def brief(profile: Profile, rng: random.Random) -> Patient:
    """The profile's record without medicines and measurements, which tell nothing of it."""
    return record(profile, rng).model_copy(update={"medications": None, "observations": None, "weight_kg": None})


def _observations(rng: random.Random) -> list[Observation]:
    ranges = (("systolic blood pressure", 104, 178, "mm[Hg]"), ("heart rate", 54, 108, "/min"), ("HbA1c", 5, 10, "%"),
              ("potassium", 3, 5, "mmol/L"), ("temperature", 36, 39, "Cel"),
              ("haemoglobin", 9, 16, "g/dL"))  # fmt: skip
    chosen = rng.sample(ranges, rng.choice([0, 0, 0, 1, 2]))
    return [
        Observation(display=name, value=float(rng.randint(low, high)), unit=unit) for name, low, high, unit in chosen
    ]
