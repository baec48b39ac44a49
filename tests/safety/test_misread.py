"""Sound advice in words that were read as something else, and unsafe advice in like words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.safety.test_care import findings, verdict
from tests.safety.test_pairs import ANGINA, taking

NITRATE = taking("isosorbide mononitrate 60 mg", **ANGINA)
CANDESARTAN = taking("candesartan 8 mg", conditions=["hypertension"])
THYROXINE = taking("levothyroxine 75 micrograms", conditions=["hypothyroidism"], values=[("TSH", 8.2, "mIU/L")])
RIVAROXABAN = taking("rivaroxaban 20 mg daily", conditions=["atrial fibrillation"])
METHADONE = taking("methadone 60 mg daily", conditions=["opioid dependence"])


@pytest.mark.parametrize(
    ("advice", "known"),
    [
        ("Dextrose 5% 200 mL IV, or glucagon 1 mg IM.", {}),
        ("He is not to take tadalafil, sildenafil or avanafil.", NITRATE),
        ("Remind her not to use sildenafil, tadalafil, or vardenafil.", NITRATE),
        ("Candesartan to lisinopril 10 mg on account of cost.", CANDESARTAN),
        ("Levothyroxine goes up from 75 to 100 micrograms, and repeat TSH in two months to bring it down.", THYROXINE),
    ],
)
def test_sound_advice_is_not_withheld(advice: str, known: dict[str, Any]) -> None:
    assert verdict(advice, **known) != "withhold"


@pytest.mark.parametrize(
    ("advice", "known"),
    [
        ("Glucagon 150 mg IM, or glucose 10% by vein.", {}),
        ("Sildenafil 50 mg, not to take more than once a day.", NITRATE),
        ("Add lisinopril 10 mg to candesartan 8 mg.", CANDESARTAN),
        ("Candesartan 8 mg and lisinopril 10 mg to bring the pressure down.", CANDESARTAN),
    ],
)
def test_unsafe_advice_in_like_words_is_withheld(advice: str, known: dict[str, Any]) -> None:
    assert verdict(advice, **known) == "withhold"


@pytest.mark.parametrize(
    ("advice", "known", "code"),
    [
        ("Raise levothyroxine from 75 to 100 micrograms and recheck TSH in two months.", THYROXINE, "aims.rule"),
        ("Cut the morphine by 20% each month.", taking("morphine m/r 90 mg bd"), "dose.single_above"),
        ("Rivaroxaban requires no blood tests of clotting.", RIVAROXABAN, "undone.rule"),
        ("Methadone must not be altered.", METHADONE, "withdrawal.rule"),
    ],
)
def test_no_warning_of_what_is_not_said(advice: str, known: dict[str, Any], code: str) -> None:
    assert code not in {each["code"] for each in findings(advice, **known)["findings"] if each["verdict"] == "fail"}


@pytest.mark.parametrize(
    ("advice", "known", "code"),
    [
        ("Rivaroxaban is no longer needed.", RIVAROXABAN, "undone.rule"),
        ("Increase the morphine by 60%.", taking("morphine m/r 90 mg bd"), "dose.single_above"),
        ("Methadone should be stopped.", METHADONE, "withdrawal.rule"),
    ],
)
def test_what_is_said_still_fails(advice: str, known: dict[str, Any], code: str) -> None:
    assert code in {each["code"] for each in findings(advice, **known)["findings"] if each["verdict"] == "fail"}
