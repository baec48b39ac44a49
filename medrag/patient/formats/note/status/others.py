"""Sentences that speak of a relative by a pronoun ("His wife came along. She takes lithium.")."""

from __future__ import annotations

from functools import partial

from medrag.reading.boundaries import Sentence
from medrag.reading.languages import pattern
from medrag.reading.people.ages import READ, Sex, age_and_sex

_said = partial(pattern, "relatives")
_WITHIN = 160
"""Characters before a sentence in which whom its pronoun means was named."""
_OTHERS: dict[Sex, tuple[str, str, str, str]] = {
    "male": ("she", "woman", "male_patient", "his"),
    "female": ("he", "man", "female_patient", "her"),
}


class Others:
    """Whom the pronouns that begin the sentences of one text mean."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sex = age_and_sex(text[:READ])[1]

    def spoken_of(self, sentence: Sentence, place: int) -> bool:
        """Whether ``sentence`` says what it names at ``place`` of a relative, who is not of the patient's sex."""
        return any(self._means(sentence, place, sex) for sex in _OTHERS if self._sex in {None, sex})

    def _means(self, sentence: Sentence, place: int, sex: Sex) -> bool:
        pronoun, relative, patient, whose = _OTHERS[sex]
        opens = _said(pronoun).match(self._text, sentence.start, sentence.end)
        if opens is None or _said(patient).search(self._text, opens.end(), place):
            return False
        before = _said(relative).finditer(self._text, max(0, sentence.start - _WITHIN), sentence.start)
        return any(self._sex is not None or each["whose"].casefold() == whose for each in before)
