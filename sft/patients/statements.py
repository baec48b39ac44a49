"""What a guideline's statement needs of a patient, read from its wording.

Guideline statements put their condition first ("In atrial fibrillation with heart failure, ..."). The part
before the first comma, less the guideline's own topic, is what the patient must have; unknown wording is kept
as a phrase, to be matched literally. It is a way to label training examples, not a reading of medicine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sft.patients.profiles import ALLERGIES, BARRED, PHRASES, Profile

_LEAD = re.compile(r"^(in|for|after|during|when|if|before|as)\b[^,]*,", re.I)
_JOIN = re.compile(
    r"\b(?:with|and|or|when|if|despite|after|who|whose|treated|needing|has|have|had|is|are|as|in|at|whom|"
    r"aged|plus|during|before|needs?|either|also|on|to|of|using|taking)\b|[;:]",
    re.I,
)
_KIDNEY = re.compile(
    r"(?:egfr|creatinine clearance|crcl)[^.;,]{0,14}?(below|under|less than|<=?|above|>=?)\s*(\d{2})", re.I
)
_PEOPLE = re.compile(
    r"\b(adults?|people|patients?|persons?|individuals|men|women|those|all|most|many|selected|suspected|acute|chronic|"
    r"stable|symptoms?|first-line|treatment|the|an?|any|for|in|disease|severe|moderate|mild|new|initial|therapy|"
    r"long-term|low|high|risk)\b",
    re.I,
)
_GROUPS = {
    "pregnant": r"(?<!non)(?<!non-)\bpregnan",
    "child": r"\b(child(ren)?|infants?|adolescents?|paediatric|pediatric)\b",
    "older": r"\b(older (adults?|people|patients)|elderly|aged? (>=|over|above)? ?(65|70|75|80)|frail)",
    "female": r"\b(women|female)\b",
    "male": r"(?<!wo)\bmen\b|\bmale\b",
}
_WARNING = re.compile(
    r"\b(avoid|do not|must not|should not|contraindicated|not recommended|not be (given|used)|not used|stop)\b", re.I
)


@dataclass(frozen=True)
class Statement:
    """A statement and what it takes for it to apply: all of ``every``, and none of ``unless``."""

    text: str
    every: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    either: bool = False
    heading: str = ""

    @property
    def specific(self) -> bool:
        """Whether it is for some patients only."""
        return bool(self.every)

    def applies(self, profile: Profile | None, stated: frozenset[str] = frozenset()) -> bool:
        """Whether it applies to this patient, given also what the question itself states."""

        def met(need: str) -> bool:
            return need in stated or (profile is not None and profile.meets(need))

        needed = (any if self.either else all)(map(met, self.every)) if self.every else True
        return needed and not any(map(met, self.unless))


def read(text: str, heading: str, topic: str) -> Statement:
    """The statement ``text`` under ``heading`` in a guideline on ``topic``, with its needs."""
    match = _LEAD.match(text)
    lead = match[0] if match else ""
    positive, _, excluded = lead.partition("without")
    scope = text if not lead and _WARNING.search(text) else positive
    every = _named(scope, topic) | _kidney(scope) | _allergies(text) | _groups(f"{heading}. {scope}", topic)
    if not every and re.match(r"(in|after)\b", lead, re.I):
        every = _literal(positive, topic)
    unless = frozenset(_named(excluded, topic)) | ({"pregnant"} if re.search(r"non-?pregnant", lead, re.I) else set())
    if not _WARNING.search(text):
        unless |= _barred(text) - every
    return Statement(text, frozenset(every), frozenset(unless), " or " in positive, heading)


def _named(text: str, topic: str) -> set[str]:
    found = {name for name, (pattern, _) in PHRASES.items() if re.search(pattern, text, re.I)}
    return found - {name for name, (pattern, _) in PHRASES.items() if re.search(pattern, topic, re.I)}


def _allergies(text: str) -> set[str]:
    return {name for name, (pattern, _, _) in ALLERGIES.items() if re.search(pattern, text, re.I)}


def _kidney(text: str) -> set[str]:
    return {f"egfr{'<' if m[1][0] in 'bul<' else '>'}{m[2]}" for m in _KIDNEY.finditer(text)}


def _groups(text: str, topic: str) -> set[str]:
    found = {name for name, pattern in _GROUPS.items() if re.search(pattern, text, re.I)}
    found -= {name for name, pattern in _GROUPS.items() if re.search(pattern, topic, re.I)}
    return set() if {"male", "female"} <= found else found


def _literal(lead: str, topic: str) -> set[str]:
    """The parts of a lead that are not the topic, as phrases to match literally."""
    words = set(re.findall(r"\w+", topic.lower()))
    phrases = set()
    for part in _JOIN.split(lead.strip(" ,")):
        rest = [word for word in re.findall(r"[\w'-]+", _PEOPLE.sub(" ", part)) if not _stem_in(word.lower(), words)]
        if rest and any(len(word) > 4 for word in rest) and not re.search(r"\d", part):
            phrases.add(" ".join(part.split()))
    return set(sorted(phrases)[:2])


def _stem_in(word: str, words: set[str]) -> bool:
    return any(word[:5] == each[:5] for each in words)


def _barred(text: str) -> set[str]:
    found = {name for name, (_, _, drugs) in ALLERGIES.items() if re.search(drugs, text, re.I)}
    return found | {name for name, drugs in BARRED.items() if re.search(drugs, text, re.I)}
