"""HL7 version 2 messages as segments with fields, repetitions and components (HL7 v2.5.1 chapter 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hl7  # type: ignore[import-untyped]

from medrag.errors import PatientError
from medrag.patient.fhir.values import Json
from medrag.patient.hl7.resources import system

MAX_CHARACTERS = 25_000_000
_BATCH = ("FHS", "BHS", "BTS", "FTS")
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}(?=\W|$)")
_ESCAPED = re.compile(r"\\([^\\\s]{1,12})\\")
_ESCAPES = {"E": "\\", ".br": "\n", "H": "", "N": "", "P": "#"}
_SEPARATORS = "\r|~^&"
"""Of segments, fields, repetitions, components and subcomponents, where a message does not say."""


@dataclass(frozen=True)
class Segment:
    """One segment; ``fields`` number as HL7 does, so that ``[3]`` of a PID is PID-3."""

    name: str
    fields: Any

    def repetitions(self, number: int) -> list[list[str]]:
        """A field's repetitions, each as its components; none where the field is empty or says that it is (``""``)."""
        if number >= len(self.fields):
            return []
        made = [self._components(each) for each in self.fields[number]]
        return [each for each in made if any(each)]

    def component(self, number: int, position: int = 1) -> str | None:
        """A component of the field's first repetition."""
        found = self.repetitions(number)
        return (found[0][position - 1] or None) if found and len(found[0]) >= position else None

    def words(self, number: int) -> list[str]:
        """A field's repetitions as they stand, as plain text."""
        if number >= len(self.fields):
            return []
        return [said for each in self.fields[number] if (said := self._plain(str(each)))]

    def concept(self, number: int, *, method: str | None = None, described: str | None = None) -> Json | None:
        """A coded field (CE, CWE) as a CodeableConcept; ``method`` names the system where the field does not."""
        found = self.repetitions(number)
        parts = [*found[0], *[""] * 9][:9] if found else [""] * 9
        codings = [_coding(parts[0], parts[1], parts[2] or method), _coding(parts[3], parts[4], parts[5])]
        text = described or parts[1] or parts[4] or parts[8] or parts[0]
        held = [each for each in codings if each]
        return {"coding": held, "text": text} if held and text else {"text": text} if text else None

    def _components(self, repetition: Any) -> list[str]:
        held = [repetition] if isinstance(repetition, str) else list(repetition)
        return [self._plain(str(each)) for each in held]

    def _plain(self, words: str) -> str:
        """The words without escapes; those of separators stand for the message's own."""
        marks = dict(zip(" FRST", getattr(self.fields, "separators", _SEPARATORS), strict=False))
        escapes = {**_ESCAPES, **marks}
        said = _ESCAPED.sub(lambda match: escapes.get(match[1], " "), words).strip()
        return "" if said == '""' else said


def messages(text: str, origin: str) -> Iterator[list[Segment]]:
    """The segments of each message of a file, without its envelopes. Raises ``PatientError`` naming the message."""
    if len(text) > MAX_CHARACTERS:
        raise PatientError(f"{origin}: is HL7 v2 of more than {MAX_CHARACTERS // 1_000_000} MB; split it by message")
    for number, lines in enumerate(_split(text), start=1):
        try:
            parsed = hl7.parse("\r".join(lines))
        except (hl7.HL7Exception, AssertionError, IndexError, KeyError, ValueError):
            raise PatientError(f"{origin}: message {number} does not parse as HL7 v2 (its MSH is damaged)") from None
        yield [Segment(str(each[0]), each) for each in parsed]


def _split(text: str) -> Iterator[list[str]]:
    """The lines of each message; a line that starts no segment goes on with the one before."""
    lines: list[str] = []
    for line in re.split(r"[\r\n\x0b\x1c]+", text):
        words = line.strip()
        if not words or words.startswith(_BATCH):
            continue
        if words.startswith("MSH") and lines:
            yield lines
            lines = []
        if _SEGMENT.match(words) or not lines:
            lines.append(words)
        else:
            lines[-1] += f" {words}"
    if lines:
        yield lines


def _coding(code: str, name: str, source: str | None) -> Json | None:
    if not code:
        return None
    made = {"code": code, "display": name, "system": system(source)}
    return {key: value for key, value in made.items() if value}
