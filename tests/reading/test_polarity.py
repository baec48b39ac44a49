"""What advice recommends and what it warns against, in many wordings: advised drugs | drugs that are not."""

import pytest

from medrag.knowledge import load
from medrag.reading import DrugMention, prescriptions

CASES = """
Sotalol and other antiarrhythmics after infarction should be avoided in heart failure. |  | sotalol
Gliclazide for diabetes should be discontinued. |  | gliclazide
Do not use ticagrelor or start prasugrel. |  | ticagrelor,prasugrel
You must not give codeine or add tramadol. |  | codeine,tramadol
If gout does not settle on naproxen or colchicine, add prednisolone. | prednisolone |
Never give ibuprofen, or give it with omeprazole. | omeprazole | ibuprofen
Avoid ibuprofen. |  | ibuprofen
Do not combine sildenafil with nitroglycerin. |  | sildenafil,nitroglycerin
Use apixaban rather than warfarin. | apixaban | warfarin
Instead of ibuprofen use acetaminophen. | acetaminophen | ibuprofen
Instead of ibuprofen, acetaminophen 500 mg every 6 hours should be used. | acetaminophen | ibuprofen
Switch from lisinopril to losartan 50 mg daily. | losartan | lisinopril
Switch lisinopril to losartan 50 mg. | losartan | lisinopril
Hold metformin before contrast. |  | metformin
Metformin should be held. |  | metformin
Metformin is contraindicated. |  | metformin
Unless contraindicated, start aspirin 81 mg daily. | aspirin |
Start aspirin 81 mg daily unless contraindicated. | aspirin |
Start amoxicillin 500 mg; if allergic, use doxycycline 100 mg. | amoxicillin,doxycycline |
If allergic to penicillin use azithromycin 500 mg daily. | azithromycin | penicillin
Metoprolol is not contraindicated in this patient. | metoprolol |
There is no contraindication to metoprolol. | metoprolol |
It is not necessary to avoid ibuprofen. | ibuprofen |
Avoid NSAIDs: ibuprofen, naproxen, and diclofenac. |  | nsaid,ibuprofen,naproxen,diclofenac
Avoid NSAIDs: acetaminophen 1 g every 8 hours. | acetaminophen | nsaid
Avoid NSAIDs: ibuprofen 200 mg at most. | ibuprofen | nsaid
No need to stop aspirin. | aspirin |
Aspirin need not be stopped. | aspirin |
Do not stop metoprolol abruptly. | metoprolol |
Should we start warfarin? | warfarin |
Would you consider amiodarone? | amiodarone |
Warfarin is preferred over apixaban. | warfarin | apixaban
Apixaban over warfarin is preferred. | apixaban |
The patient should not take tramadol with sertraline. |  | tramadol
Never give methotrexate daily. |  | methotrexate
Amoxicillin is contraindicated in allergy, but she only had a rash, so it may be given. | amoxicillin |
Ibuprofen is contraindicated in ulcer, but since the ulcer is old it can be taken. | ibuprofen |
Other patients should avoid ibuprofen, this patient can use 0.3 g. | ibuprofen |
Although ibuprofen is normally contraindicated, it may be used here. | ibuprofen |
Ibuprofen is contraindicated, but it can be used only after the ulcer has healed. |  | ibuprofen
Amoxicillin is contraindicated in allergy, but azithromycin can be used. | azithromycin | amoxicillin
Avoid ibuprofen, she may use heat packs. |  | ibuprofen
I would not use nitrofurantoin here. |  | nitrofurantoin
Nitrofurantoin would be inappropriate. |  | nitrofurantoin
Ciprofloxacin is a poor choice here; prefer cephalexin 500 mg. | cephalexin | ciprofloxacin
Stay away from NSAIDs such as naproxen. |  | naproxen
She took ibuprofen last week. |  | ibuprofen
He is allergic to penicillin. |  | penicillin
Discontinue simvastatin and start clarithromycin 500 mg twice daily. | clarithromycin | simvastatin
Start clarithromycin 500 mg twice daily and stop simvastatin. | clarithromycin | simvastatin
Start clarithromycin 500 mg BID while holding simvastatin. | clarithromycin | simvastatin
Replace lisinopril with amlodipine 5 mg. | amlodipine | lisinopril
Lisinopril can be replaced by amlodipine 5 mg. | amlodipine | lisinopril
Taper prednisone by 5 mg weekly. | prednisone |
Wean off lorazepam. |  | lorazepam
Prescribe naproxen 500 mg BID, not ibuprofen. | naproxen | ibuprofen
Prescribe naproxen, but not ibuprofen. | naproxen | ibuprofen
Neither ibuprofen nor naproxen should be given. |  | ibuprofen,naproxen
Ibuprofen and naproxen are both to be avoided. |  | ibuprofen,naproxen
Ibuprofen is best avoided. |  | ibuprofen
Acetaminophen is safer than ibuprofen. |  | ibuprofen
Ibuprofen is off the table. |  | ibuprofen
Because of her asthma, propranolol is out of the question. |  | propranolol
The combination of sildenafil and nitrates can be fatal. |  | sildenafil
Dual therapy with aspirin and clopidogrel is recommended. | aspirin,clopidogrel |
The doctor prescribes clarithromycin 500 mg twice daily. | clarithromycin |
The physician decides to put the patient on verapamil 240 mg daily. | verapamil |
He was started on metoprolol 50 mg twice daily. | metoprolol |
She is given ketorolac 30 mg IV. | ketorolac |
Treatment: ibuprofen 400 mg TID. | ibuprofen |
Rx: amoxicillin 500 mg PO TID x 7 days | amoxicillin |
Plan - add diltiazem 120 mg. | diltiazem |
amoxicillin 500 mg | amoxicillin |
Warfarin. | warfarin |
I recommend against tramadol. |  | tramadol
Consider stopping aspirin. |  | aspirin
Consider tapering off the benzodiazepine and starting melatonin 3 mg. | melatonin |
Don't hesitate to use epinephrine 0.5 mg IM. | epinephrine |
Do not forget to take warfarin 5 mg daily. | warfarin |
Do not use ibuprofen without a PPI such as omeprazole 20 mg. |  | ibuprofen
Only use ibuprofen if acetaminophen fails. | ibuprofen |
Ibuprofen is allowed. | ibuprofen |
It is safe to give ibuprofen 400 mg. | ibuprofen |
It would be unsafe to give ibuprofen 400 mg. |  | ibuprofen
It is not unsafe to give ibuprofen 400 mg. | ibuprofen |
Not only aspirin but also clopidogrel 75 mg should be given. | aspirin,clopidogrel |
Ibuprofen isn't recommended. |  | ibuprofen
Ibuprofen shouldn't be used. |  | ibuprofen
You can't give ibuprofen. |  | ibuprofen
Ibuprofen must not be given together with warfarin. |  | ibuprofen
Skip ibuprofen today. |  | ibuprofen
Refrain from using ibuprofen. |  | ibuprofen
Withhold metformin and ramipril on sick days. |  | metformin,ramipril
Resume metformin 500 mg BID after 48 hours. | metformin |
Continue atorvastatin 40 mg but stop gemfibrozil. | atorvastatin | gemfibrozil
Give potassium chloride 20 mEq unless the patient takes spironolactone. | potassium chloride | spironolactone
With warfarin, avoid fluconazole. |  | fluconazole
Given her penicillin allergy, prescribe clindamycin 300 mg QID. | clindamycin | penicillin
Despite the penicillin allergy, give amoxicillin 500 mg. | amoxicillin |
Although contraindicated, give propranolol 40 mg. | propranolol |
Colchicine 0.6 mg is okay, but without clarithromycin. | colchicine | clarithromycin
Lithium should be used with caution alongside ibuprofen. | lithium |
No ibuprofen! |  | ibuprofen
Ibuprofen: no. Acetaminophen: yes. | acetaminophen | ibuprofen
Ibuprofen - avoid. |  | ibuprofen
Contraindicated: ibuprofen, naproxen. |  | ibuprofen,naproxen
Drugs to avoid: ibuprofen, naproxen, ketorolac |  | ibuprofen,naproxen,ketorolac
Drugs to avoid include ibuprofen and naproxen. |  | ibuprofen,naproxen
Avoid: metoclopramide. |  | metoclopramide
Medications contraindicated in this patient are propranolol and nadolol. |  | propranolol,nadolol
Use caution with digoxin. | digoxin |
Allergies: penicillin. Start cephalexin 500 mg. | cephalexin | penicillin
Once the pregnancy is over, start lisinopril. | lisinopril |
Patient denies taking ibuprofen. |  | ibuprofen
Warfarin can be continued; do not add aspirin. | warfarin | aspirin
A beta-blocker is not advised. |  | beta_blocker
Beta blockers are not a good idea. |  | beta_blocker
ACE inhibitors should be avoided, start amlodipine 5 mg. | amlodipine | ace_inhibitor
Avoid all beta blockers except bisoprolol. | bisoprolol | beta_blocker
Avoid everything apart from paracetamol. | acetaminophen |
All NSAIDs except naproxen are to be avoided. | naproxen |
Stop simvastatin while clarithromycin is given. | clarithromycin | simvastatin
Valproate is less suitable than lamotrigine. |  | valproate
Citalopram -> sertraline 50 mg. | sertraline | citalopram
Beware tramadol with sertraline. |  | tramadol
It is not advisable to give naproxen. |  | naproxen
Do not let her take naproxen. |  | naproxen
Naproxen ✗, colchicine ✓. | colchicine | naproxen
Think twice before giving verapamil. |  | verapamil
Better amlodipine than verapamil. | amlodipine | verapamil
Amlodipine can take the place of verapamil. | amlodipine | verapamil
With verapamil ruled out, amlodipine is next. | amlodipine | verapamil
Under no circumstances stop ramipril. | ramipril |
Under no circumstances give ramipril. |  | ramipril
Ramipril was stopped in error; restart. | ramipril |
Ramipril: no change. | ramipril |
"""


@pytest.mark.parametrize("line", [line for line in CASES.splitlines() if line])
def test_polarity(line: str) -> None:
    text, advised, not_advised = (part.strip() for part in line.split("|"))
    read = prescriptions(text, load())
    given = {name for each in read if each.recommended for name in _names(each.mention)}
    assert set(filter(None, advised.split(","))) <= given
    assert not set(filter(None, not_advised.split(","))) & given


def _names(mention: DrugMention) -> set[str]:
    return {*mention.ingredients, str(mention.drug_class)}
