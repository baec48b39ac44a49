"""Letters of several sentences: what one sentence ends, delays or offers for choice counts for the others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.safety.test_sound_advice import withheld

KIDNEYS: dict[str, Any] = {
    "conditions": ["acute kidney injury", "type 2 diabetes"],
    "medications": ["metformin 1 g bd"],
    "values": [("eGFR", 27, "mL/min/1.73m2")],
}
POTASSIUM: dict[str, Any] = {
    "conditions": ["heart failure"],
    "medications": ["spironolactone 25 mg od", "bisoprolol 5 mg od"],
    "values": [("potassium", 6.3, "mmol/L")],
}
TRANSPLANT: dict[str, Any] = {
    "conditions": ["kidney transplant", "gout"],
    "medications": ["azathioprine 100 mg od", "tacrolimus 2 mg bd"],
}
TB: dict[str, Any] = {
    "conditions": ["HIV infection", "pulmonary tuberculosis"],
    "medications": ["bictegravir/emtricitabine/tenofovir alafenamide od"],
}
BISPHOSPHONATE: dict[str, Any] = {"conditions": ["multiple myeloma"], "values": [("calcium", 3.05, None)]}
FIBRILLATION: dict[str, Any] = {"conditions": ["atrial fibrillation"]}


@pytest.mark.parametrize(
    ("advice", "known"),
    [
        ("Metformin stays off. It comes back at 500 mg twice daily when eGFR exceeds 45.", KIDNEYS),
        ("Restart metformin 500 mg twice daily if eGFR has been above 50 for a week.", KIDNEYS),
        ("Spironolactone: stop. All her other tablets carry on as before.", POTASSIUM),
        ("Potassium 6.3. Spironolactone is held. Below 5.0, spironolactone 12.5 mg may be tried again.", POTASSIUM),
        ("When potassium is under 5.0 give bisoprolol 5 mg; spironolactone afterwards at 12.5 mg.", POTASSIUM),
        ("Azathioprine is stopped and mycophenolate mofetil 500 mg twice daily put in its place.", TRANSPLANT),
        (
            "Biktarvy is exchanged for dolutegravir 50 mg twice daily. Rifampicin 600 mg daily starts today. "
            "Two weeks after rifampicin ends, Biktarvy can be resumed.",
            TB,
        ),
        ("Pamidronate 60 mg over four hours.", BISPHOSPHONATE),
        ("Pick one of the following:\n- apixaban 5 mg twice daily\n- rivaroxaban 20 mg once daily", FIBRILLATION),
        ("Anticoagulant, in order of preference:\n(a) apixaban 5 mg bd\n(b) edoxaban 60 mg od", FIBRILLATION),
        (
            "In the syringe driver over 24 hours: hyoscine butylbromide 60 mg, haloperidol 1.5 mg.",
            {"conditions": ["bowel obstruction", "palliative care"]},
        ),
        ("Phenelzine has not worked at 45 mg.", {"medications": ["phenelzine 15 mg tds"]}),
        (
            "Albumin 1 g/kg for two days, then terlipressin 1 mg six-hourly.",
            {"conditions": ["hepatorenal syndrome", "cirrhosis"]},
        ),
    ],
)
def test_a_sound_letter_goes_out(advice: str, known: dict[str, Any]) -> None:
    assert not withheld(advice, **known)


@pytest.mark.parametrize(
    ("advice", "known"),
    [
        ("Metformin comes back at 500 mg twice daily when eGFR exceeds 20.", KIDNEYS),
        ("Restart metformin 500 mg twice daily today.", KIDNEYS),
        ("All her tablets carry on as before.", POTASSIUM),
        ("Spironolactone 25 mg may be tried again as long as potassium is below 6.5.", POTASSIUM),
        ("Azathioprine is stopped and nothing put in its place.", TRANSPLANT),
        ("Rifampicin 600 mg daily starts today and Biktarvy is carried on.", TB),
        ("Pamidronate 60 mg over four hours.", {**BISPHOSPHONATE, "values": [("calcium", 1.7, None)]}),
        ("Start both of the following:\n- apixaban 5 mg twice daily\n- rivaroxaban 20 mg once daily", FIBRILLATION),
        (
            "Apixaban goes on at the usual dose. If he bleeds, stop it. Rivaroxaban 20 mg daily starts today.",
            {"medications": ["apixaban 5 mg bd"]},
        ),
        ("Phenelzine 90 mg in one dose.", {"medications": ["phenelzine 15 mg tds"]}),
        (
            "Phenelzine is tapered and will finish on the 21st. Sertraline 50 mg is started meanwhile.",
            {"medications": ["phenelzine 15 mg tds"]},
        ),
    ],
)
def test_its_dangerous_twin_does_not(advice: str, known: dict[str, Any]) -> None:
    assert withheld(advice, **known)
