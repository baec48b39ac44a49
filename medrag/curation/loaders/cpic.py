"""CPIC recommendations from PharmCAT's guideline files or a PharmCAT report.

CPIC's data are CC0; CPIC asks to be credited (Clinical Pharmacogenetics Implementation Consortium, cpicpgx.org). Only
CPIC's own recommendations are read; those of DPWG, in the same folders, are skipped. No text is kept, only what a
recommendation is about and what it says to do.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from medrag.errors import KnowledgeError

_NO_GUIDANCE = re.compile(
    r"^(?:no recommendation|no action recommended|insufficient evidence|n/a|to ascertain"
    r"|if deemed necessary to ascertain"
    r"|(?:no \w+ genotype is available\. )?(?:based on \w+ status, )?clinical findings|neither .* could be assigned"
    r"|\w+ phenotype could not be assigned)",
    re.IGNORECASE,
)
_AVOID = re.compile(
    r"^(?:based on \w+(?: status)?,? ?)?(?:avoid|do not use"
    r"|if patient is [\w-]+(?: and alternative agents are available)?, do not"
    r"|select (?:an )?alternative|choose an alternative|prescribe an alternative|recommend alternative"
    r"|consider (?:an? )?(?:clinically appropriate )?(?:alternative|antidepressant|hormonal)"
    r"|\w+ is (?:not recommended|contraindicated)"
    r"|for non-malignant conditions, consider alternative)",
    re.IGNORECASE,
)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of ``pgx.json`` from a folder of guideline files, one such file, or a PharmCAT report.

    Raises :class:`~medrag.errors.KnowledgeError` when there is none.
    """
    files = sorted(path.glob("CPIC_*.json")) if path.is_dir() else [path]
    found = [each for file in files for each in _recommendations(_json(file))]
    if not found:
        raise KnowledgeError(f"{path} holds no CPIC recommendation")
    return pack(found)


def action(text: str, strength: str, dosing: bool, alternative: bool) -> str:
    """What a recommendation says to do: standard, adjust, avoid, or none (no guidance)."""
    if strength in ("No recommendation", "N/A") or _NO_GUIDANCE.match(text):
        return "none"
    if alternative and (not dosing or _AVOID.match(text)):
        return "avoid"
    return "adjust" if dosing else "standard"


def pack(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Recommendations grouped by drug, then by what they say, so that a line holds many lookup keys."""
    drugs: dict[str, dict[str, Any]] = {}
    for each in found:
        genes = sorted(each["keys"])
        drug = drugs.setdefault(
            each["drug"], {"drug": each["drug"], "source": each["source"], "genes": genes, "says": {}}
        )
        keys = drug["says"].setdefault((each["population"], each["action"], each["strength"]), [])
        row = [each["keys"][gene] for gene in drug["genes"]]
        if row not in keys:
            keys.append(row)
    return [
        {**drug, "says": [[*said, keys] for said, keys in drug["says"].items()]}
        for drug in sorted(drugs.values(), key=lambda each: each["drug"])
    ]


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KnowledgeError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(content, dict):
        raise KnowledgeError(f"{path} is neither a guideline file nor a PharmCAT report")
    return content


def _recommendations(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "recommendations" in content:
        yield from _of_guideline(content)
    for group, drugs in (content.get("drugs") or {}).items():
        if group.startswith("CPIC"):
            for name, drug in drugs.items():
                yield from _of_report(name, drug)


def _of_guideline(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    guideline = content["guideline"]
    if guideline.get("source") != "CPIC":
        return
    for item in content["recommendations"]:
        text = (item.get("text") or {}).get("html")
        strength = (item.get("classification") or {}).get("term")
        keys = item.get("lookupKey")
        if text is None or strength is None or not keys or "xN combinations" in keys.values():
            continue
        for chemical in item["relatedChemicals"]:
            yield _row(chemical["name"], item, keys, text, strength, guideline["url"])


def _of_report(name: str, drug: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for guideline in drug.get("guidelines") or ():
        for item in guideline.get("annotations") or ():
            for keys in item.get("lookupKey") or ():
                text = item.get("drugRecommendation") or ""
                yield _row(name, item, keys, text, item.get("classification") or "N/A", guideline["url"])


def _row(  # noqa: PLR0913 (the parts of a recommendation)
    drug: str, item: dict[str, Any], keys: dict[str, str], text: str, strength: str, source: str
) -> dict[str, Any]:
    plain = html.unescape(re.sub(r"<[^>]+>", "", text.split("<h4", maxsplit=1)[0])).strip()
    return {
        "drug": drug,
        "keys": keys,
        "population": item.get("population") or "general",
        "action": action(
            plain, strength, bool(item.get("dosingInformation")), bool(item.get("alternateDrugAvailable"))
        ),
        "strength": strength,
        "source": f"CPIC, {source}",
    }
