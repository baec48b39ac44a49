"""Clauses without a subject, which speak of what a note named last, and other ways of telling what is over."""

from __future__ import annotations

import pytest

from tests.patient.formats.note.heard import heard


def statuses(text: str) -> dict[str, str]:
    """The status of each condition and drug of a note, by its name in lower case."""
    patient = heard(text)
    return {
        each.display.casefold(): each.status.value
        for each in (*(patient.conditions or ()), *(patient.medications or ()))
    }


def of(text: str, name: str) -> list[str]:
    return [status for display, status in statuses(text).items() if name in display]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Presented with vomiting, headache and photophobia, all now settled.",
            {"vomit": "resolved", "headache": "resolved"},
        ),
        ("Had pneumonia at Christmas, which cleared with co-amoxiclav.", {"pneumonia": "resolved"}),
        ("Bell's palsy in March, back to normal by June.", {"palsy": "resolved"}),
        ("Palpitations on arrival; none since.", {"palpitation": "resolved"}),
        ("Migraine, controlled on propranolol 40 mg bd.", {"migraine": "active", "propranolol": "active"}),
        ("Hyperprolactinaemia on amisulpride, resolved since.", {"prolactin": "resolved"}),
        ("Query appendicitis on Monday; excluded at laparoscopy.", {"appendicitis": "negated"}),
        ("A colleague suspected lupus. Not found.", {"lupus": "negated"}),
        ("Initially thought to be meningitis, LP clear, so discounted.", {"meningitis": "negated"}),
        ("Hypothyroidism, bloods normal.", {"hypothyroidism": "active"}),
        ("Coeliac disease is being looked into.", {"celiac": "uncertain"}),
        ("The previous GP diagnosed COPD, but spirometry has since disproved it.", {"copd": "negated"}),
        ("Last seizure 6 years ago. Gout.", {"seizure": "resolved", "gout": "active"}),
        ("Was hospitalised for mania at 22.", {"mania": "resolved"}),
        ("MRI excluded stroke and meningitis.", {"stroke": "negated", "meningitis": "negated"}),
        ("Rheumatology excluded lupus, gout and psoriasis", {"lupus": "negated", "psoriasis": "negated"}),
        ("CT excluded appendicitis, colitis and ascites seen.", {"appendicitis": "negated", "ascites": "active"}),
        ("MRI excluded stroke and showed meningioma", {"stroke": "negated", "meningioma": "active"}),
        ("Bloods: HIV NR, ferritin low", {"hiv": "negated"}),
    ],
)
def test_an_illness_is_judged_by_the_clause_behind_it(text: str, told: dict[str, str]) -> None:
    for name, status in told.items():
        assert of(text, name) == [status], text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Doxycycline for acne was discontinued in spring.", {"doxycycline": "resolved", "acne": "active"}),
        ("Propranolol for migraine continues at 40 mg bd.", {"propranolol": "active"}),
        (
            "Sertraline for panic disorder has been swapped for duloxetine 30 mg.",
            {"sertraline": "resolved", "duloxetine": "active"},
        ),
        ("Simvastatin made way for rosuvastatin 10 mg.", {"simvastatin": "resolved", "rosuvastatin": "active"}),
        (
            "Citalopram -> vortioxetine in March after poor response.",
            {"citalopram": "resolved", "vortioxetine": "active"},
        ),
        ("Moving from warfarin to apixaban next week.", {"warfarin": "active", "apixaban": "planned"}),
        (
            "Tolterodine dried her mouth, so mirabegron 50 mg instead.",
            {"tolterodine": "resolved", "mirabegron": "active"},
        ),
        ("Begin amlodipine 5 mg od from today.", {"amlodipine": "active"}),
        (
            "Plan: salbutamol nebs 4-hourly. Letrozole 2.5 mg od from March.",
            {"salbutamol": "active", "letrozole": "planned"},
        ),
        (
            "START taking apixaban 5 mg BID\nSTOP taking ibuprofen\nCONTINUE metformin 500 mg BID",
            {"apixaban": "active"},
        ),
        ("Denosumab 60 mg, first injection booked for next month.", {"denosumab": "planned"}),
        ("JIC: midazolam, morphine.", {"midazolam": "planned"}),
        ("Asked for diazepam; refused.", {"diazepam": "negated"}),
        ("Offered varenicline, would rather try on his own.", {"varenicline": "negated"}),
        ("My doctor wanted to put me on metformin but I said no.", {"metformin": "negated"}),
        ("She took tamoxifen until 2019.", {"tamoxifen": "resolved"}),
        ("Was on lithium for ten years. On quetiapine now.", {"lithium": "resolved", "quetiapine": "active"}),
        ("Previous AEDs: topiramate, lamotrigine.", {"topiramate": "resolved"}),
        ("Advil once in a while.", {"advil": "active"}),
    ],
)
def test_a_drug_is_judged_by_the_clause_behind_it(text: str, told: dict[str, str]) -> None:
    for name, status in told.items():
        assert of(text, name) == [status], text


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Told as a boy he was allergic to aspirin, but takes it daily.", "negated"),
        ("Anaphylaxis to peanuts aged 4; passed a supervised challenge last year.", "negated"),
        ("The codeine allergy was a mix-up with another patient.", "negated"),
        ("Nifedipine made her ankles swell; lercanidipine 10 mg in its stead.", "active"),
    ],
)
def test_an_allergy_is_lifted_by_what_is_told_behind_it(text: str, status: str) -> None:
    assert [each.status.value for each in heard(text).allergies or ()][:1] == [status]


def test_relatives_behind_a_list_of_allergies_are_relatives() -> None:
    assert of("Allergy: cefaclor - hives.\nSister epilepsy.", "epilepsy") == ["family_history"]


def test_a_rough_weight_is_read() -> None:
    assert heard("48F. Weighs about 92 kg.").weight_kg == 92
