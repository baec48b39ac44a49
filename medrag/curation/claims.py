"""What a sentence of a label must speak of to bear on a fact about a drug."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from medrag.knowledge import Knowledge
from medrag.knowledge.facts import Fact
from medrag.patient.conditions import implied, phrases_in
from medrag.reading import Dose, doses, drugs

SIDES = {"interactions": ("a", "b"), "washouts": ("stopped", "start")}
"""Kinds of facts about two drugs, and where each stands."""
NUMBERS = {
    "doses": ("single", "daily"),
    "renal": ("below", "max_daily"),
    "hepatic": ("max_daily",),
    "ages": ("from_age", "to_age"),
    "washouts": ("days",),
    "criteria": ("max_daily",),
}
CUES = {"renal": "kidney", "hepatic": "liver"}
NONE = {"no_interactions": "7", "no_contraindications": "4"}
"""Kinds of facts that say there is nothing, and the section that would say otherwise."""
KINDS = frozenset({*SIDES, *NUMBERS, *NONE, "contraindications", "life_stages"})
"""Kinds of facts that a label can be asked about."""
_UNBOUNDED = frozenset({0.0, 200.0})
_NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?")


@dataclass(frozen=True)
class Claim:
    """A fact of ``kind`` about ``drug``: a sentence bears on it that names any of each part which is not empty.

    ``others`` are ingredients, ``conditions`` concepts, ``cue`` a key of the knowledge's cues, ``numbers`` amounts
    (mg) or limits; ``section`` is the label's section that the fact cites, empty where it cites the whole.
    """

    fact: Fact
    kind: str
    drug: str
    others: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    cue: str = ""
    numbers: frozenset[float] = frozenset()
    section: str = ""

    @property
    def query(self) -> str:
        """What to search a label for."""
        named = [*sorted(self.others), *(each.replace("_", " ") for each in sorted(self.conditions))][:12]
        said = (self.drug, self.kind.replace("_", " "), *named, *(f"{each:g}" for each in sorted(self.numbers)))
        return " ".join((*said, getattr(self.fact, "reason", "")))

    def named_in(self, sentence: str, knowledge: Knowledge) -> bool:
        """Whether the sentence names what the fact is about, its numbers left aside."""
        return (
            (not self.others or not self.others.isdisjoint(_drugs(sentence, knowledge)))
            and (not self.conditions or not self.conditions.isdisjoint(_conditions(sentence, knowledge)))
            and (not self.cue or knowledge.says(f"label_{self.cue}", sentence))
        )

    def supported_by(self, sentence: str, knowledge: Knowledge) -> bool:
        """Whether the sentence names what the fact is about and one of its numbers, and denies nothing."""
        if not self.named_in(sentence, knowledge) or knowledge.says("label_denies", sentence):
            return False
        return not self.numbers or not self.numbers.isdisjoint(_numbers(sentence))

    def denied_by(self, sentence: str, knowledge: Knowledge) -> bool:
        """Whether the sentence says that nothing follows from what the fact is about, or names another highest dose."""
        if self.kind == "doses":
            return any(dose.maximum and not dose.per_kg for dose in doses(sentence))
        return self.named_in(sentence, knowledge) and knowledge.says("label_denies", sentence)


def claims(drug: str, knowledge: Knowledge) -> Iterator[Claim]:
    """Every fact about ``drug`` that cites a label and that a label can be asked about."""
    for kind, fact in knowledge.facts(drug):
        if kind in KINDS and (kind in NONE or fact.source.partition("-")[0] == "label"):
            yield from _claims(kind, fact, drug, knowledge)


def _claims(kind: str, fact: Any, drug: str, knowledge: Knowledge) -> Iterator[Claim]:
    if getattr(fact, "per_kg", False):
        return
    section = NONE.get(kind) or fact.source.partition("-")[2]
    numbers = frozenset(
        float(value) for field in NUMBERS.get(kind, ()) if (value := getattr(fact, field)) and value not in _UNBOUNDED
    )
    named = {"fact": fact, "kind": kind, "drug": drug, "section": section, "numbers": numbers, "cue": _cue(kind, fact)}
    concepts = frozenset(fact.conditions) if kind == "contraindications" else frozenset()
    if kind not in SIDES:
        yield Claim(conditions=concepts, **named)
        return
    for own, other in (SIDES[kind], SIDES[kind][::-1]):
        if drug in knowledge.expand(getattr(fact, own)):
            yield Claim(others=knowledge.expand(getattr(fact, other)) - {drug}, **named)


def _cue(kind: str, fact: Any) -> str:
    if kind == "life_stages":
        return str(fact.stage)
    if kind == "ages":
        return "old" if fact.from_age else "young"
    return CUES.get(kind, "")


def _drugs(sentence: str, knowledge: Knowledge) -> frozenset[str]:
    """Ingredients that the sentence names, by themselves or by their class."""
    mentions = drugs(sentence, knowledge)
    named = {name for mention in mentions for name in mention.ingredients}
    return frozenset(named.union(*(knowledge.members[each.drug_class] for each in mentions if each.drug_class)))


def _conditions(sentence: str, knowledge: Knowledge) -> frozenset[str]:
    """Concepts that the sentence names, and the broader ones that these imply."""
    return frozenset(broader for name in phrases_in(sentence, knowledge) for broader in implied(name, knowledge))


def _numbers(sentence: str) -> frozenset[float]:
    """The numbers of the sentence as written, and its doses in mg, for one dose and a day."""
    written = {float(each.replace(",", "")) for each in _NUMBER.findall(sentence)}
    return frozenset(written.union(*map(_amounts, doses(sentence))))


def _amounts(dose: Dose) -> set[float]:
    return {dose.low, dose.high} | ({dose.daily} if dose.daily is not None else set())
