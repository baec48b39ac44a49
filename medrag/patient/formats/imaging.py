"""Imaging: report texts and DICOM files' metadata.

Pictures themselves are for a vision model: ``image_content`` makes the OpenAI ``image_url`` part a served vision
model takes.
"""

from __future__ import annotations

import base64
import io
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from medrag.errors import PatientError
from medrag.knowledge import Knowledge
from medrag.patient.record.facts import assemble
from medrag.types import Fact, FactStatus, Imaging, Patient, Problem

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
_SECTION = re.compile(
    r"^[ \t]*(?P<name>exam(?:ination)?|study|procedure|indication|clinical (?:history|indication)|history|technique|"
    r"comparison|findings|impression|conclusion|recommendations?)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_MODALITY = (
    ("CT", re.compile(r"\bCT\b|computed tomograph", re.I)),
    ("MR", re.compile(r"\bMRI?\b|magnetic resonance", re.I)),
    ("US", re.compile(r"\bultrasound|\bsonogra|\bdoppler|\bechocardiogra|\becho\b", re.I)),
    ("PT", re.compile(r"\bPET\b", re.I)),
    ("MG", re.compile(r"\bmammogra", re.I)),
    ("NM", re.compile(r"\bscintigraph|\bV/Q\b|\bnuclear medicine", re.I)),
    ("DX", re.compile(r"\bx-?rays?\b|\bradiographs?\b|\bCXR\b|\b(?:PA|AP) and lateral\b", re.I)),
)
_BODY = re.compile(
    r"\b(chest|abdomen and pelvis|abdomen|pelvis|head|brain|neck|cervical spine|thoracic spine|lumbar spine|spine|"
    r"knee|hip|shoulder|hand|wrist|ankle|foot|"
    r"breast|heart|liver|kidneys?|renal|thyroid|leg|arm|sinuses)\b",
    re.I,
)


def read_report(text: str, origin: str, today: date, knowledge: Knowledge) -> Patient:
    """The patient of one imaging report: the study with its impression, and the conditions its text affirms or denies.

    A condition in the findings or the impression counts as read by ConText; what prompted the study (indication,
    history) is kept as uncertain unless it stands elsewhere.
    """
    from medrag.patient.formats.notes import read_note

    parts = _sections(text)
    title = _title(parts, text)
    reported = read_note(text, origin, today, knowledge)
    study = Imaging(
        display=title,
        modality=next((code for code, words in _MODALITY if words.search(title)), None) or _modality(text),
        body_part=found.group(1).lower() if (found := _BODY.search(title) or _BODY.search(text)) else None,
        report=_tidy(parts.get("impression") or parts.get("conclusion") or parts.get("findings") or text)[:2000],
        source=f"{origin}:0-{len(text)}",
        date=_date(reported),
    )
    return reported.model_copy(update={"imaging": (study,), "medications": ()})


def _sections(text: str) -> dict[str, str]:
    marks = list(_SECTION.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return {mark["name"].casefold(): text[mark.end() : end] for mark, end in zip(marks, ends, strict=True)}


def _title(parts: dict[str, str], text: str) -> str:
    named = next((parts[name] for name in ("exam", "examination", "study", "procedure") if name in parts), "")
    first = next((line for line in (named or text).splitlines() if line.strip()), "")
    title = _tidy(first)[:120]
    return title if title and not _SECTION.match(title) else "Imaging study"


def _modality(text: str) -> str | None:
    return next((code for code, words in _MODALITY if words.search(text)), None)


def _date(patient: Patient) -> date | datetime | None:
    facts = (*(patient.conditions or ()), *(patient.observations or ()))
    return next((fact.date for fact in facts if fact.date), None)


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


# --- DICOM -----------------------------------------------------------------------------------------


def read_dicom(content: bytes, origin: str) -> Patient:
    """The patient of one DICOM file, from its metadata alone. Raises ``PatientError`` when it does not parse."""
    dataset = _dataset(content, origin)
    modality = _words(dataset, "Modality")
    part = _words(dataset, "BodyPartExamined")
    described = _words(dataset, "StudyDescription") or _words(dataset, "SeriesDescription")
    name = described or " ".join(x for x in (MODALITIES.get(modality or "", modality), part and part.lower()) if x)
    contrast = _words(dataset, "ContrastBolusAgent")
    study: Fact = Imaging(
        display=name or "Imaging study",
        modality=modality,
        body_part=part.lower() if part else None,
        report=f"contrast: {contrast}" if contrast else None,
        status=FactStatus.ACTIVE,
        source=f"{origin}#{_words(dataset, 'SOPInstanceUID') or 'DICOM'}",
        date=_day(dataset, "StudyDate") or _day(dataset, "AcquisitionDate"),
    )
    person: dict[str, Any] = {
        "birth_date": _day(dataset, "PatientBirthDate"),
        "age_years": _age(_words(dataset, "PatientAge")),
        "sex": {"F": "female", "M": "male", "O": "other"}.get(_words(dataset, "PatientSex") or ""),
        "weight_kg": _number(dataset, "PatientWeight", 1),
        "height_cm": _number(dataset, "PatientSize", 100),
    }
    return assemble([study], [Problem(source=origin, reason=reason) for reason in warnings(dataset)], **person)


def warnings(dataset: Dataset) -> list[str]:
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


def image_content(content: bytes, origin: str) -> dict[str, Any]:
    """An image file (PNG or JPEG) as an OpenAI ``image_url`` part. Raises ``PatientError`` for anything else."""
    kinds = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
    kind = next((name for mark, name in kinds.items() if content.startswith(mark)), None)
    if kind is None:
        raise PatientError(f"{origin}: is neither a PNG nor a JPEG image")
    return {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{base64.b64encode(content).decode()}"}}


def _dataset(content: bytes, origin: str) -> Dataset:
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        return pydicom.dcmread(io.BytesIO(content), stop_before_pixels=False)
    except (
        InvalidDicomError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        NotImplementedError,
        OSError,
        EOFError,
    ) as error:
        raise PatientError(f"{origin}: does not parse as DICOM") from error


def _words(dataset: Dataset, keyword: str) -> str | None:
    value = _value(dataset, keyword)
    tidy = " ".join(str(value).split()) if value is not None else ""
    return tidy or None


def _value(dataset: Dataset, keyword: str) -> Any:
    """An element's value, or ``None`` where it does not decode."""
    try:
        return dataset.get(keyword)
    except (ValueError, TypeError, KeyError, AttributeError, NotImplementedError, UnicodeError):
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
    years = int(match[1]) * {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1}[match[2]]
    return round(years, 2) if years <= 130 else None


def _number(dataset: Dataset, keyword: str, factor: float) -> float | None:
    try:
        number = float(_words(dataset, keyword) or "")
    except ValueError:
        return None
    return number * factor if 0 < number < 1000 else None
