"""Written names as they are compared, and the maps from them to what they mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass

from medrag.knowledge.vocabulary import Allergen, Condition, Drug, DrugClass, Measurement, Product

ABBREVIATION_UP_TO = 6
"""A condition's spelling this short and all in capitals is an abbreviation: in prose it counts in capitals only."""
ABBREVIATED_UP_TO = 3
"""A word this short is taken as it is: "HAE" is no spelling of "HE"."""
MISSPELT_FROM = 6
"""Shorter names are not recognised when misspelt: too many words are one slip away."""
MISSPELT_CLASS_FROM = 9
"""Nor are shorter names of classes ("statin", "nitrate")."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a written name means: ingredients, or a class.

    ``capital`` names count only with a capital letter, ``dosed`` ones only before a dose.
    """

    ingredients: tuple[str, ...] = ()
    drug_class: str | None = None
    brand: bool = False
    capital: bool = False
    dosed: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """A condition that words mean, for ``certain`` or often less.

    A ``synonym`` is the condition's own name, to be shown under its preferred one; other words count as it and are
    shown as written. With ``capitals``, prose means it only where it writes the words in capitals ("HIT", "OA").
    """

    condition: str
    certain: bool = True
    synonym: bool = False
    capitals: bool = False


_NO_WORD = re.compile(r"[^a-z0-9']+")


def normalise(text: str) -> str:
    """Lower case, no accents, hyphens and slashes as spaces: how names are compared."""
    if text.isascii():
        return _NO_WORD.sub(" ", text.lower()).strip()
    plain = unicodedata.normalize("NFKD", text.replace("β", "beta").replace("’", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join("".join(c if c.isalnum() or c == "'" else " " for c in plain.lower()).split())


def fold_word(word: str) -> str:
    """One spelling for British and American words, without the possessive ("oedema", "Crohn's", not "HAE")."""
    if len(word) <= ABBREVIATED_UP_TO:
        return word.lower()
    return word.lower().replace("’", "'").removesuffix("'s").replace("ae", "e").replace("oe", "e")


def fold(text: str) -> str:
    """Words of a condition as they are compared: :func:`normalise` and :func:`fold_word`."""
    return " ".join(map(fold_word, normalise(text).split()))


def is_abbreviation(spelling: str) -> bool:
    """Whether prose must write a condition's spelling in capitals to mean it."""
    return len(spelling) <= ABBREVIATION_UP_TO and spelling.upper() == spelling and spelling.lower() != spelling


def drug_names(
    drugs: Iterable[Drug],
    products: Collection[Product],
    classes: Iterable[DrugClass],
    words: Container[str] = (),
    forms: Iterable[str] = (),
) -> dict[str, Name]:
    """Written name -> meaning. Ingredients win over products, products over classes.

    British names of combinations are known
    without their hyphen too ("cocodamol"). Brands that are among ``words`` ("Soma", "Alli") count only with a capital
    letter. ``forms`` are what a treatment is called after what it is for ("heart tablets").
    """
    names: dict[str, Name] = {}
    forms = tuple(forms)
    for group in classes:
        for written in (*group.names, *(f"{purpose} {form}" for purpose in group.purposes for form in forms)):
            names[normalise(written)] = Name(drug_class=group.key)
    for product in products:
        names[normalise(product.name)] = Name(ingredients=product.ingredients, brand=product.name[0].isupper())
    for drug in drugs:
        for brand in drug.brands:
            names[normalise(brand)] = Name(ingredients=(drug.name,), brand=True, capital=brand.lower() in words)
        for written in drug.dosed:
            names[normalise(written)] = Name(ingredients=(drug.name,), dosed=True)
        for written in (drug.name, *drug.synonyms):
            names[normalise(written)] = Name(ingredients=(drug.name,))
    for written in [each.name for each in products if each.name.startswith("co-")]:
        names.setdefault(normalise(written.replace("-", "")), names[normalise(written)])
    return names


def first_words(names: Iterable[str]) -> dict[str, int]:
    """First word of a name -> most words of a name that starts so."""
    first: dict[str, int] = {}
    for name in names:
        words = name.split()
        first[words[0]] = max(first.get(words[0], 0), len(words))
    return first


def spellings(names: Mapping[str, Name]) -> dict[str, tuple[str, ...]]:
    """Names of one word by first letter, sorted. Brands are too close to words ("Enablex", "Claritin") and left out."""
    by_letter: dict[str, list[str]] = {}
    for name, meaning in names.items():
        least = MISSPELT_CLASS_FROM if meaning.drug_class else MISSPELT_FROM
        if not meaning.brand and name.isascii() and " " not in name and len(name) >= least:
            by_letter.setdefault(name[0], []).append(name)
    return {letter: tuple(sorted(group)) for letter, group in by_letter.items()}


def phrases(conditions: Iterable[Condition]) -> dict[str, tuple[Meaning, ...]]:
    """Folded words -> the conditions they mean, the certain ones first."""
    found: dict[str, dict[tuple[str, bool], Meaning]] = {}
    for condition in conditions:
        for words, certain, synonym in (
            (condition.names, True, True),
            (condition.includes, True, False),
            (condition.maybe, False, False),
        ):
            for spelling in words:
                meanings = found.setdefault(fold(spelling), {})
                known = meanings.get((condition.key, certain))
                capitals = is_abbreviation(spelling) and (known is None or known.capitals)
                meanings[condition.key, certain] = Meaning(condition.key, certain, synonym, capitals)
    return {words: tuple(sorted(each.values(), key=lambda m: not m.certain)) for words, each in found.items()}


def measurement_names(measurements: Iterable[Measurement], drugs: Mapping[str, Drug]) -> dict[str, str]:
    """Normalised name or LOINC code -> key of the measurement; a drug's own names mean its level."""
    levels = {
        normalise(name): each.key
        for each in measurements
        if each.drug
        for name in (each.drug, *drugs[each.drug].synonyms)
    }
    named = levels | {normalise(name): each.key for each in measurements for name in (*each.names, each.key)}
    return named | {code: each.key for each in measurements for code in each.loinc}


def allergen_names(allergens: Iterable[Allergen]) -> dict[str, str]:
    """Normalised name, in the singular and the plural -> key of the allergen."""
    return {form: each.key for each in allergens for name in each.names for form in _numbers(normalise(name))}


def _numbers(name: str) -> tuple[str, str]:
    return name, name[:-1] + "ies" if name.endswith("y") and name[-2] not in "aeiou" else name + "s"
