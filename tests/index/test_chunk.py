from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.build import GUIDELINES
from index.chunk import MAX_SENTENCES, MAX_WORDS, passages
from index.document import Block, Document, Section
from index.sources.markdown import read
from medrag.knowledge import load
from medrag.retrieval.store.passages import searched_text

WORDS = st.lists(st.sampled_from(["give", "5 mg", "daily", "to adults"]), min_size=1, max_size=60).map(" ".join)
STATEMENTS = st.builds(Block, WORDS.map(lambda text: f"{text}."), statement=st.just(True), grade=st.just("A"))
PARAGRAPHS = st.builds(Block, st.lists(WORDS.map(lambda text: f"{text.capitalize()}."), min_size=1).map(" ".join))


def document(*blocks: Block, heading: tuple[str, ...] = ("Treatment",)) -> Document:
    return Document(id="doc", title="A guideline", sections=(Section(heading, blocks),))


@given(st.lists(st.one_of(STATEMENTS, PARAGRAPHS), min_size=1, max_size=12))
def test_statements_are_whole_and_nothing_is_lost(blocks: list[Block]) -> None:
    cut = list(passages(document(*blocks)))
    quotes = [(passage.quote(each), each.grade) for passage in cut for each in passage.sentences]
    for block in blocks:
        assert not block.statement or (block.text, "A") in quotes
    assert " ".join(" ".join(quote.split()) for quote, _ in quotes) == " ".join(
        " ".join(block.text.split()) for block in blocks
    )


@given(st.lists(st.one_of(STATEMENTS, PARAGRAPHS), min_size=1, max_size=12))
def test_passages_keep_within_their_limits_and_ids_differ(blocks: list[Block]) -> None:
    cut = list(passages(document(*blocks)))
    assert len({passage.id for passage in cut}) == len(cut)
    for passage in cut:
        assert len(passage.sentences) <= MAX_SENTENCES
        assert len(passage.text.split()) <= MAX_WORDS


def test_a_statement_over_the_limit_is_still_not_cut() -> None:
    long = Block("give " * 400 + "daily.", statement=True)
    cut = list(passages(document(Block("First.", statement=True), long, Block("Last.", statement=True))))
    assert [passage.text for passage in cut] == ["First.", long.text, "Last."]


def test_each_bullet_of_the_starter_corpus_is_one_sentence_of_a_passage() -> None:
    for item in read(GUIDELINES):
        assert isinstance(item, Document)
        bullets = [block.text for section in item.sections for block in section.blocks]
        cut = list(passages(item))
        assert [passage.quote(each) for passage in cut for each in passage.sentences] == bullets
        for passage in cut:
            rest = passage.text
            for each in passage.sentences:
                rest = rest.replace(passage.quote(each), "", 1)
            assert not rest.strip()


def test_gradings_are_read_from_the_words_of_any_block() -> None:
    blocks = (
        Block("Give it. (Grade 1B) It may help (weak recommendation, low-quality evidence). It is old."),
        Block("Stop it (Class III; Level of Evidence: A).", statement=True),
    )
    (passage,) = passages(document(*blocks))
    assert [(passage.quote(each)[:7], each.strength, each.grade) for each in passage.sentences] == [
        ("Give it", "1", "B"),
        ("It may ", "weak", "low"),
        ("It is o", None, None),
        ("Stop it", "III", "A"),
    ]


def test_a_section_that_explains_a_scale_is_not_graded() -> None:
    row = Block("Grade: A; Meaning: randomised trials (Level A).", statement=True)
    for heading, expected in (("Levels of Evidence", None), ("Definitions", None), ("Treatment", "A")):
        (passage,) = passages(document(row, heading=("Major Recommendations", heading)))
        assert passage.sentences[0].grade == expected


def test_sentences_of_a_long_statement_share_its_grading_unless_they_have_their_own() -> None:
    words = " ".join(["adults"] * 35)
    shared = Block(f"Give it to {words}. Then stop it in {words} (strong recommendation).", statement=True)
    apart = Block(
        f"Give it to {words} (weak recommendation). Stop it in {words} (strong recommendation).", statement=True
    )
    strengths = [[each.strength for each in next(passages(document(one))).sentences] for one in (shared, apart)]
    assert strengths == [["strong", "strong"], ["weak", "strong"]]


def test_the_heading_path_is_searched_but_not_quoted() -> None:
    (passage,) = passages(document(Block("Give aspirin.", statement=True), heading=("Adults", "First line")))
    assert passage.text == "Give aspirin."
    assert searched_text(passage, load()) == "A guideline > Adults > First line\nGive aspirin."
    assert passage.id == "doc#first-line"
    assert passage.section == ("Adults", "First line")


def test_a_section_cut_in_two_has_no_short_tail() -> None:
    blocks = [Block(f"Statement number {number}.", statement=True) for number in range(8)]
    assert [len(passage.sentences) for passage in passages(document(*blocks))] == [4, 4]
