"""From nothing to a served folder, in miniature: the real trainer, peft and NF4, on a very small model."""

import json
import random

import pytest

from medrag.errors import ConfigurationError
from sft.config import Architecture, Lora, Pretraining, Recipe, Training, load_recipe
from sft.data import Size, guideline_example
from sft.synthetic import topic

pytest.importorskip("trl")

TINY = Architecture(vocabulary=600, hidden=32, intermediate=64, layers=1, heads=2, positions=1024, wired=False)
DATA = {"stages": [{"examples": 8, "passages": [2, 2], "statements": [2, 2], "turns": [2, 3]}]}


@pytest.fixture(scope="module")
def examples():
    rng = random.Random(0)
    names = ["gout", "asthma", "migraine", "cellulitis"]
    made = []
    for _ in range(8):
        main, *others = (topic(rng, name) for name in rng.sample(names, 3))
        made.append(guideline_example(rng, main, others, Size((2, 2), (2, 2), (2, 3)), "synthetic"))
    return made


@pytest.fixture(scope="module")
def base(examples, tmp_path_factory):
    from sft.pretrain import pretrain

    folder = tmp_path_factory.mktemp("pretrained")
    texts = [each.messages[1]["content"] for each in examples]
    measured = pretrain([texts], TINY, Pretraining(blocks=4, length=64, batch=2), folder, seed=0)
    assert measured["tokens"] == 4 * 64
    return folder


def _recipe(**training):
    plan = Training(batch=2, warmup_steps=1, cpu=True, length=1024, **training)
    return Recipe(name="tiny", architecture=TINY, data=DATA, training=plan)


def test_full_training_then_merge_gives_a_folder_that_answers(examples, base, tmp_path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from sft.merge import merge
    from sft.score import choose, questions, report
    from sft.train import train

    measured = train(_recipe(evaluate_steps=2), base, examples, examples[:2], tmp_path / "tuned")
    assert measured["steps"] == 4
    assert any("eval_loss" in entry for entry in measured["log"])
    merge(tmp_path / "tuned", tmp_path / "served")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "served")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "served")
    asked = list(questions(examples))
    chosen = choose(model, tokenizer, asked)
    for question, answer in zip(asked, chosen, strict=True):
        assert set(answer) <= set(question.choices)
        assert len(answer) == len(set(answer))
    assert report(asked, chosen)["all"]["questions"] == len(asked)


def test_training_goes_on_from_its_last_checkpoint(examples, base, tmp_path):
    from sft.train import train

    train(_recipe(save_steps=2, epochs=1), base, examples, [], tmp_path)
    again = train(_recipe(save_steps=2, epochs=2), base, examples, [], tmp_path)
    assert again["steps"] == 8
    steps = [
        entry["step"] for entry in json.loads((tmp_path / "checkpoint-8/trainer_state.json").read_text())["log_history"]
    ]
    assert steps == sorted(steps)


def test_qlora_trains_an_adapter_on_a_four_bit_base_and_merges(examples, base, tmp_path):
    from sft.merge import merge
    from sft.train import train

    recipe = _recipe(four_bit=True, lora=Lora(rank=2), optimizer="adamw_torch", turns="first")
    train(recipe, base, examples, [], tmp_path / "tuned")
    assert (tmp_path / "tuned" / "adapter_config.json").is_file()
    merge(tmp_path / "tuned", tmp_path / "served")
    assert (tmp_path / "served" / "model.safetensors").is_file()


def test_merging_what_was_never_trained_says_what_to_do(tmp_path):
    from sft.merge import merge

    with pytest.raises(ConfigurationError, match="medrag sft train"):
        merge(tmp_path, tmp_path / "served")


def test_every_shipped_recipe_is_valid_and_an_unknown_one_is_named():
    assert load_recipe("mini").architecture is not None
    with pytest.raises(ConfigurationError, match="mini"):
        load_recipe("nope")


@pytest.mark.parametrize(
    ("change", "says"),
    [({"training": {"four_bit": True}}, "lora"), ({"base": "x"}, "either base"), ({"colour": 1}, "colour")],
)
def test_a_wrong_recipe_says_where(change, says, tmp_path):
    import yaml

    path = tmp_path / "r.yaml"
    path.write_text(yaml.safe_dump({"name": "r", "architecture": {}, "data": DATA, "training": {}} | change))
    with pytest.raises(ConfigurationError, match=says):
        load_recipe(str(path))


def test_packed_rows_give_the_loss_of_the_same_examples_apart(examples, base, tmp_path):
    """Positions keep packed examples apart, so the loss before any step is the same but for rounding."""
    from sft.train import train

    def first_loss(folder, **options):
        plan = {"in_order": False, "schedule": "constant_with_warmup", "learning_rate": 1e-12, "save_steps": 1000}
        recipe = _recipe(**plan | options)
        recipe = recipe.model_copy(update={"training": recipe.training.model_copy(update={"batch": 8, "length": 4096})})
        return train(recipe, base, examples, [], tmp_path / folder)["loss"]

    assert first_loss("packed", packing=True) == pytest.approx(first_loss("apart"), rel=0.002)


def test_int8_export_is_smaller_and_close(examples, base, tmp_path):
    import torch
    from transformers import AutoModelForCausalLM

    from sft.merge import merge
    from sft.quantise import quantise

    merge(base, tmp_path / "merged")
    measured = quantise(tmp_path / "merged", tmp_path / "int8")
    assert measured["bytes"] < measured["was"]
    assert measured["worst_layer_error"] < 0.01
    tokens = torch.arange(5, 25).unsqueeze(0)
    logits = [
        AutoModelForCausalLM.from_pretrained(tmp_path / name, dtype=torch.bfloat16)(tokens).logits.float()
        for name in ("merged", "int8")
    ]
    assert torch.nn.functional.cosine_similarity(*(each.flatten() for each in logits), dim=0) > 0.99
    with pytest.raises(ConfigurationError, match="already"):
        quantise(tmp_path / "int8", tmp_path / "again")
