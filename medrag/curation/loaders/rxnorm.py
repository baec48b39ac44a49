"""RxNorm's release files: ingredients (IN) with their brands (BN), and the codes of products.

From RXNCONSO.RRF and RXNREL.RRF.

RxNorm is free to use under the UMLS licence, which a user accepts for themselves; only the parts from RxNorm itself
(SAB=RXNORM) are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medrag.curation.loaders.names import ingredient
from medrag.errors import KnowledgeError
from medrag.knowledge.base import Knowledge

RXCUI, SAB, TTY, STR, SUPPRESS = 0, 11, 12, 14, 16
RXCUI1, RXCUI2, RELA = 0, 4, 7
PRODUCTS = frozenset({"SCD", "SBD", "GPCK", "BPCK", "SCDF", "SBDF", "SCDG", "SBDG", "MIN", "PIN", "BN"})
"""Term types whose codes orders give in the place of words: products, packs, forms, brands, precise ingredients."""


def read(path: Path, knowledge: Knowledge) -> dict[str, list[dict[str, Any]]]:
    """Rows of ``drugs.csv`` and ``codes.csv`` from the folder that holds the RRF files.

    Raises :class:`~medrag.errors.KnowledgeError` when RXNCONSO.RRF is not there or holds no ingredient.
    """
    folder = path / "rrf" if (path / "rrf").is_dir() else path
    ingredients: dict[str, str] = {}
    brands: dict[str, str] = {}
    products: dict[str, str] = {}
    for fields in _lines(folder / "RXNCONSO.RRF"):
        if fields[SAB] == "RXNORM" and fields[SUPPRESS] == "N":
            if fields[TTY] == "IN":
                ingredients[fields[RXCUI]] = fields[STR]
            elif fields[TTY] == "BN":
                brands[fields[RXCUI]] = fields[STR]
            if fields[TTY] in PRODUCTS:
                products[fields[RXCUI]] = fields[STR]
    if not ingredients:
        raise KnowledgeError(f"{folder / 'RXNCONSO.RRF'} holds no RxNorm ingredient")
    sold: dict[str, list[str]] = defaultdict(list)
    made_of: dict[str, set[str]] = defaultdict(set)
    if (folder / "RXNREL.RRF").is_file():
        for fields in _lines(folder / "RXNREL.RRF"):
            if fields[RELA] == "tradename_of" and fields[RXCUI2] in brands and fields[RXCUI1] in ingredients:
                made_of[fields[RXCUI2]].add(fields[RXCUI1])
    for brand, parts in made_of.items():
        if len(parts) == 1:
            sold[next(iter(parts))].append(brands[brand])
    return {
        "drugs.csv": [
            {
                "name": ingredient(name, knowledge),
                "rxcui": code,
                "brands": sorted(sold[code]),
                "synonyms": [name.lower()],
            }
            for code, name in sorted(ingredients.items(), key=lambda item: item[1].lower())
        ],
        "codes.csv": [
            {"system": "RXNORM", "code": code, "name": name, "source": "rxnorm"} for code, name in products.items()
        ],
    }


def _lines(file: Path) -> Iterator[list[str]]:
    try:
        with file.open(encoding="utf-8") as opened:
            for line in opened:
                yield line.rstrip("\n").split("|")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{file} cannot be read: {error}") from error
