"""What a rule, an entry or an amount is limited to: uses, routes, years, what was borne since, what a device holds."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.knowledge import load
from medrag.reading import prescriptions
from medrag.reading.allergies import entry
from medrag.safety.check_cases import check_advice
from medrag.types import Patient


def withheld(advice: str, **known: Any) -> bool:
    record = {"age_years": 50, "sex": "male", "weight_kg": 70, "conditions": [], "medications": [], **known}
    record["observations"] = [{"display": "eGFR", "value": 85, "unit": "mL/min/1.73m2"}]
    if "allergies" not in known:
        record["no_known_allergies"] = True
    return str(check_advice("1", Patient.model_validate(record), advice)["verdict"]) == "withhold"


def with_(*conditions: str, **known: Any) -> dict[str, Any]:
    return {"conditions": list(conditions), **known}


def allergic(to: str) -> dict[str, Any]:
    return {"allergies": [to], "conditions": ["cellulitis"]}


def expecting(*conditions: str) -> dict[str, Any]:
    return with_(*conditions, age_years=31, sex="female", pregnant=True)


ON_SIMVASTATIN = with_("COPD", medications=["simvastatin 40 mg"])
GRAFT = with_("renal transplant", "shingles", medications=["azathioprine 100 mg", "tacrolimus 2 mg bd"])
REPLACED_BY_PTU = expecting("Graves' disease", "pregnancy 8 weeks")

SOUND = [
    ("Ciclosporin goes on at 100 mg bd while the pneumonia is treated.", with_("lung transplant", "pneumonia")),
    ("Lidocaine 1 % infiltrated round the wound, 5 mL.", with_("second degree heart block")),
    ("Naproxen 250 mg bd with lansoprazole 15 mg.", with_("gastrointestinal bleed 2011", "osteoarthritis")),
    ("Add mexiletine 150 mg tds on top of amiodarone.", with_("HFrEF", "recurrent ventricular tachycardia")),
    (
        "Give flucloxacillin 500 mg qds.",
        allergic("penicillin (spots as a toddler; took flucloxacillin in May since, uneventful)"),
    ),
    ("Give flucloxacillin 500 mg qds.", allergic("penicillin (spots as a toddler; amoxicillin challenge negative)")),
    ("Vancomycin 1 g over two hours.", allergic("vancomycin (flushed when infused in 30 minutes, too fast)")),
    ("Morphine 5 mg orally every four hours.", allergic("morphine (itch)")),
    (
        "Fit a levonorgestrel 19.5 mg intrauterine device.",
        with_("heavy periods", age_years=34, sex="female", pregnant=False),
    ),
    (
        "Colchicine despite his verapamil, though at half of it, i.e. 500 micrograms daily.",
        with_("gout", medications=["verapamil 240 mg"]),
    ),
    ("Paliperidone palmitate 100 mg monthly.", with_("schizophrenia")),
    ("Carbimazole 5 mg daily again from the second trimester.", REPLACED_BY_PTU),
    ("Perindopril 4 mg daily after the birth.", expecting("hypertension", "pregnancy 30 weeks")),
    ("Should he need clarithromycin, simvastatin is stopped for its length.", ON_SIMVASTATIN),
    ("When erythromycin is started, stop simvastatin.", ON_SIMVASTATIN),
    ("Azathioprine held until the rash has scabbed over; tacrolimus goes on.", GRAFT),
    (
        "Last lisinopril tonight, then nothing of the kind for 48 hours, and only then sacubitril/valsartan 24/26 mg.",
        with_("HFrEF", medications=["lisinopril 10 mg"]),
    ),
]
UNSOUND = [
    ("Ciclosporin 3 mg/kg a day for his skin.", with_("psoriasis", "active tuberculosis")),
    ("Ciclosporin 3 mg/kg a day for his skin.", with_("psoriasis", "prostate cancer")),
    ("Lidocaine 100 mg IV.", with_("second degree heart block")),
    ("Naproxen 250 mg bd.", with_("gastrointestinal bleed", "osteoarthritis")),
    ("Naproxen 250 mg bd.", with_("recurrent GI bleed since 2011", "osteoarthritis")),
    ("Sumatriptan 50 mg.", with_("stroke 2009", "migraine")),
    (
        "Give flucloxacillin 500 mg qds.",
        allergic("penicillin (anaphylaxis; amoxicillin not tried, cefalexin challenge negative)"),
    ),
    ("Give flucloxacillin 500 mg qds.", allergic("penicillin (rash; passed a cefalexin challenge)")),
    ("Amoxicillin 500 mg tds.", allergic("penicillin (anaphylaxis 2019; flucloxacillin taken since without reaction)")),
    ("Vancomycin 1 g over two hours.", allergic("vancomycin (flushing and wheeze when infused too fast)")),
    ("Morphine 5 mg orally.", allergic("morphine (itching, hives and swelling of the face)")),
    ("Levonorgestrel 52 mg by mouth at once.", with_("contraception", age_years=34, sex="female", pregnant=False)),
    ("Paliperidone 100 mg tablets daily.", with_("schizophrenia")),
    ("Paliperidone palmitate 100 mg every day.", with_("schizophrenia")),
    ("Carbimazole 5 mg daily with bloods in the second trimester.", REPLACED_BY_PTU),
    ("Perindopril 4 mg daily until the birth.", expecting("hypertension", "pregnancy 30 weeks")),
    ("Clarithromycin 500 mg bd. If he aches, stop simvastatin.", ON_SIMVASTATIN),
    ("Tacrolimus held until the rash has scabbed over.", GRAFT),
    ("Azathioprine held until the summer.", GRAFT),
    (
        "Last lisinopril this evening, then nothing for 12 hours, and only then sacubitril/valsartan 24/26 mg.",
        with_("HFrEF", medications=["lisinopril 10 mg"]),
    ),
]


@pytest.mark.parametrize(("advice", "known"), SOUND)
def test_what_the_limit_leaves_out_is_not_withheld(advice: str, known: dict[str, Any]) -> None:
    assert not withheld(advice, **known)


@pytest.mark.parametrize(("advice", "known"), UNSOUND)
def test_what_is_within_the_limit_is_withheld(advice: str, known: dict[str, Any]) -> None:
    assert withheld(advice, **known)


@pytest.mark.parametrize(
    ("text", "to", "tolerated"),
    [
        ("penicillin (rash; passed an oral challenge)", "", ""),
        ("penicillin (rash; passed an oral amoxicillin challenge)", "penicillin (rash; ", "amoxicillin"),
        ("penicillin; later took co-amoxiclav without trouble", "penicillin; ", "co-amoxiclav"),
        ("codeine (vomiting), has had morphine since with no problems", "codeine (vomiting), has ", "morphine"),
    ],
)
def test_what_an_entry_says_was_borne(text: str, to: str, tolerated: str) -> None:
    said = entry(text)
    assert (said.to, said.tolerated) == (to, tolerated)


@pytest.mark.parametrize(
    ("text", "drug", "amount"),
    [
        ("Apixaban in spite of the ketoconazole, at a lower dose: 2.5 mg twice daily.", "apixaban", 2.5),
        ("A levonorgestrel 52 mg coil.", "levonorgestrel intrauterine", 52),
        ("Because of the amiodarone 200 mg lower digoxin.", "amiodarone", 200),
    ],
)
def test_whose_dose_it_is(text: str, drug: str, amount: float) -> None:
    doses = {each.mention.label: [dose.low for dose in each.doses] for each in prescriptions(text, load())}
    assert doses[drug] == [amount]
