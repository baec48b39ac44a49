import json
from datetime import UTC, datetime

import pytest

from medrag.errors import ConfigurationError, InputError
from medrag.generation.grounding import ground
from medrag.generation.modes import pointed
from medrag.knowledge import load
from medrag.types import Advice, Case, Outcome, Provenance
from sft.training.preferences import Judged, Pair, from_withheld, read_judged, read_pairs
from tests.evidence import evidence, passage

LINES = ["Give amoxicillin for ten days.", "Give azithromycin when penicillin is not tolerated.", "Offer fluids."]
EVIDENCE = tuple(evidence(passage("p", *LINES, title="Pharyngitis")))


def _statement(position):
    return ground(pointed((1, position)), EVIDENCE)


def _judged(released, withheld):
    advice = Advice(
        id="a",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        question="Which antibiotic?",
        outcome=Outcome.ANSWERED,
        statements=tuple(map(_statement, released)),
        withheld=tuple(map(_statement, withheld)),
        evidence=EVIDENCE,
        provenance=Provenance(medrag="0", model="m", index="i", prompts="p", knowledge="k", grounding="quote"),
    )
    return Judged(case=Case(question="Which antibiotic?"), advice=advice)


def test_a_withheld_statement_makes_the_answer_with_it_the_worse_one():
    (pair,) = from_withheld([_judged([2], [1]), _judged([3], [])], load())
    assert (pair.chosen, pair.rejected) == ("B", "A,B")
    assert "A. Give amoxicillin" in pair.prompt[1].content


def test_where_all_was_withheld_to_abstain_is_better():
    (pair,) = from_withheld([_judged([], [1])], load())
    assert (pair.chosen, pair.rejected) == ("none", "A")


def test_files_are_read_and_a_bad_line_is_named_without_its_text(tmp_path):
    path = tmp_path / "judged.jsonl"
    path.write_text(_judged([2], [1]).model_dump_json() + "\n")
    assert len(read_judged(path)) == 1
    pairs = tmp_path / "pairs.jsonl"
    good = {"prompt": [{"role": "user", "content": "q"}], "chosen": "a", "rejected": "b", "who": "Quine"}
    pairs.write_text(json.dumps(good) + "\n")
    assert read_pairs(pairs)[0].chosen == "a"
    pairs.write_text(json.dumps(good) + "\n" + json.dumps(good | {"rejected": "a"}) + "\n")
    with pytest.raises(InputError, match=r"line 2: .*same answer") as error:
        read_pairs(pairs)
    assert "Quine" not in str(error.value)
    with pytest.raises(InputError, match="medrag feedback export"):
        read_pairs(tmp_path / "none.jsonl")


def test_dpo_makes_the_chosen_answer_likelier(tiny_base, tmp_path):
    pytest.importorskip("trl")
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from sft.config import Preference, Recipe, Training
    from sft.training.prefer import prefer

    pairs = [each for _ in range(4) for each in from_withheld([_judged([2], [1]), _judged([3], [1])], load())]
    recipe = Recipe(
        name="tiny",
        base=str(tiny_base),
        training=Training(batch=2, accumulation=1, four_bit=False, lora=None, cpu=True),
        preference=Preference(learning_rate=1e-3),
    )

    def lead(folder):
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        return _likelihood(model, tokenizer, pairs[0], "chosen") - _likelihood(model, tokenizer, pairs[0], "rejected")

    before = lead(tiny_base)
    measured = prefer(recipe, tiny_base, pairs, tmp_path / "preferred")
    assert measured["steps"] == 4
    assert lead(tmp_path / "preferred") > before


def test_a_pair_in_one_row_has_the_likelihoods_of_its_answers_alone(tiny_base):
    torch = pytest.importorskip("torch")
    pytest.importorskip("trl")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from sft.training.preferring import PairCollator, likelihoods

    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    model = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32, attn_implementation="sdpa").eval()
    pairs = [*from_withheld([_judged([2], [1]), _judged([], [1, 3])], load())]
    with torch.no_grad():
        found = likelihoods(
            model, PairCollator(tokenizer.pad_token_id, 4096)([_ids(tokenizer, each) for each in pairs])
        )
    for row, side in enumerate(("chosen", "rejected")):
        alone = [_likelihood(model, tokenizer, each, side) for each in pairs]
        assert found[row].tolist() == pytest.approx(alone, abs=1e-3)


def test_of_a_prompt_that_is_too_long_the_beginning_goes():
    pytest.importorskip("trl")
    from sft.training.preferring import PairCollator

    pair = {"prompt_ids": [*range(10, 20)], "chosen_ids": [1, 2], "rejected_ids": [3]}
    made = PairCollator(0, 8)([pair])
    assert made["input_ids"].tolist() == [[16, 17, 18, 19, 1, 2, 19, 3]]
    assert made["branch"].tolist() == [[0, 0, 0, 1, 1, 1, 2, 2]]
    assert made["position_ids"].tolist() == [[0, 1, 2, 3, 4, 5, 3, 4]]


def _ids(tokenizer, pair: Pair) -> dict[str, list[int]]:
    chat = [each.model_dump() for each in pair.prompt]
    prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=True)["input_ids"]
    whole = {
        side: tokenizer.apply_chat_template(
            [*chat, {"role": "assistant", "content": getattr(pair, side)}], return_dict=True
        )["input_ids"]
        for side in ("chosen", "rejected")
    }
    return {"prompt_ids": prompt} | {f"{side}_ids": ids[len(prompt) :] for side, ids in whole.items()}


def _likelihood(model, tokenizer, pair: Pair, side: str) -> float:
    import torch

    chat = [each.model_dump() for each in pair.prompt]
    prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=True)["input_ids"]
    answer = {"role": "assistant", "content": getattr(pair, side)}
    full = tokenizer.apply_chat_template([*chat, answer], return_dict=True)["input_ids"]
    with torch.no_grad():
        logits = model(torch.tensor([full])).logits[0].log_softmax(-1)
    return sum(float(logits[at - 1, full[at]]) for at in range(len(prompt), len(full)))


def test_an_adapter_is_to_be_merged_first(tmp_path):
    from sft.config import load_recipe
    from sft.training.prefer import prefer

    (tmp_path / "adapter_config.json").write_text("{}")
    pair = Pair.model_validate({"prompt": [{"role": "user", "content": "q"}], "chosen": "a", "rejected": "b"})
    with pytest.raises(ConfigurationError, match="medrag sft merge"):
        prefer(load_recipe("smollm2"), tmp_path, [pair], tmp_path / "out")
