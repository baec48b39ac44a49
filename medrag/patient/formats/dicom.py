"""DICOM files by their metadata: the study, whom it is of, and what was measured for it, as old as the study is."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from medrag.errors import PatientError
from medrag.patient.record.demographics import Demographics, Part, identifier
from medrag.patient.record.facts import CHILD_YEARS, DAYS_A_YEAR, FRESH_DAYS, assemble, days_before
from medrag.patient.record.names import Name, name
from medrag.types import Fact, FactStatus, Imaging, Observation, Problem

if TYPE_CHECKING:
    from pydicom import Dataset

MODALITIES = {
    "CR": "radiography",
    "DX": "radiography",
    "CT": "computed tomography",
    "MR": "magnetic resonance imaging",
    "US": "ultrasound",
    "NM": "nuclear medicine",
    "PT": "positron emission tomography",
    "MG": "mammography",
    "XA": "angiography",
    "RF": "fluoroscopy",
    "ECG": "electrocardiography",
    "OT": "other",
}
# DICOM keyword, LOINC code and name of what it measures, unit, and the factor to it.
_MEASURED = (
    ("PatientWeight", "29463-7", "Body weight", "kg", 1.0),
    ("PatientSize", "8302-2", "Body height", "cm", 100.0),
)


def read_dicom(content: bytes, origin: str, today: date) -> Part:
    """The patient of one DICOM file, from its metadata alone. Raises ``PatientError`` when it does not parse.

    Age, weight and size are those of the study's day: the age is counted on to today, what is a year old is left out
    and reported, and what has no day is no more than uncertain.
    """
    with _quiet():
        return _read(_dataset(content, origin), origin, today)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without pydicom's warnings and log records: they quote the header, and with it the patient."""
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _read(dataset: Dataset, origin: str, today: date) -> Part:
    day = _day(dataset, "StudyDate") or _day(dataset, "AcquisitionDate")
    age = _age(_words(dataset, "PatientAge"))
    passed = days_before(day, today) if day else 0
    stale = passed > FRESH_DAYS or (day is None and age is not None)
    facts: list[Fact] = [_study(dataset, day, origin)]
    problems = [Problem(source=origin, reason=reason) for reason in _burned_in(dataset)]
    for measured in _measurements(dataset, day, origin):
        if stale and not (measured.unit == "cm" and (age or 0) >= CHILD_YEARS):
            reason = f"{measured.display.casefold()} is as old as the study and was not used"
            problems.append(Problem(source=origin, reason=reason))
        else:
            facts.append(measured)
    who = _demographics(dataset, age, day)
    birth = _day(dataset, "PatientBirthDate")
    now = None if age is None or (day is None and not birth) else _counted_on(age, passed)
    sex: Any = who.sex
    patient = assemble(facts, problems, birth_date=birth, age_years=None if birth else now, sex=sex)
    return Part(patient, who, origin)


def _counted_on(age: float, days: int) -> float:
    """An age in years after so many days."""
    now = age + max(0, days) / DAYS_A_YEAR
    return float(int(now)) if now >= 2 else round(now, 2)


def _study(dataset: Dataset, day: date | None, origin: str) -> Imaging:
    modality = _words(dataset, "Modality")
    part = _words(dataset, "BodyPartExamined")
    described = _words(dataset, "StudyDescription") or _words(dataset, "SeriesDescription")
    title = described or " ".join(x for x in (MODALITIES.get(modality or "", modality), part and part.lower()) if x)
    contrast = _words(dataset, "ContrastBolusAgent")
    return Imaging(
        display=title or "Imaging study",
        modality=modality,
        body_part=part.lower() if part else None,
        report=f"contrast: {contrast}" if contrast else None,
        source=f"{origin}#{_words(dataset, 'SOPInstanceUID') or 'DICOM'}",
        date=day,
    )


def _measurements(dataset: Dataset, day: date | None, origin: str) -> Iterator[Observation]:
    for keyword, code, display, unit, factor in _MEASURED:
        if value := _number(dataset, keyword, factor):
            yield Observation(
                display=display,
                code=code,
                system="LOINC",
                value=round(value, 2),
                unit=unit,
                status=FactStatus.ACTIVE if day else FactStatus.UNCERTAIN,
                source=f"{origin}#{keyword}",
                date=day,
            )


def _demographics(dataset: Dataset, age: float | None, day: date | None) -> Demographics:
    """Whom the headers name; nothing of one whose identity was removed."""
    birth = _day(dataset, "PatientBirthDate")
    sex = {"F": "female", "M": "male", "O": "other"}.get(_words(dataset, "PatientSex") or "")
    open_ = _words(dataset, "PatientIdentityRemoved") != "YES"
    names = [_name(_words(dataset, keyword) or "") for keyword in ("PatientName", "OtherPatientNames")]
    number = identifier("MR", _words(dataset, "PatientID") or "")
    return Demographics(
        names=frozenset(each for each in names if each and open_),
        identifiers=frozenset({number} if number and open_ else ()),
        births=frozenset({birth.isoformat()} if birth else ()),
        sex=sex,
        age=None if birth else age,
        seen=day,
    )


def _name(written: str) -> Name | None:
    """DICOM's ``Family^Given^Middle^Prefix^Suffix``, the first of its alphabetic and other writings."""
    family, given, middle, *_ = [*written.split("=", maxsplit=1)[0].split("^"), "", "", ""]
    return name(family, f"{given} {middle}") if given.strip() or "^" in written else None


def _burned_in(dataset: Dataset) -> list[str]:
    """What to know before the picture goes anywhere: identifiers that may be burned into its pixels."""
    burned = _words(dataset, "BurnedInAnnotation")
    if burned == "YES":
        return ["the picture says that identifiers are burned into its pixels; do not share it as it is"]
    risky = (
        _words(dataset, "Modality") in {"US", "OT", "SC", "XC", "ES"} or _words(dataset, "ConversionType") is not None
    )
    if "PixelData" in dataset and burned is None and risky:
        return [
            "the picture does not say whether identifiers are burned into its pixels; screen captures often have them"
        ]
    return []


def _dataset(content: bytes, origin: str) -> Dataset:
    import pydicom

    try:
        return pydicom.dcmread(io.BytesIO(content), stop_before_pixels=False)
    except Exception as error:
        raise PatientError(f"{origin}: does not parse as DICOM") from error


def _words(dataset: Dataset, keyword: str) -> str | None:
    value = _value(dataset, keyword)
    tidy = " ".join(str(value).split()) if value is not None else ""
    return tidy or None


def _value(dataset: Dataset, keyword: str) -> Any:
    """An element's value, or ``None`` where it does not decode."""
    try:
        return dataset.get(keyword)
    except Exception:  # noqa: BLE001 (as above)
        return None


def _day(dataset: Dataset, keyword: str) -> date | None:
    words = _words(dataset, keyword)
    try:
        return datetime.strptime(words, "%Y%m%d").date() if words else None
    except ValueError:
        return None


def _age(words: str | None) -> float | None:
    """DICOM's age string: a number and D, W, M or Y."""
    match = re.fullmatch(r"(\d{1,3})([DWMY])", words or "")
    if not match:
        return None
    years = int(match[1]) * {"D": 1 / DAYS_A_YEAR, "W": 7 / DAYS_A_YEAR, "M": 1 / 12, "Y": 1}[match[2]]
    return round(years, 2) if years <= 130 else None


def _number(dataset: Dataset, keyword: str, factor: float) -> float | None:
    try:
        number = float(_words(dataset, keyword) or "")
    except ValueError:
        return None
    return number * factor if 0 < number < 1000 else None
