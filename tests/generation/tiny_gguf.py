"""A package like the bundled model's, with a Llama of one layer in a real GGUF file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import gguf
import numpy as np
import yaml
from transformers.convert_slow_tokenizer import bytes_to_unicode

WIDTH, INNER, HEADS, KEY_VALUE_HEADS = 64, 128, 2, 1
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def write_package(models: Path, site: Path, module: str = "tiny_weights") -> Path:
    """Writes ``models/tiny/model.yaml`` and, under ``site``, the package it names; returns the GGUF file.

    The package cannot be imported: nothing may try.
    """
    package = site / module
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("import a_framework_that_is_not_here\n")
    path = package / "tiny.Q4_1.gguf"
    write_gguf(path)
    (models / "tiny").mkdir(parents=True)
    about = {
        "name": "tiny",
        "title": "Tiny",
        "licence": "Apache-2.0",
        "source": "https://example.org/tiny",
        "package": "tiny-weights",
        "version": "1.0",
        "module": module,
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    (models / "tiny" / "model.yaml").write_text(yaml.safe_dump(about))
    return path


def write_gguf(path: Path) -> None:
    """Matrices in Q4_1 and norms in float32, as in the real one; random weights."""
    writer = gguf.GGUFWriter(path, "llama")
    tokens = [*SPECIAL, *sorted(bytes_to_unicode().values()), "he"]
    writer.add_block_count(1)
    writer.add_context_length(256)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_VALUE_HEADS)
    writer.add_rope_freq_base(10_000.0)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(SPECIAL) + [1] * (len(tokens) - len(SPECIAL)))
    writer.add_token_merges(["h e"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    writer.add_chat_template(TEMPLATE)
    _add_tensors(writer, len(tokens))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tensors(writer: gguf.GGUFWriter, vocabulary: int) -> None:
    random = np.random.default_rng(1)
    values = WIDTH * KEY_VALUE_HEADS // HEADS
    matrices = {
        "token_embd": (vocabulary, WIDTH),
        "blk.0.attn_q": (WIDTH, WIDTH),
        "blk.0.attn_k": (values, WIDTH),
        "blk.0.attn_v": (values, WIDTH),
        "blk.0.attn_output": (WIDTH, WIDTH),
        "blk.0.ffn_gate": (INNER, WIDTH),
        "blk.0.ffn_up": (INNER, WIDTH),
        "blk.0.ffn_down": (WIDTH, INNER),
    }
    kind = gguf.GGMLQuantizationType.Q4_1
    for name, shape in matrices.items():
        packed = gguf.quants.quantize(random.normal(0, 0.05, shape).astype(np.float32), kind)
        writer.add_tensor(f"{name}.weight", packed, raw_dtype=kind)
    for name in ("blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))
