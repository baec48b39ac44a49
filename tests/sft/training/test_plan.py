import pytest

from medrag.errors import ConfigurationError
from sft.config import RECIPES, Device, load_recipe
from sft.training.plan import GIB, adapter_parameters, estimate, measured, parameters, shape_of, table


@pytest.mark.parametrize(
    ("recipe", "billions"), [("qlora-2b-24gb", 1.72), ("qlora-8b-24gb", 8.03), ("qlora-70b-4x80gb", 70.55)]
)
def test_the_shapes_add_up_to_the_published_parameter_counts(recipe, billions):
    assert sum(parameters(shape_of(load_recipe(recipe)))) / 1e9 == pytest.approx(billions, abs=0.005)


def test_weights_and_adapter_of_a_real_model_are_counted_as_torch_counts_them():
    from peft import get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    from sft.config import Lora
    from sft.training.train import adapter

    config = LlamaConfig(
        vocab_size=300,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=False,
    )
    model = LlamaForCausalLM(config)
    shape = load_recipe("qlora-8b-24gb").shape.model_copy(
        update={
            "vocabulary": 300,
            "hidden": 64,
            "intermediate": 96,
            "layers": 2,
            "heads": 4,
            "key_value_heads": 2,
            "head": 16,
        }
    )
    assert sum(parameters(shape)) == model.num_parameters()
    trained = get_peft_model(model, adapter(Lora(rank=4), config.num_hidden_layers)).get_nb_trainable_parameters()[0]
    assert adapter_parameters(shape, Lora(rank=4)) == trained
    last = get_peft_model(LlamaForCausalLM(config), adapter(Lora(rank=4, last=1), config.num_hidden_layers))
    assert adapter_parameters(shape, Lora(rank=4, last=1)) == last.get_nb_trainable_parameters()[0]


def test_nf4_takes_the_bytes_that_bitsandbytes_takes():
    import torch
    from bitsandbytes.functional import quantize_4bit

    from sft.training.plan import NF4_BYTES

    weights = torch.randn(1024, 1024)
    packed, state = quantize_4bit(weights, quant_type="nf4", compress_statistics=True)
    scales = state.absmax.numel() + state.state2.absmax.numel() * 4
    assert (packed.numel() + scales) / weights.numel() == pytest.approx(NF4_BYTES, rel=0.001)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("qlora-*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_recipe_fits_its_device(path):
    recipe = load_recipe(path.stem)
    assert estimate(recipe).total < recipe.device.memory * GIB
    assert " fits " in table(recipe)


def test_a_device_too_small_is_said_and_sharing_shrinks_each_share():
    recipe = load_recipe("qlora-70b-4x80gb")
    assert "DOES NOT FIT" in table(recipe.model_copy(update={"device": Device(memory=24)}))
    alone = estimate(recipe.model_copy(update={"device": Device(memory=80)}))
    assert estimate(recipe).base < alone.base / 2


def test_dimensions_that_cannot_be_read_are_asked_for(tmp_path):
    recipe = load_recipe("qlora-8b-24gb").model_copy(update={"base": str(tmp_path), "shape": None})
    with pytest.raises(ConfigurationError, match="shape"):
        shape_of(recipe)


def test_dimensions_are_read_from_a_bases_own_folder(tiny_base):
    recipe = load_recipe("qlora-8b-24gb").model_copy(update={"base": str(tiny_base), "shape": None})
    assert (shape_of(recipe).hidden, shape_of(recipe).layers) == (32, 2)


def test_the_shape_in_the_recipe_is_the_bundled_models_own(model_folder):
    recipe = load_recipe("smollm2")
    assert shape_of(recipe) == shape_of(recipe.model_copy(update={"base": str(model_folder), "shape": None}))


def test_only_a_run_of_the_same_recipe_is_set_beside_it(tmp_path):
    assert measured(tmp_path, "smollm2") is None
    (tmp_path / "tuned").mkdir()
    (tmp_path / "tuned" / "run.json").write_text('{"recipe": {"name": "smollm2"}, "measured": {"peak_bytes": 5}}')
    assert measured(tmp_path, "smollm2") == 5
    assert measured(tmp_path, "other") is None
