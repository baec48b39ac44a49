import pytest

from medrag.knowledge import load
from medrag.patient.view import view
from medrag.safety.question.red_flags import notices
from medrag.types import Patient

KNOWLEDGE = load()
EMERGENCIES = [
    "58-year-old man with crushing chest pain radiating to the left arm and sweating",
    "My patient has facial droop and slurred speech since 30 minutes",
    "Bee sting ten minutes ago, throat is closing, wheezing",
    "Suspected sepsis in a 70-year-old: fever, BP 82/40, confused",
    "Patient says she wants to kill herself",
    "He took 30 tablets of paracetamol an hour ago",
    "Woman at 34 weeks gestation with severe headache and visual disturbance",
    "Ongoing seizure, what do I give?",
    "Vomiting blood on apixaban",
    "3-week-old with fever of 38.5",
    "Fever three days after chemotherapy",
    "No cough, sudden tearing chest pain since this morning",
    "No known allergies, one hour ago severe chest pain with sweating",
]
NO_EMERGENCIES = [
    "No chest pain, no shortness of breath. How should her hypertension be treated?",
    "Denies cough, fever or sudden chest pain with sweating. Which statin?",
    "Denies fever, severe headache, stiff neck or rash",
    "Secondary prevention after ischaemic stroke two years ago",
    "History of anaphylaxis to peanuts; which antihistamine for hay fever?",
    "Denies suicidal ideation. Which antidepressant?",
    "How do I treat stable angina?",
    "First-line treatment of type 2 diabetes",
    "Sepsis was ruled out. How long should the antibiotic be given?",
]


@pytest.mark.parametrize("question", EMERGENCIES)
def test_emergencies_raise_a_notice(question: str) -> None:
    assert notices(question, None, KNOWLEDGE)


@pytest.mark.parametrize("question", NO_EMERGENCIES)
def test_negated_and_past_events_raise_none(question: str) -> None:
    assert notices(question, None, KNOWLEDGE) == ()


def test_the_record_raises_notices_too() -> None:
    patient = Patient.model_validate({"observations": [{"display": "potassium", "value": 6.9, "unit": "mmol/L"}]})
    assert len(notices("Which drug for hypertension?", view(patient, patient, KNOWLEDGE), KNOWLEDGE)) == 1


IN_OTHER_WORDS = """
anaphylaxis to a hornet sting five minutes ago, what now?
anaphylaxis to contrast with BP 60/30
my chest feels like an elephant is sitting on it and my left arm is numb
chest pressure and cold sweat for 20 minutes
My dad's face is drooping on one side
suddenly can't move his right arm
sudden loss of speech an hour ago
she can't get her words out and her mouth is crooked
throat closing up after peanuts
lips swelling and trouble breathing after amoxicillin
hives and vomiting after shrimp
wheezing and faint after a wasp sting
I want to end it all
thinking about ending her life
he said he would be better off dead
she cut her wrists tonight
postpartum mother has thoughts of harming her baby
hearing voices telling him to kill people
swallowed a whole bottle of Tylenol
toddler ate grandma's heart pills
child drank bleach
my baby is limp and won't wake up
2-month-old with fever 38.9
newborn not feeding and floppy
baby with blue lips
child with purple spots that don't fade and fever
infant with sunken fontanelle and no wet diapers for 12 hours
croup with stridor at rest
child can't breathe, ribs sucking in
seizure for more than 5 minutes
second seizure in a row without waking
worst headache of my life
head injury and vomiting, getting drowsy on warfarin
coughing up blood
throwing up blood
black tarry stools and dizzy
heavy bleeding after delivery, soaking a pad every 10 minutes
pregnant 35 weeks, blurry vision and headache, BP 170/110
pregnant and bleeding with severe belly pain
baby not moving at 36 weeks
water broke at 28 weeks
cord is coming out
one-sided lower belly pain, missed period, fainting
sudden severe testicle pain in a 14-year-old
cannot pee and legs are numb, back pain
tearing pain between the shoulder blades
sudden shortness of breath and calf swelling
very short of breath, can only speak single words
oxygen saturation 82%
sugar is 35 and he is confused
blood glucose 600 and vomiting, fruity breath
collapsed and not responding
no pulse
severe burn to the face
carbon monoxide alarm, headache whole family
snake bite with swelling
fever and neutrophils 0.2 after chemo
stiff neck, fever and light hurts her eyes
fever, shaking chills, BP 85/50
confused, hot, rigid on haloperidol
alcohol withdrawal with hallucinations and tremor
sudden vision loss in one eye
painful red eye with halos and vomiting
cold, pale, painful leg suddenly
potassium 7.1 with wide QRS
overdose of amitriptyline, drowsy
electric shock, palpitations
near drowning
domestic violence, he strangled her
crushing chest pain
chest tightness radiating to jaw
tongue is swelling on lisinopril
"""
NONE_IN_OTHER_WORDS = """
How do I treat stable angina without rest pain?
chest wall tenderness on palpation only, no dyspnea
chronic back pain for 5 years
patient with epilepsy, seizure-free for 3 years
history of suicide attempt in 2010, now stable; which antidepressant?
denies suicidal thoughts
stroke prevention in atrial fibrillation
aspirin after heart attack 5 years ago
prophylaxis of anaphylaxis with epinephrine auto-injector prescription
screening for depression
migraine with typical aura
controlled type 2 diabetes A1c 7.5
BP 150/90, what to start?
pregnant 20 weeks with UTI
nausea in pregnancy at 9 weeks
child with mild cough, drinking well
infant vaccination schedule
GERD symptoms
no fever, no neck stiffness, mild headache
sepsis guideline: which antibiotic is first-line?
what is the risk of bleeding with apixaban?
fever for 1 day in a 6-year-old, playing normally
stable COPD, which inhaler?
How should anaphylaxis be prevented?
paracetamol overdose risk in alcohol use
treatment of hypertension after stroke last year
patient's mother had a stroke
anxiety with palpitations, normal ECG
DVT prophylaxis after hip surgery
opioid dose for chronic pain
CPR training for nurses
ruled out pulmonary embolism, now pleuritic pain treatment
he had anaphylaxis to cefuroxime, what for his cellulitis?
Co-amoxiclav causes anaphylaxis in him, alternatives for sinusitis?
anaphylactic to latex, which gloves?
"""


@pytest.mark.parametrize("question", IN_OTHER_WORDS.strip().splitlines())
def test_emergencies_in_other_words(question: str) -> None:
    assert notices(question, None, KNOWLEDGE)


@pytest.mark.parametrize("question", NONE_IN_OTHER_WORDS.strip().splitlines())
def test_ordinary_questions_raise_none(question: str) -> None:
    assert notices(question, None, KNOWLEDGE) == ()


def test_an_emergency_that_two_flags_name_is_told_once() -> None:
    said = notices("Crushing chest pain like an elephant on my chest, left arm numb and sweating", None, KNOWLEDGE)
    assert len(said) == 1
