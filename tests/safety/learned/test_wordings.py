"""What the tuned encoder makes of the words around a drug, and what the filter makes of that."""

from functools import cache

import pytest

from medrag.errors import ConfigurationError
from medrag.knowledge import load
from medrag.reading import Polarity
from medrag.retrieval.encoder import Encoder
from medrag.safety.check_cases import check_advice
from medrag.safety.learned import Learned, learned
from medrag.safety.learned.wordings import AROUND, HIDDEN, OTHER, WordingReader, hidden, read_head
from medrag.types import Patient

PREGNANT = {"age_years": 31, "sex": "female", "pregnant": True, "medications": [{"display": "lisinopril 10 mg"}]}
TAKES_STATIN = {"age_years": 70, "sex": "male", "medications": [{"display": "simvastatin 40 mg"}]}
ASTHMA = {"age_years": 45, "sex": "female", "conditions": [{"display": "asthma"}], "medications": []}


@cache
def judges() -> Learned:
    return learned(load(), [], lambda adapter: Encoder(adapter=adapter))


def verdict(advice: str, patient: dict[str, object]) -> str:
    known = Patient.model_validate({"allergies": [], "conditions": [], "no_known_allergies": True} | patient)
    return str(check_advice("1", known, advice, learned=judges())["verdict"])


def test_the_name_asked_about_is_hidden_and_others_are_alike() -> None:
    text = "Swap bisoprolol for diltiazem."
    spans = [(5, 15), (20, 29)]
    assert hidden(text, spans[1], spans) == f"Swap {OTHER} for {HIDDEN}."


def test_only_what_stands_near_a_name_is_read() -> None:
    text = f"{'x ' * AROUND}warfarin{' y' * AROUND}"
    place = (2 * AROUND, 2 * AROUND + len("warfarin"))
    assert hidden(text, place, [place]) == f"{'x ' * (AROUND // 2)}{HIDDEN}{' y' * (AROUND // 2)}"


@pytest.mark.parametrize(
    ("text", "name", "reading"),
    [
        ("Start ramipril 2.5 mg once daily and recheck potassium.", "ramipril", None),
        ("I would go for ramipril here.", "ramipril", None),
        ("Ramipril has had its day and goes from tonight.", "Ramipril", Polarity.STOPPED),
        ("Ramipril was on my mind, though with that potassium it is a non-starter.", "Ramipril", Polarity.AVOIDED),
    ],
)
def test_words_that_no_cue_holds_are_read(text: str, name: str, reading: Polarity | None) -> None:
    place = (text.index(name), text.index(name) + len(name))
    reader = judges().wordings
    assert reader is not None
    assert reader.not_given(text, [place], [place]) == [reading]


def test_a_head_for_another_encoder_is_refused() -> None:
    class Other(Encoder):
        hash = "0" * 64

    with pytest.raises(ConfigurationError, match="medrag sft wordings"):
        WordingReader(read_head(), Other())


@pytest.mark.parametrize(
    ("advice", "patient"),
    [
        ("Lisinopril comes off today. Labetalol 100 mg twice daily takes its place.", PREGNANT),
        (
            "The ACE inhibitor has to go this week; methyldopa 250 mg twice daily is safe for her and the baby.",
            PREGNANT,
        ),
        ("If clarithromycin is needed, simvastatin rests for that week.", TAKES_STATIN),
        ("Timolol drops would have been an option, were it not for her chest; latanoprost at night suits her.", ASTHMA),
    ],
)
def test_a_drug_that_is_ended_or_only_spoken_of_withholds_nothing(advice: str, patient: dict[str, object]) -> None:
    assert verdict(advice, patient) != "withhold"


@pytest.mark.parametrize(
    ("advice", "patient"),
    [
        ("Carry on with lisinopril and add labetalol 100 mg twice daily.", PREGNANT),
        ("Clarithromycin 500 mg twice daily for a week; simvastatin goes on.", TAKES_STATIN),
        ("Latanoprost did too little, so timolol drops twice a day.", ASTHMA),
        ("Propranolol 40 mg twice daily would settle the tremor nicely.", ASTHMA),
    ],
)
def test_a_drug_that_is_given_withholds_as_before(advice: str, patient: dict[str, object]) -> None:
    assert verdict(advice, patient) == "withhold"


def test_what_an_earlier_statement_rejects_does_not_withhold_a_later_one() -> None:
    heart = {"age_years": 61, "conditions": [{"display": "hypertension"}], "medications": []}
    rejecting = "Sacubitril/valsartan is not one for this man. Losartan 50 mg daily is."
    assert verdict(rejecting, heart) != "withhold"
    assert verdict("Sacubitril/valsartan 24/26 mg twice daily. Losartan 50 mg daily as well.", heart) == "withhold"
