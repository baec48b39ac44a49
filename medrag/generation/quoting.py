"""Quote mode: the model decodes only pointers to sentences, and the sentence itself is put in afterwards.

A grammar made from the evidence (xgrammar's EBNF, vLLM's ``structured_outputs.grammar``) leaves the model no
other output than pointers to sentences it was shown, or the abstention. An invented drug or dose cannot be decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from medrag.generation.prompts import ABSTAIN
from medrag.types import Evidence, Pointer, Statement

MAX_STATEMENTS = 6

POINTER = re.compile(r"\[(\d+)\.(\d+)\]")


def pointer(number: int, position: int) -> str:
    """The pointer to sentence ``position`` (from 1) of passage ``number`` (from 1)."""
    return f"[{number}.{position}]"


def answer(pointers: Sequence[Pointer]) -> str:
    """The completion that selects these sentences: what training teaches and the grammar allows."""
    return " ".join(pointer(*each) for each in pointers) or ABSTAIN


def pointers(evidence: Sequence[Evidence]) -> list[Pointer]:
    """Every (passage, sentence) that can be pointed at, in the prompt's order."""
    return [(item.number, position) for item in evidence for position in range(1, len(item.passage.sentences) + 1)]


def cited(statements: Iterable[Statement], evidence: Iterable[Evidence]) -> tuple[Pointer, ...]:
    """The sentences that statements cite, each once, in order; a citation of less or more than a sentence has none."""
    places = {
        (item.number, sentence.start, sentence.end): (item.number, position)
        for item in evidence
        for position, sentence in enumerate(item.passage.sentences, start=1)
    }
    marks = ((each.number, each.start, each.end) for statement in statements for each in statement.citations)
    return tuple(dict.fromkeys(places[each] for each in marks if each in places))


def grammar(choices: Sequence[Pointer], max_statements: int = MAX_STATEMENTS) -> str:
    """The EBNF grammar whose only words are pointers to ``choices`` and the abstention."""
    if not choices:
        return f'root ::= "{ABSTAIN}"\n'
    words = " | ".join(f'"{pointer(*each)}"' for each in choices)
    more = max(max_statements - 1, 0)
    return f'root ::= "{ABSTAIN}" | pointer (" " pointer){{0,{more}}}\npointer ::= {words}\n'
