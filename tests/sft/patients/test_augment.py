import json
import random
from datetime import date
from itertools import islice

import pytest
import yaml

from medrag.datasets.splits import held_out
from medrag.errors import ConfigurationError
from medrag.patient.summary import summarise
from medrag.types import Case, Derived, Patient
from sft.config import Recipe, Stage
from sft.examples.build import Material, Sources, build, examples
from sft.examples.conversations import Size, guideline_example
from sft.examples.synthetic import topic
from sft.examples.topics import OPEN_QUESTIONS, QUESTIONS
from sft.patients.augment import PLAIN, Augmentation, excerpt, noisy, paraphrased, profile_of
from sft.patients.profiles import ALLERGIES, PHRASES, make, record, with_need
from sft.patients.records import patients

REAL = Patient(
    age_years=61,
    sex="male",
    conditions=("Type 2 diabetes mellitus", "Essential hypertension", "Otitis media"),
    medications=("metformin 500 mg", "amlodipine 5 mg"),
    allergies=("Penicillin V",),
    observations=[{"display": "systolic blood pressure", "value": 152.0, "unit": "mm[Hg]"}],
    derived={"egfr": Derived(value=41, unit="mL/min/1.73m2", formula="CKD-EPI 2021")},
)
AS_OF = date(2024, 1, 1)


def _topics(rng):
    return [topic(rng, name) for name in ("gout", "asthma", "migraine")]


def _example(seed, augment):
    rng = random.Random(seed)
    main, *others = _topics(rng)
    return guideline_example(rng, main, others, Size((3, 3), (2, 4), (3, 3)), "synthetic", augment)


def test_shares_of_zero_draw_nothing():
    rng = random.Random(1)
    before = rng.getstate()
    case = Case(question="Which drug for gout?", patient=REAL)
    assert PLAIN.case(rng, case) == case
    assert PLAIN.real(rng, frozenset(["pregnant"])) is None
    assert rng.getstate() == before


def test_a_real_record_is_the_patient_and_meets_what_it_is_given():
    augment = Augmentation(records=1, patients=(REAL,))
    for seed in range(20):
        rng = random.Random(seed)
        profile, patient = augment.real(rng, frozenset(["older", "penicillin allergy", "heart failure"]))
        assert all(profile.meets(need) for need in ("older", "penicillin allergy", "heart failure", "egfr<45"))
        assert patient.age_years >= 65
        assert any(each.display in PHRASES["heart failure"][1] for each in patient.conditions)
    assert _example(3, augment) != _example(3, PLAIN)


def test_what_a_record_says_is_read_off_its_words():
    found = profile_of(REAL)
    assert {"diabetes", "hypertension"} <= found.phrases
    assert found.allergies == {"penicillin allergy"}
    assert (found.age, found.sex, found.egfr) == (61, "male", 41)


def test_an_excerpt_holds_only_facts_that_a_prompt_shows_whole():
    many = REAL.model_copy(update={"conditions": REAL.conditions * 20, "medications": REAL.medications * 20})
    for seed in range(10):
        assert "left out" not in summarise(excerpt(random.Random(seed), many))


@pytest.mark.parametrize("need", ["pregnant", "child", "older", "egfr<30", "chronic kidney disease", *ALLERGIES])
def test_a_need_is_added_and_nothing_else_is_changed(need):
    rng = random.Random(5)
    profile = make(rng, frozenset(["female"]))
    profile.age, profile.phrases, profile.allergies, profile.egfr = 30, set(), set(), 90
    patient = record(profile, rng)
    changed, after = with_need(rng, profile, patient, need)
    assert changed.meets(need)
    assert not profile.meets(need)
    kept = {"medications", "observations", "height_cm", "genotypes"}
    assert after.model_dump(include=kept) == patient.model_dump(include=kept)
    assert after != patient


def test_noise_abbreviates_misspells_drops_units_and_reorders_but_keeps_every_entry():
    seen = set()
    spelt = {each.display for each in REAL.conditions} | {"T2DM", "Essential HTN"}
    for seed in range(40):
        made = noisy(random.Random(seed), REAL)
        assert [len(made.conditions), len(made.medications), len(made.allergies)] == [3, 2, 1]
        assert made.derived == REAL.derived
        names = [each.display for each in made.conditions]
        seen |= {"abbreviated"} if "T2DM" in names else set()
        seen |= {"misspelt"} if set(names) - spelt else set()
        seen |= {"unit"} if made.observations[0].unit is None else set()
        seen |= {"order"} if names[0] == "Otitis media" else set()
    assert seen == {"abbreviated", "misspelt", "unit", "order"}


def test_a_reworded_question_keeps_its_condition_and_says_something_else():
    asked = [text.format(c="gout") for texts in QUESTIONS.values() for text in texts]
    changed = 0
    for seed, question in enumerate(asked):
        other = paraphrased(random.Random(seed), question)
        assert "gout" in other
        changed += other != question
    assert changed > len(asked) / 2
    assert all(paraphrased(random.Random(1), each) for each in OPEN_QUESTIONS)


def test_what_is_changed_never_changes_what_answers():
    harder = Augmentation(paraphrase=1, noise=1)
    rng = random.Random(2)
    case = Case(question="What should I prescribe for gout?", patient=REAL)
    made = harder.case(rng, case)
    assert made != case
    assert made.patient.age_years == REAL.age_years
    example = _example(7, harder)
    assert len(example.gold) == 3


@pytest.fixture
def bundles(tmp_path):
    """Four records of invented people, at least one of which is held out."""
    names = [n for n in (f"{i}.json" for i in range(60)) if held_out(n)][:1]
    names += [n for n in (f"{i}.json" for i in range(60)) if not held_out(n)][:3]
    for number, name in enumerate(names):
        entries = [
            {"resourceType": "Patient", "id": "p", "name": [{"family": "Zimmerblatt", "given": ["Ottokar"]}],
             "gender": "male", "birthDate": f"19{50 + number}-05-01"},
            {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"},
             "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                                            "code": "active"}]},
             "code": {"text": "Hypertension, told to Ottokar Zimmerblatt"}},
        ]  # fmt: skip
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in entries]}
        (tmp_path / name).write_text(json.dumps(bundle))
    return tmp_path


def test_records_are_split_by_patient_and_de_identified(bundles):
    train, held = (patients(bundles, held=side, as_of=AS_OF) for side in (False, True))
    assert (len(train), len(held)) == (3, 1)
    for each in (*train, *held):
        assert "Hypertension" in each.conditions[0].display
        assert "Zimmerblatt" not in each.model_dump_json()
        assert "Ottokar" not in each.model_dump_json()
        assert each.birth_date is None
    assert sorted(each.age_years for each in (*train, *held)) == pytest.approx([70, 71, 72, 73], abs=1)
    assert patients(bundles, held=False, as_of=AS_OF) == train


def test_a_folder_without_records_is_an_error(tmp_path):
    with pytest.raises(ConfigurationError, match="no patient records"):
        patients(tmp_path, held=False, as_of=AS_OF)


def test_a_stage_mixes_them_in(bundles):
    rng = random.Random(0)
    stage = Stage(
        examples=1, passages=(3, 3), statements=(2, 4), turns=(1, 1), reading=0, synthetic=1, guidelines=0,
        records=1, noise=0.5, paraphrase=0.5,
    )  # fmt: skip
    real = patients(bundles, held=False, as_of=AS_OF)
    some = Material(None, _topics(rng), ["gout", "asthma", "migraine", "cellulitis"], None, real)
    made = list(islice(examples(some, stage, rng), 20))
    ages = {f"Age {each.age_years:g}" for each in real}
    assert any(age in each.messages[1]["content"] for age in ages for each in made)


@pytest.mark.parametrize(("share", "given", "says"), [(0.5, False, "draws on"), (0.0, True, "does not draw on")])
def test_records_that_a_recipe_lacks_or_would_ignore_are_an_error(share, given, says, tmp_path):
    stage = {"examples": 1, "passages": [2, 2], "statements": [2, 2], "turns": [1, 1], "records": share}
    recipe = Recipe.model_validate(yaml.safe_load(json.dumps({
        "name": "r", "base": "x", "data": {"stages": [stage]}, "training": {}
    })))  # fmt: skip
    sources = Sources(tmp_path, tmp_path, patients=tmp_path if given else None)
    with pytest.raises(ConfigurationError, match=f"r {says} patient records"):
        build(recipe, sources, tmp_path / "out")
