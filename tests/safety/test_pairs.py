"""Pairs that are given only with a precaution, and pairs that are named for what they would do."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.knowledge import load
from medrag.reading import prescriptions
from medrag.reading.languages import patterns
from tests.safety.test_care import verdict

KNOWN = load()
RULES = KNOWN.rules.interactions


def taking(*drugs: str, **more: Any) -> dict[str, Any]:
    return {"medications": list(drugs), **more}


ANGINA = {"conditions": ["angina"]}
GRAFT = {"conditions": ["kidney transplant"]}
HEART = {"conditions": ["heart failure"]}
BOOSTED = taking("darunavir 800 mg", "cobicistat 150 mg", conditions=["HIV infection"])
CICLOSPORIN = taking("ciclosporin 100 mg bd", **GRAFT)
SPIRONOLACTONE = taking("spironolactone 50 mg", **HEART)
METHADONE = taking("methadone 60 mg daily")
CARBAMAZEPINE = taking("carbamazepine 400 mg bd", conditions=["epilepsy"], sex="female", age_years=28)
AZATHIOPRINE = taking("azathioprine 150 mg", conditions=["gout"])
METHOTREXATE = taking("methotrexate 20 mg weekly", conditions=["vasculitis"])
APIXABAN = taking("apixaban 5 mg bd", conditions=["atrial fibrillation"])
WARFARIN = taking("warfarin 4 mg", conditions=["atrial fibrillation"])
VERAPAMIL = taking("verapamil 240 mg", conditions=["atrial fibrillation"])


@pytest.mark.parametrize(
    ("known", "sound", "unsafe"),
    [
        (BOOSTED, "Sildenafil 25 mg, no more often than every 48 hours.", "Sildenafil 25 mg daily as needed."),
        (BOOSTED, "Vardenafil 2.5 mg at most once in 72 hours.", "Vardenafil 10 mg at most once in 72 hours."),
        (CICLOSPORIN, "Rosuvastatin 5 mg daily.", "Rosuvastatin 20 mg daily."),
        (CICLOSPORIN, "Colchicine 500 micrograms once daily.", "Colchicine 500 micrograms four times daily."),
        (CARBAMAZEPINE, "Levonorgestrel 3 mg as a single dose now.", "Levonorgestrel 1.5 mg now."),
        (AZATHIOPRINE, "Azathioprine down to 37.5 mg, then allopurinol 100 mg.", "Febuxostat 80 mg daily."),
        (
            taking("tadalafil 20 mg as needed", **ANGINA),
            "GTN spray must not follow within 48 hours of tadalafil; later it may be used.",
            "Isosorbide mononitrate 30 mg each morning; review in one week.",
        ),
        (
            taking("enalapril 10 mg bd", **HEART),
            "Sacubitril/valsartan 24/26 mg bd may begin 36 hours after the last enalapril.",
            "Sacubitril/valsartan 24/26 mg bd added today.",
        ),
        (
            SPIRONOLACTONE,
            "Potassium chloride 20 mmol twice daily, check potassium daily.",
            "Potassium chloride 20 mmol twice daily.",
        ),
        (
            SPIRONOLACTONE,
            "Trimethoprim 200 mg bd for three days with U&E on day 3.",
            "Potassium was 5.4 last week; trimethoprim 200 mg twice daily.",
        ),
        (
            METHADONE,
            "Haloperidol 0.5 mg at night with an ECG before and one week after.",
            "QTc is 470 ms; haloperidol 5 mg twice daily.",
        ),
        (
            taking("sertraline 100 mg"),
            "Linezolid 600 mg bd; continue sertraline, watch daily for clonus and agitation.",
            "Linezolid 600 mg bd for ten days.",
        ),
        (
            METHOTREXATE,
            "Co-trimoxazole 480 mg three times a week as prophylaxis, FBC fortnightly.",
            "Trimethoprim 200 mg bd, FBC in a month.",
        ),
        (
            VERAPAMIL,
            "Cardiology advise bisoprolol 1.25 mg on telemetry with daily ECGs.",
            "Atenolol 50 mg daily, ECG in a month.",
        ),
        (
            APIXABAN,
            "Start warfarin 5 mg and keep apixaban until the INR is 2 or more.",
            "Add warfarin 5 mg daily.",
        ),
        (WARFARIN, "Take him off warfarin; dabigatran 150 mg bd once INR is under 2.", "Dabigatran 150 mg bd today."),
        (
            taking("valproate 500 mg bd", conditions=["epilepsy"]),
            "Meropenem 1 g tds cannot be avoided, so add levetiracetam 1 g bd.",
            "Meropenem 1 g tds.",
        ),
        (
            taking("leflunomide 20 mg"),
            "Colestyramine 8 g tds for 11 days as washout.",
            "Colestyramine 4 g daily for cholesterol.",
        ),
    ],
)
def test_a_pair_is_given_with_its_precaution_alone(known: dict[str, Any], sound: str, unsafe: str) -> None:
    assert verdict(sound, **known) != "withhold"
    assert verdict(unsafe, **known) == "withhold"


@pytest.mark.parametrize(
    ("taken", "advice"),
    [
        ("simvastatin 40 mg", "Clarithromycin 500 mg bd with CK checked weekly."),
        ("tizanidine 4 mg tds", "Ciprofloxacin 500 mg bd, watch BP."),
        ("phenelzine 45 mg", "Tramadol 50 mg qds, watch for clonus."),
        ("rasagiline 1 mg", "Fluoxetine 20 mg daily, watch for clonus."),
        ("apixaban 5 mg bd", "Naproxen 500 mg bd with lansoprazole 15 mg."),
        ("domperidone 10 mg tds", "Erythromycin 250 mg qds with an ECG on day 2."),
    ],
)
def test_what_no_precaution_makes_safe_stays_withheld(taken: str, advice: str) -> None:
    assert verdict(advice, **taking(taken)) == "withhold"


def test_care_that_is_refused_is_no_way_out() -> None:
    assert verdict("Sildenafil 25 mg every 48 hours, no other precautions needed.", **BOOSTED) == "withhold"


def test_facts_name_only_words_that_are_known() -> None:
    words = patterns("ways_out")
    named = {word for rule in RULES for word in (*rule.watched, *rule.provided)}
    assert named and named <= words.keys()


def given(text: str) -> set[str]:
    read = (each.mention for each in prescriptions(text, KNOWN) if each.recommended)
    return {name for each in read for name in each.ingredients}


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("Trimethoprim with methotrexate can wipe out the marrow, hence nitrofurantoin 100 mg bd.", "nitrofurantoin"),
        ("Paxlovid and tacrolimus are a lethal pair, so remdesivir 200 mg IV today.", "remdesivir"),
        ("Given the QT risk of domperidone and clarithromycin together, ondansetron 4 mg.", "ondansetron"),
        ("The culprits are verapamil and bisoprolol: amlodipine 5 mg once the rate recovers.", "amlodipine"),
        ("Phenelzine and ephedrine together bring on a crisis, so the team should give labetalol 20 mg.", "labetalol"),
        ("Moxifloxacin beside sotalol courts torsades: doxycycline 200 mg stat.", "doxycycline"),
        ("Omeprazole blunts clopidogrel, so swap to pantoprazole 40 mg.", "pantoprazole"),
        (
            "Naproxen 250 mg bd; tacrolimus and clarithromycin together cause toxicity, warfarin and aspirin bleeding.",
            "naproxen",
        ),
    ],
)
def test_a_pair_named_as_the_reason_is_not_given(text: str, drug: str) -> None:
    assert given(text) == {drug}


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Aspirin can cause stomach bleeding, so use it with omeprazole 20 mg.", {"aspirin", "omeprazole"}),
        ("Morphine and diazepam together depress breathing, so use small doses of each.", {"morphine", "diazepam"}),
        ("Warfarin and naproxen together cause bleeding, but give both with a PPI.", {"warfarin", "naproxen"}),
        ("The problem is breakthrough pain: morphine 5 mg prn.", {"morphine"}),
        ("Given the risk of stent thrombosis, clopidogrel 75 mg daily.", {"clopidogrel"}),
        ("Clarithromycin with simvastatin is a small risk, go ahead.", {"clarithromycin", "simvastatin"}),
    ],
)
def test_a_pair_that_is_given_in_spite_of_its_risk_is(text: str, drugs: set[str]) -> None:
    assert drugs <= given(text)


@pytest.mark.parametrize(
    ("taken", "advice"),
    [
        ("simvastatin 40 mg", "Itraconazole 200 mg bd; simvastatin is not taken that week nor for two weeks after."),
        ("azathioprine 100 mg", "Azathioprine 25 mg (a quarter of her dose) with allopurinol 100 mg, weekly counts."),
        ("edoxaban 60 mg", "Off edoxaban; dalteparin 10000 units from the time the next dose was due."),
        ("ivabradine 5 mg bd", "Erythromycin would push ivabradine up, so doxycycline 100 mg bd."),
    ],
)
def test_a_drug_held_cut_or_only_feared_is_no_pair(taken: str, advice: str) -> None:
    assert verdict(advice, **taking(taken)) != "withhold"


def test_of_two_drugs_the_one_with_a_dose_is_not_stopped() -> None:
    record = taking("fluoxetine 20 mg")
    assert verdict("Tranylcypromine 10 mg, fluoxetine stopped yesterday.", **record) == "withhold"
