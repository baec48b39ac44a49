"""What a statement says and the reader does not account for."""

import pytest

from medrag.knowledge import load
from medrag.reading import prescriptions, split_statements
from medrag.reading.advice.accounting import Unread, gaps

KNOWN = load()


def kinds(text: str) -> set[Unread]:
    return {gap.kind for gap in gaps(text, prescriptions(text, KNOWN), KNOWN)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("建议使用华法林。", Unread.SCRIPT),
        ("Назначить варфарин 5 мг.", Unread.SCRIPT),
        ("ワルファリンを開始してください。", Unread.SCRIPT),
        ("ابدأ الوارفارين", Unread.SCRIPT),
        ("Nehmen Sie zweimal täglich eine Tablette.", Unread.WORDS),
        ("Zorbaflex may help him.", Unread.WORDS),
        ("Give QRX 4 mg.", Unread.WORDS),
        ("Start amlodipine 5 mg and xyloprin at night.", Unread.WORDS),
        ("DOSE: 250 mg twice daily; 10 days", Unread.DOSE),
        ("Adult and child 12 years or over 1 g bd", Unread.DOSE),
        ("Give 500 mg every 4 hours", Unread.DOSE),
        ("Start an antibiotic.", Unread.TREATMENT),
        ("Continue the same tablets as before.", Unread.TREATMENT),
        ("intravenous administration for routine daily replacement.", Unread.FRAGMENT),
        ("or those with a history of bleeding.", Unread.FRAGMENT),
        ("inhibitors are given to most patients with heart failure.", Unread.FRAGMENT),
        ("should be avoided after the 20th week.", Unread.FRAGMENT),
        ("than half of the usual amount is given in severe disease.", Unread.FRAGMENT),
        ("Prescribe oral", Unread.FRAGMENT),
        ("Swallow three capsules with breakfast.", Unread.DOSE),
        ("Two puffs every six hours.", Unread.DOSE),
        ("Above 60 mL/min: 150 mg bd.", Unread.DOSE),
    ],
)
def test_what_is_not_read_is_told(text: str, kind: Unread) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Start amlodipine 5 mg once daily and review blood pressure in 4 weeks.",
        "Offer an ACE inhibitor or an ARB to adults under 55 with hypertension.",
        "Check potassium and creatinine within 1 to 2 weeks of starting spironolactone.",
        "In people with HFrEF, add dapagliflozin 10 mg.",
        "Refer to cardiology if LVEF is below 40%.",
        "Give oxygen to keep SpO2 at 94 to 98%.",
        "Salt intake should be below 6 g a day.",
        "Give 30 mL/kg of crystalloid within 3 hours.",
        "amlodipine 5 mg daily",
        "Screen for Clostridioides difficile after cephalosporins.",
        "can have ibuprofen 400 mg with food",
        "eGFR should be checked before contrast.",
    ],
)
def test_ordinary_advice_is_accounted_for(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize(
    ("text", "ingredients"),
    [
        ("Claritin-D once daily.", {"loratadine", "pseudoephedrine"}),
        ("allegra-d 1 tablet", {"fexofenadine", "pseudoephedrine"}),
        ("Mucinex DM.", {"guaifenesin", "dextromethorphan"}),
        ("Micardis HCT 80/12.5 mg.", {"telmisartan", "hydrochlorothiazide"}),
        ("losartan HCT 50/12.5 mg", {"losartan", "hydrochlorothiazide"}),
        ("Aleve PM at night.", {"naproxen", "diphenhydramine"}),
        ("Tylenol #4 prn.", {"acetaminophen", "codeine"}),
        ("Phenergan with codeine.", {"promethazine", "codeine"}),
        ("Start prozac plus lithium 400 mg.", {"fluoxetine"}),
    ],
)
def test_a_suffix_adds_what_it_stands_for(text: str, ingredients: set[str]) -> None:
    first = prescriptions(text, KNOWN)[0].mention
    assert (set(first.ingredients), first.whole) == (ingredients, True)


def test_a_suffix_that_says_nothing_makes_the_product_unknown() -> None:
    assert not prescriptions("Motrin Sinus, one tablet.", KNOWN)[0].mention.whole


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("Start nortriptyline hydrochloride 500 mg at night.", "500 mg"),
        ("Give metoprolol succinate 50 mg.", "50 mg"),
        ("Give sertraline hydrochloride 100 mg.", "100 mg"),
        ("Start rosuvastatin calcium 20 mg.", "20 mg"),
    ],
)
def test_a_salt_belongs_to_the_name(text: str, dose: str) -> None:
    (only,) = prescriptions(text, KNOWN)
    assert [each.text for each in only.doses] == [dose]


def test_items_of_a_list_stand_under_their_heading() -> None:
    text = "Avoid:\n- NSAIDs\n- tramadol\nUse:\n- paracetamol 1 g qds"
    assert split_statements(text) == ["Avoid: NSAIDs", "Avoid: tramadol", "Use: paracetamol 1 g qds"]


def test_words_broken_by_a_pdf_are_read_whole() -> None:
    assert split_statements("Start clarithro-\nmycin for hyper\xadtension.") == [
        "Start clarithromycin for hypertension."
    ]
