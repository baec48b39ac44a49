"""Results of pharmacogenes however they are worded: phenotype, activity score, diplotype, single variant, HLA typing.

A result is compared by its *degree* ("poor", "intermediate", "positive"), since CPIC, laboratories and records word the
same one differently (CPIC term standardisation, Caudle et al., Genet Med 2017).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial

from medrag.knowledge import Knowledge
from medrag.knowledge.vocabulary import Gene
from medrag.patient.formats.phenotypes import interpret
from medrag.reading.languages import pattern, patterns
from medrag.reading.languages.gloss import in_english
from medrag.types import Fact, FactStatus, Genotype, Patient

_said = partial(pattern, "genes")

_HLA = re.compile(r"\*?\s?(\d{2,3}):?(\d{2})(?!\d)")
_PAIR = re.compile(r"(\*\d+[A-Z]?(?:x\d+)?)\s*/\s*(\*\d+[A-Z]?(?:x\d+)?)(?![\w+/])")
_ZYGOUS = re.compile(
    r"(?P<allele>\*\w+)[\s,]*(?:allele|variant|carrier)?\s*\(?(?P<how>homozyg\w+|heterozyg\w+)\)?(?: carrier)?",
    re.IGNORECASE,
)


def gene_of(genotype: Genotype, knowledge: Knowledge) -> str:
    """The gene's symbol, however it is written ("CYP 2C19", "HLA-B*15:02")."""
    match = _gene(knowledge).search(genotype.gene)
    return _symbol(match[1], knowledge) if match else genotype.gene


@lru_cache(maxsize=4)
def _gene(knowledge: Knowledge) -> re.Pattern[str]:
    """Finds the name of a gene, known or of the cytochromes."""
    names = {*knowledge.genes, *(name for each in knowledge.genes.values() for name in each.names)}
    known = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(
        rf"\b(HLA[\s-]?[AB](?![a-z])|CYP\s?\d[A-Z]\d{{1,2}}|{known})(?![a-z0-9])",
        re.IGNORECASE,
    )


def _symbol(written: str, knowledge: Knowledge) -> str:
    name = re.sub(r"\s", "", written).upper()
    name = re.sub(r"^HLA-?([AB])$", r"HLA-\1", name)
    return next((key for key, gene in knowledge.genes.items() if name in gene.names), name)


def degree(text: str | None) -> str | None:
    """The degree that a phenotype's words say, with "likely" before it where they do; None where they say none."""
    found = next((name for name, words in patterns("degrees").items() if words.search(text or "")), None)
    return f"likely {found}" if found and _said("half").search(text or "") else found


def holds(key: str, genotype: Genotype, gene: Gene | None) -> bool:
    """Whether the result is the one that CPIC's lookup ``key`` names."""
    if genotype.lookup_key:
        return key == genotype.lookup_key
    if gene is not None and gene.asked:
        return key in _hla(genotype, gene)
    if genotype.activity_score:
        return key == genotype.activity_score or _number(key) == _number(genotype.activity_score) is not None
    if genotype.phenotype and genotype.phenotype.lower() == key.lower():
        return True
    if (said := degree(genotype.phenotype)) or not genotype.diplotype:
        return said is not None and _of_degree(key, said, gene)
    return key in _meant(genotype, gene)


def _of_degree(key: str, said: str, gene: Gene | None) -> bool:
    value = _number(key)
    if value is None:
        return degree(key) == said
    return any(
        band.low <= value <= band.high for band in (gene.scores if gene else ()) if degree(band.phenotype) == said
    )


def has(result: str, genotype: Genotype, gene: Gene | None) -> bool:
    """Whether the result is a rule's: a diplotype ("*3/*3"), words of a phenotype, or one of the same degree."""
    said, typed = (genotype.phenotype or "").lower(), _plain(genotype)
    if sorted(typed.split("/")) == sorted(result.split("/")) or (
        result.lower() in said and not _said("negative").search(said)
    ):
        return True
    wanted = degree(result)
    if wanted is None or (gene is not None and gene.asked):
        return False
    if said and degree(said):
        return degree(said) == wanted
    meant = [meaning.phenotype for meaning in interpret(gene, genotype.diplotype or "")]
    return any(degree(each) == wanted for each in (*meant, genotype.lookup_key))


def _plain(genotype: Genotype) -> str:
    return re.sub(r"\s|-?1639G>A|^c\.", "", (genotype.diplotype or "").replace(genotype.gene, "")).replace("|", "/")


def _meant(genotype: Genotype, gene: Gene | None) -> set[str]:
    return {meaning.lookup_key for meaning in interpret(gene, genotype.diplotype or "")}


def _hla(genotype: Genotype, gene: Gene) -> set[str]:
    """Which alleles asked for the result calls positive or negative: by words, by the typing, by a lone allele."""
    said = genotype.phenotype or ""
    typed = genotype.diplotype or ""
    alleles = _alleles(f"{genotype.gene.partition('*')[2]} {said}") or _alleles(typed)
    if alleles and (_said("negative").search(f"{said} {typed}") or _said("positive").search(f"{said} {typed}")):
        polarity = "negative" if _said("negative").search(f"{said} {typed}") else "positive"
        return {f"{allele} {polarity}" for allele in alleles}
    meant = _meant(genotype, gene)
    return meant or {f"{allele} positive" for allele in _alleles(typed) or alleles}


def _alleles(text: str) -> list[str]:
    return [f"*{m[1]}:{m[2]}" for m in _HLA.finditer(text)]


def _number(text: str) -> float | None:
    match = re.fullmatch(r"≥?(\d+(?:\.\d+)?)", text)
    return float(match[1]) if match else None


def worded(patient: Patient, knowledge: Knowledge) -> tuple[Genotype, ...]:
    """Results of pharmacogenes that conditions and observations hold in words ("DPD deficiency", "TPMT: low")."""
    facts: list[tuple[str, Fact]] = [(each.display, each) for each in patient.conditions or ()]
    facts += [
        (f"{each.display}: {each.value}" if each.value else each.display, each)
        for each in patient.observations or ()
        if not isinstance(each.value, float)
    ]
    return tuple(each for text, fact in facts if fact.status is FactStatus.ACTIVE for each in in_words(text, knowledge))


def in_words(text: str, knowledge: Knowledge) -> Iterator[Genotype]:
    """The result that ``text`` gives of the one pharmacogene it names, if it gives one."""
    text = in_english(text, knowledge)
    named = list(_gene(knowledge).finditer(text))
    if not named:
        return
    match = next((each for each in named if text[each.end() :].startswith("*")), named[0])
    gene, rest = _symbol(match[1], knowledge), text[match.end() :]
    if gene in knowledge.genes and knowledge.genes[gene].asked:
        if _alleles(rest):
            yield Genotype(gene=gene, phenotype=rest.strip() if _polar(rest) else None, diplotype=rest.strip())
    elif "*" in rest or ">" in rest:
        yield Genotype(gene=gene, diplotype=_diplotype(rest))
    elif degree(text):
        yield Genotype(gene=gene, phenotype=text)


def _diplotype(said: str) -> str:
    """Both alleles, or where the words give one and say of how many copies it is ("*2A homozygous")."""
    if pair := _PAIR.search(said):
        return f"{pair[1]}/{pair[2]}"
    zygous = _ZYGOUS.fullmatch(said.strip(" :-()"))
    if zygous is None:
        return said.strip(" :-()")
    first = zygous["allele"] if zygous["how"].lower().startswith("homo") else "*1"
    return f"{first}/{zygous['allele']}"


def _polar(text: str) -> bool:
    return bool(_said("negative").search(text) or _said("positive").search(text))


def usable(genotypes: Iterable[Genotype]) -> Iterator[Genotype]:
    """Those that give a result."""
    for each in genotypes:
        given = each.lookup_key or each.phenotype or each.activity_score or each.diplotype
        allele_only = "*" in each.gene
        if each.status is FactStatus.ACTIVE and each.lookup_key != "No Result" and (given or allele_only):
            yield each
