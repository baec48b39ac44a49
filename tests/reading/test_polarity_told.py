"""Drugs that advice names as the measure of another, as ruled out, as once taken or as replaced, and those it gives."""

import pytest

from medrag.knowledge import load
from medrag.reading import Polarity, prescriptions

KNOWN = load()

SPOKEN_OF = [
    ("labetalol", "Labetalol would be our usual choice, but not with asthma like hers; nifedipine it is."),
    ("citalopram", "Citalopram might have been kinder but for the QT; sertraline 50 mg."),
    ("ibuprofen", "Naproxen and ibuprofen are the ones to steer clear of with that kidney."),
    ("tramadol", "Tramadol is the drug to avoid here."),
    ("paroxetine", "Venlafaxine 37.5 mg daily leaves tamoxifen alone, which would not be so with paroxetine."),
    ("fluoxetine", "Start mirtazapine 15 mg at night; tamoxifen is not blunted the way it is by fluoxetine."),
    ("clarithromycin", "Azithromycin 500 mg daily; atorvastatin levels do not climb as they do with clarithromycin."),
    ("omeprazole", "Pantoprazole 40 mg daily, which spares clopidogrel as omeprazole would not."),
    ("ibuprofen", "Paracetamol 1 g qds does not upset the kidneys as ibuprofen would."),
    ("naproxen", "Colchicine 500 micrograms bd, since the heart is not put at risk as it would be by naproxen."),
    ("glibenclamide", "Linagliptin 5 mg daily does not cause hypos as glibenclamide might."),
    ("carbamazepine", "Lamotrigine leaves the pill effective, unlike what happens with carbamazepine."),
    ("verapamil", "Amlodipine 5 mg does not slow the heart in the way verapamil does."),
    (
        "tramadol",
        "With sertraline on board there is less serotonin risk than there would be with tramadol; codeine 30 mg qds.",
    ),
    ("rifampicin", "Moxifloxacin 400 mg daily: apixaban stays effective, where rifampicin would strip it out."),
    ("combined pill", "Both the migraine and phenytoin rule out the combined pill."),
    ("metformin", "The eGFR of 18 rules out metformin."),
    ("carboprost", "Ergometrine is barred by the pressure and carboprost by the asthma."),
    ("ergometrine", "Ergometrine is barred by the pressure and carboprost by the asthma."),
    ("propranolol", "Verapamil is ruled out by the failing heart and propranolol by the wheeze."),
    ("verapamil", "Verapamil is ruled out by the failing heart and propranolol by the wheeze."),
    ("naproxen", "Colchicine is excluded by the kidneys, naproxen by the ulcer."),
    ("ibuprofen", "Codeine is precluded by the breathing and ibuprofen by the kidneys, so paracetamol 1 g qds."),
    ("nitrofurantoin", "Trimethoprim is out because of the methotrexate and nitrofurantoin because of the eGFR."),
    ("apixaban", "Warfarin is vetoed by the falls, apixaban by the kidneys."),
    ("dabigatran", "Her valve rules dabigatran out."),
    ("diltiazem", "Asthma bars the beta blocker and heart failure diltiazem."),
    ("bupropion", "Her seizures disqualify bupropion."),
    ("metoclopramide", "Parkinson's closes the door on metoclopramide and haloperidol."),
    ("fluoxetine", "The jitteriness she had on fluoxetine was a side effect and no allergy."),
    ("citalopram", "Nausea that he got with citalopram should not recur."),
    ("codeine", "The constipation codeine gave her last year was an expected effect."),
    ("ramipril", "The cough she developed on ramipril does not rule out candesartan 4 mg."),
    ("simvastatin", "His aches on simvastatin were mild; start rosuvastatin 5 mg."),
    ("amoxicillin", "The rash that followed amoxicillin at age 6 was viral, so give cefuroxime."),
    ("morphine", "The itch he had from morphine was histamine, not allergy: oxycodone 2.5 mg."),
    ("ondansetron", "Ondansetron to be replaced by cyclizine 50 mg tds."),
    ("tamsulosin", "Swap tamsulosin for finasteride 5 mg since posaconazole raises it."),
    ("posaconazole", "Swap tamsulosin for finasteride 5 mg since posaconazole raises it."),
    ("simvastatin", "Simvastatin should be exchanged for pravastatin 20 mg as clarithromycin raises it."),
    ("clarithromycin", "Simvastatin should be exchanged for pravastatin 20 mg as clarithromycin raises it."),
    ("citalopram", "Citalopram gives way to sertraline 50 mg."),
    ("omeprazole", "Let famotidine 20 mg take over from omeprazole."),
    ("domperidone", "In place of domperidone she can have cyclizine 50 mg."),
    ("amitriptyline", "Amitriptyline is to make way for duloxetine 30 mg."),
    ("glimepiride", "Glimepiride out, linagliptin 5 mg in."),
    ("tramadol", "Trade tramadol for codeine 30 mg because sertraline clashes with it."),
    ("sertraline", "Trade tramadol for codeine 30 mg because sertraline clashes with it."),
]

GIVEN = [
    ("paroxetine", "Give paroxetine 20 mg as it would help the flushes."),
    ("fluoxetine", "Fluoxetine 20 mg daily, as would be usual in low mood."),
    ("clarithromycin", "Start clarithromycin 500 mg bd as it would cover atypicals."),
    ("ibuprofen", "Treat the gout as you would with ibuprofen 400 mg tds."),
    ("naproxen", "Manage the knee as it would be in anyone, with naproxen 500 mg bd."),
    ("carboprost", "Ergometrine is barred by the pressure, so carboprost 250 micrograms by deep injection."),
    ("propranolol", "Verapamil is ruled out by the failing heart; propranolol 40 mg by mouth instead."),
    ("naproxen", "Colchicine is excluded by the kidneys and naproxen by mouth is to be started."),
    ("ibuprofen", "Codeine is precluded by the breathing and ibuprofen 400 mg tds takes its place."),
    ("fluoxetine", "The jitteriness she had on fluoxetine was a side effect, so restart fluoxetine 20 mg."),
    ("codeine", "The nausea she had was trivial: codeine 30 mg qds."),
    ("ramipril", "For the cough she had, ramipril 2.5 mg is to go on."),
    ("amoxicillin", "The rash he had was viral, so amoxicillin 500 mg tds."),
    ("cyclizine", "Ondansetron to be replaced by cyclizine 50 mg tds."),
    ("finasteride", "Swap tamsulosin for finasteride 5 mg since posaconazole raises it."),
    ("sertraline", "Citalopram gives way to sertraline 50 mg."),
    ("linagliptin", "Glimepiride out, linagliptin 5 mg in."),
    ("ondansetron", "Cyclizine to be replaced by ondansetron 4 mg tds."),
    ("tamsulosin", "Swap finasteride for tamsulosin 400 micrograms."),
    ("simvastatin", "Pravastatin gives way to simvastatin 40 mg."),
    ("glimepiride", "Linagliptin out, glimepiride 2 mg in."),
    ("enoxaparin", "Start enoxaparin 40 mg tonight whether or not bleeding has stopped."),
    ("rivaroxaban", "A modern anticoagulant such as rivaroxaban would free her from tests."),
    ("naproxen", "A strong painkiller such as naproxen would settle the knee."),
]


def gives(drug: str, text: str) -> bool:
    named = [each.mention for each in prescriptions(text, KNOWN) if each.mention.text.lower() == drug]
    assert named
    return any(each.polarity is Polarity.RECOMMENDED for each in named)


@pytest.mark.parametrize(("drug", "text"), SPOKEN_OF)
def test_drug_of_an_explanation_is_not_given(drug: str, text: str) -> None:
    assert not gives(drug, text)


@pytest.mark.parametrize(("drug", "text"), GIVEN)
def test_drug_in_like_words_is_given(drug: str, text: str) -> None:
    assert gives(drug, text)


@pytest.mark.parametrize(
    "text",
    [
        "Under no circumstances should levodopa be omitted.",
        "On no account must levodopa ever be stopped.",
        "At no point may his levodopa be left out.",
        "Never should levodopa be withheld before theatre.",
    ],
)
def test_a_stop_that_is_ruled_out_before_the_name_gives_the_drug(text: str) -> None:
    assert [each.mention.polarity for each in prescriptions(text, KNOWN)] == [Polarity.RECOMMENDED]


def test_what_would_do_at_another_dose_is_given() -> None:
    (amlodipine,) = prescriptions("Amlodipine would be fine but start at 2.5 mg.", KNOWN)
    assert amlodipine.recommended
    assert [dose.text for dose in amlodipine.doses] == ["2.5 mg"]


def test_a_release_is_no_drug() -> None:
    (nifedipine,) = prescriptions("Start nifedipine modified release 20 mg twice daily.", KNOWN)
    assert [dose.text for dose in nifedipine.doses] == ["20 mg"]


@pytest.mark.parametrize("text", ["Levodopa should be omitted.", "In that case levodopa should be stopped."])
def test_a_plain_stop_stays_one(text: str) -> None:
    assert all(each.mention.polarity is not Polarity.RECOMMENDED for each in prescriptions(text, KNOWN))


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("The flush came of the speed of vancomycin. Repeat 1 g over two hours with chlorphenamine.", "vancomycin"),
        ("Go on with furosemide. From Monday 80 mg alongside spironolactone.", "furosemide"),
        ("Add 25 mg of spironolactone.", "spironolactone"),
    ],
)
def test_a_dose_before_with_is_of_the_drug_spoken_of(text: str, owner: str) -> None:
    dosed = [each.mention.label for each in prescriptions(text, KNOWN) if each.doses]
    assert dosed == [owner]


def test_how_often_one_drug_is_taken_is_not_how_often_the_next_is() -> None:
    *_, last = prescriptions("Beclometasone two sprays twice daily plus loratadine 10 mg.", KNOWN)
    assert [each.frequency for each in last.doses] == [None]
