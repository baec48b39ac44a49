import pytest

from medrag.generation.quoting import answer, pointer
from sft.training.tokenizer import MAX_PASSAGES, MAX_SENTENCES, pointers, train_tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    texts = ["Give metformin 500 mg twice daily. [1.2] <evidence>", "In pregnancy avoid ACE inhibitors."] * 20
    return train_tokenizer(texts, 400, 512)


def test_every_pointer_is_one_token_and_comes_back(tokenizer):
    for text in pointers():
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert len(ids) == 1
        assert tokenizer.decode(ids) == text


def test_an_answer_comes_back_letter_for_letter(tokenizer):
    for gold in ([(1, 2)], [(3, 1), (1, 4), (2, 2)], []):
        text = answer(gold)
        assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text


def test_a_pointer_beyond_the_limits_is_spelt_out_and_comes_back(tokenizer):
    text = pointer(MAX_PASSAGES + 1, MAX_SENTENCES + 1)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert len(ids) > 1
    assert tokenizer.decode(ids) == text


def test_pointers_read_the_same_in_a_passage_and_in_an_answer(tokenizer):
    passage = tokenizer("<evidence>\n[1] Gout\n[1.1] Give colchicine.", add_special_tokens=False)["input_ids"]
    assert tokenizer.convert_tokens_to_ids("[1.1]") in passage


def test_digits_stand_alone(tokenizer):
    tokens = tokenizer.tokenize("eGFR 2435")
    assert [each.lstrip("Ġ") for each in tokens][-4:] == ["2", "4", "3", "5"]


def test_the_chat_template_marks_exactly_the_answers(tokenizer):
    chat = [
        {"role": "system", "content": "select"},
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "[1.1] [1.2]"},
        {"role": "user", "content": "r"},
        {"role": "assistant", "content": "NONE"},
    ]
    whole = tokenizer.apply_chat_template(chat, return_dict=True, return_assistant_tokens_mask=True)
    learned = [i for i, mask in zip(whole["input_ids"], whole["assistant_masks"], strict=True) if mask]
    assert tokenizer.decode(learned) == "[1.1] [1.2]<|end|>NONE<|end|>"
    prompt = tokenizer.apply_chat_template(chat[:2], add_generation_prompt=True, return_dict=True)["input_ids"]
    assert whole["input_ids"][: len(prompt)] == prompt
