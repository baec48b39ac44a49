"""Words that look like drug names and are none, and the endings that mark a drug name."""

from __future__ import annotations

import re

STEM = re.compile(
    r"(?:mab|nib|pril|prilat|sartan|olol|alol|statin|cillin|mycin|micin|floxacin|oxacin|conazole|prazole|tidazole|nidazole"
    r"|gliptin|gliflozin|glutide|glitazone|nidine|tidine|dipine|azosin|triptan|setron|parin|xaban|gatran|vir|cycline"
    r"|azepam|azolam|barbital|caine|oxetine|ipramine|triptyline|azepine|thiazide|semide|lukast|terol|asone|olone"
    r"|onide|profen|coxib|fenac|oxicam|dronate|dronic|ciclib|parib|limus|platin|taxel|rubicin|trexate|stim"
    r"|poetin|tacept|ercept|kinra|curium|curonium|peridol|peridone|piprazole|orphan|ophylline|tropium|grel|fibrate"
    r"|vaptan|gepant|paratide|zolid|bactam|penem|cef[a-z]+|^cef[a-z]+|fungin|quine|lafil|dopa|racetam|fentanil"
    r"|morphone|codone|metformin|sulfa[a-z]+|amphetamine)$"
)
NOT_STEMS = re.compile(r"reservoir|elixir|concept|accept|heparin|levodopa|mycin|souvenir|guanidine|histidine|pyridine|cytidine")

COMMON_WORDS = frozenset(
    """
    about above acute additional adult adults after aged alternative another around average baseline because before
    below between bolus both child children daily dosage dose doses dosed dosing during each either every exceeding
    first followed from further given gives high higher immediate increase increased increasing infusion initial
    initially intravenous intravenously intramuscular least less level levels loading lower lowest maintenance maximum
    minimum month monthly more morning most near nearly night oral orally over patients plus range reach reached
    reduce reduced reducing repeat repeated second single sodium standard start starting strength subcutaneous
    subcutaneously take taken taking target than then third titrate titrated total twice under until upto usual usually
    weekly weight where which with within without year years exceed exceeds intake protein potassium chloride fluid
    fibre fiber salt water saline calcium magnesium iron glucose carbohydrate fast-acting rapid-acting equivalent
    ratio albumin creatinine cholesterol bilirubin volume pressure score rate therapy treatment tablet tablets capsule
    capsules patch spray injection inject drops syrup powder suspension solution inhaler inhaled nebulised nebulized
    nebuliser nebulizer topical rectal buccal nasal sublingual vial dosis approximately roughly exactly only some
    with-food into onto least reaches needed required prescribed administered administer offer offers give prescribe
    prescribing continue continued consider added adding adds take-home split divided division last next previous
    concentration strengths antiviral antibiotic antibiotics antifungal steroid product products medication medications
    medicine medicines prophylaxis analgesic intermittent continuous hourly quarterly thereafter subsequently maximal
    """.split()
)
