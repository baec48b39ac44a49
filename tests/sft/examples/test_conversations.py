import asyncio
import random
import re
from itertools import pairwise

import pytest

from medrag.datasets.splits import held_out
from medrag.engine import Engine
from medrag.generation.prompts import messages
from medrag.generation.quoting import POINTER, answer
from medrag.generation.scripted import ScriptedModel
from medrag.knowledge import load
from medrag.patient import from_json
from medrag.retrieval.retriever import Retriever
from medrag.types import Case
from sft.config import Data, Stage
from sft.examples.conversations import Size, Turn, conversation, guideline_example
from sft.examples.corpus import guidelines
from sft.examples.synthetic import topic
from sft.examples.topics import topic_of
from sft.measuring.score import questions
from sft.patients.profiles import make, record
from tests.paths import ROOT

GUIDELINES = ROOT / "index" / "guidelines"
SIZE = Size((3, 5), (2, 6), (6, 8))


def _examples(seed, count=30):
    rng = random.Random(seed)
    names = ["gout", "asthma", "migraine", "cellulitis", "epilepsy"]
    for _ in range(count):
        main, *others = (topic(rng, name) for name in rng.sample(names, 3))
        yield guideline_example(rng, main, others, SIZE, "synthetic")


def test_the_same_seed_makes_the_same_examples():
    assert list(_examples(1, 5)) == list(_examples(1, 5))
    assert list(_examples(1, 5)) != list(_examples(2, 5))


def test_answers_point_at_sentences_that_are_shown_and_match_the_gold():
    for example in _examples(3):
        asked = list(questions([example]))
        answers = [each["content"] for each in example.messages if each["role"] == "assistant"]
        for each, text in zip(asked, answers, strict=True):
            assert text == answer(each.gold)
            assert set(each.gold) <= set(each.choices)
            assert len(set(each.gold)) == len(each.gold)


def test_the_first_turn_is_the_prompt_that_serving_sends():
    for example in _examples(4, 5):
        first = next(questions([example])).prompt
        assert [dict(each) for each in first] == list(example.messages[:2])
        assert first[0]["content"] == messages_system()


def test_the_patient_is_shown_as_serving_hears_it(starter_index):
    """The same case trained on and asked over HTTP: what the question names stands in the record's text too."""
    model = ScriptedModel(["NONE"], tokens=4096)
    engine = Engine(Retriever.open(starter_index), model, load())
    rng = random.Random(7)
    made = record(make(rng, frozenset(["egfr<30"])), rng)
    for patient in (None, made):
        case = Case(question="What is first line for a flare of gout? He has gout.", patient=patient)
        sent = case.model_copy(update={"patient": from_json(patient.model_dump(mode="json")) if patient else None})
        advice = asyncio.run(engine.recommend(sent))
        example = conversation("x", advice.evidence, [Turn(case, (), "none")])
        assert list(example.messages[:2]) == [dict(each) for each in model.seen[-1].messages]
        assert re.search(r"Conditions: .*\bgout", example.messages[1]["content"])


def messages_system():
    return messages(Case(question="q"), (), load())[0]["content"]


def test_both_answers_and_abstentions_are_taught():
    tags = [tag for example in _examples(5) for tag in example.tags]
    assert 0.05 < tags.count("none") / len(tags) < 0.5


def test_the_patient_alone_changes_some_answers():
    asked = [each for example in _examples(6) for each in questions([example])]
    pairs = [(a, b) for a, b in pairwise(asked) if a.group == b.group]
    assert any(set(a.gold) != set(b.gold) for a, b in pairs)


def test_the_starter_corpus_reads_as_topics_and_some_of_it_is_held_out():
    found = [topic_of(each) for each in guidelines(GUIDELINES)]
    assert len(found) >= 30
    assert all(topic.parts and topic.name for topic in found)
    assert any(held_out(topic.document) for topic in found)
    assert not any("{" in s.text for t in found for part in t.parts for s in part.statements)


def test_no_text_of_the_document_passes_for_a_pointer_but_the_numbering():
    for example in _examples(7, 5):
        lines = example.messages[1]["content"].splitlines()
        assert all(POINTER.match(line) or not POINTER.search(line) for line in lines)


def test_a_curriculum_needs_a_stage():
    with pytest.raises(ValueError, match="stages"):
        Data(stages=())
    assert Stage(examples=1, passages=(2, 2), statements=(1, 2), turns=(1, 1)).find == 0.5
