"""Finding identifiers in text: patterns of its own, and Presidio's recognisers that need no language model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from medrag.knowledge import Knowledge
from medrag.knowledge.names import normalise
from medrag.reading import languages
from medrag.reading.dates import MONTH


class Span(NamedTuple):
    """A stretch of text to replace, and what it is."""

    start: int
    end: int
    kind: str


_WORD = r"(?:[A-Z]['’][A-Z][a-z]+|(?:Ma?c)?[A-ZÀ-Þ][a-zß-ÿ]+(?:[-'’][A-ZÀ-Þ]?[a-zß-ÿ]+)?)"
_NAME = rf"(?:{_WORD}(?:[ ](?:{_WORD}|[A-Z]\b\.?|(?:van|de|der|von|la|bin|al)\b))*|[A-Z]{{2,}}, ?[A-Z]{{2,}})"


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    labels, numbers, facilities, roads = map(_any_of, ("labels", "numbers", "facilities", "roads"))
    return (
        (
            "NAME",
            re.compile(rf"\b(?:Dr|Mr|Mrs|Ms|Miss|Prof|Doctor|Nurse|[Nn]urse practitioner)\b\.?[ \t]+(?P<x>{_NAME})"),
        ),
        ("NAME", re.compile(rf"(?P<x>{_NAME}),?[ \t]+(?:MD|M\.D\.|RN|NP|PA-C|DO|PharmD|FNP)\b")),
        ("NAME", re.compile(rf"(?i:\b{labels})[ \t]*(?::|,|is|named)?[ \t]*(?:Dr\.?[ \t]+)?(?P<x>{_NAME})")),
        ("FACILITY", re.compile(rf"(?P<x>(?:St\.? )?(?:{_WORD}(?:['’]s)? ){{1,3}}{facilities}\b)")),
        ("FACILITY", re.compile(r"(?P<x>\b[A-Z][A-Za-z]+ #\d{2,6}\b)")),
        ("ADDRESS", re.compile(r"(?P<x>\bhttps?://[^\s<>\"]+|\bwww\.[^\s<>\"]+)")),
        (
            "ID",
            re.compile(
                rf"\b{numbers}(?:[ \t]+(?:number|no\.?|id))?[ \t]*[:#]*[ \t]*(?P<x>[A-Z]{{0,4}}-?\d[\w-]{{3,}})",
                re.IGNORECASE,
            ),
        ),
        (
            "ADDRESS",
            re.compile(
                rf"\b(?P<x>\d{{1,5}}[ \t]+(?:[NSEW]\.?[ \t]+)?(?:[A-Z][A-Za-z]+[ \t]+){{1,3}}{roads}\b\.?"
                r"(?:,?[ \t]+(?:Apt|Suite|Unit|#)\.?[ \t]*\w+)?(?:,[ \t]+[A-Z][A-Za-z ]+)?(?:,[ \t]+[A-Z]{2})?"
                r"(?:[ \t]+\d{5}(?:-\d{4})?)?)"
            ),
        ),
        (
            "PHONE",
            re.compile(
                r"(?<![\w/.])(?P<x>(?:\+?\d{1,3}[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}"
                r"(?:[ \t]*(?:x|ext\.?)[ \t]*\d+)?)(?!\w)"
            ),
        ),
        (
            "AGE",
            re.compile(
                r"\b(?P<x>(?:9\d|1[0-2]\d))(?=[ -]*(?:years?|yrs?|y)[ -]*(?:old|o)\b|[ ]?yo\b|[ ]?y/o\b)", re.IGNORECASE
            ),
        ),
        (
            "DATE",
            re.compile(
                r"\b(?P<x>\d{4}-\d{2}-\d{2}(?=T|\b)|\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})|\d{1,2}\.\d{1,2}\.\d{4})(?!\w*/)"
            ),
        ),
        (
            "DATE",
            re.compile(
                rf"\b(?P<x>\d{{1,2}}(?:st|nd|rd|th)?[ \t]+{MONTH}\.?,?[ \t]+\d{{4}}"
                rf"|{MONTH}\.?[ \t]+\d{{1,2}}(?:st|nd|rd|th)?,?[ \t]+\d{{4}})\b",
                re.IGNORECASE,
            ),
        ),
    )


def _any_of(name: str) -> str:
    return f"(?:{'|'.join(languages.said('identifiers', name))})"


def by_pattern(words: str) -> Iterator[Span]:
    """Names after titles and labels, labelled numbers, addresses, phones, ages over 89, dates."""
    for kind, pattern in _patterns():
        for match in pattern.finditer(words):
            yield Span(*match.span("x"), kind)


def protected(words: str, span: Span, knowledge: Knowledge) -> bool:
    """Whether a name is a drug's, or an eponym before its "disease", "sign"..."""
    if span.kind != "NAME":
        return False
    said = words[span.start : span.end]
    if (plain := normalise(said)) in knowledge.names or plain in knowledge.allergen_names:
        return True
    last = said.split()[-1].removesuffix("'s").removesuffix("’s").casefold()
    return (
        last in languages.language().words["eponyms"]
        and languages.pattern("identifiers", "eponym_tail").match(words, span.end) is not None
    )


# --- Presidio --------------------------------------------------------------------------------------

_KINDS = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "CREDIT_CARD": "ID",
    "IBAN_CODE": "ID",
    "IP_ADDRESS": "ADDRESS",
    "MAC_ADDRESS": "ADDRESS",
    "US_SSN": "ID",
    "US_MBI": "ID",
    "UK_NHS": "ID",
    "MEDICAL_LICENSE": "ID",
    "URL": "ADDRESS",
}
_LEAST_SCORE = 0.4


@lru_cache(maxsize=1)
def _recognisers() -> list[Any]:
    """Presidio's recognisers that work by pattern and check digit: no language model, nothing downloaded."""
    from presidio_analyzer import predefined_recognizers as known

    class Email(known.EmailRecognizer):
        """Without the look-up of top-level domains, which would go to the network."""

        def validate_result(self, pattern_text: str) -> bool:
            return "@" in pattern_text

    kinds = (
        known.CreditCardRecognizer,
        known.IbanRecognizer,
        known.IpRecognizer,
        known.MacAddressRecognizer,
        known.MedicalLicenseRecognizer,
        known.NhsRecognizer,
        known.PhoneRecognizer,
        known.UsMbiRecognizer,
        known.UsSsnRecognizer,
    )
    return [Email(), *(kind() for kind in kinds)]


def by_recogniser(words: str) -> Iterator[Span]:
    """What Presidio's recognisers are sure enough of."""
    for recogniser in _recognisers():
        for found in recogniser.analyze(words, recogniser.supported_entities, None) or ():
            if found.score >= _LEAST_SCORE and (kind := _KINDS.get(found.entity_type)):
                yield Span(found.start, found.end, kind)
