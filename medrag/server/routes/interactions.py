"""``GET /REST/interaction/list.json?rxcuis=``: interactions in the shape of RxNav's service, which ended in 2024.

Programs written for it can point here. That shape knows interactions only, so a pair that could not be assessed (a code
unknown here, or no fact on either side) comes as an entry too, with severity "N/A" and words that say so: an empty list
would read as "none".
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from fastapi import APIRouter

from medrag.errors import InputError
from medrag.knowledge import Knowledge
from medrag.safety.checks.pairs.interaction import interaction
from medrag.safety.consultation import Consultation
from medrag.types import Finding, Patient, Severity, Statement, Verdict

Json = dict[str, Any]

PATH = "/REST/interaction/list.json"
MOST_CODES = 50
_SEPARATORS = re.compile(r"[+,\s]+")
_CODE = re.compile(r"\d{1,8}")
_NOTE = (
    "Decision support for a clinician's own judgement. Pairs with severity N/A were not assessed, which is not safe."
)
_SEVERITIES: Mapping[Severity, str] = {
    Severity.CONTRAINDICATED: "high",
    Severity.WARNING: "moderate",
    Severity.INFORMATION: "low",
}


def routes(knowledge: Knowledge) -> APIRouter:
    """The route."""
    router = APIRouter()

    @router.get(PATH)
    async def interactions(rxcuis: str) -> Json:
        """The interactions of every two of some RxNorm codes, joined by "+"."""
        codes = [each for each in dict.fromkeys(_SEPARATORS.split(rxcuis)) if each]
        if not codes or len(codes) > MOST_CODES or not all(map(_CODE.fullmatch, codes)):
            raise InputError(f"rxcuis must hold 1 to {MOST_CODES} RxNorm codes joined by +", param="rxcuis")
        return await asyncio.to_thread(_listed, codes, knowledge)

    return router


def _listed(codes: Sequence[str], knowledge: Knowledge) -> Json:
    names = {code: knowledge.coded("RxNorm", code) for code in codes}
    pairs = [each for one, other in combinations(codes, 2) for each in _pair(one, other, names, knowledge)]
    found: Json = {"nlmDisclaimer": _NOTE, "userInput": {"sources": [""], "rxcuis": list(codes)}}
    if unknown := [code for code, name in names.items() if name is None]:
        found["notAssessed"] = unknown
    if pairs:
        group = {"sourceDisclaimer": _NOTE, "sourceName": "medrag", "fullInteractionType": pairs}
        found["fullInteractionTypeGroup"] = [group]
    return found


def _pair(one: str, other: str, names: Mapping[str, str | None], knowledge: Knowledge) -> Iterator[Json]:
    concepts = [_concept(code, names[code], knowledge) for code in (one, other)]
    first, second = names[one], names[other]
    if first is None or second is None:
        unknown = ", ".join(code for code in (one, other) if names[code] is None)
        said = [("N/A", f"Not assessed: RxNorm {unknown} is not in the safety knowledge.")]
    else:
        said = [_said(each) for each in _findings(first, second, knowledge)]
    if said:
        comment = ". ".join(
            f"Drug{place} (rxcui = {each['rxcui']}, name = {each['name']}, tty = {each['tty']})"
            for place, each in enumerate(concepts, start=1)
        )
        entries = [_entry(severity, words, concepts) for severity, words in said]
        yield {"comment": f"{comment}.", "minConcept": concepts, "interactionPair": entries}


def _findings(one: str, other: str, knowledge: Knowledge) -> list[Finding]:
    """What the check of interactions says of the two alone; what passed is left out."""
    consultation = Consultation(Patient(medications=()), "", knowledge, checks=(interaction,))
    consultation.released.append(Statement(text=f"Give {one}."))
    reviewed = consultation.review(Statement(text=f"Give {other}."))
    return [each for each in reviewed.findings if each.verdict is not Verdict.PASS]


def _said(finding: Finding) -> tuple[str, str]:
    if finding.verdict is Verdict.FAIL:
        return _SEVERITIES[finding.severity], f"{finding.reason} ({finding.source})"
    return "N/A", f"Not assessed: {finding.reason}."


def _concept(code: str, name: str | None, knowledge: Knowledge) -> Json:
    """A code with its name and RxNorm's term type: an ingredient, a branded or a clinical drug."""
    ingredient = name in knowledge.drugs
    return {
        "rxcui": code,
        "name": name or "not in the safety knowledge",
        "tty": "" if name is None else "IN" if ingredient else "SBD" if "[" in name else "SCD",
    }


def _entry(severity: str, words: str, concepts: Sequence[Json]) -> Json:
    named = [
        {"minConceptItem": each, "sourceConceptItem": {"id": each["rxcui"], "name": each["name"], "url": "NA"}}
        for each in concepts
    ]
    return {"interactionConcept": named, "severity": severity, "description": words}
