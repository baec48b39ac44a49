"""Notes read in several threads at once give what they give one after the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from medrag.knowledge import load
from medrag.patient.formats.notes import read_note

NOTES = [
    f"Which antibiotic for this {problem}? Allergic to {allergen}. No history of {absent}. Takes {drug} 5 mg daily."
    for problem in ("pneumonia", "cystitis", "gout flare")
    for allergen in ("penicillin", "sulfa", "aspirin")
    for absent in ("asthma", "diabetes")
    for drug in ("warfarin", "lisinopril")
] * 4
DAY = date(2026, 11, 24)


def test_no_fact_is_lost_or_mixed() -> None:
    alone = [read_note(note, "note", DAY, load()) for note in NOTES]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda note: read_note(note, "note", DAY, load()), NOTES))
    assert together == alone
