import pytest

from eval.scoring.mentions import names, recommended, recommends


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
