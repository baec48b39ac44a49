from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.generation.grounding import ground
from medrag.generation.modes import ABSTAIN, MODES, Draft, Grounding, pointed
from medrag.generation.modes.quote import MAX_STATEMENTS, by_rank, cited, letters, marks, near_the_best, pointers
from medrag.knowledge import load
from medrag.types import Evidence
from tests.evidence import GOUT, HYPERTENSION, evidence, passage

EVIDENCE = evidence(HYPERTENSION, GOUT)
QUOTE, CITE = MODES["quote"], MODES["cite"]


def read(mode: Grounding, text: str, size: int) -> list[Draft]:
    reader = MODES[mode].reader(EVIDENCE)
    drafts = [draft for start in range(0, len(text), size) for draft in reader.feed(text[start : start + size])]
    return [*drafts, *reader.finish()]


def allowed(grammar: str | None) -> set[str]:
    return set(re.findall(r'"([A-Z]+)"', grammar or ""))


def test_letters_go_on_after_z_and_never_repeat() -> None:
    made = [letters(number) for number in range(26 * 28)]
    assert made[:26] == list(string.ascii_uppercase)
    assert made[26:29] == ["AA", "AB", "AC"]
    assert len(set(made)) == len(made)


def test_every_sentence_has_a_letter_in_the_order_of_the_prompt() -> None:
    assert QUOTE.marks(EVIDENCE) == {"A": (1, 1), "B": (1, 2), "C": (2, 1)}
    assert list(marks(EVIDENCE)) == pointers(EVIDENCE)
    lines = QUOTE.shown(EVIDENCE, load()).splitlines()
    assert [line[:3] for line in lines if line[1:3] == ". "] == ["A. ", "B. ", "C. "]
    assert lines[0] == HYPERTENSION.title
    assert lines[-1] == f"C. {GOUT.text}"


def test_the_hint_names_the_best_ranked_first() -> None:
    ranked = [
        Evidence(number=1, passage=HYPERTENSION, score=1.0, ranks=(3, 1)),
        Evidence(number=2, passage=GOUT, score=0.5, ranks=(2,)),
    ]
    assert QUOTE.hint(ranked).endswith(": B,C,A")
    assert QUOTE.hint(EVIDENCE) == ""


def test_a_sentence_leads_beside_the_best_when_it_scores_near_it() -> None:
    scored = [
        Evidence(number=1, passage=HYPERTENSION, score=1.0, ranks=(3, 1), behind=(4.0, 0.0)),
        Evidence(number=2, passage=GOUT, score=0.5, ranks=(2,), behind=(1.2,)),
    ]
    ranked = by_rank(scored)
    assert near_the_best(ranked, scored) == 2
    assert near_the_best(ranked[1:], scored) == 1, "the best is not offered: the next is the measure"
    assert near_the_best(by_rank(EVIDENCE), EVIDENCE) == 0
    assert by_rank(scored, {(1, 1): 0.5}) == [(1, 2), (1, 1), (2, 1)]
    assert near_the_best(ranked, scored, {(1, 1): 0.5}) == 3
    distant = [each.model_copy(update={"behind": tuple(far + 5 for far in each.behind)}) for each in scored]
    assert near_the_best(ranked, distant) == 0, "those that search ranks first are all for others"
    unscored = [each.model_copy(update={"behind": ()}) for each in scored]
    assert near_the_best(ranked, unscored) == 3


def test_the_grammar_names_every_sentence_shown_and_no_other() -> None:
    grammar = QUOTE.constraint(QUOTE.marks(EVIDENCE), MAX_STATEMENTS)
    assert allowed(grammar) == {"A", "B", "C"}
    assert f'"{ABSTAIN}"' in (grammar or "")
    assert allowed(QUOTE.constraint(["B"], 2)) == {"B"}
    assert CITE.constraint((), 3) is None


def test_without_sentences_only_the_abstention_is_left() -> None:
    assert QUOTE.constraint(QUOTE.marks(evidence(passage("empty"))), 3) == f'root ::= "{ABSTAIN}"\n'


@given(st.integers(min_value=1, max_value=12))
def test_however_the_stream_is_cut_the_same_letters_are_read_each_once(size: int) -> None:
    assert [draft.marks for draft in read("quote", "B,C, B", size)] == [((1, 2),), ((2, 1),)]


@given(st.integers(min_value=1, max_value=60))
def test_however_the_stream_is_cut_the_same_lines_are_read(size: int) -> None:
    drafts = read("cite", "1. Start amlodipine 5 mg [1].\n\n- Treat with colchicine [2][1]", size)
    assert [(draft.text, draft.marks) for draft in drafts] == [
        ("Start amlodipine 5 mg.", ((1, None),)),
        ("Treat with colchicine", ((2, None), (1, None))),
    ]


@pytest.mark.parametrize("mode", ["quote", "cite"])
def test_an_abstention_is_no_statement(mode: Grounding) -> None:
    assert read(mode, ABSTAIN, 2) == []


@pytest.mark.parametrize("text", ["D", "a", "AB", "[1.1]", "Take 5 g of digoxin.", "A B"])
def test_what_is_no_letter_shown_is_dropped(text: str) -> None:
    assert read("quote", text, 3) == []


def test_what_is_written_is_what_is_read_back() -> None:
    statements = [ground(pointed(each), EVIDENCE) for each in ((2, 1), (1, 2))]
    assert QUOTE.written(statements, EVIDENCE) == ("C", "B")
    completion = QUOTE.joined(QUOTE.written(statements, EVIDENCE))
    assert [each.marks[0] for each in read("quote", completion, 5)] == [(2, 1), (1, 2)]
    assert QUOTE.joined(()) == CITE.joined(()) == ABSTAIN
    (again,) = read("cite", CITE.joined(CITE.written(statements[:1], EVIDENCE)), 5)
    assert (again.text, again.marks) == (GOUT.text, ((2, None),))


def test_what_statements_cite_are_sentences_and_half_a_sentence_is_none() -> None:
    statements = [ground(pointed((2, 1)), EVIDENCE), ground(pointed((1, 2)), EVIDENCE)]
    assert cited([*statements, statements[0]], EVIDENCE) == ((2, 1), (1, 2))
    half = statements[0].citations[0].model_copy(update={"end": statements[0].citations[0].end - 1})
    assert cited([statements[0].model_copy(update={"citations": (half,)})], EVIDENCE) == ()
