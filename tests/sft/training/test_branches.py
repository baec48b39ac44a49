"""Rows that share a prefix give each branch what it would get alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from medrag.errors import ConfigurationError
from medrag.generation.modes.quote import letters
from sft.examples.asked import Example
from sft.training.branches import IGNORED, Collator, row
from tests.sft.samples import ANSWERS, example

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def tokenizer(tiny_base: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_base)


def logits(model: Any, rows: list[dict[str, list[int]]], pad: int) -> Any:
    inputs = Collator(pad)(rows)
    inputs.pop("labels")
    with torch.no_grad():
        return model(**inputs, use_cache=False).logits


def alone(whole: Example, number: int) -> Example:
    return whole.model_copy(update={"branches": (whole.branches[number],)})


def test_a_branch_in_a_shared_row_has_the_logits_of_its_prompt_alone(tiny_base: Path, tokenizer: Any) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32, attn_implementation="sdpa").eval()
    whole = example()
    together = row(whole, tokenizer)
    padding = row(alone(whole, 0), tokenizer)  # a shorter row beside it, so that the batch is padded
    found = logits(model, [together, padding], tokenizer.pad_token_id)[0]
    for number, branch in enumerate(whole.branches, start=1):
        chat = [
            {"role": "system", "content": whole.system},
            {"role": "user", "content": whole.shared + branch.prompt},
        ]
        text = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False) + branch.answer
        ids = tokenizer(text + tokenizer.eos_token, add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            expected = model(torch.tensor([ids])).logits[0]
        at = [place for place, each in enumerate(together["branch"]) if each == number]
        assert [together["input_ids"][each] for each in at] == ids[-len(at) :]
        assert torch.allclose(found[at], expected[-len(at) :], atol=1e-5)


def test_only_answers_are_learned_and_all_of_each(tokenizer: Any) -> None:
    made = row(example(), tokenizer)
    learned = [token for token in made["labels"] if token != IGNORED]
    assert tokenizer.decode(learned) == "".join(f"{answer}{tokenizer.eos_token}" for answer in ANSWERS.values())
    assert max(made["branch"]) == len(ANSWERS)
    assert all(label == IGNORED for label, number in zip(made["labels"], made["branch"], strict=True) if number == 0)


def test_padding_is_seen_by_nothing_and_learned_by_nothing(tokenizer: Any) -> None:
    rows = [row(example(), tokenizer), row(alone(example(), 0), tokenizer)]
    made = Collator(tokenizer.pad_token_id)(rows)
    length = len(rows[1]["input_ids"])
    assert made["attention_mask"].shape == (2, 1, made["input_ids"].shape[1], made["input_ids"].shape[1])
    assert not made["attention_mask"][1, 0, :length, length:].any()
    assert (made["labels"][1, length:] == IGNORED).all()


def test_a_template_that_begins_prompts_apart_is_refused(tokenizer: Any) -> None:
    import copy

    other = copy.deepcopy(tokenizer)
    other.chat_template = "{{ messages[1]['content'][-30:] + messages[1]['content'] }}"
    with pytest.raises(ConfigurationError, match="begin every prompt alike"):
        row(example(), other)


def test_the_bundled_tokenizer_takes_a_letter_a_comma_and_the_abstention_for_one_token(model_folder: Path) -> None:
    """What the grammar, the budget of tokens and the speed of an answer count on."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    wholes = [*(letters(number) for number in range(26)), ",", "none"]
    assert {each: len(tokenizer(each, add_special_tokens=False)["input_ids"]) for each in wholes} == dict.fromkeys(
        wholes, 1
    )
    ids = tokenizer("A,C,B<|im_end|>", add_special_tokens=False)["input_ids"]
    assert tokenizer.convert_ids_to_tokens(ids) == ["A", ",", "C", ",", "B", "<|im_end|>"]
    whole = example()
    made = row(alone(whole, 0), tokenizer)
    chat = [
        {"role": "system", "content": whole.system},
        {"role": "user", "content": whole.shared + whole.branches[0].prompt},
    ]
    served = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    assert made["input_ids"] == tokenizer(f"{served}A<|im_end|>", add_special_tokens=False)["input_ids"]
