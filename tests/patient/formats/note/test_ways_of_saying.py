"""Ways of saying that something was never so, is over, is another's or is only to come."""

from __future__ import annotations

import pytest

from tests.patient.formats.note.test_lists import conditions, drugs, read


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Meds: naproxen prescribed by dentist, never picked it up", "negated"),
        ("Meds: sertraline 50 mg - script in June, never actually collected", "negated"),
        ("Duloxetine binned by pt after a week.", "resolved"),
        ("Tramadol 50 mg prn - last script July, used up.", "resolved"),
        ("Spironolactone washed out before the scan.", "resolved"),
        ("Codeine - never again.", "resolved"),
        ("Ramipril + spironolactone stopped on admission", "resolved"),
        ("Cefuroxime x1 given.", "resolved"),
        ("She is on linezolid, narrowed from vancomycin", "active"),
        ("Doxycycline D3, afebrile", "active"),
        ("Gabapentin helping.", "active"),
        ("Oral thrush → nystatin", "active"),
        ("COPD. Trimbow, carbocisteine.", "active"),
        ("UTI: nitrofurantoin", "active"),
        ("Sertraline discussed, he will think about it", "planned"),
        ("Amitriptyline second line.", "planned"),
        ("Furosemide if swelling returns", "planned"),
        ("Plan to review. Mirabegron only if bladder diary abnormal", "planned"),
        ("Nintedanib funding request sent", "planned"),
    ],
)
def test_the_first_drug(text: str, status: str) -> None:
    assert next(iter(drugs(text).values())) == status


@pytest.mark.parametrize(
    "text",
    [
        "Folic acid taken. Sumatriptan - sister's.",
        "Folic acid taken. It is his wife who takes sumatriptan.",
        "Folic acid taken. She asks re sumatriptan.",
    ],
)
def test_another_persons_drug_is_not_taken(text: str) -> None:
    assert drugs(text).keys() == {"folic acid"}


def test_one_drug_in_anothers_place() -> None:
    assert drugs("For that reason warfarin was replaced by edoxaban") == {"warfarin": "resolved", "edoxaban": "active"}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("PE queried - CTPA negative", "negated"),
        ("Malaria smear -ve.", "negated"),
        ("Lupus: criteria not met.", "negated"),
        ("Anaphylaxis not.", "negated"),
        ("Splenomegaly not felt.", "negated"),
        ("The dementia label from 2015 was struck off by the memory clinic", "negated"),
        ("The dementia diagnosis should not be copied forward", "negated"),
        ("'Diabetes' ticked on the form by mistake", "negated"),
        ("probable amiodarone related hypothyroidism", "uncertain"),
        ("Prev shingles.", "resolved"),
        ("Pneumothorax last week.", "resolved"),
        ("WPW ablated 2014.", "resolved"),
        ("Hysterectomy for fibroids.", "resolved"),
        ("Hepatitis C treated 2018 and cured (RNA not detected)", "resolved"),
        ("It is her father who has gout.", "family_history"),
        ("Live donor kidney transplant, gout.", "active"),
        ("Hypertension treated with amlodipine.", "active"),
    ],
)
def test_the_last_condition(text: str, status: str) -> None:
    assert list(conditions(text).values())[-1] == status


@pytest.mark.parametrize(
    "text",
    [
        "Allergies: penicillin - listed from a relative's chart in error",
        "Penicillin is down as an allergy: this was thrush only, please delete.",
        "Allergies: peanut as a toddler - passed a supervised challenge 2023",
    ],
)
def test_an_allergy_that_is_none(text: str) -> None:
    assert [each.status.value for each in read(text).allergies or ()] == ["negated"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Allergies: cefalexin, latex, kiwi - passed challenge 2021", {"cefalexin": "active", "kiwi": "negated"}),
        ("Allergies: aspirin (hives), nuts - grew out of it at school", {"aspirin": "active", "nuts": "negated"}),
        ("No trimethoprim - allergic.", {"trimethoprim": "active"}),
        ("Pregnant no. Trimethoprim - throat swelling 2019.", {"trimethoprim": "active"}),
        ("Co-trimoxazole - Stevens-Johnson 2014.", {"co-trimoxazole": "active"}),
        ("Tramadol makes her itch all over.", {"tramadol": "active"}),
        ("Patient is not penicillin allergic.", {"penicillin": "negated"}),
    ],
)
def test_each_entry_speaks_of_its_own_allergen(text: str, expected: dict[str, str]) -> None:
    found = {each.display.split(" (")[0].casefold(): each.status.value for each in read(text).allergies or ()}
    assert found.items() >= expected.items()


def test_what_is_said_at_the_end_of_a_list_is_of_its_last_item() -> None:
    assert conditions("Psoriasis, gout - entered in error") == {"psoriasis": "active", "gout": "negated"}
    assert drugs("Meds: bisoprolol 5 mg od, codeine - never collected") == {
        "bisoprolol": "active",
        "codeine": "negated",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cough, denies fever, haemoptysis, night sweats.", {"fever": "negated", "night sweats": "negated"}),
        ("Negatives: gout, psoriasis, migraine.", {"gout": "negated", "migraine": "negated"}),
        ("Migraine: none in this pregnancy.", {"migraine": "negated"}),
        ("Do not think gout.", {"gout": "negated"}),
        ("Gout to be kept in mind.", {"gout": "uncertain"}),
        ("Ibuprofen was dropped because of headache.", {"headache": "resolved"}),
        ("Verapamil stopped (constipation).", {"constipation": "resolved"}),
    ],
)
def test_conditions_in_company(text: str, expected: dict[str, str]) -> None:
    assert conditions(text).items() >= expected.items()


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Please remove fluoxetine, sertraline.", "resolved"),
        ("DH: sertraline (no longer - sweats)", "resolved"),
        ("Sertraline - tried for a week, gave it up.", "resolved"),
        ("Sertraline should not be issued again.", "resolved"),
        ("Team to discuss switching to sertraline at the next round", "planned"),
    ],
)
def test_sertraline(text: str, status: str) -> None:
    assert drugs(text)["sertraline"] == status


def test_boxes_stand_where_the_first_of_their_line_does() -> None:
    found = read("Allergies:  [x] Antibiotics: co-amoxiclav (rash)   [ ] Latex")
    first = (found.allergies or ())[0]
    assert first.display.startswith("co-amoxiclav")
    assert first.current


def test_a_line_of_a_form_ends_with_it() -> None:
    clots, gout = "Blood clots".ljust(40), "Gout".ljust(40)
    rows = f"  {clots}[ ]     [x]   mother had one\n  {gout}[x]     [ ]   left toe"
    assert conditions(f"Ever had:                        YES     NO\n{rows}")["gout"] == "active"


def test_drugs_alone_that_are_all_of_a_text_are_only_asked_about() -> None:
    assert set(drugs("Warfarin and clarithromycin").values()) == {"uncertain"}
    assert set(drugs("Angina. Warfarin and clarithromycin").values()) == {"active"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stop digoxin, halve losartan.", {"digoxin": "resolved", "losartan": "active"}),
        ("Stop spironolactone, leave torasemide.", {"spironolactone": "resolved", "torasemide": "active"}),
        ("aspirin ✔ mycophenolate switched to azathioprine", {"aspirin": "active", "mycophenolate": "resolved"}),
        ("Apixaban 5 mg bd, aspirin dropped after a nose bleed.", {"apixaban": "active", "aspirin": "resolved"}),
        ("Ciclosporin, begun by dermatology, continues.", {"ciclosporin": "active"}),
        ("Minipill (norethisterone) - stopped last month", {"norethisterone": "resolved"}),
        ("Dalteparin for DVT - complete 3 months then stop.", {"dalteparin": "active"}),
        ("Detemir bd until then.", {"detemir": "active"}),
        ("Has been on and off sulfasalazine.", {"sulfasalazine": "active"}),
        ("Has run out of salbutamol, wants a repeat.", {"salbutamol": "active"}),
        ("Febuxostat given.", {"febuxostat": "active"}),
        ("Lacosamide not interrupted.", {"lacosamide": "active"}),
        ("Amiodarone was started in May and he took it for only a month.", {"amiodarone": "resolved"}),
        ("Support: aprepitant, filgrastim, ondansetron 8 mg prn", {"aprepitant": "active", "filgrastim": "active"}),
        ("Bezafibrate - patient prefers not to take", {"bezafibrate": "negated"}),
        ("Review - for aspirin 150 mg nocte.", {"aspirin": "planned"}),
        ("Warfarin? No he's on edoxaban.", {"warfarin": "negated", "edoxaban": "active"}),
        ("Never had gout - the allopurinol is for stones.", {"allopurinol": "active"}),
    ],
)
def test_what_is_said_of_one_drug_is_not_of_another(text: str, expected: dict[str, str]) -> None:
    found = drugs(text)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PMR? - no headache, no scalp pain.", {"headache": "negated"}),
        ("-photophobia -neck stiffness -fever", {"photophobia": "negated", "fever": "negated"}),
        ("Epilepsy Y - last fit 3 months ago, diabetes N", {"epilepsy": "active", "diabetes mellitus": "negated"}),
        ("No neck stiffness, photophobia mild.", {"photophobia": "active"}),
        ("Stroke MRI clear. Pneumonia: CXR normal.", {"stroke": "negated", "pneumonia": "negated"}),
        ("Hypothyroidism TFT normal.", {"hypothyroidism": "active"}),
        ("Cirrhosis (EtOH, sober 3y), ascites.", {"cirrhosis": "active"}),
        ("Alcohol dependence, sober 3y.", {"alcohol use disorder": "resolved"}),
        ("Rheumatoid arthritis in remission on tofacitinib.", {"rheumatoid arthritis": "active"}),
        ("Obs hx: asthma, PPH x1", {"asthma": "active"}),
        ("Dear Colleague, thank you for seeing this lady with dysphagia.", {"dysphagia": "active"}),
        ("Seen with mum re asthma.", {"asthma": "active"}),
        ("GORD (OGD 2020 - coeliac disease ruled out)", {"gerd": "active"}),
        ("Asthma: only as a child.", {"asthma": "resolved"}),
        ("OSA [?], hypertension [Y]", {"obstructive sleep apnea": "uncertain", "hypertension": "active"}),
        ("Autism assessed, not autism.", {"autism": "negated"}),
    ],
)
def test_what_is_said_of_one_illness_is_not_of_another(text: str, expected: dict[str, str]) -> None:
    found = conditions(text)
    assert {name: found.get(name) for name in expected} == expected
