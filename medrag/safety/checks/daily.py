"""What a prescription amounts to a day."""

from __future__ import annotations

from medrag.safety.reading import Dose, Prescription


def daily_dose(prescription: Prescription, unit: str = "mg") -> float | None:
    """The largest amount of ``unit`` a day that the text allows; a stated daily maximum caps it.

    None where the text gives no dose, or none whose daily amount is known. A dose without a frequency counts once.
    """
    amounts = [_amount(dose) for dose in prescription.doses if dose.unit == unit and not _relative(dose)]
    known = [amount for amount in amounts if amount is not None]
    if not known:
        return None
    caps = [dose.daily for dose in prescription.doses if dose.maximum and dose.unit == unit and dose.per == "day"]
    highest = max(known)
    return min([highest, *(cap for cap in caps if cap is not None)]) if caps and not _only_caps(prescription) else highest


def _relative(dose: Dose) -> bool:
    return dose.per_kg or dose.per_m2 or dose.threshold


def _amount(dose: Dose) -> float | None:
    return dose.daily if dose.daily is not None else dose.high


def _only_caps(prescription: Prescription) -> bool:
    return all(dose.maximum for dose in prescription.doses)
