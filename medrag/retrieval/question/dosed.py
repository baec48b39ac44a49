"""The drug whose dose a question asks for, and what sentences tell of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from medrag.knowledge import Knowledge
from medrag.reading import DrugMention, Polarity, drugs
from medrag.reading.languages import pattern
from medrag.reading.languages.gloss import in_english
from medrag.reading.mentions import ingredients_named
from medrag.types import Pointer

_said = partial(pattern, "asks")


@dataclass(frozen=True)
class Dosed:
    """The ingredients of all drugs that the question names and does not stop; ``of_class``: it names a class."""

    ingredients: frozenset[str]
    of_class: bool
    knowledge: Knowledge

    @classmethod
    def asked(cls, asked: str, knowledge: Knowledge) -> Dosed | None:
        """What the question asks the dose of; None where it asks for no known drug's."""
        question = in_english(asked, knowledge)
        named = [each for each in drugs(question, knowledge) if each.polarity is Polarity.RECOMMENDED]
        if not any(each.resolved and each.exact and _is_dosed(each, question) for each in named):
            return None
        return cls(_ingredients(named, knowledge), any(each.drug_class for each in named), knowledge)

    def told(self, sentence: str) -> bool:
        """Whether the sentence tells how one of them is dosed, or warns of it; its class is not enough."""
        text, _, about = self._about(sentence)
        itself = any(self.of_class or each.drug_class is None for each in about)
        return itself and _said("dosing told").search(text) is not None

    def of_them(self, sentence: str) -> bool:
        """Whether the sentence gives a dose and names one of them."""
        text, _, about = self._about(sentence)
        return bool(about) and _said("dose told").search(text) is not None

    def of_others(self, sentence: str) -> bool:
        """Whether the sentence gives a dose of drugs of which none is one of them."""
        text, named, about = self._about(sentence)
        return bool(named) and not about and _said("dose told").search(text) is not None

    def _about(self, sentence: str) -> tuple[str, list[DrugMention], list[DrugMention]]:
        """The sentence in English, the drugs that it names, and those that are one of them or its class."""
        text = in_english(sentence, self.knowledge)
        named = drugs(text, self.knowledge)
        return text, named, [each for each in named if _same(self.ingredients, _ingredients([each], self.knowledge))]


def doses_of_others(asked: str, quotes: Mapping[Pointer, str], knowledge: Knowledge) -> frozenset[Pointer]:
    """The sentences with doses of other drugs alone than the one whose dose is asked for and is among them."""
    dosed = Dosed.asked(asked, knowledge)
    if dosed is None or not any(map(dosed.of_them, quotes.values())):
        return frozenset()
    return frozenset(place for place, quote in quotes.items() if dosed.of_others(quote))


def _is_dosed(drug: DrugMention, question: str) -> bool:
    before, behind = question[: drug.start], question[drug.end :]
    if any(each.end() == drug.start for each in pattern("states", "takers").finditer(before)):
        return False
    return bool(_said("dosed behind").match(behind) or _said("dosed before").search(before))


def _ingredients(named: Iterable[DrugMention], knowledge: Knowledge) -> frozenset[str]:
    """What they are; what equals another strength for strength is that ("prednisolone")."""
    same = {each.drug: each.standard for each in knowledge.equivalents if each.factor == 1}
    return frozenset(same.get(one, one) for each in named for one in ingredients_named(each, knowledge))


def _same(some: Collection[str], others: Collection[str]) -> bool:
    """Whether a drug is in both, or one of a kind of it ("insulin glargine" and "insulin")."""
    kinds = ((one, other) for one in some for other in others)
    return any(one == other or one.startswith(f"{other} ") or other.startswith(f"{one} ") for one, other in kinds)
