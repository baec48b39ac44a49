"""What a written dose amounts to a day: the text | mg or units a day ("kg": per kilogram, "m2": per square metre)."""

import pytest

from medrag.knowledge import load
from medrag.reading import prescriptions
from medrag.reading.dosing.daily import daily_dose

CASES = """
methotrexate 15 mg weekly | 2.143
methotrexate 15 mg once a week | 2.143
methotrexate 15 mg every Monday | 2.143
methotrexate 7.5 mg PO q week | 1.071
methotrexate 15 mg per week | 2.143
amoxicillin 45 mg/kg/day divided twice daily | kg45
amoxicillin 40-45 mg/kg/day in 2 divided doses | kg45
amoxicillin 20 mg/kg every 8 hours | kg60
morphine 0.5 mL of 50 mg/5 mL | 5
morphine oral solution 10 mg/5 mL, 2.5 mL every 4 hours | 30
ibuprofen suspension 100 mg/5 mL: 10 mL every 6 hours | 800
acetaminophen 1 g q6h prn | 4000
acetaminophen 1 g every 6 hours as needed, max 3 g per day | 3000
acetaminophen two tablets of 500 mg every 6 hours | 4000
acetaminophen 500 mg two tablets four times daily | 4000
acetaminophen 500 mg, 2 tablets every 6 hours | 4000
acetaminophen 2 x 500 mg QID | 4000
acetaminophen 500 mg 1-2 tablets every 4-6 hours, maximum 8 tablets in 24 hours | 4000
take 2 tablets of metformin 500 mg twice a day | 2000
metformin 1000 mg twice daily | 2000
metformin 1,000 mg BID | 2000
metformin 1 000 mg BID | 2000
metformin 0.5 g tid | 1500
levothyroxine 100 mcg daily | 0.1
levothyroxine 100 µg once daily | 0.1
levothyroxine 0.1 mg daily | 0.1
levothyroxine 100 micrograms daily | 0.1
digoxin 0.25mg daily | 0.25
digoxin 250mcg OD | 0.25
insulin glargine 20 units at bedtime | 20
insulin lispro 8 units three times daily before meals | 24
insulin glargine 20 U nightly | 20
insulin glargine 20 IU nocte | 20
vitamin d 50,000 IU weekly | 7142.86
heparin 5000 units SC q8h | 15000
enoxaparin 1 mg/kg SC q12h | kg2
cisplatin 75 mg/m2 every 3 weeks | m2
prednisone 60 mg daily for 5 days then taper by 10 mg every 3 days | 60
prednisone 40 mg PO qAM | 40
warfarin 5 mg qd | 5
warfarin 5 mg q.d. | 5
lisinopril 10 mg po qday | 10
lisinopril 10 mg every morning | 10
lisinopril 10 mg every day | 10
lisinopril 10 mg 1x/day | 10
lisinopril 10 mg 2x daily | 20
lisinopril 10 mg x2 daily | 20
lisinopril 10 mg two times per day | 20
simvastatin 40 mg QHS | 40
furosemide 40 mg IV bolus | 40
ketorolac 30 mg IV q6h | 120
tramadol 50-100 mg q4-6h PRN | 600
tramadol 50 to 100 mg every 4 to 6 hours, not to exceed 400 mg/day | 400
oxycodone 5 mg q4h prn | 30
oxycodone 5 mg every 4 hours as needed | 30
oxycodone/acetaminophen 5/325 mg every 6 hours | 20
amoxicillin-clavulanate 875-125 mg BID | 1750
sulfamethoxazole-trimethoprim 800-160 mg BID | 1600
alendronate 70 mg once weekly | 10
alendronate 70 mg daily | 70
semaglutide 0.5 mg subcutaneously once weekly | 0.0714
fentanyl 25 mcg/h patch every 72 hours | 0.6
nitroglycerin 0.4 mg SL every 5 minutes up to 3 doses | None
vancomycin 15 mg/kg IV every 12 hours | kg30
gabapentin 300 mg TID (900 mg/day) | 900
gabapentin 300 mg at night, increase to 300 mg three times daily | 900
colchicine 1.2 mg then 0.6 mg one hour later | 1.2
azithromycin 500 mg on day 1 then 250 mg daily for 4 days | 500
amlodipine five mg daily | 5
amlodipine 5mg/d | 5
amlodipine 5 mg/24h | 5
metoprolol 25 mg b.i.d. | 50
metoprolol 25 mg twice-daily | 50
ibuprofen 600mg tds | 1800
ibuprofen 600 mg 3 times a day | 1800
ibuprofen 600 mg 3/day | 1800
ibuprofen 600 mg 8 hourly | 1800
ibuprofen 600 mg every eight hours | 1800
ibuprofen 200 mg 1 tablet 3 times a day | 600
ibuprofen 0.6 g tid | 1800
a total daily dose of ibuprofen 2400 mg | 2400
ibuprofen 2.4 g daily in 3 divided doses | 2400
potassium chloride 40 mEq daily | 40
potassium chloride 20 mmol twice daily | 40
epinephrine 0.3 mg IM once | 0.3
epinephrine 1 mg IV every 3-5 minutes | None
dexamethasone 6 mg daily for up to 10 days | 6
haloperidol 5 mg IM stat | 5
lorazepam 1 mg up to three times a day | 3
lorazepam 0.5 mg half a tablet twice daily | 0.5
lithium 900 mg per day | 900
metformin XR 2000 mg once daily with dinner | 2000
prednisolone 1 mg/kg/d | kg1
paracetamol 15 mg/kg q6h | kg60
atorvastatin 80mg nightly | 80
rivaroxaban 15 mg twice daily for 21 days followed by 20 mg daily | 30
apixaban 10 mg BID x7 days then 5 mg BID | 20
amoxicillin 500mg capsule, one capsule three times daily | 1500
amoxicillin 500 mg: 1 cap TID x 7d | 1500
hydrocortisone 100 mg every 8 h | 300
tacrolimus 0.1 mg/kg/day | kg0.1
morphine 2-4 mg IV q2-4h | 48
paracetamol 1g/6h | 4000
paracetamol 1.5 g in the morning and 1 g at night | 2500
paracetamol 1 g mane and 500 mg nocte | 1500
paracetamol 1 g om and 1 g on | 2000
paracetamol 1½ tablets of 500 mg bd | 1500
paracetamol one and a half 500 mg tablets twice a day | 1500
paracetamol half a gram three times a day | 1500
paracetamol 325 mg x 2 q4h | 3900
paracetamol 500 mg ii qds | 4000
paracetamol 500 mg tablets, take two four times daily | 4000
digoxin half a 125 microgram tablet daily | 0.0625
naproxen 250 mg in the morning, at midday and at night | 750
diclofenac 50 mg with breakfast, lunch and dinner | 150
amoxicillin 1 g t.d.s. for one week | 3000
aspirin 75mg o.d. | 75
enoxaparin 80 mg s.c. 12 hourly | 160
azithromycin 250 mg Mon/Wed/Fri | 107.14
denosumab 60 mg six-monthly | 0.333
denosumab 60 mg sc twice a year | 0.329
haloperidol 100 mg every 4 weeks | 3.571
morphine 20 mg over 24 hours | 20
morphine 5 mg 4/24 | 30
meropenem 2 g 8° | 6000
gabapentin 300 mg nocte then bd then tds | 900
gabapentin 300 mg three times a day, increase by 300 mg every 3 days to a maximum of 3600 mg daily | 3600
amitriptyline 10 mg at night, increased by 10 mg weekly to max 75 mg | 75
sertraline 50 mg OD, up to 200 mg daily | 200
ramipril 2.5 mg od, double every 2 weeks to 10 mg | 10
loperamide 4 mg then 2 mg after each loose stool, max 16 mg daily | 16
lidocaine 10 mL of 1% bd | 200
adrenaline 0.5 mL of 1 in 1000 bd | 1
salbutamol 100 micrograms two inhalations four times a day | 0.8
levodopa 100 mg 4 times/day | 400
methotrexate 2.5 mg tablets, take 6 on the same day each week | 2.143
twice daily apixaban 5 mg | 10
"""


@pytest.mark.parametrize("line", [line for line in CASES.splitlines() if line])
def test_daily_amount(line: str) -> None:
    text, expected = (part.strip() for part in line.split("|"))
    read = next(each for each in prescriptions(f"Start {text}.", load()) if each.mention.resolved)
    if expected == "None":
        assert not any(dose.frequency for dose in read.doses)
    elif expected == "m2":
        assert any(dose.per_m2 for dose in read.doses)
    elif expected.startswith("kg"):
        amounts = [dose.daily or dose.high for dose in read.doses if dose.per_kg]
        assert max(amounts) == pytest.approx(float(expected[2:]), rel=0.02)
    else:
        assert daily_dose(read) == pytest.approx(float(expected), rel=0.02)


def test_a_number_without_a_unit_is_a_dose_of_no_unit() -> None:
    (read,) = prescriptions("Start digoxin 250 od.", load())
    assert [(dose.high, dose.unit, dose.daily) for dose in read.doses] == [(250, "", 250)]
    assert not prescriptions("Start digoxin 2 times daily.", load())[0].doses
