"""From nothing to a served folder, in miniature: the real trainer, peft and NF4, on a very small model."""

import json
import random

import pytest
from sft.examples.conversations import Size, guideline_example
from sft.examples.synthetic import topic

from medrag.errors import ConfigurationError
from sft.config import Architecture, Lora, Pretraining, Recipe, Training, load_recipe
from tests.paths import ROOT

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
    from sft.training.pretrain import pretrain

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

    from sft.export.merge import merge
    from sft.measuring.score import choose, questions, report
    from sft.training.train import train

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


def test_the_card_says_what_the_run_recorded_and_keeps_what_is_written_by_hand(examples, base, tmp_path, monkeypatch):
    import yaml
    from typer.testing import CliRunner

    from medrag.files import sha256
    from medrag.generation.weights import fingerprint
    from sft.cli import app

    run, served = tmp_path / "run", tmp_path / "served"
    recipe = tmp_path / "tiny.yaml"
    recipe.write_text(yaml.safe_dump(_recipe().model_dump(mode="json", exclude_none=True)))
    (run / "data").mkdir(parents=True)
    for name in ("train.jsonl", "validation.jsonl"):
        (run / "data" / name).write_text("".join(each.model_dump_json() + "\n" for each in examples))
    manifest = {
        "recipe": _recipe().model_dump(mode="json"),
        "examples": {"train": 8, "validation": 8},
        "held_out": {"guidelines": ["gout.md"], "medquad": 3},
        "sources": {"a.md": "0", "public.tar": "1"},
        "overlap": {"validation": {"texts": 8, "sharing": 2, "too_short": 0}},
        "files": {name: sha256(run / "data" / name) for name in ("train.jsonl", "validation.jsonl")},
    }
    (run / "data" / "manifest.json").write_text(json.dumps(manifest))

    def sft(*arguments):
        return CliRunner().invoke(app, [str(each) for each in arguments])

    assert sft("train", recipe, "--work", run, "--base", base).exit_code == 0
    assert sft("merge", run / "tuned", served).exit_code == 0
    assert sft("card", served, "--work", run).exit_code == 0
    card = (served / "README.md").read_text()
    weights = fingerprint(served)
    record = json.loads((run / "tuned" / "run.json").read_text())
    for said in (
        "LlamaForCausalLM",
        sha256(served / "model.safetensors"),
        manifest["files"]["train.jsonl"],
        weights,
        f"{record['measured']['tokens']:,} tokens",
        "2 of 8 texts",
        "Not evaluated.",
    ):
        assert said in card

    (served / "README.md").write_text(card.replace("# served", "# served\n\nBy hand.") + "Below, by hand.\n")
    task = {
        "task": "choice",
        "provenance": {"weights": weights},
        "metrics": {"f1": {"mean": 0.5, "low": 0.4, "high": 0.6, "n": 9}},
    }
    scores = tmp_path / "scores.json"
    scores.write_text(json.dumps({"tasks": {"choice": task}}))
    assert sft("card", served, "--work", run, "--scores", scores).exit_code == 0
    renewed = (served / "README.md").read_text()
    assert "By hand." in renewed
    assert renewed.endswith("Below, by hand.\n")
    assert "| choice.f1 | 9 | 0.500 (0.400 to 0.600) |" in renewed
    assert "Not evaluated." not in renewed
    assert renewed.count("## Limits") == 1

    scores.write_text(json.dumps({"tasks": {"choice": task | {"provenance": {"weights": "others"}}}}))
    assert isinstance(sft("card", served, "--work", run, "--scores", scores).exception, ConfigurationError)
    (run / "data" / "manifest.json").write_text(json.dumps(manifest | {"files": {}}))
    assert isinstance(sft("card", served, "--work", run).exception, ConfigurationError)


def test_training_goes_on_from_its_last_checkpoint(examples, base, tmp_path):
    from sft.training.train import train

    train(_recipe(save_steps=2, epochs=1), base, examples, [], tmp_path)
    again = train(_recipe(save_steps=2, epochs=2), base, examples, [], tmp_path)
    assert again["steps"] == 8
    steps = [
        entry["step"] for entry in json.loads((tmp_path / "checkpoint-8/trainer_state.json").read_text())["log_history"]
    ]
    assert steps == sorted(steps)


def test_qlora_trains_an_adapter_on_a_four_bit_base_and_merges(examples, base, tmp_path):
    from sft.export.merge import merge
    from sft.training.train import train

    recipe = _recipe(four_bit=True, lora=Lora(rank=2), optimizer="adamw_torch", turns="first")
    train(recipe, base, examples, [], tmp_path / "tuned")
    assert (tmp_path / "tuned" / "adapter_config.json").is_file()
    merge(tmp_path / "tuned", tmp_path / "served")
    assert (tmp_path / "served" / "model.safetensors").is_file()


def test_merging_what_was_never_trained_says_what_to_do(tmp_path):
    from sft.export.merge import merge

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
    from sft.training.train import train

    def first_loss(folder, **options):
        plan = {"in_order": False, "schedule": "constant_with_warmup", "learning_rate": 1e-12, "save_steps": 1000}
        recipe = _recipe(**plan | options)
        recipe = recipe.model_copy(update={"training": recipe.training.model_copy(update={"batch": 8, "length": 4096})})
        return train(recipe, base, examples, [], tmp_path / folder)["loss"]

    assert first_loss("packed", packing=True) == pytest.approx(first_loss("apart"), rel=0.002)


def test_int8_export_is_smaller_and_close(examples, base, tmp_path):
    import torch
    from transformers import AutoModelForCausalLM

    from sft.export.merge import merge
    from sft.export.quantise import quantise

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


def test_weights_between_the_start_and_the_trained_ones(examples, base, tmp_path):
    import torch
    from transformers import AutoModelForCausalLM

    from sft.export.merge import Start, merge
    from sft.training.train import train

    train(_recipe(), base, examples, examples[:2], tmp_path / "tuned")
    served = {}
    for share in (0.0, 0.25, 1.0):
        merge(tmp_path / "tuned", tmp_path / "served", start=Start(base, share))
        served[share] = AutoModelForCausalLM.from_pretrained(tmp_path / "served", dtype=torch.float32).state_dict()
    name = "model.layers.0.self_attn.q_proj.weight"
    assert not torch.equal(served[0.0][name], served[1.0][name])
    expected = 0.75 * served[0.0][name] + 0.25 * served[1.0][name]
    assert torch.allclose(served[0.25][name], expected, atol=2e-3, rtol=2e-2)
    with pytest.raises(ConfigurationError, match="other shapes"):
        merge(
            tmp_path / "tuned",
            tmp_path / "other",
            start=Start(ROOT / "medrag" / "models" / "mini", 0.5),
        )
