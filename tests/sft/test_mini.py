"""The bundled model as it is committed: it loads, and it chooses better than chance on guidelines it never saw."""

import random

import pytest

from medrag.datasets.splits import held_out
from sft.examples.conversations import Size, guideline_example
from sft.examples.corpus import guidelines
from sft.examples.topics import topic_of
from sft.measuring.score import choose, questions
from tests.paths import ROOT

MINI = ROOT / "medrag" / "models" / "mini"


@pytest.fixture(scope="module")
def mini():
    transformers = pytest.importorskip("transformers")
    model = transformers.AutoModelForCausalLM.from_pretrained(MINI)
    return model, transformers.AutoTokenizer.from_pretrained(MINI)


def test_it_is_a_plain_small_llama_in_bf16(mini):
    import torch

    model, tokenizer = mini
    assert model.config.architectures == ["LlamaForCausalLM"]
    assert model.dtype == torch.bfloat16
    assert len(tokenizer) == model.config.vocab_size
    assert sum(path.stat().st_size for path in MINI.iterdir()) < 20_000_000


def test_it_chooses_better_than_chance_on_held_out_guidelines(mini):
    rng = random.Random(1)
    topics = [topic_of(each) for each in guidelines(ROOT / "index" / "guidelines") if held_out(each.document)]
    examples = []
    for _ in range(32):
        main, *others = rng.sample(topics, 4)
        examples.append(guideline_example(rng, main, others, Size((3, 5), (2, 6), (2, 3), ranked=1.0), "guideline"))
    asked = [each for each in questions(examples) if each.gold]
    chosen = choose(*mini, asked)
    pairs = [(set(question.gold), answer) for question, answer in zip(asked, chosen, strict=True)]
    right = sum(bool(answer) and answer[0] in gold for gold, answer in pairs) / len(pairs)
    chance = sum(len(each.gold) / len(each.choices) for each in asked) / len(asked)
    assert right > 1.5 * chance
