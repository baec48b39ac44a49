"""Instruction-like text hidden in data: found, reported and taken out.

Patient records and passages are data. Whatever in them addresses a model ("ignore previous instructions"), imitates
a chat format, or hides from the eye (zero-width and tag characters) is removed before a prompt is made of it.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

from medrag.knowledge import Knowledge
from medrag.messages import Value
from medrag.safety.check_context import fail
from medrag.types import Finding, Patient, Severity

SOURCE = "medrag: text from records and passages is data, never instructions (OWASP LLM01)"
REMOVED = "[instruction-like text removed]"

_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u00ad\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]+")
_TYPESETTING = re.compile(r"[\u200b-\u200d\u00ad\u2060\ufeff]")
"""One alone is what PDF files and web pages hold between letters; it hides nothing."""
_SPACED = re.compile(r"\b(?:[A-Za-z][ ._-]){4,}[A-Za-z]\b")
_ENCODED = re.compile(r"\b[A-Za-z0-9+/]{24,}={0,2}")
_DIGIT_IN_WORD = re.compile(r"\b(?=\w*[a-zA-Z])(?=\w*[013457])[a-zA-Z013457]{4,}\b")
_DIGITS = str.maketrans("013457", "oieast")
_LOOK_ALIKES = str.maketrans("авсеіјорѕухΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВСЕНІЈКМОРЅТХУο", "abceijopsyxABEZHIKMNOPTYXABCEHIJKMOPSTXYo")
_KINDS = ("hidden_markup", "format", "instruction")


@lru_cache(maxsize=12)
def _patterns(kind: str, knowledge: Knowledge) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in knowledge.injections[kind])


@dataclass(frozen=True, slots=True)
class Injection:
    """``text[start:end]`` addresses a model or hides from a reader."""

    kind: str
    start: int
    end: int


def injections(text: str, knowledge: Knowledge) -> list[Injection]:
    """Every instruction-like or hidden piece of ``text``, in order.

    Look-alike letters, digits for letters, zero-width characters, spaced letters and base64 do not hide words.
    """
    found = [
        Injection("hidden_characters", match.start(), match.end())
        for match in _HIDDEN.finditer(text)
        if not _TYPESETTING.fullmatch(match[0])
    ]
    found += [Injection(kind, *span) for kind, span in _spans(text, knowledge)]
    shown = _HIDDEN.sub("", text)
    instructed = any(piece.kind == "instruction" for piece in found)
    if shown != text and not instructed and _addresses(shown, knowledge):
        found.append(Injection("instruction", 0, len(text)))
    return sorted(found, key=lambda piece: (piece.start, -piece.end))


def neutralise(text: str, knowledge: Knowledge) -> str:
    """``text`` with hidden characters dropped and instruction-like pieces replaced."""
    clean = _HIDDEN.sub("", text)
    kept, end = "", 0
    for start, stop in sorted(span for _, span in _spans(clean, knowledge)):
        if start >= end:
            kept += clean[end:start] + REMOVED
        end = max(end, stop)
    return kept + clean[end:]


def _spans(text: str, knowledge: Knowledge) -> Iterator[tuple[str, tuple[int, int]]]:
    """Kind and place of every piece, as written, in folded letters, spelled out, or encoded."""
    for version in dict.fromkeys((text, _folded(text))):
        for kind in _KINDS:
            for pattern in _patterns(kind, knowledge):
                yield from ((kind, match.span()) for match in pattern.finditer(version))
    run = _SPACED.search(text)
    if run and _addresses(_SPACED.sub(lambda match: re.sub(r"[ ._-]", "", match[0]), text), knowledge):
        yield "instruction", (run.start(), len(text))
    for block in _ENCODED.finditer(text):
        if _addresses(_decoded(block[0]), knowledge):
            yield "encoded_instruction", block.span()


def _addresses(text: str, knowledge: Knowledge) -> bool:
    return any(pattern.search(text) for pattern in _patterns("instruction", knowledge))


def _folded(text: str) -> str:
    """The same number of characters in plain letters: full-width and look-alike letters, digits inside words."""
    if text.isascii() and not _DIGIT_IN_WORD.search(text):
        return text
    plain = "".join(_one_letter(letter) for letter in text).translate(_LOOK_ALIKES)
    return _DIGIT_IN_WORD.sub(lambda match: match[0].translate(_DIGITS), plain)


def _one_letter(letter: str) -> str:
    plain = unicodedata.normalize("NFKC", letter)
    return plain if len(plain) == 1 else letter


def _decoded(block: str) -> str:
    try:
        return base64.b64decode(block + "=" * (-len(block) % 4)).decode("utf-8")
    except ValueError:
        return ""


def report(text: str, knowledge: Knowledge, code: str, /, **where: Value) -> tuple[Finding, ...]:
    """One finding of ``code`` a kind of injection in ``text``; it names the place and the kind, never the text."""
    return _findings(_kinds_in(text, knowledge), code, **where)


def passage_report(text: str, number: int, knowledge: Knowledge) -> tuple[Finding, ...]:
    """:func:`report` for the index's own words, which come again and again; a patient's are never kept."""
    return _findings(_kinds_in_once(text, knowledge), "injection.passage", number=number)


def _kinds_in(text: str, knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(dict.fromkeys(piece.kind for piece in injections(text, knowledge)))


_kinds_in_once = lru_cache(maxsize=20_000)(_kinds_in)


def _findings(kinds: Sequence[str], code: str, /, **where: Value) -> tuple[Finding, ...]:
    return tuple(fail(code, Severity.WARNING, SOURCE, kind=kind, **where) for kind in kinds)


def patient_injections(patient: Patient, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Findings for every free text of the record, one a kind and list ("conditions", "imaging", ...)."""
    texts = dict.fromkeys(_texts(patient.model_dump(mode="python")))
    kinds = dict.fromkeys((part, kind) for part, text in texts for kind in _kinds_in(text, knowledge))
    return tuple(each for part, kind in kinds for each in _findings((kind,), "injection.record", part=part))


def _texts(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Enum):  # a status: medrag's own word
        return
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, where or str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, where)
