import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrag.knowledge import load
from medrag.reading import Polarity, doses, drugs, prescriptions, split_statements
from medrag.reading.languages.gloss import in_english

KNOWLEDGE = load()


def read(text: str) -> list[tuple[str, str]]:
    return [(mention.label, mention.polarity.value) for mention in drugs(text, KNOWLEDGE)]


@pytest.mark.parametrize(
    ("written", "ingredients"),
    [
        ("paracetamol", ("acetaminophen",)),
        ("Tylenol", ("acetaminophen",)),
        ("Bactrim", ("sulfamethoxazole", "trimethoprim")),
        ("TMP/SMX", ("sulfamethoxazole", "trimethoprim")),
        ("co-amoxiclav", ("amoxicillin", "clavulanate")),
        ("amlodipine besylate", ("amlodipine",)),
        ("insulin glargine", ("insulin glargine",)),
        ("St. John's wort", ("st john's wort",)),
        ("metronidazol", ("metronidazole",)),
        ("Lisinoprill", ("lisinopril",)),
        ("Depakote", ("valproate",)),
    ],
)
def test_names_resolve_to_ingredients(written: str, ingredients: tuple[str, ...]) -> None:
    (mention,) = drugs(f"Give {written} today.", KNOWLEDGE)
    assert mention.ingredients == ingredients


@pytest.mark.parametrize(
    ("written", "drug_class"),
    [
        ("ACE inhibitors", "ace_inhibitor"),
        ("an NSAID", "nsaid"),
        ("beta-blockers", "beta_blocker"),
        ("β-blocker", "beta_blocker"),
        ("SGLT2 inhibitors", "sglt2_inhibitor"),
        ("direct oral anticoagulants", "doac"),
    ],
)
def test_classes_are_read(written: str, drug_class: str) -> None:
    (mention,) = drugs(f"Start {written}.", KNOWLEDGE)
    assert mention.drug_class == drug_class


@pytest.mark.parametrize("text", ["Prescribe foozolimab weekly.", "Start Xyvorant 5 mg daily.", "Give brandnewpril."])
def test_unknown_names_are_reported(text: str) -> None:
    (mention,) = drugs(text, KNOWLEDGE)
    assert not mention.resolved


@pytest.mark.parametrize(
    "text",
    [
        "Check potassium within 2 weeks and repeat the iron studies.",
        "Aim for a systolic pressure below 130 mm Hg.",
        "Take it with food at a fixed time every day, whichever suits.",
        "Blood glucose should be measured 4 times daily; limit salt to 5 g a day.",
    ],
)
def test_ordinary_words_are_no_drugs(text: str) -> None:
    assert read(text) == []


POLARITY = [
    ("Avoid ibuprofen.", [("ibuprofen", "avoided")]),
    ("Avoid ibuprofen; use acetaminophen.", [("ibuprofen", "avoided"), ("acetaminophen", "recommended")]),
    ("Do not combine sildenafil with nitrates.", [("sildenafil", "avoided"), ("nitrate", "avoided")]),
    ("Use azithromycin instead of amoxicillin.", [("azithromycin", "recommended"), ("amoxicillin", "stopped")]),
    ("Stop simvastatin and start clarithromycin.", [("simvastatin", "stopped"), ("clarithromycin", "recommended")]),
    ("Switch from simvastatin to pravastatin.", [("simvastatin", "stopped"), ("pravastatin", "recommended")]),
    ("Replace lisinopril with losartan.", [("lisinopril", "stopped"), ("losartan", "recommended")]),
    ("Do not stop aspirin.", [("aspirin", "recommended")]),
    ("Do not delay ceftriaxone.", [("ceftriaxone", "recommended")]),
    ("Do not exceed 4 g of acetaminophen a day.", [("acetaminophen", "recommended")]),
    ("Codeine is not recommended.", [("codeine", "avoided")]),
    ("Metformin is contraindicated below eGFR 30.", [("metformin", "avoided")]),
    ("Ibuprofen and naproxen should be avoided.", [("ibuprofen", "avoided"), ("naproxen", "avoided")]),
    ("Give aspirin unless contraindicated.", [("aspirin", "recommended")]),
    ("Give aspirin where clopidogrel is contraindicated.", [("aspirin", "recommended"), ("clopidogrel", "avoided")]),
    (
        "If aspirin is not tolerated, clopidogrel 75 mg daily.",
        [("aspirin", "mentioned"), ("clopidogrel", "recommended")],
    ),
    (
        "In adults without penicillin allergy the choice is amoxicillin 500 mg.",
        [("penicillin", "mentioned"), ("amoxicillin", "recommended")],
    ),
    (
        "In patients taking methotrexate, do not give trimethoprim.",
        [("methotrexate", "mentioned"), ("trimethoprim", "avoided")],
    ),
    ("There is no contraindication to adrenaline.", [("epinephrine", "recommended")]),
    ("Monitor lithium levels.", [("lithium", "mentioned")]),
    ("Give her ibuprofen.", [("ibuprofen", "recommended")]),
    ("Start an NSAID such as ibuprofen.", [("nsaid", "recommended"), ("ibuprofen", "recommended")]),
    ("Ibuprofen 400 mg three times daily.", [("ibuprofen", "recommended")]),
    ("Never give tramadol; morphine may be used.", [("tramadol", "avoided"), ("morphine", "recommended")]),
]


@pytest.mark.parametrize(("text", "expected"), POLARITY)
def test_polarity(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "daily"),
    [
        ("500 mg twice daily", 1000),
        ("1 g every 6 hours", 4000),
        ("250 mg q8h", 750),
        ("100 mcg daily", 0.1),
        ("15 mg once weekly", 15 / 7),
        ("75-150 mg bid", 300),
        ("2,000 mg daily", 2000),
        ("4 g/day", 4000),
        ("two 500 mg tablets every 4 hours", 6000),
        ("20 mg every other day", 10),
        ("1.5 mg t.i.d.", 4.5),
    ],
)
def test_daily_amounts(text: str, daily: float) -> None:
    (dose,) = doses(text)
    assert dose.daily == pytest.approx(daily)


@pytest.mark.parametrize("text", ["LDL below 70 mg/dL", "creatinine clearance 30 mL/min", "a solution of 5 mg/mL"])
def test_measurements_are_no_doses(text: str) -> None:
    assert doses(text) == []


def test_dose_structure() -> None:
    (dose,) = doses("ceftriaxone 50 mg/kg/day for 7 days")
    assert (dose.per, dose.per_kg, dose.duration_days) == ("day", True, 7)
    (capped,) = doses("maximum 4 g per day")
    assert capped.maximum


def test_doses_belong_to_their_drugs() -> None:
    text = "Give 500 mg of amoxicillin three times daily and ibuprofen 400 mg once. Increase to 600 mg."
    owned = {each.mention.label: [dose.high for dose in each.doses] for each in prescriptions(text, KNOWLEDGE)}
    assert owned == {"amoxicillin": [500], "ibuprofen": [400, 600]}


@pytest.mark.parametrize(
    "text",
    [
        "Take alendronate in the morning, separated from calcium and iron by 2 hours. Increase to 70 mg weekly.",
        "阿仑膦酸钠晨起空腹，与钙片、铁剂至少间隔2小时；耐受良好，加至70mg每周一次。",
    ],
)
def test_a_dose_is_not_of_what_another_drug_is_kept_apart_from(text: str) -> None:
    found = prescriptions(in_english(text, KNOWLEDGE), KNOWLEDGE)
    assert [bool(each.doses) for each in found] == [True, *([False] * (len(found) - 1))]


def test_route_is_read_beside_its_drug() -> None:
    routes = {m.label: m.route for m in drugs("Oral prednisone or topical diclofenac gel, then IV morphine", KNOWLEDGE)}
    assert routes == {"prednisone": "oral", "diclofenac": "topical", "morphine": "iv"}


def test_statements_are_split_at_sentences_and_lines() -> None:
    text = "1. Start aspirin 81 mg daily.\n- Avoid NSAIDs, e.g. ibuprofen. Check INR."
    assert split_statements(text) == ["Start aspirin 81 mg daily.", "Avoid NSAIDs, e.g. ibuprofen.", "Check INR."]


WORDS = st.sampled_from(
    [
        *("avoid", "do", "not", "give", "stop", "aspirin", "metformin", "ibuprofen", "500", "mg", "daily", "and", "or"),
        *(",", ".", ";", "if", "is", "contraindicated", "taking", "(", ")", "/", "NSAIDs", "penicillin", "allergy"),
        *("1", "g", "every", "6", "hours", "for", "recommended", "should", "be", "the", "patient", "with", "without"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join)))
def test_any_text_is_read_with_true_spans(text: str) -> None:
    for mention in drugs(text, KNOWLEDGE):
        assert text[mention.start : mention.end] == mention.text
        assert mention.polarity in Polarity
    for dose in doses(text):
        assert text[dose.start : dose.end].strip() == dose.text
        assert dose.low <= dose.high


LONG = [
    "the " * 3000,
    "not " * 3000,
    "aspirin or " * 600,
    "5/" * 5000,
    "(" * 5000,
    "\n" * 20_000,
    "1 mg/kg/day " * 1000,
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", LONG)
def test_long_text_is_read_in_bounded_time(text: str) -> None:
    assert len(prescriptions(text, KNOWLEDGE)) <= len(text)


@pytest.mark.parametrize("form", ["enteric-coated", "extended-release", "gastro-resistant", "film-coated"])
def test_a_form_before_its_strength_is_no_drug(form: str) -> None:
    read = drugs(f"Start aspirin {form} tablets 100 mg daily.", load())
    assert [each.text for each in read] == ["aspirin"]
