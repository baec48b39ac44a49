"""What a sentence of a label must speak of to bear on a fact about a drug."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

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
Standing = Literal["supported", "contradicted", "not found"]
_OF_THE_DRUG = frozenset({"doses", "criteria"})
"""Kinds that speak of the drug alone: their numbers say which sentence bears on them."""
_UNBOUNDED = frozenset({0.0, 200.0})
_IN_A_CLAUSE = ("acts", "dismisses", "denies", "effects", "studies")
"""Cues by which a clause says something, the first that it has."""
_IN_A_SENTENCE = ("acts", "dismisses", "effects", "denies", "studies")
"""Which of its clauses a sentence goes by."""
_OF = "label_of_"
"""Begins the cues by which a label names a class."""
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

    def standing(self, sentence: str, knowledge: Knowledge, listed: bool = False) -> Standing:
        """What the sentence makes of the claim; ``listed`` where it stands in the section that the fact cites.

        A sentence says several things ("no adjustment is needed, but monitor ..."): each clause counts that names what
        the fact is about, or nothing else. One that asks for something supports whatever the others say; one that
        says that nothing follows goes before one that tells of an effect, and that before one that denies an effect.
        """
        if not self.named_in(sentence, knowledge):
            return "contradicted" if self._another_maximum(sentence) else "not found"
        said = self._said(sentence, knowledge)
        if said in ("dismisses", "denies") and self.kind not in _OF_THE_DRUG:
            return "not found" if self._milder(sentence, knowledge) else "contradicted"
        if self.numbers and self.numbers.isdisjoint(_numbers(sentence)):
            return "contradicted" if self._another_maximum(sentence) else "not found"
        return "supported" if said in ("acts", "effects") or (not said and (listed or self.numbers)) else "not found"

    def _said(self, sentence: str, knowledge: Knowledge) -> str:
        """The weightiest of what the clauses about the claim say; a mere name says what the clause before it did."""
        found, said = set(), ""
        for clause in re.split("|".join(knowledge.cues["label_turns"]), sentence, flags=re.IGNORECASE):
            said = next((cue for cue in _IN_A_CLAUSE if knowledge.says(f"label_{cue}", clause)), said)
            if self.named_in(clause, knowledge) or not self._elsewhere(clause, knowledge):
                found.add(said)
        return next((each for each in _IN_A_SENTENCE if each in found), "")

    def named_in(self, sentence: str, knowledge: Knowledge) -> bool:
        """Whether the sentence names what the fact is about, its numbers left aside."""
        return (
            (not self.others or not self.others.isdisjoint(_drugs(sentence, knowledge)))
            and (not self.conditions or not self.conditions.isdisjoint(_conditions(sentence, knowledge)))
            and (not self.cue or knowledge.says(f"label_{self.cue}", sentence))
        )

    def _elsewhere(self, clause: str, knowledge: Knowledge) -> bool:
        """Whether the clause speaks of something else of the claim's sort: a drug, or a condition or organ."""
        if self.others:
            return not _drugs(clause, knowledge) <= {self.drug}
        cues = (f"label_{cue}" for cue in set(CUES.values()) - {self.cue})
        return bool(_conditions(clause, knowledge)) or any(knowledge.says(cue, clause) for cue in cues)

    def _another_maximum(self, sentence: str) -> bool:
        return self.kind == "doses" and any(dose.maximum and not dose.per_kg for dose in doses(sentence))

    def _milder(self, sentence: str, knowledge: Knowledge) -> bool:
        """Whether what is denied is of milder cases than the fact's: "no adjustment in mild renal impairment"."""
        return (
            bool(self.cue) and knowledge.says("label_milder", sentence) and not knowledge.says("label_severe", sentence)
        )


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
    """Ingredients that the sentence names, by themselves, by their class or by what a label calls it."""
    mentions = drugs(sentence, knowledge)
    named = {name for mention in mentions for name in mention.ingredients}
    classes = {each.drug_class for each in mentions if each.drug_class}
    classes |= {
        cue.removeprefix(_OF) for cue in knowledge.cues if cue.startswith(_OF) and knowledge.says(cue, sentence)
    }
    return frozenset(named.union(*(knowledge.members[each] for each in classes)))


def _conditions(sentence: str, knowledge: Knowledge) -> frozenset[str]:
    """Concepts that the sentence names, and the broader ones that these imply."""
    return frozenset(broader for name in phrases_in(sentence, knowledge) for broader in implied(name, knowledge))


def _numbers(sentence: str) -> frozenset[float]:
    """The numbers of the sentence as written, and its doses in mg, for one dose and a day."""
    written = {float(each.replace(",", "")) for each in _NUMBER.findall(sentence)}
    return frozenset(written.union(*map(_amounts, doses(sentence))))


def _amounts(dose: Dose) -> set[float]:
    return {dose.low, dose.high} | ({dose.daily} if dose.daily is not None else set())
