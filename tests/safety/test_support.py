"""A statement in free words is held to what it cites."""

from __future__ import annotations

import pytest

from medrag import knowledge
from medrag.generation.grounding import ground
from medrag.generation.modes import Draft
from medrag.reading import prescriptions
from medrag.safety.checks.support.claims import Claims
from medrag.safety.checks.support.compare import differences
from medrag.safety.checks.support.drugs import unsupported
from medrag.safety.consultation import Consultation
from medrag.types import Evidence, Passage, Sentence, Statement, Verdict
from tests.safety.test_starter_corpus import statements

KNOWLEDGE = knowledge.load()
FIRST = (
    "In adults with croup and an eGFR below 30 mL/min, give dexamethasone 0.6 mg/kg by mouth once, "
    "unless they have varicella."
)
SECOND = "Prednisolone 1 mg/kg once daily for 3 days may be considered if dexamethasone is unavailable."


def review(statement: str, *quotes: str) -> Statement:
    """``statement`` over a passage of ``quotes``."""
    text, spans = "", []
    for each in quotes:
        spans.append(Sentence(start=len(text), end=len(text) + len(each)))
        text += f"{each} "
    passage = Passage(id="p", doc_id="d", title="Croup", text=text, sentences=tuple(spans))
    evidence = (Evidence(number=1, passage=passage, score=1.0),)
    consultation = Consultation(None, "", KNOWLEDGE, evidence=evidence)
    return consultation.review(ground(Draft(statement, ((1, None),)), evidence))


def codes(statement: Statement) -> set[str]:
    wrong = (each for each in statement.findings if each.verdict is Verdict.FAIL)
    return {each.code for each in wrong if each.check in ("support", "grounding", "check")}


@pytest.mark.parametrize(
    "statement",
    [
        "Adults who have croup and an eGFR under 30 mL/min get oral dexamethasone 0.6 mg/kg once, unless they have "
        "varicella.",
        "Unless they have varicella, oral dexamethasone 600 micrograms/kg is given once to adults with croup whose "
        "eGFR is <30 mL/min.",
    ],
)
def test_other_words_for_the_same_are_released(statement: str) -> None:
    assert codes(review(statement, FIRST, SECOND)) == set()


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (
            "In adults with croup and an eGFR below 30 mL/min, give dexamethasone 0.6 mg/kg orally once.",
            "support.dropped",
        ),
        (
            "In adults with croup, give dexamethasone 0.6 mg/kg by mouth once, unless they have varicella.",
            "support.dropped",
        ),
        (FIRST.replace("adults", "children"), "support.added"),
        (FIRST.replace("below 30", "above 30"), "support.number"),
        (FIRST.replace("below 30", "below 45"), "support.number"),
        (FIRST.replace("0.6 mg/kg", "0.6 g/kg"), "support.dose"),
        (FIRST.replace("by mouth", "intravenously"), "support.added"),
        (FIRST.replace("dexamethasone", "betamethasone"), "support.drug"),
        (FIRST.replace("unless they have", "also where they have"), "support.turned"),
        (FIRST.replace("give", "do not give"), "support.turned"),
        (FIRST.replace("once,", "once because it acts for 7 days,"), "support.number"),
        (SECOND.replace("may be considered", "should be given"), "support.firmer"),
        (SECOND.replace("3 days", "5 days"), "support.number"),
    ],
)
def test_what_was_changed_is_found(statement: str, code: str) -> None:
    reviewed = review(statement, FIRST, SECOND)
    assert reviewed.withheld
    assert code in codes(reviewed)


def test_a_sentence_of_another_drug_supports_nothing() -> None:
    quotes = "Apixaban is taken twice daily.", "Indapamide is taken with checks of uric acid."
    reviewed = review("Apixaban is taken with checks of uric acid twice daily.", *quotes)
    assert "support.joined" in codes(reviewed)


def test_lines_keep_their_order() -> None:
    quote = "Give labetalol first, then nifedipine."
    assert "support.order" in codes(review("Give nifedipine first, then labetalol.", quote))


DOSES = (
    "In heart failure, ivabradine is given as 5 mg twice daily at a heart rate of 70 to 79 beats/min and 7.5 mg twice "
    "daily at 80 beats/min or more."
)
LINES = "In status asthmaticus, give salbutamol, then ipratropium, and start theophylline only after both."
KIDNEYS = (
    "In adults with gout and kidney stones, avoid probenecid below a creatinine clearance of 50 mL/min and "
    "sulfinpyrazone below 30 mL/min."
)
TOGETHER = "Avoid tizanidine in migraine, and zolmitriptan must not be given with moclobemide."
CHOICE = "In adults with shock, use albumin rather than dextran."
OPEN = "In adults with vertigo or tinnitus, betahistine may be given in pregnancy."


@pytest.mark.parametrize(
    ("quote", "statement", "code"),
    [
        (
            DOSES,
            "In heart failure, ivabradine is 7.5 mg twice daily at a heart rate of 70 to 79 beats/min and 5 mg twice "
            "daily at 80 beats/min or more.",
            "support.paired",
        ),
        (
            KIDNEYS,
            "In adults with gout and kidney stones, avoid sulfinpyrazone below a creatinine clearance of 50 mL/min.",
            "support.paired",
        ),
        (TOGETHER, "Tizanidine must not be given with moclobemide in migraine.", "support.paired"),
        (LINES, "In status asthmaticus, give ipratropium, then salbutamol.", "support.order"),
        (CHOICE, "In adults with shock, dextran is chosen over albumin.", "support.order"),
        (
            KIDNEYS,
            "In adults with gout, avoid probenecid below a creatinine clearance of 50 mL/min.",
            "support.dropped",
        ),
        (OPEN, "In adults with vertigo, betahistine must be given in pregnancy, an option.", "support.firmer"),
    ],
)
def test_facts_keep_their_drug_their_order_and_their_case(quote: str, statement: str, code: str) -> None:
    assert code in codes(review(statement, quote))


@pytest.mark.parametrize(
    ("quote", "statement"),
    [
        (DOSES, "Ivabradine for heart failure: 7.5 mg bd when the heart rate is at least 80 beats/min."),
        (
            KIDNEYS,
            "Sulfinpyrazone should be avoided in adults who have gout and kidney stones once CrCl is under 30 mL/min.",
        ),
        (LINES, "For status asthmaticus salbutamol is followed by ipratropium."),
        (CHOICE, "Adults in shock get albumin in place of dextran."),
        (OPEN, "Adults with tinnitus might take betahistine in pregnancy."),
    ],
)
def test_one_item_and_other_words_are_released(quote: str, statement: str) -> None:
    assert codes(review(statement, quote)) == set()


CHILD = "In vertigo, meclizine is 25 mg by mouth three or four times daily at a weight of 40 kg or more, for 14 days."
OTHERS = "In older people or people with glaucoma, avoid scopolamine, hyoscine and meclizine for vertigo."


@pytest.mark.parametrize(
    ("quote", "statement"),
    [
        (CHILD, "At a weight of 55 kg he simply gets meclizine 25 mg PO TDS or QDS for a fortnight for vertigo."),
        (OTHERS, "No, somebody with glaucoma should rather stay clear of meclizine when she has vertigo."),
    ],
)
def test_plain_words_and_the_patients_own_numbers_are_free(quote: str, statement: str) -> None:
    assert codes(review(statement, quote)) == set()


@pytest.mark.parametrize(
    ("quote", "statement", "code"),
    [
        (
            CHILD,
            "At a weight of 35 kg he gets meclizine 25 mg by mouth three times daily for vertigo.",
            "support.number",
        ),
        (CHILD, "In vertigo, meclizine prevents osteoporotic fracture and nephropathy.", "support.added"),
        (OTHERS, "People with glaucoma can safely be given meclizine for vertigo.", "support.against"),
    ],
)
def test_clinical_words_and_numbers_beyond_a_limit_are_not(quote: str, statement: str, code: str) -> None:
    assert code in codes(review(statement, quote))


def test_what_is_not_to_be_withheld_is_given() -> None:
    quote = "In gout, allopurinol should not be withheld."
    assert "support.turned" in codes(review("In gout, allopurinol should be withheld.", quote))


def test_every_sentence_supports_itself() -> None:
    nothing = Claims("", KNOWLEDGE)
    for _, text in statements():
        claims, read = Claims(text, KNOWLEDGE), prescriptions(text, KNOWLEDGE)
        assert list(differences(claims, [claims], nothing)) == [], text
        assert [each for one in read for each in unsupported(one, read, text, KNOWLEDGE)] == [], text
