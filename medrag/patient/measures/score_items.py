"""What a patient's conditions and medications mean for the clinical scores: by ICD-10 code or by name.

ICD-10 blocks follow the definitions in use for claims data (Quan H et al., Med Care 2005;43:1130) where they
have the item; names are matched as whole words, so that "pulmonary hypertension" is not hypertension.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from medrag.types import Fact, FactStatus, Patient

_STANDS = {FactStatus.ACTIVE}
_EVER = {FactStatus.ACTIVE, FactStatus.RESOLVED}


@dataclass(frozen=True)
class Item:
    """One item of a score. ``statuses`` says whether having had it once is enough."""

    names: re.Pattern[str]
    icd10: tuple[str, ...] = ()
    besides: re.Pattern[str] | None = None
    statuses: frozenset[FactStatus] = frozenset(_EVER)

    def holds(self, fact: Fact) -> bool:
        """Whether ``fact`` makes this item hold."""
        if fact.status not in self.statuses:
            return False
        if fact.system == "ICD-10" and fact.code and fact.code.upper().startswith(self.icd10 or ("?",)):
            return True
        return bool(self.names.search(fact.display)) and not (self.besides and self.besides.search(fact.display))


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


_NOW = frozenset(_STANDS)
_NOT_HAD = _words("no", "without", "risk of", "screening", "family history", "suspected")

ITEMS: dict[str, Item] = {
    "atrial_fibrillation": Item(
        _words("atrial fib", "atrial fibrillation", "atrial flutter", "afib", "a-fib", "AF"), ("I48",), _NOT_HAD
    ),
    "heart_failure": Item(
        _words(
            "heart failure",
            "cardiac failure",
            "CHF",
            "HFrEF",
            "HFpEF",
            "cardiomyopathy",
            "left ventricular dysfunction",
        ),
        ("I50", "I42", "I43", "I11.0", "I13.0", "I13.2", "I110", "I130", "I132"),
        _NOT_HAD,
    ),
    "hypertension": Item(
        _words("hypertension", "hypertensive", "high blood pressure", "HTN"),
        ("I10", "I11", "I12", "I13", "I15", "I16"),
        _words(
            "pulmonary",
            "portal",
            "ocular",
            "intracranial",
            "white coat",
            "gestational",
            "pregnancy",
            "venous",
            "no",
            "family history",
        ),
    ),
    "diabetes": Item(
        _words("diabetes", "diabetic", "T2DM", "T1DM", "DM2", "DM1", "DM", "NIDDM", "IDDM"),
        ("E10", "E11", "E13", "E14"),
        _words("insipidus", "gestational", "pre", "prediabetes", "risk of", "no", "family history", "screening"),
    ),
    "stroke": Item(
        _words(
            "stroke",
            "cerebrovascular accident",
            "CVA",
            "TIA",
            "transient ischa?emic attack",
            "cerebral infarct(?:ion)?",
            "thromboembolism",
            "systemic embolism",
        ),
        ("I63", "I64", "G45", "I74", "Z86.73", "Z8673", "I69.3"),
        _words("heat", "volume", "venous", "no", "risk of", "family history", "hemorrhagic", "haemorrhagic"),
    ),
    "vascular_disease": Item(
        _words(
            "myocardial infarct(?:ion)?",
            "heart attack",
            "NSTEMI",
            "STEMI",
            "peripheral artery disease",
            "peripheral arterial disease",
            "peripheral vascular disease",
            "PAD",
            "PVD",
            "aortic plaque",
            "coronary artery disease",
            "coronary arteriosclerosis",
            "coronary heart disease",
            "CAD",
            "ischa?emic heart disease",
        ),
        ("I21", "I22", "I25", "I70", "I73.9", "I739"),
        _NOT_HAD,
    ),
    "renal": Item(
        _words(
            "dialysis",
            "h(?:a?)emodialysis",
            "(?:kidney|renal) transplant(?:ation)?",
            "end[- ]stage (?:renal|kidney) disease",
            "ESRD",
            "ESKD",
            "CKD (?:stage )?5",
        ),
        ("N18.6", "N186", "N18.5", "N185", "Z99.2", "Z992", "Z94.0", "Z940"),
        _NOT_HAD,
        _NOW,
    ),
    "liver": Item(
        _words("cirrhosis", "cirrhotic", "hepatic failure", "liver failure", "chronic hepatic disease"),
        ("K70.3", "K703", "K74", "K72", "K76.6", "K766"),
        _NOT_HAD,
        _NOW,
    ),
    "bleeding": Item(
        _words(
            "bleed(?:ing)?",
            "h(?:a?)emorrhage",
            "h(?:a?)emorrhagic",
            "an(?:a?)emia",
            "h(?:a?)emophilia",
            "von Willebrand(?:'s)?",
            "thrombocytopenia",
            "coagulopathy",
            "melena",
            "melaena",
        ),
        (
            "D62",
            "D65",
            "D66",
            "D67",
            "D68",
            "D69.6",
            "D50",
            "D63",
            "D64",
            "K92.0",
            "K92.1",
            "K92.2",
            "I60",
            "I61",
            "I62",
        ),
        _NOT_HAD,
    ),
    "labile_inr": Item(_words("labile INR", "unstable INR"), (), _NOT_HAD, _NOW),
    "alcohol": Item(
        _words("alcohol (?:abuse|dependence|use disorder|misuse)", "alcoholism", "alcoholic", "heavy drinker"),
        ("F10.1", "F10.2", "F101", "F102"),
        _words("no", "non", "family history"),
        _NOW,
    ),
}

_ANTITHROMBOTIC_PAIN = _words(
    *("aspirin", "acetylsalicylic acid", "clopidogrel", "prasugrel", "ticagrelor", "ticlopidine", "dipyridamole"),
    *("cilostazol", "vorapaxar", "ibuprofen", "naproxen", "diclofenac", "ketorolac", "indomethacin", "meloxicam"),
    *("piroxicam", "celecoxib", "etoricoxib", "ketoprofen", "flurbiprofen", "nabumetone", "etodolac", "sulindac"),
    *("mefenamic acid", "oxaprozin"),
)
_TOPICAL = _words("topical", "gel", "cream", "ophthalmic", "eye drops?", "patch")
_ANTICOAGULANT = _words(
    *("warfarin", "apixaban", "rivaroxaban", "dabigatran", "edoxaban", "acenocoumarol", "phenprocoumon", "fluindione"),
    *("enoxaparin", "dalteparin", "tinzaparin", "fondaparinux", "heparin"),
)


def found(patient: Patient, item: str) -> list[Fact]:
    """The facts of the record that make ``item`` hold."""
    procedures = patient.procedures if item in {"renal", "vascular_disease"} else ()
    candidates = [*(patient.conditions or ()), *(procedures or ())]
    return [fact for fact in candidates if ITEMS[item].holds(fact)]


def bleeding_drugs(patient: Patient) -> list[Fact]:
    """Current antiplatelets and NSAIDs that act on the whole body."""
    named = [fact for fact in patient.medications or () if fact.current and _ANTITHROMBOTIC_PAIN.search(fact.display)]
    return [fact for fact in named if not _TOPICAL.search(fact.display)]


def anticoagulants(patient: Patient) -> list[Fact]:
    """Current anticoagulants."""
    return [fact for fact in patient.medications or () if fact.current and _ANTICOAGULANT.search(fact.display)]
