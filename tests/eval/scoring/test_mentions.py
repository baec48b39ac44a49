import pytest

from eval.scoring.mentions import names, recommended, recommends, says


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("Give amoxicillin 500 mg three times daily.", "amoxicillin"),
        ("Penicillin or amoxicillin is the drug of choice in people without penicillin allergy.", "penicillin"),
        ("In penicillin allergy without immediate hypersensitivity, cephalexin is 20 mg/kg.", "cephalexin"),
        ("In people allergic to penicillin, doxycycline 100 mg twice daily is an alternative.", "doxycycline"),
        ("Avoid ibuprofen, and give paracetamol instead.", "paracetamol"),
        ("Do not use apixaban; warfarin is used with mechanical valves.", "warfarin"),
        ("First-line drugs are thiazides, ACE inhibitors or angiotensin receptor blockers.", "ACE inhibitor"),
        ("In anaphylaxis give epinephrine 0.3 mg.", "adrenaline|epinephrine"),
    ],
)
def test_recommendation(text: str, drug: str) -> None:
    assert recommends(text, drug)


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("Avoid ibuprofen, naproxen and other NSAIDs.", "naproxen"),
        ("In adults with previous angioedema, avoid ACE inhibitors.", "ACE inhibitor"),
        ("Prasugrel must not be given after a stroke.", "prasugrel"),
        ("Clarithromycin must not be given with simvastatin.", "simvastatin"),
        ("Valproate is contraindicated in pregnancy.", "valproate"),
        ("Use warfarin and not a direct oral anticoagulant.", "direct oral anticoagulant"),
        ("In penicillin allergy, cefalexin 500 mg twice daily.", "penicillin"),
        ("Use cetirizine rather than chlorphenamine.", "chlorphenamine"),
        ("Stop metformin below an eGFR of 30.", "metformin"),
        ("Give acetaminophen.", "minoph"),
        ("Phenytoin and topiramate make oral hormonal contraceptives unreliable.", "topiramate"),
    ],
)
def test_no_recommendation(text: str, drug: str) -> None:
    assert not recommends(text, drug)


def test_recommended_keeps_the_names_as_asked() -> None:
    assert recommended(["Give aspirin 300 mg.", "Avoid naproxen."], ["naproxen", "aspirin|ASA"]) == ["aspirin|ASA"]


def test_names_is_about_whole_words() -> None:
    assert names("ACE inhibitors", "ACE inhibitor")
    assert not names("pentaerythritol", "erythritol")


@pytest.mark.parametrize(
    ("text", "wanted", "said"),
    [
        ("Give colchicine 500micrograms twice a day.", "colchicine 500 micrograms", True),
        ("Give colchicine by mouth, 500 micrograms twice a day.", "colchicine 500 micrograms", True),
        ("Give colchicine 1500 micrograms.", "colchicine 500 micrograms", False),
        ("Give gentamicin 5 mg/kg.", "gentamicin 5 mg", False),
        ("Do not give colchicine 500 micrograms in renal failure.", "colchicine 500 micrograms", False),
        ("Give prednisolone 30 mg for 5 days.", "colchicine 500 micrograms|prednisolone 30 mg", True),
    ],
)
def test_an_answer_says_a_drug_with_its_dose_and_no_other(text: str, wanted: str, said: bool) -> None:
    assert says(text, wanted) is said
