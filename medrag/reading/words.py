"""Words that look like drug names and are none, and the endings that mark a drug name."""

from __future__ import annotations

import re

STEM = re.compile(
    r"(?:mab|nib|pril|prilat|sartan|olol|alol|statin|cillin|mycin|micin|floxacin|oxacin|conazole|prazole|tidazole"
    r"|nidazole"
    r"|gliptin|gliflozin|glutide|glitazone|nidine|tidine|dipine|azosin|triptan|setron|parin|xaban|gatran|vir|cycline"
    r"|azepam|azolam|barbital|caine|oxetine|ipramine|triptyline|azepine|thiazide|semide|lukast|terol|asone|olone"
    r"|onide|profen|coxib|fenac|oxicam|dronate|dronic|ciclib|parib|limus|platin|taxel|rubicin|trexate|stim"
    r"|poetin|tacept|ercept|kinra|curium|curonium|peridol|peridone|piprazole|orphan|ophylline|tropium|grel|fibrate"
    r"|vaptan|gepant|paratide|zolid|bactam|penem|cef[a-z]+|^cef[a-z]+|fungin|quine|lafil|dopa|racetam|fentanil"
    r"|morphone|codone|metformin|sulfa[a-z]+|amphetamine)$"
)
NOT_STEMS = re.compile(
    r"reservoir|elixir|concept|accept|heparin|levodopa|mycin|souvenir|guanidine|histidine|pyridine|cytidine"
)

ENGLISH = re.compile(
    r".*(?:tions?|ments?|ing|ings|ness|ity|ities|ics?|ical|als?|ed|ly|ous|ives?|ary|ary|ies|ers?|ors?|sis|ses|apy"
    r"|apies|ogy"
    r"|copy|graphy|plasty|ectomy|otomy|ance|ence|ship|able|ible|ful|less|ists?|isms?|ures?|ages?|ways?|s)"
)
"""Endings of ordinary words: an unknown word with none of them, as the object of "start" or "give", may be a drug."""
