"""Reads advice: which drugs it names, whether it recommends or warns against them, and at what dose."""

from __future__ import annotations

from medrag.reading.dosing.doses import Dose, doses
from medrag.reading.mentions import DrugMention, drugs
from medrag.reading.polarity import Polarity
from medrag.reading.prescriptions import Prescription, prescriptions, split_statements

__all__ = [
    "Dose",
    "DrugMention",
    "Polarity",
    "Prescription",
    "doses",
    "drugs",
    "prescriptions",
    "split_statements",
]
