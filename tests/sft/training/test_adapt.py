"""Continued pre-training: packed documents keep apart, held-out ones are only measured on, and text gets likelier."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from medrag.datasets.splits import held_out
from medrag.errors import ConfigurationError
from medrag.retrieval.store.index import Index
from sft.cli import app
from sft.config import load_recipe
from sft.training.adapt import Texts, adapt, packed, texts_of

torch = pytest.importorskip("torch")
pytest.importorskip("trl")

TEXTS = ("Offer fluids and rest.", "Give amoxicillin for ten days; review at two.")


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    training = {"four_bit": False, "accumulation": 1, "warmup_steps": 1, "cpu": True, "lora": {"rank": 4, "dropout": 0}}
    adaptation = {"learning_rate": 1e-2, "length": 64, "tokens": 2560, "held": 640}
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump({"name": "tiny", "base": "x", "training": training, "adaptation": adaptation}))
    return path


def test_a_packed_document_has_the_logits_that_it_has_alone(tiny_base: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from sft.training.branches import IGNORED, Collator

    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    model = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32, attn_implementation="sdpa").eval()
    alone = [[*tokenizer(text)["input_ids"], tokenizer.eos_token_id] for text in TEXTS]
    (row,) = packed(TEXTS, tokenizer, sum(map(len, alone)))
    assert row["input_ids"] == alone[0] + alone[1]
    assert [at for at, label in enumerate(row["labels"]) if label == IGNORED] == [0, len(alone[0])]
    inputs = Collator(tokenizer.pad_token_id)([row])
    inputs.pop("labels")
    with torch.no_grad():
        found = model(**inputs, use_cache=False).logits[0]
        wanted = [model(torch.tensor([ids])).logits[0] for ids in alone]
    assert torch.allclose(found, torch.cat(wanted), atol=1e-4)
    assert {len(each["input_ids"]) for each in packed(TEXTS, tokenizer, 8)} == {8}


def test_documents_held_out_are_not_learned(starter_index: Path) -> None:
    passages = Index.open(starter_index).passages
    texts = texts_of(starter_index)
    for each in (passages[row] for row in range(len(passages))):
        told = texts.held if held_out(each.file or "") else texts.learned
        assert any(each.text in text for text in told)
    assert len(texts.learned) > len(texts_of(starter_index, "en").learned)


def test_the_command_makes_held_out_text_likelier_and_its_model_is_one_to_train(
    tiny_base: Path, starter_index: Path, recipe: Path, tmp_path: Path
) -> None:
    def sft(*arguments: Any) -> None:
        done = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
        assert done.exit_code == 0

    sft("adapt", recipe, "--index", starter_index, "--language", "en", "--base", tiny_base, "--work", tmp_path)
    record = json.loads((tmp_path / "adapted" / "run.json").read_text())
    assert record["measured"]["tokens"] == 2560
    assert record["data"].keys() == {starter_index.name}
    (held,) = record["measured"]["held"].values()
    assert held["tokens"] == 640
    assert held["after"] < held["before"]
    sft("merge", tmp_path / "adapted", tmp_path / "base")
    assert (tmp_path / "base" / "model.safetensors").is_file()


def test_where_all_is_held_out_there_is_nothing_to_learn(tiny_base: Path, recipe: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="held-out"):
        adapt(load_recipe(str(recipe)), tiny_base, {"mine": Texts("0", (), TEXTS)}, tmp_path)
