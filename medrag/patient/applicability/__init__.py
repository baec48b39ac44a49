"""Whether what people note of whom a guideline's sentence is for holds of a patient.

A requirement is a term, or several between bars of which one is enough. The terms: ``pregnant``, ``breastfeeding``,
``female``, ``male``; ``age < 18`` (years), ``age_months < 6``; ``allergy: penicillin``, ``severe allergy: penicillin``;
``condition: gout flare / acute gout`` (synonyms between slashes); ``takes: warfarin`` (a drug or a class); a value
or score with a limit and its unit (``eGFR < 30``, ``potassium > 5.5 mmol/L``); ``state: severe`` (a word or two); how
long it has lasted (``duration >= 48 hours``, ``state: symptoms over 3 weeks``). What neither record nor question tells
is open; a term is false only where that is known.
"""

from medrag.patient.applicability.applicant import Applicant, Ruling, met
from medrag.patient.applicability.exceptions import counterpart, exception
from medrag.patient.applicability.terms import check

__all__ = ["Applicant", "Ruling", "check", "counterpart", "exception", "met"]
