from __future__ import annotations

import re

from medrag.generation import quoting
from medrag.generation.grounding import ground, pointed
from tests.evidence import GOUT, HYPERTENSION, evidence, passage


def allowed(grammar: str) -> set[str]:
    return set(re.findall(r'"(\[[^"]+\])"', grammar))


def test_the_grammar_names_every_sentence_shown_and_no_other() -> None:
    assert allowed(quoting.grammar(quoting.pointers(evidence(HYPERTENSION, GOUT)))) == {"[1.1]", "[1.2]", "[2.1]"}


def test_without_sentences_only_the_abstention_is_left() -> None:
    assert quoting.grammar(quoting.pointers(evidence(passage("empty")))) == 'root ::= "NONE"\n'


def test_answers() -> None:
    assert quoting.answer([(1, 2), (3, 1)]) == "[1.2] [3.1]"
    assert quoting.answer([]) == "NONE"


def test_what_statements_cite_are_pointers_and_half_a_sentence_is_none() -> None:
    found = evidence(HYPERTENSION, GOUT)
    statements = [ground(pointed((2, 1)), found), ground(pointed((1, 2)), found)]
    assert quoting.cited([*statements, statements[0]], found) == ((2, 1), (1, 2))
    half = statements[0].citations[0].model_copy(update={"end": statements[0].citations[0].end - 1})
    assert quoting.cited([statements[0].model_copy(update={"citations": (half,)})], found) == ()
