"""When a text ends its drugs and begins others."""

import pytest

from medrag.knowledge import load
from medrag.reading import prescriptions
from medrag.reading.advice.steps import ahead, ends, gap


def ended(text: str) -> list[tuple[str, bool]]:
    return [(each.drug.mention.label, each.outright) for each in ends(text, prescriptions(text, load()))]


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("Her mood is no better on tranylcypromine. The final tablet will be on 4 May.", "tranylcypromine"),
        ("Reduce duloxetine to 30 mg for a fortnight and then stop it.", "duloxetine"),
        ("Prednisolone comes down by 5 mg a week to nothing.", "prednisolone"),
        ("Perindopril ends on Thursday.", "perindopril"),
        ("The last candesartan is tonight's.", "candesartan"),
    ],
)
def test_a_drug_that_ends_later_on(text: str, drug: str) -> None:
    assert (drug, False) in ended(text)


def test_a_last_dose_after_which_there_is_none_is_an_end_at_once() -> None:
    assert ended("Dabigatran gave him heartburn. He took the last capsule on Monday and needs no more.") == [
        ("dabigatran", True)
    ]


@pytest.mark.parametrize(
    "text", ["The last warfarin level was 2.4.", "Her last dose of apixaban was at eight this morning."]
)
def test_a_dose_that_was_the_last_so_far_ends_nothing(text: str) -> None:
    assert not ended(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Stop phenelzine on 3 March. Sertraline 50 mg begins on 20 March.", 17),
        ("Stop moclobemide on Friday. Sertraline 50 mg begins on Sunday.", 2),
        ("Stop fluoxetine now. Nothing is given for five whole weeks. Phenelzine 15 mg then begins.", 35),
        ("Stop lisinopril. Sacubitril/valsartan 24/26 mg goes in 36 hours later.", 1.5),
        ("Stop paroxetine. We shall phone in two weeks. Phenelzine 15 mg is to begin.", None),
        ("Stop phenelzine. Take sertraline 50 mg for two weeks, then 100 mg.", None),
        ("Stop phenelzine and start sertraline 50 mg and increase after two weeks.", None),
    ],
)
def test_the_days_between_an_end_and_a_start(text: str, days: float | None) -> None:
    read = prescriptions(text, load())
    (end,) = ends(text, read)
    start = next(each.mention.start for each in read if each.recommended)
    found = gap(text, end, start)
    assert found is None if days is None else found == pytest.approx(days, abs=1)


def test_a_start_weeks_ahead_is_not_one_beside_what_is_taken() -> None:
    later = "Consider a DOAC at four months if the scan is clean."
    assert ahead(later, later.index("DOAC"), later.index("DOAC") + 4)
    beside = "At four months add a DOAC if the scan is not clean."
    assert not ahead(beside, beside.index("DOAC"), beside.index("DOAC") + 4)
