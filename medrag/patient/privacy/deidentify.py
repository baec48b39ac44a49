"""De-identification of patient text, for training data, logs and feedback.

What is removed: the record's own identifiers (names, numbers, addresses, phones and mail addresses of the Patient
and the people around it), what Presidio's pattern recognisers find (mail, phone, cards, social security and similar
numbers, network addresses), names after titles and labels, labelled numbers, ages over 89. Dates are shifted by a
number of days that is the same for all of a patient's texts. Drug names and eponyms stay.

What this cannot promise: a name that stands in neither the record nor after a title or label ("his neighbour
Karlheinz") is not found, since no trained name recogniser is bundled; nor are descriptions that identify by what
they tell. Recall is in ``docs/results-patient.md``; have a person look before text
leaves the house.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from medrag.knowledge import Knowledge
from medrag.patient.fhir.values import Json, objects, text
from medrag.patient.privacy.identifiers import Span, by_pattern, by_recogniser, protected
from medrag.patient.record.facts import LISTS
from medrag.types import Fact, Genotype, Patient

MAX_SHIFT_DAYS = 365
_PEOPLE = {"Patient", "RelatedPerson", "Practitioner", "Person"}


@dataclass(frozen=True)
class Identity:
    """What identifies one patient: literal strings by kind, and the days by which the patient's dates move."""

    literals: dict[str, frozenset[str]] = field(default_factory=dict)
    shift_days: int = 0


def shift_of(patient_id: str, secret: bytes) -> int:
    """The days by which a patient's dates move: never 0, always the same, not to be guessed without ``secret``."""
    digest = hmac.new(secret, patient_id.encode(), hashlib.sha256).digest()
    days = 1 + int.from_bytes(digest[:4], "big") % MAX_SHIFT_DAYS
    return days if digest[4] % 2 else -days


def identity_of(resources: Iterable[Json], shift_days: int) -> Identity:
    """The identifiers in FHIR resources: those of the patient, relatives and practitioners."""
    found: dict[str, set[str]] = {"NAME": set(), "ID": set(), "PHONE": set(), "EMAIL": set(), "ADDRESS": set()}
    for resource in resources:
        if isinstance(kind := resource.get("resourceType"), str) and kind in _PEOPLE:
            _collect(resource, found)
    return Identity({kind: frozenset(values) for kind, values in found.items()}, shift_days)


def _collect(resource: Json, found: dict[str, set[str]]) -> None:
    for name in objects(resource.get("name")):
        parts = [name.get("family"), *(name.get("given") or ()), name.get("text")]
        found["NAME"] |= {
            word for part in parts if (words := text(part)) for word in (words, *words.split()) if len(word) > 2
        }
    found["ID"] |= {
        value for item in objects(resource.get("identifier")) if (value := text(item.get("value"))) and len(value) > 3
    }
    for item in objects(resource.get("telecom")):
        if value := text(item.get("value")):
            found["EMAIL" if "@" in value else "PHONE"].add(value)
    for item in objects(resource.get("address")):
        parts = [*(item.get("line") or ()), item.get("city"), item.get("postalCode"), item.get("text")]
        found["ADDRESS"] |= {words for part in parts if (words := text(part)) and len(words) > 3}


def deidentify(words: str, identity: Identity, knowledge: Knowledge) -> str:
    """``words`` with identifiers replaced by ``[NAME]``, ``[PHONE]``... and dates shifted."""
    result, end = [], 0
    for span in find_identifiers(words, identity, knowledge):
        result += [words[end : span.start], _replacement(words[span.start : span.end], span.kind, identity.shift_days)]
        end = span.end
    return "".join([*result, words[end:]])


def deidentify_patient(patient: Patient, identity: Identity, knowledge: Knowledge) -> Patient:
    """``patient`` without a birth date, with its texts de-identified, its dates shifted and no file names.

    Ages over 89 become 90. Codes, numbers and genotypes stay as they are.
    """
    move = timedelta(days=identity.shift_days)
    lists = {
        name: tuple(_hidden(fact, identity, move, knowledge) for fact in facts)
        for name in LISTS
        if (facts := getattr(patient, name)) is not None
    }
    age = min(patient.age_years, 90.0) if patient.age_years is not None else None
    return patient.model_copy(
        update={**lists, "birth_date": None, "age_years": age, "derived": {}, "missing": (), "problems": ()}
    )


def _hidden(fact: Fact | Genotype, identity: Identity, move: timedelta, knowledge: Knowledge) -> Fact | Genotype:
    words = {
        name: deidentify(value, identity, knowledge)
        for name in ("display", "dosage", "reaction", "report", "value")
        if isinstance(value := getattr(fact, name, None), str)
    }
    moved = fact.date + move if fact.date else None
    return fact.model_copy(update={**words, "date": moved, "source": "record"})


def find_identifiers(words: str, identity: Identity, knowledge: Knowledge) -> list[Span]:
    """The identifiers in ``words``, in order; those that overlap become one, of the longest's kind."""
    spans = [*_literals(words, identity), *by_pattern(words), *by_recogniser(words)]
    kept: list[Span] = []
    for span in sorted(each for each in spans if not protected(words, each, knowledge)):
        if kept and span.start < kept[-1].end:
            last = kept.pop()
            kind = max((last, span), key=lambda each: (each.end - each.start, each.kind != "ID")).kind
            span = Span(last.start, max(last.end, span.end), kind)  # noqa: PLW2901
        kept.append(span)
    return kept


def _literals(words: str, identity: Identity) -> Iterator[Span]:
    for kind, values in identity.literals.items():
        for value in values:
            for match in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", words, re.IGNORECASE):
                yield Span(*match.span(), kind)


# --- replacements ----------------------------------------------------------------------------------

_FORMATS = (
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%d %B %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%B %d %Y",
    "%b %d %Y",
)


def _replacement(said: str, kind: str, shift_days: int) -> str:
    if kind == "AGE":
        return "90+"
    return _shifted(said, shift_days) if kind == "DATE" else f"[{kind}]"


def _shifted(said: str, days: int) -> str:
    """A date moved by ``days`` in its own format; ``[DATE]`` where it is none that is known."""
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|\.", "", said)
    for shape in _FORMATS:
        try:
            moved = datetime.strptime(plain, shape) + timedelta(days=days)
        except (ValueError, OverflowError):
            continue
        return moved.strftime(shape)
    return "[DATE]"
