"""Imaging: report texts; DICOM files are next door.

Pictures themselves are for a vision model: ``image_content`` makes the OpenAI ``image_url`` part a served vision
model takes.
"""

from __future__ import annotations

import base64
import re
from datetime import date, datetime
from functools import partial
from typing import Any

from medrag.errors import PatientError
from medrag.knowledge import Knowledge
from medrag.reading.languages import pattern, patterns
from medrag.types import Imaging, Patient

_said = partial(pattern, "imaging")


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
        modality=_modality(title) or _modality(text),
        body_part=found[1].lower() if (found := _said("body").search(title) or _said("body").search(text)) else None,
        report=_tidy(parts.get("impression") or parts.get("conclusion") or parts.get("findings") or text)[:2000],
        source=f"{origin}:0-{len(text)}",
        date=_date(reported),
    )
    return reported.model_copy(update={"imaging": (study,), "medications": ()})


def _sections(text: str) -> dict[str, str]:
    marks = list(_said("section").finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return {mark["name"].casefold(): text[mark.end() : end] for mark, end in zip(marks, ends, strict=True)}


def _title(parts: dict[str, str], text: str) -> str:
    named = next((parts[name] for name in ("exam", "examination", "study", "procedure") if name in parts), "")
    first = next((line for line in (named or text).splitlines() if line.strip()), "")
    title = _tidy(first)[:120]
    return title if title and not _said("section").match(title) else "Imaging study"


def _modality(text: str) -> str | None:
    return next((code for code, words in patterns("modalities").items() if words.search(text)), None)


def _date(patient: Patient) -> date | datetime | None:
    facts = (*(patient.conditions or ()), *(patient.observations or ()))
    return next((fact.date for fact in facts if fact.date), None)


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def image_content(content: bytes, origin: str) -> dict[str, Any]:
    """An image file (PNG or JPEG) as an OpenAI ``image_url`` part. Raises ``PatientError`` for anything else."""
    kinds = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
    kind = next((name for mark, name in kinds.items() if content.startswith(mark)), None)
    if kind is None:
        raise PatientError(f"{origin}: is neither a PNG nor a JPEG image")
    return {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{base64.b64encode(content).decode()}"}}
