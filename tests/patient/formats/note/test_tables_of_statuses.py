"""What a column of statuses says of the drug, condition or allergen of its row, and where rows and lines end."""

from __future__ import annotations

import pytest

from tests.patient.formats.note.test_lists import conditions, drugs, read


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("Active", "active"),
        ("continue as before", "active"),
        ("Discontinued 06/2024", "resolved"),
        ("patient not using, take off", "resolved"),
        ("awaiting approval - not begun", "planned"),
        ("mother's, handed to her", None),
    ],
)
def test_a_drug_by_its_column(cell: str, status: str | None) -> None:
    rows = f"| metoprolol 50 mg | BID | Active |\n| ezetimibe 10 mg | daily | {cell} |\n| losartan | qd | Active |"
    found = drugs(f"CURRENT MEDS\n| Name | Sig | Status |\n{rows}")
    assert found == {"metoprolol": "active", "losartan": "active"} | ({"ezetimibe": status} if status else {})


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("Chronic", "active"),
        ("Resolved - ablated 2019", "resolved"),
        ("Ruled out", "negated"),
        ("Entered by mistake", "negated"),
        ("Awaiting biopsy", "uncertain"),
    ],
)
def test_a_condition_by_its_column(cell: str, status: str) -> None:
    assert conditions(f"| Diagnosis | Since | Status |\n| Psoriasis | 2012 | {cell} |\n| Gout | 2020 | Active |") == {
        "psoriasis": status,
        "gout": "active",
    }


@pytest.mark.parametrize(("cell", "status"), [("de-labelled 2021", "negated"), ("confirmed", "active")])
def test_an_allergy_by_its_column(cell: str, status: str) -> None:
    found = read(f"ALLERGIES\n| Allergen | Reaction | Status |\n| Cefalexin | hives | {cell} |")
    assert [(each.display, each.status.value) for each in found.allergies or ()] == [("Cefalexin", status)]


def test_the_last_column_of_statuses_decides() -> None:
    table = (
        "Medicine | GP list | Pt says | Plan\nLisinopril | yes | gave it up | delete\nTamsulosin | yes | takes | keep"
    )
    assert drugs(table) == {"lisinopril": "resolved", "tamsulosin": "active"}


def test_lines_in_lower_case_are_entries_of_their_own() -> None:
    text = "Past history:\n  asthma - mild, inhaler only\n  heart - nil\n  gout, migraine, epilepsy - pt denies"
    assert (
        conditions(text).items()
        >= {
            "asthma": "active",
            "gout": "negated",
            "migraine": "negated",
            "epilepsy": "negated",
        }.items()
    )


def test_lines_of_a_plan_stay_apart() -> None:
    text = "Plan\n stop amlodipine -> lercanidipine 10 mg od\n bisoprolol 2.5 -> 5 mg\n folic acid 5 mg od started"
    assert drugs(text) == {
        "amlodipine": "resolved",
        "lercanidipine": "active",
        "bisoprolol": "active",
        "folic acid": "active",
    }


def test_a_number_in_brackets_after_a_relative_begins_no_item() -> None:
    assert conditions("Sister (5) has asthma; he himself is well.") == {"asthma": "family_history"}


def test_what_is_done_about_a_problem_is_not_its_status() -> None:
    assert conditions("Problem | Plan\nPneumonia | complete antibiotics, stop oxygen\nGout | stop colchicine") == {
        "pneumonia": "active",
        "gout": "active",
    }


def test_whom_one_spoke_with_takes_no_drug() -> None:
    assert drugs("Drug | Dose | Plan\nCarvedilol | 25 mg | continue, discussed with wife") == {"carvedilol": "active"}


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("Continue, tolerating well", "active"),
        ("Active, consider reducing", "active"),
        ("continue, do not stop", "active"),
        ("Keep; stop only if the potassium rises above 5.5", "active"),
        ("Continue (held during admission)", "active"),
        ("Ongoing - never to be stopped suddenly", "active"),
        ("Well tolerated", "active"),
        ("Don't omit doses", "active"),
        ("Increase to 20 mg, planned review in May", "active"),
        ("Stable dose, awaiting a level", "active"),
        ("Active - stopped 3/2024", "resolved"),
        ("Currently withheld", "resolved"),
        ("Continue to hold", "resolved"),
        ("Taking; stop on discharge", "resolved"),
        ("yes - stop", "resolved"),
        ("Could not tolerate, nausea", "resolved"),
        ("Not tolerated", "resolved"),
        ("Confirmed, not yet started", "planned"),
        ("Active, entered in error", "negated"),
    ],
)
def test_the_word_that_a_cell_begins_with_decides_unless_it_is_taken_back(cell: str, status: str) -> None:
    found = drugs(
        f"CURRENT MEDS\n| Name | Sig | Status |\n| ezetimibe 10 mg | daily | {cell} |\n| losartan | qd | Active |"
    )
    assert found == {"ezetimibe": status, "losartan": "active"}


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("Active, tolerates amoxicillin", "active"),
        ("Not tolerated", "active"),
        ("tolerated in 2023", "negated"),
    ],
)
def test_what_is_tolerated_lifts_an_allergy_that_is_not_called_active(cell: str, status: str) -> None:
    found = read(f"ALLERGIES\n| Allergen | Reaction | Status |\n| Cefalexin | hives | {cell} |")
    assert ("Cefalexin", status) in [(each.display, each.status.value) for each in found.allergies or ()]


@pytest.mark.parametrize(
    ("cell", "status"),
    [("Active, consider biopsy", "active"), ("Stable, resolved", "resolved"), ("Chronic - in remission", "resolved")],
)
def test_a_condition_by_the_word_that_its_cell_begins_with(cell: str, status: str) -> None:
    assert conditions(f"| Diagnosis | Since | Status |\n| Psoriasis | 2012 | {cell} |") == {"psoriasis": status}


@pytest.mark.parametrize(
    ("remark", "status"),
    [
        ("paused - chest infection", "resolved"),
        ("tapering, 2.5 mg a fortnight", "active"),
        ("planned, awaiting bloods", "planned"),
        ("hold if HR < 50", "active"),
        ("stop if rash", "active"),
        ("do not stop suddenly", "active"),
    ],
)
def test_a_remark_decides_by_what_it_begins_with(remark: str, status: str) -> None:
    found = drugs(f"Medication | Comment\nThyroxine 75 | taking\nPrednisone 10 mg | {remark}")
    assert found == {"thyroxine": "active", "prednisone": status}


def test_lines_of_a_list_without_marks_stand_alone() -> None:
    assert drugs(
        "5 Tolterodine - not ordered since 2022, remove\n6 Edoxaban 60 -> 30 (CrCl)\n7 Senna - only when needed"
    ) == {
        "tolterodine": "resolved",
        "edoxaban": "active",
        "senna": "active",
    }
    lower = "MEDS (copied)\nbumetanide 1 mg od\nmetolazone 2.5 mg -- NOT TAKING\nallopurinol 300 mg daily"
    assert drugs(lower) == {"bumetanide": "active", "metolazone": "negated", "allopurinol": "active"}
