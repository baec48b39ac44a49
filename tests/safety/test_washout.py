from datetime import UTC, datetime, timedelta

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Medication, Patient


def verdicts(advice: str, *medications: Medication) -> set[str]:
    patient = Patient.model_validate(
        {"age_years": 60, "sex": "male", "medications": medications, "conditions": [], "no_known_allergies": True}
    )
    findings = check_advice("x", patient, advice)["findings"]
    return {each["verdict"] for each in findings if each["check"] == "washout"}


@pytest.mark.parametrize(
    ("taken", "advice"),
    [
        ("phenelzine 15 mg", "Stop phenelzine and start sertraline 50 mg the next day."),
        ("phenelzine 15 mg", "Switch from phenelzine to venlafaxine 75 mg."),
        ("tranylcypromine", "Stop tranylcypromine today. Start amitriptyline 25 mg after 3 days."),
        ("fluoxetine 20 mg", "Stop fluoxetine and start phenelzine 15 mg after 14 days."),
        ("lisinopril 20 mg", "Stop lisinopril and start sacubitril/valsartan 49/51 mg the same day."),
        ("warfarin 5 mg", "Stop warfarin and start apixaban 5 mg bd."),
        ("phenelzine, stopped 3 days ago", "Start sertraline 50 mg."),
        ("rituximab, last dose 2 months ago", "Give MMR vaccine."),
    ],
)
def test_too_soon_after_the_last_dose(taken: str, advice: str) -> None:
    assert "fail" in verdicts(advice, Medication(display=taken))


@pytest.mark.parametrize(
    ("taken", "advice"),
    [
        ("phenelzine 15 mg", "Stop phenelzine and start sertraline 50 mg after a washout of 14 days."),
        ("phenelzine 15 mg", "Stop phenelzine; wait two weeks before starting sertraline 50 mg."),
        ("fluoxetine 20 mg", "Stop fluoxetine, wait 5 weeks, then start phenelzine 15 mg."),
        ("lisinopril 20 mg", "Stop lisinopril and start sacubitril/valsartan 36 hours later."),
        ("warfarin 5 mg", "Stop warfarin and start apixaban 5 mg bd when the INR is below 2."),
        ("sertraline 50 mg", "Stop sertraline and start fluoxetine 20 mg."),
        ("moclobemide 300 mg", "After the last dose of moclobemide wait a full day, then sertraline 50 mg daily."),
        ("phenelzine 15 mg", "After her last dose of phenelzine leave fourteen days, then start sertraline 50 mg."),
    ],
)
def test_a_wait_that_is_long_enough(taken: str, advice: str) -> None:
    assert "fail" not in verdicts(advice, Medication(display=taken))


def test_the_date_at_which_the_record_stopped_it_counts() -> None:
    today = datetime.now(UTC).date()
    recent = Medication(display="phenelzine", status="resolved", date=today - timedelta(days=4))
    old = Medication(display="phenelzine", status="resolved", date=today - timedelta(days=40))
    undated = Medication(display="phenelzine", status="resolved")
    assert verdicts("Start sertraline 50 mg.", recent) == {"fail"}
    assert verdicts("Start sertraline 50 mg.", old) == set()
    assert verdicts("Start sertraline 50 mg.", undated) == {"not_assessed"}
