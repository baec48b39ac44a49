"""Texts made to be slow are read in the time of others: each reader, 100 kB, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

SIZE = 100_000
TEXTS = {
    "brackets": "(",
    "blanks": " ",
    "digits": "1",
    "commas": "a,",
    "word": "a",
    "doses": "5 mg ",
    "denials": "no MI ",
    "values": "K 1/",
    "dated values": "12/03/2024: Hb 90, ",
    "drugs": "metformin ",
    "warnings": "avoid metformin ",
    "sections": "Allergies: x\nMedications: y\n",
    "colons": "a: ",
    "limits": "In people with eGFR below 30, ",
    "line ended by a carriage return": "a b " * 9_000 + "\r\n",
    "blanks after a stop": "gout." + " " * 2_000,
    "chinese": "患者男性六十五岁高血压病史十年口服二甲双胍治疗",
    "chinese clauses": "而",
    "chinese figures": "一",
}
READERS = {
    "note": "from datetime import date; from medrag.patient.formats.notes import read_note; "
    "read_note(text, 'note', date(2026, 11, 1), load())",
    "advice": "from medrag.reading import prescriptions; prescriptions(text, load())",
    "doses": "from medrag.reading import doses; doses(text)",
    "limits": "from medrag.reading.thresholds.conditions import applies_when; applies_when(text, load())",
    "population": "from medrag.reading.people.population import meant_for; meant_for(text, text)",
}
GENEROUS = 120
"""Seconds for all texts of a reader, on a busy machine; the quadratic readers there once were took many minutes."""
MEMORY = 1_500_000_000
"""Bytes of address space for all texts of a reader; they take a tenth of it."""


@pytest.mark.parametrize("reader", READERS)
def test_no_text_holds_a_reader(reader: str) -> None:
    program = (
        "from medrag.knowledge import load\n"
        "import resource\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))\n"
        f"for each in {list(TEXTS.values())!r}:\n"
        f"    text = (each * ({SIZE} // len(each) + 1)).encode()[:{SIZE}].decode(errors='ignore')\n"
        f"    {READERS[reader]}\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=GENEROUS)
