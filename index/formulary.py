"""What of guidelines may be quoted where a hospital gives only the drugs of its formulary."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from medrag.errors import InputError
from medrag.knowledge import Knowledge
from medrag.reading.languages.gloss import in_english
from medrag.reading.mentions import DrugMention, drugs
from medrag.reading.polarity import Polarity
from medrag.types import Passage


@dataclass(frozen=True)
class Formulary:
    """The ingredients that are given, and names that the knowledge does not hold, in lower case."""

    ingredients: frozenset[str]
    names: frozenset[str]
    knowledge: Knowledge

    def restricted(self, passage: Passage) -> Passage:
        """The passage; sentences that recommend a drug off the formulary are found, and never quoted.

        What warns of such a drug stays, and so does what names a class.
        """
        kept = tuple(each for each in passage.sentences if not self._is_off(passage.quote(each)))
        return passage if len(kept) == len(passage.sentences) else passage.model_copy(update={"sentences": kept})

    def _is_off(self, text: str) -> bool:
        read = in_english(text, self.knowledge)
        said = (each for each in drugs(read, self.knowledge) if each.polarity is Polarity.RECOMMENDED)
        return any(not self._gives(each) for each in said)

    def _gives(self, mention: DrugMention) -> bool:
        if mention.drug_class or mention.text.lower() in self.names:
            return True
        return bool(mention.ingredients) and self.ingredients.issuperset(mention.ingredients)


def read_formulary(path: Path, knowledge: Knowledge) -> Formulary:
    """The formulary of a file: a name a line, or a CSV with a column ``drug``.

    Raises InputError where it names nothing.
    """
    names = [name for name in map(str.strip, _names(path)) if name and not name.startswith("#")]
    if not names:
        raise InputError(f"{path} names no drug: write one a line, or a CSV with a column drug.", param="formulary")
    ingredients = {
        each
        for name in names
        for mention in drugs(in_english(name, knowledge), knowledge)
        for each in mention.ingredients
    }
    return Formulary(frozenset(ingredients), frozenset(name.lower() for name in names), knowledge)


def _names(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The formulary {path} cannot be read.", param="formulary") from error
    if path.suffix.lower() != ".csv":
        return text.splitlines()
    rows = csv.DictReader(text.splitlines())
    if "drug" not in (rows.fieldnames or ()):
        raise InputError(f"{path} has no column drug.", param="formulary")
    return [row["drug"] or "" for row in rows]
