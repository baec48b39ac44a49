"""Made-up guidelines: real words for conditions and drugs, joined at random, so that there is nothing to memorise.

They teach reading: which statement is for whom, which section answers which question. Their content is not
medicine and is never shown to anybody.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from sft.examples.topics import Part, Topic
from sft.patients.profiles import ALLERGIES, PHRASES
from sft.patients.statements import Statement

DRUGS = (
    "amlodipine", "lisinopril", "losartan", "bisoprolol", "carvedilol", "spironolactone", "furosemide",
    "atorvastatin", "rosuvastatin", "ezetimibe", "metformin", "empagliflozin", "semaglutide", "sitagliptin",
    "glipizide", "pioglitazone", "apixaban", "warfarin", "dabigatran", "clopidogrel", "ticagrelor", "aspirin",
    "digoxin", "amiodarone", "verapamil", "diltiazem", "salbutamol", "budesonide", "tiotropium", "montelukast",
    "prednisolone", "azithromycin", "clarithromycin", "amoxicillin", "flucloxacillin", "cefalexin",
    "ceftriaxone", "doxycycline", "nitrofurantoin", "trimethoprim", "ciprofloxacin", "levofloxacin",
    "metronidazole", "vancomycin", "clindamycin", "fosfomycin", "linezolid", "sertraline", "fluoxetine",
    "mirtazapine", "venlafaxine", "duloxetine", "amitriptyline", "lamotrigine", "levetiracetam", "valproate",
    "carbamazepine", "topiramate", "gabapentin", "pregabalin", "sumatriptan", "propranolol", "allopurinol",
    "febuxostat", "colchicine", "naproxen", "ibuprofen", "paracetamol", "tramadol", "morphine", "naloxone",
    "alendronate", "zoledronate", "denosumab", "teriparatide", "levothyroxine", "omeprazole", "lansoprazole",
    "famotidine", "ondansetron", "loperamide", "mesalazine", "azathioprine", "methotrexate", "adalimumab",
    "infliximab", "rituximab", "hydroxychloroquine", "sulfasalazine", "varenicline", "bupropion", "naltrexone",
    "lithium", "quetiapine", "olanzapine", "haloperidol", "donepezil", "memantine", "ropinirole", "tamsulosin",
    "finasteride", "solifenacin", "mirabegron", "sildenafil", "oseltamivir", "aciclovir", "valaciclovir",
    "fluconazole", "terbinafine", "ivermectin", "albendazole", "isoniazid", "rifampicin", "labetalol",
    "nifedipine", "methyldopa", "hydralazine", "enoxaparin", "fondaparinux", "tranexamic-acid", "iron-sucrose",
    "epinephrine", "cetirizine", "loratadine", "fluticasone", "ipratropium", "theophylline", "insulin-glargine",
    "glucagon", "dexamethasone",
)  # fmt: skip
_DOSES = ("5 mg", "10 mg", "20 mg", "50 mg", "100 mg", "250 mg", "500 mg", "1 g", "2.5 mg", "40 mg", "75 mg", "300 mg")
_TIMES = ("once daily", "twice daily", "three times daily", "every 6 hours", "once weekly", "at night", "every 8 hours")
_DAYS = ("3 days", "5 days", "7 days", "10 days", "14 days", "3 months", "6 months", "12 weeks")
_TESTS = ("blood pressure", "serum potassium", "liver function", "a full blood count", "renal function", "weight",
          "HbA1c", "an electrocardiogram", "a chest X-ray", "urine culture", "bone density",
          "thyroid function")  # fmt: skip
_SIGNS = ("confusion", "severe pain", "fever above 39 degrees", "shortness of breath", "fainting", "sudden weakness",
          "persistent vomiting", "signs of sepsis", "visual loss", "chest pain",
          "haemodynamic instability")  # fmt: skip
_HABITS = ("stop smoking", "take regular exercise", "reduce salt", "lose weight", "limit alcohol", "keep a diary",
           "drink enough fluid", "eat more fibre", "avoid known triggers", "sleep regular hours")  # fmt: skip

_GENERAL: dict[str, tuple[str, ...]] = {
    "treatment": (
        "In {c}, give {d} {x} by mouth {t}.", "For {c}, start {d} {x} {t} for {n}.",
        "{D} {x} {t} is first choice in {c}.",
        "In adults with {c}, {d} or {e} is recommended as initial treatment.",
        "Begin with {d} in most people with {c}.",
        "Offer {d} {x} {t} to adults with {c}.", "{D} is recommended for {c}.", "Treat {c} for {n}.",
    ),
    "second": (
        "If {d} does not control {c}, change to {e} {x} {t}.", "In {c} not responding to {d}, add {e}.",
        "When {d} is not tolerated in {c}, {e} {x} {t} is an alternative.", "As second choice in {c}, use {e} {x} {t}.",
    ),
    "dose": (
        "For {c}, {d} is given as {x} {t}.", "{D} is started at {x} {t} in {c} and increased slowly.",
        "The usual dose of {d} in {c} is {x} {t} for {n}.", "In {c}, the maximum dose of {d} is {x} {t}.",
    ),
    "caution": (
        "In {c}, do not combine {d} with {e}.", "Avoid {d} in {c}.",
        "{D} should not be used for {c} for longer than {n}.",
        "Do not give {d} together with {e} in {c}.",
    ),
    "monitoring": (
        "In {c}, check {m} after {n}.", "Review people with {c} every {n}.", "Monitor {m} during treatment with {d}.",
        "Measure {m} before starting {d} in {c}.",
    ),
    "diagnosis": (
        "Confirm {c} with {m}.", "In suspected {c}, measure {m} and ask about {s}.", "Diagnose {c} clinically.",
        "Consider {c} in adults with {s}.",
    ),
    "urgent": (
        "In {c}, refer at once if there is {s}.", "Admit people with {c} who have {s}.", "{S} in {c} is an emergency.",
        "Seek specialist advice within {n} when {c} causes {s}.",
    ),
    "prevention": (
        "To prevent {c}, offer {d} {x} {t}.", "Prevent recurrence of {c} with {d} for {n}.",
        "People who had {c} should {h}.",
    ),
    "lifestyle": ("Advise people with {c} to {h}.", "In {c}, {h} and {i}.", "Everyone with {c} should {h}."),
}  # fmt: skip

_SPECIFIC = (
    "In {c} with {w}, give {d} {x} {t}.", "In people with {c} and {w}, {d} is preferred.",
    "If there is {w}, use {d} {x} {t}.",
    "In {c} with {w}, avoid {d} and use {e} instead.", "For people with {w}, give {d} {x} {t} for {n}.",
    "In {w}, do not give {d} for {c}.", "When {c} occurs with {w}, start {d}.",
    "With {w}, reduce {d} to {x} {t} in {c}.",
)  # fmt: skip

_WORDS: dict[str, tuple[str, ...]] = {
    "pregnant": ("pregnancy", "pregnant women"),
    "child": ("children", "children under 12 years"),
    "older": ("older adults", "people aged 65 years or over", "adults older than 65"),
    "egfr<30": ("eGFR below 30 mL/min", "creatinine clearance below 30 mL/min", "severe renal impairment (eGFR <30)"),
    "egfr<60": ("eGFR below 60 mL/min", "an eGFR under 60"),
    "egfr<45": ("eGFR below 45 mL/min",),
    "penicillin allergy": ("penicillin allergy", "an allergy to penicillin", "penicillin hypersensitivity"),
    "sulfonamide allergy": ("sulfonamide allergy", "a sulfa allergy"),
    "macrolide allergy": ("macrolide allergy", "an allergy to macrolides"),
    "cephalosporin allergy": ("cephalosporin allergy",),
    "NSAID allergy": ("NSAID allergy", "hypersensitivity to NSAIDs"),
    "statin intolerance": ("statin intolerance", "an intolerance of statins"),
    "ACE inhibitor intolerance": ("ACE inhibitor intolerance", "cough on an ACE inhibitor"),
    "fluoroquinolone allergy": ("fluoroquinolone allergy",),
    "tetracycline allergy": ("tetracycline allergy",),
}
_HEADINGS: dict[str, tuple[str, ...]] = {
    "treatment": ("Initial treatment", "First-line treatment", "Drug treatment", "Treatment", "Management"),
    "second": ("Second-line treatment", "If first-line treatment fails", "Alternatives", "Next steps"),
    "dose": ("Doses", "Dosing", "Usual doses"),
    "caution": ("Contraindications and cautions", "What to avoid", "Safety"),
    "monitoring": ("Monitoring", "Follow-up", "Monitoring and review"),
    "diagnosis": ("Diagnosis", "Assessment", "Tests"),
    "urgent": ("When to refer", "Urgent action", "Red flags", "When to act urgently"),
    "prevention": ("Prevention", "Preventing recurrence", "Prophylaxis"),
    "lifestyle": ("Lifestyle", "Self-care and lifestyle", "Non-drug treatment"),
    "special": ("Special groups", "Comorbidity", "Treatment in special groups", "Particular patients"),
}


def topic(rng: random.Random, condition: str) -> Topic:
    """A made-up guideline on ``condition``: five to seven sections, a third of their statements for some only."""
    kinds = ["treatment", *rng.sample([each for each in _HEADINGS if each != "treatment"], rng.randint(4, 6))]
    drugs = rng.sample(DRUGS, 8)
    parts = []
    for kind in kinds:
        statements = tuple(_statement(rng, kind, condition, drugs) for _ in range(rng.randint(2, 5)))
        parts.append(Part(rng.choice(_HEADINGS[kind]), kind, tuple(dict.fromkeys(statements))))
    scope = rng.choice(["", "", " in adults", ": guideline", ": treatment", " in adults: management"])
    return Topic(f"synthetic-{condition}", condition[:1].upper() + condition[1:] + scope, condition, tuple(parts))


def _statement(rng: random.Random, kind: str, condition: str, drugs: Sequence[str]) -> Statement:
    first, second = rng.sample(list(drugs), 2)
    values = {
        "c": condition, "d": first, "D": first.capitalize(), "e": second,
        "x": rng.choice(_DOSES), "t": rng.choice(_TIMES),
        "n": rng.choice(_DAYS), "m": rng.choice(_TESTS), "s": (sign := rng.choice(_SIGNS)), "S": sign.capitalize(),
    }  # fmt: skip
    values["h"], values["i"] = rng.sample(_HABITS, 2)
    if kind == "special" or rng.random() < 0.33:
        need = rng.choice([rng.choice(list(_WORDS)), rng.choice(list(_WORDS)), rng.choice(list(PHRASES))])
        words = rng.choice(_WORDS[need]) if need in _WORDS else _phrase(rng, need)
        return Statement(rng.choice(_SPECIFIC).format(w=words, **values), frozenset([need]), heading=kind)
    text = rng.choice(_GENERAL[kind]).format(**values)
    barred = frozenset() if kind == "caution" else frozenset(_allergens(text))
    return Statement(text, unless=barred, heading=kind)


def specific(rng: random.Random, need: str, condition: str) -> Statement:
    """A made-up statement on ``condition`` for patients with ``need`` alone."""
    words = rng.choice(_WORDS[need]) if need in _WORDS else _phrase(rng, need)
    first, second = rng.sample(DRUGS, 2)
    values = {"c": condition, "d": first, "e": second, "n": rng.choice(_DAYS)}
    doses = {"x": rng.choice(_DOSES), "t": rng.choice(_TIMES)}
    return Statement(rng.choice(_SPECIFIC).format(w=words, **values, **doses), frozenset([need]))


NEEDS = (*_WORDS, *PHRASES)
"""What a made-up statement may ask of a patient."""


def _phrase(rng: random.Random, need: str) -> str:
    return need if rng.random() < 0.6 else rng.choice(PHRASES[need][1])


def _allergens(text: str) -> list[str]:
    return [name for name, (_, _, drugs) in ALLERGIES.items() if re.search(drugs, text, re.I)]
