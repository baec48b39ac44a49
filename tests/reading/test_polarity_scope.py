"""What a warning, a stop or an approval bears on, and whether two drugs are a choice."""

import pytest

from medrag.knowledge import load
from medrag.reading import Polarity, prescriptions
from medrag.reading.languages.gloss import in_english
from medrag.safety.check_context import offered_as_choice

KNOWN = load()


def last(text: str) -> Polarity:
    return prescriptions(text, KNOWN)[-1].mention.polarity


@pytest.mark.parametrize(
    "text",
    [
        "Start taking ibuprofen 400 mg tds.",
        "Begin by taking naproxen 500 mg.",
        "Carry on taking warfarin.",
        "If symptoms do not settle start clarithromycin 500 mg bd.",
        "When paracetamol is not effective give diclofenac 50 mg tds.",
        "If he will not see his doctor start ibuprofen 400 mg tds.",
        "To avoid a further stroke start apixaban 5 mg bd.",
        "To avoid gastric irritation ibuprofen 400 mg should be taken with food.",
        "Stop the bleeding with tranexamic acid 1 g tds.",
        "She has never had a bleed, so ibuprofen 400 mg tds is fine.",
        "No harm in adding aspirin 300 mg daily.",
        "There is no objection to naproxen 500 mg bd.",
        "There would be nothing wrong with adding ketorolac 10 mg qds.",
        "Naproxen 500 mg bd, to be discontinued after five days.",
        "Ibuprofen: do not exceed 1.2 g a day.",
        "Warfarin → apixaban 5 mg bd.",
        "Transition warfarin to apixaban 5 mg bd.",
    ],
)
def test_advised_after_all(text: str) -> None:
    assert last(text) is Polarity.RECOMMENDED


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("Stop taking ibuprofen.", Polarity.STOPPED),
        ("D/C metformin.", Polarity.STOPPED),
        ("Interrupt simvastatin during the course.", Polarity.STOPPED),
        ("Start lamotrigine 25 mg and reduce phenytoin by 50 mg weekly until stopped.", Polarity.STOPPED),
        ("Taper diazepam by 2.5 mg a fortnight to nothing.", Polarity.STOPPED),
        ("He should avoid taking ibuprofen.", Polarity.AVOIDED),
        ("It is best to avoid ibuprofen.", Polarity.AVOIDED),
        ("Do not routinely offer aspirin.", Polarity.AVOIDED),
        ("Do not prescribe or administer ketorolac.", Polarity.AVOIDED),
        ("Avoid combination with ibuprofen.", Polarity.AVOIDED),
        ("Clarithromycin should not be started with simvastatin.", Polarity.AVOIDED),
        ("Stop warfarin if bleeding occurs.", Polarity.MENTIONED),
        ("If bleeding occurs stop warfarin.", Polarity.MENTIONED),
        ("Stop simvastatin in three months.", Polarity.MENTIONED),
        ("Hold warfarin 5 days before surgery.", Polarity.MENTIONED),
    ],
)
def test_not_advised(text: str, polarity: Polarity) -> None:
    assert last(text) is polarity


@pytest.mark.parametrize("text", ["Reduce prednisolone by 5 mg weekly to 10 mg.", "苯妥英钠每周减50mg，减至0.1g维持。"])
def test_a_dose_brought_down_to_another_goes_on(text: str) -> None:
    assert last(in_english(text, KNOWN)) is Polarity.RECOMMENDED


@pytest.mark.parametrize("text", ["苯妥英钠每周减12.5mg直至停用。", "加托吡酯25mg qn，苯妥英钠每两周减25mg至停。"])
def test_a_dose_brought_down_to_nothing_in_chinese(text: str) -> None:
    assert last(in_english(text, KNOWN)) is Polarity.STOPPED


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("Give clarithromycin 500 mg or doxycycline 100 mg.", True),
        ("Clarithromycin/azithromycin.", True),
        ("Options include amitriptyline, duloxetine and gabapentin.", True),
        ("Start simvastatin 40 mg with or without food and clarithromycin 500 mg bd.", False),
        ("Sildenafil 50 mg once/day and isosorbide mononitrate 60 mg daily.", False),
        ("Give aspirin once or twice daily with ibuprofen.", False),
    ],
)
def test_alternatives(text: str, choice: bool) -> None:
    one, other, *_ = prescriptions(text, KNOWN)
    assert offered_as_choice(text, one, other) is choice
