import pytest

from medrag.knowledge import load
from medrag.patient.view import PatientView, view
from medrag.types import Condition, Patient


def seen(words: str, code: str | None = None) -> PatientView:
    patient = Patient(conditions=(Condition(display=words, code=code),))
    return view(patient, patient, load())


@pytest.mark.parametrize(
    ("words", "present", "absent"),
    [
        ("Non-ST elevation myocardial infarction", "myocardial_infarction", None),
        ("Type 2 diabetes mellitus without complications", "diabetes", None),
        ("Atherosclerotic heart disease of native coronary artery without angina pectoris", "coronary_disease", None),
        ("Non-alcoholic steatohepatitis with cirrhosis", "liver_disease", None),
        ("Non-Hodgkin lymphoma on chemotherapy", "immunosuppression", None),
        ("cirrhosis without ascites", "liver_disease", "ascites"),
        ("Epilepsy, unspecified, not intractable, without status epilepticus", "epilepsy", None),
        ("COPD, not in exacerbation", "copd", None),
        ("Hypertension, not well controlled, with heart failure", "heart_failure", None),
        ("asthma without status asthmaticus, never intubated", "asthma", None),
        ("MI cannot be ruled out", "myocardial_infarction", None),
        ("Gastric ulcer, no haemorrhage", "peptic_ulcer", "active_bleeding"),
        ("Non-haemorrhagic stroke", "stroke", "intracranial_haemorrhage"),
        ("no sequelae after stroke", "stroke", None),
        ("no recurrence of venous thromboembolism", "venous_thromboembolism", None),
        ("no asthma, COPD or diabetes but gout", "gout", "asthma"),
        ("no asthma, COPD or diabetes but gout", "gout", "diabetes"),
        ("CKD stage 5 not on dialysis", "ckd", "dialysis"),
        ("angle-closure glaucoma, not treated", "narrow_angle_glaucoma", None),
        ("G6PD deficiency (no prior haemolysis)", "g6pd_deficiency", None),
        ("dialysis; mother has asthma", "dialysis", "asthma"),
        ("nursing mother", "breastfeeding", None),
    ],
)
def test_a_denial_covers_its_clause_only(words: str, present: str, absent: str | None) -> None:
    concepts = seen(words).concepts
    assert present in concepts
    assert absent not in concepts


@pytest.mark.parametrize(
    "words",
    [
        *("no asthma", "not asthmatic", "asthma: none", "Asthma - no", "asthma ruled out", "denies asthma"),
        *("patient has no asthma", "without asthma", "no history of COPD, asthma or diabetes", "never had asthma"),
        *(
            "family history of asthma",
            "asthma (mother)",
            "father: COPD, asthma",
            "absence of asthma",
            "asthma excluded",
        ),
        *("asthma excluded", "non-asthma", "no evidence of asthma", "negative for asthma", "asthma: denied"),
    ],
)
def test_what_is_denied_is_neither_present_nor_unread(words: str) -> None:
    found = seen(words)
    assert "asthma" not in found.concepts
    assert not found.unread_conditions


def test_a_code_stands_beside_a_denial_of_something_else() -> None:
    assert "coronary_disease" in seen("Disease of the vessels without angina", "I25.10").concepts
    assert "diabetes" in seen("without complications", "E10.9").concepts
    assert "asthma" not in seen("no asthma", "J45.909").concepts


def test_words_of_which_only_a_part_is_denied_are_unread_where_the_rest_means_nothing() -> None:
    assert seen("zorblatt syndrome without asthma").unread_conditions


@pytest.mark.parametrize(
    ("words", "concept"),
    [("hit by car", "hit"), ("dysuria", "urinary_retention"), ("non-epileptic seizures", "seizure")],
)
def test_a_word_is_not_taken_for_a_condition_it_resembles(words: str, concept: str) -> None:
    assert concept not in seen(words).concepts


def test_an_abbreviation_counts_as_the_whole_entry_or_in_capitals() -> None:
    assert "hit" in seen("hit").concepts
    assert "hit" in seen("HIT in 2019").concepts


@pytest.mark.parametrize(
    ("words", "code"),
    [
        *((words, None) for words in ("Hepatitis B vaccination", "Vaccinated against hepatitis B", "hepatitis B jabs")),
        *((words, None) for words in ("接种乙肝疫苗", "乙肝疫苗接种史", "乙肝筛查", "Screening for hepatitis B")),
        *(("Viral hepatitis", code) for code in ("Z24.6", "Z11.59")),
    ],
)
def test_what_a_vaccination_or_a_screening_is_for_nobody_has(words: str, code: str | None) -> None:
    found = seen(words, code)
    assert not found.concepts.keys() & {"hepatitis_b", "liver_disease"}
    assert not found.unread_conditions


def test_an_illness_beside_a_vaccination_counts() -> None:
    assert "hepatitis_b" in seen("慢性乙肝，流感疫苗接种").concepts
    assert "copd" in seen("Influenza vaccination for COPD").concepts
    assert "guillain_barre_syndrome" in seen("Guillain-Barre syndrome after influenza vaccination").concepts
    assert seen("adverse reaction to influenza vaccine").unread_conditions
    assert "depression" in seen("Depression screening positive").concepts
