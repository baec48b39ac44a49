import json

import pytest

from medrag.errors import ConfigurationError
from medrag.generation.adapter import adapter_arguments, refusals

PLAIN = {"peft_type": "LORA", "r": 16, "bias": "none", "init_lora_weights": True, "modules_to_save": None}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"use_dora": True}, "DoRA"),
        ({"init_lora_weights": "pissa_niter_4"}, "pissa"),
        ({"init_lora_weights": "loftq"}, "loftq"),
        ({"modules_to_save": ["lm_head"]}, "lm_head"),
        ({"bias": "all"}, "biases"),
        ({"r": 1024}, "1024"),
        ({"peft_type": "IA3"}, "IA3"),
    ],
)
def test_what_vllm_refuses_is_refused_with_the_reason(change, says):
    assert any(says in each for each in refusals(PLAIN | change))


def test_a_plain_lora_and_harmless_starts_are_served():
    assert not refusals(PLAIN)
    assert not refusals(PLAIN | {"init_lora_weights": "gaussian"})


def test_vllm_agrees_with_every_verdict():
    peft_helper = pytest.importorskip("vllm.lora.peft_helper")
    for change in ({}, {"use_dora": True}, {"init_lora_weights": "pissa"}, {"init_lora_weights": "eva"}):
        config = {"r": 16, "lora_alpha": 32, "target_modules": ["q_proj"]} | change
        theirs = peft_helper.PEFTHelper.from_dict(config)._validate_features()
        assert bool(theirs) == bool(refusals(config)), change


def test_the_rank_reaches_vllm_rounded_up_to_what_it_knows(tmp_path):
    with pytest.raises(ConfigurationError, match="adapter_config"):
        adapter_arguments(tmp_path, "adapter")
    (tmp_path / "adapter_config.json").write_text(json.dumps(PLAIN | {"r": 24}))
    assert adapter_arguments(tmp_path, "adapter")[-2:] == ["--max-lora-rank", "32"]
    (tmp_path / "adapter_config.json").write_text(json.dumps(PLAIN | {"use_dora": True}))
    with pytest.raises(ConfigurationError, match="merge"):
        adapter_arguments(tmp_path, "adapter")
