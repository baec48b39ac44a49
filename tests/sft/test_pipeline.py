"""From written questions to a served folder, in miniature: the real trainer, peft and NF4, on a very small model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from medrag.errors import ConfigurationError
from medrag.files import sha256
from medrag.generation.weights import fingerprint
from medrag.types import Case
from sft.cli import app
from sft.config import RECIPES, Lora, Recipe, Training, load_recipe
from sft.examples.asked import Example
from sft.examples.build import read_examples, validates
from sft.examples.own import JudgedCase
from sft.questions import WRITTEN
from tests.evidence import GOUT, HYPERTENSION
from tests.sft.samples import example

pytest.importorskip("trl")

VALIDATED = "epilepsy"
ASKED = {"streptococcal-pharyngitis": 4, "gout": 4, VALIDATED: 3}


def recipe_of(**training: Any) -> Recipe:
    given = {"four_bit": False, "lora": None, "accumulation": 1, "learning_rate": 1e-3, "warmup_steps": 1, "cpu": True}
    return Recipe(name="tiny", base="none", data={"together": 2}, training=Training(**given | training))


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    lora = {"rank": 2, "alpha": 4, "dropout": 0.0, "last": 1}
    path.write_text(yaml.safe_dump(recipe_of(lora=lora).model_dump(mode="json", exclude_none=True)))
    return path


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return [example()] * 4


def sft(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)


def some_questions(path: Path) -> Path:
    """A few committed questions of a few documents of the starter corpus."""
    left = dict(ASKED)
    kept = []
    for line in WRITTEN.read_text().splitlines():
        doc = json.loads(line)["doc"]
        if left.get(doc, 0):
            left[doc] -= 1
            kept.append(line)
    path.write_text("\n".join(kept))
    return path


def test_the_commands_from_questions_to_scores(
    tiny_base: Path, starter_index: Path, recipe: Path, tmp_path: Path
) -> None:
    run, served = tmp_path / "run", tmp_path / "served"
    asked = some_questions(tmp_path / "questions.jsonl")
    assert sft("data", recipe, "--work", run, "--index", starter_index, "--questions", asked).exit_code == 0
    manifest = json.loads((run / "data" / "manifest.json").read_text())
    assert manifest["questions"] == {"train": 8, "validation": 3}
    assert manifest["documents"] == {"train": 2, "validation": 1}
    assert manifest["sources"] == {asked.name: sha256(asked)}
    assert manifest["files"]["train.jsonl"] == sha256(run / "data" / "train.jsonl")
    held = read_examples(run / "data" / "validation.jsonl")
    assert {each.source for each in held} == {VALIDATED}
    assert all(len(each.branches) == 1 for each in held)

    assert sft("train", recipe, "--work", run, "--base", tiny_base).exit_code == 0
    record = json.loads((run / "tuned" / "run.json").read_text())
    assert record["data"] == manifest["files"]
    assert record["measured"]["questions"] == 8
    assert (run / "tuned" / "loss.png").is_file()
    assert sft("merge", run / "tuned", served).exit_code == 0
    assert sft("card", served, "--work", run).exit_code == 0
    card = (served / "README.md").read_text()
    for said in ("LlamaForCausalLM", sha256(served / "model.safetensors"), fingerprint(served) or "", "Not evaluated."):
        assert said in card
    assert "8 to learn, 3 to validate" in card

    scored = sft("score", served, run / "data" / "validation.jsonl")
    assert json.loads(scored.stdout)["questions"] == 3


def test_the_card_keeps_what_is_written_by_hand_and_refuses_what_does_not_belong(
    examples: list[Example], tiny_base: Path, recipe: Path, tmp_path: Path
) -> None:
    run, served = tmp_path / "run", tmp_path / "served"
    data = run / "data"
    data.mkdir(parents=True)
    for name in ("train.jsonl", "validation.jsonl"):
        (data / name).write_text("".join(each.model_dump_json() + "\n" for each in examples))
    manifest = {
        "recipe": recipe_of().model_dump(mode="json"),
        "examples": {"train": 4, "validation": 4},
        "questions": {"train": 12, "validation": 12},
        "documents": {"train": 1, "validation": 1},
        "sources": {"questions.jsonl": "0"},
        "files": {name: sha256(data / name) for name in ("train.jsonl", "validation.jsonl")},
    }
    (data / "manifest.json").write_text(json.dumps(manifest))
    sft("train", recipe, "--work", run, "--base", tiny_base)
    sft("merge", run / "tuned", served)
    sft("card", served, "--work", run)
    card = (served / "README.md").read_text()
    (served / "README.md").write_text(card.replace("# served", "# served\n\nBy hand.") + "Below, by hand.\n")
    task = {
        "task": "choice",
        "provenance": {"weights": fingerprint(served)},
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
    with pytest.raises(ConfigurationError, match="other weights"):
        sft("card", served, "--work", run, "--scores", scores)
    (data / "manifest.json").write_text(json.dumps(manifest | {"files": {}}))
    with pytest.raises(ConfigurationError, match="not those"):
        sft("card", served, "--work", run)


def test_data_of_ones_own_needs_no_index_and_one_of_both_is_needed(recipe: Path, tmp_path: Path) -> None:
    case = JudgedCase(case=Case(question="gout flare?"), passages=(HYPERTENSION, GOUT), gold=((2, 1),))
    own = tmp_path / "own.jsonl"
    own.write_text(f"{case.model_dump_json()}\n" * 10)
    assert sft("data", recipe, "--work", tmp_path / "run", "--own", own).exit_code == 0
    manifest = json.loads((tmp_path / "run" / "data" / "manifest.json").read_text())
    assert manifest["examples"] == {"train": 9, "validation": 1}
    assert manifest["sources"] == {own.name: sha256(own)}
    with pytest.raises(ConfigurationError, match="--own"):
        sft("data", recipe, "--work", tmp_path / "other")


def test_what_is_held_out_of_ones_own_is_drawn_from_the_whole_file(recipe: Path, tmp_path: Path) -> None:
    """A file in the order of its topics would else be measured on its first one alone."""
    own = tmp_path / "own.jsonl"
    cases = (JudgedCase(case=Case(question=f"gout flare {n}?"), passages=(GOUT,), gold=((1, 1),)) for n in range(40))
    own.write_text("".join(f"{case.model_dump_json()}\n" for case in cases))
    assert sft("data", recipe, "--work", tmp_path / "run", "--own", own).exit_code == 0
    held = read_examples(tmp_path / "run" / "data" / "validation.jsonl")
    assert len(held) == 4
    assert max(int(each.branches[0].id.removeprefix("own-")) for each in held) > 10


def test_an_index_without_the_documents_asked_about_is_refused(
    starter_index: Path, recipe: Path, tmp_path: Path
) -> None:
    asked = tmp_path / "questions.jsonl"
    asked.write_text(json.dumps(json.loads(WRITTEN.read_text().splitlines()[0]) | {"doc": "nowhere"}) + "\n")
    with pytest.raises(ConfigurationError, match="none of the documents"):
        sft("data", recipe, "--work", tmp_path, "--index", starter_index, "--questions", asked)


def test_a_document_is_wholly_learned_or_wholly_validated() -> None:
    assert validates(VALIDATED)
    assert not validates("gout")


def test_full_training_learns_the_answers_it_was_given(
    examples: list[Example], tiny_base: Path, tmp_path: Path
) -> None:
    from sft.training.train import train

    plan = recipe_of(epochs=6, learning_rate=1e-2, evaluate_steps=8)
    measured = train(plan, tiny_base, examples, examples[:1], tmp_path / "tuned")
    assert measured["steps"] == 24
    losses = [entry["loss"] for entry in measured["log"] if "loss" in entry]
    assert losses[-1] < losses[0]
    assert any("eval_loss" in entry for entry in measured["log"])


def test_training_goes_on_from_its_last_checkpoint(examples: list[Example], tiny_base: Path, tmp_path: Path) -> None:
    from sft.training.train import train

    train(recipe_of(save_steps=2, epochs=1), tiny_base, examples, [], tmp_path)
    again = train(recipe_of(save_steps=2, epochs=2), tiny_base, examples, [], tmp_path)
    assert again["steps"] == 8
    steps = [
        entry["step"] for entry in json.loads((tmp_path / "checkpoint-8/trainer_state.json").read_text())["log_history"]
    ]
    assert steps == sorted(steps)


def test_qlora_trains_an_adapter_on_a_four_bit_base_and_merges(
    examples: list[Example], tiny_base: Path, tmp_path: Path
) -> None:
    from sft.export.merge import merge
    from sft.training.train import train

    recipe = recipe_of(four_bit=True, lora=Lora(rank=2), optimizer="adamw_torch")
    train(recipe, tiny_base, examples, [], tmp_path / "tuned")
    assert (tmp_path / "tuned" / "adapter_config.json").is_file()
    merge(tmp_path / "tuned", tmp_path / "served")
    assert (tmp_path / "served" / "model.safetensors").is_file()


def test_an_adapter_of_the_last_blocks_leaves_the_first_as_they_were(
    examples: list[Example], tiny_base: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file

    from sft.export.merge import merge
    from sft.training.train import train

    recipe = recipe_of(lora=Lora(rank=2, dropout=0, last=1), learning_rate=0.05, epochs=2)
    train(recipe, tiny_base, examples, [], tmp_path / "tuned")
    merge(tmp_path / "tuned", tmp_path / "served")
    merge(tiny_base, tmp_path / "base")
    before, after = (load_file(tmp_path / name / "model.safetensors") for name in ("base", "served"))
    changed = {name for name in before if not before[name].equal(after[name])}
    assert changed
    assert all(name.startswith("model.layers.1.") for name in changed)


def test_examples_that_are_too_long_are_left_out_and_none_that_fits_is_an_error(
    examples: list[Example], tiny_base: Path
) -> None:
    from transformers import AutoTokenizer

    from sft.training.train import rows

    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    short = examples[0].model_copy(update={"branches": examples[0].branches[:1]})
    length = len(rows([short], tokenizer, Training())[0]["input_ids"])
    assert len(rows([short, examples[0]], tokenizer, Training(length=length))) == 1
    with pytest.raises(ConfigurationError, match=r"training\.length"):
        rows([short], tokenizer, Training(length=length - 1))


def test_merging_what_was_never_trained_says_what_to_do(tmp_path: Path) -> None:
    from sft.export.merge import merge

    with pytest.raises(ConfigurationError, match="medrag sft train"):
        merge(tmp_path, tmp_path / "served")


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_recipe_is_valid(path: Path) -> None:
    assert load_recipe(path.stem).name == path.stem


def test_an_unknown_recipe_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="smollm2"):
        load_recipe("nope")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"training": {"lora": None}}, "lora"),
        ({"training": {"patience": 2}}, "evaluate_steps"),
        ({"data": {"together": 0}}, "together"),
        ({"colour": 1}, "colour"),
    ],
)
def test_a_wrong_recipe_says_where(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(yaml.safe_dump({"name": "r", "base": "smollm2", "training": {}} | change))
    with pytest.raises(ConfigurationError, match=says):
        load_recipe(str(path))


def test_int8_export_is_smaller_and_close(tiny_base: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    from sft.export.merge import merge
    from sft.export.quantise import quantise

    merge(tiny_base, tmp_path / "merged")
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
