"""Sentences that do nothing but list drugs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from medrag.patient.formats.note.named import Target
from medrag.reading.boundaries import Sentence
from medrag.reading.terms import Kind

_BETWEEN = re.compile(
    r"(?:[\s,.;:+&/()•*–—→>-]|#?\d{1,2}[.)]|\b(?:and|with|w|for|on|iv|po|sc|im|oral|topical|inh|neb|nebs|regular|patch|prn)\b)*",
    re.IGNORECASE,
)
"""What may stand between the names of drugs that are only listed."""


def lists_drugs(text: str, sentence: Sentence, targets: Sequence[Target]) -> bool:
    """Whether a sentence only names drugs, or a condition and then its drugs ("Asthma: Clenil, Ventolin.")."""
    place = bisect_left(targets, sentence.start, key=lambda each: each.start)
    at, treated, between = sentence.start, False, ""
    for each in targets[place:]:
        if each.start >= sentence.end:
            break
        drug = each.term.kind is Kind.DRUG
        if treated and not drug:
            return False
        treated = treated or drug
        between += text[at : each.start] + " "
        at = max(at, each.end, each.stop)
    return treated and _BETWEEN.fullmatch(between + text[at : sentence.end]) is not None
