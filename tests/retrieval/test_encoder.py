from __future__ import annotations

import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer

from medrag.errors import ConfigurationError
from medrag.retrieval.encoder import DEFAULT_ENCODER, Encoder

TEXTS = ["Start amlodipine 5 mg daily.", "Blood pressure drugs", "A bicycle chain", "x"]


def test_vectors_are_unit_length_and_near_in_meaning(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_a_local_model_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("the encoder went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    fresh = Encoder()
    assert fresh.name == DEFAULT_ENCODER
    assert fresh.encode(["aspirin"]).shape == (1, 384)


def test_hash_follows_the_weights_and_not_the_place(encoder: Encoder, tmp_path: Path) -> None:
    copy = tmp_path / "copied"
    shutil.copytree(encoder.path, copy)
    (copy / "README.md").write_text("another readme")
    assert Encoder(copy).name == "copied"
    assert Encoder(copy).hash == encoder.hash
    config = copy / "sentence_bert_config.json"
    config.write_text(config.read_text().replace("256", "128"))
    assert Encoder(copy).hash != encoder.hash


def test_a_model_that_is_nowhere_is_a_clear_error() -> None:
    with pytest.raises(ConfigurationError, match=r"no encoder .*not a/model/id"):
        _ = Encoder("not a/model/id").hash


def test_a_directory_without_a_model_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not load"):
        Encoder(tmp_path).encode(["aspirin"])


def test_both_runtimes_give_the_same_vectors(encoder: Encoder) -> None:
    pytest.importorskip("openvino")
    from medrag.retrieval import openvino_bert
    from medrag.retrieval.encoder import _load_torch

    texts = [*TEXTS, "Long. " * 400, ""]
    fast = openvino_bert.load(encoder.path).encode(texts)
    plain = _load_torch(encoder.path, "cpu", None).encode(texts)
    assert (fast * plain).sum(axis=1).min() > 0.999


def test_a_models_first_token_pooling_is_kept(encoder: Encoder, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    from medrag.retrieval import openvino_bert
    from medrag.retrieval.encoder import _load_torch

    copy = tmp_path / "first-token"
    shutil.copytree(encoder.path, copy)
    pooling = copy / "1_Pooling" / "config.json"
    pooling.write_text(
        '{"word_embedding_dimension": 384, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}'
    )
    assert openvino_bert.fits(copy)
    fast = openvino_bert.load(copy).encode(TEXTS)
    plain = _load_torch(copy, "cpu", None).encode(TEXTS)
    assert (fast * plain).sum(axis=1).min() > 0.999
    assert (fast * encoder.encode(TEXTS)).sum(axis=1).max() < 0.999


def test_an_mpnet_gives_the_same_vectors_in_both_runtimes(encoder: Encoder, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    import torch
    from transformers import MPNetConfig, MPNetModel

    from medrag.retrieval import openvino_bert
    from medrag.retrieval.encoder import _load_torch

    copy = tmp_path / "mpnet"
    shutil.copytree(encoder.path, copy)
    torch.manual_seed(0)
    tokens = AutoTokenizer.from_pretrained(encoder.path)
    config = MPNetConfig(
        vocab_size=len(tokens), hidden_size=384, num_hidden_layers=2, num_attention_heads=12, intermediate_size=64
    )
    model = MPNetModel(config)
    torch.nn.init.normal_(model.encoder.relative_attention_bias.weight, std=2.0)
    model.save_pretrained(copy)
    texts = [*TEXTS, "Long words follow one another here. " * 60]
    assert openvino_bert.fits(copy)
    fast = openvino_bert.load(copy).encode(texts)
    plain = _load_torch(copy, "cpu", None).encode(texts)
    assert (fast * plain).sum(axis=1).min() > 0.9999
