"""Measurements and reports of HL7 v2 messages (OBX), dated by themselves, their order (OBR) or their message."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from medrag.patient.fhir.values import UCUM, Json, finite
from medrag.patient.hl7.resources import moment, present, system
from medrag.patient.hl7.v2_corrections import Result
from medrag.patient.hl7.v2_segments import Segment

# HL7 table 0085 (v2.8.2), by HL7's v2-to-FHIR mapping.
_STATUS = {
    **dict.fromkeys(("F", "U", "V"), "final"),
    "C": "corrected",
    **dict.fromkeys(("A", "B"), "amended"),
    **dict.fromkeys(("P", "S", "R"), "preliminary"),
    **dict.fromkeys(("D", "W"), "entered-in-error"),
    **dict.fromkeys(("X", "N"), "cancelled"),
    **dict.fromkeys(("I", "O"), "registered"),
}
_WITHOUT_RESULT = {"X", "N", "I", "O"}
"""Could not be obtained, not sought, pending, only ordered: what stands in the place of the value is none."""
_SAME_RESULT = "U"
"""The result sent before as preliminary is final, and need not be sent again."""
_IMAGING = {"RAD", "CT", "MR", "MRI", "NMR", "US", "RUS", "VUS", "CUS", "NMS", "RX", "XRC", "IMG"}
_TEXT = {"TX", "FT"}
_ATTACHED = {"ED", "RP"}
_WRONG = {"D", "W"}
_THOUSANDS = 3
_SHORT = 120
"""Characters up to which a line of text is a result ("Positive") rather than a report."""
_SENTENCE = 4
"""Words from which one with a full stop is a sentence of a report."""


def results(message: Sequence[Segment], sent: str | None) -> Iterator[Result]:
    """The observations of a message, and its reports in words with their texts attached."""
    order: Segment | None = None
    held: list[Segment] = []
    for segment in message:
        if segment.name in {"OBR", "ORC", "TXA"}:
            yield from _of_order(order, held, sent)
            order, held = (segment if segment.name != "ORC" else None), []
        elif segment.name == "OBX":
            held.append(segment)
    yield from _of_order(order, held, sent)


def _of_order(order: Segment | None, held: Sequence[Segment], sent: str | None) -> Iterator[Result]:
    asked = order if order and order.name == "OBR" else None
    day = (moment(asked.component(7)) or moment(asked.component(22))) if asked else None
    words = [each for each in held if each.component(2) in _TEXT and each.component(11) not in _WITHOUT_RESULT]
    report = len(words) > 1 or any(_is_told(" ".join(each.words(5))) for each in words)
    for each in held:
        made = None
        if each.component(2) in _ATTACHED:
            made = _attached(each, day or sent)
        elif not (report and each in words):
            made = _observation(each, day or sent)
        if made:
            yield Result(made, sent or "", _key(asked, each, day))
    if report:
        yield Result(_report(order, words, day or sent), sent or "", _key(asked, words[0], day))


def _key(order: Segment | None, obx: Segment, day: str | None) -> tuple[str, ...]:
    """What a correction has in common with what it corrects: order, test, part of it, and when it was observed."""
    number = (order.component(3) or order.component(2) or "") if order else ""
    test = obx.component(3) or obx.component(3, 2) or ""
    return number, test, obx.component(4) or "", moment(obx.component(14)) or day or ""


def _is_told(words: str) -> bool:
    return len(words) > _SHORT or (words.rstrip().endswith(".") and len(words.split()) >= _SENTENCE)


def _observation(obx: Segment, day: str | None) -> Json | None:
    stands = obx.component(11) or "F"
    value = {} if stands in _WITHOUT_RESULT else _value(obx)
    if not value and stands not in {"X", _SAME_RESULT}:
        return None
    return present(
        {
            "resourceType": "Observation",
            "status": _STATUS.get(stands, "unknown"),
            "code": obx.concept(3),
            "effectiveDateTime": moment(obx.component(14)) or day,
            **value,
        }
    )


def _value(obx: Segment) -> Json:
    kind = obx.component(2) or "ST"
    words = " ".join(obx.words(5))
    if kind in {"CE", "CWE", "CNE", "CF"}:
        concept = obx.concept(5)
        return {"valueCodeableConcept": concept} if concept else {}
    if kind == "SN":
        return _structured(obx)
    if (number := finite(_decimal(words))) is not None and kind in {"NM", "ST"} and (kind == "NM" or obx.component(6)):
        return {"valueQuantity": {"value": number, **_unit(obx)}}
    if kind in {"DT", "TS", "DTM"} and (day := moment(words)):
        return {"valueDateTime": day}
    if kind == "NM" and words:
        return {"valueString": f"{words} {obx.component(6) or ''}".strip()}
    return {"valueString": words} if words else {}


def _decimal(words: str) -> str:
    """A number with a decimal comma, which some systems send, as HL7 has it; one with three digits behind stays."""
    whole, comma, rest = words.partition(",")
    return f"{whole}.{rest}" if comma and rest.isdigit() and len(rest) != _THOUSANDS else words


def _attached(obx: Segment, day: str | None) -> Json:
    """ED, a document in the message (HL7 v2.5.1 chapter 2.A.24), or RP, where one lies."""
    parts = [*(obx.repetitions(5) or [[]])[0], *[""] * 5][:5]
    if obx.component(2) == "RP":
        attachment = {"contentType": f"{parts[2]}/{parts[3]}".casefold(), "url": "linked"}
    else:
        encoded = parts[4] if parts[3].casefold() == "base64" else base64.b64encode(parts[4].encode()).decode()
        attachment = {"contentType": _media_type(parts[1], parts[2]), "data": encoded}
    return present(
        {
            "resourceType": "DocumentReference",
            "status": "entered-in-error" if obx.component(11) in _WRONG else "current",
            "date": moment(obx.component(14)) or day,
            "content": [{"attachment": attachment}],
        }
    )


def _media_type(kind: str, subtype: str) -> str:
    """A MIME type, of which the subtype alone says PDF, plain text or HTML (HL7 tables 0191 and 0291)."""
    plain = subtype.casefold().removeprefix("x-hl7-")
    major = "text" if plain in {"plain", "html", "text"} else "application" if plain == "pdf" else kind.casefold()
    return f"{major}/{'plain' if plain == 'text' else plain or 'octet-stream'}"


def _structured(obx: Segment) -> Json:
    """SN: a comparator, a number, and perhaps a second one after a dash, a colon or a slash."""
    found = obx.repetitions(5)
    comparator, first, separator, second = [*found[0], *[""] * 4][:4] if found else [""] * 4
    number = finite(first)
    if number is not None and not second:
        amount = {"value": number, **_unit(obx)}
        return {
            "valueQuantity": {**amount, "comparator": comparator} if comparator in {"<", ">", "<=", ">="} else amount
        }
    words = f"{comparator}{first}{separator}{second}"
    return {"valueString": words} if words else {}


def _unit(obx: Segment) -> Json:
    code = obx.component(6)
    if not code:
        return {}
    ucum = {"system": UCUM, "code": code} if system(obx.component(6, 3)) == UCUM else {}
    return {"unit": code, **ucum}


def _report(order: Segment | None, words: Sequence[Segment], day: str | None) -> Json:
    """An imaging report with its text as the conclusion; any other with its text attached, to be read as a note."""
    text = "\n".join(line for each in words for line in (each.words(5) or [""]))
    named = order.concept(4) if order and order.name == "OBR" else None
    imaging = order is not None and order.name == "OBR" and order.component(24) in _IMAGING
    stands = _STATUS.get(words[0].component(11) or "F", "unknown")
    attached = {"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()}
    return present(
        {
            "resourceType": "DiagnosticReport",
            "status": stands,
            "category": [{"coding": [{"code": "RAD"}]}] if imaging else None,
            "code": named or words[0].concept(3) or {"text": "Report"},
            "effectiveDateTime": day,
            "conclusion": text if imaging else None,
            "presentedForm": None if imaging else [attached],
        }
    )
